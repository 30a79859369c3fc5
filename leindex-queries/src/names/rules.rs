//! What a language says about names: the part of a [`LanguageConfig`](crate::languages::LanguageConfig) that
//! resolution reads. Pure functions over paths, module names and manifests; no file is opened here.

use std::fmt;

/// How a language looks names up.
#[derive(Clone, Copy, Debug)]
pub struct NameRules {
    /// Languages that can see each other's modules share a family (`javascript` for JavaScript and TypeScript).
    pub family: &'static str,
    /// What stands between the parts of a qualified name (`.`, `::`, `/`).
    pub separator: &'static str,
    /// Whether members of the enclosing type are visible by their plain names (Java, C++, C#, Kotlin, Swift, …).
    pub implicit_this: bool,
    /// Whether files of the same module see each other's top level without an import (Go, Java, C#, Swift, …).
    pub module_scope: bool,
    /// Whether every definition at the top of any file is visible everywhere once loaded (Ruby, PHP functions, C with
    /// headers, Lua globals): a name found nowhere else is looked up among all files of the family.
    pub global_scope: bool,
    /// Names of constructors inside a type (`__init__`, `constructor`, `new`, `initialize`); the type's own name counts
    /// where a definition of kind constructor exists.
    pub constructors: &'static [&'static str],
    /// Members that the language runs by itself.
    pub special: SpecialMembers,
    /// Names that the language itself provides. Sorted. A plain name found here and nowhere in scope is external.
    pub builtins: &'static [&'static str],
    /// Whether a namespace inside a file is part of the file's own module (Rust `mod x {}`), or absolute (C#, C++, Ruby).
    pub nested_modules: bool,
    /// Whether every file-level import is visible to other files as a member of this module (Python).
    pub imports_are_members: bool,
    /// The names of the modules a file makes up, by its path and what it declares.
    pub modules_of: fn(&FileContext<'_>) -> Vec<String>,
    /// Where an import may lead, best first.
    pub import_targets: fn(&ImportContext<'_>, &Import<'_>) -> Vec<Target>,
}

impl NameRules {
    /// A language whose files are modules named by their paths and see each other's top level.
    pub const fn plain(family: &'static str) -> Self {
        Self {
            family,
            separator: ".",
            implicit_this: false,
            module_scope: false,
            global_scope: true,
            constructors: &[],
            special: SpecialMembers::NONE,
            builtins: &[],
            nested_modules: false,
            imports_are_members: false,
            modules_of: |file| vec![file.path.rsplit_once('.').map_or(file.path, |(stem, _)| stem).replace('/', ".")],
            import_targets: |_, _| Vec::new(),
        }
    }
}

/// Members that a language runs where no call of them is written. An empty name stands for none.
#[derive(Clone, Copy, Debug)]
pub struct SpecialMembers {
    /// What a call of an object runs.
    pub call: &'static str,
    /// What reads an element (`a[i]`).
    pub element: &'static str,
    /// What assigns to one.
    pub assign_element: &'static str,
    /// What gives the iterator of a value.
    pub iterate: &'static str,
    /// What gives an iterator's next value.
    pub next: &'static str,
    /// The type of any function.
    pub function: &'static str,
    /// What gives an object's type.
    pub class: &'static str,
    /// Built-in functions of one argument, sorted, and the member of it that each runs.
    pub run_by: &'static [(&'static str, &'static str)],
}

impl SpecialMembers {
    /// A language that runs no members by itself, or for which none are told.
    pub const NONE: Self = Self { call: "", element: "", assign_element: "", iterate: "", next: "", function: "", class: "", run_by: &[] };
}

/// A file as its module name is worked out.
#[derive(Clone, Copy, Debug)]
pub struct FileContext<'a> {
    /// Its path from the root, with `/`.
    pub path: &'a str,
    /// The package or module it declares itself part of, or empty.
    pub declared: &'a str,
    /// What the project's manifests and folders say.
    pub layout: &'a dyn Layout,
}

/// The file an import stands in.
#[derive(Clone, Copy, Debug)]
pub struct ImportContext<'a> {
    /// Its path from the root, with `/`.
    pub path: &'a str,
    /// The modules it makes up.
    pub modules: &'a [String],
    /// What the project's manifests and folders say.
    pub layout: &'a dyn Layout,
}

impl ImportContext<'_> {
    /// The folder of the file, without a trailing `/`; empty at the root.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// An import row with its strings.
#[derive(Clone, Copy, Debug)]
pub struct Import<'a> {
    /// The module as written.
    pub module: &'a str,
    /// The name wanted from it, or empty.
    pub name: &'a str,
    /// Leading dots.
    pub level: u32,
    /// Searched in system paths first.
    pub system: bool,
}

/// Where an import may lead.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The file at this path from the root.
    File(String),
    /// The module of this name.
    Module(String),
    /// Outside the workspace: the package's name.
    External(String),
}

/// What exists in the project, as far as imports may ask.
pub trait Layout: fmt::Debug {
    /// Whether there is a source file at this path.
    fn has_file(&self, path: &str) -> bool;
    /// Whether there is a folder with source files at or below this path.
    fn has_folder(&self, path: &str) -> bool;
    /// Whether some file makes up this module.
    fn has_module(&self, family: &str, module: &str) -> bool;
    /// Files whose path ends with `/suffix`, in order (C includes, Ruby load paths, Lua package paths).
    fn files_ending(&self, suffix: &str) -> Vec<String>;
    /// Facts of the nearest manifest of a kind (`go.mod`, `package.json`, `Cargo.toml`, `pyproject.toml`,
    /// `tsconfig.json`, `composer.json`, `pubspec.yaml`) at or above a folder: its folder and its facts.
    fn manifest(&self, kind: &str, folder: &str) -> Option<(&str, &Manifest)>;
    /// All manifests of a kind with their folders.
    fn manifests(&self, kind: &str) -> Vec<(&str, &Manifest)>;
}

/// What a build manifest says about names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Manifest {
    /// The package's name (`module` of go.mod).
    pub name: String,
    /// Path aliases, as pattern and replacements from the manifest's folder (`tsconfig` paths with `*`,
    /// `exports`/`imports` of package.json, PSR-4 prefixes, Cargo's renamed or path dependencies).
    pub aliases: Vec<(String, Vec<String>)>,
    /// Source roots from the manifest's folder (`baseUrl`, `src`, `lib`).
    pub roots: Vec<String>,
    /// Entry files from the manifest's folder (`main`, `module`, `[lib] path`, `[[bin]]`).
    pub entries: Vec<String>,
}

impl Manifest {
    /// Adds what another manifest of the same kind and folder says. Without a source root, the folder itself is one.
    pub(crate) fn add(&mut self, other: Self) {
        if self.roots.is_empty() != other.roots.is_empty() {
            self.roots.push(String::new());
        }
        self.aliases.extend(other.aliases);
        self.roots.extend(other.roots);
        self.entries.extend(other.entries);
    }
}

/// Joins a folder and a relative path, resolving `.` and `..`. A path that leaves the project's folder begins with `..`,
/// as those of further roots do.
pub fn join(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_none_or(|last| *last == "..") => parts.push(".."),
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
