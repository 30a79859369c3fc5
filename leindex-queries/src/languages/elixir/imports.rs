//! `alias`, `import`, `require` and `use`.

use tree_sitter::Node;

use super::forms;
use crate::languages::Visit;
use crate::syntax::rows::{BaseKind, ImportFlags, ImportKind, SymbolFlags, UseRole};
use crate::syntax::walk::Walk;

pub(super) fn import(walk: &mut Walk<'_>, node: Node<'_>, target: Node<'_>, word: &str) -> Visit {
    let Some(arguments) = forms::arguments(node) else { return Visit::Children };
    let Some(first) = arguments.named_child(0) else { return Visit::Children };
    if !matches!(first.kind(), "alias" | "dot" | "atom" | "identifier") || first.kind() == "identifier" && walk.text(first) != "__MODULE__"
    {
        walk.skip_to(target.end_byte());
        return Visit::Children;
    }
    let options_node = arguments.named_child(1).filter(|options| options.kind() == "keywords");
    // `Shop.{User, Repo}`
    if let Some(list) = first.child(2).filter(|list| list.kind() == "tuple") {
        let prefix = first.child(0).map_or(String::new(), |prefix| path(walk, prefix));
        let mut cursor = list.walk();
        for item in list.named_children(&mut cursor) {
            let module = format!("{prefix}.{}", path(walk, item));
            one(walk, item, word, &module, None);
        }
        return Visit::Skip;
    }
    let module = path(walk, first);
    one(walk, node, word, &module, options_node);
    if word == "use" {
        if !walk.in_function() && first.kind() == "alias" {
            if matches!(module.as_str(), "ExUnit.Case" | "ExUnit.CaseTemplate") {
                walk.update_symbol(|row| row.flags.set(SymbolFlags::TEST));
            }
            let index = walk.use_path(first.start_byte(), walk.text(first), UseRole::Base);
            walk.base(index, BaseKind::Inherit);
        }
        walk.skip_to(first.end_byte());
        return Visit::Children;
    }
    Visit::Skip
}

fn one(walk: &mut Walk<'_>, node: Node<'_>, word: &str, module: &str, options_node: Option<Node<'_>>) {
    let none = ImportFlags::default();
    let (mut name, mut only) = (None, None);
    if let Some(keywords) = options_node {
        options(walk, keywords, |_, key, value| match key {
            "as" => name = Some(value),
            "only" if value.kind() == "list" => only = Some(value),
            _ => {}
        });
    }
    let last = module.rsplit('.').next().unwrap_or(module);
    match word {
        "alias" => {
            let alias = name.map_or(last, |name| walk.text(name));
            walk.import(node, ImportKind::Module, module, "", alias, 0, none);
        }
        "require" => {
            match name {
                Some(name) => walk.import(node, ImportKind::Module, module, "", walk.text(name), 0, none),
                None => walk.import(node, ImportKind::Effect, module, "", "", 0, none),
            };
        }
        "import" if only.is_some() => {
            let pairs = only.and_then(|list| list.named_child(0)).filter(|pairs| pairs.kind() == "keywords");
            if let Some(pairs) = pairs {
                options(walk, pairs, |walk, key, value| {
                    let at = value.parent().unwrap_or(value);
                    walk.import(at, ImportKind::Symbol, module, key, key, 0, none);
                });
            }
        }
        _ => {
            walk.import(node, ImportKind::Wildcard, module, "", "", 0, none);
        }
    }
}

/// A module's name as written, with `__MODULE__` resolved.
pub(super) fn path(walk: &Walk<'_>, node: Node<'_>) -> String {
    match node.kind() {
        "identifier" if walk.text(node) == "__MODULE__" => walk.module_around().to_owned(),
        "dot" => {
            // Dots nest to the left; a module's name has few.
            let text: String = walk.text(node).chars().filter(|c| !c.is_whitespace()).collect();
            match text.strip_prefix("__MODULE__") {
                Some(rest) => format!("{}{rest}", walk.module_around()),
                None => text,
            }
        }
        "alias" => {
            let text = walk.text(node);
            match text.strip_prefix("Elixir.") {
                Some(absolute) => absolute.to_owned(),
                None => text.chars().filter(|c| !c.is_whitespace()).collect(),
            }
        }
        _ => walk.text(node).to_owned(),
    }
}

/// Calls `each` for the pairs of a keyword list.
pub(super) fn options<'t, 'w>(walk: &mut Walk<'w>, keywords: Node<'t>, mut each: impl FnMut(&mut Walk<'w>, &'w str, Node<'t>)) {
    let mut cursor = keywords.walk();
    for pair in keywords.named_children(&mut cursor) {
        if let (Some(key), Some(value)) = (pair.child(0), pair.child(1)) {
            let key = walk.text(key).trim_end().trim_end_matches(':').trim_matches('"');
            each(walk, key, value);
        }
    }
}

/// Calls `each` for a module or those of a list.
pub(super) fn each_module<'t>(node: Node<'t>, mut each: impl FnMut(Node<'t>)) {
    let is_module = |node: Node<'_>| matches!(node.kind(), "alias" | "identifier");
    if is_module(node) {
        each(node);
    } else if node.kind() == "list" {
        let mut cursor = node.walk();
        node.named_children(&mut cursor).filter(|item| is_module(*item)).for_each(each);
    }
}
