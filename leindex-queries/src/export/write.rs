//! A snapshot's tables as a folder of Parquet files.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow::compute::concat_batches;
use arrow::record_batch::RecordBatch;
use leindex_db::Workspace;
use leindex_db::tables::export::{Exporter, Manifest, Shard, ShardWriter};
use leindex_db::tables::{Scan, Table};
use leindex_embed::StaticModel;
use serde::Serialize;

use super::digest::digest;
use super::live::{Reading, Request, prepare, schema_of};
use crate::index::describe::project_of;
use crate::index::world::World;
use crate::index::{Cancelled, Error, Progress, Snapshot};

/// What is exported.
pub struct ExportOptions {
    /// Tables beside those of every export ([`Table::ALWAYS`]). With [`Table::FlowEdges`], `edges` has rows of kind `data`.
    pub with: Vec<Table>,
    /// Called with the files of the export that are there and those that there will be, from worker threads.
    pub progress: Box<dyn Fn(Progress) + Send + Sync>,
    /// Set it to stop. The export before stays.
    pub cancelled: Arc<AtomicBool>,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self { with: Vec::new(), progress: Box::new(|_| {}), cancelled: Arc::default() }
    }
}

impl std::fmt::Debug for ExportOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExportOptions").field("with", &self.with).finish_non_exhaustive()
    }
}

/// What an export came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Rows by table.
    pub rows: std::collections::BTreeMap<String, u64>,
    /// Files that were written.
    pub written: usize,
    /// Files that the export before had.
    pub kept: usize,
    /// Bytes of all files.
    pub bytes: u64,
    /// The revision of the rows.
    pub revision: String,
}

/// Files of a project from which on a table has more than one shard, and for each of which it has one more.
const FILES_PER_SHARD: usize = 64;
/// Most shards of a table.
const SHARDS: usize = 64;
/// Rows that are handed to a writer at a time.
const BATCH: usize = 8192;

/// A file of the export that is to be made.
struct Task<'p> {
    project: &'p str,
    table: Table,
    number: u32,
    /// In order of their paths.
    units: Vec<usize>,
}

impl Snapshot<'_> {
    /// Writes the tables to a folder of Parquet files that pyarrow, DuckDB, Polars and Spark read: `nodes/`, `edges/`,
    /// `files/`, `projects/` and those of [`ExportOptions::with`], partitioned by project and revision.
    ///
    /// The folder is made beside and renamed into place, so a failure leaves the export that was there. Files whose rows
    /// are the same as in that export are taken over. Costs the edges of every file that nobody has asked for before, and
    /// memory for some batches of rows on each thread.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written or holds something else, and when cancelled or superseded.
    pub fn export(&self, folder: impl AsRef<Path>, options: &ExportOptions) -> Result<Exported, Error> {
        self.ask(|world| export(world, self.revision(), folder.as_ref(), options))?
    }
}

fn export(world: World<'_>, revision: &str, folder: &Path, options: &ExportOptions) -> Result<Exported, Error> {
    let db = world.db;
    let roots = Workspace::get(db).roots(db);
    let projects: Vec<(&str, &str)> = roots.iter().map(|root| (root.name(db), root.path(db))).collect();
    let exporter = Exporter::begin(folder, revision, &projects)?;
    let tables: Vec<Table> = Table::ALL.into_iter().filter(|table| Table::ALWAYS.contains(table) || options.with.contains(table)).collect();
    tables.iter().for_each(|&table| prepare(world, table, &schema_of(table), &whole(table)));
    let tasks: Vec<Task<'_>> = tables.iter().flat_map(|&table| tasks_of(world, table, &projects)).collect();
    let flow = options.with.contains(&Table::FlowEdges);
    let (done, written) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let now = leindex_db::tables::export::now();
    let made = world.on_all_threads(tasks.len(), |world, at| -> Result<(), Error> {
        let Some(task) = tasks.get(at) else { return Ok(()) };
        if options.cancelled.load(Ordering::Relaxed) {
            return Err(Cancelled::Cancelled.into());
        }
        let digest = digest(world, task.table, flow, &task.units, now);
        let schema = task.table.file_schema(StaticModel::shipped().dimension());
        if let Shard::New(mut shard) = exporter.shard(task.project, task.table, task.number, &digest, schema)? {
            let request = Request { table: task.table, flow, now };
            write(world, revision, request, &exporter, &mut shard, &task.units, &options.cancelled)?;
            exporter.end(*shard)?;
            written.fetch_add(1, Ordering::Relaxed);
        }
        (options.progress)(Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1, total: tasks.len() });
        Ok(())
    });
    made.into_iter().collect::<Result<(), Error>>()?;
    let manifest = exporter.finish()?;
    Ok(summary(&manifest, &projects, revision, tasks.len(), written.into_inner()))
}

/// The shards of a table, of each project those of its directories.
fn tasks_of<'p>(world: World<'_>, table: Table, projects: &[(&'p str, &str)]) -> Vec<Task<'p>> {
    let units = super::live::units(world, table);
    let mut tasks = Vec::new();
    for &(project, _) in projects {
        let mut own: Vec<&(String, usize)> = units.iter().filter(|(path, _)| project_of(world.db, path) == project).collect();
        own.sort();
        let shards = if table == Table::Projects { 1 } else { (own.len() / FILES_PER_SHARD).next_power_of_two().min(SHARDS) };
        let mut by_shard: Vec<Vec<usize>> = vec![Vec::new(); shards];
        for (path, unit) in own {
            let folder = if table == Table::Files { path.as_str() } else { path.rsplit_once('/').map_or("", |(folder, _)| folder) };
            let hash = blake3::hash(folder.as_bytes());
            if let Some(shard) = by_shard.get_mut(usize::from(hash.as_bytes()[0]) % shards) {
                shard.push(*unit);
            }
        }
        let filled = (0..).zip(by_shard).filter(|(number, units)| *number == 0 || !units.is_empty());
        tasks.extend(filled.map(|(number, units)| Task { project, table, number, units }));
    }
    tasks
}

/// All rows with what a file has of them.
fn whole(table: Table) -> Scan {
    Scan { columns: (0..table.own_columns().len()).collect(), ..Scan::default() }
}

fn write(
    world: World<'_>,
    revision: &str,
    request: Request,
    exporter: &Exporter,
    shard: &mut ShardWriter,
    units: &[usize],
    cancelled: &AtomicBool,
) -> Result<(), Error> {
    let (schema, scan) = (schema_of(request.table), whole(request.table));
    let reading = Reading::of(world, request, &schema, &scan, revision);
    let mut batches: Vec<RecordBatch> = Vec::new();
    let mut rows = 0;
    let flush = |batches: &mut Vec<RecordBatch>, shard: &mut ShardWriter| -> Result<(), Error> {
        if let Some(first) = batches.first() {
            let batch = concat_batches(&first.schema(), batches.iter()).map_err(|error| Error::Table(error.into()))?;
            exporter.write(shard, &batch)?;
            batches.clear();
        }
        Ok(())
    };
    for &unit in units {
        if cancelled.load(Ordering::Relaxed) {
            return Err(Cancelled::Cancelled.into());
        }
        let Some(batch) = reading.rows(unit).map_err(Error::Table)? else { continue };
        rows += batch.num_rows();
        batches.push(batch);
        if rows >= BATCH {
            flush(&mut batches, shard)?;
            rows = 0;
        }
    }
    flush(&mut batches, shard)
}

fn summary(manifest: &Manifest, projects: &[(&str, &str)], revision: &str, tasks: usize, written: usize) -> Exported {
    let mut exported = Exported { rows: Default::default(), written, kept: tasks - written, bytes: 0, revision: revision.to_owned() };
    for (_, project) in manifest.projects.iter().filter(|(name, _)| projects.iter().any(|(own, _)| own == name)) {
        for (table, shards) in &project.tables {
            *exported.rows.entry(table.clone()).or_default() += shards.iter().map(|shard| shard.rows).sum::<u64>();
            exported.bytes += shards.iter().map(|shard| shard.bytes).sum::<u64>();
        }
    }
    exported
}
