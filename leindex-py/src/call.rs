//! A call from Python: the GIL is released, Ctrl-C and a [`Cancellation`] end it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use leindex_db::memory::Budget;
use leindex_queries::{Cancelled, Canceller, Error};
use pyo3::prelude::*;

use crate::errors::{exception, forked};

/// Ends calls from another thread: pass it to a call as `cancel`, then call `cancel()`.
#[pyclass(frozen, name = "Cancellation", module = "leindex_rust", from_py_object)]
#[derive(Clone, Default)]
pub(crate) struct Cancellation {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Shared with whatever looks at a flag now and then.
    flag: Arc<AtomicBool>,
    /// Questions that go on.
    questions: Mutex<Vec<(ThreadId, Canceller)>>,
}

#[pymethods]
impl Cancellation {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Ends the calls that it was passed to, and those that it will be.
    pub(crate) fn cancel(&self) {
        self.inner.flag.store(true, Ordering::Relaxed);
        for (_, question) in &*self.questions() {
            question.cancel();
        }
    }

    /// Whether it was used.
    #[getter]
    pub(crate) fn cancelled(&self) -> bool {
        self.inner.flag.load(Ordering::Relaxed)
    }

    fn __repr__(&self) -> String {
        format!("<Cancellation cancelled={}>", if self.cancelled() { "True" } else { "False" })
    }
}

impl Cancellation {
    /// The flag, for what looks at one.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.inner.flag)
    }

    /// Runs a question that `canceller` ends. A question that was ended for another's sake is for the caller to ask again.
    pub(crate) fn while_asking<T>(&self, canceller: Canceller, ask: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let thread = std::thread::current().id();
        self.questions().push((thread, canceller));
        let answer = if self.cancelled() { Err(Cancelled::Cancelled.into()) } else { ask() };
        self.questions().retain(|(of, _)| *of != thread);
        match answer {
            Err(Error::Cancelled(Cancelled::Cancelled)) if !self.cancelled() => Err(Cancelled::Superseded.into()),
            answer => answer,
        }
    }

    fn questions(&self) -> MutexGuard<'_, Vec<(ThreadId, Canceller)>> {
        self.inner.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Between two looks whether Ctrl-C was pressed.
const SIGNALS: Duration = Duration::from_millis(20);
/// How long work may take to end after Ctrl-C until the call ends without it.
const GRACE: Duration = Duration::from_millis(40);

/// The process in which the engine began to work: its threads are there and in no other.
static HOME: AtomicU32 = AtomicU32::new(0);

/// Refuses to work in a process that was forked from one in which the engine has worked: it would wait for ever for threads
/// that stayed behind.
pub(crate) fn refuse_after_fork(py: Python<'_>) -> PyResult<()> {
    let here = std::process::id();
    match HOME.compare_exchange(0, here, Ordering::Relaxed, Ordering::Relaxed) {
        Err(home) if home != here => Err(forked(py)),
        _ => Ok(()),
    }
}

/// Does some work without the GIL. In the main thread, to which Python hands Ctrl-C, the work runs beside it; what does not
/// heed the cancellation at once ends on its own, after the call.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    cancel: &Cancellation,
    work: impl FnOnce(&Cancellation) -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    refuse_after_fork(py)?;
    let spills = Budget::of_process().stats().spills;
    let answer = if is_main_thread(py)? { beside(py, cancel, work)? } else { py.detach(|| work(cancel)) };
    if Budget::of_process().stats().spills != spills {
        crate::memory::collect(py)?;
    }
    answer.map_err(|error| exception(py, error))
}

fn beside<T: Send + 'static>(
    py: Python<'_>,
    cancel: &Cancellation,
    work: impl FnOnce(&Cancellation) -> Result<T, Error> + Send + 'static,
) -> PyResult<Result<T, Error>> {
    let (sender, receiver) = sync_channel(1);
    let worker = {
        let cancel = cancel.clone();
        // Who no longer waits needs no answer.
        std::thread::Builder::new().name("leindex-call".to_owned()).spawn(move || sender.send(work(&cancel)).unwrap_or(()))
    };
    let worker = worker?;
    py.detach(move || {
        loop {
            match receiver.recv_timeout(SIGNALS) {
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(interrupted) = Python::attach(|py| py.check_signals()) {
                        cancel.cancel();
                        let _ = receiver.recv_timeout(GRACE);
                        return Err(interrupted);
                    }
                }
                // It ended without an answer: it panicked.
                Err(RecvTimeoutError::Disconnected) => match worker.join() {
                    Err(panic) => std::panic::resume_unwind(panic),
                    Ok(()) => return Ok(Err(Cancelled::Cancelled.into())),
                },
            }
        }
    })
}

fn is_main_thread(py: Python<'_>) -> PyResult<bool> {
    let threading = py.import(pyo3::intern!(py, "threading"))?;
    let main = threading.call_method0(pyo3::intern!(py, "main_thread"))?.getattr(pyo3::intern!(py, "ident"))?;
    main.eq(threading.call_method0(pyo3::intern!(py, "get_ident"))?)
}
