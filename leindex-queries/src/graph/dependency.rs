//! Who relies on whom in the whole workspace, and how central that makes each symbol.
//!
//! It is made when somebody asks for what is central, once a revision, and holds numbers only.

use std::borrow::Cow;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::all_edges::EdgeRecord;
use super::centrality::{eigenvector, pagerank};
use super::components::strongly_connected;
use super::csr::Csr;
use super::numbering::Numbering;
use crate::index::world::{World, made};
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::syntax::rows::{NONE, SymbolFlags, SymbolKind, SymbolRow};

/// The symbols of the workspace as nodes, and their dependencies: calls and bases whose target is known, each pair once,
/// recursion left out.
///
/// A call through an object counts for the member that it names, one of a declaration for the definition. What an
/// ambiguous name may mean gets nothing.
#[derive(Debug, Default)]
pub(crate) struct Dependencies {
    numbering: Numbering,
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
    /// Makes the graph of all edges. Costs these, where nobody has asked for them in this revision.
    pub(crate) fn of(world: World<'_>) -> Self {
        let edges = world.all_edges();
        let files = || 0..edges.file_count();
        let declares = |edge: &EdgeRecord| edge.kind == EdgeKind::Declares && edge.target != NONE;
        let definitions = files().flat_map(|file| edges.records(file)).filter(declares);
        let definitions: FxHashMap<u32, u32> = definitions.map(|edge| (edge.source, edge.target)).collect();
        let (mut all, mut certain) = (Vec::new(), Vec::new());
        for edge in files().flat_map(|file| edges.records(file)).filter(counts) {
            let target = definitions.get(&edge.target).copied().unwrap_or(edge.target);
            if edge.source != target {
                all.push((edge.source, target));
                if edge.rule != Rule::Name {
                    certain.push((edge.source, target));
                }
            }
        }
        let complexity: Box<[u32]> = files().flat_map(|file| edges.complexity(file)).copied().collect();
        let count = complexity.len() as u32;
        Self {
            numbering: edges.numbering().clone(),
            complexity,
            tests: files().flat_map(|file| edges.tests(file)).copied().collect(),
            edges: Csr::new(count, &all),
            certain: Csr::new(count, &certain),
            ..Self::default()
        }
    }

    /// How the symbols are numbered.
    pub(crate) fn numbering(&self) -> &Numbering {
        &self.numbering
    }

    /// The cognitive complexity of each node.
    pub(crate) fn complexity(&self) -> &[u32] {
        &self.complexity
    }

    /// Whether each node is a test, or lies in one or among tests.
    pub(crate) fn tests(&self) -> &[bool] {
        &self.tests
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

/// Whether an edge is one from a symbol to what it calls or extends by name: not to what may run in its place.
fn counts(edge: &EdgeRecord) -> bool {
    matches!(edge.kind, EdgeKind::Call | EdgeKind::Inherit | EdgeKind::Implement)
        && !matches!(edge.rule, Rule::Hierarchy | Rule::Passed)
        && edge.target != NONE
}

/// Whether a symbol is a function with a body. Most languages' macros are tokens that nobody has parsed.
pub(crate) fn is_function(row: &SymbolRow) -> bool {
    let parsed = row.kind != SymbolKind::Macro || row.statements > 0;
    row.kind.is_callable() && parsed && !row.flags.has(SymbolFlags::DECLARATION)
}
