//! What the node kinds that the grammars share do when they run.

use tree_sitter::Node;

use super::is_function;
use crate::flow::{Lower, OpenScope};
use crate::languages::{Case, FlowRules, Form, Results, Switch};

/// The rules of the family, without forms.
pub(crate) const FLOW: FlowRules = FlowRules {
    forms: &[],
    block_scopes: true,
    results: Results::Never,
    closures_share_names: false,
    capitals_are_constants: false,
    handlers_in_order: false,
    catch_all: &["*"],
    generators_close: true,
    ..FlowRules::NONE
};

pub(crate) const COMMON_FORMS: [(&str, Form); 103] = [
    ("program", Form::Hoisting(hoist)),
    ("statement_block", Form::Hoisting(hoist)),
    ("switch_body", Form::Hoisting(hoist)),
    ("comment", Form::Skip),
    ("html_comment", Form::Skip),
    ("hash_bang_line", Form::Skip),
    ("empty_statement", Form::Skip),
    ("debugger_statement", Form::Statement),
    ("expression_statement", Form::Statement),
    ("lexical_declaration", Form::Statement),
    ("variable_declaration", Form::Statement),
    ("variable_declarator", Form::Declare { name: "name", value: "value" }),
    ("import_statement", Form::Binds),
    ("import_clause", Form::Evaluate),
    ("named_imports", Form::Evaluate),
    ("import_specifier", Form::Choose(import_specifier)),
    ("namespace_import", Form::Pass { value: "0" }),
    ("import_attribute", Form::Skip),
    ("export_statement", Form::Choose(export)),
    ("export_clause", Form::Evaluate),
    ("export_specifier", Form::Pass { value: "name" }),
    ("namespace_export", Form::Skip),
    ("function_declaration", Form::Function { name: "name", parameters: "parameters", body: "body" }),
    ("generator_function_declaration", Form::Function { name: "name", parameters: "parameters", body: "body" }),
    ("function_expression", Form::Custom(function)),
    ("generator_function", Form::Custom(function)),
    ("arrow_function", Form::Closure { parameters: "parameters+parameter", body: "body" }),
    ("method_definition", Form::Custom(function)),
    ("class_declaration", CLASS),
    ("class", CLASS),
    ("class_body", Form::Sequence),
    ("class_static_block", Form::Pass { value: "body" }),
    ("decorator", Form::Pass { value: "0" }),
    ("computed_property_name", Form::Custom(computed)),
    ("if_statement", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("else_clause", Form::Sequence),
    ("ternary_expression", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("while_statement", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("do_statement", Form::DoWhile { body: "body", condition: "condition" }),
    ("for_statement", Form::Choose(for_statement)),
    ("for_in_statement", Form::Custom(for_in)),
    (
        "switch_statement",
        Form::Switch(Switch { subject: "value", cases: "body", in_order: true, breaks: true, falls: true, exhaustive: false }),
    ),
    ("switch_case", Form::Case(Case { pattern: "value", guard: "", body: "body", binds: false, default: &[] })),
    ("switch_default", Form::Case(Case { pattern: "", guard: "", body: "body", binds: false, default: &[] })),
    ("try_statement", Form::Try { body: "body" }),
    ("catch_clause", Form::Catch { pattern: "parameter", body: "body" }),
    ("finally_clause", Form::Finally { body: "body" }),
    ("with_statement", Form::Sequence),
    ("labeled_statement", Form::Label { name: "label", body: "body" }),
    ("break_statement", Form::Break { label: "label", value: "" }),
    ("continue_statement", Form::Continue { label: "label" }),
    ("return_statement", Form::Return { value: "0" }),
    ("throw_statement", Form::Raise { value: "0" }),
    ("assignment_expression", Form::Assign { left: "left", right: "right" }),
    ("augmented_assignment_expression", Form::Compound { left: "left", right: "right" }),
    ("update_expression", Form::Update { operand: "argument" }),
    ("binary_expression", Form::Binary { left: "left", operator: "operator", right: "right" }),
    ("unary_expression", Form::Choose(unary)),
    ("await_expression", Form::Await { value: "0" }),
    ("yield_expression", Form::Yield { value: "0" }),
    ("sequence_expression", Form::Evaluate),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("spread_element", Form::Evaluate),
    ("call_expression", Form::Call { function: "function", arguments: "arguments" }),
    ("new_expression", Form::New { class: "constructor", arguments: "arguments" }),
    ("arguments", Form::Evaluate),
    ("member_expression", Form::Member { object: "object", name: "property" }),
    ("subscript_expression", Form::Element { object: "object" }),
    ("meta_property", Form::Skip),
    ("identifier", Form::Name),
    ("shorthand_property_identifier", Form::Name),
    ("shorthand_property_identifier_pattern", Form::Name),
    ("property_identifier", Form::Skip),
    ("private_property_identifier", Form::Skip),
    ("statement_identifier", Form::Skip),
    ("this", Form::This),
    ("super", Form::This),
    ("undefined", Form::Skip),
    ("null", Form::Skip),
    ("true", Form::Skip),
    ("false", Form::Skip),
    ("number", Form::Skip),
    ("string", Form::Skip),
    ("regex", Form::Skip),
    ("template_string", Form::Evaluate),
    ("template_substitution", Form::Evaluate),
    ("string_fragment", Form::Skip),
    ("escape_sequence", Form::Skip),
    ("optional_chain", Form::Skip),
    ("import", Form::Skip),
    ("object", Form::Evaluate),
    ("pair", Form::Evaluate),
    ("array", Form::Evaluate),
    ("formal_parameters", Form::Evaluate),
    ("array_pattern", Form::Evaluate),
    ("object_pattern", Form::Evaluate),
    ("pair_pattern", Form::Declare { name: "value", value: "key" }),
    ("rest_pattern", Form::Pass { value: "0" }),
    ("assignment_pattern", Form::Declare { name: "left", value: "right" }),
    ("object_assignment_pattern", Form::Declare { name: "left", value: "right" }),
    ("class_heritage", Form::Sequence),
    ("regex_pattern", Form::Skip),
    ("regex_flags", Form::Skip),
];

/// JSX; TypeScript's grammar without it lacks these.
pub(crate) const JSX_FORMS: [(&str, Form); 9] = [
    ("jsx_element", Form::Evaluate),
    ("jsx_opening_element", Form::Choose(tag)),
    ("jsx_self_closing_element", Form::Choose(tag)),
    ("jsx_closing_element", Form::Skip),
    ("jsx_attribute", Form::Evaluate),
    ("jsx_expression", Form::Evaluate),
    ("jsx_namespace_name", Form::Skip),
    ("jsx_text", Form::Skip),
    ("html_character_reference", Form::Skip),
];

const CLASS: Form = Form::Type { name: "name", body: "decorator+=class_heritage+body" };
const NOTHING: Form = Form::Skip;
const PARTS: Form = Form::Evaluate;
const STATEMENTS: Form = Form::Sequence;
const VALUE: Form = Form::Pass { value: "value" };
const ATTRIBUTES: Form = Form::Pass { value: "attribute" };
const OPERATOR: Form = Form::Unary { operator: "operator", operand: "argument" };
const DELETE: Form = Form::Address { operand: "argument" };
const FUNCTION: Form = Form::Closure { parameters: "parameters", body: "body" };
const INITIALIZER: Form = Form::Closure { parameters: "", body: "value" };
const IMPORTED: Form = Form::Declare { name: "name", value: "" };
const IMPORTED_AS: Form = Form::Declare { name: "alias", value: "" };
const FOR: Form = Form::For { init: "initializer", condition: "condition", update: "increment", body: "body" };
const FOR_EVER: Form = Form::For { init: "initializer", condition: "", update: "increment", body: "body" };
const FOR_EACH: Form = Form::ForEach { pattern: "left", iterable: "right", body: "body", otherwise: "" };

/// Names that a block knows before they are defined: what it declares itself, and what `var` declares anywhere in the
/// function.
fn hoist<'t>(low: &mut Lower<'t>, node: Node<'t>) {
    let scope = low.open_scope();
    if low.in_function_body() && low.text(node).contains("var") {
        hoist_vars(low, node);
    }
    for statement in low.named_children(node) {
        match statement.kind() {
            "switch_case" | "switch_default" => {
                for statement in low.named_children(statement) {
                    hoist_declared(low, statement, scope);
                }
            }
            "export_statement" => {
                if let Some(declared) = statement.child_by_field_name("declaration") {
                    hoist_declared(low, declared, scope);
                }
            }
            _ => hoist_declared(low, statement, scope),
        }
    }
}

fn hoist_declared<'t>(low: &mut Lower<'t>, statement: Node<'t>, scope: OpenScope) {
    match statement.kind() {
        "function_declaration"
        | "generator_function_declaration"
        | "class_declaration"
        | "abstract_class_declaration"
        | "enum_declaration" => {
            if let Some(name) = statement.child_by_field_name("name") {
                low.hoist(name, scope);
            }
        }
        "lexical_declaration" | "using_declaration" => {
            for declarator in low.named_children(statement) {
                for name in declarator.child_by_field_name("name").into_iter().flat_map(bound_names) {
                    low.hoist(name, scope);
                }
            }
        }
        _ => {}
    }
}

fn hoist_vars<'t>(low: &mut Lower<'t>, root: Node<'t>) {
    let scope = low.function_scope();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let kind = node.kind();
        let inside = node.id() == root.id() || !(is_function(kind) || is_named_function(kind) || kind == "class_body");
        let patterns = match kind {
            "variable_declaration" => low.named_children(node).into_iter().filter_map(|of| of.child_by_field_name("name")).collect(),
            "for_in_statement" if is_var(node) => node.child_by_field_name("left").into_iter().collect(),
            _ => Vec::new(),
        };
        for name in patterns.into_iter().flat_map(bound_names) {
            low.hoist(name, scope);
        }
        if inside && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() || cursor.node().id() == root.id() {
                return;
            }
        }
    }
}

fn is_named_function(kind: &str) -> bool {
    matches!(kind, "function_declaration" | "generator_function_declaration" | "method_definition")
}

/// Whether a loop over elements says `var`.
fn is_var(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.children_by_field_name("kind", &mut cursor).any(|kind| kind.kind() == "var")
}

/// The names that a pattern binds.
fn bound_names(pattern: Node<'_>) -> Vec<Node<'_>> {
    let mut names = Vec::new();
    let mut patterns = vec![pattern];
    while let Some(pattern) = patterns.pop() {
        match pattern.kind() {
            "identifier" | "shorthand_property_identifier_pattern" => names.push(pattern),
            "assignment_pattern" | "object_assignment_pattern" => patterns.extend(pattern.child_by_field_name("left")),
            "pair_pattern" => patterns.extend(pattern.child_by_field_name("value")),
            "array_pattern" | "object_pattern" | "rest_pattern" => {
                let mut cursor = pattern.walk();
                let first = patterns.len();
                patterns.extend(pattern.named_children(&mut cursor));
                patterns[first..].reverse();
            }
            _ => {}
        }
    }
    names
}

fn import_specifier<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("alias").is_some() { &IMPORTED_AS } else { &IMPORTED }
}

/// `export … from` mentions names of another module.
fn export<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("source").is_some() { &NOTHING } else { &STATEMENTS }
}

/// Functions but arrows have a `this` of their own.
fn function<'t>(low: &mut Lower<'t>, _: Node<'t>) -> Option<&'static Form> {
    low.own_object();
    Some(&FUNCTION)
}

/// The value of a static field runs when the class is defined, that of another for each object.
pub(crate) fn field_form<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let Some(value) = node.child_by_field_name("value") else { return Some(&NOTHING) };
    let mut cursor = node.walk();
    if node.children(&mut cursor).any(|child| child.kind() == "static") {
        return Some(&VALUE);
    }
    low.own_object();
    Some(if is_function(value.kind()) { &VALUE } else { &INITIALIZER })
}

/// The name in brackets is evaluated also where names are bound.
fn computed<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if !low.in_pattern() {
        return Some(&PARTS);
    }
    for name in low.named_children(node) {
        low.expression(name);
    }
    None
}

fn for_statement<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let condition = node.child_by_field_name("condition");
    if condition.is_some_and(|condition| condition.kind() != "empty_statement") { &FOR } else { &FOR_EVER }
}

/// Without `let`, `const` or `var` the loop assigns variables in sight.
fn for_in<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let declares = node.child_by_field_name("kind").is_some();
    for name in node.child_by_field_name("left").into_iter().filter(|_| !declares).flat_map(bound_names) {
        low.keep(name);
    }
    Some(&FOR_EACH)
}

fn unary<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child(0).is_some_and(|token| token.kind() == "delete") { &DELETE } else { &OPERATOR }
}

/// Only names with a capital are variables: others are elements of HTML.
fn tag<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let is_element = |name: Node<'t>| name.kind() == "identifier" && source[name.byte_range()].starts_with(|c: char| !c.is_uppercase());
    let is_component = node.child_by_field_name("name").is_some_and(|name| !is_element(name));
    match (is_component, node.child_by_field_name("attribute").is_some()) {
        (true, _) => &PARTS,
        (false, true) => &ATTRIBUTES,
        (false, false) => &NOTHING,
    }
}
