//! Impact: what reaches a symbol, or what it reaches, with the path that proves each member.
//!
//! Breadth first over a frontier, each symbol visited once: O(V + E) of the part that is reached. Ambiguous and
//! unresolved sites are never followed; how many there were is part of the answer, because they may hide members.

use rustc_hash::FxHashMap;

use super::calls::{FoundEdge, incoming, outgoing};
use super::constructing::constructed;
use super::declaring::twins;
use super::dispatch::{dispatched, dispatched_to};
use super::join::Join;
use super::overriding::overrides;
use super::passed::{passed, passed_to};
use super::structure::{declares, overriding};
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::names::files::Symbol;
use crate::names::module_map::MODULE_IDENTITY;

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// What depends on the start: callers, subtypes, users.
    Dependents,
    /// What the start depends on.
    Dependencies,
}

/// A symbol that was reached.
#[derive(Clone, Debug)]
pub(crate) struct Reached<'w> {
    pub(crate) symbol: Symbol<'w>,
    pub(crate) distance: u32,
    /// Which member it was reached from, and through which edge; `None` for the start. [`GONE`] where the edge led to
    /// something that is no more.
    pub(crate) from: Option<(usize, FoundEdge<'w>)>,
}

/// Everything reached from some symbols.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach<'w> {
    /// The start, then members by distance and order of discovery.
    pub(crate) members: Vec<Reached<'w>>,
    /// Sites met whose target is one of several by name.
    pub(crate) ambiguous: usize,
    /// Whether the limit was hit.
    pub(crate) truncated: bool,
}

/// The number of no member.
pub(crate) const GONE: usize = usize::MAX;

/// Goes from `start`, and from the ends of edges to what is `gone`, until nothing new is reached, `depth` is reached, or
/// `limit` members are.
pub(crate) fn reach<'w>(
    join: &mut Join<'w>,
    start: &[Symbol<'w>],
    gone: Vec<FoundEdge<'w>>,
    direction: Direction,
    depth: u32,
    limit: usize,
) -> Reach<'w> {
    let mut found = Reach::default();
    let mut seen = FxHashMap::<Symbol<'w>, usize>::default();
    for &symbol in start {
        if let std::collections::hash_map::Entry::Vacant(slot) = seen.entry(symbol) {
            slot.insert(found.members.len());
            found.members.push(Reached { symbol, distance: 0, from: None });
        }
    }
    for edge in gone {
        if let std::collections::hash_map::Entry::Vacant(slot) = seen.entry(edge.source) {
            slot.insert(found.members.len());
            found.members.push(Reached { symbol: edge.source, distance: 1, from: Some((GONE, edge)) });
        }
    }
    let mut next = 0;
    while let Some(member) = found.members.get(next) {
        let (symbol, distance) = (member.symbol, member.distance);
        let at = next;
        next += 1;
        let overrides = member.from.as_ref().is_some_and(|(_, edge)| edge.kind == EdgeKind::Override);
        if distance >= depth || distance > 0 && is_module(join, symbol) || overrides {
            // What a file runs when it is loaded concerns whoever loads it, but says nothing of a symbol in it. What
            // overrides a member must agree with it, but those who call the one do not run the other.
            continue;
        }
        join.world.db.unwind_if_revision_cancelled();
        let edges = match direction {
            Direction::Dependents => dependents(join, symbol),
            Direction::Dependencies => dependencies(join, symbol),
        };
        for edge in edges {
            if edge.rule == Rule::Ambiguous {
                found.ambiguous += 1;
                continue;
            }
            let imports_a_name = edge.kind == EdgeKind::Import && edge.target.is_some_and(|target| !is_module(join, target));
            if edge.kind == EdgeKind::Contains || imports_a_name {
                continue;
            }
            let other = match direction {
                _ if edge.kind == EdgeKind::Declares => [Some(edge.source), edge.target].into_iter().flatten().find(|&end| end != symbol),
                Direction::Dependents => Some(edge.source),
                Direction::Dependencies => edge.target,
            };
            let Some(other) = other else { continue };
            if seen.contains_key(&other) {
                continue;
            }
            if found.members.len() >= limit {
                found.truncated = true;
                return found;
            }
            seen.insert(other, found.members.len());
            found.members.push(Reached { symbol: other, distance: distance + 1, from: Some((at, edge)) });
        }
    }
    found
}

fn is_module(join: &Join<'_>, symbol: Symbol<'_>) -> bool {
    symbol.identity(join.world.db) == MODULE_IDENTITY()
}

/// What depends on a symbol: the edges into it, those that make objects of it, the calls that may run it though they name
/// what it overrides, what overrides it, and its declarations.
fn dependents<'w>(join: &mut Join<'w>, symbol: Symbol<'w>) -> Vec<FoundEdge<'w>> {
    let mut edges = incoming(join, symbol);
    edges.extend(constructed(join, symbol));
    edges.extend(passed_to(join, symbol, &edges));
    edges.extend(dispatched_to(join, symbol));
    edges.extend(overrides(join.world.db, symbol).into_iter().filter_map(|below| overriding(join.world.db, below, symbol)));
    edges.extend(declarations(join, symbol));
    edges
}

/// What a symbol depends on: the edges out of it, what else may run at its calls, and its definition.
fn dependencies<'w>(join: &mut Join<'w>, symbol: Symbol<'w>) -> Vec<FoundEdge<'w>> {
    let mut edges = outgoing(join, symbol);
    edges.extend(passed(join, &edges));
    edges.extend(dispatched(join, &edges));
    edges.extend(declarations(join, symbol));
    edges
}

/// The edges between a symbol and what it declares or is declared by: they are one thing, whichever the edges lead to.
fn declarations<'w>(join: &Join<'w>, symbol: Symbol<'w>) -> Vec<FoundEdge<'w>> {
    let world = join.world;
    let sides = std::iter::once(symbol).chain(twins(world, symbol));
    sides.filter_map(|side| declares(world, side)).filter(|edge| edge.source == symbol || edge.target == Some(symbol)).collect()
}
