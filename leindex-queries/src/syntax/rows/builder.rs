//! Collecting rows while a file is walked, and packing them.

use std::sync::Arc;

use super::{
    BaseRow, BindingRow, DiagnosticRow, ExportRow, ImportRow, LineRow, MAGIC, ModuleRow, ParameterRow, Record, Rows, ScopeRow, Str,
    StringRow, SymbolRow, UseRow, name_hash,
};

/// Collects rows while a file is walked. Reused from file to file so that its buffers are allocated once per thread.
#[derive(Default)]
pub struct RowsBuilder {
    pub(crate) symbols: Vec<SymbolRow>,
    pub(crate) parameters: Vec<ParameterRow>,
    pub(crate) scopes: Vec<ScopeRow>,
    pub(crate) bindings: Vec<BindingRow>,
    pub(crate) uses: Vec<UseRow>,
    pub(crate) bases: Vec<BaseRow>,
    pub(crate) imports: Vec<ImportRow>,
    pub(crate) modules: Vec<ModuleRow>,
    pub(crate) diagnostics: Vec<DiagnosticRow>,
    pub(crate) exports: Vec<ExportRow>,
    pub(crate) lines: Vec<LineRow>,
    pub(crate) errors: u32,
    pub(crate) error_bytes: u32,
    strings: hashbrown::HashTable<u32>,
    string_ends: Vec<u32>,
    string_text: String,
    string_index: Vec<StringRow>,
    packed: Vec<u8>,
}

impl RowsBuilder {
    /// Forgets the rows of the last file and keeps the buffers.
    pub fn clear(&mut self) {
        self.symbols.clear();
        self.parameters.clear();
        self.scopes.clear();
        self.bindings.clear();
        self.uses.clear();
        self.bases.clear();
        self.imports.clear();
        self.modules.clear();
        self.diagnostics.clear();
        self.exports.clear();
        self.lines.clear();
        self.errors = 0;
        self.error_bytes = 0;
        self.strings.clear();
        self.string_ends.clear();
        self.string_text.clear();
        self.string("");
    }

    /// The id of a string, added if it is new.
    pub fn string(&mut self, text: &str) -> Str {
        use std::hash::BuildHasher;
        let hasher = rustc_hash::FxBuildHasher;
        let hash = hasher.hash_one(text.as_bytes());
        let (ends, bytes) = (&self.string_ends, self.string_text.as_bytes());
        let get = |id: u32| {
            let start = if id == 0 { 0 } else { ends[id as usize - 1] as usize };
            &bytes[start..ends[id as usize] as usize]
        };
        let id = match self.strings.find(hash, |&id| get(id) == text.as_bytes()) {
            Some(&id) => id,
            None => {
                let id = ends.len() as u32;
                self.strings.insert_unique(hash, id, |&id| hasher.hash_one(get(id)));
                self.string_text.push_str(text);
                self.string_ends.push(self.string_text.len() as u32);
                id
            }
        };
        Str(id)
    }

    /// A string by its id.
    pub fn str(&self, id: Str) -> &str {
        let end = self.string_ends[id.0 as usize] as usize;
        let start = if id.0 == 0 { 0 } else { self.string_ends[id.0 as usize - 1] as usize };
        &self.string_text[start..end]
    }

    /// Packs what was collected.
    pub fn finish(&mut self) -> Rows {
        self.string_index.clear();
        let mut start = 0;
        for (id, &end) in self.string_ends.iter().enumerate() {
            self.string_index.push(StringRow { hash: name_hash(&self.string_text[start..end as usize]), id: Str(id as u32) });
            start = end as usize;
        }
        self.string_index.sort_unstable_by_key(|row| (row.hash, row.id));
        let text = self.string_text.as_bytes();
        let header = [MAGIC, self.string_ends.len() as u32, text.len() as u32, self.errors, self.error_bytes];
        let counts = [
            self.symbols.len(),
            self.parameters.len(),
            self.scopes.len(),
            self.bindings.len(),
            self.uses.len(),
            self.bases.len(),
            self.imports.len(),
            self.modules.len(),
            self.diagnostics.len(),
            self.exports.len(),
            self.lines.len(),
            self.string_index.len(),
        ];
        let out = &mut self.packed;
        out.clear();
        let words = header.into_iter().chain(counts.map(|count| count as u32)).chain(self.string_ends.iter().copied());
        out.extend(words.flat_map(u32::to_le_bytes));
        out.extend_from_slice(text);
        out.resize(out.len().next_multiple_of(4), 0);
        pack(&self.symbols, out);
        pack(&self.parameters, out);
        pack(&self.scopes, out);
        pack(&self.bindings, out);
        pack(&self.uses, out);
        pack(&self.bases, out);
        pack(&self.imports, out);
        pack(&self.modules, out);
        pack(&self.diagnostics, out);
        pack(&self.exports, out);
        pack(&self.lines, out);
        pack(&self.string_index, out);
        Rows::open(Arc::from(out.as_slice())).expect("rows just packed are well formed")
    }
}

fn pack<R: Record>(rows: &[R], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + rows.len() * R::WORDS * 4, 0);
    for (row, bytes) in rows.iter().zip(out[start..].chunks_exact_mut(R::WORDS * 4)) {
        row.encode(bytes);
    }
}
