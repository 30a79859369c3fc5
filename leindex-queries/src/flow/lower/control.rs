//! Conditions, loops, switches, handlers and jumps.

use tree_sitter::Node;

use super::super::ir::{Arm, Block, Condition, Handler, Item, MentionKind, NONE, StepFlags, StepKind, SwitchKind};
use super::expressions::ShortCircuit;
use super::scopes::Space;
use super::statements::SWITCH;
use super::{Bind, Kids, Left, Lower};
use crate::languages::{Case, Compiled, Form, Spot, Switch};

/// A handler that is no node of its own.
#[derive(Clone, Debug)]
pub(crate) struct Handled<'t> {
    /// What it binds.
    pub(crate) names: Vec<Node<'t>>,
    /// Its head: first byte, and one past the last.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) body: Node<'t>,
    pub(crate) catches_all: bool,
}

impl<'t> Lower<'t> {
    pub(super) fn condition_id(&mut self, condition: Condition) -> u32 {
        self.program.conditions.push(condition);
        self.program.conditions.len() as u32 - 1
    }

    /// Several conditions that must all hold, in order; statements among them run before the next is looked at.
    fn conditions(&mut self, nodes: Kids) -> Option<u32> {
        let mut all: Option<u32> = None;
        let mut before = self.open_block();
        for n in 0..nodes.len() {
            let Some(node) = self.kid(nodes, n) else { continue };
            if n + 1 < nodes.len() && self.is_statement(node) {
                self.statement(node, None);
                continue;
            }
            let one = self.condition(node);
            let one = if self.is_empty(before) {
                one
            } else {
                let block = self.close_block(before);
                self.condition_id(Condition::After(block, one))
            };
            before = self.open_block();
            all = Some(match all {
                Some(all) => self.condition_id(Condition::And(all, one)),
                None => one,
            });
        }
        all
    }

    fn is_statement(&self, node: Node<'t>) -> bool {
        self.form_of(node).is_some_and(|form| {
            matches!(
                form,
                Form::Declare { .. } | Form::Assign { .. } | Form::Compound { .. } | Form::Statement | Form::Sequence | Form::Update { .. }
            )
        })
    }

    /// Whether a condition is a match, or several conditions with one among them.
    fn is_match(&mut self, node: Node<'t>) -> bool {
        match self.forms.get(node.kind_id()).map(|compiled| compiled.form) {
            Some(Form::Matches { .. }) => true,
            Some(Form::Sequence) => self.named_children(node).into_iter().any(|node| self.is_match(node)),
            _ => false,
        }
    }

    /// A condition, with its short circuits.
    pub(crate) fn condition(&mut self, node: Node<'t>) -> u32 {
        self.deeper(|this| this.plain_condition(node))
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
    fn leaf_condition(&mut self, node: Node<'t>, leaf: u32, before: super::OpenBlock) -> u32 {
        match self.text(node) {
            "true" | "True" | "1" => self.program.steps[leaf as usize].flags.set(StepFlags::ALWAYS),
            "false" | "False" | "0" => self.program.steps[leaf as usize].flags.set(StepFlags::NEVER),
            _ => {}
        }
        let leaf = self.condition_id(Condition::Leaf(leaf));
        if self.is_empty(before) {
            return leaf;
        }
        let block = self.close_block(before);
        self.condition_id(Condition::After(block, leaf))
    }

    /// A condition that is always true, for parts that are missing.
    fn always(&mut self, node: Node<'t>) -> u32 {
        let step = self.bare_step(StepKind::Condition, node);
        self.program.steps[step as usize].flags.set(StepFlags::ALWAYS);
        self.condition_id(Condition::Leaf(step))
    }

    /// Statements at these nodes, as a block of their own in a scope of its own.
    pub(super) fn body(&mut self, nodes: Kids, sink: Option<u32>) -> Block {
        self.block_depth += 1;
        let block = self.block(|this| this.scoped(|this| this.statements(nodes, sink)));
        self.block_depth -= 1;
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

    // --- what code makes ---

    /// A condition that `make` evaluates and binds in a step from the first node to the last.
    pub(crate) fn condition_with(&mut self, first: Node<'t>, last: Node<'t>, make: impl FnOnce(&mut Self)) -> u32 {
        let before = self.open_block();
        let open = self.begin();
        make(self);
        let leaf = self.finish(open, StepKind::Condition, (self.offset(first.start_byte()), self.offset(last.end_byte())));
        let leaf = self.condition_id(Condition::Leaf(leaf));
        if self.is_empty(before) {
            return leaf;
        }
        let block = self.close_block(before);
        self.condition_id(Condition::After(block, leaf))
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

    /// A statement, if there is one, as a block in a scope of its own.
    pub(crate) fn inner(&mut self, node: Option<Node<'t>>, sink: Option<u32>) -> Block {
        let nodes = self.lay(node.as_slice());
        let block = self.body(nodes, sink);
        self.release(nodes);
        block
    }

    /// A loop over the elements of `iterable`; `body` makes what repeats.
    pub(crate) fn for_each_with(&mut self, node: Node<'t>, pattern: Node<'t>, iterable: Node<'t>, body: impl FnOnce(&mut Self)) {
        self.scoped(|this| {
            let (pattern, iterable) = (this.lay(&[pattern]), this.lay(&[iterable]));
            let head = this.for_head(node, pattern, iterable);
            this.release(pattern);
            this.named.push(Left { label: NONE, is_loop: true, sink: None });
            this.block_depth += 1;
            let body = this.block(body);
            this.block_depth -= 1;
            this.named.pop();
            this.push(Item::ForEach { head, body, otherwise: Block::default() });
        });
    }

    /// The head of a switch over a value, and the variable of that value.
    pub(crate) fn switch_on(&mut self, value: Node<'t>) -> (u32, u32) {
        let temporary = self.temporary(value);
        (self.step(StepKind::Switch, value, Some(temporary)), temporary)
    }

    /// Reads a variable.
    pub(crate) fn use_variable(&mut self, variable: u32, node: Node<'t>) {
        self.mention(variable, MentionKind::Use, node.start_byte());
    }

    pub(super) fn control(&mut self, node: Node<'t>, compiled: &Compiled, sink: Option<u32>) {
        let kids = self.children(node);
        let label = self.label_among(kids);
        self.under_label(label, sink, |this| this.controlled(node, kids, compiled, label, sink));
        self.release(kids);
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

    fn repetition(&mut self, node: Node<'t>, kids: Kids, compiled: &Compiled) {
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
                self.push(Item::While { condition, body, otherwise });
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
                    Some(condition) => Item::For { condition, update, body },
                    None => Item::Forever { head, body, update },
                });
            }
            Form::ForEach { .. } => {
                let (pattern, iterable) = (self.select(kids, &parts[0]), self.select(kids, &parts[1]));
                let (body, otherwise) = (self.select(kids, &parts[2]), self.select(kids, &parts[3]));
                let head = self.for_head(node, pattern, iterable);
                let body = self.body(body, None);
                let otherwise = self.body(otherwise, None);
                self.push(Item::ForEach { head, body, otherwise });
            }
            _ => {}
        }
    }

    /// A loop over the values of `iterable`, made by code.
    pub(crate) fn for_each(&mut self, node: Node<'t>, pattern: &[Node<'t>], iterable: &[Node<'t>], body: &[Node<'t>]) {
        let named = std::mem::take(&mut self.named);
        let kids = self.nothing();
        self.scoped(|this| {
            let (pattern, iterable, body) = (this.lay(pattern), this.lay(iterable), this.lay(body));
            let head = this.for_head(node, pattern, iterable);
            let body = this.body(body, None);
            this.push(Item::ForEach { head, body, otherwise: Block::default() });
        });
        self.release(kids);
        self.named = named;
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

    /// A block that something which is no statement of the language may repeat.
    pub(crate) fn repeated_block(&mut self, head: Node<'t>, body: Node<'t>) {
        let head = self.bare_step(StepKind::Loop, head);
        self.block_depth += 1;
        let body = self.block(|this| this.scoped(|this| this.children_as_statements(body, None)));
        self.block_depth -= 1;
        self.push(Item::ForEach { head, body, otherwise: Block::default() });
    }

    /// A head without a condition: the text up to the body.
    fn head(&mut self, node: Node<'t>, body: Kids) -> u32 {
        let head = self.bare_step(StepKind::Loop, node);
        if let Some(body) = self.kid(body, 0) {
            let end = self.offset(body.start_byte());
            let step = &mut self.program.steps[head as usize];
            step.end = end.max(step.start + 1).min(step.end);
        }
        head
    }

    pub(super) fn nothing(&self) -> Kids {
        Kids::at(self.kids.len())
    }

    // --- switches ---

    fn switch(&mut self, node: Node<'t>, kids: Kids, compiled: &Compiled, switch: Switch, sink: Option<u32>) {
        let parts = &compiled.parts;
        let subject = self.select(kids, &parts[0]);
        let cases = self.select(kids, &parts[1]);
        let mut value = None;
        let head = if subject.is_empty() {
            let head = self.bare_step(StepKind::Switch, node);
            let keyword = node.child(0).map_or(node.start_byte() + 1, |keyword| keyword.end_byte());
            let is_case = |node: &Node<'t>| matches!(self.form_of(*node), Some(Form::Case(_)));
            let first = self.kid(cases, 0).or_else(|| (0..kids.len()).filter_map(|n| self.kid(kids, n)).find(is_case));
            let first = first.map_or(keyword, |first| first.start_byte());
            let end = self.offset(first);
            let step = &mut self.program.steps[head as usize];
            step.end = end.max(step.start + 1).min(step.end);
            head
        } else {
            let (head, compared) = self.subject(node, subject);
            value = Some(compared);
            head
        };
        let first = self.open_arms();
        if cases.is_empty() {
            self.cases(kids, value, sink);
        } else {
            for n in 0..cases.len() {
                if let Some(cases) = self.kid(cases, n) {
                    if let Some(Form::Hoisting(hoist)) = self.forms.get(cases.kind_id()).map(|compiled| compiled.form) {
                        hoist(self, cases);
                    }
                    let inner = self.children(cases);
                    self.cases(inner, value, sink);
                    self.release(inner);
                }
            }
        }
        self.close_switch(
            first,
            head,
            SwitchKind { in_order: switch.in_order, breaks: switch.breaks, falls: switch.falls, exhaustive: switch.exhaustive },
        );
    }

    fn dispatch(&mut self, node: Node<'t>, kids: Kids, compiled: &Compiled) {
        let (subject, body) = (self.select(kids, &compiled.parts[0]), self.select(kids, &compiled.parts[1]));
        let (head, value) = self.subject(node, subject);
        let around = self.dispatched.replace(value);
        let body = self.body(body, None);
        self.dispatched = around;
        self.push(Item::Dispatch { head, body });
    }

    pub(super) fn case_label(&mut self, node: Node<'t>, compiled: &Compiled, case: Case) {
        let kids = self.children(node);
        let patterns = self.select(kids, &compiled.parts[0]);
        let bodies = if case.body.is_empty() { self.rest(kids) } else { self.select(kids, &compiled.parts[2]) };
        let open = self.begin();
        if let Some(value) = self.dispatched {
            self.mention(value, MentionKind::Use, node.start_byte());
        }
        self.each(patterns);
        let (start, mut end) = self.span(node);
        if let Some(first) = self.kid(bodies, 0) {
            end = self.offset(first.start_byte());
        }
        if let Some(last) = patterns.len().checked_sub(1).and_then(|last| self.kid(patterns, last)) {
            end = self.offset(last.end_byte());
        }
        let test = self.finish(open, StepKind::Case, (start, end.max(start + 1)));
        self.push(Item::Case { test, default: patterns.is_empty() });
        self.statements(bodies, None);
        self.release(kids);
    }

    /// The head of a switch that has a subject: declarations before it (Go, C++) run first.
    fn subject(&mut self, node: Node<'t>, subject: Kids) -> (u32, u32) {
        for n in 0..subject.len().saturating_sub(1) {
            if let Some(part) = self.kid(subject, n).filter(|&part| self.is_statement(part)) {
                self.statement(part, None);
            }
        }
        let last = subject.len().checked_sub(1).and_then(|last| self.kid(subject, last)).unwrap_or(node);
        let value = self.temporary(last);
        (self.step(StepKind::Switch, last, Some(value)), value)
    }

    /// Where the arms of a switch begin: they are gathered on a stack, as switches nest.
    pub(crate) fn open_arms(&self) -> usize {
        self.arms.len()
    }

    /// Adds the switch whose arms were gathered since `first`.
    pub(crate) fn close_switch(&mut self, first: usize, head: u32, kind: SwitchKind) {
        let first_arm = self.program.arms.len() as u32;
        self.program.arms.extend(self.arms.drain(first..));
        let arms = self.program.arms.len() as u32 - first_arm;
        self.push(Item::Switch { head, first_arm, arms, kind });
    }

    fn cases(&mut self, kids: Kids, value: Option<u32>, sink: Option<u32>) {
        for n in 0..kids.len() {
            let Some(node) = self.kid(kids, n).filter(|_| self.is_named_kid(kids, n)) else { continue };
            let Some(compiled) = self.compiled(node) else { continue };
            match compiled.form {
                Form::Case(case) => self.arm(node, &compiled, case, value, sink),
                Form::Control(add) => {
                    self.switch_subject = value;
                    add(self, node, sink);
                    self.switch_subject = None;
                }
                // Arms inside a wrapper.
                Form::Sequence | Form::Block | Form::Evaluate => {
                    let inner = self.children(node);
                    self.cases(inner, value, sink);
                    self.release(inner);
                }
                _ => {}
            }
        }
    }

    fn arm(&mut self, node: Node<'t>, compiled: &Compiled, case: Case, value: Option<u32>, sink: Option<u32>) {
        let parts = &compiled.parts;
        let scope = self.open_scope();
        let kids = self.children(node);
        let (mut patterns, mut guards) = (self.select(kids, &parts[0]), self.select(kids, &parts[1]));
        if let Some(inner) = self.kid(patterns, 0).filter(|_| patterns.len() == 1)
            && let Some(compiled) = self.forms.get(inner.kind_id()).copied().filter(|compiled| matches!(compiled.form, Form::Case(_)))
        {
            let inside = self.children(inner);
            (patterns, guards) = (self.select(inside, &compiled.parts[0]), self.select(inside, &compiled.parts[1]));
        }
        let bodies = if case.body.is_empty() { self.rest(kids) } else { self.select(kids, &parts[2]) };
        let open = self.begin();
        if let Some(value) = value {
            self.mention(value, MentionKind::Use, node.start_byte());
        }
        let mut default = patterns.is_empty();
        let mut span = self.span(node);
        span.1 = self.kid(bodies, 0).map_or(span.1, |body| self.offset(body.start_byte())).min(span.1);
        let mut end = span.1;
        for n in 0..patterns.len() {
            let Some(pattern) = self.kid(patterns, n) else { continue };
            let text = self.text(pattern).trim();
            default |= case.default.contains(&text);
            end = self.offset(pattern.end_byte());
            if case.default.contains(&text) {
                continue;
            }
            if case.binds {
                self.pattern(pattern, self.declaring());
            } else {
                self.expression(pattern);
            }
        }
        let test = self.finish(open, StepKind::Case, (span.0, end.max(span.0 + 1)));
        let label = match self.kid(patterns, 0) {
            Some(pattern) => self.label(pattern),
            None => self.name_id(Space::Label, "default"),
        };
        let guards = if guards.is_empty() { self.guards_in(patterns) } else { guards };
        let guard = self.conditions(guards).unwrap_or(NONE);
        let body = self.body(bodies, sink);
        self.release(kids);
        if self.config.flow.block_scopes || self.in_comprehension {
            self.close_scope(scope);
        }
        self.arms.push(Arm { test, guard, default: default && guard == NONE, label, body });
    }

    /// Arms side by side, of which one is taken.
    pub(super) fn choice(&mut self, node: Node<'t>, arms: Kids, sink: Option<u32>) {
        let head = self.head(node, arms);
        self.program.steps[head as usize].kind = StepKind::Switch;
        let first = self.open_arms();
        self.cases(arms, None, sink);
        self.close_switch(first, head, SwitchKind { in_order: true, breaks: false, falls: false, exhaustive: true });
    }

    /// Whether a node is a condition among clauses.
    pub(super) fn is_filter(&self, node: Node<'t>) -> bool {
        self.forms.get(node.kind_id()).is_some_and(|compiled| matches!(compiled.form, Form::Filter { .. }))
    }

    /// Conditions that stand inside the patterns of an arm.
    fn guards_in(&mut self, patterns: Kids) -> Kids {
        let mut parts = Vec::new();
        for n in 0..patterns.len() {
            let Some(pattern) = self.kid(patterns, n) else { continue };
            for part in self.named_children(pattern) {
                parts.extend(self.condition_of_filter(part));
            }
        }
        self.lay(&parts)
    }

    /// The condition that a node of form [`Form::Filter`] is about.
    fn condition_of_filter(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let compiled = self.forms.get(node.kind_id()).copied().filter(|compiled| matches!(compiled.form, Form::Filter { .. }))?;
        let kids = self.children(node);
        let condition = self.part(kids, &compiled.parts[0]).or_else(|| self.only_named(kids));
        self.release(kids);
        condition
    }

    /// An arm made by code: `test` makes the step of its pattern, `body` what runs.
    pub(crate) fn add_arm(
        &mut self,
        node: Node<'t>,
        default: bool,
        test: impl FnOnce(&mut Self),
        guard: Option<Node<'t>>,
        body: impl FnOnce(&mut Self),
    ) {
        let scope = self.open_scope();
        let value = self.switch_subject.take();
        let open = self.begin();
        if let Some(value) = value {
            self.mention(value, MentionKind::Use, node.start_byte());
        }
        test(self);
        let test = self.finish(open, StepKind::Case, self.span(node));
        let guard = guard.map_or(NONE, |guard| self.condition(guard));
        self.block_depth += 1;
        let body = self.block(body);
        self.block_depth -= 1;
        self.close_scope(scope);
        self.arms.push(Arm { test, guard, default: default && guard == NONE, label: NONE, body });
    }

    /// Where the pattern of the arm that was added last ends.
    pub(crate) fn end_test(&mut self, end: usize) {
        let end = self.offset(end);
        if let Some(step) = self.arms.last().and_then(|arm| self.program.steps.get_mut(arm.test as usize)) {
            step.end = end.max(step.start + 1);
        }
    }

    // --- handlers ---

    fn has_handlers(&self, kids: Kids) -> bool {
        (0..kids.len()).filter_map(|n| self.kid(kids, n)).any(|part| self.part_of_try(part).is_some())
    }

    fn part_of_try(&self, part: Node<'t>) -> Option<Form> {
        let form = self.form_of(part)?;
        // The default of a switch may be of the same kind as the `else` of a try.
        let is_part =
            matches!(form, Form::Catch { .. } | Form::CatchIf { .. } | Form::Finally { .. } | Form::TryElse { .. } | Form::Case(_));
        is_part.then_some(form)
    }

    fn attempt(&mut self, kids: Kids, compiled: &Compiled, sink: Option<u32>) {
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
    fn attempt_of(&mut self, kids: Kids, body: Block, mut otherwise: Option<Node<'t>>, sink: Option<u32>) {
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
        let first_handler = self.program.handlers.len() as u32;
        let count = rows.len() as u32;
        self.program.handlers.extend(rows);
        let cleanup = finally.map_or(NONE, |node| self.bare_step(StepKind::Cleanup, node));
        let finally = finally.map(|node| self.inner_body(node, 0, None));
        let in_order = self.config.flow.handlers_in_order;
        self.push(Item::Try { body, first_handler, handlers: count, in_order, otherwise, finally, cleanup });
    }

    /// `body`, and `handler` if it raises anything. Made by code.
    pub(crate) fn rescued(&mut self, node: Node<'t>, body: impl FnOnce(&mut Self), handler: impl FnOnce(&mut Self)) {
        self.block_depth += 1;
        let body = self.block(body);
        let head = self.bare_step(StepKind::Catch, node);
        let handler = self.block(handler);
        self.block_depth -= 1;
        let first_handler = self.program.handlers.len() as u32;
        self.program.handlers.push(Handler { head, catches_all: true, takes_some: false, body: handler });
        let (otherwise, cleanup) = (Block::default(), NONE);
        self.push(Item::Try { body, first_handler, handlers: 1, in_order: true, otherwise, finally: None, cleanup });
    }

    /// A try whose handlers are no nodes of their own: types and names, and what runs. Made by code.
    pub(crate) fn attempt_by_code(&mut self, node: Node<'t>, body: Node<'t>, handlers: &[Handled<'t>], finally: Option<Node<'t>>) {
        let nodes = self.lay(&[body]);
        let body = self.body(nodes, None);
        let mut rows = Vec::with_capacity(handlers.len());
        for of in handlers {
            let scope = self.open_scope();
            let open = self.begin();
            for &name in &of.names {
                self.pattern(name, Bind::Declare);
            }
            let head = self.finish(open, StepKind::Catch, (self.offset(of.start), self.offset(of.end)));
            let nodes = self.lay(&[of.body]);
            let body = self.body(nodes, None);
            self.close_scope(scope);
            rows.push(Handler { head, catches_all: of.catches_all, takes_some: false, body });
        }
        let first_handler = self.program.handlers.len() as u32;
        let count = rows.len() as u32;
        self.program.handlers.extend(rows);
        let cleanup = finally.map_or(NONE, |_| self.bare_step(StepKind::Cleanup, finally.unwrap_or(node)));
        let finally = finally.map(|node| self.inner_body(node, 0, None));
        let in_order = self.config.flow.handlers_in_order;
        self.push(Item::Try { body, first_handler, handlers: count, in_order, otherwise: Block::default(), finally, cleanup });
    }

    /// The part of a node that is its body (the n-th of its form's parts), or all its children.
    fn inner_body(&mut self, node: Node<'t>, part: usize, sink: Option<u32>) -> Block {
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

    fn with(&mut self, node: Node<'t>, kids: Kids, compiled: &Compiled, sink: Option<u32>) {
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
}
