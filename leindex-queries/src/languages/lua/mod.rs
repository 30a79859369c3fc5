//! Lua.

mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::NameRules;
use crate::syntax::rows::SymbolRow;

/// Lua.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "lua",
    dialect: "lua",
    version: "tree-sitter-lua 0.5.0",
    extensions: &["lua"],
    file_names: &[],
    grammar: || tree_sitter_lua::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    docs: Docs { prefixes: &[], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: false,
    overloads: false,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: &[],
};

const NAMES: NameRules = NameRules {
    family: "lua",
    separator: ".",
    implicit_this: false,
    module_scope: false,
    global_scope: false,
    constructors: &[],
    builtins: modules::BUILTINS,
    nested_modules: false,
    imports_are_members: false,
    modules_of: modules::modules_of,
    import_targets: modules::import_targets,
};

fn evidence(_: &Evidence<'_>, _: &mut SymbolRow) {}
