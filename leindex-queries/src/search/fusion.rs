//! Fusion: lexical and semantic scores of a document, on one scale for each question.
//!
//! Both are stretched so that the best document of all has 1 and the hundredth has 0 (weighted sums of scores beat sums
//! of ranks), and weigh what [`LEXICAL`] and [`STATIC`] say.

use super::document_vectors::whole_words;
use super::intent::Question;
use super::lexical::Lexical;
use super::rank::Filter;
use super::score::{DocumentId, Scorer as _};
use super::semantic::Semantic;
use crate::index::world::World;

/// The document whose score is the end of the scale.
const LAST: usize = 100;
/// Nearest documents that are looked up: several times as many as become candidates, since priors put some of them
/// back.
const NEAREST: usize = 640;

/// What is known of all live documents for one question.
pub(crate) struct Scores<'w> {
    pub(crate) lexical: Lexical<'w>,
    pub(crate) semantic: Semantic<'w>,
    lexical_scale: Scale,
    semantic_scale: Scale,
}

/// Where the scores of the best and of the hundredth document lie.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scale {
    first: f32,
    last: f32,
}

impl Scale {
    /// The scale of some scores, all above 0.
    pub(crate) fn over(mut scores: Vec<f32>) -> Self {
        scores.sort_unstable_by(|a, b| b.total_cmp(a));
        let score_at = |at: usize| scores.get(at).copied().unwrap_or(0.0);
        Self { first: score_at(0), last: score_at(LAST - 1) }
    }

    pub(crate) fn of(&self, score: f32) -> f32 {
        if score <= self.last { 0.0 } else { ((score - self.last) / (self.first - self.last)).min(1.0) }
    }
}

impl<'w> Scores<'w> {
    /// Scores all live documents for a question.
    pub(crate) fn new(world: World<'w>, question: &Question, filter: &Filter) -> Self {
        let lexical = Lexical::new(world, &question.terms);
        // Letters that no word is known by have a vector, too, but it says nothing.
        let is_known = lexical.best_score() > 0.0 || question.terms.iter().any(|term| whole_words().contains_key(term));
        let words = if is_known { &question.words[..] } else { &[] };
        let semantic = Semantic::new(world, words, NEAREST, filter);
        let lexical_scale = Scale { first: lexical.best_score(), last: lexical.score_at(LAST) };
        let semantic_scale = Scale::over(semantic.nearest().iter().map(|(_, score)| *score).collect());
        Self { lexical, semantic, lexical_scale, semantic_scale }
    }

    /// The lexical and the semantic score of a document, each from 0 to 1.
    pub(crate) fn of(&self, id: DocumentId) -> (f32, f32) {
        (self.lexical_scale.of(self.lexical.score(id)), self.semantic_scale.of(self.semantic.score(id)))
    }

    /// One score of a document, from 0 to 1.
    pub(crate) fn fused(&self, id: DocumentId) -> f32 {
        let (lexical, semantic) = self.of(id);
        fused(lexical, semantic)
    }

    /// Whether there is anything to score by.
    pub(crate) fn is_blank(&self) -> bool {
        self.lexical_scale.first <= 0.0 && self.semantic_scale.first <= 0.0
    }
}

/// A lexical and a semantic score, each from 0 to 1, as one.
pub(crate) fn fused(lexical: f32, semantic: f32) -> f32 {
    LEXICAL * lexical + STATIC * semantic
}

/// What the two weigh where only they count.
const LEXICAL: f32 = 0.4;
const STATIC: f32 = 0.6;
