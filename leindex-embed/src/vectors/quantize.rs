//! How a vector becomes a row of bytes, and a question becomes what rows are compared with.

use crate::EmbedError;

/// Most components that a vector may have: with more, the dot product with a [`Query`] could leave `i32`.
pub const MAX_DIMENSION: usize = 4096;

/// The largest component of a query in its integer form: `128 * 4095 * MAX_DIMENSION < i32::MAX`.
const QUERY_LEVELS: f32 = 4095.0;
const ROW_LEVELS: f32 = 127.0;

/// A vector whose largest component is not within these bounds has no direction that `f32` could tell.
const SMALLEST: f32 = 1e-18;
const LARGEST: f32 = 1e18;

/// Bytes of a packed row: a scale, a sign bit and an int8 a component. 292 for 256 components.
pub const fn row_bytes(dimension: usize) -> usize {
    size_of::<f32>() + dimension / 8 + dimension
}

/// Makes packed rows and queries of the vectors of one model.
///
/// A packed row is: the scale (`f32`, little-endian), the sign bits (bit `i % 8` of byte `i / 8` is set where component
/// `i` is above the centre's), the components (`i8`, to be multiplied with the scale). The scale is the largest
/// magnitude divided by 127, so a component is off by at most half a scale.
///
/// A vector that is all zero or holds a NaN or an infinity becomes a row of zeros, which no search finds.
#[derive(Clone, Debug)]
pub struct Quantizer {
    centre: Box<[f32]>,
}

impl Quantizer {
    /// The quantizer for vectors around `centre`, a constant of the model: about the mean of its vectors, so that each
    /// sign bit halves them. Where it lies changes which rows are rescored, never a score.
    ///
    /// # Errors
    ///
    /// [`Dimension`](EmbedError::Dimension) or [`Centre`](EmbedError::Centre) for a centre that cannot be one.
    pub fn new(centre: &[f32]) -> Result<Self, EmbedError> {
        check_dimension(centre.len())?;
        match centre.iter().position(|component| !component.is_finite()) {
            Some(component) => Err(EmbedError::Centre(component)),
            None => Ok(Self { centre: centre.into() }),
        }
    }

    /// Components of a vector.
    pub fn dimension(&self) -> usize {
        self.centre.len()
    }

    /// The packed row of a vector.
    ///
    /// # Errors
    ///
    /// [`DimensionMismatch`](EmbedError::DimensionMismatch) for a vector of another dimension.
    pub fn quantize(&self, vector: &[f32]) -> Result<Vec<u8>, EmbedError> {
        let mut row = Vec::with_capacity(row_bytes(self.dimension()));
        self.quantize_into(vector, &mut row)?;
        Ok(row)
    }

    /// As [`quantize`](Self::quantize), appended to `rows`.
    ///
    /// # Errors
    ///
    /// As [`quantize`](Self::quantize); `rows` is as it was.
    pub fn quantize_into(&self, vector: &[f32], rows: &mut Vec<u8>) -> Result<(), EmbedError> {
        self.check(vector)?;
        let Some(largest) = magnitude(vector) else {
            rows.resize(rows.len() + row_bytes(self.dimension()), 0);
            return Ok(());
        };
        let step = ROW_LEVELS / largest;
        rows.extend_from_slice(&(largest / ROW_LEVELS).to_le_bytes());
        rows.extend(self.signs(vector));
        rows.extend(vector.iter().map(|&component| rounded(component * step) as u8));
        Ok(())
    }

    /// The form of a question's vector that rows are compared with. It keeps 13 bits a component, so that what rounding
    /// takes from a score it takes from the row.
    ///
    /// # Errors
    ///
    /// [`DimensionMismatch`](EmbedError::DimensionMismatch) for a vector of another dimension.
    pub fn query(&self, vector: &[f32]) -> Result<Query, EmbedError> {
        self.check(vector)?;
        let Some(largest) = magnitude(vector) else {
            return Ok(Query { signs: vec![0; vector.len() / 8].into(), codes: vec![0; vector.len()].into(), scale: 0.0 });
        };
        let step = QUERY_LEVELS / largest;
        Ok(Query {
            signs: self.signs(vector).collect(),
            codes: vector.iter().map(|&component| rounded(component * step)).collect(),
            scale: largest / QUERY_LEVELS,
        })
    }

    fn check(&self, vector: &[f32]) -> Result<(), EmbedError> {
        if vector.len() == self.dimension() {
            return Ok(());
        }
        Err(EmbedError::DimensionMismatch { expected: self.dimension(), found: vector.len() })
    }

    fn signs(&self, vector: &[f32]) -> impl Iterator<Item = u8> {
        let (vector, _) = vector.as_chunks::<8>();
        let (centre, _) = self.centre.as_chunks::<8>();
        vector.iter().zip(centre).map(|(vector, centre)| {
            let above = vector.iter().zip(centre).enumerate();
            above.fold(0, |byte, (bit, (component, centre))| byte | u8::from(component > centre) << bit)
        })
    }
}

/// The vector of a question, ready to be compared with rows. Made by [`Quantizer::query`].
#[derive(Clone, Debug)]
pub struct Query {
    signs: Box<[u8]>,
    codes: Box<[i16]>,
    /// Zero if the vector was no direction: such a query finds nothing.
    scale: f32,
}

impl Query {
    /// Components of the vector.
    pub fn dimension(&self) -> usize {
        self.codes.len()
    }

    pub(super) fn signs(&self) -> &[u8] {
        &self.signs
    }

    pub(super) fn codes(&self) -> &[i16] {
        &self.codes
    }

    /// The sums of the query's components with every sign.
    pub(super) fn sign_table(&self) -> SignTable {
        let (bytes, _) = self.codes.as_chunks::<8>();
        SignTable(bytes.iter().map(|codes| std::array::from_fn(|value| signed_sum(codes, value))).collect())
    }

    pub(super) const fn scale(&self) -> f32 {
        self.scale
    }

    /// Whether there is a direction to search in.
    pub(super) fn is_blank(&self) -> bool {
        self.scale == 0.0
    }
}

/// For each byte of a row's sign bits and each value of it, the sum of the query's components there, each with the sign
/// that its bit says: at most `8 * 4095 < i16::MAX`.
pub(super) struct SignTable(Box<[[i16; 256]]>);

impl SignTable {
    /// The sum of all components with the signs of a row.
    pub(super) fn sum(&self, signs: &[u8]) -> i32 {
        self.0.iter().zip(signs).map(|(values, &byte)| values.get(usize::from(byte)).copied().map_or(0, i32::from)).sum()
    }
}

/// The vector that a packed row stands for: zeros for a row without a vector.
///
/// # Errors
///
/// [`RowLength`](EmbedError::RowLength) unless the row is one of `dimension` components.
pub fn dequantize(dimension: usize, row: &[u8]) -> Result<Vec<f32>, EmbedError> {
    let Parts { scale, codes, .. } = parts(dimension, row)?;
    let scale = f32::from_le_bytes(scale);
    Ok(codes.iter().map(|&code| f32::from(code as i8) * scale).collect())
}

/// What a packed row consists of.
pub(super) struct Parts<'a> {
    pub(super) scale: [u8; 4],
    pub(super) signs: &'a [u8],
    pub(super) codes: &'a [u8],
}

pub(super) fn parts(dimension: usize, row: &[u8]) -> Result<Parts<'_>, EmbedError> {
    let refused = EmbedError::RowLength { expected: row_bytes(dimension), found: row.len() };
    let Some((&scale, rest)) = row.split_first_chunk() else { return Err(refused) };
    match rest.split_at_checked(dimension / 8) {
        Some((signs, codes)) if codes.len() == dimension => Ok(Parts { scale, signs, codes }),
        _ => Err(refused),
    }
}

pub(super) fn check_dimension(dimension: usize) -> Result<(), EmbedError> {
    if dimension == 0 || dimension > MAX_DIMENSION || !dimension.is_multiple_of(8) {
        return Err(EmbedError::Dimension(dimension));
    }
    Ok(())
}

/// The largest magnitude of a vector's components, unless the vector is no direction.
fn magnitude(vector: &[f32]) -> Option<f32> {
    if !vector.iter().all(|component| component.is_finite()) {
        return None;
    }
    let largest = vector.iter().fold(0.0f32, |largest, component| largest.max(component.abs()));
    (SMALLEST..=LARGEST).contains(&largest).then_some(largest)
}

/// The sum of the components, each negated unless its bit in `signs` is set.
fn signed_sum(codes: &[i16; 8], signs: usize) -> i16 {
    codes.iter().enumerate().map(|(bit, &code)| if signs >> bit & 1 == 1 { code } else { -code }).sum()
}

/// The nearest integer, ties to even, of a number between -2^15 and 2^15.
///
/// Adding 1.5 * 2^23 leaves no bits for a fraction, and the integer in the low ones. `f32::round` is a call into libm
/// on baseline x86-64: 1M x 256 components take a second with it and a tenth with this.
fn rounded(number: f32) -> i16 {
    const SHIFT: f32 = 12_582_912.0;
    (number + SHIFT).to_bits() as i16
}
