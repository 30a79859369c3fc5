//! A query of one's own on the engine's: public functions per file without documentation, kept fresh by Salsa.
//!
//! ```text
//! cargo run --release -p leindex-queries --example own_query -- PATH
//! ```
#![allow(clippy::print_stdout)]

mod common;

use std::path::PathBuf;
use std::process::ExitCode;

use leindex_queries::index::StorePlace;
use leindex_queries::query::{Db, SourceFile, Workspace, file_blob, live_blobs, rows};
use leindex_queries::syntax::rows::SymbolFlags;

/// Names of the exported functions of a file that have no documentation.
///
/// Runs again when that file changes, and never for an edit elsewhere.
#[salsa::tracked(returns(deref))]
fn undocumented<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<[String]> {
    let Some(blob) = file_blob(db, file) else { return Box::default() };
    let rows = rows(db, blob);
    rows.symbols()
        .filter(|symbol| symbol.kind.is_callable() && symbol.flags.has(SymbolFlags::EXPORTED) && symbol.doc.is_empty())
        .map(|symbol| rows.str(symbol.name).to_owned())
        .collect()
}

fn main() -> ExitCode {
    common::run(|| {
        let path = std::env::args().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
        let index = common::open(&path, StorePlace::User)?;
        let db = index.database();
        for &file in &live_blobs(db, Workspace::get(db)).all {
            for name in undocumented(db, file) {
                println!("{}: {name}", file.path(db));
            }
        }
        Ok(())
    })
}
