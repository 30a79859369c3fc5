//! Files as the user sees them, their content now, and the symbols in them.

use std::sync::Arc;

use leindex_db::{Dialect, Entry};

use crate::db::Db;
pub use crate::ids::{Name, SourceFile, Symbol};
use crate::languages::LanguageConfig;
use crate::syntax::blob::{self, Blob};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::SymbolRow;

impl<'db> SourceFile<'db> {
    /// Path from the root, with `/`.
    pub fn path(self, db: &'db dyn Db) -> &'db str {
        file_path(db, self)
    }
}

/// The path of a file. Changes with nothing.
#[salsa::tracked(returns(deref))]
fn file_path<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<str> {
    let folder = file.directory(db).path(db);
    if folder.is_empty() { file.name(db).into() } else { format!("{folder}/{}", file.name(db)).into() }
}

/// The content of a file now, or `None` if it is gone or only listed. Changes with that file's bytes.
#[salsa::tracked(returns(copy))]
pub fn file_blob<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<Blob<'db>> {
    let entry = entry(db, file)?;
    (entry.skip.is_none() && db.languages().config(entry.dialect).is_some()).then(|| Blob::new(db, entry.hash, entry.dialect))
}

/// The entry of a file in its directory.
pub fn entry<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<&'db Entry> {
    find(file.directory(db).entries(db), file.name(db))
}

fn find<'e>(entries: &'e [Entry], name: &str) -> Option<&'e Entry> {
    let index = entries.binary_search_by(|entry| (*entry.name).cmp(name)).ok()?;
    entries.get(index)
}

/// A content of the same shape as the file's, or `None` if it is gone or only listed. Changes with what other files may
/// learn of the file; its rows must not be asked for positions.
#[salsa::tracked(returns(copy))]
pub fn shape_blob<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<Blob<'db>> {
    let entry = find(file.directory(db).shapes(db), file.name(db))?;
    (entry.skip.is_none() && db.languages().config(entry.dialect).is_some()).then(|| Blob::new(db, entry.hash, entry.dialect))
}

/// The rows of the file's shape.
pub(crate) fn shape_rows<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<Arc<IndexedRows>> {
    Some(blob::rows(db, shape_blob(db, file)?))
}

/// The row of a symbol in its file's shape, with its index and the rows it stands in.
pub(crate) fn shape_symbol<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<(Arc<IndexedRows>, u32, SymbolRow)> {
    row_in(shape_rows(db, symbol.file(db))?, symbol.identity(db))
}

/// The rows of a file's content now. Reads the file's blob: what calls this runs again on every edit of the file.
pub(crate) fn file_rows<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<Arc<IndexedRows>> {
    Some(blob::rows(db, file_blob(db, file)?))
}

/// The language of a file now. Changes when the file comes or goes or is read in another way, not with its bytes.
pub(crate) fn file_config<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<&'static LanguageConfig> {
    db.languages().config(file_dialect(db, file)?)
}

#[salsa::tracked(returns(copy))]
fn file_dialect<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<Dialect> {
    Some(shape_blob(db, file)?.dialect(db))
}

/// The row of a symbol now, with its index and the rows it stands in.
pub(crate) fn symbol_row<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<(Arc<IndexedRows>, u32, SymbolRow)> {
    row_in(file_rows(db, symbol.file(db))?, symbol.identity(db))
}

fn row_in(rows: Arc<IndexedRows>, identity: u64) -> Option<(Arc<IndexedRows>, u32, SymbolRow)> {
    let index = rows.by_identity(identity)?;
    let row = rows.symbol(index)?;
    Some((rows, index, row))
}

/// The name of a symbol, or `None` if it is gone. Changes only when the symbol comes or goes: read it in place of
/// [`shape_symbol`] before looking at other files, so that an edit of this one does not look at them again.
#[salsa::tracked(returns(copy))]
pub(crate) fn symbol_name<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<Name<'db>> {
    let (rows, _, row) = shape_symbol(db, symbol)?;
    Some(Name::new(db, rows.str(row.name)))
}
