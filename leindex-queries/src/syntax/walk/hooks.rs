//! What a language may do from [`Role::Custom`] beyond the walk's own methods: patterns, clauses, metrics, notes.

use std::ops::Range;

use tree_sitter::Node;

use super::{Frame, Mode, Opens, Value, Walk};
use crate::items::{docs, metrics::Counters};
use crate::languages::Role;
use crate::syntax::rows::{
    BindingKind, NONE, ParameterRow, ScopeKind, ScopeRow, Str, SymbolFlags, SymbolKind, SymbolRow, UseKind, UseRole,
};

impl<'a> Walk<'a> {
    /// Whether plain names at the node being looked at are declared, not used.
    pub fn is_declaring(&self) -> bool {
        matches!(self.mode, Mode::Declare { .. })
    }

    /// Whether plain names at the node being looked at are types.
    pub fn is_typing(&self) -> bool {
        matches!(self.mode, Mode::Type | Mode::Base(_))
    }

    /// What a use at the node being looked at does, as the place around it says.
    pub fn role_here(&self) -> UseRole {
        super::use_role(self.mode)
    }

    /// The name being defined is this node; asking takes it, so that it is no use.
    pub fn takes_name(&mut self, node: Node<'_>) -> bool {
        let found = self.pending_name == node.id();
        if found {
            self.pending_name = 0;
        }
        found
    }

    /// Whether this node is the name being defined.
    pub fn is_pending_name(&self, node: Node<'_>) -> bool {
        self.pending_name == node.id()
    }

    /// Makes this node no use when the walk comes to it.
    pub fn skip_name(&mut self, node: Node<'_>) {
        self.pending_name = node.id();
    }

    /// Leaves out all nodes that end at or before this byte.
    pub fn skip_to(&mut self, byte: usize) {
        self.skip_before = self.skip_before.max(byte as u32);
    }

    /// Whether this node was left out by [`Walk::skip_to`].
    pub fn is_skipped(&self, node: Node<'_>) -> bool {
        node.end_byte() as u32 <= self.skip_before
    }

    /// Says the result type of the next definition of this name.
    pub fn expect_type(&mut self, name: &str, ty: &str) {
        self.expected = (self.rows.string(name), self.rows.string(ty));
    }

    /// The result type said before for the symbol around, if it has that name.
    pub fn take_expected_type(&mut self) {
        let (name, ty) = std::mem::replace(&mut self.expected, (Str::EMPTY, Str::EMPTY));
        let row = &mut self.rows.symbols[self.symbol as usize];
        if row.name == name {
            row.return_type = ty;
        }
    }

    /// The text from the start of the `up`-th node around the one being looked at; 0 is its parent.
    pub fn text_around(&self, up: usize) -> &'a str {
        let frame = self.buffers.frames.len().checked_sub(up + 1).and_then(|at| self.buffers.frames.get(at));
        frame.and_then(|frame| self.source.get(frame.start as usize..)).unwrap_or("")
    }

    /// The text of the node around.
    pub fn parent_text(&self) -> &'a str {
        self.buffers.frames.last().and_then(|frame| self.source.get(frame.start as usize..frame.end as usize)).unwrap_or("")
    }

    /// The role of the innermost node around that has one.
    pub fn nearest_role(&self) -> Option<&'static Role> {
        self.buffers.frames.iter().rev().find_map(|frame| Some(frame.action?.role))
    }

    /// Whether the node being looked at stands in a parameter list.
    pub fn in_parameters(&self) -> bool {
        self.buffers.frames.last().and_then(|frame| frame.action).is_some_and(|action| matches!(action.role, Role::Parameters))
    }

    /// Whether the parent of the node being looked at opened a scope or symbol.
    pub fn parent_opens(&self) -> bool {
        self.buffers.frames.last().is_some_and(|frame| frame.opens != Opens::Nothing)
    }

    /// How many named siblings stand before the node being looked at.
    pub fn position(&self) -> u16 {
        self.buffers.frames.last().map_or(0, |frame| frame.children.saturating_sub(1))
    }

    /// Whether the walk is inside no function.
    pub fn is_outside_functions(&self) -> bool {
        self.outside_functions()
    }

    /// Counts the node being looked at for the metrics (flags of `Metric`), as if its kind stood in the tables.
    pub(crate) fn counts(&mut self, metric: u8) {
        self.counted |= metric;
    }

    /// Adds statements to the symbol around.
    pub fn add_statements(&mut self, count: u32) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.add_statements(count);
        }
    }

    /// The documentation of the next definition, whatever stands between.
    pub fn document_next(&mut self, text: &str) {
        self.documents = Some(self.cleaned(text));
    }

    /// The documentation of the symbol around.
    pub fn document(&mut self, text: &str) {
        let doc = self.cleaned(text);
        self.rows.symbols[self.symbol as usize].doc = doc;
    }

    pub(super) fn cleaned(&mut self, text: &str) -> Str {
        self.buffers.text.clear();
        docs::leading(text, &[(0, text.len() as u32)], &[], text.len() as u32, &[], self.buffers.text);
        self.rows.string(self.buffers.text)
    }

    /// Flags of the next definition.
    pub fn flag_next(&mut self, flags: SymbolFlags) {
        self.flags.set(flags);
    }

    /// Remembers a text until the end of the file.
    pub fn note(&mut self, text: &str) {
        let text = self.rows.string(text);
        self.buffers.notes.push(text);
    }

    /// Whether a text was remembered.
    pub fn has_note(&self, text: &str) -> bool {
        self.buffers.notes.iter().any(|&note| self.rows.str(note) == text)
    }

    /// The key of the module around the symbol around.
    pub fn outer_module_key(&self) -> &str {
        self.module_key_of(self.rows.symbols[self.symbol as usize].parent)
    }

    /// The symbols defined directly in the current scope, the last first.
    pub fn siblings(&self) -> impl Iterator<Item = (u32, SymbolRow)> + '_ {
        let (around, scope) = (self.symbol, self.scope);
        let mut at = self.rows.symbols.len() as u32;
        std::iter::from_fn(move || {
            at = at.checked_sub(1)?;
            while at > around {
                let row = self.rows.symbols.get(at as usize)?;
                if row.parent == around {
                    return Some((at, *row));
                }
                at = row.parent;
            }
            at = 0;
            None
        })
        .filter(move |(_, row)| row.scope == scope)
    }

    /// The symbol around the walk's place.
    pub fn symbol_index(&self) -> u32 {
        self.symbol
    }

    /// Whether a symbol stands in an extension of a type.
    pub fn in_extension(&self, symbol: u32) -> bool {
        let scope = self.rows.symbols.get(symbol as usize).and_then(|row| self.rows.scopes.get(row.scope as usize));
        scope.is_some_and(|scope| scope.kind == ScopeKind::Extension)
    }

    /// Whether an export of this name was said.
    pub fn is_in_exports(&self, name: &str) -> bool {
        self.rows.exports.iter().any(|row| self.rows.str(row.name) == name)
    }

    /// What was opened with [`Visit::Again`](crate::languages::Visit::Again) is no further clause: no choice is made.
    pub fn same_clause(&mut self) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.same_clause();
        }
    }

    /// The name of the symbol around stands here.
    pub fn place_name(&mut self, name: Node<'_>) {
        let start = name.start_byte() as u32;
        let line = self.line(start);
        let row = &mut self.rows.symbols[self.symbol as usize];
        (row.name_start, row.name_line) = (start, line);
    }

    /// The comments right above the node document the file.
    pub fn document_file(&mut self, node: Node<'_>) {
        let doc = self.documentation(node.start_byte() as u32);
        self.rows.symbols[0].doc = doc;
    }

    /// Gives the node being looked at the value of an expression that rows do not describe.
    pub fn stand_for_unknown(&mut self) {
        self.deliver(Value::Unknown);
    }

    /// A symbol row.
    pub fn symbol_row(&self, symbol: u32) -> Option<SymbolRow> {
        self.rows.symbols.get(symbol as usize).copied()
    }

    /// Changes a symbol row.
    pub fn update(&mut self, symbol: u32, change: impl FnOnce(&mut SymbolRow)) {
        if let Some(row) = self.rows.symbols.get_mut(symbol as usize) {
            change(row);
        }
    }

    /// Adds a symbol that has no inside of its own, under a name that no node has as its text.
    pub fn named_symbol(&mut self, node: Node<'_>, name: &str, at: Range<usize>, kind: SymbolKind) -> u32 {
        let symbol = self.push_symbol(node, name, at, kind, None);
        self.close_symbol(symbol, node.has_error());
        symbol
    }

    /// Makes a member known by its plain name around its type as well.
    pub fn hoist(&mut self, symbol: u32) {
        let Some(row) = self.rows.symbols.get(symbol as usize).copied() else { return };
        if let Some(scope) = self.rows.scopes.get(row.scope as usize)
            && scope.kind == ScopeKind::Type
            && scope.parent != NONE
        {
            self.push_binding(row.name, scope.parent, BindingKind::Symbol, symbol, row.name_start);
        }
    }

    /// Binds a name in the current scope.
    pub fn declare_text(&mut self, name: &str, start: usize, kind: BindingKind) -> u32 {
        let name = self.rows.string(name);
        self.push_binding(name, self.scope, kind, NONE, start as u32)
    }

    /// Adds a parameter to the symbol around, without binding a name.
    pub fn parameter_row(&mut self, name: &str, ty: &str, optional: bool, variadic: bool) {
        let row = ParameterRow { name: self.rows.string(name), ty: self.rows.string(ty), type_use: NONE, optional, variadic };
        self.parameter(self.symbol, row);
    }

    /// Names a parameter of the symbol around that was added without a name. Returns whether there was one.
    pub fn name_parameter(&mut self, index: u32, name: &str) -> bool {
        let symbol = self.rows.symbols[self.symbol as usize];
        if index >= symbol.parameters {
            return false;
        }
        let name = self.rows.string(name);
        if let Some(row) = self.rows.parameters.get_mut((symbol.first_parameter + index) as usize)
            && row.name.is_empty()
        {
            row.name = name;
        }
        true
    }

    /// The parts of a dotted name that is one token, as chained uses; the last has `role`. Returns the last.
    pub fn use_path(&mut self, start: usize, path: &str, role: UseRole) -> u32 {
        let (mut base, mut at) = (NONE, start);
        for part in path.split('.') {
            let kind = if base == NONE { UseKind::Name } else { UseKind::Member };
            let name = self.rows.string(part);
            let last = at + part.len() == start + path.len();
            base = self.push_use(kind, if last { role } else { UseRole::Read }, name, base, at as u32);
            at += part.len() + 1;
        }
        base
    }

    /// One more argument for the function part's value.
    pub(super) fn apply(&mut self, frame: &Frame) -> Value {
        let Value::Use(index) = frame.object else { return Value::Unknown };
        if matches!(frame.mode, Mode::Declare { .. } | Mode::Type | Mode::Base(_)) {
            return frame.object;
        }
        if let Some(Role::Apply { argument, .. }) = frame.action.map(|action| action.role)
            && !argument.is_empty()
        {
            // `f @Type`: no argument.
            let is_type = |index: u32| self.rows.uses.get(index as usize).is_some_and(|row| row.role == UseRole::Type);
            if frame.value == Value::None || matches!(frame.value, Value::Use(value) if is_type(value)) {
                return frame.object;
            }
        }
        let row = &mut self.rows.uses[index as usize];
        match (row.kind, row.role) {
            (UseKind::Name | UseKind::Member | UseKind::Apply, UseRole::Read) => {
                row.role = UseRole::Call;
                row.arity = 1;
            }
            (_, UseRole::Call | UseRole::New) => row.arity += 1,
            _ => {}
        }
        frame.object
    }

    /// Opens a symbol once more, for another clause of its definition.
    pub(super) fn open_again(&mut self, node: Node<'_>, symbol: u32, frame: &mut Frame) {
        let Some(row) = self.rows.symbols.get(symbol as usize).copied() else { return };
        let limit = self.rows.symbols.get(row.parent as usize).map_or(NONE, |parent| parent.end);
        let end = (node.end_byte() as u32).min(limit);
        let end_line = self.line(end.saturating_sub(1).max(row.start));
        self.rows.scopes.push(ScopeRow { kind: ScopeKind::Function, parent: self.scope, symbol, self_type: NONE, start: frame.start, end });
        self.buffers.comments.clear();
        self.buffers.attributes.clear();
        self.documents = None;
        self.flags = SymbolFlags::default();
        self.buffers.counters.push((symbol, Counters::resume(&row)));
        let row = &mut self.rows.symbols[symbol as usize];
        row.end = end.max(row.end);
        row.end_line = end_line.max(row.end_line);
        if row.body_start > row.end {
            row.body_start = row.end;
        }
        frame.opens = Opens::Symbol(symbol);
        self.symbol = symbol;
        self.scope = self.rows.scopes.len() as u32 - 1;
    }

    /// Whether a symbol is declared but not yet defined.
    pub fn is_declaration(row: &SymbolRow) -> bool {
        row.flags.has(SymbolFlags::DECLARATION)
    }
}
