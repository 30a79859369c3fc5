//! Complexity, counted while the tree is walked.
//!
//! *Cyclomatic* is one plus the decisions of the body (McCabe; which nodes decide is radon's reading). *Cognitive* follows
//! SonarSource's definition: a structure costs one and one more per level of nesting, `else` and jumps to labels cost
//! one, a run of equal short-circuit operators costs one. A nested named function counts for itself.

use crate::languages::Metric;
use crate::syntax::rows::SymbolRow;

/// The counters of one open symbol.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    decisions: u32,
    cognitive: u32,
    depth: u32,
    deepest: u32,
    statements: u32,
    last_operator: u16,
}

impl Counters {
    pub(crate) fn enter(&mut self, metric: Metric, kind: u16) {
        if metric.has(Metric::DECISION) {
            self.decisions += 1;
        }
        if metric.has(Metric::SHORT_CIRCUIT) {
            self.decisions += 1;
            self.cognitive += u32::from(self.last_operator != kind);
            self.last_operator = kind;
        }
        if metric.has(Metric::STATEMENT) {
            self.statements += 1;
            self.last_operator = 0;
        }
        if metric.has(Metric::FLAT) {
            self.cognitive += 1;
            self.last_operator = 0;
        }
        if metric.has(Metric::NESTING) {
            self.cognitive += 1 + self.depth;
            self.last_operator = 0;
        }
        if metric.has(Metric::NESTING | Metric::DEEPENING) {
            self.depth += 1;
            self.deepest = self.deepest.max(self.depth);
        }
    }

    /// The counters of a symbol that another clause is added to: the choice between clauses is a decision.
    pub(crate) fn resume(row: &SymbolRow) -> Self {
        Self {
            decisions: row.cyclomatic,
            cognitive: row.cognitive,
            depth: 0,
            deepest: row.nesting,
            statements: row.statements,
            last_operator: 0,
        }
    }

    /// What was resumed is no further clause.
    pub(crate) fn same_clause(&mut self) {
        self.decisions = self.decisions.saturating_sub(1);
    }

    /// Adds statements that no node kind stands for.
    pub(crate) fn add_statements(&mut self, count: u32) {
        self.statements += count;
    }

    pub(crate) fn leave(&mut self, metric: Metric) {
        if metric.has(Metric::NESTING | Metric::DEEPENING) {
            self.depth = self.depth.saturating_sub(1);
        }
    }

    pub(crate) fn write(&self, row: &mut SymbolRow) {
        row.cyclomatic = if row.kind.is_callable() { self.decisions + 1 } else { self.decisions };
        row.cognitive = self.cognitive;
        row.nesting = self.deepest;
        row.statements = self.statements;
    }
}
