//! The lines that the value of a variable depends on, each with its reason.
//!
//! ```text
//! cargo run --release -p leindex-queries --example slice -- PATH FILE:LINE [VARIABLE] [--forward] [--to FILE:LINE [VARIABLE]] [--json]
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use leindex_queries::{Error, Index, Options, Slice, SliceOptions};

/// Prints the lines that a value depends on: through assignments, conditions, calls and callers.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  slice . src/shop/cart.py:42 total              what `total` depends on at line 42
  slice . src/shop/cart.py:42                    what anything on that line depends on
  slice . src/shop/cart.py:17 rate --forward     what depends on `rate` from line 17 on
  slice . src/a.py:3 x --to src/b.py:90          how `x` gets from one place to the other
  slice . src/shop/cart.py:42 total --json       one JSON value on standard output

Exit codes: 0 answered, 1 the project or the place could not be read, 2 wrong arguments."
)]
struct Arguments {
    /// The folder of the project.
    path: PathBuf,
    /// A file from the project's root, and a line.
    #[arg(value_name = "FILE:LINE", value_parser = place)]
    place: (String, u32),
    /// A variable that occurs on that line; without it, all of them.
    variable: Option<String>,
    /// What depends on the place, rather than what it depends on.
    #[arg(long)]
    forward: bool,
    /// Only the lines between the place and this one: what both depends on the first and decides about the second.
    #[arg(long, value_name = "FILE:LINE", value_parser = place, conflicts_with = "forward")]
    to: Option<(String, u32)>,
    /// Stay in the function.
    #[arg(long)]
    within_function: bool,
    /// Also follow calls from tests.
    #[arg(long)]
    tests: bool,
    /// Print one JSON value instead of lines.
    #[arg(long)]
    json: bool,
}

fn place(text: &str) -> Result<(String, u32), String> {
    let (path, line) = text.rsplit_once(':').ok_or("give a file and a line, such as src/cart.py:42")?;
    let line = line.parse().map_err(|_| format!("`{line}` is not a line number"))?;
    Ok((path.to_owned(), line))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("slice: {error}");
            ExitCode::from(1)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let index = Index::open(&arguments.path, Options::default())?;
    let snapshot = index.snapshot();
    let (path, line) = (&arguments.place.0, arguments.place.1);
    let variable = arguments.variable.as_deref();
    let slice = match &arguments.to {
        Some((to, to_line)) => snapshot.chop((path, line, variable), (to, *to_line, None))?,
        None => {
            let options = SliceOptions { forward: arguments.forward, within_function: arguments.within_function, tests: arguments.tests };
            snapshot.slice(path, line, variable, options)?
        }
    };
    let mut out = std::io::stdout().lock();
    // A closed pipe (`| head`) is no error of ours.
    let _ = if arguments.json {
        serde_json::to_writer(&mut out, &slice).map_err(std::io::Error::other).and_then(|()| writeln!(out))
    } else {
        print(&mut out, &slice)
    };
    Ok(())
}

fn print(out: &mut impl Write, slice: &Slice) -> std::io::Result<()> {
    let mut path = "";
    let width = slice.lines.iter().map(|line| line.text.chars().count()).max().unwrap_or(0).min(80);
    for line in &slice.lines {
        if line.path != path {
            path = &line.path;
            writeln!(out, "{path}")?;
        }
        writeln!(out, "{:>6}  {:<width$}  # {}", line.line, line.text, line.reason)?;
    }
    if slice.unknown_calls > 0 {
        writeln!(out, "{} calls on the way lead to functions that are not known", slice.unknown_calls)?;
    }
    if slice.calls_from_tests > 0 {
        writeln!(out, "{} calls from tests are left out: --tests follows them", slice.calls_from_tests)?;
    }
    if slice.capped {
        writeln!(out, "capped: there may be more")?;
    }
    Ok(())
}
