//! The promises of a flow, checked by their definitions: by removing nodes and walking paths, not by the algorithms used.

use std::collections::BTreeSet;
use std::fmt;

use leindex_queries::flow::{Edge, EdgeKind, Flow, MentionKind, Region, StepKind, VariableKind};

/// Nodes of a region up to which dependences are compared with all paths.
const SMALL: u32 = 40;

/// What was looked at.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) functions: usize,
    pub(crate) nodes: usize,
    pub(crate) dead: usize,
    /// Regions whose dependences were compared with all paths.
    pub(crate) proven: usize,
    pub(crate) uses: usize,
    /// Uses of locals that no definition reaches.
    pub(crate) unset: usize,
    pub(crate) capped: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { functions, nodes, dead, proven, uses, unset, capped } = self;
        write!(out, "{functions} functions, {nodes} nodes ({dead} never run), {proven} compared with all paths, ")?;
        write!(out, "{uses} uses ({unset} of locals without a value), {capped} capped")
    }
}

/// Says what does not hold of a flow.
pub(crate) fn check(flow: &Flow, tally: &mut Tally) -> Vec<String> {
    let mut wrong = Vec::new();
    tally.capped += usize::from(flow.capped);
    let dead: BTreeSet<u32> = flow.unreachable().into_iter().collect();
    tally.dead += dead.len();
    let mut next = 0;
    for (number, region) in flow.regions.iter().enumerate() {
        tally.functions += 1;
        tally.nodes += (region.exit - region.entry + 1) as usize;
        if region.entry != next {
            wrong.push(format!("region {number} begins at {} after {next}", region.entry));
        }
        next = region.exit + 1;
        let of = Graph::new(flow, region);
        of.has_one_entry_and_one_exit(&mut wrong);
        of.says_what_never_runs(&dead, &mut wrong);
        of.has_a_value_for_each_use(tally, &mut wrong);
        if region.exit - region.entry < SMALL && !flow.capped {
            tally.proven += 1;
            of.depends_on_what_decides(&mut wrong);
            of.sees_what_reaches(&mut wrong);
        }
    }
    if next as usize != flow.nodes.len() {
        wrong.push(format!("{} nodes, regions end at {next}", flow.nodes.len()));
    }
    wrong
}

struct Graph<'f> {
    flow: &'f Flow,
    first: u32,
    last: u32,
    reached: BTreeSet<u32>,
}

impl<'f> Graph<'f> {
    fn new(flow: &'f Flow, region: &Region) -> Self {
        let mut of = Self { flow, first: region.entry, last: region.exit, reached: BTreeSet::new() };
        of.reached = of.walk(region.entry, None);
        of
    }

    /// Nodes that a node leads to, itself included, without going through `removed`.
    fn walk(&self, from: u32, removed: Option<u32>) -> BTreeSet<u32> {
        let mut seen = BTreeSet::new();
        let mut stack = vec![from];
        while let Some(node) = stack.pop() {
            if Some(node) != removed && seen.insert(node) {
                stack.extend(self.flow.successors(node).iter().map(|edge| edge.target));
            }
        }
        seen
    }

    fn kind(&self, node: u32) -> Option<StepKind> {
        self.flow.step(node).map(|step| step.kind)
    }

    fn has_one_entry_and_one_exit(&self, wrong: &mut Vec<String>) {
        for node in self.first..=self.last {
            let kind = self.kind(node);
            if (kind == Some(StepKind::Entry)) != (node == self.first) || (kind == Some(StepKind::Exit)) != (node == self.last) {
                wrong.push(format!("node {node} is {kind:?} in {}..={}", self.first, self.last));
            }
            let edges = self.flow.successors(node);
            if edges.iter().any(|edge| edge.target <= self.first || edge.target > self.last) {
                wrong.push(format!("an edge leads from {node} out of its region or to its entry"));
            }
            if edges.is_empty() != (node == self.last) {
                wrong.push(format!("node {node} has {} ways on", edges.len()));
            }
        }
    }

    fn says_what_never_runs(&self, dead: &BTreeSet<u32>, wrong: &mut Vec<String>) {
        for node in self.first..self.last {
            if self.reached.contains(&node) == dead.contains(&node) {
                wrong.push(format!("node {node} is reached: {}, said to be dead: {}", self.reached.contains(&node), dead.contains(&node)));
            }
        }
    }

    fn is_defined_where_reached(&self, variable: u32) -> bool {
        let defines = |&node: &u32| {
            self.flow.mentions_of(node).any(|(_, mention)| mention.variable == variable && mention.kind == MentionKind::Define)
        };
        self.reached.iter().any(defines)
    }

    /// The value of an expression with control inside is always there; a local may be read before it is set.
    fn has_a_value_for_each_use(&self, tally: &mut Tally, wrong: &mut Vec<String>) {
        let seen: BTreeSet<(u32, u32)> = self.flow.data.iter().map(|pair| (pair.target, pair.usage)).collect();
        for &node in &self.reached {
            for (number, mention) in self.flow.mentions_of(node) {
                if !matches!(mention.kind, MentionKind::Use | MentionKind::Modify) {
                    continue;
                }
                tally.uses += 1;
                if seen.contains(&(node, number)) || self.flow.capped {
                    continue;
                }
                match self.flow.variables[mention.variable as usize].kind {
                    VariableKind::Local | VariableKind::Parameter => tally.unset += 1,
                    // A function that errors alone leave has its result where nothing comes to.
                    VariableKind::Result if !self.is_defined_where_reached(mention.variable) => {}
                    kind => wrong.push(format!("node {node} uses a {kind:?} that nothing gives a value")),
                }
            }
        }
    }

    /// Ferrante, Ottenstein and Warren's definition, post-dominance being found by removing nodes.
    fn depends_on_what_decides(&self, wrong: &mut Vec<String>) {
        let leaves = |from: u32, removed: Option<u32>| self.walk(from, removed).contains(&self.last);
        if !self.reached.iter().all(|&node| leaves(node, None)) {
            return;
        }
        let after = |node: u32, of: u32| node == of || !leaves(of, Some(node));
        let mut expected = BTreeSet::new();
        for &source in &self.reached {
            for edge in self.flow.successors(source) {
                for &node in self.reached.iter().filter(|&&node| node != self.last) {
                    if after(node, edge.target) && (node == source || !after(node, source)) {
                        expected.insert((source, node));
                    }
                }
            }
        }
        let pairs = self.flow.control.iter().map(|row| (row.source, row.target));
        let found: BTreeSet<_> = pairs.filter(|pair| self.reached.contains(&pair.0) && self.reached.contains(&pair.1)).collect();
        differ("control", &expected, &found, wrong);
    }

    /// A definition is seen by the uses that a path leads to on which nothing else defines the variable.
    fn sees_what_reaches(&self, wrong: &mut Vec<String>) {
        let mut expected = BTreeSet::new();
        for &node in &self.reached {
            for (number, mention) in self.flow.mentions_of(node).filter(|(_, mention)| mention.kind != MentionKind::Use) {
                self.follow(node, Some(number), mention.variable, &mut expected);
            }
        }
        let outside = [VariableKind::Capture, VariableKind::Field, VariableKind::Free, VariableKind::Receiver];
        for (variable, of) in self.flow.variables.iter().enumerate() {
            if outside.contains(&of.kind) {
                self.follow(self.first, None, variable as u32, &mut expected);
            }
        }
        let rows = self.flow.data.iter().filter(|row| self.reached.contains(&row.source) && self.reached.contains(&row.target));
        let found: BTreeSet<_> = rows.map(|row| (row.source, row.definition, row.target, row.usage)).collect();
        differ("data", &expected, &found, wrong);
    }

    fn follow(&self, from: u32, definition: Option<u32>, variable: u32, out: &mut BTreeSet<(u32, u32, u32, u32)>) {
        // Mentions of the variable in a node from one on, up to the first that kills: uses, and whether one does.
        let pass = |node: u32, after: Option<u32>, out: &mut BTreeSet<_>| {
            for (number, mention) in self.flow.mentions_of(node) {
                if mention.variable != variable || after.is_some_and(|after| number <= after) {
                    continue;
                }
                if matches!(mention.kind, MentionKind::Use | MentionKind::Modify) {
                    out.insert((from, definition.unwrap_or(u32::MAX), node, number));
                }
                if matches!(mention.kind, MentionKind::Define | MentionKind::Delete) {
                    return true;
                }
            }
            false
        };
        let mut seen = BTreeSet::new();
        let mut stack = Vec::new();
        let leave = |node: u32, killed: bool, stack: &mut Vec<u32>| {
            stack.extend(self.flow.successors(node).iter().filter(|edge| !killed || self.keeps(edge)).map(|edge| edge.target));
        };
        let killed = pass(from, definition, out);
        leave(from, killed, &mut stack);
        while let Some(node) = stack.pop() {
            if seen.insert(node) {
                let killed = pass(node, None, out);
                leave(node, killed, &mut stack);
            }
        }
    }

    /// Ways on which a step may not have defined what it defines: by an error, or by having no further element.
    fn keeps(&self, edge: &Edge) -> bool {
        edge.kind == EdgeKind::Exception || edge.kind == EdgeKind::False && self.kind(edge.source) == Some(StepKind::Loop)
    }
}

fn differ<T: Ord + fmt::Debug>(what: &str, expected: &BTreeSet<T>, found: &BTreeSet<T>, wrong: &mut Vec<String>) {
    if expected != found {
        let missing: Vec<_> = expected.difference(found).take(5).collect();
        let extra: Vec<_> = found.difference(expected).take(5).collect();
        wrong.push(format!("{what}: missing {missing:?}, extra {extra:?}"));
    }
}
