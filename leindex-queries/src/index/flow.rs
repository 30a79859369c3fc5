//! Questions about control and data flow: graphs of a function, slices, chops.

use std::collections::BTreeMap;
use std::rc::Rc;

use petgraph::graph::{DiGraph, NodeIndex};
use serde::Serialize;

use super::change::normal;
use super::error::{Cancellable, Error};
use super::lookup::{file_at, find, innermost, text_of};
use super::snapshot::Snapshot;
use super::world::World;
use crate::flow::queries::{SymbolFlow, flow_base, missing_flows, symbol_flow};
use crate::flow::summary::owner_of;
use crate::flow::{Drawing, EdgeKind, Flow, MentionKind, StepKind, VariableKind, draw, variable_name};
use crate::graph::join::Join;
use crate::graph::program::program_graph;
use crate::graph::slice::{At, Reason, Slice as Found, Slicer, Way, is_shown};
use crate::names::files::{SourceFile, Symbol, file_blob, symbol_row};
use crate::syntax::row_index::IndexedRows;

pub use crate::graph::program::{EdgeRow, GraphOptions, NodeRow, ProgramGraph};

/// A node of a function's flow: a statement, or the part of one that runs as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowNode {
    /// What it is: `entry`, `statement`, `condition`, `loop`, …, the `kind` column of `flow_nodes`.
    pub kind: &'static str,
    /// Its first line, from 1.
    pub start_line: u32,
    /// Its last line, inclusive.
    pub end_line: u32,
    /// Its text, on one line, cut after 60 characters.
    pub text: String,
    /// Variables that it gives a value, or may change.
    pub defines: Vec<String>,
    /// Variables that it reads.
    pub uses: Vec<String>,
    /// Whether nothing leads to it.
    pub unreachable: bool,
}

/// A dependence between two nodes of a function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Dependence {
    /// The source decides, by the way it is left, whether the target runs.
    Control(&'static str),
    /// The source gives a variable the value that the target may read.
    Data(String),
}

/// What a slice starts from, and where it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SliceOptions {
    /// Forward: what depends on the start. Else backward: what the start depends on.
    pub forward: bool,
    /// Stay in the function.
    pub within_function: bool,
    /// Also follow calls from tests. Where the start is in a test, they always are.
    pub tests: bool,
}

/// A line of a slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SliceLine {
    /// Its file.
    pub path: String,
    /// Its number, from 1.
    pub line: u32,
    /// Its text.
    pub text: String,
    /// Why it is in the slice.
    pub reason: String,
}

/// The lines that a value depends on, or that depend on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Slice {
    /// By path and number. Nothing outside the slice.
    pub lines: Vec<SliceLine>,
    /// Whether a limit cut it short: there may be more.
    pub capped: bool,
    /// Calls on the way whose target is not known: they are taken to need all they are given, and are not looked into.
    pub unknown_calls: usize,
    /// Calls from tests to functions on the way that were not followed.
    pub calls_from_tests: usize,
    /// The revision this holds for.
    pub revision: String,
}

/// How much of a project has flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FlowCount {
    /// Files looked at.
    pub files: usize,
    /// Functions and top levels that were analysed now; the others were known.
    pub analysed: usize,
}

impl Snapshot<'_> {
    /// The control-flow graph of a function, or of a file's top level (`path`): nodes in the order of the text, edges by
    /// what leads along them. Functions inside follow with entries of their own.
    ///
    /// # Errors
    ///
    /// As [`symbol`](Self::symbol), and where the symbol has no body.
    pub fn control_flow(&self, name: &str) -> Result<DiGraph<FlowNode, EdgeKind>, Error> {
        self.ask(|world| {
            let (symbol, flow) = flow_named(world, name)?;
            let mut graph = nodes(world, symbol, &flow)?;
            for edge in &flow.flow.edges {
                graph.add_edge(NodeIndex::new(edge.source as usize), NodeIndex::new(edge.target as usize), edge.kind);
            }
            Ok(graph)
        })?
    }

    /// The program dependence graph of a function: its nodes, with control and data dependences.
    ///
    /// # Errors
    ///
    /// As [`control_flow`](Self::control_flow).
    pub fn program_dependence(&self, name: &str) -> Result<DiGraph<FlowNode, Dependence>, Error> {
        self.ask(|world| {
            let (symbol, flow) = flow_named(world, name)?;
            let text = body_text(world, symbol);
            let mut graph = nodes(world, symbol, &flow)?;
            let of = &flow.flow;
            for edge in &of.control {
                let kind = Dependence::Control(edge.kind.as_str());
                graph.add_edge(NodeIndex::new(edge.source as usize), NodeIndex::new(edge.target as usize), kind);
            }
            let mut rows: Vec<(u32, u32, Dependence)> = Vec::new();
            for edge in &of.data {
                let variable = of.mentions.get(edge.usage as usize).map_or(0, |mention| mention.variable);
                rows.push((edge.source, edge.target, Dependence::Data(variable_name(of, &text, variable))));
            }
            rows.sort();
            rows.dedup();
            for (source, target, kind) in rows {
                graph.add_edge(NodeIndex::new(source as usize), NodeIndex::new(target as usize), kind);
            }
            Ok(graph)
        })?
    }

    /// The flow of the function around a line, as text: control flow, and under each node what it depends on.
    ///
    /// # Errors
    ///
    /// When there is no such file, or no function there.
    pub fn flow_text(&self, path: &str, line: u32) -> Result<String, Error> {
        let path = normal(path);
        self.ask(|world| {
            let (symbol, flow) = flow_at(world, &path, line)?;
            let rows = world.rows(symbol.file(world.db)).ok_or_else(|| no_flow(&path, line))?;
            let base = flow_base(world.db, symbol).unwrap_or(0);
            Ok(draw(&flow.flow, &body_text(world, symbol), rows.position(base).0, Drawing { dependences: true }))
        })?
    }

    /// The lines that the value of a variable at a line depends on; of all variables there, without one. Follows calls
    /// into functions of the project, and callers where the value is a parameter's.
    ///
    /// # Errors
    ///
    /// When there is no such file, nothing runs on that line, or the variable does not occur there: the error names
    /// those that do.
    pub fn slice(&self, path: &str, line: u32, variable: Option<&str>, options: SliceOptions) -> Result<Slice, Error> {
        let path = normal(path);
        self.ask(|world| {
            let (start, variable) = criterion(world, &path, line, variable)?;
            let way = if options.forward { Way::Forward } else { Way::Backward };
            let mut join = Join::new(world);
            let mut found = Slicer::slice(&mut join, &start, variable, way, options.tests);
            if options.within_function
                && let Some(first) = start.first()
            {
                found.nodes.retain(|(at, _)| at.owner == first.owner);
            }
            Ok(self.lines(world, &found, |_| true))
        })?
    }

    /// The lines by which a value at one place gets to another: those in the forward slice of the one and the backward
    /// slice of the other. Empty where the second does not depend on the first.
    ///
    /// # Errors
    ///
    /// As [`slice`](Self::slice).
    pub fn chop(&self, from: (&str, u32, Option<&str>), to: (&str, u32, Option<&str>)) -> Result<Slice, Error> {
        let (source, target) = (normal(from.0), normal(to.0));
        self.ask(|world| {
            let mut join = Join::new(world);
            let (start, variable) = criterion(world, &source, from.1, from.2)?;
            let forward = Slicer::slice(&mut join, &start, variable, Way::Forward, false);
            let (end, variable) = criterion(world, &target, to.1, to.2)?;
            let mut backward = Slicer::slice(&mut join, &end, variable, Way::Backward, false);
            backward.nodes.retain(|(at, _)| forward.followed.contains(at));
            // Parameters of one function may lie on different ways.
            let is_entry = |at: &At<'_>| {
                symbol_flow(world.db, at.owner).is_some_and(|of| of.flow.regions.iter().any(|region| region.entry == at.node))
            };
            let inside: rustc_hash::FxHashSet<Symbol<'_>> =
                backward.nodes.iter().filter(|(at, _)| !is_entry(at)).map(|(at, _)| at.owner).collect();
            backward.nodes.retain(|(at, _)| inside.contains(&at.owner));
            backward.capped |= forward.capped;
            Ok(self.lines(world, &backward, |_| true))
        })?
    }

    /// Analyses every function of the project that was not yet, on all threads, and stores what it finds.
    ///
    /// # Errors
    ///
    /// When cancelled or superseded; what was done by then stays.
    pub fn analyse_flows(&self) -> Cancellable<FlowCount> {
        self.ask(|world| {
            let analysed =
                world.on_each_file(|world, file| file_blob(world.db, file).map_or(0, |blob| missing_flows(world.db, blob, None).len()));
            FlowCount { files: analysed.len(), analysed: analysed.into_iter().sum() }
        })
    }

    /// All symbols of the project and the known relations between them: calls, data, bases, imports, what holds what.
    ///
    /// Flows are analysed where they are not known yet; after that the graph is made from what is stored.
    ///
    /// # Errors
    ///
    /// When cancelled or superseded.
    pub fn program_graph(&self, options: &GraphOptions) -> Cancellable<ProgramGraph> {
        self.resolve_all()?;
        if options.edges.is_empty() || options.edges.iter().any(|kind| kind == "data") {
            self.analyse_flows()?;
        }
        self.ask(|world| program_graph(world, self.revision(), options))
    }

    fn lines<'w>(&self, world: World<'w>, found: &Found<'w>, wanted: impl Fn(&At<'w>) -> bool) -> Slice {
        let mut lines = BTreeMap::<(String, u32), SliceLine>::new();
        let mut bodies = Bodies { world, known: rustc_hash::FxHashMap::default() };
        for (at, reason) in found.nodes.iter().filter(|(at, _)| wanted(at)) {
            let Some(body) = bodies.of(at.owner) else { continue };
            let Some((first, last)) = body.lines_of(at.node) else { continue };
            let reason = reason.text(&mut bodies);
            for line in first..=last {
                let text = body.source.lines().nth(line as usize - 1).unwrap_or("").trim_end().to_owned();
                let row = SliceLine { path: body.path.clone(), line, text, reason: reason.clone() };
                lines.entry((body.path.clone(), line)).or_insert(row);
            }
        }
        Slice {
            lines: lines.into_values().filter(|line| !line.text.trim().is_empty()).collect(),
            capped: found.capped,
            unknown_calls: found.unknown_calls,
            calls_from_tests: found.calls_from_tests,
            revision: self.revision().to_owned(),
        }
    }
}

/// What is needed to show nodes of a body.
struct Shown {
    path: String,
    source: String,
    rows: std::sync::Arc<IndexedRows>,
    base: u32,
    flow: std::sync::Arc<Flow>,
}

/// Lines shown of one node: what is longer is most often a literal.
const MOST_LINES: u32 = 12;

impl Shown {
    fn of(world: World<'_>, owner: Symbol<'_>) -> Option<Self> {
        let file = owner.file(world.db);
        Some(Self {
            path: file.path(world.db).to_owned(),
            source: world.source(file)?,
            rows: world.rows(file)?,
            base: flow_base(world.db, owner)?,
            flow: symbol_flow(world.db, owner)?.flow,
        })
    }

    /// The name of a variable.
    fn name(&self, variable: u32) -> String {
        variable_name(&self.flow, self.source.get(self.base as usize..).unwrap_or(""), variable)
    }

    /// The lines of a node, without those of functions inside it.
    fn lines_of(&self, node: u32) -> Option<(u32, u32)> {
        if !is_shown(&self.flow, node) {
            return None;
        }
        let held = self.flow.nodes.get(node as usize)?;
        let step = self.flow.steps.get(held.step as usize)?;
        let inner = self.flow.regions.iter().filter(|region| region.owner == held.step).map(|region| region.start).min();
        let end = inner.filter(|&inner| inner > step.start).unwrap_or(step.end);
        let first = self.rows.position(self.base + step.start).0;
        let last = self.rows.position(self.base + end.max(step.start + 1) - 1).0;
        if step.kind == StepKind::Entry && held.region == 0 && step.end == step.start {
            return None;
        }
        Some((first, last.min(first + MOST_LINES - 1)))
    }
}

/// The bodies that an answer shows, each read once.
struct Bodies<'w> {
    world: World<'w>,
    known: rustc_hash::FxHashMap<Symbol<'w>, Option<Rc<Shown>>>,
}

impl<'w> Bodies<'w> {
    fn of(&mut self, owner: Symbol<'w>) -> Option<Rc<Shown>> {
        let world = self.world;
        self.known.entry(owner).or_insert_with(|| Shown::of(world, owner).map(Rc::new)).clone()
    }
}

impl<'w> Reason<'w> {
    fn text(&self, bodies: &mut Bodies<'w>) -> String {
        let mut place = |at: &At<'w>| bodies.of(at.owner).and_then(|body| Some((body.lines_of(at.node)?.0, body)));
        let mut line = |at: &At<'w>| place(at).map_or_else(|| "the end".to_owned(), |(line, _)| format!("line {line}"));
        match self {
            Self::Start => "start of the slice".to_owned(),
            Self::Control { other } => format!("control: decides about {}", line(other)),
            Self::Closure { other } => format!("function around {}", line(other)),
            Self::Data { variable, other } => {
                let line = line(other);
                match bodies.of(other.owner).map_or_else(String::new, |body| body.name(*variable)).as_str() {
                    "<result>" => format!("gives the result, {line}"),
                    "<value>" => format!("data: a value of {line}"),
                    variable => format!("data: `{variable}` of {line}"),
                }
            }
            Self::Caller { other, .. } | Self::Callee { other } => {
                let far = place(other).map_or_else(|| "a result".to_owned(), |(line, body)| format!("{}:{line}", body.path));
                match self {
                    Self::Caller { parameter, .. } => {
                        let parameter = bodies.of(other.owner).map_or_else(String::new, |body| body.name(*parameter));
                        format!("call: hands over `{parameter}` of {far}")
                    }
                    _ => format!("call: runs for {far}"),
                }
            }
        }
    }
}

fn no_flow(path: &str, line: u32) -> Error {
    Error::NoFlow { path: path.to_owned(), line, variables: Vec::new() }
}

/// A symbol by name and its flow.
fn flow_named<'w>(world: World<'w>, name: &str) -> Result<(Symbol<'w>, SymbolFlow), Error> {
    let symbol = find(world, name)?;
    let line = symbol_row(world.db, symbol).map_or(1, |(_, _, row)| row.name_line);
    let path = symbol.file(world.db).path(world.db);
    let flow = symbol_flow(world.db, symbol).ok_or_else(|| no_flow(path, line))?;
    Ok((symbol, flow))
}

/// The function around a line, or the file's top level.
fn flow_at<'w>(world: World<'w>, path: &str, line: u32) -> Result<(Symbol<'w>, SymbolFlow), Error> {
    let file = file_at(world, path)?;
    let rows = world.rows(file).ok_or_else(|| no_flow(path, line))?;
    let symbol = function_at(world, file, &rows, line);
    let flow = symbol_flow(world.db, symbol).ok_or_else(|| no_flow(path, line))?;
    Ok((symbol, flow))
}

/// The outermost function around a line, or the file's module.
fn function_at<'w>(world: World<'w>, file: SourceFile<'w>, rows: &IndexedRows, line: u32) -> Symbol<'w> {
    let source = text_of(world, file);
    let start: usize = source.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum();
    let text = source.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
    let offset = start + (text.len() - text.trim_start().len());
    let index = innermost(rows, offset as u32);
    let mut at = index;
    // A field or constant inside a function belongs to it; one outside to the file.
    while let Some(row) = rows.symbol(at).filter(|row| !row.kind.is_callable() && at != 0) {
        at = if row.parent < at { row.parent } else { 0 };
    }
    let identity = rows.symbol(at).map_or_else(crate::names::module_map::MODULE_IDENTITY, |row| row.identity());
    owner_of(world.db, Symbol::new(world.db, file, identity))
}

fn body_text(world: World<'_>, symbol: Symbol<'_>) -> String {
    let base = flow_base(world.db, symbol).unwrap_or(0) as usize;
    world.source(symbol.file(world.db)).and_then(|source| source.get(base..).map(str::to_owned)).unwrap_or_default()
}

/// The nodes and the variable that a slice starts from.
fn criterion<'w>(world: World<'w>, path: &str, line: u32, variable: Option<&str>) -> Result<(Vec<At<'w>>, Option<u32>), Error> {
    let (owner, found) = flow_at(world, path, line)?;
    let rows = world.rows(owner.file(world.db)).ok_or_else(|| no_flow(path, line))?;
    let (base, text) = (flow_base(world.db, owner).unwrap_or(0), body_text(world, owner));
    let flow = &found.flow;
    let line_of = |byte: u32| rows.position(base + byte).0;
    let lines: Vec<(u32, u32, u32)> = (0..flow.nodes.len() as u32)
        .filter_map(|node| {
            let step = flow.step(node)?;
            let shown = is_shown(flow, node) && step.end > step.start;
            shown.then(|| (node, line_of(step.start), line_of(step.end.max(step.start + 1) - 1)))
        })
        .collect();
    let mut here: Vec<u32> = lines.iter().filter(|&&(_, first, _)| first == line).map(|&(node, ..)| node).collect();
    if here.is_empty() {
        // A line in the middle of a statement.
        let around = lines.iter().filter(|&&(_, first, last)| (first..=last).contains(&line));
        here.extend(around.min_by_key(|&&(_, first, last)| last - first).map(|&(node, ..)| node));
    }
    if here.is_empty() {
        return Err(no_flow(path, line));
    }
    let Some(name) = variable else {
        return Ok((here.into_iter().map(|node| At { owner, node }).collect(), None));
    };
    let bare = |text: &str| text.trim_start_matches(['.', '$', '@']).to_owned();
    let wanted = bare(name.rsplit('.').next().unwrap_or(name));
    let mut names = Vec::new();
    let mut start = Vec::new();
    let mut found = None;
    for node in here {
        for (_, mention) in flow.mentions_of(node) {
            let kind = flow.variables.get(mention.variable as usize).map(|variable| variable.kind);
            if matches!(kind, None | Some(VariableKind::Temporary | VariableKind::Result)) {
                continue;
            }
            let of = variable_name(flow, &text, mention.variable);
            if bare(&of) == wanted {
                start.push(At { owner, node });
                found = found.or(Some(mention.variable));
            }
            names.push(of);
        }
    }
    if start.is_empty() {
        names.sort();
        names.dedup();
        return Err(Error::NoFlow { path: path.to_owned(), line, variables: names });
    }
    start.dedup();
    Ok((start, found))
}

/// The nodes of a flow, as a graph without edges.
fn nodes<E>(world: World<'_>, symbol: Symbol<'_>, found: &SymbolFlow) -> Result<DiGraph<FlowNode, E>, Error> {
    let file = symbol.file(world.db);
    let rows = world.rows(file).ok_or_else(|| no_flow(file.path(world.db), 1))?;
    let (base, text) = (flow_base(world.db, symbol).unwrap_or(0), body_text(world, symbol));
    let mut graph = DiGraph::new();
    flow_nodes(&found.flow, &text, &rows, base, |_, node| _ = graph.add_node(node));
    Ok(graph)
}

/// Gives each node of a flow as data, in order of their numbers. The text and all positions begin at the byte `base` of
/// the file.
pub(crate) fn flow_nodes(flow: &Flow, text: &str, rows: &IndexedRows, base: u32, mut give: impl FnMut(u32, FlowNode)) {
    let dead = flow.unreachable();
    for node in 0..flow.nodes.len() as u32 {
        let Some(step) = flow.step(node) else { continue };
        let names = |uses: bool| {
            let of = flow.mentions_of(node).filter(|(_, mention)| match mention.kind {
                MentionKind::Use => uses,
                MentionKind::Modify => true,
                MentionKind::Define | MentionKind::Delete => !uses,
            });
            let mut names: Vec<String> = of.map(|(_, mention)| variable_name(flow, text, mention.variable)).collect();
            names.sort();
            names.dedup();
            names
        };
        let node_row = FlowNode {
            kind: step.kind.as_str(),
            start_line: rows.position(base + step.start).0,
            end_line: rows.position(base + step.end.max(step.start + 1) - 1).0,
            text: crate::flow::excerpt(text, step.start, step.end),
            defines: names(false),
            uses: names(true),
            unreachable: dead.binary_search(&node).is_ok(),
        };
        give(node, node_row);
    }
}
