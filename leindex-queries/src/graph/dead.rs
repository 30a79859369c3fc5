//! Dead code: definitions that nothing leads to.
//!
//! A symbol is dead if no edge from outside itself reaches it and no open site could mean it; if such a site exists
//! it is *unknown*, which is another answer. What the outside may call (exported symbols of a library, tests, entry
//! points, overrides of members from outside) is alive.

use rustc_hash::{FxHashMap, FxHashSet};

use super::calls::uses_of_file;
use super::constructing::constructed;
use super::join::Join;
use crate::index::world::World;
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::names::files::{Symbol, symbol_row};
use crate::names::members::linearization;
use crate::names::values::parent_type;
use crate::syntax::rows::{SymbolFlags, SymbolKind};

/// Whether anything leads to a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing does.
    Dead,
    /// Only sites do whose target is not known; so many.
    Unknown(u32),
}

/// Definitions that nothing is known to lead to, in order of path and position.
pub(crate) fn dead_code<'w>(world: World<'w>, entry_points: &[String], is_test: impl Fn(&str) -> bool) -> Vec<(Symbol<'w>, Verdict)> {
    let mut join = Join::new(world);
    let mut reached = FxHashSet::default();
    let mut maybe = FxHashMap::<Symbol<'w>, u32>::default();
    for &file in &world.live.all {
        for edge in uses_of_file(&mut join, file) {
            match edge.target {
                Some(target) if target != edge.source => {
                    reached.insert(target);
                    if edge.kind == EdgeKind::Call {
                        // A call of a base's member may run any override of it.
                        for below in super::overriding::overrides(world.db, target) {
                            *maybe.entry(below).or_default() += 1;
                        }
                    }
                }
                _ => {}
            }
            if edge.rule == Rule::Ambiguous {
                for &candidate in edge.candidates.iter() {
                    *maybe.entry(candidate).or_default() += 1;
                }
            }
        }
    }
    let mut found = Vec::new();
    for &file in &world.live.all {
        let path = file.path(world.db);
        let Some(rows) = world.rows(file) else { continue };
        if is_test(path) || entry_points.iter().any(|entry| entry == path) {
            continue;
        }
        for row in rows.symbols().skip(1) {
            let symbol = Symbol::new(world.db, file, row.identity());
            let alive = !matches!(
                row.kind,
                SymbolKind::Function | SymbolKind::Method | SymbolKind::Class | SymbolKind::Struct | SymbolKind::Constant
            ) || row.flags.has(SymbolFlags::TEST)
                || row.flags.has(SymbolFlags::EXPORTED)
                || row.flags.has(SymbolFlags::DECLARATION)
                || matches!(rows.str(row.name), "main" | "init" | "__init__")
                || rows.str(row.name).starts_with("__")
                || entry_points.iter().any(|entry| entry == rows.str(row.name))
                || reached.contains(&symbol);
            if alive || inherits_from_outside(world, symbol) {
                continue;
            }
            if row.kind.is_type() && constructed(&mut join, symbol).iter().any(|edge| edge.target.is_some()) {
                continue;
            }
            let verdict = maybe.get(&symbol).map_or(Verdict::Dead, |&sites| Verdict::Unknown(sites));
            found.push((symbol, verdict));
        }
    }
    found
}

/// A method of a type with an unknown ancestor may be called from there.
fn inherits_from_outside<'w>(world: World<'w>, symbol: Symbol<'w>) -> bool {
    symbol_row(world.db, symbol).is_some_and(|(_, _, row)| row.kind == SymbolKind::Method)
        && parent_type(world.db, symbol).is_some_and(|ty| linearization(world.db, ty).open)
}
