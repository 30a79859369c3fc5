//! What the node kinds of Swift mean.

use tree_sitter::Node;

use crate::languages::{Declare, Define, Metric, Metrics, NameAt, Role, Slot, Visit};
use crate::syntax::rows::{BaseKind, ImportFlags, ImportKind, ScopeKind, SymbolKind, UNKNOWN_BASE, UseKind, UseRole};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("multiline_comment", Role::Comment),
    ("import_declaration", Role::Custom(import)),
    ("directive", Role::Skip),
    ("precedence_group_declaration", Role::Skip),
    ("operator_declaration", Role::Skip),
    ("attribute", Role::Custom(attribute)),
    // Definitions. A field `name` holds the name first and then the type.
    ("class_declaration", Role::Custom(class)),
    ("protocol_declaration", Role::Define(Define::type_of(SymbolKind::Interface))),
    ("inheritance_specifier", Role::Custom(inheritance)),
    ("function_declaration", Role::Define(FUNCTION)),
    ("protocol_function_declaration", Role::Define(FUNCTION)),
    ("init_declaration", Role::Define(Define::CONSTRUCTOR)),
    ("deinit_declaration", Role::Define(Define { name: NameAt::Find(keyword), ..METHOD })),
    ("subscript_declaration", Role::Define(Define { name: NameAt::Find(keyword), body: "", ty: "name#1", ..METHOD })),
    ("property_declaration", Role::Custom(property)),
    ("protocol_property_declaration", Role::Declare(Declare { value: "", ty: "", ..FIELD })),
    ("type_annotation", Role::Custom(annotation)),
    ("enum_entry", Role::Declare(Declare { value: "raw_value", ty: "", sequence: true, ..FIELD })),
    ("enum_type_parameters", Role::Custom(labels)),
    ("typealias_declaration", Role::Define(Define { ty: "name#2", ..Define::ALIAS })),
    ("associatedtype_declaration", Role::Define(Define { ty: "", ..Define::ALIAS })),
    ("macro_declaration", Role::Define(MACRO)),
    // Parameters.
    ("parameter", Role::Custom(parameter)),
    ("lambda_parameter", Role::Parameter { name: "name#1", ty: "name#2", default: "", variadic: false }),
    ("type_parameter", Role::TypeParameter { name: "0" }),
    // Scopes and bindings.
    ("lambda_literal", Role::Scope(ScopeKind::Function)),
    ("function_type", Role::Scope(ScopeKind::Function)),
    ("statements", Role::Custom(statements)),
    ("do_statement", Role::Scope(ScopeKind::Block)),
    ("catch_block", Role::Scope(ScopeKind::Block)),
    ("switch_entry", Role::Scope(ScopeKind::Block)),
    ("computed_property", Role::Custom(code)),
    ("willset_didset_block", Role::Custom(code)),
    ("computed_getter", Role::Scope(ScopeKind::Block)),
    ("computed_setter", Role::Scope(ScopeKind::Block)),
    ("willset_clause", Role::Scope(ScopeKind::Block)),
    ("didset_clause", Role::Scope(ScopeKind::Block)),
    ("if_statement", Role::Custom(condition)),
    ("while_statement", Role::Custom(condition)),
    ("guard_statement", Role::Custom(condition)),
    ("for_statement", Role::Declare(Declare { name: "item", value: "collection", ty: "", element: true, scope: true, ..Declare::LOCAL })),
    ("capture_list_item", Role::Custom(capture)),
    ("pattern", Role::Custom(pattern)),
    ("value_binding_pattern", Role::Skip),
    ("assignment", Role::Assign { left: "target", right: "result", ty: "" }),
    ("directly_assignable_expression", Role::Pass { value: "0", ty: "" }),
    // Names and expressions.
    ("simple_identifier", Role::Name),
    ("type_identifier", Role::TypeName),
    ("user_type", Role::Custom(user_type)),
    ("self_expression", Role::This),
    ("super_expression", Role::Super),
    ("navigation_expression", Role::Member { object: "target#1", name: "suffix" }),
    ("navigation_suffix", Role::Custom(navigation_suffix)),
    ("prefix_expression", Role::Custom(prefix)),
    ("call_expression", Role::Custom(call)),
    ("macro_invocation", Role::Call { function: "0", arguments: "1" }),
    ("constructor_expression", Role::New { class: "constructed_type", arguments: "1" }),
    ("call_suffix", Role::Custom(arguments)),
    ("constructor_suffix", Role::Custom(arguments)),
    ("value_argument_label", Role::Skip),
    ("tuple_expression", Role::Custom(tuple)),
    ("postfix_expression", Role::Pass { value: "target", ty: "" }),
    ("try_expression", Role::Pass { value: "expr", ty: "" }),
    ("await_expression", Role::Pass { value: "expr", ty: "" }),
    ("as_expression", Role::Pass { value: "", ty: "name" }),
    ("nil_coalescing_expression", Role::Custom(coalescing)),
    ("additive_expression", Role::Custom(operation)),
    ("bitwise_operation", Role::Custom(operation)),
    ("comparison_expression", Role::Custom(operation)),
    ("conjunction_expression", Role::Custom(operation)),
    ("disjunction_expression", Role::Custom(operation)),
    ("equality_expression", Role::Custom(operation)),
    ("infix_expression", Role::Custom(operation)),
    ("multiplicative_expression", Role::Custom(operation)),
    ("key_path_expression", Role::Pass { value: "0", ty: "" }),
    // Types. An array or dictionary is a container of its element.
    ("optional_type", Role::Pass { value: "wrapped", ty: "" }),
    ("array_type", Role::Element { object: "name" }),
    ("dictionary_type", Role::Element { object: "name#2" }),
    ("existential_type", Role::Pass { value: "0", ty: "" }),
    ("opaque_type", Role::Pass { value: "0", ty: "" }),
    ("metatype", Role::Pass { value: "0", ty: "" }),
    ("tuple_type_item", Role::Custom(labels)),
    // Literals.
    ("line_string_literal", Role::Literal("String")),
    ("multi_line_string_literal", Role::Literal("String")),
    ("raw_string_literal", Role::Literal("String")),
    ("integer_literal", Role::Literal("Int")),
    ("hex_literal", Role::Literal("Int")),
    ("oct_literal", Role::Literal("Int")),
    ("bin_literal", Role::Literal("Int")),
    ("real_literal", Role::Literal("Double")),
    ("boolean_literal", Role::Literal("Bool")),
    ("nil_literal", Role::Literal("nil")),
    ("regex_literal", Role::Literal("Regex")),
    ("array_literal", Role::Literal("Array")),
    ("dictionary_literal", Role::Literal("Dictionary")),
];

const FUNCTION: Define = Define { ty: "name#2", ..Define::FUNCTION };
const METHOD: Define = Define { kind: SymbolKind::Method, ty: "", ..Define::FUNCTION };
const MACRO: Define = Define {
    kind: SymbolKind::Macro,
    kind_in_type: SymbolKind::Macro,
    name: NameAt::Find(first_identifier),
    body: "",
    ty: "",
    ..Define::FUNCTION
};
const FIELD: Declare = Declare { symbol: Some((SymbolKind::Variable, SymbolKind::Field)), ..Declare::LOCAL };
const CLASS: Role = Role::Define(Define::type_of(SymbolKind::Class));
const STRUCT: Role = Role::Define(Define::type_of(SymbolKind::Struct));
const ENUM: Role = Role::Define(Define::type_of(SymbolKind::Enum));
const EXTENSION: Role = Role::Extension { ty: "name", base: "" };
const INHERIT: Role = Role::Bases(BaseKind::Inherit);
const IMPLEMENT: Role = Role::Bases(BaseKind::Implement);
const PROPERTIES: Role = Role::Declare(Declare { ty: "", sequence: true, ..FIELD });
/// A property with code of its own.
const COMPUTED: Role = Role::Define(Define {
    kind: SymbolKind::Variable,
    kind_in_type: SymbolKind::Field,
    name: NameAt::Find(property_name),
    body: "computed_value",
    ty: "",
    value: "value",
    ..Define::FUNCTION
});
const PARAMETER: Role = Role::Parameter { name: "name#1", ty: "name#2", default: "", variadic: false };
const VARIADIC: Role = Role::Parameter { name: "name#1", ty: "name#2", default: "", variadic: true };
const CONDITION: Declare =
    Declare { name: "bound_identifier", value: "condition", ty: "name", scope: true, sequence: true, ..Declare::LOCAL };
const CONDITIONS: Role = Role::Declare(CONDITION);
/// What a guard binds is known after it.
const GUARD: Role = Role::Declare(Declare { scope: false, ..CONDITION });
const TYPED_PATTERN: Role = Role::Declare(Declare { name: "0", value: "", ty: "name", ..Declare::LOCAL });
const TYPED_BINDING: Role = Role::Declare(Declare { name: "1", value: "", ty: "name", ..Declare::LOCAL });
const CAPTURE: Role = Role::Declare(Declare::LOCAL);
const CALL: Role = Role::Call { function: "0", arguments: "1" };
const SUBSCRIPT: Role = Role::Element { object: "0" };
const LIST: Role = Role::List { first: false };
const FIRST: Role = Role::Pass { value: "0", ty: "" };
const LAST: Role = Role::Pass { value: "", ty: "" };
const RIGHT: Role = Role::Pass { value: "rhs", ty: "" };
const PRESENT: Role = Role::Pass { value: "value", ty: "" };
const ABSENT: Role = Role::Pass { value: "if_nil", ty: "" };
const OPERAND: Role = Role::Pass { value: "target", ty: "" };

pub(super) const METRICS: Metrics = Metrics {
    decisions: &[
        "if_statement",
        "guard_statement",
        "for_statement",
        "while_statement",
        "repeat_while_statement",
        "case",
        "catch_block",
        "ternary_expression",
        "nil_coalescing_expression",
    ],
    short_circuits: &["&&", "||"],
    chains: &["conjunction_expression", "disjunction_expression", "tuple_expression"],
    nesting: &[
        "if_statement",
        "for_statement",
        "while_statement",
        "repeat_while_statement",
        "switch_statement",
        "catch_block",
        "ternary_expression",
        "guard_statement",
    ],
    flat: &["else"],
    deepening: &["lambda_literal"],
    statements: &[],
    judged: &["else", "navigation_expression", "control_transfer_statement"],
    judge,
    ..Metrics::NONE
};

/// The `else` of a `guard` is what it is for; `?.` is a branch; a jump with a label costs one.
fn judge(walk: &Walk<'_>, node: Node<'_>, metric: Metric) -> Metric {
    match node.kind() {
        "else" => metric.only_if(walk.kind_around(0) == "if_statement", Metric::FLAT),
        "navigation_expression" if node.child(1).is_some_and(|mark| mark.kind() == "?") => metric.with(Metric::DECISION),
        "control_transfer_statement" if node.named_child_count() > 0 && walk.text(node).starts_with(['b', 'c']) => {
            metric.with(Metric::FLAT)
        }
        _ => metric,
    }
}

fn statements(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    walk.add_statements(node.named_child_count() as u32);
    if walk.part(1) == Slot::Body {
        // The body of a function has the function's own scope.
        return Visit::Children;
    }
    Visit::As(&Role::Scope(ScopeKind::Block))
}

fn import(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    let mut flags = ImportFlags::default();
    let mut one_name = false;
    let mut path = None;
    for child in node.children(&mut cursor) {
        match child.kind() {
            "modifiers" if walk.text(child).contains("@_exported") || walk.text(child).starts_with("public") => {
                flags.set(ImportFlags::REEXPORT);
            }
            "typealias" | "struct" | "class" | "enum" | "protocol" | "let" | "var" | "func" => one_name = true,
            "identifier" => path = Some(child),
            _ => {}
        }
    }
    let Some(path) = path else { return Visit::Skip };
    let text: String = walk.text(path).split_whitespace().collect();
    match text.rsplit_once('.') {
        Some((module, name)) if one_name => {
            walk.import(node, ImportKind::Symbol, module, name, name, 0, flags);
        }
        _ => {
            // The module's names are known here as they are, and the module by its own name.
            let first = text.split('.').next().unwrap_or(&text).to_owned();
            walk.import(node, ImportKind::Wildcard, &text, "", &first, 0, flags);
        }
    }
    Visit::Skip
}

fn attribute(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(ty) = node.named_child(0) {
        let name = if ty.kind() == "user_type" { ty.named_child(0).unwrap_or(ty) } else { ty };
        walk.use_name(name, UseRole::Decorator);
    }
    Visit::Skip
}

fn class(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    match node.child_by_field_name("declaration_kind").map(|kind| kind.kind()) {
        Some("struct") => Visit::As(&STRUCT),
        Some("enum") => Visit::As(&ENUM),
        Some("extension") => Visit::As(&EXTENSION),
        _ => Visit::As(&CLASS),
    }
}

/// Which of a class's bases is its superclass is not to be seen; the others have none.
fn inheritance(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    match walk.around() {
        Some(Role::Define(define)) if !matches!(define.kind, SymbolKind::Struct | SymbolKind::Enum) => Visit::As(&INHERIT),
        _ => Visit::As(&IMPLEMENT),
    }
}

fn keyword(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| matches!(child.kind(), "deinit" | "subscript"))
}

fn first_identifier(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| child.kind() == "simple_identifier")
}

fn property_name(node: Node<'_>) -> Option<Node<'_>> {
    node.child_by_field_name("name")?.child_by_field_name("bound_identifier")
}

fn property(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let last = node.named_child(node.named_child_count().saturating_sub(1) as u32);
    let runs = last.is_some_and(|last| matches!(last.kind(), "computed_property" | "willset_didset_block"));
    let local = matches!(walk.scope_kind(), ScopeKind::Function | ScopeKind::Block);
    if runs && !local { Visit::As(&COMPUTED) } else { Visit::As(&PROPERTIES) }
}

/// The code of a property or subscript is its body.
fn code(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let start = node.start_byte() as u32;
    if walk.scope_kind() == ScopeKind::Function {
        walk.update_symbol(|symbol| symbol.body_start = symbol.body_start.min(start));
    }
    Visit::Children
}

fn annotation(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    match node.child_by_field_name("name").or_else(|| node.child_by_field_name("type")) {
        Some(ty) => {
            walk.take_as(ty, Slot::Type);
            Visit::As(&Role::Type)
        }
        None => Visit::Children,
    }
}

/// Labels before types are no names.
fn labels(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    for label in node.named_children(&mut cursor).filter(|child| child.kind() == "simple_identifier") {
        walk.skip(label);
    }
    Visit::As(&Role::Type)
}

fn parameter(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(label) = node.child_by_field_name("external_name") {
        walk.skip(label);
    }
    if walk.source().get(node.end_byte()..).is_some_and(|rest| rest.trim_start().starts_with('=')) {
        walk.optional_parameter();
    }
    if walk.text(node).ends_with("...") { Visit::As(&VARIADIC) } else { Visit::As(&PARAMETER) }
}

/// The cases named in `if case .some(let x) = y` are members of a type that is not to be seen; `if let x` is about the
/// `x` that is known already.
fn condition(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    let (mut after_dot, mut after_let, mut in_case) = (false, false, false);
    for child in node.children(&mut cursor) {
        match child.kind() {
            "simple_identifier" if after_let => {
                let after = walk.source().get(child.end_byte()..).unwrap_or("").trim_start();
                if after.starts_with(['{', ',']) || after.starts_with("else") {
                    walk.use_name(child, UseRole::Read);
                    walk.skip(child);
                }
            }
            "case" => in_case = true,
            "=" | "statements" => in_case = false,
            "simple_identifier" if in_case && after_dot => {
                let name = walk.text(child);
                walk.use_text(child, UseKind::Member, UseRole::Read, name, UNKNOWN_BASE);
                walk.skip(child);
            }
            _ => {}
        }
        after_dot = child.kind() == ".";
        after_let = child.kind() == "value_binding_pattern";
    }
    if node.kind() == "guard_statement" { Visit::As(&GUARD) } else { Visit::As(&CONDITIONS) }
}

fn capture(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let own = node.child_by_field_name("name").is_some_and(|name| walk.text(name) == "self");
    if own { Visit::Skip } else { Visit::As(&CAPTURE) }
}

fn pattern(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    let (mut binds, mut typed, mut tuple, mut case, mut dot) = (false, false, false, None, false);
    for (index, child) in node.children(&mut cursor).enumerate() {
        match child.kind() {
            "value_binding_pattern" => binds = true,
            "(" if index == 0 => tuple = true,
            "as" => typed = true,
            "." => dot = true,
            "simple_identifier" if dot => case = Some(child),
            _ => {}
        }
    }
    if let Some(case) = case {
        // `.some(let x)`, `Option.some(let x)`.
        let name = walk.text(case);
        walk.use_text(case, UseKind::Member, UseRole::Read, name, UNKNOWN_BASE);
        walk.skip(case);
        return if binds { Visit::As(&Role::Bindings) } else { Visit::Children };
    }
    match (binds, typed, tuple) {
        (false, true, _) => Visit::As(&TYPED_PATTERN),
        (true, true, _) => Visit::As(&TYPED_BINDING),
        // Where names are declared anyway they are declared as the place says.
        (true, ..) if walk.is_declaring() => Visit::As(&LAST),
        (true, ..) => Visit::As(&Role::Bindings),
        (_, _, true) => Visit::As(&LIST),
        _ => Visit::As(&FIRST),
    }
}

/// `A.B` is one node with the names side by side.
fn user_type(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    let names = node.named_children(&mut cursor).filter(|child| child.kind() == "type_identifier").count();
    if names < 2 {
        return Visit::As(&FIRST);
    }
    let role = match walk.role_here() {
        UseRole::Base => UseRole::Base,
        UseRole::Decorator => UseRole::Decorator,
        _ => UseRole::Type,
    };
    let mut base = None;
    let mut cursor = node.walk();
    for (at, child) in node.named_children(&mut cursor).filter(|child| child.kind() == "type_identifier").enumerate() {
        let role = if at + 1 == names { role } else { UseRole::Read };
        let name = walk.text(child);
        base = Some(match base {
            None => walk.use_text(child, UseKind::Name, role, name, crate::syntax::rows::NONE),
            Some(base) => walk.use_text(child, UseKind::Member, role, name, base),
        });
    }
    if let Some(base) = base {
        walk.base_here(base);
        walk.stand_for(base);
    }
    Visit::Skip
}

fn navigation_suffix(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(name) = node.child_by_field_name("suffix") else { return Visit::Children };
    walk.name_of_member(name);
    Visit::Skip
}

/// `.name` is a member of a type that is not to be seen.
fn prefix(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(target) = node.child_by_field_name("target") else { return Visit::Children };
    let implicit = walk.text(node).starts_with('.');
    if !implicit || target.kind() != "simple_identifier" {
        return Visit::As(&OPERAND);
    }
    let name = walk.text(target);
    let index = walk.use_text(target, UseKind::Member, UseRole::Read, name, UNKNOWN_BASE);
    walk.stand_for(index);
    Visit::Skip
}

/// `f(x)` or `items[x]`.
fn call(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let element = node.child(1).is_some_and(|suffix| walk.source().get(suffix.start_byte()..).is_some_and(|rest| rest.starts_with('[')));
    if element { Visit::As(&SUBSCRIPT) } else { Visit::As(&CALL) }
}

/// The grammar reads `a * b.c()` as a call of `a * b.c`: what is called is on the right.
fn operation(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if walk.part(0) == Slot::Object { Visit::As(&RIGHT) } else { Visit::Children }
}

/// `a ?? b`, and `a ?? b.c()` as in [`operation`].
fn coalescing(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if walk.part(0) == Slot::Object { Visit::As(&ABSENT) } else { Visit::As(&PRESENT) }
}

/// The arguments in parentheses and the closures after them.
fn arguments(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    let mut count = 0;
    for child in node.named_children(&mut cursor) {
        match child.kind() {
            "value_arguments" => count += child.named_child_count(),
            "lambda_literal" => count += 1,
            "simple_identifier" => walk.skip(child),
            _ => {}
        }
    }
    walk.arity_of_call(count);
    Visit::Children
}

fn tuple(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    for label in node.children_by_field_name("name", &mut cursor) {
        walk.skip(label);
    }
    Visit::As(&LIST)
}
