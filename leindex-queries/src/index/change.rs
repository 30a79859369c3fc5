//! Changes: the disk, unsaved buffers and what-if edits.

use std::path::PathBuf;
use std::sync::Arc;

use leindex_db::{ContentHash, Dialect, Entry};

use super::error::Error;
use super::open::Index;
use crate::names::manifests;

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// These files or folders may have changed on disk (absolute, or relative to the root).
    Disk(Vec<PathBuf>),
    /// An unsaved buffer: the file at this path has this text until the overlay is closed.
    Overlay(String, String),
    /// Bytes `start..end` of a file are replaced in its buffer, which is opened if need be.
    Edit(String, std::ops::Range<usize>, String),
    /// The buffer of a file is gone: the disk counts again.
    CloseOverlay(String),
    /// The file is taken away, as if deleted, until the overlay is closed.
    Remove(String),
}

impl Index {
    /// Makes a change. The next snapshot answers for it.
    ///
    /// Costs a parse of the text where it is new, and about a tenth of a millisecond for the database.
    ///
    /// # Errors
    ///
    /// When a path or range is wrong, or the disk cannot be read. Nothing is changed then.
    pub fn apply(&mut self, change: Change) -> Result<(), Error> {
        match change {
            Change::Disk(paths) => self.pass(Some(&paths)),
            Change::Overlay(path, text) => {
                let path = self.path_within(&path)?;
                self.overlay(&path, text.into_bytes());
                Ok(())
            }
            Change::Edit(given, range, text) => {
                let path = self.path_within(&given)?;
                let current = self.text_of(&path)?;
                let bad = || Error::BadRange { path: given.clone(), start: range.start, end: range.end, length: current.len() };
                let current_text = std::str::from_utf8(&current).map_err(|_| bad())?;
                if range.start > range.end || current_text.get(range.clone()).is_none() {
                    return Err(bad());
                }
                let mut edited = String::with_capacity(current_text.len() + text.len());
                edited.push_str(&current_text[..range.start]);
                edited.push_str(&text);
                edited.push_str(&current_text[range.end..]);
                self.overlay(&path, edited.into_bytes());
                Ok(())
            }
            Change::CloseOverlay(path) => {
                let path = self.path_within(&path)?;
                if let Some(overlay) = self.project.overlays.remove(&path) {
                    if let Some(entry) = overlay {
                        self.db.shared.text.drop_overlay(entry.hash);
                    }
                    self.set_folder(folder_of(&path), true);
                    self.set_directories();
                    let absolute = self.project.path.join(&path);
                    self.pass(Some(&[absolute]))?;
                }
                Ok(())
            }
            Change::Remove(path) => {
                let path = self.path_within(&path)?;
                let before = self.project.overlays.insert(path.clone(), None);
                if let Some(Some(entry)) = before {
                    self.db.shared.text.drop_overlay(entry.hash);
                }
                self.set_folder(folder_of(&path), true);
                self.set_directories();
                Ok(())
            }
        }
    }

    fn overlay(&mut self, path: &str, bytes: Vec<u8>) {
        let path = normal(path);
        let name: Arc<str> = path.rsplit('/').next().unwrap_or(&path).into();
        let hash = ContentHash::of(&bytes);
        let shared = Arc::clone(&self.db.shared);
        let dialect = if manifests::kind_of(&name).is_some() {
            Dialect::MANIFEST
        } else {
            shared.languages.dialect(&name, &bytes[..bytes.len().min(8192)])
        };
        // The entry is set only when what is computed of its very bytes is there.
        if shared.misses(hash, dialect) {
            shared.read(hash, dialect, &bytes);
        }
        // A text of no language is not listed, as on disk.
        let entry = (dialect != Dialect::NONE).then(|| {
            let size = bytes.len() as u64;
            shared.text.set_overlay(hash, bytes.into());
            Entry { name, hash, dialect, size, skip: None }
        });
        if let Some(Some(before)) = self.project.overlays.insert(path.clone(), entry) {
            shared.text.drop_overlay(before.hash);
        }
        self.set_folder(folder_of(&path), true);
        self.set_directories();
    }

    /// The path from the project's folder that is meant: one from there, or an absolute one, in one of its roots.
    fn path_within(&self, path: &str) -> Result<String, Error> {
        let unknown = || Error::UnknownPath { path: path.to_owned(), nearest: Vec::new() };
        let given = std::path::Path::new(path);
        let found = if given.is_absolute() {
            let folder = given.parent().and_then(|folder| leindex_db::canonical(folder).ok());
            let canonical = folder.zip(given.file_name()).map_or_else(|| given.to_path_buf(), |(folder, name)| folder.join(name));
            let inside = |root: &super::roots::ProjectRoot| {
                let inside = [canonical.as_path(), given].iter().find_map(|path| path.strip_prefix(&root.path).ok())?;
                Some(String::from(root.prefixed(normal(inside.to_str()?).into())))
            };
            self.project.roots.iter().find_map(inside).ok_or_else(unknown)?
        } else {
            normal(path)
        };
        let leads_up = |path: &str| path.split('/').any(|part| part == "..");
        let root = self.project.roots.iter().find(|root| root.owns(&found)).ok_or_else(unknown)?;
        let below = found.strip_prefix(&*root.prefix).unwrap_or(&found);
        if found.is_empty() || leads_up(below) { Err(unknown()) } else { Ok(found) }
    }

    /// The text of a file now.
    fn text_of(&self, path: &str) -> Result<Arc<[u8]>, Error> {
        let path = normal(path);
        let unknown = || Error::UnknownPath { path: path.clone(), nearest: Vec::new() };
        let name = path.rsplit('/').next().unwrap_or(&path);
        let hash = match self.project.overlays.get(&path) {
            Some(Some(entry)) => entry.hash,
            Some(None) => return Err(unknown()),
            None => {
                let entries = self.project.on_disk.get(folder_of(&path)).ok_or_else(unknown)?;
                entries.iter().find(|entry| *entry.name == *name).ok_or_else(unknown)?.hash
            }
        };
        self.db.shared.text.read(hash).map_err(|_| Error::Cancelled(super::error::Cancelled::Changed))
    }
}

/// A path from the root with `/`.
pub(crate) fn normal(path: &str) -> String {
    let path = path.replace('\\', "/");
    path.trim_start_matches("./").trim_matches('/').to_owned()
}

/// Whether a path is a file or folder, or lies below it. Everything lies below the empty path.
pub(crate) fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What differs in a working tree from a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkingTree {
    /// The files that differ, as they were.
    pub files: Vec<super::BaseFile>,
    /// Lines that are new or changed, as the files are now.
    pub lines: Vec<ChangedLines>,
    /// The lines before which something was taken away.
    pub gaps: Vec<ChangedLines>,
}

/// What differs in the working tree of `root` from a commit, files that git does not track yet included, as
/// [`Snapshot::impact_of_working_tree`] takes it.
///
/// # Errors
///
/// When git is missing, `root` is in no repository, or there is no such commit.
///
/// [`Snapshot::impact_of_working_tree`]: super::Snapshot::impact_of_working_tree
pub fn working_tree(root: &std::path::Path, base: &str) -> Result<WorkingTree, Error> {
    let files = super::files_at_base(root, base)?;
    let diff = leindex_db::git::working_diff(root, Some(base))?;
    let mut tree = WorkingTree { files, ..WorkingTree::default() };
    for change in leindex_db::git::changed_lines(&diff) {
        let Some(path) = change.path else { continue };
        let gaps = change.removed_after.iter().map(|&line| line.max(1)..line.saturating_add(2)).collect();
        tree.gaps.push((path.clone(), gaps));
        tree.lines.push((path, change.added));
    }
    let untracked =
        tree.files.iter().filter(|file| file.old_path.is_none() && !tree.lines.iter().any(|(path, _)| Some(path) == file.path.as_ref()));
    let whole = 1..u32::MAX;
    let new: Vec<ChangedLines> = untracked.filter_map(|file| Some((file.path.clone()?, vec![whole.clone()]))).collect();
    tree.lines.extend(new);
    Ok(tree)
}

/// Lines of a file that changed: its path from the root, and ranges of lines from 1.
pub type ChangedLines = (String, Vec<std::ops::Range<u32>>);
