//! What looks after errors and ways out: `try` with its handlers, what runs at last, and what closes by itself.
//!
//! Which errors are raised, and how often what runs at last stands in the graph, is not known here.

use tree_sitter::Node;

use super::super::ir::{Block, Handler, Item, NONE, StepFlags, StepKind};
use super::{Bind, Kids, Lower};
use crate::languages::{Compiled, Form, Spot};

impl<'t> Lower<'t> {
    pub(super) fn attempt(&mut self, kids: Kids, compiled: &Compiled, sink: Option<u32>) {
        let body = self.select(kids, &compiled.parts[0]);
        let mut otherwise = None;
        let mut statements = Vec::new();
        for n in 0..kids.len() {
            let Some(part) = self.kid(kids, n).filter(|_| self.is_named_kid(kids, n)) else { continue };
            if self.part_of_try(part).is_some() {
                continue;
            }
            if body.is_empty() {
                statements.push(part);
            } else if (0..body.len()).all(|n| self.kid(body, n).map(|node| node.id()) != Some(part.id())) {
                otherwise = Some(part);
            }
        }
        let nodes = if body.is_empty() { self.lay(&statements) } else { body };
        if !self.has_handlers(kids) && otherwise.is_none() {
            self.scoped(|this| this.statements(nodes, sink));
            return;
        }
        let body = self.body(nodes, sink);
        self.attempt_of(kids, body, otherwise, sink);
    }

    /// `body` with the handlers, the `else` and the last part that are among `kids`.
    pub(super) fn attempt_of(&mut self, kids: Kids, body: Block, mut otherwise: Option<Node<'t>>, sink: Option<u32>) {
        let mut rows = Vec::new();
        let mut finally = None;
        for n in 0..kids.len() {
            let Some(part) = self.kid(kids, n) else { continue };
            match self.part_of_try(part) {
                Some(Form::Catch { .. } | Form::CatchIf { .. }) => rows.push(part),
                Some(Form::Finally { .. }) => finally = Some(part),
                Some(_) => otherwise = Some(part),
                None => {}
            }
        }
        let otherwise = otherwise.map_or(Block::default(), |node| self.inner_body(node, 0, sink));
        let rows: Vec<Node<'t>> = rows.into_iter().flat_map(|handler| self.handlers_of(handler)).collect();
        let rows: Vec<Handler> = rows.into_iter().map(|handler| self.handler(handler, sink)).collect();
        let finally = finally.map(|node| (self.inner_body(node, 0, None), node));
        self.push_try(body, rows, otherwise, finally);
    }

    /// `body`, and `handler` if it raises anything. Made by code.
    pub(crate) fn rescued(&mut self, node: Node<'t>, body: impl FnOnce(&mut Self), handler: impl FnOnce(&mut Self)) {
        self.block_depth += 1;
        let body = self.block(body);
        let head = self.bare_step(StepKind::Catch, node);
        let handler = self.block(handler);
        self.block_depth -= 1;
        let handler = Handler { head, catches_all: true, takes_some: false, body: handler };
        self.push_try(body, vec![handler], Block::default(), None);
    }

    pub(super) fn with(&mut self, node: Node<'t>, kids: Kids, compiled: &Compiled, sink: Option<u32>) {
        let Form::With { swallows, body: body_at, .. } = compiled.form else { return };
        let (items, bodies) = (self.select(kids, &compiled.parts[0]), self.select(kids, &compiled.parts[1]));
        let scope = self.open_scope();
        for n in 0..items.len() {
            if let Some(item) = self.kid(items, n) {
                self.statement(item, None);
            }
        }
        let cleanup = self.bare_step(StepKind::Cleanup, node);
        let end = self.kid(items, items.len().saturating_sub(1)).map_or(node.start_byte() + 1, |item| item.end_byte());
        self.program.steps[cleanup as usize].end = self.offset(end);
        self.program.steps[cleanup as usize].flags.set(StepFlags::RAISES);
        if body_at.is_empty() {
            // It is closed when the block around is left: an item that takes the rest of its block.
            let deferred = self.block(|this| this.push(Item::Step(cleanup)));
            self.push(Item::Defer { registration: NONE, deferred, cleanup });
            return;
        }
        let body = self.body(bodies, sink);
        if self.config.flow.block_scopes {
            self.close_scope(scope);
        }
        self.push(Item::With { body, cleanup, swallows });
    }

    pub(super) fn has_handlers(&self, kids: Kids) -> bool {
        (0..kids.len()).filter_map(|n| self.kid(kids, n)).any(|part| self.part_of_try(part).is_some())
    }

    fn part_of_try(&self, part: Node<'t>) -> Option<Form> {
        let form = self.form_of(part)?;
        // The default of a switch may be of the same kind as the `else` of a try.
        let is_part =
            matches!(form, Form::Catch { .. } | Form::CatchIf { .. } | Form::Finally { .. } | Form::TryElse { .. } | Form::Case(_));
        is_part.then_some(form)
    }

    /// The part of a node that is its body (the n-th of its form's parts), or all its children.
    pub(crate) fn inner_body(&mut self, node: Node<'t>, part: usize, sink: Option<u32>) -> Block {
        let Some(compiled) = self.forms.get(node.kind_id()).copied() else { return Block::default() };
        let kids = self.children(node);
        let selected = self.select(kids, &compiled.parts[part.min(3)]);
        let nodes = if selected.is_empty() { self.rest(kids) } else { selected };
        let block = self.body(nodes, sink);
        self.release(kids);
        block
    }

    /// The arms that are the body of a handler, else the handler itself.
    fn handlers_of(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let Some(compiled) = self.chosen(node) else { return vec![node] };
        let kids = self.children(node);
        let body = self.part(kids, &compiled.parts[1]);
        self.release(kids);
        let arms = body.map_or_else(Vec::new, |body| self.named_children(body));
        let is_arm = |arm: &Node<'t>| self.forms.get(arm.kind_id()).is_some_and(|compiled| matches!(compiled.form, Form::Case(_)));
        if !arms.is_empty() && arms.iter().all(is_arm) { arms } else { vec![node] }
    }

    fn handler(&mut self, node: Node<'t>, sink: Option<u32>) -> Handler {
        let scope = self.open_scope();
        let Some(compiled) = self.chosen(node) else {
            let head = self.bare_step(StepKind::Catch, node);
            return Handler { head, catches_all: true, takes_some: false, body: Block::default() };
        };
        let kids = self.children(node);
        let (patterns, guard, bodies, always) = match compiled.form {
            Form::Case(case) => {
                let (patterns, guard) = (self.select(kids, &compiled.parts[0]), self.part(kids, &compiled.parts[1]));
                (patterns, guard, self.select(kids, &compiled.parts[2]), case.default)
            }
            _ => (self.select(kids, &compiled.parts[0]), None, self.select(kids, &compiled.parts[1]), [].as_slice()),
        };
        let bodies = if bodies.is_empty() { self.rest(kids) } else { bodies };
        let mut span = self.span(node);
        let types = self.select(kids, &[compiled.parts[0][0], Spot::Nowhere, Spot::Nowhere]);
        let mut catches_all = types.is_empty();
        let open = self.begin();
        span.1 = self.kid(bodies, 0).map_or(span.1, |body| self.offset(body.start_byte())).min(span.1);
        for n in 0..patterns.len() {
            let Some(pattern) = self.kid(patterns, n) else { continue };
            if let Some(condition) = self.condition_of_filter(pattern) {
                catches_all = false;
                self.expression(condition);
                span.1 = self.offset(pattern.end_byte());
                continue;
            }
            let words = self.text(pattern).split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.');
            let all = self.config.flow.catch_all;
            catches_all |= all.contains(&"*");
            catches_all |= words.into_iter().any(|word| all.contains(&word) || all.contains(&word.rsplit('.').next().unwrap_or("")));
            let is_name = matches!(self.forms.get(pattern.kind_id()).map(|compiled| compiled.form), Some(Form::Name));
            catches_all |= always.contains(&self.text(pattern)) || is_name && matches!(compiled.form, Form::Case(_));
            if matches!(compiled.form, Form::CatchIf { .. }) {
                self.expression(pattern);
            } else {
                self.pattern(pattern, self.declaring());
            }
            span.1 = self.offset(pattern.end_byte());
        }
        if let Some(guard) = guard {
            catches_all = false;
            let condition = self.condition_of_filter(guard).unwrap_or(guard);
            self.expression(condition);
            span.1 = self.offset(guard.end_byte());
        }
        let head = self.finish(open, StepKind::Catch, (span.0, span.1.max(span.0 + 1)));
        let body = self.body(bodies, sink);
        let takes_some = matches!(compiled.form, Form::CatchIf { .. })
            && (0..kids.len()).any(|n| self.kid(kids, n).is_some_and(|kid| kid.kind() == "*"));
        self.release(kids);
        if self.config.flow.block_scopes {
            self.close_scope(scope);
        }
        Handler { head, catches_all, takes_some, body }
    }

    /// A handler that is no node of its own: its head goes from `start` to `end`. Made by code.
    pub(crate) fn handler_of(
        &mut self,
        (start, end): (usize, usize),
        patterns: &[Node<'t>],
        guard: Option<Node<'t>>,
        catches_all: bool,
        body: impl FnOnce(&mut Self) -> Block,
    ) -> Handler {
        let scope = self.open_scope();
        let open = self.begin();
        for &pattern in patterns {
            self.pattern(pattern, Bind::Declare);
        }
        if let Some(guard) = guard {
            self.expression(guard);
        }
        let head = self.finish(open, StepKind::Catch, (self.offset(start), self.offset(end)));
        let body = body(self);
        self.close_scope(scope);
        Handler { head, catches_all, takes_some: false, body }
    }

    /// A body with handlers, what runs after it if nothing was raised, and what always runs with the node that says so.
    pub(crate) fn push_try(&mut self, body: Block, handlers: Vec<Handler>, otherwise: Block, finally: Option<(Block, Node<'t>)>) {
        let first_handler = self.program.handlers.len() as u32;
        let count = handlers.len() as u32;
        self.program.handlers.extend(handlers);
        let cleanup = finally.map_or(NONE, |(_, node)| self.bare_step(StepKind::Cleanup, node));
        let finally = finally.map(|(block, _)| block);
        let in_order = self.config.flow.handlers_in_order;
        self.push(Item::Try { body, first_handler, handlers: count, in_order, otherwise, finally, cleanup });
    }
}
