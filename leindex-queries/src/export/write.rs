//! A snapshot's tables as a folder of Parquet files.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use leindex_db::Workspace;
use leindex_db::tables::export::{Exporter, Manifest, Shard, ShardWriter};
use leindex_db::tables::{Scan, Table};
use leindex_embed::StaticModel;
use serde::Serialize;

use super::all_nodes::AllNodes;
use super::digest::digest;
use super::flow::FileFlows;
use super::live::{Reading, Request, prepare, schema_of};
use super::symbol_ids::symbol_ids;
use crate::graph::all_edges::AllEdges;
use crate::index::describe::project_of;
use crate::index::world::World;
use crate::index::{Cancelled, Error, Progress, Snapshot};
use crate::names::projects::project_names;

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

/// Rows of the flows of files that are handed to a writer at a time.
const BATCH: usize = 8192;

/// Files of the export that are to be made of the same units.
struct Task<'p> {
    project: &'p str,
    tables: Vec<Table>,
    number: u32,
    /// In order of their paths.
    units: Vec<usize>,
}

impl Snapshot<'_> {
    /// Writes the tables to a folder of Parquet files that pyarrow, DuckDB, Polars and Spark read: `nodes/`, `edges/`,
    /// `files/`, `projects/` and those of [`ExportOptions::with`], partitioned by project and revision.
    ///
    /// The folder is made beside and renamed into place, so a failure leaves the export that was there. Files whose rows
    /// are the same as in that export are taken over. Costs the edges of every file that nobody has asked for before, a
    /// parse of those whose flows are written and not stored, and memory for some batches of rows on each thread.
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
    let workspace = Workspace::get(db);
    let names = project_names(db, workspace).iter().map(|name| &**name);
    let projects: Vec<(&str, &str)> = names.zip(workspace.roots(db).iter().map(|root| root.path(db))).collect();
    let exporter = Exporter::begin(folder, revision, &projects)?;
    let tables: Vec<Table> = Table::ALL.into_iter().filter(|table| Table::ALWAYS.contains(table) || options.with.contains(table)).collect();
    read_files(world);
    tables.iter().for_each(|&table| prepare(world, table, &schema_of(table), &whole(table)));
    // Flows first, each made once: edges of data follow from what is stored of them.
    let (of_flows, others): (Vec<Table>, Vec<Table>) =
        tables.iter().partition(|table| matches!(table, Table::FlowNodes | Table::FlowEdges));
    let of_flows = tasks_of(world, of_flows, &projects);
    let others: Vec<Task<'_>> = others.into_iter().flat_map(|table| tasks_of(world, vec![table], &projects)).collect();
    let total = of_flows.iter().chain(&others).map(|task| task.tables.len()).sum();
    let export = Export {
        revision,
        exporter,
        options,
        flow: options.with.contains(&Table::FlowEdges),
        now: leindex_db::tables::export::now(),
        total,
        done: AtomicUsize::new(0),
        written: AtomicUsize::new(0),
    };
    for tasks in [of_flows, others] {
        let made = world.on_all_threads(tasks.len(), |world, at| tasks.get(at).map_or(Ok(()), |task| export.run(world, task)));
        made.into_iter().collect::<Result<(), Error>>()?;
    }
    let manifest = export.exporter.finish()?;
    Ok(summary(&manifest, &projects, revision, total, export.written.into_inner()))
}

/// An export that is being made.
struct Export<'e> {
    revision: &'e str,
    exporter: Exporter,
    options: &'e ExportOptions,
    /// Whether `edges` has rows of kind `data`.
    flow: bool,
    /// Microseconds since 1970.
    now: i64,
    /// Files that there will be.
    total: usize,
    done: AtomicUsize,
    written: AtomicUsize,
}

impl Export<'_> {
    /// Makes the files of a task that the export before does not have.
    fn run(&self, world: World<'_>, task: &Task<'_>) -> Result<(), Error> {
        self.go_on()?;
        let mut shards = Vec::new();
        for &table in &task.tables {
            let digest = digest(world, table, self.flow, &task.units, self.now);
            let schema = table.file_schema(StaticModel::shipped().dimension());
            match self.exporter.shard(task.project, table, task.number, &digest, schema)? {
                Shard::New(shard) => shards.push((table, shard)),
                Shard::Linked => self.count(),
            }
        }
        match shards.as_mut_slice() {
            [] => {}
            [(Table::FlowNodes | Table::FlowEdges, _), ..] => self.write_flows(world, &task.units, &mut shards)?,
            shards => shards.iter_mut().try_for_each(|(table, shard)| self.write(world, &task.units, *table, shard))?,
        }
        for (_, shard) in shards {
            self.exporter.end(*shard)?;
            self.written.fetch_add(1, Ordering::Relaxed);
            self.count();
        }
        Ok(())
    }

    /// Writes the rows of a table.
    fn write(&self, world: World<'_>, units: &[usize], table: Table, shard: &mut ShardWriter) -> Result<(), Error> {
        let (schema, scan) = (schema_of(table), whole(table));
        let reading = Reading::of(world, Request { table, flow: self.flow, now: self.now }, &schema, &scan, self.revision);
        let mut units = units.iter().copied();
        while let Some(batch) = reading.next(&mut units).map_err(Error::Table)? {
            self.go_on()?;
            self.exporter.write(shard, &batch)?;
        }
        Ok(())
    }

    /// Writes the rows of the tables of flows, each flow made once; stores what edges of data need of it.
    fn write_flows(&self, world: World<'_>, units: &[usize], shards: &mut [(Table, Box<ShardWriter>)]) -> Result<(), Error> {
        let mut batches: Vec<Batches> = shards.iter().map(|&(table, _)| Batches::of(table)).collect();
        for &unit in units {
            self.go_on()?;
            world.db.unwind_if_revision_cancelled();
            let Some(&file) = world.live.all.get(unit) else { continue };
            let Some(flows) = FileFlows::all(world, self.revision, file) else { continue };
            if self.flow {
                flows.keep_calls();
            }
            for (batches, (_, shard)) in batches.iter_mut().zip(shards.iter_mut()) {
                batches.add(&flows)?;
                if batches.rows >= BATCH {
                    self.exporter.write(shard, &batches.take()?)?;
                }
            }
        }
        for (mut batches, (_, shard)) in batches.into_iter().zip(shards) {
            self.exporter.write(shard, &batches.take()?)?;
        }
        Ok(())
    }

    fn go_on(&self) -> Result<(), Error> {
        if self.options.cancelled.load(Ordering::Relaxed) { Err(Cancelled::Cancelled.into()) } else { Ok(()) }
    }

    fn count(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        (self.options.progress)(Progress { done, total: self.total });
    }
}

/// Rows that wait to be written together.
struct Batches {
    table: Table,
    schema: SchemaRef,
    scan: Scan,
    batches: Vec<RecordBatch>,
    rows: usize,
}

impl Batches {
    fn of(table: Table) -> Self {
        Self { table, schema: schema_of(table), scan: whole(table), batches: Vec::new(), rows: 0 }
    }

    fn add(&mut self, flows: &FileFlows<'_>) -> Result<(), Error> {
        let batch = flows.rows(self.table, &self.schema, &self.scan).map_err(Error::Table)?;
        self.rows += batch.num_rows();
        self.batches.push(batch);
        Ok(())
    }

    fn take(&mut self) -> Result<RecordBatch, Error> {
        let joined = self.schema.project(&self.scan.columns).and_then(|schema| concat_batches(&Arc::new(schema), &self.batches));
        self.batches.clear();
        self.rows = 0;
        joined.map_err(|error| Error::Table(error.into()))
    }
}

/// Makes what tables need of each file's rows while these are at hand.
fn read_files(world: World<'_>) {
    world.on_each_file(|world, file| {
        AllEdges::read(world, file);
        AllNodes::read(world, file);
        symbol_ids(world.db, file);
    });
}

/// The shards of tables that have the same units: of each project those of its directories.
fn tasks_of<'p>(world: World<'_>, tables: Vec<Table>, projects: &[(&'p str, &str)]) -> Vec<Task<'p>> {
    let Some(&table) = tables.first() else { return Vec::new() };
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
        tasks.extend(filled.map(|(number, units)| Task { project, tables: tables.clone(), number, units }));
    }
    tasks
}

/// All rows with what a file has of them.
fn whole(table: Table) -> Scan {
    Scan { columns: (0..table.own_columns().len()).collect(), ..Scan::default() }
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
