//! The two loops that a search spends its time in, compiled for the CPU at hand.
//!
//! Both are sums of integers, so every build of them gives the same numbers. Nanoseconds a row of 256 components, 1M
//! rows, one core (Zen 5), as the compiler vectorises them: Hamming distance 2.6 on baseline x86-64, 1.4 with AVX2 and
//! POPCNT, 1.2 with AVX-512, where memory is the bound; dot product 29, 12 and 8. So there are two builds, not three.

use multiversion::multiversion;

/// The number of bits in which each row of `signs` differs from `query`, into `distances`, as far as both reach.
#[multiversion(targets("x86_64+avx2+popcnt"))]
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

/// The loops themselves. Inlined, so that they are compiled anew for each target of their callers.
pub(super) mod portable {
    #[inline(always)]
    pub(in super::super) fn hamming(query: &[u8], signs: &[u8], distances: &mut [u16]) {
        // The dimension of the shipped model, whose loop the compiler unrolls: 1.4 ns against 1.7.
        match query.as_array::<32>() {
            Some(query) => each_row(query, signs, distances),
            None => each_row(query, signs, distances),
        }
    }

    #[inline(always)]
    fn each_row(query: &[u8], signs: &[u8], distances: &mut [u16]) {
        let (query_words, query_rest) = query.as_chunks::<8>();
        for (row, distance) in signs.chunks_exact(query.len()).zip(distances) {
            let (words, rest) = row.as_chunks::<8>();
            let words = words.iter().zip(query_words);
            let rest = rest.iter().zip(query_rest);
            let bits = words.map(|(a, b)| (u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b)).count_ones()).sum::<u32>()
                + rest.map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
            *distance = bits as u16;
        }
    }

    #[inline(always)]
    pub(in super::super) fn dot(query: &[i16], row: &[u8]) -> i32 {
        query.iter().zip(row).map(|(&a, &b)| i32::from(a) * i32::from(b as i8)).sum()
    }
}
