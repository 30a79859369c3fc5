//! All edges of the workspace as plain numbers.

use rustc_hash::FxHashMap;

use super::join::Join;
use super::structure::edges_of_file;
use crate::index::world::World;
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::names::files::{SourceFile, symbol_row};
use crate::syntax::rows::{NONE, SymbolRow};

/// An edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EdgeRecord {
    pub(crate) source: u32,
    /// The node that it leads to, or `NONE`.
    pub(crate) target: u32,
    pub(crate) name: u32,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) kind: EdgeKind,
    pub(crate) rule: Rule,
    pub(crate) candidates: u16,
}

#[derive(Debug, Default)]
pub(crate) struct AllEdges {
    first: Box<[u32]>,
    files: Box<[FileEdgeRecords]>,
}

#[derive(Debug, Default)]
struct FileEdgeRecords {
    edges: Box<[EdgeRecord]>,
    names: Box<[Box<str>]>,
}

impl AllEdges {
    pub(crate) fn of(world: World<'_>) -> Self {
        let mut first = Vec::new();
        let mut nodes = 0;
        for &file in &world.live.all {
            first.push(nodes);
            nodes += world.rows(file).map_or(0, |rows| rows.count::<SymbolRow>());
        }
        first.push(nodes);
        let parts = world.on_all_files(|world, files| {
            let mut join = Join::new(world);
            files.iter().map(|&file| part(&mut join, &first, file)).collect::<Vec<_>>()
        });
        Self { files: parts.into_iter().flatten().collect(), first: first.into() }
    }

    /// The edges of the live file at a place, in order of their sites.
    pub(crate) fn edges(&self, file: u32) -> &[EdgeRecord] {
        self.files.get(file as usize).map_or(&[], |file| &file.edges)
    }

    /// The name at a site.
    pub(crate) fn name(&self, file: u32, edge: &EdgeRecord) -> &str {
        self.files.get(file as usize).and_then(|file| file.names.get(edge.name as usize)).map_or("", |name| name)
    }

    /// The place of a node's live file, and its row.
    pub(crate) fn place(&self, node: u32) -> (u32, u32) {
        let file = self.first.partition_point(|&first| first <= node).saturating_sub(1);
        (file as u32, node - self.first.get(file).copied().unwrap_or(0))
    }
}

fn part<'w>(join: &mut Join<'w>, first: &[u32], file: SourceFile<'w>) -> FileEdgeRecords {
    let world = join.world;
    let Some(rows) = world.rows(file) else { return FileEdgeRecords::default() };
    let mut names: Vec<Box<str>> = Vec::new();
    let mut known = FxHashMap::<Box<str>, u32>::default();
    let edges = edges_of_file(join, file);
    let edges = edges.into_iter().map(|edge| {
        let (line, column) = rows.position(edge.start);
        let target = edge.target.and_then(|target| {
            let (_, row, _) = symbol_row(world.db, target)?;
            Some(first.get(*world.live.positions.get(&target.file(world.db))? as usize)? + row)
        });
        let name = *known.entry(edge.name.clone()).or_insert_with(|| {
            names.push(edge.name.clone());
            names.len() as u32 - 1
        });
        EdgeRecord {
            source: symbol_row(world.db, edge.source).map_or(0, |(_, row, _)| row),
            target: target.unwrap_or(NONE),
            name,
            line,
            column,
            kind: edge.kind,
            rule: edge.rule,
            candidates: u16::try_from(edge.candidates.len()).unwrap_or(u16::MAX),
        }
    });
    FileEdgeRecords { edges: edges.collect(), names: names.into() }
}
