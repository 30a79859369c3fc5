//! SQL over the tables.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use arrow::array::Array;
use arrow::compute::cast;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::catalog::{TableFunction as NamedFunction, TableProvider};
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::execution::{SessionStateDefaults, TaskContext};
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionConfig;
use datafusion::sql::parser::Statement;
use futures::StreamExt;
use futures::future::{AbortHandle, Abortable};
use tokio::runtime::Runtime;

use super::catalog::{CATALOG, SCHEMA, Tables, catalogs};
use super::cooperation::GivingWay;
use super::dictionary;
use super::exported::Export;
use super::failure::{explained, nearest};
use super::functions::{TableValued, scalars};
use super::gather::GatheredTexts;
use super::provider::LiveTable;
use super::schema::{Table, without_views};
use super::source::{TableFunction, TableSource, Words};
use super::statement::{names_a_file, parsed, reads_only, refused};
use super::views::ExpandViews;
use crate::Error;

/// How often it is asked whether to stop.
const POLL: Duration = Duration::from_millis(20);
/// What reading a query may take of the stack: a sum of as many terms as the longest query has room for is as deep as it
/// is long. Only what is used becomes memory.
const READING_STACK: usize = 256 << 20;
/// What computing it may take.
const STACK: usize = 8 << 20;
/// Threads that compute one query.
const MOST_THREADS: usize = 8;
/// Functions of the engine that make values of any size out of a short query, at once and outside the memory limit.
const WITHOUT: [&str; 7] = ["array_repeat", "array_resize", "generate_series", "lpad", "range", "repeat", "rpad"];

/// Tables to ask in SQL. Nothing can be written through it, and no file read but those of the export.
///
/// Cheap to make and to clone: a session of its own for each snapshot, for a query if need be.
#[derive(Clone, Debug)]
pub struct Session {
    state: Arc<SessionState>,
    tables: Arc<Tables>,
    /// What an export was made without.
    missing: Vec<Table>,
}

/// How much a query may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows of the answer. What is more is left out, and the answer says so.
    pub rows: usize,
    /// Time until the answer is there. What takes longer ends with [`Error::OutOfTime`].
    pub time: Duration,
    /// Bytes that joins, sorts and groups may hold at a time; what needs more ends with [`Error::OutOfMemory`], for
    /// nothing is put on the disk. As many again for the answer's rows, which are cut like those beyond [`Self::rows`].
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 100_000, time: Duration::from_secs(30), memory: 256 << 20 }
    }
}

/// What a query found.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The columns.
    pub schema: SchemaRef,
    /// The rows; no batch if there are none.
    pub batches: Vec<RecordBatch>,
    /// Whether there are more rows than [`Limits::rows`], or than have room in [`Limits::memory`]. Without an `order by`,
    /// which rows were kept is chance.
    pub truncated: bool,
}

impl Session {
    /// The tables of a source, its table functions, and what it says of words.
    ///
    /// # Errors
    ///
    /// When a table function of the source has the name of another.
    pub fn live(source: Arc<dyn TableSource>, words: &Arc<dyn Words>) -> Result<Self, Error> {
        let mut tables: BTreeMap<&'static str, Arc<dyn TableProvider>> = BTreeMap::new();
        for table in Table::ALL {
            tables.insert(table.as_str(), Arc::new(LiveTable::new(Arc::clone(&source), table)));
        }
        let embeddings = source.schema(Table::Embeddings);
        let dimension = match embeddings.field_with_name("vector").map(arrow::datatypes::Field::data_type) {
            Ok(DataType::FixedSizeList(_, dimension)) => usize::try_from(*dimension).unwrap_or(1),
            _ => 1,
        };
        let functions = source.functions().iter().map(|function| {
            let valued = TableValued { source: Arc::clone(&source), function: function.clone() };
            Arc::new(NamedFunction::new(function.name.to_owned(), Arc::new(valued)))
        });
        Self::new(tables, dimension, &Table::ALL, functions.collect(), source.functions(), words)
    }

    /// The tables of a folder that [`export`](super) wrote. They are as they were when it was made.
    ///
    /// # Errors
    ///
    /// [`Error::NotAnExport`] if it is none, or one of another version; [`Error::Io`] if it cannot be read.
    pub fn exported(folder: &Path, words: &Arc<dyn Words>) -> Result<Self, Error> {
        let export = Arc::new(Export::open(folder)?);
        let mut tables: BTreeMap<&'static str, Arc<dyn TableProvider>> = BTreeMap::new();
        for &table in export.tables() {
            let provider = export.table(table).map_err(|error| explained(&error, 0))?;
            tables.insert(table.as_str(), Arc::new(provider));
        }
        Self::new(tables, export.dimension(), export.tables(), Vec::new(), &[], words)
    }

    fn new(
        mut tables: BTreeMap<&'static str, Arc<dyn TableProvider>>,
        dimension: usize,
        known: &[Table],
        named: Vec<Arc<NamedFunction>>,
        functions: &[TableFunction],
        words: &Arc<dyn Words>,
    ) -> Result<Self, Error> {
        let planned = |error: DataFusionError| explained(&error, 0);
        let base = base().map_err(planned)?;
        tables.insert("columns", Arc::new(dictionary::columns(known, functions).map_err(planned)?));
        tables.insert("functions", Arc::new(dictionary::functions(functions).map_err(planned)?));
        let tables = Arc::new(Tables::new(tables, base.clone(), dimension));
        let catalogs = catalogs(Arc::clone(&tables) as _).map_err(planned)?;
        let mut state = SessionStateBuilder::new_from_existing(base.clone()).with_catalog_list(catalogs).build();
        for function in scalars(words) {
            datafusion::logical_expr::registry::FunctionRegistry::register_udf(&mut state, function).map_err(planned)?;
        }
        let state = SessionStateBuilder::new_from_existing(state)
            // Of its own: what was at a path may have been exported anew since another session looked.
            .with_runtime_env(environment().map_err(planned)?)
            .with_table_function_list(base.table_functions().values().cloned().chain(named).collect());
        let missing = Table::ALL.into_iter().filter(|table| !known.contains(table)).collect();
        Ok(Self { state: Arc::new(state.build()), tables, missing })
    }

    /// Answers a query. Blocks, and may be called from anywhere: the query runs on threads of its own. `stop` is asked
    /// every 20 ms, on the calling thread; once it says yes, the query is given up.
    ///
    /// When it ends early, by `stop` or a limit, what the source computes at that moment is finished in the background.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] for what is wrong with the query, [`Error::Refused`] for what would not only read,
    /// [`Error::OutOfTime`] and [`Error::OutOfMemory`] beyond the limits, [`Error::Cancelled`] if it was stopped,
    /// [`Error::Source`] with the error of the source, and [`Error::NotAnExport`] for damaged files.
    pub fn sql(&self, query: &str, limits: &Limits, stop: &dyn Fn() -> bool) -> Result<Answer, Error> {
        let started = Instant::now();
        let (send, receive) = mpsc::channel();
        let (abort, registration) = AbortHandle::new_pair();
        let (session, text, bounds) = (self.clone(), query.to_owned(), *limits);
        let work = move || {
            let answer = runtime().and_then(|runtime| {
                let query = Abortable::new(session.answer(&text, bounds), registration);
                // The engine's failure is the query's, not the process's.
                catch_unwind(AssertUnwindSafe(|| runtime.block_on(query)))
                    .map_err(|_| Error::Sql { message: "the query engine failed; report it with the query".to_owned() })
            });
            // A source may be waited for by whoever changes what it is of.
            drop(session);
            // Nobody listens any more when the query was given up.
            let _ = send.send(answer);
        };
        thread::Builder::new().name("leindex-sql".to_owned()).stack_size(READING_STACK).spawn(work).map_err(no_thread)?;
        loop {
            // The caller may be the only thread of the pool that the source computes in.
            while rayon::yield_now() == Some(rayon::Yield::Executed) {}
            match receive.recv_timeout(POLL.min(limits.time.saturating_sub(started.elapsed()))) {
                Ok(answer) => return answer?.unwrap_or(Err(Error::Cancelled)),
                Err(RecvTimeoutError::Disconnected) => return Err(Error::Cancelled),
                Err(RecvTimeoutError::Timeout) if stop() => {
                    abort.abort();
                    return Err(Error::Cancelled);
                }
                Err(RecvTimeoutError::Timeout) if started.elapsed() >= limits.time => {
                    abort.abort();
                    return Err(Error::OutOfTime { limit: limits.time });
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    async fn answer(&self, query: &str, limits: Limits) -> Result<Answer, Error> {
        let wrong = |error: DataFusionError| explained(&error, limits.memory);
        let statement = parsed(query)?;
        let mut state = (*self.state).clone();
        state.mark_start_execution();
        self.has_all(&state, &statement)?;
        let plan = state.statement_to_plan(statement).await.map_err(wrong)?;
        reads_only(&plan)?;
        let plan = state.create_physical_plan(&plan).await.map_err(wrong)?;
        let environment =
            RuntimeEnv { memory_pool: Arc::new(GreedyMemoryPool::new(limits.memory)), ..RuntimeEnv::clone(state.runtime_env()) };
        let context = TaskContext::from(&state).with_runtime(Arc::new(environment));
        let mut answer = Answer { schema: without_views(&plan.schema()), batches: Vec::new(), truncated: false };
        let mut stream = execute_stream(plan, Arc::new(context)).map_err(wrong)?;
        let (mut rows, mut bytes) = (0, 0);
        while let Some(batch) = stream.next().await {
            let mut batch = batch.and_then(|batch| plain(&batch, &answer.schema)).map_err(wrong)?;
            let room = limits.rows - rows;
            if batch.num_rows() > room {
                batch = batch.slice(0, room);
                answer.truncated = true;
            }
            bytes += size(&batch);
            if bytes > limits.memory && !answer.batches.is_empty() {
                answer.truncated = true;
                break;
            }
            rows += batch.num_rows();
            if batch.num_rows() > 0 {
                answer.batches.push(batch);
            }
            if answer.truncated {
                break;
            }
        }
        Ok(answer)
    }

    /// Whether every table that a query names is there: the engine's own words name no neighbour.
    fn has_all(&self, state: &SessionState, statement: &Statement) -> Result<(), Error> {
        let named = state.resolve_table_references(statement).map_err(|error| explained(&error, 0))?;
        for table in named {
            let name = table.table();
            let elsewhere = table.schema().is_some_and(|schema| schema != SCHEMA);
            let known = self.tables.names().any(|known| known == name) || state.table_functions().contains_key(name);
            if known || elsewhere {
                continue;
            }
            if names_a_file(&table) {
                return Err(refused("reading files"));
            }
            if let Some(table) = Table::named(name).filter(|table| self.missing.contains(table)) {
                let table = table.as_str();
                let message = format!("this export has no table `{table}`; export anew with `--with {table}`");
                return Err(Error::Sql { message });
            }
            let all = self.tables.names().map(|name| -> &str { name }).chain(state.table_functions().keys().map(String::as_str));
            let hint = match nearest(name, all) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", self.tables.names().collect::<Vec<_>>().join(", ")),
            };
            return Err(Error::Sql { message: format!("there is no table `{name}`; {hint}") });
        }
        Ok(())
    }
}

/// A batch with texts in place of views.
fn plain(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, DataFusionError> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| cast(column, field.data_type()));
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns.collect::<Result<_, _>>()?, &options)?)
}

/// Bytes of the values of a batch: a part of a larger buffer counts as what it is.
fn size(batch: &RecordBatch) -> usize {
    let sizes =
        batch.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap_or_else(|_| column.get_array_memory_size()));
    sizes.sum()
}

/// What all sessions share: the functions of the engine and its rules.
fn base() -> Result<&'static SessionState, DataFusionError> {
    static BASE: OnceLock<SessionState> = OnceLock::new();
    if let Some(base) = BASE.get() {
        return Ok(base);
    }
    let mut options = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true)
        .with_target_partitions(threads())
        .with_collect_statistics(true)
        .with_parquet_pruning(true);
    // Conditions skip row groups. Testing them row by row while files are read made eighteen of the twenty questions slower.
    options.options_mut().execution.parquet.schema_force_view_types = true;
    options.options_mut().sql_parser.map_string_types_to_utf8view = false;
    let functions = SessionStateDefaults::default_scalar_functions().into_iter();
    let state = SessionStateBuilder::new()
        .with_config(options)
        .with_runtime_env(environment()?)
        .with_expr_planners(
            SessionStateDefaults::default_expr_planners().into_iter().chain([Arc::new(GatheredTexts::new()) as _]).collect(),
        )
        .with_scalar_functions(functions.filter(|function| !WITHOUT.contains(&function.name())).collect())
        .with_higher_order_functions(SessionStateDefaults::default_higher_order_functions())
        .with_aggregate_functions(SessionStateDefaults::default_aggregate_functions())
        .with_window_functions(SessionStateDefaults::default_window_functions())
        .with_table_function_list(SessionStateDefaults::default_table_functions())
        .with_optimizer_rule(Arc::new(ExpandViews))
        .with_physical_optimizer_rule(Arc::new(GivingWay))
        .build();
    Ok(BASE.get_or_init(|| state))
}

/// What a session remembers of files; nothing is put on the disk.
fn environment() -> Result<Arc<RuntimeEnv>, DataFusionError> {
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    RuntimeEnvBuilder::new().with_disk_manager_builder(disk).build_arc()
}

/// The threads that compute queries, for the whole process.
fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let built = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads())
        .thread_name("leindex-sql")
        .thread_stack_size(STACK)
        .enable_time()
        .build()
        .map_err(no_thread)?;
    Ok(RUNTIME.get_or_init(|| built))
}

fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS)
}

fn no_thread(error: std::io::Error) -> Error {
    Error::Sql { message: format!("cannot start a thread for the query ({error}); try again when the machine has room") }
}
