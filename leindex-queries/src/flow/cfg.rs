//! The control-flow graph of a lowered function: steps become nodes, structure becomes edges.
//!
//! Nodes are emitted in the order of the text, edges lead to labels that are bound to the node emitted next. What must
//! run on every way out (`finally`, `defer`, `with`) is emitted once for each way that leaves through it, so that no
//! path joins two ways out. A region (a function inside) has nodes of its own, between its entry and its exit.

use serde::{Deserialize, Serialize};

use super::ir::{Block, Condition, Item, NONE, Program, StepFlags, SwitchKind};

/// Why control goes from one node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EdgeKind {
    /// It comes next.
    Next,
    /// The condition holds, or the loop goes round.
    True,
    /// It does not, or the loop is done.
    False,
    /// The switch chooses this arm.
    Case,
    /// An error is raised.
    Exception,
    /// The function is left.
    Return,
    /// A loop, switch or block is left.
    Break,
    /// The next round begins early.
    Continue,
    /// The next round begins.
    Back,
}

impl EdgeKind {
    /// The name used in tables, JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::True => "true",
            Self::False => "false",
            Self::Case => "case",
            Self::Exception => "exception",
            Self::Return => "return",
            Self::Break => "break",
            Self::Continue => "continue",
            Self::Back => "back",
        }
    }
}

/// A node: a step at one place of the graph. Copies of a `finally` have the same step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The step.
    pub step: u32,
    /// The region it is in.
    pub region: u32,
}

/// An edge of a control-flow graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Edge {
    /// Where it comes from.
    pub source: u32,
    /// Where it leads.
    pub target: u32,
    /// Why.
    pub kind: EdgeKind,
}

/// The graph of all regions. Nodes of a region are in a row: `first` is its entry, `last` its exit.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    /// In order of their source.
    pub(crate) edges: Vec<Edge>,
    /// By region, its first and last node.
    pub(crate) spans: Vec<(u32, u32)>,
    /// Jumps, and where control would go if they were not there, in order.
    pub(crate) fallthroughs: Vec<(u32, u32)>,
    /// Whether ways out were joined because there were too many of them.
    pub(crate) capped: bool,
}

/// Copies of a `finally` beyond which ways out share the last one.
const MOST_COPIES: usize = 16;
/// Nodes of a function, as a multiple of its steps, from which no more copies are made.
const MOST_GROWTH: usize = 8;

/// Builds the graph of a program.
pub(crate) fn build(program: &Program) -> Graph {
    let mut builder = Builder {
        program,
        graph: Graph::default(),
        labels: Vec::new(),
        used: Vec::new(),
        jumps: Vec::new(),
        current: None,
        jumped: None,
        skipped: Vec::new(),
        pending: Vec::new(),
        scopes: Vec::new(),
        gotos: Vec::new(),
        begin: 0,
        exit: 0,
        region: 0,
        item_label: NONE,
        labelled: (NONE, NONE),
        next_arm: None,
        dispatch: None,
        next_test: None,
    };
    for region in 0..program.regions.len() as u32 {
        builder.region(region);
    }
    builder.finish()
}

type Label = u32;

#[derive(Clone, Copy, Debug)]
enum Target {
    Unbound,
    Node(u32),
    Same(Label),
}

/// What may be left, jumped to, or looks after errors, around the place where the builder is.
#[derive(Debug)]
enum Scope {
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
enum Finally {
    /// Statements, and the step at which an error goes on after them.
    Block(Block, u32),
    /// One step; whether it may swallow an error.
    Step(u32, bool),
}

/// Where control goes after a `finally`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Raise,
    To { label: Label, depth: usize, kind: EdgeKind },
}

struct Builder<'p> {
    program: &'p Program,
    graph: Graph,
    labels: Vec<Target>,
    /// Whether something goes to a label.
    used: Vec<bool>,
    /// Edges to labels: source, label, kind.
    jumps: Vec<(u32, Label, EdgeKind)>,
    /// The node whose control goes on to the next one.
    current: Option<(u32, EdgeKind)>,
    /// The jump from which control would go on to the next node, were it not there.
    jumped: Option<u32>,
    /// Such jumps, with the labels they would reach.
    skipped: Vec<(u32, Label)>,
    /// Labels of the node to be emitted next.
    pending: Vec<Label>,
    scopes: Vec<Scope>,
    /// Labels of the function by name.
    gotos: Vec<(u32, Label)>,
    begin: Label,
    exit: Label,
    region: u32,
    /// The name of the item that comes next.
    item_label: u32,
    /// Where the item stands that the label around names, and its name: the last one that it holds, as a loop's first
    /// value is evaluated before it.
    labelled: (u32, u32),
    /// The body of the arm after the one being built, for `fallthrough`.
    next_arm: Option<Label>,
    /// Where control goes if the arm being built does not fit after all.
    next_test: Option<Label>,
    /// The head of the dispatch around, and whether one of its cases takes what no other does.
    dispatch: Option<(u32, bool)>,
}

impl Builder<'_> {
    fn region(&mut self, region: u32) {
        let source = self.program.regions[region as usize];
        if source.entry == NONE || source.exit == NONE {
            let at = self.graph.nodes.len() as u32;
            self.graph.spans.push((at, at));
            return;
        }
        self.region = region;
        self.scopes.clear();
        self.gotos.clear();
        self.pending.clear();
        self.current = None;
        self.jumped = None;
        self.next_arm = None;
        self.item_label = NONE;
        self.labelled = (NONE, NONE);
        self.dispatch = None;
        self.next_test = None;
        self.exit = self.label();
        let entry = self.emit(source.entry);
        self.begin = self.label();
        self.bind(self.begin);
        if source.deferred.count > 0 {
            self.protected(Finally::Block(source.deferred, source.cleanup), |this| this.block(source.body));
        } else {
            self.block(source.body);
        }
        self.bind(self.exit);
        let exit = self.emit(source.exit);
        self.current = None;
        self.graph.spans.push((entry, exit));
    }

    fn finish(mut self) -> Graph {
        for &(source, label, kind) in &self.jumps {
            if let Some(target) = self.target(label) {
                self.graph.edges.push(Edge { source, target, kind });
            }
        }
        for &(jump, label) in &self.skipped {
            if let Some(target) = self.target(label) {
                self.graph.fallthroughs.push((jump, target));
            }
        }
        self.graph.fallthroughs.sort_unstable();
        self.graph.edges.sort_unstable();
        self.graph.edges.dedup();
        self.graph
    }

    /// The node that a label stands for.
    fn target(&self, mut label: Label) -> Option<u32> {
        for _ in 0..=self.labels.len() {
            match self.labels[label as usize] {
                Target::Same(other) => label = other,
                Target::Node(node) => return Some(node),
                Target::Unbound => return None,
            }
        }
        None
    }

    // --- nodes and labels ---

    fn label(&mut self) -> Label {
        self.labels.push(Target::Unbound);
        self.used.push(false);
        self.labels.len() as u32 - 1
    }

    /// The label stands for the node that is emitted next.
    fn bind(&mut self, label: Label) {
        self.pending.push(label);
    }

    fn edge(&mut self, source: u32, label: Label, kind: EdgeKind) {
        self.jumps.push((source, label, kind));
        self.used[label as usize] = true;
    }

    fn emit(&mut self, step: u32) -> u32 {
        let node = self.graph.nodes.len() as u32;
        self.graph.nodes.push(Node { step, region: self.region });
        if let Some((source, kind)) = self.current.take() {
            self.graph.edges.push(Edge { source, target: node, kind });
        }
        if let Some(jump) = self.jumped.take() {
            self.graph.fallthroughs.push((jump, node));
        }
        for label in self.pending.drain(..) {
            self.labels[label as usize] = Target::Node(node);
        }
        self.current = Some((node, EdgeKind::Next));
        let flags = self.program.steps[step as usize].flags;
        if flags.has(StepFlags::PROPAGATES) {
            self.raise(node, true);
        } else if flags.has(StepFlags::RAISES) && !self.scopes.is_empty() {
            self.raise(node, false);
        }
        node
    }

    /// Control goes to a label instead of on.
    fn go(&mut self, label: Label, kind: Option<EdgeKind>) {
        if let Some((source, next)) = self.current.take() {
            let kind = if next == EdgeKind::Next { kind.unwrap_or(next) } else { next };
            self.edge(source, label, kind);
        }
        if let Some(jump) = self.jumped.take() {
            self.skipped.push((jump, label));
        }
        for other in self.pending.drain(..) {
            self.labels[other as usize] = Target::Same(label);
            self.used[label as usize] |= self.used[other as usize];
        }
    }

    fn is_live(&self) -> bool {
        self.current.is_some() || self.pending.iter().any(|&label| self.used[label as usize])
    }

    // --- ways out ---

    /// Where an error that a node raises may go. What nothing looks after leaves the function, if it is said to.
    fn raise(&mut self, node: u32, explicit: bool) {
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

    fn jump(&mut self, step: u32, label: Label, depth: usize, kind: EdgeKind) {
        let node = self.emit(step);
        let label = self.route(label, depth, kind);
        self.go(label, Some(kind));
        self.jumped = Some(node);
    }

    /// Builds `body` with code that runs on every way out of it.
    fn protected(&mut self, run: Finally, body: impl FnOnce(&mut Self)) {
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

    // --- structure ---

    fn block(&mut self, block: Block) {
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
            Item::While { condition, body, otherwise } => {
                let (again, round, done, leave) = (self.label(), self.label(), self.label(), self.label());
                self.bind(again);
                self.condition(condition, round, done);
                self.looped(name, leave, again, round, |this| {
                    this.bind(round);
                    this.block(body);
                });
                self.go(again, Some(EdgeKind::Back));
                self.bind(done);
                self.block(otherwise);
                self.bind(leave);
            }
            Item::For { condition, update, body } => {
                let (test, round, again, leave) = (self.label(), self.label(), self.label(), self.label());
                self.bind(test);
                self.condition(condition, round, leave);
                self.looped(name, leave, again, round, |this| {
                    this.bind(round);
                    this.block(body);
                });
                self.bind(again);
                self.block(update);
                self.go(test, Some(EdgeKind::Back));
                self.bind(leave);
            }
            Item::DoWhile { body, condition } => {
                let (round, again, leave) = (self.label(), self.label(), self.label());
                self.looped(name, leave, again, round, |this| {
                    this.bind(round);
                    this.block(body);
                });
                self.bind(again);
                self.condition(condition, round, leave);
                self.bind(leave);
            }
            Item::Forever { head, body, update } => {
                let (begin, again, round, leave) = (self.label(), self.label(), self.label(), self.label());
                self.bind(begin);
                self.emit(head);
                self.looped(name, leave, again, round, |this| {
                    this.bind(round);
                    this.block(body);
                });
                self.bind(again);
                self.block(update);
                self.go(begin, Some(EdgeKind::Back));
                self.bind(leave);
            }
            Item::ForEach { head, body, otherwise } => {
                let (again, round, leave) = (self.label(), self.label(), self.label());
                self.bind(again);
                let node = self.emit(head);
                let done = self.label();
                self.current = None;
                self.edge(node, round, EdgeKind::True);
                self.edge(node, done, EdgeKind::False);
                self.looped(name, leave, again, round, |this| {
                    this.bind(round);
                    this.block(body);
                });
                self.go(again, Some(EdgeKind::Back));
                self.bind(done);
                self.block(otherwise);
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

    fn named(&mut self, name: u32) -> Label {
        if let Some(&(_, label)) = self.gotos.iter().rev().find(|(known, _)| *known == name) {
            return label;
        }
        let label = self.label();
        self.gotos.push((name, label));
        label
    }

    fn find(&self, wanted: impl Fn(&Scope) -> Option<Label>) -> Option<(Label, usize)> {
        self.scopes.iter().enumerate().rev().find_map(|(depth, scope)| wanted(scope).map(|label| (label, depth)))
    }

    fn looped(&mut self, label: u32, leave: Label, again: Label, redo: Label, body: impl FnOnce(&mut Self)) {
        self.scopes.push(Scope::Loop { label, leave, again, redo });
        body(self);
        self.scopes.pop();
    }

    fn condition(&mut self, condition: u32, holds: Label, fails: Label) {
        let Some(&condition) = self.program.conditions.get(condition as usize) else { return };
        match condition {
            Condition::Leaf(step) => {
                let node = self.emit(step);
                self.current = None;
                let flags = self.program.steps[step as usize].flags;
                if !flags.has(StepFlags::NEVER) {
                    self.edge(node, holds, EdgeKind::True);
                }
                if !flags.has(StepFlags::ALWAYS) {
                    self.edge(node, fails, EdgeKind::False);
                }
            }
            Condition::And(left, right) => {
                let both = self.label();
                self.condition(left, both, fails);
                self.bind(both);
                self.condition(right, holds, fails);
            }
            Condition::Or(left, right) => {
                let other = self.label();
                self.condition(left, holds, other);
                self.bind(other);
                self.condition(right, holds, fails);
            }
            Condition::Not(inner) => self.condition(inner, fails, holds),
            Condition::After(block, condition) => {
                self.block(block);
                self.condition(condition, holds, fails);
            }
        }
    }

    /// A condition that raises an error if it does not hold.
    fn required(&mut self, condition: u32, holds: Label) {
        let fails = self.label();
        let before = self.jumps.len();
        self.condition(condition, holds, fails);
        let made = self.jumps.split_off(before);
        for (source, label, kind) in made {
            if label == fails {
                self.raise(source, true);
            } else {
                self.jumps.push((source, label, kind));
            }
        }
    }

    fn switch(&mut self, name: u32, head: u32, first_arm: u32, count: u32, kind: SwitchKind) {
        let program = self.program;
        let arms = program.arms.get(first_arm as usize..(first_arm + count) as usize).unwrap_or(&[]);
        let leave = self.label();
        let node = self.emit(head);
        self.current = None;
        let tests: Vec<Label> = arms.iter().map(|_| self.label()).collect();
        let bodies: Vec<Label> = arms.iter().map(|_| self.label()).collect();
        let default = arms.iter().position(|arm| arm.default);
        // Arms tried before the default, in order; after the last of them comes the default, or nothing.
        let order: Vec<usize> = (0..arms.len()).filter(|&at| Some(at) != default).collect();
        let last = match default {
            Some(default) => Some(tests[default]),
            None if kind.exhaustive => None,
            None => Some(leave),
        };
        if kind.in_order {
            match order.first().map_or(last, |&first| Some(tests[first])) {
                Some(first) => self.edge(node, first, EdgeKind::Case),
                None => self.edge(node, leave, EdgeKind::Next),
            }
        } else {
            for &test in &tests {
                self.edge(node, test, EdgeKind::Case);
            }
            if default.is_none() && !kind.exhaustive || arms.is_empty() {
                self.edge(node, leave, EdgeKind::False);
            }
        }
        let outer = (self.next_arm, self.next_test);
        // Arms hide what is called so around the switch.
        let around = self.gotos.len();
        self.gotos.extend(arms.iter().zip(&bodies).filter(|(arm, _)| arm.label != NONE).map(|(arm, &body)| (arm.label, body)));
        if kind.breaks {
            self.scopes.push(Scope::Switch { label: name, leave });
        }
        for (at, arm) in arms.iter().enumerate() {
            let next = order.iter().position(|&other| other == at).map(|position| match order.get(position + 1) {
                Some(&next) => Some(tests[next]),
                None => last,
            });
            // Where control goes if this arm does not fit.
            let misses = match next {
                Some(next) if kind.in_order || arm.guard != NONE => next,
                _ => None,
            };
            // An arm before falls into the body, not into the test.
            let (fallen, jumped) = (self.current.take(), self.jumped.take());
            let mut held = std::mem::take(&mut self.pending);
            self.bind(tests[at]);
            let test = self.emit(arm.test);
            self.current = None;
            let inner = self.label();
            let fits = if next.is_some() && misses.is_some() && kind.in_order { EdgeKind::True } else { EdgeKind::Next };
            self.edge(test, inner, fits);
            if kind.in_order
                && let Some(misses) = misses
            {
                self.edge(test, misses, EdgeKind::False);
            }
            self.bind(inner);
            if arm.guard != NONE {
                // A guard that fails goes on with the next arm; after the last one nothing fits, which is an error where
                // something must.
                match misses {
                    None if kind.exhaustive => self.required(arm.guard, bodies[at]),
                    misses => self.condition(arm.guard, bodies[at], misses.unwrap_or(leave)),
                }
            }
            self.bind(bodies[at]);
            if let Some(jump) = jumped {
                self.skipped.push((jump, bodies[at]));
            }
            if self.current.is_none() {
                self.current = fallen;
            } else if let Some((source, kind)) = fallen {
                self.edge(source, bodies[at], kind);
            }
            self.pending.append(&mut held);
            self.next_arm = bodies.get(at + 1).copied();
            self.next_test = misses;
            self.block(arm.body);
            if !kind.falls {
                self.go(leave, None);
            }
        }
        (self.next_arm, self.next_test) = outer;
        for (arm, _) in arms.iter().zip(&bodies).filter(|(arm, _)| arm.label != NONE) {
            if let Some(at) = self.gotos.iter().skip(around).position(|(name, _)| *name == arm.label) {
                self.gotos.remove(around + at);
            }
        }
        if kind.breaks {
            self.scopes.pop();
        }
        self.bind(leave);
    }

    fn attempt(&mut self, body: Block, (first, count): (u32, u32), in_order: bool, otherwise: Block) {
        let program = self.program;
        let handlers = program.handlers.get(first as usize..(first + count) as usize).unwrap_or(&[]);
        let end = self.label();
        let start = self.label();
        let heads: Vec<Label> = handlers.iter().map(|_| self.label()).collect();
        let catches_all = handlers.iter().any(|handler| handler.catches_all);
        self.bind(start);
        if handlers.is_empty() {
            self.block(body);
        } else {
            let entered = if in_order { heads.iter().take(1).copied().collect() } else { heads.clone() };
            // What leaves a chain of handlers untaken is raised again by its last one.
            self.scopes.push(Scope::Handlers { first: entered, catches_all: catches_all || in_order });
            let before = self.graph.nodes.len();
            let jumps = self.jumps.len();
            self.block(body);
            self.scopes.pop();
            // Handlers are there for something: if nothing in the body looks as if it raises, its beginning does.
            let reached = self.jumps.iter().skip(jumps).any(|(_, label, kind)| *kind == EdgeKind::Exception && heads.contains(label));
            if !reached && self.graph.nodes.len() > before {
                for &head in heads.iter().take(if in_order { 1 } else { heads.len() }) {
                    self.edge(before as u32, head, EdgeKind::Exception);
                }
            }
        }
        self.block(otherwise);
        self.go(end, None);
        self.scopes.push(Scope::Retry(start));
        for (at, handler) in handlers.iter().enumerate() {
            self.bind(heads[at]);
            let node = self.emit(handler.head);
            if in_order && !handler.catches_all {
                match heads.get(at + 1) {
                    Some(&next) => self.edge(node, next, EdgeKind::False),
                    None => self.raise(node, true),
                }
                self.current = Some((node, EdgeKind::True));
            }
            self.block(handler.body);
            let rest = heads.get(at + 1).filter(|_| handler.takes_some);
            self.go(rest.copied().unwrap_or(end), None);
        }
        self.scopes.pop();
        self.bind(end);
    }
}
