//! The store: packed answers by the hash of what they were computed from, kept across processes.
//!
//! The store is a memo, never a truth: whatever is missing, damaged or locked, answers come slower and are the
//! same. A value is in memory until its batch is written, then in a fjall database, then in a sealed *pack*. What is
//! large and searched in place is a sealed file of its own.
//!
//! - One process holds the store ([`Role::Holder`]). It writes batches in the background and seals them into
//!   packs, which every process maps.
//! - The others ([`Role::Reader`]) read the packs, keep their own results in memory, and take over when the holder
//!   leaves.
//! - A process that is killed loses at most the batch that was not written yet.
//!
//! This module knows nothing of files, languages or queries.

mod keeper;
mod key;
mod lock;
mod pack;
mod packs;
mod pending;
mod places;
mod record;
mod sealed;
mod shared;
mod turn;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

pub use self::key::StoreKey;
use self::lock::create_private_folder;
pub use self::places::{remove, size_of, stores};
pub use self::sealed::SealedFile;
use self::shared::Shared;
use crate::error::Error;
use crate::location::Location;

/// How a store behaves. The defaults suit everybody but tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How many bytes of results a process that does not hold the store keeps in memory; beyond, the oldest go.
    pub memory_limit: usize,
    /// How many bytes are collected before a batch is written.
    pub batch: usize,
    /// How many written bytes are collected before they are sealed during a pass, and, a quarter of that, at the
    /// end of one.
    pub seal_from: u64,
    /// How long a process that does not hold the store waits before it tries again.
    pub retry: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { memory_limit: 128 << 20, batch: 8 << 20, seal_from: 32 << 20, retry: Duration::from_secs(2) }
    }
}

/// What this process may do with the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// Reads and writes.
    Holder,
    /// Reads sealed packs; another process holds the store.
    Reader,
    /// There is nothing on disk.
    Memory,
}

/// Figures about a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// What this process may do.
    pub role: Role,
    /// Space taken on disk.
    pub disk_bytes: u64,
    /// Bytes in memory that are not on disk (yet).
    pub pending_bytes: usize,
    /// Number of sealed packs.
    pub packs: usize,
    /// Values found.
    pub hits: u64,
    /// Values not found.
    pub misses: u64,
    /// Damaged values, which read as absent.
    pub corrupt: u64,
    /// Values dropped from memory because they had no other place.
    pub dropped: u64,
}

/// A content-keyed store. Shared by reference between threads; dropping it writes what is pending.
pub struct Store {
    shared: Arc<Shared>,
    worker: Option<JoinHandle<()>>,
}

impl Store {
    /// A store without a place on disk. It holds everything that is put.
    pub fn in_memory() -> Self {
        let options = Options { memory_limit: usize::MAX, ..Options::default() };
        Self { shared: Arc::new(Shared::new(None, options)), worker: None }
    }

    /// A store without a place on disk, because the one that was wanted cannot be used: [`Self::warnings`] says why.
    pub fn in_memory_because(error: &Error) -> Self {
        let store = Self::in_memory();
        store.warn(error);
        store
    }

    /// Has [`Self::warnings`] tell of an error that stops nothing.
    pub fn warn(&self, error: &Error) {
        self.shared.warn(error.to_string());
    }

    /// Opens the store at `location`, creating it if it does not exist. When another process holds it, this one
    /// becomes a reader; when it is damaged, it is set aside and rebuilt ([`Self::warnings`] says so).
    ///
    /// # Errors
    ///
    /// When the folder cannot be created or written. [`Self::in_memory`] is the way out.
    pub fn open(location: &Location, options: Options) -> Result<Self, Error> {
        let folder = location.folder();
        create_private_folder(folder).map_err(Error::store(folder))?;
        let shared = Arc::new(Shared::open(folder, options)?);
        let worker = Builder::new()
            .name("leindex-store".to_owned())
            .spawn({
                let shared = shared.clone();
                move || shared.work()
            })
            .map_err(Error::store(folder))?;
        Ok(Self { shared, worker: Some(worker) })
    }

    /// The value under `key`. A damaged one is counted and reads as absent.
    pub fn get(&self, key: &StoreKey) -> Option<Arc<[u8]>> {
        self.shared.get(key)
    }

    /// Whether a value lies under `key`. It is not read, so it may still turn out to be damaged.
    pub fn contains(&self, key: &StoreKey) -> bool {
        self.shared.contains(key)
    }

    /// Puts a value under `key`. It can be read at once; it is written with its batch, in the background.
    ///
    /// Values of one key are taken to be equal.
    pub fn put(&self, key: StoreKey, value: &[u8]) {
        if let Some(record) = record::encode(&key, value) {
            self.shared.put(|batch| batch.put(key, record));
        }
    }

    /// The value under `name`: the few that are not keyed by content.
    pub fn get_named(&self, name: &str) -> Option<Arc<[u8]>> {
        self.shared.get_named(name)
    }

    /// Puts a value under `name`, in place of the one before.
    pub fn put_named(&self, name: &str, value: &[u8]) {
        if self.shared.get_named(name).as_deref() == Some(value) {
            return;
        }
        if let Some(record) = record::encode(&StoreKey::named(name), value) {
            self.shared.put(|batch| batch.put_named(name, record));
        }
    }

    /// The sealed file under `key`, mapped. What it holds is to be checked by whoever reads it.
    pub fn sealed(&self, key: &StoreKey) -> Option<SealedFile> {
        self.shared.sealed(key)
    }

    /// Writes a sealed file under `key` and maps it; `None` in memory, and where the disk refuses, which is warned of.
    pub fn put_sealed(&self, key: &StoreKey, bytes: &[u8]) -> Option<SealedFile> {
        self.shared.put_sealed(key, bytes)
    }

    /// Removes a sealed file that nobody will ask for again. Who has it mapped keeps it.
    pub fn remove_sealed(&self, key: &StoreKey) {
        self.shared.remove_sealed(key);
    }

    /// Writes what is pending, for the end of a pass; when this returns, only a power cut can lose it. Sealing, if
    /// enough has come together, happens in the background. In a reader it tries to take the store over.
    ///
    /// # Errors
    ///
    /// When the disk refuses; the values stay readable in memory.
    pub fn persist(&self) -> Result<(), Error> {
        self.shared.persist()
    }

    /// Writes what is pending and seals it, so that other processes see it. For idle time and the end of a session.
    ///
    /// # Errors
    ///
    /// When the disk refuses; nothing is lost.
    pub fn seal_pack(&self) -> Result<(), Error> {
        self.shared.persist()?;
        self.shared.seal()
    }

    /// The folder it lies in; `None` in memory.
    pub fn folder(&self) -> Option<&Path> {
        self.shared.folder.as_deref()
    }

    /// What this process may do.
    pub fn role(&self) -> Role {
        self.shared.role()
    }

    /// Figures for `doctor` and measurements.
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// What people should know: a store set aside, a pack passed over, a disk that refused.
    pub fn warnings(&self) -> Vec<String> {
        self.shared.warnings()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.shared.stop();
        if let Some(worker) = self.worker.take() {
            // A worker that panicked has nothing more to write, and a drop must not panic.
            worker.join().ok();
        }
        self.shared.flush().ok();
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("role", &self.role()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
