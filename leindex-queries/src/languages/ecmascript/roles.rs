//! What the node kinds that the grammars share mean.

use tree_sitter::Node;

use super::*;
use crate::languages::{Define, Metric, Metrics, NameAt, Role};
use crate::syntax::rows::{BaseKind, BindingKind, ScopeKind, SymbolKind};
use crate::syntax::walk::Walk;

pub(crate) const COMMON: [(&str, Role); 65] = [
    ("comment", Role::Custom(comment)),
    ("expression_statement", Role::Wrapper),
    ("export_statement", Role::Custom(export)),
    ("import_statement", Role::Custom(import)),
    ("function_declaration", Role::Define(Define::FUNCTION)),
    ("generator_function_declaration", Role::Define(Define::FUNCTION)),
    ("function_expression", Role::Custom(function_value)),
    ("generator_function", Role::Custom(function_value)),
    ("arrow_function", Role::Custom(function_value)),
    ("class_declaration", Role::Define(Define::type_of(SymbolKind::Class))),
    ("class", Role::Custom(class_value)),
    ("class_heritage", Role::Bases(BaseKind::Inherit)),
    ("method_definition", Role::Define(Define { name: NameAt::Find(property_name), ..Define::FUNCTION })),
    ("class_static_block", Role::Scope(ScopeKind::Block)),
    ("decorator", Role::Custom(decorator)),
    ("lexical_declaration", Role::Custom(declaration)),
    ("variable_declaration", Role::Custom(declaration)),
    ("variable_declarator", Role::Custom(declarator)),
    ("assignment_expression", Role::Custom(assignment)),
    ("augmented_assignment_expression", Role::Assign { left: "left", right: "right", ty: "" }),
    ("object", Role::Custom(object)),
    ("pair", Role::Custom(pair)),
    ("formal_parameters", Role::Parameters),
    ("assignment_pattern", Role::Custom(default_pattern)),
    ("rest_pattern", Role::Custom(rest_pattern)),
    ("object_pattern", Role::Custom(pattern)),
    ("array_pattern", Role::Custom(pattern)),
    ("pair_pattern", Role::Keyword { name: "key", value: "" }),
    ("object_assignment_pattern", Role::Keyword { name: "", value: "right" }),
    ("shorthand_property_identifier_pattern", Role::Name),
    ("shorthand_property_identifier", Role::Name),
    ("statement_block", Role::Custom(block)),
    ("switch_body", Role::Scope(ScopeKind::Block)),
    ("for_statement", Role::Scope(ScopeKind::Block)),
    ("for_in_statement", Role::Custom(for_in)),
    ("catch_clause", Role::Declare(CATCH)),
    ("identifier", Role::Name),
    ("this", Role::This),
    ("super", Role::Super),
    ("undefined", Role::Literal("undefined")),
    ("null", Role::Literal("null")),
    ("true", Role::Literal("boolean")),
    ("false", Role::Literal("boolean")),
    ("number", Role::Literal("number")),
    ("string", Role::Literal("string")),
    ("template_string", Role::Literal("string")),
    ("regex", Role::Literal("RegExp")),
    ("array", Role::Literal("Array")),
    ("return_statement", Role::Return { value: "0" }),
    ("member_expression", Role::Member { object: "object", name: "property" }),
    ("subscript_expression", Role::Element { object: "object" }),
    ("call_expression", Role::Custom(call)),
    ("new_expression", Role::New { class: "constructor", arguments: "arguments" }),
    ("parenthesized_expression", Role::Pass { value: "0", ty: "type" }),
    ("await_expression", Role::Pass { value: "0", ty: "" }),
    ("meta_property", Role::Literal("meta")),
    ("import_attribute", Role::Skip),
    ("hash_bang_line", Role::Skip),
    ("labeled_statement", Role::Keyword { name: "label", value: "" }),
    ("statement_identifier", Role::Skip),
    ("string_fragment", Role::Skip),
    ("escape_sequence", Role::Skip),
    ("regex_pattern", Role::Skip),
    ("regex_flags", Role::Skip),
    ("property_identifier", Role::Skip),
];

/// JSX; TypeScript's grammar without it lacks these.
pub(crate) const JSX: [(&str, Role); 5] = [
    ("jsx_opening_element", Role::Custom(jsx_element)),
    ("jsx_self_closing_element", Role::Custom(jsx_element)),
    ("jsx_closing_element", Role::Skip),
    ("jsx_namespace_name", Role::Skip),
    ("jsx_text", Role::Skip),
];

const CATCH: crate::languages::Declare = crate::languages::Declare {
    name: "parameter",
    value: "",
    kind: BindingKind::Variable,
    scope: true,
    ..crate::languages::Declare::LOCAL
};

/// Joins two tables.
pub(crate) const fn concat<T: Copy, const A: usize, const B: usize, const N: usize>(
    first: [(&'static str, T); A],
    second: [(&'static str, T); B],
) -> [(&'static str, T); N] {
    assert!(A + B == N && A > 0, "the joined table has the length of both");
    let mut joined = [first[0]; N];
    let mut at = 0;
    while at < N {
        joined[at] = if at < A { first[at] } else { second[at - A] };
        at += 1;
    }
    joined
}

pub(crate) const METRICS: Metrics = Metrics {
    decisions: &[
        "if_statement",
        "for_statement",
        "for_in_statement",
        "while_statement",
        "do_statement",
        "switch_case",
        "catch_clause",
        "ternary_expression",
        "??",
        "&&=",
        "||=",
        "??=",
        "optional_chain",
    ],
    short_circuits: &["&&", "||"],
    chains: &["binary_expression", "parenthesized_expression"],
    nesting: &[
        "if_statement",
        "for_statement",
        "for_in_statement",
        "while_statement",
        "do_statement",
        "switch_statement",
        "catch_clause",
        "ternary_expression",
    ],
    flat: &["else_clause"],
    deepening: &["arrow_function", "function_expression", "generator_function"],
    statements: &[
        "expression_statement",
        "lexical_declaration",
        "variable_declaration",
        "return_statement",
        "if_statement",
        "for_statement",
        "for_in_statement",
        "while_statement",
        "do_statement",
        "switch_statement",
        "try_statement",
        "throw_statement",
        "break_statement",
        "continue_statement",
        "debugger_statement",
        "labeled_statement",
        "with_statement",
        "import_statement",
        "export_statement",
        "function_declaration",
        "generator_function_declaration",
        "class_declaration",
    ],
    judged: &["break_statement", "continue_statement", "call_expression"],
    judge,
    ..Metrics::NONE
};

/// A jump with a label costs one. The `?.` before arguments has no node of its own in TypeScript.
fn judge(_: &Walk<'_>, node: Node<'_>, metric: Metric) -> Metric {
    match node.kind() {
        "call_expression" if node.child(1).is_some_and(|token| token.kind() == "?.") => metric.with(Metric::DECISION),
        "break_statement" | "continue_statement" if node.named_child_count() > 0 => metric.with(Metric::FLAT),
        _ => metric,
    }
}
