//! The table `projects`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, ListBuilder, StringBuilder, TimestampMicrosecondArray};
use leindex_db::history::head;
use leindex_db::{Root, Workspace};

use super::rows::{FileRows, optional_texts, same, texts};
use crate::index::describe::project_of;
use crate::index::world::World;

pub(super) struct ProjectRows<'w> {
    world: World<'w>,
    revision: &'w str,
    root: Option<Root>,
    /// Microseconds since 1970.
    now: i64,
}

impl<'w> ProjectRows<'w> {
    pub(super) fn of(world: World<'w>, revision: &'w str, unit: usize, now: i64) -> Self {
        let root = Workspace::get(world.db).roots(world.db).get(unit).copied();
        Self { world, revision, root, now }
    }

    fn roots(&self, rows: &[u32]) -> impl Iterator<Item = Root> {
        rows.iter().filter_map(|_| self.root)
    }

    fn languages(&self, root: Root) -> BTreeSet<&'static str> {
        let db = self.world.db;
        let entries = root.directories(db).iter().flat_map(|directory| directory.entries(db));
        let analysed = entries.filter(|entry| entry.skip.is_none());
        analysed.filter_map(|entry| db.languages().config(entry.dialect).map(|config| config.name)).collect()
    }
}

impl FileRows for ProjectRows<'_> {
    fn count(&self) -> usize {
        usize::from(self.root.is_some())
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        let db = self.world.db;
        match name {
            "root" => texts(self.roots(rows).map(|root| root.path(db))),
            "kind" => texts(self.roots(rows).map(|root| if root.prefix(db).is_empty() { "project" } else { "root" })),
            "languages" => {
                let field = arrow::datatypes::Field::new_list_field(arrow::datatypes::DataType::Utf8, false);
                let mut lists = ListBuilder::new(StringBuilder::new()).with_field(field);
                for root in self.roots(rows) {
                    self.languages(root).into_iter().for_each(|language| lists.values().append_value(language));
                    lists.append(true);
                }
                Arc::new(lists.finish())
            }
            "commit" => optional_texts(self.roots(rows).map(|root| head(Path::new(root.path(db))).ok().flatten())),
            "indexed_at" => Arc::new(TimestampMicrosecondArray::from_value(self.now, rows.len()).with_timezone("UTC")),
            "project" => texts(self.roots(rows).map(|root| project_of(db, root.prefix(db)))),
            _ => same(self.revision, rows.len()),
        }
    }
}
