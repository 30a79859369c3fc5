//! An export: a folder of Parquet files, made beside the one that it replaces and renamed into its place last.
//!
//! A table's rows are in shards, of which an export takes over from the one before those whose digest is the same, by hard
//! links. What goes into a digest is for the caller to say: everything that the rows depend on.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use arrow::datatypes::{DataType, SchemaRef};
use arrow::record_batch::RecordBatch;
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::schema::{Table, with_views};
use crate::error::Error;

/// The file that makes a folder an export.
pub const MANIFEST: &str = "leindex-export.json";
/// The version of the layout.
pub const FORMAT: u32 = 1;
/// Rows of a row group: what a writer holds in memory is a group of encoded columns.
const ROW_GROUP: usize = 1 << 16;
/// What a value of a partition may hold as it is, beside letters and digits.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What an export holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the layout.
    pub format: u32,
    /// What made it.
    pub created_by: String,
    /// Rows of all projects by table. What is not in it, no project has.
    pub tables: BTreeMap<String, u64>,
    /// By name.
    pub projects: BTreeMap<String, ExportedProject>,
}

/// A project in an export.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ExportedProject {
    /// Its folder.
    pub root: String,
    /// The state of its files.
    pub revision: String,
    /// Its tables, by name.
    pub tables: BTreeMap<String, Vec<ExportedShard>>,
}

/// A file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedShard {
    /// Its number.
    pub number: u32,
    /// Digest of what its rows depend on, in hexadecimal.
    pub digest: String,
    /// Its rows.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
}

/// An export that is being made. Dropped before [`finish`](Self::finish), it leaves the one before as it was.
#[derive(Debug)]
pub struct Exporter {
    target: PathBuf,
    made: tempfile::TempDir,
    before: Manifest,
    manifest: Mutex<Manifest>,
    revision: String,
    /// Held for as long as the export is being made.
    _lock: Lock,
}

/// A shard that is to be made, unless it is there.
#[derive(Debug)]
pub enum Shard {
    /// The export before has it.
    Linked,
    /// It has to be written.
    New(Box<ShardWriter>),
}

/// Writes the rows of a shard.
#[derive(Debug)]
pub struct ShardWriter {
    writer: ArrowWriter<BufWriter<File>>,
    path: PathBuf,
    project: String,
    table: Table,
    shard: ExportedShard,
}

impl Exporter {
    /// Begins an export of some projects (names and folders) to a folder, which need not exist. Other projects of an
    /// export that is there stay in it.
    ///
    /// # Errors
    ///
    /// When the folder holds something else, an export of a project of the same name from elsewhere, or is being
    /// exported to; when it cannot be written beside.
    pub fn begin(folder: &Path, revision: &str, projects: &[(&str, &str)]) -> Result<Self, Error> {
        let absolute = std::path::absolute(folder).map_err(Error::io(folder))?;
        // A link is followed, so that the export takes the place of the folder and not of the link.
        let target = absolute.canonicalize().unwrap_or(absolute);
        let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
            return Err(Error::Export { path: target, message: "it has no folder around it; name a folder in another".into() });
        };
        fs::create_dir_all(parent).map_err(Error::io(parent))?;
        let beside = |what: &str| parent.join(format!(".{}.leindex-{what}", name.to_string_lossy()));
        let lock = Lock::take(beside("lock"), &target)?;
        restore(&beside("old"), &target)?;
        let before = manifest(&target)?;
        for &(name, root) in projects {
            if let Some(other) = before.projects.get(name).filter(|other| other.root != root) {
                let message = format!("it holds the project `{name}` of {}; choose another folder", other.root);
                return Err(Error::Export { path: target, message });
            }
        }
        let made = tempfile::Builder::new().prefix(&format!(".{}.leindex-new-", name.to_string_lossy())).tempdir_in(parent);
        let made = made.map_err(Error::io(parent))?;
        let mut manifest =
            Manifest { format: FORMAT, created_by: created_by(), tables: BTreeMap::new(), projects: before.projects.clone() };
        for &(name, root) in projects {
            let project = ExportedProject { root: root.to_owned(), revision: revision.to_owned(), tables: BTreeMap::new() };
            manifest.projects.insert(name.to_owned(), project);
        }
        let of = Self { target, made, before, manifest: Mutex::default(), revision: revision.to_owned(), _lock: lock };
        for (name, project) in manifest.projects.iter().filter(|(name, _)| projects.iter().all(|(other, _)| other != name)) {
            for (table, shards) in &project.tables {
                for shard in shards {
                    let place = place(table, name, &project.revision, shard.number);
                    of.link(&place, &place)?;
                }
            }
        }
        *of.manifest.lock().unwrap_or_else(PoisonError::into_inner) = manifest;
        Ok(of)
    }

    /// A shard of a table: taken from the export before if it is there with this digest, else to be written. May be
    /// called from several threads.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn shard(&self, project: &str, table: Table, number: u32, digest: &[u8; 32], schema: SchemaRef) -> Result<Shard, Error> {
        let digest = blake3::Hash::from_bytes(*digest).to_hex().to_string();
        let place_now = place(table.as_str(), project, &self.revision, number);
        if let Some(of) = self.before.projects.get(project)
            && let Some(shard) = of.tables.get(table.as_str()).and_then(|shards| shards.iter().find(|shard| shard.number == number))
            && shard.digest == digest
        {
            let old = place(table.as_str(), project, &of.revision, number);
            // A file that somebody took away or changed is written again.
            if fs::metadata(self.target.join(&old)).is_ok_and(|found| found.is_file() && found.len() == shard.bytes) {
                self.link(&old, &place_now)?;
                self.add(project, table, shard.clone());
                return Ok(Shard::Linked);
            }
        }
        let path = self.made.path().join(&place_now);
        let file = self.parents_made(&path).and_then(|()| File::create_new(&path));
        let file = BufWriter::with_capacity(1 << 18, file.map_err(|error| self.failed(&error))?);
        let mut properties = properties(table, &schema);
        // Rows come with views; readers are told of texts.
        add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(file, with_views(&schema), options).map_err(|error| self.failed(&error))?;
        let shard = ExportedShard { number, digest, rows: 0, bytes: 0 };
        Ok(Shard::New(Box::new(ShardWriter { writer, path, project: project.to_owned(), table, shard })))
    }

    /// Writes rows of a shard.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    pub fn write(&self, shard: &mut ShardWriter, rows: &RecordBatch) -> Result<(), Error> {
        shard.shard.rows += rows.num_rows() as u64;
        shard.writer.write(rows).map_err(|error| self.failed(&error))
    }

    /// Ends a shard.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn end(&self, shard: ShardWriter) -> Result<u64, Error> {
        let ShardWriter { writer, path, project, table, mut shard } = shard;
        let mut file = writer.into_inner().map_err(|error| self.failed(&error))?;
        file.flush().map_err(|error| self.failed(&error))?;
        shard.bytes = fs::metadata(&path).map_err(|error| self.failed(&error))?.len();
        let rows = shard.rows;
        self.add(&project, table, shard);
        Ok(rows)
    }

    /// Puts the export in its place.
    ///
    /// # Errors
    ///
    /// When a folder cannot be renamed; the export before is then in its place.
    pub fn finish(self) -> Result<Manifest, Error> {
        let mut manifest = std::mem::take(&mut *self.manifest.lock().unwrap_or_else(PoisonError::into_inner));
        for (table, shards) in manifest.projects.values_mut().flat_map(|project| &mut project.tables) {
            shards.sort_by_key(|shard| shard.number);
            *manifest.tables.entry(table.clone()).or_default() += shards.iter().map(|shard| shard.rows).sum::<u64>();
        }
        let text = serde_json::to_vec_pretty(&manifest).map_err(|error| self.failed(&error))?;
        fs::write(self.made.path().join(MANIFEST), text).map_err(|error| self.failed(&error))?;
        let parent = self.target.parent().unwrap_or(&self.target);
        let name = self.target.file_name().unwrap_or_default().to_string_lossy();
        let old = parent.join(format!(".{name}.leindex-old"));
        open_to_readers(self.made.path()).map_err(|error| self.failed(&error))?;
        let replaces = self.target.exists();
        if replaces {
            fs::rename(&self.target, &old).map_err(|error| self.failed(&error))?;
        }
        if let Err(error) = fs::rename(self.made.path(), &self.target) {
            if replaces {
                fs::rename(&old, &self.target).map_err(|error| self.failed(&error))?;
            }
            return Err(self.failed(&error));
        }
        // Nothing is lost if it stays: the next export takes it away.
        let _ = fs::remove_dir_all(&old);
        Ok(manifest)
    }

    fn add(&self, project: &str, table: Table, shard: ExportedShard) {
        let mut manifest = self.manifest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(project) = manifest.projects.get_mut(project) {
            project.tables.entry(table.as_str().to_owned()).or_default().push(shard);
        }
    }

    /// Takes over a file of the export before.
    fn link(&self, old: &Path, new: &Path) -> Result<(), Error> {
        let (old, new) = (self.target.join(old), self.made.path().join(new));
        let linked = self.parents_made(&new).and_then(|()| match fs::hard_link(&old, &new) {
            // Some file systems have no hard links.
            Err(_) => fs::copy(&old, &new).map(drop),
            linked => linked,
        });
        linked.map_err(|error| self.failed(&error))
    }

    fn parents_made(&self, path: &Path) -> io::Result<()> {
        path.parent().map_or(Ok(()), fs::create_dir_all)
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Error {
        Error::Export {
            path: self.target.clone(),
            message: format!("{error}; free space or check the permissions; what was there before is whole"),
        }
    }
}

/// How the columns of a table are written.
fn properties(table: Table, schema: &SchemaRef) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_created_by(created_by());
    for field in schema.fields() {
        let path = || ColumnPath::from(field.name().as_str());
        match (field.data_type(), field.name().as_str()) {
            // Numbers that go up and down a little: smaller and made sooner than with a dictionary.
            (DataType::UInt32, _) => {
                properties =
                    properties.set_column_dictionary_enabled(path(), false).set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED);
            }
            // Few values come twice.
            (DataType::UInt64, "id") => properties = properties.set_column_dictionary_enabled(path(), false),
            (DataType::Utf8, "text") if table == Table::FlowNodes => {
                properties = properties.set_column_dictionary_enabled(path(), false);
            }
            // Parts of vectors are as good as noise.
            (DataType::FixedSizeList(item, _), name) => {
                let path = || ColumnPath::new([name, "list", item.name().as_str()].map(str::to_owned).to_vec());
                properties = properties
                    .set_column_dictionary_enabled(path(), false)
                    .set_column_statistics_enabled(path(), EnabledStatistics::None)
                    .set_column_compression(path(), Compression::UNCOMPRESSED);
            }
            _ => {}
        }
    }
    properties.build()
}

/// The path of a shard in an export.
pub fn place(table: &str, project: &str, revision: &str, number: u32) -> PathBuf {
    let value = |text: &str| utf8_percent_encode(text, &PLAIN).to_string();
    PathBuf::from(table)
        .join(format!("project={}", value(project)))
        .join(format!("revision={}", value(revision)))
        .join(format!("part-{number:02}.parquet"))
}

/// What a folder holds of exports: nothing if it is empty or not there.
fn manifest(folder: &Path) -> Result<Manifest, Error> {
    let refused = |message: String| Err(Error::Export { path: folder.to_owned(), message });
    match fs::read(folder.join(MANIFEST)) {
        Ok(bytes) => match serde_json::from_slice::<Manifest>(&bytes) {
            Ok(found) if found.format > FORMAT => {
                refused(format!("it was made by {}, which is newer; choose another folder", found.created_by))
            }
            Ok(found) => Ok(found),
            Err(error) => refused(format!("its {MANIFEST} cannot be read ({error}); remove the folder or choose another")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::read_dir(folder) {
            Ok(mut entries) => match entries.next() {
                Some(_) => refused("it is not empty and no export; choose a new or empty folder".into()),
                None => Ok(Manifest::default()),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Manifest::default()),
            Err(error) => refused(format!("{error}; choose a folder")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => refused("it is a file; choose a folder".into()),
        Err(error) => Err(Error::io(folder)(error)),
    }
}

/// Brings back what an export had put aside when it was killed between two renames, or takes it away.
fn restore(old: &Path, target: &Path) -> Result<(), Error> {
    if !old.exists() {
        return Ok(());
    }
    let restored = if target.exists() { fs::remove_dir_all(old) } else { fs::rename(old, target) };
    restored.map_err(Error::io(old))
}

/// Temporary folders are their owner's alone; an export is what others read.
#[cfg(unix)]
fn open_to_readers(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // As the folders inside were made: by the mask of the process.
    let inside = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).find(|path| path.is_dir());
    let mode = inside.map_or(Ok(0o755), |path| fs::metadata(path).map(|found| found.permissions().mode()))?;
    fs::set_permissions(folder, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn open_to_readers(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The time, in microseconds since 1970.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

fn created_by() -> String {
    format!("leindex {}", env!("CARGO_PKG_VERSION"))
}

/// A lock file, taken away when it is let go.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    fn take(path: PathBuf, target: &Path) -> Result<Self, Error> {
        let file = File::create(&path).map_err(Error::io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(Error::Export { path: target.to_owned(), message: "another export to it is going on; wait for its end".into() })
            }
            Err(TryLockError::Error(error)) => Err(Error::io(&path)(error)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
