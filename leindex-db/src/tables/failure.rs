//! What a query engine's errors mean to who wrote the query.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;

use super::source::SourceError;
use crate::Error;

/// An error of a source on its way through the engine, which hands on only what it may share.
#[derive(Debug)]
struct SourceFailure {
    text: String,
    error: Mutex<Option<SourceError>>,
}

impl fmt::Display for SourceFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl StdError for SourceFailure {}

/// An error of a source, for the engine.
pub(super) fn from_source(error: SourceError) -> DataFusionError {
    match error.downcast::<DataFusionError>() {
        // A condition of the query that could not be evaluated: the source only asked.
        Ok(error) => *error,
        Err(error) => {
            let text = error.to_string();
            DataFusionError::External(Box::new(SourceFailure { text, error: Mutex::new(Some(error)) }))
        }
    }
}

/// What is wrong, in the terms of who wrote the query, and what to do.
pub(super) fn explained(error: &DataFusionError, memory: usize) -> Error {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(found) = cause {
        if let Some(failure) = found.downcast_ref::<SourceFailure>() {
            let error = failure.error.lock().unwrap_or_else(PoisonError::into_inner).take();
            let error = error.unwrap_or_else(|| failure.text.clone().into());
            return error.downcast::<Error>().map_or_else(Error::Source, |error| *error);
        }
        match found.downcast_ref::<DataFusionError>() {
            Some(DataFusionError::ResourcesExhausted(_)) => return Error::OutOfMemory { bytes: memory },
            Some(DataFusionError::SchemaError(error, _)) => return Error::Sql { message: about_schema(error) },
            Some(DataFusionError::SQL(error, _)) => {
                let text = error.to_string();
                let text = text.trim_start_matches("sql parser error: ");
                return Error::Sql { message: format!("cannot read the query: {text}; check it at that place") };
            }
            _ => {}
        }
        cause = found.source();
    }
    let text = error.find_root().strip_backtrace();
    let text = ["Error during planning: ", "Execution error: ", "This feature is not implemented: "]
        .iter()
        .fold(text.as_str(), |text, start| text.strip_prefix(start).unwrap_or(text));
    // What the engine says of itself: whoever wrote the query cannot report it there.
    let text = text.split("\nThis issue was likely caused by a bug").next().unwrap_or(text);
    Error::Sql { message: text.trim_end().to_owned() }
}

fn about_schema(error: &SchemaError) -> String {
    let SchemaError::FieldNotFound { field, valid_fields } = error else {
        return error.to_string();
    };
    let hint = match nearest(field.name(), valid_fields.iter().map(|field| field.name.as_str())) {
        Some(name) => format!("did you mean `{name}`?"),
        None if valid_fields.is_empty() => "no columns are known at this place".to_owned(),
        None => {
            let names: Vec<&str> = valid_fields.iter().map(|field| field.name.as_str()).collect();
            format!("there are {}", names.join(", "))
        }
    };
    let hint = if hint.ends_with('?') { format!("{hint} `select * from columns` lists all") } else { hint };
    format!("there is no column `{}`; {hint}", field.flat_name())
}

/// The most similar of some names, if one is similar at all.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    names
        .map(|known| (strsim::jaro_winkler(&name, &known.to_lowercase()), known))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known)
}
