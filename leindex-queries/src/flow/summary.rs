//! Summaries: what a function does with values between its ends, its resolved calls looked into.
//!
//! The transfers of bodies are linked through calls: a call's result depends on those arguments that the callee's
//! result depends on. Functions that call each other are one component (Tarjan, 1972) and are linked to a fixed point
//! from below, in a plain function; what a component calls is linked before it. A call whose target is not known, and
//! what lies beyond [`MOST_FUNCTIONS`] functions, is taken to give everything it was given; of the latter a summary says
//! that it is capped.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::file::outermost;
use super::queries::{SymbolFlow, flow_base, symbol_flow};
use super::transfer::{Sink, Source, Transfer};
use crate::db::Db;
use crate::names::edges::{EdgeKind, Site, file_edges};
use crate::names::files::{Symbol, file_rows, symbol_row};
use crate::names::module_map::MODULE_IDENTITY;
use crate::syntax::rows::{UseKind, UseRow};

/// Functions looked into for one summary, nearest first.
const MOST_FUNCTIONS: usize = 256;

/// What reaches an end of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct Inputs {
    /// Parameters, a bit each; bit 0 is the current object, bit 63 all from the 63rd on.
    pub parameters: u64,
    /// Fields, globals, captures, results of unknown calls.
    pub outside: bool,
}

impl Inputs {
    const ALL: Self = Self { parameters: u64::MAX, outside: true };

    fn add(&mut self, other: Self) -> bool {
        let before = *self;
        self.parameters |= other.parameters;
        self.outside |= other.outside;
        *self != before
    }

    /// Whether an argument matters: 0 the receiver, then from 1.
    pub const fn has(self, argument: u16) -> bool {
        self.parameters >> (if argument > 63 { 63 } else { argument }) & 1 == 1
    }

    const fn parameter(number: u16) -> Self {
        Self { parameters: 1 << (if number > 63 { 63 } else { number }), outside: false }
    }
}

/// What a function does with values between its ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct Summary {
    /// What its result depends on, by value or by a condition.
    pub result: Inputs,
    /// What it changes, and what that depends on: parameters by their numbers (0 the current object).
    pub changes: Box<[(u16, Inputs)]>,
    /// Whether it assigns something that lies outside it.
    pub changes_outside: bool,
    /// Whether more functions would have had to be looked into.
    pub capped: bool,
}

impl Summary {
    /// What is known of a function that cannot be looked into.
    pub(crate) fn unknown() -> Self {
        Self { result: Inputs::ALL, changes: Box::default(), changes_outside: true, capped: true }
    }

    /// What matters to anything that can be seen of a call.
    pub fn relevant(&self) -> Inputs {
        let mut all = self.result;
        for (_, inputs) in &self.changes {
            all.add(*inputs);
        }
        if self.changes_outside { Inputs::ALL } else { all }
    }
}

/// Calls in the body of a function that is in no other (or in a file's top level) whose targets are known, by the first
/// byte of the name called, counted from the body's start. Changes with the body, or with what its calls resolve to.
#[salsa::tracked(returns(deref))]
pub fn call_targets<'db>(db: &'db dyn Db, owner: Symbol<'db>) -> Box<[(u32, Symbol<'db>)]> {
    let Some(rows) = file_rows(db, owner.file(db)) else { return Box::default() };
    let Some(base) = flow_base(db, owner) else { return Box::default() };
    let index = if owner.identity(db) == MODULE_IDENTITY() { Some(0) } else { rows.by_identity(owner.identity(db)) };
    let Some(index) = index else { return Box::default() };
    let mut targets = Vec::new();
    for edge in &file_edges(db, owner.file(db)).closed {
        let (Some(target), Site::Use(site)) = (edge.target, edge.site) else { continue };
        if edge.kind != EdgeKind::Call || outermost(&rows, edge.source) != index {
            continue;
        }
        // What the language runs by itself is no call in the flow, and stands where another may.
        if let Some(used) = rows.get::<UseRow>(site).filter(|used| !matches!(used.kind, UseKind::Element | UseKind::Implicit)) {
            targets.push((used.start.saturating_sub(base), target));
        }
    }
    targets.sort_unstable_by_key(|&(at, _)| at);
    targets.into()
}

/// The function whose body a symbol's flow is in.
pub(crate) fn owner_of<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Symbol<'db> {
    if symbol.identity(db) == MODULE_IDENTITY() {
        return symbol;
    }
    let owner = symbol_row(db, symbol).and_then(|(rows, index, _)| rows.symbol(outermost(&rows, index)));
    owner.map_or(symbol, |owner| Symbol::new(db, symbol.file(db), owner.identity()))
}

/// The function that a symbol's body is part of, as a query. Changes when the symbol moves into another.
#[salsa::tracked(returns(copy))]
fn body_owner<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Symbol<'db> {
    owner_of(db, symbol)
}

/// The functions that a symbol's calls reach, by the number of the call in its flow.
pub(crate) fn calls_of<'db>(db: &'db dyn Db, symbol: Symbol<'db>, flow: &SymbolFlow) -> FxHashMap<u32, Symbol<'db>> {
    let targets = call_targets(db, body_owner(db, symbol));
    let mut calls = FxHashMap::default();
    for (number, call) in (0..).zip(&flow.flow.calls) {
        if let Ok(at) = targets.binary_search_by_key(&call.at, |&(at, _)| at) {
            calls.insert(number, targets[at].1);
        }
    }
    calls
}

/// A function with its transfer and the targets of its calls.
struct Member<'db> {
    transfer: Transfer,
    calls: FxHashMap<u32, Symbol<'db>>,
}

/// The summary of a symbol. Changes when its body, or one that it reaches through calls, does.
#[salsa::tracked(returns(ref))]
pub fn symbol_summary<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Arc<Summary> {
    let (members, order, complete) = component_order(db, symbol);
    let mut known = FxHashMap::<Symbol<'db>, Summary>::default();
    for component in order {
        for &member in &component {
            known.insert(member, Summary::default());
        }
        loop {
            let mut changed = false;
            for &member in &component {
                let summary = link(&members, member, &known);
                if known.get(&member) != Some(&summary) {
                    known.insert(member, summary);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
    }
    let mut summary = known.remove(&symbol).unwrap_or_else(Summary::unknown);
    summary.capped |= !complete;
    Arc::new(summary)
}

/// The functions that a symbol reaches through calls, and their components, those that are called before those that call.
fn component_order<'db>(db: &'db dyn Db, start: Symbol<'db>) -> (FxHashMap<Symbol<'db>, Member<'db>>, Vec<Vec<Symbol<'db>>>, bool) {
    let mut members = FxHashMap::<Symbol<'db>, Member<'db>>::default();
    let mut queue = std::collections::VecDeque::from([start]);
    let mut seen = FxHashSet::from_iter([start]);
    let mut complete = true;
    while let Some(symbol) = queue.pop_front() {
        if members.len() >= MOST_FUNCTIONS {
            complete = false;
            break;
        }
        let Some(flow) = symbol_flow(db, symbol) else { continue };
        let calls = calls_of(db, symbol, &flow);
        let mut targets: Vec<(u32, Symbol<'db>)> = calls.iter().map(|(&call, &target)| (call, target)).collect();
        targets.sort_unstable_by_key(|&(call, _)| call);
        for (_, target) in targets {
            if seen.insert(target) {
                queue.push_back(target);
            }
        }
        members.insert(symbol, Member { transfer: flow.transfer().cloned().unwrap_or_default(), calls });
    }
    let order = components(&members, start);
    (members, order, complete)
}

/// Tarjan's strongly connected components, without recursion; callees come first.
fn components<'db>(members: &FxHashMap<Symbol<'db>, Member<'db>>, start: Symbol<'db>) -> Vec<Vec<Symbol<'db>>> {
    struct Visit<'db> {
        symbol: Symbol<'db>,
        targets: Vec<Symbol<'db>>,
        next: usize,
    }
    let targets_of = |symbol: Symbol<'db>| {
        let mut calls: Vec<(u32, Symbol<'db>)> =
            members.get(&symbol).into_iter().flat_map(|member| member.calls.iter().map(|(&call, &target)| (call, target))).collect();
        calls.sort_unstable_by_key(|&(call, _)| call);
        calls.into_iter().map(|(_, target)| target).filter(|target| members.contains_key(target)).collect::<Vec<_>>()
    };
    let (mut number, mut low) = (FxHashMap::<Symbol<'db>, usize>::default(), FxHashMap::<Symbol<'db>, usize>::default());
    let (mut stack, mut on_stack) = (Vec::new(), FxHashSet::default());
    let mut found = Vec::new();
    let mut visits = vec![Visit { symbol: start, targets: targets_of(start), next: 0 }];
    number.insert(start, 0);
    low.insert(start, 0);
    stack.push(start);
    on_stack.insert(start);
    while let Some(visit) = visits.last_mut() {
        if let Some(&target) = visit.targets.get(visit.next) {
            visit.next += 1;
            let at = visit.symbol;
            if let Some(&other) = number.get(&target) {
                if on_stack.contains(&target) {
                    low.entry(at).and_modify(|low| *low = (*low).min(other));
                }
            } else {
                let next = number.len();
                number.insert(target, next);
                low.insert(target, next);
                stack.push(target);
                on_stack.insert(target);
                visits.push(Visit { symbol: target, targets: targets_of(target), next: 0 });
            }
            continue;
        }
        let done = visit.symbol;
        visits.pop();
        let own = low.get(&done).copied().unwrap_or(0);
        if let Some(parent) = visits.last() {
            low.entry(parent.symbol).and_modify(|low| *low = (*low).min(own));
        }
        if number.get(&done) == Some(&own) {
            let mut component = Vec::new();
            while let Some(member) = stack.pop() {
                on_stack.remove(&member);
                component.push(member);
                if member == done {
                    break;
                }
            }
            found.push(component);
        }
    }
    found
}

/// A function's summary, with what is known of those it calls.
fn link<'db>(members: &FxHashMap<Symbol<'db>, Member<'db>>, symbol: Symbol<'db>, known: &FxHashMap<Symbol<'db>, Summary>) -> Summary {
    let Some(member) = members.get(&symbol) else { return Summary::unknown() };
    if member.transfer.capped {
        return Summary::unknown();
    }
    let inputs = |sink: Sink| inputs_of(member, sink, known);
    let mut summary = Summary { result: inputs(Sink::Result), ..Summary::default() };
    let mut changes: Vec<(u16, Inputs)> = Vec::new();
    let change = |changes: &mut Vec<(u16, Inputs)>, parameter: u16, inputs: Inputs| match changes.iter_mut().find(|row| row.0 == parameter)
    {
        Some(row) => {
            row.1.add(inputs);
        }
        None => changes.push((parameter, inputs)),
    };
    let mut last = None;
    for passage in &member.transfer.passages {
        if last == Some(passage.sink) {
            continue;
        }
        last = Some(passage.sink);
        match passage.sink {
            Sink::Parameter(number) => change(&mut changes, number, inputs(passage.sink)),
            Sink::Variable(_) => summary.changes_outside = true,
            Sink::Result | Sink::Argument(..) => {}
        }
    }
    // What the functions it calls change of what it hands to them.
    for (call, target) in &member.calls {
        let Some(callee) = known.get(target) else {
            summary.capped = true;
            continue;
        };
        summary.capped |= callee.capped;
        summary.changes_outside |= callee.changes_outside;
        for (number, _) in &callee.changes {
            for passage in member.transfer.of_sink(Sink::Argument(*call, *number)) {
                if let Source::Parameter(own) = passage.source {
                    change(&mut changes, own, Inputs::ALL);
                }
            }
        }
    }
    changes.sort_unstable_by_key(|row| row.0);
    summary.changes = changes.into();
    summary
}

/// What reaches a sink, through the calls on the way.
fn inputs_of(member: &Member<'_>, sink: Sink, known: &FxHashMap<Symbol<'_>, Summary>) -> Inputs {
    let mut found = Inputs::default();
    let mut seen = FxHashSet::default();
    let mut sinks = vec![sink];
    while let Some(sink) = sinks.pop() {
        for passage in member.transfer.of_sink(sink) {
            match passage.source {
                Source::Parameter(number) => {
                    found.add(Inputs::parameter(number));
                }
                Source::Variable(_) => found.outside = true,
                Source::Call(call) => {
                    if !seen.insert(call) {
                        continue;
                    }
                    let callee = member.calls.get(&call).and_then(|target| known.get(target));
                    let result = callee.map_or(Inputs::ALL, |callee| callee.result);
                    found.outside |= result.outside;
                    let arguments = member.transfer.passages.iter().filter_map(|passage| match passage.sink {
                        Sink::Argument(of, argument) if of == call => Some(argument),
                        _ => None,
                    });
                    let mut arguments: Vec<u16> = arguments.collect();
                    arguments.dedup();
                    sinks.extend(
                        arguments.into_iter().filter(|&argument| result.has(argument)).map(|argument| Sink::Argument(call, argument)),
                    );
                }
            }
        }
    }
    found
}
