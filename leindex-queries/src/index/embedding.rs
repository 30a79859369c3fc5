//! The model of the user's choice: which vectors are missing, and the work of making them, beside all other work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use leindex_embed::{Embedder as _, StaticModel};
use serde::Serialize;

use super::error::{Cancellable, Error};
use super::handle::Handle;
use super::open::{Index, Progress};
use super::snapshot::Snapshot;
use super::world::World;
use crate::db::Shared;
use crate::names::files::file_blob;
use crate::search::embedding::{ChosenModel, embedded_text};
use crate::search::record::record;
use crate::syntax::rows::name_hash;
use leindex_db::store::StoreKey;

/// Which model scores meanings, and how far its vectors have come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EmbeddingStats {
    /// The model: a digest of what its vectors depend on.
    pub model: String,
    /// Numbers of a vector.
    pub dimension: usize,
    /// Symbols that get a vector.
    pub symbols: usize,
    /// Those that have one.
    pub embedded: usize,
}

/// How the vectors of the model of one's choice are made.
pub struct EmbedOptions {
    /// The share of the time that the model may work, above 0 and up to 1.
    pub share: f32,
    /// Symbols embedded at most; the most mentioned come first.
    pub limit: usize,
    /// Called with the symbols done and missing at the start.
    pub progress: Box<dyn Fn(Progress) + Send + Sync>,
    /// Set it to stop. What was made is kept.
    pub cancelled: Arc<AtomicBool>,
}

impl Default for EmbedOptions {
    fn default() -> Self {
        Self { share: 0.5, limit: usize::MAX, progress: Box::new(|_| {}), cancelled: Arc::default() }
    }
}

impl std::fmt::Debug for EmbedOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbedOptions").field("share", &self.share).field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// Symbols whose texts are held at a time.
const ROUND: usize = 1024;
/// Texts that the model is given at a time.
const BATCH: usize = 64;

impl Index {
    /// Makes the vectors that are missing of the model of one's choice ([`Options::embedder`](super::Options::embedder)
    /// or the setting `model`) and returns how many it made; none without such a model.
    ///
    /// Takes as long as the model does: call it from a thread that may wait, with a [`Handle`] if others read and write
    /// meanwhile. It works on the index's threads for [`share`](EmbedOptions::share) of the time and pauses for the rest.
    ///
    /// # Errors
    ///
    /// Those of the model and the store; what was made before is kept.
    pub fn embed(&self, options: &EmbedOptions) -> Result<usize, Error> {
        let (shared, threads) = (&self.db.shared, self.options.threads.clone());
        run(shared, threads.as_deref(), options, |most| Ok(self.snapshot().missing(most)?))
    }
}

impl Handle {
    /// As [`Index::embed`], while others read and write: the index is held only to look for what is missing.
    ///
    /// # Errors
    ///
    /// As [`Index::embed`] and [`read`](Self::read).
    pub fn embed(&self, options: &EmbedOptions) -> Result<usize, Error> {
        let (shared, threads) = self.write(|index| (Arc::clone(&index.db.shared), index.options.threads.clone()))?;
        run(&shared, threads.as_deref(), options, |most| self.read(|snapshot| Ok(snapshot.missing(most)?)))
    }
}

impl Snapshot<'_> {
    /// Which model scores meanings and how many symbols have its vectors. With a model of one's choice it costs a look
    /// at every symbol.
    pub fn embedding_stats(&self) -> Cancellable<EmbeddingStats> {
        self.ask(|world| match world.model() {
            Some(model) => {
                let mut stats = EmbeddingStats {
                    model: model.embedder().id().to_owned(),
                    dimension: model.embedder().dimension(),
                    symbols: 0,
                    embedded: 0,
                };
                each_embeddable(world, &model, |symbol| {
                    stats.symbols += 1;
                    stats.embedded += usize::from(symbol.has_vector);
                });
                stats
            }
            None => {
                let model = StaticModel::shipped();
                let symbols = world.live_mask().documents as usize;
                EmbeddingStats { model: model.id().to_owned(), dimension: model.dimension(), symbols, embedded: symbols }
            }
        })
    }

    /// The texts of up to `most` symbols without a vector, the most mentioned first, and how many there are in all.
    fn missing(&self, most: usize) -> Cancellable<(Vec<(StoreKey, String)>, usize)> {
        self.ask(|world| {
            let Some(model) = world.model() else { return (Vec::new(), 0) };
            let mut missing = Vec::new();
            each_embeddable(world, &model, |symbol| {
                if !symbol.has_vector {
                    let mentions = world.mention_count(symbol.name) / world.definition_count(symbol.name).max(1);
                    missing.push((mentions, symbol.path, symbol.file, symbol.row, symbol.key));
                }
            });
            missing.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.3).cmp(&(b.1, b.3))));
            missing.dedup_by_key(|(.., key)| *key);
            let all = missing.len();
            missing.truncate(most);
            let texts = missing.into_iter().filter_map(|(_, _, file, row, key)| {
                let (rows, source) = (world.rows(file)?, world.source(file)?);
                Some((key, embedded_text(&rows, &source, row, &rows.symbol(row)?)))
            });
            (texts.collect(), all)
        })
    }
}

/// A symbol that a model may embed.
pub(crate) struct Embeddable<'w> {
    path: &'w str,
    pub(crate) file: crate::names::files::SourceFile<'w>,
    pub(crate) row: u32,
    pub(crate) key: StoreKey,
    /// Hash of its name.
    name: u32,
    has_vector: bool,
}

pub(crate) fn each_embeddable<'w>(world: World<'w>, model: &ChosenModel, mut each: impl FnMut(Embeddable<'w>)) {
    for &file in &world.live.all {
        let (Some(blob), Some(rows)) = (file_blob(world.db, file), world.rows(file)) else { continue };
        for document in &record(world.db, blob).documents {
            let Some(symbol) = rows.symbol(document.symbol) else { continue };
            let key = model.key(&rows, &symbol);
            let name = name_hash(rows.str(symbol.name));
            let has_vector = world.holds(&key);
            each(Embeddable { path: file.path(world.db), file, row: document.symbol, key, name, has_vector });
        }
    }
}

fn run(
    shared: &Shared,
    threads: Option<&rayon::ThreadPool>,
    options: &EmbedOptions,
    missing: impl Fn(usize) -> Result<(Vec<(StoreKey, String)>, usize), Error>,
) -> Result<usize, Error> {
    let Some(model) = shared.model() else { return Ok(0) };
    let (mut done, mut total) = (0, None);
    loop {
        let (mut texts, all) = missing(ROUND.min(options.limit - done))?;
        let total = *total.get_or_insert(all.min(options.limit));
        // What a store did not keep, or others added meanwhile, is for the next call.
        if texts.is_empty() || done >= total {
            break;
        }
        // Batches of texts of like length: a model pads to the longest.
        texts.sort_by(|a, b| (a.1.len(), &a.1).cmp(&(b.1.len(), &b.1)));
        for batch in texts.chunks(BATCH) {
            if options.cancelled.load(Ordering::Relaxed) {
                return Ok(done);
            }
            let start = Instant::now();
            let of_batch: Vec<&str> = batch.iter().map(|(_, text)| text.as_str()).collect();
            let embed = || model.embedder().embed_documents(&of_batch);
            let vectors = match threads {
                Some(threads) => threads.install(embed)?,
                None => embed()?,
            };
            for ((key, _), vector) in batch.iter().zip(vectors.chunks_exact(model.embedder().dimension())) {
                shared.store.put(*key, &ChosenModel::pack(vector));
            }
            done += batch.len();
            (options.progress)(Progress { done: done.min(total), total });
            pause(start.elapsed(), options);
        }
        shared.store.persist()?;
    }
    Ok(done)
}

/// Rests for what the work took, by the share that it may take.
fn pause(worked: Duration, options: &EmbedOptions) {
    let share = options.share.clamp(0.01, 1.0);
    let mut rest = worked.mul_f32((1.0 - share) / share);
    while !rest.is_zero() && !options.cancelled.load(Ordering::Relaxed) {
        let step = rest.min(Duration::from_millis(50));
        std::thread::sleep(step);
        rest -= step;
    }
}
