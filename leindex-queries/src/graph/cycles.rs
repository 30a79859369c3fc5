//! Which files import which, and cycles of imports: files that cannot be understood, built or loaded one after the other.

use super::components::{Groups, strongly_connected};
use super::csr::Csr;
use crate::index::world::World;
use crate::names::edges::{EdgeKind, file_edges};
use crate::names::files::SourceFile;

/// Which live files import which, by their places. Costs the edges of every file that nobody has asked for before.
pub(crate) fn imports(world: World<'_>) -> Csr {
    let parts: Vec<Vec<(u32, u32)>> = world.on_all_files(|world, files| {
        let place = |file: &SourceFile<'_>| world.live.positions.get(file).copied();
        let of_file = |&file| {
            let closed = file_edges(world.db, file).closed.iter();
            let imports = closed.filter(|edge| edge.kind == EdgeKind::Import);
            imports.filter_map(move |edge| Some((place(&file)?, place(&edge.target?.file(world.db))?)))
        };
        let mut found: Vec<(u32, u32)> = files.iter().flat_map(of_file).filter(|(from, to)| from != to).collect();
        found.sort_unstable();
        found.dedup();
        found
    });
    Csr::new(world.live.all.len() as u32, &parts.concat())
}

/// Groups of files that import each other, each in order of their paths, larger groups first.
pub(crate) fn import_cycles<'w>(world: World<'w>) -> Vec<Vec<SourceFile<'w>>> {
    let groups = Groups::of(&strongly_connected(&imports(world)));
    let mut cycles: Vec<Vec<SourceFile<'w>>> = groups
        .iter()
        .filter(|files| files.len() > 1)
        .map(|places| {
            let mut files: Vec<SourceFile<'w>> = places.iter().filter_map(|&place| world.live.all.get(place as usize).copied()).collect();
            files.sort_by_cached_key(|file| file.path(world.db));
            files
        })
        .collect();
    cycles.sort_by_cached_key(|cycle| (std::cmp::Reverse(cycle.len()), cycle.first().map(|file| file.path(world.db))));
    cycles
}
