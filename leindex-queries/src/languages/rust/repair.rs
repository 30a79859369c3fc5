//! Items inside macros (`cfg_rt! { pub fn spawn() {} }`): the macro around them is blanked out, so that they parse as
//! the items that they are.

/// Blanks the macros that stand around items, keeping the text's length.
pub(super) fn repair(source: &[u8], _: bool) -> Option<Vec<u8>> {
    let mut text: Option<Vec<u8>> = None;
    // Groups inside groups are read again and again: a limit keeps that in proportion to the text.
    let mut budget = source.len().saturating_mul(32);
    for bang in memchr::memchr_iter(b'!', source) {
        let Some(open) = opens_group(source, bang) else { continue };
        let Some(start) = name_start(source, bang).filter(|&start| at_item_position(source, start)) else { continue };
        let name = source.get(start..bang).unwrap_or(&[]);
        let inner = source.get(open + 1..).unwrap_or(&[]);
        if name.ends_with(b"cfg_if") {
            conditional(source, start, open, text.get_or_insert_with(|| source.to_vec()));
        } else if name != b"macro_rules" && begins_item(inner) {
            let close = closing(source, open);
            let read = close.unwrap_or(source.len()) - open;
            if read > budget {
                break;
            }
            budget -= read;
            let Some(close) = close.filter(|&close| !has_other_syntax(source.get(open..close).unwrap_or(&[]))) else { continue };
            let text = text.get_or_insert_with(|| source.to_vec());
            blank(text, start, open + 1);
            blank(text, close, close + 1);
        }
    }
    text
}

/// `cfg_if! { if #[cfg(a)] { … } else if #[cfg(b)] { … } else { … } }`: what stands in the branches is kept.
fn conditional(source: &[u8], start: usize, open: usize, text: &mut [u8]) {
    let Some(end) = closing(source, open) else { return };
    let mut from = start;
    let mut at = open + 1;
    // Each branch begins at the first brace outside the brackets of its condition.
    while let Some(branch) = next_brace(source, at, end) {
        let Some(close) = closing(source, branch) else { return };
        blank(text, from, branch + 1);
        (from, at) = (close, close + 1);
    }
    blank(text, from, end + 1);
}

fn next_brace(source: &[u8], from: usize, end: usize) -> Option<usize> {
    let mut at = from;
    while at < end {
        match *source.get(at)? {
            b'{' => return Some(at),
            b'[' | b'(' => at = closing(source, at)? + 1,
            _ => at = after_token(source, at),
        }
    }
    None
}

fn blank(text: &mut [u8], from: usize, to: usize) {
    for byte in text.get_mut(from..to).into_iter().flatten() {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// The brace after a macro's `!`.
fn opens_group(source: &[u8], bang: usize) -> Option<usize> {
    let rest = source.get(bang + 1..)?;
    let at = rest.iter().position(|&byte| byte != b' ')?;
    (rest.get(at) == Some(&b'{')).then_some(bang + 1 + at)
}

/// The start of the path before `!`; a macro that takes items is written in small letters.
fn name_start(source: &[u8], bang: usize) -> Option<usize> {
    let before = source.get(..bang)?;
    let length =
        before.iter().rev().take_while(|&&byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b':')).count();
    (length > 0).then_some(bang - length)
}

/// Whether an item or statement may begin here: nothing before it on its line, and what came before is complete.
fn at_item_position(source: &[u8], start: usize) -> bool {
    let before = source.get(..start).unwrap_or(&[]);
    let line = before.iter().rev().take_while(|&&byte| byte != b'\n').all(u8::is_ascii_whitespace);
    if !line {
        return false;
    }
    // The last line that is no comment.
    for line in before.rsplit(|&byte| byte == b'\n').skip(1) {
        let line = line.trim_ascii();
        if !line.is_empty() && !line.starts_with(b"//") {
            return line.ends_with(b"}") || line.ends_with(b";") || line.ends_with(b"{") || line.ends_with(b"]") || line.ends_with(b"*/");
        }
    }
    true
}

/// Whether the first token after comments and attributes begins an item.
fn begins_item(mut inner: &[u8]) -> bool {
    const WORDS: [&[u8]; 16] = [
        b"pub ",
        b"pub(",
        b"fn ",
        b"mod ",
        b"use ",
        b"struct ",
        b"enum ",
        b"impl ",
        b"impl<",
        b"trait ",
        b"static ",
        b"const ",
        b"type ",
        b"async fn ",
        b"unsafe ",
        b"macro_rules!",
    ];
    loop {
        inner = inner.trim_ascii_start();
        let end = if inner.starts_with(b"//") {
            memchr::memchr(b'\n', inner)
        } else if inner.starts_with(b"/*") {
            memchr::memmem::find(inner, b"*/").map(|at| at + 2)
        } else if inner.starts_with(b"#[") || inner.starts_with(b"#![") {
            memchr::memchr(b'[', inner).and_then(|open| closing(inner, open)).map(|at| at + 1)
        } else {
            break;
        };
        match end.and_then(|end| inner.get(end..)) {
            Some(rest) => inner = rest,
            None => return false,
        }
    }
    if WORDS.iter().any(|word| inner.starts_with(word)) {
        return true;
    }
    // A macro around items inside a macro around items.
    let name = inner.iter().take_while(|&&byte| byte.is_ascii_lowercase() || byte == b'_').count();
    name > 3 && inner.starts_with(b"cfg_") && inner.get(name) == Some(&b'!')
}

/// Macros with a syntax of their own that begins like an item.
fn has_other_syntax(body: &[u8]) -> bool {
    memchr::memmem::find(body, b"static ref ").is_some() || memchr::memmem::find(body, b"$").is_some() || body_of_flags(body)
}

/// `pub struct Flags: u32 {`.
fn body_of_flags(body: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(body, b"struct ") else { return false };
    let rest = body.get(at + 7..).unwrap_or(&[]);
    let name = rest.iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
    rest.get(name..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
}

/// The bracket that closes the one at `open`.
fn closing(source: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = open;
    while let Some(&byte) = source.get(at) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at = after_token(source, at);
    }
    None
}

/// The position after a string, character, comment, or single byte.
fn after_token(source: &[u8], at: usize) -> usize {
    let rest = source.get(at..).unwrap_or(&[]);
    let word_before = at > 0 && source.get(at - 1).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    match rest {
        [b'/', b'/', ..] => at + memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
        [b'/', b'*', ..] => at + 2 + memchr::memmem::find(rest.get(2..).unwrap_or(&[]), b"*/").map_or(rest.len(), |end| end + 2),
        [b'"', ..] => at + string_length(rest),
        [b'r', b'"' | b'#', ..] if !word_before => at + raw_length(rest),
        // A character, and not a lifetime.
        [b'\'', b'\\', ..] => at + 2 + rest.iter().skip(3).position(|&byte| byte == b'\'').map_or(1, |end| end + 2),
        [b'\'', _, b'\'', ..] => at + 3,
        [b'\'', first, ..] if !first.is_ascii() => {
            at + 1 + rest.iter().skip(1).take(5).position(|&byte| byte == b'\'').map_or(0, |end| end + 1)
        }
        _ => at + 1,
    }
}

fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

fn raw_length(text: &[u8]) -> usize {
    let hashes = text.iter().skip(1).take_while(|&&byte| byte == b'#').count();
    if text.get(1 + hashes) != Some(&b'"') {
        return 1;
    }
    let mut at = 2 + hashes;
    while let Some(quote) = text.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
        at += quote + 1;
        if text.get(at..at + hashes).is_some_and(|tail| tail.iter().all(|&byte| byte == b'#')) {
            return at + hashes;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::repair;

    #[track_caller]
    fn check(source: &str, expected: Option<&str>) {
        let repaired = repair(source.as_bytes(), false).map(|text| String::from_utf8(text).expect("blanks keep a text whole"));
        assert_eq!(repaired.as_deref(), expected);
    }

    #[test]
    fn a_macro_around_items_is_blanked() {
        check("cfg_rt! {\n    pub fn f() { '}'; \"}\"; }\n}\n", Some("         \n    pub fn f() { '}'; \"}\"; }\n \n"));
    }

    #[test]
    fn branches_of_cfg_if_are_kept() {
        check(
            "cfg_if! {\n if #[cfg(a)] {\n fn f() {}\n } else {\n fn g() {}\n }\n}\n",
            Some("         \n               \n fn f() {}\n         \n fn g() {}\n  \n \n"),
        );
    }

    #[test]
    fn macros_with_their_own_syntax_stay() {
        check("bitflags! {\n    pub struct Flags: u32 { const A = 1; }\n}\n", None);
        check("lazy_static! {\n    pub static ref X: u32 = 1;\n}\n", None);
        check("fn f() {\n    select! {\n        x = y => {}\n    }\n}\n", None);
        check("macro_rules! m {\n    () => { fn f() {} }\n}\n", None);
    }
}
