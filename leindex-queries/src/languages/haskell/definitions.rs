//! The definitions of Haskell.
//!
//! A function is one symbol: its signature and all clauses that follow it. The signature opens the symbol (and gives it
//! its text, types and documentation), each clause continues it. Constructors, fields and class members are known
//! around their type by their plain names.

use tree_sitter::Node;

use super::{imports, roles};
use crate::languages::{Declare, Define, NameAt, Role, Visit};
use crate::syntax::rows::{BaseKind, BindingKind, ScopeKind, SymbolFlags, SymbolKind};
use crate::syntax::walk::Walk;

const FUNCTION: Role = Role::Define(Define { name: NameAt::Find(function_name), body: "", ty: "", ..Define::FUNCTION });
const DATA: Role = Role::Define(Define { name: NameAt::Find(data_name), body: "", ..Define::type_of(SymbolKind::Enum) });
const STRUCT: Role = Role::Define(Define { name: NameAt::Find(data_name), body: "", ..Define::type_of(SymbolKind::Struct) });
const INSTANCE: Role = Role::Extension { ty: "patterns", base: "name" };
const CLASS: Role = Role::Define(Define { name: NameAt::Find(data_name), body: "declarations", ..Define::type_of(SymbolKind::Trait) });
const BIND: Role = Role::Declare(roles::BIND);
/// `(a, b) = expression`, `name = expression` inside a function.
const LOCAL: Role = Role::Declare(Declare { name: "name", value: "match", ty: "", ..Declare::LOCAL });
const PATTERN: Role = Role::Declare(Declare {
    name: "pattern",
    value: "match",
    ty: "",
    symbol: Some((SymbolKind::Variable, SymbolKind::Variable)),
    ..Declare::LOCAL
});
const SYNONYM: Role = Role::Define(Define {
    kind: SymbolKind::Constructor,
    kind_in_type: SymbolKind::Constructor,
    name: NameAt::Find(synonym_name),
    body: "",
    ty: "",
    ..Define::FUNCTION
});

fn is_local(walk: &Walk<'_>) -> bool {
    matches!(walk.scope_kind(), ScopeKind::Function | ScopeKind::Block)
}

// Functions.

/// `f x`, `x <+> y`, `(x <+> y) z`.
fn function_name(node: Node<'_>) -> Option<Node<'_>> {
    if let Some(name) = node.child_by_field_name("name") {
        return Some(bare(name));
    }
    let mut head = node.named_child(0)?;
    while head.kind() == "function_head_parens" {
        if let Some(name) = head.child_by_field_name("name") {
            return Some(bare(name));
        }
        head = match head.child_by_field_name("parens") {
            Some(inner) => inner,
            None => head.named_child(0)?,
        };
    }
    if head.kind() == "infix" { head.child_by_field_name("operator").map(bare) } else { None }
}

/// The name inside the parentheses or backticks.
fn bare(name: Node<'_>) -> Node<'_> {
    if matches!(name.kind(), "prefix_id" | "infix_id") { name.named_child(0).unwrap_or(name) } else { name }
}

/// The symbol that a clause of this name continues.
fn earlier(walk: &Walk<'_>, name: &str) -> Option<u32> {
    // Several names of one signature may stand between.
    let mut candidates = walk.siblings().take(8).filter(|(_, row)| row.kind.is_callable() || row.kind == SymbolKind::Constant);
    let mut is_last = true;
    candidates.find_map(|(symbol, row)| {
        let found = walk.str(row.name) == name && (is_last || row.flags.has(SymbolFlags::DECLARATION));
        is_last = false;
        found.then_some(symbol)
    })
}

pub(super) fn signature(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let names = node.child_by_field_name("names");
    let single = node.child_by_field_name("name").filter(|_| names.is_none());
    if single.is_none() && names.is_none() || walk.is_declaring() || walk.is_typing() {
        // `expression :: type`.
        return Visit::As(&TYPED);
    }
    let ty = node.child_by_field_name("type");
    if is_local(walk) && !ty.is_some_and(is_function_type) {
        return Visit::As(&Role::Type);
    }
    if let Some(name) = single {
        let name = walk.text(bare(name));
        if earlier(walk, name).is_some_and(|symbol| walk.symbol_row(symbol).is_some_and(|row| !Walk::is_declaration(&row))) {
            return Visit::As(&Role::Type);
        }
        return Visit::Then(&SIGNATURE, |walk, node| {
            declared(walk, node);
            export(walk);
        });
    }
    // `a, b :: type` declares each.
    let result = ty.map_or("", |ty| walk.text(result_type(ty)));
    let result = walk.string(result);
    let mut cursor = node.walk();
    let list = names.into_iter().flat_map(|names| names.named_children(&mut cursor).collect::<Vec<_>>());
    for name in list {
        let name = bare(name);
        let text = walk.text(name);
        let kind = if walk.scope_kind() == ScopeKind::Type { SymbolKind::Method } else { SymbolKind::Function };
        let symbol = walk.named_symbol(node, text, name.byte_range(), kind);
        walk.update(symbol, |row| {
            row.flags.set(SymbolFlags::DECLARATION);
            row.return_type = result;
        });
        export_symbol(walk, symbol);
    }
    walk.skip_to(names.map_or(0, |names| names.end_byte()));
    Visit::As(&SIGNATURE_TYPE)
}

const TYPED: Role = Role::Pass { value: "0", ty: "type" };
const SIGNATURE: Role = Role::Define(Define { name: NameAt::Find(function_name), body: "", ty: "type", ..Define::FUNCTION });
const SIGNATURE_TYPE: Role = Role::Pass { value: "", ty: "type" };

/// Skips what stands around a function type.
fn inner_type(mut ty: Node<'_>) -> Node<'_> {
    while matches!(ty.kind(), "context" | "forall" | "forall_required" | "parens") {
        match ty.child_by_field_name("type") {
            Some(inner) => ty = inner,
            None => break,
        }
    }
    ty
}

/// What a function of this type returns in the end.
fn result_type(ty: Node<'_>) -> Node<'_> {
    let mut ty = inner_type(ty);
    while let Some(result) = ty.child_by_field_name("result") {
        ty = inner_type(result);
    }
    ty
}

fn is_function_type(ty: Node<'_>) -> bool {
    matches!(inner_type(ty).kind(), "function" | "linear_function")
}

/// Result types of what hspec, tasty, HUnit and QuickCheck run.
const TEST_TYPES: &[&str] = &["Spec", "SpecWith", "TestTree", "Test", "Property", "Assertion"];

/// Runs inside the symbol of a signature: parameters and result from its type.
fn declared(walk: &mut Walk<'_>, node: Node<'_>) {
    let end = node.end_byte() as u32;
    let mut ty = node.child_by_field_name("type");
    while let Some(found) = ty.map(inner_type) {
        if !matches!(found.kind(), "function" | "linear_function") {
            let text = walk.text(found);
            let is_test = TEST_TYPES.iter().any(|ty| text.trim_matches(['[', ']']).starts_with(ty));
            let text = walk.string(text);
            walk.update_symbol(|row| {
                row.return_type = text;
                if is_test {
                    row.flags.set(SymbolFlags::TEST);
                }
            });
            break;
        }
        if let Some(parameter) = found.child_by_field_name("parameter") {
            let text = walk.text(parameter);
            walk.parameter_row("", text, false, false);
        }
        ty = found.child_by_field_name("result");
    }
    walk.update_symbol(|row| {
        row.body_start = end;
        row.flags.set(SymbolFlags::DECLARATION);
    });
}

pub(super) fn function(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.is_typing() {
        // `a -> b`.
        return Visit::Children;
    }
    define(walk, node)
}

fn define(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name_node) = function_name(node) else { return Visit::Children };
    if let Some(symbol) = earlier(walk, walk.text(name_node)) {
        walk.skip_name(name_node);
        return Visit::Again(symbol, continued);
    }
    Visit::Then(&FUNCTION, |walk, node| {
        let end = head_end(node);
        walk.update_symbol(|row| row.body_start = end as u32);
        clause(walk, node);
        export(walk);
    })
}

/// Marks the symbol around as exported or not, and makes a member known around its type.
fn export(walk: &mut Walk<'_>) {
    let symbol = walk.symbol_index();
    export_symbol(walk, symbol);
}

fn export_symbol(walk: &mut Walk<'_>, symbol: u32) {
    let Some(row) = walk.symbol_row(symbol) else { return };
    let parent = walk.symbol_row(row.parent);
    let is_member = parent.is_some_and(|parent| parent.kind.is_type());
    let of_type = parent.filter(|_| is_member).map_or("", |parent| walk.str(parent.name));
    let exported = match parent {
        Some(parent) if parent.kind.is_callable() => return,
        _ => imports::is_exported(walk, walk.str(row.name), of_type) || walk.in_extension(symbol),
    };
    walk.update(symbol, |row| row.flags.set(if exported { SymbolFlags::EXPORTED } else { SymbolFlags::PRIVATE }));
    walk.hoist(symbol);
}

/// Runs inside a further clause.
fn continued(walk: &mut Walk<'_>, node: Node<'_>) {
    let first = Walk::is_declaration(&walk.current_symbol());
    walk.update_symbol(|row| row.flags.0 &= !SymbolFlags::DECLARATION.0);
    if first {
        // A signature and its first clause: no choice yet, and the place of the definition.
        walk.same_clause();
        if let Some(name) = function_name(node).filter(|_| walk.current_symbol().kind != SymbolKind::Method) {
            walk.place_name(name);
        }
    }
    clause(walk, node);
}

fn head_end(node: Node<'_>) -> usize {
    let patterns = node.child_by_field_name("patterns").or_else(|| node.child_by_field_name("name"));
    patterns.or_else(|| node.named_child(0)).map_or(node.end_byte(), |head| head.end_byte())
}

/// Names the parameters by the patterns of a clause.
fn clause(walk: &mut Walk<'_>, node: Node<'_>) {
    let value = node.child_by_field_name("match").and_then(|value| value.child_by_field_name("expression"));
    if node.kind() == "bind" && value.is_some_and(|value| value.kind() == "literal") {
        walk.update_symbol(|row| row.kind = SymbolKind::Constant);
    }
    let mut index = 0;
    let mut each = |walk: &mut Walk<'_>, pattern: Node<'_>| {
        let text = walk.text(pattern);
        let name = match pattern.kind() {
            "as" => pattern.child_by_field_name("bind").map_or(text, |bind| walk.text(bind)),
            _ => text.trim_start_matches(['!', '~']),
        };
        let name = name.split('\n').next().unwrap_or(name);
        let has_types = walk.current_symbol().parameters > index && !walk.current_symbol().return_type.is_empty();
        if !walk.name_parameter(index, name) && !has_types && walk.current_symbol().parameters == index {
            walk.parameter_row(name, "", false, false);
        }
        index += 1;
    };
    if let Some(patterns) = node.child_by_field_name("patterns") {
        let mut cursor = patterns.walk();
        for pattern in patterns.named_children(&mut cursor).filter(|pattern| !pattern.is_extra()) {
            each(walk, pattern);
        }
    } else if let Some(head) = node.named_child(0).filter(|head| head.kind() == "infix") {
        for side in ["left_operand", "right_operand"] {
            if let Some(pattern) = head.child_by_field_name(side) {
                each(walk, pattern);
            }
        }
    }
}

/// `name = …`, `(a, b) = …`, and `pattern <- …` of a `do`.
pub(super) fn bind(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_by_field_name("arrow").is_some() {
        walk.add_statements(1);
        return Visit::As(&BIND);
    }
    let Some(name) = node.child_by_field_name("name") else { return Visit::As(&PATTERN) };
    if is_local(walk) && earlier(walk, walk.text(bare(name))).is_none() {
        let value = node.child_by_field_name("match").and_then(|value| value.child_by_field_name("expression"));
        let is_function = value.is_some_and(|value| matches!(value.kind(), "lambda" | "lambda_case" | "lambda_cases"));
        if !is_function {
            return Visit::As(&LOCAL);
        }
    }
    define(walk, node)
}

// Types.

pub(super) fn data_name(node: Node<'_>) -> Option<Node<'_>> {
    if let Some(name) = node.child_by_field_name("name") {
        return Some(bare(name));
    }
    // `data a :+: b`.
    let mut head = node.named_child(0)?;
    while head.kind() == "parens" {
        head = head.named_child(0)?;
    }
    head.child_by_field_name(if head.kind() == "infix" { "operator" } else { "name" }).map(bare)
}

pub(super) fn data(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let constructors = node.child_by_field_name("constructors");
    let is_struct = match constructors {
        Some(constructors) => constructors.named_child_count() == 1,
        None => node.kind() == "newtype",
    };
    Visit::Then(if is_struct { &STRUCT } else { &DATA }, |walk, node| {
        let body = node.child_by_field_name("constructors").or_else(|| node.child_by_field_name("constructor"));
        if let Some(body) = body {
            walk.update_symbol(|row| row.body_start = body.start_byte() as u32);
        }
        export(walk);
    })
}

pub(super) fn class(_: &mut Walk<'_>, _: Node<'_>) -> Visit {
    Visit::Then(&CLASS, |walk, _| export(walk))
}

/// A constructor, and the fields of its record.
pub(super) fn constructor(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let inner = node.child_by_field_name("constructor").unwrap_or(node);
    let name = inner.child_by_field_name("name").or_else(|| inner.child_by_field_name("operator"));
    if let Some(names) = node.child_by_field_name("names") {
        let mut cursor = names.walk();
        for name in names.named_children(&mut cursor) {
            one_constructor(walk, node, name);
        }
        walk.skip_to(names.end_byte());
    } else if let Some(name) = name {
        one_constructor(walk, node, name);
    }
    // Fields: `fields` of a record, `field` of a newtype, the record type of a GADT.
    let record = match node.child_by_field_name("type") {
        Some(ty) => ty,
        None => node.child_by_field_name("field").unwrap_or(inner),
    };
    let list = record.child_by_field_name("fields").unwrap_or(record);
    let mut cursor = list.walk();
    for field in list.named_children(&mut cursor).filter(|field| field.kind() == "field") {
        let mut names = field.walk();
        for name in field.children_by_field_name("name", &mut names) {
            let text = walk.text(name).trim_matches(['(', ')']);
            // A field may stand in several constructors.
            if walk.siblings().take(64).any(|(_, row)| row.kind == SymbolKind::Field && walk.str(row.name) == text) {
                continue;
            }
            let ty = field.child_by_field_name("type").map_or("", |ty| walk.text(ty).trim().trim_start_matches('!'));
            let ty = walk.string(ty);
            let symbol = walk.named_symbol(field, text, name.byte_range(), SymbolKind::Field);
            walk.update(symbol, |row| row.return_type = ty);
            export_symbol(walk, symbol);
        }
    }
    Visit::As(&CONSTRUCTOR_TYPES)
}

/// What is left of a constructor are types.
const CONSTRUCTOR_TYPES: Role = Role::Type;

fn one_constructor(walk: &mut Walk<'_>, node: Node<'_>, name: Node<'_>) {
    let name = bare(name);
    let symbol = walk.named_symbol(node, walk.text(name), name.byte_range(), SymbolKind::Constructor);
    export_symbol(walk, symbol);
    walk.skip_name(name);
}

pub(super) fn instance(_: &mut Walk<'_>, _: Node<'_>) -> Visit {
    Visit::As(&INSTANCE)
}

/// The constraints of a class head are its bases; others are types.
pub(super) fn context(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if walk.current_symbol().kind == SymbolKind::Trait && walk.scope_kind() == ScopeKind::Type && walk.position() == 0 {
        Visit::As(&SUPERCLASSES)
    } else {
        Visit::As(&Role::Type)
    }
}

const SUPERCLASSES: Role = Role::Bases(BaseKind::Inherit);

/// `pattern P x = …`.
fn synonym_name(node: Node<'_>) -> Option<Node<'_>> {
    let equation = node.named_child(0)?;
    if equation.kind() == "signature" {
        return equation.child_by_field_name("synonym").map(bare);
    }
    let mut head = equation.child_by_field_name("synonym")?;
    while let Some(function) = head.child_by_field_name("function") {
        head = function;
    }
    match head.kind() {
        "infix" => head.child_by_field_name("operator"),
        "record" => head.child_by_field_name("constructor"),
        _ => Some(bare(head)),
    }
}

/// Of a pattern synonym, or of a type family.
pub(super) fn equation(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if walk.is_typing() { Visit::Children } else { Visit::As(&PATTERNS) }
}

const PATTERNS: Role = Role::Binds(BindingKind::Parameter);

pub(super) fn pattern_synonym(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name_node) = synonym_name(node) else { return Visit::Children };
    if let Some(symbol) = earlier(walk, walk.text(name_node)) {
        walk.skip_name(name_node);
        return Visit::Again(symbol, |walk, _| {
            walk.update_symbol(|row| row.flags.0 &= !SymbolFlags::DECLARATION.0);
            walk.same_clause();
        });
    }
    Visit::Then(&SYNONYM, |walk, node| {
        let is_signature = node.named_child(0).is_some_and(|equation| equation.kind() == "signature");
        let end = node.end_byte() as u32;
        export(walk);
        walk.update_symbol(|row| {
            row.body_start = end;
            if is_signature {
                row.flags.set(SymbolFlags::DECLARATION);
            }
        });
    })
}
