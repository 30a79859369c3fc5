//! What Kotlin's node kinds do when they run.

use std::ops::Range;

use tree_sitter::Node;

use crate::flow::Lower;
use crate::languages::{Case, FlowRules, Form, Results, Switch};

pub(super) const FLOW: FlowRules = FlowRules {
    forms: FORMS,
    results: Results::Closures,
    operators_raise: false,
    catch_all: &["Throwable"],
    implicit_parameters,
    ..FlowRules::NONE
};

const FORMS: &[(&str, Form)] = &[
    ("source_file", Form::Sequence),
    ("package_header", Form::Skip),
    ("import", Form::Skip),
    ("file_annotation", Form::Skip),
    ("type_alias", Form::Skip),
    // Types and members.
    ("class_declaration", Form::Type { name: "name", body: "=class_body+=enum_class_body" }),
    ("object_declaration", Form::Type { name: "name", body: "=class_body" }),
    ("companion_object", Form::Type { name: "name", body: "=class_body" }),
    ("class_body", Form::Block),
    ("enum_class_body", Form::Sequence),
    ("enum_entry", Form::Declare { name: "=identifier", value: "=value_arguments+=class_body" }),
    ("anonymous_initializer", Form::Sequence),
    ("delegation_specifiers", Form::Evaluate),
    ("delegation_specifier", Form::Evaluate),
    ("explicit_delegation", Form::Evaluate),
    ("constructor_invocation", Form::New { class: "0", arguments: "=value_arguments" }),
    (
        "secondary_constructor",
        Form::Function { name: "", parameters: "=function_value_parameters", body: "=constructor_delegation_call+=block" },
    ),
    ("primary_constructor", Form::Function { name: "", parameters: "=class_parameters", body: "" }),
    ("class_parameters", Form::Evaluate),
    ("class_parameter", Form::Declare { name: "=identifier", value: "*" }),
    ("constructor_delegation_call", Form::Call { function: "", arguments: "=value_arguments" }),
    ("function_declaration", Form::Choose(function)),
    ("function_body", Form::Choose(body)),
    ("function_value_parameters", Form::Custom(parameters)),
    ("property_declaration", Form::Declare { name: "=variable_declaration+=multi_variable_declaration", value: "*" }),
    ("property_delegate", Form::Pass { value: "0" }),
    ("getter", Form::Choose(accessor)),
    ("setter", Form::Choose(accessor)),
    ("variable_declaration", Form::Pass { value: "=identifier" }),
    ("multi_variable_declaration", Form::Evaluate),
    // Statements.
    ("block", Form::Block),
    ("for_statement", Form::Choose(repetition)),
    ("while_statement", Form::Choose(repetition)),
    ("do_while_statement", Form::Choose(repetition)),
    ("assignment", Form::Compound { left: "left", right: "right" }),
    ("label", Form::Skip),
    // Expressions with control.
    ("identifier", Form::Choose(name)),
    ("labeled_expression", Form::Choose(labeled)),
    ("return_expression", Form::Return { value: "*" }),
    ("throw_expression", Form::Raise { value: "0" }),
    ("if_expression", Form::If { condition: "condition", then: "1", otherwise: "2" }),
    ("when_expression", Form::Choose(when)),
    ("when_subject", Form::Declare { name: "=variable_declaration", value: "-1" }),
    ("when_entry", Form::Case(Case { pattern: "condition", guard: "", body: "*", binds: false, default: &[] })),
    ("range_test", Form::Evaluate),
    ("type_test", Form::Skip),
    ("try_expression", Form::Try { body: "=block" }),
    ("catch_block", Form::Catch { pattern: "0+1", body: "=block" }),
    ("finally_block", Form::Finally { body: "=block" }),
    // Other expressions.
    ("lambda_literal", Form::Closure { parameters: "=lambda_parameters", body: "*" }),
    ("lambda_parameters", Form::Evaluate),
    ("annotated_lambda", Form::Pass { value: "=lambda_literal" }),
    ("anonymous_function", Form::Closure { parameters: "=function_value_parameters", body: "=function_body" }),
    ("object_literal", Form::Custom(object)),
    ("call_expression", Form::Call { function: "0", arguments: "=value_arguments+=annotated_lambda" }),
    ("infix_expression", Form::MethodCall { object: "0", name: "1", arguments: "2" }),
    ("value_arguments", Form::Evaluate),
    ("value_argument", Form::Pass { value: "-1" }),
    ("spread_expression", Form::Evaluate),
    ("navigation_expression", Form::Choose(navigation)),
    ("index_expression", Form::Element { object: "0" }),
    ("callable_reference", Form::Evaluate),
    ("this_expression", Form::This),
    ("super_expression", Form::This),
    ("binary_expression", Form::Binary { left: "left", operator: "operator", right: "right" }),
    ("unary_expression", Form::Choose(unary)),
    ("is_expression", Form::Matches { pattern: "", value: "left" }),
    ("as_expression", Form::Matches { pattern: "", value: "left" }),
    ("in_expression", Form::Evaluate),
    ("range_expression", Form::Evaluate),
    ("annotated_expression", Form::Pass { value: "-1" }),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("collection_literal", Form::Evaluate),
    ("string_literal", Form::Custom(template)),
    ("multiline_string_literal", Form::Evaluate),
    ("interpolation", Form::Evaluate),
    ("character_literal", Form::Skip),
    ("number_literal", Form::Skip),
    ("float_literal", Form::Skip),
    // Types and modifiers.
    ("user_type", Form::Skip),
    ("nullable_type", Form::Skip),
    ("non_nullable_type", Form::Skip),
    ("parenthesized_type", Form::Skip),
    ("function_type", Form::Skip),
    ("type_arguments", Form::Skip),
    ("type_parameters", Form::Skip),
    ("type_constraints", Form::Skip),
    ("type_modifiers", Form::Skip),
    ("modifiers", Form::Skip),
    ("parameter_modifiers", Form::Skip),
    ("annotation", Form::Skip),
];

/// The value of `= x` is the function's; that of a block is not.
fn body<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let block = node.named_child(0).is_some_and(|child| child.kind() == "block");
    if block { &Form::Effect { value: "0" } } else { &Form::Pass { value: "0" } }
}

/// Default values stand among the parameters.
fn parameters<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let mut number = 0;
    for part in low.named_children(node) {
        if !part.kind().ends_with("parameter") {
            low.expression(part);
            continue;
        }
        number += 1;
        for part in low.named_children(part) {
            match part.kind() {
                "identifier" if part.prev_sibling().is_none_or(|before| before.kind() != "=") => low.bind_parameter(part, number),
                _ => low.expression(part),
            }
        }
    }
    None
}

/// What an accessor without a body does is not told.
fn accessor<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let mut cursor = node.walk();
    let has_body = node.named_children(&mut cursor).any(|part| part.kind() == "function_body");
    if has_body { &Form::Closure { parameters: "=identifier", body: "=function_body" } } else { &Form::Skip }
}

/// Jumps and constants are words like any other to the grammar.
fn name<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    match text(source, node) {
        "break" => &Form::Break { label: "", value: "" },
        "continue" => &Form::Continue { label: "" },
        "null" | "true" | "false" => &Form::Skip,
        // A label, as in `return@name`.
        _ if source.get(..node.start_byte()).is_some_and(|before| before.ends_with('@')) => &Form::Skip,
        _ => &Form::Name,
    }
}

/// `break@name`, `continue@name`, or a label and what it names.
fn labeled<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    match node.named_child(0).map_or("", |label| text(source, label)) {
        "break@" => &Form::Break { label: "1", value: "" },
        "continue@" => &Form::Continue { label: "1" },
        _ => &Form::Label { name: "0", body: "1" },
    }
}

/// The label of a loop is a part of it.
fn repetition<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.named_child(0).is_some_and(|first| first.kind() == "label") { &Form::Control(labelled_loop) } else { loop_at(node, false) }
}

fn labelled_loop<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    if let Some(label) = node.named_child(0) {
        low.labelled(label, node, loop_at(node, true));
    }
}

fn loop_at(node: Node<'_>, labelled: bool) -> &'static Form {
    const PATTERN: &str = "=variable_declaration+=multi_variable_declaration";
    match node.kind() {
        "while_statement" => &Form::While { condition: "condition", body: "*", otherwise: "" },
        "do_while_statement" => &Form::DoWhile { body: "*", condition: "condition" },
        _ if labelled => &Form::ForEach { pattern: PATTERN, iterable: "2", body: "3", otherwise: "" },
        _ => &Form::ForEach { pattern: PATTERN, iterable: "1", body: "2", otherwise: "" },
    }
}

fn text<'t>(source: &'t str, node: Node<'_>) -> &'t str {
    source.get(node.byte_range()).unwrap_or("")
}

/// Whether some arm must be taken cannot be seen where no value is needed.
fn when<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    const WHEN: Switch = Switch { subject: "=when_subject", cases: "", ..Switch::MATCH };
    let is_statement = node.parent().is_some_and(|parent| {
        matches!(parent.kind(), "block" | "lambda_literal" | "source_file" | "for_statement" | "while_statement" | "do_while_statement")
    });
    if is_statement { &Form::Switch(Switch { exhaustive: false, ..WHEN }) } else { &Form::Switch(WHEN) }
}

fn unary<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    match node.child_by_field_name("operator").map_or("", |operator| text(source, operator)) {
        "++" | "--" => &Form::Update { operand: "argument" },
        "!!" => &Form::Pass { value: "argument" },
        _ => &Form::Unary { operator: "operator", operand: "argument" },
    }
}

/// A member of an object that is made on the spot is part of its value.
fn function<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let around = node.parent().and_then(|members| members.parent());
    if around.is_some_and(|around| around.kind() == "object_literal") {
        &Form::Closure { parameters: "=function_value_parameters", body: "=function_body" }
    } else {
        &Form::Function { name: "name", parameters: "=function_value_parameters", body: "=function_body" }
    }
}

fn object<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    low.block_scope(|low| {
        for part in low.named_children(node) {
            if part.kind() != "class_body" {
                low.expression(part);
                continue;
            }
            for member in low.named_children(part) {
                if member.kind() == "function_declaration" {
                    low.own_object();
                }
                low.expression(member);
            }
        }
    });
    None
}

/// `x::class` and `x::name` read `x` alone.
fn navigation<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let mut cursor = node.walk();
    let refers = node.children(&mut cursor).any(|child| child.kind() == "::");
    if refers { &Form::Pass { value: "0" } } else { &Form::Member { object: "0", name: "1" } }
}

/// In a string of one line the grammar does not look into `$name`.
fn template<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let source = low.text_of_file();
    for part in low.named_children(node) {
        match short_template(source, part) {
            Some(name) if source.get(name.clone()) == Some("this") => low.use_receiver(part),
            Some(name) => low.use_at(name),
            None => low.expression(part),
        }
    }
    None
}

/// The name at the beginning of a part of a string that stands after a `$`.
fn short_template(source: &str, part: Node<'_>) -> Option<Range<usize>> {
    let before = part.prev_sibling().filter(|before| before.kind() == "string_content" && part.kind() == "string_content")?;
    let content = source.get(part.byte_range()).filter(|content| content.starts_with(|c: char| c.is_alphabetic() || c == '_'))?;
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let length = content.find(|c| !is_name(c)).unwrap_or(content.len());
    (text(source, before) == "$").then(|| part.start_byte()..part.start_byte() + length)
}

/// Functions that hand nothing to their lambda.
const WITHOUT_IT: &[&str] = &[
    "apply",
    "async",
    "buildList",
    "buildMap",
    "buildSet",
    "buildString",
    "launch",
    "lazy",
    "run",
    "runBlocking",
    "runCatching",
    "synchronized",
    "with",
    "withContext",
];

/// Whether `it` in a lambda is its own.
fn has_it(source: &str, lambda: Node<'_>) -> bool {
    let mut cursor = lambda.walk();
    if lambda.children(&mut cursor).any(|child| matches!(child.kind(), "lambda_parameters" | "->")) {
        return false;
    }
    let mut call = lambda.parent();
    while let Some(around) = call.filter(|around| matches!(around.kind(), "annotated_lambda" | "value_argument" | "value_arguments")) {
        call = around.parent();
    }
    let callee = call.filter(|call| call.kind() == "call_expression").and_then(|call| call.named_child(0));
    let name = callee.map_or("", |callee| text(source, callee));
    !WITHOUT_IT.contains(&name.rsplit('.').next().unwrap_or(name).trim())
}

/// `it` in a lambda without parameters.
fn implicit_parameters<'t>(source: &'t str, node: Node<'t>) -> Vec<(Range<usize>, u16)> {
    let found = if node.kind() == "lambda_literal" && has_it(source, node) { it(source, node) } else { None };
    found.map(|found| (found, 1)).into_iter().collect()
}

fn it(source: &str, node: Node<'_>) -> Option<Range<usize>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find_map(|child| match child.kind() {
        "identifier" => (text(source, child) == "it").then(|| child.byte_range()),
        "string_content" => short_template(source, child).filter(|name| source.get(name.clone()) == Some("it")),
        "lambda_literal" if has_it(source, child) => None,
        _ => it(source, child),
    })
}
