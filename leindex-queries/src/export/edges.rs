//! The table `edges`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, UInt16Array, UInt32Array, UInt64Array};

use super::rows::{FileRows, same, texts};
use super::symbol_ids::NodeIds;
use crate::graph::all_edges::{AllEdges, EdgeRecord};
use crate::index::describe::project_of;
use crate::index::world::World;
use crate::names::confidence::confidence;
use crate::names::files::{SourceFile, file_config};

pub(super) struct EdgeRows<'w> {
    world: World<'w>,
    all: &'w AllEdges,
    file: SourceFile<'w>,
    place: u32,
    path: &'w str,
    revision: &'w str,
}

impl<'w> EdgeRows<'w> {
    pub(super) fn of(world: World<'w>, revision: &'w str, file: SourceFile<'w>) -> Option<Self> {
        let place = *world.live.positions.get(&file)?;
        Some(Self { world, all: world.all_edges(), file, place, path: file.path(world.db), revision })
    }

    fn edges(&self, rows: &[u32]) -> impl Iterator<Item = &'w EdgeRecord> {
        let edges = self.all.records(self.place);
        rows.iter().filter_map(move |&row| edges.get(row as usize))
    }
}

impl FileRows for EdgeRows<'_> {
    fn count(&self) -> usize {
        self.all.records(self.place).len()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        let db = self.world.db;
        let ids = NodeIds::of(self.world, self.all, self.place);
        match name {
            "source" => Arc::new(UInt64Array::from_iter_values(self.edges(rows).map(|edge| ids.id(edge.source).unwrap_or(0)))),
            "target" => Arc::new(self.edges(rows).map(|edge| ids.id(edge.target)).collect::<UInt64Array>()),
            "target_name" => texts(self.edges(rows).map(|edge| self.all.name(self.place, edge.name))),
            "kind" => texts(self.edges(rows).map(|edge| edge.kind.as_str())),
            "path" => same(self.path, rows.len()),
            "line" => Arc::new(UInt32Array::from_iter_values(self.edges(rows).map(|edge| edge.line))),
            "column" => Arc::new(UInt32Array::from_iter_values(self.edges(rows).map(|edge| edge.column))),
            "rule" => texts(self.edges(rows).map(|edge| edge.rule.as_str())),
            "confidence" => {
                let language = file_config(db, self.file).map_or("", |config| config.name);
                let known = self.edges(rows).map(|edge| confidence(edge.kind, edge.rule, language, usize::from(edge.candidates)));
                Arc::new(known.collect::<Float32Array>())
            }
            "candidates" => Arc::new(UInt16Array::from_iter_values(self.edges(rows).map(|edge| edge.candidates))),
            "project" => same(project_of(db, self.path), rows.len()),
            _ => same(self.revision, rows.len()),
        }
    }
}
