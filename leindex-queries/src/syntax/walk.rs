//! The one walk over a syntax tree: a cursor goes through every node once and leaves rows behind.
//!
//! The walk keeps its own stack, so the depth of a file's nesting costs heap, never call stack. What a node means is
//! said by the [`Role`] of its kind; a node's *value* (the row that stands for the expression it is) travels from
//! child to parent as the walk leaves it, so that `a.b().c` becomes three uses chained by their bases without a
//! second look at the tree.

use tree_sitter::{Node, Tree};

use super::rows::{
    BaseKind, BaseRow, BindingKind, BindingRow, DiagnosticRow, ExportRow, ImportFlags, ImportKind, ImportRow, LineRow, ModuleRow, NONE,
    ParameterRow, Rows, RowsBuilder, ScopeKind, ScopeRow, Str, SymbolFlags, SymbolKind, SymbolRow, UNKNOWN_BASE, UseKind, UseRole, UseRow,
};
use crate::items::{descriptor::Identities, docs, metrics::Counters, signature};
use crate::languages::{Action, Declare, Define, Evidence, Grammar, Metric, NameAt, Receiver, Role, Slot, Visit};

mod hooks;

/// Nodes above a node that is still visited. Code written by people stays under 300. Without a limit, looking for a
/// node's parent takes time in proportion to its depth, and call stack where the node is empty.
const DEPTH_LIMIT: usize = 2_000;

/// What tree-sitter calls an error node, in every grammar.
const ERROR_KIND: u16 = u16::MAX;

/// What a node stands for, as its parent sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing was seen yet.
    None,
    /// An expression that rows do not describe.
    Unknown,
    /// A use row.
    Use(u32),
    /// A binding row: a name was declared or assigned.
    Binding(u32),
    /// Several values in order.
    List {
        /// The first of them in the walk's list buffer.
        start: u32,
        /// How many.
        count: u32,
        /// A single value opposite goes to the first of them.
        first: bool,
    },
}

impl Value {
    fn use_index(self) -> u32 {
        match self {
            Self::Use(index) => index,
            _ => NONE,
        }
    }
}

/// How plain names are taken in a part of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Read,
    Type,
    Base(BaseKind),
    Decorator,
    /// Names are assigned to.
    Write,
    /// Names are declared.
    Declare {
        kind: BindingKind,
        hoisted: bool,
        symbol: Option<(SymbolKind, SymbolKind)>,
        capitals: bool,
    },
    Outer,
}

/// One open node.
#[derive(Clone, Copy, Debug)]
struct Frame {
    action: Option<Action>,
    mode: Mode,
    metric: Metric,
    /// Value of the object, function or class part, of the value part, of the type part, of the left part.
    object: Value,
    value: Value,
    ty: Value,
    left: Value,
    last: Value,
    name_start: u32,
    name_end: u32,
    children: u16,
    arity: u16,
    start: u32,
    end: u32,
    slot: Slot,
    /// What to restore when the node is left.
    opens: Opens,
    scope_before: u32,
    symbol_before: u32,
    export_before: bool,
    body_start: u32,
    ty_start: u32,
    ty_end: u32,
    kind: u16,
    /// A token that counts flat (`else`) was seen among the children.
    after_else: bool,
    /// Length of the list buffer when the node was opened.
    lists: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opens {
    Nothing,
    Scope,
    Symbol(u32),
}

/// Buffers of the walk that outlive a file.
#[derive(Default)]
pub struct WalkBuffers {
    pub(crate) rows: RowsBuilder,
    frames: Vec<Frame>,
    counters: Vec<(u32, Counters)>,
    comments: Vec<(u32, u32)>,
    attributes: Vec<(u32, u32)>,
    text: String,
    cuts: Vec<(u32, u32)>,
    actions: Vec<Action>,
    lists: Vec<Value>,
    inside: Vec<BindingRow>,
    notes: Vec<Str>,
    identities: Identities,
}

/// The walk over one tree. Languages see it from [`Role::Custom`].
pub struct Walk<'a> {
    /// The text.
    source: &'a str,
    grammar: &'a Grammar,
    rows: &'a mut RowsBuilder,
    buffers: Buffers<'a>,
    scope: u32,
    symbol: u32,
    in_export: bool,
    /// Node id of the name of the definition being entered: it is no use.
    pending_name: usize,
    receiver: Str,
    recovering: bool,
    content: [u8; 32],
    /// How names are taken at the node that a [`Role::Custom`] looks at.
    mode: Mode,
    /// Nodes that end before this byte are not visited.
    skip_before: u32,
    /// What a [`Role::Custom`] counts its node as.
    counted: u8,
    /// Documentation that the next definition takes.
    documents: Option<Str>,
    /// A name, and the result type of the next definition of that name.
    expected: (Str, Str),
    /// Flags of the next definition.
    flags: SymbolFlags,
    /// Whether [`DEPTH_LIMIT`] was reached.
    too_deep: bool,
}

struct Buffers<'a> {
    frames: &'a mut Vec<Frame>,
    counters: &'a mut Vec<(u32, Counters)>,
    comments: &'a mut Vec<(u32, u32)>,
    attributes: &'a mut Vec<(u32, u32)>,
    text: &'a mut String,
    cuts: &'a mut Vec<(u32, u32)>,
    /// Roles given by hooks, resolved.
    actions: &'a mut Vec<Action>,
    /// Values of the open nodes of role [`Role::List`].
    lists: &'a mut Vec<Value>,
    /// Bindings of the next scope to be opened.
    inside: &'a mut Vec<BindingRow>,
    notes: &'a mut Vec<Str>,
    identities: &'a mut Identities,
}

/// Walks a tree and packs its rows. `content` is the hash of the file's bytes; `source` is what was parsed, of the
/// same length.
pub fn rows_of(grammar: &Grammar, source: &str, content: [u8; 32], trees: &[(Tree, bool)], buffers: &mut WalkBuffers) -> Rows {
    buffers.rows.clear();
    buffers.frames.clear();
    buffers.counters.clear();
    buffers.comments.clear();
    buffers.attributes.clear();
    buffers.actions.clear();
    buffers.notes.clear();
    buffers.lists.clear();
    buffers.inside.clear();
    let mut walk = Walk {
        source,
        grammar,
        rows: &mut buffers.rows,
        buffers: Buffers {
            frames: &mut buffers.frames,
            counters: &mut buffers.counters,
            comments: &mut buffers.comments,
            attributes: &mut buffers.attributes,
            text: &mut buffers.text,
            cuts: &mut buffers.cuts,
            actions: &mut buffers.actions,
            notes: &mut buffers.notes,
            identities: &mut buffers.identities,
            lists: &mut buffers.lists,
            inside: &mut buffers.inside,
        },
        scope: 0,
        symbol: 0,
        in_export: false,
        pending_name: 0,
        receiver: Str::EMPTY,
        recovering: false,
        content,
        mode: Mode::Read,
        skip_before: 0,
        counted: 0,
        documents: None,
        expected: (Str::EMPTY, Str::EMPTY),
        flags: SymbolFlags::default(),
        too_deep: false,
    };
    walk.begin();
    if trees.is_empty() {
        walk.rows.errors += 1;
        walk.remark(0, source.len() as u32, "given up: parsing takes too long");
    }
    for (tree, recovered) in trees {
        walk.recovering = *recovered;
        walk.skip_before = 0;
        walk.tree(tree);
    }
    walk.finish()
}

impl<'a> Walk<'a> {
    // What languages use from `Role::Custom`.

    /// The text of a node.
    pub fn text(&self, node: Node<'_>) -> &'a str {
        self.source.get(node.byte_range()).unwrap_or("")
    }

    /// The whole text.
    pub fn source(&self) -> &'a str {
        self.source
    }

    /// The kind of the innermost scope.
    pub fn scope_kind(&self) -> ScopeKind {
        self.rows.scopes[self.scope as usize].kind
    }

    /// The symbol around the walk's place.
    pub fn current_symbol(&self) -> SymbolRow {
        self.rows.symbols[self.symbol as usize]
    }

    /// The role of the node around the one being looked at.
    pub fn around(&self) -> Option<&'static Role> {
        self.buffers.frames.last().and_then(|frame| frame.action).map(|action| action.role)
    }

    /// Which part of its parent's role the node is that stands `up` levels above the one being looked at.
    pub(crate) fn part(&self, up: usize) -> Slot {
        let frames = &self.buffers.frames;
        frames.len().checked_sub(up + 1).and_then(|at| frames.get(at)).map_or(Slot::Other, |frame| frame.slot)
    }

    /// The role of the node `up` levels above the one being looked at, and the use that stands for its object, callee
    /// or class, if that part came before.
    pub(crate) fn open_node(&self, up: usize) -> Option<(Option<&'static Role>, u32)> {
        let frames = &self.buffers.frames;
        let frame = frames.len().checked_sub(up).and_then(|at| frames.get(at))?;
        Some((frame.action.map(|action| action.role), frame.object.use_index()))
    }

    /// A use by its row.
    pub fn use_row(&self, index: u32) -> Option<UseRow> {
        self.rows.uses.get(index as usize).copied()
    }

    /// The row that the next use will have.
    pub fn next_use(&self) -> u32 {
        self.rows.uses.len() as u32
    }

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

    /// Gives a symbol, and the binding of its name, a declared type.
    pub fn set_type(&mut self, symbol: u32, type_use: u32, text: &str) {
        let text = self.rows.string(text);
        if let Some(row) = self.rows.symbols.get_mut(symbol as usize) {
            (row.type_use, row.return_type) = (type_use, text);
        }
        if let Some(row) = self.rows.bindings.iter_mut().rev().find(|row| row.kind == BindingKind::Symbol && row.target == symbol) {
            row.type_use = type_use;
        }
    }

    /// Changes the symbol around the walk's place.
    pub fn update_symbol(&mut self, change: impl FnOnce(&mut SymbolRow)) {
        change(&mut self.rows.symbols[self.symbol as usize]);
    }

    /// The id of a string.
    pub fn string(&mut self, text: &str) -> Str {
        self.rows.string(text)
    }

    /// A string by its id.
    pub fn str(&self, id: Str) -> &str {
        self.rows.str(id)
    }

    /// Adds an import and, where it binds a name, the binding in the current scope. `alias` is the bound name, or
    /// empty for none.
    pub fn import(
        &mut self,
        node: Node<'_>,
        kind: ImportKind,
        module: &str,
        name: &str,
        alias: &str,
        level: u32,
        flags: ImportFlags,
    ) -> u32 {
        let mut flags = flags;
        if self.scope != 0 && self.scope_kind() != ScopeKind::Namespace {
            flags.set(ImportFlags::NESTED);
        }
        if self.in_export {
            flags.set(ImportFlags::REEXPORT);
        }
        let row = ImportRow {
            kind,
            flags,
            module: self.rows.string(module),
            name: self.rows.string(name),
            alias: self.rows.string(alias),
            level,
            scope: self.scope,
            start: node.start_byte() as u32,
            end: node.end_byte() as u32,
        };
        let index = self.rows.imports.len() as u32;
        self.rows.imports.push(row);
        if !alias.is_empty() {
            self.push_binding(row.alias, self.scope, BindingKind::Import, index, node.start_byte() as u32);
        }
        index
    }

    /// Exports a local name or value under `name` (`default`, or empty for the whole module).
    pub fn export(&mut self, name: &str, local: &str) {
        let row = ExportRow { name: self.rows.string(name), local: self.rows.string(local), value: NONE };
        self.rows.exports.push(row);
    }

    /// Says that the file, or the symbol around the walk's place, is (part of) the module `key`.
    pub fn module(&mut self, key: &str, of_symbol: bool) {
        let row = ModuleRow { key: self.rows.string(key), symbol: if of_symbol { self.symbol } else { NONE } };
        self.rows.modules.push(row);
    }

    /// Binds a name in the current scope without a value.
    pub fn declare(&mut self, node: Node<'_>, kind: BindingKind) -> u32 {
        let name = self.rows.string(self.source.get(node.byte_range()).unwrap_or(""));
        self.push_binding(name, self.scope, kind, NONE, node.start_byte() as u32)
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

    /// Sets the arity of a call use.
    pub fn set_arity(&mut self, index: u32, arity: u32) {
        self.rows.uses[index as usize].arity = arity;
    }

    /// Makes the use `base` a base of the extension or symbol around the walk's place.
    pub fn base(&mut self, base: u32, kind: BaseKind) {
        self.add_base(Mode::Base(kind), base);
    }

    /// Adds a symbol that has no inside of its own, with a binding for it.
    pub fn leaf_symbol(&mut self, node: Node<'_>, name: Node<'_>, kind: SymbolKind) -> u32 {
        let text = self.source.get(name.byte_range()).unwrap_or("");
        let symbol = self.push_symbol(node, text, name.byte_range(), kind, None);
        self.close_symbol(symbol, node.has_error());
        symbol
    }

    /// Gives the node being looked at this value in the eyes of its parent. Use with [`Visit::Skip`].
    pub fn stand_for(&mut self, use_index: u32) {
        self.deliver(Value::Use(use_index));
    }

    /// Reports a remark about the text.
    pub fn diagnostic(&mut self, node: Node<'_>, message: &str) {
        self.remark(node.start_byte() as u32, node.end_byte() as u32, message);
    }

    fn remark(&mut self, start: u32, end: u32, message: &str) {
        let row = DiagnosticRow { start, end, message: self.rows.string(message) };
        self.rows.diagnostics.push(row);
    }

    // The walk.

    fn begin(&mut self) {
        self.rows.lines.push(LineRow { start: 0 });
        self.rows.lines.extend(memchr::memchr_iter(b'\n', self.source.as_bytes()).map(|at| LineRow { start: at as u32 + 1 }));
        let end = self.source.len() as u32;
        self.rows.scopes.push(ScopeRow { kind: ScopeKind::File, parent: NONE, symbol: 0, self_type: NONE, start: 0, end });
        self.rows.symbols.push(SymbolRow {
            kind: SymbolKind::Module,
            flags: SymbolFlags::EXPORTED,
            name: Str::EMPTY,
            parent: NONE,
            scope: 0,
            inner: 0,
            start: 0,
            end,
            name_start: 0,
            body_start: 0,
            start_line: 1,
            end_line: self.line(end.saturating_sub(1)),
            name_line: 1,
            signature: Str::EMPTY,
            return_type: Str::EMPTY,
            type_use: NONE,
            doc: Str::EMPTY,
            disambiguator: Str::EMPTY,
            first_parameter: 0,
            parameters: 0,
            cyclomatic: 0,
            cognitive: 0,
            nesting: 0,
            statements: 0,
            signature_hash: 0,
            identity_low: 0,
            identity_high: 0,
            body_0: 0,
            body_1: 0,
            body_2: 0,
            body_3: 0,
        });
        self.buffers.counters.push((0, Counters::default()));
    }

    fn tree(&mut self, tree: &Tree) {
        let mut cursor = tree.walk();
        let depth_floor = self.buffers.frames.len();
        loop {
            let node = cursor.node();
            let info = self.grammar.kinds.get(node.kind_id() as usize).copied();
            // Error nodes have an id outside the table.
            let (inert, action, metric) = info.map_or((false, None, Metric::default()), |i| (i.inert, i.action, i.metric));
            let mut descend = !inert;
            if !inert {
                let field = cursor.field_id().map_or(0, |id| id.get());
                descend = self.enter(node, action, metric, field);
                if descend && !cursor.goto_first_child() {
                    self.leave(node);
                    descend = false;
                } else if descend {
                    continue;
                }
            }
            debug_assert!(!descend);
            loop {
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    while self.buffers.frames.len() > depth_floor {
                        self.leave(tree.root_node());
                    }
                    return;
                }
                let node = cursor.node();
                self.leave(node);
            }
        }
    }

    /// Opens a node. Returns whether its children are to be walked; if so, a frame was pushed.
    fn enter(&mut self, node: Node<'_>, action: Option<Action>, metric: Metric, field: u16) -> bool {
        let named = node.is_named();
        let (mut slot, mut mode, mut parent_role) = (Slot::Other, Mode::Read, None);
        if let Some(parent) = self.buffers.frames.last_mut() {
            mode = parent.mode;
            let child = parent.children;
            if named && !node.is_extra() {
                parent.children = parent.children.saturating_add(1).min(u16::MAX - 1);
            }
            if let Some(action) = &parent.action {
                // Only named children have positions; tokens are found by field.
                slot = action.slot(field, if named && !node.is_extra() { child } else { u16::MAX });
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
        let end = node.end_byte() as u32;
        let mut role = action.map(|a| a.role);
        let mut action = action;
        if slot == Slot::Name && !matches!(parent_role, Some(Role::Define(_))) {
            // The name after a dot: recorded by the parent, unless it has parts of its own.
            let parent = self.buffers.frames.last_mut().expect("a slot comes from a parent");
            (parent.name_start, parent.name_end) = (start, end);
            if node.child_count() == 0 {
                return false;
            }
        }
        if slot == Slot::Arguments {
            let arity = arity_of(node);
            self.buffers.frames.last_mut().expect("a slot comes from a parent").arity = arity;
        }
        if slot == Slot::Type {
            let parent = self.buffers.frames.last_mut().expect("a slot comes from a parent");
            (parent.ty_start, parent.ty_end) = (start, end);
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
        let (mut then, mut again) = (None::<fn(&mut Walk<'_>, Node<'_>)>, None);
        if let Some(Role::Custom(code)) = role {
            self.mode = mode;
            let visit = code(self, node);
            if self.counted != 0 {
                let counted = Metric(std::mem::take(&mut self.counted));
                self.count(counted, node, true);
                metric.0 |= counted.0;
            }
            match visit {
                Visit::Skip => {
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
                    action = Some(self.action(other));
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
        let mut frame = Frame {
            action,
            mode: inner_mode(role, mode),
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
            kind: node.kind_id(),
            after_else: false,
            lists: self.buffers.lists.len() as u32,
        };
        if let Some(symbol) = again {
            frame.mode = Mode::Read;
            self.open_again(node, symbol, &mut frame);
        }
        let Some(role) = role else {
            if !node.is_extra() && named && self.buffers.frames.len() > 1 {
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
            Role::Wrapper => {}
            Role::Export { .. } => self.in_export = true,
            Role::Define(define) => {
                if !self.open_definition(node, &define, &mut frame) {
                    frame.action = None;
                }
            }
            // The block of a function has the function's own scope.
            Role::Scope(ScopeKind::Block) if slot == Slot::Body && matches!(parent_role, Some(Role::Define(d)) if d.scope.is_some()) => {}
            Role::Scope(kind) | Role::Clause { scope: kind, .. } => self.open_scope(kind, NONE, &mut frame),
            Role::Declare(declare) if declare.scope => self.open_scope(ScopeKind::Block, NONE, &mut frame),
            Role::Extension { .. } => {
                self.buffers.comments.clear();
                self.open_scope(ScopeKind::Extension, NONE, &mut frame);
            }
            Role::Variable if mode == Mode::Type => return self.done(metric, node),
            Role::Name | Role::TypeName | Role::Variable => {
                if node.child_count() == 0 {
                    self.name(node, mode, matches!(role, Role::TypeName));
                    return self.done(metric, node);
                }
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

    fn done(&mut self, metric: Metric, node: Node<'_>) -> bool {
        if metric != Metric::default() {
            self.count(metric, node, false);
        }
        false
    }

    /// Closes the innermost open node and hands its value to its parent.
    fn leave(&mut self, node: Node<'_>) {
        let Some(frame) = self.buffers.frames.pop() else { return };
        if frame.metric != Metric::default() {
            self.count(frame.metric, node, false);
        }
        let value = match frame.action {
            None => {
                if frame.children == 1 && matches!(frame.mode, Mode::Type | Mode::Base(_) | Mode::Decorator) {
                    frame.last
                } else {
                    Value::Unknown
                }
            }
            Some(action) => self.close(node, &frame, action.role),
        };
        match frame.opens {
            Opens::Nothing => {}
            Opens::Scope => self.scope = frame.scope_before,
            Opens::Symbol(symbol) => {
                self.scope = frame.scope_before;
                self.symbol = frame.symbol_before;
                self.close_symbol(symbol, node.has_error());
            }
        }
        self.in_export = frame.export_before;
        if !matches!(value, Value::List { .. }) {
            self.buffers.lists.truncate(frame.lists as usize);
        }
        self.deliver(value);
        if let Some(parent) = self.buffers.frames.last_mut() {
            let slot = parent.slot;
            if slot == Slot::Name
                && let Value::Use(index) = value
            {
                // A name with parts (`obj.method::<T>`): the parent's name is that of the part.
                let row = self.rows.uses[index as usize];
                parent.name_start = row.start;
                parent.name_end = row.start + self.rows.str(row.name).len() as u32;
            }
        }
    }

    /// The value of a node with a role, now that its parts are known.
    fn close(&mut self, node: Node<'_>, frame: &Frame, role: &'static Role) -> Value {
        match *role {
            Role::Member { .. } => self.member(frame),
            Role::Call { .. } => self.call(frame, UseRole::Call),
            Role::New { .. } => self.call(frame, UseRole::New),
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
                Value::Use(base) => Value::Use(self.push_use(UseKind::Element, UseRole::Read, Str::EMPTY, base, frame.start)),
                _ => Value::Unknown,
            },
            Role::Literal(name) => {
                let name = self.rows.string(name);
                Value::Use(self.push_use(UseKind::Literal, UseRole::Read, name, NONE, frame.start))
            }
            Role::Pass { value, .. } => {
                if value.is_empty() {
                    frame.last
                } else {
                    frame.value
                }
            }
            Role::Type => match frame.object {
                Value::None => frame.last,
                first => first,
            },
            Role::Name | Role::TypeName | Role::Variable | Role::Wrapper | Role::Decorator => frame.last,
            Role::Assign { .. } => {
                for at in 0..self.list_len(frame.left) {
                    let value = self.value_opposite(frame, at, false);
                    match self.list_item(frame.left, at) {
                        Value::Binding(index) => self.assign(index, value, frame.ty),
                        Value::Use(index) => self.assign_member(index, value, frame.ty),
                        _ => {}
                    }
                }
                frame.value
            }
            Role::List { first } => {
                let count = self.buffers.lists.len() as u32 - frame.lists;
                if count == 1 { frame.last } else { Value::List { start: frame.lists, count, first } }
            }
            Role::Declare(declare) => {
                self.close_declare(node, frame, &declare);
                Value::Unknown
            }
            Role::Parameter { variadic, .. } => {
                self.close_parameter(frame, variadic);
                Value::Unknown
            }
            Role::Define(define) => {
                if let Opens::Symbol(symbol) = frame.opens {
                    let return_type = self.type_text(frame);
                    let row = &mut self.rows.symbols[symbol as usize];
                    if row.return_type.is_empty() {
                        row.return_type = return_type;
                    }
                    if let Value::Use(ty) = frame.ty {
                        row.type_use = ty;
                        if !row.kind.is_callable()
                            && let Some(binding) =
                                self.rows.bindings.iter_mut().rev().find(|row| row.kind == BindingKind::Symbol && row.target == symbol)
                        {
                            binding.type_use = ty;
                        }
                    }
                    if let (Value::Use(value), SymbolKind::Constant | SymbolKind::Variable | SymbolKind::Field) = (frame.value, define.kind)
                    {
                        self.value_of_symbol(symbol, value);
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
            Role::Extension { .. } => {
                if let Value::Use(ty) = frame.object {
                    self.set_self_type(self.scope, ty);
                }
                Value::Unknown
            }
            Role::Return { .. } => {
                let binding = self.push_binding(Str::EMPTY, self.enclosing_function(), BindingKind::Result, NONE, frame.start);
                self.rows.bindings[binding as usize].value = frame.value.use_index();
                Value::Unknown
            }
            Role::Export { .. } => {
                if let Value::Use(value) = frame.value {
                    let row = ExportRow { name: self.rows.string("default"), local: self.rows.uses[value as usize].name, value };
                    self.rows.exports.push(row);
                }
                Value::Unknown
            }
            _ => Value::Unknown,
        }
    }

    /// A role given by a hook, resolved once a file.
    fn action(&mut self, role: &'static Role) -> Action {
        match self.buffers.actions.iter().find(|action| std::ptr::eq(action.role, role)) {
            Some(&action) => action,
            None => {
                let action = Action::new(role, &self.grammar.language);
                self.buffers.actions.push(action);
                action
            }
        }
    }

    /// Hands a value to the innermost open node.
    fn deliver(&mut self, value: Value) {
        let Some(parent) = self.buffers.frames.last_mut() else { return };
        let slot = parent.slot;
        if matches!(parent.action.map(|action| action.role), Some(Role::List { .. })) {
            self.buffers.lists.push(value);
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
        }
        deliver(parent, slot, value);
    }

    fn list_len(&self, value: Value) -> u32 {
        match value {
            Value::List { count, .. } => count,
            _ => 1,
        }
    }

    fn list_item(&self, value: Value, at: u32) -> Value {
        match value {
            Value::List { start, count, .. } if at < count => {
                self.buffers.lists.get((start + at) as usize).copied().unwrap_or(Value::Unknown)
            }
            Value::List { .. } => Value::Unknown,
            value => value,
        }
    }

    /// The value that belongs to the `at`-th name on the left. Of several results the first name gets the first; of an
    /// iteration the last gets the element.
    fn value_opposite(&self, frame: &Frame, at: u32, element: bool) -> Value {
        match (frame.left, frame.value) {
            (Value::List { .. }, value @ Value::List { .. }) => self.list_item(value, at),
            (Value::List { count, first, .. }, value) => {
                let place = if element { count - 1 } else { 0 };
                if first && at == place { value } else { Value::Unknown }
            }
            (_, Value::List { .. }) => Value::Unknown,
            (_, value) => value,
        }
    }

    // Names, members and calls.

    fn name(&mut self, node: Node<'_>, mode: Mode, is_type: bool) {
        if node.id() == self.pending_name {
            self.pending_name = 0;
            return;
        }
        let text = self.source.get(node.byte_range()).unwrap_or("");
        if text.is_empty() {
            return;
        }
        let start = node.start_byte() as u32;
        self.forget_comments(start);
        let name = self.rows.string(text);
        let value = match mode {
            Mode::Declare { kind, hoisted, symbol, capitals } if !capitals || !text.starts_with(char::is_uppercase) => {
                let outside = self.outside_functions();
                if let (Some((free, in_type)), true) = (symbol, outside) {
                    let kind = if self.in_type() { in_type } else { free };
                    let symbol = self.push_symbol(node, text, node.byte_range(), kind, None);
                    self.close_symbol(symbol, false);
                    Value::Binding(self.rows.bindings.len() as u32 - 1)
                } else {
                    let scope = if hoisted { self.function_scope() } else { self.scope };
                    let binding = self.push_binding(name, scope, kind, NONE, start);
                    let in_list = self.buffers.frames.last().and_then(|f| f.action).is_some_and(|a| matches!(a.role, Role::Parameters));
                    let scope = self.rows.scopes[self.scope as usize];
                    if in_list && scope.kind == ScopeKind::Function && scope.symbol != NONE {
                        let row = ParameterRow { name, ty: Str::EMPTY, type_use: NONE, optional: false, variadic: false };
                        self.parameter(scope.symbol, row);
                    }
                    Value::Binding(binding)
                }
            }
            Mode::Outer => Value::Binding(self.push_binding(name, self.scope, BindingKind::Outer, NONE, start)),
            Mode::Write if self.grammar.config.assignment_declares && !self.is_receiver(name) => {
                self.push_use(UseKind::Name, UseRole::Write, name, NONE, start);
                Value::Binding(self.push_binding(name, self.scope_for_assignment(), BindingKind::Variable, NONE, start))
            }
            _ => {
                let role = if is_type && mode == Mode::Read { UseRole::Type } else { use_role(mode) };
                let kind = if self.is_receiver(name) { UseKind::This } else { UseKind::Name };
                let index = self.push_use(kind, role, name, NONE, start);
                self.add_base(mode, index);
                Value::Use(index)
            }
        };
        self.deliver(value);
    }

    fn leaf(&mut self, kind: UseKind, node: Node<'_>, mode: Mode) {
        let name = self.rows.string(self.source.get(node.byte_range()).unwrap_or(""));
        let index = self.push_use(kind, use_role(mode), name, NONE, node.start_byte() as u32);
        self.deliver(Value::Use(index));
    }

    fn member(&mut self, frame: &Frame) -> Value {
        if frame.name_start == NONE {
            // `f.(x)` in Elixir, or a name that is still to be typed.
            return frame.object;
        }
        let text = self.source.get(frame.name_start as usize..frame.name_end as usize).unwrap_or("");
        let name = self.rows.string(text);
        let (kind, base) = match frame.object {
            Value::Use(base) => (UseKind::Member, base),
            Value::None => (UseKind::Name, NONE),
            _ => (UseKind::Member, UNKNOWN_BASE),
        };
        let index = self.push_use(kind, use_role(frame.mode), name, base, frame.name_start);
        if kind == UseKind::Member && matches!(frame.mode, Mode::Base(_)) && base != UNKNOWN_BASE {
            // `class A(m.B)`: only the whole is a base, not `m`.
            if let Some(row) = self.rows.bases.iter_mut().rev().find(|row| row.base == base) {
                row.base = index;
            }
            self.rows.uses[base as usize].role = UseRole::Read;
        }
        Value::Use(index)
    }

    fn call(&mut self, frame: &Frame, role: UseRole) -> Value {
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

    fn add_base(&mut self, mode: Mode, index: u32) {
        if let Mode::Base(kind) = mode {
            let extension = if self.scope_kind() == ScopeKind::Extension { self.scope } else { NONE };
            let symbol = if extension == NONE { self.symbol } else { NONE };
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

    fn push_use(&mut self, kind: UseKind, role: UseRole, name: Str, base: u32, start: u32) -> u32 {
        self.rows.uses.push(UseRow { kind, role, name, base, scope: self.scope, start, arity: 0 });
        self.rows.uses.len() as u32 - 1
    }

    // Bindings.

    fn push_binding(&mut self, name: Str, scope: u32, kind: BindingKind, target: u32, start: u32) -> u32 {
        self.rows.bindings.push(BindingRow { name, scope, kind, target, value: NONE, type_use: NONE, start });
        self.rows.bindings.len() as u32 - 1
    }

    fn assign(&mut self, binding: u32, value: Value, ty: Value) {
        let row = &mut self.rows.bindings[binding as usize];
        row.value = value.use_index();
        row.type_use = ty.use_index();
        if row.kind == BindingKind::Symbol {
            let (symbol, ty) = (row.target, row.type_use);
            if ty != NONE {
                self.rows.symbols[symbol as usize].type_use = ty;
            }
        }
    }

    /// `self.x = value`: a field of the type around.
    fn assign_member(&mut self, target: u32, value: Value, ty: Value) {
        let row = self.rows.uses[target as usize];
        self.rows.uses[target as usize].role = UseRole::Write;
        if row.kind != UseKind::Member || self.rows.uses.get(row.base as usize).is_none_or(|base| base.kind != UseKind::This) {
            return;
        }
        let Some(scope) = self.type_scope() else { return };
        let binding = self.push_binding(row.name, scope, BindingKind::Field, NONE, row.start);
        let row = &mut self.rows.bindings[binding as usize];
        row.value = value.use_index();
        row.type_use = ty.use_index();
    }

    fn close_declare(&mut self, node: Node<'_>, frame: &Frame, declare: &Declare) {
        for at in 0..self.list_len(frame.left) {
            let Value::Binding(binding) = self.list_item(frame.left, at) else { continue };
            let mut value = self.value_opposite(frame, at, declare.element);
            if declare.element {
                value = match value {
                    Value::Use(base) => Value::Use(self.push_use(UseKind::Element, UseRole::Read, Str::EMPTY, base, frame.start)),
                    _ => Value::Unknown,
                };
            }
            self.assign(binding, value, frame.ty);
            let row = self.rows.bindings[binding as usize];
            if row.kind == BindingKind::Symbol {
                // The symbol made for the name covers the whole declaration.
                self.rows.symbols[row.target as usize].return_type = self.type_text(frame);
                let span = self.outer_span(node);
                self.widen_symbol(row.target, span, node.has_error());
            }
        }
    }

    fn close_parameter(&mut self, frame: &Frame, variadic: bool) {
        for at in 0..self.list_len(frame.left) {
            self.close_parameter_name(frame, self.list_item(frame.left, at), variadic);
        }
    }

    fn close_parameter_name(&mut self, frame: &Frame, left: Value, variadic: bool) {
        let mut optional = frame.value != Value::None;
        // A pattern is its own name; a type alone has none.
        let mut name = if (frame.ty_start, frame.ty_end) == (frame.start, frame.end) { (0, 0) } else { (frame.start, frame.end) };
        if let Value::Binding(binding) = left {
            self.assign(binding, Value::None, frame.ty);
            let row = self.rows.bindings[binding as usize];
            name = (row.start, row.start + self.rows.str(row.name).len() as u32);
        }
        let scope = self.rows.scopes[self.scope as usize];
        if scope.kind != ScopeKind::Function || scope.symbol == NONE {
            return;
        }
        optional |= variadic;
        let text = self.source.get(name.0 as usize..name.1 as usize).unwrap_or("");
        let name = self.rows.string(text);
        let ty = if let Value::Use(index) = frame.ty { index } else { NONE };
        let ty_str = self.type_text(frame);
        self.parameter(scope.symbol, ParameterRow { name, ty: ty_str, type_use: ty, optional, variadic });
    }

    /// The declared type of a node as written, without the mark before it.
    fn type_text(&mut self, frame: &Frame) -> Str {
        let text = self.source.get(frame.ty_start as usize..frame.ty_end as usize).unwrap_or("");
        self.rows.string(text.trim_start_matches([':', ' ']).trim_start_matches("->").trim())
    }

    /// Adds a parameter row to a symbol, or notes its receiver.
    fn parameter(&mut self, symbol: u32, row: ParameterRow) {
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

    /// Adds a parameter that has no node of role [`Role::Parameter`].
    pub fn add_parameter(&mut self, name: Node<'_>, optional: bool, variadic: bool) {
        let scope = self.rows.scopes[self.scope as usize];
        let text = self.source.get(name.byte_range()).unwrap_or("");
        let name_str = self.rows.string(text);
        self.push_binding(name_str, self.scope, BindingKind::Parameter, NONE, name.start_byte() as u32);
        if scope.kind == ScopeKind::Function && scope.symbol != NONE {
            self.parameter(scope.symbol, ParameterRow { name: name_str, ty: Str::EMPTY, type_use: NONE, optional, variadic });
        }
    }

    // Scopes and symbols.

    fn open_scope(&mut self, kind: ScopeKind, symbol: u32, frame: &mut Frame) {
        self.rows.scopes.push(ScopeRow { kind, parent: self.scope, symbol, self_type: NONE, start: frame.start, end: frame.end });
        self.scope = self.rows.scopes.len() as u32 - 1;
        if frame.opens == Opens::Nothing {
            frame.opens = Opens::Scope;
        }
        let scope = self.scope;
        self.rows.bindings.extend(self.buffers.inside.drain(..).map(|row| BindingRow { scope, ..row }));
    }

    fn set_self_type(&mut self, scope: u32, ty: u32) {
        if let Some(row) = self.rows.scopes.get_mut(scope as usize) {
            row.self_type = ty;
        }
    }

    fn outside_functions(&self) -> bool {
        !matches!(self.scope_kind(), ScopeKind::Function | ScopeKind::Block)
    }

    fn in_type(&self) -> bool {
        matches!(self.scope_kind(), ScopeKind::Type | ScopeKind::Extension)
    }

    fn type_scope(&self) -> Option<u32> {
        let mut scope = self.scope;
        while let Some(row) = self.rows.scopes.get(scope as usize) {
            if matches!(row.kind, ScopeKind::Type | ScopeKind::Extension) || row.self_type != NONE {
                return Some(scope);
            }
            scope = row.parent;
        }
        None
    }

    fn function_scope(&self) -> u32 {
        let mut scope = self.scope;
        while let Some(row) = self.rows.scopes.get(scope as usize) {
            if row.kind != ScopeKind::Block {
                return scope;
            }
            scope = row.parent;
        }
        0
    }

    /// The scope of the function around, or the file's.
    fn enclosing_function(&self) -> u32 {
        let mut scope = self.scope;
        while let Some(row) = self.rows.scopes.get(scope as usize) {
            if row.kind == ScopeKind::Function {
                return scope;
            }
            scope = row.parent;
        }
        0
    }

    /// Where a plain assignment declares: the function, type or file, never a block.
    fn scope_for_assignment(&self) -> u32 {
        self.function_scope()
    }

    fn open_definition(&mut self, node: Node<'_>, define: &Define, frame: &mut Frame) -> bool {
        let name = match define.name {
            NameAt::Field(at) => match at.parse::<usize>() {
                Ok(index) => node.named_child(index as u32),
                Err(_) => node.child_by_field_name(at),
            },
            NameAt::Find(find) => find(node),
            NameAt::Fixed(text) => {
                let symbol = self.push_symbol(node, text, node.start_byte()..node.start_byte(), self.kind_here(define), define.scope);
                self.opened(symbol, define, frame);
                return true;
            }
        };
        let Some(name) = name else { return false };
        let text = self.source.get(name.byte_range()).unwrap_or("");
        if text.is_empty() {
            return false;
        }
        self.pending_name = name.id();
        let symbol = self.push_symbol(node, text, name.byte_range(), self.kind_here(define), define.scope);
        self.opened(symbol, define, frame);
        true
    }

    fn opened(&mut self, symbol: u32, define: &Define, frame: &mut Frame) {
        frame.opens = Opens::Symbol(symbol);
        self.symbol = symbol;
        if define.scope.is_some() {
            let inner = self.rows.symbols[symbol as usize].inner;
            self.scope = inner;
        }
        self.in_export = false;
        self.receiver = if define.scope == Some(ScopeKind::Type) { Str::EMPTY } else { self.receiver };
    }

    fn kind_here(&self, define: &Define) -> SymbolKind {
        if self.in_type() || !define.self_type.is_empty() { define.kind_in_type } else { define.kind }
    }

    /// Adds a symbol row with its binding and, where it opens one, its scope; starts its counters.
    fn push_symbol(
        &mut self,
        node: Node<'_>,
        name: &str,
        name_range: std::ops::Range<usize>,
        kind: SymbolKind,
        scope: Option<ScopeKind>,
    ) -> u32 {
        let (mut start, end) = self.outer_span(node);
        let index = self.rows.symbols.len() as u32;
        let attributes = self.attribute_span();
        let first_attribute = self.buffers.attributes.first().map(|&(at, _)| at);
        let doc = self.documentation(start);
        let doc = self.documents.take().unwrap_or(doc);
        start = start.min(first_attribute.unwrap_or(start));
        let name_str = self.rows.string(name);
        let mut flags = std::mem::take(&mut self.flags);
        if self.recovering {
            flags.set(SymbolFlags::RECOVERED);
        }
        if self.in_export {
            flags.set(SymbolFlags::EXPORTED);
        }
        let inner = scope.map_or(NONE, |kind| {
            self.rows.scopes.push(ScopeRow { kind, parent: self.scope, symbol: index, self_type: NONE, start, end });
            self.rows.scopes.len() as u32 - 1
        });
        self.rows.symbols.push(SymbolRow {
            kind,
            flags,
            name: name_str,
            parent: self.symbol,
            scope: self.scope,
            inner,
            start,
            end,
            name_start: name_range.start as u32,
            body_start: end,
            start_line: self.line(start),
            end_line: self.line(end.saturating_sub(1).max(start)),
            name_line: self.line(name_range.start as u32),
            signature: Str::EMPTY,
            return_type: Str::EMPTY,
            type_use: NONE,
            doc,
            disambiguator: attributes,
            first_parameter: self.rows.parameters.len() as u32,
            parameters: 0,
            cyclomatic: 0,
            cognitive: 0,
            nesting: 0,
            statements: 0,
            signature_hash: 0,
            identity_low: 0,
            identity_high: 0,
            body_0: 0,
            body_1: 0,
            body_2: 0,
            body_3: 0,
        });
        self.push_binding(name_str, self.scope, BindingKind::Symbol, index, name_range.start as u32);
        self.buffers.counters.push((index, Counters::default()));
        index
    }

    /// The span of a definition with the wrappers around it (decorators, `export`, `template <…>`).
    fn outer_span(&self, node: Node<'_>) -> (u32, u32) {
        let (mut start, mut end) = (node.start_byte() as u32, node.end_byte() as u32);
        for frame in self.buffers.frames.iter().rev() {
            match frame.action.map(|action| action.role) {
                Some(Role::Wrapper | Role::Export { .. }) => (start, end) = (frame.start, frame.end),
                _ => break,
            }
        }
        (start, end)
    }

    /// The symbol's attributes wait in its disambiguator until it is closed.
    fn attribute_span(&mut self) -> Str {
        let (Some(&(start, _)), Some(&(_, end))) = (self.buffers.attributes.first(), self.buffers.attributes.last()) else {
            return Str::EMPTY;
        };
        self.rows.string(self.source.get(start as usize..end as usize).unwrap_or(""))
    }

    fn value_of_symbol(&mut self, symbol: u32, value: u32) {
        if let Some(row) = self.rows.bindings.iter_mut().rev().find(|row| row.kind == BindingKind::Symbol && row.target == symbol) {
            row.value = value;
        }
    }

    fn widen_symbol(&mut self, symbol: u32, (start, end): (u32, u32), has_error: bool) {
        let start = start.min(self.rows.symbols[symbol as usize].start);
        let (start_line, end_line) = (self.line(start), self.line(end.saturating_sub(1).max(start)));
        let row = &mut self.rows.symbols[symbol as usize];
        (row.start, row.end, row.body_start) = (start, end, end);
        (row.start_line, row.end_line) = (start_line, end_line);
        self.describe(symbol, has_error, "");
    }

    /// Finishes a symbol: metrics, signature, evidence, hashes.
    fn close_symbol(&mut self, symbol: u32, has_error: bool) {
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
        signature::one_line(head.strip_prefix(attributes).unwrap_or(head), self.buffers.text);
        row.signature = self.rows.string(self.buffers.text);
        let parent = self.rows.symbols.get(row.parent as usize).map_or(SymbolKind::Module, |parent| parent.kind);
        let scope = self.rows.scopes[row.scope as usize].kind;
        let evidence =
            Evidence { name: self.rows.str(row.name), head, attributes, scope, parent, in_export: row.flags.has(SymbolFlags::EXPORTED) };
        (self.grammar.config.evidence)(&evidence, &mut row);
        if row.doc.is_empty() && self.grammar.config.docs.docstring && row.body_start < row.end {
            self.buffers.text.clear();
            if docs::docstring(self.source.get(row.body_start as usize..row.end as usize).unwrap_or(""), self.buffers.text) {
                row.doc = self.rows.string(self.buffers.text);
            }
        }
        let body = self.body_hash(symbol, &row);
        [row.body_0, row.body_1, row.body_2, row.body_3] = body;
        self.rows.symbols[symbol as usize] = row;
    }

    /// BLAKE3 of what the symbol is made of: all its bytes for callables, its bytes less its member callables for
    /// types and modules.
    fn body_hash(&mut self, symbol: u32, row: &SymbolRow) -> [u32; 4] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.grammar.config.dialect.as_bytes());
        hasher.update(&[row.kind as u8, self.rows.symbols.get(row.parent as usize).map_or(255, |parent| parent.kind as u8)]);
        if row.flags.has(SymbolFlags::HAS_ERROR) || row.flags.has(SymbolFlags::RECOVERED) {
            // What a broken text means depends on what is around it.
            hasher.update(&self.content);
        }
        self.buffers.cuts.clear();
        if !row.kind.is_callable() {
            let inside = self.rows.symbols[symbol as usize + 1..].iter();
            self.buffers
                .cuts
                .extend(inside.filter(|s| s.parent == symbol && (s.kind.is_callable() || row.kind.is_module())).map(|s| (s.start, s.end)));
        }
        let mut at = row.start;
        for &(start, end) in self.buffers.cuts.iter() {
            if start >= at {
                hasher.update(self.source.as_bytes().get(at as usize..start as usize).unwrap_or(&[]));
                hasher.update(&[0]);
                at = end;
            }
        }
        hasher.update(self.source.as_bytes().get(at as usize..row.end.max(at) as usize).unwrap_or(&[]));
        let hash = hasher.finalize();
        let bytes = hash.as_bytes();
        std::array::from_fn(|i| u32::from_le_bytes([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]]))
    }

    // Documentation.

    /// Drops comments that belong to no definition: something else came after them.
    fn forget_comments(&mut self, start: u32) {
        let ends = |spans: &[(u32, u32)]| spans.last().map_or(0, |&(_, end)| end);
        if !(self.buffers.comments.is_empty() && self.buffers.attributes.is_empty())
            && ends(self.buffers.comments).max(ends(self.buffers.attributes)) <= start
        {
            self.buffers.comments.clear();
            self.buffers.attributes.clear();
        }
    }

    /// The comments right above `start`, cleaned.
    fn documentation(&mut self, start: u32) -> Str {
        self.buffers.text.clear();
        let prefixes = self.grammar.config.docs.prefixes;
        docs::leading(self.source, self.buffers.comments, self.buffers.attributes, start, prefixes, self.buffers.text);
        self.buffers.comments.clear();
        self.buffers.attributes.clear();
        let text = std::mem::take(self.buffers.text);
        let doc = self.rows.string(&text);
        *self.buffers.text = text;
        doc
    }

    // Metrics and errors.

    fn count(&mut self, metric: Metric, node: Node<'_>, entering: bool) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            if entering {
                counters.enter(metric, node.kind_id());
            } else {
                counters.leave(metric);
            }
        }
    }

    /// What a node counts for where it stands: an `if` right after the `else` of another one counts as that `else`.
    fn metric_here(&mut self, metric: Metric, node: Node<'_>) -> Metric {
        let mut frames = self.buffers.frames.iter_mut().rev();
        let Some(parent) = frames.next() else { return metric };
        if !node.is_named() && metric.has(Metric::FLAT) {
            parent.after_else = true;
        }
        let kind = node.kind_id();
        let chained = metric.has(Metric::NESTING)
            && (parent.kind == kind && parent.after_else
                || parent.metric.has(Metric::FLAT) && frames.next().is_some_and(|up| up.kind == kind));
        if chained { metric.without_nesting() } else { metric }
    }

    fn error(&mut self, node: Node<'_>) {
        self.rows.errors += 1;
        let inside_error = self.buffers.frames.last().is_some_and(|parent| parent.kind == ERROR_KIND);
        if node.is_error() && !inside_error {
            self.rows.error_bytes += (node.end_byte() - node.start_byte()) as u32;
        }
        // A few places are enough to find the rest.
        if self.rows.diagnostics.len() < 32 {
            let message = if node.is_missing() { format!("missing {}", node.kind()) } else { "syntax error".to_owned() };
            self.diagnostic(node, &message);
        }
    }

    fn line(&self, offset: u32) -> u32 {
        self.rows.lines.partition_point(|line| line.start <= offset) as u32
    }

    fn finish(mut self) -> Rows {
        self.close_symbol(0, self.rows.errors > 0);
        crate::items::descriptor::assign_identities(self.rows, self.grammar.config, self.buffers.identities);
        self.rows.finish()
    }
}

/// Puts a child's value where its part says.
fn deliver(parent: &mut Frame, slot: Slot, value: Value) {
    match slot {
        Slot::Object | Slot::Class | Slot::SelfType => parent.object = value,
        Slot::Value => parent.value = value,
        Slot::Type => parent.ty = value,
        Slot::Left => parent.left = value,
        Slot::Other => {
            if parent.object == Value::None && matches!(parent.action.map(|a| a.role), Some(Role::Type)) {
                parent.object = value;
            }
        }
        Slot::Name | Slot::Arguments | Slot::Body | Slot::Bases => {}
    }
    parent.last = value;
}

fn use_role(mode: Mode) -> UseRole {
    match mode {
        Mode::Type => UseRole::Type,
        Mode::Base(_) => UseRole::Base,
        Mode::Decorator => UseRole::Decorator,
        Mode::Write => UseRole::Write,
        _ => UseRole::Read,
    }
}

/// How names are taken in a part of a node with a role.
fn mode_of_part(role: &Role, slot: Slot, inherited: Mode) -> Mode {
    match (role, slot) {
        (Role::Declare(declare), Slot::Left) => {
            Mode::Declare { kind: declare.kind, hoisted: declare.hoisted, symbol: declare.symbol, capitals: declare.capitals }
        }
        (Role::Parameter { .. }, Slot::Left) => {
            Mode::Declare { kind: BindingKind::Parameter, hoisted: false, symbol: None, capitals: false }
        }
        (Role::TypeParameter { .. }, Slot::Left) => {
            Mode::Declare { kind: BindingKind::TypeParameter, hoisted: false, symbol: None, capitals: false }
        }
        (Role::Assign { .. }, Slot::Left) => Mode::Write,
        (Role::Clause { .. }, Slot::Left) => Mode::Declare { kind: BindingKind::Variable, hoisted: false, symbol: None, capitals: false },
        (Role::Apply { .. }, Slot::Object | Slot::Value) => match inherited {
            Mode::Base(_) if slot == Slot::Value => Mode::Type,
            Mode::Declare { .. } | Mode::Type | Mode::Base(_) => inherited,
            _ => Mode::Read,
        },
        (_, Slot::Type) => Mode::Type,
        (Role::Define(_) | Role::Extension { .. }, Slot::SelfType) => Mode::Type,
        (Role::Define(_), Slot::Bases) => Mode::Base(BaseKind::Inherit),
        (Role::Extension { .. }, Slot::Bases) => Mode::Base(BaseKind::Implement),
        (Role::New { .. }, Slot::Class) => Mode::Type,
        (Role::Member { .. }, Slot::Object) => match inherited {
            Mode::Type | Mode::Base(_) | Mode::Decorator => inherited,
            _ => Mode::Read,
        },
        (Role::Call { .. } | Role::MethodCall { .. } | Role::Element { .. }, Slot::Object) => match inherited {
            Mode::Decorator | Mode::Base(_) => inherited,
            _ => Mode::Read,
        },
        (Role::Call { .. } | Role::MethodCall { .. } | Role::New { .. }, Slot::Arguments | Slot::Other) => Mode::Read,
        (Role::Element { .. }, _) => match inherited {
            Mode::Type | Mode::Base(_) => Mode::Type,
            _ => Mode::Read,
        },
        (Role::Type, Slot::Other) => match inherited {
            Mode::Base(_) => inherited,
            _ => Mode::Type,
        },
        (Role::Pass { .. }, Slot::Value) => inherited,
        (Role::Pass { .. }, Slot::Other) => match inherited {
            Mode::Base(_) => Mode::Type,
            other => other,
        },
        (_, Slot::Value | Slot::Body) => Mode::Read,
        (Role::Define(_), _) => Mode::Read,
        _ => inherited,
    }
}

/// How names are taken inside a node with a role, where its parts do not say otherwise.
fn inner_mode(role: Option<&'static Role>, mode: Mode) -> Mode {
    match role {
        Some(Role::Bases(kind)) => Mode::Base(*kind),
        Some(Role::Decorator | Role::Attribute) => Mode::Decorator,
        Some(Role::Outer) => Mode::Outer,
        Some(Role::Parameters) => Mode::Declare { kind: BindingKind::Parameter, hoisted: false, symbol: None, capitals: false },
        Some(Role::Binds(kind)) => Mode::Declare { kind: *kind, hoisted: false, symbol: None, capitals: false },
        Some(Role::Type) if !matches!(mode, Mode::Base(_)) => Mode::Type,
        Some(Role::Scope(_) | Role::Clause { .. } | Role::Define(_) | Role::Extension { .. }) => Mode::Read,
        _ => mode,
    }
}

/// Arguments in an argument list: its named children that are no comments.
fn arity_of(node: Node<'_>) -> u16 {
    u16::try_from(node.named_child_count()).unwrap_or(u16::MAX)
}
