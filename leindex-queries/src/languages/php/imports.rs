//! How PHP brings names in: `use`, `include`; and `define`, which makes them by a call.

use tree_sitter::Node;

use crate::languages::{Role, Visit};
use crate::syntax::rows::{ImportFlags, ImportKind, SymbolKind};
use crate::syntax::walk::Walk;

const CALL: Role = Role::Call { function: "function", arguments: "arguments" };

/// `use A\B;`, `use A\B as C, D\E;`, `use function A\f;`, `use A\{B, C as D, function g};`.
pub(super) fn use_declaration(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    let prefix = node.named_children(&mut cursor).find(|child| child.kind() == "namespace_name").map_or("", |name| walk.text(name));
    let clauses = node.child_by_field_name("body").unwrap_or(node);
    let mut cursor = clauses.walk();
    for clause in clauses.named_children(&mut cursor).filter(|child| child.kind() == "namespace_use_clause") {
        let mut parts = clause.walk();
        let Some(path) = clause.named_children(&mut parts).find(|part| matches!(part.kind(), "name" | "qualified_name")) else {
            continue;
        };
        let path = walk.text(path).trim_start_matches('\\');
        let (inner, name) = path.rsplit_once('\\').unwrap_or(("", path));
        let module = match (prefix, inner) {
            (prefix, "") => prefix.to_owned(),
            ("", inner) => inner.to_owned(),
            (prefix, inner) => format!("{prefix}\\{inner}"),
        };
        let alias = clause.child_by_field_name("alias").map_or(name, |alias| walk.text(alias));
        walk.import(clause, ImportKind::Symbol, module.trim_start_matches('\\'), name, alias, 0, ImportFlags::default());
    }
    Visit::Skip
}

/// `require __DIR__ . '/x.php'` and its kin with a literal path.
pub(super) fn include(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let text = walk.text(node);
    let Some((before, quoted)) = text.split_once(['\'', '"']) else { return Visit::Children };
    let Some((path, after)) = quoted.split_once(['\'', '"']) else { return Visit::Children };
    if path.contains(['$', '{']) || after.contains(['$', '.', '\'', '"']) {
        return Visit::Children;
    }
    let head = before.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '_').trim_start_matches([' ', '(']);
    let mut up = head.matches("dirname").count();
    let from_here = head.starts_with("__DIR__") || before.contains("__DIR__") || head.starts_with("dirname") || before.contains("__FILE__");
    if before.contains('$') || !from_here && before.contains('.') {
        return Visit::Children;
    }
    if before.contains("__FILE__") {
        // The first `dirname` of a file is its folder.
        up = up.saturating_sub(1);
    }
    let module = if from_here { format!("./{}{}", "../".repeat(up), path.trim_start_matches('/')) } else { path.to_owned() };
    walk.import(node, ImportKind::Wildcard, &module, "", "", 0, ImportFlags::default());
    Visit::Skip
}

/// `define('X', …)` makes a constant.
pub(super) fn call(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let text = walk.source().as_bytes().get(node.start_byte()..).unwrap_or(&[]);
    if text.starts_with(b"define(")
        && let Some(first) = node.child_by_field_name("arguments").and_then(|arguments| arguments.named_child(0))
        && let Some(string) = first.named_child(0)
        && string.kind() == "string"
        && let Some(content) = string.named_child(0)
    {
        walk.leaf_symbol(node, content, SymbolKind::Constant);
    }
    Visit::As(&CALL)
}
