//! What one file adds to the edges of the workspace: all that its own rows and edges tell.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use salsa::plumbing::AsId as _;

use super::names::{Names, NamesBuilder};
use super::{EdgeRecord, Numbers, at_most};
use crate::db::Db;
use crate::graph::calls::{FoundEdge, receiver, site};
use crate::graph::candidate::{Asked, Candidate, Sought, asked};
use crate::graph::dependency::is_function;
use crate::graph::dispatch::Objects;
use crate::graph::overriding::implementations;
use crate::graph::passed::{Argument, Parameter, called_parameter, for_each_argument};
use crate::graph::structure::{declarations, derived_edges};
use crate::index::describe::is_marked_test;
use crate::languages::LanguageConfig;
use crate::names::edges::{EdgeKind, FileEdges, Site, file_edges};
use crate::names::entity::Rule;
use crate::names::evidence::is_test_path;
use crate::names::files::{SourceFile, Symbol, file_config, file_rows};
use crate::names::values::parent_type;
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::{NONE, ScopeRow, Str, SymbolRow, name_hash};

/// A symbol of any file: the file, and the symbol's identity in it.
pub(super) type Place = (salsa::Id, u64);

/// What one file has and seeks. Sources and targets of its records are numbers of a [`Local`].
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) family: &'static str,
    /// Whether something in it may declare what stands elsewhere.
    pub(super) declares: bool,
    /// Identities with their rows, sorted; of equal ones the first row.
    identities: Box<[(u64, u32)]>,
    /// By row, the cognitive complexity of functions with a body; 0 for all else.
    pub(super) complexity: Box<[u32]>,
    /// By row, whether it is a test, or lies in one or among them.
    pub(super) tests: Box<[bool]>,
    pub(super) names: Names,
    /// Hashes of the names of definitions.
    hashes: Box<[u32]>,
    /// The symbols of other files that it names.
    pub(super) places: Box<[Place]>,
    /// The edges of its uses and imports, of what may run instead of what its calls name, and of its definitions, in order
    /// of their sites. Those that are sought are `unresolved`.
    pub(super) records: Box<[EdgeRecord]>,
    /// What decides some of the records, by their places.
    pub(super) sought: Box<[(u32, Sought<Local>)]>,
    /// The parameters that records call, should they stay unresolved.
    pub(super) called: Box<[(u32, Parameter<Local>)]>,
    /// What its calls hand to parameters.
    pub(super) arguments: Box<[(Parameter<Local>, Argument<Local>)]>,
    /// Its definitions by their names.
    pub(super) definitions: Box<[(u32, Candidate<Local>)]>,
}

/// What a file has and seeks. Changes with the file, with what its names lead to, and with the members and types that its
/// calls and definitions have to do with; not with what defines a name that nothing of the file is bound to.
#[salsa::tracked(returns(clone), no_eq)]
pub(super) fn edge_draft<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Arc<Draft> {
    Arc::new(Draft::of(db, file))
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
    fn of<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Self {
        let (Some(rows), Some(config)) = (file_rows(db, file), file_config(db, file)) else { return Self::default() };
        let mut drafting = Drafting::new(db, file, config, &rows);
        let edges = file_edges(db, file);
        drafting.add_definitions();
        drafting.add_uses(edges);
        drafting.add_dispatched(edges);
        drafting.add_structure();
        for_each_argument(db, file, &rows, edges, |parameter, argument| drafting.add_argument(parameter, argument));
        drafting.finish(edges)
    }

    /// How many symbols the file has.
    pub(super) fn rows(&self) -> u32 {
        self.identities.len() as u32
    }

    /// The row of a symbol.
    pub(super) fn row_of(&self, identity: u64) -> Option<u32> {
        row_of(&self.identities, identity)
    }

    /// The definitions of the file at a place: the hash of the name, the file and the definition's place here.
    pub(super) fn definitions_of(&self, file: u32) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        let hash = |name: u32| self.hashes.get(name as usize).copied().unwrap_or(0);
        (0..).zip(&self.definitions).map(move |(at, &(name, _))| (hash(name), file, at))
    }
}

/// What is sought, by the numbers of the workspace.
pub(super) fn numbered(sought: Sought<Local>, numbers: Numbers<'_>) -> Sought<u32> {
    sought.map(|symbol| numbers.node(symbol))
}

fn row_of(identities: &[(u64, u32)], identity: u64) -> Option<u32> {
    let at = identities.partition_point(|&(other, _)| other < identity);
    identities.get(at).filter(|(found, _)| *found == identity).map(|&(_, row)| row)
}

/// A draft in the making.
struct Drafting<'r, 'db> {
    db: &'db dyn Db,
    file: SourceFile<'db>,
    config: &'static LanguageConfig,
    rows: &'r IndexedRows,
    identities: Vec<(u64, u32)>,
    /// By row, the first row of its identity.
    symbols: Vec<u32>,
    tests: Vec<bool>,
    names: NamesBuilder<'r>,
    locals: FxHashMap<Symbol<'db>, Local>,
    places: Vec<Place>,
    /// Records with the place of their open row, or `NONE`. Their bytes stand in their columns.
    records: Vec<(EdgeRecord, u32)>,
    arguments: Vec<(Parameter<Local>, Argument<Local>)>,
    definitions: Vec<(u32, Candidate<Local>)>,
}

impl<'r, 'db> Drafting<'r, 'db> {
    fn new(db: &'db dyn Db, file: SourceFile<'db>, config: &'static LanguageConfig, rows: &'r IndexedRows) -> Self {
        let mut identities: Vec<(u64, u32)> = rows.symbols().map(|symbol| symbol.identity()).zip(0..).collect();
        identities.sort_unstable();
        let mut symbols = vec![0; identities.len()];
        let mut last = None;
        for &(identity, row) in &identities {
            let (_, first) = *last.insert(last.filter(|&(other, _)| other == identity).unwrap_or((identity, row)));
            symbols[row as usize] = first;
        }
        let among_tests = is_test_path(file.path(db));
        Self {
            db,
            file,
            config,
            rows,
            tests: (0..identities.len() as u32).map(|row| among_tests || is_marked_test(rows, row)).collect(),
            identities,
            symbols,
            names: NamesBuilder::new(rows),
            locals: FxHashMap::default(),
            places: Vec::new(),
            records: Vec::new(),
            arguments: Vec::new(),
            definitions: Vec::new(),
        }
    }

    /// The draft, with what decides open records.
    fn finish(mut self, edges: &FileEdges<'db>) -> Draft {
        let (mut sought, mut called) = (Vec::new(), Vec::new());
        let mut records = std::mem::take(&mut self.records);
        records.sort_by_key(|(record, _)| (record.column, record.kind));
        for (at, (record, open)) in (0..).zip(&mut records) {
            (record.line, record.column) = self.rows.position(record.column);
            let Some(open) = edges.open.get(*open as usize) else { continue };
            let from_test = || self.tests.get(open.source as usize).copied().unwrap_or(false);
            match asked(self.db, (self.file, self.config, self.rows), open, from_test) {
                Asked::Nothing => {}
                Asked::Overloads(symbols) => (record.rule, record.candidates) = (Rule::Ambiguous, at_most(symbols.len())),
                Asked::Definitions(asked) => sought.push((at, asked.map(|symbol| self.local(symbol)))),
            }
            if open.kind == EdgeKind::Call
                && let Some(parameter) = called_parameter(self.db, self.file, self.rows, open.site)
            {
                called.push((at, parameter.map(|symbol| self.local(symbol))));
            }
        }
        let names = self.names.finish();
        let last = self.definitions.iter().map(|&(name, _)| name + 1).max().unwrap_or(0);
        let complexity = |row: SymbolRow| if is_function(&row) { row.cognitive } else { 0 };
        Draft {
            family: self.config.names.family,
            declares: declarations(self.db, self.file, self.rows).next().is_some(),
            identities: self.identities.into(),
            complexity: self.rows.symbols().map(complexity).collect(),
            tests: self.tests.into(),
            hashes: (0..last).map(|name| name_hash(names.text(name))).collect(),
            names,
            places: self.places.into(),
            records: records.into_iter().map(|(record, _)| record).collect(),
            sought: sought.into(),
            called: called.into(),
            arguments: self.arguments.into(),
            definitions: self.definitions.into(),
        }
    }

    /// The number of a symbol.
    fn local(&mut self, symbol: Symbol<'db>) -> Local {
        let Self { db, file, identities, places, locals, .. } = self;
        *locals.entry(symbol).or_insert_with(|| {
            let (of, identity) = (symbol.file(*db), symbol.identity(*db));
            if of == *file
                && let Some(row) = row_of(identities, identity)
            {
                return Local::own(row);
            }
            places.push((of.as_id(), identity));
            Local(places.len() as u32 - 1)
        })
    }

    fn own(&self, row: u32) -> Local {
        Local::own(self.symbols.get(row as usize).copied().unwrap_or(row))
    }

    fn number(&mut self, symbol: Option<Symbol<'db>>) -> u32 {
        symbol.map_or(NONE, |symbol| self.local(symbol).0)
    }

    /// A record whose byte stands in its column.
    fn record(&mut self, source: u32, target: u32, name: Str, start: u32, kind: EdgeKind, rule: Rule) -> EdgeRecord {
        let source = Local::own(self.symbols.get(source as usize).copied().unwrap_or(0)).0;
        EdgeRecord { source, target, name: self.names.number(name), line: 0, column: start, kind, rule, candidates: 0 }
    }

    fn add_definitions(&mut self) {
        let (rows, family) = (self.rows, self.config.names.family);
        self.definitions.reserve_exact(self.symbols.len());
        for (index, row) in (0..).zip(rows.symbols()).skip(1) {
            let is_test = self.tests.get(index as usize).copied().unwrap_or(false);
            let candidate = Candidate::of(self.own(index), rows, &row, family, is_test, || self.parent(&row));
            self.definitions.push((self.names.number(row.name), candidate));
        }
    }

    /// The type that a row is a member of.
    fn parent(&mut self, row: &SymbolRow) -> Option<Local> {
        let scopes = [row.inner, row.scope].into_iter().filter_map(|scope| self.rows.get::<ScopeRow>(scope));
        if { scopes }.any(|scope| scope.self_type != NONE) {
            let parent = parent_type(self.db, Symbol::new(self.db, self.file, row.identity()))?;
            return Some(self.local(parent));
        }
        self.rows.symbol(row.parent).filter(|parent| parent.kind.is_type()).map(|_| self.own(row.parent))
    }

    fn add_uses(&mut self, edges: &FileEdges<'db>) {
        let rows = self.rows;
        self.records.reserve(edges.closed.len() + edges.open.len() + self.symbols.len());
        for edge in &edges.closed {
            let (name, start) = site(rows, edge.site);
            let target = self.number(edge.target);
            let record = self.record(edge.source, target, name, start, edge.kind, edge.rule);
            self.records.push((record, NONE));
        }
        for (at, open) in (0..).zip(&edges.open) {
            if rows.use_row(open.site).is_some() {
                let (name, start) = site(rows, Site::Use(open.site));
                let record = self.record(open.source, NONE, name, start, open.kind, Rule::Unresolved);
                self.records.push((record, at));
            }
        }
    }

    /// Adds what may run instead of what calls name.
    fn add_dispatched(&mut self, edges: &FileEdges<'db>) {
        let (db, rows) = (self.db, self.rows);
        let is_python = self.config.names.family == "python";
        let objects = Objects::of(rows);
        for edge in &edges.closed {
            let (Some(named), Some(receiver)) = (edge.target, receiver(db, rows, edge, is_python)) else { continue };
            let instead = implementations(db, named);
            if instead.is_empty() || objects.is_made(db, self.file, receiver) {
                continue;
            }
            let (name, start) = site(rows, edge.site);
            let mut record = self.record(edge.source, NONE, name, start, edge.kind, Rule::Hierarchy);
            record.candidates = at_most(instead.len());
            for &target in instead {
                record.target = self.local(target).0;
                self.records.push((record, NONE));
            }
        }
    }

    /// Adds the edges of definitions.
    fn add_structure(&mut self) {
        for (index, row) in (0..).zip(self.rows.symbols()).skip(1) {
            if self.rows.symbol(row.parent).is_none() {
                continue;
            }
            let first = self.symbols.get(index as usize).copied().unwrap_or(index);
            let row = if first == index { row } else { self.rows.symbol(first).unwrap_or(row) };
            let record = self.record(row.parent, self.own(index).0, row.name, row.name_start, EdgeKind::Contains, Rule::Exact);
            self.records.push((record, NONE));
        }
        for edge in derived_edges(self.db, self.file, self.rows) {
            let FoundEdge { source, target, kind, rule, candidates, name, start, .. } = edge;
            let (source, target, name) = (self.local(source).0, self.number(target), self.names.number_of(&name));
            let candidates = at_most(candidates.len());
            self.records.push((EdgeRecord { source, target, name, line: 0, column: start, kind, rule, candidates }, NONE));
        }
    }

    fn add_argument(&mut self, parameter: Parameter<Symbol<'db>>, argument: Argument<Symbol<'db>>) {
        let (parameter, argument) = (parameter.map(|symbol| self.local(symbol)), argument.map(|symbol| self.local(symbol)));
        self.arguments.push((parameter, argument));
    }
}
