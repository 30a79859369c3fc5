//! Le Parse: source text to packed rows.
//!
//! A file is parsed whole, its tree is walked once and dropped; what stays are [`rows`]. This stage is a function of
//! the bytes and the dialect alone: it may not know a path, a project or another file, so that its results hold for
//! the same bytes anywhere.

pub mod blob;
mod budget;
pub mod dump;
pub mod parse;
mod recover;
pub mod row_index;
pub mod rows;
pub(crate) mod shape;
pub mod walk;

#[cfg(test)]
mod tests;
