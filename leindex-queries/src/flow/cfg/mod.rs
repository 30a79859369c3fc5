//! The control-flow graph of a lowered function: steps become nodes, structure becomes edges.
//!
//! Nodes are emitted in the order of the text, edges lead to labels that are bound to the node emitted next. What must
//! run on every way out (`finally`, `defer`, `with`) is emitted once for each way that leaves through it, so that no
//! path joins two ways out. A region (a function inside) has nodes of its own, between its entry and its exit.

mod builder;
mod conditions;
mod exceptions;
mod jumps;
mod structure;
mod switches;

use serde::{Deserialize, Serialize};

pub(crate) use builder::build;

/// Why control goes from one node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EdgeKind {
    /// It comes next.
    Next,
    /// The condition holds, or the loop goes round.
    True,
    /// It does not, or the loop is done.
    False,
    /// The switch chooses this arm.
    Case,
    /// An error is raised.
    Exception,
    /// The function is left.
    Return,
    /// A loop, switch or block is left.
    Break,
    /// The next round begins early.
    Continue,
    /// The next round begins.
    Back,
}

impl EdgeKind {
    /// The name used in tables, JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::True => "true",
            Self::False => "false",
            Self::Case => "case",
            Self::Exception => "exception",
            Self::Return => "return",
            Self::Break => "break",
            Self::Continue => "continue",
            Self::Back => "back",
        }
    }
}

/// A node: a step at one place of the graph. Copies of a `finally` have the same step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The step.
    pub step: u32,
    /// The region it is in.
    pub region: u32,
}

/// An edge of a control-flow graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Edge {
    /// Where it comes from.
    pub source: u32,
    /// Where it leads.
    pub target: u32,
    /// Why.
    pub kind: EdgeKind,
}

/// The graph of all regions. Nodes of a region are in a row: `first` is its entry, `last` its exit.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    /// In order of their source.
    pub(crate) edges: Vec<Edge>,
    /// By region, its first and last node.
    pub(crate) spans: Vec<(u32, u32)>,
    /// Jumps, and where control would go if they were not there, in order.
    pub(crate) fallthroughs: Vec<(u32, u32)>,
    /// Whether ways out were joined because there were too many of them.
    pub(crate) capped: bool,
}
