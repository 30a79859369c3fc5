//! What the code of a language makes where a table cannot say it: the same items, from nodes that it names itself.

use tree_sitter::Node;

use super::super::ir::{Block, Condition, Item, MentionKind, StepKind};
use super::Lower;

impl<'t> Lower<'t> {
    /// Binds a part of the pattern being bound.
    pub(crate) fn pattern_part(&mut self, node: Node<'t>) {
        self.pattern(node, self.bind);
    }

    /// Binds a pattern as declarations do here.
    pub(crate) fn declare_pattern(&mut self, node: Node<'t>) {
        self.pattern(node, self.declaring());
    }

    /// Reads or defines a field that is named by itself.
    pub(crate) fn own_field(&mut self, name: Node<'t>, defines: bool) {
        self.mention_own_field(name, if defines { MentionKind::Define } else { MentionKind::Use });
    }

    /// A variable for the value of a node.
    pub(crate) fn value_of(&mut self, node: Node<'t>) -> u32 {
        self.temporary(node)
    }

    pub(crate) fn use_value(&mut self, value: Option<u32>, node: Node<'t>) {
        if let Some(value) = value {
            self.mention(value, MentionKind::Use, node.start_byte());
        }
    }

    /// A step from a node's beginning to `end`.
    pub(crate) fn step_of(&mut self, node: Node<'t>, end: usize, make: impl FnOnce(&mut Self)) {
        let open = self.begin();
        make(self);
        let span = (self.offset(node.start_byte()), self.offset(end));
        let step = self.finish(open, StepKind::Statement, span);
        self.push(Item::Step(step));
    }

    /// The value goes to another variable.
    pub(crate) fn give(&mut self, node: Node<'t>, value: u32, sink: Option<u32>) {
        if sink.is_some() {
            self.step_of(node, node.end_byte(), |this| {
                this.use_value(Some(value), node);
                this.sink(sink, node);
            });
        }
    }

    /// Nodes as statements; the last one gives the value.
    pub(crate) fn statements_of(&mut self, nodes: &[Node<'t>], sink: Option<u32>) {
        for (n, &node) in nodes.iter().enumerate() {
            self.statement(node, sink.filter(|_| n + 1 == nodes.len()));
        }
    }

    /// Runs in a scope of its own.
    pub(crate) fn block_scope(&mut self, run: impl FnOnce(&mut Self)) {
        let scope = self.open_scope();
        run(self);
        self.close_scope(scope);
    }

    /// An error that the language raises by itself.
    pub(crate) fn raise_at(&mut self, node: Node<'t>) {
        let step = self.bare_step(StepKind::Raise, node);
        self.push(Item::Raise { step });
    }

    pub(crate) fn push_branch(&mut self, condition: u32, then: Block, otherwise: Block) {
        self.push(Item::Branch { condition, then, otherwise });
    }

    /// A branch whose sides have scopes of their own.
    pub(crate) fn branch(&mut self, condition: u32, negated: bool, then: impl FnOnce(&mut Self), otherwise: impl FnOnce(&mut Self)) {
        let condition = if negated { self.condition_id(Condition::Not(condition)) } else { condition };
        let then = self.block(|this| this.block_scope(then));
        let otherwise = self.block(|this| this.block_scope(otherwise));
        self.push_branch(condition, then, otherwise);
    }
}
