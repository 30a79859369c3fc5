//! La Passerelle, for Python: a shell over the facade of [`leindex_queries`].
//!
//! The package `leindex` stands on it, and gives its plain values types. Here is only what has to be native: the index, its
//! answers as JSON, rows as Arrow's streams, bytes and vectors as buffers, and ending what takes too long.

mod analyzer;
mod buffers;
mod call;
mod embedder;
mod errors;
mod json;
mod memory;
mod progress;
mod stores;
mod table;
mod verbs;

use std::path::PathBuf;

use leindex_queries::index::StorePlace;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::analyzer::{Bounds, Opening, RustAnalyzer, question};
use crate::call::{Cancellation, run};
use crate::errors::Text;
use crate::table::Table;

/// What an engineer would read first to answer a question about the project at `path`, within a budget of tokens: opens the
/// project, asks `context` and closes it. `options` are those of `context`.
#[pyfunction]
#[pyo3(signature = (path, question, budget=2000, **options))]
fn build_weighted_context<'py>(
    py: Python<'py>,
    path: PathBuf,
    question: Text,
    budget: i64,
    options: Option<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let arguments = options.unwrap_or_else(|| PyDict::new(py));
    arguments.set_item("question", question.0)?;
    arguments.set_item("budget", budget)?;
    let wanted = self::question(py, "context", Some(arguments.into_any()))?;
    let cancel = Cancellation::default();
    let opening = Opening {
        path,
        store: StorePlace::User,
        roots: Vec::new(),
        threads: None,
        embedder: None,
        flows: false,
        verify: false,
        follow: false,
    };
    let open = analyzer::open(py, opening, None, &cancel)?;
    let text = run(py, &cancel, move |cancel| open.answer(&wanted, cancel).map(|(_, text)| text))?;
    json::loads(py, text)
}

/// Answers a query in SQL over the tables of an export.
#[pyfunction]
#[pyo3(signature = (folder, query, *, max_rows=None, timeout=None, cancel=None))]
fn sql_of_export(
    py: Python<'_>,
    folder: PathBuf,
    query: Text,
    max_rows: Option<usize>,
    timeout: Option<f64>,
    cancel: Option<Cancellation>,
) -> PyResult<Table> {
    let cancel = cancel.unwrap_or_default();
    let options = Bounds::new(py, max_rows, timeout, false)?.options(&cancel);
    Ok(Table::new(run(py, &cancel, move |_| leindex_queries::export::sql_of_export(&folder, &query.0, &options))?))
}

/// Tokens of a text by `o200k_base`, by which budgets are counted.
#[pyfunction]
fn count_tokens(py: Python<'_>, text: &str) -> usize {
    py.detach(|| leindex_embed::count_tokens(text))
}

/// The languages that are read: their names and the endings of their files.
#[pyfunction]
fn languages(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let mut found: std::collections::BTreeMap<&str, Vec<&str>> = std::collections::BTreeMap::new();
    let languages = leindex_queries::languages::Languages::default();
    for config in languages.configs() {
        found.entry(config.name).or_default().extend(config.extensions.iter().chain(config.file_names));
    }
    let found: Vec<_> = found.into_iter().map(|(name, files)| serde_json::json!({"name": name, "files": files})).collect();
    json::loads(py, serde_json::to_vec(&found).expect("it has string keys"))
}

/// The native half of the package `leindex`.
#[pymodule]
fn leindex_rust(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    errors::add_to(module)?;
    module.add_class::<Cancellation>()?;
    module.add_class::<RustAnalyzer>()?;
    module.add_class::<Table>()?;
    module.add_class::<buffers::Bytes>()?;
    module.add_class::<buffers::Embeddings>()?;
    module.add_function(wrap_pyfunction!(build_weighted_context, module)?)?;
    module.add_function(wrap_pyfunction!(sql_of_export, module)?)?;
    module.add_function(wrap_pyfunction!(count_tokens, module)?)?;
    module.add_function(wrap_pyfunction!(languages, module)?)?;
    module.add_function(wrap_pyfunction!(memory::memory, module)?)?;
    module.add_function(wrap_pyfunction!(memory::set_memory_budget, module)?)?;
    module.add_function(wrap_pyfunction!(stores::store_of, module)?)?;
    module.add_function(wrap_pyfunction!(stores::clean, module)?)
}
