//! The table `nodes`.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, FixedSizeBinaryArray, UInt16Array, UInt32Array, UInt64Array};

use super::rows::{FileRows, optional_texts, same, texts};
use super::symbol_ids::symbol_ids;
use crate::index::describe::{is_test, name_in_file, project_of, qualified_name};
use crate::index::world::World;
use crate::items::descriptor::descriptor;
use crate::items::docs;
use crate::languages::LanguageConfig;
use crate::names::files::{SourceFile, Symbol, file_config};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::{SymbolFlags, SymbolRow};

pub(super) struct NodeRows<'w> {
    world: World<'w>,
    file: SourceFile<'w>,
    config: &'static LanguageConfig,
    rows: Arc<IndexedRows>,
    path: &'w str,
    revision: &'w str,
}

impl<'w> NodeRows<'w> {
    pub(super) fn of(world: World<'w>, revision: &'w str, file: SourceFile<'w>) -> Option<Self> {
        let config = file_config(world.db, file)?;
        Some(Self { world, file, config, rows: world.rows(file)?, path: file.path(world.db), revision })
    }

    fn numbers(&self, rows: &[u32], of: impl Fn(&SymbolRow) -> u32) -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(self.symbols(rows).map(|(_, row)| of(&row))))
    }

    /// Numbers of what has code of its own.
    fn of_code(&self, rows: &[u32], of: impl Fn(&SymbolRow) -> u32) -> ArrayRef {
        Arc::new(self.symbols(rows).map(|(_, row)| has_code(&row).then(|| of(&row))).collect::<UInt32Array>())
    }

    fn symbols(&self, rows: &[u32]) -> impl Iterator<Item = (u32, SymbolRow)> {
        rows.iter().filter_map(|&row| Some((row, self.rows.symbol(row)?)))
    }
}

/// Whether code runs that belongs to the symbol itself: functions with a body, types and modules by what stands in them
/// outside functions.
fn has_code(row: &SymbolRow) -> bool {
    row.kind.is_type() || row.kind.is_module() || crate::graph::dependency::is_function(row)
}

fn small(value: u32) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

impl FileRows for NodeRows<'_> {
    fn count(&self) -> usize {
        self.rows.count::<SymbolRow>() as usize
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        let db = self.world.db;
        let of = &self.rows;
        match name {
            "id" | "parent" => {
                let ids = symbol_ids(db, self.file);
                let id = |row: u32| ids.get(row as usize).copied();
                match name {
                    "id" => Arc::new(UInt64Array::from_iter_values(rows.iter().filter_map(|&row| id(row)))),
                    _ => {
                        let parents = self.symbols(rows).map(|(row, symbol)| if row == 0 { None } else { id(symbol.parent) });
                        Arc::new(parents.collect::<UInt64Array>())
                    }
                }
            }
            "symbol" => {
                let project = project_of(db, self.path);
                texts(rows.iter().map(|&row| format!("{project} {} {}", self.path, descriptor(of, row))))
            }
            "path" => same(self.path, rows.len()),
            "language" => same(self.config.name, rows.len()),
            "kind" => texts(self.symbols(rows).map(|(_, row)| row.kind.as_str())),
            "name" => texts(self.symbols(rows).map(|(index, row)| name_in_file(of, index, &row, self.path))),
            "qualified_name" => texts(
                self.symbols(rows).map(|(index, row)| qualified_name(self.world, Symbol::new(db, self.file, row.identity()), of, index)),
            ),
            "signature" => texts(self.symbols(rows).map(|(_, row)| of.str(row.signature))),
            "doc" => optional_texts(self.symbols(rows).map(|(_, row)| Some(of.str(row.doc)).filter(|doc| !doc.is_empty()))),
            "summary" => optional_texts(
                self.symbols(rows).map(|(_, row)| Some(docs::summary(of.str(row.doc))).filter(|summary| !summary.is_empty())),
            ),
            "start_line" => self.numbers(rows, |row| row.start_line),
            "end_line" => self.numbers(rows, |row| row.end_line),
            "name_line" => self.numbers(rows, |row| row.name_line),
            "start_byte" => self.numbers(rows, |row| row.start),
            "end_byte" => self.numbers(rows, |row| row.end),
            "parameters" => {
                let counted = self.symbols(rows).map(|(_, row)| row.kind.is_callable().then(|| small(row.parameters)));
                Arc::new(counted.collect::<UInt16Array>())
            }
            "statements" => self.of_code(rows, |row| row.statements),
            "lines" => self.numbers(rows, |row| row.end_line.saturating_sub(row.start_line) + 1),
            "cyclomatic" => self.of_code(rows, |row| row.cyclomatic),
            "cognitive" => self.of_code(rows, |row| row.cognitive),
            "nesting" => {
                let nested = self.symbols(rows).map(|(_, row)| has_code(&row).then(|| small(row.nesting)));
                Arc::new(nested.collect::<UInt16Array>())
            }
            "body_hash" => {
                let hashes = self.symbols(rows).map(|(_, row)| row.body_hash());
                Arc::new(FixedSizeBinaryArray::try_from_iter(hashes).unwrap_or_else(|_| FixedSizeBinaryArray::new_null(16, 0)))
            }
            "is_test" => Arc::new(rows.iter().map(|&row| Some(is_test(of, row, self.path))).collect::<BooleanArray>()),
            "is_exported" => {
                let exported = |row: SymbolRow| row.flags.has(SymbolFlags::EXPORTED) || row.flags.has(SymbolFlags::DEFAULT_EXPORT);
                Arc::new(self.symbols(rows).map(|(_, row)| Some(exported(row))).collect::<BooleanArray>())
            }
            "project" => same(project_of(db, self.path), rows.len()),
            _ => same(self.revision, rows.len()),
        }
    }
}
