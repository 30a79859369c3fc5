//! Data edges between functions: what is handed to a call gets to its parameters, what it gives gets to where it is
//! used, and what one call gives another is handed.
//!
//! They follow from the flows of bodies and the targets of their calls; nothing keeps them.

use rustc_hash::FxHashMap;

use super::calls::FoundEdge;
use crate::db::Db;
use crate::flow::queries::{SymbolFlow, flow_base, symbol_flow};
use crate::flow::summary::owner_of;
use crate::flow::{Call, Flow, MentionKind, Sink, Source, StepKind, VariableKind};
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::names::files::Symbol;

/// What a value that a call gives, or is given, has to do with another call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HandedOver<'w> {
    /// The function whose result it is.
    pub(crate) from: Symbol<'w>,
    /// The function that it is handed to.
    pub(crate) to: Symbol<'w>,
    /// First byte of the site: the name at the call that it is handed to.
    pub(crate) start: u32,
    /// How the less certain of the two calls was resolved.
    pub(crate) rule: Rule,
}

/// A body with the edges of its calls.
pub(crate) struct Calls<'w> {
    flow: SymbolFlow,
    /// By the number of the call, the edge of its site.
    edges: FxHashMap<u32, FoundEdge<'w>>,
}

impl<'w> Calls<'w> {
    /// The calls of the body that `symbol` is in; `edges` are at least those of its sites.
    pub(crate) fn of<'e>(db: &'w dyn Db, symbol: Symbol<'w>, edges: impl Iterator<Item = &'e FoundEdge<'w>>) -> Option<Self>
    where
        'w: 'e,
    {
        let owner = owner_of(db, symbol);
        let (flow, base) = (symbol_flow(db, owner)?, flow_base(db, owner)?);
        let by_start: FxHashMap<u32, &FoundEdge<'w>> =
            edges.filter(|edge| edge.kind == EdgeKind::Call && edge.target.is_some()).map(|edge| (edge.start, edge)).collect();
        let found = (0..).zip(&flow.flow.calls).filter_map(|(number, call)| Some((number, (*by_start.get(&(call.at + base))?).clone())));
        let edges = found.collect();
        Some(Self { flow, edges })
    }

    fn calls(&self) -> impl Iterator<Item = (u32, &Call, &FoundEdge<'w>, Symbol<'w>)> {
        let mut numbers: Vec<u32> = self.edges.keys().copied().collect();
        numbers.sort_unstable();
        numbers.into_iter().filter_map(|number| {
            let edge = self.edges.get(&number)?;
            Some((number, self.flow.flow.calls.get(number as usize)?, edge, edge.target?))
        })
    }

    /// The values that go from one call straight to another.
    pub(crate) fn handed_over(&self) -> Vec<HandedOver<'w>> {
        let flow = &self.flow.flow;
        let mut found = Vec::new();
        for transfer in flow.transfers() {
            for passage in &transfer.passages {
                let (Sink::Argument(to, _), Source::Call(from)) = (passage.sink, passage.source) else { continue };
                let (Some(to), Some(from)) = (self.edges.get(&to), self.edges.get(&from)) else { continue };
                if let (Some(target), Some(source)) = (to.target, from.target)
                    && target != source
                {
                    found.push(HandedOver { from: source, to: target, start: to.start, rule: to.rule.max(from.rule) });
                }
            }
        }
        found.sort_by_key(|handed| handed.start);
        found.dedup();
        found
    }

    /// All data edges of the body.
    pub(crate) fn data_edges(&self, db: &'w dyn Db) -> Vec<FoundEdge<'w>> {
        let flow = &self.flow.flow;
        let mut found = Vec::new();
        for (number, call, edge, target) in self.calls() {
            let data = |source, target| FoundEdge { source, target: Some(target), kind: EdgeKind::Data, receiver: None, ..edge.clone() };
            if call.arguments > 0 && takes_values(db, target) {
                found.push(data(edge.source, target));
            }
            if is_used(flow, number, call) && gives_value(db, target) {
                found.push(data(target, edge.source));
            }
        }
        for handed in self.handed_over() {
            let edge = self.edges.values().find(|edge| edge.start == handed.start);
            if let Some(edge) = edge {
                found.push(FoundEdge {
                    source: handed.from,
                    target: Some(handed.to),
                    kind: EdgeKind::Data,
                    rule: handed.rule,
                    receiver: None,
                    ..edge.clone()
                });
            }
        }
        found.sort_by(|a, b| (a.start, a.source == b.source).cmp(&(b.start, b.source == a.source)));
        found.dedup();
        found
    }
}

/// Whether the value of a call is used by anything.
fn is_used(flow: &Flow, number: u32, call: &Call) -> bool {
    let Some(step) = flow.steps.get(call.step as usize) else { return false };
    let mentions = flow.mentions.get(step.first_mention as usize..(step.first_mention + step.mentions) as usize).unwrap_or(&[]);
    call.call != u32::MAX
        || !matches!(step.kind, StepKind::Statement | StepKind::Defer | StepKind::Deferred | StepKind::Await)
        || mentions.iter().any(|mention| mention.kind == MentionKind::Define)
        || flow.calls.iter().any(|other| other.call == number)
}

/// Whether a function has parameters that a value gets to.
fn takes_values<'w>(db: &'w dyn Db, symbol: Symbol<'w>) -> bool {
    symbol_flow(db, symbol).is_none_or(|flow| {
        flow.region().is_none_or(|region| {
            flow.flow.mentions_of(region.entry).any(|(_, mention)| {
                flow.flow
                    .variables
                    .get(mention.variable as usize)
                    .is_some_and(|variable| matches!(variable.kind, VariableKind::Parameter | VariableKind::Reference))
            })
        })
    })
}

/// Whether a function gives a result.
fn gives_value<'w>(db: &'w dyn Db, symbol: Symbol<'w>) -> bool {
    symbol_flow(db, symbol).is_none_or(|flow| {
        flow.region().is_none_or(|region| flow.flow.mentions_of(region.exit).any(|(_, mention)| mention.kind == MentionKind::Use))
    })
}
