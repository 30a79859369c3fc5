//! How central the nodes of a graph are: PageRank and eigenvector centrality over compressed sparse rows.
//!
//! Knows numbers only, neither symbols nor files. Every sum is made in a fixed order, so equal edges give equal bits on
//! any number of threads.

use rayon::prelude::*;

use super::csr::Csr;

/// The share of its rank that a node passes on.
const DAMPING: f64 = 0.85;
/// The sum of all changes of a step that is the last: what all further steps change together is less than seven times it.
const PAGERANK_TOLERANCE: f64 = 1e-10;
const PAGERANK_STEPS: usize = 200;
/// Nodes that a thread takes at a time.
const CHUNK: usize = 1 << 13;

/// PageRank (Brin and Page, 1998) with damping 0.85, by power iteration until a step changes the sum of all by less than
/// 1e-10: the values lie within 1e-9 of the exact ones and sum to 1. What a node without edges out has is shared by all
/// nodes. It is defined on every graph: without cycles and in parts, too.
#[expect(clippy::indexing_slicing, reason = "sources are below the number of nodes")]
pub(crate) fn pagerank(graph: &Csr) -> Vec<f64> {
    let n = graph.len() as f64;
    let incoming = graph.reversed();
    let share = |node: usize, rank: f64| rank / graph.targets(node).len().max(1) as f64;
    let mut ranks = vec![1.0 / n; graph.len()];
    let mut shares: Vec<f64> = ranks.iter().enumerate().map(|(node, &rank)| share(node, rank)).collect();
    let mut next = vec![0.0; graph.len()];
    let mut dangling = (0..graph.len()).filter(|&node| graph.targets(node).is_empty()).count() as f64 / n;
    for _ in 0..PAGERANK_STEPS {
        let base = (1.0 - DAMPING + DAMPING * dangling) / n;
        let chunks = ranks.par_chunks_mut(CHUNK).zip(next.par_chunks_mut(CHUNK)).enumerate();
        let step = chunks.map(|(at, (ranks, next))| {
            let (mut change, mut dangling) = (0.0, 0.0);
            for (node, (rank, next)) in (at * CHUNK..).zip(ranks.iter_mut().zip(next)) {
                let sum: f64 = incoming.targets(node).iter().map(|&source| shares[source as usize]).sum();
                let value = base + DAMPING * sum;
                change += (value - *rank).abs();
                if graph.targets(node).is_empty() {
                    dangling += value;
                }
                *rank = value;
                *next = share(node, value);
            }
            (change, dangling)
        });
        let sums: Vec<(f64, f64)> = step.collect();
        let change: f64 = sums.iter().map(|(change, _)| change).sum();
        dangling = sums.iter().map(|(_, dangling)| dangling).sum();
        std::mem::swap(&mut shares, &mut next);
        if change < PAGERANK_TOLERANCE {
            break;
        }
    }
    ranks
}

const EIGENVECTOR_TOLERANCE: f64 = 1e-12;
const EIGENVECTOR_STEPS: usize = 10_000;

/// Eigenvector centrality (Bonacich, 1972) of the undirected graph without loops, of Euclidean length 1 in each connected
/// component; 0 for a node alone. So it is defined on graphs without cycles and in parts, where the directed one is not.
///
/// By power iteration with the matrix shifted by 1, without which a component of two sides (a star) would swing for
/// ever. Where two groups of a component are equally central the iteration may end, after 10,000 steps, before it has
/// settled.
#[expect(clippy::indexing_slicing, reason = "targets are below the number of nodes")]
pub(crate) fn eigenvector(graph: &Csr) -> Vec<f64> {
    let graph = graph.undirected();
    let mut found = vec![0.0; graph.len()];
    let mut seen = vec![false; graph.len()];
    for first in 0..graph.len() {
        if std::mem::replace(&mut seen[first], true) || graph.targets(first).is_empty() {
            continue;
        }
        let mut component = vec![first];
        let mut at = 0;
        while let Some(&node) = component.get(at) {
            at += 1;
            for &target in graph.targets(node) {
                if !std::mem::replace(&mut seen[target as usize], true) {
                    component.push(target as usize);
                }
            }
        }
        component.sort_unstable();
        component.iter().for_each(|&node| found[node] = 1.0 / (component.len() as f64).sqrt());
        for _ in 0..EIGENVECTOR_STEPS {
            let sum = |&node: &usize| found[node] + graph.targets(node).iter().map(|&target| found[target as usize]).sum::<f64>();
            let next: Vec<f64> = component.iter().map(sum).collect();
            let length = next.iter().map(|value| value * value).sum::<f64>().sqrt();
            let mut change = 0.0;
            for (&node, value) in component.iter().zip(next) {
                change += (found[node] - value / length).abs();
                found[node] = value / length;
            }
            if change < EIGENVECTOR_TOLERANCE {
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f64], expected: &[f64]) {
        assert!(found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?} {expected:?}");
    }

    #[test]
    fn small_graphs_have_the_values_worked_out_by_hand() {
        close(&pagerank(&Csr::new(0, &[])), &[]);
        close(&eigenvector(&Csr::new(0, &[])), &[]);
        close(&pagerank(&Csr::new(1, &[(0, 0)])), &[1.0]);
        close(&eigenvector(&Csr::new(1, &[(0, 0)])), &[0.0]);
        // A call: b = a + 0.85 a, a + b = 1.
        close(&pagerank(&Csr::new(2, &[(0, 1)])), &[1.0 / 2.85, 1.85 / 2.85]);
        // A star of three leaves (bipartite), beside a pair and a node alone.
        let half = 0.5_f64.sqrt();
        let leaf = 1.0 / 6.0_f64.sqrt();
        let graph = Csr::new(7, &[(1, 0), (2, 0), (2, 0), (3, 0), (3, 3), (4, 5)]);
        close(&eigenvector(&graph), &[half, leaf, leaf, leaf, half, half, 0.0]);
        close(&[pagerank(&graph).iter().sum()], &[1.0]);
    }

    /// A million nodes and five million edges of no pattern: `cargo test --release … -- --ignored --nocapture`.
    #[test]
    #[ignore = "measures"]
    #[expect(clippy::print_stdout, reason = "a measurement is printed")]
    fn a_million_nodes_are_ranked() {
        let mut state = 1_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let edges: Vec<(u32, u32)> = (0..5_000_000).map(|_| (random(1_000_000) as u32, random(1_000_000) as u32)).collect();
        let start = std::time::Instant::now();
        let ranks = pagerank(&Csr::new(1_000_000, &edges));
        println!("{:?} on {} threads", start.elapsed(), rayon::current_num_threads());
        close(&[ranks.iter().sum()], &[1.0]);
    }

    #[test]
    fn ranks_are_the_same_on_any_number_of_threads() {
        let edges: Vec<(u32, u32)> = (0..100_000_u32).map(|at| (at % 30_011, at.wrapping_mul(2_654_435_761) % 30_011)).collect();
        let graph = Csr::new(30_011, &edges);
        let on = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| pagerank(&graph));
        assert_eq!(on(1), on(3));
    }
}
