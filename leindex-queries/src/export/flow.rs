//! The tables `flow_nodes` and `flow_edges`: the flows of a file's functions that are wanted.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, ListBuilder, StringBuilder, UInt32Array, UInt64Array};
use arrow::datatypes::{DataType, Field, SchemaRef};
use leindex_db::tables::{Scan, SourceError};

use super::rows::{FileRows, of_columns, optional_texts, same, texts};
use super::symbol_ids::symbol_ids;
use crate::flow::file::owners;
use crate::flow::queries::symbol_flow;
use crate::flow::variable_name;
use crate::index::describe::project_of;
use crate::index::flow::{FlowNode, flow_nodes};
use crate::index::world::World;
use crate::names::files::{SourceFile, Symbol};
use crate::syntax::row_index::IndexedRows;

/// A function that has a flow.
struct Function {
    id: u64,
    row: u32,
    base: u32,
}

/// The functions of a file that some row may be wanted of: the file's top level, and those that stand in no other.
fn functions(
    world: World<'_>,
    file: SourceFile<'_>,
    rows: &IndexedRows,
    schema: &SchemaRef,
    scan: &Scan,
) -> Result<Vec<Function>, SourceError> {
    let ids = symbol_ids(world.db, file);
    let id = |row: u32| ids.get(row as usize).copied().unwrap_or(0);
    let top = Function { id: id(0), row: 0, base: 0 };
    let mut found = vec![top];
    found.extend(owners(rows).into_iter().map(|owner| Function { id: id(owner.symbol), row: owner.symbol, base: owner.base }));
    for predicate in &scan.predicates {
        let columns = predicate.columns();
        if found.is_empty() || columns.iter().any(|&column| schema.field(column).name() != "function") || columns.is_empty() {
            continue;
        }
        let of: ArrayRef = Arc::new(UInt64Array::from_iter_values(found.iter().map(|function| function.id)));
        let mask = predicate.matches(&of_columns(schema, columns, vec![of], found.len())?)?;
        let mut at = 0..mask.len();
        found.retain(|_| at.next().is_some_and(|at| mask.is_valid(at) && mask.value(at)));
    }
    Ok(found)
}

pub(super) struct FlowNodeRows<'w> {
    nodes: Vec<(u64, u32, FlowNode)>,
    project: &'w str,
    revision: &'w str,
}

impl<'w> FlowNodeRows<'w> {
    pub(super) fn of(
        world: World<'w>,
        revision: &'w str,
        file: SourceFile<'w>,
        schema: &SchemaRef,
        scan: &Scan,
    ) -> Result<Option<Self>, SourceError> {
        let Some(rows) = world.rows(file) else { return Ok(None) };
        let functions = functions(world, file, &rows, schema, scan)?;
        let mut nodes = Vec::new();
        if !functions.is_empty() {
            let source = world.source(file).unwrap_or_default();
            for function in functions {
                let Some(flow) = flow_of(world, file, &rows, function.row) else { continue };
                let text = source.get(function.base as usize..).unwrap_or("");
                flow_nodes(&flow, text, &rows, function.base, |number, node| nodes.push((function.id, number, node)));
            }
        }
        Ok(Some(Self { nodes, project: project_of(world.db, file.path(world.db)), revision }))
    }

    fn nodes(&self, rows: &[u32]) -> impl Iterator<Item = &(u64, u32, FlowNode)> {
        rows.iter().filter_map(|&row| self.nodes.get(row as usize))
    }

    fn lists(&self, rows: &[u32], of: impl Fn(&FlowNode) -> &[String]) -> ArrayRef {
        let mut lists = ListBuilder::new(StringBuilder::new()).with_field(Field::new_list_field(DataType::Utf8, false));
        for (_, _, node) in self.nodes(rows) {
            of(node).iter().for_each(|name| lists.values().append_value(name));
            lists.append(true);
        }
        Arc::new(lists.finish())
    }
}

fn flow_of<'w>(world: World<'w>, file: SourceFile<'w>, rows: &IndexedRows, row: u32) -> Option<Arc<crate::flow::Flow>> {
    let identity = rows.symbol(row)?.identity();
    Some(symbol_flow(world.db, Symbol::new(world.db, file, identity))?.flow)
}

impl FileRows for FlowNodeRows<'_> {
    fn count(&self) -> usize {
        self.nodes.len()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        match name {
            "function" => Arc::new(UInt64Array::from_iter_values(self.nodes(rows).map(|&(function, ..)| function))),
            "node" => Arc::new(UInt32Array::from_iter_values(self.nodes(rows).map(|&(_, node, _)| node))),
            "kind" => texts(self.nodes(rows).map(|(_, _, node)| node.kind)),
            "start_line" => Arc::new(UInt32Array::from_iter_values(self.nodes(rows).map(|(_, _, node)| node.start_line))),
            "end_line" => Arc::new(UInt32Array::from_iter_values(self.nodes(rows).map(|(_, _, node)| node.end_line))),
            "text" => texts(self.nodes(rows).map(|(_, _, node)| &node.text)),
            "defines" => self.lists(rows, |node| &node.defines),
            "uses" => self.lists(rows, |node| &node.uses),
            "project" => same(self.project, rows.len()),
            _ => same(self.revision, rows.len()),
        }
    }
}

struct FlowEdge {
    function: u64,
    source: u32,
    target: u32,
    kind: &'static str,
    variable: Option<String>,
}

pub(super) struct FlowEdgeRows<'w> {
    edges: Vec<FlowEdge>,
    project: &'w str,
    revision: &'w str,
}

impl<'w> FlowEdgeRows<'w> {
    pub(super) fn of(
        world: World<'w>,
        revision: &'w str,
        file: SourceFile<'w>,
        schema: &SchemaRef,
        scan: &Scan,
    ) -> Result<Option<Self>, SourceError> {
        let Some(rows) = world.rows(file) else { return Ok(None) };
        let functions = functions(world, file, &rows, schema, scan)?;
        let mut edges = Vec::new();
        if !functions.is_empty() {
            let source = world.source(file).unwrap_or_default();
            for function in functions {
                let Some(flow) = flow_of(world, file, &rows, function.row) else { continue };
                let text = source.get(function.base as usize..).unwrap_or("");
                add_edges(&flow, text, function.id, &mut edges);
            }
        }
        Ok(Some(Self { edges, project: project_of(world.db, file.path(world.db)), revision }))
    }

    fn edges(&self, rows: &[u32]) -> impl Iterator<Item = &FlowEdge> {
        rows.iter().filter_map(|&row| self.edges.get(row as usize))
    }
}

/// The edges of one flow: control flow, control dependences, data dependences.
fn add_edges(flow: &crate::flow::Flow, text: &str, function: u64, out: &mut Vec<FlowEdge>) {
    let edge = |source, target, kind, variable| FlowEdge { function, source, target, kind, variable };
    out.extend(flow.edges.iter().map(|of| edge(of.source, of.target, of.kind.as_str(), None)));
    out.extend(flow.control.iter().map(|of| edge(of.source, of.target, "control", None)));
    let mut data: Vec<(u32, u32, u32)> = flow
        .data
        .iter()
        .map(|of| (of.source, of.target, flow.mentions.get(of.usage as usize).map_or(0, |mention| mention.variable)))
        .collect();
    data.sort_unstable();
    data.dedup();
    out.extend(data.into_iter().map(|(source, target, variable)| edge(source, target, "data", Some(variable_name(flow, text, variable)))));
}

impl FileRows for FlowEdgeRows<'_> {
    fn count(&self) -> usize {
        self.edges.len()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        match name {
            "function" => Arc::new(UInt64Array::from_iter_values(self.edges(rows).map(|edge| edge.function))),
            "source" => Arc::new(UInt32Array::from_iter_values(self.edges(rows).map(|edge| edge.source))),
            "target" => Arc::new(UInt32Array::from_iter_values(self.edges(rows).map(|edge| edge.target))),
            "kind" => texts(self.edges(rows).map(|edge| edge.kind)),
            "variable" => optional_texts(self.edges(rows).map(|edge| edge.variable.as_deref())),
            "project" => same(self.project, rows.len()),
            _ => same(self.revision, rows.len()),
        }
    }
}
