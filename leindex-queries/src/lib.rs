//! LeIndex: an incremental code-intelligence engine.
//!
//! [`Index::open`] reads a project, [`Index::apply`] tells it of a change, [`Index::snapshot`] is asked. What happens in
//! between, in the order in which data flows:
//!
//! - **Le Stockage**, the crate [`leindex_db`]: files, the inputs, and the store of results by content.
//! - **Le Parse**: [`languages`] are tables of what a grammar calls things; [`syntax`] makes packed rows of a text by one
//!   walk over its tree; [`items`] are a symbol's signature, documentation and metrics.
//! - **Le Graphe**: [`names`] are modules, imports, members and the edges of a file; `graph` joins them over the whole
//!   project: callers, impact, hierarchies, cycles, dead code.
//! - **La Recherche**: [`search`] finds the symbols that a question is about; [`context`] makes of them what an engineer
//!   would read first, within a budget of tokens.
//! - **La Passerelle**: [`index`] is the facade, with plain values in and out. The crate `leindex-py` stands on it.
//!
//! Below [`names`] nothing knows a path: rows are a function of a text and its dialect. Nothing here reads a file or the
//! environment but through [`leindex_db`]. [`query`] is the door for those who add queries of their own.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod context;
mod db;
#[cfg(feature = "analytics")]
pub mod export;
pub mod flow;
pub(crate) mod graph;
mod ids;
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
    pub use crate::flow::queries::{Body, LOWERED, SymbolFlow, symbol_body, symbol_flow};
    pub use crate::flow::summary::{Inputs, Summary, call_targets, symbol_summary};
    pub use crate::names::edges::{Edge, EdgeKind, FileEdges, OpenReason, OpenRow, Site, file_edges};
    pub use crate::names::files::{Name, SourceFile, Symbol, file_blob, shape_blob};
    pub use crate::names::live::{live_blobs, workspace_digest};
    pub use crate::names::members::{bases, children, linearization, member, subtypes};
    pub use crate::names::module_map::{module_keys, module_map, module_parts};
    pub use crate::syntax::blob::{Blob, BlobFacts, blob_shape, parsed_blob, rows};
    pub use leindex_db::{Directory, Entry, Root, Settings, Workspace};
}

pub use context::{Context, ContextItem, ContextOptions, Expansion, Payload, Tier};
#[cfg(feature = "analytics")]
pub use export::{ExportOptions, Exported, SqlAnswer, SqlOptions};
#[cfg(feature = "watch")]
pub use index::Follower;
pub use index::{
    Architecture, ArchitectureOptions, Betweenness, BetweennessOptions, Cancellable, Cancelled, Canceller, Change, Communities,
    CommunitiesOptions, Diagnostic, EdgeInfo, EmbedOptions, EmbeddingStats, Error, FileInfo, GraphOptions, Handle, Highlight, Index,
    Options, ProgramGraph, ScorePart, SearchAnswer, SearchHit, SearchOptions, Slice, SliceLine, SliceOptions, Snapshot, SymbolInfo,
};
pub use items::metrics::ComplexityMetrics;

/// The snippets of the book, which are run as tests.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../../book/src/quick-start.md")]
    struct QuickStart;
    #[doc = include_str!("../../book/src/extending.md")]
    struct Extending;
    #[doc = include_str!("../../book/src/flow.md")]
    struct ControlAndDataFlow;
}
