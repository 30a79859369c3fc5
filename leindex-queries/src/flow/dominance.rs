//! Dominators, forward and backward.
//!
//! Cooper, Harvey and Kennedy, *A Simple, Fast Dominance Algorithm* (2001): immediate dominators by intersection in
//! reverse postorder. For post-dominance every node must reach the exit: a component without a way out gets an edge to
//! the exit from its header, which is not part of the graph.

use super::cfg::Edge;
use super::ir::NONE;

/// A graph of numbered nodes, both ways, in compressed rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Adjacency {
    first: Vec<u32>,
    targets: Vec<u32>,
}

impl Adjacency {
    /// From pairs of source and target.
    pub(crate) fn of(nodes: usize, edges: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut first = vec![0_u32; nodes + 1];
        for (source, _) in edges.clone() {
            first[source as usize + 1] += 1;
        }
        for node in 0..nodes {
            first[node + 1] += first[node];
        }
        let mut at = first.clone();
        let mut targets = vec![0; first[nodes] as usize];
        for (source, target) in edges {
            let slot = &mut at[source as usize];
            targets[*slot as usize] = target;
            *slot += 1;
        }
        Self { first, targets }
    }

    /// Where a node's edges lead.
    pub(crate) fn of_node(&self, node: u32) -> &[u32] {
        let (from, to) = (self.first[node as usize] as usize, self.first[node as usize + 1] as usize);
        &self.targets[from..to]
    }
}

/// The control flow of a region, its nodes numbered from its entry: what all analyses of a function share.
#[derive(Debug)]
pub(crate) struct RegionGraph {
    pub(crate) successors: Adjacency,
    pub(crate) predecessors: Adjacency,
    /// Nodes that the entry reaches, in reverse postorder.
    pub(crate) order: Vec<u32>,
}

impl RegionGraph {
    /// Of a region whose nodes are `first..=last`, with its edges.
    pub(crate) fn of(first: u32, last: u32, edges: &[Edge]) -> Self {
        let count = (last - first + 1) as usize;
        let local = edges.iter().map(move |edge| (edge.source - first, edge.target - first));
        let successors = Adjacency::of(count, local.clone());
        let predecessors = Adjacency::of(count, local.map(|(source, target)| (target, source)));
        let order = reverse_postorder(count, 0, &successors);
        Self { successors, predecessors, order }
    }
}

/// Nodes that can be reached from `entry`, in reverse postorder.
pub(crate) fn reverse_postorder(nodes: usize, entry: u32, successors: &Adjacency) -> Vec<u32> {
    let mut seen = vec![false; nodes];
    let mut order = Vec::with_capacity(nodes);
    let mut stack = vec![(entry, 0_usize)];
    seen[entry as usize] = true;
    while let Some((node, at)) = stack.last_mut() {
        match successors.of_node(*node).get(*at) {
            Some(&next) => {
                *at += 1;
                if !std::mem::replace(&mut seen[next as usize], true) {
                    stack.push((next, 0));
                }
            }
            None => {
                order.push(*node);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

/// The immediate dominator of each node that `entry` reaches; of the entry itself, and of all others, [`NONE`].
pub(crate) fn immediate_dominators(nodes: usize, entry: u32, successors: &Adjacency, predecessors: &Adjacency) -> Vec<u32> {
    let order = reverse_postorder(nodes, entry, successors);
    let mut number = vec![NONE; nodes];
    for (index, &node) in order.iter().enumerate() {
        number[node as usize] = index as u32;
    }
    // By number in reverse postorder.
    let mut dominator = vec![NONE; order.len()];
    if let Some(first) = dominator.first_mut() {
        *first = 0;
    }
    let mut changed = true;
    while changed {
        changed = false;
        for (index, &node) in order.iter().enumerate().skip(1) {
            let mut new = NONE;
            for &before in predecessors.of_node(node) {
                let mut a = number[before as usize];
                if a == NONE || dominator[a as usize] == NONE {
                    continue;
                }
                if new == NONE {
                    new = a;
                    continue;
                }
                let mut b = new;
                while a != b {
                    while a > b {
                        a = dominator[a as usize];
                    }
                    while b > a {
                        b = dominator[b as usize];
                    }
                }
                new = a;
            }
            if new != dominator[index] {
                dominator[index] = new;
                changed = true;
            }
        }
    }
    let mut out = vec![NONE; nodes];
    for (index, &node) in order.iter().enumerate().skip(1) {
        out[node as usize] = dominator[index];
    }
    for slot in out.iter_mut().filter(|slot| **slot != NONE) {
        *slot = order[*slot as usize];
    }
    out
}
