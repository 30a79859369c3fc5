//! The world at one revision: the database, its live files and the segments that cover them. Global questions are plain
//! functions over it.

use std::sync::Arc;

use leindex_db::Workspace;
use rayon::prelude::*;

use crate::db::{Db, RootDatabase};
use crate::names::files::{SourceFile, Symbol, file_blob};
use crate::names::live::{LiveBlobs, live_blobs};
use crate::search::record::{self, Record};
use crate::search::segment::{BlobKey, Segment};
use crate::syntax::blob::{Blob, rows};
use crate::syntax::rows::{Rows, name_hash};

/// The sealed segments of an index. What they cover is fixed; what is alive is asked of the database.
#[derive(Clone, Debug, Default)]
pub(crate) struct Segments {
    pub(crate) sealed: Vec<Arc<Segment>>,
}

impl Segments {
    fn covers(&self, key: &BlobKey) -> bool {
        self.sealed.iter().any(|segment| segment.contains(key))
    }
}

/// The segments at one revision: the sealed ones, and one made on the spot of all live content that they do not cover.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) segments: Vec<Arc<Segment>>,
}

impl View {
    /// Makes the view of the database's current revision. `spare` hands out databases for other threads.
    pub(crate) fn of(db: &RootDatabase, segments: &Segments) -> Self {
        let live = live_blobs(db, Workspace::get(db));
        let mut loose: Vec<BlobKey> = live.files.keys().filter(|key| !segments.covers(key)).copied().collect();
        loose.sort_unstable();
        let mut all = segments.sealed.clone();
        if !loose.is_empty() {
            let records: Vec<(BlobKey, Arc<Record>)> = if loose.len() < 64 {
                loose.iter().map(|&key| (key, record::record(db, Blob::new(db, key.0, key.1)))).collect()
            } else {
                loose.par_iter().map_with(db.clone(), |db, &key| (key, record::record(db, Blob::new(db, key.0, key.1)))).collect()
            };
            all.push(Arc::new(Segment::of(records)));
        }
        Self { segments: all }
    }
}

/// What global questions work on.
#[derive(Clone, Copy)]
pub(crate) struct World<'db> {
    pub(crate) db: &'db dyn Db,
    pub(crate) live: &'db LiveBlobs<'db>,
    pub(crate) view: &'db View,
}

impl<'db> World<'db> {
    pub(crate) fn new(db: &'db dyn Db, view: &'db View) -> Self {
        Self { db, live: live_blobs(db, Workspace::get(db)), view }
    }

    /// The live files with this content.
    pub(crate) fn files_of(&self, key: &BlobKey) -> &'db [SourceFile<'db>] {
        self.live.files.get(key).map_or(&[], |files| files)
    }

    /// Whether `segment` is the one that speaks for a blob, should several hold it.
    pub(crate) fn speaks_for(&self, segment: usize, key: &BlobKey) -> bool {
        !self.view.segments[..segment].iter().any(|earlier| earlier.contains(key))
    }

    /// The live files that mention a name, in order of their paths.
    pub(crate) fn mentioning(&self, name: &str) -> Vec<SourceFile<'db>> {
        let hash = name_hash(name);
        let mut files = Vec::new();
        for (index, segment) in self.view.segments.iter().enumerate() {
            for key in segment.mentioning(hash) {
                if self.speaks_for(index, &key) {
                    files.extend_from_slice(self.files_of(&key));
                }
            }
        }
        self.sort_files(&mut files);
        files
    }

    /// The live definitions of a name, in order of path and position.
    pub(crate) fn defining(&self, name: &str) -> Vec<Symbol<'db>> {
        let hash = name_hash(name);
        let mut found = Vec::new();
        for (index, segment) in self.view.segments.iter().enumerate() {
            for (key, row) in segment.defining(hash) {
                if !self.speaks_for(index, &key) {
                    continue;
                }
                let files = self.files_of(&key);
                if files.is_empty() {
                    continue;
                }
                let rows = rows(self.db, Blob::new(self.db, key.0, key.1));
                let Some(symbol) = rows.symbol(row).filter(|symbol| rows.str(symbol.name) == name) else { continue };
                found.extend(files.iter().map(|&file| (file.path(self.db), row, Symbol::new(self.db, file, symbol.identity()))));
            }
        }
        found.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        found.into_iter().map(|(_, _, symbol)| symbol).collect()
    }

    /// The file at a path.
    pub(crate) fn file(&self, path: &str) -> Option<SourceFile<'db>> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let key = |file: &SourceFile<'db>| (file.directory(self.db).path(self.db), file.name(self.db));
        let index = self.live.all.binary_search_by(|file| key(file).cmp(&(folder, name))).ok()?;
        self.live.all.get(index).copied()
    }

    /// The rows of a file.
    pub(crate) fn rows(&self, file: SourceFile<'db>) -> Option<Rows> {
        Some(rows(self.db, file_blob(self.db, file)?))
    }

    fn sort_files(&self, files: &mut Vec<SourceFile<'db>>) {
        files.sort_by(|a, b| {
            let key = |file: &SourceFile<'db>| (file.directory(self.db).path(self.db), file.name(self.db));
            key(a).cmp(&key(b))
        });
        files.dedup();
    }
}
