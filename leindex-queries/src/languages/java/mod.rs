//! Java.

mod flow;
mod modules;
mod roles;

use super::jvm::{TEST_ANNOTATIONS, annotated, cleared, modifiers, test_class_name};
use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

/// Java.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "java",
    dialect: "java",
    version: "tree-sitter-java 0.23.5",
    extensions: &["java"],
    file_names: &[],
    interpreters: &[],
    grammar: || tree_sitter_java::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["/**", "///"], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: false,
    overloads: true,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: &["public", "protected", "private", "abstract", "final", "static", "sealed", "class", "interface", "enum", "record"],
};

const NAMES: NameRules = NameRules {
    family: "jvm",
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
};

const MODIFIERS: &[&str] = &[
    "abstract",
    "default",
    "final",
    "native",
    "non-sealed",
    "private",
    "protected",
    "public",
    "sealed",
    "static",
    "strictfp",
    "synchronized",
    "transient",
    "volatile",
];

fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let (mut private, mut is_static, mut is_final) = (false, false, false);
    for modifier in modifiers(evidence.head, MODIFIERS) {
        match modifier {
            "private" => private = true,
            "static" => is_static = true,
            "final" => is_final = true,
            "abstract" => row.flags.set(SymbolFlags::ABSTRACT),
            _ => {}
        }
    }
    let in_interface = evidence.parent == SymbolKind::Interface;
    if row.kind == SymbolKind::Method && row.flags.has(SymbolFlags::DECLARATION) && in_interface {
        row.flags.set(SymbolFlags::ABSTRACT);
    }
    if row.kind == SymbolKind::Field {
        row.flags = cleared(row.flags, SymbolFlags::DECLARATION);
    }
    if matches!(row.kind, SymbolKind::Field | SymbolKind::Constant) && evidence.scope == ScopeKind::Type {
        // Fields of interfaces are constants, and so are those of enums that have no type in front of them.
        let enum_constant = evidence.parent == SymbolKind::Enum && row.return_type.is_empty();
        is_static |= in_interface || enum_constant;
        if is_static && (is_final || in_interface) {
            row.kind = SymbolKind::Constant;
        }
    }
    if is_static {
        row.flags.set(SymbolFlags::STATIC);
    }
    if private {
        row.flags.set(SymbolFlags::PRIVATE);
    } else if !matches!(evidence.scope, ScopeKind::Function | ScopeKind::Block) {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    if annotated(evidence.head, &["Override"]) {
        row.flags.set(SymbolFlags::OVERRIDE);
    }
    if is_test(evidence, row) {
        row.flags.set(SymbolFlags::TEST);
    }
}

/// By annotation, by the name of the class, or by JUnit 3's naming of methods.
fn is_test(evidence: &Evidence<'_>, row: &SymbolRow) -> bool {
    match row.kind {
        SymbolKind::Class => {
            annotated(evidence.head, TEST_ANNOTATIONS) || test_class_name(evidence.name) || evidence.head.contains("extends TestCase")
        }
        SymbolKind::Method => {
            let junit_3 = row.parameters == 0
                && evidence.head.contains("public void ")
                && evidence.name.strip_prefix("test").is_some_and(|rest| !rest.starts_with(char::is_lowercase));
            junit_3 || annotated(evidence.head, TEST_ANNOTATIONS)
        }
        _ => false,
    }
}
