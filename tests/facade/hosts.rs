//! Promises of the facade: roots beside the project's, the shared handle, positions, cancellation, errors.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use leindex_queries::index::{ImpactOptions, Position, PositionEncoding, Relations, StorePlace};
use leindex_queries::{Cancelled, Change, ContextOptions, Error, Handle, Index, Options, SearchOptions};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn open(&self, path: &str) -> Index {
        Index::open(self.path(path), Options { store: StorePlace::Memory, ..Options::default() }).unwrap()
    }
}

fn sites(relations: &Relations) -> Vec<String> {
    relations.edges.iter().map(|edge| format!("{}:{} {}", edge.path, edge.line, edge.rule)).collect()
}

fn callers(index: &Index, name: &str) -> Vec<String> {
    sites(&index.snapshot().callers(name).unwrap())
}

/// What a fresh index says must be what this one says.
fn assert_fresh(index: &Index, names: &[&str]) {
    let fresh = Index::open(index.root(), Options { store: StorePlace::Memory, ..Options::default() }).unwrap();
    let (live, fresh) = (index.snapshot(), fresh.snapshot());
    assert_eq!(live.files().unwrap(), fresh.files().unwrap());
    assert_eq!(live.edges().unwrap(), fresh.edges().unwrap());
    assert_eq!(live.revision(), fresh.revision());
    for name in names {
        assert_eq!(live.context(name, &ContextOptions::default()), fresh.context(name, &ContextOptions::default()));
        assert_eq!(live.search(name, &SearchOptions::default()), fresh.search(name, &SearchOptions::default()));
    }
}

/// A project, and what it uses from the folder beside it, by language: files of the project, files of `lib`, the name
/// that is called and the sites that call it.
type Pair = (&'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)], &'static str, &'static [&'static str]);

const PAIRS: &[(&str, Pair)] = &[
    (
        "python",
        (
            &[("app.py", "from money.price import total\n\ndef pay():\n    return total(1)\n")],
            &[("money/__init__.py", ""), ("money/price.py", "def total(n):\n    return n\n")],
            "total",
            &["app.py:4 import"],
        ),
    ),
    (
        "typescript by package",
        (
            &[
                ("package.json", "{\"name\": \"app\"}"),
                ("app.ts", "import { total } from 'money';\nexport function pay() { return total(1); }\n"),
            ],
            &[
                ("package.json", "{\"name\": \"money\", \"main\": \"index.ts\"}"),
                ("index.ts", "export function total(n: number) { return n; }\n"),
            ],
            "total",
            &["app.ts:2 import"],
        ),
    ),
    (
        "typescript by path",
        (
            &[("src/app.ts", "import { total } from '../../lib/price';\nexport function pay() { return total(1); }\n")],
            &[("price.ts", "export function total(n: number) { return n; }\n")],
            "total",
            &["src/app.ts:2 import"],
        ),
    ),
    (
        "go",
        (
            &[
                ("go.mod", "module example.com/app\n"),
                ("main.go", "package main\n\nimport \"example.com/money\"\n\nfunc main() {\n\tmoney.Total(1)\n}\n"),
            ],
            &[("go.mod", "module example.com/money\n"), ("price.go", "package money\n\nfunc Total(n int) int { return n }\n")],
            "Total",
            &["main.go:6 import"],
        ),
    ),
    (
        "java",
        (
            &[("App.java", "package app;\n\nimport money.Price;\n\nclass App {\n  int pay() { return Price.total(1); }\n}\n")],
            &[("money/Price.java", "package money;\n\npublic class Price {\n  public static int total(int n) { return n; }\n}\n")],
            "total",
            &["App.java:6 import"],
        ),
    ),
    (
        "c",
        (
            &[("app.c", "#include \"price.h\"\nint pay(void) { return total(1); }\n")],
            &[("include/price.h", "static inline int total(int n) { return n; }\n")],
            "total",
            &["app.c:2 import"],
        ),
    ),
];

#[test]
fn a_further_root_is_indexed_and_imports_lead_into_it() {
    for (language, (own, lib, name, expected)) in PAIRS {
        let folder = Folder::new(&[("app/leindex.toml", "roots = [\"../lib\"]\n")]);
        for (path, text) in *own {
            folder.write(&format!("app/{path}"), text);
        }
        for (path, text) in *lib {
            folder.write(&format!("lib/{path}"), text);
        }
        let index = folder.open("app");
        assert_eq!(callers(&index, name), *expected, "{language}");
        let symbol = index.snapshot().symbol(name).unwrap();
        assert!(symbol.path.starts_with("../lib/"), "{language}: {symbol:?}");
        let project = symbol.symbol.split_once(" ../lib/").map(|(project, _)| project);
        assert!(matches!(project, Some("lib" | "money")), "{language}: {symbol:?}");
        assert_eq!(index.snapshot().symbol(&symbol.symbol).unwrap(), symbol, "{language}");
        let impact = index.snapshot().impact(&[name], ImpactOptions::default()).unwrap();
        assert!(!impact.members.is_empty(), "{language}");
    }
}

fn shop() -> Folder {
    Folder::new(&[
        ("app/leindex.toml", "roots = [\"../lib\"]\n"),
        ("app/util.py", "def shared():\n    pass\n"),
        ("app/app.py", "from money import total\nfrom util import shared\n\ndef pay():\n    shared()\n    return total(1)\n"),
        ("lib/money.py", "def total(n):\n    return n\n"),
        ("lib/util.py", "def other():\n    pass\n"),
    ])
}

#[test]
fn a_project_is_called_what_its_manifest_says_or_as_its_folder() {
    for (manifest, text, project) in [
        ("README.md", "# shop\n", "app"),
        ("Cargo.toml", "[package]\nname = \"till\"\n", "till"),
        ("Cargo.toml", "[workspace]\nmembers = []\n", "app"),
        ("Cargo.toml", "[package\n", "app"),
        ("go.mod", "module example.com/shop/till/v2\n", "till"),
        ("pyproject.toml", "[project]\nname = \"till\"\n", "till"),
        ("package.json", "{\"name\": \"@shop/till\"}\n", "@shop/till"),
        ("package.json", "{\"name\": \"two words\"}\n", "app"),
    ] {
        let folder = Folder::new(&[("app/a.py", "def pay():\n    pass\n"), ("app/deep/Cargo.toml", "[package]\nname = \"deep\"\n")]);
        let mut index = folder.open("app");
        assert_eq!(index.snapshot().symbol("pay").unwrap().symbol, "app a.py pay().");
        folder.write(&format!("app/{manifest}"), text);
        index.refresh().unwrap();
        assert_eq!(index.snapshot().symbol("pay").unwrap().symbol, format!("{project} a.py pay()."), "{manifest}: {text}");
        assert_fresh(&index, &["pay"]);
    }
    let same = "[package]\nname = \"till\"\n";
    let folder = Folder::new(&[
        ("app/leindex.toml", "roots = [\"../lib\"]\n"),
        ("app/Cargo.toml", same),
        ("app/a.rs", "fn pay() {}\n"),
        ("lib/Cargo.toml", same),
        ("lib/b.rs", "fn total() {}\n"),
    ]);
    let index = folder.open("app");
    assert_eq!(index.snapshot().symbol("total").unwrap().symbol, "till~2 ../lib/b.rs total().");
}

#[test]
fn further_roots_change_like_the_project() {
    let folder = shop();
    let mut index = folder.open("app");
    assert_fresh(&index, &["total", "how is the total paid"]);

    folder.write("lib/money.py", "def total(n):\n    return rounded(n)\n\ndef rounded(n):\n    return n\n");
    index.refresh().unwrap();
    assert_eq!(callers(&index, "rounded"), ["../lib/money.py:2 exact"]);
    assert_fresh(&index, &["total"]);

    folder.write("lib/more/tax.py", "from money import total\n\ndef tax():\n    return total(2)\n");
    index.apply(Change::Disk(vec![folder.path("lib/more/tax.py")])).unwrap();
    assert_eq!(callers(&index, "total"), ["../lib/more/tax.py:4 import", "app.py:6 import"]);
    assert_fresh(&index, &["total"]);

    fs::remove_file(folder.path("lib/more/tax.py")).unwrap();
    index.apply(Change::Disk(vec!["../lib/more/tax.py".into()])).unwrap();
    assert_eq!(callers(&index, "total"), ["app.py:6 import"]);

    index.apply(Change::Overlay("../lib/money.py".into(), "def total(n):\n    return 0\n".into())).unwrap();
    assert!(index.snapshot().symbols("rounded").unwrap().is_empty());
    let fork = index.fork(Change::Remove("../lib/money.py".into())).unwrap();
    assert!(fork.snapshot().symbols("total").unwrap().is_empty());
    index.apply(Change::CloseOverlay("../lib/money.py".into())).unwrap();
    assert_eq!(callers(&index, "rounded").len(), 1);
    index.compact().unwrap();
    assert_fresh(&index, &["total"]);

    folder.write("app/leindex.toml", "");
    index.apply(Change::Disk(vec!["leindex.toml".into()])).unwrap();
    assert!(index.snapshot().symbols("total").unwrap().is_empty());
    assert_fresh(&index, &["pay"]);
    folder.write("app/leindex.toml", "roots = [\"../lib\"]\n");
    index.apply(Change::Disk(vec!["leindex.toml".into()])).unwrap();
    assert_fresh(&index, &["total"]);
}

#[test]
fn further_roots_can_be_given_as_an_option_and_are_remembered_by_the_store() {
    let folder = shop();
    folder.write("app/leindex.toml", "");
    let open = || {
        let options = Options {
            store: StorePlace::Folder(folder.path("home")),
            roots: vec!["../lib".into()],
            count_executions: true,
            ..Options::default()
        };
        Index::open(folder.path("app"), options).unwrap()
    };
    assert_eq!(callers(&open(), "total"), ["app.py:6 import"]);
    let index = open();
    index.events().start();
    assert_eq!(callers(&index, "total"), ["app.py:6 import"]);
    let executed = index.events().take(index.database());
    assert!(!executed.iter().any(|(query, _)| query.contains("compute_rows")), "{executed:?}");
}

#[test]
fn a_root_that_cannot_be_one_is_refused_with_the_reason() {
    let folder = Folder::new(&[("w/app/a.py", ""), ("w/app/inner/b.py", ""), ("w/lib/deep/c.py", "")]);
    for (roots, problem) in [
        ("\"../nowhere\"", "check that it exists"),
        ("\"inner\"", "lies in the project"),
        ("\"..\"", "holds the project"),
        ("\"../lib/deep\", \"../lib\"", "overlaps with"),
    ] {
        folder.write("w/app/leindex.toml", &format!("roots = [{roots}]\n"));
        let error = Index::open(folder.path("w/app"), Options { store: StorePlace::Memory, ..Options::default() }).unwrap_err();
        assert!(matches!(error, Error::BadRoot { .. }) && error.to_string().contains(problem), "{error}");
        assert!(error.to_string().contains("correct `roots`"), "{error}");
    }
    folder.write("w/app/leindex.toml", "roots = [\".\", \"../lib\", \"../lib/\"]\n");
    assert_eq!(folder.open("w/app").snapshot().files().unwrap().len(), 3);
}

#[test]
fn a_shared_handle_answers_several_threads_while_one_edits() {
    let files: Vec<(String, String)> = (0..40)
        .map(|number| (format!("m{number}.py"), format!("from base import work\n\ndef user{number}(x):\n    return work(x)\n")))
        .collect();
    let folder = Folder::new(&[("base.py", "def work(x):\n    return x\n")]);
    for (path, text) in &files {
        folder.write(path, text);
    }
    let handle = Handle::new(folder.open(""));
    let (done, answers) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let (revision, count) = handle
                        .read(|snapshot| {
                            let callers = snapshot.callers("work")?;
                            snapshot.context("how does work work", &ContextOptions::default())?;
                            assert_eq!(callers.revision, snapshot.revision());
                            Ok((callers.revision, callers.edges.len()))
                        })
                        .unwrap();
                    assert!((40..=41).contains(&count), "{count} at {revision}");
                    answers.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for round in 0..60 {
            let text = if round % 2 == 0 { "from base import work\n\ndef late():\n    return work(1)\n" } else { "" };
            handle.write(|index| index.apply(Change::Overlay("late.py".into(), text.into()))).unwrap().unwrap();
            let count = handle.read(|snapshot| Ok(snapshot.callers("work")?.edges.len())).unwrap();
            assert_eq!(count, if round % 2 == 0 { 41 } else { 40 });
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(answers.load(Ordering::Relaxed) > 4);
}

#[test]
fn a_handle_used_inside_itself_is_an_error_and_no_deadlock() {
    let folder = Folder::new(&[("a.py", "def f():\n    pass\n")]);
    let handle = Handle::new(folder.open(""));
    let other = handle.clone();
    assert!(matches!(handle.read(|_| other.read(|_| Ok(()))), Err(Error::Nested)));
    assert!(matches!(handle.read(|_| other.write(|_| ())), Err(Error::Nested)));
    assert!(matches!(handle.write(|_| other.read(|_| Ok(()))).unwrap(), Err(Error::Nested)));
    assert!(handle.read(|snapshot| snapshot.symbol("f")).is_ok());
    let unknown = handle.read(|snapshot| snapshot.symbol("g"));
    assert!(matches!(unknown, Err(Error::UnknownSymbol { .. })));
}

#[test]
fn a_handle_refreshes_by_itself_when_a_file_changed() {
    let folder = Folder::new(&[("a.py", "def first():\n    return 1\n")]);
    let handle = Handle::new(folder.open(""));
    folder.write("a.py", "def second():\n    return 2\n");
    let source = handle.read(|snapshot| snapshot.source("a.py")).unwrap();
    assert!(source.contains("second"), "{source}");
}

#[test]
fn a_question_can_be_cancelled_from_another_thread() {
    let folder = shop();
    let index = folder.open("app");
    let snapshot = index.snapshot();
    let canceller = snapshot.canceller();
    std::thread::spawn(move || canceller.cancel()).join().unwrap();
    assert!(matches!(snapshot.callers("total"), Err(Error::Cancelled(Cancelled::Cancelled))));
    assert_eq!(sites(&snapshot.callers("total").unwrap()), ["app.py:6 import"]);

    let cancelled = Arc::new(AtomicBool::new(true));
    let options = Options { store: StorePlace::Memory, cancelled, ..Options::default() };
    assert!(Index::open(folder.path("app"), options).is_err());
}

#[test]
fn the_threads_of_the_host_do_the_work_and_hear_of_the_progress() {
    let folder = shop();
    let seen = Arc::new(AtomicUsize::new(0));
    let foreign = Arc::new(AtomicUsize::new(0));
    let threads = rayon::ThreadPoolBuilder::new().num_threads(2).thread_name(|_| "host".into()).build().unwrap();
    let (count, strangers) = (Arc::clone(&seen), Arc::clone(&foreign));
    let options = Options {
        store: StorePlace::Memory,
        threads: Some(Arc::new(threads)),
        progress: Box::new(move |at| {
            count.fetch_max(at.total, Ordering::Relaxed);
            if std::thread::current().name() != Some("host") {
                strangers.fetch_add(1, Ordering::Relaxed);
            }
        }),
        ..Options::default()
    };
    let index = Index::open(folder.path("app"), options).unwrap();
    assert!(index.snapshot().resolve_all().unwrap() > 0);
    assert!(seen.load(Ordering::Relaxed) >= 2);
    assert_eq!(foreign.load(Ordering::Relaxed), 0);
}

#[test]
fn positions_count_in_the_editors_units_with_emoji_and_carriage_returns() {
    let text = "def crab(x):\r\n    return x\r\n\r\ns = \"🦀é\"; crab(s)\r\n";
    let folder = Folder::new(&[("a.py", text)]);
    let mut index = folder.open("");
    let at = text.rfind("crab").unwrap();
    for (encoding, column) in [(PositionEncoding::Utf8, 14), (PositionEncoding::Utf16, 11), (PositionEncoding::Utf32, 10)] {
        let snapshot = index.snapshot();
        let position = Position { line: 4, column };
        assert_eq!(snapshot.offset("a.py", position, encoding).unwrap(), Some(at as u32), "{encoding:?}");
        assert_eq!(snapshot.position("a.py", at as u32, encoding).unwrap(), Some(position), "{encoding:?}");
        let definition = snapshot.definition("a.py", position, encoding).unwrap();
        assert_eq!(definition.iter().map(|(info, rule)| (&*info.name, *rule)).collect::<Vec<_>>(), [("crab", "exact")], "{encoding:?}");
    }
    let inside = Position { line: 2, column: 4 };
    let around = index.snapshot().symbol_at("a.py", inside, PositionEncoding::Utf16).unwrap().unwrap();
    assert_eq!((&*around.name, around.start_line, around.end_line), ("crab", 1, 2));

    // An edit of the crab itself, by the positions that an editor sends.
    let (start, end) = {
        let snapshot = index.snapshot();
        let offset = |column| snapshot.offset("a.py", Position { line: 4, column }, PositionEncoding::Utf16).unwrap().unwrap() as usize;
        (offset(5), offset(8))
    };
    index.apply(Change::Edit("a.py".into(), start..end, "🦞🦞".into())).unwrap();
    let snapshot = index.snapshot();
    assert_eq!(snapshot.source("a.py").unwrap(), text.replace("🦀é", "🦞🦞"));
    let callers = snapshot.callers("crab").unwrap();
    assert_eq!((callers.edges[0].line, callers.edges[0].column), (4, 16));
    assert_eq!(snapshot.outline("a.py").unwrap()[0].symbol.name, "crab");
    drop(snapshot);

    for range in [start + 1..start + 2, 5..4, 0..1000] {
        let error = index.apply(Change::Edit("a.py".into(), range, String::new())).unwrap_err();
        assert!(matches!(error, Error::BadRange { .. }), "{error}");
    }
    assert_eq!(index.snapshot().source("a.py").unwrap(), text.replace("🦀é", "🦞🦞"));
}

#[test]
fn errors_say_what_to_do_next() {
    let folder = Folder::new(&[
        ("auth.py", "class Session:\n    def login(self):\n        pass\n"),
        ("user.py", "class User:\n    def login(self):\n        pass\n\ndef logout():\n    pass\n"),
    ]);
    let index = folder.open("");
    let snapshot = index.snapshot();
    for (message, expected) in [
        (snapshot.symbol("logot").unwrap_err(), "no symbol is called `logot`; did you mean `logout`"),
        (snapshot.callers("Sesion.login").unwrap_err(), "no symbol is called `Sesion.login`; did you mean `Session.login`?"),
        (snapshot.symbol("login").unwrap_err(), "`login` is the name of 2 symbols; say which: "),
        (snapshot.outline("auht.py").unwrap_err(), "`auht.py` is not a file of the project; did you mean `auth.py`?"),
        (snapshot.outline("zzzzzz.py").unwrap_err(), "`zzzzzz.py` is not a file of the project; name one from its root"),
        (snapshot.symbol("qqqqqqqq").unwrap_err(), "no symbol is called `qqqqqqqq`; search for words of it"),
    ] {
        assert!(message.to_string().starts_with(expected), "{message}");
    }
}

#[test]
fn diagnostics_name_what_is_not_understood() {
    let folder = Folder::new(&[("good.py", "x = 1\n"), ("bad.py", "def f():\n    pass\n)\n"), ("text.py", "x = '\u{0}'\n")]);
    let index = folder.open("");
    let found = index.snapshot().diagnostics().unwrap();
    let told: Vec<String> = found.iter().map(|found| format!("{}:{} {}", found.path, found.line.unwrap_or(0), found.message)).collect();
    assert!(told.iter().any(|line| line == "bad.py:0 1 syntax error; the rest is analysed"), "{told:?}");
    assert!(told.iter().any(|line| line == "text.py:0 only listed: binary"), "{told:?}");
    assert!(!told.iter().any(|line| line.starts_with("good.py")), "{told:?}");
}

#[test]
fn a_script_without_an_ending_is_read_in_its_language() {
    let folder = Folder::new(&[
        ("bin/deploy", "#!/usr/bin/env python3\nfrom tools import ship\n\ndef deploy():\n    ship()\n"),
        ("tools.py", "def ship():\n    pass\n"),
        ("bin/setup", "#!/bin/sh\necho\n"),
        ("LICENSE", "MIT\n"),
    ]);
    let mut index = folder.open("");
    assert_eq!(callers(&index, "ship"), ["bin/deploy:5 import"]);
    let paths = |index: &Index| index.snapshot().files().unwrap().into_iter().map(|file| file.path).collect::<Vec<_>>();
    assert_eq!(paths(&index), ["bin/deploy", "tools.py"]);
    folder.write("bin/setup", "#!/usr/bin/env ruby\nputs 1\n");
    folder.write("bin/deploy", "#!/bin/bash\n");
    index.refresh().unwrap();
    assert_eq!(paths(&index), ["bin/setup", "tools.py"]);
    assert_fresh(&index, &["ship"]);
    index.apply(Change::Overlay("notes".into(), "no code".into())).unwrap();
    assert_eq!(paths(&index), ["bin/setup", "tools.py"]);
}

#[test]
fn an_empty_project_answers() {
    let folder = Folder::new(&[]);
    let index = folder.open("");
    let context = index.snapshot().context("where is anything?", &ContextOptions::default()).unwrap();
    assert!(!context.found && context.items.is_empty());
    assert!(index.snapshot().files().unwrap().is_empty());
    assert!(Index::open(folder.path("nowhere"), Options::default()).is_err());
    let _: &Path = index.root();
}

#[test]
fn bytes_stay_what_they_were_and_are_held_once() {
    let folder = Folder::new(&[("app/a.py", "def pay():\n    pass\n"), ("app/b.py", "def pay():\n    pass\n")]);
    let mut index = folder.open("app");
    let bytes = index.snapshot().bytes("a.py").unwrap();
    assert!(Arc::ptr_eq(&bytes, &index.snapshot().bytes("a.py").unwrap()));
    assert!(Arc::ptr_eq(&bytes, &index.snapshot().bytes("b.py").unwrap()), "equal contents are one");
    folder.write("app/a.py", "");
    assert_eq!(&*bytes, b"def pay():\n    pass\n");
    folder.write("app/a.py", "def paid():\n    pass\n");
    index.refresh().unwrap();
    assert_eq!(&*index.snapshot().bytes("a.py").unwrap(), b"def paid():\n    pass\n");
    assert_eq!(&*bytes, b"def pay():\n    pass\n");
    index.apply(Change::Overlay("a.py".into(), "x = 1\n".into())).unwrap();
    assert_eq!(&*index.snapshot().bytes("a.py").unwrap(), b"x = 1\n");
    let error = index.snapshot().bytes("c.py").unwrap_err();
    assert!(error.to_string().contains("c.py"), "{error}");
}
