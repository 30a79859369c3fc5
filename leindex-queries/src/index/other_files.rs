//! Files that are not analysed: those that no language claims, as they lie on the disk, and those that are listed with a
//! reason. They are no part of a revision; whoever asks gets what is there now.

use std::path::PathBuf;

use leindex_db::config::Config;
use leindex_db::discovery::{ListedFile, all_files, text_of};
use rustc_hash::FxHashSet;
use serde::Serialize;

use super::error::Error;
use super::roots::{ProjectRoot, prefixed};
use super::snapshot::Snapshot;

/// A file that no language claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherFile {
    /// Its path.
    pub path: String,
    /// Its length in bytes; 0 for what is no regular file.
    pub bytes: u64,
}

/// Where a root lies, and which settings are in force there.
#[derive(Clone, Debug)]
pub(crate) struct RootFolder {
    path: PathBuf,
    prefix: Box<str>,
    config: Config,
}

impl RootFolder {
    pub(crate) fn of(root: &ProjectRoot) -> Option<Self> {
        Some(Self { path: root.path.clone(), prefix: (&*root.prefix).into(), config: root.config.clone()? })
    }

    /// All its files, and the texts of those that are wanted, by the paths that lead from the project's folder.
    pub(super) fn files(&self) -> Result<Vec<(String, ListedFile)>, Error> {
        let files = all_files(&self.path, &self.config)?;
        Ok(files.into_iter().map(|file| (prefixed(&self.prefix, file.path.clone()).into(), file)).collect())
    }

    pub(super) fn text(&self, file: &ListedFile) -> Option<String> {
        text_of(&self.path, &file.path, &self.config)
    }
}

impl Snapshot<'_> {
    /// The files that the ignore rules admit and no language claims, as they lie on the disk now: documents, data,
    /// pictures. Together with [`files`](Self::files) these are all files of the project.
    ///
    /// Walks the project's folders; opens no file.
    ///
    /// # Errors
    ///
    /// When a folder of the project cannot be read any more, and as all questions.
    pub fn other_files(&self) -> Result<Vec<OtherFile>, Error> {
        let known: FxHashSet<String> = self.files()?.into_iter().map(|file| file.path).collect();
        let mut others = Vec::new();
        for folder in &*self.folders {
            let files = folder.files()?.into_iter().filter(|(path, _)| !known.contains(path));
            others.extend(files.map(|(path, file)| OtherFile { path, bytes: file.size }));
        }
        others.sort_by(|a, b| a.path.cmp(&b.path));
        others.dedup();
        Ok(others)
    }
}
