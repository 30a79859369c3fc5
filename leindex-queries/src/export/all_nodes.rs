//! All symbols of the workspace as plain numbers, kinds and names, made at once on all threads.
//!
//! This is what questions about everything ask of symbols and files. The rest is read from a file's rows when somebody
//! wants it.

use rustc_hash::FxHashMap;

use crate::graph::dependency::is_function;
use crate::index::describe::{is_test, name_in_file};
use crate::index::world::World;
use crate::names::files::SourceFile;
use crate::syntax::rows::{Str, SymbolFlags, SymbolKind, SymbolRow};

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
    files: Box<[FileNodes]>,
}

/// The symbols of a file, and their names one after the other; its lines and syntax errors.
#[derive(Debug, Default)]
struct FileNodes {
    nodes: Box<[NodeRecord]>,
    names: Box<str>,
    /// Where each name ends.
    ends: Box<[u32]>,
    lines: u32,
    parse_errors: u32,
}

impl AllNodes {
    /// Reads the rows of every file, on all threads.
    pub(crate) fn of(world: World<'_>) -> Self {
        let parts = world.on_all_files(|world, files| files.iter().map(|&file| FileNodes::of(world, file)).collect::<Vec<_>>());
        Self { files: parts.into_iter().flatten().collect() }
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
        self.files.get(file as usize).map_or("", |file| file.name(node.name as usize))
    }
}

impl FileNodes {
    fn of(world: World<'_>, file: SourceFile<'_>) -> Self {
        let Some(rows) = world.rows(file) else { return Self::default() };
        let path = file.path(world.db);
        let (mut names, mut ends) = (String::new(), Vec::new());
        let mut known = FxHashMap::<Str, u32>::default();
        let mut nodes = Vec::with_capacity(rows.count::<SymbolRow>() as usize);
        for (index, row) in (0..).zip(rows.symbols()) {
            let mut add = || {
                names.push_str(name_in_file(&rows, index, &row, path));
                ends.push(names.len() as u32);
                ends.len() as u32 - 1
            };
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
                name: if index == 0 { add() } else { *known.entry(row.name).or_insert_with(add) },
                parameters: u16::try_from(row.parameters).unwrap_or(u16::MAX),
                nesting: u16::try_from(row.nesting).unwrap_or(u16::MAX),
                kind: row.kind,
                has_code: has_code(&row),
                is_test: is_test(&rows, index, path),
                is_exported: row.flags.has(SymbolFlags::EXPORTED) || row.flags.has(SymbolFlags::DEFAULT_EXPORT),
            });
        }
        Self { nodes: nodes.into(), names: names.into(), ends: ends.into(), lines: rows.lines(), parse_errors: rows.parse_errors() }
    }

    fn name(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |&end| end as usize);
        self.ends.get(at).and_then(|&end| self.names.get(start..end as usize)).unwrap_or("")
    }
}

/// Whether code runs that belongs to the symbol itself: functions with a body, types and modules by what stands in them
/// outside functions.
fn has_code(row: &SymbolRow) -> bool {
    row.kind.is_type() || row.kind.is_module() || is_function(row)
}
