//! Control: which construct a statement is, the labels and blocks it consists of, and branches.

use tree_sitter::Node;

use super::super::ir::{Block, Condition, Item, NONE, StepKind};
use super::scopes::Space;
use super::statements::SWITCH;
use super::{Kids, Left, Lower};
use crate::languages::{Compiled, Form};

impl<'t> Lower<'t> {
    pub(super) fn control(&mut self, node: Node<'t>, compiled: &Compiled, sink: Option<u32>) {
        let kids = self.children(node);
        let label = self.label_among(kids);
        self.under_label(label, sink, |this| this.controlled(node, kids, compiled, label, sink));
        self.release(kids);
    }

    fn controlled(&mut self, node: Node<'t>, kids: Kids, compiled: &Compiled, label: u32, sink: Option<u32>) {
        match compiled.form {
            Form::If { .. } | Form::Unless { .. } if self.config.flow.conditions_bind_around => self.decision(node, kids, compiled, sink),
            Form::If { .. } | Form::Unless { .. } => self.scoped(|this| this.decision(node, kids, compiled, sink)),
            Form::Guard { .. } => {
                let (conditions, otherwise) = (self.select(kids, &compiled.parts[0]), self.select(kids, &compiled.parts[1]));
                let condition = self.conditions(conditions);
                let otherwise = self.body(otherwise, None);
                if let Some(condition) = condition {
                    self.push(Item::Branch { condition, then: Block::default(), otherwise });
                }
            }
            Form::Switch(switch) if sink.is_some() => {
                let label = self.name_id(Space::Label, SWITCH);
                let around = std::mem::replace(&mut self.switch_value, sink);
                let body = self.block(|this| this.scoped(|this| this.switch(node, kids, compiled, switch, sink)));
                self.switch_value = around;
                self.push(Item::Label { label, body });
            }
            Form::Switch(switch) => self.scoped(|this| this.switch(node, kids, compiled, switch, None)),
            Form::Dispatch { .. } => self.scoped(|this| this.dispatch(node, kids, compiled)),
            Form::Try { .. } => self.attempt(kids, compiled, sink),
            Form::With { .. } if self.has_handlers(kids) => {
                let body = self.block(|this| this.with(node, kids, compiled, sink));
                self.attempt_of(kids, body, None, sink);
            }
            Form::With { .. } => self.with(node, kids, compiled, sink),
            _ => {
                self.named.push(Left { label, is_loop: true, sink });
                self.scoped(|this| this.repetition(node, kids, compiled));
                self.named.pop();
            }
        }
    }

    fn decision(&mut self, node: Node<'t>, kids: Kids, compiled: &Compiled, sink: Option<u32>) {
        let parts = &compiled.parts;
        // What runs may be all that is left.
        let (conditions, otherwise) = (self.select(kids, &parts[0]), self.select(kids, &parts[2]));
        let then = self.select(kids, &parts[1]);
        let scope = self.open_scope();
        let matches = (0..conditions.len()).any(|n| self.kid(conditions, n).is_some_and(|node| self.is_match(node)));
        let condition = self.conditions(conditions).unwrap_or_else(|| self.always(node));
        let then = self.body(then, sink);
        if matches {
            self.close_scope(scope);
        }
        self.block_depth += 1;
        let otherwise = self.block(|this| this.chain(otherwise, 0, sink));
        self.block_depth -= 1;
        let condition = if matches!(compiled.form, Form::Unless { .. }) { self.condition_id(Condition::Not(condition)) } else { condition };
        self.push(Item::Branch { condition, then, otherwise });
    }

    /// What runs otherwise: one block, or `elif` clauses each of which has the rest of the chain for its own.
    fn chain(&mut self, nodes: Kids, n: usize, sink: Option<u32>) {
        let Some(node) = self.kid(nodes, n) else { return };
        let compiled = self.forms.get(node.kind_id()).copied();
        match compiled {
            Some(compiled) if n + 1 < nodes.len() && matches!(compiled.form, Form::If { .. }) => {
                let kids = self.children(node);
                let (conditions, then) = (self.select(kids, &compiled.parts[0]), self.select(kids, &compiled.parts[1]));
                let condition = self.conditions(conditions).unwrap_or_else(|| self.always(node));
                let then = self.body(then, sink);
                let otherwise = self.block(|this| this.chain(nodes, n + 1, sink));
                self.push(Item::Branch { condition, then, otherwise });
                self.release(kids);
            }
            _ => {
                self.scoped(|this| this.statement(node, sink));
                self.chain(nodes, n + 1, sink);
            }
        }
    }

    /// Binds a pattern to a value, or runs `otherwise`, which leaves.
    pub(crate) fn match_or_else(&mut self, node: Node<'t>, pattern: Node<'t>, value: Node<'t>, otherwise: Node<'t>) {
        let open = self.begin();
        self.expression(value);
        self.block_depth += 1;
        let otherwise = self.block(|this| this.statement(otherwise, None));
        self.block_depth -= 1;
        self.pattern(pattern, self.declaring());
        let leaf = self.finish(open, StepKind::Condition, (self.offset(node.start_byte()), self.offset(value.end_byte())));
        let condition = self.condition_id(Condition::Leaf(leaf));
        self.push(Item::Branch { condition, then: Block::default(), otherwise });
    }

    /// Statements at these nodes, as a block of their own in a scope of its own.
    pub(super) fn body(&mut self, nodes: Kids, sink: Option<u32>) -> Block {
        self.block_depth += 1;
        let block = self.block(|this| this.scoped(|this| this.statements(nodes, sink)));
        self.block_depth -= 1;
        block
    }

    /// A statement, if there is one, as a block in a scope of its own.
    pub(crate) fn inner(&mut self, node: Option<Node<'t>>, sink: Option<u32>) -> Block {
        let nodes = self.lay(node.as_slice());
        let block = self.body(nodes, sink);
        self.release(nodes);
        block
    }

    /// Statements at nodes; the last one gives the value.
    pub(super) fn statements(&mut self, nodes: Kids, sink: Option<u32>) {
        let mut label = NONE;
        for n in 0..nodes.len() {
            let Some(node) = self.kid(nodes, n) else { continue };
            if n + 1 < nodes.len() && matches!(self.form_of(node), Some(Form::Label { name: "", body: "" })) {
                label = self.label(node);
                continue;
            }
            let sink = sink.filter(|_| n + 1 == nodes.len());
            self.under_label(std::mem::replace(&mut label, NONE), sink, |this| this.statement(node, sink));
        }
    }

    /// The label among the children of what it names.
    pub(super) fn label_among(&mut self, kids: Kids) -> u32 {
        let found = (0..kids.len()).find_map(|n| {
            let node = self.kid(kids, n)?;
            let compiled = self.forms.get(node.kind_id())?;
            matches!(compiled.form, Form::Label { name: "", body: "" }).then_some((n, node))
        });
        let Some((n, node)) = found else { return NONE };
        self.take(kids, n);
        self.label(node)
    }

    /// What a label names, which may be left by it.
    pub(super) fn under_label(&mut self, label: u32, sink: Option<u32>, make: impl FnOnce(&mut Self)) {
        if label == NONE {
            return make(self);
        }
        self.named.push(Left { label, is_loop: false, sink });
        let body = self.block(make);
        self.named.pop();
        self.push(Item::Label { label, body });
    }

    /// Whether a node is a condition among clauses.
    pub(super) fn is_filter(&self, node: Node<'t>) -> bool {
        self.forms.get(node.kind_id()).is_some_and(|compiled| matches!(compiled.form, Form::Filter { .. }))
    }

    /// The condition that a node of form [`Form::Filter`] is about.
    pub(super) fn condition_of_filter(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let compiled = self.forms.get(node.kind_id()).copied().filter(|compiled| matches!(compiled.form, Form::Filter { .. }))?;
        let kids = self.children(node);
        let condition = self.part(kids, &compiled.parts[0]).or_else(|| self.only_named(kids));
        self.release(kids);
        condition
    }

    pub(super) fn nothing(&self) -> Kids {
        Kids::at(self.kids.len())
    }
}
