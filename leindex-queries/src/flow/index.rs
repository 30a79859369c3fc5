//! A flow looked at from the other end: dependences by their targets, calls by their steps.

use super::body::Flow;
use super::control::ControlDependence;
use super::ir::{Call, NONE};
use super::reaching::DataDependence;

/// Orders of the tables of a flow. Made in linear-logarithmic time where they are needed; never stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlowIndex {
    /// Places in `data`, by target and use.
    data: Vec<u32>,
    /// Control dependences, by target.
    control: Vec<ControlDependence>,
    /// Places in `calls`, by step.
    calls: Vec<u32>,
}

impl FlowIndex {
    /// With the control dependences of the graph.
    pub(crate) fn of(flow: &Flow) -> Self {
        Self::with(flow, &flow.control)
    }

    /// With those that slices follow.
    pub(crate) fn for_slices(flow: &Flow) -> Self {
        Self::with(flow, flow.slicing_control())
    }

    fn with(flow: &Flow, control: &[ControlDependence]) -> Self {
        let mut data: Vec<u32> = (0..flow.data.len() as u32).collect();
        data.sort_unstable_by_key(|&at| {
            let edge = &flow.data[at as usize];
            (u64::from(edge.target) << 32 | u64::from(edge.usage), at)
        });
        let mut control = control.to_vec();
        control.sort_unstable_by_key(|edge| (edge.target, edge.source));
        let mut calls: Vec<u32> = (0..flow.calls.len() as u32).collect();
        calls.sort_unstable_by_key(|&at| (flow.calls[at as usize].step, at));
        Self { data, control, calls }
    }

    /// The definitions that one use at a node may see.
    pub(crate) fn data_into<'f>(&'f self, flow: &'f Flow, node: u32, usage: u32) -> impl Iterator<Item = &'f DataDependence> {
        let key = |at: u32| (flow.data[at as usize].target, flow.data[at as usize].usage);
        let first = self.data.partition_point(|&at| key(at) < (node, usage));
        self.data[first..].iter().take_while(move |&&at| key(at) == (node, usage)).map(|&at| &flow.data[at as usize])
    }

    /// The definitions that the uses at a node may see.
    pub(crate) fn data_at<'f>(&'f self, flow: &'f Flow, node: u32) -> impl Iterator<Item = &'f DataDependence> {
        let edge = |at: u32| &flow.data[at as usize];
        let first = self.data.partition_point(|&at| edge(at).target < node);
        self.data[first..].iter().map(move |&at| edge(at)).take_while(move |edge| edge.target == node)
    }

    /// What decides about a node.
    pub(crate) fn control_into(&self, node: u32) -> impl Iterator<Item = &ControlDependence> {
        let first = self.control.partition_point(|edge| edge.target < node);
        self.control[first..].iter().take_while(move |edge| edge.target == node)
    }

    /// The calls of a node's step, with their numbers.
    pub(crate) fn calls_at<'f>(&'f self, flow: &'f Flow, node: u32) -> impl Iterator<Item = (u32, &'f Call)> {
        let step = flow.nodes.get(node as usize).map_or(NONE, |node| node.step);
        let first = self.calls.partition_point(|&at| flow.calls[at as usize].step < step);
        self.calls[first..].iter().map(|&at| (at, &flow.calls[at as usize])).take_while(move |(_, call)| call.step == step)
    }
}
