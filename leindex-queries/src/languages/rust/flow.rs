//! What Rust's node kinds do when they run.

use tree_sitter::Node;

use super::macros;
use crate::flow::Lower;
use crate::languages::{Case, FlowRules, Form, Results, Switch};

pub(super) const FLOW: FlowRules = FlowRules {
    forms: FORMS,
    results: Results::Typed("return_type"),
    capitals_are_constants: true,
    raising_is_marked: true,
    ..FlowRules::NONE
};

const FORMS: &[(&str, Form)] = &[
    // Items.
    ("source_file", Form::Sequence),
    ("function_item", Form::Function { name: "name", parameters: "parameters", body: "body" }),
    ("function_signature_item", Form::Function { name: "name", parameters: "parameters", body: "" }),
    ("impl_item", Form::Pass { value: "body" }),
    ("trait_item", Form::Pass { value: "body" }),
    ("mod_item", Form::Choose(module)),
    ("declaration_list", Form::Sequence),
    ("const_item", Form::Assign { left: "name", right: "value" }),
    ("static_item", Form::Assign { left: "name", right: "value" }),
    ("struct_item", Form::Skip),
    ("enum_item", Form::Skip),
    ("union_item", Form::Skip),
    ("type_item", Form::Skip),
    ("associated_type", Form::Skip),
    ("use_declaration", Form::Skip),
    ("extern_crate_declaration", Form::Skip),
    ("foreign_mod_item", Form::Skip),
    ("macro_definition", Form::Skip),
    ("macro_rule", Form::Skip),
    ("inner_attribute_item", Form::Skip),
    ("attribute_item", Form::Skip),
    ("visibility_modifier", Form::Skip),
    ("where_clause", Form::Skip),
    ("function_modifiers", Form::Skip),
    ("line_comment", Form::Skip),
    ("block_comment", Form::Skip),
    // Statements.
    ("block", Form::Block),
    ("expression_statement", Form::Choose(statement)),
    ("empty_statement", Form::Effect { value: "" }),
    ("let_declaration", Form::Custom(declaration)),
    ("label", Form::Label { name: "", body: "" }),
    ("unsafe_block", Form::Pass { value: "=block" }),
    ("const_block", Form::Pass { value: "body" }),
    ("try_block", Form::Closure { parameters: "", body: "=block" }),
    ("async_block", Form::Closure { parameters: "", body: "=block" }),
    ("gen_block", Form::Closure { parameters: "", body: "=block" }),
    // Control.
    ("if_expression", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("else_clause", Form::Sequence),
    ("let_condition", Form::Matches { pattern: "pattern", value: "value" }),
    ("let_chain", Form::Sequence),
    ("match_expression", Form::Switch(Switch::MATCH)),
    ("match_block", Form::Sequence),
    ("match_arm", Form::Case(Case { guard: "", ..Case::ARM })),
    ("match_pattern", Form::Case(Case { pattern: "0", guard: "condition", body: "", binds: true, default: &["_"] })),
    ("while_expression", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("loop_expression", Form::Forever { body: "body" }),
    ("for_expression", Form::ForEach { pattern: "pattern", iterable: "value", body: "body", otherwise: "" }),
    ("break_expression", Form::Break { label: "=label", value: "*" }),
    ("continue_expression", Form::Continue { label: "=label" }),
    ("return_expression", Form::Return { value: "0" }),
    ("try_expression", Form::Propagate { value: "0" }),
    ("await_expression", Form::Await { value: "0" }),
    ("yield_expression", Form::Yield { value: "0" }),
    // Expressions.
    ("self", Form::This),
    ("identifier", Form::Choose(name)),
    ("crate", Form::Skip),
    ("super", Form::Skip),
    ("metavariable", Form::Skip),
    ("scoped_identifier", Form::Path { path: "path", name: "name" }),
    ("generic_function", Form::Pass { value: "function" }),
    ("call_expression", Form::Choose(call)),
    ("macro_invocation", Form::Choose(macros::invocation)),
    ("token_tree", Form::Custom(macros::tokens)),
    ("arguments", Form::Evaluate),
    ("field_expression", Form::Member { object: "value", name: "field" }),
    ("index_expression", Form::Element { object: "0" }),
    ("reference_expression", Form::Choose(reference)),
    ("unary_expression", Form::Unary { operator: "", operand: "0" }),
    ("binary_expression", Form::Binary { left: "left", operator: "operator", right: "right" }),
    ("compound_assignment_expr", Form::Compound { left: "left", right: "right" }),
    ("assignment_expression", Form::Assign { left: "left", right: "right" }),
    ("range_expression", Form::Evaluate),
    ("array_expression", Form::Evaluate),
    ("tuple_expression", Form::Evaluate),
    ("unit_expression", Form::Evaluate),
    ("negative_literal", Form::Evaluate),
    ("string_literal", Form::Evaluate),
    ("raw_string_literal", Form::Evaluate),
    ("type_cast_expression", Form::Pass { value: "value" }),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("closure_expression", Form::Closure { parameters: "parameters", body: "body" }),
    ("closure_parameters", Form::Evaluate),
    ("struct_expression", Form::New { class: "name", arguments: "body" }),
    ("field_initializer_list", Form::Evaluate),
    ("field_initializer", Form::Pass { value: "value" }),
    ("shorthand_field_initializer", Form::Evaluate),
    ("base_field_initializer", Form::Evaluate),
    // Parameters and patterns.
    ("parameters", Form::Evaluate),
    ("parameter", Form::Declare { name: "pattern", value: "" }),
    ("self_parameter", Form::Pass { value: "=self" }),
    ("variadic_parameter", Form::Declare { name: "pattern", value: "" }),
    ("tuple_struct_pattern", Form::Call { function: "type", arguments: "*" }),
    ("struct_pattern", Form::Call { function: "type", arguments: "*" }),
    ("field_pattern", Form::Declare { name: "pattern+=shorthand_field_identifier", value: "" }),
    ("shorthand_field_identifier", Form::Name),
    ("remaining_field_pattern", Form::Skip),
    ("mutable_specifier", Form::Skip),
    ("tuple_pattern", Form::Evaluate),
    ("slice_pattern", Form::Evaluate),
    ("or_pattern", Form::Evaluate),
    ("captured_pattern", Form::Evaluate),
    ("mut_pattern", Form::Evaluate),
    ("ref_pattern", Form::Evaluate),
    ("reference_pattern", Form::Evaluate),
    ("range_pattern", Form::Skip),
    ("generic_pattern", Form::Skip),
    // Types.
    ("type_identifier", Form::Skip),
    ("primitive_type", Form::Skip),
    ("type_arguments", Form::Skip),
    ("type_parameters", Form::Skip),
    ("generic_type", Form::Skip),
    ("generic_type_with_turbofish", Form::Skip),
    ("scoped_type_identifier", Form::Skip),
    ("reference_type", Form::Skip),
    ("pointer_type", Form::Skip),
    ("tuple_type", Form::Skip),
    ("array_type", Form::Skip),
    ("function_type", Form::Skip),
    ("dynamic_type", Form::Skip),
    ("abstract_type", Form::Skip),
    ("bounded_type", Form::Skip),
    ("bracketed_type", Form::Skip),
    ("qualified_type", Form::Skip),
    ("trait_bounds", Form::Skip),
    ("lifetime", Form::Skip),
];

const NAME: Form = Form::Name;
const PLAIN: Form = Form::Statement;
const EFFECT: Form = Form::Effect { value: "0" };
const CONFIGURED: Form = Form::Custom(configured);
const BODY: Form = Form::Pass { value: "body" };
const SKIP: Form = Form::Skip;
const LET: Form = Form::Declare { name: "pattern", value: "value" };
const CALL: Form = Form::Invoke { function: "function", arguments: "arguments" };
const LEAVE: Form = Form::Raise { value: "arguments" };
const BORROW: Form = Form::Pass { value: "value" };
const BORROW_MUTABLY: Form = Form::Address { operand: "value" };

/// `Some` and `Ordering` are no variables, `LIMIT` is one.
pub(super) fn is_variable(text: &str) -> bool {
    !text.starts_with(char::is_uppercase) || !text.contains(char::is_lowercase)
}

fn name<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    if is_variable(source.get(node.byte_range()).unwrap_or("")) { &NAME } else { &SKIP }
}

/// A module in another file does nothing here.
fn module<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("body").is_some() { &BODY } else { &SKIP }
}

/// `x;` has no value, `if x { 1 } else { 2 }` at the end of a block has one. One under `#[cfg(…)]` may not be there; at the
/// end it is taken to be, as it may have the value of the block.
fn statement<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let before = source.get(..node.start_byte()).unwrap_or("").trim_end();
    let attribute = before.ends_with(']').then(|| before.rfind("#[").and_then(|at| before.get(at..))).flatten();
    if attribute.is_some_and(|text| text.starts_with("#[cfg(")) && node.next_named_sibling().is_some() {
        &CONFIGURED
    } else if source.get(node.byte_range()).unwrap_or("").ends_with(';') {
        &EFFECT
    } else {
        &PLAIN
    }
}

fn configured<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let Some(attribute) = node.prev_named_sibling().filter(|attribute| attribute.kind() == "attribute_item") else { return Some(&EFFECT) };
    let statements = low.named_children(node);
    let condition = low.condition_with(attribute, attribute, |_| {});
    low.branch(condition, false, |low| low.statements_of(&statements, None), |_| {});
    None
}

/// `let … else` is a decision: what it binds is known after it.
fn declaration<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let (pattern, value) = (node.child_by_field_name("pattern")?, node.child_by_field_name("value"));
    let (Some(value), Some(otherwise)) = (value, node.child_by_field_name("alternative")) else { return Some(&LET) };
    low.match_or_else(node, pattern, value, otherwise);
    None
}

/// Functions of the standard library that do not come back.
const NEVER_RETURN: &[&str] = &["abort", "process::exit", "resume_unwind", "unreachable_unchecked", "handle_alloc_error"];

/// A function that is called for nothing but to panic (`panic_any(…)`) does not come back either.
fn call<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let function = node.child_by_field_name("function").and_then(|function| source.get(function.byte_range())).unwrap_or("");
    let called = |name: &&str| function.strip_suffix(name).is_some_and(|path| path.is_empty() || path.ends_with("::"));
    let name = function.rsplit("::").next().unwrap_or("");
    let for_nothing = || node.parent().is_some_and(|parent| matches!(parent.kind(), "expression_statement" | "block" | "match_arm"));
    let leaves = NEVER_RETURN.iter().any(called) || name.starts_with("panic_") && for_nothing();
    if leaves { &LEAVE } else { &CALL }
}

fn reference<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let mutable = node.named_child(0).is_some_and(|first| first.kind() == "mutable_specifier");
    if mutable { &BORROW_MUTABLY } else { &BORROW }
}
