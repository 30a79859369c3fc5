//! The program graph: all symbols of the workspace, and what leads from one to another.

use petgraph::Directed;
use petgraph::stable_graph::{NodeIndex, StableGraph};
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::calls::FoundEdge;
use super::data::Calls;
use super::join::Join;
use super::structure::edges_of_file;
use crate::flow::summary::owner_of;
use crate::index::world::World;
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::names::files::Symbol;
use crate::search::glob;
use crate::syntax::rows::{SymbolFlags, SymbolKind};

/// A symbol in a program graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NodeRow {
    /// Hash of its descriptor: the same in any revision of its file.
    pub identity: u64,
    /// Its file, by its place in [`ProgramGraph::paths`].
    pub path: u32,
    /// Its name, by its place in [`ProgramGraph::names`].
    pub name: u32,
    /// Line of its name, from 1.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// Cyclomatic complexity, at most 65,535.
    pub cyclomatic: u16,
    /// Cognitive complexity, at most 65,535.
    pub cognitive: u16,
    /// What it is.
    #[serde(serialize_with = "kind_name")]
    pub kind: SymbolKind,
    /// Whether it is a test or lies among tests.
    pub is_test: bool,
    /// Whether it is visible outside its file.
    pub is_exported: bool,
}

const _: () = assert!(size_of::<NodeRow>() == 32, "millions of them are held");

fn kind_name<S: serde::Serializer>(kind: &SymbolKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

/// A relation in a program graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EdgeRow {
    /// The file of its site, by its place in [`ProgramGraph::paths`].
    pub path: u32,
    /// The line of its site, from 1.
    pub line: u32,
    /// What it says: the `kind` column of `edges`.
    pub kind: &'static str,
    /// How it was found.
    pub rule: &'static str,
}

/// Which nodes and edges a program graph has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphOptions {
    /// Kinds of edges (`call`, `data`, `inherit`, …); empty for all.
    pub edges: Vec<String>,
    /// Kinds of symbols; empty for all.
    pub symbols: Vec<SymbolKind>,
    /// Path patterns (`src/**/*.py`); empty for all.
    pub paths: Vec<String>,
    /// Languages, by name; empty for all.
    pub languages: Vec<String>,
    /// Leave tests out.
    pub without_tests: bool,
}

/// Symbols and the relations between them that are known: calls, data, bases, imports, what holds what, and the others
/// of the `edges` table. Edges without a target are not in it.
#[derive(Clone, Debug, Default)]
pub struct ProgramGraph {
    /// The graph. Nodes are in order of path and position, edges in that of their sites.
    pub graph: StableGraph<NodeRow, EdgeRow, Directed, u32>,
    /// Paths of files.
    pub paths: Vec<String>,
    /// Names of symbols.
    pub names: Vec<String>,
    /// The revision that it holds for.
    pub revision: String,
}

impl ProgramGraph {
    /// The name of a node.
    pub fn name(&self, node: NodeIndex) -> Option<&str> {
        self.names.get(self.graph.node_weight(node)?.name as usize).map(String::as_str)
    }

    /// The file of a node.
    pub fn path(&self, node: NodeIndex) -> Option<&str> {
        self.paths.get(self.graph.node_weight(node)?.path as usize).map(String::as_str)
    }

    /// The node of a name in a file, the first of several.
    pub fn find(&self, path: &str, name: &str) -> Option<NodeIndex> {
        self.graph.node_indices().find(|&node| self.path(node) == Some(path) && self.name(node) == Some(name))
    }
}

/// Builds the graph. Flows that are known are not made again.
pub(crate) fn program_graph(world: World<'_>, revision: &str, options: &GraphOptions) -> ProgramGraph {
    let mut out = ProgramGraph { revision: revision.to_owned(), ..ProgramGraph::default() };
    let mut nodes = FxHashMap::<Symbol<'_>, NodeIndex>::default();
    let mut names = FxHashMap::<String, u32>::default();
    let admits_path = |path: &str| options.paths.is_empty() || options.paths.iter().any(|pattern| glob::matches(pattern, path));
    let admits_language = |language: &str| options.languages.is_empty() || options.languages.iter().any(|name| name == language);
    for &file in &world.live.all {
        let Some(rows) = world.rows(file) else { continue };
        let path = file.path(world.db);
        let language = crate::names::files::file_config(world.db, file).map_or("", |config| config.name);
        if !admits_path(path) || !admits_language(language) {
            continue;
        }
        let number = out.paths.len() as u32;
        out.paths.push(path.to_owned());
        for (index, row) in (0..).zip(rows.symbols()) {
            let is_test = crate::index::describe::is_test(&rows, index, path);
            if !options.symbols.is_empty() && !options.symbols.contains(&row.kind) || options.without_tests && is_test {
                continue;
            }
            let text = rows.str(row.name).to_owned();
            let name = *names.entry(text).or_insert_with_key(|text| {
                out.names.push(text.clone());
                out.names.len() as u32 - 1
            });
            let node = out.graph.add_node(NodeRow {
                identity: row.identity(),
                path: number,
                name,
                line: row.name_line,
                end_line: row.end_line,
                cyclomatic: row.cyclomatic.min(u32::from(u16::MAX)) as u16,
                cognitive: row.cognitive.min(u32::from(u16::MAX)) as u16,
                kind: row.kind,
                is_test,
                is_exported: row.flags.has(SymbolFlags::EXPORTED),
            });
            nodes.insert(Symbol::new(world.db, file, row.identity()), node);
        }
    }
    let wanted = |kind: EdgeKind| options.edges.is_empty() || options.edges.iter().any(|name| name == kind.as_str());
    let paths: FxHashMap<String, u32> = out.paths.iter().cloned().zip(0..).collect();
    let mut join = Join::new(world);
    for &file in &world.live.all {
        world.db.unwind_if_revision_cancelled();
        let Some(&path) = paths.get(file.path(world.db)) else { continue };
        let Some(rows) = world.rows(file) else { continue };
        let mut edges = edges_of_file(&mut join, file);
        if wanted(EdgeKind::Data) {
            let data = data_edges(world, &edges);
            edges.extend(data);
        }
        for edge in edges.iter().filter(|edge| wanted(edge.kind) && edge.rule != Rule::Ambiguous) {
            let (Some(&source), Some(target)) = (nodes.get(&edge.source), edge.target) else { continue };
            let Some(&target) = nodes.get(&target) else { continue };
            let line = rows.position(edge.start).0;
            out.graph.add_edge(source, target, EdgeRow { path, line, kind: edge.kind.as_str(), rule: edge.rule.as_str() });
        }
    }
    out
}

/// The data edges of a file, by its bodies, from the edges of its uses.
pub(crate) fn data_edges<'w>(world: World<'w>, edges: &[FoundEdge<'w>]) -> Vec<FoundEdge<'w>> {
    let mut by_body = Vec::<(Symbol<'w>, Vec<&FoundEdge<'w>>)>::new();
    let mut places = FxHashMap::<Symbol<'w>, usize>::default();
    for edge in edges
        .iter()
        .filter(|edge| edge.kind == EdgeKind::Call && edge.target.is_some() && !matches!(edge.rule, Rule::Hierarchy | Rule::Passed))
    {
        let owner = owner_of(world.db, edge.source);
        let at = *places.entry(owner).or_insert_with(|| {
            by_body.push((owner, Vec::new()));
            by_body.len() - 1
        });
        by_body[at].1.push(edge);
    }
    let mut found = Vec::new();
    for (owner, edges) in by_body {
        if let Some(calls) = Calls::of(world.db, owner, edges.into_iter()) {
            found.extend(calls.data_edges(world.db));
        }
    }
    found
}
