//! The shape of a text: a digest of all that other files may learn from its rows.
//!
//! Two texts of equal shape are interchangeable for everybody but their own file, so an edit that keeps the shape (a
//! comment, most bodies) is no change for the rest of the project. The shape holds every definition, import, export,
//! base and module, and of what stands inside functions only that which results and values are made of. Positions do
//! not count, the order of the text does.

use super::row_index::{IndexedRows, RowIndex};
use super::rows::{
    BaseRow, BindingKind, BindingRow, ExportRow, ImportRow, ModuleRow, NONE, Rows, ScopeKind, ScopeRow, Str, SymbolRow, UseKind, UseRow,
};
use crate::items::signature::{member_words, object_words};

/// The digest. Linear in the rows. Types of parameters count where they tell functions of one name apart.
pub(crate) fn shape_of(rows: &IndexedRows, overloads: bool) -> [u8; 16] {
    let mut seen = Seen::new(rows, rows.index());
    seen.start();
    seen.follow();
    seen.digest(overloads)
}

/// The rows that count.
struct Seen<'r> {
    rows: &'r Rows,
    index: &'r RowIndex,
    scopes: Vec<bool>,
    bindings: Vec<bool>,
    uses: Vec<bool>,
    /// Uses whose parts are still to be looked at.
    waiting: Vec<u32>,
}

impl<'r> Seen<'r> {
    fn new(rows: &'r Rows, index: &'r RowIndex) -> Self {
        Self {
            rows,
            index,
            scopes: vec![false; rows.count::<ScopeRow>() as usize],
            bindings: vec![false; rows.count::<BindingRow>() as usize],
            uses: vec![false; rows.count::<UseRow>() as usize],
            waiting: Vec::new(),
        }
    }

    /// What others read directly.
    fn start(&mut self) {
        let rows = self.rows;
        for symbol in rows.symbols() {
            self.scope(symbol.scope);
            self.scope(symbol.inner);
            self.used(symbol.type_use);
        }
        for (index, scope) in rows.iter::<ScopeRow>().enumerate() {
            if scope.self_type != NONE {
                self.scope(index as u32);
                self.used(scope.self_type);
            }
        }
        let local: Vec<bool> = (0..rows.count::<ScopeRow>()).map(|scope| is_local(rows, scope)).collect();
        for (index, binding) in rows.iter::<BindingRow>().enumerate() {
            let always = matches!(
                binding.kind,
                BindingKind::Symbol | BindingKind::Import | BindingKind::Field | BindingKind::Result | BindingKind::TypeParameter
            );
            if always || !local.get(binding.scope as usize).copied().unwrap_or(false) {
                self.binding(index as u32);
            }
        }
        for base in rows.iter::<BaseRow>() {
            self.scope(base.extension);
            self.used(base.base);
        }
        rows.iter::<ImportRow>().for_each(|import| self.scope(import.scope));
        rows.iter::<ExportRow>().for_each(|export| self.used(export.value));
    }

    /// What those lead to.
    fn follow(&mut self) {
        while let Some(index) = self.waiting.pop() {
            let Some(row) = self.rows.use_row(index) else { continue };
            self.used(row.base);
            if row.kind != UseKind::Name {
                continue;
            }
            let mut scope = row.scope;
            while let Some(around) = self.rows.get::<ScopeRow>(scope) {
                let index = self.index;
                for binding in index.bindings(scope, row.name) {
                    self.binding(binding);
                }
                scope = around.parent;
            }
        }
    }

    fn binding(&mut self, index: u32) {
        let Some(slot) = self.bindings.get_mut(index as usize) else { return };
        if std::mem::replace(slot, true) {
            return;
        }
        let Some(row) = self.rows.get::<BindingRow>(index) else { return };
        self.exactly(row.scope);
        self.used(row.value);
        self.used(row.type_use);
    }

    fn used(&mut self, index: u32) {
        let Some(slot) = self.uses.get_mut(index as usize) else { return };
        if std::mem::replace(slot, true) {
            return;
        }
        self.waiting.push(index);
        if let Some(row) = self.rows.use_row(index) {
            self.scope(row.scope);
        }
    }

    /// A scope and those around it. A block that binds nothing of interest is as good as what it lies in.
    fn scope(&mut self, mut scope: u32) {
        while let Some(row) = self.rows.get::<ScopeRow>(scope) {
            if row.kind != ScopeKind::Block && std::mem::replace(&mut self.scopes[scope as usize], true) {
                return;
            }
            scope = row.parent;
        }
    }

    fn exactly(&mut self, scope: u32) {
        if let Some(slot) = self.scopes.get_mut(scope as usize) {
            *slot = true;
        }
        self.scope(scope);
        if let Some(row) = self.rows.get::<ScopeRow>(scope) {
            self.scope(row.parent);
        }
    }

    fn digest(&self, overloads: bool) -> [u8; 16] {
        let rows = self.rows;
        let scopes = numbered(&self.scopes);
        let bindings = numbered(&self.bindings);
        let uses = numbered(&self.uses);
        let scope_of = |mut scope: u32| {
            while let Some(row) = rows.get::<ScopeRow>(scope) {
                if let Some(&number) = scopes.get(scope as usize).filter(|number| **number != NONE) {
                    return number;
                }
                scope = row.parent;
            }
            NONE
        };
        // Marks that are no rows (`NONE`, an unknown base) stand for themselves.
        let use_of = |index: u32| uses.get(index as usize).copied().unwrap_or(index);
        let mut out = Digest::default();
        for row in rows.symbols() {
            out.words(&[row.kind as u32, row.flags.0, row.parent, scope_of(row.scope), scope_of(row.inner), use_of(row.type_use)]);
            out.words(&[row.identity() as u32, (row.identity() >> 32) as u32]);
            out.text(rows, row.name);
            let (object, companion) = object_words(rows.str(row.signature));
            let (private, replaceable) = member_words(rows.str(row.signature));
            out.words(&[object, companion, private, replaceable].map(u32::from));
            for parameter in rows.parameters(&row) {
                out.words(&[u32::from(parameter.optional), u32::from(parameter.variadic)]);
                out.text(rows, if overloads { parameter.ty } else { Str::EMPTY });
            }
        }
        out.words(&[rows.count::<SymbolRow>()]);
        for (index, row) in rows.iter::<ScopeRow>().enumerate().filter(|(index, _)| self.scopes[*index]) {
            out.words(&[scopes[index], row.kind as u32, scope_of(row.parent), row.symbol, use_of(row.self_type)]);
        }
        for (_, row) in rows.iter::<BindingRow>().enumerate().filter(|(index, _)| self.bindings[*index]) {
            out.words(&[scope_of(row.scope), row.kind as u32, row.target, use_of(row.value), use_of(row.type_use)]);
            out.text(rows, row.name);
        }
        let mut order: Vec<(u32, u32, u32)> = Vec::new();
        for (index, row) in rows.iter::<UseRow>().enumerate().filter(|(index, _)| self.uses[*index]) {
            out.words(&[row.kind as u32, row.role as u32, use_of(row.base), scope_of(row.scope), row.arity]);
            out.text(rows, row.name);
            order.push((row.start, 0, uses[index]));
        }
        // Which binding is in force at a use follows from their order in the text.
        for (index, row) in rows.iter::<BindingRow>().enumerate().filter(|(index, _)| self.bindings[*index]) {
            order.push((row.start, 1, bindings[index]));
        }
        order.sort_unstable();
        let mut last = 0;
        for (start, kind, number) in order {
            out.words(&[u32::from(start == last), kind, number]);
            last = start;
        }
        for row in rows.iter::<BaseRow>() {
            out.words(&[row.symbol, scope_of(row.extension), use_of(row.base), row.kind as u32]);
        }
        for row in rows.iter::<ImportRow>() {
            out.words(&[row.kind as u32, row.flags.0, row.level, scope_of(row.scope)]);
            [row.module, row.name, row.alias].into_iter().for_each(|text| out.text(rows, text));
        }
        for row in rows.iter::<ModuleRow>() {
            out.words(&[row.symbol]);
            out.text(rows, row.key);
        }
        for row in rows.iter::<ExportRow>() {
            out.words(&[use_of(row.value)]);
            [row.name, row.local].into_iter().for_each(|text| out.text(rows, text));
        }
        out.finish()
    }
}

/// Whether a scope lies in a function with nothing but blocks in between: what it binds is nobody else's concern.
fn is_local(rows: &Rows, mut scope: u32) -> bool {
    while let Some(row) = rows.get::<ScopeRow>(scope) {
        match row.kind {
            ScopeKind::Function => return true,
            ScopeKind::Block => scope = row.parent,
            _ => return false,
        }
    }
    false
}

/// Consecutive numbers for those that count.
fn numbered(counts: &[bool]) -> Vec<u32> {
    let mut next = 0;
    let number = |&counted: &bool| {
        if !counted {
            return NONE;
        }
        next += 1;
        next - 1
    };
    counts.iter().map(number).collect()
}

#[derive(Default)]
struct Digest(Vec<u8>);

impl Digest {
    fn words(&mut self, words: &[u32]) {
        words.iter().for_each(|word| self.0.extend_from_slice(&word.to_le_bytes()));
    }

    fn text(&mut self, rows: &Rows, text: Str) {
        let text = rows.str(text);
        self.words(&[text.len() as u32]);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn finish(self) -> [u8; 16] {
        let mut digest = [0; 16];
        digest.copy_from_slice(&blake3::hash(&self.0).as_bytes()[..16]);
        digest
    }
}
