//! Metrics, syntax errors and remarks.

use tree_sitter::Node;

use super::Walk;
use super::frame::Frame;
use crate::languages::Metric;
use crate::syntax::rows::DiagnosticRow;

impl<'a> Walk<'a> {
    /// Counts the node being looked at for the metrics (flags of `Metric`), as if its kind stood in the tables.
    pub(crate) fn counts(&mut self, metric: u8) {
        self.counted |= metric;
    }

    /// Counts a decision that the table of metrics cannot name.
    pub fn decision(&mut self) {
        self.count_entered(Metric(Metric::DECISION), 0);
    }

    /// Counts a short-circuit operator that the table of metrics cannot name; equal ones have equal `operator`s.
    pub fn short_circuit(&mut self, operator: u16) {
        self.count_entered(Metric(Metric::SHORT_CIRCUIT), operator);
    }

    /// Counts a jump to a label.
    pub fn labelled_jump(&mut self) {
        self.count_entered(Metric(Metric::FLAT), 0);
    }

    /// Adds statements to the symbol around.
    pub fn add_statements(&mut self, count: u32) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.add_statements(count);
        }
    }

    /// What was opened with [`Visit::Again`](crate::languages::Visit::Again) is no further clause: no choice is made.
    pub fn same_clause(&mut self) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.same_clause();
        }
    }

    /// Reports a remark about the text.
    pub fn diagnostic(&mut self, node: Node<'_>, message: &str) {
        self.remark(node.start_byte() as u32, node.end_byte() as u32, message);
    }

    pub(super) fn count_entered(&mut self, metric: Metric, kind: u16) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.enter(metric, kind);
        }
    }

    pub(super) fn count_left(&mut self, metric: Metric) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.leave(metric);
        }
    }

    /// What a node counts for where it stands: an `if` right after the `else` of another one counts as that `else`.
    pub(super) fn metric_here(&mut self, metric: Metric, node: Node<'_>, kind: u16) -> Metric {
        let mut frames = self.buffers.frames.iter_mut().rev();
        let Some(parent) = frames.next() else { return metric };
        if metric.has(Metric::FLAT) && node.child_count() == 0 {
            // The `else` of a branch, not that of a list of cases.
            let branches = self.grammar.kind(parent.kind).metric.has(Metric::NESTING);
            parent.after_else = branches;
            return if branches { metric } else { Metric::default() };
        }
        let chained = metric.has(Metric::NESTING)
            && (parent.kind == kind && parent.after_else
                || parent.metric.has(Metric::FLAT) && frames.next().is_some_and(|up| up.kind == kind));
        if chained { metric.without_nesting() } else { metric }
    }

    pub(super) fn remark(&mut self, start: u32, end: u32, message: &str) {
        let end = end.min(self.source.len() as u32);
        let row = DiagnosticRow { start: start.min(end), end, message: self.rows.string(message) };
        self.rows.diagnostics.push(row);
    }

    pub(super) fn error(&mut self, node: Node<'_>) {
        self.rows.errors += 1;
        let inside_error = self.buffers.frames.last().is_some_and(|parent| parent.kind == Frame::ERROR);
        if node.is_error() && !inside_error && !self.recovering {
            self.rows.error_bytes += (node.end_byte() - node.start_byte()) as u32;
        }
        // A few places are enough to find the rest.
        if self.rows.diagnostics.len() < 32 {
            let message = if node.is_missing() { format!("missing {}", node.kind()) } else { "syntax error".to_owned() };
            self.diagnostic(node, &message);
        }
    }
}
