//! TypeScript, without and with JSX.

mod flow;
mod repair;
mod roles;

use super::ecmascript::{ITEM_STARTS, METRICS, NAMES, evidence};
use super::{Docs, LanguageConfig, Receiver};

/// TypeScript.
pub static CONFIG: LanguageConfig = BASE;

const BASE: LanguageConfig = LanguageConfig {
    name: "typescript",
    dialect: "typescript",
    version: "tree-sitter-typescript 0.23.2",
    extensions: &["ts", "mts", "cts"],
    file_names: &[],
    interpreters: &["bun", "deno", "ts-node", "tsx"],
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    roles: &roles::ROLES,
    metrics: METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &[], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: false,
    overloads: false,
    evidence,
    names: NAMES,
    repair: Some(repair::repair),
    item_starts: ITEM_STARTS,
};

/// TypeScript with JSX.
pub static TSX: LanguageConfig = LanguageConfig {
    dialect: "tsx",
    extensions: &["tsx"],
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    roles: &roles::TSX_ROLES,
    flow: flow::TSX_FLOW,
    ..BASE
};
