//! LeIndex: an incremental code-intelligence engine.

pub(crate) mod db;
pub mod items;
pub mod languages;
pub mod names;
pub(crate) mod schema;
pub mod search;
pub mod syntax;
