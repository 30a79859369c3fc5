//! A shared handle, for hosts that ask and edit from several threads.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::{Cancelled, Error};
use super::open::Index;
use super::snapshot::Snapshot;

/// An index that several threads share. Cloning gives another handle to the same index.
///
/// Any number of threads read at once, each at one revision. A write stops the reads that go on and waits until they
/// have given way; they begin again at the new revision.
#[derive(Clone, Debug)]
pub struct Handle {
    index: Arc<Mutex<Index>>,
}

/// Reads that are stopped by writes, after which a read makes writes wait.
const PATIENCE: u32 = 4;
/// Reads that find a file changed, after which that is the caller's concern.
const REFRESHES: u32 = 3;

thread_local! {
    /// The indexes that this thread is inside of.
    static INSIDE: RefCell<Vec<*const Mutex<Index>>> = const { RefCell::new(Vec::new()) };
}

impl Handle {
    /// Shares an index.
    pub fn new(index: Index) -> Self {
        Self { index: Arc::new(Mutex::new(index)) }
    }

    /// Asks. `question` runs again if a write stops it or a file changed meanwhile, so it must not keep what a failed
    /// run gave it; its errors other than those are returned.
    ///
    /// # Errors
    ///
    /// Those of `question`; [`Error::Nested`] inside of another read or write of this thread, which would wait for
    /// itself.
    pub fn read<T>(&self, question: impl Fn(&Snapshot<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let (mut stopped, mut refreshed) = (0, 0);
        loop {
            let answer = {
                let _inside = Inside::enter(&self.index)?;
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
        let _inside = Inside::enter(&self.index)?;
        Ok(change(&mut self.lock()))
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        // A panic in the closure of a write leaves the index at the last of its changes.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks this thread as inside of an index.
struct Inside;

impl Inside {
    fn enter(index: &Arc<Mutex<Index>>) -> Result<Self, Error> {
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
