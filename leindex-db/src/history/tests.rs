//! Histories made with the `git` program, and what can be wrong with them.

use std::fs;
use std::path::Path;
use std::process::Command;

use expect_test::{Expect, expect};

use super::*;

/// Runs git in a folder, without any of the user's settings, `minute` minutes after a fixed time, as an author.
fn git_as(root: &Path, minute: i64, author: &str, arguments: &[&str]) -> String {
    let time = format!("{} +0000", 1_700_000_000 + 60 * minute);
    let output = Command::new("git")
        .args([
            "-c",
            "commit.gpgsign=false",
            "-c",
            "protocol.file.allow=always",
            "-c",
            "init.defaultBranch=trunk",
            "-c",
            "core.autocrlf=false",
        ])
        .args(arguments)
        .current_dir(root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", root.join("no-such-file"))
        .envs([("GIT_AUTHOR_NAME", author), ("GIT_COMMITTER_NAME", "c"), ("GIT_COMMITTER_EMAIL", "c@example.com")])
        .envs([("GIT_AUTHOR_EMAIL", format!("{author}@example.com")), ("GIT_AUTHOR_DATE", time.clone()), ("GIT_COMMITTER_DATE", time)])
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .expect("the tests of histories need the git program");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn git(root: &Path, arguments: &[&str]) -> String {
    git_as(root, 0, "a", arguments)
}

/// Writes files (an empty text takes one away) and commits them.
fn commit(root: &Path, minute: i64, author: &str, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        if text.is_empty() {
            fs::remove_file(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    git(root, &["add", "--all"]);
    git_as(root, minute, author, &["commit", "--quiet", "--allow-empty", "--message=m"]);
}

/// A repository with a merge, a file that moved, one that is gone, and folders.
fn shop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "--quiet"]);
    commit(root, 0, "a", &[("cart.py", "cart 1"), ("api/pay.py", "pay 1"), ("old.py", "moved")]);
    commit(root, 1, "b", &[("cart.py", "cart 2"), ("api/pay.py", "pay 2")]);
    git(root, &["checkout", "--quiet", "-b", "side"]);
    commit(root, 2, "c", &[("api/pay.py", "pay 3"), ("api/side.py", "side 1")]);
    git(root, &["checkout", "--quiet", "trunk"]);
    commit(root, 3, "a", &[("cart.py", "cart 3"), ("old.py", ""), ("api/new.py", "moved"), ("gone.py", "gone")]);
    git_as(root, 4, "d", &["merge", "--quiet", "--no-ff", "--message=merge", "side"]);
    commit(root, 5, "a", &[("gone.py", ""), ("api/new.py", "rewritten"), ("api/ü x.py", "1")]);
    folder
}

fn show(churn: &Churn) -> String {
    let minute = |time: i64| (time - 1_700_000_000) / 60;
    let ends = match (churn.capped, churn.shallow) {
        (false, false) => "",
        (true, _) => ", capped",
        (_, true) => ", shallow",
    };
    let mut shown = format!("{} commits{ends}\n", churn.commits);
    for (path, file) in &churn.files {
        shown += &format!("{path}: {} commits, {} authors, last at {}\n", file.commits, file.authors, minute(file.last_change.unwrap()));
    }
    shown
}

fn check(root: &Path, options: &ChurnOptions, expected: Expect) {
    expected.assert_eq(&show(&Churn::read(root, options).unwrap().unwrap()));
}

#[test]
fn commits_count_and_merges_do_not() {
    let folder = shop();
    check(
        folder.path(),
        &ChurnOptions::default(),
        expect![[r#"
            5 commits
            api/new.py: 3 commits, 1 authors, last at 5
            api/pay.py: 3 commits, 3 authors, last at 2
            api/side.py: 1 commits, 1 authors, last at 2
            api/ü x.py: 1 commits, 1 authors, last at 5
            cart.py: 3 commits, 2 authors, last at 3
            gone.py: 2 commits, 1 authors, last at 5
        "#]],
    );
}

#[test]
fn without_renames_each_path_has_what_git_lists_for_it() {
    let folder = shop();
    check(
        folder.path(),
        &ChurnOptions { renames: false, ..ChurnOptions::default() },
        expect![[r#"
            5 commits
            api/new.py: 2 commits, 1 authors, last at 5
            api/pay.py: 3 commits, 3 authors, last at 2
            api/side.py: 1 commits, 1 authors, last at 2
            api/ü x.py: 1 commits, 1 authors, last at 5
            cart.py: 3 commits, 2 authors, last at 3
            gone.py: 2 commits, 1 authors, last at 5
            old.py: 2 commits, 1 authors, last at 3
        "#]],
    );
    let listed = git(folder.path(), &["log", "--no-merges", "--no-renames", "--format=", "--name-only"]);
    let churn = Churn::read(folder.path(), &ChurnOptions { renames: false, ..ChurnOptions::default() }).unwrap().unwrap();
    for (path, file) in churn.files.iter().filter(|(path, _)| path.is_ascii()) {
        assert_eq!(listed.lines().filter(|line| line == path).count(), file.commits as usize, "{path}");
    }
}

#[test]
fn a_folder_of_a_repository_has_the_paths_below_it() {
    let folder = shop();
    check(
        &folder.path().join("api"),
        &ChurnOptions::default(),
        expect![[r#"
            5 commits
            new.py: 2 commits, 1 authors, last at 5
            pay.py: 3 commits, 3 authors, last at 2
            side.py: 1 commits, 1 authors, last at 2
            ü x.py: 1 commits, 1 authors, last at 5
        "#]],
    );
    fs::create_dir(folder.path().join("untracked")).unwrap();
    check(
        &folder.path().join("untracked"),
        &ChurnOptions::default(),
        expect![[r#"
        5 commits
    "#]],
    );
}

#[test]
fn old_and_many_commits_are_left_out() {
    let folder = shop();
    let root = folder.path();
    check(
        root,
        &ChurnOptions { max_commits: 1, ..ChurnOptions::default() },
        expect![[r#"
        1 commits, capped
        api/new.py: 1 commits, 1 authors, last at 5
        api/ü x.py: 1 commits, 1 authors, last at 5
        gone.py: 1 commits, 1 authors, last at 5
    "#]],
    );
    // As many as there are.
    assert!(!Churn::read(root, &ChurnOptions { max_commits: 5, ..ChurnOptions::default() }).unwrap().unwrap().capped);
    commit(root, 2 * 24 * 60 + 3, "a", &[("cart.py", "cart 4")]);
    let two_days = ChurnOptions { days: Some(2), ..ChurnOptions::default() };
    let found = Churn::read(root, &two_days).unwrap().unwrap();
    assert_eq!(found.since, Some(1_700_000_000 + 3 * 60));
    assert_eq!((found.commits, found.files["cart.py"].commits), (3, 2));
    let all = Churn::read(root, &ChurnOptions { days: None, ..ChurnOptions::default() }).unwrap().unwrap();
    assert_eq!((all.commits, all.since), (6, None));
}

#[test]
fn a_shallow_clone_leaves_out_what_it_cannot_compare_and_says_so() {
    let folder = shop();
    let clone = tempfile::tempdir().unwrap();
    let url = format!("file://{}", folder.path().display());
    git(clone.path(), &["clone", "--quiet", "--depth=2", &url, "two"]);
    check(
        &clone.path().join("two"),
        &ChurnOptions::default(),
        expect![[r#"
        1 commits, shallow
        api/new.py: 1 commits, 1 authors, last at 5
        api/ü x.py: 1 commits, 1 authors, last at 5
        gone.py: 1 commits, 1 authors, last at 5
    "#]],
    );
    git(clone.path(), &["clone", "--quiet", "--depth=1", &url, "one"]);
    check(
        &clone.path().join("one"),
        &ChurnOptions::default(),
        expect![[r#"
        0 commits, shallow
    "#]],
    );
}

#[test]
fn every_form_of_a_working_folder_has_the_history_of_its_head() {
    let folder = shop();
    let root = folder.path();
    let whole = Churn::read(root, &ChurnOptions::default()).unwrap();
    let head_of = |root: &Path| head(root).unwrap().unwrap();
    assert_eq!(head_of(root), git(root, &["rev-parse", "HEAD"]));
    assert_eq!(head_of(&root.join("api")), head_of(root));

    let beside = tempfile::tempdir().unwrap();
    let tree = beside.path().join("tree");
    git(root, &["worktree", "add", "--quiet", "-b", "feature", tree.to_str().unwrap()]);
    assert_eq!(Churn::read(&tree, &ChurnOptions::default()).unwrap(), whole);
    git(root, &["checkout", "--quiet", "--detach", "HEAD~1"]);
    assert_eq!(head_of(root), git(root, &["rev-parse", "HEAD"]));
    assert_ne!(head_of(root), head_of(&tree));

    // Everything in packs, the branch among many in one file.
    git(&tree, &["pack-refs", "--all"]);
    git(&tree, &["repack", "-a", "-d", "-q"]);
    assert_eq!(Churn::read(&tree, &ChurnOptions::default()).unwrap(), whole);
    // Objects borrowed from another repository, and a `.git` that lies elsewhere.
    git(beside.path(), &["clone", "--quiet", "--shared", "--separate-git-dir=elsewhere.git", tree.to_str().unwrap(), "shared"]);
    assert_eq!(Churn::read(&beside.path().join("shared"), &ChurnOptions::default()).unwrap(), whole);
    // A submodule is a repository of its own, and one path of the outer one.
    let outer = beside.path().join("outer");
    fs::create_dir(&outer).unwrap();
    git(&outer, &["init", "--quiet"]);
    git(&outer, &["submodule", "--quiet", "add", tree.to_str().unwrap(), "sub"]);
    commit(&outer, 0, "a", &[]);
    assert_eq!(Churn::read(&outer.join("sub"), &ChurnOptions::default()).unwrap(), whole);
    check(
        &outer,
        &ChurnOptions::default(),
        expect![[r#"
        1 commits
        .gitmodules: 1 commits, 1 authors, last at 0
        sub: 1 commits, 1 authors, last at 0
    "#]],
    );
}

#[test]
fn without_a_repository_or_a_commit_there_is_no_history() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let nothing = |root: &Path| {
        assert_eq!(Churn::read(root, &ChurnOptions::default()).unwrap(), None);
        assert_eq!(head(root).unwrap(), None);
    };
    nothing(root);
    git(root, &["init", "--quiet"]);
    nothing(root);
    fs::write(root.join(".git/HEAD"), "ref: refs/heads/none/such\n").unwrap();
    nothing(root);
    // A `.git` that is none.
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join(".git"), "gitdir: nowhere\n").unwrap();
    nothing(other.path());
    fs::write(other.path().join(".git"), b"\xff").unwrap();
    nothing(other.path());
    assert!(matches!(Churn::read(&root.join("none"), &ChurnOptions::default()), Err(Error::NotAFolder { .. })));
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = shop();
    let root = folder.path();
    let message = |root: &Path| {
        let message = Churn::read(root, &ChurnOptions::default()).unwrap_err().to_string();
        message.replace(&root.canonicalize().unwrap().display().to_string(), "ROOT")
    };
    let branch = fs::read_to_string(root.join(".git/HEAD")).unwrap();
    for (head, expected) in [
        ("nonsense", expect!["cannot read the git history around ROOT: a ref of it is damaged; check it with `git fsck`"]),
        ("", expect!["cannot read the git history around ROOT: a ref of it is damaged; check it with `git fsck`"]),
        ("ref: HEAD", expect!["cannot read the git history around ROOT: HEAD names no branch; check it with `git status`"]),
        ("ref: refs/../../../x", expect!["cannot read the git history around ROOT: HEAD names no branch; check it with `git status`"]),
        (
            "0123456789012345678901234567890123456789",
            expect![
                "cannot read the git history around ROOT: the object 0123456789012345678901234567890123456789 is missing; `git fetch --refetch` or a clone without `--filter` brings it"
            ],
        ),
        (
            "0123456789012345678901234567890123456789012345678901234567890123",
            expect!["cannot read the git history around ROOT: its objects are named by SHA-256, which is not read"],
        ),
        (
            "ref: refs/heads/.invalid",
            expect![
                "cannot read the git history around ROOT: it keeps its refs in tables, which are not read; `git refs migrate --ref-format=files` changes that"
            ],
        ),
    ] {
        fs::write(root.join(".git/HEAD"), head).unwrap();
        expected.assert_eq(&message(root));
    }
    fs::write(root.join(".git/refs/heads/circle"), "ref: refs/heads/circle").unwrap();
    fs::write(root.join(".git/HEAD"), "ref: refs/heads/circle").unwrap();
    assert!(message(root).contains("in a circle"), "{}", message(root));

    // Half of a folder's tree, of a whole tree, of the commit itself, each read before the one that was damaged earlier.
    fs::write(root.join(".git/HEAD"), branch).unwrap();
    for (revision, expected) in [
        ("HEAD:api", "cannot be compared with its parent: "),
        ("HEAD~1^{tree}", "is damaged; check the repository with `git fsck`"),
        ("HEAD", "is damaged; check the repository with `git fsck`"),
    ] {
        let id = git(root, &["rev-parse", revision]);
        let object = root.join(".git/objects").join(&id[..2]).join(&id[2..]);
        let bytes = fs::read(&object).unwrap();
        fs::remove_file(&object).unwrap();
        fs::write(&object, &bytes[..bytes.len() / 2]).unwrap();
        let message = message(root);
        assert!(message.contains(expected), "{revision}: {message}");
        assert!(message.contains(&id) || revision == "HEAD:api", "{revision}: {message}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_counts_under_its_replacement() {
    use std::os::unix::ffi::OsStrExt as _;

    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.py")), "x").unwrap();
    commit(folder.path(), 0, "a", &[("b.py", "b")]);
    check(
        folder.path(),
        &ChurnOptions::default(),
        expect![[r#"
        1 commits
        b.py: 1 commits, 1 authors, last at 0
        caf�.py: 1 commits, 1 authors, last at 0
    "#]],
    );
}

#[test]
fn the_history_is_read_again_when_head_moves() {
    let folder = shop();
    let cache = ChurnCache::new(folder.path().to_path_buf());
    let options = ChurnOptions::default();
    let first = cache.churn(&options).unwrap().unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &cache.churn(&options).unwrap().unwrap()));
    fs::write(folder.path().join("cart.py"), "not committed").unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &cache.churn(&options).unwrap().unwrap()));
    commit(folder.path(), 9, "a", &[]);
    let second = cache.churn(&options).unwrap().unwrap();
    assert_eq!(second.files["cart.py"].commits, first.files["cart.py"].commits + 1);
    assert_ne!(*second, *cache.churn(&ChurnOptions { max_commits: 1, ..options }).unwrap().unwrap());
}
