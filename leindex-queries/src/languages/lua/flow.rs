//! What Lua's node kinds do when they run.
//!
//! `error(…)` raises; what `pcall` guards is a closure like any other. In `M.f = function … end` the function is the
//! value that is assigned.

use tree_sitter::Node;

use crate::flow::Lower;
use crate::languages::{FlowRules, Form};

pub(super) const FLOW: FlowRules = FlowRules { forms: FORMS, clauses: true, ..FlowRules::NONE };

const FORMS: &[(&str, Form)] = &[
    ("chunk", Form::Sequence),
    ("block", Form::Block),
    ("do_statement", Form::Sequence),
    ("empty_statement", Form::Skip),
    ("hash_bang_line", Form::Skip),
    ("attribute", Form::Skip),
    ("function_declaration", Form::Choose(function)),
    ("function_definition", Form::Closure { parameters: "parameters", body: "body" }),
    ("parameters", Form::Evaluate),
    ("vararg_expression", Form::Name),
    ("variable_declaration", Form::Choose(declaration)),
    ("implicit_variable_declaration", Form::Skip),
    ("assignment_statement", Form::Choose(assignment)),
    ("variable_list", Form::Evaluate),
    ("expression_list", Form::Evaluate),
    ("if_statement", Form::If { condition: "condition", then: "consequence", otherwise: "alternative" }),
    ("elseif_statement", Form::If { condition: "condition", then: "consequence", otherwise: "" }),
    ("else_statement", Form::Sequence),
    ("while_statement", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("repeat_statement", Form::DoUntil { body: "body", condition: "condition" }),
    ("for_statement", Form::Control(for_statement)),
    ("for_generic_clause", Form::Evaluate),
    ("for_numeric_clause", Form::Evaluate),
    ("break_statement", Form::Break { label: "", value: "" }),
    ("goto_statement", Form::Goto { label: "0" }),
    ("label_statement", Form::Label { name: "0", body: "" }),
    ("return_statement", Form::Return { value: "0" }),
    ("function_call", Form::Choose(call)),
    ("arguments", Form::Evaluate),
    ("binary_expression", Form::Binary { left: "left", operator: "", right: "right" }),
    ("unary_expression", Form::Unary { operator: "operator", operand: "operand" }),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("dot_index_expression", Form::Member { object: "table", name: "field" }),
    ("method_index_expression", Form::Member { object: "table", name: "method" }),
    ("bracket_index_expression", Form::Element { object: "table" }),
    ("table_constructor", Form::Evaluate),
    ("field", Form::Choose(field)),
    ("string", Form::Skip),
    ("string_content", Form::Skip),
];

const CALL: Form = Form::Call { function: "name", arguments: "arguments" };

/// `function f()` and `function M.f()` assign, `local function f()` declares.
fn function<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    if is_token(source, node, "local") {
        &Form::Function { name: "name", parameters: "parameters", body: "body" }
    } else {
        &Form::AssignedFunction { target: "name", parameters: "parameters", body: "body" }
    }
}

fn is_token(source: &str, node: Node<'_>, token: &str) -> bool {
    node.child(0).and_then(|first| source.get(first.byte_range())) == Some(token)
}

/// A variable that is `<close>` is closed when its block is left.
fn declaration<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let Some(inner) = node.named_child(0).filter(|inner| inner.kind() == "assignment_statement") else {
        return &Form::Declare { name: "0", value: "" };
    };
    let mut cursor = inner.walk();
    let closes = inner.named_child(0).is_some_and(|names| {
        names.children_by_field_name("attribute", &mut cursor).any(|attribute| source.get(attribute.byte_range()) == Some("<close>"))
    });
    if closes { &Form::With { items: "0", body: "", swallows: false } } else { &Form::Statement }
}

fn assignment<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.parent().is_some_and(|parent| parent.kind() == "variable_declaration") {
        &Form::Declare { name: "0", value: "1" }
    } else {
        &Form::Assign { left: "0", right: "1" }
    }
}

/// `for k, v in …` and `for i = from, to, step`, whose values are evaluated once.
fn for_statement<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    let Some(clause) = node.child_by_field_name("clause") else { return };
    let parts = low.named_children(clause);
    let Some((pattern, values)) = parts.split_first() else { return };
    low.for_each(node, &[*pattern], values, |low| {
        if let Some(body) = node.child_by_field_name("body") {
            low.statement(body, None);
        }
    });
}

fn call<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let Some(callee) = node.child_by_field_name("name") else { return &CALL };
    match source.get(callee.byte_range()) {
        Some("error") => &Form::Raise { value: "arguments" },
        Some("table.insert" | "table.remove" | "table.sort") => &Form::Custom(changes_table),
        _ if callee.kind() == "dot_index_expression" => &Form::Custom(call_of_member),
        _ => &CALL,
    }
}

/// `M.f(x)` does not give `M` to the function, as `m:f(x)` does.
fn call_of_member<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    low.call_of_member(node, &CALL, 0);
    None
}

fn changes_table<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    low.call_of_member(node, &CALL, 1);
    None
}

/// `name = value`, `[key] = value`, `value`.
fn field<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    if is_token(source, node, "[") { &Form::Evaluate } else { &Form::Pass { value: "value" } }
}
