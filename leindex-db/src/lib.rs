//! Stub.
mod ids;
pub use ids::{ContentHash, Dialect};
