//! C#.

mod flow;
mod hooks;
mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

/// C#, up to what the grammar knows of version 13.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "csharp",
    dialect: "csharp",
    version: "tree-sitter-c-sharp 0.23.5",
    extensions: &["cs", "csx"],
    file_names: &[],
    interpreters: &[],
    grammar: || tree_sitter_c_sharp::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["///", "/**"], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: false,
    overloads: true,
    evidence,
    names: NameRules {
        family: "csharp",
        separator: ".",
        implicit_this: true,
        module_scope: true,
        global_scope: false,
        constructors: &[],
        special: SpecialMembers::NONE,
        builtins: modules::BUILTINS,
        nested_modules: false,
        imports_are_members: false,
        modules_of: modules::modules_of,
        import_targets: modules::import_targets,
    },
    repair: Some(super::c_family::flatten_conditionals),
    item_starts: &[],
};

/// Attributes that mark a test or a class of tests.
const TESTS: &[&str] =
    &["Test", "TestCase", "TestCaseSource", "Fact", "Theory", "TestMethod", "DataTestMethod", "TestFixture", "TestClass"];

fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let name_at = row.name_start.saturating_sub(row.start) as usize;
    let before = evidence.head.get(..name_at).unwrap_or(evidence.head);
    let (attributes, modifiers) = before.rfind(']').map_or(("", before), |at| before.split_at(at + 1));
    let has = |word: &str| modifiers.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word);
    let local = matches!(evidence.scope, ScopeKind::Function | ScopeKind::Block);
    let in_type = evidence.scope == ScopeKind::Type;
    row.flags.0 &= !(SymbolFlags::EXPORTED.0 | SymbolFlags::PRIVATE.0);
    // Members of interfaces, also where they are implemented by their full name, of enumerations and of a record's head.
    let open = evidence.parent == SymbolKind::Interface
        || evidence.parent == SymbolKind::Enum
        || row.kind == SymbolKind::Namespace
        || row.kind == SymbolKind::Field && row.flags.has(SymbolFlags::PROPERTY)
        || before.ends_with('.');
    if has("private") || in_type && !open && !["public", "internal", "protected"].iter().any(|word| has(word)) {
        row.flags.set(SymbolFlags::PRIVATE);
    } else if !local {
        // Without a word a type is `internal`: seen in all of its project.
        row.flags.set(SymbolFlags::EXPORTED);
    }
    for (word, flag) in [
        ("static", SymbolFlags::STATIC),
        ("abstract", SymbolFlags::ABSTRACT),
        ("async", SymbolFlags::ASYNC),
        ("override", SymbolFlags::OVERRIDE),
        ("partial", SymbolFlags::PARTIAL),
    ] {
        if has(word) {
            row.flags.set(flag);
        }
    }
    if attributes.split(|c: char| !c.is_alphanumeric()).any(|word| TESTS.contains(&word)) {
        row.flags.set(SymbolFlags::TEST);
    }
    if row.flags.has(SymbolFlags::PROPERTY) && evidence.head.contains("=>") {
        row.flags.0 &= !SymbolFlags::DECLARATION.0;
    }
    match row.kind {
        SymbolKind::Method | SymbolKind::Constructor if !row.flags.has(SymbolFlags::STATIC) => row.flags.set(SymbolFlags::HAS_RECEIVER),
        SymbolKind::Field => {
            row.flags.0 &= !SymbolFlags::DECLARATION.0;
            let tail = evidence.head.get(name_at..).unwrap_or("");
            let accessors = row.body_start < row.end || tail.contains("=>");
            if accessors && !has("event") {
                row.flags.set(SymbolFlags::PROPERTY);
            }
            if has("const") {
                row.flags.set(SymbolFlags::STATIC);
            }
        }
        kind if kind.is_type() => row.flags.0 &= !SymbolFlags::DECLARATION.0,
        _ => {}
    }
}
