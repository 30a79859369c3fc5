//! The roots of an index: the project's own folder, and further folders that the settings or the options name.
//!
//! A file's path is the way to it from the project's folder. So a file of a further root has a path that begins with
//! `../`, no two files share a path, and a relative import that leads from one root into another is an ordinary join.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use leindex_db::config::Config;
use leindex_db::discovery::Diagnostic;
use leindex_db::manifest::Manifest;
use leindex_db::{Root, Settings, Workspace};
use salsa::{Durability, Setter as _};

use super::change::is_within;
use super::error::Error;
use super::open::{Index, manifest_of};
use crate::db::RootDatabase;

/// A root and what is known of it on disk.
#[derive(Clone, Debug)]
pub(crate) struct ProjectRoot {
    pub(crate) path: PathBuf,
    /// What the paths of its files begin with; empty for the project's own folder.
    pub(crate) prefix: Arc<str>,
    name: Arc<str>,
    /// The settings in force; `None` before the first pass.
    pub(crate) config: Option<Config>,
    pub(crate) manifest: Manifest,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) root: Root,
}

impl ProjectRoot {
    /// A root that was not looked at yet.
    pub(crate) fn new(db: &RootDatabase, path: PathBuf, prefix: Arc<str>, name: Arc<str>, manifest: Manifest) -> Self {
        let root = new_root(db, &path, &name, &prefix);
        Self { path, prefix, name, config: None, manifest, diagnostics: Vec::new(), root }
    }

    /// Whether a path from the project's folder lies in this root.
    pub(crate) fn owns(&self, path: &str) -> bool {
        if self.prefix.is_empty() {
            return path != ".." && !path.starts_with("../");
        }
        is_within(path, &self.prefix)
    }

    /// The path from the project's folder of a path from this root.
    pub(crate) fn prefixed(&self, path: Box<str>) -> Box<str> {
        prefixed(&self.prefix, path)
    }
}

/// The path from the project's folder of a path from the root whose paths begin with `prefix`.
pub(crate) fn prefixed(prefix: &str, path: Box<str>) -> Box<str> {
    match (prefix, &*path) {
        ("", _) => path,
        (prefix, "") => prefix.into(),
        (prefix, path) => format!("{prefix}/{path}").into(),
    }
}

fn new_root(db: &RootDatabase, path: &Path, name: &Arc<str>, prefix: &Arc<str>) -> Root {
    let path = Arc::from(path.to_string_lossy().as_ref());
    Root::builder(path, Arc::clone(name), Arc::clone(prefix), Box::default()).durability(Durability::HIGH).new(db)
}

/// The inputs of a new database: its roots, without directories, and the settings. The first root is the project's own.
pub(crate) fn new_inputs(db: &RootDatabase, roots: &mut [ProjectRoot]) {
    for root in roots.iter_mut() {
        root.root = new_root(db, &root.path, &root.name, &root.prefix);
    }
    let config = roots.first().and_then(|own| own.config.clone()).unwrap_or_default();
    let inputs: Box<[Root]> = roots.iter().map(|root| root.root).collect();
    let _ = Workspace::builder(inputs).durability(Durability::HIGH).new(db);
    let _ = Settings::builder(config.entry_points.into(), config.token_budget).durability(Durability::HIGH).new(db);
}

/// The name of a root for people.
pub(crate) fn name_of(path: &Path) -> Arc<str> {
    path.file_name().map_or_else(|| "project".into(), |name| name.to_string_lossy().into())
}

impl Index {
    /// The further roots that are wanted: their folders and prefixes, in order of these.
    pub(crate) fn wanted_roots(&self, config: &Config) -> Result<Vec<(PathBuf, Arc<str>)>, Error> {
        let own = self.root();
        let named = config.roots.iter().map(PathBuf::from).chain(self.options.roots.iter().cloned());
        let mut wanted: Vec<(PathBuf, Arc<str>)> = Vec::new();
        for named in named {
            let bad = |problem: String| Error::BadRoot { root: named.display().to_string(), problem };
            let path = leindex_db::canonical(&own.join(&named)).map_err(|error| bad(error.to_string()))?;
            if path == own || wanted.iter().any(|(known, _)| *known == path) {
                continue;
            }
            if path.starts_with(own) {
                return Err(bad("lies in the project, which is indexed as a whole; take back in .leindexignore what is ignored".into()));
            }
            if own.starts_with(&path) {
                return Err(bad("holds the project; open that folder instead".into()));
            }
            if let Some((other, _)) = wanted.iter().find(|(known, _)| known.starts_with(&path) || path.starts_with(known)) {
                return Err(bad(format!("overlaps with the root {}; name the outer one alone", other.display())));
            }
            let prefix = way_to(own, &path).into();
            wanted.push((path, prefix));
        }
        wanted.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(wanted)
    }

    /// Puts the wanted further roots in the place of those that there are. New ones wait for a pass.
    pub(crate) fn set_roots(&mut self, wanted: Vec<(PathBuf, Arc<str>)>) {
        let roots = std::mem::take(&mut self.project.roots);
        let (mut kept, gone): (Vec<_>, Vec<_>) =
            roots.into_iter().partition(|root| root.prefix.is_empty() || wanted.iter().any(|(path, _)| *path == root.path));
        for root in gone {
            self.forget(&root);
        }
        let before = kept.len();
        for (path, prefix) in wanted {
            if kept.iter().any(|root| root.path == path) {
                continue;
            }
            let name = unique(name_of(&path), &kept);
            let manifest = manifest_of(&self.db.shared.store, &path);
            kept.push(ProjectRoot::new(&self.db, path, prefix, name, manifest));
        }
        kept.sort_by(|a, b| a.prefix.cmp(&b.prefix));
        let inputs: Box<[Root]> = kept.iter().map(|root| root.root).collect();
        let workspace = Workspace::get(&self.db);
        if kept.len() != before || *workspace.roots(&self.db) != *inputs {
            workspace.set_roots(&mut self.db).to(inputs);
        }
        self.project.roots = kept;
    }

    /// Forgets what is known of a root that is no longer wanted.
    fn forget(&mut self, root: &ProjectRoot) {
        let folders: Vec<Box<str>> = self.project.on_disk.keys().filter(|folder| root.owns(folder)).cloned().collect();
        for folder in folders {
            for entry in self.project.on_disk.remove(&folder).unwrap_or_default() {
                self.db.shared.text.remove_place(&self.project.path.join(&*folder).join(&*entry.name));
            }
            self.set_folder(&folder, false);
        }
    }
}

/// The way from one folder to another, with `/`.
fn way_to(from: &Path, to: &Path) -> String {
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| "..".to_owned());
    let down = to.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

fn unique(name: Arc<str>, roots: &[ProjectRoot]) -> Arc<str> {
    let taken = |name: &str| roots.iter().any(|root| *root.name == *name);
    (2..).map(|number| format!("{name}~{number}")).find(|other| !taken(other)).filter(|_| taken(&name)).map_or(name, Into::into)
}

#[cfg(test)]
mod tests {
    use super::way_to;

    #[test]
    fn the_way_between_two_folders_goes_up_and_down() {
        for (from, to, way) in [
            ("/w/shop", "/w/lib", "../lib"),
            ("/w/shop/app", "/w/lib/core", "../../lib/core"),
            ("/a", "/b", "../b"),
            ("/a/b", "/a/b-c", "../b-c"),
        ] {
            assert_eq!(way_to(from.as_ref(), to.as_ref()), way);
        }
    }
}
