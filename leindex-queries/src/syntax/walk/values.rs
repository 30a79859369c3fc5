//! Closing a node: the value it has, and how that value travels to the node around.

use tree_sitter::{Node, TreeCursor};

use super::Walk;
use super::frame::{Frame, Opens, Value};
use super::mode::Mode;
use crate::languages::{Declare, Define, Metric, Role, Slot};
use crate::syntax::rows::{NONE, SymbolFlags, SymbolKind, UseKind, UseRole};

impl<'a> Walk<'a> {
    /// Gives the node being looked at this value in the eyes of its parent ([`NONE`] for one that rows do not describe).
    /// Use with [`Visit::Skip`].
    pub fn stand_for(&mut self, use_index: u32) {
        self.deliver(if use_index == NONE { Value::Unknown } else { Value::Use(use_index) });
    }

    /// Takes the node being looked at as another part of its parent than its place says.
    pub(crate) fn take_as(&mut self, node: Node<'_>, slot: Slot) {
        if let Some(parent) = self.buffers.frames.last_mut() {
            parent.slot = slot;
            if slot == Slot::Type {
                (parent.ty_start, parent.ty_end) = (node.start_byte() as u32, node.end_byte() as u32);
            }
        }
    }

    /// Gives the member around the node being looked at its name.
    pub fn name_of_member(&mut self, name: Node<'_>) {
        if let Some(parent) = self.buffers.frames.last_mut() {
            (parent.name_start, parent.name_end) = (name.start_byte() as u32, name.end_byte() as u32);
        }
    }

    /// Says how many arguments the call around the node being looked at has.
    pub fn arity_of_call(&mut self, arity: usize) {
        if let Some(parent) = self.buffers.frames.last_mut() {
            parent.arity = u16::try_from(arity).unwrap_or(u16::MAX);
        }
    }

    /// Adds an argument to the call around, which has one after its list (`f(x) { … }`). Where the grammar takes
    /// `f(x)` for the callee, the call around is no call of its own.
    pub fn argument_around(&mut self) {
        const SAME_CALL: Role = Role::Pass { value: "0", ty: "" };
        let Some(frame) = self.buffers.frames.last_mut() else { return };
        match frame.object {
            Value::Use(callee) if self.rows.uses[callee as usize].role == UseRole::Call => {
                self.rows.uses[callee as usize].arity += 1;
                (frame.role, frame.action) = (Some(&SAME_CALL), self.actions.given(&SAME_CALL, self.grammar));
                frame.value = frame.object;
            }
            _ => frame.arity = frame.arity.saturating_add(1),
        }
    }

    /// Says that this node is the type as written of the node around.
    pub fn type_around(&mut self, ty: Option<Node<'_>>) {
        if let Some(frame) = self.buffers.frames.last_mut() {
            (frame.ty_start, frame.ty_end) = ty.map_or((0, 0), |ty| (ty.start_byte() as u32, ty.end_byte() as u32));
        }
    }

    /// Closes the innermost open node and hands its value to its parent.
    pub(super) fn leave(&mut self, cursor: &TreeCursor<'_>) {
        let Some(frame) = self.buffers.frames.pop() else { return };
        if self.held == self.buffers.frames.len() + 1 {
            self.held = 0;
            self.forget_comments(frame.end);
        }
        let value = match frame.role {
            None => {
                let is_only_argument = || self.buffers.frames.last().is_some_and(|around| around.slot == Slot::Arguments);
                if frame.children == 1 && (matches!(frame.mode, Mode::Type | Mode::Base(_) | Mode::Decorator) || is_only_argument()) {
                    frame.last
                } else {
                    Value::Unknown
                }
            }
            Some(role) => self.close(cursor, &frame, role),
        };
        match frame.opens {
            Opens::Nothing => {}
            Opens::Scope => self.scope = frame.scope_before,
            Opens::Symbol(symbol) => {
                self.scope = frame.scope_before;
                self.symbol = frame.symbol_before;
                self.close_symbol(symbol, cursor.node().has_error());
            }
        }
        if frame.metric != Metric::NONE {
            self.leave_chain(&frame);
            // A definition counts where it stands; what is inside was counted for itself.
            self.count_left(frame.metric);
        }
        self.in_export = frame.export_before;
        self.section = frame.section_before;
        if !matches!(value, Value::List { .. }) {
            self.buffers.lists.truncate(frame.lists as usize);
        }
        self.deliver(value);
        if let Some(parent) = self.buffers.frames.last_mut()
            && parent.slot == Slot::Name
        {
            match value {
                // A name with parts (`obj.method::<T>`): the parent's name is that of the part.
                Value::Use(index) => {
                    let row = self.rows.uses[index as usize];
                    parent.name_start = row.start;
                    parent.name_end = row.start + self.rows.str(row.name).len() as u32;
                    parent.name_use = index;
                }
                Value::None if frame.role.is_some() => parent.declares = true,
                _ => {}
            }
        }
    }

    /// The value of a node with a role, now that its parts are known.
    fn close(&mut self, cursor: &TreeCursor<'_>, frame: &Frame, role: &'static Role) -> Value {
        match *role {
            Role::Member { .. } => self.member(frame),
            Role::Call { .. } => {
                self.run_by_builtin(frame);
                self.call(frame, UseRole::Call)
            }
            Role::New { .. } => self.call(frame, UseRole::New),
            Role::Curried { .. } => match frame.object {
                Value::Use(index) if matches!(self.rows.uses[index as usize].role, UseRole::Call | UseRole::New) => {
                    self.rows.uses[index as usize].arity += u32::from(frame.arity);
                    frame.object
                }
                _ => self.call(frame, UseRole::Call),
            },
            Role::MethodCall { .. } => {
                let value = self.member(frame);
                if let Value::Use(index) = value {
                    let row = &mut self.rows.uses[index as usize];
                    row.role = UseRole::Call;
                    row.arity = u32::from(frame.arity);
                }
                value
            }
            Role::Apply { .. } => self.apply(frame),
            Role::Element { .. } => match frame.object {
                Value::Use(base) => Value::Use(self.element(base, self.grammar.config.names.special.element, frame.start)),
                _ => Value::Unknown,
            },
            Role::Generic { .. } => {
                if let (Value::Use(container), Value::Use(argument)) = (frame.value, frame.last)
                    && matches!(frame.mode, Mode::Type)
                {
                    self.rows.uses[container as usize].arity = argument.saturating_sub(container);
                }
                frame.value
            }
            Role::Implicit { members, .. } => {
                for member in members {
                    self.implicit(frame.value, member, frame.start);
                }
                Value::Unknown
            }
            Role::Literal(name) => self.literal(name, frame.start),
            Role::Pass { value, .. } => {
                if value.is_empty() {
                    frame.last
                } else {
                    frame.value
                }
            }
            Role::TypePath => frame.object,
            Role::Type => match frame.object {
                Value::None => frame.last,
                first => first,
            },
            Role::Name | Role::TypeName | Role::NameOrCall(_) | Role::Variable | Role::Wrapper | Role::Decorator | Role::Bindings => {
                frame.last
            }
            Role::Assign { .. } => {
                self.each_pair(frame, false, |walk, name, value| match name {
                    Value::Binding(index) => walk.assign(index, value, frame.ty),
                    Value::Use(index) => walk.assign_member(index, value, frame.ty, (frame.start, frame.end)),
                    _ => {}
                });
                frame.value
            }
            Role::List { first } => self.close_list(frame, first),
            Role::Items(name) => {
                let apart = self.buffers.frames.last().is_some_and(takes_apart);
                let list = self.close_list(frame, false);
                if apart && matches!(list, Value::List { .. }) {
                    return list;
                }
                self.literal(name, frame.start)
            }
            Role::Rest => match frame.last {
                Value::Binding(index) => Value::Rest(index),
                _ => Value::Rest(NONE),
            },
            Role::Declare(declare) => {
                self.close_declare(cursor.node(), frame, &declare);
                // Where it is a value itself (`a = b = f()`), it has the one assigned.
                if self.buffers.frames.last().is_some_and(|around| around.slot == Slot::Value) { frame.value } else { frame.left }
            }
            Role::Parameter { variadic, .. } => {
                self.close_parameter(frame, variadic);
                Value::Unknown
            }
            Role::ReturnType => {
                let value = if frame.object == Value::None { frame.last } else { frame.object };
                if let Some(around) = self.buffers.frames.iter_mut().rev().find(|around| around.opens != Opens::Nothing)
                    && let Opens::Symbol(_) = around.opens
                {
                    (around.ty, around.ty_fixed) = (value, true);
                    (around.ty_start, around.ty_end) = (frame.start, frame.end);
                }
                Value::None
            }
            Role::DeclaratorParameter { variadic, .. } => {
                self.close_parameter(frame, variadic);
                Value::Unknown
            }
            Role::ReceiverParameter { .. } => {
                self.close_parameter(frame, false);
                self.own_by(frame.ty);
                Value::Unknown
            }
            Role::Conditional { .. } => frame.value,
            Role::Define(define) => {
                if let Opens::Symbol(symbol) = frame.opens {
                    let typed = if frame.ty == Value::None { self.group_around().unwrap_or(*frame) } else { *frame };
                    let return_type = self.type_text(&typed);
                    let row = &mut self.rows.symbols[symbol as usize];
                    if row.return_type.is_empty() {
                        row.return_type = return_type;
                    }
                    if let Value::Use(ty) = typed.ty {
                        if row.kind.is_callable() {
                            row.type_use = ty;
                        } else {
                            self.set_type(symbol, ty);
                        }
                    }
                    if let (Value::Use(value), SymbolKind::Constant | SymbolKind::Variable | SymbolKind::Field) = (frame.value, define.kind)
                    {
                        self.set_value(symbol, value);
                    }
                    if let (Value::Use(value), true) = (frame.value, is_callable(&define) && !matches!(frame.ty, Value::Use(_))) {
                        // The body is an expression.
                        self.result(value, frame.body_start, true);
                    }
                    if frame.body_start == NONE && !define.body.is_empty() {
                        self.rows.symbols[symbol as usize].flags.set(SymbolFlags::DECLARATION);
                    }
                    if let (Value::Use(ty), true) = (frame.object, !define.self_type.is_empty()) {
                        let inner = self.rows.symbols[symbol as usize].inner;
                        self.set_self_type(inner, ty);
                    }
                }
                Value::Unknown
            }
            Role::Signature { .. } => {
                let return_type = self.type_text(frame);
                let row = &mut self.rows.symbols[self.symbol as usize];
                row.return_type = return_type;
                row.type_use = frame.ty.use_index();
                Value::Unknown
            }
            Role::Cascade { .. } => frame.object,
            Role::Extension { .. } => {
                if let Value::Use(ty) = frame.object {
                    self.set_self_type(self.scope, ty);
                }
                Value::Unknown
            }
            Role::Return { value: "" } => {
                if self.buffers.frames.last().is_some_and(is_callable_body) {
                    self.result(frame.last.use_index(), frame.start, true);
                }
                Value::Unknown
            }
            Role::Return { .. } => {
                let value = match frame.value {
                    list @ (Value::List { count: 1, .. } | Value::List { first: true, .. }) => self.list_item(list, 0),
                    value => value,
                };
                self.result(value.use_index(), frame.start, false);
                Value::Unknown
            }
            Role::Export { .. } => {
                if let Value::Use(value) = frame.value {
                    self.export_default(value, (frame.start, frame.end));
                }
                Value::Unknown
            }
            _ => Value::Unknown,
        }
    }

    /// Hands a value to the innermost open node.
    pub(super) fn deliver(&mut self, value: Value) {
        if let Value::Use(index) = value {
            self.number_argument(index);
        }
        let Some(parent) = self.buffers.frames.last_mut() else { return };
        let slot = parent.slot;
        if let Some(Role::Declarations(_)) = parent.role {
            deliver(parent, slot, value);
            let parent = *parent;
            match (slot, value, parent.left) {
                (Slot::Left, Value::Binding(binding), _) => self.declared(&parent, binding),
                (Slot::Value, Value::Use(value), Value::Binding(binding)) => self.rows.bindings[binding as usize].value = value,
                _ => {}
            }
            return;
        }
        if matches!(parent.role, Some(Role::List { .. } | Role::Items(_))) {
            self.buffers.items.push(value);
        } else if slot == Slot::Left
            && parent.left != Value::None
            && let Value::Binding(_) = value
        {
            // Several names side by side make a list.
            let (start, count) = match parent.left {
                Value::List { start, count, .. } => (start, count),
                first => {
                    self.buffers.lists.push(first);
                    (self.buffers.lists.len() as u32 - 1, 1)
                }
            };
            self.buffers.lists.push(value);
            parent.left = Value::List { start, count: count + 1, first: true };
            parent.last = value;
            return;
        } else if slot == Slot::Value
            && parent.left != Value::None
            && parent.value != Value::None
            && matches!(parent.role, Some(Role::Declare(Declare { sequence: true, .. })))
        {
            // What follows the value of a declaration is not its value (`if let x = y, x.z`).
            return;
        }
        deliver(parent, slot, value);
    }

    /// Says of a name or member which argument of which call it is, if it is one.
    fn number_argument(&mut self, index: u32) {
        let (call, list) = match self.buffers.frames.as_slice() {
            // An argument that might have a name, and has none.
            [.., call, list, argument] if matches!(argument.role, Some(Role::Keyword { .. })) && argument.name_start == NONE => {
                (call, list)
            }
            [.., call, list] => (call, list),
            _ => return,
        };
        if list.role.is_some() || call.slot != Slot::Arguments || !matches!(call.role, Some(Role::Call { .. } | Role::New { .. })) {
            return;
        }
        let (Value::Use(callee), position) = (call.object, list.children.saturating_sub(1)) else { return };
        if let Some(row) = self.rows.uses.get_mut(index as usize)
            && row.role == UseRole::Read
            && matches!(row.kind, UseKind::Name | UseKind::Member)
            && callee < index
        {
            row.set_argument(index - callee, u32::from(position));
        }
    }

    /// The node around that gives several definitions one type.
    fn group_around(&self) -> Option<Frame> {
        let mut around = self.buffers.frames.iter().rev().take(3);
        around.find(|frame| matches!(frame.role, Some(Role::Group { .. }))).copied()
    }

    /// The value of a node that makes a list of those inside.
    fn close_list(&mut self, frame: &Frame, first: bool) -> Value {
        let items = self.buffers.items.drain(frame.items as usize..);
        let count = items.len() as u32;
        if count == 1 && first {
            return frame.last;
        }
        let start = self.buffers.lists.len() as u32;
        self.buffers.lists.extend(items);
        Value::List { start, count, first }
    }

    pub(super) fn list_item(&self, value: Value, at: u32) -> Value {
        match value {
            Value::List { start, count, .. } if at < count => {
                self.buffers.lists.get((start + at) as usize).copied().unwrap_or(Value::Unknown)
            }
            Value::List { .. } => Value::Unknown,
            value => value,
        }
    }

    /// Calls the code with each name on the left of a declaration or assignment and the value that belongs to it.
    pub(super) fn each_pair(&mut self, frame: &Frame, element: bool, mut code: impl FnMut(&mut Self, Value, Value)) {
        if !matches!(frame.left, Value::List { .. }) {
            let value = if matches!(frame.value, Value::List { .. }) { Value::Unknown } else { frame.value };
            return code(self, frame.left, value);
        }
        self.buffers.pairs.push((frame.left, frame.value));
        while let Some((left, right)) = self.buffers.pairs.pop() {
            match left {
                Value::List { .. } => self.pair_items(left, right, element),
                name => code(self, name, if matches!(right, Value::List { .. }) { Value::Unknown } else { right }),
            }
        }
    }

    /// Puts the items of a list with the values that belong to them on the stack of pairs, the last first. Of several
    /// results the first name gets the first; of an iteration the last gets the element. A starred part takes what the
    /// parts before and after it leave.
    fn pair_items(&mut self, left: Value, right: Value, element: bool) {
        let Value::List { count, first, .. } = left else { return };
        let rest = |walk: &Self, value: Value| {
            let Value::List { start, count, .. } = value else { return None };
            let items = walk.buffers.lists.get(start as usize..(start + count) as usize)?;
            items.iter().position(|item| matches!(item, Value::Rest(_))).map(|at| at as u32)
        };
        let (taking, giving) = (rest(self, left), rest(self, right));
        for at in (0..count).rev() {
            let value = match right {
                Value::List { .. } if element && !first => Value::Unknown,
                Value::List { count: values, .. } => {
                    let from_end = (values + at).checked_sub(count);
                    if taking.is_none_or(|taking| at < taking) && giving.is_none_or(|giving| at < giving) {
                        self.list_item(right, at)
                    } else if taking.is_some_and(|taking| at <= taking) {
                        Value::Unknown
                    } else {
                        let place = from_end.filter(|&place| giving.is_none_or(|giving| place > giving));
                        place.map_or(Value::Unknown, |place| self.list_item(right, place))
                    }
                }
                value if first && at == if element { count - 1 } else { 0 } => value,
                _ => Value::Unknown,
            };
            self.buffers.pairs.push((self.list_item(left, at), value));
        }
    }
}

/// Puts a child's value where its part says.
fn deliver(parent: &mut Frame, slot: Slot, value: Value) {
    match slot {
        Slot::Object | Slot::Class | Slot::SelfType => parent.object = value,
        Slot::Value => parent.value = value,
        Slot::Type => parent.ty = value,
        Slot::Left => parent.left = value,
        Slot::Other => match parent.role {
            Some(Role::Type | Role::ReturnType) if parent.object == Value::None => parent.object = value,
            Some(Role::TypePath) if matches!(value, Value::Use(_)) => parent.object = value,
            _ => {}
        },
        Slot::Body if is_callable_body(parent) => parent.value = value,
        Slot::Name | Slot::Arguments | Slot::Body | Slot::Bases => {}
    }
    parent.last = value;
}

/// Whether the part being walked is the body of a function.
fn is_callable_body(around: &Frame) -> bool {
    around.slot == Slot::Body && matches!(around.role, Some(Role::Define(define)) if is_callable(define))
}

/// Whether a definition gives what its body is.
fn is_callable(define: &Define) -> bool {
    define.value.is_empty() && matches!(define.kind, SymbolKind::Function | SymbolKind::Method) && define.scope.is_some()
}

/// Whether a list that stands in the part being walked is taken apart.
fn takes_apart(around: &Frame) -> bool {
    match around.role {
        Some(Role::List { .. } | Role::Items(_)) => true,
        Some(Role::Assign { .. } | Role::Declare(_)) => matches!(around.left, Value::List { .. }) || around.left == Value::None,
        _ => false,
    }
}
