//! Macros where they run: their arguments are tokens, read as the expressions that they most likely are.

use tree_sitter::Node;

use super::flow::is_variable;
use crate::flow::Lower;
use crate::languages::Form;

const CALL: Form = Form::MethodCall { object: "", name: "macro", arguments: "=token_tree" };
const RAISE: Form = Form::Raise { value: "=token_tree" };
const PROPAGATE: Form = Form::Propagate { value: "=token_tree" };
const SKIP: Form = Form::Skip;

/// `panic!` and its likes leave, `assert!` and its likes may.
pub(super) fn invocation<'t>(source: &'t str, node: Node<'t>) -> &'static Form {
    let name = node.child_by_field_name("macro").and_then(|name| source.get(name.byte_range())).unwrap_or("");
    match name.rsplit("::").next().unwrap_or(name) {
        "panic" | "unreachable" | "todo" | "unimplemented" | "bail" | "compile_error" => &RAISE,
        "assert" | "assert_eq" | "assert_ne" | "debug_assert" | "debug_assert_eq" | "debug_assert_ne" | "ensure" | "try" => &PROPAGATE,
        "macro_rules" => &SKIP,
        _ => &CALL,
    }
}

/// The arguments of a macro.
pub(super) fn tokens<'t>(low: &mut Lower<'t>, node: Node<'t>) -> Option<&'static Form> {
    let name = node.parent().and_then(|parent| parent.child_by_field_name("macro")).map_or("", |name| low.text(name));
    group(low, node, if name == "matches" { Group::Matches } else { Group::Tokens });
    None
}

/// What the tokens between two brackets are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Tokens,
    /// Arguments of a call.
    Arguments,
    /// A value, a pattern, and maybe a condition: `matches!(value, pattern if condition)`.
    Matches,
}

fn group<'t>(low: &mut Lower<'t>, node: Node<'t>, of: Group) {
    let mut cursor = node.walk();
    let tokens: Vec<Node<'t>> = node.children(&mut cursor).filter(|token| !token.is_extra()).collect();
    let (mut before, mut of_self, mut in_pattern) = ("", false, false);
    for (at, &token) in tokens.iter().enumerate() {
        let kind = token.kind();
        let next = tokens.get(at + 1).copied();
        match kind {
            "," if of == Group::Arguments => low.next_argument(),
            "," if of == Group::Matches => in_pattern = true,
            "if" => in_pattern = false,
            _ if in_pattern => {}
            "self" if next.is_none_or(|next| next.kind() != "::") => low.use_receiver(token),
            "identifier" => name(low, token, before, of_self, next),
            "token_tree" => match call(tokens.get(..at).unwrap_or(&[])).filter(|_| low.text(token).starts_with('(')) {
                Some((name, method)) => low.call_with(name, token, method, |low| group(low, token, Group::Arguments)),
                None => group(low, token, Group::Tokens),
            },
            "token_repetition" => group(low, token, Group::Tokens),
            "string_literal" | "raw_string_literal" => inline(low, token),
            "?" if matches!(before, "identifier" | "token_tree") => low.may_leave(),
            _ => {}
        }
        of_self = kind == "." && before == "self";
        before = kind;
    }
}

/// The name right before the arguments of a call, and whether it is a method's.
fn call<'t>(before: &[Node<'t>]) -> Option<(Node<'t>, bool)> {
    let (name, before) = before.split_last()?;
    let method = before.last().is_some_and(|token| token.kind() == ".");
    (name.kind() == "identifier").then_some((*name, method))
}

/// Keywords that the grammar takes for names among tokens.
const KEYWORDS: &[&str] = &["else", "in", "move", "ref", "dyn", "extern", "true", "false", "_", "await"];

fn name<'t>(low: &mut Lower<'t>, token: Node<'t>, before: &str, of_self: bool, next: Option<Node<'t>>) {
    let text = low.text(token);
    let follows = next.map_or("", |next| next.kind());
    let open = next.map_or("", |next| low.text(next));
    let in_group = follows == "token_tree";
    match before {
        "." if of_self && !(in_group && open.starts_with('(')) => low.use_field(token),
        "." | "::" | "let" | "fn" => {}
        _ if matches!(follows, "::" | "!" | ":") || KEYWORDS.contains(&text) => {}
        _ if !is_variable(text) => {}
        _ => low.use_name(token),
    }
}

/// `"{name}"` reads a variable.
fn inline<'t>(low: &mut Lower<'t>, literal: Node<'t>) {
    let text = low.text(literal);
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('{')) {
        let start = at + found + 1;
        let rest = text.get(start..).unwrap_or("");
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, after) = rest.split_at(length);
        if !name.is_empty() && after.starts_with(['}', ':']) {
            low.use_known(name, literal.start_byte() + start);
        }
        at = start + length + usize::from(after.starts_with('{') && length == 0);
    }
}
