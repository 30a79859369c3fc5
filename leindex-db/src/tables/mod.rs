//! The code graph as tables: schemas, Parquet files, and SQL over whatever has the rows.
//!
//! What the rows mean is not known here: a [`TableSource`] gives them.

mod catalog;
mod cooperation;
mod dictionary;
pub mod export;
mod exported;
mod failure;
mod functions;
mod gather;
mod predicate;
mod provider;
mod schema;
mod session;
mod source;
mod statement;
#[cfg(test)]
mod tests;
mod views;

pub use predicate::Predicate;
pub use schema::{Column, ColumnType, Table};
pub use session::{Answer, Limits, Session};
pub use source::{Argument, ArgumentType, Batches, DefaultArgument, Parameter, Scan, SourceError, TableFunction, TableSource, Words};
