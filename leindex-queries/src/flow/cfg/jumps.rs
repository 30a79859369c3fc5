//! Jumps, and what must run on the way out of where they stand.

use super::EdgeKind;
use super::builder::{Builder, Label};
use crate::flow::ir::Block;

/// Copies of a `finally` beyond which ways out share the last one.
const MOST_COPIES: usize = 16;
/// Nodes of a function, as a multiple of its steps, from which no more copies are made.
const MOST_GROWTH: usize = 8;

/// What may be left, jumped to, or looks after errors, around the place where the builder is.
#[derive(Debug)]
pub(super) enum Scope {
    Loop {
        label: u32,
        leave: Label,
        again: Label,
        redo: Label,
    },
    Switch {
        label: u32,
        leave: Label,
    },
    Named {
        label: u32,
        leave: Label,
    },
    /// Handlers: where an error goes, and whether all errors end there.
    Handlers {
        first: Vec<Label>,
        catches_all: bool,
    },
    /// Code that runs on every way out, with the ways that were taken.
    Finally {
        run: Finally,
        ways: Vec<(Way, Label)>,
    },
    /// The start of a try, for a handler that begins again.
    Retry(Label),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Finally {
    /// Statements, and the step at which an error goes on after them.
    Block(Block, u32),
    /// One step; whether it may swallow an error.
    Step(u32, bool),
}

/// Where control goes after a `finally`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Raise,
    To { label: Label, depth: usize, kind: EdgeKind },
}

impl Builder<'_> {
    /// Where an error that a node raises may go. What nothing looks after leaves the function, if it is said to.
    pub(super) fn raise(&mut self, node: u32, explicit: bool) {
        for depth in (0..self.scopes.len()).rev() {
            match &self.scopes[depth] {
                Scope::Handlers { first, catches_all } => {
                    let (labels, all) = (first.clone(), *catches_all);
                    for label in labels {
                        self.edge(node, label, EdgeKind::Exception);
                    }
                    if all {
                        return;
                    }
                }
                Scope::Finally { .. } => {
                    let label = self.way_out(depth, Way::Raise);
                    self.edge(node, label, EdgeKind::Exception);
                    return;
                }
                _ => {}
            }
        }
        if explicit {
            self.edge(node, self.exit, EdgeKind::Exception);
        }
    }

    /// Where a generator goes that is closed at a node. What nothing looks after has no edge.
    pub(super) fn close(&mut self, node: u32) {
        let label = self.route(self.exit, 0, EdgeKind::Return);
        if label != self.exit {
            self.edge(node, label, EdgeKind::Return);
        }
    }

    /// The copy of a `finally` for a way out.
    fn way_out(&mut self, depth: usize, way: Way) -> Label {
        let full = self.graph.nodes.len() > MOST_GROWTH * (self.program.steps.len() + 16);
        if let Some(Scope::Finally { ways, .. }) = self.scopes.get(depth) {
            if let Some(&(_, label)) = ways.iter().find(|(known, _)| *known == way) {
                return label;
            }
            if let Some(&(_, label)) = ways.last().filter(|_| ways.len() >= MOST_COPIES || full) {
                self.graph.capped = true;
                return label;
            }
        }
        let label = self.label();
        if let Some(Scope::Finally { ways, .. }) = self.scopes.get_mut(depth) {
            ways.push((way, label));
        }
        label
    }

    /// The label to go to in order to reach `label` outside of `depth`, through what must run on the way.
    fn route(&mut self, label: Label, depth: usize, kind: EdgeKind) -> Label {
        let around = (depth..self.scopes.len()).rev().find(|&at| matches!(self.scopes[at], Scope::Finally { .. }));
        match around {
            Some(at) => self.way_out(at, Way::To { label, depth, kind }),
            None => label,
        }
    }

    pub(super) fn jump(&mut self, step: u32, label: Label, depth: usize, kind: EdgeKind) {
        let node = self.emit(step);
        let label = self.route(label, depth, kind);
        self.go(label, Some(kind));
        self.jumped = Some(node);
    }

    pub(super) fn find(&self, wanted: impl Fn(&Scope) -> Option<Label>) -> Option<(Label, usize)> {
        self.scopes.iter().enumerate().rev().find_map(|(depth, scope)| wanted(scope).map(|label| (label, depth)))
    }

    pub(super) fn named(&mut self, name: u32) -> Label {
        if let Some(&(_, label)) = self.gotos.iter().rev().find(|(known, _)| *known == name) {
            return label;
        }
        let label = self.label();
        self.gotos.push((name, label));
        label
    }

    /// Builds `body` with code that runs on every way out of it.
    pub(super) fn protected(&mut self, run: Finally, body: impl FnOnce(&mut Self)) {
        self.scopes.push(Scope::Finally { run, ways: Vec::new() });
        body(self);
        let Some(Scope::Finally { run, ways }) = self.scopes.pop() else { return };
        let after = self.label();
        if self.is_live() {
            self.run(run);
        }
        self.go(after, None);
        for (way, label) in ways {
            self.bind(label);
            self.run(run);
            match way {
                Way::To { label, depth, kind } => {
                    let label = self.route(label, depth, kind);
                    self.go(label, Some(kind));
                }
                Way::Raise => {
                    let last = match run {
                        Finally::Block(_, again) => self.emit(again),
                        Finally::Step(..) => self.graph.nodes.len() as u32 - 1,
                    };
                    self.current = None;
                    if matches!(run, Finally::Step(_, true)) {
                        self.edge(last, after, EdgeKind::Next);
                    }
                    self.raise(last, true);
                }
            }
        }
        self.bind(after);
    }

    fn run(&mut self, run: Finally) {
        match run {
            Finally::Block(block, _) => self.block(block),
            Finally::Step(step, _) => {
                self.emit(step);
            }
        }
    }
}
