//! Exhaustive search: every admitted row is looked at, by its sign bits, and the best of them by their components.

use std::cmp::Reverse;

use super::mask::bits;
use super::quantize::SignTable;
use super::{Hit, Hits, Query, RowMask, Segment, VectorIndex, check, keep_best, kernels};
use crate::EmbedError;

/// Rows whose sign bits are compared at a time: their distances and mask words stay in registers and first-level cache.
const BLOCK: usize = kernels::BLOCK;

/// Most rows of which all are scored, and the number that is scored of more.
const SCORED: usize = 4_000;

/// Rows on the shortlist of so many. Of a million made-up rows (`examples/vectors.rs`) 1.6 % gave a recall of .964, 2.5 %
/// one of .972, 3.2 % one of .976 and half a millisecond more.
fn shortlisted(rows: usize) -> usize {
    (rows / 40).max(2 * SCORED)
}

/// The index that looks at every admitted row, over any number of segments. Nothing is built, and a row more or less
/// costs nothing.
///
/// Up to 4,000 admitted rows are all scored, and more if more are asked for. Else a shortlist is made of those whose
/// sign bits differ least from the query's, and of these the 4,000 are scored for which the query's own components,
/// summed with the signs of the row's, promise most; each cut keeps all that equal its last. (The sum is the estimator of
/// RaBitQ, Gao and Long 2024, without its correction for a row's length.) The cuts are made over all segments at once, so
/// the answer depends on the set of admitted rows alone.
///
/// A search of a million rows of 256 components takes about 4 ms on one core, most of it to read 32 MB of sign bits; 5 ms
/// in segments of 1,000 rows, 15 ms in segments of 20.
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
        let mut hits = if rows <= SCORED || limit > SCORED {
            score_all(query, &searched)
        } else {
            let table = query.sign_table();
            let wanted = shortlisted(rows);
            let bound = likely_bound(query, &searched, wanted);
            let mut shortlist = Shortlist::of(wanted, bound, query, &table, &searched);
            if shortlist.within < wanted && bound < self.dimension {
                shortlist = Shortlist::of(wanted, self.dimension, query, &table, &searched);
            }
            shortlist.score(query, &self.segments)
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

    /// The admitted rows of the block from row `start` on.
    fn block(&self, start: usize) -> [u64; BLOCK / 64] {
        std::array::from_fn(|at| self.word(start / 64 + at))
    }

    /// The sign bits of that block.
    fn signs(&self, start: usize) -> &[u8] {
        self.segment.signs(start..self.segment.rows().min(start + BLOCK))
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

/// One block in so many is looked at first, for the bound that the scan of all starts with.
const SAMPLED: usize = 16;

/// The number of differing bits that a little more than `wanted` of the rows will not exceed, as a sample of them has
/// it. With it the scan keeps a third of what it would keep if it began without a bound.
fn likely_bound(query: &Query, searched: &[Searched<'_>], wanted: usize) -> usize {
    let mut histogram = vec![0; query.dimension() + 1];
    let mut nth = 0;
    let (mut rows, mut sampled) = (0, 0);
    let mut distances = [0; BLOCK];
    for searched in searched {
        for start in (0..searched.segment.rows()).step_by(BLOCK) {
            let words = searched.block(start);
            let count = words.iter().map(|word| word.count_ones() as usize).sum::<usize>();
            rows += count;
            nth += usize::from(count > 0);
            if count == 0 || nth % SAMPLED != 0 {
                continue;
            }
            sampled += count;
            kernels::hamming(query.signs(), searched.signs(start), &mut distances);
            for (&word, distances) in words.iter().zip(distances.as_chunks::<64>().0) {
                for &distance in bits(word).filter_map(|bit| distances.get(bit)) {
                    if let Some(count) = histogram.get_mut(usize::from(distance)) {
                        *count += 1;
                    }
                }
            }
        }
    }
    // A quarter more than wanted, and no fewer than 64 of the sample, so that chance matters little.
    let enough = wanted * 5 / 4;
    let mut within = 0;
    let bound = histogram.iter().position(|&count| {
        within += count;
        within >= 64 && within * rows >= enough * sampled
    });
    bound.unwrap_or(query.dimension())
}

/// The rows whose sign bits differ least from a query's.
struct Shortlist {
    wanted: usize,
    /// Number of differing bits that all candidates are within. It only falls, to the least that `wanted` of the
    /// scanned rows are within, so a row that exceeds it is never needed again.
    bound: usize,
    /// Rows within `bound`, and how many of the scanned rows have each distance, exact up to `bound`.
    within: usize,
    histogram: Box<[usize]>,
    candidates: Vec<Candidate>,
}

#[derive(Clone, Copy)]
struct Candidate {
    distance: u16,
    segment: u32,
    row: u32,
    /// The query's components summed with the signs of the row's.
    promise: i32,
}

impl Shortlist {
    /// The shortlist of all rows if at least `wanted` are within a bound, else those that are.
    fn of(wanted: usize, bound: usize, query: &Query, table: &SignTable, searched: &[Searched<'_>]) -> Self {
        let mut shortlist =
            Self { wanted, bound, within: 0, histogram: vec![0; query.dimension() + 1].into(), candidates: Vec::with_capacity(2 * wanted) };
        for searched in searched {
            shortlist.scan(query, table, searched);
        }
        shortlist.prune();
        shortlist
    }

    fn scan(&mut self, query: &Query, table: &SignTable, searched: &Searched<'_>) {
        let mut distances = [0; BLOCK];
        let mut places = [0; BLOCK];
        for start in (0..searched.segment.rows()).step_by(BLOCK) {
            let words = searched.block(start);
            if words == [0; BLOCK / 64] {
                continue;
            }
            let signs = searched.signs(start);
            kernels::hamming(query.signs(), signs, &mut distances);
            // What earlier blocks left after the last row is not admitted.
            let compared = (searched.segment.rows() - start).next_multiple_of(kernels::GROUP).min(BLOCK);
            let compared = distances.get(..compared).unwrap_or_default();
            let near = kernels::within(compared, self.bound as u16, &mut places);
            for place in places.iter().take(near).map(|&place| usize::from(place)) {
                let admitted = words.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1);
                let Some(&distance) = distances.get(place) else { continue };
                if admitted && usize::from(distance) <= self.bound {
                    let bytes = query.signs().len();
                    let signs = signs.get(place * bytes..).and_then(|rest| rest.get(..bytes)).unwrap_or_default();
                    self.add(Candidate { distance, segment: searched.number, row: (start + place) as u32, promise: table.sum(signs) });
                }
            }
        }
    }

    fn add(&mut self, candidate: Candidate) {
        if let Some(count) = self.histogram.get_mut(usize::from(candidate.distance)) {
            *count += 1;
            self.within += 1;
        }
        self.candidates.push(candidate);
        while let Some(&farthest) = self.histogram.get(self.bound)
            && self.within - farthest >= self.wanted
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

    /// Scores the `SCORED` candidates that promise most, and all that promise as much as the last of them.
    fn score(mut self, query: &Query, segments: &[Segment]) -> Vec<Hit> {
        let mut promises: Vec<i32> = self.candidates.iter().map(|candidate| candidate.promise).collect();
        if promises.len() > SCORED {
            let (_, &mut least, _) = promises.select_nth_unstable_by_key(SCORED - 1, |&promise| Reverse(promise));
            self.candidates.retain(|candidate| candidate.promise >= least);
        }
        let hits = self.candidates.iter().filter_map(|&Candidate { segment, row, .. }| {
            let score = segments.get(segment as usize)?.score(query, row as usize)?;
            Some(Hit { segment, row, score })
        });
        hits.collect()
    }
}
