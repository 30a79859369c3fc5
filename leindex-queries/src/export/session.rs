//! SQL over a snapshot, and over an export.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use leindex_db::tables::{Limits, Session, Words};
use leindex_embed::StaticModel;

use super::live::LiveTables;
use crate::index::{Cancelled, Error, Snapshot};
use crate::search::terms::for_each_subword;

/// How a query is answered.
#[derive(Clone, Default)]
pub struct SqlOptions {
    /// What it may take.
    pub limits: Limits,
    /// Whether `edges` has rows of kind `data`, as in an export with `flow_edges`: costs the flow of every function of a
    /// file whose edges are read.
    pub flow: bool,
    /// Set it to stop.
    pub cancelled: Arc<AtomicBool>,
}

impl fmt::Debug for SqlOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlOptions").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// The rows that a query found.
#[derive(Clone, Debug)]
pub struct SqlAnswer {
    /// The columns.
    pub schema: SchemaRef,
    /// The rows; no batch if there are none.
    pub batches: Vec<RecordBatch>,
    /// Whether there are more than the limits allow.
    pub truncated: bool,
    /// The revision that this is an answer for; empty for an export, whose rows say theirs.
    pub revision: String,
}

impl Snapshot<'_> {
    /// Answers a query in SQL over the tables of this snapshot: `projects`, `nodes`, `edges`, `files`, `flow_nodes`,
    /// `flow_edges`, `embeddings`, `centrality`; `columns` says what each column means, `functions` which table functions
    /// there are (`callers('login', 2)`).
    ///
    /// Nothing is kept as a table: rows are made of what the query asks for, so a query of one file or symbol costs
    /// little, and one of all `edges` the first time in a revision the edges of every file.
    ///
    /// # Errors
    ///
    /// When the query is wrong, would change something, or takes more than [`SqlOptions::limits`]; when cancelled or
    /// superseded.
    pub fn sql(&self, query: &str, options: &SqlOptions) -> Result<SqlAnswer, Error> {
        let tables = LiveTables::of(self.reader(), options.flow, leindex_db::tables::export::now());
        let session = Session::live(Arc::new(tables), &words())?;
        answer(&session, query, options, self.revision())
    }
}

/// Answers a query in SQL over the tables of an export, as they were when it was made. Table functions ask a live
/// snapshot, so there are none.
///
/// # Errors
///
/// As [`Snapshot::sql`], and when the folder is no export.
pub fn sql_of_export(folder: impl AsRef<Path>, query: &str, options: &SqlOptions) -> Result<SqlAnswer, Error> {
    answer(&Session::exported(folder.as_ref(), &words())?, query, options, "")
}

fn answer(session: &Session, query: &str, options: &SqlOptions, revision: &str) -> Result<SqlAnswer, Error> {
    let stop = || options.cancelled.load(Ordering::Relaxed);
    let found = session.sql(query, &options.limits, &stop).map_err(own)?;
    Ok(SqlAnswer { schema: found.schema, batches: found.batches, truncated: found.truncated, revision: revision.to_owned() })
}

/// Errors of a snapshot come back as they were, through an engine that does not know them.
fn own(error: leindex_db::Error) -> Error {
    match error {
        leindex_db::Error::Source(source) => match source.downcast::<Error>() {
            Ok(error) => *error,
            Err(source) => Error::Table(source),
        },
        leindex_db::Error::Cancelled => Cancelled::Cancelled.into(),
        error => error.into(),
    }
}

fn words() -> Arc<dyn Words> {
    Arc::new(SearchWords)
}

/// What search takes for words.
#[derive(Debug)]
struct SearchWords;

impl Words for SearchWords {
    fn subwords(&self, text: &str) -> Vec<String> {
        let mut words = Vec::new();
        for_each_subword(text, |word, _| words.push(word.to_lowercase()));
        words
    }

    fn vector(&self, text: &str) -> Vec<f32> {
        StaticModel::shipped().question(self.subwords(text).iter().map(String::as_str))
    }
}
