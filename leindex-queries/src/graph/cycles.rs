//! Cycles of imports: files that cannot be understood, built or loaded one after the other.

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

use crate::index::world::World;
use crate::names::edges::{EdgeKind, file_edges};
use crate::names::files::SourceFile;

/// Groups of files that import each other, each in order of their paths, larger groups first.
pub(crate) fn import_cycles<'w>(world: World<'w>) -> Vec<Vec<SourceFile<'w>>> {
    let mut graph = DiGraph::<SourceFile<'w>, ()>::new();
    let nodes: FxHashMap<SourceFile<'w>, NodeIndex> = world.live.all.iter().map(|&file| (file, graph.add_node(file))).collect();
    for &file in &world.live.all {
        for edge in file_edges(world.db, file).closed.iter().filter(|edge| edge.kind == EdgeKind::Import) {
            let Some(target) = edge.target else { continue };
            let target = target.file(world.db);
            if target != file
                && let (Some(&from), Some(&to)) = (nodes.get(&file), nodes.get(&target))
            {
                graph.update_edge(from, to, ());
            }
        }
    }
    let mut cycles: Vec<Vec<SourceFile<'w>>> = tarjan_scc(&graph)
        .into_iter()
        .filter(|component| component.len() > 1)
        .map(|component| {
            let mut files: Vec<SourceFile<'w>> = component.into_iter().filter_map(|node| graph.node_weight(node).copied()).collect();
            files.sort_by_cached_key(|file| file.path(world.db));
            files
        })
        .collect();
    cycles.sort_by_cached_key(|cycle| (std::cmp::Reverse(cycle.len()), cycle.first().map(|file| file.path(world.db))));
    cycles
}
