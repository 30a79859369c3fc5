//! Members: what a file, namespace or type holds under a name, and what types inherit.
//!
//! These are the only queries through which one file reads another: their answers are symbols and imports, never
//! positions, so an edit inside a body stops here.
//!
//! What a type inherits may depend on what other types inherit, in a circle even. The queries of that kind carry a bound
//! ([`Heads`]) in their keys and ask others with a smaller one only, so that no query leads back to itself.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::rc::Rc;

use leindex_db::{Directory, Workspace};
use rustc_hash::{FxHashMap, FxHashSet};

use super::entity::{Entity, Heads, Horizon, type_held};
use super::files::{Name, SourceFile, Symbol, file_config, shape_rows, shape_symbol, symbol_name};
use super::module_map::{ImportKey, MODULE_IDENTITY, ModuleKey, module_parts};
use super::resolve::Resolver;
use crate::db::Db;
use crate::items::signature::object_words;
use crate::syntax::blob::{Blob, rows};
use crate::syntax::rows::name_hash;
use crate::syntax::rows::{
    BaseKind, BaseRow, BindingKind, BindingRow, ExportRow, ImportFlags, ImportKind, ImportRow, ModuleRow, NONE, Record as _, Rows,
    ScopeKind, ScopeRow, SymbolFlags, UseRole, UseRow,
};

/// What stands under a name in a file's top level, a namespace or a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct Children {
    /// Definitions, by identity, in order.
    pub symbols: Box<[u64]>,
    /// Imports that bind the name and are visible from outside.
    pub imports: Box<[ImportFacts]>,
    /// The local name that is exported under this one.
    pub renamed: Option<Box<str>>,
    /// A value bound to the name without a definition of its own: the expression's use must be evaluated there.
    pub bound: bool,
}

/// An import without its position.
#[derive(Clone, Debug, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub struct ImportFacts {
    /// What it brings in.
    pub kind: ImportKind,
    /// The module as written.
    pub module: Box<str>,
    /// The name wanted from it.
    pub name: Box<str>,
    /// Leading dots.
    pub level: u32,
    /// Details.
    pub flags: ImportFlags,
}

impl ImportFacts {
    pub(crate) fn of(rows: &Rows, row: &ImportRow) -> Self {
        Self { kind: row.kind, module: rows.str(row.module).into(), name: rows.str(row.name).into(), level: row.level, flags: row.flags }
    }

    pub(crate) fn key(self) -> ImportKey {
        let system = self.flags.has(ImportFlags::SYSTEM);
        ImportKey { module: self.module, name: self.name, level: self.level, system }
    }

    /// How the import's key and another compare.
    pub(crate) fn compare(&self, key: &ImportKey) -> Ordering {
        let system = self.flags.has(ImportFlags::SYSTEM);
        (&*self.module, &*self.name, self.level, system).cmp(&(&*key.module, &*key.name, key.level, key.system))
    }
}

/// What a symbol holds under a name, in its own file, without bases and wildcards. Changes with the definitions of that
/// name in that file.
#[salsa::tracked]
pub fn children<'db>(db: &'db dyn Db, symbol: Symbol<'db>, name: Name<'db>) -> Children {
    let Some((rows, index, row)) = shape_symbol(db, symbol) else { return Children::default() };
    let Some(text) = rows.find_str(name.text(db)) else { return Children::default() };
    let is_top = symbol.identity(db) == MODULE_IDENTITY();
    let mut found = Children::default();
    if is_top
        && let Some(export) =
            rows.iter::<ExportRow>().find(|export| export.name == text && export.local != text && !export.local.is_empty())
    {
        found.renamed = Some(rows.str(export.local).into());
    }
    found.symbols = rows
        .index()
        .children(index, text)
        .filter_map(|child| rows.symbol(child))
        .filter(|child| {
            // Members of extension blocks belong to the type that the block names, not to the file around it.
            rows.get::<ScopeRow>(child.scope).is_none_or(|scope| scope.kind != ScopeKind::Extension)
                && rows.get::<ScopeRow>(child.inner).is_none_or(|scope| scope.self_type == NONE)
        })
        .map(|child| child.identity())
        .collect();
    if found.symbols.is_empty() {
        // Members that are known around their type by their plain names (Haskell's constructors and fields).
        found.symbols = rows
            .index()
            .bindings(row.inner, text)
            .filter_map(|binding| rows.get::<BindingRow>(binding))
            .filter(|binding| binding.kind == BindingKind::Symbol)
            .filter_map(|binding| rows.symbol(binding.target))
            .filter(|member| member.parent != index && rows.symbol(member.parent).is_some_and(|parent| parent.kind.is_type()))
            .map(|member| member.identity())
            .collect();
    }
    let exports_all = is_top && file_config(db, symbol.file(db)).is_some_and(|config| config.names.imports_are_members);
    found.imports = rows
        .iter::<ImportRow>()
        .filter(|import| {
            import.alias == text
                && import.scope == row.inner
                && (exports_all || import.flags.has(ImportFlags::REEXPORT) || row.kind.is_module())
        })
        .map(|import| ImportFacts::of(&rows, &import))
        .collect();
    if found.symbols.is_empty() && found.imports.is_empty() {
        found.bound = rows
            .index()
            .bindings(row.inner, text)
            .filter_map(|binding| rows.get::<BindingRow>(binding))
            .any(|binding| matches!(binding.kind, BindingKind::Field | BindingKind::Variable));
    }
    found
}

/// Hashes of the names for which [`children`] has an answer, sorted. Changes when a name comes or goes.
///
/// Ask this before [`children`]: most lookups miss, and a miss should leave no memo.
#[salsa::tracked(returns(deref))]
pub fn own_names<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Box<[u32]> {
    let Some((rows, index, row)) = shape_symbol(db, symbol) else { return Box::default() };
    let mut names: Vec<u32> = Vec::new();
    let mut add = |text| names.push(name_hash(rows.str(text)));
    rows.index().names_below(index).for_each(&mut add);
    if row.inner != NONE {
        rows.iter::<ImportRow>()
            .filter(|import| import.scope == row.inner && !import.alias.is_empty())
            .for_each(|import| add(import.alias));
        rows.index()
            .bindings_of(row.inner)
            .filter_map(|binding| rows.get::<BindingRow>(binding))
            .filter(|binding| matches!(binding.kind, BindingKind::Field | BindingKind::Variable | BindingKind::Symbol))
            .for_each(|binding| add(binding.name));
    }
    if symbol.identity(db) == MODULE_IDENTITY() {
        rows.iter::<ExportRow>().for_each(|export| add(export.name));
    }
    names.sort_unstable();
    names.dedup();
    names.into()
}

/// Hashes of the names of all members of a type, its ancestors' and extensions' included, sorted.
#[salsa::tracked(returns(deref))]
pub(crate) fn member_names<'db>(db: &'db dyn Db, ty: Symbol<'db>, heads: Heads) -> Box<[u32]> {
    let mut names = Vec::new();
    for &ancestor in &linearization_within(db, ty, heads).types {
        for part in own_places(db, ancestor).all() {
            names.extend_from_slice(own_names(db, part));
        }
        for extension in extensions(db, ancestor, heads) {
            names.extend(extension.members.iter().map(|(name, _)| name_hash(name)));
        }
    }
    names.sort_unstable();
    names.dedup();
    names.into()
}

/// The imports of a file's top level that bring in everything of a module and pass it on.
#[salsa::tracked]
pub fn wildcards<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<[ImportFacts]> {
    let Some(rows) = shape_rows(db, file) else { return Box::default() };
    let passes_on = file_config(db, file).is_some_and(|config| config.names.imports_are_members);
    rows.iter::<ImportRow>()
        .filter(|import| import.kind == ImportKind::Wildcard && (passes_on || import.flags.has(ImportFlags::REEXPORT)))
        .map(|import| ImportFacts::of(&rows, &import))
        .collect()
}

/// The imports that hold in every file of a language (`global using`), each with the file it stands in.
pub(crate) fn everywhere<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> impl Iterator<Item = (SourceFile<'db>, ImportFacts)> + 'db {
    let has = file_config(db, file).is_some_and(|config| config.name == "csharp");
    let shared = if has { global_imports(db, Workspace::get(db)) } else { &[] };
    shared.iter().cloned()
}

#[salsa::tracked(returns(deref))]
fn global_imports<'db>(db: &'db dyn Db, workspace: Workspace) -> Box<[(SourceFile<'db>, ImportFacts)]> {
    let mut found = Vec::new();
    for &root in workspace.roots(db) {
        for &directory in root.directories(db) {
            found.extend_from_slice(directory_global_imports(db, directory));
        }
    }
    found.into()
}

#[salsa::tracked(returns(deref))]
pub(crate) fn directory_global_imports<'db>(db: &'db dyn Db, directory: Directory) -> Box<[(SourceFile<'db>, ImportFacts)]> {
    let mut found = Vec::new();
    for entry in directory.shapes(db) {
        if entry.skip.is_some() || db.languages().config(entry.dialect).is_none_or(|config| config.name != "csharp") {
            continue;
        }
        let file = SourceFile::new(db, directory, entry.name.clone());
        found.extend(wildcards(db, file).iter().map(|import| (file, import.clone())));
    }
    found.into()
}

/// The parts of a type that is written in several places (`partial`, a class that is opened again), in order of their
/// paths; the type alone where it is not.
pub(crate) fn type_parts<'db>(db: &'db dyn Db, ty: Symbol<'db>) -> &'db [Symbol<'db>] {
    &own_places(db, ty).parts
}

/// Where the members of a type are written, apart from extensions.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
struct OwnPlaces<'db> {
    parts: Box<[Symbol<'db>]>,
    /// The object to whose members the type lends its name (Kotlin's `companion object`).
    companion: Option<Symbol<'db>>,
}

impl<'db> OwnPlaces<'db> {
    fn all(&self) -> impl Iterator<Item = Symbol<'db>> {
        self.parts.iter().copied().chain(self.companion)
    }
}

#[salsa::tracked]
fn own_places<'db>(db: &'db dyn Db, ty: Symbol<'db>) -> OwnPlaces<'db> {
    OwnPlaces { parts: parts_of_type(db, ty), companion: companion(db, ty) }
}

fn parts_of_type<'db>(db: &'db dyn Db, ty: Symbol<'db>) -> Box<[Symbol<'db>]> {
    let alone = || Box::from([ty]);
    let Some((rows, _, row)) = shape_symbol(db, ty) else { return alone() };
    if !row.flags.has(SymbolFlags::PARTIAL) || !row.kind.is_type() {
        return alone();
    }
    let family = file_config(db, ty.file(db)).map_or("", |config| config.names.family);
    let name = Name::new(db, rows.str(row.name));
    let declared = rows.iter::<ModuleRow>().find(|module| module.symbol == row.parent || row.parent == 0 && module.symbol == NONE);
    let around: Box<[Symbol<'db>]> = match declared {
        Some(module) => {
            let key = ModuleKey::new(db, family, rows.str(module.key));
            module_parts(db, key).iter().map(|part| part.symbol).collect()
        }
        None if row.parent == 0 && family == "ruby" => {
            // The top level of Ruby is one for all files.
            module_parts(db, ModuleKey::new(db, family, name.text(db))).iter().map(|part| part.symbol).collect()
        }
        None => rows.symbol(row.parent).map(|parent| Symbol::new(db, ty.file(db), parent.identity())).into_iter().collect(),
    };
    let is_part = |symbol: Symbol<'db>| {
        shape_symbol(db, symbol).is_some_and(|(_, _, part)| part.flags.has(SymbolFlags::PARTIAL) && part.kind == row.kind)
    };
    let mut parts = Vec::new();
    for symbol in around {
        if shape_symbol(db, symbol).is_some_and(|(rows, _, row)| rows.str(row.name) == name.text(db) && row.kind.is_type()) {
            parts.push(symbol);
            continue;
        }
        if own_names(db, symbol).binary_search(&name_hash(name.text(db))).is_ok() {
            parts.extend(children(db, symbol, name).symbols.iter().map(|&identity| Symbol::new(db, symbol.file(db), identity)));
        }
    }
    parts.retain(|&part| is_part(part));
    if parts.contains(&ty) { parts.into() } else { alone() }
}

fn companion<'db>(db: &'db dyn Db, ty: Symbol<'db>) -> Option<Symbol<'db>> {
    file_config(db, ty.file(db)).filter(|config| config.name == "kotlin")?;
    let (rows, index, _) = shape_symbol(db, ty)?;
    let mut inner = rows.symbols().filter(|inner| inner.parent == index && inner.kind.is_type());
    let found = inner.find(|inner| object_words(rows.str(inner.signature)).1)?;
    Some(Symbol::new(db, ty.file(db), found.identity()))
}

/// The bases of a type, as far as they are known, and whether one is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct Bases<'db> {
    /// Types of the workspace, in the order in which they are named.
    pub known: Box<[(Symbol<'db>, BaseKind)]>,
    /// A base lies outside or could not be found: members may come from there.
    pub open: bool,
}

/// The direct bases of a type. Changes with its head, or with what the names in it mean.
pub fn bases<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> &'db Bases<'db> {
    bases_within(db, symbol, Heads::ALL)
}

#[salsa::tracked]
fn bases_within<'db>(db: &'db dyn Db, symbol: Symbol<'db>, heads: Heads) -> Bases<'db> {
    let Some(less) = heads.less() else { return Bases { known: Box::default(), open: true } };
    let mut found = Vec::new();
    let mut open = false;
    for &part in type_parts(db, symbol) {
        let Some((rows, index, _)) = shape_symbol(db, part) else { continue };
        let mut own = rows.iter::<BaseRow>().filter(|base| base.symbol == index).peekable();
        if own.peek().is_none() {
            continue;
        }
        let mut resolver = Resolver::new(db, part.file(db), &rows, Horizon::of(less));
        for base in own {
            match resolver.entity(base.base) {
                Entity::Symbol(ty) if ty == symbol || ty == part => open = true,
                Entity::Symbol(ty) if found.iter().all(|(known, _)| *known != ty) => found.push((ty, base.kind)),
                Entity::Symbol(_) => {}
                _ => open = true,
            }
        }
    }
    for extension in extensions(db, symbol, heads) {
        for base in &extension.bases {
            match base {
                Some((ty, kind)) if *ty != symbol => found.push((*ty, *kind)),
                _ => open = true,
            }
        }
    }
    Bases { known: found.into(), open }
}

/// A type and its ancestors in the order in which members are looked up.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Linearization<'db> {
    /// The type first.
    pub types: Box<[Symbol<'db>]>,
    /// An ancestor is not known.
    pub open: bool,
}

/// C3 linearisation (Barrett et al., OOPSLA 1996), which Python uses; where it has no solution, depth first, left to
/// right. Other languages' orders agree with it wherever a member is not ambiguous.
///
/// A type that inherits from itself, through others or not, comes first in its own order and is left out above.
pub fn linearization<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> &'db Linearization<'db> {
    linearization_within(db, symbol, Heads::ALL)
}

/// Most types of a linearization.
const ANCESTORS: usize = 1000;

#[salsa::tracked]
fn linearization_within<'db>(db: &'db dyn Db, symbol: Symbol<'db>, heads: Heads) -> Linearization<'db> {
    let mut open = false;
    // Most types have one base: such a chain is its own order, up to the first type with several.
    let mut types = vec![symbol];
    let mut top = symbol;
    loop {
        let direct = bases_within(db, top, heads);
        open |= direct.open;
        match &*direct.known {
            [] => return Linearization { types: types.into(), open },
            [(base, _)] if types.len() < ANCESTORS && !types.contains(base) => {
                types.push(*base);
                top = *base;
            }
            [_] => return Linearization { types: types.into(), open: true },
            _ => break,
        }
    }
    types.pop();
    let mut above = Ancestors { db, heads, orders: FxHashMap::default(), open };
    for &ty in above.order(top).iter() {
        if !types.contains(&ty) {
            types.push(ty);
        }
    }
    Linearization { types: types.into(), open: above.open }
}

/// The orders of a type and all above it, worked out from the bottom up.
struct Ancestors<'db> {
    db: &'db dyn Db,
    heads: Heads,
    /// Orders by type; `None` while a type's bases are being ordered.
    orders: FxHashMap<Symbol<'db>, Option<Rc<[Symbol<'db>]>>>,
    open: bool,
}

impl<'db> Ancestors<'db> {
    /// The order of `start`. A base whose order is still being worked out stands for itself alone.
    fn order(&mut self, start: Symbol<'db>) -> Rc<[Symbol<'db>]> {
        // A stack of our own: inheritance may be deeper than the thread's.
        let mut stack = vec![start];
        while let Some(&ty) = stack.last() {
            let direct = bases_within(self.db, ty, self.heads);
            self.open |= direct.open;
            let new = !self.orders.contains_key(&ty);
            if new {
                self.orders.insert(ty, None);
                let waiting: Vec<_> = direct.known.iter().map(|&(base, _)| base).filter(|base| !self.orders.contains_key(base)).collect();
                if self.orders.len() + stack.len() + waiting.len() > ANCESTORS {
                    self.open = true;
                } else if !waiting.is_empty() {
                    stack.extend(waiting.into_iter().rev());
                    continue;
                }
            }
            stack.pop();
            if self.orders.get(&ty).is_some_and(Option::is_none) {
                let order = self.merged(ty, direct);
                self.orders.insert(ty, Some(order));
            }
        }
        self.orders.get(&start).cloned().flatten().unwrap_or_else(|| Rc::from([start]))
    }

    fn merged(&mut self, ty: Symbol<'db>, direct: &Bases<'db>) -> Rc<[Symbol<'db>]> {
        let mut sequences: Vec<VecDeque<Symbol<'db>>> = Vec::new();
        for (base, _) in &direct.known {
            match self.orders.get(base) {
                Some(Some(order)) => sequences.push(order.iter().copied().collect()),
                _ => {
                    self.open = true;
                    sequences.push(VecDeque::from([*base]));
                }
            }
        }
        sequences.push(direct.known.iter().map(|&(base, _)| base).collect());
        let mut types = vec![ty];
        loop {
            sequences.retain(|sequence| !sequence.is_empty());
            if sequences.is_empty() || types.len() >= ANCESTORS {
                return types.into();
            }
            let heads = sequences.iter().filter_map(|sequence| sequence.front().copied());
            let good = heads.clone().find(|head| !sequences.iter().any(|sequence| sequence.iter().skip(1).any(|ty| ty == head)));
            let Some(next) = good.or_else(|| heads.clone().next()) else { return types.into() };
            if !types.contains(&next) {
                types.push(next);
            }
            for sequence in &mut sequences {
                sequence.retain(|ty| *ty != next);
            }
        }
    }
}

/// What a directory's files add to types that may be defined elsewhere.
#[salsa::tracked]
pub(crate) fn directory_extensions(db: &dyn Db, directory: Directory) -> Box<[(Box<str>, Box<str>)]> {
    let mut found = Vec::new();
    for entry in directory.shapes(db) {
        if entry.skip.is_some() || db.languages().config(entry.dialect).is_none() {
            continue;
        }
        found.extend(
            extension_names(db, Blob::new(db, entry.hash, entry.dialect)).iter().map(|name| (name.clone(), Box::from(&*entry.name))),
        );
    }
    found.into()
}

/// Names of the types that a text adds members or bases to. Changes with nothing.
#[salsa::tracked]
fn extension_names<'db>(db: &'db dyn Db, blob: Blob<'db>) -> Box<[Box<str>]> {
    let rows = rows(db, blob);
    let mut names: Vec<Box<str>> =
        rows.iter::<ScopeRow>().filter_map(|scope| rows.use_row(scope.self_type)).map(|used| rows.str(used.name).into()).collect();
    names.sort();
    names.dedup();
    names.into()
}

/// Which files add to a type of a name, over the whole workspace.
#[salsa::tracked]
fn extension_map<'db>(db: &'db dyn Db, workspace: Workspace) -> FxHashMap<Box<str>, Box<[SourceFile<'db>]>> {
    let mut map = FxHashMap::<Box<str>, Vec<SourceFile<'db>>>::default();
    for &root in workspace.roots(db) {
        for &directory in root.directories(db) {
            for (name, file) in directory_extensions(db, directory) {
                map.entry(name.clone()).or_default().push(SourceFile::new(db, directory, std::sync::Arc::<str>::from(&**file)));
            }
        }
    }
    map.into_iter().map(|(name, files)| (name, files.into())).collect()
}

/// The files that add to types of a name.
#[salsa::tracked(returns(deref))]
fn extending_files<'db>(db: &'db dyn Db, name: Name<'db>) -> Box<[SourceFile<'db>]> {
    extension_map(db, Workspace::get(db)).get(name.text(db)).cloned().unwrap_or_default()
}

/// A block or function outside a type that adds to it.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Extension<'db> {
    /// The type.
    pub ty: Symbol<'db>,
    /// Members: name and identity.
    pub members: Box<[(Box<str>, u64)]>,
    /// Bases it adds; `None` where one is not known.
    pub bases: Box<[Option<(Symbol<'db>, BaseKind)>]>,
    /// The file it stands in.
    pub file: SourceFile<'db>,
}

/// What a file adds to types, with the types resolved. Changes with its extension blocks and what they name.
#[salsa::tracked(returns(deref))]
pub(crate) fn file_extensions<'db>(db: &'db dyn Db, file: SourceFile<'db>, heads: Heads) -> Box<[Extension<'db>]> {
    let (Some(rows), Some(less)) = (shape_rows(db, file), heads.less()) else { return Box::default() };
    let mut resolver = Resolver::new(db, file, &rows, Horizon::of(less));
    let mut found = Vec::new();
    for scope_index in 0..rows.count::<ScopeRow>() {
        let Some(scope) = rows.get::<ScopeRow>(scope_index) else { continue };
        if scope.self_type == NONE {
            continue;
        }
        let Entity::Symbol(ty) = resolver.entity(scope.self_type) else { continue };
        let members = rows
            .symbols()
            .filter(|symbol| if scope.kind == ScopeKind::Extension { symbol.scope == scope_index } else { symbol.inner == scope_index })
            .map(|symbol| (Box::from(rows.str(symbol.name)), symbol.identity()))
            .collect();
        let bases = rows
            .iter::<BaseRow>()
            .filter(|base| base.extension == scope_index)
            .map(|base| match resolver.entity(base.base) {
                Entity::Symbol(ty) => Some((ty, base.kind)),
                _ => None,
            })
            .collect();
        found.push(Extension { ty, members, bases, file });
    }
    found.into()
}

/// What is added to a type outside of it.
#[salsa::tracked(returns(deref))]
pub(crate) fn extensions<'db>(db: &'db dyn Db, ty: Symbol<'db>, heads: Heads) -> Box<[Extension<'db>]> {
    let Some(name) = symbol_name(db, ty) else { return Box::default() };
    let mut found = Vec::new();
    for &file in extending_files(db, name) {
        found.extend(file_extensions(db, file, heads).iter().filter(|extension| extension.ty == ty).cloned());
    }
    found.into()
}

/// Members of a type found under a name: the definitions of the first type in the order of lookup that has any.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct Member<'db> {
    /// The definitions (several where functions are overloaded).
    pub symbols: Box<[Symbol<'db>]>,
    /// Found in an ancestor, not in the type itself.
    pub inherited: bool,
    /// Not found, and an unknown ancestor may have it.
    pub open: bool,
    /// A field that is only assigned to: the type that has it.
    pub field_of: Option<Symbol<'db>>,
}

/// A member of a type, looked up through its ancestors. `skip_own` starts above the type itself.
pub fn member<'db>(db: &'db dyn Db, ty: Symbol<'db>, name: Name<'db>, skip_own: bool) -> &'db Member<'db> {
    member_within(db, ty, name, skip_own, Heads::ALL)
}

#[salsa::tracked]
pub(crate) fn member_within<'db>(db: &'db dyn Db, ty: Symbol<'db>, name: Name<'db>, skip_own: bool, heads: Heads) -> Member<'db> {
    let line = linearization_within(db, ty, heads);
    for (depth, &ancestor) in line.types.iter().enumerate() {
        if skip_own && depth == 0 {
            continue;
        }
        let found = own_member(db, ancestor, name, heads);
        if !found.symbols.is_empty() || found.field_of.is_some() {
            return Member { inherited: depth > 0, ..found };
        }
    }
    Member { open: line.open, ..Member::default() }
}

/// A member defined by a type or an extension of it, not by its ancestors.
fn own_member<'db>(db: &'db dyn Db, ty: Symbol<'db>, name: Name<'db>, heads: Heads) -> Member<'db> {
    let mut symbols: Vec<Symbol<'db>> = Vec::new();
    let mut bound = None;
    let hash = name_hash(name.text(db));
    for part in own_places(db, ty).all() {
        if own_names(db, part).binary_search(&hash).is_err() {
            continue;
        }
        let own = children(db, part, name);
        symbols.extend(own.symbols.iter().map(|&identity| Symbol::new(db, part.file(db), identity)));
        bound = bound.or(own.bound.then_some(part));
    }
    for extension in extensions(db, ty, heads) {
        for (member, identity) in &extension.members {
            if **member == *name.text(db) {
                symbols.push(Symbol::new(db, extension.file, *identity));
            }
        }
    }
    let field_of = bound.filter(|_| symbols.is_empty());
    Member { symbols: symbols.into(), inherited: false, open: false, field_of }
}

/// What ends the names of results among aliases; no name in a text has it.
const RESULT: char = '\0';

/// The name under which aliases know what a function gives.
pub(crate) fn result_name(function: &str) -> Box<str> {
    format!("{function}{RESULT}").into()
}

/// The function that gives what goes by a name among aliases, if it is a result.
pub(crate) fn function_of_result(name: &str) -> Option<&str> {
    name.strip_suffix(RESULT)
}

/// Other names under which a file passes things on: the hash of the name it was known by, and the new name. An empty
/// new name stands for the module as a whole. Changes with imports, exports and module-level variables.
#[salsa::tracked(returns(deref))]
pub fn file_aliases<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<[(u32, Box<str>)]> {
    let Some(rows) = shape_rows(db, file) else { return Box::default() };
    let mut found = Vec::new();
    let add = |found: &mut Vec<(u32, Box<str>)>, from: crate::syntax::rows::Str, to: crate::syntax::rows::Str| {
        if from != to {
            found.push((name_hash(rows.str(from)), Box::from(rows.str(to))));
        }
    };
    for import in rows.iter::<ImportRow>().filter(|import| !import.name.is_empty() && !import.alias.is_empty()) {
        add(&mut found, import.name, import.alias);
    }
    for export in rows.iter::<ExportRow>() {
        add(&mut found, export.local, export.name);
    }
    // What holds a type goes by that type's name.
    for binding in rows.iter::<BindingRow>().filter(|binding| matches!(binding.kind, BindingKind::Symbol | BindingKind::Field)) {
        if let Some(held) = type_held(&rows, binding.type_use) {
            add(&mut found, held, binding.name);
        }
    }
    for symbol in rows.symbols() {
        if let Some(held) = type_held(&rows, symbol.type_use) {
            add(&mut found, held, symbol.name);
        }
    }
    // A value kept in a variable that others can see. Locals need no name of their own: their file has the first one.
    let bindings = |kind| rows.iter::<BindingRow>().filter(move |binding| binding.kind == kind);
    for binding in bindings(BindingKind::Symbol) {
        match rows.use_row(binding.value) {
            Some(value) if value.role == UseRole::Read => add(&mut found, value.name, binding.name),
            Some(value) if value.role == UseRole::Call => {
                found.push((name_hash(&result_name(rows.str(value.name))), rows.str(binding.name).into()));
            }
            _ => {}
        }
    }
    // What a function gives, and what it gives of another.
    let defined: FxHashSet<_> =
        rows.symbols().map(|symbol| symbol.name).chain(rows.iter::<ImportRow>().map(|import| import.alias)).collect();
    for binding in bindings(BindingKind::Result) {
        let function = rows.get::<ScopeRow>(binding.scope).and_then(|scope| rows.symbol(scope.symbol));
        let (Some(function), Some(value)) = (function, rows.use_row(binding.value).filter(|value| defined.contains(&value.name))) else {
            continue;
        };
        let from = match value.role {
            UseRole::Read => name_hash(rows.str(value.name)),
            UseRole::Call => name_hash(&result_name(rows.str(value.name))),
            _ => continue,
        };
        found.push((from, result_name(rows.str(function.name))));
    }
    found.sort_unstable();
    found.dedup();
    found.into()
}

/// Types that name a type of this name as a base, over the whole workspace.
#[salsa::tracked]
fn base_map<'db>(db: &'db dyn Db, workspace: Workspace) -> FxHashMap<Box<str>, Box<[SourceFile<'db>]>> {
    let mut map = FxHashMap::<Box<str>, Vec<SourceFile<'db>>>::default();
    for &root in workspace.roots(db) {
        for &directory in root.directories(db) {
            for (name, file) in directory_base_names(db, directory) {
                map.entry(name.clone()).or_default().push(SourceFile::new(db, directory, std::sync::Arc::<str>::from(&**file)));
            }
        }
    }
    map.into_iter().map(|(name, files)| (name, files.into())).collect()
}

#[salsa::tracked]
pub(crate) fn directory_base_names(db: &dyn Db, directory: Directory) -> Box<[(Box<str>, Box<str>)]> {
    let mut found = Vec::new();
    for entry in directory.shapes(db) {
        if entry.skip.is_some() || db.languages().config(entry.dialect).is_none() {
            continue;
        }
        found.extend(base_names(db, Blob::new(db, entry.hash, entry.dialect)).iter().map(|name| (name.clone(), Box::from(&*entry.name))));
    }
    found.into()
}

/// Names that the types of a text inherit from, and the names those were imported under. Changes with nothing.
#[salsa::tracked]
fn base_names<'db>(db: &'db dyn Db, blob: Blob<'db>) -> Box<[Box<str>]> {
    let rows = rows(db, blob);
    let mut names = Vec::new();
    for used in rows.iter::<BaseRow>().filter_map(|base| rows.use_row(base.base)) {
        names.push(Box::from(rows.str(used.name)));
        for import in rows.iter::<ImportRow>().filter(|import| import.alias == used.name && import.name != used.name) {
            names.push(Box::from(rows.str(import.name)));
        }
    }
    names.sort();
    names.dedup();
    names.into()
}

/// The files with types that may inherit from a type of this name.
#[salsa::tracked(returns(deref))]
fn inheriting_files<'db>(db: &'db dyn Db, name: Name<'db>) -> Box<[SourceFile<'db>]> {
    base_map(db, Workspace::get(db)).get(name.text(db)).cloned().unwrap_or_default()
}

/// The types of a file that have bases, and which.
#[salsa::tracked(returns(deref))]
pub fn file_hierarchy<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Box<[(Symbol<'db>, Symbol<'db>, BaseKind)]> {
    let Some(rows) = shape_rows(db, file) else { return Box::default() };
    let mut found = Vec::new();
    let mut types: Vec<u32> = rows.iter::<BaseRow>().map(|base| base.symbol).filter(|&symbol| symbol != NONE).collect();
    types.dedup();
    for ty in types.into_iter().filter_map(|index| rows.symbol(index)) {
        let ty = Symbol::new(db, file, ty.identity());
        found.extend(bases(db, ty).known.iter().map(|&(base, kind)| (ty, base, kind)));
    }
    for extension in file_extensions(db, file, Heads::ALL) {
        found.extend(extension.bases.iter().flatten().map(|&(base, kind)| (extension.ty, base, kind)));
    }
    in_first_order(&mut found);
    found.into()
}

/// Drops repetitions and keeps the order: ids have no order that two runs would share.
fn in_first_order<T: Eq + std::hash::Hash + Copy>(items: &mut Vec<T>) {
    let mut seen = rustc_hash::FxHashSet::default();
    items.retain(|item| seen.insert(*item));
}

/// Types that directly inherit from a type.
#[salsa::tracked(returns(deref))]
pub fn subtypes<'db>(db: &'db dyn Db, ty: Symbol<'db>) -> Box<[(Symbol<'db>, BaseKind)]> {
    let Some(name) = symbol_name(db, ty) else { return Box::default() };
    let mut found = Vec::new();
    for &file in inheriting_files(db, name) {
        found.extend(file_hierarchy(db, file).iter().filter(|(_, base, _)| *base == ty).map(|&(sub, _, kind)| (sub, kind)));
    }
    in_first_order(&mut found);
    found.into()
}

const _: () = assert!(UseRow::WORDS <= 8, "uses are the most frequent rows");
