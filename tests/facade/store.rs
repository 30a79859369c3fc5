//! What an index keeps, counts and says of itself.

use leindex_queries::index::StorePlace;
use leindex_queries::query::Db as _;
use leindex_queries::{Change, Index, Options};

use crate::{folder, open, write};

const PYTHON: &[(&str, &str)] = &[
    ("a.py", "def one():\n    return 1\n"),
    ("b.py", "from a import one\n\ndef two():\n    return one()\n"),
    ("c.py", "def three(): ...\n"),
];

#[test]
fn a_project_loads_the_grammars_of_its_languages_only() {
    let folder = folder(PYTHON);
    let index = open(&folder);
    assert_eq!(index.database().languages().loaded(), ["python"]);
}

#[test]
fn opening_again_parses_nothing() {
    let folder = folder(PYTHON);
    let store = folder.path().join("store");
    let open = || {
        let options = Options { store: StorePlace::Folder(store.clone()), ..Options::default() };
        Index::open(folder.path().join("shop"), options).unwrap()
    };
    let first = open();
    let edges = first.snapshot().edges().unwrap();
    let revision = first.snapshot().revision().to_owned();
    first.persist().unwrap();
    drop(first);

    let mut again = open();
    assert_eq!(again.snapshot().edges().unwrap(), edges);
    assert_eq!(again.snapshot().revision(), revision);
    assert_eq!(again.database().languages().loaded(), Vec::<&str>::new(), "a parse loads a grammar");
    assert!(again.store_stats().hits > 0 && again.warnings().is_empty());
    again.refresh().unwrap();
    again.compact().unwrap();
    assert_eq!(again.snapshot().edges().unwrap(), edges);
    assert_eq!(again.database().languages().loaded(), Vec::<&str>::new());
    write(folder.path(), "c.py", "def three():\n    return 3\n");
    again.refresh().unwrap();
    assert_eq!(again.database().languages().loaded(), ["python"]);
}

/// How often a query ran between two questions, around a change.
fn executions(change: Change, query: &str) -> u64 {
    let folder = folder(PYTHON);
    let options = Options { store: StorePlace::Memory, count_executions: true, ..Options::default() };
    let mut index = Index::open(folder.path().join("shop"), options).unwrap();
    index.snapshot().edges().unwrap();
    index.events().start();
    index.apply(change).unwrap();
    index.snapshot().edges().unwrap();
    let counts = index.events().take(index.database());
    assert!(!counts.is_empty(), "the question ran nothing at all");
    counts.get(query).copied().unwrap_or(0)
}

#[test]
fn an_edit_runs_again_what_it_changes_and_nothing_else() {
    let body = || Change::Edit("a.py".into(), 22..23, "2".into());
    let renamed = || Change::Edit("a.py".into(), 4..7, "uno".into());
    let added = || Change::Overlay("d.py".into(), "def four(): ...\n".into());
    for (change, query, times) in [
        (body(), "file_edges", 1),
        (body(), "module_map", 0),
        (renamed(), "module_map", 0),
        (renamed(), "file_edges", 2),
        (added(), "module_map", 1),
        (added(), "file_edges", 1),
    ] {
        assert_eq!(executions(change.clone(), query), times, "{query} after {change:?}");
    }
}

#[test]
fn a_large_directory_answers_like_a_small_one() {
    let name = |number: usize| format!("many/m{number:04}.py");
    let text = |number: usize| format!("def f{number}():\n    return f{}()\n", (number + 1) % 1001);
    let files: Vec<(String, String)> = (0..1001).map(|number| (name(number), text(number))).collect();
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = folder(&borrowed);
    let mut index = open(&folder);
    let paths: Vec<String> = index.snapshot().files().unwrap().into_iter().map(|file| file.path).collect();
    assert_eq!(paths, files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>());
    assert_eq!(index.snapshot().symbol("f1000").unwrap().path, name(1000));
    // One file less and the directory is small; one more and it is large again.
    index.apply(Change::Remove(name(500))).unwrap();
    assert_eq!(index.snapshot().symbols("f500").unwrap(), []);
    index.apply(Change::CloseOverlay(name(500))).unwrap();
    let edges = |index: &Index| index.snapshot().edges().unwrap();
    assert_eq!(edges(&index), edges(&open(&folder)));
    assert_eq!(index.snapshot().revision(), open(&folder).snapshot().revision());
}

#[test]
fn counts_agree_with_what_is_counted() {
    let folder = folder(PYTHON);
    let index = open(&folder);
    let snapshot = index.snapshot();
    let edges = snapshot.edges().unwrap();
    let counts = snapshot.edge_counts().unwrap();
    assert_eq!(counts.values().sum::<u64>(), edges.len() as u64);
    assert_eq!(counts["import"], edges.iter().filter(|edge| edge.rule == "import").count() as u64);
    assert_eq!(snapshot.symbol_count().unwrap(), 6, "three functions in three modules");
    assert_eq!(index.root(), folder.path().join("shop").canonicalize().unwrap());
    assert_eq!(format!("{snapshot:?}"), format!("Snapshot {{ revision: {:?}, .. }}", snapshot.revision()));
}
