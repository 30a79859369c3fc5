//! What projects are called: by their manifests, else by their folders.

use leindex_db::{Directory, Workspace};

use super::module_map::directory_modules;
use crate::db::Db;

/// Kinds of manifests that name a project; where a folder has several, the first counts.
const NAMING: [&str; 8] =
    ["Cargo.toml", "go.mod", "pyproject.toml", "pubspec.yaml", "Package.swift", "cabal", "composer.json", "package.json"];

/// The names of the roots, in their order: what a manifest in the root's folder calls its package, else the folder's name.
/// Of two roots of one name the second has `~2` behind it. Changes with these names only.
#[salsa::tracked(returns(deref))]
pub(crate) fn project_names(db: &dyn Db, workspace: Workspace) -> Box<[Box<str>]> {
    let mut names: Vec<Box<str>> = Vec::new();
    for root in workspace.roots(db) {
        let own = root.directories(db).iter().find(|directory| directory.path(db) == root.prefix(db));
        let name = own.and_then(|&own| stated_name(db, own)).unwrap_or_else(|| root.name(db));
        let others = (2..).map(|number| format!("{name}~{number}").into());
        let unique = std::iter::once(Box::from(name)).chain(others).find(|name| !names.contains(name));
        names.extend(unique);
    }
    names.into()
}

/// What the manifests of a folder call its package. Of a Go module, the last part of its path that is no version.
#[salsa::tracked(returns(as_deref))]
fn stated_name(db: &dyn Db, directory: Directory) -> Option<Box<str>> {
    let manifests = directory_modules(db, directory).manifests();
    let of_kind = |wanted: &&str| manifests.iter().find(|(kind, manifest)| kind == wanted && !manifest.name.is_empty());
    let (kind, manifest) = NAMING.iter().find_map(of_kind)?;
    let is_version = |part: &&str| part.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok());
    let name = match *kind {
        "go.mod" => manifest.name.rsplit('/').find(|part| !is_version(part))?,
        _ => &manifest.name,
    };
    // A name is a word of the names of symbols.
    let is_word = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control());
    is_word.then(|| name.into())
}
