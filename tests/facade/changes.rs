//! Edits, buffers, what-if worlds, and what a change reaches.

use std::fs;
use std::path::Path;
use std::process::Command;

use leindex_queries::index::{Cancelled, Direction, ImpactOptions, working_tree};
use leindex_queries::{Change, ContextOptions, Error, Index};

use crate::{folder, open, short, write};

const FILES: &[(&str, &str)] = &[
    (
        "src/a.py",
        "def low():\n    return 1\n\n\nclass Mid:\n  def go(self):\n    if low():\n        return low()\n\n  def stay(self):\n    return 2\n",
    ),
    ("src/b.py", "from src.a import Mid\n\n\ndef high():\n    return Mid().go()\n"),
    ("tests/test_b.py", "from src.b import high\n\n\ndef test_high():\n    assert high()\n"),
];

fn callers(index: &Index, name: &str) -> Vec<String> {
    let found = index.snapshot().callers(name).unwrap();
    found.edges.iter().map(|edge| short(&edge.source).to_owned()).collect()
}

#[test]
fn a_what_if_world_leaves_the_present_alone() {
    let folder = folder(FILES);
    let mut index = open(&folder);
    index.apply(Change::Overlay("src/c.py".into(), "from src.a import low\n\ndef more():\n    low()\n".into())).unwrap();
    let before = index.snapshot().revision().to_owned();
    let calls = |source: &str| format!("src/{source}");
    let fork = index.fork(Change::Edit("src/b.py".into(), 0..0, "from src.a import low\nlow()\n".into())).unwrap();

    let now = [calls("a.py Mid#go()."), calls("a.py Mid#go()."), calls("c.py more().")];
    assert_eq!(callers(&index, "low"), now);
    assert_eq!(callers(&fork, "low"), [&now[..2], &[calls("b.py ")], &now[2..]].concat());
    assert_eq!(index.snapshot().revision(), before);
    assert_ne!(fork.snapshot().revision(), before);

    // A world with the same files is the same world.
    index.apply(Change::Edit("src/b.py".into(), 0..0, "from src.a import low\nlow()\n".into())).unwrap();
    assert_eq!(index.snapshot().revision(), fork.snapshot().revision());
    assert!(matches!(index.fork(Change::Edit("src/none.py".into(), 0..0, String::new())), Err(Error::UnknownPath { .. })));
}

#[test]
fn edits_by_range_count_bytes_of_the_buffer() {
    let folder = folder(&[("wide.py", "s = '🦀é'\r\ndef a(): ...\r\n")]);
    let mut index = open(&folder);
    let edit = |index: &mut Index, range: std::ops::Range<usize>, text: &str| {
        index.apply(Change::Edit("./wide.py".into(), range, text.into())).map_err(|error| error.to_string())
    };
    edit(&mut index, 18..19, "renamed").unwrap();
    assert_eq!(index.snapshot().source("renamed").unwrap(), "def renamed(): ...");
    edit(&mut index, 14..14, "def first(): ...\r\n").unwrap();
    assert_eq!(index.snapshot().symbol("renamed").unwrap().start_line, 3);
    let refused =
        |start, end| format!("the range {start}..{end} does not lie in `./wide.py`, which has 52 bytes; ask for the text and edit again");
    assert_eq!(edit(&mut index, 6..7, ""), Err(refused(6, 7)), "inside a character");
    assert_eq!(edit(&mut index, 50..60, ""), Err(refused(50, 60)), "past the end");
    assert_eq!(edit(&mut index, 9..5, ""), Err(refused(9, 5)));
    index.apply(Change::Remove("wide.py".into())).unwrap();
    assert_eq!(
        edit(&mut index, 0..0, ""),
        Err("`wide.py` is not a file of the project; name one from its root, as `files` lists them".to_owned())
    );
    index.apply(Change::CloseOverlay("wide.py".into())).unwrap();
    assert_eq!(index.snapshot().symbol("a").unwrap().start_line, 2);
}

#[test]
fn a_file_that_changed_unseen_is_a_pending_change() {
    let folder = folder(FILES);
    let mut index = open(&folder);
    write(folder.path(), "src/a.py", "def low():\n    return 'something else'\n");
    let asked = index.snapshot().context("low", &ContextOptions::default());
    assert_eq!(asked.unwrap_err(), Cancelled::Changed);
    index.apply(Change::Disk(vec!["src/a.py".into()])).unwrap();
    let asked = index.snapshot().context("low", &ContextOptions::default()).unwrap();
    assert!(asked.text.contains("something else"), "{}", asked.text);
}

#[test]
fn changed_lines_start_at_the_innermost_symbols_on_them() {
    let folder = folder(FILES);
    let index = open(&folder);
    let snapshot = index.snapshot();
    for (lines, expected) in [
        (1..2, "low()."),
        (3..4, ""),
        (5..6, "Mid#"),
        (6..7, "Mid#go()."),
        (7..9, "Mid#go()."),
        (9..10, "Mid#"),
        (10..11, "Mid#stay()."),
        (2..8, "low(). | Mid# | Mid#go()."),
        (90..95, "nothing"),
    ] {
        let found = snapshot.impact_of_lines(&[("./src/a.py".into(), vec![lines.clone()])], ImpactOptions::default()).unwrap();
        let mut start: Vec<&str> = found.start.iter().map(|symbol| short(symbol).trim_start_matches("src/a.py ")).collect();
        start.retain(|symbol| !symbol.is_empty() || expected.is_empty());
        let start = if found.start.is_empty() { "nothing".to_owned() } else { start.join(" | ") };
        assert_eq!(start, expected, "{lines:?}");
    }
    let nowhere = snapshot.impact_of_lines(&[("README.md".into(), vec![1..9])], ImpactOptions::default()).unwrap();
    assert!(nowhere.start.is_empty() && nowhere.members.is_empty());
}

#[test]
fn an_impact_goes_either_way_and_names_the_tests() {
    let folder = folder(FILES);
    let index = open(&folder);
    let snapshot = index.snapshot();
    let reach = |name: &str, options: ImpactOptions| {
        let found = snapshot.impact(&[name], options).unwrap();
        let members: Vec<String> = found.members.iter().map(|member| format!("{}@{}", short(&member.symbol), member.distance)).collect();
        (members.join(", "), found.truncated)
    };
    let all = "src/a.py Mid#go().@1, src/b.py high().@2, tests/test_b.py test_high().@3";
    assert_eq!(reach("low", ImpactOptions::default()), (all.to_owned(), false));
    assert_eq!(reach("low", ImpactOptions { depth: 1, ..ImpactOptions::default() }), ("src/a.py Mid#go().@1".to_owned(), false));
    let (cut, truncated) = reach("low", ImpactOptions { limit: 2, ..ImpactOptions::default() });
    assert_eq!((cut.as_str(), truncated), ("src/a.py Mid#go().@1", true));
    let down = reach("test_high", ImpactOptions { direction: Direction::Dependencies, ..ImpactOptions::default() });
    assert_eq!(down.0, "src/b.py high().@1, src/a.py Mid#@2, src/a.py Mid#go().@2, src/a.py low().@3");
    let tests: Vec<String> = snapshot.tests_for("low").unwrap().iter().map(|test| short(test).to_owned()).collect();
    assert_eq!(tests, ["tests/test_b.py test_high()."]);
    let proof = &snapshot.impact(&["low"], ImpactOptions::default()).unwrap().members[2].proof;
    let sites: Vec<String> = proof.iter().map(|edge| format!("{}:{}", edge.path, edge.line)).collect();
    assert_eq!(sites, ["src/a.py:7", "src/b.py:5", "tests/test_b.py:5"]);
}

#[test]
fn the_lines_of_a_working_tree_are_those_that_git_says() {
    let folder = folder(FILES);
    let root = folder.path().join("shop");
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=trunk"];
        let status = Command::new("git").args(identity).args(arguments).current_dir(&root).output().unwrap().status;
        assert!(status.success(), "{arguments:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "first"]);
    write(folder.path(), "src/a.py", &FILES[0].1.replace("return 1", "return 3").replace("  def stay(self):\n    return 2\n", ""));
    write(folder.path(), "src/b.py", "from src.a import Mid\n\n\ndef high():\n    return Mid().go()\n\n\ndef new(): ...\n");
    write(folder.path(), "src/new.py", "def fresh(): ...\n");
    let tree = working_tree(&root, "HEAD").unwrap();
    assert_eq!(
        tree.lines,
        [("src/a.py".to_owned(), vec![2..3]), ("src/b.py".to_owned(), vec![6..9]), ("src/new.py".to_owned(), vec![1..u32::MAX])]
    );
    assert_eq!(tree.gaps, [("src/a.py".to_owned(), vec![9..11]), ("src/b.py".to_owned(), vec![])]);
    assert!(working_tree(&root, "no-such-branch").is_err());
    assert!(working_tree(Path::new("/"), "HEAD").is_err());
}

/// What a change of the working tree starts from, what it reaches, and what is no more.
fn impact_of_changes(changes: impl FnOnce(&Path)) -> (Vec<String>, Vec<String>, Vec<String>) {
    let folder = folder(&[
        ("lib.py", "def keep():\n    return 1\n\ndef gone():\n    return 2\n\ndef other():\n    return 3\n"),
        ("use.py", "from lib import gone\n\ndef uses_gone():\n    return gone()\n"),
        ("far.py", "from use import uses_gone\n\ndef test_it():\n    assert uses_gone() == 2\n"),
        ("aside.py", "from elsewhere import gone\n\ndef aside():\n    return gone()\n"),
    ]);
    let root = folder.path().join("shop");
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=trunk"];
        assert!(Command::new("git").args(identity).args(arguments).current_dir(&root).output().unwrap().status.success());
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "first"]);
    changes(&root);
    let index = open(&folder);
    let tree = working_tree(&root, "HEAD").unwrap();
    let impact = index.snapshot().impact_of_working_tree(&tree, ImpactOptions::default()).unwrap();
    let name = |symbol: &str| symbol.rsplit(' ').next().unwrap().to_owned();
    (
        impact.start.iter().filter(|symbol| !symbol.ends_with(' ')).map(|symbol| name(symbol)).collect(),
        impact.members.iter().filter(|member| !member.symbol.ends_with(' ')).map(|member| name(&member.symbol)).collect(),
        impact.removed.iter().map(|old| old.name.clone()).collect(),
    )
}

#[test]
fn what_was_taken_away_reaches_who_still_uses_its_name() {
    let users = vec!["uses_gone().".to_owned(), "test_it().".to_owned()];
    let (start, reached, removed) = impact_of_changes(|root| {
        let text = fs::read_to_string(root.join("lib.py")).unwrap();
        fs::write(root.join("lib.py"), text.replace("def gone():\n    return 2\n\n", "")).unwrap();
    });
    assert_eq!((start, reached, removed), (vec![], users.clone(), vec!["gone".to_owned()]), "a function");
    let (start, reached, removed) = impact_of_changes(|root| fs::remove_file(root.join("lib.py")).unwrap());
    assert_eq!((start, reached), (vec![], users.clone()), "a file");
    assert_eq!(removed, ["keep", "gone", "other"]);
    let (start, reached, removed) = impact_of_changes(|root| fs::rename(root.join("lib.py"), root.join("lib2.py")).unwrap());
    assert!(start.contains(&"gone().".to_owned()), "{start:?}");
    assert_eq!((reached, removed), (users, vec![]), "a file that is elsewhere");
    let (start, reached, _) = impact_of_changes(|root| fs::write(root.join("fresh.py"), "def fresh(): ...\n").unwrap());
    assert_eq!((start, reached), (vec!["fresh().".to_owned()], vec![]), "a file that git does not know");
    let (start, reached, _) = impact_of_changes(|root| {
        let text = fs::read_to_string(root.join("lib.py")).unwrap();
        fs::write(root.join("lib.py"), text.replace("    return 3\n", "    x = 1\n    return 3\n")).unwrap();
    });
    assert_eq!((start, reached), (vec!["other().".to_owned()], vec![]), "a line that came");
}
