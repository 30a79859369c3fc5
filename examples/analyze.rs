//! The main job: a question about a project, answered within a budget of tokens.
//!
//! ```text
//! cargo run --release -p leindex-queries --example analyze -- PATH "QUESTION" [--budget N] [--json]
//! cargo run --release -p leindex-queries --example analyze -- PATH --flow FILE:LINE
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use leindex_queries::{ContextOptions, Error, Index, Options, Payload};

/// Answers a question about a project with what an engineer would read first.
///
/// The first run on a project reads all of it; later runs read what changed. Nothing leaves this machine.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  analyze . \"Where is authentication handled?\"
  analyze ~/code/shop \"How does `Cart.checkout` work?\" --budget 4000
  analyze . src/auth.py:42                       what lies there, and what it concerns
  analyze . \"ValueError: bad magic number\"       where an error comes from
  analyze . \"What are the bottlenecks?\" --json   one JSON value on standard output

Exit codes: 0 answered, 1 the project could not be read, 2 wrong arguments, 3 nothing was found."
)]
struct Arguments {
    /// The folder of the project.
    path: PathBuf,
    /// A question, a name, a path or an error message.
    #[arg(required_unless_present = "flow", default_value = "", hide_default_value = true)]
    question: String,
    /// Instead of an answer, print the control flow of the function around a line, and under each statement what it
    /// depends on: `if N true` (control: statement N, left by that way, decides whether it runs), `x of N` (data: it
    /// reads the `x` that statement N gave a value).
    #[arg(long, value_name = "FILE:LINE")]
    flow: Option<String>,
    /// Most tokens of the answer (o200k_base): of the text, or with --json of the text and the lists beside it.
    /// Without it, `token_budget` of the settings, which is 2000 if not set.
    #[arg(long, value_name = "N")]
    budget: Option<usize>,
    /// Look only in files that fit, such as `src/**/*.py` (may be given several times).
    #[arg(long = "in", value_name = "GLOB")]
    paths: Vec<String>,
    /// Print one JSON value instead of the text.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(found) => ExitCode::from(if found { 0 } else { 3 }),
        Err(error) => {
            eprintln!("analyze: {error}");
            eprintln!("{}", advice(&error, &arguments));
            ExitCode::from(1)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Error> {
    let bar = Arc::new(progress_bar());
    let shown = Arc::clone(&bar);
    let options = Options {
        progress: Box::new(move |at| {
            shown.set_length(at.total as u64);
            shown.set_position(at.done as u64);
        }),
        ..Options::default()
    };
    let mut index = Index::open(&arguments.path, options)?;
    bar.finish_and_clear();
    for warning in index.warnings() {
        eprintln!("analyze: {warning}");
    }
    if let Some(place) = &arguments.flow {
        let (path, line) = place.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?))).unwrap_or((place, 1));
        let text = index.snapshot().flow_text(path, line)?;
        index.persist()?;
        // A closed pipe (`| head`) is no error of ours.
        let _ = if arguments.json {
            writeln!(std::io::stdout().lock(), "{}", serde_json::json!({ "path": path, "line": line, "text": text }))
        } else {
            std::io::stdout().lock().write_all(text.as_bytes())
        };
        return Ok(true);
    }
    let options = ContextOptions {
        budget: arguments.budget.unwrap_or(index.config().token_budget),
        payload: if arguments.json { Payload::Structured } else { Payload::Text },
        paths: arguments.paths.clone(),
        ..ContextOptions::default()
    };
    let asked = index.snapshot().context(&arguments.question, &options);
    let context = match asked {
        Ok(context) => context,
        // A file was saved meanwhile: look again, once.
        Err(_) => {
            index.refresh()?;
            index.snapshot().context(&arguments.question, &options)?
        }
    };
    index.persist()?;
    let mut out = std::io::stdout().lock();
    // A closed pipe (`| head`) is no error of ours.
    let _ = if arguments.json {
        serde_json::to_writer(&mut out, &context).map_err(std::io::Error::other).and_then(|()| writeln!(out))
    } else {
        out.write_all(context.text.as_bytes())
    };
    if !arguments.json {
        eprintln!("{} of {} tokens ({}), revision {}", context.tokens, context.budget, context.tokenizer, context.revision);
    }
    Ok(context.found)
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{spinner} reading {pos} of {len} files [{bar:30}] {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn advice(error: &Error, arguments: &Arguments) -> String {
    match error {
        Error::Cancelled(_) => "Files keep changing under the analysis. Run it again when the build or checkout is done.".to_owned(),
        Error::Storage(_) if !arguments.path.is_dir() => {
            format!("Give the folder of a project: `{}` is none.", arguments.path.display())
        }
        _ => "Check that the folder can be read and that leindex.toml, if there is one, is right; then run the command again.".to_owned(),
    }
}
