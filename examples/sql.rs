//! Answers a query in SQL over the code graph of a project, or of a folder that `export` wrote.
//!
//! ```text
//! cargo run --release -p leindex-queries --features analytics --example sql -- PATH "SELECT …" [--json]
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use leindex_queries::export::{Limits, sql_of_export};
use leindex_queries::index::StorePlace;
use leindex_queries::{SqlAnswer, SqlOptions};

/// Answer a query in SQL over the code graph of a project.
#[derive(Parser)]
#[command(after_help = "Examples:
  sql . \"select kind, count(*) from nodes group by kind order by 2 desc\"
  sql . \"select * from callers('Session.login', 2)\"
  sql . \"select * from columns\"            what every column means
  sql ./graph \"select count(*) from edges\"   over a folder that `export` wrote
  sql . - < question.sql")]
struct Arguments {
    /// The folder of the project, or of an export.
    path: PathBuf,
    /// The query; `-` to read it from standard input.
    query: String,
    /// Most rows.
    #[arg(long, default_value_t = Limits::default().rows)]
    rows: usize,
    /// Give `edges` rows of kind `data`, which need the flow of every function.
    #[arg(long)]
    flow: bool,
    /// Most seconds.
    #[arg(long, default_value_t = 30.0)]
    seconds: f64,
    /// Print an array of objects, one a row.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    common::run(|| {
        let query = match arguments.query.as_str() {
            "-" => std::io::read_to_string(std::io::stdin())?,
            query => query.to_owned(),
        };
        let time = Duration::try_from_secs_f64(arguments.seconds)?;
        let options = SqlOptions {
            limits: Limits { rows: arguments.rows, time, ..Limits::default() },
            flow: arguments.flow,
            ..SqlOptions::default()
        };
        let is_export = arguments.path.join(leindex_queries::export::MANIFEST).is_file();
        let (answer, took) = if is_export {
            let start = Instant::now();
            (sql_of_export(&arguments.path, &query, &options)?, start.elapsed())
        } else {
            let index = common::open(&arguments.path, StorePlace::User)?;
            let start = Instant::now();
            (index.snapshot().sql(&query, &options)?, start.elapsed())
        };
        let rows: usize = answer.batches.iter().map(|batch| batch.num_rows()).sum();
        print(&answer, arguments.json)?;
        let more = if answer.truncated { "; there are more: raise --rows" } else { "" };
        eprintln!("{rows} row{} in {took:.2?}{more}", if rows == 1 { "" } else { "s" });
        Ok(())
    })
}

fn print(answer: &SqlAnswer, json: bool) -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if json {
        let mut writer = arrow::json::WriterBuilder::new().with_explicit_nulls(true).build::<_, arrow::json::writer::JsonArray>(&mut out);
        writer.write_batches(&answer.batches.iter().collect::<Vec<_>>())?;
        writer.finish()?;
    } else {
        let batches = match answer.batches.as_slice() {
            [] => &[arrow::record_batch::RecordBatch::new_empty(answer.schema.clone())],
            batches => batches,
        };
        write!(out, "{}", arrow::util::pretty::pretty_format_batches(batches)?)?;
    }
    writeln!(out)?;
    Ok(out.flush()?)
}
