//! Compressed sparse rows: the form in which whole-graph numbers are worked out.
//!
//! Knows numbers only, neither symbols nor files.

use std::ops::Range;

/// Directed edges, grouped by source, each once, targets in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Csr {
    /// Where the row of each node starts, and where the last one ends.
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Csr {
    /// The graph of `nodes` nodes with these edges. Edges of nodes that there are not are left out.
    #[expect(clippy::indexing_slicing, reason = "nodes that there are not are left out before")]
    pub(crate) fn new(nodes: u32, edges: &[(u32, u32)]) -> Self {
        let known = || edges.iter().filter(|&&(source, target)| source < nodes && target < nodes);
        let mut ends = vec![0_u32; nodes as usize + 1];
        known().for_each(|&(source, _)| ends[source as usize] += 1);
        let mut graph = Self::fill(ends, known().copied());
        graph.sort_rows();
        graph
    }

    /// Puts edges into rows of these lengths, the last first. The row past the last node is empty.
    #[expect(clippy::indexing_slicing, reason = "the lengths are those of the edges")]
    fn fill(mut lengths: Vec<u32>, edges: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut sum = 0;
        for length in &mut lengths {
            sum += *length;
            *length = sum;
        }
        // Rows are filled from their ends, which so become their starts.
        let mut starts = lengths;
        let mut targets = vec![0; sum as usize];
        for (source, target) in edges {
            let at = &mut starts[source as usize];
            *at -= 1;
            targets[*at as usize] = target;
        }
        Self { starts, targets }
    }

    /// Puts each row in order and leaves one of equal edges.
    #[expect(clippy::indexing_slicing, reason = "rows lie in the targets")]
    fn sort_rows(&mut self) {
        let mut kept = 0;
        for node in 0..self.len() {
            let row = self.starts[node] as usize..self.starts[node + 1] as usize;
            self.targets[row.clone()].sort_unstable();
            self.starts[node] = kept as u32;
            let first = kept;
            for at in row {
                if kept == first || self.targets[kept - 1] != self.targets[at] {
                    self.targets[kept] = self.targets[at];
                    kept += 1;
                }
            }
        }
        self.targets.truncate(kept);
        if let Some(end) = self.starts.last_mut() {
            *end = kept as u32;
        }
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many edges there are.
    pub(crate) fn size(&self) -> usize {
        self.targets.len()
    }

    /// Where the targets of a node stand among all.
    pub(crate) fn row(&self, node: usize) -> Range<usize> {
        let at = |node: usize| self.starts.get(node).map_or(0, |&start| start as usize);
        at(node)..at(node + 1)
    }

    /// The target at a place among all.
    pub(crate) fn target(&self, at: usize) -> Option<u32> {
        self.targets.get(at).copied()
    }

    /// The targets of a node, in order.
    pub(crate) fn targets(&self, node: usize) -> &[u32] {
        self.targets.get(self.row(node)).unwrap_or(&[])
    }

    /// All edges, in order.
    pub(crate) fn edges(&self) -> impl DoubleEndedIterator<Item = (u32, u32)> + '_ {
        (0..self.len()).flat_map(|node| self.targets(node).iter().map(move |&target| (node as u32, target)))
    }

    /// How many edges lead to each node, and 0 past the last.
    #[expect(clippy::indexing_slicing, reason = "targets are below the number of nodes")]
    fn arriving(&self) -> Vec<u32> {
        let mut counts = vec![0; self.len() + 1];
        self.targets.iter().for_each(|&target| counts[target as usize] += 1);
        counts
    }

    /// How many edges lead to each node.
    pub(crate) fn in_degrees(&self) -> Vec<u32> {
        let mut counts = self.arriving();
        counts.pop();
        counts
    }

    /// The same edges in the other direction.
    pub(crate) fn reversed(&self) -> Self {
        // Rows are filled from their ends: they are in order, as the last edges come first.
        Self::fill(self.arriving(), self.edges().rev().map(|(source, target)| (target, source)))
    }

    /// The same edges in both directions, without loops.
    pub(crate) fn undirected(&self) -> Self {
        let edges = self.edges().filter(|(source, target)| source != target);
        let edges: Vec<(u32, u32)> = edges.flat_map(|(source, target)| [(source, target), (target, source)]).collect();
        Self::new(self.len() as u32, &edges)
    }

    /// The nodes that are wanted and the edges between them. The nodes of the part are those listed, in their order.
    pub(crate) fn part(&self, wanted: impl Fn(u32) -> bool) -> (Self, Vec<u32>) {
        let nodes: Vec<u32> = (0..self.len() as u32).filter(|&node| wanted(node)).collect();
        let place = |node: u32| nodes.binary_search(&node).ok().map(|at| at as u32);
        let edges = (0..).zip(&nodes).flat_map(|(source, &node)| {
            let targets = self.targets(node as usize).iter();
            targets.filter_map(move |&target| Some((source, place(target)?)))
        });
        let edges: Vec<(u32, u32)> = edges.collect();
        (Self::new(nodes.len() as u32, &edges), nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(graph: &Csr) -> Vec<(u32, u32)> {
        graph.edges().collect()
    }

    #[test]
    fn edges_are_kept_once_and_in_order() {
        let graph = Csr::new(3, &[(2, 1), (0, 2), (2, 0), (2, 1), (0, 2), (7, 0), (0, 7)]);
        assert_eq!(edges(&graph), [(0, 2), (2, 0), (2, 1)]);
        assert_eq!(edges(&graph.reversed()), [(0, 2), (1, 2), (2, 0)]);
        assert_eq!(graph.in_degrees(), [1, 1, 1]);
        assert_eq!((graph.len(), graph.size()), (3, 3));
        let nothing = Csr::new(0, &[(0, 0)]);
        assert_eq!((nothing.len(), nothing.size(), nothing.reversed(), nothing.in_degrees()), (0, 0, nothing.clone(), Vec::new()));
    }

    #[test]
    fn reversed_twice_is_the_same_graph() {
        let edges: Vec<(u32, u32)> = (0..10_000_u32).map(|at| (at % 301, at.wrapping_mul(2_654_435_761) % 307)).collect();
        let graph = Csr::new(307, &edges);
        assert_eq!(graph.reversed().reversed(), graph);
    }

    #[test]
    fn a_part_has_the_edges_between_its_nodes() {
        let graph = Csr::new(5, &[(0, 1), (1, 4), (4, 2), (2, 4), (4, 4)]);
        let (part, nodes) = graph.part(|node| node == 2 || node == 4 || node == 1);
        assert_eq!(nodes, [1, 2, 4]);
        assert_eq!(edges(&part), [(0, 2), (1, 2), (2, 1), (2, 2)]);
        assert_eq!(graph.part(|_| false), (Csr::new(0, &[]), Vec::new()));
    }
}
