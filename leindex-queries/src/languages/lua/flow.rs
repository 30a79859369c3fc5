//! What Lua's node kinds do when they run.

use tree_sitter::Node;

use crate::flow::{Bind, Lower};
use crate::languages::{FlowRules, Form, Results};

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
    ("chunk", Form::Sequence),
    ("hash_bang_line", Form::Skip),
    // Declarations.
    ("function_declaration", Form::Function { name: "name", parameters: "parameters", body: "body" }),
    ("function_definition", Form::Closure { parameters: "parameters", body: "body" }),
    ("parameters", Form::Evaluate),
    ("variable_declaration", Form::Custom(local)),
    ("implicit_variable_declaration", Form::Skip),
    ("attribute", Form::Skip),
    // Statements.
    ("block", Form::Block),
    ("do_statement", Form::Sequence),
    ("empty_statement", Form::Skip),
    ("assignment_statement", Form::Assign { left: "0", right: "1" }),
    ("variable_list", Form::Evaluate),
    ("expression_list", Form::Evaluate),
    ("if_statement", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("elseif_statement", Form::If { condition: "condition", then: "consequence", otherwise: "" }),
    ("else_statement", Form::Sequence),
    ("while_statement", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("repeat_statement", Form::DoUntil { body: "body", condition: "condition" }),
    ("for_statement", Form::Custom(for_statement)),
    ("break_statement", Form::Break { label: "", value: "" }),
    ("goto_statement", Form::Goto { label: "0" }),
    ("label_statement", Form::Label { name: "0", body: "" }),
    ("return_statement", Form::Return { value: "0" }),
    // Expressions.
    ("identifier", Form::Name),
    ("function_call", Form::Custom(call)),
    ("arguments", Form::Evaluate),
    ("dot_index_expression", Form::Member { object: "table", name: "field" }),
    ("method_index_expression", Form::Member { object: "table", name: "method" }),
    ("bracket_index_expression", Form::Element { object: "table" }),
    ("binary_expression", Form::Binary { left: "left", operator: "operator", right: "right" }),
    ("unary_expression", Form::Unary { operator: "operator", operand: "operand" }),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("table_constructor", Form::Evaluate),
    ("field", Form::Custom(field)),
    ("vararg_expression", Form::Skip),
    ("string", Form::Skip),
    ("number", Form::Skip),
    ("true", Form::Skip),
    ("false", Form::Skip),
    ("nil", Form::Skip),
];

const CALL: Form = Form::Call { function: "name", arguments: "arguments" };
const RAISE: Form = Form::Raise { value: "" };
const VALUE: Form = Form::Pass { value: "value" };
const EVALUATE: Form = Form::Evaluate;
const NUMBERS: Form = Form::ForEach {
    pattern: "=for_numeric_clause>name",
    iterable: "=for_numeric_clause>start+=for_numeric_clause>end+=for_numeric_clause>step",
    body: "body",
    otherwise: "",
};
const EACH: Form = Form::ForEach { pattern: "=for_generic_clause>0", iterable: "=for_generic_clause>1", body: "body", otherwise: "" };

/// `local a, b = …`. What is marked `<close>` is closed when the block is left.
fn local<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let inner = low.named_children(node).into_iter().next()?;
    let (names, values) = match inner.kind() {
        "assignment_statement" => (inner.named_child(0)?, inner.named_child(1)),
        _ => (inner, None),
    };
    low.step_of(node, |low| {
        if let Some(values) = values {
            low.expression(values);
        }
        low.pattern(names, Bind::Declare);
    });
    if low.named_children(names).iter().any(|name| name.kind() == "attribute" && low.text(*name).contains("close")) {
        low.close_later(node);
    }
    None
}

fn for_statement<'t>(_: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let numeric = node.child_by_field_name("clause").is_some_and(|clause| clause.kind() == "for_numeric_clause");
    Some(if numeric { &NUMBERS } else { &EACH })
}

/// A call of the builtin `error` leaves with an error.
fn call<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let name = node.child_by_field_name("name");
    let raises = name.is_some_and(|name| low.text(name) == "error" && !low.is_known(name));
    Some(if raises { &RAISE } else { &CALL })
}

/// A plain name before `=` is a key.
fn field<'t>(_: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let computed = node.child(0).is_some_and(|first| first.kind() == "[");
    Some(if computed || node.child_by_field_name("name").is_none() { &EVALUATE } else { &VALUE })
}
