//! What C++'s node kinds do when they run.

use tree_sitter::Node;

use crate::flow::{Bind, Lower};
use crate::languages::c_family::flow::{self, joined};
use crate::languages::{FlowRules, Form};

pub(super) const FLOW: FlowRules = FlowRules { is_reference, ..flow::rules(&joined::<{ flow::FORMS.len() + OWN.len() }>(OWN)) };

const CONDITION: &str = "=condition_clause>initializer+=condition_clause>value";

const OWN: &[(&str, Form)] = &[
    // Declarations.
    ("function_definition", Form::Function { name: "", parameters: "declarator", body: "=field_initializer_list+body" }),
    ("lambda_expression", Form::Closure { parameters: "captures+=abstract_function_declarator>parameters", body: "body" }),
    ("lambda_capture_specifier", Form::Custom(captures)),
    ("lambda_capture_initializer", Form::Declare { name: "left", value: "right" }),
    ("lambda_default_capture", Form::Skip),
    ("declaration", Form::Declare { name: "declarator", value: "value+default_value" }),
    ("optional_parameter_declaration", Form::Declare { name: "declarator", value: "default_value" }),
    ("variadic_parameter_declaration", Form::Declare { name: "declarator", value: "" }),
    ("variadic_declarator", Form::Pass { value: "0" }),
    ("reference_declarator", Form::Pass { value: "0" }),
    ("abstract_reference_declarator", Form::Skip),
    ("function_declarator", Form::Custom(function_declarator)),
    ("structured_binding_declarator", Form::Evaluate),
    ("field_initializer_list", Form::Sequence),
    ("field_initializer", Form::Custom(field_initializer)),
    ("class_specifier", Form::Type { name: "name", body: "body" }),
    ("struct_specifier", Form::Type { name: "name", body: "body" }),
    ("union_specifier", Form::Type { name: "name", body: "body" }),
    ("field_declaration_list", Form::Sequence),
    ("field_declaration", Form::Skip),
    ("access_specifier", Form::Skip),
    ("base_class_clause", Form::Skip),
    ("virtual_specifier", Form::Skip),
    ("friend_declaration", Form::Sequence),
    ("namespace_definition", Form::Sequence),
    ("namespace_alias_definition", Form::Skip),
    ("nested_namespace_specifier", Form::Skip),
    ("template_declaration", Form::Sequence),
    ("template_instantiation", Form::Skip),
    ("template_parameter_list", Form::Skip),
    ("template_argument_list", Form::Skip),
    ("requires_clause", Form::Skip),
    ("requires_expression", Form::Skip),
    ("concept_definition", Form::Skip),
    ("alias_declaration", Form::Skip),
    ("using_declaration", Form::Skip),
    ("static_assert_declaration", Form::Skip),
    ("operator_cast", Form::Skip),
    ("operator_name", Form::Skip),
    ("destructor_name", Form::Skip),
    // Statements.
    ("if_statement", Form::If { condition: CONDITION, then: "consequence", otherwise: "alternative" }),
    ("while_statement", Form::While { condition: CONDITION, body: "body", otherwise: "" }),
    ("switch_statement", Form::Dispatch { subject: CONDITION, body: "body" }),
    ("init_statement", Form::Statement),
    ("for_range_loop", Form::ForEach { pattern: "declarator", iterable: "initializer+right", body: "body", otherwise: "" }),
    ("try_statement", Form::Try { body: "body" }),
    ("catch_clause", Form::Catch { pattern: "parameters", body: "body" }),
    ("throw_statement", Form::Raise { value: "" }),
    ("co_return_statement", Form::Return { value: "0" }),
    ("co_yield_statement", Form::Yield { value: "0" }),
    // Expressions.
    ("co_await_expression", Form::Await { value: "argument" }),
    ("this", Form::This),
    ("namespace_identifier", Form::Skip),
    ("qualified_identifier", Form::Member { object: "scope", name: "name" }),
    ("template_function", Form::Pass { value: "name" }),
    ("template_method", Form::Pass { value: "name" }),
    ("dependent_name", Form::Pass { value: "0" }),
    ("new_expression", Form::New { class: "type", arguments: "arguments+placement+declarator" }),
    ("new_declarator", Form::Evaluate),
    ("delete_expression", Form::Evaluate),
    ("subscript_argument_list", Form::Evaluate),
    ("fold_expression", Form::Evaluate),
    ("parameter_pack_expansion", Form::Pass { value: "pattern" }),
    ("user_defined_literal", Form::Skip),
    ("raw_string_literal", Form::Skip),
    // Types.
    ("template_type", Form::Skip),
    ("dependent_type", Form::Skip),
    ("placeholder_type_specifier", Form::Skip),
    ("decltype", Form::Skip),
];

/// `T& name`, unless what it stands for is constant.
fn is_reference(parameter: &str) -> bool {
    let declared = parameter.split('=').next().unwrap_or(parameter);
    declared.contains('&') && !declared.split(|c: char| !c.is_alphanumeric()).any(|word| word == "const")
}

/// What a lambda takes along by its own name is seen from its body; `[y = x]` makes a variable.
fn captures<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for capture in low.named_children(node) {
        if capture.kind() == "lambda_capture_initializer" {
            low.pattern(capture, Bind::Declare);
        }
    }
    None
}

/// `Lock lock(mutex);` reads like a function that is declared, with a parameter of a type called `mutex`; where names
/// stand for all its types it is a variable that is made of these values.
fn function_declarator<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let (Some(declarator), Some(list)) = (node.child_by_field_name("declarator"), node.child_by_field_name("parameters")) else {
        return flow::function_declarator(low, node);
    };
    let parameters = low.named_children(list);
    let values: Vec<Node<'t>> = parameters.iter().filter_map(|parameter| value_like(*parameter)).collect();
    if low.binding() != Bind::Declare || parameters.is_empty() || values.len() < parameters.len() || declarator.kind() != "identifier" {
        return flow::function_declarator(low, node);
    }
    values.into_iter().for_each(|value| low.use_name(value));
    low.pattern(declarator, Bind::Declare);
    None
}

/// The name that a parameter without a name of its own has for a type.
fn value_like(parameter: Node<'_>) -> Option<Node<'_>> {
    let named = parameter.kind() != "parameter_declaration" || parameter.child_by_field_name("declarator").is_some();
    let ty = parameter.child_by_field_name("type").filter(|_| !named && parameter.named_child_count() == 1)?;
    matches!(ty.kind(), "type_identifier" | "qualified_identifier").then_some(ty)
}

/// `name(value)` gives the field a value, whatever the parameters are called.
fn field_initializer<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for part in low.named_children(node).into_iter().rev() {
        if part.kind() == "field_identifier" { low.define_field(part) } else { low.expression(part) }
    }
    None
}
