//! Strongly connected components of a graph, and its layers once each of them is one node.
//!
//! Knows numbers only. petgraph's `tarjan_scc` calls itself once a node of a path and so ends the process on a chain of
//! calls that is long enough; nothing here does.

use super::csr::Csr;

const NONE: u32 = u32::MAX;

/// The strongly connected component of each node (Tarjan, 1972; with one number a node, as Pearce, 2005). Components are
/// numbered from 0 in the order of their first nodes. Takes time and memory in proportion to nodes and edges.
#[expect(clippy::indexing_slicing, reason = "targets are below the number of nodes")]
pub(crate) fn strongly_connected(graph: &Csr) -> Vec<u32> {
    let mut found = vec![NONE; graph.len()];
    // The earliest node, in order of discovery, that a node is known to lead to and that has no component yet.
    let mut earliest = vec![NONE; graph.len()];
    let mut discovered = 0;
    let mut components = 0;
    let mut without: Vec<u32> = Vec::new();
    let mut path: Vec<Visit> = Vec::new();
    for root in 0..graph.len() {
        if earliest[root] != NONE {
            continue;
        }
        let mut entered = Some(root as u32);
        loop {
            if let Some(node) = entered.take() {
                earliest[node as usize] = discovered;
                path.push(Visit { node, next: graph.row(node as usize).start, number: discovered });
                without.push(node);
                discovered += 1;
            }
            let Some(visit) = path.last_mut() else { break };
            let node = visit.node as usize;
            if visit.next < graph.row(node).end
                && let Some(target) = graph.target(visit.next)
            {
                visit.next += 1;
                if earliest[target as usize] == NONE {
                    entered = Some(target);
                } else if found[target as usize] == NONE {
                    earliest[node] = earliest[node].min(earliest[target as usize]);
                }
                continue;
            }
            let number = visit.number;
            path.pop();
            if earliest[node] == number {
                while let Some(member) = without.pop() {
                    found[member as usize] = components;
                    if member as usize == node {
                        break;
                    }
                }
                components += 1;
            } else if let Some(above) = path.last() {
                let above = above.node as usize;
                earliest[above] = earliest[above].min(earliest[node]);
            }
        }
    }
    numbered_by_first(&found, components)
}

/// A node on the way from the root, the place of its next edge, and when it was discovered.
struct Visit {
    node: u32,
    next: usize,
    number: u32,
}

/// The same groups, numbered from 0 in the order of their first members. `groups` are below `count`.
#[expect(clippy::indexing_slicing, reason = "groups are below their count")]
pub(crate) fn numbered_by_first(groups: &[u32], count: u32) -> Vec<u32> {
    let mut numbers = vec![NONE; count as usize];
    let mut next = 0;
    let number = |&group: &u32| {
        let number = &mut numbers[group as usize];
        if *number == NONE {
            *number = next;
            next += 1;
        }
        *number
    };
    groups.iter().map(number).collect()
}

/// The members of groups, in order.
pub(crate) struct Groups {
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Groups {
    /// The groups that the members are in. Groups are numbered from 0.
    #[expect(clippy::indexing_slicing, reason = "groups are below their count")]
    pub(crate) fn of(groups: &[u32]) -> Self {
        let count = groups.iter().max().map_or(0, |&last| last as usize + 1);
        let mut starts = vec![0; count + 1];
        groups.iter().for_each(|&group| starts[group as usize + 1] += 1);
        for group in 0..count {
            starts[group + 1] += starts[group];
        }
        let mut next = starts.clone();
        let mut members = vec![0; groups.len()];
        for (member, &group) in (0..).zip(groups) {
            members[next[group as usize] as usize] = member;
            next[group as usize] += 1;
        }
        Self { starts, members }
    }

    /// The members of each group.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.starts.array_windows().map(|&[start, end]| self.members.get(start as usize..end as usize).unwrap_or(&[]))
    }
}

/// The layer of each node: the length of the longest path that leaves it, with every strongly connected component taken as
/// one node. What leads nowhere else is on layer 0, and every edge between components leads to a lower layer.
#[expect(clippy::indexing_slicing, reason = "components and targets are below their counts")]
pub(crate) fn layers(graph: &Csr, components: &[u32]) -> Vec<u32> {
    let count = components.iter().max().map_or(0, |&last| last + 1);
    let between = graph.edges().map(|(source, target)| (components[source as usize], components[target as usize]));
    let between: Vec<(u32, u32)> = between.filter(|(source, target)| source != target).collect();
    let condensed = Csr::new(count, &between);
    let dependents = condensed.reversed();
    let mut left: Vec<usize> = (0..condensed.len()).map(|node| condensed.targets(node).len()).collect();
    let mut done: Vec<usize> = (0..condensed.len()).filter(|&node| left[node] == 0).collect();
    let mut layer = vec![0; condensed.len()];
    while let Some(node) = done.pop() {
        for &dependent in dependents.targets(node) {
            let dependent = dependent as usize;
            layer[dependent] = layer[dependent].max(layer[node] + 1);
            left[dependent] -= 1;
            if left[dependent] == 0 {
                done.push(dependent);
            }
        }
    }
    components.iter().map(|&component| layer[component as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_that_lead_to_each_other_are_one_component_and_layers_count_what_lies_below() {
        for (nodes, edges, components, layer) in [
            (0, &[][..], &[][..], &[][..]),
            (1, &[(0, 0)], &[0], &[0]),
            (3, &[], &[0, 1, 2], &[0, 0, 0]),
            (3, &[(0, 1), (1, 2)], &[0, 1, 2], &[2, 1, 0]),
            (3, &[(0, 1), (1, 2), (2, 0)], &[0, 0, 0], &[0, 0, 0]),
            // Two pairs, of which the second leads to the first; a node above both by a long and a short way.
            (5, &[(1, 3), (3, 1), (2, 4), (4, 2), (4, 3), (0, 4), (0, 1)], &[0, 1, 2, 1, 2], &[2, 0, 1, 0, 1]),
            // A cycle within a cycle, entered in the middle.
            (4, &[(0, 2), (2, 3), (3, 2), (3, 1), (1, 2)], &[0, 1, 1, 1], &[1, 0, 0, 0]),
        ] {
            let graph = Csr::new(nodes, edges);
            let found = strongly_connected(&graph);
            assert_eq!((&*found, &*layers(&graph, &found)), (components, layer), "{edges:?}");
        }
    }

    #[test]
    fn a_chain_or_a_ring_of_a_million_nodes_does_not_end_the_process() {
        const NODES: u32 = 1_000_000;
        let chain: Vec<(u32, u32)> = (1..NODES).map(|node| (node - 1, node)).collect();
        let graph = Csr::new(NODES, &chain);
        let found = strongly_connected(&graph);
        assert!(found.iter().copied().eq(0..NODES));
        assert!(layers(&graph, &found).into_iter().eq((0..NODES).rev()));
        let ring: Vec<(u32, u32)> = chain.into_iter().chain([(NODES - 1, 0)]).collect();
        assert!(strongly_connected(&Csr::new(NODES, &ring)).iter().all(|&component| component == 0));
    }

    #[test]
    fn components_are_those_of_reachability() {
        let mut state = 7_u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
            (state >> 9) % below
        };
        for nodes in 1..40_u32 {
            let edges: Vec<(u32, u32)> = (0..nodes * 3 / 2).map(|_| (random(nodes), random(nodes))).collect();
            let graph = Csr::new(nodes, &edges);
            let reach: Vec<Vec<bool>> = (0..nodes).map(|node| reached(&graph, node)).collect();
            let found = strongly_connected(&graph);
            for a in 0..nodes as usize {
                for b in 0..nodes as usize {
                    assert_eq!(found[a] == found[b], reach[a][b] && reach[b][a], "{edges:?} {a} {b}");
                }
            }
        }
    }

    fn reached(graph: &Csr, from: u32) -> Vec<bool> {
        let mut seen = vec![false; graph.len()];
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut seen[node as usize], true) {
                open.extend(graph.targets(node as usize));
            }
        }
        seen
    }
}
