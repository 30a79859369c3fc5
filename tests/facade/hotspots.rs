//! Hotspots: what is intricate, relied upon and changed often, asked for by name or in words.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use leindex_queries::index::{Centrality, FileChurn, Hotspots, HotspotsOptions, StorePlace, churn_factor};
use leindex_queries::{Change, Index, Options, SearchOptions};

use crate::{folder, open, short};

/// `parse` and `render` are as intricate as `forgotten`, which nobody calls; `read` is called most and has no decision.
const FILES: &[(&str, &str)] = &[
    (
        "shop/parser.py",
        "from shop.source import read\n\ndef parse(text):\n    for line in read(text):\n        if line and text:\n            return line\n",
    ),
    (
        "shop/printer.py",
        "from shop.source import read\n\ndef render(text):\n    for line in read(text):\n        if line and text:\n            return line\n\n\
         def show(text):\n    if text:\n        render(text)\n",
    ),
    (
        "shop/source.py",
        "def read(text):\n    return text\n\ndef forgotten(text):\n    while text:\n        if text and text:\n            return 1\n",
    ),
    (
        "shop/app.py",
        "from shop.parser import parse\nfrom shop.printer import show\nfrom shop.source import read\n\ndef one(): parse(read(1))\n\n\
         def two(): parse(2)\n\ndef three(): show(parse(3))\n",
    ),
    (
        "tests/test_parser.py",
        "from shop.parser import parse\n\ndef test_parse():\n    for text in []:\n        if text:\n            assert parse(text)\n",
    ),
];

fn listed(found: &Hotspots) -> Vec<String> {
    found.hotspots.iter().map(|hotspot| format!("{} {}", short(&hotspot.function.symbol), hotspot.function.metrics.cognitive)).collect()
}

#[test]
fn what_is_intricate_and_relied_upon_comes_first_and_what_decides_nothing_never() {
    let folder = folder(FILES);
    let index = open(&folder);
    let snapshot = index.snapshot();
    let asked = |options: &HotspotsOptions| snapshot.hotspots(options).unwrap();
    let all = asked(&HotspotsOptions::default());
    let expected =
        ["shop/parser.py parse(). 4", "shop/printer.py render(). 4", "shop/source.py forgotten(). 4", "shop/printer.py show(). 1"];
    assert_eq!(listed(&all), expected);
    assert_eq!(all.dependencies, 9);
    assert_eq!(all.revision, snapshot.revision());
    for hotspot in &all.hotspots {
        assert_eq!(hotspot.score, f64::from(hotspot.function.metrics.cognitive) * hotspot.centrality);
    }
    for (options, expected) in [
        (HotspotsOptions { limit: 1, ..HotspotsOptions::default() }, &expected[..1]),
        (HotspotsOptions { limit: 0, ..HotspotsOptions::default() }, &[]),
        (HotspotsOptions { path: "./shop/printer.py".into(), ..HotspotsOptions::default() }, &[expected[1], expected[3]]),
        (HotspotsOptions { path: "tests/".into(), ..HotspotsOptions::default() }, &[]),
        (HotspotsOptions { path: "tests".into(), tests: true, ..HotspotsOptions::default() }, &["tests/test_parser.py test_parse(). 3"]),
    ] {
        assert_eq!(listed(&asked(&options)), expected, "{options:?}");
    }
    // Undirected, what nobody is tied to has none.
    let by_ties = asked(&HotspotsOptions { by: Centrality::Eigenvector, ..HotspotsOptions::default() });
    assert!(!listed(&by_ties).iter().any(|found| found.contains("forgotten")), "{by_ties:?}");
    let error = snapshot.hotspots(&HotspotsOptions { path: "shpo".into(), ..HotspotsOptions::default() }).unwrap_err();
    assert!(error.to_string().starts_with("`shpo` is not a file of the project"), "{error}");
}

#[test]
fn centrality_is_a_share_of_the_whole_project() {
    let folder = folder(FILES);
    let index = open(&folder);
    let found = index.snapshot().centrality().unwrap();
    let sum: f64 = found.iter().map(|symbol| symbol.pagerank).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    let most = found.iter().max_by(|a, b| a.pagerank.total_cmp(&b.pagerank)).unwrap();
    assert_eq!(short(&most.symbol), "shop/source.py read().");
    // `test_parse`, `parse`, `render`, `show`, `one`, `two`, `three` and `read` are one part.
    let length: f64 = found.iter().map(|symbol| symbol.eigenvector * symbol.eigenvector).sum();
    assert!((length - 1.0).abs() < 1e-9, "{length}");
    let nothing = crate::folder(&[("README.md", "# Nothing\n")]);
    assert_eq!(open(&nothing).snapshot().hotspots(&HotspotsOptions::default()).unwrap().symbols, 0);
}

#[test]
fn a_call_of_a_declaration_counts_for_its_definition() {
    let folder = folder(&[
        ("list.h", "int first(int *list);\n"),
        ("list.c", "#include \"list.h\"\nint first(int *list) { while (*list) { if (list[1]) return 1; } return 0; }\n"),
        (
            "main.c",
            "#include \"list.h\"\nint lonely(int a) { while (a) { if (a) return 1; } return 0; }\nint main(void) { return first(0); }\n",
        ),
    ]);
    let found = open(&folder).snapshot().hotspots(&HotspotsOptions::default()).unwrap();
    assert_eq!(listed(&found), ["list.c first(). 3", "main.c lonely(). 3"]);
    assert!(found.hotspots[0].score > found.hotspots[1].score);
}

#[test]
fn questions_about_bottlenecks_are_answered_by_hotspots() {
    let folder = folder(FILES);
    let index = open(&folder);
    for (question, expected) in [
        ("What are the performance bottlenecks?", &["shop/parser.py parse().", "shop/printer.py render()."][..]),
        ("bottlenecks in the printer", &["shop/printer.py render().", "shop/printer.py show()."]),
        ("Which are the hot spots of the parser?", &["shop/parser.py parse()."]),
    ] {
        let answer = index.snapshot().search(question, &SearchOptions::default()).unwrap();
        let found: Vec<&str> = answer.hits.iter().map(|hit| short(&hit.symbol.symbol)).take(expected.len()).collect();
        assert_eq!(found, expected, "{question}");
        assert_eq!(answer.intent, "hotspots");
        assert!(answer.hits.iter().all(|hit| hit.parts.iter().any(|part| part.name == "complexity × centrality")), "{question}");
    }
}

#[test]
fn hotspots_after_an_edit_are_those_of_a_fresh_index_on_any_number_of_threads() {
    let folder = folder(FILES);
    let mut index = open(&folder);
    let before = index.snapshot().hotspots(&HotspotsOptions::default()).unwrap();
    let edited = "from shop.source import forgotten\n\ndef parse(text):\n    forgotten(text)\n\ndef more(): forgotten(1)\n";
    crate::write(folder.path(), "shop/parser.py", edited);
    index.apply(Change::Disk(vec!["shop/parser.py".into()])).unwrap();
    let after = index.snapshot().hotspots(&HotspotsOptions::default()).unwrap();
    assert_eq!(short(&after.hotspots[0].function.symbol), "shop/source.py forgotten().");
    assert_ne!(before, after);
    for threads in [1, 3] {
        let threads = Some(Arc::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()));
        let options = Options { store: StorePlace::Memory, threads, ..Options::default() };
        let fresh = Index::open(folder.path().join("shop"), options).unwrap();
        assert_eq!(fresh.snapshot().hotspots(&HotspotsOptions::default()).unwrap(), after);
        assert_eq!(fresh.snapshot().centrality().unwrap(), index.snapshot().centrality().unwrap());
    }
}

/// Commits everything in a folder, without any of the user's settings.
fn commit(root: &Path, author: &str) {
    for arguments in [&["init", "--quiet"][..], &["add", "--all"], &["-c", "commit.gpgsign=false", "commit", "--quiet", "--message=m"]] {
        let mail = format!("{author}@example.com");
        let status = Command::new("git")
            .args(arguments)
            .current_dir(root)
            .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "no-such-file")])
            .envs([
                ("GIT_AUTHOR_NAME", author),
                ("GIT_COMMITTER_NAME", author),
                ("GIT_AUTHOR_EMAIL", &mail),
                ("GIT_COMMITTER_EMAIL", &mail),
            ])
            .envs([("GIT_AUTHOR_DATE", "1700000000 +0000"), ("GIT_COMMITTER_DATE", "1700000000 +0000")])
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .status();
        assert!(status.expect("the tests of histories need the git program").success(), "git {arguments:?}");
    }
}

#[test]
fn what_changes_often_comes_before_what_rests_and_search_does_not_see_it() {
    let folder = folder(FILES);
    let index = open(&folder);
    let options = HotspotsOptions::default();
    let before = index.snapshot().hotspots(&options).unwrap();
    assert_eq!(before.history, None);
    assert_eq!(before.without_history.as_deref(), Some("the project lies in no git repository, or in one without a commit"));
    assert!(before.hotspots.iter().all(|hotspot| hotspot.churn.is_none()));

    commit(folder.path(), "a");
    for (text, author) in [("# 1", "b"), ("# 2", "a"), ("# 3", "a")] {
        crate::write(folder.path(), "shop/printer.py", &format!("{}{text}\n", FILES[1].1));
        commit(folder.path(), author);
    }
    // The files are those that were indexed, but for a comment of one; what HEAD names is seen without a refresh.
    let revision = index.snapshot().revision().to_owned();
    let found = index.snapshot().hotspots(&options).unwrap();
    assert_eq!(listed(&found)[0], "shop/printer.py render(). 4");
    let history = found.history.as_ref().unwrap();
    assert_eq!(
        (history.commits, history.capped, history.shallow, history.since),
        (4, false, false, Some(1_700_000_000 - 365 * 24 * 60 * 60))
    );
    assert_eq!((found.without_history.as_deref(), history.commit.len()), (None, 40));
    assert_eq!(found.revision, revision);
    for hotspot in &found.hotspots {
        let (commits, authors) = if hotspot.function.path == "shop/printer.py" { (4, 2) } else { (1, 1) };
        assert_eq!(hotspot.churn, Some(FileChurn { commits, authors, last_change: Some(1_700_000_000) }), "{hotspot:?}");
        assert_eq!(hotspot.score, f64::from(hotspot.function.metrics.cognitive) * hotspot.centrality * churn_factor(commits));
    }
    // A file that no commit holds changed never, and keeps its score.
    let mut index = index;
    crate::write(folder.path(), "shop/parser2.py", FILES[0].1);
    index.refresh().unwrap();
    let with_new = index.snapshot().hotspots(&options).unwrap();
    let new = with_new.hotspots.iter().find(|hotspot| hotspot.function.path == "shop/parser2.py").unwrap();
    assert_eq!(new.churn, Some(FileChurn::default()));
    assert_eq!(new.score, f64::from(new.function.metrics.cognitive) * new.centrality);

    let without = index.snapshot().hotspots(&HotspotsOptions { churn: false, ..options.clone() }).unwrap();
    assert_eq!((without.history, without.without_history), (None, None));
    let bottlenecks = |index: &Index| index.snapshot().search("What are the bottlenecks?", &SearchOptions::default()).unwrap();
    let searched = bottlenecks(&index);
    std::fs::remove_dir_all(folder.path().join(".git")).unwrap();
    assert_eq!(bottlenecks(&open(&folder)), searched);
    assert_eq!(index.snapshot().hotspots(&options).unwrap().history, None);
}

#[test]
fn a_history_that_cannot_be_read_is_said_and_counts_for_nothing() {
    let folder = folder(FILES);
    commit(folder.path(), "a");
    let index = open(&folder);
    let options = HotspotsOptions { churn: false, ..HotspotsOptions::default() };
    let expected = listed(&index.snapshot().hotspots(&options).unwrap());
    crate::write(folder.path(), ".git/HEAD", "nonsense");
    let found = index.snapshot().hotspots(&HotspotsOptions::default()).unwrap();
    assert_eq!(listed(&found), expected);
    assert_eq!(found.history, None);
    assert!(found.without_history.unwrap().ends_with("check it with `git fsck`"));
}

#[test]
fn the_churn_factor_grows_by_one_with_each_doubling() {
    assert_eq!([0, 1, 3, 7, 15].map(churn_factor), [1.0, 2.0, 3.0, 4.0, 5.0]);
}
