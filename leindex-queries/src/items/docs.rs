//! Documentation: found above a definition or first in its body, freed of comment marks, and summed up in a sentence.

/// Appends the cleaned text of the comments that stand right above `start`, if they document (`prefixes`). Attributes
/// may stand between them and the definition.
pub(crate) fn leading(source: &str, comments: &[(u32, u32)], attributes: &[(u32, u32)], start: u32, prefixes: &[&str], out: &mut String) {
    let mut first = comments.len();
    let mut below = start;
    let mut attributes = attributes.iter().rev().peekable();
    for (index, &(from, to)) in comments.iter().enumerate().rev() {
        if from >= start {
            // It stands between a wrapper's start and the definition.
            continue;
        }
        while let Some(&(attribute, _)) = attributes.next_if(|&&(at, _)| at >= to) {
            below = below.min(attribute);
        }
        let text = source.get(from as usize..to as usize).unwrap_or("");
        let gap = source.get(to as usize..below as usize).unwrap_or("\n\n");
        let documents = prefixes.is_empty() || prefixes.iter().any(|prefix| text.starts_with(prefix));
        if to > below || has_blank_line(gap, text) || !alone_on_line(source, from) {
            break;
        }
        // Other comments may stand among those that document.
        if documents {
            first = index;
        }
        below = from;
    }
    for &(from, to) in comments.get(first..).unwrap_or(&[]).iter().filter(|&&(from, _)| from < start) {
        let text = source.get(from as usize..to as usize).unwrap_or("");
        if prefixes.is_empty() || prefixes.iter().any(|prefix| text.starts_with(prefix)) {
            clean(text, out);
        }
    }
    let trimmed = out.trim_end().len();
    out.truncate(trimmed);
}

/// Appends the string that a body begins with, if it begins with one. Returns whether it did.
pub(crate) fn docstring(body: &str, out: &mut String) -> bool {
    let mut rest = body.trim_start();
    while let Some(comment) = rest.strip_prefix('#') {
        rest = comment.split_once('\n').map_or("", |(_, after)| after).trim_start();
    }
    let text = rest.trim_start_matches(['r', 'R', 'u', 'U']);
    if rest.len() - text.len() > 1 {
        return false;
    }
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        if let Some(text) = text.strip_prefix(quote) {
            let Some(end) = text.find(quote) else { return false };
            for line in text[..end].lines() {
                push_line(line.trim(), out);
            }
            let trimmed = out.trim().len();
            let blank = out.len() - out.trim_start().len();
            out.drain(..blank);
            out.truncate(trimmed);
            return !out.is_empty();
        }
    }
    false
}

/// The first sentence of a documentation, without markup.
pub fn summary(doc: &str) -> String {
    let mut text = String::new();
    for line in doc.lines() {
        let line = line.trim();
        if line.is_empty() {
            if text.is_empty() {
                continue;
            }
            break;
        }
        let is_tag = line.starts_with('@') || line.starts_with(":param") || line.starts_with(":return") || line.starts_with("```");
        let is_rule = line.chars().all(|c| matches!(c, '=' | '-' | '~' | '*' | '#' | '^'));
        if is_tag || is_rule {
            if text.is_empty() {
                continue;
            }
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(line.trim_start_matches(['#', '>', ' ']));
        if sentence_end(&text).is_some() {
            break;
        }
    }
    if let Some(end) = sentence_end(&text) {
        text.truncate(end);
    }
    without_markup(&text)
}

/// The end of the first sentence, its full stop included.
fn sentence_end(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find(['.', '!', '?']) {
        let end = from + at + 1;
        let before = text[..end - 1].rsplit(' ').next().unwrap_or("");
        let abbreviated =
            matches!(before, "e.g" | "i.e" | "etc" | "cf" | "vs") || before.len() == 1 && before.starts_with(char::is_uppercase);
        if !abbreviated && text[end..].chars().next().is_none_or(char::is_whitespace) {
            return Some(end);
        }
        from = end;
    }
    None
}

/// Removes the marks of Markdown, HTML, Javadoc, reStructuredText and Doxygen from a line.
fn without_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        match character {
            '<' if after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') => match after.find('>') {
                Some(end) if end < 60 => rest = &after[end + 1..],
                _ => {
                    out.push('<');
                    rest = after;
                }
            },
            '{' if after.starts_with('@') => match after.find('}') {
                Some(end) => {
                    out.push_str(after[..end].split_once(' ').map_or("", |(_, label)| label.trim()));
                    rest = &after[end + 1..];
                }
                None => rest = after,
            },
            '[' => match after.find(']') {
                Some(end) => {
                    out.push_str(after[..end].trim_matches('`'));
                    rest = &after[end + 1..];
                    if let Some(link) = rest.strip_prefix('(')
                        && let Some(end) = link.find(')')
                    {
                        rest = &link[end + 1..];
                    }
                }
                None => {
                    out.push('[');
                    rest = after;
                }
            },
            ':' if after.find('`').is_some_and(|tick| {
                tick > 1 && after[..tick].ends_with(':') && after[..tick - 1].chars().all(|c| c.is_ascii_lowercase() || c == ':')
            }) =>
            {
                // A role of reStructuredText: `:class:`Name``.
                rest = after.split_once('`').map_or("", |(_, label)| label).trim_start_matches(['~', '.']);
            }
            '`' | '*' => rest = after,
            '\\' if after.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                // Doxygen's `\brief`, `\c name`.
                rest = after.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start();
            }
            _ => {
                out.push(character);
                rest = after;
            }
        }
    }
    let trimmed = out.trim();
    if trimmed.len() == out.len() { out } else { trimmed.to_owned() }
}

fn has_blank_line(gap: &str, comment: &str) -> bool {
    // A line comment's node may hold its own line end.
    let limit = if comment.ends_with('\n') { 1 } else { 2 };
    let mut line_ends = 0;
    for byte in gap.bytes() {
        match byte {
            b'\n' => {
                line_ends += 1;
                if line_ends >= limit {
                    return true;
                }
            }
            b' ' | b'\t' | b'\r' => {}
            _ => line_ends = 0,
        }
    }
    false
}

fn alone_on_line(source: &str, start: u32) -> bool {
    let before = source.get(..start as usize).unwrap_or("");
    before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty())
}

/// Appends a comment's text without its marks.
fn clean(comment: &str, out: &mut String) {
    let inner = comment.trim();
    let block = ["/**", "/*!", "/*", "{-|", "{-", "--[[", "=begin", "@moduledoc", "@typedoc", "@doc"]
        .into_iter()
        .find_map(|open| Some((open, inner.strip_prefix(open)?)));
    match block {
        Some((open, text)) => {
            let text = text.trim().trim_end_matches("*/").trim_end_matches("-}").trim_end_matches("]]").trim_end_matches("=end").trim();
            // An attribute of Elixir is a string, in quotes or as a sigil.
            let text = if open.starts_with('@') { text.trim_start_matches(['~', 'S', 's']).trim_matches('"') } else { text };
            for line in text.lines() {
                let line = line.trim();
                push_line(line.strip_prefix('*').map_or(line, str::trim), out);
            }
        }
        None => {
            for line in inner.lines() {
                let line = line.trim().trim_start_matches(['/', '#', '-', ';', '%', '!']);
                push_line(line.trim_start_matches(" |").trim(), out);
            }
        }
    }
}

fn push_line(line: &str, out: &mut String) {
    out.push_str(line);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_the_first_sentence_without_markup() {
        for (doc, expected) in [
            ("Sells things. And more.", "Sells things."),
            ("Sells\nmany\nthings\n\nAnd more", "Sells many things"),
            ("Things, e.g. pens, i.e. all. More.", "Things, e.g. pens, i.e. all."),
            ("Version 1.2 of A. Smith! More", "Version 1.2 of A. Smith!"),
            ("Title\n=====\nText", "Title"),
            ("\n=====\n# Title\n", "Title"),
            ("@param x the first\nMore", "More"),
            ("Adds.\n:param x: the first", "Adds."),
            ("Adds\n@param x the first", "Adds"),
            ("A <b>bold</b> claim<br/>: a < b, and so on.", "A bold claim: a < b, and so on."),
            ("See {@link Cart} and {@code x y}.", "See Cart and x y."),
            ("Unclosed {@link Cart", "Unclosed @link Cart"),
            (":class:`~shop.Cart` holds :py:func:`.add`.", "shop.Cart holds add."),
            ("The time: `now` is 12:30.", "The time: now is 12:30."),
            ("[items](http://x.y) of [`Cart`].", "items of Cart."),
            ("Unclosed [bracket and <tag", "Unclosed [bracket and <tag"),
            ("\\brief Adds \\c two *numbers*.", "Adds two numbers."),
            ("Größe in €. Mehr", "Größe in €."),
            ("", ""),
        ] {
            assert_eq!(summary(doc), expected, "{doc:?}");
        }
    }

    #[test]
    fn comments_lose_their_marks_and_nothing_else() {
        for (comment, expected) in [
            ("/** Sells \"all\" of it. */", "Sells \"all\" of it.\n"),
            ("/** \"Stock\" */", "\"Stock\"\n"),
            ("/* sums */", "sums\n"),
            ("/**\n * One.\n *\n * Two.\n */", "One.\n\nTwo.\n"),
            ("/// Stock", "Stock\n"),
            ("//! Inner", "Inner\n"),
            ("## Ruby", "Ruby\n"),
            ("--- Lua", "Lua\n"),
            ("-- | Haskell", "Haskell\n"),
            ("{-| Stock -}", "Stock\n"),
            ("--[[ Stock ]]", "Stock\n"),
            ("@doc ~S\"\"\"\nStock\n\"\"\"", "\nStock\n"),
            ("@moduledoc \"Stock\"", "Stock\n"),
        ] {
            let mut out = String::new();
            clean(comment, &mut out);
            assert_eq!(out, expected, "{comment:?}");
        }
    }

    #[test]
    fn a_docstring_is_the_string_that_a_body_begins_with() {
        for (body, expected) in [
            ("\"\"\"Adds.\n\n    More.\n    \"\"\"\n    return 1", "Adds.\n\nMore."),
            ("# a comment\n    r'''Raw'''", "Raw"),
            ("'one'", "one"),
            ("ur'two letters'", ""),
            ("\"unclosed", ""),
            ("\"\"", ""),
            ("return 'no'", ""),
        ] {
            let mut out = String::new();
            assert_eq!(docstring(body, &mut out), !expected.is_empty(), "{body:?}");
            assert_eq!(out, expected, "{body:?}");
        }
    }
}
