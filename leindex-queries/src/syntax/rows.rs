//! The packed rows of one file: everything later stages know about its text, and nothing else.
//!
//! Rows are what a parse leaves behind. They are keyed by content, so they may not know a path, a project or another
//! file; names stay names here and are given meaning in [`crate::names`]. A file's rows are one byte string (little
//! endian `u32` words, then a string table) that is written to the store as it is and read in place.
//!
//! ```text
//! magic · version · per table: word offset, row count · string ends · string bytes · rows…
//! ```

use std::sync::Arc;

mod builder;
mod tables;
mod words;

pub use builder::RowsBuilder;
pub use tables::{
    BaseRow, BindingRow, DiagnosticRow, ExportRow, ImportRow, LineRow, ModuleRow, ParameterRow, Record, ScopeRow, StringRow, SymbolRow,
    UNKNOWN_BASE, UseRow,
};
pub use words::{BaseKind, BindingKind, ImportFlags, ImportKind, NONE, ScopeKind, Str, SymbolFlags, SymbolKind, UseKind, UseRole};

/// A hash of a name that never changes (FNV-1a, folded to 32 bits). Indexes across files are made of it.
pub fn name_hash(name: &str) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ (hash >> 32)) as u32
}

const TABLES: usize = 12;
const MAGIC: u32 = 0x5249_454c;
/// Words before the string ends: magic, number of strings, bytes of strings, errors, error bytes, then per table its count.
const HEADER: usize = 5 + TABLES;

/// The rows of one file, read in place.
#[derive(Clone)]
pub struct Rows {
    bytes: Arc<[u8]>,
    strings: u32,
    string_bytes: usize,
    tables: [(usize, u32); TABLES],
    errors: u32,
    error_bytes: u32,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("bytes", &self.bytes.len()).field("symbols", &self.count::<SymbolRow>()).finish_non_exhaustive()
    }
}

const WIDTHS: [usize; TABLES] = [
    SymbolRow::WORDS,
    ParameterRow::WORDS,
    ScopeRow::WORDS,
    BindingRow::WORDS,
    UseRow::WORDS,
    BaseRow::WORDS,
    ImportRow::WORDS,
    ModuleRow::WORDS,
    DiagnosticRow::WORDS,
    ExportRow::WORDS,
    LineRow::WORDS,
    StringRow::WORDS,
];

impl Rows {
    /// Opens packed rows. `None` if the bytes are not rows of this version, or are cut short.
    pub fn open(bytes: Arc<[u8]>) -> Option<Self> {
        let word = |i: usize| -> Option<u32> { Some(u32::from_le_bytes(bytes.get(i * 4..i * 4 + 4)?.try_into().ok()?)) };
        if word(0)? != MAGIC {
            return None;
        }
        let strings = word(1)?;
        let string_bytes = (HEADER + strings as usize) * 4;
        let mut at = string_bytes.checked_add((word(2)? as usize).next_multiple_of(4))?;
        let mut tables = [(0, 0); TABLES];
        for (table, entry) in tables.iter_mut().enumerate() {
            let count = word(5 + table)?;
            *entry = (at, count);
            at = at.checked_add((count as usize).checked_mul(WIDTHS[table] * 4)?)?;
        }
        let (errors, error_bytes) = (word(3)?, word(4)?);
        (at == bytes.len()).then_some(Self { bytes, strings, string_bytes, tables, errors, error_bytes })
    }

    /// Rows of nothing.
    pub fn empty() -> Self {
        let mut builder = RowsBuilder::default();
        builder.clear();
        builder.finish()
    }

    fn word(&self, byte: usize) -> u32 {
        self.bytes.get(byte..byte + 4).and_then(|b| b.try_into().ok()).map_or(NONE, u32::from_le_bytes)
    }

    /// The packed bytes.
    pub fn as_bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// Number of rows of a table.
    pub fn count<R: Record>(&self) -> u32 {
        self.tables[R::TABLE].1
    }

    /// Row `index` of a table, or `None` if there is no such row.
    pub fn get<R: Record>(&self, index: u32) -> Option<R> {
        let (start, count) = self.tables[R::TABLE];
        (index < count).then(|| {
            let at = start + index as usize * R::WORDS * 4;
            R::decode(|word| self.word(at + word * 4))
        })
    }

    /// One word of a row, for scans that need a single column.
    pub fn column<R: Record>(&self, index: u32, word: usize) -> u32 {
        let (start, _) = self.tables[R::TABLE];
        self.word(start + (index as usize * R::WORDS + word) * 4)
    }

    /// All rows of a table, in order.
    pub fn iter<R: Record>(&self) -> impl DoubleEndedIterator<Item = R> + ExactSizeIterator + '_ {
        let (start, count) = self.tables[R::TABLE];
        (0..count).map(move |index| {
            let at = start + index as usize * R::WORDS * 4;
            R::decode(|word| self.word(at + word * 4))
        })
    }

    /// The symbol rows.
    pub fn symbols(&self) -> impl DoubleEndedIterator<Item = SymbolRow> + ExactSizeIterator + '_ {
        self.iter::<SymbolRow>()
    }

    /// Symbol row `index`.
    pub fn symbol(&self, index: u32) -> Option<SymbolRow> {
        self.get(index)
    }

    /// Use row `index`.
    pub fn use_row(&self, index: u32) -> Option<UseRow> {
        self.get(index)
    }

    /// The parameters of a symbol.
    pub fn parameters(&self, symbol: &SymbolRow) -> impl Iterator<Item = ParameterRow> + '_ {
        (symbol.first_parameter..symbol.first_parameter.saturating_add(symbol.parameters)).filter_map(|i| self.get(i))
    }

    /// A string of the table.
    pub fn str(&self, id: Str) -> &str {
        if id.0 >= self.strings {
            return "";
        }
        let end = self.word((HEADER + id.0 as usize) * 4) as usize;
        let start = if id.0 == 0 { 0 } else { self.word((HEADER + id.0 as usize - 1) * 4) as usize };
        self.bytes.get(self.string_bytes + start..self.string_bytes + end).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
    }

    /// Number of strings.
    pub fn string_count(&self) -> u32 {
        self.strings
    }

    /// The id of a string, if the file has it. Logarithmic in the number of strings.
    pub fn find_str(&self, text: &str) -> Option<Str> {
        let hash = name_hash(text);
        let (mut low, mut high) = (0, self.count::<StringRow>());
        while low < high {
            let mid = low + (high - low) / 2;
            if self.column::<StringRow>(mid, 0) < hash {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        (low..self.count::<StringRow>())
            .take_while(|&i| self.column::<StringRow>(i, 0) == hash)
            .map(|i| Str(self.column::<StringRow>(i, 1)))
            .find(|&id| self.str(id) == text)
    }

    /// Line of a byte offset, from 1, and its 0-based column in bytes.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let count = self.count::<LineRow>();
        let (mut low, mut high) = (0, count);
        while low < high {
            let mid = low + (high - low) / 2;
            if self.column::<LineRow>(mid, 0) <= offset {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        if low == 0 {
            return (1, offset);
        }
        (low, offset - self.column::<LineRow>(low - 1, 0))
    }

    /// Number of lines.
    pub fn lines(&self) -> u32 {
        self.count::<LineRow>()
    }

    /// Syntax errors and missing tokens in the tree.
    pub fn parse_errors(&self) -> u32 {
        self.errors
    }

    /// Bytes of the text that lie in error nodes.
    pub fn error_bytes(&self) -> u32 {
        self.error_bytes
    }

    /// The innermost symbol around a scope, or `None` at the top of the file.
    pub fn owner(&self, mut scope: u32) -> Option<u32> {
        while let Some(row) = self.get::<ScopeRow>(scope) {
            if row.symbol != NONE {
                return Some(row.symbol);
            }
            scope = row.parent;
        }
        None
    }
}
