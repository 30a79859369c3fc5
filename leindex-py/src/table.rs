//! Rows that Arrow's readers take without a copy.

use arrow::datatypes::{Schema, SchemaRef};
use arrow::ffi::FFI_ArrowSchema;
use arrow::ffi_stream::FFI_ArrowArrayStream;
use arrow::json::ArrayWriter;
use arrow::record_batch::{RecordBatch, RecordBatchIterator};
use leindex_queries::SqlAnswer;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::errors::LeIndexError;

/// Rows of a table or a query. pyarrow, polars, duckdb and pandas take them by `__arrow_c_stream__`, without a copy.
#[pyclass(frozen, name = "Table", module = "leindex_rust")]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    #[pyo3(get)]
    truncated: bool,
    #[pyo3(get)]
    revision: String,
}

impl Table {
    pub(crate) fn new(answer: SqlAnswer) -> Self {
        let SqlAnswer { schema, batches, truncated, revision } = answer;
        Self { schema, batches, truncated, revision }
    }
}

#[pymethods]
impl Table {
    #[getter]
    fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    fn __len__(&self) -> usize {
        self.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("<Table {} rows × {} columns>", self.num_rows(), self.schema.fields().len())
    }

    /// The rows as a stream of Arrow's C interface. Whoever asks for another schema casts by themselves.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(&self, py: Python<'py>, requested_schema: Option<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyCapsule>> {
        // The protocol leaves it to the producer whether it casts.
        drop(requested_schema);
        let batches = self.batches.clone().into_iter().map(Ok);
        let stream = FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(batches, self.schema.clone())));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// The schema of Arrow's C interface.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema: &Schema = &self.schema;
        let schema = FFI_ArrowSchema::try_from(schema).map_err(|error| LeIndexError::new_err(error.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The rows as plain values, a dict each. What is missing is `None`; bytes are hexadecimal text.
    fn to_rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = py.detach(|| {
            let builder = arrow::json::WriterBuilder::new().with_explicit_nulls(true);
            let mut writer: ArrayWriter<Vec<u8>> = builder.build(Vec::new());
            writer.write_batches(&self.batches.iter().collect::<Vec<_>>())?;
            writer.finish()?;
            Ok(writer.into_inner())
        });
        let text = text.map_err(|error: arrow::error::ArrowError| LeIndexError::new_err(error.to_string()))?;
        if text.is_empty() {
            return Ok(pyo3::types::PyList::empty(py).into_any());
        }
        crate::json::loads(py, text)
    }
}
