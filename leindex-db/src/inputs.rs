//! The inputs of the engine: everything that answers depend on and that no query computes.
//!
//! A file enters as an entry of its directory, not as an input of its own: one edit sets one [`Directory`], and Salsa
//! verifies a thousand directories in a tenth of a millisecond where it would need thirty times as much for the files
//! (and inputs can never be deleted). Setters do not compare: whoever sets a value compares first.
//!
//! Entries change with every edit and have low durability; all the rest is durable.
//!
//! They stand alone because Salsa's macro makes public functions without documentation. `tests/guards` looks after the
//! documentation of what is written here.
#![expect(missing_docs, reason = "made by `salsa::input`")]

use std::sync::Arc;

use crate::Entry;

/// All roots of the session.
#[salsa::input(singleton, debug)]
pub struct Workspace {
    /// Projects first, then dependencies.
    #[returns(deref)]
    pub roots: Box<[Root]>,
}

/// A project or dependency: a folder that is indexed as a whole.
#[salsa::input(debug)]
pub struct Root {
    /// Absolute path, as text.
    #[returns(deref)]
    pub path: Arc<str>,
    /// Its name in the tables: the manifest's or the folder's, made unique.
    #[returns(deref)]
    pub name: Arc<str>,
    /// What the paths in it begin with: nothing in the project itself, the way to it (`../lib`) in a further root.
    #[returns(deref)]
    pub prefix: Arc<str>,
    /// Its directories, by path. A directory that disappeared stays, without entries.
    #[returns(deref)]
    pub directories: Box<[Directory]>,
}

/// One directory with its files, or a part of them where there are very many.
#[salsa::input(debug)]
pub struct Directory {
    /// Path from the project's folder, with `/`; empty for that folder itself.
    #[returns(deref)]
    pub path: Arc<str>,
    /// Which part of a large directory this is; see [`chunk_of`](crate::chunk_of).
    #[returns(copy)]
    pub chunk: u16,
    /// The files, by name.
    #[returns(deref)]
    pub entries: Box<[Entry]>,
    /// The same files as others see them: each with the hash of a content of the same shape. An edit that keeps a
    /// file's shape leaves this alone, and with it every query that only reads this.
    #[returns(deref)]
    pub shapes: Box<[Entry]>,
}

/// What queries read of the settings.
#[salsa::input(singleton, debug)]
pub struct Settings {
    /// Symbols or files that are entered from outside, as globs over `path` or `path#name`.
    #[returns(deref)]
    pub entry_points: Box<[String]>,
    /// The token budget of an answer that names none.
    #[returns(copy)]
    pub token_budget: usize,
}
