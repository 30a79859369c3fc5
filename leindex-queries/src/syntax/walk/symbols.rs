//! Symbol rows: adding one, finishing it when its node is left, and changing those there are.

use std::ops::Range;

use tree_sitter::Node;

use super::uses::unquoted;
use super::{Buffers, Walk};
use crate::items::metrics::Counters;
use crate::items::{docs, signature};
use crate::languages::{Evidence, Role};
use crate::syntax::rows::{BindingKind, BindingRow, NONE, ScopeKind, ScopeRow, Str, SymbolFlags, SymbolKind, SymbolRow};

impl<'a> Walk<'a> {
    /// Adds a symbol that has no inside of its own, named by a node, with a binding for it.
    pub fn leaf_symbol(&mut self, node: Node<'_>, name: Node<'_>, kind: SymbolKind) -> u32 {
        self.named_symbol(node, self.text(name), name.byte_range(), kind)
    }

    /// As [`Self::leaf_symbol`], where no node has the name as its text (`x=` of `attr_writer :x`); `at` is where it
    /// stands.
    pub fn named_symbol(&mut self, node: Node<'_>, name: &str, at: Range<usize>, kind: SymbolKind) -> u32 {
        let symbol = self.push_symbol(node, name, at, kind, None);
        self.close_symbol(symbol, node.has_error());
        symbol
    }

    /// Changes the symbol around the walk's place.
    pub fn update_symbol(&mut self, change: impl FnOnce(&mut SymbolRow)) {
        self.update(self.symbol, change);
    }

    /// Gives a symbol, and the binding of its name, a declared type.
    pub fn set_type(&mut self, symbol: u32, type_use: u32) {
        self.update(symbol, |row| row.type_use = type_use);
        if let Some(row) = self.binding_of(symbol) {
            row.type_use = type_use;
        }
    }

    /// Gives the binding of a symbol's name the value of a use.
    pub fn set_value(&mut self, symbol: u32, value: u32) {
        if let Some(row) = self.binding_of(symbol) {
            row.value = value;
        }
    }

    fn binding_of(&mut self, symbol: u32) -> Option<&mut BindingRow> {
        self.rows.bindings.iter_mut().rev().find(|row| row.kind == BindingKind::Symbol && row.target == symbol)
    }

    /// Changes a symbol row.
    pub fn update(&mut self, symbol: u32, change: impl FnOnce(&mut SymbolRow)) {
        if let Some(row) = self.rows.symbols.get_mut(symbol as usize) {
            change(row);
        }
    }

    /// The name of the symbol around stands here.
    pub fn place_name(&mut self, name: Node<'_>) {
        let start = name.start_byte() as u32;
        let line = self.line(start);
        let row = &mut self.rows.symbols[self.symbol as usize];
        (row.name_start, row.name_line) = (start, line);
    }

    /// Sets flags on the members of this name that the symbol around has so far.
    pub fn flag_member(&mut self, name: &str, flags: SymbolFlags) {
        let name = self.rows.string(name);
        let parent = self.symbol;
        for row in self.rows.symbols.iter_mut().skip(parent as usize + 1).filter(|row| row.parent == parent && row.name == name) {
            row.flags.set(flags);
            if flags.has(SymbolFlags::PRIVATE) {
                row.flags.0 &= !SymbolFlags::EXPORTED.0;
            }
        }
    }

    /// Whether a symbol is declared but not yet defined.
    pub fn is_declaration(row: &SymbolRow) -> bool {
        row.flags.has(SymbolFlags::DECLARATION)
    }

    /// Adds a symbol row with its binding and, where it opens one, its scope; starts its counters.
    pub(super) fn push_symbol(
        &mut self,
        node: Node<'_>,
        name: &str,
        name_range: std::ops::Range<usize>,
        kind: SymbolKind,
        scope: Option<ScopeKind>,
    ) -> u32 {
        let span = self.outer_span(node);
        if name.contains('\n') {
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            return self.push_symbol_at(span, &name, name_range, kind, scope);
        }
        self.push_symbol_at(span, name, name_range, kind, scope)
    }

    pub(super) fn push_symbol_at(
        &mut self,
        (mut start, mut end): (u32, u32),
        name: &str,
        name_range: std::ops::Range<usize>,
        kind: SymbolKind,
        scope: Option<ScopeKind>,
    ) -> u32 {
        // The name may stand outside of the node: `typedef struct { … } Name;`, a record's own constructor.
        start = start.min(name_range.start as u32);
        end = end.max(name_range.end as u32);
        let index = self.rows.symbols.len() as u32;
        let attributes = self.attribute_span(start);
        let first_attribute = self.buffers.attributes.first().map(|&(at, _)| at);
        let above = self.held.checked_sub(1).and_then(|at| self.buffers.frames.get(at)).map_or(start, |holder| start.min(holder.start));
        let doc = self.documentation(above);
        let doc = self.next.doc.take().unwrap_or(doc);
        start = start.min(first_attribute.unwrap_or(start));
        let (name, name_start) = unquoted(name, name_range.start as u32);
        let name_str = self.rows.string(name);
        let mut flags = self.section | std::mem::take(&mut self.next.flags);
        if self.recovering {
            flags.set(SymbolFlags::RECOVERED);
        }
        if self.in_export {
            flags.set(SymbolFlags::EXPORTED);
        }
        if start < self.hidden_until {
            flags.set(SymbolFlags::PRIVATE);
        }
        let (parent, around) = self.holder_of(start, end);
        let inner = scope.map_or(NONE, |kind| {
            self.rows.scopes.push(ScopeRow { kind, parent: around, symbol: index, self_type: NONE, start, end });
            self.rows.scopes.len() as u32 - 1
        });
        let parameters = std::mem::take(&mut self.next.parameters);
        self.rows.symbols.push(SymbolRow {
            kind,
            flags,
            name: name_str,
            parent,
            scope: around,
            inner,
            start,
            end,
            name_start,
            body_start: end,
            start_line: self.line(start),
            end_line: self.line(end.saturating_sub(1).max(start)),
            name_line: self.line(name_start),
            doc,
            disambiguator: attributes,
            first_parameter: self.rows.parameters.len() as u32 - parameters,
            parameters,
            ..SymbolRow::BLANK
        });
        if self.next.self_type == NONE && !self.next.unbound {
            // What belongs to a type elsewhere is not known here by its plain name.
            let binding = self.push_binding(name_str, around, BindingKind::Symbol, index, name_start);
            if kind == SymbolKind::Field {
                self.buffers.fields.entry((around, name_str)).or_insert(binding);
            }
        }
        self.buffers.counters.push((index, Counters::default()));
        index
    }

    /// The symbol and scope around the walk's place, unless a recovered definition reaches out of them: then those
    /// that hold all of it.
    fn holder_of(&self, start: u32, end: u32) -> (u32, u32) {
        let (mut symbol, mut scope) = (self.symbol, self.scope);
        while let Some(row) = self.rows.symbols.get(symbol as usize)
            && (start < row.start || end > row.end)
            && row.parent != NONE
        {
            (symbol, scope) = (row.parent, row.scope);
        }
        (symbol, scope)
    }

    /// The span of a definition with the wrappers around it (decorators, `export`, `template <…>`).
    pub(super) fn outer_span(&self, node: Node<'_>) -> (u32, u32) {
        let (mut start, mut end) = (node.start_byte() as u32, self.end_of(node));
        for frame in self.buffers.frames.iter().rev() {
            match frame.role {
                Some(Role::Wrapper | Role::Named { .. } | Role::Export { .. } | Role::Group { .. }) => {
                    (start, end) = (frame.start, frame.end)
                }
                _ => break,
            }
        }
        (start, end)
    }

    /// The symbol's attributes wait in its disambiguator until it is closed.
    fn attribute_span(&mut self, start: u32) -> Str {
        let Some(&(first, _)) = self.buffers.attributes.first() else { return Str::EMPTY };
        self.rows.string(self.source.get(first as usize..start as usize).unwrap_or(""))
    }

    pub(super) fn widen_symbol(&mut self, symbol: u32, (start, end): (u32, u32), has_error: bool) {
        let start = start.min(self.rows.symbols[symbol as usize].start);
        let (start_line, end_line) = (self.line(start), self.line(end.saturating_sub(1).max(start)));
        let exported = self.in_export;
        let row = &mut self.rows.symbols[symbol as usize];
        // The evidence is gathered anew from the whole text.
        row.flags = SymbolFlags(row.flags.0 & SymbolFlags::RECOVERED.0);
        if exported {
            row.flags.set(SymbolFlags::EXPORTED);
        }
        (row.start, row.end, row.body_start) = (start, end, end);
        (row.start_line, row.end_line) = (start_line, end_line);
        self.describe(symbol, has_error, "");
    }

    /// Finishes a symbol: metrics, signature, evidence, hashes.
    pub(super) fn close_symbol(&mut self, symbol: u32, has_error: bool) {
        while let Some((open, counters)) = self.buffers.counters.pop() {
            if open == symbol {
                counters.write(&mut self.rows.symbols[symbol as usize]);
                break;
            }
        }
        let attributes = std::mem::replace(&mut self.rows.symbols[symbol as usize].disambiguator, Str::EMPTY);
        let attributes = self.rows.str(attributes).to_owned();
        self.describe(symbol, has_error, &attributes);
    }

    fn describe(&mut self, symbol: u32, has_error: bool, attributes: &str) {
        let mut row = self.rows.symbols[symbol as usize];
        if has_error {
            row.flags.set(SymbolFlags::HAS_ERROR);
        }
        let head = self.source.get(row.start as usize..row.body_start.max(row.start) as usize).unwrap_or("");
        self.buffers.text.clear();
        signature::one_line(head.strip_prefix(attributes).unwrap_or(head), &mut self.buffers.text);
        row.signature = self.rows.string(&self.buffers.text);
        let parent = self.rows.symbols.get(row.parent as usize).map_or(SymbolKind::Module, |parent| parent.kind);
        let scope = self.rows.scopes[row.scope as usize].kind;
        let evidence =
            Evidence { name: self.rows.str(row.name), head, attributes, scope, parent, in_export: row.flags.has(SymbolFlags::EXPORTED) };
        (self.grammar.config.evidence)(&evidence, &mut row);
        if self.grammar.config.docs.docstring && row.body_start < row.end {
            self.buffers.text.clear();
            if docs::docstring(self.source.get(row.body_start as usize..row.end as usize).unwrap_or(""), &mut self.buffers.text) {
                row.doc = self.rows.string(&self.buffers.text);
            }
        }
        self.rows.symbols[symbol as usize] = row;
    }

    /// Gives each symbol the hash of what it is made of: all its bytes for callables, its bytes less its member callables
    /// for types, less all its members for modules.
    pub(super) fn hash_bodies(&mut self) {
        let Buffers { cuts, next_cut, .. } = &mut *self.buffers;
        // The cuts of a symbol are a list: the first in `cuts`, the one after another cut in `next_cut`.
        let count = self.rows.symbols.len();
        cuts.clear();
        cuts.resize(count, NONE);
        next_cut.clear();
        next_cut.resize(count, NONE);
        for (index, row) in self.rows.symbols.iter().enumerate().rev() {
            let Some(parent) = self.rows.symbols.get(row.parent as usize) else { continue };
            if !parent.kind.is_callable() && (row.kind.is_callable() || parent.kind.is_module()) {
                next_cut[index] = std::mem::replace(&mut cuts[row.parent as usize], index as u32);
            }
        }
        for (index, &first_cut) in cuts.iter().enumerate() {
            let row = self.rows.symbols[index];
            let mut hasher = blake3::Hasher::new();
            hasher.update(self.grammar.config.dialect.as_bytes());
            hasher.update(&[row.kind as u8, self.rows.symbols.get(row.parent as usize).map_or(255, |parent| parent.kind as u8)]);
            if row.flags.has(SymbolFlags::HAS_ERROR) || row.flags.has(SymbolFlags::RECOVERED) {
                // What a broken text means depends on what is around it.
                hasher.update(self.content.get_or_insert_with(|| blake3::hash(self.bytes)).as_bytes());
            }
            let text = |from: u32, to: u32| self.source.as_bytes().get(from as usize..to as usize).unwrap_or(&[]);
            let (mut at, mut cut) = (row.start, first_cut);
            while let Some(member) = self.rows.symbols.get(cut as usize) {
                if member.start >= at {
                    hasher.update(text(at, member.start));
                    hasher.update(&[0]);
                    at = member.end;
                }
                cut = next_cut[cut as usize];
            }
            hasher.update(text(at, row.end.max(at)));
            let hash = hasher.finalize();
            let bytes = hash.as_bytes();
            let row = &mut self.rows.symbols[index];
            [row.body_0, row.body_1, row.body_2, row.body_3] =
                std::array::from_fn(|i| u32::from_le_bytes([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]]));
        }
    }

    pub(super) fn line(&self, offset: u32) -> u32 {
        self.rows.lines.partition_point(|line| line.start <= offset) as u32
    }
}
