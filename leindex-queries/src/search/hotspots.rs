//! What questions about bottlenecks are answered by: functions that are both intricate and relied upon.

use super::score::DocumentId;
use crate::index::hotspots::Centrality;
use crate::index::world::World;

/// The score of a document as a hotspot: cognitive complexity × PageRank; of several files with its content, the highest.
pub(crate) fn score(world: World<'_>, id: DocumentId) -> f64 {
    let dependencies = world.dependencies();
    let centrality = world.centrality(Centrality::PageRank);
    let segment = &world.view.segments[id.segment as usize];
    let (Some(document), Some(key)) = (segment.document(id.document), segment.blob(segment.blob_of(id.document))) else { return 0.0 };
    let scores = world.files_of(&key).iter().filter_map(|file| {
        let node = dependencies.numbering().node(*world.live.positions.get(file)?, document.symbol)? as usize;
        Some(f64::from(*dependencies.complexity().get(node)?) * centrality.get(node)?)
    });
    scores.fold(0.0, f64::max)
}
