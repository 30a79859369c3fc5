//! The edges of one file: what its uses, bases and imports lead to.
//!
//! An edge is closed by `exact`, `import` or `type`, or is known to lead outside. Every other site stays an *open row*:
//! whether its name has one definition, several or none is decided when somebody asks, by joining it with the index of
//! definitions, so that no file has to be looked at again when another one defines a name.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use salsa::plumbing::AsId as _;

use super::entity::{Entity, Heads, Horizon, Rule};
use super::files::{Name, SourceFile, Symbol, file_blob, file_config, shape_symbol};
use super::follow::{Trail, follow_import};
use super::members::{ImportFacts, bases, member, type_parts};
use super::module_map::module_keys;
use super::resolve::Resolver;
use super::values::{held_value, symbol_kind};
use crate::db::Db;
use crate::syntax::blob::{Blob, rows};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::name_hash;
use crate::syntax::rows::{
    BaseKind, BaseRow, BindingRow, ImportKind, ImportRow, NONE, Rows, ScopeRow, Str, SymbolKind, UseKind, UseRole, UseRow,
};

/// What an edge says: the `kind` column of the `edges` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, salsa::SalsaValue)]
pub enum EdgeKind {
    /// The source calls the target, or makes an instance of it.
    Call,
    /// The source type extends the target.
    Inherit,
    /// The source type implements the target.
    Implement,
    /// The source method overrides the target.
    Override,
    /// The source file imports the target.
    Import,
    /// The source mentions the target as a value.
    Reference,
    /// The source names the target as a type.
    TypeUse,
    /// The target is defined inside the source.
    Contains,
    /// The target is a member of the source type though defined elsewhere.
    Member,
    /// The source declares what the target defines.
    Declares,
    /// A value gets from the source to the target: an argument to a parameter, a result to its use.
    Data,
}

impl EdgeKind {
    /// The name used in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Inherit => "inherit",
            Self::Implement => "implement",
            Self::Override => "override",
            Self::Import => "import",
            Self::Reference => "reference",
            Self::TypeUse => "type_use",
            Self::Contains => "contains",
            Self::Member => "member",
            Self::Declares => "declares",
            Self::Data => "data",
        }
    }
}

/// Where an edge was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub enum Site {
    /// A use row.
    Use(u32),
    /// An import row.
    Import(u32),
}

/// A site with its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Edge<'db> {
    /// Row of the symbol around the site.
    pub source: u32,
    /// The site.
    pub site: Site,
    /// What it says.
    pub kind: EdgeKind,
    /// How it was found.
    pub rule: Rule,
    /// The target; `None` where it lies outside.
    pub target: Option<Symbol<'db>>,
}

/// A site whose target the file alone does not tell.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct OpenRow<'db> {
    /// Row of the symbol around the site.
    pub source: u32,
    /// Row of the use.
    pub site: u32,
    /// Hash of the name at the site.
    pub name: u32,
    /// What it says.
    pub kind: EdgeKind,
    /// Why it is open.
    pub reason: OpenReason<'db>,
}

/// Why a site is open.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub enum OpenReason<'db> {
    /// A plain name that nothing binds.
    Unbound,
    /// A member of something of unknown type.
    Receiver,
    /// A member that a known type does not have; an unknown ancestor may.
    Ancestor,
    /// A local name of unknown value: no definition by that name is meant.
    Local,
    /// Several overloads fit.
    Overloads(Box<[Symbol<'db>]>),
}

/// The edges of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct FileEdges<'db> {
    /// Sites with a target, or known to lead outside, in order of the rows.
    pub closed: Box<[Edge<'db>]>,
    /// Sites that are open, in order of the rows.
    pub open: Box<[OpenRow<'db>]>,
    /// Places in `closed` of those with a target, by target.
    by_target: Box<[u32]>,
    /// Places in `open`, by the hash of the name.
    by_name: Box<[u32]>,
}

impl<'db> FileEdges<'db> {
    fn new(closed: Vec<Edge<'db>>, open: Vec<OpenRow<'db>>) -> Self {
        let mut by_target: Vec<u32> = (0..closed.len() as u32).filter(|&at| closed[at as usize].target.is_some()).collect();
        by_target.sort_unstable_by_key(|&at| (closed[at as usize].target.map(|target| target.as_id()), at));
        let mut by_name: Vec<u32> = (0..open.len() as u32).collect();
        by_name.sort_unstable_by_key(|&at| (open[at as usize].name, at));
        Self { closed: closed.into(), open: open.into(), by_target: by_target.into(), by_name: by_name.into() }
    }

    /// The closed sites that lead to a symbol, in order of the rows. Logarithmic.
    pub fn leading_to(&self, target: Symbol<'db>) -> impl Iterator<Item = &Edge<'db>> {
        let target = Some(target.as_id());
        let of = |&at: &u32| self.closed[at as usize].target.map(|target| target.as_id());
        let first = self.by_target.partition_point(|at| of(at) < target);
        self.by_target[first..].iter().take_while(move |at| of(at) == target).map(|&at| &self.closed[at as usize])
    }

    /// The closed edges of a use. Logarithmic.
    pub fn at_use(&self, site: u32) -> impl Iterator<Item = &Edge<'db>> {
        // Uses come before imports.
        let first = self.closed.partition_point(|edge| matches!(edge.site, Site::Use(other) if other < site));
        self.closed[first..].iter().take_while(move |edge| edge.site == Site::Use(site))
    }

    /// The open sites of a name, by its hash, in order of the rows. Logarithmic.
    pub fn open_named(&self, name: u32) -> impl Iterator<Item = &OpenRow<'db>> {
        let of = |&at: &u32| self.open[at as usize].name;
        let first = self.by_name.partition_point(|at| of(at) < name);
        self.by_name[first..].iter().take_while(move |at| of(at) == name).map(|&at| &self.open[at as usize])
    }
}

/// The edges of a file. Changes with its uses, or with what they resolve to; an edit of a body elsewhere does not run
/// it.
#[salsa::tracked(returns(deref))]
pub fn file_edges<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Arc<FileEdges<'db>> {
    file_blob(db, file).map(|blob| content_edges(db, file, blob)).unwrap_or_default()
}

/// The edges of a file while it has this content.
///
/// All that this reads is durable, so that an edit anywhere that keeps its file's shape costs nothing here; only
/// [`file_edges`] depends on what the content is now, and keeps the value. Of contents that are gone the value is
/// dropped.
#[salsa::tracked(returns(clone), lru = 64)]
fn content_edges<'db>(db: &'db dyn Db, file: SourceFile<'db>, blob: Blob<'db>) -> Arc<FileEdges<'db>> {
    Arc::new(compute_file_edges(db, file, &rows(db, blob)))
}

fn compute_file_edges<'db>(db: &'db dyn Db, file: SourceFile<'db>, rows: &IndexedRows) -> FileEdges<'db> {
    let mut resolver = Resolver::new(db, file, rows, Horizon::FULL);
    let mut closed = Vec::new();
    let mut open = Vec::new();
    let owners: Vec<u32> = (0..rows.count::<ScopeRow>()).map(|scope| rows.owner(scope).unwrap_or(0)).collect();
    let owner = |scope: u32| owners.get(scope as usize).copied().unwrap_or(0);
    let literals = file_config(db, file).is_some_and(|config| matches!(config.names.family, "go" | "rust"));
    // In Scala a method without parameters is called by its name alone.
    let calls_by_name = file_config(db, file).is_some_and(|config| config.name == "scala");
    let mut locals = None;
    let base_rows: FxHashMap<u32, BaseRow> = rows.iter::<BaseRow>().map(|base| (base.base, base)).collect();
    for (index, row) in rows.iter::<UseRow>().enumerate() {
        let index = index as u32;
        if matches!(row.kind, UseKind::Element | UseKind::Implicit) && !row.name.is_empty() {
            run_implicitly(&mut resolver, index, &row, owner(row.scope), &mut closed);
            continue;
        }
        if matches!(row.kind, UseKind::This | UseKind::Super | UseKind::Literal | UseKind::Element) && row.role != UseRole::Call {
            continue;
        }
        let mut source = owner(row.scope);
        let kind = match row.role {
            // A composite literal runs nothing: there are no constructors in Go and Rust.
            UseRole::New if literals => EdgeKind::TypeUse,
            UseRole::Call | UseRole::New => EdgeKind::Call,
            UseRole::Base => match base_rows.get(&index) {
                Some(base) => {
                    if base.symbol != NONE {
                        source = base.symbol;
                    }
                    if base.kind == BaseKind::Implement { EdgeKind::Implement } else { EdgeKind::Inherit }
                }
                None => EdgeKind::TypeUse,
            },
            UseRole::Type => EdgeKind::TypeUse,
            UseRole::Decorator => EdgeKind::Call,
            UseRole::Read | UseRole::Write => EdgeKind::Reference,
        };
        let (entity, rule) = resolver.resolve(index);
        // A property runs where it is read or assigned to. A plain name may be a variable that holds what it gave.
        if kind == EdgeKind::Reference
            && row.kind == UseKind::Member
            && let Entity::Symbol(target) = entity
            && resolver.head(target).is_some_and(|head| head.is_property)
        {
            closed.push(Edge { source, site: Site::Use(index), kind: EdgeKind::Call, rule: found_rule(rule), target: Some(target) });
            continue;
        }
        let found = target_of(&resolver, &entity, &row, kind);
        match found {
            Found::Target(target) => {
                let of = resolver.kind(target);
                let of_type = of.is_some_and(SymbolKind::is_type);
                let annotates = row.role == UseRole::Decorator && of != Some(SymbolKind::Class);
                // Calling a type converts to it where there are no constructors.
                let kind = match kind {
                    EdgeKind::Call if of_type && (annotates || literals) => EdgeKind::TypeUse,
                    EdgeKind::Reference
                        if calls_by_name
                            && resolver.head(target).and_then(|head| head.arguments).is_some_and(|(fewest, _)| fewest == 0) =>
                    {
                        EdgeKind::Call
                    }
                    kind => kind,
                };
                closed.push(Edge { source, site: Site::Use(index), kind, rule: found_rule(rule), target: Some(target) });
            }
            // A value of a type from outside, under a name of this file, is nothing from outside.
            Found::Outside
                if row.kind == UseKind::Name
                    && kind == EdgeKind::Reference
                    && locals.get_or_insert_with(|| local_names(rows)).contains(&row.name) => {}
            Found::Outside => closed.push(Edge { source, site: Site::Use(index), kind, rule: Rule::External, target: None }),
            Found::Open(reason) => {
                // Reads of locals and of members of unknown things are no relations between definitions.
                if kind != EdgeKind::Reference || matches!(reason, OpenReason::Unbound) && row.kind == UseKind::Name {
                    open.push(OpenRow { source, site: index, name: name_hash(rows.str(row.name)), kind, reason });
                }
            }
            Found::Nothing => {}
        }
    }
    for (index, row) in rows.iter::<ImportRow>().enumerate() {
        let site = Site::Import(index as u32);
        let source = owner(row.scope);
        let entity = follow_import(db, file, &ImportFacts::of(rows, &row), &mut Trail::new(Heads::ALL));
        let target = match &entity {
            Some(Entity::Symbol(symbol) | Entity::Instance(symbol)) => Some(*symbol),
            Some(Entity::Overloads(symbols)) => symbols.first().copied(),
            Some(Entity::Module(parts)) if row.kind != ImportKind::Symbol || parts.len() == 1 => parts.first().map(|part| part.symbol),
            Some(Entity::External(_)) if row.kind == ImportKind::Wildcard && is_around(db, file, rows.str(row.module)) => continue,
            Some(Entity::External(_)) => {
                closed.push(Edge { source, site, kind: EdgeKind::Import, rule: Rule::External, target: None });
                continue;
            }
            _ => None,
        };
        let rule = if target.is_some() { Rule::Import } else { Rule::Unresolved };
        closed.push(Edge { source, site, kind: EdgeKind::Import, rule, target });
    }
    FileEdges::new(closed, open)
}

/// Adds the calls of members that the language runs by itself, as far as their object's type is known: what cannot be
/// resolved may be no call at all.
fn run_implicitly<'db>(resolver: &mut Resolver<'db, '_>, index: u32, row: &UseRow, source: u32, closed: &mut Vec<Edge<'db>>) {
    let mut add = |resolver: &Resolver<'db, '_>, entity: &Entity<'db>| {
        let arity = u32::from(row.role == UseRole::Write) + u32::from(row.kind == UseKind::Element && row.arity == 0);
        let symbols = match entity {
            Entity::Symbol(symbol) => std::slice::from_ref(symbol),
            Entity::Overloads(symbols) => symbols,
            _ => return,
        };
        if let Choice::One(target) = choose(resolver, symbols, Some(arity))
            && resolver.kind(target) == Some(SymbolKind::Method)
        {
            closed.push(Edge { source, site: Site::Use(index), kind: EdgeKind::Call, rule: Rule::Type, target: Some(target) });
        }
    };
    let (entity, _) = resolver.resolve(index);
    add(resolver, &entity);
    if row.kind == UseKind::Element
        && row.arity != 0
        && let Some(next) = resolver.next_of(&entity)
    {
        add(resolver, &next);
    }
}

/// Names that the file gives to values, and to nothing that it imports.
fn local_names(rows: &Rows) -> FxHashSet<Str> {
    let imported: FxHashSet<Str> = rows.iter::<ImportRow>().map(|import| import.alias).collect();
    rows.iter::<BindingRow>().map(|binding| binding.name).filter(|name| !imported.contains(name)).collect()
}

/// Whether a package is one of those around a file's own: it is seen without an import, and may hold nothing itself.
fn is_around(db: &dyn Db, file: SourceFile<'_>, package: &str) -> bool {
    let separator = file_config(db, file).map_or(".", |config| config.names.separator);
    let is_below = |key: &String| key.strip_prefix(package).is_some_and(|rest| rest.starts_with(separator));
    module_keys(db, file).iter().any(is_below)
}

fn found_rule(rule: Rule) -> Rule {
    if rule == Rule::Unresolved { Rule::Type } else { rule }
}

enum Found<'db> {
    Target(Symbol<'db>),
    Outside,
    Open(OpenReason<'db>),
    Nothing,
}

fn target_of<'db>(resolver: &Resolver<'db, '_>, entity: &Entity<'db>, row: &UseRow, kind: EdgeKind) -> Found<'db> {
    let db = resolver.db();
    let calls = kind == EdgeKind::Call && matches!(row.role, UseRole::Call | UseRole::New);
    match entity {
        Entity::Symbol(symbol) if calls => called(resolver, *symbol, row.arity),
        Entity::Symbol(symbol) => Found::Target(*symbol),
        Entity::Overloads(symbols) => match choose(resolver, symbols, calls.then_some(row.arity)) {
            Choice::One(symbol) if calls => called(resolver, symbol, row.arity),
            Choice::One(symbol) => Found::Target(symbol),
            Choice::Several(symbols) => Found::Open(OpenReason::Overloads(symbols)),
        },
        // `super(…)` in a constructor.
        Entity::Super(ty) if calls && row.kind == UseKind::Super => match bases(db, *ty).known.first() {
            Some(&(base, _)) => called(resolver, base, row.arity),
            None => Found::Open(OpenReason::Local),
        },
        Entity::Instance(ty) if calls => match object_call(resolver, *ty) {
            [target] => Found::Target(*target),
            // `this(…)` in a constructor, `cls()`.
            _ if row.kind == UseKind::This => called(resolver, *ty, row.arity),
            _ => Found::Open(OpenReason::Local),
        },
        // A type named through its own instance: `Self`, a receiver's type.
        Entity::Instance(ty) if kind != EdgeKind::Reference => Found::Target(*ty),
        Entity::Instance(_) | Entity::Super(_) => {
            if row.kind == UseKind::Name || row.kind == UseKind::Member {
                Found::Nothing
            } else {
                Found::Open(OpenReason::Local)
            }
        }
        Entity::Module(parts) => match &**parts {
            [part] if kind != EdgeKind::Call => Found::Target(part.symbol),
            _ => Found::Nothing,
        },
        Entity::External(_) | Entity::Container(_) => Found::Outside,
        Entity::Local => Found::Open(OpenReason::Local),
        Entity::Open => Found::Open(OpenReason::Ancestor),
        Entity::Unbound => Found::Open(OpenReason::Unbound),
        Entity::Unknown if row.kind == UseKind::Name => Found::Open(OpenReason::Local),
        Entity::Unknown if row.kind == UseKind::Apply => Found::Open(OpenReason::Local),
        Entity::Unknown => Found::Open(OpenReason::Receiver),
    }
}

/// What a call of a value of a type runs.
fn object_call<'db>(resolver: &Resolver<'db, '_>, ty: Symbol<'db>) -> &'db [Symbol<'db>] {
    match resolver.special().call {
        "" => &[],
        call => &member(resolver.db(), ty, Name::new(resolver.db(), call), false).symbols,
    }
}

/// What a call of a definition reaches: of a type, its constructor.
fn called<'db>(resolver: &Resolver<'db, '_>, symbol: Symbol<'db>, arity: u32) -> Found<'db> {
    let db = resolver.db();
    let Some(kind) = resolver.kind(symbol) else { return Found::Nothing };
    // Fields of these are functions.
    let selects = || file_config(db, symbol.file(db)).is_some_and(|config| matches!(config.names.family, "haskell" | "ruby"));
    if kind == SymbolKind::Field && selects() {
        return Found::Target(symbol);
    }
    if matches!(kind, SymbolKind::Variable | SymbolKind::Constant | SymbolKind::Field) {
        // What runs is what the variable holds.
        return match Horizon::FULL.value().and_then(|horizon| held_value(db, symbol, horizon)) {
            Some(Entity::Symbol(held)) if held != symbol && !is_variable(resolver, held) => called(resolver, held, arity),
            Some(Entity::External(_)) => Found::Outside,
            _ => Found::Open(OpenReason::Local),
        };
    }
    if !kind.is_type() {
        return Found::Target(symbol);
    }
    let constructors = constructors(db, symbol);
    match constructors {
        [] => Found::Target(symbol),
        many => match choose(resolver, many, Some(arity)) {
            Choice::One(constructor) => Found::Target(constructor),
            Choice::Several(symbols) => Found::Open(OpenReason::Overloads(symbols)),
        },
    }
}

fn is_variable<'db>(resolver: &Resolver<'db, '_>, symbol: Symbol<'db>) -> bool {
    matches!(resolver.kind(symbol), Some(SymbolKind::Variable | SymbolKind::Constant | SymbolKind::Field))
}

/// The constructors that making an instance of a type may run.
#[salsa::tracked(returns(deref))]
pub fn constructors<'db>(db: &'db dyn Db, ty: Symbol<'db>) -> Box<[Symbol<'db>]> {
    let Some(config) = file_config(db, ty.file(db)) else { return Box::default() };
    let Some((rows, _, row)) = shape_symbol(db, ty) else { return Box::default() };
    let own_name = rows.str(row.name);
    for name in config.names.constructors.iter().copied().chain([own_name]) {
        let found = member(db, ty, Name::new(db, name), false);
        let constructors: Box<[Symbol<'db>]> =
            found.symbols.iter().copied().filter(|&symbol| symbol_kind(db, symbol) == Some(SymbolKind::Constructor)).collect();
        if !constructors.is_empty() {
            return constructors;
        }
    }
    Box::default()
}

enum Choice<'db> {
    One(Symbol<'db>),
    Several(Box<[Symbol<'db>]>),
}

/// The overload that takes so many arguments, if there is one only. A declaration and its definition are one.
fn choose<'db>(resolver: &Resolver<'db, '_>, symbols: &[Symbol<'db>], arity: Option<u32>) -> Choice<'db> {
    let arguments = |symbol| resolver.head(symbol).and_then(|head| head.arguments);
    let fitting: Vec<Symbol<'db>> = symbols
        .iter()
        .copied()
        .filter(|&symbol| arity.is_none_or(|arity| arguments(symbol).is_none_or(|range| (range.0..=range.1).contains(&arity))))
        .collect();
    let fitting = if fitting.is_empty() { symbols.to_vec() } else { fitting };
    let is_declaration = |symbol| resolver.head(symbol).is_some_and(|head| head.declaration);
    let defined: Vec<Symbol<'db>> = fitting.iter().copied().filter(|&symbol| !is_declaration(symbol)).collect();
    match (&*fitting, &*defined) {
        ([one], _) | (_, [one]) => Choice::One(*one),
        ([first, rest @ ..], _) if rest.iter().all(|part| type_parts(resolver.db(), *first).contains(part)) => Choice::One(*first),
        _ => Choice::Several(fitting.into()),
    }
}
