//! What can go wrong with vectors and models.

/// Why a vector, a segment or a model was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// Vectors have a multiple of 8 components, at most [`MAX_DIMENSION`](crate::vectors::MAX_DIMENSION).
    #[error("a vector of {0} components: a multiple of 8 up to 4096 is needed")]
    Dimension(usize),
    /// Vectors of two models were mixed. Embed the text again with the model of the index.
    #[error("a vector of {found} components where {expected} are needed")]
    DimensionMismatch {
        /// Components of what is there already.
        expected: usize,
        /// Components of what was given.
        found: usize,
    },
    /// A model's centre holds a component that is no finite number.
    #[error("component {0} of the centre is not finite")]
    Centre(usize),
    /// A packed row has another length than its segment's rows.
    #[error("a row of {found} bytes where {expected} are needed")]
    RowLength {
        /// Bytes of a row of the segment.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// A segment numbers its rows by `u32`. Start another one.
    #[error("a segment cannot hold more rows")]
    SegmentFull,
    /// The masks of a search do not fit its segments.
    #[error("mask {segment} does not fit the segments of the index")]
    MaskMismatch {
        /// The first segment without a mask of its length, or the first mask without a segment.
        segment: usize,
    },
    /// The system gives no thread to build a graph on. Search without one.
    #[error("no thread to build a graph on")]
    Thread,
    /// The bytes are no segment or graph of this version, or damaged. Make them anew from the rows.
    #[error("not a valid vector {part}: {reason}")]
    Corrupt {
        /// What the bytes were to be: `segment` or `graph`.
        part: &'static str,
        /// The first check that failed.
        reason: &'static str,
    },
}
