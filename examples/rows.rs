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
//! cargo run --example rows -- --opaque DIR   steps, opaque ones, and the node kinds that made them so, by language
//! ```
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use leindex_queries::ComplexityMetrics;
use leindex_queries::flow::{Drawing, draw, file_flows, opaque_kinds};
use leindex_queries::languages::Languages;
use leindex_queries::syntax::rows::SymbolFlags;
use leindex_queries::syntax::{dump::dump, parse::ParseSession};

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
            let relative = file.strip_prefix(root).unwrap_or(&file).display();
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
                        println!("== {relative} {name}\n{}", draw(&of.flow, text, rows.position(of.base).0, Drawing { dependences: true }));
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
                        println!("{}\t{relative}\t{}\t{}", rows.str(symbol.name), symbol.name_line, symbol.kind.as_str());
                    }
                }
                "--metrics" => {
                    for symbol in rows.symbols().skip(1) {
                        let line = serde_json::json!({
                            "path": relative.to_string(),
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
                "--errors" => println!("{relative}\t{}\t{}", rows.parse_errors(), rows.error_bytes()),
                _ => print!("== {relative}\n{}", dump(&rows)),
            }
        }
    }
    print_opaque(opaque);
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
