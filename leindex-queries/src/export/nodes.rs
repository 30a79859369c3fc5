//! The table `nodes`.

use std::cell::OnceCell;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, FixedSizeBinaryArray, UInt16Array, UInt32Array, UInt64Array};

use super::all_nodes::{AllNodes, NodeRecord};
use super::rows::{FileRows, optional_texts, same, texts};
use super::symbol_ids::symbol_ids;
use crate::index::describe::{project_of, qualified_name};
use crate::index::world::World;
use crate::items::descriptor::descriptor;
use crate::items::docs;
use crate::languages::LanguageConfig;
use crate::names::files::{SourceFile, Symbol, file_config};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::SymbolRow;

pub(super) struct NodeRows<'w> {
    world: World<'w>,
    file: SourceFile<'w>,
    config: &'static LanguageConfig,
    all: &'w AllNodes,
    place: u32,
    /// Read for the columns that [`AllNodes`] does not have.
    rows: OnceCell<Option<Arc<IndexedRows>>>,
    path: &'w str,
    revision: &'w str,
}

impl<'w> NodeRows<'w> {
    pub(super) fn of(world: World<'w>, revision: &'w str, file: SourceFile<'w>) -> Option<Self> {
        let config = file_config(world.db, file)?;
        let place = *world.live.positions.get(&file)?;
        Some(Self { world, file, config, all: world.all_nodes(), place, rows: OnceCell::new(), path: file.path(world.db), revision })
    }

    fn nodes(&self, rows: &[u32]) -> impl Iterator<Item = &'w NodeRecord> {
        let nodes = self.all.nodes(self.place);
        rows.iter().filter_map(move |&row| nodes.get(row as usize))
    }

    fn numbers(&self, rows: &[u32], of: impl Fn(&NodeRecord) -> u32) -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(self.nodes(rows).map(of)))
    }

    /// Numbers of what has code of its own.
    fn of_code(&self, rows: &[u32], of: impl Fn(&NodeRecord) -> u32) -> ArrayRef {
        Arc::new(self.nodes(rows).map(|node| node.has_code.then(|| of(node))).collect::<UInt32Array>())
    }

    fn truths(&self, rows: &[u32], of: impl Fn(&NodeRecord) -> bool) -> ArrayRef {
        Arc::new(self.nodes(rows).map(|node| Some(of(node))).collect::<BooleanArray>())
    }

    /// Something of the file's own rows.
    fn read<T>(&self, rows: &[u32], of: impl Fn(&IndexedRows, u32, &SymbolRow) -> T) -> Vec<T> {
        let Some(all) = self.rows.get_or_init(|| self.world.rows(self.file)) else { return Vec::new() };
        rows.iter().filter_map(|&row| Some(of(all, row, &all.symbol(row)?))).collect()
    }
}

impl FileRows for NodeRows<'_> {
    fn count(&self) -> usize {
        self.all.nodes(self.place).len()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        let db = self.world.db;
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        match name {
            "id" => {
                let ids = symbol_ids(db, self.file);
                Arc::new(UInt64Array::from_iter_values(rows.iter().filter_map(|&row| ids.get(row as usize).copied())))
            }
            "parent" => {
                let ids = symbol_ids(db, self.file);
                let parent = |(&row, node): (&u32, &NodeRecord)| if row == 0 { None } else { ids.get(node.parent as usize).copied() };
                Arc::new(rows.iter().zip(self.nodes(rows)).map(parent).collect::<UInt64Array>())
            }
            "symbol" => {
                let project = project_of(db, self.path);
                texts(self.read(rows, |of, row, _| format!("{project} {} {}", self.path, descriptor(of, row))).iter())
            }
            "path" => same(self.path, rows.len()),
            "language" => same(self.config.name, rows.len()),
            "kind" => texts(self.nodes(rows).map(|node| node.kind.as_str())),
            "name" => texts(self.nodes(rows).map(|node| self.all.name(self.place, node))),
            "qualified_name" => {
                let name = |of: &IndexedRows, index, row: &SymbolRow| {
                    qualified_name(self.world, Symbol::new(db, self.file, row.identity()), of, index)
                };
                texts(self.read(rows, name).iter())
            }
            "signature" => texts(self.read(rows, |of, _, row| of.str(row.signature).to_owned()).iter()),
            "doc" => optional_texts(self.read(rows, |of, _, row| filled(of.str(row.doc))).into_iter()),
            "summary" => optional_texts(self.read(rows, |of, _, row| filled(&docs::summary(of.str(row.doc)))).into_iter()),
            "start_line" => self.numbers(rows, |node| node.start_line),
            "end_line" => self.numbers(rows, |node| node.end_line),
            "name_line" => self.numbers(rows, |node| node.name_line),
            "start_byte" => self.numbers(rows, |node| node.start),
            "end_byte" => self.numbers(rows, |node| node.end),
            "parameters" => {
                let counted = self.nodes(rows).map(|node| node.kind.is_callable().then_some(node.parameters));
                Arc::new(counted.collect::<UInt16Array>())
            }
            "statements" => self.of_code(rows, |node| node.statements),
            "lines" => self.numbers(rows, |node| node.end_line.saturating_sub(node.start_line) + 1),
            "cyclomatic" => self.of_code(rows, |node| node.cyclomatic),
            "cognitive" => self.of_code(rows, |node| node.cognitive),
            "nesting" => Arc::new(self.nodes(rows).map(|node| node.has_code.then_some(node.nesting)).collect::<UInt16Array>()),
            "body_hash" => {
                let hashes = FixedSizeBinaryArray::try_from_iter(self.nodes(rows).map(|node| node.body_hash));
                Arc::new(hashes.unwrap_or_else(|_| FixedSizeBinaryArray::new_null(16, 0)))
            }
            "is_test" => self.truths(rows, |node| node.is_test),
            "is_exported" => self.truths(rows, |node| node.is_exported),
            "project" => same(project_of(db, self.path), rows.len()),
            _ => same(self.revision, rows.len()),
        }
    }
}
