//! What the examples share: opening with a progress bar, and leaving with a message instead of a trace.
#![allow(dead_code, reason = "each example uses a part")]
#![allow(clippy::print_stderr, reason = "where examples report")]

use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use leindex_queries::index::{Index, Options, StorePlace};

/// Opens a project, with a bar on a terminal.
pub(crate) fn open(path: &Path, store: StorePlace) -> Result<Index, Box<dyn std::error::Error>> {
    open_with(path, Options { store, ..Options::default() })
}

/// Opens a project and counts the queries that run.
pub(crate) fn open_counting(path: &Path, store: StorePlace) -> Result<Index, Box<dyn std::error::Error>> {
    open_with(path, Options { store, count_executions: true, ..Options::default() })
}

fn open_with(path: &Path, options: Options) -> Result<Index, Box<dyn std::error::Error>> {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("reading {bar:40} {pos}/{len} files")?);
    let shown = bar.clone();
    let options = Options {
        progress: Box::new(move |at| {
            shown.set_length(at.total as u64);
            shown.set_position(at.done as u64);
        }),
        ..options
    };
    let index = Index::open(path, options)?;
    bar.finish_and_clear();
    for warning in index.warnings() {
        eprintln!("warning: {warning}");
    }
    Ok(index)
}

/// Runs an example's body and turns an error into a line on stderr.
pub(crate) fn run(body: impl FnOnce() -> Result<(), Box<dyn std::error::Error>>) -> ExitCode {
    match body() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
