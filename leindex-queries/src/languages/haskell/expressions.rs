//! Expressions and patterns of Haskell that a table cannot say: operators, constructors, records.

use tree_sitter::Node;

use crate::languages::{Metric, Role, Visit};
use crate::syntax::rows::{BindingKind, NONE, ScopeKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

/// A value applied to one argument by an operator.
const APPLY_LEFT: Role = Role::Apply { function: "left_operand", argument: "" };
const APPLY_RIGHT: Role = Role::Apply { function: "right_operand", argument: "" };
const HEAD: Role = Role::Binds(BindingKind::Parameter);
const CONSTRUCT: Role = Role::Pass { value: "constructor", ty: "" };
const UPDATE: Role = Role::Pass { value: "expression", ty: "" };
const CLAUSE: Role = Role::Clause { pattern: "pattern", scope: ScopeKind::Block };
const CASES_CLAUSE: Role = Role::Clause { pattern: "patterns", scope: ScopeKind::Block };
const LIST: Role = Role::Literal("[]");

/// Operators of the Prelude that say nothing about the project: no uses are made of them.
const PLAIN_OPERATORS: &[&str] = &[
    "!!", "$", "$!", "&", "&&", "*", "**", "+", "++", "-", ".", "/", "/=", ":", "<", "<$", "<$>", "<*>", "<=", "<>", "=<<", "==", ">",
    ">=", ">>", ">>=", "^", "^^", "||", "~",
];

pub(super) fn infix(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(operator) = node.child(1) else { return Visit::Children };
    if is_name_being_defined(walk, operator) {
        // Of a function its operands are patterns; of a type they are types.
        let is_type = walk.is_typing() || walk.scope_kind() == ScopeKind::Type && walk.current_symbol().kind.is_type();
        return Visit::As(if is_type { &Role::Type } else { &HEAD });
    }
    if walk.is_declaring() || walk.is_typing() || operator.kind() != "operator" {
        return Visit::Children;
    }
    match walk.text(operator) {
        "$" | "$!" | "<$>" | "<$!>" | "=<<" | "." | "<=<" | ">=>" | "<$$>" => Visit::As(&APPLY_LEFT),
        ">>=" | "&" | "<&>" if node.child(2).is_some_and(|right| right.kind() != "infix") => Visit::As(&APPLY_RIGHT),
        operator @ ("&&" | "||") => {
            walk.short_circuit(if operator == "&&" { 1 } else { 2 });
            Visit::Children
        }
        _ => Visit::Children,
    }
}

/// `(+)` and `` `plus` `` hold the name.
fn is_name_being_defined(walk: &Walk<'_>, node: Node<'_>) -> bool {
    walk.is_pending_name(node) || node.named_child(0).is_some_and(|name| walk.is_pending_name(name))
}

/// An operator between its operands is called with both; anywhere else it is only named.
pub(super) fn operator(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.takes_name(node) {
        return Visit::Skip;
    }
    let text = walk.text(node);
    if PLAIN_OPERATORS.binary_search(&text).is_ok() || walk.is_typing() && text == "->" {
        return Visit::Skip;
    }
    let role = match walk.role_here() {
        UseRole::Read | UseRole::Write if !walk.is_declaring() => UseRole::Call,
        UseRole::Type | UseRole::Base => UseRole::Type,
        _ => UseRole::Read,
    };
    let index = walk.use_name(node, role);
    if role == UseRole::Call {
        walk.set_arity(index, 2);
    }
    Visit::Skip
}

/// `` `plus` ``.
pub(super) fn infix_id(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if is_name_being_defined(walk, node) {
        return Visit::Skip;
    }
    let Some(name) = node.named_child(0) else { return Visit::Skip };
    let role = match walk.role_here() {
        UseRole::Type | UseRole::Base => UseRole::Type,
        _ if walk.is_declaring() => UseRole::Read,
        _ if name.kind() == "constructor" => UseRole::New,
        _ => UseRole::Call,
    };
    let index = match (name.child_by_field_name("module"), name.child_by_field_name("id")) {
        (Some(module), Some(id)) => {
            let base = walk.use_text(module, UseKind::Name, UseRole::Read, walk.text(module).trim_end_matches('.'), NONE);
            walk.use_text(id, UseKind::Member, role, walk.text(id), base)
        }
        _ => walk.use_name(name, role),
    };
    if matches!(role, UseRole::Call | UseRole::New) {
        walk.set_arity(index, 2);
    }
    Visit::Skip
}

/// `(+)`: the operator as a value.
pub(super) fn prefix_id(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if is_name_being_defined(walk, node) {
        return Visit::Skip;
    }
    let Some(name) = node.named_child(0) else { return Visit::Skip };
    if name.kind() == "qualified" {
        return Visit::Children;
    }
    let text = walk.text(name);
    if walk.is_declaring() && name.kind() == "operator" {
        walk.declare(name, BindingKind::Parameter);
    } else if PLAIN_OPERATORS.binary_search(&text).is_err() {
        let role = walk.role_here();
        let index = walk.use_name(name, if walk.is_declaring() { UseRole::Read } else { role });
        walk.stand_for(index);
    } else {
        walk.stand_for(NONE);
    }
    Visit::Skip
}

/// A constructor makes a value, except in a pattern.
pub(super) fn constructor(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.takes_name(node) {
        return Visit::Skip;
    }
    let role = if walk.is_declaring() || walk.is_typing() { walk.role_here() } else { UseRole::New };
    let index = walk.use_name(node, role);
    walk.stand_for(index);
    Visit::Skip
}

/// The module before a dot is one name: imports bind it whole.
pub(super) fn module(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let index = walk.use_text(node, UseKind::Name, UseRole::Read, walk.text(node).trim_end_matches('.'), NONE);
    walk.stand_for(index);
    Visit::Skip
}

pub(super) fn list(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if walk.is_typing() || walk.is_declaring() { Visit::Children } else { Visit::As(&LIST) }
}

/// `User { name = x }` and `user { name = x }`.
pub(super) fn record(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.is_declaring() || walk.is_typing() {
        return Visit::Children;
    }
    if node.child_by_field_name("constructor").is_some() { Visit::As(&CONSTRUCT) } else { Visit::As(&UPDATE) }
}

/// A field named in a record: a read of the field's function.
pub(super) fn field_name(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if !walk.is_typing() {
        walk.use_name(node, UseRole::Read);
    }
    Visit::Skip
}

/// `Anon { size }` binds `size` as well.
pub(super) fn field_pattern(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_by_field_name("pattern").is_none()
        && let Some(field) = node.child_by_field_name("field")
        && walk.is_declaring()
    {
        walk.declare(field, BindingKind::Variable);
    }
    Visit::Children
}

/// The guards of one branch are one decision.
pub(super) fn guards(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if !matches!(walk.text(node), "otherwise" | "True") {
        walk.counts(Metric::DECISION);
    }
    Visit::Children
}

pub(super) fn alternative(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let first = node.named_child(0);
    if first.is_none_or(|pattern| pattern.kind() != "wildcard") {
        walk.counts(Metric::DECISION);
    }
    if first.is_some_and(|first| first.kind() == "patterns") { Visit::As(&CASES_CLAUSE) } else { Visit::As(&CLAUSE) }
}
