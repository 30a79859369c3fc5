use std::io;
use std::path::PathBuf;

/// What can go wrong with a model or with vectors. Analysis never fails for want of one: the static score stands where a vector is
/// missing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// A file of the model's folder cannot be read. Check that the folder is complete and that you may read it.
    #[error("cannot read {path}: {source}; a model folder holds config.json, tokenizer.json and model.safetensors", path = .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file of the folder is not what its name says, or is cut short. Copy it anew from where the model comes from.
    #[error("{path} cannot be understood: {message}", path = .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do about it.
        message: String,
    },
    /// A settings file of the folder lacks a field that the computation depends on; a value is never guessed. Copy the
    /// file anew, or add the field with the value that the model was trained with.
    #[error("{path} lacks `{field}`; add it with the value that the model was trained with", path = .path.display())]
    MissingField {
        /// The file.
        path: PathBuf,
        /// The field, by the name that it has in files of this kind.
        field: String,
    },
    /// A settings file of the folder holds a field that is not known, so that it may change the computation. Remove it
    /// only if the model's own code ignores it.
    #[error("{path} has the unknown field `{field}`, which may change what the model computes; {hint}", path = .path.display())]
    UnknownField {
        /// The file.
        path: PathBuf,
        /// The field.
        field: String,
        /// What to do.
        hint: String,
    },
    /// A field has a value of the wrong type, or one that is not supported. Use a model that does without it.
    #[error("{path}: `{field}` is {found}, but must be {expected}", path = .path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// The field.
        field: String,
        /// Its value, as JSON, shortened.
        found: String,
        /// What is supported.
        expected: String,
    },
    /// A tensor of the checkpoint is missing, of another shape or type than the configuration says, or holds a value
    /// that is not finite. The files are not of one model, or damaged: copy them anew.
    #[error("{path}: tensor `{tensor}` {message}", path = .path.display())]
    Tensor {
        /// The checkpoint.
        path: PathBuf,
        /// The tensor's name in it.
        tensor: String,
        /// What is wrong.
        message: String,
    },
    /// The tokenizer and the checkpoint are not of one model. Copy both from the same place.
    #[error("{path} has pieces up to number {largest}, but the model has rows for {rows}: they are not of one model", path = .path.display())]
    Vocabulary {
        /// The tokenizer's file.
        path: PathBuf,
        /// The largest number that it gives to a piece.
        largest: u32,
        /// Rows of the model's table of pieces.
        rows: usize,
    },
    /// The model could not compute: the device is out of memory, or there is none of the kind asked for.
    #[error("the model could not compute: {0}")]
    Compute(String),
    /// A model from outside reported a failure of its own.
    #[error("the embedder failed: {0}")]
    Failed(String),
    /// A model from outside has a name or a dimension that cannot stand in a key. Correct the embedder.
    #[error("the embedder cannot be used: {0}")]
    Embedder(String),
    /// A model from outside returned another number of values than texts times dimension. Correct the embedder.
    #[error("the embedder returned {found} values for {rows} texts of dimension {dimension}; {expected} were due", expected = .rows * .dimension)]
    Shape {
        /// Texts that were given.
        rows: usize,
        /// Values due for each.
        dimension: usize,
        /// Values that came.
        found: usize,
    },
    /// A vector holds NaN or an infinity. Correct the embedder, or shorten the text.
    #[error("the vector of text {row} holds a value that is not finite")]
    NotFinite {
        /// Which of the given texts, counted from 0.
        row: usize,
    },
    /// A model from outside panicked. Correct the embedder.
    #[error("the embedder panicked: {0}")]
    Panicked(String),
    /// A static model's file is not what it should be.
    #[error("the model cannot be used: {0}")]
    Model(String),
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
