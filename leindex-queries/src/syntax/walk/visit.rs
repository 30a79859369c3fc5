//! Opening a node: which part of its parent it is, what its role does before its children are walked.

use tree_sitter::Node;

use super::Walk;
use super::frame::{Frame, Opens, Value};
use super::mode::{Mode, inner_mode, mode_of_part};
use super::said::{NO_PARTS, Said};
use crate::languages::{Action, Metric, Place, Role, Slot, Visit};
use crate::syntax::rows::{NONE, ScopeKind, UseKind};

/// Nodes above a node that is still visited. Code written by people stays under 300. Without a limit, looking for a
/// node's parent takes time in proportion to its depth, and call stack where the node is empty.
const DEPTH_LIMIT: usize = 2_000;

impl<'a> Walk<'a> {
    /// Leaves a node below the one being looked at out of the walk.
    pub fn skip(&mut self, node: Node<'_>) {
        self.buffers.skipped.push(node.id());
    }

    /// Makes this node no use when the walk comes to it.
    pub fn skip_name(&mut self, node: Node<'_>) {
        self.pending_name = node.id();
    }

    /// The name being defined is this node; asking takes it, so that it is no use.
    pub fn takes_name(&mut self, node: Node<'_>) -> bool {
        let found = self.pending_name == node.id();
        if found {
            self.pending_name = 0;
        }
        found
    }

    /// Leaves out all nodes that end at or before this byte.
    pub fn skip_to(&mut self, byte: usize) {
        self.skip_before = self.skip_before.max(byte as u32);
    }

    /// Whether this node was left out by [`Walk::skip_to`].
    pub fn is_skipped(&self, node: Node<'_>) -> bool {
        node.end_byte() as u32 <= self.skip_before
    }

    /// Says that the named child at this position is a part of the node being looked at. Use with [`Visit::As`], for
    /// grammars in which parts have neither fields nor fixed positions.
    pub fn locate(&mut self, part: Slot, child: usize) {
        let place = u16::try_from(child).map_or(Place::Nowhere, Place::Child);
        if let Some(free) = self.located.iter_mut().find(|(place, _)| *place == Place::Nowhere) {
            *free = (place, part);
        }
    }

    /// The number of arguments of the call being looked at, where they are not listed in a node of their own.
    pub fn arity(&mut self, arity: u16) {
        self.said.arity = arity;
    }

    /// Says that the parameter being looked at may be left out.
    pub fn optional_parameter(&mut self) {
        self.said.optional = true;
    }

    /// The parameter being looked at is a field of the type around the constructor.
    pub fn field_parameter(&mut self) {
        self.said.field = true;
    }

    /// As [`Self::field_parameter`], where the field's name stands at these bytes of the parameter's.
    pub fn field_parameter_named(&mut self, start: usize, end: usize) {
        self.said.field = true;
        self.said.name = (start as u32, end as u32);
    }

    /// For a node that is given [`Role::Named`]: where the name stands that is no part of the node by itself, and the
    /// use that names the type which the definition belongs to.
    pub fn give_name(&mut self, name: Option<Node<'_>>, owner: Option<u32>) {
        self.said.name = name.map_or((NONE, NONE), |name| (name.start_byte() as u32, name.end_byte() as u32));
        self.said.owner = owner.unwrap_or(NONE);
    }

    /// Opens a node. Returns whether its children are to be walked; if so, a frame was pushed.
    pub(super) fn enter(&mut self, node: Node<'_>, action: Option<Action>, metric: Metric, field: u16) -> bool {
        // The function literal that is a definition's body counts as the definition.
        let metric = if self.next.function != 0 && self.next.function == node.id() { Metric::default() } else { metric };
        let section_before = self.section;
        let named = node.is_named();
        let (mut slot, mut mode, mut parent_role) = (Slot::Other, Mode::Read, None);
        if let Some(parent) = self.buffers.frames.last_mut() {
            mode = parent.mode;
            let child = parent.children;
            if named && !node.is_extra() {
                parent.children = parent.children.saturating_add(1).min(u16::MAX - 1);
            }
            if let Some(action) = &parent.action {
                if named && matches!(action.role, Role::Return { value: "" }) {
                    parent.last = Value::None;
                }
                // Only named children have positions; tokens are found by field.
                parent.nth += u16::from(field != 0 && field == action.counted);
                slot = action.slot(field, parent.nth, if named && !node.is_extra() { child } else { u16::MAX }, node.kind_id());
                mode = mode_of_part(action.role, slot, mode);
                parent_role = Some(action.role);
            }
            parent.slot = slot;
        }
        if node.end_byte() as u32 <= self.skip_before {
            return false;
        }
        if self.buffers.frames.len() >= DEPTH_LIMIT {
            if !self.too_deep {
                self.too_deep = true;
                self.diagnostic(node, "nested too deeply: what is inside was left out");
            }
            return false;
        }
        if node.is_error() || node.is_missing() {
            self.error(node);
        }
        let mut metric = if metric == Metric::default() { metric } else { self.metric_here(metric, node) };
        if metric != Metric::default() {
            self.count(metric, node, true);
        }
        let start = node.start_byte() as u32;
        let end = self.end_of(node);
        let mut role = action.map(|a| a.role);
        let mut action = action;
        if slot == Slot::Name && !matches!(parent_role, Some(Role::Define(_))) {
            // The name after a dot: recorded by the parent, unless it has parts of its own.
            let parent = self.buffers.frames.last_mut().expect("a slot comes from a parent");
            if parent.said.name.0 != NONE || parent.said.owner != NONE {
                return self.done(metric, node);
            }
            (parent.name_start, parent.name_end) = (start, end);
            if self.pending_name != 0 && node.id() == self.pending_name {
                self.pending_name = 0;
                parent.declares = true;
            }
            if node.named_child_count() == 0 {
                return false;
            }
        }
        if !self.buffers.skipped.is_empty()
            && let Some(at) = self.buffers.skipped.iter().position(|&id| id == node.id())
        {
            self.buffers.skipped.swap_remove(at);
            return self.done(metric, node);
        }
        if slot == Slot::Arguments {
            // A block or lambda after a call is one argument.
            let single = matches!(action.map(|a| a.role), Some(Role::Scope(_) | Role::Lambda { .. }));
            let arity = if single { 1 } else { arity_of(node) };
            self.buffers.frames.last_mut().expect("a slot comes from a parent").arity = arity;
        }
        if slot == Slot::Left
            && let Some(Role::Declare(declare)) = parent_role
            && declare.sequence
        {
            self.next_name(node, declare);
        }
        if slot == Slot::Type && node.id() != self.pending_name {
            let parent = self.buffers.frames.last_mut().expect("a slot comes from a parent");
            if !parent.ty_fixed {
                (parent.ty_start, parent.ty_end) = (start, end);
            }
        }
        if slot == Slot::Body {
            let parent = self.buffers.frames.last_mut().expect("a slot comes from a parent");
            if parent.body_start == NONE {
                parent.body_start = start;
            }
            if let Opens::Symbol(symbol) = parent.opens {
                self.rows.symbols[symbol as usize].body_start = start;
            }
        }
        if self.pending_name != 0 && node.id() == self.pending_name && node.child_count() == 0 {
            self.pending_name = 0;
            return self.done(metric, node);
        }
        let (mut then, mut again) = (None::<fn(&mut Walk<'_>, Node<'_>)>, None);
        let mut said = Said::NOTHING;
        if let Some(Role::Custom(code)) = role {
            self.mode = mode;
            self.said = said;
            self.located = NO_PARTS;
            let visit = code(self, node);
            said = self.said;
            if self.counted != 0 {
                let counted = Metric(std::mem::take(&mut self.counted));
                self.count(counted, node, true);
                metric.0 |= counted.0;
            }
            match visit {
                Visit::Skip => {
                    if named && !node.is_extra() {
                        self.forget_comments(start);
                    }
                    if metric != Metric::default() {
                        self.count(metric, node, false);
                    }
                    return false;
                }
                Visit::Children => {
                    role = None;
                    action = None;
                }
                Visit::As(other) => {
                    role = Some(other);
                    let mut chosen = self.action(other);
                    chosen.place(&self.located);
                    action = Some(chosen);
                }
                Visit::Then(other, code) => {
                    role = Some(other);
                    action = Some(self.action(other));
                    then = Some(code);
                }
                Visit::Again(symbol, code) => {
                    role = None;
                    action = None;
                    again = Some(symbol);
                    then = Some(code);
                }
            }
        }
        let mut frame = self.frame(node.kind_id(), action, inner_mode(role, mode), metric, (start, end));
        (frame.said, frame.arity, frame.section_before) = (said, said.arity, section_before);
        if let Some(symbol) = again {
            frame.mode = Mode::Read;
            self.open_again(node, symbol, &mut frame);
        }
        let Some(role) = role else {
            let at_top = self.buffers.frames.iter().rev().take(2).any(|above| above.kind == Frame::ROOT);
            if !node.is_extra() && named && self.buffers.frames.len() > 1 && !at_top {
                self.forget_comments(start);
            }
            self.buffers.frames.push(frame);
            if let Some(code) = then {
                code(self, node);
            }
            return true;
        };
        match *role {
            Role::Skip => return self.done(metric, node),
            Role::Comment => {
                self.buffers.comments.push((start, end));
                return self.done(metric, node);
            }
            Role::Attribute => {
                self.buffers.attributes.push((start, end));
                frame.mode = Mode::Decorator;
            }
            Role::Wrapper | Role::Group { .. } | Role::Declarations(_) | Role::Declarators { .. } => self.hold_comments(),
            Role::Export { .. } => {
                self.in_export = true;
                self.hold_comments();
            }
            Role::Define(define) => {
                let opened = self.open_definition(node, &define, &mut frame);
                if !opened {
                    frame.action = None;
                }
            }
            // The block of a function has the function's own scope.
            Role::Scope(ScopeKind::Block) if slot == Slot::Body && matches!(parent_role, Some(Role::Define(d)) if d.scope.is_some()) => {}
            Role::Scope(_) if self.next.function != 0 && self.next.function == node.id() => {
                self.next.function = 0;
                if let Some(body) = node.child_by_field_name("body") {
                    self.rows.symbols[self.symbol as usize].body_start = body.start_byte() as u32;
                }
            }
            Role::Named { .. } => {
                (frame.name_start, frame.name_end) = said.name;
                if said.owner != NONE {
                    self.open_scope(ScopeKind::Extension, NONE, &mut frame);
                    self.set_self_type(self.scope, said.owner);
                }
            }
            Role::Scope(kind) | Role::Clause { scope: kind, .. } => self.open_scope(kind, NONE, &mut frame),
            Role::Lambda { .. } => self.open_scope(ScopeKind::Function, NONE, &mut frame),
            Role::Declare(declare) if declare.scope => self.open_scope(ScopeKind::Block, NONE, &mut frame),
            Role::Extension { .. } => {
                self.buffers.comments.clear();
                self.buffers.attributes.clear();
                self.open_scope(ScopeKind::Extension, NONE, &mut frame);
            }
            Role::Variable if mode == Mode::Type => return self.done(metric, node),
            Role::Name | Role::TypeName | Role::Variable | Role::NameOrCall(_) if node.named_child_count() == 0 => {
                if let (Role::NameOrCall(claim), Mode::Read) = (role, mode) {
                    self.name_or_call(node, *claim);
                } else {
                    self.name(node, mode, matches!(role, Role::TypeName));
                }
                return self.done(metric, node);
            }
            Role::WholeName => {
                self.name(node, mode, false);
                return self.done(metric, node);
            }
            Role::OwnField => {
                self.own_field(node, mode);
                return self.done(metric, node);
            }
            Role::This => {
                self.leaf(UseKind::This, node, mode);
                return self.done(metric, node);
            }
            Role::Super => {
                self.leaf(UseKind::Super, node, mode);
                return self.done(metric, node);
            }
            _ => {}
        }
        self.buffers.frames.push(frame);
        if let Some(code) = then {
            code(self, node);
        }
        true
    }

    /// An open node of which nothing was seen yet.
    pub(super) fn frame(&self, kind: u16, action: Option<Action>, mode: Mode, metric: Metric, (start, end): (u32, u32)) -> Frame {
        Frame {
            action,
            mode,
            metric,
            object: Value::None,
            value: Value::None,
            ty: Value::None,
            left: Value::None,
            last: Value::None,
            name_start: NONE,
            name_end: NONE,
            children: 0,
            arity: 0,
            start,
            end,
            slot: Slot::Other,
            opens: Opens::Nothing,
            scope_before: self.scope,
            symbol_before: self.symbol,
            export_before: self.in_export,
            body_start: NONE,
            ty_start: 0,
            ty_end: 0,
            ty_fixed: false,
            declares: false,
            name_use: NONE,
            symbols_before: self.rows.symbols.len() as u32,
            section_before: self.section,
            kind,
            after_else: false,
            said: Said::NOTHING,
            lists: self.buffers.lists.len() as u32,
            items: self.buffers.items.len() as u32,
            nth: 0,
        }
    }

    fn done(&mut self, metric: Metric, node: Node<'_>) -> bool {
        if metric != Metric::default() {
            self.count(metric, node, false);
        }
        false
    }

    /// Where a node ends. The line end that some grammars are given at the end of the text is none of it.
    pub(super) fn end_of(&self, node: Node<'_>) -> u32 {
        node.end_byte().min(self.source.len()) as u32
    }

    /// A role given by a hook, resolved once a file.
    pub(super) fn action(&mut self, role: &'static Role) -> Action {
        match self.buffers.actions.iter().find(|action| std::ptr::eq(action.role, role)) {
            Some(&action) => action,
            None => {
                let action = Action::new(role, &self.grammar.language);
                self.buffers.actions.push(action);
                action
            }
        }
    }
}

/// Arguments in an argument list: its named children that are no comments.
fn arity_of(node: Node<'_>) -> u16 {
    u16::try_from(node.named_child_count()).unwrap_or(u16::MAX)
}
