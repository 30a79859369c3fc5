//! The parts of a layer between its matrix products, on the processor.
//!
//! candle's own operations spread over a pool of its own that is as wide as the machine and waits by spinning: a caller
//! could not bound the work. These run in the calling thread, over slices in fixed lanes that the compiler makes vector
//! code of, and every sum runs in one order.

use std::f32::consts::{LN_2, LOG2_E};

use multiversion::multiversion;

/// Values that one step works on: one vector of the widest processors, several of the others.
const LANES: usize = 16;

/// Adds `bias` to every row.
#[multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn add_bias(values: &mut [f32], bias: &[f32]) {
    for row in values.chunks_exact_mut(bias.len()) {
        for (value, bias) in row.iter_mut().zip(bias) {
            *value += bias;
        }
    }
}

/// Adds `bias` to every row and applies GELU, `x * Φ(x)` with the error function (not its tanh form).
#[multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn add_bias_gelu(values: &mut [f32], bias: &[f32]) {
    for row in values.chunks_exact_mut(bias.len()) {
        for (value, bias) in row.iter_mut().zip(bias) {
            *value = gelu(*value + bias);
        }
    }
}

/// For rows of `2 * inner` values: the first half times SiLU of the second, `x * y / (1 + exp(-y))`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn swiglu(values: &[f32], inner: usize) -> Vec<f32> {
    let mut out = vec![0.0; values.len() / 2];
    for (row, out) in values.chunks_exact(2 * inner).zip(out.chunks_exact_mut(inner)) {
        let (up, gate) = row.split_at(inner);
        for ((out, up), gate) in out.iter_mut().zip(up).zip(gate) {
            *out = up * gate / (1.0 + exp(-gate));
        }
    }
    out
}

/// Adds `other` and normalises every row to mean 0 and variance 1, then scales it by `weight` and moves it by `bias`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn add_norm(values: &mut [f32], other: &[f32], weight: &[f32], bias: &[f32], epsilon: f32) {
    let width = weight.len();
    for (row, other) in values.chunks_exact_mut(width).zip(other.chunks_exact(width)) {
        for (value, other) in row.iter_mut().zip(other) {
            *value += other;
        }
        let mean = sum(row, |value| value) / width as f32;
        let variance = sum(row, |value| (value - mean) * (value - mean)) / width as f32;
        let scale = 1.0 / (variance + epsilon).sqrt();
        for ((value, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
            *value = ((*value - mean) * scale).mul_add(*weight, *bias);
        }
    }
}

/// Tables of the cosine and sine by which pairs of values, one of each half of a head, are turned at each position.
pub(super) struct RotaryTable {
    cos: Vec<f32>,
    sin: Vec<f32>,
    half: usize,
}

impl RotaryTable {
    /// For positions 0 to `positions` - 1 and heads of `head` values. Computed in single precision throughout, as the
    /// models were trained.
    pub(super) fn new(base: f64, head: usize, positions: usize) -> Self {
        let half = head / 2;
        let frequencies: Vec<f32> = (0..half).map(|at| 1.0 / (base as f32).powf((2 * at) as f32 / head as f32)).collect();
        let angles = (0..positions).flat_map(|position| frequencies.iter().map(move |frequency| position as f32 * frequency));
        let (cos, sin) = angles.map(|angle| (angle.cos(), angle.sin())).unzip();
        Self { cos, sin, half }
    }

    pub(super) fn cos(&self) -> &[f32] {
        &self.cos
    }

    pub(super) fn sin(&self) -> &[f32] {
        &self.sin
    }

    pub(super) fn half(&self) -> usize {
        self.half
    }

    /// Turns queries and keys in rows of queries, keys and values of `width` each.
    pub(super) fn turn(&self, values: &mut [f32], lengths: &[usize], width: usize) {
        turn(values, lengths, width, self);
    }
}

#[multiversion(targets("x86_64+avx2+fma"))]
fn turn(values: &mut [f32], lengths: &[usize], width: usize, table: &RotaryTable) {
    let half = table.half;
    let positions = lengths.iter().flat_map(|&length| 0..length);
    for (row, position) in values.chunks_exact_mut(3 * width).zip(positions) {
        let cos = &table.cos[position * half..][..half];
        let sin = &table.sin[position * half..][..half];
        for pairs in row[..2 * width].chunks_exact_mut(2 * half) {
            let (left, right) = pairs.split_at_mut(half);
            for (((left, right), cos), sin) in left.iter_mut().zip(right).zip(cos).zip(sin) {
                (*left, *right) = (*left * cos - *right * sin, *right * cos + *left * sin);
            }
        }
    }
}

/// Replaces every row of `width` scores by shares: the exponentials of `scale` times them, divided by their sum.
#[multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn softmax(scores: &mut [f32], width: usize, scale: f32) {
    for row in scores.chunks_exact_mut(width) {
        let share = 1.0 / exponentials(row, scale);
        for score in row {
            *score *= share;
        }
    }
}

/// Replaces scores by the exponentials of `scale` times them, moved so that the largest is 1, and returns the sum.
#[inline(always)]
fn exponentials(scores: &mut [f32], scale: f32) -> f32 {
    let mut largest = [f32::NEG_INFINITY; LANES];
    let chunks = scores.chunks_exact(LANES);
    for (largest, score) in largest.iter_mut().zip(chunks.remainder()) {
        *largest = score.max(*largest);
    }
    for chunk in chunks {
        for (largest, score) in largest.iter_mut().zip(chunk) {
            *largest = if *score > *largest { *score } else { *largest };
        }
    }
    let largest = largest.into_iter().fold(f32::NEG_INFINITY, f32::max);
    for score in scores.iter_mut() {
        *score = exp((*score - largest) * scale);
    }
    sum(scores, |value| value)
}

/// The sum of `of` each value: one sum a lane, then the lanes from first to last.
#[inline(always)]
fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0; LANES];
    let chunks = values.chunks_exact(LANES);
    for (sum, value) in sums.iter_mut().zip(chunks.remainder()) {
        *sum += of(*value);
    }
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += of(*value);
        }
    }
    sums.into_iter().sum()
}

/// The exponential, to 2 units in the last place; arguments are held within ±87, where the result is finite and normal.
///
/// The argument is split into a whole number of `ln 2` and a rest of at most half of it (Cody and Waite, "Software
/// Manual for the Elementary Functions", 1980), whose exponential is its Taylor polynomial.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Added to a small number, leaves its whole part in the low bits.
    const ROUND: f32 = 12_582_912.0;
    /// The upper bits of `ln 2`, whose product with a small whole number is exact, and what is missing.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    const { assert!((LN_2_HIGH + LN_2_LOW - LN_2).abs() < 1e-7) };

    let x = if x > 87.0 { 87.0 } else { x };
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x.mul_add(LOG2_E, ROUND);
    let whole = shifted - ROUND;
    let rest = (-whole).mul_add(LN_2_LOW, (-whole).mul_add(LN_2_HIGH, x));
    let mut sum = 1.0 / 5040.0;
    for factor in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = rest.mul_add(sum, factor);
    }
    sum * f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0_f32.to_bits()))
}

/// `x * Φ(x)` for the normal distribution `Φ`, whose error function is approximated to 1.5e-7 by formula 7.1.26 of
/// Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964.
#[inline(always)]
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / 0.327_591_1_f32.mul_add(z, 1.0);
    let mut sum = 1.061_405_4_f32;
    for factor in [-1.453_152_1, 1.421_413_8, -0.284_496_74, 0.254_829_6, 0.0] {
        sum = t.mul_add(sum, factor);
    }
    // Half of what the error function lacks to 1: the share of the normal distribution beyond |x|.
    let beyond = 0.5 * sum * exp(-z * z);
    x * if x < 0.0 { beyond } else { 1.0 - beyond }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evenly spread values from -`reach` to `reach`.
    fn spread(reach: f32, count: usize) -> Vec<f32> {
        (0..count).map(|at| (at as f32 / (count - 1) as f32 * 2.0 - 1.0) * reach).collect()
    }

    #[test]
    fn the_exponential_is_right_to_the_last_places() {
        for x in spread(87.0, 100_003) {
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) - exact).abs() <= 2.5e-7 * exact, "exp({x}) = {} but is {exact}", exp(x));
        }
        assert_eq!((exp(0.0), exp(-1e9) < 2e-38, exp(1e9).is_finite()), (1.0, true, true));
    }

    #[test]
    fn gelu_is_that_of_the_error_function() {
        // Of `x * Φ(x)`, in double precision.
        let known =
            [(-4.0, -1.266_849_6e-4), (-1.0, -0.158_655_25), (-0.1, -0.046_017_21), (0.0, 0.0), (0.5, 0.345_731_23), (3.0, 2.995_950_3)];
        for (x, expected) in known {
            assert!((gelu(x) - expected).abs() <= 3e-7, "gelu({x}) = {}", gelu(x));
        }
        assert!(gelu(50.0) == 50.0 && gelu(-50.0).abs() < 1e-30);
    }
}
