//! The vectors of all live documents at one revision, and how they are searched.

use std::sync::Arc;

use leindex_embed::vectors::{Flat, Hit, Hits, Query, RowMask, VectorIndex as _};
use leindex_embed::{EmbedError, StaticModel};

use super::record::record_key_of;
use super::segment::Segment;
use super::vector_graph::VectorGraph;
use crate::db::RootDatabase;
use crate::index::world::LiveMask;

/// The vectors of the segments, and which of them count.
#[derive(Debug)]
pub(crate) struct LiveVectors {
    pub(crate) index: Flat,
    /// By segment.
    pub(crate) live: Vec<RowMask>,
    graph: Option<LiveGraph>,
}

/// A graph, and what it stands for at one revision.
#[derive(Debug)]
struct LiveGraph {
    graph: Arc<VectorGraph>,
    /// The live contents in it: first row, segment, first document, documents; in order of the rows.
    places: Box<[(u32, u32, u32, u32)]>,
    /// Its rows that count.
    live: RowMask,
    /// By segment: documents that count and are not in it.
    rest: Vec<RowMask>,
}

impl LiveVectors {
    /// The vectors of some segments. Maps or makes those that nobody has searched yet. The graph, if there is one and the
    /// live documents are as many as `graph_rows`, is the store's.
    pub(crate) fn of(db: &RootDatabase, segments: &[Arc<Segment>], mask: &LiveMask) -> Self {
        let vectors = segments.iter().map(|segment| segment.vectors(db).clone()).collect();
        let index = Flat::new(StaticModel::shipped().dimension(), vectors).expect("all vectors are of one model");
        let live = segments.iter().zip(&mask.files).map(|(segment, files)| {
            let mut live = RowMask::all(segment.document_count());
            if files.contains(&0) {
                live = RowMask::none(segment.document_count());
                for (blob, _) in files.iter().enumerate().filter(|(_, files)| **files > 0) {
                    insert(&mut live, segment.first_document(blob as u32), segment.documents_of(blob as u32).len());
                }
            }
            live
        });
        let live: Vec<RowMask> = live.collect();
        let graph = if mask.documents >= db.shared.graph_rows() { db.shared.vector_graph() } else { None };
        let graph = graph.map(|graph| LiveGraph::of(db, graph, segments, mask));
        Self { index, live, graph }
    }

    /// The nearest documents of those that are `admitted`, by segment, or of all that count. By the graph, if there is
    /// one, and then approximate; exact if the graph knows too few of the admitted.
    pub(crate) fn search(&self, query: &Query, admitted: Option<&[RowMask]>, limit: usize) -> Result<Hits, EmbedError> {
        if let Some(graph) = &self.graph
            && let Some(found) = graph.search(&self.index, query, admitted, limit)?
        {
            return Ok(found);
        }
        self.index.search(query, Some(admitted.unwrap_or(&self.live)), limit)
    }

    /// How many documents that count a graph does not have.
    pub(crate) fn outside_graph(&self) -> usize {
        let rest = self.graph.as_ref().map_or(&self.live, |graph| &graph.rest);
        rest.iter().map(RowMask::count).sum()
    }
}

impl LiveGraph {
    fn of(db: &RootDatabase, graph: Arc<VectorGraph>, segments: &[Arc<Segment>], mask: &LiveMask) -> Self {
        let languages = &db.shared.languages;
        let mut places = Vec::new();
        let mut live = RowMask::none(graph.len());
        let mut rest: Vec<RowMask> = Vec::with_capacity(segments.len());
        for (index, (segment, files)) in segments.iter().zip(&mask.files).enumerate() {
            let mut outside = RowMask::none(segment.document_count());
            for (blob, _) in files.iter().enumerate().filter(|(_, files)| **files > 0) {
                let (first, count) = (segment.first_document(blob as u32), segment.documents_of(blob as u32).len());
                let key = segment.blob(blob as u32).and_then(|(hash, dialect)| Some(record_key_of(languages.config(dialect)?, hash)));
                match key.and_then(|key| graph.first_row(&key)) {
                    Some(row) => {
                        places.push((row, index as u32, first, count as u32));
                        insert(&mut live, row, count);
                    }
                    None => insert(&mut outside, first, count),
                }
            }
            rest.push(outside);
        }
        places.sort_unstable();
        Self { graph, places: places.into(), live, rest }
    }

    /// `None` if the graph has too few of the admitted rows for its walk to meet enough of them.
    fn search(&self, flat: &Flat, query: &Query, admitted: Option<&[RowMask]>, limit: usize) -> Result<Option<Hits>, EmbedError> {
        let in_graph = admitted.map_or_else(|| self.live.clone(), |masks| self.rows_of(masks));
        if in_graph.count() * 2 < self.graph.len() {
            return Ok(None);
        }
        let found = self.graph.search(query, in_graph, limit)?;
        if !found.approximate {
            return Ok(None);
        }
        let hits = found.hits.iter().filter_map(|hit| {
            let (segment, row) = self.document(hit.row)?;
            Some(Hit { segment, row, score: hit.score })
        });
        let by_graph = Hits { hits: hits.collect(), approximate: true };
        let outside = admitted.map(|masks| {
            let both = self.rest.iter().zip(masks).map(|(rest, admitted)| {
                let mut both = rest.clone();
                both.intersect(admitted);
                both
            });
            both.collect::<Vec<_>>()
        });
        let outside = flat.search(query, Some(outside.as_ref().unwrap_or(&self.rest)), limit)?;
        Ok(Some(by_graph.and(outside, limit)))
    }

    /// The graph's rows of documents that are admitted.
    fn rows_of(&self, admitted: &[RowMask]) -> RowMask {
        let mut rows = RowMask::none(self.graph.len());
        for &(row, segment, first, count) in &self.places {
            let Some(admitted) = admitted.get(segment as usize) else { continue };
            (0..count).filter(|at| admitted.contains((first + at) as usize)).for_each(|at| rows.insert((row + at) as usize));
        }
        rows
    }

    /// The segment and document of a row.
    fn document(&self, row: u32) -> Option<(u32, u32)> {
        let at = self.places.partition_point(|&(first, ..)| first <= row).checked_sub(1)?;
        let &(first_row, segment, first, count) = self.places.get(at)?;
        (row - first_row < count).then_some((segment, first + row - first_row))
    }
}

fn insert(mask: &mut RowMask, first: u32, count: usize) {
    (first as usize..first as usize + count).for_each(|row| mask.insert(row));
}
