//! Metrics, syntax errors and remarks.

use tree_sitter::Node;

use super::Walk;
use super::frame::Frame;
use crate::items::metrics::Run;
use crate::languages::Metric;
use crate::syntax::rows::DiagnosticRow;

impl<'a> Walk<'a> {
    /// Counts the node being looked at for the metrics, as if its kind stood in the tables.
    pub(crate) fn counts(&mut self, metric: Metric) {
        self.counted = self.counted.with(metric);
    }

    /// Counts a decision that the table of metrics cannot name.
    pub fn decision(&mut self) {
        self.count_entered(Metric::DECISION, 0);
    }

    /// The node being looked at, one of the `chains` of the table, joins its operands by a short-circuit operator that
    /// the table cannot name; equal ones have equal numbers, which are not 0.
    pub fn short_circuit(&mut self, operator: u16) {
        self.count_entered(Metric::DECISION, 0);
        self.said.operator = operator;
    }

    /// Counts a jump to a label.
    pub fn labelled_jump(&mut self) {
        self.count_entered(Metric::FLAT, 0);
    }

    /// The kind of a node around the one being looked at: 0 is its parent. Empty above the root.
    pub fn kind_around(&self, up: usize) -> &str {
        let frame = self.buffers.frames.len().checked_sub(up + 1).and_then(|at| self.buffers.frames.get(at));
        frame.and_then(|frame| self.grammar.language.node_kind_for_id(frame.kind)).unwrap_or("")
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
        if metric.has(Metric::SHORT_CIRCUIT)
            && let Some(parent) = self.buffers.frames.last_mut()
        {
            parent.said.operator = kind;
        }
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.enter(metric);
        }
    }

    pub(super) fn count_left(&mut self, metric: Metric) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.leave(metric);
        }
    }

    /// Hands the run of short-circuit operators that ends with a node to the expression around, or counts it.
    pub(super) fn leave_chain(&mut self, frame: &Frame) {
        let [left, right] = frame.runs;
        let parent = self.buffers.frames.last_mut().filter(|parent| parent.metric.has(Metric::CHAIN));
        let Some((_, counters)) = self.buffers.counters.last_mut() else { return };
        let run = match frame.said.operator {
            0 if frame.children == 1 => left,
            0 => {
                counters.count_runs(left);
                counters.count_runs(right);
                return;
            }
            operator => left.then(Run::of(operator)).then(right),
        };
        match parent {
            Some(parent) => {
                let [left, right] = &mut parent.runs;
                if parent.children <= 1 {
                    *left = run;
                } else if *right == Run::NONE {
                    *right = run;
                } else {
                    *right = right.then(Run::of(parent.said.operator)).then(run);
                }
            }
            None => counters.count_runs(run),
        }
    }

    /// What a node counts for where it stands: an `if` right after the `else` of another one counts as that `else`.
    pub(super) fn metric_here(&mut self, metric: Metric, node: Node<'_>, kind: u16) -> Metric {
        let metric = match metric.has(Metric::JUDGED) {
            true => (self.grammar.config.metrics.judge)(self, node, metric).without(Metric::JUDGED),
            false => metric,
        };
        let mut frames = self.buffers.frames.iter_mut().rev();
        let Some(parent) = frames.next() else { return metric };
        if metric.has(Metric::SHORT_CIRCUIT) && !parent.metric.has(Metric::CHAIN) {
            return metric.without(Metric::SHORT_CIRCUIT);
        }
        if metric.has(Metric::FLAT) && node.child_count() == 0 {
            // The `else` of a branch, not that of a list of cases.
            let branches = self.grammar.kind(parent.kind).metric.has(Metric::NESTING);
            parent.after_else = branches;
            return metric.only_if(branches, Metric::FLAT);
        }
        let chained = metric.has(Metric::NESTING)
            && (parent.kind == kind && parent.after_else
                || parent.metric.has(Metric::FLAT) && frames.next().is_some_and(|up| up.kind == kind));
        if chained { metric.without(Metric::NESTING.with(Metric::DEEPENING)) } else { metric }
    }

    pub(super) fn remark(&mut self, start: u32, end: u32, message: &str) {
        let end = end.min(self.source.len() as u32);
        let row = DiagnosticRow { start: start.min(end), end, message: self.rows.string(message) };
        self.rows.diagnostics.push(row);
    }

    /// Counts the tokens that the parser put into a node because they are missing. They have no name, so the walk does not
    /// come by them.
    pub(super) fn missing_tokens(&mut self, node: Node<'_>) {
        let missing: Vec<Node<'_>> = node.children(&mut node.walk()).filter(|child| child.is_missing() && !child.is_named()).collect();
        for token in missing {
            self.error(token);
        }
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
