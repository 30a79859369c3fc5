//! Questions about relations: callers, callees, references, hierarchy, imports, impact, dead code.
//!
//! Every answer keeps *none* apart from *unknown*: sites whose name may mean the symbol, or several things, are counted
//! and listed beside what is known.

use leindex_db::Settings;
use serde::Serialize;

use super::change::{ChangedLines, WorkingTree};
use super::describe::{symbol_info, symbol_name};
use super::diff::OldSymbol;
use super::error::{Cancellable, Error};
use super::lookup::{file_at, find, innermost, text_of};
use super::results::{EdgeInfo, SymbolInfo};
use super::snapshot::{Snapshot, edge_info};
use super::world::World;
use crate::graph::broken::{Gone, broken, module_of};
use crate::graph::calls::{FoundEdge, incoming, outgoing, uses_of_file};
use crate::graph::constructing::{constructed, with_contents};
use crate::graph::declaring::twins;
use crate::graph::dispatch::{dispatched, dispatched_to};
use crate::graph::impact::{Reach, reach};
use crate::graph::join::Join;
use crate::graph::passed::{passed, passed_to};
use crate::graph::structure::edges_of_file;
use crate::graph::{cycles, dead, hierarchy, overriding};
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::names::evidence::is_test_path;
use crate::names::files::{Symbol, symbol_row};
use crate::names::module_map::MODULE_IDENTITY;
use crate::syntax::rows::SymbolFlags;

pub use crate::graph::impact::Direction;

/// Whether an empty answer may be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// There are some.
    Some,
    /// There are none, and no site could be one.
    None,
    /// None is known, but there are sites whose target is not.
    Unknown,
}

/// Relations of a symbol.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Relations {
    /// The symbol in question.
    pub symbol: SymbolInfo,
    /// What is known.
    pub edges: Vec<EdgeInfo>,
    /// Sites that may be meant: the name is one of several definitions'.
    pub ambiguous: Vec<EdgeInfo>,
    /// Sites whose target is not known at all (only for what leaves a symbol).
    pub unresolved: Vec<EdgeInfo>,
    /// Whether an empty list may be believed.
    pub certainty: Certainty,
    /// The revision this holds for.
    pub revision: String,
}

/// Types around a type, and the overrides of a method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hierarchy {
    /// The symbol in question.
    pub symbol: SymbolInfo,
    /// Types above, or members that it overrides; nearest first.
    pub above: Vec<SymbolInfo>,
    /// Types below, or members that override it; nearest first.
    pub below: Vec<SymbolInfo>,
    /// An ancestor lies outside or is not known.
    pub open: bool,
    /// The revision this holds for.
    pub revision: String,
}

/// A member of an impact, with its proof.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImpactMember {
    /// The symbol's full name.
    pub symbol: String,
    /// Its file.
    pub path: String,
    /// The line of its name.
    pub line: u32,
    /// Edges between it and the start.
    pub distance: u32,
    /// The edges that lead from the start to it, in order.
    pub proof: Vec<EdgeInfo>,
}

/// What a change reaches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Impact {
    /// The symbols that change.
    pub start: Vec<String>,
    /// Symbols that a working tree has no more; whoever still uses their names is among the members.
    pub removed: Vec<OldSymbol>,
    /// What is reached, nearest first, without the start.
    pub members: Vec<ImpactMember>,
    /// The tests among the members.
    pub tests: Vec<String>,
    /// Sites met whose target is one of several by name: they may hide members.
    pub unknown: usize,
    /// More members than the limit.
    pub truncated: bool,
    /// The revision this holds for.
    pub revision: String,
}

/// A definition that nothing is known to lead to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeadSymbol {
    /// The symbol.
    pub symbol: SymbolInfo,
    /// Sites that may mean it; 0 where it is dead for certain.
    pub possible_sites: u32,
}

/// Bounds of an impact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImpactOptions {
    /// Which way to go.
    pub direction: Direction,
    /// Longest path.
    pub depth: u32,
    /// Most members.
    pub limit: usize,
}

impl Default for ImpactOptions {
    fn default() -> Self {
        Self { direction: Direction::Dependents, depth: u32::MAX, limit: 10_000 }
    }
}

impl Snapshot<'_> {
    /// Who calls a symbol; of a type, who makes objects of it. A declaration and its definition answer as one; calls of a member that it overrides, which may
    /// run it, are edges of rule `hierarchy`; calls of parameters that it is handed to, edges of rule `passed`.
    ///
    /// # Errors
    ///
    /// As [`symbol`](Self::symbol).
    pub fn callers(&self, name: &str) -> Result<Relations, Error> {
        self.relations(name, |join, symbol| {
            let mut edges = incoming_as_one(join, symbol);
            let passed = passed_to(join, symbol, &edges);
            edges.retain(|edge| edge.kind == EdgeKind::Call);
            edges.extend(dispatched_to(join, symbol));
            edges.extend(passed);
            in_order(join.world, &mut edges);
            edges
        })
    }

    /// What a symbol calls. Calls that leave the workspace are edges of rule `external` without a target; what may run
    /// instead of a member that a call names are edges of rule `hierarchy`, and what is handed to a parameter that it calls,
    /// edges of rule `passed`.
    ///
    /// # Errors
    ///
    /// As [`symbol`](Self::symbol).
    pub fn callees(&self, name: &str) -> Result<Relations, Error> {
        self.relations(name, |join, symbol| {
            let mut edges = outgoing(join, symbol);
            edges.retain(|edge| edge.kind == EdgeKind::Call);
            edges.extend(passed(join, &edges));
            edges.extend(dispatched(join, &edges));
            in_order(join.world, &mut edges);
            edges
        })
    }

    /// Every place that mentions a symbol: calls, reads, types, bases and imports. A declaration and its definition answer
    /// as one.
    ///
    /// # Errors
    ///
    /// As [`symbol`](Self::symbol).
    pub fn references(&self, name: &str) -> Result<Relations, Error> {
        self.relations(name, incoming_as_one)
    }

    fn relations(
        &self,
        name: &str,
        question: impl for<'w> FnOnce(&mut Join<'w>, Symbol<'w>) -> Vec<FoundEdge<'w>>,
    ) -> Result<Relations, Error> {
        self.ask(|world| {
            let symbol = find(world, name)?;
            let mut join = Join::new(world);
            let found = question(&mut join, symbol);
            let info = symbol_info(world, symbol).ok_or_else(|| Error::UnknownSymbol { name: name.to_owned(), nearest: Vec::new() })?;
            let pick = |wanted: fn(Rule) -> bool| {
                found.iter().filter(|edge| wanted(edge.rule)).map(|edge| edge_info(world, edge)).collect::<Vec<_>>()
            };
            let edges = pick(|rule| !matches!(rule, Rule::Ambiguous | Rule::Unresolved));
            let ambiguous = pick(|rule| rule == Rule::Ambiguous);
            let unresolved = pick(|rule| rule == Rule::Unresolved);
            let certainty = match (edges.is_empty(), ambiguous.is_empty() && unresolved.is_empty()) {
                (false, _) => Certainty::Some,
                (true, true) => Certainty::None,
                (true, false) => Certainty::Unknown,
            };
            Ok(Relations { symbol: info, edges, ambiguous, unresolved, certainty, revision: self.revision().to_owned() })
        })?
    }

    /// The types above and below a type, or what a method overrides and what overrides it.
    ///
    /// # Errors
    ///
    /// As [`symbol`](Self::symbol).
    pub fn hierarchy(&self, name: &str) -> Result<Hierarchy, Error> {
        self.ask(|world| {
            let symbol = find(world, name)?;
            let info = symbol_info(world, symbol).ok_or_else(|| Error::UnknownSymbol { name: name.to_owned(), nearest: Vec::new() })?;
            let is_type = symbol_row(world.db, symbol).is_some_and(|(_, _, row)| row.kind.is_type());
            let (above, below, open) = if is_type {
                let (above, open) = hierarchy::ancestors(world.db, symbol);
                (
                    above.iter().map(|relative| relative.ty).collect(),
                    hierarchy::descendants(world.db, symbol).iter().map(|relative| relative.ty).collect(),
                    open,
                )
            } else {
                (overriding::overridden(world.db, symbol), overriding::overrides(world.db, symbol), false)
            };
            let infos = |symbols: Vec<Symbol<'_>>| symbols.into_iter().filter_map(|symbol| symbol_info(world, symbol)).collect();
            Ok(Hierarchy { symbol: info, above: infos(above), below: infos(below), open, revision: self.revision().to_owned() })
        })?
    }

    /// What a file imports.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn imports(&self, path: &str) -> Result<Vec<EdgeInfo>, Error> {
        let path = super::change::normal(path);
        self.ask(|world| {
            let file = file_at(world, &path)?;
            let edges = uses_of_file(&mut Join::new(world), file);
            Ok(edges.iter().filter(|edge| edge.kind == EdgeKind::Import).map(|edge| edge_info(world, edge)).collect())
        })?
    }

    /// Which files import a file, or something it defines.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn importers(&self, path: &str) -> Result<Vec<EdgeInfo>, Error> {
        let path = super::change::normal(path);
        self.ask(|world| {
            let file = file_at(world, &path)?;
            let mut join = Join::new(world);
            let mut found = Vec::new();
            for &other in &world.live.all {
                if other == file {
                    continue;
                }
                let edges = crate::names::edges::file_edges(world.db, other);
                if edges
                    .closed
                    .iter()
                    .any(|edge| edge.kind == EdgeKind::Import && edge.target.is_some_and(|target| target.file(world.db) == file))
                {
                    found.extend(
                        uses_of_file(&mut join, other)
                            .iter()
                            .filter(|edge| edge.kind == EdgeKind::Import && edge.target.is_some_and(|target| target.file(world.db) == file))
                            .map(|edge| edge_info(world, edge)),
                    );
                }
            }
            Ok(found)
        })?
    }

    /// Groups of files that import each other, larger groups first.
    pub fn cycles(&self) -> Cancellable<Vec<Vec<String>>> {
        self.ask(|world| {
            let cycles = cycles::import_cycles(world);
            cycles.into_iter().map(|cycle| cycle.into_iter().map(|file| file.path(world.db).to_owned()).collect()).collect()
        })
    }

    /// What a change of some symbols reaches, with the path that proves each member. A type or a file changes with all that
    /// is defined in it.
    ///
    /// # Errors
    ///
    /// As [`symbol`](Self::symbol).
    pub fn impact(&self, names: &[&str], options: ImpactOptions) -> Result<Impact, Error> {
        self.ask(|world| {
            let start = names.iter().map(|name| find(world, name)).collect::<Result<Vec<_>, _>>()?;
            Ok(self.impact_of(world, &start, &with_contents(world, &start), Vec::new(), options))
        })?
    }

    /// What the change of some lines reaches: the innermost symbols on them are the start. Lines count from 1 and are
    /// those of the files now. A file that is not analysed changes no symbol.
    ///
    /// # Errors
    ///
    /// As all questions.
    pub fn impact_of_lines(&self, changes: &[ChangedLines], options: ImpactOptions) -> Result<Impact, Error> {
        self.ask(|world| {
            let start = symbols_on(world, changes);
            Ok(self.impact_of(world, &start, &start, Vec::new(), options))
        })?
    }

    /// What the changes of a working tree reach: the innermost symbols on the lines that changed are the start, and whoever
    /// still uses the name of what was taken away or moved is reached. Files that are not analysed change no symbol.
    ///
    /// Costs a parse of each changed file's old text beside the way through the graph.
    pub fn impact_of_working_tree(&self, tree: &WorkingTree, options: ImpactOptions) -> Cancellable<Impact> {
        let diff = self.diff(&tree.files)?;
        self.ask(|world| {
            let mut start = symbols_on(world, &tree.lines);
            // What something was taken out of has changed; what it only stood beside has not.
            let changed: Vec<&str> =
                diff.body.iter().chain(diff.signature.iter().map(|change| &change.symbol)).map(|symbol| symbol.symbol.as_str()).collect();
            for symbol in symbols_on(world, &tree.gaps) {
                let is_module = symbol.identity(world.db) == MODULE_IDENTITY();
                if !is_module && !start.contains(&symbol) && changed.contains(&symbol_name(world, symbol).as_str()) {
                    start.push(symbol);
                }
            }
            for moved in &diff.moved {
                if let Ok(symbol) = find(world, &moved.to.symbol)
                    && !start.contains(&symbol)
                {
                    start.push(symbol);
                }
            }
            let elsewhere = diff.moved.iter().filter(|moved| moved.from.path != moved.to.path).map(|moved| &moved.from);
            let old: Vec<&OldSymbol> = diff.removed.iter().chain(elsewhere).collect();
            let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
            let mut gone: Vec<Gone> = old.iter().map(|old| Gone { path: old.path.clone(), name: last(&old.name) }).collect();
            let left = tree.files.iter().filter_map(|file| file.old_path.as_ref().filter(|old| Some(*old) != file.path.as_ref()));
            gone.extend(left.map(|path| Gone { path: path.clone(), name: module_of(path).to_owned() }));
            let broken = match options.direction {
                Direction::Dependents if !gone.is_empty() => broken(&mut Join::new(world), &gone),
                _ => Vec::new(),
            };
            let mut impact = self.impact_of(world, &start, &start, broken, options);
            impact.removed = diff.removed.clone();
            impact
        })
    }

    fn impact_of<'w>(
        &self,
        world: World<'w>,
        start: &[Symbol<'w>],
        seeds: &[Symbol<'w>],
        gone: Vec<FoundEdge<'w>>,
        options: ImpactOptions,
    ) -> Impact {
        let mut join = Join::new(world);
        let found: Reach<'w> = reach(&mut join, seeds, gone, options.direction, options.depth, options.limit);
        let mut members = Vec::new();
        let mut tests = Vec::new();
        for (index, member) in found.members.iter().enumerate() {
            if member.from.is_none() {
                continue;
            }
            let mut proof = Vec::new();
            let mut at = index;
            while let Some((before, edge)) = found.members.get(at).and_then(|member| member.from.as_ref()) {
                proof.push(edge_info(world, edge));
                at = *before;
            }
            proof.reverse();
            let Some((rows, _, row)) = symbol_row(world.db, member.symbol) else { continue };
            let path = member.symbol.file(world.db).path(world.db);
            let symbol = symbol_name(world, member.symbol);
            // Where a file marks its tests, what stands beside them helps them and is none.
            let is_test = |path| is_test_path(path) && !rows.symbols().any(|row| row.flags.has(SymbolFlags::TEST));
            if row.flags.has(SymbolFlags::TEST) || is_test(path) {
                tests.push(symbol.clone());
            }
            members.push(ImpactMember { symbol, path: path.to_owned(), line: row.name_line, distance: member.distance, proof });
        }
        Impact {
            start: start.iter().map(|&symbol| symbol_name(world, symbol)).collect(),
            removed: Vec::new(),
            members,
            tests,
            unknown: found.ambiguous,
            truncated: found.truncated,
            revision: self.revision().to_owned(),
        }
    }

    /// The tests that reach a symbol, nearest first.
    ///
    /// # Errors
    ///
    /// As [`symbol`](Self::symbol).
    pub fn tests_for(&self, name: &str) -> Result<Vec<String>, Error> {
        Ok(self.impact(&[name], ImpactOptions::default())?.tests)
    }

    /// Definitions that nothing leads to, and those to which only sites of unknown target may.
    pub fn dead_code(&self) -> Cancellable<Vec<DeadSymbol>> {
        self.ask(|world| {
            let entry_points = Settings::get(world.db).entry_points(world.db);
            dead::dead_code(world, entry_points, is_test_path)
                .into_iter()
                .filter_map(|(symbol, verdict)| {
                    let possible_sites = match verdict {
                        dead::Verdict::Dead => 0,
                        dead::Verdict::Unknown(sites) => sites,
                    };
                    symbol_info(world, symbol).map(|symbol| DeadSymbol { symbol, possible_sites })
                })
                .collect()
        })
    }

    /// Why a site of a file leads where it does: the edges of one line, with rules and candidates.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn why(&self, path: &str, line: u32) -> Result<Vec<(EdgeInfo, Vec<String>)>, Error> {
        let path = super::change::normal(path);
        self.ask(|world| {
            let file = file_at(world, &path)?;
            let edges = edges_of_file(&mut Join::new(world), file);
            Ok(edges
                .iter()
                .map(|edge| (edge_info(world, edge), edge))
                .filter(|(info, _)| info.line == line)
                .map(|(info, edge)| (info, edge.candidates.iter().map(|&symbol| symbol_name(world, symbol)).collect()))
                .collect())
        })?
    }
}

/// The edges into a symbol and into what is the same thing: its declarations, its definition; into a type, also the calls
/// that make objects of it.
fn incoming_as_one<'w>(join: &mut Join<'w>, symbol: Symbol<'w>) -> Vec<FoundEdge<'w>> {
    let mut edges = incoming(join, symbol);
    edges.extend(constructed(join, symbol));
    for twin in twins(join.world, symbol) {
        let mut of_twin = incoming(join, twin);
        of_twin.extend(constructed(join, twin));
        for edge in of_twin {
            if !edges.iter().any(|known| (known.file, known.start, known.kind) == (edge.file, edge.start, edge.kind)) {
                edges.push(edge);
            }
        }
    }
    in_order(join.world, &mut edges);
    edges
}

/// Puts edges in order of path and place.
fn in_order<'w>(world: World<'w>, edges: &mut [FoundEdge<'w>]) {
    edges.sort_by_cached_key(|edge| (edge.file.path(world.db), edge.start, edge.kind));
}

/// The innermost symbols on some lines. A file that is not analysed has none.
fn symbols_on<'w>(world: World<'w>, changes: &[ChangedLines]) -> Vec<Symbol<'w>> {
    let mut found = Vec::new();
    for (path, lines) in changes {
        let Some(file) = world.file(&super::change::normal(path)) else { continue };
        let Some(rows) = world.rows(file) else { continue };
        let text = text_of(world, file);
        for range in lines {
            for line in range.start..range.end.min(rows.lines().saturating_add(1)) {
                let Some(row) = rows.get::<crate::syntax::rows::LineRow>(line.saturating_sub(1)) else { continue };
                let rest = text.get(row.start as usize..).unwrap_or("");
                let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                let index = innermost(&rows, row.start + indent as u32);
                if let Some(row) = rows.symbol(index) {
                    let symbol = Symbol::new(world.db, file, row.identity());
                    if !found.contains(&symbol) {
                        found.push(symbol);
                    }
                }
            }
        }
    }
    found
}
