//! An immutable block of rows.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::quantize::{Parts, check_dimension, parts};
use super::{Query, RowMask, kernels, row_bytes};
use crate::EmbedError;

/// Bytes before the rows, a cache line: magic, version, components, rows, zeros, checksum.
const HEADER: usize = 64;
const MAGIC: &[u8; 8] = b"LEVECTOR";
const VERSION: u32 = 1;
const CHECKSUM: Range<usize> = 32..64;
const SCALE: usize = size_of::<f32>();

type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// An immutable block of rows of one dimension, numbered from 0, in memory or in mapped bytes.
///
/// After a header lie all sign bits, then all components, then all scales, each as in a [packed row](super::Quantizer).
/// No alignment is asked for. A clone shares the bytes.
#[derive(Clone)]
pub struct Segment {
    shared: Arc<Shared>,
}

struct Shared {
    bytes: Bytes,
    dimension: usize,
    rows: usize,
    checksum: [u8; 32],
    /// The rows that have a vector.
    present: RowMask,
}

impl Segment {
    /// The segment that lies in these bytes, as [`as_bytes`](Self::as_bytes) gave them.
    ///
    /// Costs a pass over the bytes for the checksum: about 0.1 s for a million rows of 256 components.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](EmbedError::Corrupt) if they are no segment, of another version, of another length or damaged.
    pub fn from_bytes(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, EmbedError> {
        let corrupt = |reason| EmbedError::Corrupt { part: "segment", reason };
        let all = bytes.as_ref();
        let (header, body) = all.split_first_chunk::<HEADER>().ok_or(corrupt("shorter than its header"))?;
        let number = |at: usize| header.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u32::from_le_bytes(*bytes));
        if !header.starts_with(MAGIC) {
            return Err(corrupt("not a segment"));
        }
        if number(8) != VERSION {
            return Err(corrupt("of another version"));
        }
        let (dimension, rows) = (number(12) as usize, number(16) as usize);
        check_dimension(dimension).map_err(|_| corrupt("of an unsupported dimension"))?;
        if row_bytes(dimension).checked_mul(rows) != Some(body.len()) {
            return Err(corrupt("of another length than its header says"));
        }
        let checksum = checksum(header, body);
        if header.get(CHECKSUM) != Some(&checksum[..]) {
            return Err(corrupt("wrong checksum"));
        }
        Ok(Self::of(Arc::new(bytes), dimension, rows, checksum))
    }

    fn of(bytes: Bytes, dimension: usize, rows: usize, checksum: [u8; 32]) -> Self {
        let mut shared = Shared { bytes, dimension, rows, checksum, present: RowMask::none(rows) };
        let (scales, _) = shared.section(shared.scales_at(), rows * SCALE).as_chunks::<SCALE>();
        let present = RowMask::from_fn(rows, |row| {
            scales.get(row).is_some_and(|scale| {
                let scale = f32::from_le_bytes(*scale);
                scale.is_finite() && scale > 0.0
            })
        });
        shared.present = present;
        Self { shared: Arc::new(shared) }
    }

    /// The bytes to keep; [`from_bytes`](Self::from_bytes) takes them.
    pub fn as_bytes(&self) -> &[u8] {
        (*self.shared.bytes).as_ref()
    }

    /// Components of a vector.
    pub fn dimension(&self) -> usize {
        self.shared.dimension
    }

    /// Rows, those without a vector included.
    pub fn rows(&self) -> usize {
        self.shared.rows
    }

    /// BLAKE3 of all that the segment says: equal for equal rows in the same order.
    pub fn checksum(&self) -> &[u8; 32] {
        &self.shared.checksum
    }

    /// The packed row of this number.
    pub fn row(&self, row: usize) -> Option<Vec<u8>> {
        let scale = self.scale_bytes(row)?;
        Some([&scale[..], self.signs(row..row + 1), self.codes(row)?].concat())
    }

    /// The dot product of a row and a query, from the integers of both. `None` if there is no such row, if it has no
    /// vector, or if the query is of another dimension.
    pub fn score(&self, query: &Query, row: usize) -> Option<f32> {
        if query.dimension() != self.dimension() || !self.present().contains(row) {
            return None;
        }
        let scale = f32::from_le_bytes(self.scale_bytes(row)?);
        // The sum is exact, and what follows it is one conversion and two products: the same bits on every CPU.
        Some(kernels::dot(query.codes(), self.codes(row)?) as f32 * scale * query.scale())
    }

    /// The dot product of two rows, from the integers of both.
    pub(super) fn similarity(&self, a: usize, b: usize) -> Option<f32> {
        let scale = |row| Some(f32::from_le_bytes(self.scale_bytes(row)?));
        Some(kernels::dot_rows(self.codes(a)?, self.codes(b)?) as f32 * scale(a)? * scale(b)?)
    }

    /// The rows that have a vector.
    pub(super) fn present(&self) -> &RowMask {
        &self.shared.present
    }

    /// The sign bits of consecutive rows.
    pub(super) fn signs(&self, rows: Range<usize>) -> &[u8] {
        let row = self.dimension() / 8;
        self.shared.section(HEADER + rows.start * row, rows.len() * row)
    }

    /// The components of a row, each an `i8`.
    pub(super) fn codes(&self, row: usize) -> Option<&[u8]> {
        let codes_at = HEADER + self.rows() * self.dimension() / 8;
        (row < self.rows()).then(|| self.shared.section(codes_at + row * self.dimension(), self.dimension()))
    }

    fn scale_bytes(&self, row: usize) -> Option<[u8; SCALE]> {
        if row >= self.rows() {
            return None;
        }
        self.shared.section(self.shared.scales_at() + row * SCALE, SCALE).first_chunk().copied()
    }
}

impl Shared {
    const fn scales_at(&self) -> usize {
        HEADER + self.rows * (self.dimension / 8 + self.dimension)
    }

    /// Empty where the bytes do not reach: a caller's `as_ref` might give fewer than when they were checked.
    fn section(&self, start: usize, length: usize) -> &[u8] {
        (*self.bytes).as_ref().get(start..start + length).unwrap_or_default()
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment").field("dimension", &self.dimension()).field("rows", &self.rows()).finish_non_exhaustive()
    }
}

/// Makes a segment of packed rows.
#[derive(Clone, Debug)]
pub struct SegmentBuilder {
    dimension: usize,
    rows: u32,
    signs: Vec<u8>,
    codes: Vec<u8>,
    scales: Vec<u8>,
}

impl SegmentBuilder {
    /// A builder of rows of `dimension` components.
    ///
    /// # Errors
    ///
    /// [`Dimension`](EmbedError::Dimension) if no vector may have so many.
    pub fn new(dimension: usize) -> Result<Self, EmbedError> {
        match check_dimension(dimension) {
            Ok(()) => Ok(Self { dimension, rows: 0, signs: Vec::new(), codes: Vec::new(), scales: Vec::new() }),
            Err(error) => Err(error),
        }
    }

    /// Makes room for so many rows more.
    pub fn reserve(&mut self, rows: usize) {
        self.signs.reserve(rows * self.dimension / 8);
        self.codes.reserve(rows * self.dimension);
        self.scales.reserve(rows * SCALE);
    }

    /// Appends a packed row, and says its number.
    ///
    /// # Errors
    ///
    /// [`RowLength`](EmbedError::RowLength) for a row of another dimension, [`SegmentFull`](EmbedError::SegmentFull)
    /// after `u32::MAX` rows.
    pub fn push_row(&mut self, row: &[u8]) -> Result<u32, EmbedError> {
        let Parts { scale, signs, codes } = parts(self.dimension, row)?;
        let number = self.rows;
        self.rows = number.checked_add(1).ok_or(EmbedError::SegmentFull)?;
        self.signs.extend_from_slice(signs);
        self.codes.extend_from_slice(codes);
        self.scales.extend_from_slice(&scale);
        Ok(number)
    }

    /// Rows so far.
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// The segment of all rows that were pushed.
    pub fn build(self) -> Segment {
        let Self { dimension, rows, signs, codes, scales } = self;
        let mut header = [0; HEADER];
        let fields = [&MAGIC[..], &VERSION.to_le_bytes(), &(dimension as u32).to_le_bytes(), &rows.to_le_bytes()].concat();
        for (byte, field) in header.iter_mut().zip(fields) {
            *byte = field;
        }
        let mut bytes = Vec::with_capacity(HEADER + signs.len() + codes.len() + scales.len());
        bytes.extend_from_slice(&header);
        // Each part is freed before the next is copied, so that at most the largest is there twice.
        for part in [signs, codes, scales] {
            bytes.extend_from_slice(&part);
        }
        let (_, body) = bytes.split_at(HEADER);
        let checksum = checksum(&header, body);
        if let Some(place) = bytes.get_mut(CHECKSUM) {
            place.copy_from_slice(&checksum);
        }
        Segment::of(Arc::new(bytes), dimension, rows as usize, checksum)
    }
}

/// Over the header without its checksum, and the rows.
fn checksum(header: &[u8; HEADER], body: &[u8]) -> [u8; 32] {
    let (said, _) = header.split_at(CHECKSUM.start);
    *blake3::Hasher::new().update(said).update(body).finalize().as_bytes()
}
