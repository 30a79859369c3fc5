//! The interned ids: small numbers for what queries are keyed by. Interned for good, so that an id never changes its
//! meaning and costs nothing to verify.
//!
//! They stand alone because Salsa's macro makes public functions without documentation. `tests/guards` looks after the
//! documentation of what is written here.
#![expect(missing_docs, reason = "made by `salsa::interned`")]

use std::sync::Arc;

use leindex_db::{ContentHash, Dialect, Directory};

/// The bytes of a file and how they are read.
#[salsa::interned(revisions = usize::MAX, debug)]
pub struct Blob<'db> {
    /// Hash of the bytes.
    #[returns(copy)]
    pub hash: ContentHash,
    /// How they are read.
    #[returns(copy)]
    pub dialect: Dialect,
}

/// A file: a name in a directory, whatever its content.
///
/// ## ID stability
/// The id stays the same for the life of the database, also when the file is deleted and comes back.
#[salsa::interned(revisions = usize::MAX, debug)]
pub struct SourceFile<'db> {
    /// The directory, or the part of a large one.
    #[returns(copy)]
    pub directory: Directory,
    /// The file's name.
    #[returns(deref)]
    pub name: Arc<str>,
}

/// A name: of a symbol, a module, anything that is looked up.
#[salsa::interned(revisions = usize::MAX, debug)]
pub struct Name<'db> {
    /// Its text.
    #[returns(deref)]
    pub text: Box<str>,
}

/// A definition site: a file and the hash of the descriptor in it.
///
/// ## ID stability
/// The id is stable when the symbol's position, body or signature change. A rename or a move makes another symbol.
#[salsa::interned(revisions = usize::MAX, debug)]
pub struct Symbol<'db> {
    /// The file.
    #[returns(copy)]
    pub file: SourceFile<'db>,
    /// Hash of the descriptor.
    #[returns(copy)]
    pub identity: u64,
}

/// A module name within a family of languages.
#[salsa::interned(revisions = usize::MAX, debug)]
pub struct ModuleKey<'db> {
    /// The family of languages.
    #[returns(copy)]
    pub family: &'static str,
    /// The name.
    #[returns(deref)]
    pub name: Box<str>,
}
