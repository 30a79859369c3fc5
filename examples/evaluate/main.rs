//! How well questions are answered: by functions' own documentation, and by written questions.
//!
//! ```text
//! cargo run --release -p leindex-queries --example evaluate -- documentation ROOT...
//! cargo run --release -p leindex-queries --example evaluate -- questions FILE ROOT
//! ```
//!
//! Each mode is a module that says what is asked, what counts and what is left out. Everything goes through the public
//! facade, nothing is kept in a store, and the same content gives the same table on any machine.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

#[path = "../common/mod.rs"]
mod common;
mod documentation;
mod outline;
mod pool;
mod questions;
mod ranking;
mod statistics;
mod table;
mod undocumented;
mod words;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::{Value, json};

use table::Table;

/// What went wrong, in a line for the reader.
type Failure = Box<dyn std::error::Error>;

/// Measure how well questions about projects are answered.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  evaluate documentation ~/src/django ~/src/tokio --sample 500
  evaluate documentation ~/pools/django --pool pools.jsonl
  evaluate questions tests/retrieval/questions/httpx.tsv ~/src/httpx --misses

Exit codes: 0 measured, 1 something could not be read, 2 wrong arguments."
)]
struct Arguments {
    #[command(subcommand)]
    mode: Mode,
    /// Print one JSON value instead of tables.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Mode {
    Documentation(documentation::Arguments),
    Questions(questions::Arguments),
}

/// What a mode found out.
#[derive(Default)]
struct Report {
    tables: Vec<Table>,
    /// Lines beneath the tables.
    notes: Vec<String>,
    /// What only JSON holds.
    details: Option<Value>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    common::run(|| {
        let report = match &arguments.mode {
            Mode::Documentation(arguments) => documentation::measure(arguments),
            Mode::Questions(arguments) => questions::measure(arguments),
        }?;
        if arguments.json {
            let tables: Vec<Value> = report.tables.iter().map(Table::json).collect();
            println!("{}", json!({ "tables": tables, "notes": report.notes, "details": report.details }));
            return Ok(());
        }
        let tables: Vec<String> = report.tables.iter().map(Table::text).collect();
        print!("{}", tables.join("\n"));
        for note in &report.notes {
            println!("{note}");
        }
        Ok(())
    })
}
