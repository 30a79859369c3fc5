//! The ids of symbols in tables.

use crate::db::Db;
use crate::graph::numbering::Numbering;
use crate::index::describe::{project_of, start_of_name};
use crate::index::world::World;
use crate::items::descriptor::descriptor;
use crate::names::files::{SourceFile, file_rows};
use crate::syntax::rows::SymbolRow;

/// The ids of a file's symbols, by row: the first 8 bytes, most significant first, of the BLAKE3 hash of their full names.
/// Changes with the file's content.
#[salsa::tracked(returns(deref))]
pub(crate) fn symbol_ids<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<[u64]> {
    let Some(rows) = file_rows(db, file) else { return Box::default() };
    let path = file.path(db);
    let mut name = String::new();
    start_of_name(project_of(db, path), path, &mut name);
    let start = name.len();
    let ids = (0..rows.count::<SymbolRow>()).map(|row| {
        name.truncate(start);
        name.push_str(&descriptor(&rows, row));
        id_of(&name)
    });
    ids.collect()
}

/// The ids of all symbols. 8 bytes each.
#[derive(Debug, Default)]
pub(crate) struct AllIds {
    numbering: Numbering,
    /// By node.
    ids: Box<[u64]>,
}

impl AllIds {
    /// Hashes the names in every file that changed since somebody last asked, on all threads.
    pub(crate) fn of(world: World<'_>) -> Self {
        let parts = world.on_all_files(|world, files| {
            let ids = files.iter().map(|&file| symbol_ids(world.db, file));
            (ids.clone().map(|ids| ids.len() as u32).collect::<Vec<_>>(), ids.flatten().copied().collect::<Vec<_>>())
        });
        let numbering = Numbering::of(parts.iter().flat_map(|(counts, _)| counts).copied());
        Self { numbering, ids: parts.into_iter().flat_map(|(_, ids)| ids).collect() }
    }

    /// How the symbols are numbered: as edges have them.
    pub(super) fn numbering(&self) -> &Numbering {
        &self.numbering
    }

    /// The id of a node; `None` where there is none.
    pub(super) fn id(&self, node: u32) -> Option<u64> {
        self.ids.get(node as usize).copied()
    }

    /// The ids of the symbols of the live file at a place, by row.
    pub(super) fn of_file(&self, place: u32) -> &[u64] {
        let nodes = self.numbering.nodes(place);
        self.ids.get(nodes.start as usize..nodes.end as usize).unwrap_or(&[])
    }
}

/// The id of a full name.
pub(crate) fn id_of(name: &str) -> u64 {
    let hash = blake3::hash(name.as_bytes());
    u64::from_be_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
}
