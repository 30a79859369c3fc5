//! The table `nodes`.

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, FixedSizeBinaryArray, StringViewBuilder, UInt16Array, UInt32Array, UInt64Array};

use super::all_nodes::{AllNodes, NodeRecord};
use super::group::{FileGroup, Member};
use super::rows::{FileRows, runs, same, texts};
use crate::index::describe::{qualified_name, start_of_name};
use crate::index::world::World;
use crate::items::descriptor::descriptor;
use crate::items::docs;
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::SymbolRow;

pub(super) struct NodeRows<'w> {
    world: World<'w>,
    all: &'w AllNodes,
    group: FileGroup<'w>,
    /// Of each file, read for the columns that [`AllNodes`] does not have.
    rows: Box<[OnceCell<Option<Arc<IndexedRows>>>]>,
    revision: &'w str,
}

impl<'w> NodeRows<'w> {
    /// The symbols of some files.
    pub(super) fn of(world: World<'w>, revision: &'w str, places: &[usize]) -> Self {
        let all = world.all_nodes();
        let group = FileGroup::of(world, places, |place| all.nodes(place).len());
        let rows = group.members().iter().map(|_| OnceCell::new()).collect();
        Self { world, all, group, rows, revision }
    }

    fn in_files<'a>(&'a self, rows: &'a [u32]) -> impl Iterator<Item = (&'a Member<'w>, &'w NodeRecord)> + use<'a, 'w> {
        let all = self.all;
        self.group.rows(rows).filter_map(move |(member, row)| Some((member, all.nodes(member.place).get(row as usize)?)))
    }

    fn nodes<'a>(&'a self, rows: &'a [u32]) -> impl Iterator<Item = &'w NodeRecord> + use<'a, 'w> {
        self.in_files(rows).map(|(_, node)| node)
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

    /// Texts of the files' own rows, none where `write` gives none.
    fn read(&self, rows: &[u32], write: impl Fn(&mut String, &Member<'w>, &IndexedRows, u32, &SymbolRow) -> Option<()>) -> ArrayRef {
        let mut texts = StringViewBuilder::with_capacity(rows.len());
        let mut text = String::new();
        for (at, member, row) in self.group.numbered(rows) {
            let file = self.rows.get(at).and_then(|cell| cell.get_or_init(|| self.world.rows(member.file)).as_ref());
            text.clear();
            match file.and_then(|of| write(&mut text, member, of, row, &of.symbol(row)?)) {
                Some(()) => texts.append_value(&text),
                None => texts.append_null(),
            }
        }
        Arc::new(texts.finish())
    }
}

/// Writes a text, if it is not empty.
fn filled(texts: &mut String, text: &str) -> Option<()> {
    if text.is_empty() { None } else { texts.write_str(text).ok() }
}

impl FileRows for NodeRows<'_> {
    fn count(&self) -> usize {
        self.group.count()
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        let db = self.world.db;
        let ids = |place: u32| self.world.all_ids().of_file(place);
        match name {
            "id" => {
                let id = |(member, row): (&Member<'_>, u32)| ids(member.place).get(row as usize).copied();
                Arc::new(UInt64Array::from_iter_values(self.group.rows(rows).filter_map(id)))
            }
            "parent" => {
                let nodes = self.group.rows(rows).zip(self.nodes(rows));
                let parent = |((member, row), node): ((&Member<'_>, u32), &NodeRecord)| {
                    if row == 0 { None } else { ids(member.place).get(node.parent as usize).copied() }
                };
                Arc::new(nodes.map(parent).collect::<UInt64Array>())
            }
            "symbol" => self.read(rows, |text, member, of, row, _| {
                start_of_name(member.project, member.path, text);
                text.write_str(&descriptor(of, row)).ok()
            }),
            "path" => runs(self.in_files(rows).map(|(member, _)| member.path)),
            "language" => runs(self.in_files(rows).map(|(member, _)| member.language)),
            "kind" => texts(self.nodes(rows).map(|node| node.kind.as_str())),
            "name" => texts(self.in_files(rows).map(|(member, node)| self.all.name(member.place, node))),
            "qualified_name" => {
                self.read(rows, |texts, member, of, row, _| texts.write_str(&qualified_name(db, member.file, of, row)).ok())
            }
            "signature" => self.read(rows, |texts, _, of, _, row| texts.write_str(of.str(row.signature)).ok()),
            "doc" => self.read(rows, |texts, _, of, _, row| filled(texts, of.str(row.doc))),
            "summary" => self.read(rows, |texts, _, of, _, row| filled(texts, &docs::summary(of.str(row.doc)))),
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
            "project" => runs(self.in_files(rows).map(|(member, _)| member.project)),
            _ => same(self.revision, rows.len()),
        }
    }
}
