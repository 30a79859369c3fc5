//! `use` trees, `extern crate` and `mod x;`.

use tree_sitter::Node;

use crate::languages::{Define, Role, Slot, Visit};
use crate::syntax::rows::{ImportFlags, ImportKind, SymbolKind};
use crate::syntax::walk::Walk;

const MODULE: Role = Role::Define(Define::NAMESPACE);

pub(super) fn declaration(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(argument) = node.child_by_field_name("argument") else { return Visit::Skip };
    let flags = visibility(node);
    // The open branches of the tree, each with the path before it.
    let mut open = vec![(String::new(), argument)];
    while let Some((prefix, tree)) = open.pop() {
        match tree.kind() {
            "scoped_use_list" => {
                let path = joined(&prefix, tree.child_by_field_name("path").map_or("", |path| walk.text(path)));
                if let Some(list) = tree.child_by_field_name("list") {
                    branches(&path, list, &mut open);
                }
            }
            "use_list" => branches(&prefix, tree, &mut open),
            "use_wildcard" => {
                let path = tree.named_child(0).map_or("", |path| walk.text(path));
                walk.import(tree, ImportKind::Wildcard, &joined(&prefix, path), "", "", 0, flags);
            }
            "use_as_clause" => {
                let Some(path) = tree.child_by_field_name("path") else { continue };
                let alias = tree.child_by_field_name("alias").map_or("", |alias| walk.text(alias));
                leaf(walk, tree, &prefix, walk.text(path), Some(alias), flags);
            }
            "identifier" | "scoped_identifier" | "crate" | "self" | "super" | "metavariable" => {
                leaf(walk, tree, &prefix, walk.text(tree), None, flags);
            }
            _ => {}
        }
    }
    Visit::Skip
}

fn branches<'t>(prefix: &str, list: Node<'t>, open: &mut Vec<(String, Node<'t>)>) {
    let from = open.len();
    let mut cursor = list.walk();
    open.extend(list.named_children(&mut cursor).map(|branch| (prefix.to_owned(), branch)));
    open[from..].reverse();
}

/// One name at the end of a path. `as _` brings in a trait without a name.
fn leaf(walk: &mut Walk<'_>, node: Node<'_>, prefix: &str, path: &str, alias: Option<&str>, flags: ImportFlags) {
    let whole = joined(prefix, path);
    // `a::{self}` is `a`.
    let whole = whole.strip_suffix("::self").unwrap_or(&whole);
    let (module, name) = whole.rsplit_once("::").unwrap_or(("", whole));
    let alias = alias.map_or(name, |alias| if alias == "_" { "" } else { alias });
    if module.is_empty() || matches!(name, "super" | "crate") {
        walk.import(node, ImportKind::Module, whole, "", alias, 0, flags);
    } else {
        walk.import(node, ImportKind::Symbol, module, name, alias, 0, flags);
    }
}

fn joined(prefix: &str, path: &str) -> String {
    let path: String = path.split_whitespace().collect();
    match (prefix, path.as_str()) {
        ("", path) => path.to_owned(),
        (prefix, "") => prefix.to_owned(),
        (prefix, path) => format!("{prefix}::{path}"),
    }
}

pub(super) fn extern_crate(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = node.child_by_field_name("name") else { return Visit::Skip };
    let name = walk.text(name);
    let alias = node.child_by_field_name("alias").map_or(name, |alias| walk.text(alias));
    let module = if name == "self" { "crate".to_owned() } else { format!("::{name}") };
    walk.import(node, ImportKind::Module, &module, "", if alias == "_" { "" } else { alias }, 0, visibility(node));
    Visit::Skip
}

/// `mod x;` is the module of another file; with a body it is a namespace of this one. A `#[path]` stands in the
/// import's `name`.
pub(super) fn module(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_by_field_name("body").is_some() {
        return Visit::As(&MODULE);
    }
    let Some(name) = node.child_by_field_name("name") else { return Visit::Skip };
    let name = walk.text(name);
    let file = path_attribute(walk, node);
    walk.import(node, ImportKind::Effect, &format!("self::{name}"), file, name, 0, visibility(node));
    Visit::Skip
}

/// The body of a module inside a file is a module below the file's own.
pub(super) fn declarations(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if walk.current_symbol().kind == SymbolKind::Namespace && walk.part(0) == Slot::Body {
        let names = walk.names_around();
        let names: Vec<&str> = names.iter().map(|&name| walk.str(name)).collect();
        let key = names.join("::");
        walk.module(&key, true);
    }
    Visit::Children
}

/// The file named by `#[path = "x.rs"]` among the attributes before a module.
fn path_attribute<'s>(walk: &Walk<'s>, node: Node<'_>) -> &'s str {
    let mut before = node.prev_sibling();
    while let Some(attribute) = before.filter(|node| matches!(node.kind(), "attribute_item" | "line_comment" | "block_comment")) {
        let text = walk.text(attribute).trim_start_matches(['#', '[', ' ']);
        if let Some(value) = text.strip_prefix("path")
            && let Some(quoted) = value.trim_start().strip_prefix('=')
        {
            return quoted.trim_end_matches(']').trim().trim_matches('"');
        }
        before = attribute.prev_sibling();
    }
    ""
}

fn visibility(node: Node<'_>) -> ImportFlags {
    let public = node.named_child(0).is_some_and(|child| child.kind() == "visibility_modifier");
    if public { ImportFlags::REEXPORT } else { ImportFlags::default() }
}
