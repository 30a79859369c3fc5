//! What a function does with values between its ends, calls being opaque: which parameters, fields and results of calls
//! reach its result, the arguments of its calls, and what it changes.
//!
//! Sources travel along data dependences as sets of bits, to a fixed point; the conditions that a value stands under
//! travel beside them. Linking transfers through resolved calls is [`summary`](super::summary)'s.

use serde::{Deserialize, Serialize};

use super::body::{Flow, Region};
use super::index::FlowIndex;
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

/// The transfers of all regions of a flow.
pub(crate) fn transfers(flow: &Flow) -> Vec<Transfer> {
    let index = FlowIndex::of(flow);
    flow.regions.iter().map(|region| transfer(flow, &index, region)).collect()
}

/// Pairs of calls: the value of the first may get to an argument of the second, by itself or through variables. In order
/// of the second. As [`transfers`] has them, without the rest.
#[cfg(feature = "analytics")]
pub(crate) fn handed_over(flow: &Flow) -> Vec<(u32, u32)> {
    let mut handed = Vec::new();
    if flow.calls.len() < 2 {
        return handed;
    }
    let index = FlowIndex::of(flow);
    for region in &flow.regions {
        let calls = (region.entry..=region.exit).map(|node| index.calls_at(flow, node).count());
        if calls.sum::<usize>() < 2 {
            continue;
        }
        for passage in &transfer(flow, &index, region).passages {
            if let (Sink::Argument(to, _), Source::Call(from)) = (passage.sink, passage.source) {
                handed.push((from, to));
            }
        }
    }
    handed.dedup();
    handed
}

fn transfer(flow: &Flow, index: &FlowIndex, region: &Region) -> Transfer {
    let sources = sources(flow, index, region);
    if sources.is_empty() {
        return Transfer::default();
    }
    let count = (region.exit - region.entry + 1) as usize;
    let words = sources.len().div_ceil(64);
    if count * words * 64 > MOST_BITS {
        return Transfer { passages: Box::default(), capped: true };
    }
    let (values, decided) = (vec![0; count * words], vec![0; count * words]);
    let mut spread = Spread { flow, index, region, sources, words, values, decided };
    spread.fixed_point();
    spread.passages()
}

/// The sources of a region, in order.
fn sources(flow: &Flow, index: &FlowIndex, region: &Region) -> Vec<Source> {
    let mut sources = Vec::new();
    for node in region.entry..=region.exit {
        for (_, mention) in flow.mentions_of(node) {
            if let Some(source) = outer_source(flow, region, node, mention) {
                sources.push(source);
            }
        }
        sources.extend(index.calls_at(flow, node).map(|(number, _)| Source::Call(number)));
    }
    sources.sort_unstable();
    sources.dedup();
    sources
}

/// The source that a mention brings in by itself: a parameter at the entry, or what lies outside.
fn outer_source(flow: &Flow, region: &Region, node: u32, mention: &Mention) -> Option<Source> {
    let kind = flow.variables.get(mention.variable as usize)?.kind;
    match kind {
        // The clauses of a function bind its parameters in their patterns.
        VariableKind::Parameter | VariableKind::Reference
            if mention.kind == MentionKind::Define
                && (node == region.entry
                    || mention.call == NONE && mention.argument > 0 && flow.step(node).is_some_and(|step| step.kind == StepKind::Case)) =>
        {
            Some(Source::Parameter(mention.argument))
        }
        VariableKind::Receiver => Some(Source::Parameter(0)),
        VariableKind::Field | VariableKind::Free | VariableKind::Capture => Some(Source::Variable(mention.variable)),
        _ => None,
    }
}

struct Spread<'f> {
    flow: &'f Flow,
    index: &'f FlowIndex,
    region: &'f Region,
    sources: Vec<Source>,
    words: usize,
    /// By node: the sources of what it defines.
    values: Vec<u64>,
    /// By node: the sources of the conditions that it and what it uses stand under.
    decided: Vec<u64>,
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
                self.defined(node, &mut value, &mut decided);
                self.results(node, NONE, 0, &mut value);
                for edge in self.index.control_into(node).filter(|edge| edge.source != self.region.entry) {
                    let row = self.row(edge.source);
                    merge(&mut decided, &self.values[row.clone()]);
                    merge(&mut decided, &self.decided[row]);
                }
                let row = self.row(node);
                changed |= grow(&mut self.values[row.clone()], &value);
                changed |= grow(&mut self.decided[row], &decided);
            }
        }
    }

    /// The sources of what a node defines, calls apart: of its uses outside of arguments.
    fn defined(&self, node: u32, value: &mut [u64], decided: &mut [u64]) {
        for (number, mention) in self.flow.mentions_of(node) {
            match mention.kind {
                MentionKind::Define if node == self.region.entry => {
                    if let Some(source) = outer_source(self.flow, self.region, node, mention) {
                        self.add(value, source);
                    }
                }
                MentionKind::Define | MentionKind::Delete => {}
                MentionKind::Use if mention.call != NONE => {}
                MentionKind::Use | MentionKind::Modify => {
                    // What is changed through a call gets what the call brings.
                    if mention.call != NONE {
                        self.add(value, Source::Call(mention.call));
                    }
                    self.used(node, number, mention, value, decided);
                }
            }
        }
    }

    /// The sources of the value that a use sees.
    fn used(&self, node: u32, number: u32, mention: &Mention, value: &mut [u64], decided: &mut [u64]) {
        for edge in self.index.data_into(self.flow, node, number) {
            let definition = if edge.definition == NONE { Some(mention) } else { self.flow.mentions.get(edge.definition as usize) };
            if edge.definition == NONE || edge.source == self.region.entry {
                let at = if edge.definition == NONE { node } else { edge.source };
                if let Some(source) = definition.and_then(|of| outer_source(self.flow, self.region, at, of)) {
                    self.add(value, source);
                }
            } else {
                let row = self.row(edge.source);
                merge(value, &self.values[row.clone()]);
                merge(decided, &self.decided[row]);
            }
        }
    }

    /// The results of those calls at a node whose value is this argument of `call`, or of none.
    fn results(&self, node: u32, call: u32, argument: u16, value: &mut [u64]) {
        for (number, own) in self.index.calls_at(self.flow, node) {
            if own.call == call && (call == NONE || own.argument == argument) {
                self.add(value, Source::Call(number));
            }
        }
    }

    fn passages(&self) -> Transfer {
        let mut passages = Vec::new();
        let (mut value, mut decided) = (vec![0; self.words], vec![0; self.words]);
        for node in self.region.entry + 1..=self.region.exit {
            let row = self.row(node);
            if node == self.region.exit {
                self.keep(Sink::Result, &self.values[row.clone()], Some(&self.decided[row]), &mut passages);
                continue;
            }
            for (_, mention) in self.flow.mentions_of(node) {
                let Some(variable) = self.flow.variables.get(mention.variable as usize) else { continue };
                let sink = match (mention.kind, variable.kind) {
                    (MentionKind::Use | MentionKind::Delete, _) => None,
                    (_, VariableKind::Field | VariableKind::Free | VariableKind::Capture) => Some(Sink::Variable(mention.variable)),
                    (MentionKind::Modify, VariableKind::Receiver) => Some(Sink::Parameter(0)),
                    (MentionKind::Modify, VariableKind::Parameter) | (_, VariableKind::Reference) => {
                        self.parameter_of(mention.variable).map(Sink::Parameter)
                    }
                    _ => None,
                };
                if let Some(sink) = sink {
                    self.keep(sink, &self.values[row.clone()], Some(&self.decided[row.clone()]), &mut passages);
                }
            }
            for (call, of) in self.index.calls_at(self.flow, node) {
                for argument in 0..=of.arguments {
                    value.fill(0);
                    decided.fill(0);
                    let handed = |mention: &Mention| {
                        (mention.call, mention.argument) == (call, argument)
                            && matches!(mention.kind, MentionKind::Use | MentionKind::Modify)
                    };
                    for (number, mention) in self.flow.mentions_of(node).filter(|(_, mention)| handed(mention)) {
                        self.used(node, number, mention, &mut value, &mut decided);
                    }
                    self.results(node, call, argument, &mut value);
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
        for word in 0..self.words {
            let only_decided = decided.map_or(0, |decided| decided[word] & !value[word]);
            for (set, control) in [(value[word], false), (only_decided, true)] {
                let mut bits = set;
                while bits != 0 {
                    let bit = word * 64 + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    if let Some(&source) = self.sources.get(bit) {
                        passages.push(Passage { sink, source, control });
                    }
                }
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
