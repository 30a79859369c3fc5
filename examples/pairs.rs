//! Writes what the static model is trained and measured on: for every documented function and type of a folder, what is
//! said of it and what it is made of, as the index's sub-words.
//!
//! ```text
//! cargo run --release -p leindex-queries --example pairs -- PROJECT FOLDER > PROJECT.jsonl
//! cargo run --release -p leindex-queries --example pairs -- --words < LINES
//! ```
//!
//! A line is `{project, language, path, name, kind, query, fields: [name, signature, documentation, body]}`. The query is
//! the first paragraph of the documentation, the third field what follows it; neither is in the body. Words are joined by
//! blanks. `--words` turns lines of text into lines of such words.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

use std::io::Write as _;
use std::path::Path;

use leindex_embed::words::{for_each_subword, normalise};
use leindex_queries::languages::Languages;

use leindex_queries::syntax::parse::ParseSession;
use leindex_queries::syntax::rows::{NONE, Rows, ScopeRow, SymbolFlags, SymbolKind, SymbolRow};
use serde_json::json;

/// Fewest words of a question, and of a body with its signature.
const SHORTEST: (usize, usize) = (3, 4);
/// Most words of a question: what is longer is no answer to one.
const LONGEST_QUERY: usize = 60;
/// Most words of the documentation's rest and of the body that are written.
const LONGEST_FIELD: usize = 1000;
/// Largest file read, in bytes.
const LARGEST_FILE: usize = 1_500_000;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match arguments.as_slice() {
        [flag] if flag == "--words" => {
            for line in std::io::stdin().lines() {
                writeln!(out, "{}", words(&line?, usize::MAX))?;
            }
        }
        [project, folder] => {
            let languages = Languages::default();
            let mut session = ParseSession::default();
            let mut files = Vec::new();
            collect(Path::new(folder), &mut files);
            for file in files {
                let relative = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().into_owned();
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let Ok(bytes) = std::fs::read(&file) else { continue };
                if is_left_out(&relative) || is_made(&bytes) {
                    continue;
                }
                let dialect = languages.dialect(&name, &bytes[..bytes.len().min(4096)]);
                let Some(grammar) = languages.grammar(dialect) else { continue };
                let rows = session.rows(grammar, &bytes);
                let source = String::from_utf8_lossy(&bytes);
                for pair in pairs(&rows, &source, grammar.config.docs.docstring) {
                    let line = json!({
                        "project": project, "language": grammar.config.name, "path": relative, "name": pair.name,
                        "kind": pair.kind.as_str(), "query": pair.query, "fields": pair.fields,
                    });
                    writeln!(out, "{line}")?;
                }
            }
        }
        _ => eprintln!("usage: pairs PROJECT FOLDER, or pairs --words"),
    }
    out.flush()
}

struct Pair {
    name: String,
    kind: SymbolKind,
    query: String,
    fields: [String; 4],
}

/// The documented functions and types of a file.
fn pairs(rows: &Rows, source: &str, docstrings: bool) -> Vec<Pair> {
    let symbols: Vec<SymbolRow> = rows.symbols().collect();
    let mut found = Vec::new();
    for symbol in symbols.iter().skip(1) {
        let name = rows.str(symbol.name);
        if !(symbol.kind.is_callable() || symbol.kind.is_type())
            || symbol.flags.has(SymbolFlags::TEST)
            || symbol.doc.is_empty()
            || name.starts_with("__")
            || name.to_lowercase().starts_with("test")
        {
            continue;
        }
        let doc = rows.str(symbol.doc);
        let (first, rest) = first_paragraph(doc);
        let letters = first.chars().filter(|character| character.is_alphabetic());
        let (ascii, other): (Vec<char>, Vec<char>) = letters.partition(char::is_ascii);
        let query = words(&first, LONGEST_QUERY + 1);
        let count = query.split(' ').count();
        if count < SHORTEST.0 || count > LONGEST_QUERY || ascii.len() < 10 * other.len() {
            continue;
        }
        let mut signature = rows.str(symbol.signature).to_owned();
        for holder in holders(rows, symbol) {
            signature.push(' ');
            signature.push_str(holder);
        }
        let signature = words(&signature, LONGEST_FIELD);
        let body = words(&own_text(&symbols, symbol, source, docstrings), LONGEST_FIELD);
        if signature.split(' ').count() + body.split(' ').count() < SHORTEST.1 || body.is_empty() {
            continue;
        }
        let qualified = holders(rows, symbol).into_iter().rev().chain([name]).collect::<Vec<_>>().join(".");
        let fields = [words(name, LONGEST_FIELD), signature, words(rest, LONGEST_FIELD), body];
        found.push(Pair { name: qualified, kind: symbol.kind, query, fields });
    }
    found
}

/// The text of a symbol's body that lies in no function or type inside it, without its documentation.
fn own_text(symbols: &[SymbolRow], symbol: &SymbolRow, source: &str, docstrings: bool) -> String {
    let mut text = String::new();
    let mut at = symbol.body_start;
    if docstrings {
        at += docstring_length(source.get(at as usize..symbol.end as usize).unwrap_or("")) as u32;
    }
    let first = symbols.partition_point(|other| other.start <= symbol.start);
    for inner in symbols[first..].iter().take_while(|inner| inner.start < symbol.end) {
        if matches!(inner.kind, SymbolKind::Field | SymbolKind::Variable) || inner.start < at {
            continue;
        }
        text.push_str(source.get(at as usize..inner.start as usize).unwrap_or(""));
        text.push('\n');
        at = inner.end;
    }
    text.push_str(source.get(at as usize..symbol.end as usize).unwrap_or(""));
    text
}

/// The length of a body's documentation string, with what stands before it; 0 if it has none.
fn docstring_length(body: &str) -> usize {
    let mut rest = body.trim_start();
    while let Some(comment) = rest.strip_prefix('#') {
        rest = comment.split_once('\n').map_or("", |(_, after)| after).trim_start();
    }
    let text = rest.trim_start_matches(['r', 'R', 'u', 'U']);
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        if let Some(inner) = text.strip_prefix(quote)
            && let Some(end) = inner.find(quote)
        {
            return body.len() - inner.len() + end + quote.len();
        }
    }
    0
}

/// The names of what a symbol lies in, innermost first.
fn holders<'r>(rows: &'r Rows, symbol: &SymbolRow) -> Vec<&'r str> {
    let mut names = Vec::new();
    for scope in [symbol.inner, symbol.scope] {
        if let Some(row) = rows.get::<ScopeRow>(scope)
            && row.self_type != NONE
            && let Some(ty) = rows.use_row(row.self_type)
        {
            names.push(rows.str(ty.name));
            break;
        }
    }
    let mut at = symbol.parent;
    while let Some(parent) = rows.symbol(at) {
        if at == 0 || names.len() > 32 {
            break;
        }
        names.push(rows.str(parent.name));
        at = parent.parent;
    }
    names
}

/// The first paragraph of a documentation as plain text, cut before tags, lists of parameters and examples; and the rest.
fn first_paragraph(doc: &str) -> (String, &str) {
    let mut paragraph = String::new();
    let mut at = 0;
    for line in doc.split_inclusive('\n') {
        let text = line.trim();
        let text = ["@brief", "\\brief", "@summary", "@description", "@desc", "@doc", "@classdesc", "<summary>", "Summary:"]
            .into_iter()
            .find_map(|tag| text.strip_prefix(tag))
            .unwrap_or(text)
            .trim();
        let is_rule = !text.is_empty() && text.chars().all(|character| !character.is_alphanumeric());
        if !paragraph.is_empty() && (text.is_empty() || is_rule) || ends_paragraph(text) {
            break;
        }
        at += line.len();
        if !text.is_empty() && !is_rule {
            paragraph.push_str(text);
            paragraph.push(' ');
        }
        if text.contains("</summary>") {
            break;
        }
    }
    (without_markup(&paragraph), &doc[at..])
}

/// Whether a line begins what is no longer prose.
fn ends_paragraph(line: &str) -> bool {
    const HEADS: &[&str] = &[
        "args:",
        "arguments:",
        "parameters",
        "params:",
        "param ",
        "returns",
        "return:",
        "raises:",
        "yields:",
        "example",
        "usage:",
        "see also",
        "note:",
        "notes:",
        "syntax:",
        "input:",
        "output:",
        "inputs:",
        "outputs:",
        "attributes:",
        "throws",
        "@",
        "\\param",
        "\\return",
        "\\tparam",
        ":param",
        ":return",
        ":rtype",
        ":type",
        ":raise",
        ".. ",
        ">>>",
        "```",
        "~~~",
        "<param",
        "<returns",
        "<remarks",
        "<pre",
        "<ul",
        "<p>",
        "<example",
        "<exception",
        "<typeparam",
        "#",
        "- parameter",
        "- returns",
        "call-seq",
        "copyright",
        "spdx-",
        "iex>",
        "todo",
        "fixme",
    ];
    let line = line.to_ascii_lowercase();
    HEADS.iter().any(|head| line.starts_with(head))
}

/// Text without the tags of HTML, XML and Javadoc; the names that they link to stay.
fn without_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '{', '(']) {
        out.push_str(&rest[..at]);
        let tag = &rest[at..];
        let close = match tag.as_bytes()[0] {
            b'<' if tag[1..].starts_with(|next: char| next.is_ascii_alphabetic() || next == '/') => '>',
            b'{' if tag[1..].starts_with('@') => '}',
            // The address of a Markdown link.
            b'(' if out.ends_with(']') => ')',
            _ => {
                out.push(' ');
                rest = &tag[1..];
                continue;
            }
        };
        let Some(end) = tag.find(close).filter(|&end| end < 200) else {
            rest = &tag[1..];
            continue;
        };
        let inside = &tag[1..end];
        out.push(' ');
        match close {
            '}' => out.push_str(inside.split_once(' ').map_or("", |(_, label)| label)),
            '>' if inside.contains("cref=") || inside.contains("name=") => out.push_str(inside.split('"').nth(1).unwrap_or("")),
            _ => {}
        }
        out.push(' ');
        rest = &tag[end + 1..];
    }
    out.push_str(rest);
    out
}

/// The first `most` sub-words of a text, as the index makes them.
fn words(text: &str, most: usize) -> String {
    let mut out = String::new();
    let (mut buffer, mut count) = (String::new(), 0);
    for_each_subword(text, |word, _| {
        if count < most && (word.len() > 1 || word.as_bytes()[0].is_ascii_digit()) {
            normalise(word, &mut buffer);
            if count > 0 {
                out.push(' ');
            }
            out.push_str(&buffer);
            count += 1;
        }
    });
    out
}

/// Whether a path belongs to tests, to others' code, or to what a build made.
fn is_left_out(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "tests",
        "test",
        "testing",
        "testdata",
        "spec",
        "specs",
        "__tests__",
        "vendor",
        "_vendor",
        "vendored",
        "third_party",
        "thirdparty",
        "third-party",
        "3rdparty",
        "node_modules",
        "locale",
        "migrations",
        "generated",
        "benches",
        "benchmarks",
        "umd",
        "cjs",
        "extern",
        "externals",
        "unittest",
        "unittests",
        "godeps",
    ];
    let path = path.to_ascii_lowercase();
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let stem = file.split('.').next().unwrap_or(file);
    folder.split('/').any(|part| FOLDERS.contains(&part))
        || stem.starts_with("test_")
        || ["_test", "_tests", "_spec", "_pb2", "_generated"].iter().any(|end| stem.ends_with(end))
        || [".min.", ".test.", ".spec.", ".d.ts", ".d.mts", ".pb.", ".umd.", ".generated.", ".g.cs", ".designer.cs", ".cjs"]
            .iter()
            .any(|part| file.contains(part))
}

/// Whether a text is too large, packed into few lines, or says that a program wrote it.
fn is_made(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1500)]).to_ascii_lowercase();
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count() + 1;
    bytes.len() > LARGEST_FILE
        || bytes.len() / lines > 200
        || ["do not edit", "auto-generated", "autogenerated", "automatically generated", "generated by"]
            .iter()
            .any(|said| head.contains(said))
}

fn collect(path: &Path, out: &mut Vec<std::path::PathBuf>) {
    if !path.is_dir() {
        out.push(path.to_owned());
        return;
    }
    let mut entries: Vec<_> = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries.iter().filter(|entry| !entry.is_symlink()) {
        collect(entry, out);
    }
}
