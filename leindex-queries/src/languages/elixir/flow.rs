//! What Elixir's node kinds do when they run.
//!
//! Nearly everything is a `call`: the word called decides. Values never change, so no call changes its arguments. A
//! macro that is not known and has a `do` block runs the block in place. Of `quote` only what is unquoted runs.

use tree_sitter::Node;

use super::flow_control as control;
use crate::flow::{Clause, Lower};
use crate::languages::{FlowRules, Form, Results};

pub(super) const FLOW: FlowRules =
    FlowRules { forms: FORMS, block_scopes: true, results: Results::Always, handlers_in_order: true, clauses: true, ..FlowRules::NONE };

const FORMS: &[(&str, Form)] = &[
    ("source", Form::Sequence),
    ("call", Form::Choose(call)),
    ("arguments", Form::Evaluate),
    ("identifier", Form::Choose(identifier)),
    ("alias", Form::Skip),
    ("dot", Form::Custom(dot)),
    ("access_call", Form::Element { object: "target" }),
    ("anonymous_function", Form::Clauses(function_clauses)),
    ("stab_clause", Form::Sequence),
    ("body", Form::Sequence),
    ("block", Form::Choose(parenthesized)),
    ("do_block", Form::Sequence),
    ("else_block", Form::Sequence),
    ("rescue_block", Form::Sequence),
    ("catch_block", Form::Sequence),
    ("after_block", Form::Sequence),
    ("binary_operator", Form::Choose(binary)),
    ("unary_operator", Form::Choose(unary)),
    ("operator_identifier", Form::Skip),
    ("list", Form::Evaluate),
    ("tuple", Form::Evaluate),
    ("bitstring", Form::Evaluate),
    ("map", Form::Evaluate),
    ("map_content", Form::Evaluate),
    ("struct", Form::Evaluate),
    ("keywords", Form::Evaluate),
    ("pair", Form::Pass { value: "value" }),
    ("keyword", Form::Skip),
    ("quoted_keyword", Form::Evaluate),
    ("quoted_atom", Form::Evaluate),
    ("string", Form::Evaluate),
    ("charlist", Form::Evaluate),
    ("sigil", Form::Evaluate),
    ("sigil_name", Form::Skip),
    ("sigil_modifiers", Form::Skip),
    ("interpolation", Form::Choose(parenthesized)),
    ("quoted_content", Form::Skip),
    ("escape_sequence", Form::Skip),
    ("boolean", Form::Skip),
    ("nil", Form::Skip),
    ("atom", Form::Skip),
    ("integer", Form::Skip),
    ("float", Form::Skip),
    ("char", Form::Skip),
];

pub(super) fn text<'t>(source: &'t str, node: Node<'_>) -> &'t str {
    source.get(node.byte_range()).unwrap_or("")
}

/// The word that a call begins with, if it calls a plain name.
fn word<'t>(source: &'t str, node: Node<'_>) -> &'t str {
    node.child_by_field_name("target").filter(|target| target.kind() == "identifier").map_or("", |target| text(source, target))
}

fn call<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    match word(source, node) {
        "def" | "defp" | "defmacro" | "defmacrop" | "defguard" | "defguardp" | "defdelegate" | "test" | "property" => {
            &Form::Clauses(definition)
        }
        "defmodule" | "defimpl" | "defprotocol" | "describe" => &Form::Control(control::block),
        "alias" | "import" | "require" => &Form::Skip,
        "if" => &Form::Control(control::decision),
        "unless" => &Form::Control(control::unless),
        "case" => &Form::Control(control::case),
        "cond" => &Form::Control(control::cond),
        "with" => &Form::Control(control::with),
        "for" => &Form::Control(control::comprehension),
        "try" => &Form::Control(control::attempt),
        "receive" => &Form::Control(control::receive),
        "raise" | "reraise" | "throw" | "exit" => &Form::Raise { value: "=arguments" },
        "quote" => &Form::Custom(quote),
        _ if control::sections(source, node).has_body => &Form::Control(control::macro_call),
        _ => &Form::Custom(plain_call),
    }
}

/// `_` is no variable, neither is what stands for the place in the code.
fn identifier<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    match text(source, node) {
        "_" | "..." | "__MODULE__" | "__ENV__" | "__DIR__" | "__CALLER__" | "__STACKTRACE__" => &Form::Skip,
        _ => &Form::NameOrCall,
    }
}

fn parenthesized<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.named_child_count() == 1 { &Form::Pass { value: "0" } } else { &Form::Sequence }
}

// --- calls ---

fn plain_call<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let sections = control::sections(low.text_of_file(), node);
    if low.in_pattern() {
        // A macro that stands for a pattern.
        sections.arguments.iter().for_each(|part| low.pattern_part(*part));
        return None;
    }
    call_of(low, node, None, &sections.arguments);
    None
}

/// A call, with what was piped into it before its arguments.
pub(super) fn call_of<'t>(low: &mut Lower<'t>, node: Node<'t>, piped: Option<Node<'t>>, arguments: &[Node<'t>]) {
    let Some(target) = node.child_by_field_name("target") else { return };
    let all: Vec<Node<'t>> = piped.into_iter().chain(arguments.iter().copied()).collect();
    let is_dot = target.kind() == "dot";
    let left = target.child_by_field_name("left").filter(|left| is_dot && left.kind() != "alias" && left.kind() != "atom");
    let has_arguments = piped.is_some() || node.named_child_count() > 1 || !is_dot;
    match (is_dot, left) {
        // `map.key`
        (true, Some(left)) if !has_arguments => low.expression(left),
        (true, _) => {
            let name = target.child_by_field_name("right").unwrap_or(target);
            low.call_of(node, name, left, &all);
        }
        // A call of what a call gave: `f(1).(2)`, `unquote(f)(1)`.
        _ if target.kind() == "call" => low.call_of(node, target, Some(target), &all),
        _ => low.call_of(node, target, None, &all),
    }
}

fn dot<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if let Some(left) = node.child_by_field_name("left") {
        low.expression(left);
    }
    None
}

/// Only what is unquoted runs.
fn quote<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for part in low.named_children(node) {
        if word(low.text_of_file(), part).starts_with("unquote") {
            for argument in control::sections(low.text_of_file(), part).arguments {
                low.expression(argument);
            }
        } else if part.named_child_count() > 0 {
            quote(low, part);
        }
    }
    None
}

// --- functions ---

/// The head of a definition and its guard.
fn head_and_guard<'t>(source: &str, head: Node<'t>) -> (Node<'t>, Option<Node<'t>>) {
    let operator = head.child_by_field_name("operator");
    match (head.child_by_field_name("left"), head.child_by_field_name("right")) {
        (Some(left), Some(right)) if operator.is_some_and(|operator| text(source, operator) == "when") => (left, Some(right)),
        _ => (head, None),
    }
}

fn definition<'t>(source: &'t str, node: Node<'t>) -> Vec<Clause<'t>> {
    let sections = control::sections(source, node);
    let Some((&first, rest)) = sections.arguments.split_first() else { return Vec::new() };
    let (head, guard) = head_and_guard(source, first);
    let word = word(source, node);
    let parameters = match head.kind() {
        _ if matches!(word, "test" | "property") => rest.to_vec(),
        "call" => control::sections_arguments(head),
        "binary_operator" | "unary_operator" => {
            ["left", "right", "operand"].into_iter().filter_map(|side| head.child_by_field_name(side)).collect()
        }
        _ => Vec::new(),
    };
    let is_guard = word.starts_with("defguard");
    // A head that only says defaults.
    if !sections.has_body
        && !is_guard
        && next_definition(source, node)
            .is_some_and(|next| matches!(text(source, next).split(' ').next(), Some("def" | "defp" | "defmacro" | "defmacrop")))
        && is_clause_of(source, node)
    {
        return Vec::new();
    }
    let body = if is_guard { control::guard_body } else { control::sections_body };
    vec![Clause { node, parameters, guard: guard.filter(|_| !is_guard), head_end: first.end_byte(), body }]
}

/// Whether the next definition is of the same function.
fn is_clause_of(source: &str, node: Node<'_>) -> bool {
    let name = |node: Node<'_>| {
        let (head, _) = head_and_guard(source, *control::sections_arguments(node).first()?);
        Some(text_until_parenthesis(source, head))
    };
    next_definition(source, node).is_some_and(|next| name(next) == name(node))
}

/// What follows a definition, comments and attributes left out.
fn next_definition<'t>(source: &str, node: Node<'t>) -> Option<Node<'t>> {
    let mut next = node.next_named_sibling();
    while let Some(between) = next.filter(|next| next.is_extra() || source.get(next.byte_range()).is_some_and(|text| text.starts_with('@')))
    {
        next = between.next_named_sibling();
    }
    next
}

fn text_until_parenthesis<'s>(source: &'s str, node: Node<'_>) -> &'s str {
    source.get(node.byte_range()).and_then(|text| text.split(['(', ' ']).next()).unwrap_or("")
}

fn function_clauses<'t>(source: &'t str, node: Node<'t>) -> Vec<Clause<'t>> {
    let mut cursor = node.walk();
    let stabs: Vec<Node<'t>> = node.named_children(&mut cursor).filter(|child| child.kind() == "stab_clause").collect();
    stabs
        .into_iter()
        .map(|stab| {
            let (parameters, guard) = control::stab_head(source, stab);
            let head_end = stab.child_by_field_name("operator").map_or(stab.start_byte() + 1, |arrow| arrow.start_byte());
            Clause { node: stab, parameters, guard, head_end, body: control::stab_body }
        })
        .collect()
}

/// `&(&1 + x)`: a function whose parameters are numbers.
fn capture_clauses<'t>(source: &'t str, node: Node<'t>) -> Vec<Clause<'t>> {
    let mut parameters = Vec::new();
    numbers(source, node, &mut parameters);
    parameters.sort_by_key(|parameter| text(source, *parameter));
    parameters.dedup_by_key(|parameter| text(source, *parameter));
    vec![Clause { node, parameters, guard: None, head_end: node.start_byte() + 1, body: control::operand_body }]
}

fn numbers<'t>(source: &str, node: Node<'t>, found: &mut Vec<Node<'t>>) {
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        if is_number(source, child) { found.push(child) } else { numbers(source, child, found) }
    }
}

/// `&1`.
fn is_number(source: &str, node: Node<'_>) -> bool {
    let text = source.get(node.byte_range()).unwrap_or("");
    node.kind() == "unary_operator" && text.starts_with('&') && text.len() > 1 && text.bytes().skip(1).all(|byte| byte.is_ascii_digit())
}

// --- operators ---

const BINARY: Form = Form::Binary { left: "left", operator: "operator", right: "right" };
const BIND: Form = Form::Declare { name: "left", value: "right" };

fn binary<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    match node.child_by_field_name("operator").map_or("", |operator| text(source, operator)) {
        "=" => &Form::Custom(matched),
        "\\\\" | "<-" => &BIND,
        "|>" => {
            let case = node.child_by_field_name("right").is_some_and(|right| word(source, right) == "case");
            if case { &Form::Control(control::piped_case) } else { &Form::Custom(pipe) }
        }
        "::" => &Form::Custom(typed),
        "=>" => &Form::Custom(entry),
        "in" => &Form::Custom(member),
        "and" | "or" | "&&" | "||" => &BINARY,
        _ => &Form::Evaluate,
    }
}

/// `pattern = value`; in a pattern both sides are patterns.
fn matched<'t>(low: &mut Lower<'t>, _: Node<'t>) -> Option<&'static Form> {
    Some(if low.in_pattern() { &Form::Evaluate } else { &BIND })
}

fn pipe<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else { return None };
    match right.kind() {
        "call" => {
            let arguments = control::sections_arguments(right);
            call_of(low, right, Some(left), &arguments);
        }
        "identifier" => low.call_of(right, right, None, &[left]),
        _ => return Some(&Form::Evaluate),
    }
    None
}

/// `size::integer-size(n)`: only sizes are values.
fn typed<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if let Some(right) = node.child_by_field_name("right") {
        sizes(low, right);
    }
    if let Some(left) = node.child_by_field_name("left") {
        if low.in_pattern() { low.pattern_part(left) } else { low.expression(left) }
    }
    None
}

fn sizes<'t>(low: &mut Lower<'t>, node: Node<'t>) {
    if word(low.text_of_file(), node) == "size" {
        control::sections_arguments(node).into_iter().for_each(|size| low.expression(size));
        return;
    }
    low.named_children(node).into_iter().for_each(|part| sizes(low, part));
}

/// `key => value`: a key is never bound.
fn entry<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if !low.in_pattern() {
        return Some(&Form::Evaluate);
    }
    if let Some(key) = node.child_by_field_name("left") {
        low.expression(key);
    }
    if let Some(value) = node.child_by_field_name("right") {
        low.pattern_part(value);
    }
    None
}

/// `error in Type` of a handler binds its left side.
fn member<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if !low.in_pattern() {
        return Some(&Form::Evaluate);
    }
    if let Some(name) = node.child_by_field_name("left") {
        low.pattern_part(name);
    }
    None
}

fn unary<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    match node.child_by_field_name("operator").map_or("", |operator| text(source, operator)) {
        "not" | "!" => &Form::Unary { operator: "operator", operand: "operand" },
        "^" => &Form::Custom(pinned),
        "@" => &Form::Custom(attribute),
        "&" if is_number(source, node) => &Form::Name,
        "&" => capture(source, node),
        _ => &Form::Evaluate,
    }
}

/// `&name/1` names a function, anything else is one.
fn capture(source: &str, node: Node<'_>) -> &'static Form {
    let Some(operand) = node.named_child(0) else { return &Form::Skip };
    let named = operand.kind() == "binary_operator"
        && operand.child_by_field_name("operator").is_some_and(|operator| source.get(operator.byte_range()) == Some("/"))
        && operand.child_by_field_name("right").is_some_and(|arity| arity.kind() == "integer")
        && operand.child_by_field_name("left").is_some_and(|left| !is_number(source, left) && left.kind() != "binary_operator");
    if named { &Form::Custom(function_name) } else { &Form::Clauses(capture_clauses) }
}

/// `&module.name/1` reads `module` where it is a variable.
fn function_name<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let named = node.named_child(0)?.child_by_field_name("left")?;
    let left = named.child_by_field_name("target").unwrap_or(named).child_by_field_name("left")?;
    low.expression(left);
    None
}

fn pinned<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    low.named_children(node).into_iter().for_each(|part| low.expression(part));
    None
}

/// `@name` reads a field of the module, `@name value` gives it one; types and documentation do nothing.
fn attribute<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    const NOTHING: &[&str] =
        &["doc", "moduledoc", "typedoc", "spec", "type", "typep", "opaque", "callback", "macrocallback", "impl", "behaviour", "dialyzer"];
    let operand = node.named_child(0)?;
    if operand.kind() != "call" {
        low.own_field(operand, false);
        return None;
    }
    if NOTHING.contains(&word(low.text_of_file(), operand)) {
        return None;
    }
    control::sections_arguments(operand).into_iter().for_each(|value| low.expression(value));
    if let Some(name) = operand.child_by_field_name("target") {
        low.own_field(name, true);
    }
    None
}
