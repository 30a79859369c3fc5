//! What a table cannot say of C++: namespaces, `using`, access, friends.

use tree_sitter::Node;

use crate::languages::{Define, NameAt, Role, Visit, c_family as family};
use crate::syntax::rows::{ImportFlags, ImportKind, ScopeKind, SymbolFlags, SymbolKind, UseRole};
use crate::syntax::walk::Walk;

/// Deeper namespaces are taken for the one around them.
const LONGEST_KEY: usize = 2000;

static INITIALIZED: Role = family::INIT_DECLARATOR;
static BASE_CALL: Role = Role::Call { function: "0", arguments: "1" };
static NAMESPACE: Role = Role::Define(Define::NAMESPACE);
/// Template parameters of an alias belong to it alone.
static ALIAS: Role = Role::Define(Define { ty: "type", scope: Some(ScopeKind::Block), ..Define::ALIAS });
static CONCEPT: Role = Role::Define(Define { ty: "", name: NameAt::Field("name"), scope: Some(ScopeKind::Block), ..Define::ALIAS });
static REFERENCE: Role = Role::Pass { value: "0", ty: "" };

pub(super) fn namespace(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = node.child_by_field_name("name") else {
        // Names of an anonymous namespace are those of the file, and of no other.
        walk.hide(node);
        return Visit::Children;
    };
    let around = walk.module_around().to_owned();
    let name: String =
        walk.text(name).split("::").map(|part| part.trim().trim_start_matches("inline ").trim()).collect::<Vec<_>>().join("::");
    let key = if around.is_empty() {
        name
    } else if around.len() > LONGEST_KEY {
        around.clone()
    } else {
        format!("{around}::{name}")
    };
    walk.module_of_definition(&key);
    if !around.is_empty() && walk.text(node).starts_with("inline") {
        walk.module_of_definition(&around);
    }
    Visit::As(&NAMESPACE)
}

pub(super) fn using(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(target) = node.named_child(0) else { return Visit::Skip };
    // In a class it names a member of a base.
    if walk.current_symbol().kind.is_type() {
        return Visit::Children;
    }
    let text = walk.text(target);
    let words = walk.source().get(node.start_byte()..target.start_byte()).unwrap_or("");
    if words.contains("namespace") || words.contains("enum") {
        walk.import(node, ImportKind::Wildcard, text, "", "", 0, ImportFlags::default());
    } else if let Some((module, name)) = text.rsplit_once("::") {
        walk.import(node, ImportKind::Symbol, module, name, name, 0, ImportFlags::default());
    }
    Visit::Skip
}

pub(super) fn namespace_alias(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let (Some(name), Some(target)) = (node.named_child(0), node.named_child(1)) {
        walk.import(node, ImportKind::Module, walk.text(target), "", walk.text(name), 0, ImportFlags::default());
    }
    Visit::Skip
}

pub(super) fn alias(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.child_by_field_name("name") {
        walk.name_definition_at(name);
    }
    Visit::As(&ALIAS)
}

pub(super) fn concept(_: &mut Walk<'_>, _: Node<'_>) -> Visit {
    Visit::As(&CONCEPT)
}

/// Members of a class are private until the class says otherwise.
pub(super) fn members(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let around = walk.current_symbol();
    if around.kind == SymbolKind::Class && around.body_start as usize == node.start_byte() {
        walk.section(SymbolFlags::PRIVATE);
    }
    Visit::Children
}

pub(super) fn access(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if !walk.inherits() {
        let private = walk.text(node).starts_with("private");
        walk.section(if private { SymbolFlags::PRIVATE } else { SymbolFlags::default() });
    }
    Visit::Skip
}

/// `&&` in front of a name is no operator.
pub(super) fn reference(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(mark) = node.child(0)
        && mark.kind() == "&&"
    {
        walk.skip(mark);
    }
    Visit::As(&REFERENCE)
}

/// `...` at the end of a parameter list takes any number of arguments.
pub(super) fn dots(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if matches!(walk.around(), Some(Role::Parameters)) && walk.in_function() {
        walk.add_parameter(node, true, true);
    }
    Visit::Skip
}

/// `friend class X;` uses a type.
pub(super) fn friend(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(only) = node.named_child(0).filter(|only| only.kind() == "type_identifier") {
        walk.use_name(only, UseRole::Type);
        return Visit::Skip;
    }
    Visit::Children
}

/// `Type name(1)` and `Type name{1}` make an instance; `name = value` does not have to.
pub(super) fn init_declarator(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(value) = family::last_named(node)
        && matches!(value.kind(), "argument_list" | "initializer_list")
        && !family::before(walk, value).ends_with('=')
    {
        walk.construct(node, u32::try_from(value.named_child_count()).unwrap_or(u32::MAX));
    }
    Visit::As(&INITIALIZED)
}

/// `field_(value)` writes a field; `Base(value)` and `Base<T>(value)` construct a base.
pub(super) fn field_initializer(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(target) = node.named_child(0) else { return Visit::Children };
    let text = walk.text(target);
    if target.kind() == "field_identifier" && (!text.starts_with(char::is_uppercase) || text.ends_with('_')) {
        walk.use_name(target, UseRole::Write);
        walk.skip(target);
        return Visit::Children;
    }
    Visit::As(&BASE_CALL)
}
