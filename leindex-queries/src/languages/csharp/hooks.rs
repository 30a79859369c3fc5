//! What a table cannot say of C#: namespaces, `using`, members without a name of their own, `?.`.

use tree_sitter::Node;

use crate::languages::{Declare, Define, NameAt, Role, Visit};
use crate::syntax::rows::{BaseKind, ImportFlags, ImportKind, NONE, ScopeKind, SymbolFlags, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

/// Deeper namespaces are taken for the one around them.
const LONGEST_KEY: usize = 2000;

static NAMESPACE: Role = Role::Define(Define::NAMESPACE);
static METHOD: Role = Role::Define(Define { ty: "type", ..Define::FUNCTION });
static INDEXER: Role = Role::Define(Define { ty: "type", body: "accessors", ..Define::FUNCTION });
static CLASS: Role = Role::Define(Define::type_of(SymbolKind::Class));
static STRUCT: Role = Role::Define(Define::type_of(SymbolKind::Struct));
static PARAMETER: Role = Role::Parameter { name: "name", ty: "type", default: "2", variadic: false };
static RECEIVER: Role = Role::ReceiverParameter { name: "name", ty: "type" };
static RECORD_FIELD: Role = Role::Define(Define { value: "", ..Define::FIELD });
static ASSIGN: Role = Role::Assign { left: "left", right: "right", ty: "" };
static MEMBER_VALUE: Role = Role::Keyword { name: "left", value: "right" };
static FROM: Role = Role::Declare(Declare { value: "1", element: true, ..Declare::LOCAL });
static FROM_TYPED: Role = Role::Declare(Declare { value: "2", element: true, ..Declare::LOCAL });
static REST: Role = Role::Parameter { name: "name", ty: "type", default: "", variadic: true };
static TYPES: Role = Role::Type;
static BASES: Role = Role::Bases(BaseKind::Inherit);
static RESULT: Role = Role::Return { value: "0" };
static VALUE: Role = Role::Pass { value: "0", ty: "" };
static LOCAL: Role = Role::Declare(Declare { value: "1", ty: "", ..VARIABLE });
const VARIABLE: Declare = Declare { symbol: Some((SymbolKind::Variable, SymbolKind::Field)), ..Declare::LOCAL };

pub(super) fn namespace(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = node.child_by_field_name("name") else { return Visit::Children };
    let around = walk.module_around();
    let text: String = walk.text(name).split_whitespace().collect();
    let key = if around.is_empty() {
        text
    } else if around.len() > LONGEST_KEY {
        around.to_owned()
    } else {
        format!("{around}.{text}")
    };
    walk.module_of_definition(&key);
    walk.name_definition(name.start_byte(), name.end_byte());
    walk.skip(name);
    Visit::As(&NAMESPACE)
}

/// `namespace A.B;` names what the whole file is part of.
pub(super) fn file_namespace(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = node.child_by_field_name("name") else { return Visit::Children };
    let key: String = walk.text(name).split_whitespace().collect();
    walk.module(&key, false);
    walk.skip(name);
    Visit::Children
}

pub(super) fn using(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let count = u32::try_from(node.named_child_count()).unwrap_or(0);
    let Some(target) = count.checked_sub(1).and_then(|last| node.named_child(last)) else { return Visit::Skip };
    let alias = node.child_by_field_name("name").filter(|name| name.id() != target.id());
    let text: String = walk.text(target).split('<').next().unwrap_or("").split_whitespace().collect();
    let module = text.strip_prefix("global::").unwrap_or(&text);
    let head = walk.source().get(node.start_byte()..target.start_byte()).unwrap_or("");
    let has = |word: &str| head.split_whitespace().any(|found| found == word);
    let mut flags = ImportFlags::default();
    if has("global") {
        flags.set(ImportFlags::REEXPORT);
    }
    if has("static") {
        flags.set(ImportFlags::STATIC);
    }
    match alias {
        Some(alias) => walk.import(node, ImportKind::Module, module, "", walk.text(alias), 0, flags),
        None => walk.import(node, ImportKind::Wildcard, module, "", "", 0, flags),
    };
    Visit::Skip
}

/// `record` and `record struct`.
pub(super) fn record(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = node.child_by_field_name("name") else { return Visit::Children };
    let head = walk.source().get(node.start_byte()..name.start_byte()).unwrap_or("");
    Visit::As(if head.split_whitespace().any(|word| word == "struct") { &STRUCT } else { &CLASS })
}

/// Interfaces are told from classes by how they are called: `IName`.
pub(super) fn members(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    let interface = walk.current_symbol().kind == SymbolKind::Interface;
    walk.settle_bases(|name| {
        let mut letters = name.chars();
        let named = letters.next() == Some('I') && letters.next().is_some_and(char::is_uppercase);
        if named && !interface { BaseKind::Implement } else { BaseKind::Inherit }
    });
    Visit::Children
}

fn token<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| child.kind() == kind)
}

/// `operator +` and `operator int` are named by the word and what follows it.
pub(super) fn operator(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let end = node.child_by_field_name("operator").or_else(|| node.child_by_field_name("type"));
    let (Some(word), Some(end)) = (token(node, "operator"), end) else { return Visit::Children };
    walk.name_definition(word.start_byte(), end.end_byte());
    Visit::As(&METHOD)
}

pub(super) fn indexer(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(this) = token(node, "this") else { return Visit::Children };
    walk.name_definition(this.start_byte(), this.end_byte());
    walk.flag_definition(SymbolFlags::PROPERTY);
    walk.skip(this);
    Visit::As(&INDEXER)
}

pub(super) fn destructor(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let (Some(mark), Some(name)) = (token(node, "~"), node.child_by_field_name("name")) else { return Visit::Children };
    walk.name_definition_at(name);
    walk.name_definition(mark.start_byte(), name.end_byte());
    Visit::As(&METHOD)
}

/// `: base(…)` and `: this(…)` after a constructor's parameters.
pub(super) fn constructor_initializer(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    for (word, kind) in [("base", UseKind::Super), ("this", UseKind::This)] {
        if let Some(target) = token(node, word) {
            let arity = token(node, "argument_list").map_or(0, |arguments| arguments.named_child_count());
            let index = walk.use_text(target, kind, UseRole::Call, word, NONE);
            walk.set_arity(index, u32::try_from(arity).unwrap_or(u32::MAX));
            walk.skip(target);
        }
    }
    Visit::Children
}

/// A parameter; the first of an extension method stands for its object, and those of a record are its properties.
pub(super) fn parameter(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.scope_kind() == ScopeKind::Type {
        let around = walk.current_symbol();
        let head = walk.source().get(around.start as usize..around.name_start as usize).unwrap_or("");
        if head.split_whitespace().any(|word| word == "record") {
            walk.flag_definition(SymbolFlags::PROPERTY);
            return Visit::As(&RECORD_FIELD);
        }
    }
    let extends = node.child(0).is_some_and(|first| first.kind() == "modifier" && walk.text(first) == "this");
    Visit::As(if extends { &RECEIVER } else { &PARAMETER })
}

/// `params T[] rest` has its parts in the list itself.
pub(super) fn parameter_list(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_by_field_name("name").is_some() { Visit::As(&REST) } else { Visit::Children }
}

/// What an enumeration is stored as is no base.
pub(super) fn bases(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    Visit::As(if walk.current_symbol().kind == SymbolKind::Enum { &TYPES } else { &BASES })
}

pub(super) fn implicit_parameter(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    walk.add_parameter(node, false, false);
    Visit::Skip
}

/// `Name = value` between the braces of an object's initialiser sets a member of the object.
pub(super) fn assignment(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let initializes = matches!(walk.around(), Some(Role::Keyword { name: "", value: "" }))
        && node.child(0).is_some_and(|left| left.kind() == "identifier");
    Visit::As(if initializes { &MEMBER_VALUE } else { &ASSIGN })
}

pub(super) fn variable_declarator(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(value) = node.named_child(1)
        && value.kind() == "implicit_object_creation_expression"
    {
        let arity = token(value, "argument_list").map_or(0, |arguments| arguments.named_child_count());
        walk.construct(value, u32::try_from(arity).unwrap_or(u32::MAX));
    }
    Visit::As(&LOCAL)
}

/// `=> value` gives the result of a function, or is a property's value.
pub(super) fn arrow(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    Visit::As(if walk.in_function() { &RESULT } else { &VALUE })
}

pub(super) fn from(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    Visit::As(if node.child_by_field_name("type").is_some() { &FROM_TYPED } else { &FROM })
}

/// `.Name` after a `?`.
pub(super) fn member_binding(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = node.child_by_field_name("name") else { return Visit::Children };
    let name = if name.kind() == "generic_name" { name.named_child(0).unwrap_or(name) } else { name };
    let object = walk.conditional_object();
    let object = if object == NONE { crate::syntax::rows::UNKNOWN_BASE } else { object };
    let index = walk.use_text(name, UseKind::Member, UseRole::Read, walk.text(name), object);
    walk.stand_for(index);
    Visit::Skip
}

/// The braces of an object's, array's or collection's initialiser.
pub(super) const BRACES: Role = Role::Keyword { name: "", value: "" };
pub(super) const DELEGATE: Role = Role::Define(Define {
    kind: SymbolKind::TypeAlias,
    kind_in_type: SymbolKind::TypeAlias,
    name: NameAt::Field("name"),
    body: "",
    ty: "type",
    ..Define::FUNCTION
});
