//! Signatures: a definition's text up to its body, on one line.

/// Longest signature kept, in bytes.
const LIMIT: usize = 400;

/// What a type's signature says of objects (Kotlin, Scala): that it declares one, and that it is a companion.
pub(crate) fn object_words(signature: &str) -> (bool, bool) {
    (signature.split_whitespace().any(|word| word == "object"), signature.contains("companion object"))
}

/// What a member's signature says of members below its type: that they do not see it (TypeScript), and that they may
/// replace it (C++).
pub(crate) fn member_words(signature: &str) -> (bool, bool) {
    let mut words = signature.split(|c: char| !c.is_alphanumeric() && c != '_');
    (signature.starts_with("private "), words.any(|word| word == "virtual"))
}

/// Appends `head` with runs of white space made one blank and the opening of the body cut off.
pub(crate) fn one_line(head: &str, out: &mut String) {
    let mut blank = false;
    for character in head.trim().chars() {
        if character.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && !out.is_empty() {
            out.push(' ');
        }
        blank = false;
        out.push(character);
        if out.len() > LIMIT {
            out.push('…');
            return;
        }
    }
    let trimmed = out.trim_end_matches([':', '{', '=', ';', ' ']).trim_end_matches("=>").trim_end();
    out.truncate(trimmed.len());
}
