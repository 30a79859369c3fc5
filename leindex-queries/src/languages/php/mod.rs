//! PHP.

mod builtins;
mod flow;
mod imports;
mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

/// PHP.
///
/// Variables keep their `$`, for `$count` and `count()` are different things; properties drop it, as `$this->count`
/// does, but static ones keep it, as `self::$count` does. Names of functions and classes are kept as written though
/// PHP compares them without regard to case.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "php",
    dialect: "php",
    version: "tree-sitter-php 0.25.1",
    extensions: &["php", "phtml", "php3", "php4", "php5", "phps", "inc"],
    file_names: &[],
    interpreters: &["php"],
    grammar: || tree_sitter_php::LANGUAGE_PHP.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["/**"], docstring: false },
    receiver: Receiver::Named(&["$this"]),
    assignment_declares: true,
    overloads: false,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: &[
        "class ",
        "abstract class ",
        "final class ",
        "interface ",
        "trait ",
        "enum ",
        "function ",
        "namespace ",
        "public function ",
        "protected function ",
        "private function ",
        "public static function ",
    ],
};

const NAMES: NameRules = NameRules {
    family: "php",
    separator: "\\",
    implicit_this: false,
    module_scope: true,
    global_scope: true,
    constructors: &["__construct"],
    special: SpecialMembers::NONE,
    builtins: modules::BUILTINS,
    nested_modules: false,
    imports_are_members: false,
    modules_of: modules::modules_of,
    import_targets: modules::import_targets,
};

fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let name = evidence.name;
    let mut test_attribute = false;
    for word in evidence.head.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').take(24) {
        match word {
            "private" | "protected" => row.flags.set(SymbolFlags::PRIVATE),
            "static" if row.kind != SymbolKind::Function => row.flags.set(SymbolFlags::STATIC),
            "abstract" => row.flags.set(SymbolFlags::ABSTRACT),
            "Test" => test_attribute = true,
            "Override" => row.flags.set(SymbolFlags::OVERRIDE),
            "function" | "class" | "const" => break,
            _ => {}
        }
    }
    if row.kind == SymbolKind::Method {
        if name.eq_ignore_ascii_case("__construct") {
            row.kind = SymbolKind::Constructor;
        }
        if !row.flags.has(SymbolFlags::STATIC) {
            row.flags.set(SymbolFlags::HAS_RECEIVER);
        }
    }
    if row.flags.has(SymbolFlags::DECLARATION) && row.kind == SymbolKind::Method {
        row.flags.set(SymbolFlags::ABSTRACT);
    }
    if evidence.scope != ScopeKind::Function && !row.flags.has(SymbolFlags::PRIVATE) {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    let is_test = match row.kind {
        SymbolKind::Method => name.starts_with("test") || test_attribute && evidence.head.trim_start().starts_with("#["),
        SymbolKind::Class => {
            name.ends_with("Test") || evidence.head.split_once("extends").is_some_and(|(_, base)| base.trim().ends_with("TestCase"))
        }
        _ => false,
    };
    if is_test {
        row.flags.set(SymbolFlags::TEST);
    }
}
