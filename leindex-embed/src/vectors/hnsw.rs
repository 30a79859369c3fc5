//! Approximate search of one large segment by a graph of near rows (HNSW, Malkov and Yashunin 2016).

use std::sync::OnceLock;

use instant_distance::{Builder, Point, Search};
use serde::{Deserialize, Serialize};

use super::{Flat, Hit, Hits, Query, RowMask, Segment, VectorIndex, check, keep_best};
use crate::EmbedError;

/// Rows from which on a graph may be worth its building: up to here [`Flat`] answers within 5 ms.
///
/// Of smaller segments a graph is a loss. Made-up rows of 256 components: of 30,000 it was built in 29 s and searched in
/// 0.7 ms (P95) at a recall of .986, against 0.5 ms and .991 flat; of 100,000 it took minutes, at .977 against .987.
pub const GRAPH_ROWS: usize = 1_000_000;

/// Rows that a search collects before the filter, and those that an insertion chooses its neighbours from.
const COLLECTED: usize = 200;
const CONSIDERED: usize = 100;
const SEED: u64 = 4;

const MAGIC: &[u8; 8] = b"LEGRAPH\0";
const VERSION: u32 = 1;

/// The index that walks a graph over the rows of one sealed segment, and looks at few of them.
///
/// Its replies are `approximate`, unless the filter leaves fewer rows of the walk than were asked for: then [`Flat`]
/// answers. The graph is a function of the segment: it is built on one thread, from the rows in their order, with a
/// fixed seed. It cannot take in another row. For use from about [`GRAPH_ROWS`] rows on.
pub struct Hnsw {
    flat: Flat,
    graph: instant_distance::Hnsw<Node>,
}

impl Hnsw {
    /// Builds the graph of a segment. Slow: 1 to 2 ms a row, more as there are more, on a thread of its own.
    ///
    /// # Errors
    ///
    /// [`Thread`](EmbedError::Thread) if the system gives no thread.
    pub fn build(segment: Segment) -> Result<Self, EmbedError> {
        let nodes = (0..segment.rows()).filter(|&row| segment.present().contains(row)).map(|row| Node::of(row as u32, &segment));
        let nodes: Vec<Node> = nodes.collect();
        let settings = Builder::default().seed(SEED).ef_search(COLLECTED).ef_construction(CONSIDERED);
        // With more threads the graph would depend on which of them is ahead.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(|_| EmbedError::Thread)?;
        let (graph, _) = pool.install(|| settings.build_hnsw(nodes));
        Ok(Self { flat: Flat::new(segment.dimension(), vec![segment])?, graph })
    }

    /// The graph to keep beside the segment's bytes, about 200 B a row.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](EmbedError::Corrupt) if the graph cannot be written down, which no graph from here is.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EmbedError> {
        let head = self.flat.segments().first().map(header).unwrap_or_default();
        let bytes = postcard::to_extend(&self.graph, [&head[..], &[0; 32]].concat());
        let mut bytes = bytes.map_err(|_| corrupt("cannot be written"))?;
        if let Some((_, rest)) = bytes.split_at_mut_checked(head.len())
            && let Some((sum, graph)) = rest.split_first_chunk_mut()
        {
            *sum = checksum(&head, graph);
        }
        Ok(bytes)
    }

    /// The index of a segment with the graph that [`to_bytes`](Self::to_bytes) gave.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](EmbedError::Corrupt) if the bytes are no graph, of another version or segment, or damaged.
    pub fn from_bytes(bytes: &[u8], segment: Segment) -> Result<Self, EmbedError> {
        let rest = bytes.strip_prefix(&header(&segment)[..]).ok_or(corrupt("not a graph of this version and segment"))?;
        let (sum, rest) = rest.split_first_chunk::<32>().ok_or(corrupt("shorter than its header"))?;
        if *sum != checksum(&header(&segment), rest) {
            return Err(corrupt("wrong checksum"));
        }
        let graph: instant_distance::Hnsw<Node> = postcard::from_bytes(rest).map_err(|_| corrupt("not readable"))?;
        for (_, node) in graph.iter() {
            if !segment.present().contains(node.row as usize) {
                return Err(corrupt("of rows that the segment does not have"));
            }
            node.segment.get_or_init(|| segment.clone());
        }
        Ok(Self { flat: Flat::new(segment.dimension(), vec![segment])?, graph })
    }
}

impl VectorIndex for Hnsw {
    fn dimension(&self) -> usize {
        self.flat.dimension()
    }

    fn segments(&self) -> &[Segment] {
        self.flat.segments()
    }

    fn search(&self, query: &Query, admitted: Option<&[RowMask]>, limit: usize) -> Result<Hits, EmbedError> {
        check(self, query, admitted)?;
        if query.is_blank() || limit == 0 {
            return Ok(Hits::default());
        }
        let mask = admitted.and_then(<[RowMask]>::first);
        let mut search = Search::default();
        let nearest = self.graph.search(&Node::asking(query), &mut search).map(|item| item.point.row);
        let admitted_nearest = nearest.filter(|&row| mask.is_none_or(|mask| mask.contains(row as usize)));
        let hits = admitted_nearest.filter_map(|row| Some(Hit { segment: 0, row, score: self.score(query, 0, row as usize)? }));
        let mut hits: Vec<Hit> = hits.collect();
        if hits.len() < limit {
            return self.flat.search(query, admitted, limit);
        }
        keep_best(&mut hits, limit);
        Ok(Hits { hits, approximate: true })
    }
}

/// A row of the segment, or a query. Its components stay in the segment, which a node that was read does not have until
/// it is given.
#[derive(Clone, Serialize, Deserialize)]
struct Node {
    row: u32,
    #[serde(skip)]
    segment: OnceLock<Segment>,
    #[serde(skip)]
    query: Option<Box<Query>>,
}

impl Node {
    fn of(row: u32, segment: &Segment) -> Self {
        Self { row, segment: OnceLock::from(segment.clone()), query: None }
    }

    fn asking(query: &Query) -> Self {
        Self { row: u32::MAX, segment: OnceLock::new(), query: Some(Box::new(query.clone())) }
    }
}

impl Point for Node {
    fn distance(&self, other: &Self) -> f32 {
        let similarity = other.segment.get().and_then(|segment| match &self.query {
            Some(query) => segment.score(query, other.row as usize),
            None => segment.similarity(self.row as usize, other.row as usize),
        });
        similarity.map_or(f32::MAX, |similarity| -similarity)
    }
}

/// What a graph's bytes begin with: magic, version, checksum of its segment.
fn header(segment: &Segment) -> Vec<u8> {
    [&MAGIC[..], &VERSION.to_le_bytes(), segment.checksum()].concat()
}

fn checksum(header: &[u8], graph: &[u8]) -> [u8; 32] {
    *blake3::Hasher::new().update(header).update(graph).finalize().as_bytes()
}

const fn corrupt(reason: &'static str) -> EmbedError {
    EmbedError::Corrupt { part: "graph", reason }
}
