//! The table `edges`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, UInt16Array, UInt32Array, UInt64Array};

use super::rows::{FileRows, same, texts};
use super::symbol_ids::NodeIds;
use crate::graph::all_edges::{AllEdges, EdgeRecord};
use crate::graph::calls::uses_of_file;
use crate::graph::join::Join;
use crate::graph::program::data_edges;
use crate::index::describe::project_of;
use crate::index::world::World;
use crate::names::confidence::confidence;
use crate::names::files::{SourceFile, file_config};
use crate::syntax::rows::NONE;

pub(super) struct EdgeRows<'w> {
    world: World<'w>,
    all: &'w AllEdges,
    file: SourceFile<'w>,
    place: u32,
    /// The edges of kind `data`, with their names, where flow is included.
    data: Vec<(EdgeRecord, Box<str>)>,
    /// All edges in order of their sites, those of data after the others; in that order already, if there are none.
    order: Vec<u32>,
    path: &'w str,
    revision: &'w str,
}

impl<'w> EdgeRows<'w> {
    /// The edges of a file; with those of data, if there is a join to find the calls with.
    pub(super) fn of(world: World<'w>, revision: &'w str, file: SourceFile<'w>, flow: Option<&mut Join<'w>>) -> Option<Self> {
        let place = *world.live.positions.get(&file)?;
        let all = world.all_edges();
        let data = flow.map_or_else(Vec::new, |join| data(join, all, file));
        let mut of = Self { world, all, file, place, data, order: Vec::new(), path: file.path(world.db), revision };
        if !of.data.is_empty() {
            let mut order: Vec<u32> = (0..of.count() as u32).collect();
            order.sort_by_key(|&at| of.edge(at).map(|(edge, _)| (edge.line, edge.column)));
            of.order = order;
        }
        Some(of)
    }

    fn edge(&self, at: u32) -> Option<(&EdgeRecord, &str)> {
        let records = self.all.records(self.place);
        match (at as usize).checked_sub(records.len()) {
            None => records.get(at as usize).map(|edge| (edge, self.all.name(self.place, edge.name))),
            Some(at) => self.data.get(at).map(|(edge, name)| (edge, &**name)),
        }
    }

    fn named(&self, rows: &[u32]) -> impl Iterator<Item = (&EdgeRecord, &str)> {
        rows.iter().filter_map(|&row| self.edge(if self.order.is_empty() { row } else { *self.order.get(row as usize)? }))
    }

    fn edges(&self, rows: &[u32]) -> impl Iterator<Item = &EdgeRecord> {
        self.named(rows).map(|(edge, _)| edge)
    }
}

/// The edges of kind `data` of a file.
fn data<'w>(join: &mut Join<'w>, all: &AllEdges, file: SourceFile<'w>) -> Vec<(EdgeRecord, Box<str>)> {
    let world = join.world;
    let edges = uses_of_file(join, file);
    let Some(rows) = world.rows(file) else { return Vec::new() };
    let found = data_edges(world, &edges).into_iter().filter_map(|edge| {
        let (line, column) = rows.position(edge.start);
        let record = EdgeRecord {
            source: all.node_of(world, edge.source)?,
            target: edge.target.and_then(|target| all.node_of(world, target)).unwrap_or(NONE),
            name: 0,
            line,
            column,
            kind: edge.kind,
            rule: edge.rule,
            candidates: u16::try_from(edge.candidates.len()).unwrap_or(u16::MAX),
        };
        Some((record, edge.name))
    });
    found.collect()
}

impl FileRows for EdgeRows<'_> {
    fn count(&self) -> usize {
        self.all.records(self.place).len() + self.data.len()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        let db = self.world.db;
        let ids = NodeIds::of(self.world, self.all, self.place);
        match name {
            "source" => Arc::new(UInt64Array::from_iter_values(self.edges(rows).map(|edge| ids.id(edge.source).unwrap_or(0)))),
            "target" => Arc::new(self.edges(rows).map(|edge| ids.id(edge.target)).collect::<UInt64Array>()),
            "target_name" => texts(self.named(rows).map(|(_, name)| name)),
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
