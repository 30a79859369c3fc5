//! BM25F over the sub-words of names, signatures, documentation and bodies.
//!
//! `score(D) = Σ idf(t) · tf(t, D) / (K1 + tf(t, D))` over the question's sub-words, where
//! `tf(t, D) = Σ WEIGHTS[f] · count(t, D, f) / (1 − B[f] + B[f] · length(D, f) / average length(f))` over the fields and
//! `idf(t) = ln(1 + (N − n + ½) / (n + ½))`. `N`, `n` and the lengths are integers summed over live documents, so that
//! scores depend on what is alive and on nothing else.

use super::record::FIELDS;
use super::score::{DocumentId, Scorer, Seen, keep_best, ln, weighed};
use crate::index::world::World;

/// Where more of the same word stops to count. The usual value.
const K1: f32 = 1.2;
/// What a word weighs by field: name, signature (with the names of what holds the symbol), documentation, body.
const WEIGHTS: [f32; FIELDS] = [6.0, 2.5, 2.0, 1.0];
/// How much a field's length counts: names are short by nature, bodies are not.
const B: [f32; FIELDS] = [0.4, 0.5, 0.7, 0.75];
/// Words of a question that count; of more, the rarest. Bounds the cost of a pasted file.
const MOST_TERMS: usize = 32;

/// The scores of all live documents for one question.
pub(crate) struct Lexical<'w> {
    world: World<'w>,
    terms: Vec<WeighedTerm>,
    /// What each of the question's words weighs, those that no document has included.
    weights: Vec<f32>,
    /// By segment and document.
    scores: Vec<Vec<f32>>,
    /// Sum of `idf` of the question's words in the document's name, by segment and document.
    names: Vec<Vec<f32>>,
    /// How many of the question's words are in the document's name.
    name_hits: Vec<Vec<u8>>,
    best: f32,
    /// The best score of each blob, by segment and blob.
    best_of_blob: Vec<Vec<f32>>,
}

/// A sub-word of the question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WeighedTerm {
    pub(crate) hash: u32,
    pub(crate) idf: f32,
}

impl<'w> Lexical<'w> {
    /// Scores all live documents for the sub-words of a question, which are distinct.
    pub(crate) fn new(world: World<'w>, hashes: &[u32]) -> Self {
        let mask = world.live_mask();
        let total = mask.documents as f64;
        let averages = mask.lengths.map(|sum| (sum as f64 / total.max(1.0)).max(0.01) as f32);
        let mut terms = Vec::new();
        let mut weights = Vec::with_capacity(hashes.len());
        for &hash in hashes {
            let frequency = frequency(world, hash);
            let idf = ln(1.0 + (total - frequency as f64 + 0.5) / (frequency as f64 + 0.5)) as f32;
            weights.push(idf);
            if frequency > 0 {
                terms.push(WeighedTerm { hash, idf });
            }
        }
        if terms.len() > MOST_TERMS {
            // Stable: of equally rare words, those that come first in the question.
            terms.sort_by(|a, b| b.idf.total_cmp(&a.idf));
            terms.truncate(MOST_TERMS);
        }
        let mut scores = Vec::new();
        let mut names = Vec::new();
        let mut name_hits = Vec::new();
        let mut best = 0.0_f32;
        let mut best_of_blob = Vec::new();
        for (segment, files) in world.view.segments.iter().zip(&mask.files) {
            let count = if terms.is_empty() { 0 } else { segment.document_count() };
            let mut sums = vec![0.0_f32; count];
            let mut in_names = vec![0.0_f32; count];
            let mut hits = vec![0_u8; count];
            let mut of_blobs = vec![0.0_f32; segment.blobs().len()];
            for term in &terms {
                for hit in segment.postings(term.hash) {
                    if files.get(hit.blob as usize).is_none_or(|&files| files == 0) {
                        continue;
                    }
                    let Some(document) = segment.document(hit.document) else { continue };
                    let mut tf = 0.0;
                    for field in 0..FIELDS {
                        if hit.counts[field] > 0 {
                            let length = f32::from(document.lengths[field]) / averages[field];
                            tf += WEIGHTS[field] * f32::from(hit.counts[field]) / (1.0 - B[field] + B[field] * length);
                        }
                    }
                    let at = hit.document as usize;
                    sums[at] += term.idf * tf / (K1 + tf);
                    best = best.max(sums[at]);
                    of_blobs[hit.blob as usize] = of_blobs[hit.blob as usize].max(sums[at]);
                    if hit.counts[0] > 0 {
                        in_names[at] += term.idf;
                        hits[at] = hits[at].saturating_add(1);
                    }
                }
            }
            scores.push(sums);
            names.push(in_names);
            name_hits.push(hits);
            best_of_blob.push(of_blobs);
        }
        Self { world, terms, weights, scores, names, name_hits, best, best_of_blob }
    }

    /// The words that some live document has, with what they weigh.
    pub(crate) fn terms(&self) -> &[WeighedTerm] {
        &self.terms
    }

    /// What each of the question's words weighs, in their order, those that no document has included.
    pub(crate) fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// The highest score of any document.
    pub(crate) fn best_score(&self) -> f32 {
        self.best
    }

    /// The score of the document at a place in order of scores, from 0; 0 if fewer have one.
    pub(crate) fn score_at(&self, place: usize) -> f32 {
        let mut scores: Vec<f32> = self.scores.iter().flatten().copied().filter(|score| *score > 0.0).collect();
        if scores.len() <= place {
            return 0.0;
        }
        *scores.select_nth_unstable_by(place, |a, b| b.total_cmp(a)).1
    }

    /// How much of the question, by weight, is in the document's name, and how much of the name is in the question.
    pub(crate) fn name_cover(&self, id: DocumentId) -> (f32, f32) {
        let at = |list: &[Vec<f32>]| list.get(id.segment as usize).and_then(|list| list.get(id.document as usize)).copied().unwrap_or(0.0);
        let total: f32 = self.terms.iter().map(|term| term.idf).sum();
        let hits = self.name_hits.get(id.segment as usize).and_then(|list| list.get(id.document as usize)).copied().unwrap_or(0);
        let length =
            self.world.view.segments.get(id.segment as usize).and_then(|segment| segment.document(id.document)).map_or(1, |d| d.lengths[0]);
        if total <= 0.0 { (0.0, 0.0) } else { (at(&self.names) / total, f32::from(hits) / f32::from(length.max(1))) }
    }

    /// The best score among the documents of a blob.
    pub(crate) fn best_of_blob(&self, segment: u32, blob: u32) -> f32 {
        self.best_of_blob.get(segment as usize).and_then(|blobs| blobs.get(blob as usize)).copied().unwrap_or(0.0)
    }
}

fn frequency(world: World<'_>, hash: u32) -> u64 {
    let mask = world.live_mask();
    let count = |segment: usize| {
        let files = &mask.files[segment];
        world.view.segments[segment].postings(hash).filter(|hit| files.get(hit.blob as usize).is_some_and(|&files| files > 0)).count()
            as u64
    };
    (0..world.view.segments.len()).map(count).sum()
}

impl Scorer for Lexical<'_> {
    fn score(&self, id: DocumentId) -> f32 {
        self.scores.get(id.segment as usize).and_then(|scores| scores.get(id.document as usize)).copied().unwrap_or(0.0)
    }

    fn best(&self, limit: usize, bound: f32, prior: &mut dyn FnMut(Seen<'_>) -> f32) -> Vec<(DocumentId, f32)> {
        let mut scored = Vec::new();
        for (segment, scores) in self.scores.iter().enumerate() {
            for (document, &score) in scores.iter().enumerate().filter(|(_, score)| **score > 0.0) {
                scored.push((DocumentId { segment: segment as u32, document: document as u32 }, score));
            }
        }
        let mut found = Vec::new();
        let mut share = limit * 4;
        loop {
            // The best by score alone first; the rest only if its scores, raised as far as a prior can, reach theirs.
            let rest = match share < scored.len() {
                true => {
                    scored.select_nth_unstable_by(share, |a, b| b.1.total_cmp(&a.1));
                    scored.split_off(share)
                }
                false => Vec::new(),
            };
            found.extend(weighed(self.world, scored, prior));
            keep_best(&mut found, limit);
            let last = found.iter().map(|(_, score)| *score).fold(f32::INFINITY, f32::min);
            let next = rest.iter().map(|(_, score)| *score).fold(0.0, f32::max);
            if rest.is_empty() || found.len() >= limit && next * bound < last {
                return found;
            }
            scored = rest;
            share *= 4;
        }
    }
}
