//! Conditions on the rows of a table, as a query plan has them.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::compute::prep_null_mask_filter;
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;
use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{
    BinaryExpr, CaseExpr, CastExpr, Column, DynamicFilterPhysicalExpr, InListExpr, LikeExpr, Literal, TryCastExpr,
};
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use super::source::SourceError;

/// A condition on rows. It may become stricter while a query runs (the least of the ten best rows so far), so it is asked
/// anew for each batch.
#[derive(Clone, Debug)]
pub struct Predicate {
    /// Over the table's whole schema.
    condition: Arc<dyn PhysicalExpr>,
    /// The same over [`Self::columns`] alone.
    narrow: Arc<dyn PhysicalExpr>,
    columns: Vec<usize>,
}

impl Predicate {
    /// A condition on the rows of a table: columns stand in it by their places in the table's schema.
    pub fn new(condition: Arc<dyn PhysicalExpr>) -> Self {
        let mut columns: Vec<usize> = collect_columns(&condition).into_iter().map(|column| column.index()).collect();
        columns.sort_unstable();
        columns.dedup();
        let narrow = moved(&condition, |place| columns.binary_search(&place).ok());
        Self { condition, narrow: narrow.expect("every column of the condition is among its columns"), columns }
    }

    /// The columns that it is about, by their places in the table's schema, in order.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// The condition, over the table's whole schema.
    pub(super) const fn condition(&self) -> &Arc<dyn PhysicalExpr> {
        &self.condition
    }

    /// Which of these rows meet it; those for which it cannot be told (`null`) do not. `batch` has the columns of
    /// [`columns`](Self::columns), in that order, and as many rows as are asked about even if there are no columns.
    ///
    /// # Errors
    ///
    /// When the condition cannot be evaluated (a cast of a value that does not fit).
    pub fn matches(&self, batch: &RecordBatch) -> Result<BooleanArray, SourceError> {
        let values = self.narrow.evaluate(batch)?.into_array(batch.num_rows())?;
        if *values.data_type() == DataType::Null {
            return Ok(BooleanArray::from(vec![false; batch.num_rows()]));
        }
        let values = values.as_boolean_opt().ok_or_else(|| format!("`{}` is not a condition", self.condition))?;
        Ok(if values.null_count() > 0 { prep_null_mask_filter(values) } else { values.clone() })
    }

    /// The texts one of which the column has to be (`path = 'a.py'`, `name in ('a', 'b')`), in order; `None` if the
    /// condition does not say. Of a condition that becomes stricter: as it stands now.
    pub fn texts(&self, column: usize) -> Option<Vec<String>> {
        values(&self.condition, column, text).map(sorted)
    }

    /// The numbers one of which the column has to be (`source = 7`), in order; `None` if the condition does not say. Of
    /// a condition that becomes stricter: as it stands now.
    pub fn numbers(&self, column: usize) -> Option<Vec<u64>> {
        values(&self.condition, column, number).map(sorted)
    }

    /// What the column has to begin with (`path like 'src/%'`, `starts_with(path, 'src/')`); `None` if the condition does
    /// not say.
    pub fn prefix(&self, column: usize) -> Option<String> {
        prefix(&self.condition, column).filter(|prefix| !prefix.is_empty())
    }
}

impl Display for Predicate {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.condition.fmt(formatter)
    }
}

/// The same expression with its columns in other places; `None` if one has none.
pub(super) fn moved(expression: &Arc<dyn PhysicalExpr>, place: impl Fn(usize) -> Option<usize>) -> Option<Arc<dyn PhysicalExpr>> {
    let mut lost = false;
    let moved = Arc::clone(expression).transform_down(|part| {
        let Some(column) = part.downcast_ref::<Column>() else {
            return Ok(Transformed::no(part));
        };
        let Some(place) = place(column.index()) else {
            lost = true;
            return Ok(Transformed::no(part));
        };
        Ok(Transformed::yes(Arc::new(Column::new(column.name(), place)) as Arc<dyn PhysicalExpr>))
    });
    moved.data().ok().filter(|_| !lost)
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}

/// The values one of which the column has to have. `read` says what a literal means: the value, none if no row can have
/// it, `None` if it is of another kind.
fn values<T: PartialEq>(condition: &Arc<dyn PhysicalExpr>, column: usize, read: fn(&ScalarValue) -> Option<Vec<T>>) -> Option<Vec<T>> {
    let values = |condition| values(condition, column, read);
    if let Some(condition) = condition.downcast_ref::<DynamicFilterPhysicalExpr>() {
        return values(&condition.current().ok()?);
    }
    if let Some(literal) = literal(condition) {
        // No row meets `false` or `null`.
        return matches!(literal, ScalarValue::Boolean(Some(false) | None) | ScalarValue::Null).then(Vec::new);
    }
    if let Some(list) = condition.downcast_ref::<InListExpr>() {
        if list.negated() || !is_column(list.expr(), column) {
            return None;
        }
        return each(list.list().iter().map(|item| read(&literal(item)?)));
    }
    if let Some(case) = condition.downcast_ref::<CaseExpr>() {
        // What a join of several partitions asks of its other side: each partition's values in a branch of their own.
        let branches = case.when_then_expr().iter().map(|(_, then)| then).chain(case.else_expr());
        return each(branches.map(values));
    }
    let condition = condition.downcast_ref::<BinaryExpr>()?;
    let (left, right) = (condition.left(), condition.right());
    match condition.op() {
        Operator::Eq if is_column(left, column) => read(&literal(right)?),
        Operator::Eq if is_column(right, column) => read(&literal(left)?),
        Operator::And => match (values(left), values(right)) {
            (Some(mut both), Some(others)) => {
                both.retain(|value| others.contains(value));
                Some(both)
            }
            (one, other) => one.or(other),
        },
        Operator::Or => each([left, right].into_iter().map(values)),
        _ => None,
    }
}

/// All values of all; `None` if one does not say.
fn each<T>(all: impl Iterator<Item = Option<Vec<T>>>) -> Option<Vec<T>> {
    Some(all.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
}

fn prefix(condition: &Arc<dyn PhysicalExpr>, column: usize) -> Option<String> {
    if let Some(like) = condition.downcast_ref::<LikeExpr>() {
        if like.negated() || like.case_insensitive() || !is_column(like.expr(), column) {
            return None;
        }
        let pattern = text(&literal(like.pattern())?)?.pop()?;
        // A backslash takes the meaning from what follows; up to it the pattern is plain.
        return pattern.split(['%', '_', '\\']).next().map(str::to_owned);
    }
    if let Some(call) = condition.downcast_ref::<ScalarFunctionExpr>() {
        return match call.args() {
            [of, start] if call.fun().name() == "starts_with" && is_column(of, column) => text(&literal(start)?)?.pop(),
            _ => None,
        };
    }
    let condition = condition.downcast_ref::<BinaryExpr>()?;
    if *condition.op() != Operator::And {
        return None;
    }
    let (left, right) = (prefix(condition.left(), column), prefix(condition.right(), column));
    left.into_iter().chain(right).max_by_key(String::len)
}

/// Whether the expression is the column, or the column in a type that keeps its values apart.
fn is_column(expression: &Arc<dyn PhysicalExpr>, column: usize) -> bool {
    use DataType::{Decimal128, Int64, LargeUtf8, UInt64, Utf8, Utf8View};
    if let Some(found) = expression.downcast_ref::<Column>() {
        return found.index() == column;
    }
    let (inner, ty) = if let Some(cast) = expression.downcast_ref::<CastExpr>() {
        (cast.expr(), cast.cast_type())
    } else if let Some(cast) = expression.downcast_ref::<TryCastExpr>() {
        (cast.expr(), cast.cast_type())
    } else {
        return false;
    };
    matches!(ty, Utf8 | LargeUtf8 | Utf8View | UInt64 | Int64 | Decimal128(_, 0)) && is_column(inner, column)
}

/// The value of a literal, or of a cast of one.
fn literal(expression: &Arc<dyn PhysicalExpr>) -> Option<ScalarValue> {
    if let Some(literal) = expression.downcast_ref::<Literal>() {
        return Some(literal.value().clone());
    }
    if let Some(cast) = expression.downcast_ref::<CastExpr>() {
        return literal(cast.expr())?.cast_to(cast.cast_type()).ok();
    }
    let cast = expression.downcast_ref::<TryCastExpr>()?;
    literal(cast.expr())?.cast_to(cast.cast_type()).ok()
}

fn text(value: &ScalarValue) -> Option<Vec<String>> {
    match value {
        ScalarValue::Utf8(text) | ScalarValue::LargeUtf8(text) | ScalarValue::Utf8View(text) => Some(text.iter().cloned().collect()),
        ScalarValue::Dictionary(_, value) => text(value),
        ScalarValue::Null => Some(Vec::new()),
        _ => None,
    }
}

fn number(value: &ScalarValue) -> Option<Vec<u64>> {
    let number: Option<i128> = match *value {
        ScalarValue::UInt8(number) => number.map(i128::from),
        ScalarValue::UInt16(number) => number.map(i128::from),
        ScalarValue::UInt32(number) => number.map(i128::from),
        ScalarValue::UInt64(number) => number.map(i128::from),
        ScalarValue::Int8(number) => number.map(i128::from),
        ScalarValue::Int16(number) => number.map(i128::from),
        ScalarValue::Int32(number) => number.map(i128::from),
        ScalarValue::Int64(number) => number.map(i128::from),
        ScalarValue::Decimal128(number, _, 0) => number,
        ScalarValue::Null => None,
        _ => return None,
    };
    // One that fits no column of ours is one that no row has.
    Some(number.and_then(|number| u64::try_from(number).ok()).into_iter().collect())
}
