//! The builder: emits nodes, binds labels, and turns jumps to labels into edges.
//!
//! What a construct means is not known here.

use super::jumps::{Finally, Scope};
use super::{Edge, EdgeKind, Graph, Node};
use crate::flow::ir::{NONE, Program, StepFlags};

/// Builds the graph of a program.
pub(crate) fn build(program: &Program) -> Graph {
    let mut builder = Builder {
        program,
        graph: Graph::default(),
        labels: Vec::new(),
        used: Vec::new(),
        jumps: Vec::new(),
        current: None,
        jumped: None,
        skipped: Vec::new(),
        pending: Vec::new(),
        scopes: Vec::new(),
        gotos: Vec::new(),
        begin: 0,
        exit: 0,
        region: 0,
        item_label: NONE,
        labelled: (NONE, NONE),
        next_arm: None,
        dispatch: None,
        next_test: None,
    };
    for region in 0..program.regions.len() as u32 {
        builder.region(region);
    }
    builder.finish()
}

pub(super) type Label = u32;

#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    Unbound,
    Node(u32),
    Same(Label),
}

pub(super) struct Builder<'p> {
    pub(super) program: &'p Program,
    pub(super) graph: Graph,
    pub(super) labels: Vec<Target>,
    /// Whether something goes to a label.
    pub(super) used: Vec<bool>,
    /// Edges to labels: source, label, kind.
    pub(super) jumps: Vec<(u32, Label, EdgeKind)>,
    /// The node whose control goes on to the next one.
    pub(super) current: Option<(u32, EdgeKind)>,
    /// The jump from which control would go on to the next node, were it not there.
    pub(super) jumped: Option<u32>,
    /// Such jumps, with the labels they would reach.
    pub(super) skipped: Vec<(u32, Label)>,
    /// Labels of the node to be emitted next.
    pub(super) pending: Vec<Label>,
    pub(super) scopes: Vec<Scope>,
    /// Labels of the function by name.
    pub(super) gotos: Vec<(u32, Label)>,
    pub(super) begin: Label,
    pub(super) exit: Label,
    pub(super) region: u32,
    /// The name of the item that comes next.
    pub(super) item_label: u32,
    /// Where the item stands that the label around names, and its name: the last one that it holds, as a loop's first
    /// value is evaluated before it.
    pub(super) labelled: (u32, u32),
    /// The body of the arm after the one being built, for `fallthrough`.
    pub(super) next_arm: Option<Label>,
    /// Where control goes if the arm being built does not fit after all.
    pub(super) next_test: Option<Label>,
    /// The head of the dispatch around, and whether one of its cases takes what no other does.
    pub(super) dispatch: Option<(u32, bool)>,
}

impl Builder<'_> {
    fn region(&mut self, region: u32) {
        let source = self.program.regions[region as usize];
        if source.entry == NONE || source.exit == NONE {
            let at = self.graph.nodes.len() as u32;
            self.graph.spans.push((at, at));
            return;
        }
        self.region = region;
        self.scopes.clear();
        self.gotos.clear();
        self.pending.clear();
        self.current = None;
        self.jumped = None;
        self.next_arm = None;
        self.item_label = NONE;
        self.labelled = (NONE, NONE);
        self.dispatch = None;
        self.next_test = None;
        self.exit = self.label();
        let entry = self.emit(source.entry);
        self.begin = self.label();
        self.bind(self.begin);
        if source.deferred.count > 0 {
            self.protected(Finally::Block(source.deferred, source.cleanup), |this| this.block(source.body));
        } else {
            self.block(source.body);
        }
        self.bind(self.exit);
        let exit = self.emit(source.exit);
        self.current = None;
        self.graph.spans.push((entry, exit));
    }

    fn finish(mut self) -> Graph {
        for &(source, label, kind) in &self.jumps {
            if let Some(target) = self.target(label) {
                self.graph.edges.push(Edge { source, target, kind });
            }
        }
        for &(jump, label) in &self.skipped {
            if let Some(target) = self.target(label) {
                self.graph.fallthroughs.push((jump, target));
            }
        }
        self.graph.fallthroughs.sort_unstable();
        self.graph.edges.sort_unstable();
        self.graph.edges.dedup();
        self.graph
    }

    /// The node that a label stands for.
    fn target(&self, mut label: Label) -> Option<u32> {
        for _ in 0..=self.labels.len() {
            match self.labels[label as usize] {
                Target::Same(other) => label = other,
                Target::Node(node) => return Some(node),
                Target::Unbound => return None,
            }
        }
        None
    }

    pub(super) fn label(&mut self) -> Label {
        self.labels.push(Target::Unbound);
        self.used.push(false);
        self.labels.len() as u32 - 1
    }

    /// The label stands for the node that is emitted next.
    pub(super) fn bind(&mut self, label: Label) {
        self.pending.push(label);
    }

    pub(super) fn edge(&mut self, source: u32, label: Label, kind: EdgeKind) {
        self.jumps.push((source, label, kind));
        self.used[label as usize] = true;
    }

    pub(super) fn emit(&mut self, step: u32) -> u32 {
        let node = self.graph.nodes.len() as u32;
        self.graph.nodes.push(Node { step, region: self.region });
        if let Some((source, kind)) = self.current.take() {
            self.graph.edges.push(Edge { source, target: node, kind });
        }
        if let Some(jump) = self.jumped.take() {
            self.graph.fallthroughs.push((jump, node));
        }
        for label in self.pending.drain(..) {
            self.labels[label as usize] = Target::Node(node);
        }
        self.current = Some((node, EdgeKind::Next));
        let flags = self.program.steps[step as usize].flags;
        if flags.has(StepFlags::PROPAGATES) {
            self.raise(node, true);
        } else if flags.has(StepFlags::RAISES) && !self.scopes.is_empty() {
            self.raise(node, false);
        }
        if flags.has(StepFlags::CLOSES) {
            self.close(node);
        }
        node
    }

    /// Control goes to a label instead of on.
    pub(super) fn go(&mut self, label: Label, kind: Option<EdgeKind>) {
        if let Some((source, next)) = self.current.take() {
            let kind = if next == EdgeKind::Next { kind.unwrap_or(next) } else { next };
            self.edge(source, label, kind);
        }
        if let Some(jump) = self.jumped.take() {
            self.skipped.push((jump, label));
        }
        for other in self.pending.drain(..) {
            self.labels[other as usize] = Target::Same(label);
            self.used[label as usize] |= self.used[other as usize];
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.current.is_some() || self.pending.iter().any(|&label| self.used[label as usize])
    }
}
