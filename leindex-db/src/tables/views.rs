//! The schema that older tools ask in: views over the tables.
//!
//! A view joins a further table only where a column of that table is asked for: a query on `intel_nodes` without
//! `embedding` reads no vectors. So a view is a table to the planner until it is known which columns are wanted; then
//! [`ExpandViews`] puts its query there.

use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Result, internal_err};
use datafusion::datasource::source_as_provider;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, TableType, cast, col};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use datafusion::physical_plan::ExecutionPlan;

use super::schema::{Column, ColumnType, is, may_be, with_views};

/// What a view shows.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) name: &'static str,
    /// Its columns, each with the expression that it is.
    columns: &'static [(Column, &'static str)],
    /// The table that gives its rows, with what is always joined to it.
    rows: &'static str,
    /// What is joined for the columns named.
    joined: Option<(&'static str, &'static [&'static str])>,
    /// Which of the rows it shows.
    only: &'static str,
}

/// All views.
pub(super) const VIEWS: [Definition; 3] = [
    Definition {
        name: "intel_nodes",
        columns: &[
            (is("id", ColumnType::U64, "", "id of the symbol, as in nodes"), "n.id"),
            (is("project_id", ColumnType::Utf8, "", "name of the project"), "n.project"),
            (is("file_path", ColumnType::Utf8, "", "file, from the project's folder, with /"), "n.path"),
            (is("symbol_name", ColumnType::Utf8, "", "its name"), "n.name"),
            (is("node_type", ColumnType::Utf8, "", "its kind, as in nodes"), "n.kind"),
            (is("signature", ColumnType::Utf8, "", "its text up to the body, on one line"), "n.signature"),
            (may_be("complexity", ColumnType::U32, "decisions + 1", "cyclomatic complexity; null without code of its own"), "n.cyclomatic"),
            (
                is("content_hash", ColumnType::Utf8, "", "BLAKE3, 128 bits, of the body, in hexadecimal"),
                "encode(arrow_cast(n.body_hash, 'Binary'), 'hex')",
            ),
            (may_be("embedding", ColumnType::Vector, "", "its vector; null where there is none or the export lacks them"), "e.vector"),
        ],
        rows: "nodes n",
        joined: Some(("LEFT JOIN embeddings e ON e.id = n.id AND e.project = n.project AND e.revision = n.revision", &["embedding"])),
        only: "",
    },
    Definition {
        name: "intel_edges",
        columns: &[
            (is("caller_id", ColumnType::U64, "", "id of the symbol that it starts from"), "e.source"),
            (is("callee_id", ColumnType::U64, "", "id of the symbol that it leads to"), "e.target"),
            (is("edge_type", ColumnType::Utf8, "", "its kind, as in edges"), "e.kind"),
        ],
        rows: "edges e",
        joined: None,
        only: "WHERE e.target IS NOT NULL",
    },
    Definition {
        name: "analysis_cache",
        columns: &[
            (
                is("node_hash", ColumnType::Utf8, "", "BLAKE3, 128 bits, of the body, in hexadecimal"),
                "encode(arrow_cast(n.body_hash, 'Binary'), 'hex')",
            ),
            (
                may_be(
                    "cfg_data",
                    ColumnType::Utf8,
                    "",
                    "edges of control flow, a JSON array of objects with source, target and kind; null where there are none or the export lacks them",
                ),
                "f.cfg",
            ),
            (
                is("complexity_metrics", ColumnType::Utf8, "", "a JSON object with cyclomatic, cognitive, nesting, statements and lines"),
                "concat('{\"cyclomatic\":', coalesce(n.cyclomatic, 0), ',\"cognitive\":', coalesce(n.cognitive, 0), \
                 ',\"nesting\":', coalesce(n.nesting, 0), ',\"statements\":', n.statements, ',\"lines\":', n.lines, '}')",
            ),
            (is("timestamp", ColumnType::Moment, "microseconds, UTC", "when the table was made"), "p.indexed_at"),
        ],
        rows: "nodes n JOIN projects p ON p.project = n.project AND p.revision = n.revision",
        joined: Some((
            "LEFT JOIN (SELECT project, revision, function, concat('[', string_agg(concat('{\"source\":', source, \
             ',\"target\":', target, ',\"kind\":\"', kind, '\"}'), ',' ORDER BY source, target, kind), ']') AS cfg \
             FROM flow_edges WHERE kind NOT IN ('control', 'data') GROUP BY project, revision, function) f \
             ON f.function = n.id AND f.project = n.project AND f.revision = n.revision",
            &["cfg_data"],
        )),
        only: "WHERE n.statements IS NOT NULL",
    },
];

impl Definition {
    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().map(|(column, _)| column)
    }

    fn is_joined(&self, column: &str) -> bool {
        self.joined.is_some_and(|(_, columns)| columns.contains(&column))
    }

    /// Its query; with the columns that need a join, or without.
    fn query(&self, joined: bool) -> String {
        let columns = self.columns.iter().filter(|(column, _)| joined || !self.is_joined(column.name));
        let columns: Vec<String> = columns.map(|(column, text)| format!("{text} AS {}", column.name)).collect();
        let join = self.joined.filter(|_| joined).map_or("", |(join, _)| join);
        format!("SELECT {} FROM {} {join} {}", columns.join(", "), self.rows, self.only)
    }

    /// The view, over the tables of `state`. Vectors have so many dimensions.
    pub(super) async fn view(&'static self, state: &SessionState, dimension: usize) -> Result<View> {
        let fields = self.columns().map(|column| Field::new(column.name, column.ty.arrow(dimension), column.nullable));
        let schema = with_views(&Schema::new(fields.collect::<Vec<_>>()));
        let plain = plan(state, &self.query(false), &schema).await?;
        let full = if self.joined.is_some() { plan(state, &self.query(true), &schema).await? } else { plain.clone() };
        Ok(View { definition: self, schema, plain, full })
    }
}

/// The plan of a view's query, its columns in the types of `schema`.
async fn plan(state: &SessionState, query: &str, schema: &Schema) -> Result<LogicalPlan> {
    let plan = state.create_logical_plan(query).await?;
    let columns = plan.schema().fields().iter().map(|field| {
        let wanted = schema.field_with_name(field.name())?.data_type();
        let column = col(field.name());
        Ok(if wanted == field.data_type() { column } else { cast(column, wanted.clone()).alias(field.name()) })
    });
    let columns: Vec<Expr> = columns.collect::<Result<_>>()?;
    let plan = LogicalPlanBuilder::from(plan).alias("v")?.project(columns)?.build()?;
    state.analyzer().execute_and_check(plan, state.config_options(), |_, _| {})
}

/// A view whose query is chosen when it is known which columns are wanted.
#[derive(Debug)]
pub(super) struct View {
    definition: &'static Definition,
    schema: SchemaRef,
    plain: LogicalPlan,
    full: LogicalPlan,
}

#[async_trait]
impl TableProvider for View {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        _projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        internal_err!("the view {} was not expanded", self.definition.name)
    }
}

/// Puts the query of a view where its name stands. Runs after the wanted columns are known; what the query then allows
/// (conditions pushed further down) is left to the optimizer's next pass.
#[derive(Debug)]
pub(super) struct ExpandViews;

impl OptimizerRule for ExpandViews {
    fn name(&self) -> &'static str {
        "expand_views"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(&self, plan: LogicalPlan, _options: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::TableScan(scan) = &plan else {
            return Ok(Transformed::no(plan));
        };
        let provider = source_as_provider(&scan.source)?;
        let Some(view) = provider.downcast_ref::<View>() else {
            return Ok(Transformed::no(plan));
        };
        let fields = scan.projected_schema.fields();
        let joined = fields.iter().any(|field| view.definition.is_joined(field.name()));
        let query = if joined { &view.full } else { &view.plain };
        let columns: Vec<Expr> = fields.iter().map(|field| col(field.name())).collect();
        let expanded = LogicalPlanBuilder::from(query.clone()).project(columns)?.alias(scan.table_name.clone())?;
        Ok(Transformed::yes(expanded.build()?))
    }
}
