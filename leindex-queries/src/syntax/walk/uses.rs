//! Uses: names, members and calls, chained by their bases.

use tree_sitter::Node;

use super::Walk;
use super::frame::{Frame, Value};
use super::mode::{Mode, use_role};
use crate::languages::{Receiver, Role, Slot};
use crate::syntax::rows::{BaseKind, BaseRow, BindingKind, NONE, ParameterRow, ScopeKind, Str, UNKNOWN_BASE, UseKind, UseRole, UseRow};

impl<'a> Walk<'a> {
    /// A use by its row.
    pub fn use_row(&self, index: u32) -> Option<UseRow> {
        self.rows.uses.get(index as usize).copied()
    }

    /// The row that the next use will have.
    pub fn next_use(&self) -> u32 {
        self.rows.uses.len() as u32
    }

    /// Adds a use of the node's text as a plain name.
    pub fn use_name(&mut self, node: Node<'_>, role: UseRole) -> u32 {
        let name = self.rows.string(self.source.get(node.byte_range()).unwrap_or(""));
        self.push_use(UseKind::Name, role, name, NONE, node.start_byte() as u32)
    }

    /// Adds a use of `name`, reached through `base` if there is one ([`NONE`] for a plain name).
    pub fn use_text(&mut self, node: Node<'_>, kind: UseKind, role: UseRole, name: &str, base: u32) -> u32 {
        let name = self.rows.string(name);
        self.push_use(kind, role, name, base, node.start_byte() as u32)
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

    /// Adds the uses of a qualified name (`a.b.c`) as the place says: the last part has the place's role, and is a base
    /// or a decorator where the whole is. Returns the use of the last part, or [`NONE`].
    pub fn qualified(&mut self, node: Node<'_>, separator: &str) -> u32 {
        self.qualified_text(node.start_byte(), node.end_byte(), separator)
    }

    /// As [`Self::qualified`], for a part of the text.
    pub fn qualified_text(&mut self, start: usize, end: usize, separator: &str) -> u32 {
        let text = self.source.get(start..end).unwrap_or("");
        let start = start as u32;
        let mut base = NONE;
        let mut at = 0;
        for part in text.split(separator) {
            let name = part.trim();
            let offset = start + at as u32 + (part.len() - part.trim_start().len()) as u32;
            at += part.len() + separator.len();
            if name.is_empty() {
                continue;
            }
            let is_last = at >= text.len();
            let role = if is_last { use_role(self.mode) } else { UseRole::Read };
            let name = self.rows.string(name);
            base = if base == NONE {
                let kind = if self.is_receiver(name) { UseKind::This } else { UseKind::Name };
                self.push_use(kind, role, name, NONE, offset)
            } else {
                self.push_use(UseKind::Member, role, name, base, offset)
            };
        }
        if base != NONE {
            self.add_base(self.mode, base);
        }
        base
    }

    /// Makes the name or member `index` something else than a read: a call, a new object.
    pub fn set_role(&mut self, index: u32, role: UseRole) {
        self.rows.uses[index as usize].role = role;
    }

    /// Sets the arity of a call use.
    pub fn set_arity(&mut self, index: u32, arity: u32) {
        self.rows.uses[index as usize].arity = arity;
    }

    /// Adds a use that makes an instance of the type declared by a node around ([`Role::Declarations`]).
    pub fn construct(&mut self, node: Node<'_>, arity: u32) {
        let declares = |frame: &&Frame| matches!(frame.role, Some(Role::Declarations(_)));
        let Some(Value::Use(ty)) = self.buffers.frames.iter().rev().take(3).find(declares).map(|frame| frame.ty) else { return };
        let UseRow { kind, name, base, .. } = self.rows.uses[ty as usize];
        let index = self.push_use(kind, UseRole::New, name, base, node.start_byte() as u32);
        self.rows.uses[index as usize].arity = arity;
    }

    /// Makes the use `base` a base of the extension or symbol around the walk's place.
    pub fn base(&mut self, base: u32, kind: BaseKind) {
        self.add_base(Mode::Base(kind), base);
    }

    /// Makes the use `base` a base of a symbol.
    pub fn base_of(&mut self, symbol: u32, base: u32, kind: BaseKind) {
        self.rows.uses[base as usize].role = UseRole::Base;
        self.rows.bases.push(BaseRow { symbol, extension: NONE, base, kind });
    }

    /// Makes a use a base of the definition around, if the node being looked at stands where bases do.
    pub fn base_here(&mut self, index: u32) {
        self.add_base(self.mode, index);
    }

    /// Makes the use `base` a base of the next scope to be opened, which is a type without a name.
    pub fn base_of_next_scope(&mut self, base: u32, kind: BaseKind) {
        self.pending_base = Some((base, kind));
    }

    /// Changes how the symbol around inherits, by the names of its bases.
    pub fn settle_bases(&mut self, kind_of: impl Fn(&str) -> BaseKind) {
        for at in (0..self.rows.bases.len()).rev() {
            let row = self.rows.bases[at];
            if row.symbol != self.symbol {
                break;
            }
            self.rows.bases[at].kind = kind_of(self.rows.str(self.rows.uses[row.base as usize].name));
        }
    }

    /// A name in a language whose calls need neither receiver nor parentheses.
    pub(super) fn name_or_call(&mut self, node: Node<'_>, claim: fn(&mut Walk<'_>, Node<'_>) -> bool) {
        let text = self.source.get(node.byte_range()).unwrap_or("");
        let start = node.start_byte() as u32;
        self.forget_comments(start);
        let name = self.rows.string(text);
        let role = if self.is_local(name) { UseRole::Read } else { UseRole::Call };
        if role == UseRole::Call && claim(self, node) {
            return;
        }
        let index = self.push_use(UseKind::Name, role, name, NONE, start);
        self.deliver(Value::Use(index));
    }

    /// `@x`: a member of the current object.
    pub(super) fn own_field(&mut self, node: Node<'_>, mode: Mode) {
        let start = node.start_byte() as u32;
        let this = self.push_use(UseKind::This, UseRole::Read, Str::EMPTY, NONE, start);
        let name = self.rows.string(self.source.get(node.byte_range()).unwrap_or(""));
        let index = self.push_use(UseKind::Member, use_role(mode), name, this, start);
        self.deliver(Value::Use(index));
    }

    pub(super) fn name(&mut self, node: Node<'_>, mode: Mode, is_type: bool) {
        if node.id() == self.pending_name {
            self.pending_name = 0;
            return;
        }
        let (text, start) = unquoted(self.source.get(node.byte_range()).unwrap_or(""), node.start_byte() as u32);
        if text.is_empty() {
            return;
        }
        let outside = !self.in_function();
        if !matches!(mode, Mode::Declare { symbol: Some(_), .. } if outside) {
            self.forget_comments(start);
        }
        if let Some(around) = self.buffers.frames.last()
            && matches!(around.role, Some(Role::Declarations(_)))
            && self.rows.symbols.get(around.symbols_before as usize).is_some_and(|first| first.name_start == start)
        {
            // It names the type defined in this declaration.
            return;
        }
        let name = self.rows.string(text);
        let value = match mode {
            Mode::Declare { kind, hoisted, symbol, capitals } if !capitals || !text.starts_with(char::is_uppercase) => {
                if let (Some((free, in_type)), true) = (symbol, outside) {
                    let kind = if self.in_type() { in_type } else { free };
                    let symbol = self.push_symbol(node, text, node.byte_range(), kind, None);
                    self.close_symbol(symbol, false);
                    Value::Binding(self.rows.bindings.len() as u32 - 1)
                } else {
                    let scope = if hoisted { self.function_scope() } else { self.scope };
                    let binding = self.push_binding(name, scope, kind, NONE, start);
                    let in_list = self.buffers.frames.last().is_some_and(|frame| match frame.role {
                        Some(Role::Parameters) => true,
                        Some(Role::Define(_)) => frame.slot == Slot::Left,
                        _ => false,
                    });
                    if let (true, Some(function)) = (in_list, self.function_here()) {
                        let row = ParameterRow { name, ty: Str::EMPTY, type_use: NONE, optional: false, variadic: false };
                        self.parameter(function, row);
                    }
                    Value::Binding(binding)
                }
            }
            Mode::Outer => Value::Binding(self.push_binding(name, self.scope, BindingKind::Outer, NONE, start)),
            Mode::Write if self.grammar.config.assignment_declares && !self.is_receiver(name) => {
                self.push_use(UseKind::Name, UseRole::Write, name, NONE, start);
                Value::Binding(self.push_binding(name, self.scope_for_assignment(name), BindingKind::Variable, NONE, start))
            }
            _ => {
                let role = if is_type && mode == Mode::Read { UseRole::Type } else { use_role(mode) };
                match self.path_before() {
                    Some(before) => {
                        let index = self.push_use(UseKind::Member, role, name, before, start);
                        self.move_base(mode, before, index);
                        Value::Use(index)
                    }
                    None => {
                        let kind = match text {
                            _ if self.is_receiver(name) => UseKind::This,
                            "super" if matches!(self.grammar.config.receiver, Receiver::Named(_)) => UseKind::Super,
                            _ => UseKind::Name,
                        };
                        let index = self.push_use(kind, role, name, NONE, start);
                        self.add_base(mode, index);
                        Value::Use(index)
                    }
                }
            }
        };
        self.deliver(value);
    }

    /// The value of a literal of a built-in type.
    pub(super) fn literal(&mut self, ty: &str, start: u32) -> Value {
        let name = self.rows.string(ty);
        Value::Use(self.push_use(UseKind::Literal, UseRole::Read, name, NONE, start))
    }

    pub(super) fn leaf(&mut self, kind: UseKind, node: Node<'_>, mode: Mode) {
        let name = self.rows.string(self.source.get(node.byte_range()).unwrap_or(""));
        let index = self.push_use(kind, use_role(mode), name, NONE, node.start_byte() as u32);
        self.deliver(Value::Use(index));
    }

    pub(super) fn member(&mut self, frame: &Frame) -> Value {
        if frame.name_start == NONE {
            // `f.(x)` in Elixir, or a name that is still to be typed.
            return frame.object;
        }
        if let Value::Use(object) = frame.object
            && let Some(around) = self.buffers.frames.last()
            && around.slot == Slot::Name
            && matches!(around.role, Some(Role::Member { .. }))
        {
            // The rest of a path whose first part belongs to the node around (`a::(b::c)`).
            let base = match around.object {
                Value::Use(base) => base,
                Value::None => NONE,
                _ => UNKNOWN_BASE,
            };
            let row = &mut self.rows.uses[object as usize];
            if base != NONE && row.kind == UseKind::Name && row.base == NONE {
                (row.kind, row.base) = (UseKind::Member, base);
            }
        }
        if frame.declares {
            self.own_by(frame.object);
            return Value::None;
        }
        let text = self.source.get(frame.name_start as usize..frame.name_end as usize).unwrap_or("");
        let (text, name_start) = unquoted(text, frame.name_start);
        let name = self.rows.string(text);
        if text == "this"
            && let Value::Use(outer) = frame.object
        {
            // `Outer.this`: the current object of a type further out, by that type's name.
            self.rows.uses[outer as usize].kind = UseKind::This;
            return Value::Use(outer);
        }
        let object = match frame.role {
            Some(Role::Member { object: "..", .. } | Role::MethodCall { object: "..", .. }) if frame.object == Value::None => {
                self.cascaded()
            }
            _ => frame.object,
        };
        let (kind, base) = match object {
            Value::Use(base) => (UseKind::Member, base),
            Value::None => (UseKind::Name, NONE),
            _ => (UseKind::Member, UNKNOWN_BASE),
        };
        if frame.name_use != NONE {
            let row = &mut self.rows.uses[frame.name_use as usize];
            if row.kind == UseKind::Name && row.base == NONE {
                (row.kind, row.base) = (kind, base);
            }
            return Value::Use(frame.name_use);
        }
        let index = self.push_use(kind, use_role(frame.mode), name, base, name_start);
        if kind != UseKind::Member || !self.move_base(frame.mode, base, index) {
            self.add_base(frame.mode, index);
        }
        Value::Use(index)
    }

    /// The value that the cascade around works on.
    fn cascaded(&self) -> Value {
        let mut around = self.buffers.frames.iter().rev().take(8);
        let cascade = around.find(|frame| matches!(frame.role, Some(Role::Cascade { .. })));
        cascade.map_or(Value::Unknown, |frame| if frame.object == Value::None { Value::Unknown } else { frame.object })
    }

    /// The part of a flat path that stands before the name being looked at.
    fn path_before(&self) -> Option<u32> {
        let parent = self.buffers.frames.last()?;
        match (parent.role?, parent.object) {
            (Role::TypePath, Value::Use(index)) => Some(index),
            _ => None,
        }
    }

    /// `class A(m.B)`: only the whole is a base, not `m`. Returns whether `m` was one.
    fn move_base(&mut self, mode: Mode, from: u32, to: u32) -> bool {
        if !matches!(mode, Mode::Base(_)) || from == UNKNOWN_BASE {
            return false;
        }
        self.rows.uses[from as usize].role = UseRole::Read;
        match self.rows.bases.iter_mut().rev().find(|row| row.base == from) {
            Some(row) => row.base = to,
            None => return false,
        }
        true
    }

    /// The function being defined belongs to what `owner` names (`ns::Type::function`).
    pub(super) fn own_by(&mut self, owner: Value) {
        let scope = self.rows.scopes[self.scope as usize];
        if let Value::Use(owner) = owner
            && scope.kind == ScopeKind::Function
            && scope.symbol == self.symbol
            && scope.self_type == NONE
        {
            self.rows.scopes[self.scope as usize].self_type = owner;
        }
    }

    pub(super) fn call(&mut self, frame: &Frame, role: UseRole) -> Value {
        let arity = u32::from(frame.arity);
        match frame.object {
            Value::Use(index)
                if matches!(self.rows.uses[index as usize].role, UseRole::Read | UseRole::Type | UseRole::Decorator | UseRole::Base) =>
            {
                let row = &mut self.rows.uses[index as usize];
                if role == UseRole::New && row.kind == UseKind::Element {
                    // `[]T{…}`, `new T[3]`: no instance of `T`, but a container of them.
                    return Value::Use(index);
                }
                if row.kind == UseKind::Literal || row.kind == UseKind::Element {
                    let index = self.push_use(UseKind::Apply, role, Str::EMPTY, index, frame.start);
                    self.rows.uses[index as usize].arity = arity;
                    return Value::Use(index);
                }
                row.role = role;
                row.arity = arity;
                Value::Use(index)
            }
            callee => {
                let base = match callee {
                    Value::Use(index) => index,
                    _ => UNKNOWN_BASE,
                };
                let index = self.push_use(UseKind::Apply, role, Str::EMPTY, base, frame.start);
                self.rows.uses[index as usize].arity = arity;
                Value::Use(index)
            }
        }
    }

    /// One more argument for the function part's value.
    pub(super) fn apply(&mut self, frame: &Frame) -> Value {
        let Value::Use(index) = frame.object else { return Value::Unknown };
        if matches!(frame.mode, Mode::Declare { .. } | Mode::Type | Mode::Base(_)) {
            return frame.object;
        }
        if let Some(Role::Apply { argument, .. }) = frame.role
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

    /// An element of a value, which one of its members gives.
    pub(super) fn element(&mut self, base: u32, member: &str, start: u32) -> u32 {
        let name = self.rows.string(member);
        self.push_use(UseKind::Element, UseRole::Read, name, base, start)
    }

    /// A member of a value that the language runs by itself.
    pub(super) fn implicit(&mut self, value: Value, member: &str, start: u32) {
        if let Value::Use(base) = value {
            let name = self.rows.string(member);
            self.push_use(UseKind::Implicit, UseRole::Call, name, base, start);
        }
    }

    /// The member of its argument that a built-in function runs.
    pub(super) fn run_by_builtin(&mut self, frame: &Frame) {
        let (Value::Use(callee), 1) = (frame.object, frame.arity) else { return };
        let row = self.rows.uses[callee as usize];
        if row.kind != UseKind::Name || frame.last == frame.object {
            return;
        }
        let run_by = self.grammar.config.names.special.run_by;
        if let Ok(at) = run_by.binary_search_by_key(&self.rows.str(row.name), |(builtin, _)| builtin) {
            self.implicit(frame.last, run_by[at].1, frame.start);
        }
    }

    fn add_base(&mut self, mode: Mode, index: u32) {
        if let Mode::Base(kind) = mode {
            let scope = self.rows.scopes[self.scope as usize];
            // Extensions and types without a name are known by their scope.
            let anonymous = scope.kind == ScopeKind::Extension || scope.kind == ScopeKind::Type && scope.symbol == NONE;
            let (symbol, extension) = if anonymous { (NONE, self.scope) } else { (self.symbol, NONE) };
            self.rows.bases.push(BaseRow { symbol, extension, base: index, kind });
        }
    }

    fn is_receiver(&self, name: Str) -> bool {
        match self.grammar.config.receiver {
            Receiver::Keyword => false,
            Receiver::FirstParameter => !self.receiver.is_empty() && name == self.receiver,
            Receiver::Named(names) => names.contains(&self.rows.str(name)),
        }
    }

    pub(super) fn push_use(&mut self, kind: UseKind, role: UseRole, name: Str, base: u32, start: u32) -> u32 {
        self.rows.uses.push(UseRow { kind, role, name, base, scope: self.scope, start, arity: 0 });
        self.rows.uses.len() as u32 - 1
    }
}

/// A name between backticks is the name inside.
pub(super) fn unquoted(text: &str, start: u32) -> (&str, u32) {
    match text.strip_prefix('`').and_then(|inner| inner.strip_suffix('`')) {
        Some(inner) => (inner, start + 1),
        None => (text, start),
    }
}
