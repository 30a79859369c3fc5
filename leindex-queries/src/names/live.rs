//! Which content is alive where, and the digest that stamps every answer.

use std::collections::hash_map::Entry;

use leindex_db::{ContentHash, Directory, Settings, Workspace};
use rustc_hash::FxHashMap;

use super::files::SourceFile;
use crate::db::Db;
use crate::search::segment::BlobKey;

/// Digest of a directory: names, hashes and reasons. Changes with any of its files.
#[salsa::tracked(returns(copy))]
pub(crate) fn directory_digest(db: &dyn Db, directory: Directory) -> ContentHash {
    let mut bytes = Vec::new();
    for entry in directory.entries(db) {
        bytes.extend_from_slice(&(entry.name.len() as u32).to_le_bytes());
        bytes.extend_from_slice(entry.name.as_bytes());
        bytes.extend_from_slice(entry.hash.as_bytes());
        bytes.extend_from_slice(entry.skip.map_or("", leindex_db::Skip::reason).as_bytes());
    }
    ContentHash::of(&bytes)
}

/// The revision stamp: a digest of everything that is indexed and of the settings that answers depend on. Changes with
/// anything.
#[salsa::tracked(returns(copy))]
pub fn workspace_digest(db: &dyn Db, workspace: Workspace) -> ContentHash {
    let mut parts: Vec<(&str, &str, ContentHash)> = Vec::new();
    for &root in workspace.roots(db) {
        for &directory in root.directories(db) {
            if !directory.entries(db).is_empty() {
                parts.push((root.name(db), directory.path(db), directory_digest(db, directory)));
            }
        }
    }
    parts.sort_unstable();
    let mut bytes = Vec::new();
    for (root, path, digest) in parts {
        for text in [root, path] {
            bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.extend_from_slice(digest.as_bytes());
    }
    for entry in Settings::get(db).entry_points(db) {
        bytes.extend_from_slice(&(entry.len() as u32).to_le_bytes());
        bytes.extend_from_slice(entry.as_bytes());
    }
    ContentHash::of(&bytes)
}

/// The analysed files of a directory with their content.
#[salsa::tracked]
pub(crate) fn directory_blobs<'db>(db: &'db dyn Db, directory: Directory) -> Box<[(BlobKey, SourceFile<'db>)]> {
    directory
        .entries(db)
        .iter()
        .filter(|entry| entry.skip.is_none() && db.languages().config(entry.dialect).is_some())
        .map(|entry| ((entry.hash, entry.dialect), SourceFile::new(db, directory, entry.name.clone())))
        .collect()
}

/// Where each live content lies.
#[derive(Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct LiveBlobs<'db> {
    /// All analysed files, in order of folder, then name.
    pub all: Box<[SourceFile<'db>]>,
    /// The place in `all` of the one file with a content, or, beyond the end of `all`, the place in `copies`.
    by_content: FxHashMap<BlobKey, u32>,
    /// Files of equal content, in order of their paths.
    copies: Vec<Vec<SourceFile<'db>>>,
    /// The place of each file in that order.
    pub positions: FxHashMap<SourceFile<'db>, u32>,
}

/// The live content of the workspace. Changes with anything; small parts of it are what others should read.
#[salsa::tracked(no_eq)]
pub fn live_blobs<'db>(db: &'db dyn Db, workspace: Workspace) -> LiveBlobs<'db> {
    let mut all: Vec<(BlobKey, SourceFile<'db>)> = Vec::new();
    for &root in workspace.roots(db) {
        // Directories come in order of their paths and files in order of their names; only the parts of a large
        // directory have to be put together.
        let mut start = all.len();
        let mut last: Option<Directory> = None;
        for &directory in root.directories(db) {
            let same = last.is_some_and(|last| last.path(db) == directory.path(db));
            if !same {
                start = all.len();
            }
            all.extend(directory_blobs(db, directory).iter().copied());
            if same && let Some(group) = all.get_mut(start..) {
                group.sort_by(|a, b| a.1.name(db).cmp(b.1.name(db)));
            }
            last = Some(directory);
        }
    }
    if workspace.roots(db).len() > 1 {
        let place = |file: &SourceFile<'db>| (file.directory(db).path(db), file.name(db));
        all.sort_by(|a, b| place(&a.1).cmp(&place(&b.1)));
    }
    let count = all.len() as u32;
    let mut by_content = FxHashMap::<BlobKey, u32>::with_capacity_and_hasher(all.len(), rustc_hash::FxBuildHasher);
    let mut copies: Vec<Vec<SourceFile<'db>>> = Vec::new();
    let mut positions = FxHashMap::with_capacity_and_hasher(all.len(), rustc_hash::FxBuildHasher);
    for (position, &(key, file)) in all.iter().enumerate() {
        positions.insert(file, position as u32);
        match by_content.entry(key) {
            Entry::Vacant(entry) => drop(entry.insert(position as u32)),
            Entry::Occupied(mut entry) => match entry.get().checked_sub(count) {
                Some(copy) => copies[copy as usize].push(file),
                None => {
                    copies.push(vec![all[*entry.get() as usize].1, file]);
                    entry.insert(count + copies.len() as u32 - 1);
                }
            },
        }
    }
    LiveBlobs { all: all.into_iter().map(|(_, file)| file).collect(), by_content, copies, positions }
}

impl<'db> LiveBlobs<'db> {
    /// The files with a content, in order of their paths.
    pub fn files(&self, key: &BlobKey) -> &[SourceFile<'db>] {
        let Some(&place) = self.by_content.get(key) else { return &[] };
        match (place as usize).checked_sub(self.all.len()) {
            Some(copy) => self.copies.get(copy).map_or(&[], |files| files),
            None => self.all.get(place as usize).map_or(&[], std::slice::from_ref),
        }
    }
}
