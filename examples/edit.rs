//! What one edit re-computes: the queries that run after a comment, a body, a signature edit and a revert.
//!
//! ```text
//! cargo run --release -p leindex-queries --example edit -- PATH [FILE]
//! ```
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

mod common;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use leindex_queries::ContextOptions;
use leindex_queries::index::{Change, StorePlace};
use serde_json::json;

/// Edit a file in memory and say which queries ran and how long the next answer took.
#[derive(Parser)]
#[command(after_help = "Examples:\n  edit .\n  edit ~/src/flask src/flask/app.py --json")]
struct Arguments {
    /// The folder of the project.
    path: PathBuf,
    /// The file to edit; without it, the first that defines a function.
    file: Option<String>,
    /// Print one JSON value and nothing else.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    common::run(|| {
        let mut index = common::open_counting(&arguments.path, StorePlace::User)?;
        index.snapshot().resolve_all()?;
        let files = index.snapshot().files()?;
        let candidates = files.iter().filter(|file| file.skipped.is_none() && file.language.is_some()).map(|file| &file.path);
        let mut chosen = None;
        for path in candidates.filter(|path| arguments.file.as_ref().is_none_or(|wanted| wanted == *path)) {
            let outline = index.snapshot().outline(path)?;
            if let Some(item) = outline.into_iter().find(|item| item.symbol.kind == "function") {
                chosen = Some((path.clone(), item.symbol));
                break;
            }
        }
        let (path, symbol) = chosen.ok_or("no file defines a function; name another with FILE")?;
        let text = std::fs::read_to_string(index.root().join(&path))?;
        let start = symbol.start_byte as usize;
        let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let mark = if matches!(symbol.language, "python" | "ruby" | "elixir") { "#" } else { "//" };
        let end = symbol.end_byte as usize;
        let body = text[..end].rfind('\n').map_or(end, |at| at + 1);
        let insert = |at: usize, added: &str| format!("{}{added}{}", &text[..at], &text[at..]);
        let steps = [
            ("comment above", insert(line, &format!("{mark} edited\n"))),
            ("body", insert(body, &format!("{mark} edited\n"))),
            ("rename", text.replacen(&symbol.name, &format!("{}_renamed", symbol.name), 1)),
            ("revert", text.clone()),
        ];
        let mut report = Vec::new();
        for (step, edited) in steps {
            index.events().start();
            let start = Instant::now();
            index.apply(Change::Overlay(path.clone(), edited))?;
            let snapshot = index.snapshot();
            let _ = snapshot.callers(&symbol.symbol);
            snapshot.context(&symbol.name, &ContextOptions::default())?;
            let millis = start.elapsed().as_secs_f64() * 1e3;
            let executed = index.events().take(index.database());
            if !arguments.json {
                println!("{step}: {millis:.2} ms to fresh callers and a context of 2,000 tokens");
                for (query, count) in &executed {
                    println!("  {count:6} {query}");
                }
            }
            report.push(json!({ "edit": step, "ms": millis, "executed": executed }));
        }
        if arguments.json {
            println!("{}", json!({ "file": path, "symbol": symbol.symbol, "edits": report }));
        }
        Ok(())
    })
}
