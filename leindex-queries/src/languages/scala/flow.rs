//! What Scala's node kinds do when they run.

use tree_sitter::Node;

use crate::flow::Lower;
use crate::languages::{Case, FlowRules, Form, Results, Switch};

pub(super) const FLOW: FlowRules = FlowRules {
    forms: FORMS,
    results: Results::Always,
    capitals_are_constants: true,
    operators_raise: false,
    catch_all: &["Throwable"],
    ..FlowRules::NONE
};

const FORMS: &[(&str, Form)] = &[
    ("compilation_unit", Form::Sequence),
    ("package_clause", Form::Pass { value: "body" }),
    ("package_identifier", Form::Skip),
    ("import_declaration", Form::Skip),
    ("export_declaration", Form::Skip),
    // Types and members.
    ("package_object", TYPE),
    ("class_definition", TYPE),
    ("object_definition", TYPE),
    ("trait_definition", TYPE),
    ("enum_definition", TYPE),
    ("extension_definition", Form::Type { name: "", body: "body" }),
    ("given_definition", Form::Declare { name: "name", value: "body" }),
    ("template_body", Form::Block),
    ("with_template_body", Form::Block),
    ("enum_body", Form::Block),
    ("early_defs", Form::Sequence),
    ("enum_case_definitions", Form::Sequence),
    ("simple_enum_case", Form::Declare { name: "name", value: "" }),
    ("full_enum_case", Form::Declare { name: "name", value: "" }),
    ("self_type", Form::Skip),
    ("extends_clause", Form::Skip),
    ("derives_clause", Form::Skip),
    ("uses_clause", Form::Skip),
    ("class_parameters", Form::Function { name: "", parameters: "*", body: "" }),
    ("class_parameter", Form::Declare { name: "name", value: "default_value" }),
    ("type_definition", Form::Skip),
    ("function_declaration", Form::Skip),
    ("function_definition", Form::Function { name: "name", parameters: "parameters", body: "body" }),
    ("parameters", Form::Evaluate),
    ("parameter", Form::Declare { name: "name", value: "default_value" }),
    ("val_definition", Form::Choose(value)),
    ("var_definition", Form::Choose(value)),
    ("val_declaration", Form::Declare { name: "name", value: "" }),
    ("var_declaration", Form::Declare { name: "name", value: "" }),
    // Expressions with control.
    ("block", Form::Block),
    ("indented_block", Form::Block),
    ("if_expression", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("while_expression", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("do_while_expression", Form::DoWhile { body: "body", condition: "condition" }),
    ("for_expression", Form::Choose(comprehension)),
    ("enumerators", Form::Sequence),
    ("enumerator", Form::Choose(enumerator)),
    ("guard", Form::Filter { condition: "condition" }),
    ("match_expression", Form::Switch(Switch::MATCH)),
    ("case_block", CASES),
    ("indented_cases", CASES),
    ("case_clause", Form::Case(Case { pattern: "pattern", guard: "=guard", body: "body", ..Case::ARM })),
    ("try_expression", Form::Try { body: "body" }),
    ("catch_clause", Form::Catch { pattern: "pattern", body: "=case_block+=indented_cases+body" }),
    ("finally_clause", Form::Finally { body: "0" }),
    ("return_expression", Form::Return { value: "0" }),
    ("throw_expression", Form::Raise { value: "0" }),
    // Patterns.
    ("alternative_pattern", Form::Evaluate),
    ("capture_pattern", Form::Declare { name: "name+pattern", value: "" }),
    ("case_class_pattern", Form::Call { function: "type", arguments: "pattern" }),
    ("infix_pattern", Form::Declare { name: "left+right", value: "" }),
    ("tuple_pattern", Form::Evaluate),
    ("named_tuple_pattern", Form::Evaluate),
    ("named_pattern", Form::Pass { value: "-1" }),
    ("repeat_pattern", Form::Pass { value: "pattern" }),
    ("typed_pattern", Form::Pass { value: "pattern" }),
    ("given_pattern", Form::Skip),
    ("xml_pattern", Form::Evaluate),
    ("identifier", Form::Choose(name)),
    ("stable_identifier", Form::Custom(stable)),
    ("wildcard", Form::Skip),
    // Other expressions.
    ("lambda_expression", Form::Closure { parameters: "parameters", body: "*" }),
    ("colon_argument", Form::Choose(colon_argument)),
    ("bindings", Form::Evaluate),
    ("binding", Form::Declare { name: "name", value: "" }),
    ("call_expression", Form::Call { function: "function", arguments: "arguments" }),
    ("generic_function", Form::Pass { value: "function" }),
    ("arguments", Form::Evaluate),
    ("vararg", Form::Evaluate),
    ("instance_expression", Form::New { class: "0", arguments: "arguments" }),
    ("field_expression", Form::Member { object: "value", name: "field" }),
    ("method_value", Form::Evaluate),
    ("assignment_expression", Form::Choose(assignment)),
    ("infix_expression", Form::Choose(infix)),
    ("prefix_expression", Form::Unary { operator: "", operand: "0" }),
    ("postfix_expression", Form::Member { object: "0", name: "1" }),
    ("ascription_expression", Form::Pass { value: "0" }),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("tuple_expression", Form::Evaluate),
    ("interpolated_string_expression", Form::Pass { value: "=interpolated_string" }),
    ("interpolated_string", Form::Evaluate),
    ("interpolation", Form::Custom(interpolation)),
    ("quote_expression", Form::Evaluate),
    ("splice_expression", Form::Evaluate),
    ("macro_body", Form::Evaluate),
    ("xml_expression", Form::Evaluate),
    ("xml_element", Form::Evaluate),
    ("xml_attribute", Form::Pass { value: "value" }),
    ("string", Form::Skip),
    ("character_literal", Form::Skip),
    ("integer_literal", Form::Skip),
    ("floating_point_literal", Form::Skip),
    ("boolean_literal", Form::Skip),
    ("null_literal", Form::Skip),
    ("unit", Form::Skip),
    ("end_marker", Form::Skip),
    // Types and modifiers.
    ("modifiers", Form::Skip),
    ("access_modifier", Form::Skip),
    ("inline_modifier", Form::Skip),
    ("annotation", Form::Skip),
    ("type_identifier", Form::Skip),
    ("stable_type_identifier", Form::Skip),
    ("projected_type", Form::Skip),
    ("generic_type", Form::Skip),
    ("applied_constructor_type", Form::Skip),
    ("compound_type", Form::Skip),
    ("annotated_type", Form::Skip),
    ("singleton_type", Form::Skip),
    ("lazy_parameter_type", Form::Skip),
    ("repeated_parameter_type", Form::Skip),
    ("existential_type", Form::Skip),
    ("structural_type", Form::Skip),
    ("literal_type", Form::Skip),
    ("named_tuple_type", Form::Skip),
    ("refinement", Form::Skip),
    ("type_arguments", Form::Skip),
    ("type_parameters", Form::Skip),
    ("function_type", Form::Skip),
    ("infix_type", Form::Skip),
    ("tuple_type", Form::Skip),
    ("match_type", Form::Skip),
    ("type_lambda", Form::Skip),
];

const TYPE: Form = Form::Type { name: "name", body: "body" };
/// Where no value stands before them, arms are a function.
const CASES: Form = Form::Closure { parameters: "", body: "*" };

/// A capital at the beginning is a constant's in a pattern, not in the name of a value.
fn value<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let is_name = node.child_by_field_name("pattern").is_some_and(|pattern| pattern.kind() == "identifier");
    if is_name { &Form::Custom(named_value) } else { &Form::Declare { name: "pattern", value: "value" } }
}

fn named_value<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if let Some(value) = node.child_by_field_name("value") {
        low.expression(value);
    }
    if let Some(name) = node.child_by_field_name("pattern") {
        low.declare_name(name);
    }
    None
}

fn comprehension<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let mut cursor = node.walk();
    let yields = node.children(&mut cursor).any(|child| child.kind() == "yield");
    if yields { &Form::Comprehension { element: "body" } } else { &Form::Loops { body: "body" } }
}

fn enumerator<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let mut cursor = node.walk();
    let mut tokens = node.children(&mut cursor).filter(|child| !child.is_named());
    match tokens.find_map(|token| matches!(token.kind(), "<-" | "=").then(|| token.kind())) {
        Some("<-") => &Form::ForEach { pattern: "0", iterable: "1", body: "", otherwise: "" },
        Some(_) => &Form::Declare { name: "0", value: "1" },
        None => &Form::Sequence,
    }
}

/// A path in a pattern is compared with.
fn stable<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if let Some(first) = low.named_children(node).first() {
        low.expression(*first);
    }
    None
}

fn colon_argument<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let lambda = node.child_by_field_name("lambda_start").is_some();
    if lambda { &Form::Closure { parameters: "lambda_start", body: "*" } } else { &Form::Pass { value: "0" } }
}

/// `x(i) = v` changes `x`. Among arguments the left side is the name of a parameter.
fn assignment<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.parent().is_some_and(|parent| parent.kind() == "arguments") {
        return &Form::Pass { value: "right" };
    }
    let element = node.child_by_field_name("left").is_some_and(|left| left.kind() == "call_expression");
    if element { &Form::Custom(update) } else { &Form::Assign { left: "left", right: "right" } }
}

fn update<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if let Some(right) = node.child_by_field_name("right") {
        low.expression(right);
    }
    let left = node.child_by_field_name("left")?;
    // `a(i) = x` updates what is called.
    if let (Some(updated), Some(arguments)) = (left.child_by_field_name("function"), left.child_by_field_name("arguments")) {
        low.modify(updated);
        low.expression(arguments);
    }
    None
}

/// Operators of truth values, assigning ones, and methods.
fn infix<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let operator = node.child_by_field_name("operator").and_then(|operator| source.get(operator.byte_range())).unwrap_or("");
    let assigns = operator.ends_with('=') && !operator.starts_with('=') && !matches!(operator, "!=" | "<=" | ">=");
    let element = node.child_by_field_name("left").is_some_and(|left| left.kind() == "call_expression");
    if assigns && element {
        &Form::Custom(update)
    } else if assigns {
        &Form::Compound { left: "left", right: "right" }
    } else if operator.chars().all(|c| "+-*/%<>=!&|^:".contains(c)) {
        &Form::Binary { left: "left", operator: "operator", right: "right" }
    } else {
        &Form::MethodCall { object: "left", name: "operator", arguments: "right" }
    }
}

/// `${x}` is `x`, without a block around it.
fn interpolation<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let block = low.named_children(node).into_iter().find(|part| part.kind() == "block");
    let parts = block.map(|block| low.named_children(block)).unwrap_or_default();
    match parts.as_slice() {
        [only] if only.kind().ends_with("expression") || only.kind() == "identifier" => {
            low.expression(*only);
            None
        }
        _ => Some(&Form::Evaluate),
    }
}

fn name<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    if source.get(node.byte_range()) == Some("super") { &Form::This } else { &Form::Name }
}
