//! What the node kinds of Go mean.

use tree_sitter::Node;

use crate::languages::{Declare, Define, Metric, Metrics, Role, Slot, Visit};
use crate::syntax::rows::{
    BaseKind, BindingKind, ImportFlags, ImportKind, NONE, ScopeKind, SymbolFlags, SymbolKind, UNKNOWN_BASE, UseKind, UseRole,
};
use crate::syntax::walk::Walk;

pub(super) const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("package_clause", Role::Custom(package)),
    ("import_spec", Role::Custom(import)),
    // Definitions.
    ("function_declaration", Role::Define(FUNCTION)),
    ("method_declaration", Role::Define(METHOD)),
    ("method_elem", Role::Custom(interface_method)),
    ("type_declaration", Role::Custom(wrapper)),
    ("const_declaration", Role::Custom(wrapper)),
    ("var_declaration", Role::Custom(wrapper)),
    ("type_spec", Role::Custom(type_spec)),
    ("type_alias", Role::Custom(type_spec)),
    ("struct_type", Role::Custom(type_literal)),
    ("interface_type", Role::Custom(type_literal)),
    ("field_declaration", Role::Custom(field)),
    ("type_elem", Role::Custom(type_element)),
    ("const_spec", Role::Declare(Declare { symbol: Some((SymbolKind::Constant, SymbolKind::Constant)), ..Declare::LOCAL })),
    ("var_spec", Role::Custom(var_spec)),
    // Parameters.
    ("parameter_list", Role::Custom(parameter_list)),
    ("parameter_declaration", Role::Custom(parameter)),
    ("variadic_parameter_declaration", Role::Parameter { name: "name", ty: "type", default: "", variadic: true }),
    ("type_parameter_declaration", Role::TypeParameter { name: "name" }),
    // Scopes and locals.
    ("block", Role::Scope(ScopeKind::Block)),
    ("if_statement", Role::Scope(ScopeKind::Block)),
    ("for_statement", Role::Scope(ScopeKind::Block)),
    ("expression_switch_statement", Role::Scope(ScopeKind::Block)),
    ("type_switch_statement", Role::Declare(Declare { name: "alias", ty: "", scope: true, ..Declare::LOCAL })),
    ("expression_case", Role::Scope(ScopeKind::Block)),
    ("default_case", Role::Scope(ScopeKind::Block)),
    ("communication_case", Role::Scope(ScopeKind::Block)),
    ("type_case", Role::Custom(type_case)),
    ("func_literal", Role::Scope(ScopeKind::Function)),
    ("function_type", Role::Scope(ScopeKind::Function)),
    ("short_var_declaration", Role::Declare(Declare { name: "left", value: "right", ty: "", ..Declare::LOCAL })),
    ("assignment_statement", Role::Assign { left: "left", right: "right", ty: "" }),
    ("range_clause", Role::Custom(range)),
    ("receive_statement", Role::Custom(receive)),
    ("expression_list", Role::List { first: true }),
    // Names and expressions.
    ("identifier", Role::Name),
    ("field_identifier", Role::Name),
    ("package_identifier", Role::Name),
    ("type_identifier", Role::TypeName),
    ("selector_expression", Role::Member { object: "operand", name: "field" }),
    ("qualified_type", Role::Member { object: "package", name: "name" }),
    ("call_expression", Role::Custom(call)),
    ("composite_literal", Role::New { class: "type", arguments: "body" }),
    ("literal_element", Role::Custom(literal_element)),
    ("keyed_element", Role::Keyword { name: "key", value: "value" }),
    ("index_expression", Role::Element { object: "operand" }),
    ("slice_expression", Role::Pass { value: "operand", ty: "" }),
    ("parenthesized_expression", Role::Pass { value: "0", ty: "" }),
    ("unary_expression", Role::Custom(unary)),
    ("type_assertion_expression", Role::Pass { value: "", ty: "type" }),
    ("type_conversion_expression", Role::Pass { value: "", ty: "type" }),
    ("type_instantiation_expression", Role::Pass { value: "", ty: "type" }),
    // Types. A slice, array, map or channel is a container of its element.
    ("generic_type", Role::Pass { value: "type", ty: "" }),
    ("parenthesized_type", Role::Pass { value: "0", ty: "" }),
    ("pointer_type", Role::Pass { value: "0", ty: "" }),
    ("slice_type", Role::Element { object: "element" }),
    ("array_type", Role::Element { object: "element" }),
    ("implicit_length_array_type", Role::Element { object: "element" }),
    ("map_type", Role::Element { object: "value" }),
    ("channel_type", Role::Element { object: "value" }),
    // Literals.
    ("interpreted_string_literal", Role::Literal("string")),
    ("raw_string_literal", Role::Literal("string")),
    ("rune_literal", Role::Literal("rune")),
    ("int_literal", Role::Literal("int")),
    ("float_literal", Role::Literal("float64")),
    ("imaginary_literal", Role::Literal("complex128")),
    ("true", Role::Literal("bool")),
    ("false", Role::Literal("bool")),
    ("nil", Role::Literal("nil")),
    ("iota", Role::Literal("int")),
];

const FUNCTION: Define = Define { ty: "result", ..Define::FUNCTION };
const METHOD: Define = Define { self_type: "receiver", ..FUNCTION };
const INTERFACE_METHOD: Role = Role::Define(Define { kind: SymbolKind::Method, ty: "result", ..Define::FUNCTION });
const STRUCT: Role = Role::Define(Define { body: "type", ..Define::type_of(SymbolKind::Struct) });
const INTERFACE: Role = Role::Define(Define { body: "type", ..Define::type_of(SymbolKind::Interface) });
const ALIAS: Role = Role::Define(Define { ty: "type", ..Define::ALIAS });
/// A type of its own over another one: it has methods, and not those of the other.
const NAMED: Role = Role::Define(Define { body: "", ty: "type", ..Define::type_of(SymbolKind::Class) });
const FIELDS: Role = Role::Declare(Declare { value: "", symbol: Some((SymbolKind::Field, SymbolKind::Field)), ..Declare::LOCAL });
const PARAMETER: Role = Role::Parameter { name: "name", ty: "type", default: "", variadic: false };
const RESULT: Role = Role::Declare(Declare { value: "", ..Declare::LOCAL });
const FIRST: Role = Role::Pass { value: "0", ty: "" };
const VARIABLE: Role = Role::Declare(Declare { symbol: Some((SymbolKind::Variable, SymbolKind::Variable)), ..Declare::LOCAL });
const BLANK: Role = Role::Declare(Declare::LOCAL);
const ASSERTION: Role = Role::Extension { ty: "value", base: "type" };
const CALL: Role = Role::Call { function: "function", arguments: "arguments" };
const NEW: Role = Role::New { class: "arguments", arguments: "" };
const OPERAND: Role = Role::Pass { value: "operand", ty: "" };
const RECEIVED: Role = Role::Element { object: "operand" };
const BLOCK: Role = Role::Scope(ScopeKind::Block);
const BASES: Role = Role::Bases(BaseKind::Inherit);
const RANGE: Role = Role::Declare(Declare { name: "left", value: "right", ty: "", element: true, ..Declare::LOCAL });
const RANGE_KEY: Role = Role::Declare(Declare { name: "left", value: "", ty: "", ..Declare::LOCAL });
const RANGE_ASSIGN: Role = Role::Assign { left: "left", right: "", ty: "" };

pub(super) const METRICS: Metrics = Metrics {
    decisions: &["if_statement", "for_statement", "expression_case", "type_case", "communication_case"],
    short_circuits: &["&&", "||"],
    chains: &["binary_expression", "parenthesized_expression"],
    nesting: &["if_statement", "for_statement", "expression_switch_statement", "type_switch_statement", "select_statement"],
    flat: &["else", "goto_statement"],
    deepening: &["func_literal"],
    statements: &[
        "assignment_statement",
        "break_statement",
        "const_declaration",
        "continue_statement",
        "dec_statement",
        "defer_statement",
        "expression_statement",
        "expression_switch_statement",
        "fallthrough_statement",
        "for_statement",
        "go_statement",
        "goto_statement",
        "if_statement",
        "inc_statement",
        "labeled_statement",
        "return_statement",
        "select_statement",
        "send_statement",
        "short_var_declaration",
        "type_declaration",
        "type_switch_statement",
        "var_declaration",
    ],
    judged: &["break_statement", "continue_statement"],
    judge: |_, node, metric| if node.named_child_count() > 0 { metric.with(Metric::FLAT) } else { metric },
    ..Metrics::NONE
};

fn package(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if let Some(name) = node.named_child(0) {
        walk.module(walk.text(name), false);
    }
    Visit::Skip
}

fn import(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(path) = node.child_by_field_name("path") else { return Visit::Skip };
    let module = walk.text(path).trim_matches(['"', '`']);
    let name = node.child_by_field_name("name");
    let (kind, alias) = match name.map(|name| (name.kind(), walk.text(name))) {
        Some(("dot", _)) => (ImportKind::Wildcard, ""),
        Some(("blank_identifier", _)) => (ImportKind::Effect, ""),
        Some((_, alias)) => (ImportKind::Module, alias),
        None if module == "C" => (ImportKind::Module, "C"),
        None => (ImportKind::Module, super::modules::package_name(module)),
    };
    walk.import(node, kind, module, "", alias, 0, ImportFlags::default());
    Visit::Skip
}

/// The declaration of a single name belongs to the name; a group does not.
fn wrapper(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let grouped = walk.text(node).trim_start_matches(char::is_alphabetic).trim_start().starts_with('(');
    if grouped { Visit::Children } else { Visit::As(&Role::Wrapper) }
}

fn type_spec(_: &mut Walk<'_>, node: Node<'_>) -> Visit {
    match node.child_by_field_name("type").map(|ty| ty.kind()) {
        Some("struct_type") => Visit::As(&STRUCT),
        Some("interface_type") => Visit::As(&INTERFACE),
        _ if node.kind() == "type_alias" => Visit::As(&ALIAS),
        _ => Visit::As(&NAMED),
    }
}

/// `var _ I = (*T)(nil)` says that `T` implements `I`.
fn var_spec(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let text = walk.text(node);
    if !text.starts_with("_ ") {
        return Visit::As(&VARIABLE);
    }
    let asserts = node.child_by_field_name("type").is_some() && node.child_by_field_name("value").is_some();
    if asserts { Visit::As(&ASSERTION) } else { Visit::As(&BLANK) }
}

/// `new(T)` makes a `T`.
fn call(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.text(node).starts_with("new(") { Visit::As(&NEW) } else { Visit::As(&CALL) }
}

/// `<-ch` is an element of `ch`.
fn unary(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.text(node).starts_with("<-") { Visit::As(&RECEIVED) } else { Visit::As(&OPERAND) }
}

/// A struct or interface written where a type is expected has no symbol: its members are names of nothing.
fn type_literal(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.part(0) != Slot::Body {
        return Visit::As(&BLOCK);
    }
    if let Some(open) = node.child(1) {
        walk.update_symbol(|symbol| symbol.body_start = open.start_byte() as u32);
    }
    Visit::Children
}

fn interface_method(walk: &mut Walk<'_>, _: Node<'_>) -> Visit {
    if walk.scope_kind() == ScopeKind::Type { Visit::As(&INTERFACE_METHOD) } else { Visit::Children }
}

fn field(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.scope_kind() != ScopeKind::Type || node.child_by_field_name("name").is_some() {
        return Visit::As(&FIELDS);
    }
    // An embedded field is called like its type and gives its members to the struct.
    let Some(ty) = node.child_by_field_name("type") else { return Visit::Children };
    let Some(name) = type_name(ty) else { return Visit::Children };
    let index = use_type(walk, ty, UseRole::Base);
    walk.base(index, BaseKind::Inherit);
    let symbol = walk.leaf_symbol(node, name, SymbolKind::Field);
    walk.set_type(symbol, index);
    let text = walk.string(walk.text(ty));
    walk.update(symbol, |row| row.return_type = text);
    Visit::Skip
}

/// An embedded interface. A union or `~T` only limits type arguments.
fn type_element(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let embedded = walk.scope_kind() == ScopeKind::Type
        && node.named_child_count() == 1
        && node.named_child(0).is_some_and(|ty| matches!(ty.kind(), "type_identifier" | "qualified_type" | "generic_type"))
        && walk.part(1) == Slot::Body;
    if embedded { Visit::As(&BASES) } else { Visit::As(&Role::Type) }
}

/// The name of the type that pointers, parentheses and type arguments stand around.
fn type_name(mut ty: Node<'_>) -> Option<Node<'_>> {
    loop {
        ty = match ty.kind() {
            "type_identifier" => return Some(ty),
            "pointer_type" | "parenthesized_type" => ty.named_child(0)?,
            "generic_type" => ty.child_by_field_name("type")?,
            "qualified_type" => ty.child_by_field_name("name")?,
            _ => return None,
        };
    }
}

/// Adds the uses of a type that [`type_name`] finds the name of; the last has `role`.
fn use_type(walk: &mut Walk<'_>, mut ty: Node<'_>, role: UseRole) -> u32 {
    let mut arguments = None;
    let index = loop {
        let next = match ty.kind() {
            "pointer_type" | "parenthesized_type" => ty.named_child(0),
            "generic_type" => {
                arguments = ty.child_by_field_name("type_arguments");
                ty.child_by_field_name("type")
            }
            "qualified_type" => {
                let (Some(package), Some(name)) = (ty.child_by_field_name("package"), ty.child_by_field_name("name")) else {
                    return NONE;
                };
                let base = walk.use_name(package, UseRole::Read);
                let text = walk.text(name);
                break walk.use_text(name, UseKind::Member, role, text, base);
            }
            _ => break walk.use_name(ty, role),
        };
        match next {
            Some(next) => ty = next,
            None => return NONE,
        }
    };
    let Some(arguments) = arguments else { return index };
    let mut cursor = arguments.walk();
    for argument in arguments.named_children(&mut cursor) {
        if let Some(name) = argument.named_child(0).and_then(type_name) {
            walk.use_name(name, UseRole::Type);
        }
    }
    index
}

/// Parameters, results, or the receiver.
fn parameter_list(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    match walk.part(0) {
        Slot::SelfType => receiver(walk, node),
        Slot::Type => Visit::As(&FIRST),
        _ => Visit::Children,
    }
}

fn parameter(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.part(1) != Slot::Type {
        return Visit::As(&PARAMETER);
    }
    if node.named_child_count() == 1 { Visit::As(&FIRST) } else { Visit::As(&RESULT) }
}

/// `(s *Server[K])`: the type that gets the method, the name of the object in it, and names for type arguments.
fn receiver(walk: &mut Walk<'_>, list: Node<'_>) -> Visit {
    let Some(declaration) = list.named_child(0) else { return Visit::Skip };
    let Some(ty) = declaration.child_by_field_name("type") else { return Visit::Skip };
    let Some(name) = type_name(ty) else { return Visit::Skip };
    let index = walk.use_name(name, UseRole::Type);
    walk.stand_for(index);
    walk.update_symbol(|symbol| symbol.flags.set(SymbolFlags::HAS_RECEIVER));
    if let Some(name) = declaration.child_by_field_name("name") {
        walk.bind(name, BindingKind::Parameter, NONE, index);
    }
    let mut generic = ty;
    while matches!(generic.kind(), "pointer_type" | "parenthesized_type") {
        let Some(inside) = generic.named_child(0) else { return Visit::Skip };
        generic = inside;
    }
    if let Some(arguments) = generic.child_by_field_name("type_arguments") {
        let mut cursor = arguments.walk();
        for argument in arguments.named_children(&mut cursor) {
            if let Some(name) = argument.named_child(0).and_then(type_name) {
                walk.declare(name, BindingKind::TypeParameter);
            }
        }
    }
    Visit::Skip
}

/// `case *T:` gives the variable of a type switch the type `T`.
fn type_case(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut cursor = node.walk();
    let mut types = node.children_by_field_name("type", &mut cursor).filter(Node::is_named);
    let (ty, second) = (types.next(), types.next());
    if let (Some(ty), None) = (ty, second)
        && let Some(alias) = node.parent().and_then(|switch| switch.child_by_field_name("alias")).and_then(|list| list.named_child(0))
        && let Some(name) = type_name(ty)
    {
        // The type's own uses come next in the walk: its package first, if it names one.
        let qualified = name.parent().is_some_and(|parent| parent.kind() == "qualified_type");
        let index = walk.next_use() + u32::from(qualified);
        walk.bind_inside(alias, BindingKind::Variable, NONE, index);
    }
    drop(types);
    Visit::As(&TYPE_CASE)
}

const TYPE_CASE: Role = Role::Declare(Declare { name: "", value: "", scope: true, ..Declare::LOCAL });

fn range(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
        return Visit::Children;
    };
    let between = walk.source().get(left.end_byte()..right.start_byte()).unwrap_or("");
    if !between.contains(":=") {
        return Visit::As(&RANGE_ASSIGN);
    }
    // A single name is the index or key.
    if left.named_child_count() > 1 { Visit::As(&RANGE) } else { Visit::As(&RANGE_KEY) }
}

/// `case v := <-ch:`.
fn receive(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
        return Visit::Children;
    };
    let between = walk.source().get(left.end_byte()..right.start_byte()).unwrap_or("");
    if between.contains(":=") { Visit::As(&RECEIVE) } else { Visit::As(&RECEIVE_ASSIGN) }
}

const RECEIVE: Role = Role::Declare(Declare { name: "left", value: "right", ty: "", ..Declare::LOCAL });
const RECEIVE_ASSIGN: Role = Role::Assign { left: "left", right: "right", ty: "" };

/// The key of `Point{X: 1}` names a field of `Point`; that of a map is an expression.
fn literal_element(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    if walk.part(0) != Slot::Name {
        return Visit::Children;
    }
    let Some(key) = node.named_child(0).filter(|key| key.kind() == "identifier") else { return Visit::Children };
    let Some(class) = class_of_literal(walk) else { return Visit::Children };
    let name = walk.text(key);
    walk.use_text(key, UseKind::Member, UseRole::Write, name, class);
    Visit::Skip
}

/// The type of the struct literal around a key, or `None` if it is no struct's. Literals inside `[]T{…}` leave out
/// their type.
fn class_of_literal(walk: &Walk<'_>) -> Option<u32> {
    // From the key outwards: its keyed element, its literal value, and then a composite literal, or an element of the
    // literal value further out.
    let (mut up, mut levels) = (3, 0);
    let mut class = loop {
        match walk.open_node(up)? {
            (Some(Role::New { .. }), class) => break class,
            _ => {
                let keyed = matches!(walk.open_node(up + 1)?.0, Some(Role::Keyword { .. }));
                up += if keyed { 3 } else { 2 };
                levels += 1;
            }
        }
    };
    let element_of = |class| walk.use_row(class).filter(|row| row.kind == UseKind::Element).map(|row| row.base);
    for _ in 0..levels {
        match element_of(class) {
            Some(element) => class = element,
            None => return Some(UNKNOWN_BASE),
        }
    }
    match walk.use_row(class) {
        Some(row) if row.kind == UseKind::Element => None,
        Some(_) => Some(class),
        None => Some(UNKNOWN_BASE),
    }
}
