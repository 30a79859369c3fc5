//! Structured control: what each item of a block adds to the graph.

use super::EdgeKind;
use super::builder::{Builder, Label};
use super::jumps::{Finally, Scope};
use crate::flow::ir::{Block, Item, NONE};

impl Builder<'_> {
    pub(super) fn block(&mut self, block: Block) {
        for at in block.first..block.first + block.count {
            let Some(&item) = self.program.items_in_blocks.get(at as usize) else { return };
            let Some(&item) = self.program.items.get(item as usize) else { return };
            if let Item::Defer { registration, deferred, cleanup } = item {
                if registration != NONE {
                    self.emit(registration);
                }
                let rest = Block { first: at + 1, count: block.first + block.count - at - 1 };
                self.protected(Finally::Block(deferred, cleanup), |this| this.block(rest));
                return;
            }
            self.item_label = if self.labelled.0 == at { self.labelled.1 } else { NONE };
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.item(item));
        }
    }

    fn item(&mut self, item: Item) {
        let name = std::mem::replace(&mut self.item_label, NONE);
        match item {
            Item::Step(step) => {
                self.emit(step);
            }
            Item::Branch { condition, then, otherwise } => {
                let (holds, fails, end) = (self.label(), self.label(), self.label());
                self.condition(condition, holds, fails);
                self.bind(holds);
                self.block(then);
                self.go(end, None);
                self.bind(fails);
                self.block(otherwise);
                self.bind(end);
            }
            Item::While { condition, body, update, otherwise } => {
                self.repeat(name, |this, round, done| this.condition(condition, round, done), body, update, otherwise);
            }
            Item::Forever { head, body, update } => {
                let head = |this: &mut Self, _, _| {
                    this.emit(head);
                };
                self.repeat(name, head, body, update, Block::default());
            }
            Item::DoWhile { body, condition } => {
                let (round, again, leave) = (self.label(), self.label(), self.label());
                self.round(name, leave, again, round, body);
                self.bind(again);
                self.condition(condition, round, leave);
                self.bind(leave);
            }
            Item::Switch { head, first_arm, arms, kind } => self.switch(name, head, first_arm, arms, kind),
            Item::Dispatch { head, body } => {
                let leave = self.label();
                let node = self.emit(head);
                self.current = None;
                let around = self.dispatch.replace((node, false));
                self.scopes.push(Scope::Switch { label: name, leave });
                self.block(body);
                self.scopes.pop();
                if let Some((node, false)) = std::mem::replace(&mut self.dispatch, around) {
                    self.edge(node, leave, EdgeKind::False);
                }
                self.bind(leave);
            }
            Item::Case { test, default } => {
                // What runs before it goes on after it.
                let fallen = self.current.take();
                let mut held = std::mem::take(&mut self.pending);
                if let Some((node, has_default)) = &mut self.dispatch {
                    *has_default |= default;
                    let node = *node;
                    let here = self.label();
                    self.edge(node, here, EdgeKind::Case);
                    self.bind(here);
                }
                self.emit(test);
                if let Some((source, kind)) = fallen {
                    let after = self.label();
                    self.edge(source, after, kind);
                    self.bind(after);
                }
                self.pending.append(&mut held);
            }
            Item::Try { body, first_handler, handlers, in_order, otherwise, finally, cleanup } => {
                let handlers = (first_handler, handlers);
                match finally {
                    Some(finally) => {
                        self.protected(Finally::Block(finally, cleanup), |this| this.attempt(body, handlers, in_order, otherwise))
                    }
                    None => self.attempt(body, handlers, in_order, otherwise),
                }
            }
            Item::With { body, cleanup, swallows } => self.protected(Finally::Step(cleanup, swallows), |this| this.block(body)),
            Item::Defer { .. } => {}
            Item::Return { step } => self.jump(step, self.exit, 0, EdgeKind::Return),
            Item::Raise { step } => {
                let node = self.emit(step);
                self.current = None;
                self.raise(node, true);
                self.jumped = Some(node);
            }
            Item::Break { step, label } => {
                let found = self.find(|scope| match *scope {
                    Scope::Loop { label: name, leave, .. } => (label == NONE || label == name).then_some(leave),
                    Scope::Switch { label: name, leave } => (label == NONE || label == name).then_some(leave),
                    Scope::Named { label: name, leave } => (label == name).then_some(leave),
                    _ => None,
                });
                match found {
                    Some((target, depth)) => self.jump(step, target, depth, EdgeKind::Break),
                    None => self.jump(step, self.exit, 0, EdgeKind::Break),
                }
            }
            Item::Continue { step, label } => {
                let found = self.find(|scope| match *scope {
                    Scope::Loop { label: name, again, .. } => (label == NONE || label == name).then_some(again),
                    _ => None,
                });
                match found {
                    Some((target, depth)) => self.jump(step, target, depth, EdgeKind::Continue),
                    None => self.jump(step, self.exit, 0, EdgeKind::Continue),
                }
            }
            Item::Leave { step, levels, again } => {
                let around = self.scopes.iter().enumerate().rev().filter_map(|(depth, scope)| match *scope {
                    Scope::Loop { again: next, .. } if again => Some((next, depth, EdgeKind::Continue)),
                    Scope::Loop { leave, .. } | Scope::Switch { leave, .. } => Some((leave, depth, EdgeKind::Break)),
                    _ => None,
                });
                let (target, depth, kind) = around.take(levels.max(1) as usize).last().unwrap_or((self.exit, 0, EdgeKind::Break));
                self.jump(step, target, depth, kind);
            }
            Item::Abort { step } => {
                let node = self.emit(step);
                self.go(self.exit, Some(EdgeKind::Return));
                self.jumped = Some(node);
            }
            Item::Redo { step } => {
                let found = self.find(|scope| if let Scope::Loop { redo, .. } = *scope { Some(redo) } else { None });
                // Outside a loop it is the function (a block of Ruby) that begins again.
                let (target, depth) = found.unwrap_or((self.begin, 0));
                self.jump(step, target, depth, EdgeKind::Continue);
            }
            Item::Retry { step } => {
                let found = self.find(|scope| if let Scope::Retry(start) = *scope { Some(start) } else { None });
                let (target, depth) = found.unwrap_or((self.exit, 0));
                self.jump(step, target, depth, EdgeKind::Continue);
            }
            Item::Fallthrough { step } => {
                self.emit(step);
                if let Some(next) = self.next_arm {
                    self.go(next, None);
                }
            }
            // What fits nothing leaves with an error.
            Item::NextArm => self.go(self.next_test.unwrap_or(self.exit), None),
            Item::Goto { step, label } => {
                let target = self.named(label);
                self.jump(step, target, self.scopes.len(), EdgeKind::Next);
            }
            Item::Label { label, body } => {
                if label != NONE {
                    let here = self.named(label);
                    self.bind(here);
                }
                let leave = self.label();
                self.scopes.push(Scope::Named { label, leave });
                let last = if body.count > 0 { body.first + body.count - 1 } else { NONE };
                let around = std::mem::replace(&mut self.labelled, (last, label));
                self.block(body);
                self.labelled = around;
                self.scopes.pop();
                self.bind(leave);
            }
        }
    }

    /// A loop whose `test`, looked at first, leads to the body or to `otherwise`.
    fn repeat(&mut self, name: u32, test: impl FnOnce(&mut Self, Label, Label), body: Block, update: Block, otherwise: Block) {
        let (begin, round, again) = (self.label(), self.label(), self.label());
        let (done, leave) = (self.label(), self.label());
        self.bind(begin);
        test(self, round, done);
        self.round(name, leave, again, round, body);
        self.bind(again);
        self.block(update);
        self.go(begin, Some(EdgeKind::Back));
        self.bind(done);
        self.block(otherwise);
        self.bind(leave);
    }

    fn round(&mut self, label: u32, leave: Label, again: Label, round: Label, body: Block) {
        self.scopes.push(Scope::Loop { label, leave, again, redo: round });
        self.bind(round);
        self.block(body);
        self.scopes.pop();
    }
}
