//! Constructs that the grammar loses whole files over.
//!
//! In an object type or interface, members may be separated by line ends alone. Where the next member is a generic call
//! signature, the grammar reads its `<` as an operator of the line before; a separator put in place of white space
//! says what is meant. It does not know the variance annotations `in` and `out` of type parameters, which can be left
//! out, nor an escaped backquote in the type of a template literal.

/// The text with these mended. `None` if there are none.
pub(super) fn repair(source: &[u8], broken: bool) -> Option<Vec<u8>> {
    if !broken {
        return None;
    }
    let mut repaired: Option<Vec<u8>> = None;
    for line_end in memchr::memchr_iter(b'\n', source) {
        let next = source.get(line_end + 1..).unwrap_or(&[]);
        let blank = next.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let before = source.get(..line_end).unwrap_or(&[]);
        if next.get(blank) != Some(&b'<') || !ends_a_member(before) {
            continue;
        }
        // At the start of a line only the line end is free, and it must stay one after a comment.
        if blank == 0 && line_comment(before).is_some() {
            continue;
        }
        if let Some(place) = repaired.get_or_insert_with(|| source.to_vec()).get_mut(line_end + blank) {
            *place = b';';
        }
    }
    for at in memchr::memmem::find_iter(source, b"\\`") {
        if let Some(place) = repaired.get_or_insert_with(|| source.to_vec()).get_mut(at..at + 2) {
            place.fill(b' ');
        }
    }
    for (word, at) in [&b"in "[..], b"out "].into_iter().flat_map(|word| memchr::memmem::find_iter(source, word).map(move |at| (word, at)))
    {
        if is_variance(source, word, at)
            && let Some(place) = repaired.get_or_insert_with(|| source.to_vec()).get_mut(at..at + word.len())
        {
            place.fill(b' ');
        }
    }
    repaired
}

/// Whether a word stands first in a type parameter: `<in A, out B, in out C>`.
fn is_variance(source: &[u8], word: &[u8], at: usize) -> bool {
    let before = source.get(..at).unwrap_or(&[]);
    let bare = before.trim_ascii_end();
    let opens = bare.ends_with(b"<") || bare.ends_with(b",") || word == b"out " && bare.len() < at && bare.ends_with(b"in");
    let after = source.get(at + word.len()..).unwrap_or(&[]).trim_ascii_start();
    let names = after.first().is_some_and(|&first| first.is_ascii_alphabetic() || matches!(first, b'_' | b'$'));
    opens && names && !after.starts_with(b"as ")
}

/// Whether the code before a line end, comments skipped, may be the end of a member.
fn ends_a_member(before: &[u8]) -> bool {
    let mut text = before;
    loop {
        text = text.trim_ascii_end();
        if text.ends_with(b"*/") {
            let Some(open) = memchr::memmem::rfind(text, b"/*") else { return false };
            text = text.get(..open).unwrap_or(&[]);
            continue;
        }
        match line_comment(text) {
            Some(comment) => text = text.get(..comment).unwrap_or(&[]),
            None => break,
        }
    }
    !text.ends_with(b"=>")
        && text.last().is_some_and(|&last| {
            last.is_ascii_alphanumeric() || matches!(last, b'>' | b']' | b'}' | b')' | b'"' | b'\'' | b'_' | b'$' | b'`')
        })
}

/// Where a comment begins that ends with the text's last line.
fn line_comment(text: &[u8]) -> Option<usize> {
    let line = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    memchr::memmem::find(text.get(line..)?, b"//").map(|at| line + at)
}
