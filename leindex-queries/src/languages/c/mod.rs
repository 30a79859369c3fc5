//! C.

mod builtins;
mod flow;
mod roles;

use super::{Docs, LanguageConfig, Receiver, c_family as family};
use crate::names::rules::{NameRules, SpecialMembers};

/// C, with the extensions of GNU and Microsoft.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "c",
    dialect: "c",
    version: "tree-sitter-c 0.24.2",
    extensions: &["c", "h"],
    file_names: &[],
    interpreters: &[],
    grammar: || tree_sitter_c::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &[], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: false,
    overloads: false,
    evidence: family::evidence,
    names: NameRules {
        family: "c",
        separator: "::",
        implicit_this: false,
        module_scope: false,
        global_scope: true,
        constructors: &[],
        special: SpecialMembers::NONE,
        builtins: builtins::BUILTINS,
        nested_modules: false,
        imports_are_members: false,
        modules_of: family::modules_of,
        import_targets: family::import_targets,
    },
    repair: Some(family::repair),
    item_starts: &[],
};
