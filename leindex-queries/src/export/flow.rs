//! The tables `flow_nodes` and `flow_edges`: the flows of a file's functions that are wanted.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, ListBuilder, StringBuilder, StringViewBuilder, UInt32Array, UInt64Array};
use arrow::datatypes::{DataType, Field, SchemaRef};
use arrow::record_batch::RecordBatch;
use leindex_db::tables::{Scan, SourceError, Table};

use super::rows::{FileRows, of_columns, same, selected, texts};
use super::symbol_ids::symbol_ids;
use crate::flow::calls::keep_calls;
use crate::flow::file::owners;
use crate::flow::queries::{content_flows, missing_flows, symbol_flow};
use crate::flow::{Flow, Mention, MentionKind, Step, add_excerpt, variable_text};
use crate::index::describe::project_of;
use crate::index::world::World;
use crate::names::files::{SourceFile, Symbol, file_blob};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::NONE;

/// The flows of a file's functions: of its top level, and of those that stand in no other.
pub(super) struct FileFlows<'w> {
    world: World<'w>,
    file: SourceFile<'w>,
    rows: Arc<IndexedRows>,
    source: String,
    /// By row of the function.
    flows: Vec<(u32, Arc<Flow>)>,
    /// By flow: the id of the function, and the first byte of its text, from which the positions of the flow are counted.
    functions: Vec<(u64, u32)>,
    revision: &'w str,
}

impl<'w> FileFlows<'w> {
    /// Those of all functions, each made once. Stores nothing.
    pub(super) fn all(world: World<'w>, revision: &'w str, file: SourceFile<'w>) -> Option<Self> {
        let (rows, blob) = (world.rows(file)?, file_blob(world.db, file)?);
        let source = world.source(file).unwrap_or_default();
        let flows = content_flows(world.db, blob, &source);
        Some(Self::of(world, revision, file, rows, source, flows))
    }

    fn of(
        world: World<'w>,
        revision: &'w str,
        file: SourceFile<'w>,
        rows: Arc<IndexedRows>,
        source: String,
        flows: Vec<(u32, Arc<Flow>)>,
    ) -> Self {
        let ids = symbol_ids(world.db, file);
        let base = |row: u32| if row == 0 { 0 } else { rows.symbol(row).map_or(0, |symbol| symbol.start) };
        let functions = flows.iter().map(|&(row, _)| (ids.get(row as usize).copied().unwrap_or(0), base(row))).collect();
        Self { world, file, rows, source, flows, functions, revision }
    }

    /// Those of functions that some row may be wanted of, made only where the store does not have them.
    pub(super) fn wanted(
        world: World<'w>,
        revision: &'w str,
        file: SourceFile<'w>,
        schema: &SchemaRef,
        scan: &Scan,
    ) -> Result<Option<Self>, SourceError> {
        let (Some(rows), Some(blob)) = (world.rows(file), file_blob(world.db, file)) else { return Ok(None) };
        let mut functions = vec![0];
        functions.extend(owners(&rows).into_iter().map(|owner| owner.symbol));
        let all = functions.len();
        let ids = symbol_ids(world.db, file);
        for predicate in &scan.predicates {
            let columns = predicate.columns();
            if functions.is_empty() || columns.iter().any(|&column| schema.field(column).name() != "function") || columns.is_empty() {
                continue;
            }
            let of = functions.iter().map(|&row| ids.get(row as usize).copied().unwrap_or(0));
            let of: ArrayRef = Arc::new(UInt64Array::from_iter_values(of));
            let mask = predicate.matches(&of_columns(schema, columns, vec![of], functions.len())?)?;
            let mut at = 0..mask.len();
            functions.retain(|_| at.next().is_some_and(|at| mask.is_valid(at) && mask.value(at)));
        }
        if functions.len() == all {
            missing_flows(world.db, blob, None);
            return Ok(Self::all(world, revision, file));
        }
        let flow_of = |row: u32| {
            let symbol = Symbol::new(world.db, file, rows.symbol(row)?.identity());
            Some((row, symbol_flow(world.db, symbol)?.flow))
        };
        let flows: Vec<_> = functions.into_iter().filter_map(flow_of).collect();
        let source = if flows.is_empty() { None } else { world.source(file) };
        Ok(Some(Self::of(world, revision, file, rows, source.unwrap_or_default(), flows)))
    }

    /// Stores what edges of data need of all functions.
    pub(super) fn keep_calls(&self) {
        if let Some(blob) = file_blob(self.world.db, self.file) {
            keep_calls(self.world.db, blob, &self.flows);
        }
    }

    /// The wanted rows of `flow_nodes` or `flow_edges`.
    pub(super) fn rows(&self, table: Table, schema: &SchemaRef, scan: &Scan) -> Result<RecordBatch, SourceError> {
        match table {
            Table::FlowNodes => selected(&FlowNodeRows::of(self), schema, scan),
            _ => selected(&FlowEdgeRows::of(self), schema, scan),
        }
    }

    /// The flow at a place among the flows, the first byte of its text, and the text.
    fn flow(&self, at: u32) -> Option<(&Flow, u32, &str)> {
        let ((_, flow), &(_, base)) = (self.flows.get(at as usize)?, self.functions.get(at as usize)?);
        Some((flow, base, self.source.get(base as usize..).unwrap_or("")))
    }

    /// The ids of functions.
    fn ids(&self, at: impl Iterator<Item = u32>) -> ArrayRef {
        let id = |at: u32| self.functions.get(at as usize).map_or(0, |&(id, _)| id);
        Arc::new(UInt64Array::from_iter_values(at.map(id)))
    }

    fn project(&self) -> &'w str {
        project_of(self.world.db, self.file.path(self.world.db))
    }
}

struct FlowNodeRows<'f, 'w> {
    of: &'f FileFlows<'w>,
    /// Flows and nodes, by their numbers.
    nodes: Vec<(u32, u32)>,
}

impl<'f, 'w> FlowNodeRows<'f, 'w> {
    fn of(of: &'f FileFlows<'w>) -> Self {
        let of_flow = |(at, flow): (u32, &'f Flow)| {
            (0..flow.nodes.len() as u32).filter(|&node| flow.step(node).is_some()).map(move |node| (at, node))
        };
        let nodes = (0..).zip(of.flows.iter().map(|(_, flow)| &**flow)).flat_map(of_flow).collect();
        Self { of, nodes }
    }

    fn nodes(&self, rows: &[u32]) -> impl Iterator<Item = (u32, u32)> {
        rows.iter().filter_map(|&row| self.nodes.get(row as usize).copied())
    }

    /// The steps of nodes, with their flows and the texts of those.
    fn steps(&self, rows: &[u32]) -> impl Iterator<Item = (&Step, &Flow, &str)> {
        self.nodes(rows).filter_map(|(at, node)| {
            let (flow, _, text) = self.of.flow(at)?;
            Some((flow.step(node)?, flow, text))
        })
    }

    /// The lines of a byte of each node's step.
    fn lines(&self, rows: &[u32], byte: impl Fn(&Step) -> u32) -> ArrayRef {
        let line = |(at, node): (u32, u32)| {
            let (flow, base, _) = self.of.flow(at)?;
            Some(self.of.rows.position(base + byte(flow.step(node)?)).0)
        };
        Arc::new(UInt32Array::from_iter_values(self.nodes(rows).filter_map(line)))
    }

    fn excerpts(&self, rows: &[u32]) -> ArrayRef {
        let mut texts = StringViewBuilder::with_capacity(rows.len());
        let mut excerpt = String::new();
        for (step, _, text) in self.steps(rows) {
            excerpt.clear();
            add_excerpt(text, step.start, step.end, &mut excerpt);
            texts.append_value(&excerpt);
        }
        Arc::new(texts.finish())
    }

    /// The names of the variables of the mentions that are wanted, in order, each once.
    fn names(&self, rows: &[u32], wanted: impl Fn(MentionKind) -> bool) -> ArrayRef {
        let mut lists = ListBuilder::new(StringBuilder::new()).with_field(Field::new_list_field(DataType::Utf8, false));
        for (step, flow, text) in self.steps(rows) {
            let mentions = step.first_mention as usize..(step.first_mention + step.mentions) as usize;
            let mentions = flow.mentions.get(mentions).unwrap_or(&[]).iter().filter(|mention| wanted(mention.kind));
            let mut names: Vec<_> = mentions.map(|mention: &Mention| variable_text(flow, text, mention.variable)).collect();
            names.sort_unstable();
            names.dedup();
            names.iter().for_each(|name| lists.values().append_value(name));
            lists.append(true);
        }
        Arc::new(lists.finish())
    }
}

impl FileRows for FlowNodeRows<'_, '_> {
    fn count(&self) -> usize {
        self.nodes.len()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        match name {
            "function" => self.of.ids(self.nodes(rows).map(|(at, _)| at)),
            "node" => Arc::new(UInt32Array::from_iter_values(self.nodes(rows).map(|(_, node)| node))),
            "kind" => texts(self.steps(rows).map(|(step, ..)| step.kind.as_str())),
            "start_line" => self.lines(rows, |step| step.start),
            "end_line" => self.lines(rows, |step| step.end.max(step.start + 1) - 1),
            "text" => self.excerpts(rows),
            "defines" => self.names(rows, |kind| kind != MentionKind::Use),
            "uses" => self.names(rows, |kind| matches!(kind, MentionKind::Use | MentionKind::Modify)),
            "project" => same(self.of.project(), rows.len()),
            _ => same(self.of.revision, rows.len()),
        }
    }
}

struct FlowEdge {
    /// The number of the flow.
    flow: u32,
    source: u32,
    target: u32,
    /// Of a data dependence, else `NONE`.
    variable: u32,
    kind: &'static str,
}

struct FlowEdgeRows<'f, 'w> {
    of: &'f FileFlows<'w>,
    edges: Vec<FlowEdge>,
}

impl<'f, 'w> FlowEdgeRows<'f, 'w> {
    fn of(of: &'f FileFlows<'w>) -> Self {
        let mut edges = Vec::with_capacity(of.flows.iter().map(|(_, flow)| flow.edges.len() + flow.control.len() + flow.data.len()).sum());
        (0..).zip(&of.flows).for_each(|(at, (_, flow))| add_edges(at, flow, &mut edges));
        Self { of, edges }
    }

    fn edges(&self, rows: &[u32]) -> impl Iterator<Item = &FlowEdge> {
        rows.iter().filter_map(|&row| self.edges.get(row as usize))
    }

    fn variables(&self, rows: &[u32]) -> ArrayRef {
        let mut names = StringViewBuilder::with_capacity(rows.len());
        for edge in self.edges(rows) {
            match self.of.flow(edge.flow).filter(|_| edge.variable != NONE) {
                Some((flow, _, text)) => names.append_value(variable_text(flow, text, edge.variable)),
                None => names.append_null(),
            }
        }
        Arc::new(names.finish())
    }
}

/// The edges of one flow: control flow, control dependences, data dependences.
fn add_edges(at: u32, flow: &Flow, out: &mut Vec<FlowEdge>) {
    let edge = |source, target, kind, variable| FlowEdge { flow: at, source, target, variable, kind };
    out.extend(flow.edges.iter().map(|of| edge(of.source, of.target, of.kind.as_str(), NONE)));
    out.extend(flow.control.iter().map(|of| edge(of.source, of.target, "control", NONE)));
    let variable = |usage: u32| flow.mentions.get(usage as usize).map_or(0, |mention| mention.variable);
    let mut data: Vec<(u32, u32, u32)> = flow.data.iter().map(|of| (of.source, of.target, variable(of.usage))).collect();
    data.sort_unstable();
    data.dedup();
    out.extend(data.into_iter().map(|(source, target, variable)| edge(source, target, "data", variable)));
}

impl FileRows for FlowEdgeRows<'_, '_> {
    fn count(&self) -> usize {
        self.edges.len()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        match name {
            "function" => self.of.ids(self.edges(rows).map(|edge| edge.flow)),
            "source" => Arc::new(UInt32Array::from_iter_values(self.edges(rows).map(|edge| edge.source))),
            "target" => Arc::new(UInt32Array::from_iter_values(self.edges(rows).map(|edge| edge.target))),
            "kind" => texts(self.edges(rows).map(|edge| edge.kind)),
            "variable" => self.variables(rows),
            "project" => same(self.of.project(), rows.len()),
            _ => same(self.of.revision, rows.len()),
        }
    }
}
