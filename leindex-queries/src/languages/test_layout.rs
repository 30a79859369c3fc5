//! A project made of paths, for the tests of import rules.

use crate::names::rules::{Import, Layout, Manifest};

/// Files and manifests that are said to exist.
#[derive(Debug, Default)]
pub(crate) struct FakeLayout {
    files: Vec<String>,
    manifests: Vec<(String, String, Manifest)>,
}

impl FakeLayout {
    pub(crate) fn file(mut self, path: &str) -> Self {
        self.files.push(path.to_owned());
        self
    }

    pub(crate) fn manifest(mut self, kind: &str, folder: &str, manifest: Manifest) -> Self {
        self.manifests.push((kind.to_owned(), folder.to_owned(), manifest));
        self
    }
}

impl Layout for FakeLayout {
    fn has_file(&self, path: &str) -> bool {
        self.files.iter().any(|file| file == path)
    }

    fn has_folder(&self, path: &str) -> bool {
        path.is_empty() || self.files.iter().any(|file| file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
    }

    fn has_module(&self, _: &str, _: &str) -> bool {
        false
    }

    fn files_ending(&self, suffix: &str) -> Vec<String> {
        let ends = |file: &&String| file.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
        self.files.iter().filter(ends).cloned().collect()
    }

    fn manifest(&self, kind: &str, folder: &str) -> Option<(&str, &Manifest)> {
        let holds = |at: &str| at.is_empty() || folder == at || folder.strip_prefix(at).is_some_and(|rest| rest.starts_with('/'));
        let found = self.manifests.iter().filter(|(of, at, _)| of == kind && holds(at)).max_by_key(|(_, at, _)| at.len());
        found.map(|(_, at, manifest)| (at.as_str(), manifest))
    }

    fn manifests(&self, kind: &str) -> Vec<(&str, &Manifest)> {
        self.manifests.iter().filter(|(of, _, _)| of == kind).map(|(_, at, manifest)| (at.as_str(), manifest)).collect()
    }
}

/// `name` of `module`, with so many leading dots.
pub(crate) fn import<'a>(module: &'a str, name: &'a str, level: u32) -> Import<'a> {
    Import { module, name, level, system: false }
}
