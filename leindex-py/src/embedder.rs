//! A model from Python: any object with `id`, `dimension`, `encode_documents` and `encode_query`.

use leindex_embed::{EmbedError, Embedder};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::PyList;

/// The model. Its methods are called with the GIL, from whatever thread embeds.
pub(crate) struct PythonEmbedder {
    object: Py<PyAny>,
    id: String,
    dimension: usize,
}

impl PythonEmbedder {
    pub(crate) fn new(object: &Bound<'_, PyAny>, id: Option<String>) -> PyResult<Self> {
        let id = match id {
            Some(id) => id,
            None => object.getattr("id")?.extract()?,
        };
        Ok(Self { id, dimension: object.getattr("dimension")?.extract()?, object: object.clone().unbind() })
    }

    fn call(&self, py: Python<'_>, method: &str, argument: Bound<'_, PyAny>) -> PyResult<Vec<f32>> {
        let answer = self.object.bind(py).call_method1(method, (argument,))?;
        let buffer = PyBuffer::<f32>::get(&answer)?;
        buffer.to_vec(py)
    }

    fn failed(error: &PyErr) -> EmbedError {
        EmbedError::Failed(error.to_string().chars().take(2000).collect())
    }
}

impl Embedder for PythonEmbedder {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        Python::attach(|py| self.call(py, "encode_documents", PyList::new(py, texts)?.into_any())).map_err(|error| Self::failed(&error))
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        Python::attach(|py| self.call(py, "encode_query", pyo3::types::PyString::new(py, text).into_any()))
            .map_err(|error| Self::failed(&error))
    }
}
