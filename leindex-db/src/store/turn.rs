//! One fjall database: what was written between two sealings.
//!
//! A database per turn, rather than a keyspace, because fjall frees its journal only in steps of 64 MB; a sealed
//! turn is dropped with its whole folder.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fjall::compaction::Leveled;
use fjall::config::CompressionPolicy;
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, PersistMode, Slice};

use super::key::StoreKey;
use super::pack::Records;
use super::pending::Batch;

/// Small, because the whole engine has to stay small: values leave for a pack every few ten megabytes.
const MEMTABLE: u64 = 4 << 20;
const CACHE: u64 = 4 << 20;
/// Larger batches become a sorted table at once, without the journal.
const INGEST_FROM: usize = 1 << 20;
/// Sealing comes before so many runs pile up, so compaction has nothing to do.
const RUNS: u8 = 16;

/// An empty file in the folder of a database that was opened once.
const COMPLETE: &str = "complete";
/// The ending of the folder of a database that is being removed.
pub(super) const GONE: &str = "gone";

/// An open database. Its folder goes with it once it was sealed.
pub(super) struct Turn {
    pub(super) number: u64,
    values: Keyspace,
    named: Keyspace,
    /// Closed before the folder is removed; `None` only while that happens.
    database: Option<Database>,
    folder: Folder,
}

/// Removes itself when dropped after it was sealed. The last field of [`Turn`], so that all handles are gone by then.
struct Folder {
    path: PathBuf,
    is_sealed: AtomicBool,
}

impl Turn {
    /// Opens the database in `folder`, creating it if it does not exist.
    pub(super) fn open(number: u64, folder: &Path) -> Result<Self, String> {
        guarded(|| Self::try_open(number, folder))
    }

    /// Whether a process was killed while it created the database in `folder`: it then never held a value.
    pub(super) fn is_unfinished(folder: &Path) -> bool {
        !folder.join(COMPLETE).exists()
    }

    fn try_open(number: u64, folder: &Path) -> Result<Self, fjall::Error> {
        let database = Database::builder(folder)
            .cache_size(CACHE)
            .journal_compression(CompressionType::None)
            .max_journaling_size(64 << 20)
            .worker_threads(1)
            .open()?;
        let values = database.keyspace("values", options)?;
        let named = database.keyspace("named", options)?;
        fs::write(folder.join(COMPLETE), [])?;
        let folder = Folder { path: folder.to_path_buf(), is_sealed: AtomicBool::new(false) };
        Ok(Self { number, values, named, database: Some(database), folder })
    }

    pub(super) fn get(&self, key: &StoreKey) -> Option<Result<Slice, String>> {
        guarded(|| self.values.get(key.as_bytes())).transpose()
    }

    pub(super) fn contains(&self, key: &StoreKey) -> bool {
        guarded(|| self.values.contains_key(key.as_bytes())).unwrap_or(false)
    }

    pub(super) fn get_named(&self, name: &str) -> Option<Result<Slice, String>> {
        guarded(|| self.named.get(name)).transpose()
    }

    /// Writes a batch. When this returns, the operating system has it: only a power cut can lose it.
    pub(super) fn write(&self, batch: &Batch) -> Result<(), String> {
        guarded(|| self.try_write(batch))
    }

    fn try_write(&self, batch: &Batch) -> Result<(), fjall::Error> {
        let Some(database) = &self.database else { return Err(fjall::Error::KeyspaceDeleted) };
        let records = batch.sorted();
        let mut writes = database.batch();
        if batch.bytes() >= INGEST_FROM && !records.is_empty() {
            let mut ingestion = self.values.start_ingestion()?;
            for (key, record) in &records {
                ingestion.write(&key.as_bytes()[..], &record[..])?;
            }
            ingestion.finish()?;
        } else {
            for (key, record) in &records {
                writes.insert(&self.values, &key.as_bytes()[..], &record[..]);
            }
        }
        for (name, record) in batch.sorted_named() {
            writes.insert(&self.named, &*name, &record[..]);
        }
        if !writes.is_empty() {
            writes.commit()?;
        }
        database.persist(PersistMode::Buffer)
    }

    /// Whether anything was written to it.
    pub(super) fn is_empty(&self) -> bool {
        self.values.first_key_value().is_none() && self.named.first_key_value().is_none()
    }

    /// About how many bytes were written to it.
    pub(super) fn bytes(&self) -> u64 {
        let tables = self.values.disk_space().saturating_add(self.named.disk_space());
        if self.is_empty() { 0 } else { tables.max(1) }
    }

    /// All records in key order, the named ones under their keys. What lies behind a damaged table is given up.
    pub(super) fn sources(&self) -> [Records<'_>; 2] {
        let values = self.values.iter().map_while(|guard| {
            let (key, record) = guard.into_inner().ok()?;
            Some(Ok((StoreKey::from_bytes((*key).try_into().ok()?), record.to_vec())))
        });
        let mut named: Vec<_> = self
            .named
            .iter()
            .filter_map(|guard| {
                let (name, record) = guard.into_inner().ok()?;
                Some((StoreKey::named(std::str::from_utf8(&name).ok()?), record.to_vec()))
            })
            .collect();
        named.sort_unstable();
        [Box::new(values), Box::new(named.into_iter().map(Ok))]
    }

    /// Says that a pack holds everything: the folder goes when the last reader is done.
    pub(super) fn set_sealed(self: Arc<Self>) {
        self.folder.is_sealed.store(true, Ordering::Release);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.database = None;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if *self.is_sealed.get_mut() {
            // Renamed first, so that a process killed meanwhile leaves no half of a database.
            let gone = self.path.with_extension(GONE);
            if fs::rename(&self.path, &gone).is_ok() {
                fs::remove_dir_all(gone).ok();
            }
        }
    }
}

/// A damaged database makes fjall fail, or panic where it expects its own invariants; both are damage to us.
pub(super) fn guarded<T, E: ToString>(act: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("the storage engine gave up".to_owned()),
    }
}

/// Records are compressed already.
fn options() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default()
        .max_memtable_size(MEMTABLE)
        .data_block_compression_policy(CompressionPolicy::disabled())
        .compaction_strategy(Arc::new(Leveled::default().with_l0_threshold(RUNS)))
}
