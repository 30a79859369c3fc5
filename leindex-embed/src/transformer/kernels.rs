//! The parts of a layer between its matrix products, on the processor.
//!
//! Written over slices in fixed lanes, so that the compiler makes vector code of whatever width the processor turns out
//! to have, and so that every sum runs in one order: a text's vector is the same to the last bit whatever texts stand
//! beside it. Texts lie one after the other without padding.

use std::f32::consts::{LN_2, LOG2_E};

use pulp::Arch;

/// Values that one step works on: one vector of the widest processors, several of the others.
const LANES: usize = 16;

/// Rows of queries that one step works on, which hides the latency of the additions.
const ROWS: usize = 4;

/// Adds `bias` to every row.
pub(super) fn add_bias(values: &mut [f32], bias: &[f32]) {
    Arch::new().dispatch(|| {
        for row in values.chunks_exact_mut(bias.len()) {
            for (value, bias) in row.iter_mut().zip(bias) {
                *value += bias;
            }
        }
    });
}

/// Adds `bias` to every row and applies GELU, `x * Φ(x)` with the error function (not its tanh form).
pub(super) fn add_bias_gelu(values: &mut [f32], bias: &[f32]) {
    Arch::new().dispatch(|| {
        for row in values.chunks_exact_mut(bias.len()) {
            for (value, bias) in row.iter_mut().zip(bias) {
                *value = gelu(*value + bias);
            }
        }
    });
}

/// For rows of `2 * inner` values: the first half times SiLU of the second, `x * y / (1 + exp(-y))`.
pub(super) fn swiglu(values: &[f32], inner: usize) -> Vec<f32> {
    let mut out = vec![0.0; values.len() / 2];
    Arch::new().dispatch(|| {
        for (row, out) in values.chunks_exact(2 * inner).zip(out.chunks_exact_mut(inner)) {
            let (up, gate) = row.split_at(inner);
            for ((out, up), gate) in out.iter_mut().zip(up).zip(gate) {
                *out = up * gate / (1.0 + exp(-gate));
            }
        }
    });
    out
}

/// Adds `other` and normalises every row to mean 0 and variance 1, then scales it by `weight` and moves it by `bias`.
pub(super) fn add_norm(values: &mut [f32], other: &[f32], weight: &[f32], bias: &[f32], epsilon: f32) {
    let width = weight.len();
    Arch::new().dispatch(|| {
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
    });
}

/// Tables of the cosine and sine by which pairs of values are turned at each position.
pub(super) struct RotaryTable {
    cos: Vec<f32>,
    sin: Vec<f32>,
    half: usize,
    interleaved: bool,
}

impl RotaryTable {
    /// For positions 0 to `positions` - 1 and heads of `head` values. Computed in single precision throughout, as the
    /// models were trained.
    pub(super) fn new(base: f64, interleaved: bool, head: usize, positions: usize) -> Self {
        let half = head / 2;
        let frequencies: Vec<f32> = (0..half).map(|at| 1.0 / (base as f32).powf((2 * at) as f32 / head as f32)).collect();
        let angles = (0..positions).flat_map(|position| frequencies.iter().map(move |frequency| position as f32 * frequency));
        let (cos, sin) = angles.map(|angle| (angle.cos(), angle.sin())).unzip();
        Self { cos, sin, half, interleaved }
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

    pub(super) fn interleaved(&self) -> bool {
        self.interleaved
    }

    /// Turns queries and keys in rows of queries, keys and values of `width` each.
    pub(super) fn turn(&self, values: &mut [f32], lengths: &[usize], width: usize) {
        let head = 2 * self.half;
        let positions = lengths.iter().flat_map(|&length| 0..length);
        Arch::new().dispatch(|| {
            for (row, position) in values.chunks_exact_mut(3 * width).zip(positions) {
                let cos = &self.cos[position * self.half..][..self.half];
                let sin = &self.sin[position * self.half..][..self.half];
                for pairs in row[..2 * width].chunks_exact_mut(head) {
                    if self.interleaved {
                        for ((pair, cos), sin) in pairs.chunks_exact_mut(2).zip(cos).zip(sin) {
                            (pair[0], pair[1]) = (pair[0] * cos - pair[1] * sin, pair[1] * cos + pair[0] * sin);
                        }
                    } else {
                        let (left, right) = pairs.split_at_mut(self.half);
                        for (((left, right), cos), sin) in left.iter_mut().zip(right).zip(cos).zip(sin) {
                            (*left, *right) = (*left * cos - *right * sin, *right * cos + *left * sin);
                        }
                    }
                }
            }
        });
    }
}

/// Attention of every token to all tokens of its text: for rows of queries, keys and values of `width` each, rows of
/// `width`. Memory is linear in the longest text: scores are made for a few queries at a time.
pub(super) fn attention(values: &[f32], lengths: &[usize], width: usize, heads: usize) -> Vec<f32> {
    let mut out = vec![0.0; values.len() / 3];
    let longest = lengths.iter().copied().max().unwrap_or(0).next_multiple_of(LANES);
    let head = width / heads;
    let padded = head.next_multiple_of(LANES);
    let mut scratch = Scratch {
        keys: vec![0.0; head * longest],
        values: vec![0.0; longest * padded],
        queries: vec![0.0; ROWS * head],
        scores: vec![0.0; ROWS * longest],
    };
    Arch::new().dispatch(|| {
        let mut rows = values;
        let mut outs = &mut out[..];
        for &length in lengths {
            let (text, rest) = rows.split_at(length * 3 * width);
            let (out, rest_out) = std::mem::take(&mut outs).split_at_mut(length * width);
            (rows, outs) = (rest, rest_out);
            for at in 0..heads {
                attend(text, out, length, width, at * head, head, &mut scratch);
            }
        }
    });
    out
}

/// Working memory of one head's attention, padded with zeros to whole lanes.
struct Scratch {
    /// Of each value of the head, that of all tokens.
    keys: Vec<f32>,
    /// Of each token, all values of the head.
    values: Vec<f32>,
    queries: Vec<f32>,
    scores: Vec<f32>,
}

#[inline(always)]
fn attend(text: &[f32], out: &mut [f32], length: usize, width: usize, first: usize, head: usize, scratch: &mut Scratch) {
    let across = length.next_multiple_of(LANES);
    let padded = head.next_multiple_of(LANES);
    let Scratch { keys, values, queries, scores } = scratch;
    for (token, row) in text.chunks_exact(3 * width).enumerate() {
        for (at, key) in row[width + first..][..head].iter().enumerate() {
            keys[at * across + token] = *key;
        }
        values[token * padded..][..head].copy_from_slice(&row[2 * width + first..][..head]);
    }
    for at in 0..head {
        keys[at * across + length..(at + 1) * across].fill(0.0);
    }
    let scale = 1.0 / (head as f32).sqrt();
    for begin in (0..length).step_by(ROWS) {
        let rows = ROWS.min(length - begin);
        queries[rows * head..].fill(0.0);
        for row in 0..rows {
            let query = &text[(begin + row) * 3 * width + first..][..head];
            for (to, from) in queries[row * head..][..head].iter_mut().zip(query) {
                *to = from * scale;
            }
        }
        for block in (0..across).step_by(LANES) {
            let mut sums = [[0.0_f32; LANES]; ROWS];
            for at in 0..head {
                let lanes = &keys[at * across + block..][..LANES];
                for row in 0..ROWS {
                    add_scaled(&mut sums[row], lanes, queries[row * head + at]);
                }
            }
            for row in 0..ROWS {
                scores[row * across + block..][..LANES].copy_from_slice(&sums[row]);
            }
        }
        let mut shares = [0.0; ROWS];
        for row in 0..rows {
            shares[row] = 1.0 / exponentials(&mut scores[row * across..][..length]);
        }
        for block in (0..padded).step_by(LANES) {
            let mut sums = [[0.0_f32; LANES]; ROWS];
            for token in 0..length {
                let lanes = &values[token * padded + block..][..LANES];
                for row in 0..ROWS {
                    add_scaled(&mut sums[row], lanes, scores[row * across + token]);
                }
            }
            let end = LANES.min(head - block);
            for row in 0..rows {
                let to = &mut out[(begin + row) * width + first + block..][..end];
                for (to, from) in to.iter_mut().zip(&sums[row]) {
                    *to = from * shares[row];
                }
            }
        }
    }
}

#[inline(always)]
fn add_scaled(sums: &mut [f32; LANES], lanes: &[f32], scale: f32) {
    for (sum, lane) in sums.iter_mut().zip(lanes) {
        *sum = scale.mul_add(*lane, *sum);
    }
}

/// Replaces scores by their exponentials, moved so that the largest is 1, and returns the sum.
#[inline(always)]
fn exponentials(scores: &mut [f32]) -> f32 {
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
        *score = exp(*score - largest);
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
        assert_eq!((gelu(50.0), gelu(-50.0)), (50.0, -0.0));
    }

    #[test]
    fn attention_is_that_of_the_textbook_for_sizes_that_fill_no_lane() {
        for (lengths, width, heads) in [(vec![1, 5, 18], 24, 3), (vec![33, 2], 32, 1), (vec![16, 7], 36, 2)] {
            let tokens: usize = lengths.iter().sum();
            let values: Vec<f32> = (0..tokens * 3 * width).map(|at| ((at * 7919 % 1009) as f32 / 504.5 - 1.0) * 3.0).collect();
            let found = attention(&values, &lengths, width, heads);
            let head = width / heads;
            let mut start = 0;
            for &length in &lengths {
                for (i, first) in (0..length).flat_map(|i| (0..heads).map(move |at| (i, at * head))) {
                    let at =
                        |token: usize, part: usize, c: usize| f64::from(values[(start + token) * 3 * width + part * width + first + c]);
                    let scores: Vec<f64> =
                        (0..length).map(|j| (0..head).map(|c| at(i, 0, c) * at(j, 1, c)).sum::<f64>() / (head as f64).sqrt()).collect();
                    let total: f64 = scores.iter().map(|score| score.exp()).sum();
                    for c in 0..head {
                        let expected: f64 = (0..length).map(|j| scores[j].exp() / total * at(j, 2, c)).sum();
                        let got = f64::from(found[(start + i) * width + first + c]);
                        assert!((got - expected).abs() < 2e-6, "{got} but is {expected}");
                    }
                }
                start += length;
            }
        }
    }

    #[test]
    fn a_text_attends_to_itself_alone_to_the_last_bit() {
        let width = 32;
        let values: Vec<f32> = (0..40 * 3 * width).map(|at| ((at * 104_729 % 2003) as f32 / 1001.5 - 1.0) * 2.0).collect();
        let together = attention(&values, &[13, 27], width, 2);
        let apart = [attention(&values[..13 * 3 * width], &[13], width, 2), attention(&values[13 * 3 * width..], &[27], width, 2)].concat();
        assert_eq!(together, apart);
    }
}
