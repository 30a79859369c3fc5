//! Imports and exports: ES modules, CommonJS, TypeScript's own forms.

use tree_sitter::Node;

use super::note_test;
use crate::languages::{Role, Visit};
use crate::syntax::rows::{ImportFlags, ImportKind, UseRole};
use crate::syntax::walk::Walk;

const CALL: Role = Role::Call { function: "function", arguments: "arguments" };
/// A module loaded: no call of anything in the project.
const LOADED: Role = Role::Keyword { name: "function", value: "" };
const EXPORT: Role = Role::Export { value: "value" };

/// The text of a string literal without its quotes.
fn string<'a>(walk: &Walk<'a>, node: Node<'_>) -> &'a str {
    walk.text(node).trim_matches(['"', '\'', '`'])
}

fn flag(set: bool, flag: ImportFlags) -> ImportFlags {
    if set { flag } else { ImportFlags::default() }
}

/// Whether the second word of a statement or specifier is `type`: only types are meant.
fn is_type_only(node: Node<'_>, position: u32) -> bool {
    node.child(position).is_some_and(|word| matches!(word.kind(), "type" | "typeof"))
}

pub(crate) fn import(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let types = is_type_only(node, 1);
    let flags = flag(types, ImportFlags::TYPE_ONLY);
    let source = node.child_by_field_name("source");
    let mut clause = None;
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        match child.kind() {
            "import_clause" => clause = Some(child),
            "import_require_clause" => {
                let mut parts = child.walk();
                let name = child.named_children(&mut parts).find(|part| part.kind() == "identifier");
                if let (Some(name), Some(source)) = (name, child.child_by_field_name("source")) {
                    walk.import(child, ImportKind::Module, string(walk, source), "", walk.text(name), 0, flags);
                }
                return Visit::Skip;
            }
            _ => {}
        }
    }
    let Some(source) = source else { return Visit::Skip };
    let module = string(walk, source);
    let Some(clause) = clause else {
        walk.import(node, ImportKind::Effect, module, "", "", 0, flags);
        return Visit::Skip;
    };
    let mut cursor = clause.walk();
    for part in clause.named_children(&mut cursor) {
        match part.kind() {
            "identifier" => {
                walk.import(part, ImportKind::Default, module, "default", walk.text(part), 0, flags);
            }
            "namespace_import" => {
                if let Some(name) = part.named_child(0) {
                    walk.import(part, ImportKind::Module, module, "", walk.text(name), 0, flags);
                }
            }
            "named_imports" => {
                let mut names = part.walk();
                for specifier in part.named_children(&mut names).filter(|child| child.kind() == "import_specifier") {
                    let Some((kind, name, alias)) = specifier_names(walk, specifier) else { continue };
                    let types = types || is_type_only(specifier, 0);
                    walk.import(specifier, kind, module, name, alias, 0, flag(types, ImportFlags::TYPE_ONLY));
                }
            }
            _ => {}
        }
    }
    Visit::Skip
}

/// What `a`, `a as b` and `default as c` want, and the name they give it.
fn specifier_names<'a>(walk: &Walk<'a>, specifier: Node<'_>) -> Option<(ImportKind, &'a str, &'a str)> {
    let name = string(walk, specifier.child_by_field_name("name")?);
    let alias = specifier.child_by_field_name("alias").map_or(name, |alias| string(walk, alias));
    let kind = if name == "default" { ImportKind::Default } else { ImportKind::Symbol };
    Some((kind, name, alias))
}

pub(crate) fn export(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let types = is_type_only(node, 1);
    let flags = flag(types, ImportFlags::TYPE_ONLY);
    let source = node.child_by_field_name("source");
    let mut cursor = node.walk();
    let clause = node.named_children(&mut cursor).find(|child| matches!(child.kind(), "export_clause" | "namespace_export"));
    match (clause, source) {
        (None, Some(source)) => {
            walk.reexport(node, ImportKind::Wildcard, string(walk, source), "", "", flags);
            Visit::Skip
        }
        (Some(clause), Some(source)) if clause.kind() == "namespace_export" => {
            if let Some(name) = clause.named_child(0) {
                walk.reexport(clause, ImportKind::Module, string(walk, source), "", string(walk, name), flags);
            }
            Visit::Skip
        }
        (Some(clause), source) => {
            let mut specifiers = clause.walk();
            for specifier in clause.named_children(&mut specifiers).filter(|child| child.kind() == "export_specifier") {
                let Some((kind, name, alias)) = specifier_names(walk, specifier) else { continue };
                match source {
                    Some(source) => {
                        let flags = flag(types || is_type_only(specifier, 0), ImportFlags::TYPE_ONLY);
                        walk.reexport(specifier, kind, string(walk, source), name, alias, flags);
                    }
                    None => {
                        if let Some(local) = specifier.child_by_field_name("name") {
                            walk.use_name(local, UseRole::Read);
                        }
                        walk.export(alias, name);
                    }
                }
            }
            Visit::Skip
        }
        (None, None) => match node.child(1).map(|word| word.kind()) {
            // `export = value`.
            Some("=") => {
                if let Some(value) = node.named_child(0)
                    && value.kind() == "identifier"
                {
                    walk.use_name(value, UseRole::Read);
                    walk.export("", walk.text(value));
                    return Visit::Skip;
                }
                Visit::Children
            }
            // `export as namespace Name`.
            Some("as") => Visit::Skip,
            // `export default class Name`: others know it as `default`.
            Some("default") => {
                let declaration = node.child_by_field_name("declaration");
                if let Some(name) = declaration.and_then(|declaration| declaration.child_by_field_name("name")) {
                    walk.export("default", walk.text(name));
                }
                Visit::As(&EXPORT)
            }
            _ => Visit::As(&EXPORT),
        },
    }
}

/// The module that `require("m")` or `import("m")` loads.
pub(crate) fn required_module<'a>(walk: &Walk<'a>, node: Node<'_>) -> Option<&'a str> {
    if node.kind() != "call_expression" {
        return None;
    }
    let callee = node.child(0)?;
    let loads = match callee.kind() {
        "import" => true,
        "identifier" => callee.byte_range().len() == 7 && walk.text(callee) == "require",
        _ => false,
    };
    if !loads {
        return None;
    }
    let argument = node.child_by_field_name("arguments")?.named_child(0)?;
    let literal = argument.kind() == "string" || argument.kind() == "template_string" && argument.named_child_count() <= 1;
    (literal && !walk.text(argument).contains("${")).then(|| string(walk, argument))
}

pub(crate) fn call(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(callee) = node.child(0) {
        match callee.kind() {
            "identifier" if matches!(callee.byte_range().len(), 2 | 4 | 5 | 7 | 8) => {
                let name = walk.text(callee);
                if name == "require" {
                    if dynamic_import(walk, node) {
                        return Visit::As(&LOADED);
                    }
                } else {
                    note_test(walk, name);
                }
            }
            "import" if dynamic_import(walk, node) => return Visit::As(&LOADED),
            _ => {}
        }
    }
    Visit::As(&CALL)
}

fn dynamic_import(walk: &mut Walk<'_>, node: Node<'_>) -> bool {
    let Some(module) = required_module(walk, node) else { return false };
    walk.import(node, ImportKind::Effect, module, "", "", 0, ImportFlags::NESTED);
    true
}

/// `name = require("m")`, `{ a, b: c } = require("m")`, `name = require("m").a`, and the same with `await import("m")`.
/// Returns whether the declarator was one of these.
pub(crate) fn bound_imports(walk: &mut Walk<'_>, name: Node<'_>, value: Node<'_>) -> bool {
    let mut value = value;
    let mut member = "";
    for _ in 0..4 {
        match value.kind() {
            "await_expression" | "parenthesized_expression" | "as_expression" => match value.named_child(0) {
                Some(inner) => value = inner,
                None => return false,
            },
            "member_expression" if member.is_empty() => {
                let (Some(object), Some(property)) = (value.child_by_field_name("object"), value.child_by_field_name("property")) else {
                    return false;
                };
                member = walk.text(property);
                value = object;
            }
            _ => break,
        }
    }
    let Some(module) = required_module(walk, value) else { return false };
    match (name.kind(), member) {
        ("identifier", "") => {
            walk.import(name, ImportKind::Module, module, "", walk.text(name), 0, ImportFlags::default());
        }
        ("identifier", member) => {
            let kind = if member == "default" { ImportKind::Default } else { ImportKind::Symbol };
            walk.import(name, kind, module, member, walk.text(name), 0, ImportFlags::default());
        }
        ("object_pattern", "") => pattern_imports(walk, name, module),
        _ => return false,
    }
    true
}

fn pattern_imports(walk: &mut Walk<'_>, pattern: Node<'_>, module: &str) {
    let mut cursor = pattern.walk();
    for part in pattern.named_children(&mut cursor) {
        let (name, local) = match part.kind() {
            "shorthand_property_identifier_pattern" => (part, part),
            "pair_pattern" => {
                let (Some(key), Some(value)) = (part.child_by_field_name("key"), part.child_by_field_name("value")) else { continue };
                (key, value)
            }
            "object_assignment_pattern" => match part.child_by_field_name("left") {
                Some(left) => (left, left),
                None => continue,
            },
            "rest_pattern" => {
                if let Some(rest) = part.named_child(0) {
                    walk.import(rest, ImportKind::Module, module, "", walk.text(rest), 0, ImportFlags::default());
                }
                continue;
            }
            _ => continue,
        };
        let local = if local.kind() == "assignment_pattern" { local.child_by_field_name("left").unwrap_or(local) } else { local };
        if local.kind() == "object_pattern" {
            // `{ a: { b } }`: the names inside are members of what is imported; only that it is used is known.
            walk.import(part, ImportKind::Effect, module, "", "", 0, ImportFlags::default());
            let mut inner = local.walk();
            for name in local.named_children(&mut inner).filter(|name| name.kind() == "shorthand_property_identifier_pattern") {
                walk.declare(name, crate::syntax::rows::BindingKind::Variable);
            }
            continue;
        }
        let wanted = string(walk, name);
        let kind = if wanted == "default" { ImportKind::Default } else { ImportKind::Symbol };
        walk.import(part, kind, module, wanted, walk.text(local), 0, ImportFlags::default());
    }
}

/// `exports.name = require("m")`; `module.exports = require("m")` for an empty name.
pub(crate) fn reexport_module(walk: &mut Walk<'_>, node: Node<'_>, module: &str, exported: &str) {
    if exported.is_empty() {
        walk.reexport(node, ImportKind::Wildcard, module, "", "", ImportFlags::default());
    }
    walk.reexport(node, ImportKind::Module, module, "", exported, ImportFlags::default());
}
