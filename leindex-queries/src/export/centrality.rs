//! The table `centrality`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, UInt32Array, UInt64Array};

use super::rows::{FileRows, same};
use super::symbol_ids::symbol_ids;
use crate::index::describe::project_of;
use crate::index::hotspots::Centrality;
use crate::index::world::World;
use crate::names::files::SourceFile;

pub(super) struct CentralityRows<'w> {
    world: World<'w>,
    file: SourceFile<'w>,
    /// The node of the file's first row.
    first: u32,
    revision: &'w str,
}

impl<'w> CentralityRows<'w> {
    pub(super) fn of(world: World<'w>, revision: &'w str, file: SourceFile<'w>) -> Option<Self> {
        let first = world.dependencies().node(*world.live.positions.get(&file)?, 0)?;
        Some(Self { world, file, first, revision })
    }

    fn values(&self, measure: Centrality, rows: &[u32]) -> ArrayRef {
        let all = self.world.centrality(measure);
        let of = |&row: &u32| all.get((self.first + row) as usize).map_or(0.0, |&value| value as f32);
        Arc::new(Float32Array::from_iter_values(rows.iter().map(of)))
    }
}

impl FileRows for CentralityRows<'_> {
    fn count(&self) -> usize {
        symbol_ids(self.world.db, self.file).len()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        let world = self.world;
        match name {
            "id" => {
                let ids = symbol_ids(world.db, self.file);
                Arc::new(UInt64Array::from_iter_values(rows.iter().filter_map(|&row| ids.get(row as usize).copied())))
            }
            "pagerank" => self.values(Centrality::PageRank, rows),
            "eigenvector" => self.values(Centrality::Eigenvector, rows),
            "component" => {
                let all = world.dependencies().components();
                let of = |&row: &u32| all.get((self.first + row) as usize).copied().unwrap_or(0);
                Arc::new(UInt32Array::from_iter_values(rows.iter().map(of)))
            }
            "project" => same(project_of(world.db, self.file.path(world.db)), rows.len()),
            _ => same(self.revision, rows.len()),
        }
    }
}
