//! Swift.

mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::NameRules;
use crate::syntax::rows::SymbolRow;

/// Swift.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "swift",
    dialect: "swift",
    version: "tree-sitter-swift 0.7.4",
    extensions: &["swift"],
    file_names: &[],
    grammar: || tree_sitter_swift::LANGUAGE.into(),
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
    family: "swift",
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
