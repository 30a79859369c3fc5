//! The table `centrality`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, UInt32Array, UInt64Array};

use super::group::FileGroup;
use super::rows::{FileRows, runs, same};
use crate::index::hotspots::Centrality;
use crate::index::world::World;

pub(super) struct CentralityRows<'w> {
    world: World<'w>,
    group: FileGroup<'w>,
    revision: &'w str,
}

impl<'w> CentralityRows<'w> {
    /// How central the symbols of some files are.
    pub(super) fn of(world: World<'w>, revision: &'w str, places: &[usize]) -> Self {
        let group = FileGroup::of(world, places, |place| world.all_ids().of_file(place).len());
        Self { world, group, revision }
    }

    /// The nodes of rows.
    fn nodes<'a>(&'a self, rows: &'a [u32]) -> impl Iterator<Item = usize> + 'a {
        let numbering = self.world.all_ids().numbering();
        self.group.rows(rows).map(|(member, row)| (numbering.nodes(member.place).start + row) as usize)
    }

    fn values(&self, measure: Centrality, rows: &[u32]) -> ArrayRef {
        let all = self.world.centrality(measure);
        let of = |node: usize| all.get(node).map_or(0.0, |&value| value as f32);
        Arc::new(Float32Array::from_iter_values(self.nodes(rows).map(of)))
    }
}

impl FileRows for CentralityRows<'_> {
    fn count(&self) -> usize {
        self.group.count()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        match name {
            "id" => {
                let ids = self.world.all_ids();
                Arc::new(UInt64Array::from_iter_values(self.nodes(rows).map(|node| ids.id(node as u32).unwrap_or(0))))
            }
            "pagerank" => self.values(Centrality::PageRank, rows),
            "eigenvector" => self.values(Centrality::Eigenvector, rows),
            "component" => {
                let all = self.world.dependencies().components();
                Arc::new(UInt32Array::from_iter_values(self.nodes(rows).map(|node| all.get(node).copied().unwrap_or(0))))
            }
            "project" => runs(self.group.rows(rows).map(|(member, _)| member.project)),
            _ => same(self.revision, rows.len()),
        }
    }
}
