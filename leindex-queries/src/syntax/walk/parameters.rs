//! Parameters of functions.

use tree_sitter::Node;

use super::Walk;
use super::frame::{Frame, Value};
use crate::items::signature;
use crate::languages::{Receiver, Role};
use crate::syntax::rows::{BindingKind, NONE, ParameterRow, ScopeKind, Str, SymbolFlags, SymbolKind};

impl<'a> Walk<'a> {
    /// Adds a parameter that has no node of role [`Role::Parameter`].
    pub fn add_parameter(&mut self, name: Node<'_>, optional: bool, variadic: bool) {
        let binding = self.declare(name, BindingKind::Parameter);
        let name = self.rows.bindings[binding as usize].name;
        if let Some(function) = self.function_here() {
            self.parameter(function, ParameterRow { name, ty: Str::EMPTY, type_use: NONE, optional, variadic });
        }
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

    /// Adds a parameter row that binds no name itself: a pattern, whose text on one line is its name.
    pub fn pattern_parameter(&mut self, pattern: Node<'_>) {
        if let Some(function) = self.function_here() {
            let name = self.one_line(pattern.start_byte() as u32, pattern.end_byte() as u32);
            self.parameter(function, ParameterRow { name, ty: Str::EMPTY, type_use: NONE, optional: false, variadic: false });
        }
    }

    /// Adds a parameter to the next symbol, which has no parameter list of its own.
    pub fn parameter_of_next_symbol(&mut self, name: &str, ty: &str, optional: bool, variadic: bool) {
        let (name, ty) = (self.rows.string(name), self.rows.string(ty));
        self.rows.parameters.push(ParameterRow { name, ty, type_use: NONE, optional, variadic });
        self.next.parameters += 1;
    }

    pub(super) fn close_parameter(&mut self, frame: &Frame, variadic: bool) {
        // Names side by side are parameters each; those of a pattern are one.
        let count = if let Value::List { count, first: true, .. } = frame.left { count } else { 1 };
        for at in 0..count {
            self.close_parameter_name(frame, self.list_item(frame.left, at), variadic);
        }
    }

    fn close_parameter_name(&mut self, frame: &Frame, left: Value, variadic: bool) {
        let around_optional = self.buffers.frames.last().is_some_and(|around| around.said.optional);
        let optional = frame.said.optional || around_optional || frame.value != Value::None || variadic;
        // A pattern is its own name; a type alone has none.
        let mut name = match (frame.ty_start, frame.ty_end) {
            (start, end) if (start, end) == (frame.start, frame.end) => (0, 0),
            (ty, _) if ty > frame.start => (frame.start, ty),
            _ => (frame.start, frame.end),
        };
        if let Value::Binding(binding) = left {
            self.assign(binding, Value::None, frame.ty);
            let row = self.rows.bindings[binding as usize];
            name = (row.start, row.start + self.rows.str(row.name).len() as u32);
            if frame.said.field {
                let field = if frame.said.name.0 == NONE { name } else { frame.said.name };
                self.field_of_parameter(frame, field);
            }
        }
        let scope = self.rows.scopes[self.scope as usize];
        if scope.kind == ScopeKind::Extension
            && scope.self_type == NONE
            && let Value::Use(ty) = frame.ty
        {
            // The first parameter of an extension is what it extends.
            self.set_self_type(self.scope, ty);
        }
        if scope.kind != ScopeKind::Function || scope.symbol == NONE {
            return;
        }
        let ty = if let Value::Use(index) = frame.ty { index } else { NONE };
        let (text, ty_str) = if matches!(frame.role, Some(Role::DeclaratorParameter { .. })) {
            let named = matches!(frame.left, Value::Binding(_));
            let ty_str = self.type_around_name(frame, named.then_some(name));
            if !named && self.rows.str(ty_str) == "void" {
                return;
            }
            (if named { name } else { (0, 0) }, ty_str)
        } else {
            (name, self.type_text(frame))
        };
        let name = self.one_line(text.0, text.1);
        self.parameter(scope.symbol, ParameterRow { name, ty: ty_str, type_use: ty, optional, variadic });
    }

    /// The type of a parameter written around its name (`int (*callback)(void)`), without the name and the default.
    fn type_around_name(&mut self, frame: &Frame, name: Option<(u32, u32)>) -> Str {
        let (start, end) = name.unwrap_or((frame.end, frame.end));
        let part = |start: u32, end: u32| self.source.get(start as usize..end as usize).unwrap_or("").trim();
        let (before, after) = (part(frame.start, start), part(end, frame.end));
        let after = after.split_once('=').map_or(after, |(ty, _)| ty.trim_end());
        self.buffers.text.clear();
        signature::one_line(before, &mut self.buffers.text);
        self.buffers.text.push_str(after);
        self.rows.string(&self.buffers.text)
    }

    /// The field that a constructor's parameter is as well.
    fn field_of_parameter(&mut self, frame: &Frame, name: (u32, u32)) {
        let Some(scope) = self.type_scope() else { return };
        let Some(owner) = self.rows.scopes.get(scope as usize).map(|row| row.symbol).filter(|&symbol| symbol != NONE) else { return };
        let here = (std::mem::replace(&mut self.scope, scope), std::mem::replace(&mut self.symbol, owner));
        let text = self.source.get(name.0 as usize..name.1 as usize).unwrap_or("");
        let span = (frame.start, frame.end);
        let symbol = self.push_symbol_at(span, text, name.0 as usize..name.1 as usize, SymbolKind::Field, None);
        let return_type = self.type_text(frame);
        self.rows.symbols[symbol as usize].return_type = return_type;
        if let Value::Use(ty) = frame.ty {
            self.set_type(symbol, ty);
        }
        self.close_symbol(symbol, false);
        (self.scope, self.symbol) = here;
    }

    /// A piece of the text with its white space made single blanks, without a mark at its end.
    fn one_line(&mut self, start: u32, end: u32) -> Str {
        let text = self.source.get(start as usize..end as usize).unwrap_or("").trim_end_matches([':', ' ']);
        if !text.contains(char::is_whitespace) {
            return self.rows.string(text);
        }
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.rows.string(&line)
    }

    /// The declared type of a node as written, without the mark before it, on one line.
    pub(super) fn type_text(&mut self, frame: &Frame) -> Str {
        let text = self.source.get(frame.ty_start as usize..frame.ty_end as usize).unwrap_or("");
        let text = text.trim_start_matches([':', ' ']).trim_start_matches("->").trim();
        if !text.contains('\n') {
            return self.rows.string(text);
        }
        self.buffers.text.clear();
        signature::one_line(text, &mut self.buffers.text);
        self.rows.string(&self.buffers.text)
    }

    /// Adds a parameter row to a symbol, or notes its receiver.
    pub(super) fn parameter(&mut self, symbol: u32, row: ParameterRow) {
        let next = self.rows.parameters.len() as u32;
        let target = &mut self.rows.symbols[symbol as usize];
        if target.parameters == 0 && !target.flags.has(SymbolFlags::HAS_RECEIVER) {
            target.first_parameter = next;
            let in_type = matches!(target.kind, SymbolKind::Method | SymbolKind::Constructor) && !target.flags.has(SymbolFlags::STATIC);
            if in_type && self.grammar.config.receiver == Receiver::FirstParameter {
                target.flags.set(SymbolFlags::HAS_RECEIVER);
                self.receiver = row.name;
                return;
            }
        }
        if target.parameters == 0 {
            target.first_parameter = next;
        }
        if target.first_parameter + target.parameters == next {
            target.parameters += 1;
            self.rows.parameters.push(row);
        }
    }
}
