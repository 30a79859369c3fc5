//! What C#'s node kinds do when they run.

use std::ops::Range;

use tree_sitter::Node;

use crate::flow::{Bind, Lower};
use crate::languages::{Case, FlowRules, Form, Switch};

pub(super) const FLOW: FlowRules = FlowRules {
    forms: FORMS,
    operators_raise: false,
    conditions_bind_around: true,
    catch_all: &["Exception"],
    implicit_parameters,
    is_reference: |parameter| parameter.starts_with("ref ") || parameter.starts_with("out "),
    ..FlowRules::NONE
};

const FORMS: &[(&str, Form)] = &[
    ("compilation_unit", Form::Sequence),
    ("global_statement", Form::Sequence),
    ("namespace_declaration", Form::Pass { value: "body" }),
    ("file_scoped_namespace_declaration", Form::Skip),
    ("using_directive", Form::Skip),
    ("extern_alias_directive", Form::Skip),
    // Types and members.
    ("class_declaration", TYPE),
    ("struct_declaration", TYPE),
    ("interface_declaration", TYPE),
    ("record_declaration", TYPE),
    ("enum_declaration", TYPE),
    ("delegate_declaration", Form::Skip),
    ("declaration_list", Form::Block),
    ("enum_member_declaration_list", Form::Sequence),
    ("enum_member_declaration", Form::Declare { name: "name", value: "value" }),
    ("field_declaration", VARIABLES),
    ("event_field_declaration", VARIABLES),
    ("local_declaration_statement", Form::Choose(local)),
    ("variable_declaration", Form::Declare { name: "", value: "=variable_declarator" }),
    ("variable_declarator", Form::Declare { name: "name+=tuple_pattern", value: "*" }),
    ("property_declaration", Form::Declare { name: "name", value: "accessors+value" }),
    ("event_declaration", Form::Declare { name: "name", value: "accessors" }),
    ("indexer_declaration", Form::Function { name: "", parameters: "parameters", body: "accessors+value" }),
    ("accessor_list", Form::Choose(accessors)),
    ("accessor_declaration", Form::Choose(accessor)),
    ("method_declaration", FUNCTION),
    ("local_function_statement", FUNCTION),
    ("constructor_declaration", Form::Function { name: "name", parameters: "parameters", body: "=constructor_initializer+body" }),
    ("constructor_initializer", Form::Call { function: "", arguments: "=argument_list" }),
    ("destructor_declaration", FUNCTION),
    ("operator_declaration", Form::Function { name: "", parameters: "parameters", body: "body" }),
    ("conversion_operator_declaration", Form::Function { name: "", parameters: "parameters", body: "body" }),
    ("arrow_expression_clause", Form::Choose(arrow)),
    ("parameter_list", Form::Evaluate),
    ("bracketed_parameter_list", Form::Evaluate),
    ("parameter", Form::Declare { name: "name", value: "*" }),
    ("implicit_parameter", Form::Name),
    ("base_list", Form::Skip),
    ("attribute_list", Form::Skip),
    ("global_attribute", Form::Skip),
    ("modifier", Form::Skip),
    ("explicit_interface_specifier", Form::Skip),
    ("type_parameter_list", Form::Skip),
    ("type_parameter_constraints_clause", Form::Skip),
    // Statements.
    ("block", Form::Block),
    ("empty_statement", Form::Skip),
    ("expression_statement", Form::Statement),
    ("checked_statement", Form::Sequence),
    ("unsafe_statement", Form::Sequence),
    ("fixed_statement", Form::Block),
    ("if_statement", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("while_statement", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("do_statement", Form::DoWhile { body: "body", condition: "condition" }),
    ("for_statement", Form::For { init: "initializer", condition: "condition", update: "update", body: "body" }),
    ("foreach_statement", Form::ForEach { pattern: "left", iterable: "right", body: "body", otherwise: "" }),
    ("switch_statement", Form::Switch(Switch { subject: "value", ..Switch::C })),
    ("switch_body", Form::Sequence),
    ("switch_section", Form::Choose(section)),
    ("labeled_statement", Form::Label { name: "0", body: "1" }),
    ("goto_statement", Form::Goto { label: "0+=default" }),
    ("break_statement", Form::Break { label: "", value: "" }),
    ("continue_statement", Form::Continue { label: "" }),
    ("return_statement", Form::Return { value: "0+=this" }),
    ("throw_statement", Form::Raise { value: "0" }),
    ("yield_statement", Form::Choose(yielded)),
    ("try_statement", Form::Try { body: "body" }),
    ("catch_clause", Form::Catch { pattern: "=catch_declaration+=catch_filter_clause", body: "body" }),
    ("catch_declaration", Form::Declare { name: "name", value: "" }),
    ("catch_filter_clause", Form::Filter { condition: "0" }),
    ("finally_clause", Form::Finally { body: "=block" }),
    ("using_statement", Form::With { items: "*", body: "body", swallows: false }),
    ("lock_statement", Form::With { items: "0", body: "1", swallows: false }),
    // Patterns.
    ("constant_pattern", Form::Custom(constant)),
    ("relational_pattern", Form::Custom(constant)),
    ("declaration_pattern", Form::Declare { name: "name+=parenthesized_variable_designation", value: "" }),
    ("recursive_pattern", Form::Declare { name: "name+=positional_pattern_clause+=property_pattern_clause", value: "" }),
    ("positional_pattern_clause", Form::Evaluate),
    ("property_pattern_clause", Form::Evaluate),
    ("subpattern", Form::Pass { value: "-1" }),
    ("var_pattern", Form::Declare { name: "name+=parenthesized_variable_designation", value: "" }),
    ("parenthesized_variable_designation", Form::Evaluate),
    ("type_pattern", Form::Skip),
    ("negated_pattern", Form::Evaluate),
    ("and_pattern", Form::Evaluate),
    ("or_pattern", Form::Evaluate),
    ("parenthesized_pattern", Form::Evaluate),
    ("list_pattern", Form::Evaluate),
    ("tuple_pattern", Form::Evaluate),
    ("discard", Form::Skip),
    ("when_clause", Form::Pass { value: "0" }),
    // Expressions.
    ("lambda_expression", Form::Closure { parameters: "parameters", body: "body" }),
    ("anonymous_method_expression", Form::Closure { parameters: "parameters", body: "=block" }),
    ("invocation_expression", Form::Call { function: "function", arguments: "arguments" }),
    ("conditional_access_expression", Form::Choose(conditional_access)),
    ("member_binding_expression", Form::Skip),
    ("element_binding_expression", Form::Evaluate),
    ("element_access_expression", Form::Element { object: "expression" }),
    ("bracketed_argument_list", Form::Evaluate),
    ("argument_list", Form::Evaluate),
    ("argument", Form::Custom(argument)),
    ("declaration_expression", Form::Declare { name: "name", value: "" }),
    ("tuple_expression", Form::Evaluate),
    ("object_creation_expression", Form::New { class: "type", arguments: "arguments" }),
    ("implicit_object_creation_expression", Form::New { class: "", arguments: "=argument_list" }),
    ("anonymous_object_creation_expression", Form::Custom(anonymous_object)),
    ("initializer_expression", Form::Custom(initializer)),
    ("with_expression", Form::Evaluate),
    ("with_initializer", Form::Pass { value: "1" }),
    ("array_creation_expression", Form::Evaluate),
    ("implicit_array_creation_expression", Form::Evaluate),
    ("stackalloc_expression", Form::Evaluate),
    ("implicit_stackalloc_expression", Form::Evaluate),
    ("array_type", Form::Pass { value: "rank" }),
    ("array_rank_specifier", Form::Evaluate),
    ("collection_expression", Form::Evaluate),
    ("collection_element", Form::Evaluate),
    ("expression_element", Form::Evaluate),
    ("spread_element", Form::Evaluate),
    ("assignment_expression", Form::Compound { left: "left", right: "right" }),
    ("binary_expression", Form::Binary { left: "left", operator: "operator", right: "right" }),
    ("prefix_unary_expression", Form::Choose(unary)),
    ("postfix_unary_expression", Form::Choose(unary)),
    ("unary_expression", Form::Unary { operator: "operator", operand: "argument" }),
    ("conditional_expression", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("is_expression", Form::Matches { pattern: "", value: "left" }),
    ("is_pattern_expression", Form::Matches { pattern: "pattern", value: "expression" }),
    ("as_expression", Form::Matches { pattern: "", value: "left" }),
    ("cast_expression", Form::Pass { value: "value" }),
    ("checked_expression", Form::Pass { value: "0" }),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("ref_expression", Form::Address { operand: "0" }),
    ("range_expression", Form::Evaluate),
    ("await_expression", Form::Await { value: "0" }),
    ("throw_expression", Form::Raise { value: "0" }),
    ("makeref_expression", Form::Address { operand: "0" }),
    ("reftype_expression", Form::Evaluate),
    ("refvalue_expression", Form::Pass { value: "value" }),
    ("switch_expression", Form::Switch(Switch { subject: "0", cases: "", ..Switch::MATCH })),
    ("switch_expression_arm", Form::Case(Case { pattern: "0", guard: "=when_clause", body: "-1", ..Case::ARM })),
    ("query_expression", Form::Comprehension { element: "=select_clause+=group_clause" }),
    ("from_clause", Form::ForEach { pattern: "name", iterable: "*", body: "", otherwise: "" }),
    ("join_clause", Form::ForEach { pattern: "0", iterable: "1+2", body: "", otherwise: "" }),
    ("join_into_clause", Form::Binds),
    ("let_clause", Form::Declare { name: "0", value: "1" }),
    ("where_clause", Form::Filter { condition: "0" }),
    ("order_by_clause", Form::Evaluate),
    ("select_clause", Form::Evaluate),
    ("group_clause", Form::Evaluate),
    ("interpolated_string_expression", Form::Evaluate),
    ("interpolation", Form::Evaluate),
    ("interpolation_alignment_clause", Form::Evaluate),
    ("interpolation_format_clause", Form::Skip),
    ("generic_name", Form::Pass { value: "0" }),
    ("base", Form::This),
    ("string_literal", Form::Skip),
    ("verbatim_string_literal", Form::Skip),
    ("raw_string_literal", Form::Skip),
    ("character_literal", Form::Skip),
    ("integer_literal", Form::Skip),
    ("real_literal", Form::Skip),
    ("boolean_literal", Form::Skip),
    ("null_literal", Form::Skip),
    ("default_expression", Form::Skip),
    ("typeof_expression", Form::Skip),
    ("sizeof_expression", Form::Skip),
    // Types.
    ("qualified_name", Form::Skip),
    ("alias_qualified_name", Form::Skip),
    ("predefined_type", Form::Skip),
    ("implicit_type", Form::Skip),
    ("nullable_type", Form::Skip),
    ("pointer_type", Form::Skip),
    ("function_pointer_type", Form::Skip),
    ("ref_type", Form::Skip),
    ("scoped_type", Form::Skip),
    ("tuple_type", Form::Skip),
    ("type_argument_list", Form::Skip),
    // Directives: any branch may be what is compiled.
    ("preproc_if", DIRECTIVE),
    ("preproc_elif", DIRECTIVE),
    ("preproc_else", Form::Sequence),
    ("preproc_if_in_attribute_list", Form::Skip),
    ("preproc_region", Form::Skip),
    ("preproc_endregion", Form::Skip),
    ("preproc_pragma", Form::Skip),
    ("preproc_line", Form::Skip),
    ("preproc_define", Form::Skip),
    ("preproc_undef", Form::Skip),
    ("preproc_error", Form::Skip),
    ("preproc_warning", Form::Skip),
];

const TYPE: Form = Form::Type { name: "name", body: "body" };
const FUNCTION: Form = Form::Function { name: "name", parameters: "parameters", body: "body" };
const VARIABLES: Form = Form::Declare { name: "", value: "=variable_declaration" };
const DIRECTIVE: Form = Form::If { condition: "condition", then: "*", otherwise: "alternative" };

fn has_token(node: Node<'_>, tokens: &[&str]) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| !child.is_named() && tokens.contains(&child.kind()))
}

/// `using var x = …;` is closed when its block is left.
fn local<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if has_token(node, &["using"]) { &Form::With { items: "=variable_declaration", body: "", swallows: false } } else { &VARIABLES }
}

/// The accessors of an indexer are functions in one, those of a property parts of its value.
fn accessors<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let indexer = node.parent().is_some_and(|parent| parent.kind() == "indexer_declaration");
    if indexer { &Form::Sequence } else { &Form::Evaluate }
}

/// What an accessor without a body does is not told.
fn accessor<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    node.child_by_field_name("body").map_or(&Form::Skip, |_| &Form::Closure { parameters: "", body: "body" })
}

/// The body of a property without accessors is a function of its own.
fn arrow<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let property = node.parent().is_some_and(|parent| parent.kind() == "property_declaration");
    if property { &Form::Closure { parameters: "", body: "0" } } else { &Form::Pass { value: "0" } }
}

fn section<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    const CASE: Case = Case { pattern: "0", guard: "=when_clause", body: "", binds: true, default: &["_"] };
    if has_token(node, &["default"]) { &Form::Case(Case { pattern: "", ..CASE }) } else { &Form::Case(CASE) }
}

fn yielded<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if has_token(node, &["break"]) { &Form::Return { value: "" } } else { &Form::Yield { value: "0" } }
}

/// In a pattern a constant is compared with.
fn constant<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for part in low.named_children(node) {
        low.expression(part);
    }
    None
}

/// `x?[i]` reads an element, `x?.m` a member.
fn conditional_access<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let element = node.named_child(1).is_some_and(|part| part.kind() == "element_binding_expression");
    if element {
        &Form::Element { object: "condition" }
    } else {
        &Form::Member { object: "condition", name: "=member_binding_expression>name" }
    }
}

/// What is handed over as `out` has another value afterwards, as `ref` it may have.
fn argument<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if has_token(node, &["out"]) {
        if let Some(value) = low.named_children(node).last() {
            low.pattern(*value, Bind::Assign);
        }
        return None;
    }
    Some(if has_token(node, &["ref"]) { &Form::Address { operand: "-1" } } else { &Form::Pass { value: "-1+=this" } })
}

/// Names on the left belong to the object that is made.
fn initializer<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for part in low.named_children(node) {
        match part.child_by_field_name("right").filter(|_| part.kind() == "assignment_expression") {
            Some(value) => low.expression(value),
            None => low.expression(part),
        }
    }
    None
}

fn anonymous_object<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for part in low.named_children(node) {
        if part.next_sibling().is_none_or(|next| next.kind() != "=") {
            low.expression(part);
        }
    }
    None
}

fn unary<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if has_token(node, &["++", "--"]) {
        &Form::Update { operand: "0" }
    } else if node.kind() == "postfix_unary_expression" {
        &Form::Pass { value: "0" }
    } else {
        &Form::Unary { operator: "", operand: "0" }
    }
}

/// `value` of an accessor that is handed one.
fn implicit_parameters<'t>(source: &'t str, node: Node<'t>) -> Vec<(Range<usize>, u16)> {
    let takes = node.kind() == "accessor_declaration" && !has_token(node, &["get"]);
    let found = if takes { value(source, node) } else { None };
    found.map(|found| (found, 1)).into_iter().collect()
}

fn value(source: &str, node: Node<'_>) -> Option<Range<usize>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find_map(|child| match child.kind() {
        "identifier" => (source.get(child.byte_range()) == Some("value")).then(|| child.byte_range()),
        "member_access_expression" => child.child_by_field_name("expression").and_then(|object| value_or_self(source, object)),
        _ => value(source, child),
    })
}

fn value_or_self(source: &str, node: Node<'_>) -> Option<Range<usize>> {
    if source.get(node.byte_range()) == Some("value") { Some(node.byte_range()) } else { value(source, node) }
}
