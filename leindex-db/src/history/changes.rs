//! What commits changed: their trees compared with those of their parents.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use gix_diff::tree::recorder::Change;
use gix_diff::tree::{Recorder, State};
use gix_hash::ObjectId;
use gix_object::{CommitRefIter, Find as _, Kind, TreeRefIter};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::commits::Commit;
use crate::error::Error;

/// The objects of a repository, and the folder of its trees that is looked at.
pub(super) struct Objects {
    store: Arc<gix_odb::Store>,
    beneath: Vec<Vec<u8>>,
    /// What messages name.
    root: PathBuf,
}

impl Objects {
    pub(super) fn new(store: Arc<gix_odb::Store>, beneath: Vec<Vec<u8>>, root: PathBuf) -> Self {
        Self { store, beneath, root }
    }

    /// The objects as one thread reads them.
    pub(super) fn of_thread(&self) -> ThreadObjects<'_> {
        ThreadObjects { handle: self.store.to_cache_arc(), of: self }
    }
}

pub(super) struct ThreadObjects<'a> {
    handle: gix_odb::HandleArc,
    of: &'a Objects,
}

impl ThreadObjects<'_> {
    /// The bytes of an object.
    pub(super) fn find<'b>(&self, id: &ObjectId, kind: Kind, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Error> {
        match self.handle.try_find(id, buffer) {
            Ok(Some(object)) if object.kind == kind => Ok(object.data),
            Ok(None) => {
                Err(self.error(format!("the object {id} is missing; `git fetch --refetch` or a clone without `--filter` brings it")))
            }
            _ => Err(self.damaged(id)),
        }
    }

    /// The error of an object that cannot be understood.
    pub(super) fn damaged(&self, id: &ObjectId) -> Error {
        self.error(format!("the object {id} is damaged; check the repository with `git fsck`"))
    }

    fn uncompared(&self, commit: &ObjectId, error: &gix_diff::tree::Error) -> Error {
        self.error(format!(
            "the commit {commit} cannot be compared with its parent: {error}; `git fsck` finds damage, `git fetch --refetch` brings what is missing"
        ))
    }

    fn error(&self, message: String) -> Error {
        Error::History { path: self.of.root.clone(), message }
    }

    /// Whether the tree of a commit holds a file at a path from the folder.
    fn holds(&self, tree: ObjectId, path: &str) -> Result<bool, Error> {
        let (mut buffer, mut tree) = (Vec::new(), self.beneath(tree, &mut Vec::new())?);
        for name in path.split('/') {
            let Some(at) = tree else { return Ok(false) };
            let bytes = self.find(&at, Kind::Tree, &mut buffer)?;
            let entry = TreeRefIter::from_bytes(bytes, at.kind()).filter_map(Result::ok).find(|entry| *entry.filename == *name.as_bytes());
            let Some(entry) = entry else { return Ok(false) };
            tree = entry.mode.is_tree().then(|| entry.oid.to_owned());
        }
        Ok(tree.is_none())
    }

    /// The tree of the folder in the tree of a commit; `None` where the folder is not.
    fn beneath(&self, mut tree: ObjectId, buffer: &mut Vec<u8>) -> Result<Option<ObjectId>, Error> {
        for name in &self.of.beneath {
            let bytes = self.find(&tree, Kind::Tree, buffer)?;
            let entry = TreeRefIter::from_bytes(bytes, tree.kind()).filter_map(Result::ok).find(|entry| *entry.filename == **name);
            match entry.filter(|entry| entry.mode.is_tree()) {
                Some(entry) => tree = entry.oid.to_owned(),
                None => return Ok(None),
            }
        }
        Ok(Some(tree))
    }
}

/// What one commit did to a path.
struct Changed {
    path: String,
    /// The content that it took away or added whole.
    moved: Option<(Side, ObjectId)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Old,
    New,
}

/// Commits that a thread compares before it takes others: they share folders.
const AT_A_TIME: usize = 32;

/// The paths that the commits changed, each with the commits that did, by their places among `commits`, in order.
///
/// With the tree of `HEAD`, what a path had that is gone from it goes to where it was moved.
pub(super) fn changed_paths(objects: &Objects, commits: &[Commit], head: Option<ObjectId>) -> Result<BTreeMap<String, Vec<u32>>, Error> {
    let compared: Vec<Result<Vec<Vec<Changed>>, Error>> = commits
        .par_chunks(AT_A_TIME)
        .map(|commits| {
            let mut comparison = Comparison { objects: objects.of_thread(), buffers: Default::default(), state: State::default() };
            commits.iter().map(|commit| comparison.changes(commit)).collect()
        })
        .collect();
    let mut of_paths: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let mut renamed: FxHashMap<String, String> = FxHashMap::default();
    // Of several errors the first, on any number of threads.
    let compared: Vec<Vec<Vec<Changed>>> = compared.into_iter().collect::<Result<_, _>>()?;
    for (commit, changes) in (0..).zip(compared.into_iter().flatten()) {
        if head.is_some() {
            for (old, new) in pairs(&changes) {
                // The newest counts.
                renamed.entry(old.to_owned()).or_insert_with(|| new.to_owned());
            }
        }
        for change in changes {
            let of_path = of_paths.entry(change.path).or_default();
            // A file that became a submodule is taken away and added.
            if of_path.last() != Some(&commit) {
                of_path.push(commit);
            }
        }
    }
    if let Some(head) = head.filter(|_| !renamed.is_empty()) {
        let objects = objects.of_thread();
        let mut gone: FxHashMap<&str, &str> = FxHashMap::default();
        for (old, new) in &renamed {
            if !objects.holds(head, old)? {
                gone.insert(old, new);
            }
        }
        follow(&mut of_paths, &gone);
    }
    Ok(of_paths)
}

/// The files that a commit moved without rewriting them: of each content that it took away at one path and added at one.
fn pairs(changes: &[Changed]) -> impl Iterator<Item = (&str, &str)> {
    let mut by_content: FxHashMap<ObjectId, [Vec<&str>; 2]> = FxHashMap::default();
    for change in changes {
        if let Some((side, content)) = change.moved {
            let [old, new] = by_content.entry(content).or_default();
            let paths = if side == Side::Old { old } else { new };
            paths.push(&change.path);
        }
    }
    by_content.into_values().filter_map(|[old, new]| match (&old[..], &new[..]) {
        (&[old], &[new]) => Some((old, new)),
        _ => None,
    })
}

/// Gives what each path has that is gone to where its moves lead.
fn follow(of_paths: &mut BTreeMap<String, Vec<u32>>, gone: &FxHashMap<&str, &str>) {
    for start in gone.keys() {
        let (mut target, mut seen) = (*start, FxHashSet::from_iter([*start]));
        while let Some(&next) = gone.get(target).filter(|next| seen.insert(**next)) {
            target = next;
        }
        if target == *start || gone.contains_key(target) {
            continue;
        }
        let moved = of_paths.remove(*start).unwrap_or_default();
        let commits = of_paths.entry(target.to_owned()).or_default();
        commits.extend(moved);
        commits.sort_unstable();
        commits.dedup();
    }
}

/// Compares commits with their parents, one after the other.
struct Comparison<'a> {
    objects: ThreadObjects<'a>,
    buffers: [Vec<u8>; 2],
    state: State,
}

impl Comparison<'_> {
    fn changes(&mut self, commit: &Commit) -> Result<Vec<Changed>, Error> {
        let Self { objects, buffers: [old, new], state } = self;
        let before = match commit.parent {
            Some(parent) => {
                let tree = CommitRefIter::from_bytes(objects.find(&parent, Kind::Commit, old)?, parent.kind()).tree_id();
                objects.beneath(tree.map_err(|_| objects.damaged(&parent))?, old)?
            }
            None => None,
        };
        let after = objects.beneath(commit.tree, new)?;
        if before == after {
            return Ok(Vec::new());
        }
        let bytes_of = |tree: Option<ObjectId>, buffer| tree.map_or(Ok(&[][..]), |tree| objects.find(&tree, Kind::Tree, buffer));
        let kind = commit.id.kind();
        let (old, new) = (TreeRefIter::from_bytes(bytes_of(before, old)?, kind), TreeRefIter::from_bytes(bytes_of(after, new)?, kind));
        let mut recorder = Recorder::default();
        gix_diff::tree(old, new, state, &objects.handle, &mut recorder).map_err(|error| objects.uncompared(&commit.id, &error))?;
        let changed = recorder.records.into_iter().filter_map(|change| {
            let (mode, path, moved) = match change {
                Change::Addition { entry_mode, oid, path, .. } => (entry_mode, path, Some((Side::New, oid))),
                Change::Deletion { entry_mode, oid, path, .. } => (entry_mode, path, Some((Side::Old, oid))),
                Change::Modification { entry_mode, path, .. } => (entry_mode, path, None),
            };
            (!mode.is_tree()).then(|| Changed { path: String::from_utf8_lossy(&path).into_owned(), moved })
        });
        Ok(changed.collect())
    }
}
