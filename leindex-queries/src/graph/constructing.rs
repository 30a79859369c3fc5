//! What makes objects of a type: the calls that name it lead to its constructor, and mean the type all the same.

use super::calls::{FoundEdge, incoming};
use super::hierarchy::ancestors;
use super::join::Join;
use crate::index::world::World;
use crate::names::files::{Symbol, symbol_row};
use crate::syntax::rows::SymbolKind;

/// The edges that lead to a constructor of a type and name the type: its own constructors', or where it has none, those of
/// the nearest type above that has some. None for what is no type.
pub(crate) fn constructed<'w>(join: &mut Join<'w>, ty: Symbol<'w>) -> Vec<FoundEdge<'w>> {
    let world = join.world;
    let Some((rows, _, row)) = symbol_row(world.db, ty).filter(|(_, _, row)| row.kind.is_type()) else { return Vec::new() };
    let own = constructors(world, ty);
    if !own.is_empty() {
        return own.into_iter().flat_map(|constructor| incoming(join, constructor)).collect();
    }
    let above = ancestors(world.db, ty).0.iter().map(|relative| constructors(world, relative.ty)).find(|found| !found.is_empty());
    let mut edges: Vec<FoundEdge<'w>> = above.unwrap_or_default().into_iter().flat_map(|constructor| incoming(join, constructor)).collect();
    edges.retain(|edge| *edge.name == *rows.str(row.name));
    edges
}

/// The constructors that stand in a type.
fn constructors<'w>(world: World<'w>, ty: Symbol<'w>) -> Vec<Symbol<'w>> {
    let Some((rows, index, _)) = symbol_row(world.db, ty) else { return Vec::new() };
    let own = rows.symbols().filter(|row| row.parent == index && row.kind == SymbolKind::Constructor);
    own.map(|row| Symbol::new(world.db, ty.file(world.db), row.identity())).collect()
}

/// Symbols with all that is defined in them, in order.
pub(crate) fn with_contents<'w>(world: World<'w>, symbols: &[Symbol<'w>]) -> Vec<Symbol<'w>> {
    let mut all = symbols.to_vec();
    for &symbol in symbols {
        let Some((rows, index, row)) = symbol_row(world.db, symbol) else { continue };
        if !row.kind.is_type() && !row.kind.is_module() {
            continue;
        }
        let mut inside = vec![false; rows.symbols().count()];
        for (at, row) in rows.symbols().enumerate() {
            // What holds a symbol stands before it.
            let holds = at as u32 != index && (row.parent == index || inside.get(row.parent as usize).copied().unwrap_or(false));
            if let Some(slot) = inside.get_mut(at).filter(|_| holds) {
                *slot = true;
                all.push(Symbol::new(world.db, symbol.file(world.db), row.identity()));
            }
        }
    }
    all
}
