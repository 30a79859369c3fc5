//! Dart.

mod definitions;
mod flow;
mod libraries;
mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

/// Dart.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "dart",
    dialect: "dart",
    version: "tree-sitter-dart 0.3.0",
    extensions: &["dart"],
    file_names: &[],
    interpreters: &["dart"],
    grammar: || tree_sitter_dart::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["///", "/**"], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: false,
    overloads: false,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: &[
        "class ",
        "abstract class ",
        "sealed class ",
        "final class ",
        "base class ",
        "mixin ",
        "extension ",
        "enum ",
        "typedef ",
        "@",
        "static ",
        "final ",
        "late ",
        "const ",
        "factory ",
        "external ",
        "get ",
        "set ",
        "void ",
        "bool ",
        "int ",
        "double ",
        "String ",
        "dynamic ",
        "Future<",
        "Stream<",
        "List<",
        "Map<",
        "Set<",
        "Widget ",
    ],
};

const NAMES: NameRules = NameRules {
    family: "dart",
    separator: ".",
    implicit_this: true,
    module_scope: true,
    global_scope: false,
    constructors: &[],
    special: SpecialMembers::NONE,
    builtins: modules::BUILTINS,
    nested_modules: false,
    imports_are_members: false,
    modules_of: modules::modules_of,
    import_targets: modules::import_targets,
};

fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let name = evidence.name;
    if name.starts_with('_') {
        row.flags.set(SymbolFlags::PRIVATE);
    } else if !matches!(evidence.scope, ScopeKind::Function | ScopeKind::Block) {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    let before_value = evidence.head.split('=').next().unwrap_or("");
    for word in before_value.split_whitespace() {
        match word {
            "const" if matches!(row.kind, SymbolKind::Variable | SymbolKind::Field) => row.kind = SymbolKind::Constant,
            "abstract" => row.flags.set(SymbolFlags::ABSTRACT),
            "@override" => row.flags.set(SymbolFlags::OVERRIDE),
            _ => {}
        }
    }
    match row.kind {
        SymbolKind::Constructor => row.flags.0 &= !SymbolFlags::DECLARATION.0,
        SymbolKind::Method => {
            if row.flags.has(SymbolFlags::DECLARATION) && !before_value.contains("external ") {
                row.flags.set(SymbolFlags::ABSTRACT);
            }
            if !row.flags.has(SymbolFlags::STATIC) {
                row.flags.set(SymbolFlags::HAS_RECEIVER);
            }
        }
        _ => {}
    }
}
