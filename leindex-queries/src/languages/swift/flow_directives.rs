//! Statements under `#if`: its directives stand among them.

use tree_sitter::Node;

use crate::flow::{Item, Lower};
use crate::languages::Form;

/// Statements among which are directives: what stands between them may be compiled or not.
pub(super) fn statements<'t>(_: &'t str, node: Node<'t>) -> &'static Form {
    let mut cursor = node.walk();
    let conditional = node.named_children(&mut cursor).any(|child| child.kind() == "directive");
    if conditional { &Form::Control(conditional_statements) } else { &Form::Sequence }
}

fn conditional_statements<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    let parts = low.named_children(node);
    compiled(low, &parts, false);
}

fn compiled<'t>(low: &mut Lower<'t>, parts: &[Node<'t>], again: bool) {
    let mut at = 0;
    while let Some(&part) = parts.get(at) {
        at += 1;
        if part.kind() == "directive" && low.text(part).starts_with("#if") {
            let end = at + end_of_branches(low, parts.get(at..).unwrap_or(&[]));
            branches(low, part, parts.get(at..end).unwrap_or(&[]), again);
            at = end;
        } else if part.kind() != "directive" {
            if again { low.alternative(part) } else { low.statement(part, None) }
        }
    }
}

/// How many parts there are before the `#endif` of the `#if` before them.
fn end_of_branches<'t>(low: &Lower<'t>, parts: &[Node<'t>]) -> usize {
    let mut depth = 0_u32;
    let ends = |part: &Node<'t>| {
        let text = if part.kind() == "directive" { low.text(*part) } else { "" };
        depth += u32::from(text.starts_with("#if"));
        let ends = text.starts_with("#endif");
        let last = ends && depth == 0;
        depth = depth.saturating_sub(u32::from(ends));
        last
    };
    parts.iter().position(ends).unwrap_or(parts.len())
}

/// What stands under `#if` or `#elseif`, and the other branches.
fn branches<'t>(low: &mut Lower<'t>, directive: Node<'t>, parts: &[Node<'t>], again: bool) {
    let mut depth = 0_u32;
    let goes_on = |part: &Node<'t>| {
        let text = if part.kind() == "directive" { low.text(*part) } else { "" };
        depth += u32::from(text.starts_with("#if"));
        depth = depth.saturating_sub(u32::from(text.starts_with("#endif")));
        depth == 0 && text.starts_with("#else")
    };
    let other = parts.iter().position(goes_on);
    let (own, rest) = parts.split_at(other.unwrap_or(parts.len()));
    let condition = low.condition_with(directive, directive, |_| {});
    let then = low.block(|low| compiled(low, own, again));
    let otherwise = low.block(|low| match rest.split_first() {
        Some((next, rest)) if low.text(*next).starts_with("#elseif") => branches(low, *next, rest, true),
        Some((_, rest)) => compiled(low, rest, true),
        None => {}
    });
    low.push(Item::Branch { condition, then, otherwise });
}
