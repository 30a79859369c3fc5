//! Scala, versions 2 and 3.

mod flow;
mod imports;
mod modules;
mod roles;

use super::jvm::{TEST_ANNOTATIONS, annotated, cleared, modifiers, test_class_name};
use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

/// Scala.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "scala",
    dialect: "scala",
    version: "tree-sitter-scala 0.26.9",
    extensions: &["scala", "sc", "sbt"],
    file_names: &[],
    interpreters: &["scala", "scala-cli"],
    grammar: || tree_sitter_scala::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["/**"], docstring: false },
    receiver: Receiver::Named(&["this"]),
    assignment_declares: false,
    overloads: true,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: &[
        "abstract",
        "case",
        "class",
        "def",
        "enum",
        "final",
        "given",
        "implicit",
        "inline",
        "lazy",
        "object",
        "override",
        "package",
        "private",
        "protected",
        "sealed",
        "trait",
        "type",
        "val",
        "var",
    ],
};

const NAMES: NameRules = NameRules {
    family: "jvm",
    separator: ".",
    implicit_this: true,
    module_scope: true,
    global_scope: false,
    constructors: &["this"],
    special: SpecialMembers::NONE,
    builtins: modules::BUILTINS,
    nested_modules: false,
    imports_are_members: false,
    modules_of: modules::modules_of,
    import_targets: modules::import_targets,
};

const MODIFIERS: &[&str] = &[
    "abstract",
    "case",
    "final",
    "implicit",
    "infix",
    "inline",
    "lazy",
    "opaque",
    "open",
    "override",
    "private",
    "protected",
    "sealed",
    "transparent",
];

fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let mut private = false;
    for modifier in modifiers(evidence.head, MODIFIERS) {
        match modifier {
            // `private[shop]` is visible in the package.
            "private" => private = !evidence.head.contains("private[") || evidence.head.contains("private[this]"),
            "abstract" => row.flags.set(SymbolFlags::ABSTRACT),
            "override" => row.flags.set(SymbolFlags::OVERRIDE),
            _ => {}
        }
    }
    match row.kind {
        SymbolKind::Method if evidence.name == "this" => row.kind = SymbolKind::Constructor,
        SymbolKind::Method if row.flags.has(SymbolFlags::DECLARATION) => row.flags.set(SymbolFlags::ABSTRACT),
        SymbolKind::Variable | SymbolKind::Field if is_constant(evidence) => row.kind = SymbolKind::Constant,
        _ => {}
    }
    if !row.kind.is_callable() {
        row.flags = cleared(row.flags, SymbolFlags::DECLARATION);
    }
    if private {
        row.flags.set(SymbolFlags::PRIVATE);
    } else if !matches!(evidence.scope, ScopeKind::Function | ScopeKind::Block) {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    if is_test(evidence, row) {
        row.flags.set(SymbolFlags::TEST);
    }
}

/// `final val Limit` is inlined, and names in capitals say it themselves.
fn is_constant(evidence: &Evidence<'_>) -> bool {
    let capitals = evidence.name.len() > 1 && evidence.name.chars().all(|c| c.is_uppercase() || c.is_ascii_digit() || c == '_');
    let fixed = evidence.head.contains("val ");
    fixed && (capitals || modifiers(evidence.head, MODIFIERS).any(|modifier| modifier == "final"))
}

/// Styles of ScalaTest, specs2, MUnit, uTest and weaver, each a class that suites extend.
const SUITES: &[&str] = &[
    "FunSuite",
    "FunSpec",
    "FlatSpec",
    "WordSpec",
    "FreeSpec",
    "FeatureSpec",
    "PropSpec",
    "Specification",
    "TestSuite",
    "Suite",
    "Properties",
];

fn is_test(evidence: &Evidence<'_>, row: &SymbolRow) -> bool {
    match row.kind {
        SymbolKind::Class => {
            test_class_name(evidence.name)
                || evidence.name.ends_with("Suite")
                || evidence.head.split_once("extends ").is_some_and(|(_, bases)| {
                    bases.split(|c: char| !c.is_alphanumeric()).any(|base| SUITES.iter().any(|suite| base.ends_with(suite)))
                })
        }
        SymbolKind::Method | SymbolKind::Function => annotated(evidence.head, TEST_ANNOTATIONS),
        _ => false,
    }
}
