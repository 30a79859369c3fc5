//! Basic blocks: runs of nodes that are entered at their first and left at their last.

use petgraph::graph::{DiGraph, NodeIndex};
use serde::Serialize;

use super::body::{Flow, Region};
use super::cfg::EdgeKind;
use super::ir::NONE;

/// A basic block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Block {
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
    /// Its statements in order: kind, line and text on one line.
    pub statements: Vec<BlockStatement>,
}

/// A statement of a basic block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlockStatement {
    /// `entry`, `statement`, `condition`, …
    pub kind: &'static str,
    /// Its first line, from 1.
    pub line: u32,
    /// Its text, on one line, cut after 60 characters.
    pub text: String,
}

/// The blocks of a region. Node 0 holds the entry; the exit is a block of its own. Positions of the flow are counted
/// from the start of `source`, whose first line is `line`.
pub(crate) fn blocks(flow: &Flow, region: &Region, source: &str, line: u32) -> DiGraph<Block, EdgeKind> {
    let count = (region.exit - region.entry + 1) as usize;
    let mut entering = vec![0_u32; count];
    let mut before = vec![NONE; count];
    for node in region.entry..=region.exit {
        for edge in flow.successors(node) {
            let target = (edge.target - region.entry) as usize;
            entering[target] += 1;
            before[target] = node;
        }
    }
    let continues = |node: u32| {
        let at = (node - region.entry) as usize;
        let single = entering[at] == 1 && node != region.exit;
        single && matches!(flow.successors(before[at]), [edge] if edge.kind == EdgeKind::Next)
    };
    let mut graph = DiGraph::new();
    let mut block_of = vec![NodeIndex::end(); count];
    // A block's nodes need not stand in a row: follow each from its first.
    for first in (region.entry..=region.exit).filter(|&node| !continues(node)) {
        let block = graph.add_node(Block::default());
        let mut node = first;
        loop {
            block_of[(node - region.entry) as usize] = block;
            if let (Some(step), Some(held)) = (flow.step(node), graph.node_weight_mut(block)) {
                let start_line = super::draw::line_of(source, step.start, line);
                let end_line = super::draw::line_of(source, step.end.max(step.start + 1) - 1, line);
                if held.statements.is_empty() {
                    (held.start_line, held.end_line) = (start_line, end_line);
                } else {
                    (held.start_line, held.end_line) = (held.start_line.min(start_line), held.end_line.max(end_line));
                }
                let text = super::excerpt(source, step.start, step.end);
                held.statements.push(BlockStatement { kind: step.kind.as_str(), line: start_line, text });
            }
            match flow.successors(node) {
                [edge] if edge.kind == EdgeKind::Next && continues(edge.target) && edge.target != first => node = edge.target,
                _ => break,
            }
        }
        // What leaves the block leaves its last node.
        graph[block].end_line = graph[block].end_line.max(graph[block].start_line);
    }
    for node in region.entry..=region.exit {
        for edge in flow.successors(node) {
            let (source, target) = (block_of[(node - region.entry) as usize], block_of[(edge.target - region.entry) as usize]);
            let inside = source == target && continues(edge.target);
            if source != NodeIndex::end() && target != NodeIndex::end() && !inside {
                graph.add_edge(source, target, edge.kind);
            }
        }
    }
    graph
}
