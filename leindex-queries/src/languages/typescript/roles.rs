//! What the node kinds that only TypeScript's grammars have mean.

use tree_sitter::Node;

use crate::languages::ecmascript::{COMMON, JSX, concat, is_function, property_name};
use crate::languages::{Declare, Define, NameAt, Role, Visit};
use crate::syntax::rows::{BaseKind, NONE, ScopeKind, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

pub(super) static ROLES: [(&str, Role); SHARED + 1] =
    concat(concat::<_, _, _, SHARED>(COMMON, OWN), [("type_assertion", Role::Pass { value: "1", ty: "0" })]);

pub(super) static TSX_ROLES: [(&str, Role); SHARED + JSX.len()] = concat(concat::<_, _, _, SHARED>(COMMON, OWN), JSX);

const SHARED: usize = COMMON.len() + OWN.len();

const OWN: [(&str, Role); 53] = [
    ("abstract_class_declaration", Role::Define(Define::type_of(SymbolKind::Class))),
    ("interface_declaration", Role::Define(Define::type_of(SymbolKind::Interface))),
    ("enum_declaration", Role::Define(Define::type_of(SymbolKind::Enum))),
    ("enum_body", Role::Custom(enum_body)),
    ("enum_assignment", Role::Keyword { name: "name", value: "value" }),
    ("type_alias_declaration", Role::Define(Define { scope: Some(ScopeKind::Type), ..Define::ALIAS })),
    ("function_signature", Role::Define(Define::FUNCTION)),
    ("method_signature", Role::Custom(method_signature)),
    ("abstract_method_signature", Role::Define(METHOD)),
    ("property_signature", Role::Custom(property_signature)),
    ("public_field_definition", Role::Custom(field)),
    ("internal_module", Role::Custom(namespace)),
    ("module", Role::Custom(namespace)),
    ("ambient_declaration", Role::Wrapper),
    ("nested_identifier", Role::Custom(nested_identifier)),
    ("import_alias", Role::Custom(import_alias)),
    ("required_parameter", Role::Custom(parameter)),
    ("optional_parameter", Role::Custom(parameter)),
    ("type_parameter", Role::TypeParameter { name: "name" }),
    ("extends_clause", Role::Pass { value: "value", ty: "" }),
    ("extends_type_clause", Role::Bases(BaseKind::Inherit)),
    ("implements_clause", Role::Bases(BaseKind::Implement)),
    ("type_annotation", Role::Type),
    ("type_predicate_annotation", Role::Type),
    ("asserts_annotation", Role::Type),
    ("type_predicate", Role::Keyword { name: "name", value: "" }),
    ("asserts", Role::Type),
    ("type_arguments", Role::Type),
    ("constraint", Role::Type),
    ("default_type", Role::Type),
    ("type_identifier", Role::TypeName),
    ("predefined_type", Role::Custom(predefined_type)),
    ("this_type", Role::This),
    ("generic_type", Role::Pass { value: "name", ty: "" }),
    ("nested_type_identifier", Role::Member { object: "module", name: "name" }),
    ("array_type", Role::Literal("Array")),
    ("tuple_type", Role::Literal("Array")),
    ("object_type", Role::Custom(object_type)),
    ("function_type", Role::Scope(ScopeKind::Function)),
    ("constructor_type", Role::Scope(ScopeKind::Function)),
    ("call_signature", Role::Scope(ScopeKind::Function)),
    ("construct_signature", Role::Scope(ScopeKind::Function)),
    ("index_signature", Role::Keyword { name: "name", value: "" }),
    ("mapped_type_clause", Role::TypeParameter { name: "name" }),
    ("infer_type", Role::Custom(infer_type)),
    ("as_expression", Role::Pass { value: "0", ty: "1" }),
    ("satisfies_expression", Role::Pass { value: "0", ty: "1" }),
    ("non_null_expression", Role::Pass { value: "0", ty: "" }),
    ("instantiation_expression", Role::Pass { value: "0", ty: "" }),
    ("conditional_type", Role::Pass { value: "", ty: "" }),
    ("readonly_type", Role::Type),
    ("parenthesized_type", Role::Type),
    ("template_literal_type", Role::Literal("string")),
];

const METHOD: Define = Define { name: NameAt::Find(property_name), ..Define::FUNCTION };
const METHOD_SIGNATURE: Role = Role::Define(METHOD);
const FIELD: Role = Role::Define(Define { name: NameAt::Find(property_name), ..Define::FIELD });
const NAMED_FIELD: Role = Role::Named { name: "name", value: "value", ty: "type" };
const NAMESPACE: Role = Role::Define(Define { name: NameAt::Find(property_name), ..Define::NAMESPACE });
/// Members of a type that has no name are no symbols.
const ANONYMOUS_FIELD: Role = Role::Keyword { name: "name", value: "" };
const ANONYMOUS_METHOD: Role = Role::Scope(ScopeKind::Function);
const ANONYMOUS_TYPE: Role = Role::Scope(ScopeKind::Block);
const PARAMETER: Role = Role::Parameter { name: "pattern", ty: "type", default: "value", variadic: false };
const REST_PARAMETER: Role = Role::Parameter { name: "pattern", ty: "type", default: "value", variadic: true };
const THIS_PARAMETER: Role = Role::Keyword { name: "pattern", value: "" };
const TUPLE_MEMBER: Role = Role::Keyword { name: "name", value: "value" };
const ALIAS: Role = Role::Declare(Declare { name: "0", value: "1", ty: "", ..Declare::LOCAL });
const NESTED_NAME: Role = Role::Member { object: "object", name: "property" };

fn enum_body(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    for member in node.named_children(&mut cursor) {
        let name = if member.kind() == "enum_assignment" { member.child_by_field_name("name") } else { Some(member) };
        let name = name.map(|name| if name.kind() == "string" { name.named_child(0).unwrap_or(name) } else { name });
        if let Some(name) = name.filter(|name| !name.is_extra() && !name.is_error()) {
            walk.leaf_symbol(member, name, SymbolKind::Field);
        }
    }
    Visit::Children
}

/// Whether what is looked at stands directly in an interface, class or type alias.
fn in_named_type(walk: &Walk<'_>) -> bool {
    walk.scope_kind() == ScopeKind::Type
}

fn method_signature(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if in_named_type(walk) { Visit::As(&METHOD_SIGNATURE) } else { Visit::As(&ANONYMOUS_METHOD) }
}

fn property_signature(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if in_named_type(walk) { Visit::As(&FIELD) } else { Visit::As(&ANONYMOUS_FIELD) }
}

fn object_type(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    let of_alias = matches!(walk.nearest_role(), Some(Role::Define(define)) if define.kind == SymbolKind::TypeAlias);
    if of_alias { Visit::Children } else { Visit::As(&ANONYMOUS_TYPE) }
}

/// A field whose value is a function is a method.
fn field(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_by_field_name("value").is_some_and(|value| is_function(value.kind())) {
        return Visit::As(&NAMED_FIELD);
    }
    Visit::As(&FIELD)
}

/// `namespace A.B {}`, and `declare module "m" {}`, which other files import by that name.
fn namespace(_: &mut Walk<'_>, _: Node<'_>) -> Visit {
    Visit::As(&NAMESPACE)
}

fn nested_identifier(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.is_pending_name(node) { Visit::Skip } else { Visit::As(&NESTED_NAME) }
}

/// `import a = b.c`.
fn import_alias(_: &mut Walk<'_>, _: Node<'_>) -> Visit {
    Visit::As(&ALIAS)
}

fn parameter(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(pattern) = node.child_by_field_name("pattern") else { return Visit::As(&TUPLE_MEMBER) };
    if pattern.kind() == "this" {
        return Visit::As(&THIS_PARAMETER);
    }
    if !matches!(walk.around(), Some(Role::Parameters)) {
        // A member of a tuple type.
        return Visit::As(&THIS_PARAMETER);
    }
    if node.kind() == "optional_parameter" {
        walk.optional_parameter();
    }
    if node.child(0).is_some_and(|first| matches!(first.kind(), "accessibility_modifier" | "override_modifier" | "readonly")) {
        walk.field_parameter();
    }
    if pattern.kind() == "rest_pattern" { Visit::As(&REST_PARAMETER) } else { Visit::As(&PARAMETER) }
}

fn predefined_type(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let index = walk.use_text(node, UseKind::Literal, UseRole::Type, walk.text(node), NONE);
    walk.stand_for(index);
    Visit::Skip
}

/// `infer T` declares `T`.
fn infer_type(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.named_child(0) {
        walk.declare(name, crate::syntax::rows::BindingKind::TypeParameter);
    }
    Visit::Skip
}
