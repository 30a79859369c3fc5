//! Answers as plain data.

use serde::Serialize;

/// A file of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileInfo {
    /// Path from the root.
    pub path: String,
    /// Its language, if it has one.
    pub language: Option<&'static str>,
    /// Bytes.
    pub bytes: u64,
    /// Lines; 0 if it was not read.
    pub lines: u32,
    /// Syntax errors.
    pub parse_errors: u32,
    /// Why it is only listed.
    pub skipped: Option<&'static str>,
}

/// Something that people should know about a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Diagnostic {
    /// Path from the root, or absolute for a file outside it.
    pub path: String,
    /// The line, from 1, where it concerns one.
    pub line: Option<u32>,
    /// What it is.
    pub message: String,
}

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SymbolInfo {
    /// `<project> <path> <descriptor>`: its name everywhere.
    pub symbol: String,
    /// Path from the root.
    pub path: String,
    /// The language.
    pub language: &'static str,
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its name with those of what it lies in.
    pub qualified_name: String,
    /// Its text up to the body.
    pub signature: String,
    /// One sentence about it.
    pub summary: String,
    /// Whether the summary was made from the code because there is no documentation.
    pub generated_summary: bool,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
    /// Line of the name.
    pub name_line: u32,
    /// First byte.
    pub start_byte: u32,
    /// One past the last byte.
    pub end_byte: u32,
    /// Cyclomatic complexity.
    pub cyclomatic: u32,
    /// Cognitive complexity.
    pub cognitive: u32,
    /// Whether it is a test or lies among tests.
    pub is_test: bool,
    /// Whether it is visible outside.
    pub is_exported: bool,
}

/// What a search may find, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchOptions {
    /// Most hits.
    pub limit: usize,
    /// Kinds admitted; empty for all.
    pub kinds: Vec<crate::syntax::rows::SymbolKind>,
    /// Languages admitted, by name; empty for all.
    pub languages: Vec<String>,
    /// Path patterns (`src/**/*.py`, `tests/`); empty for all.
    pub paths: Vec<String>,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self { limit: 10, kinds: Vec::new(), languages: Vec::new(), paths: Vec::new() }
    }
}

/// The answer of a search.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchAnswer {
    /// What was found, best first.
    pub hits: Vec<SearchHit>,
    /// The kind of answer that the question was taken to ask for: `name`, `path`, `where`, `how`, `hotspots`, `error`,
    /// `architecture` or `words`.
    pub intent: &'static str,
    /// The model that scored meanings: the built-in one, unless all candidates have a vector by the model of one's
    /// choice.
    pub model: String,
    /// Whether better symbols may have been missed for how an index was built.
    pub approximate: bool,
    /// The revision that this is an answer for.
    pub revision: String,
}

/// A symbol that a search found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchHit {
    /// The symbol.
    pub symbol: SymbolInfo,
    /// How well it answers. Comparable within one search only.
    pub score: f32,
    /// What the score is made of; the part `× prior` is a factor of the sum of the others.
    pub parts: Vec<ScorePart>,
    /// The lines in it that hold the question's words.
    pub highlights: Vec<Highlight>,
}

/// A part of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScorePart {
    /// What it is for.
    pub name: &'static str,
    /// Its value.
    pub value: f32,
}

/// Lines that hold words of the question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Highlight {
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
    /// Their text.
    pub text: String,
}

/// One relation between two symbols, or between a symbol and something that is not known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EdgeInfo {
    /// The symbol that it starts from.
    pub source: String,
    /// The symbol it leads to, if one is known.
    pub target: Option<String>,
    /// The file of the target.
    pub target_path: Option<String>,
    /// The line of the target's name.
    pub target_line: Option<u32>,
    /// The name at the site.
    pub target_name: String,
    /// Of an import, the module that it names, as it is written; `None` for other edges.
    pub module: Option<String>,
    /// What it says.
    pub kind: &'static str,
    /// How it was found.
    pub rule: &'static str,
    /// How often the rule is right in this language, where it was measured: see [`crate::names::confidence`].
    pub confidence: Option<f32>,
    /// How many definitions the name may mean.
    pub candidates: u16,
    /// The file of the site.
    pub path: String,
    /// Its line, from 1.
    pub line: u32,
    /// Its column in bytes, from 0.
    pub column: u32,
}
