//! How often each file changed: the commits of a git history, read without the `git` program.
//!
//! [`Churn::read`] walks the commits that lead to `HEAD` and compares each with its parent, by the names and hashes of
//! their trees: no file's content is read. What it counts is what `git log --no-merges --name-only` lists. Churn is of
//! the commits, not of the working files: a change that is not committed counts for nothing, and neither the revision of
//! an index nor its search depends on it.
//!
//! Objects are read with the crates of gitoxide that read them, and nothing else of it: whatever finds a repository,
//! resolves `HEAD` and orders the commits is here.

mod cache;
mod changes;
mod commits;
mod repository;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

pub use self::cache::ChurnCache;
use self::changes::changed_paths;
use self::commits::{Walk, commits};
use self::repository::Repository;
use crate::error::Error;

/// Which commits count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChurnOptions {
    /// Days before the commit of `HEAD` from which on commits count, by the time of their committer; `None` for all.
    /// They are counted from that commit and not from today, so that an answer does not change with the clock.
    pub days: Option<u32>,
    /// Most commits that are compared, merges left out: the newest.
    pub max_commits: usize,
    /// Whether a file that was moved keeps what it had under its old path: where one commit takes away one file and adds
    /// one of the same content, and the old path is gone from `HEAD`. A file that was rewritten as it was moved begins anew.
    pub renames: bool,
}

impl Default for ChurnOptions {
    fn default() -> Self {
        Self { days: Some(365), max_commits: 5000, renames: true }
    }
}

/// How often the files below a folder changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Churn {
    /// The commit of `HEAD`, in hexadecimal.
    pub head: String,
    /// Commits that were compared: those that count, merges left out, whatever they changed.
    pub commits: usize,
    /// Commits before this time do not count, in seconds since 1970.
    pub since: Option<i64>,
    /// Whether there were more commits than [`ChurnOptions::max_commits`].
    pub capped: bool,
    /// Whether the clone is shallow and its end was reached. What its last commits changed is not known; they are left out.
    pub shallow: bool,
    /// By path from the folder, with `/`, bytes that are not UTF-8 as `\u{FFFD}`: those that the commits changed, among them
    /// files that are gone.
    pub files: BTreeMap<String, FileChurn>,
}

/// How often a file changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileChurn {
    /// Commits that changed it.
    pub commits: u32,
    /// Authors of them, told apart by their mail addresses as the commits hold them.
    pub authors: u32,
    /// When the newest of them was committed, in seconds since 1970; `None` without one.
    pub last_change: Option<i64>,
}

impl Churn {
    /// Reads the history around the folder `root`; `None` where it lies in no git repository, or in one without a commit.
    ///
    /// A merge counts for nothing: what it brings was changed by the commits that it merges. Worktrees, submodules and
    /// repositories that borrow objects work. Not read are replaced objects (`git replace`), and repositories of SHA-256
    /// objects or with refs in tables.
    ///
    /// Costs a look at each commit and at the folders that it changed, on the threads of the pool that it is called in.
    ///
    /// # Errors
    ///
    /// When the repository is damaged, lacks trees (a clone with a filter), or has a form that is not read.
    pub fn read(root: &Path, options: &ChurnOptions) -> Result<Option<Self>, Error> {
        let Some(repository) = Repository::around(root)? else { return Ok(None) };
        let Some(head) = repository.head()? else { return Ok(None) };
        read_from(&repository, head, options).map(Some)
    }
}

/// The commit of `HEAD` around a folder, in hexadecimal; `None` where it lies in no git repository, or in one without a
/// commit. Costs a look at two or three small files.
///
/// # Errors
///
/// When `HEAD` cannot be read, or has a form that is not read.
pub fn head(root: &Path) -> Result<Option<String>, Error> {
    let Some(repository) = Repository::around(root)? else { return Ok(None) };
    Ok(repository.head()?.map(|head| head.to_hex().to_string()))
}

fn read_from(repository: &Repository, head: gix_hash::ObjectId, options: &ChurnOptions) -> Result<Churn, Error> {
    let objects = repository.objects()?;
    let Walk { commits, authors, head: tree, since, capped, shallow } = commits(&objects, head, &repository.shallow()?, options)?;
    let changed = changed_paths(&objects, &commits, options.renames.then_some(tree))?;
    let mut churn = Churn { head: head.to_hex().to_string(), commits: commits.len(), since, capped, shallow, files: BTreeMap::new() };
    let mut seen = vec![0; authors];
    for (number, (path, of_path)) in (1..).zip(changed) {
        let mut file = FileChurn::default();
        // In the order of the walk, which is not quite the order of time.
        for &commit in &of_path {
            let Some(commit) = commits.get(commit as usize) else { continue };
            file.commits += 1;
            file.last_change = file.last_change.max(Some(commit.time));
            if let Some(last) = seen.get_mut(commit.author as usize)
                && *last != number
            {
                *last = number;
                file.authors += 1;
            }
        }
        churn.files.insert(path, file);
    }
    Ok(churn)
}
