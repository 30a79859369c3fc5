//! What can go wrong, apart from user code.

/// An error of the engine. User code never causes one: what is wrong with it is in the diagnostics.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The project, the settings or the store.
    #[error(transparent)]
    Storage(#[from] leindex_db::Error),
    /// The model of the user's choice.
    #[error(transparent)]
    Model(#[from] leindex_embed::EmbedError),
    /// The setting `model`, in a build that reads no folders of models.
    #[error("the setting `model` names {}, but this build reads no folders of models; build with the feature `transformer`, take the setting out, or give a model as an `Embedder`", .folder.display())]
    NoTransformer {
        /// The folder.
        folder: std::path::PathBuf,
    },
    /// A path that is no file of the project.
    #[error("`{path}` is not a file of the project; {}", suggestion(.nearest, "name one from its root, as `files` lists them"))]
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
    #[error("no symbol is called `{name}`; {}", suggestion(.nearest, "search for words of it"))]
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
    /// A further root that cannot be one.
    #[error("the root `{root}` {problem}; correct `roots` in the settings or the options")]
    BadRoot {
        /// The root, as it was named.
        root: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A place where nothing runs, or no such variable is.
    #[error("{path}:{line}: {}", if .variables.is_empty() {
        "nothing runs there; name a line of a function or statement".to_owned()
    } else {
        format!("no such variable there; it mentions {}", .variables.join(", "))
    })]
    NoFlow {
        /// The file.
        path: String,
        /// The line.
        line: u32,
        /// The variables that are there.
        variables: Vec<String>,
    },
    /// A resolution that communities cannot have.
    #[error("the resolution {resolution} is negative or no number; 1 is usual, more makes smaller communities")]
    BadResolution {
        /// What was asked for.
        resolution: f64,
    },
    /// A regular expression that is none.
    #[error("`{pattern}` is no regular expression: {message}")]
    BadPattern {
        /// What was asked for.
        pattern: String,
        /// What is wrong with it.
        message: String,
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
    /// A read or write of a [`Handle`](super::Handle) inside of another, which would wait for itself.
    #[error("the handle was used inside its own read or write; use the snapshot or index that was given there")]
    Nested,
    /// A table could not be made.
    #[cfg(feature = "analytics")]
    #[error("a table could not be made: {0}")]
    Table(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The question was cancelled, or a file changed while it was read.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

fn suggestion(nearest: &[String], otherwise: &str) -> String {
    if nearest.is_empty() { otherwise.to_owned() } else { format!("did you mean {}?", nearest.join(" or ")) }
}

/// An answer was not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cancelled {
    /// Somebody cancelled it.
    #[error("the question was cancelled; ask again when the answer is wanted")]
    Cancelled,
    /// A change came while it ran. A [`Handle`](super::Handle) asks again by itself.
    #[error("a change came while the question ran; ask again")]
    Superseded,
    /// A file changed on disk since it was indexed; refresh and ask again.
    #[error("a file changed while it was read; refresh and ask again")]
    Changed,
}

/// An answer, unless it was cancelled.
pub type Cancellable<T> = Result<T, Cancelled>;
