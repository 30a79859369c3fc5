//! Imports and exports of Scala: paths, selectors, renames and wildcards of both versions.

use tree_sitter::Node;

use crate::languages::Visit;
use crate::syntax::rows::{ImportFlags, ImportKind};
use crate::syntax::walk::Walk;

pub(super) fn import(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    clauses(walk, node, ImportFlags::default())
}

/// What an export clause names becomes a member here.
pub(super) fn export(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    clauses(walk, node, ImportFlags::REEXPORT)
}

/// `import a.b.C, d.e.{F, G as H, _}`: clauses stand one after the other between commas, each a path and what is
/// wanted of it.
fn clauses(walk: &mut Walk<'_>, node: Node<'_>, flags: ImportFlags) -> Visit {
    let mut path: Vec<&str> = Vec::new();
    let mut selected = false;
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        match child.kind() {
            "," => {
                last_of_path(walk, node, &path, selected, flags);
                path.clear();
                selected = false;
            }
            "identifier" | "operator_identifier" | "type_identifier" => path.push(walk.text(child)),
            "namespace_wildcard" | "arrow_renamed_identifier" | "as_renamed_identifier" => {
                selector(walk, child, &path.join("."), flags);
                selected = true;
            }
            "namespace_selectors" => {
                let module = path.join(".");
                let mut cursor = child.walk();
                for item in child.named_children(&mut cursor) {
                    selector(walk, item, &module, flags);
                }
                selected = true;
            }
            _ => {}
        }
    }
    last_of_path(walk, node, &path, selected, flags);
    Visit::Skip
}

fn last_of_path(walk: &mut Walk<'_>, node: Node<'_>, path: &[&str], selected: bool, flags: ImportFlags) {
    if let (false, Some((name, module))) = (selected, path.split_last()) {
        walk.import(node, ImportKind::Symbol, &module.join("."), name, name, 0, flags);
    }
}

fn selector(walk: &mut Walk<'_>, item: Node<'_>, module: &str, flags: ImportFlags) {
    match item.kind() {
        "namespace_wildcard" | "wildcard" => {
            walk.import(item, ImportKind::Wildcard, module, "", "", 0, flags);
        }
        "identifier" | "operator_identifier" | "type_identifier" => {
            let name = walk.text(item);
            walk.import(item, ImportKind::Symbol, module, name, name, 0, flags);
        }
        "arrow_renamed_identifier" | "as_renamed_identifier" => {
            let (Some(name), Some(alias)) = (item.child_by_field_name("name"), item.child_by_field_name("alias")) else { return };
            // `x => _` hides `x` from the wildcard beside it.
            if alias.kind() != "wildcard" {
                walk.import(item, ImportKind::Symbol, module, walk.text(name), walk.text(alias), 0, flags);
            }
        }
        _ => {}
    }
}
