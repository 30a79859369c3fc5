//! Open rows joined with the definitions of their names: `name`, `ambiguous` or `unresolved`.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::candidate::{Asked, Candidate, Verdict, asked, verdict};
use super::overriding;
use super::passed::{Parameter, functions_passed};
use crate::index::describe::is_test;
use crate::index::world::World;
use crate::names::edges::OpenRow;
use crate::names::entity::Rule;
use crate::names::files::{SourceFile, Symbol, file_config, symbol_row};
use crate::names::values::parent_type;
use crate::syntax::rows::Rows;

/// Joins open rows with definitions. Keeps what it looked up, for as long as one question lasts.
pub(crate) struct Join<'w> {
    pub(crate) world: World<'w>,
    candidates: CandidatesByName<'w>,
    implementations: FxHashMap<Symbol<'w>, Arc<[Symbol<'w>]>>,
    passed: FxHashMap<Parameter<Symbol<'w>>, Arc<[Symbol<'w>]>>,
}

/// The definitions that a name may mean, by the name and its family of languages.
type CandidatesByName<'w> = FxHashMap<(Box<str>, &'static str), Box<[Candidate<Symbol<'w>>]>>;

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
        self.implementations.entry(member).or_insert_with(|| overriding::implementations(world.db, member).into()).clone()
    }

    /// The functions that are handed to a parameter.
    pub(crate) fn passed_to(&mut self, parameter: Parameter<Symbol<'w>>) -> Arc<[Symbol<'w>]> {
        let world = self.world;
        self.passed.entry(parameter).or_insert_with(|| functions_passed(world, parameter)).clone()
    }

    /// Decides an open row of a file.
    pub(crate) fn join(&mut self, file: SourceFile<'w>, rows: &Rows, open: &OpenRow<'w>) -> Joined<'w> {
        let unresolved = Joined { rule: Rule::Unresolved, target: None, candidates: Vec::new() };
        let db = self.world.db;
        let Some(config) = file_config(db, file) else { return unresolved };
        let sought = match asked(db, (file, config, rows), open, || is_test(rows, open.source, file.path(db))) {
            Asked::Nothing => return unresolved,
            Asked::Overloads(symbols) => return Joined { rule: Rule::Ambiguous, target: None, candidates: symbols.to_vec() },
            Asked::Definitions(sought) => sought,
        };
        let Some(used) = rows.use_row(open.site) else { return unresolved };
        let is_own = |symbol: Symbol<'w>| symbol.file(db) == file;
        let candidates = self.candidates(rows.str(used.name), config.names.family);
        let fitting = || candidates.iter().filter(|candidate| sought.fits(candidate, is_own));
        match verdict(fitting()) {
            Verdict::Unresolved => unresolved,
            Verdict::Name(symbol) => Joined { rule: Rule::Name, target: Some(symbol), candidates: Vec::new() },
            Verdict::Ambiguous(_) => {
                Joined { rule: Rule::Ambiguous, target: None, candidates: fitting().map(|candidate| candidate.symbol).collect() }
            }
        }
    }

    fn candidates(&mut self, name: &str, family: &'static str) -> &[Candidate<Symbol<'w>>] {
        let world = self.world;
        self.candidates.entry((name.into(), family)).or_insert_with(|| {
            let candidate = |symbol: Symbol<'w>| {
                let file = symbol.file(world.db);
                file_config(world.db, file).filter(|config| config.names.family == family)?;
                let (rows, index, row) = symbol_row(world.db, symbol)?;
                let is_test = is_test(&rows, index, file.path(world.db));
                Some(Candidate::of(symbol, &rows, &row, family, is_test, || parent_type(world.db, symbol)))
            };
            world.defining(name).into_iter().filter_map(candidate).collect()
        })
    }
}
