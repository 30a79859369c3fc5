//! The one walk over a syntax tree: a cursor goes through every node once and leaves rows behind.
//!
//! The walk keeps its own stack, so the depth of a file's nesting costs heap, never call stack. What a node means is
//! said by the [`Role`] of its kind; a node's *value* (the row that stands for the expression it is) travels from
//! child to parent as the walk leaves it, so that `a.b().c` becomes three uses chained by their bases without a
//! second look at the tree.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::{Node, Tree};

use super::recover::{Recovered, Recovery};
use super::rows::{
    BaseKind, BaseRow, BindingKind, BindingRow, DiagnosticRow, ExportRow, ImportFlags, ImportKind, ImportRow, LineRow, ModuleRow, NONE,
    ParameterRow, Rows, RowsBuilder, ScopeKind, ScopeRow, Str, SymbolFlags, SymbolKind, SymbolRow, UNKNOWN_BASE, UseKind, UseRole, UseRow,
};
use crate::items::{descriptor::Identities, docs, metrics::Counters, signature};
use crate::languages::{Action, Declare, Define, Evidence, Grammar, Metric, NameAt, Parts, Place, Receiver, Role, Slot, Visit};

mod definitions;
mod hooks;

/// Nodes above a node that is still visited. Code written by people stays under 300. Without a limit, looking for a
/// node's parent takes time in proportion to its depth, and call stack where the node is empty.
const DEPTH_LIMIT: usize = 2_000;

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
    /// Takes, or gives, any number of values of a list: a starred part. The binding of its name, or [`NONE`].
    Rest(u32),
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
    /// The type's text was given by a hook.
    ty_fixed: bool,
    /// The name part is that of the definition around.
    declares: bool,
    /// The use that the name part stands for.
    name_use: u32,
    /// Symbols there were when the node was opened.
    symbols_before: u32,
    section_before: SymbolFlags,
    kind: u16,
    /// A token that counts flat (`else`) was seen among the children.
    after_else: bool,
    /// What the code of a language said of the node.
    said: Said,
    /// Lengths of the buffers of lists and of their items when the node was opened.
    lists: u32,
    items: u32,
    /// Children seen in the field that the role counts.
    nth: u16,
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
    items: Vec<Value>,
    pairs: Vec<(Value, Value)>,
    inside: Vec<BindingRow>,
    skipped: Vec<usize>,
    notes: Vec<Str>,
    locals: FxHashSet<(u32, Str)>,
    /// Fields by the scope of their type, where assignments make them.
    fields: FxHashMap<(u32, Str), u32>,
    identities: Identities,
}

/// What a hook says of the definition that it is about to open.
#[derive(Clone, Copy, Debug)]
struct Next {
    name: Option<(u32, u32)>,
    /// Node id of the name.
    name_node: usize,
    ty: Option<(u32, u32)>,
    module: [Str; 2],
    flags: SymbolFlags,
    self_type: u32,
    /// It is not known by its plain name.
    unbound: bool,
    /// The function literal that is the definition's body.
    function: usize,
}

impl Next {
    const NOTHING: Self = Self {
        name: None,
        name_node: 0,
        ty: None,
        module: [Str::EMPTY; 2],
        flags: SymbolFlags(0),
        self_type: NONE,
        unbound: false,
        function: 0,
    };
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
    next: Next,
    /// What definitions that follow in this scope are marked with.
    section: SymbolFlags,
    /// Definitions that start before this byte cannot be seen from other files.
    hidden_until: u32,
    /// Whether the rows of modules are in the order of their symbols so far.
    modules_in_order: bool,
    /// How many nodes were open when a wrapper was entered whose definition has not come yet, or 0: the comments before
    /// the wrapper are the definition's.
    held: usize,
    receiver: Str,
    /// Trees of broken regions that were parsed again, in order, and how many of them were walked.
    recovered: &'a [Recovered],
    next_recovered: usize,
    /// What the code of a language said of the node it looks at, for its frame, and of where its parts stand.
    said: Said,
    located: Parts,
    /// Parameters of the next symbol that were added before it.
    pending_parameters: u32,
    /// A base of the next scope to be opened.
    pending_base: Option<(u32, BaseKind)>,
    recovering: bool,
    /// The scope and value of the newest row for what a function gives.
    last_result: (u32, u32),
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

/// What [`Role::Custom`] code adds to the role that it chose.
#[derive(Clone, Copy, Debug)]
struct Said {
    arity: u16,
    /// A parameter that may be left out though it holds no default.
    optional: bool,
    /// A parameter that is a field of the type as well.
    field: bool,
    /// The name for the definition in a node of role [`Role::Named`], where it is not its `name` part.
    name: (u32, u32),
    /// The use that names the type which that definition belongs to.
    owner: u32,
}

/// Types nested deeper have no module of their own.
const DEEPEST_KEY: usize = 32;

const NO_PARTS: Parts = [(Place::Nowhere, Slot::Other); 5];

impl Said {
    const NOTHING: Self = Self { arity: 0, optional: false, field: false, name: (NONE, NONE), owner: NONE };
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
    /// What values of kind [`Value::List`] hold.
    lists: &'a mut Vec<Value>,
    /// Values of the open nodes that make lists.
    items: &'a mut Vec<Value>,
    /// Names and their values, while a declaration or assignment is closed.
    pairs: &'a mut Vec<(Value, Value)>,
    /// Bindings of the next scope to be opened.
    inside: &'a mut Vec<BindingRow>,
    /// Nodes that hooks have dealt with.
    skipped: &'a mut Vec<usize>,
    notes: &'a mut Vec<Str>,
    identities: &'a mut Identities,
    /// Local names by scope, where the language tells calls from variables by them.
    locals: &'a mut FxHashSet<(u32, Str)>,
    fields: &'a mut FxHashMap<(u32, Str), u32>,
}

/// Walks a file's tree and packs its rows. `content` is the hash of the file's bytes; `source` is its text. Where the
/// tree is broken, `recovered` holds what stands in place of its nodes there.
pub(crate) fn rows_of(
    grammar: &Grammar,
    source: &str,
    content: [u8; 32],
    tree: Option<&Tree>,
    recovery: &Recovery,
    buffers: &mut WalkBuffers,
) -> Rows {
    buffers.rows.clear();
    buffers.frames.clear();
    buffers.counters.clear();
    buffers.comments.clear();
    buffers.attributes.clear();
    buffers.actions.clear();
    buffers.notes.clear();
    buffers.lists.clear();
    buffers.items.clear();
    buffers.pairs.clear();
    buffers.inside.clear();
    buffers.skipped.clear();
    buffers.locals.clear();
    buffers.fields.clear();
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
            items: &mut buffers.items,
            pairs: &mut buffers.pairs,
            inside: &mut buffers.inside,
            skipped: &mut buffers.skipped,
            locals: &mut buffers.locals,
            fields: &mut buffers.fields,
        },
        scope: 0,
        symbol: 0,
        in_export: false,
        pending_name: 0,
        next: Next::NOTHING,
        section: SymbolFlags::default(),
        hidden_until: 0,
        modules_in_order: true,
        held: 0,
        receiver: Str::EMPTY,
        recovered: &recovery.trees,
        next_recovered: 0,
        said: Said::NOTHING,
        located: NO_PARTS,
        pending_parameters: 0,
        pending_base: None,
        recovering: false,
        last_result: (NONE, NONE),
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
    match tree {
        Some(tree) => {
            walk.tree(tree);
            walk.recover_until(u32::MAX);
            if let Some(remark) = recovery.remark {
                walk.diagnostic(tree.root_node(), remark);
            }
        }
        None => {
            walk.rows.errors += 1;
            walk.remark(0, source.len() as u32, "given up: parsing takes too long");
        }
    }
    walk.finish()
}

impl Frame {
    /// The kind of error nodes.
    const ERROR: u16 = u16::MAX;
    /// The kind of what is above a tree's root; no node has it.
    const ROOT: u16 = 0;
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

    /// The use that stands for the object, callee or class of the node around, if that part came before.
    pub fn object_around(&self) -> Option<u32> {
        match self.buffers.frames.last()?.object {
            Value::Use(index) => Some(index),
            _ => None,
        }
    }

    /// The qualified name of the symbol around the walk's place: the file's declared module and the names of the
    /// types and namespaces around. `None` inside functions, and where types nest absurdly deep.
    pub fn type_key(&self, separator: &str) -> Option<String> {
        let mut names = Vec::new();
        let mut at = self.symbol;
        while at != 0 {
            let row = self.rows.symbols.get(at as usize)?;
            if !row.kind.is_type() && !row.kind.is_module() {
                return None;
            }
            names.push(self.rows.str(row.name));
            if names.len() > DEEPEST_KEY {
                return None;
            }
            at = row.parent;
        }
        let package = self.rows.modules.iter().find(|module| module.symbol == NONE);
        names.extend(package.map(|module| self.rows.str(module.key)).filter(|key| !key.is_empty()));
        names.reverse();
        Some(names.join(separator))
    }

    /// The name of the parent of the symbol around the walk's place.
    pub fn parent_name(&self) -> String {
        let parent = self.rows.symbols.get(self.current_symbol().parent as usize);
        parent.map_or(String::new(), |parent| self.rows.str(parent.name).to_owned())
    }

    /// Whether names at the node being looked at are bases.
    pub fn inherits(&self) -> bool {
        matches!(self.mode, Mode::Base(_))
    }

    /// Which part of its parent's role the node is that stands `up` levels above the one being looked at.
    pub(crate) fn part(&self, up: usize) -> Slot {
        let frames = &self.buffers.frames;
        frames.len().checked_sub(up + 1).and_then(|at| frames.get(at)).map_or(Slot::Other, |frame| frame.slot)
    }

    /// The role of the node `up` levels above the one being looked at, and the use that stands for its object, callee,
    /// class or type, if that part came before.
    pub(crate) fn open_node(&self, up: usize) -> Option<(Option<&'static Role>, u32)> {
        let frames = &self.buffers.frames;
        let frame = frames.len().checked_sub(up).and_then(|at| frames.get(at))?;
        let value = [frame.object, frame.value, frame.ty].into_iter().find(|value| matches!(value, Value::Use(_)));
        Some((frame.action.map(|action| action.role), value.map_or(NONE, Value::use_index)))
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

    /// The names of the symbols around the walk's place, the outermost first, the file's own left out.
    pub fn names_around(&self) -> Vec<Str> {
        let mut names = Vec::new();
        let mut at = self.symbol;
        while at != 0
            && let Some(row) = self.rows.symbols.get(at as usize)
        {
            names.push(row.name);
            at = row.parent;
        }
        names.reverse();
        names
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
    #[expect(clippy::too_many_arguments, reason = "the columns of a row; most callers give literals")]
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
            end: self.end_of(node),
        };
        let index = self.rows.imports.len() as u32;
        self.rows.imports.push(row);
        self.buffers.comments.clear();
        if !alias.is_empty() {
            self.push_binding(row.alias, self.scope, BindingKind::Import, index, node.start_byte() as u32);
        }
        index
    }

    /// Adds an import that binds nothing here: what it brings in is only exported again, as `exported` (empty for all
    /// of it).
    pub fn reexport(&mut self, node: Node<'_>, kind: ImportKind, module: &str, name: &str, exported: &str, flags: ImportFlags) -> u32 {
        let index = self.import(node, kind, module, name, "", 0, flags | ImportFlags::REEXPORT);
        self.rows.imports[index as usize].alias = self.rows.string(exported);
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
        self.push_module(row.key, row.symbol);
    }

    /// Says that the file is part of the module `key` and of none named before.
    pub fn replace_module(&mut self, key: &str) {
        let key = self.rows.string(key);
        match self.rows.modules.iter_mut().find(|module| module.symbol == NONE) {
            Some(module) => module.key = key,
            None => self.push_module(key, NONE),
        }
    }

    /// Gives a binding the value of a use.
    pub fn bind_value(&mut self, binding: u32, value: u32) {
        if let Some(row) = self.rows.bindings.get_mut(binding as usize) {
            row.value = value;
        }
    }

    /// Counts a short-circuit operator that the table of metrics cannot name; equal ones have equal `operator`s.
    pub fn short_circuit(&mut self, operator: u16) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.enter(Metric(Metric::SHORT_CIRCUIT), operator);
        }
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

    /// Makes the name or member `index` something else than a read: a call, a new object.
    pub fn set_role(&mut self, index: u32, role: UseRole) {
        self.rows.uses[index as usize].role = role;
    }

    /// Sets the arity of a call use.
    pub fn set_arity(&mut self, index: u32, arity: u32) {
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

    /// Adds an argument to the call around, which has one after its list (`f(x) { … }`). Where the grammar takes
    /// `f(x)` for the callee, the call around is no call of its own.
    pub fn argument_around(&mut self) {
        const SAME_CALL: Role = Role::Pass { value: "0", ty: "" };
        let Some(frame) = self.buffers.frames.last_mut() else { return };
        match frame.object {
            Value::Use(callee) if self.rows.uses[callee as usize].role == UseRole::Call => {
                self.rows.uses[callee as usize].arity += 1;
                frame.action = Some(Action::new(&SAME_CALL, &self.grammar.language));
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

    /// Says that the members of the innermost scope belong to the type that this use names. The first to say so counts.
    pub fn self_type(&mut self, ty: u32) {
        if self.rows.scopes.get(self.scope as usize).is_some_and(|row| row.self_type == NONE) {
            self.set_self_type(self.scope, ty);
        }
    }

    /// Counts a decision that the table of metrics cannot name.
    pub fn decision(&mut self) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.enter(Metric(Metric::DECISION), 0);
        }
    }

    /// Makes the use `base` a base of the next scope to be opened, which is a type without a name.
    pub fn base_of_next_scope(&mut self, base: u32, kind: BaseKind) {
        self.pending_base = Some((base, kind));
    }

    /// Counts a jump to a label.
    pub fn labelled_jump(&mut self) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.enter(Metric(Metric::FLAT), 0);
        }
    }

    /// Adds a symbol without an inside of its own, called `name`, which stands at the node `at`.
    pub fn leaf_symbol_named(&mut self, node: Node<'_>, at: Node<'_>, name: &str, kind: SymbolKind) -> u32 {
        let symbol = self.push_symbol(node, name, at.byte_range(), kind, None);
        self.close_symbol(symbol, node.has_error());
        symbol
    }

    /// Adds a parameter to the next symbol, which has no parameter list of its own.
    pub fn parameter_of_next_symbol(&mut self, name: &str, ty: &str, optional: bool, variadic: bool) {
        let (name, ty) = (self.rows.string(name), self.rows.string(ty));
        self.rows.parameters.push(ParameterRow { name, ty, type_use: NONE, optional, variadic });
        self.pending_parameters += 1;
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

    /// Makes a use a base of the definition around, if the node being looked at stands where bases do.
    pub fn base_here(&mut self, index: u32) {
        self.add_base(self.mode, index);
    }

    /// Leaves a node below the one being looked at out of the walk.
    pub fn skip(&mut self, node: Node<'_>) {
        self.buffers.skipped.push(node.id());
    }

    /// Counts statements that have no node kind of their own.
    pub fn count_statements(&mut self, count: usize) {
        if let Some((_, counters)) = self.buffers.counters.last_mut() {
            counters.add_statements(count as u32);
        }
    }

    /// Reports a remark about the text.
    pub fn diagnostic(&mut self, node: Node<'_>, message: &str) {
        self.remark(node.start_byte() as u32, node.end_byte() as u32, message);
    }

    fn remark(&mut self, start: u32, end: u32, message: &str) {
        let end = end.min(self.source.len() as u32);
        let row = DiagnosticRow { start: start.min(end), end, message: self.rows.string(message) };
        self.rows.diagnostics.push(row);
    }

    /// The kind of the symbols that names declared at the node being looked at become outside functions.
    pub fn declared_kind(&self) -> Option<SymbolKind> {
        match self.mode {
            Mode::Declare { symbol: Some((kind, _)), .. } => Some(kind),
            _ => None,
        }
    }

    /// Whether the walk's place is inside a function.
    pub fn in_function(&self) -> bool {
        !self.outside_functions()
    }

    /// The dialect being read.
    pub fn dialect(&self) -> &'static str {
        self.grammar.config.dialect
    }

    /// Binds a member of the symbol around in the scope around that symbol too (unscoped enumerations).
    pub fn bind_around(&mut self, member: u32) {
        let (name, start) = (self.rows.symbols[member as usize].name, self.rows.symbols[member as usize].name_start);
        let scope = self.rows.symbols[self.symbol as usize].scope;
        self.push_binding(name, scope, BindingKind::Symbol, member, start);
    }

    /// The use before the innermost `?.` ([`Role::Conditional`]) around the node being looked at, or [`NONE`].
    pub fn conditional_object(&self) -> u32 {
        let conditional = |frame: &&Frame| matches!(frame.action.map(|action| action.role), Some(Role::Conditional { .. }));
        self.buffers.frames.iter().rev().take(64).find(conditional).map_or(NONE, |frame| frame.object.use_index())
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

    /// Adds a use that makes an instance of the type declared by a node around ([`Role::Declarations`]).
    pub fn construct(&mut self, node: Node<'_>, arity: u32) {
        let declares = |frame: &&Frame| matches!(frame.action.map(|action| action.role), Some(Role::Declarations(_)));
        let Some(Value::Use(ty)) = self.buffers.frames.iter().rev().take(3).find(declares).map(|frame| frame.ty) else { return };
        let UseRow { kind, name, base, .. } = self.rows.uses[ty as usize];
        let index = self.push_use(kind, UseRole::New, name, base, node.start_byte() as u32);
        self.rows.uses[index as usize].arity = arity;
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

    /// Walks the recovered trees that begin before `offset` and were not walked yet.
    fn recover_until(&mut self, offset: u32) {
        while let Some(recovered) = self.recovered.get(self.next_recovered).filter(|recovered| recovered.start < offset) {
            self.next_recovered += 1;
            self.recovering = true;
            let export = std::mem::replace(&mut self.in_export, false);
            let skip_before = std::mem::take(&mut self.skip_before);
            let root = self.frame(Frame::ROOT, None, Mode::Read, Metric::default(), (recovered.start, recovered.end));
            self.buffers.frames.push(root);
            self.tree(&recovered.tree);
            self.buffers.frames.pop();
            self.in_export = export;
            self.skip_before = skip_before;
            self.recovering = false;
        }
    }

    /// Whether a recovered tree stands in place of this node. Walks those that begin before it.
    fn replaced(&mut self, node: Node<'_>) -> bool {
        let (start, end) = (node.start_byte() as u32, node.end_byte() as u32);
        self.recover_until(start.saturating_add(1));
        // What begins before a recovered tree and ends in it made sense of words that belong to both.
        let last = self.recovered.partition_point(|recovered| recovered.end < end);
        self.recovered.get(last).is_some_and(|recovered| recovered.start < end && (start >= recovered.start || end < recovered.end))
    }

    fn tree(&mut self, tree: &Tree) {
        let mut cursor = tree.walk();
        let depth_floor = self.buffers.frames.len();
        let watch = !self.recovering && !self.recovered.is_empty();
        loop {
            let node = cursor.node();
            let info = self.grammar.kinds.get(node.kind_id() as usize).copied();
            // Error nodes have an id outside the table.
            let (inert, action, metric) = info.map_or((false, None, Metric::default()), |i| (i.inert, i.action, i.metric));
            let inert = inert || watch && cursor.depth() > 0 && self.replaced(node);
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

    /// Where a node ends. The line end that some grammars are given at the end of the text is none of it.
    fn end_of(&self, node: Node<'_>) -> u32 {
        node.end_byte().min(self.source.len()) as u32
    }

    /// An open node of which nothing was seen yet.
    fn frame(&self, kind: u16, action: Option<Action>, mode: Mode, metric: Metric, (start, end): (u32, u32)) -> Frame {
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

    /// Closes the innermost open node and hands its value to its parent.
    fn leave(&mut self, node: Node<'_>) {
        let Some(frame) = self.buffers.frames.pop() else { return };
        if self.held == self.buffers.frames.len() + 1 {
            self.held = 0;
            self.forget_comments(frame.end);
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
        if frame.metric != Metric::default() {
            // A definition counts where it stands; what is inside was counted for itself.
            self.count(frame.metric, node, false);
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
                Value::None if frame.action.is_some() => parent.declares = true,
                _ => {}
            }
        }
    }

    /// Gives a name its type and span from the declaration around it.
    fn declared(&mut self, around: &Frame, binding: u32) {
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
        let wrapper = frames.next().filter(|frame| matches!(frame.action.map(|action| action.role), Some(Role::Wrapper)));
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

    /// The value of a node with a role, now that its parts are known.
    fn close(&mut self, node: Node<'_>, frame: &Frame, role: &'static Role) -> Value {
        match *role {
            Role::Member { .. } => self.member(frame),
            Role::Call { .. } => self.call(frame, UseRole::Call),
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
                let name = self.rows.string(name);
                Value::Use(self.push_use(UseKind::Literal, UseRole::Read, name, NONE, frame.start))
            }
            Role::Rest => match frame.last {
                Value::Binding(index) => Value::Rest(index),
                _ => Value::Rest(NONE),
            },
            Role::Declare(declare) => {
                self.close_declare(node, frame, &declare);
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
                            self.type_of_symbol(symbol, ty);
                        }
                    }
                    if let (Value::Use(value), SymbolKind::Constant | SymbolKind::Variable | SymbolKind::Field) = (frame.value, define.kind)
                    {
                        self.value_of_symbol(symbol, value);
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
                    let row = ExportRow { name: self.rows.string("default"), local: self.rows.uses[value as usize].name, value };
                    self.rows.exports.push(row);
                }
                Value::Unknown
            }
            _ => Value::Unknown,
        }
    }

    /// The node around that gives several definitions one type.
    fn group_around(&self) -> Option<Frame> {
        let mut around = self.buffers.frames.iter().rev().take(3);
        around.find(|frame| matches!(frame.action.map(|action| action.role), Some(Role::Group { .. }))).copied()
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
        if let Some(Role::Declarations(_)) = parent.action.map(|action| action.role) {
            deliver(parent, slot, value);
            let parent = *parent;
            match (slot, value, parent.left) {
                (Slot::Left, Value::Binding(binding), _) => self.declared(&parent, binding),
                (Slot::Value, Value::Use(value), Value::Binding(binding)) => self.rows.bindings[binding as usize].value = value,
                _ => {}
            }
            return;
        }
        if matches!(parent.action.map(|action| action.role), Some(Role::List { .. } | Role::Items(_))) {
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
            && matches!(parent.action.map(|action| action.role), Some(Role::Declare(Declare { sequence: true, .. })))
        {
            // What follows the value of a declaration is not its value (`if let x = y, x.z`).
            return;
        }
        deliver(parent, slot, value);
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

    fn list_item(&self, value: Value, at: u32) -> Value {
        match value {
            Value::List { start, count, .. } if at < count => {
                self.buffers.lists.get((start + at) as usize).copied().unwrap_or(Value::Unknown)
            }
            Value::List { .. } => Value::Unknown,
            value => value,
        }
    }

    /// Calls the code with each name on the left of a declaration or assignment and the value that belongs to it.
    fn each_pair(&mut self, frame: &Frame, element: bool, mut code: impl FnMut(&mut Self, Value, Value)) {
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

    /// Notes what the function around gives ([`NONE`] for a value that rows do not describe), where its declaration
    /// does not say it. `implicit` values are those of a body's end; unknown ones matter beside others only.
    fn result(&mut self, value: u32, start: u32, implicit: bool) {
        let scope = self.enclosing_function();
        let Some(row) = self.rows.scopes.get(scope as usize).filter(|row| row.kind == ScopeKind::Function && row.symbol != NONE) else {
            // What a function without a symbol gives is nowhere asked for.
            return;
        };
        let definition = self.buffers.frames.iter().rev().find(|frame| frame.opens == Opens::Symbol(row.symbol));
        let declared = definition.is_some_and(|frame| matches!(frame.ty, Value::Use(_)));
        let (last_scope, last_value) = self.last_result;
        let settled = last_scope == scope && last_value == NONE;
        if declared || value == NONE && (settled || implicit && last_scope != scope) {
            return;
        }
        self.last_result = (scope, value);
        let binding = self.push_binding(Str::EMPTY, scope, BindingKind::Result, NONE, start);
        self.rows.bindings[binding as usize].value = value;
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

    // Names, members and calls.

    /// A name in a language whose calls need neither receiver nor parentheses.
    fn name_or_call(&mut self, node: Node<'_>, claim: fn(&mut Walk<'_>, Node<'_>) -> bool) {
        let text = self.source.get(node.byte_range()).unwrap_or("");
        let start = node.start_byte() as u32;
        self.forget_comments(start);
        let name = self.rows.string(text);
        let role = if self.is_local(name) { UseRole::Read } else { UseRole::Call };
        if role == UseRole::Call && claim(self, node) {
            return;
        }
        let index = self.push_use(UseKind::Name, role, name, NONE, start);
        self.deliver_leaf(Value::Use(index));
    }

    /// `@x`: a member of the current object.
    fn own_field(&mut self, node: Node<'_>, mode: Mode) {
        let start = node.start_byte() as u32;
        let this = self.push_use(UseKind::This, UseRole::Read, Str::EMPTY, NONE, start);
        let name = self.rows.string(self.source.get(node.byte_range()).unwrap_or(""));
        let index = self.push_use(UseKind::Member, use_role(mode), name, this, start);
        self.deliver_leaf(Value::Use(index));
    }

    fn deliver_leaf(&mut self, value: Value) {
        if let Some(parent) = self.buffers.frames.last_mut() {
            let slot = parent.slot;
            deliver(parent, slot, value);
        }
    }

    /// The scope of the function around that holds a local of this name. Deeply nested blocks are not all asked.
    fn local_scope(&self, name: Str) -> Option<u32> {
        let mut scope = self.scope;
        for _ in 0..64 {
            if self.buffers.locals.contains(&(scope, name)) {
                return Some(scope);
            }
            let row = self.rows.scopes.get(scope as usize)?;
            if row.kind != ScopeKind::Block {
                return None;
            }
            scope = row.parent;
        }
        None
    }

    fn name(&mut self, node: Node<'_>, mode: Mode, is_type: bool) {
        if node.id() == self.pending_name {
            self.pending_name = 0;
            return;
        }
        let (text, start) = unquoted(self.source.get(node.byte_range()).unwrap_or(""), node.start_byte() as u32);
        if text.is_empty() {
            return;
        }
        let outside = self.outside_functions();
        if !matches!(mode, Mode::Declare { symbol: Some(_), .. } if outside) {
            self.forget_comments(start);
        }
        if let Some(around) = self.buffers.frames.last()
            && matches!(around.action.map(|action| action.role), Some(Role::Declarations(_)))
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
                    let in_list = self.buffers.frames.last().is_some_and(|frame| match frame.action.map(|action| action.role) {
                        Some(Role::Parameters) => true,
                        Some(Role::Define(_)) => frame.slot == Slot::Left,
                        _ => false,
                    });
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
        if let Value::Use(object) = frame.object
            && let Some(around) = self.buffers.frames.last()
            && around.slot == Slot::Name
            && matches!(around.action.map(|action| action.role), Some(Role::Member { .. }))
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
        let object = match frame.action.map(|action| action.role) {
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
        let cascade = around.find(|frame| matches!(frame.action.map(|action| action.role), Some(Role::Cascade { .. })));
        cascade.map_or(Value::Unknown, |frame| if frame.object == Value::None { Value::Unknown } else { frame.object })
    }

    /// The part of a flat path that stands before the name being looked at.
    fn path_before(&self) -> Option<u32> {
        let parent = self.buffers.frames.last()?;
        match (parent.action?.role, parent.object) {
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
    fn own_by(&mut self, owner: Value) {
        let scope = self.rows.scopes[self.scope as usize];
        if let Value::Use(owner) = owner
            && scope.kind == ScopeKind::Function
            && scope.symbol == self.symbol
            && scope.self_type == NONE
        {
            self.rows.scopes[self.scope as usize].self_type = owner;
        }
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

    fn push_use(&mut self, kind: UseKind, role: UseRole, name: Str, base: u32, start: u32) -> u32 {
        self.rows.uses.push(UseRow { kind, role, name, base, scope: self.scope, start, arity: 0 });
        self.rows.uses.len() as u32 - 1
    }

    // Bindings.

    fn push_binding(&mut self, name: Str, scope: u32, kind: BindingKind, target: u32, start: u32) -> u32 {
        if self.grammar.tracks_locals && matches!(kind, BindingKind::Variable | BindingKind::Parameter) {
            self.buffers.locals.insert((scope, name));
        }
        self.rows.bindings.push(BindingRow { name, scope, kind, target, value: NONE, type_use: NONE, start });
        self.rows.bindings.len() as u32 - 1
    }

    fn assign(&mut self, binding: u32, value: Value, ty: Value) {
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
    fn assign_member(&mut self, target: u32, value: Value, ty: Value, span: (u32, u32)) {
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
    fn next_name(&mut self, node: Node<'_>, declare: &Declare) {
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

    fn close_declare(&mut self, node: Node<'_>, frame: &Frame, declare: &Declare) {
        let mut ty = *frame;
        let mut span = self.outer_span(node);
        if let Some(parent) = self.buffers.frames.last()
            && matches!(parent.action.map(|action| action.role), Some(Role::Declarators { .. }))
        {
            (ty, span) = (*parent, (parent.start, parent.end));
        }
        let around =
            self.buffers.frames.last().filter(|around| matches!(around.action.map(|a| a.role), Some(Role::Declarations(_)))).copied();
        let declared = match (ty.ty, &around) {
            (Value::None, Some(around)) => around.ty,
            (declared, _) => declared,
        };
        self.each_pair(frame, declare.element, |walk, name, mut value| {
            let (Value::Binding(binding) | Value::Rest(binding)) = name else { return };
            if binding == NONE {
                return;
            }
            if declare.element {
                value = match value {
                    Value::Use(base) => Value::Use(walk.push_use(UseKind::Element, UseRole::Read, Str::EMPTY, base, frame.start)),
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
    }

    fn close_parameter(&mut self, frame: &Frame, variadic: bool) {
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
        let (text, ty_str) = if matches!(frame.action.map(|action| action.role), Some(Role::DeclaratorParameter { .. })) {
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
        signature::one_line(before, self.buffers.text);
        self.buffers.text.push_str(after);
        self.rows.string(self.buffers.text)
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
            self.type_of_symbol(symbol, ty);
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
    fn type_text(&mut self, frame: &Frame) -> Str {
        let text = self.source.get(frame.ty_start as usize..frame.ty_end as usize).unwrap_or("");
        let text = text.trim_start_matches([':', ' ']).trim_start_matches("->").trim();
        if !text.contains('\n') {
            return self.rows.string(text);
        }
        self.buffers.text.clear();
        signature::one_line(text, self.buffers.text);
        self.rows.string(self.buffers.text)
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

    /// Where a plain assignment declares: the function, type or file. Where blocks have variables of their own, the
    /// block that knows the name, or else this one.
    fn scope_for_assignment(&self, name: Str) -> u32 {
        if self.grammar.tracks_locals {
            return self.local_scope(name).unwrap_or(self.scope);
        }
        self.function_scope()
    }

    fn open_definition(&mut self, node: Node<'_>, define: &Define, frame: &mut Frame) -> bool {
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

    /// Type parameters declared by a wrapper (`template <class T>`) belong to the definition that it wraps.
    fn take_type_parameters(&mut self, symbol: u32, inner: u32) {
        let Some(wrapper) = self.buffers.frames.last().filter(|around| matches!(around.action.map(|a| a.role), Some(Role::Wrapper))) else {
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

    /// Adds a symbol row with its binding and, where it opens one, its scope; starts its counters.
    fn push_symbol(
        &mut self,
        node: Node<'_>,
        name: &str,
        name_range: std::ops::Range<usize>,
        kind: SymbolKind,
        scope: Option<ScopeKind>,
    ) -> u32 {
        let span = self.outer_span(node);
        if name.contains('\n') {
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            return self.push_symbol_at(span, &name, name_range, kind, scope);
        }
        self.push_symbol_at(span, name, name_range, kind, scope)
    }

    /// The symbol and scope around the walk's place, unless a recovered definition reaches out of them: then those
    /// that hold all of it.
    fn holder_of(&self, start: u32, end: u32) -> (u32, u32) {
        let (mut symbol, mut scope) = (self.symbol, self.scope);
        while let Some(row) = self.rows.symbols.get(symbol as usize)
            && (start < row.start || end > row.end)
            && row.parent != NONE
        {
            (symbol, scope) = (row.parent, row.scope);
        }
        (symbol, scope)
    }

    fn push_symbol_at(
        &mut self,
        (mut start, mut end): (u32, u32),
        name: &str,
        name_range: std::ops::Range<usize>,
        kind: SymbolKind,
        scope: Option<ScopeKind>,
    ) -> u32 {
        // The name may stand outside of the node: `typedef struct { … } Name;`, a record's own constructor.
        start = start.min(name_range.start as u32);
        end = end.max(name_range.end as u32);
        let index = self.rows.symbols.len() as u32;
        let attributes = self.attribute_span(start);
        let first_attribute = self.buffers.attributes.first().map(|&(at, _)| at);
        let above = self.held.checked_sub(1).and_then(|at| self.buffers.frames.get(at)).map_or(start, |holder| start.min(holder.start));
        let doc = self.documentation(above);
        let doc = self.documents.take().unwrap_or(doc);
        start = start.min(first_attribute.unwrap_or(start));
        let (name, name_start) = unquoted(name, name_range.start as u32);
        let name_str = self.rows.string(name);
        let mut flags = std::mem::take(&mut self.flags);
        if self.recovering {
            flags.set(SymbolFlags::RECOVERED);
        }
        if self.in_export {
            flags.set(SymbolFlags::EXPORTED);
        }
        if start < self.hidden_until {
            flags.set(SymbolFlags::PRIVATE);
        }
        flags.set(self.section | std::mem::take(&mut self.next.flags));
        let (parent, around) = self.holder_of(start, end);
        let inner = scope.map_or(NONE, |kind| {
            self.rows.scopes.push(ScopeRow { kind, parent: around, symbol: index, self_type: NONE, start, end });
            self.rows.scopes.len() as u32 - 1
        });
        let parameters = std::mem::take(&mut self.pending_parameters);
        self.rows.symbols.push(SymbolRow {
            kind,
            flags,
            name: name_str,
            parent,
            scope: around,
            inner,
            start,
            end,
            name_start,
            body_start: end,
            start_line: self.line(start),
            end_line: self.line(end.saturating_sub(1).max(start)),
            name_line: self.line(name_start),
            signature: Str::EMPTY,
            return_type: Str::EMPTY,
            type_use: NONE,
            doc,
            disambiguator: attributes,
            first_parameter: self.rows.parameters.len() as u32 - parameters,
            parameters,
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
        if self.next.self_type == NONE && !self.next.unbound {
            // What belongs to a type elsewhere is not known here by its plain name.
            let binding = self.push_binding(name_str, around, BindingKind::Symbol, index, name_start);
            if kind == SymbolKind::Field {
                self.buffers.fields.entry((around, name_str)).or_insert(binding);
            }
        }
        self.buffers.counters.push((index, Counters::default()));
        index
    }

    /// The span of a definition with the wrappers around it (decorators, `export`, `template <…>`).
    fn outer_span(&self, node: Node<'_>) -> (u32, u32) {
        let (mut start, mut end) = (node.start_byte() as u32, self.end_of(node));
        for frame in self.buffers.frames.iter().rev() {
            match frame.action.map(|action| action.role) {
                Some(Role::Wrapper | Role::Named { .. } | Role::Export { .. } | Role::Group { .. }) => {
                    (start, end) = (frame.start, frame.end)
                }
                _ => break,
            }
        }
        (start, end)
    }

    /// The symbol's attributes wait in its disambiguator until it is closed.
    fn attribute_span(&mut self, start: u32) -> Str {
        let Some(&(first, _)) = self.buffers.attributes.first() else { return Str::EMPTY };
        self.rows.string(self.source.get(first as usize..start as usize).unwrap_or(""))
    }

    fn type_of_symbol(&mut self, symbol: u32, ty: u32) {
        self.rows.symbols[symbol as usize].type_use = ty;
        if let Some(row) = self.rows.bindings.iter_mut().rev().find(|row| row.kind == BindingKind::Symbol && row.target == symbol) {
            row.type_use = ty;
        }
    }

    fn value_of_symbol(&mut self, symbol: u32, value: u32) {
        if let Some(row) = self.rows.bindings.iter_mut().rev().find(|row| row.kind == BindingKind::Symbol && row.target == symbol) {
            row.value = value;
        }
    }

    fn widen_symbol(&mut self, symbol: u32, (start, end): (u32, u32), has_error: bool) {
        let start = start.min(self.rows.symbols[symbol as usize].start);
        let (start_line, end_line) = (self.line(start), self.line(end.saturating_sub(1).max(start)));
        let exported = self.in_export;
        let row = &mut self.rows.symbols[symbol as usize];
        // The evidence is gathered anew from the whole text.
        row.flags = SymbolFlags(row.flags.0 & SymbolFlags::RECOVERED.0);
        if exported {
            row.flags.set(SymbolFlags::EXPORTED);
        }
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
        if self.grammar.config.docs.docstring && row.body_start < row.end {
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

    fn hold_comments(&mut self) {
        if self.held == 0 {
            self.held = self.buffers.frames.len() + 1;
        }
    }

    /// Drops comments that belong to no definition: something else came after them.
    fn forget_comments(&mut self, start: u32) {
        let ends = |spans: &[(u32, u32)]| spans.last().map_or(0, |&(_, end)| end);
        if self.held == 0
            && !(self.buffers.comments.is_empty() && self.buffers.attributes.is_empty())
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
        self.held = 0;
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
        if metric.has(Metric::FLAT) && node.child_count() == 0 {
            // The `else` of a branch, not that of a list of cases.
            let branches = self.grammar.kinds.get(parent.kind as usize).is_some_and(|info| info.metric.has(Metric::NESTING));
            parent.after_else = branches;
            return if branches { metric } else { Metric::default() };
        }
        let kind = node.kind_id();
        let chained = metric.has(Metric::NESTING)
            && (parent.kind == kind && parent.after_else
                || parent.metric.has(Metric::FLAT) && frames.next().is_some_and(|up| up.kind == kind));
        if chained { metric.without_nesting() } else { metric }
    }

    fn error(&mut self, node: Node<'_>) {
        self.rows.errors += 1;
        let inside_error = self.buffers.frames.last().is_some_and(|parent| parent.kind == Frame::ERROR);
        if node.is_error() && !inside_error && !self.recovering {
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

/// Whether the part being walked is the body of a function.
fn is_callable_body(around: &Frame) -> bool {
    around.slot == Slot::Body && matches!(around.action.map(|action| action.role), Some(Role::Define(define)) if is_callable(define))
}

/// Whether a definition gives what its body is.
fn is_callable(define: &Define) -> bool {
    define.value.is_empty() && matches!(define.kind, SymbolKind::Function | SymbolKind::Method) && define.scope.is_some()
}

/// Whether a list that stands in the part being walked is taken apart.
fn takes_apart(around: &Frame) -> bool {
    match around.action.map(|action| action.role) {
        Some(Role::List { .. } | Role::Items(_)) => true,
        Some(Role::Assign { .. } | Role::Declare(_)) => matches!(around.left, Value::List { .. }) || around.left == Value::None,
        _ => false,
    }
}

/// Puts a child's value where its part says.
fn deliver(parent: &mut Frame, slot: Slot, value: Value) {
    match slot {
        Slot::Object | Slot::Class | Slot::SelfType => parent.object = value,
        Slot::Value => parent.value = value,
        Slot::Type => parent.ty = value,
        Slot::Left => parent.left = value,
        Slot::Other => match parent.action.map(|a| a.role) {
            Some(Role::Type | Role::ReturnType) if parent.object == Value::None => parent.object = value,
            Some(Role::TypePath) if matches!(value, Value::Use(_)) => parent.object = value,
            _ => {}
        },
        Slot::Body if is_callable_body(parent) => parent.value = value,
        Slot::Name | Slot::Arguments | Slot::Body | Slot::Bases => {}
    }
    parent.last = value;
}

/// A name between backticks is the name inside.
fn unquoted(text: &str, start: u32) -> (&str, u32) {
    match text.strip_prefix('`').and_then(|inner| inner.strip_suffix('`')) {
        Some(inner) => (inner, start + 1),
        None => (text, start),
    }
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
        (Role::Declare(declare) | Role::Declarations(declare), Slot::Left) => {
            Mode::Declare { kind: declare.kind, hoisted: declare.hoisted, symbol: declare.symbol, capitals: declare.capitals }
        }
        (Role::Parameter { .. } | Role::Lambda { .. } | Role::DeclaratorParameter { .. } | Role::ReceiverParameter { .. }, Slot::Left) => {
            Mode::Declare { kind: BindingKind::Parameter, hoisted: false, symbol: None, capitals: false }
        }
        (Role::TypeParameter { .. }, Slot::Left) => {
            Mode::Declare { kind: BindingKind::TypeParameter, hoisted: false, symbol: None, capitals: false }
        }
        (Role::Define(_), Slot::Left) => Mode::Declare { kind: BindingKind::Parameter, hoisted: false, symbol: None, capitals: false },
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
            Mode::Type => inherited,
            _ => Mode::Read,
        },
        (Role::Call { .. } | Role::Curried { .. } | Role::MethodCall { .. } | Role::Element { .. }, Slot::Object) => match inherited {
            Mode::Decorator | Mode::Base(_) => inherited,
            _ => Mode::Read,
        },
        (Role::Call { .. } | Role::Curried { .. } | Role::MethodCall { .. } | Role::New { .. }, Slot::Arguments | Slot::Other) => {
            Mode::Read
        }
        (Role::Element { .. }, _) => match inherited {
            Mode::Type | Mode::Base(_) => Mode::Type,
            _ => Mode::Read,
        },
        (Role::Type, Slot::Other) => match inherited {
            Mode::Base(_) => inherited,
            _ => Mode::Type,
        },
        (Role::Pass { .. }, Slot::Value) => inherited,
        (Role::Pass { value, .. }, Slot::Other) => match inherited {
            Mode::Base(_) => Mode::Type,
            // Only the part with the name declares it (`name[SIZE]`).
            Mode::Declare { .. } if !value.is_empty() => Mode::Read,
            other => other,
        },
        (Role::Conditional { .. }, _) => Mode::Read,

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
        Some(Role::Bindings) => Mode::Declare { kind: BindingKind::Variable, hoisted: false, symbol: None, capitals: false },
        Some(Role::Types) => Mode::Type,
        Some(Role::Values) => Mode::Read,
        Some(Role::TypePath) if !matches!(mode, Mode::Base(_) | Mode::Decorator) => Mode::Type,
        Some(Role::Parameters) => Mode::Declare { kind: BindingKind::Parameter, hoisted: false, symbol: None, capitals: false },
        Some(Role::Binds(kind)) => Mode::Declare { kind: *kind, hoisted: false, symbol: None, capitals: false },
        Some(Role::ReturnType) => Mode::Type,
        Some(Role::Type) if !matches!(mode, Mode::Base(_)) => Mode::Type,
        Some(
            Role::Scope(_) | Role::Clause { .. } | Role::Lambda { .. } | Role::Declarations(_) | Role::Define(_) | Role::Extension { .. },
        ) => Mode::Read,
        _ => mode,
    }
}

/// Arguments in an argument list: its named children that are no comments.
fn arity_of(node: Node<'_>) -> u16 {
    u16::try_from(node.named_child_count()).unwrap_or(u16::MAX)
}
