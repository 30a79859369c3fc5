//! What the node kinds of Rust mean.

use tree_sitter::Node;

use super::{tokens, uses};
use crate::languages::{Declare, Define, Metric, Metrics, Role, Slot, Visit};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("line_comment", Role::Custom(comment)),
    ("block_comment", Role::Custom(comment)),
    ("attribute_item", Role::Attribute),
    ("inner_attribute_item", Role::Custom(inner_attribute)),
    ("attribute", Role::Custom(tokens::attribute)),
    // Imports.
    ("use_declaration", Role::Custom(uses::declaration)),
    ("extern_crate_declaration", Role::Custom(uses::extern_crate)),
    ("mod_item", Role::Custom(uses::module)),
    ("declaration_list", Role::Custom(uses::declarations)),
    // Definitions.
    ("function_item", Role::Define(Define::FUNCTION)),
    ("function_signature_item", Role::Define(Define::FUNCTION)),
    ("struct_item", Role::Define(Define::type_of(SymbolKind::Struct))),
    ("union_item", Role::Define(Define::type_of(SymbolKind::Struct))),
    ("enum_item", Role::Define(Define::type_of(SymbolKind::Enum))),
    ("enum_variant", Role::Define(Define { body: "", ty: "", scope: Some(ScopeKind::Type), ..Define::FIELD })),
    ("trait_item", Role::Define(Define { bases: "bounds", ..Define::type_of(SymbolKind::Trait) })),
    ("impl_item", Role::Custom(implementation)),
    ("field_declaration", Role::Define(Define::FIELD)),
    ("const_item", Role::Custom(constant)),
    ("static_item", Role::Custom(constant)),
    ("type_item", Role::Define(Define { ty: "type", ..Define::ALIAS })),
    ("associated_type", Role::Define(Define { ty: "", ..Define::ALIAS })),
    ("macro_definition", Role::Define(MACRO)),
    ("macro_rule", Role::Custom(macro_rule)),
    ("token_tree_pattern", Role::Skip),
    // Parameters.
    ("parameter", Role::Custom(parameter)),
    ("self_parameter", Role::Custom(self_parameter)),
    ("variadic_parameter", Role::Parameter { name: "pattern", ty: "", default: "", variadic: true }),
    ("closure_parameters", Role::Parameters),
    ("type_parameter", Role::TypeParameter { name: "name" }),
    ("const_parameter", Role::TypeParameter { name: "name" }),
    // Scopes, bindings and patterns.
    ("block", Role::Scope(ScopeKind::Block)),
    ("if_expression", Role::Scope(ScopeKind::Block)),
    ("while_expression", Role::Scope(ScopeKind::Block)),
    ("match_arm", Role::Scope(ScopeKind::Block)),
    ("closure_expression", Role::Scope(ScopeKind::Function)),
    ("function_type", Role::Scope(ScopeKind::Function)),
    ("let_declaration", Role::Declare(Declare { name: "pattern", ..PATTERN })),
    ("let_condition", Role::Declare(Declare { name: "pattern", ty: "", ..PATTERN })),
    ("match_pattern", Role::Declare(Declare { name: "0", value: "", ty: "", ..PATTERN })),
    ("for_expression", Role::Declare(Declare { name: "pattern", ty: "", element: true, scope: true, ..PATTERN })),
    ("tuple_struct_pattern", Role::Pattern { ty: "type" }),
    ("struct_pattern", Role::Pattern { ty: "type" }),
    ("field_pattern", Role::Custom(field_pattern)),
    ("shorthand_field_identifier", Role::Name),
    ("tuple_pattern", Role::List { first: false }),
    ("tuple_expression", Role::List { first: false }),
    ("mut_pattern", Role::Pass { value: "", ty: "" }),
    ("ref_pattern", Role::Pass { value: "", ty: "" }),
    ("reference_pattern", Role::Pass { value: "", ty: "" }),
    ("assignment_expression", Role::Assign { left: "left", right: "right", ty: "" }),
    ("compound_assignment_expr", Role::Assign { left: "left", right: "", ty: "" }),
    // Names and expressions.
    ("identifier", Role::Name),
    ("type_identifier", Role::TypeName),
    ("primitive_type", Role::TypeName),
    ("crate", Role::Name),
    ("super", Role::Name),
    ("self", Role::Custom(own)),
    ("field_expression", Role::Member { object: "value", name: "field" }),
    ("scoped_identifier", Role::Member { object: "path", name: "name" }),
    ("scoped_type_identifier", Role::Member { object: "path", name: "name" }),
    ("call_expression", Role::Call { function: "function", arguments: "arguments" }),
    ("macro_invocation", Role::Call { function: "macro", arguments: "" }),
    ("token_tree", Role::Custom(tokens::token_tree)),
    ("struct_expression", Role::New { class: "name", arguments: "body" }),
    ("field_initializer", Role::Custom(field_initializer)),
    ("index_expression", Role::Element { object: "0" }),
    ("try_expression", Role::Element { object: "0" }),
    ("await_expression", Role::Pass { value: "0", ty: "" }),
    ("reference_expression", Role::Pass { value: "value", ty: "" }),
    ("unary_expression", Role::Pass { value: "0", ty: "" }),
    ("parenthesized_expression", Role::Pass { value: "0", ty: "" }),
    ("type_cast_expression", Role::Pass { value: "", ty: "type" }),
    ("generic_function", Role::Pass { value: "function", ty: "" }),
    // Types.
    ("generic_type", Role::Pass { value: "type", ty: "" }),
    ("generic_type_with_turbofish", Role::Pass { value: "type", ty: "" }),
    ("generic_pattern", Role::Pass { value: "0", ty: "" }),
    ("reference_type", Role::Pass { value: "type", ty: "" }),
    ("pointer_type", Role::Pass { value: "type", ty: "" }),
    ("dynamic_type", Role::Pass { value: "trait", ty: "" }),
    ("abstract_type", Role::Pass { value: "trait", ty: "" }),
    ("bounded_type", Role::Pass { value: "0", ty: "" }),
    ("higher_ranked_trait_bound", Role::Pass { value: "type", ty: "" }),
    ("bracketed_type", Role::Pass { value: "0", ty: "" }),
    ("qualified_type", Role::Pass { value: "type", ty: "alias" }),
    ("array_type", Role::Element { object: "element" }),
    ("type_binding", Role::Keyword { name: "name", value: "type" }),
    ("removed_trait_bound", Role::Skip),
    ("lifetime", Role::Skip),
    ("label", Role::Skip),
    ("visibility_modifier", Role::Skip),
    // Literals.
    ("string_literal", Role::Literal("str")),
    ("raw_string_literal", Role::Literal("str")),
    ("char_literal", Role::Literal("char")),
    ("integer_literal", Role::Literal("i32")),
    ("float_literal", Role::Literal("f64")),
    ("boolean_literal", Role::Literal("bool")),
    ("unit_expression", Role::Literal("()")),
];

const PATTERN: Declare = Declare { capitals: true, ..Declare::LOCAL };
const MACRO: Define = Define { kind: SymbolKind::Macro, kind_in_type: SymbolKind::Macro, ty: "", body: "", ..Define::FUNCTION };
const CONSTANT: Role = Role::Define(Define { kind: SymbolKind::Constant, kind_in_type: SymbolKind::Constant, ..Define::FIELD });
const STATIC: Role = Role::Define(Define { kind: SymbolKind::Variable, kind_in_type: SymbolKind::Variable, ..Define::FIELD });
const FUNCTION_SCOPE: Role = Role::Scope(ScopeKind::Function);
const LOCAL: Role = Role::Declare(Declare::LOCAL);
const IMPLEMENTATION: Role = Role::Extension { ty: "type", base: "trait" };
const NOT_IMPLEMENTED: Role = Role::Extension { ty: "type", base: "" };
const PARAMETER: Role = Role::Parameter { name: "pattern", ty: "type", default: "", variadic: false };
const FIELD_VALUE: Role = Role::Keyword { name: "field", value: "value" };

pub(super) const METRICS: Metrics = Metrics {
    decisions: &["if_expression", "while_expression", "for_expression", "loop_expression", "match_arm", "try_expression"],
    short_circuits: &["&&", "||"],
    chains: &["binary_expression", "let_chain", "parenthesized_expression"],
    nesting: &["if_expression", "while_expression", "for_expression", "loop_expression", "match_expression"],
    flat: &["else_clause"],
    deepening: &["closure_expression"],
    statements: &["let_declaration", "expression_statement", "const_item", "static_item", "use_declaration", "macro_definition"],
    judged: &["match_arm", "match_pattern", "let_declaration", "break_expression", "continue_expression"],
    judge,
    ..Metrics::NONE
};

/// The arm for all the rest is no decision, a guard is one, and `let … else` is an `if`.
fn judge(walk: &Walk<'_>, node: Node<'_>, metric: Metric) -> Metric {
    match node.kind() {
        "match_arm" => {
            let rest = node.child_by_field_name("pattern").is_some_and(|pattern| walk.text(pattern) == "_");
            metric.only_if(!rest, Metric::DECISION)
        }
        "match_pattern" if node.child_by_field_name("condition").is_some() => metric.with(Metric::DECISION),
        "let_declaration" if node.child_by_field_name("alternative").is_some() => metric.with(Metric::DECISION).with(Metric::NESTING),
        _ if node.child(1).is_some_and(|label| label.kind() == "label") => metric.with(Metric::FLAT),
        _ => metric,
    }
}

/// Comments before an item document it; `//!` and `/*!` document what they stand in.
fn comment(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let text = walk.text(node);
    if !text.starts_with("//!") && !text.starts_with("/*!") {
        return Visit::As(&Role::Comment);
    }
    if !walk.current_symbol().doc.is_empty() {
        return Visit::Skip;
    }
    let mut doc = String::new();
    if let Some(block) = text.strip_prefix("/*!") {
        for line in block.trim_end_matches("*/").lines() {
            let line = line.trim();
            doc.push_str(line.strip_prefix('*').map_or(line, str::trim));
            doc.push('\n');
        }
    } else {
        // The first line stands for all that follow without a gap.
        let rest = walk.source().get(node.start_byte()..).unwrap_or("");
        for line in rest.lines() {
            let Some(line) = line.trim_start().strip_prefix("//!") else { break };
            doc.push_str(line.trim());
            doc.push('\n');
        }
    }
    let id = walk.string(doc.trim());
    walk.update_symbol(|symbol| symbol.doc = id);
    Visit::Skip
}

fn inner_attribute(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if super::is_test_attribute(walk.text(node)) {
        walk.update_symbol(|symbol| symbol.flags.set(SymbolFlags::TEST));
    }
    Visit::Skip
}

/// `impl !Trait for T` implements nothing.
fn implementation(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let negative = node.child_by_field_name("trait").is_some_and(|name| {
        let before = walk.source().get(node.start_byte()..name.start_byte()).unwrap_or("");
        before.trim_end().ends_with('!')
    });
    if negative { Visit::As(&NOT_IMPLEMENTED) } else { Visit::As(&IMPLEMENTATION) }
}

/// A constant or static; inside a function it is a local name, and `const _` has none.
fn constant(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if matches!(walk.scope_kind(), ScopeKind::Function | ScopeKind::Block) {
        return Visit::As(&LOCAL);
    }
    match node.child_by_field_name("name") {
        Some(name) if walk.text(name) == "_" => Visit::As(&LOCAL),
        _ if node.kind() == "static_item" => Visit::As(&STATIC),
        _ => Visit::As(&CONSTANT),
    }
}

fn macro_rule(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let start = node.start_byte() as u32;
    walk.update_symbol(|symbol| symbol.body_start = symbol.body_start.min(start));
    Visit::As(&FUNCTION_SCOPE)
}

/// `self: Box<Self>` is the receiver.
fn parameter(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let first = walk.text(node);
    if first.strip_prefix("mut ").unwrap_or(first).strip_prefix("self").is_some_and(|rest| rest.trim_start().starts_with(':')) {
        walk.update_symbol(|symbol| symbol.flags.set(SymbolFlags::HAS_RECEIVER));
        return Visit::As(&Role::Type);
    }
    Visit::As(&PARAMETER)
}

fn self_parameter(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    walk.update_symbol(|symbol| symbol.flags.set(SymbolFlags::HAS_RECEIVER));
    Visit::Skip
}

/// `self` is the current object, but in `self::name` the current module.
fn own(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.part(0) == Slot::Object && walk.source().get(node.end_byte()..).is_some_and(|rest| rest.starts_with("::")) {
        return Visit::As(&Role::Name);
    }
    Visit::As(&Role::This)
}

fn field_initializer(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(field) = node.child_by_field_name("field")
        && let Some((Some(Role::New { .. }), class)) = walk.open_node(2)
    {
        let name = walk.text(field);
        walk.use_text(field, UseKind::Member, UseRole::Write, name, class);
    }
    Visit::As(&FIELD_VALUE)
}

fn field_pattern(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(field) = node.child_by_field_name("name")
        && let Some((Some(Role::Pattern { .. }), class)) = walk.open_node(1)
    {
        let name = walk.text(field);
        walk.use_text(field, UseKind::Member, UseRole::Read, name, class);
    }
    Visit::Children
}
