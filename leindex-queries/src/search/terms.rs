//! Terms: the hashes of sub-words by which indexes know them.

pub(crate) use leindex_embed::words::{for_each_subword, normalise};

use crate::syntax::rows::name_hash;

/// The hash of a sub-word after lower-casing and stemming, or `None` for what says nothing (single letters).
///
/// `buffer` is scratch space.
pub(crate) fn term(word: &str, buffer: &mut String) -> Option<u32> {
    if word.len() < 2 && !word.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    normalise(word, buffer);
    Some(name_hash(buffer))
}

/// Words of questions that carry no meaning for a search in code.
pub(crate) fn is_stop_word(word: &str) -> bool {
    const STOP: &[&str] = &[
        "a",
        "about",
        "all",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "but",
        "by",
        "can",
        "code",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "done",
        "for",
        "from",
        "get",
        "gets",
        "give",
        "given",
        "goes",
        "had",
        "handle",
        "handled",
        "handles",
        "handling",
        "happen",
        "happens",
        "has",
        "have",
        "here",
        "how",
        "i",
        "if",
        "implement",
        "implementation",
        "implemented",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "know",
        "like",
        "logic",
        "look",
        "made",
        "make",
        "makes",
        "me",
        "more",
        "my",
        "of",
        "on",
        "or",
        "our",
        "out",
        "place",
        "please",
        "see",
        "should",
        "show",
        "so",
        "some",
        "take",
        "takes",
        "tell",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "thing",
        "things",
        "this",
        "those",
        "to",
        "up",
        "us",
        "use",
        "used",
        "uses",
        "using",
        "want",
        "was",
        "way",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "why",
        "will",
        "with",
        "within",
        "work",
        "working",
        "works",
        "would",
        "you",
        "your",
    ];
    STOP.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_sorted() {
        assert!(is_stop_word("where") && is_stop_word("a") && is_stop_word("your") && !is_stop_word("batch"));
    }
}
