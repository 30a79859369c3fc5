//! Parsing: bytes to rows, through tree-sitter and one [walk](super::walk).

use tree_sitter::{InputEdit, Parser, Point, Tree};

use super::budget;
use super::recover::{self, Recovery};
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
        self.rows_and(grammar, bytes, |_, _, _| ()).0
    }

    /// As [`rows`](Self::rows), and what `more` makes of the text, its tree and the rows, if there is a tree.
    pub(crate) fn rows_and<T>(&mut self, grammar: &Grammar, bytes: &[u8], more: impl FnOnce(&str, &Tree, &Rows) -> T) -> (Rows, Option<T>) {
        let source = String::from_utf8_lossy(bytes);
        let parser = self.parser.get_or_insert_with(Parser::new);
        parser.set_language(&grammar.language).expect("the pinned grammars fit the pinned tree-sitter");
        let Some((tree, repaired)) = parse(grammar, parser, source.as_bytes()) else {
            return (walk::rows_of(grammar, &source, bytes, None, &Recovery::default(), &mut self.buffers), None);
        };
        let recovery = if tree.root_node().has_error() {
            recover::recover(parser, grammar, repaired.as_deref().unwrap_or(source.as_bytes()), &tree)
        } else {
            Recovery::default()
        };
        let rows = walk::rows_of(grammar, &source, bytes, Some(&tree), &recovery, &mut self.buffers);
        let made = more(&source, &tree, &rows);
        (rows, Some(made))
    }
}

/// The tree of a text, or of the text as the language repairs it, if that has less error in it, or as little where the
/// language is sure of its repair; and the repaired text. It has the same length, so its tree fits the original.
pub(crate) fn parse(grammar: &Grammar, parser: &mut Parser, source: &[u8]) -> Option<(Tree, Option<Vec<u8>>)> {
    let tree = budget::parse(parser, grammar, source, source.len(), None)?;
    let broken = tree.root_node().has_error();
    let repaired = grammar.config.repair.and_then(|repair| repair(source, broken)).filter(|text| text.len() == source.len());
    let other = repaired.as_ref().and_then(|text| {
        let old = edited(&tree, source, text);
        budget::parse(parser, grammar, text, text.len(), Some(&old))
    });
    let tree = match other {
        Some(other) if !broken && !other.root_node().has_error() || broken && errors(&other) < errors(&tree) => other,
        _ => tree,
    };
    Some((tree, repaired))
}

/// Equal bytes between two repairs that are not worth an edit of their own.
const SHORTEST_GAP: usize = 32;

/// The tree of `source`, told where the repaired text differs: what is sound and the same is not parsed again.
fn edited(tree: &Tree, source: &[u8], repaired: &[u8]) -> Tree {
    let mut tree = tree.clone();
    let (mut at, mut position) = (0, Point::new(0, 0));
    let differs = |from: usize| {
        let pairs = source.iter().zip(repaired).skip(from);
        pairs.enumerate().find(|(_, (a, b))| a != b).map(|(offset, _)| from + offset)
    };
    while let Some(start) = differs(at) {
        let mut end = start + 1;
        while let Some(next) = differs(end).filter(|next| next - end < SHORTEST_GAP) {
            end = next + 1;
        }
        let start_position = moved(position, repaired, at, start);
        let old_end_position = moved(start_position, source, start, end);
        position = moved(start_position, repaired, start, end);
        at = end;
        tree.edit(&InputEdit {
            start_byte: start,
            old_end_byte: end,
            new_end_byte: end,
            start_position,
            old_end_position,
            new_end_position: position,
        });
    }
    tree
}

/// The position at `to`, from that at `from`.
fn moved(position: Point, text: &[u8], from: usize, to: usize) -> Point {
    let text = text.get(from..to).unwrap_or(&[]);
    match memchr::memrchr(b'\n', text) {
        Some(last) => Point::new(position.row + memchr::memchr_iter(b'\n', text).count(), text.len() - last - 1),
        None => Point::new(position.row, position.column + text.len()),
    }
}

/// Bytes in error nodes, and how many error nodes and missing tokens there are.
fn errors(tree: &Tree) -> (usize, usize) {
    let mut cursor = tree.walk();
    let (mut bytes, mut count) = (0, 0);
    loop {
        let node = cursor.node();
        let mut descend = node.has_error();
        if node.is_error() || node.is_missing() {
            bytes += node.end_byte() - node.start_byte();
            count += 1;
            descend = false;
        }
        if descend && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return (bytes, count);
            }
        }
    }
}

/// Parses and throws the tree away: what indexing is measured against. Returns the number of nodes.
pub fn bare_parse(grammar: &Grammar, bytes: &[u8]) -> usize {
    let mut parser = Parser::new();
    if parser.set_language(&grammar.language).is_err() {
        return 0;
    }
    parser.parse(bytes, None).map_or(0, |tree| tree.root_node().descendant_count())
}
