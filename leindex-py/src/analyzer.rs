//! `RustAnalyzer`: an indexed project.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use leindex_db::store::Role;
use leindex_queries::export::{MatrixBytes, Table as TableName};
use leindex_queries::index::StorePlace;
use leindex_queries::{Change, EmbedOptions, Error, ExportOptions, Follower, Handle, Index, Options, SqlOptions};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::{Map, Value, json};

use crate::buffers::{Bytes, Embeddings, Held};
use crate::call::{Cancellation, run};
use crate::embedder::PythonEmbedder;
use crate::errors::{ClosedError, Text, bad_request, exception};
use crate::json::{dumps, loads};
use crate::progress::Reporter;
use crate::table::Table;
use crate::verbs::Question;

/// An indexed project, to be asked from any number of threads.
///
/// Each call looks at the project once, at one revision, and holds nothing of it afterwards.
#[pyclass(frozen, name = "RustAnalyzer", module = "leindex_rust")]
pub(crate) struct RustAnalyzer {
    /// `None` once it is closed.
    open: RwLock<Option<Arc<Open>>>,
    root: PathBuf,
    name: String,
}

pub(crate) struct Open {
    root: PathBuf,
    handle: Handle,
    follower: Option<Follower>,
}

impl Open {
    /// Takes in what changed on disk, if files are followed.
    fn catch_up(&self) -> Result<(), Error> {
        self.follower.as_ref().map_or(Ok(()), Follower::catch_up)
    }

    /// Answers a question: the revision, and the answer as JSON.
    pub(crate) fn answer(&self, question: &Question, cancel: &Cancellation) -> Result<(String, Vec<u8>), Error> {
        self.catch_up()?;
        let prepared = question.prepare(&self.root)?;
        self.handle.read(|snapshot| {
            let answer = cancel.while_asking(snapshot.canceller(), || question.ask(snapshot, &prepared))?;
            let text = serde_json::to_vec(&answer).expect("answers have string keys and finite numbers");
            Ok((snapshot.revision().to_owned(), text))
        })
    }
}

/// What an index is opened with, from Python.
pub(crate) struct Opening {
    pub(crate) path: PathBuf,
    pub(crate) store: StorePlace,
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) threads: Option<usize>,
    pub(crate) embedder: Option<PythonEmbedder>,
    pub(crate) flows: bool,
    pub(crate) verify: bool,
    pub(crate) follow: bool,
}

/// Bytes of packed results that a project keeps in memory: an eighth of the budget, within these bounds. Half of the time of
/// a question on some thousands of files went into unpacking them again.
const LEAST_CACHE: u64 = 40 << 20;
const MOST_CACHE: u64 = 256 << 20;

/// Opens a project without the GIL.
pub(crate) fn open(py: Python<'_>, opening: Opening, progress: Option<Py<PyAny>>, cancel: &Cancellation) -> PyResult<Open> {
    let reporter = progress.map(|function| Arc::new(Reporter::new(function, cancel.clone())));
    let report = reporter.clone();
    let opened = run(py, cancel, move |cancel| {
        let pool = opening.threads.map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build());
        let options = Options {
            store: opening.store,
            roots: opening.roots,
            threads: pool.and_then(Result::ok).map(Arc::new),
            cancelled: cancel.flag(),
            verify: opening.verify,
            flows: opening.flows,
            cache_bytes: (leindex_db::memory::Budget::of_process().stats().budget / 8).clamp(LEAST_CACHE, MOST_CACHE),
            embedder: opening.embedder.map(|embedder| Arc::new(embedder) as Arc<dyn leindex_embed::Embedder>),
            progress: match report {
                Some(reporter) => Box::new(move |at| reporter.report(at)),
                None => Box::new(|_| {}),
            },
            ..Options::default()
        };
        let handle = Handle::new(Index::open(&opening.path, options)?);
        // The flag of the opening is not that of later calls.
        handle.write(|index| index.set_cancelled(Arc::default()))?;
        let follower = if opening.follow { Some(Follower::new(handle.clone())?) } else { None };
        let root = handle.write(|index| index.root().to_path_buf())?;
        Ok(Open { root, handle, follower })
    });
    match reporter.and_then(|reporter| reporter.raised()) {
        Some(raised) => Err(raised),
        None => opened,
    }
}

#[pymethods]
impl RustAnalyzer {
    /// Opens and indexes the project at `path`. `progress(done, total)` is told of files.
    #[new]
    #[pyo3(signature = (path, *, store=None, in_memory=false, roots=Vec::new(), threads=None, embedder=None, embedder_id=None,
        memory_budget=None, flows=false, verify=false, follow=true, progress=None, cancel=None))]
    #[expect(clippy::too_many_arguments, clippy::fn_params_excessive_bools, reason = "they are named where they are called")]
    fn new(
        py: Python<'_>,
        path: PathBuf,
        store: Option<PathBuf>,
        in_memory: bool,
        roots: Vec<PathBuf>,
        threads: Option<usize>,
        embedder: Option<Bound<'_, PyAny>>,
        embedder_id: Option<String>,
        memory_budget: Option<u64>,
        flows: bool,
        verify: bool,
        follow: bool,
        progress: Option<Py<PyAny>>,
        cancel: Option<Cancellation>,
    ) -> PyResult<Self> {
        if let Some(bytes) = memory_budget {
            leindex_db::memory::Budget::of_process().set(Some(bytes));
        }
        let store = match (store, in_memory) {
            (Some(_), true) => return Err(bad_request(py, "give `store` or `in_memory`, not both".to_owned())),
            (Some(folder), false) => StorePlace::Folder(folder),
            (None, true) => StorePlace::Memory,
            (None, false) => StorePlace::User,
        };
        let embedder = embedder.map(|object| PythonEmbedder::new(&object, embedder_id)).transpose()?;
        let opening = Opening { path, store, roots, threads, embedder, flows, verify, follow };
        let open = self::open(py, opening, progress, &cancel.unwrap_or_default())?;
        let root = open.root.clone();
        let name = open.handle.read(|snapshot| Ok(snapshot.project()?)).map_err(|error| exception(py, error))?;
        Ok(Self { open: RwLock::new(Some(Arc::new(open))), root, name })
    }

    /// The folder of the project.
    #[getter]
    fn root(&self) -> PathBuf {
        self.root.clone()
    }

    /// The name of the project, as symbols begin with it.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    /// Answers a question: the revision, and the answer as plain lists and dicts.
    #[pyo3(signature = (verb, arguments=None, *, cancel=None))]
    fn ask<'py>(
        &self,
        py: Python<'py>,
        verb: &str,
        arguments: Option<Bound<'py, PyAny>>,
        cancel: Option<Cancellation>,
    ) -> PyResult<(String, Bound<'py, PyAny>)> {
        let open = self.opened()?;
        let question = question(py, verb, arguments)?;
        let cancel = cancel.unwrap_or_default();
        let (revision, text) = run(py, &cancel, move |cancel| open.answer(&question, cancel))?;
        Ok((revision, loads(py, text)?))
    }

    /// Looks at the disk: at everything, or at some paths. Returns the new revision.
    #[pyo3(signature = (paths=None, *, verify=false, cancel=None))]
    fn refresh(&self, py: Python<'_>, paths: Option<Vec<PathBuf>>, verify: bool, cancel: Option<Cancellation>) -> PyResult<String> {
        let open = self.opened()?;
        run(py, &cancel.unwrap_or_default(), move |cancel| {
            open.handle.write(|index| {
                index.set_cancelled(cancel.flag());
                let looked = match paths {
                    Some(paths) => index.apply(Change::Disk(paths)),
                    None if verify => index.verify(),
                    None => index.refresh(),
                };
                index.set_cancelled(Arc::default());
                looked
            })??;
            open.handle.read(|snapshot| Ok(snapshot.revision().to_owned()))
        })
    }

    /// Has a file contain `text` until its overlay is closed. Returns the new revision.
    fn overlay(&self, py: Python<'_>, path: Text, text: Text) -> PyResult<String> {
        self.change(py, Change::Overlay(path.0, text.0))
    }

    /// Replaces bytes `start..end` of a file in its overlay, which is opened if need be. Returns the new revision.
    fn edit(&self, py: Python<'_>, path: Text, start: usize, end: usize, text: Text) -> PyResult<String> {
        self.change(py, Change::Edit(path.0, start..end, text.0))
    }

    /// Closes an overlay: the disk counts again. Returns the new revision.
    fn close_overlay(&self, py: Python<'_>, path: Text) -> PyResult<String> {
        self.change(py, Change::CloseOverlay(path.0))
    }

    /// Takes a file away until its overlay is closed. Returns the new revision.
    fn remove(&self, py: Python<'_>, path: Text) -> PyResult<String> {
        self.change(py, Change::Remove(path.0))
    }

    /// The revision now.
    fn revision(&self, py: Python<'_>) -> PyResult<String> {
        let open = self.opened()?;
        run(py, &Cancellation::default(), move |_| {
            open.catch_up()?;
            open.handle.read(|snapshot| Ok(snapshot.revision().to_owned()))
        })
    }

    /// The bytes of a file at this revision, without a copy: the same memory for the same content, whatever becomes of the
    /// file.
    fn bytes(&self, py: Python<'_>, path: Text) -> PyResult<Bytes> {
        let path = path.0;
        let open = self.opened()?;
        let bytes = run(py, &Cancellation::default(), move |_| {
            open.catch_up()?;
            open.handle.read(|snapshot| snapshot.bytes(&path))
        })?;
        let all = 0..bytes.len();
        Ok(Bytes::new(Held::Owned(bytes, all)))
    }

    /// A table, whole: see `select * from columns`.
    #[pyo3(signature = (name, columns=None, *, flow=false, cancel=None))]
    fn table(&self, py: Python<'_>, name: Text, columns: Option<Vec<Text>>, flow: bool, cancel: Option<Cancellation>) -> PyResult<Table> {
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let columns =
            columns.map_or_else(|| "*".to_owned(), |columns| columns.iter().map(|name| quoted(&name.0)).collect::<Vec<_>>().join(", "));
        let query = format!("select {columns} from {}", quoted(&name.0));
        self.query(py, query, Bounds { rows: usize::MAX, time: Duration::from_secs(3600), memory: Some(16 << 30), flow }, cancel)
    }

    /// Answers a query in SQL.
    #[pyo3(signature = (query, *, max_rows=None, timeout=None, flow=false, cancel=None))]
    fn sql(
        &self,
        py: Python<'_>,
        query: Text,
        max_rows: Option<usize>,
        timeout: Option<f64>,
        flow: bool,
        cancel: Option<Cancellation>,
    ) -> PyResult<Table> {
        let bounds = Bounds::new(py, max_rows, timeout, flow)?;
        self.query(py, query.0, bounds, cancel)
    }

    /// The vectors of all symbols that have one, without a copy.
    #[pyo3(signature = (*, cancel=None))]
    fn embeddings(&self, py: Python<'_>, cancel: Option<Cancellation>) -> PyResult<Embeddings> {
        let open = self.opened()?;
        let cancel = cancel.unwrap_or_default();
        let matrix = run(py, &cancel, move |cancel| {
            open.catch_up()?;
            open.handle.read(|snapshot| cancel.while_asking(snapshot.canceller(), || snapshot.vector_matrix()))
        })?;
        let part = |range: std::ops::Range<usize>| match matrix.bytes() {
            MatrixBytes::Mapped(file) => Held::Mapped(Arc::clone(file), range),
            MatrixBytes::Owned(bytes) => Held::Owned(Arc::clone(bytes), range),
        };
        let ids = Py::new(py, Bytes::new(part(matrix.ids())))?;
        Ok(Embeddings::new(part(matrix.vectors()), matrix.dimension(), ids, matrix.model.clone(), matrix.revision.clone()))
    }

    /// Writes the tables to a folder of Parquet files. `progress(done, total)` is told of files of the export.
    #[pyo3(signature = (folder, *, tables=Vec::new(), progress=None, cancel=None))]
    fn export<'py>(
        &self,
        py: Python<'py>,
        folder: PathBuf,
        tables: Vec<String>,
        progress: Option<Py<PyAny>>,
        cancel: Option<Cancellation>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let open = self.opened()?;
        let cancel = cancel.unwrap_or_default();
        let with = tables.iter().map(|name| table_named(py, name)).collect::<PyResult<Vec<_>>>()?;
        let reporter = progress.map(|function| Arc::new(Reporter::new(function, cancel.clone())));
        let report = reporter.clone();
        let options = ExportOptions {
            with,
            progress: match report {
                Some(reporter) => Box::new(move |at| reporter.report(at)),
                None => Box::new(|_| {}),
            },
            cancelled: cancel.flag(),
        };
        let exported = run(py, &cancel, move |cancel| {
            open.catch_up()?;
            open.handle.read(|snapshot| cancel.while_asking(snapshot.canceller(), || snapshot.export(&folder, &options)))
        });
        if let Some(raised) = reporter.and_then(|reporter| reporter.raised()) {
            return Err(raised);
        }
        loads(py, serde_json::to_vec(&exported?).expect("it has string keys and whole numbers"))
    }

    /// Makes the vectors that are missing of the model of one's choice; returns how many it made.
    #[pyo3(signature = (*, share=0.5, limit=None, progress=None, cancel=None))]
    fn embed(
        &self,
        py: Python<'_>,
        share: f32,
        limit: Option<usize>,
        progress: Option<Py<PyAny>>,
        cancel: Option<Cancellation>,
    ) -> PyResult<usize> {
        let open = self.opened()?;
        let cancel = cancel.unwrap_or_default();
        let reporter = progress.map(|function| Arc::new(Reporter::new(function, cancel.clone())));
        let report = reporter.clone();
        let options = EmbedOptions {
            share,
            limit: limit.unwrap_or(usize::MAX),
            progress: match report {
                Some(reporter) => Box::new(move |at| reporter.report(at)),
                None => Box::new(|_| {}),
            },
            cancelled: cancel.flag(),
        };
        let embedded = run(py, &cancel, move |_| {
            open.catch_up()?;
            open.handle.embed(&options)
        });
        match reporter.and_then(|reporter| reporter.raised()) {
            Some(raised) => Err(raised),
            None => embedded,
        }
    }

    /// Writes what is pending to the store.
    fn persist(&self, py: Python<'_>) -> PyResult<()> {
        let open = self.opened()?;
        run(py, &Cancellation::default(), move |_| open.handle.write(|index| index.persist())?)
    }

    /// Writes to the store what is not there yet and frees graphs and caches. Answers stay the same.
    fn release(&self, py: Python<'_>) -> PyResult<bool> {
        let open = self.opened()?;
        run(py, &Cancellation::default(), move |_| {
            let released = open.handle.release();
            leindex_db::memory::trim();
            Ok(released)
        })
    }

    /// What the index and its store hold.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let open = self.opened()?;
        let (name, root) = (self.name.clone(), self.root.clone());
        let text = run(py, &Cancellation::default(), move |_| {
            open.catch_up()?;
            let (store, warnings, place) = open.handle.write(|index| (index.store_stats(), index.warnings(), index.store_folder()))?;
            let (stats, embedding) = open.handle.read(|snapshot| Ok((snapshot.stats()?, snapshot.embedding_stats()?)))?;
            let mut all = Map::new();
            all.insert("name".to_owned(), json!(name));
            all.insert("root".to_owned(), json!(root.to_string_lossy()));
            if let Value::Object(stats) = serde_json::to_value(&stats).expect("it has string keys") {
                all.extend(stats);
            }
            let role = match store.role {
                Role::Holder => "holder",
                Role::Reader => "reader",
                _ => "memory",
            };
            all.insert(
                "store".to_owned(),
                json!({
                    "folder": place.map(|folder| folder.to_string_lossy().into_owned()), "role": role, "bytes": store.disk_bytes,
                    "pending_bytes": store.pending_bytes, "packs": store.packs, "hits": store.hits, "misses": store.misses,
                    "corrupt": store.corrupt,
                }),
            );
            all.insert("warnings".to_owned(), json!(warnings));
            all.insert("embedding".to_owned(), serde_json::to_value(&embedding).expect("it has string keys"));
            let walks = open.follower.as_ref().and_then(Follower::walks_because);
            all.insert("following".to_owned(), json!(open.follower.is_some()));
            all.insert("walks_because".to_owned(), json!(walks));
            Ok(serde_json::to_vec(&all).expect("it has string keys"))
        })?;
        let stats = loads(py, text)?;
        stats.set_item("memory", crate::memory::memory(py)?)?;
        Ok(stats)
    }

    /// Closes it: what is pending is written, the store is free for others. Later calls raise `ClosedError`; calls that go on
    /// end first.
    fn close(&self, py: Python<'_>) {
        let open = self.open.write().unwrap_or_else(PoisonError::into_inner).take();
        py.detach(|| drop(open));
    }

    /// Whether it was closed.
    #[getter]
    fn closed(&self) -> bool {
        self.open.read().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    fn __repr__(&self) -> String {
        format!("<RustAnalyzer {} at {}{}>", self.name, self.root.display(), if self.closed() { ", closed" } else { "" })
    }
}

impl RustAnalyzer {
    fn opened(&self) -> PyResult<Arc<Open>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.clone().ok_or_else(|| ClosedError::new_err(format!("the project at {} was closed; open it again", self.root.display())))
    }

    fn change(&self, py: Python<'_>, change: Change) -> PyResult<String> {
        let open = self.opened()?;
        run(py, &Cancellation::default(), move |_| {
            open.handle.write(|index| index.apply(change))??;
            open.handle.read(|snapshot| Ok(snapshot.revision().to_owned()))
        })
    }

    fn query(&self, py: Python<'_>, query: String, bounds: Bounds, cancel: Option<Cancellation>) -> PyResult<Table> {
        let open = self.opened()?;
        let cancel = cancel.unwrap_or_default();
        let options = bounds.options(&cancel);
        let answer = run(py, &cancel, move |cancel| {
            open.catch_up()?;
            open.handle.read(|snapshot| cancel.while_asking(snapshot.canceller(), || snapshot.sql(&query, &options)))
        })?;
        Ok(Table::new(answer))
    }
}

/// What a query may take.
pub(crate) struct Bounds {
    rows: usize,
    time: Duration,
    /// Without it, the usual.
    memory: Option<usize>,
    flow: bool,
}

impl Bounds {
    pub(crate) fn new(py: Python<'_>, max_rows: Option<usize>, timeout: Option<f64>, flow: bool) -> PyResult<Self> {
        let usual = leindex_queries::export::Limits::default();
        let time = match timeout {
            Some(seconds) => Duration::try_from_secs_f64(seconds)
                .map_err(|_| bad_request(py, format!("the timeout {seconds} is no time; give seconds, above 0")))?,
            None => usual.time,
        };
        Ok(Self { rows: max_rows.unwrap_or(usual.rows), time, memory: None, flow })
    }

    pub(crate) fn options(&self, cancel: &Cancellation) -> SqlOptions {
        let mut options = SqlOptions { flow: self.flow, cancelled: cancel.flag(), ..SqlOptions::default() };
        options.limits.rows = self.rows;
        options.limits.time = self.time;
        if let Some(memory) = self.memory {
            options.limits.memory = memory;
        }
        options
    }
}

/// The question that a verb and its arguments stand for.
pub(crate) fn question(py: Python<'_>, verb: &str, arguments: Option<Bound<'_, PyAny>>) -> PyResult<Question> {
    let refused = |problem: String| bad_request(py, format!("{}: {problem}", verb.chars().take(100).collect::<String>()));
    let arguments = arguments.unwrap_or_else(|| PyDict::new(py).into_any());
    let text =
        dumps(py, &arguments).map_err(|error| refused(format!("arguments are texts, numbers and lists of them ({})", error.value(py))))?;
    let mut arguments: Map<String, Value> =
        serde_json::from_str(&text).map_err(|_| refused("arguments are given by name, and texts are Unicode".to_owned()))?;
    arguments.insert("verb".to_owned(), Value::String(verb.to_owned()));
    let question: Question = serde_json::from_value(Value::Object(arguments)).map_err(|error| refused(in_words(&error.to_string())))?;
    match question.problem() {
        Some(problem) => Err(refused(problem)),
        None => Ok(question),
    }
}

/// A message about types without Rust's names for them.
fn in_words(message: &str) -> String {
    let mut words = message.to_owned();
    for (ours, plain) in [
        ("usize", "a whole number from 0"),
        ("u32", "a whole number from 0"),
        ("unknown variant", "there is no"),
        ("unknown field", "there is no argument"),
        ("missing field", "it needs the argument"),
    ] {
        words = words.replace(ours, plain);
    }
    words
}

fn table_named(py: Python<'_>, name: &str) -> PyResult<TableName> {
    let all = TableName::ALL;
    TableName::named(name).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|table| table.as_str()).collect();
        bad_request(py, format!("there is no table `{name}`; there are {}", names.join(", ")))
    })
}
