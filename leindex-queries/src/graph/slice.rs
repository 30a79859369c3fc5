//! Slices: the statements that a value depends on, or that depend on it, through calls and back by the way they came.
//!
//! The two phases of Horwitz, Reps and Binkley, *Interprocedural Slicing Using Dependence Graphs* (1990): first from
//! the criterion up to callers, stepping over calls by the summaries of what they call; then down into callees, never
//! up again. So no path enters a function by one call and leaves it by another. Calls whose target is not known are
//! taken to need all they are given.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::calls::incoming;
use super::join::Join;
use crate::db::Db;
use crate::flow::index::FlowIndex;
use crate::flow::queries::{SymbolFlow, flow_base, function_range, symbol_flow};
use crate::flow::summary::{calls_of, owner_of, symbol_summary};
use crate::flow::{Flow, Mention, MentionKind, Region, StepKind, Variable, VariableKind};
use crate::index::describe::is_test;
use crate::names::edges::EdgeKind;
use crate::names::files::{Symbol, file_rows, symbol_row};
use crate::names::module_map::MODULE_IDENTITY;
use crate::syntax::rows::{NONE, SymbolRow};

/// Nodes of a slice beyond which it is cut short.
const MOST_NODES: usize = 4_000;
/// Call sites followed up from one function.
const MOST_CALLERS: usize = 64;

/// Which way to follow dependences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Backward,
    Forward,
}

/// Why a statement is in a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason<'w> {
    /// It is what was asked about.
    Start,
    /// It gives a variable the value that another uses; or uses the value that another gives.
    Data { variable: u32, other: At<'w> },
    /// It decides whether another runs; or whether it runs is decided there.
    Control { other: At<'w> },
    /// It calls the function that another is in, with the value of a parameter.
    Caller { parameter: u32, other: At<'w> },
    /// It gives what a call results in; or receives what is handed to it.
    Callee { other: At<'w> },
    /// It makes the function that another is in.
    Closure { other: At<'w> },
}

/// A node of the flow of a function that is in no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct At<'w> {
    pub(crate) owner: Symbol<'w>,
    pub(crate) node: u32,
}

/// A slice: its nodes in the order in which they were found.
#[derive(Debug, Default)]
pub(crate) struct Slice<'w> {
    pub(crate) nodes: Vec<(At<'w>, Reason<'w>)>,
    /// Whether a limit was reached: of nodes, of callers, or of a summary or flow on the way.
    pub(crate) capped: bool,
    /// Calls on the way whose target is not known.
    pub(crate) unknown_calls: usize,
    /// Calls from tests that were not followed up.
    pub(crate) calls_from_tests: usize,
    /// Nodes from which dependences were followed; the others only mention a value.
    pub(crate) followed: FxHashSet<At<'w>>,
}

/// What of a node is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Focus {
    All,
    /// The uses of one variable.
    Variable(u32),
    /// The uses in one argument of one call.
    Argument(u32, u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Up,
    Down,
}

/// A flow with what slicing looks up in it.
struct Body<'w> {
    flow: SymbolFlow,
    calls: FxHashMap<u32, Symbol<'w>>,
    index: FlowIndex,
}

impl Body<'_> {
    fn flow(&self) -> &Flow {
        &self.flow.flow
    }
}

pub(crate) struct Slicer<'j, 'w> {
    join: &'j mut Join<'w>,
    /// Whether calls from tests are followed up.
    tests: bool,
    bodies: FxHashMap<Symbol<'w>, Option<Rc<Body<'w>>>>,
    queue: VecDeque<(At<'w>, Phase, Focus)>,
    seen: FxHashSet<(At<'w>, Phase, Focus)>,
    listed: FxHashSet<At<'w>>,
    slice: Slice<'w>,
}

impl<'j, 'w> Slicer<'j, 'w> {
    /// The slice from some nodes of one function, of a variable or of all they use. Tests that call what is on the way are
    /// part of it if `tests` says so, or if it begins in one.
    pub(crate) fn slice(join: &'j mut Join<'w>, start: &[At<'w>], variable: Option<u32>, way: Way, tests: bool) -> Slice<'w> {
        let tests = tests || start.first().is_some_and(|at| is_test_symbol(join.world.db, at.owner));
        let mut slicer = Self {
            join,
            tests,
            bodies: FxHashMap::default(),
            queue: VecDeque::new(),
            seen: FxHashSet::default(),
            listed: FxHashSet::default(),
            slice: Slice::default(),
        };
        for &at in start {
            let focus = match variable {
                Some(variable) if way == Way::Backward && !slicer.defines(at, variable) => Focus::Variable(variable),
                _ => Focus::All,
            };
            slicer.push(at, Phase::Up, focus, Reason::Start);
        }
        while let Some((at, phase, focus)) = slicer.queue.pop_front() {
            slicer.join.world.db.unwind_if_revision_cancelled();
            match way {
                Way::Backward => slicer.backward(at, phase, focus),
                Way::Forward => slicer.forward(at, phase, focus),
            }
        }
        slicer.slice
    }

    fn defines(&mut self, at: At<'w>, variable: u32) -> bool {
        let Some(body) = self.body(at.owner) else { return false };
        body.flow().mentions_of(at.node).any(|(_, mention)| mention.variable == variable && mention.kind != MentionKind::Use)
    }

    fn body(&mut self, owner: Symbol<'w>) -> Option<Rc<Body<'w>>> {
        let db = self.join.world.db;
        let found = self.bodies.entry(owner).or_insert_with(|| {
            let flow = symbol_flow(db, owner)?;
            let index = FlowIndex::for_slices(&flow.flow);
            let calls = calls_of(db, owner, &flow);
            Some(Rc::new(Body { flow, calls, index }))
        });
        found.clone()
    }

    fn push(&mut self, at: At<'w>, phase: Phase, focus: Focus, reason: Reason<'w>) {
        if self.listed.len() >= MOST_NODES {
            self.slice.capped = true;
            return;
        }
        if self.listed.insert(at) {
            self.slice.nodes.push((at, reason));
        }
        self.slice.followed.insert(at);
        if self.seen.insert((at, phase, focus)) {
            self.queue.push_back((at, phase, focus));
        }
    }

    // --- backward ---

    fn backward(&mut self, at: At<'w>, phase: Phase, focus: Focus) {
        let Some(body) = self.body(at.owner) else { return };
        let flow = body.flow();
        self.slice.capped |= flow.capped;
        let Some(region) = flow.nodes.get(at.node as usize).and_then(|node| flow.regions.get(node.region as usize)).copied() else {
            return;
        };
        let same = |node: u32| At { owner: at.owner, node };
        // What decides whether it runs.
        for edge in body.index.control_into(at.node) {
            self.push(same(edge.source), phase, Focus::All, Reason::Control { other: at });
        }
        if region.owner != NONE && at.node != region.entry {
            // A function inside runs only if it was made.
            self.push(same(region.entry), phase, Focus::All, Reason::Closure { other: at });
            for node in nodes_of_step(flow, region.owner) {
                self.push(same(node), phase, Focus::Variable(NONE), Reason::Closure { other: at });
            }
        }
        // What it uses.
        for (index, mention) in flow.mentions_of(at.node) {
            let wanted = match focus {
                Focus::All => true,
                Focus::Variable(variable) => mention.variable == variable,
                Focus::Argument(call, argument) => is_inside(flow, mention.call, mention.argument, call, argument),
            };
            if !wanted
                || !matches!(mention.kind, MentionKind::Use | MentionKind::Modify)
                || !self.matters(&body, mention.call, mention.argument, focus)
            {
                continue;
            }
            let variable = flow.variables.get(mention.variable as usize);
            for edge in body.index.data_into(flow, at.node, index) {
                let reason = || Reason::Data { variable: mention.variable, other: at };
                if edge.definition == NONE {
                    if let Some(variable) = variable.filter(|variable| variable.kind == VariableKind::Capture && region.owner != NONE) {
                        let (reason, outer) = (reason(), variable.outer);
                        for node in nodes_of_step(flow, region.owner) {
                            self.push(same(node), phase, Focus::Variable(outer), reason.clone());
                        }
                    }
                } else {
                    let reason = reason();
                    for node in self.changed_between(&body, edge.source, edge.definition, Some(at.node)) {
                        self.push(same(node.0), phase, Focus::All, reason.clone());
                    }
                    self.push(same(edge.source), phase, Focus::All, reason);
                    if edge.source == region.entry && phase == Phase::Up {
                        let number = flow.mentions.get(edge.definition as usize).map_or(0, |mention| mention.argument);
                        self.up(at, node_region(flow, at.node), number, mention.variable);
                    }
                }
            }
        }
        // What the functions that it calls give.
        let calls: Vec<u32> = body.index.calls_at(flow, at.node).map(|(call, _)| call).collect();
        for call in calls {
            let wanted = match focus {
                Focus::All => true,
                Focus::Variable(_) => false,
                Focus::Argument(outer, argument) => {
                    let of = &flow.calls[call as usize];
                    call != outer && is_inside(flow, of.call, of.argument, outer, argument)
                }
            };
            if !wanted {
                continue;
            }
            match body.calls.get(&call) {
                Some(&target) => self.down(target, at),
                None => self.slice.unknown_calls += 1,
            }
        }
        // What the functions made here give, and change around them.
        for inner in made_at(flow, at.node) {
            if focus == Focus::All {
                self.push(same(inner.exit), phase, Focus::All, Reason::Closure { other: at });
            }
            let changes = |mention: &Mention, variable: &Variable| {
                let captured = variable.kind == VariableKind::Capture && focus == Focus::All;
                mention.kind != MentionKind::Use && (captured || focus == Focus::Variable(variable.outer))
            };
            for node in mentioning(flow, inner, changes) {
                self.push(same(node), phase, Focus::All, Reason::Closure { other: at });
            }
        }
    }

    /// Whether what is handed to a call matters to anything that can be seen of it.
    fn matters(&mut self, body: &Body<'w>, mut call: u32, mut argument: u16, focus: Focus) -> bool {
        // The value of a variable is asked for, whatever a call does with it.
        if matches!(focus, Focus::Variable(_)) {
            return true;
        }
        let flow = body.flow();
        while let Some(of) = flow.calls.get(call as usize) {
            if focus == Focus::Argument(call, argument) {
                return true;
            }
            if let Some(&target) = body.calls.get(&call) {
                let summary = symbol_summary(self.join.world.db, target);
                self.slice.capped |= summary.capped;
                let steps_over_receiver = argument == 0 && !of.receiver;
                if !steps_over_receiver && !summary.relevant().has(argument) {
                    return false;
                }
            }
            (call, argument) = (of.call, of.argument);
        }
        true
    }

    /// Calls that change, through a parameter, what a definition gave, between it and a use: their nodes, and the uses of
    /// that definition that come after each. Without a use, those of all calls.
    fn changed_between(&mut self, body: &Body<'w>, source: u32, definition: u32, before: Option<u32>) -> Vec<(u32, Vec<u32>)> {
        let flow = body.flow();
        let first = flow.data.partition_point(|edge| edge.source < source);
        let uses = || flow.data[first..].iter().take_while(|edge| edge.source == source).filter(|edge| edge.definition == definition);
        let mut found = Vec::new();
        for edge in uses() {
            let Some(mention) = flow.mentions.get(edge.usage as usize) else { continue };
            let Some(&target) = body.calls.get(&mention.call) else { continue };
            let is_known = found.iter().any(|(node, _)| *node == edge.target);
            if Some(edge.target) == before || is_known || !self.changes(target, mention.argument) {
                continue;
            }
            let reached = reached_from(flow, edge.target);
            if before.is_none_or(|before| reached.get(before as usize) == Some(&true)) {
                let after = uses().map(|of| of.target).filter(|&node| node != edge.target && reached.get(node as usize) == Some(&true));
                found.push((edge.target, after.collect()));
            }
        }
        found
    }

    /// Whether a function changes what one of its parameters refers to.
    fn changes(&mut self, target: Symbol<'w>, argument: u16) -> bool {
        let summary = symbol_summary(self.join.world.db, target);
        self.slice.capped |= summary.capped;
        summary.changes.iter().any(|(number, _)| *number == argument)
    }

    /// From the use of a parameter to what callers hand over.
    fn up(&mut self, at: At<'w>, region: u32, number: u16, variable: u32) {
        let Some(symbol) = self.symbol_of_region(at.owner, region) else { return };
        for (site, call) in self.call_sites(symbol) {
            let reason = Reason::Caller { parameter: variable, other: at };
            self.push(site, Phase::Up, Focus::Argument(call, number), reason);
        }
    }

    /// From a call to the result of what it calls.
    fn down(&mut self, target: Symbol<'w>, from: At<'w>) {
        let db = self.join.world.db;
        let owner = owner_of(db, target);
        let Some(flow) = symbol_flow(db, target) else { return };
        let Some(region) = flow.region().copied() else { return };
        self.push(At { owner, node: region.exit }, Phase::Down, Focus::All, Reason::Callee { other: from });
        // What it changes of its parameters.
        let changes = |mention: &Mention, variable: &Variable| match mention.kind {
            MentionKind::Modify => variable.kind.is_seen_outside(),
            MentionKind::Define => variable.kind == VariableKind::Reference,
            _ => false,
        };
        for node in mentioning(&flow.flow, &region, changes) {
            self.push(At { owner, node }, Phase::Down, Focus::All, Reason::Callee { other: from });
        }
    }

    // --- forward ---

    fn forward(&mut self, at: At<'w>, phase: Phase, focus: Focus) {
        let Some(body) = self.body(at.owner) else { return };
        let flow = body.flow();
        self.slice.capped |= flow.capped;
        let Some(region) = flow.nodes.get(at.node as usize).and_then(|node| flow.regions.get(node.region as usize)).copied() else {
            return;
        };
        let same = |node: u32| At { owner: at.owner, node };
        let control = flow.slicing_control();
        let first = control.partition_point(|edge| edge.source < at.node);
        for edge in control[first..].iter().take_while(|edge| edge.source == at.node) {
            self.push(same(edge.target), phase, Focus::All, Reason::Control { other: at });
        }
        let first = flow.data.partition_point(|edge| edge.source < at.node);
        for edge in flow.data[first..].iter().take_while(|edge| edge.source == at.node) {
            let Some(mention) = flow.mentions.get(edge.usage as usize) else { continue };
            if edge.definition == NONE {
                continue;
            }
            if edge.target == region.exit {
                if phase == Phase::Up
                    && let Some(symbol) = self.symbol_of_region(at.owner, node_region(flow, at.node))
                {
                    for (site, _) in self.call_sites(symbol) {
                        self.push(site, Phase::Up, Focus::All, Reason::Callee { other: at });
                    }
                }
                continue;
            }
            if let Focus::Variable(variable) = focus
                && mention.variable != variable
            {
                continue;
            }
            if let Some(&target) = body.calls.get(&mention.call) {
                self.enter(target, mention.argument, same(edge.target));
            }
            let reason = Reason::Data { variable: mention.variable, other: at };
            if self.matters(&body, mention.call, mention.argument, Focus::All) {
                self.push(same(edge.target), phase, Focus::All, reason);
            } else if self.listed.insert(same(edge.target)) {
                // What is handed to a call that does nothing with it changes nothing after it.
                self.slice.nodes.push((same(edge.target), reason));
            }
        }
        // What is changed through a parameter of a call here is seen by later uses of it.
        let handed: Vec<(u32, u32, u32)> = flow
            .mentions_of(at.node)
            .filter(|(_, mention)| body.calls.contains_key(&mention.call))
            .flat_map(|(index, _)| body.index.data_into(flow, at.node, index))
            .filter(|edge| edge.definition != NONE)
            .map(|edge| (edge.source, edge.definition, edge.usage))
            .collect();
        for (source, definition, usage) in handed {
            let variable = flow.mentions.get(usage as usize).map_or(NONE, |mention| mention.variable);
            for (call, after) in self.changed_between(&body, source, definition, None) {
                for node in after.into_iter().filter(|_| call == at.node) {
                    self.push(same(node), phase, Focus::All, Reason::Data { variable, other: at });
                }
            }
        }
        // A function made here sees what is captured.
        for inner in made_at(flow, at.node) {
            for node in mentioning(flow, inner, |_, variable| variable.kind == VariableKind::Capture) {
                self.push(same(node), phase, Focus::All, Reason::Closure { other: at });
            }
        }
    }

    /// From an argument to the parameter.
    fn enter(&mut self, target: Symbol<'w>, argument: u16, from: At<'w>) {
        let db = self.join.world.db;
        let owner = owner_of(db, target);
        let Some(flow) = symbol_flow(db, target) else { return };
        let Some(region) = flow.region().copied() else { return };
        let of = &flow.flow;
        let parameter =
            of.mentions_of(region.entry).find(|(_, mention)| mention.argument == argument && mention.kind == MentionKind::Define);
        if let Some((_, mention)) = parameter {
            let entry = At { owner, node: region.entry };
            self.push(entry, Phase::Down, Focus::Variable(mention.variable), Reason::Callee { other: from });
        }
    }

    // --- symbols and sites ---

    /// The symbol that is a region of a body.
    fn symbol_of_region(&mut self, owner: Symbol<'w>, region: u32) -> Option<Symbol<'w>> {
        let db = self.join.world.db;
        if region == 0 {
            return (owner.identity(db) != MODULE_IDENTITY()).then_some(owner);
        }
        let body = self.body(owner)?;
        let region = body.flow().regions.get(region as usize)?;
        let base = flow_base(db, owner)?;
        let rows = file_rows(db, owner.file(db))?;
        let wanted = (region.start + base, region.end + base);
        let found = (0..rows.count::<SymbolRow>())
            .filter_map(|index| rows.symbol(index))
            .find(|row| row.kind.is_callable() && function_range(&rows, row) == wanted);
        found.map(|row| Symbol::new(db, owner.file(db), row.identity()))
    }

    /// The nodes that call a function, with the numbers of the calls.
    fn call_sites(&mut self, symbol: Symbol<'w>) -> Vec<(At<'w>, u32)> {
        let db = self.join.world.db;
        let mut edges = incoming(self.join, symbol);
        edges.retain(|edge| edge.kind == EdgeKind::Call && edge.target == Some(symbol));
        if !self.tests {
            let all = edges.len();
            edges.retain(|edge| !is_test_symbol(db, edge.source));
            self.slice.calls_from_tests += all - edges.len();
        }
        if edges.len() > MOST_CALLERS {
            self.slice.capped = true;
            edges.truncate(MOST_CALLERS);
        }
        let mut sites = Vec::new();
        for edge in edges {
            let owner = owner_of(db, edge.source);
            let (Some(body), Some(base)) = (self.body(owner), flow_base(db, owner)) else { continue };
            let flow = body.flow();
            let at = edge.start.saturating_sub(base);
            for (number, call) in (0..).zip(&flow.calls).filter(|(_, call)| call.at == at) {
                sites.extend(nodes_of_step(flow, call.step).map(|node| (At { owner, node }, number)));
            }
        }
        sites
    }
}

fn is_test_symbol(db: &dyn Db, symbol: Symbol<'_>) -> bool {
    symbol_row(db, symbol).is_some_and(|(rows, index, _)| is_test(&rows, index, symbol.file(db).path(db)))
}

/// The nodes that control may come to from a node, itself only if it may come back.
fn reached_from(flow: &Flow, node: u32) -> Vec<bool> {
    let mut reached = vec![false; flow.nodes.len()];
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        for edge in flow.successors(node) {
            if !std::mem::replace(&mut reached[edge.target as usize], true) {
                stack.push(edge.target);
            }
        }
    }
    reached
}

fn node_region(flow: &Flow, node: u32) -> u32 {
    flow.nodes.get(node as usize).map_or(0, |node| node.region)
}

/// Whether an argument of a call lies in an argument of another, or is it.
fn is_inside(flow: &Flow, mut call: u32, mut argument: u16, outer: u32, outer_argument: u16) -> bool {
    while let Some(of) = flow.calls.get(call as usize) {
        if call == outer {
            return argument == outer_argument;
        }
        (call, argument) = (of.call, of.argument);
    }
    false
}

/// The functions that are made at a node.
fn made_at(flow: &Flow, node: u32) -> impl Iterator<Item = &Region> {
    let step = flow.nodes.get(node as usize).map_or(NONE, |node| node.step);
    flow.regions.iter().filter(move |region| step != NONE && region.owner == step)
}

/// The nodes between the ends of a region that mention a variable in some way.
fn mentioning(flow: &Flow, region: &Region, wanted: impl Fn(&Mention, &Variable) -> bool) -> impl Iterator<Item = u32> {
    (region.entry + 1..region.exit).filter(move |&node| {
        let mut variables =
            flow.mentions_of(node).filter_map(|(_, mention)| Some((mention, flow.variables.get(mention.variable as usize)?)));
        variables.any(|(mention, variable)| wanted(mention, variable))
    })
}

/// The nodes at which a step stands, copies of a `finally` included.
pub(crate) fn nodes_of_step(flow: &Flow, step: u32) -> impl Iterator<Item = u32> + '_ {
    (0..).zip(&flow.nodes).filter(move |(_, node)| node.step == step).map(|(index, _)| index)
}

/// Whether a node is a place in the text.
pub(crate) fn is_shown(flow: &Flow, node: u32) -> bool {
    flow.step(node).is_some_and(|step| !matches!(step.kind, StepKind::Exit | StepKind::Cleanup))
}
