//! The commits that lead to `HEAD`, newest first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use gix_hash::ObjectId;
use gix_object::{CommitRefIter, Kind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::ChurnOptions;
use super::changes::Objects;
use crate::error::Error;

/// A commit that counts: no merge.
pub(super) struct Commit {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    /// `None` for the first of a history.
    pub(super) parent: Option<ObjectId>,
    /// When it was committed, in seconds since 1970.
    pub(super) time: i64,
    /// A number for the address of its author.
    pub(super) author: u32,
}

/// What a walk found.
pub(super) struct Walk {
    /// In the order of `git log`.
    pub(super) commits: Vec<Commit>,
    /// How many numbers of authors there are.
    pub(super) authors: usize,
    /// The tree of `HEAD`.
    pub(super) head: ObjectId,
    pub(super) since: Option<i64>,
    pub(super) capped: bool,
    pub(super) shallow: bool,
}

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// Walks from `head` as `git log --since` does: the commit with the latest time next, of equal ones the one that was found
/// first; a commit before the time is not walked beyond.
pub(super) fn commits(objects: &Objects, head: ObjectId, ends: &FxHashSet<ObjectId>, options: &ChurnOptions) -> Result<Walk, Error> {
    let objects = objects.of_thread();
    let mut buffer = Vec::new();
    let mut authors: FxHashMap<Vec<u8>, u32> = FxHashMap::default();
    let mut read = |id: ObjectId| -> Result<Read, Error> {
        let data = objects.find(&id, Kind::Commit, &mut buffer)?;
        let tree = CommitRefIter::from_bytes(data, id.kind()).tree_id();
        let tree = tree.map_err(|_| objects.damaged(&id))?;
        let commit = || CommitRefIter::from_bytes(data, id.kind());
        // As git does, an author or a time that cannot be read is taken for none.
        let author = commit().author().map_or(&[][..], |author| author.email.trim_ascii());
        let next = authors.len() as u32;
        let author = *authors.entry(author.to_vec()).or_insert(next);
        let time = commit().committer().map_or(0, |committer| committer.seconds());
        Ok(Read { id, tree, parents: commit().parent_ids().collect(), time, author })
    };
    let first = read(head)?;
    let since = options.days.map(|days| first.time.saturating_sub(i64::from(days) * SECONDS_A_DAY));
    let mut walk = Walk { commits: Vec::new(), authors: 0, head: first.tree, since, capped: false, shallow: false };
    let mut known = FxHashSet::from_iter([head]);
    let mut queue = BinaryHeap::from([(first.time, Reverse(0))]);
    let mut found = vec![Some(first)];
    while let Some((time, Reverse(at))) = queue.pop() {
        if since.is_some_and(|since| time < since) {
            continue;
        }
        let Some(commit) = found.get_mut(at).and_then(Option::take) else { continue };
        if ends.contains(&commit.id) {
            walk.shallow = true;
            continue;
        }
        if commit.parents.len() <= 1 {
            if walk.commits.len() >= options.max_commits {
                walk.capped = true;
                break;
            }
            let Read { id, tree, author, .. } = commit;
            walk.commits.push(Commit { id, tree, parent: commit.parents.first().copied(), time, author });
        }
        for parent in commit.parents {
            if known.insert(parent) {
                let parent = read(parent)?;
                queue.push((parent.time, Reverse(found.len())));
                found.push(Some(parent));
            }
        }
    }
    walk.authors = authors.len();
    Ok(walk)
}

/// A commit as it was read.
struct Read {
    id: ObjectId,
    tree: ObjectId,
    parents: Vec<ObjectId>,
    time: i64,
    author: u32,
}
