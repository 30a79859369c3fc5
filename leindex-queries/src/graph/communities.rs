//! Communities of a graph: groups of nodes that have more to do with each other than with the rest.
//!
//! Knows numbers only, works on one thread and in a fixed order: equal edges give equal communities.

use std::collections::VecDeque;

use super::components::{Groups, numbered_by_first};
use super::csr::Csr;

/// A division of a graph into communities.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Division {
    /// The community of each node, numbered from 0 in the order of their first nodes.
    pub(crate) of: Vec<u32>,
    /// Its modularity at the resolution that was asked for: 0 where there are no edges.
    pub(crate) modularity: f64,
}

/// After so many passes the division is good enough. Two or three are usual.
const PASSES: usize = 10;

/// Divides a graph into communities of high modularity (Newman, 2004) by the Leiden algorithm (Traag, Waltman and van Eck,
/// 2019), which makes each of them connected. Directions and loops do not count; two nodes that lead to each other are tied
/// twice. A node without edges is a community by itself. Above 1, `resolution` makes more and smaller communities, below 1
/// fewer.
///
/// Where the algorithm merges at random, here the best merge is made, and nodes take turns in their order. Each pass costs
/// a few times the edges, and there are about ten; they hold 40 bytes an edge.
pub(crate) fn communities(graph: &Csr, resolution: f64) -> Division {
    let graph = Weighted::of(graph);
    let mut best = Division { of: (0..graph.len() as u32).collect(), modularity: 0.0 };
    if graph.total == 0 {
        return best;
    }
    best.modularity = graph.modularity(&best.of, resolution);
    for _ in 0..PASSES {
        let of = graph.connected(&pass(&graph, &best.of, resolution));
        let modularity = graph.modularity(&of, resolution);
        if modularity <= best.modularity {
            break;
        }
        best = Division { of, modularity };
    }
    best
}

/// One pass from a division to a better one: nodes are moved, the communities refined, their parts made nodes of a smaller
/// graph, and so on until there is nothing to put together.
#[expect(clippy::indexing_slicing, reason = "nodes and communities are below their counts")]
fn pass(graph: &Weighted, of: &[u32], resolution: f64) -> Vec<u32> {
    let mut smaller: Option<Weighted> = None;
    // The node of the smaller graph that each node has become part of.
    let mut node_of: Vec<u32> = (0..graph.len() as u32).collect();
    let mut of = of.to_vec();
    loop {
        let at = smaller.as_ref().unwrap_or(graph);
        at.move_nodes(&mut of, resolution);
        let (parts, count) = at.refine(&of, resolution);
        if count as usize == at.len() {
            return node_of.iter().map(|&node| of[node as usize]).collect();
        }
        let mut of_parts = vec![0; count as usize];
        parts.iter().zip(&of).for_each(|(&part, &community)| of_parts[part as usize] = community);
        node_of.iter_mut().for_each(|node| *node = parts[*node as usize]);
        of = numbered_by_first(&of_parts, at.len() as u32);
        smaller = Some(at.put_together(&parts, count));
    }
}

/// An undirected graph with weights. Each edge stands at both of its ends.
struct Weighted {
    starts: Vec<u32>,
    ties: Vec<Tie>,
    /// Weight at each node, what lies within it counted twice.
    degrees: Vec<u64>,
    /// The sum of all degrees: twice the weight of all edges.
    total: u64,
}

#[derive(Clone, Copy)]
struct Tie {
    to: u32,
    weight: u32,
}

#[expect(clippy::indexing_slicing, reason = "nodes and communities are below their counts")]
impl Weighted {
    fn of(graph: &Csr) -> Self {
        let backward = graph.reversed();
        let (mut starts, mut ties, mut degrees) = (vec![0], Vec::with_capacity(2 * graph.size()), Vec::with_capacity(graph.len()));
        for node in 0..graph.len() {
            let first = ties.len();
            let (mut out, mut back) = (graph.targets(node), backward.targets(node));
            while let Some(&to) = [out.first(), back.first()].into_iter().flatten().min() {
                let mut weight = 0;
                for side in [&mut out, &mut back] {
                    if let Some(rest) = side.strip_prefix(&[to]) {
                        *side = rest;
                        weight += 1;
                    }
                }
                if to as usize != node {
                    ties.push(Tie { to, weight });
                }
            }
            starts.push(ties.len() as u32);
            degrees.push(ties[first..].iter().map(|tie| u64::from(tie.weight)).sum());
        }
        let total = degrees.iter().sum();
        Self { starts, ties, degrees, total }
    }

    fn len(&self) -> usize {
        self.degrees.len()
    }

    fn ties(&self, node: usize) -> &[Tie] {
        &self.ties[self.starts[node] as usize..self.starts[node + 1] as usize]
    }

    /// The degrees of communities.
    fn totals(&self, of: &[u32]) -> Vec<u64> {
        let mut totals = vec![0; self.len()];
        of.iter().zip(&self.degrees).for_each(|(&community, degree)| totals[community as usize] += degree);
        totals
    }

    /// The share of weight within communities, less that to be expected of the degrees.
    fn modularity(&self, of: &[u32], resolution: f64) -> f64 {
        let total = self.total as f64;
        let within = |node: usize| {
            self.ties(node).iter().filter(|tie| of[tie.to as usize] == of[node]).map(|tie| u64::from(tie.weight)).sum::<u64>()
        };
        let within: u64 = (0..self.len()).map(within).sum();
        let expected: f64 = self.totals(of).into_iter().map(|degree| (degree as f64 / total).powi(2)).sum();
        within as f64 / total - resolution * expected
    }

    /// What modularity gains, but for a factor, by a tie of a weight between groups of these degrees that become one.
    fn gain(&self, weight: u64, degree: u64, other: u64, resolution: f64) -> f64 {
        weight as f64 - resolution * degree as f64 * (other as f64 / self.total as f64)
    }

    /// Moves nodes to the community that they gain most in, until no node gains. Communities are below the number of nodes.
    fn move_nodes(&self, of: &mut [u32], resolution: f64) {
        let mut totals = self.totals(of);
        let mut members = vec![0_u32; self.len()];
        of.iter().for_each(|&community| members[community as usize] += 1);
        let mut empty: Vec<u32> = (0..self.len() as u32).rev().filter(|&community| members[community as usize] == 0).collect();
        let mut waiting: VecDeque<u32> = (0..self.len() as u32).collect();
        let mut waits = vec![true; self.len()];
        let mut near = Near::new(self.len());
        while let Some(node) = waiting.pop_front() {
            let node = node as usize;
            waits[node] = false;
            let (degree, from) = (self.degrees[node], of[node]);
            totals[from as usize] -= degree;
            near.collect(self.ties(node).iter().map(|tie| (of[tie.to as usize], tie.weight)));
            let gain = |community: u32| self.gain(near.weight(community), degree, totals[community as usize], resolution);
            let (mut best, mut most) = (from, gain(from));
            for &community in &near.seen {
                let gain = gain(community);
                if gain > most {
                    (best, most) = (community, gain);
                }
            }
            // Alone a node gains nothing.
            if most < 0.0
                && members[from as usize] > 1
                && let Some(&alone) = empty.last()
            {
                best = alone;
            }
            totals[best as usize] += degree;
            if best != from {
                members[from as usize] -= 1;
                if members[best as usize] == 0 {
                    empty.pop();
                }
                members[best as usize] += 1;
                if members[from as usize] == 0 {
                    empty.push(from);
                }
                of[node] = best;
                for tie in self.ties(node) {
                    if of[tie.to as usize] != best && !std::mem::replace(&mut waits[tie.to as usize], true) {
                        waiting.push_back(tie.to);
                    }
                }
            }
        }
    }

    /// Divides each community into parts that are well tied in themselves and to the rest of it, and says how many there are.
    fn refine(&self, of: &[u32], resolution: f64) -> (Vec<u32>, u32) {
        let totals = self.totals(of);
        let mut parts: Vec<u32> = (0..self.len() as u32).collect();
        let mut degrees = self.degrees.clone();
        let mut members = vec![1_u32; self.len()];
        // What ties each part to the rest of its community.
        let within =
            |node: usize| self.ties(node).iter().filter(|tie| of[tie.to as usize] == of[node]).map(|tie| u64::from(tie.weight)).sum();
        let mut outward: Vec<u64> = (0..self.len()).map(within).collect();
        let mut count = self.len() as u32;
        let mut near = Near::new(self.len());
        for node in 0..self.len() {
            let all = totals[of[node] as usize];
            let is_well_tied = |outward: u64, degree: u64| self.gain(outward, degree, all - degree, resolution) >= 0.0;
            // It has gone elsewhere, or others have come.
            if parts[node] as usize != node || members[node] != 1 || !is_well_tied(outward[node], self.degrees[node]) {
                continue;
            }
            near.collect(
                self.ties(node).iter().filter(|tie| of[tie.to as usize] == of[node]).map(|tie| (parts[tie.to as usize], tie.weight)),
            );
            let (mut best, mut most) = (None, 0.0);
            for &part in &near.seen {
                let at = part as usize;
                let gain = self.gain(near.weight(part), self.degrees[node], degrees[at], resolution);
                if gain > most && is_well_tied(outward[at], degrees[at]) {
                    (best, most) = (Some(part), gain);
                }
            }
            if let Some(best) = best {
                let at = best as usize;
                parts[node] = best;
                degrees[at] += self.degrees[node];
                outward[at] = outward[at] + outward[node] - 2 * near.weight(best);
                members[at] += 1;
                members[node] = 0;
                count -= 1;
            }
        }
        (numbered_by_first(&parts, self.len() as u32), count)
    }

    /// The graph whose nodes are parts of this one.
    fn put_together(&self, parts: &[u32], count: u32) -> Self {
        let mut near = Near::new(count as usize);
        let (mut of_part, mut ties, mut degrees) = (vec![0], Vec::new(), Vec::with_capacity(count as usize));
        for (part, nodes) in Groups::of(parts).iter().enumerate() {
            let ties_of = nodes.iter().flat_map(|&node| self.ties(node as usize)).map(|tie| (parts[tie.to as usize], tie.weight));
            near.collect(ties_of.filter(|&(to, _)| to as usize != part));
            near.seen.sort_unstable();
            ties.extend(near.seen.iter().map(|&to| Tie { to, weight: near.weight(to) as u32 }));
            of_part.push(ties.len() as u32);
            degrees.push(nodes.iter().map(|&node| self.degrees[node as usize]).sum());
        }
        Self { starts: of_part, ties, degrees, total: self.total }
    }

    /// The connected parts of communities, numbered by their first nodes. Modularity does not fall by it.
    fn connected(&self, of: &[u32]) -> Vec<u32> {
        const NONE: u32 = u32::MAX;
        let mut found = vec![NONE; self.len()];
        let mut open = Vec::new();
        let mut next = 0;
        for first in 0..self.len() {
            if found[first] != NONE {
                continue;
            }
            found[first] = next;
            open.push(first);
            while let Some(node) = open.pop() {
                for tie in self.ties(node) {
                    let to = tie.to as usize;
                    if found[to] == NONE && of[to] == of[first] {
                        found[to] = next;
                        open.push(to);
                    }
                }
            }
            next += 1;
        }
        found
    }
}

/// The groups near a node, in the order in which they were met, and the weight that ties it to each.
struct Near {
    seen: Vec<u32>,
    weights: Vec<u64>,
}

#[expect(clippy::indexing_slicing, reason = "groups are below their count")]
impl Near {
    fn new(groups: usize) -> Self {
        Self { seen: Vec::new(), weights: vec![0; groups] }
    }

    /// Forgets what was, and sums up the weights.
    fn collect(&mut self, ties: impl Iterator<Item = (u32, u32)>) {
        for group in self.seen.drain(..) {
            self.weights[group as usize] = 0;
        }
        for (group, weight) in ties {
            let sum = &mut self.weights[group as usize];
            if *sum == 0 {
                self.seen.push(group);
            }
            *sum += u64::from(weight);
        }
    }

    fn weight(&self, group: u32) -> u64 {
        self.weights[group as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_graphs_are_divided_as_by_hand() {
        // Two triangles, tied by one edge: 6 of 7 edges within, and half of all degrees each.
        let triangles = &[(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)][..];
        // The same with two edges between the first two, one each way: weights 4, 3 and 1, degrees 9 and 7 of 16.
        let tied_twice = &[(0, 1), (1, 0), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)][..];
        for (nodes, edges, of, modularity) in [
            (0, &[][..], &[][..], 0.0),
            (3, &[(1, 1)], &[0, 1, 2], 0.0),
            (2, &[(1, 0)], &[0, 0], 0.0),
            (5, &[(0, 3), (1, 4)], &[0, 1, 2, 0, 1], 0.5),
            (6, triangles, &[0, 0, 0, 1, 1, 1], 6.0 / 7.0 - 0.5),
            (6, tied_twice, &[0, 0, 0, 1, 1, 1], 7.0 / 8.0 - (81.0 + 49.0) / 256.0),
        ] {
            let found = communities(&Csr::new(nodes, edges), 1.0);
            assert_eq!(found.of, of, "{edges:?}");
            assert!((found.modularity - modularity).abs() < 1e-12, "{edges:?}: {} {modularity}", found.modularity);
        }
    }

    #[test]
    fn resolution_makes_communities_smaller_or_larger() {
        let triangles = Csr::new(6, &[(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)]);
        assert_eq!(communities(&triangles, 0.0).of, [0; 6]);
        assert_eq!(communities(&triangles, 100.0).of, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_ring_of_cliques_is_divided_into_them_and_every_community_is_connected() {
        let clique = |first: u32| (first..first + 5).flat_map(move |a| (a + 1..first + 5).map(move |b| (a, b)));
        let edges: Vec<(u32, u32)> = (0..20).flat_map(|at| clique(5 * at).chain([(5 * at + 4, 5 * (at + 1) % 100)])).collect();
        let found = communities(&Csr::new(100, &edges), 1.0);
        assert!(found.of.iter().enumerate().all(|(node, &of)| of == node as u32 / 5), "{found:?}");
        // Without any pattern there are communities as well, and they are connected.
        let mut state = 7_u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
            (state >> 9) % below
        };
        let edges: Vec<(u32, u32)> = (0..1500).map(|_| (random(1000), random(1000))).collect();
        let graph = Csr::new(1000, &edges);
        let found = communities(&graph, 1.0);
        assert!(found.modularity > 0.5, "{}", found.modularity);
        assert_eq!(Weighted::of(&graph).connected(&found.of), found.of);
    }
}
