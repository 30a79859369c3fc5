//! Lines of the project's files that fit a regular expression.

use rayon::prelude::*;
use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashSet;
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
    /// Languages, by name; empty for all files, whatever they are written in.
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
    /// The lines of all files that fit a regular expression, in the syntax of the crate `regex`: no look-around, no back
    /// references, linear in the text whatever the pattern. A pattern is held against one line at a time.
    ///
    /// Reads every file that the options admit, on all threads; nothing is indexed for it. Analysed files are those of the
    /// revision; texts that are not analysed are read as they lie on the disk, up to the size limit of the settings.
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
        let admitted = |path: &str| options.paths.is_empty() || options.paths.iter().any(|pattern| matches(pattern, path));
        let fitting = |path: &str, text: &str| -> Vec<GrepLine> {
            if in_text.as_ref().is_some_and(|regex| !regex.is_match(text)) {
                return Vec::new();
            }
            let fitting = (1..).zip(text.lines()).filter(|(_, line)| regex.is_match(line)).take(wanted);
            let shown = |line: &str| line.chars().take(LONGEST).collect();
            fitting.map(|(line, text)| GrepLine { path: path.to_owned(), line, text: shown(text) }).collect()
        };
        let (analysed, mut lines) = self.ask(|world| {
            let found = world.on_each_file(|world, file| {
                let path = file.path(world.db);
                let spoken = options.languages.is_empty()
                    || file_config(world.db, file).is_some_and(|config| options.languages.iter().any(|name| name == config.name));
                let text = if spoken && admitted(path) { world.source(file) } else { None };
                text.map_or_else(Vec::new, |text| fitting(path, &text))
            });
            let analysed: FxHashSet<String> = world.live.all.iter().map(|file| file.path(world.db).to_owned()).collect();
            (analysed, found.into_iter().flatten().collect::<Vec<GrepLine>>())
        })?;
        for folder in self.folders.iter().filter(|_| options.languages.is_empty()) {
            let others: Vec<_> = folder.files()?.into_iter().filter(|(path, _)| !analysed.contains(path) && admitted(path)).collect();
            let found =
                others.par_iter().flat_map_iter(|(path, file)| folder.text(file).map_or_else(Vec::new, |text| fitting(path, &text)));
            lines.extend(found.collect::<Vec<_>>());
        }
        lines.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
        let truncated = lines.len() > options.limit;
        lines.truncate(options.limit);
        Ok(GrepAnswer { lines, truncated, revision: self.revision().to_owned() })
    }
}
