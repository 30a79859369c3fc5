//! Where the store of a project lies: one folder per repository in the user's cache directory.
//!
//! Worktrees of one repository share a store, because facts are keyed by content. Nothing is ever written into
//! the project itself. `.git` is read as plain files; no git process is started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::error::Error;

/// The folder of a store, and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    folder: PathBuf,
    identity: PathBuf,
}

impl Location {
    /// The store of the project at `root`, beneath `LEINDEX_HOME` or the user's cache directory.
    ///
    /// # Errors
    ///
    /// When no cache directory is known, or `root` does not exist.
    pub fn of(root: &Path) -> Result<Self, Error> {
        Self::beneath(&home()?, root)
    }

    /// The store of the project at `root`, beneath `home`.
    ///
    /// # Errors
    ///
    /// When `root` does not exist.
    pub fn beneath(home: &Path, root: &Path) -> Result<Self, Error> {
        let root = root.canonicalize().map_err(Error::io(root))?;
        let identity = git_common_directory(&root).unwrap_or(root);
        let hash = blake3::hash(identity.as_os_str().as_encoded_bytes());
        let folder = home.join(format!("{}-{}", base_name(&identity), &hash.to_hex()[..16]));
        Ok(Self { folder, identity })
    }

    /// The folder of the store. It may not exist yet.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the store belongs to: the git common directory, else the canonical root.
    pub fn identity(&self) -> &Path {
        &self.identity
    }
}

/// The one path of a folder or file, with every link followed.
///
/// # Errors
///
/// When nothing is there, or it may not be looked at.
pub fn canonical(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(Error::io(path))
}

/// The folder that holds all stores: `LEINDEX_HOME`, else `leindex` in the user's cache directory.
///
/// # Errors
///
/// When neither is known.
pub fn home() -> Result<PathBuf, Error> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    home_from(set("LEINDEX_HOME"), set(CACHE_VARIABLE), env::home_dir()).ok_or(Error::NoCacheFolder)
}

const CACHE_VARIABLE: &str = if cfg!(windows) { "LOCALAPPDATA" } else { "XDG_CACHE_HOME" };

fn home_from(leindex: Option<OsString>, cache: Option<OsString>, user: Option<PathBuf>) -> Option<PathBuf> {
    if let Some(path) = leindex {
        return std::path::absolute(path).ok();
    }
    // The XDG specification says to ignore a relative path.
    if let Some(path) = cache.map(PathBuf::from).filter(|path| path.is_absolute()) {
        return Some(path.join("leindex"));
    }
    let beneath = if cfg!(target_os = "macos") {
        "Library/Caches/leindex"
    } else if cfg!(windows) {
        "AppData/Local/leindex"
    } else {
        ".cache/leindex"
    };
    user.filter(|path| path.is_absolute()).map(|path| path.join(beneath))
}

/// The directory that all worktrees of the repository around `root` share, if `root` lies in one.
pub(crate) fn git_common_directory(root: &Path) -> Option<PathBuf> {
    git_folders(root).map(|folders| folders.common)
}

/// The folders of a repository.
pub(crate) struct GitFolders {
    /// The top of the working files.
    pub(crate) top: PathBuf,
    /// What belongs to this worktree: its `HEAD`.
    pub(crate) own: PathBuf,
    /// What all worktrees share: objects and branches.
    pub(crate) common: PathBuf,
}

/// The folders of the repository around `root`, if `root` lies in one.
pub(crate) fn git_folders(root: &Path) -> Option<GitFolders> {
    let top = git_root(root)?;
    let dot_git = top.join(".git");
    let own = if dot_git.is_dir() {
        dot_git
    } else {
        let text = fs::read_to_string(&dot_git).ok()?;
        top.join(text.strip_prefix("gitdir:")?.trim())
    };
    let common = match fs::read_to_string(own.join("commondir")) {
        Ok(text) => own.join(text.trim()),
        Err(_) => own.clone(),
    };
    Some(GitFolders { top: top.to_path_buf(), common: common.canonicalize().ok()?, own })
}

/// The innermost folder at or above `root` that holds a `.git`.
pub(crate) fn git_root(root: &Path) -> Option<&Path> {
    root.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// A name for people; the hash beside it is what tells stores apart.
fn base_name(identity: &Path) -> String {
    let named = match (identity.file_name(), identity.parent()) {
        (Some(name), Some(parent)) if name == ".git" => parent.file_name(),
        (name, _) => name,
    };
    let name = named.map_or_else(|| "root".into(), |name| name.to_string_lossy());
    let name = name.strip_suffix(".git").unwrap_or(&name);
    let kept = name.chars().take(40).map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(root: &Path) -> Location {
        Location::beneath(Path::new("/home"), root).unwrap()
    }

    #[test]
    fn a_worktree_shares_the_store_of_its_repository() {
        let folder = tempfile::tempdir().unwrap();
        let main = folder.path().join("shop");
        let tree = folder.path().join("shop-feature");
        fs::create_dir_all(main.join(".git/worktrees/feature")).unwrap();
        fs::create_dir_all(tree.join("src")).unwrap();
        fs::write(main.join(".git/worktrees/feature/commondir"), "../..\n").unwrap();
        fs::write(tree.join(".git"), format!("gitdir: {}\n", main.join(".git/worktrees/feature").display())).unwrap();

        assert_eq!(location(&main), location(&tree));
        assert_eq!(location(&main), location(&tree.join("src")));
        let name = location(&tree).folder().file_name().unwrap().to_str().unwrap().to_owned();
        assert!(name.starts_with("shop-") && name.len() == "shop-".len() + 16, "{name}");
    }

    #[test]
    fn a_submodule_has_a_store_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let outer = folder.path().join("outer");
        fs::create_dir_all(outer.join(".git/modules/lib")).unwrap();
        fs::create_dir_all(outer.join("lib")).unwrap();
        fs::write(outer.join("lib/.git"), "gitdir: ../.git/modules/lib").unwrap();
        assert_ne!(location(&outer), location(&outer.join("lib")));
    }

    #[test]
    fn without_git_the_root_is_the_identity() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("a b");
        fs::create_dir(&root).unwrap();
        let found = location(&root);
        assert_eq!(found.identity(), root.canonicalize().unwrap());
        assert!(found.folder().file_name().unwrap().to_str().unwrap().starts_with("a_b-"));
    }

    #[test]
    fn a_store_lies_in_the_folder_of_all_stores() {
        let root = tempfile::tempdir().unwrap();
        let home = home().unwrap();
        assert!(home.is_absolute());
        assert_eq!(Location::of(root.path()).unwrap().folder().parent(), Some(home.as_path()));
        assert_eq!(Location::of(root.path()).unwrap(), Location::beneath(&home, root.path()).unwrap());
    }

    #[test]
    fn leindex_home_wins_over_the_cache_directory() {
        let home = |leindex: Option<&str>, cache: Option<&str>, user: Option<&str>| {
            home_from(leindex.map(Into::into), cache.map(Into::into), user.map(Into::into))
        };
        assert_eq!(home(Some("/l"), Some("/c"), Some("/u")), Some("/l".into()));
        assert_eq!(home(None, Some("/c"), Some("/u")), Some("/c/leindex".into()));
        assert_eq!(home(None, None, None), None);
        if cfg!(target_os = "linux") {
            assert_eq!(home(None, Some("relative"), Some("/u")), Some("/u/.cache/leindex".into()));
        }
    }
}
