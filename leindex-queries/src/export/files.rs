//! The table `files`: a directory at a time.

use std::sync::Arc;

use arrow::array::{ArrayRef, FixedSizeBinaryArray, UInt32Array, UInt64Array};
use leindex_db::{Directory, Entry, Skip};

use super::rows::{FileRows, optional_texts, texts};
use crate::index::describe::project_of;
use crate::index::world::World;
use crate::names::files::SourceFile;

pub(super) struct ListedFiles<'w> {
    world: World<'w>,
    directory: Directory,
    revision: &'w str,
}

impl<'w> ListedFiles<'w> {
    pub(super) const fn of(world: World<'w>, revision: &'w str, directory: Directory) -> Self {
        Self { world, directory, revision }
    }

    fn entries(&self, rows: &[u32]) -> impl Iterator<Item = &'w Entry> {
        let entries = self.directory.entries(self.world.db);
        rows.iter().filter_map(move |&row| entries.get(row as usize))
    }

    fn path(&self, entry: &Entry) -> String {
        match self.directory.path(self.world.db) {
            "" => entry.name.to_string(),
            folder => format!("{folder}/{}", entry.name),
        }
    }

    /// A number of what was read of each file; 0 if nothing was.
    fn read(&self, rows: &[u32], of: impl Fn((u32, u32)) -> u32) -> ArrayRef {
        let world = self.world;
        let numbers = self.entries(rows).map(|entry| {
            let file = SourceFile::new(world.db, self.directory, entry.name.clone());
            world.live.positions.get(&file).map_or(0, |&place| of(world.all_nodes().lines_and_errors(place)))
        });
        Arc::new(UInt32Array::from_iter_values(numbers))
    }
}

impl FileRows for ListedFiles<'_> {
    fn count(&self) -> usize {
        self.directory.entries(self.world.db).len()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        let db = self.world.db;
        match name {
            "path" => texts(self.entries(rows).map(|entry| self.path(entry))),
            "language" => optional_texts(self.entries(rows).map(|entry| db.languages().config(entry.dialect).map(|config| config.name))),
            "bytes" => Arc::new(UInt64Array::from_iter_values(self.entries(rows).map(|entry| entry.size))),
            "lines" => self.read(rows, |(lines, _)| lines),
            "hash" => {
                let hashes = self.entries(rows).map(|entry| *entry.hash.as_bytes());
                Arc::new(FixedSizeBinaryArray::try_from_iter(hashes).unwrap_or_else(|_| FixedSizeBinaryArray::new_null(32, 0)))
            }
            "parse_errors" => self.read(rows, |(_, errors)| errors),
            "skipped" => optional_texts(self.entries(rows).map(|entry| entry.skip.map(Skip::reason))),
            "project" => texts(self.entries(rows).map(|entry| project_of(db, &self.path(entry)))),
            _ => super::rows::same(self.revision, rows.len()),
        }
    }
}
