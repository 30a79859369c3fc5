//! Dart.

mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::NameRules;
use crate::syntax::rows::SymbolRow;

/// Dart.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "dart",
    dialect: "dart",
    version: "tree-sitter-dart 0.3.0",
    extensions: &["dart"],
    file_names: &[],
    grammar: || tree_sitter_dart::LANGUAGE.into(),
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
    family: "dart",
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
