//! What ways of scoring have in common.

pub(crate) use leindex_embed::ln;

use crate::index::world::World;
use crate::search::record::Document;

/// A document: a symbol as search sees it. Means something within one view only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DocumentId {
    /// The segment.
    pub(crate) segment: u32,
    /// The document's number in it.
    pub(crate) document: u32,
}

/// A document that may become a candidate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) id: DocumentId,
    /// The number of its blob in the segment.
    pub(crate) blob: u32,
    pub(crate) document: &'a Document,
}

/// A way of scoring documents for one question. Made when the question is asked; a fixed function of the question and
/// the live documents, whatever the segments look like.
pub(crate) trait Scorer {
    /// How well a document answers: 0 for not at all. Comparable within the question only.
    fn score(&self, id: DocumentId) -> f32;

    /// The best documents, in no order, ties at the end of the list included. `prior` is multiplied with each score;
    /// 0 leaves a document out. It is at most `bound`, so that it need not be asked for documents that cannot win.
    fn best(&self, limit: usize, bound: f32, prior: &mut dyn FnMut(Seen<'_>) -> f32) -> Vec<(DocumentId, f32)>;
}

/// Multiplies scores by their documents' priors and leaves out what has none.
pub(crate) fn weighed<'w>(
    world: World<'w>,
    scored: impl IntoIterator<Item = (DocumentId, f32)>,
    prior: &mut dyn FnMut(Seen<'_>) -> f32,
) -> Vec<(DocumentId, f32)> {
    let weighed = scored.into_iter().filter_map(|(id, score)| {
        let segment = &world.view.segments[id.segment as usize];
        let document = segment.document(id.document)?;
        let weighed = score * prior(Seen { id, blob: segment.blob_of(id.document), document: &document });
        (weighed > 0.0).then_some((id, weighed))
    });
    weighed.collect()
}

/// Keeps the `limit` highest scores and all that equal the last of them. The order of the result says nothing.
pub(crate) fn keep_best(found: &mut Vec<(DocumentId, f32)>, limit: usize) {
    if limit == 0 || found.len() <= limit {
        return;
    }
    let (_, &mut (_, last), _) = found.select_nth_unstable_by(limit - 1, |a, b| b.1.total_cmp(&a.1));
    found.retain(|(_, score)| *score >= last);
}

/// The logarithm to base 2, by [`ln`].
pub(crate) fn log2(x: f64) -> f64 {
    ln(x) / std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_right() {
        for x in [1e-9, 0.1, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 10.0, 12345.678, 1e12] {
            assert!((ln(x) - x.ln()).abs() <= 1e-12 * x.ln().abs().max(1.0), "{x}");
        }
        assert!((log2(8.0) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn ties_at_the_end_are_kept() {
        let id = |document| DocumentId { segment: 0, document };
        let mut found: Vec<(DocumentId, f32)> =
            [3.0, 1.0, 2.0, 2.0, 2.0, 0.5].into_iter().enumerate().map(|(i, s)| (id(i as u32), s)).collect();
        keep_best(&mut found, 2);
        found.sort_by_key(|(id, _)| *id);
        assert_eq!(found.iter().map(|(id, _)| id.document).collect::<Vec<_>>(), [0, 2, 3, 4]);
    }
}
