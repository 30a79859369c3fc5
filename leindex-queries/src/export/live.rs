//! The tables of a snapshot as SQL reads them.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use leindex_db::tables::{Argument, Batches, Scan, SourceError, Table, TableFunction, TableSource};
use leindex_db::{Directory, Workspace};
use leindex_embed::StaticModel;

use super::all_nodes::AllNodes;
use super::centrality::CentralityRows;
use super::edges::EdgeRows;
use super::embeddings::EmbeddingRows;
use super::files::ListedFiles;
use super::flow::FileFlows;
use super::functions;
use super::nodes::NodeRows;
use super::projects::ProjectRows;
use super::rows::{FileRows, may_hold, selected};
use crate::index::Error;
use crate::index::describe::project_of;
use crate::index::hotspots::Centrality;
use crate::index::snapshot::Reader;
use crate::index::world::World;
use crate::names::files::file_config;

/// Rows that are looked at before a batch is given.
const BATCH: usize = 4096;
/// Files after which it is given anyway, so that whoever waits can stop.
const FILES: usize = 256;
/// Files below which one thread reads them.
const FEW_FILES: usize = 64;

/// The tables of a snapshot. It holds the database: drop it before the next change.
pub(crate) struct LiveTables {
    /// A database may be handed to another thread, not be shared.
    reader: Mutex<Reader>,
    /// Held while what all rows of a table need is made.
    making: Arc<Mutex<()>>,
    functions: Vec<TableFunction>,
    /// Whether `edges` has rows of kind `data`.
    flow: bool,
    /// Microseconds since 1970.
    now: i64,
    threads: usize,
}

impl fmt::Debug for LiveTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveTables").finish_non_exhaustive()
    }
}

impl LiveTables {
    pub(super) fn of(reader: Reader, flow: bool, now: i64) -> Self {
        let threads = rayon::current_num_threads().min(8);
        Self { reader: Mutex::new(reader), making: Arc::default(), functions: functions::all(), flow, now, threads }
    }

    fn reader(&self) -> Reader {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The schema of a live table.
pub(super) fn schema_of(table: Table) -> SchemaRef {
    table.schema(StaticModel::shipped().dimension())
}

impl TableSource for LiveTables {
    fn schema(&self, table: Table) -> SchemaRef {
        schema_of(table)
    }

    fn rows(&self, table: Table) -> Option<usize> {
        self.reader().snapshot().ask(|world| row_count(world, table)).ok()
    }

    fn scan(&self, table: Table, scan: &Scan) -> Result<Vec<Batches>, SourceError> {
        let reader = self.reader();
        let units = reader.snapshot().ask(|world| unit_count(world, table)).map_err(Error::from)?;
        // With a limit, the first rows are given, whichever thread is faster.
        let parts = if scan.limit.is_some() || units < FEW_FILES { 1 } else { self.threads };
        let part = |part: usize| -> Batches {
            Box::new(Part {
                reader: reader.clone(),
                making: Arc::clone(&self.making),
                request: Request { table, flow: self.flow, now: self.now },
                schema: schema_of(table),
                scan: scan.clone(),
                units: units * part / parts..units * (part + 1) / parts,
                wanted: None,
                given: 0,
                made: false,
            })
        };
        Ok((0..parts).map(part).collect())
    }

    fn functions(&self) -> &[TableFunction] {
        &self.functions
    }

    fn call(&self, function: &TableFunction, arguments: &[Argument]) -> Result<RecordBatch, SourceError> {
        Ok(functions::call(&self.reader().snapshot(), function, arguments)?)
    }
}

/// About how many rows a table has: as many as were counted, else as files commonly have.
fn row_count(world: World<'_>, table: Table) -> usize {
    let files = world.live.all.len();
    let nodes = world.known_nodes().map_or(files * 30, AllNodes::count);
    match table {
        Table::Projects | Table::Files => unit_count(world, table),
        Table::Nodes | Table::Centrality => nodes,
        Table::Embeddings => nodes * 3 / 4,
        Table::Edges => nodes * 10,
        Table::FlowNodes => nodes * 7,
        Table::FlowEdges => nodes * 16,
    }
}

/// What a table is read by: roots, directories or analysed files.
pub(super) fn unit_count(world: World<'_>, table: Table) -> usize {
    match table {
        Table::Projects => Workspace::get(world.db).roots(world.db).len(),
        Table::Files => directories(world).count(),
        _ => world.live.all.len(),
    }
}

/// The directory that is a unit of `files`.
pub(super) fn directory(world: World<'_>, unit: usize) -> Option<Directory> {
    let mut left = unit;
    Workspace::get(world.db).roots(world.db).iter().find_map(|root| {
        let directories = root.directories(world.db);
        let found = directories.get(left).copied();
        if found.is_none() {
            left -= directories.len();
        }
        found
    })
}

/// The units of a table by the paths of their files or directories.
pub(super) fn units(world: World<'_>, table: Table) -> Vec<(String, usize)> {
    let db = world.db;
    match table {
        Table::Projects => (0..).zip(Workspace::get(db).roots(db)).map(|(at, root)| (root.prefix(db).to_owned(), at)).collect(),
        Table::Files => (0..).zip(directories(world)).map(|(at, directory)| (directory.path(db).to_owned(), at)).collect(),
        _ => (0..).zip(world.live.all.iter()).map(|(at, file)| (file.path(db).to_owned(), at)).collect(),
    }
}

fn directories<'w>(world: World<'w>) -> impl Iterator<Item = Directory> + 'w {
    Workspace::get(world.db).roots(world.db).iter().flat_map(move |root| root.directories(world.db).iter().copied())
}

/// Makes what the rows of any file need of all files.
pub(super) fn prepare(world: World<'_>, table: Table, schema: &SchemaRef, scan: &Scan) {
    let asks = |name: &str| {
        let is = |&column: &usize| schema.field(column).name() == name;
        scan.columns.iter().any(is) || scan.predicates.iter().any(|predicate| predicate.columns().iter().any(is))
    };
    match table {
        Table::Nodes => {
            world.all_nodes();
            if asks("id") || asks("parent") {
                world.all_ids();
            }
        }
        Table::Files if asks("lines") || asks("parse_errors") => _ = world.all_nodes(),
        Table::Edges => {
            world.all_edges();
            world.all_ids();
        }
        Table::Centrality => {
            world.all_ids();
            world.centrality(Centrality::PageRank);
            world.centrality(Centrality::Eigenvector);
            let dependencies = world.dependencies();
            world.install(|| dependencies.components());
        }
        _ => {}
    }
}

/// A part of a table that is being read.
struct Part {
    reader: Reader,
    making: Arc<Mutex<()>>,
    request: Request,
    schema: SchemaRef,
    scan: Scan,
    units: Range<usize>,
    /// The only units in question, in order, if the predicates name them.
    wanted: Option<Vec<usize>>,
    given: usize,
    made: bool,
}

impl Iterator for Part {
    type Item = Result<RecordBatch, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.units.is_empty() || self.scan.limit.is_some_and(|limit| self.given >= limit) {
            return None;
        }
        let Self { reader, making, request, schema, scan, units, wanted, made, .. } = self;
        let snapshot = reader.snapshot();
        let revision = snapshot.revision().to_owned();
        let batch = snapshot.ask(|world| {
            if !*made {
                let _making = making.lock().unwrap_or_else(PoisonError::into_inner);
                prepare(world, request.table, schema, scan);
                *wanted = units_named(world, request.table, schema, scan);
                *made = true;
            }
            let reading = Reading::of(world, *request, schema, scan, revision.as_str());
            reading.next(&mut std::iter::from_fn(|| next_unit(units, wanted.as_deref())))
        });
        match batch.map_err(|cancelled| Box::new(Error::from(cancelled)) as SourceError).flatten() {
            Ok(batch) => {
                self.given += batch.as_ref().map_or(0, RecordBatch::num_rows);
                batch.map(Ok)
            }
            Err(error) => {
                self.units = 0..0;
                Some(Err(error))
            }
        }
    }
}

fn next_unit(units: &mut Range<usize>, wanted: Option<&[usize]>) -> Option<usize> {
    let Some(wanted) = wanted else { return units.next() };
    let at = wanted.partition_point(|&unit| unit < units.start);
    let next = wanted.get(at).copied().filter(|unit| units.contains(unit));
    units.start = next.map_or(units.end, |unit| unit + 1);
    next
}

/// The units that the predicates name by an id or a name, if they do.
fn units_named(world: World<'_>, table: Table, schema: &SchemaRef, scan: &Scan) -> Option<Vec<usize>> {
    let of_source = match table {
        Table::Nodes | Table::Embeddings | Table::Centrality => "id",
        Table::Edges => "source",
        Table::FlowNodes | Table::FlowEdges => "function",
        Table::Projects | Table::Files => return None,
    };
    let column = schema.index_of(of_source).ok()?;
    if let Some(ids) = scan.predicates.iter().find_map(|predicate| predicate.numbers(column)) {
        let all = world.all_ids();
        let holds = |&unit: &usize| all.of_file(unit as u32).iter().any(|id| ids.contains(id));
        return Some((0..world.live.all.len()).filter(holds).collect());
    }
    if table != Table::Nodes {
        return None;
    }
    let column = schema.index_of("name").ok()?;
    let names = scan.predicates.iter().find_map(|predicate| predicate.texts(column))?;
    // A module has its file's name.
    let files = names.iter().flat_map(|name| world.defining(name)).filter_map(|symbol| world.live.positions.get(&symbol.file(world.db)));
    let mut units: Vec<usize> = files.map(|&at| at as usize).collect();
    units.extend(
        (0..).zip(world.live.all.iter()).filter(|(_, file)| names.iter().any(|name| name == file.name(world.db))).map(|(at, _)| at),
    );
    units.sort_unstable();
    units.dedup();
    Some(units)
}

/// What is read of a table.
pub(super) struct Reading<'w, 'a> {
    world: World<'w>,
    table: Table,
    schema: &'a SchemaRef,
    scan: &'a Scan,
    revision: &'w str,
    /// Microseconds since 1970.
    now: i64,
    /// Whether `edges` has rows of kind `data`.
    flow: bool,
}

impl<'w, 'a> Reading<'w, 'a> {
    pub(super) fn of(world: World<'w>, request: Request, schema: &'a SchemaRef, scan: &'a Scan, revision: &'w str) -> Self {
        let Request { table, flow, now } = request;
        Self { world, table, schema, scan, revision, now, flow }
    }

    /// Whether a unit may have rows that meet the predicates, by what is the same in all its rows.
    fn may_hold(&self, unit: usize) -> bool {
        let (world, table) = (self.world, self.table);
        let Some(&file) = world.live.all.get(unit).filter(|_| !matches!(table, Table::Projects | Table::Files)) else { return true };
        let path = file.path(world.db);
        may_hold(self.schema, &self.scan.predicates, |column| match (table, column) {
            (_, "project") => Some(project_of(world.db, path).to_owned()),
            (_, "revision") => Some(self.revision.to_owned()),
            (Table::Nodes | Table::Edges, "path") => Some(path.to_owned()),
            (Table::Nodes, "language") => file_config(world.db, file).map(|config| config.name.to_owned()),
            _ => None,
        })
    }

    /// The wanted rows of the next units, of which there may be none; `None` after the last unit. It looks at about
    /// [`BATCH`] rows, so that whoever waits can stop.
    pub(super) fn next(&self, units: &mut impl Iterator<Item = usize>) -> Result<Option<RecordBatch>, SourceError> {
        let Some(first) = units.next() else { return Ok(None) };
        let (schema, scan) = (self.schema, self.scan);
        let mut units = std::iter::once(first).chain(units).filter(|&unit| self.may_hold(unit));
        let (world, revision) = (self.world, self.revision);
        match self.table {
            Table::Nodes => {
                let all = world.all_nodes();
                let places = some(&mut units, |place| all.nodes(place).len());
                selected(&NodeRows::of(world, revision, &places), schema, scan).map(Some)
            }
            Table::Edges => {
                let all = world.all_edges();
                let places = some(&mut units, |place| all.count(place));
                let rows = if self.flow { EdgeRows::with_data } else { EdgeRows::of };
                selected(&rows(world, revision, &places), schema, scan).map(Some)
            }
            Table::Centrality => {
                let ids = world.all_ids();
                let places = some(&mut units, |place| ids.of_file(place).len());
                selected(&CentralityRows::of(world, revision, &places), schema, scan).map(Some)
            }
            _ => {
                let mut batches = Vec::new();
                let mut rows = 0;
                for unit in units.take(FILES) {
                    world.db.unwind_if_revision_cancelled();
                    let Some(batch) = self.rows(unit)? else { continue };
                    rows += batch.num_rows();
                    batches.push(batch);
                    if rows >= BATCH {
                        break;
                    }
                }
                let schema = batches.first().map_or_else(|| Ok(Arc::new(schema.project(&scan.columns)?)), |batch| Ok(batch.schema()));
                schema.and_then(|schema| Ok(concat_batches(&schema, &batches)?)).map(Some)
            }
        }
    }

    /// The wanted rows of a unit whose rows are made alone.
    fn rows(&self, unit: usize) -> Result<Option<RecordBatch>, SourceError> {
        fn boxed<'w>(rows: Option<impl FileRows + 'w>) -> Option<Box<dyn FileRows + 'w>> {
            rows.map(|rows| Box::new(rows) as Box<dyn FileRows + 'w>)
        }
        let (world, revision, schema, scan) = (self.world, self.revision, self.schema, self.scan);
        let file = || world.live.all.get(unit).copied();
        let rows = match self.table {
            Table::Projects => boxed(Some(ProjectRows::of(world, revision, unit, self.now))),
            Table::Files => boxed(directory(world, unit).map(|directory| ListedFiles::of(world, revision, directory))),
            Table::FlowNodes | Table::FlowEdges => {
                let flows = file().map(|file| FileFlows::wanted(world, revision, file, schema, scan)).transpose()?.flatten();
                return flows.map(|flows| flows.rows(self.table, schema, scan)).transpose();
            }
            Table::Embeddings => boxed(file().and_then(|file| EmbeddingRows::of(world, revision, file))),
            Table::Nodes | Table::Edges | Table::Centrality => None,
        };
        rows.map(|rows| selected(&*rows, schema, scan)).transpose()
    }
}

/// The next live files, of so many that they have about [`BATCH`] rows.
fn some(units: &mut impl Iterator<Item = usize>, rows: impl Fn(u32) -> usize) -> Vec<usize> {
    let mut looked_at = 0;
    let mut places = Vec::new();
    while looked_at < BATCH && places.len() < FILES {
        let Some(unit) = units.next() else { break };
        looked_at += rows(unit as u32);
        places.push(unit);
    }
    places
}

/// Which rows are meant by a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) table: Table,
    /// Whether `edges` has rows of kind `data`.
    pub(super) flow: bool,
    /// Microseconds since 1970.
    pub(super) now: i64,
}
