//! What is intricate, relied upon, and changed often.

use leindex_db::history::{Churn, FileChurn};
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
    /// Whether a function counts for more the more often its file changed, where a git history says so.
    pub churn: bool,
}

impl Default for HotspotsOptions {
    fn default() -> Self {
        Self { path: String::new(), limit: 10, by: Centrality::PageRank, tests: false, churn: true }
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
    /// The commits by which churn was measured, if it was.
    pub history: Option<HistoryInfo>,
    /// Why it was not, if that was asked for.
    pub without_history: Option<String>,
    /// The revision this holds for. Churn holds for the commit of the history: what is not committed counts for none.
    pub revision: String,
}

/// The commits by which churn was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryInfo {
    /// The commit of `HEAD`, in hexadecimal.
    pub commit: String,
    /// How many they were, merges left out.
    pub commits: usize,
    /// From when on they count, in seconds since 1970: a year before the commit of `HEAD`.
    pub since: Option<i64>,
    /// Whether there were more than the 5,000 newest, which alone count.
    pub capped: bool,
    /// Whether the clone is shallow, so that older ones of this time are missing.
    pub shallow: bool,
}

impl HistoryInfo {
    fn of(churn: &Churn) -> Self {
        let Churn { head, commits, since, capped, shallow, .. } = churn;
        Self { commit: head.clone(), commits: *commits, since: *since, capped: *capped, shallow: *shallow }
    }
}

/// A function that is intricate and relied upon.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hotspot {
    /// The function and its complexity.
    #[serde(flatten)]
    pub function: SymbolMetrics,
    /// How central it is, by the measure that was asked for.
    pub centrality: f64,
    /// How often its file changed in the commits of [`Hotspots::history`]; `None` without one, and for files of further
    /// roots.
    pub churn: Option<FileChurn>,
    /// Cognitive complexity × centrality × [churn factor](churn_factor). Comparable within one project, revision and
    /// measure.
    pub score: f64,
}

/// What the score of a function is multiplied by if its file was changed by this many commits: 1 + log₂(1 + commits). Each
/// doubling of the commits counts as much as the function did without any, and one that rests keeps its score.
///
/// The product of complexity and frequency of change is Tornhill's hotspot (*Your Code as a Crime Scene*, 2015): an intricate
/// function that nobody touches costs nobody anything. How often code was changed says more about its faults than how long
/// it is (Graves, Karr, Marron, Siy, *Predicting Fault Incidence Using Software Change History*, 2000). The logarithm is
/// ours, for two reasons: changes are spread over files as by Zipf's law (Askari, Holt, *Information Theoretic Evaluation of
/// Change Prediction Models*, 2006), so that a bare count would drown the other two factors; and commits are counted by the
/// file, of which a function is a part. Lines that changed, relative to the size of a file, predict better (Nagappan, Ball,
/// *Use of Relative Code Churn Measures to Predict System Defect Density*, 2005), at the price of reading every version of
/// every file.
pub fn churn_factor(commits: u32) -> f64 {
    1.0 + (1.0 + f64::from(commits)).log2()
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
    /// The functions whose cognitive complexity × centrality × churn is highest: a change of them is hard, is felt far and
    /// comes often.
    ///
    /// A function without a decision in it has complexity 0 and is none. Centrality is measured on the symbols of the
    /// whole project and their dependencies: calls and bases whose target is known, each pair of symbols once, recursion
    /// left out; calls of a declaration count for its definition, those through an object for the member that they name.
    ///
    /// Costs, once a revision, the edges of every file that no question has needed before (as
    /// [`resolve_all`](Self::resolve_all)), and a look at all of them: 0.2 s for the 65,000 symbols of Django. An edit
    /// renews nothing of it until somebody asks again. Churn costs a look at a year of commits, once for each commit that
    /// `HEAD` comes to name: about 0.1 s for a thousand. Where it cannot be told it counts for 1, and the answer says why.
    ///
    /// # Errors
    ///
    /// When the path holds no file that is analysed.
    pub fn hotspots(&self, options: &HotspotsOptions) -> Result<Hotspots, Error> {
        let path = normal(&options.path);
        let path = path.trim_end_matches('/');
        let (churn, without_history) = match options.churn.then(|| self.churn()).transpose()? {
            Some(Ok(churn)) => (Some(churn), None),
            Some(Err(reason)) => (None, Some(reason)),
            None => (None, None),
        };
        let churn_of = |path: &str| {
            let of_own_root = churn.as_ref().filter(|_| !path.starts_with("../"));
            of_own_root.map(|churn| churn.files.get(path).copied().unwrap_or_default())
        };
        self.ask(|world| {
            let dependencies = world.dependencies();
            let centrality = world.centrality(options.by);
            let paths: Vec<Option<&str>> =
                world.live.all.iter().map(|file| Some(file.path(world.db)).filter(|of| is_within(of, path))).collect();
            if !path.is_empty() && paths.iter().all(Option::is_none) {
                return Err(Error::UnknownPath { path: path.to_owned(), nearest: Vec::new() });
            }
            let factors: Vec<f64> =
                paths.iter().map(|path| path.and_then(churn_of).map_or(1.0, |churn| churn_factor(churn.commits))).collect();
            let mut found: Vec<(f64, &str, u32, u32)> = Vec::new();
            for ((node, &complexity), &centrality) in (0..).zip(dependencies.complexity()).zip(centrality) {
                let (file, row) = dependencies.numbering().place(node);
                let score = f64::from(complexity) * centrality * factors.get(file as usize).copied().unwrap_or(1.0);
                if score > 0.0
                    && let Some(&Some(path)) = paths.get(file as usize)
                {
                    found.push((score, path, row, node));
                }
            }
            found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
            let hotspots = found.into_iter().filter_map(|(score, path, _, node)| {
                let symbol = symbol_at(world, node)?;
                let (rows, index, row) = crate::names::files::symbol_row(world.db, symbol)?;
                let wanted = options.tests || !is_test(&rows, index, symbol.file(world.db).path(world.db));
                let centrality = *centrality.get(node as usize)?;
                wanted.then(|| Hotspot { function: described(world, symbol, &row), centrality, churn: churn_of(path), score })
            });
            Ok(Hotspots {
                hotspots: hotspots.take(options.limit).collect(),
                symbols: dependencies.complexity().len(),
                dependencies: dependencies.graph().size(),
                history: churn.as_deref().map(HistoryInfo::of),
                without_history,
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
    let (place, row) = world.dependencies().numbering().place(node);
    let file = *world.live.all.get(place as usize)?;
    Some(Symbol::new(world.db, file, world.rows(file)?.symbol(row)?.identity()))
}
