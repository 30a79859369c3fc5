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
    /// The scale of some scores.
    pub(crate) fn over(mut scores: Vec<f32>) -> Self {
        scores.sort_unstable_by(|a, b| b.total_cmp(a));
        let score_at = |at: usize| scores.get(at).copied().unwrap_or(0.0);
        Self { first: score_at(0), last: score_at((LAST - 1).min(scores.len().saturating_sub(1))) }
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

    /// What the scores of a document weigh, `chosen` being its score by a model of the user's choice, from 0 to 1.
    pub(crate) fn parts(&self, id: DocumentId, chosen: Option<f32>) -> [(&'static str, f32); 3] {
        let (lexical, semantic) = self.of(id);
        match chosen {
            None => [("lexical", LEXICAL * lexical), ("static", STATIC * semantic), ("model", 0.0)],
            Some(chosen) => {
                let [of_lexical, of_static, of_model] = WITH_MODEL;
                [("lexical", of_lexical * lexical), ("static", of_static * semantic), ("model", of_model * chosen)]
            }
        }
    }

    /// One score of a document, from 0 to 1.
    pub(crate) fn fused(&self, id: DocumentId) -> f32 {
        let (lexical, semantic) = self.of(id);
        LEXICAL * lexical + STATIC * semantic
    }

    /// Whether there is anything to score by.
    pub(crate) fn is_blank(&self) -> bool {
        self.lexical_scale.first <= 0.0 && self.semantic_scale.first <= 0.0
    }
}

/// What the two weigh where only they count.
const LEXICAL: f32 = 0.4;
const STATIC: f32 = 0.6;
/// The same, and a model of the user's choice, where all candidates have its vectors.
const WITH_MODEL: [f32; 3] = [0.3, 0.35, 0.35];
