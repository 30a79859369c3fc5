//! What an edit runs, and what it does not: Salsa's executions counted by query, on the real queries.
//!
//! In the tests of one language each edit is made in every file of a project in turn, so the bounds hold wherever it is
//! made; what is expected exactly is checked on a project of known relations.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::Ordering;

use leindex_queries::index::StorePlace;
use leindex_queries::languages::Languages;
use leindex_queries::query::LOWERED;
use leindex_queries::syntax::blob::PARSES;
use leindex_queries::{Change, GraphOptions, Index, Options, SliceOptions};
use tempfile::TempDir;

use crate::ALONE;
use crate::answers::symbols_of;
use crate::project::{Files, PROJECTS, hand_made, remove, write, write_all};
use crate::texts::{callable, line_start};

/// A project, an index of it in which everything has been asked, and a count of what runs.
struct Lab {
    folder: TempDir,
    index: Index,
}

/// What ran between two moments.
struct Ran {
    /// The edit, for whoever reads that it ran too much.
    edit: String,
    queries: BTreeMap<String, u64>,
    parses: u64,
}

impl Ran {
    #[track_caller]
    fn times(&self, query: &str, expected: u64) -> &Self {
        assert_eq!(self.queries.get(query).copied().unwrap_or(0), expected, "{query} after {}: {:?}", self.edit, self.queries);
        self
    }

    #[track_caller]
    fn only(&self, queries: &[&str]) -> &Self {
        let other: Vec<&String> = self.queries.keys().filter(|query| !queries.contains(&query.as_str())).collect();
        assert!(other.is_empty(), "{other:?} after {}: {:?}", self.edit, self.queries);
        self.times("file_edges", 1).times("edge_draft", 1)
    }

    #[track_caller]
    fn never(&self, queries: &[&str]) -> &Self {
        for query in queries {
            self.times(query, 0);
        }
        self
    }

    #[track_caller]
    fn parses(&self, expected: u64) -> &Self {
        assert_eq!(self.parses, expected, "parses after {}, beside {:?}", self.edit, self.queries);
        self
    }
}

/// What finds out which file changed, and that file's own edges. No other file is looked at.
const OF_EVERY_EDIT: [&str; 9] = [
    "blob_figures",
    "content_edges",
    "directory_blobs",
    "directory_digest",
    "edge_draft",
    "file_blob",
    "file_edges",
    "live_blobs",
    "workspace_digest",
];
/// What only changes with the set of files, manifests and declared modules.
const OF_THE_LAYOUT: [&str; 4] = ["module_map", "module_parts", "module_keys", "import_target"];
/// What only changes with heads of types.
const OF_HEADS: [&str; 6] = ["base_map", "extension_map", "linearization_within", "subtypes", "inheriting_files", "extending_files"];
/// What only changes with the names in types, files and namespaces.
const OF_NAMES: [&str; 2] = ["member_within", "member_names"];

impl Lab {
    fn new(files: &Files) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_all(folder.path(), files);
        let options = Options { store: StorePlace::Memory, count_executions: true, ..Options::default() };
        let index = Index::open(folder.path(), options).unwrap();
        let lab = Self { folder, index };
        lab.ask();
        lab
    }

    /// Asks everything that a change could make run again.
    fn ask(&self) {
        let snapshot = self.index.snapshot();
        snapshot.edges().unwrap();
        snapshot.cycles().unwrap();
        snapshot.dead_code().unwrap();
        snapshot.edge_counts().unwrap();
        for file in snapshot.files().unwrap() {
            for symbol in symbols_of(&snapshot, &file.path) {
                let _ = snapshot.hierarchy(&symbol.symbol);
            }
        }
    }

    /// Makes a change, asks again and says what ran.
    fn watch(&mut self, edit: &str, change: impl FnOnce(&mut Index, &std::path::Path)) -> Ran {
        let parses = PARSES.load(Ordering::Relaxed);
        self.index.events().start();
        change(&mut self.index, self.folder.path());
        self.ask();
        let queries = self.index.events().take(self.index.database());
        Ran { edit: edit.to_owned(), queries, parses: PARSES.load(Ordering::Relaxed) - parses }
    }

    /// Writes a file and tells.
    fn write(&mut self, path: &str, text: &str) -> Ran {
        self.watch(path, |index, folder| {
            write(folder, path, text.as_bytes());
            index.apply(Change::Disk(vec![path.into()])).unwrap();
        })
    }
}

fn comment(language: &str) -> &'static str {
    match language {
        "python" | "ruby" | "elixir" => "# a remark\n",
        "lua" | "haskell" => "-- a remark\n",
        _ => "// a remark\n",
    }
}

/// Files of a language's project with their text, but for manifests.
fn sources(language: &str) -> Vec<(String, String)> {
    let manifests = ["toml", "json", "mod", "yaml", "cabal"];
    hand_made(language, "")
        .into_iter()
        .filter(|(path, _)| !manifests.iter().any(|ending| path.ends_with(ending)) && !path.ends_with("Package.swift"))
        .map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap()))
        .collect()
}

#[test]
fn a_comment_runs_the_edges_of_its_file_only_and_a_revert_parses_nothing() {
    let _alone = ALONE.write();
    for (language, _) in PROJECTS {
        let mut lab = Lab::new(&hand_made(language, ""));
        for (path, text) in sources(language) {
            // Not in a head: what is written there is part of the signature.
            let symbols = symbols_of(&lab.index.snapshot(), &path);
            let last = symbols.iter().rev().find(|symbol| callable(symbol) && symbol.end_line > symbol.start_line + 1);
            let at = last.and_then(|last| line_start(&text, last.end_line)).unwrap_or(text.len());
            let edited = format!("{}{}{}", &text[..at], comment(language), &text[at..]);
            let ran = lab.write(&path, &edited);
            ran.parses(1).times("content_edges", 1);
            ran.only(&OF_EVERY_EDIT);
            lab.write(&path, &text).parses(0).never(&["blob_figures", "content_edges"]).only(&OF_EVERY_EDIT);
        }
    }
}

#[test]
fn a_body_runs_the_edges_of_its_file_only() {
    let _alone = ALONE.write();
    for (language, _) in PROJECTS {
        let mut lab = Lab::new(&hand_made(language, ""));
        for (path, text) in sources(language) {
            let symbols = symbols_of(&lab.index.snapshot(), &path);
            let function =
                symbols.iter().find(|symbol| matches!(symbol.kind, "function" | "method") && symbol.end_line > symbol.start_line + 1);
            let Some(function) = function else { continue };
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let mut edited: Vec<&str> = lines.clone();
            // The last statement once more: the same names, one use more of each.
            let last = function.end_line as usize - if matches!(language, "python" | "haskell") { 1 } else { 2 };
            edited.insert(last, lines[last]);
            let ran = lab.write(&path, &edited.concat());
            ran.parses(1).times("file_edges", 1);
            ran.never(&OF_THE_LAYOUT).never(&OF_HEADS).never(&OF_NAMES);
            lab.write(&path, &text).parses(0).times("file_edges", 1);
        }
    }
}

#[test]
fn a_touch_runs_nothing() {
    let _alone = ALONE.write();
    let mut lab = Lab::new(&hand_made("java", ""));
    for (path, text) in sources("java") {
        let ran = lab.write(&path, &text);
        assert!(ran.queries.is_empty(), "{:?}", ran.queries);
        ran.parses(0);
    }
    let ran = lab.watch("nothing", |index, _| index.refresh().unwrap());
    assert!(ran.queries.is_empty(), "{:?}", ran.queries);
    ran.parses(0);
}

/// `a` is called by `b` through an import; `c` stands alone, `d` inherits from a type in `a`.
const KNOWN: &str = "\
=== pkg/__init__.py
=== pkg/a.py
class Base:
    def run(self):
        return helper(1)

def helper(n):
    return n

def other(n):
    return helper(n)
=== pkg/b.py
from .a import helper, other as alias

def use():
    return helper(2) + alias(3)
=== pkg/c.py
import os

def alone(x):
    return os.path.join(x, second(x))

def second(x):
    return x
=== pkg/d.py
from .a import Base

class Derived(Base):
    def go(self):
        return self.run()
=== web/e.js
export function helper(n) { return n; }
";

fn known() -> (Lab, impl Fn(&str) -> String) {
    let files = crate::project::split(KNOWN, "");
    let lab = Lab::new(&files);
    (lab, move |path: &str| String::from_utf8(files[path].clone()).unwrap())
}

#[test]
fn a_rename_runs_the_edges_of_those_who_named_it() {
    let _alone = ALONE.write();
    let (mut lab, text) = known();
    // `a` itself and `b`, which imports the name; neither `c` nor `d`, nor the other language.
    let ran = lab.write("pkg/a.py", &text("pkg/a.py").replace("helper", "helped"));
    ran.parses(1).times("file_edges", 2).never(&OF_THE_LAYOUT).never(&OF_HEADS);
    lab.write("pkg/a.py", &text("pkg/a.py")).parses(0).times("file_edges", 2).never(&OF_THE_LAYOUT).never(&OF_HEADS);
    // A method: `d` calls it.
    let ran = lab.write("pkg/a.py", &text("pkg/a.py").replace("run", "walk"));
    ran.parses(1).times("file_edges", 2).never(&OF_THE_LAYOUT).never(&["linearization_within", "base_map"]);
}

#[test]
fn a_signature_runs_the_edges_of_those_who_call_it_at_most() {
    let _alone = ALONE.write();
    let (mut lab, text) = known();
    let ran = lab.write("pkg/a.py", &text("pkg/a.py").replace("def helper(n)", "def helper(n, m)"));
    ran.parses(1).times("file_edges", 1).never(&OF_THE_LAYOUT).never(&OF_HEADS).never(&OF_NAMES);
    // Nobody calls `alone`.
    let ran = lab.write("pkg/c.py", &text("pkg/c.py").replace("alone(x)", "alone(x, y=1)"));
    ran.parses(1).times("file_edges", 1).never(&OF_THE_LAYOUT).never(&OF_HEADS).never(&OF_NAMES);
}

#[test]
fn a_base_runs_what_inherits() {
    let _alone = ALONE.write();
    let (mut lab, text) = known();
    let ran = lab.write("pkg/d.py", &text("pkg/d.py").replace("Derived(Base)", "Derived"));
    ran.parses(1).times("file_edges", 1).never(&OF_THE_LAYOUT).times("base_map", 1);
}

#[test]
fn a_move_parses_nothing() {
    let _alone = ALONE.write();
    for (language, _) in PROJECTS {
        let mut lab = Lab::new(&hand_made(language, ""));
        let files = sources(language).len() as u64;
        for (path, _) in sources(language) {
            let (stem, ending) = path.rsplit_once('.').unwrap();
            let to = format!("{stem}_moved.{ending}");
            let ran = lab.watch(&to, |index, folder| {
                fs::rename(folder.join(&path), folder.join(&to)).unwrap();
                index.apply(Change::Disk(vec![path.as_str().into(), to.as_str().into()])).unwrap();
            });
            ran.parses(0).times("module_map", 1);
            assert!(ran.queries["file_edges"] <= files, "{language} {path}: {:?}", ran.queries);
            let ran = lab.watch(&path, |index, folder| {
                fs::rename(folder.join(&to), folder.join(&path)).unwrap();
                index.refresh().unwrap();
            });
            ran.parses(0);
        }
    }
}

#[test]
fn a_file_that_comes_or_goes_runs_the_edges_of_those_who_can_see_it() {
    let _alone = ALONE.write();
    let (mut lab, text) = known();
    let ran = lab.write("pkg/new.py", "def fresh():\n    return 1\n");
    ran.parses(1).times("file_edges", 1).times("module_map", 1);
    let ran = lab.watch("a file removed", |index, folder| {
        remove(folder, "pkg/new.py");
        index.refresh().unwrap();
    });
    // Nobody named anything in it, and nobody asks for the edges of a file that is gone.
    ran.parses(0).never(&["file_edges"]).times("module_map", 1);
    // Those who import it.
    let ran = lab.watch("a file removed", |index, folder| {
        remove(folder, "pkg/a.py");
        index.refresh().unwrap();
    });
    ran.parses(0).times("file_edges", 2).times("module_map", 1);
    // What it leads to itself is still known.
    lab.write("pkg/a.py", &text("pkg/a.py")).parses(0).times("file_edges", 2);
}

#[test]
fn an_unsaved_buffer_runs_what_the_same_edit_on_disk_runs() {
    let _alone = ALONE.write();
    let (mut lab, text) = known();
    let edited = format!("# a remark\n{}", text("pkg/a.py"));
    let on_disk = lab.write("pkg/a.py", &edited);
    lab.write("pkg/a.py", &text("pkg/a.py"));
    let in_buffer = lab.watch("a buffer", |index, _| index.apply(Change::Overlay("pkg/a.py".into(), edited.clone())).unwrap());
    in_buffer.parses(0);
    // The edges and figures of that content are known from before.
    let mut expected = on_disk.queries;
    expected.remove("content_edges");
    expected.remove("blob_figures");
    assert_eq!(in_buffer.queries, expected);
    let closed = lab.watch("a buffer", |index, _| index.apply(Change::CloseOverlay("pkg/a.py".into())).unwrap());
    closed.parses(0).times("file_edges", 1);
    // Opening a buffer with the text of the disk is no change.
    let same = lab.watch("a buffer", |index, _| index.apply(Change::Overlay("pkg/a.py".into(), text("pkg/a.py"))).unwrap());
    assert!(same.queries.is_empty(), "{:?}", same.queries);
}

#[test]
fn opening_again_parses_nothing() {
    let _alone = ALONE.write();
    let folder = tempfile::tempdir().unwrap();
    let (project, store) = (folder.path().join("project"), folder.path().join("store"));
    write_all(&project, &crate::project::mixed(&PROJECTS.map(|(language, _)| language)));
    let open = || Index::open(&project, Options { store: StorePlace::Folder(store.clone()), ..Options::default() }).unwrap();
    let parses = PARSES.load(Ordering::Relaxed);
    let (edges, revision) = {
        let index = open();
        index.persist().unwrap();
        (index.snapshot().edges().unwrap(), index.snapshot().revision().to_owned())
    };
    let cold = PARSES.load(Ordering::Relaxed) - parses;
    assert!(cold > 100, "{cold} parses");
    for _ in 0..2 {
        let parses = PARSES.load(Ordering::Relaxed);
        let index = open();
        let snapshot = index.snapshot();
        assert_eq!((snapshot.edges().unwrap(), snapshot.revision().to_owned()), (edges.clone(), revision.clone()));
        assert_eq!(PARSES.load(Ordering::Relaxed) - parses, 0, "parses of an index opened again");
    }
}

#[test]
fn a_program_graph_is_made_of_what_is_stored() {
    let _alone = ALONE.write();
    let folder = tempfile::tempdir().unwrap();
    let (project, store) = (folder.path().join("project"), folder.path().join("store"));
    write_all(&project, &crate::project::mixed(&PROJECTS.map(|(language, _)| language)));
    let open = || Index::open(&project, Options { store: StorePlace::Folder(store.clone()), ..Options::default() }).unwrap();
    let graph =
        |index: &Index| index.snapshot().program_graph(&GraphOptions::default()).unwrap().graph.edge_weights().copied().collect::<Vec<_>>();
    let index = open();
    let first = graph(&index);
    index.persist().unwrap();
    assert!(first.iter().filter(|edge| edge.kind == "data").count() > 50);
    let counts = || (PARSES.load(Ordering::Relaxed), LOWERED.load(Ordering::Relaxed));
    let before = counts();
    assert_eq!(graph(&index), first);
    drop(index);
    assert_eq!(graph(&open()), first);
    assert_eq!(counts(), before, "nothing is parsed or lowered again");
}

#[test]
fn an_edit_runs_the_summaries_of_those_that_reach_it_only() {
    let _alone = ALONE.write();
    let text = |name: &str, calls: &str| format!("{calls}\ndef {name}(a, b):\n    c = a + 1\n    return c\n");
    let top = "from one import one\n\ndef top(x, y):\n    return one(x, y)\n";
    let files = [("top.py", top.to_owned()), ("one.py", text("one", "")), ("two.py", text("two", ""))];
    let files: Files = files.map(|(path, text)| (path.to_owned(), text.into_bytes())).into();
    let mut lab = Lab::new(&files);
    let ask = |index: &Index| index.snapshot().slice("top.py", 4, None, SliceOptions::default()).unwrap().lines.len();
    ask(&lab.index);
    for (path, edited, expected) in [
        // A file that nothing here calls; a comment in one that is called; its body.
        ("two.py", text("two", "").replace("a + 1", "b + 2"), 0),
        ("one.py", text("one", "# said"), 0),
        ("one.py", text("one", "# said").replace("a + 1", "b + 2"), 1),
    ] {
        let ran = lab.watch(path, |index, _| {
            index.apply(Change::Overlay(path.to_owned(), edited)).unwrap();
            ask(index);
        });
        assert_eq!(ran.queries.get("symbol_summary").copied().unwrap_or(0), expected, "{path}: {:?}", ran.queries);
    }
}

#[test]
fn opening_a_project_loads_the_grammars_of_its_languages_only() {
    let _together = ALONE.read();
    for (language, expected) in [("python", &["python"][..]), ("go", &["go"]), ("typescript", &["typescript", "tsx"])] {
        let folder = tempfile::tempdir().unwrap();
        write_all(folder.path(), &hand_made(language, ""));
        let languages = Languages::default();
        let options = Options { store: StorePlace::Memory, languages: languages.clone(), ..Options::default() };
        let index = Index::open(folder.path(), options).unwrap();
        index.snapshot().edges().unwrap();
        assert_eq!(languages.loaded(), expected);
    }
}
