//! What the node kinds of Ruby mean.

use tree_sitter::Node;

use super::calls;
use crate::languages::{Declare, Define, Metric, Metrics, NameAt, Role, Visit};
use crate::syntax::rows::{BindingKind, NONE, ScopeKind, SymbolFlags, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("module", Role::Custom(module)),
    ("class", Role::Custom(class)),
    ("superclass", Role::Bases(crate::syntax::rows::BaseKind::Inherit)),
    ("singleton_class", Role::Scope(ScopeKind::Type)),
    ("method", Role::Custom(method)),
    ("singleton_method", Role::Custom(singleton_method)),
    ("alias", Role::Custom(alias)),
    ("undef", Role::Skip),
    ("method_parameters", Role::Parameters),
    ("block_parameters", Role::Parameters),
    ("lambda_parameters", Role::Parameters),
    ("optional_parameter", Role::Parameter { name: "name", ty: "", default: "value", variadic: false }),
    ("keyword_parameter", Role::Parameter { name: "name", ty: "", default: "value", variadic: false }),
    ("splat_parameter", Role::Custom(splat)),
    ("hash_splat_parameter", Role::Custom(splat)),
    ("block_parameter", Role::Custom(block_parameter)),
    ("block", Role::Scope(ScopeKind::Block)),
    ("do_block", Role::Scope(ScopeKind::Block)),
    ("lambda", Role::Scope(ScopeKind::Block)),
    ("identifier", Role::NameOrCall(calls::claim)),
    ("constant", Role::Custom(constant)),
    ("scope_resolution", Role::Member { object: "scope", name: "name" }),
    ("self", Role::This),
    ("super", Role::Custom(super_method)),
    ("instance_variable", Role::OwnField),
    ("class_variable", Role::OwnField),
    ("global_variable", Role::Custom(global)),
    ("call", Role::Custom(calls::call)),
    // A definition may be an argument (`private def x`), and then the call around belongs to it.
    ("argument_list", Role::Wrapper),
    ("body_statement", Role::Return { value: "" }),
    ("return", Role::Custom(returned)),
    ("element_reference", Role::Element { object: "object" }),
    ("parenthesized_statements", Role::Pass { value: "0", ty: "" }),
    ("assignment", Role::Custom(assignment)),
    ("operator_assignment", Role::Custom(assignment)),
    ("left_assignment_list", Role::List { first: false }),
    ("right_assignment_list", Role::List { first: false }),
    ("exceptions", Role::Type),
    ("exception_variable", Role::Pass { value: "0", ty: "" }),
    ("rescue", Role::Declare(Declare { name: "variable", value: "", ty: "exceptions", ..Declare::LOCAL })),
    ("for", Role::Declare(Declare { name: "pattern", value: "value", ty: "", element: true, ..Declare::LOCAL })),
    ("in", Role::Pass { value: "0", ty: "" }),
    ("in_clause", Role::Declare(PATTERN)),
    ("match_pattern", Role::Declare(PATTERN)),
    ("test_pattern", Role::Declare(PATTERN)),
    ("array_pattern", Role::Pass { value: "", ty: "class" }),
    ("find_pattern", Role::Pass { value: "", ty: "class" }),
    ("hash_pattern", Role::Pass { value: "", ty: "class" }),
    ("keyword_pattern", Role::Custom(keyword_pattern)),
    ("variable_reference_pattern", Role::Custom(pinned)),
    ("pair", Role::Custom(pair)),
    ("string", Role::Literal("String")),
    ("chained_string", Role::Literal("String")),
    ("heredoc_beginning", Role::Literal("String")),
    ("subshell", Role::Literal("String")),
    ("character", Role::Literal("String")),
    ("simple_symbol", Role::Literal("Symbol")),
    ("delimited_symbol", Role::Literal("Symbol")),
    ("integer", Role::Literal("Integer")),
    ("float", Role::Literal("Float")),
    ("rational", Role::Literal("Rational")),
    ("complex", Role::Literal("Complex")),
    ("array", Role::Literal("Array")),
    ("string_array", Role::Literal("Array")),
    ("symbol_array", Role::Literal("Array")),
    ("hash", Role::Literal("Hash")),
    ("regex", Role::Literal("Regexp")),
    ("range", Role::Literal("Range")),
    ("nil", Role::Literal("NilClass")),
    ("true", Role::Literal("TrueClass")),
    ("false", Role::Literal("FalseClass")),
    ("uninterpreted", Role::Skip),
];

pub(super) const METRICS: Metrics = Metrics {
    decisions: &[
        "if",
        "elsif",
        "unless",
        "while",
        "until",
        "for",
        "when",
        "in_clause",
        "rescue",
        "conditional",
        "if_modifier",
        "unless_modifier",
        "while_modifier",
        "until_modifier",
        "rescue_modifier",
        "if_guard",
        "unless_guard",
        "&.",
    ],
    short_circuits: &["&&", "||", "and", "or"],
    chains: &["binary", "parenthesized_statements"],
    nesting: &[
        "if",
        "unless",
        "while",
        "until",
        "for",
        "case",
        "case_match",
        "rescue",
        "conditional",
        "if_modifier",
        "unless_modifier",
        "while_modifier",
        "until_modifier",
        "rescue_modifier",
    ],
    flat: &["elsif", "else", "redo", "retry"],
    deepening: &["block", "do_block"],
    statements: &[
        "assignment",
        "operator_assignment",
        "call",
        "return",
        "if",
        "unless",
        "while",
        "until",
        "for",
        "case",
        "case_match",
        "begin",
        "yield",
        "next",
        "break",
        "redo",
        "retry",
        "if_modifier",
        "unless_modifier",
        "while_modifier",
        "until_modifier",
        "rescue_modifier",
        "alias",
        "undef",
    ],
    judged: &["else"],
    // The `else` of a list of cases is one of the cases.
    judge: |walk, _, metric| metric.only_if(!matches!(walk.kind_around(0), "case" | "case_match"), Metric::FLAT),
    ..Metrics::NONE
};

const RETURN: Role = Role::Return { value: "0" };
const MODULE: Role = Role::Define(Define::type_of(SymbolKind::Trait));
const NAMESPACE: Role = Role::Define(Define { scope: Some(ScopeKind::Type), ..Define::NAMESPACE });
const CLASS: Role = Role::Define(Define::type_of(SymbolKind::Class));
/// `Point = Struct.new(:x) do … end`: the name is said by the hook.
const ASSIGNED_CLASS: Role = Role::Define(Define { body: "right", name: NameAt::Field("left"), ..Define::type_of(SymbolKind::Class) });
const FUNCTION: Role = Role::Define(Define { ty: "", ..Define::FUNCTION });
const METHOD: Role = Role::Define(Define { ty: "", kind: SymbolKind::Method, ..Define::FUNCTION });
const ASSIGN: Role = Role::Assign { left: "left", right: "right", ty: "" };
const CONSTANT: Role =
    Role::Declare(Declare { name: "left", value: "right", symbol: Some((SymbolKind::Constant, SymbolKind::Constant)), ..Declare::LOCAL });
const PARAMETER: Role = Role::Parameter { name: "name", ty: "", default: "", variadic: true };
const PATTERN: Declare = Declare { name: "pattern", value: "value", ty: "", kind: BindingKind::Variable, ..Declare::LOCAL };
const NAME: Role = Role::Name;
const PAIR: Role = Role::Keyword { name: "key", value: "value" };

/// A module with methods of its own is a mixin; one that only holds other definitions is a namespace.
fn module(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    declare_module(walk, node);
    let mut mixin = false;
    if let Some(body) = node.child_by_field_name("body") {
        let mut cursor = body.walk();
        mixin = body.named_children(&mut cursor).any(|child| child.kind() == "method");
    }
    Visit::As(if mixin { &MODULE } else { &NAMESPACE })
}

fn class(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    declare_module(walk, node);
    Visit::As(&CLASS)
}

/// The constant path of a class or module, and its name where it is qualified (`class A::B`).
fn declare_module(walk: &mut Walk<'_>, node: Node<'_>) {
    walk.flag_definition(SymbolFlags::PARTIAL);
    let Some(name) = node.child_by_field_name("name") else { return };
    let text = walk.text(name);
    let around = walk.module_around();
    let key = match text.strip_prefix("::") {
        Some(absolute) => absolute.to_owned(),
        None if around.is_empty() => text.to_owned(),
        None => format!("{around}::{text}"),
    };
    walk.module_of_definition(&key);
    if name.kind() == "scope_resolution"
        && let Some(last) = name.child_by_field_name("name")
    {
        walk.name_definition(last.start_byte(), last.end_byte());
        walk.skip(last);
        if let Some(outer) = name.child_by_field_name("scope") {
            walk.qualified(outer, "::");
        }
        walk.skip(name);
    }
}

/// Whether definitions here belong to a type: in its body or in a block there (`included do`).
fn in_type(walk: &Walk<'_>) -> bool {
    let kind = walk.current_symbol().kind;
    kind.is_type() || kind == SymbolKind::Namespace
}

/// Whether a definition stands right in `class << self`.
pub(super) fn in_singleton(node: Node<'_>) -> bool {
    node.parent().and_then(|body| body.parent()).is_some_and(|around| around.kind() == "singleton_class")
}

fn method(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.child_by_field_name("name")
        && name.kind() == "setter"
    {
        walk.skip(name);
    }
    if !in_type(walk) {
        return Visit::As(&FUNCTION);
    }
    if in_singleton(node) {
        walk.flag_definition(SymbolFlags::STATIC);
    }
    Visit::As(&METHOD)
}

/// `def self.make`, `def Other.make`.
fn singleton_method(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    walk.flag_definition(SymbolFlags::STATIC);
    if let Some(name) = node.child_by_field_name("name") {
        walk.skip(name);
    }
    if let Some(object) = node.child_by_field_name("object") {
        if object.kind() == "constant" {
            let ty = walk.use_name(object, UseRole::Type);
            walk.self_type_of_definition(ty);
        }
        walk.skip(object);
    }
    Visit::As(&METHOD)
}

fn alias(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let (Some(name), Some(old)) = (node.child_by_field_name("name"), node.child_by_field_name("alias")) {
        calls::add_alias(walk, node, calls::range_of_symbol(walk, name), calls::range_of_symbol(walk, old));
    }
    Visit::Skip
}

fn splat(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let in_list =
        node.parent().is_some_and(|parent| matches!(parent.kind(), "method_parameters" | "block_parameters" | "lambda_parameters"));
    if in_list { Visit::As(&PARAMETER) } else { Visit::Children }
}

fn block_parameter(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    walk.add_parameter(node.child_by_field_name("name").unwrap_or(node), true, false);
    Visit::Skip
}

/// A constant in a pattern is compared with, not bound.
fn constant(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.declares_pattern() {
        let index = walk.use_name(node, UseRole::Type);
        walk.stand_for(index);
        return Visit::Skip;
    }
    Visit::As(&NAME)
}

fn global(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let index = walk.use_name(node, walk.role_here());
    walk.stand_for(index);
    Visit::Skip
}

/// `super` names the method of the same name in a base.
fn super_method(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let symbol = walk.current_symbol();
    let name = if symbol.kind.is_callable() { walk.str(symbol.name).to_owned() } else { "super".to_owned() };
    let is_callee = node.parent().is_some_and(|parent| parent.kind() == "call" && parent.child_by_field_name("method") == Some(node));
    let base = walk.use_text(node, UseKind::Super, UseRole::Read, "super", NONE);
    let index = walk.use_text(node, UseKind::Member, if is_callee { UseRole::Read } else { UseRole::Call }, &name, base);
    walk.stand_for(index);
    Visit::Skip
}

/// `X = …` is a constant, `X = Struct.new(…) do … end` a class; others are variables and setters.
fn assignment(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let first = walk.source().as_bytes().get(node.start_byte());
    if !first.is_some_and(u8::is_ascii_uppercase) {
        return Visit::As(&ASSIGN);
    }
    let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
        return Visit::As(&ASSIGN);
    };
    if left.kind() != "constant" {
        return Visit::As(&ASSIGN);
    }
    let makes_class = ["Struct.new", "Class.new", "Module.new", "Data.define"].iter().any(|maker| walk.text(right).starts_with(maker));
    if makes_class && right.kind() == "call" && walk.scope_kind() != ScopeKind::Function {
        declare_assigned(walk, left);
        return Visit::As(&ASSIGNED_CLASS);
    }
    Visit::As(&CONSTANT)
}

fn declare_assigned(walk: &mut Walk<'_>, left: Node<'_>) {
    let around = walk.module_around();
    let text = walk.text(left);
    let key = if around.is_empty() { text.to_owned() } else { format!("{around}::{text}") };
    walk.module_of_definition(&key);
}

/// `in {name:}` binds `name`.
fn keyword_pattern(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(key) = node.child_by_field_name("key") else { return Visit::Children };
    if node.child_by_field_name("value").is_none() {
        walk.declare(key, BindingKind::Variable);
    }
    walk.skip(key);
    Visit::Children
}

fn pinned(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.named_child(0) {
        walk.use_name(name, UseRole::Read);
    }
    Visit::Skip
}

/// `{name:}` reads `name`.
fn pair(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.named_child_count() == 1
        && let Some(key) = node.named_child(0)
        && key.kind() == "hash_key_symbol"
    {
        let name = walk.text(key);
        let id = walk.string(name);
        let role = if walk.is_local(id) { UseRole::Read } else { UseRole::Call };
        walk.use_name(key, role);
        return Visit::Skip;
    }
    Visit::As(&PAIR)
}

fn returned(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.named_child(0).is_some_and(|values| values.named_child_count() == 1) {
        return Visit::As(&RETURN);
    }
    walk.gives(node, NONE);
    Visit::Children
}
