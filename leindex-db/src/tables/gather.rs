//! Texts that an aggregate gathers are taken as plain text.
//!
//! The engine counts a view as the 16 bytes that it is, not with the text that it keeps alive: what `array_agg` gathers
//! would pass every limit of memory.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawAggregateExpr};
use datafusion::logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

use super::schema::without_view;

/// Puts [`Plain`] around what `array_agg` is given.
#[derive(Debug)]
pub(super) struct GatheredTexts(Arc<ScalarUDF>);

impl GatheredTexts {
    pub(super) fn new() -> Self {
        Self(Arc::new(ScalarUDF::new_from_impl(Plain { signature: Signature::any(1, Volatility::Immutable) })))
    }
}

impl ExprPlanner for GatheredTexts {
    fn plan_aggregate(&self, mut aggregate: RawAggregateExpr) -> Result<PlannerResult<RawAggregateExpr>> {
        if aggregate.func.name() == "array_agg" {
            aggregate.args = aggregate.args.into_iter().map(|argument| self.0.call(vec![argument])).collect();
        }
        Ok(PlannerResult::Original(aggregate))
    }
}

/// Its argument, a view as text. Nobody sees it: it has its argument's name.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Plain {
    signature: Signature,
}

impl ScalarUDFImpl for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn schema_name(&self, arguments: &[Expr]) -> Result<String> {
        Ok(arguments.first().map(|argument| argument.schema_name().to_string()).unwrap_or_default())
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        Ok(arguments.first().map_or(DataType::Null, without_view))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [argument] = &*arguments.args else { return exec_err!("{} got {} arguments", self.name(), arguments.args.len()) };
        argument.cast_to(arguments.return_field.data_type(), None)
    }
}
