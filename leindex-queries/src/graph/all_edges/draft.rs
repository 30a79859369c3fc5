//! What one file adds to the edges of the workspace: all that its own rows and edges tell.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use salsa::plumbing::AsId as _;

use super::names::{Names, NamesBuilder};
use super::{EdgeRecord, at_most};
use crate::graph::calls::{FoundEdge, receiver, site};
use crate::graph::candidate::{Asked, Candidate, Sought, asked};
use crate::graph::dispatch::Objects;
use crate::graph::overriding;
use crate::graph::passed::{Argument, Parameter, called_parameter, for_each_argument};
use crate::graph::structure::derived_edges;
use crate::index::describe::is_marked_test;
use crate::index::world::World;
use crate::languages::LanguageConfig;
use crate::names::edges::{EdgeKind, FileEdges, Site, file_edges};
use crate::names::entity::Rule;
use crate::names::evidence::is_test_path;
use crate::names::files::{SourceFile, Symbol, file_config};
use crate::names::values::parent_type;
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::{NONE, ScopeRow, Str, SymbolRow, name_hash};

/// The live file at a place, and a symbol's identity in it.
pub(super) type Place = (u32, u64);

/// What may run instead of a member, for all drafts.
pub(super) type Implementations = Mutex<FxHashMap<salsa::Id, Arc<[Place]>>>;

/// What one file has and seeks. Sources and targets of its records are numbers of a [`Local`].
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) family: &'static str,
    rows: u32,
    /// Identities with their rows, sorted; of equal ones the first row.
    identities: Box<[(u64, u32)]>,
    pub(super) names: Names,
    /// Hashes of the names of definitions.
    hashes: Box<[u32]>,
    /// The symbols of other files that it names.
    pub(super) places: Vec<Place>,
    /// The edges of its uses and imports, in order of their sites; those that are sought are `unresolved`.
    pub(super) uses: Vec<EdgeRecord>,
    /// What may run instead of what its calls name, then the edges of its definitions.
    pub(super) others: Vec<EdgeRecord>,
    /// What decides some of the uses, by their places.
    pub(super) sought: Vec<(u32, Sought<Local>)>,
    /// The parameters that uses call, should they stay unresolved.
    pub(super) called: Vec<(u32, Parameter<Local>)>,
    /// What its calls hand to parameters.
    pub(super) arguments: Vec<(Parameter<Local>, Argument<Local>)>,
    /// Its definitions by their names.
    pub(super) definitions: Vec<(u32, Candidate<Local>)>,
}

/// A symbol as a draft knows it: a row of its own file, or one of the places that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Local(u32);

impl Local {
    const OWN: u32 = 1 << 31;

    pub(super) const fn of_number(number: u32) -> Self {
        Self(number)
    }

    const fn own(row: u32) -> Self {
        Self(row | Self::OWN)
    }

    /// The row in the file, or the place.
    pub(super) const fn row(self) -> Result<u32, u32> {
        if self.0 & Self::OWN == 0 { Err(self.0) } else { Ok(self.0 & !Self::OWN) }
    }
}

impl Draft {
    /// What a file has and seeks.
    pub(super) fn of<'w>(world: World<'w>, implementations: &Implementations, file: SourceFile<'w>) -> Self {
        let (Some(rows), Some(config)) = (world.rows(file), file_config(world.db, file)) else {
            return Self::default();
        };
        let mut drafting = Drafting::new(world, file, config, &rows);
        drafting.draft.family = config.names.family;
        let edges = file_edges(world.db, file);
        drafting.add_definitions();
        drafting.add_uses(edges);
        drafting.add_dispatched(implementations, edges);
        drafting.add_structure();
        for_each_argument(world, file, &rows, edges, |parameter, argument| drafting.add_argument(parameter, argument));
        drafting.finish()
    }

    /// How many symbols the file has.
    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// The row of a symbol.
    pub(super) fn row_of(&self, identity: u64) -> Option<u32> {
        row_of(&self.identities, identity)
    }

    pub(super) fn forget_identities(&mut self) {
        self.identities = Box::default();
    }

    /// The definitions of the file at a place: the hash of the name, the file and the definition's place here.
    pub(super) fn definitions_of(&self, file: u32) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        let hash = |name: u32| self.hashes.get(name as usize).copied().unwrap_or(0);
        (0..).zip(&self.definitions).map(move |(at, &(name, _))| (hash(name), file, at))
    }

    pub(super) fn forget_definitions(&mut self) {
        (self.definitions, self.hashes) = (Vec::new(), Box::default());
    }
}

fn row_of(identities: &[(u64, u32)], identity: u64) -> Option<u32> {
    let at = identities.partition_point(|&(other, _)| other < identity);
    identities.get(at).filter(|(found, _)| *found == identity).map(|&(_, row)| row)
}

/// A draft in the making.
struct Drafting<'r, 'w> {
    world: World<'w>,
    file: SourceFile<'w>,
    config: &'static LanguageConfig,
    rows: &'r IndexedRows,
    /// By row, the first row of its identity.
    symbols: Vec<u32>,
    is_test: Vec<bool>,
    names: NamesBuilder<'r>,
    locals: FxHashMap<Symbol<'w>, Local>,
    draft: Draft,
}

impl<'r, 'w> Drafting<'r, 'w> {
    fn new(world: World<'w>, file: SourceFile<'w>, config: &'static LanguageConfig, rows: &'r IndexedRows) -> Self {
        let mut identities: Vec<(u64, u32)> = rows.symbols().map(|symbol| symbol.identity()).zip(0..).collect();
        identities.sort_unstable();
        let mut symbols = vec![0; identities.len()];
        let mut last = None;
        for &(identity, row) in &identities {
            let (_, first) = *last.insert(last.filter(|&(other, _)| other == identity).unwrap_or((identity, row)));
            symbols[row as usize] = first;
        }
        let among_tests = is_test_path(file.path(world.db));
        let is_test = (0..identities.len() as u32).map(|row| among_tests || is_marked_test(rows, row)).collect();
        let draft = Draft { rows: identities.len() as u32, identities: identities.into(), ..Draft::default() };
        Self { world, file, config, rows, symbols, is_test, names: NamesBuilder::new(rows), locals: FxHashMap::default(), draft }
    }

    fn finish(self) -> Draft {
        let mut draft = self.draft;
        draft.names = self.names.finish();
        let mut hashes = Vec::new();
        if let Some(last) = draft.definitions.iter().map(|&(name, _)| name).max() {
            hashes.extend((0..=last).map(|name| name_hash(draft.names.text(name))));
        }
        draft.hashes = hashes.into();
        draft
    }

    /// The number of a symbol.
    fn local(&mut self, symbol: Symbol<'w>) -> Local {
        let Self { world, file, draft, locals, .. } = self;
        *locals.entry(symbol).or_insert_with(|| {
            let (of, identity) = (symbol.file(world.db), symbol.identity(world.db));
            if of == *file
                && let Some(row) = row_of(&draft.identities, identity)
            {
                return Local::own(row);
            }
            draft.places.push((world.live.positions.get(&of).copied().unwrap_or(NONE), identity));
            Local(draft.places.len() as u32 - 1)
        })
    }

    fn own(&self, row: u32) -> Local {
        Local::own(self.symbols.get(row as usize).copied().unwrap_or(row))
    }

    fn number(&mut self, symbol: Option<Symbol<'w>>) -> u32 {
        symbol.map_or(NONE, |symbol| self.local(symbol).0)
    }

    /// A record at a byte, which stands in its column until [`place`](Self::place).
    fn record(&mut self, source: u32, target: u32, name: Str, start: u32, kind: EdgeKind, rule: Rule) -> EdgeRecord {
        let source = Local::own(self.symbols.get(source as usize).copied().unwrap_or(0)).0;
        EdgeRecord { source, target, name: self.names.number(name), line: 0, column: start, kind, rule, candidates: 0 }
    }

    fn add_definitions(&mut self) {
        let (rows, family) = (self.rows, self.config.names.family);
        self.draft.definitions.reserve_exact(self.symbols.len());
        for (index, row) in (0..).zip(rows.symbols()).skip(1) {
            let is_test = self.is_test.get(index as usize).copied().unwrap_or(false);
            let candidate = Candidate::of(self.own(index), rows, &row, family, is_test, || self.parent(&row));
            self.draft.definitions.push((self.names.number(row.name), candidate));
        }
    }

    /// The type that a row is a member of.
    fn parent(&mut self, row: &SymbolRow) -> Option<Local> {
        let scopes = [row.inner, row.scope].into_iter().filter_map(|scope| self.rows.get::<ScopeRow>(scope));
        if { scopes }.any(|scope| scope.self_type != NONE) {
            let parent = parent_type(self.world.db, Symbol::new(self.world.db, self.file, row.identity()))?;
            return Some(self.local(parent));
        }
        self.rows.symbol(row.parent).filter(|parent| parent.kind.is_type()).map(|_| self.own(row.parent))
    }

    fn add_uses(&mut self, edges: &FileEdges<'w>) {
        let (world, rows) = (self.world, self.rows);
        // The records with the place of their open row, if they have one.
        let mut uses: Vec<(EdgeRecord, u32)> = Vec::with_capacity(edges.closed.len() + edges.open.len());
        for edge in &edges.closed {
            let (name, start) = site(rows, edge.site);
            let target = self.number(edge.target);
            uses.push((self.record(edge.source, target, name, start, edge.kind, edge.rule), NONE));
        }
        for (at, open) in (0..).zip(&edges.open) {
            if rows.use_row(open.site).is_some() {
                let (name, start) = site(rows, Site::Use(open.site));
                uses.push((self.record(open.source, NONE, name, start, open.kind, Rule::Unresolved), at));
            }
        }
        uses.sort_by_key(|(record, _)| (record.column, record.kind));
        for (at, (record, open)) in (0..).zip(&mut uses) {
            self.place(record);
            let Some(open) = edges.open.get(*open as usize) else { continue };
            let from_test = || self.is_test.get(open.source as usize).copied().unwrap_or(false);
            match asked(world.db, (self.file, self.config, rows), open, from_test) {
                Asked::Nothing => {}
                Asked::Overloads(symbols) => (record.rule, record.candidates) = (Rule::Ambiguous, at_most(symbols.len())),
                Asked::Definitions(sought) => {
                    let sought = sought.map(|symbol| self.local(symbol));
                    self.draft.sought.push((at, sought));
                }
            }
            if open.kind == EdgeKind::Call
                && let Some(parameter) = called_parameter(world, self.file, rows, open.site)
            {
                let parameter = parameter.map(|symbol| self.local(symbol));
                self.draft.called.push((at, parameter));
            }
        }
        self.draft.uses = uses.into_iter().map(|(record, _)| record).collect();
    }

    /// Turns a record's byte into line and column.
    fn place(&self, record: &mut EdgeRecord) {
        (record.line, record.column) = self.rows.position(record.column);
    }

    /// Adds what may run instead of what calls name, in order of the calls.
    fn add_dispatched(&mut self, implementations: &Implementations, edges: &FileEdges<'w>) {
        let (world, file, rows) = (self.world, self.file, self.rows);
        let is_python = self.config.names.family == "python";
        let objects = Objects::of(rows);
        let mut found: Vec<EdgeRecord> = Vec::new();
        for edge in &edges.closed {
            let (Some(named), Some(receiver)) = (edge.target, receiver(world, rows, edge, is_python)) else { continue };
            let instead = implementations_of(world, implementations, named);
            if instead.is_empty() || objects.is_made(world, file, receiver) {
                continue;
            }
            let (name, start) = site(rows, edge.site);
            let mut record = self.record(edge.source, NONE, name, start, edge.kind, Rule::Hierarchy);
            record.candidates = at_most(instead.len());
            for &place in &*instead {
                found.push(EdgeRecord { target: self.local_at(place).0, ..record });
            }
        }
        found.sort_by_key(|record| (record.column, record.kind));
        found.iter_mut().for_each(|record| self.place(record));
        self.draft.others.append(&mut found);
    }

    fn local_at(&mut self, (file, identity): Place) -> Local {
        match self.world.live.all.get(file as usize) {
            Some(&file) => self.local(Symbol::new(self.world.db, file, identity)),
            None => Local(NONE & !Local::OWN),
        }
    }

    /// Adds the edges of definitions.
    fn add_structure(&mut self) {
        self.draft.others.reserve(self.symbols.len());
        for (index, row) in (0..).zip(self.rows.symbols()).skip(1) {
            if self.rows.symbol(row.parent).is_none() {
                continue;
            }
            let first = self.symbols.get(index as usize).copied().unwrap_or(index);
            let row = if first == index { row } else { self.rows.symbol(first).unwrap_or(row) };
            let mut record = self.record(row.parent, self.own(index).0, row.name, row.name_start, EdgeKind::Contains, Rule::Exact);
            self.place(&mut record);
            self.draft.others.push(record);
        }
        for edge in derived_edges(self.world, self.file, self.rows) {
            let FoundEdge { source, target, kind, rule, candidates, name, start, .. } = edge;
            let (source, target, name) = (self.local(source).0, self.number(target), self.names.number_of(&name));
            let (line, column) = self.rows.position(start);
            let candidates = at_most(candidates.len());
            self.draft.others.push(EdgeRecord { source, target, name, line, column, kind, rule, candidates });
        }
    }

    fn add_argument(&mut self, parameter: Parameter<Symbol<'w>>, argument: Argument<Symbol<'w>>) {
        let (parameter, argument) = (parameter.map(|symbol| self.local(symbol)), argument.map(|symbol| self.local(symbol)));
        self.draft.arguments.push((parameter, argument));
    }
}

/// What may run instead of a member; what one thread has found serves the others.
fn implementations_of<'w>(world: World<'w>, known: &Implementations, member: Symbol<'w>) -> Arc<[Place]> {
    let id = member.as_id();
    if let Some(known) = known.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return Arc::clone(known);
    }
    let place = |symbol: Symbol<'w>| {
        let file = world.live.positions.get(&symbol.file(world.db)).copied().unwrap_or(NONE);
        (file, symbol.identity(world.db))
    };
    let found: Arc<[Place]> = overriding::implementations(world, member).into_iter().map(place).collect();
    known.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&found));
    found
}
