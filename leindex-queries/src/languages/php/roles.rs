//! What the node kinds of PHP mean.

use tree_sitter::Node;

use super::imports;
use crate::languages::{Declare, Define, Metric, Metrics, NameAt, Role, Visit};
use crate::syntax::rows::{BaseKind, NONE, ScopeKind, SymbolFlags, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("text", Role::Skip),
    ("namespace_definition", Role::Custom(namespace)),
    ("namespace_use_declaration", Role::Custom(imports::use_declaration)),
    ("class_declaration", Role::Define(Define::type_of(SymbolKind::Class))),
    // The name that PHP itself gives to such classes.
    ("anonymous_class", Role::Define(Define { name: NameAt::Fixed("class@anonymous"), ..Define::type_of(SymbolKind::Class) })),
    ("interface_declaration", Role::Define(Define::type_of(SymbolKind::Interface))),
    ("trait_declaration", Role::Define(Define::type_of(SymbolKind::Trait))),
    ("enum_declaration", Role::Define(Define::type_of(SymbolKind::Enum))),
    ("enum_case", Role::Define(Define { ty: "", ..Define::FIELD })),
    ("base_clause", Role::Bases(BaseKind::Inherit)),
    ("class_interface_clause", Role::Bases(BaseKind::Implement)),
    ("use_declaration", Role::Bases(BaseKind::Inherit)),
    ("use_list", Role::Skip),
    ("method_declaration", Role::Define(Define::FUNCTION)),
    ("function_definition", Role::Define(Define::FUNCTION)),
    ("property_declaration", Role::Group { ty: "type" }),
    ("property_element", Role::Custom(property)),
    ("return_statement", Role::Return { value: "0" }),
    ("property_hook", Role::Scope(ScopeKind::Function)),
    ("const_declaration", Role::Group { ty: "type" }),
    ("const_element", Role::Define(CONSTANT)),
    ("attribute_group", Role::Decorator),
    ("attribute", Role::Call { function: "0", arguments: "parameters" }),
    ("anonymous_function", Role::Scope(ScopeKind::Function)),
    ("arrow_function", Role::Scope(ScopeKind::Function)),
    ("simple_parameter", Role::Parameter { name: "name", ty: "type", default: "default_value", variadic: false }),
    ("variadic_parameter", Role::Parameter { name: "name", ty: "type", default: "", variadic: true }),
    ("property_promotion_parameter", Role::Custom(promoted)),
    ("variable_name", Role::WholeName),
    ("name", Role::Custom(name)),
    ("qualified_name", Role::Custom(qualified)),
    ("relative_name", Role::Custom(relative)),
    ("relative_scope", Role::Custom(name)),
    ("member_access_expression", Role::Member { object: "object", name: "name" }),
    ("nullsafe_member_access_expression", Role::Member { object: "object", name: "name" }),
    ("scoped_property_access_expression", Role::Custom(static_property)),
    ("class_constant_access_expression", Role::Member { object: "0", name: "1" }),
    ("member_call_expression", Role::MethodCall { object: "object", name: "name", arguments: "arguments" }),
    ("nullsafe_member_call_expression", Role::MethodCall { object: "object", name: "name", arguments: "arguments" }),
    ("scoped_call_expression", Role::MethodCall { object: "scope", name: "name", arguments: "arguments" }),
    ("function_call_expression", Role::Custom(imports::call)),
    ("object_creation_expression", Role::New { class: "0", arguments: "1" }),
    ("argument", Role::Custom(argument)),
    ("subscript_expression", Role::Element { object: "0" }),
    ("parenthesized_expression", Role::Pass { value: "0", ty: "" }),
    ("clone_expression", Role::Pass { value: "0", ty: "" }),
    ("error_suppression_expression", Role::Pass { value: "0", ty: "" }),
    ("by_ref", Role::Pass { value: "0", ty: "" }),
    ("named_type", Role::Type),
    ("optional_type", Role::Pass { value: "0", ty: "" }),
    ("union_type", Role::Type),
    ("intersection_type", Role::Type),
    ("disjunctive_normal_form_type", Role::Type),
    ("type_list", Role::Type),
    ("primitive_type", Role::Custom(primitive)),
    ("dynamic_variable_name", Role::Skip),
    ("assignment_expression", Role::Custom(assignment)),
    ("reference_assignment_expression", Role::Assign { left: "left", right: "right", ty: "" }),
    ("augmented_assignment_expression", Role::Assign { left: "left", right: "right", ty: "" }),
    ("foreach_statement", Role::Declare(Declare { name: "1", value: "0", ty: "", element: true, ..Declare::LOCAL })),
    ("pair", Role::List { first: true }),
    ("catch_clause", Role::Declare(Declare { name: "name", value: "", ty: "type", ..Declare::LOCAL })),
    ("static_variable_declaration", Role::Declare(Declare { name: "name", value: "value", ty: "", ..Declare::LOCAL })),
    ("global_declaration", Role::Outer),
    ("include_expression", Role::Custom(imports::include)),
    ("include_once_expression", Role::Custom(imports::include)),
    ("require_expression", Role::Custom(imports::include)),
    ("require_once_expression", Role::Custom(imports::include)),
    ("string", Role::Literal("string")),
    ("encapsed_string", Role::Literal("string")),
    ("heredoc", Role::Literal("string")),
    ("nowdoc", Role::Literal("string")),
    ("integer", Role::Literal("int")),
    ("float", Role::Literal("float")),
    ("boolean", Role::Literal("bool")),
    ("null", Role::Literal("null")),
    ("array_creation_expression", Role::Literal("array")),
    ("declare_statement", Role::Skip),
    ("goto_statement", Role::Skip),
    ("named_label_statement", Role::Skip),
];

pub(super) const METRICS: Metrics = Metrics {
    decisions: &[
        "if_statement",
        "else_if_clause",
        "while_statement",
        "do_statement",
        "for_statement",
        "foreach_statement",
        "case_statement",
        "catch_clause",
        "conditional_expression",
        "match_conditional_expression",
        "??",
        "??=",
        "?->",
    ],
    short_circuits: &["&&", "||", "and", "or"],
    chains: &["binary_expression", "parenthesized_expression"],
    nesting: &[
        "if_statement",
        "while_statement",
        "do_statement",
        "for_statement",
        "foreach_statement",
        "switch_statement",
        "catch_clause",
        "conditional_expression",
        "match_expression",
    ],
    flat: &["else_if_clause", "else_clause", "goto_statement"],
    deepening: &["anonymous_function", "arrow_function"],
    statements: &[
        "expression_statement",
        "echo_statement",
        "return_statement",
        "if_statement",
        "while_statement",
        "do_statement",
        "for_statement",
        "foreach_statement",
        "switch_statement",
        "try_statement",
        "break_statement",
        "continue_statement",
        "goto_statement",
        "unset_statement",
        "global_declaration",
        "function_static_declaration",
        "const_declaration",
        "declare_statement",
        "exit_statement",
    ],
    judged: &["break_statement", "continue_statement"],
    judge: |_, node, metric| if node.named_child_count() > 0 { metric.with(Metric::FLAT) } else { metric },
    ..Metrics::NONE
};

const CONSTANT: Define = Define {
    kind: SymbolKind::Constant,
    kind_in_type: SymbolKind::Constant,
    name: NameAt::Field("0"),
    ty: "",
    value: "1",
    ..Define::FIELD
};
const PROPERTY: Role = Role::Define(Define { ty: "", value: "default_value", ..Define::FIELD });
const NAMESPACE: Role = Role::Define(Define::NAMESPACE);
const PARAMETER: Role = Role::Parameter { name: "name", ty: "type", default: "default_value", variadic: false };
const STATIC_PROPERTY: Role = Role::Member { object: "scope", name: "name" };
const ASSIGN: Role = Role::Assign { left: "left", right: "right", ty: "" };
const GLOBAL: Role = Role::Declare(Declare {
    name: "left",
    value: "right",
    ty: "",
    symbol: Some((SymbolKind::Variable, SymbolKind::Variable)),
    ..Declare::LOCAL
});
const NAME: Role = Role::Name;
const THIS: Role = Role::This;
const SUPER: Role = Role::Super;
const NAMED_ARGUMENT: Role = Role::Keyword { name: "name", value: "1" };
const ARGUMENT: Role = Role::Pass { value: "", ty: "" };

/// `namespace A\B;` says where the file's names belong; with a block it is a symbol of its own.
fn namespace(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let name = node.child_by_field_name("name");
    let key = name.map_or("", |name| walk.text(name));
    if node.child_by_field_name("body").is_none() {
        walk.module(key, false);
        return Visit::Skip;
    }
    let Some(name) = name else { return Visit::Children };
    walk.module_of_definition(key);
    walk.skip(name);
    Visit::As(&NAMESPACE)
}

/// `$this->name` reaches the property `$name`, so properties drop the `$`; static ones keep it, as `self::$name` does.
fn property(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = node.child_by_field_name("name") else { return Visit::Children };
    let is_static = node.parent().is_some_and(|declaration| {
        let mut cursor = declaration.walk();
        declaration.named_children(&mut cursor).any(|child| child.kind() == "static_modifier")
    });
    if is_static {
        walk.flag_definition(SymbolFlags::STATIC);
    }
    walk.name_definition(name.start_byte() + usize::from(!is_static), name.end_byte());
    walk.skip(name);
    Visit::As(&PROPERTY)
}

fn promoted(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.child_by_field_name("name") {
        let start = name.start_byte() + usize::from(walk.text(name).starts_with('$'));
        walk.field_parameter_named(start, name.end_byte());
    }
    Visit::As(&PARAMETER)
}

fn name(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    match node.end_byte() - node.start_byte() {
        4 | 6 => match walk.text(node) {
            "self" | "static" => Visit::As(&THIS),
            "parent" => Visit::As(&SUPER),
            _ => Visit::As(&NAME),
        },
        _ => Visit::As(&NAME),
    }
}

fn primitive(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let index = walk.use_name(node, UseRole::Type);
    walk.stand_for(index);
    Visit::Skip
}

fn qualified(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let index = walk.qualified(node, "\\");
    if index != NONE {
        walk.stand_for(index);
    }
    Visit::Skip
}

/// `namespace\f`: a name of the file's own namespace.
fn relative(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let name = walk.text(node).rsplit('\\').next().unwrap_or("");
    let index = walk.use_text(node, UseKind::Name, walk.role_here(), name, NONE);
    walk.stand_for(index);
    Visit::Skip
}

fn static_property(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.child_by_field_name("name")
        && name.kind() == "variable_name"
    {
        walk.skip(name);
    }
    Visit::As(&STATIC_PROPERTY)
}

/// `f(name: $x)`: the name is the parameter's.
fn argument(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    Visit::As(if node.named_child_count() > 1 { &NAMED_ARGUMENT } else { &ARGUMENT })
}

/// A variable assigned outside functions is a symbol.
fn assignment(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let at_top = matches!(walk.scope_kind(), ScopeKind::File | ScopeKind::Namespace);
    if at_top && node.child_by_field_name("left").is_some_and(|left| left.kind() == "variable_name") {
        return Visit::As(&GLOBAL);
    }
    Visit::As(&ASSIGN)
}
