//! Macros: the tokens of their arguments read as the expressions that they most likely are.

use tree_sitter::{Node, TreeCursor};

use crate::languages::Visit;
use crate::syntax::rows::{BindingKind, NONE, UNKNOWN_BASE, UseKind, UseRole};
use crate::syntax::walk::Walk;

/// `#[derive(Debug)]`, `#[tokio::test]`: the path, and what is derived, decorate the item.
pub(super) fn attribute(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let Some(path) = node.named_child(0) else { return Visit::Skip };
    let derives = walk.text(path) == "derive";
    if !derives {
        names(walk, path);
    } else if let Some(arguments) = node.child_by_field_name("arguments") {
        names(walk, arguments);
    }
    Visit::Skip
}

/// Decorator uses of the paths in a node, which is a path or a list of them.
fn names(walk: &mut Walk<'_>, node: Node<'_>) {
    if node.child_count() == 0 {
        walk.use_name(node, UseRole::Decorator);
        return;
    }
    let mut base = NONE;
    let mut linked = false;
    let mut cursor = node.walk();
    let mut depth = 0u32;
    if !cursor.goto_first_child() {
        return;
    }
    loop {
        let child = cursor.node();
        match child.kind() {
            "identifier" | "crate" | "self" | "super" => {
                let text = walk.text(child);
                let (kind, under) = if linked { (UseKind::Member, base) } else { (UseKind::Name, NONE) };
                if linked && base != NONE {
                    walk.set_role(base, UseRole::Read);
                }
                base = walk.use_text(child, kind, UseRole::Decorator, text, under);
                linked = false;
            }
            "::" => linked = base != NONE,
            "scoped_identifier" => {
                if cursor.goto_first_child() {
                    depth += 1;
                    continue;
                }
            }
            _ => (base, linked) = (NONE, false),
        }
        while !cursor.goto_next_sibling() {
            if depth == 0 || !cursor.goto_parent() {
                return;
            }
            depth -= 1;
        }
    }
}

/// What is known while the tokens between two brackets are read.
#[derive(Clone, Copy)]
struct Level {
    /// The expression so far, or [`NONE`].
    chain: u32,
    link: Link,
    /// The last token was the name at the end of `chain`.
    named: bool,
    /// The last token was the `!` after that name.
    bang: bool,
    /// The expression before `::<` and how many angles are open since.
    turbofish: u32,
    angles: u32,
    before: Before,
    /// The call that these brackets hold the arguments of.
    call: u32,
    commas: u32,
    /// Something stands after the last comma.
    filled: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    None,
    Dot,
    Path,
}

/// The token before the next one, where it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Other,
    /// `fn`, `struct` and their likes: a name that is defined follows.
    Definer,
    /// `impl`, `for`: the name of a type follows, and then a body.
    Type,
    /// `let`: a name that is declared follows.
    Let,
    /// `#`: an attribute follows.
    Hash,
}

const LEVEL: Level = Level {
    chain: NONE,
    link: Link::None,
    named: false,
    bang: false,
    turbofish: NONE,
    angles: 0,
    before: Before::Other,
    call: NONE,
    commas: 0,
    filled: false,
};

/// Reads names, members, paths and calls out of the argument of a macro: `name (`, `.name (`, `Path::name (`.
pub(super) fn token_tree(walk: &mut Walk<'_>, node: Node<'_>) -> Visit {
    let mut levels = vec![LEVEL];
    let mut cursor = node.walk();
    if !cursor.goto_first_child() {
        return Visit::Skip;
    }
    loop {
        if token(walk, &cursor, &mut levels) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() || cursor.node().id() == node.id() {
                if let Some(level) = levels.first() {
                    walk.arity_of_call((level.commas + u32::from(level.filled)) as usize);
                }
                return Visit::Skip;
            }
            close(walk, &mut levels);
        }
    }
}

fn close(walk: &mut Walk<'_>, levels: &mut Vec<Level>) {
    let Some(level) = levels.pop() else { return };
    if level.call != NONE {
        walk.set_arity(level.call, level.commas + u32::from(level.filled));
    }
    if levels.is_empty() {
        levels.push(LEVEL);
    }
}

/// Takes one token. Returns whether it is a group whose tokens come next; its level was pushed then.
fn token(walk: &mut Walk<'_>, cursor: &TreeCursor<'_>, levels: &mut Vec<Level>) -> bool {
    let node = cursor.node();
    let Some(level) = levels.last_mut() else { return false };
    let before = std::mem::replace(&mut level.before, Before::Other);
    let kind = node.kind();
    match kind {
        "(" | ")" | "[" | "]" | "{" | "}" | "line_comment" | "block_comment" => {
            level.before = before;
            return false;
        }
        "," => {
            if level.angles == 0 {
                level.commas += 1;
                level.filled = false;
            }
            (level.chain, level.link, level.named, level.bang) = (NONE, Link::None, false, false);
            return false;
        }
        _ => level.filled = true,
    }
    match kind {
        "token_tree" | "token_repetition" => {
            let mut inner = LEVEL;
            let open = walk.text(node).chars().next();
            let called = level.bang || level.named && open == Some('(');
            if before == Before::Hash {
                level.chain = NONE;
                return false;
            }
            if called {
                walk.set_role(level.chain, UseRole::Call);
                inner.call = level.chain;
            } else if level.named && open == Some('[') {
                level.chain = walk.use_text(node, UseKind::Element, UseRole::Read, "", level.chain);
            } else if level.named && open == Some('{') && before != Before::Type && is_type(walk, level.chain) {
                walk.set_role(level.chain, UseRole::New);
                inner.call = level.chain;
            } else {
                level.chain = if open == Some('(') { UNKNOWN_BASE } else { NONE };
            }
            (level.named, level.bang, level.link) = (false, false, Link::None);
            levels.push(inner);
            return true;
        }
        "identifier" | "self" | "super" | "crate" | "primitive_type" | "metavariable" => name(walk, node, level, before),
        "mutable_specifier" => level.before = before,
        "string_literal" | "raw_string_literal" => {
            level.chain = walk.use_text(node, UseKind::Literal, UseRole::Read, "str", NONE);
            (level.named, level.link) = (false, Link::None);
        }
        "." => {
            if level.chain == NONE {
                level.chain = UNKNOWN_BASE;
            }
            (level.link, level.named) = (Link::Dot, false);
        }
        "::" => (level.link, level.named) = (Link::Path, false),
        "?" if level.chain != NONE => {
            walk.decision();
            level.chain = walk.use_text(node, UseKind::Element, UseRole::Read, "", level.chain);
            level.named = false;
        }
        "!" if level.named => (level.bang, level.named) = (true, false),
        "<" if level.link == Link::Path => {
            (level.turbofish, level.angles) = (level.chain, 1);
            (level.chain, level.link) = (NONE, Link::None);
        }
        "<" if level.angles > 0 => {
            level.angles += 1;
            (level.chain, level.named) = (NONE, false);
        }
        ">" | ">>" if level.angles > 0 => {
            level.angles = level.angles.saturating_sub(kind.len() as u32);
            if level.angles == 0 {
                (level.chain, level.link) = (level.turbofish, Link::None);
                level.named = level.chain != NONE;
            }
        }
        _ => {
            if decides(walk, node, level) {
                walk.decision();
            }
            (level.chain, level.link, level.named, level.bang) = (NONE, Link::None, false, false);
            level.before = match kind {
                "fn" | "struct" | "enum" | "union" | "trait" | "mod" | "type" | "const" | "static" => Before::Definer,
                "impl" | "for" => Before::Type,
                "let" => Before::Let,
                "#" => Before::Hash,
                _ => Before::Other,
            };
        }
    }
    false
}

/// Whether a token is a decision, if the tokens are an expression. (Their nesting is not known, nor what `=>` means.)
fn decides(walk: &Walk<'_>, node: Node<'_>, level: &Level) -> bool {
    match node.kind() {
        "if" | "while" | "loop" => true,
        "for" => !level.named,
        // Without an operand before it, `||` begins a closure.
        "&&" | "||" => node.prev_sibling().is_some_and(|left| match left.kind() {
            "identifier" => !matches!(walk.text(left), "move" | "else" | "in"),
            _ => left.is_named(),
        }),
        _ => false,
    }
}

fn name(walk: &mut Walk<'_>, node: Node<'_>, level: &mut Level, before: Before) {
    let text = walk.text(node);
    let after = walk.source().get(node.end_byte()..).unwrap_or("").trim_start();
    let path = after.starts_with("::");
    if level.link == Link::None {
        if matches!(text, "else" | "in" | "move" | "ref" | "dyn" | "extern" | "true" | "false") {
            // Keywords that the grammar takes for names among tokens.
            (level.chain, level.named) = (NONE, false);
            return;
        }
        let key = after.starts_with(':') && !path;
        let declared =
            before == Before::Let && !after.starts_with(['(', '{']) && !path || before == Before::Type && after.starts_with("in ");
        if declared {
            walk.declare(node, BindingKind::Variable);
        }
        if declared || key || before == Before::Definer || text == "_" {
            (level.chain, level.named) = (NONE, false);
            return;
        }
    }
    let (kind, base) = match level.link {
        Link::None => match node.kind() {
            "self" if !path => (UseKind::This, NONE),
            _ if text == "Self" => (UseKind::This, NONE),
            _ => (UseKind::Name, NONE),
        },
        Link::Path if level.chain == NONE => (UseKind::Name, NONE),
        _ => (UseKind::Member, level.chain),
    };
    level.chain = walk.use_text(node, kind, UseRole::Read, text, base);
    (level.link, level.named, level.bang) = (Link::None, true, false);
    if before == Before::Type {
        level.before = Before::Type;
    }
}

fn is_type(walk: &Walk<'_>, index: u32) -> bool {
    walk.use_row(index).is_some_and(|row| walk.str(row.name).starts_with(char::is_uppercase))
}
