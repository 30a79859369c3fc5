//! Go.

mod flow;
mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{SymbolFlags, SymbolKind, SymbolRow};

/// Go.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "go",
    dialect: "go",
    version: "tree-sitter-go 0.25.0",
    extensions: &["go"],
    file_names: &[],
    interpreters: &[],
    grammar: || tree_sitter_go::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &[], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: false,
    overloads: false,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: &["func ", "type ", "var ", "const ", "import "],
};

const NAMES: NameRules = NameRules {
    family: "go",
    separator: ".",
    implicit_this: false,
    module_scope: true,
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
    if evidence.name.starts_with(char::is_uppercase) {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    if row.kind == SymbolKind::Function && is_test(evidence) {
        row.flags.set(SymbolFlags::TEST);
    }
}

/// `func TestX(t *testing.T)` and its likes; an example has neither parameters nor results.
fn is_test(evidence: &Evidence<'_>) -> bool {
    let called = |prefix: &str| evidence.name.strip_prefix(prefix).is_some_and(|rest| !rest.starts_with(char::is_lowercase));
    let takes = |ty: &str| evidence.head.contains(ty);
    called("Test") && (takes("*testing.T)") || takes("*testing.M)"))
        || called("Benchmark") && takes("*testing.B)")
        || called("Fuzz") && takes("*testing.F)")
        || called("Example") && evidence.head.trim_end().ends_with("()")
}
