//! Files as the user sees them, their content now, and the symbols in them.

use leindex_db::{Dialect, Entry};

use crate::db::Db;
pub use crate::ids::{Name, SourceFile, Symbol};
use crate::languages::LanguageConfig;
use crate::syntax::blob::{self, Blob};
use crate::syntax::rows::{Rows, SymbolRow};

impl<'db> SourceFile<'db> {
    /// Path from the root, with `/`.
    pub fn path(self, db: &'db dyn Db) -> String {
        let folder = self.directory(db).path(db);
        if folder.is_empty() { self.name(db).to_owned() } else { format!("{folder}/{}", self.name(db)) }
    }
}

/// The content of a file now, or `None` if it is gone or only listed. Changes with that file's bytes.
#[salsa::tracked(returns(copy))]
pub fn file_blob<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<Blob<'db>> {
    let entry = entry(db, file)?;
    (entry.skip.is_none() && db.languages().config(entry.dialect).is_some()).then(|| Blob::new(db, entry.hash, entry.dialect))
}

/// The entry of a file in its directory.
pub fn entry<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<&'db Entry> {
    let entries = file.directory(db).entries(db);
    let index = entries.binary_search_by(|entry| (*entry.name).cmp(file.name(db))).ok()?;
    entries.get(index)
}

/// The rows of a file's content now. Reads the file's blob: what calls this runs again on every edit of the file.
pub(crate) fn file_rows<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<Rows> {
    Some(blob::rows(db, file_blob(db, file)?))
}

/// The language of a file now. Changes when the file comes or goes or is read in another way, not with its bytes.
pub(crate) fn file_config<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<&'static LanguageConfig> {
    db.languages().config(file_dialect(db, file)?)
}

#[salsa::tracked(returns(copy))]
fn file_dialect<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<Dialect> {
    Some(file_blob(db, file)?.dialect(db))
}

/// The row of a symbol now, with its index and the rows it stands in.
pub(crate) fn symbol_row<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<(Rows, u32, SymbolRow)> {
    let rows = file_rows(db, symbol.file(db))?;
    let index = rows.symbol_by_identity(symbol.identity(db))?;
    let row = rows.symbol(index)?;
    Some((rows, index, row))
}

/// The name of a symbol, or `None` if it is gone. Changes only when the symbol comes or goes: read it in place of
/// [`symbol_row`] before looking at other files, so that an edit of this one does not look at them again.
#[salsa::tracked(returns(copy))]
pub(crate) fn symbol_name<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<Name<'db>> {
    let (rows, _, row) = symbol_row(db, symbol)?;
    Some(Name::new(db, rows.str(row.name)))
}
