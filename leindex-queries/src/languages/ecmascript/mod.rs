//! What JavaScript, TypeScript and TSX have in common: the shape of their trees, their modules and their built-in names.

mod builtins;
mod definitions;
mod flow;
mod imports;
mod modules;
mod roles;

pub(super) use flow::{COMMON_FORMS, FLOW, JSX_FORMS, field_form};
pub(super) use roles::{COMMON, JSX, METRICS, concat};
pub(super) use {definitions::*, imports::*};

use super::Evidence;
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

pub(super) const NAMES: NameRules = NameRules {
    family: "javascript",
    separator: ".",
    implicit_this: false,
    module_scope: false,
    global_scope: false,
    constructors: &["constructor"],
    special: SpecialMembers::NONE,
    builtins: builtins::BUILTINS,
    nested_modules: false,
    imports_are_members: false,
    modules_of: modules::modules_of,
    import_targets: modules::import_targets,
};

/// Words that begin a definition at the start of a line, in JavaScript and TypeScript.
pub(super) const ITEM_STARTS: &[&str] = &[
    "export ",
    "function ",
    "function*",
    "async function",
    "class ",
    "abstract class ",
    "interface ",
    "enum ",
    "const ",
    "let ",
    "var ",
    "type ",
    "namespace ",
    "module ",
    "declare ",
    "import ",
    "public ",
    "private ",
    "protected ",
    "static ",
    "constructor(",
    "get ",
    "set ",
    "async ",
    "module.exports",
    "exports.",
];

/// The words before a definition's name that say something of it.
struct Modifiers {
    exported: bool,
    default: bool,
    constant: bool,
    flags: SymbolFlags,
}

pub(super) fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let name = evidence.name;
    let name_at = (row.name_start.saturating_sub(row.start) as usize).min(evidence.head.len());
    let (before, from_name) = evidence.head.split_at_checked(name_at).unwrap_or((evidence.head, ""));
    let modifiers = modifiers(before);
    row.flags.set(modifiers.flags);
    let in_type = matches!(evidence.scope, ScopeKind::Type | ScopeKind::Extension);
    if is_asynchronous(from_name.get(name.len()..).unwrap_or("")) {
        row.flags.set(SymbolFlags::ASYNC);
    }
    if name.starts_with('#') {
        row.flags.set(SymbolFlags::PRIVATE);
    }
    if in_type {
        if !row.flags.has(SymbolFlags::PRIVATE) {
            row.flags.set(SymbolFlags::EXPORTED);
        }
        if row.kind == SymbolKind::Method && name == "constructor" {
            row.kind = SymbolKind::Constructor;
        }
        // `Foo.bar = function`: what stands on the constructor belongs to the class, what stands on its prototype or
        // on `this` to its instances.
        let on_instances = before.ends_with("prototype.") || before.ends_with("this.");
        if evidence.scope == ScopeKind::Extension && before.ends_with('.') && !on_instances {
            row.flags.set(SymbolFlags::STATIC);
        }
        if before.contains("module.exports") || before.trim_start().starts_with("exports.") {
            row.flags.set(SymbolFlags::EXPORTED);
        }
    } else if modifiers.exported || before.contains("module.exports") || before.trim_start().starts_with("exports.") {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    if modifiers.default {
        row.flags.set(SymbolFlags::DEFAULT_EXPORT | SymbolFlags::EXPORTED);
    }
    if row.kind == SymbolKind::Variable && modifiers.constant {
        row.kind = SymbolKind::Constant;
    }
    if row.kind == SymbolKind::Interface {
        row.flags.set(SymbolFlags::PARTIAL);
    }
}

/// Reads the words right before the name, the last first, so that decorators before them do not matter.
fn modifiers(before: &str) -> Modifiers {
    let mut found = Modifiers { exported: false, default: false, constant: false, flags: SymbolFlags::default() };
    let before = before.trim_end();
    let starred = before.ends_with('*');
    if starred {
        found.flags.set(SymbolFlags::ASYNC);
    }
    for word in before.trim_end_matches(['*', '"', '\'', '[']).split_whitespace().rev() {
        match word {
            "export" => found.exported = true,
            "default" => found.default = true,
            "const" => found.constant = true,
            "static" => found.flags.set(SymbolFlags::STATIC),
            "async" => found.flags.set(SymbolFlags::ASYNC),
            "abstract" => found.flags.set(SymbolFlags::ABSTRACT),
            "override" => found.flags.set(SymbolFlags::OVERRIDE),
            "get" | "set" | "accessor" => found.flags.set(SymbolFlags::PROPERTY),
            "private" => found.flags.set(SymbolFlags::PRIVATE),
            "function*" => found.flags.set(SymbolFlags::ASYNC),
            "declare" | "function" | "class" | "interface" | "enum" | "type" | "namespace" | "module" | "let" | "var" | "using"
            | "await" | "public" | "protected" | "readonly" | "=" => {}
            _ => break,
        }
    }
    found
}

/// Whether a function value that is given a name (`= async () =>`, `: function* ()`) is asynchronous or a generator.
fn is_asynchronous(after_name: &str) -> bool {
    let value = after_name.trim_start_matches(['"', '\'', ']', ' ', '?', '!']);
    let Some(value) = value.strip_prefix('=').or_else(|| value.strip_prefix(':')) else { return false };
    let head = value.split('(').next().unwrap_or("").trim();
    head.split_whitespace().any(|word| word == "async" || word == "function*" || word == "*")
}

/// Comments that talk to a tool document nothing.
fn is_directive(comment: &str) -> bool {
    let text = comment.trim_start_matches(['/', '*', ' ', '\t', '#']);
    ["eslint", "@ts-", "prettier-", "istanbul ", "c8 ", "v8 ", "jshint", "jslint", "global ", "globals ", "region", "endregion", "@flow"]
        .iter()
        .any(|word| text.starts_with(word))
}
