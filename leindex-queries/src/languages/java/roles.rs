//! What the node kinds of Java mean.

use tree_sitter::Node;

use crate::languages::{Declare, Define, Metrics, NameAt, Role, Visit};
use crate::syntax::rows::{BaseKind, ImportFlags, ImportKind, ScopeKind, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("line_comment", Role::Comment),
    ("block_comment", Role::Comment),
    // Files.
    ("package_declaration", Role::Custom(package)),
    ("import_declaration", Role::Custom(import)),
    ("module_declaration", Role::Custom(module)),
    // Annotations.
    ("modifiers", Role::Decorator),
    ("marker_annotation", ANNOTATION),
    ("annotation", ANNOTATION),
    ("annotation_argument_list", Role::Values),
    ("element_value_pair", Role::Keyword { name: "key", value: "value" }),
    // Types.
    ("class_declaration", Role::Define(Define::type_of(SymbolKind::Class))),
    ("record_declaration", Role::Define(Define::type_of(SymbolKind::Class))),
    ("interface_declaration", Role::Define(Define::type_of(SymbolKind::Interface))),
    ("annotation_type_declaration", Role::Define(Define::type_of(SymbolKind::Interface))),
    ("enum_declaration", Role::Define(Define::type_of(SymbolKind::Enum))),
    ("superclass", Role::Bases(BaseKind::Inherit)),
    ("extends_interfaces", Role::Bases(BaseKind::Inherit)),
    ("super_interfaces", Role::Bases(BaseKind::Implement)),
    ("permits", Role::Type),
    ("class_body", Role::Custom(body)),
    ("interface_body", Role::Custom(body)),
    ("enum_body", Role::Custom(body)),
    ("annotation_type_body", Role::Custom(body)),
    // Members.
    ("method_declaration", Role::Define(Define { ty: "type", ..Define::FUNCTION })),
    ("annotation_type_element_declaration", Role::Define(Define { ty: "type", body: "", value: "value", ..Define::FUNCTION })),
    ("constructor_declaration", Role::Define(Define::CONSTRUCTOR)),
    ("compact_constructor_declaration", Role::Custom(compact_constructor)),
    ("field_declaration", Role::Declarators { ty: "type" }),
    ("constant_declaration", Role::Declarators { ty: "type" }),
    ("local_variable_declaration", Role::Declarators { ty: "type" }),
    ("variable_declarator", Role::Custom(declarator)),
    ("enum_constant", Role::Define(Define { ty: "", value: "", body: "body", ..Define::FIELD })),
    ("formal_parameters", Role::Custom(parameters)),
    ("formal_parameter", Role::Custom(parameter)),
    ("spread_parameter", Role::Custom(spread)),
    ("receiver_parameter", Role::Skip),
    ("type_parameter", Role::TypeParameter { name: "0" }),
    // Scopes.
    ("block", Role::Scope(ScopeKind::Block)),
    ("for_statement", Role::Scope(ScopeKind::Block)),
    ("switch_block", Role::Scope(ScopeKind::Block)),
    ("switch_rule", Role::Scope(ScopeKind::Block)),
    ("catch_clause", Role::Scope(ScopeKind::Block)),
    ("try_with_resources_statement", Role::Scope(ScopeKind::Block)),
    ("lambda_expression", Role::Lambda { parameter: "parameters" }),
    ("inferred_parameters", Role::Parameters),
    // Local names.
    ("enhanced_for_statement", Role::Declare(Declare { element: true, scope: true, ..Declare::LOCAL })),
    ("resource", Role::Declare(Declare::LOCAL)),
    ("catch_formal_parameter", Role::Custom(caught)),
    ("catch_type", Role::Type),
    ("instanceof_expression", Role::Declare(Declare { value: "", ty: "right", ..Declare::LOCAL })),
    ("type_pattern", Role::Declare(TYPED_PATTERN)),
    ("record_pattern_component", Role::Declare(TYPED_PATTERN)),
    ("record_pattern", Role::Pass { value: "", ty: "0" }),
    // Expressions.
    ("identifier", Role::Name),
    ("field_access", Role::Member { object: "object", name: "field" }),
    ("scoped_identifier", Role::Member { object: "scope", name: "name" }),
    ("method_invocation", Role::MethodCall { object: "object", name: "name", arguments: "arguments" }),
    ("method_reference", Role::Custom(method_reference)),
    ("explicit_constructor_invocation", Role::Call { function: "constructor", arguments: "arguments" }),
    ("object_creation_expression", Role::New { class: "type", arguments: "arguments" }),
    ("array_access", Role::Element { object: "array" }),
    ("assignment_expression", Role::Assign { left: "left", right: "right", ty: "" }),
    ("parenthesized_expression", Role::Pass { value: "0", ty: "" }),
    ("ternary_expression", Role::Pass { value: "consequence", ty: "" }),
    // A cast has the value of its type, so that members are looked up there.
    ("cast_expression", Role::Pass { value: "type", ty: "" }),
    ("labeled_statement", Role::Keyword { name: "0", value: "1" }),
    ("break_statement", Role::Custom(jump)),
    ("continue_statement", Role::Custom(jump)),
    ("this", Role::This),
    ("super", Role::Custom(super_object)),
    ("string_literal", Role::Literal("String")),
    ("character_literal", Role::Literal("char")),
    ("true", Role::Literal("boolean")),
    ("false", Role::Literal("boolean")),
    ("decimal_integer_literal", Role::Literal("int")),
    ("hex_integer_literal", Role::Literal("int")),
    ("octal_integer_literal", Role::Literal("int")),
    ("binary_integer_literal", Role::Literal("int")),
    ("decimal_floating_point_literal", Role::Literal("double")),
    ("hex_floating_point_literal", Role::Literal("double")),
    ("class_literal", Role::Literal("Class")),
    // Types in use.
    ("type_identifier", Role::Custom(type_name)),
    ("scoped_type_identifier", Role::Member { object: "0", name: "1" }),
    ("generic_type", Role::Pass { value: "0", ty: "" }),
    ("annotated_type", Role::Wrapper),
    ("wildcard", Role::Type),
];

const ANNOTATION: Role = Role::Pass { value: "name", ty: "" };
const TYPED_PATTERN: Declare = Declare { name: "1", value: "", ty: "0", ..Declare::LOCAL };
const TYPE_NAME: Role = Role::TypeName;
const SUPER: Role = Role::Super;
const ANONYMOUS_TYPE: Role = Role::Scope(ScopeKind::Type);
const DECLARATOR: Role = Role::Declare(Declare { ty: "", symbol: Some((SymbolKind::Field, SymbolKind::Field)), ..Declare::LOCAL });
/// The declarator of a parameter hands its name on.
const PARAMETER_NAME: Role = Role::Pass { value: "name", ty: "" };
const PARAMETER: Role = Role::Parameter { name: "name", ty: "type", default: "", variadic: false };
const SPREAD: Role = Role::Parameter { name: "1", ty: "0", default: "", variadic: true };
const SPREAD_WITH_MODIFIERS: Role = Role::Parameter { name: "2", ty: "1", default: "", variadic: true };
const COMPONENT: Role = Role::Define(Define::FIELD);
const SPREAD_COMPONENT: Role = Role::Define(Define { name: NameAt::Find(spread_name), ty: "0", value: "", ..Define::FIELD });
const CONSTRUCTOR: Role = Role::Define(Define::CONSTRUCTOR);
const CAUGHT: Role = Role::Declare(Declare { ty: "0", value: "", ..Declare::LOCAL });
const CAUGHT_WITH_MODIFIERS: Role = Role::Declare(Declare { ty: "1", value: "", ..Declare::LOCAL });
const METHOD_REFERENCE: Role = Role::Member { object: "0", name: "1" };
const CONSTRUCTOR_REFERENCE: Role = Role::Pass { value: "0", ty: "" };

pub(super) const METRICS: Metrics = Metrics {
    decisions: &[
        "if_statement",
        "for_statement",
        "enhanced_for_statement",
        "while_statement",
        "do_statement",
        "catch_clause",
        "ternary_expression",
        "case",
        "guard",
    ],
    short_circuits: &["&&", "||"],
    chains: &["binary_expression", "parenthesized_expression"],
    nesting: &[
        "if_statement",
        "for_statement",
        "enhanced_for_statement",
        "while_statement",
        "do_statement",
        "catch_clause",
        "ternary_expression",
        "switch_expression",
    ],
    flat: &["else"],
    deepening: &["lambda_expression"],
    statements: &[
        "expression_statement",
        "local_variable_declaration",
        "explicit_constructor_invocation",
        "if_statement",
        "for_statement",
        "enhanced_for_statement",
        "while_statement",
        "do_statement",
        "switch_expression",
        "try_statement",
        "try_with_resources_statement",
        "synchronized_statement",
        "labeled_statement",
        "return_statement",
        "throw_statement",
        "break_statement",
        "continue_statement",
        "yield_statement",
        "assert_statement",
        "class_declaration",
        "record_declaration",
        "interface_declaration",
        "enum_declaration",
    ],
    ..Metrics::NONE
};

/// The child that is a (scoped) name.
fn name_child(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| matches!(child.kind(), "identifier" | "scoped_identifier"))
}

fn package(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = name_child(node) {
        let text = walk.text(name);
        walk.module(text, false);
    }
    Visit::Skip
}

fn import(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = name_child(node) else { return Visit::Skip };
    let mut flags = ImportFlags::default();
    let mut cursor = node.walk();
    let mut wildcard = false;
    for child in node.children(&mut cursor) {
        match child.kind() {
            "static" => flags.set(ImportFlags::STATIC),
            "asterisk" => wildcard = true,
            _ => {}
        }
    }
    let path = walk.text(name);
    match path.rsplit_once('.') {
        _ if wildcard => walk.import(node, ImportKind::Wildcard, path, "", "", 0, flags),
        Some((module, name)) => walk.import(node, ImportKind::Symbol, module, name, name, 0, flags),
        None => walk.import(node, ImportKind::Symbol, "", path, path, 0, flags),
    };
    Visit::Skip
}

/// A module descriptor: its name, and the modules it requires.
fn module(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = node.child_by_field_name("name") else { return Visit::Skip };
    walk.leaf_symbol(node, name, SymbolKind::Module);
    let Some(body) = node.child_by_field_name("body") else { return Visit::Skip };
    let mut cursor = body.walk();
    for directive in body.named_children(&mut cursor) {
        if let Some(required) = directive.child_by_field_name("module") {
            walk.import(directive, ImportKind::Effect, walk.text(required), "", "", 0, ImportFlags::default());
        }
    }
    Visit::Skip
}

/// The body of a named type makes the type a module of its members; that of `new T() {…}` and of an enum's constant
/// is a type without a name.
fn body(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    match walk.around() {
        Some(Role::Define(define)) if define.scope.is_some() => {
            if let Some(key) = walk.type_key(".") {
                walk.module(&key, true);
            }
            Visit::Children
        }
        Some(Role::Define(_)) => {
            let parent = walk.parent_name();
            let base = walk.use_text(node, UseKind::Name, UseRole::Base, &parent, crate::syntax::rows::NONE);
            walk.base_of_next_scope(base, BaseKind::Inherit);
            Visit::As(&ANONYMOUS_TYPE)
        }
        _ => {
            if let Some(base) = walk.object_around() {
                walk.base_of_next_scope(base, BaseKind::Inherit);
            }
            Visit::As(&ANONYMOUS_TYPE)
        }
    }
}

fn declarator(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    match walk.around() {
        Some(Role::Parameter { .. } | Role::Define(_)) => Visit::As(&PARAMETER_NAME),
        _ => Visit::As(&DECLARATOR),
    }
}

/// A record's header is its constructor, unless the body repeats it in compact form.
fn parameters(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.scope_kind() != ScopeKind::Type {
        return Visit::Children;
    }
    let Some(record) = node.parent().filter(|parent| parent.kind() == "record_declaration") else { return Visit::Children };
    let compact = record.child_by_field_name("body").is_some_and(|body| {
        let mut cursor = body.walk();
        body.named_children(&mut cursor).any(|member| member.kind() == "compact_constructor_declaration")
    });
    if let (false, Some(name)) = (compact, record.child_by_field_name("name")) {
        components(walk, node);
        walk.leaf_symbol(node, name, SymbolKind::Constructor);
    }
    Visit::Children
}

/// A compact constructor has the parameters of its record's header.
fn compact_constructor(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let record = node.parent().and_then(|body| body.parent());
    if let Some(header) = record.and_then(|record| record.child_by_field_name("parameters")) {
        components(walk, header);
    }
    Visit::As(&CONSTRUCTOR)
}

fn components(walk: &mut Walk<'_>, header: Node<'_>) {
    let mut cursor = header.walk();
    for component in header.named_children(&mut cursor) {
        let variadic = component.kind() == "spread_parameter";
        let name = if variadic { spread_name(component) } else { component.child_by_field_name("name") };
        let ty = if variadic { component.named_child(0) } else { component.child_by_field_name("type") };
        if let (Some(name), Some(ty)) = (name, ty) {
            walk.parameter_of_next_symbol(walk.text(name), walk.text(ty), variadic, variadic);
        }
    }
}

fn parameter(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if walk.scope_kind() == ScopeKind::Type { Visit::As(&COMPONENT) } else { Visit::As(&PARAMETER) }
}

fn spread(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.scope_kind() == ScopeKind::Type {
        return Visit::As(&SPREAD_COMPONENT);
    }
    let with_modifiers = node.named_child(0).is_some_and(|first| first.kind() == "modifiers");
    if with_modifiers { Visit::As(&SPREAD_WITH_MODIFIERS) } else { Visit::As(&SPREAD) }
}

fn spread_name(node: Node<'_>) -> Option<Node<'_>> {
    let last = node.named_child((node.named_child_count() as u32).checked_sub(1)?)?;
    last.child_by_field_name("name")
}

fn caught(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let with_modifiers = node.named_child(0).is_some_and(|first| first.kind() == "modifiers");
    if with_modifiers { Visit::As(&CAUGHT_WITH_MODIFIERS) } else { Visit::As(&CAUGHT) }
}

fn method_reference(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let last = node.child(node.child_count().saturating_sub(1));
    if last.is_some_and(|last| last.kind() == "new") { Visit::As(&CONSTRUCTOR_REFERENCE) } else { Visit::As(&METHOD_REFERENCE) }
}

fn jump(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.named_child_count() > 0 {
        walk.labelled_jump();
    }
    Visit::Skip
}

/// `super` is an object, but not in `? super T`.
fn super_object(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if matches!(walk.around(), Some(Role::Type)) { Visit::Skip } else { Visit::As(&SUPER) }
}

/// `var` is no type.
fn type_name(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.text(node) == "var" { Visit::Skip } else { Visit::As(&TYPE_NAME) }
}
