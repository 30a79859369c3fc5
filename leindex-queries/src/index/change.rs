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
                self.overlay(&path, text.into_bytes());
                Ok(())
            }
            Change::Edit(path, range, text) => {
                let current = self.text_of(&path)?;
                let bad = || Error::BadRange { path: path.clone(), start: range.start, end: range.end, length: current.len() };
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
                let path = normal(&path);
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
                let path = normal(&path);
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

/// Lines of a file that changed: its path from the root, and ranges of lines from 1.
pub type ChangedLines = (String, Vec<std::ops::Range<u32>>);

/// Lines that changed since a commit in the working tree of `root`, as [`Snapshot::impact_of_lines`] takes them.
///
/// # Errors
///
/// When git is missing, `root` is in no repository, or there is no such commit.
///
/// [`Snapshot::impact_of_lines`]: super::Snapshot::impact_of_lines
pub fn working_changes(root: &std::path::Path, base: &str) -> Result<Vec<ChangedLines>, Error> {
    let diff = leindex_db::git::working_diff(root, Some(base))?;
    let changes = leindex_db::git::changed_lines(&diff).into_iter().filter_map(|change| {
        let mut lines = change.added;
        // Where lines were only taken away, the line before the gap stands for them.
        lines.extend(change.removed_after.iter().map(|&line| line.max(1)..line.max(1) + 1));
        Some((change.path?, lines))
    });
    Ok(changes.collect())
}
