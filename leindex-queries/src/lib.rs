//! LeIndex: an incremental code-intelligence engine.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod context;
mod db;
pub(crate) mod graph;
pub mod index;
pub mod items;
pub mod languages;
pub mod names;
pub(crate) mod schema;
pub mod search;
pub mod syntax;

/// The second door: the tracked queries and ids themselves, for embedders who add their own on top.
///
/// Unstable across minor versions.
pub mod query {
    pub use crate::db::{Db, RootDatabase};
    pub use crate::names::edges::{Edge, EdgeKind, FileEdges, OpenReason, OpenRow, Site, file_edges};
    pub use crate::names::files::{Name, SourceFile, Symbol, file_blob};
    pub use crate::names::live::{live_blobs, workspace_digest};
    pub use crate::names::members::{bases, children, linearization, member, subtypes};
    pub use crate::names::module_map::{module_keys, module_map, module_parts};
    pub use crate::syntax::blob::{Blob, BlobFacts, blob_shape, parsed_blob, rows};
    pub use leindex_db::{Directory, Entry, Root, Settings, Workspace};
}

pub use context::{Context, ContextItem, ContextOptions, Tier};
pub use index::{
    Cancellable, Cancelled, Change, EdgeInfo, Error, FileInfo, Highlight, Index, Options, ScorePart, SearchHit, SearchOptions, Snapshot,
    SymbolInfo,
};

/// The snippets of the book, which are run as tests.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../../book/src/quick-start.md")]
    struct QuickStart;
    #[doc = include_str!("../../book/src/extending.md")]
    struct Extending;
}
