//! The ids of symbols in tables.

use crate::db::Db;
use crate::graph::all_edges::AllEdges;
use crate::index::describe::project_of;
use crate::index::world::World;
use crate::items::descriptor::descriptor;
use crate::names::files::{SourceFile, file_rows};
use crate::syntax::rows::{NONE, SymbolRow};

/// The ids of a file's symbols, by row: the first 8 bytes, most significant first, of the BLAKE3 hash of their full names.
/// Changes with the file's content.
#[salsa::tracked(returns(deref))]
pub(crate) fn symbol_ids<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<[u64]> {
    let Some(rows) = file_rows(db, file) else { return Box::default() };
    let path = file.path(db);
    let mut name = format!("{} {path} ", project_of(db, path));
    let start = name.len();
    let ids = (0..rows.count::<SymbolRow>()).map(|row| {
        name.truncate(start);
        name.push_str(&descriptor(&rows, row));
        id_of(&name)
    });
    ids.collect()
}

/// The ids of nodes, as the edges of one file have them: most lie in that file.
pub(super) struct NodeIds<'w> {
    world: World<'w>,
    all: &'w AllEdges,
    place: u32,
    own: &'w [u64],
}

impl<'w> NodeIds<'w> {
    /// For the edges of the live file at a place.
    pub(super) fn of(world: World<'w>, all: &'w AllEdges, place: u32) -> Self {
        let own = world.live.all.get(place as usize).map_or(&[][..], |&file| symbol_ids(world.db, file));
        Self { world, all, place, own }
    }

    /// The id of a node; `None` for `NONE`.
    pub(super) fn id(&self, node: u32) -> Option<u64> {
        if node == NONE {
            return None;
        }
        let (file, row) = self.all.place(node);
        let ids = if file == self.place { self.own } else { symbol_ids(self.world.db, *self.world.live.all.get(file as usize)?) };
        ids.get(row as usize).copied()
    }
}

/// The id of a full name.
pub(crate) fn id_of(name: &str) -> u64 {
    let hash = blake3::hash(name.as_bytes());
    u64::from_be_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
}
