//! The database: the one place where inputs, store, text and languages meet. Queries see it as [`Db`].

use std::sync::Arc;

use leindex_db::events::EventLog;
use leindex_db::store::{Store, StoreKey};
use leindex_db::text::Text;
use leindex_db::{ContentChanged, ContentHash};

use crate::languages::Languages;

/// What queries may ask: bytes and packed results by their hash, and the session's languages. All of it is fixed for
/// the life of the database or a function of its key, so reading it is no dependency.
#[salsa::db]
pub trait Db: leindex_db::Db {
    /// The languages of the session.
    fn languages(&self) -> &Languages;
}

/// The database of a session. Cloning gives another handle for another thread.
#[salsa::db]
#[derive(Clone)]
pub struct RootDatabase {
    storage: salsa::Storage<Self>,
    pub(crate) shared: Arc<Shared>,
}

/// What all databases of an index have in common: forks read the same text and the same store.
pub(crate) struct Shared {
    pub(crate) languages: Languages,
    pub(crate) text: Text,
    pub(crate) store: Store,
    pub(crate) cache: PackedCache,
    pub(crate) events: EventLog,
}

/// Packed results in memory, bounded by their bytes.
pub(crate) type PackedCache = quick_cache::sync::Cache<StoreKey, Arc<[u8]>, BytesWeight>;

#[derive(Clone)]
pub(crate) struct BytesWeight;

impl quick_cache::Weighter<StoreKey, Arc<[u8]>> for BytesWeight {
    fn weight(&self, _: &StoreKey, value: &Arc<[u8]>) -> u64 {
        value.len() as u64 + 100
    }
}

impl Shared {
    /// `cache_bytes` bounds the packed results kept in memory.
    pub(crate) fn new(languages: Languages, store: Store, cache_bytes: u64) -> Self {
        let cache = PackedCache::with_weighter(8192, cache_bytes, BytesWeight);
        Self { languages, text: Text::default(), store, cache, events: EventLog::default() }
    }
}

impl RootDatabase {
    /// An empty database over shared text and store.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { storage: salsa::Storage::new(Some(shared.events.callback())), shared }
    }
}

#[salsa::db]
impl salsa::Database for RootDatabase {}

#[salsa::db]
impl leindex_db::Db for RootDatabase {
    fn text(&self, hash: ContentHash) -> Arc<[u8]> {
        self.shared.text.read(hash).unwrap_or_else(|_| ContentChanged::throw(hash))
    }

    fn packed(&self, key: &StoreKey) -> Option<Arc<[u8]>> {
        if let Some(value) = self.shared.cache.get(key) {
            return Some(value);
        }
        let value = self.shared.store.get(key)?;
        self.shared.cache.insert(*key, Arc::clone(&value));
        Some(value)
    }

    fn keep(&self, key: StoreKey, value: Arc<[u8]>) {
        self.shared.store.put(key, &value);
        self.shared.cache.insert(key, value);
    }
}

#[salsa::db]
impl Db for RootDatabase {
    fn languages(&self) -> &Languages {
        &self.shared.languages
    }
}
