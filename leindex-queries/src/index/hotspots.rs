//! What is both intricate and relied upon.

use serde::Serialize;

use super::change::{is_within, normal};
use super::describe::{is_test, symbol_name};
use super::error::{Cancellable, Error};
use super::metrics::{SymbolMetrics, described};
use super::snapshot::Snapshot;
use super::world::World;
use crate::names::files::Symbol;

/// A measure of how much the rest relies on a symbol, by the calls and bases of the whole workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Centrality {
    /// PageRank with damping 0.85 along dependencies: what is relied upon by what is relied upon. The shares of all
    /// symbols sum to 1.
    #[default]
    PageRank,
    /// Eigenvector centrality of the undirected graph, of Euclidean length 1 in each connected part: what is tied to
    /// what has many ties, whichever way they lead.
    Eigenvector,
}

/// Which hotspots are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotspotsOptions {
    /// A file or folder, from the root; empty for the whole project. The rest counts for centrality all the same.
    pub path: String,
    /// Most functions.
    pub limit: usize,
    /// How centrality is measured.
    pub by: Centrality,
    /// Whether tests may be hotspots. Their calls count in any case.
    pub tests: bool,
}

impl Default for HotspotsOptions {
    fn default() -> Self {
        Self { path: String::new(), limit: 10, by: Centrality::PageRank, tests: false }
    }
}

/// The hotspots of a project.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hotspots {
    /// Highest score first; equal ones by path and place. Functions with a score of 0 are left out.
    pub hotspots: Vec<Hotspot>,
    /// Symbols that centrality was measured among.
    pub symbols: usize,
    /// Dependencies that it was measured by: pairs of symbols of which one calls or extends the other.
    pub dependencies: usize,
    /// The revision this holds for.
    pub revision: String,
}

/// A function that is intricate and relied upon.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hotspot {
    /// The function and its complexity.
    #[serde(flatten)]
    pub function: SymbolMetrics,
    /// How central it is, by the measure that was asked for.
    pub centrality: f64,
    /// Cognitive complexity × centrality. Comparable within one project, revision and measure.
    pub score: f64,
}

/// How central a symbol is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SymbolCentrality {
    /// Its full name.
    pub symbol: String,
    /// By [`Centrality::PageRank`].
    pub pagerank: f64,
    /// By [`Centrality::Eigenvector`].
    pub eigenvector: f64,
    /// The number of its strongly connected component: symbols that rely on each other in a circle have the same one, all
    /// others one each. From 0, in the order of the first symbols.
    pub component: u32,
    /// How many symbols rely on it directly.
    pub fan_in: u32,
    /// How many symbols it relies on directly.
    pub fan_out: u32,
}

impl Snapshot<'_> {
    /// The functions whose cognitive complexity × centrality is highest: a change of them is hard and is felt far.
    ///
    /// A function without a decision in it has complexity 0 and is none. Centrality is measured on the symbols of the
    /// whole project and their dependencies: calls and bases whose target is known, each pair of symbols once, recursion
    /// left out; calls of a declaration count for its definition, those through an object for the member that they name.
    ///
    /// Costs, once a revision, the edges of every file that no question has needed before (as
    /// [`resolve_all`](Self::resolve_all)), and a look at all of them: 0.2 s for the 65,000 symbols of Django. An edit
    /// renews nothing of it until somebody asks again.
    ///
    /// # Errors
    ///
    /// When the path holds no file that is analysed.
    pub fn hotspots(&self, options: &HotspotsOptions) -> Result<Hotspots, Error> {
        let path = normal(&options.path);
        let path = path.trim_end_matches('/');
        self.ask(|world| {
            let dependencies = world.dependencies();
            let centrality = world.centrality(options.by);
            let paths: Vec<Option<&str>> =
                world.live.all.iter().map(|file| Some(file.path(world.db)).filter(|of| is_within(of, path))).collect();
            if !path.is_empty() && paths.iter().all(Option::is_none) {
                return Err(Error::UnknownPath { path: path.to_owned(), nearest: Vec::new() });
            }
            let mut found: Vec<(f64, &str, u32, u32)> = Vec::new();
            for ((node, &complexity), &centrality) in (0..).zip(dependencies.complexity()).zip(centrality) {
                let score = f64::from(complexity) * centrality;
                let (file, row) = dependencies.place(node);
                if score > 0.0
                    && let Some(&Some(path)) = paths.get(file as usize)
                {
                    found.push((score, path, row, node));
                }
            }
            found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
            let hotspots = found.into_iter().filter_map(|(score, _, _, node)| {
                let symbol = symbol_at(world, node)?;
                let (rows, index, row) = crate::names::files::symbol_row(world.db, symbol)?;
                let wanted = options.tests || !is_test(&rows, index, symbol.file(world.db).path(world.db));
                let centrality = *centrality.get(node as usize)?;
                wanted.then(|| Hotspot { function: described(world, symbol, &row), centrality, score })
            });
            Ok(Hotspots {
                hotspots: hotspots.take(options.limit).collect(),
                symbols: dependencies.complexity().len(),
                dependencies: dependencies.graph().size(),
                revision: self.revision().to_owned(),
            })
        })?
    }

    /// How central every symbol is, modules included, files in order: by rank, by what relies on it and what it relies on,
    /// all along the dependencies that [`hotspots`](Self::hotspots) counts. Costs as [`hotspots`](Self::hotspots), and the
    /// iteration for eigenvector centrality, which may take seconds for a large project.
    pub fn centrality(&self) -> Cancellable<Vec<SymbolCentrality>> {
        self.ask(|world| {
            let (pagerank, eigenvector) = (world.centrality(Centrality::PageRank), world.centrality(Centrality::Eigenvector));
            let dependencies = world.dependencies();
            let graph = dependencies.graph();
            let measured = pagerank.iter().zip(eigenvector).zip(dependencies.components()).zip(graph.in_degrees());
            let described = (0..).zip(measured).filter_map(|(node, (((&pagerank, &eigenvector), &component), fan_in))| {
                let symbol = symbol_name(world, symbol_at(world, node)?);
                let fan_out = graph.targets(node as usize).len() as u32;
                Some(SymbolCentrality { symbol, pagerank, eigenvector, component, fan_in, fan_out })
            });
            described.collect()
        })
    }
}

/// The symbol of a node.
pub(super) fn symbol_at<'w>(world: World<'w>, node: u32) -> Option<Symbol<'w>> {
    let (place, row) = world.dependencies().place(node);
    let file = *world.live.all.get(place as usize)?;
    Some(Symbol::new(world.db, file, world.rows(file)?.symbol(row)?.identity()))
}
