//! Definitions of C and C++: hooks that find names in declarators.

use tree_sitter::Node;

use crate::languages::{Declare, Define, NameAt, Role, Visit};
use crate::syntax::rows::{BindingKind, ImportFlags, ImportKind, ScopeKind, SymbolFlags, SymbolKind, UseRole};
use crate::syntax::walk::Walk;

static FUNCTION: Role = Role::Define(Define { ty: "type", name: NameAt::Fixed(""), ..Define::FUNCTION });
static METHOD: Role = Role::Define(Define { ty: "type", name: NameAt::Fixed(""), kind: SymbolKind::Method, ..Define::FUNCTION });
static FRIEND: Role = Role::Define(Define { ty: "type", name: NameAt::Fixed(""), kind_in_type: SymbolKind::Function, ..Define::FUNCTION });
static CONSTRUCTOR: Role = Role::Define(Define { name: NameAt::Fixed(""), ..Define::CONSTRUCTOR });
static VARIABLES: Role = Role::Declarations(Declare { name: "declarator", value: "value", ..VARIABLE });
static FIELDS: Role = Role::Declarations(Declare { name: "declarator", value: "default_value", ..VARIABLE });
static TYPEDEFS: Role =
    Role::Declarations(Declare { name: "declarator", value: "", symbol: Some((SymbolKind::TypeAlias, SymbolKind::TypeAlias)), ..VARIABLE });
static STRUCT: Role = Role::Define(Define::type_of(SymbolKind::Struct));
static CLASS: Role = Role::Define(Define::type_of(SymbolKind::Class));
static ENUM: Role = Role::Define(Define::type_of(SymbolKind::Enum));
/// The members of an enumeration of C stand in the scope around it.
static OPEN_ENUM: Role = Role::Define(Define { scope: None, ..Define::type_of(SymbolKind::Enum) });
static MEMBERS_ONLY: Role = Role::Scope(ScopeKind::Type);
static TYPE_NAME: Role = Role::Pass { value: "name", ty: "" };
static NAMED_VALUE: Role = Role::Keyword { name: "name", value: "value" };
static OWN_PARAMETERS: Role = Role::Pass { value: "declarator", ty: "" };
/// The parameters of a type of functions belong to no function.
static FUNCTION_TYPE: Role = Role::Pass { value: "declarator", ty: "parameters" };
static TYPES: Role = Role::Type;
/// `int Type::field = 1;`
static OUTER_FIELD: Role = Role::Define(Define { value: "", name: NameAt::Fixed(""), ..Define::FIELD });
static PARAMETERS: Role = Role::Parameters;
static TYPE_PARAMETERS: Role = Role::Scope(ScopeKind::Function);
static MACRO: Role = Role::Define(Define { body: "value", ..Define::base_macro() });

const VARIABLE: Declare =
    Declare { symbol: Some((SymbolKind::Variable, SymbolKind::Field)), kind: BindingKind::Variable, ..Declare::LOCAL };

impl Define {
    const fn base_macro() -> Self {
        Self { kind: SymbolKind::Macro, kind_in_type: SymbolKind::Macro, ty: "", ..Self::FUNCTION }
    }
}

/// A declarator around another one.
pub(in crate::languages) const AROUND_DECLARATOR: Role = Role::Pass { value: "declarator", ty: "" };
/// A node with the value of its first part.
pub(in crate::languages) const FIRST: Role = Role::Pass { value: "0", ty: "" };
/// A declarator with a value, where no instance is made of it.
pub(in crate::languages) const INIT_DECLARATOR: Role = Role::Declare(Declare { name: "declarator", ty: "", ..VARIABLE });
pub(in crate::languages) const PARAMETER: Role = Role::DeclaratorParameter { name: "declarator", ty: "type", default: "", variadic: false };

/// What a declarator declares.
struct Declared<'t> {
    name: Node<'t>,
    /// The declarator with its parameters, if it is a function.
    function: Option<Node<'t>>,
    /// What stands before the name's last `::`.
    qualifier: Option<Node<'t>>,
}

/// Deepest declarator that is looked into.
const DEEPEST: usize = 200;

/// Goes down a declarator to its name. A pointer inside the parentheses of a function makes it a variable.
fn declared(declarator: Node<'_>) -> Option<Declared<'_>> {
    let (mut function, mut qualifier) = (None, None);
    let mut node = declarator;
    for _ in 0..DEEPEST {
        node = match node.kind() {
            "function_declarator" => {
                function = Some(node);
                node.child_by_field_name("declarator")?
            }
            "pointer_declarator" | "array_declarator" | "pointer_type_declarator" => {
                function = None;
                node.child_by_field_name("declarator")?
            }
            "init_declarator" => node.child_by_field_name("declarator")?,
            "reference_declarator" => {
                function = None;
                node.named_child(0)?
            }
            "parenthesized_declarator" => last_named(node)?,
            "attributed_declarator" => node.named_child(0)?,
            "qualified_identifier" => {
                if let Some(scope) = node.child_by_field_name("scope") {
                    qualifier = Some(scope);
                }
                node.child_by_field_name("name")?
            }
            "template_function" | "template_method" | "template_type" => node.child_by_field_name("name")?,
            "dependent_name" => node.named_child(0)?,
            "operator_cast" => return Some(Declared { name: node, function: Some(node), qualifier }),
            "identifier" | "field_identifier" | "type_identifier" | "operator_name" | "destructor_name" | "primitive_type" => {
                return Some(Declared { name: node, function, qualifier });
            }
            _ => return None,
        };
    }
    None
}

pub(in crate::languages) fn last_named(node: Node<'_>) -> Option<Node<'_>> {
    node.named_child(u32::try_from(node.named_child_count().checked_sub(1)?).ok()?)
}

/// The last name of a qualifier (`Foo` of `ns::Foo<T>`).
fn qualifier_name<'a>(walk: &Walk<'a>, qualifier: Node<'_>) -> &'a str {
    walk.text(qualifier).split(['<', ' ']).next().unwrap_or("")
}

/// The text before a node.
pub(in crate::languages) fn before<'a>(walk: &Walk<'a>, node: Node<'_>) -> &'a str {
    walk.source().get(..node.start_byte()).unwrap_or("").trim_end()
}

fn after<'a>(walk: &Walk<'a>, node: Node<'_>) -> &'a str {
    walk.source().get(node.end_byte()..).unwrap_or("").trim_start()
}

pub(in crate::languages) fn function_definition(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(found) = node.child_by_field_name("declarator").and_then(declared) else { return Visit::Children };
    if let Some(function) = found.function
        && node.child_by_field_name("type").is_none()
        && test_macro(walk, &found, function)
    {
        return Visit::As(&FUNCTION);
    }
    if let Some(function) = found.function
        && walk.in_function()
        && found.name.kind() == "identifier"
        && node.child_by_field_name("type").is_none()
    {
        // `FOR_EACH(item, list) { … }` among statements.
        let arity = function.child_by_field_name("parameters").map_or(0, |parameters| parameters.named_child_count());
        let call = walk.use_name(found.name, UseRole::Call);
        walk.set_arity(call, u32::try_from(arity).unwrap_or(u32::MAX));
        walk.skip(function);
        return Visit::Children;
    }
    define_function(walk, node, &found)
}

pub(in crate::languages) fn declaration(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.in_function() {
        return Visit::As(&VARIABLES);
    }
    declare(walk, node, &VARIABLES)
}

pub(in crate::languages) fn field_declaration(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    declare(walk, node, &FIELDS)
}

fn declare(walk: &mut Walk<'_>, node: Node<'_>, variables: &'static Role) -> Visit {
    let mut cursor = node.walk();
    let mut declarators = node.children_by_field_name("declarator", &mut cursor);
    let Some(first) = declarators.next() else { return Visit::Children };
    let only = declarators.next().is_none();
    drop(declarators);
    match declared(first) {
        Some(found) if only && found.function.is_some() => {
            if walk.scope_kind() == ScopeKind::Type && before(walk, node).ends_with("friend") {
                // A friend is declared elsewhere; its types are used here.
                walk.skip(found.name);
                return Visit::As(&TYPES);
            }
            if node.child_by_field_name("type").is_none() && !names_itself(walk, &found) {
                // `MACRO(Name);` among the members.
                return Visit::As(&TYPES);
            }
            define_function(walk, node, &found)
        }
        Some(found) if only && found.qualifier.is_some() => {
            walk.name_definition_at(found.name);
            Visit::As(&OUTER_FIELD)
        }
        _ => Visit::As(variables),
    }
}

/// Where the type of a conversion function ends and its parameters begin.
fn conversion_end(conversion: Node<'_>) -> usize {
    let mut node = conversion;
    for _ in 0..DEEPEST {
        if let Some(parameters) = node.child_by_field_name("parameters") {
            return parameters.start_byte();
        }
        match node.child_by_field_name("declarator").or_else(|| last_named(node)) {
            Some(inner) => node = inner,
            None => break,
        }
    }
    conversion.end_byte()
}

/// Whether a function without a return type can be one: a constructor, destructor or conversion.
fn names_itself(walk: &Walk<'_>, found: &Declared<'_>) -> bool {
    let name = walk.text(found.name);
    walk.scope_kind() != ScopeKind::Type
        || matches!(found.name.kind(), "operator_cast" | "destructor_name" | "operator_name")
        || walk.str(walk.current_symbol().name) == name
}

/// Opens the function that a definition or prototype declares.
fn define_function(walk: &mut Walk<'_>, node: Node<'_>, found: &Declared<'_>) -> Visit {
    let name = walk.text(found.name);
    if found.name.kind() == "operator_cast" {
        // `operator bool() const`: the name ends where the parameters begin.
        let end = conversion_end(found.name);
        let text = walk.source().get(found.name.start_byte()..end).unwrap_or("").trim_end();
        walk.name_definition_at(found.name);
        walk.name_definition(found.name.start_byte(), found.name.start_byte() + text.len());
        if let Some(ty) = found.name.child_by_field_name("type") {
            walk.type_of_definition(ty.start_byte(), end);
        }
    } else {
        walk.name_definition_at(found.name);
    }
    let ty = node.child_by_field_name("type");
    if let (Some(ty), Some(function)) = (ty, found.function) {
        let mut cursor = node.walk();
        let start = node
            .children(&mut cursor)
            .take_while(|child| child.start_byte() < ty.start_byte())
            .find(|child| child.kind() == "type_qualifier" && matches!(walk.text(*child), "const" | "volatile"))
            .map_or(ty.start_byte(), |child| child.start_byte());
        let end = if walk.source().get(start..function.start_byte()).is_some_and(|text| text.contains('(')) {
            ty.end_byte()
        } else {
            function.start_byte()
        };
        walk.type_of_definition(start, end);
    }
    if let Some(qualifier) = found.qualifier {
        let owner = qualifier_name(walk, qualifier);
        return Visit::As(if owner == name {
            &CONSTRUCTOR
        } else if walk.is_module(owner) {
            &FUNCTION
        } else {
            &METHOD
        });
    }
    if walk.scope_kind() == ScopeKind::Type {
        if before(walk, node).ends_with("friend") {
            return Visit::As(&FRIEND);
        }
        if ty.is_none() && walk.str(walk.current_symbol().name) == name {
            return Visit::As(&CONSTRUCTOR);
        }
    }
    Visit::As(&FUNCTION)
}

/// `TEST_F(Fixture, Name) { … }` and its like define a test called `Name`; its body sees what the fixture has.
fn test_macro(walk: &mut Walk<'_>, found: &Declared<'_>, function: Node<'_>) -> bool {
    let fixture = match walk.text(found.name) {
        "TEST_F" | "TEST_P" | "TYPED_TEST" | "TYPED_TEST_P" | "BENCHMARK_F" | "BENCHMARK_DEFINE_F" => true,
        "TEST" | "BOOST_AUTO_TEST_CASE" | "BOOST_FIXTURE_TEST_CASE" => false,
        _ => return false,
    };
    let Some(parameters) = function.child_by_field_name("parameters") else { return false };
    let (Some(first), second) = (parameters.named_child(0), parameters.named_child(1)) else { return false };
    let name = second.filter(|_| walk.text(found.name) != "BOOST_FIXTURE_TEST_CASE").unwrap_or(first);
    walk.flag_definition(SymbolFlags::TEST);
    walk.name_definition(name.start_byte(), name.end_byte());
    if fixture {
        let owner = walk.use_name(first, UseRole::Type);
        walk.self_type_of_definition(owner);
    }
    walk.skip(function);
    true
}

pub(in crate::languages) fn type_definition(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let nameless = node
        .child_by_field_name("type")
        .is_some_and(|ty| ty.child_by_field_name("name").is_none() && ty.child_by_field_name("body").is_some());
    if nameless {
        // `typedef struct { … } Name;`: the type is called by its alias.
        let mut cursor = node.walk();
        let name = node.children_by_field_name("declarator", &mut cursor).find(|name| name.kind() == "type_identifier");
        if let Some(name) = name {
            walk.name_definition(name.start_byte(), name.end_byte());
        }
    }
    Visit::As(&TYPEDEFS)
}

/// A declarator with parameters: that of the function around, of one more prototype, or of a type of functions.
pub(in crate::languages) fn function_declarator(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(found) = declared(node) else { return Visit::Children };
    if !walk.is_declaring() {
        let own = found.function.is_some_and(|function| function.id() == node.id());
        return Visit::As(if own { &OWN_PARAMETERS } else { &FUNCTION_TYPE });
    }
    let prototype = found.function.is_some() && !walk.in_function() && walk.declared_kind() == Some(SymbolKind::Variable);
    if prototype {
        return define_function(walk, node, &found);
    }
    if walk.in_function() && found.function.is_some() && walk.declared_kind().is_some() && found.name.kind() == "identifier" {
        // `Type name(argument);` reads like a prototype.
        let arity = node.child_by_field_name("parameters").map_or(0, |parameters| parameters.named_child_count());
        if arity > 0 {
            walk.construct(found.name, u32::try_from(arity).unwrap_or(u32::MAX));
        }
    }
    Visit::As(&FUNCTION_TYPE)
}

pub(in crate::languages) fn parameter_list(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    Visit::As(if walk.role_here() == UseRole::Type { &TYPE_PARAMETERS } else { &PARAMETERS })
}

/// `...` takes any number of arguments.
#[cfg(feature = "c")]
pub(in crate::languages) fn ellipsis(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    walk.add_parameter(node, true, true);
    Visit::Skip
}

/// A class, struct or union: defined, declared ahead, or only named.
pub(in crate::languages) fn class_like(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let role = if node.kind() == "class_specifier" { &CLASS } else { &STRUCT };
    let name = node.child_by_field_name("name");
    if node.child_by_field_name("body").is_none() {
        let ahead = walk.role_here() != UseRole::Type && after(walk, node).starts_with(';');
        return match name {
            Some(name) if ahead && matches!(name.kind(), "type_identifier") => {
                walk.name_definition_at(name);
                Visit::As(role)
            }
            _ => Visit::As(&TYPE_NAME),
        };
    }
    if let Some(name) = name.and_then(class_name) {
        walk.name_definition_at(name);
        return Visit::As(role);
    }
    if walk.has_name_for_definition() {
        return Visit::As(role);
    }
    // Without a name and a variable, the members are those of the type around.
    if walk.scope_kind() == ScopeKind::Type && after(walk, node).starts_with(';') { Visit::Children } else { Visit::As(&MEMBERS_ONLY) }
}

fn class_name(name: Node<'_>) -> Option<Node<'_>> {
    let mut name = name;
    while name.kind() != "type_identifier" {
        name = name.child_by_field_name("name")?;
    }
    Some(name)
}

pub(in crate::languages) fn enumeration(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let name = node.child_by_field_name("name");
    if node.child_by_field_name("body").is_none() {
        return Visit::As(&TYPE_NAME);
    }
    let cpp = walk.dialect() == "cpp";
    if let Some(name) = name.and_then(class_name) {
        walk.name_definition_at(name);
    } else if !walk.has_name_for_definition() {
        return Visit::Children;
    }
    Visit::As(if cpp { &ENUM } else { &OPEN_ENUM })
}

pub(in crate::languages) fn enumerator(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = node.child_by_field_name("name") else { return Visit::Children };
    let around = walk.current_symbol();
    let in_enum = around.kind == SymbolKind::Enum;
    let symbol = walk.leaf_symbol(node, name, if in_enum { SymbolKind::Field } else { SymbolKind::Constant });
    if in_enum && walk.scope_kind() == ScopeKind::Type {
        let head = walk.source().get(around.start as usize..around.name_start as usize).unwrap_or("");
        let scoped = head.split_whitespace().any(|word| matches!(word, "class" | "struct"));
        if !scoped {
            walk.bind_around(symbol);
        }
    }
    Visit::As(&NAMED_VALUE)
}

pub(in crate::languages) fn macro_definition(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.child_by_field_name("name") {
        walk.name_definition_at(name);
    }
    Visit::As(&MACRO)
}

pub(in crate::languages) fn include(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(path) = node.child_by_field_name("path") else { return Visit::Skip };
    let text = walk.text(path).trim();
    let flags = if text.starts_with('<') { ImportFlags::SYSTEM } else { ImportFlags::default() };
    if text.starts_with(['<', '"']) {
        walk.import(node, ImportKind::Wildcard, text.trim_matches(['<', '>', '"']), "", "", 0, flags);
        return Visit::Skip;
    }
    Visit::Children
}
