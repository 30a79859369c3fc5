//! Prints every edge of a project as JSON lines, as those who score edges against compilers want them.
//!
//! ```text
//! cargo run --release -p leindex-queries --example edges -- PATH [--hierarchy]
//! ```
//!
//! A call through an object names one member and may run any override of it. Compilers say which member is named, and so
//! does this; `--hierarchy` adds a line for each override that may run instead, and where a parameter is called, for each
//! function that is handed to it.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::collections::BTreeMap;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use leindex_queries::index::StorePlace;

/// Print every edge of a project, a JSON object a line; counts by kind and rule go to the standard error.
#[derive(Parser)]
#[command(after_help = "Examples:\n  edges . > edges.jsonl\n  edges ~/src/django --hierarchy | jq 'select(.rule == \"hierarchy\")'")]
struct Arguments {
    /// The folder of the project.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Also print what may run in place of what a call names: overrides by the class hierarchy, functions handed to the
    /// parameter that is called.
    #[arg(long)]
    hierarchy: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    common::run(|| {
        let index = common::open(&arguments.path, StorePlace::User)?;
        let snapshot = index.snapshot();
        snapshot.resolve_all()?;
        let mut out = BufWriter::new(std::io::stdout().lock());
        let mut counts = BTreeMap::<_, u64>::new();
        for edge in snapshot.edges()?.into_iter().filter(|edge| arguments.hierarchy || !matches!(edge.rule, "hierarchy" | "passed")) {
            *counts.entry((edge.kind, edge.rule)).or_default() += 1;
            serde_json::to_writer(&mut out, &edge)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        for ((kind, rule), count) in counts {
            eprintln!("{count:8} {kind} {rule}");
        }
        Ok(())
    })
}
