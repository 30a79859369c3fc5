//! What Python's node kinds mean.

use tree_sitter::Node;

use super::{forms, imports, types};
use crate::languages::{Declare, Define, Metric, Metrics, Role};
use crate::syntax::rows::{BindingKind, ScopeKind, SymbolKind};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("decorated_definition", Role::Wrapper),
    ("decorator", Role::Decorator),
    ("function_definition", Role::Custom(forms::function)),
    ("class_definition", Role::Define(Define { bases: "superclasses", ..Define::type_of(SymbolKind::Class) })),
    ("type_alias_statement", Role::Custom(types::alias)),
    ("type_parameter", Role::Custom(types::parameters)),
    ("lambda", Role::Scope(ScopeKind::Function)),
    ("lambda_parameters", Role::Parameters),
    ("list_comprehension", Role::Scope(ScopeKind::Block)),
    ("set_comprehension", Role::Scope(ScopeKind::Block)),
    ("dictionary_comprehension", Role::Scope(ScopeKind::Block)),
    ("generator_expression", Role::Scope(ScopeKind::Block)),
    ("parameters", Role::Parameters),
    ("default_parameter", Role::Parameter { name: "name", ty: "", default: "value", variadic: false }),
    ("typed_default_parameter", Role::Parameter { name: "name", ty: "type", default: "value", variadic: false }),
    ("typed_parameter", Role::Parameter { name: "0", ty: "type", default: "", variadic: false }),
    ("list_splat_pattern", Role::Custom(forms::splat)),
    ("dictionary_splat_pattern", Role::Custom(forms::splat)),
    ("keyword_argument", Role::Keyword { name: "name", value: "value" }),
    ("identifier", Role::Name),
    ("attribute", Role::Member { object: "object", name: "attribute" }),
    ("call", Role::Call { function: "function", arguments: "arguments" }),
    ("subscript", Role::Custom(types::subscript)),
    ("parenthesized_expression", Role::Pass { value: "0", ty: "" }),
    ("await", Role::Pass { value: "0", ty: "" }),
    ("string", Role::Custom(types::string)),
    ("concatenated_string", Role::Literal("str")),
    ("none", Role::Literal("None")),
    ("integer", Role::Literal("int")),
    ("float", Role::Literal("float")),
    ("list", Role::Items("list")),
    ("dictionary", Role::Literal("dict")),
    ("set", Role::Literal("set")),
    ("tuple", Role::Items("tuple")),
    ("expression_list", Role::Items("tuple")),
    ("list_splat", Role::Rest),
    ("pattern_list", Role::List { first: false }),
    ("tuple_pattern", Role::List { first: false }),
    ("list_pattern", Role::List { first: false }),
    ("with_item", Role::Custom(forms::with_item)),
    ("comparison_operator", Role::Custom(forms::comparison)),
    ("type", Role::Type),
    ("generic_type", Role::Custom(types::generic)),
    ("binary_operator", Role::Custom(types::union)),
    ("union_type", Role::Pass { value: "0", ty: "" }),
    ("member_type", Role::Pass { value: "0", ty: "" }),
    ("assignment", Role::Custom(forms::assignment)),
    ("augmented_assignment", Role::Custom(forms::augmented_assignment)),
    ("named_expression", Role::Assign { left: "name", right: "value", ty: "" }),
    ("for_statement", Role::Declare(FOR)),
    ("for_in_clause", Role::Declare(FOR)),
    ("as_pattern", Role::Custom(forms::as_pattern)),
    ("as_pattern_target", Role::Pass { value: "0", ty: "" }),
    ("case_pattern", Role::Binds(BindingKind::Variable)),
    ("class_pattern", Role::Custom(forms::class_pattern)),
    ("keyword_pattern", Role::Custom(forms::keyword_pattern)),
    ("dotted_name", Role::Custom(forms::dotted_name)),
    ("expression_statement", Role::Custom(forms::statement)),
    ("return_statement", Role::Return { value: "0" }),
    ("global_statement", Role::Outer),
    ("nonlocal_statement", Role::Outer),
    ("import_statement", Role::Custom(imports::import)),
    ("import_from_statement", Role::Custom(imports::import_from)),
    ("future_import_statement", Role::Skip),
];

const FOR: Declare = Declare { name: "left", value: "right", ty: "", element: true, ..Declare::LOCAL };

pub(super) const METRICS: Metrics = Metrics {
    decisions: &[
        "if_statement",
        "elif_clause",
        "for_statement",
        "while_statement",
        "except_clause",
        "conditional_expression",
        "for_in_clause",
        "if_clause",
        "assert_statement",
        "case_clause",
    ],
    short_circuits: &["and", "or"],
    chains: &["boolean_operator", "parenthesized_expression"],
    nesting: &["if_statement", "for_statement", "while_statement", "except_clause", "conditional_expression", "match_statement"],
    flat: &["elif_clause", "else_clause"],
    deepening: &["lambda"],
    statements: &[
        "expression_statement",
        "return_statement",
        "if_statement",
        "for_statement",
        "while_statement",
        "try_statement",
        "with_statement",
        "match_statement",
        "raise_statement",
        "assert_statement",
        "delete_statement",
        "pass_statement",
        "break_statement",
        "continue_statement",
        "global_statement",
        "nonlocal_statement",
        "import_statement",
        "import_from_statement",
        "function_definition",
        "class_definition",
        "type_alias_statement",
    ],
    opaque: &["assert_statement", "parameters", "decorator"],
    judged: &["else_clause", "if_clause", "case_clause"],
    judge,
};

/// What radon has in addition to kinds: the `else` of a loop or `try` is a branch, a guard is none, and one case of a
/// `match` that takes everything is none.
fn judge(walk: &Walk<'_>, node: Node<'_>, metric: Metric) -> Metric {
    match node.kind() {
        "else_clause" if walk.kind_around(0) != "if_statement" => metric.with(Metric::DECISION),
        "if_clause" => metric.only_if(walk.kind_around(0) != "case_clause", Metric::DECISION),
        "case_clause" => {
            let earlier = std::iter::successors(node.prev_named_sibling(), Node::prev_named_sibling);
            let first = takes_everything(walk, node) && !earlier.into_iter().any(|case| takes_everything(walk, case));
            metric.only_if(!first, Metric::DECISION)
        }
        _ => metric,
    }
}

/// `case _:` and `case name:`, with a guard or without.
fn takes_everything(walk: &Walk<'_>, case: Node<'_>) -> bool {
    let mut cursor = case.walk();
    let mut patterns = case.named_children(&mut cursor).filter(|child| child.kind() == "case_pattern");
    let (Some(pattern), None) = (patterns.next(), patterns.next()) else { return false };
    let name = walk.text(pattern).trim_matches(['(', ')', ' ']);
    !matches!(name, "None" | "True" | "False")
        && name.starts_with(|first: char| first == '_' || first.is_alphabetic())
        && name.chars().all(|character| character == '_' || character.is_alphanumeric())
}
