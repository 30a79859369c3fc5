//! The ids of symbols in tables.

use crate::db::Db;
use crate::index::describe::project_of;
use crate::items::descriptor::descriptor;
use crate::names::files::{SourceFile, file_rows};
use crate::syntax::rows::SymbolRow;

/// The ids of a file's symbols, by row: the first 8 bytes, most significant first, of the BLAKE3 hash of their full names.
/// Changes with the file's content.
#[salsa::tracked(returns(deref))]
pub(crate) fn symbol_ids<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<[u64]> {
    let Some(rows) = file_rows(db, file) else { return Box::default() };
    let path = file.path(db);
    let mut name = format!("{} {path} ", project_of(db, path));
    let start = name.len();
    let ids = (0..rows.count::<SymbolRow>()).map(|row| {
        name.truncate(start);
        name.push_str(&descriptor(&rows, row));
        id_of(&name)
    });
    ids.collect()
}

/// The id of a full name.
pub(crate) fn id_of(name: &str) -> u64 {
    let hash = blake3::hash(name.as_bytes());
    u64::from_be_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
}
