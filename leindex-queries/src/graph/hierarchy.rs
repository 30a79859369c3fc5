//! Types above and below a type.

use rustc_hash::FxHashSet;

use crate::db::Db;
use crate::names::files::Symbol;
use crate::names::members::{bases, subtypes};
use crate::syntax::rows::BaseKind;

/// A type on one side of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Relative<'w> {
    pub(crate) ty: Symbol<'w>,
    /// The type next to it, nearer to where the question started.
    pub(crate) through: Symbol<'w>,
    pub(crate) kind: BaseKind,
    pub(crate) distance: u32,
}

/// All types above a type, nearest first; and whether one of them is not known.
pub(crate) fn ancestors<'w>(db: &'w dyn Db, ty: Symbol<'w>) -> (Vec<Relative<'w>>, bool) {
    let mut open = false;
    let found = walk(ty, |at| {
        let direct = bases(db, at);
        open |= direct.open;
        direct.known.to_vec()
    });
    (found, open)
}

/// All types below a type, nearest first.
pub(crate) fn descendants<'w>(db: &'w dyn Db, ty: Symbol<'w>) -> Vec<Relative<'w>> {
    walk(ty, |at| subtypes(db, at).to_vec())
}

fn walk<'w>(start: Symbol<'w>, mut next: impl FnMut(Symbol<'w>) -> Vec<(Symbol<'w>, BaseKind)>) -> Vec<Relative<'w>> {
    let mut seen = FxHashSet::from_iter([start]);
    let mut found: Vec<Relative<'w>> = Vec::new();
    let mut frontier = vec![start];
    let mut distance = 0;
    while !frontier.is_empty() {
        distance += 1;
        let mut above = Vec::new();
        for at in frontier {
            for (ty, kind) in next(at) {
                if seen.insert(ty) {
                    found.push(Relative { ty, through: at, kind, distance });
                    above.push(ty);
                }
            }
        }
        frontier = above;
    }
    found
}
