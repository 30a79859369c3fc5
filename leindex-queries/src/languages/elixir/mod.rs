//! Elixir.

mod builtins;
mod definitions;
mod flow;
mod flow_control;
mod forms;
mod imports;
mod modules;
mod roles;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{SymbolFlags, SymbolKind, SymbolRow};

/// Elixir.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "elixir",
    dialect: "elixir",
    version: "tree-sitter-elixir 0.3.5",
    extensions: &["ex", "exs"],
    file_names: &[],
    interpreters: &["elixir"],
    grammar: || tree_sitter_elixir::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &[], docstring: false },
    receiver: Receiver::Named(&["__MODULE__"]),
    assignment_declares: false,
    overloads: true,
    evidence,
    names: NAMES,
    repair: None,
    item_starts: &["def ", "defp ", "defmacro ", "defmodule ", "defprotocol ", "defimpl ", "@doc ", "@spec "],
};

const NAMES: NameRules = NameRules {
    family: "elixir",
    separator: ".",
    implicit_this: false,
    module_scope: false,
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
    let word = evidence.head.split_whitespace().next().unwrap_or("");
    if matches!(word, "defp" | "defmacrop" | "defguardp" | "defrecordp" | "@typep") || row.kind == SymbolKind::Constant {
        row.flags.set(SymbolFlags::PRIVATE);
    } else {
        row.flags.set(SymbolFlags::EXPORTED);
    }
}
