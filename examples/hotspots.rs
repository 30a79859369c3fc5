//! Prints the functions of a project that are both intricate and relied upon.
//!
//! ```text
//! cargo run --release -p leindex-queries --example hotspots -- PATH [--in FOLDER] [--limit N] [--by pagerank|eigenvector]
//! ```
//!
//! `--betweenness` prints instead the symbols that lie on the way between others; `--centrality` how central every symbol
//! is, a JSON object a line, as those who check it want it.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use leindex_queries::index::{BetweennessOptions, Centrality, HotspotsOptions, StorePlace};

/// Print the functions of a project whose complexity × centrality is highest.
#[derive(Parser)]
#[command(
    after_help = "Examples:\n  hotspots .\n  hotspots ~/src/django --in django/db --by eigenvector\n  hotspots . --centrality > centrality.jsonl"
)]
struct Arguments {
    /// The folder of the project.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// A file or folder of it, from its root, that the functions lie in.
    #[arg(long = "in", default_value = "")]
    within: String,
    /// Most functions.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// How centrality is measured.
    #[arg(long, value_enum, default_value = "pagerank")]
    by: By,
    /// Also print tests; for betweenness, count them.
    #[arg(long)]
    tests: bool,
    /// Print the symbols that lie on the way between others, measured from so many.
    #[arg(long, value_name = "SAMPLE", num_args = 0..=1, default_missing_value = "1000")]
    betweenness: Option<usize>,
    /// Print how central every symbol is.
    #[arg(long)]
    centrality: bool,
    /// Print one JSON value.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum By {
    Pagerank,
    Eigenvector,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    common::run(|| {
        let index = common::open(&arguments.path, StorePlace::User)?;
        let snapshot = index.snapshot();
        let mut out = BufWriter::new(std::io::stdout().lock());
        if arguments.centrality {
            for symbol in snapshot.centrality()? {
                serde_json::to_writer(&mut out, &symbol)?;
                out.write_all(b"\n")?;
            }
            return Ok(out.flush()?);
        }
        if let Some(sample) = arguments.betweenness {
            let found = snapshot.betweenness(&BetweennessOptions { sample, limit: arguments.limit, tests: arguments.tests })?;
            if arguments.json {
                serde_json::to_writer(&mut out, &found)?;
                return Ok(out.flush()?);
            }
            for symbol in &found.symbols {
                let name = symbol.symbol.split_once(' ').map_or(&*symbol.symbol, |(_, rest)| rest);
                writeln!(out, "{:>10.6}  {name}", symbol.betweenness)?;
            }
            eprintln!("measured from {} symbols{}", found.pivots, if found.exact { ", which are all" } else { "" });
            return Ok(out.flush()?);
        }
        let start = Instant::now();
        let resolved = snapshot.resolve_all()?;
        let resolution = start.elapsed();
        let by = match arguments.by {
            By::Pagerank => Centrality::PageRank,
            By::Eigenvector => Centrality::Eigenvector,
        };
        let options = HotspotsOptions { path: arguments.within.clone(), limit: arguments.limit, by, tests: arguments.tests };
        let start = Instant::now();
        let found = snapshot.hotspots(&options)?;
        let ranking = start.elapsed();
        if arguments.json {
            serde_json::to_writer(&mut out, &found)?;
            return Ok(out.flush()?);
        }
        writeln!(out, "{:>10} {:>10} {:>10}", "score", "cognitive", "centrality")?;
        for hotspot in &found.hotspots {
            let function = &hotspot.function;
            let (name, place) = (&function.symbol, format!("{}:{}", function.path, function.line));
            let name = name.rsplit_once(' ').map_or(name.as_str(), |(_, descriptor)| descriptor);
            writeln!(out, "{:>10.5} {:>10} {:>10.6}  {name}  {place}", hotspot.score, function.metrics.cognitive, hotspot.centrality)?;
        }
        out.flush()?;
        eprintln!(
            "{} symbols, {} dependencies; {resolved} edges resolved in {resolution:.2?}, then ranked in {ranking:.2?}",
            found.symbols, found.dependencies
        );
        Ok(())
    })
}
