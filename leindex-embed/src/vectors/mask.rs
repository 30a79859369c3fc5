//! A set of rows of one segment.

/// Which rows of a segment a search may find: live, of a language, below a path. One bit a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowMask {
    /// Bit `row % 64` of word `row / 64`. Bits at and after `len` are zero.
    words: Box<[u64]>,
    len: usize,
}

impl RowMask {
    /// The mask of `len` rows that holds those for which `admit` is true.
    pub fn from_fn(len: usize, mut admit: impl FnMut(usize) -> bool) -> Self {
        let mut mask = Self::none(len);
        for row in 0..len {
            if admit(row) {
                mask.insert(row);
            }
        }
        mask
    }

    /// The mask of `len` rows that holds none.
    pub fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)].into(), len }
    }

    /// The mask of `len` rows that holds all.
    pub fn all(len: usize) -> Self {
        let mut words = vec![u64::MAX; len.div_ceil(64)];
        if let Some(last) = words.last_mut() {
            *last >>= (64 - len % 64) % 64;
        }
        Self { words: words.into(), len }
    }

    /// Adds a row. One that the segment does not have is passed over.
    pub fn insert(&mut self, row: usize) {
        if row < self.len
            && let Some(word) = self.words.get_mut(row / 64)
        {
            *word |= 1 << (row % 64);
        }
    }

    /// Whether a row is in the mask.
    pub fn contains(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Takes out the rows that are not in `other`.
    pub fn intersect(&mut self, other: &Self) {
        for (at, word) in self.words.iter_mut().enumerate() {
            *word &= other.word(at);
        }
    }

    /// Rows of the segment, whether in the mask or not.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether the segment has no rows at all.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Rows in the mask.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The bits of rows `64 * at` and the 63 after it.
    pub(super) fn word(&self, at: usize) -> u64 {
        self.words.get(at).copied().unwrap_or(0)
    }
}

/// The places of a word's bits that are set, in ascending order.
pub(super) fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(bit)
    })
}
