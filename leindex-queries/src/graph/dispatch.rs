//! What may run where a call names a member that types below override: class hierarchy analysis (Dean, Grove, Chambers,
//! ECOOP 1995), without the objects that are seen to be made of one type.

use std::cell::OnceCell;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::calls::{FoundEdge, incoming};
use super::declaring::{definitions_of, twins};
use super::join::Join;
use super::overriding::overridden;
use crate::db::Db;
use crate::index::world::World;
use crate::names::edges::{EdgeKind, file_edges};
use crate::names::entity::Rule;
use crate::names::files::{SourceFile, Symbol};
use crate::names::values::symbol_kind;
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::{BindingKind, BindingRow, Rows, ScopeRow, Str, SymbolKind, UseKind, UseRole, UseRow};

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
    for above in overridden(join.world.db, runs) {
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
    world.rows(file).is_some_and(|rows| Objects::of(&rows).is_made(world.db, file, receiver))
}

/// What a file tells of its objects.
pub(super) struct Objects<'r> {
    rows: &'r IndexedRows,
    /// Names that are written to where nothing binds them.
    overwritten: OnceCell<FxHashSet<Str>>,
}

impl<'r> Objects<'r> {
    /// The objects of a file with these rows.
    pub(super) fn of(rows: &'r IndexedRows) -> Self {
        Self { rows, overwritten: OnceCell::new() }
    }

    /// Whether an object is seen to be made, by itself or as all that its variable ever holds.
    pub(super) fn is_made<'w>(&self, db: &'w dyn Db, file: SourceFile<'w>, receiver: u32) -> bool {
        let rows = self.rows;
        let Some(used) = rows.use_row(receiver) else { return false };
        if used.kind != UseKind::Name || matches!(used.role, UseRole::Call | UseRole::New) {
            return makes(db, file, rows, receiver);
        }
        let mut scope = used.scope;
        while let Some(row) = rows.get::<ScopeRow>(scope) {
            let mut bindings = rows.index().bindings(scope, used.name).filter_map(|index| rows.get::<BindingRow>(index)).peekable();
            if bindings.peek().is_some() {
                let made = bindings.all(|binding| {
                    matches!(binding.kind, BindingKind::Variable | BindingKind::Symbol) && makes(db, file, rows, binding.value)
                });
                return made && !self.overwritten.get_or_init(|| overwritten(rows)).contains(&used.name);
            }
            scope = row.parent;
        }
        false
    }
}

fn overwritten(rows: &Rows) -> FxHashSet<Str> {
    let writes = rows.iter::<UseRow>().filter(|used| used.role == UseRole::Write).map(|used| (used.start, used.name));
    let mut unbound: FxHashSet<(u32, Str)> = writes.collect();
    for binding in rows.iter::<BindingRow>() {
        unbound.remove(&(binding.start, binding.name));
    }
    unbound.into_iter().map(|(_, name)| name).collect()
}

/// Whether a use makes an instance of the type that it names.
fn makes<'w>(db: &'w dyn Db, file: SourceFile<'w>, rows: &Rows, index: u32) -> bool {
    let Some(used) = rows.use_row(index) else { return false };
    let calls_type = || {
        file_edges(db, file).at_use(index).any(|edge| {
            let kind = edge.target.and_then(|target| symbol_kind(db, target));
            // A class that is itself a value (`cls()`) may be any below the one that is known.
            let is_named = edge.kind == EdgeKind::Call && edge.rule != Rule::Type;
            is_named && kind.is_some_and(|kind| kind.is_type() || kind == SymbolKind::Constructor)
        })
    };
    used.role == UseRole::New || used.role == UseRole::Call && calls_type()
}
