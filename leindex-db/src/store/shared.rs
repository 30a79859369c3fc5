//! The inside of a store: where a value is looked up, and how it moves from memory to the database to a pack.
//!
//! Locks are taken in this order: `sealing`, `writing`, then the short ones, of which never two are held at once.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use super::keeper::{Keeper, PACKS, Sealing};
use super::key::StoreKey;
use super::lock::{Format, StoreLock, disk_bytes, format};
use super::pack::{PackWriter, merge};
use super::packs::Packs;
use super::pending::{Batch, Record};
use super::sealed::{self, SealedFile};
use super::turn::guarded;
use super::{Options, Role, Stats, record};
use crate::error::Error;

pub(super) struct Shared {
    pub(super) folder: Option<PathBuf>,
    options: Options,
    pending: RwLock<Pending>,
    keeper: RwLock<Option<Arc<Keeper>>>,
    packs: RwLock<Arc<Packs>>,
    /// Held while a batch is written or the role changes.
    writing: Mutex<()>,
    /// Held while a pack is written.
    sealing: Mutex<()>,
    /// About how many bytes were written since the last sealing.
    unsealed: AtomicU64,
    wishes: Mutex<Wishes>,
    wake: Condvar,
    last_try: Mutex<Instant>,
    counters: Counters,
    warnings: Mutex<Vec<String>>,
}

#[derive(Default)]
struct Pending {
    fresh: Batch,
    /// The batch that is being written.
    writing: Option<Arc<Batch>>,
}

/// What the background thread is asked to do.
#[derive(Default)]
struct Wishes {
    flush: bool,
    seal: bool,
    stop: bool,
}

#[derive(Default)]
struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    corrupt: AtomicU64,
    dropped: AtomicU64,
}

/// The folder of the sealed files.
const SEALED: &str = "sealed";
/// A writer that is slower than its callers holds them up once so many batches wait.
const BATCHES_WAITING: usize = 4;
/// A new pack takes in older ones of up to this many times its size, so that the number of packs grows with the
/// logarithm of the data, and no byte is copied more often than that.
const MERGE_RATIO: u64 = 2;
/// Packs above this stay as they are.
const MERGE_LIMIT: u64 = 512 << 20;
/// People read warnings; a disk that refuses every batch must not fill memory with them.
const WARNINGS: usize = 32;

impl Shared {
    pub(super) fn new(folder: Option<PathBuf>, options: Options) -> Self {
        let packs = folder.as_ref().map(|folder| folder.join(PACKS)).unwrap_or_default();
        Self {
            folder,
            options,
            pending: RwLock::default(),
            keeper: RwLock::default(),
            packs: RwLock::new(Arc::new(Packs::none(&packs))),
            writing: Mutex::default(),
            sealing: Mutex::default(),
            unsealed: AtomicU64::new(0),
            wishes: Mutex::default(),
            wake: Condvar::new(),
            last_try: Mutex::new(Instant::now()),
            counters: Counters::default(),
            warnings: Mutex::default(),
        }
    }

    pub(super) fn open(folder: &Path, options: Options) -> Result<Self, Error> {
        let shared = Self::new(Some(folder.to_path_buf()), options);
        shared.try_to_hold()?;
        if shared.keeper().is_none() {
            shared.reload_packs();
        }
        Ok(shared)
    }

    // Reading.

    pub(super) fn get(&self, key: &StoreKey) -> Option<Arc<[u8]>> {
        let found = self.find(key);
        let counter = if found.is_some() { &self.counters.hits } else { &self.counters.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    pub(super) fn contains(&self, key: &StoreKey) -> bool {
        self.in_memory(|batch| batch.get(key)).is_some()
            || self.keeper().is_some_and(|keeper| keeper.contains(key))
            || self.packs().contains(key)
    }

    pub(super) fn get_named(&self, name: &str) -> Option<Arc<[u8]>> {
        let key = StoreKey::named(name);
        if let Some(record) = self.in_memory(|batch| batch.get_named(name)) {
            return self.decode(&key, &record);
        }
        if let Some(keeper) = self.keeper() {
            match keeper.named(name) {
                Some(Ok(record)) => return self.decode(&key, &record),
                Some(Err(_)) => self.count_corrupt(1),
                None => {}
            }
        }
        // Taken after the database was asked, as in `find`.
        self.packs().records(&key).find_map(|record| self.decode(&key, &record))
    }

    /// Tries the record in memory, then those in the database, then those in the packs.
    fn find(&self, key: &StoreKey) -> Option<Arc<[u8]>> {
        if let Some(record) = self.in_memory(|batch| batch.get(key)) {
            return self.decode(key, &record);
        }
        let keeper = self.keeper();
        if let Some(keeper) = &keeper {
            for record in keeper.records(key) {
                match record {
                    Ok(record) => {
                        if let Some(value) = self.decode(key, &record) {
                            return Some(value);
                        }
                    }
                    Err(_) => self.count_corrupt(1),
                }
            }
        }
        // Taken after the database was asked: a value leaves it only once its pack is published.
        let in_packs = || self.packs().records(key).find_map(|record| self.decode(key, &record));
        in_packs().or_else(|| {
            if keeper.is_some() || !self.is_due() {
                return None;
            }
            self.wish(|wishes| wishes.flush = true);
            if !self.packs().is_outdated() {
                return None;
            }
            self.reload_packs();
            in_packs()
        })
    }

    fn in_memory(&self, get: impl for<'a> Fn(&'a Batch) -> Option<&'a Record>) -> Option<Record> {
        let pending = read(&self.pending);
        get(&pending.fresh).or_else(|| get(pending.writing.as_deref()?)).cloned()
    }

    fn decode(&self, key: &StoreKey, record: &[u8]) -> Option<Arc<[u8]>> {
        let value = record::decode(key, record);
        if value.is_none() {
            self.count_corrupt(1);
        }
        value
    }

    // Writing.

    pub(super) fn put(&self, put: impl FnOnce(&mut Batch)) {
        let is_holder = self.keeper().is_some();
        let bytes = {
            let mut pending = write(&self.pending);
            put(&mut pending.fresh);
            if !is_holder {
                let dropped = pending.fresh.shrink(self.options.memory_limit);
                self.counters.dropped.fetch_add(dropped, Ordering::Relaxed);
            }
            pending.fresh.bytes()
        };
        if is_holder && bytes >= self.options.batch.saturating_mul(BATCHES_WAITING) {
            // The error is kept as a warning and the values stay in memory.
            self.flush().ok();
        } else if (is_holder && bytes >= self.options.batch) || (!is_holder && self.is_due()) {
            self.wish(|wishes| wishes.flush = true);
        }
    }

    pub(super) fn persist(&self) -> Result<(), Error> {
        if self.keeper().is_none() && self.is_due() {
            self.try_to_hold()?;
        }
        self.flush()?;
        let unsealed = self.unsealed.load(Ordering::Relaxed);
        if unsealed >= self.options.seal_from / 4 || (unsealed > 0 && self.packs().packs().is_empty()) {
            self.wish(|wishes| wishes.seal = true);
        }
        Ok(())
    }

    /// Writes the fresh batch. Nothing happens while another process holds the store.
    pub(super) fn flush(&self) -> Result<(), Error> {
        let _writing = lock(&self.writing);
        let Some(keeper) = self.keeper() else { return Ok(()) };
        let batch = {
            let mut pending = write(&self.pending);
            if pending.fresh.is_empty() {
                return Ok(());
            }
            let batch = Arc::new(std::mem::take(&mut pending.fresh));
            pending.writing = Some(batch.clone());
            batch
        };
        let written = keeper.write(&batch);
        let mut pending = write(&self.pending);
        pending.writing = None;
        match written {
            Ok(()) => {
                self.unsealed.fetch_add(batch.bytes() as u64, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => {
                pending.fresh.take_back(&batch);
                drop(pending);
                Err(self.give_up(&error))
            }
        }
    }

    /// Copies what is unsealed into a pack, together with the packs that are not much larger.
    pub(super) fn seal(&self) -> Result<(), Error> {
        let _sealing = lock(&self.sealing);
        let Some(keeper) = self.keeper() else { return Ok(()) };
        if !keeper.has_unsealed() {
            return Ok(());
        }
        let (sealing, bytes) = {
            let _writing = lock(&self.writing);
            let sealing = keeper.start_turn().map_err(|error| self.give_up(&error))?;
            (sealing, self.unsealed.swap(0, Ordering::Relaxed))
        };
        match guarded(|| self.write_pack(&sealing, bytes)) {
            Ok(next) => {
                *write(&self.packs) = Arc::new(next);
                keeper.drop_turns(sealing);
                Ok(())
            }
            Err(error) => {
                // The turns stay where they are and are sealed with the next ones.
                self.unsealed.fetch_add(bytes, Ordering::Relaxed);
                Err(self.refused(&error))
            }
        }
    }

    fn write_pack(&self, sealing: &Sealing, bytes: u64) -> std::io::Result<Packs> {
        let packs = self.packs();
        let merged = mergeable(&packs, bytes);
        let mut writer = PackWriter::create(&packs.next_path())?;
        let mut sources = sealing.sources();
        for pack in packs.packs().iter().take(merged) {
            sources.push(Box::new(pack.records()?));
        }
        self.count_corrupt(merge(&mut writer, sources)?);
        let kept = packs.packs().iter().skip(merged).cloned();
        packs.publish(writer.finish()?.map(Arc::new).into_iter().chain(kept).collect())
    }

    // Sealed files.

    pub(super) fn sealed(&self, key: &StoreKey) -> Option<SealedFile> {
        sealed::open(&self.sealed_folder()?, key)
    }

    pub(super) fn put_sealed(&self, key: &StoreKey, bytes: &[u8]) -> Option<SealedFile> {
        let folder = self.sealed_folder()?;
        if let Err(error) = sealed::write(&folder, key, bytes) {
            self.warn(error.to_string());
            return None;
        }
        sealed::open(&folder, key)
    }

    pub(super) fn remove_sealed(&self, key: &StoreKey) {
        if let Some(folder) = self.sealed_folder() {
            sealed::remove(&folder, key);
        }
    }

    fn sealed_folder(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(SEALED))
    }

    // Roles.

    fn try_to_hold(&self) -> Result<(), Error> {
        let _writing = lock(&self.writing);
        let Some(folder) = self.folder.as_deref().filter(|_| self.keeper().is_none()) else { return Ok(()) };
        let Some(held) = StoreLock::try_take(folder).map_err(|error| self.refused(&error))? else {
            return Ok(());
        };
        let mut warnings = Vec::new();
        let opened = Keeper::open(folder, held, &mut warnings);
        warnings.into_iter().for_each(|warning| self.warn(warning));
        let keeper = opened.map_err(|error| self.refused(&error))?;
        self.unsealed.store(keeper.unsealed_bytes(), Ordering::Relaxed);
        self.reload_packs();
        *write(&self.keeper) = Some(Arc::new(keeper));
        Ok(())
    }

    /// Becomes a reader: the disk refused, or the database says it cannot go on.
    fn give_up(&self, error: &impl ToString) -> Error {
        *write(&self.keeper) = None;
        self.refused(error)
    }

    fn refused(&self, error: &impl ToString) -> Error {
        let path = self.folder.clone().unwrap_or_default();
        let error = Error::Store { path, message: error.to_string() };
        self.warn(error.to_string());
        error
    }

    fn reload_packs(&self) {
        let Some(folder) = &self.folder else { return };
        match format(folder) {
            Format::Ours => {
                let mut warnings = Vec::new();
                let packs = Packs::load(&folder.join(PACKS), &mut warnings);
                warnings.into_iter().for_each(|warning| self.warn(warning));
                *write(&self.packs) = Arc::new(packs);
            }
            Format::Absent => {}
            Format::Foreign => self.warn("another version holds the store; its packs are not read".to_owned()),
        }
    }

    /// Whether it is time for a reader to look again whether the holder is gone or has sealed a pack.
    fn is_due(&self) -> bool {
        if self.folder.is_none() {
            return false;
        }
        let mut last = lock(&self.last_try);
        let is_due = last.elapsed() >= self.options.retry;
        if is_due {
            *last = Instant::now();
        }
        is_due
    }

    // The background thread.

    pub(super) fn work(&self) {
        if let Some(folder) = self.sealed_folder() {
            sealed::clean(&folder);
        }
        loop {
            let wishes = {
                let mut wishes = lock(&self.wishes);
                while !(wishes.flush || wishes.seal || wishes.stop) {
                    wishes = self.wake.wait(wishes).unwrap_or_else(PoisonError::into_inner);
                }
                let stop = wishes.stop;
                std::mem::replace(&mut *wishes, Wishes { stop, ..Wishes::default() })
            };
            // Errors are kept as warnings; there is nobody here to return them to.
            if wishes.flush {
                self.try_to_hold().and_then(|()| self.flush()).ok();
            }
            if wishes.seal || self.unsealed.load(Ordering::Relaxed) >= self.options.seal_from {
                self.seal().ok();
            }
            if wishes.stop {
                return;
            }
        }
    }

    pub(super) fn stop(&self) {
        self.wish(|wishes| wishes.stop = true);
    }

    fn wish(&self, wish: impl FnOnce(&mut Wishes)) {
        wish(&mut lock(&self.wishes));
        self.wake.notify_all();
    }

    // Figures.

    pub(super) fn role(&self) -> Role {
        match &self.folder {
            None => Role::Memory,
            Some(_) if self.keeper().is_some() => Role::Holder,
            Some(_) => Role::Reader,
        }
    }

    pub(super) fn stats(&self) -> Stats {
        let pending_bytes = {
            let pending = read(&self.pending);
            pending.fresh.bytes() + pending.writing.as_ref().map_or(0, |batch| batch.bytes())
        };
        Stats {
            role: self.role(),
            disk_bytes: self.folder.as_deref().map_or(0, disk_bytes),
            pending_bytes,
            packs: self.packs().packs().len(),
            hits: self.counters.hits.load(Ordering::Relaxed),
            misses: self.counters.misses.load(Ordering::Relaxed),
            corrupt: self.counters.corrupt.load(Ordering::Relaxed),
            dropped: self.counters.dropped.load(Ordering::Relaxed),
        }
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        lock(&self.warnings).clone()
    }

    pub(super) fn warn(&self, warning: String) {
        let mut warnings = lock(&self.warnings);
        if warnings.len() < WARNINGS && !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    fn count_corrupt(&self, count: u64) {
        self.counters.corrupt.fetch_add(count, Ordering::Relaxed);
    }

    fn keeper(&self) -> Option<Arc<Keeper>> {
        read(&self.keeper).clone()
    }

    fn packs(&self) -> Arc<Packs> {
        read(&self.packs).clone()
    }
}

/// How many of the newest packs are merged with `bytes` of new records.
fn mergeable(packs: &Packs, bytes: u64) -> usize {
    let mut total = bytes;
    let small = packs.packs().iter().take_while(|pack| {
        let joins = pack.size() <= total.saturating_mul(MERGE_RATIO) && pack.size() <= MERGE_LIMIT;
        total = total.saturating_add(pack.size());
        joins
    });
    small.count()
}

// What these locks guard is changed by single steps that cannot panic half-way, so a poisoned lock still guards
// something sound.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
