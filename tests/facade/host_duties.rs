//! Promises to hosts that run for long: what changed on disk is taken in before a question, memory is given back and had
//! again, commits are compared symbol by symbol.

use std::fs;
use std::path::Path;
use std::process::Command;

use leindex_queries::index::{BaseFile, GrepOptions, ImpactOptions, StorePlace, files_at_base};
use leindex_queries::{ContextOptions, Handle, Index, Options, SearchOptions, Snapshot};

use super::{folder, open, short, write};

fn shop() -> tempfile::TempDir {
    folder(&[
        ("app.py", "from lib.money import total\n\ndef pay(order):\n    return total(order)\n"),
        ("lib/__init__.py", ""),
        ("lib/money.py", "def total(order):\n    return sum(order)\n\nclass Purse:\n    def empty(self):\n        return not self.coins\n"),
    ])
}

/// All that an index says of the shop.
fn answers(snapshot: &Snapshot<'_>) -> String {
    format!(
        "{} {:?} {:?} {:?} {:?} {:?}",
        snapshot.revision(),
        snapshot.files(),
        snapshot.edges(),
        snapshot.search("where is the total made", &SearchOptions::default()),
        snapshot.context("who pays the total", &ContextOptions::default()),
        snapshot.impact(&["total"], ImpactOptions::default()),
    )
}

fn fresh(folder: &tempfile::TempDir) -> String {
    answers(&open(folder).snapshot())
}

#[cfg(feature = "watch")]
#[test]
fn a_follower_answers_for_the_disk_as_it_is_when_asked() {
    let folder = shop();
    let handle = Handle::new(open(&folder));
    let follower = leindex_queries::Follower::new(handle.clone()).unwrap();
    assert_eq!(follower.walks_because(), None);
    let ask = || {
        follower.catch_up().unwrap();
        handle.read(|snapshot| Ok(answers(snapshot))).unwrap()
    };
    assert_eq!(ask(), fresh(&folder));
    for round in 0..20 {
        write(folder.path(), "lib/money.py", &format!("def total(order):\n    return {round}\n\ndef extra_{round}(): pass\n"));
        assert_eq!(ask(), fresh(&folder), "{round}");
    }
    let root = folder.path().join("shop");
    write(folder.path(), "new/deep/till.py", "from lib.money import total\n\ndef ring():\n    return total([])\n");
    assert_eq!(ask(), fresh(&folder));
    write(folder.path(), "new/deep/till.py", "def ring():\n    return 0\n");
    assert_eq!(ask(), fresh(&folder));
    fs::rename(root.join("new"), root.join("old")).unwrap();
    assert_eq!(ask(), fresh(&folder));
    // A root that goes, is missed, and comes back.
    let aside = folder.path().join("aside");
    fs::rename(&root, &aside).unwrap();
    assert!(follower.catch_up().is_err());
    fs::rename(&aside, &root).unwrap();
    assert_eq!(ask(), fresh(&folder));
    write(folder.path(), "late.py", "def late(): pass\n");
    write(folder.path(), "lib/later.py", "def later(): pass\n");
    assert_eq!(ask(), fresh(&folder));
    fs::write(root.join(".gitignore"), "old/\n").unwrap();
    assert_eq!(ask(), fresh(&folder));
    fs::remove_file(root.join(".gitignore")).unwrap();
    write(folder.path(), "old/deep/till.py", "def ring(bell):\n    return 1\n");
    assert_eq!(ask(), fresh(&folder));
    fs::remove_dir_all(root.join("old")).unwrap();
    fs::remove_file(root.join("app.py")).unwrap();
    assert_eq!(ask(), fresh(&folder));
    // Settings that cannot be read are an error until they can, and nothing is forgotten meanwhile.
    write(folder.path(), "lib/money.py", "def total(): pass\n");
    fs::write(root.join("leindex.toml"), "exclud = []\n").unwrap();
    assert!(follower.catch_up().is_err());
    assert!(follower.catch_up().is_err());
    fs::remove_file(root.join("leindex.toml")).unwrap();
    assert_eq!(ask(), fresh(&folder));
}

#[test]
fn what_was_given_back_is_had_again_and_nothing_differs() {
    let folder = shop();
    let store = tempfile::tempdir().unwrap();
    for place in [StorePlace::Memory, StorePlace::Folder(store.path().to_path_buf())] {
        let options = Options { store: place, ..Options::default() };
        let handle = Handle::new(Index::open(folder.path().join("shop"), options).unwrap());
        let ask = || handle.read(|snapshot| Ok(answers(snapshot))).unwrap();
        let before = ask();
        assert!(handle.release());
        assert!(!handle.release(), "it rests");
        assert_eq!(ask(), before);
        assert!(handle.release(), "it was asked since");
        write(folder.path(), "app.py", "def pay(): pass\n");
        handle.write(Index::refresh).unwrap().unwrap();
        assert_eq!(ask(), fresh(&folder));
        assert!(handle.release());
        let released = handle.write(|index| index.release()).unwrap();
        assert!(released.is_ok());
        assert_eq!(ask(), fresh(&folder));
        write(folder.path(), "app.py", "from lib.money import total\n\ndef pay(order):\n    return total(order)\n");
    }
}

#[test]
fn an_index_in_use_gives_nothing_back() {
    let folder = shop();
    let handle = Handle::new(open(&folder));
    let other = handle.clone();
    let released = handle.write(|_| std::thread::spawn(move || other.release()).join().unwrap()).unwrap();
    assert!(!released);
}

fn git(root: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"]).args(arguments);
    let run = command.current_dir(root).output().unwrap();
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn a_commit_is_compared_symbol_by_symbol() {
    let folder = shop();
    let root = folder.path().join("shop");
    write(folder.path(), "lib/gone.py", "def lost():\n    return 1\n");
    write(folder.path(), "lib/names with ä space.py", "def odd():\n    return 1\n");
    git(&root, &["init", "--quiet"]);
    git(&root, &["add", "--all"]);
    git(&root, &["commit", "--quiet", "--message", "first"]);
    let files = files_at_base(&root, "HEAD").unwrap();
    assert_eq!(files, Vec::<BaseFile>::new());
    fs::remove_file(root.join("lib/gone.py")).unwrap();
    write(folder.path(), "app.py", "from lib.money import total\n\ndef pay(order, tip=0):\n    return total(order)\n");
    write(folder.path(), "lib/money.py", "def total(order):\n    return sum(order) + 1\n\ndef fresh():\n    pass\n");
    write(folder.path(), "lib/purse.py", "class Purse:\n    def empty(self):\n        return not self.coins\n");
    write(folder.path(), "lib/names with ä space.py", "def odd():\n    return 2\n");
    let index = open(&folder);
    let diff = index.snapshot().diff(&files_at_base(&root, "HEAD").unwrap()).unwrap();
    let names = |symbols: &[leindex_queries::SymbolInfo]| symbols.iter().map(|info| short(&info.symbol).to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&diff.added), ["lib/money.py fresh()."]);
    assert_eq!(diff.removed.iter().map(|gone| format!("{} {}", gone.path, gone.name)).collect::<Vec<_>>(), ["lib/gone.py lost"]);
    let moved: Vec<_> =
        diff.moved.iter().map(|moved| format!("{} {} -> {}", moved.from.path, moved.from.name, short(&moved.to.symbol))).collect();
    assert_eq!(moved, ["lib/money.py Purse -> lib/purse.py Purse#", "lib/money.py Purse.empty -> lib/purse.py Purse#empty()."]);
    let signature: Vec<_> =
        diff.signature.iter().map(|changed| format!("{} was {}", short(&changed.symbol.symbol), changed.before)).collect();
    assert_eq!(signature, ["app.py pay(). was def pay(order)"]);
    assert_eq!(names(&diff.body), ["lib/money.py total().", "lib/names with ä space.py odd()."]);
    let files: Vec<_> = diff.files.iter().map(|file| format!("{} {}", file.change, file.path)).collect();
    assert_eq!(
        files,
        ["changed app.py", "removed lib/gone.py", "changed lib/money.py", "changed lib/names with ä space.py", "added lib/purse.py"]
    );
    assert!(files_at_base(&root, "nowhere").unwrap_err().to_string().contains("git branch"));
    assert!(files_at_base(Path::new("/"), "HEAD").is_err());
}

#[test]
fn names_are_found_by_patterns() {
    let folder = shop();
    let index = open(&folder);
    let snapshot = index.snapshot();
    let like =
        |pattern: &str| snapshot.symbols_like(pattern, 10).unwrap().iter().map(|info| info.qualified_name.clone()).collect::<Vec<_>>();
    assert_eq!(like("t*l"), ["lib.money.total"]);
    assert_eq!(like("Purse.*"), ["lib.money.Purse.empty"]);
    assert_eq!(like("p?y"), ["app.pay"]);
    assert_eq!(like("*"), ["app.pay", "lib.money.total", "lib.money.Purse", "lib.money.Purse.empty"]);
    assert_eq!(snapshot.symbols_like("*", 2).unwrap().len(), 2);
    assert_eq!(like("nothing*"), Vec::<String>::new());
}

#[test]
fn figures_of_an_index_add_up() {
    let folder = shop();
    write(folder.path(), "broken.py", "x = = 1 )\n");
    let index = open(&folder);
    let stats = index.snapshot().stats().unwrap();
    assert_eq!((stats.files, stats.languages["python"], stats.files_with_errors), (4, 4, 1));
    assert_eq!(stats.symbols, index.snapshot().symbol_count().unwrap());
    assert_eq!(stats.revision, index.snapshot().revision());
    assert_eq!(index.snapshot().project().unwrap(), "shop");
}

#[cfg(feature = "analytics")]
#[test]
fn vectors_are_a_matrix_that_stays_what_it_was() {
    let folder = shop();
    let store = tempfile::tempdir().unwrap();
    for place in [StorePlace::Memory, StorePlace::Folder(store.path().to_path_buf())] {
        let options = Options { store: place.clone(), ..Options::default() };
        let mut index = Index::open(folder.path().join("shop"), options).unwrap();
        let matrix = index.snapshot().vector_matrix().unwrap();
        assert_eq!(matrix.rows(), 7, "four symbols and three modules");
        let bytes = matrix.bytes().as_ref().to_vec();
        assert_eq!(matrix.vectors().len(), matrix.rows() * matrix.dimension() * 4);
        assert_eq!(matrix.vectors().end, bytes.len());
        let again = index.snapshot().vector_matrix().unwrap();
        assert_eq!(again.bytes().as_ref(), bytes);
        write(folder.path(), "more.py", "def another(purse):\n    return purse.empty()\n");
        index.refresh().unwrap();
        let more = index.snapshot().vector_matrix().unwrap();
        assert_eq!(more.rows(), matrix.rows() + 2);
        assert_eq!(matrix.bytes().as_ref(), bytes, "who has it keeps it");
        let sql = index.snapshot().sql("select id from embeddings", &leindex_queries::SqlOptions::default()).unwrap();
        assert_eq!(sql.batches.iter().map(arrow::record_batch::RecordBatch::num_rows).sum::<usize>(), more.rows());
        fs::remove_file(folder.path().join("shop/more.py")).unwrap();
        index.refresh().unwrap();
        assert_eq!(index.snapshot().vector_matrix().unwrap().bytes().as_ref(), bytes);
    }
}

#[test]
fn lines_are_found_by_regular_expressions() {
    let folder = shop();
    let index = open(&folder);
    let snapshot = index.snapshot();
    let found = |pattern: &str, options: GrepOptions| {
        let answer = snapshot.grep(pattern, &options).unwrap();
        (answer.lines.iter().map(|line| format!("{}:{} {}", line.path, line.line, line.text)).collect::<Vec<_>>(), answer.truncated)
    };
    assert_eq!(found("^def t", GrepOptions::default()), (vec!["lib/money.py:1 def total(order):".to_owned()], false));
    assert_eq!(found("TOTAL", GrepOptions::default()).0.len(), 0);
    assert_eq!(found("TOTAL", GrepOptions { ignore_case: true, ..GrepOptions::default() }).0.len(), 3);
    assert_eq!(found("total", GrepOptions { paths: vec!["lib/".to_owned()], ..GrepOptions::default() }).0.len(), 1);
    assert_eq!(found("total", GrepOptions { languages: vec!["go".to_owned()], ..GrepOptions::default() }).0.len(), 0);
    let (lines, truncated) = found("total", GrepOptions { limit: 2, ..GrepOptions::default() });
    assert_eq!((lines.len(), truncated), (2, true));
    for bad in ["(", "a{1000000}", "(?<=x)y"] {
        let error = snapshot.grep(bad, &GrepOptions::default()).unwrap_err().to_string();
        assert!(error.contains("is no regular expression"), "{error}");
    }
}

#[test]
fn a_pattern_is_held_against_one_line_at_a_time() {
    let text = "one\r\ntwo\r\n\r\nthree one\nlast";
    let folder = folder(&[("a.py", text)]);
    let index = open(&folder);
    for (pattern, lines) in [
        ("^one$", [1].as_slice()),
        ("one$", &[1, 4]),
        (r"\Atwo", &[2]),
        (r"two\z", &[2]),
        ("^$", &[3]),
        ("^[^o]*$", &[3, 5]),
        (r"one\s+two", &[]),
        (r"\s", &[4]),
        ("last$", &[5]),
        (r"\r", &[]),
    ] {
        let found = index.snapshot().grep(pattern, &GrepOptions::default()).unwrap();
        assert_eq!(found.lines.iter().map(|line| line.line).collect::<Vec<_>>(), lines, "{pattern}");
    }
}

#[test]
fn files_of_no_language_are_listed_and_searched_as_they_lie_on_the_disk() {
    let folder = folder(&[
        ("a.py", "x = 'needle'\n"),
        ("README.md", "# A needle\n"),
        ("docs/plan.txt", "the needle\nand more\n"),
        ("package.json", "{\"name\": \"needle\"}\n"),
        ("ignored/secret.txt", "needle\n"),
        (".ignore", "ignored/\n"),
    ]);
    fs::write(folder.path().join("shop/picture.png"), b"needle\0needle\n").unwrap();
    fs::write(folder.path().join("shop/latin.txt"), b"needle \xe9\n").unwrap();
    fs::write(folder.path().join("shop/huge.txt"), "needle\n".repeat(1 << 20)).unwrap();
    let index = open(&folder);
    let snapshot = index.snapshot();
    let others: Vec<_> = snapshot.other_files().unwrap().into_iter().map(|file| (file.path, file.bytes)).collect();
    let expected = [("README.md", 11), ("docs/plan.txt", 20), ("huge.txt", 7 << 20), ("latin.txt", 9), ("picture.png", 14)]
        .map(|(path, bytes)| (path.to_owned(), bytes));
    assert_eq!(others, expected);
    let found = |options: &GrepOptions| -> Vec<String> {
        snapshot.grep("needle", options).unwrap().lines.into_iter().map(|line| format!("{}:{}", line.path, line.line)).collect()
    };
    assert_eq!(found(&GrepOptions::default()), ["README.md:1", "a.py:1", "docs/plan.txt:1", "package.json:1"]);
    assert_eq!(found(&GrepOptions { languages: vec!["python".to_owned()], ..GrepOptions::default() }), ["a.py:1"]);
    assert_eq!(found(&GrepOptions { paths: vec!["docs/".to_owned()], ..GrepOptions::default() }), ["docs/plan.txt:1"]);
    let query = "select path from files union all select path from other_files() order by path";
    let rows = snapshot.sql(query, &leindex_queries::SqlOptions::default()).unwrap();
    assert_eq!(rows.batches.iter().map(arrow::record_batch::RecordBatch::num_rows).sum::<usize>(), 7);
    write(folder.path(), "NEWS.md", "a needle\n");
    assert!(found(&GrepOptions::default()).contains(&"NEWS.md:1".to_owned()), "what lies on the disk counts, not what lay there");
}

#[test]
fn a_type_is_used_by_whoever_makes_objects_of_it() {
    for (path, text, maker) in [
        (
            "a.py",
            "class Line:\n    def __init__(self, price):\n        self.price = price\n\nclass Long(Line):\n    pass\n\ndef add():\n    return Line(1)\n\ndef more():\n    return Long(1)\n",
            "add",
        ),
        (
            "a.ts",
            "export class Line { constructor(price: number) {} }\nclass Long extends Line {}\nexport function add() { return new Line(1); }\nexport function more() { return new Long(1); }\n",
            "add",
        ),
        (
            "A.java",
            "class Line { Line(int price) {} }\nclass Long2 extends Line { Long2() { super(1); } }\nclass Maker { Line add() { return new Line(1); } }\n",
            "add",
        ),
    ] {
        let folder = folder(&[(path, text)]);
        let index = open(&folder);
        let snapshot = index.snapshot();
        let callers = snapshot.callers("Line").unwrap();
        let sources: Vec<&str> = callers.edges.iter().map(|edge| short(&edge.source)).collect();
        assert!(sources.iter().any(|source| source.contains(maker)), "{path}: {sources:?}");
        let impact = snapshot.impact(&["Line"], ImpactOptions::default()).unwrap();
        assert!(impact.members.iter().any(|member| member.symbol.contains(maker)), "{path}: {impact:?}");
        assert!(snapshot.references("Line").unwrap().edges.iter().any(|edge| edge.source.contains(maker)), "{path}");
        let file = snapshot.impact(&[path], ImpactOptions::default()).unwrap();
        assert_eq!(file.start.len(), 1, "{path}");
        if path.ends_with(".py") {
            let long = snapshot.callers("Long").unwrap();
            assert_eq!(long.edges.iter().map(|edge| short(&edge.source)).collect::<Vec<_>>(), ["a.py more()."]);
        }
    }
}

#[test]
fn a_type_that_somebody_makes_objects_of_is_not_dead() {
    let folder = folder(&[(
        "a.py",
        "class _Made:\n    def __init__(self, x):\n        self.x = x\n\nclass _Below(_Made):\n    pass\n\nclass _Dead:\n    def __init__(self):\n        self.y = 1\n\ndef main():\n    return _Made(1), _Below(2)\n",
    )]);
    let dead = open(&folder).snapshot().dead_code().unwrap();
    assert_eq!(dead.iter().map(|dead| dead.symbol.name.as_str()).collect::<Vec<_>>(), ["_Dead"]);
}

#[test]
fn files_and_projects_with_blanks_in_their_names_are_found_by_full_names() {
    let folder = folder(&[("sp ace/a b.py", "class C:\n    def spaced(self): pass\n\ndef user():\n    return C().spaced()\n")]);
    let index = open(&folder);
    let snapshot = index.snapshot();
    let symbol = snapshot.symbol("spaced").unwrap();
    assert_eq!(snapshot.symbol(&symbol.symbol).unwrap(), symbol);
    assert_eq!(snapshot.callers(&symbol.symbol).unwrap().edges.len(), 1);
    assert_eq!(snapshot.symbol("sp ace/a b.py:2").unwrap(), symbol);
    assert!(snapshot.symbol("sp ace/a b.py:99").is_err());
    assert!(snapshot.symbol("sp ace/a b.py:0").is_err());
}

#[test]
fn an_overlay_is_of_a_file_of_the_project_however_it_is_named() {
    let folder = shop();
    let mut index = open(&folder);
    let root = index.root().to_owned();
    let absolute = root.join("lib/money.py").to_string_lossy().into_owned();
    index.apply(leindex_queries::Change::Overlay(absolute.clone(), "def changed(): pass\n".to_owned())).unwrap();
    assert_eq!(index.snapshot().symbol("changed").unwrap().path, "lib/money.py");
    index.apply(leindex_queries::Change::CloseOverlay(absolute)).unwrap();
    assert!(index.snapshot().symbol("changed").is_err());
    for outside in ["/etc/passwd", "../outside.py", "lib/../../x.py", "", "/"] {
        let refused = index.apply(leindex_queries::Change::Overlay(outside.to_owned(), "def x(): pass\n".to_owned()));
        assert!(matches!(refused, Err(leindex_queries::Error::UnknownPath { .. })), "{outside}: {refused:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_used_stops_nothing() {
    let folder = shop();
    // A file where the folder of the stores should be: that stops root, too.
    let place = folder.path().join("no-folder");
    fs::write(&place, "").unwrap();
    let options = Options { store: StorePlace::Folder(place), ..Options::default() };
    let index = Index::open(folder.path().join("shop"), options).unwrap();
    assert_eq!(index.snapshot().callers("total").unwrap().edges.len(), 1);
    assert!(index.warnings()[0].contains("LEINDEX_HOME"), "{:?}", index.warnings());
}

#[test]
fn a_change_of_a_file_reaches_whoever_uses_what_is_in_it() {
    let folder = shop();
    let index = open(&folder);
    let impact = index.snapshot().impact(&["lib/money.py"], ImpactOptions::default()).unwrap();
    assert!(impact.members.iter().any(|member| short(&member.symbol) == "app.py pay()."), "{impact:?}");
    assert_eq!(impact.start.len(), 1);
}

#[test]
fn an_import_names_its_module_as_it_is_written() {
    let folder = folder(&[
        ("a.py", "from os.path import join\nfrom . import b\nimport json\n"),
        ("b.py", ""),
        ("c.rs", "use std::collections::HashMap;\n"),
        ("d.ts", "import React from \"react\";\n"),
    ]);
    let index = open(&folder);
    let modules = |path: &str| {
        let edges = index.snapshot().imports(path).unwrap();
        edges.iter().map(|edge| format!("{} {}", edge.module.as_deref().unwrap_or("-"), edge.target_name)).collect::<Vec<_>>()
    };
    assert_eq!(modules("a.py"), ["os.path join", ". b", "json json"]);
    assert_eq!(modules("c.rs"), ["std::collections HashMap"]);
    assert_eq!(modules("d.ts"), ["react default"]);
}

#[test]
fn a_missing_token_is_a_syntax_error() {
    for (path, text) in [("a.py", "def half(:\n    return\n"), ("a.rs", "fn f() { g(1; }\n"), ("a.ts", "function f( { return 1; }\n")] {
        let folder = folder(&[(path, text)]);
        let index = open(&folder);
        assert!(index.snapshot().files().unwrap()[0].parse_errors > 0, "{path}");
    }
}
