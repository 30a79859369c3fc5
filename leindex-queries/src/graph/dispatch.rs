//! What may run where a call names a member that types below override: class hierarchy analysis (Dean, Grove, Chambers,
//! ECOOP 1995), without the objects that are seen to be made of one type.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::calls::{FoundEdge, incoming};
use super::declaring::{definitions_of, twins};
use super::join::Join;
use super::overriding::overridden;
use crate::index::world::World;
use crate::names::edges::{EdgeKind, file_edges};
use crate::names::entity::Rule;
use crate::names::files::{SourceFile, Symbol};
use crate::names::values::symbol_kind;
use crate::syntax::rows::{BindingKind, BindingRow, Rows, ScopeRow, SymbolKind, UseKind, UseRole, UseRow};

/// One edge for each member that may run instead of the one that a call names.
pub(crate) fn dispatched<'w>(join: &mut Join<'w>, edges: &[FoundEdge<'w>]) -> Vec<FoundEdge<'w>> {
    let mut found = Vec::new();
    for edge in edges {
        let (Some(named), Some(receiver)) = (edge.target, edge.receiver) else { continue };
        let candidates = join.implementations(named);
        if !candidates.is_empty() && !is_made_here(join.world, edge.file, receiver) {
            found.extend(candidates.iter().map(|&candidate| instead(edge, candidate, &candidates)));
        }
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
            for edge in incoming(join, named) {
                if edge.target == Some(named) && edge.receiver.is_some_and(|receiver| !is_made_here(join.world, edge.file, receiver)) {
                    found.push(instead(&edge, runs, &candidates));
                }
            }
        }
    }
    found
}

fn instead<'w>(edge: &FoundEdge<'w>, target: Symbol<'w>, candidates: &Arc<[Symbol<'w>]>) -> FoundEdge<'w> {
    FoundEdge { target: Some(target), rule: Rule::Hierarchy, candidates: candidates.clone(), receiver: None, ..edge.clone() }
}

/// Whether an object is seen to be made, by itself or as all that its variable ever holds: its type is none below.
fn is_made_here<'w>(world: World<'w>, file: SourceFile<'w>, receiver: u32) -> bool {
    let Some(rows) = world.rows(file) else { return false };
    let Some(used) = rows.use_row(receiver) else { return false };
    if used.kind != UseKind::Name || matches!(used.role, UseRole::Call | UseRole::New) {
        return makes(world, file, &rows, receiver);
    }
    let binds = |start| rows.iter::<BindingRow>().any(|binding| binding.start == start && binding.name == used.name);
    if rows.iter::<UseRow>().any(|other| other.role == UseRole::Write && other.name == used.name && !binds(other.start)) {
        return false;
    }
    let mut scope = used.scope;
    while let Some(row) = rows.get::<ScopeRow>(scope) {
        let mut bindings = rows.index().bindings(scope, used.name).filter_map(|index| rows.get::<BindingRow>(index)).peekable();
        if bindings.peek().is_some() {
            return bindings.all(|binding| {
                matches!(binding.kind, BindingKind::Variable | BindingKind::Symbol) && makes(world, file, &rows, binding.value)
            });
        }
        scope = row.parent;
    }
    false
}

/// Whether a use makes an instance of the type that it names.
fn makes<'w>(world: World<'w>, file: SourceFile<'w>, rows: &Rows, index: u32) -> bool {
    let Some(used) = rows.use_row(index) else { return false };
    let calls_type = || {
        file_edges(world.db, file).at_use(index).any(|edge| {
            let kind = edge.target.and_then(|target| symbol_kind(world.db, target));
            // A class that is itself a value (`cls()`) may be any below the one that is known.
            let is_named = edge.kind == EdgeKind::Call && edge.rule != Rule::Type;
            is_named && kind.is_some_and(|kind| kind.is_type() || kind == SymbolKind::Constructor)
        })
    };
    used.role == UseRole::New || used.role == UseRole::Call && calls_type()
}
