//! Control inside collections (`[for (var x in xs) if (x > 1) x]`): its elements are gathered one after the other.

use tree_sitter::Node;

use super::flow::{decision, has, is_pattern};
use crate::flow::Lower;
use crate::flow::ir::Item;
use crate::languages::Form;

/// Elements with control gather what they give.
pub(super) fn collection<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let parts = low.named_children(node);
    if !parts.iter().any(|part| matches!(part.kind(), "for_element" | "if_element")) {
        return Some(&Form::Evaluate);
    }
    let gathered = low.value_of(node);
    low.define_value(node, gathered, &[]);
    for part in parts {
        element(low, part, gathered);
    }
    low.use_value(Some(gathered), node);
    None
}

fn element<'t>(low: &mut Lower<'t>, node: Node<'t>, gathered: u32) {
    let part = |name: &str| node.child_by_field_name(name);
    match node.kind() {
        "if_element" => {
            let (then, otherwise) = (part("consequence"), part("alternative"));
            let scope = low.open_scope();
            let condition = decision(low, node);
            let then = low.block(|low| then.into_iter().for_each(|then| element(low, then, gathered)));
            low.close_scope(scope);
            let otherwise = low.block(|low| otherwise.into_iter().for_each(|otherwise| element(low, otherwise, gathered)));
            low.push(Item::Branch { condition, then, otherwise });
        }
        "for_element" => low.block_scope(|low| round(low, node, gathered)),
        _ if !matches!(node.kind(), "type_arguments" | "comment") => low.gather(node, gathered),
        _ => {}
    }
}

fn round<'t>(low: &mut Lower<'t>, node: Node<'t>, gathered: u32) {
    let part = |name: &str| node.child_by_field_name(name);
    let body = part("body");
    let run = |low: &mut Lower<'t>| body.into_iter().for_each(|body| element(low, body, gathered));
    if let (true, Some(values)) = (has(node, |child| child.kind() == "in"), part("value")) {
        let pattern = part("name").or_else(|| low.named_children(node).into_iter().find(|child| is_pattern(*child)));
        let patterns: Vec<_> = pattern.into_iter().collect();
        return low.for_each(node, &patterns, &[values], run);
    }
    if let Some(init) = part("init") {
        low.statement(init, None);
    }
    let condition = part("condition").map(|condition| low.condition(condition));
    let Some(condition) = condition else { return run(low) };
    let body = low.block(run);
    let updates: Vec<_> = node.children_by_field_name("update", &mut node.walk()).filter(|update| update.is_named()).collect();
    let update = low.block(|low| updates.into_iter().for_each(|update| low.statement(update, None)));
    low.push(Item::While { condition, body, update, otherwise: Default::default() });
}
