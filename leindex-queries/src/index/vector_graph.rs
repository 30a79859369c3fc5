//! The graph that searches the vectors of a large index: when it is worth its building, and the work of it.

use std::sync::{Arc, PoisonError};

use leindex_embed::vectors::Segment;

use super::error::{Cancellable, Error};
use super::handle::Handle;
use super::open::Index;
use super::snapshot::Snapshot;
use crate::db::Shared;
use crate::search::record::record_key_of;
use crate::search::vector_graph::{Content, VectorGraph, rows_builder};

impl Index {
    /// Builds the graph that makes searches of a large index faster and approximate, if the index has
    /// [`Options::graph_rows`](super::Options::graph_rows) functions and types or more and a graph does not know most of
    /// them yet. Says whether it did.
    ///
    /// Takes one thread for 1 to 2 ms a symbol, which is half an hour for a million, and cannot be stopped: call it from a
    /// thread of a host that is otherwise idle, with a [`Handle`] if others read and write meanwhile. The graph is a
    /// function of the contents that are indexed now, and is kept in the store. It is not changed by edits: what is new
    /// is searched beside it. Searches never wait for it; those that use it say
    /// [`approximate`](super::SearchAnswer::approximate).
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn build_vector_graph(&self) -> Result<bool, Error> {
        let Some((contents, rows)) = self.snapshot().rows_for_graph()? else { return Ok(false) };
        build(&self.db.shared, &contents, rows)?;
        self.forget_view();
        Ok(true)
    }

    /// Makes the next snapshot look again for what is not part of the revision.
    fn forget_view(&self) {
        *self.view.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Handle {
    /// As [`Index::build_vector_graph`], while others read and write: the index is held only to copy the vectors.
    ///
    /// # Errors
    ///
    /// As [`Index::build_vector_graph`] and [`read`](Self::read).
    pub fn build_vector_graph(&self) -> Result<bool, Error> {
        let Some((contents, rows)) = self.read(|snapshot| Ok(snapshot.rows_for_graph()?))? else { return Ok(false) };
        let shared = self.write(|index| Arc::clone(&index.db.shared))?;
        build(&shared, &contents, rows)?;
        self.write(|index| index.forget_view())?;
        Ok(true)
    }
}

fn build(shared: &Shared, contents: &[Content], rows: Segment) -> Result<(), Error> {
    let graph = VectorGraph::build(contents, rows)?;
    shared.keep_vector_graph(graph)?;
    Ok(shared.store.persist()?)
}

impl Snapshot<'_> {
    /// The live contents in order of their records' keys, with their rows, if a graph of them is wanted.
    fn rows_for_graph(&self) -> Cancellable<Option<(Vec<Content>, Segment)>> {
        self.ask(|world| {
            let (documents, shared) = (world.live_mask().documents, world.shared());
            if documents < shared.graph_rows() {
                return None;
            }
            let vectors = world.vectors();
            // A graph is worth renewing when a search beside it costs a good part of one without it.
            if (vectors.outside_graph() as u64) * 4 < documents {
                return None;
            }
            let mut found: Vec<(Content, u32, u32)> = Vec::new();
            for (index, (segment, files)) in world.view.segments.iter().zip(&world.live_mask().files).enumerate() {
                for ((&(hash, dialect), blob), _) in segment.blobs().iter().zip(0..).zip(files).filter(|(_, files)| **files > 0) {
                    let Some(config) = shared.languages.config(dialect) else { continue };
                    let count = segment.documents_of(blob).len() as u32;
                    found.push(((record_key_of(config, hash), count), index as u32, segment.first_document(blob)));
                }
            }
            found.sort_unstable();
            let mut rows = rows_builder();
            for &((_, count), index, first) in &found {
                let Some(segment) = world.view.segments.get(index as usize) else { continue };
                let segment = segment.vectors(world.root());
                for row in (first..first + count).filter_map(|row| segment.row(row as usize)) {
                    rows.push_row(&row).expect("rows of one model are numbered by 32 bits");
                }
            }
            Some((found.into_iter().map(|(content, ..)| content).collect(), rows.build()))
        })
    }
}
