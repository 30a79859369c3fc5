//! What Java's node kinds do when they run.

use tree_sitter::Node;

use crate::flow::Lower;
use crate::languages::{Case, FlowRules, Form, Switch};

pub(super) const FLOW: FlowRules =
    FlowRules { forms: FORMS, operators_raise: false, conditions_bind_around: true, catch_all: &["Throwable"], ..FlowRules::NONE };

const FORMS: &[(&str, Form)] = &[
    ("program", Form::Sequence),
    ("package_declaration", Form::Skip),
    ("import_declaration", Form::Skip),
    ("module_declaration", Form::Skip),
    // Types and members.
    ("class_declaration", Form::Type { name: "name", body: "body" }),
    ("record_declaration", Form::Type { name: "name", body: "body" }),
    ("interface_declaration", Form::Type { name: "name", body: "body" }),
    ("enum_declaration", Form::Type { name: "name", body: "body" }),
    ("annotation_type_declaration", Form::Skip),
    ("class_body", Form::Block),
    ("interface_body", Form::Block),
    ("enum_body", Form::Sequence),
    ("enum_body_declarations", Form::Sequence),
    ("enum_constant", Form::Declare { name: "name", value: "arguments+body" }),
    ("static_initializer", Form::Sequence),
    ("field_declaration", DECLARATIONS),
    ("constant_declaration", DECLARATIONS),
    ("local_variable_declaration", DECLARATIONS),
    ("variable_declarator", Form::Declare { name: "name", value: "value" }),
    ("method_declaration", FUNCTION),
    ("constructor_declaration", FUNCTION),
    ("compact_constructor_declaration", Form::Function { name: "name", parameters: "", body: "body" }),
    ("formal_parameters", Form::Evaluate),
    ("inferred_parameters", Form::Evaluate),
    ("formal_parameter", Form::Declare { name: "name", value: "" }),
    ("spread_parameter", Form::Pass { value: "=variable_declarator" }),
    ("receiver_parameter", Form::Skip),
    ("throws", Form::Skip),
    ("modifiers", Form::Skip),
    ("annotation", Form::Skip),
    ("marker_annotation", Form::Skip),
    ("permits", Form::Skip),
    // Statements.
    ("block", Form::Block),
    ("constructor_body", Form::Block),
    ("expression_statement", Form::Statement),
    ("labeled_statement", Form::Label { name: "0", body: "1" }),
    ("if_statement", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("while_statement", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("do_statement", Form::DoWhile { body: "body", condition: "condition" }),
    ("for_statement", Form::For { init: "init", condition: "condition", update: "update", body: "body" }),
    ("enhanced_for_statement", Form::ForEach { pattern: "name", iterable: "value", body: "body", otherwise: "" }),
    ("switch_expression", Form::Choose(switch)),
    ("switch_block", Form::Sequence),
    ("switch_block_statement_group", ARM),
    ("switch_rule", ARM),
    ("switch_label", Form::Evaluate),
    ("guard", Form::Filter { condition: "0" }),
    ("pattern", Form::Custom(pattern)),
    ("type_pattern", Form::Pass { value: "-1" }),
    ("record_pattern", Form::Call { function: "0", arguments: "=record_pattern_body" }),
    ("record_pattern_body", Form::Evaluate),
    ("record_pattern_component", Form::Pass { value: "-1" }),
    ("underscore_pattern", Form::Skip),
    ("yield_statement", Form::Give { value: "0" }),
    ("break_statement", Form::Break { label: "0", value: "" }),
    ("continue_statement", Form::Continue { label: "0" }),
    ("return_statement", Form::Return { value: "0" }),
    ("throw_statement", Form::Raise { value: "0" }),
    ("assert_statement", Form::Assert { condition: "0", message: "1" }),
    ("synchronized_statement", Form::With { items: "=parenthesized_expression", body: "body", swallows: false }),
    ("try_statement", Form::Try { body: "body" }),
    ("try_with_resources_statement", Form::With { items: "resources", body: "body", swallows: false }),
    ("resource_specification", Form::Sequence),
    // A resource that is a variable of before stands where else a type does.
    ("resource", Form::Declare { name: "name", value: "value+0" }),
    ("catch_clause", Form::Catch { pattern: "=catch_formal_parameter", body: "body" }),
    ("catch_formal_parameter", Form::Declare { name: "name", value: "" }),
    ("finally_clause", Form::Finally { body: "=block" }),
    // Expressions.
    ("lambda_expression", Form::Closure { parameters: "parameters", body: "body" }),
    ("method_reference", Form::Evaluate),
    ("super", Form::This),
    ("argument_list", Form::Evaluate),
    ("array_creation_expression", Form::Evaluate),
    ("array_initializer", Form::Evaluate),
    ("dimensions_expr", Form::Evaluate),
    ("assignment_expression", Form::Compound { left: "left", right: "right" }),
    ("binary_expression", Form::Binary { left: "left", operator: "operator", right: "right" }),
    ("unary_expression", Form::Unary { operator: "operator", operand: "operand" }),
    ("update_expression", Form::Update { operand: "" }),
    ("ternary_expression", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("instanceof_expression", Form::Matches { pattern: "name+pattern", value: "left" }),
    ("cast_expression", Form::Evaluate),
    ("template_expression", Form::Evaluate),
    ("string_interpolation", Form::Evaluate),
    ("string_literal", Form::Skip),
    ("character_literal", Form::Skip),
    ("null_literal", Form::Skip),
    ("true", Form::Skip),
    ("false", Form::Skip),
    ("decimal_integer_literal", Form::Skip),
    ("hex_integer_literal", Form::Skip),
    ("octal_integer_literal", Form::Skip),
    ("binary_integer_literal", Form::Skip),
    ("decimal_floating_point_literal", Form::Skip),
    ("hex_floating_point_literal", Form::Skip),
    ("class_literal", Form::Skip),
    // Types.
    ("type_identifier", Form::Skip),
    ("scoped_type_identifier", Form::Skip),
    ("generic_type", Form::Skip),
    ("array_type", Form::Skip),
    ("annotated_type", Form::Skip),
    ("integral_type", Form::Skip),
    ("floating_point_type", Form::Skip),
    ("boolean_type", Form::Skip),
    ("void_type", Form::Skip),
    ("type_arguments", Form::Skip),
    ("type_parameters", Form::Skip),
    ("type_list", Form::Skip),
    ("dimensions", Form::Skip),
];

const FUNCTION: Form = Form::Function { name: "name", parameters: "parameters", body: "body" };
const DECLARATIONS: Form = Form::Declare { name: "", value: "declarator" };
const ARM: Form =
    Form::Case(Case { pattern: "=switch_label", guard: "", body: "", binds: false, default: &["default", "case null, default"] });

/// Old arms fall through, new ones do not. A switch with a value always takes an arm, and so does one over patterns.
fn switch<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    const STATEMENTS: Switch = Switch::C;
    const RULES: Switch = Switch { falls: false, ..STATEMENTS };
    let value = match node.parent().map_or("", |parent| parent.kind()) {
        "block" | "constructor_body" | "switch_block_statement_group" | "program" => false,
        "expression_statement" | "return_statement" | "yield_statement" | "throw_statement" => true,
        around => !around.ends_with("_statement"),
    };
    let body = node.child_by_field_name("body");
    let arms = || (0..body.map_or(0, |body| body.named_child_count() as u32)).filter_map(|n| body?.named_child(n));
    let rules = arms().any(|arm| arm.kind() == "switch_rule");
    let patterns = arms().filter_map(|arm| arm.named_child(0)?.named_child(0)).any(|first| first.kind() == "pattern");
    match (rules, value || patterns) {
        (false, false) => &Form::Switch(STATEMENTS),
        (false, true) => &Form::Switch(Switch { exhaustive: true, ..STATEMENTS }),
        (true, false) => &Form::Switch(RULES),
        (true, true) => &Form::Switch(Switch { exhaustive: true, ..RULES }),
    }
}

/// Names in the pattern of a label are bound, others are constants.
fn pattern<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for part in low.named_children(node) {
        low.pattern(part, crate::flow::Bind::Declare);
    }
    None
}
