//! What a module holds under a name, and what an import brings in: through files that pass on what others define.
//!
//! Imports lead in circles; a [`Trail`] bounds how far they are followed.

use rustc_hash::{FxHashMap, FxHashSet};

use super::entity::{Entity, Heads};
use super::files::{Name, SourceFile, Symbol, file_config};
use super::members::{ImportFacts, children, everywhere, member_within, own_names, wildcards};
use super::module_map::{
    ImportTarget, MODULE_IDENTITY, ModuleKey, ModulePart, import_target, import_targets, module_keys, module_parts, submodule_names,
};
use super::resolve::DEPTH;
use super::values::symbol_kind;
use crate::db::Db;
use crate::languages::LanguageConfig;
use crate::syntax::rows::{ImportKind, ImportRow, SymbolKind, name_hash};

/// Whether a module goes by its name everywhere: an absolute namespace, a crate. What is in it need not.
pub(super) fn sees_all_modules(config: &LanguageConfig) -> bool {
    config.names.global_scope || matches!(config.names.family, "csharp" | "elixir" | "rust")
}

pub(super) fn names_by_hash<'db>(db: &'db dyn Db, parts: &[ModulePart<'db>]) -> FxHashMap<u32, Vec<ModulePart<'db>>> {
    let mut map = FxHashMap::<u32, Vec<ModulePart<'db>>>::default();
    for &part in parts {
        for &hash in own_names(db, part.symbol).iter().chain(submodule_names(db, part.symbol.file(db))) {
            let parts = map.entry(hash).or_default();
            if parts.last() != Some(&part) {
                parts.push(part);
            }
        }
    }
    map
}

/// A single part that is a symbol is that symbol; else it is a module.
pub(super) fn module_or_symbol<'db>(db: &'db dyn Db, parts: &[ModulePart<'db>]) -> Entity<'db> {
    match parts {
        [part] if part.symbol.identity(db) != MODULE_IDENTITY() => Entity::Symbol(part.symbol),
        [part, ..] if symbol_kind(db, part.symbol).is_some_and(SymbolKind::is_type) => Entity::Symbol(part.symbol),
        parts => Entity::Module(parts.into()),
    }
}

/// A walk along imports, from module to module.
///
/// A module that had no answer for a name, or is being asked for it, is not asked again, and the walk has so many steps:
/// it ends, however imports lead in circles.
pub(crate) struct Trail<'db> {
    heads: Heads,
    asked: FxHashSet<(Symbol<'db>, Name<'db>)>,
    depth: u32,
    steps: u32,
}

/// Most imports that one walk follows.
const STEPS: u32 = 2000;

impl<'db> Trail<'db> {
    pub(crate) fn new(heads: Heads) -> Self {
        Self { heads, asked: FxHashSet::default(), depth: 0, steps: 0 }
    }

    /// Goes on to another module, unless the walk has become too long.
    fn follow<T>(&mut self, go: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= DEPTH || self.steps >= STEPS {
            return None;
        }
        self.depth += 1;
        self.steps += 1;
        let found = go(self);
        self.depth -= 1;
        found
    }
}

/// A name in a module: its definitions, what it passes on, its submodules.
pub(crate) fn module_member<'db>(
    db: &'db dyn Db,
    parts: &[ModulePart<'db>],
    name: Name<'db>,
    trail: &mut Trail<'db>,
) -> Option<Entity<'db>> {
    let hash = name_hash(name.text(db));
    if let Some(found) = direct_member(db, parts, name, hash, trail) {
        return Some(found);
    }
    for part in parts.iter().filter(|part| part.symbol.identity(db) == MODULE_IDENTITY()) {
        if let Some(found) = direct_member(db, passed_on(db, part.symbol.file(db), trail.heads), name, hash, trail) {
            return Some(found);
        }
    }
    None
}

/// A name in some modules, without what they pass on as a whole.
pub(super) fn direct_member<'db>(
    db: &'db dyn Db,
    parts: &[ModulePart<'db>],
    name: Name<'db>,
    hash: u32,
    trail: &mut Trail<'db>,
) -> Option<Entity<'db>> {
    let mut symbols = Vec::new();
    for part in parts {
        // Most files of a large module miss. Of a module of one file, that name alone is what the asker depends on.
        if parts.len() > 1 && own_names(db, part.symbol).binary_search(&hash).is_err() {
            continue;
        }
        let mut found = children(db, part.symbol, name);
        if let Some(renamed) = &found.renamed {
            let local = Name::new(db, renamed.as_ref());
            let file = part.symbol.file(db);
            let renamed = children(db, part.symbol, local);
            if renamed.symbols.is_empty()
                && renamed.imports.is_empty()
                && trail.asked.insert((part.symbol, name))
                && let Some(entity) = file_level_import(db, file, local, trail)
            {
                trail.asked.remove(&(part.symbol, name));
                return Some(entity);
            }
            found = renamed;
        }
        symbols.extend(found.symbols.iter().map(|&identity| Symbol::new(db, part.symbol.file(db), identity)));
        if symbols.is_empty() && !found.imports.is_empty() && trail.asked.insert((part.symbol, name)) {
            for import in &found.imports {
                match follow_import(db, part.symbol.file(db), import, trail) {
                    Some(Entity::Unknown) | None => {}
                    Some(entity) => {
                        trail.asked.remove(&(part.symbol, name));
                        return Some(entity);
                    }
                }
            }
        }
    }
    match &*symbols {
        [] => {}
        [one] => return Some(Entity::Symbol(*one)),
        many => return Some(Entity::Overloads(many.into())),
    }
    // Submodules: `package.module`, `namespace::inner`.
    for part in parts {
        let file = part.symbol.file(db);
        if submodule_names(db, file).binary_search(&hash).is_err() {
            continue;
        }
        let Some(config) = file_config(db, file) else { continue };
        for key in module_keys(db, file) {
            let key = format!("{key}{}{}", config.names.separator, name.text(db));
            let parts = module_parts(db, ModuleKey::new(db, config.names.family, key.trim_start_matches(config.names.separator)));
            if !parts.is_empty() {
                return Some(module_or_symbol(db, parts));
            }
        }
    }
    None
}

/// The modules that a file passes on as a whole, and those that they pass on, nearest first.
#[salsa::tracked(returns(deref))]
pub(super) fn passed_on<'db>(db: &'db dyn Db, file: SourceFile<'db>, heads: Heads) -> Box<[ModulePart<'db>]> {
    let Some(heads) = heads.less() else { return Box::default() };
    closure(db, wildcards(db, file).iter().map(|import| (file, import.clone())).collect(), heads)
}

/// The modules whose names a file sees without naming them: what it imports as a whole, and what that passes on.
#[salsa::tracked(returns(deref))]
pub(super) fn seen_whole<'db>(db: &'db dyn Db, file: SourceFile<'db>, heads: Heads) -> Box<[ModulePart<'db>]> {
    let (Some(rows), Some(heads)) = (super::files::shape_rows(db, file), heads.less()) else { return Box::default() };
    let own = rows.iter::<ImportRow>().filter(|import| import.kind == ImportKind::Wildcard);
    let own = own.map(|import| (file, ImportFacts::of(&rows, &import)));
    closure(db, own.chain(everywhere(db, file)).collect(), heads)
}

/// Whether a file sees all names of another without naming them.
pub(crate) fn sees_whole<'db>(db: &'db dyn Db, file: SourceFile<'db>, other: SourceFile<'db>) -> bool {
    seen_whole(db, file, Heads::ALL).iter().any(|part| part.symbol.file(db) == other)
}

/// Most modules that are followed from one file.
const CLOSURE: usize = 4096;

pub(super) fn closure<'db>(db: &'db dyn Db, start: Vec<(SourceFile<'db>, ImportFacts)>, heads: Heads) -> Box<[ModulePart<'db>]> {
    let mut found = Vec::new();
    let mut seen = FxHashSet::default();
    let mut queue = std::collections::VecDeque::from(start);
    while let Some((file, import)) = queue.pop_front() {
        let Ok(parts) = import_parts(db, file, &import, &mut Trail::new(heads)) else { continue };
        for part in parts {
            if found.len() >= CLOSURE || !seen.insert(part) {
                continue;
            }
            found.push(part);
            if part.symbol.identity(db) == MODULE_IDENTITY() {
                let file = part.symbol.file(db);
                queue.extend(wildcards(db, file).iter().map(|import| (file, import.clone())));
            }
        }
    }
    found.into()
}

/// An import at the top of a file that binds a local name, whether or not it is passed on.
#[salsa::tracked(returns(clone))]
pub(super) fn top_import<'db>(db: &'db dyn Db, file: SourceFile<'db>, name: Name<'db>) -> Option<ImportFacts> {
    let rows = super::files::shape_rows(db, file)?;
    let text = rows.find_str(name.text(db))?;
    rows.iter::<ImportRow>().find(|import| import.alias == text).map(|import| ImportFacts::of(&rows, &import))
}

pub(super) fn file_level_import<'db>(
    db: &'db dyn Db,
    file: SourceFile<'db>,
    name: Name<'db>,
    trail: &mut Trail<'db>,
) -> Option<Entity<'db>> {
    follow_import(db, file, &top_import(db, file, name)?, trail)
}

/// The module parts that an import names; `Err` with the package if it is outside, or nothing is known.
pub(crate) fn import_parts<'db>(
    db: &'db dyn Db,
    file: SourceFile<'db>,
    import: &ImportFacts,
    trail: &mut Trail<'db>,
) -> Result<Box<[ModulePart<'db>]>, Option<Name<'db>>> {
    let targets = import_targets(db, file);
    let target = match targets.binary_search_by(|(key, _)| import.compare(key).reverse()) {
        Ok(at) => &targets[at].1,
        // A path in the middle of the text stands for an import that is not there.
        Err(_) => import_target(db, file, import.clone().key()),
    };
    match target {
        ImportTarget::Parts(parts) => Ok(parts.clone()),
        ImportTarget::Inside(parts, rest) => {
            // Everything of a type (`import static a.B.*`): the type's own members.
            match trail.follow(|trail| inside(db, file, parts, rest, trail)) {
                Some(Entity::Symbol(symbol)) => Ok([ModulePart { symbol }].into()),
                Some(Entity::Module(parts)) => Ok(parts),
                _ => Err(None),
            }
        }
        ImportTarget::External(name) => Err(Some(*name)),
        ImportTarget::Unknown => Err(None),
    }
}

pub(super) fn inside<'db>(
    db: &'db dyn Db,
    file: SourceFile<'db>,
    parts: &[ModulePart<'db>],
    rest: &str,
    trail: &mut Trail<'db>,
) -> Option<Entity<'db>> {
    let separator = file_config(db, file).map_or(".", |config| config.names.separator);
    let mut entity = Entity::Module(parts.into());
    for part in rest.split(separator) {
        let name = Name::new(db, part);
        entity = match &entity {
            Entity::Module(parts) => module_member(db, parts, name, trail)?,
            Entity::Symbol(symbol) => {
                let found = member_within(db, *symbol, name, false, trail.heads);
                Entity::Symbol(*found.symbols.first()?)
            }
            _ => return None,
        };
    }
    Some(entity)
}

/// What an import brings in.
pub(crate) fn follow_import<'db>(
    db: &'db dyn Db,
    file: SourceFile<'db>,
    import: &ImportFacts,
    trail: &mut Trail<'db>,
) -> Option<Entity<'db>> {
    trail.follow(|trail| {
        let parts = match import_parts(db, file, import, trail) {
            Ok(parts) => parts,
            Err(unknown) => {
                // A package that holds nothing but packages: `import a.b` where all is in `a.b`.
                if let Some(parts) = package_below(db, file, import) {
                    return Some(Entity::Module(parts));
                }
                return Some(unknown.map_or(Entity::Unknown, Entity::External));
            }
        };
        match import.kind {
            ImportKind::Symbol if is_named_whole(db, &parts, import) => Some(Entity::Module(parts)),
            ImportKind::Symbol if !import.name.is_empty() => {
                let name = Name::new(db, &*import.name);
                let found = module_member(db, &parts, name, trail);
                if found.is_some() {
                    return found;
                }
                // A type's member: `import static a.B.c`, `require("m").c` where the module is a type as a whole.
                let whole = match whole_module(db, &parts, trail) {
                    Some(Entity::Symbol(symbol)) => Some(symbol),
                    _ => parts.first().filter(|_| parts.len() == 1).map(|part| part.symbol),
                };
                if let Some(ty) = whole.filter(|&symbol| symbol_kind(db, symbol).is_some_and(SymbolKind::is_type)) {
                    let found = member_within(db, ty, name, false, trail.heads);
                    return match &*found.symbols {
                        [] => Some(Entity::Unknown),
                        [one] => Some(Entity::Symbol(*one)),
                        many => Some(Entity::Overloads(many.into())),
                    };
                }
                Some(Entity::Unknown)
            }
            ImportKind::Default => {
                let default = module_member(db, &parts, Name::new(db, "default"), trail);
                default.or_else(|| whole_module(db, &parts, trail)).or(Some(Entity::Unknown))
            }
            ImportKind::Module => whole_module(db, &parts, trail).or(Some(Entity::Module(parts))),
            _ => Some(Entity::Module(parts)),
        }
    })
}

pub(super) fn package_below<'db>(db: &'db dyn Db, file: SourceFile<'db>, import: &ImportFacts) -> Option<Box<[ModulePart<'db>]>> {
    let config = file_config(db, file).filter(|config| config.names.family == "jvm" && !import.name.is_empty())?;
    let key = [&*import.module, &*import.name].join(config.names.separator);
    let parts = module_parts(db, ModuleKey::new(db, config.names.family, key.trim_start_matches("_root_.")));
    (!parts.is_empty()).then(|| parts.into())
}

/// Whether an import of a name led to the module of that name, because what is around it is only a folder.
pub(super) fn is_named_whole<'db>(db: &'db dyn Db, parts: &[ModulePart<'db>], import: &ImportFacts) -> bool {
    let [part] = parts else { return false };
    let file = part.symbol.file(db);
    let Some(config) = file_config(db, file).filter(|config| config.names.family == "python") else { return false };
    if import.name.is_empty() || import.module.is_empty() && file.name(db).starts_with("__init__.") {
        return false;
    }
    let wanted = format!("{}{}{}", import.module, config.names.separator, import.name);
    let wanted = wanted.trim_start_matches(config.names.separator);
    module_keys(db, file)
        .iter()
        .any(|key| key.strip_suffix(wanted).is_some_and(|before| before.is_empty() || before.ends_with(config.names.separator)))
}

/// The value of a module that exports one thing as a whole (`module.exports = f`, `return M`).
pub(super) fn whole_module<'db>(db: &'db dyn Db, parts: &[ModulePart<'db>], trail: &mut Trail<'db>) -> Option<Entity<'db>> {
    let [part] = parts else { return None };
    if part.symbol.identity(db) != MODULE_IDENTITY() {
        return None;
    }
    let local = whole_export(db, part.symbol.file(db))?;
    module_member(db, parts, Name::new(db, &*local), trail)
}

/// The local name that a file exports as its whole value.
#[salsa::tracked(returns(clone))]
pub(super) fn whole_export<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Option<Box<str>> {
    let rows = super::files::shape_rows(db, file)?;
    rows.iter::<crate::syntax::rows::ExportRow>()
        .find(|export| export.name.is_empty() && !export.local.is_empty())
        .map(|export| rows.str(export.local).into())
}
