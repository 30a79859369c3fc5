//! How central the nodes of a graph are: PageRank and eigenvector centrality over compressed sparse rows.
//!
//! Knows numbers only, neither symbols nor files. Sums are made in the order of the rows on one thread, so that equal
//! edges give equal bits.

/// Directed edges, grouped by source. Parallel edges are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Csr {
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Csr {
    /// The graph of `nodes` nodes with these edges; edges of nodes that there are not are left out.
    pub(crate) fn new(nodes: u32, edges: &[(u32, u32)]) -> Self {
        let mut sorted: Vec<(u32, u32)> = edges.iter().copied().filter(|&(a, b)| a < nodes && b < nodes).collect();
        sorted.sort_unstable();
        let start = |node| sorted.partition_point(|&(source, _)| source < node) as u32;
        Self { starts: (0..=nodes).map(start).collect(), targets: sorted.into_iter().map(|(_, target)| target).collect() }
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The targets of a node, in order.
    pub(crate) fn targets(&self, node: usize) -> &[u32] {
        let at = |node: usize| self.starts.get(node).map_or(0, |&start| start as usize);
        self.targets.get(at(node)..at(node + 1)).unwrap_or(&[])
    }

    /// The same edges in both directions, each once, without loops.
    fn undirected(&self) -> Self {
        let mut edges = Vec::new();
        for node in 0..self.len() as u32 {
            let others = self.targets(node as usize).iter().filter(|&&target| target != node);
            edges.extend(others.flat_map(|&target| [(node, target), (target, node)]));
        }
        edges.sort_unstable();
        edges.dedup();
        Self::new(self.len() as u32, &edges)
    }
}

const DAMPING: f64 = 0.85;
const PAGERANK_STEPS: usize = 1000;
const EIGENVECTOR_STEPS: usize = 10_000;
const TOLERANCE: f64 = 1e-12;

/// PageRank (Brin and Page, 1998) with damping 0.85: the values sum to 1. What a node without edges out has is shared
/// by all; parallel edges count each; a loop keeps its share.
#[expect(clippy::indexing_slicing, reason = "targets are below the number of nodes")]
pub(crate) fn pagerank(graph: &Csr) -> Vec<f64> {
    let n = graph.len() as f64;
    let mut ranks = vec![1.0 / n; graph.len()];
    for _ in 0..PAGERANK_STEPS {
        let dangling: f64 = (0..graph.len()).filter(|&node| graph.targets(node).is_empty()).map(|node| ranks[node]).sum();
        let mut next = vec![(1.0 - DAMPING + DAMPING * dangling) / n; graph.len()];
        for node in 0..graph.len() {
            let targets = graph.targets(node);
            for &target in targets {
                next[target as usize] += DAMPING * ranks[node] / targets.len() as f64;
            }
        }
        let change: f64 = ranks.iter().zip(&next).map(|(a, b)| (a - b).abs()).sum();
        ranks = next;
        if change < TOLERANCE {
            break;
        }
    }
    ranks
}

/// Eigenvector centrality (Bonacich, 1972), undirected, without loops, of Euclidean length 1 in each connected
/// component; 0 for a node alone. So it is defined on graphs without cycles too, where the directed one is not. The
/// matrix is shifted by 1, without which a bipartite component would swing for ever.
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
            if change < TOLERANCE {
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
}
