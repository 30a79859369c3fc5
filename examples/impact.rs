//! What a change of a symbol, or of the lines of a `git diff`, reaches, and which tests reach it.
//!
//! ```text
//! cargo run --release -p leindex-queries --example impact -- PATH SYMBOL
//! ```
#![allow(clippy::print_stdout)]

mod common;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use leindex_queries::index::{Direction, ImpactOptions, StorePlace};

/// What a change reaches, with the path that proves each member, and the tests that reach it.
#[derive(Parser)]
#[command(
    after_help = "Examples:\n  impact . Session.login\n  impact . src/auth.py:42 --depth 2\n  impact . --diff main\n  impact . Session.login --forward --json"
)]
struct Arguments {
    /// The folder of the project.
    path: PathBuf,
    /// Symbols: a name, a qualified name, `path:line` or a full name.
    symbols: Vec<String>,
    /// Start from what changed since this commit, the index or the working tree included.
    #[arg(long, value_name = "COMMIT", num_args = 0..=1, default_missing_value = "HEAD")]
    diff: Option<String>,
    /// What the symbols depend on, instead of what depends on them.
    #[arg(long)]
    forward: bool,
    /// Longest path.
    #[arg(long)]
    depth: Option<u32>,
    /// Print one JSON value and nothing else.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    common::run(|| {
        let index = common::open(&arguments.path, StorePlace::User)?;
        let snapshot = index.snapshot();
        let options = ImpactOptions {
            direction: if arguments.forward { Direction::Dependencies } else { Direction::Dependents },
            depth: arguments.depth.unwrap_or(u32::MAX),
            ..ImpactOptions::default()
        };
        let impact = match &arguments.diff {
            Some(base) => {
                let changes = leindex_queries::index::working_tree(index.root(), base)?;
                snapshot.impact_of_working_tree(&changes, options)?
            }
            None if arguments.symbols.is_empty() => return Err("name a symbol, or give --diff; see --help".into()),
            None => {
                let names: Vec<&str> = arguments.symbols.iter().map(String::as_str).collect();
                snapshot.impact(&names, options)?
            }
        };
        if arguments.json {
            println!("{}", serde_json::to_string(&impact)?);
            return Ok(());
        }
        for start in &impact.start {
            println!("{start}");
        }
        for member in &impact.members {
            let step = member.proof.last().map_or_else(String::new, |edge| match edge.confidence {
                Some(confidence) => format!("{}, {} {confidence}", edge.kind, edge.rule),
                None => format!("{}, {}", edge.kind, edge.rule),
            });
            println!(
                "{:>3}  {}:{}  {}  ({step})",
                member.distance,
                member.path,
                member.line,
                member.symbol.splitn(3, ' ').last().unwrap_or("")
            );
        }
        println!("{} members, {} of them tests, {} sites of unknown target", impact.members.len(), impact.tests.len(), impact.unknown);
        Ok(())
    })
}
