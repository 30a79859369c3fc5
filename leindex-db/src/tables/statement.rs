//! What a query may be: one statement that reads.

use std::ops::ControlFlow;

use datafusion::common::TableReference;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SQLOptions;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{Expr, Query, SetExpr, Statement as SqlStatement, Visit, Visitor};

use super::failure::explained;
use crate::Error;

/// The longest query that is read, in bytes: ten times what people write, and little enough to be planned soon.
pub(super) const LONGEST: usize = 64 << 10;
/// How deep parentheses may lie in each other.
const DEEPEST: usize = 100;
/// How many operators may follow each other, and how many selects a union may have: planning takes the square of it.
const CHAIN: usize = 500;

/// Reads a query.
pub(super) fn parsed(query: &str) -> Result<Statement, Error> {
    let wrong = |message: String| Error::Sql { message };
    if query.len() > LONGEST {
        return Err(wrong(format!(
            "the query has {} bytes, {LONGEST} are the most; ask for less at once, or join with a table instead of a long list",
            query.len()
        )));
    }
    if query.contains('\0') {
        return Err(wrong("the query has a NUL byte; remove it".to_owned()));
    }
    let parser = DFParserBuilder::new(query).with_recursion_limit(DEEPEST).build();
    let statements = parser.and_then(|mut parser| parser.parse_statements());
    let mut statements = statements.map_err(|error| explained(&error, 0))?;
    let count = statements.len();
    match statements.pop_front() {
        None => Err(wrong("the query is empty; for example `select name, path from nodes limit 10`".to_owned())),
        Some(_) if count > 1 => Err(wrong(format!("the query has {count} statements; ask one after the other"))),
        Some(statement) => {
            reads(&statement)?;
            if longest_chain(&statement) > CHAIN {
                let message =
                    format!("the query has more than {CHAIN} operators or selects in a row; write `in (…)` for `or`, or ask in parts");
                return Err(wrong(message));
            }
            Ok(statement)
        }
    }
}

/// Whether a plan only reads: the last door, for what looks like a query and is none.
pub(super) fn reads_only(plan: &LogicalPlan) -> Result<(), Error> {
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    options.verify_plan(plan).map_err(|_| refused("this statement"))
}

/// Whether a table is a file, or a function that reads one.
pub(super) fn names_a_file(table: &TableReference) -> bool {
    let name = table.table().to_lowercase();
    let ends = ["parquet", "csv", "json", "ndjson", "arrow", "avro", "tsv", "txt", "db"];
    name.contains(['/', '\\', ':'])
        || ends.iter().any(|end| name.ends_with(&format!(".{end}")))
        || ends.contains(&name.as_str())
        || name.starts_with("read_")
        || name.ends_with("_scan")
}

pub(super) fn refused(what: &str) -> Error {
    Error::Refused { what: what.to_owned() }
}

/// How deep the expressions of a query lie in each other, or how many selects are put together.
fn longest_chain(statement: &Statement) -> usize {
    let statement = match statement {
        Statement::Statement(statement) => statement,
        Statement::Explain(explain) => return longest_chain(&explain.statement),
        _ => return 0,
    };
    let mut chain = Chain::default();
    let _: ControlFlow<()> = statement.visit(&mut chain);
    chain.longest
}

#[derive(Default)]
struct Chain {
    depth: usize,
    longest: usize,
}

impl Visitor for Chain {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let (mut body, mut selects) = (&*query.body, 1);
        while let SetExpr::SetOperation { left, .. } = body {
            (body, selects) = (left, selects + 1);
        }
        self.longest = self.longest.max(selects);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, _expression: &Expr) -> ControlFlow<()> {
        self.depth += 1;
        self.longest = self.longest.max(self.depth);
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, _expression: &Expr) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}

fn reads(statement: &Statement) -> Result<(), Error> {
    match statement {
        Statement::Statement(statement) => sql_reads(statement),
        Statement::Explain(explain) => reads(&explain.statement),
        Statement::CreateExternalTable(_) => Err(refused("CREATE EXTERNAL TABLE")),
        Statement::CopyTo(_) => Err(refused("COPY")),
        Statement::Reset(_) => Err(refused("RESET")),
    }
}

fn sql_reads(statement: &SqlStatement) -> Result<(), Error> {
    match statement {
        SqlStatement::Query(query) => match &*query.body {
            SetExpr::Insert(_) => Err(refused("INSERT")),
            SetExpr::Update(_) => Err(refused("UPDATE")),
            SetExpr::Delete(_) => Err(refused("DELETE")),
            SetExpr::Merge(_) => Err(refused("MERGE")),
            SetExpr::Select(select) if select.into.is_some() => Err(refused("SELECT INTO")),
            _ => Ok(()),
        },
        SqlStatement::Explain { statement, .. } => sql_reads(statement),
        SqlStatement::ExplainTable { .. }
        | SqlStatement::ShowTables { .. }
        | SqlStatement::ShowColumns { .. }
        | SqlStatement::ShowFunctions { .. } => Ok(()),
        other => {
            let text = other.to_string();
            Err(refused(&text.split_whitespace().next().unwrap_or("this statement").to_uppercase()))
        }
    }
}
