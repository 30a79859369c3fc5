//! Le Contexte: what an engineer would read first, within a budget of tokens.
//!
//! [`Snapshot::context`](crate::Snapshot::context) searches for entry points, lets [`gravity`] pull in what matters
//! around them and [`render`]s it. Everything runs in order on one thread: equal content gives equal answers.

mod gravity;
mod render;
#[cfg(test)]
mod tests;

use leindex_embed::TOKENIZER;
use serde::Serialize;

use crate::index::snapshot::distinct;
use crate::index::world::World;
use crate::names::files::Symbol;
use crate::search::fusion::Scores;
use crate::search::intent::{Intent, Question};
use crate::search::rank::{Filter, Found, Ranked, rank};
use gravity::{Reach, pull};

/// What a context may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextOptions {
    /// Most tokens of what is handed over, counted with `o200k_base`. Never exceeded.
    pub budget: usize,
    /// What is handed over, and so counts.
    pub payload: Payload,
    /// Path patterns that entry points must fit (`src/**/*.py`, `tests/`); empty for all.
    pub paths: Vec<String>,
    /// Languages of entry points, by name; empty for all.
    pub languages: Vec<String>,
}

impl Default for ContextOptions {
    fn default() -> Self {
        Self { budget: 2000, payload: Payload::default(), paths: Vec::new(), languages: Vec::new() }
    }
}

/// What of a [`Context`] its reader receives. Only that counts against the budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Payload {
    /// The Markdown and the lists beside it: `text`, and each of `entries`, `items` and `omitted` that is not empty, as
    /// compact JSON.
    #[default]
    Structured,
    /// The Markdown alone: `text`. The lists are for the program that asks.
    Text,
}

/// What an engineer would read first to answer a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Context {
    /// The question.
    pub question: String,
    /// Tokens of what is handed over, as [`Payload`] says.
    pub tokens: usize,
    /// Tokens it was allowed.
    pub budget: usize,
    /// What the tokens were counted with.
    pub tokenizer: &'static str,
    /// The revision that this is an answer for.
    pub revision: String,
    /// Whether a symbol of the project answers the question.
    pub found: bool,
    /// The symbols that the question is about, best first, as many as there is room for.
    pub entries: Vec<String>,
    /// What the text shows, entries first. With a budget that is too small for both, the text may show places alone.
    pub items: Vec<ContextItem>,
    /// What it does not show, and what is not known.
    pub omitted: Vec<String>,
    /// The answer, as Markdown.
    pub text: String,
}

/// A symbol that a context shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContextItem {
    /// The symbol.
    pub symbol: String,
    /// Its file, from the root.
    pub path: String,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
    /// How much of it is shown.
    pub tier: Tier,
    /// Why it is here.
    pub why: String,
}

/// How much of a symbol a context shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Its signature and a sentence.
    Signature,
    /// Its signature and the lines that concern the question, or the heads of its members.
    Excerpt,
    /// Its text, from the start, as far as its share of the budget goes.
    Cut,
    /// All of its text.
    Full,
}

/// Entry points of one answer, at most.
const MOST_ENTRIES: usize = 6;
/// Tokens of the budget for each entry point after the first.
const TOKENS_AN_ENTRY: usize = 600;
/// What part of the best score an entry point must have.
const ENTRY_SHARE: f32 = 0.6;
/// Overviews have no best answer but several.
const OVERVIEW_SHARE: f32 = 0.4;

/// Answers a question within a budget.
pub(crate) fn context(world: World<'_>, revision: &str, text: &str, options: &ContextOptions) -> Context {
    let question = Question::new(text);
    let filter = Filter { kinds: Vec::new(), languages: options.languages.clone(), paths: options.paths.clone() };
    let scores = Scores::new(world, &question, &filter);
    let Ranked { found, .. } = rank(world, &question, &filter, &scores);
    let hits = distinct(world, found, 24);
    let entries = entries_of(&question, &hits, options.budget);
    let symbols: Vec<Symbol<'_>> = entries.iter().map(|(_, symbol)| *symbol).collect();
    let budget = options.budget;
    let reach = Reach { symbols: (8 + budget / 40).min(400), tokens: budget + budget / 2, files: (12 + budget / 125).min(400) };
    let field = pull(world, &scores, &symbols, question.tests, reach);
    let payload = options.payload;
    let answer =
        render::Answer { text, revision, budget, payload, hits: &hits, entries: &entries, field: &field, lexical: &scores.lexical };
    let rendered = render::render(world, &answer);
    Context {
        question: text.to_owned(),
        tokens: rendered.tokens,
        budget,
        tokenizer: TOKENIZER,
        revision: revision.to_owned(),
        found: !hits.is_empty(),
        entries: rendered.entries,
        items: rendered.items,
        omitted: rendered.omitted,
        text: rendered.text,
    }
}

/// The hits that gravity starts from: those close to the best, and only the named ones where the question names some.
fn entries_of<'w>(question: &Question, hits: &[(Found<'w>, Symbol<'w>)], budget: usize) -> Vec<(Found<'w>, Symbol<'w>)> {
    let Some((best, _)) = hits.first() else { return Vec::new() };
    let overview = matches!(question.intent, Intent::Hotspots | Intent::Architecture);
    let share = if overview { OVERVIEW_SHARE } else { ENTRY_SHARE };
    let most = if overview { (2 + budget / 400).min(MOST_ENTRIES) } else { (1 + budget / TOKENS_AN_ENTRY).min(MOST_ENTRIES) };
    let named =
        |found: &Found<'_>| found.parts.iter().any(|(name, value)| *name == "exact name" && *value >= 1.0 || *name == "named place");
    let only_named = question.intent == Intent::Name && named(best);
    hits.iter().filter(|(found, _)| found.score >= best.score * share && (!only_named || named(found))).take(most).cloned().collect()
}
