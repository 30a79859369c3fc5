//! The head of a Haskell module, and its imports.

use tree_sitter::Node;

use crate::languages::Visit;
use crate::syntax::rows::{ImportFlags, ImportKind};
use crate::syntax::walk::Walk;

/// A note that the file says what it exports.
pub(super) const EXPORT_LIST: &str = "export list";

pub(super) fn header(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(module) = node.child_by_field_name("module") {
        walk.module(walk.text(module), false);
    }
    walk.document_file(node);
    let Some(exports) = node.child_by_field_name("exports") else { return Visit::Skip };
    walk.note(EXPORT_LIST);
    let mut cursor = exports.walk();
    for export in exports.named_children(&mut cursor) {
        match export.kind() {
            "export" => one_export(walk, export),
            "module_export" => {
                if let Some(module) = export.child_by_field_name("module") {
                    walk.note(&format!("module {}", walk.text(module)));
                }
            }
            _ => {}
        }
    }
    Visit::Skip
}

fn one_export(walk: &mut Walk<'_>, export: Node<'_>) {
    let item = ["variable", "type", "operator"].into_iter().find_map(|field| export.child_by_field_name(field));
    let Some(item) = item else { return };
    let text = walk.text(item).trim_matches(['(', ')', ' ']);
    // `M.lookup` exports `lookup`.
    let name = if item.kind() == "qualified" { text.rsplit('.').next().unwrap_or(text) } else { text };
    walk.export(name, text);
    let Some(children) = export.child_by_field_name("children") else { return };
    let mut cursor = children.walk();
    for child in children.named_children(&mut cursor) {
        let child_text = walk.text(child).trim_matches(['(', ')', ' ']);
        if child.kind() == "all_names" {
            walk.note(&format!("{name}(..)"));
        } else {
            walk.export(child_text, child_text);
        }
    }
}

/// Whether a name of the top level is exported: all are, unless the module says which.
pub(super) fn is_exported(walk: &Walk<'_>, name: &str, of_type: &str) -> bool {
    !walk.has_note(EXPORT_LIST) || walk.is_in_exports(name) || !of_type.is_empty() && walk.has_note(&format!("{of_type}(..)"))
}

pub(super) fn import(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(module_node) = node.child_by_field_name("module") else { return Visit::Skip };
    let module = walk.text(module_node);
    let (mut qualified, mut hiding) = (false, false);
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        match child.kind() {
            "qualified" => qualified = true,
            "hiding" => hiding = true,
            _ => {}
        }
    }
    let alias = node.child_by_field_name("alias").map(|alias| walk.text(alias));
    let mut flags = ImportFlags::default();
    if walk.has_note(&format!("module {}", alias.unwrap_or(module))) {
        flags.set(ImportFlags::REEXPORT);
    }
    if qualified || alias.is_some() {
        walk.import(node, ImportKind::Module, module, "", alias.unwrap_or(module), 0, flags);
    }
    if qualified {
        return Visit::Skip;
    }
    let Some(names) = node.child_by_field_name("names").filter(|_| !hiding) else {
        walk.import(node, ImportKind::Wildcard, module, "", "", 0, flags);
        return Visit::Skip;
    };
    let mut cursor = names.walk();
    let mut any = false;
    for item in names.children_by_field_name("name", &mut cursor) {
        any = true;
        let name = ["variable", "type", "operator"].into_iter().find_map(|field| item.child_by_field_name(field));
        let Some(name) = name else { continue };
        let name = walk.text(name).trim_matches(['(', ')', ' ']);
        walk.import(item, ImportKind::Symbol, module, name, name, 0, flags);
        let Some(children) = item.child_by_field_name("children") else { continue };
        let mut inside = children.walk();
        for child in children.named_children(&mut inside) {
            if child.kind() == "all_names" {
                // The constructors, fields or methods of the type.
                walk.import(child, ImportKind::Wildcard, module, name, "", 0, flags);
            } else {
                let text = walk.text(child).trim_matches(['(', ')', ' ']);
                walk.import(child, ImportKind::Symbol, module, text, text, 0, flags);
            }
        }
    }
    if !any {
        // `import M ()` brings in instances.
        walk.import(node, ImportKind::Effect, module, "", "", 0, flags);
    }
    Visit::Skip
}
