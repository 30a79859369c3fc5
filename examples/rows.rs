//! Prints what a parse leaves behind: the rows of files, their syntax trees, or one line per symbol. For those who
//! write a language's table.
//!
//! ```text
//! cargo run --example rows -- FILE…          rows
//! cargo run --example rows -- --tree FILE…   syntax tree with fields
//! cargo run --example rows -- --repaired FILE…  the text as it is parsed when it is broken
//! cargo run --example rows -- --defs DIR     name, file, line of the name, kind
//! cargo run --example rows -- --errors DIR   file, error nodes, bytes in errors
//! cargo run --example rows -- --metrics DIR  a JSON line per symbol with its place and metrics
//! cargo run --example rows -- --flow FILE…   control flow and dependences of every function
//! cargo run --example rows -- --flow-json FILE…  the same as JSON, a line a function: see [`flow_json`]
//! cargo run --example rows -- --opaque DIR   steps, opaque ones, and the node kinds that made them so, by language
//! ```
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use leindex_queries::ComplexityMetrics;
use leindex_queries::flow::{Drawing, FileFlow, draw, file_flows, opaque_kinds, variable_name};
use leindex_queries::languages::Languages;
use leindex_queries::syntax::rows::{Rows, SymbolFlags};
use leindex_queries::syntax::{dump::dump, parse::ParseSession};
use serde_json::{Value, json};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let languages = Languages::default();
    let mut session = ParseSession::default();
    let mode = arguments.iter().find(|argument| argument.starts_with("--")).map_or("--rows", String::as_str);
    let mut opaque = BTreeMap::<&str, (usize, usize, BTreeMap<String, usize>)>::new();
    for root in arguments.iter().filter(|argument| !argument.starts_with("--")) {
        let mut files = Vec::new();
        collect(Path::new(root), &mut files);
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let Ok(bytes) = std::fs::read(&file) else { continue };
            let Some(grammar) = languages.grammar(languages.dialect(&name, &bytes[..bytes.len().min(4096)])) else { continue };
            let relative = file.strip_prefix(root).unwrap_or(&file);
            if mode == "--tree" {
                print!("{}", grammar.tree_text(&bytes));
                continue;
            }
            if mode == "--repaired" {
                print!("{}", String::from_utf8_lossy(&grammar.repaired_text(&bytes).unwrap_or(bytes)));
                continue;
            }
            let rows = session.rows(grammar, &bytes);
            let source = String::from_utf8_lossy(&bytes);
            match mode {
                "--flow" => {
                    for of in file_flows(grammar, &source, &rows) {
                        let text = source.get(of.base as usize..).unwrap_or("");
                        let name = rows.symbol(of.symbol).map_or("", |row| rows.str(row.name));
                        println!(
                            "== {} {name}\n{}",
                            relative.display(),
                            draw(&of.flow, text, rows.position(of.base).0, Drawing { dependences: true })
                        );
                    }
                }
                "--flow-json" => {
                    let path = if relative.as_os_str().is_empty() { file.display() } else { relative.display() }.to_string();
                    for of in file_flows(grammar, &source, &rows) {
                        println!("{}", flow_json(&path, &source, &rows, &of));
                    }
                }
                "--opaque" => {
                    let count = opaque.entry(grammar.config.dialect).or_default();
                    for of in file_flows(grammar, &source, &rows) {
                        count.0 += of.flow.steps.len();
                        count.1 += of.flow.opaque as usize;
                    }
                    for (kind, times) in opaque_kinds(grammar, &bytes) {
                        *count.2.entry(kind).or_default() += times;
                    }
                }
                "--defs" => {
                    for symbol in rows.symbols().skip(1) {
                        println!("{}\t{}\t{}\t{}", rows.str(symbol.name), relative.display(), symbol.name_line, symbol.kind.as_str());
                    }
                }
                "--metrics" => {
                    for symbol in rows.symbols().skip(1) {
                        let line = json!({
                            "path": relative.display().to_string(),
                            "name": rows.str(symbol.name),
                            "kind": symbol.kind.as_str(),
                            "start_line": symbol.start_line,
                            "name_line": symbol.name_line,
                            "end_line": symbol.end_line,
                            "declaration": symbol.flags.has(SymbolFlags::DECLARATION),
                            "metrics": ComplexityMetrics::from(&symbol),
                        });
                        println!("{line}");
                    }
                }
                "--errors" => println!("{}\t{}\t{}", relative.display(), rows.parse_errors(), rows.error_bytes()),
                _ => print!("== {}\n{}", relative.display(), dump(&rows)),
            }
        }
    }
    print_opaque(opaque);
}

/// A flow as JSON. Lines are counted from 1, columns from 0 in bytes, ends are exclusive.
///
/// `path`, `name` (empty for the top level), `line`, `capped`, `opaque`;
/// `regions`: `{start_line, start_column, end_line, end_column, entry, exit, parent}`;
/// `nodes`: `{region, kind, start_line, start_column, end_line, end_column}`;
/// `edges`, `control` and `slicing` (control as slices follow it): `[source, target, kind]`, by node;
/// `data`: `[definition line, its column, use line, its column, name, kind of variable]`, what is known on entry left out;
/// `data_nodes`: `[source, target, name]`, by node; `unreachable`: nodes.
fn flow_json(path: &str, source: &str, rows: &Rows, of: &FileFlow) -> Value {
    let flow = &of.flow;
    let text = source.get(of.base as usize..).unwrap_or("");
    let position = |offset: u32| rows.position(of.base + offset);
    let span = |start: u32, end: u32| (position(start), position(end));
    let name_of = |usage: u32| flow.mentions.get(usage as usize).map(|mention| variable_name(flow, text, mention.variable));
    let regions = flow.regions.iter().map(|region| {
        let (start, end) = span(region.start, region.end);
        let parent = (region.parent != u32::MAX).then_some(region.parent);
        json!({"start_line": start.0, "start_column": start.1, "end_line": end.0, "end_column": end.1,
            "entry": region.entry, "exit": region.exit, "parent": parent})
    });
    let nodes = flow.nodes.iter().filter_map(|node| {
        let step = flow.steps.get(node.step as usize)?;
        let (start, end) = span(step.start, step.end);
        Some(json!({"region": node.region, "kind": step.kind.as_str(), "step": node.step,
            "start_line": start.0, "start_column": start.1, "end_line": end.0, "end_column": end.1}))
    });
    let data: std::collections::BTreeSet<_> = flow
        .data
        .iter()
        .filter_map(|pair| {
            let definition = flow.mentions.get(pair.definition as usize)?;
            let usage = flow.mentions.get(pair.usage as usize)?;
            let kind = flow.variables.get(usage.variable as usize)?.kind;
            let name = variable_name(flow, text, usage.variable);
            Some((position(definition.at), position(usage.at), name, format!("{kind:?}").to_lowercase()))
        })
        .collect();
    let data_nodes: std::collections::BTreeSet<_> =
        flow.data.iter().filter_map(|pair| Some((pair.source, pair.target, name_of(pair.usage)?))).collect();
    json!({
        "path": path,
        "name": rows.symbol(of.symbol).filter(|_| of.symbol != 0).map_or("", |row| rows.str(row.name)),
        "line": position(0).0,
        "capped": flow.capped,
        "opaque": flow.opaque,
        "regions": regions.collect::<Vec<_>>(),
        "nodes": nodes.collect::<Vec<_>>(),
        "edges": flow.edges.iter().map(|edge| json!([edge.source, edge.target, edge.kind.as_str()])).collect::<Vec<_>>(),
        "control": flow.control.iter().map(|edge| json!([edge.source, edge.target, edge.kind.as_str()])).collect::<Vec<_>>(),
        "slicing": flow.slicing_control().iter().map(|edge| json!([edge.source, edge.target, edge.kind.as_str()])).collect::<Vec<_>>(),
        "data": data.iter().map(|(from, to, name, kind)| json!([from.0, from.1, to.0, to.1, name, kind])).collect::<Vec<_>>(),
        "data_nodes": data_nodes,
        "unreachable": flow.unreachable(),
    })
}

fn print_opaque(opaque: BTreeMap<&str, (usize, usize, BTreeMap<String, usize>)>) {
    for (dialect, (steps, opaque, kinds)) in opaque {
        println!("{dialect}: {opaque} of {steps} steps ({:.3} %)", 100.0 * opaque as f64 / steps.max(1) as f64);
        let mut kinds: Vec<_> = kinds.into_iter().collect();
        kinds.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        for (kind, times) in kinds.into_iter().take(40) {
            println!("  {kind} {times}");
        }
    }
}

fn collect(path: &Path, out: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        out.push(path.to_owned());
        return;
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries.iter().filter(|entry| !entry.is_symlink()) {
        collect(entry, out);
    }
}
