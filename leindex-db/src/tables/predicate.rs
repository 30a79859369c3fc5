//! Conditions on the rows of a table, as a query plan has them.

use std::sync::Arc;

use arrow::array::BooleanArray;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::utils::collect_columns;

use super::source::SourceError;

/// A condition on rows. It may become stricter while a query runs (the least of the ten best rows so far), so it is asked
/// anew for each batch.
#[derive(Clone, Debug)]
pub struct Predicate {
    /// Over the table's whole schema.
    condition: Arc<dyn PhysicalExpr>,
    schema: SchemaRef,
    columns: Vec<usize>,
}

impl Predicate {
    /// A condition on rows of `schema`.
    pub fn new(condition: Arc<dyn PhysicalExpr>, schema: SchemaRef) -> Self {
        let mut columns: Vec<usize> = collect_columns(&condition).into_iter().map(|column| column.index()).collect();
        columns.sort_unstable();
        columns.dedup();
        Self { condition, schema, columns }
    }

    /// The columns that it is about, by their places in the table's schema, in order.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Which of these rows meet it. `batch` has the columns of [`columns`](Self::columns), in that order.
    ///
    /// # Errors
    ///
    /// When the condition cannot be evaluated (a cast of a value that does not fit).
    pub fn matches(&self, batch: &RecordBatch) -> Result<BooleanArray, SourceError> {
        todo!("{batch:?} {:?}", self.schema)
    }

    /// The texts one of which the column has to be (`path = 'a.py'`, `name in ('a', 'b')`); `None` if the condition does
    /// not say.
    pub fn texts(&self, column: usize) -> Option<Vec<String>> {
        todo!("{column} {:?}", self.condition)
    }

    /// The numbers one of which the column has to be (`source = 7`); `None` if the condition does not say.
    pub fn numbers(&self, column: usize) -> Option<Vec<u64>> {
        todo!("{column}")
    }

    /// What the column has to begin with (`path like 'src/%'`, `starts_with(path, 'src/')`); `None` if the condition does
    /// not say.
    pub fn prefix(&self, column: usize) -> Option<String> {
        todo!("{column}")
    }
}
