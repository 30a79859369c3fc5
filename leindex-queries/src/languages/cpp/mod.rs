//! C++.

mod builtins;
mod flow;
mod hooks;
mod roles;

use super::{Docs, LanguageConfig, Receiver, c_family as family};
use crate::names::rules::{NameRules, SpecialMembers};

/// C++, up to what the grammar knows of C++20.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "cpp",
    dialect: "cpp",
    version: "tree-sitter-cpp 0.23.4",
    extensions: &["cpp", "cc", "cxx", "hpp", "hh", "hxx", "ipp", "inl", "c++", "h++", "tcc"],
    file_names: &[],
    interpreters: &[],
    grammar: || tree_sitter_cpp::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &[], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: false,
    overloads: true,
    evidence: family::evidence,
    names: NameRules {
        family: "c",
        separator: "::",
        implicit_this: true,
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
