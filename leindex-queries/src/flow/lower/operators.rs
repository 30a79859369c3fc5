//! Operators: binary ones, and those whose right side runs only sometimes, which become branches where it matters.

use tree_sitter::Node;

use super::super::ir::{Block, Condition, Item, MentionKind, NONE, StepFlags, StepKind};
use super::{Bind, Kids, Lower, OpenBlock, OpenStep};
use crate::languages::Compiled;

impl<'t> Lower<'t> {
    pub(super) fn binary(&mut self, node: Node<'t>, compiled: &Compiled) {
        let kids = self.children(node);
        let token = self.token(kids, &compiled.parts[1]);
        let (left, right) = (self.part(kids, &compiled.parts[0]), self.part(kids, &compiled.parts[2]));
        match (ShortCircuit::of(token), left, right) {
            (Some(operator), Some(left), Some(right)) => self.short_circuit(node, operator, left, right),
            _ => {
                self.raises_by(token);
                let rest = self.rest(kids);
                for part in [left, right].into_iter().flatten() {
                    self.expression(part);
                }
                self.each(rest);
            }
        }
        self.release(kids);
    }

    /// Whether an operator may raise an error.
    pub(super) fn raises_by(&mut self, token: Option<&str>) {
        if self.config.flow.operators_raise || token.is_some_and(|token| matches!(token.trim_end_matches('='), "/" | "%")) {
            self.pending.flags.set(StepFlags::RAISES);
        }
    }

    /// `right`, evaluated unless `left` has a value that counts.
    pub(crate) fn unless(&mut self, node: Node<'t>, left: Node<'t>, right: Node<'t>) {
        self.short_circuit(node, ShortCircuit::Or, left, right);
    }

    /// `left op right` for its value. Where the right side holds control or assigns, it becomes a branch.
    pub(crate) fn short_circuit(&mut self, node: Node<'t>, operator: ShortCircuit, left: Node<'t>, right: Node<'t>) {
        let whole = self.begin();
        // What `begin` reset belongs to the expression around.
        (self.pending.call, self.pending.argument) = (whole.call, whole.argument);
        self.expression(left);
        let block = self.open_block();
        let start = self.pending.mentions.len();
        let calls = self.program.calls.len();
        let left_flags = std::mem::take(&mut self.pending.flags);
        self.expression(right);
        let assigns = self.pending.mentions.iter().skip(start).any(|mention| mention.kind == MentionKind::Define);
        if self.is_empty(block) && !assigns {
            let flags = self.pending.flags.0 | left_flags.0 | whole.flags.0;
            self.pending.flags = StepFlags(flags);
            return;
        }
        let temporary = self.temporary(node);
        // The right side becomes a step of its own, after the items it added.
        let inner = OpenStep { mentions: start, calls, regions: self.program.regions.len(), flags: left_flags, ..whole };
        self.detach(start);
        self.sink(Some(temporary), right);
        let step = self.finish(inner, StepKind::Statement, self.span(right));
        if self.program.steps[step as usize].mentions > 1 || !self.is_leaving(block) {
            self.push(Item::Step(step));
        }
        let taken = self.close_block(block);
        self.detach(whole.mentions);
        self.sink(Some(temporary), left);
        let leaf = self.finish(whole, StepKind::Condition, self.span(left));
        let condition = self.condition_id(Condition::Leaf(leaf));
        let empty = Block::default();
        let (then, otherwise) = if operator == ShortCircuit::And { (taken, empty) } else { (empty, taken) };
        self.push(Item::Branch { condition, then, otherwise });
        self.mention(temporary, MentionKind::Use, node.start_byte());
    }

    /// The operator of an assignment whose right side runs only sometimes.
    pub(super) fn assigning_operator(&self, kids: Kids) -> Option<ShortCircuit> {
        let tokens = (0..kids.len()).filter(|&n| !self.is_named_kid(kids, n)).filter_map(|n| self.kid(kids, n));
        tokens.into_iter().find_map(|token| match self.text(token) {
            "||=" | "??=" => Some(ShortCircuit::Or),
            "&&=" => Some(ShortCircuit::And),
            _ => None,
        })
    }

    /// `left ||= right`: a branch on the left side, which is assigned in one of its arms.
    pub(super) fn short_circuit_assignment(
        &mut self,
        node: Node<'t>,
        operator: ShortCircuit,
        left: Node<'t>,
        right: Kids,
        sink: Option<u32>,
    ) {
        let open = self.begin();
        self.target(left);
        self.sink(sink, left);
        let leaf = self.finish(open, StepKind::Condition, self.span(left));
        let condition = self.condition_id(Condition::Leaf(leaf));
        let assigned = self.block(|this| {
            let open = this.begin();
            this.each(right);
            this.pattern(left, Bind::Assign);
            this.sink(sink, node);
            let step = this.finish(open, StepKind::Statement, this.span(node));
            this.push(Item::Step(step));
        });
        let empty = Block::default();
        let (then, otherwise) = if operator == ShortCircuit::And { (assigned, empty) } else { (empty, assigned) };
        self.push(Item::Branch { condition, then, otherwise });
    }

    /// Mentions that become a step of their own are no arguments of calls outside it.
    fn detach(&mut self, start: usize) {
        let outer = self.pending.call;
        for mention in self.pending.mentions.iter_mut().skip(start).filter(|mention| mention.call == outer) {
            (mention.call, mention.argument) = (NONE, 0);
        }
    }

    fn is_leaving(&self, block: OpenBlock) -> bool {
        self.open.get(block.0..).and_then(<[u32]>::last).and_then(|&item| self.program.items.get(item as usize)).is_some_and(|item| {
            matches!(
                item,
                Item::Return { .. }
                    | Item::Raise { .. }
                    | Item::Leave { .. }
                    | Item::Abort { .. }
                    | Item::Break { .. }
                    | Item::Continue { .. }
                    | Item::Goto { .. }
                    | Item::Redo { .. }
            )
        })
    }
}

/// An operator whose right side runs only sometimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShortCircuit {
    /// If the left side holds.
    And,
    /// If it does not, or is missing.
    Or,
}

impl ShortCircuit {
    pub(super) fn of(token: Option<&str>) -> Option<Self> {
        match token? {
            "&&" | "and" | "andalso" => Some(Self::And),
            "||" | "or" | "orelse" | "??" | "?:" | "?" => Some(Self::Or),
            _ => None,
        }
    }

    /// Whether it takes truth values: in a condition its sides are conditions.
    pub(super) fn is_logical(token: Option<&str>) -> bool {
        matches!(token, Some("&&" | "and" | "||" | "or" | "andalso" | "orelse"))
    }
}
