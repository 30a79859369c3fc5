//! La Recherche: which symbols a question is about.
//!
//! Indexes are immutable segments over sets of blobs, made of per-blob [`record`]s that are stored by content. What is
//! dead is masked by the set of live blobs, never deleted; statistics are integers summed over live members; so no
//! answer depends on how the segments came about.

pub(crate) mod document_vectors;
pub(crate) mod embedding;
pub(crate) mod fusion;
pub(crate) mod glob;
pub mod intent;
pub(crate) mod lexical;
mod path;
pub(crate) mod rank;
pub mod record;
pub(crate) mod score;
pub mod segment;
pub(crate) mod semantic;
pub(crate) mod terms;
