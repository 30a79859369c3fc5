//! What Dart's node kinds do when they run.

use tree_sitter::Node;

use crate::flow::ir::{Block, Item, StepKind};
use crate::flow::{Bind, Lower};
use crate::languages::{FlowRules, Form, Results, Switch};

pub(super) const FLOW: FlowRules = FlowRules {
    forms: FORMS,
    block_scopes: true,
    results: Results::Never,
    closures_share_names: false,
    capitals_are_constants: false,
    handlers_in_order: false,
    catch_all: &[],
    ..FlowRules::NONE
};

const FORMS: &[(&str, Form)] = &[
    ("source_file", Form::Sequence),
    ("comment", Form::Skip),
    ("block_comment", Form::Skip),
    ("documentation_comment", Form::Skip),
    ("documentation_block_comment", Form::Skip),
    ("annotation", Form::Skip),
    ("library_name", Form::Skip),
    ("import_or_export", Form::Skip),
    ("library_import", Form::Skip),
    ("catch_clause", Form::Skip),
    ("library_export", Form::Skip),
    ("part_directive", Form::Skip),
    ("part_of_directive", Form::Skip),
    ("script_tag", Form::Skip),
    ("class_declaration", TYPE),
    ("mixin_declaration", TYPE),
    ("extension_declaration", TYPE),
    ("extension_type_declaration", TYPE),
    ("enum_declaration", TYPE),
    ("type_alias", Form::Skip),
    ("class_body", Form::Sequence),
    ("extension_body", Form::Sequence),
    ("enum_body", Form::Sequence),
    ("enum_entry", Form::Pass { value: "=arguments" }),
    ("member_declaration", Form::Sequence),
    ("declaration", Form::Choose(member)),
    ("method_declaration", Form::Choose(method)),
    ("function_declaration", FUNCTION_WITH_SIGNATURE),
    ("getter_declaration", FUNCTION_WITH_SIGNATURE),
    ("setter_declaration", FUNCTION_WITH_SIGNATURE),
    ("external_function_declaration", Form::Skip),
    ("external_getter_declaration", Form::Skip),
    ("external_setter_declaration", Form::Skip),
    ("external_variable_declaration", Form::Skip),
    ("local_function_declaration", Form::Function { name: "0", parameters: "=function_signature", body: "=function_body" }),
    ("function_expression", Form::Closure { parameters: "parameters", body: "body" }),
    ("function_body", Form::Choose(body)),
    ("function_expression_body", Form::Choose(body)),
    ("method_signature", Form::Control(initializers)),
    ("function_signature", Form::Pass { value: "=formal_parameter_list" }),
    ("getter_signature", Form::Skip),
    ("setter_signature", Form::Pass { value: "=formal_parameter_list" }),
    ("operator_signature", Form::Pass { value: "parameters" }),
    ("constructor_signature", Form::Pass { value: "parameters" }),
    ("constant_constructor_signature", Form::Pass { value: "parameters" }),
    ("factory_constructor_signature", Form::Pass { value: "parameters" }),
    ("redirecting_factory_constructor_signature", Form::Pass { value: "parameters" }),
    ("formal_parameter_list", Form::Sequence),
    ("optional_formal_parameters", Form::Sequence),
    ("formal_parameter", Form::Choose(parameter)),
    ("field_formal_parameter", Form::Declare { name: "name", value: "" }),
    ("super_formal_parameter", Form::Declare { name: "name", value: "" }),
    ("initializers", Form::Sequence),
    ("initializer_list_entry", Form::Sequence),
    ("field_initializer", Form::Assign { left: "name", right: "value" }),
    ("redirection", Form::Evaluate),
    ("top_level_variable_declaration", Form::Sequence),
    ("initialized_identifier_list", Form::Sequence),
    ("static_final_declaration_list", Form::Sequence),
    ("static_final_declaration", Form::Declare { name: "name", value: "value" }),
    ("initialized_identifier", Form::Declare { name: "name", value: "value" }),
    ("local_variable_declaration", Form::Sequence),
    ("initialized_variable_declaration", Form::Custom(variables)),
    ("pattern_variable_declaration", Form::Declare { name: "0", value: "1" }),
    ("pattern_assignment", Form::Assign { left: "0", right: "1" }),
    ("block", Form::Block),
    ("expression_statement", Form::Statement),
    ("empty_statement", Form::Skip),
    ("if_statement", Form::Custom(if_statement)),
    ("if_element", Form::If { condition: "condition+*+guard", then: "consequence", otherwise: "alternative" }),
    ("for_statement", Form::Choose(for_statement)),
    ("for_element", Form::Choose(for_statement)),
    ("while_statement", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("do_statement", Form::DoWhile { body: "body", condition: "condition" }),
    (
        "switch_statement",
        Form::Switch(Switch { subject: "condition", cases: "body", in_order: true, breaks: true, falls: false, exhaustive: false }),
    ),
    ("switch_block", Form::Sequence),
    ("switch_statement_case", Form::Control(case)),
    ("switch_statement_default", Form::Control(case)),
    (
        "switch_expression",
        Form::Switch(Switch { subject: "condition", cases: "", in_order: true, breaks: false, falls: false, exhaustive: true }),
    ),
    ("switch_expression_case", Form::Control(case)),
    ("try_statement", Form::Control(try_statement)),
    ("finally_clause", Form::Finally { body: "0" }),
    ("labeled_statement", Form::Label { name: "0", body: "1" }),
    ("label", Form::Skip),
    ("break_statement", Form::Break { label: "0", value: "" }),
    ("continue_statement", Form::Choose(continue_statement)),
    ("return_statement", Form::Return { value: "0" }),
    ("rethrow_statement", Form::Raise { value: "" }),
    ("throw_expression", Form::Raise { value: "value" }),
    ("yield_statement", Form::Yield { value: "0" }),
    ("yield_each_statement", Form::Yield { value: "0" }),
    ("assert_statement", Form::Pass { value: "0" }),
    ("assertion", Form::Assert { condition: "0", message: "1" }),
    ("await_expression", Form::Await { value: "0" }),
    ("assignment_expression", Form::Choose(assignment)),
    ("assignable_expression", Form::Choose(assignable)),
    ("postfix_expression", Form::Update { operand: "argument" }),
    ("unary_expression", Form::Choose(unary)),
    ("logical_and_expression", Form::Binary { left: "0", operator: "", right: "1" }),
    ("logical_or_expression", Form::Binary { left: "0", operator: "", right: "1" }),
    ("if_null_expression", Form::Binary { left: "0", operator: "", right: "1" }),
    ("conditional_expression", Form::If { condition: "*", then: "consequence", otherwise: "alternative" }),
    ("additive_expression", Form::Evaluate),
    ("multiplicative_expression", Form::Evaluate),
    ("relational_expression", Form::Evaluate),
    ("equality_expression", Form::Evaluate),
    ("shift_expression", Form::Evaluate),
    ("bitwise_and_expression", Form::Evaluate),
    ("bitwise_or_expression", Form::Evaluate),
    ("bitwise_xor_expression", Form::Evaluate),
    ("type_test_expression", Form::Evaluate),
    ("type_cast_expression", Form::Evaluate),
    ("type_test", Form::Skip),
    ("type_cast", Form::Skip),
    ("null_assertion_expression", Form::Pass { value: "value" }),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("call_expression", Form::Call { function: "function", arguments: "arguments" }),
    ("constructor_invocation", Form::New { class: "constructor", arguments: "arguments" }),
    ("new_expression", Form::New { class: "type", arguments: "arguments" }),
    ("const_object_expression", Form::New { class: "type", arguments: "arguments" }),
    ("constructor_tearoff", Form::Skip),
    ("instantiation_expression", Form::Pass { value: "function" }),
    ("static_member_shorthand", Form::Pass { value: "=arguments" }),
    ("arguments", Form::Evaluate),
    ("named_argument", Form::Evaluate),
    ("member_expression", Form::Member { object: "object", name: "property" }),
    ("null_aware_member_expression", Form::Member { object: "object", name: "property" }),
    ("index_expression", Form::Element { object: "object" }),
    ("null_aware_index_expression", Form::Element { object: "object" }),
    ("cascade", Form::Custom(cascade)),
    ("cascade_section", Form::Evaluate),
    ("cascade_selector", Form::Choose(selector)),
    ("cascade_call_expression", Form::Choose(cascade_call)),
    ("cascade_member_expression", Form::Member { object: "object", name: "property" }),
    ("cascade_null_aware_member_expression", Form::Member { object: "object", name: "property" }),
    ("cascade_index_expression", Form::Element { object: "object" }),
    ("cascade_null_aware_index_expression", Form::Element { object: "object" }),
    ("cascade_null_assertion_expression", Form::Pass { value: "value" }),
    ("identifier", Form::Name),
    ("identifier_dollar_escaped", Form::Name),
    ("this", Form::This),
    ("super", Form::This),
    ("list_literal", Form::Evaluate),
    ("set_or_map_literal", Form::Evaluate),
    ("map_element", Form::Evaluate),
    ("null_aware_map_element", Form::Evaluate),
    ("null_aware_expression_element", Form::Evaluate),
    ("spread_element", Form::Evaluate),
    ("record_literal", Form::Evaluate),
    ("record_field", Form::Custom(parts)),
    ("symbol_literal", Form::Skip),
    ("true", Form::Skip),
    ("false", Form::Skip),
    ("null_literal", Form::Skip),
    ("decimal_integer_literal", Form::Skip),
    ("hex_integer_literal", Form::Skip),
    ("decimal_floating_point_literal", Form::Skip),
    ("string_literal", Form::Evaluate),
    ("string_literal_double_quotes", Form::Evaluate),
    ("string_literal_double_quotes_multiple", Form::Evaluate),
    ("string_literal_single_quotes", Form::Evaluate),
    ("string_literal_single_quotes_multiple", Form::Evaluate),
    ("raw_string_literal_double_quotes", Form::Skip),
    ("raw_string_literal_double_quotes_multiple", Form::Skip),
    ("raw_string_literal_single_quotes", Form::Skip),
    ("raw_string_literal_single_quotes_multiple", Form::Skip),
    ("template_substitution", Form::Evaluate),
    ("variable_pattern", Form::Declare { name: "name", value: "" }),
    ("constant_pattern", Form::Custom(constant)),
    ("list_pattern", Form::Custom(parts)),
    ("map_pattern", Form::Custom(parts)),
    ("object_pattern", Form::Custom(parts)),
    ("record_pattern", Form::Custom(parts)),
    ("rest_pattern", Form::Custom(parts)),
    ("cast_pattern", Form::Custom(parts)),
    ("null_assert_pattern", Form::Custom(parts)),
    ("null_check_pattern", Form::Custom(parts)),
    ("additive_operator", Form::Skip),
    ("multiplicative_operator", Form::Skip),
    ("relational_operator", Form::Skip),
    ("equality_operator", Form::Skip),
    ("shift_operator", Form::Skip),
    ("bitwise_operator", Form::Skip),
    ("is_operator", Form::Skip),
    ("type", Form::Skip),
    ("type_identifier", Form::Skip),
    ("type_arguments", Form::Skip),
    ("type_parameters", Form::Skip),
    ("function_type", Form::Skip),
    ("record_type", Form::Skip),
    ("superclass", Form::Skip),
    ("mixins", Form::Skip),
    ("interfaces", Form::Skip),
    ("typed_identifier", Form::Skip),
    ("primary_constructor", Form::Skip),
];

const TYPE: Form = Form::Type { name: "name", body: "body" };
const FUNCTION_WITH_SIGNATURE: Form = Form::Closure { parameters: "signature", body: "body" };
const CONSTRUCTOR_WITH_BODY: Form = Form::Closure { parameters: "signature", body: "signature+body" };
const CONSTRUCTOR: Form = Form::Closure { parameters: "0", body: "=initializers" };
const STATEMENTS: Form = Form::Sequence;
const PARTS: Form = Form::Evaluate;
const FIRST: Form = Form::Pass { value: "0" };
const NAMED_PARAMETER: Form = Form::Declare { name: "name", value: "" };
const PLAIN_PARAMETER: Form = Form::Declare { name: "=identifier", value: "" };
const FIELD_PARAMETER: Form = Form::Pass { value: "=field_formal_parameter+=super_formal_parameter" };
const IF: Form = Form::If { condition: "condition", then: "consequence", otherwise: "alternative" };
const IF_CASE: Form = Form::If { condition: "*+guard", then: "consequence", otherwise: "alternative" };
const FOR: Form = Form::For { init: "init", condition: "condition", update: "update", body: "body" };
const FOR_EACH: Form = Form::ForEach { pattern: "name", iterable: "value", body: "body", otherwise: "" };
const FOR_EACH_PATTERN: Form = Form::ForEach { pattern: "*", iterable: "value", body: "body", otherwise: "" };
const ASSIGN: Form = Form::Assign { left: "left", right: "right" };
const COMPOUND: Form = Form::Compound { left: "left", right: "right" };
const MEMBER: Form = Form::Member { object: "object", name: "property" };
const ELEMENT: Form = Form::Element { object: "object" };
const UPDATE: Form = Form::Update { operand: "-1" };
const OPERATOR: Form = Form::Unary { operator: "operator", operand: "-1" };
const CALL: Form = Form::Call { function: "function", arguments: "arguments" };
const CASCADED_CALL: Form = Form::MethodCall { object: "", name: "property", arguments: "arguments" };
const NOTHING: Form = Form::Skip;
const CONTINUE: Form = Form::Continue { label: "0" };
const GOTO: Form = Form::Goto { label: "0" };

fn has<'t>(node: Node<'t>, wanted: impl Fn(Node<'t>) -> bool) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(wanted)
}

fn is_pattern(node: Node<'_>) -> bool {
    node.kind().ends_with("_pattern")
}

fn method<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let signature = node.child_by_field_name("signature");
    if signature.is_some_and(|signature| has(signature, |child| matches!(child.kind(), "initializers" | "redirection"))) {
        &CONSTRUCTOR_WITH_BODY
    } else {
        &FUNCTION_WITH_SIGNATURE
    }
}

/// What a constructor's signature runs before the body.
fn initializers<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    for part in low.named_children(node).into_iter().skip(1) {
        low.statement(part, None);
    }
}

/// A field or a constructor without a body.
fn member<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if has(node, |child| child.kind().ends_with("constructor_signature")) {
        return &CONSTRUCTOR;
    }
    if has(node, |child| child.kind().ends_with("_signature")) { &NOTHING } else { &STATEMENTS }
}

/// A block, or after an arrow the result.
fn body<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if has(node, |child| child.kind() == "=>") { &FIRST } else { &STATEMENTS }
}

fn parameter<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("name").is_some() {
        &NAMED_PARAMETER
    } else if has(node, |child| child.kind() == "identifier") {
        &PLAIN_PARAMETER
    } else {
        &FIELD_PARAMETER
    }
}

/// `int a = 1, b`: each name has a value of its own.
fn variables<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if let Some(value) = node.child_by_field_name("value") {
        low.expression(value);
    }
    if let Some(name) = node.child_by_field_name("name") {
        low.pattern(name, Bind::Declare);
    }
    for more in low.named_children(node).into_iter().filter(|more| more.kind() == "initialized_identifier") {
        low.expression(more);
    }
    None
}

/// `if (value case pattern when guard)`: the value first, then the pattern as a condition.
fn if_statement<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if !has(node, |child| child.kind() == "case") {
        return Some(&IF);
    }
    if let Some(value) = node.child_by_field_name("condition") {
        low.statement(value, None);
    }
    Some(&IF_CASE)
}

fn for_statement<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if !has(node, |child| child.kind() == "in") {
        &FOR
    } else if node.child_by_field_name("name").is_some() {
        &FOR_EACH
    } else {
        &FOR_EACH_PATTERN
    }
}

/// An arm: patterns, then statements. One without statements goes on with the next.
fn case<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let guard = node.child_by_field_name("guard");
    let mut cursor = node.walk();
    let children: Vec<Node<'t>> = node.children(&mut cursor).filter(|child| !child.is_extra()).collect();
    let colon = children.iter().rposition(|child| matches!(child.kind(), ":" | "=>")).unwrap_or(children.len());
    let named = |nodes: &[Node<'t>]| nodes.iter().copied().filter(|child| child.is_named()).collect::<Vec<_>>();
    let patterns: Vec<_> =
        named(children.get(..colon).unwrap_or(&[])).into_iter().filter(|child| child.kind() != "label" && Some(*child) != guard).collect();
    let labels: Vec<_> =
        children.iter().copied().filter(|child| child.kind() == "label").filter_map(|label| label.named_child(0)).collect();
    let statements = named(children.get(colon + 1..).unwrap_or(&[]));
    let default = node.kind() == "switch_statement_default" || guard.is_none() && patterns.iter().any(|&pattern| low.text(pattern) == "_");
    let end = children.get(colon.saturating_sub(1)).map_or(node.end_byte(), |last| last.end_byte());
    let falls = statements.is_empty() && node.next_named_sibling().is_some();
    low.add_arm(
        node,
        end,
        default,
        |low| {
            for pattern in patterns {
                part(low, pattern, Bind::Declare);
            }
        },
        guard,
        |low| {
            for label in labels {
                let label = low.label(label);
                low.push(Item::Label { label, body: Block::default() });
            }
            for statement in statements {
                low.statement(statement, sink);
            }
            if falls {
                let step = low.bare_step(StepKind::Jump, node);
                low.push(Item::Fallthrough { step });
            }
        },
    );
}

/// Binds a pattern; what is no pattern is compared with.
fn part<'t>(low: &mut Lower<'t>, node: Node<'t>, bind: Bind) {
    if is_pattern(node) || node.kind() == "record_field" { low.pattern(node, bind) } else { low.expression(node) }
}

fn parts<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if !low.in_pattern() && !is_pattern(node) {
        return Some(&PARTS);
    }
    let bind = low.binding();
    for child in low.named_children(node) {
        part(low, child, bind);
    }
    None
}

/// In an assignment a name is assigned, else it is compared with.
fn constant<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for value in low.named_children(node) {
        if low.text(value) == "_" {
            continue;
        }
        if low.in_pattern() && low.binding() == Bind::Assign { low.pattern(value, Bind::Assign) } else { low.expression(value) }
    }
    None
}

/// `try { } on T catch (e) { } finally { }`: types, names and blocks stand side by side.
fn try_statement<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    let Some(body) = node.child_by_field_name("body") else { return };
    let mut cursor = node.walk();
    let run = low.inner(Some(body), None);
    let (mut handlers, mut finally) = (Vec::new(), None);
    let (mut start, mut end, mut names, mut catches_all) = (None, 0, Vec::new(), true);
    for child in node.children(&mut cursor).filter(|child| !child.is_extra() && child.start_byte() >= body.end_byte()) {
        match child.kind() {
            "finally_clause" => finally = Some((low.inner_body(child, 0, None), child)),
            "block" => {
                let head = (start.take().unwrap_or(child.start_byte()), end);
                let names = std::mem::take(&mut names);
                handlers.push(low.handler_of(head, &names, None, catches_all, |low| low.inner(Some(child), None)));
                catches_all = true;
            }
            kind => {
                start.get_or_insert(child.start_byte());
                end = child.end_byte();
                if kind == "type" {
                    catches_all = low.text(child) == "Object";
                } else if kind == "catch_clause" {
                    names.extend(low.named_children(child));
                }
            }
        }
    }
    low.push_try(run, handlers, Block::default(), finally);
}

/// `continue label` goes to an arm of a switch, if it has that label.
fn continue_statement<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let Some(label) = node.named_child(0) else { return &CONTINUE };
    let mut around = node.parent();
    while let Some(block) = around {
        if block.kind() == "switch_block" {
            let mut cursor = block.walk();
            for arm in block.named_children(&mut cursor) {
                let mut cursor = arm.walk();
                let mut labels = arm.children(&mut cursor).filter(|child| child.kind() == "label").filter_map(|of| of.named_child(0));
                if labels.any(|of| source[of.byte_range()] == source[label.byte_range()]) {
                    return &GOTO;
                }
            }
        }
        around = block.parent();
    }
    &CONTINUE
}

fn assignment<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let operator = node.child_by_field_name("operator");
    if operator.is_some_and(|operator| &source[operator.byte_range()] == "=") { &ASSIGN } else { &COMPOUND }
}

fn assignable<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("property").is_some() {
        &MEMBER
    } else if node.child_by_field_name("index").is_some() {
        &ELEMENT
    } else {
        &FIRST
    }
}

fn unary<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    match node.child_by_field_name("operator").map(|operator| operator.kind()) {
        None => &FIRST,
        Some("increment_operator") => &UPDATE,
        Some(_) => &OPERATOR,
    }
}

/// The object is changed by what is done with it.
fn cascade<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for (n, child) in low.named_children(node).into_iter().enumerate() {
        if n == 0 { low.modify(child) } else { low.expression(child) }
    }
    None
}

/// `..name` is a member of the cascade's object, `..[index]` an element.
fn selector<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child(0).is_some_and(|first| first.kind() == "identifier") { &NOTHING } else { &PARTS }
}

fn cascade_call<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("function").is_some() { &CALL } else { &CASCADED_CALL }
}
