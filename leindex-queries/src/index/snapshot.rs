//! Questions at one revision.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use leindex_db::history::{Churn, ChurnOptions};
use leindex_db::{ContentChanged, Workspace};
use leindex_embed::{Embedder as _, StaticModel};
use rustc_hash::FxHashSet;

use super::describe::{project_of, symbol_info, symbol_name};
use super::error::{Cancellable, Cancelled};
use super::open::Index;
use super::other_files::RootFolder;
use super::results::{Diagnostic, EdgeInfo, Highlight, ScorePart, SearchAnswer, SearchHit, SearchOptions};
use super::world::{View, World};
use crate::context::{Context, ContextOptions, context};
use crate::db::RootDatabase;
use crate::graph::calls::FoundEdge;
use crate::graph::join::Join;
use crate::graph::structure::edges_of_file;
use crate::names::confidence::confidence;
use crate::names::edges::{EdgeKind, file_edges};
use crate::names::files::{Symbol, file_config, symbol_row};
use crate::names::live::workspace_digest;
use crate::search::fusion::Scores;
use crate::search::intent::Question;
use crate::search::lexical::Lexical;
use crate::search::rank::{Filter, Found, Ranked, rank};
use crate::search::terms::{for_each_subword, term};
use crate::syntax::rows::{ImportRow, SymbolKind};

/// A look at an index at one revision. Every answer carries [`revision`](Self::revision).
pub struct Snapshot<'a> {
    db: &'a RootDatabase,
    view: Arc<View>,
    revision: String,
    threads: Option<Arc<rayon::ThreadPool>>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(super) folders: Arc<[RootFolder]>,
}

impl std::fmt::Debug for Snapshot<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("revision", &self.revision).finish_non_exhaustive()
    }
}

/// Stops a question from another thread, which then ends with [`Cancelled::Cancelled`].
#[derive(Clone, Debug)]
pub struct Canceller(salsa::CancellationToken);

impl Canceller {
    /// Stops the question that its snapshot works on; if there is none, the next one.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl Index {
    /// A short look at the present. It holds the database: drop it before the next change.
    pub fn snapshot(&self) -> Snapshot<'_> {
        let digest = workspace_digest(&self.db, Workspace::get(&self.db));
        let hex: String = digest.as_bytes()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let diagnostics = self.project.roots.iter().flat_map(|root| {
            root.diagnostics.iter().map(|found| Diagnostic {
                path: root.prefixed(found.path.as_str().into()).into(),
                line: None,
                message: found.message.clone(),
            })
        });
        Snapshot {
            db: &self.db,
            view: self.view(),
            revision: format!("r{hex}"),
            threads: self.options.threads.clone(),
            diagnostics: diagnostics.collect(),
            folders: self.project.roots.iter().filter_map(RootFolder::of).collect(),
        }
    }

    /// What another thread needs to look at the present.
    pub(crate) fn reader(&self) -> Reader {
        self.snapshot().reader()
    }
}

/// A snapshot with a database of its own.
#[derive(Clone)]
pub(crate) struct Reader {
    db: RootDatabase,
    view: Arc<View>,
    revision: String,
    threads: Option<Arc<rayon::ThreadPool>>,
    diagnostics: Vec<Diagnostic>,
    folders: Arc<[RootFolder]>,
}

impl Reader {
    pub(crate) fn snapshot(&self) -> Snapshot<'_> {
        Snapshot {
            db: &self.db,
            view: Arc::clone(&self.view),
            revision: self.revision.clone(),
            threads: self.threads.clone(),
            diagnostics: self.diagnostics.clone(),
            folders: Arc::clone(&self.folders),
        }
    }
}

impl Snapshot<'_> {
    /// The revision stamp: `r` and 16 hexadecimal digits, a digest of everything indexed.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// The name of the project, with which the names of its symbols begin.
    pub fn project(&self) -> Cancellable<String> {
        self.ask(|world| project_of(world.db, "").to_owned())
    }

    /// Stops the questions of this snapshot from another thread.
    pub fn canceller(&self) -> Canceller {
        Canceller(salsa::Database::cancellation_token(self.db))
    }

    /// The same with a database of its own.
    pub(crate) fn reader(&self) -> Reader {
        Reader {
            db: self.db.clone(),
            view: Arc::clone(&self.view),
            revision: self.revision.clone(),
            threads: self.threads.clone(),
            diagnostics: self.diagnostics.clone(),
            folders: Arc::clone(&self.folders),
        }
    }

    /// Runs a question.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(World<'_>) -> T) -> Cancellable<T> {
        catch(|| question(World::new(self.db, &self.view, self.threads.as_deref())))
    }
}

/// The one place where cancellation and changed files are caught.
fn catch<T>(question: impl FnOnce() -> T) -> Cancellable<T> {
    let run = AssertUnwindSafe(|| salsa::Cancelled::catch(AssertUnwindSafe(question)));
    match catch_unwind(run) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(salsa::Cancelled::Local)) => Err(Cancelled::Cancelled),
        Ok(Err(_)) => Err(Cancelled::Superseded),
        Err(payload) if payload.is::<ContentChanged>() => Err(Cancelled::Changed),
        Err(payload) => resume_unwind(payload),
    }
}

impl Snapshot<'_> {
    /// The symbols that a question is about, best first: a name, words, an error message, a question in a sentence.
    ///
    /// Symbols of equal score are in order of their paths and places; of equal bodies, the best one stands for all.
    pub fn search(&self, query: &str, options: &SearchOptions) -> Cancellable<SearchAnswer> {
        self.ask(|world| {
            let question = Question::new(query);
            let filter = Filter { kinds: options.kinds.clone(), languages: options.languages.clone(), paths: options.paths.clone() };
            let scores = Scores::new(world, &question, &filter);
            let Ranked { found, model } = rank(world, &question, &filter, &scores);
            let hits = distinct(world, found, options.limit).into_iter().filter_map(|(found, symbol)| {
                let parts = found.parts.iter().map(|&(name, value)| ScorePart { name, value }).collect();
                let highlights = highlights(world, symbol, &scores.lexical);
                Some(SearchHit { symbol: symbol_info(world, symbol)?, score: found.score, parts, highlights })
            });
            SearchAnswer {
                hits: hits.collect(),
                intent: question.intent.as_str(),
                model: model.map_or_else(|| StaticModel::shipped().id().to_owned(), |model| model.embedder().id().to_owned()),
                approximate: scores.semantic.is_approximate(),
                revision: self.revision.clone(),
            }
        })
    }

    /// What an engineer would read first to answer a question, as Markdown within a budget of tokens.
    ///
    /// Costs a few milliseconds where the edges around the entry points are known, and their resolution where not.
    pub fn context(&self, question: &str, options: &ContextOptions) -> Cancellable<Context> {
        self.ask(|world| context(world, &self.revision, question, options))
    }

    /// Every edge of the project, files in order, open names joined. Costs a resolution of every file the first time.
    pub fn edges(&self) -> Cancellable<Vec<EdgeInfo>> {
        self.ask(|world| {
            let mut join = Join::new(world);
            let mut found = Vec::new();
            for &file in &world.live.all {
                for edge in edges_of_file(&mut join, file) {
                    found.push(edge_info(world, &edge));
                }
            }
            found
        })
    }

    /// How many symbols there are, modules included.
    pub fn symbol_count(&self) -> Cancellable<u64> {
        self.ask(|world| {
            let count = |file| {
                crate::names::files::file_blob(world.db, file).map_or(0, |blob| crate::syntax::blob::parsed_blob(world.db, blob).symbols)
            };
            world.live.all.iter().map(|&file| u64::from(count(file))).sum()
        })
    }

    /// How many edges there are by rule, open names joined.
    pub fn edge_counts(&self) -> Cancellable<std::collections::BTreeMap<&'static str, u64>> {
        self.ask(|world| {
            let mut counts = std::collections::BTreeMap::new();
            let edges = world.all_edges();
            for record in (0..edges.file_count()).flat_map(|file| edges.records(file)) {
                *counts.entry(record.rule.as_str()).or_default() += 1;
            }
            counts
        })
    }

    /// The first edge that is not the same whether the edges of all files are made at once or those of one after the
    /// other; `None`, always. Slow: for tests.
    #[doc(hidden)]
    pub fn edge_that_differs(&self) -> Cancellable<Option<String>> {
        self.ask(|world| world.all_edges().first_difference(world))
    }

    /// Resolves every file on all threads, so that later questions find the work done.
    pub fn resolve_all(&self) -> Cancellable<usize> {
        self.ask(|world| world.on_each_file(|world, file| file_edges(world.db, file).closed.len()).into_iter().sum())
    }

    /// How often the files of the project's own root changed, and where that cannot be told, why.
    pub(crate) fn churn(&self) -> Cancellable<Result<Arc<Churn>, String>> {
        let shared = &self.db.shared;
        Ok(match self.ask(|world| world.install(|| shared.churn.churn(&ChurnOptions::default())))? {
            Ok(Some(churn)) if churn.commits == 0 && churn.shallow => {
                Err("the clone is shallow and holds no commit beside its parent; `git fetch --unshallow` brings the history".to_owned())
            }
            Ok(Some(churn)) => Ok(churn),
            Ok(None) => Err("the project lies in no git repository, or in one without a commit".to_owned()),
            Err(error) => Err(error.to_string()),
        })
    }
}

/// The first `limit` symbols; of those with equal names and bodies, the first.
pub(crate) fn distinct<'w>(world: World<'w>, found: Vec<Found<'w>>, limit: usize) -> Vec<(Found<'w>, Symbol<'w>)> {
    let mut bodies = FxHashSet::default();
    let mut kept = Vec::new();
    for hit in found {
        if kept.len() >= limit {
            break;
        }
        let Some(rows) = world.rows(hit.file) else { continue };
        let Some(row) = rows.symbol(hit.row) else { continue };
        let has_body = row.kind != SymbolKind::Module && row.body_start < row.end;
        if has_body && !bodies.insert((row.body_hash(), rows.str(row.name).to_owned())) {
            continue;
        }
        let symbol = Symbol::new(world.db, hit.file, row.identity());
        kept.push((hit, symbol));
    }
    kept
}

/// Ranges of lines shown of a hit, and lines of each.
const HIGHLIGHTS: usize = 3;
const HIGHLIGHT_LINES: u32 = 4;

/// The lines of a symbol that hold most of the question.
fn highlights<'w>(world: World<'w>, symbol: Symbol<'w>, lexical: &Lexical<'w>) -> Vec<Highlight> {
    let Some((_, _, row)) = symbol_row(world.db, symbol) else { return Vec::new() };
    let Some(text) = world.source(symbol.file(world.db)) else { return Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    let mut buffer = String::new();
    let mut weighed: Vec<(u32, f32)> = Vec::new();
    for number in row.start_line..=row.end_line {
        let Some(line) = lines.get(number as usize - 1) else { break };
        let mut weight = 0.0;
        let mut seen = Vec::new();
        for_each_subword(line, |word, _| {
            if let Some(hash) = term(word, &mut buffer)
                && let Some(term) = lexical.terms().iter().find(|term| term.hash == hash)
                && !seen.contains(&hash)
            {
                seen.push(hash);
                weight += term.idf;
            }
        });
        if weight > 0.0 {
            weighed.push((number, weight));
        }
    }
    weighed.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    weighed.truncate(HIGHLIGHTS * 2);
    weighed.sort_by_key(|(number, _)| *number);
    let mut ranges: Vec<(u32, u32, f32)> = Vec::new();
    for (number, weight) in weighed {
        match ranges.last_mut() {
            Some((start, end, sum)) if number <= *end + 2 && number - *start < HIGHLIGHT_LINES => {
                *end = number;
                *sum += weight;
            }
            _ => ranges.push((number, number, weight)),
        }
    }
    ranges.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    ranges.truncate(HIGHLIGHTS);
    ranges.sort_by_key(|(start, ..)| *start);
    ranges
        .into_iter()
        .map(|(start_line, end_line, _)| {
            let shown = lines.get(start_line as usize - 1..(end_line as usize).min(lines.len())).unwrap_or(&[]);
            let cut = |line: &&str| line.chars().take(200).collect::<String>();
            Highlight { start_line, end_line, text: shown.iter().map(cut).collect::<Vec<_>>().join("\n") }
        })
        .collect()
}

pub(crate) fn edge_info<'w>(world: World<'w>, edge: &FoundEdge<'w>) -> EdgeInfo {
    let (line, column) = world.rows(edge.file).map_or((0, 0), |rows| rows.position(edge.start));
    let language = file_config(world.db, edge.file).map(|config| config.name);
    EdgeInfo {
        source: symbol_name(world, edge.source),
        target: edge.target.map(|target| symbol_name(world, target)),
        target_path: edge.target.map(|target| target.file(world.db).path(world.db).to_owned()),
        target_line: edge.target.and_then(|target| symbol_row(world.db, target)).map(|(_, _, row)| row.name_line),
        target_name: edge.name.to_string(),
        module: imported_module(world, edge),
        kind: edge.kind.as_str(),
        rule: edge.rule.as_str(),
        confidence: language.and_then(|language| confidence(edge.kind, edge.rule, language, edge.candidates.len())),
        candidates: u16::try_from(edge.candidates.len()).unwrap_or(u16::MAX),
        path: edge.file.path(world.db).to_owned(),
        line,
        column,
    }
}

/// The module that an import names.
fn imported_module(world: World<'_>, edge: &FoundEdge<'_>) -> Option<String> {
    if edge.kind != EdgeKind::Import {
        return None;
    }
    let rows = world.rows(edge.file)?;
    let import = rows.iter::<ImportRow>().find(|import| import.start <= edge.start && edge.start < import.end)?;
    let module = rows.str(import.module);
    (!module.is_empty() || import.level > 0).then(|| format!("{}{module}", ".".repeat(import.level as usize)))
}
