//! Words as the protocol of the documentation pools counts them. Fixed, so that what is called hard does not change with
//! the product's own way with words.

use std::collections::BTreeSet;

/// Words that carry no content, in questions and in names.
const STOP: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "class", "const", "def", "false", "fn", "for", "from", "function", "given", "if",
    "in", "into", "is", "it", "its", "let", "mut", "new", "no", "none", "not", "of", "on", "or", "pub", "return", "returns", "self",
    "that", "the", "this", "to", "true", "var", "with",
];

/// Whether a question shares no stemmed content word with the qualified name of the function that it is about.
pub(crate) fn is_hard(question: &str, name: &str) -> bool {
    content_words(question).is_disjoint(&content_words(name))
}

/// How many words of two or more letters a text has.
pub(crate) fn word_count(text: &str) -> usize {
    text.split(|character: char| !character.is_ascii_alphabetic()).filter(|word| word.len() >= 2).count()
}

fn content_words(text: &str) -> BTreeSet<String> {
    subwords(text).into_iter().filter(|word| !STOP.contains(&&**word)).map(|word| stem(&word).to_owned()).collect()
}

/// The parts of identifiers in lower case: `getHTTPResponse_code2` gives get, http, response, code, 2.
fn subwords(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    let characters: Vec<char> = text.chars().collect();
    for (at, &character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| characters.get(before));
        let begins = before.is_none_or(|before| {
            let after_lower = before.is_ascii_lowercase() && character.is_ascii_uppercase();
            let last_capital = before.is_ascii_uppercase()
                && character.is_ascii_uppercase()
                && characters.get(at + 1).is_some_and(char::is_ascii_lowercase);
            after_lower || last_capital || before.is_ascii_digit() != character.is_ascii_digit()
        });
        if (begins || !character.is_ascii_alphanumeric()) && !current.is_empty() {
            found.push(std::mem::take(&mut current));
        }
        if character.is_ascii_alphanumeric() {
            current.push(character.to_ascii_lowercase());
        }
    }
    if !current.is_empty() {
        found.push(current);
    }
    found
}

/// A word without the endings of inflection.
fn stem(word: &str) -> String {
    let length = word.len();
    let cut = |count: usize| &word[..length - count];
    if length > 4 && word.ends_with("ies") {
        return format!("{}y", cut(3));
    }
    if length > 5 && word.ends_with("ing") {
        return single(cut(3)).to_owned();
    }
    if length > 4 && word.ends_with("ed") {
        return single(cut(2)).to_owned();
    }
    if length > 4 && ["ses", "xes", "zes"].iter().any(|ending| word.ends_with(ending)) {
        return cut(2).to_owned();
    }
    let plural = length > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us");
    let word = if plural { cut(1) } else { word };
    if word.len() > 4 { word.strip_suffix('e').unwrap_or(word) } else { word }.to_owned()
}

/// A word without the last of two equal letters.
fn single(word: &str) -> &str {
    match word.as_bytes() {
        [.., a, b] if a == b && word.len() > 3 && !matches!(b, b'l' | b's') => &word[..word.len() - 1],
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_taken_apart() {
        assert_eq!(subwords("getHTTPResponse_code2 (x)"), ["get", "http", "response", "code", "2", "x"]);
        assert_eq!(subwords("Ünï é ABC"), ["n", "abc"]);
        assert_eq!(subwords(""), Vec::<String>::new());
    }

    #[test]
    fn inflected_words_are_one() {
        for (words, stemmed) in [
            (&["batch", "batching", "batched"][..], "batch"),
            (&["stop", "stopping", "stopped", "stops"], "stop"),
            (&["query", "queries"], "query"),
            (&["cache", "caches"], "cach"),
            (&["class"], "class"),
        ] {
            assert!(words.iter().all(|word| stem(word) == stemmed), "{words:?}");
        }
    }

    #[test]
    fn a_question_is_hard_without_a_word_of_the_name() {
        assert!(!is_hard("Parses the queries of a request", "Request.parse_query"));
        assert!(is_hard("Turn a text into its parts", "lexer.Lexer.tokenize"));
        assert!(is_hard("Return the new self", "Self.new"), "stop words are no content");
    }
}
