//! The questions that `ask` takes, by their names and arguments, and the facade's answers.

use std::collections::BTreeMap;
use std::path::Path;

use leindex_queries::index::{
    BaseFile, Centrality, ChangedLines, Dependence, Direction, FlowNode, GrepOptions, HotspotsOptions, ImpactOptions, Measure,
    MetricsOptions, Position, PositionEncoding, WorkingTree, files_at_base, working_tree,
};
use leindex_queries::syntax::rows::SymbolKind;
use leindex_queries::{
    ArchitectureOptions, BetweennessOptions, CommunitiesOptions, ContextOptions, EdgeInfo, Error, Payload, SearchOptions, SliceOptions,
    Snapshot, SymbolInfo,
};
use petgraph::graph::DiGraph;
use petgraph::visit::EdgeRef as _;
use serde::{Deserialize, Serialize};

/// A question: its verb and its arguments.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Question {
    Files {},
    OtherFiles {},
    Diagnostics {},
    Outline {
        path: String,
    },
    Symbols {
        name: String,
        #[serde(default = "thousand")]
        limit: usize,
    },
    Symbol {
        name: String,
    },
    SymbolAt(At),
    Definition(At),
    Source {
        name: String,
    },
    Callers {
        name: String,
    },
    Callees {
        name: String,
    },
    References {
        name: String,
    },
    Hierarchy {
        name: String,
    },
    Imports {
        path: String,
    },
    Importers {
        path: String,
    },
    Cycles {},
    Impact(ImpactOf),
    TestsFor {
        name: String,
    },
    DeadCode {},
    Why {
        path: String,
        line: u32,
    },
    Cfg {
        name: String,
    },
    Dataflow {
        name: String,
    },
    Pdg {
        name: String,
    },
    FlowText {
        path: String,
        line: u32,
    },
    Slice(SliceOf),
    Chop(ChopOf),
    Metrics(MetricsOf),
    SymbolMetrics {
        name: String,
    },
    Hotspots(HotspotsOf),
    Centrality {},
    Betweenness(BetweennessOf),
    Communities(CommunitiesOf),
    Architecture(ArchitectureOf),
    Search(SearchOf),
    Grep(GrepOf),
    Context(ContextOf),
    EdgeCounts {},
    EmbeddingStats {},
    Resolve {},
    Diff {
        #[serde(default = "head")]
        base: String,
    },
    Stats {},
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct At {
    path: String,
    line: u32,
    #[serde(default)]
    column: u32,
    #[serde(default)]
    encoding: Encoding,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    #[default]
    Utf8,
    Utf16,
    Utf32,
}

impl At {
    fn position(&self) -> (Position, PositionEncoding) {
        let encoding = match self.encoding {
            Encoding::Utf8 => PositionEncoding::Utf8,
            Encoding::Utf16 => PositionEncoding::Utf16,
            Encoding::Utf32 => PositionEncoding::Utf32,
        };
        (Position { line: self.line, column: self.column }, encoding)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImpactOf {
    #[serde(default)]
    names: Vec<String>,
    /// Ranges of lines by path, both ends included.
    #[serde(default)]
    lines: BTreeMap<String, Vec<(u32, u32)>>,
    base: Option<String>,
    #[serde(default)]
    direction: Way,
    depth: Option<u32>,
    #[serde(default = "ten_thousand")]
    limit: usize,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Way {
    #[default]
    Dependents,
    Dependencies,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SliceOf {
    path: String,
    line: u32,
    variable: Option<String>,
    #[serde(default)]
    forward: bool,
    #[serde(default)]
    within_function: bool,
    #[serde(default)]
    tests: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChopOf {
    from_path: String,
    from_line: u32,
    from_variable: Option<String>,
    to_path: String,
    to_line: u32,
    to_variable: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricsOf {
    #[serde(default)]
    path: String,
    #[serde(default = "ten")]
    top: usize,
    #[serde(default)]
    by: MeasureName,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum MeasureName {
    Cyclomatic,
    #[default]
    Cognitive,
    Nesting,
    Parameters,
    Statements,
    Lines,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HotspotsOf {
    #[serde(default)]
    path: String,
    #[serde(default = "ten")]
    limit: usize,
    #[serde(default)]
    by: CentralityName,
    #[serde(default)]
    tests: bool,
    #[serde(default = "yes")]
    churn: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CentralityName {
    #[default]
    PageRank,
    Eigenvector,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BetweennessOf {
    #[serde(default = "thousand")]
    sample: usize,
    #[serde(default = "twenty")]
    limit: usize,
    #[serde(default)]
    tests: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommunitiesOf {
    #[serde(default = "one")]
    resolution: f64,
    #[serde(default)]
    tests: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArchitectureOf {
    #[serde(default)]
    path: String,
    depth: Option<usize>,
    #[serde(default)]
    tests: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchOf {
    query: String,
    #[serde(default = "ten")]
    limit: usize,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrepOf {
    pattern: String,
    #[serde(default = "thousand")]
    limit: usize,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    ignore_case: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContextOf {
    question: String,
    #[serde(default = "two_thousand")]
    budget: usize,
    #[serde(default)]
    payload: PayloadName,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    from: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PayloadName {
    #[default]
    Structured,
    Text,
}

const fn yes() -> bool {
    true
}
const fn one() -> f64 {
    1.0
}
const fn ten() -> usize {
    10
}
const fn twenty() -> usize {
    20
}
const fn thousand() -> usize {
    1000
}
const fn two_thousand() -> usize {
    2000
}
const fn ten_thousand() -> usize {
    10_000
}
fn head() -> String {
    "HEAD".to_owned()
}

/// What the facade answered.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Files(Vec<leindex_queries::FileInfo>),
    OtherFiles(Vec<leindex_queries::index::OtherFile>),
    Diagnostics(Vec<leindex_queries::Diagnostic>),
    Outline(Vec<leindex_queries::index::OutlineItem>),
    Symbols(Vec<SymbolInfo>),
    Symbol(Box<SymbolInfo>),
    MaybeSymbol(Option<Box<SymbolInfo>>),
    Definitions(Vec<DefinitionInfo>),
    Source {
        symbol: Box<SymbolInfo>,
        text: String,
    },
    Relations(Box<leindex_queries::index::Relations>),
    Hierarchy(Box<leindex_queries::index::Hierarchy>),
    Edges(Vec<EdgeInfo>),
    Groups(Vec<Vec<String>>),
    Impact(leindex_queries::index::Impact),
    Names(Vec<String>),
    Dead(Vec<leindex_queries::index::DeadSymbol>),
    Why(Vec<WhyInfo>),
    Graph {
        nodes: Vec<FlowNode>,
        edges: Vec<GraphEdge>,
    },
    Text(String),
    Slice(leindex_queries::Slice),
    Metrics(Box<leindex_queries::index::Metrics>),
    SymbolMetrics(leindex_queries::index::SymbolMetrics),
    Hotspots(leindex_queries::index::Hotspots),
    Centrality(Vec<leindex_queries::index::SymbolCentrality>),
    Betweenness(leindex_queries::Betweenness),
    Communities(leindex_queries::Communities),
    Architecture(leindex_queries::Architecture),
    Search(leindex_queries::SearchAnswer),
    Grep(leindex_queries::index::GrepAnswer),
    Context(Box<leindex_queries::Context>),
    Counts(BTreeMap<&'static str, u64>),
    Count(usize),
    EmbeddingStats(leindex_queries::EmbeddingStats),
    Diff {
        base: String,
        #[serde(flatten)]
        diff: Box<leindex_queries::index::Diff>,
    },
    Stats(leindex_queries::index::Stats),
}

#[derive(Serialize)]
pub(crate) struct DefinitionInfo {
    symbol: SymbolInfo,
    rule: &'static str,
}

#[derive(Serialize)]
pub(crate) struct WhyInfo {
    edge: EdgeInfo,
    candidates: Vec<String>,
}

/// An edge between nodes by their places in the list.
#[derive(Serialize)]
pub(crate) struct GraphEdge {
    source: usize,
    target: usize,
    /// `next`, `true`, … of control flow; `control` or `data` of dependences.
    kind: &'static str,
    /// By which way the source decides; which variable it gives a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<String>,
}

/// What a question needs of the world outside of the index, looked at once, before it is asked and asked again.
pub(crate) enum Prepared {
    Nothing,
    Tree(WorkingTree),
    Files(Vec<BaseFile>),
}

impl Question {
    /// Asks git, where the question is about a commit.
    pub(crate) fn prepare(&self, root: &Path) -> Result<Prepared, Error> {
        match self {
            Self::Impact(impact) => match &impact.base {
                Some(base) => Ok(Prepared::Tree(working_tree(root, base)?)),
                None => Ok(Prepared::Nothing),
            },
            Self::Diff { base } => Ok(Prepared::Files(files_at_base(root, base)?)),
            _ => Ok(Prepared::Nothing),
        }
    }

    /// What is wrong with the arguments beside their types.
    pub(crate) fn problem(&self) -> Option<String> {
        match self {
            Self::Search(search) => search.kinds.iter().find(|kind| kind_of(kind).is_none()).map(|kind| {
                let known: Vec<&str> = SymbolKind::ALL.iter().map(|kind| kind.as_str()).collect();
                format!("`{kind}` is no kind of symbol; there are {}", known.join(", "))
            }),
            Self::Impact(impact) => {
                let given = [!impact.names.is_empty(), !impact.lines.is_empty(), impact.base.is_some()];
                match given.iter().filter(|given| **given).count() {
                    1 => {
                        let mut ranges = impact.lines.iter().flat_map(|(path, ranges)| ranges.iter().map(move |range| (path, range)));
                        let wrong = ranges.find(|(_, (start, end))| *start == 0 || start > end);
                        wrong.map(|(path, (start, end))| format!("lines {start} to {end} of {path} are none; lines count from 1"))
                    }
                    0 => Some("an impact of what? Give one of `names`, `lines` and `base`".to_owned()),
                    _ => Some("give one of `names`, `lines` and `base`, not several".to_owned()),
                }
            }
            _ => None,
        }
    }

    /// Asks.
    pub(crate) fn ask(&self, snapshot: &Snapshot<'_>, prepared: &Prepared) -> Result<Answer, Error> {
        Ok(match self {
            Self::Files {} => Answer::Files(snapshot.files()?),
            Self::OtherFiles {} => Answer::OtherFiles(snapshot.other_files()?),
            Self::Diagnostics {} => Answer::Diagnostics(snapshot.diagnostics()?),
            Self::Outline { path } => Answer::Outline(snapshot.outline(path)?),
            Self::Symbols { name, limit } if name.contains(['*', '?']) => Answer::Symbols(snapshot.symbols_like(name, *limit)?),
            Self::Symbols { name, limit } => {
                let mut found = snapshot.symbols(name)?;
                found.truncate(*limit);
                Answer::Symbols(found)
            }
            Self::Symbol { name } => Answer::Symbol(Box::new(snapshot.symbol(name)?)),
            Self::SymbolAt(at) => {
                let (position, encoding) = at.position();
                Answer::MaybeSymbol(snapshot.symbol_at(&at.path, position, encoding)?.map(Box::new))
            }
            Self::Definition(at) => {
                let (position, encoding) = at.position();
                let found = snapshot.definition(&at.path, position, encoding)?.into_iter();
                Answer::Definitions(found.map(|(symbol, rule)| DefinitionInfo { symbol, rule }).collect())
            }
            Self::Source { name } => Answer::Source { symbol: Box::new(snapshot.symbol(name)?), text: snapshot.source(name)? },
            Self::Callers { name } => Answer::Relations(Box::new(snapshot.callers(name)?)),
            Self::Callees { name } => Answer::Relations(Box::new(snapshot.callees(name)?)),
            Self::References { name } => Answer::Relations(Box::new(snapshot.references(name)?)),
            Self::Hierarchy { name } => Answer::Hierarchy(Box::new(snapshot.hierarchy(name)?)),
            Self::Imports { path } => Answer::Edges(snapshot.imports(path)?),
            Self::Importers { path } => Answer::Edges(snapshot.importers(path)?),
            Self::Cycles {} => Answer::Groups(snapshot.cycles()?),
            Self::Impact(impact) => Answer::Impact(impact.ask(snapshot, prepared)?),
            Self::TestsFor { name } => Answer::Names(snapshot.tests_for(name)?),
            Self::DeadCode {} => Answer::Dead(snapshot.dead_code()?),
            Self::Why { path, line } => {
                let found = snapshot.why(path, *line)?.into_iter();
                Answer::Why(found.map(|(edge, candidates)| WhyInfo { edge, candidates }).collect())
            }
            Self::Cfg { name } => graph(snapshot.control_flow(name)?, |kind| (kind.as_str(), None, None)),
            Self::Dataflow { name } => {
                let mut graph = snapshot.program_dependence(name)?;
                graph.retain_edges(|graph, edge| matches!(graph[edge], Dependence::Data(_)));
                self::graph(graph, dependence)
            }
            Self::Pdg { name } => graph(snapshot.program_dependence(name)?, dependence),
            Self::FlowText { path, line } => Answer::Text(snapshot.flow_text(path, *line)?),
            Self::Slice(of) => {
                let options = SliceOptions { forward: of.forward, within_function: of.within_function, tests: of.tests };
                Answer::Slice(snapshot.slice(&of.path, of.line, of.variable.as_deref(), options)?)
            }
            Self::Chop(of) => {
                Answer::Slice(snapshot.chop(
                    (&of.from_path, of.from_line, of.from_variable.as_deref()),
                    (&of.to_path, of.to_line, of.to_variable.as_deref()),
                )?)
            }
            Self::Metrics(of) => {
                let by = match of.by {
                    MeasureName::Cyclomatic => Measure::Cyclomatic,
                    MeasureName::Cognitive => Measure::Cognitive,
                    MeasureName::Nesting => Measure::Nesting,
                    MeasureName::Parameters => Measure::Parameters,
                    MeasureName::Statements => Measure::Statements,
                    MeasureName::Lines => Measure::Lines,
                };
                Answer::Metrics(Box::new(snapshot.metrics(&MetricsOptions { path: of.path.clone(), top: of.top, by })?))
            }
            Self::SymbolMetrics { name } => Answer::SymbolMetrics(snapshot.symbol_metrics(name)?),
            Self::Hotspots(of) => {
                let by = match of.by {
                    CentralityName::PageRank => Centrality::PageRank,
                    CentralityName::Eigenvector => Centrality::Eigenvector,
                };
                let options = HotspotsOptions { path: of.path.clone(), limit: of.limit, by, tests: of.tests, churn: of.churn };
                Answer::Hotspots(snapshot.hotspots(&options)?)
            }
            Self::Centrality {} => Answer::Centrality(snapshot.centrality()?),
            Self::Betweenness(of) => {
                let options = BetweennessOptions { sample: of.sample, limit: of.limit, tests: of.tests };
                Answer::Betweenness(snapshot.betweenness(&options)?)
            }
            Self::Communities(of) => {
                Answer::Communities(snapshot.communities(&CommunitiesOptions { resolution: of.resolution, tests: of.tests })?)
            }
            Self::Architecture(of) => {
                let options = ArchitectureOptions { path: of.path.clone(), depth: of.depth, tests: of.tests };
                Answer::Architecture(snapshot.architecture(&options)?)
            }
            Self::Search(of) => {
                let options = SearchOptions {
                    limit: of.limit,
                    kinds: of.kinds.iter().filter_map(|kind| kind_of(kind)).collect(),
                    languages: of.languages.clone(),
                    paths: of.paths.clone(),
                };
                Answer::Search(snapshot.search(&of.query, &options)?)
            }
            Self::Grep(of) => {
                let GrepOf { limit, languages, paths, ignore_case, .. } = of.clone();
                Answer::Grep(snapshot.grep(&of.pattern, &GrepOptions { limit, paths, languages, ignore_case })?)
            }
            Self::Context(of) => Answer::Context(Box::new(snapshot.context(&of.question, &of.options())?)),
            Self::EdgeCounts {} => Answer::Counts(snapshot.edge_counts()?),
            Self::EmbeddingStats {} => Answer::EmbeddingStats(snapshot.embedding_stats()?),
            Self::Resolve {} => Answer::Count(snapshot.resolve_all()?),
            Self::Diff { base } => {
                let files = if let Prepared::Files(files) = prepared { files.as_slice() } else { &[] };
                Answer::Diff { base: base.clone(), diff: Box::new(snapshot.diff(files)?) }
            }
            Self::Stats {} => Answer::Stats(snapshot.stats()?),
        })
    }
}

impl ImpactOf {
    fn ask(&self, snapshot: &Snapshot<'_>, prepared: &Prepared) -> Result<leindex_queries::index::Impact, Error> {
        let direction = match self.direction {
            Way::Dependents => Direction::Dependents,
            Way::Dependencies => Direction::Dependencies,
        };
        let options = ImpactOptions { direction, depth: self.depth.unwrap_or(u32::MAX), limit: self.limit };
        if let Prepared::Tree(tree) = prepared {
            return Ok(snapshot.impact_of_working_tree(tree, options)?);
        }
        if self.names.is_empty() {
            let range = |&(start, end): &(u32, u32)| start..end.saturating_add(1);
            let lines: Vec<ChangedLines> =
                self.lines.iter().map(|(path, ranges)| (path.clone(), ranges.iter().map(range).collect())).collect();
            // What is no file at all is a mistake; what is not analysed changes no symbol.
            let files = snapshot.files()?;
            let unknown: Vec<&String> = self.lines.keys().filter(|path| !files.iter().any(|file| file.path == **path)).collect();
            if !unknown.is_empty() {
                let others = snapshot.other_files()?;
                for path in unknown.into_iter().filter(|path| !others.iter().any(|file| file.path == **path)) {
                    snapshot.outline(path)?;
                }
            }
            return snapshot.impact_of_lines(&lines, options);
        }
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        snapshot.impact(&names, options)
    }
}

impl ContextOf {
    fn options(&self) -> ContextOptions {
        ContextOptions {
            budget: self.budget,
            payload: match self.payload {
                PayloadName::Structured => Payload::Structured,
                PayloadName::Text => Payload::Text,
            },
            paths: self.paths.clone(),
            languages: self.languages.clone(),
            from: self.from.clone(),
            ..ContextOptions::default()
        }
    }
}

fn kind_of(name: &str) -> Option<SymbolKind> {
    SymbolKind::ALL.iter().copied().find(|kind| kind.as_str() == name)
}

fn dependence(of: &Dependence) -> (&'static str, Option<String>, Option<String>) {
    match of {
        Dependence::Control(way) => ("control", Some((*way).to_owned()), None),
        Dependence::Data(variable) => ("data", None, Some(variable.clone())),
    }
}

fn graph<E>(graph: DiGraph<FlowNode, E>, describe: impl Fn(&E) -> (&'static str, Option<String>, Option<String>)) -> Answer {
    let edges = graph.edge_references().map(|edge| {
        let (kind, label, variable) = describe(edge.weight());
        GraphEdge { source: edge.source().index(), target: edge.target().index(), kind, label, variable }
    });
    let edges = edges.collect();
    Answer::Graph { nodes: graph.into_nodes_edges().0.into_iter().map(|node| node.weight).collect(), edges }
}
