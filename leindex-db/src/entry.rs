//! The files of a directory, and the parts that a large one is split into.

use std::sync::Arc;

use crate::{ContentHash, Dialect, Skip};

/// One file of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// File name.
    pub name: Arc<str>,
    /// Hash of its bytes; zero where they were not read.
    pub hash: ContentHash,
    /// How it is read.
    pub dialect: Dialect,
    /// Bytes.
    pub size: u64,
    /// Why it is listed only.
    pub skip: Option<Skip>,
}

/// Entries over which a directory is split into parts.
pub const CHUNK: usize = 1000;

/// The part of a directory of `count` files that a file of this name stands in.
pub fn chunk_of(name: &str, count: usize) -> u16 {
    let chunks = count.div_ceil(CHUNK).max(1) as u64;
    let hash = blake3::hash(name.as_bytes());
    (u64::from_le_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes")) % chunks) as u16
}
