//! All symbols of the workspace as plain numbers, kinds and names, made at once on all threads.
//!
//! This is what questions about everything ask of symbols and files. The rest is read from a file's rows when somebody
//! wants it.

use std::sync::Arc;

use crate::db::Db;
use crate::graph::all_edges::names::{Names, NamesBuilder};
use crate::graph::dependency::is_function;
use crate::index::describe::{is_test, name_in_file};
use crate::index::world::World;
use crate::names::files::{SourceFile, file_rows};
use crate::syntax::rows::{SymbolFlags, SymbolKind, SymbolRow};

/// A symbol.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeRecord {
    pub(super) start_line: u32,
    pub(super) end_line: u32,
    pub(super) name_line: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) parent: u32,
    pub(super) statements: u32,
    pub(super) cyclomatic: u32,
    pub(super) cognitive: u32,
    pub(super) body_hash: [u8; 16],
    name: u32,
    pub(super) parameters: u16,
    pub(super) nesting: u16,
    pub(super) kind: SymbolKind,
    pub(super) has_code: bool,
    pub(super) is_test: bool,
    pub(super) is_exported: bool,
}

const _: () = assert!(size_of::<NodeRecord>() == 64, "millions of them are held");

/// The symbols of all live files.
#[derive(Debug, Default)]
pub(crate) struct AllNodes {
    files: Box<[Arc<FileNodes>]>,
}

/// The symbols of a file and their names; its lines and syntax errors.
#[derive(Debug, Default)]
struct FileNodes {
    nodes: Box<[NodeRecord]>,
    names: Names,
    lines: u32,
    parse_errors: u32,
}

impl AllNodes {
    /// Reads the rows of every file that changed since somebody last asked, on all threads.
    pub(crate) fn of(world: World<'_>) -> Self {
        let parts = world.on_all_files(|world, files| files.iter().map(|&file| file_nodes(world.db, file)).collect::<Vec<_>>());
        Self { files: parts.into_iter().flatten().collect() }
    }

    /// Reads a file's rows.
    pub(super) fn read<'w>(world: World<'w>, file: SourceFile<'w>) {
        file_nodes(world.db, file);
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.files.iter().map(|file| file.nodes.len()).sum()
    }

    /// The symbols of the live file at a place, by row.
    pub(super) fn nodes(&self, file: u32) -> &[NodeRecord] {
        self.files.get(file as usize).map_or(&[], |file| &file.nodes)
    }

    /// The lines and syntax errors of the live file at a place.
    pub(super) fn lines_and_errors(&self, file: u32) -> (u32, u32) {
        self.files.get(file as usize).map_or((0, 0), |file| (file.lines, file.parse_errors))
    }

    /// The name of one of them.
    pub(super) fn name(&self, file: u32, node: &NodeRecord) -> &str {
        self.files.get(file as usize).map_or("", |file| file.names.text(node.name))
    }
}

/// The symbols of a file. Changes with the file's content.
#[salsa::tracked(returns(clone), no_eq)]
fn file_nodes<'db>(db: &'db dyn Db, file: SourceFile<'db>) -> Arc<FileNodes> {
    let Some(rows) = file_rows(db, file) else { return Arc::default() };
    let path = file.path(db);
    let mut names = NamesBuilder::new(&rows);
    let mut nodes = Vec::with_capacity(rows.count::<SymbolRow>() as usize);
    for (index, row) in (0..).zip(rows.symbols()) {
        nodes.push(NodeRecord {
            start_line: row.start_line,
            end_line: row.end_line,
            name_line: row.name_line,
            start: row.start,
            end: row.end,
            parent: row.parent,
            statements: row.statements,
            cyclomatic: row.cyclomatic,
            cognitive: row.cognitive,
            body_hash: row.body_hash(),
            name: if index == 0 { names.number_of(name_in_file(&rows, 0, &row, path)) } else { names.number(row.name) },
            parameters: u16::try_from(row.parameters).unwrap_or(u16::MAX),
            nesting: u16::try_from(row.nesting).unwrap_or(u16::MAX),
            kind: row.kind,
            has_code: has_code(&row),
            is_test: is_test(&rows, index, path),
            is_exported: row.flags.has(SymbolFlags::EXPORTED),
        });
    }
    Arc::new(FileNodes { nodes: nodes.into(), names: names.finish(), lines: rows.lines(), parse_errors: rows.parse_errors() })
}

/// Whether code runs that belongs to the symbol itself: functions with a body, types and modules by what stands in them
/// outside functions.
fn has_code(row: &SymbolRow) -> bool {
    row.kind.is_type() || row.kind.is_module() || is_function(row)
}
