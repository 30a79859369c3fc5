//! A parse that ends: tree-sitter's error recovery and some scanners of grammars take quadratic or cubic time on
//! garbage, so a parse is given up when it does far more than real files need.
//!
//! Work is counted in two units that depend on the bytes alone: rounds of the parser (a hundred steps each) and
//! blocks of text read by the lexer. Real code of all languages stays under 0.025 rounds a byte and reads each block
//! under 200 times; the limits are five times that and more. Time is a last resort for the rest (cubic recovery costs few
//! steps). What it gives up depends on the machine, so it is wide: real code takes up to a second a
//! megabyte where the grammar loses its way, and several times that on a loaded machine.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, Parser, Tree};

use crate::languages::Grammar;

/// Bytes that the lexer is given at a time.
const BLOCK: usize = 32 * 1024;

/// Rounds that any file may take, and how many more per byte.
const ROUNDS: usize = 5_000;
const BYTES_A_ROUND: usize = 6;

/// How often each block may be read: tokens at the edge of two blocks are read again and again, up to 170 times.
const READS: usize = 1_024;

/// Time that any file may take, and how much more per megabyte.
const TIME: Duration = Duration::from_secs(30);
const TIME_A_MEGABYTE: Duration = Duration::from_secs(30);

/// What a round may count for: a machine that stood still in one is no reason to give up.
const LONGEST_ROUND: Duration = Duration::from_secs(3);

/// Whether a grammar's scanner looks for the end of a line without looking for the end of the text, so that it would
/// never come back from `@Name` at the end (tree-sitter-kotlin-ng 1.1).
pub(crate) fn needs_line_end(grammar: &Grammar) -> bool {
    grammar.config.name == "kotlin"
}

/// Parses a text, or gives it up. `length` is how much of it is to be parsed; `old` is the tree of a text like it, edited
/// where it differs.
pub(crate) fn parse(parser: &mut Parser, grammar: &Grammar, source: &[u8], length: usize, old: Option<&Tree>) -> Option<Tree> {
    let after: &[u8] = if needs_line_end(grammar) { b"\n" } else { b"" };
    let rounds_left = Cell::new(ROUNDS + length / BYTES_A_ROUND);
    let reads_left = Cell::new(READS * (length / BLOCK + 2));
    let (mut spent, mut round) = (Duration::ZERO, Instant::now());
    let time = TIME + TIME_A_MEGABYTE * u32::try_from(length >> 20).unwrap_or(u32::MAX);
    let mut read = |offset: usize, _| {
        reads_left.set(reads_left.get().saturating_sub(1));
        match source.get(offset..source.len().min(offset + BLOCK)) {
            Some(block) if !block.is_empty() => block,
            _ => after.get(offset - source.len().min(offset)..).unwrap_or(&[]),
        }
    };
    let mut progress = |_: &tree_sitter::ParseState| {
        rounds_left.set(rounds_left.get().saturating_sub(1));
        let now = Instant::now();
        spent += now.duration_since(std::mem::replace(&mut round, now)).min(LONGEST_ROUND);
        if rounds_left.get() == 0 || reads_left.get() == 0 || spent > time { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let tree = parser.parse_with_options(&mut read, old, Some(options));
    if tree.is_none() {
        // The parser would go on from here with the next text.
        parser.reset();
    }
    tree
}
