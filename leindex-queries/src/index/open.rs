//! Opening a project: discovery, one pass over what is new, and the database over it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use leindex_db::config::{Config, SETTINGS_FILES};
use leindex_db::discovery::{self, Classifier, Found, FoundFile, Pass, Sink, Trust};
use leindex_db::events::EventLog;
use leindex_db::manifest::Manifest;
use leindex_db::store::{self, Store};
use leindex_db::{CHUNK, ContentHash, Dialect, Directory, Entry, Location, Settings, Workspace, chunk_of};
use leindex_embed::Embedder;
use salsa::{Durability, Setter as _};

use super::error::Error;
use super::roots::{ProjectRoot, name_of, new_inputs};
use super::shapes::{COMPARED_FOLDERS, Shapes};
use super::world::{Segments, View};
use crate::db::{RootDatabase, Shared};
use crate::languages::Languages;
use crate::names::live::workspace_digest;
use crate::names::manifests;
use crate::search::embedding::ChosenModel;

/// How a project is opened. The defaults suit nearly everybody.
pub struct Options {
    /// Where results are kept.
    pub store: StorePlace,
    /// Further roots beside those of the settings: folders, absolute or from the project's.
    pub roots: Vec<PathBuf>,
    /// The threads that work; without it, those of the global pool.
    pub threads: Option<Arc<rayon::ThreadPool>>,
    /// Bytes of packed results kept in memory.
    pub cache_bytes: u64,
    /// Called with the files done and found while the project is read, from worker threads.
    pub progress: Box<dyn Fn(Progress) + Send + Sync>,
    /// Set it to stop a look at the disk: [`Index::open`], [`Index::apply`], [`Index::refresh`].
    pub cancelled: Arc<AtomicBool>,
    /// The languages that are read.
    pub languages: Languages,
    /// Read and hash every file again instead of believing its stamp.
    pub verify: bool,
    /// Analyse control and data flow of every function while the project is read, from the tree that its symbols are read
    /// from. Else a function is analysed when somebody first asks, at the cost of another parse of its file.
    pub flows: bool,
    /// The model that scores meanings beside the built-in one, in place of the one that the setting `model` names. Its
    /// vectors are made by [`Index::embed`] or [`Handle::embed`](super::Handle::embed).
    pub embedder: Option<Arc<dyn Embedder>>,
    /// Functions and types of an index from which on its vectors may be searched by a graph, if
    /// [`Index::build_vector_graph`] has made one: such answers are approximate. Below a million a graph is slower than
    /// looking at every vector.
    pub graph_rows: usize,
    /// Count the queries that run, for [`Index::events`]. Makes every question a little dearer.
    pub count_executions: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            store: StorePlace::User,
            roots: Vec::new(),
            threads: None,
            cache_bytes: 40 << 20,
            progress: Box::new(|_| {}),
            cancelled: Arc::default(),
            languages: Languages::default(),
            verify: false,
            flows: false,
            embedder: None,
            graph_rows: leindex_embed::vectors::GRAPH_ROWS,
            count_executions: false,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("store", &self.store).field("cache_bytes", &self.cache_bytes).finish_non_exhaustive()
    }
}

/// Where results are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorePlace {
    /// In the user's cache folder (`LEINDEX_HOME` overrides), shared by the worktrees of a repository.
    User,
    /// In this folder, laid out as the user's cache folder is.
    Folder(PathBuf),
    /// Nowhere: in memory for the life of the index.
    Memory,
}

/// How far a pass has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Files dealt with.
    pub done: usize,
    /// Files found.
    pub total: usize,
}

/// An indexed project. Ask it through [`snapshot`](Self::snapshot); keep it true with [`apply`](Self::apply) and
/// [`refresh`](Self::refresh).
pub struct Index {
    pub(crate) db: RootDatabase,
    pub(crate) project: Project,
    pub(crate) segments: Segments,
    pub(crate) view: Mutex<Option<(ContentHash, Arc<View>)>>,
    pub(crate) options: Options,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("root", &self.project.path).finish_non_exhaustive()
    }
}

/// The roots of an index and what is known of their files on disk. All paths lead from the project's folder.
pub(crate) struct Project {
    pub(crate) path: PathBuf,
    pub(crate) config: Config,
    /// The project's own first.
    pub(crate) roots: Vec<ProjectRoot>,
    pub(crate) directories: BTreeMap<(Box<str>, u16), Directory>,
    /// Files of each directory as they are on disk.
    pub(crate) on_disk: BTreeMap<Box<str>, Vec<Entry>>,
    /// Unsaved buffers by path; `None` is a file taken away.
    pub(crate) overlays: BTreeMap<String, Option<Entry>>,
    pub(crate) shapes: Shapes,
}

impl Index {
    /// Opens the project at `path`: finds its files, reads what is new since the last time and makes it askable.
    ///
    /// Costs a walk over the project plus a parse of what the store does not know.
    ///
    /// # Errors
    ///
    /// When `path` is no readable folder, the settings are wrong, or the work was cancelled. A store that cannot be
    /// used is not an error: results are then kept in memory.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let path = leindex_db::canonical(path.as_ref())?;
        let config = Config::load(&path)?;
        let store = match &options.store {
            StorePlace::User => opened_store(&Location::of(&path)?),
            StorePlace::Folder(home) => opened_store(&Location::beneath(home, &path)?),
            StorePlace::Memory => Store::in_memory(),
        };
        let manifest = manifest_of(&store, &path);
        let shared = Arc::new(Shared::new(&path, options.languages.clone(), store, &options));
        let embedder = match (&options.embedder, &config.model) {
            (Some(embedder), _) => Some(Arc::clone(embedder)),
            (None, Some(folder)) => Some(open_model(&path.join(folder))?),
            (None, None) => None,
        };
        shared.set_model(embedder.map(ChosenModel::new).transpose()?);
        let db = RootDatabase::new(shared);
        let mut roots = vec![ProjectRoot::new(&db, path.clone(), "".into(), name_of(&path), manifest)];
        new_inputs(&db, &mut roots);
        let project = Project {
            path,
            config,
            roots,
            directories: BTreeMap::new(),
            on_disk: BTreeMap::new(),
            overlays: BTreeMap::new(),
            shapes: Shapes::default(),
        };
        let mut index = Self { db, project, segments: Segments::default(), view: Mutex::new(None), options };
        index.pass(None)?;
        index.seal();
        match index.persist() {
            Err(Error::Storage(error)) => index.db.shared.store.warn(&error),
            persisted => persisted?,
        }
        Ok(index)
    }

    /// Looks at the disk again: everything, or only `paths`. Files whose stamp did not change are not read.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn refresh(&mut self) -> Result<(), Error> {
        self.pass(None)
    }

    /// Looks at the disk again and believes no stamp: every file is read and hashed.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn verify(&mut self) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.options.verify, true);
        let looked = self.pass(None);
        self.options.verify = before;
        looked
    }

    /// Has another flag than [`Options::cancelled`] stop the looks at the disk from now on.
    pub fn set_cancelled(&mut self, flag: Arc<AtomicBool>) {
        self.options.cancelled = flag;
    }

    /// The folder of the project.
    pub fn root(&self) -> &Path {
        &self.project.path
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.project.config
    }

    /// Counts executed queries, for tests and measurements, if [`Options::count_executions`] is set.
    pub fn events(&self) -> &EventLog {
        &self.db.shared.events
    }

    /// The database, for queries of one's own (see [`crate::query`]).
    pub fn database(&self) -> &RootDatabase {
        &self.db
    }

    /// Warnings about the store: parts that were set aside, a lock that another process holds.
    pub fn warnings(&self) -> Vec<String> {
        self.db.shared.store.warnings()
    }

    /// What the store holds and did.
    pub fn store_stats(&self) -> store::Stats {
        self.db.shared.store.stats()
    }

    /// The folder of the store; `None` if it is in memory.
    pub fn store_folder(&self) -> Option<PathBuf> {
        self.db.shared.store.folder().map(Path::to_path_buf)
    }

    /// Writes what is pending to the store.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    pub fn persist(&self) -> Result<(), Error> {
        let store = &self.db.shared.store;
        for root in &self.project.roots {
            store.put_named(&manifest_name(&root.path), &root.manifest.encode());
        }
        Ok(store.persist()?)
    }

    /// Drops the database and builds it anew over the same store: memory of content long gone is freed.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn compact(&mut self) -> Result<(), Error> {
        let mut db = RootDatabase::new(Arc::clone(&self.db.shared));
        new_inputs(&db, &mut self.project.roots);
        std::mem::swap(&mut self.db, &mut db);
        drop(db);
        self.project.directories.clear();
        self.project.shapes = Shapes::default();
        self.set_all_folders();
        self.segments.forget_coverage();
        *self.view.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// As [`compact`](Self::compact), and frees the segments and the graph over the vectors, too: what is left is the list
    /// of files. Whatever is asked next is made anew from the store, so [`seal`](Self::seal) when it is needed again.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn release(&mut self) -> Result<(), Error> {
        self.segments = Segments::default();
        self.db.shared.forget_vector_graph();
        self.compact()
    }

    /// The segments at the current revision.
    pub(crate) fn view(&self) -> Arc<View> {
        let digest = workspace_digest(&self.db, Workspace::get(&self.db));
        let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        match &*view {
            Some((of, view)) if *of == digest => Arc::clone(view),
            _ => {
                let made = match &self.options.threads {
                    Some(threads) => {
                        let (db, segments) = (self.db.clone(), &self.segments);
                        threads.install(move || View::of(&db, segments))
                    }
                    None => View::of(&self.db, &self.segments),
                };
                let made = Arc::new(made);
                *view = Some((digest, Arc::clone(&made)));
                made
            }
        }
    }

    /// One pass over the disk, whole or over some paths, and the inputs set to what it found.
    pub(crate) fn pass(&mut self, paths: Option<&[PathBuf]>) -> Result<(), Error> {
        let paths: Option<Vec<PathBuf>> = paths.map(|paths| paths.iter().map(|path| self.project.path.join(path)).collect());
        let is_settings = |path: &PathBuf| SETTINGS_FILES.iter().any(|name| path.ends_with(name));
        if paths.as_ref().is_none_or(|paths| paths.iter().any(is_settings)) {
            let config = Config::load(&self.project.path)?;
            let wanted = self.wanted_roots(&config)?;
            self.set_roots(wanted);
            self.set_config(config)?;
        }
        for at in 0..self.project.roots.len() {
            self.pass_over(at, paths.as_deref())?;
        }
        Ok(())
    }

    /// One pass over the root at `at`.
    fn pass_over(&mut self, at: usize, paths: Option<&[PathBuf]>) -> Result<(), Error> {
        let Some(root) = self.project.roots.get_mut(at) else { return Ok(()) };
        let config = if root.prefix.is_empty() { self.project.config.clone() } else { Config::load(&root.path)? };
        let classifier = LanguageClassifier(&self.db.shared.languages);
        let sink = IndexSink(&self.db.shared);
        let report = &self.options.progress;
        let progress = |at: discovery::Progress| report(Progress { done: at.done, total: at.total });
        let pass = Pass {
            classifier: &classifier,
            sink: &sink,
            progress: &progress,
            cancelled: &self.options.cancelled,
            trust: if self.options.verify { Trust::Nothing } else { Trust::Stamps },
        };
        let ProjectRoot { path, manifest, config: before, .. } = root;
        let mut look = || match paths {
            Some(paths) if before.as_ref() == Some(&config) => discovery::discover_paths(path, &config, manifest, &pass, paths),
            _ => discovery::discover(path, &config, manifest, &pass),
        };
        let found = match &self.options.threads {
            Some(threads) => threads.install(look)?,
            None => look()?,
        };
        *before = Some(config);
        self.take(at, found, paths.unwrap_or_default());
        Ok(())
    }

    /// Puts settings in force. Compares before it sets.
    fn set_config(&mut self, config: Config) -> Result<(), Error> {
        if self.options.embedder.is_none() && self.project.config.model != config.model {
            let embedder = config.model.as_ref().map(|folder| open_model(&self.project.path.join(folder))).transpose()?;
            self.db.shared.set_model(embedder.map(ChosenModel::new).transpose()?);
        }
        let settings = Settings::get(&self.db);
        if *settings.entry_points(&self.db) != *config.entry_points {
            settings.set_entry_points(&mut self.db).to(config.entry_points.clone().into());
        }
        if settings.token_budget(&self.db) != config.token_budget {
            settings.set_token_budget(&mut self.db).to(config.token_budget);
        }
        self.project.config = config;
        Ok(())
    }

    /// Puts in force what a pass found that looked at `paths`, or at everything.
    fn take(&mut self, at: usize, mut found: Found, paths: &[PathBuf]) {
        let project = &mut self.project;
        let Some(root) = project.roots.get_mut(at) else { return };
        let text = &self.db.shared.text;
        text.add_places(found.places);
        for path in &found.gone {
            text.remove_place(path);
        }
        if !found.complete {
            // What was known of other places still holds.
            let seen_again = |known: &discovery::Diagnostic| paths.iter().any(|path| root.path.join(&known.path).starts_with(path));
            found.diagnostics.extend(root.diagnostics.iter().filter(|known| !seen_again(known)).cloned());
            found.diagnostics.sort();
            found.diagnostics.dedup();
        }
        root.diagnostics = found.diagnostics;
        let root = &*root;
        let directories: Vec<(Box<str>, Vec<FoundFile>)> =
            found.directories.into_iter().map(|directory| (root.prefixed(directory.path), directory.files)).collect();
        let mut touched: Vec<Box<str>> = Vec::new();
        if found.complete {
            let kept: std::collections::BTreeSet<&str> = directories.iter().map(|(path, _)| &**path).collect();
            touched.extend(project.on_disk.keys().filter(|path| root.owns(path) && !kept.contains(&***path)).cloned());
            for path in &touched {
                project.on_disk.remove(path);
            }
        }
        for (path, files) in directories {
            let entries: Vec<Entry> = files.into_iter().map(entry_of).collect();
            if project.on_disk.get(&path) != Some(&entries) {
                touched.push(path.clone());
                if entries.is_empty() {
                    project.on_disk.remove(&path);
                } else {
                    project.on_disk.insert(path, entries);
                }
            }
        }
        let compare = touched.len() <= COMPARED_FOLDERS;
        for folder in touched {
            self.set_folder(&folder, compare);
        }
        self.set_directories();
    }

    /// Sets the inputs of every folder, in a new database.
    pub(crate) fn set_all_folders(&mut self) {
        let overlaid = self.project.overlays.keys().map(|path| Box::from(path.rsplit_once('/').map_or("", |(folder, _)| folder)));
        let folders: std::collections::BTreeSet<Box<str>> = self.project.on_disk.keys().cloned().chain(overlaid).collect();
        for folder in folders {
            self.set_folder(&folder, false);
        }
        self.set_directories();
    }

    /// Sets the inputs of a folder from the disk and the overlays. Compares before it sets; `compare` says whether shapes
    /// are worth comparing.
    pub(crate) fn set_folder(&mut self, folder: &str, compare: bool) {
        let project = &mut self.project;
        let mut entries = project.on_disk.get(folder).cloned().unwrap_or_default();
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        for (path, overlay) in project.overlays.range(prefix.clone()..) {
            let Some(name) = path.strip_prefix(&prefix) else { break };
            if name.contains('/') {
                continue;
            }
            entries.retain(|entry| *entry.name != *name);
            entries.extend(overlay.clone());
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let count = entries.len();
        let chunks = count.div_ceil(CHUNK).max(1) as u16;
        let mut parts: Vec<Vec<Entry>> = vec![Vec::new(); usize::from(chunks)];
        for entry in entries {
            let part = if chunks == 1 { 0 } else { chunk_of(&entry.name, count) };
            parts[usize::from(part)].push(entry);
        }
        let last = project
            .directories
            .range((Box::from(folder), 0)..=(Box::from(folder), u16::MAX))
            .map(|((_, chunk), _)| chunk + 1)
            .max()
            .unwrap_or(0);
        for chunk in 0..chunks.max(last) {
            let part: Box<[Entry]> = parts.get_mut(usize::from(chunk)).map(std::mem::take).unwrap_or_default().into();
            match project.directories.get(&(Box::from(folder), chunk)) {
                Some(&directory) => {
                    if *directory.entries(&self.db) != *part {
                        let shapes = project.shapes.of(&self.db, directory, &part, compare);
                        if *directory.shapes(&self.db) != *shapes {
                            directory.set_shapes(&mut self.db).to(shapes);
                        }
                        directory.set_entries(&mut self.db).to(part);
                    }
                }
                None if part.is_empty() => {}
                None => {
                    let directory = Directory::builder(Arc::from(folder), chunk, part.clone(), part)
                        .durability(Durability::HIGH)
                        .path_durability(Durability::NEVER_CHANGE)
                        .chunk_durability(Durability::NEVER_CHANGE)
                        .entries_durability(Durability::LOW)
                        .new(&self.db);
                    project.directories.insert((folder.into(), chunk), directory);
                }
            }
        }
    }

    /// Tells the roots which directories there are.
    pub(crate) fn set_directories(&mut self) {
        for root in &self.project.roots {
            let own = self.project.directories.iter().filter(|((path, _), _)| root.owns(path));
            let directories: Box<[Directory]> = own.map(|(_, directory)| *directory).collect();
            if *root.root.directories(&self.db) != *directories {
                root.root.set_directories(&mut self.db).to(directories);
            }
        }
    }

    /// Makes segments of the live content that none covers yet, and so the next views cheaper. For idle moments: no
    /// answer depends on it.
    pub fn seal(&mut self) {
        let Self { db, segments, options, .. } = self;
        match &options.threads {
            Some(threads) => {
                let db = db.clone();
                threads.install(move || segments.seal(&db));
            }
            None => segments.seal(db),
        }
        *self.view.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The model in a folder, on the first GPU if LeIndex is built for one.
#[cfg(feature = "transformer")]
fn open_model(folder: &Path) -> Result<Arc<dyn Embedder>, Error> {
    let mut options = leindex_embed::TransformerOptions::default();
    if cfg!(feature = "cuda") {
        options.device = leindex_embed::Device::Cuda(0);
    }
    Ok(Arc::new(leindex_embed::Transformer::open(folder, &options)?))
}

#[cfg(not(feature = "transformer"))]
fn open_model(folder: &Path) -> Result<Arc<dyn Embedder>, Error> {
    Err(Error::NoTransformer { folder: folder.to_path_buf() })
}

/// The store at a location; where it cannot be used, one in memory that says so.
fn opened_store(location: &Location) -> Store {
    Store::open(location, store::Options::default()).unwrap_or_else(|error| Store::in_memory_because(&error))
}

/// What the store remembers of the files of a root.
pub(crate) fn manifest_of(store: &Store, path: &Path) -> Manifest {
    store.get_named(&manifest_name(path)).and_then(|bytes| Manifest::decode(&bytes)).unwrap_or_default()
}

fn manifest_name(path: &Path) -> String {
    format!("manifest:{}", path.display())
}

fn entry_of(file: FoundFile) -> Entry {
    Entry { name: Arc::from(&*file.name), hash: file.hash, dialect: file.dialect, size: file.size, skip: file.skip }
}

/// Finds a file's language.
pub(crate) struct LanguageClassifier<'a>(pub(crate) &'a Languages);

impl Classifier for LanguageClassifier<'_> {
    fn claims(&self, file_name: &str) -> bool {
        self.0.claims(file_name) || manifests::kind_of(file_name).is_some()
    }

    fn dialect(&self, file_name: &str, head: &[u8]) -> Dialect {
        if manifests::kind_of(file_name).is_some() {
            return Dialect::MANIFEST;
        }
        self.0.dialect(file_name, head)
    }

    fn fingerprint(&self) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        for config in self.0.configs() {
            hasher.update(config.dialect.as_bytes());
            hasher.update(config.version.as_bytes());
            for text in config.extensions.iter().chain(config.file_names).chain(config.interpreters) {
                hasher.update(text.as_bytes());
                hasher.update(&[0]);
            }
        }
        for name in manifests::FILE_NAMES.iter().chain(&[manifests::CABAL]) {
            hasher.update(name.as_bytes());
            hasher.update(&[0]);
        }
        hasher.update(&crate::schema::ROWS);
        let mut print = [0; 16];
        print.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        print
    }
}

/// Parses and indexes what is read, in the threads that read it.
struct IndexSink<'a>(&'a Shared);

impl Sink for IndexSink<'_> {
    fn needs(&self, hash: ContentHash, dialect: Dialect) -> bool {
        self.0.misses(hash, dialect)
    }

    fn bytes(&self, _: &str, hash: ContentHash, dialect: Dialect, bytes: &[u8]) {
        self.0.read(hash, dialect, bytes);
    }
}
