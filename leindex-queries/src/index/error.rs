//! What can go wrong, apart from user code.

/// An error of the engine. User code never causes one: what is wrong with it is in the diagnostics.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The project, the settings or the store.
    #[error(transparent)]
    Storage(#[from] leindex_db::Error),
    /// A path that is no file of the project.
    #[error("`{path}` is not a file of the project{}", suggestion(.nearest))]
    UnknownPath {
        /// The path.
        path: String,
        /// Files that are named alike.
        nearest: Vec<String>,
    },
    /// A file that is listed without being analysed.
    #[error("`{path}` is listed only: {reason}")]
    ListedOnly {
        /// The path.
        path: String,
        /// Why.
        reason: &'static str,
    },
    /// A symbol that is not there.
    #[error("no symbol is called `{name}`{}", suggestion(.nearest))]
    UnknownSymbol {
        /// What was asked for.
        name: String,
        /// Symbols that are named alike.
        nearest: Vec<String>,
    },
    /// A name that several symbols have.
    #[error("`{name}` is the name of {} symbols; say which: {}", .candidates.len(), .candidates.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", "))]
    AmbiguousSymbol {
        /// What was asked for.
        name: String,
        /// The symbols, in full.
        candidates: Vec<String>,
    },
    /// A range that does not lie in the text.
    #[error("the range {start}..{end} does not lie in `{path}`, which has {length} bytes; ask for the text and edit again")]
    BadRange {
        /// The file.
        path: String,
        /// First byte.
        start: usize,
        /// One past the last byte.
        end: usize,
        /// Length of the text.
        length: usize,
    },
    /// The question was cancelled, or a file changed while it was read.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

fn suggestion(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean {}?", nearest.join(" or ")) }
}

/// An answer was not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cancelled {
    /// Somebody cancelled it, or a newer revision came; ask again.
    #[error("the question was cancelled; ask again")]
    Cancelled,
    /// A file changed on disk since it was indexed; refresh and ask again.
    #[error("a file changed while it was read; refresh and ask again")]
    Changed,
}

/// An answer, unless it was cancelled.
pub type Cancellable<T> = Result<T, Cancelled>;
