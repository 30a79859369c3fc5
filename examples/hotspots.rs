//! Prints the functions of a project that are intricate, relied upon and changed often.
//!
//! ```text
//! cargo run --release -p leindex-queries --example hotspots -- PATH [--in FOLDER] [--limit N] [--by pagerank|eigenvector]
//! ```
//!
//! `--betweenness` prints instead the symbols that lie on the way between others; `--centrality` how central every symbol
//! is, `--churn` how often every path of the git history changed, a JSON object a line, as those who check it want it.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use leindex_queries::index::{BetweennessOptions, Centrality, Churn, ChurnOptions, HotspotsOptions, StorePlace};

/// Print the functions of a project whose complexity × centrality × churn is highest.
#[derive(Parser)]
#[command(
    after_help = "Examples:\n  hotspots .\n  hotspots ~/src/django --in django/db --by eigenvector\n  hotspots . --centrality > centrality.jsonl\n  hotspots . --churn --days 90"
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
    /// Do not count how often files changed.
    #[arg(long)]
    no_churn: bool,
    /// Print the symbols that lie on the way between others, measured from so many.
    #[arg(long, value_name = "SAMPLE", num_args = 0..=1, default_missing_value = "1000")]
    betweenness: Option<usize>,
    /// Print how central every symbol is.
    #[arg(long)]
    centrality: bool,
    /// Print how often every path changed. Indexes nothing.
    #[arg(long)]
    churn: bool,
    /// With `--churn`: days before the commit of HEAD from which on commits count; 0 for all.
    #[arg(long, default_value_t = 365)]
    days: u32,
    /// With `--churn`: most commits.
    #[arg(long, default_value_t = 5000)]
    commits: usize,
    /// With `--churn`: do not follow files that were moved.
    #[arg(long)]
    no_renames: bool,
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
        if arguments.churn {
            return print_churn(&arguments);
        }
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
        let (path, churn) = (arguments.within.clone(), !arguments.no_churn);
        let options = HotspotsOptions { path, limit: arguments.limit, by, tests: arguments.tests, churn };
        let start = Instant::now();
        let found = snapshot.hotspots(&options)?;
        let ranking = start.elapsed();
        if arguments.json {
            serde_json::to_writer(&mut out, &found)?;
            return Ok(out.flush()?);
        }
        writeln!(out, "{:>10} {:>10} {:>10} {:>8} {:>8}", "score", "cognitive", "centrality", "commits", "authors")?;
        for hotspot in &found.hotspots {
            let function = &hotspot.function;
            let (name, place) = (&function.symbol, format!("{}:{}", function.path, function.line));
            let name = name.rsplit_once(' ').map_or(name.as_str(), |(_, descriptor)| descriptor);
            write!(out, "{:>10.5} {:>10} {:>10.6}", hotspot.score, function.metrics.cognitive, hotspot.centrality)?;
            match hotspot.churn {
                Some(churn) => write!(out, " {:>8} {:>8}", churn.commits, churn.authors)?,
                None => write!(out, " {:>8} {:>8}", "-", "-")?,
            }
            writeln!(out, "  {name}  {place}")?;
        }
        out.flush()?;
        eprintln!(
            "{} symbols, {} dependencies; {resolved} edges resolved in {resolution:.2?}, then ranked in {ranking:.2?}",
            found.symbols, found.dependencies
        );
        if let Some(history) = &found.history {
            let end = match (history.capped, history.shallow) {
                (true, _) => "; older ones were left out",
                (_, true) => "; the clone is shallow",
                _ => "",
            };
            eprintln!("changes of {} commits up to {:.12}{end}", history.commits, history.commit);
        }
        if let Some(reason) = &found.without_history {
            eprintln!("without churn: {reason}");
        }
        Ok(())
    })
}

/// Prints what the history says of every path.
fn print_churn(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let days = Some(arguments.days).filter(|&days| days > 0);
    let options = ChurnOptions { days, max_commits: arguments.commits, renames: !arguments.no_renames };
    let start = Instant::now();
    let churn = Churn::read(&arguments.path, &options)?.ok_or("there is no git history; name a folder of a repository with a commit")?;
    let time = start.elapsed();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (path, file) in &churn.files {
        let row = serde_json::json!({"path": path, "commits": file.commits, "authors": file.authors, "last_change": file.last_change});
        writeln!(out, "{row}")?;
    }
    out.flush()?;
    eprintln!("{} commits up to {:.12}, {} paths in {time:.2?}", churn.commits, churn.head, churn.files.len());
    Ok(())
}
