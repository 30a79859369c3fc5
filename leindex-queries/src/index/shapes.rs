//! What the inputs say of a file to other files: a content of its shape.
//!
//! As long as edits keep a file's shape, others go on reading the content that they read first. Its rows are held here,
//! because the text that they were made of is gone.

use leindex_db::{Directory, Entry};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::db::RootDatabase;
use crate::syntax::blob::Blob;
use crate::syntax::shape::shape_of;

/// Folders that a pass may touch before shapes are no longer compared: a branch switch changes some anyway.
pub(crate) const COMPARED_FOLDERS: usize = 64;

/// The files whose shape is that of another content, by part of a directory.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    older: FxHashMap<Directory, Vec<salsa::Id>>,
}

impl Shapes {
    /// The shapes of a directory that is about to have these entries: of each file the content that others read now, if
    /// its shape is the new one's.
    pub(crate) fn of(&mut self, db: &RootDatabase, directory: Directory, entries: &[Entry], compare: bool) -> Box<[Entry]> {
        let (before, shapes) = (directory.entries(db), directory.shapes(db));
        let mut older = Vec::new();
        let found = entries
            .iter()
            .map(|entry| {
                let at = |list: &[Entry]| list.binary_search_by(|other| other.name.cmp(&entry.name)).ok();
                let Some(shape) = at(shapes).and_then(|index| shapes.get(index)) else { return entry.clone() };
                let config = db.shared.languages.config(entry.dialect).filter(|_| entry.skip.is_none());
                let Some(config) = config else { return entry.clone() };
                if shape.skip.is_some() || shape.dialect != entry.dialect || shape.hash == entry.hash {
                    return entry.clone();
                }
                let unchanged = at(before).and_then(|index| before.get(index)) == Some(entry);
                let blob = |entry: &Entry| Blob::new(db, entry.hash, entry.dialect);
                let Some(known) = db.known_rows(blob(shape)) else { return entry.clone() };
                let same = || {
                    db.known_rows(blob(entry)).is_some_and(|rows| shape_of(&rows, config.overloads) == shape_of(&known, config.overloads))
                };
                if !(unchanged || compare && same()) {
                    return entry.clone();
                }
                older.push(db.hold_rows(blob(shape), known));
                shape.clone()
            })
            .collect();
        match older.is_empty() {
            true => self.older.remove(&directory),
            false => self.older.insert(directory, older),
        };
        db.hold_only(&self.older.values().flatten().copied().collect::<FxHashSet<_>>());
        found
    }
}
