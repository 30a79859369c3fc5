//! Who relies on whom in the whole workspace, and how central that makes each symbol.
//!
//! Unlike the rest of the graph this walks every file: it is made when somebody asks for what is central, once a
//! revision, and holds numbers only.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::centrality::{eigenvector, pagerank};
use super::components::strongly_connected;
use super::csr::Csr;
use super::declaring::definitions_of;
use super::join::Join;
use crate::index::describe::is_marked_test;
use crate::index::world::{World, made};
use crate::names::edges::{EdgeKind, file_edges};
use crate::names::entity::Rule;
use crate::names::evidence::is_test_path;
use crate::names::files::{SourceFile, Symbol};
use crate::syntax::rows::{SymbolFlags, SymbolKind, SymbolRow};

/// The symbols of the workspace as nodes, and their dependencies: calls and bases whose target is known, each pair once,
/// recursion left out.
///
/// A call through an object counts for the member that it names, one of a declaration for the definition. What an
/// ambiguous name may mean gets nothing.
#[derive(Debug, Default)]
pub(crate) struct Dependencies {
    /// The node of the first row of each live file, in their order, and one past the last node.
    first: Box<[u32]>,
    /// The cognitive complexity of functions with a body; 0 for all else.
    complexity: Box<[u32]>,
    /// Tests, and what lies in one or among them.
    tests: Box<[bool]>,
    edges: Csr,
    /// Those that more than a name speaks for.
    certain: Csr,
    pagerank: OnceLock<Vec<f64>>,
    eigenvector: OnceLock<Vec<f64>>,
    components: OnceLock<Vec<u32>>,
}

impl Dependencies {
    /// Makes the graph on all threads. Costs the edges of every file that nobody has asked for before.
    pub(crate) fn of(world: World<'_>) -> Self {
        let parts: Vec<FilePart> = world.on_all_files(parts).into_iter().flatten().collect();
        let mut first = Vec::with_capacity(parts.len() + 1);
        let mut nodes = 0_u32;
        for part in &parts {
            first.push(nodes);
            nodes += part.complexity.len() as u32;
        }
        first.push(nodes);
        let mut edges = Vec::with_capacity(parts.iter().map(|part| part.edges.len()).sum());
        let mut certain = Vec::with_capacity(edges.capacity());
        for (part, &start) in parts.iter().zip(&first) {
            let known = part.edges.iter().filter_map(|edge| {
                let (target, start_of_target) = (parts.get(edge.file as usize)?, first.get(edge.file as usize)?);
                let at = target.identities.binary_search_by_key(&edge.identity, |&(identity, _)| identity).ok()?;
                let (_, row) = target.identities.get(at)?;
                let (source, target) = (start + edge.source, start_of_target + row);
                (source != target).then_some(((source, target), edge.by_name))
            });
            for (pair, by_name) in known {
                edges.push(pair);
                if !by_name {
                    certain.push(pair);
                }
            }
        }
        let tests = parts.iter().flat_map(|part| part.tests.iter().copied()).collect();
        let complexity = parts.into_iter().flat_map(|part| part.complexity).collect();
        Self {
            first: first.into(),
            complexity,
            tests,
            edges: Csr::new(nodes, &edges),
            certain: Csr::new(nodes, &certain),
            ..Self::default()
        }
    }

    /// The node of a row of the live file at a place.
    pub(crate) fn node(&self, file: u32, row: u32) -> Option<u32> {
        let (start, end) = (self.first.get(file as usize)?, self.first.get(file as usize + 1)?);
        let node = start + row;
        (node < *end).then_some(node)
    }

    /// The place of a node's live file, and its row.
    pub(crate) fn place(&self, node: u32) -> (u32, u32) {
        let file = self.first.partition_point(|&first| first <= node).saturating_sub(1);
        (file as u32, node - self.first.get(file).copied().unwrap_or(0))
    }

    /// The cognitive complexity of each node.
    pub(crate) fn complexity(&self) -> &[u32] {
        &self.complexity
    }

    /// Whether each node is a test, or lies in one or among tests.
    pub(crate) fn tests(&self) -> &[bool] {
        &self.tests
    }

    /// The nodes of the live file at a place.
    pub(crate) fn nodes(&self, file: usize) -> Range<usize> {
        let at = |file: usize| self.first.get(file).map_or(0, |&first| first as usize);
        at(file)..at(file + 1)
    }

    /// All dependencies.
    pub(crate) fn graph(&self) -> &Csr {
        &self.edges
    }

    /// The dependencies that more than a name speaks for: a scope, an import or a type.
    pub(crate) fn certain(&self) -> &Csr {
        &self.certain
    }

    /// The graph to ask, and for each of its nodes the one here: all, or those that are no tests.
    pub(crate) fn with_tests(&self, tests: bool) -> (Cow<'_, Csr>, Vec<u32>) {
        if tests {
            return (Cow::Borrowed(&self.edges), (0..self.edges.len() as u32).collect());
        }
        let (part, nodes) = self.edges.part(|node| self.tests.get(node as usize) == Some(&false));
        (Cow::Owned(part), nodes)
    }

    /// The PageRank of each node. Works on the threads of the pool that it is called in.
    pub(crate) fn pagerank(&self) -> &[f64] {
        made(&self.pagerank, || pagerank(&self.edges)).as_slice()
    }

    /// The eigenvector centrality of each node.
    pub(crate) fn eigenvector(&self) -> &[f64] {
        made(&self.eigenvector, || eigenvector(&self.edges)).as_slice()
    }

    /// The strongly connected component of each node: those of one number rely on each other, in a circle.
    pub(crate) fn components(&self) -> &[u32] {
        made(&self.components, || strongly_connected(&self.edges)).as_slice()
    }
}

/// What one file adds.
struct FilePart {
    /// By row.
    complexity: Vec<u32>,
    /// By row.
    tests: Vec<bool>,
    /// Its symbols with their rows, sorted.
    identities: Vec<(u64, u32)>,
    edges: Vec<FileEdge>,
}

/// A dependency of a row on a symbol of the live file at a place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct FileEdge {
    source: u32,
    file: u32,
    identity: u64,
    /// It is the only definition of that name, and nothing else is known.
    by_name: bool,
}

fn parts<'w>(world: World<'w>, files: &[SourceFile<'w>]) -> Vec<FilePart> {
    let mut join = Join::new(world);
    let mut definitions = FxHashMap::default();
    files.iter().map(|&file| part(&mut join, &mut definitions, file)).collect()
}

fn part<'w>(join: &mut Join<'w>, definitions: &mut FxHashMap<Symbol<'w>, Symbol<'w>>, file: SourceFile<'w>) -> FilePart {
    let world = join.world;
    let mut part = FilePart { complexity: Vec::new(), tests: Vec::new(), identities: Vec::new(), edges: Vec::new() };
    let Some(rows) = world.rows(file) else { return part };
    let among_tests = is_test_path(file.path(world.db));
    for (row, symbol) in (0..).zip(rows.symbols()) {
        part.tests.push(among_tests || is_marked_test(&rows, row));
        part.complexity.push(if is_function(&symbol) { symbol.cognitive } else { 0 });
        part.identities.push((symbol.identity(), row));
    }
    part.identities.sort_unstable();
    let mut add = |source: u32, target: Symbol<'w>, by_name: bool| {
        let target = *definitions.entry(target).or_insert_with(|| match *definitions_of(world, target).0 {
            [definition] => definition,
            _ => target,
        });
        let place = world.live.positions.get(&target.file(world.db));
        part.edges.extend(place.map(|&file| FileEdge { source, file, identity: target.identity(world.db), by_name }));
    };
    let edges = file_edges(world.db, file);
    for edge in edges.closed.iter().filter(|edge| counts(edge.kind)) {
        if let Some(target) = edge.target {
            add(edge.source, target, edge.rule == Rule::Name);
        }
    }
    for open in edges.open.iter().filter(|open| counts(open.kind)) {
        let joined = join.join(file, &rows, open);
        if let Some(target) = joined.target {
            add(open.source, target, joined.rule == Rule::Name);
        }
    }
    part.edges.sort_unstable();
    // Of several sites the one that says most comes first.
    part.edges.dedup_by_key(|edge| (edge.source, edge.file, edge.identity));
    part
}

const fn counts(kind: EdgeKind) -> bool {
    matches!(kind, EdgeKind::Call | EdgeKind::Inherit | EdgeKind::Implement)
}

/// Whether a symbol is a function with a body. Most languages' macros are tokens that nobody has parsed.
pub(crate) fn is_function(row: &SymbolRow) -> bool {
    let parsed = row.kind != SymbolKind::Macro || row.statements > 0;
    row.kind.is_callable() && parsed && !row.flags.has(SymbolFlags::DECLARATION)
}
