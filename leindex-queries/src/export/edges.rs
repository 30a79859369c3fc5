//! The table `edges`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, UInt16Array, UInt32Array, UInt64Array};

use super::group::{FileGroup, Member};
use super::rows::{FileRows, runs, same, texts};
use super::symbol_ids::AllIds;
use crate::graph::all_edges::{AllEdges, EdgeRecord};
use crate::graph::data_records::data_records;
use crate::index::world::World;
use crate::names::confidence::confidence;

pub(super) struct EdgeRows<'w> {
    all: &'w AllEdges,
    ids: &'w AllIds,
    group: FileGroup<'w>,
    /// By the rows of the group.
    records: Vec<EdgeRecord>,
    revision: &'w str,
}

impl<'w> EdgeRows<'w> {
    /// The edges of some files, those of data not among them.
    pub(super) fn of(world: World<'w>, revision: &'w str, places: &[usize]) -> Self {
        let all = world.all_edges();
        let group = FileGroup::of(world, places, |place| all.count(place));
        let mut records = Vec::with_capacity(group.count());
        group.members().iter().for_each(|member| records.append(&mut all.records(member.place)));
        Self { all, ids: world.all_ids(), group, records, revision }
    }

    /// The edges of some files with those of data, which stand after the others at a site.
    pub(super) fn with_data(world: World<'w>, revision: &'w str, places: &[usize]) -> Self {
        let all = world.all_edges();
        let mut records = Vec::new();
        let group = FileGroup::of(world, places, |place| {
            let mut of_file = all.records(place);
            let mut data = data_records(world, place, &of_file);
            of_file.append(&mut data);
            of_file.sort_by_key(|edge| (edge.line, edge.column));
            let count = of_file.len();
            records.append(&mut of_file);
            count
        });
        Self { all, ids: world.all_ids(), group, records, revision }
    }

    fn edges<'a>(&'a self, rows: &'a [u32]) -> impl Iterator<Item = &'a EdgeRecord> {
        rows.iter().filter_map(|&row| self.records.get(row as usize))
    }

    fn in_files<'a>(&'a self, rows: &'a [u32]) -> impl Iterator<Item = (&'a Member<'w>, &'a EdgeRecord)> {
        self.group.rows(rows).map(|(member, _)| member).zip(self.edges(rows))
    }
}

impl FileRows for EdgeRows<'_> {
    fn count(&self) -> usize {
        self.records.len()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        match name {
            "source" => Arc::new(UInt64Array::from_iter_values(self.edges(rows).map(|edge| self.ids.id(edge.source).unwrap_or(0)))),
            "target" => Arc::new(self.edges(rows).map(|edge| self.ids.id(edge.target)).collect::<UInt64Array>()),
            "target_name" => texts(self.in_files(rows).map(|(member, edge)| self.all.name(member.place, edge.name))),
            "kind" => texts(self.edges(rows).map(|edge| edge.kind.as_str())),
            "path" => runs(self.in_files(rows).map(|(member, _)| member.path)),
            "line" => Arc::new(UInt32Array::from_iter_values(self.edges(rows).map(|edge| edge.line))),
            "column" => Arc::new(UInt32Array::from_iter_values(self.edges(rows).map(|edge| edge.column))),
            "rule" => texts(self.edges(rows).map(|edge| edge.rule.as_str())),
            "confidence" => {
                let known = |(member, edge): (&Member<'_>, &EdgeRecord)| {
                    confidence(edge.kind, edge.rule, member.language, usize::from(edge.candidates))
                };
                Arc::new(self.in_files(rows).map(known).collect::<Float32Array>())
            }
            "candidates" => Arc::new(UInt16Array::from_iter_values(self.edges(rows).map(|edge| edge.candidates))),
            "project" => runs(self.in_files(rows).map(|(member, _)| member.project)),
            _ => same(self.revision, rows.len()),
        }
    }
}
