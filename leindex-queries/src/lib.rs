//! LeIndex: an incremental code-intelligence engine.

pub mod items;
pub mod languages;
pub mod names;
pub mod syntax;
