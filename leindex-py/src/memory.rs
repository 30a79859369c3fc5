//! What the process holds: figures, the budget, and Python's own part in giving back.

use std::sync::atomic::{AtomicU64, Ordering};

use leindex_db::memory::{Budget, limit, usage};
use pyo3::prelude::*;
use pyo3::types::PyDict;

static COLLECTIONS: AtomicU64 = AtomicU64::new(0);

/// Has Python free what only cycles hold. Called after the engine gave back.
pub(crate) fn collect(py: Python<'_>) -> PyResult<()> {
    py.import("gc")?.call_method0("collect")?;
    COLLECTIONS.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// Memory of this process: `resident` and `anonymous` bytes now, the `budget` and the `limit` of the system, how often
/// memory was given back (`spills`), the bytes `freed` by it and the `collections` by Python that followed.
#[pyfunction]
pub(crate) fn memory(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let stats = Budget::of_process().stats();
    let usage = usage();
    let dict = PyDict::new(py);
    dict.set_item("resident", usage.map_or(0, |usage| usage.resident))?;
    dict.set_item("anonymous", usage.map_or(0, |usage| usage.anonymous))?;
    dict.set_item("budget", stats.budget)?;
    dict.set_item("limit", limit().unwrap_or(0))?;
    dict.set_item("spills", stats.spills)?;
    dict.set_item("freed", stats.freed)?;
    dict.set_item("collections", COLLECTIONS.load(Ordering::Relaxed))?;
    Ok(dict)
}

/// Sets how many bytes this process may hold; `None` for the default, a quarter of what there is and at most 2 GB.
#[pyfunction]
#[pyo3(signature = (bytes))]
pub(crate) fn set_memory_budget(bytes: Option<u64>) {
    Budget::of_process().set(bytes);
}
