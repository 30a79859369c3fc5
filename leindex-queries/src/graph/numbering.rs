//! One number for each symbol of the workspace: the rows of all live files, one file after the other.

use std::ops::Range;
use std::sync::Arc;

/// The nodes of all live files. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbering {
    /// The node of the first row of each file, and one past the last node.
    first: Arc<[u32]>,
}

impl Numbering {
    /// Numbers files that have so many rows.
    pub(crate) fn of(rows: impl Iterator<Item = u32>) -> Self {
        let mut first = vec![0];
        for rows in rows {
            first.push(first.last().map_or(0, |last| last + rows));
        }
        Self { first: first.into() }
    }

    /// The nodes of the live file at a place.
    pub(crate) fn nodes(&self, file: u32) -> Range<u32> {
        let at = |file: usize| self.first.get(file).or(self.first.last()).copied().unwrap_or(0);
        at(file as usize)..at(file as usize + 1)
    }

    /// The node of a row of the live file at a place.
    pub(crate) fn node(&self, file: u32, row: u32) -> Option<u32> {
        let nodes = self.nodes(file);
        nodes.start.checked_add(row).filter(|node| nodes.contains(node))
    }

    /// The place of a node's live file, and its row.
    pub(crate) fn place(&self, node: u32) -> (u32, u32) {
        let file = self.first.partition_point(|&first| first <= node).saturating_sub(1);
        (file as u32, node - self.first.get(file).copied().unwrap_or(0))
    }
}
