//! The functions that documentation is to be told apart by: chosen here, or read from a file.
//!
//! Chosen are functions and methods that are documented, are no tests, lie in no other function and are not named by
//! underscores at both ends; with 3 to 1,000 characters' worth of question ([`is_question`]) and at least three lines
//! of code. Of those with the same question or the same code, the first. A file has a JSON object a line with `path`,
//! `name`, `query`, and, to tell functions of the same name apart, `code`; and `proj` if it has several projects.

use std::collections::BTreeSet;
use std::path::Path;

use leindex_queries::SymbolInfo;
use leindex_queries::syntax::rows::{Rows, SymbolKind};
use serde::Deserialize;

use crate::Failure;
use crate::words::word_count;

/// A function and the question that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: String,
    /// Its name with those of what it lies in.
    pub(crate) name: String,
    pub(crate) question: String,
    pub(crate) place: Place,
}

/// What finds a function in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The line of its name.
    Line(u32),
    /// Its code without blanks.
    Code(String),
}

/// The documented functions of a file. Names stand alone, without those of what they lie in.
pub(crate) fn documented(path: &str, rows: &Rows) -> Vec<Entry> {
    let is_inside = |mut parent: u32| {
        for _ in 0..64 {
            match rows.symbol(parent) {
                Some(row) if row.kind.is_callable() => return true,
                Some(row) if parent != 0 => parent = row.parent,
                _ => break,
            }
        }
        false
    };
    let entry = |row: leindex_queries::syntax::rows::SymbolRow| {
        let question = question(rows.str(row.doc));
        let is_chosen = row.kind.is_callable() && row.kind != SymbolKind::Macro && is_question(&question) && !is_inside(row.parent);
        let name = rows.str(row.name);
        (is_chosen && is_own_name(name)).then(|| Entry {
            path: path.to_owned(),
            name: name.to_owned(),
            question,
            place: Place::Line(row.name_line),
        })
    };
    if is_foreign(path) { Vec::new() } else { rows.symbols().skip(1).filter_map(entry).collect() }
}

/// The entries whose functions are known and fit, each with its symbol. `text` gives a symbol's text.
pub(crate) fn fitting(entries: Vec<(Entry, SymbolInfo)>, text: impl Fn(&SymbolInfo) -> String) -> Vec<(Entry, SymbolInfo)> {
    let (mut questions, mut codes) = (BTreeSet::new(), BTreeSet::new());
    let mut kept = Vec::new();
    for (mut entry, symbol) in entries {
        let code = text(&symbol);
        let long_enough = code.lines().filter(|line| !line.trim().is_empty()).count() >= 3;
        if symbol.is_test || !long_enough || questions.contains(&entry.question.to_lowercase()) || codes.contains(&squeezed(&code)) {
            continue;
        }
        questions.insert(entry.question.to_lowercase());
        codes.insert(squeezed(&code));
        entry.name = symbol.symbol.splitn(3, ' ').last().unwrap_or(&entry.name).to_owned();
        kept.push((entry, symbol));
    }
    kept
}

/// The pool of a project as a file has it.
pub(crate) fn read(file: &Path, project: &str) -> Result<Vec<Entry>, Failure> {
    #[derive(Deserialize)]
    struct Line {
        path: String,
        name: String,
        query: String,
        code: Option<String>,
        proj: Option<String>,
    }
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let alike = |name: &str| name.to_lowercase().replace('_', "-");
    let mut entries = Vec::new();
    let mut others = BTreeSet::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line: Line = serde_json::from_str(line).map_err(|error| format!("{}:{}: {error}", file.display(), number + 1))?;
        if let Some(other) = line.proj.filter(|name| alike(name) != alike(project)) {
            others.insert(other);
            continue;
        }
        let place = Place::Code(squeezed(&line.code.unwrap_or_default()));
        entries.push(Entry { path: line.path, name: line.name, question: line.query, place });
    }
    if entries.is_empty() {
        let others: Vec<String> = others.into_iter().collect();
        return Err(format!("{} has no function of `{project}`; it has {}", file.display(), others.join(", ")).into());
    }
    Ok(entries)
}

/// The symbol among those of its file that an entry means; one that no other entry means, if there is a choice.
pub(crate) fn symbol_of<'s>(
    entry: &Entry,
    of_file: &'s [SymbolInfo],
    taken: &BTreeSet<String>,
    text: impl Fn(&SymbolInfo) -> String,
) -> Option<&'s SymbolInfo> {
    let last = |name: &str| parts(name).pop().unwrap_or_default();
    let named = last(&entry.name);
    let code = match &entry.place {
        Place::Line(line) => return of_file.iter().find(|symbol| symbol.name_line == *line && symbol.name == named),
        Place::Code(code) => code,
    };
    let fit = |symbol: &&SymbolInfo| {
        let has_code = !code.is_empty() && squeezed(&text(symbol)).ends_with(&**code);
        let has_holders = parts(&symbol.qualified_name).ends_with(&parts(&entry.name));
        (has_code, has_holders, !taken.contains(&symbol.symbol))
    };
    let mut best: Option<(_, &SymbolInfo)> = None;
    for symbol in of_file.iter().filter(|symbol| symbol.name == named) {
        let fit = fit(&symbol);
        if best.as_ref().is_none_or(|(other, _)| *other < fit) {
            best = Some((fit, symbol));
        }
    }
    best.map(|(_, symbol)| symbol)
}

/// The parts of a qualified name, without type parameters and references.
fn parts(name: &str) -> Vec<String> {
    let mut depth = 0_u32;
    let mut plain = String::new();
    for character in name.chars() {
        match character {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    let last_word = |part: &str| part.split_whitespace().next_back().unwrap_or("").trim_start_matches('&').to_owned();
    plain.split(['.', ':', '#', '/', '\\']).map(last_word).filter(|part| !part.is_empty()).collect()
}

/// A text without blanks.
pub(crate) fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The first paragraph of a documentation, on one line, without markup and what describes parameters.
fn question(doc: &str) -> String {
    const ENDS: [&str; 8] = [":param", ":type", "@", "Args:", "Parameters", ">>>", ".. ", "```"];
    let mut words: Vec<&str> = Vec::new();
    let plain = without_tags(doc);
    for line in plain.lines().map(str::trim) {
        let ends = line.is_empty() || ENDS.iter().any(|end| line.starts_with(end)) || line.starts_with('#');
        match (ends, words.is_empty()) {
            (true, true) => {}
            (true, false) => break,
            (false, _) => words.extend(line.split_whitespace()),
        }
    }
    words.join(" ")
}

/// A text without HTML's and XML's tags; paragraphs stay apart.
fn without_tags(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        plain.push_str(before);
        let is_tag = tag[1..].starts_with(|character: char| character.is_ascii_alphabetic() || character == '/');
        match tag.find('>').filter(|&end| is_tag && end < 80) {
            Some(end) => {
                plain.push_str(if tag.starts_with("<p>") || tag.starts_with("</summary") { "\n\n" } else { "" });
                rest = &tag[end + 1..];
            }
            None => {
                plain.push('<');
                rest = &tag[1..];
            }
        }
    }
    plain + rest
}

/// Whether a text can be asked: at least three words, at most 1,000 characters, nine in ten of them ASCII.
fn is_question(text: &str) -> bool {
    let characters = text.chars().count();
    let ascii = text.chars().filter(char::is_ascii).count();
    word_count(text) >= 3 && characters <= 1000 && ascii * 10 >= characters * 9
}

/// Whether a name is not one that the language gives, or a test's.
fn is_own_name(name: &str) -> bool {
    !name.starts_with("__") && !name.to_lowercase().starts_with("test")
}

/// Whether a path leads among tests, copies of others' code, or what was built.
fn is_foreign(path: &str) -> bool {
    const FOLDERS: [&str; 14] = [
        "test",
        "tests",
        "testing",
        "spec",
        "__tests__",
        "benches",
        "_vendor",
        "vendored",
        "vendor",
        "third_party",
        "migrations",
        "node_modules",
        "build",
        "dist",
    ];
    path.split('/').any(|part| FOLDERS.contains(&part)) || path.ends_with(".min.js")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_the_first_paragraph_without_markup() {
        for (doc, expected) in [
            ("Parses a text\nwith care.\n\nAnd slowly.", "Parses a text with care."),
            ("\n@param x the x", ""),
            ("Parses.\n:param x: it", "Parses."),
            ("<p>Parses a {@code List<T>} of <b>texts</b>.<p>More.", "Parses a {@code List} of texts."),
            ("<summary>\nParses it.\n</summary>\n<param name=\"x\">It</param>", "Parses it."),
            ("a < b and c > d", "a < b and c > d"),
        ] {
            assert_eq!(question(doc), expected, "{doc:?}");
        }
    }

    #[test]
    fn too_little_too_much_and_other_scripts_are_no_questions() {
        assert!(is_question("Parse the text"));
        assert!(!is_question("Parse text"));
        assert!(!is_question(&"long words ".repeat(100)));
        assert!(!is_question("разбирает текст and three words"));
    }

    #[test]
    fn parts_of_names_are_free_of_types() {
        assert_eq!(parts("&'a Map<K, Vec<V>>.get"), ["Map", "get"]);
        assert_eq!(parts("shop::cart::Cart::total"), ["shop", "cart", "Cart", "total"]);
    }
}
