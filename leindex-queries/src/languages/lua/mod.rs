//! Lua.

mod flow;
mod modules;
mod roles;
mod tables;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

/// Lua.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "lua",
    dialect: "lua",
    version: "tree-sitter-lua 0.5.0",
    extensions: &["lua"],
    file_names: &[],
    interpreters: &["lua", "luajit"],
    grammar: || tree_sitter_lua::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["--"], docstring: false },
    receiver: Receiver::Named(&["self"]),
    assignment_declares: false,
    overloads: false,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: &["function ", "local function "],
};

const NAMES: NameRules = NameRules {
    family: "lua",
    separator: ".",
    implicit_this: false,
    module_scope: false,
    global_scope: true,
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
    row.flags.0 &= !SymbolFlags::DECLARATION.0;
    let head = evidence.head.trim_start();
    if head.starts_with("local ") {
        row.flags.set(SymbolFlags::PRIVATE);
    }
    let is_upper = name.chars().any(char::is_alphabetic) && !name.chars().any(char::is_lowercase);
    if row.kind == SymbolKind::Variable && (head.contains("<const>") || is_upper && name.len() > 1) {
        row.kind = SymbolKind::Constant;
    }
    if !row.flags.has(SymbolFlags::PRIVATE) && !matches!(evidence.scope, ScopeKind::Function | ScopeKind::Block) {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    if row.kind.is_callable() && name.starts_with("test") {
        row.flags.set(SymbolFlags::TEST);
    }
}
