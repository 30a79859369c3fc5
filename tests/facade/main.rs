//! Promises of the facade: places and names find symbols, changes and what-if worlds are answered for, errors say what
//! to do.

#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic")]
#![expect(clippy::single_range_in_vec_init, reason = "changed lines are a list of ranges")]
#![expect(clippy::reversed_empty_ranges, reason = "a range the wrong way round is a mistake to be refused")]

use std::fs;
use std::path::Path;

use leindex_queries::index::StorePlace;
use leindex_queries::{Index, Options};

mod architecture;
mod bad_input;
mod changes;
mod flow;
mod host_duties;
mod hosts;
mod hotspots;
mod lookup;
mod metrics;
mod models;
mod store;
mod vectors;

/// A folder with files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join("shop").join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn open(folder: &tempfile::TempDir) -> Index {
    Index::open(folder.path().join("shop"), Options { store: StorePlace::Memory, ..Options::default() }).unwrap()
}

/// A symbol's name without that of the project.
fn short(symbol: &str) -> &str {
    symbol.split_once(' ').map_or(symbol, |(_, rest)| rest)
}
