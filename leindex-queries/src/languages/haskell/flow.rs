//! What Haskell's node kinds do when they run.
//!
//! A lazy language evaluates what is needed when it is needed; the graph is that of evaluating in the order of the text:
//! bindings of `let` and `where` before what uses them, arguments before the call. `where` comes before the guards that
//! see it. Bindings of one group may use each other in any order; a name that is bound only further down is free here.
//! A `do` that is an argument is a function without parameters: whether it runs is up to the function it is given to.

use tree_sitter::Node;

use crate::flow::{Clause, Lower};
use crate::languages::{FlowRules, Form, Results};

pub(super) const FLOW: FlowRules =
    FlowRules { forms: FORMS, block_scopes: true, results: Results::Always, clauses: true, ..FlowRules::NONE };

const FORMS: &[(&str, Form)] = &[
    ("haskell", Form::Sequence),
    ("header", Form::Skip),
    ("imports", Form::Skip),
    ("declarations", Form::Sequence),
    ("class", Form::Type { name: "", body: "declarations" }),
    ("instance", Form::Type { name: "", body: "declarations" }),
    ("class_declarations", Form::Sequence),
    ("instance_declarations", Form::Sequence),
    ("data_type", Form::Skip),
    ("newtype", Form::Skip),
    ("data_family", Form::Skip),
    ("data_instance", Form::Skip),
    ("type_family", Form::Skip),
    ("type_instance", Form::Skip),
    ("kind_signature", Form::Skip),
    ("fixity", Form::Skip),
    ("default_types", Form::Skip),
    ("default_signature", Form::Skip),
    ("deriving_instance", Form::Skip),
    ("role_annotation", Form::Skip),
    ("data_constructors", Form::Skip),
    ("data_constructor", Form::Skip),
    ("newtype_constructor", Form::Skip),
    ("gadt_constructors", Form::Skip),
    ("gadt_constructor", Form::Skip),
    ("fields", Form::Skip),
    ("field", Form::Skip),
    ("type_synonym", Form::Skip),
    ("context", Form::Skip),
    ("type_patterns", Form::Skip),
    ("foreign_import", Form::Skip),
    ("foreign_export", Form::Skip),
    ("pattern_synonym", Form::Skip),
    ("pragma", Form::Skip),
    ("haddock", Form::Skip),
    ("cpp", Form::Skip),
    ("signature", Form::Choose(signature)),
    ("function", Form::Choose(function)),
    ("bind", Form::Choose(bind)),
    ("let", Form::Control(let_statement)),
    ("let_in", Form::Control(let_in)),
    ("local_binds", Form::Skip),
    ("do", Form::Choose(do_block)),
    ("exp", Form::Pass { value: "0" }),
    ("rec", Form::Sequence),
    ("case", Form::Control(case)),
    ("lambda", Form::Clauses(lambda)),
    ("lambda_case", Form::Clauses(lambda_case)),
    ("lambda_cases", Form::Clauses(lambda_case)),
    ("conditional", Form::If { condition: "if", then: "then", otherwise: "else" }),
    ("multi_way_if", Form::Control(multi_way_if)),
    ("list_comprehension", Form::Control(comprehension)),
    ("boolean", Form::Pass { value: "0" }),
    ("variable", Form::Name),
    ("implicit_variable", Form::Name),
    ("label", Form::Skip),
    ("constructor", Form::Skip),
    ("qualified", Form::Skip),
    ("operator", Form::Skip),
    ("constructor_operator", Form::Skip),
    ("infix_id", Form::Skip),
    ("prefix_id", Form::Skip),
    ("unit", Form::Skip),
    ("wildcard", Form::Skip),
    ("literal", Form::Skip),
    ("apply", Form::Custom(apply)),
    ("type_application", Form::Skip),
    ("explicit_type", Form::Skip),
    ("infix", Form::Choose(infix)),
    ("negation", Form::Evaluate),
    ("left_section", Form::Evaluate),
    ("right_section", Form::Evaluate),
    ("arithmetic_sequence", Form::Evaluate),
    ("parens", Form::Pass { value: "0" }),
    ("tuple", Form::Evaluate),
    ("unboxed_tuple", Form::Evaluate),
    ("unboxed_sum", Form::Evaluate),
    ("list", Form::Evaluate),
    ("patterns", Form::Evaluate),
    ("record", Form::Evaluate),
    ("field_update", Form::Choose(field_update)),
    ("field_pattern", Form::Choose(field_pattern)),
    ("field_name", Form::Pass { value: "0" }),
    ("projection", Form::Pass { value: "expression" }),
    ("projection_selector", Form::Skip),
    ("as", Form::Evaluate),
    ("strict", Form::Pass { value: "0" }),
    ("irrefutable", Form::Pass { value: "0" }),
    ("view_pattern", Form::Custom(view_pattern)),
    ("quasiquote", Form::Skip),
    ("quote", Form::Evaluate),
    ("typed_quote", Form::Evaluate),
    ("splice", Form::Evaluate),
    ("top_splice", Form::Evaluate),
];

fn fields<'t>(node: Node<'t>, field: &str) -> Vec<Node<'t>> {
    node.children_by_field_name(field, &mut node.walk()).filter(|child| child.is_named()).collect()
}

fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    node.named_children(&mut node.walk()).filter(|child| !child.is_extra()).collect()
}

fn parent_kind<'t>(node: Node<'t>) -> &'t str {
    node.parent().map_or("", |parent| parent.kind())
}

/// A declaration, or an expression with its type.
fn signature<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    match parent_kind(node) {
        "declarations" | "class_declarations" | "instance_declarations" | "local_binds" => &Form::Skip,
        _ => &Form::Pass { value: "0" },
    }
}

/// An equation, or the type of a function.
fn function<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("match").is_some() { &Form::Clauses(equation) } else { &Form::Skip }
}

/// `pattern <- action`, a binding among others, or a function without parameters.
fn bind<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    match parent_kind(node) {
        "local_binds" => &Form::Control(binding),
        _ if node.child_by_field_name("match").is_none() => &Form::Declare { name: "pattern", value: "expression" },
        _ if node.child_by_field_name("name").is_none() => &Form::Control(binding),
        _ => &Form::Clauses(equation),
    }
}

// --- functions ---

fn equation<'t>(_: &'t str, node: Node<'t>) -> Vec<Clause<'t>> {
    let mut parameters = Vec::new();
    if let Some(infix) = children(node).into_iter().find(|child| child.kind() == "infix") {
        parameters.extend(["left_operand", "right_operand"].into_iter().filter_map(|side| infix.child_by_field_name(side)));
    }
    parameters.extend(node.child_by_field_name("patterns").map(children).unwrap_or_default());
    vec![Clause { node, parameters, guard: None, head_end: head_end(node), body: alternatives }]
}

/// Where the patterns of an equation or alternative end.
fn head_end(node: Node<'_>) -> usize {
    let first = node.child_by_field_name("match").map_or(node.end_byte(), |first| first.start_byte());
    let before = children(node).into_iter().take_while(|child| child.start_byte() < first).last();
    before.map_or(first, |before| before.end_byte())
}

fn lambda<'t>(_: &'t str, node: Node<'t>) -> Vec<Clause<'t>> {
    let parameters = node.child_by_field_name("patterns").map(children).unwrap_or_default();
    let head_end = parameters.last().map_or(node.start_byte() + 1, |last| last.end_byte());
    vec![Clause { node, parameters, guard: None, head_end, body: expression_body }]
}

fn lambda_case<'t>(_: &'t str, node: Node<'t>) -> Vec<Clause<'t>> {
    let clauses = node.child_by_field_name("alternatives").map(children).unwrap_or_default();
    let clause = |node: Node<'t>| {
        let mut parameters = fields(node, "pattern");
        parameters.extend(node.child_by_field_name("patterns").map(children).unwrap_or_default());
        Clause { node, parameters, guard: None, head_end: head_end(node), body: alternatives }
    };
    clauses.into_iter().filter(|child| child.kind() == "alternative").map(clause).collect()
}

/// A `do` that is handed over is a function.
fn do_block<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    match parent_kind(node) {
        "match" | "exp" | "conditional" | "let_in" | "lambda" | "bind" | "do" => &Form::Block,
        _ => &Form::Clauses(action),
    }
}

fn action<'t>(_: &'t str, node: Node<'t>) -> Vec<Clause<'t>> {
    vec![Clause { node, parameters: Vec::new(), guard: None, head_end: node.start_byte() + 2, body: do_body }]
}

fn do_body<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    low.statements_of(&children(node), sink);
}

fn expression_body<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    low.statements_of(&fields(node, "expression"), sink);
}

/// The right sides of an equation: what `where` binds, then the guards in order.
fn alternatives<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let binds = node.child_by_field_name("binds").into_iter().collect::<Vec<_>>();
    low.block_scope(|low| {
        binds.into_iter().for_each(|group| bindings(low, group));
        guarded(low, &fields(node, "match"), sink, |low| low.next_clause());
    });
}

/// Right sides with guards; `fails` says what happens when none holds.
fn guarded<'t>(low: &mut Lower<'t>, matches: &[Node<'t>], sink: Option<u32>, fails: fn(&mut Lower<'t>)) {
    let Some((&first, rest)) = matches.split_first() else { return fails(low) };
    let guards: Vec<Node<'t>> = fields(first, "guards").into_iter().flat_map(children).collect();
    if guards.iter().all(|guard| matches!(low.text(*guard), "otherwise" | "True")) {
        return expression_body(low, first, sink);
    }
    let scope = low.open_scope();
    let mut condition = None;
    let mut before = Vec::new();
    for guard in guards {
        if guard.kind() == "let" {
            before.push(guard);
            continue;
        }
        let parts = std::mem::take(&mut before);
        condition = Some(low.and_after(condition, |low| low.statements_of(&parts, None), |low| holds(low, guard)));
    }
    let then = low.block(|low| {
        low.statements_of(&before, None);
        expression_body(low, first, sink);
    });
    low.close_scope(scope);
    let otherwise = low.block(|low| guarded(low, rest, sink, fails));
    if let Some(condition) = condition {
        low.push_branch(condition, then, otherwise);
    }
}

fn holds<'t>(low: &mut Lower<'t>, guard: Node<'t>) -> u32 {
    match (guard.child_by_field_name("pattern"), guard.child_by_field_name("expression")) {
        (Some(pattern), Some(of)) => {
            let value = low.value_of(of);
            low.fits(guard, pattern, of, value, None, pattern.kind() == "variable")
        }
        _ => low.condition(guard),
    }
}

// --- bindings ---

/// Bindings side by side; equations of one name are one function.
fn bindings<'t>(low: &mut Lower<'t>, group: Node<'t>) {
    let all = children(group);
    let mut at = 0;
    while let Some(&first) = all.get(at) {
        let name = first.child_by_field_name("name").filter(|_| first.kind() == "function");
        let mut end = at + 1;
        if let Some(name) = name {
            let same = |other: &&Node<'t>| {
                other.kind() == "function" && other.child_by_field_name("name").is_some_and(|other| low.text(other) == low.text(name))
            };
            end += all.iter().skip(end).take_while(same).count();
            low.named_clauses(all.get(at..end).unwrap_or(&[]), Some(name));
        } else {
            low.statement(first, None);
        }
        at = end;
    }
}

/// `name = value` or `pattern = value`, where the value may have guards.
fn binding<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    let Some(target) = node.child_by_field_name("name").or_else(|| node.child_by_field_name("pattern")) else { return };
    let matches = fields(node, "match");
    let is_plain = matches.iter().all(|part| part.child_by_field_name("guards").is_none()) && node.child_by_field_name("binds").is_none();
    if is_plain {
        let values: Vec<Node<'t>> = matches.iter().flat_map(|part| fields(*part, "expression")).collect();
        low.step_of(node, node.end_byte(), |low| {
            values.iter().for_each(|value| low.expression(*value));
            low.declare_pattern(target);
        });
        return;
    }
    let value = low.value_of(node);
    low.block_scope(|low| {
        fields(node, "binds").into_iter().for_each(|group| bindings(low, group));
        guarded(low, &matches, Some(value), |_| ());
    });
    low.step_of(node, head_end(node), |low| {
        low.use_value(Some(value), node);
        low.declare_pattern(target);
    });
}

fn let_statement<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    fields(node, "binds").into_iter().for_each(|group| bindings(low, group));
}

fn let_in<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    low.block_scope(|low| {
        let_statement(low, node, None);
        expression_body(low, node, sink);
    });
}

// --- choices ---

fn case<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let parts = children(node);
    let Some(&subject) = parts.first() else { return };
    let value = low.value_of(subject);
    let head = low.switch_head(subject, subject.end_byte(), Some(subject), Some(value));
    let first = low.open_arms();
    for part in fields(node, "alternatives").into_iter().flat_map(children).filter(|part| part.kind() == "alternative") {
        let patterns = fields(part, "pattern");
        let default = patterns.iter().all(|pattern| matches!(pattern.kind(), "variable" | "wildcard"));
        let test = |low: &mut Lower<'t>| {
            low.use_value(Some(value), part);
            patterns.iter().for_each(|pattern| low.declare_pattern(*pattern));
        };
        let has_guards = fields(part, "match").iter().any(|one| one.child_by_field_name("guards").is_some());
        low.add_arm(part, head_end(part), default && !has_guards, test, None, |low| alternatives(low, part, sink));
    }
    low.close_choice(first, head, true);
}

fn multi_way_if<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    guarded(low, &fields(node, "match"), sink, |_| ());
}

fn comprehension<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let gathered = sink.unwrap_or_else(|| low.value_of(node));
    let qualifiers: Vec<Node<'t>> = fields(node, "qualifiers").into_iter().flat_map(children).collect();
    low.block_scope(|low| {
        low.define_value(node, gathered, &[]);
        rounds(low, &qualifiers, &fields(node, "expression"), gathered);
    });
}

fn rounds<'t>(low: &mut Lower<'t>, qualifiers: &[Node<'t>], element: &[Node<'t>], gathered: u32) {
    let Some((&first, rest)) = qualifiers.split_first() else {
        return element.iter().for_each(|element| low.gather(*element, gathered));
    };
    match (first.kind(), first.child_by_field_name("pattern"), first.child_by_field_name("expression")) {
        ("generator", Some(pattern), Some(of)) => low.for_each(first, &[pattern], &[of], |low| rounds(low, rest, element, gathered)),
        ("let", ..) => {
            let_statement(low, first, None);
            rounds(low, rest, element, gathered);
        }
        _ => {
            let condition = low.condition(first);
            low.branch(condition, false, |low| rounds(low, rest, element, gathered), |_| ());
        }
    }
}

// --- expressions and patterns ---

/// `f a b`: one call. In a pattern a constructor with patterns.
fn apply<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let mut arguments = Vec::new();
    let mut function = node;
    while function.kind() == "apply" {
        arguments.extend(function.child_by_field_name("argument"));
        function = function.child_by_field_name("function")?;
    }
    arguments.reverse();
    if low.in_pattern() {
        arguments.into_iter().for_each(|argument| low.pattern_part(argument));
        return None;
    }
    let is_name = matches!(function.kind(), "variable" | "constructor" | "qualified");
    let callee = Some(function).filter(|function| !is_name || function.kind() == "variable" && low.is_known(*function));
    low.call_of(node, function, callee, &arguments);
    None
}

fn infix<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    match node.child_by_field_name("operator").and_then(|operator| source.get(operator.byte_range())) {
        Some("&&" | "||") => &Form::Binary { left: "left_operand", operator: "operator", right: "right_operand" },
        _ => &Form::Evaluate,
    }
}

fn field_update<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("expression").is_some() { &Form::Pass { value: "expression" } } else { &Form::Pass { value: "field" } }
}

fn field_pattern<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.child_by_field_name("pattern").is_some() { &Form::Pass { value: "pattern" } } else { &Form::Pass { value: "field" } }
}

fn view_pattern<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    if let Some(function) = node.child_by_field_name("expression") {
        low.expression(function);
    }
    if let Some(pattern) = node.child_by_field_name("pattern") {
        low.pattern_part(pattern);
    }
    None
}
