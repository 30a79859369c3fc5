//! Control dependence: which choice decides whether a node runs.
//!
//! Ferrante, Ottenstein and Warren, *The Program Dependence Graph and Its Use in Optimization* (1987), section 3.1: a
//! node depends on an edge if it post-dominates the edge's target but not its source.

use super::cfg::{Edge, EdgeKind};
use super::dominance::{Adjacency, RegionGraph, immediate_dominators};
use super::ir::NONE;

/// A node and what decides about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ControlDependence {
    /// The node that decides.
    pub source: u32,
    /// The node that runs or not.
    pub target: u32,
    /// The way on which it runs.
    pub kind: EdgeKind,
}

/// Dependences of a region whose nodes are `first..=last`, the last being its exit. Nodes that no choice decides about
/// depend on nothing here.
pub(crate) fn control_dependences(first: u32, last: u32, edges: &[Edge], graph: &RegionGraph, out: &mut Vec<ControlDependence>) {
    let count = (last - first + 1) as usize;
    let exit = last - first;
    let leaves = pseudo_exits(count, exit, graph);
    let post = if leaves.is_empty() {
        immediate_dominators(count, exit, &graph.predecessors, &graph.successors)
    } else {
        let local = edges.iter().map(move |edge| (edge.source - first, edge.target - first));
        let all = local.chain(leaves.iter().map(|&node| (node, exit)));
        let backward = Adjacency::of(count, all.clone().map(|(source, target)| (target, source)));
        immediate_dominators(count, exit, &backward, &Adjacency::of(count, all))
    };
    let start = out.len();
    for edge in edges {
        let (source, target) = (edge.source - first, edge.target - first);
        let stop = post[source as usize];
        let mut node = target;
        // Every node has a choice at most as often as it has ways out.
        while node != stop && node != NONE && node != exit {
            out.push(ControlDependence { source: edge.source, target: node + first, kind: edge.kind });
            node = post[node as usize];
        }
    }
    out[start..].sort_unstable();
    // One row for each pair, with the first of its ways.
    let mut kept = start;
    for at in start..out.len() {
        let row = out[at];
        if kept > start && (out[kept - 1].source, out[kept - 1].target) == (row.source, row.target) {
            continue;
        }
        out[kept] = row;
        kept += 1;
    }
    out.truncate(kept);
}

/// Nodes that get an edge to the exit: the header of each component that cannot reach it otherwise.
fn pseudo_exits(count: usize, exit: u32, graph: &RegionGraph) -> Vec<u32> {
    let RegionGraph { successors, predecessors, order: reached } = graph;
    let mut leaves_by = vec![false; count];
    let mut out = Vec::new();
    let mut stack = vec![exit];
    leaves_by[exit as usize] = true;
    // In postorder the innermost parts come first; the header of an exitless component is the first of its nodes in
    // reverse postorder, so look from the front and mark what reaches it.
    let mark = |leaves_by: &mut Vec<bool>, stack: &mut Vec<u32>| {
        while let Some(node) = stack.pop() {
            for &before in predecessors.of_node(node) {
                if !std::mem::replace(&mut leaves_by[before as usize], true) {
                    stack.push(before);
                }
            }
        }
    };
    mark(&mut leaves_by, &mut stack);
    // Nodes that do not reach the exit: those that lead only into later components are covered once those are.
    for &node in reached.iter().rev() {
        if leaves_by[node as usize] {
            continue;
        }
        let header = header_of(node, reached, successors, &leaves_by);
        out.push(header);
        leaves_by[header as usize] = true;
        stack.push(header);
        mark(&mut leaves_by, &mut stack);
    }
    out
}

/// The first node, in reverse postorder, of those that a node without a way out reaches.
fn header_of(node: u32, reached: &[u32], successors: &Adjacency, leaves_by: &[bool]) -> u32 {
    let mut seen = vec![false; leaves_by.len()];
    let mut stack = vec![node];
    seen[node as usize] = true;
    while let Some(node) = stack.pop() {
        for &next in successors.of_node(node) {
            if !leaves_by[next as usize] && !std::mem::replace(&mut seen[next as usize], true) {
                stack.push(next);
            }
        }
    }
    reached.iter().copied().find(|&node| seen[node as usize]).unwrap_or(node)
}
