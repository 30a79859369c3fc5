//! How the rows of a table are made, a file at a time.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, StringViewArray, UInt32Array, make_view};
use arrow::compute::filter;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use leindex_db::tables::{Predicate, Scan, SourceError};

/// The rows that a file adds to a table.
pub(super) trait FileRows {
    /// How many.
    fn count(&self) -> usize;
    /// The values of a column in some of the rows, which are in order.
    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef;
}

/// The rows of a file that meet all predicates, with the columns wanted.
pub(super) fn selected(of: &dyn FileRows, schema: &SchemaRef, scan: &Scan) -> Result<RecordBatch, SourceError> {
    let mut rows: Vec<u32> = (0..of.count() as u32).collect();
    for predicate in &scan.predicates {
        if rows.is_empty() {
            break;
        }
        let batch = batch(of, schema, predicate.columns(), &rows)?;
        let mask = predicate.matches(&batch)?;
        let kept = filter(&UInt32Array::from(rows), &mask)?;
        rows = kept.as_any().downcast_ref::<UInt32Array>().map(|kept| kept.values().to_vec()).unwrap_or_default();
    }
    batch(of, schema, &scan.columns, &rows)
}

/// Whether rows with these values in constant columns may meet the predicates. `value` gives a column that is the same in
/// all rows, `None` for others.
pub(super) fn may_hold(schema: &SchemaRef, predicates: &[Predicate], value: impl Fn(&str) -> Option<String>) -> bool {
    predicates.iter().all(|predicate| {
        let columns: Option<Vec<ArrayRef>> = predicate
            .columns()
            .iter()
            .map(|&column| Some(Arc::new(StringViewArray::from_iter_values([value(schema.field(column).name())?])) as ArrayRef))
            .collect();
        let Some(columns) = columns.filter(|columns| !columns.is_empty()) else { return true };
        let Ok(batch) = of_columns(schema, predicate.columns(), columns, 1) else { return true };
        predicate.matches(&batch).map_or(true, |mask| mask.true_count() > 0)
    })
}

fn batch(of: &dyn FileRows, schema: &SchemaRef, columns: &[usize], rows: &[u32]) -> Result<RecordBatch, SourceError> {
    let arrays = columns.iter().map(|&column| of.column(schema.field(column).name(), rows)).collect();
    of_columns(schema, columns, arrays, rows.len())
}

/// A batch of some columns of a table.
pub(super) fn of_columns(schema: &SchemaRef, columns: &[usize], arrays: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch, SourceError> {
    let fields: Vec<_> = columns.iter().map(|&column| Arc::clone(&schema.fields()[column])).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?)
}

/// A text in every row.
pub(super) fn same(text: &str, rows: usize) -> ArrayRef {
    runs(std::iter::repeat_n(text, rows))
}

/// Texts.
pub(super) fn texts<T: AsRef<str>>(values: impl Iterator<Item = T>) -> ArrayRef {
    Arc::new(StringViewArray::from_iter_values(values))
}

/// Texts, some of them missing.
pub(super) fn optional_texts<T: AsRef<str>>(values: impl Iterator<Item = Option<T>>) -> ArrayRef {
    Arc::new(values.collect::<StringViewArray>())
}

/// Texts of which many that follow each other are one and the same: it is held once.
pub(super) fn runs<'t>(values: impl Iterator<Item = &'t str>) -> ArrayRef {
    let (mut held, mut views) = (Vec::new(), Vec::with_capacity(values.size_hint().0));
    let mut last: Option<(&str, u128)> = None;
    for text in values {
        let (_, view) = *last.insert(last.filter(|(other, _)| std::ptr::eq(*other, text)).unwrap_or_else(|| {
            let start = held.len() as u32;
            held.extend_from_slice(text.as_bytes());
            (text, make_view(text.as_bytes(), 0, start))
        }));
        views.push(view);
    }
    let runs = StringViewArray::try_new(views.into(), vec![held.into()], None);
    Arc::new(runs.expect("the views are those of texts that are held"))
}
