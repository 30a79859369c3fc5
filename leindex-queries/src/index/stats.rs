//! What an index holds, in figures.

use std::collections::BTreeMap;

use serde::Serialize;

use super::error::Cancellable;
use super::snapshot::Snapshot;

/// What an index holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Files, analysed or only listed.
    pub files: usize,
    /// Symbols, modules included.
    pub symbols: u64,
    /// Lines of the files that were read.
    pub lines: u64,
    /// Analysed files by language.
    pub languages: BTreeMap<&'static str, usize>,
    /// Files that are only listed, by the reason.
    pub skipped: BTreeMap<&'static str, usize>,
    /// Files with syntax errors.
    pub files_with_errors: usize,
    /// Syntax errors.
    pub parse_errors: u64,
    /// What people should know of files: see [`Snapshot::diagnostics`].
    pub diagnostics: usize,
    /// The revision this holds for.
    pub revision: String,
}

impl Snapshot<'_> {
    /// What the index holds. Costs a look at every file.
    pub fn stats(&self) -> Cancellable<Stats> {
        let mut stats = Stats {
            symbols: self.symbol_count()?,
            diagnostics: self.diagnostics()?.len(),
            revision: self.revision().to_owned(),
            ..Stats::default()
        };
        for file in self.files()? {
            stats.files += 1;
            stats.lines += u64::from(file.lines);
            stats.parse_errors += u64::from(file.parse_errors);
            stats.files_with_errors += usize::from(file.parse_errors > 0);
            match (file.skipped, file.language) {
                (Some(reason), _) => *stats.skipped.entry(reason).or_default() += 1,
                (None, Some(language)) => *stats.languages.entry(language).or_default() += 1,
                (None, None) => {}
            }
        }
        Ok(stats)
    }
}
