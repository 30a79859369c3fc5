//! Ruby.

mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::NameRules;
use crate::syntax::rows::SymbolRow;

/// Ruby.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "ruby",
    dialect: "ruby",
    version: "tree-sitter-ruby 0.23.1",
    extensions: &["rb", "rake", "gemspec", "ru"],
    file_names: &["Rakefile", "Gemfile"],
    grammar: || tree_sitter_ruby::LANGUAGE.into(),
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
    family: "ruby",
    separator: "::",
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
