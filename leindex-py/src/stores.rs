//! Where stores lie, and removing them.

use std::path::PathBuf;

use leindex_db::{Location, home, store};
use leindex_queries::Error;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::call::{Cancellation, run};

/// Where the store of a project lies, without opening it: `home`, `folder`, whether it `exists`, and its `bytes`.
#[pyfunction]
pub(crate) fn store_of(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyDict>> {
    let (home, folder, bytes) = run(py, &Cancellation::default(), move |_| {
        let location = Location::of(&path)?;
        Ok((home()?, location.folder().to_path_buf(), store::size_of(location.folder())))
    })?;
    let dict = PyDict::new(py);
    dict.set_item("home", home)?;
    dict.set_item("exists", folder.exists())?;
    dict.set_item("folder", folder)?;
    dict.set_item("bytes", bytes)?;
    Ok(dict)
}

/// Removes the store of a project, or without one those of all; returns the bytes freed. What is indexed again is the same.
#[pyfunction]
#[pyo3(signature = (path=None))]
pub(crate) fn clean(py: Python<'_>, path: Option<PathBuf>) -> PyResult<u64> {
    run(py, &Cancellation::default(), move |_| {
        let folders = match path {
            Some(path) => vec![Location::of(&path).map_err(Error::from)?.folder().to_path_buf()],
            None => store::stores(&home()?)?,
        };
        Ok(folders.iter().map(|folder| store::remove(folder)).sum::<Result<u64, _>>()?)
    })
}
