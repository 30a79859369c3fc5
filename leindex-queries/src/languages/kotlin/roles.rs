//! What the node kinds of Kotlin mean.
//!
//! The grammar names few fields, and what is optional moves the positions of what follows: declarations look through
//! their children once and say where their parts stand.

use tree_sitter::Node;

use crate::languages::{Declare, Define, Metrics, NameAt, Role, Slot, Visit};
use crate::syntax::rows::{BaseKind, BindingKind, ImportFlags, ImportKind, NONE, ScopeKind, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("line_comment", Role::Comment),
    ("block_comment", Role::Comment),
    ("shebang", Role::Skip),
    // Files.
    ("package_header", Role::Custom(package)),
    ("import", Role::Custom(import)),
    ("file_annotation", Role::Decorator),
    ("annotation", Role::Decorator),
    ("use_site_target", Role::Skip),
    // Types.
    ("class_declaration", Role::Custom(class)),
    ("object_declaration", Role::Define(OBJECT)),
    ("companion_object", Role::Custom(companion)),
    ("delegation_specifiers", Role::Bases(BaseKind::Implement)),
    ("delegation_specifier", Role::Custom(base)),
    ("explicit_delegation", Role::Keyword { name: "", value: "1" }),
    ("constructor_invocation", Role::Pass { value: "0", ty: "" }),
    ("primary_constructor", Role::Custom(primary_constructor)),
    ("class_parameter", Role::Custom(class_parameter)),
    ("class_body", Role::Custom(body)),
    ("enum_class_body", Role::Custom(body)),
    ("object_literal", Role::Scope(ScopeKind::Type)),
    ("type_alias", Role::Custom(type_alias)),
    // Members and functions.
    ("function_declaration", Role::Custom(function)),
    ("secondary_constructor", Role::Define(SECONDARY_CONSTRUCTOR)),
    ("constructor_delegation_call", Role::Custom(delegation_call)),
    ("property_declaration", Role::Custom(property)),
    ("property_delegate", Role::Pass { value: "0", ty: "" }),
    ("getter", Role::Scope(ScopeKind::Function)),
    ("setter", Role::Custom(setter)),
    ("enum_entry", Role::Define(ENUM_ENTRY)),
    ("function_value_parameters", Role::Values),
    ("parameter", Role::Custom(parameter)),
    ("type_parameter", Role::Custom(type_parameter)),
    // Scopes and local names.
    ("block", Role::Scope(ScopeKind::Block)),
    ("anonymous_function", Role::Scope(ScopeKind::Function)),
    ("lambda_literal", Role::Scope(ScopeKind::Function)),
    ("annotated_lambda", Role::Custom(trailing_lambda)),
    ("function_body", Role::Pass { value: "0", ty: "" }),
    ("lambda_parameters", Role::Parameters),
    ("variable_declaration", Role::Custom(variable)),
    ("for_statement", Role::Custom(for_loop)),
    ("catch_block", Role::Declare(Declare { name: "0", value: "", ty: "1", scope: true, ..Declare::LOCAL })),
    ("when_expression", Role::Scope(ScopeKind::Block)),
    ("when_subject", Role::Custom(when_subject)),
    ("when_entry", Role::Custom(when_entry)),
    // Expressions.
    ("identifier", Role::Name),
    ("navigation_expression", Role::Member { object: "0", name: "1" }),
    ("call_expression", Role::Call { function: "0", arguments: "=value_arguments" }),
    ("value_arguments", Role::Values),
    ("value_argument", Role::Custom(argument)),
    ("infix_expression", Role::Custom(infix)),
    ("annotated_expression", Role::Custom(annotated)),
    ("callable_reference", Role::Custom(callable_reference)),
    ("index_expression", Role::Element { object: "0" }),
    ("assignment", Role::Assign { left: "left", right: "right", ty: "" }),
    ("parenthesized_expression", Role::Pass { value: "0", ty: "" }),
    ("binary_expression", Role::Custom(operator)),
    ("unary_expression", Role::Custom(operator)),
    // A cast has the value of its type, so that members are looked up there.
    ("as_expression", Role::Pass { value: "right", ty: "" }),
    ("labeled_expression", Role::Custom(labeled)),
    ("return_expression", Role::Keyword { name: "label", value: "" }),
    ("this_expression", Role::Custom(this)),
    ("super_expression", Role::Custom(super_object)),
    ("string_literal", Role::Literal("String")),
    ("multiline_string_literal", Role::Literal("String")),
    ("character_literal", Role::Literal("Char")),
    ("number_literal", Role::Literal("Int")),
    ("float_literal", Role::Literal("Double")),
    // Types in use.
    ("user_type", Role::TypePath),
    ("type_arguments", Role::Types),
    ("nullable_type", Role::Pass { value: "0", ty: "" }),
    ("non_nullable_type", Role::Pass { value: "0", ty: "" }),
    ("parenthesized_type", Role::Pass { value: "0", ty: "" }),
    ("function_type", Role::Types),
    ("function_type_parameters", Role::Types),
    ("type_constraint", Role::Types),
];

const TYPES: &[&str] = &["user_type", "nullable_type", "non_nullable_type", "parenthesized_type", "function_type", "dynamic"];

const CLASS: Role = Role::Define(Define::type_of(SymbolKind::Class));
const INTERFACE: Role = Role::Define(Define::type_of(SymbolKind::Interface));
const ENUM: Role = Role::Define(Define::type_of(SymbolKind::Enum));
const OBJECT: Define = Define { body: "=class_body", ..Define::type_of(SymbolKind::Class) };
const NAMED_COMPANION: Role = Role::Define(OBJECT);
const COMPANION: Role = Role::Define(Define { name: NameAt::Fixed("Companion"), ..OBJECT });
const INHERITS: Role = Role::Bases(BaseKind::Inherit);
const IMPLEMENTS: Role = Role::Bases(BaseKind::Implement);
const ANONYMOUS_TYPE: Role = Role::Scope(ScopeKind::Type);
const FUNCTION: Role = Role::Define(Define { ty: "", body: "=function_body", ..Define::FUNCTION });
/// The receiver's place is said by the code that chooses this.
const EXTENSION_FUNCTION: Role = Role::Define(Define { ty: "", body: "=function_body", self_type: "=", ..Define::FUNCTION });
const SECONDARY_CONSTRUCTOR: Define = Define { name: NameAt::Find(constructor_keyword), body: "=block", ..Define::CONSTRUCTOR };
const PROPERTY: Role = Role::Define(Define {
    kind: SymbolKind::Variable,
    kind_in_type: SymbolKind::Field,
    name: NameAt::Find(property_name),
    ty: "=variable_declaration",
    ..Define::FIELD
});
const FIELD_PARAMETER: Role = Role::Define(Define { name: NameAt::Find(parameter_name), ty: "", value: "", ..Define::FIELD });
const ENUM_ENTRY: Define = Define { name: NameAt::Find(first_identifier), ty: "", value: "", body: "=class_body", ..Define::FIELD };
const TYPE_ALIAS: Role = Role::Define(Define { name: NameAt::Field("type"), ty: "", value: "", ..Define::ALIAS });
const DESTRUCTURED: Role = Role::Declare(Declare {
    name: "=multi_variable_declaration",
    value: "",
    ty: "",
    symbol: Some((SymbolKind::Variable, SymbolKind::Field)),
    ..Declare::LOCAL
});
const LOCAL_PROPERTY: Role = Role::Assign { left: "", right: "", ty: "" };
const SETTER: Role = Role::Lambda { parameter: "=identifier" };
const PARAMETER: Role = Role::Parameter { name: "0", ty: "1", default: "", variadic: false };
const VARARG: Role = Role::Parameter { name: "0", ty: "1", default: "", variadic: true };
const CONSTRUCTOR_PARAMETER: Role = Role::Parameter { name: "", ty: "", default: "", variadic: false };
/// A name inside a function type means nothing.
const NAMED_TYPE: Role = Role::Keyword { name: "0", value: "" };
const TYPE_PARAMETER: Role = Role::TypeParameter { name: "=identifier" };
const VARIABLE: Role = Role::Declare(Declare { name: "=identifier", value: "", ty: "", ..Declare::LOCAL });
const LAMBDA_PARAMETER: Role =
    Role::Declare(Declare { name: "=identifier", value: "", ty: "", kind: BindingKind::Parameter, ..Declare::LOCAL });
/// The type of a property; the name in it is the property's own.
const VARIABLE_TYPE: Role = Role::Pass { value: "", ty: "" };
const FOR: Role = Role::Declare(Declare { name: "", value: "", ty: "", element: true, scope: true, ..Declare::LOCAL });
const SUBJECT: Role = Role::Assign { left: "=variable_declaration", right: "", ty: "" };
const FIRST: Role = Role::Pass { value: "0", ty: "" };
const NAMED_ARGUMENT: Role = Role::Keyword { name: "0", value: "1" };
const INFIX: Role = Role::MethodCall { object: "0", name: "1", arguments: "" };
const BOUND_REFERENCE: Role = Role::Member { object: "0", name: "1" };
const THIS: Role = Role::This;
const SUPER: Role = Role::Super;

pub(super) const METRICS: Metrics = Metrics {
    decisions: &["if_expression", "for_statement", "while_statement", "do_while_statement", "catch_block", "?:", "?."],
    short_circuits: &["&&", "||"],
    chains: &["binary_expression", "parenthesized_expression"],
    nesting: &["if_expression", "when_expression", "for_statement", "while_statement", "do_while_statement", "catch_block"],
    flat: &["else"],
    deepening: &["lambda_literal", "anonymous_function"],
    statements: &[
        "property_declaration",
        "assignment",
        "call_expression",
        "if_expression",
        "when_expression",
        "for_statement",
        "while_statement",
        "do_while_statement",
        "try_expression",
        "return_expression",
        "throw_expression",
        "function_declaration",
        "class_declaration",
        "object_declaration",
    ],
    ..Metrics::NONE
};

/// The named children of a node that are no comments, with their positions.
fn parts<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

fn is_type(node: &Node<'_>) -> bool {
    TYPES.contains(&node.kind())
}

fn first_identifier(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| child.kind() == "identifier")
}

fn property_name(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| child.kind() == "variable_declaration").and_then(first_identifier)
}

fn parameter_name(node: Node<'_>) -> Option<Node<'_>> {
    first_identifier(node)
}

fn constructor_keyword(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| child.kind() == "constructor")
}

fn has_token(node: Node<'_>, tokens: &[&str]) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| tokens.contains(&child.kind()))
}

fn package(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.named_child(0) {
        let text = walk.text(name);
        walk.module(text, false);
    }
    Visit::Skip
}

fn import(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(path) = node.named_child(0).map(|path| walk.text(path)) else { return Visit::Skip };
    let flags = ImportFlags::default();
    if has_token(node, &["*"]) {
        walk.import(node, ImportKind::Wildcard, path, "", "", 0, flags);
        return Visit::Skip;
    }
    let (module, name) = path.rsplit_once('.').unwrap_or(("", path));
    let alias = node.named_child(1).map_or(name, |alias| walk.text(alias));
    walk.import(node, ImportKind::Symbol, module, name, alias, 0, flags);
    Visit::Skip
}

fn class(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut is_enum = false;
    for (index, child) in parts(node).into_iter().enumerate() {
        match child.kind() {
            "modifiers" => {
                let mut cursor = child.walk();
                is_enum |= child.named_children(&mut cursor).any(|modifier| walk.text(modifier) == "enum");
            }
            "class_body" => walk.locate(Slot::Body, index),
            "enum_class_body" => {
                is_enum = true;
                walk.locate(Slot::Body, index);
            }
            _ => {}
        }
    }
    if is_enum {
        Visit::As(&ENUM)
    } else if has_token(node, &["interface"]) {
        Visit::As(&INTERFACE)
    } else {
        Visit::As(&CLASS)
    }
}

fn companion(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_by_field_name("name").is_some() { Visit::As(&NAMED_COMPANION) } else { Visit::As(&COMPANION) }
}

/// A base with arguments is a class; one without is an interface.
fn base(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    let calls = node.named_children(&mut cursor).any(|child| child.kind() == "constructor_invocation");
    if calls { Visit::As(&INHERITS) } else { Visit::As(&IMPLEMENTS) }
}

fn primary_constructor(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    let list = node.named_children(&mut cursor).find(|child| child.kind() == "class_parameters");
    for parameter in list.map(parts).unwrap_or_default() {
        let Some(name) = first_identifier(parameter) else { continue };
        let inner = parts(parameter);
        let ty = inner.iter().find(|child| is_type(child)).map_or("", |ty| walk.text(*ty));
        let modifiers = inner.first().filter(|first| first.kind() == "modifiers").map_or("", |first| walk.text(*first));
        let optional = has_token(parameter, &["="]);
        let variadic = modifiers.split_whitespace().any(|word| word == "vararg");
        walk.parameter_of_next_symbol(walk.text(name), ty, optional || variadic, variadic);
    }
    walk.named_symbol(node, "constructor", constructor_keyword(node).unwrap_or(node).byte_range(), SymbolKind::Constructor);
    Visit::Children
}

/// `val` and `var` make a field; a plain parameter is known to the whole body.
fn class_parameter(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut after_type = false;
    for (index, child) in parts(node).iter().enumerate() {
        if child.kind() == "identifier" && !after_type {
            walk.locate(Slot::Left, index);
        } else if is_type(child) && !after_type {
            walk.locate(Slot::Type, index);
            after_type = true;
        } else if after_type {
            walk.locate(Slot::Value, index);
        }
    }
    if has_token(node, &["val", "var"]) { Visit::As(&FIELD_PARAMETER) } else { Visit::As(&CONSTRUCTOR_PARAMETER) }
}

/// The body of a named type makes the type a module of its members; that of an enum's entry is a type without a name.
/// What stands in a companion belongs to the class around it.
fn body(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    match walk.around() {
        Some(Role::Define(define)) if define.scope.is_some() => {
            if let Some(key) = walk.type_key(".") {
                walk.module(&key, true);
            }
            if node.parent().is_some_and(|parent| parent.kind() == "companion_object") {
                let owner = walk.parent_name();
                let owner = walk.use_text(node, UseKind::Name, UseRole::Type, &owner, NONE);
                walk.self_type(owner);
            }
            Visit::Children
        }
        Some(Role::Define(_)) => {
            let parent = walk.parent_name();
            let base = walk.use_text(node, UseKind::Name, UseRole::Base, &parent, NONE);
            walk.base_of_next_scope(base, BaseKind::Inherit);
            Visit::As(&ANONYMOUS_TYPE)
        }
        _ => Visit::Children,
    }
}

fn type_alias(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(index) = parts(node).iter().rposition(is_type) {
        walk.locate(Slot::Type, index);
    }
    Visit::As(&TYPE_ALIAS)
}

fn function(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let name = node.child_by_field_name("name").map_or(0, |name| name.start_byte());
    let mut extends = false;
    for (index, child) in parts(node).iter().enumerate() {
        if is_type(child) {
            let receiver = child.end_byte() <= name;
            extends |= receiver;
            walk.locate(if receiver { Slot::SelfType } else { Slot::Type }, index);
        }
    }
    if extends { Visit::As(&EXTENSION_FUNCTION) } else { Visit::As(&FUNCTION) }
}

fn delegation_call(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let (kind, name) = if has_token(node, &["super"]) { (UseKind::Super, "super") } else { (UseKind::This, "this") };
    let call = walk.use_text(node, kind, UseRole::Call, name, NONE);
    let arity = node.named_child(0).map_or(0, |arguments| arguments.named_child_count());
    walk.set_arity(call, u32::try_from(arity).unwrap_or(u32::MAX));
    Visit::Children
}

/// A property is a symbol outside functions, else a local name. Its initial value is the last expression that is
/// neither its declaration nor an accessor.
fn property(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let outside = !matches!(walk.scope_kind(), ScopeKind::Function | ScopeKind::Block);
    let (mut declared, mut several) = (false, false);
    for (index, child) in parts(node).iter().enumerate() {
        match child.kind() {
            "modifiers" | "type_parameters" | "type_constraints" => {}
            "variable_declaration" | "multi_variable_declaration" => {
                declared = true;
                several = child.kind() == "multi_variable_declaration";
                if !outside {
                    walk.locate(Slot::Left, index);
                }
            }
            "getter" | "setter" => walk.locate(Slot::Body, index),
            _ if declared => walk.locate(Slot::Value, index),
            _ => {}
        }
    }
    match (outside, several) {
        (true, false) => Visit::As(&PROPERTY),
        (true, true) => Visit::As(&DESTRUCTURED),
        _ => Visit::As(&LOCAL_PROPERTY),
    }
}

fn setter(_: &mut Walk<'_>, _: Node<'_>) -> Visit {
    Visit::As(&SETTER)
}

/// What stands beside a parameter in its list belongs to it: `vararg` before, a default value after.
fn parameter(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if matches!(walk.around(), Some(Role::Types)) {
        return Visit::As(&NAMED_TYPE);
    }
    if node.next_sibling().is_some_and(|next| next.kind() == "=") {
        walk.optional_parameter();
    }
    let modifiers = node.prev_named_sibling().filter(|before| before.kind() == "parameter_modifiers");
    let variadic = modifiers.is_some_and(|modifiers| walk.text(modifiers).split_whitespace().any(|word| word == "vararg"));
    if variadic { Visit::As(&VARARG) } else { Visit::As(&PARAMETER) }
}

fn type_parameter(_: &mut Walk<'_>, _: Node<'_>) -> Visit {
    Visit::As(&TYPE_PARAMETER)
}

fn trailing_lambda(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if matches!(walk.around(), Some(Role::Call { .. })) {
        walk.argument_around();
    }
    Visit::Children
}

fn variable(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let inner = parts(node);
    let ty = inner.iter().position(is_type);
    match walk.around() {
        Some(Role::Define(_)) => {
            walk.type_around(ty.and_then(|index| inner.get(index).copied()));
            if let Some(index) = ty {
                walk.locate(Slot::Value, index);
            }
            Visit::As(&VARIABLE_TYPE)
        }
        around => {
            if let Some(index) = ty {
                walk.locate(Slot::Type, index);
            }
            if matches!(around, Some(Role::Parameters)) { Visit::As(&LAMBDA_PARAMETER) } else { Visit::As(&VARIABLE) }
        }
    }
}

fn for_loop(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let inner = parts(node);
    if let Some(index) = inner.iter().position(|child| child.kind().ends_with("variable_declaration")) {
        walk.locate(Slot::Left, index);
        walk.locate(Slot::Value, index + 1);
    }
    Visit::As(&FOR)
}

fn when_subject(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let inner = parts(node);
    let last = inner.len().saturating_sub(1);
    if inner.iter().any(|child| child.kind() == "variable_declaration") {
        walk.locate(Slot::Value, last);
        return Visit::As(&SUBJECT);
    }
    Visit::As(&FIRST)
}

fn when_entry(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_by_field_name("condition").is_some() {
        walk.decision();
    }
    Visit::Children
}

fn argument(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.named_child_count() == 2 { Visit::As(&NAMED_ARGUMENT) } else { Visit::Children }
}

/// The grammar reads `@A annotation class B` as infix calls of `class`. Words of the language where names should be
/// betray it: the name is the one after them.
fn misread<'t>(walk: &Walk<'_>, infix: Node<'t>) -> Option<(Node<'t>, SymbolKind)> {
    let text = walk.text(infix);
    // The arguments of the annotation may have been taken for its first operand.
    let mut at = if text.starts_with('(') { text.find(')')? + 1 } else { 0 };
    let mut kind = None;
    // More modifiers than the language has are no declaration.
    for _ in 0..16 {
        let rest = text.get(at..)?;
        at += rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let word = rest.get(..end).filter(|word| !word.is_empty())?;
        if let Some(kind) = kind {
            let start = infix.start_byte() + at;
            return Some((infix.descendant_for_byte_range(start, start + end)?, kind));
        }
        kind = match word {
            "class" | "object" => Some(SymbolKind::Class),
            "interface" => Some(SymbolKind::Interface),
            "typealias" => Some(SymbolKind::TypeAlias),
            word if super::MODIFIERS.contains(&word) => None,
            _ => return None,
        };
        at += end;
    }
    None
}

fn annotated(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let inner = node.named_child((node.named_child_count() as u32).saturating_sub(1)).filter(|inner| inner.kind() == "infix_expression");
    if let Some((name, kind)) = inner.and_then(|inner| misread(walk, inner)) {
        walk.leaf_symbol(node, name, kind);
    }
    Visit::Children
}

fn infix(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if misread(walk, node).is_some() {
        return Visit::Children;
    }
    walk.arity(1);
    Visit::As(&INFIX)
}

fn callable_reference(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.named_child_count() == 1 { Visit::As(&FIRST) } else { Visit::As(&BOUND_REFERENCE) }
}

/// `a ?: b` and `a!!` have the value of `a`, as far as its members go.
fn operator(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    match node.child_by_field_name("operator").map(|operator| operator.kind()) {
        Some("?:" | "!!") => Visit::As(&FIRST),
        _ => Visit::Children,
    }
}

fn labeled(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let label = node.named_child(0).map_or("", |label| walk.text(label));
    if matches!(label, "break@" | "continue@") {
        walk.labelled_jump();
        return Visit::Skip;
    }
    Visit::Children
}

/// `this@Outer` is the current object of a type further out, by its name.
fn this(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(label) = node.named_child(0) else { return Visit::As(&THIS) };
    let index = walk.use_text(node, UseKind::This, UseRole::Read, walk.text(label), NONE);
    walk.stand_for(index);
    Visit::Skip
}

/// `super<Base>` is the current object as the base of this name.
fn super_object(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(named) = node.named_child(0) else { return Visit::As(&SUPER) };
    let name = named.named_child(0).unwrap_or(named);
    let index = walk.use_text(node, UseKind::Super, UseRole::Read, walk.text(name), NONE);
    walk.stand_for(index);
    Visit::Skip
}
