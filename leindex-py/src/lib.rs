//! La Passerelle, for Python: a shell over the facade of [`leindex_queries`].

use pyo3::prelude::*;

/// The native half of the package `leindex`.
#[pymodule]
fn leindex_rust(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
