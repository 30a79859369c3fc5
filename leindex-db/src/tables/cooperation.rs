//! Joins give way now and then, so that a query can be ended.
//!
//! The engine gives way where rows come in. A join of few rows makes so many of them that it computes for hours without
//! asking for another: whoever counts them polls and is never told to wait.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::unnest::UnnestExec;

/// Puts a [`CooperativeExec`] on top of all that may make many rows of one.
#[derive(Debug)]
pub(super) struct GivingWay;

impl PhysicalOptimizerRule for GivingWay {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let wrapped = plan.transform_up(|plan| {
            let makes_many = plan.children().len() > 1 || plan.downcast_ref::<UnnestExec>().is_some();
            Ok(if makes_many { Transformed::yes(Arc::new(CooperativeExec::new(plan)) as _) } else { Transformed::no(plan) })
        });
        Ok(wrapped?.data)
    }

    fn name(&self) -> &'static str {
        "giving way"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
