//! Imports, exports and the modules that a file is part of.

use tree_sitter::Node;

use super::Walk;
use crate::syntax::rows::{
    BindingKind, ExportRow, ImportFlags, ImportKind, ImportRow, ModuleRow, NONE, ScopeKind, Str, SymbolKind, UseKind, UseRole,
};

impl<'a> Walk<'a> {
    /// Adds an import and, where it binds a name, the binding in the current scope. `alias` is the bound name, or
    /// empty for none.
    #[expect(clippy::too_many_arguments, reason = "the columns of a row; most callers give literals")]
    pub fn import(
        &mut self,
        node: Node<'_>,
        kind: ImportKind,
        module: &str,
        name: &str,
        alias: &str,
        level: u32,
        flags: ImportFlags,
    ) -> u32 {
        let mut flags = flags;
        if self.scope != 0 && self.scope_kind() != ScopeKind::Namespace {
            flags.set(ImportFlags::NESTED);
        }
        if self.in_export {
            flags.set(ImportFlags::REEXPORT);
        }
        let row = ImportRow {
            kind,
            flags,
            module: self.rows.string(module),
            name: self.rows.string(name),
            alias: self.rows.string(alias),
            level,
            scope: self.scope,
            start: node.start_byte() as u32,
            end: self.end_of(node),
        };
        let index = self.rows.imports.len() as u32;
        self.rows.imports.push(row);
        self.buffers.comments.clear();
        if !alias.is_empty() {
            self.push_binding(row.alias, self.scope, BindingKind::Import, index, node.start_byte() as u32);
        }
        index
    }

    /// Adds an import that binds nothing here: what it brings in is only exported again, as `exported` (empty for all
    /// of it).
    pub fn reexport(&mut self, node: Node<'_>, kind: ImportKind, module: &str, name: &str, exported: &str, flags: ImportFlags) -> u32 {
        let index = self.import(node, kind, module, name, "", 0, flags | ImportFlags::REEXPORT);
        self.rows.imports[index as usize].alias = self.rows.string(exported);
        index
    }

    /// Exports a local name or value under `name` (`default`, or empty for the whole module).
    pub fn export(&mut self, name: &str, local: &str) {
        let row = ExportRow { name: self.rows.string(name), local: self.rows.string(local), value: NONE };
        self.rows.exports.push(row);
    }

    /// Exports a value as the default: a name as what it stands for, anything else as a variable called `default`.
    pub(super) fn export_default(&mut self, value: u32, span: (u32, u32)) {
        const DEFAULT: &str = "default";
        let row = self.rows.uses[value as usize];
        let keyword = self.source.get(span.0 as usize..).and_then(|text| text.find(DEFAULT));
        let (true, Some(at)) = (matches!(row.role, UseRole::Call | UseRole::New) || row.kind == UseKind::Member, keyword) else {
            let row = ExportRow { name: self.rows.string(DEFAULT), local: row.name, value };
            self.rows.exports.push(row);
            return;
        };
        let at = span.0 as usize + at;
        let symbol = self.push_symbol_at(span, DEFAULT, at..at + DEFAULT.len(), SymbolKind::Variable, None);
        if let Some(binding) = self.rows.bindings.last_mut() {
            binding.value = value;
        }
        self.close_symbol(symbol, false);
    }

    /// Whether an import of the file binds this name.
    pub fn is_imported(&mut self, name: &str) -> bool {
        let name = self.rows.string(name);
        self.rows.imports.iter().any(|row| row.alias == name)
    }

    /// Whether an export of this name was said.
    pub fn is_in_exports(&self, name: &str) -> bool {
        self.rows.exports.iter().any(|row| self.rows.str(row.name) == name)
    }

    /// Says that the file, or the symbol around the walk's place, is (part of) the module `key`.
    pub fn module(&mut self, key: &str, of_symbol: bool) {
        let row = ModuleRow { key: self.rows.string(key), symbol: if of_symbol { self.symbol } else { NONE } };
        self.push_module(row.key, row.symbol);
    }

    /// Says that the file is part of the module `key` and of none named before.
    pub fn replace_module(&mut self, key: &str) {
        let key = self.rows.string(key);
        match self.rows.modules.iter_mut().find(|module| module.symbol == NONE) {
            Some(module) => module.key = key,
            None => self.push_module(key, NONE),
        }
    }

    /// The key of the innermost module declared by a symbol around the walk's place, or empty.
    pub fn module_around(&self) -> &str {
        self.module_key_of(self.symbol)
    }

    /// The key of the module around the symbol around.
    pub fn outer_module_key(&self) -> &str {
        self.module_key_of(self.rows.symbols[self.symbol as usize].parent)
    }

    /// Whether a symbol of this file so far says that it is a module whose name ends in `name`.
    pub fn is_module(&self, name: &str) -> bool {
        self.rows
            .modules
            .iter()
            .any(|row| self.rows.str(row.key).strip_suffix(name).is_some_and(|head| head.is_empty() || head.ends_with(':')))
    }

    pub(super) fn module_key_of(&self, mut symbol: u32) -> &str {
        loop {
            if let Some(row) = self.module_of(symbol) {
                return self.rows.str(row.key);
            }
            match self.rows.symbols.get(symbol as usize) {
                Some(row) if row.parent != NONE => symbol = row.parent,
                _ => return "",
            }
        }
    }

    /// The first module that a symbol says it is.
    fn module_of(&self, symbol: u32) -> Option<ModuleRow> {
        let modules = &self.rows.modules;
        if !self.modules_in_order {
            return modules.iter().find(|row| row.symbol == symbol).copied();
        }
        let at = modules.partition_point(|row| module_order(row.symbol) < module_order(symbol));
        modules.get(at).filter(|row| row.symbol == symbol).copied()
    }

    pub(super) fn push_module(&mut self, key: Str, symbol: u32) {
        let last = self.rows.modules.last().map_or(0, |row| module_order(row.symbol));
        self.modules_in_order &= last <= module_order(symbol);
        self.rows.modules.push(ModuleRow { key, symbol });
    }
}

/// Modules of the whole file come before those of its symbols.
const fn module_order(symbol: u32) -> u32 {
    symbol.wrapping_add(1)
}
