//! Search for the nearest of many vectors.
//!
//! A vector is kept as a [packed row](Quantizer): int8 components with a scale of their own, and one sign bit a
//! component that a scan compares by counting bits. Rows lie in immutable [`Segment`]s, in memory or in mapped bytes. A
//! [`VectorIndex`] finds the rows of a set of segments that score best for a [`Query`]: [`Flat`] looks at all of them,
//! [`Hnsw`] at few.
//!
//! What is here takes and gives bytes and slices. It knows rows by their numbers, and nothing of symbols, files or
//! what a vector stands for. The answer of [`Flat`] is a function of the set of admitted rows: neither their split
//! into segments, nor their order, nor the CPU shows in it.

mod flat;
mod hnsw;
mod kernels;
mod mask;
mod quantize;
mod segment;
#[cfg(test)]
mod tests;

pub use flat::Flat;
pub use hnsw::{GRAPH_ROWS, Hnsw};
pub use mask::RowMask;
pub use quantize::{MAX_DIMENSION, Quantizer, Query, dequantize, row_bytes};
pub use segment::{Segment, SegmentBuilder};

use crate::EmbedError;

/// A search over the rows of some segments, all of one dimension.
pub trait VectorIndex: Send + Sync {
    /// Components of the vectors.
    fn dimension(&self) -> usize;

    /// The segments, in the order in which a [`Hit`] numbers them.
    fn segments(&self) -> &[Segment];

    /// The `limit` admitted rows that score best, and all further ones that score as the last of them.
    ///
    /// `admitted` holds a mask for each segment; `None` admits every row. Rows without a vector are never found.
    ///
    /// # Errors
    ///
    /// [`DimensionMismatch`](EmbedError::DimensionMismatch) for a query of another dimension,
    /// [`MaskMismatch`](EmbedError::MaskMismatch) unless there is one mask of the right length for each segment.
    fn search(&self, query: &Query, admitted: Option<&[RowMask]>, limit: usize) -> Result<Hits, EmbedError>;

    /// The score of one row, as a search gives it. `None` if there is no such row, if it has no vector, or if the query
    /// is of another dimension.
    fn score(&self, query: &Query, segment: usize, row: usize) -> Option<f32> {
        self.segments().get(segment)?.score(query, row)
    }
}

/// The answer of a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// Best first. Equal scores are in the order of segments and rows, which says nothing: break them by what the rows
    /// stand for.
    pub hits: Vec<Hit>,
    /// Whether better rows may have been missed for how the index was built, not for what its rows are.
    pub approximate: bool,
}

/// A row that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Its segment, by place among the index's.
    pub segment: u32,
    /// Its number within the segment.
    pub row: u32,
    /// Dot product with the query; the cosine if both vectors have unit length.
    pub score: f32,
}

/// Cuts hits after the `limit` best and all that score as the last of these, and sorts them.
fn keep_best(hits: &mut Vec<Hit>, limit: usize) {
    if limit == 0 {
        hits.clear();
        return;
    }
    if limit < hits.len() {
        let (_, last, _) = hits.select_nth_unstable_by(limit - 1, |a, b| b.score.total_cmp(&a.score));
        let least = last.score;
        hits.retain(|hit| hit.score >= least);
    }
    hits.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then((a.segment, a.row).cmp(&(b.segment, b.row))));
}

/// Refuses a query or masks that do not fit the index.
fn check(index: &dyn VectorIndex, query: &Query, admitted: Option<&[RowMask]>) -> Result<(), EmbedError> {
    if query.dimension() != index.dimension() {
        return Err(EmbedError::DimensionMismatch { expected: index.dimension(), found: query.dimension() });
    }
    let Some(masks) = admitted else { return Ok(()) };
    let segments = index.segments();
    let unlike = segments.iter().zip(masks).position(|(segment, mask)| segment.rows() != mask.len());
    let unpaired = (segments.len() != masks.len()).then(|| segments.len().min(masks.len()));
    match unlike.or(unpaired) {
        Some(segment) => Err(EmbedError::MaskMismatch { segment }),
        None => Ok(()),
    }
}
