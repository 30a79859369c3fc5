//! `import` and `from … import`.

use tree_sitter::Node;

use crate::languages::Visit;
use crate::syntax::rows::{ImportFlags, ImportKind};
use crate::syntax::walk::Walk;

/// What an import's place says of it: under `if TYPE_CHECKING` it is for types only, in a branch it may not happen.
fn place(walk: &Walk<'_>) -> ImportFlags {
    let around = walk.text_around(1);
    let mut flags = ImportFlags::default();
    if around.starts_with("if TYPE_CHECKING") || around.starts_with("if typing.TYPE_CHECKING") || around.starts_with("if t.TYPE_CHECKING") {
        flags.set(ImportFlags::TYPE_ONLY);
    } else if ["if ", "else", "elif ", "try", "except", "finally", "with "].iter().any(|word| around.starts_with(word)) {
        flags.set(ImportFlags::NESTED);
    }
    flags
}

pub(super) fn import(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let flags = place(walk);
    let mut cursor = node.walk();
    for item in node.children_by_field_name("name", &mut cursor) {
        if item.kind() == "aliased_import" {
            let (Some(module), Some(alias)) = (item.child_by_field_name("name"), item.child_by_field_name("alias")) else { continue };
            walk.import(item, ImportKind::Module, walk.text(module), "", walk.text(alias), 0, flags);
        } else {
            // `import a.b` binds `a`.
            let module = walk.text(item);
            let first = module.split('.').next().unwrap_or(module);
            if first.len() == module.len() {
                walk.import(item, ImportKind::Module, module, "", module, 0, flags);
            } else {
                walk.import(item, ImportKind::Module, first, "", first, 0, flags);
                walk.import(item, ImportKind::Effect, module, "", "", 0, flags);
            }
        }
    }
    Visit::Skip
}

pub(super) fn import_from(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(from) = node.child_by_field_name("module_name") else { return Visit::Skip };
    let text = walk.text(from);
    let module = text.trim_start_matches(['.', ' ']);
    let level = text.len() as u32 - text.trim_start_matches('.').len() as u32;
    let flags = place(walk);
    let mut cursor = node.walk();
    let mut any = false;
    for item in node.children_by_field_name("name", &mut cursor) {
        any = true;
        if item.kind() == "aliased_import" {
            let (Some(name), Some(alias)) = (item.child_by_field_name("name"), item.child_by_field_name("alias")) else { continue };
            walk.import(item, ImportKind::Symbol, module, walk.text(name), walk.text(alias), level, flags);
        } else {
            let name = walk.text(item);
            walk.import(item, ImportKind::Symbol, module, name, name, level, flags);
        }
    }
    if !any {
        walk.import(node, ImportKind::Wildcard, module, "", "", level, flags);
    }
    Visit::Skip
}
