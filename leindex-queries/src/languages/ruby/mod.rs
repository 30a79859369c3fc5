//! Ruby.

mod builtins;
mod calls;
mod flow;
mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

/// Ruby.
///
/// Classes and modules are open: each is flagged as partial and says its constant path (`A::B`) as its module. Instance
/// variables keep their `@`, so that `@user` and a method `user` stay apart.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "ruby",
    dialect: "ruby",
    version: "tree-sitter-ruby 0.23.1",
    extensions: &["rb", "rake", "gemspec", "ru", "rbi", "rbw", "podspec", "thor", "jbuilder"],
    file_names: &[
        "Rakefile",
        "Gemfile",
        "Guardfile",
        "Vagrantfile",
        "Capfile",
        "Podfile",
        "Fastfile",
        "Brewfile",
        "Thorfile",
        "Berksfile",
        "Appfile",
        "Dangerfile",
        "Puppetfile",
        "Steepfile",
    ],
    interpreters: &["ruby", "jruby"],
    grammar: || tree_sitter_ruby::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["#", "=begin"], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: true,
    overloads: false,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: &["class ", "module ", "def "],
};

const NAMES: NameRules = NameRules {
    family: "ruby",
    separator: "::",
    implicit_this: true,
    module_scope: false,
    global_scope: true,
    constructors: &["initialize"],
    special: SpecialMembers::NONE,
    builtins: modules::BUILTINS,
    nested_modules: false,
    imports_are_members: false,
    modules_of: modules::modules_of,
    import_targets: modules::import_targets,
};

fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let name = evidence.name;
    // A method without statements has no body node, and still is no declaration.
    row.flags.0 &= !SymbolFlags::DECLARATION.0;
    let modifier = evidence.head.split([' ', '(']).next().unwrap_or("");
    if matches!(modifier, "private" | "protected" | "private_class_method") {
        row.flags.set(SymbolFlags::PRIVATE);
    }
    if modifier == "module_function" {
        row.flags.set(SymbolFlags::STATIC);
    }
    if row.kind == SymbolKind::Method {
        if name == "initialize" {
            row.kind = SymbolKind::Constructor;
        }
        if !row.flags.has(SymbolFlags::STATIC) {
            row.flags.set(SymbolFlags::HAS_RECEIVER);
        }
    }
    if evidence.scope != ScopeKind::Function && !row.flags.has(SymbolFlags::PRIVATE) {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    let is_test = match row.kind {
        SymbolKind::Method => name.starts_with("test_"),
        SymbolKind::Class => evidence.head.split_once('<').is_some_and(|(_, base)| is_test_base(base)),
        _ => false,
    };
    if is_test {
        row.flags.set(SymbolFlags::TEST);
    }
}

/// `Minitest::Test`, `Test::Unit::TestCase`, `ActiveSupport::TestCase`, `ActionDispatch::IntegrationTest`.
fn is_test_base(base: &str) -> bool {
    let last = base.trim().rsplit("::").next().unwrap_or("");
    last.ends_with("TestCase") || last.ends_with("IntegrationTest") || last.ends_with("SystemTest") || base.contains("Minitest::")
}
