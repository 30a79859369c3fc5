//! A git repository, read through the `git` program: its commits, their trees, the bytes of files, and what changed.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use leindex_db::git::{FileChange, changed_lines};

use crate::Failure;

/// A repository, bare or not.
pub(crate) struct Repository {
    root: PathBuf,
    pub(crate) name: String,
    /// `git cat-file --batch`, which is asked for one object after the other.
    reader: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

/// A commit with one parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) subject: String,
}

/// Files larger than this are not read.
const LARGEST: u64 = 2 << 20;

impl Repository {
    /// Opens the repository at a path: a working tree, or a bare one. The name of the folder is that of the project.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let root = std::path::absolute(path)?;
        let name = root.file_name().map_or_else(|| "project".into(), |name| name.to_string_lossy());
        let name = name.trim_end_matches(".git").to_owned();
        git(&root, &["rev-parse", "HEAD"])?;
        let mut reader = Command::new("git");
        reader.arg("-C").arg(&root).args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut reader = reader.spawn()?;
        let (ask, answer) = (reader.stdin.take().ok_or("git reads nothing")?, reader.stdout.take().ok_or("git says nothing")?);
        Ok(Self { root, name, reader, ask, answer: BufReader::new(answer) })
    }

    /// The commits with one parent that lead to `HEAD`, parents before children.
    pub(crate) fn commits(&self) -> Result<Vec<Commit>, Failure> {
        let log = git(&self.root, &["log", "--no-merges", "--topo-order", "--reverse", "--format=%H%x00%P%x00%s", "HEAD"])?;
        let commit = |line: &str| {
            let mut parts = line.split('\0').map(str::to_owned);
            let (id, parent, subject) = (parts.next()?, parts.next()?, parts.next()?);
            (!parent.is_empty()).then_some(Commit { id, parent, subject })
        };
        Ok(String::from_utf8_lossy(&log).lines().filter_map(commit).collect())
    }

    /// What a commit changed, seen backwards: `added` are lines of the parent's files, `removed` are lines of the
    /// commit's, so that lines which the commit only adds have a place among the parent's (`removed_after`).
    pub(crate) fn changes(&self, commit: &Commit) -> Result<Vec<FileChange>, Failure> {
        let diff = ["diff-tree", "-p", "-U0", "-M", "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/"];
        let diff = git(&self.root, &[&diff[..], &[&commit.id, &commit.parent]].concat())?;
        Ok(changed_lines(&String::from_utf8_lossy(&diff)))
    }

    /// The plain files of a commit by path, each with the id of its content.
    pub(crate) fn tree(&self, commit: &str) -> Result<BTreeMap<String, String>, Failure> {
        let listed = git(&self.root, &["ls-tree", "-r", "-l", "-z", "--full-tree", commit])?;
        let listed = String::from_utf8_lossy(&listed);
        let file = |entry: &str| {
            let (facts, path) = entry.split_once('\t')?;
            let mut facts = facts.split_whitespace();
            let (mode, _, id, size) = (facts.next()?, facts.next()?, facts.next()?, facts.next()?);
            let is_read = mode.starts_with("100") && size.parse::<u64>().is_ok_and(|size| size <= LARGEST);
            is_read.then(|| (path.to_owned(), id.to_owned()))
        };
        Ok(listed.split('\0').filter_map(file).collect())
    }

    /// The bytes of an object, by its id or as `commit:path`. `None` if the repository does not have it.
    pub(crate) fn read(&mut self, object: &str) -> Result<Option<Vec<u8>>, Failure> {
        if object.contains('\n') {
            return Ok(None);
        }
        writeln!(self.ask, "{object}")?;
        self.ask.flush()?;
        let mut head = String::new();
        self.answer.read_line(&mut head)?;
        let mut facts = head.trim_end().rsplit(' ');
        let Some(Ok(size)) = facts.next().map(str::parse::<usize>) else { return Ok(None) };
        // The bytes are followed by a line feed.
        let mut bytes = vec![0; size + 1];
        self.answer.read_exact(&mut bytes)?;
        bytes.pop();
        Ok((facts.next() == Some("blob")).then_some(bytes))
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        // It is only read from: there is nothing to save, and nothing to do if it is gone.
        let _ = self.reader.kill();
        let _ = self.reader.wait();
    }
}

fn git(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("git cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {}", root.display(), said.lines().next().unwrap_or("git failed")).into())
}
