//! What the node kinds of Lua mean.

use tree_sitter::Node;

use super::tables;
use crate::languages::{Declare, Define, Metrics, NameAt, Role, Visit};
use crate::syntax::rows::{ScopeKind, SymbolKind};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("hash_bang_line", Role::Skip),
    ("function_declaration", Role::Custom(tables::function_declaration)),
    ("function_definition", Role::Scope(ScopeKind::Function)),
    ("block", Role::Scope(ScopeKind::Block)),
    ("for_statement", Role::Scope(ScopeKind::Block)),
    ("parameters", Role::Parameters),
    ("vararg_expression", Role::Custom(vararg)),
    ("variable_declaration", Role::Custom(tables::variable_declaration)),
    ("assignment_statement", Role::Custom(tables::assignment)),
    ("variable_list", Role::List { first: true }),
    ("expression_list", Role::List { first: true }),
    ("attribute", Role::Skip),
    ("for_numeric_clause", Role::Declare(Declare { name: "name", value: "start", ty: "", ..Declare::LOCAL })),
    ("for_generic_clause", Role::Declare(Declare { name: "0", value: "1", ty: "", element: true, ..Declare::LOCAL })),
    ("field", Role::Custom(tables::field)),
    ("return_statement", Role::Custom(tables::returned)),
    ("identifier", Role::Name),
    ("dot_index_expression", Role::Member { object: "table", name: "field" }),
    ("method_index_expression", Role::Member { object: "table", name: "method" }),
    ("bracket_index_expression", Role::Element { object: "table" }),
    ("function_call", Role::Custom(tables::call)),
    ("parenthesized_expression", Role::Pass { value: "0", ty: "" }),
    ("goto_statement", Role::Skip),
    ("label_statement", Role::Skip),
    ("string", Role::Literal("string")),
    ("number", Role::Literal("number")),
    ("true", Role::Literal("boolean")),
    ("false", Role::Literal("boolean")),
    ("nil", Role::Literal("nil")),
    ("table_constructor", Role::Literal("table")),
];

pub(super) const METRICS: Metrics = Metrics {
    decisions: &["if_statement", "elseif_statement", "for_statement", "while_statement", "repeat_statement"],
    short_circuits: &["and", "or"],
    chains: &["binary_expression", "parenthesized_expression"],
    nesting: &["if_statement", "for_statement", "while_statement", "repeat_statement"],
    flat: &["elseif_statement", "else_statement", "goto_statement"],
    deepening: &["function_definition"],
    statements: &[
        "assignment_statement",
        "function_call",
        "return_statement",
        "if_statement",
        "for_statement",
        "while_statement",
        "repeat_statement",
        "do_statement",
        "break_statement",
        "goto_statement",
        "function_declaration",
    ],
    ..Metrics::NONE
};

pub(super) const FUNCTION: Role = Role::Define(Define { ty: "", ..Define::FUNCTION });
pub(super) const METHOD: Role =
    Role::Define(Define { kind: SymbolKind::Method, kind_in_type: SymbolKind::Method, ty: "", ..Define::FUNCTION });
/// `M.f = function … end`: the name, the table and the function are said by the hook.
pub(super) const ASSIGNED_METHOD: Role = Role::Define(Define {
    kind: SymbolKind::Method,
    kind_in_type: SymbolKind::Method,
    body: "",
    ty: "",
    name: NameAt::Field("name"),
    ..Define::FUNCTION
});
pub(super) const ASSIGNED_FUNCTION: Role = Role::Define(Define { body: "", ty: "", ..Define::FUNCTION });
pub(super) const CALL: Role = Role::Call { function: "name", arguments: "arguments" };
pub(super) const FIELD: Role = Role::Keyword { name: "name", value: "value" };
pub(super) const WRAPPER: Role = Role::Wrapper;
pub(super) const RETURN: Role = Role::Return { value: "0" };
pub(super) const ASSIGN: Role = Role::Assign { left: "0", right: "1", ty: "" };
pub(super) const VARIABLE: Role =
    Role::Declare(Declare { name: "0", value: "1", ty: "", symbol: Some((SymbolKind::Variable, SymbolKind::Variable)), ..Declare::LOCAL });

fn vararg(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.declares_parameter() {
        walk.add_parameter(node, true, true);
    }
    Visit::Skip
}
