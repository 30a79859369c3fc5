//! A flow: all that is known of one function (or a file's top level) from its own text.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::cfg::{Edge, EdgeKind, Graph, Node, build};
use super::control::{ControlDependence, control_dependences};
use super::dominance::{Adjacency, RegionGraph, reverse_postorder};
use super::ir::{Call, Mention, MentionKind, NONE, Program, Step, StepKind, Variable, VariableKind};
use super::reaching::{self, DataDependence, data_dependences};
use super::transfer::{Transfer, transfers};

/// Control flow, control dependence and data dependence of a function and the functions inside it.
///
/// Positions are bytes from the start of the function. Nodes of a region are in a row, from its entry to its exit, in
/// the order of the text; a `finally` stands in the graph once for each way out that runs it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The function itself, then the functions inside it.
    pub regions: Box<[Region]>,
    /// Steps, each at one or more nodes.
    pub steps: Box<[Step]>,
    /// Mentions by step.
    pub mentions: Box<[Mention]>,
    /// Calls, in the order in which they begin.
    pub calls: Box<[Call]>,
    /// Variables.
    pub variables: Box<[Variable]>,
    /// Nodes by region.
    pub nodes: Box<[Node]>,
    /// Control flow, in order of the source.
    pub edges: Box<[Edge]>,
    /// Jumps, and the nodes that control would go to if they were not there, in order.
    pub fallthroughs: Box<[(u32, u32)]>,
    /// Control dependences, in order of the source.
    pub control: Box<[ControlDependence]>,
    /// Data dependences, in order of the source.
    pub data: Box<[DataDependence]>,
    /// Whether a limit was reached: ways out of a `finally` were joined, or pairs of definitions and uses left out.
    pub capped: bool,
    /// Steps that hold syntax of unknown meaning.
    pub opaque: u32,
    /// By region, what it does with values between its ends, once somebody asked.
    #[serde(skip)]
    derived: Derived,
}

/// What follows from the rest of a flow.
#[derive(Clone, Debug, Default)]
struct Derived {
    transfers: OnceLock<Box<[Transfer]>>,
    slicing: OnceLock<Box<[ControlDependence]>>,
}

impl PartialEq for Derived {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Derived {}

/// A function of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// The region around, or [`u32::MAX`].
    pub parent: u32,
    /// The step of the region around that makes it, or [`u32::MAX`].
    pub owner: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Its entry: the first of its nodes.
    pub entry: u32,
    /// Its exit: the last of its nodes.
    pub exit: u32,
}

impl Flow {
    /// Builds graph and dependences of a lowered function.
    pub(crate) fn of(program: &Program, opaque: u32) -> Self {
        let Graph { nodes, edges, spans, fallthroughs, mut capped } = build(program);
        let (mut control, mut data) = (Vec::new(), Vec::new());
        for &(first, last) in &spans {
            let edges = edges_from(&edges, first, last);
            let graph = RegionGraph::of(first, last, edges);
            control_dependences(first, last, edges, &graph, &mut control);
            let region = reaching::Region { first, last, nodes: &nodes, edges, steps: &program.steps, mentions: &program.mentions };
            let kind = |variable: u32| program.variables.get(variable as usize).map_or(VariableKind::Local, |variable| variable.kind);
            capped |= data_dependences(region, &graph, kind, &mut data);
        }
        control.sort_unstable();
        data.sort_unstable();
        let regions = program.regions.iter().zip(&spans).map(|(region, &(entry, exit))| Region {
            parent: region.parent,
            owner: region.owner,
            start: region.start,
            end: region.end,
            entry,
            exit,
        });
        Self {
            regions: regions.collect(),
            steps: program.steps.as_slice().into(),
            mentions: program.mentions.as_slice().into(),
            calls: program.calls.as_slice().into(),
            variables: program.variables.as_slice().into(),
            nodes: nodes.into(),
            edges: edges.into(),
            fallthroughs: fallthroughs.into(),
            control: control.into(),
            data: data.into(),
            capped,
            opaque,
            derived: Derived::default(),
        }
    }

    /// By region, what it does with values between its ends.
    pub fn transfers(&self) -> &[Transfer] {
        self.derived.transfers.get_or_init(|| transfers(self).into())
    }

    /// Control dependences as slices follow them, in order of the source: a jump decides about what runs only because
    /// it was taken.
    ///
    /// They are those of the graph in which a jump may also go on to the next statement (Ball and Horwitz, *Slicing
    /// Programs with Arbitrary Control Flow*, 1993), so that a slice can be run.
    pub fn slicing_control(&self) -> &[ControlDependence] {
        self.derived.slicing.get_or_init(|| {
            if self.fallthroughs.is_empty() {
                return self.control.clone();
            }
            let mut control = Vec::new();
            for &Region { entry, exit, .. } in &self.regions {
                let mut edges = edges_from(&self.edges, entry, exit).to_vec();
                let inside =
                    self.fallthroughs.iter().filter(|&&(jump, node)| (entry..=exit).contains(&jump) && (entry..=exit).contains(&node));
                edges.extend(inside.map(|&(source, target)| Edge { source, target, kind: EdgeKind::Next }));
                edges.sort_unstable();
                control_dependences(entry, exit, &edges, &RegionGraph::of(entry, exit, &edges), &mut control);
            }
            control.sort_unstable();
            control.into()
        })
    }

    /// Bytes that it takes in memory, about.
    pub(crate) fn weight(&self) -> u64 {
        let bytes = 256
            + size_of_val(&*self.regions)
            + size_of_val(&*self.steps)
            + size_of_val(&*self.mentions)
            + size_of_val(&*self.calls)
            + size_of_val(&*self.variables)
            + size_of_val(&*self.nodes)
            + size_of_val(&*self.edges)
            + size_of_val(&*self.control)
            + size_of_val(&*self.data)
            // Passages, should somebody ask for them, are about as many as mentions.
            + self.mentions.len() * size_of::<super::transfer::Passage>();
        bytes as u64
    }

    /// The step of a node.
    pub fn step(&self, node: u32) -> Option<&Step> {
        self.steps.get(self.nodes.get(node as usize)?.step as usize)
    }

    /// What a node mentions, with the numbers of the mentions.
    pub fn mentions_of(&self, node: u32) -> impl Iterator<Item = (u32, &Mention)> {
        let range = self.step(node).map_or(0..0, |step| step.first_mention..step.first_mention + step.mentions);
        range.filter_map(|index| Some((index, self.mentions.get(index as usize)?)))
    }

    /// Edges that leave a node.
    pub fn successors(&self, node: u32) -> &[Edge] {
        edges_from(&self.edges, node, node)
    }

    /// Whether every index leads somewhere: what was read from a store is used only if so.
    pub(crate) fn is_sound(&self) -> bool {
        let (nodes, mentions, variables) = (self.nodes.len() as u32, self.mentions.len() as u32, self.variables.len() as u32);
        let (steps, regions) = (self.steps.len() as u32, self.regions.len() as u32);
        self.nodes.iter().all(|node| node.step < steps && node.region < regions)
            && self.steps.iter().all(|step| step.first_mention.checked_add(step.mentions).is_some_and(|end| end <= mentions))
            && self.mentions.iter().all(|mention| mention.variable < variables)
            && self.edges.iter().all(|edge| edge.source < nodes && edge.target < nodes)
            && self.fallthroughs.iter().all(|&(jump, node)| jump < nodes && node < nodes)
            && self.control.iter().all(|edge| edge.source < nodes && edge.target < nodes)
            && self.data.iter().all(|edge| {
                edge.source < nodes
                    && edge.target < nodes
                    && edge.usage < mentions
                    && (edge.definition == NONE || edge.definition < mentions)
            })
            && self.regions.iter().all(|region| region.entry < nodes && region.exit < nodes)
            && self.calls.iter().all(|call| call.step < steps)
            && self.variables.iter().all(|variable| variable.outer == NONE || variable.outer < variables)
    }

    /// Nodes that nothing leads to from the entry of their region, in order.
    pub fn unreachable(&self) -> Vec<u32> {
        let successors = Adjacency::of(self.nodes.len(), self.edges.iter().map(|edge| (edge.source, edge.target)));
        let mut reached = vec![false; self.nodes.len()];
        for region in &self.regions {
            for node in reverse_postorder(self.nodes.len(), region.entry, &successors) {
                reached[node as usize] = true;
            }
        }
        let written = |node: u32| self.step(node).is_some_and(|step| step.kind != StepKind::Exit);
        (0..self.nodes.len() as u32).filter(|&node| !reached[node as usize] && written(node)).collect()
    }

    /// Variables whose value may still be read after each node, by region-wide backward analysis of the chains: the
    /// variables that are live out of it.
    pub fn live_out(&self, node: u32) -> Vec<u32> {
        let mut live = Vec::new();
        // A variable is live here if some use can be reached from here without a definition that kills it.
        for (variable, _) in self.variables.iter().enumerate() {
            let variable = variable as u32;
            let mut seen = vec![false; self.nodes.len()];
            let mut stack: Vec<u32> = self.successors(node).iter().map(|edge| edge.target).collect();
            while let Some(at) = stack.pop() {
                if std::mem::replace(&mut seen[at as usize], true) {
                    continue;
                }
                let first = self.mentions_of(at).find(|(_, mention)| mention.variable == variable);
                let killed = first.is_some();
                if first.is_some_and(|(_, mention)| matches!(mention.kind, MentionKind::Use | MentionKind::Modify)) {
                    live.push(variable);
                    break;
                }
                if !killed {
                    stack.extend(self.successors(at).iter().map(|edge| edge.target));
                }
            }
        }
        live
    }

    /// The region that is exactly this range of bytes.
    pub fn region_at(&self, start: u32, end: u32) -> Option<u32> {
        self.regions.iter().position(|region| (region.start, region.end) == (start, end)).map(|index| index as u32)
    }
}

/// Of edges in order of their source, those that leave the nodes `first..=last`.
fn edges_from(edges: &[Edge], first: u32, last: u32) -> &[Edge] {
    let range = edges.partition_point(|edge| edge.source < first)..edges.partition_point(|edge| edge.source <= last);
    edges.get(range).unwrap_or(&[])
}
