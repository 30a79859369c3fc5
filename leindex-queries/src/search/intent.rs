//! What a question asks for: its words, the names, paths and messages it quotes, and what kind of answer would do.

use super::terms::{for_each_subword, is_stop_word, term};

/// What kind of answer a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    /// The definition of a name.
    Name,
    /// A file, or a place in one.
    Path,
    /// The place where something is done.
    Where,
    /// How something is done.
    How,
    /// What is complex and central.
    Hotspots,
    /// What an error message comes from.
    Error,
    /// What the project is made of.
    Architecture,
    /// Words.
    Words,
}

impl Intent {
    /// The name used in explanations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Path => "path",
            Self::Where => "where",
            Self::How => "how",
            Self::Hotspots => "hotspots",
            Self::Error => "error",
            Self::Architecture => "architecture",
            Self::Words => "words",
        }
    }
}

/// A name that a question mentions as code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuotedName {
    /// What stands before it (`Session` of `Session.login`), outermost first.
    pub(crate) holders: Vec<String>,
    /// The name.
    pub(crate) name: String,
    /// Whether it is a mere word with a capital, which may be a name.
    pub(crate) guessed: bool,
}

/// A path that a question mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuotedPath {
    pub(crate) path: String,
    pub(crate) line: Option<u32>,
}

/// A question, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// The text, as far as it is read.
    pub(crate) text: String,
    pub(crate) intent: Intent,
    /// Hashes of the sub-words that carry meaning, in order, distinct.
    pub(crate) terms: Vec<u32>,
    /// The same words themselves, stemmed.
    pub(crate) words: Vec<String>,
    pub(crate) names: Vec<QuotedName>,
    pub(crate) paths: Vec<QuotedPath>,
    /// Messages in quotes.
    pub(crate) messages: Vec<String>,
    /// Whether tests are asked for.
    pub(crate) tests: bool,
    /// Whether examples, generated or foreign code is asked for.
    pub(crate) aside: bool,
}

/// Bytes of a question that are read: more is a pasted file, and its rarest words stand at its start as anywhere.
const LONGEST: usize = 16 << 10;
/// Names and paths of one question that are looked up.
const MOST_NAMES: usize = 16;

const HOTSPOTS: &[&str] =
    &["bottleneck", "bottlenecks", "hotspot", "hotspots", "hot spot", "hot spots", "most complex", "slowest", "too complex"];
const ARCHITECTURE: &[&str] = &[
    "architecture",
    "structured",
    "organised",
    "organized",
    "overview",
    "main components",
    "main modules",
    "main parts",
    "high level",
    "high-level",
    "big picture",
    "entry point",
    "entry points",
    "codebase",
    "code base",
    "this project do",
    "laid out",
];
const ERROR: &[&str] = &[
    "error:",
    "exception:",
    "panicked at",
    "traceback",
    "fails with",
    "failed with",
    "error message",
    "crashes with",
    "stack trace",
    "undefined reference",
];
/// Words that say what kind of answer is wanted, and nothing about the code.
const INTENT_WORDS: &[&str] = &[
    "architecture",
    "bottleneck",
    "bottlenecks",
    "codebase",
    "components",
    "hotspot",
    "hotspots",
    "organised",
    "organized",
    "overview",
    "performance",
    "project",
    "structured",
    "main",
    "complex",
    "slowest",
    "parts",
    "modules",
    "explain",
    "defined",
    "definition",
    "function",
    "method",
    "class",
    "file",
    "located",
    "traceback",
    "error",
];

impl Question {
    /// Understands a question.
    pub(crate) fn new(text: &str) -> Self {
        let mut end = text.len().min(LONGEST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text[..end].trim();
        let lower = text.to_lowercase();
        let mut question = Self {
            text: text.to_owned(),
            intent: Intent::Words,
            terms: Vec::new(),
            words: Vec::new(),
            names: Vec::new(),
            paths: Vec::new(),
            messages: quoted(text),
            tests: false,
            aside: false,
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        for (at, word) in words.iter().enumerate() {
            question.take_word(word, at == 0 && words.len() > 1);
        }
        take_frames(text, &mut question.paths);
        question.intent = question.intent_of(&lower, &words);
        question.take_terms(text);
        if words.len() == 1 && question.names.is_empty() && question.paths.is_empty() && is_identifier(text) {
            question.names.push(QuotedName { holders: Vec::new(), name: text.to_owned(), guessed: false });
        }
        for word in lower.split(|c: char| !c.is_alphanumeric()) {
            question.tests |=
                matches!(word, "test" | "tests" | "tested" | "testing" | "spec" | "specs" | "pytest" | "fixture" | "fixtures");
            question.aside |=
                matches!(word, "example" | "examples" | "benchmark" | "benchmarks" | "generated" | "vendored" | "vendor" | "demo");
        }
        question
    }

    fn intent_of(&self, lower: &str, words: &[&str]) -> Intent {
        let has = |list: &[&str]| list.iter().any(|phrase| lower.contains(phrase));
        let first = words.first().map(|word| word.to_lowercase()).unwrap_or_default();
        let names_error = words.iter().any(|word| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            word.len() > 6 && (word.ends_with("Error") || word.ends_with("Exception"))
        });
        if words.len() == 1 {
            return match (self.paths.is_empty(), is_name_like(words[0])) {
                (false, _) => Intent::Path,
                (true, true) => Intent::Name,
                _ => Intent::Words,
            };
        }
        if has(ERROR)
            || !self.messages.is_empty() && (names_error || lower.contains("error") || lower.contains("message"))
            || names_error && self.messages.len() + self.paths.len() > 0
        {
            Intent::Error
        } else if has(HOTSPOTS) {
            Intent::Hotspots
        } else if has(ARCHITECTURE) {
            Intent::Architecture
        } else if first == "where" || lower.starts_with("in which") || lower.starts_with("which f") || lower.starts_with("find ") {
            Intent::Where
        } else if first == "how"
            || first == "explain"
            || lower.starts_with("show me how")
            || lower.starts_with("why")
            || lower.starts_with("what happens")
        {
            Intent::How
        } else if !self.messages.is_empty() && words.len() > 2 {
            Intent::Error
        } else {
            Intent::Words
        }
    }

    fn take_word(&mut self, word: &str, first_of_many: bool) {
        let bare = word
            .trim_matches(|c: char| matches!(c, '`' | '"' | '\'' | ',' | ';' | '?' | '!' | '[' | ']' | '{' | '}' | '<' | '>' | '“' | '”'));
        let bare = bare.strip_suffix('.').unwrap_or(bare).trim_end_matches(':');
        let bare = if bare.starts_with('(') { bare.trim_matches(['(', ')']) } else { bare };
        if let Some(path) = as_path(bare) {
            if self.paths.len() < MOST_NAMES && !self.paths.contains(&path) {
                self.paths.push(path);
            }
            return;
        }
        let ticked = word.contains('`');
        let call = bare.strip_suffix("()").or_else(|| bare.find('(').filter(|_| bare.ends_with(')')).map(|at| &bare[..at]));
        let name = call.unwrap_or(bare);
        let parts: Vec<&str> = name.split("::").flat_map(|part| part.split("->")).flat_map(|part| part.split(['.', '#', '/'])).collect();
        let Some((last, holders)) = parts.split_last() else { return };
        if !is_identifier(last) || !holders.iter().all(|part| is_identifier(part)) {
            return;
        }
        let capital = last.starts_with(char::is_uppercase) && last.len() > 2;
        let shaped = ticked || call.is_some() || !holders.is_empty() || is_name_like(last);
        if !shaped && (!capital || first_of_many) || self.names.len() >= MOST_NAMES {
            return;
        }
        let found =
            QuotedName { holders: holders.iter().map(|part| (*part).to_owned()).collect(), name: (*last).to_owned(), guessed: !shaped };
        if !self.names.contains(&found) {
            self.names.push(found);
        }
    }

    /// The sub-words, without stop words and what only says the kind of answer; with them, if nothing else is there.
    fn take_terms(&mut self, text: &str) {
        let mut buffer = String::new();
        let mut plain = String::new();
        let mut all = Vec::new();
        let mut meant = Vec::new();
        let cuts_intent = matches!(self.intent, Intent::Hotspots | Intent::Architecture | Intent::Where | Intent::How | Intent::Error);
        for_each_subword(text, |word, _| {
            let Some(hash) = term(word, &mut buffer) else { return };
            if !all.iter().any(|(known, _)| *known == hash) && all.len() < 1024 {
                all.push((hash, buffer.clone()));
                plain.clear();
                plain.extend(word.chars().flat_map(char::to_lowercase));
                if !(is_stop_word(&plain) || cuts_intent && INTENT_WORDS.contains(&&*plain)) {
                    meant.push((hash, buffer.clone()));
                }
            }
        });
        if meant.is_empty() && !matches!(self.intent, Intent::Hotspots | Intent::Architecture) {
            meant = all;
        }
        (self.terms, self.words) = meant.into_iter().unzip();
    }
}

/// Whether a word looks like code: an underscore or capital inside, or all of an identifier's marks.
fn is_name_like(word: &str) -> bool {
    if !is_identifier(word) && !word.contains("::") && !word.contains('.') {
        return false;
    }
    let inner = word.trim_matches('_');
    let mut lower_before = false;
    let mut humps = false;
    for character in inner.chars() {
        humps |= lower_before && character.is_uppercase();
        lower_before = character.is_lowercase();
    }
    inner.contains('_') || humps || word.contains("::") || word.starts_with('_') || inner.contains('.')
}

fn is_identifier(text: &str) -> bool {
    let rest = text.trim_start_matches(['@', '$']).trim_end_matches(['?', '!']);
    let mut characters = rest.chars();
    characters.next().is_some_and(|c| c.is_alphabetic() || c == '_') && characters.all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

/// Endings that make a word a file's name.
const ENDINGS: &[&str] = &[
    "c", "cc", "cjs", "cpp", "cs", "cxx", "dart", "ex", "exs", "go", "h", "hpp", "hs", "java", "js", "jsx", "kt", "kts", "lua", "mjs",
    "mts", "php", "py", "pyi", "rb", "rs", "scala", "swift", "toml", "ts", "tsx",
];

fn as_path(word: &str) -> Option<QuotedPath> {
    let (path, line) = match word.split_once(':') {
        Some((path, rest)) => (path, rest.split(':').next().and_then(|line| line.parse().ok())),
        None => (word, None),
    };
    let path = path.trim_start_matches("./");
    let file = path.rsplit('/').next().unwrap_or(path);
    let ends = file.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && ENDINGS.contains(&ending));
    let folders = path.matches('/').count() > 1 || path.ends_with('/') && path.len() > 1;
    let clean = path.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@' | '~'));
    ((ends || folders) && clean).then(|| QuotedPath { path: path.trim_end_matches('/').to_owned(), line })
}

/// Frames of Python's tracebacks: `File "a.py", line 12`.
fn take_frames(text: &str, paths: &mut Vec<QuotedPath>) {
    for part in text.split("File \"").skip(1) {
        let Some((path, rest)) = part.split_once('"') else { continue };
        let line = rest
            .strip_prefix(", line ")
            .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next())
            .and_then(|line| line.parse().ok());
        let path = path.trim_start_matches("./").to_owned();
        paths.retain(|known| known.path != path || known.line.is_some());
        let found = QuotedPath { path, line };
        if paths.len() < MOST_NAMES && !paths.contains(&found) {
            paths.push(found);
        }
    }
}

/// Text between double quotes, or between single quotes or backticks if it has a blank, and what follows `Error: `.
fn quoted(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (open, close) in [('"', '"'), ('“', '”'), ('`', '`'), ('\'', '\'')] {
        let mut rest = text;
        while let Some(at) = rest.find(open) {
            let before = rest[..at].chars().next_back();
            let inside = &rest[at + open.len_utf8()..];
            let Some(end) = inside.find(close) else { break };
            let starts = before.is_none_or(|c| !c.is_alphanumeric());
            let message = inside[..end].trim();
            if starts && message.len() < 400 && message.contains(' ') && found.len() < MOST_NAMES {
                found.push(message.to_owned());
            }
            rest = if starts { &inside[end + close.len_utf8()..] } else { inside };
        }
    }
    for mark in ["Error: ", "Exception: ", "error: "] {
        if let Some((_, message)) = text.split_once(mark) {
            let message = message.lines().next().unwrap_or("").trim();
            if message.contains(' ') && message.len() < 400 {
                found.push(message.to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, intent: Intent, names: &[&str], paths: &[&str]) {
        let question = Question::new(text);
        let found: Vec<String> = question
            .names
            .iter()
            .filter(|name| !name.guessed)
            .map(|name| [name.holders.clone(), vec![name.name.clone()]].concat().join("."))
            .collect();
        let found_paths: Vec<String> =
            question.paths.iter().map(|path| path.line.map_or(path.path.clone(), |line| format!("{}:{line}", path.path))).collect();
        assert_eq!((question.intent, &*found, &*found_paths), (intent, &*strings(names), &*strings(paths)), "{text}");
    }

    fn strings(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn questions_are_told_apart() {
        check("Session.login", Intent::Name, &["Session.login"], &[]);
        check("parse_http_request", Intent::Name, &["parse_http_request"], &[]);
        check("login", Intent::Words, &["login"], &[]);
        check("src/auth.py", Intent::Path, &[], &["src/auth.py"]);
        check("src/auth.py:42", Intent::Path, &[], &["src/auth.py:42"]);
        check("Where is authentication logic handled?", Intent::Where, &[], &[]);
        check("How does `Flask.full_dispatch_request` work?", Intent::How, &["Flask.full_dispatch_request"], &[]);
        check("Show me how embedding batching works", Intent::How, &[], &[]);
        check("What are the performance bottlenecks?", Intent::Hotspots, &[], &[]);
        check("How is this project structured?", Intent::Architecture, &[], &[]);
        check("why do I get ValueError: bad magic number in header", Intent::Error, &["ValueError"], &[]);
        check("who calls std::mem::take() in store.rs", Intent::Words, &["std.mem.take"], &["store.rs"]);
        check("Traceback: File \"app/db.py\", line 12, in connect", Intent::Error, &[], &["app/db.py:12"]);
        check("error \"cannot open the store\" on start", Intent::Error, &[], &[]);
    }

    #[test]
    fn stop_words_count_only_where_nothing_else_is() {
        assert_eq!(Question::new("where is the batch").terms.len(), 1);
        assert_eq!(Question::new("where is it").terms.len(), 3);
        assert!(Question::new("what are the performance bottlenecks?").terms.is_empty());
        assert!(Question::new("").terms.is_empty());
    }

    #[test]
    fn anything_is_a_question() {
        let long = "supercalifragilistic ".repeat(50_000);
        for text in [
            "",
            " ",
            "🦀🦀🦀",
            "где проверяется пароль",
            "認証はどこですか",
            "'",
            "\"",
            "```",
            "(((",
            "a'b'c d'",
            "::",
            "./",
            "\u{0}",
            &long,
        ] {
            let question = Question::new(text);
            assert!(question.terms.len() <= 1024 && question.names.len() <= MOST_NAMES);
        }
        assert_eq!(Question::new("где проверяется пароль").terms.len(), 3);
    }
}
