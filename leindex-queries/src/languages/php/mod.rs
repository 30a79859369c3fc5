//! PHP.

mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::NameRules;
use crate::syntax::rows::SymbolRow;

/// PHP.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "php",
    dialect: "php",
    version: "tree-sitter-php 0.25.1",
    extensions: &["php", "phtml"],
    file_names: &[],
    grammar: || tree_sitter_php::LANGUAGE_PHP.into(),
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
    family: "php",
    separator: "\\",
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
