//! Sub-words: what identifiers, comments and questions are made of.
//!
//! `parseHTTPRequest2` is `parse`, `http`, `request`, `2`. Words are lower-cased and lightly stemmed, so that `parsing`
//! and `parsed` meet `parse`. One pass over a text feeds every index.

/// Calls `each` with every sub-word of a text and the byte offset at which its word begins.
pub fn for_each_subword(text: &str, mut each: impl FnMut(&str, usize)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_alphabetic() {
            let start = at;
            let mut upper_run = 0;
            while at < bytes.len() && bytes[at].is_ascii_uppercase() {
                at += 1;
                upper_run += 1;
            }
            if upper_run > 1 && at < bytes.len() && bytes[at].is_ascii_lowercase() {
                // The last capital begins the next word: `HTTPRequest`.
                at -= 1;
            } else if upper_run <= 1 {
                while at < bytes.len() && bytes[at].is_ascii_lowercase() {
                    at += 1;
                }
            }
            each(&text[start..at], start);
        } else if byte.is_ascii_digit() {
            let start = at;
            while at < bytes.len() && bytes[at].is_ascii_digit() {
                at += 1;
            }
            each(&text[start..at], start);
        } else if byte < 0x80 {
            at += 1;
        } else {
            // Letters of other scripts: the whole run is a word.
            let start = at;
            let mut end = at;
            for (offset, character) in text[at..].char_indices() {
                if character.is_ascii() || !character.is_alphanumeric() {
                    break;
                }
                end = at + offset + character.len_utf8();
            }
            if end > start {
                each(&text[start..end], start);
                at = end;
            } else {
                at += text[at..].chars().next().map_or(1, char::len_utf8);
            }
        }
    }
}

/// Lower-cases and stems a sub-word.
pub fn normalise(word: &str, out: &mut String) {
    out.clear();
    if word.is_ascii() {
        out.push_str(word);
        out.make_ascii_lowercase();
        stem(out);
    } else {
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
}

/// Cuts the endings of inflection off an English word, as lightly as makes `batches`, `batching` and `batch` one.
fn stem(word: &mut String) {
    let cut = |word: &mut String, count: usize| word.truncate(word.len() - count);
    let length = word.len();
    if length > 4 && word.ends_with("ies") {
        cut(word, 3);
        word.push('y');
    } else if length > 4 && (word.ends_with("sses") || word.ends_with("ches") || word.ends_with("shes") || word.ends_with("xes")) {
        cut(word, 2);
    } else if length > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is") {
        cut(word, 1);
    }
    if word.len() > 5 && word.ends_with("ing") {
        cut(word, 3);
        undouble(word);
    } else if word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed") {
        cut(word, 2);
        undouble(word);
    }
    if word.len() > 3 && word.ends_with('e') {
        cut(word, 1);
    }
}

fn undouble(word: &mut String) {
    let bytes = word.as_bytes();
    if let [.., a, b] = bytes
        && a == b
        && !matches!(b, b'l' | b's' | b'z')
        && word.len() > 3
    {
        word.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        let mut buffer = String::new();
        for_each_subword(text, |word, _| {
            normalise(word, &mut buffer);
            found.push(buffer.clone());
        });
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn identifiers_split_at_case_digits_and_underscores() {
        check("parseHTTPRequest2", &["pars", "http", "request", "2"]);
        check("MAX_BUFFER_size", &["max", "buffer", "siz"]);
        check("XMLHttp", &["xml", "http"]);
        check("поиск_файла", &["поиск", "файла"]);
    }

    #[test]
    fn inflections_of_a_word_meet() {
        for group in [
            &["batch", "batches", "batching", "batched"][..],
            &["parse", "parses", "parsing", "parsed"],
            &["query", "queries"],
            &["run", "running"],
        ] {
            let mut buffer = String::new();
            let stems: Vec<String> = group
                .iter()
                .map(|word| {
                    normalise(word, &mut buffer);
                    buffer.clone()
                })
                .collect();
            assert!(stems.iter().all(|stem| *stem == stems[0]), "{group:?}: {stems:?}");
        }
    }
}
