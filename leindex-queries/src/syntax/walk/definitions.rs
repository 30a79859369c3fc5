//! Definitions: opening the symbol and the scope of a node, and what a language says of the next one.

use tree_sitter::Node;

use super::Walk;
use super::frame::{Frame, Opens};
use super::said::Next;
use crate::items::metrics::Counters;
use crate::languages::{Define, NameAt, Role};
use crate::syntax::rows::{BaseRow, BindingKind, BindingRow, NONE, ScopeKind, ScopeRow, Str, SymbolFlags, SymbolKind};

impl<'a> Walk<'a> {
    /// The definition about to be opened has its name at these bytes.
    pub fn name_definition(&mut self, start: usize, end: usize) {
        self.next.name = Some((start as u32, end as u32));
    }

    /// The definition about to be opened is named by this node, which is no use then.
    pub fn name_definition_at(&mut self, name: Node<'_>) {
        self.name_definition(name.start_byte(), name.end_byte());
        self.next.name_node = name.id();
    }

    /// Whether a hook has already named the definition about to be opened.
    pub fn has_name_for_definition(&self) -> bool {
        self.next.name.is_some()
    }

    /// The definition about to be opened has its return type at these bytes, whatever its type part covers.
    pub fn type_of_definition(&mut self, start: usize, end: usize) {
        self.next.ty = Some((start as u32, end as u32));
    }

    /// The next definition gets these flags.
    pub fn flag_definition(&mut self, flags: SymbolFlags) {
        self.next.flags.set(flags);
    }

    /// The definition about to be opened is (part of) the module `key`. A second key may be given.
    pub fn module_of_definition(&mut self, key: &str) {
        let key = self.rows.string(key);
        self.next.module = if self.next.module[0].is_empty() { [key, Str::EMPTY] } else { [self.next.module[0], key] };
    }

    /// The definition about to be opened belongs to the type that this use names.
    pub fn self_type_of_definition(&mut self, use_index: u32) {
        self.next.self_type = use_index;
    }

    /// The definition about to be opened is not known by its plain name where it stands.
    pub fn unbound_definition(&mut self) {
        self.next.unbound = true;
    }

    /// The function literal `node` below is the body of the definition about to be opened: its parameters and names
    /// are the definition's.
    pub fn adopt_function(&mut self, node: Node<'_>) {
        self.next.function = node.id();
    }

    /// Definitions get these flags from here to the end of the node around, or of the node being looked at if that is
    /// walked (`private` on a line of its own).
    pub fn section(&mut self, flags: SymbolFlags) {
        self.section = flags;
    }

    /// Definitions inside the node cannot be seen from other files.
    pub fn hide(&mut self, node: Node<'_>) {
        self.hidden_until = self.hidden_until.max(node.end_byte() as u32);
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

    /// Says that the members of the innermost scope belong to the type that this use names. The first to say so counts.
    pub fn self_type(&mut self, ty: u32) {
        if self.rows.scopes.get(self.scope as usize).is_some_and(|row| row.self_type == NONE) {
            self.set_self_type(self.scope, ty);
        }
    }

    pub(super) fn open_definition(&mut self, node: Node<'_>, define: &Define, frame: &mut Frame) -> bool {
        if let Some((start, end)) = self.next.name.take() {
            let range = start as usize..end as usize;
            let text = self.source.get(range.clone()).unwrap_or("");
            self.pending_name = self.next.name_node;
            let symbol = self.push_symbol(node, text, range, self.kind_here(define), define.scope);
            self.opened(symbol, define, frame);
            return true;
        }
        let mut own_name_only = false;
        let name = match define.name {
            NameAt::Field(at) => match at.parse::<usize>() {
                Ok(index) => node.named_child(index as u32),
                Err(_) => node.child_by_field_name(at),
            },
            NameAt::Find(find) => find(node),
            NameAt::Given => {
                let own = node.child_by_field_name("name");
                let given = self.buffers.frames.last().filter(|_| self.is_named_value()).filter(|given| given.name_start != NONE).copied();
                match given {
                    Some(given) => {
                        self.open_given(node, define, &given, own, frame);
                        return true;
                    }
                    None => {
                        own_name_only = own.is_some();
                        own
                    }
                }
            }
            NameAt::Fixed(text) => {
                let symbol = self.push_symbol(node, text, node.start_byte()..node.start_byte(), self.kind_here(define), define.scope);
                self.opened(symbol, define, frame);
                return true;
            }
        };
        let text = name.and_then(|name| self.source.get(name.byte_range())).unwrap_or("");
        let (Some(name), false) = (name, text.is_empty()) else {
            // What has no name is no symbol, but it is still a scope.
            if let Some(kind) = define.scope {
                self.open_scope(kind, NONE, frame);
            }
            return define.scope.is_some();
        };
        self.pending_name = name.id();
        let symbol = self.push_symbol(node, text, name.byte_range(), self.kind_here(define), define.scope);
        self.opened(symbol, define, frame);
        if let (true, Some(binding)) = (own_name_only, self.rows.bindings.last_mut()) {
            // The name of a value is known inside only.
            binding.scope = self.scope;
        }
        true
    }

    /// Opens a definition that is the value of a node of role [`Role::Named`].
    fn open_given(&mut self, node: Node<'_>, define: &Define, given: &Frame, own: Option<Node<'_>>, frame: &mut Frame) {
        let range = given.name_start as usize..given.name_end as usize;
        let text = self.source.get(range.clone()).unwrap_or("");
        let symbol = self.push_symbol(node, text, range, self.kind_here(define), define.scope);
        self.opened(symbol, define, frame);
        if !define.kind.is_callable() && !define.kind.is_type() {
            let row = &mut self.rows.symbols[symbol as usize];
            (row.body_start, row.type_use) = (frame.start, given.ty.use_index());
        }
        if let Some(own) = own {
            // The name that the value has by itself is known inside.
            self.pending_name = own.id();
            let name = self.rows.string(self.source.get(own.byte_range()).unwrap_or(""));
            self.push_binding(name, self.scope, BindingKind::Symbol, symbol, own.start_byte() as u32);
        }
    }

    fn opened(&mut self, symbol: u32, define: &Define, frame: &mut Frame) {
        frame.opens = Opens::Symbol(symbol);
        self.symbol = symbol;
        if define.scope.is_some() {
            let inner = self.rows.symbols[symbol as usize].inner;
            self.take_type_parameters(symbol, inner);
            self.scope = inner;
            if self.next.self_type != NONE {
                self.set_self_type(inner, self.next.self_type);
            }
        }
        for key in self.next.module.into_iter().filter(|key| !key.is_empty()) {
            self.push_module(key, symbol);
        }
        if let Some(ty) = self.next.ty {
            (frame.ty_start, frame.ty_end) = ty;
            frame.ty_fixed = true;
        }
        self.next = Next { function: self.next.function, ..Next::NOTHING };
        self.section = SymbolFlags::default();
        self.in_export = false;
        self.receiver = if define.scope == Some(ScopeKind::Type) { Str::EMPTY } else { self.receiver };
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
        (self.next.doc, self.next.flags) = (None, SymbolFlags::default());
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

    /// Type parameters declared by a wrapper (`template <class T>`) belong to the definition that it wraps.
    fn take_type_parameters(&mut self, symbol: u32, inner: u32) {
        let Some(wrapper) = self.buffers.frames.last().filter(|around| matches!(around.role, Some(Role::Wrapper))) else {
            return;
        };
        let (start, outer) = (wrapper.start, self.scope);
        let own = |row: &BindingRow| row.kind == BindingKind::Symbol && row.target == symbol;
        let parameter = |row: &BindingRow| {
            matches!(row.kind, BindingKind::TypeParameter | BindingKind::Parameter) && (row.scope == outer || row.scope == inner)
        };
        for row in self.rows.bindings.iter_mut().rev().take_while(|row| own(row) || parameter(row) && row.start >= start) {
            if !own(row) {
                row.scope = inner;
            }
        }
    }

    fn kind_here(&self, define: &Define) -> SymbolKind {
        if self.in_type() || !define.self_type.is_empty() { define.kind_in_type } else { define.kind }
    }

    pub(super) fn open_scope(&mut self, kind: ScopeKind, symbol: u32, frame: &mut Frame) {
        self.rows.scopes.push(ScopeRow { kind, parent: self.scope, symbol, self_type: NONE, start: frame.start, end: frame.end });
        self.scope = self.rows.scopes.len() as u32 - 1;
        self.in_export &= kind == ScopeKind::Extension;
        if frame.opens == Opens::Nothing {
            frame.opens = Opens::Scope;
            self.section = SymbolFlags::default();
        }
        if let Some((base, kind)) = self.pending_base.take() {
            self.rows.bases.push(BaseRow { symbol: NONE, extension: self.scope, base, kind });
        }
        let scope = self.scope;
        self.rows.bindings.extend(self.buffers.inside.drain(..).map(|row| BindingRow { scope, ..row }));
    }

    pub(super) fn set_self_type(&mut self, scope: u32, ty: u32) {
        if let Some(row) = self.rows.scopes.get_mut(scope as usize) {
            row.self_type = ty;
        }
    }
}
