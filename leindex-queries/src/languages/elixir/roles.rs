//! What the node kinds of Elixir mean. Nearly everything is a `call`; the word called decides, in [`super::forms`].

use crate::languages::{Declare, Metrics, Role};
use crate::syntax::rows::{BindingKind, ScopeKind};

use super::forms;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("call", Role::Custom(forms::call)),
    ("identifier", Role::Name),
    ("alias", Role::Custom(forms::alias)),
    ("dot", Role::Member { object: "left", name: "right" }),
    ("binary_operator", Role::Custom(forms::binary)),
    ("unary_operator", Role::Custom(forms::unary)),
    ("map", Role::Custom(forms::map)),
    ("struct", Role::Type),
    ("access_call", Role::Element { object: "target" }),
    ("do_block", Role::Custom(forms::block)),
    ("else_block", Role::Custom(forms::block)),
    ("rescue_block", Role::Custom(forms::block)),
    ("catch_block", Role::Custom(forms::block)),
    ("after_block", Role::Custom(forms::block)),
    ("body", Role::Custom(forms::body)),
    ("block", Role::Pass { value: "0", ty: "" }),
    ("anonymous_function", Role::Scope(ScopeKind::Function)),
    ("pair", Role::Custom(forms::pair)),
    ("stab_clause", Role::Custom(forms::stab)),
    ("string", Role::Literal("String")),
    ("sigil", Role::Literal("String")),
    ("charlist", Role::Literal("List")),
    ("list", Role::Literal("List")),
    ("tuple", Role::Literal("Tuple")),
    ("bitstring", Role::Literal("Bitwise")),
    ("integer", Role::Literal("Integer")),
    ("float", Role::Literal("Float")),
    ("atom", Role::Literal("Atom")),
    ("quoted_atom", Role::Literal("Atom")),
    ("boolean", Role::Literal("Atom")),
    ("nil", Role::Literal("Atom")),
    ("interpolation", Role::Keyword { name: "", value: "0" }),
];

pub(super) const CALL: Role = Role::Call { function: "target", arguments: "arguments" };
pub(super) const PLAIN_CALL: Role = Role::Call { function: "target", arguments: "1" };
/// `user.name`, `String.t()` inside a type: the value of the dotted name.
pub(super) const TARGET: Role = Role::Pass { value: "target", ty: "" };
pub(super) const PIPE: Role = Role::Apply { function: "right", argument: "left" };
pub(super) const MATCH: Role = Role::Declare(Declare { name: "left", value: "right", ty: "", ..Declare::LOCAL });
pub(super) const GENERATOR: Role = Role::Declare(Declare { name: "left", value: "right", ty: "", element: true, ..Declare::LOCAL });
pub(super) const RESCUE: Role = Role::Declare(Declare { name: "left", value: "", ty: "right", ..Declare::LOCAL });
pub(super) const DEFAULT: Role =
    Role::Declare(Declare { name: "left", value: "right", ty: "", kind: BindingKind::Parameter, ..Declare::LOCAL });
/// Inside a pattern: one side is an expression.
pub(super) const RIGHT_READ: Role = Role::Keyword { name: "", value: "right" };
pub(super) const LEFT_READ: Role = Role::Keyword { name: "", value: "left" };
pub(super) const PIN: Role = Role::Keyword { name: "", value: "operand" };
pub(super) const HEAD: Role = Role::Binds(BindingKind::Parameter);
pub(super) const STRUCT: Role = Role::New { class: "0", arguments: "" };
pub(super) const BLOCK: Role = Role::Scope(ScopeKind::Block);
pub(super) const LAMBDA: Role = Role::Scope(ScopeKind::Function);
pub(super) const CLAUSE: Role = Role::Clause { pattern: "left", scope: ScopeKind::Block };
pub(super) const IMPLEMENTATION: Role = Role::Extension { ty: "", base: "" };

/// The branching forms are calls, which [`forms::call`] counts; a clause counts in [`forms::stab`].
pub(super) const METRICS: Metrics = Metrics {
    decisions: &[],
    short_circuits: &["and", "or", "&&", "||"],
    chains: &["binary_operator", "block"],
    nesting: &[],
    flat: &[],
    deepening: &["anonymous_function"],
    statements: &[],
    ..Metrics::NONE
};
