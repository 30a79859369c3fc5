//! What lies on the way between others.

use serde::Serialize;

use super::describe::symbol_name;
use super::error::Cancellable;
use super::hotspots::symbol_at;
use super::snapshot::Snapshot;
use crate::graph::betweenness::betweenness;

/// How betweenness is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BetweennessOptions {
    /// Most symbols that paths are followed from. With at least as many as rely on anything the answer is exact.
    pub sample: usize,
    /// Most symbols in the answer.
    pub limit: usize,
    /// Whether tests, and the paths from them, count.
    pub tests: bool,
}

impl Default for BetweennessOptions {
    fn default() -> Self {
        Self { sample: 1000, limit: 20, tests: false }
    }
}

/// The symbols that lie on the way between others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Betweenness {
    /// Highest first; equal ones by path and place. Those of 0 are left out.
    pub symbols: Vec<SymbolBetweenness>,
    /// How many symbols paths were followed from.
    pub pivots: usize,
    /// Whether these are all that rely on anything. Else the numbers are estimates.
    pub exact: bool,
    /// The revision this holds for.
    pub revision: String,
}

/// How often a symbol lies on the way between others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SymbolBetweenness {
    /// Its full name.
    pub symbol: String,
    /// The share of all ordered pairs of other symbols whose shortest way along dependencies leads through it; of several
    /// equally short ones, its share of them. From 0 to 1, and small: most pairs have no way between them.
    pub betweenness: f64,
}

impl Snapshot<'_> {
    /// The symbols through which most of the project gets to what it relies on (Freeman, 1977; by Brandes, 2001): the
    /// bridges between its parts. A symbol on which much relies, but which relies on nothing, is none.
    ///
    /// The ways are the shortest along the dependencies that [`hotspots`](Self::hotspots) counts. The sample is a fixed
    /// stride over the symbols in order, so equal projects give equal numbers (Brandes and Pich, 2007).
    ///
    /// Costs, once a revision, the dependencies as [`hotspots`](Self::hotspots) does; then, each time and on all threads,
    /// for each symbol of the sample a walk over everything that it relies on.
    pub fn betweenness(&self, options: &BetweennessOptions) -> Cancellable<Betweenness> {
        self.ask(|world| {
            let (graph, nodes) = world.dependencies().with_tests(options.tests);
            let stop = salsa::Database::cancellation_token(world.root());
            let (found, pivots) = world.install(|| betweenness(&graph, options.sample, || !stop.is_cancelled()));
            world.db.unwind_if_revision_cancelled();
            let mut found: Vec<(f64, u32)> = found.into_iter().zip(nodes).filter(|&(value, _)| value > 0.0).collect();
            found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let symbols = found.into_iter().filter_map(|(betweenness, node)| {
                Some(SymbolBetweenness { symbol: symbol_name(world, symbol_at(world, node)?), betweenness })
            });
            Betweenness {
                symbols: symbols.take(options.limit).collect(),
                pivots: pivots.used,
                exact: pivots.used == pivots.of,
                revision: self.revision().to_owned(),
            }
        })
    }
}
