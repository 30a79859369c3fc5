//! Data edges between functions: what is handed to a call gets to its parameters, what it gives gets to where it is
//! used, and what one call gives another is handed.
//!
//! They follow from the flows of bodies and the targets of their calls; nothing keeps them. Those of all files are made
//! of records instead, in `data_records.rs`.

use rustc_hash::FxHashMap;

use super::calls::FoundEdge;
use crate::db::Db;
use crate::flow::ends::{Ends, is_used};
use crate::flow::queries::{SymbolFlow, flow_base, symbol_flow};
use crate::flow::summary::owner_of;
use crate::flow::{Call, Sink, Source};
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
            let ends = ends(db, target);
            if call.arguments > 0 && ends.takes() {
                found.push(data(edge.source, target));
            }
            if is_used(flow, number, call) && ends.gives() {
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

/// Whether values go into a function and come out of it.
fn ends<'w>(db: &'w dyn Db, symbol: Symbol<'w>) -> Ends {
    let flow = symbol_flow(db, symbol);
    flow.and_then(|flow| Some(Ends::of(&flow.flow, flow.region()?))).unwrap_or(Ends::UNKNOWN)
}
