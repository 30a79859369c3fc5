//! The module map: which files make up which module, and what exists where.
//!
//! Built in two steps so that content edits stop early: a directory's part depends on its file names, its manifests
//! and the modules its files declare; the map is built again only when a part changed, and whoever reads it does so
//! through [`module_parts`] and [`import_targets`], whose small answers stop the rest.

use std::collections::BTreeMap;

use leindex_db::{Dialect, Directory, Workspace};
use rustc_hash::{FxHashMap, FxHashSet};

use super::files::{Name, SourceFile, Symbol, file_config, shape_rows};
use super::manifests;
use super::members::{ImportFacts, directory_base_names, directory_extensions, directory_global_imports};
use super::rules::{FileContext, Import, ImportContext, Layout, Manifest, Target};
use crate::db::Db;
pub use crate::ids::ModuleKey;
use crate::languages::LanguageConfig;
use crate::syntax::blob::{self, Blob};
use crate::syntax::rows::{ImportRow, ModuleRow, NONE, name_hash};

/// What a directory contributes to the module map.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct DirectoryModules<'db> {
    /// Its source files.
    files: Box<[FileModules<'db>]>,
    /// Its manifests: kind and what they say.
    manifests: Box<[(&'static str, Manifest)]>,
}

impl DirectoryModules<'_> {
    /// The manifests in the directory: kind and what they say.
    pub(crate) fn manifests(&self) -> &[(&'static str, Manifest)] {
        &self.manifests
    }
}

#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
struct FileModules<'db> {
    file: SourceFile<'db>,
    dialect: Dialect,
    /// Modules the text declares: name and the identity of the symbol that holds them, or `None` for the file's top.
    declared: Box<[(Box<str>, Option<u64>)]>,
}

/// The part of one directory. Changes with its file names, its manifests and its files' package lines.
#[salsa::tracked]
pub fn directory_modules<'db>(db: &'db dyn Db, directory: Directory) -> DirectoryModules<'db> {
    let mut files = Vec::new();
    let mut found = Vec::new();
    for entry in directory.shapes(db) {
        if entry.dialect == Dialect::MANIFEST && entry.skip.is_none() {
            let read = || manifests::parse(&entry.name, &db.text(entry.hash));
            if let Some(manifest) = manifests::kind_of(&entry.name).and_then(|kind| Some((kind, read()?))) {
                found.push(manifest);
            }
            continue;
        }
        if entry.skip.is_some() || db.languages().config(entry.dialect).is_none() {
            continue;
        }
        let file = SourceFile::new(db, directory, entry.name.clone());
        files.push(FileModules {
            file,
            dialect: entry.dialect,
            declared: declared_modules(db, Blob::new(db, entry.hash, entry.dialect)).clone(),
        });
    }
    DirectoryModules { files: files.into(), manifests: found.into() }
}

/// The modules that a text declares. Changes with nothing.
#[salsa::tracked]
fn declared_modules<'db>(db: &'db dyn Db, blob: Blob<'db>) -> Box<[(Box<str>, Option<u64>)]> {
    let rows = blob::rows(db, blob);
    rows.iter::<ModuleRow>()
        .map(|row| {
            let symbol = if row.symbol == NONE { None } else { rows.symbol(row.symbol).map(|symbol| symbol.identity()) };
            (Box::from(rows.str(row.key)), symbol)
        })
        .collect()
}

/// Makes all that the maps of the workspace are put together from, for one directory: every content in it is read once.
pub(crate) fn read_directory(db: &dyn Db, directory: Directory) {
    let _ = directory_modules(db, directory);
    let _ = directory_global_imports(db, directory);
    let _ = directory_extensions(db, directory);
    let _ = directory_base_names(db, directory);
}

/// Which files make up which module of the workspace.
#[derive(Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct ModuleMap<'db> {
    files: FxHashMap<Box<str>, SourceFile<'db>>,
    folders: FxHashSet<Box<str>>,
    by_file_name: FxHashMap<Box<str>, Box<[Box<str>]>>,
    modules: FxHashMap<(&'static str, Box<str>), Vec<ModulePart<'db>>>,
    keys: FxHashMap<SourceFile<'db>, Box<[String]>>,
    /// Hashes of the last parts of module names, by what stands before them.
    below: FxHashMap<(&'static str, Box<str>), Vec<u32>>,
    manifests: BTreeMap<&'static str, Vec<(Box<str>, Manifest)>>,
}

/// A part of a module: a file's top level, or a namespace in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub struct ModulePart<'db> {
    /// The symbol whose members are the module's names: the file's module symbol or a namespace.
    pub symbol: Symbol<'db>,
}

/// The map of the whole workspace. Changes when a file appears, disappears or declares another module, or with a
/// manifest. Costs time in proportion to all files; never read it from a query that has many keys.
#[salsa::tracked]
pub fn module_map<'db>(db: &'db dyn Db, workspace: Workspace) -> ModuleMap<'db> {
    let mut map = ModuleMap::default();
    let mut names = FxHashMap::<Box<str>, Vec<Box<str>>>::default();
    let mut files = Vec::new();
    for &root in workspace.roots(db) {
        for &directory in root.directories(db) {
            let part = directory_modules(db, directory);
            let folder = directory.path(db);
            if !part.files.is_empty() {
                let mut folder = folder;
                while map.folders.insert(folder.into()) && !folder.is_empty() {
                    folder = folder.rsplit_once('/').map_or("", |(up, _)| up);
                }
            }
            for (kind, manifest) in &part.manifests {
                map.manifests.entry(kind).or_default().push((folder.into(), manifest.clone()));
            }
            for file in &part.files {
                let path: Box<str> = file.file.path(db).into();
                names.entry(file.file.name(db).into()).or_default().push(path.clone());
                map.files.insert(path.clone(), file.file);
                files.push((path, file));
            }
        }
    }
    for manifests in map.manifests.values_mut() {
        manifests.sort_by(|a, b| a.0.cmp(&b.0));
        // A folder has several of a kind in Haskell only: packages side by side, or a `.cabal` file and its `package.yaml`.
        manifests.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1.add(std::mem::take(&mut next.1));
            }
            same
        });
    }
    map.by_file_name = names
        .into_iter()
        .map(|(name, mut paths)| {
            paths.sort();
            (name, paths.into())
        })
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    let mut separators = FxHashMap::<&'static str, &'static str>::default();
    // A first pass gives modules their files; languages whose module names depend on others ask for files only.
    for (path, file) in files {
        let Some(config) = db.languages().config(file.dialect) else { continue };
        separators.insert(config.names.family, config.names.separator);
        let declared = file.declared.iter().find(|(_, symbol)| symbol.is_none()).map_or("", |(name, _)| name);
        let keys = (config.names.modules_of)(&FileContext { path: &path, declared, layout: &map });
        let top = Symbol::new(db, file.file, MODULE_IDENTITY());
        for key in &keys {
            map.modules.entry((config.names.family, key.as_str().into())).or_default().push(ModulePart { symbol: top });
        }
        for (name, symbol) in &file.declared {
            let Some(identity) = *symbol else { continue };
            let part = ModulePart { symbol: Symbol::new(db, file.file, identity) };
            if config.names.nested_modules {
                for key in &keys {
                    let key = format!("{key}{}{name}", config.names.separator);
                    map.modules.entry((config.names.family, key.into())).or_default().push(part);
                }
            } else {
                map.modules.entry((config.names.family, name.clone())).or_default().push(part);
            }
        }
        map.keys.insert(file.file, keys.into());
    }
    for (family, name) in map.modules.keys() {
        let separator = separators.get(family).copied().unwrap_or(".");
        let (above, last) = name.rsplit_once(separator).unwrap_or(("", name));
        map.below.entry((family, above.into())).or_default().push(name_hash(last));
    }
    for names in map.below.values_mut() {
        names.sort_unstable();
        names.dedup();
    }
    map
}

/// The identity of every file's module symbol: the hash of the empty descriptor.
#[expect(non_snake_case, reason = "a constant that cannot be computed at compile time")]
pub(crate) fn MODULE_IDENTITY() -> u64 {
    static IDENTITY: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    *IDENTITY.get_or_init(|| u64::from_le_bytes(*blake3::hash(b"").as_bytes().first_chunk().expect("a hash has 32 bytes")))
}

/// The parts of a module, in order of their paths. Changes when its files do.
#[salsa::tracked(returns(deref))]
pub fn module_parts<'db>(db: &'db dyn Db, key: ModuleKey<'db>) -> Box<[ModulePart<'db>]> {
    let map = module_map(db, Workspace::get(db));
    map.modules.get(&(key.family(db), Box::from(key.name(db)))).map_or(Box::default(), |parts| parts.as_slice().into())
}

/// The names of the modules that a file makes up.
#[salsa::tracked(returns(deref))]
pub fn module_keys<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<[String]> {
    module_map(db, Workspace::get(db)).keys.get(&file).cloned().unwrap_or_default()
}

/// Hashes of the names of modules right below those that a file makes up, sorted.
#[salsa::tracked(returns(deref))]
pub fn submodule_names<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<[u32]> {
    let map = module_map(db, Workspace::get(db));
    let Some(config) = file_config(db, file) else { return Box::default() };
    let keys = map.keys.get(&file).map_or(&[][..], |keys| keys);
    let mut names: Vec<u32> =
        keys.iter().filter_map(|key| map.below.get(&(config.names.family, Box::from(key.as_str())))).flatten().copied().collect();
    names.sort_unstable();
    names.dedup();
    names.into()
}

/// Where an import leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub enum ImportTarget<'db> {
    /// Files or namespaces of the workspace.
    Parts(Box<[ModulePart<'db>]>),
    /// A name inside a module of the workspace: the module's parts and the rest of the path.
    Inside(Box<[ModulePart<'db>]>, Box<str>),
    /// A package outside.
    External(Name<'db>),
    /// Nothing known.
    Unknown,
}

/// An import as its target depends on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, salsa::SalsaValue)]
pub struct ImportKey {
    /// The module as written.
    pub module: Box<str>,
    /// The name wanted from it, or empty: some languages import files by their names.
    pub name: Box<str>,
    /// Leading dots.
    pub level: u32,
    /// Searched in system paths first.
    pub system: bool,
}

/// Where the modules of a file's imports lie, in order of the keys. Changes with the file's imports, when files come or
/// go, or with a manifest.
#[salsa::tracked(returns(deref))]
pub fn import_targets<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<[(ImportKey, ImportTarget<'db>)]> {
    let (Some(rows), Some(config)) = (shape_rows(db, file), file_config(db, file)) else { return Box::default() };
    let mut imports: Vec<ImportKey> = rows.iter::<ImportRow>().map(|row| ImportFacts::of(&rows, &row).key()).collect();
    if config.name == "rust" {
        // A path in an expression begins at a module, too.
        let roots = ["crate", "self", "super"].into_iter().filter(|root| rows.find_str(root).is_some());
        imports.extend(roots.map(|root| ImportKey { module: root.into(), name: Box::default(), level: 0, system: false }));
    }
    imports.sort_unstable();
    imports.dedup();
    let target = |key: ImportKey| {
        let target = target_of(db, file, config, &key);
        (key, target)
    };
    imports.into_iter().map(target).collect()
}

/// Where a module lies that a file names without importing it. Changes as [`import_targets`].
#[salsa::tracked]
pub fn import_target<'db>(db: &'db dyn Db, file: SourceFile<'db>, key: ImportKey) -> ImportTarget<'db> {
    file_config(db, file).map_or(ImportTarget::Unknown, |config| target_of(db, file, config, &key))
}

fn target_of<'db>(db: &'db dyn Db, file: SourceFile<'db>, config: &LanguageConfig, key: &ImportKey) -> ImportTarget<'db> {
    let map = module_map(db, Workspace::get(db));
    let modules = map.keys.get(&file).map_or(&[][..], |keys| keys);
    let context = ImportContext { path: file.path(db), modules, layout: map };
    let import = Import { module: &key.module, name: &key.name, level: key.level, system: key.system };
    let targets = (config.names.import_targets)(&context, &import);
    find_target(db, map, config, &targets)
}

fn find_target<'db>(db: &'db dyn Db, map: &ModuleMap<'db>, config: &LanguageConfig, targets: &[Target]) -> ImportTarget<'db> {
    let family = config.names.family;
    for target in targets {
        match target {
            Target::File(path) => {
                if let Some(&file) = map.files.get(path.as_str()) {
                    let symbol = Symbol::new(db, file, MODULE_IDENTITY());
                    return ImportTarget::Parts([ModulePart { symbol }].into());
                }
            }
            Target::Module(name) => {
                if let Some(parts) = map.modules.get(&(family, name.as_str().into())) {
                    return ImportTarget::Parts(parts.as_slice().into());
                }
            }
            Target::External(name) => {
                // A longer path may lead into a type of a module that is here: `a.b.Outer.Inner`.
                if let Some(found) = inside(map, config, targets) {
                    return found;
                }
                return ImportTarget::External(Name::new(db, name.as_str()));
            }
        }
    }
    inside(map, config, targets).unwrap_or(ImportTarget::Unknown)
}

/// The longest prefix of a module target that is a module.
fn inside<'db>(map: &ModuleMap<'db>, config: &LanguageConfig, targets: &[Target]) -> Option<ImportTarget<'db>> {
    let separator = config.names.separator;
    for target in targets {
        let Target::Module(name) = target else { continue };
        let mut end = name.len();
        while let Some(at) = name[..end].rfind(separator) {
            if let Some(parts) = map.modules.get(&(config.names.family, name[..at].into())) {
                return Some(ImportTarget::Inside(parts.as_slice().into(), name[at + separator.len()..].into()));
            }
            end = at;
        }
    }
    None
}

impl ModuleMap<'_> {
    /// The file at a path.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }
}

impl Layout for ModuleMap<'_> {
    fn has_file(&self, path: &str) -> bool {
        self.has(path)
    }

    fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    fn has_module(&self, family: &str, module: &str) -> bool {
        // Families are static strings of the tables; equality of text is what counts.
        self.modules.keys().next().is_some() && self.modules.contains_key(&(leak_free(family), Box::from(module)))
    }

    fn files_ending(&self, suffix: &str) -> Vec<String> {
        let name = suffix.rsplit('/').next().unwrap_or(suffix);
        let ending = format!("/{suffix}");
        let paths = self.by_file_name.get(name).map_or(&[][..], |paths| paths);
        paths.iter().filter(|path| ***path == *suffix || path.ends_with(&ending)).map(|path| path.to_string()).collect()
    }

    fn manifest(&self, kind: &str, folder: &str) -> Option<(&str, &Manifest)> {
        let manifests = self.manifests.get(kind)?;
        let mut folder = folder;
        loop {
            if let Ok(index) = manifests.binary_search_by(|(at, _)| (**at).cmp(folder)) {
                return Some((&manifests[index].0, &manifests[index].1));
            }
            // Above a further root lies nothing of it.
            if folder.is_empty() || folder == ".." || folder.ends_with("/..") {
                return None;
            }
            folder = folder.rsplit_once('/').map_or("", |(up, _)| up);
        }
    }

    fn manifests(&self, kind: &str) -> Vec<(&str, &Manifest)> {
        self.manifests.get(kind).map_or(Vec::new(), |list| list.iter().map(|(folder, manifest)| (&**folder, manifest)).collect())
    }
}

/// The static name of a family, from any string with its text.
fn leak_free(family: &str) -> &'static str {
    const FAMILIES: [&str; 14] =
        ["python", "javascript", "go", "rust", "jvm", "c", "csharp", "ruby", "php", "swift", "dart", "lua", "elixir", "haskell"];
    FAMILIES.into_iter().find(|name| *name == family).unwrap_or("")
}
