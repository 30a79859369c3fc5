//! What PHP's node kinds do when they run.

use tree_sitter::Node;

use crate::flow::ir::{Item, StepKind};
use crate::flow::{Bind, Lower};
use crate::languages::{Case, FlowRules, Form, Results, Switch};

pub(super) const FLOW: FlowRules = FlowRules {
    forms: FORMS,
    block_scopes: false,
    results: Results::Never,
    closures_share_names: false,
    capitals_are_constants: false,
    handlers_in_order: false,
    catch_all: &["Throwable"],
    is_reference: |parameter| parameter.split('$').next().is_some_and(|before| before.contains('&')),
    ..FlowRules::NONE
};

const FORMS: &[(&str, Form)] = &[
    ("program", Form::Sequence),
    ("php_tag", Form::Skip),
    ("text", Form::Skip),
    ("text_interpolation", Form::Skip),
    ("comment", Form::Skip),
    ("attribute_list", Form::Skip),
    ("attribute_group", Form::Skip),
    ("attribute", Form::Skip),
    ("namespace_definition", Form::Pass { value: "body" }),
    ("namespace_use_declaration", Form::Skip),
    ("class_declaration", TYPE),
    ("interface_declaration", TYPE),
    ("trait_declaration", TYPE),
    ("enum_declaration", TYPE),
    ("anonymous_class", Form::Type { name: "", body: "=arguments+body" }),
    ("declaration_list", Form::Sequence),
    ("enum_declaration_list", Form::Sequence),
    ("base_clause", Form::Skip),
    ("class_interface_clause", Form::Skip),
    ("use_declaration", Form::Skip),
    ("use_list", Form::Skip),
    ("property_declaration", Form::Sequence),
    ("property_element", Form::Choose(property)),
    ("property_hook_list", Form::Sequence),
    ("property_hook", Form::Closure { parameters: "parameters", body: "body" }),
    ("const_declaration", Form::Sequence),
    ("const_element", Form::Pass { value: "1" }),
    ("enum_case", Form::Pass { value: "value" }),
    ("method_declaration", Form::Closure { parameters: "parameters", body: "body" }),
    ("function_definition", Form::Function { name: "name", parameters: "parameters", body: "body" }),
    ("anonymous_function", Form::Custom(closure)),
    ("anonymous_function_use_clause", Form::Control(uses)),
    ("arrow_function", Form::Closure { parameters: "parameters", body: "body" }),
    ("formal_parameters", Form::Evaluate),
    ("simple_parameter", Form::Declare { name: "name", value: "default_value" }),
    ("variadic_parameter", Form::Declare { name: "name", value: "" }),
    ("property_promotion_parameter", Form::Custom(promoted)),
    ("compound_statement", Form::Block),
    ("colon_block", Form::Block),
    ("expression_statement", Form::Statement),
    ("empty_statement", Form::Skip),
    ("echo_statement", Form::Evaluate),
    ("print_intrinsic", Form::Evaluate),
    ("exit_statement", Form::Control(exit)),
    ("declare_statement", Form::Sequence),
    ("declare_directive", Form::Skip),
    ("unset_statement", Form::Custom(unset)),
    ("global_declaration", Form::Outer),
    ("function_static_declaration", Form::Statement),
    ("static_variable_declaration", Form::Declare { name: "name", value: "value" }),
    ("if_statement", Form::If { condition: "condition", then: "body", otherwise: "alternative" }),
    ("else_if_clause", Form::If { condition: "condition", then: "body", otherwise: "" }),
    ("else_clause", Form::Pass { value: "body" }),
    ("while_statement", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("do_statement", Form::DoWhile { body: "body", condition: "condition" }),
    ("for_statement", Form::For { init: "initialize", condition: "condition", update: "update", body: "body" }),
    ("foreach_statement", Form::ForEach { pattern: "1", iterable: "0", body: "body", otherwise: "" }),
    (
        "switch_statement",
        Form::Switch(Switch { subject: "condition", cases: "body", in_order: true, breaks: true, falls: true, exhaustive: false }),
    ),
    ("switch_block", Form::Sequence),
    ("case_statement", Form::Case(Case { pattern: "value", guard: "", body: "", binds: false, default: &[] })),
    ("default_statement", Form::Case(Case { pattern: "", guard: "", body: "", binds: false, default: &[] })),
    ("match_expression", Form::Switch(Switch { subject: "condition", cases: "body", ..Switch::MATCH })),
    ("match_block", Form::Sequence),
    (
        "match_conditional_expression",
        Form::Case(Case { pattern: "conditional_expressions", guard: "", body: "return_expression", binds: false, default: &[] }),
    ),
    ("match_condition_list", Form::Evaluate),
    ("match_default_expression", Form::Case(Case { pattern: "", guard: "", body: "return_expression", binds: false, default: &[] })),
    ("try_statement", Form::Try { body: "body" }),
    ("catch_clause", Form::Catch { pattern: "type+name", body: "body" }),
    ("type_list", Form::Skip),
    ("finally_clause", Form::Finally { body: "body" }),
    ("break_statement", Form::Control(leave)),
    ("continue_statement", Form::Control(leave)),
    ("goto_statement", Form::Goto { label: "0" }),
    ("named_label_statement", Form::Label { name: "0", body: "" }),
    ("return_statement", Form::Return { value: "0" }),
    ("throw_expression", Form::Raise { value: "0" }),
    ("yield_expression", Form::Yield { value: "0" }),
    ("assignment_expression", Form::Assign { left: "left", right: "right" }),
    ("reference_assignment_expression", Form::Custom(reference)),
    ("augmented_assignment_expression", Form::Compound { left: "left", right: "right" }),
    ("update_expression", Form::Update { operand: "argument" }),
    ("binary_expression", Form::Binary { left: "left", operator: "operator", right: "right" }),
    ("unary_op_expression", Form::Unary { operator: "operator", operand: "argument" }),
    ("conditional_expression", Form::Choose(conditional)),
    ("cast_expression", Form::Pass { value: "value" }),
    ("cast_type", Form::Skip),
    ("clone_expression", Form::Pass { value: "0" }),
    ("error_suppression_expression", Form::Pass { value: "0" }),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("sequence_expression", Form::Evaluate),
    ("include_expression", Form::Evaluate),
    ("include_once_expression", Form::Evaluate),
    ("require_expression", Form::Evaluate),
    ("require_once_expression", Form::Evaluate),
    ("function_call_expression", Form::Choose(call)),
    ("member_call_expression", Form::MethodCall { object: "object", name: "name", arguments: "arguments" }),
    ("nullsafe_member_call_expression", Form::MethodCall { object: "object", name: "name", arguments: "arguments" }),
    ("scoped_call_expression", Form::Call { function: "name", arguments: "arguments" }),
    ("object_creation_expression", Form::Choose(creation)),
    ("arguments", Form::Evaluate),
    ("argument", Form::Pass { value: "-1" }),
    ("argument_placeholder", Form::Skip),
    ("variadic_placeholder", Form::Skip),
    ("variadic_unpacking", Form::Evaluate),
    ("member_access_expression", Form::Member { object: "object", name: "name" }),
    ("nullsafe_member_access_expression", Form::Member { object: "object", name: "name" }),
    ("scoped_property_access_expression", Form::OwnField),
    ("class_constant_access_expression", Form::Pass { value: "0" }),
    ("subscript_expression", Form::Element { object: "0" }),
    ("dynamic_variable_name", Form::Custom(dynamic)),
    ("variable_name", Form::Name),
    ("name", Form::Skip),
    ("qualified_name", Form::Skip),
    ("relative_name", Form::Skip),
    ("relative_scope", Form::Skip),
    ("namespace_name", Form::Skip),
    ("by_ref", Form::Pass { value: "0" }),
    ("pair", Form::Evaluate),
    ("list_literal", Form::Evaluate),
    ("array_creation_expression", Form::Evaluate),
    ("array_element_initializer", Form::Evaluate),
    ("string", Form::Skip),
    ("string_content", Form::Skip),
    ("escape_sequence", Form::Skip),
    ("encapsed_string", Form::Evaluate),
    ("heredoc", Form::Pass { value: "value" }),
    ("heredoc_body", Form::Evaluate),
    ("nowdoc", Form::Skip),
    ("shell_command_expression", Form::Evaluate),
    ("integer", Form::Skip),
    ("float", Form::Skip),
    ("boolean", Form::Skip),
    ("null", Form::Skip),
    ("named_type", Form::Skip),
    ("optional_type", Form::Skip),
    ("union_type", Form::Skip),
    ("intersection_type", Form::Skip),
    ("disjunctive_normal_form_type", Form::Skip),
    ("primitive_type", Form::Skip),
    ("bottom_type", Form::Skip),
    ("visibility_modifier", Form::Skip),
];

const TYPE: Form = Form::Type { name: "name", body: "body" };
const PARAMETER: Form = Form::Declare { name: "name", value: "default_value" };
const TERNARY: Form = Form::If { condition: "condition", then: "body", otherwise: "alternative" };
const ELVIS: Form = Form::Binary { left: "condition", operator: "", right: "alternative" };
const DEFAULT: Form = Form::Pass { value: "default_value" };
const NOTHING: Form = Form::Skip;
const NEW_OF_VALUE: Form = Form::Call { function: "0", arguments: "=arguments" };
const CALL: Form = Form::Call { function: "function", arguments: "arguments" };
const EXIT: Form = Form::Control(exit);
const FIRST: Form = Form::Pass { value: "0" };
const NEW: Form = Form::New { class: "0", arguments: "=arguments" };

const CLOSURE: Form = Form::Closure { parameters: "parameters", body: "=anonymous_function_use_clause+body" };

/// A function sees what it uses and nothing else of the code around.
fn closure<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let mut cursor = node.walk();
    let uses = node.named_children(&mut cursor).find(|child| child.kind() == "anonymous_function_use_clause");
    let names = uses.map(|uses| low.named_children(uses)).unwrap_or_default();
    let seen: Vec<Node<'t>> =
        names.into_iter().filter_map(|name| if name.kind() == "by_ref" { name.named_child(0) } else { Some(name) }).collect();
    low.closed_closure(node, &CLOSURE, &seen);
    None
}

/// What a function uses by reference belongs to the code around.
fn uses<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    for name in low.named_children(node).into_iter().filter(|name| name.kind() == "by_ref") {
        if let Some(name) = name.named_child(0) {
            low.make_outer(name);
        }
    }
}

/// A condition with what it gives if it holds; without that, the condition's own value.
fn conditional<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("body").is_some() { &TERNARY } else { &ELVIS }
}

fn creation<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    match node.named_child(0).map(|class| class.kind()) {
        Some("anonymous_class") => &FIRST,
        Some("name" | "qualified_name" | "relative_name" | "relative_scope") => &NEW,
        _ => &NEW_OF_VALUE,
    }
}

fn call<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let name = node.child_by_field_name("function").map(|name| &source[name.byte_range()]);
    if name.is_some_and(|name| name.eq_ignore_ascii_case("die") || name.eq_ignore_ascii_case("exit")) { &EXIT } else { &CALL }
}

fn property<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("default_value").is_some() { &DEFAULT } else { &NOTHING }
}

/// `$$name` is some variable, which one is not known; the name of it is read.
fn dynamic<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for name in low.named_children(node) {
        low.expression(name);
    }
    None
}

fn promoted<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    // The field has the name without the dollar.
    if let Some(name) = node.child_by_field_name("name").and_then(|name| name.named_child(0)) {
        low.define_field(name);
    }
    Some(&PARAMETER)
}

/// `break 2` leaves two loops or switches; `continue` in a switch leaves it.
fn leave<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    let levels = low.named_children(node).first().and_then(|levels| low.text(*levels).parse().ok()).unwrap_or(1);
    let step = low.bare_step(StepKind::Jump, node);
    low.push(Item::Leave { step, levels, again: node.kind() == "continue_statement" });
}

/// Ends the program: no handler sees it.
fn exit<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    let value = low.named_children(node).into_iter().rfind(|value| value.kind() != "name");
    low.abort(node, value);
}

fn unset<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for part in low.named_children(node) {
        if part.kind() == "variable_name" { low.delete_name(part) } else { low.modify(part) }
    }
    None
}

/// `$a = &$b`: either may be changed through the other.
fn reference<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if let Some(right) = node.child_by_field_name("right") {
        low.modify(right);
    }
    if let Some(left) = node.child_by_field_name("left") {
        low.pattern(left, Bind::Assign);
    }
    None
}
