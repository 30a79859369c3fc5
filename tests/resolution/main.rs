//! Every rule of resolution and every form of import, in every language: small projects, asked through the index.
//!
//! `projects/<language>.txt` holds the files, each after a line `=== path`; before the first stand the members whose
//! callers are asked for. `projects/<language>.edges` holds every edge that must come of them, and those callers.
//! `UPDATE_EXPECT=1 cargo test -p leindex-queries --test resolution` rewrites it; read the difference.
//!
//! `LEINDEX_RESOLUTION_FOLDER=FOLDER` asks the last question of a project of yours as well.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use leindex_queries::index::StorePlace;
use leindex_queries::{EdgeInfo, Index, Options, Snapshot};

/// The languages, each with the rules by which nothing can be found in it.
const LANGUAGES: [(&str, &[&str]); 18] = [
    ("c", &["hierarchy"]),
    ("cpp", &[]),
    ("csharp", &[]),
    ("dart", &[]),
    ("elixir", &["type", "hierarchy", "name", "ambiguous", "passed"]),
    ("go", &["hierarchy"]),
    ("haskell", &["type", "name", "ambiguous", "passed"]),
    ("java", &["passed"]),
    ("javascript", &[]),
    ("kotlin", &["passed"]),
    ("lua", &[]),
    ("php", &["passed"]),
    ("python", &[]),
    ("ruby", &["passed"]),
    ("rust", &[]),
    ("scala", &["passed"]),
    ("swift", &["passed"]),
    ("typescript", &[]),
];

const RULES: [&str; 9] = ["exact", "import", "type", "hierarchy", "passed", "name", "ambiguous", "external", "unresolved"];

/// Edges between definitions; the others have a site that mentions their target.
const STRUCTURE: [&str; 4] = ["contains", "member", "declares", "override"];

/// Rules of edges to what may run though the site does not name it.
const POSSIBLE: [&str; 2] = ["hierarchy", "passed"];

struct Project {
    language: &'static str,
    absent: &'static [&'static str],
    members: Vec<String>,
    index: Index,
    _folder: tempfile::TempDir,
}

fn projects() -> impl Iterator<Item = Project> {
    LANGUAGES.iter().map(|&(language, absent)| {
        let text = fs::read_to_string(beside(language, "txt")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut parts = text.split("=== ");
        let members = parts.next().unwrap_or_default().lines().map(str::to_owned).collect();
        for part in parts {
            let (path, text) = part.split_once('\n').unwrap();
            let path = folder.path().join("shop").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let options = Options { store: StorePlace::Memory, ..Options::default() };
        let index = Index::open(folder.path().join("shop"), options).unwrap();
        Project { language, absent, members, index, _folder: folder }
    })
}

fn yours() -> Option<Project> {
    let folder = std::env::var_os("LEINDEX_RESOLUTION_FOLDER")?;
    let options = Options { store: StorePlace::Memory, ..Options::default() };
    let index = Index::open(folder, options).unwrap();
    Some(Project { language: "yours", absent: &[], members: Vec::new(), index, _folder: tempfile::tempdir().unwrap() })
}

fn beside(language: &str, ending: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/resolution/projects/{language}.{ending}"))
}

/// A symbol's name without that of the project.
fn short(symbol: &str) -> &str {
    symbol.split_once(' ').map_or(symbol, |(_, rest)| rest)
}

fn descriptor(symbol: &str) -> &str {
    short(symbol).split_once(' ').map_or("", |(_, rest)| rest)
}

fn line(snapshot: &Snapshot<'_>, edge: &EdgeInfo) -> String {
    let mut text = format!(
        "{:>4} {:<10} {:<9} {} · {}",
        edge.line,
        edge.rule,
        edge.kind,
        if descriptor(&edge.source).is_empty() { "-" } else { descriptor(&edge.source) },
        edge.target_name
    );
    match &edge.target {
        Some(target) => write!(text, " → {}", short(target)).unwrap(),
        None if edge.candidates > 0 => {
            let all = snapshot.why(&edge.path, edge.line).unwrap();
            let (_, candidates) = all.iter().find(|(other, _)| other == edge).unwrap();
            let candidates: Vec<&str> = candidates.iter().map(|candidate| short(candidate)).collect();
            write!(text, " → {}", candidates.join(" | ")).unwrap();
        }
        None => {}
    }
    text
}

fn listing(project: &Project) -> String {
    let snapshot = project.index.snapshot();
    let mut text = String::new();
    let mut path = String::new();
    assert_eq!(snapshot.edge_that_differs().unwrap(), None);
    for edge in snapshot.edges().unwrap().into_iter().filter(|edge| edge.kind != "contains") {
        if edge.path != path {
            path.clone_from(&edge.path);
            writeln!(text, "=== {path}").unwrap();
        }
        writeln!(text, "{}", line(&snapshot, &edge)).unwrap();
    }
    for member in &project.members {
        writeln!(text, "=== callers of {member}").unwrap();
        for edge in snapshot.callers(member).unwrap().edges {
            writeln!(text, "{} {}", edge.path, line(&snapshot, &edge).trim_start()).unwrap();
        }
    }
    text
}

#[test]
fn every_rule_and_import_form_finds_what_its_language_says() {
    for project in projects() {
        expect_test::expect_file![beside(project.language, "edges")].assert_eq(&listing(&project));
    }
}

#[test]
fn every_language_shows_every_rule() {
    let mut missing = Vec::new();
    for project in projects() {
        let snapshot = project.index.snapshot();
        let edges = snapshot.edges().unwrap();
        let mut rules: BTreeSet<&str> = edges.iter().filter(|edge| !STRUCTURE.contains(&edge.kind)).map(|edge| edge.rule).collect();
        for member in &project.members {
            rules.extend(snapshot.callers(member).unwrap().edges.iter().map(|edge| edge.rule));
        }
        let shown = RULES.iter().filter(|rule| rules.contains(*rule) == project.absent.contains(rule));
        missing.extend(shown.map(|rule| format!("{} {rule}", project.language)));
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn what_leads_to_a_symbol_is_what_leads_there_from_anywhere() {
    let mut wrong = Vec::new();
    let place = |edge: &EdgeInfo| (edge.path.clone(), edge.line, edge.column, edge.kind, edge.rule);
    for project in projects().chain(yours()) {
        let snapshot = project.index.snapshot();
        assert_eq!(snapshot.edge_that_differs().unwrap(), None);
        let mut to_symbol: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
        let mut imports: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
        for edge in snapshot.edges().unwrap().into_iter().filter(|edge| !STRUCTURE.contains(&edge.kind) && !POSSIBLE.contains(&edge.rule)) {
            let all = snapshot.why(&edge.path, edge.line).unwrap();
            let (_, candidates) = all.into_iter().find(|(other, _)| *other == edge).unwrap();
            for target in edge.target.iter().chain(&candidates) {
                to_symbol.entry(target.clone()).or_default().insert(place(&edge));
            }
            if let Some(path) = edge.target_path.as_ref().filter(|path| edge.kind == "import" && **path != edge.path) {
                imports.entry(path.clone()).or_default().insert(place(&edge));
            }
        }
        let is_constructor = |symbol: &String| snapshot.symbol(symbol).unwrap().kind == "constructor";
        let constructors: Vec<String> = to_symbol.keys().filter(|symbol| is_constructor(symbol)).cloned().collect();
        for (symbol, mut expected) in to_symbol.clone() {
            let info = snapshot.symbol(&symbol).unwrap();
            let found = snapshot.references(&symbol).unwrap();
            let mut found: BTreeSet<_> = found.edges.iter().chain(&found.ambiguous).map(place).collect();
            if symbol.ends_with('#') {
                // Whoever calls its constructor means the type, too: its own, or one above that is called by its name.
                let in_it = |constructor: &&String| constructor.strip_prefix(&symbol).is_some_and(|rest| !rest.contains('#'));
                let own: Vec<_> = constructors.iter().filter(in_it).flat_map(|constructor| &to_symbol[constructor]).cloned().collect();
                if own.is_empty() {
                    let inherited = |edge: &EdgeInfo| edge.target_name == info.name && edge.target.as_ref().is_some_and(is_constructor);
                    let callers = snapshot.callers(&symbol).unwrap();
                    let calls: BTreeSet<_> = callers.edges.iter().filter(|edge| inherited(edge)).map(place).collect();
                    found.retain(|place| expected.contains(place) || !calls.contains(place));
                }
                expected.extend(own);
            }
            // A declaration answers for its definition, and the other way round.
            let in_groups = matches!(project.language, "c" | "cpp");
            if !found.is_superset(&expected) || !in_groups && found != expected {
                wrong.push((project.language, symbol, found, expected));
            }
        }
        for file in snapshot.files().unwrap().into_iter().filter(|file| file.language.is_some()) {
            let found: BTreeSet<_> = snapshot.importers(&file.path).unwrap().iter().map(place).collect();
            let expected = imports.remove(&file.path).unwrap_or_default();
            if found != expected {
                wrong.push((project.language, file.path, found, expected));
            }
        }
    }
    assert_eq!(wrong, []);
}

#[test]
fn what_may_run_at_a_call_is_found_from_both_ends() {
    let place = |edge: &EdgeInfo| (edge.path.clone(), edge.line, edge.column, edge.rule, edge.source.clone(), edge.target.clone());
    let mut wrong = Vec::new();
    let mut shown = BTreeSet::new();
    for project in projects().chain(yours()) {
        let snapshot = project.index.snapshot();
        let edges: Vec<EdgeInfo> = snapshot.edges().unwrap().into_iter().filter(|edge| POSSIBLE.contains(&edge.rule)).collect();
        shown.extend(edges.iter().map(|edge| (project.language, edge.rule)));
        let symbols: BTreeSet<&String> = edges.iter().flat_map(|edge| edge.target.iter().chain([&edge.source])).collect();
        for symbol in symbols {
            let of =
                |found: Vec<EdgeInfo>| -> BTreeSet<_> { found.iter().filter(|edge| POSSIBLE.contains(&edge.rule)).map(place).collect() };
            let expected =
                |is_of: &dyn Fn(&EdgeInfo) -> bool| -> BTreeSet<_> { edges.iter().filter(|edge| is_of(edge)).map(place).collect() };
            let callers = of(snapshot.callers(symbol).unwrap().edges);
            let callees = of(snapshot.callees(symbol).unwrap().edges);
            let to = expected(&|edge| edge.target.as_ref() == Some(symbol));
            let from = expected(&|edge| edge.source == *symbol);
            if callers != to || callees != from {
                wrong.push((project.language, symbol.clone(), callers, to, callees, from));
            }
        }
    }
    assert_eq!(wrong, []);
    assert!(shown.contains(&("python", "passed")), "{shown:?}");
}
