//! What this engine costs on a project: the bare parse as the floor, a cold index, a re-open, edits and questions.
//!
//! ```text
//! cargo run --release -p leindex-queries --example measure -- PATH [--json]
//! ```
//!
//! Everything is measured in one run, because absolute times mean little on a shared machine. Nothing is written to
//! the project: edits are unsaved buffers. The store lies in a temporary folder and is removed.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use leindex_queries::index::{Change, ImpactOptions, Index, SearchOptions, StorePlace};
use leindex_queries::languages::Languages;
use leindex_queries::syntax::blob::PARSES;
use leindex_queries::syntax::parse::bare_parse;
use leindex_queries::{ContextOptions, Options, SliceOptions};
use rayon::prelude::*;
use serde_json::{Value, json};

/// Measure a project: floor, cold index, re-open, edits by class, questions, memory and disk.
#[derive(Parser)]
#[command(after_help = "Examples:\n  measure .\n  measure ~/src/django --json --samples 40\n  RAYON_NUM_THREADS=1 measure .")]
struct Arguments {
    /// The folder of the project.
    path: PathBuf,
    /// Files edited per class of edit.
    #[arg(long, default_value_t = 20)]
    samples: usize,
    /// Print one JSON value and nothing else.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    common::run(|| {
        let report = measure(&arguments.path, arguments.samples)?;
        if arguments.json {
            println!("{report}");
        } else {
            println!("{}", serde_json::to_string_pretty(&report)?);
        }
        Ok(())
    })
}

fn measure(path: &Path, samples: usize) -> Result<Value, Box<dyn std::error::Error>> {
    let home = tempfile::tempdir()?;
    let store = || StorePlace::Folder(home.path().to_owned());
    eprintln!("cold index");
    let start = Instant::now();
    let mut index = common::open(path, store())?;
    let closed = index.snapshot().resolve_all()?;
    index.persist()?;
    let cold = start.elapsed().as_secs_f64();
    let peak = memory("VmHWM:");
    let files = index.snapshot().files()?;
    let analysed: Vec<_> = files.iter().filter(|file| file.skipped.is_none() && file.language.is_some()).collect();
    let bytes: u64 = analysed.iter().map(|file| file.bytes).sum();
    let symbols = index.snapshot().symbol_count()?;
    let rules = index.snapshot().edge_counts()?;
    drop(index);
    let store_bytes = folder_bytes(home.path());

    eprintln!("floor: bare parse of the same files on the same threads");
    let mut paths: Vec<(u64, PathBuf)> = analysed.iter().map(|file| (file.bytes, path.join(&file.path))).collect();
    paths.sort_unstable_by(|a, b| b.cmp(a));
    let languages = Languages::default();
    let start = Instant::now();
    let parsed: usize = paths
        .par_iter()
        .map(|(_, path)| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let Ok(bytes) = std::fs::read(path) else { return 0 };
            let dialect = languages.dialect(&name, &bytes[..bytes.len().min(8192)]);
            languages.grammar(dialect).map_or(0, |grammar| bare_parse(grammar, &bytes))
        })
        .sum();
    let floor = start.elapsed().as_secs_f64();

    eprintln!("re-open with nothing changed, and a bare walk with a stat of every file");
    let start = Instant::now();
    let walked = ignore::WalkBuilder::new(path)
        .build()
        .filter_map(Result::ok)
        .filter(|entry| entry.metadata().is_ok_and(|metadata| metadata.is_file()))
        .count();
    let walk = start.elapsed().as_secs_f64();
    let parses = PARSES.load(std::sync::atomic::Ordering::Relaxed);
    let start = Instant::now();
    index = common::open(path, store())?;
    let reopen = start.elapsed().as_secs_f64();
    let reopen_parses = PARSES.load(std::sync::atomic::Ordering::Relaxed) - parses;

    index.snapshot().resolve_all()?;
    let resting = memory("VmRSS:");
    eprintln!("edits");
    let chosen = choose(&index, &analysed.iter().map(|file| (file.path.clone(), file.bytes)).collect::<Vec<_>>(), samples)?;
    let (mut edits, impact) = edit_classes(&mut index, &chosen)?;
    edits.insert("branch_500", branch(&mut index, path)?);
    drop(index);
    eprintln!("edits again, counting queries");
    index = common::open_counting(path, store())?;
    index.snapshot().resolve_all()?;
    for (class, counted) in edit_classes(&mut index, &chosen)?.0 {
        if let Some(timed) = edits.get_mut(class) {
            timed["executed"] = counted["executed"].clone();
        }
    }
    eprintln!("questions");
    let snapshot = index.snapshot();
    let names: Vec<&str> = chosen.iter().map(|sample| sample.symbol.as_str()).collect();
    let lookup = times(names.iter().map(|name| timed(|| snapshot.symbol(name).map(|_| ()))));
    let questions: Vec<String> = chosen.iter().map(|sample| format!("how does {} work", sample.name.replace('_', " "))).collect();
    let search = times(questions.iter().map(|question| timed(|| snapshot.search(question, &SearchOptions::default()).map(|_| ()))));
    let context = times(questions.iter().map(|question| timed(|| snapshot.context(question, &ContextOptions::default()).map(|_| ()))));
    let places: Vec<(&str, u32)> = chosen.iter().map(|sample| (sample.path.as_str(), sample.line + 1)).collect();
    // A line on which nothing runs has no slice.
    let slices =
        || times(places.iter().map(|&(path, line)| timed(|| snapshot.slice(path, line, None, SliceOptions::default()).map(|_| ()))));
    let (first_slice, slice) = (slices(), slices());
    drop(index);

    eprintln!("control and data flow of every function: rows alone, then rows and flows from one tree, nothing stored before");
    let read = |flows: bool| -> Result<f64, Box<dyn std::error::Error>> {
        let start = Instant::now();
        Index::open(path, Options { store: StorePlace::Memory, flows, ..Options::default() })?;
        Ok(start.elapsed().as_secs_f64())
    };
    // The lesser of two, taken in turns.
    let (first, second) = ((read(false)?, read(true)?), (read(false)?, read(true)?));
    let (rows_alone, with_flows) = (first.0.min(second.0), first.1.min(second.1));
    Ok(json!({
        "flows_s": with_flows - rows_alone,
        "flows_ratio": (with_flows - rows_alone) / floor,
        "slice_first_ms": first_slice,
        "slice_ms": slice,
        "files": analysed.len(),
        "source_bytes": bytes,
        "symbols": symbols,
        "edges": rules,
        "edges_closed": closed,
        "threads": rayon::current_num_threads(),
        "parse_floor_s": floor,
        "parse_floor_nodes": parsed,
        "cold_index_s": cold,
        "cold_ratio": cold / floor,
        "stat_walk_s": walk,
        "stat_walk_files": walked,
        "reopen_s": reopen,
        "reopen_ratio": reopen / walk,
        "reopen_parses": reopen_parses,
        "edits": edits,
        "lookup_ms": lookup,
        "search_ms": search,
        "context_ms": context,
        "impact_ms": impact,
        "peak_rss_bytes": peak,
        "resting_rss_bytes": resting,
        "bytes_per_node": resting as f64 / symbols.max(1) as f64,
        "store_bytes": store_bytes,
        "store_ratio": store_bytes as f64 / bytes.max(1) as f64,
    }))
}

/// A file to edit, and a function in it.
struct Sample {
    path: String,
    text: String,
    symbol: String,
    name: String,
    line: u32,
    /// First byte of the function, its name, and a place inside its body.
    start: usize,
    name_at: usize,
    body_at: usize,
    line_comment: &'static str,
}

/// Functions of files of at most 50 KB, spread over the project.
fn choose(index: &Index, files: &[(String, u64)], count: usize) -> Result<Vec<Sample>, Box<dyn std::error::Error>> {
    let snapshot = index.snapshot();
    let small: Vec<&String> = files.iter().filter(|(_, bytes)| (500..=50_000).contains(bytes)).map(|(path, _)| path).collect();
    let step = (small.len() / (count * 3).max(1)).max(1);
    let mut chosen = Vec::new();
    for path in small.into_iter().step_by(step) {
        if chosen.len() >= count {
            break;
        }
        let mut stack = snapshot.outline(path)?;
        let mut found = None;
        while let Some(item) = stack.pop() {
            let symbol = &item.symbol;
            if matches!(symbol.kind, "function" | "method")
                && symbol.end_line > symbol.start_line + 3
                && snapshot.symbol(&symbol.symbol).is_ok()
            {
                found = Some(item.symbol.clone());
                break;
            }
            stack.extend(item.children);
        }
        let Some(symbol) = found else { continue };
        let text = std::fs::read_to_string(index.root().join(path))?;
        let span = symbol.start_byte as usize..symbol.end_byte as usize;
        let Some(source) = text.get(span.clone()) else { continue };
        let Some(name_at) = source.find(&symbol.name) else { continue };
        let Some(last_line) = source.trim_end().rfind('\n') else { continue };
        let line_comment = match symbol.language {
            "python" | "ruby" | "elixir" => "#",
            "lua" | "haskell" => "--",
            _ => "//",
        };
        chosen.push(Sample {
            path: path.clone(),
            symbol: symbol.symbol.clone(),
            name: symbol.name.clone(),
            line: symbol.name_line,
            start: span.start,
            name_at: span.start + name_at,
            body_at: span.start + last_line + 1,
            text,
            line_comment,
        });
    }
    Ok(chosen)
}

type Classes = BTreeMap<&'static str, Value>;

/// Edits by class, and the impact asked directly after each edit of a body.
///
/// Each sample's questions are asked once before its edit, as an editor's user would: what is timed is the edit, not the
/// first look at that part of the project.
fn edit_classes(index: &mut Index, samples: &[Sample]) -> Result<(Classes, Value), Box<dyn std::error::Error>> {
    let mut report = BTreeMap::new();
    let mut impacts = Vec::new();
    for class in ["comment", "body", "revert", "signature", "new_symbol", "new_file", "delete"] {
        let mut millis = Vec::new();
        let mut executed = BTreeMap::<String, u64>::new();
        for sample in samples {
            let line_start = sample.text[..sample.start].rfind('\n').map_or(0, |at| at + 1);
            let mark = sample.line_comment;
            let insert = |at: usize, text: &str| format!("{}{text}{}", &sample.text[..at], &sample.text[at..]);
            let change = match class {
                "comment" => Change::Overlay(sample.path.clone(), insert(line_start, &format!("{mark} edited\n"))),
                "body" => Change::Overlay(sample.path.clone(), insert(sample.body_at, &format!("{mark} edited inside\n"))),
                "signature" => Change::Overlay(sample.path.clone(), insert(sample.name_at, "renamed_")),
                "new_symbol" => {
                    let end = sample.text.len();
                    let copy = sample.text.get(sample.start..).map_or("", |rest| rest.split("\n\n").next().unwrap_or(""));
                    Change::Overlay(sample.path.clone(), insert(end, &format!("\n{}\n", copy.replacen(&sample.name, "added_by_edit", 1))))
                }
                "new_file" => {
                    let (folder, name) = sample.path.rsplit_once('/').unwrap_or(("", &sample.path));
                    Change::Overlay(
                        format!("{folder}/new_{name}").trim_start_matches('/').to_owned(),
                        format!("{}\n{mark} new", sample.text),
                    )
                }
                "delete" => Change::Remove(sample.path.clone()),
                _ => {
                    index.apply(Change::Overlay(sample.path.clone(), insert(line_start, &format!("{mark} to be reverted\n"))))?;
                    Change::Overlay(sample.path.clone(), sample.text.clone())
                }
            };
            let question = format!("how does {} work", sample.name);
            let ask = |index: &Index, line: u32| {
                let snapshot = index.snapshot();
                // Renamed, it is still on its line.
                if class != "delete" {
                    let _ = snapshot.callers(&format!("{}:{line}", sample.path));
                }
                snapshot.context(&question, &ContextOptions::default()).map(|_| ())
            };
            let (before, after) = match class {
                "comment" => (sample.line, sample.line + 1),
                "revert" => (sample.line + 1, sample.line),
                _ => (sample.line, sample.line),
            };
            ask(index, before)?;
            index.events().start();
            let start = Instant::now();
            index.apply(change)?;
            ask(index, after)?;
            millis.push(start.elapsed().as_secs_f64() * 1e3);
            let events = index.events().take(index.database());
            for (query, count) in events {
                *executed.entry(query).or_default() += count;
            }
            if class == "body" {
                let start = Instant::now();
                let _ = index.snapshot().impact(&[&sample.symbol], ImpactOptions::default());
                impacts.push(start.elapsed().as_secs_f64() * 1e3);
            }
            let undo = match class {
                "new_file" => {
                    let (folder, name) = sample.path.rsplit_once('/').unwrap_or(("", &sample.path));
                    format!("{folder}/new_{name}").trim_start_matches('/').to_owned()
                }
                _ => sample.path.clone(),
            };
            index.apply(Change::CloseOverlay(undo))?;
            ask(index, sample.line)?;
        }
        let count = samples.len().max(1) as u64;
        let executed: BTreeMap<String, f64> = executed.into_iter().map(|(query, total)| (query, total as f64 / count as f64)).collect();
        let mut value = quantiles(&mut millis, "_ms");
        value["executed"] = json!(executed);
        report.insert(class, value);
    }
    Ok((report, quantiles(&mut impacts, "")))
}

/// 500 files change at once, as when a branch is switched, then change back.
fn branch(index: &mut Index, root: &Path) -> Result<Value, Box<dyn std::error::Error>> {
    let files = index.snapshot().files()?;
    let paths: Vec<String> =
        files.iter().filter(|file| file.skipped.is_none() && file.language.is_some()).map(|file| file.path.clone()).collect();
    let step = (paths.len() / 500).max(1);
    let chosen: Vec<&String> = paths.iter().step_by(step).take(500).collect();
    let start = Instant::now();
    for path in &chosen {
        let text = std::fs::read_to_string(root.join(path))?;
        index.apply(Change::Overlay((*path).clone(), format!("{text}\n")))?;
    }
    index.snapshot().context("what changed", &ContextOptions::default())?;
    let there = start.elapsed().as_secs_f64() * 1e3;
    let start = Instant::now();
    for path in &chosen {
        index.apply(Change::CloseOverlay((*path).clone()))?;
    }
    index.snapshot().context("what changed", &ContextOptions::default())?;
    let back = start.elapsed().as_secs_f64() * 1e3;
    Ok(json!({ "files": chosen.len(), "p50_ms": there, "p95_ms": there, "back_ms": back }))
}

fn timed<E>(question: impl FnOnce() -> Result<(), E>) -> f64 {
    let start = Instant::now();
    // A question that finds nothing took its time as well.
    let _ = question();
    start.elapsed().as_secs_f64() * 1e3
}

fn times(values: impl Iterator<Item = f64>) -> Value {
    quantiles(&mut values.collect::<Vec<_>>(), "")
}

fn quantiles(values: &mut [f64], suffix: &str) -> Value {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values.get(((values.len().saturating_sub(1)) as f64 * share).round() as usize).copied().unwrap_or(0.0);
    json!({ format!("p50{suffix}"): at(0.5), format!("p95{suffix}"): at(0.95) })
}

/// A line of the process's status in bytes, where the system has one.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|text| text.strip_prefix(line));
    found.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kilobytes| kilobytes * 1024)
}

fn folder_bytes(path: &Path) -> u64 {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { folder_bytes(&entry.path()) } else { entry.metadata().map_or(0, |m| m.len()) }).sum()
}
