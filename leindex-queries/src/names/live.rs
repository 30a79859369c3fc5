//! Which content is alive where, and the digest that stamps every answer.

use leindex_db::{ContentHash, Directory, Settings, Workspace};
use rustc_hash::FxHashMap;

use super::files::SourceFile;
use crate::db::Db;
use crate::search::segment::BlobKey;

/// Digest of a directory: names, hashes and reasons. Changes with any of its files.
#[salsa::tracked(returns(copy))]
fn directory_digest(db: &dyn Db, directory: Directory) -> ContentHash {
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
fn directory_blobs<'db>(db: &'db dyn Db, directory: Directory) -> Box<[(BlobKey, SourceFile<'db>)]> {
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
    /// Files by content, in order of their paths.
    pub files: FxHashMap<BlobKey, Box<[SourceFile<'db>]>>,
    /// All analysed files, in order of folder, then name.
    pub all: Box<[SourceFile<'db>]>,
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
    let mut files = FxHashMap::<BlobKey, Vec<SourceFile<'db>>>::with_capacity_and_hasher(all.len(), rustc_hash::FxBuildHasher);
    let mut positions = FxHashMap::with_capacity_and_hasher(all.len(), rustc_hash::FxBuildHasher);
    for (position, &(key, file)) in all.iter().enumerate() {
        files.entry(key).or_default().push(file);
        positions.insert(file, position as u32);
    }
    LiveBlobs {
        files: files.into_iter().map(|(key, files)| (key, files.into())).collect(),
        all: all.into_iter().map(|(_, file)| file).collect(),
        positions,
    }
}
