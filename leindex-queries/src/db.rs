//! The database: the one place where inputs, store, text and languages meet. Queries see it as [`Db`].

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use leindex_db::events::EventLog;
use leindex_db::history::ChurnCache;
use leindex_db::store::{Store, StoreKey};
use leindex_db::text::Text;
use leindex_db::{ContentChanged, ContentHash, Dialect};
use leindex_embed::EmbedError;
use rustc_hash::{FxHashMap, FxHashSet};
use salsa::plumbing::AsId as _;
use tree_sitter::Tree;

use crate::flow::Flow;
use crate::flow::queries::store_flows;
use crate::index::Options;
use crate::index::bytes::HeldBytes;
use crate::languages::{Grammar, Languages};
use crate::search::embedding::ChosenModel;
use crate::search::record::{Record, record_key_of};
use crate::search::vector_graph::VectorGraph;
use crate::syntax::blob::{Blob, compute_rows_and, rows_key_of, stored_rows};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::Rows;

/// What queries may ask: bytes and packed results by their hash, and the session's languages. All of it is fixed for
/// the life of the database or a function of its key, so reading it is no dependency.
#[salsa::db]
pub trait Db: leindex_db::Db {
    /// The languages of the session.
    fn languages(&self) -> &Languages;

    /// The rows of the blob with this id, from memory or as `load` gives them. What memory holds is bounded.
    fn rows_in_memory(&self, blob: salsa::Id, load: &mut dyn FnMut() -> Rows) -> Arc<IndexedRows>;

    /// The flow under this key, from memory or as `load` gives it. What memory holds is bounded.
    fn flow_in_memory(&self, key: &StoreKey, load: &mut dyn FnMut() -> Flow) -> Arc<Flow>;
}

/// The database of a session. Cloning gives another handle for another thread.
#[salsa::db]
#[derive(Clone)]
pub struct RootDatabase {
    storage: salsa::Storage<Self>,
    pub(crate) shared: Arc<Shared>,
    rows: Arc<RowsCache>,
    flows: Arc<FlowCache>,
    vectors: Arc<VectorCache>,
    /// Rows that cannot be had again: of contents that are gone but still stand for their files' shapes.
    held: Arc<RwLock<FxHashMap<salsa::Id, Arc<IndexedRows>>>>,
}

/// What all databases of an index have in common: forks read the same text and the same store.
pub(crate) struct Shared {
    /// The project's folder.
    #[cfg(feature = "analytics")]
    path: std::path::PathBuf,
    pub(crate) languages: Languages,
    pub(crate) text: Text,
    pub(crate) store: Store,
    /// The model of the user's choice.
    model: RwLock<Option<Arc<ChosenModel>>>,
    /// The matrix of all vectors that was written last.
    #[cfg(feature = "analytics")]
    matrix: std::sync::Mutex<Option<StoreKey>>,
    /// The graph over the vectors, once somebody has looked for it in the store.
    vector_graph: RwLock<Option<Option<Arc<VectorGraph>>>>,
    /// Its name in the store.
    graph_name: String,
    /// Documents from which on it is used.
    graph_rows: u64,
    /// How often the files of the project's own root changed.
    pub(crate) churn: ChurnCache,
    /// Bytes of rows that a database may keep in memory.
    cache_bytes: u64,
    /// Contents that somebody outside holds.
    pub(crate) held_bytes: HeldBytes,
    pub(crate) events: EventLog,
    /// Whether flows are made of the tree that rows are made of.
    analyses_flows: bool,
    /// Without it the databases have no callback: Salsa makes an event of every memo that it looks at.
    count_executions: bool,
}

/// Rows in memory by blob, bounded by their bytes.
type RowsCache = quick_cache::sync::Cache<salsa::Id, Arc<IndexedRows>, BytesWeight, rustc_hash::FxBuildHasher>;

/// Flows in memory by their key, bounded by their bytes.
type FlowCache = quick_cache::sync::Cache<StoreKey, Arc<Flow>, BytesWeight, rustc_hash::FxBuildHasher>;

/// Packed vectors in memory by the blob of their documents, bounded by their bytes.
type VectorCache = quick_cache::sync::Cache<salsa::Id, Arc<[u8]>, BytesWeight, rustc_hash::FxBuildHasher>;

#[derive(Clone)]
struct BytesWeight;

impl quick_cache::Weighter<salsa::Id, Arc<[u8]>> for BytesWeight {
    fn weight(&self, _: &salsa::Id, vectors: &Arc<[u8]>) -> u64 {
        // An entry of the cache itself.
        vectors.len() as u64 + 64
    }
}

impl quick_cache::Weighter<StoreKey, Arc<Flow>> for BytesWeight {
    fn weight(&self, _: &StoreKey, flow: &Arc<Flow>) -> u64 {
        flow.weight()
    }
}

impl quick_cache::Weighter<salsa::Id, Arc<IndexedRows>> for BytesWeight {
    fn weight(&self, _: &salsa::Id, rows: &Arc<IndexedRows>) -> u64 {
        rows.weight()
    }
}

impl Shared {
    /// What an index of the project at `path` is opened with decides what is kept in memory and what is made of a file.
    pub(crate) fn new(path: &Path, languages: Languages, store: Store, options: &Options) -> Self {
        let (cache_bytes, count_executions, analyses_flows) = (options.cache_bytes, options.count_executions, options.flows);
        Self {
            #[cfg(feature = "analytics")]
            path: path.to_path_buf(),
            languages,
            text: Text::default(),
            store,
            model: RwLock::default(),
            #[cfg(feature = "analytics")]
            matrix: std::sync::Mutex::default(),
            vector_graph: RwLock::default(),
            graph_name: format!("vector graph:{}", path.display()),
            graph_rows: options.graph_rows as u64,
            churn: ChurnCache::new(path.to_path_buf()),
            held_bytes: HeldBytes::default(),
            cache_bytes,
            events: EventLog::default(),
            analyses_flows,
            count_executions,
        }
    }

    /// The project's folder.
    #[cfg(feature = "analytics")]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a matrix of vectors and maps it; the one written before goes, and stays for those who have it mapped.
    #[cfg(feature = "analytics")]
    pub(crate) fn put_matrix(&self, key: StoreKey, bytes: &[u8]) -> Option<leindex_db::store::SealedFile> {
        let file = self.store.put_sealed(&key, bytes)?;
        let before = self.matrix.lock().unwrap_or_else(PoisonError::into_inner).replace(key);
        if let Some(before) = before.filter(|before| *before != key) {
            self.store.remove_sealed(&before);
        }
        Some(file)
    }

    /// The model of the user's choice.
    pub(crate) fn model(&self) -> Option<Arc<ChosenModel>> {
        self.model.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_model(&self, model: Option<ChosenModel>) {
        *self.model.write().unwrap_or_else(PoisonError::into_inner) = model.map(Arc::new);
    }

    /// Documents from which on a graph over their vectors is used.
    pub(crate) fn graph_rows(&self) -> u64 {
        self.graph_rows
    }

    /// The graph over the vectors, if there is one. Reads it from the store the first time.
    pub(crate) fn vector_graph(&self) -> Option<Arc<VectorGraph>> {
        if let Some(known) = &*self.vector_graph.read().unwrap_or_else(PoisonError::into_inner) {
            return known.clone();
        }
        let found = VectorGraph::from_store(&self.store, &self.graph_name).map(Arc::new);
        self.vector_graph.write().unwrap_or_else(PoisonError::into_inner).get_or_insert(found).clone()
    }

    /// Frees the graph over the vectors; it is read from the store again.
    pub(crate) fn forget_vector_graph(&self) {
        *self.vector_graph.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Keeps a graph in memory and in the store, in place of the one before.
    pub(crate) fn keep_vector_graph(&self, graph: VectorGraph) -> Result<(), EmbedError> {
        graph.put(&self.store, &self.graph_name)?;
        *self.vector_graph.write().unwrap_or_else(PoisonError::into_inner) = Some(Some(Arc::new(graph)));
        Ok(())
    }

    /// Whether what is computed of a content is missing from the store. A content that no language reads has nothing.
    pub(crate) fn misses(&self, hash: ContentHash, dialect: Dialect) -> bool {
        let Some(config) = self.languages.config(dialect) else { return false };
        !self.store.contains(&rows_key_of(config, hash)) || !self.store.contains(&record_key_of(config, hash))
    }

    /// Computes what is stored of a content, from its bytes, and stores it; nothing where no language reads it.
    pub(crate) fn read(&self, hash: ContentHash, dialect: Dialect, bytes: &[u8]) {
        let Some(config) = self.languages.config(dialect) else { return };
        let flows = |grammar: &Grammar, source: &str, tree: &Tree, rows: &Rows| {
            if self.analyses_flows {
                store_flows(&self.store, grammar, source, tree, rows, &hash);
            }
        };
        let (rows, _) = compute_rows_and(&self.languages, dialect, bytes, flows);
        let record = Record::of(&rows, &String::from_utf8_lossy(bytes));
        self.store.put(rows_key_of(config, hash), rows.as_bytes());
        self.store.put(record_key_of(config, hash), &record.encode());
    }
}

impl RootDatabase {
    /// An empty database over shared text and store.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let (hasher, lifecycle) = (rustc_hash::FxBuildHasher, quick_cache::sync::DefaultLifecycle::default());
        let rows = RowsCache::with(4096, shared.cache_bytes, BytesWeight, hasher, lifecycle);
        let lifecycle = quick_cache::sync::DefaultLifecycle::default();
        let flows = FlowCache::with(4096, shared.cache_bytes / 2, BytesWeight, hasher, lifecycle);
        let lifecycle = quick_cache::sync::DefaultLifecycle::default();
        let vectors = VectorCache::with(256, shared.cache_bytes / 8, BytesWeight, hasher, lifecycle);
        let callback = shared.count_executions.then(|| shared.events.callback());
        let (rows, flows, vectors) = (Arc::new(rows), Arc::new(flows), Arc::new(vectors));
        Self { storage: salsa::Storage::new(callback), shared, rows, flows, vectors, held: Arc::default() }
    }
}

impl RootDatabase {
    /// A blob's rows from memory or the store; `None` where its text would have to be read.
    pub(crate) fn known_rows(&self, blob: Blob<'_>) -> Option<Arc<IndexedRows>> {
        let id = blob.as_id();
        let stored = || stored_rows(self, blob).map(|rows| Arc::new(IndexedRows::new(rows)));
        self.rows.get(&id).or_else(|| self.held(id)).or_else(stored)
    }

    /// The packed vectors of a blob's documents, from memory or as `make` gives them. What memory holds is bounded.
    pub(crate) fn vectors_in_memory(&self, blob: Blob<'_>, make: impl FnOnce() -> Vec<u8>) -> Arc<[u8]> {
        let id = blob.as_id();
        if let Some(vectors) = self.vectors.get(&id) {
            return vectors;
        }
        let vectors: Arc<[u8]> = make().into();
        self.vectors.insert(id, Arc::clone(&vectors));
        vectors
    }

    fn held(&self, blob: salsa::Id) -> Option<Arc<IndexedRows>> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).get(&blob).cloned()
    }

    /// Holds a blob's rows until [`hold_only`](Self::hold_only) names it no more.
    pub(crate) fn hold_rows(&self, blob: Blob<'_>, rows: Arc<IndexedRows>) -> salsa::Id {
        let id = blob.as_id();
        self.held.write().unwrap_or_else(PoisonError::into_inner).insert(id, rows);
        id
    }

    pub(crate) fn hold_only(&self, blobs: &FxHashSet<salsa::Id>) {
        self.held.write().unwrap_or_else(PoisonError::into_inner).retain(|id, _| blobs.contains(id));
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
        self.shared.store.get(key)
    }

    fn keep(&self, key: StoreKey, value: Arc<[u8]>) {
        self.shared.store.put(key, &value);
    }
}

#[salsa::db]
impl Db for RootDatabase {
    fn languages(&self) -> &Languages {
        &self.shared.languages
    }

    fn rows_in_memory(&self, blob: salsa::Id, load: &mut dyn FnMut() -> Rows) -> Arc<IndexedRows> {
        if let Some(rows) = self.rows.get(&blob) {
            return rows;
        }
        let rows = self.held(blob).unwrap_or_else(|| Arc::new(IndexedRows::new(load())));
        self.rows.insert(blob, Arc::clone(&rows));
        rows
    }

    fn flow_in_memory(&self, key: &StoreKey, load: &mut dyn FnMut() -> Flow) -> Arc<Flow> {
        if let Some(flow) = self.flows.get(key) {
            return flow;
        }
        let flow = Arc::new(load());
        self.flows.insert(*key, Arc::clone(&flow));
        flow
    }
}
