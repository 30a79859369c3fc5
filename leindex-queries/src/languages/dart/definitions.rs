//! Dart's definitions: the grammar keeps a name in a signature below the node that holds the body.

use tree_sitter::Node;

use crate::languages::{Declare, Define, NameAt, Role, Visit};
use crate::syntax::rows::{ScopeKind, SymbolFlags, SymbolKind};
use crate::syntax::walk::Walk;

const FUNCTION: Role = Role::Define(Define { ty: "", ..Define::FUNCTION });
const CONSTRUCTOR: Role = Role::Define(Define::CONSTRUCTOR);
const LOCAL_FUNCTION: Role = Role::Define(Define { ty: "", body: "1", ..Define::FUNCTION });
const CLASS: Role = Role::Define(Define::type_of(SymbolKind::Class));
const MIXIN_APPLICATION: Role = Role::Define(Define { body: "", ..Define::type_of(SymbolKind::Class) });
const MIXIN: Role = Role::Define(Define::type_of(SymbolKind::Trait));
const MIXIN_ON: Role = Role::Define(Define { bases: "1", ..Define::type_of(SymbolKind::Trait) });
const GENERIC_MIXIN_ON: Role = Role::Define(Define { bases: "2", ..Define::type_of(SymbolKind::Trait) });
const TYPED: [Role; 4] = [Role::Group { ty: "0" }, Role::Group { ty: "1" }, Role::Group { ty: "2" }, Role::Group { ty: "3" }];
const UNTYPED: Role = Role::Group { ty: "" };
const VARIABLE: Role = Role::Define(Define { kind: SymbolKind::Variable, name: NameAt::Field("name"), ty: "", ..Define::FIELD });
const LOCAL: Role = Role::Declare(Declare { ty: "", ..Declare::LOCAL });
const LOCAL_TYPED: Role = Role::Declare(Declare { ty: "0", ..Declare::LOCAL });
const PARAMETER: Role = Role::Parameter { name: "name", ty: "", default: "", variadic: false };
const TYPED_PARAMETER: Role = Role::Parameter { name: "name", ty: "0", default: "", variadic: false };
const ANNOTATED_PARAMETER: Role = Role::Parameter { name: "name", ty: "1", default: "", variadic: false };
const BARE_PARAMETER: Role = Role::Parameter { name: "0", ty: "", default: "", variadic: false };
const PARAMETER_AROUND: Role = Role::Pass { value: "0", ty: "" };

/// `class A = B with C;` names its class in a part of its own.
pub(super) fn class(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_by_field_name("name").is_some() {
        return Visit::As(&CLASS);
    }
    let mut cursor = node.walk();
    let application = node.named_children(&mut cursor).find(|child| child.kind() == "mixin_application_class");
    let Some(name) = application.and_then(|application| application.named_child(0)) else { return Visit::Children };
    walk.name_definition(name.start_byte(), name.end_byte());
    walk.skip(name);
    Visit::As(&MIXIN_APPLICATION)
}

/// `mixin M on A`: what it may be mixed into is seen as its base.
pub(super) fn mixin(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let is_type = |index| node.named_child(index).is_some_and(|child| child.kind() == "type");
    if is_type(1) {
        Visit::As(&MIXIN_ON)
    } else if is_type(2) {
        Visit::As(&GENERIC_MIXIN_ON)
    } else {
        Visit::As(&MIXIN)
    }
}

pub(super) fn extension_type_name(node: Node<'_>) -> Option<Node<'_>> {
    let name = node.child_by_field_name("name")?;
    Some(name.named_child(0).unwrap_or(name))
}

pub(super) fn alias_name(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| child.kind() == "type_identifier")
}

/// The signature among the children of a node, or below a `method_signature`.
fn signature_of(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    let found = node.named_children(&mut cursor).find(|child| child.kind().ends_with("_signature"))?;
    if found.kind() != "method_signature" {
        return Some(found);
    }
    let mut cursor = found.walk();
    found.named_children(&mut cursor).find(|child| child.kind().ends_with("_signature"))
}

pub(super) fn method(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(signature) = signature_of(node) else { return Visit::Children };
    define(walk, node, signature)
}

pub(super) fn function(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(signature) = signature_of(node) else { return Visit::Children };
    define(walk, node, signature)
}

pub(super) fn local_function(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(signature) = signature_of(node) else { return Visit::Children };
    match define(walk, node, signature) {
        Visit::As(_) => Visit::As(&LOCAL_FUNCTION),
        visit => visit,
    }
}

/// Fields, or a method or constructor without a body.
pub(super) fn declaration(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    match signature_of(node) {
        Some(signature) => define(walk, node, signature),
        None => variables(walk, node),
    }
}

fn define(walk: &mut Walk<'_>, node: Node<'_>, signature: Node<'_>) -> Visit {
    let is_constructor = signature.kind().contains("constructor");
    let mut cursor = signature.walk();
    let mut name = None;
    for part in signature.children_by_field_name("name", &mut cursor).filter(Node::is_named) {
        // `A.named` is called `named`, `A` is called `A`.
        walk.skip(part);
        name = Some(part);
    }
    let Some(name) = name.or_else(|| signature.child_by_field_name("operator")) else { return Visit::Children };
    let before = walk.source().get(node.start_byte()..signature.start_byte()).unwrap_or("");
    if before.split_whitespace().any(|word| word == "static") {
        walk.flag_definition(SymbolFlags::STATIC);
    }
    if matches!(signature.kind(), "getter_signature" | "setter_signature") {
        walk.flag_definition(SymbolFlags::PROPERTY);
    }
    if let Some(body) = node.child_by_field_name("body") {
        let text = walk.text(body);
        if text.starts_with("async") || text.starts_with("sync") {
            walk.flag_definition(SymbolFlags::ASYNC);
        }
    }
    walk.name_definition(name.start_byte(), name.end_byte());
    Visit::As(if is_constructor { &CONSTRUCTOR } else { &FUNCTION })
}

/// Variables or fields that share a type, which has no field of its own in the grammar.
pub(super) fn variables(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    let at = node.named_children(&mut cursor).position(|child| child.kind() == "type");
    if walk.text(node).split_whitespace().take(4).any(|word| word == "static") {
        walk.section(SymbolFlags::STATIC);
    }
    Visit::As(at.and_then(|at| TYPED.get(at)).unwrap_or(&UNTYPED))
}

pub(super) fn variable(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    let in_function = matches!(walk.scope_kind(), ScopeKind::Function | ScopeKind::Block);
    Visit::As(if in_function { &LOCAL } else { &VARIABLE })
}

pub(super) fn local_variable(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let typed = node.named_child(0).is_some_and(|child| child.kind() == "type");
    Visit::As(if typed { &LOCAL_TYPED } else { &LOCAL })
}

pub(super) fn parameter(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let optional = node.parent().is_some_and(|list| list.kind() == "optional_formal_parameters");
    if optional && !walk.source().get(..node.start_byte()).is_some_and(|before| before.trim_end().ends_with("required")) {
        walk.optional_parameter();
    }
    let Some(first) = node.named_child(0) else { return Visit::Children };
    if matches!(first.kind(), "field_formal_parameter" | "super_formal_parameter") {
        if let Some(keyword) = first.child(0).filter(|keyword| matches!(keyword.kind(), "this" | "super")) {
            walk.skip(keyword);
        }
        return Visit::As(&PARAMETER_AROUND);
    }
    if node.child_by_field_name("name").is_none() {
        return Visit::As(&BARE_PARAMETER);
    }
    if let Some(list) = node.named_child(node.named_child_count().saturating_sub(1) as u32)
        && list.kind() == "formal_parameter_list"
    {
        walk.skip(list);
    }
    if first.kind() == "type" {
        return Visit::As(&TYPED_PARAMETER);
    }
    Visit::As(if node.named_child(1).is_some_and(|second| second.kind() == "type") { &ANNOTATED_PARAMETER } else { &PARAMETER })
}
