//! Statements: what each form adds to the block being made.

use tree_sitter::Node;

use super::super::ir::{Block, Condition, Item, MentionKind, NONE, StepKind};
use super::scopes::Space;
use super::{Bind, Lower};
use crate::languages::{Compiled, Form};

/// The label of a switch that gives a value: no label of a program is a keyword.
pub(super) const SWITCH: &str = "switch";

impl<'t> Lower<'t> {
    /// Adds a statement; the value of an expression goes to `sink`.
    pub(crate) fn statement(&mut self, node: Node<'t>, sink: Option<u32>) {
        self.deeper(|this| this.add(node, sink));
    }

    fn add(&mut self, node: Node<'t>, sink: Option<u32>) {
        let Some(mut compiled) = self.chosen(node) else {
            if sink.is_some() || node.named_child_count() > 0 {
                let step = self.step(StepKind::Statement, node, sink);
                self.push(Item::Step(step));
            }
            return;
        };
        if let Form::Custom(decide) = compiled.form {
            let (open, before) = (self.begin(), self.open.len());
            match decide(self, node) {
                Some(form) => {
                    self.cancel(open);
                    compiled = self.given(form);
                }
                None => return self.finish_statement(node, open, before, sink),
            }
        }
        self.add_as(node, &compiled, sink);
    }

    /// Adds a statement as if its kind had this form, under a label.
    pub(crate) fn labelled(&mut self, label: Node<'t>, node: Node<'t>, form: &'static Form) {
        let label = self.label(label);
        let compiled = self.given(form);
        let body = self.block(|this| this.add_as(node, &compiled, None));
        self.push(Item::Label { label, body });
    }

    /// Adds a statement as one of a form.
    pub(super) fn add_as(&mut self, node: Node<'t>, compiled: &Compiled, sink: Option<u32>) {
        let parts = &compiled.parts;
        match compiled.form {
            Form::Skip => {
                // A literal has a value, but does nothing.
                if let Some(sink) = sink.filter(|_| !node.is_extra()) {
                    let open = self.begin();
                    self.mention(sink, MentionKind::Define, node.start_byte());
                    let step = self.finish(open, StepKind::Statement, self.span(node));
                    self.push(Item::Step(step));
                }
            }
            Form::Block => {
                let kids = self.children(node);
                let label = self.label_among(kids);
                let rest = self.rest(kids);
                self.under_label(label, sink, |this| this.inner_block(|this| this.statements(rest, sink)));
                self.release(kids);
            }
            Form::Effect { .. } => {
                let kids = self.children(node);
                let selected = self.select(kids, &parts[0]);
                let nodes = if selected.is_empty() { self.rest(kids) } else { selected };
                self.statements(nodes, None);
                self.release(kids);
            }
            Form::Declare { .. } => self.expression_statement(node, None),
            Form::Hoisting(_) => self.inner_block(|this| this.hoisted_statements(node, sink)),
            Form::Sequence => self.children_as_statements(node, sink),
            Form::Statement | Form::Pass { .. } => {
                let kids = self.children(node);
                let selected = self.select(kids, &parts[0]);
                let nodes = if selected.is_empty() { self.rest(kids) } else { selected };
                match (nodes.len(), self.kid(nodes, 0)) {
                    (1, Some(only)) => self.statement(only, sink),
                    (0, _) if matches!(compiled.form, Form::Statement) => {
                        let step = self.bare_step(StepKind::Statement, node);
                        self.push(Item::Step(step));
                    }
                    _ => {
                        let step = self.step(StepKind::Statement, node, sink);
                        self.push(Item::Step(step));
                    }
                }
                self.release(kids);
            }
            Form::If { .. }
            | Form::Unless { .. }
            | Form::Guard { .. }
            | Form::While { .. }
            | Form::Until { .. }
            | Form::DoWhile { .. }
            | Form::DoUntil { .. }
            | Form::Forever { .. }
            | Form::For { .. }
            | Form::ForEach { .. }
            | Form::Switch(_)
            | Form::Dispatch { .. }
            | Form::Try { .. }
            | Form::With { .. } => self.control(node, compiled, sink),
            Form::Comprehension { .. } => self.comprehension(node, compiled, sink),
            Form::Loops { .. } => self.loops(node, compiled),
            Form::Filter { .. } => {}
            Form::Return { .. } => {
                let kids = self.children(node);
                let values = self.select(kids, &parts[0]);
                let values = if values.is_empty() { self.rest(kids) } else { values };
                let open = self.begin();
                self.each(values);
                let named = if values.is_empty() { MentionKind::Use } else { MentionKind::Define };
                let named = self.mention_named_results(self.region, named, node.start_byte());
                if named || !values.is_empty() {
                    let result = self.result(node);
                    self.sink(Some(result), node);
                }
                let step = self.finish(open, StepKind::Return, self.span(node));
                self.push(Item::Return { step });
                self.release(kids);
            }
            Form::Raise { .. } if node.child_count() == 0 && self.is_known(node) => self.expression_statement(node, sink),
            Form::Raise { .. } => {
                let kids = self.children(node);
                let values = self.select(kids, &parts[0]);
                let values = if values.is_empty() { self.rest(kids) } else { values };
                let open = self.begin();
                self.each(values);
                let step = self.finish(open, StepKind::Raise, self.span(node));
                self.push(Item::Raise { step });
                self.release(kids);
            }
            Form::Assert { .. } => {
                let kids = self.children(node);
                let (condition, message) = (self.part(kids, &parts[0]), self.select(kids, &parts[1]));
                if let Some(condition) = condition {
                    let condition = self.condition(condition);
                    let otherwise = self.block(|this| {
                        let open = this.begin();
                        this.each(message);
                        let step = this.finish(open, StepKind::Raise, this.span(node));
                        this.push(Item::Raise { step });
                    });
                    self.push(Item::Branch { condition, then: Block::default(), otherwise });
                }
                self.release(kids);
            }
            Form::Break { .. } | Form::Continue { .. } | Form::Goto { .. } => {
                let kids = self.children(node);
                let label = self.part(kids, &parts[0]).map_or(NONE, |label| self.label(label));
                let value = if matches!(compiled.form, Form::Break { .. }) { self.part(kids, &parts[1]) } else { None };
                self.release(kids);
                let step = match value {
                    Some(value) => {
                        let left = self.named.iter().rev().find(|left| if label == NONE { left.is_loop } else { left.label == label });
                        let sink = left.and_then(|left| left.sink);
                        self.step(StepKind::Jump, value, sink)
                    }
                    None => self.bare_step(StepKind::Jump, node),
                };
                (self.program.steps[step as usize].start, self.program.steps[step as usize].end) = self.span(node);
                self.push(match compiled.form {
                    Form::Break { .. } => Item::Break { step, label },
                    Form::Continue { .. } => Item::Continue { step, label },
                    _ => Item::Goto { step, label },
                });
            }
            Form::Give { .. } => {
                let kids = self.children(node);
                let value = self.part(kids, &parts[0]);
                self.release(kids);
                let open = self.begin();
                if let Some(value) = value {
                    self.expression(value);
                }
                self.sink(self.switch_value, node);
                let step = self.finish(open, StepKind::Jump, self.span(node));
                let label = self.name_id(Space::Label, SWITCH);
                self.push(Item::Break { step, label });
            }
            Form::Fallthrough | Form::Redo | Form::Retry => {
                let step = self.bare_step(StepKind::Jump, node);
                self.push(match compiled.form {
                    Form::Fallthrough => Item::Fallthrough { step },
                    Form::Redo => Item::Redo { step },
                    _ => Item::Retry { step },
                });
            }
            Form::Label { .. } => {
                let kids = self.children(node);
                let (name, body) = (self.part(kids, &parts[0]), self.select(kids, &parts[1]));
                if let Some(name) = name {
                    let label = self.label(name);
                    let body = self.block(|this| this.statements(body, sink));
                    self.push(Item::Label { label, body });
                }
                self.release(kids);
            }
            Form::Defer { function, .. } => {
                let kids = self.children(node);
                let body = self.select(kids, &parts[0]);
                let body = if body.is_empty() { self.rest(kids) } else { body };
                self.defer(node, body, function);
                self.release(kids);
            }
            Form::Outer => self.expression(node),
            Form::Clauses(_) if sink.is_none() => self.named_clauses(&[node], None),
            Form::Function { .. } | Form::AssignedFunction { .. } => self.named_function(node, compiled),
            Form::Type { .. } => self.type_definition(node, compiled),
            Form::Compound { .. } => {
                let kids = self.children(node);
                let (left, right) = (self.part(kids, &parts[0]), self.select(kids, &parts[1]));
                match (left, self.assigning_operator(kids)) {
                    (Some(left), Some(operator)) => self.short_circuit_assignment(node, operator, left, right, sink),
                    _ => self.expression_statement(node, sink),
                }
                self.release(kids);
            }
            Form::Control(add) => add(self, node, sink),
            Form::Case(case) if self.dispatched.is_some() => self.case_label(node, compiled, case),
            Form::Case(_) | Form::Catch { .. } | Form::CatchIf { .. } | Form::TryElse { .. } | Form::Finally { .. } => {
                self.children_as_statements(node, sink)
            }
            _ => self.expression_statement(node, sink),
        }
    }

    pub(super) fn children_as_statements(&mut self, node: Node<'t>, sink: Option<u32>) {
        let kids = self.children(node);
        let rest = self.rest(kids);
        self.statements(rest, sink);
        self.release(kids);
    }

    /// Ends the program, with a value if there is one.
    pub(crate) fn abort(&mut self, node: Node<'t>, value: Option<Node<'t>>) {
        let open = self.begin();
        if let Some(value) = value {
            self.expression(value);
        }
        let step = self.finish(open, StepKind::Jump, self.span(node));
        self.push(Item::Abort { step });
    }

    /// A block among statements. What is deferred in it runs when it is left; without that it is no item of its own.
    fn inner_block(&mut self, make: impl FnOnce(&mut Self)) {
        let open = self.open_block();
        self.scoped(make);
        if self.has_deferred(open) {
            let body = self.close_block(open);
            self.push(Item::Label { label: NONE, body });
        }
    }

    /// The statements of a node of form [`Form::Hoisting`], names first, then functions.
    pub(super) fn hoisted_statements(&mut self, node: Node<'t>, sink: Option<u32>) {
        let Some(Form::Hoisting(hoist)) = self.forms.get(node.kind_id()).map(|compiled| compiled.form) else {
            return self.children_as_statements(node, sink);
        };
        hoist(self, node);
        let kids = self.children(node);
        let rest = self.rest(kids);
        for functions in [true, false] {
            for n in 0..rest.len() {
                let Some(part) = self.kid(rest, n) else { continue };
                if functions == matches!(self.forms.get(part.kind_id()).map(|of| of.form), Some(Form::Function { .. })) {
                    self.statement(part, sink.filter(|_| n + 1 == rest.len()));
                }
            }
        }
        self.release(kids);
    }

    /// An expression for its effect or its value. A method that is called for its effect may change its object.
    fn expression_statement(&mut self, node: Node<'t>, sink: Option<u32>) {
        let (open, before) = (self.begin(), self.open.len());
        self.expression(node);
        self.finish_statement(node, open, before, sink);
    }

    fn finish_statement(&mut self, node: Node<'t>, open: super::OpenStep, before: usize, sink: Option<u32>) {
        let calls = open.calls;
        let effect = sink.is_none() && !self.pending.mentions.iter().skip(open.mentions).any(|mention| mention.kind == MentionKind::Define);
        if let Some(call) = self.program.calls.get(calls).filter(|call| effect && call.receiver) {
            let of_node = call.start == self.offset(node.start_byte()) && call.end == self.offset(node.end_byte());
            let receiver = |mention: &super::super::ir::Mention| mention.call as usize == calls && mention.argument == 0;
            let at = self.pending.mentions.iter().skip(open.mentions).position(receiver);
            if let Some(at) = at.filter(|_| of_node) {
                self.modify_receiver(open.mentions + at, call.at);
            }
        }
        self.sink(sink, node);
        let nothing = self.pending.mentions.len() == open.mentions
            && self.program.calls.iter().skip(open.calls).all(|call| call.step != NONE)
            && self.program.regions.iter().skip(open.regions).all(|region| region.owner != NONE || region.parent != self.region)
            && self.pending.flags == super::StepFlags::default();
        // What only jumped, or was told by code to be nothing, is no step of its own.
        let leaves = nothing && (self.open.len() > before || matches!(self.form_of(node), Some(Form::Custom(_))));
        let (start, end) = self.span(node);
        let is_closure = matches!(self.form_of(node), Some(Form::Closure { .. }))
            || self.program.regions.get(open.regions).is_some_and(|region| (region.start, region.end) == (start, end));
        let kind = if is_closure || self.program.regions.len() > open.regions && self.pending.mentions.len() == open.mentions {
            StepKind::Closure
        } else {
            StepKind::Statement
        };
        let step = self.finish(open, kind, self.span(node));
        if !leaves {
            self.push(Item::Step(step));
        }
    }

    /// Code that runs when the block (or the function) is left.
    pub(crate) fn defer(&mut self, node: Node<'t>, body: super::Kids, function: bool) {
        if !function {
            let deferred = self.body(body, None);
            let cleanup = self.bare_step(StepKind::Cleanup, node);
            self.push(Item::Defer { registration: NONE, deferred, cleanup });
            return;
        }
        let open = self.begin();
        self.each(body);
        let registration = self.finish(open, StepKind::Defer, self.span(node));
        // What runs later mentions what the registration did.
        let mut later = self.program.steps[registration as usize];
        later.kind = StepKind::Deferred;
        let step = self.program.steps.len() as u32;
        self.program.steps.push(later);
        let deferred = self.block(|this| this.push(Item::Step(step)));
        if self.block_depth == 0 {
            let cleanup = self.bare_step(StepKind::Cleanup, node);
            self.push(Item::Defer { registration, deferred, cleanup });
        } else {
            self.push(Item::Step(registration));
            // Only some ways through the function register it.
            let test = self.bare_step(StepKind::Deferred, node);
            let condition = self.condition_id(Condition::Leaf(test));
            self.deferred.push(Item::Branch { condition, then: deferred, otherwise: Block::default() });
        }
    }

    /// Binds the name of something defined here.
    pub(super) fn define(&mut self, name: Node<'t>) {
        if matches!(self.forms.get(name.kind_id()).map(|compiled| compiled.form), Some(Form::Member { .. })) {
            return self.pattern(name, Bind::Assign);
        }
        let declaring = self.declaring();
        let bind = std::mem::replace(&mut self.bind, declaring);
        if bind == Bind::Parameter {
            self.bind = Bind::Declare;
        }
        self.bind_name(name);
        self.bind = bind;
    }
}
