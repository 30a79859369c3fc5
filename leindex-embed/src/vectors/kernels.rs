//! The loops that a search spends its time in, compiled for the CPU at hand.
//!
//! They are sums of integers, so every build of them gives the same numbers. Nanoseconds a row of 256 components, 1M
//! rows, one core (Zen 5), as the compiler vectorises them: Hamming distance 2.6 on baseline x86-64, 1.3 with POPCNT, 1.4
//! with AVX2, 1.2 with AVX-512, where memory is the bound; dot product 29, 36, 12 and 8.

use multiversion::multiversion;

/// Rows whose sign bits are compared at a time.
pub(super) const BLOCK: usize = 256;

/// Distances that are compared with a bound at a time.
pub(super) const GROUP: usize = 16;

/// The number of bits in which each row of `signs` differs from `query`, into `distances`, as far as both reach.
#[multiversion(targets("x86_64+popcnt"))]
pub(super) fn hamming(query: &[u8], signs: &[u8], distances: &mut [u16]) {
    portable::hamming(query, signs, distances);
}

/// The dot product of a query's components with a row's.
#[multiversion(targets("x86_64+avx2+popcnt"))]
#[expect(clippy::let_and_return, reason = "the attribute above makes superfluous braces of a body that is one expression")]
pub(super) fn dot(query: &[i16], row: &[u8]) -> i32 {
    let sum = portable::dot(query, row);
    sum
}

/// Writes the places of the distances that are within a bound to the front of `places`, in order, and says how many
/// there are. Of a length that is no multiple of [`GROUP`] the rest is passed over.
#[multiversion(targets("x86_64+avx2+popcnt"))]
pub(super) fn within(distances: &[u16], bound: u16, places: &mut [u8; BLOCK]) -> usize {
    portable::within(distances, bound, places)
}

/// The dot product of the components of two rows.
#[multiversion(targets("x86_64+avx2+popcnt"))]
#[expect(clippy::let_and_return, reason = "the attribute above makes superfluous braces of a body that is one expression")]
pub(super) fn dot_rows(a: &[u8], b: &[u8]) -> i32 {
    let sum = portable::dot_rows(a, b);
    sum
}

/// The loops themselves. Inlined, so that they are compiled anew for each target of their callers.
pub(super) mod portable {
    use super::{BLOCK, GROUP};

    #[inline(always)]
    pub(in super::super) fn hamming(query: &[u8], signs: &[u8], distances: &mut [u16]) {
        match query.as_array::<32>() {
            // The dimension of the shipped model, whose loop the compiler unrolls.
            Some(query) => {
                for (row, distance) in signs.as_chunks::<32>().0.iter().zip(distances) {
                    *distance = differing(query, row);
                }
            }
            None => {
                for (row, distance) in signs.chunks_exact(query.len()).zip(distances) {
                    *distance = differing(query, row);
                }
            }
        }
    }

    #[inline(always)]
    fn differing(query: &[u8], row: &[u8]) -> u16 {
        let ((query, query_rest), (row, row_rest)) = (query.as_chunks::<8>(), row.as_chunks::<8>());
        let words = query.iter().zip(row).map(|(a, b)| (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b)).count_ones());
        let rest = query_rest.iter().zip(row_rest).map(|(a, b)| (a ^ b).count_ones());
        (words.sum::<u32>() + rest.sum::<u32>()) as u16
    }

    #[inline(always)]
    pub(in super::super) fn within(distances: &[u16], bound: u16, places: &mut [u8; BLOCK]) -> usize {
        let mut found = 0;
        for (group, distances) in distances.as_chunks::<GROUP>().0.iter().enumerate() {
            // Compared at once; most groups have none.
            if !distances.iter().fold(false, |any, &distance| any | (distance <= bound)) {
                continue;
            }
            for (at, &distance) in distances.iter().enumerate() {
                if distance <= bound
                    && let Some(place) = places.get_mut(found)
                {
                    *place = (group * GROUP + at) as u8;
                    found += 1;
                }
            }
        }
        found
    }

    #[inline(always)]
    pub(in super::super) fn dot(query: &[i16], row: &[u8]) -> i32 {
        query.iter().zip(row).map(|(&a, &b)| i32::from(a) * i32::from(b as i8)).sum()
    }

    #[inline(always)]
    pub(in super::super) fn dot_rows(a: &[u8], b: &[u8]) -> i32 {
        a.iter().zip(b).map(|(&a, &b)| i32::from(a as i8) * i32::from(b as i8)).sum()
    }
}
