//! The world at one revision: the database, its live files and the segments that cover them. Global questions are plain
//! functions over it.

use std::sync::{Arc, OnceLock};

use leindex_db::store::StoreKey;
use leindex_db::{ContentHash, Directory, Workspace};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use salsa::plumbing::{AsId as _, FromId as _};

use super::hotspots::Centrality;
use crate::db::{Db, RootDatabase, Shared};
#[cfg(feature = "analytics")]
use crate::export::{all_nodes::AllNodes, symbol_ids::AllIds};
use crate::graph::all_edges::AllEdges;
use crate::graph::dependency::Dependencies;
use crate::names::edges::file_edges;
use crate::names::files::{SourceFile, Symbol, file_blob};
use crate::names::live::{LiveBlobs, directory_blobs, directory_digest, live_blobs};
use crate::names::module_map::read_directory;
use crate::search::embedding::ChosenModel;
use crate::search::live_vectors::LiveVectors;
use crate::search::record::{self, FIELDS, Record};
use crate::search::segment::{BlobKey, Segment};
use crate::syntax::blob::{Blob, rows};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::name_hash;

/// The sealed segments of an index. What they cover is fixed; what is alive is asked of the database.
#[derive(Clone, Debug, Default)]
pub(crate) struct Segments {
    sealed: Vec<Arc<Segment>>,
    /// Directories all of whose content some segment covers, by their digests.
    covered: FxHashMap<Directory, ContentHash>,
}

impl Segments {
    /// Makes segments of the live content that none covers yet, with their vectors.
    pub(crate) fn seal(&mut self, db: &RootDatabase) {
        let loose = self.loose(db);
        // Contents go together by their hashes: an edit between two sessions changes two groups, and the vectors of all
        // others are found again as they were sealed.
        let bits = loose.len().div_ceil(GROUP).next_power_of_two().trailing_zeros();
        let group = |key: &BlobKey| u32::from_be_bytes(*key.0.as_bytes().first_chunk().expect("a hash is longer")) >> (32 - bits.max(1));
        let groups: Vec<&[BlobKey]> = if bits == 0 { vec![&loose] } else { loose.chunk_by(|a, b| group(a) == group(b)).collect() };
        let groups = groups.into_par_iter().filter(|group| !group.is_empty()).map_with(db.clone(), |db, group| {
            let records = records(db, group);
            let segment = Segment::of(records.clone());
            segment.seal_vectors(db, records.iter().map(|(_, record)| &**record));
            Arc::new(segment)
        });
        self.sealed.par_extend(groups);
        for &root in Workspace::get(db).roots(db) {
            for &directory in root.directories(db) {
                self.covered.insert(directory, directory_digest(db, directory));
            }
        }
    }

    /// Forgets which directories are covered: they belong to the database.
    pub(crate) fn forget_coverage(&mut self) {
        self.covered.clear();
    }

    /// The live content that no segment covers, sorted.
    fn loose(&self, db: &RootDatabase) -> Vec<BlobKey> {
        let mut loose: Vec<BlobKey> = Vec::new();
        for &root in Workspace::get(db).roots(db) {
            for &directory in root.directories(db) {
                if self.covered.get(&directory) != Some(&directory_digest(db, directory)) {
                    loose.extend(directory_blobs(db, directory).iter().map(|&(key, _)| key).filter(|key| !self.covers(key)));
                }
            }
        }
        loose.sort_unstable();
        loose.dedup();
        loose
    }

    fn covers(&self, key: &BlobKey) -> bool {
        self.sealed.iter().any(|segment| segment.contains(key))
    }
}

/// Contents that make up a segment, about.
const GROUP: usize = 256;

fn records(db: &RootDatabase, blobs: &[BlobKey]) -> Vec<(BlobKey, Arc<Record>)> {
    blobs.iter().map(|&key| (key, record::record(db, Blob::new(db, key.0, key.1)))).collect()
}

/// The segments at one revision: the sealed ones, and one made on the spot of all live content that they do not cover.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) segments: Vec<Arc<Segment>>,
    live: OnceLock<LiveMask>,
    vectors: OnceLock<LiveVectors>,
    dependencies: OnceLock<Dependencies>,
    all_edges: OnceLock<AllEdges>,
    #[cfg(feature = "analytics")]
    all_nodes: OnceLock<AllNodes>,
    #[cfg(feature = "analytics")]
    all_ids: OnceLock<AllIds>,
}

/// Which members of the segments count, and the statistics of those that do.
#[derive(Debug, Default)]
pub(crate) struct LiveMask {
    /// By segment and blob: the number of live files with this content, 0 too where another segment speaks for it.
    pub(crate) files: Vec<Box<[u16]>>,
    /// Documents of live content.
    pub(crate) documents: u64,
    /// Their sub-words by field.
    pub(crate) lengths: [u64; FIELDS],
}

impl View {
    /// Makes the view of the database's current revision.
    pub(crate) fn of(db: &RootDatabase, segments: &Segments) -> Self {
        let mut all = segments.sealed.clone();
        let loose = segments.loose(db);
        if !loose.is_empty() {
            all.push(Arc::new(Segment::of(records(db, &loose))));
        }
        Self {
            segments: all,
            live: OnceLock::new(),
            vectors: OnceLock::new(),
            dependencies: OnceLock::new(),
            all_edges: OnceLock::new(),
            #[cfg(feature = "analytics")]
            all_nodes: OnceLock::new(),
            #[cfg(feature = "analytics")]
            all_ids: OnceLock::new(),
        }
    }
}

/// What global questions work on.
#[derive(Clone, Copy)]
pub(crate) struct World<'db> {
    pub(crate) db: &'db dyn Db,
    pub(crate) live: &'db LiveBlobs<'db>,
    pub(crate) view: &'db View,
    root: &'db RootDatabase,
    threads: Option<&'db rayon::ThreadPool>,
}

/// Files that are given to a thread at a time, where they are much work: few enough that threads end together.
const AT_A_TIME: usize = 64;
/// Files from which on it pays to resolve them on all threads.
const MANY_FILES: usize = 24;

impl<'db> World<'db> {
    pub(crate) fn new(root: &'db RootDatabase, view: &'db View, threads: Option<&'db rayon::ThreadPool>) -> Self {
        Self { db: root, live: live_blobs(root, Workspace::get(root)), view, root, threads }
    }

    /// The database itself, for what is no query.
    pub(crate) fn root(&self) -> &'db RootDatabase {
        self.root
    }

    /// What all databases of the index have in common.
    pub(crate) fn shared(&self) -> &'db Shared {
        &self.root.shared
    }

    /// The model of the user's choice.
    pub(crate) fn model(&self) -> Option<Arc<ChosenModel>> {
        self.root.shared.model()
    }

    /// Whether the store has something under a key.
    pub(crate) fn holds(&self, key: &StoreKey) -> bool {
        self.root.shared.store.contains(key)
    }

    /// Resolves files on all threads, if they are many, so that whoever reads their edges next finds the work done.
    pub(crate) fn resolve(&self, files: &[SourceFile<'db>]) {
        if files.len() < MANY_FILES {
            return;
        }
        let files: Vec<salsa::Id> = files.iter().map(|file| file.as_id()).collect();
        let stop = salsa::Database::cancellation_token(self.root);
        let db = self.root.clone();
        let resolve = move || {
            files.par_chunks(8).for_each_with(db, |db, files| {
                if stop.is_cancelled() {
                    salsa::Database::cancellation_token(db).cancel();
                }
                for &file in files {
                    let _ = file_edges(db, SourceFile::from_id(file));
                }
            });
        };
        self.install(resolve);
    }

    /// Runs something on all live files, in their order, some at a time, on all threads.
    pub(crate) fn on_all_files<T: Send>(&self, run: impl for<'t> Fn(World<'t>, &[SourceFile<'t>]) -> T + Send + Sync) -> Vec<T> {
        let at_a_time = self.install(|| (self.live.all.len() / (4 * rayon::current_num_threads())).max(MANY_FILES));
        self.on_groups(at_a_time, run)
    }

    /// Runs something on each live file, on all threads; what it gives, in order of the files.
    pub(crate) fn on_each_file<T: Send>(&self, run: impl for<'t> Fn(World<'t>, SourceFile<'t>) -> T + Send + Sync) -> Vec<T> {
        let groups = self.on_groups(AT_A_TIME, |world, files| files.iter().map(|&file| run(world, file)).collect::<Vec<T>>());
        groups.into_iter().flatten().collect()
    }

    /// As [`on_all_files`](Self::on_all_files), so many files at a time.
    pub(crate) fn on_groups<T: Send>(
        &self,
        at_a_time: usize,
        run: impl for<'t> Fn(World<'t>, &[SourceFile<'t>]) -> T + Send + Sync,
    ) -> Vec<T> {
        let count = self.live.all.len();
        self.on_all_threads(count.div_ceil(at_a_time), |world, part| {
            let start = part * at_a_time;
            run(world, world.live.all.get(start..count.min(start + at_a_time)).unwrap_or(&[]))
        })
    }

    /// Runs something `count` times, on all threads; what it gives, in order.
    pub(crate) fn on_all_threads<T: Send>(&self, count: usize, run: impl for<'t> Fn(World<'t>, usize) -> T + Send + Sync) -> Vec<T> {
        let stop = salsa::Database::cancellation_token(self.root);
        let (db, view) = (self.root.clone(), self.view);
        self.install(move || {
            read_directories(&db);
            let parts = (0..count).into_par_iter().map_with(db, |db, part| {
                if stop.is_cancelled() {
                    salsa::Database::cancellation_token(db).cancel();
                }
                run(World::new(db, view, None), part)
            });
            parts.collect()
        })
    }

    /// Runs what asks no query on the index's own threads, if it has any.
    pub(crate) fn install<T: Send>(&self, run: impl FnOnce() -> T + Send) -> T {
        match self.threads {
            Some(threads) => threads.install(run),
            None => run(),
        }
    }

    /// All edges. Made once a revision, when somebody first asks for them.
    pub(crate) fn all_edges(&self) -> &'db AllEdges {
        made(&self.view.all_edges, || AllEdges::of(*self))
    }

    /// Who relies on whom. Made once a revision, when somebody first asks for what is central.
    pub(crate) fn dependencies(&self) -> &'db Dependencies {
        made(&self.view.dependencies, || Dependencies::of(*self))
    }

    /// All symbols, in short. Made once a revision, when somebody first asks for all of them.
    #[cfg(feature = "analytics")]
    pub(crate) fn all_nodes(&self) -> &'db AllNodes {
        made(&self.view.all_nodes, || AllNodes::of(*self))
    }

    /// The same, if somebody has asked for them.
    #[cfg(feature = "analytics")]
    pub(crate) fn known_nodes(&self) -> Option<&'db AllNodes> {
        self.view.all_nodes.get()
    }

    /// The ids of all symbols. Made once a revision, when somebody first asks for them.
    #[cfg(feature = "analytics")]
    pub(crate) fn all_ids(&self) -> &'db AllIds {
        made(&self.view.all_ids, || AllIds::of(*self))
    }

    /// How central each symbol is, by its node in [`dependencies`](Self::dependencies).
    pub(crate) fn centrality(&self, measure: Centrality) -> &'db [f64] {
        let dependencies = self.dependencies();
        let measured = || match measure {
            Centrality::PageRank => dependencies.pagerank(),
            Centrality::Eigenvector => dependencies.eigenvector(),
        };
        self.install(measured)
    }

    /// The live files with this content.
    pub(crate) fn files_of(&self, key: &BlobKey) -> &'db [SourceFile<'db>] {
        self.live.files(key)
    }

    /// Whether `segment` is the one that speaks for a blob, should several hold it.
    pub(crate) fn speaks_for(&self, segment: usize, key: &BlobKey) -> bool {
        !self.view.segments[..segment].iter().any(|earlier| earlier.contains(key))
    }

    /// Which members of the segments count. Made once a revision, when somebody first searches.
    pub(crate) fn live_mask(&self) -> &'db LiveMask {
        self.view.live.get_or_init(|| {
            let mut mask = LiveMask::default();
            for (index, segment) in self.view.segments.iter().enumerate() {
                let mut files: Box<[u16]> = vec![0; segment.blobs().len()].into();
                for (blob, key) in segment.blobs().iter().enumerate() {
                    let count = self.files_of(key).len();
                    if count == 0 || !self.speaks_for(index, key) {
                        continue;
                    }
                    files[blob] = u16::try_from(count).unwrap_or(u16::MAX);
                    mask.documents += segment.documents_of(blob as u32).len() as u64;
                    for (sum, length) in mask.lengths.iter_mut().zip(segment.lengths(blob as u32)) {
                        *sum += u64::from(length);
                    }
                }
                mask.files.push(files);
            }
            mask
        })
    }

    /// The vectors of all documents. Mapped or made when somebody first searches.
    pub(crate) fn vectors(&self) -> &'db LiveVectors {
        self.view.vectors.get_or_init(|| LiveVectors::of(self.root, &self.view.segments, self.live_mask()))
    }

    /// How many live files mention a name, by its hash.
    pub(crate) fn mention_count(&self, hash: u32) -> u32 {
        let mask = self.live_mask();
        let count = |(segment, files): (&Arc<Segment>, &[u16])| {
            segment.mentioning_blobs(hash).map(|blob| u32::from(files.get(blob as usize).copied().unwrap_or(0))).sum::<u32>()
        };
        self.view.segments.iter().zip(mask.files.iter().map(|files| &**files)).map(count).sum()
    }

    /// How many live definitions a name has, by its hash.
    pub(crate) fn definition_count(&self, hash: u32) -> u32 {
        let mask = self.live_mask();
        let count = |(segment, files): (&Arc<Segment>, &[u16])| {
            segment.defining_blobs(hash).map(|(blob, _)| u32::from(files.get(blob as usize).copied().unwrap_or(0))).sum::<u32>()
        };
        self.view.segments.iter().zip(mask.files.iter().map(|files| &**files)).map(count).sum()
    }

    /// The segment and the number in it of a file's content.
    pub(crate) fn locate(&self, file: SourceFile<'db>) -> Option<(u32, u32)> {
        let blob = file_blob(self.db, file)?;
        let key = (blob.hash(self.db), blob.dialect(self.db));
        self.view.segments.iter().enumerate().find_map(|(index, segment)| Some((index as u32, segment.index_of(&key)?)))
    }

    /// The live files that mention a name, in order of their paths.
    pub(crate) fn mentioning(&self, name: &str) -> Vec<SourceFile<'db>> {
        let hash = name_hash(name);
        let mut files = Vec::new();
        for (index, segment) in self.view.segments.iter().enumerate() {
            for key in segment.mentioning(hash) {
                if self.speaks_for(index, &key) {
                    files.extend_from_slice(self.files_of(&key));
                }
            }
        }
        self.sort_files(&mut files);
        files
    }

    /// The live files that mention one of several names: those of the first name first, each file once.
    pub(crate) fn mentioning_any(&self, names: &[Box<str>]) -> Vec<SourceFile<'db>> {
        let mut seen = FxHashSet::default();
        names.iter().flat_map(|name| self.mentioning(name)).filter(|&file| seen.insert(file)).collect()
    }

    /// The live definitions of a name, in order of path and position.
    pub(crate) fn defining(&self, name: &str) -> Vec<Symbol<'db>> {
        let hash = name_hash(name);
        let mut found = Vec::new();
        for (index, segment) in self.view.segments.iter().enumerate() {
            for (key, row) in segment.defining(hash) {
                if !self.speaks_for(index, &key) {
                    continue;
                }
                let files = self.files_of(&key);
                if files.is_empty() {
                    continue;
                }
                let rows = rows(self.db, Blob::new(self.db, key.0, key.1));
                let Some(symbol) = rows.symbol(row).filter(|symbol| rows.str(symbol.name) == name) else { continue };
                found.extend(files.iter().map(|&file| (file.path(self.db), row, Symbol::new(self.db, file, symbol.identity()))));
            }
        }
        found.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        found.into_iter().map(|(_, _, symbol)| symbol).collect()
    }

    /// The file at a path.
    pub(crate) fn file(&self, path: &str) -> Option<SourceFile<'db>> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let key = |file: &SourceFile<'db>| (file.directory(self.db).path(self.db), file.name(self.db));
        let index = self.live.all.binary_search_by(|file| key(file).cmp(&(folder, name))).ok()?;
        self.live.all.get(index).copied()
    }

    /// The rows of a file.
    pub(crate) fn rows(&self, file: SourceFile<'db>) -> Option<Arc<IndexedRows>> {
        Some(rows(self.db, file_blob(self.db, file)?))
    }

    /// The text of a file, with what is not UTF-8 replaced.
    pub(crate) fn source(&self, file: SourceFile<'db>) -> Option<String> {
        let blob = file_blob(self.db, file)?;
        Some(String::from_utf8_lossy(&self.db.text(blob.hash(self.db))).into_owned())
    }

    /// Puts files in order of their paths, each once.
    pub(crate) fn sort_files(&self, files: &mut Vec<SourceFile<'db>>) {
        files.sort_unstable_by_key(|file| self.live.positions.get(file));
        files.dedup();
    }
}

/// Reads what the maps of the workspace need, on the threads of the pool that it is called in: the maps themselves are each
/// made by one thread.
pub(crate) fn read_directories(db: &RootDatabase) {
    let roots = Workspace::get(db).roots(db);
    let directories: Vec<Directory> = roots.iter().flat_map(|root| root.directories(db).iter().copied()).collect();
    directories.into_par_iter().with_max_len(4).for_each_with(db.clone(), |db, directory| read_directory(db, directory));
}

/// What a cell holds, or is given now. Two threads may both make it: the cell is not held meanwhile, because threads that
/// help to make it may be the ones that are asked for it next.
pub(crate) fn made<T>(cell: &OnceLock<T>, make: impl FnOnce() -> T) -> &T {
    match cell.get() {
        Some(known) => known,
        None => {
            let made = make();
            cell.get_or_init(|| made)
        }
    }
}
