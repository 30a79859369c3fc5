//! Vectors: how near a document's meaning is to the question's, by the static model.

use leindex_embed::StaticModel;
use leindex_embed::vectors::{Query, RowMask, VectorIndex as _};

use super::document_vectors::quantizer;
use super::rank::Filter;
use super::score::{DocumentId, Scorer, Seen, keep_best, weighed};
use super::segment::Segment;
use crate::index::world::World;

/// The nearest documents to a question, and a score for any other.
pub(crate) struct Semantic<'w> {
    world: World<'w>,
    question: Query,
    /// Best first, ties at the end included.
    nearest: Vec<(DocumentId, f32)>,
    approximate: bool,
}

impl<'w> Semantic<'w> {
    /// Finds the `limit` nearest documents to the words of a question, which are stems, among those that a filter admits.
    pub(crate) fn new(world: World<'w>, words: &[String], limit: usize, filter: &Filter) -> Self {
        let vector = StaticModel::shipped().question(words.iter().map(String::as_str));
        let question = quantizer().query(&vector).expect("the model's vectors are of its dimension");
        let vectors = world.vectors();
        let admitted = (!filter.is_empty()).then(|| {
            let segments = world.view.segments.iter().zip(&vectors.live);
            segments.map(|(segment, live)| admitted(world, segment, live, filter)).collect::<Vec<_>>()
        });
        let hits = vectors.search(&question, admitted.as_deref(), limit);
        let found = hits.expect("question and masks are made for the index");
        let nearest = found.hits.into_iter().map(|hit| (DocumentId { segment: hit.segment, document: hit.row }, hit.score));
        Self { world, question, nearest: nearest.filter(|(_, score)| *score > 0.0).collect(), approximate: found.approximate }
    }

    /// Whether a nearer document may have been missed.
    pub(crate) fn is_approximate(&self) -> bool {
        self.approximate
    }

    /// The nearest documents, best first.
    pub(crate) fn nearest(&self) -> &[(DocumentId, f32)] {
        &self.nearest
    }
}

fn admitted(world: World<'_>, segment: &Segment, live: &RowMask, filter: &Filter) -> RowMask {
    let mut admitted = RowMask::none(segment.document_count());
    for (key, blob) in segment.blobs().iter().zip(0..) {
        if !world.files_of(key).iter().any(|file| filter.admits_path(file.path(world.db))) || !filter.admits_dialect(world, key.1) {
            continue;
        }
        for (document, row) in segment.documents_of(blob).iter().zip(segment.first_document(blob) as usize..) {
            if live.contains(row) && filter.admits_kind(document.kind) {
                admitted.insert(row);
            }
        }
    }
    admitted
}

impl Scorer for Semantic<'_> {
    fn score(&self, id: DocumentId) -> f32 {
        self.world.vectors().index.score(&self.question, id.segment as usize, id.document as usize).unwrap_or(0.0).max(0.0)
    }

    fn best(&self, limit: usize, _: f32, prior: &mut dyn FnMut(Seen<'_>) -> f32) -> Vec<(DocumentId, f32)> {
        let mut found = weighed(self.world, self.nearest.iter().copied(), prior);
        keep_best(&mut found, limit);
        found
    }
}
