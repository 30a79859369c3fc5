//! The bytes behind a content hash: unsaved buffers first, then the files known to hold them.
//!
//! Facts are keyed by hash, so a reader must never be given other bytes than those. Every read goes into an owned
//! buffer and is hashed again; a file that changed meanwhile is a pending change for whoever refreshes, not an
//! error. User files are never mapped: truncating a mapped file kills the reader.
//!
//! This module does not know the database, revisions or roots.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rustc_hash::FxHashMap;

use crate::ids::ContentHash;

/// A file that held some content when it was last looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The content.
    pub hash: ContentHash,
    /// Its length, so that a file that grew beyond measure is refused before it is read.
    pub size: u64,
    /// The absolute path of the file.
    pub path: PathBuf,
}

/// No known place holds the content any more: a pending change. Refresh these paths and ask again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} changed while it was read; refresh and ask again", .paths.first().map_or("a file".into(), |path| path.display().to_string()))]
#[non_exhaustive]
pub struct Changed {
    /// The content that was asked for.
    pub hash: ContentHash,
    /// The files that used to hold it. Empty when none was ever known.
    pub paths: Vec<PathBuf>,
}

/// Maps content hashes to bytes. Shared by a database and its forks.
///
/// Holds the bytes of unsaved buffers and, for each file, one path: memory grows with the number of live files,
/// never with the number of edits.
#[derive(Debug, Default)]
pub struct Text(RwLock<Maps>);

#[derive(Debug, Default)]
struct Maps {
    overlays: FxHashMap<ContentHash, Overlay>,
    places: FxHashMap<ContentHash, Vec<Arc<Path>>>,
    held: FxHashMap<Arc<Path>, (ContentHash, u64)>,
}

/// Two buffers may hold the same text, so an overlay lives until it is dropped as often as it was set.
#[derive(Debug)]
struct Overlay {
    bytes: Arc<[u8]>,
    users: usize,
}

impl Text {
    /// The bytes whose hash is `hash`.
    ///
    /// # Errors
    ///
    /// [`Changed`] when no file holds them any more; the stale places are forgotten.
    pub fn read(&self, hash: ContentHash) -> Result<Arc<[u8]>, Changed> {
        let places: Vec<(Arc<Path>, u64)> = {
            let maps = self.maps();
            if let Some(overlay) = maps.overlays.get(&hash) {
                return Ok(overlay.bytes.clone());
            }
            let paths = maps.places.get(&hash).map_or(&[][..], Vec::as_slice);
            paths.iter().filter_map(|path| Some((path.clone(), maps.held.get(path)?.1))).collect()
        };
        let mut stale = Vec::new();
        for (path, size) in places {
            match read_exactly(&path, size) {
                Ok(bytes) if ContentHash::of(&bytes) == hash => return Ok(bytes.into()),
                _ => stale.push(path),
            }
        }
        let mut maps = self.maps_mut();
        for path in &stale {
            maps.forget(path, Some(hash));
        }
        Err(Changed { hash, paths: stale.iter().map(|path| path.to_path_buf()).collect() })
    }

    /// Serves `hash` from memory until it is dropped as often as it was set.
    pub fn set_overlay(&self, hash: ContentHash, bytes: Arc<[u8]>) {
        debug_assert_eq!(ContentHash::of(&bytes), hash, "an overlay is stored under its own hash");
        self.maps_mut().overlays.entry(hash).or_insert(Overlay { bytes, users: 0 }).users += 1;
    }

    /// Takes back one [`Self::set_overlay`] of `hash`.
    pub fn drop_overlay(&self, hash: ContentHash) {
        let mut maps = self.maps_mut();
        if let Some(overlay) = maps.overlays.get_mut(&hash) {
            overlay.users -= 1;
            if overlay.users == 0 {
                maps.overlays.remove(&hash);
            }
        }
    }

    /// Remembers that the file at `place.path` holds `place.hash`, and forgets what it held before.
    pub fn add_place(&self, place: Place) {
        self.maps_mut().add(place);
    }

    /// [`Self::add_place`] for many at once.
    pub fn add_places(&self, places: impl IntoIterator<Item = Place>) {
        let mut maps = self.maps_mut();
        places.into_iter().for_each(|place| maps.add(place));
    }

    /// Forgets the file at `path`: it is gone, or no longer part of a root.
    pub fn remove_place(&self, path: &Path) {
        self.maps_mut().forget(path, None);
    }

    /// The bytes held for unsaved buffers, for the memory budget.
    pub fn overlay_bytes(&self) -> usize {
        self.maps().overlays.values().map(|overlay| overlay.bytes.len()).sum()
    }

    // Each change of the maps is a single insertion or removal that cannot panic half-way, so a poisoned lock
    // still guards sound maps.
    fn maps(&self) -> RwLockReadGuard<'_, Maps> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn maps_mut(&self) -> RwLockWriteGuard<'_, Maps> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Maps {
    fn add(&mut self, place: Place) {
        let (path, now) = match self.held.get_key_value(place.path.as_path()) {
            Some((_, held)) if *held == (place.hash, place.size) => return,
            Some((path, _)) => (path.clone(), (place.hash, place.size)),
            None => (Arc::from(place.path), (place.hash, place.size)),
        };
        self.forget(&path, None);
        self.held.insert(path.clone(), now);
        // Smallest path first, whatever the order of discovery.
        let places = self.places.entry(place.hash).or_default();
        if let Err(at) = places.binary_search(&path) {
            places.insert(at, path);
        }
    }

    /// Forgets `path`, unless it is known to hold something else than `expected` by now.
    fn forget(&mut self, path: &Path, expected: Option<ContentHash>) {
        let Some(&(hash, _)) = self.held.get(path) else { return };
        if expected.is_some_and(|expected| expected != hash) {
            return;
        }
        self.held.remove(path);
        if let Some(places) = self.places.get_mut(&hash) {
            places.retain(|place| &**place != path);
            if places.is_empty() {
                self.places.remove(&hash);
            }
        }
    }
}

/// Reads a regular file of exactly `size` bytes. A pipe or device that took its place would block for ever.
fn read_exactly(path: &Path, size: u64) -> io::Result<Vec<u8>> {
    let unlike = || io::Error::other("the file changed");
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_file() || metadata.len() != size {
        return Err(unlike());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).map_err(|_| unlike())? + 1);
    File::open(path)?.take(size + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &Path, text: &str) -> (ContentHash, Place) {
        fs::write(path, text).unwrap();
        let hash = ContentHash::of(text.as_bytes());
        (hash, Place { hash, size: text.len() as u64, path: path.to_path_buf() })
    }

    #[test]
    fn a_file_that_changed_is_a_pending_change_not_other_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        let text = Text::default();
        let (hash, at) = place(&path, "one");
        text.add_place(at);
        assert_eq!(&*text.read(hash).unwrap(), b"one");

        fs::write(&path, "two").unwrap();
        assert_eq!(text.read(hash), Err(Changed { hash, paths: vec![path.clone()] }));
        assert_eq!(text.read(hash), Err(Changed { hash, paths: vec![] }), "the stale place is forgotten");

        fs::remove_file(&path).unwrap();
        let (hash, at) = place(&path, "three");
        text.add_place(at);
        fs::remove_file(&path).unwrap();
        assert_eq!(text.read(hash).unwrap_err().paths, [path]);
    }

    #[test]
    fn another_place_with_the_same_content_is_tried() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("a.py"), folder.path().join("b.py"));
        let text = Text::default();
        let (hash, at) = place(&first, "same");
        text.add_places([at, place(&second, "same").1]);
        fs::write(&first, "else").unwrap();
        assert_eq!(&*text.read(hash).unwrap(), b"same");
    }

    #[test]
    fn a_file_that_grew_beyond_its_size_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        let text = Text::default();
        let (hash, at) = place(&path, "small");
        text.add_place(at);
        File::options().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
        assert!(text.read(hash).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_in_place_of_a_file_does_not_block() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        let text = Text::default();
        let (hash, at) = place(&path, "");
        text.add_place(at);
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(text.read(hash).is_err());
    }

    #[test]
    fn an_overlay_lives_until_its_last_user_drops_it() {
        let text = Text::default();
        let hash = ContentHash::of(b"buffer");
        text.set_overlay(hash, Arc::from(&b"buffer"[..]));
        text.set_overlay(hash, Arc::from(&b"buffer"[..]));
        assert_eq!(text.overlay_bytes(), 6);
        text.drop_overlay(hash);
        assert_eq!(&*text.read(hash).unwrap(), b"buffer");
        text.drop_overlay(hash);
        assert!(text.read(hash).is_err());
    }

    #[test]
    fn memory_grows_with_files_not_with_edits() {
        let text = Text::default();
        for edit in 0..100_u32 {
            let bytes = edit.to_le_bytes();
            text.add_place(Place { hash: ContentHash::of(&bytes), size: 4, path: "/p/a.py".into() });
        }
        let maps = text.maps();
        assert_eq!((maps.places.len(), maps.held.len()), (1, 1));
    }
}
