//! All edges of the workspace as plain numbers, made at once on all threads.
//!
//! File by file these are the edges of [`edges_of_file`], in the same order. There a question is asked of the whole
//! workspace for each name, member and parameter; here every file says once what it has and what it seeks (its [`Draft`]),
//! and what is sought is found in tables over all drafts.

mod arguments;
mod definitions;
mod draft;
mod names;

use std::sync::Mutex;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use self::arguments::Arguments;
use self::definitions::Definitions;
use self::draft::{Draft, Local};
use self::names::Names;
use super::calls::FoundEdge;
use super::candidate::{Verdict, verdict};
use super::join::Join;
use super::passed::functions_reaching;
use super::structure::edges_of_file;
use crate::index::world::World;
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::names::files::{Symbol, symbol_row};
use crate::syntax::rows::NONE;

/// All edges of the workspace. About 24 bytes an edge, and each file's names once.
#[derive(Debug, Default)]
pub(crate) struct AllEdges {
    /// The node of the first row of each live file, in their order, and one past the last node.
    first: Box<[u32]>,
    files: Box<[FileRecords]>,
}

/// The edges of one file.
#[derive(Debug, Default)]
struct FileRecords {
    records: Box<[EdgeRecord]>,
    names: Names,
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

/// Files that are drafted at a time: few enough that threads end together.
const AT_A_TIME: usize = 64;

impl AllEdges {
    /// Makes all edges on all threads. Costs the resolution of every file that nobody has asked for before.
    pub(crate) fn of(world: World<'_>) -> Self {
        let implementations = Mutex::default();
        let drafts = world.on_groups(AT_A_TIME, |world, files| {
            files.iter().map(|&file| Draft::of(world, &implementations, file)).collect::<Vec<Draft>>()
        });
        let drafts: Vec<Draft> = drafts.into_iter().flatten().collect();
        world.install(|| Self::joined(drafts))
    }

    fn joined(mut drafts: Vec<Draft>) -> Self {
        let mut first = Vec::with_capacity(drafts.len() + 1);
        let mut nodes = 0_u32;
        for draft in &drafts {
            first.push(nodes);
            nodes += draft.rows();
        }
        first.push(nodes);
        let places: Vec<Box<[u32]>> = drafts.par_iter().map(|draft| nodes_of(draft, &drafts, &first)).collect();
        drafts.par_iter_mut().for_each(Draft::forget_identities);
        let definitions = Definitions::of(&mut drafts, &places, &first);
        let arguments = Arguments::of(&mut drafts, &places, &first);
        let known = Known { definitions: &definitions, arguments: &arguments };
        let numbered = drafts.into_par_iter().zip(&places).zip(&first);
        let files = numbered.map(|((draft, places), &first)| known.finish(draft, Numbers { first, places })).collect();
        Self { first: first.into(), files }
    }

    /// Number of live files.
    pub(crate) fn file_count(&self) -> u32 {
        self.files.len() as u32
    }

    /// The node of the first row of the live file at a place; at the end, one past the last node.
    pub(crate) fn first(&self, file: u32) -> u32 {
        self.first.get(file as usize).copied().unwrap_or(0)
    }

    /// The edges of the live file at a place, in order of their sites.
    pub(crate) fn records(&self, file: u32) -> &[EdgeRecord] {
        self.files.get(file as usize).map_or(&[], |file| &file.records)
    }

    /// A name of the live file at a place.
    pub(crate) fn name(&self, file: u32, name: u32) -> &str {
        self.files.get(file as usize).map_or("", |file| file.names.text(name))
    }

    /// The node of a row of the live file at a place.
    pub(crate) fn node(&self, file: u32, row: u32) -> Option<u32> {
        let (start, end) = (self.first.get(file as usize)?, self.first.get(file as usize + 1)?);
        let node = start + row;
        (node < *end).then_some(node)
    }

    /// The place of a node's live file, and its row.
    pub(crate) fn place(&self, node: u32) -> (u32, u32) {
        let file = self.first.partition_point(|&first| first <= node).saturating_sub(1);
        (file as u32, node - self.first.get(file).copied().unwrap_or(0))
    }
}

impl AllEdges {
    /// Describes the first record that is not what its file alone would give; there is none.
    pub(crate) fn first_difference<'w>(&self, world: World<'w>) -> Option<String> {
        let mut join = Join::new(world);
        (0..).zip(&world.live.all).find_map(|(place, &file)| {
            let rows = world.rows(file)?;
            let expected = edges_of_file(&mut join, file);
            let records = self.records(place);
            let differs = |(edge, record): (&FoundEdge<'w>, &EdgeRecord)| {
                let (line, column) = rows.position(edge.start);
                let same = self.node_of(world, edge.source) == Some(record.source)
                    && edge.target.and_then(|target| self.node_of(world, target)).unwrap_or(NONE) == record.target
                    && *edge.name == *self.name(place, record.name)
                    && (line, column, edge.kind, edge.rule) == (record.line, record.column, record.kind, record.rule)
                    && at_most(edge.candidates.len()) == record.candidates;
                (!same).then(|| format!("{}: {edge:?} is {record:?} to {:?}", file.path(world.db), self.place(record.target)))
            };
            let counts = || {
                let differ = expected.len() != records.len();
                differ.then(|| format!("{}: {} edges are {}", file.path(world.db), expected.len(), records.len()))
            };
            expected.iter().zip(records).find_map(differs).or_else(counts)
        })
    }

    /// The node of a symbol.
    pub(crate) fn node_of<'w>(&self, world: World<'w>, symbol: Symbol<'w>) -> Option<u32> {
        let file = *world.live.positions.get(&symbol.file(world.db))?;
        self.node(file, symbol_row(world.db, symbol)?.1)
    }
}

/// The nodes of the places that a draft names.
fn nodes_of(draft: &Draft, drafts: &[Draft], first: &[u32]) -> Box<[u32]> {
    let node = |&(file, identity): &(u32, u64)| {
        let row = drafts.get(file as usize)?.row_of(identity)?;
        Some(first.get(file as usize)? + row)
    };
    draft.places.iter().map(|place| node(place).unwrap_or(NONE)).collect()
}

/// How a draft's symbols are numbered in the workspace.
#[derive(Clone, Copy)]
struct Numbers<'a> {
    /// The node of the file's first row.
    first: u32,
    places: &'a [u32],
}

impl Numbers<'_> {
    fn node(&self, symbol: Local) -> u32 {
        match symbol.row() {
            Ok(row) => self.first + row,
            Err(place) => self.places.get(place as usize).copied().unwrap_or(NONE),
        }
    }
}

/// What all files are finished with.
struct Known<'a> {
    definitions: &'a Definitions,
    arguments: &'a Arguments,
}

impl Known<'_> {
    /// Decides what a file left open, and puts its edges in order.
    fn finish(&self, draft: Draft, numbers: Numbers<'_>) -> FileRecords {
        let rows = numbers.first..numbers.first + draft.rows();
        let Draft { names, mut uses, mut others, sought, called, family, .. } = draft;
        for record in uses.iter_mut().chain(&mut others) {
            record.source = numbers.node(Local::of_number(record.source));
            if record.target != NONE {
                record.target = numbers.node(Local::of_number(record.target));
            }
        }
        for (at, sought) in sought {
            let Some(record) = uses.get_mut(at as usize) else { continue };
            let candidates = self.definitions.named(names.text(record.name), family);
            let sought = sought.map(|symbol| numbers.node(symbol));
            match verdict(candidates.iter().filter(|candidate| sought.fits(candidate, |node| rows.contains(&node)))) {
                Verdict::Unresolved => {}
                Verdict::Name(node) => (record.rule, record.target) = (Rule::Name, node),
                Verdict::Ambiguous(count) => (record.rule, record.candidates) = (Rule::Ambiguous, at_most(count)),
            }
        }
        let mut passed = FxHashMap::default();
        for (at, parameter) in called {
            let Some(&record) = uses.get(at as usize).filter(|record| record.rule == Rule::Unresolved) else { continue };
            let functions = passed
                .entry(parameter)
                .or_insert_with(|| functions_reaching(parameter.map(|symbol| numbers.node(symbol)), |of| self.arguments.of_parameter(of)));
            let candidates = at_most(functions.len());
            uses.extend(functions.iter().map(|&target| EdgeRecord { target, rule: Rule::Passed, candidates, ..record }));
        }
        uses.append(&mut others);
        uses.sort_by_key(|record| (record.line, record.column, record.kind));
        FileRecords { records: uses.into(), names }
    }
}

/// A count as a record holds it.
fn at_most(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
