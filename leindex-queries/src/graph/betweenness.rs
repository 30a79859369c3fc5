//! Betweenness centrality: how often a node lies on the way between others.
//!
//! Knows numbers only. Every sum is made in a fixed order, so equal edges give equal bits on any number of threads.

use rayon::prelude::*;

use super::csr::Csr;

/// Sums that are made side by side. More threads than this have nothing to do.
const SUMS: usize = 8;

/// The betweenness of each node, and how many nodes it was measured from.
///
/// Betweenness (Freeman, 1977) is the share, among all ordered pairs of other nodes, of the shortest directed paths that
/// lead through a node: `1 / ((n - 1) (n - 2))` of the sum, as networkx normalises it, so 0 to 1. It is worked out by
/// Brandes (2001) from one source after the other. With fewer than all it is estimated from pivots (Brandes and Pich, 2007),
/// here a fixed stride over the nodes with edges out: the others lead nowhere and add nothing. It is exact where `sample`
/// is at least as many as these.
///
/// Costs for each source what can be reached from it, and 64 bytes a node for sums beside 24 a node and thread. Where
/// `goes_on` says no, before one of the sources, the rest is left out: what is found is of no use then.
pub(crate) fn betweenness(graph: &Csr, sample: usize, goes_on: impl Fn() -> bool + Sync) -> (Vec<f64>, Pivots) {
    let sources: Vec<usize> = (0..graph.len()).filter(|&node| !graph.targets(node).is_empty()).collect();
    let count = sample.min(sources.len());
    // In the middle of equal parts.
    let pivots: Vec<usize> = (0..count).filter_map(|at| sources.get((2 * at + 1) * sources.len() / (2 * count)).copied()).collect();
    let at_a_time = pivots.len().div_ceil(SUMS).max(1);
    let sums: Vec<Vec<f64>> = pivots
        .par_chunks(at_a_time)
        .map_init(
            || Paths::new(graph.len()),
            |paths, pivots| {
                let mut sums = vec![0.0; graph.len()];
                pivots.iter().take_while(|_| goes_on()).for_each(|&pivot| paths.add_from(graph, pivot, &mut sums));
                sums
            },
        )
        .collect();
    let n = graph.len() as f64;
    let scale = if n > 2.0 && count > 0 { sources.len() as f64 / count as f64 / ((n - 1.0) * (n - 2.0)) } else { 0.0 };
    let mut found = vec![0.0; graph.len()];
    for sums in sums {
        found.iter_mut().zip(sums).for_each(|(found, sum)| *found += sum);
    }
    found.iter_mut().for_each(|found| *found *= scale);
    (found, Pivots { used: count, of: sources.len() })
}

/// The nodes that betweenness was measured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pivots {
    /// How many were.
    pub(crate) used: usize,
    /// How many have edges out.
    pub(crate) of: usize,
}

const UNSEEN: u32 = u32::MAX;

/// The shortest paths from one node. Nothing is known of any node between two of them.
struct Paths {
    distance: Vec<u32>,
    /// How many there are to each node. No integer: they double with each diamond.
    count: Vec<f64>,
    /// The share of the paths that lead on through each node, summed over their ends.
    through: Vec<f64>,
    /// The nodes that were reached, near ones first.
    reached: Vec<u32>,
}

impl Paths {
    fn new(nodes: usize) -> Self {
        Self { distance: vec![UNSEEN; nodes], count: vec![0.0; nodes], through: vec![0.0; nodes], reached: Vec::new() }
    }

    /// Adds to each node how much of the paths from `pivot` leads through it.
    #[expect(clippy::indexing_slicing, reason = "targets are below the number of nodes")]
    fn add_from(&mut self, graph: &Csr, pivot: usize, sums: &mut [f64]) {
        self.distance[pivot] = 0;
        self.count[pivot] = 1.0;
        self.reached.push(pivot as u32);
        let mut at = 0;
        while let Some(&node) = self.reached.get(at) {
            at += 1;
            let (further, count) = (self.distance[node as usize] + 1, self.count[node as usize]);
            for &target in graph.targets(node as usize) {
                let distance = &mut self.distance[target as usize];
                if *distance == UNSEEN {
                    *distance = further;
                    self.reached.push(target);
                }
                if *distance == further {
                    self.count[target as usize] += count;
                }
            }
        }
        for &node in self.reached.iter().rev() {
            let node = node as usize;
            let further = self.distance[node] + 1;
            for &target in graph.targets(node) {
                let target = target as usize;
                // Where there are more paths than a number can say, after a thousand diamonds, none is followed.
                if self.distance[target] == further && self.count[target].is_finite() {
                    self.through[node] += self.count[node] / self.count[target] * (1.0 + self.through[target]);
                }
            }
            if node != pivot {
                sums[node] += self.through[node];
            }
        }
        for node in self.reached.drain(..) {
            let node = node as usize;
            (self.distance[node], self.count[node], self.through[node]) = (UNSEEN, 0.0, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(graph: &Csr, sample: usize) -> (Vec<f64>, Pivots) {
        betweenness(graph, sample, || true)
    }

    fn close(found: &[f64], expected: &[f64]) {
        assert!(found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {expected:?}");
    }

    #[test]
    fn small_graphs_have_the_values_worked_out_by_hand() {
        let exact = |nodes, edges: &[(u32, u32)]| measured(&Csr::new(nodes, edges), usize::MAX).0;
        close(&exact(0, &[]), &[]);
        close(&exact(1, &[(0, 0)]), &[0.0]);
        close(&exact(2, &[(0, 1), (1, 0)]), &[0.0; 2]);
        // A chain of four: through the second lead the paths from the first to the last two; of 3 · 2 pairs.
        close(&exact(4, &[(0, 1), (1, 2), (2, 3)]), &[0.0, 2.0 / 6.0, 2.0 / 6.0, 0.0]);
        // A diamond: half of the only path that leads through anything leads through either.
        close(&exact(4, &[(0, 1), (0, 2), (1, 3), (2, 3)]), &[0.0, 0.5 / 6.0, 0.5 / 6.0, 0.0]);
        // A ring of three, and one apart: each lies between the two others, one way.
        close(&exact(4, &[(0, 1), (1, 2), (2, 0)]), &[1.0 / 6.0, 1.0 / 6.0, 1.0 / 6.0, 0.0]);
    }

    /// A graph of no pattern, in which every second node leads nowhere.
    fn large() -> Csr {
        let mut state = 7_u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
            (state >> 9) % below
        };
        let edges: Vec<(u32, u32)> = (0..12_000).map(|at| (at % 1000 * 2, random(2000))).collect();
        Csr::new(2000, &edges)
    }

    #[test]
    fn a_sample_of_all_sources_is_exact_and_a_smaller_one_an_estimate() {
        let graph = large();
        let (exact, pivots) = measured(&graph, 1000);
        assert_eq!(pivots, Pivots { used: 1000, of: 1000 });
        assert_eq!(measured(&graph, usize::MAX), (exact.clone(), pivots));
        let (estimate, pivots) = measured(&graph, 250);
        assert_eq!(pivots, Pivots { used: 250, of: 1000 });
        let sum = |of: &[f64]| of.iter().sum::<f64>();
        let difference = exact.iter().zip(&estimate).map(|(a, b)| (a - b).abs()).sum::<f64>();
        assert!((sum(&estimate) / sum(&exact) - 1.0).abs() < 0.05 && difference > 0.0 && difference < 0.3 * sum(&exact));
        assert_eq!(measured(&graph, 0), (vec![0.0; 2000], Pivots { used: 0, of: 1000 }));
    }

    #[test]
    fn it_is_the_same_on_any_number_of_threads() {
        let graph = large();
        let on = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| measured(&graph, 300));
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn more_paths_than_a_number_can_say_leave_numbers() {
        // A chain of 1,100 diamonds.
        let edges =
            (0..1100_u32).flat_map(|at| [(3 * at, 3 * at + 1), (3 * at, 3 * at + 2), (3 * at + 1, 3 * at + 3), (3 * at + 2, 3 * at + 3)]);
        let graph = Csr::new(3301, &edges.collect::<Vec<_>>());
        assert!(measured(&graph, 4).0.iter().all(|value| value.is_finite()));
    }
}
