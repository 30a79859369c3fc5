//! Conditional compilation that cuts through syntax: one branch is kept, the others are blanked.

use super::tokens::{Kind, Token};

/// Deepest nesting of conditionals that is looked into.
const DEEPEST: usize = 64;

/// One `#if … #endif`, by its tokens.
struct Group {
    directives: Vec<usize>,
    /// The last token before `#if` ends a declaration or statement.
    clean: bool,
}

/// Blanks all but the first branch of each group whose branches are not whole declarations or statements, and its
/// directives. Returns whether anything changed.
pub(in crate::languages) fn flatten(source: &[u8], tokens: &[Token], out: &mut [u8]) -> bool {
    let mut open: Vec<Group> = Vec::new();
    let mut changed = false;
    let mut last: Option<usize> = None;
    for (index, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Directive {
            last = Some(index);
            continue;
        }
        match keyword(token.text(source)) {
            b"if" | b"ifdef" | b"ifndef" => {
                let clean = last.is_none_or(|last| ends_declaration(source, tokens, last));
                open.push(Group { directives: vec![index], clean });
            }
            b"elif" | b"else" | b"elifdef" | b"elifndef" => {
                if let Some(group) = open.last_mut() {
                    group.directives.push(index);
                }
            }
            b"endif" => {
                let Some(mut group) = open.pop() else { continue };
                group.directives.push(index);
                if open.len() < DEEPEST {
                    changed |= flatten_group(source, tokens, &group, out);
                }
            }
            _ => {}
        }
    }
    changed
}

/// Whether the token at `last` may end a declaration or statement.
fn ends_declaration(source: &[u8], tokens: &[Token], last: usize) -> bool {
    let token = tokens[last];
    let label = || last.checked_sub(1).is_some_and(|before| matches!(tokens[before].kind, Kind::Word | Kind::Number | Kind::Text));
    match token.kind {
        Kind::Punctuation => b";{}]".contains(&source[token.start]) || token.is(source, b':') && label(),
        // A macro alone on its line.
        Kind::Word => token.first,
        _ => false,
    }
}

fn keyword(directive: &[u8]) -> &[u8] {
    let rest = directive.strip_prefix(b"#").unwrap_or(directive).trim_ascii_start();
    let end = rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
    &rest[..end]
}

fn flatten_group(source: &[u8], tokens: &[Token], group: &Group, out: &mut [u8]) -> bool {
    let branches: Vec<&[Token]> = group.directives.windows(2).map(|pair| &tokens[pair[0] + 1..pair[1]]).collect();
    let whole = |branch: &[Token]| {
        let (mut depth, mut lowest) = (0i32, 0);
        for token in branch.iter().filter(|token| token.kind == Kind::Punctuation) {
            match source[token.start] {
                b'{' | b'(' | b'[' => depth += 1,
                b'}' | b')' | b']' => depth -= 1,
                _ => {}
            }
            lowest = lowest.min(depth);
        }
        let last = branch.iter().rfind(|token| token.kind != Kind::Directive);
        let ends = |token: &Token| match token.kind {
            Kind::Punctuation => b";}:],".contains(&source[token.start]),
            // A macro alone on its line.
            Kind::Word => token.first,
            _ => false,
        };
        let labels = branch.first().is_some_and(|token| matches!(token.text(source), b"case" | b"default"));
        depth == 0 && lowest == 0 && !labels && last.is_none_or(ends)
    };
    if group.clean && branches.iter().all(|branch| whole(branch)) {
        return false;
    }
    let kept = branches.iter().position(|branch| !branch.is_empty()).unwrap_or(0);
    for &directive in &group.directives {
        blank(out, tokens[directive].start, tokens[directive].end);
    }
    for (_, branch) in branches.iter().enumerate().filter(|(index, _)| *index != kept) {
        if let (Some(first), Some(last)) = (branch.first(), branch.last()) {
            blank(out, first.start, last.end);
        }
    }
    true
}

/// Overwrites with blanks, keeping lines.
pub(in crate::languages) fn blank(out: &mut [u8], start: usize, end: usize) {
    for byte in out.get_mut(start..end).into_iter().flatten() {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}
