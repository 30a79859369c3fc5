//! Ranks and what is made of them, and samples. Nothing here knows what was ranked.

/// Ranks beyond this count as not found in the mean reciprocal rank.
const DEPTH: u32 = 10;

/// The rank, from 1, of the first right answer to each of some questions; `None` where none was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranks(pub(crate) Vec<Option<u32>>);

impl Ranks {
    /// Mean reciprocal rank, where ranks beyond ten count nothing (MRR@10).
    pub(crate) fn reciprocal(&self) -> f64 {
        mean(self.0.iter().map(|rank| rank.filter(|&rank| rank <= DEPTH).map_or(0.0, |rank| 1.0 / f64::from(rank))))
    }

    /// The share of questions with a right answer among the first `depth`.
    pub(crate) fn within(&self, depth: u32) -> f64 {
        mean(self.0.iter().map(|rank| f64::from(u8::from(rank.is_some_and(|rank| rank <= depth)))))
    }
}

/// The mean; 0 of nothing.
pub(crate) fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0_u32);
    for value in values {
        sum += value;
        count += 1;
    }
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

/// A generator of fixed numbers: SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub(crate) struct Generator(u64);

impl Generator {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is at least 1.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
}

/// `count` of the numbers below `total`, in order; all of them if there are no more.
pub(crate) fn sample(total: usize, count: usize, seed: u64) -> Vec<usize> {
    let mut all: Vec<usize> = (0..total).collect();
    let mut generator = Generator::new(seed);
    for at in 0..count.min(total) {
        let other = at + generator.below(total - at);
        all.swap(at, other);
    }
    all.truncate(count);
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_beyond_ten_and_questions_without_an_answer_count_nothing() {
        let ranks = Ranks(vec![Some(1), Some(4), Some(10), Some(11), None]);
        assert!((ranks.reciprocal() - (1.0 + 0.25 + 0.1) / 5.0).abs() < 1e-12);
        assert_eq!([1, 4, 5, 10, 11].map(|depth| ranks.within(depth)), [0.2, 0.4, 0.4, 0.6, 0.8]);
        assert_eq!((Ranks::default().reciprocal(), Ranks::default().within(5)), (0.0, 0.0));
    }

    #[test]
    fn samples_are_fixed_by_their_seed_and_hold_nothing_twice() {
        let drawn = sample(1000, 50, 7);
        assert_eq!(drawn, sample(1000, 50, 7));
        assert_ne!(drawn, sample(1000, 50, 8));
        assert!(drawn.len() == 50 && drawn.is_sorted_by(|a, b| a < b) && drawn.iter().all(|&at| at < 1000));
        assert_eq!(sample(3, 9, 1), [0, 1, 2]);
        assert!(sample(0, 9, 1).is_empty());
    }
}
