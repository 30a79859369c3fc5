//! Vectors by a model of the user's choice, beside those of the static model.
//!
//! Such a model takes milliseconds for a text where the static one takes microseconds, so its vectors are made in the
//! background, most-mentioned symbols first, and kept in the store at full width under the model's id, the symbol's name
//! and its body: an edit elsewhere, a move, another branch find them again. A question's candidates get their scores by
//! it once every one of them has a vector; until then the static scores stand, and the answer says which did.

use std::sync::Arc;

use leindex_db::store::StoreKey;
use leindex_embed::{CheckedEmbedder, EmbedError, Embedder};
use rustc_hash::FxBuildHasher;

use super::record::for_each_holder;
use crate::syntax::rows::{Rows, SymbolRow};

/// Bytes of a symbol's text that a model is given: more than any of them reads.
const LONGEST_TEXT: usize = 16 << 10;
/// Questions whose vectors are remembered.
const QUESTIONS: usize = 64;

/// The model of the user's choice.
pub(crate) struct ChosenModel {
    embedder: CheckedEmbedder,
    questions: quick_cache::sync::Cache<String, Arc<[f32]>, quick_cache::UnitWeighter, FxBuildHasher>,
}

impl ChosenModel {
    /// Takes a model, if it says of itself what it should.
    pub(crate) fn new(embedder: Arc<dyn Embedder>) -> Result<Self, EmbedError> {
        let (hasher, lifecycle) = (FxBuildHasher, quick_cache::sync::DefaultLifecycle::default());
        let questions = quick_cache::sync::Cache::with(QUESTIONS, QUESTIONS as u64, quick_cache::UnitWeighter, hasher, lifecycle);
        Ok(Self { embedder: CheckedEmbedder::new(embedder)?, questions })
    }

    pub(crate) fn embedder(&self) -> &CheckedEmbedder {
        &self.embedder
    }

    /// The vector of a question; `None` if the model fails.
    pub(crate) fn question(&self, text: &str) -> Option<Arc<[f32]>> {
        self.questions.get_or_insert_with(text, || self.embedder.embed_query(text).map(Arc::from)).ok()
    }

    /// The key of a symbol's vector.
    pub(crate) fn key(&self, rows: &Rows, symbol: &SymbolRow) -> StoreKey {
        let (id, dimension, name) = (self.embedder.id(), self.embedder.dimension() as u64, name_within(rows, symbol));
        let parts = [id.as_bytes(), &dimension.to_le_bytes(), name.as_bytes(), &symbol.body_hash()];
        StoreKey::new("embedding", &crate::schema::EMBEDDING, &parts)
    }

    /// Packs a vector as it is stored: `f32`, little-endian.
    pub(crate) fn pack(vector: &[f32]) -> Vec<u8> {
        vector.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    /// The cosine of a stored vector and a question's; `None` if the bytes are no vector of the model.
    pub(crate) fn cosine(&self, stored: &[u8], question: &[f32]) -> Option<f32> {
        let (values, rest) = stored.as_chunks::<4>();
        if values.len() != self.embedder.dimension() || !rest.is_empty() {
            return None;
        }
        // Eight sums side by side: a fixed order that vector units can follow.
        let mut sums = [0.0_f32; 8];
        for (values, others) in values.chunks(8).zip(question.chunks(8)) {
            for ((sum, value), other) in sums.iter_mut().zip(values).zip(others) {
                *sum += f32::from_le_bytes(*value) * other;
            }
        }
        Some(sums.iter().sum())
    }
}

/// What a model is given of a symbol: its name with those of what it lies in, and its own text, without the bodies of its
/// members if it is a type, and without its items if it is a module.
pub(crate) fn embedded_text(rows: &Rows, source: &str, index: u32, symbol: &SymbolRow) -> String {
    let mut text = name_within(rows, symbol);
    text.push('\n');
    let mut at = symbol.start;
    if symbol.kind.is_type() || symbol.kind.is_module() {
        for child in rows.symbols().skip(1).filter(|child| child.parent == index) {
            if child.start < at {
                continue;
            }
            let kept = if symbol.kind.is_module() { child.start } else { child.body_start.clamp(child.start, child.end) };
            push(&mut text, source, at, kept);
            at = child.end;
        }
    }
    push(&mut text, source, at, symbol.end);
    text
}

fn push(text: &mut String, source: &str, start: u32, end: u32) {
    let room = LONGEST_TEXT.saturating_sub(text.len());
    let part = source.get(start as usize..end as usize).unwrap_or("");
    text.push_str(&part[..part.floor_char_boundary(room.min(part.len()))]);
}

fn name_within(rows: &Rows, symbol: &SymbolRow) -> String {
    let mut names = vec![rows.str(symbol.name)];
    for_each_holder(rows, symbol, |name| names.push(name));
    names.reverse();
    names.join(".")
}
