//! Where a repository keeps what: found and read as plain files, as git lays them out (gitrepository-layout).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use gix_hash::ObjectId;
use rustc_hash::FxHashSet;

use super::changes::Objects;
use crate::error::Error;
use crate::location::{GitFolders, git_folders};

/// A repository, seen from a folder of its working files.
pub(super) struct Repository {
    /// What messages name.
    root: PathBuf,
    folders: GitFolders,
    /// The way from the top of the working files to the folder.
    beneath: Vec<Vec<u8>>,
}

/// Names that lead from one to the next before `HEAD` is given up, as in git.
const MOST_NAMES: usize = 5;

impl Repository {
    /// The repository around a folder, if there is one.
    pub(super) fn around(root: &Path) -> Result<Option<Self>, Error> {
        if !root.is_dir() {
            return Err(Error::NotAFolder { path: root.to_path_buf() });
        }
        let root = root.canonicalize().map_err(Error::io(root))?;
        let Some(folders) = git_folders(&root) else { return Ok(None) };
        let beneath = root.strip_prefix(&folders.top).unwrap_or(Path::new(""));
        let beneath = beneath.components().map(|part| part.as_os_str().as_encoded_bytes().to_vec()).collect();
        Ok(Some(Self { root, folders, beneath }))
    }

    /// The commit of `HEAD`; `None` if there is none yet.
    pub(super) fn head(&self) -> Result<Option<ObjectId>, Error> {
        let mut name = "HEAD".to_owned();
        for _ in 0..MOST_NAMES {
            let Some(text) = self.loose(&name)? else { return self.packed(&name) };
            let text = text.trim();
            let Some(target) = text.strip_prefix("ref:").map(str::trim) else { return self.id(text).map(Some) };
            if target == "refs/heads/.invalid" {
                return Err(
                    self.unread("it keeps its refs in tables, which are not read; `git refs migrate --ref-format=files` changes that")
                );
            }
            // What a damaged or hostile `HEAD` names is read only if it is a ref.
            if !target.starts_with("refs/") || target.split('/').any(|part| matches!(part, "" | "." | "..")) {
                return Err(self.unread("HEAD names no branch; check it with `git status`"));
            }
            name = target.to_owned();
        }
        Err(self.unread("HEAD leads in a circle; check it with `git symbolic-ref HEAD`"))
    }

    /// The text of a ref of its own file: of this worktree, else of all of them.
    fn loose(&self, name: &str) -> Result<Option<String>, Error> {
        for folder in [&self.folders.own, &self.folders.common] {
            let path = folder.join(name);
            match fs::read(&path) {
                Ok(bytes) => return Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
                // Without the branch of HEAD there may be a folder of branches whose names begin with its name.
                Err(error) if is_absent(&error) || path.is_dir() => {}
                Err(error) => return Err(Error::io(&path)(error)),
            }
        }
        Ok(None)
    }

    /// The commit of a ref among those that were packed into one file.
    fn packed(&self, name: &str) -> Result<Option<ObjectId>, Error> {
        let Some(text) = self.file("packed-refs")? else { return Ok(None) };
        let of_name = text.lines().find_map(|line| line.split_once(' ').filter(|(_, of)| *of == name));
        of_name.map(|(id, _)| self.id(id)).transpose()
    }

    /// The commits whose parents a shallow clone left out.
    pub(super) fn shallow(&self) -> Result<FxHashSet<ObjectId>, Error> {
        let text = self.file("shallow")?.unwrap_or_default();
        text.split_whitespace().map(|id| self.id(id)).collect()
    }

    pub(super) fn objects(&self) -> Result<Objects, Error> {
        let folder = self.folders.common.join("objects");
        let store =
            gix_odb::Store::at_opts(folder, gix_hash::Kind::Sha1, &mut std::iter::empty(), gix_odb::store::init::Options::default());
        let store = store.map_err(|error| self.unread(&format!("its objects cannot be opened: {error}")))?;
        Ok(Objects::new(Arc::new(store), self.beneath.clone(), self.root.clone()))
    }

    /// The text of a file that all worktrees share.
    fn file(&self, name: &str) -> Result<Option<String>, Error> {
        let path = self.folders.common.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(Error::io(&path)(error)),
        }
    }

    fn id(&self, hex: &str) -> Result<ObjectId, Error> {
        let id = ObjectId::from_hex(hex.as_bytes()).ok().filter(|_| hex.len() == 40);
        id.ok_or_else(|| match hex.len() {
            64 => self.unread("its objects are named by SHA-256, which is not read"),
            _ => self.unread("a ref of it is damaged; check it with `git fsck`"),
        })
    }

    fn unread(&self, message: &str) -> Error {
        Error::History { path: self.root.clone(), message: message.to_owned() }
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
