//! What gives the rows of tables.

use std::error::Error;
use std::fmt::Debug;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::predicate::Predicate;
use super::schema::Table;

/// What went wrong in a source. It comes back to whoever asked as [`crate::Error::Source`].
pub type SourceError = Box<dyn Error + Send + Sync>;

/// Rows, a batch at a time. Each batch has the columns of [`Scan::columns`], in that order.
pub type Batches = Box<dyn Iterator<Item = Result<RecordBatch, SourceError>> + Send>;

/// Which rows of a table are wanted.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Columns, by their places in the schema, in the order wanted. None at all where rows are only counted: a batch
    /// says then how many it stands for.
    pub columns: Vec<usize>,
    /// Conditions that every row given must meet.
    pub predicates: Vec<Predicate>,
    /// Rows after which each partition may end.
    pub limit: Option<usize>,
}

/// Something that has the tables.
pub trait TableSource: Debug + Send + Sync {
    /// The schema of a table.
    fn schema(&self, table: Table) -> SchemaRef;

    /// The rows of a table, in parts that may be read side by side. Only rows that meet all predicates are given. Called
    /// once for each mention of a table in a query, when its first row is wanted: what a join has found out by then
    /// stands in the predicates.
    ///
    /// # Errors
    ///
    /// When the source cannot answer, now or in a later batch.
    fn scan(&self, table: Table, scan: &Scan) -> Result<Vec<Batches>, SourceError>;

    /// The table functions that it has.
    fn functions(&self) -> &[TableFunction];

    /// About how many rows a table has; `None` if that is not known without computing them. Joins read the smaller side
    /// first.
    fn rows(&self, _table: Table) -> Option<usize> {
        None
    }

    /// The rows that a table function gives.
    ///
    /// # Errors
    ///
    /// When an argument means nothing (a symbol that there is not), with a text for whoever wrote the query.
    fn call(&self, function: &TableFunction, arguments: &[Argument]) -> Result<RecordBatch, SourceError>;
}

/// A function that gives a table: `callers('login', 2)`.
#[derive(Clone, Debug)]
pub struct TableFunction {
    /// Its name.
    pub name: &'static str,
    /// Its parameters, in order; those with a default come last.
    pub parameters: &'static [Parameter],
    /// The columns of its rows.
    pub schema: SchemaRef,
    /// What it gives, in a sentence.
    pub meaning: &'static str,
}

/// A parameter of a table function.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, for error messages.
    pub name: &'static str,
    /// What it has to be.
    pub ty: ArgumentType,
    /// What it is when left out; without, it has to be given.
    pub default: Option<DefaultArgument>,
}

/// The value of a parameter that was left out.
#[derive(Clone, Copy, Debug)]
pub enum DefaultArgument {
    /// A text.
    Text(&'static str),
    /// A number.
    Number(u64),
    /// `null`.
    Null,
}

/// What an argument has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentType {
    /// A text.
    Text,
    /// A whole number from 0.
    Number,
    /// A text or `null`.
    OptionalText,
}

/// An argument of a table function, as its parameter wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A text.
    Text(String),
    /// A number.
    Number(u64),
    /// `null`.
    Null,
}

/// What the scalar functions of SQL say of words: the search's own notions, so that both agree.
pub trait Words: Debug + Send + Sync {
    /// The words that a name or text consists of, in order, in lower case.
    fn subwords(&self, text: &str) -> Vec<String>;

    /// The vector of a text, as embeddings have it; empty if there is no model.
    fn vector(&self, text: &str) -> Vec<f32>;
}
