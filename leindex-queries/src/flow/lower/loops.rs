//! Loops: their heads, and what repeats.
//!
//! What leaves a loop or begins its next round is a jump in its body, which the graph resolves.

use tree_sitter::Node;

use super::super::ir::{Block, Condition, Item, MentionKind, NONE, StepFlags, StepKind};
use super::{Kids, Left, Lower};
use crate::languages::{Compiled, Form};

impl<'t> Lower<'t> {
    pub(super) fn repetition(&mut self, node: Node<'t>, kids: Kids, compiled: &Compiled) {
        let parts = &compiled.parts;
        match compiled.form {
            Form::While { .. } | Form::Until { .. } => {
                let (conditions, body) = (self.select(kids, &parts[0]), self.select(kids, &parts[1]));
                let otherwise = if matches!(compiled.form, Form::While { .. }) { self.select(kids, &parts[2]) } else { self.nothing() };
                let condition = self.conditions(conditions).unwrap_or_else(|| self.always(node));
                let condition =
                    if matches!(compiled.form, Form::Until { .. }) { self.condition_id(Condition::Not(condition)) } else { condition };
                let body = self.body(body, None);
                let otherwise = self.body(otherwise, None);
                self.push(Item::While { condition, body, update: Block::default(), otherwise });
            }
            Form::DoWhile { .. } | Form::DoUntil { .. } => {
                let (body, conditions) = (self.select(kids, &parts[0]), self.select(kids, &parts[1]));
                self.block_depth += 1;
                let scope = self.open_scope();
                let body = self.block(|this| this.statements_of_bodies(body));
                let condition = self.conditions(conditions).unwrap_or_else(|| self.always(node));
                if self.config.flow.block_scopes {
                    self.close_scope(scope);
                }
                self.block_depth -= 1;
                let condition =
                    if matches!(compiled.form, Form::DoUntil { .. }) { self.condition_id(Condition::Not(condition)) } else { condition };
                self.push(Item::DoWhile { body, condition });
            }
            Form::Forever { .. } => {
                let body = self.select(kids, &parts[0]);
                let head = self.head(node, body);
                let body = self.body(body, None);
                self.push(Item::Forever { head, body, update: Block::default() });
            }
            Form::For { .. } => {
                let (init, conditions) = (self.select(kids, &parts[0]), self.select(kids, &parts[1]));
                let (update, body) = (self.select(kids, &parts[2]), self.select(kids, &parts[3]));
                self.statements(init, None);
                let condition = self.conditions(conditions);
                let head = if condition.is_none() { self.head(node, body) } else { NONE };
                let body = self.body(body, None);
                let update = self.body(update, None);
                self.push(match condition {
                    Some(condition) => Item::While { condition, body, update, otherwise: Block::default() },
                    None => Item::Forever { head, body, update },
                });
            }
            Form::ForEach { .. } => {
                let (pattern, iterable) = (self.select(kids, &parts[0]), self.select(kids, &parts[1]));
                let (body, otherwise) = (self.select(kids, &parts[2]), self.select(kids, &parts[3]));
                let head = self.for_head(node, pattern, iterable);
                let body = self.body(body, None);
                let otherwise = self.body(otherwise, None);
                self.push_for_each(head, body, otherwise);
            }
            _ => {}
        }
    }

    /// The body of a loop whose condition sees its names: a block without its own scope.
    fn statements_of_bodies(&mut self, nodes: Kids) {
        for n in 0..nodes.len() {
            let Some(node) = self.kid(nodes, n) else { continue };
            if self.forms.get(node.kind_id()).is_some_and(|compiled| matches!(compiled.form, Form::Block | Form::Hoisting(_))) {
                self.hoisted_statements(node, None);
            } else {
                self.statement(node, None);
            }
        }
    }

    /// Evaluates the iterable once, then makes the head that takes each element.
    pub(super) fn for_head(&mut self, node: Node<'t>, pattern: Kids, iterable: Kids) -> u32 {
        let values = self.kid(iterable, 0).map(|value| {
            let temporary = self.temporary(value);
            let open = self.begin();
            self.each(iterable);
            self.sink(Some(temporary), value);
            let last = self.kid(iterable, iterable.len() - 1).unwrap_or(value);
            let span = (self.offset(value.start_byte()), self.offset(last.end_byte()));
            let step = self.finish(open, StepKind::Statement, span);
            if !self.config.flow.raising_is_marked {
                self.program.steps[step as usize].flags.set(StepFlags::RAISES);
            }
            self.push(Item::Step(step));
            temporary
        });
        let open = self.begin();
        self.pending.flags.set(StepFlags::RAISES);
        if let Some(values) = values {
            self.mention(values, MentionKind::Use, node.start_byte());
        }
        let mut span = self.kid(iterable, 0).map_or(self.span(node), |values| self.span(values));
        for n in 0..pattern.len() {
            if let Some(pattern) = self.kid(pattern, n) {
                self.pattern(pattern, self.declaring());
                let of = self.span(pattern);
                span = if n == 0 { of } else { (span.0.min(of.0), span.1.max(of.1)) };
            }
        }
        self.finish(open, StepKind::Loop, span)
    }

    /// A loop whose head takes each value.
    pub(super) fn push_for_each(&mut self, head: u32, body: Block, otherwise: Block) {
        let condition = self.condition_id(Condition::Leaf(head));
        self.push(Item::While { condition, body, update: Block::default(), otherwise });
    }

    /// A head without a condition: the text up to the body.
    pub(super) fn head(&mut self, node: Node<'t>, body: Kids) -> u32 {
        let head = self.bare_step(StepKind::Loop, node);
        if let Some(body) = self.kid(body, 0) {
            let end = self.offset(body.start_byte());
            let step = &mut self.program.steps[head as usize];
            step.end = end.max(step.start + 1).min(step.end);
        }
        head
    }

    /// A loop over the values of `iterable`, in a scope of its own; `body` makes what repeats.
    pub(crate) fn for_each(&mut self, node: Node<'t>, patterns: &[Node<'t>], iterable: &[Node<'t>], body: impl FnOnce(&mut Self)) {
        self.scoped(|this| {
            let (patterns, iterable) = (this.lay(patterns), this.lay(iterable));
            let head = this.for_head(node, patterns, iterable);
            this.release(patterns);
            this.named.push(Left { label: NONE, is_loop: true, sink: None });
            this.block_depth += 1;
            let body = this.block(body);
            this.block_depth -= 1;
            this.named.pop();
            this.push_for_each(head, body, Block::default());
        });
    }

    /// A block that something which is no statement of the language may repeat.
    pub(crate) fn repeated_block(&mut self, head: Node<'t>, body: Node<'t>) {
        let head = self.bare_step(StepKind::Loop, head);
        self.block_depth += 1;
        let body = self.block(|this| this.scoped(|this| this.children_as_statements(body, None)));
        self.block_depth -= 1;
        self.push_for_each(head, body, Block::default());
    }
}
