//! Writes the code graph of a project to a folder of Parquet files.
//!
//! ```text
//! cargo run --release -p leindex-queries --features analytics --example export -- PATH DIR [--with TABLE]…
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use leindex_queries::ExportOptions;
use leindex_queries::export::Table;
use leindex_queries::index::StorePlace;

/// Write the code graph of a project to a folder of Parquet files.
#[derive(Parser)]
#[command(after_help = "Examples:
  export . graph
  export ~/src/django /data/graphs --with centrality --with embeddings
  duckdb -c \"select count(*) from read_parquet('graph/nodes/**/*.parquet')\"")]
struct Arguments {
    /// The folder of the project.
    path: PathBuf,
    /// The folder to write, new, empty, or an export.
    folder: PathBuf,
    /// Tables beside projects, nodes, edges and files: flow_nodes, flow_edges, embeddings, centrality, or `all`.
    #[arg(long, value_delimiter = ',', value_parser = table)]
    with: Vec<Wanted>,
    /// Print one JSON value.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy)]
enum Wanted {
    All,
    One(Table),
}

fn table(name: &str) -> Result<Wanted, String> {
    if name == "all" {
        return Ok(Wanted::All);
    }
    let names = Table::ALL.map(Table::as_str).join(", ");
    Table::named(name).map(Wanted::One).ok_or_else(|| format!("there are {names}, and `all`"))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    common::run(|| {
        let index = common::open(&arguments.path, StorePlace::User)?;
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        bar.set_style(ProgressStyle::with_template("writing {bar:40} {pos}/{len} files")?);
        let shown = bar.clone();
        let with = arguments.with.iter().flat_map(|wanted| match wanted {
            Wanted::All => Table::ALL.to_vec(),
            Wanted::One(table) => vec![*table],
        });
        let options = ExportOptions {
            with: with.collect(),
            progress: Box::new(move |at| {
                shown.set_length(at.total as u64);
                shown.set_position(at.done as u64);
            }),
            ..ExportOptions::default()
        };
        let start = Instant::now();
        let exported = index.snapshot().export(&arguments.folder, &options)?;
        let took = start.elapsed();
        bar.finish_and_clear();
        if arguments.json {
            println!("{}", serde_json::to_string(&exported)?);
            return Ok(());
        }
        for (table, rows) in &exported.rows {
            println!("{table:<12} {rows:>12} rows");
        }
        let megabytes = exported.bytes as f64 / 1e6;
        eprintln!("{} files written and {} kept, {megabytes:.1} MB, in {took:.2?}; {}", exported.written, exported.kept, exported.revision);
        Ok(())
    })
}
