//! The code graph as tables: what `leindex_db::tables` asks of a snapshot.
//!
//! A table is made file by file from what the queries know. Which rows are wanted is looked at before anything costly is
//! made of them; kept, once a revision, are only numbers of all symbols and edges.

pub(crate) mod all_nodes;
mod centrality;
mod digest;
mod edges;
mod embeddings;
mod files;
mod flow;
mod functions;
mod group;
mod live;
mod matrix;
mod nodes;
mod projects;
mod rows;
mod session;
pub(crate) mod symbol_ids;
mod write;

pub use leindex_db::tables::export::MANIFEST;
pub use leindex_db::tables::{Limits, Table};
pub use matrix::{MatrixBytes, VectorMatrix};
pub use session::{SqlAnswer, SqlOptions, sql_of_export};
pub use write::{ExportOptions, Exported};
