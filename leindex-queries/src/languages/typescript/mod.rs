//! TypeScript.

mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::NameRules;
use crate::syntax::rows::SymbolRow;

/// TypeScript.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "typescript",
    dialect: "typescript",
    version: "tree-sitter-typescript 0.23.2",
    extensions: &["ts", "mts", "cts"],
    file_names: &[],
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
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

/// TypeScript with JSX.
pub static TSX: LanguageConfig = LanguageConfig {
    name: "typescript",
    dialect: "tsx",
    version: "tree-sitter-typescript 0.23.2",
    extensions: &["tsx"],
    file_names: &[],
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
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
    family: "javascript",
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
