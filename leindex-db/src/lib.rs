//! Le Stockage.

pub mod config;
mod db;
pub mod discovery;
mod error;
pub mod events;
pub mod git;
mod ids;
mod inputs;
mod location;
pub mod manifest;
mod skip;
pub mod store;
pub mod text;

pub use db::{ContentChanged, Db};
pub use error::Error;
pub use ids::{ContentHash, Dialect};
pub use inputs::{CHUNK, Directory, Entry, Root, Settings, Workspace, chunk_of};
pub use location::{Location, canonical, home};
pub use skip::Skip;
