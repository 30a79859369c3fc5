//! Le Stockage: what LeIndex knows of the disk, and what it keeps.
//!
//! - The inputs of the engine: [`Workspace`], [`Root`], [`Directory`], [`Settings`]. A file is an [`Entry`] of its
//!   directory: a name and the hash of its bytes.
//! - [`discovery`] finds the files and hashes what is new; [`manifest`] remembers their stamps, [`config`] holds the
//!   settings, [`git`] says what changed since a commit, [`history`] how often each file did.
//! - [`text`] gives the bytes of a hash: those, or none.
//! - [`store`] keeps results under the content that they were computed from, for all worktrees of a repository. It is a
//!   memo: deleted, damaged or locked, answers get slower, never different.
//! - `tables` (feature `analytics`) has the code graph in Parquet and under SQL.
//! - `watch` (feature `watch`) tells what changed on disk without a walk; [`memory`] what the process holds and may hold.
//! - [`events`] counts executed queries, for tests and measurements.
//!
//! This crate knows no language. Whether a file matters and how it is read, it asks of a [`discovery::Classifier`].

pub mod config;
mod db;
pub mod discovery;
mod entry;
mod error;
pub mod events;
pub mod git;
pub mod history;
mod ids;
mod inputs;
mod location;
pub mod manifest;
pub mod memory;
mod skip;
pub mod store;
#[cfg(feature = "analytics")]
pub mod tables;
pub mod text;
#[cfg(feature = "watch")]
pub mod watch;

pub use db::{ContentChanged, Db};
pub use entry::{CHUNK, Entry, chunk_of};
pub use error::Error;
pub use ids::{ContentHash, Dialect};
pub use inputs::{Directory, Root, Settings, Workspace};
pub use location::{Location, canonical, home};
pub use skip::Skip;
