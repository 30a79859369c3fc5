//! What the node kinds of Scala 2 and 3 mean.

use tree_sitter::Node;

use super::imports::{export, import};
use crate::languages::{Declare, Define, Metrics, NameAt, Role, Visit};
use crate::syntax::rows::{BaseKind, BindingKind, ImportFlags, ImportKind, NONE, ScopeKind, SymbolKind, UseKind, UseRole};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("block_comment", Role::Comment),
    // Files.
    ("package_clause", Role::Custom(package)),
    ("package_identifier", Role::Skip),
    ("package_object", Role::Define(Define::NAMESPACE)),
    ("import_declaration", Role::Custom(import)),
    ("export_declaration", Role::Custom(export)),
    ("annotation", Role::Decorator),
    ("access_modifier", Role::Skip),
    // Types.
    ("class_definition", Role::Define(Define::type_of(SymbolKind::Class))),
    ("object_definition", Role::Define(Define::type_of(SymbolKind::Class))),
    ("trait_definition", Role::Define(Define::type_of(SymbolKind::Trait))),
    ("enum_definition", Role::Define(Define::type_of(SymbolKind::Enum))),
    ("simple_enum_case", Role::Define(Define { ty: "", value: "", ..Define::FIELD })),
    ("full_enum_case", Role::Define(Define { body: "", ..Define::type_of(SymbolKind::Class) })),
    ("given_definition", Role::Custom(given)),
    ("extension_definition", Role::Extension { ty: "", base: "" }),
    ("extends_clause", Role::Bases(BaseKind::Inherit)),
    ("derives_clause", Role::Types),
    ("class_parameters", Role::Custom(class_parameters)),
    ("class_parameter", Role::Custom(class_parameter)),
    ("template_body", Role::Custom(body)),
    ("with_template_body", Role::Custom(body)),
    ("enum_body", Role::Custom(body)),
    ("self_type", Role::Custom(self_type)),
    ("type_definition", Role::Define(Define { ty: "type", value: "", ..Define::ALIAS })),
    // Members and functions.
    ("function_definition", Role::Define(Define::FUNCTION)),
    ("function_declaration", Role::Define(Define::FUNCTION)),
    ("val_definition", Role::Custom(value)),
    ("var_definition", Role::Custom(value)),
    ("val_declaration", Role::Custom(declared_value)),
    ("var_declaration", Role::Custom(declared_value)),
    ("parameter", Role::Custom(parameter)),
    ("binding", Role::Parameter { name: "name", ty: "type", default: "", variadic: false }),
    ("type_parameters", Role::TypeParameter { name: "name" }),
    ("covariant_type_parameter", Role::TypeParameter { name: "name" }),
    ("contravariant_type_parameter", Role::TypeParameter { name: "name" }),
    // Scopes and local names.
    ("block", Role::Scope(ScopeKind::Block)),
    ("indented_block", Role::Scope(ScopeKind::Block)),
    ("case_block", Role::Scope(ScopeKind::Block)),
    ("for_expression", Role::Scope(ScopeKind::Block)),
    ("enumerator", Role::Custom(enumerator)),
    ("case_clause", Role::Custom(case)),
    ("catch_clause", Role::Declare(Declare { name: "pattern", value: "", ty: "", scope: true, ..PATTERN })),
    ("lambda_expression", Role::Lambda { parameter: "parameters" }),
    ("colon_argument", Role::Lambda { parameter: "lambda_start" }),
    ("structural_type", Role::Scope(ScopeKind::Type)),
    ("refinement", Role::Scope(ScopeKind::Type)),
    // Patterns.
    ("typed_pattern", Role::Declare(Declare { name: "pattern", value: "", ..PATTERN })),
    ("capture_pattern", Role::Declare(Declare { value: "", ty: "", ..Declare::LOCAL })),
    ("case_class_pattern", Role::Pass { value: "", ty: "type" }),
    ("infix_pattern", Role::Keyword { name: "operator", value: "" }),
    ("given_pattern", Role::Type),
    // Expressions.
    ("identifier", Role::Name),
    ("field_expression", Role::Member { object: "value", name: "field" }),
    ("stable_identifier", Role::Member { object: "0", name: "1" }),
    ("call_expression", Role::Custom(call)),
    ("generic_function", Role::Pass { value: "function", ty: "" }),
    ("arguments", Role::Values),
    ("infix_expression", Role::Custom(infix)),
    ("postfix_expression", Role::Member { object: "0", name: "1" }),
    ("instance_expression", Role::New { class: "0", arguments: "arguments" }),
    ("assignment_expression", Role::Custom(assignment)),
    ("parenthesized_expression", Role::Pass { value: "0", ty: "" }),
    ("ascription_expression", Role::Pass { value: "type", ty: "" }),
    ("interpolated_string_expression", Role::Keyword { name: "interpolator", value: "" }),
    ("string", Role::Literal("String")),
    ("integer_literal", Role::Literal("Int")),
    ("floating_point_literal", Role::Literal("Double")),
    ("boolean_literal", Role::Literal("Boolean")),
    ("character_literal", Role::Literal("Char")),
    ("unit", Role::Literal("Unit")),
    // Types in use.
    ("type_identifier", Role::TypeName),
    ("stable_type_identifier", Role::Member { object: "0", name: "1" }),
    ("projected_type", Role::Member { object: "type", name: "selector" }),
    ("generic_type", Role::Pass { value: "type", ty: "" }),
    ("applied_constructor_type", Role::Pass { value: "0", ty: "" }),
    ("compound_type", Role::Pass { value: "base", ty: "" }),
    ("annotated_type", Role::Wrapper),
    ("singleton_type", Role::Pass { value: "0", ty: "" }),
    ("lazy_parameter_type", Role::Pass { value: "type", ty: "" }),
    ("repeated_parameter_type", Role::Pass { value: "type", ty: "" }),
    ("type_arguments", Role::Types),
    ("function_type", Role::Types),
    ("infix_type", Role::Types),
    ("tuple_type", Role::Types),
    ("match_type", Role::Types),
    ("type_lambda", Role::Types),
];

/// A pattern: names with a capital letter are constants.
const PATTERN: Declare = Declare { capitals: true, ..Declare::LOCAL };
const NAMESPACE: Role = Role::Define(Define::NAMESPACE);
const ANONYMOUS_TYPE: Role = Role::Scope(ScopeKind::Type);
const VALUE: Define = Define { kind: SymbolKind::Variable, name: NameAt::Field("pattern"), ..Define::FIELD };
const VALUE_SYMBOL: Role = Role::Define(VALUE);
const DECLARED_SYMBOL: Role = Role::Define(Define { name: NameAt::Field("name"), value: "", ..VALUE });
const VALUE_PATTERN: Role = Role::Declare(Declare { name: "pattern", symbol: Some((SymbolKind::Variable, SymbolKind::Field)), ..PATTERN });
const DECLARED_LOCAL: Role = Role::Declare(Declare { value: "", ..Declare::LOCAL });
const NAMED_GIVEN: Role = Role::Define(Define { ty: "return_type", value: "body", ..VALUE_GIVEN });
const VALUE_GIVEN: Define = Define { name: NameAt::Field("name"), ..VALUE };
const ANONYMOUS_GIVEN: Role = Role::Define(Define { name: NameAt::Fixed("given"), ty: "return_type", value: "body", ..VALUE });
const GIVEN_TYPE: Define = Define { bases: "return_type", ..Define::type_of(SymbolKind::Class) };
const NAMED_GIVEN_TYPE: Role = Role::Define(GIVEN_TYPE);
const ANONYMOUS_GIVEN_TYPE: Role = Role::Define(Define { name: NameAt::Fixed("given"), ..GIVEN_TYPE });
const CLASS_FIELD: Role = Role::Define(Define { value: "default_value", ..Define::FIELD });
const PARAMETER: Role = Role::Parameter { name: "name", ty: "type", default: "default_value", variadic: false };
const VARIADIC: Role = Role::Parameter { name: "name", ty: "type", default: "default_value", variadic: true };
const GENERATOR: Role = Role::Declare(Declare { name: "0", value: "1", ty: "", element: true, ..PATTERN });
const BINDING: Role = Role::Declare(Declare { name: "0", value: "1", ty: "", ..PATTERN });
const CASE: Role = Role::Declare(Declare { name: "pattern", value: "", ty: "", scope: true, ..PATTERN });
const CALL: Role = Role::Call { function: "function", arguments: "arguments" };
const CURRIED: Role = Role::Curried { function: "function", arguments: "arguments" };
const INFIX: Role = Role::MethodCall { object: "left", name: "operator", arguments: "" };
const ASSIGN: Role = Role::Assign { left: "left", right: "right", ty: "" };
const NAMED_ARGUMENT: Role = Role::Keyword { name: "left", value: "right" };
/// The name is taken already.
const ALIAS_OF_THIS: Role = Role::Keyword { name: "0", value: "" };

pub(super) const METRICS: Metrics = Metrics {
    decisions: &["if_expression", "for_expression", "while_expression", "do_while_expression", "guard"],
    short_circuits: &[],
    chains: &["infix_expression", "parenthesized_expression"],
    nesting: &["if_expression", "for_expression", "while_expression", "do_while_expression", "match_expression", "catch_clause"],
    flat: &["else"],
    deepening: &["lambda_expression"],
    statements: &[
        "val_definition",
        "var_definition",
        "call_expression",
        "assignment_expression",
        "if_expression",
        "for_expression",
        "while_expression",
        "do_while_expression",
        "match_expression",
        "try_expression",
        "return_expression",
        "throw_expression",
        "function_definition",
        "class_definition",
        "object_definition",
        "import_declaration",
    ],
    ..Metrics::NONE
};

/// A clause without a body is for the whole file. A second one nests in the first, whose names stay visible.
fn package(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_by_field_name("body").is_some() {
        return Visit::As(&NAMESPACE);
    }
    let Some(name) = node.child_by_field_name("name").map(|name| walk.text(name)) else { return Visit::Skip };
    match walk.type_key(".").filter(|outer| !outer.is_empty()) {
        Some(outer) => {
            walk.import(node, ImportKind::Wildcard, &outer, "", "", 0, ImportFlags::default());
            walk.replace_module(&format!("{outer}.{name}"));
        }
        None => walk.replace_module(name),
    }
    Visit::Skip
}

/// The body of a named type or package makes it a module of its members; that of `new T {…}` is a type without a
/// name.
fn body(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    match walk.around() {
        Some(Role::New { .. }) => {
            if let Some(base) = walk.object_around() {
                walk.base_of_next_scope(base, BaseKind::Inherit);
            }
            Visit::As(&ANONYMOUS_TYPE)
        }
        Some(Role::Define(define)) if define.scope.is_some() => {
            if let Some(key) = walk.type_key(".") {
                walk.module(&key, true);
            }
            Visit::Children
        }
        _ => Visit::Children,
    }
}

/// The lists after a class's name are its constructor.
fn class_parameters(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let first = node.prev_named_sibling().is_none_or(|before| before.kind() != "class_parameters");
    if !first {
        return Visit::Children;
    }
    let mut list = Some(node);
    while let Some(parameters) = list {
        let mut cursor = parameters.walk();
        for parameter in parameters.named_children(&mut cursor) {
            let (Some(name), ty) = (parameter.child_by_field_name("name"), parameter.child_by_field_name("type")) else { continue };
            let variadic = ty.is_some_and(|ty| ty.kind() == "repeated_parameter_type");
            let optional = variadic || parameter.child_by_field_name("default_value").is_some();
            walk.parameter_of_next_symbol(walk.text(name), ty.map_or("", |ty| walk.text(ty)), optional, variadic);
        }
        list = parameters.next_named_sibling().filter(|next| next.kind() == "class_parameters");
    }
    walk.named_symbol(node, "this", node.byte_range(), SymbolKind::Constructor);
    Visit::Children
}

/// `val` and `var` make a field, and so does each parameter of a case class's first list. Others are known to the
/// whole body.
fn class_parameter(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    if node.children(&mut cursor).any(|child| matches!(child.kind(), "val" | "var")) {
        return Visit::As(&CLASS_FIELD);
    }
    let list = node.parent();
    let first = list.and_then(|list| list.prev_named_sibling()).is_none_or(|before| before.kind() != "class_parameters");
    let of_case = list.and_then(|list| list.parent()).is_some_and(|class| {
        let mut cursor = class.walk();
        class.kind() == "full_enum_case" || class.children(&mut cursor).any(|child| child.kind() == "case")
    });
    if first && of_case { Visit::As(&CLASS_FIELD) } else { Visit::As(&PARAMETER) }
}

/// `self =>` and `self: T =>`: another name of the current object.
fn self_type(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.named_child(0)
        && name.kind() == "identifier"
    {
        let this = walk.use_text(name, UseKind::This, UseRole::Read, "this", NONE);
        let binding = walk.declare(name, BindingKind::Variable);
        walk.bind_value(binding, this);
    }
    Visit::As(&ALIAS_OF_THIS)
}

fn given(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let named = node.child_by_field_name("name").is_some();
    let structural = node.child_by_field_name("body").is_some_and(|body| body.kind().ends_with("template_body"));
    match (named, structural) {
        (true, true) => Visit::As(&NAMED_GIVEN_TYPE),
        (false, true) => Visit::As(&ANONYMOUS_GIVEN_TYPE),
        (true, false) => Visit::As(&NAMED_GIVEN),
        (false, false) => Visit::As(&ANONYMOUS_GIVEN),
    }
}

/// A value with one name is a symbol outside functions; patterns declare what is in them.
fn value(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let outside = !matches!(walk.scope_kind(), ScopeKind::Function | ScopeKind::Block);
    let single = node.child_by_field_name("pattern").is_some_and(|pattern| pattern.kind() == "identifier");
    match (outside, single) {
        (true, true) => Visit::As(&VALUE_SYMBOL),
        (_, true) => Visit::As(&LOCAL_VALUE),
        _ => Visit::As(&VALUE_PATTERN),
    }
}

/// A single name is declared even if it begins with a capital letter.
const LOCAL_VALUE: Role = Role::Declare(Declare { name: "pattern", ..Declare::LOCAL });

fn declared_value(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if matches!(walk.scope_kind(), ScopeKind::Function | ScopeKind::Block) {
        return Visit::As(&DECLARED_LOCAL);
    }
    Visit::As(&DECLARED_SYMBOL)
}

fn parameter(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let variadic = node.child_by_field_name("type").is_some_and(|ty| ty.kind() == "repeated_parameter_type");
    if variadic { Visit::As(&VARIADIC) } else { Visit::As(&PARAMETER) }
}

fn enumerator(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    if node.children(&mut cursor).any(|child| child.kind() == "<-") { Visit::As(&GENERATOR) } else { Visit::As(&BINDING) }
}

/// Every case is a decision but the one for all the rest.
fn case(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if node.child_by_field_name("pattern").is_some_and(|pattern| pattern.kind() != "wildcard") {
        walk.decision();
    }
    Visit::As(&CASE)
}

fn call(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let curried = node.child_by_field_name("function").is_some_and(|function| function.kind() == "call_expression");
    if curried { Visit::As(&CURRIED) } else { Visit::As(&CALL) }
}

/// Operators that every language has are no calls worth following.
fn infix(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let operator = node.child_by_field_name("operator").map_or("", |operator| walk.text(operator));
    match operator {
        "&&" => walk.short_circuit(1),
        "||" => walk.short_circuit(2),
        "+" | "-" | "*" | "/" | "%" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "eq" | "ne" | "&" | "|" | "^" | "<<" | ">>" => {}
        _ => {
            walk.arity(1);
            return Visit::As(&INFIX);
        }
    }
    Visit::As(&OPERATION)
}

/// The operator is no use.
const OPERATION: Role = Role::Keyword { name: "operator", value: "" };

fn assignment(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if matches!(walk.around(), Some(Role::Values)) { Visit::As(&NAMED_ARGUMENT) } else { Visit::As(&ASSIGN) }
}
