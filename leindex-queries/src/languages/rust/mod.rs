//! Rust.

mod flow;
mod macros;
mod modules;
mod repair;
mod roles;
mod tokens;
mod uses;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{SymbolFlags, SymbolKind, SymbolRow};

/// Rust.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "rust",
    dialect: "rust",
    version: "tree-sitter-rust 0.24.2",
    extensions: &["rs"],
    file_names: &[],
    interpreters: &[],
    grammar: || tree_sitter_rust::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["///", "/**"], docstring: false },
    receiver: Receiver::Named(&["Self"]),
    assignment_declares: false,
    overloads: false,
    evidence,
    names: NAMES,
    repair: Some(repair::repair),
    item_starts: &[
        "pub ",
        "pub(",
        "fn ",
        "async fn ",
        "unsafe fn ",
        "const ",
        "static ",
        "struct ",
        "enum ",
        "union ",
        "trait ",
        "impl ",
        "impl<",
        "mod ",
        "use ",
        "type ",
        "macro_rules!",
        "extern ",
        "unsafe impl ",
        "#[",
    ],
};

const NAMES: NameRules = NameRules {
    family: "rust",
    separator: "::",
    implicit_this: false,
    module_scope: false,
    global_scope: false,
    constructors: &[],
    special: SpecialMembers::NONE,
    builtins: modules::BUILTINS,
    nested_modules: true,
    imports_are_members: false,
    modules_of: modules::modules_of,
    import_targets: modules::import_targets,
};

fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let item = evidence.head.strip_prefix(evidence.attributes).unwrap_or(evidence.head).trim_start();
    let public = item.strip_prefix("pub").is_some_and(|rest| {
        let rest = rest.trim_start();
        !rest.starts_with("(self)") && !rest.starts_with("(in self)")
    });
    // Members of a trait and variants are as visible as what they stand in.
    let open = matches!(evidence.parent, SymbolKind::Trait | SymbolKind::Enum) || evidence.parent == SymbolKind::Field;
    let macro_export = row.kind == SymbolKind::Macro && evidence.attributes.contains("macro_export");
    if public || open || macro_export {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    if !row.kind.is_callable() {
        // `struct Unit;` is complete.
        row.flags.0 &= !SymbolFlags::DECLARATION.0;
    }
    if is_test_attribute(evidence.attributes) {
        row.flags.set(SymbolFlags::TEST);
    }
    if row.kind == SymbolKind::Method && !row.flags.has(SymbolFlags::HAS_RECEIVER) {
        row.flags.set(SymbolFlags::STATIC);
    }
    if evidence.parent == SymbolKind::Trait && row.flags.has(SymbolFlags::DECLARATION) {
        row.flags.set(SymbolFlags::ABSTRACT);
    }
    if row.kind.is_callable() && item.split("fn ").next().is_some_and(|modifiers| modifiers.contains("async ")) {
        row.flags.set(SymbolFlags::ASYNC);
    }
}

/// `#[test]`, `#[tokio::test]`, `#[rstest]`, `#[test_case(…)]`, `#[bench]`, `#[cfg(test)]`.
fn is_test_attribute(attributes: &str) -> bool {
    attributes.split('#').any(|attribute| {
        let attribute = attribute.trim_start_matches(['!', '[', ' ']);
        if let Some(condition) = attribute.strip_prefix("cfg(") {
            return condition.starts_with("test)")
                || condition.strip_prefix("all(").is_some_and(|all| all.starts_with("test,") || all.contains(", test"));
        }
        let path = attribute.split(['(', ']', '=', ' ', '\n']).next().unwrap_or("");
        let name = path.rsplit("::").next().unwrap_or(path);
        matches!(name, "test" | "bench" | "rstest" | "test_case" | "quickcheck" | "wasm_bindgen_test" | "proptest" | "test_log")
    })
}
