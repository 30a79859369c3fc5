//! Le Graphe: relations over the whole workspace, as plain functions over a world.
//!
//! Nothing here walks all files to answer about one symbol: the index of mentions says where a name stands, and only
//! those files' edges are read. What a file leaves open is joined here with the index of definitions.

pub(crate) mod all_edges;
pub(crate) mod betweenness;
pub(crate) mod broken;
pub(crate) mod calls;
mod candidate;
pub(crate) mod centrality;
pub(crate) mod communities;
pub(crate) mod components;
pub(crate) mod constructing;
pub(crate) mod csr;
pub(crate) mod cycles;
pub(crate) mod data;
#[cfg(feature = "analytics")]
pub(crate) mod data_records;
pub(crate) mod dead;
pub(crate) mod declaring;
pub(crate) mod dependency;
pub(crate) mod directories;
pub(crate) mod dispatch;
pub(crate) mod feedback;
pub(crate) mod hierarchy;
pub(crate) mod impact;
pub(crate) mod join;
pub(crate) mod numbering;
pub(crate) mod overriding;
pub(crate) mod passed;
pub(crate) mod program;
pub(crate) mod slice;
pub(crate) mod structure;
#[cfg(test)]
mod tests;
