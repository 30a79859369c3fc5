//! A project made of paths, for the tests of import rules.

use crate::names::rules::{FileContext, Import, ImportContext, Layout, Manifest, Target};

/// Files and manifests that are said to exist.
#[derive(Debug, Default)]
pub(crate) struct FakeLayout {
    files: Vec<String>,
    modules: Vec<String>,
    manifests: Vec<(String, String, Manifest)>,
}

impl FakeLayout {
    pub(crate) fn file(mut self, path: &str) -> Self {
        self.files.push(path.to_owned());
        self
    }

    pub(crate) fn files(mut self, paths: &[&str]) -> Self {
        self.files.extend(paths.iter().map(|path| (*path).to_owned()));
        self
    }

    pub(crate) fn modules(mut self, names: &[&str]) -> Self {
        self.modules.extend(names.iter().map(|name| (*name).to_owned()));
        self
    }

    /// Asserts the modules that a file makes up.
    #[track_caller]
    pub(crate) fn check_modules(&self, rule: fn(&FileContext<'_>) -> Vec<String>, path: &str, declared: &str, expected: &[&str]) {
        assert_eq!(rule(&FileContext { path, declared, layout: self }), expected, "{path}");
    }

    /// Asserts where an import leads from a file, given with its module.
    #[track_caller]
    pub(crate) fn check_import(
        &self,
        rule: fn(&ImportContext<'_>, &Import<'_>) -> Vec<Target>,
        (path, own): (&str, &str),
        (module, name): (&str, &str),
        expected: &[&str],
    ) {
        let context = ImportContext { path, modules: &[own.to_owned()], layout: self };
        let targets = rule(&context, &import(module, name, 0));
        let found: Vec<String> = targets
            .into_iter()
            .map(|target| match target {
                Target::File(path) => format!("file {path}"),
                Target::Module(name) => format!("module {name}"),
                Target::External(name) => format!("external {name}"),
            })
            .collect();
        assert_eq!(found, expected, "{module} {name} from {path}");
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

    fn has_module(&self, _: &str, module: &str) -> bool {
        self.modules.iter().any(|name| name == module)
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

/// Facts of a manifest: its name, and its aliases with what they stand for.
pub(crate) fn facts(name: &str, aliases: &[(&str, &[&str])]) -> Manifest {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    Manifest {
        name: name.to_owned(),
        aliases: aliases.iter().map(|(alias, targets)| ((*alias).to_owned(), owned(targets))).collect(),
        ..Manifest::default()
    }
}

/// Asserts that names are in the order in which they are looked up.
#[track_caller]
pub(crate) fn check_sorted(names: &[&str]) {
    let unsorted = names.windows(2).find(|pair| pair[0] >= pair[1]);
    assert_eq!(unsorted, None);
}
