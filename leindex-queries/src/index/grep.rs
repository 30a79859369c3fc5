//! Lines of the project's files that fit a regular expression.

use regex::{Regex, RegexBuilder};
use serde::Serialize;

use super::error::Error;
use super::snapshot::Snapshot;
use crate::names::files::file_config;
use crate::search::glob::matches;

/// Which lines are looked for, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrepOptions {
    /// Most lines.
    pub limit: usize,
    /// Path patterns (`src/**/*.py`, `tests/`); empty for all.
    pub paths: Vec<String>,
    /// Languages, by name; empty for all.
    pub languages: Vec<String>,
    /// Whether upper and lower case are one.
    pub ignore_case: bool,
}

impl Default for GrepOptions {
    fn default() -> Self {
        Self { limit: 1000, paths: Vec::new(), languages: Vec::new(), ignore_case: false }
    }
}

/// Lines that fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GrepAnswer {
    /// By path and number.
    pub lines: Vec<GrepLine>,
    /// Whether there are more than the limit.
    pub truncated: bool,
    /// The revision this holds for.
    pub revision: String,
}

/// A line that fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GrepLine {
    /// Its file.
    pub path: String,
    /// Its number, from 1.
    pub line: u32,
    /// Its text, cut after a thousand characters.
    pub text: String,
}

/// Characters of a line that are shown.
const LONGEST: usize = 1000;

impl Snapshot<'_> {
    /// The lines of all analysed files that fit a regular expression, in the syntax of the crate `regex`: no look-around, no
    /// back references, linear in the text whatever the pattern. A pattern is held against one line at a time.
    ///
    /// Reads every file that the options admit, on all threads; nothing is indexed for it.
    ///
    /// # Errors
    ///
    /// When the pattern is none, or would take too much memory.
    pub fn grep(&self, pattern: &str, options: &GrepOptions) -> Result<GrepAnswer, Error> {
        let built = |lines| {
            let mut builder = RegexBuilder::new(pattern);
            builder.case_insensitive(options.ignore_case).multi_line(lines).crlf(lines).size_limit(10 << 20);
            builder.build().map_err(|error| Error::BadPattern { pattern: pattern.chars().take(200).collect(), message: error.to_string() })
        };
        let regex: Regex = built(false)?;
        // What fits in a line fits in the whole text, if the ends of lines count as ends: most files are done with at once.
        // The ends of a text are others than those of a line.
        let in_text = if pattern.contains("\\A") || pattern.contains("\\z") { None } else { Some(built(true)?) };
        let wanted = options.limit.saturating_add(1);
        let mut lines = self.ask(|world| {
            let found = world.on_each_file(|world, file| {
                let path = file.path(world.db);
                let admitted = options.paths.is_empty() || options.paths.iter().any(|pattern| matches(pattern, path));
                let spoken = options.languages.is_empty()
                    || file_config(world.db, file).is_some_and(|config| options.languages.iter().any(|name| name == config.name));
                let Some(text) =
                    world.source(file).filter(|text| admitted && spoken && in_text.as_ref().is_none_or(|regex| regex.is_match(text)))
                else {
                    return Vec::new();
                };
                let fitting = (1..).zip(text.lines()).filter(|(_, line)| regex.is_match(line)).take(wanted);
                let shown = |line: &str| line.chars().take(LONGEST).collect();
                fitting.map(|(line, text)| GrepLine { path: path.to_owned(), line, text: shown(text) }).collect()
            });
            found.into_iter().flatten().take(wanted).collect::<Vec<GrepLine>>()
        })?;
        let truncated = lines.len() > options.limit;
        lines.truncate(options.limit);
        Ok(GrepAnswer { lines, truncated, revision: self.revision().to_owned() })
    }
}
