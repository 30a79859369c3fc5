//! Comprehensions: clauses that run around an element, whose values are gathered, or around a body.

use tree_sitter::Node;

use super::super::ir::{Block, Item, MentionKind, NONE, StepKind};
use super::{Kids, Lower};
use crate::languages::{Compiled, Form};

impl<'t> Lower<'t> {
    /// Runs the clauses of a comprehension around its element, whose values are gathered in `sink`.
    pub(super) fn comprehension(&mut self, node: Node<'t>, compiled: &Compiled, sink: Option<u32>) {
        let scope = self.open_scope();
        let around = std::mem::replace(&mut self.in_comprehension, true);
        let kids = self.children(node);
        let elements = self.select(kids, &compiled.parts[0]);
        let clauses = self.rest(kids);
        let gathered = sink.unwrap_or_else(|| self.temporary(node));
        // Before the first round there is nothing in it.
        let open = self.begin();
        self.mention(gathered, MentionKind::Define, node.start_byte());
        let step = self.finish(open, StepKind::Statement, self.span(node));
        self.push(Item::Step(step));
        self.clause(clauses, 0, elements, Some(gathered));
        self.release(kids);
        self.in_comprehension = around;
        self.close_scope(scope);
    }

    /// Runs the clauses of a comprehension around a body that runs for its effect.
    pub(super) fn loops(&mut self, node: Node<'t>, compiled: &Compiled) {
        let scope = self.open_scope();
        let named = std::mem::take(&mut self.named);
        let kids = self.children(node);
        let body = self.select(kids, &compiled.parts[0]);
        let clauses = self.rest(kids);
        self.clause(clauses, 0, body, None);
        self.release(kids);
        self.named = named;
        self.close_scope(scope);
    }

    fn clause(&mut self, clauses: Kids, n: usize, elements: Kids, gathered: Option<u32>) {
        let Some(clause) = self.kid(clauses, n) else {
            let Some(gathered) = gathered else {
                self.block_depth += 1;
                self.scoped(|this| this.statements(elements, None));
                self.block_depth -= 1;
                return;
            };
            let open = self.begin();
            self.each(elements);
            let first = self.kid(elements, 0);
            let last = self.kid(elements, elements.len().saturating_sub(1));
            let (Some(first), Some(last)) = (first, last) else {
                self.finish(open, StepKind::Statement, (0, 0));
                return;
            };
            self.mention(gathered, MentionKind::Modify, first.start_byte());
            let step = self.finish(open, StepKind::Statement, (self.offset(first.start_byte()), self.offset(last.end_byte())));
            self.push(Item::Step(step));
            return;
        };
        let Some(compiled) = self.compiled(clause) else { return self.clause(clauses, n + 1, elements, gathered) };
        let kids = self.children(clause);
        match compiled.form {
            Form::ForEach { .. } => {
                let (pattern, iterable) = (self.select(kids, &compiled.parts[0]), self.select(kids, &compiled.parts[1]));
                let head = self.for_head(clause, pattern, iterable);
                // Conditions that stand in the clause are looked at in each round.
                let inner = self.rest(kids);
                let mut rest: Vec<Node<'t>> =
                    (0..inner.len()).filter_map(|n| self.kid(inner, n)).filter(|&part| self.is_filter(part)).collect();
                for n in n + 1..clauses.len() {
                    rest.extend(self.kid(clauses, n));
                }
                let rest = self.lay(&rest);
                let body = self.block(|this| this.clause(rest, 0, elements, gathered));
                self.push_for_each(head, body, Block::default());
            }
            Form::Filter { .. } => {
                let condition = self.part(kids, &compiled.parts[0]).or_else(|| self.only_named(kids));
                let condition = condition.map(|condition| self.condition(condition));
                let then = self.block(|this| this.clause(clauses, n + 1, elements, gathered));
                match condition {
                    Some(condition) => self.push(Item::Branch { condition, then, otherwise: Block::default() }),
                    None => self.push(Item::Label { label: NONE, body: then }),
                }
            }
            Form::Sequence | Form::Evaluate => {
                // Clauses in a node of their own come before those that follow it.
                let inner = self.rest(kids);
                let mut all = Vec::new();
                for n in 0..inner.len() {
                    all.extend(self.kid(inner, n));
                }
                for n in n + 1..clauses.len() {
                    all.extend(self.kid(clauses, n));
                }
                let laid = self.lay(&all);
                self.clause(laid, 0, elements, gathered);
            }
            _ => {
                self.statement(clause, None);
                self.clause(clauses, n + 1, elements, gathered);
            }
        }
        self.release(kids);
    }

    /// The first value of what a comprehension makes.
    pub(crate) fn define_value(&mut self, node: Node<'t>, value: u32, from: &[Node<'t>]) {
        self.step_of(node, node.end_byte(), |this| {
            from.iter().for_each(|part| this.expression(*part));
            this.sink(Some(value), node);
        });
    }

    /// Adds the value of a node to what a comprehension makes.
    pub(crate) fn gather(&mut self, node: Node<'t>, gathered: u32) {
        self.step_of(node, node.end_byte(), |this| {
            this.expression(node);
            this.mention(gathered, MentionKind::Modify, node.start_byte());
        });
    }
}
