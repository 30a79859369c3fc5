//! What may run where a call names a member that types below override: class hierarchy analysis (Dean, Grove, Chambers,
//! ECOOP 1995).

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::calls::{FoundEdge, incoming};
use super::declaring::{definitions_of, twins};
use super::join::Join;
use super::overriding::overridden;
use crate::names::files::Symbol;
use crate::names::resolve::Rule;

/// One edge for each member that may run instead of the one that a call names.
pub(crate) fn dispatched<'w>(join: &mut Join<'w>, edges: &[FoundEdge<'w>]) -> Vec<FoundEdge<'w>> {
    let mut found = Vec::new();
    for edge in edges.iter().filter(|edge| edge.dispatches) {
        let Some(named) = edge.target else { continue };
        let candidates = join.implementations(named);
        found.extend(candidates.iter().map(|&candidate| instead(edge, candidate, &candidates)));
    }
    found
}

/// The calls that may run a member though they name one that it overrides.
pub(crate) fn dispatched_to<'w>(join: &mut Join<'w>, member: Symbol<'w>) -> Vec<FoundEdge<'w>> {
    let runs = match *definitions_of(join.world, member).0 {
        [definition] => definition,
        _ => member,
    };
    let mut seen = FxHashSet::default();
    let mut found = Vec::new();
    for above in overridden(join.world, runs) {
        for named in std::iter::once(above).chain(twins(join.world, above)) {
            if !seen.insert(named) {
                continue;
            }
            let candidates = join.implementations(named);
            if !candidates.contains(&runs) {
                continue;
            }
            let calls = incoming(join, named);
            let calls = calls.iter().filter(|edge| edge.dispatches && edge.target == Some(named));
            found.extend(calls.map(|edge| instead(edge, runs, &candidates)));
        }
    }
    found
}

fn instead<'w>(edge: &FoundEdge<'w>, target: Symbol<'w>, candidates: &Arc<[Symbol<'w>]>) -> FoundEdge<'w> {
    FoundEdge { target: Some(target), rule: Rule::Hierarchy, candidates: candidates.clone(), dispatches: false, ..edge.clone() }
}
