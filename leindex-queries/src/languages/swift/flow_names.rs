//! Names that Swift binds where nothing says so: `$0`, `newValue`, `error`.

use std::ops::Range;

use tree_sitter::Node;

use super::flow::text;
use crate::flow::Lower;
use crate::languages::Form;

/// `$0` of a closure, the value that a setter or an observer is handed.
pub(super) fn implicit_parameters<'t>(source: &'t str, node: Node<'t>) -> Vec<(Range<usize>, u16)> {
    let name = match node.kind() {
        "lambda_literal" if node.child_by_field_name("type").is_none() => {
            let mut found = Vec::new();
            numbered(source, node, &mut found);
            return found;
        }
        "computed_setter" | "willset_clause" => "newValue",
        "didset_clause" => "oldValue",
        _ => return Vec::new(),
    };
    let mut cursor = node.walk();
    let named = node.named_children(&mut cursor).any(|child| child.kind() == "simple_identifier");
    first(source, node, name).filter(|_| !named).map(|found| (found.byte_range(), 1)).into_iter().collect()
}

fn numbered<'t>(source: &'t str, node: Node<'t>, found: &mut Vec<(Range<usize>, u16)>) {
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        let number = text(source, child).strip_prefix('$').and_then(|number| number.parse::<u16>().ok());
        match number.filter(|_| child.kind() == "simple_identifier") {
            Some(number) if found.iter().all(|&(_, other)| other != number + 1) => found.push((child.byte_range(), number + 1)),
            None if child.kind() != "lambda_literal" => numbered(source, child, found),
            _ => {}
        }
    }
}

/// The first place where a name stands alone.
fn first<'t>(source: &'t str, node: Node<'t>, name: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find_map(|child| match child.kind() {
        "simple_identifier" => Some(child).filter(|child| text(source, *child) == name),
        "navigation_suffix" | "value_argument_label" => None,
        _ => first(source, child, name),
    })
}

/// A handler without a pattern binds `error`.
pub(super) fn caught<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let body = node.parent().and_then(|handler| first(low.text_of_file(), handler, "error"));
    if let Some(name) = body {
        low.declare_name(name);
    }
    None
}
