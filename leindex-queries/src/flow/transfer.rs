//! What a function does with values between its ends, calls being opaque: which parameters, fields and results of calls
//! reach its result, the arguments of its calls, and what it changes.
//!
//! Sources travel along data dependences as sets of bits, to a fixed point; the conditions that a value stands under
//! travel beside them. Linking transfers through resolved calls is [`summary`](super::summary)'s.

use serde::{Deserialize, Serialize};

use super::body::{Flow, Region};
use super::ir::{Mention, MentionKind, NONE, StepKind, VariableKind};

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Source {
    /// A parameter, from 1; 0 is the current object.
    Parameter(u16),
    /// A field, a global, or a variable of the function around, by its number.
    Variable(u32),
    /// The result of a call, by its number.
    Call(u32),
}

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Sink {
    /// The function's result.
    Result,
    /// An argument of a call: its number, and which (0 the receiver).
    Argument(u32, u16),
    /// A field, a global or a variable of the function around is assigned.
    Variable(u32),
    /// What a parameter refers to is changed.
    Parameter(u16),
}

/// A value that may get from a source to a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Passage {
    /// Where it goes.
    pub sink: Sink,
    /// Where it comes from.
    pub source: Source,
    /// Whether the source only decides, by a condition, what gets there.
    pub control: bool,
}

/// The passages of a region, in order of their sinks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// All of them; those into arguments are of values only.
    pub passages: Box<[Passage]>,
    /// Whether there were too many sources to follow: then everything may depend on everything.
    pub capped: bool,
}

impl Transfer {
    /// What may get to a sink.
    pub fn of_sink(&self, sink: Sink) -> impl Iterator<Item = &Passage> {
        let first = self.passages.partition_point(|passage| passage.sink < sink);
        self.passages.get(first..).unwrap_or(&[]).iter().take_while(move |passage| passage.sink == sink)
    }
}

/// Bits of all nodes beyond which a region is not followed.
const MOST_BITS: usize = 1 << 28;

/// The transfer of a region.
pub(crate) fn transfer(flow: &Flow, region: &Region) -> Transfer {
    let sources = sources(flow, region);
    let count = (region.exit - region.entry + 1) as usize;
    let words = sources.len().div_ceil(64).max(1);
    if count * words * 64 > MOST_BITS {
        return Transfer { passages: Box::default(), capped: true };
    }
    let nodes = region.entry..=region.exit;
    let mut incoming: Vec<u32> = (0..flow.data.len() as u32).filter(|&at| nodes.contains(&flow.data[at as usize].target)).collect();
    incoming.sort_unstable_by_key(|&at| (flow.data[at as usize].target, flow.data[at as usize].usage));
    let mut control: Vec<u32> = (0..flow.control.len() as u32).filter(|&at| nodes.contains(&flow.control[at as usize].target)).collect();
    control.sort_unstable_by_key(|&at| flow.control[at as usize].target);
    let mut calls_by_step: Vec<u32> = (0..flow.calls.len() as u32).collect();
    calls_by_step.sort_unstable_by_key(|&at| (flow.calls[at as usize].step, at));
    let (values, decided) = (vec![0; count * words], vec![0; count * words]);
    let mut spread = Spread { flow, region, sources, words, values, decided, incoming, control, calls_by_step };
    spread.fixed_point();
    spread.passages()
}

/// The sources of a region, in order.
fn sources(flow: &Flow, region: &Region) -> Vec<Source> {
    let mut sources = Vec::new();
    for node in region.entry..=region.exit {
        for (_, mention) in flow.mentions_of(node) {
            if let Some(source) = outer_source(flow, region, node, mention) {
                sources.push(source);
            }
        }
    }
    let in_region = |step: u32| flow.steps.get(step as usize).is_some_and(|step| region.start <= step.start && step.start < region.end);
    sources.extend((0..).zip(&flow.calls).filter(|(_, call)| in_region(call.step)).map(|(index, _)| Source::Call(index)));
    sources.sort_unstable();
    sources.dedup();
    sources
}

/// The source that a mention brings in by itself: a parameter at the entry, or what lies outside.
fn outer_source(flow: &Flow, region: &Region, node: u32, mention: &Mention) -> Option<Source> {
    let kind = flow.variables.get(mention.variable as usize)?.kind;
    match kind {
        VariableKind::Parameter if node == region.entry && mention.kind == MentionKind::Define => Some(Source::Parameter(mention.argument)),
        VariableKind::Receiver => Some(Source::Parameter(0)),
        VariableKind::Field | VariableKind::Free | VariableKind::Capture => Some(Source::Variable(mention.variable)),
        _ => None,
    }
}

struct Spread<'f> {
    flow: &'f Flow,
    region: &'f Region,
    sources: Vec<Source>,
    words: usize,
    /// By node: the sources of what it defines.
    values: Vec<u64>,
    /// By node: the sources of the conditions that it and what it uses stand under.
    decided: Vec<u64>,
    /// Data dependences into the region, by target and use.
    incoming: Vec<u32>,
    /// Control dependences into the region, by target.
    control: Vec<u32>,
    /// Calls of the flow by step.
    calls_by_step: Vec<u32>,
}

impl Spread<'_> {
    fn row(&self, node: u32) -> std::ops::Range<usize> {
        let at = (node - self.region.entry) as usize * self.words;
        at..at + self.words
    }

    fn add(&self, set: &mut [u64], source: Source) {
        if let Ok(bit) = self.sources.binary_search(&source) {
            set[bit / 64] |= 1 << (bit % 64);
        }
    }

    fn fixed_point(&mut self) {
        let (mut value, mut decided) = (vec![0; self.words], vec![0; self.words]);
        let mut changed = true;
        while changed {
            changed = false;
            for node in self.region.entry..=self.region.exit {
                value.fill(0);
                decided.fill(0);
                self.at_node(node, |mention| mention.call == NONE, &mut value, &mut decided);
                self.own_calls(node, NONE, 0, &mut value);
                self.conditions(node, &mut decided);
                let row = self.row(node);
                changed |= grow(&mut self.values[row.clone()], &value);
                changed |= grow(&mut self.decided[row], &decided);
            }
        }
    }

    /// The sources of those uses at a node that `wanted` admits.
    fn at_node(&self, node: u32, wanted: impl Fn(&Mention) -> bool, value: &mut [u64], decided: &mut [u64]) {
        for (index, mention) in self.flow.mentions_of(node) {
            if node == self.region.entry && mention.kind == MentionKind::Define {
                if let Some(source) = outer_source(self.flow, self.region, node, mention) {
                    self.add(value, source);
                }
                continue;
            }
            // What is changed through a call gets what the call brings.
            if mention.kind == MentionKind::Modify && mention.call != NONE {
                self.add(value, Source::Call(mention.call));
            }
            if !matches!(mention.kind, MentionKind::Use | MentionKind::Modify) || !wanted(mention) && mention.kind != MentionKind::Modify {
                continue;
            }
            self.of_use(node, index, mention, value, decided);
        }
    }

    fn of_use(&self, node: u32, index: u32, mention: &Mention, value: &mut [u64], decided: &mut [u64]) {
        let data = &self.flow.data;
        let first = self.incoming.partition_point(|&at| (data[at as usize].target, data[at as usize].usage) < (node, index));
        for &at in self.incoming.get(first..).unwrap_or(&[]) {
            let edge = &data[at as usize];
            if (edge.target, edge.usage) != (node, index) {
                break;
            }
            if edge.definition == NONE {
                if let Some(source) = outer_source(self.flow, self.region, node, mention) {
                    self.add(value, source);
                }
            } else if edge.source == self.region.entry {
                if let Some(source) =
                    self.flow.mentions.get(edge.definition as usize).and_then(|of| outer_source(self.flow, self.region, edge.source, of))
                {
                    self.add(value, source);
                }
            } else {
                let row = self.row(edge.source);
                merge(value, &self.values[row.clone()]);
                merge(decided, &self.decided[row]);
            }
        }
    }

    /// The results of the calls at a node whose value is this argument of `call`.
    fn own_calls(&self, node: u32, call: u32, argument: u16, value: &mut [u64]) {
        let Some(step) = self.flow.nodes.get(node as usize).map(|node| node.step) else { return };
        let first = self.calls_by_step.partition_point(|&at| self.flow.calls[at as usize].step < step);
        for &at in self.calls_by_step.get(first..).unwrap_or(&[]) {
            let own = &self.flow.calls[at as usize];
            if own.step != step {
                break;
            }
            if own.call == call && (call == NONE || own.argument == argument) {
                self.add(value, Source::Call(at));
            }
        }
    }

    /// The sources of the conditions that a node stands under.
    fn conditions(&self, node: u32, decided: &mut [u64]) {
        let first = self.control.partition_point(|&at| self.flow.control[at as usize].target < node);
        for &at in self.control.get(first..).unwrap_or(&[]) {
            let edge = &self.flow.control[at as usize];
            if edge.target != node {
                break;
            }
            if edge.source == self.region.entry {
                continue;
            }
            let row = self.row(edge.source);
            merge(decided, &self.values[row.clone()]);
            merge(decided, &self.decided[row]);
        }
    }

    fn passages(&self) -> Transfer {
        let mut passages = Vec::new();
        let (mut value, mut decided) = (vec![0; self.words], vec![0; self.words]);
        for node in self.region.entry..=self.region.exit {
            let kind = self.flow.step(node).map(|step| step.kind);
            if kind == Some(StepKind::Exit) {
                value.fill(0);
                decided.fill(0);
                self.at_node(node, |_| true, &mut value, &mut decided);
                self.keep(Sink::Result, &value, Some(&decided), &mut passages);
                continue;
            }
            if node == self.region.entry {
                continue;
            }
            let row = self.row(node);
            for (_, mention) in self.flow.mentions_of(node) {
                let Some(variable) = self.flow.variables.get(mention.variable as usize) else { continue };
                let sink = match (mention.kind, variable.kind) {
                    (MentionKind::Use | MentionKind::Delete, _) => None,
                    (_, VariableKind::Field | VariableKind::Free | VariableKind::Capture) => Some(Sink::Variable(mention.variable)),
                    (MentionKind::Modify, VariableKind::Receiver) => Some(Sink::Parameter(0)),
                    (MentionKind::Modify, VariableKind::Parameter) => self.parameter_of(mention.variable).map(Sink::Parameter),
                    _ => None,
                };
                if let Some(sink) = sink {
                    self.keep(sink, &self.values[row.clone()], Some(&self.decided[row.clone()]), &mut passages);
                }
            }
            let Some(step) = self.flow.nodes.get(node as usize).map(|node| node.step) else { continue };
            let first = self.calls_by_step.partition_point(|&at| self.flow.calls[at as usize].step < step);
            let own = self.calls_by_step.get(first..).unwrap_or(&[]).iter().take_while(|&&at| self.flow.calls[at as usize].step == step);
            for &call in own {
                for argument in 0..=self.flow.calls[call as usize].arguments {
                    value.fill(0);
                    decided.fill(0);
                    let of_argument = |mention: &Mention| (mention.call, mention.argument) == (call, argument);
                    for (index, mention) in self.flow.mentions_of(node).filter(|(_, mention)| of_argument(mention)) {
                        if matches!(mention.kind, MentionKind::Use | MentionKind::Modify) {
                            self.of_use(node, index, mention, &mut value, &mut decided);
                        }
                    }
                    self.own_calls(node, call, argument, &mut value);
                    self.keep(Sink::Argument(call, argument), &value, None, &mut passages);
                }
            }
        }
        passages.sort_unstable();
        // A value that gets there also by itself is no mere condition: `false` comes first.
        passages.dedup_by_key(|passage| (passage.sink, passage.source));
        Transfer { passages: passages.into(), capped: false }
    }

    fn parameter_of(&self, variable: u32) -> Option<u16> {
        let mut entry = self.flow.mentions_of(self.region.entry);
        entry.find(|(_, mention)| mention.variable == variable).map(|(_, mention)| mention.argument)
    }

    fn keep(&self, sink: Sink, value: &[u64], decided: Option<&[u64]>, passages: &mut Vec<Passage>) {
        for (bit, &source) in self.sources.iter().enumerate() {
            let has = |set: &[u64]| set[bit / 64] >> (bit % 64) & 1 == 1;
            if has(value) {
                passages.push(Passage { sink, source, control: false });
            } else if decided.is_some_and(has) {
                passages.push(Passage { sink, source, control: true });
            }
        }
    }
}

fn merge(into: &mut [u64], from: &[u64]) {
    for (word, other) in into.iter_mut().zip(from) {
        *word |= other;
    }
}

fn grow(into: &mut [u64], from: &[u64]) -> bool {
    let mut changed = false;
    for (word, other) in into.iter_mut().zip(from) {
        changed |= *other & !*word != 0;
        *word |= other;
    }
    changed
}
