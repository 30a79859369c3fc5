//! Embeds texts with a transformer from a local folder: `embed FOLDER [--query] [--max-tokens N] < TEXTS`.
//!
//! Reads a JSON string a line and prints its vector as a JSON array a line; what it took goes to standard error.

#![allow(clippy::print_stderr)]

use std::io::{BufWriter, Read, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use leindex_embed::{Embedder, Transformer, TransformerOptions};

#[derive(Parser)]
struct Arguments {
    /// Holds config.json, tokenizer.json and model.safetensors.
    folder: PathBuf,
    /// Embed the texts as questions, not as what is to be found.
    #[arg(long)]
    query: bool,
    /// Tokens at which a text is cut.
    #[arg(long, default_value_t = TransformerOptions::default().max_tokens)]
    max_tokens: usize,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let start = Instant::now();
    let options = TransformerOptions { max_tokens: arguments.max_tokens, ..TransformerOptions::default() };
    let model = Transformer::open(&arguments.folder, &options)?;
    eprintln!("{}: {} dimensions, opened in {:.2} s", model.id(), model.dimension(), start.elapsed().as_secs_f64());

    let mut lines = String::new();
    std::io::stdin().read_to_string(&mut lines)?;
    let texts = lines.lines().map(serde_json::from_str).collect::<Result<Vec<String>, _>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let start = Instant::now();
    let rows = if arguments.query {
        texts.iter().map(|text| model.embed_query(text)).collect::<Result<Vec<_>, _>>()?.concat()
    } else {
        model.embed_documents(&texts)?
    };
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("{} texts in {seconds:.2} s: {:.1} a second", texts.len(), texts.len() as f64 / seconds);

    let mut out = BufWriter::new(std::io::stdout().lock());
    for row in rows.chunks_exact(model.dimension()) {
        serde_json::to_writer(&mut out, row)?;
        writeln!(out)?;
    }
    out.flush()?;
    Ok(())
}
