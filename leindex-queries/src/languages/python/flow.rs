//! What Python's node kinds do when they run.

use tree_sitter::Node;

use crate::flow::{Bind, Lower};
use crate::languages::{Case, FlowRules, Form, Results, Switch};

pub(super) const FLOW: FlowRules = FlowRules {
    forms: FORMS,
    block_scopes: false,
    results: Results::Never,
    closures_share_names: false,
    capitals_are_constants: false,
    handlers_in_order: true,
    clauses: false,
    catch_all: &[],
    operators_raise: true,
    conditions_bind_around: false,
};

const FORMS: &[(&str, Form)] = &[
    ("module", Form::Sequence),
    ("block", Form::Block),
    ("expression_statement", Form::Statement),
    ("pass_statement", Form::Statement),
    ("decorated_definition", Form::Sequence),
    ("decorator", Form::Pass { value: "0" }),
    ("function_definition", Form::Function { name: "name", parameters: "parameters", body: "body" }),
    ("class_definition", Form::Type { name: "name", body: "superclasses+body" }),
    ("lambda", Form::Closure { parameters: "parameters", body: "body" }),
    ("import_statement", Form::Binds),
    ("import_from_statement", Form::Declare { name: "name", value: "" }),
    ("future_import_statement", Form::Skip),
    ("aliased_import", Form::Declare { name: "alias", value: "" }),
    ("wildcard_import", Form::Skip),
    ("type_alias_statement", Form::Custom(type_alias)),
    ("global_statement", Form::Outer),
    ("nonlocal_statement", Form::Outer),
    ("delete_statement", Form::Delete),
    ("assert_statement", Form::Assert { condition: "0", message: "1" }),
    ("return_statement", Form::Return { value: "0" }),
    ("raise_statement", Form::Raise { value: "" }),
    ("break_statement", Form::Break { label: "", value: "" }),
    ("continue_statement", Form::Continue { label: "" }),
    ("if_statement", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("elif_clause", Form::If { condition: "condition", then: "consequence", otherwise: "" }),
    ("else_clause", Form::Sequence),
    ("while_statement", Form::While { condition: "condition", body: "body", otherwise: "alternative" }),
    ("for_statement", Form::ForEach { pattern: "left", iterable: "right", body: "body", otherwise: "alternative" }),
    ("try_statement", Form::Try { body: "body" }),
    ("except_clause", Form::CatchIf { types: "value+alias", body: "=block" }),
    ("finally_clause", Form::Finally { body: "=block" }),
    ("with_statement", Form::With { items: "=with_clause", body: "body", swallows: true }),
    ("with_clause", Form::Sequence),
    ("with_item", Form::Pass { value: "value" }),
    ("as_pattern", Form::Custom(as_pattern)),
    ("as_pattern_target", Form::Pass { value: "0" }),
    ("match_statement", Form::Switch(Switch { subject: "subject", cases: "body", exhaustive: false, ..Switch::MATCH })),
    ("case_clause", Form::Case(Case { pattern: "=case_pattern", guard: "guard", body: "consequence", binds: true, default: &["_"] })),
    ("case_pattern", Form::Evaluate),
    ("class_pattern", Form::Custom(class_pattern)),
    ("keyword_pattern", Form::Pass { value: "1" }),
    ("dict_pattern", Form::Evaluate),
    ("union_pattern", Form::Evaluate),
    ("splat_pattern", Form::Evaluate),
    ("complex_pattern", Form::Skip),
    ("dotted_name", Form::Custom(dotted_name)),
    ("if_clause", Form::Filter { condition: "0" }),
    ("for_in_clause", Form::ForEach { pattern: "left", iterable: "right", body: "", otherwise: "" }),
    ("list_comprehension", Form::Comprehension { element: "body" }),
    ("set_comprehension", Form::Comprehension { element: "body" }),
    ("dictionary_comprehension", Form::Comprehension { element: "body" }),
    ("generator_expression", Form::Comprehension { element: "body" }),
    ("conditional_expression", Form::If { condition: "1", then: "0", otherwise: "2" }),
    ("boolean_operator", Form::Binary { left: "left", operator: "operator", right: "right" }),
    ("not_operator", Form::Unary { operator: "=not", operand: "argument" }),
    ("comparison_operator", Form::Evaluate),
    ("binary_operator", Form::Evaluate),
    ("unary_operator", Form::Evaluate),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("assignment", Form::Custom(assignment)),
    ("augmented_assignment", Form::Compound { left: "left", right: "right" }),
    ("named_expression", Form::Assign { left: "name", right: "value" }),
    ("subscript", Form::Element { object: "value" }),
    ("slice", Form::Evaluate),
    ("await", Form::Await { value: "0" }),
    ("yield", Form::Yield { value: "" }),
    ("string", Form::Evaluate),
    ("concatenated_string", Form::Evaluate),
    ("string_content", Form::Skip),
    ("relative_import", Form::Skip),
    ("generic_type", Form::Evaluate),
    ("interpolation", Form::Evaluate),
    ("format_specifier", Form::Evaluate),
    ("format_expression", Form::Evaluate),
    ("list", Form::Evaluate),
    ("set", Form::Evaluate),
    ("tuple", Form::Evaluate),
    ("dictionary", Form::Evaluate),
    ("pair", Form::Evaluate),
    ("expression_list", Form::Evaluate),
    ("list_splat", Form::Evaluate),
    ("dictionary_splat", Form::Evaluate),
    ("list_splat_pattern", Form::Evaluate),
    ("dictionary_splat_pattern", Form::Evaluate),
    ("pattern_list", Form::Evaluate),
    ("tuple_pattern", Form::Evaluate),
    ("list_pattern", Form::Evaluate),
    ("typed_parameter", Form::Pass { value: "0" }),
    ("default_parameter", Form::DefaultParameter { name: "name", value: "value" }),
    ("typed_default_parameter", Form::DefaultParameter { name: "name", value: "value" }),
    ("parameters", Form::Evaluate),
    ("lambda_parameters", Form::Evaluate),
    ("argument_list", Form::Evaluate),
    ("print_statement", Form::Evaluate),
    ("exec_statement", Form::Evaluate),
    ("type", Form::Custom(type_expression)),
    ("type_parameter", Form::Skip),
];

/// In an import the first name is bound, in a pattern it is compared with.
fn dotted_name<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let parts = low.named_children(node);
    let in_import = node.parent().is_some_and(|parent| parent.kind().contains("import"));
    if in_import {
        low.may_raise();
    }
    match parts.as_slice() {
        [first] if in_import || low.in_pattern() => low.bind_name(*first),
        [first, ..] if in_import => low.bind_name(*first),
        [first, ..] => low.use_name(*first),
        [] => {}
    }
    None
}

/// Without a value it is an annotation, and does nothing.
fn assignment<'t>(_: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    const ASSIGN: Form = Form::Assign { left: "left", right: "right" };
    Some(if node.child_by_field_name("right").is_some() { &ASSIGN } else { &Form::Skip })
}

/// In an arm both sides are patterns, elsewhere the left side is a value.
fn as_pattern<'t>(low: &mut Lower<'t>, _: Node<'t>) -> Option<&'static Form> {
    const DECLARE: Form = Form::Declare { name: "alias", value: "0" };
    Some(if low.in_pattern() { &Form::Evaluate } else { &DECLARE })
}

/// The class is compared with, what is in its parentheses are patterns.
fn class_pattern<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let parts = low.named_children(node);
    let (class, inner) = parts.split_first()?;
    if let Some(&first) = low.named_children(*class).first() {
        low.use_name(first);
    }
    for &pattern in inner {
        low.pattern(pattern, Bind::Assign);
    }
    None
}

/// `type X = …` declares; `type(x).y = …` is read as the same by the grammar.
fn type_alias<'t>(_: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    const DECLARE: Form = Form::Declare { name: "left", value: "" };
    const ASSIGN: Form = Form::Assign { left: "left", right: "right" };
    let left = node.child_by_field_name("left").and_then(|left| left.named_child(0));
    Some(match left.map(|left| left.kind()) {
        Some("attribute" | "subscript" | "call") => &ASSIGN,
        _ => &DECLARE,
    })
}

/// An annotation does nothing; in an alias it is a name, or what [`type_alias`] takes for an expression.
fn type_expression<'t>(_: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    const PASS: Form = Form::Pass { value: "0" };
    Some(if node.parent().is_some_and(|parent| parent.kind() == "type_alias_statement") { &PASS } else { &Form::Skip })
}
