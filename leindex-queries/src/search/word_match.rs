//! Word by word: how much of a question some word of a document means.
//!
//! `Σ idf(w) · max(0, nearness(w, D))² / Σ idf(w)` over the question's words, where the nearness of a word is the best of
//! its cosines with the document's pieces, or 1 for a word that the static model does not know and that stands in the
//! document. Costs the decoding of a record a file and, for each piece not seen before, a product a word: for the best
//! candidates only.

use std::sync::Arc;

use leindex_embed::{StaticModel, WordNearness};
use rustc_hash::FxHashMap;

use super::document_vectors::whole_words;
use super::intent::Question;
use super::lexical::Lexical;
use super::record::{Record, record};
use super::score::DocumentId;
use crate::index::world::World;
use crate::syntax::blob::Blob;

/// Words of a question that count; of more, the rarest.
const MOST_WORDS: usize = 32;

/// Matches documents with the words of one question.
pub(crate) struct WordMatch<'w> {
    world: World<'w>,
    /// Hash and weight of each word.
    words: Vec<(u32, f32)>,
    total: f32,
    nearness: WordNearness<'static>,
    /// The squared nearness of each word with a direction, by piece.
    of_pieces: FxHashMap<u16, Box<[f32]>>,
    records: FxHashMap<(u32, u32), Arc<Record>>,
}

impl<'w> WordMatch<'w> {
    pub(crate) fn new(world: World<'w>, question: &Question, lexical: &Lexical<'w>) -> Self {
        let mut chosen: Vec<(u32, f32, &str)> =
            question.terms.iter().zip(lexical.weights()).zip(&question.words).map(|((&hash, &idf), word)| (hash, idf, &**word)).collect();
        // Stable: of equally rare words, those that come first in the question.
        chosen.sort_by(|a, b| b.1.total_cmp(&a.1));
        chosen.truncate(MOST_WORDS);
        Self {
            world,
            total: chosen.iter().map(|(_, idf, _)| idf).sum(),
            nearness: WordNearness::new(StaticModel::shipped(), chosen.iter().map(|(.., word)| *word)),
            words: chosen.into_iter().map(|(hash, idf, _)| (hash, idf)).collect(),
            of_pieces: FxHashMap::default(),
            records: FxHashMap::default(),
        }
    }

    /// How much of the question a document meets, from 0 to 1.
    pub(crate) fn of(&mut self, id: DocumentId) -> f32 {
        let segment = &self.world.view.segments[id.segment as usize];
        let blob = segment.blob_of(id.document);
        let Some((hash, dialect)) = segment.blob(blob) else { return 0.0 };
        let db = self.world.db;
        let record = self.records.entry((id.segment, blob)).or_insert_with(|| record(db, Blob::new(db, hash, dialect)));
        let record = Arc::clone(record);
        let document = id.document - segment.first_document(blob);
        let mut best = vec![0.0_f32; self.words.len()];
        for posting in record.postings.iter().filter(|posting| posting.document == document) {
            if let Some(at) = self.words.iter().position(|(word, _)| *word == posting.term) {
                best[at] = 1.0;
            }
            match whole_words().get(&posting.term) {
                Some(&piece) => self.meet(piece, &mut best),
                None => {
                    if let Ok(at) = record.split.binary_search_by_key(&posting.term, |(term, _)| *term) {
                        record.split[at].1.iter().for_each(|&piece| self.meet(piece, &mut best));
                    }
                }
            }
        }
        let met: f32 = best.iter().zip(&self.words).map(|(best, (_, idf))| best * idf).sum();
        if self.total > 0.0 { met / self.total } else { 0.0 }
    }

    fn meet(&mut self, piece: u16, best: &mut [f32]) {
        let nearness = &self.nearness;
        let squares = self.of_pieces.entry(piece).or_insert_with(|| {
            let mut found = Vec::with_capacity(nearness.words().len());
            nearness.append(piece, &mut found);
            found.into_iter().map(|cosine| cosine.max(0.0) * cosine.max(0.0)).collect()
        });
        for (&word, square) in nearness.words().iter().zip(squares.iter()) {
            best[word] = best[word].max(*square);
        }
    }
}
