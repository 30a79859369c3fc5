//! Prints how the directories of a project rely on each other: layers, couplings, cycles and what to cut.
//!
//! ```text
//! cargo run --release -p leindex-queries --example architecture -- PATH [--in FOLDER] [--depth N] [--tests] [--json]
//! ```
//!
//! `--communities` prints instead the groups of symbols that have more to do with each other than with the rest.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use leindex_queries::index::{Architecture, ArchitectureOptions, Communities, CommunitiesOptions, Coupling, StorePlace};

/// Print how the directories of a project rely on each other.
#[derive(Parser)]
#[command(
    after_help = "Examples:\n  architecture .\n  architecture ~/src/django --in django/db --depth 2\n  architecture . --communities --resolution 2"
)]
struct Arguments {
    /// The folder of the project.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// A folder of it, from its root.
    #[arg(long = "in", default_value = "")]
    within: String,
    /// How many levels of folders are told apart; without it, folders are looked into that hold more than half.
    #[arg(long)]
    depth: Option<usize>,
    /// Also count tests.
    #[arg(long)]
    tests: bool,
    /// Print communities of symbols.
    #[arg(long)]
    communities: bool,
    /// Above 1, communities are smaller.
    #[arg(long, default_value_t = 1.0)]
    resolution: f64,
    /// Most communities or couplings to print for people.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Print one JSON value.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    common::run(|| {
        let index = common::open(&arguments.path, StorePlace::User)?;
        let snapshot = index.snapshot();
        let mut out = BufWriter::new(std::io::stdout().lock());
        snapshot.resolve_all()?;
        let start = Instant::now();
        if arguments.communities {
            let found = snapshot.communities(&CommunitiesOptions { resolution: arguments.resolution, tests: arguments.tests })?;
            let took = start.elapsed();
            if arguments.json {
                serde_json::to_writer(&mut out, &found)?;
            } else {
                print_communities(&mut out, &found, arguments.limit)?;
                eprintln!("in {took:.2?} once resolved");
            }
        } else {
            let options = ArchitectureOptions { path: arguments.within.clone(), depth: arguments.depth, tests: arguments.tests };
            let found = snapshot.architecture(&options)?;
            let took = start.elapsed();
            if arguments.json {
                serde_json::to_writer(&mut out, &found)?;
            } else {
                print_architecture(&mut out, &found, arguments.limit)?;
                eprintln!("in {took:.2?} once resolved");
            }
        }
        Ok(out.flush()?)
    })
}

fn print_communities(out: &mut impl Write, found: &Communities, limit: usize) -> std::io::Result<()> {
    writeln!(out, "{:>8} {:>8} {:>8} {:>8}", "symbols", "in dir", "within", "outward")?;
    for community in found.communities.iter().take(limit) {
        let (within, outward) = (community.within, community.outward);
        writeln!(out, "{:>8} {:>8} {within:>8} {outward:>8}  {}", community.symbols, community.in_directory, community.name)?;
    }
    writeln!(out, "{} communities, modularity {:.4}", found.communities.len(), found.modularity)
}

fn print_architecture(out: &mut impl Write, found: &Architecture, limit: usize) -> std::io::Result<()> {
    writeln!(out, "{:>5} {:>5} {:>6} {:>8} {:>8} {:>6} {:>6} {:>5}", "layer", "level", "files", "symbols", "within", "Ca", "Ce", "I")?;
    let mut directories: Vec<_> = found.directories.iter().collect();
    directories.sort_by_key(|directory| std::cmp::Reverse((directory.layer, directory.level)));
    for directory in directories {
        let instability = directory.instability.map_or_else(String::new, |instability| format!("{instability:.2}"));
        write!(out, "{:>5} {:>5} {:>6} {:>8} ", directory.layer, directory.level, directory.files, directory.symbols)?;
        write!(out, "{:>8} {:>6} {:>6} {instability:>5}  ", directory.within, directory.afferent, directory.efferent)?;
        writeln!(out, "{}", shown(&directory.path))?;
    }
    writeln!(out, "\nlargest couplings")?;
    let mut couplings: Vec<&Coupling> = found.couplings.iter().collect();
    couplings.sort_by_key(|coupling| std::cmp::Reverse(coupling.dependencies + coupling.imports));
    couplings.into_iter().take(limit).try_for_each(|coupling| print_coupling(out, coupling))?;
    for cycle in &found.cycles {
        writeln!(out, "\ncycle of {}: {}", cycle.directories.len(), cycle.directories.join(", "))?;
        for closing in cycle.closing.iter().take(limit) {
            print_coupling(out, &closing.coupling)?;
            if let Some(example) = closing.examples.first() {
                writeln!(out, "          {} → {}", short(&example.source), short(&example.target))?;
            }
        }
    }
    Ok(())
}

fn print_coupling(out: &mut impl Write, coupling: &Coupling) -> std::io::Result<()> {
    let (dependencies, imports) = (coupling.dependencies, coupling.imports);
    writeln!(out, "  {dependencies:>6} dependencies {imports:>5} imports  {} → {}", shown(&coupling.from), shown(&coupling.to))
}

/// A directory; the root has no name of its own.
fn shown(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

/// A symbol's name without that of the project.
fn short(symbol: &str) -> &str {
    symbol.split_once(' ').map_or(symbol, |(_, rest)| rest)
}
