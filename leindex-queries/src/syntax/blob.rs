//! Blobs: the content-keyed queries over one file's bytes.
//!
//! A [`Blob`] is interned for good and what is computed from it never changes, so its memos have no dependencies and
//! are never verified again. A memo holds counts and digests; the rows themselves lie in the store.

use std::cell::RefCell;
use std::sync::Arc;

use leindex_db::store::StoreKey;

use leindex_db::{ContentHash, Dialect};
use salsa::plumbing::AsId as _;
use tree_sitter::Tree;

use super::parse::ParseSession;
use super::row_index::IndexedRows;
use super::rows::{DiagnosticRow, Rows, SymbolRow};
use super::shape::shape_of;
use crate::db::Db;
pub use crate::ids::Blob;
use crate::languages::{Grammar, LanguageConfig, Languages};

/// What is always in memory of a parsed blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobFacts {
    /// Symbols, the module included.
    pub symbols: u32,
    /// Lines.
    pub lines: u32,
    /// Syntax errors.
    pub parse_errors: u32,
}

/// The facts of a blob. Parses it if the store does not have its rows. Changes with nothing.
#[salsa::tracked(returns(copy))]
pub fn parsed_blob<'db>(db: &'db dyn Db, blob: Blob<'db>) -> BlobFacts {
    facts_of(&rows(db, blob))
}

/// The rows of a blob, from the cache, the store or a parse.
///
/// Prefer queries that project what you need out of them: what reads rows of a file's current blob runs again on
/// every edit of that file.
pub fn rows<'db>(db: &'db dyn Db, blob: Blob<'db>) -> Arc<IndexedRows> {
    db.rows_in_memory(blob.as_id(), &mut || load_rows(db, blob))
}

/// Digest of what other files may depend on: definitions, imports, exports, bases, and what results and values are made
/// of. Contents of equal shape are interchangeable for all files but their own. Changes with nothing.
#[salsa::tracked(returns(copy))]
pub fn blob_shape<'db>(db: &'db dyn Db, blob: Blob<'db>) -> [u8; 16] {
    let overloads = db.languages().config(blob.dialect(db)).is_some_and(|config| config.overloads);
    shape_of(&rows(db, blob), overloads)
}

/// How large a content is and how much of it was not understood. Changes with nothing.
#[salsa::tracked(returns(copy))]
pub(crate) fn blob_figures<'db>(db: &'db dyn Db, blob: Blob<'db>) -> Figures {
    let rows = rows(db, blob);
    Figures { lines: rows.lines(), parse_errors: rows.parse_errors(), diagnostics: rows.count::<DiagnosticRow>() }
}

/// Figures of a content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub(crate) struct Figures {
    pub(crate) lines: u32,
    pub(crate) parse_errors: u32,
    /// Rows that say what was not understood.
    pub(crate) diagnostics: u32,
}

/// The key under which a blob's rows are stored, or `None` where no language reads it.
pub fn rows_key(db: &dyn Db, hash: ContentHash, dialect: Dialect) -> Option<StoreKey> {
    Some(rows_key_of(db.languages().config(dialect)?, hash))
}

pub(crate) fn rows_key_of(config: &LanguageConfig, hash: ContentHash) -> StoreKey {
    StoreKey::new("rows", &crate::schema::ROWS, &[config.dialect.as_bytes(), config.version.as_bytes(), hash.as_bytes()])
}

/// The rows that the store has of a blob.
pub(crate) fn stored_rows<'db>(db: &'db dyn Db, blob: Blob<'db>) -> Option<Rows> {
    db.packed(&rows_key(db, blob.hash(db), blob.dialect(db))?).and_then(Rows::open)
}

fn load_rows<'db>(db: &'db dyn Db, blob: Blob<'db>) -> Rows {
    if let Some(rows) = stored_rows(db, blob) {
        return rows;
    }
    let (hash, dialect) = (blob.hash(db), blob.dialect(db));
    let Some(key) = rows_key(db, hash, dialect) else { return Rows::empty() };
    let rows = compute_rows(db.languages(), dialect, &db.text(hash));
    db.keep(key, rows.as_bytes().clone());
    rows
}

thread_local! {
    static SESSION: RefCell<ParseSession> = RefCell::default();
}

/// Parses bytes: what the query and the bulk pass share. One parser per thread.
pub(crate) fn compute_rows(languages: &Languages, dialect: Dialect, bytes: &[u8]) -> Rows {
    compute_rows_and(languages, dialect, bytes, |_, _, _, _| ()).0
}

/// As [`compute_rows`], and what `more` makes of the same tree.
pub(crate) fn compute_rows_and<T>(
    languages: &Languages,
    dialect: Dialect,
    bytes: &[u8],
    more: impl FnOnce(&Grammar, &str, &Tree, &Rows) -> T,
) -> (Rows, Option<T>) {
    PARSES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let Some(grammar) = languages.grammar(dialect) else { return (Rows::empty(), None) };
    SESSION.with_borrow_mut(|session| session.rows_and(grammar, bytes, |source, tree, rows| more(grammar, source, tree, rows)))
}

/// Parses of this process, for `measure` and for tests that nothing is parsed twice.
pub static PARSES: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

/// The facts that rows give.
pub(crate) fn facts_of(rows: &Rows) -> BlobFacts {
    BlobFacts { symbols: rows.count::<SymbolRow>(), lines: rows.lines(), parse_errors: rows.parse_errors() }
}
