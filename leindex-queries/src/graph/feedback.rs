//! Which edges close the cycles of a graph.
//!
//! Knows numbers only.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::csr::Csr;

/// Edges without which a graph has no cycle, light ones if possible, in order. None of them can be left without one. Loops
/// are not told.
///
/// The lightest set is hard to find. This is the one of Eades, Lin and Smyth (1993) with weights: nodes are put in a row,
/// those at the end that lead nowhere else and at the start that nothing else leads to; then, one after the other, at the
/// start the one that leads out most beyond what leads in. The edges that lead back are the set. Those without which there
/// is no cycle anyway are taken out again, heavy ones first.
///
/// Costs for each edge that leads back, in the worst case, all edges: it is meant for graphs of thousands of edges.
#[expect(clippy::indexing_slicing, reason = "nodes are below their count")]
pub(crate) fn closing_edges(graph: &Csr, weight: impl Fn(u32, u32) -> u64) -> Vec<(u32, u32)> {
    let place = row(graph, &weight);
    let leads_back = |&(source, target): &(u32, u32)| place[source as usize] > place[target as usize];
    let mut kept: Vec<Vec<u32>> = vec![Vec::new(); graph.len()];
    let mut back = Vec::new();
    for (source, target) in graph.edges() {
        if leads_back(&(source, target)) {
            back.push((source, target));
        } else if source != target {
            kept[source as usize].push(target);
        }
    }
    back.sort_by_key(|&(source, target)| Reverse(weight(source, target)));
    back.retain(|&(source, target)| {
        let closes = leads_to(&kept, target, source);
        if !closes {
            kept[source as usize].push(target);
        }
        closes
    });
    back.sort_unstable();
    back
}

/// The place of each node in the row.
#[expect(clippy::indexing_slicing, reason = "nodes are below their count")]
fn row(graph: &Csr, weight: &impl Fn(u32, u32) -> u64) -> Vec<usize> {
    let count = graph.len();
    let reversed = graph.reversed();
    let (mut out, mut into) = (vec![0; count], vec![0; count]);
    for (source, target) in graph.edges().filter(|(source, target)| source != target) {
        let weight = weight(source, target).max(1) as i64;
        out[source as usize] += weight;
        into[target as usize] += weight;
    }
    let mut place = vec![usize::MAX; count];
    let (mut start, mut end) = (0, count);
    // What has no edges out, or none in, comes before all others; entries of a node that has changed since are passed over.
    let rank = |out: i64, into: i64| if out == 0 || into == 0 { i64::MAX } else { out - into };
    let mut waiting: BinaryHeap<(i64, Reverse<usize>)> = (0..count).map(|node| (rank(out[node], into[node]), Reverse(node))).collect();
    while let Some((known, Reverse(node))) = waiting.pop() {
        if place[node] != usize::MAX || known != rank(out[node], into[node]) {
            continue;
        }
        if out[node] == 0 {
            end -= 1;
            place[node] = end;
        } else {
            place[node] = start;
            start += 1;
        }
        for &target in graph.targets(node).iter().filter(|&&target| target as usize != node) {
            into[target as usize] -= weight(node as u32, target).max(1) as i64;
        }
        for &source in reversed.targets(node).iter().filter(|&&source| source as usize != node) {
            out[source as usize] -= weight(source, node as u32).max(1) as i64;
        }
        for &near in graph.targets(node).iter().chain(reversed.targets(node)) {
            let near = near as usize;
            if place[near] == usize::MAX {
                waiting.push((rank(out[near], into[near]), Reverse(near)));
            }
        }
    }
    place
}

#[expect(clippy::indexing_slicing, reason = "nodes are below their count")]
fn leads_to(edges: &[Vec<u32>], from: u32, to: u32) -> bool {
    let mut seen = vec![false; edges.len()];
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        if node == to {
            return true;
        }
        if !std::mem::replace(&mut seen[node as usize], true) {
            open.extend(&edges[node as usize]);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::components::strongly_connected;
    use super::*;

    #[test]
    fn the_light_edges_of_cycles_close_them() {
        // Weights: what an edge leads to and from, but for a light one.
        let weight = |source, target| if (source, target) == (2, 0) { 1 } else { 10 };
        for (edges, closing) in [
            (&[][..], &[][..]),
            (&[(0, 1), (1, 2), (0, 2), (3, 3)], &[]),
            (&[(0, 1), (1, 2), (2, 0)], &[(2, 0)]),
            (&[(0, 1), (1, 0)], &[(1, 0)]),
            // Two cycles share the light edge; a third has none.
            (&[(0, 1), (1, 2), (2, 0), (0, 2), (3, 4), (4, 3)], &[(2, 0), (4, 3)]),
        ] {
            assert_eq!(closing_edges(&Csr::new(5, edges), weight), closing, "{edges:?}");
        }
    }

    #[test]
    fn without_the_closing_edges_there_is_no_cycle_and_each_of_them_closes_one() {
        let mut state = 7_u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
            (state >> 9) % below
        };
        for nodes in 2..40_u32 {
            let edges: Vec<(u32, u32)> = (0..nodes * 3).map(|_| (random(nodes), random(nodes))).filter(|(a, b)| a != b).collect();
            let graph = Csr::new(nodes, &edges);
            let closing = closing_edges(&graph, |source, target| u64::from(source * 7 + target * 13) % 11);
            let has_cycle = |without: &[(u32, u32)]| {
                let kept: Vec<(u32, u32)> = graph.edges().filter(|edge| !without.contains(edge)).collect();
                strongly_connected(&Csr::new(nodes, &kept)).iter().max() != Some(&(nodes - 1))
            };
            assert!(!has_cycle(&closing), "{edges:?}");
            for at in 0..closing.len() {
                let mut without = closing.clone();
                without.remove(at);
                assert!(has_cycle(&without), "{edges:?}");
            }
        }
    }
}
