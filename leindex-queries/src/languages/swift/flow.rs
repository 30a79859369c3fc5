//! What Swift's node kinds do when they run. Its grammar lays the conditions and patterns of a statement flat among the
//! statement's children, so that code reads them.

use tree_sitter::Node;

use crate::flow::{Bind, Item, Lower, StepKind, SwitchKind};
use crate::languages::{FlowRules, Form, Results};

pub(super) const FLOW: FlowRules =
    FlowRules { forms: FORMS, results: Results::Single, handlers_in_order: true, raising_is_marked: true, ..FlowRules::NONE };

const FORMS: &[(&str, Form)] = &[
    // Declarations.
    ("source_file", Form::Sequence),
    ("class_declaration", Form::Pass { value: "body" }),
    ("protocol_declaration", Form::Skip),
    ("class_body", Form::Sequence),
    ("enum_class_body", Form::Sequence),
    ("enum_entry", Form::Skip),
    ("function_declaration", Form::Function { name: "name", parameters: "=parameter", body: "body" }),
    ("protocol_function_declaration", Form::Function { name: "name", parameters: "=parameter", body: "" }),
    ("init_declaration", Form::Function { name: "", parameters: "=parameter", body: "body" }),
    ("deinit_declaration", Form::Function { name: "", parameters: "", body: "body" }),
    ("subscript_declaration", Form::Function { name: "", parameters: "=parameter", body: "=computed_property" }),
    ("parameter", Form::Declare { name: "name#1", value: "" }),
    ("property_declaration", Form::Declare { name: "name", value: "value+computed_value+=willset_didset_block" }),
    ("computed_property", Form::Choose(computed)),
    ("computed_getter", Form::Closure { parameters: "", body: "=statements" }),
    ("computed_modify", Form::Closure { parameters: "", body: "=statements" }),
    ("computed_setter", Form::Closure { parameters: "=simple_identifier", body: "=statements" }),
    ("willset_didset_block", Form::Evaluate),
    ("willset_clause", Form::Closure { parameters: "=simple_identifier", body: "=statements" }),
    ("didset_clause", Form::Closure { parameters: "=simple_identifier", body: "=statements" }),
    ("import_declaration", Form::Skip),
    ("typealias_declaration", Form::Skip),
    ("associatedtype_declaration", Form::Skip),
    ("operator_declaration", Form::Skip),
    ("precedence_group_declaration", Form::Skip),
    ("macro_declaration", Form::Skip),
    ("external_macro_definition", Form::Skip),
    ("modifiers", Form::Skip),
    ("attribute", Form::Skip),
    ("directive", Form::Skip),
    ("diagnostic", Form::Skip),
    ("comment", Form::Skip),
    ("multiline_comment", Form::Skip),
    // Statements.
    ("function_body", Form::Block),
    ("statements", Form::Sequence),
    ("statement_label", Form::Label { name: "", body: "" }),
    ("control_transfer_statement", Form::Choose(transfer)),
    ("if_statement", Form::Control(decision)),
    ("guard_statement", Form::Control(guard)),
    ("while_statement", Form::Control(repetition)),
    ("repeat_while_statement", Form::DoWhile { body: "=statements", condition: "condition" }),
    ("for_statement", Form::Control(each)),
    ("switch_statement", Form::Control(switch)),
    ("switch_entry", Form::Sequence),
    ("switch_pattern", Form::Evaluate),
    ("do_statement", Form::Try { body: "=statements" }),
    ("catch_block", Form::Choose(handler)),
    ("where_clause", Form::Custom(only)),
    ("pattern", Form::Custom(pattern)),
    ("value_binding_pattern", Form::Skip),
    ("wildcard_pattern", Form::Skip),
    // Expressions.
    ("simple_identifier", Form::Choose(name)),
    ("bang", Form::Skip),
    ("self_expression", Form::This),
    ("navigation_expression", Form::Member { object: "target", name: "suffix" }),
    ("navigation_suffix", Form::Skip),
    ("prefix_expression", Form::Choose(prefix)),
    ("postfix_expression", Form::Pass { value: "target" }),
    ("call_expression", Form::Choose(call)),
    ("macro_invocation", Form::MethodCall { object: "", name: "0", arguments: "=call_suffix" }),
    ("constructor_expression", Form::New { class: "constructed_type", arguments: "=constructor_suffix" }),
    ("call_suffix", Form::Evaluate),
    ("constructor_suffix", Form::Evaluate),
    ("value_arguments", Form::Evaluate),
    ("value_argument", Form::Pass { value: "value" }),
    ("value_argument_label", Form::Skip),
    ("assignment", Form::Choose(assignment)),
    ("directly_assignable_expression", Form::Pass { value: "0" }),
    ("try_expression", Form::Choose(attempt)),
    ("try_operator", Form::Skip),
    ("await_expression", Form::Await { value: "expr" }),
    ("consume_expression", Form::Pass { value: "expr" }),
    ("unsafe_expression", Form::Pass { value: "expr" }),
    ("as_expression", Form::Pass { value: "expr" }),
    ("check_expression", Form::Pass { value: "target" }),
    ("ternary_expression", Form::If { condition: "condition", then: "if_true", otherwise: "if_false" }),
    ("nil_coalescing_expression", Form::Binary { left: "value", operator: "=??", right: "if_nil" }),
    ("conjunction_expression", Form::Binary { left: "lhs", operator: "op", right: "rhs" }),
    ("disjunction_expression", Form::Binary { left: "lhs", operator: "op", right: "rhs" }),
    ("additive_expression", Form::Evaluate),
    ("multiplicative_expression", Form::Evaluate),
    ("bitwise_operation", Form::Evaluate),
    ("comparison_expression", Form::Evaluate),
    ("equality_expression", Form::Evaluate),
    ("infix_expression", Form::Evaluate),
    ("range_expression", Form::Evaluate),
    ("open_end_range_expression", Form::Evaluate),
    ("open_start_range_expression", Form::Evaluate),
    ("tuple_expression", Form::Choose(tuple)),
    ("array_literal", Form::Evaluate),
    ("dictionary_literal", Form::Evaluate),
    ("line_string_literal", Form::Evaluate),
    ("multi_line_string_literal", Form::Evaluate),
    ("raw_string_literal", Form::Evaluate),
    ("raw_str_interpolation", Form::Evaluate),
    ("interpolated_expression", Form::Pass { value: "value" }),
    ("key_path_expression", Form::Skip),
    ("key_path_string_expression", Form::Skip),
    ("selector_expression", Form::Skip),
    ("availability_condition", Form::Skip),
    ("value_parameter_pack", Form::Evaluate),
    ("value_pack_expansion", Form::Evaluate),
    ("playground_literal", Form::Skip),
    ("lambda_literal", Form::Closure { parameters: "type", body: "=statements" }),
    ("lambda_function_type", Form::Evaluate),
    ("lambda_function_type_parameters", Form::Evaluate),
    ("lambda_parameter", Form::Declare { name: "name#1", value: "" }),
    ("capture_list", Form::Skip),
    // Types.
    ("type_annotation", Form::Skip),
    ("type_identifier", Form::Skip),
    ("user_type", Form::Skip),
    ("optional_type", Form::Skip),
    ("array_type", Form::Skip),
    ("dictionary_type", Form::Skip),
    ("tuple_type", Form::Skip),
    ("function_type", Form::Skip),
    ("existential_type", Form::Skip),
    ("opaque_type", Form::Skip),
    ("metatype", Form::Skip),
    ("protocol_composition_type", Form::Skip),
    ("type_arguments", Form::Skip),
    ("type_parameters", Form::Skip),
    ("type_constraints", Form::Skip),
    ("inheritance_specifier", Form::Skip),
    ("throws_clause", Form::Skip),
    ("parameter_modifiers", Form::Skip),
    ("type_modifiers", Form::Skip),
    ("bracket_qualified_type", Form::Skip),
    ("getter_specifier", Form::Skip),
    ("setter_specifier", Form::Skip),
    ("as_operator", Form::Skip),
];

const NAME: Form = Form::Name;
const SKIP: Form = Form::Skip;
const EVALUATE: Form = Form::Evaluate;
const SEQUENCE: Form = Form::Sequence;
const PARENTHESES: Form = Form::Pass { value: "value" };
const GETTER: Form = Form::Closure { parameters: "", body: "=statements" };
const ADDRESS: Form = Form::Address { operand: "target" };
const OPERATOR: Form = Form::Unary { operator: "operation", operand: "target" };
const CALL: Form = Form::Invoke { function: "0", arguments: "=call_suffix" };
const ELEMENT: Form = Form::Element { object: "0" };
const TRAP: Form = Form::Raise { value: "=call_suffix" };
const DEFER: Form = Form::Control(defer);
const ASSIGN: Form = Form::Assign { left: "target", right: "result" };
const COMPOUND: Form = Form::Compound { left: "target", right: "result" };
const PROPAGATE: Form = Form::Propagate { value: "expr" };
const TRIED: Form = Form::Pass { value: "expr" };
const RETURN: Form = Form::Return { value: "result" };
const BREAK: Form = Form::Break { label: "result", value: "" };
const CONTINUE: Form = Form::Continue { label: "result" };
const THROW: Form = Form::Raise { value: "-1" };
const CATCH: Form = Form::Catch { pattern: "error+=where_clause", body: "=statements" };
const CATCH_ALL: Form = Form::Catch { pattern: "=where_clause+error", body: "=statements" };

fn text<'t>(source: &'t str, node: Node<'_>) -> &'t str {
    source.get(node.byte_range()).unwrap_or("")
}

/// `$0` is what a closure is called with.
fn name<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    match text(source, node) {
        name if name.starts_with('$') => &SKIP,
        _ => &NAME,
    }
}

/// A property whose code is its getter; in a subscript it is the body.
fn computed<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let code = node.named_child(0).is_some_and(|first| first.kind() == "statements");
    match node.parent().map(|parent| parent.kind()) {
        Some("subscript_declaration") => &SEQUENCE,
        _ if code => &GETTER,
        _ => &EVALUATE,
    }
}

fn transfer<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    match text(source, node).split(|c: char| !c.is_alphabetic()).next() {
        Some("break") => &BREAK,
        Some("continue") => &CONTINUE,
        Some("throw") => &THROW,
        _ => &RETURN,
    }
}

/// `&x` hands a variable over, `.case` names no variable.
fn prefix<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    match text(source, node).chars().next() {
        Some('&') => &ADDRESS,
        Some('.') => &SKIP,
        _ => &OPERATOR,
    }
}

fn call<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let suffix = node.named_child(node.named_child_count().saturating_sub(1) as u32).map_or("", |suffix| text(source, suffix));
    match node.named_child(0).map_or("", |callee| text(source, callee)) {
        "defer" if suffix.starts_with('{') => &DEFER,
        "fatalError" | "preconditionFailure" | "assertionFailure" => &TRAP,
        _ if suffix.starts_with('[') => &ELEMENT,
        _ => &CALL,
    }
}

fn tuple<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    if node.named_child_count() == 1 { &PARENTHESES } else { &EVALUATE }
}

fn assignment<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let operator = node.child_by_field_name("operator").map_or("=", |operator| text(source, operator));
    if operator == "=" { &ASSIGN } else { &COMPOUND }
}

fn attempt<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let text = text(source, node);
    if text.starts_with("try?") || text.starts_with("try!") { &TRIED } else { &PROPAGATE }
}

/// `catch let error` catches everything.
fn handler<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let pattern = node.child_by_field_name("error").map_or("", |pattern| text(source, pattern));
    let plain = pattern.strip_prefix("let ").is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'));
    if plain { &CATCH_ALL } else { &CATCH }
}

/// What is evaluated where patterns stand.
fn only<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    for part in low.named_children(node) {
        low.expression(part);
    }
    None
}

fn defer<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    let mut block = node;
    while block.kind() != "statements" {
        match low.named_children(block).last() {
            Some(&last) => block = last,
            None => return,
        }
    }
    let body = low.lay(&[block]);
    low.defer(node, body, false);
    low.release(body);
}

// --- patterns ---

/// Whether a plain name in a pattern is bound: `let` stands before it, or it is the variable of a loop.
fn binds(node: Node<'_>) -> bool {
    let mut node = node;
    while let Some(parent) = node.parent() {
        let before = |sibling: &Node<'_>| sibling.end_byte() <= node.start_byte();
        let mut cursor = parent.walk();
        let mut bound = false;
        for sibling in parent.children(&mut cursor).filter(before) {
            bound = match sibling.kind() {
                "value_binding_pattern" => true,
                "," | "case" | "=" if parent.kind() != "pattern" => false,
                _ => bound,
            };
        }
        if bound || parent.kind() == "for_statement" {
            return true;
        }
        if parent.kind() != "pattern" {
            return false;
        }
        node = parent;
    }
    false
}

fn pattern<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let mut cursor = node.walk();
    let parts: Vec<Node<'t>> = node.children(&mut cursor).collect();
    let within = binds(node);
    bind(low, &parts, within);
    None
}

/// Binds the names of a pattern's parts; what is no name is compared with.
fn bind<'t>(low: &mut Lower<'t>, parts: &[Node<'t>], within: bool) {
    let mut binds = within;
    for (at, &part) in parts.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| parts.get(at)).map_or("", |part| part.kind());
        let after = parts.get(at + 1).map_or("", |part| part.kind());
        let bound =
            part.parent().is_some_and(|parent| parent.children_by_field_name("bound_identifier", &mut parent.walk()).any(|b| b == part));
        match part.kind() {
            "value_binding_pattern" => binds = true,
            "pattern" => low.pattern(part, Bind::Declare),
            "simple_identifier" if before == "." || after == ":" => {}
            "simple_identifier" if binds || bound => low.pattern(part, Bind::Declare),
            "." | "user_type" => {}
            _ if part.is_named() => low.expression(part),
            _ => {}
        }
    }
}

// --- conditions ---

/// The conditions of a statement, which are laid among its children up to its body, and the children after them.
fn conditions<'t>(node: Node<'t>) -> (Vec<Vec<Node<'t>>>, Vec<Node<'t>>) {
    let mut cursor = node.walk();
    let children: Vec<Node<'t>> = node.children(&mut cursor).skip(1).filter(|child| !child.is_extra()).collect();
    let body = children.iter().position(|child| matches!(child.kind(), "{" | "statements" | "else" | "}"));
    let (conditions, rest) = children.split_at(body.unwrap_or(children.len()));
    let mut groups = vec![Vec::new()];
    let mut depth = 0_u32;
    for &child in conditions {
        match (child.kind(), groups.last_mut()) {
            (",", _) if depth == 0 => groups.push(Vec::new()),
            (kind, Some(group)) => {
                depth = if kind == "(" { depth + 1 } else { depth.saturating_sub(u32::from(kind == ")")) };
                group.push(child);
            }
            _ => {}
        }
    }
    groups.retain(|group| !group.is_empty());
    (groups, rest.to_vec())
}

fn all<'t>(low: &mut Lower<'t>, groups: &[Vec<Node<'t>>]) -> Option<u32> {
    let mut all = None;
    for group in groups {
        let one = one(low, group);
        all = one.map(|one| low.both(all, one)).or(all);
    }
    all
}

/// The grammar reads `a > 1 && !b` as `a > (1 && !b)`.
fn plain<'t>(low: &mut Lower<'t>, node: Node<'t>) -> u32 {
    let part = |node: Node<'t>, name: &str| node.child_by_field_name(name);
    let right = part(node, "rhs").filter(|right| {
        matches!(node.kind(), "comparison_expression" | "equality_expression")
            && matches!(right.kind(), "conjunction_expression" | "disjunction_expression")
    });
    let (Some(first), Some(right)) = (part(node, "lhs"), right) else { return low.condition(node) };
    let (Some(second), Some(other)) = (part(right, "lhs"), part(right, "rhs")) else { return low.condition(node) };
    let left = low.condition_with(first, second, |low| {
        low.expression(first);
        low.expression(second);
    });
    let other = plain(low, other);
    if right.kind() == "conjunction_expression" { low.both(Some(left), other) } else { low.either(left, other) }
}

/// `case pattern = value`, `let name = value`, `let name`, or an expression.
fn one<'t>(low: &mut Lower<'t>, group: &[Node<'t>]) -> Option<u32> {
    let (&first, &last) = (group.first()?, group.last()?);
    if !matches!(first.kind(), "case" | "value_binding_pattern") {
        let expression = group.iter().rev().find(|part| part.is_named()).copied()?;
        return Some(plain(low, expression));
    }
    let equals = group.iter().position(|part| part.kind() == "=");
    let (parts, value) = group.split_at(equals.unwrap_or(group.len()));
    let value = value.iter().find(|part| part.is_named()).copied();
    Some(low.condition_with(first, last, |low| {
        match value {
            Some(value) => low.expression(value),
            None => parts.iter().filter(|part| part.kind() == "simple_identifier").for_each(|&name| low.use_name(name)),
        }
        bind(low, parts.get(usize::from(first.kind() == "case")..).unwrap_or(&[]), false);
    }))
}

// --- statements ---

fn decision<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let (groups, rest) = conditions(node);
    let at = rest.iter().position(|child| child.kind() == "else").unwrap_or(rest.len());
    let (then, otherwise) = rest.split_at(at);
    let named = |part: &[Node<'t>]| part.iter().find(|child| matches!(child.kind(), "statements" | "if_statement")).copied();
    let scope = low.open_scope();
    let condition = match all(low, &groups) {
        Some(condition) => condition,
        None => low.condition_with(node, node, |_| {}),
    };
    let then = low.inner(named(then), sink);
    low.close_scope(scope);
    let otherwise = low.inner(named(otherwise), sink);
    low.push(Item::Branch { condition, then, otherwise });
}

/// What a guard binds is known after it, and not where it fails.
fn guard<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    let (groups, rest) = conditions(node);
    let otherwise = low.inner(rest.iter().find(|child| child.kind() == "statements").copied(), None);
    if let Some(condition) = all(low, &groups) {
        low.push(Item::Branch { condition, then: Default::default(), otherwise });
    }
}

fn repetition<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    let (groups, rest) = conditions(node);
    let scope = low.open_scope();
    if let Some(condition) = all(low, &groups) {
        let body = low.inner(rest.iter().find(|child| child.kind() == "statements").copied(), None);
        low.push(Item::While { condition, body, update: Default::default(), otherwise: Default::default() });
    }
    low.close_scope(scope);
}

fn each<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    let (Some(item), Some(values)) = (node.child_by_field_name("item"), node.child_by_field_name("collection")) else { return };
    let parts = low.named_children(node);
    let find = |kind: &str| parts.iter().find(|part| part.kind() == kind).copied();
    let (filter, body) = (find("where_clause"), find("statements"));
    low.for_each(node, &[item], &[values], |low| {
        let condition = filter.and_then(|filter| low.named_children(filter).last().copied()).map(|filter| low.condition(filter));
        match condition {
            Some(condition) => {
                let then = low.inner(body, None);
                low.push(Item::Branch { condition, then, otherwise: Default::default() });
            }
            None => {
                if let Some(body) = body {
                    low.statement(body, None);
                }
            }
        }
    });
}

fn switch<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let Some(value) = node.child_by_field_name("expr") else { return };
    let (head, value) = low.switch_on(value);
    let first = low.open_arms();
    for entry in low.named_children(node).into_iter().filter(|part| part.kind() == "switch_entry") {
        let parts = low.named_children(entry);
        let patterns: Vec<Node<'t>> = parts.iter().filter(|part| part.kind() == "switch_pattern").copied().collect();
        let default = parts.iter().any(|part| part.kind() == "default_keyword") || patterns.iter().any(|&pattern| low.text(pattern) == "_");
        let guard = parts.iter().position(|part| part.kind() == "where_keyword").and_then(|at| parts.get(at + 1)).copied();
        let body = parts.iter().find(|part| part.kind() == "statements").copied();
        let fallthrough = entry.children(&mut entry.walk()).find(|part| part.kind() == "fallthrough");
        // A guard is of one pattern: another one may fit without it.
        let (whole, part) = if patterns.len() > 1 { (None, guard) } else { (guard, None) };
        let last = patterns.last().or_else(|| parts.iter().find(|part| part.kind() == "default_keyword"));
        low.add_arm(
            entry,
            last.unwrap_or(&entry).end_byte(),
            default,
            |low| {
                low.use_value(Some(value), entry);
                for &pattern in &patterns {
                    for inner in low.named_children(pattern) {
                        low.pattern(inner, Bind::Declare);
                    }
                }
                if let Some(guard) = part {
                    low.expression(guard);
                }
            },
            whole,
            |low| {
                if let Some(body) = body {
                    low.statement(body, sink);
                }
                if let Some(fallthrough) = fallthrough {
                    let step = low.bare_step(StepKind::Jump, fallthrough);
                    low.push(Item::Fallthrough { step });
                }
            },
        );
    }
    low.close_switch(first, head, SwitchKind { in_order: true, breaks: true, falls: false, exhaustive: true });
}
