//! What queries may ask of the world: bytes by hash and packed results by key. Both are pure functions of their
//! key, which is why reading them is no dependency.

use std::sync::Arc;

use crate::ContentHash;
use crate::store::StoreKey;

/// The database as queries see it.
#[salsa::db]
pub trait Db: salsa::Database {
    /// The bytes with this hash.
    ///
    /// If no place holds them any more (the file changed under us), the running query is unwound with
    /// [`ContentChanged`] and leaves no memo; the facade refreshes the file and asks again.
    fn text(&self, hash: ContentHash) -> Arc<[u8]>;

    /// A packed result from the cache or the store.
    fn packed(&self, key: &StoreKey) -> Option<Arc<[u8]>>;

    /// Keeps a packed result in the cache and, in time, in the store.
    fn keep(&self, key: StoreKey, value: Arc<[u8]>);
}

/// The payload with which a query unwinds when the bytes it needs are gone.
#[derive(Clone, Debug)]
pub struct ContentChanged {
    /// The hash whose bytes could not be had.
    pub hash: ContentHash,
}

impl ContentChanged {
    /// Unwinds the running query.
    pub fn throw(hash: ContentHash) -> ! {
        std::panic::resume_unwind(Box::new(Self { hash }))
    }
}
