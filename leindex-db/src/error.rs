//! What can go wrong outside the analysis: the file system, the settings, the store.
//!
//! Analysis itself never fails: odd source becomes a skip reason or a diagnostic. Each message ends with what to
//! do next, because it is read by somebody who did not write this code.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An error of the storage layer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder that the request depends on cannot be read or written. Check the path and its permissions.
    #[error("cannot access {path}: {source}; check that it exists and that you may read it", path = .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The root is not a folder. Pass the folder that holds the project.
    #[error("{path} is not a folder; pass the folder that holds the project", path = .path.display())]
    NotAFolder {
        /// The path that was given as a root.
        path: PathBuf,
    },
    /// A settings file cannot be understood. Correct the place that the message names.
    #[error("cannot read the settings in {path}: {message}", path = .path.display())]
    Settings {
        /// The settings file.
        path: PathBuf,
        /// What is wrong, with its place where known.
        message: String,
    },
    /// A settings file holds a key that does not exist. Use the nearest name, or remove the key.
    #[error("unknown setting `{key}` in {path}; {hint}", path = .path.display())]
    UnknownSetting {
        /// The settings file.
        path: PathBuf,
        /// The key as it was written.
        key: String,
        /// The nearest existing key, or the list of keys.
        hint: String,
    },
    /// No folder for the store is known. Set `LEINDEX_HOME`.
    #[error("no cache folder is known for this user; set LEINDEX_HOME to a folder that leindex may write to")]
    NoCacheFolder,
    /// The store could not be written. Results stay in memory and are computed again by the next process; free disk
    /// space or repair the folder's permissions.
    #[error("cannot write the store in {path}: {message}; free disk space, mend the folder's permissions, or set LEINDEX_HOME to another folder", path = .path.display())]
    Store {
        /// The folder of the store.
        path: PathBuf,
        /// What the storage engine said.
        message: String,
    },
    /// Git was asked what changed and could not tell. Do what the message says, or pass a diff.
    #[error("cannot ask git about {path}: {message}", path = .path.display())]
    Git {
        /// The folder that git was asked about.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The history of a git repository cannot be read. Do what the message says; what needs no history works without.
    #[error("cannot read the git history around {path}: {message}", path = .path.display())]
    History {
        /// The folder whose history was asked for.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
    /// File events cannot be had. Do what the message says; a walk tells the same, later.
    #[error("cannot watch {path}: {message}", path = .path.display())]
    Watch {
        /// The folder.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
    /// An export could not be made. Do what the message says.
    #[error("cannot export to {path}: {message}", path = .path.display())]
    Export {
        /// The folder.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
    /// A query in SQL cannot be answered as it is written. The message says what is wrong with it and what to do.
    #[error("{message}")]
    Sql {
        /// What is wrong, and what to do.
        message: String,
    },
    /// A query in SQL would do something else than read. Write a `select`, or export the tables and work on the files.
    #[error(
        "{what} is not possible here: the tables are only read; use SELECT, EXPLAIN, DESCRIBE or SHOW TABLES, or export them \
         and ask another tool"
    )]
    Refused {
        /// What the query would do.
        what: String,
    },
    /// A query in SQL took longer than it may. Ask for less, or allow more time.
    #[error("the query took longer than {limit:?}; ask for fewer rows (where, limit) or allow more time")]
    OutOfTime {
        /// The time that it had.
        limit: Duration,
    },
    /// A query in SQL needs more memory than it may take. Ask for less, or allow more.
    #[error(
        "the query needs more than {mib} MiB; ask for fewer rows or columns (where, limit, no embedding), or allow more",
        mib = .bytes >> 20
    )]
    OutOfMemory {
        /// The bytes that it had.
        bytes: usize,
    },
    /// A folder is no export, or one that this version cannot read. Do what the message says.
    #[error("{path} is not an export that can be read: {message}", path = .path.display())]
    NotAnExport {
        /// The folder, or the file of it.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
    /// What has the rows of the tables could not give them.
    #[error(transparent)]
    Source(Box<dyn std::error::Error + Send + Sync>),
    /// The caller cancelled the operation; nothing was changed. Start it again when the answer is wanted.
    #[error("cancelled; start again when the answer is wanted")]
    Cancelled,
}

impl Error {
    /// An [`Error::Io`] at `path`, shaped for `map_err`.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }

    /// An [`Error::Store`] at `path`, shaped for `map_err`.
    pub(crate) fn store<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Store { path, message: source.to_string() }
    }
}
