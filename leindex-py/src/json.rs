//! Questions and answers cross between the languages as JSON: the keys are those of the facade's structures, and Python's
//! own parser makes the objects.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

/// A Python object of a JSON text.
pub(crate) fn loads(py: Python<'_>, text: Vec<u8>) -> PyResult<Bound<'_, PyAny>> {
    let json = py.import(pyo3::intern!(py, "json"))?;
    json.call_method1(pyo3::intern!(py, "loads"), (PyBytes::new(py, &text),))
}

/// The JSON text of a Python object.
pub(crate) fn dumps(py: Python<'_>, object: &Bound<'_, PyAny>) -> PyResult<String> {
    let json = py.import(pyo3::intern!(py, "json"))?;
    let options = PyDict::new(py);
    options.set_item("allow_nan", false)?;
    json.call_method(pyo3::intern!(py, "dumps"), (object,), Some(&options))?.extract()
}
