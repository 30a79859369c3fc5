//! The tables of an exported folder.
//!
//! `FOLDER/<table>/project=<p>/revision=<r>/*.parquet`, with `FOLDER/leindex-export.json` to say that this is one. Nothing
//! outside the folder is read, whatever links lie in it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use arrow::datatypes::{DataType, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{ScanArgs, ScanResult, Session, TableProvider};
use datafusion::common::Result as PlanResult;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde::Deserialize;

use super::export::{FORMAT, MANIFEST, Manifest};
use super::failure::from_source;
use super::schema::{Table, with_views};
use crate::Error;

/// What the path of a URL may hold as it is, beside letters and digits.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'_').remove(b'-').remove(b'~');

/// What every manifest begins with.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// An exported folder.
#[derive(Debug)]
pub(super) struct Export {
    /// Canonical.
    folder: PathBuf,
    tables: Vec<Table>,
    dimension: usize,
}

impl Export {
    /// Looks what a folder has. Reads the manifest and the footer of one file.
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        let not = |message: String| Error::NotAnExport { path: folder.to_path_buf(), message };
        let folder = fs::canonicalize(folder).map_err(Error::io(folder))?;
        if folder.to_str().is_none() {
            return Err(not("its path is not UTF-8, which the query engine asks for; rename it".to_owned()));
        }
        let manifest = match fs::read(folder.join(MANIFEST)) {
            Ok(manifest) => manifest,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(not(format!("it has no {MANIFEST}; write one with `export`, or pass the folder that was given to it")));
            }
            Err(error) => return Err(Error::Io { path: folder.join(MANIFEST), source: error }),
        };
        let unread = |error| not(format!("{MANIFEST} cannot be read ({error}); export anew"));
        // Of another format, nothing else may be where this version looks for it.
        let Format { format } = serde_json::from_slice(&manifest).map_err(unread)?;
        if format != FORMAT {
            let advice = if format > FORMAT { "update leindex, or export anew with this version" } else { "export anew" };
            return Err(not(format!("its format is {format}, this version reads {FORMAT}; {advice}")));
        }
        let manifest: Manifest = serde_json::from_slice(&manifest).map_err(unread)?;
        let tables: Vec<Table> = Table::ALL.into_iter().filter(|table| manifest.tables.contains_key(table.as_str())).collect();
        let mut export = Self { folder, tables, dimension: 1 };
        if export.tables.contains(&Table::Embeddings)
            && let Some(file) = export.files(Table::Embeddings)?.first()
            && let Ok(DataType::FixedSizeList(_, dimension)) =
                schema_of(file)?.field_with_name("vector").map(arrow::datatypes::Field::data_type)
        {
            export.dimension = usize::try_from(*dimension).unwrap_or(1);
        }
        Ok(export)
    }

    pub(super) fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Dimensions of the vectors; 1 if there are none.
    pub(super) const fn dimension(&self) -> usize {
        self.dimension
    }

    /// A table of it.
    pub(super) fn table(self: &Arc<Self>, table: Table) -> PlanResult<ExportedTable> {
        let url = ListingTableUrl::parse(url(&self.folder.join(table.as_str())))?;
        let partitions = ["project", "revision"].map(|name| (name.to_owned(), DataType::Utf8)).to_vec();
        let options =
            ListingOptions::new(Arc::new(ParquetFormat::new())).with_file_extension(".parquet").with_table_partition_cols(partitions);
        let schema = with_views(&table.file_schema(self.dimension));
        let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
        let listing = ListingTable::try_new(config)?;
        Ok(ExportedTable { export: Arc::clone(self), table, listing, checked: OnceLock::new() })
    }

    /// The files of a table, in order. A link that leads out of the folder is an error.
    fn files(&self, table: Table) -> Result<Vec<PathBuf>, Error> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.join(table.as_str())];
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::io(&folder)(error)),
            };
            for entry in entries {
                let path = entry.map_err(Error::io(&folder))?.path();
                let target = fs::canonicalize(&path).map_err(Error::io(&path))?;
                if !target.starts_with(&self.folder) {
                    let message = format!("{} leads to a place outside it, which is not read; export anew", path.display());
                    return Err(Error::NotAnExport { path: self.folder.clone(), message });
                }
                if target.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "parquet") {
                    files.push(path);
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// Whether every file of a table lies in the folder and has the columns that it has to have.
    fn check(&self, table: Table) -> Result<(), Error> {
        let wanted = table.file_schema(self.dimension);
        for file in self.files(table)? {
            let found = schema_of(&file)?;
            let wrong = wanted.fields().iter().find_map(|field| match found.field_with_name(field.name()) {
                Ok(found) if found.data_type() == field.data_type() => None,
                Ok(found) => Some(format!("column `{}` is {}, not {}", field.name(), found.data_type(), field.data_type())),
                Err(_) => Some(format!("column `{}` is missing", field.name())),
            });
            if let Some(wrong) = wrong {
                let message = format!("{} is not a file of `{}`: {wrong}; export anew", file.display(), table.as_str());
                return Err(Error::NotAnExport { path: self.folder.clone(), message });
            }
        }
        Ok(())
    }
}

fn schema_of(file: &Path) -> Result<SchemaRef, Error> {
    let opened = File::open(file).map_err(Error::io(file))?;
    let metadata = ArrowReaderMetadata::load(&opened, ArrowReaderOptions::default());
    let metadata = metadata.map_err(|error| Error::NotAnExport {
        path: file.to_path_buf(),
        message: format!("it is not a Parquet file ({error}); export anew"),
    })?;
    Ok(Arc::new(Schema::new(metadata.schema().fields().clone())))
}

/// A folder as a URL, so that no character of its name is taken for a pattern.
fn url(folder: &Path) -> String {
    format!("file://{}/", percent_encode(folder.as_os_str().as_encoded_bytes(), &PLAIN))
}

/// A table of an export. Its files are checked when it is first read.
#[derive(Debug)]
pub(super) struct ExportedTable {
    export: Arc<Export>,
    table: Table,
    listing: ListingTable,
    checked: OnceLock<()>,
}

#[async_trait]
impl TableProvider for ExportedTable {
    fn schema(&self) -> SchemaRef {
        self.listing.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> PlanResult<Vec<TableProviderFilterPushDown>> {
        self.listing.supports_filters_pushdown(filters)
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> PlanResult<Arc<dyn ExecutionPlan>> {
        let projection = projection.map(Vec::as_slice);
        let wanted = ScanArgs::default().with_projection(projection).with_filters(Some(filters)).with_limit(limit);
        Ok(self.scan_with_args(state, wanted).await?.into_inner())
    }

    async fn scan_with_args<'a>(&self, state: &dyn Session, wanted: ScanArgs<'a>) -> PlanResult<ScanResult> {
        if self.checked.get().is_none() {
            self.export.check(self.table).map_err(|error| from_source(Box::new(error)))?;
            self.checked.get_or_init(|| ());
        }
        self.listing.scan_with_args(state, wanted).await
    }
}
