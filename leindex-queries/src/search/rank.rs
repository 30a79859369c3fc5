//! Ranking: what scorers say about documents, and what the code itself says.
//!
//! Candidates are what either scorer puts forward and what the question names. Their order is that of the
//! [linear model](super::linear), raised where the question quotes a name, a path or a message. Nothing here reads rows
//! except where a question names something: a candidate costs microseconds.

use std::cmp::Ordering;
use std::sync::Arc;

use leindex_db::Dialect;
use rustc_hash::FxHashMap;

use super::embedding::ChosenModel;
use super::fusion::{Scale, Scores, fused};
use super::glob;
use super::hotspots;
use super::intent::{Intent, Question, QuotedName};
use super::linear::{Aside, Features, Weights};
use super::path::path_facts;
use super::record::{Document, for_each_holder};
use super::score::{DocumentId, Scorer, Seen, keep_best, ln, log2};
use super::word_match::WordMatch;
use crate::index::world::World;
use crate::names::files::SourceFile;
use crate::syntax::blob::{Blob, rows};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::{Rows, SymbolFlags, SymbolKind, name_hash};

/// Candidates that each scorer puts forward.
const POOL: usize = 160;
/// Candidates that are looked at closely: the best without that.
const CLOSE: usize = 48;
/// Definitions of one quoted name that are looked at closely; of more, the best by their words.
const NAMESAKES: usize = 48;
/// Candidates whose text is searched for a quoted message.
const READ_FOR_MESSAGES: usize = 120;

/// The name is the one that the question writes as code.
const EXACT: f32 = 1.5;
/// So are the names of what holds it.
const EXACT_QUALIFIED: f32 = 2.0;
/// The name is a capitalised word of the question.
const EXACT_GUESSED: f32 = 0.25;
/// The highest prior there is: of a module that an architecture is asked for.
const MOST_PRIOR: f32 = 1.2;
/// The question names the file.
const PATH_NAMED: f32 = 1.0;
/// The text holds the quoted message.
const MESSAGE: f32 = 1.2;
/// Complexity × centrality is the highest, where the question asks for bottlenecks.
const HOTSPOT: f32 = 2.0;

/// A test, where none is asked for.
const IS_TEST: f32 = 0.3;
/// An example or benchmark, likewise.
const IS_EXAMPLE: f32 = 0.5;
/// Written by a program, or copied from elsewhere.
const IS_FOREIGN: f32 = 0.5;
/// Marked private, or named so.
const IS_PRIVATE: f32 = 0.93;
/// Has no body: what it declares is defined elsewhere.
const IS_DECLARATION: f32 = 0.75;

/// What is admitted at all. Empty lists admit everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) kinds: Vec<SymbolKind>,
    pub(crate) languages: Vec<String>,
    pub(crate) paths: Vec<String>,
}

impl Filter {
    /// Whether it admits everything.
    pub(crate) fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.languages.is_empty() && self.paths.is_empty()
    }

    pub(crate) fn admits_kind(&self, kind: SymbolKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    pub(crate) fn admits_path(&self, path: &str) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|pattern| glob::matches(pattern, path))
    }

    pub(crate) fn admits_dialect(&self, world: World<'_>, dialect: Dialect) -> bool {
        self.languages.is_empty()
            || world.db.languages().config(dialect).is_some_and(|config| {
                let is = |name: &String| name.eq_ignore_ascii_case(config.name) || name.eq_ignore_ascii_case(config.dialect);
                self.languages.iter().any(is)
            })
    }
}

/// A symbol that was found, with its score by part.
#[derive(Clone, Debug)]
pub(crate) struct Found<'w> {
    pub(crate) file: SourceFile<'w>,
    pub(crate) path: &'w str,
    pub(crate) row: u32,
    pub(crate) score: f32,
    pub(crate) parts: Vec<(&'static str, f32)>,
}

/// What a ranking found.
#[derive(Clone)]
pub(crate) struct Ranked<'w> {
    /// Best first.
    pub(crate) found: Vec<Found<'w>>,
    /// The model of the user's choice, if its scores counted.
    pub(crate) model: Option<Arc<ChosenModel>>,
}

/// One document with what is known of it so far.
struct Candidate {
    id: Option<DocumentId>,
    blob: u32,
    segment: u32,
    row: u32,
    kind: SymbolKind,
    flags: SymbolFlags,
    features: Vec<(&'static str, f32)>,
}

/// A symbol in a file, with what made it a candidate.
struct Entry<'w> {
    found: Found<'w>,
    id: Option<DocumentId>,
    prior: f32,
}

impl<'w> Entry<'w> {
    /// What was found, with the prior as the last of its parts.
    fn explained(mut self) -> Found<'w> {
        if self.prior != 1.0 {
            self.found.parts.push(("× prior", self.prior));
        }
        self.found
    }
}

/// Ranks the symbols of the world for a question, best first. Symbols of equal score are in order of path and row.
pub(crate) fn rank<'w>(world: World<'w>, question: &Question, filter: &Filter, scores: &Scores<'w>) -> Ranked<'w> {
    let mut ranking = Ranking {
        world,
        question,
        filter,
        scores,
        weights: Weights::of(question),
        scales: [Scale::default(); 2],
        blobs: FxHashMap::default(),
        candidates: FxHashMap::default(),
    };
    ranking.gather();
    ranking.finish()
}

struct Ranking<'w, 'q> {
    world: World<'w>,
    question: &'q Question,
    filter: &'q Filter,
    scores: &'q Scores<'w>,
    weights: &'static Weights,
    /// Where the best lexical and semantic scores lie, priors included.
    scales: [Scale; 2],
    /// What the paths of a blob's files allow, by segment and blob: the best prior.
    blobs: FxHashMap<(u32, u32), f32>,
    candidates: FxHashMap<(u32, u32, u32), Candidate>,
}

impl<'w> Ranking<'w, '_> {
    fn gather(&mut self) {
        // Words alone make nothing a bottleneck.
        if self.question.intent != Intent::Hotspots || !self.add_hotspots() {
            self.add_best();
        }
        if self.question.intent == Intent::Architecture && self.is_wordless() {
            self.add_pillars();
        }
        for name in self.question.names.clone() {
            self.add_named(&name);
        }
        self.add_paths();
    }

    /// What the scorers put forward.
    fn add_best(&mut self) {
        let scores = self.scores;
        for (at, scorer) in [&scores.lexical as &dyn Scorer, &scores.semantic].into_iter().enumerate() {
            let best = scorer.best(POOL, MOST_PRIOR, &mut |seen| self.prior(&seen));
            self.scales[at] = Scale::over(best.iter().map(|(_, score)| *score).collect());
            for (id, _) in self.first_of(best, POOL) {
                self.add_document(id);
            }
        }
    }

    /// The first `limit` by score, path and row: what [`keep_best`] left, put in order.
    fn first_of(&self, mut found: Vec<(DocumentId, f32)>, limit: usize) -> Vec<(DocumentId, f32)> {
        keep_best(&mut found, limit);
        if found.len() > limit {
            let key = |id: DocumentId| {
                let segment = &self.world.view.segments[id.segment as usize];
                let files = segment.blob(segment.blob_of(id.document)).map_or(&[][..], |key| self.world.files_of(&key));
                (files.first().map(|file| file.path(self.world.db)), segment.document(id.document).map(|document| document.symbol))
            };
            let mut keyed: Vec<_> = found.into_iter().map(|(id, score)| (score, key(id), id)).collect();
            keyed.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            keyed.truncate(limit);
            found = keyed.into_iter().map(|(score, _, id)| (id, score)).collect();
        }
        found
    }

    fn add_document(&mut self, id: DocumentId) -> Option<&mut Candidate> {
        let segment = &self.world.view.segments[id.segment as usize];
        let document = segment.document(id.document)?;
        let blob = segment.blob_of(id.document);
        let candidate = self.candidates.entry((id.segment, blob, document.symbol)).or_insert_with(|| Candidate {
            id: Some(id),
            blob,
            segment: id.segment,
            row: document.symbol,
            kind: document.kind,
            flags: document.flags,
            features: Vec::new(),
        });
        Some(candidate)
    }

    /// Adds a row of a blob, a document or not.
    fn add_row(&mut self, segment: u32, blob: u32, row: u32) -> Option<&mut Candidate> {
        let of = &self.world.view.segments[segment as usize];
        let documents = of.documents_of(blob);
        if let Ok(at) = documents.binary_search_by_key(&row, |document| document.symbol) {
            return self.add_document(DocumentId { segment, document: of.first_document(blob) + at as u32 });
        }
        let rows = self.rows_of(segment, blob)?;
        let symbol = rows.symbol(row)?;
        let candidate = self.candidates.entry((segment, blob, row)).or_insert_with(|| Candidate {
            id: None,
            blob,
            segment,
            row,
            kind: symbol.kind,
            flags: symbol.flags,
            features: Vec::new(),
        });
        Some(candidate)
    }

    fn rows_of(&self, segment: u32, blob: u32) -> Option<Arc<IndexedRows>> {
        let key = self.world.view.segments[segment as usize].blob(blob)?;
        Some(rows(self.world.db, Blob::new(self.world.db, key.0, key.1)))
    }

    /// What a document's kind, flags and path make of its scores; 0 if it is not admitted.
    fn prior(&mut self, seen: &Seen<'_>) -> f32 {
        let own = self.own_prior(seen.document.kind, seen.document.flags);
        if own <= 0.0 { 0.0 } else { own * self.blob_prior(seen.id.segment, seen.blob) }
    }

    fn own_prior(&self, kind: SymbolKind, flags: SymbolFlags) -> f32 {
        if !self.filter.admits_kind(kind) {
            return 0.0;
        }
        let mut prior = match kind {
            SymbolKind::Module if self.question.intent == Intent::Architecture => 1.2,
            SymbolKind::Module | SymbolKind::Namespace => 0.6,
            SymbolKind::Constant | SymbolKind::TypeAlias | SymbolKind::Variable | SymbolKind::Field => 0.75,
            SymbolKind::Constructor => 0.85,
            SymbolKind::Macro => 0.9,
            kind if kind.is_type() && self.question.intent == Intent::Architecture => 1.1,
            _ => 1.0,
        };
        if flags.has(SymbolFlags::PRIVATE) {
            prior *= IS_PRIVATE;
        }
        if flags.has(SymbolFlags::DECLARATION) && kind.is_callable() {
            prior *= IS_DECLARATION;
        }
        if flags.has(SymbolFlags::TEST) && !self.question.tests {
            prior *= IS_TEST;
        }
        prior
    }

    fn blob_prior(&mut self, segment: u32, blob: u32) -> f32 {
        if let Some(&prior) = self.blobs.get(&(segment, blob)) {
            return prior;
        }
        let key = self.world.view.segments[segment as usize].blob(blob);
        let files = key.map_or(&[][..], |key| self.world.files_of(&key));
        let prior = files.iter().map(|&file| self.path_prior(file)).fold(0.0, f32::max);
        let admitted = key.is_some_and(|key| self.filter.admits_dialect(self.world, key.1));
        let prior = if admitted { prior } else { 0.0 };
        self.blobs.insert((segment, blob), prior);
        prior
    }

    fn path_prior(&self, file: SourceFile<'w>) -> f32 {
        if !self.filter.admits_path(file.path(self.world.db)) {
            return 0.0;
        }
        let evidence = path_facts(self.world.db, file).evidence;
        let mut prior = 1.0;
        if evidence.test && !self.question.tests {
            prior *= IS_TEST;
        }
        if evidence.example && !self.question.aside {
            prior *= IS_EXAMPLE;
        }
        if (evidence.generated || evidence.vendored) && !self.question.aside {
            prior *= IS_FOREIGN;
        }
        prior
    }

    /// Complexity × centrality: what is both intricate and much relied upon, and what the question's words are about, if it
    /// has some. False if there is nothing of the kind.
    fn add_hotspots(&mut self) -> bool {
        let mut found = self.documents(|document| if document.kind.is_callable() { 1.0 } else { 0.0 });
        let wordless = self.is_wordless();
        for (id, score) in &mut found {
            // The product spans orders of magnitude: its root leaves the words a say.
            *score *= hotspots::score(self.world, *id).sqrt() as f32;
            if *score > 0.0 && !wordless {
                *score *= self.about(*id);
            }
        }
        found.retain(|(_, score)| *score > 0.0);
        let best = found.iter().map(|(_, score)| *score).fold(0.0, f32::max);
        for (id, score) in self.first_of(found, POOL) {
            if let Some(candidate) = self.add_document(id) {
                candidate.features.push(("complexity × centrality", HOTSPOT * score / best));
            }
        }
        best > 0.0
    }

    /// Whether there are no words to rank by.
    fn is_wordless(&self) -> bool {
        self.question.terms.is_empty() || self.scores.is_blank()
    }

    /// How much of the question a document and its path are about, from 0 to 1.
    fn about(&self, id: DocumentId) -> f32 {
        let segment = &self.world.view.segments[id.segment as usize];
        let file = segment.blob(segment.blob_of(id.document)).and_then(|key| self.world.files_of(&key).first().copied());
        (self.scores.fused(id) + file.map_or(0.0, |file| self.path_cover(file))).min(1.0)
    }

    /// The types and modules that the rest relies upon.
    fn add_pillars(&mut self) {
        let found = self.documents(|document| {
            let documented = if document.lengths[2] > 0 { 1.3 } else { 1.0 };
            if document.kind.is_type() || document.kind.is_module() { documented } else { 0.0 }
        });
        let mut weighed: Vec<(DocumentId, f32, &str)> = Vec::with_capacity(found.len());
        for (id, prior) in found {
            let segment = &self.world.view.segments[id.segment as usize];
            let blob = segment.blob_of(id.document);
            let Some(document) = segment.document(id.document) else { continue };
            let Some(path) = segment.blob(blob).and_then(|key| self.world.files_of(&key).first().map(|file| file.path(self.world.db)))
            else {
                continue;
            };
            let name = if document.kind == SymbolKind::Module { name_hash(module_stem(path)) } else { document.name };
            let depth = path.matches('/').count() as f32;
            let score = prior * log2(1.0 + f64::from(self.centrality(name))) as f32 / (1.0 + 0.1 * depth);
            weighed.push((id, score, path));
        }
        weighed.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| (&a.2, a.0.document).cmp(&(&b.2, b.0.document))));
        weighed.truncate(4 * POOL);
        // One folder does not stand for the whole.
        let mut of_folder = FxHashMap::<String, f32>::default();
        for (_, score, path) in &mut weighed {
            let share = of_folder.entry(path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()).or_insert(1.0);
            *score *= *share;
            *share *= 0.6;
        }
        let best = weighed.iter().map(|(_, score, _)| *score).fold(0.0, f32::max).max(f32::MIN_POSITIVE);
        let found = weighed.into_iter().map(|(id, score, _)| (id, score)).collect();
        for (id, score) in self.first_of(found, POOL) {
            if let Some(candidate) = self.add_document(id) {
                candidate.features.push(("centrality", score / best));
            }
        }
    }

    /// Documents with a score above 0, times their priors.
    fn documents(&mut self, score: impl Fn(&Document) -> f32) -> Vec<(DocumentId, f32)> {
        let mask = self.world.live_mask();
        let mut found = Vec::new();
        for (index, segment) in self.world.view.segments.iter().enumerate() {
            for blob in 0..segment.blobs().len() as u32 {
                if mask.files[index][blob as usize] == 0 {
                    continue;
                }
                let first = segment.first_document(blob);
                for (offset, document) in segment.documents_of(blob).iter().enumerate() {
                    let own = score(document);
                    if own > 0.0 {
                        let id = DocumentId { segment: index as u32, document: first + offset as u32 };
                        let weighed = own * self.prior(&Seen { id, blob, document });
                        if weighed > 0.0 {
                            found.push((id, weighed));
                        }
                    }
                }
            }
        }
        found
    }

    /// Files that mention a name, shared among its definitions.
    fn centrality(&self, name: u32) -> f32 {
        let mentions = self.world.mention_count(name);
        mentions as f32 / self.world.definition_count(name).max(1) as f32
    }

    /// The definitions of a name that the question writes as code.
    fn add_named(&mut self, quoted: &QuotedName) {
        let hash = name_hash(&quoted.name);
        let mask = self.world.live_mask();
        let mut found: Vec<(f32, &str, u32, u32, u32)> = Vec::new();
        for (index, segment) in self.world.view.segments.iter().enumerate() {
            for (blob, row) in segment.defining_blobs(hash) {
                if mask.files[index].get(blob as usize).is_none_or(|&files| files == 0) {
                    continue;
                }
                let prior = self.blob_prior(index as u32, blob);
                let Some(file) = segment.blob(blob).and_then(|key| self.world.files_of(&key).first().copied()) else { continue };
                let documents = segment.documents_of(blob);
                let score = documents.binary_search_by_key(&row, |document| document.symbol).map_or(0.0, |at| {
                    let id = DocumentId { segment: index as u32, document: segment.first_document(blob) + at as u32 };
                    self.scores.fused(id) * self.own_prior(documents[at].kind, documents[at].flags)
                });
                if prior > 0.0 {
                    found.push((score * prior, file.path(self.world.db), row, index as u32, blob));
                }
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (&a.1, a.2).cmp(&(&b.1, b.2))));
        found.truncate(NAMESAKES);
        for (_, _, row, segment, blob) in found {
            let Some(rows) = self.rows_of(segment, blob) else { continue };
            let Some(symbol) = rows.symbol(row).filter(|symbol| rows.str(symbol.name) == quoted.name) else { continue };
            let held = quoted.holders.last().is_none_or(|holder| {
                let mut found = false;
                for_each_holder(&rows, &symbol, |name| found |= name == holder);
                found || self.stem_is(segment, blob, holder)
            });
            let value = match (quoted.guessed, quoted.holders.is_empty(), held) {
                (true, ..) => EXACT_GUESSED,
                (_, true, _) => EXACT,
                (_, _, true) => EXACT_QUALIFIED,
                (_, _, false) => EXACT_GUESSED,
            };
            if let Some(candidate) = self.add_row(segment, blob, row) {
                raise(&mut candidate.features, "exact name", value);
            }
        }
    }

    /// Whether a blob lies in a file or folder of this name.
    fn stem_is(&self, segment: u32, blob: u32, name: &str) -> bool {
        let Some(key) = self.world.view.segments[segment as usize].blob(blob) else { return false };
        self.world.files_of(&key).iter().any(|file| module_stem(file.path(self.world.db)) == name)
    }

    /// What lies in the files that the question names.
    fn add_paths(&mut self) {
        for quoted in &self.question.paths {
            let ending = format!("/{}", quoted.path);
            let inside = format!("{}/", quoted.path);
            let fits = |path: &str| {
                // A traceback names files by absolute paths: their ends count.
                path == quoted.path || path.ends_with(&ending) || quoted.path.ends_with(&format!("/{path}")) || path.starts_with(&inside)
            };
            let files: Vec<SourceFile<'w>> =
                self.world.live.all.iter().copied().filter(|file| fits(file.path(self.world.db))).take(24).collect();
            for file in files {
                let Some((segment, blob)) = self.world.locate(file) else { continue };
                if self.blob_prior(segment, blob) <= 0.0 {
                    continue;
                }
                let around = quoted.line.and_then(|line| innermost_at(&*self.rows_of(segment, blob)?, line));
                if let Some(row) = around {
                    if let Some(candidate) = self.add_row(segment, blob, row) {
                        raise(&mut candidate.features, "named place", PATH_NAMED * 1.5);
                    }
                    continue;
                }
                let first = self.world.view.segments[segment as usize].first_document(blob);
                let count = self.world.view.segments[segment as usize].documents_of(blob).len() as u32;
                for document in (first..first + count).take(200) {
                    if let Some(candidate) = self.add_document(DocumentId { segment, document }) {
                        raise(&mut candidate.features, "named file", PATH_NAMED);
                    }
                }
            }
        }
    }

    fn finish(mut self) -> Ranked<'w> {
        let mut candidates: Vec<Candidate> = std::mem::take(&mut self.candidates).into_values().collect();
        // From here on sums over candidates are made in this order.
        candidates.sort_by_key(|candidate| (candidate.segment, candidate.blob, candidate.row));
        let (model, chosen) = self.chosen_scores(&candidates).unzip();
        let mut of_blob = FxHashMap::<(u32, u32), f32>::default();
        let mut features: Vec<Features> = Vec::with_capacity(candidates.len());
        for (at, candidate) in candidates.iter().enumerate() {
            let mut own = self.features(candidate);
            own.chosen = chosen.as_ref().and_then(|scores: &Vec<f32>| scores.get(at).copied()).unwrap_or(0.0);
            features.push(own);
            *of_blob.entry((candidate.segment, candidate.blob)).or_insert(0.0) += fused(own.lexical, own.first);
        }
        let mut entries = Vec::new();
        for (candidate, mut own) in candidates.into_iter().zip(features) {
            let others = of_blob.get(&(candidate.segment, candidate.blob)).copied().unwrap_or(0.0) - fused(own.lexical, own.first);
            own.same_file = others / (others + 2.0);
            self.spread(candidate, own, &mut entries);
        }
        self.look_closely(&mut entries);
        let mut found: Vec<Found<'w>> = entries.into_iter().map(Entry::explained).collect();
        if !self.question.messages.is_empty() {
            self.read_for_messages(&mut found);
        }
        Ranked { found, model }
    }

    /// What is known of a candidate whatever file it is in and whatever others are.
    fn features(&mut self, candidate: &Candidate) -> Features {
        let Some(id) = candidate.id else { return Features::default() };
        let segment = &self.world.view.segments[id.segment as usize];
        let Some(document) = segment.document(id.document) else { return Features::default() };
        let prior = self.prior(&Seen { id, blob: candidate.blob, document: &document });
        let [lexical, semantic] = self.scales;
        let cosine = self.scores.semantic.score(id);
        let (cover, precision) = self.scores.lexical.name_cover(id);
        let natural = |x: f64| ln(1.0 + x) as f32;
        Features {
            lexical: lexical.of(self.scores.lexical.score(id) * prior),
            first: semantic.of(cosine * prior),
            cosine,
            name: cover * (0.5 + 0.5 * precision),
            complexity: (natural(f64::from(document.cyclomatic)) / 4.0).min(1.0),
            ..Features::default()
        }
    }

    /// Adds to the best entries what costs more than microseconds: how well they match the question word by word, and
    /// how many files mention them. Puts all in order.
    fn look_closely(&self, entries: &mut [Entry<'w>]) {
        entries.sort_by(|a, b| order(&a.found, &b.found));
        if self.question.terms.is_empty() {
            return;
        }
        let mut matched = WordMatch::new(self.world, self.question, &self.scores.lexical);
        for entry in entries.iter_mut().take(CLOSE) {
            let Some(id) = entry.id else { continue };
            let name = self.world.view.segments[id.segment as usize].document(id.document).map_or(0, |document| document.name);
            let mentions = (log2(1.0 + f64::from(self.centrality(name))) as f32 / 8.0).min(1.0);
            let features = Features { words: matched.of(id), mentions, ..Features::default() };
            for (name, value) in self.weights.parts(&features) {
                entry.found.score += value * entry.prior;
                entry.found.parts.push((name, value));
            }
        }
        entries.sort_by(|a, b| order(&a.found, &b.found));
    }

    /// The scores of the candidates by the model of the user's choice, from 0 to 1, if all of them have a vector.
    fn chosen_scores(&self, candidates: &[Candidate]) -> Option<(Arc<ChosenModel>, Vec<f32>)> {
        let model = self.world.model().filter(|_| !self.question.terms.is_empty())?;
        let stored = candidates.iter().map(|candidate| {
            if candidate.id.is_none() {
                return Some(None);
            }
            let rows = self.rows_of(candidate.segment, candidate.blob)?;
            self.world.db.packed(&model.key(&rows, &rows.symbol(candidate.row)?)).map(Some)
        });
        let stored: Vec<Option<Arc<[u8]>>> = stored.collect::<Option<_>>()?;
        let question = model.question(&self.question.text)?;
        let cosine = |stored: &Option<Arc<[u8]>>| match stored {
            Some(stored) => model.cosine(stored, &question),
            None => Some(0.0),
        };
        let scores = stored.iter().map(cosine).collect::<Option<Vec<f32>>>()?;
        let scale = Scale::over(scores.clone());
        let scores = scores.into_iter().map(|score| scale.of(score)).collect();
        Some((model, scores))
    }

    /// Adds a candidate once for each live file with its content.
    fn spread(&self, candidate: Candidate, features: Features, entries: &mut Vec<Entry<'w>>) {
        let own = self.own_prior(candidate.kind, candidate.flags);
        let Some(key) = self.world.view.segments[candidate.segment as usize].blob(candidate.blob) else { return };
        if own <= 0.0 {
            return;
        }
        for &file in self.world.files_of(&key) {
            let by_path = self.path_prior(file);
            if by_path <= 0.0 {
                continue;
            }
            let prior = match self.question.intent {
                Intent::Architecture | Intent::Hotspots => own * by_path,
                _ => self.weights.prior(candidate.kind, candidate.flags, self.aside(file, candidate.flags)),
            };
            let features = Features { path: self.path_cover(file), ..features };
            let mut parts = candidate.features.clone();
            parts.extend(self.weights.parts(&features));
            let sum: f32 = parts.iter().map(|(_, value)| *value).sum();
            let found = Found { file, path: file.path(self.world.db), row: candidate.row, score: sum * prior, parts };
            entries.push(Entry { found, id: candidate.id, prior });
        }
    }

    /// Whether a symbol is beside the point: a test, an example or foreign code where none is asked for.
    fn aside(&self, file: SourceFile<'w>, flags: SymbolFlags) -> Aside {
        let evidence = path_facts(self.world.db, file).evidence;
        Aside {
            test: !self.question.tests && (evidence.test || flags.has(SymbolFlags::TEST)),
            aside: !self.question.aside && (evidence.example || evidence.generated || evidence.vendored),
        }
    }

    /// How much of the question, by weight, is in a file's path.
    fn path_cover(&self, file: SourceFile<'w>) -> f32 {
        let seen = &path_facts(self.world.db, file).terms;
        let total: f32 = self.scores.lexical.weights().iter().sum();
        let covered: f32 =
            self.scores.lexical.terms().iter().filter(|term| seen.binary_search(&term.hash).is_ok()).map(|term| term.idf).sum();
        if total > 0.0 { covered / total } else { 0.0 }
    }

    /// Raises candidates whose text holds a quoted message.
    fn read_for_messages(&self, found: &mut [Found<'w>]) {
        let messages: Vec<String> =
            self.question.messages.iter().map(|message| fixed_part(message)).filter(|part| part.len() > 5).collect();
        let mut texts: FxHashMap<SourceFile<'w>, String> = FxHashMap::default();
        for hit in found.iter_mut().take(READ_FOR_MESSAGES) {
            let file = hit.file;
            let Some(rows) = self.world.rows(file) else { continue };
            let Some(row) = rows.symbol(hit.row) else { continue };
            let text = texts.entry(file).or_insert_with(|| self.world.source(file).map_or_else(String::new, |text| text.to_lowercase()));
            // Lower-casing may change lengths outside ASCII; the span is then off by a little, which a search stands.
            let own = text.get(row.start as usize..(row.end as usize).min(text.len())).unwrap_or("");
            if messages.iter().any(|message| own.contains(message)) {
                // A module holds what its members hold: it counts for what stands outside of them.
                let value = if row.kind.is_module() { MESSAGE * 0.75 } else { MESSAGE };
                hit.parts.insert(0, ("message", value));
                hit.score += value;
            }
        }
        sort(found);
    }
}

fn sort(found: &mut [Found<'_>]) {
    found.sort_by(order);
}

fn order(a: &Found<'_>, b: &Found<'_>) -> Ordering {
    b.score.total_cmp(&a.score).then_with(|| (&a.path, a.row).cmp(&(&b.path, b.row)))
}

fn raise(features: &mut Vec<(&'static str, f32)>, name: &'static str, value: f32) {
    match features.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => *known = known.max(value),
        None => features.push((name, value)),
    }
}

/// The longest run of a message that no number, quote or path interrupts: the part that stands in the code.
fn fixed_part(message: &str) -> String {
    let lower = message.to_lowercase();
    let parts = lower.split(|c: char| c.is_ascii_digit() || matches!(c, '\'' | '"' | '`' | '{' | '}' | '<' | '>' | '%' | '/' | '\\'));
    parts.map(str::trim).max_by_key(|part| part.len()).unwrap_or("").to_owned()
}

/// The innermost symbol around a line.
pub(crate) fn innermost_at(rows: &Rows, line: u32) -> Option<u32> {
    rows.symbols()
        .enumerate()
        .skip(1)
        .filter(|(_, symbol)| {
            (symbol.start_line..=symbol.end_line).contains(&line) && !matches!(symbol.kind, SymbolKind::Field | SymbolKind::Variable)
        })
        .min_by_key(|(index, symbol)| (symbol.end - symbol.start, *index))
        .map(|(index, _)| index as u32)
}

/// The name by which a file is imported, in most languages: its stem, or its folder's name.
pub(crate) fn module_stem(path: &str) -> &str {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    if matches!(stem, "__init__" | "mod" | "index" | "lib" | "main" | "init" | "__main__") && !folders.is_empty() {
        folders.rsplit('/').find(|folder| *folder != "src").unwrap_or(stem)
    } else {
        stem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixed_part_of_a_message_is_what_code_holds() {
        assert_eq!(fixed_part("cannot open 'a.db' for reading"), "for reading");
        assert_eq!(fixed_part("No module named foo"), "no module named foo");
    }

    #[test]
    fn a_module_is_named_by_its_file_or_folder() {
        assert_eq!(module_stem("src/auth.py"), "auth");
        assert_eq!(module_stem("flask/__init__.py"), "flask");
        assert_eq!(module_stem("tokio/src/lib.rs"), "tokio");
    }
}
