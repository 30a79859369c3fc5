//! Conditions: which tests lead to which way out, in the order in which short circuits try them.
//!
//! A condition knows neither what runs where it holds nor what it is a part of.

use tree_sitter::Node;

use super::super::ir::{Condition, StepFlags, StepKind};
use super::operators::ShortCircuit;
use super::{Bind, Kids, Lower, OpenBlock};
use crate::languages::{Compiled, Form};

impl<'t> Lower<'t> {
    /// A condition, with its short circuits.
    pub(crate) fn condition(&mut self, node: Node<'t>) -> u32 {
        self.deeper(|this| this.plain_condition(node))
    }

    /// Several conditions that must all hold, in order; statements among them run before the next is looked at.
    pub(super) fn conditions(&mut self, nodes: Kids) -> Option<u32> {
        let mut all: Option<u32> = None;
        let mut before = self.open_block();
        for n in 0..nodes.len() {
            let Some(node) = self.kid(nodes, n) else { continue };
            if n + 1 < nodes.len() && self.is_statement(node) {
                self.statement(node, None);
                continue;
            }
            let one = self.condition(node);
            let one = self.after(before, one);
            before = self.open_block();
            all = Some(self.both(all, one));
        }
        all
    }

    fn plain_condition(&mut self, node: Node<'t>) -> u32 {
        let before = self.open_block();
        let compiled = match self.chosen(node) {
            Some(Compiled { form: Form::Custom(decide), .. }) => {
                let open = self.begin();
                let Some(form) = decide(self, node) else {
                    let leaf = self.finish(open, StepKind::Condition, self.span(node));
                    return self.leaf_condition(node, leaf, before);
                };
                self.abandon(open);
                Some(self.given(form))
            }
            other => other,
        };
        if let Some(compiled) = compiled {
            let parts = &compiled.parts;
            match compiled.form {
                Form::Pass { .. } | Form::Filter { .. } => {
                    let kids = self.children(node);
                    let value = self.part(kids, &parts[0]).or_else(|| self.only_named(kids));
                    self.release(kids);
                    if let Some(value) = value {
                        return self.condition(value);
                    }
                }
                Form::Sequence => {
                    let kids = self.children(node);
                    let rest = self.rest(kids);
                    let all = self.conditions(rest);
                    self.release(kids);
                    if let Some(all) = all {
                        return all;
                    }
                }
                Form::Unary { .. } => {
                    let kids = self.children(node);
                    let token = self.token(kids, &parts[0]);
                    let operand = self.part(kids, &parts[1]).or_else(|| self.only_named(kids));
                    self.release(kids);
                    if let (Some("!" | "not" | "unless"), Some(operand)) = (token, operand) {
                        let inner = self.condition(operand);
                        return self.condition_id(Condition::Not(inner));
                    }
                }
                Form::Binary { .. } => {
                    let kids = self.children(node);
                    let token = self.token(kids, &parts[1]);
                    let (left, right) = (self.part(kids, &parts[0]), self.part(kids, &parts[2]));
                    self.release(kids);
                    if let (true, Some(left), Some(right)) = (ShortCircuit::is_logical(token), left, right) {
                        let left = self.condition(left);
                        let right = self.condition(right);
                        return self.condition_id(if ShortCircuit::of(token) == Some(ShortCircuit::And) {
                            Condition::And(left, right)
                        } else {
                            Condition::Or(left, right)
                        });
                    }
                }
                _ => {}
            }
        }
        let leaf = self.step(StepKind::Condition, node, None);
        self.leaf_condition(node, leaf, before)
    }

    /// A condition without short circuits; what was added since `before` runs first.
    fn leaf_condition(&mut self, node: Node<'t>, leaf: u32, before: OpenBlock) -> u32 {
        match self.text(node) {
            "true" | "True" | "1" => self.program.steps[leaf as usize].flags.set(StepFlags::ALWAYS),
            "false" | "False" | "0" => self.program.steps[leaf as usize].flags.set(StepFlags::NEVER),
            _ => {}
        }
        let leaf = self.condition_id(Condition::Leaf(leaf));
        self.after(before, leaf)
    }

    /// Whether a condition is a match, or several conditions with one among them.
    pub(super) fn is_match(&mut self, node: Node<'t>) -> bool {
        match self.forms.get(node.kind_id()).map(|compiled| compiled.form) {
            Some(Form::Matches { .. }) => true,
            Some(Form::Sequence) => self.named_children(node).into_iter().any(|node| self.is_match(node)),
            _ => false,
        }
    }

    pub(super) fn is_statement(&self, node: Node<'t>) -> bool {
        self.form_of(node).is_some_and(|form| {
            matches!(
                form,
                Form::Declare { .. } | Form::Assign { .. } | Form::Compound { .. } | Form::Statement | Form::Sequence | Form::Update { .. }
            )
        })
    }

    /// A condition, after what was added since `before`.
    fn after(&mut self, before: OpenBlock, condition: u32) -> u32 {
        if self.is_empty(before) {
            return condition;
        }
        let block = self.close_block(before);
        self.condition_id(Condition::After(block, condition))
    }

    /// A condition that is always true, for parts that are missing.
    pub(super) fn always(&mut self, node: Node<'t>) -> u32 {
        let step = self.bare_step(StepKind::Condition, node);
        self.program.steps[step as usize].flags.set(StepFlags::ALWAYS);
        self.condition_id(Condition::Leaf(step))
    }

    pub(super) fn condition_id(&mut self, condition: Condition) -> u32 {
        self.program.conditions.push(condition);
        self.program.conditions.len() as u32 - 1
    }

    /// A condition that `make` evaluates and binds in a step from the first node to the last.
    pub(crate) fn condition_with(&mut self, first: Node<'t>, last: Node<'t>, make: impl FnOnce(&mut Self)) -> u32 {
        let before = self.open_block();
        let open = self.begin();
        make(self);
        let leaf = self.finish(open, StepKind::Condition, (self.offset(first.start_byte()), self.offset(last.end_byte())));
        let leaf = self.condition_id(Condition::Leaf(leaf));
        self.after(before, leaf)
    }

    /// Two conditions that must both hold.
    pub(crate) fn both(&mut self, left: Option<u32>, right: u32) -> u32 {
        match left {
            Some(left) => self.condition_id(Condition::And(left, right)),
            None => right,
        }
    }

    /// Two conditions of which one must hold.
    pub(crate) fn either(&mut self, left: u32, right: u32) -> u32 {
        self.condition_id(Condition::Or(left, right))
    }

    /// `all` and, after `before` ran, another condition.
    pub(crate) fn and_after(&mut self, all: Option<u32>, before: impl FnOnce(&mut Self), one: impl FnOnce(&mut Self) -> u32) -> u32 {
        let open = self.open_block();
        before(self);
        let one = one(self);
        let one = self.after(open, one);
        self.both(all, one)
    }

    /// The condition that a value, kept in `value`, fits a pattern, and that a guard holds.
    pub(crate) fn fits(
        &mut self,
        node: Node<'t>,
        pattern: Node<'t>,
        of: Node<'t>,
        value: u32,
        guard: Option<Node<'t>>,
        always: bool,
    ) -> u32 {
        let open = self.begin();
        self.expression(of);
        self.sink(Some(value), of);
        self.pattern(pattern, Bind::Declare);
        let step = self.finish(open, StepKind::Condition, self.span(node));
        if always {
            self.program.steps[step as usize].flags.set(StepFlags::ALWAYS);
        }
        let fits = self.condition_id(Condition::Leaf(step));
        match guard.map(|guard| self.condition(guard)) {
            Some(guard) => self.both(Some(fits), guard),
            None => fits,
        }
    }
}
