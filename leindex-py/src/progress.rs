//! Telling Python how far a long call has come.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use leindex_queries::index::Progress;
use pyo3::prelude::*;

use crate::call::Cancellation;

/// Calls `function(done, total)` now and then, from whatever thread works. If it raises, the call ends with that.
pub(crate) struct Reporter {
    function: Py<PyAny>,
    last: Mutex<Option<Instant>>,
    cancel: Cancellation,
    raised: Mutex<Option<PyErr>>,
}

/// Between two calls.
const PACE: Duration = Duration::from_millis(40);

impl Reporter {
    pub(crate) fn new(function: Py<PyAny>, cancel: Cancellation) -> Self {
        Self { function, last: Mutex::default(), cancel, raised: Mutex::default() }
    }

    pub(crate) fn report(&self, progress: Progress) {
        {
            let Ok(mut last) = self.last.lock() else { return };
            if progress.done < progress.total && last.is_some_and(|at| at.elapsed() < PACE) {
                return;
            }
            *last = Some(Instant::now());
        }
        let called = Python::attach(|py| self.function.call1(py, (progress.done, progress.total)).map(drop));
        if let Err(error) = called {
            if let Ok(mut raised) = self.raised.lock() {
                raised.get_or_insert(error);
            }
            self.cancel.cancel();
        }
    }

    /// What the function raised, if it did.
    pub(crate) fn raised(&self) -> Option<PyErr> {
        self.raised.lock().ok()?.take()
    }
}
