//! What Go's node kinds do when they run.

use tree_sitter::Node;

use crate::flow::{Bind, Lower};
use crate::languages::{Case, FlowRules, Form, Results, Switch};

pub(super) const FLOW: FlowRules = FlowRules {
    forms: FORMS,
    block_scopes: true,
    results: Results::Never,
    closures_share_names: false,
    capitals_are_constants: false,
    handlers_in_order: false,
    clauses: false,
    catch_all: &[],
    operators_raise: false,
    conditions_bind_around: false,
    raising_is_marked: false,
    ..FlowRules::NONE
};

const FORMS: &[(&str, Form)] = &[
    // Declarations.
    ("source_file", Form::Sequence),
    ("package_clause", Form::Skip),
    ("import_declaration", Form::Skip),
    ("function_declaration", Form::Function { name: "name", parameters: "parameters+result", body: "body" }),
    ("method_declaration", Form::Custom(method)),
    ("func_literal", Form::Closure { parameters: "parameters+result", body: "body" }),
    ("parameter_list", Form::Custom(parameters)),
    ("const_declaration", Form::Sequence),
    ("const_spec", Form::Declare { name: "name", value: "value" }),
    ("var_declaration", Form::Sequence),
    ("var_spec_list", Form::Sequence),
    ("var_spec", Form::Declare { name: "name", value: "value" }),
    ("type_declaration", Form::Skip),
    // Statements.
    ("block", Form::Block),
    ("statement_list", Form::Sequence),
    ("expression_statement", Form::Custom(expression_statement)),
    ("empty_statement", Form::Skip),
    ("short_var_declaration", Form::Declare { name: "left", value: "right" }),
    ("assignment_statement", Form::Compound { left: "left", right: "right" }),
    ("inc_statement", Form::Update { operand: "" }),
    ("dec_statement", Form::Update { operand: "" }),
    ("send_statement", Form::Custom(send)),
    ("go_statement", Form::Evaluate),
    ("defer_statement", Form::Defer { body: "0", function: true }),
    ("return_statement", Form::Return { value: "0" }),
    ("if_statement", Form::If { condition: "initializer+condition", then: "consequence", otherwise: "alternative" }),
    ("for_statement", Form::Custom(for_statement)),
    ("break_statement", Form::Break { label: "0", value: "" }),
    ("continue_statement", Form::Continue { label: "0" }),
    ("goto_statement", Form::Goto { label: "0" }),
    ("fallthrough_statement", Form::Fallthrough),
    ("labeled_statement", Form::Label { name: "label", body: "*" }),
    ("label_name", Form::Skip),
    ("expression_switch_statement", Form::Switch(Switch { subject: "initializer+value", ..SWITCH })),
    ("expression_case", Form::Case(Case { pattern: "value", ..CASE })),
    ("type_switch_statement", Form::Switch(Switch { subject: "initializer+value+alias", ..SWITCH })),
    ("type_case", Form::Case(Case { pattern: "type", ..CASE })),
    ("default_case", Form::Case(CASE)),
    ("select_statement", Form::Custom(select)),
    ("communication_case", Form::Case(Case { pattern: "communication", ..CASE })),
    ("receive_statement", Form::Declare { name: "left", value: "right" }),
    // Expressions.
    ("expression_list", Form::Custom(expression_list)),
    ("identifier", Form::Name),
    ("field_identifier", Form::Name),
    ("package_identifier", Form::Name),
    ("selector_expression", Form::Member { object: "operand", name: "field" }),
    ("call_expression", Form::Call { function: "function", arguments: "arguments" }),
    ("argument_list", Form::Evaluate),
    ("variadic_argument", Form::Pass { value: "0" }),
    ("index_expression", Form::Element { object: "operand" }),
    ("slice_expression", Form::Element { object: "operand" }),
    ("parenthesized_expression", Form::Pass { value: "0" }),
    ("unary_expression", Form::Unary { operator: "operator", operand: "operand" }),
    ("binary_expression", Form::Binary { left: "left", operator: "operator", right: "right" }),
    ("type_assertion_expression", Form::Evaluate),
    ("type_conversion_expression", Form::Pass { value: "operand" }),
    ("type_instantiation_expression", Form::Skip),
    ("composite_literal", Form::Evaluate),
    ("literal_value", Form::Evaluate),
    ("literal_element", Form::Pass { value: "0" }),
    ("keyed_element", Form::Custom(keyed_element)),
    ("interpreted_string_literal", Form::Skip),
    ("raw_string_literal", Form::Skip),
    ("rune_literal", Form::Skip),
    ("int_literal", Form::Skip),
    ("float_literal", Form::Skip),
    ("imaginary_literal", Form::Skip),
    ("true", Form::Skip),
    ("false", Form::Skip),
    ("nil", Form::Skip),
    ("iota", Form::Skip),
    // Types.
    ("type_identifier", Form::Skip),
    ("qualified_type", Form::Skip),
    ("generic_type", Form::Skip),
    ("pointer_type", Form::Skip),
    ("parenthesized_type", Form::Skip),
    ("negated_type", Form::Skip),
    ("slice_type", Form::Skip),
    ("array_type", Form::Skip),
    ("implicit_length_array_type", Form::Skip),
    ("map_type", Form::Skip),
    ("channel_type", Form::Skip),
    ("function_type", Form::Skip),
    ("struct_type", Form::Skip),
    ("interface_type", Form::Skip),
    ("type_arguments", Form::Skip),
    ("type_parameter_list", Form::Skip),
    ("type_elem", Form::Skip),
];

const SWITCH: Switch = Switch { subject: "", cases: "", in_order: true, breaks: true, falls: false, exhaustive: false };
const CASE: Case = Case { pattern: "", guard: "", body: "", binds: false, default: &[] };
/// One of the cases that are ready.
const SELECT: Form = Form::Switch(Switch { in_order: false, exhaustive: true, ..SWITCH });
const FOREVER: Form = Form::Forever { body: "body" };
const WHILE: Form = Form::While { condition: "0", body: "body", otherwise: "" };
const FOR: Form =
    Form::For { init: "=for_clause>initializer", condition: "=for_clause>condition", update: "=for_clause>update", body: "body" };
const RANGE: Form = Form::ForEach { pattern: "=range_clause>left", iterable: "=range_clause>right", body: "body", otherwise: "" };
const METHOD: Form = Form::Function { name: "name", parameters: "receiver+parameters+result", body: "body" };
const RAISE: Form = Form::Raise { value: "" };
const STATEMENT: Form = Form::Statement;
const EVALUATE: Form = Form::Evaluate;
const VALUE: Form = Form::Pass { value: "value" };

/// A method's receiver has a name of its own.
fn method<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let receiver = node.child_by_field_name("receiver").and_then(|list| list.named_child(0));
    if let Some(name) = receiver.and_then(|parameter| parameter.child_by_field_name("name")) {
        low.name_receiver(name);
    }
    Some(&METHOD)
}

/// Receiver, parameters, or results. Several names may share a type, and one without a name still has its place.
fn parameters<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let parent = node.parent();
    let is = |field| parent.and_then(|parent| parent.child_by_field_name(field)).is_some_and(|list| list.id() == node.id());
    let (receiver, result) = (is("receiver"), is("result"));
    let mut number = 0;
    for declaration in low.named_children(node) {
        let mut cursor = declaration.walk();
        let names: Vec<Node<'t>> = declaration.children_by_field_name("name", &mut cursor).filter(Node::is_named).collect();
        if names.is_empty() {
            number += 1;
        }
        for name in names {
            number += u16::from(!receiver);
            match low.text(name) {
                "_" => {}
                _ if result => low.bind_result(name),
                _ => low.bind_parameter(name, number),
            }
        }
    }
    None
}

/// A call of the builtin `panic` leaves with an error.
fn expression_statement<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let function = node.named_child(0).and_then(|call| call.child_by_field_name("function"));
    let panics = function.is_some_and(|function| low.text(function) == "panic" && !low.is_known(function));
    Some(if panics { &RAISE } else { &STATEMENT })
}

/// The channel holds something else afterwards.
fn send<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if let Some(channel) = node.child_by_field_name("channel") {
        low.modify(channel);
    }
    if let Some(value) = node.child_by_field_name("value") {
        low.expression(value);
    }
    None
}

fn for_statement<'t>(_: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let mut cursor = node.walk();
    let first = node.named_children(&mut cursor).find(|child| child.kind() != "comment");
    Some(match first.map(|first| first.kind()) {
        Some("for_clause") => &FOR,
        Some("range_clause") => &RANGE,
        Some("block") | None => &FOREVER,
        Some(_) => &WHILE,
    })
}

/// What its cases receive from or send is evaluated first, whichever is chosen. Without a case it waits for ever.
fn select<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let cases = low.named_children(node);
    for communication in cases.iter().filter_map(|case| case.child_by_field_name("communication")) {
        let received = communication.child_by_field_name("right").and_then(|right| right.child_by_field_name("operand"));
        let sent = ["channel", "value"].map(|field| communication.child_by_field_name(field));
        for operand in received.into_iter().chain(sent.into_iter().flatten()) {
            if holds_call(operand) {
                low.take_early(operand);
            }
        }
    }
    Some(if cases.is_empty() { &FOREVER } else { &SELECT })
}

/// Whether evaluating an operand does more than read variables.
fn holds_call(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    match node.kind() {
        "call_expression" => true,
        "func_literal" => false,
        _ => node.named_children(&mut cursor).any(holds_call),
    }
}

/// On the left of `=` its parts are assigned, on the left of `:=` names of the innermost scope are assigned and others
/// declared. Before the value of a type switch it names that value.
fn expression_list<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let alias = !low.in_pattern();
    let parent = node.parent()?;
    if alias {
        let of_switch = parent.kind() == "type_switch_statement";
        let value = parent.child_by_field_name("value").filter(|_| of_switch);
        let Some(value) = value else {
            low.each_part(node);
            return None;
        };
        low.expression(value);
    }
    let declares = node.next_sibling().is_some_and(|token| low.text(token) == ":=");
    for target in low.named_children(node) {
        match low.text(target) {
            "_" => {}
            _ if declares => low.redeclare(target),
            _ => low.pattern(target, Bind::Assign),
        }
    }
    None
}

/// A plain name before the colon is the field of a struct, unless what is made has keys or indices.
fn keyed_element<'t>(_: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let key = node.child_by_field_name("key").and_then(|key| key.named_child(0));
    if key.is_none_or(|key| key.kind() != "identifier") {
        return Some(&EVALUATE);
    }
    let made = node.parent().and_then(|body| body.parent()).and_then(|literal| literal.child_by_field_name("type"));
    match made.map(|made| made.kind()) {
        Some("map_type" | "array_type" | "slice_type" | "implicit_length_array_type") => Some(&EVALUATE),
        _ => Some(&VALUE),
    }
}
