//! Kotlin.

mod flow;
mod modules;
mod roles;

use super::jvm::{TEST_ANNOTATIONS, annotated, cleared, modifiers, test_class_name};
use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

/// Kotlin.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "kotlin",
    dialect: "kotlin",
    version: "tree-sitter-kotlin-ng 1.1.0",
    extensions: &["kt", "kts"],
    file_names: &[],
    interpreters: &["kotlin"],
    grammar: || tree_sitter_kotlin_ng::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["/**"], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: false,
    overloads: true,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: &[
        "abstract",
        "actual",
        "annotation",
        "class",
        "companion",
        "const",
        "data",
        "enum",
        "expect",
        "external",
        "final",
        "fun",
        "infix",
        "inline",
        "inner",
        "interface",
        "internal",
        "lateinit",
        "object",
        "open",
        "operator",
        "override",
        "private",
        "protected",
        "public",
        "sealed",
        "suspend",
        "tailrec",
        "typealias",
        "val",
        "value",
        "var",
    ],
};

const NAMES: NameRules = NameRules {
    family: "jvm",
    separator: ".",
    implicit_this: true,
    module_scope: true,
    global_scope: false,
    constructors: &["constructor"],
    special: SpecialMembers::NONE,
    builtins: modules::BUILTINS,
    nested_modules: false,
    imports_are_members: false,
    modules_of: modules::modules_of,
    import_targets: modules::import_targets,
};

const MODIFIERS: &[&str] = &[
    "abstract",
    "actual",
    "annotation",
    "companion",
    "const",
    "crossinline",
    "data",
    "enum",
    "expect",
    "external",
    "final",
    "fun",
    "infix",
    "inline",
    "inner",
    "internal",
    "lateinit",
    "noinline",
    "open",
    "operator",
    "override",
    "private",
    "protected",
    "public",
    "reified",
    "sealed",
    "suspend",
    "tailrec",
    "value",
    "vararg",
];

fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let (mut private, mut constant) = (false, false);
    for modifier in modifiers(evidence.head, MODIFIERS) {
        match modifier {
            "private" => private = true,
            "const" => constant = true,
            "abstract" => row.flags.set(SymbolFlags::ABSTRACT),
            "override" => row.flags.set(SymbolFlags::OVERRIDE),
            "suspend" => row.flags.set(SymbolFlags::ASYNC),
            "expect" => row.flags.set(SymbolFlags::DECLARATION),
            _ => {}
        }
    }
    if !row.kind.is_callable() && row.flags.has(SymbolFlags::DECLARATION) {
        // A type needs no body, and only accessors are bodies of properties.
        row.flags = cleared(row.flags, SymbolFlags::DECLARATION);
    } else if matches!(row.kind, SymbolKind::Variable | SymbolKind::Field)
        && row.body_start < row.end
        && ["val ", "var "].iter().any(|word| evidence.head.contains(word))
    {
        row.flags.set(SymbolFlags::PROPERTY);
    }
    if row.kind == SymbolKind::Constructor {
        row.flags = cleared(row.flags, SymbolFlags::DECLARATION);
    }
    if row.kind == SymbolKind::Method && row.flags.has(SymbolFlags::DECLARATION) && evidence.parent == SymbolKind::Interface {
        row.flags.set(SymbolFlags::ABSTRACT);
    }
    if constant {
        row.kind = SymbolKind::Constant;
    }
    if private {
        row.flags.set(SymbolFlags::PRIVATE);
    } else if !matches!(evidence.scope, ScopeKind::Function | ScopeKind::Block) {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    if annotated(evidence.head, &["JvmStatic"]) {
        row.flags.set(SymbolFlags::STATIC);
    }
    if is_test(evidence, row) {
        row.flags.set(SymbolFlags::TEST);
    }
}

/// Styles of kotest, each a class that specifications extend.
const SPECS: &[&str] = &[
    "AnnotationSpec",
    "BehaviorSpec",
    "DescribeSpec",
    "ExpectSpec",
    "FeatureSpec",
    "FreeSpec",
    "FunSpec",
    "ShouldSpec",
    "StringSpec",
    "WordSpec",
];

fn is_test(evidence: &Evidence<'_>, row: &SymbolRow) -> bool {
    match row.kind {
        SymbolKind::Class => {
            test_class_name(evidence.name)
                || annotated(evidence.head, TEST_ANNOTATIONS)
                || evidence.head.split_once(':').is_some_and(|(_, bases)| {
                    SPECS.iter().any(|spec| bases.trim_start().strip_prefix(spec).is_some_and(|rest| rest.starts_with('(')))
                })
        }
        SymbolKind::Method | SymbolKind::Function => annotated(evidence.head, TEST_ANNOTATIONS),
        _ => false,
    }
}
