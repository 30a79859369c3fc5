//! Exhaustive search: every admitted row is looked at, by its sign bits, and the best of them by their components.

use std::cmp::Reverse;

use super::mask::bits;
use super::{Hit, Hits, Query, RowMask, Segment, VectorIndex, check, keep_best, kernels};
use crate::EmbedError;

/// Rows whose sign bits are compared at a time: their distances and mask words stay in registers and first-level cache.
const BLOCK: usize = 256;

/// Rows that are compared by more than the number of their sign bits that differ, and rows that are scored by their
/// components.
const SHORTLIST: usize = 16_000;
const RESCORED: usize = 4_000;

/// The index that looks at every admitted row, over any number of segments. Nothing is built, and a row more or less
/// costs nothing.
///
/// Up to 4,000 admitted rows are all scored. Of more, a shortlist is made of the 16,000 whose sign bits differ least
/// from the query's, and of these the 4,000 are scored for which the query's own components, summed with the signs of
/// the row's, promise most; with each cut go all that are equal to its last. (The sum is the estimator of RaBitQ, Gao
/// and Long 2024, without its correction for a row's length.) The cuts are made over all segments at once, so the answer
/// depends on the set of admitted rows alone.
#[derive(Clone, Debug)]
pub struct Flat {
    dimension: usize,
    segments: Vec<Segment>,
}

impl Flat {
    /// The index of these segments.
    ///
    /// # Errors
    ///
    /// [`DimensionMismatch`](EmbedError::DimensionMismatch) for a segment of another dimension.
    pub fn new(dimension: usize, segments: Vec<Segment>) -> Result<Self, EmbedError> {
        match segments.iter().find(|segment| segment.dimension() != dimension) {
            Some(other) => Err(EmbedError::DimensionMismatch { expected: dimension, found: other.dimension() }),
            None => Ok(Self { dimension, segments }),
        }
    }
}

impl VectorIndex for Flat {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn search(&self, query: &Query, admitted: Option<&[RowMask]>, limit: usize) -> Result<Hits, EmbedError> {
        check(self, query, admitted)?;
        if query.is_blank() || limit == 0 {
            return Ok(Hits::default());
        }
        let searched = self.segments.iter().enumerate().map(|(at, segment)| Searched {
            number: at as u32,
            segment,
            admitted: admitted.and_then(|masks| masks.get(at)),
        });
        let searched: Vec<Searched<'_>> = searched.collect();
        let rows = searched.iter().map(Searched::count).sum::<usize>();
        let mut hits = if rows <= RESCORED || limit > RESCORED {
            score_all(query, &searched)
        } else {
            let mut nearest = Nearest::new(self.dimension, SHORTLIST);
            for searched in &searched {
                nearest.scan(query, searched);
            }
            nearest.score(query, &self.segments)
        };
        keep_best(&mut hits, limit);
        Ok(Hits { hits, approximate: false })
    }
}

/// A segment under search.
struct Searched<'a> {
    number: u32,
    segment: &'a Segment,
    admitted: Option<&'a RowMask>,
}

impl Searched<'_> {
    /// The admitted rows among the 64 from `64 * at` on.
    fn word(&self, at: usize) -> u64 {
        self.segment.present().word(at) & self.admitted.map_or(u64::MAX, |mask| mask.word(at))
    }

    fn words(&self) -> usize {
        self.segment.rows().div_ceil(64)
    }

    fn count(&self) -> usize {
        (0..self.words()).map(|at| self.word(at).count_ones() as usize).sum()
    }
}

fn score_all(query: &Query, searched: &[Searched<'_>]) -> Vec<Hit> {
    let mut hits = Vec::new();
    for searched in searched {
        for at in 0..searched.words() {
            for bit in bits(searched.word(at)) {
                let row = at * 64 + bit;
                let score = searched.segment.score(query, row);
                hits.extend(score.map(|score| Hit { segment: searched.number, row: row as u32, score }));
            }
        }
    }
    hits
}

/// The rows whose sign bits differ least from a query's, over all segments scanned so far.
struct Nearest {
    wanted: usize,
    /// Least number of differing bits that `wanted` of the scanned rows do not exceed. It only falls, so a row that
    /// exceeds it is never needed again.
    bound: usize,
    /// Rows within `bound`, and how many of all rows have each distance, exact up to `bound`.
    within: usize,
    histogram: Box<[usize]>,
    candidates: Vec<Candidate>,
}

struct Candidate {
    distance: u16,
    segment: u32,
    row: u32,
    /// The query's components summed with the signs of the row's.
    promise: i32,
}

impl Nearest {
    fn new(dimension: usize, wanted: usize) -> Self {
        Self { wanted, bound: dimension, within: 0, histogram: vec![0; dimension + 1].into(), candidates: Vec::new() }
    }

    fn scan(&mut self, query: &Query, searched: &Searched<'_>) {
        let mut distances = [0; BLOCK];
        let rows = searched.segment.rows();
        for start in (0..rows).step_by(BLOCK) {
            let words: [u64; BLOCK / 64] = std::array::from_fn(|at| searched.word(start / 64 + at));
            if words == [0; BLOCK / 64] {
                continue;
            }
            let end = rows.min(start + BLOCK);
            kernels::hamming(query.signs(), searched.segment.signs(start..end), &mut distances);
            for (at, (&word, distances)) in words.iter().zip(distances.as_chunks::<64>().0).enumerate() {
                let near = near(distances, self.bound as u16) & word;
                for bit in bits(near) {
                    let row = start + at * 64 + bit;
                    self.add(Candidate { distance: distances[bit], segment: searched.number, row: row as u32, promise: 0 });
                }
            }
        }
    }

    fn add(&mut self, candidate: Candidate) {
        let distance = usize::from(candidate.distance);
        if distance > self.bound {
            return;
        }
        if let Some(count) = self.histogram.get_mut(distance) {
            *count += 1;
            self.within += 1;
        }
        self.candidates.push(candidate);
        while let Some(&farthest) = self.histogram.get(self.bound)
            && self.within - farthest >= self.wanted
            && self.bound > 0
        {
            self.within -= farthest;
            self.bound -= 1;
        }
        // Rows that come nearest last would otherwise all be kept until the end.
        if self.candidates.len() > 8 * self.within.max(self.wanted) {
            self.prune();
        }
    }

    fn prune(&mut self) {
        self.candidates.retain(|candidate| usize::from(candidate.distance) <= self.bound);
    }

    /// Keeps the candidates whose sign bits promise the best score, and all that promise as much as the last of them.
    fn keep_promising(&mut self, query: &Query, segments: &[Segment]) {
        let table = query.sign_table();
        for candidate in &mut self.candidates {
            let row = candidate.row as usize;
            let signs = segments.get(candidate.segment as usize).map_or(&[][..], |segment| segment.signs(row..row + 1));
            let parts = signs.iter().zip(&table).map(|(&byte, values)| values.get(usize::from(byte)).copied().map_or(0, i32::from));
            candidate.promise = parts.sum();
        }
        let (_, last, _) = self.candidates.select_nth_unstable_by_key(RESCORED - 1, |candidate| Reverse(candidate.promise));
        let least = last.promise;
        self.candidates.retain(|candidate| candidate.promise >= least);
        // In the order of memory again.
        self.candidates.sort_unstable_by_key(|candidate| (candidate.segment, candidate.row));
    }

    fn score(mut self, query: &Query, segments: &[Segment]) -> Vec<Hit> {
        self.prune();
        if self.candidates.len() > RESCORED {
            self.keep_promising(query, segments);
        }
        let candidates = self.candidates.iter();
        let hits = candidates.filter_map(|&Candidate { segment, row, .. }| {
            let score = segments.get(segment as usize)?.score(query, row as usize)?;
            Some(Hit { segment, row, score })
        });
        hits.collect()
    }
}

/// The places of 64 distances that are within a bound, as bits.
fn near(distances: &[u16; 64], bound: u16) -> u64 {
    if distances.iter().fold(u16::MAX, |least, &distance| least.min(distance)) > bound {
        return 0;
    }
    distances.iter().enumerate().fold(0, |bits, (bit, &distance)| bits | u64::from(distance <= bound) << bit)
}
