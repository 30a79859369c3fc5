//! Where vectors come from and how they are searched: sealed files, edits, and the graph of a large index.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leindex_queries::index::{Handle, StorePlace};
use leindex_queries::syntax::rows::SymbolKind;
use leindex_queries::{Change, Index, Options, SearchAnswer, SearchOptions};

use crate::{folder, write};

/// A real project, so small that a graph is quickly built without optimisation: a folder of this repository.
fn real() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../leindex-db/src/store")
}

const QUESTIONS: &[&str] = &[
    "make room by removing old data",
    "which process may write",
    "read a value that may be damaged",
    "several values written at once",
    "wait until the other one has given up",
    "a large file that is searched in place",
    "count what is kept",
    "what happens when the disk is full",
];

fn opened(root: &Path, store: StorePlace, graph_rows: usize) -> Index {
    Index::open(root, Options { store, graph_rows, ..Options::default() }).unwrap()
}

fn search(index: &Index, question: &str, options: &SearchOptions) -> SearchAnswer {
    index.snapshot().search(question, options).unwrap()
}

fn names(answer: &SearchAnswer) -> Vec<&str> {
    answer.hits.iter().map(|hit| hit.symbol.symbol.as_str()).collect()
}

/// The sealed files in a store that begin with some bytes, sorted.
fn sealed(store: &Path, magic: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut folders = vec![store.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        // The store works in the background: what it was done with may be gone by now.
        for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else if let Ok(bytes) = fs::read(entry.path())
                && bytes.starts_with(magic)
            {
                found.push((entry.file_name().into_string().unwrap(), bytes));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_graph_finds_what_looking_at_every_vector_finds_and_says_that_it_may_not() {
    // One graph for all of it: without optimisation it takes seconds to build.
    let exact = opened(&real(), StorePlace::Memory, usize::MAX);
    assert!(!exact.build_vector_graph().unwrap(), "the index is too small for one");
    let mut near = opened(&real(), StorePlace::Memory, 1);
    let all = SearchOptions::default();
    assert_eq!(search(&near, QUESTIONS[0], &all), search(&exact, QUESTIONS[0], &all), "no graph is built yet");
    assert!(near.build_vector_graph().unwrap());
    assert!(!near.build_vector_graph().unwrap(), "it knows everything");

    let (mut met, mut wanted) = (0, 0);
    for question in QUESTIONS {
        let (approximate, exact) = (search(&near, question, &all), search(&exact, question, &all));
        assert!(approximate.approximate && !exact.approximate, "{question}");
        let found = names(&approximate);
        met += names(&exact).iter().filter(|name| found.contains(name)).count();
        wanted += exact.hits.len();
    }
    assert!(wanted >= 70 && met * 100 >= wanted * 95, "{met} of {wanted}");

    for filter in [
        SearchOptions { paths: vec!["pack*".into()], ..SearchOptions::default() },
        SearchOptions { paths: vec!["lock.rs".into()], ..SearchOptions::default() },
        SearchOptions { kinds: vec![SymbolKind::Struct], ..SearchOptions::default() },
    ] {
        for question in QUESTIONS {
            let (approximate, exact) = (search(&near, question, &filter), search(&exact, question, &filter));
            for hit in &approximate.hits {
                assert!(
                    filter.paths.is_empty() || hit.symbol.path.starts_with(filter.paths[0].trim_end_matches('*')),
                    "{question}: {}",
                    hit.symbol.path
                );
                assert!(filter.kinds.is_empty() || hit.symbol.kind == "struct", "{question}: {}", hit.symbol.kind);
            }
            // So few are admitted that all of them are looked at.
            assert_eq!(approximate, exact, "{question} {filter:?}");
        }
    }

    // What came after the graph is found, and what is gone is not.
    let about_locks = "lock.rs: which process holds the lock";
    let in_lock = |answer: &SearchAnswer| answer.hits.iter().any(|hit| hit.symbol.path == "lock.rs");
    assert!(in_lock(&search(&near, about_locks, &all)));
    near.apply(Change::Remove("lock.rs".into())).unwrap();
    let without = search(&near, about_locks, &all);
    assert!(without.approximate && !in_lock(&without));
    let text = "/// Brews coffee in a kettle.\npub fn brew_coffee() { boil_kettle(); }\n";
    near.apply(Change::Overlay("kitchen.rs".into(), text.into())).unwrap();
    let found = search(&near, "make a hot drink: coffee", &all);
    assert!(found.approximate);
    assert_eq!(found.hits[0].symbol.name, "brew_coffee");
}

#[test]
fn a_graph_is_a_function_of_the_contents_and_found_again() {
    let folder = folder(&[]);
    let place = |name: &str| StorePlace::Folder(folder.path().join(name));
    let first = opened(&real(), place("first"), 1);
    assert!(first.build_vector_graph().unwrap());
    let expected: Vec<SearchAnswer> = QUESTIONS.iter().map(|question| search(&first, question, &SearchOptions::default())).collect();
    drop(first);

    let again = opened(&real(), place("first"), 1);
    let answers: Vec<SearchAnswer> = QUESTIONS.iter().map(|question| search(&again, question, &SearchOptions::default())).collect();
    assert_eq!(answers, expected, "by the graph in the store");
    assert!(!again.build_vector_graph().unwrap());

    // Other segments, other threads: one file comes late.
    let threads = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap());
    let options = Options { store: place("other"), graph_rows: 1, threads: Some(threads), ..Options::default() };
    let mut other = Index::open(real(), options).unwrap();
    other.apply(Change::Remove("lock.rs".into())).unwrap();
    other.compact().unwrap();
    other.seal();
    other.apply(Change::CloseOverlay("lock.rs".into())).unwrap();
    let other = Handle::new(other);
    assert!(other.build_vector_graph().unwrap());
    let [first, second] = ["first", "other"].map(|name| sealed(&folder.path().join(name), b"LEGRAPH"));
    assert_eq!(first.len(), 1);
    assert!(first == second, "equal files under equal names");
    drop(other);

    damage(&folder.path().join("first"), b"LEGRAPH");
    let (index, exact) = (opened(&real(), place("first"), 1), opened(&real(), StorePlace::Memory, usize::MAX));
    let all = SearchOptions::default();
    assert_eq!(search(&index, QUESTIONS[0], &all), search(&exact, QUESTIONS[0], &all), "a damaged graph is none");
}

/// Changes a byte in the sealed files that begin so.
fn damage(store: &Path, magic: &[u8]) {
    let damaged = sealed(store, magic);
    assert!(!damaged.is_empty());
    let mut folders = vec![store.to_path_buf()];
    while let Some(folder) = folders.pop() {
        // The store works in the background: what it was done with may be gone by now.
        for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else if let Some((_, bytes)) = damaged.iter().find(|(name, _)| **name == *entry.file_name()) {
                let mut bytes = bytes.clone();
                let last = bytes.len() - 1;
                bytes[last / 2] ^= 1;
                // In place of the old file, as another process would: the old one may be mapped.
                let unfinished = entry.path().with_extension("new");
                fs::write(&unfinished, bytes).unwrap();
                fs::rename(unfinished, entry.path()).unwrap();
            }
        }
    }
}

#[test]
fn sealed_vectors_are_looked_at_when_somebody_searches_and_made_again_if_damaged() {
    let folder = folder(&[]);
    let store = folder.path().join("store");
    let place = || StorePlace::Folder(store.clone());
    let all = SearchOptions::default();
    let expected = search(&opened(&real(), place(), usize::MAX), QUESTIONS[0], &all);
    let whole = sealed(&store, b"LEVECTOR");
    damage(&store, b"LEVECTOR");
    let damaged = sealed(&store, b"LEVECTOR");
    let index = opened(&real(), place(), usize::MAX);
    assert!(sealed(&store, b"LEVECTOR") == damaged, "nobody has searched");
    assert_eq!(search(&index, QUESTIONS[0], &all), expected);
    assert!(sealed(&store, b"LEVECTOR") == whole, "made again");
}

#[test]
fn loose_vectors_are_those_of_a_fresh_index_after_every_edit() {
    let files: Vec<(String, String)> =
        (0..40).map(|number| (format!("m{number}.py"), format!("def load_{number}(path):\n    return open(path)\n"))).collect();
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = folder(&borrowed[..1]);
    let root = folder.path().join("shop");
    let mut index = opened(&root, StorePlace::Memory, usize::MAX);
    for (path, text) in &borrowed[1..] {
        write(folder.path(), path, text);
        index.apply(Change::Disk(vec![path.into()])).unwrap();
        search(&index, "read a file", &SearchOptions::default());
    }
    write(folder.path(), "m7.py", "def store(path, text):\n    path.write(text)\n");
    index.apply(Change::Disk(vec!["m7.py".into()])).unwrap();
    let fresh = opened(&root, StorePlace::Memory, usize::MAX);
    for question in ["read a file", "write a file", "load_3"] {
        let options = SearchOptions { limit: 50, ..SearchOptions::default() };
        assert_eq!(search(&index, question, &options), search(&fresh, question, &options), "{question}");
    }
}
