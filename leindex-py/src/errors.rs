//! The exceptions of the module, and which error of the engine becomes which.

use leindex_db::Error as StorageError;
use leindex_queries::{Cancelled, Error};
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::PyType;

create_exception!(leindex, LeIndexError, PyException, "What went wrong, and what to do about it.");
create_exception!(leindex, ProjectError, LeIndexError, "The root cannot be opened.");
create_exception!(leindex, SettingsError, LeIndexError, "The settings of the project cannot be understood.");
create_exception!(leindex, PathError, LeIndexError, "No analysed file of the project has this path. Attributes: `path`, `nearest`.");
create_exception!(leindex, SymbolNotFoundError, LeIndexError, "No symbol is called so. Attributes: `name`, `nearest`.");
create_exception!(leindex, AmbiguousSymbolError, LeIndexError, "Several symbols are called so. Attributes: `name`, `candidates`.");
create_exception!(leindex, FlowError, LeIndexError, "Nothing runs at this place. Attributes: `path`, `line`, `variables`.");
create_exception!(leindex, QueryError, LeIndexError, "A query in SQL is wrong, would write, or takes more than it may.");
create_exception!(leindex, StoreError, LeIndexError, "The store or an export cannot be read or written.");
create_exception!(leindex, ModelError, LeIndexError, "The model of one's choice failed.");
create_exception!(leindex, CancelledError, LeIndexError, "The call was cancelled.");
create_exception!(leindex, ClosedError, LeIndexError, "The project was closed.");

/// `RequestError`, which is a `ValueError` too: a class of two bases, which no macro makes.
fn request_error(py: Python<'_>) -> PyResult<Bound<'_, PyType>> {
    static CLASS: pyo3::sync::PyOnceLock<Py<PyType>> = pyo3::sync::PyOnceLock::new();
    let class = CLASS.get_or_try_init(py, || {
        let bases = (py.get_type::<LeIndexError>(), py.get_type::<pyo3::exceptions::PyValueError>());
        let body = pyo3::types::PyDict::new(py);
        body.set_item("__module__", "leindex")?;
        body.set_item("__doc__", "The call is not as it should be: an unknown verb or argument, or a bad value.")?;
        let class = py.get_type::<PyType>().call1(("RequestError", bases, body))?;
        PyResult::Ok(class.cast_into::<PyType>()?.unbind())
    })?;
    Ok(class.bind(py).clone())
}

/// Adds the exceptions to the module.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("LeIndexError", py.get_type::<LeIndexError>())?;
    module.add("ProjectError", py.get_type::<ProjectError>())?;
    module.add("SettingsError", py.get_type::<SettingsError>())?;
    module.add("PathError", py.get_type::<PathError>())?;
    module.add("SymbolNotFoundError", py.get_type::<SymbolNotFoundError>())?;
    module.add("AmbiguousSymbolError", py.get_type::<AmbiguousSymbolError>())?;
    module.add("FlowError", py.get_type::<FlowError>())?;
    module.add("QueryError", py.get_type::<QueryError>())?;
    module.add("RequestError", request_error(py)?)?;
    module.add("StoreError", py.get_type::<StoreError>())?;
    module.add("ModelError", py.get_type::<ModelError>())?;
    module.add("CancelledError", py.get_type::<CancelledError>())?;
    module.add("ClosedError", py.get_type::<ClosedError>())
}

/// A call in a process that was forked too late.
pub(crate) fn forked(_: Python<'_>) -> PyErr {
    let message = "this process was forked from one in which leindex had begun to work, and its threads stayed there; start \
                   processes by `spawn` (multiprocessing.set_start_method), or use leindex only after the fork";
    LeIndexError::new_err(message)
}

/// Text that Python hands over. What is no Unicode, such as half of a surrogate pair, is refused in words.
pub(crate) struct Text(pub(crate) String);

impl<'a, 'py> FromPyObject<'a, 'py> for Text {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'a, 'py, PyAny>) -> Result<Self, PyErr> {
        object.extract::<String>().map(Self).map_err(|error| {
            let py = object.py();
            if error.is_instance_of::<pyo3::exceptions::PyUnicodeEncodeError>(py) {
                bad_request(py, "this text is no Unicode; it holds half of a surrogate pair".to_owned())
            } else {
                error
            }
        })
    }
}

/// A call that is not as it should be.
pub(crate) fn bad_request(py: Python<'_>, message: String) -> PyErr {
    match request_error(py) {
        Ok(class) => PyErr::from_type(class, cut(message)),
        Err(error) => error,
    }
}

/// Characters of a message. What was asked for may be long, and stands in it.
const LONGEST: usize = 3000;

/// A message that is not too long to be read.
fn cut(message: String) -> String {
    match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} … (cut)", &message[..end]),
        None => message,
    }
}

/// The exception for an error of the engine.
pub(crate) fn exception(py: Python<'_>, error: Error) -> PyErr {
    let message = cut(error.to_string());
    match error {
        Error::UnknownPath { path, nearest } => with(py, PathError::new_err(message), |value| {
            value.setattr("path", path)?;
            value.setattr("nearest", plain(nearest))
        }),
        Error::ListedOnly { path, .. } => with(py, PathError::new_err(message), |value| {
            value.setattr("path", path)?;
            value.setattr("nearest", Vec::<String>::new())
        }),
        Error::UnknownSymbol { name, nearest } => with(py, SymbolNotFoundError::new_err(message), |value| {
            value.setattr("name", name)?;
            value.setattr("nearest", plain(nearest))
        }),
        Error::AmbiguousSymbol { name, candidates } => with(py, AmbiguousSymbolError::new_err(message), |value| {
            value.setattr("name", name)?;
            value.setattr("candidates", candidates)
        }),
        Error::NoFlow { path, line, variables } => with(py, FlowError::new_err(message), |value| {
            value.setattr("path", path)?;
            value.setattr("line", line)?;
            value.setattr("variables", variables)
        }),
        Error::BadPattern { .. } | Error::BadRange { .. } | Error::BadResolution { .. } => bad_request(py, message),
        Error::BadRoot { .. } => ProjectError::new_err(message),
        Error::Model(_) | Error::NoTransformer { .. } => ModelError::new_err(message),
        Error::Storage(error) => storage_exception(&error, message),
        Error::Table(_) => QueryError::new_err(message),
        Error::Cancelled(Cancelled::Cancelled) => CancelledError::new_err(message),
        Error::Nested => PyRuntimeError::new_err(message),
        _ => LeIndexError::new_err(message),
    }
}

fn storage_exception(error: &StorageError, message: String) -> PyErr {
    match error {
        StorageError::Settings { .. } | StorageError::UnknownSetting { .. } => SettingsError::new_err(message),
        StorageError::Io { .. } | StorageError::NotAFolder { .. } => ProjectError::new_err(message),
        StorageError::Sql { .. } | StorageError::Refused { .. } | StorageError::OutOfTime { .. } | StorageError::OutOfMemory { .. } => {
            QueryError::new_err(message)
        }
        StorageError::Cancelled => CancelledError::new_err(message),
        StorageError::Store { .. } | StorageError::Export { .. } | StorageError::NotAnExport { .. } | StorageError::NoCacheFolder => {
            StoreError::new_err(message)
        }
        _ => LeIndexError::new_err(message),
    }
}

/// Names without the marks that set them off in a message.
fn plain(names: Vec<String>) -> Vec<String> {
    names.iter().map(|name| name.trim_matches('`').to_owned()).collect()
}

fn with(py: Python<'_>, error: PyErr, set: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<()>) -> PyErr {
    match set(error.value(py).as_any()) {
        Ok(()) => error,
        Err(failed) => failed,
    }
}
