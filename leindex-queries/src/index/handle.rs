//! A shared handle, for hosts that ask and edit from several threads.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};
use std::time::Instant;

use leindex_db::memory::{Budget, Tenant};

use super::error::{Cancelled, Error};
use super::open::Index;
use super::snapshot::Snapshot;

/// An index that several threads share. Cloning gives another handle to the same index.
///
/// Any number of threads read at once, each at one revision. A write stops the reads that go on and waits until they
/// have given way; they begin again at the new revision.
///
/// Indexes with a handle keep to the [budget](Budget::of_process) of the process together: where it is nearly used up,
/// those give back that were not asked for longest.
#[derive(Clone, Debug)]
pub struct Handle {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    index: Mutex<Index>,
    used: Mutex<Instant>,
    /// Nobody has asked since it gave back.
    rests: AtomicBool,
}

/// Reads that are stopped by writes, after which a read makes writes wait.
const PATIENCE: u32 = 4;
/// Reads that find a file changed, after which that is the caller's concern.
const REFRESHES: u32 = 3;

thread_local! {
    /// The indexes that this thread is inside of.
    static INSIDE: RefCell<Vec<*const Shared>> = const { RefCell::new(Vec::new()) };
}

impl Handle {
    /// Shares an index.
    pub fn new(index: Index) -> Self {
        let shared = Shared { index: Mutex::new(index), used: Mutex::new(Instant::now()), rests: AtomicBool::new(false) };
        let shared = Arc::new(shared);
        Budget::of_process().join(Arc::downgrade(&shared) as Weak<dyn Tenant>);
        Self { shared }
    }

    /// Asks. `question` runs again if a write stops it or a file changed meanwhile, so it must not keep what a failed
    /// run gave it; its errors other than those are returned.
    ///
    /// # Errors
    ///
    /// Those of `question`; [`Error::Nested`] inside of another read or write of this thread, which would wait for
    /// itself.
    pub fn read<T>(&self, question: impl Fn(&Snapshot<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let answer = self.answer(question);
        self.relieve();
        answer
    }

    fn answer<T>(&self, question: impl Fn(&Snapshot<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let (mut stopped, mut refreshed) = (0, 0);
        loop {
            let answer = {
                let _inside = Inside::enter(&self.shared)?;
                let index = self.lock();
                if stopped >= PATIENCE {
                    question(&index.snapshot())
                } else {
                    let reader = index.reader();
                    drop(index);
                    question(&reader.snapshot())
                }
            };
            match answer {
                Err(Error::Cancelled(Cancelled::Superseded)) => stopped += 1,
                Err(Error::Cancelled(Cancelled::Changed)) if refreshed < REFRESHES => {
                    refreshed += 1;
                    self.write(Index::refresh)??;
                }
                answer => return answer,
            }
        }
    }

    /// Changes the index: [`Index::apply`], [`Index::refresh`] and all else that needs it for itself.
    ///
    /// # Errors
    ///
    /// [`Error::Nested`] inside of another read or write of this thread, which would wait for itself.
    pub fn write<T>(&self, change: impl FnOnce(&mut Index) -> T) -> Result<T, Error> {
        let answer = {
            let _inside = Inside::enter(&self.shared)?;
            change(&mut self.lock())
        };
        self.relieve();
        Ok(answer)
    }

    /// Writes to the store what is not there yet and frees graphs and caches. Answers stay the same; the first after it
    /// makes anew what it needs. False if somebody needs the index just now.
    pub fn release(&self) -> bool {
        self.shared.release()
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        // A panic in the closure of a write leaves the index at the last of its changes.
        let mut index = self.shared.index.lock().unwrap_or_else(PoisonError::into_inner);
        *self.shared.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        if self.shared.rests.swap(false, Ordering::Relaxed) {
            index.seal();
        }
        index
    }

    /// Has memory given back where the process holds nearly all it may. Not from inside of an index: its lock is held.
    fn relieve(&self) {
        if INSIDE.with_borrow(Vec::is_empty) {
            Budget::of_process().relieve();
        }
    }
}

impl Shared {
    fn release(&self) -> bool {
        let mut index = match self.index.try_lock() {
            Ok(index) => index,
            Err(TryLockError::Poisoned(index)) => index.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        if self.rests.load(Ordering::Relaxed) {
            return false;
        }
        // What cannot be written is made again.
        let _ = index.persist();
        let released = index.release().is_ok();
        self.rests.store(released, Ordering::Relaxed);
        released
    }
}

impl Tenant for Shared {
    fn last_used(&self) -> Instant {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self) -> bool {
        self.release()
    }
}

/// Marks this thread as inside of an index.
struct Inside;

impl Inside {
    fn enter(index: &Arc<Shared>) -> Result<Self, Error> {
        let index = Arc::as_ptr(index);
        INSIDE.with_borrow_mut(|inside| {
            if inside.contains(&index) {
                return Err(Error::Nested);
            }
            inside.push(index);
            Ok(Self)
        })
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.with_borrow_mut(Vec::pop);
    }
}
