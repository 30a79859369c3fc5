//! What the code of a language makes where a table cannot say it: the same items, from nodes that it names itself.

use tree_sitter::Node;

use super::super::ir::{Block, Condition, Handler, Item, MentionKind, NONE, StepFlags, StepKind, SwitchKind};
use super::{Bind, Lower};

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

    /// A call of `name` with arguments; `callee` is evaluated if it is a value.
    pub(crate) fn call_of(&mut self, node: Node<'t>, name: Node<'t>, callee: Option<Node<'t>>, arguments: &[Node<'t>]) {
        let kids = self.nothing();
        let call = self.program.calls.len();
        let laid = self.lay(arguments);
        self.call(node, Some(name), Some(callee), laid);
        if let Some(call) = self.program.calls.get_mut(call) {
            call.receiver = false;
        }
        self.release(kids);
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

    // --- choices ---

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

    /// `all` and, after `before` ran, another condition.
    pub(crate) fn and_after(&mut self, all: Option<u32>, before: impl FnOnce(&mut Self), one: impl FnOnce(&mut Self) -> u32) -> u32 {
        let block = self.block(before);
        let mut condition = 0;
        let more = self.block(|this| condition = one(this));
        // What the condition itself needs runs after what was before it.
        if more.count > 0 {
            condition = self.condition_id(Condition::After(more, condition));
        }
        if block.count > 0 {
            condition = self.condition_id(Condition::After(block, condition));
        }
        match all {
            Some(all) => self.condition_id(Condition::And(all, condition)),
            None => condition,
        }
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
        match guard {
            Some(guard) => {
                let guard = self.condition(guard);
                self.condition_id(Condition::And(fits, guard))
            }
            None => fits,
        }
    }

    /// The head of a switch, from a node's beginning to `end` (0: one byte of it).
    pub(crate) fn switch_head(&mut self, node: Node<'t>, end: usize, subject: Option<Node<'t>>, value: Option<u32>) -> u32 {
        let open = self.begin();
        if let Some(subject) = subject {
            self.expression(subject);
        }
        self.sink(value, node);
        let span = (self.offset(node.start_byte()), self.offset(end.max(node.start_byte() + 1)));
        self.finish(open, StepKind::Switch, span)
    }

    /// An arm whose test ends at `end`.
    pub(crate) fn add_arm_to(
        &mut self,
        node: Node<'t>,
        end: usize,
        default: bool,
        test: impl FnOnce(&mut Self),
        guard: Option<Node<'t>>,
        body: impl FnOnce(&mut Self),
    ) {
        self.add_arm(node, default, test, guard, body);
        let end = self.offset(end);
        if let Some(step) = self.arms.last().and_then(|arm| self.program.steps.get_mut(arm.test as usize)) {
            step.end = end.max(step.start + 1);
        }
    }

    /// Adds a switch whose arms are tried in order and do not fall through.
    pub(crate) fn close_choice(&mut self, first: usize, head: u32, exhaustive: bool) {
        self.close_switch(first, head, SwitchKind { in_order: true, breaks: false, falls: false, exhaustive });
    }

    // --- loops ---

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

    /// A loop over the values of `iterable` with a body made by code.
    pub(crate) fn loop_over(&mut self, node: Node<'t>, patterns: &[Node<'t>], iterable: Node<'t>, body: impl FnOnce(&mut Self)) {
        let kids = self.nothing();
        let (pattern, iterable) = (self.lay(patterns), self.lay(&[iterable]));
        let head = self.for_head(node, pattern, iterable);
        let body = self.block(body);
        self.push(Item::ForEach { head, body, otherwise: Block::default() });
        self.release(kids);
    }

    // --- handlers ---

    /// The head of a handler, to `end`.
    pub(crate) fn catch_head(&mut self, node: Node<'t>, end: usize, patterns: &[Node<'t>], guard: Option<Node<'t>>) -> u32 {
        let open = self.begin();
        for &pattern in patterns {
            self.pattern(pattern, Bind::Declare);
        }
        if let Some(guard) = guard {
            self.expression(guard);
        }
        self.finish(open, StepKind::Catch, (self.offset(node.start_byte()), self.offset(end)))
    }

    pub(crate) const fn handler_of(&self, head: u32, catches_all: bool, body: Block) -> Handler {
        Handler { head, catches_all, takes_some: false, body }
    }

    /// A body with handlers, what runs after it if nothing was raised, and what always runs with the node that says so.
    pub(crate) fn push_attempt(&mut self, body: Block, handlers: Vec<Handler>, otherwise: Block, finally: Option<(Block, Node<'t>)>) {
        let first_handler = self.program.handlers.len() as u32;
        let count = handlers.len() as u32;
        self.program.handlers.extend(handlers);
        let cleanup = finally.map_or(NONE, |(_, node)| self.bare_step(StepKind::Cleanup, node));
        let finally = finally.map(|(block, _)| block);
        self.push(Item::Try { body, first_handler, handlers: count, in_order: true, otherwise, finally, cleanup });
    }
}
