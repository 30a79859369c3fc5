//! Gravity: what is pulled into an answer by its entry points.
//!
//! # The formula
//!
//! `relevance(N) = semantic(N) × complexity(N) / distance(entry, N)²`, all three normalised as follows.
//!
//! - `semantic(N) = 0.05 + 0.95 · s(N) / s_max`, between 0.05 and 1. `s(N)` is N's own score for the question and `s_max`
//!   the highest of any symbol of the project; of a hit of the search it is its score there and that of the best hit,
//!   where that gives more. The floor lets a helper without a word of the question in; a constant
//!   it is not: a symbol with all of the words weighs twenty times as much. Where the question has no words
//!   (architecture, hotspots), `s(N)` is how many files mention N's name for each of its definitions, as a logarithm.
//! - `complexity(N) = min(1, log₂(1 + c(N)) / 6)`, between 1/6 and 1. `c(N)` is the cyclomatic complexity of a callable,
//!   the number of callable members of a type, at least 1: 1 → 1/6, 3 → 1/3, 7 → 1/2, 63 → 1.
//! - `distance(entry, N)` is 1 for an entry, and for others the least sum of 1 and the lengths of the edges on a way from
//!   an entry. The length of an edge is [`length`]: at least 1, so that a neighbour is at 2 or more; longer for kinds
//!   that say less, for rules that are less sure, and towards tests. A search is a way, too: the hits that are no
//!   entries are at [`hit_distance`] at most, so that what no edge leads to is seen.
//!
//! The symbol of highest relevance is taken next and its edges are followed in both directions, until the answer is
//! full. Data is followed as calls are: what one function gives and another is given, in the body that calls both, is an
//! edge between the two. What is far is not followed any more, and of a name that many files mention only the most relevant files are
//! read, as the answer says. Ambiguous and unresolved relations are not followed; they are reported.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Expansion;
use crate::flow::summary::owner_of;
use crate::graph::calls::{FoundEdge, incoming_from, outgoing_where, uses_of_body};
use crate::graph::data::Calls;
use crate::graph::join::Join;
use crate::index::describe::is_test;
use crate::index::world::World;
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::names::files::{SourceFile, Symbol};
use crate::names::values::parent_type;
use crate::search::fusion::Scores;
use crate::search::rank::Found;
use crate::search::record::for_each_holder;
use crate::search::score::{DocumentId, keep_best, log2};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::{Rows, SymbolKind, SymbolRow, name_hash};

/// What a symbol without a word of the question keeps.
const FLOOR: f64 = 0.05;
/// The cyclomatic complexity (as a logarithm) from which more does not weigh more.
const COMPLEXITY_BITS: f64 = 6.0;
/// Beyond this nothing is pulled in: the relevance would be below a thirty-sixth.
const FARTHEST: f64 = 6.0;
/// Up to this distance the edges that leave a symbol are followed; what lies farther is shown by its signature.
const FOLLOWED: f64 = 3.0;
/// Up to this distance the edges that lead to a symbol are followed: they have to be looked for in other files.
const FOLLOWED_BACK: f64 = 2.25;
/// Up to this distance it is asked what a symbol's result is handed to, and what is handed to it.
const FOLLOWED_BY_DATA: f64 = 1.5;
/// Callers whose flow is looked at for that.
const CALLERS_LOOKED_INTO: usize = 6;
/// Files among those that mention a name in which its uses are looked for: the most relevant ones.
const FILES_OF_A_NAME: usize = 8;
/// Definitions of a name beyond which an open use of it is taken as ambiguous without looking.
const NAMESAKES: u32 = 24;

/// Between these lie hits that are no entries.
const HIT_NEAREST: f64 = 2.0;
const HIT_FARTHEST: f64 = 4.0;

/// `semantic(N)`, from N's score and the highest.
pub(crate) fn semantic(score: f64, best: f64) -> f64 {
    FLOOR + (1.0 - FLOOR) * if best > 0.0 { (score / best).min(1.0) } else { 0.0 }
}

/// `complexity(N)`, from `c(N)`.
pub(crate) fn complexity(c: u32) -> f64 {
    (log2(1.0 + f64::from(c.max(1))) / COMPLEXITY_BITS).min(1.0)
}

/// `relevance(N)`.
pub(crate) fn relevance(semantic: f64, complexity: f64, distance: f64) -> f64 {
    semantic * complexity / (distance * distance)
}

/// The length of an edge: 1 for calls, bases and members that are certain.
pub(crate) fn length(kind: EdgeKind, rule: Rule, to_test: bool) -> f64 {
    let kind = match kind {
        EdgeKind::Call | EdgeKind::Inherit | EdgeKind::Implement | EdgeKind::Override | EdgeKind::Declares => 1.0,
        EdgeKind::Contains | EdgeKind::Member | EdgeKind::Data => 1.25,
        EdgeKind::TypeUse | EdgeKind::Reference => 1.5,
        EdgeKind::Import => 2.0,
    };
    let rule = match rule {
        Rule::Exact | Rule::Import | Rule::Type => 1.0,
        Rule::Hierarchy | Rule::Passed => 1.25,
        _ => 1.5,
    };
    kind * rule * if to_test { 2.0 } else { 1.0 }
}

/// The distance of a hit, from its score and that of the best: of one as good as that 2, as of a neighbour, and at most 4.
pub(crate) fn hit_distance(score: f32, best: f32) -> f64 {
    let share = if best > 0.0 { f64::from((score / best).clamp(0.0, 1.0)) } else { 0.0 };
    HIT_NEAREST + (HIT_FARTHEST - HIT_NEAREST) * (1.0 - share)
}

/// A symbol that was pulled in.
#[derive(Clone, Debug)]
pub(crate) struct Pulled<'w> {
    pub(crate) symbol: Symbol<'w>,
    pub(crate) relevance: f64,
    pub(crate) distance: f64,
    /// The edge it came by; entries and hits have none.
    pub(crate) via: Option<Via<'w>>,
}

/// The edge that a symbol was pulled in by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Via<'w> {
    /// The symbol nearer to the entry.
    pub(crate) from: Symbol<'w>,
    pub(crate) kind: EdgeKind,
    pub(crate) rule: Rule,
    /// Whether the edge leads away from `from`.
    pub(crate) forward: bool,
    /// File and first byte of its site, if it has one.
    pub(crate) site: Option<(SourceFile<'w>, u32)>,
}

/// What was found around the entries.
#[derive(Debug, Default)]
pub(crate) struct Field<'w> {
    /// In the order in which they were taken: entries, then by relevance as far as it was known then.
    pub(crate) pulled: Vec<Pulled<'w>>,
    /// Symbols seen and not taken.
    pub(crate) waiting: Vec<Pulled<'w>>,
    /// Names with several definitions that pulled symbols use: how many, and where the first use stands.
    pub(crate) ambiguous: Vec<(String, u32, SourceFile<'w>, u32)>,
    /// Uses of names without a definition in the project that could be found.
    pub(crate) unresolved: usize,
    /// Names whose uses were looked for in some of the files that mention them: name, looked at, all.
    pub(crate) bounded: Vec<(String, usize, usize)>,
    /// Whether the limit on files was reached.
    pub(crate) out_of_files: bool,
}

/// How far gravity may reach.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// Symbols taken.
    pub(crate) symbols: usize,
    /// Tokens that those taken may roughly have.
    pub(crate) tokens: usize,
    /// Files whose edges are read.
    pub(crate) files: usize,
}

/// What a question looks up again and again of a file.
struct FileFacts<'w> {
    path: &'w str,
    rows: Arc<IndexedRows>,
    /// Segment and number of its content.
    place: Option<(u32, u32)>,
}

impl<'w> FileFacts<'w> {
    fn of(world: World<'w>, file: SourceFile<'w>) -> Option<Rc<Self>> {
        let rows = world.rows(file)?;
        Some(Rc::new(Self { path: file.path(world.db), rows, place: world.locate(file) }))
    }
}

/// `semantic(N)`.
fn own_semantic<'w>(world: World<'w>, scores: &Scores<'w>, facts: &FileFacts<'_>, index: u32, row: &SymbolRow) -> f64 {
    if scores.is_blank() {
        let hash = name_hash(facts.rows.str(row.name));
        let central = f64::from(world.mention_count(hash)) / f64::from(world.definition_count(hash).max(1));
        return semantic(log2(1.0 + central), 10.0);
    }
    let score = facts.place.map_or(0.0, |(segment, blob)| {
        let of = &world.view.segments[segment as usize];
        of.documents_of(blob)
            .binary_search_by_key(&index, |document| document.symbol)
            .map_or(0.0, |at| scores.fused(DocumentId { segment, document: of.first_document(blob) + at as u32 }))
    });
    semantic(f64::from(score), 1.0)
}

impl<'w> Field<'w> {
    /// Entry points, and the hits of a search in its order.
    pub(crate) fn of_hits(entries: &[Symbol<'w>], hits: impl Iterator<Item = Symbol<'w>>, reach: Reach) -> Self {
        let found = |symbol, distance| Pulled { symbol, relevance: 1.0, distance, via: None };
        let mut field = Self { pulled: entries.iter().map(|&entry| found(entry, 1.0)).collect(), ..Self::default() };
        for hit in hits.filter(|hit| !entries.contains(hit)) {
            let list = if field.pulled.len() < reach.symbols { &mut field.pulled } else { &mut field.waiting };
            list.push(found(hit, 2.0));
        }
        field
    }
}

/// A symbol on the heap. Greater is taken first: by relevance, then what was met first, then by path and row.
struct Waiting<'w> {
    pulled: Pulled<'w>,
    /// When it was met, where that counts.
    met: u32,
    path: &'w str,
    row: u32,
    tokens: usize,
}

impl PartialEq for Waiting<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting<'_> {}

impl PartialOrd for Waiting<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let relevance = self.pulled.relevance.total_cmp(&other.pulled.relevance);
        relevance.then_with(|| (other.met, &other.path, other.row).cmp(&(self.met, &self.path, self.row)))
    }
}

/// Pulls in what matters around the entries, of which and of further hits (best first) a search is sure.
pub(crate) fn pull<'w>(
    world: World<'w>,
    scores: &Scores<'w>,
    entries: &[Symbol<'w>],
    hits: &[(Found<'w>, Symbol<'w>)],
    expansion: Expansion,
    wants_tests: bool,
    reach: Reach,
) -> Field<'w> {
    let mut gravity = Gravity {
        world,
        scores,
        breadth_first: expansion == Expansion::BreadthFirst,
        met: 0,
        best: hits.first().map_or(0.0, |(best, _)| best.score),
        hits: hits.iter().map(|(found, symbol)| (*symbol, found.score)).collect(),
        facts: FxHashMap::default(),
        join: Join::new(world),
        heap: BinaryHeap::new(),
        nearest: FxHashMap::default(),
        taken: FxHashSet::default(),
        files: FxHashSet::default(),
        wants_tests,
        reach,
        field: Field::default(),
    };
    // Entries come first, in the order in which search ranks them.
    for &entry in entries {
        gravity.see(entry, 1.0, None);
    }
    let mut seeds: Vec<Waiting<'w>> = std::mem::take(&mut gravity.heap).into_vec();
    seeds.sort_by_key(|seed| entries.iter().position(|entry| *entry == seed.pulled.symbol));
    gravity.taken.extend(entries.iter().copied());
    let mut tokens = 0;
    for seed in &seeds {
        tokens += seed.tokens;
        gravity.field.pulled.push(seed.pulled.clone());
    }
    for seed in &seeds {
        gravity.follow(&seed.pulled);
    }
    if expansion == Expansion::Gravity {
        for (found, symbol) in hits {
            gravity.see(*symbol, hit_distance(found.score, gravity.best), None);
        }
    }
    while let Some(next) = gravity.heap.pop() {
        if !gravity.taken.insert(next.pulled.symbol) {
            continue;
        }
        if gravity.field.pulled.len() >= reach.symbols || tokens > reach.tokens {
            gravity.field.waiting.push(next.pulled);
            break;
        }
        tokens += next.tokens;
        let pulled = next.pulled;
        gravity.field.pulled.push(pulled.clone());
        gravity.follow(&pulled);
    }
    gravity.finish()
}

struct Gravity<'w, 'q> {
    world: World<'w>,
    scores: &'q Scores<'w>,
    /// Whether only the number of edges counts.
    breadth_first: bool,
    /// Symbols met so far, where their order counts.
    met: u32,
    /// The hits of the search with their scores, and the score of the best.
    hits: FxHashMap<Symbol<'w>, f32>,
    best: f32,
    facts: FxHashMap<SourceFile<'w>, Option<Rc<FileFacts<'w>>>>,
    join: Join<'w>,
    heap: BinaryHeap<Waiting<'w>>,
    nearest: FxHashMap<Symbol<'w>, f64>,
    taken: FxHashSet<Symbol<'w>>,
    files: FxHashSet<SourceFile<'w>>,
    wants_tests: bool,
    reach: Reach,
    field: Field<'w>,
}

impl<'w> Gravity<'w, '_> {
    fn finish(mut self) -> Field<'w> {
        let mut rest = std::mem::take(&mut self.heap).into_sorted_vec();
        rest.reverse();
        for waiting in rest {
            if self.taken.insert(waiting.pulled.symbol) {
                self.field.waiting.push(waiting.pulled);
            }
        }
        self.field
    }

    /// Puts a symbol on the heap, unless it was seen as near already.
    fn see(&mut self, symbol: Symbol<'w>, distance: f64, via: Option<Via<'w>>) {
        if distance > FARTHEST || self.taken.contains(&symbol) || self.nearest.get(&symbol).is_some_and(|&nearest| nearest <= distance) {
            return;
        }
        let Some((facts, index, row)) = self.look_up(symbol) else { return };
        let rows = &facts.rows;
        if via.is_some() && matches!(row.kind, SymbolKind::Field | SymbolKind::Variable) {
            return;
        }
        self.nearest.insert(symbol, distance);
        let relevance = if self.breadth_first {
            self.met += 1;
            relevance(1.0, 1.0, distance)
        } else {
            let c = if row.kind.is_type() {
                members_of(rows, index, &row).filter(|(_, member)| member.kind.is_callable()).count() as u32
            } else {
                row.cyclomatic
            };
            let own = own_semantic(self.world, self.scores, &facts, index, &row);
            let found = self.hits.get(&symbol).map_or(0.0, |&score| semantic(f64::from(score), f64::from(self.best)));
            relevance(own.max(found), complexity(c), distance)
        };
        let bytes = (row.end - row.start) as usize;
        let tokens = if distance <= 3.0 { (bytes / 4).min(160) } else { 40 };
        self.heap.push(Waiting {
            pulled: Pulled { symbol, relevance, distance, via },
            path: facts.path,
            met: self.met,
            row: index,
            tokens,
        });
    }

    /// A symbol's row, its index and what is known of its file.
    fn look_up(&mut self, symbol: Symbol<'w>) -> Option<(Rc<FileFacts<'w>>, u32, SymbolRow)> {
        let world = self.world;
        let file = symbol.file(world.db);
        let facts = self.facts.entry(file).or_insert_with(|| FileFacts::of(world, file)).clone()?;
        let index = facts.rows.by_identity(symbol.identity(world.db))?;
        let row = facts.rows.symbol(index)?;
        Some((facts, index, row))
    }

    /// Whether the edges of a file may be read.
    fn may_read(&mut self, file: SourceFile<'w>) -> bool {
        if self.files.contains(&file) {
            return true;
        }
        if self.files.len() >= self.reach.files {
            self.field.out_of_files = true;
            return false;
        }
        self.files.insert(file);
        true
    }

    fn follow(&mut self, pulled: &Pulled<'w>) {
        let Some((facts, index, row)) = self.look_up(pulled.symbol) else { return };
        let rows = &facts.rows;
        let file = pulled.symbol.file(self.world.db);
        if row.kind.is_type() || row.kind.is_module() && pulled.via.is_none() {
            for (_, member) in members_of(rows, index, &row) {
                if member.kind.is_callable() || member.kind.is_type() {
                    let member = Symbol::new(self.world.db, file, member.identity());
                    self.step(pulled, member, EdgeKind::Contains, Rule::Exact, true, None);
                }
            }
        }
        if row.kind.is_module() {
            return;
        }
        if row.kind.is_callable()
            && let Some(ty) = parent_type(self.world.db, pulled.symbol)
        {
            self.step(pulled, ty, EdgeKind::Contains, Rule::Exact, false, None);
        }
        if pulled.distance <= FOLLOWED && self.may_read(file) {
            let mut popular = Vec::new();
            let world = self.world;
            let edges = outgoing_where(&mut self.join, pulled.symbol, |name| {
                let count = world.definition_count(name_hash(name));
                if count > NAMESAKES {
                    popular.push((name.to_owned(), count));
                }
                count <= NAMESAKES
            });
            for edge in edges {
                self.take_outgoing(pulled, &edge);
            }
            for (name, count) in popular {
                self.note_ambiguous(&name, count, file, row.name_start);
            }
        }
        if pulled.distance <= FOLLOWED_BACK {
            self.follow_incoming(pulled, rows, &row);
        }
    }

    fn take_outgoing(&mut self, pulled: &Pulled<'w>, edge: &FoundEdge<'w>) {
        match (edge.target, edge.rule) {
            (Some(target), _) if target != pulled.symbol && edge.kind != EdgeKind::Import => {
                self.step(pulled, target, edge.kind, edge.rule, true, Some((edge.file, edge.start)));
            }
            (None, Rule::Ambiguous) => self.note_ambiguous(&edge.name, edge.candidates.len() as u32, edge.file, edge.start),
            (None, Rule::Unresolved) => self.field.unresolved += 1,
            _ => {}
        }
    }

    fn note_ambiguous(&mut self, name: &str, count: u32, file: SourceFile<'w>, start: u32) {
        if !self.field.ambiguous.iter().any(|(known, ..)| known == name) {
            self.field.ambiguous.push((name.to_owned(), count, file, start));
        }
    }

    fn follow_incoming(&mut self, pulled: &Pulled<'w>, rows: &Rows, row: &SymbolRow) {
        let mut names: Vec<Box<str>> = vec![rows.str(row.name).into()];
        if row.kind == SymbolKind::Constructor {
            for_each_holder(rows, row, |holder| {
                if names.len() == 1 {
                    names.push(holder.into());
                }
            });
        }
        names.retain(|name| !name.is_empty());
        let Some(name) = names.first().cloned() else { return };
        let (mut files, all) = self.files_mentioning(&names, pulled.symbol.file(self.world.db));
        if all > files.len() {
            self.field.bounded.push((name.to_string(), files.len(), all));
        }
        files.retain(|&file| self.may_read(file));
        // A name with many definitions would make every open use of it a question of its own.
        let crowded = self.world.definition_count(name_hash(&name)) > NAMESAKES;
        let open_names: &[Box<str>] = if crowded { &[] } else { &names };
        let edges = incoming_from(&mut self.join, pulled.symbol, open_names, &files);
        if pulled.distance <= FOLLOWED_BY_DATA {
            self.follow_data(pulled, &edges);
        }
        for edge in edges {
            if edge.target == Some(pulled.symbol) && edge.source != pulled.symbol && edge.kind != EdgeKind::Import {
                self.step(pulled, edge.source, edge.kind, edge.rule, false, Some((edge.file, edge.start)));
            }
        }
    }

    /// What callers hand the symbol's result to, and whose results they hand to it.
    fn follow_data(&mut self, pulled: &Pulled<'w>, edges: &[FoundEdge<'w>]) {
        let db = self.world.db;
        let mut callers: Vec<Symbol<'w>> = Vec::new();
        for edge in edges.iter().filter(|edge| edge.kind == EdgeKind::Call && edge.target == Some(pulled.symbol)) {
            let caller = owner_of(db, edge.source);
            if !callers.contains(&caller) && callers.len() < CALLERS_LOOKED_INTO {
                callers.push(caller);
            }
        }
        for caller in callers {
            let around = uses_of_body(&mut self.join, caller);
            let Some(calls) = Calls::of(db, caller, around.iter()) else { continue };
            for handed in calls.handed_over() {
                let site = Some((caller.file(db), handed.start));
                if handed.from == pulled.symbol {
                    self.step(pulled, handed.to, EdgeKind::Data, handed.rule, true, site);
                } else if handed.to == pulled.symbol {
                    self.step(pulled, handed.from, EdgeKind::Data, handed.rule, false, site);
                }
            }
        }
    }

    /// The files that mention one of some names: the symbol's own, then the most relevant, at most so many; and how many
    /// there are.
    fn files_mentioning(&self, names: &[Box<str>], own: SourceFile<'w>) -> (Vec<SourceFile<'w>>, usize) {
        let world = self.world;
        let mask = world.live_mask();
        let mut found: Vec<(DocumentId, f32)> = Vec::new();
        for (index, segment) in world.view.segments.iter().enumerate() {
            for name in names {
                for blob in segment.mentioning_blobs(name_hash(name)) {
                    if mask.files[index].get(blob as usize).is_some_and(|&files| files > 0) {
                        // The blob's number stands where a document's would.
                        found.push((
                            DocumentId { segment: index as u32, document: blob },
                            self.scores.lexical.best_of_blob(index as u32, blob),
                        ));
                    }
                }
            }
        }
        found.sort_unstable_by_key(|(blob, _)| *blob);
        found.dedup_by_key(|(blob, _)| *blob);
        let files_of =
            |blob: DocumentId| world.view.segments[blob.segment as usize].blob(blob.document).map_or(&[][..], |key| world.files_of(&key));
        let all = found.iter().map(|(blob, _)| files_of(*blob).len()).sum();
        keep_best(&mut found, FILES_OF_A_NAME + 1);
        let mut files: Vec<(bool, f32, &str, SourceFile<'w>)> = Vec::new();
        for (blob, score) in found {
            files.extend(files_of(blob).iter().map(|&file| (file != own, score, file.path(world.db), file)));
        }
        files.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then_with(|| a.2.cmp(b.2)));
        files.truncate(FILES_OF_A_NAME);
        (files.into_iter().map(|(.., file)| file).collect(), all)
    }

    fn step(&mut self, from: &Pulled<'w>, to: Symbol<'w>, kind: EdgeKind, rule: Rule, forward: bool, site: Option<(SourceFile<'w>, u32)>) {
        let to_test = !self.wants_tests && self.look_up(to).is_some_and(|(facts, index, _)| is_test(&facts.rows, index, facts.path));
        if self.breadth_first && to_test {
            return;
        }
        let distance = from.distance + if self.breadth_first { 1.0 } else { length(kind, rule, to_test) };
        self.see(to, distance, Some(Via { from: from.symbol, kind, rule, forward, site }));
    }
}

/// The members of a type or module that stand in the same file, extension blocks included.
pub(crate) fn members_of<'r>(rows: &'r Rows, index: u32, row: &SymbolRow) -> impl Iterator<Item = (u32, SymbolRow)> + 'r {
    let own_name = rows.str(row.name);
    let is_type = row.kind.is_type();
    rows.symbols().enumerate().skip(1).map(|(at, member)| (at as u32, member)).filter(move |(at, member)| {
        if *at == index {
            return false;
        }
        if member.parent == index {
            return true;
        }
        let mut held = false;
        if is_type && member.parent == 0 {
            let mut first = true;
            for_each_holder(rows, member, |holder| {
                held |= first && holder == own_name;
                first = false;
            });
        }
        held
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relevance_is_what_the_page_says() {
        // A function with all of the words and seven ways through it, as an entry: 1 × 3/6 / 1.
        assert_eq!(relevance(semantic(8.0, 8.0), complexity(7), 1.0), 0.5);
        // Its helper, called by name only, with half of the words and no branch: 0.525 × 1/6 / 2.5².
        let helper = relevance(semantic(4.0, 8.0), complexity(1), 1.0 + length(EdgeKind::Call, Rule::Name, false));
        assert!((helper - 0.525 / 6.0 / 6.25).abs() < 1e-12, "{helper}");
        // A symbol with none of the words keeps a twentieth.
        assert_eq!(semantic(0.0, 8.0), 0.05);
        assert_eq!(semantic(0.0, 0.0), 0.05);
        assert_eq!(complexity(0), complexity(1));
        assert_eq!(complexity(1 << 20), 1.0);
    }

    #[test]
    fn hits_lie_by_their_scores_between_two_distances() {
        assert_eq!(
            [0.9, 0.45, 0.0, -1.0].map(|score| hit_distance(score, 0.9)),
            [HIT_NEAREST, (HIT_NEAREST + HIT_FARTHEST) / 2.0, HIT_FARTHEST, HIT_FARTHEST]
        );
        assert_eq!(hit_distance(0.0, 0.0), HIT_FARTHEST);
        const { assert!(HIT_FARTHEST <= FARTHEST, "a hit is never beyond reach") };
    }

    #[test]
    fn less_sure_is_farther() {
        assert_eq!(length(EdgeKind::Call, Rule::Exact, false), 1.0);
        for kind in [EdgeKind::Call, EdgeKind::TypeUse, EdgeKind::Contains, EdgeKind::Import] {
            let mut last = 1.0;
            for rule in [Rule::Exact, Rule::Import, Rule::Type, Rule::Hierarchy, Rule::Name] {
                let length = length(kind, rule, false);
                assert!(length >= last);
                last = length;
            }
            assert!(length(kind, Rule::Exact, true) > length(kind, Rule::Exact, false));
        }
    }
}
