//! Bad input, from the disk to every answer: said in `files` or `diagnostics`, never a panic, a hang or an overflow of
//! the stack, and the good file beside it is understood.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{fs, process};

use leindex_queries::index::StorePlace;
use leindex_queries::languages::Languages;
use leindex_queries::{Change, ContextOptions, Error, Index, Options, SearchOptions};

const GOOD: &str = "def helper():\n    return 1\n\ndef user():\n    return helper()\n";

/// A project with one good file.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        project.write("good.py", GOOD);
        project
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), bytes).unwrap();
    }

    fn open(&self) -> Index {
        Index::open(self.folder.path(), Options { store: StorePlace::Memory, ..Options::default() }).unwrap()
    }
}

/// Asks everything, of every file; what can be asked of the good file is answered.
fn ask(index: &Index) {
    let snapshot = index.snapshot();
    snapshot.edges().unwrap();
    snapshot.cycles().unwrap();
    snapshot.dead_code().unwrap();
    snapshot.diagnostics().unwrap();
    for file in snapshot.files().unwrap() {
        let outline = match snapshot.outline(&file.path) {
            Err(Error::ListedOnly { .. }) => continue,
            outline => outline.unwrap(),
        };
        for item in outline.iter().take(3) {
            let name = &item.symbol.symbol;
            snapshot.callers(name).unwrap();
            snapshot.hierarchy(name).unwrap();
            snapshot.source(name).unwrap();
        }
    }
    for question in ["where is helper used?", "helper", "a.b(c)"] {
        snapshot.search(question, &SearchOptions::default()).unwrap();
        snapshot.context(question, &ContextOptions::default()).unwrap();
    }
    let callers = snapshot.callers("helper").unwrap();
    assert_eq!(callers.edges.len(), 1, "the good file is understood");
}

/// What is said of a path: why it is only listed, and the diagnostics.
fn said(index: &Index, path: &str) -> Vec<String> {
    let snapshot = index.snapshot();
    let skipped = snapshot.files().unwrap().into_iter().filter(|file| file.path == path).filter_map(|file| file.skipped);
    let diagnostics = snapshot.diagnostics().unwrap().into_iter().filter(|found| found.path == path).map(|found| found.message);
    skipped.map(str::to_owned).chain(diagnostics).collect()
}

#[track_caller]
fn check(path: &str, bytes: impl AsRef<[u8]>, expected: &str) {
    let project = Project::new();
    project.write(path, bytes);
    let index = project.open();
    ask(&index);
    let said = said(&index, path);
    assert!(said.iter().any(|message| message.contains(expected)), "{path}: {said:?}");
}

#[test]
fn bytes_that_are_no_text_are_listed() {
    check("latin1.py", b"# caf\xe9\n", "not UTF-8");
    check("zeros.py", b"x = 1\n\0\0\0", "binary");
    let late = format!("{}x = '\0'\n", "# filler\n".repeat(2_000));
    check("late.py", late.as_bytes(), "");
    let project = Project::new();
    project.write("late.py", late);
    ask(&project.open());
}

#[test]
fn a_file_of_200_megabytes_is_listed_at_once() {
    let project = Project::new();
    fs::File::create(project.path("huge.py")).unwrap().set_len(200 << 20).unwrap();
    let started = Instant::now();
    let mut index = project.open();
    ask(&index);
    assert_eq!(said(&index, "huge.py").first().map(String::as_str), Some("too large"));
    index.apply(Change::Disk(vec!["huge.py".into()])).unwrap();
    ask(&index);
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

#[test]
fn a_file_of_many_symbols_is_answered_in_bounded_time() {
    let project = Project::new();
    let many: String = (0..8_000).map(|n| format!("def f{n}():\n    f{}()\n", n / 2)).collect();
    project.write("many.py", many);
    let started = Instant::now();
    let index = project.open();
    let snapshot = index.snapshot();
    assert_eq!(snapshot.outline("many.py").unwrap().len(), 8_000);
    assert_eq!(snapshot.callers("f7").unwrap().edges.len(), 2);
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

/// Of each language (on lines of their own, or the file would pass for minified): a file's name, what comes first, what opens, what is inside, what closes, what comes last.
const DEEP: [[&str; 6]; 38] = [
    ["a.c", "int x = ", "(", "1", ")", ";\n"],
    ["b.c", "void f() { ", "{", "g();", "}", "}\n"],
    ["a.cpp", "int x = ", "(", "1", ")", ";\n"],
    ["b.cpp", "", "namespace a {", "int x;", "}", "\n"],
    ["a.cs", "class A { int x = ", "(", "1", ")", "; }\n"],
    ["b.cs", "", "class A {", "", "}", "\n"],
    ["a.dart", "var x = ", "[", "1", "]", ";\n"],
    ["b.dart", "void f() { ", "{", "g();", "}", "}\n"],
    ["a.ex", "x = ", "{", "1", "}", "\n"],
    ["b.ex", "", "defmodule A do ", "", " end", "\n"],
    ["a.go", "package a\nvar x = ", "(", "1", ")", "\n"],
    ["b.go", "package a\nfunc f() { ", "{", "g()", "}", "}\n"],
    ["a.hs", "x = ", "[", "1", "]", "\n"],
    ["b.hs", "x = ", "f (", "1", ")", "\n"],
    ["a.java", "class A { int x = ", "(", "1", ")", "; }\n"],
    ["b.java", "", "class A {", "", "}", "\n"],
    ["a.js", "x = ", "[", "1", "]", ";\n"],
    ["b.js", "", "function f() {", "", "}", "\n"],
    ["a.kt", "val x = ", "(", "1", ")", "\n"],
    ["b.kt", "", "class A {", "", "}", "\n"],
    ["a.lua", "x = ", "{", "1", "}", "\n"],
    ["b.lua", "", "function f() ", "", " end", "\n"],
    ["a.php", "<?php $x = ", "[", "1", "]", ";\n"],
    ["b.php", "<?php ", "function f() {", "", "}", "\n"],
    ["a.py", "x = ", "(", "1", ")", "\n"],
    ["b.py", "x = ", "f(", "1", ")", "\n"],
    ["a.rb", "x = ", "[", "1", "]", "\n"],
    ["b.rb", "", "module A; ", "", "; end", "\n"],
    ["a.rs", "fn f() { let x = ", "(", "1", ")", "; }\n"],
    ["b.rs", "", "mod a {", "", "}", "\n"],
    ["a.scala", "object A { val x = ", "(", "1", ")", " }\n"],
    ["b.scala", "", "object A {", "", "}", "\n"],
    ["a.swift", "let x = ", "[", "1", "]", "\n"],
    ["b.swift", "", "struct A {", "", "}", "\n"],
    ["a.ts", "x = ", "[", "1", "]", ";\n"],
    ["b.ts", "", "namespace a {", "", "}", "\n"],
    ["a.tsx", "x = ", "[", "1", "]", ";\n"],
    ["b.tsx", "x = ", "<a>", "", "</a>", ";\n"],
];

#[test]
fn nesting_of_100_000_in_every_language_is_answered() {
    let languages = Languages::default();
    let mut covered: Vec<&str> =
        DEEP.iter().filter_map(|[name, ..]| languages.config(languages.dialect(name, b""))).map(|of| of.dialect).collect();
    covered.dedup();
    let mut all: Vec<&str> = languages.configs().map(|config| config.dialect).collect();
    covered.sort_unstable();
    all.sort_unstable();
    assert_eq!(covered, all);
    let project = Project::new();
    for [name, before, open, core, close, after] in DEEP {
        project
            .write(name, format!("{before}{}{core}{}{after}", format!("{open}\n ").repeat(100_000), format!("{close}\n ").repeat(100_000)));
    }
    // A small stack: what recursed on the depth would overflow it.
    let root = project.folder.path().to_owned();
    let asked = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        let threads = rayon::ThreadPoolBuilder::new().num_threads(2).stack_size(1 << 20).build().unwrap();
        threads.install(|| {
            let index = Index::open(root, Options { store: StorePlace::Memory, ..Options::default() }).unwrap();
            ask(&index);
            DEEP.map(|[name, ..]| (name, said(&index, name)))
        })
    });
    for (name, said) in asked.unwrap().join().unwrap() {
        assert!(!said.is_empty(), "{name}: nothing is said of the depth");
    }
}

#[test]
fn manifests_nested_100_000_deep_are_no_manifests() {
    let project = Project::new();
    for name in leindex_queries::names::manifests::FILE_NAMES {
        for open in ["[", "{\"a\":", "a = [", "(", "- "] {
            let folder = open.replace(|c: char| !c.is_ascii_alphabetic(), &open.len().to_string());
            project.write(&format!("{folder}/{name}"), open.repeat(100_000));
        }
    }
    ask(&project.open());
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_listed() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let project = Project::new();
    symlink(project.path("nowhere"), project.path("dangling.py")).unwrap();
    symlink(project.folder.path(), project.path("loop")).unwrap();
    process::Command::new("mkfifo").arg(project.path("pipe.py")).status().unwrap();
    project.write("closed.py", GOOD);
    project.write("shut/a.py", GOOD);
    let mode = |path: &str, mode| fs::set_permissions(project.path(path), fs::Permissions::from_mode(mode)).unwrap();
    mode("closed.py", 0o000);
    mode("shut", 0o000);
    let readable = fs::File::open(project.path("closed.py")).is_ok();
    let index = project.open();
    mode("shut", 0o755);
    assert!(said(&index, "dangling.py").contains(&"dangling link".to_owned()));
    assert!(said(&index, "pipe.py").contains(&"not a regular file".to_owned()));
    if !readable {
        assert!(said(&index, "closed.py").contains(&"unreadable".to_owned()));
        assert!(said(&index, "shut").contains(&"permission denied".to_owned()));
        ask(&index);
    }
}

#[test]
fn a_folder_that_disappears_while_it_is_read_is_said_and_forgotten_when_it_is_looked_at_again() {
    let project = Project::new();
    for n in 0..200 {
        project.write(&format!("gone/f{n}.py"), format!("x = {n}\n"));
    }
    let gone = project.path("gone");
    let once = AtomicBool::new(true);
    let progress = move |_| {
        if once.swap(false, Ordering::Relaxed) {
            fs::remove_dir_all(&gone).unwrap();
        }
    };
    let threads = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let options = Options { store: StorePlace::Memory, progress: Box::new(progress), ..Options::default() };
    let root = project.folder.path().to_owned();
    let mut index = threads.install(move || Index::open(root, options)).unwrap();
    let vanished = |index: &Index| {
        let found = index.snapshot().diagnostics().unwrap();
        found.iter().filter(|found| found.message.contains("vanished") && found.path.starts_with("gone/")).count()
    };
    assert!(vanished(&index) > 0);
    // Other places say nothing of it.
    index.apply(Change::Disk(vec!["good.py".into()])).unwrap();
    assert!(vanished(&index) > 0);
    index.apply(Change::Disk(vec!["gone".into()])).unwrap();
    assert_eq!(vanished(&index), 0);
    ask(&index);
}

#[test]
fn a_folder_that_disappears_between_two_questions_is_a_pending_change() {
    let project = Project::new();
    project.write("gone/a.py", "def lost():\n    return 1\n");
    let mut index = project.open();
    fs::remove_dir_all(project.path("gone")).unwrap();
    let pending = index.snapshot().source("lost");
    assert!(matches!(pending, Ok(_) | Err(Error::Cancelled(_))), "{pending:?}");
    index.refresh().unwrap();
    assert!(matches!(index.snapshot().source("lost"), Err(Error::UnknownSymbol { .. })));
    ask(&index);
}

#[test]
fn a_root_that_disappears_is_an_error_that_names_it() {
    let mut project = Project::new();
    let mut index = project.open();
    let root = Path::new(project.folder.path()).to_owned();
    project.folder.disable_cleanup(true);
    fs::remove_dir_all(&root).unwrap();
    let error = index.refresh().unwrap_err().to_string();
    assert!(error.contains(&*root.file_name().unwrap().to_string_lossy()), "{error}");
    assert_eq!(index.snapshot().callers("helper").unwrap().edges.len(), 1, "what was known is still answered");
}

#[test]
fn unknown_endings_and_an_empty_project_are_no_errors() {
    let project = Project::new();
    project.write("data.xyz", b"\0\xff");
    project.write("README", "text");
    let index = project.open();
    ask(&index);
    assert_eq!(index.snapshot().files().unwrap().len(), 1);
    let empty = tempfile::tempdir().unwrap();
    let index = Index::open(empty.path(), Options { store: StorePlace::Memory, ..Options::default() }).unwrap();
    let snapshot = index.snapshot();
    assert!(snapshot.files().unwrap().is_empty() && snapshot.edges().unwrap().is_empty());
    assert!(snapshot.search("anything", &SearchOptions::default()).unwrap().hits.is_empty());
    assert!(snapshot.context("anything", &ContextOptions::default()).unwrap().items.is_empty());
}

#[test]
fn questions_of_any_kind_are_answered_or_find_nothing() {
    let project = Project::new();
    // Over 50,000 tokens in one function, and names and comments in other scripts.
    project.write("wide.py", format!("def wide():\n    return [{}]\n", "sum_of_values,\n        ".repeat(17_000)));
    project.write("cyrillic.py", "def найти_файл():\n    # 認証 🦀\n    return 1\n");
    let index = project.open();
    let snapshot = index.snapshot();
    let first = |question: &str| {
        let options = SearchOptions { limit: 5, ..SearchOptions::default() };
        let answer = snapshot.search(question, &options).unwrap();
        assert!(answer.hits.iter().all(|hit| hit.score.is_finite()), "{question:.40}");
        answer.hits.first().map(|hit| hit.symbol.name.clone()).unwrap_or_default()
    };
    for nothing in ["", " \n\t ", "?!", "🦀🦀🦀", "\0\u{feff}", "поиск"] {
        assert_eq!(first(nothing), "", "{nothing:?}");
    }
    assert_eq!(first("найти_файл"), "найти_файл");
    assert_eq!(first("where is 認証 done"), "найти_файл");
    assert_eq!(first("add up the sum of values"), "wide");
    assert_eq!(first(&format!("helper {}", "qzjxv ".repeat(175_000))), "helper");
}
