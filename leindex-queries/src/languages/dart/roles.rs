//! What the node kinds of Dart mean.

use tree_sitter::Node;

use super::{definitions, libraries};
use crate::languages::{Declare, Define, Metric, Metrics, NameAt, Role, Visit};
use crate::syntax::rows::{BaseKind, BindingKind, NONE, ScopeKind, SymbolFlags, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("block_comment", Role::Comment),
    ("documentation_comment", Role::Comment),
    ("documentation_block_comment", Role::Comment),
    ("library_name", Role::Custom(libraries::library)),
    ("part_of_directive", Role::Custom(libraries::part_of)),
    ("part_directive", Role::Custom(libraries::part)),
    ("library_import", Role::Custom(libraries::import)),
    ("library_export", Role::Custom(libraries::export)),
    ("script_tag", Role::Skip),
    ("annotation", Role::Decorator),
    ("class_declaration", Role::Custom(definitions::class)),
    ("mixin_declaration", Role::Custom(definitions::mixin)),
    (
        "extension_declaration",
        Role::Define(Define { self_type: "class", scope: Some(ScopeKind::Extension), ..Define::type_of(SymbolKind::Class) }),
    ),
    (
        "extension_type_declaration",
        Role::Define(Define { name: NameAt::Find(definitions::extension_type_name), ..Define::type_of(SymbolKind::Class) }),
    ),
    ("extension_type_representation", Role::Define(Define { value: "", ..Define::FIELD })),
    ("enum_declaration", Role::Define(Define::type_of(SymbolKind::Enum))),
    ("enum_entry", Role::Define(Define { ty: "", value: "", ..Define::FIELD })),
    (
        "type_alias",
        Role::Define(Define { name: NameAt::Find(definitions::alias_name), ty: "", scope: Some(ScopeKind::Block), ..Define::ALIAS }),
    ),
    ("superclass", Role::Bases(BaseKind::Inherit)),
    ("mixins", Role::Bases(BaseKind::Inherit)),
    ("mixin_application", Role::Bases(BaseKind::Inherit)),
    ("interfaces", Role::Bases(BaseKind::Implement)),
    ("member_declaration", Role::Wrapper),
    ("initialized_identifier_list", Role::Wrapper),
    ("static_final_declaration_list", Role::Wrapper),
    ("method_declaration", Role::Custom(definitions::method)),
    ("declaration", Role::Custom(definitions::declaration)),
    ("function_declaration", Role::Custom(definitions::function)),
    ("getter_declaration", Role::Custom(definitions::function)),
    ("setter_declaration", Role::Custom(definitions::function)),
    ("external_function_declaration", Role::Custom(definitions::function)),
    ("external_getter_declaration", Role::Custom(definitions::function)),
    ("external_setter_declaration", Role::Custom(definitions::function)),
    ("local_function_declaration", Role::Custom(definitions::local_function)),
    ("function_signature", Role::Signature { ty: "return_type" }),
    ("getter_signature", Role::Signature { ty: "return_type" }),
    ("operator_signature", Role::Signature { ty: "return_type" }),
    ("top_level_variable_declaration", Role::Custom(definitions::variables)),
    ("external_variable_declaration", Role::Custom(definitions::variables)),
    ("initialized_identifier", Role::Custom(definitions::variable)),
    ("static_final_declaration", Role::Custom(definitions::variable)),
    ("initialized_variable_declaration", Role::Custom(definitions::local_variable)),
    ("formal_parameter", Role::Custom(definitions::parameter)),
    ("field_formal_parameter", Role::Parameter { name: "name", ty: "", default: "", variadic: false }),
    ("super_formal_parameter", Role::Parameter { name: "name", ty: "", default: "", variadic: false }),
    ("type_parameter", Role::TypeParameter { name: "name" }),
    ("function_expression", Role::Scope(ScopeKind::Function)),
    ("block", Role::Scope(ScopeKind::Block)),
    ("for_statement", Role::Declare(Declare { name: "name", ty: "=type", element: true, scope: true, ..Declare::LOCAL })),
    ("for_element", Role::Declare(Declare { name: "name", ty: "=type", element: true, scope: true, ..Declare::LOCAL })),
    ("catch_clause", Role::Custom(catch)),
    ("variable_pattern", Role::Declare(Declare { value: "", ty: "", ..Declare::LOCAL })),
    ("identifier", Role::Name),
    ("identifier_dollar_escaped", Role::Name),
    ("type_identifier", Role::TypeName),
    ("type", Role::Custom(ty)),
    ("this", Role::This),
    ("super", Role::Super),
    ("label", Role::Skip),
    ("labeled_statement", Role::Custom(labeled)),
    ("break_statement", Role::Skip),
    ("continue_statement", Role::Skip),
    ("member_expression", Role::Member { object: "object", name: "property" }),
    ("null_aware_member_expression", Role::Member { object: "object", name: "property" }),
    ("constructor_tearoff", Role::Pass { value: "0", ty: "" }),
    ("assignable_expression", Role::Custom(assignable)),
    ("call_expression", Role::Custom(call)),
    ("constructor_invocation", Role::MethodCall { object: "type", name: "constructor", arguments: "arguments" }),
    ("new_expression", Role::New { class: "type", arguments: "arguments" }),
    ("const_object_expression", Role::New { class: "type", arguments: "arguments" }),
    ("initializer_list_entry", Role::Custom(initializer)),
    ("field_initializer", Role::Custom(field_initializer)),
    ("redirection", Role::Custom(initializer)),
    ("cascade", Role::Cascade { object: "0" }),
    ("cascade_call_expression", Role::Custom(cascade_call)),
    ("cascade_member_expression", Role::Member { object: "object", name: "property" }),
    ("cascade_null_aware_member_expression", Role::Member { object: "object", name: "property" }),
    ("cascade_selector", Role::Custom(cascade_selector)),
    ("index_expression", Role::Element { object: "object" }),
    ("null_aware_index_expression", Role::Element { object: "object" }),
    ("parenthesized_expression", Role::Pass { value: "0", ty: "" }),
    ("await_expression", Role::Pass { value: "0", ty: "" }),
    ("unary_expression", Role::Pass { value: "0", ty: "" }),
    ("null_assertion_expression", Role::Pass { value: "value", ty: "" }),
    ("if_null_expression", Role::Pass { value: "0", ty: "" }),
    ("type_cast_expression", Role::Pass { value: "0", ty: "" }),
    ("assignment_expression", Role::Assign { left: "left", right: "right", ty: "" }),
    ("function_type", Role::Type),
    ("typed_identifier", Role::Custom(typed_identifier)),
    ("instantiation_expression", Role::Pass { value: "0", ty: "" }),
    ("string_literal", Role::Literal("String")),
    ("decimal_integer_literal", Role::Literal("int")),
    ("hex_integer_literal", Role::Literal("int")),
    ("decimal_floating_point_literal", Role::Literal("double")),
    ("true", Role::Literal("bool")),
    ("false", Role::Literal("bool")),
    ("null_literal", Role::Literal("Null")),
    ("list_literal", Role::Literal("List")),
    ("set_or_map_literal", Role::Literal("Map")),
    ("symbol_literal", Role::Literal("Symbol")),
];

pub(super) const METRICS: Metrics = Metrics {
    decisions: &[
        "if_statement",
        "if_element",
        "for_statement",
        "for_element",
        "while_statement",
        "do_statement",
        "switch_statement_case",
        "switch_expression_case",
        "catch_clause",
        "conditional_expression",
        "if_null_expression",
        "null_aware_member_expression",
        "??=",
    ],
    short_circuits: &["&&", "||"],
    chains: &["logical_and_expression", "logical_or_expression", "parenthesized_expression"],
    nesting: &[
        "if_statement",
        "if_element",
        "for_statement",
        "for_element",
        "while_statement",
        "do_statement",
        "switch_statement",
        "switch_expression",
        "catch_clause",
        "conditional_expression",
    ],
    flat: &["else"],
    deepening: &["function_expression"],
    statements: &[
        "expression_statement",
        "local_variable_declaration",
        "return_statement",
        "if_statement",
        "for_statement",
        "while_statement",
        "do_statement",
        "switch_statement",
        "try_statement",
        "break_statement",
        "continue_statement",
        "rethrow_statement",
        "yield_statement",
        "assert_statement",
        "local_function_declaration",
    ],
    judged: &["break_statement", "continue_statement"],
    judge: |_, node, metric| if node.named_child_count() > 0 { metric.with(Metric::FLAT) } else { metric },
    ..Metrics::NONE
};

const CALL: Role = Role::Call { function: "function", arguments: "arguments" };
const NEW: Role = Role::New { class: "function", arguments: "arguments" };
const MEMBER: Role = Role::Member { object: "object", name: "property" };
const CASCADED: Role = Role::Member { object: "..", name: "0" };
const CASCADED_CALL: Role = Role::MethodCall { object: "..", name: "property", arguments: "arguments" };
const FIRST: Role = Role::Pass { value: "0", ty: "" };
const SECOND: Role = Role::Pass { value: "1", ty: "" };
const FIELD_INITIALIZER: Role = Role::Keyword { name: "name", value: "value" };
const CATCH: Role = Role::Declare(Declare { name: "exception", value: "", ty: "", ..Declare::LOCAL });

/// `p.Type` names a type through a prefix; others are their first part.
fn ty(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let text = walk.text(node);
    let word = text.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_' && byte != b'$').unwrap_or(text.len());
    if text.as_bytes().get(word) != Some(&b'.') {
        return Visit::As(&FIRST);
    }
    let end = text.bytes().position(|byte| matches!(byte, b'<' | b'?' | b' ')).unwrap_or(text.len());
    let index = walk.qualified_text(node.start_byte(), node.start_byte() + end, ".");
    walk.stand_for(index);
    Visit::Skip
}

/// `Foo(…)` makes a `Foo`: only types begin with a capital.
fn call(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let text = walk.source().as_bytes().get(node.start_byte()..).unwrap_or(&[]);
    let first = text.iter().find(|byte| **byte != b'_');
    if first.is_some_and(u8::is_ascii_uppercase) && node.child_by_field_name("function").is_some_and(|f| f.kind() == "identifier") {
        return Visit::As(&NEW);
    }
    let is_test = [&b"test("[..], b"group(", b"testWidgets("].iter().any(|word| text.starts_with(word));
    if is_test {
        walk.update_symbol(|symbol| symbol.flags.set(SymbolFlags::TEST));
    }
    Visit::As(&CALL)
}

fn assignable(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_count() == 1 {
        return Visit::As(&FIRST);
    }
    Visit::As(if node.child_by_field_name("property").is_some() { &MEMBER } else { &INDEXED })
}

const INDEXED: Role = Role::Element { object: "object" };

/// `..b()` calls a member of the cascade's object, `..a.b()` that of another.
fn cascade_call(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    Visit::As(if node.child_by_field_name("function").is_some() { &CALL } else { &CASCADED_CALL })
}

fn cascade_selector(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.named_child(0).is_some_and(|child| child.kind() == "identifier") { Visit::As(&CASCADED) } else { Visit::Children }
}

/// `super(…)`, `super.named(…)`, `this(…)` and `this.named(…)` after a constructor's parameters.
fn initializer(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    let target = node.children(&mut cursor).find(|child| matches!(child.kind(), "this" | "super"));
    let Some(target) = target else { return Visit::Children };
    let kind = if target.kind() == "this" { UseKind::This } else { UseKind::Super };
    walk.skip(target);
    let arity = node.child_by_field_name("arguments").or_else(|| node.named_child(node.named_child_count().saturating_sub(1) as u32));
    let mut cursor = node.walk();
    let name = node.named_children(&mut cursor).find(|child| child.kind() == "identifier");
    let index = match name {
        Some(name) => {
            walk.skip(name);
            let base = walk.use_text(target, kind, UseRole::Read, walk.text(target), NONE);
            walk.use_text(name, UseKind::Member, UseRole::Call, walk.text(name), base)
        }
        None => walk.use_text(target, kind, UseRole::Call, walk.text(target), NONE),
    };
    walk.set_arity(index, arity.map_or(0, |arguments| arguments.named_child_count() as u32));
    Visit::Children
}

/// `x = value` after a constructor's parameters sets the field `x`.
fn field_initializer(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.child_by_field_name("name") {
        let this = walk.use_text(name, UseKind::This, UseRole::Read, "this", NONE);
        walk.use_text(name, UseKind::Member, UseRole::Write, walk.text(name), this);
        walk.skip(name);
    }
    Visit::As(&FIELD_INITIALIZER)
}

fn catch(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(trace) = node.child_by_field_name("stack_trace") {
        walk.declare(trace, BindingKind::Variable);
        walk.skip(trace);
    }
    Visit::As(&CATCH)
}

/// The name of a parameter of a function type means nothing.
fn typed_identifier(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.child_by_field_name("name") {
        walk.skip(name);
    }
    Visit::As(&FIRST)
}

fn labeled(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(label) = node.named_child(0) {
        walk.skip(label);
    }
    Visit::As(&SECOND)
}
