//! Python.

mod flow;
mod forms;
mod imports;
mod modules;
mod roles;
mod types;

use super::{Docs, Evidence, LanguageConfig, Receiver};
use crate::names::rules::{NameRules, SpecialMembers};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind, SymbolRow};

/// Python 3.
pub static CONFIG: LanguageConfig = LanguageConfig {
    name: "python",
    dialect: "python",
    version: "tree-sitter-python 0.25.0",
    extensions: &["py", "pyi", "pyw"],
    file_names: &["SConstruct", "SConscript", "wscript"],
    interpreters: &["python", "pypy"],
    grammar: || tree_sitter_python::LANGUAGE.into(),
    roles: roles::ROLES,
    metrics: roles::METRICS,
    flow: flow::FLOW,
    docs: Docs { prefixes: &["#"], docstring: true },
    receiver: Receiver::FirstParameter,
    assignment_declares: true,
    overloads: false,
    evidence,
    names: NameRules {
        family: "python",
        separator: ".",
        implicit_this: false,
        module_scope: false,
        global_scope: false,
        constructors: &["__init__", "__new__"],
        special: SPECIAL,
        builtins: modules::BUILTINS,
        nested_modules: true,
        imports_are_members: true,
        modules_of: modules::modules_of,
        import_targets: modules::import_targets,
    },
    repair: None,
    item_starts: &["def ", "class ", "async def ", "@"],
};

/// What says that a definition is one of several signatures of the function that follows them.
const OVERLOAD: [&str; 3] = ["@overload", "@typing.overload", "@t.overload"];

const SPECIAL: SpecialMembers = SpecialMembers {
    call: "__call__",
    element: "__getitem__",
    assign_element: "__setitem__",
    iterate: "__iter__",
    next: "__next__",
    function: "Callable",
    class: "__class__",
    run_by: &[
        ("abs", "__abs__"),
        ("aiter", "__aiter__"),
        ("anext", "__anext__"),
        ("bool", "__bool__"),
        ("bytes", "__bytes__"),
        ("dict", "__iter__"),
        ("enumerate", "__iter__"),
        ("float", "__float__"),
        ("frozenset", "__iter__"),
        ("hash", "__hash__"),
        ("int", "__int__"),
        ("iter", "__iter__"),
        ("len", "__len__"),
        ("list", "__iter__"),
        ("next", "__next__"),
        ("repr", "__repr__"),
        ("reversed", "__reversed__"),
        ("set", "__iter__"),
        ("sorted", "__iter__"),
        ("str", "__str__"),
        ("tuple", "__iter__"),
    ],
};

fn evidence(evidence: &Evidence<'_>, row: &mut SymbolRow) {
    let name = evidence.name;
    let dunder = name.starts_with("__") && name.ends_with("__");
    if name.starts_with('_') && !dunder {
        row.flags.set(SymbolFlags::PRIVATE);
    } else if evidence.scope != ScopeKind::Function {
        row.flags.set(SymbolFlags::EXPORTED);
    }
    if name.starts_with("test_") && row.kind.is_callable() || row.kind == SymbolKind::Class && name.starts_with("Test") {
        row.flags.set(SymbolFlags::TEST);
    }
    if row.kind == SymbolKind::Method && matches!(name, "__init__" | "__new__") {
        row.kind = SymbolKind::Constructor;
    }
    if matches!(row.kind, SymbolKind::Variable | SymbolKind::Field) && is_constant_name(name) && row.kind == SymbolKind::Variable {
        row.kind = SymbolKind::Constant;
    }
    if evidence.head.contains("@staticmethod") || evidence.head.contains("@classmethod") {
        row.flags.set(SymbolFlags::STATIC);
    }
    if evidence.head.contains("@property") || evidence.head.contains("cached_property") || evidence.head.contains(".setter") {
        row.flags.set(SymbolFlags::PROPERTY);
    }
    if row.kind.is_callable() {
        if evidence.head.contains("overload") && OVERLOAD.iter().any(|decorator| evidence.head.contains(decorator)) {
            row.flags.set(SymbolFlags::DECLARATION);
        }
        if evidence.head.contains("abstractmethod") {
            row.flags.set(SymbolFlags::ABSTRACT);
        }
        if evidence.head.contains("async def") {
            row.flags.set(SymbolFlags::ASYNC);
        }
        if evidence.head.contains("@override") || evidence.head.contains("typing.override") {
            row.flags.set(SymbolFlags::OVERRIDE);
        }
    }
    if row.kind == SymbolKind::Class {
        let bases = evidence.head.split_once("class ").and_then(|(_, head)| head.split_once('(')).map_or("", |(_, bases)| bases);
        for base in bases.split([',', ')']).map(|base| base.trim().rsplit('.').next().unwrap_or("")) {
            match base {
                "Enum" | "IntEnum" | "StrEnum" | "Flag" | "IntFlag" => row.kind = SymbolKind::Enum,
                "ABC" | "ABCMeta" | "Protocol" => row.flags.set(SymbolFlags::ABSTRACT),
                _ => {}
            }
        }
    }
}

fn is_constant_name(name: &str) -> bool {
    name.chars().any(char::is_alphabetic) && !name.chars().any(char::is_lowercase)
}
