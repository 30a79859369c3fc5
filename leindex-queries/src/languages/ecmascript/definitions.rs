//! Definitions that a table cannot say: values that are given a name, CommonJS, prototypes, patterns.

use tree_sitter::Node;

use super::imports::required_module;
use super::is_directive;
use crate::languages::{Declare, Define, NameAt, Role, Visit};
use crate::syntax::rows::{NONE, ScopeKind, SymbolFlags, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

const COMMENT: Role = Role::Comment;
const WRAPPER: Role = Role::Wrapper;
/// Several names share the words before them; each is a definition of its own.
const SEVERAL: Role = Role::Pass { value: "", ty: "" };
const ATTRIBUTE: Role = Role::Attribute;
const DECORATOR: Role = Role::Decorator;
const BLOCK: Role = Role::Scope(ScopeKind::Block);
/// A function value: named by what it is assigned to, or else only a scope.
const FUNCTION_VALUE: Role = Role::Define(Define { name: NameAt::Given, parameter: "parameter", ..Define::FUNCTION });
const DEFAULT_FUNCTION: Role = Role::Define(Define { name: NameAt::Fixed("default"), parameter: "parameter", ..Define::FUNCTION });
const CLASS_VALUE: Role = Role::Define(Define { name: NameAt::Given, ..Define::type_of(SymbolKind::Class) });
const DEFAULT_CLASS: Role = Role::Define(Define { name: NameAt::Fixed("default"), ..Define::type_of(SymbolKind::Class) });
/// An object literal at the top of a file: its methods are its members.
const OBJECT_VALUE: Role = Role::Define(Define {
    name: NameAt::Given,
    kind: SymbolKind::Variable,
    kind_in_type: SymbolKind::Field,
    body: "",
    ..Define::type_of(SymbolKind::Variable)
});
const DEFAULT_OBJECT: Role = Role::Define(Define { name: NameAt::Fixed("default"), body: "", ..Define::type_of(SymbolKind::Constant) });
/// What stands in an object literal without a name is seen through it only.
const OBJECT: Role = Role::Scope(ScopeKind::Type);
const NAMED_DECLARATOR: Role = Role::Named { name: "name", value: "value", ty: "type" };
const NAMED_ASSIGNMENT: Role = Role::Named { name: "left", value: "right", ty: "" };
const NAMED_PAIR: Role = Role::Named { name: "key", value: "value", ty: "" };
const PAIR: Role = Role::Keyword { name: "key", value: "value" };
const ASSIGNMENT: Role = Role::Assign { left: "left", right: "right", ty: "" };
/// Only the value of an assignment is of interest.
const ASSIGNED: Role = Role::Keyword { name: "left", value: "right" };
const CONSTANT: Role = Role::Declare(Declare { symbol: Some((SymbolKind::Constant, SymbolKind::Field)), ..Declare::LOCAL });
const LET: Role = Role::Declare(Declare { symbol: Some((SymbolKind::Variable, SymbolKind::Field)), ..Declare::LOCAL });
const VAR: Role = Role::Declare(Declare { hoisted: true, symbol: Some((SymbolKind::Variable, SymbolKind::Field)), ..Declare::LOCAL });
const FOR_IN: Declare = Declare { name: "left", value: "right", ty: "", element: true, scope: true, ..Declare::LOCAL };
const FOR: Role = Role::Declare(FOR_IN);
const FOR_VAR: Role = Role::Declare(Declare { hoisted: true, ..FOR_IN });
const FOR_ASSIGNED: Role = Role::Assign { left: "left", right: "", ty: "" };
const DEFAULT_PARAMETER: Role = Role::Parameter { name: "left", ty: "", default: "right", variadic: false };
const DEFAULT_PATTERN: Role = Role::Keyword { name: "", value: "right" };
const JSX_INTRINSIC: Role = Role::Keyword { name: "name", value: "" };

/// Where a comment may still describe the whole file.
const FILE_HEAD: usize = 4096;

pub(crate) fn comment(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let text = walk.text(node);
    if node.start_byte() < FILE_HEAD && text.starts_with("/**") && walk.current_symbol().kind == SymbolKind::Module {
        for tag in ["@fileoverview", "@packageDocumentation", "@file "] {
            if text.contains(tag) {
                walk.document_symbol(node, tag.trim_end());
                return Visit::Skip;
            }
        }
    }
    if is_directive(text) { Visit::Skip } else { Visit::As(&COMMENT) }
}

/// The name of a method or field, without quotes.
pub(crate) fn property_name(node: Node<'_>) -> Option<Node<'_>> {
    let name = node.child_by_field_name("name").or_else(|| node.child_by_field_name("property"))?;
    Some(unquoted(name))
}

fn unquoted(name: Node<'_>) -> Node<'_> {
    if name.kind() == "string" { name.named_child(0).unwrap_or(name) } else { name }
}

pub(crate) fn is_function(kind: &str) -> bool {
    matches!(kind, "arrow_function" | "function_expression" | "generator_function")
}

/// Whether a value makes a symbol of what it is assigned to.
fn is_definition(kind: &str) -> bool {
    is_function(kind) || kind == "class"
}

fn is_default_export(walk: &Walk<'_>) -> bool {
    matches!(walk.around(), Some(Role::Export { .. }))
}

pub(crate) fn function_value(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if is_default_export(walk) && node.child_by_field_name("name").is_none() {
        return Visit::As(&DEFAULT_FUNCTION);
    }
    Visit::As(&FUNCTION_VALUE)
}

pub(crate) fn class_value(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if is_default_export(walk) && node.child_by_field_name("name").is_none() {
        return Visit::As(&DEFAULT_CLASS);
    }
    Visit::As(&CLASS_VALUE)
}

pub(crate) fn object(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if walk.is_member_list() || matches!(walk.around(), Some(Role::Keyword { name: "left", .. })) {
        return Visit::Children;
    }
    if walk.is_named_value() {
        return Visit::As(&OBJECT_VALUE);
    }
    if is_default_export(walk) {
        return Visit::As(&DEFAULT_OBJECT);
    }
    Visit::As(&OBJECT)
}

pub(crate) fn pair(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(value) = node.child(2) else { return Visit::As(&PAIR) };
    if !is_definition(value.kind()) {
        return Visit::As(&PAIR);
    }
    if let Some(key) = node.child(0)
        && key.kind() == "string"
    {
        walk.give_name(Some(unquoted(key)), None);
    }
    Visit::As(&NAMED_PAIR)
}

pub(crate) fn decorator(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    // In a class body a decorator is the sibling of what it decorates.
    if walk.around().is_none() { Visit::As(&ATTRIBUTE) } else { Visit::As(&DECORATOR) }
}

/// The body of a definition shares its scope.
pub(crate) fn block(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    match walk.around() {
        Some(Role::Define(define)) => {
            if define.kind == SymbolKind::Namespace {
                declare_module(walk);
            }
            Visit::Children
        }
        Some(Role::Wrapper) => Visit::Children,
        _ => Visit::As(&BLOCK),
    }
}

/// `declare module "m" {}`: other files import it by that name.
fn declare_module(walk: &mut Walk<'_>) {
    let row = walk.current_symbol();
    let before = walk.source().get(..row.name_start as usize).unwrap_or("");
    if before.ends_with(['"', '\'']) {
        let name = walk.str(row.name).to_owned();
        walk.module(&name, true);
    }
}

pub(crate) fn declaration(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.named_child_count() == 1 { Visit::As(&WRAPPER) } else { Visit::As(&SEVERAL) }
}

pub(crate) fn declarator(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let value = node.child_by_field_name("value");
    let name = node.child_by_field_name("name");
    if let (Some(name), Some(value)) = (name, value) {
        let kind = value.kind();
        let at_top = !matches!(walk.scope_kind(), ScopeKind::Function | ScopeKind::Block);
        if name.kind() == "identifier" && (is_definition(kind) || kind == "object" && at_top) {
            return Visit::As(&NAMED_DECLARATOR);
        }
        if super::imports::bound_imports(walk, name, value) {
            return Visit::Skip;
        }
    }
    let head = walk.text_around(0);
    if head.starts_with("const") {
        Visit::As(&CONSTANT)
    } else if head.starts_with("var") {
        Visit::As(&VAR)
    } else {
        Visit::As(&LET)
    }
}

pub(crate) fn for_in(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    match node.child_by_field_name("kind").map(|kind| walk.text(kind)) {
        Some("var") => Visit::As(&FOR_VAR),
        Some(_) => Visit::As(&FOR),
        None => Visit::As(&FOR_ASSIGNED),
    }
}

/// What the left side of an assignment says of its value.
enum Target<'t> {
    /// `module.exports` itself.
    Module,
    /// `exports.name`, `module.exports.name`.
    Export(Node<'t>),
    /// `Owner.prototype`: the members of a type.
    Prototype(Node<'t>),
    /// `owner.name`.
    Member(Node<'t>, Node<'t>),
    /// `name`.
    Name(Node<'t>),
    Other,
}

fn target<'t>(walk: &Walk<'_>, left: Node<'t>) -> Target<'t> {
    if left.kind() == "identifier" {
        return Target::Name(left);
    }
    if left.kind() != "member_expression" {
        return Target::Other;
    }
    let (Some(object), Some(property)) = (left.child_by_field_name("object"), left.child_by_field_name("property")) else {
        return Target::Other;
    };
    let object_text = if object.byte_range().len() <= 32 { walk.text(object) } else { "" };
    if object_text == "module" && walk.text(property) == "exports" {
        return Target::Module;
    }
    if object_text == "exports" || object_text == "module.exports" {
        return Target::Export(property);
    }
    let property_text = walk.text(property);
    if property_text == "prototype" {
        return Target::Prototype(object);
    }
    if object.kind() == "member_expression"
        && object.child_by_field_name("property").is_some_and(|name| walk.text(name) == "prototype")
        && let Some(owner) = object.child_by_field_name("object")
    {
        return Target::Member(owner, property);
    }
    Target::Member(object, property)
}

pub(crate) fn assignment(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
        return Visit::As(&ASSIGNMENT);
    };
    if walk.is_named_value() {
        name_as_well(walk, node);
    }
    let kind = right.kind();
    let defines = is_definition(kind);
    match target(walk, left) {
        Target::Module => {
            walk.give_name(Some(left), None);
            module_exports(walk, left, right, defines)
        }
        Target::Export(name) => {
            if defines {
                walk.give_name(Some(name), None);
                return Visit::As(&NAMED_ASSIGNMENT);
            }
            if let Some(module) = required_module(walk, right) {
                super::imports::reexport_module(walk, right, module, walk.text(name));
                return Visit::Skip;
            }
            walk.give_name(Some(left), None);
            let exported = walk.text(name);
            if matches!(kind, "identifier" | "assignment_expression" | "undefined" | "unary_expression") {
                if kind == "identifier" {
                    walk.export(exported, walk.text(right));
                } else if let Some(Target::Export(local) | Target::Name(local)) = defined_by(right).map(|left| target(walk, left)) {
                    walk.export(exported, walk.text(local));
                }
                return Visit::As(&ASSIGNED);
            }
            if walk.scope_kind() == ScopeKind::File {
                walk.leaf_symbol(node, name, SymbolKind::Variable);
            }
            Visit::As(&ASSIGNED)
        }
        Target::Prototype(owner) if kind == "object" => {
            let owner = chain(walk, owner);
            walk.give_name(None, owner);
            Visit::As(&NAMED_ASSIGNMENT)
        }
        Target::Member(owner, name) if defines || defined_by(right).is_some() => {
            let owner = chain(walk, owner);
            walk.give_name(Some(name), owner);
            Visit::As(&NAMED_ASSIGNMENT)
        }
        Target::Name(name) if defines => {
            walk.use_name(name, UseRole::Write);
            walk.give_name(Some(name), None);
            Visit::As(&NAMED_ASSIGNMENT)
        }
        _ => Visit::As(&ASSIGNMENT),
    }
}

/// What `c` is in `a = b = c = function () {}`, for the value of `a`.
fn defined_by(mut value: Node<'_>) -> Option<Node<'_>> {
    let mut left = None;
    while value.kind() == "assignment_expression" {
        left = value.child_by_field_name("left");
        value = value.child_by_field_name("right")?;
    }
    left.filter(|_| is_definition(value.kind()))
}

/// In `a.b = a.c = function () {}`, `b` is a field that holds what `c` is.
fn name_as_well(walk: &mut Walk<'_>, value: Node<'_>) {
    let left = value.parent().and_then(|outer| outer.child_by_field_name("left"));
    let (Some(left), Some(definition)) = (left, defined_by(value)) else { return };
    let Target::Member(owner, name) = target(walk, left) else { return };
    let field = walk.leaf_symbol(value, name, SymbolKind::Field);
    let held = match target(walk, definition) {
        Target::Member(other, member) => {
            let object = if walk.text(other) == walk.text(owner) {
                Some(walk.use_text(other, UseKind::This, UseRole::Read, walk.text(other), NONE))
            } else {
                chain(walk, other)
            };
            object.map(|object| walk.use_text(member, UseKind::Member, UseRole::Read, walk.text(member), object))
        }
        Target::Export(name) | Target::Name(name) => chain(walk, name),
        _ => None,
    };
    if let Some(held) = held {
        walk.set_value(field, held);
    }
}

/// `module.exports = value`.
fn module_exports(walk: &mut Walk<'_>, left: Node<'_>, right: Node<'_>, defines: bool) -> Visit {
    if let Some(module) = required_module(walk, right) {
        super::imports::reexport_module(walk, right, module, "");
        return Visit::Skip;
    }
    match right.kind() {
        "object" => {
            let mut cursor = right.walk();
            for member in right.named_children(&mut cursor) {
                match member.kind() {
                    "shorthand_property_identifier" => walk.export(walk.text(member), walk.text(member)),
                    "method_definition" => {
                        if let Some(name) = property_name(member) {
                            walk.export(walk.text(name), walk.text(name));
                        }
                    }
                    "pair" => {
                        let (Some(key), Some(value)) = (member.child_by_field_name("key"), member.child_by_field_name("value")) else {
                            continue;
                        };
                        let key = unquoted(key);
                        if value.kind() == "identifier" {
                            walk.export(walk.text(key), walk.text(value));
                        } else if is_definition(value.kind()) {
                            walk.export(walk.text(key), walk.text(key));
                        } else if let Some(module) = required_module(walk, value) {
                            super::imports::reexport_module(walk, value, module, walk.text(key));
                        }
                    }
                    _ => {}
                }
            }
            Visit::As(&ASSIGNED)
        }
        "identifier" => {
            walk.export("", walk.text(right));
            Visit::As(&ASSIGNED)
        }
        _ if defines => {
            let name = right.child_by_field_name("name").or_else(|| left.child_by_field_name("property"));
            if let Some(name) = name {
                walk.export("", walk.text(name));
            }
            walk.give_name(name, None);
            Visit::As(&NAMED_ASSIGNMENT)
        }
        "new_expression" | "call_expression" => {
            if let Some(callee) = right.child(u32::from(right.kind() == "new_expression"))
                && callee.kind() == "identifier"
            {
                walk.export("", walk.text(callee));
            }
            Visit::As(&ASSIGNED)
        }
        _ => Visit::As(&ASSIGNED),
    }
}

/// The use of a chain of names (`a.b.c`, `this.x`), made before its node is walked; `None` for other expressions.
fn chain(walk: &mut Walk<'_>, node: Node<'_>) -> Option<u32> {
    let mut parts = Vec::new();
    let mut at = node;
    while at.kind() == "member_expression" && parts.len() < 8 {
        parts.push(at.child_by_field_name("property")?);
        at = at.child_by_field_name("object")?;
    }
    let kind = match at.kind() {
        "identifier" => UseKind::Name,
        "this" => UseKind::This,
        _ => return None,
    };
    let mut index = walk.use_text(at, kind, UseRole::Read, walk.text(at), NONE);
    for part in parts.into_iter().rev() {
        index = walk.use_text(part, UseKind::Member, UseRole::Read, walk.text(part), index);
    }
    Some(index)
}

/// `a = 1` in a parameter list or pattern.
pub(crate) fn default_pattern(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if matches!(walk.around(), Some(Role::Parameters)) { Visit::As(&DEFAULT_PARAMETER) } else { Visit::As(&DEFAULT_PATTERN) }
}

pub(crate) fn rest_pattern(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if matches!(walk.around(), Some(Role::Parameters))
        && let Some(name) = node.named_child(0)
        && name.kind() == "identifier"
    {
        walk.add_parameter(name, true, true);
        return Visit::Skip;
    }
    Visit::Children
}

pub(crate) fn pattern(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if matches!(walk.around(), Some(Role::Parameters)) {
        walk.pattern_parameter(node);
    }
    Visit::Children
}

/// `<Foo/>` uses `Foo`; `<div/>` uses nothing.
pub(crate) fn jsx_element(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let intrinsic = node
        .child_by_field_name("name")
        .is_some_and(|name| name.kind() == "identifier" && walk.text(name).starts_with(|first: char| first.is_lowercase()));
    if intrinsic { Visit::As(&JSX_INTRINSIC) } else { Visit::Children }
}

/// A file in which tests are described is a test.
pub(crate) fn note_test(walk: &mut Walk<'_>, callee: &str) {
    if matches!(callee, "describe" | "it" | "test" | "suite") && walk.current_symbol().kind == SymbolKind::Module {
        walk.update_symbol(|symbol| symbol.flags.set(SymbolFlags::TEST));
    }
}
