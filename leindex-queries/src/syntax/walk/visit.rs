//! Opening a node: which part of its parent it is, what its role does before its children are walked.

use tree_sitter::{Node, TreeCursor};

use super::Walk;
use super::frame::{Frame, Opens, Value};
use super::mode::{Mode, inner_mode, mode_of_part};
use super::said::Said;
use crate::items::metrics::Run;
use crate::languages::{ActionId, KindInfo, Metric, NO_PARTS, Place, Role, Slot, Visit};
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
    pub(super) fn enter(&mut self, cursor: &TreeCursor<'_>, node: Node<'_>, kind: u16, info: KindInfo) -> bool {
        // The function literal that is a definition's body counts as the definition.
        let adopted = self.next.function != 0 && self.next.function == node.id();
        let mut metric = if adopted { Metric::default() } else { info.metric };
        let section_before = self.section;
        let is_child = info.named && !node.is_extra();
        let part = self.part_of_parent(cursor, kind, is_child);
        let (start, node_end) = (node.start_byte() as u32, node.end_byte() as u32);
        if node_end <= self.skip_before {
            return false;
        }
        if self.buffers.frames.len() >= DEPTH_LIMIT {
            if !self.too_deep {
                self.too_deep = true;
                self.diagnostic(node, "nested too deeply: what is inside was left out");
            }
            return false;
        }
        if kind == Frame::ERROR || start == node_end && node.is_missing() {
            self.error(node);
        }
        if node.has_error() {
            self.missing_tokens(node);
        }
        if metric != Metric::default() {
            metric = self.metric_here(metric, node, kind);
            self.count_entered(metric, kind);
        }
        let span = (start, self.end_of(node));
        if !self.buffers.skipped.is_empty() && part.slot != Slot::Name && self.takes_skipped(node) {
            return self.done(metric);
        }
        match part.slot {
            Slot::Other | Slot::Object | Slot::Class | Slot::Value | Slot::Bases | Slot::SelfType => {}
            slot => {
                if let Some(walked) = self.take_part(node, slot, part.role, info.role, span, metric) {
                    return walked;
                }
            }
        }
        if self.pending_name != 0 && node.id() == self.pending_name && node.child_count() == 0 {
            self.pending_name = 0;
            return self.done(metric);
        }
        let (mut role, mut action) = (info.role, info.action);
        let (mut then, mut again) = (None::<fn(&mut Walk<'_>, Node<'_>)>, None);
        let mut said = Said::NOTHING;
        if let Some(Role::Custom(code)) = role {
            self.mode = part.mode;
            self.said = said;
            self.located = NO_PARTS;
            let visit = code(self, node);
            said = self.said;
            let counted = std::mem::take(&mut self.counted);
            if counted != Metric::NONE {
                self.count_entered(counted, kind);
                metric = metric.with(counted);
            }
            (role, action) = (None, ActionId::NONE);
            match visit {
                Visit::Skip => {
                    if is_child {
                        self.forget_comments(start);
                    }
                    return self.done(metric);
                }
                Visit::Children => {}
                Visit::As(chosen) => (role, action) = (Some(chosen), self.action(chosen)),
                Visit::Then(chosen, code) => (role, action, then) = (Some(chosen), self.action(chosen), Some(code)),
                Visit::Again(symbol, code) => (again, then) = (Some(symbol), Some(code)),
            }
        } else if role.is_none() && node.child_count() == 0 {
            self.forget_comments_before(start, is_child);
            self.deliver(Value::Unknown);
            return self.done(metric);
        }
        let mut frame = self.frame(kind, inner_mode(role, part.mode), metric, span);
        (frame.role, frame.action) = (role, action);
        (frame.said, frame.arity, frame.section_before) = (said, said.arity, section_before);
        match role {
            Some(role) => {
                if !self.open(node, role, &part, &mut frame) {
                    return self.done(metric);
                }
            }
            None => {
                if let Some(symbol) = again {
                    frame.mode = Mode::Read;
                    self.open_again(node, symbol, &mut frame);
                }
                self.forget_comments_before(start, is_child);
            }
        }
        self.buffers.frames.push(frame);
        if let Some(code) = then {
            code(self, node);
        }
        true
    }

    /// Which part of its parent a node is, and how names are taken there.
    fn part_of_parent(&mut self, cursor: &TreeCursor<'_>, kind: u16, is_child: bool) -> Part {
        let Some(parent) = self.buffers.frames.last_mut() else { return Part { slot: Slot::Other, mode: Mode::Read, role: None } };
        // Only named children have positions; tokens are found by field.
        let position = if is_child { parent.children } else { u16::MAX };
        if is_child {
            parent.children = parent.children.saturating_add(1).min(u16::MAX - 1);
        }
        let (mut slot, mut mode) = (Slot::Other, parent.mode);
        if let Some(role) = parent.role {
            if is_child && matches!(role, Role::Return { value: "" }) {
                parent.last = Value::None;
            }
            let action = self.actions.get(parent.action);
            let field = if action.has_fields { cursor.field_id().map_or(0, |id| id.get()) } else { 0 };
            parent.nth += u16::from(field != 0 && field == action.counted);
            slot = action.slot(field, parent.nth, position, kind);
            mode = mode_of_part(role, slot, mode);
        }
        parent.slot = slot;
        Part { slot, mode, role: parent.role }
    }

    /// Tells the node around of a part of it. Some parts need no more: then what [`Self::enter`] is to return.
    fn take_part(
        &mut self,
        node: Node<'_>,
        slot: Slot,
        around: Option<&'static Role>,
        role: Option<&'static Role>,
        (start, end): (u32, u32),
        metric: Metric,
    ) -> Option<bool> {
        let parent = self.buffers.frames.last_mut()?;
        match slot {
            // The name after a dot: recorded by the parent, unless it has parts of its own.
            Slot::Name if !matches!(around, Some(Role::Define(_))) => {
                if parent.said.name.0 != NONE || parent.said.owner != NONE {
                    return Some(self.done(metric));
                }
                (parent.name_start, parent.name_end) = (start, end);
                if self.pending_name != 0 && node.id() == self.pending_name {
                    self.pending_name = 0;
                    parent.declares = true;
                }
                if node.named_child_count() == 0 {
                    return Some(false);
                }
            }
            Slot::Arguments => {
                // A block or lambda after a call is one argument.
                let single = matches!(role, Some(Role::Scope(_) | Role::Lambda { .. }));
                parent.arity = if single { 1 } else { arity_of(node) };
            }
            Slot::Left => {
                if let Some(Role::Declare(declare)) = around
                    && declare.sequence
                {
                    self.next_name(node, declare);
                }
            }
            Slot::Type if node.id() != self.pending_name && !parent.ty_fixed => (parent.ty_start, parent.ty_end) = (start, end),
            Slot::Body => {
                if parent.body_start == NONE {
                    parent.body_start = start;
                }
                if let Opens::Symbol(symbol) = parent.opens {
                    self.rows.symbols[symbol as usize].body_start = start;
                }
            }
            _ => {}
        }
        (slot == Slot::Name && !self.buffers.skipped.is_empty() && self.takes_skipped(node)).then(|| self.done(metric))
    }

    /// Whether the code of a language has dealt with this node; asking takes it.
    fn takes_skipped(&mut self, node: Node<'_>) -> bool {
        let found = self.buffers.skipped.iter().position(|&id| id == node.id());
        if let Some(at) = found {
            self.buffers.skipped.swap_remove(at);
        }
        found.is_some()
    }

    /// Does what a role does before the children of its node. Returns whether there is more to do: a frame to push.
    fn open(&mut self, node: Node<'_>, role: &'static Role, part: &Part, frame: &mut Frame) -> bool {
        match *role {
            Role::Skip => return false,
            Role::Comment => {
                self.buffers.comments.push((frame.start, frame.end));
                return false;
            }
            Role::Attribute => {
                self.buffers.attributes.push((frame.start, frame.end));
                frame.mode = Mode::Decorator;
            }
            Role::Wrapper | Role::Group { .. } | Role::Declarations(_) | Role::Declarators { .. } => self.hold_comments(),
            Role::Export { .. } => {
                self.in_export = true;
                self.hold_comments();
            }
            Role::Define(define) => {
                let opened = self.open_definition(node, &define, frame);
                if !opened {
                    (frame.role, frame.action) = (None, ActionId::NONE);
                }
            }
            // The block of a function has the function's own scope.
            Role::Scope(ScopeKind::Block)
                if part.slot == Slot::Body && matches!(part.role, Some(Role::Define(define)) if define.scope.is_some()) => {}
            Role::Scope(_) if self.next.function != 0 && self.next.function == node.id() => {
                self.next.function = 0;
                if let Some(body) = node.child_by_field_name("body") {
                    self.rows.symbols[self.symbol as usize].body_start = body.start_byte() as u32;
                }
            }
            Role::Named { .. } => {
                (frame.name_start, frame.name_end) = frame.said.name;
                if frame.said.owner != NONE {
                    self.open_scope(ScopeKind::Extension, NONE, frame);
                    self.set_self_type(self.scope, frame.said.owner);
                }
            }
            Role::Scope(kind) | Role::Clause { scope: kind, .. } => self.open_scope(kind, NONE, frame),
            Role::Lambda { .. } => self.open_scope(ScopeKind::Function, NONE, frame),
            Role::Declare(declare) if declare.scope => self.open_scope(ScopeKind::Block, NONE, frame),
            Role::Extension { .. } => {
                self.buffers.comments.clear();
                self.buffers.attributes.clear();
                self.open_scope(ScopeKind::Extension, NONE, frame);
            }
            Role::Variable if part.mode == Mode::Type => return false,
            Role::Name | Role::TypeName | Role::Variable | Role::NameOrCall(_) if node.named_child_count() == 0 => {
                if let (Role::NameOrCall(claim), Mode::Read) = (role, part.mode) {
                    self.name_or_call(node, *claim);
                } else {
                    self.name(node, part.mode, matches!(role, Role::TypeName));
                }
                return false;
            }
            Role::WholeName => {
                self.name(node, part.mode, false);
                return false;
            }
            Role::OwnField => {
                self.own_field(node, part.mode);
                return false;
            }
            Role::This => {
                self.leaf(UseKind::This, node, part.mode);
                return false;
            }
            Role::Super => {
                self.leaf(UseKind::Super, node, part.mode);
                return false;
            }
            Role::Literal(ty) if part.slot != Slot::Name && node.child_count() == 0 => {
                let value = self.literal(ty, frame.start);
                self.deliver(value);
                return false;
            }
            _ => {}
        }
        true
    }

    /// Drops the comments before a node without a role: it is no definition.
    fn forget_comments_before(&mut self, start: u32, is_child: bool) {
        let frames = &self.buffers.frames;
        let at_top = frames.iter().rev().take(2).any(|above| above.kind == Frame::ROOT);
        if is_child && frames.len() > 1 && !at_top {
            self.forget_comments(start);
        }
    }

    /// An open node of which nothing was seen yet.
    pub(super) fn frame(&self, kind: u16, mode: Mode, metric: Metric, (start, end): (u32, u32)) -> Frame {
        Frame {
            role: None,
            action: ActionId::NONE,
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
            runs: [Run::NONE; 2],
            lists: self.buffers.lists.len() as u32,
            items: self.buffers.items.len() as u32,
            nth: 0,
        }
    }

    /// Where a node ends. The line end that some grammars are given at the end of the text is none of it.
    pub(super) fn end_of(&self, node: Node<'_>) -> u32 {
        node.end_byte().min(self.source.len()) as u32
    }

    fn done(&mut self, metric: Metric) -> bool {
        if metric != Metric::default() {
            self.count_left(metric);
        }
        false
    }

    /// Where the parts of a role given by the code of a language stand.
    fn action(&mut self, role: &'static Role) -> ActionId {
        if self.located == NO_PARTS {
            return self.actions.given(role, self.grammar);
        }
        self.actions.located(role, &self.located, self.grammar)
    }
}

/// Which part of its parent a node is.
struct Part {
    slot: Slot,
    /// How names are taken there.
    mode: Mode,
    /// The role of the parent.
    role: Option<&'static Role>,
}

/// Arguments in an argument list: its named children that are no comments.
fn arity_of(node: Node<'_>) -> u16 {
    u16::try_from(node.named_child_count()).unwrap_or(u16::MAX)
}
