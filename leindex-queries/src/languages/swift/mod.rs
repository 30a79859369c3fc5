//! Swift.

mod flow;
mod modules;
mod repair;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{NONE, ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

/// Swift.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "swift",
    dialect: "swift",
    version: "tree-sitter-swift 0.7.4",
    extensions: &["swift"],
    file_names: &[],
    interpreters: &["swift"],
    grammar: || tree_sitter_swift::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["///", "/**"], docstring: false },
    receiver: Receiver::Named(&["Self"]),
    assignment_declares: false,
    overloads: true,
    evidence,
    names: NAMES,
    repair: Some(repair::repair),
    item_starts: &[
        "func ",
        "class ",
        "struct ",
        "enum ",
        "protocol ",
        "extension ",
        "actor ",
        "public ",
        "private ",
        "fileprivate ",
        "internal ",
        "open ",
        "final ",
        "static ",
        "override ",
        "mutating ",
        "init(",
        "deinit ",
        "var ",
        "let ",
        "import ",
        "@",
    ],
};

const NAMES: NameRules = NameRules {
    family: "swift",
    separator: ".",
    implicit_this: true,
    module_scope: true,
    global_scope: false,
    constructors: &["init"],
    special: SpecialMembers::NONE,
    builtins: modules::BUILTINS,
    nested_modules: false,
    imports_are_members: false,
    modules_of: modules::modules_of,
    import_targets: modules::import_targets,
};

fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let modifiers = modifiers(evidence);
    let has = |word: &str| modifiers.split([' ', '\n', '\t', '\r']).any(|modifier| modifier == word);
    let computed = row.inner != NONE && matches!(row.kind, SymbolKind::Field | SymbolKind::Variable);
    if has("private") || has("fileprivate") {
        row.flags.set(SymbolFlags::PRIVATE);
        row.flags.0 &= !SymbolFlags::EXPORTED.0;
    } else if !matches!(evidence.scope, ScopeKind::Function | ScopeKind::Block) {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    if has("static") || has("class") && !row.kind.is_type() {
        row.flags.set(SymbolFlags::STATIC);
    }
    if has("override") {
        row.flags.set(SymbolFlags::OVERRIDE);
    }
    if computed {
        row.flags.set(SymbolFlags::PROPERTY);
        row.flags.0 &= !SymbolFlags::DECLARATION.0;
    }
    if evidence.parent == SymbolKind::Interface && row.flags.has(SymbolFlags::DECLARATION) {
        row.flags.set(SymbolFlags::ABSTRACT);
    }
    if row.kind.is_callable() && evidence.head.rsplit(')').next().is_some_and(|tail| tail.split_whitespace().any(|word| word == "async")) {
        row.flags.set(SymbolFlags::ASYNC);
    }
    if row.kind == SymbolKind::Variable && has("let") {
        row.kind = SymbolKind::Constant;
    }
    let named_test = row.kind == SymbolKind::Method && evidence.name.starts_with("test") && row.parameters == 0;
    let test_class = row.kind == SymbolKind::Class && evidence.head.contains("XCTestCase");
    if named_test || test_class || modifiers.contains("@Test") || modifiers.contains("@Suite") {
        row.flags.set(SymbolFlags::TEST);
    }
}

/// The text before a definition's name.
fn modifiers<'a>(evidence: &Evidence<'a>) -> &'a str {
    let head = evidence.head;
    let mut from = 0;
    while let Some(at) = head.get(from..).and_then(|rest| rest.find(evidence.name)) {
        let start = from + at;
        let end = start + evidence.name.len();
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        if edge(head[..start].chars().next_back()) && edge(head[end..].chars().next()) {
            return &head[..start];
        }
        from = end;
    }
    head
}
