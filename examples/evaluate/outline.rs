//! The symbols of files, as a list.

use std::collections::{BTreeMap, BTreeSet};

use leindex_queries::index::OutlineItem;
use leindex_queries::{Snapshot, SymbolInfo};

use crate::Failure;

/// The symbols of those of the files that are analysed, in order. Other files are left out.
pub(crate) fn symbols_of(snapshot: &Snapshot<'_>, paths: &BTreeSet<&str>) -> Result<BTreeMap<String, Vec<SymbolInfo>>, Failure> {
    let is_asked = |path: &str| paths.contains(path);
    let analysed = snapshot.files()?.into_iter().filter(|file| file.skipped.is_none() && file.language.is_some() && is_asked(&file.path));
    let mut symbols = BTreeMap::new();
    for file in analysed {
        let mut of_file = Vec::new();
        flatten(snapshot.outline(&file.path)?, &mut of_file);
        symbols.insert(file.path, of_file);
    }
    Ok(symbols)
}

fn flatten(items: Vec<OutlineItem>, into: &mut Vec<SymbolInfo>) {
    for item in items {
        into.push(item.symbol);
        flatten(item.children, into);
    }
}
