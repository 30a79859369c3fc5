//! Haskell.

mod builtins;
mod definitions;
mod expressions;
mod flow;
mod imports;
mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{SymbolFlags, SymbolKind, SymbolRow};

/// Haskell.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "haskell",
    dialect: "haskell",
    version: "tree-sitter-haskell 0.24.1",
    extensions: &["hs"],
    file_names: &[],
    interpreters: &["runghc", "runhaskell"],
    grammar: || tree_sitter_haskell::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["-- |", "--|", "{-|", "{- |"], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: false,
    overloads: false,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: &["data ", "newtype ", "class ", "instance ", "type ", "deriving ", "pattern "],
};

const NAMES: NameRules = NameRules {
    family: "haskell",
    separator: ".",
    implicit_this: false,
    module_scope: false,
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
    if row.kind.is_callable() && evidence.name.starts_with("prop_") {
        row.flags.set(SymbolFlags::TEST);
    }
    if matches!(row.kind, SymbolKind::TypeAlias | SymbolKind::Variable) && !row.flags.has(SymbolFlags::PRIVATE) {
        row.flags.set(SymbolFlags::EXPORTED);
    }
}
