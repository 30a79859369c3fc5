//! The linear model: what the evidence about a document weighs.
//!
//! `score = (Σ feature · weight) · prior`. Features lie between 0 and 1. What people ask
//! and what describes a thing have a table each.
//!
//! The weights were fitted by maximum likelihood of the right answers among the candidates (a softmax over each
//! question's list): one table on 225 questions about nine projects, the other on the documentation of 1,400 functions
//! of 14; small ones were rounded up. With each project left out in turn, the right one is among the first five for 75 %
//! of the questions; by weights set by hand it was for 63 %. Nothing that is reported was fitted to.

use super::intent::{Intent, Question};
use crate::syntax::rows::{SymbolFlags, SymbolKind};

/// What is known of a document for one question, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Features {
    /// BM25F, stretched so that the best document has 1 and the hundredth 0.
    pub(crate) lexical: f32,
    /// Cosine of the static model, stretched likewise.
    pub(crate) first: f32,
    /// The cosine itself.
    pub(crate) cosine: f32,
    /// How much of the question's words is met by words of the document, in letters or in meaning.
    pub(crate) words: f32,
    /// How much of the question is in the name, and of the name in the question.
    pub(crate) name: f32,
    /// How much of the question is in the path.
    pub(crate) path: f32,
    /// Cyclomatic complexity, on a logarithmic scale: a place where something happens.
    pub(crate) complexity: f32,
    /// Files that mention the name, on a logarithmic scale.
    pub(crate) mentions: f32,
    /// How well other documents of the file do.
    pub(crate) same_file: f32,
    /// The score by a model of the user's choice.
    pub(crate) chosen: f32,
}

/// What each feature weighs, and by what a document's nature multiplies the sum.
#[derive(Debug)]
pub(crate) struct Weights {
    features: Features,
    types: f32,
    constants: f32,
    modules: f32,
    constructors: f32,
    declarations: f32,
    tests: f32,
    asides: f32,
}

/// For what asks where, how or why, and for keywords: what answers does something, and is seldom called so.
const ASKED: Weights = Weights {
    features: Features {
        lexical: 0.02,
        first: 0.06,
        cosine: 0.3,
        words: 0.22,
        name: 0.02,
        path: 0.18,
        complexity: 0.18,
        mentions: 0.01,
        same_file: 0.04,
        chosen: 0.3,
    },
    types: 1.05,
    constants: 0.7,
    modules: 0.55,
    constructors: 0.7,
    declarations: 0.7,
    tests: 0.45,
    asides: 0.55,
};
/// For what describes a thing or names it: what answers is documented or called so.
const DESCRIBED: Weights = Weights {
    features: Features {
        lexical: 0.07,
        first: 0.05,
        cosine: 0.5,
        words: 0.06,
        name: 0.11,
        path: 0.15,
        complexity: 0.0,
        mentions: 0.02,
        same_file: 0.04,
        chosen: 0.3,
    },
    types: 0.95,
    constants: 0.75,
    modules: 0.6,
    constructors: 1.0,
    declarations: 0.9,
    tests: 0.4,
    asides: 0.6,
};

/// How a symbol is beside the point of a question that asks for no tests, examples or foreign code.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Aside {
    pub(crate) test: bool,
    pub(crate) aside: bool,
}

impl Weights {
    pub(crate) fn of(question: &Question) -> &'static Self {
        match question.intent {
            Intent::Name | Intent::Path => &DESCRIBED,
            Intent::Words if is_statement(&question.text) => &DESCRIBED,
            _ => &ASKED,
        }
    }

    /// What the features of a document contribute, by part, without those that contribute nothing.
    pub(crate) fn parts(&self, features: &Features) -> impl Iterator<Item = (&'static str, f32)> {
        let (weight, own) = (&self.features, *features);
        let parts = [
            ("lexical", weight.lexical * own.lexical),
            ("static", weight.first * own.first + weight.cosine * own.cosine),
            ("words", weight.words * own.words),
            ("model", weight.chosen * own.chosen),
            ("name", weight.name * own.name),
            ("path", weight.path * own.path),
            ("complexity", weight.complexity * own.complexity),
            ("same file", weight.same_file * own.same_file),
            ("mentions", weight.mentions * own.mentions),
        ];
        parts.into_iter().filter(|(_, value)| *value > 0.0)
    }

    /// What a symbol's kind and place make of its score.
    pub(crate) fn prior(&self, kind: SymbolKind, flags: SymbolFlags, of: Aside) -> f32 {
        let mut prior = match kind {
            SymbolKind::Module | SymbolKind::Namespace => self.modules,
            SymbolKind::Constant | SymbolKind::TypeAlias | SymbolKind::Variable | SymbolKind::Field => self.constants,
            SymbolKind::Constructor => self.constructors,
            kind if kind.is_type() => self.types,
            _ => 1.0,
        };
        if flags.has(SymbolFlags::DECLARATION) && kind.is_callable() {
            prior *= self.declarations;
        }
        if of.test {
            prior *= self.tests;
        }
        if of.aside {
            prior *= self.asides;
        }
        prior
    }
}

/// Whether a text is written as a sentence, which is then no question: other intents are.
fn is_statement(text: &str) -> bool {
    text.starts_with(char::is_uppercase) && text.split_whitespace().nth(3).is_some()
}
