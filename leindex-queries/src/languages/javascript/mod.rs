//! JavaScript, with JSX.

mod flow;
mod roles;

use super::ecmascript::{ITEM_STARTS, METRICS, NAMES, evidence};
use super::{Docs, LanguageConfig, Receiver};

/// JavaScript, with JSX.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "javascript",
    dialect: "javascript",
    version: "tree-sitter-javascript 0.25.0",
    extensions: &["js", "mjs", "cjs", "jsx", "es6"],
    file_names: &["Jakefile"],
    interpreters: &["node", "nodejs"],
    grammar: || tree_sitter_javascript::LANGUAGE.into(),
    roles: &roles::ROLES,
    metrics: METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &[], docstring: false },
    receiver: Receiver::Keyword,
    assignment_declares: false,
    overloads: false,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: ITEM_STARTS,
};
