//! All edges of the workspace as plain numbers, made at once on all threads.
//!
//! File by file these are the edges of [`edges_of_file`], in the same order. There a question is asked of the whole
//! workspace for each name, member and parameter; here every file says once what it has and what it seeks (its [`Draft`]),
//! and what is sought is found in tables over all drafts. Drafts are kept: after an edit few are made again.

mod arguments;
mod declared;
mod definitions;
mod draft;
pub(crate) mod names;

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use salsa::plumbing::FromId as _;

use self::arguments::Arguments;
use self::declared::Declared;
use self::definitions::Definitions;
use self::draft::{Draft, Local, Place, edge_draft};
use super::calls::FoundEdge;
use super::candidate::{Verdict, verdict};
use super::join::Join;
use super::numbering::Numbering;
use super::passed::functions_reaching;
use super::structure::edges_of_file;
use crate::index::world::World;
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::names::files::{SourceFile, Symbol, symbol_row};
use crate::syntax::rows::NONE;

/// All edges of the workspace. About 24 bytes an edge, most of them in the drafts, and each file's names once.
#[derive(Debug, Default)]
pub(crate) struct AllEdges {
    numbering: Numbering,
    files: Box<[FileRecords]>,
}

/// The edges of one file: its draft, and what the other files decide.
#[derive(Debug)]
struct FileRecords {
    draft: Arc<Draft>,
    /// The nodes of the places that the draft names.
    nodes: Box<[u32]>,
    /// What became of what it seeks.
    decided: Box<[Decided]>,
    /// More records, and how many of the draft's stand before each.
    added: Box<[(u32, EdgeRecord)]>,
    /// Names of added records that the draft does not have.
    names: Box<[Box<str>]>,
}

/// An edge, as the `edges` table has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EdgeRecord {
    /// Node of the source.
    pub(crate) source: u32,
    /// Node of the target, or `NONE`.
    pub(crate) target: u32,
    /// The name at the site: of the names of the file, see [`AllEdges::name`].
    pub(crate) name: u32,
    /// Line of the site, from 1.
    pub(crate) line: u32,
    /// Column in bytes, from 0.
    pub(crate) column: u32,
    pub(crate) kind: EdgeKind,
    pub(crate) rule: Rule,
    /// How many definitions it may mean, or may run; at most 65,535.
    pub(crate) candidates: u16,
}

const _: () = assert!(size_of::<EdgeRecord>() == 24, "millions of them are held");

impl EdgeRecord {
    /// Where it stands among the edges of its file.
    const fn order(&self) -> (u32, u32, EdgeKind) {
        (self.line, self.column, self.kind)
    }
}

/// What an open use turned out to be.
#[derive(Clone, Copy, Debug)]
struct Decided {
    target: u32,
    rule: Rule,
    candidates: u16,
}

impl Default for Decided {
    fn default() -> Self {
        Self { target: NONE, rule: Rule::Unresolved, candidates: 0 }
    }
}

impl AllEdges {
    /// Makes all edges on all threads. Costs the resolution of every file that nobody has asked for before, and the drafts
    /// of those that changed since somebody last asked.
    pub(crate) fn of(world: World<'_>) -> Self {
        let drafts = world.on_each_file(|world, file| {
            let draft = edge_draft(world.db, file);
            let declared = if draft.declares { Declared::of(world, file) } else { Vec::new() };
            (draft, declared)
        });
        let (drafts, declared): (Vec<Arc<Draft>>, Vec<Vec<Declared>>) = drafts.into_iter().unzip();
        let numbering = Numbering::of(drafts.iter().map(|draft| draft.rows()));
        let position = |file: salsa::Id| world.live.positions.get(&SourceFile::from_id(file)).copied();
        let node = |&(file, identity): &Place| {
            let file = position(file)?;
            numbering.node(file, drafts.get(file as usize)?.row_of(identity)?)
        };
        let node = |place: &Place| node(place).unwrap_or(NONE);
        let files = world.install(|| {
            let nodes: Vec<Box<[u32]>> = drafts.par_iter().map(|draft| draft.places.iter().map(node).collect()).collect();
            let numbers =
                |file: u32| Numbers { first: numbering.nodes(file).start, places: nodes.get(file as usize).map_or(&[], |nodes| nodes) };
            let known = Known { definitions: &Definitions::of(&drafts, numbers), arguments: &Arguments::of(&drafts, numbers) };
            let decided: Vec<Box<[Decided]>> =
                (0..drafts.len() as u32).into_par_iter().zip(&drafts).map(|(file, draft)| known.decided(draft, numbers(file))).collect();
            let files = drafts.par_iter().zip(&declared).zip(decided).enumerate().map(|(file, ((draft, declared), decided))| {
                let numbers = numbers(file as u32);
                let mut added = known.passed(draft, &decided, numbers);
                let names = declared::add(declared, draft, numbers.first, node, &mut added);
                added.sort_by_key(|&(at, record)| (at, record.order()));
                FileRecords { draft: Arc::clone(draft), nodes: numbers.places.into(), decided, added: added.into(), names }
            });
            files.collect::<Vec<_>>()
        });
        Self { numbering, files: files.into() }
    }

    /// Does the part of a file's edges that needs its rows.
    #[cfg(feature = "analytics")]
    pub(crate) fn read<'w>(world: World<'w>, file: SourceFile<'w>) {
        edge_draft(world.db, file);
    }

    /// Number of live files.
    pub(crate) fn file_count(&self) -> u32 {
        self.files.len() as u32
    }

    /// How the symbols are numbered.
    pub(crate) fn numbering(&self) -> &Numbering {
        &self.numbering
    }

    /// How many edges the live file at a place has.
    #[cfg(feature = "analytics")]
    pub(crate) fn count(&self, file: u32) -> usize {
        self.files.get(file as usize).map_or(0, |of| of.draft.records.len() + of.added.len())
    }

    /// The edges of the live file at a place, in order of their sites.
    pub(crate) fn records(&self, file: u32) -> Vec<EdgeRecord> {
        self.files.get(file as usize).map_or_else(Vec::new, |of| of.records(self.numbering.nodes(file).start))
    }

    /// A name of the live file at a place.
    pub(crate) fn name(&self, file: u32, name: u32) -> &str {
        self.files.get(file as usize).map_or("", |file| file.name(name))
    }

    /// The cognitive complexity of the functions with a body of the live file at a place, by row; 0 for all else.
    pub(crate) fn complexity(&self, file: u32) -> &[u32] {
        self.files.get(file as usize).map_or(&[], |file| &file.draft.complexity)
    }

    /// Which symbols of the live file at a place are tests, or lie in one or among them, by row.
    pub(crate) fn tests(&self, file: u32) -> &[bool] {
        self.files.get(file as usize).map_or(&[], |file| &file.draft.tests)
    }

    /// The node of a symbol.
    pub(crate) fn node_of<'w>(&self, world: World<'w>, symbol: Symbol<'w>) -> Option<u32> {
        let file = *world.live.positions.get(&symbol.file(world.db))?;
        self.numbering.node(file, symbol_row(world.db, symbol)?.1)
    }

    /// The record of an edge whose site is at a line and column. Its name is that of `name`.
    pub(crate) fn record_of<'w>(
        &self,
        world: World<'w>,
        edge: &FoundEdge<'w>,
        (line, column): (u32, u32),
        name: u32,
    ) -> Option<EdgeRecord> {
        Some(EdgeRecord {
            source: self.node_of(world, edge.source)?,
            target: edge.target.and_then(|target| self.node_of(world, target)).unwrap_or(NONE),
            name,
            line,
            column,
            kind: edge.kind,
            rule: edge.rule,
            candidates: at_most(edge.candidates.len()),
        })
    }

    /// Describes the first record that is not what its file alone would give; there is none.
    pub(crate) fn first_difference(&self, world: World<'_>) -> Option<String> {
        let mut join = Join::new(world);
        (0..).zip(&world.live.all).find_map(|(place, &file)| {
            let rows = world.rows(file)?;
            let expected = edges_of_file(&mut join, file);
            let records = self.records(place);
            let differs = |(edge, record): (&FoundEdge<'_>, &EdgeRecord)| {
                let same = self.record_of(world, edge, rows.position(edge.start), record.name) == Some(*record)
                    && *edge.name == *self.name(place, record.name);
                let target = self.numbering.place(record.target);
                (!same).then(|| format!("{}: {edge:?} is {record:?} to {target:?}", file.path(world.db)))
            };
            let counts = || {
                let differ = expected.len() != records.len();
                differ.then(|| format!("{}: {} edges are {}", file.path(world.db), expected.len(), records.len()))
            };
            expected.iter().zip(&records).find_map(differs).or_else(counts)
        })
    }
}

impl FileRecords {
    fn name(&self, name: u32) -> &str {
        let own = self.draft.names.count();
        match name.checked_sub(own) {
            None => self.draft.names.text(name),
            Some(added) => self.names.get(added as usize).map_or("", |name| name),
        }
    }

    /// The records, where `first` is the node of the file's first row.
    fn records(&self, first: u32) -> Vec<EdgeRecord> {
        let numbers = Numbers { first, places: &self.nodes };
        let mut decided = self.draft.sought.iter().map(|&(at, _)| at).zip(&self.decided).peekable();
        let mut added = self.added.iter().peekable();
        let mut records = Vec::with_capacity(self.draft.records.len() + self.added.len());
        for (at, record) in (0..).zip(&self.draft.records) {
            records.extend(std::iter::from_fn(|| added.next_if(|&&(before, _)| before <= at)).map(|&(_, record)| record));
            let mut record = EdgeRecord { source: numbers.number(record.source), target: numbers.number(record.target), ..*record };
            if let Some((_, &Decided { target, rule, candidates })) = decided.next_if(|&(of, _)| of == at) {
                (record.target, record.rule, record.candidates) = (target, rule, candidates);
            }
            records.push(record);
        }
        records.extend(added.map(|&(_, record)| record));
        records
    }
}

/// How a draft's symbols are numbered in the workspace.
#[derive(Clone, Copy)]
struct Numbers<'a> {
    /// The node of the file's first row.
    first: u32,
    /// The nodes of the places that the draft names.
    places: &'a [u32],
}

impl Numbers<'_> {
    fn node(&self, symbol: Local) -> u32 {
        match symbol.row() {
            Ok(row) => self.first + row,
            Err(place) => self.places.get(place as usize).copied().unwrap_or(NONE),
        }
    }

    /// The node of a local number, as a draft's records have it.
    fn number(&self, number: u32) -> u32 {
        if number == NONE { NONE } else { self.node(Local::of_number(number)) }
    }
}

/// What all files are finished with.
struct Known<'a> {
    definitions: &'a Definitions,
    arguments: &'a Arguments,
}

impl Known<'_> {
    /// Decides what a file left open.
    fn decided(&self, draft: &Draft, numbers: Numbers<'_>) -> Box<[Decided]> {
        let rows = numbers.first..numbers.first + draft.rows();
        let decide = |&(at, sought): &(u32, _)| {
            let Some(record) = draft.records.get(at as usize) else { return Decided::default() };
            let candidates = self.definitions.named(draft.names.text(record.name), draft.family);
            let sought = draft::numbered(sought, numbers);
            match verdict(candidates.iter().filter(|candidate| sought.fits(candidate, |node| rows.contains(&node)))) {
                Verdict::Unresolved => Decided::default(),
                Verdict::Name(node) => Decided { target: node, rule: Rule::Name, candidates: 0 },
                Verdict::Ambiguous(count) => Decided { target: NONE, rule: Rule::Ambiguous, candidates: at_most(count) },
            }
        };
        draft.sought.iter().map(decide).collect()
    }

    /// One record after each call that stays unresolved for each function that reaches the parameter that it calls.
    fn passed(&self, draft: &Draft, decided: &[Decided], numbers: Numbers<'_>) -> Vec<(u32, EdgeRecord)> {
        let mut reaching = FxHashMap::default();
        let mut found = Vec::new();
        for &(at, parameter) in &draft.called {
            let Some(record) = draft.records.get(at as usize) else { continue };
            let decided = draft.sought.binary_search_by_key(&at, |&(of, _)| of).ok().and_then(|place| decided.get(place));
            if decided.map_or(record.rule, |decided| decided.rule) != Rule::Unresolved {
                continue;
            }
            let functions = reaching
                .entry(parameter)
                .or_insert_with(|| functions_reaching(parameter.map(|symbol| numbers.node(symbol)), |of| self.arguments.of_parameter(of)));
            let (source, candidates) = (numbers.number(record.source), at_most(functions.len()));
            let runs = |&target: &u32| (at + 1, EdgeRecord { source, target, rule: Rule::Passed, candidates, ..*record });
            found.extend(functions.iter().map(runs));
        }
        found
    }
}

/// A count as a record holds it.
fn at_most(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
