//! Parsing: bytes to rows, through tree-sitter and one [walk](super::walk).

use tree_sitter::Parser;

use super::budget;
use super::rows::Rows;
use super::walk::{self, WalkBuffers};
use crate::languages::Grammar;

/// A parser and the buffers of the walk, reused from file to file by one thread.
#[derive(Default)]
pub struct ParseSession {
    parser: Option<Parser>,
    buffers: WalkBuffers,
}

impl ParseSession {
    /// Parses `source` and returns its rows. Never fails: broken text gives the rows that could be found, and
    /// diagnostics; a text that costs far more than code does gives its lines and one diagnostic. Bytes that are not
    /// UTF-8 are read as if they were replaced.
    pub fn rows(&mut self, grammar: &Grammar, bytes: &[u8]) -> Rows {
        let content = *blake3::hash(bytes).as_bytes();
        let source = String::from_utf8_lossy(bytes);
        let parser = self.parser.get_or_insert_with(Parser::new);
        parser.set_language(&grammar.language).expect("the pinned grammars fit the pinned tree-sitter");
        let tree = budget::parse(parser, source.as_bytes());
        let trees: Vec<_> = tree.into_iter().map(|tree| (tree, false)).collect();
        walk::rows_of(grammar, &source, content, &trees, &mut self.buffers)
    }
}
