//! Open rows joined with the definitions of their names: `name`, `ambiguous` or `unresolved`.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::calls::is_through_super;
use super::overriding;
use super::passed::{Parameter, functions_passed};
use crate::db::Db;
use crate::index::describe::is_test;
use crate::index::world::World;
use crate::names::edges::{EdgeKind, OpenReason, OpenRow, Site};
use crate::names::entity::Rule;
use crate::names::files::{SourceFile, Symbol, file_config, symbol_row};
use crate::names::library::is_library_member;
use crate::names::values::{parent_type, symbol_head};
use crate::syntax::rows::{Rows, ScopeKind, ScopeRow, SymbolFlags, SymbolKind, UseKind, UseRole, UseRow};

/// Joins open rows with definitions. Keeps what it looked up, for as long as one question lasts.
pub(crate) struct Join<'w> {
    pub(crate) world: World<'w>,
    candidates: FxHashMap<(Box<str>, &'static str), Box<[Candidate<'w>]>>,
    implementations: FxHashMap<Symbol<'w>, Arc<[Symbol<'w>]>>,
    passed: FxHashMap<Parameter<'w>, Arc<[Symbol<'w>]>>,
}

/// A definition that a name may mean.
#[derive(Clone, Copy, Debug)]
struct Candidate<'w> {
    symbol: Symbol<'w>,
    is_member: bool,
    kind: SymbolKind,
    is_called: bool,
    private: bool,
    is_test: bool,
    declaration: bool,
    /// The type it is a member of.
    parent: Option<Symbol<'w>>,
    arguments: Option<(u32, u32)>,
}

/// What an open row turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Joined<'w> {
    pub(crate) rule: Rule,
    /// The target of a `name` edge.
    pub(crate) target: Option<Symbol<'w>>,
    /// What an ambiguous name may mean.
    pub(crate) candidates: Vec<Symbol<'w>>,
}

impl<'w> Join<'w> {
    pub(crate) fn new(world: World<'w>) -> Self {
        Self { world, candidates: FxHashMap::default(), implementations: FxHashMap::default(), passed: FxHashMap::default() }
    }

    /// What may run instead of a member where a call names it.
    pub(crate) fn implementations(&mut self, member: Symbol<'w>) -> Arc<[Symbol<'w>]> {
        let world = self.world;
        self.implementations.entry(member).or_insert_with(|| overriding::implementations(world, member).into()).clone()
    }

    /// The functions that are handed to a parameter.
    pub(crate) fn passed_to(&mut self, parameter: Parameter<'w>) -> Arc<[Symbol<'w>]> {
        let world = self.world;
        self.passed.entry(parameter).or_insert_with(|| functions_passed(world, parameter)).clone()
    }

    /// Decides an open row of a file.
    pub(crate) fn join(&mut self, file: SourceFile<'w>, rows: &Rows, open: &OpenRow<'w>) -> Joined<'w> {
        let unresolved = Joined { rule: Rule::Unresolved, target: None, candidates: Vec::new() };
        let Some(used) = rows.use_row(open.site) else { return unresolved };
        let Some(config) = file_config(self.world.db, file) else { return unresolved };
        let member = match &open.reason {
            OpenReason::Local => return unresolved,
            OpenReason::Overloads(symbols) => {
                return Joined { rule: Rule::Ambiguous, target: None, candidates: symbols.to_vec() };
            }
            OpenReason::Unbound if !config.names.global_scope => return unresolved,
            OpenReason::Unbound => false,
            OpenReason::Receiver | OpenReason::Ancestor => true,
        };
        let family = config.names.family;
        let calls = matches!(used.role, UseRole::Call | UseRole::New);
        let name = rows.str(used.name);
        if open.reason == OpenReason::Receiver && is_library_member(family, name) {
            // Most receivers of a member of this name are values of the standard library.
            return unresolved;
        }
        if open.reason == OpenReason::Ancestor && is_through_super(rows, Site::Use(open.site), family == "python") {
            // It is a member of a type above that is not here.
            return unresolved;
        }
        let db = self.world.db;
        // What is above a type is none of its own members.
        let below = if is_super(rows, used.base) { enclosing_type(db, file, rows, open.source) } else { None };
        // What is defined for tests is visible to tests only.
        let from_test = is_test(rows, open.source, file.path(db));
        let fitting: Vec<Candidate<'w>> = self
            .candidates(name, family)
            .iter()
            .filter(|candidate| {
                (candidate.is_member || !member)
                    && (member || !candidate.is_member || candidate.kind.is_type())
                    && (below.is_none() || candidate.parent != below)
                    && (!candidate.private || candidate.symbol.file(db) == file)
                    && (from_test || !candidate.is_test)
                    && fits(candidate, open.kind, calls, &used)
            })
            .copied()
            .collect();
        // A declaration and its definition are one.
        let one_group = fitting.first().is_some_and(|first| fitting.iter().all(|other| other.parent == first.parent));
        let defined: Vec<&Candidate<'w>> = fitting.iter().filter(|candidate| one_group && !candidate.declaration).collect();
        match (&*fitting, &*defined) {
            ([], _) => unresolved,
            ([one], _) => Joined { rule: Rule::Name, target: Some(one.symbol), candidates: Vec::new() },
            (_, [one]) => Joined { rule: Rule::Name, target: Some(one.symbol), candidates: Vec::new() },
            (many, _) => {
                Joined { rule: Rule::Ambiguous, target: None, candidates: many.iter().map(|candidate| candidate.symbol).collect() }
            }
        }
    }

    fn candidates(&mut self, name: &str, family: &'static str) -> &[Candidate<'w>] {
        let world = self.world;
        self.candidates.entry((name.into(), family)).or_insert_with(|| {
            world
                .defining(name)
                .into_iter()
                .filter(|symbol| file_config(world.db, symbol.file(world.db)).is_some_and(|config| config.names.family == family))
                .filter_map(|symbol| {
                    let (rows, index, row) = symbol_row(world.db, symbol)?;
                    let in_type = rows.symbol(row.parent).is_some_and(|parent| parent.kind.is_type())
                        || rows.get::<ScopeRow>(row.scope).is_some_and(|scope| scope.kind == ScopeKind::Extension)
                        || rows.get::<ScopeRow>(row.inner).is_some_and(|scope| scope.self_type != crate::syntax::rows::NONE);
                    Some(Candidate {
                        symbol,
                        is_member: in_type,
                        kind: row.kind,
                        // A field of Python is any assignment to `self`: few hold functions.
                        is_called: row.kind.is_callable() || row.kind.is_type() || row.kind == SymbolKind::Field && family != "python",
                        private: row.flags.has(SymbolFlags::PRIVATE) && family != "python",
                        is_test: is_test(&rows, index, symbol.file(world.db).path(world.db)),
                        declaration: row.flags.has(SymbolFlags::DECLARATION),
                        parent: if in_type { parent_type(world.db, symbol) } else { None },
                        arguments: symbol_head(world.db, symbol).and_then(|head| head.arguments),
                    })
                })
                .collect()
        })
    }
}

/// Whether a use is the current object seen from above its type: `super`, in Python `super()`.
fn is_super(rows: &Rows, index: u32) -> bool {
    rows.use_row(index).is_some_and(|used| used.kind == UseKind::Super || used.role == UseRole::Call && rows.str(used.name) == "super")
}

/// The type that the symbol of a row is a member of.
fn enclosing_type<'w>(db: &'w dyn Db, file: SourceFile<'w>, rows: &Rows, row: u32) -> Option<Symbol<'w>> {
    parent_type(db, Symbol::new(db, file, rows.symbol(row)?.identity()))
}

/// Whether a definition can stand at a site of this kind.
fn fits(candidate: &Candidate<'_>, kind: EdgeKind, calls: bool, used: &UseRow) -> bool {
    match kind {
        EdgeKind::Call if calls => {
            candidate.is_called && candidate.arguments.is_none_or(|(fewest, most)| (fewest..=most).contains(&used.arity))
        }
        EdgeKind::Inherit | EdgeKind::Implement | EdgeKind::TypeUse => candidate.kind.is_type() || candidate.kind == SymbolKind::TypeAlias,
        _ => true,
    }
}
