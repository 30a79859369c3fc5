//! Types of Python: generic ones, unions, aliases, and those written in strings.

use tree_sitter::Node;

use crate::languages::{Define, NameAt, Role, Visit};
use crate::syntax::rows::{BindingKind, NONE, ScopeKind, UseRole};
use crate::syntax::walk::Walk;

const TYPE_ALIAS: Role =
    Role::Define(Define { name: NameAt::Find(alias_name), ty: "right", scope: Some(ScopeKind::Block), ..Define::ALIAS });
const STRING: Role = Role::Literal("str");
const GENERIC: Role = Role::Generic { container: "0" };
const GENERIC_SUBSCRIPT: Role = Role::Generic { container: "value" };
const ARGUMENTS: Role = Role::Pass { value: "", ty: "" };
const DELETED: Role = Role::Implicit { value: "value", members: &["__delitem__"] };
const WRAPPED: Role = Role::Pass { value: "1", ty: "" };
const SUBSCRIPT: Role = Role::Element { object: "value" };
const WRAPPED_SUBSCRIPT: Role = Role::Pass { value: "subscript", ty: "" };
const LEFT: Role = Role::Pass { value: "left", ty: "" };
const RIGHT: Role = Role::Pass { value: "right", ty: "" };

/// Types that say something of the type in their brackets: what has them has that type.
fn is_wrapper(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    matches!(name, "Annotated" | "ClassVar" | "Final" | "InitVar" | "NotRequired" | "Optional" | "ReadOnly" | "Required")
}

pub(super) fn generic(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let wraps = node.named_child(0).is_some_and(|name| is_wrapper(walk.text(name)));
    Visit::As(if wraps { &WRAPPED } else { &GENERIC })
}

/// `typing.Optional[X]`, and any element of a value.
pub(super) fn subscript(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.is_typing() {
        let wraps = node.named_child(0).is_some_and(|name| is_wrapper(walk.text(name)));
        return Visit::As(if wraps { &WRAPPED_SUBSCRIPT } else { &GENERIC_SUBSCRIPT });
    }
    let deletes = match walk.kind_around(0) {
        "expression_list" => walk.kind_around(1) == "delete_statement",
        kind => kind == "delete_statement",
    };
    Visit::As(if deletes { &DELETED } else { &SUBSCRIPT })
}

/// `X | None`: the first that is a type.
pub(super) fn union(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if !walk.is_typing() {
        return Visit::Children;
    }
    Visit::As(if node.named_child(0).is_some_and(|left| left.kind() == "none") { &RIGHT } else { &LEFT })
}

/// `Pair` of `type Pair[K, V] = …`.
fn alias_name(node: Node<'_>) -> Option<Node<'_>> {
    let left = node.child_by_field_name("left")?.named_child(0)?;
    if left.kind() == "generic_type" { left.named_child(0) } else { Some(left) }
}

pub(super) fn alias(_: &mut Walk<'_>, _: Node<'_>) -> Visit {
    Visit::Then(&TYPE_ALIAS, |walk, node| {
        let Some(left) = node.child_by_field_name("left") else { return };
        if let Some(parameters) = left.named_child(0).and_then(|generic| generic.named_child(1)) {
            declare_type_parameters(walk, parameters);
        }
        walk.skip_to(left.end_byte());
    })
}

/// `[K, V: int]` after the name of a function or class; after a type its arguments.
pub(super) fn parameters(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if !walk.parent_opens() {
        return Visit::As(&ARGUMENTS);
    }
    declare_type_parameters(walk, node);
    Visit::Skip
}

fn declare_type_parameters(walk: &mut Walk<'_>, list: Node<'_>) {
    let mut cursor = list.walk();
    for parameter in list.named_children(&mut cursor) {
        let Some(mut inner) = parameter.named_child(0) else { continue };
        if inner.kind() == "constrained_type" {
            // The bound, where it is a plain name.
            if let Some(bound) = inner.named_child(1).and_then(|bound| bound.named_child(0)).filter(|bound| bound.kind() == "identifier") {
                walk.use_name(bound, UseRole::Type);
            }
            match inner.named_child(0).and_then(|name| name.named_child(0)) {
                Some(name) => inner = name,
                None => continue,
            }
        }
        if inner.kind() == "splat_type" {
            match inner.named_child(0) {
                Some(name) => inner = name,
                None => continue,
            }
        }
        if inner.kind() == "identifier" {
            walk.declare(inner, BindingKind::TypeParameter);
        }
    }
}

/// A string where a type is expected holds one: `"User"`, `"list[models.User]"`.
pub(super) fn string(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if !walk.is_typing() {
        return Visit::As(&STRING);
    }
    // The strings of `Literal["r"]` are values, and those of `Annotated[X, "…"]` after the first.
    let is_value = |up: usize| {
        let around = walk.text_around(up);
        let before = around.get(..around.len().saturating_sub(walk.source().len() - node.start_byte())).unwrap_or("");
        let name = before.split('[').next().unwrap_or("").rsplit('.').next().unwrap_or("");
        name == "Literal" || name == "Annotated" && before.contains(',')
    };
    if (0..3).any(is_value) {
        return Visit::Skip;
    }
    let text = walk.text(node);
    let role = walk.role_here();
    let mut first = NONE;
    let mut wraps = false;
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_alphabetic() || c == '_') {
        let path = &rest[at..];
        let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(path.len());
        let (path, after) = path.split_at(end);
        let offset = text.len() - rest.len() + at;
        rest = after;
        if matches!(path, "None" | "True" | "False" | "r" | "u") || path.ends_with('.') {
            continue;
        }
        let index = walk.use_path(node.start_byte() + offset, path, role);
        if first == NONE || wraps {
            first = index;
        }
        wraps = is_wrapper(path);
        if path.ends_with("Literal") {
            rest = rest.split_once(']').map_or("", |(_, after)| after);
        }
    }
    if first != NONE {
        walk.stand_for(first);
    }
    Visit::Skip
}
