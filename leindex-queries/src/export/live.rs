//! The tables of a snapshot as SQL reads them.

use std::cell::RefCell;
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
use super::flow::{FlowEdgeRows, FlowNodeRows};
use super::functions;
use super::nodes::NodeRows;
use super::projects::ProjectRows;
use super::rows::{FileRows, may_hold, selected};
use super::symbol_ids::symbol_ids;
use crate::graph::join::Join;
use crate::index::Error;
use crate::index::describe::project_of;
use crate::index::hotspots::Centrality;
use crate::index::snapshot::Reader;
use crate::index::world::World;
use crate::names::files::{SourceFile, file_config};

/// Rows after which a batch is given.
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
    directories(world).nth(unit)
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
        Table::Nodes => _ = world.all_nodes(),
        Table::Files if asks("lines") || asks("parse_errors") => _ = world.all_nodes(),
        Table::Edges => _ = world.all_edges(),
        Table::Centrality => {
            world.centrality(Centrality::PageRank);
            world.centrality(Centrality::Eigenvector);
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
            let mut batches = Vec::new();
            let (mut rows, mut files) = (0, 0);
            while rows < BATCH && files < FILES {
                let Some(unit) = next_unit(units, wanted.as_deref()) else { break };
                files += 1;
                let Some(batch) = reading.rows(unit)? else { continue };
                rows += batch.num_rows();
                if batch.num_rows() > 0 || batches.is_empty() {
                    batches.push(batch);
                }
            }
            let Some(first) = batches.first() else { return Ok(None) };
            Ok(Some(concat_batches(&first.schema(), &batches)?))
        });
        match batch.map_err(|cancelled| Box::new(Error::from(cancelled)) as SourceError).flatten() {
            Ok(Some(batch)) => {
                self.given += batch.num_rows();
                Some(Ok(batch))
            }
            // None of these files has any.
            Ok(None) => self.next(),
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
        let holds = |file: SourceFile<'_>| symbol_ids(world.db, file).iter().any(|id| ids.contains(id));
        return Some((0..).zip(world.live.all.iter()).filter(|&(_, &file)| holds(file)).map(|(at, _)| at).collect());
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
    /// Finds the calls along which data flows, where `edges` includes it.
    flow: Option<RefCell<Join<'w>>>,
}

impl<'w, 'a> Reading<'w, 'a> {
    pub(super) fn of(world: World<'w>, request: Request, schema: &'a SchemaRef, scan: &'a Scan, revision: &'w str) -> Self {
        let flow = (request.flow && request.table == Table::Edges).then(|| RefCell::new(Join::new(world)));
        Self { world, table: request.table, schema, scan, revision, now: request.now, flow }
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

    /// The wanted rows of a unit.
    pub(super) fn rows(&self, unit: usize) -> Result<Option<RecordBatch>, SourceError> {
        fn boxed<'w>(rows: Option<impl FileRows + 'w>) -> Option<Box<dyn FileRows + 'w>> {
            rows.map(|rows| Box::new(rows) as Box<dyn FileRows + 'w>)
        }
        if !self.may_hold(unit) {
            return Ok(None);
        }
        let (world, revision, schema, scan) = (self.world, self.revision, self.schema, self.scan);
        let file = || world.live.all.get(unit).copied();
        world.db.unwind_if_revision_cancelled();
        let rows = match self.table {
            Table::Projects => boxed(Some(ProjectRows::of(world, revision, unit, self.now))),
            Table::Files => boxed(directory(world, unit).map(|directory| ListedFiles::of(world, revision, directory))),
            Table::Nodes => boxed(file().and_then(|file| NodeRows::of(world, revision, file))),
            Table::Edges => {
                let mut join = self.flow.as_ref().map(RefCell::borrow_mut);
                boxed(file().and_then(|file| EdgeRows::of(world, revision, file, join.as_deref_mut())))
            }
            Table::FlowNodes => match file() {
                Some(file) => boxed(FlowNodeRows::of(world, revision, file, schema, scan)?),
                None => None,
            },
            Table::FlowEdges => match file() {
                Some(file) => boxed(FlowEdgeRows::of(world, revision, file, schema, scan)?),
                None => None,
            },
            Table::Embeddings => boxed(file().and_then(|file| EmbeddingRows::of(world, revision, file))),
            Table::Centrality => boxed(file().and_then(|file| CentralityRows::of(world, revision, file))),
        };
        rows.map(|rows| selected(&*rows, schema, scan)).transpose()
    }
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
