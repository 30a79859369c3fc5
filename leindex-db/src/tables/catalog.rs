//! Which tables a session has.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider, SchemaProvider,
    TableProvider,
};
use datafusion::common::Result;
use datafusion::datasource::empty::EmptyTable;
use datafusion::execution::SessionState;
use datafusion::execution::session_state::SessionStateBuilder;

use super::schema::Table;
use super::views::{Definition, VIEWS, View};

/// The catalog and schema that names without one are in.
pub(super) const CATALOG: &str = "leindex";
pub(super) const SCHEMA: &str = "public";

/// Tables, and views over them that are planned when first named.
#[derive(Debug)]
pub(super) struct Tables {
    tables: BTreeMap<&'static str, Arc<dyn TableProvider>>,
    views: [OnceLock<Arc<View>>; VIEWS.len()],
    base: SessionState,
    dimension: usize,
}

impl Tables {
    /// `base` is what views are planned in. Vectors have so many dimensions.
    pub(super) fn new(tables: BTreeMap<&'static str, Arc<dyn TableProvider>>, base: SessionState, dimension: usize) -> Self {
        Self { tables, views: Default::default(), base, dimension }
    }

    /// All names, tables first.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.tables.keys().copied().chain(VIEWS.iter().map(|view| view.name))
    }

    async fn view(&self, definition: &'static Definition, known: &OnceLock<Arc<View>>) -> Result<Arc<View>> {
        if let Some(view) = known.get() {
            return Ok(Arc::clone(view));
        }
        // A table that an export lacks has no rows for a view.
        let tables = MemorySchemaProvider::new();
        for table in Table::ALL {
            let known = self.tables.get(table.as_str()).cloned();
            let provider = known.unwrap_or_else(|| Arc::new(EmptyTable::new(table.schema(self.dimension))));
            tables.register_table(table.as_str().to_owned(), provider)?;
        }
        let builder = SessionStateBuilder::new_from_existing(self.base.clone());
        let state = builder.with_catalog_list(catalogs(Arc::new(tables))?).build();
        let view = Arc::new(definition.view(&state, self.dimension).await?);
        Ok(Arc::clone(known.get_or_init(|| view)))
    }
}

#[async_trait]
impl SchemaProvider for Tables {
    fn table_names(&self) -> Vec<String> {
        self.names().map(str::to_owned).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if let Some(table) = self.tables.get(name) {
            return Ok(Some(Arc::clone(table)));
        }
        match VIEWS.iter().zip(&self.views).find(|(view, _)| view.name == name) {
            Some((view, known)) => Ok(Some(self.view(view, known).await?)),
            None => Ok(None),
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }
}

/// A list of catalogs with one schema.
pub(super) fn catalogs(schema: Arc<dyn SchemaProvider>) -> Result<Arc<dyn CatalogProviderList>> {
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema(SCHEMA, schema)?;
    let catalogs = MemoryCatalogProviderList::new();
    catalogs.register_catalog(CATALOG.to_owned(), Arc::new(catalog));
    Ok(Arc::new(catalogs))
}
