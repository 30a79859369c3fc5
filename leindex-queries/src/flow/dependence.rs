//! Slices within one function: the closure of its dependences, nearest first.

use super::body::Flow;
use super::index::FlowIndex;
use super::ir::NONE;

/// What a node depends on, by value or by a condition: breadth first, itself first.
pub(crate) fn backward(flow: &Flow, node: u32) -> Vec<u32> {
    let index = FlowIndex::of(flow);
    closure(flow, node, |flow, at, next| {
        next.extend(index.control_into(at).map(|edge| edge.source));
        next.extend(index.data_at(flow, at).filter(|edge| edge.definition != NONE).map(|edge| edge.source));
    })
}

/// What depends on a node.
pub(crate) fn forward(flow: &Flow, node: u32) -> Vec<u32> {
    closure(flow, node, |flow, at, next| {
        let first = flow.control.partition_point(|edge| edge.source < at);
        next.extend(flow.control[first..].iter().take_while(|edge| edge.source == at).map(|edge| edge.target));
        let first = flow.data.partition_point(|edge| edge.source < at);
        let data = flow.data[first..].iter().take_while(|edge| edge.source == at);
        next.extend(data.filter(|edge| edge.definition != NONE).map(|edge| edge.target));
    })
}

fn closure(flow: &Flow, start: u32, step: impl Fn(&Flow, u32, &mut Vec<u32>)) -> Vec<u32> {
    let mut seen = vec![false; flow.nodes.len()];
    let mut found = vec![start];
    if let Some(seen) = seen.get_mut(start as usize) {
        *seen = true;
    }
    let (mut at, mut next) = (0, Vec::new());
    while let Some(&node) = found.get(at) {
        at += 1;
        next.clear();
        step(flow, node, &mut next);
        next.sort_unstable();
        for &node in &next {
            if !std::mem::replace(&mut seen[node as usize], true) {
                found.push(node);
            }
        }
    }
    found
}
