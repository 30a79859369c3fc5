//! Indexes a project and says what was found.
//!
//! ```text
//! cargo run --release -p leindex-queries --example index -- PATH
//! ```
#![allow(clippy::print_stdout)]

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use leindex_queries::index::StorePlace;

/// Index a project and say what was found: files and symbols by language, what was skipped and why.
#[derive(Parser)]
#[command(after_help = "Examples:\n  index .\n  index ~/src/django --json")]
struct Arguments {
    /// The folder of the project.
    path: PathBuf,
    /// Print one JSON value and nothing else.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    common::run(|| {
        let start = Instant::now();
        let index = common::open(&arguments.path, StorePlace::User)?;
        let snapshot = index.snapshot();
        let edges = snapshot.resolve_all()?;
        let files = snapshot.files()?;
        let seconds = start.elapsed().as_secs_f64();
        let mut languages = BTreeMap::<&str, (usize, u64)>::new();
        let mut skipped = BTreeMap::<&str, usize>::new();
        for file in &files {
            match (file.skipped, file.language) {
                (Some(reason), _) => *skipped.entry(reason).or_default() += 1,
                (None, Some(language)) => {
                    let entry = languages.entry(language).or_default();
                    entry.0 += 1;
                    entry.1 += file.bytes;
                }
                (None, None) => {}
            }
        }
        if arguments.json {
            let value = serde_json::json!({
                "revision": snapshot.revision(), "files": files.len(), "languages": languages, "skipped": skipped,
                "edges": edges, "seconds": seconds,
            });
            println!("{value}");
            return Ok(());
        }
        println!("{} files, {edges} edges, revision {}, {seconds:.2} s", files.len(), snapshot.revision());
        for (language, (count, bytes)) in &languages {
            println!("  {language:12} {count:6} files {:9.1} kB", *bytes as f64 / 1e3);
        }
        for (reason, count) in &skipped {
            println!("  listed only, {reason}: {count}");
        }
        Ok(())
    })
}
