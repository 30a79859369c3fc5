//! What git says has changed: which lines of which files.
//!
//! [`changed_lines`] reads a unified diff, wherever it comes from; [`working_diff`] asks the `git` program for one. A
//! store is found without git (see [`Location`](crate::Location)); this module is the only one that starts it.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::Error;

/// How one file changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChange {
    /// Its path now, with `/`, from where the diff was made; `None` if it was deleted.
    pub path: Option<String>,
    /// Its path before; `None` if it is new.
    pub old_path: Option<String>,
    /// Whether its content is binary, so that the lines are not known.
    pub binary: bool,
    /// The lines of the new file that were added or rewritten, 1-based, end exclusive, in order.
    pub added: Vec<Range<u32>>,
    /// The lines of the old file that were removed or rewritten, 1-based, end exclusive, in order.
    pub removed: Vec<Range<u32>>,
    /// For each removal with nothing in its place, the line of the new file before it; 0 at the file's beginning.
    pub removed_after: Vec<u32>,
}

impl FileChange {
    /// Whether any of these lines of the new file (1-based, end exclusive) was added, rewritten, or stands around a
    /// removal.
    pub fn touches(&self, lines: &Range<u32>) -> bool {
        let is_hit = |added: &Range<u32>| added.start < lines.end && lines.start < added.end;
        // A removal touches what holds both of its neighbours.
        self.added.iter().any(is_hit) || self.removed_after.iter().any(|&line| lines.start <= line && line + 1 < lines.end)
    }
}

/// Reads a unified diff, with any number of lines of context: of `git diff`, `git show`, `diff -u`, or a patch file.
///
/// Renames, copies, new, deleted, binary and mode-only files are known by git's headers. What is no diff is passed
/// over, so that a mail or a commit message may stand around it. Combined diffs of merges (`@@@`) are not understood.
pub fn changed_lines(diff: &str) -> Vec<FileChange> {
    let mut changes = Vec::<FileChange>::new();
    let mut lines = diff.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).peekable();
    // Whether the file that is read now began with a line of `git diff`, which names it already.
    let mut is_named = false;
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("diff --git ") {
            let (old_path, path) = header_paths(rest).unzip();
            changes.push(FileChange { path, old_path, ..FileChange::default() });
            is_named = true;
            continue;
        }
        if let Some(old) = line.strip_prefix("--- ")
            && let Some(new) = lines.peek().and_then(|next| next.strip_prefix("+++ "))
        {
            if !is_named {
                changes.push(FileChange::default());
            }
            is_named = false;
            if let Some(change) = changes.last_mut() {
                (change.old_path, change.path) = (side(old, "a/"), side(new, "b/"));
            }
            lines.next();
            continue;
        }
        let Some(change) = changes.last_mut() else { continue };
        if let Some(hunk) = line.strip_prefix("@@ ") {
            if let Some((old, new)) = hunk_ranges(hunk) {
                read_hunk(&mut lines, change, old, new);
            }
        } else if line.starts_with("new file mode ") {
            change.old_path = None;
        } else if line.starts_with("deleted file mode ") {
            change.path = None;
        } else if let Some(path) = line.strip_prefix("rename from ").or_else(|| line.strip_prefix("copy from ")) {
            change.old_path = Some(unquote(path));
        } else if let Some(path) = line.strip_prefix("rename to ").or_else(|| line.strip_prefix("copy to ")) {
            change.path = Some(unquote(path));
        } else if line == "GIT binary patch" || (line.starts_with("Binary files ") && line.ends_with(" differ")) {
            change.binary = true;
        }
    }
    changes
}

/// Reads the lines of a hunk that says how many there are, so that a removed line `-- x` is no header.
fn read_hunk<'a>(
    lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
    change: &mut FileChange,
    old: (u32, u32),
    new: (u32, u32),
) {
    // A side without lines names the line before it.
    let first = |(start, count): (u32, u32)| if count == 0 { start.saturating_add(1) } else { start };
    let (mut old_line, mut new_line) = (first(old), first(new));
    let (old_end, new_end) = (old_line.saturating_add(old.1), new_line.saturating_add(new.1));
    // Where the run of removals and additions that is read now began.
    let mut run = None;
    while old_line < old_end || new_line < new_end {
        let Some(line) = lines.peek() else { break };
        match line.as_bytes().first() {
            Some(b'-') if old_line < old_end => {
                run.get_or_insert((old_line, new_line));
                old_line += 1;
            }
            Some(b'+') if new_line < new_end => {
                run.get_or_insert((old_line, new_line));
                new_line += 1;
            }
            // Some programs strip the space of an empty line of context.
            None | Some(b' ' | b'\t') if old_line < old_end && new_line < new_end => {
                end_run(change, run.take(), old_line, new_line);
                old_line += 1;
                new_line += 1;
            }
            Some(b'\\') => {}
            _ => break,
        }
        lines.next();
    }
    end_run(change, run, old_line, new_line);
}

fn end_run(change: &mut FileChange, run: Option<(u32, u32)>, old_line: u32, new_line: u32) {
    let Some((old_start, new_start)) = run else { return };
    push(&mut change.removed, old_start..old_line);
    push(&mut change.added, new_start..new_line);
    if new_start == new_line {
        change.removed_after.push(new_line.saturating_sub(1));
    }
}

fn push(ranges: &mut Vec<Range<u32>>, range: Range<u32>) {
    match ranges.last_mut() {
        _ if range.is_empty() => {}
        Some(last) if last.end == range.start => last.end = range.end,
        _ => ranges.push(range),
    }
}

/// `-1,2 +3 @@ fn f()`: start and count of both sides.
fn hunk_ranges(hunk: &str) -> Option<((u32, u32), (u32, u32))> {
    let mut parts = hunk.split(' ');
    let mut side = |sign| {
        let range = parts.next()?.strip_prefix(sign)?;
        let (start, count) = range.split_once(',').unwrap_or((range, "1"));
        Some((start.parse().ok()?, count.parse().ok()?))
    };
    let ranges = (side('-')?, side('+')?);
    (parts.next()? == "@@").then_some(ranges)
}

/// The path of a `---` or `+++` line.
fn side(text: &str, prefix: &str) -> Option<String> {
    // What follows a tab is a time, in diffs that git did not make, or nothing, where a path holds a space.
    let path = unquote(if text.starts_with('"') { text } else { text.split('\t').next().unwrap_or(text) });
    (path != "/dev/null").then(|| path.strip_prefix(prefix).unwrap_or(&path).to_owned())
}

/// Both paths of a `diff --git` line. They are equal wherever the line is all there is to go by, which is how a path
/// with spaces is told from two paths.
fn header_paths(text: &str) -> Option<(String, String)> {
    if text.contains('"') {
        let (old, new) = match text.strip_prefix('"') {
            Some(rest) => {
                let end = quote_end(rest)?;
                (unquote(&text[..end + 2]), rest.get(end + 1..)?.trim_start())
            }
            None => {
                let (old, new) = text.split_once(" \"")?;
                (old.to_owned(), &text[text.len() - new.len() - 1..])
            }
        };
        let new = unquote(new);
        return Some((old.strip_prefix("a/").unwrap_or(&old).to_owned(), new.strip_prefix("b/").unwrap_or(&new).to_owned()));
    }
    let middle = text.len() / 2;
    let (old, new) = (text.get(..middle)?, text.get(middle..)?.strip_prefix(' ')?);
    match (old.strip_prefix("a/"), new.strip_prefix("b/")) {
        (Some(old), Some(new)) if old == new => Some((old.to_owned(), new.to_owned())),
        // `diff.noprefix`.
        _ if old == new => Some((old.to_owned(), new.to_owned())),
        _ => None,
    }
}

/// Where the quote closes that was opened before `text`.
fn quote_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let is_end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        is_end
    })
}

/// Takes git's C-style quotes off a path. Bytes that are not UTF-8 become `\u{FFFD}`.
fn unquote(path: &str) -> String {
    let Some(inside) = path.strip_prefix('"').and_then(|path| path.get(..quote_end(path)?)) else { return path.to_owned() };
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let Some(escape) = rest.next() else { break };
        bytes.push(match escape {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'0'..=b'7' => {
                let mut code = u32::from(escape - b'0');
                for _ in 0..2 {
                    let Some(digit) = rest.next_if(|digit| (b'0'..=b'7').contains(digit)) else { break };
                    code = code * 8 + u32::from(digit - b'0');
                }
                code as u8
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The diff between the working files beneath `root` and `base` (a commit, branch or tag; `HEAD` without one), without
/// context, with paths from `root`. Files that git does not track are not in it.
///
/// # Errors
///
/// [`Error::Git`] when git is not installed, `root` lies in no repository, or there is no such `base`.
pub fn working_diff(root: &Path, base: Option<&str>) -> Result<String, Error> {
    let base = base.unwrap_or("HEAD");
    // A revision that begins with a dash would be an option.
    if base.is_empty() || base.starts_with('-') {
        return Err(refused(root, &format!("`{base}` is no revision; name a commit, branch or tag")));
    }
    git(root, ["rev-parse", "--show-toplevel"])?;
    let commit = format!("{base}^{{commit}}");
    let Ok(commit) = git(root, ["rev-parse", "--verify", "--quiet", &commit]) else {
        let message = if base == "HEAD" {
            "there is no commit yet to compare with; commit once, or pass a diff".to_owned()
        } else {
            format!("there is no commit `{base}`; `git branch --all` and `git log` show those that there are")
        };
        return Err(refused(root, &message));
    };
    // Nothing of the user's settings may change the form of the output, nor start a program.
    git(
        root,
        [
            "-c",
            "core.quotePath=true",
            "-c",
            "core.fsmonitor=false",
            "diff",
            "-U0",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--relative",
            "--find-renames",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--ignore-submodules=all",
            commit.trim(),
            "--",
        ],
    )
}

/// The bytes of files (paths from `root`) at `base`, a commit, branch or tag; `None` for what is no file there.
///
/// # Errors
///
/// As [`working_diff`].
pub fn files_at(root: &Path, base: &str, paths: &[&str]) -> Result<Vec<Option<Vec<u8>>>, Error> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    // A name with a line break cannot be asked for: each question is a line.
    let is_askable = |path: &str| !path.contains(['\n', '\r']);
    let questions: String = paths.iter().filter(|path| is_askable(path)).map(|path| format!("{base}:./{path}\n")).collect();
    let printed = run_with(OsStr::new("git"), root, &["cat-file", "--batch"], questions.as_bytes())?;
    let mut rest = printed.as_slice();
    Ok(paths.iter().map(|path| if is_askable(path) { next_object(&mut rest) } else { None }).collect())
}

/// Takes one answer of `git cat-file --batch`: `<hash> blob <size>`, a line break, the bytes, a line break; or one line that
/// says what is missing.
fn next_object(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|&byte| byte == b'\n')?;
    let head = String::from_utf8_lossy(&rest[..end]).into_owned();
    *rest = &rest[end + 1..];
    let mut words = head.rsplit(' ');
    let (size, kind) = (words.next()?.parse::<usize>().ok()?, words.next()?);
    let bytes = rest.get(..size)?.to_vec();
    *rest = rest.get(size + 1..).unwrap_or(&[]);
    (kind == "blob").then_some(bytes)
}

/// Files beneath `root` that git neither tracks nor ignores, with paths from `root`.
///
/// # Errors
///
/// As [`working_diff`].
pub fn untracked(root: &Path) -> Result<Vec<String>, Error> {
    let printed = git(root, ["ls-files", "--others", "--exclude-standard", "-z"])?;
    Ok(printed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

/// Runs git in `root` and returns what it prints.
fn git<const N: usize>(root: &Path, arguments: [&str; N]) -> Result<String, Error> {
    run(OsStr::new("git"), root, &arguments)
}

fn run(program: &OsStr, root: &Path, arguments: &[&str]) -> Result<String, Error> {
    Ok(String::from_utf8_lossy(&run_with(program, root, arguments, &[])?).into_owned())
}

/// Runs a program with some input.
fn run_with(program: &OsStr, root: &Path, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, Error> {
    if !root.is_dir() {
        return Err(Error::NotAFolder { path: root.to_path_buf() });
    }
    let mut child = Command::new(program)
        .arg("--no-pager")
        .args(arguments)
        .current_dir(root)
        .env("LC_ALL", "C")
        // Reading must not write: no refreshed index, no lock that another git waits for.
        .env("GIT_OPTIONAL_LOCKS", "0")
        // Set inside git's own hooks, they would name another repository than the root's.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => refused(root, "the git program is not installed, or not on the PATH; install it, or pass a diff"),
            _ => refused(root, &format!("git cannot be started: {error}")),
        })?;
    let stdin = child.stdin.take();
    // It may answer before it has read all there is.
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    });
    let output = output.map_err(|error| refused(root, &format!("git cannot be waited for: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let message = String::from_utf8_lossy(&output.stderr);
    if message.contains("not a git repository") {
        return Err(refused(root, "this folder is in no git repository; run `git init`, or pass a diff"));
    }
    let message = message.trim().trim_start_matches("fatal: ").trim_start_matches("error: ");
    Err(refused(root, if message.is_empty() { "git failed without saying why" } else { message }))
}

fn refused(root: &Path, message: &str) -> Error {
    Error::Git { path: root.to_path_buf(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use expect_test::{Expect, expect};

    use super::*;

    fn show(changes: &[FileChange]) -> String {
        let lines = changes.iter().map(|change| {
            let path = |path: &Option<String>| path.clone().unwrap_or_else(|| "none".to_owned());
            let binary = if change.binary { " binary" } else { "" };
            let (old, new) = (path(&change.old_path), path(&change.path));
            format!("{old} -> {new}{binary} -{:?} +{:?} after {:?}\n", change.removed, change.added, change.removed_after)
        });
        lines.collect()
    }

    fn check(diff: &str, expected: Expect) {
        expected.assert_eq(&show(&changed_lines(diff)));
    }

    #[test]
    fn hunks_with_and_without_context_say_the_same() {
        check(
            "diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n@@ -2 +2,2 @@ def f():\n-b\n+B\n+C\n@@ -5,2 +5,0 @@\n-e\n-f\n",
            expect![[r#"
                x.py -> x.py -[2..3, 5..7] +[2..4] after [5]
            "#]],
        );
        check(
            "--- a/x.py\t2024-01-01\n+++ b/x.py\t2024-01-02\n@@ -1,7 +1,6 @@\n a\n-b\n+B\n+C\n c\n\n-e\n-f\n g\n",
            expect![[r#"
                x.py -> x.py -[2..3, 5..7] +[2..4] after [5]
            "#]],
        );
    }

    #[test]
    fn lines_that_look_like_headers_are_content() {
        check(
            "--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,2 @@\n--- old comment\n-x\n+++ new\n+@@ -9 +9 @@\n\\ No newline at end of file\ndiff --git a/n b/n\n",
            expect![[r#"
                q.sql -> q.sql -[1..3] +[1..3] after []
                n -> n -[] +[] after []
            "#]],
        );
    }

    #[test]
    fn new_deleted_renamed_copied_and_binary_files_are_told_apart() {
        check(
            "From: somebody\n\ndiff --git a/new.py b/new.py\nnew file mode 100644\nindex 0..1\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n+a\n+b\n\
             diff --git a/empty b/empty\nnew file mode 100644\nindex 0..e\n\
             diff --git a/gone.py b/gone.py\ndeleted file mode 100644\n--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\
             diff --git a/old name.py b/new name.py\nsimilarity index 90%\nrename from old name.py\nrename to new name.py\n--- a/old name.py\t\n+++ b/new name.py\t\n@@ -3 +3 @@\n-a\n+b\n\
             diff --git a/a.py b/b.py\nsimilarity index 100%\nrename from a.py\nrename to b.py\n\
             diff --git a/x y.png b/x y.png\nindex 1..2 100644\nBinary files a/x y.png and b/x y.png differ\n\
             diff --git a/mode.sh b/mode.sh\nold mode 100644\nnew mode 100755\n",
            expect![[r#"
                none -> new.py -[] +[1..3] after []
                none -> empty -[] +[] after []
                gone.py -> none -[1..2] +[] after [0]
                old name.py -> new name.py -[3..4] +[3..4] after []
                a.py -> b.py -[] +[] after []
                x y.png -> x y.png binary -[] +[] after []
                mode.sh -> mode.sh -[] +[] after []
            "#]],
        );
    }

    #[test]
    fn quotes_are_taken_off_as_git_puts_them_on() {
        for (quoted, path) in [
            (r#""\a\b\t\n\v\f\r""#, "\x07\x08\t\n\x0b\x0c\r"),
            (r#""\\ \" \303\251 \7""#, "\\ \" é \x07"),
            (r#""\377""#, "\u{FFFD}"),
            ("plain", "plain"),
            (r#""open"#, r#""open"#),
        ] {
            assert_eq!(unquote(quoted), path, "{quoted}");
        }
    }

    #[test]
    fn quoted_paths_are_read() {
        check(
            "diff --git \"a/na\\303\\257ve \\\"x\\\".py\" \"b/na\\303\\257ve \\\"x\\\".py\"\nold mode 100644\nnew mode 100755\n\
             diff --git a/plain \"b/t\\tab\"\nrename from plain\nrename to \"t\\tab\"\n\
             diff --git \"a/\\\\\" \"b/\\\\\"\n--- \"a/\\\\\"\n+++ \"b/\\\\\"\n@@ -1 +1 @@\n-a\n+b\n",
            expect![[r#"
                naïve "x".py -> naïve "x".py -[] +[] after []
                plain -> t	ab -[] +[] after []
                \ -> \ -[1..2] +[1..2] after []
            "#]],
        );
    }

    #[test]
    fn odd_text_is_no_diff_and_no_panic() {
        for text in [
            "",
            "\n",
            "--- ",
            "--- a\n+++ ",
            "@@ -1 +1 @@\n+x",
            "--- a\n+++ b\n@@ -1,9 +1,9 @@\n",
            "diff --git",
            "diff --git \"",
            "diff --git a b é",
        ] {
            changed_lines(text);
        }
        let huge = "--- a\n+++ b\n@@ -4294967295,4294967295 +4294967295,4294967295 @@\n-x\n+x\n";
        assert_eq!(changed_lines(huge).len(), 1);
        assert_eq!(changed_lines("--- a\n+++ b\n@@ -99999999999 +1 @@\n+x\n")[0].added, [], "a number beyond all lines");
        check(
            "--- a\r\n+++ b\r\n@@ -1 +1 @@\r\n-x\r\n+y\r\n",
            expect![[r#"
            a -> b -[1..2] +[1..2] after []
        "#]],
        );
    }

    #[test]
    fn a_removal_touches_what_holds_both_of_its_neighbours() {
        let change = FileChange { added: vec![10..12, 30..31], removed_after: vec![5], ..FileChange::default() };
        let touched = [1..5, 1..6, 6..9, 5..7, 9..10, 11..20, 12..20].map(|lines| change.touches(&lines));
        assert_eq!(touched, [false, false, false, true, false, true, false]);
    }

    /// A repository with two commits' worth of files, without any of the user's settings.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("sub")).unwrap();
        fs::write(root.join("a b.py"), "one\ntwo\nthree\n").unwrap();
        fs::write(root.join("sub/ü.py"), "x = 1\n").unwrap();
        for arguments in [
            &["init", "--quiet", "--initial-branch=trunk"][..],
            &["add", "."],
            &["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false", "commit", "--quiet", "--message=first"],
        ] {
            run(OsStr::new("git"), root, arguments).unwrap();
        }
        folder
    }

    #[test]
    fn the_working_files_are_compared_with_a_commit() {
        let folder = repository();
        let root = folder.path();
        assert_eq!(working_diff(root, None).unwrap(), "");
        fs::write(root.join("a b.py"), "one\nTWO\nthree\nfour").unwrap();
        fs::rename(root.join("sub/ü.py"), root.join("sub/new.py")).unwrap();
        run(OsStr::new("git"), root, &["add", "--all", "sub"]).unwrap();
        let whole = expect![[r#"
            a b.py -> a b.py -[2..3] +[2..3, 4..5] after []
            sub/ü.py -> sub/new.py -[] +[] after []
        "#]];
        whole.assert_eq(&show(&changed_lines(&working_diff(root, None).unwrap())));
        whole.assert_eq(&show(&changed_lines(&working_diff(root, Some("trunk")).unwrap())));
        expect![[r#"
            ü.py -> new.py -[] +[] after []
        "#]]
        .assert_eq(&show(&changed_lines(&working_diff(&root.join("sub"), None).unwrap())));
    }

    #[test]
    fn failures_say_what_to_do() {
        let folder = repository();
        let empty = tempfile::tempdir().unwrap();
        let message = |root: &Path, base| {
            let message = working_diff(root, base).unwrap_err().to_string();
            message.replace(&root.display().to_string(), "ROOT")
        };
        expect!["cannot ask git about ROOT: this folder is in no git repository; run `git init`, or pass a diff"]
            .assert_eq(&message(empty.path(), None));
        expect!["cannot ask git about ROOT: there is no commit `v9`; `git branch --all` and `git log` show those that there are"]
            .assert_eq(&message(folder.path(), Some("v9")));
        expect!["cannot ask git about ROOT: `--output=x` is no revision; name a commit, branch or tag"]
            .assert_eq(&message(folder.path(), Some("--output=x")));
        run(OsStr::new("git"), empty.path(), &["init", "--quiet"]).unwrap();
        expect!["cannot ask git about ROOT: there is no commit yet to compare with; commit once, or pass a diff"]
            .assert_eq(&message(empty.path(), None));
        let missing = run(OsStr::new("git-that-is-not-there"), folder.path(), &[]).unwrap_err().to_string();
        assert!(missing.ends_with("the git program is not installed, or not on the PATH; install it, or pass a diff"), "{missing}");
        assert!(matches!(working_diff(&folder.path().join("none"), None), Err(Error::NotAFolder { .. })));
    }
}
