//! Switches: a subject, and the arms or labels among which it chooses.

use tree_sitter::Node;

use super::super::ir::{Arm, Item, MentionKind, NONE, StepKind, SwitchKind};
use super::scopes::Space;
use super::{Kids, Lower};
use crate::languages::{Case, Compiled, Form, Switch};

impl<'t> Lower<'t> {
    pub(super) fn switch(&mut self, node: Node<'t>, kids: Kids, compiled: &Compiled, switch: Switch, sink: Option<u32>) {
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

    pub(super) fn dispatch(&mut self, node: Node<'t>, kids: Kids, compiled: &Compiled) {
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

    /// Arms side by side, of which one is taken.
    pub(super) fn choice(&mut self, node: Node<'t>, arms: Kids, sink: Option<u32>) {
        let head = self.head(node, arms);
        self.program.steps[head as usize].kind = StepKind::Switch;
        let first = self.open_arms();
        self.cases(arms, None, sink);
        self.close_choice(first, head, true);
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

    /// An arm made by code: `test` makes the step of its pattern, which stands before `end`, `body` what runs.
    pub(crate) fn add_arm(
        &mut self,
        node: Node<'t>,
        end: usize,
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
        let start = self.offset(node.start_byte());
        let test = self.finish(open, StepKind::Case, (start, self.offset(end).max(start + 1)));
        let guard = guard.map_or(NONE, |guard| self.condition(guard));
        self.block_depth += 1;
        let body = self.block(body);
        self.block_depth -= 1;
        self.close_scope(scope);
        self.arms.push(Arm { test, guard, default: default && guard == NONE, label: NONE, body });
    }

    /// The head of a switch over a value, and the variable of that value.
    pub(crate) fn switch_on(&mut self, value: Node<'t>) -> (u32, u32) {
        let temporary = self.temporary(value);
        (self.step(StepKind::Switch, value, Some(temporary)), temporary)
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

    /// Adds a switch whose arms are tried in order and do not fall through.
    pub(crate) fn close_choice(&mut self, first: usize, head: u32, exhaustive: bool) {
        self.close_switch(first, head, SwitchKind { in_order: true, breaks: false, falls: false, exhaustive });
    }
}
