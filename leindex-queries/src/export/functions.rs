//! The table functions: questions of a snapshot whose answers are rows.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float32Array, Float64Array, StringArray, UInt32Array, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use leindex_db::tables::{Argument, ArgumentType, DefaultArgument, Parameter, TableFunction};
use rustc_hash::FxHashMap;

use super::symbol_ids::id_of;
use crate::index::{
    Architecture, ArchitectureOptions, BetweennessOptions, CommunitiesOptions, EdgeInfo, Error, GrepLine, GrepOptions, HotspotsOptions,
    ImpactOptions, SearchOptions, SliceOptions, Snapshot,
};

const SYMBOL: Parameter = Parameter { name: "symbol", ty: ArgumentType::Text, default: None };
const DEPTH: Parameter = Parameter { name: "depth", ty: ArgumentType::Number, default: Some(DefaultArgument::Number(1)) };
const PATH: Parameter = Parameter { name: "path", ty: ArgumentType::Text, default: None };
const LINE: Parameter = Parameter { name: "line", ty: ArgumentType::Number, default: None };
const VARIABLE: Parameter = Parameter { name: "variable", ty: ArgumentType::OptionalText, default: Some(DefaultArgument::Null) };
const QUESTION: Parameter = Parameter { name: "question", ty: ArgumentType::Text, default: None };
const PATTERN: Parameter = Parameter { name: "pattern", ty: ArgumentType::Text, default: None };
const LEVELS: Parameter = Parameter { name: "depth", ty: ArgumentType::Number, default: Some(DefaultArgument::Number(0)) };
const K: Parameter = Parameter { name: "k", ty: ArgumentType::Number, default: Some(DefaultArgument::Number(10)) };

/// Symbols that `callers` and `callees` give, and lines that `grep` gives, at most.
const MOST: usize = 10_000;

/// A column of a function: name, type, whether it may be without a value, meaning. A meaning is left out where the column
/// of a table with that name has the same.
type FunctionColumn = (&'static str, DataType, bool, &'static str);

const CALLED: &[FunctionColumn] = &[
    ("id", DataType::UInt64, false, ""),
    ("symbol", DataType::Utf8, false, ""),
    ("distance", DataType::UInt32, false, "calls between it and the symbol asked for"),
    ("via", DataType::Utf8, false, "the symbol on the way before it"),
    ("path", DataType::Utf8, false, "file of the first site"),
    ("line", DataType::UInt32, false, "line of the first site"),
    ("rule", DataType::Utf8, false, ""),
    ("confidence", DataType::Float32, true, ""),
];

const REACHED: &[FunctionColumn] = &[
    ("id", DataType::UInt64, false, ""),
    ("symbol", DataType::Utf8, false, ""),
    ("distance", DataType::UInt32, false, "edges between it and the symbol that changes"),
    ("path", DataType::Utf8, false, "its file"),
    ("line", DataType::UInt32, false, "line of its name"),
    ("proof", DataType::Utf8, false, "the symbols on the way to it, nearest to the change first"),
];

const SLICED: &[FunctionColumn] = &[
    ("path", DataType::Utf8, false, "file of the line"),
    ("line", DataType::UInt32, false, "its number"),
    ("text", DataType::Utf8, false, "its text"),
    ("reason", DataType::Utf8, false, "why it is in the slice"),
];

const FOUND: &[FunctionColumn] = &[
    ("rank", DataType::UInt32, false, "1 for the best"),
    ("id", DataType::UInt64, false, ""),
    ("symbol", DataType::Utf8, false, ""),
    ("score", DataType::Float32, false, "how well it answers; comparable within one search"),
    ("kind", DataType::Utf8, false, "what it is"),
    ("path", DataType::Utf8, false, "its file"),
    ("start_line", DataType::UInt32, false, ""),
    ("end_line", DataType::UInt32, false, ""),
    ("signature", DataType::Utf8, false, ""),
    ("summary", DataType::Utf8, false, "one sentence about it, made from the code where there is no documentation"),
];

const FITTING: &[FunctionColumn] = &[
    ("path", DataType::Utf8, false, "file of the line"),
    ("line", DataType::UInt32, false, "its number"),
    ("text", DataType::Utf8, false, "its text"),
];

const HOT: &[FunctionColumn] = &[
    ("rank", DataType::UInt32, false, "1 for the hottest"),
    ("id", DataType::UInt64, false, ""),
    ("symbol", DataType::Utf8, false, ""),
    ("path", DataType::Utf8, false, "its file"),
    ("line", DataType::UInt32, false, "line of its name"),
    ("cognitive", DataType::UInt32, false, "cognitive complexity"),
    ("centrality", DataType::Float64, false, "PageRank along calls and bases"),
    ("commits", DataType::UInt32, true, "commits of the last year of history that changed its file; null without a history"),
    ("score", DataType::Float64, false, "complexity × centrality × churn"),
];

const OTHERS: &[FunctionColumn] = &[
    ("path", DataType::Utf8, false, "its path"),
    ("bytes", DataType::UInt64, false, "its length in bytes; 0 for what is no regular file"),
];

const BETWEEN: &[FunctionColumn] = &[
    ("rank", DataType::UInt32, false, "1 for the highest"),
    ("id", DataType::UInt64, false, ""),
    ("symbol", DataType::Utf8, false, ""),
    ("betweenness", DataType::Float64, false, "share of the shortest ways along calls and bases that lead through it, sampled"),
];

const FAN: &[FunctionColumn] = &[
    ("id", DataType::UInt64, false, ""),
    ("fan_in", DataType::UInt32, false, "symbols that call or extend it"),
    ("fan_out", DataType::UInt32, false, "symbols that it calls or extends"),
];

const GROUPED: &[FunctionColumn] = &[
    ("id", DataType::UInt64, false, ""),
    ("symbol", DataType::Utf8, false, ""),
    ("community", DataType::UInt32, false, "number of its community"),
    ("name", DataType::Utf8, false, "name of the community"),
];

const DIRECTORIES: &[FunctionColumn] = &[
    ("path", DataType::Utf8, false, "directory, from the root"),
    ("files", DataType::UInt32, false, "files in it"),
    ("symbols", DataType::UInt32, false, "symbols in it"),
    ("afferent", DataType::UInt32, false, "symbols of others that rely on it"),
    ("efferent", DataType::UInt32, false, "symbols of it that rely on others"),
    ("instability", DataType::Float64, true, "efferent / (afferent + efferent); null if both are 0"),
    ("layer", DataType::UInt32, false, "0 relies on no other directory; any other on those of lower layers"),
    ("cycle", DataType::UInt32, true, "number of the circle of directories that it is in"),
];

const COUPLINGS: &[FunctionColumn] = &[
    ("from_directory", DataType::Utf8, false, "directory that relies"),
    ("to_directory", DataType::Utf8, false, "directory that is relied upon"),
    ("dependencies", DataType::UInt32, false, "pairs of symbols of which one calls or extends the other"),
    ("imports", DataType::UInt32, false, "imports of files by files"),
    ("closes_cycle", DataType::Boolean, false, "whether without it, and others like it, there were no circle"),
];

/// All of them.
pub(super) fn all() -> Vec<TableFunction> {
    let function = |name, parameters, columns: &[FunctionColumn], meaning| {
        let fields = columns.iter().map(|(name, ty, nullable, meaning)| {
            let field = Field::new(*name, ty.clone(), *nullable);
            if meaning.is_empty() { field } else { field.with_metadata([("meaning".to_owned(), (*meaning).to_owned())].into()) }
        });
        TableFunction { name, parameters, schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())), meaning }
    };
    vec![
        function("callers", &[SYMBOL, DEPTH], CALLED, "who calls a symbol, over so many calls; each caller once, with its first site"),
        function(
            "callees",
            &[SYMBOL, DEPTH],
            CALLED,
            "what a symbol calls in the project, over so many calls; each once, with its first site",
        ),
        function("impact", &[SYMBOL], REACHED, "what a change of a symbol reaches, with the symbols on the way there"),
        function("slice", &[PATH, LINE, VARIABLE], SLICED, "the lines that the value of a variable at a line depends on"),
        function("search", &[QUESTION, K], FOUND, "the symbols that a question is about, best first"),
        function("grep", &[PATTERN], FITTING, "lines of the files that fit a regular expression"),
        function("other_files", &[], OTHERS, "files that no language claims, as they lie on the disk"),
        function("hotspots", &[K], HOT, "functions that are intricate, relied upon and changed often, hottest first"),
        function("betweenness", &[K], BETWEEN, "symbols that lie on the way between others, highest first"),
        function("fan", &[], FAN, "how many symbols rely on each, and on how many it relies"),
        function("communities", &[], GROUPED, "groups of symbols that have to do with each other (Leiden)"),
        function(
            "directories",
            &[LEVELS],
            DIRECTORIES,
            "how directories rely on each other: layers, coupling, circles; depth 0 is chosen by itself",
        ),
        function("couplings", &[LEVELS], COUPLINGS, "what leads from one directory to another; depth 0 is chosen by itself"),
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
        "search" => found(snapshot, first, number(1))?,
        "grep" => fitting(snapshot, first)?,
        "other_files" => others(snapshot)?,
        "hotspots" => hot(snapshot, number(0))?,
        "betweenness" => between(snapshot, number(0))?,
        "fan" => fan(snapshot)?,
        "communities" => grouped(snapshot)?,
        "directories" => directories(snapshot, number(0))?,
        _ => couplings(snapshot, number(0))?,
    };
    RecordBatch::try_new(Arc::clone(&function.schema), columns).map_err(|error| Error::Table(error.into()))
}

fn numbers(values: impl Iterator<Item = u32>) -> ArrayRef {
    Arc::new(UInt32Array::from_iter_values(values))
}

fn ids<'s>(symbols: impl Iterator<Item = &'s str>) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(symbols.map(id_of)))
}

/// Lines that fit a pattern.
fn fitting(snapshot: &Snapshot<'_>, pattern: &str) -> Result<Vec<ArrayRef>, Error> {
    let lines = snapshot.grep(pattern, &GrepOptions { limit: MOST, ..GrepOptions::default() })?.lines;
    let texts = |text: fn(&GrepLine) -> &str| Arc::new(StringArray::from_iter_values(lines.iter().map(text))) as ArrayRef;
    Ok(vec![texts(|line| &line.path), numbers(lines.iter().map(|line| line.line)), texts(|line| &line.text)])
}

/// Files that are not analysed, because no language claims them.
fn others(snapshot: &Snapshot<'_>) -> Result<Vec<ArrayRef>, Error> {
    let files = snapshot.other_files()?;
    Ok(vec![
        Arc::new(StringArray::from_iter_values(files.iter().map(|file| &file.path))),
        Arc::new(UInt64Array::from_iter_values(files.iter().map(|file| file.bytes))),
    ])
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
    let options = SearchOptions { limit: limited(limit), ..SearchOptions::default() };
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

fn limited(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX).min(MOST)
}

fn floats(values: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(values))
}

fn hot(snapshot: &Snapshot<'_>, limit: u64) -> Result<Vec<ArrayRef>, Error> {
    let found = snapshot.hotspots(&HotspotsOptions { limit: limited(limit), ..HotspotsOptions::default() })?.hotspots;
    Ok(vec![
        numbers(1..=found.len() as u32),
        ids(found.iter().map(|hot| hot.function.symbol.as_str())),
        texts(found.iter().map(|hot| &hot.function.symbol)),
        texts(found.iter().map(|hot| &hot.function.path)),
        numbers(found.iter().map(|hot| hot.function.line)),
        numbers(found.iter().map(|hot| hot.function.metrics.cognitive)),
        floats(found.iter().map(|hot| hot.centrality)),
        Arc::new(found.iter().map(|hot| hot.churn.as_ref().map(|churn| churn.commits)).collect::<UInt32Array>()),
        floats(found.iter().map(|hot| hot.score)),
    ])
}

fn between(snapshot: &Snapshot<'_>, limit: u64) -> Result<Vec<ArrayRef>, Error> {
    let found = snapshot.betweenness(&BetweennessOptions { limit: limited(limit), ..BetweennessOptions::default() })?.symbols;
    Ok(vec![
        numbers(1..=found.len() as u32),
        ids(found.iter().map(|of| of.symbol.as_str())),
        texts(found.iter().map(|of| &of.symbol)),
        floats(found.iter().map(|of| of.betweenness)),
    ])
}

fn fan(snapshot: &Snapshot<'_>) -> Result<Vec<ArrayRef>, Error> {
    Ok(snapshot.ask(|world| {
        let graph = world.dependencies().graph();
        let ids = world.all_ids();
        let columns: [ArrayRef; 3] = [
            Arc::new(UInt64Array::from_iter_values((0..graph.len() as u32).map(|node| ids.id(node).unwrap_or(0)))),
            numbers(graph.in_degrees().into_iter()),
            numbers((0..graph.len()).map(|node| graph.targets(node).len() as u32)),
        ];
        columns.into()
    })?)
}

fn grouped(snapshot: &Snapshot<'_>) -> Result<Vec<ArrayRef>, Error> {
    let found = snapshot.communities(&CommunitiesOptions::default())?;
    let names: FxHashMap<u32, &str> = found.communities.iter().map(|of| (of.community, of.name.as_str())).collect();
    Ok(vec![
        ids(found.members.iter().map(|of| of.symbol.as_str())),
        texts(found.members.iter().map(|of| &of.symbol)),
        numbers(found.members.iter().map(|of| of.community)),
        texts(found.members.iter().map(|of| names.get(&of.community).copied().unwrap_or(""))),
    ])
}

fn laid_out(snapshot: &Snapshot<'_>, depth: u64) -> Result<Architecture, Error> {
    let depth = Some(limited(depth)).filter(|&depth| depth > 0);
    snapshot.architecture(&ArchitectureOptions { depth, ..ArchitectureOptions::default() })
}

fn directories(snapshot: &Snapshot<'_>, depth: u64) -> Result<Vec<ArrayRef>, Error> {
    let found = laid_out(snapshot, depth)?.directories;
    Ok(vec![
        texts(found.iter().map(|of| &of.path)),
        numbers(found.iter().map(|of| of.files)),
        numbers(found.iter().map(|of| of.symbols)),
        numbers(found.iter().map(|of| of.afferent)),
        numbers(found.iter().map(|of| of.efferent)),
        Arc::new(found.iter().map(|of| of.instability).collect::<Float64Array>()),
        numbers(found.iter().map(|of| of.layer)),
        Arc::new(found.iter().map(|of| of.cycle).collect::<UInt32Array>()),
    ])
}

fn couplings(snapshot: &Snapshot<'_>, depth: u64) -> Result<Vec<ArrayRef>, Error> {
    let found = laid_out(snapshot, depth)?.couplings;
    Ok(vec![
        texts(found.iter().map(|of| &of.from)),
        texts(found.iter().map(|of| &of.to)),
        numbers(found.iter().map(|of| of.dependencies)),
        numbers(found.iter().map(|of| of.imports)),
        Arc::new(found.iter().map(|of| Some(of.closes_cycle)).collect::<BooleanArray>()),
    ])
}

fn texts<T: AsRef<str>>(values: impl Iterator<Item = T>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}
