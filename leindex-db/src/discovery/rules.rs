//! Which paths a root admits: ignore files, hidden files, and the include and exclude patterns of the settings.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{IncrementalIgnore, WalkBuilder};

use super::SETTINGS_FILES;
use crate::config::{Config, matcher};
use crate::error::Error;
use crate::location::git_root;

/// Has the last word over `.gitignore` and `.ignore`.
const OWN_IGNORE_FILE: &str = ".leindexignore";

/// The compiled rules of one root.
pub(super) struct Rules {
    root: PathBuf,
    parents: Parents,
    include: Gitignore,
    exclude: Arc<Gitignore>,
    single: Option<IncrementalIgnore>,
}

/// What the folders above the root have to say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parents {
    /// The root is part of a repository, whose rules hold up to the repository's own folder.
    Heeded,
    /// The root is a repository, or one that its parents ignore: asking for it by name overrides them.
    Unheeded,
    /// There is no repository; the root's own ignore files count all the same.
    NoRepository,
}

impl Rules {
    pub(super) fn new(root: &Path, config: &Config) -> Result<Self, Error> {
        let compile = |patterns| matcher(root, patterns).map_err(|message| Error::Settings { path: root.to_path_buf(), message });
        Ok(Self {
            root: root.to_path_buf(),
            parents: parents(root),
            include: compile(&config.include)?,
            exclude: Arc::new(compile(&config.exclude)?),
            single: None,
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// A walker over all that the ignore files and the exclude patterns leave.
    pub(super) fn walker(&self) -> WalkBuilder {
        let mut walker = WalkBuilder::new(&self.root);
        walker
            .follow_links(false)
            .require_git(self.parents != Parents::NoRepository)
            .parents(self.parents == Parents::Heeded)
            .current_dir(&self.root)
            .add_custom_ignore_filename(OWN_IGNORE_FILE);
        if !self.exclude.is_empty() {
            let exclude = self.exclude.clone();
            walker.filter_entry(move |entry| {
                let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
                entry.depth() == 0 || !exclude.matched(entry.path(), is_dir).is_ignore()
            });
        }
        walker
    }

    /// Whether the include patterns admit a file at `path` (relative to the root).
    pub(super) fn includes(&self, path: &Path) -> bool {
        self.include.is_empty() || self.include.matched_path_or_any_parents(path, false).is_ignore()
    }

    /// Whether a walk would come by `path` (relative to the root).
    pub(super) fn admits(&mut self, path: &Path, is_dir: bool) -> bool {
        if self.exclude.matched_path_or_any_parents(path, is_dir).is_ignore() || !(is_dir || self.includes(path)) {
            return false;
        }
        // Links are not followed, so nothing lies behind one.
        let mut above = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
        if above.any(|folder| self.root.join(folder).is_symlink()) {
            return false;
        }
        if self.single.is_none() {
            self.single = self.walker().build_matchers().pop();
        }
        self.single.as_mut().is_none_or(|rules| !rules.matched(path, is_dir).is_ignore())
    }
}

/// Whether a change of this file can change which files there are.
pub(crate) fn changes_rules(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let at_root = path.parent().is_some_and(|parent| parent.as_os_str().is_empty());
    [".gitignore", ".ignore", OWN_IGNORE_FILE].contains(&name)
        || (at_root && (SETTINGS_FILES.contains(&name) || name == ".git"))
        || path.ends_with(".git/info/exclude")
}

fn parents(root: &Path) -> Parents {
    let Some(repository) = git_root(root) else { return Parents::NoRepository };
    if repository == root {
        return Parents::Unheeded;
    }
    let above = root.ancestors().skip(1).take_while(|folder| folder.starts_with(repository));
    let ignored = above.flat_map(|folder| [".gitignore", ".ignore", OWN_IGNORE_FILE].map(|name| (folder, name))).any(|(folder, name)| {
        let mut builder = GitignoreBuilder::new(folder);
        builder.add(folder.join(name)).is_none()
            && builder.build().is_ok_and(|rules| rules.matched_path_or_any_parents(root, true).is_ignore())
    });
    if ignored { Parents::Unheeded } else { Parents::Heeded }
}
