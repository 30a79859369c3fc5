//! The table functions: questions of a snapshot whose answers are rows.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, UInt32Array, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use leindex_db::tables::{Argument, ArgumentType, DefaultArgument, Parameter, TableFunction};

use super::rows::texts;
use super::symbol_ids::id_of;
use crate::index::{EdgeInfo, Error, ImpactOptions, SearchOptions, SliceOptions, Snapshot};

const SYMBOL: Parameter = Parameter { name: "symbol", ty: ArgumentType::Text, default: None };
const DEPTH: Parameter = Parameter { name: "depth", ty: ArgumentType::Number, default: Some(DefaultArgument::Number(1)) };
const PATH: Parameter = Parameter { name: "path", ty: ArgumentType::Text, default: None };
const LINE: Parameter = Parameter { name: "line", ty: ArgumentType::Number, default: None };
const VARIABLE: Parameter = Parameter { name: "variable", ty: ArgumentType::OptionalText, default: Some(DefaultArgument::Null) };
const QUESTION: Parameter = Parameter { name: "question", ty: ArgumentType::Text, default: None };
const K: Parameter = Parameter { name: "k", ty: ArgumentType::Number, default: Some(DefaultArgument::Number(10)) };

/// Symbols that `callers` and `callees` give, at most.
const MOST: usize = 10_000;

/// All of them.
pub(super) fn all() -> Vec<TableFunction> {
    use DataType::{Float32, UInt32, UInt64, Utf8};
    let called = [
        ("id", UInt64, false),
        ("symbol", Utf8, false),
        ("distance", UInt32, false),
        ("via", Utf8, false),
        ("path", Utf8, false),
        ("line", UInt32, false),
        ("rule", Utf8, false),
        ("confidence", Float32, true),
    ];
    let reached = [
        ("id", UInt64, false),
        ("symbol", Utf8, false),
        ("distance", UInt32, false),
        ("path", Utf8, false),
        ("line", UInt32, false),
        ("proof", Utf8, false),
    ];
    let sliced = [("path", Utf8, false), ("line", UInt32, false), ("text", Utf8, false), ("reason", Utf8, false)];
    let found = [
        ("rank", UInt32, false),
        ("id", UInt64, false),
        ("symbol", Utf8, false),
        ("score", Float32, false),
        ("kind", Utf8, false),
        ("path", Utf8, false),
        ("start_line", UInt32, false),
        ("end_line", UInt32, false),
        ("signature", Utf8, false),
        ("summary", Utf8, false),
    ];
    let function = |name, parameters, columns: &[(&str, DataType, bool)], meaning| {
        let fields: Vec<Field> = columns.iter().map(|(name, ty, nullable)| Field::new(*name, ty.clone(), *nullable)).collect();
        TableFunction { name, parameters, schema: Arc::new(Schema::new(fields)), meaning }
    };
    vec![
        function("callers", &[SYMBOL, DEPTH], &called, "who calls a symbol, over so many calls; each caller once, with its first site"),
        function(
            "callees",
            &[SYMBOL, DEPTH],
            &called,
            "what a symbol calls in the project, over so many calls; each once, with its first site",
        ),
        function("impact", &[SYMBOL], &reached, "what a change of a symbol reaches, with the symbols on the way there"),
        function("slice", &[PATH, LINE, VARIABLE], &sliced, "the lines that the value of a variable at a line depends on"),
        function("search", &[QUESTION, K], &found, "the symbols that a question is about, best first"),
    ]
}

/// The rows that one gives. The arguments are as its parameters want them.
pub(super) fn call(snapshot: &Snapshot<'_>, function: &TableFunction, arguments: &[Argument]) -> Result<RecordBatch, Error> {
    let text = |at: usize| match arguments.get(at) {
        Some(Argument::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let number = |at: usize| match arguments.get(at) {
        Some(&Argument::Number(number)) => number,
        _ => 0,
    };
    let first = text(0).unwrap_or("");
    let columns = match function.name {
        "callers" => called(snapshot, first, number(1), true)?,
        "callees" => called(snapshot, first, number(1), false)?,
        "impact" => reached(snapshot, first)?,
        "slice" => sliced(snapshot, first, number(1), text(2))?,
        _ => found(snapshot, first, number(1))?,
    };
    RecordBatch::try_new(Arc::clone(&function.schema), columns).map_err(|error| Error::Table(error.into()))
}

fn numbers(values: impl Iterator<Item = u32>) -> ArrayRef {
    Arc::new(UInt32Array::from_iter_values(values))
}

fn ids<'s>(symbols: impl Iterator<Item = &'s str>) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(symbols.map(id_of)))
}

/// Callers or callees, nearest first.
fn called(snapshot: &Snapshot<'_>, name: &str, depth: u64, callers: bool) -> Result<Vec<ArrayRef>, Error> {
    let start = snapshot.symbol(name)?.symbol;
    let mut seen = BTreeSet::from([start.clone()]);
    let mut rows: Vec<(String, u32, String, EdgeInfo)> = Vec::new();
    let mut level = vec![start];
    for distance in 1..=u32::try_from(depth).unwrap_or(u32::MAX) {
        let mut next = Vec::new();
        for via in level {
            let edges = if callers { snapshot.callers(&via)?.edges } else { snapshot.callees(&via)?.edges };
            for edge in edges {
                let other = if callers { Some(edge.source.clone()) } else { edge.target.clone() };
                let Some(other) = other else { continue };
                if rows.len() < MOST && seen.insert(other.clone()) {
                    next.push(other.clone());
                    rows.push((other, distance, via.clone(), edge));
                }
            }
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    Ok(vec![
        ids(rows.iter().map(|(symbol, ..)| symbol.as_str())),
        texts(rows.iter().map(|(symbol, ..)| symbol)),
        numbers(rows.iter().map(|&(_, distance, ..)| distance)),
        texts(rows.iter().map(|(_, _, via, _)| via)),
        texts(rows.iter().map(|(.., edge)| &edge.path)),
        numbers(rows.iter().map(|(.., edge)| edge.line)),
        texts(rows.iter().map(|(.., edge)| edge.rule)),
        Arc::new(rows.iter().map(|(.., edge)| edge.confidence).collect::<Float32Array>()),
    ])
}

fn reached(snapshot: &Snapshot<'_>, name: &str) -> Result<Vec<ArrayRef>, Error> {
    let members = snapshot.impact(&[name], ImpactOptions::default())?.members;
    Ok(vec![
        ids(members.iter().map(|member| member.symbol.as_str())),
        texts(members.iter().map(|member| &member.symbol)),
        numbers(members.iter().map(|member| member.distance)),
        texts(members.iter().map(|member| &member.path)),
        numbers(members.iter().map(|member| member.line)),
        texts(members.iter().map(|member| member.proof.iter().map(|edge| edge.source.as_str()).collect::<Vec<_>>().join(" < "))),
    ])
}

fn sliced(snapshot: &Snapshot<'_>, path: &str, line: u64, variable: Option<&str>) -> Result<Vec<ArrayRef>, Error> {
    let line = u32::try_from(line).unwrap_or(u32::MAX);
    let lines = snapshot.slice(path, line, variable, SliceOptions::default())?.lines;
    Ok(vec![
        texts(lines.iter().map(|line| &line.path)),
        numbers(lines.iter().map(|line| line.line)),
        texts(lines.iter().map(|line| &line.text)),
        texts(lines.iter().map(|line| &line.reason)),
    ])
}

fn found(snapshot: &Snapshot<'_>, question: &str, limit: u64) -> Result<Vec<ArrayRef>, Error> {
    let options = SearchOptions { limit: usize::try_from(limit).unwrap_or(usize::MAX).min(MOST), ..SearchOptions::default() };
    let hits = snapshot.search(question, &options)?.hits;
    let symbols = || hits.iter().map(|hit| &hit.symbol);
    Ok(vec![
        numbers(1..=hits.len() as u32),
        ids(symbols().map(|of| of.symbol.as_str())),
        texts(symbols().map(|of| &of.symbol)),
        Arc::new(Float32Array::from_iter_values(hits.iter().map(|hit| hit.score))),
        texts(symbols().map(|of| of.kind)),
        texts(symbols().map(|of| &of.path)),
        numbers(symbols().map(|of| of.start_line)),
        numbers(symbols().map(|of| of.end_line)),
        texts(symbols().map(|of| &of.signature)),
        texts(symbols().map(|of| &of.summary)),
    ])
}
