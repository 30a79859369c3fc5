//! What the node kinds that only TypeScript's grammars have do when they run.

use tree_sitter::Node;

use crate::flow::Lower;
use crate::languages::ecmascript::{COMMON_FORMS, FLOW as COMMON, JSX_FORMS, concat, field_form};
use crate::languages::{FlowRules, Form};

pub(super) const FLOW: FlowRules = FlowRules { forms: &FORMS, ..COMMON };
pub(super) const TSX_FLOW: FlowRules = FlowRules { forms: &TSX_FORMS, ..COMMON };

static FORMS: [(&str, Form); SHARED + 1] =
    concat(concat::<_, _, _, SHARED>(COMMON_FORMS, OWN), [("type_assertion", Form::Pass { value: "1" })]);

static TSX_FORMS: [(&str, Form); SHARED + JSX_FORMS.len()] = concat(concat::<_, _, _, SHARED>(COMMON_FORMS, OWN), JSX_FORMS);

const SHARED: usize = COMMON_FORMS.len() + OWN.len();

const OWN: [(&str, Form); 38] = [
    ("public_field_definition", Form::Custom(field_form)),
    ("abstract_class_declaration", Form::Type { name: "name", body: "decorator+=class_heritage+body" }),
    ("extends_clause", Form::Pass { value: "value" }),
    ("implements_clause", Form::Skip),
    ("enum_declaration", Form::Type { name: "name", body: "body" }),
    ("enum_body", Form::Sequence),
    ("enum_assignment", Form::Pass { value: "value" }),
    ("internal_module", Form::Type { name: "name", body: "body" }),
    ("module", Form::Type { name: "name", body: "body" }),
    ("import_alias", Form::Declare { name: "0", value: "1" }),
    ("import_require_clause", Form::Pass { value: "0" }),
    ("nested_identifier", Form::Member { object: "object", name: "property" }),
    ("required_parameter", Form::Custom(parameter)),
    ("optional_parameter", Form::Custom(parameter)),
    ("as_expression", Form::Pass { value: "0" }),
    ("satisfies_expression", Form::Pass { value: "0" }),
    ("non_null_expression", Form::Pass { value: "0" }),
    ("instantiation_expression", Form::Pass { value: "0" }),
    ("interface_declaration", Form::Skip),
    ("type_alias_declaration", Form::Skip),
    ("ambient_declaration", Form::Skip),
    ("function_signature", Form::Skip),
    ("method_signature", Form::Skip),
    ("abstract_method_signature", Form::Skip),
    ("property_signature", Form::Skip),
    ("index_signature", Form::Skip),
    ("type_annotation", Form::Skip),
    ("type_predicate_annotation", Form::Skip),
    ("asserts_annotation", Form::Skip),
    ("type_arguments", Form::Skip),
    ("type_parameters", Form::Skip),
    ("accessibility_modifier", Form::Skip),
    ("override_modifier", Form::Skip),
    ("predefined_type", Form::Skip),
    ("type_identifier", Form::Name),
    ("generic_type", Form::Skip),
    ("object_type", Form::Skip),
    ("literal_type", Form::Skip),
];

const PARAMETER: Form = Form::Declare { name: "pattern", value: "value" };

/// A parameter with an access modifier is a field as well.
fn parameter<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let is_field = node.child(0).is_some_and(|first| matches!(first.kind(), "accessibility_modifier" | "override_modifier" | "readonly"));
    if let Some(name) = node.child_by_field_name("pattern").filter(|name| is_field && name.kind() == "identifier") {
        low.define_field(name);
    }
    Some(&PARAMETER)
}
