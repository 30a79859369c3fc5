//! Dart's directives: `library`, `import`, `export`, `part`, `part of`.

use tree_sitter::Node;

use crate::languages::Visit;
use crate::syntax::rows::{ImportFlags, ImportKind};
use crate::syntax::walk::Walk;

pub(super) fn library(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.named_child(node.named_child_count().saturating_sub(1) as u32) {
        let key = walk.text(name);
        if !key.is_empty() {
            walk.module(key, false);
        }
    }
    Visit::Skip
}

/// `part of 'a.dart';` or `part of a.b;`: the file belongs to that library and sees all that it sees.
pub(super) fn part_of(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(of) = node.named_child(node.named_child_count().saturating_sub(1) as u32) else { return Visit::Skip };
    let key = unquoted(walk.text(of));
    walk.module(key, false);
    walk.import(node, ImportKind::Wildcard, key, "", "", 0, ImportFlags::default());
    Visit::Skip
}

pub(super) fn part(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(uri) = node.child_by_field_name("uri") {
        let uri = unquoted(walk.text(uri));
        walk.import(node, ImportKind::Wildcard, uri, "", "", 0, ImportFlags::REEXPORT);
    }
    Visit::Skip
}

pub(super) fn import(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(specification) = node.named_child(0) else { return Visit::Skip };
    let prefix = specification.child_by_field_name("alias").map_or("", |alias| walk.text(alias));
    directive(walk, specification, prefix, ImportFlags::default());
    Visit::Skip
}

pub(super) fn export(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    directive(walk, node, "", ImportFlags::REEXPORT);
    Visit::Skip
}

/// A URI with what it is shown as. The other URIs of `if (dart.library.io) '…'` may be meant as well.
fn directive(walk: &mut Walk<'_>, node: Node<'_>, prefix: &str, flags: ImportFlags) {
    let Some(uri) = node.child_by_field_name("uri") else { return };
    let mut shown = Vec::new();
    let mut cursor = node.walk();
    for combinator in node.named_children(&mut cursor).filter(|child| child.kind() == "combinator") {
        if walk.text(combinator).starts_with("show") {
            let mut names = combinator.walk();
            shown.extend(combinator.named_children(&mut names).filter(|name| name.kind() == "identifier"));
        }
    }
    for module in walk.text(uri).split(['\'', '"']).skip(1).step_by(2) {
        if !prefix.is_empty() {
            walk.import(node, ImportKind::Module, module, "", prefix, 0, flags);
        } else if shown.is_empty() {
            walk.import(node, ImportKind::Wildcard, module, "", "", 0, flags);
        } else {
            for name in &shown {
                let text = walk.text(*name);
                walk.import(*name, ImportKind::Symbol, module, text, text, 0, flags);
            }
        }
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['\'', '"'])
}
