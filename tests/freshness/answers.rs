//! Everything an index answers, as text to compare.

use std::fmt::Write as _;

use leindex_queries::index::{Direction, ImpactOptions, OutlineItem, Position, PositionEncoding};
use leindex_queries::{
    ArchitectureOptions, BetweennessOptions, CommunitiesOptions, ContextOptions, Error, GraphOptions, Index, SearchOptions, SliceOptions,
    Snapshot, SymbolInfo,
};
use serde::Serialize;

use crate::random::Random;

/// Answers by question.
pub(crate) type Answers = Vec<(String, String)>;

fn json<T: Serialize>(answer: &T) -> String {
    serde_json::to_string(answer).unwrap()
}

fn result<T: Serialize>(answer: Result<T, Error>) -> String {
    answer.map_or_else(|error| format!("error: {error}"), |answer| json(&answer))
}

/// All symbols of an outline.
pub(crate) fn flat(items: &[OutlineItem], found: &mut Vec<SymbolInfo>) {
    for item in items {
        found.push(item.symbol.clone());
        flat(&item.children, found);
    }
}

/// The symbols of a file.
pub(crate) fn symbols_of(snapshot: &Snapshot<'_>, path: &str) -> Vec<SymbolInfo> {
    let mut found = Vec::new();
    flat(&snapshot.outline(path).unwrap_or_default(), &mut found);
    found
}

/// What is asked about a project in a random way, the same for every index of it.
pub(crate) struct Questions {
    symbols: Vec<SymbolInfo>,
    types: Vec<String>,
    samples: Vec<usize>,
    texts: Vec<String>,
}

impl Questions {
    /// Questions about what an index holds.
    pub(crate) fn about(index: &Index, random: &mut Random) -> Self {
        let snapshot = index.snapshot();
        let mut symbols = Vec::new();
        for file in snapshot.files().unwrap() {
            symbols.extend(symbols_of(&snapshot, &file.path));
        }
        let is_type = |kind| matches!(kind, "class" | "struct" | "interface" | "trait" | "enum" | "type_alias");
        let types = symbols.iter().filter(|symbol| is_type(symbol.kind)).map(|symbol| symbol.symbol.clone()).collect();
        let samples = (0..SAMPLES).map(|_| random.below(symbols.len())).collect();
        let name = |random: &mut Random| random.pick(&symbols).map_or(String::new(), |symbol: &SymbolInfo| symbol.name.clone());
        let texts = (0..SAMPLES)
            .map(|at| match at % 8 {
                0 => name(random),
                1 => random.pick(&symbols).map_or(String::new(), |symbol| symbol.qualified_name.clone()),
                2 => format!("where is {} handled?", name(random)),
                3 => format!("how does {} use {}", name(random), name(random)),
                4 => random.pick(&symbols).map_or(String::new(), |symbol| symbol.summary.clone()),
                5 => format!("{} {} {}", name(random), random.pick(&WORDS).unwrap(), random.pick(&WORDS).unwrap()),
                6 => (*random.pick(&PHRASES).unwrap()).to_owned(),
                _ => random.pick(&symbols).map_or(String::new(), |symbol| symbol.path.clone()),
            })
            .collect();
        Self { symbols, types, samples, texts }
    }

    fn samples(&self) -> impl Iterator<Item = &SymbolInfo> {
        self.samples.iter().filter_map(|&at| self.symbols.get(at))
    }

    /// Asks a few single questions in some order, so that queries are first entered in other places.
    pub(crate) fn wander(&self, index: &Index, random: &mut Random) {
        let snapshot = index.snapshot();
        for _ in 0..random.below(12) {
            let Some(symbol) = random.pick(&self.symbols) else { return };
            match random.below(6) {
                0 => drop(snapshot.callers(&symbol.symbol)),
                1 => drop(snapshot.callees(&symbol.symbol)),
                2 => drop(snapshot.hierarchy(&symbol.symbol)),
                3 => drop(snapshot.imports(&symbol.path)),
                4 => {
                    let position = Position { line: symbol.start_line + 1, column: random.below(30) as u32 };
                    drop(snapshot.definition(&symbol.path, position, PositionEncoding::Utf16));
                }
                _ => drop(snapshot.why(&symbol.path, symbol.end_line)),
            }
        }
    }
}

/// Symbols whose relations are asked for, searches and contexts.
const SAMPLES: usize = 20;
const WORDS: [&str; 8] = ["total", "render", "save", "name", "money", "test", "list", "area"];
const PHRASES: [&str; 5] = [
    "what are the bottlenecks?",
    "architecture of this project",
    "error: cannot read 'price' of null at checkout",
    "which tests cover the cart",
    "getUserName naïve 🚀",
];

/// All answers of an index.
pub(crate) fn answers(index: &Index, questions: &Questions) -> Answers {
    let snapshot = index.snapshot();
    let mut found = Answers::new();
    let mut add = |question: String, answer: String| found.push((question, answer));
    add("revision".into(), snapshot.revision().to_owned());
    let files = snapshot.files().unwrap();
    for file in &files {
        add(format!("file {}", file.path), json(file));
        let outline = snapshot.outline(&file.path);
        match &outline {
            Ok(items) => {
                let mut symbols = Vec::new();
                flat(items, &mut symbols);
                for symbol in symbols {
                    add(format!("symbol {}", symbol.symbol), json(&symbol));
                }
            }
            Err(error) => add(format!("outline {}", file.path), error.to_string()),
        }
    }
    for (at, edge) in snapshot.edges().unwrap().iter().enumerate() {
        add(format!("edge {at}"), json(edge));
    }
    assert_eq!(snapshot.edge_that_differs().unwrap(), None);
    add("diagnostics".into(), json(&snapshot.diagnostics().unwrap()));
    add("cycles".into(), json(&snapshot.cycles().unwrap()));
    add("centrality".into(), json(&snapshot.centrality().unwrap()));
    add("betweenness".into(), json(&snapshot.betweenness(&BetweennessOptions { sample: 8, ..BetweennessOptions::default() }).unwrap()));
    add("communities".into(), result(snapshot.communities(&CommunitiesOptions::default())));
    add("architecture".into(), result(snapshot.architecture(&ArchitectureOptions::default())));
    for dead in snapshot.dead_code().unwrap() {
        add(format!("dead {}", dead.symbol.symbol), dead.possible_sites.to_string());
    }
    for ty in &questions.types {
        add(format!("hierarchy {ty}"), result(snapshot.hierarchy(ty)));
    }
    for symbol in questions.samples() {
        let name = &symbol.symbol;
        add(format!("references {name}"), result(snapshot.references(name)));
        add(format!("callers {name}"), result(snapshot.callers(name)));
        add(format!("callees {name}"), result(snapshot.callees(name)));
        add(format!("hierarchy {name}"), result(snapshot.hierarchy(name)));
        add(format!("source {name}"), result(snapshot.source(name)));
        add(format!("symbols {}", symbol.name), json(&snapshot.symbols(&symbol.name).unwrap()));
        add(format!("symbol {}", symbol.qualified_name), result(snapshot.symbol(&symbol.qualified_name)));
        let position = Position { line: symbol.start_line + symbol.end_byte % 3, column: symbol.start_byte % 40 };
        add(format!("definition at {name}"), result(snapshot.definition(&symbol.path, position, PositionEncoding::Utf8)));
        add(format!("symbol at {name}"), result(snapshot.symbol_at(&symbol.path, position, PositionEncoding::Utf16)));
        add(format!("why {name}"), result(snapshot.why(&symbol.path, symbol.end_line)));
        add(format!("flow at {name}"), snapshot.flow_text(&symbol.path, symbol.name_line).unwrap_or_else(|error| error.to_string()));
        add(format!("imports {}", symbol.path), result(snapshot.imports(&symbol.path)));
        add(format!("importers {}", symbol.path), result(snapshot.importers(&symbol.path)));
    }
    for symbol in questions.samples().take(4) {
        let options = ImpactOptions { limit: 200, ..ImpactOptions::default() };
        add(format!("impact {}", symbol.symbol), result(snapshot.impact(&[&symbol.symbol], options)));
        let lines = [(symbol.path.clone(), std::iter::once(symbol.start_line..symbol.end_line + 1).collect())];
        add(format!("impact of lines {}", symbol.symbol), result(snapshot.impact_of_lines(&lines, options)));
        let options = ImpactOptions { direction: Direction::Dependencies, ..options };
        add(format!("dependencies {}", symbol.symbol), result(snapshot.impact(&[&symbol.symbol], options)));
    }
    for symbol in questions.samples().take(6) {
        let (path, line) = (&symbol.path, symbol.start_line + (symbol.end_line - symbol.start_line) / 2);
        for forward in [false, true] {
            let options = SliceOptions { forward, ..SliceOptions::default() };
            add(format!("slice {path}:{line} {forward}"), result(snapshot.slice(path, line, None, options)));
        }
    }
    let graph = snapshot.program_graph(&GraphOptions::default()).unwrap();
    for edge in graph.graph.edge_indices().filter(|&edge| graph.graph[edge].kind == "data") {
        let ends = graph.graph.edge_endpoints(edge).map(|(a, b)| (graph.name(a), graph.name(b)));
        add(format!("data edge {}", edge.index()), format!("{ends:?} {}", json(&graph.graph[edge])));
    }
    for text in &questions.texts {
        add(format!("search {text}"), json(&snapshot.search(text, &SearchOptions::default()).unwrap()));
        let options = ContextOptions { budget: 200 + 37 * text.len() % 1800, ..ContextOptions::default() };
        add(format!("context {text}"), json(&snapshot.context(text, &options).unwrap()));
    }
    found
}

/// What differs first, in words; empty if nothing does.
pub(crate) fn difference(live: &Answers, fresh: &Answers) -> String {
    let mut out = String::new();
    let mut count = 0;
    let in_fresh: std::collections::BTreeMap<&str, &str> = fresh.iter().map(|(question, answer)| (&**question, &**answer)).collect();
    let in_live: std::collections::BTreeMap<&str, &str> = live.iter().map(|(question, answer)| (&**question, &**answer)).collect();
    for (question, answer) in live {
        if in_fresh.get(&**question) != Some(&&**answer) {
            count += 1;
            if count <= 6 {
                let _ = writeln!(out, "{question}\n   live  {answer}\n   fresh {}", in_fresh.get(&**question).unwrap_or(&"(nothing)"));
            }
        }
    }
    for (question, answer) in fresh {
        if !in_live.contains_key(&**question) {
            count += 1;
            if count <= 6 {
                let _ = writeln!(out, "{question}\n   live  (nothing)\n   fresh {answer}");
            }
        }
    }
    if count == 0 && live != fresh {
        return "the same answers in another order".to_owned();
    }
    if count > 6 {
        let _ = writeln!(out, "and {} more", count - 6);
    }
    out
}
