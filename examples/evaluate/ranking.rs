//! The ways of ranking that are compared.

use leindex_queries::SearchOptions;

/// A way of ranking.
pub(crate) struct Ranking {
    pub(crate) name: &'static str,
    /// Makes options of a search choose it.
    pub(crate) choose: fn(SearchOptions) -> SearchOptions,
}

/// All of them, the product's own first.
pub(crate) const RANKINGS: &[Ranking] = &[Ranking { name: "default", choose: |options| options }];
