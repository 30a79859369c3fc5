//! Bindings: what names in a scope stand for, and what declarations and assignments say of them.

use tree_sitter::Node;

use super::Walk;
use super::frame::{Frame, Opens, Value};
use crate::languages::{Declare, Receiver, Role};
use crate::syntax::rows::{BindingKind, BindingRow, NONE, ScopeKind, ScopeRow, Str, SymbolKind, UseKind, UseRole, UseRow};

impl<'a> Walk<'a> {
    /// Binds a name in the current scope to a value and a declared type ([`NONE`] for nothing).
    pub fn bind(&mut self, node: Node<'_>, kind: BindingKind, value: u32, type_use: u32) -> u32 {
        let index = self.declare(node, kind);
        let row = &mut self.rows.bindings[index as usize];
        (row.value, row.type_use) = (value, type_use);
        index
    }

    /// Binds a name in the next scope to be opened.
    pub fn bind_inside(&mut self, name: Node<'_>, kind: BindingKind, value: u32, type_use: u32) {
        let text = self.rows.string(self.source.get(name.byte_range()).unwrap_or(""));
        let start = name.start_byte() as u32;
        self.buffers.inside.push(BindingRow { name: text, scope: NONE, kind, target: NONE, value, type_use, start });
    }

    /// Gives a binding the value of a use.
    pub fn bind_value(&mut self, binding: u32, value: u32) {
        if let Some(row) = self.rows.bindings.get_mut(binding as usize) {
            row.value = value;
        }
    }

    /// Binds a member of the symbol around in the scope around that symbol too (unscoped enumerations).
    pub fn bind_around(&mut self, member: u32) {
        let (name, start) = (self.rows.symbols[member as usize].name, self.rows.symbols[member as usize].name_start);
        let scope = self.rows.symbols[self.symbol as usize].scope;
        self.push_binding(name, scope, BindingKind::Symbol, member, start);
    }

    /// Binds a name in the current scope without a value.
    pub fn declare(&mut self, node: Node<'_>, kind: BindingKind) -> u32 {
        let name = self.rows.string(self.source.get(node.byte_range()).unwrap_or(""));
        self.push_binding(name, self.scope, kind, NONE, node.start_byte() as u32)
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

    /// Says that the function around gives the value of a use ([`NONE`] for one that rows do not describe).
    pub fn gives(&mut self, node: Node<'_>, value: u32) {
        self.result(value, node.start_byte() as u32, false);
    }

    pub(super) fn push_binding(&mut self, name: Str, scope: u32, kind: BindingKind, target: u32, start: u32) -> u32 {
        if self.grammar.tracks_locals && matches!(kind, BindingKind::Variable | BindingKind::Parameter) {
            self.buffers.locals.insert((scope, name));
        }
        self.rows.bindings.push(BindingRow { name, scope, kind, target, value: NONE, type_use: NONE, start });
        self.rows.bindings.len() as u32 - 1
    }

    pub(super) fn assign(&mut self, binding: u32, value: Value, ty: Value) {
        let row = &mut self.rows.bindings[binding as usize];
        row.value = value.use_index();
        if let Value::Use(ty) = ty {
            row.type_use = ty;
        }
        if row.kind == BindingKind::Symbol {
            let (symbol, ty) = (row.target, row.type_use);
            if ty != NONE {
                self.rows.symbols[symbol as usize].type_use = ty;
            }
        }
    }

    /// `self.x = value`: a field of the type around.
    pub(super) fn assign_member(&mut self, target: u32, value: Value, ty: Value, span: (u32, u32)) {
        let row = self.rows.uses[target as usize];
        if row.role == UseRole::Call {
            // `a.b = c` of a language without fields in sight is a call of `b=`.
            let setter = format!("{}=", self.rows.str(row.name));
            let name = self.rows.string(&setter);
            let row = &mut self.rows.uses[target as usize];
            (row.name, row.arity) = (name, 1);
            return;
        }
        self.rows.uses[target as usize].role = UseRole::Write;
        if row.kind == UseKind::Element {
            self.rows.uses[target as usize].name = self.rows.string(self.grammar.config.names.special.assign_element);
        }
        if row.kind != UseKind::Member || self.rows.uses.get(row.base as usize).is_none_or(|base| base.kind != UseKind::This) {
            return;
        }
        if self.grammar.config.names.implicit_this && !self.grammar.config.assignment_declares {
            // Where members go by their plain names, all of them are declared.
            return;
        }
        let Some(scope) = self.type_scope() else { return };
        let known = self.buffers.fields.get(&(scope, row.name)).copied();
        if let Some(first) = known
            && let Some(first) = self.rows.bindings.get_mut(first as usize)
            && first.type_use == NONE
            && (first.value == NONE || self.rows.uses.get(first.value as usize).is_some_and(|value| value.kind == UseKind::Literal))
        {
            // `self.x = None` says less than what comes later.
            first.value = value.use_index();
            first.type_use = ty.use_index();
        }
        let binding = match known {
            None => self.field_of(scope, row, span),
            Some(_) => None,
        };
        let binding = binding.unwrap_or_else(|| self.push_binding(row.name, scope, BindingKind::Field, NONE, row.start));
        let row = &mut self.rows.bindings[binding as usize];
        row.value = value.use_index();
        row.type_use = ty.use_index();
        if row.kind == BindingKind::Symbol {
            self.rows.symbols[row.target as usize].type_use = row.type_use;
        }
    }

    /// Where nothing else declares fields, the first assignment to one in its class is its definition: the binding of
    /// the symbol made for it.
    fn field_of(&mut self, scope: u32, target: UseRow, (start, end): (u32, u32)) -> Option<u32> {
        if self.grammar.config.receiver != Receiver::FirstParameter {
            return None;
        }
        let before = (self.symbol, self.scope);
        self.symbol = self.rows.scopes.get(scope as usize).map(|row| row.symbol).filter(|&symbol| symbol != NONE)?;
        self.scope = scope;
        let at = target.start as usize..target.start as usize + self.rows.str(target.name).len();
        let name = self.source.get(at.clone()).unwrap_or("");
        let symbol = self.push_symbol_at((start, end), name, at, SymbolKind::Field, None);
        self.close_symbol(symbol, false);
        (self.symbol, self.scope) = before;
        Some(self.rows.bindings.len() as u32 - 1)
    }

    /// Before a name in a declaration: a name after a value or type begins another declaration (`let a = 1, b = 2`).
    pub(super) fn next_name(&mut self, node: Node<'_>, declare: &Declare) {
        let Some(&frame) = self.buffers.frames.last() else { return };
        if frame.value == Value::None && frame.ty == Value::None {
            return;
        }
        if frame.left != Value::None
            && let Some(parent) = node.parent()
        {
            let Some(frame) = self.buffers.frames.pop() else { return };
            self.close_declare(parent, &frame, declare);
            self.buffers.frames.push(frame);
        }
        if let Some(frame) = self.buffers.frames.last_mut() {
            (frame.left, frame.value, frame.ty) = (Value::None, Value::None, Value::None);
            (frame.ty_start, frame.ty_end) = (0, 0);
        }
    }

    pub(super) fn close_declare(&mut self, node: Node<'_>, frame: &Frame, declare: &Declare) {
        let mut ty = *frame;
        let mut span = self.outer_span(node);
        if let Some(parent) = self.buffers.frames.last()
            && matches!(parent.role, Some(Role::Declarators { .. }))
        {
            (ty, span) = (*parent, (parent.start, parent.end));
        }
        let around = self.buffers.frames.last().filter(|around| matches!(around.role, Some(Role::Declarations(_)))).copied();
        let declared = match (ty.ty, &around) {
            (Value::None, Some(around)) => around.ty,
            (declared, _) => declared,
        };
        let mut taken = false;
        self.each_pair(frame, declare.element, |walk, name, mut value| {
            let (Value::Binding(binding) | Value::Rest(binding)) = name else { return };
            if binding == NONE {
                return;
            }
            if declare.element {
                value = match value {
                    Value::Use(base) => {
                        taken = true;
                        walk.item_of(base, frame.start)
                    }
                    _ => Value::Unknown,
                };
            }
            walk.assign(binding, value, declared);
            let row = walk.rows.bindings[binding as usize];
            if row.kind == BindingKind::Symbol
                && let Some(around) = around
            {
                walk.widen_declared(&around, row, node.end_byte() as u32);
            } else if row.kind == BindingKind::Symbol {
                // The symbol made for the name covers the whole declaration.
                walk.rows.symbols[row.target as usize].return_type = walk.type_text(&ty);
                walk.widen_symbol(row.target, span, node.has_error());
            }
        });
        // Items that are taken apart are taken all the same.
        if let (true, false, Value::Use(base)) = (declare.element, taken, frame.value)
            && !self.grammar.config.names.special.iterate.is_empty()
        {
            self.item_of(base, frame.start);
        }
    }

    /// An item of an iteration over a value.
    fn item_of(&mut self, base: u32, start: u32) -> Value {
        let element = self.element(base, self.grammar.config.names.special.iterate, start);
        self.rows.uses[element as usize].arity = 1;
        Value::Use(element)
    }

    /// Gives a name its type and span from the declaration around it.
    pub(super) fn declared(&mut self, around: &Frame, binding: u32) {
        self.assign(binding, Value::None, around.ty);
        let row = self.rows.bindings[binding as usize];
        if row.kind == BindingKind::Symbol {
            let end = row.start + self.rows.str(row.name).len() as u32;
            self.widen_declared(around, row, end);
        }
    }

    /// A symbol declared with others covers their whole declaration, unless a type is defined in it.
    fn widen_declared(&mut self, around: &Frame, row: BindingRow, end: u32) {
        let after_type = self.rows.symbols.get(around.symbols_before as usize).is_some_and(|first| first.kind.is_type());
        let mut frames =
            self.buffers.frames.iter().rev().skip_while(|frame| frame.start != around.start || frame.end != around.end).skip(1);
        let wrapper = frames.next().filter(|frame| matches!(frame.role, Some(Role::Wrapper)));
        let whole = wrapper.map_or((around.start, around.end), |wrapper| (wrapper.start, wrapper.end));
        if wrapper.is_some() {
            // Type parameters of a variable belong to no scope that can be seen from elsewhere.
            let scope = self.rows.scopes.len() as u32;
            let mut any = false;
            let inside = self.rows.bindings.iter_mut().rev().take_while(|binding| binding.start >= whole.0);
            for binding in inside.filter(|binding| binding.kind == BindingKind::TypeParameter && binding.scope == row.scope) {
                binding.scope = scope;
                any = true;
            }
            if any {
                let own =
                    ScopeRow { kind: ScopeKind::Block, parent: row.scope, symbol: NONE, self_type: NONE, start: whole.0, end: whole.1 };
                self.rows.scopes.push(own);
            }
        }
        let ty = self.declared_type(around, row.start);
        self.rows.symbols[row.target as usize].return_type = ty;
        self.widen_symbol(row.target, if after_type { (row.start, end) } else { whole }, false);
    }

    /// The type of a declared name as written, with the marks between it and the name (`char *`).
    fn declared_type(&mut self, around: &Frame, name_start: u32) -> Str {
        let marks = self.source.get(around.ty_end as usize..name_start as usize).unwrap_or("?");
        let end = if marks.bytes().all(|byte| matches!(byte, b' ' | b'*' | b'&' | b'a'..=b'z')) { name_start } else { around.ty_end };
        let text = self.source.get(around.ty_start as usize..end as usize).unwrap_or("");
        let text = text.split('{').next().unwrap_or("").trim();
        self.rows.string(text)
    }

    /// Notes what the function around gives ([`NONE`] for a value that rows do not describe), where its declaration
    /// does not say it. `implicit` values are those of a body's end; unknown ones matter beside others only.
    pub(super) fn result(&mut self, value: u32, start: u32, implicit: bool) {
        let scope = self.enclosing_function();
        let Some(row) = self.rows.scopes.get(scope as usize).filter(|row| row.kind == ScopeKind::Function && row.symbol != NONE) else {
            // What a function without a symbol gives is nowhere asked for.
            return;
        };
        let definition = self.buffers.frames.iter().rev().find(|frame| frame.opens == Opens::Symbol(row.symbol));
        // That it gives some function does not say which.
        let says = |ty: u32| self.rows.str(self.rows.uses[ty as usize].name) != self.grammar.config.names.special.function;
        let declared = definition.is_some_and(|frame| matches!(frame.ty, Value::Use(ty) if says(ty)));
        let (last_scope, last_value) = self.last_result;
        let settled = last_scope == scope && last_value == NONE;
        if declared || value == NONE && (settled || implicit && last_scope != scope) {
            return;
        }
        self.last_result = (scope, value);
        let binding = self.push_binding(Str::EMPTY, scope, BindingKind::Result, NONE, start);
        self.rows.bindings[binding as usize].value = value;
    }
}
