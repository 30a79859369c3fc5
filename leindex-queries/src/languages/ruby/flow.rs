//! What Ruby's node kinds do when they run.
//!
//! A block is a function inside that shares the names around it: `next` and `return` leave it with a value, `break`
//! leaves it too, though it really leaves the call that was given the block, and a `return` the method around. `loop do`
//! is a call with a block like any other. `throw` leaves as `raise` does. `a&.b(c)` is one step with or without `a`.

use std::ops::Range;

use tree_sitter::Node;

use crate::flow::Lower;
use crate::languages::{Case, FlowRules, Form, Results, Switch};

pub(super) const FLOW: FlowRules = FlowRules {
    forms: FORMS,
    block_scopes: false,
    results: Results::Always,
    closures_share_names: true,
    handlers_in_order: true,
    clauses: true,
    catch_all: &["Exception", "StandardError"],
    implicit_parameters,
    ..FlowRules::NONE
};

const FORMS: &[(&str, Form)] = &[
    ("program", Form::Sequence),
    ("body_statement", Form::Try { body: "" }),
    ("begin", Form::Try { body: "" }),
    ("begin_block", Form::Sequence),
    ("end_block", Form::Sequence),
    ("block_body", Form::Sequence),
    ("then", Form::Sequence),
    ("do", Form::Sequence),
    ("empty_statement", Form::Skip),
    ("uninterpreted", Form::Skip),
    ("alias", Form::Skip),
    ("undef", Form::Skip),
    ("setter", Form::Skip),
    ("method", METHOD),
    ("singleton_method", METHOD),
    ("class", Form::Type { name: "name", body: "superclass+body" }),
    ("superclass", Form::Pass { value: "0" }),
    ("module", Form::Type { name: "name", body: "body" }),
    ("singleton_class", Form::Type { name: "", body: "body" }),
    ("method_parameters", Form::Evaluate),
    ("lambda_parameters", Form::Evaluate),
    ("block_parameters", Form::Evaluate),
    ("destructured_parameter", Form::Evaluate),
    ("splat_parameter", Form::Pass { value: "name" }),
    ("hash_splat_parameter", Form::Pass { value: "name" }),
    ("block_parameter", Form::Pass { value: "name" }),
    ("forward_parameter", Form::Skip),
    ("hash_splat_nil", Form::Skip),
    ("block", Form::Choose(block)),
    ("do_block", Form::Choose(block)),
    ("lambda", Form::Closure { parameters: "parameters", body: "body" }),
    ("if", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("elsif", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("unless", Form::Unless { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("conditional", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("if_modifier", Form::If { condition: "condition", then: "body", otherwise: "" }),
    ("unless_modifier", Form::Unless { condition: "condition", then: "body", otherwise: "" }),
    // Of a decision, of a switch, or of a `begin`.
    ("else", Form::Case(Case { pattern: "", guard: "", body: "", binds: false, default: &[] })),
    ("while", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("until", Form::Until { condition: "condition", body: "body" }),
    ("while_modifier", Form::Choose(while_modifier)),
    ("until_modifier", Form::Choose(until_modifier)),
    ("for", Form::ForEach { pattern: "pattern", iterable: "value", body: "body", otherwise: "" }),
    ("in", Form::Pass { value: "0" }),
    ("case", Form::Switch(Switch { subject: "value", cases: "", exhaustive: false, ..Switch::MATCH })),
    ("when", Form::Case(Case { pattern: "pattern", guard: "", body: "body", binds: false, default: &[] })),
    ("pattern", Form::Pass { value: "0" }),
    ("case_match", Form::Switch(Switch { subject: "value", cases: "", ..Switch::MATCH })),
    ("in_clause", Form::Case(Case { pattern: "pattern", guard: "guard", body: "body", binds: true, default: &["_"] })),
    ("if_guard", Form::Pass { value: "condition" }),
    ("unless_guard", Form::Unary { operator: "", operand: "condition" }),
    ("match_pattern", Form::Matches { pattern: "pattern", value: "value" }),
    ("test_pattern", Form::Matches { pattern: "pattern", value: "value" }),
    ("array_pattern", Form::Evaluate),
    ("find_pattern", Form::Evaluate),
    ("hash_pattern", Form::Evaluate),
    ("keyword_pattern", Form::Choose(keyword_pattern)),
    ("alternative_pattern", Form::Evaluate),
    ("as_pattern", Form::Evaluate),
    ("parenthesized_pattern", Form::Pass { value: "0" }),
    ("variable_reference_pattern", Form::Custom(read)),
    ("expression_reference_pattern", Form::Custom(read)),
    ("rescue", Form::Catch { pattern: "exceptions+variable", body: "body" }),
    ("exceptions", Form::Custom(read)),
    ("exception_variable", Form::Pass { value: "0" }),
    ("ensure", Form::Finally { body: "" }),
    ("rescue_modifier", Form::Control(rescue_modifier)),
    ("return", RETURN),
    ("break", Form::Break { label: "", value: "0" }),
    ("next", Form::Choose(next)),
    ("redo", Form::Redo),
    ("retry", Form::Retry),
    ("yield", Form::Call { function: "", arguments: "0" }),
    ("identifier", Form::Choose(identifier)),
    ("super", Form::NameOrCall),
    ("constant", Form::Custom(constant)),
    ("scope_resolution", Form::Custom(scope_resolution)),
    ("global_variable", Form::Custom(global)),
    ("call", Form::Choose(call)),
    ("argument_list", Form::Evaluate),
    ("splat_argument", Form::Pass { value: "0" }),
    ("hash_splat_argument", Form::Pass { value: "0" }),
    ("block_argument", Form::Pass { value: "0" }),
    ("forward_argument", Form::Skip),
    ("element_reference", Form::Element { object: "object" }),
    ("assignment", Form::Assign { left: "left", right: "right" }),
    ("operator_assignment", Form::Compound { left: "left", right: "right" }),
    ("left_assignment_list", Form::Evaluate),
    ("right_assignment_list", Form::Evaluate),
    ("destructured_left_assignment", Form::Evaluate),
    ("rest_assignment", Form::Pass { value: "0" }),
    ("binary", Form::Choose(binary)),
    ("unary", Form::Unary { operator: "operator", operand: "operand" }),
    ("parenthesized_statements", Form::Choose(parenthesized)),
    ("range", Form::Evaluate),
    ("array", Form::Evaluate),
    ("string_array", Form::Evaluate),
    ("symbol_array", Form::Evaluate),
    ("hash", Form::Evaluate),
    ("pair", Form::Choose(pair)),
    ("hash_key_symbol", Form::NameOrCall),
    ("string", Form::Evaluate),
    ("chained_string", Form::Evaluate),
    ("bare_string", Form::Evaluate),
    ("bare_symbol", Form::Evaluate),
    ("delimited_symbol", Form::Evaluate),
    ("subshell", Form::Evaluate),
    ("regex", Form::Evaluate),
    ("interpolation", Form::Choose(parenthesized)),
    ("heredoc_beginning", Form::Custom(heredoc)),
    ("heredoc_body", Form::Skip),
    ("complex", Form::Skip),
    ("rational", Form::Skip),
    ("simple_symbol", Form::Skip),
    ("string_content", Form::Skip),
    ("escape_sequence", Form::Skip),
];

/// A method is no variable: it defines no name.
const METHOD: Form = Form::Function { name: "", parameters: "parameters", body: "body" };
const RETURN: Form = Form::Return { value: "0" };
const CALL: Form = Form::MethodCall { object: "receiver", name: "method", arguments: "arguments+block" };

/// The body of a lambda belongs to the lambda; any other block is a function of its own.
fn block<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let of_lambda = node.parent().is_some_and(|parent| parent.kind() == "lambda");
    if of_lambda { &Form::Sequence } else { &Form::Closure { parameters: "parameters", body: "body" } }
}

fn is_begin(node: Node<'_>) -> bool {
    node.child_by_field_name("body").is_some_and(|body| body.kind() == "begin")
}

fn while_modifier<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if is_begin(node) {
        &Form::DoWhile { body: "body", condition: "condition" }
    } else {
        &Form::While { condition: "condition", body: "body", otherwise: "" }
    }
}

fn until_modifier<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if is_begin(node) {
        &Form::DoUntil { body: "body", condition: "condition" }
    } else {
        &Form::Until { condition: "condition", body: "body" }
    }
}

/// Goes on with a loop, or is the result of a block.
fn next<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let mut around = node.parent();
    while let Some(parent) = around {
        match parent.kind() {
            "while" | "until" | "while_modifier" | "until_modifier" | "for" => return &Form::Continue { label: "" },
            "block" | "do_block" | "method" | "singleton_method" => break,
            _ => around = parent.parent(),
        }
    }
    &RETURN
}

fn is_raise(name: &str) -> bool {
    matches!(name, "raise" | "fail" | "throw")
}

fn identifier<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    if source.get(node.byte_range()) == Some("raise") { &Form::Raise { value: "" } } else { &Form::NameOrCall }
}

fn call<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let raises = node.child_by_field_name("receiver").is_none()
        && node.child_by_field_name("method").and_then(|name| source.get(name.byte_range())).is_some_and(is_raise);
    if raises { &Form::Raise { value: "arguments" } } else { &Form::Custom(call_or_setter) }
}

/// `a.b = c` calls a method that changes `a`.
fn call_or_setter<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if !low.in_pattern() {
        return Some(&CALL);
    }
    low.modify(node);
    None
}

/// `list << x` changes the list where its value is not used.
fn binary<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let appends = |node: Node<'t>| node.child_by_field_name("operator").is_some_and(|token| source.get(token.byte_range()) == Some("<<"));
    let is_statement = |parent: Node<'t>| {
        matches!(parent.kind(), "body_statement" | "block_body" | "then" | "do" | "else" | "ensure" | "begin" | "program")
            || parent.kind().ends_with("_modifier")
            || parent.kind() == "binary" && appends(parent)
    };
    if appends(node) && node.parent().is_some_and(is_statement) {
        &Form::Custom(append)
    } else {
        &Form::Binary { left: "left", operator: "operator", right: "right" }
    }
}

fn append<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if let Some(left) = node.child_by_field_name("left") {
        low.modify(left);
    }
    if let Some(right) = node.child_by_field_name("right") {
        low.expression(right);
    }
    None
}

fn parenthesized<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.named_child_count() == 1 { &Form::Pass { value: "0" } } else { &Form::Sequence }
}

/// `key: value`, `key => value`, and `name:` for `name: name`.
fn pair<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    match (node.child_by_field_name("key"), node.child_by_field_name("value")) {
        (_, None) => &Form::Pass { value: "key" },
        (Some(key), _) if key.kind() == "hash_key_symbol" => &Form::Pass { value: "value" },
        _ => &Form::Evaluate,
    }
}

fn keyword_pattern<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("value").is_some() { &Form::Pass { value: "value" } } else { &Form::Pass { value: "key" } }
}

/// Reads what stands where names are bound.
fn read<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for part in low.named_children(node) {
        low.expression(part);
    }
    None
}

/// Whether a node is assigned to, rather than compared with.
fn is_assigned(node: Node<'_>) -> bool {
    const TARGETS: &[&str] =
        &["assignment", "operator_assignment", "left_assignment_list", "destructured_left_assignment", "rest_assignment"];
    node.parent().is_some_and(|parent| TARGETS.contains(&parent.kind()))
}

fn constant<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if low.in_pattern() && is_assigned(node) {
        return Some(&Form::Name);
    }
    low.use_name(node);
    None
}

fn scope_resolution<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if low.in_pattern() && !is_assigned(node) {
        if let Some(scope) = node.child_by_field_name("scope") {
            low.expression(scope);
        }
        return None;
    }
    Some(&Form::Member { object: "scope", name: "name" })
}

fn global<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    low.free_name(node);
    None
}

/// `body rescue handler`.
fn rescue_modifier<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let (Some(body), Some(handler)) = (node.child_by_field_name("body"), node.child_by_field_name("handler")) else { return };
    low.rescued(node.child(1).unwrap_or(node), |low| low.statement(body, sink), |low| low.statement(handler, sink));
}

/// The interpolations of a heredoc stand in its body, on the lines below.
fn heredoc<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let tag = low.text(node).trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_').trim_end_matches(['"', '\'', '`']);
    let mut root = node;
    while let Some(parent) = root.parent() {
        root = parent;
    }
    let rest = low.text(root).get(node.end_byte() - root.start_byte()..).unwrap_or("");
    let mut at = node.end_byte() + rest.find('\n').unwrap_or(rest.len());
    while let Some(mut body) = root.descendant_for_byte_range(at, at + 1) {
        while body.kind() != "heredoc_body" {
            body = body.parent()?;
        }
        let parts = low.named_children(body);
        let ends_here = parts.iter().rev().find(|part| part.kind() == "heredoc_end").is_some_and(|end| low.text(*end).trim() == tag);
        if ends_here {
            for part in parts.into_iter().filter(|part| part.kind() == "interpolation") {
                low.expression(part);
            }
            return None;
        }
        at = body.end_byte();
    }
    None
}

/// `_1` and `it` of a block without parameters.
fn implicit_parameters<'t>(source: &'t str, node: Node<'t>) -> Vec<(Range<usize>, u16)> {
    let mut found = Vec::new();
    if takes_unnamed(node) {
        unnamed(source, node, &mut found);
    }
    found
}

fn takes_unnamed(node: Node<'_>) -> bool {
    matches!(node.kind(), "block" | "do_block" | "lambda") && node.child_by_field_name("parameters").is_none()
}

fn unnamed(source: &str, node: Node<'_>, found: &mut Vec<(Range<usize>, u16)>) {
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        let text = source.get(child.byte_range()).unwrap_or("");
        let number = match text.strip_prefix('_').and_then(|number| number.parse::<u16>().ok()) {
            number @ Some(1..=9) => number,
            _ => (text == "it").then_some(1),
        };
        let is_method = node.kind() == "call" && node.child_by_field_name("method") == Some(child);
        match number.filter(|_| child.kind() == "identifier") {
            Some(number) if !is_method && found.iter().all(|&(_, other)| other != number) => found.push((child.byte_range(), number)),
            None if !takes_unnamed(child) || node.kind() == "lambda" => unnamed(source, child, found),
            _ => {}
        }
    }
}
