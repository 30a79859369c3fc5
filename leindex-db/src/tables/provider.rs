//! What a source gives, as a query plan reads it: tables, and the rows of table functions.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::{self, Formatter};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::config::ConfigOptions;
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DFSchema, Result, Statistics};
use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_expr_common::physical_expr::is_volatile;
use datafusion::physical_plan::execution_plan::{
    Boundedness, ChildrenPropertiesMode, EmissionType, ReplaceChildrenOptions, SchedulingType, apply_expression_roots,
};
use datafusion::physical_plan::filter_pushdown::{ChildPushdownResult, FilterPushdownPhase, FilterPushdownPropagation, PushedDown};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::stream::{RecordBatchReceiverStreamBuilder, RecordBatchStreamAdapter};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, SendableRecordBatchStream};
use futures::{FutureExt, TryStreamExt};

use super::failure::from_source;
use super::predicate::{Predicate, moved};
use super::schema::Table;
use super::source::{Argument, Batches, Scan, SourceError, TableFunction, TableSource};

/// Batches that wait for the reader, for each partition: enough to keep both sides busy.
const AHEAD: usize = 2;

/// A table of a source.
#[derive(Debug)]
pub(super) struct LiveTable {
    source: Arc<dyn TableSource>,
    table: Table,
    schema: SchemaRef,
}

impl LiveTable {
    pub(super) fn new(source: Arc<dyn TableSource>, table: Table) -> Self {
        let schema = source.schema(table);
        Self { source, table, schema }
    }
}

#[async_trait]
impl TableProvider for LiveTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Exact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns = DFSchema::try_from(Arc::clone(&self.schema))?;
        let predicates = filters.iter().map(|filter| Ok(Predicate::new(state.create_physical_expr(filter.clone(), &columns)?)));
        let scan = Scan { columns: wanted(projection, &self.schema), predicates: predicates.collect::<Result<_>>()?, limit };
        let partitions = state.config().target_partitions();
        Ok(Arc::new(SourceScan::new(Arc::clone(&self.source), Rows::Table(self.table), &self.schema, scan, partitions)?))
    }
}

/// A call of a table function, not yet made.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) source: Arc<dyn TableSource>,
    pub(super) function: TableFunction,
    pub(super) arguments: Vec<Argument>,
}

#[async_trait]
impl TableProvider for Call {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.function.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let scan = Scan { columns: wanted(projection, &self.function.schema), predicates: Vec::new(), limit };
        let rows = Rows::Call(self.function.clone(), self.arguments.clone());
        Ok(Arc::new(SourceScan::new(Arc::clone(&self.source), rows, &self.function.schema, scan, 1)?))
    }
}

fn wanted(projection: Option<&Vec<usize>>, schema: &SchemaRef) -> Vec<usize> {
    projection.cloned().unwrap_or_else(|| (0..schema.fields().len()).collect())
}

/// Whose rows are read.
#[derive(Clone, Debug)]
enum Rows {
    Table(Table),
    Call(TableFunction, Vec<Argument>),
}

impl Rows {
    fn open(&self, source: &dyn TableSource, scan: &Scan) -> Result<Vec<Batches>, SourceError> {
        match self {
            Self::Table(table) => source.scan(*table, scan),
            Self::Call(function, arguments) => {
                let batch = source.call(function, arguments)?.project(&scan.columns)?;
                Ok(vec![Box::new(std::iter::once(Ok(batch)))])
            }
        }
    }
}

/// Reads rows of a source.
///
/// The source is asked when the first row is wanted, not when the plan is made: what joins and sorts have found out by
/// then stands in the predicates. Each partition runs on a thread of its own and takes what the source gives part by
/// part, so that all are busy as long as there is work.
#[derive(Debug)]
struct SourceScan {
    source: Arc<dyn TableSource>,
    rows: Rows,
    scan: Scan,
    properties: Arc<PlanProperties>,
    run: Mutex<Run>,
    metrics: ExecutionPlanMetricsSet,
}

/// One reading of the rows: a recursive query may make several.
#[derive(Debug, Default)]
struct Run {
    started: BTreeSet<usize>,
    parts: Arc<Parts>,
}

/// What nobody has taken yet; `None` before the source was asked.
#[derive(Default)]
struct Parts(Mutex<Option<VecDeque<Batches>>>);

impl fmt::Debug for Parts {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("Parts")
    }
}

impl Parts {
    fn next(&self, open: impl FnOnce() -> Result<Vec<Batches>, SourceError>) -> Result<Option<Batches>, SourceError> {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if parts.is_none() {
            // An error is told once; the other partitions then find nothing.
            *parts = Some(VecDeque::new());
            *parts = Some(open()?.into());
        }
        Ok(parts.as_mut().and_then(VecDeque::pop_front))
    }
}

impl SourceScan {
    fn new(source: Arc<dyn TableSource>, rows: Rows, schema: &SchemaRef, scan: Scan, partitions: usize) -> Result<Self> {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::new(schema.project(&scan.columns)?)),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        // Its stream is a channel's, which yields by itself.
        let properties = Arc::new(properties.with_scheduling_type(SchedulingType::Cooperative));
        Ok(Self { source, rows, scan, properties, run: Mutex::default(), metrics: ExecutionPlanMetricsSet::new() })
    }

    fn with_scan(&self, scan: Scan) -> Arc<dyn ExecutionPlan> {
        Arc::new(Self {
            source: Arc::clone(&self.source),
            rows: self.rows.clone(),
            scan,
            properties: Arc::clone(&self.properties),
            run: Mutex::default(),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    fn parts(&self, partition: usize) -> Arc<Parts> {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        if !run.started.insert(partition) {
            *run = Run { started: BTreeSet::from([partition]), parts: Arc::default() };
        }
        Arc::clone(&run.parts)
    }

    fn name(&self) -> &str {
        match &self.rows {
            Rows::Table(table) => table.as_str(),
            Rows::Call(function, _) => function.name,
        }
    }
}

impl DisplayAs for SourceScan {
    fn fmt_as(&self, format: DisplayFormatType, formatter: &mut Formatter<'_>) -> fmt::Result {
        let schema = self.schema();
        let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let predicates: Vec<String> = self.scan.predicates.iter().map(ToString::to_string).collect();
        if format == DisplayFormatType::TreeRender {
            return writeln!(formatter, "of={}", self.name());
        }
        write!(formatter, "SourceScan: {}", self.name())?;
        if let Rows::Call(_, arguments) = &self.rows {
            write!(formatter, "{arguments:?}")?;
        }
        write!(formatter, ", columns=[{}]", columns.join(", "))?;
        if !predicates.is_empty() {
            write!(formatter, ", predicates=[{}]", predicates.join(", "))?;
        }
        self.scan.limit.map_or(Ok(()), |limit| write!(formatter, ", limit={limit}"))
    }
}

impl ExecutionPlan for SourceScan {
    fn name(&self) -> &'static str {
        "SourceScan"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn replace_children(
        self: Arc<Self>,
        _children: Vec<Arc<dyn ExecutionPlan>>,
        _options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self.with_scan(self.scan.clone()))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn apply_expressions(&self, visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>) -> Result<TreeNodeRecursion> {
        apply_expression_roots(self.scan.predicates.iter().map(Predicate::condition), visit)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let _ = context;
        let parts = self.parts(partition);
        let (source, rows, scan, schema) = (Arc::clone(&self.source), self.rows.clone(), self.scan.clone(), self.schema());
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let started = Arc::clone(&schema);
        let start = async move {
            let mut stream = RecordBatchReceiverStreamBuilder::new(Arc::clone(&started), AHEAD);
            let channel = stream.tx();
            stream.spawn_blocking(move || {
                let mut left = scan.limit.unwrap_or(usize::MAX);
                while let Some(batches) = parts.next(|| rows.open(&*source, &scan)).map_err(from_source)? {
                    for batch in batches {
                        let batch = shaped(&started, &batch.map_err(from_source)?, left)?;
                        left -= batch.num_rows();
                        metrics.record_output(batch.num_rows());
                        // Who reads has gone when the channel is closed: nothing more is computed.
                        if channel.blocking_send(Ok(batch)).is_err() || left == 0 {
                            return Ok(());
                        }
                    }
                    if channel.is_closed() {
                        return Ok(());
                    }
                }
                Ok(())
            });
            Ok::<_, DataFusionError>(stream.build())
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, start.into_stream().try_flatten())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn statistics_from_inputs(&self, _inputs: &[Arc<Statistics>], arguments: &StatisticsArgs) -> Result<Arc<Statistics>> {
        let mut statistics = Statistics::new_unknown(&self.schema());
        if let (Rows::Table(table), None) = (&self.rows, arguments.partition())
            && let Some(rows) = self.source.rows(*table)
        {
            // As the planner itself guesses of a condition of which nothing is known.
            let rows = if self.scan.predicates.is_empty() { rows } else { rows / 5 };
            statistics.num_rows = Precision::Inexact(self.scan.limit.map_or(rows, |limit| rows.min(limit)));
        }
        Ok(Arc::new(statistics))
    }

    fn with_fetch(&self, limit: Option<usize>) -> Option<Arc<dyn ExecutionPlan>> {
        Some(self.with_scan(Scan { limit, ..self.scan.clone() }))
    }

    fn fetch(&self) -> Option<usize> {
        self.scan.limit
    }

    fn handle_child_pushdown_result(
        &self,
        _phase: FilterPushdownPhase,
        result: ChildPushdownResult,
        _options: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>> {
        // After a limit, a condition would be met by other rows.
        if self.scan.limit.is_some() || matches!(self.rows, Rows::Call(..)) {
            return Ok(FilterPushdownPropagation::all_unsupported(result));
        }
        let mut scan = self.scan.clone();
        let taken = result.parent_filters.into_iter().map(|condition| {
            let condition = condition.filter;
            match moved(&condition, |place| scan.columns.get(place).copied()) {
                Some(condition) if !is_volatile(&condition) => {
                    scan.predicates.push(Predicate::new(condition));
                    PushedDown::Yes
                }
                _ => PushedDown::No,
            }
        });
        let taken: Vec<PushedDown> = taken.collect();
        let propagation = FilterPushdownPropagation::with_parent_pushdown_result(taken);
        Ok(if scan.predicates.len() == self.scan.predicates.len() {
            propagation
        } else {
            propagation.with_updated_node(self.with_scan(scan))
        })
    }
}

/// The first rows of a batch, once it is known to have the columns that were asked for.
fn shaped(schema: &SchemaRef, batch: &RecordBatch, most: usize) -> Result<RecordBatch> {
    let rows = batch.num_rows();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(Arc::clone(schema), batch.columns().to_vec(), &options)?;
    Ok(batch.slice(0, rows.min(most)))
}
