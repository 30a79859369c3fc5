//! The code graph as tables: schemas, Parquet files, and SQL over whatever has the rows.
//!
//! What the rows mean is not known here: a [`TableSource`] gives them.

pub mod export;
mod predicate;
mod schema;
mod source;

pub use predicate::Predicate;
pub use schema::{Column, ColumnType, Table};
pub use source::{Argument, ArgumentType, Batches, DefaultArgument, Parameter, Scan, SourceError, TableFunction, TableSource};
