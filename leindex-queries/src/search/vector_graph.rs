//! A graph over the vectors of many contents, for indexes so large that looking at every vector takes too long.
//!
//! Like a segment it is a function of the set of contents that it was made of, and never changes: what died since is
//! masked, what came since is searched beside it. Its contents are known by the keys of their records, so that any
//! session finds them again.

use leindex_db::store::{Store, StoreKey};
use leindex_embed::vectors::{self, GRAPH_HITS, Hits, Hnsw, Query, RowMask, VectorIndex as _};
use leindex_embed::{EmbedError, vectors::SegmentBuilder};

use super::document_vectors::quantizer;

/// The key of a content's record, and how many rows its documents have.
pub(crate) type Content = (StoreKey, u32);

/// The graph, with the contents whose rows are its nodes.
pub(crate) struct VectorGraph {
    /// In order of their keys, each with the number of its first row.
    contents: Box<[Content]>,
    index: Hnsw,
}

/// Bytes of a content in the file that lists them.
const CONTENT: usize = 36;

impl VectorGraph {
    /// Builds the graph of some contents and their rows, in the order of their keys. Slow: see [`Hnsw::build`].
    pub(crate) fn build(contents: &[Content], rows: vectors::Segment) -> Result<Self, EmbedError> {
        Ok(Self { contents: with_first_rows(contents), index: Hnsw::build(rows)? })
    }

    /// Puts the graph into the store: its contents, its rows and its edges, and under `name` where they are.
    pub(crate) fn put(&self, store: &Store, name: &str) -> Result<(), EmbedError> {
        let rows = self.rows();
        let next = self.contents.iter().skip(1).map(|&(_, first)| first).chain([rows.rows() as u32]);
        let listed = self.contents.iter().zip(next).flat_map(|((key, first), next)| {
            let mut bytes = [0; CONTENT];
            let (of_key, of_count) = bytes.split_at_mut(32);
            of_key.copy_from_slice(key.as_bytes());
            of_count.copy_from_slice(&(next - first).to_le_bytes());
            bytes
        });
        let listed: Vec<u8> = listed.collect();
        let digest = digest(&listed);
        let parts = [("contents", &listed[..]), ("rows", rows.as_bytes()), ("edges", &self.index.to_bytes()?)];
        if parts.into_iter().all(|(part, bytes)| store.put_sealed(&part_key(&digest, part), bytes).is_some()) {
            store.put_named(name, digest.as_bytes());
        }
        Ok(())
    }

    /// The graph that [`put`](Self::put) left under a name. Reads and checks all of it.
    pub(crate) fn from_store(store: &Store, name: &str) -> Option<Self> {
        let said = StoreKey::from_bytes(*store.get_named(name)?.first_chunk()?);
        let listed = store.sealed(&part_key(&said, "contents"))?;
        if digest(listed.as_ref()) != said {
            return None;
        }
        let contents = listed.as_ref().chunks_exact(CONTENT).filter_map(|bytes| {
            let (key, count) = bytes.split_first_chunk()?;
            Some((StoreKey::from_bytes(*key), u32::from_le_bytes(*count.first_chunk()?)))
        });
        let contents: Vec<Content> = contents.collect();
        let rows = vectors::Segment::from_bytes(store.sealed(&part_key(&said, "rows"))?).ok()?;
        let count: u64 = contents.iter().map(|&(_, count)| u64::from(count)).sum();
        if rows.rows() as u64 != count || rows.dimension() != quantizer().dimension() {
            return None;
        }
        let index = Hnsw::from_bytes(store.sealed(&part_key(&said, "edges"))?.as_ref(), rows).ok()?;
        Some(Self { contents: with_first_rows(&contents), index })
    }

    /// The first row of a content.
    pub(crate) fn first_row(&self, key: &StoreKey) -> Option<u32> {
        let at = self.contents.binary_search_by_key(key, |&(key, _)| key).ok()?;
        self.contents.get(at).map(|&(_, first)| first)
    }

    /// How many rows it has.
    pub(crate) fn len(&self) -> usize {
        self.rows().rows()
    }

    /// The nearest of the rows that are admitted; as many as a graph is asked for.
    pub(crate) fn search(&self, query: &Query, admitted: RowMask, limit: usize) -> Result<Hits, EmbedError> {
        self.index.search(query, Some(&[admitted]), limit.min(GRAPH_HITS))
    }

    fn rows(&self) -> &vectors::Segment {
        self.index.segments().first().expect("a graph is of one segment")
    }
}

impl std::fmt::Debug for VectorGraph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VectorGraph").field("contents", &self.contents.len()).field("rows", &self.len()).finish_non_exhaustive()
    }
}

/// A builder of the rows that a graph is made of.
pub(crate) fn rows_builder() -> SegmentBuilder {
    SegmentBuilder::new(quantizer().dimension()).expect("the shipped model has a dimension that vectors may have")
}

fn with_first_rows(contents: &[Content]) -> Box<[Content]> {
    let mut first = 0;
    let numbered = contents.iter().map(|&(key, count)| {
        let content = (key, first);
        first += count;
        content
    });
    numbered.collect()
}

fn digest(contents: &[u8]) -> StoreKey {
    StoreKey::new("vector graph", &crate::schema::INDEX, &[contents])
}

fn part_key(digest: &StoreKey, part: &str) -> StoreKey {
    StoreKey::new("vector graph", &crate::schema::INDEX, &[digest.as_bytes(), part.as_bytes()])
}
