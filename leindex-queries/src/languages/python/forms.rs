//! What a table cannot say of Python: assignments that define, decorators that matter, patterns.

use tree_sitter::Node;

use crate::languages::{Declare, Define, Role, Visit};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, UseRole};
use crate::syntax::walk::Walk;

const REST: Role = Role::Rest;
const FUNCTION: Role = Role::Define(Define::FUNCTION);
const ASSIGNMENT: Role = Role::Assign { left: "left", right: "right", ty: "type" };
/// An assignment at the top of a file or class makes symbols.
const MODULE_ASSIGNMENT: Role =
    Role::Declare(Declare { name: "left", value: "right", symbol: Some((SymbolKind::Variable, SymbolKind::Field)), ..Declare::LOCAL });
const AUGMENTED: Role = Role::Assign { left: "left", right: "right", ty: "" };
const WITH: Role = Role::Declare(Declare { name: "alias", value: "0", ty: "", ..Declare::LOCAL });
const EXCEPT: Role = Role::Declare(Declare { name: "alias", value: "", ty: "0", ..Declare::LOCAL });
const EXCEPT_ANY: Role = Role::Declare(Declare { name: "alias", value: "", ty: "", ..Declare::LOCAL });

/// What decorates a method decides whether its first parameter is the receiver.
pub(super) fn function(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if walk.scope_kind() != ScopeKind::Type {
        return Visit::As(&FUNCTION);
    }
    Visit::Then(&FUNCTION, |walk, node| {
        let start = walk.current_symbol().start as usize;
        let decorators = walk.source().get(start..node.start_byte()).unwrap_or("");
        if decorators.contains("@staticmethod") {
            walk.update_symbol(|row| row.flags.set(SymbolFlags::STATIC));
        }
    })
}

// Assignments.

pub(super) fn assignment(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if !matches!(walk.scope_kind(), ScopeKind::File | ScopeKind::Type) {
        return Visit::As(&ASSIGNMENT);
    }
    let Some(left) = node.child_by_field_name("left") else { return Visit::As(&ASSIGNMENT) };
    if !matches!(left.kind(), "identifier" | "pattern_list" | "tuple_pattern" | "list_pattern") {
        return Visit::As(&ASSIGNMENT);
    }
    if walk.text(left) == "__all__"
        && let Some(right) = node.child_by_field_name("right")
    {
        exports(walk, right);
    }
    Visit::As(&MODULE_ASSIGNMENT)
}

/// `__all__ += […]`.
pub(super) fn augmented_assignment(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.scope_kind() == ScopeKind::File
        && node.child_by_field_name("left").is_some_and(|left| walk.text(left) == "__all__")
        && let Some(right) = node.child_by_field_name("right")
    {
        exports(walk, right);
    }
    Visit::As(&AUGMENTED)
}

/// `__all__.extend([…])` and `__all__.append("…")`.
pub(super) fn statement(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.scope_kind() == ScopeKind::File
        && walk.text(node).starts_with("__all__.")
        && let Some(arguments) = node.named_child(0).and_then(|call| call.child_by_field_name("arguments"))
    {
        exports(walk, arguments);
        if let Some(list) = arguments.named_child(0) {
            exports(walk, list);
        }
    }
    Visit::Children
}

/// Exports the strings of a list, or of lists added to each other.
fn exports(walk: &mut Walk<'_>, list: Node<'_>) {
    let mut cursor = list.walk();
    for item in list.named_children(&mut cursor) {
        match item.kind() {
            "string" => {
                let name = unquoted(walk.text(item));
                walk.export(name, name);
            }
            "list" | "tuple" if list.kind() == "binary_operator" => {
                let mut inside = item.walk();
                for name in item.named_children(&mut inside).filter(|name| name.kind() == "string") {
                    let name = unquoted(walk.text(name));
                    walk.export(name, name);
                }
            }
            _ => {}
        }
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_start_matches(['r', 'R', 'u', 'U', 'b', 'B', 'f', 'F']).trim_matches(['"', '\''])
}

/// `*args` and `**kwargs` as parameters; in other places the name inside is taken as the place says.
pub(super) fn splat(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if matches!(walk.around(), Some(Role::Parameters))
        && let Some(name) = node.named_child(0)
    {
        walk.add_parameter(name, true, true);
        return Visit::Skip;
    }
    Visit::As(&REST)
}

// What runs special methods.

pub(super) fn with_item(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    const MANAGED: Role = Role::Implicit { value: "value", members: &["__enter__", "__exit__"] };
    const MANAGED_ASYNC: Role = Role::Implicit { value: "value", members: &["__aenter__", "__aexit__"] };
    Visit::As(if walk.text_around(1).starts_with("async") { &MANAGED_ASYNC } else { &MANAGED })
}

/// `item in container`.
pub(super) fn comparison(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    const CONTAINS: Role = Role::Implicit { value: "1", members: &["__contains__"] };
    let mut cursor = node.walk();
    let mut operators = node.children_by_field_name("operators", &mut cursor).map(|operator| operator.kind());
    match (operators.next(), operators.next()) {
        (Some("in" | "not in"), None) => Visit::As(&CONTAINS),
        _ => Visit::Children,
    }
}

// Patterns.

/// `value as name` of a `with`, an `except` or a `case`.
pub(super) fn as_pattern(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.is_declaring() {
        return Visit::Children;
    }
    if !walk.text_around(0).starts_with("except") {
        return Visit::As(&WITH);
    }
    let names_type = node.named_child(0).is_some_and(|ty| matches!(ty.kind(), "identifier" | "attribute"));
    Visit::As(if names_type { &EXCEPT } else { &EXCEPT_ANY })
}

/// `Shop(owner=name)`: the class is read, what is inside is bound.
pub(super) fn class_pattern(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(class) = node.named_child(0).filter(|class| class.kind() == "dotted_name") {
        walk.use_path(class.start_byte(), walk.text(class), UseRole::Read);
        walk.skip_to(class.end_byte());
    }
    Visit::Children
}

pub(super) fn keyword_pattern(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.named_child(0) {
        walk.skip_to(name.end_byte());
    }
    Visit::Children
}

/// In a pattern a plain name is bound and a dotted one compared with.
pub(super) fn dotted_name(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.named_child_count() > 1 && walk.is_declaring() {
        walk.use_path(node.start_byte(), walk.text(node), UseRole::Read);
        return Visit::Skip;
    }
    Visit::Children
}
