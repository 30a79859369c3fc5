//! Data dependence: which definition a use sees.
//!
//! Reaching definitions over the control-flow graph (Aho, Lam, Sethi, Ullman, *Compilers*, 9.2.4), a node at a time.
//! A node that defines a variable kills other definitions of it; one that only may change it does not. Variables are
//! taken in batches of bounded width, so that memory grows with the nodes alone; live variables come from the same
//! chains.

use super::cfg::{Edge, EdgeKind, Node};
use super::dominance::{Adjacency, RegionGraph};
use super::ir::{Mention, MentionKind, NONE, Step, StepKind, VariableKind};

/// A use of a variable and a definition that it may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct DataDependence {
    /// The node that defines it.
    pub source: u32,
    /// The node that uses it.
    pub target: u32,
    /// The mention that defines, or [`u32::MAX`] for the value on entry of a capture, a field or a free name.
    pub definition: u32,
    /// The mention that uses.
    pub usage: u32,
}

/// Definitions looked at in one batch.
const BATCH: usize = 2048;
/// Pairs of a region beyond which no more are made; what is missing is said by `capped`.
const MOST_PAIRS: usize = 1 << 20;
/// Pairs for each mention of a region that are always made.
const PAIRS_PER_MENTION: usize = 64;

/// One region to be analysed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Region<'a> {
    /// Its first node: the entry.
    pub(crate) first: u32,
    /// Its last node: the exit.
    pub(crate) last: u32,
    pub(crate) nodes: &'a [Node],
    pub(crate) edges: &'a [Edge],
    pub(crate) steps: &'a [Step],
    pub(crate) mentions: &'a [Mention],
}

impl Region<'_> {
    fn mentions_of(&self, node: u32) -> std::ops::Range<u32> {
        let step = self.nodes.get(node as usize).and_then(|node| self.steps.get(node.step as usize));
        step.map_or(0..0, |step| step.first_mention..step.first_mention + step.mentions)
    }
}

/// One definition: where, of what, and whether it kills the others.
#[derive(Clone, Copy, Debug)]
struct Definition {
    node: u32,
    mention: u32,
    variable: u32,
    kills: bool,
}

/// The dependences of a region. Returns whether some were left out.
pub(crate) fn data_dependences(
    region: Region<'_>,
    graph: &RegionGraph,
    kind_of: impl Fn(u32) -> VariableKind,
    out: &mut Vec<DataDependence>,
) -> bool {
    let mut definitions = Vec::new();
    let mut uses = Vec::<(u32, u32, u32)>::new();
    for node in region.first..=region.last {
        for mention in region.mentions_of(node) {
            let Some(&Mention { variable, kind, .. }) = region.mentions.get(mention as usize) else { continue };
            if matches!(kind, MentionKind::Use | MentionKind::Modify) {
                uses.push((variable, node, mention));
            }
            if kind != MentionKind::Use {
                definitions.push(Definition { node, mention, variable, kills: kind != MentionKind::Modify });
            }
        }
    }
    // What comes from outside has its value on entry.
    let mut used: Vec<u32> = uses.iter().map(|&(variable, ..)| variable).collect();
    used.sort_unstable();
    used.dedup();
    for &variable in &used {
        if matches!(kind_of(variable), VariableKind::Capture | VariableKind::Field | VariableKind::Free | VariableKind::Receiver) {
            definitions.push(Definition { node: region.first, mention: NONE, variable, kills: true });
        }
    }
    definitions.sort_by_key(|definition| (definition.variable, definition.node, definition.mention.wrapping_add(1)));
    uses.sort_unstable();
    let before = out.len();
    // Most names are given a value on entry and nowhere else: every use that is reached sees that.
    let mut reached = vec![false; (region.last - region.first + 1) as usize];
    for &node in &graph.order {
        reached[node as usize] = true;
    }
    let mut at = 0;
    let mut several = Vec::with_capacity(definitions.len());
    while let Some(&first) = definitions.get(at) {
        let end = at + definitions[at..].iter().take_while(|definition| definition.variable == first.variable).count();
        if end - at > 1 || first.node != region.first {
            several.extend_from_slice(&definitions[at..end]);
        } else {
            let of = uses.partition_point(|used| used.0 < first.variable)..uses.partition_point(|used| used.0 <= first.variable);
            out.extend(
                uses[of]
                    .iter()
                    .filter(|used| reached[(used.1 - region.first) as usize])
                    // A default value on entry sees what is known before it.
                    .filter(|used| used.1 != region.first || first.mention == NONE || first.mention < used.2)
                    .map(|&(_, target, usage)| DataDependence { source: first.node, target, definition: first.mention, usage }),
            );
        }
        at = end;
    }
    let definitions = several;
    let is_loop = |node: u32| region.nodes.get(node as usize).is_some_and(|node| region.steps[node.step as usize].kind == StepKind::Loop);
    let leaves_loop = |edge: &&Edge| edge.kind == EdgeKind::False && is_loop(edge.source);
    let graph = Graph {
        order: &graph.order,
        predecessors: &graph.predecessors,
        // An error may leave a step before it has defined anything; a loop that is done takes no further element.
        exceptional: region
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Exception || leaves_loop(edge))
            .map(|edge| (edge.source - region.first, edge.target - region.first))
            .collect(),
    };
    let most = MOST_PAIRS.max(PAIRS_PER_MENTION * (definitions.len() + uses.len()));
    let mut at = 0;
    while at < definitions.len() {
        let mut end = (at + BATCH).min(definitions.len());
        while end < definitions.len() && definitions[end].variable == definitions[end - 1].variable {
            end += 1;
        }
        if !batch(region, &definitions[at..end], &uses, &graph, most + before, out) {
            return true;
        }
        at = end;
    }
    out[before..].sort_unstable();
    out[before..].len() > most
}

struct Graph<'g> {
    order: &'g [u32],
    predecessors: &'g Adjacency,
    exceptional: rustc_hash::FxHashSet<(u32, u32)>,
}

/// Definitions of some variables, through the whole region.
fn batch(
    region: Region<'_>,
    definitions: &[Definition],
    uses: &[(u32, u32, u32)],
    graph: &Graph<'_>,
    most: usize,
    out: &mut Vec<DataDependence>,
) -> bool {
    let (Some(first), Some(last)) = (definitions.first(), definitions.last()) else { return true };
    let uses = &uses[uses.partition_point(|used| used.0 < first.variable)..uses.partition_point(|used| used.0 <= last.variable)];
    if uses.is_empty() {
        return true;
    }
    let count = (region.last - region.first + 1) as usize;
    let words = definitions.len().div_ceil(64);
    // Definitions of a node and the range of each variable.
    let mut by_node: Vec<(u32, u32)> =
        definitions.iter().zip(0..).map(|(definition, index)| (definition.node - region.first, index)).collect();
    by_node.sort_by_key(|&(node, index)| (node, definitions[index as usize].mention.wrapping_add(1)));
    let of_node = |node: u32| &by_node[by_node.partition_point(|row| row.0 < node)..by_node.partition_point(|row| row.0 <= node)];
    let range_of = |variable: u32| {
        definitions.partition_point(|definition| definition.variable < variable)
            ..definitions.partition_point(|definition| definition.variable <= variable)
    };
    let mut at_end = vec![0_u64; count * words];
    // What leaves a node by an error: the definitions that came in, and its own.
    let mut at_error = if graph.exceptional.is_empty() { Vec::new() } else { vec![0_u64; count * words] };
    let mut state = vec![0_u64; words];
    let enter = |state: &mut [u64], at_end: &[u64], at_error: &[u64], node: u32| {
        state.fill(0);
        for &before in graph.predecessors.of_node(node) {
            let row = before as usize * words..(before as usize + 1) * words;
            let exceptional = graph.exceptional.contains(&(before, node));
            let from = if exceptional { &at_error[row] } else { &at_end[row] };
            for (word, other) in state.iter_mut().zip(from) {
                *word |= other;
            }
        }
    };
    let apply = |state: &mut [u64], index: u32| {
        let definition = definitions[index as usize];
        if definition.kills {
            for other in range_of(definition.variable) {
                state[other / 64] &= !(1 << (other % 64));
            }
        }
        state[index as usize / 64] |= 1 << (index % 64);
    };
    let mut changed = true;
    while changed {
        changed = false;
        for &node in graph.order {
            enter(&mut state, &at_end, &at_error, node);
            let own = of_node(node);
            if !at_error.is_empty() {
                let row = &mut at_error[node as usize * words..(node as usize + 1) * words];
                for (word, new) in row.iter_mut().zip(&state) {
                    changed |= *new & !*word != 0;
                    *word |= new;
                }
                for &(_, index) in own {
                    row[index as usize / 64] |= 1 << (index % 64);
                }
            }
            for &(_, index) in own {
                apply(&mut state, index);
            }
            let row = &mut at_end[node as usize * words..(node as usize + 1) * words];
            if *row != *state {
                row.copy_from_slice(&state);
                changed = true;
            }
        }
    }
    // Uses see what came in, and what their own step defined before them.
    let mut uses_by_node: Vec<(u32, u32, u32)> = uses.iter().map(|&(variable, node, mention)| (node, mention, variable)).collect();
    uses_by_node.sort_unstable();
    let mut current = NONE;
    let mut done = 0;
    for (node, mention, variable) in uses_by_node {
        let local = node - region.first;
        if node != current {
            enter(&mut state, &at_end, &at_error, local);
            (current, done) = (node, 0);
        }
        let own = of_node(local);
        while let Some(&(_, index)) = own.get(done).filter(|row| {
            let before = definitions[row.1 as usize].mention;
            before == NONE || before < mention
        }) {
            apply(&mut state, index);
            done += 1;
        }
        for index in range_of(variable) {
            if state[index / 64] >> (index % 64) & 1 == 1 {
                let definition = definitions[index];
                out.push(DataDependence { source: definition.node, target: node, definition: definition.mention, usage: mention });
                if out.len() > most {
                    return false;
                }
            }
        }
    }
    true
}
