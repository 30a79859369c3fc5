//! The bytes of files for those who hold them: each content once, however often it is asked for.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use leindex_db::ContentHash;
use rustc_hash::FxHashMap;

use super::error::Error;
use super::lookup::file_at;
use super::snapshot::Snapshot;
use crate::names::files::entry;

impl Snapshot<'_> {
    /// The bytes of a file at this revision. Whoever holds them keeps them, whatever becomes of the file; as long as
    /// somebody does, the same content is the same memory in every answer. Reads the file, unless somebody holds them.
    ///
    /// # Errors
    ///
    /// When no file that is analysed has the path.
    pub fn bytes(&self, path: &str) -> Result<Arc<[u8]>, Error> {
        self.ask(|world| {
            let file = file_at(world, path)?;
            let hash = entry(world.db, file)
                .map(|entry| entry.hash)
                .ok_or_else(|| Error::UnknownPath { path: path.to_owned(), nearest: Vec::new() })?;
            Ok(world.shared().held_bytes.of(hash, || leindex_db::Db::text(world.db, hash)))
        })?
    }
}

/// Contents that somebody holds.
#[derive(Debug, Default)]
pub(crate) struct HeldBytes(Mutex<FxHashMap<ContentHash, Weak<[u8]>>>);

impl HeldBytes {
    fn of(&self, hash: ContentHash, read: impl FnOnce() -> Arc<[u8]>) -> Arc<[u8]> {
        let known = |held: &FxHashMap<ContentHash, Weak<[u8]>>| held.get(&hash).and_then(Weak::upgrade);
        let held = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known(&held()) {
            return known;
        }
        let bytes = read();
        let mut held = held();
        // Somebody else may have read them meanwhile.
        if let Some(known) = known(&held) {
            return known;
        }
        if held.len() == held.capacity() {
            held.retain(|_, bytes| bytes.strong_count() > 0);
        }
        held.insert(hash, Arc::downgrade(&bytes));
        bytes
    }
}
