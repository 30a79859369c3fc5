//! Where the walk is: what a language may ask about the nodes, scopes and symbols around the one it looks at.

use tree_sitter::Node;

use super::Walk;
use super::frame::{Frame, Opens, Value};
use super::mode::{Mode, use_role};
use crate::languages::{Role, Slot};
use crate::syntax::rows::{BindingKind, NONE, ScopeKind, Str, SymbolKind, SymbolRow, UseRole};

/// Types nested deeper have no module of their own.
const DEEPEST_KEY: usize = 32;

impl<'a> Walk<'a> {
    /// The text of a node.
    pub fn text(&self, node: Node<'_>) -> &'a str {
        self.source.get(node.byte_range()).unwrap_or("")
    }

    /// The whole text.
    pub fn source(&self) -> &'a str {
        self.source
    }

    /// The dialect being read.
    pub fn dialect(&self) -> &'static str {
        self.grammar.config.dialect
    }

    /// The role of the node around the one being looked at.
    pub fn around(&self) -> Option<&'static Role> {
        self.buffers.frames.last().and_then(|frame| frame.role)
    }

    /// The role of the innermost node around that has one.
    pub fn nearest_role(&self) -> Option<&'static Role> {
        self.buffers.frames.iter().rev().find_map(|frame| frame.role)
    }

    /// The use that stands for the object, callee or class of the node around, if that part came before.
    pub fn object_around(&self) -> Option<u32> {
        match self.buffers.frames.last()?.object {
            Value::Use(index) => Some(index),
            _ => None,
        }
    }

    /// The role of the node `up` levels above the one being looked at, and the use that stands for its object, callee,
    /// class or type, if that part came before.
    pub(crate) fn open_node(&self, up: usize) -> Option<(Option<&'static Role>, u32)> {
        let frames = &self.buffers.frames;
        let frame = frames.len().checked_sub(up).and_then(|at| frames.get(at))?;
        let value = [frame.object, frame.value, frame.ty].into_iter().find(|value| matches!(value, Value::Use(_)));
        Some((frame.role, value.map_or(NONE, Value::use_index)))
    }

    /// Which part of its parent's role the node is that stands `up` levels above the one being looked at.
    pub(crate) fn part(&self, up: usize) -> Slot {
        let frames = &self.buffers.frames;
        frames.len().checked_sub(up + 1).and_then(|at| frames.get(at)).map_or(Slot::Other, |frame| frame.slot)
    }

    /// How many named siblings stand before the node being looked at.
    pub fn position(&self) -> u16 {
        self.buffers.frames.last().map_or(0, |frame| frame.children.saturating_sub(1))
    }

    /// Whether the parent of the node being looked at opened a scope or symbol.
    pub fn parent_opens(&self) -> bool {
        self.buffers.frames.last().is_some_and(|frame| frame.opens != Opens::Nothing)
    }

    /// Whether the node being looked at is a part of another: an object, a callee, an assigned value, an argument.
    pub fn is_value_here(&self) -> bool {
        self.buffers.frames.last().is_some_and(|frame| frame.role.is_some() && !matches!(frame.opens, Opens::Scope))
    }

    /// Whether the node being looked at is the value of a node of role [`Role::Named`].
    pub fn is_named_value(&self) -> bool {
        self.buffers.frames.last().is_some_and(|frame| frame.slot == Slot::Value && matches!(frame.role, Some(Role::Named { .. })))
    }

    /// Whether the node being looked at is the value of a node of role [`Role::Named`] that names no symbol, only the
    /// type its members belong to.
    pub fn is_member_list(&self) -> bool {
        self.is_named_value() && self.buffers.frames.last().is_some_and(|frame| frame.said.owner != NONE && frame.name_start == NONE)
    }

    /// The text from the start of the `up`-th node around the one being looked at; 0 is its parent.
    pub fn text_around(&self, up: usize) -> &'a str {
        let frame = self.buffers.frames.len().checked_sub(up + 1).and_then(|at| self.buffers.frames.get(at));
        frame.and_then(|frame| self.source.get(frame.start as usize..)).unwrap_or("")
    }

    /// The kind of the innermost scope.
    pub fn scope_kind(&self) -> ScopeKind {
        self.rows.scopes[self.scope as usize].kind
    }

    /// Whether the walk's place is inside a function.
    pub fn in_function(&self) -> bool {
        matches!(self.scope_kind(), ScopeKind::Function | ScopeKind::Block)
    }

    /// Whether a parameter or variable of this name is known in the function around.
    pub fn is_local(&self, name: Str) -> bool {
        self.local_scope(name).is_some()
    }

    /// The symbol around the walk's place.
    pub fn current_symbol(&self) -> SymbolRow {
        self.rows.symbols[self.symbol as usize]
    }

    /// The symbol around the walk's place.
    pub fn symbol_index(&self) -> u32 {
        self.symbol
    }

    /// A symbol row.
    pub fn symbol_row(&self, symbol: u32) -> Option<SymbolRow> {
        self.rows.symbols.get(symbol as usize).copied()
    }

    /// The symbol opened or added last.
    pub fn last_symbol(&self) -> u32 {
        self.rows.symbols.len() as u32 - 1
    }

    /// The newest symbol of this name at the top of the file.
    pub fn top_symbol(&mut self, name: &str) -> Option<u32> {
        let name = self.rows.string(name);
        let found = self.rows.symbols.iter().rposition(|row| row.parent == 0 && row.name == name)?;
        Some(found as u32)
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

    /// Whether a symbol stands in an extension of a type.
    pub fn in_extension(&self, symbol: u32) -> bool {
        let scope = self.rows.symbols.get(symbol as usize).and_then(|row| self.rows.scopes.get(row.scope as usize));
        scope.is_some_and(|scope| scope.kind == ScopeKind::Extension)
    }

    /// The name of the parent of the symbol around the walk's place.
    pub fn parent_name(&self) -> String {
        let parent = self.rows.symbols.get(self.current_symbol().parent as usize);
        parent.map_or(String::new(), |parent| self.rows.str(parent.name).to_owned())
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

    /// The id of a string.
    pub fn string(&mut self, text: &str) -> Str {
        self.rows.string(text)
    }

    /// A string by its id.
    pub fn str(&self, id: Str) -> &str {
        self.rows.str(id)
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

    /// The use before the innermost `?.` ([`Role::Conditional`]) around the node being looked at, or [`NONE`].
    pub fn conditional_object(&self) -> u32 {
        let conditional = |frame: &&Frame| matches!(frame.role, Some(Role::Conditional { .. }));
        self.buffers.frames.iter().rev().take(64).find(conditional).map_or(NONE, |frame| frame.object.use_index())
    }

    /// Whether plain names at the node being looked at are declared, not used.
    pub fn is_declaring(&self) -> bool {
        matches!(self.mode, Mode::Declare { .. })
    }

    /// Whether plain names at the node being looked at are types.
    pub fn is_typing(&self) -> bool {
        matches!(self.mode, Mode::Type | Mode::Base(_))
    }

    /// Whether names at the node being looked at are bases.
    pub fn inherits(&self) -> bool {
        matches!(self.mode, Mode::Base(_))
    }

    /// Whether a name at the node being looked at would be a local variable.
    pub fn declares_pattern(&self) -> bool {
        matches!(self.mode, Mode::Declare { kind: BindingKind::Variable, symbol: None, .. })
    }

    /// Whether a name at the node being looked at would be a parameter.
    pub fn declares_parameter(&self) -> bool {
        matches!(self.mode, Mode::Declare { kind: BindingKind::Parameter, .. })
    }

    /// The kind of the symbols that names declared at the node being looked at become outside functions.
    pub fn declared_kind(&self) -> Option<SymbolKind> {
        match self.mode {
            Mode::Declare { symbol: Some((kind, _)), .. } => Some(kind),
            _ => None,
        }
    }

    /// What a use at the node being looked at does, as the place around it says.
    pub fn role_here(&self) -> UseRole {
        use_role(self.mode)
    }

    /// Whether this node is the name being defined.
    pub fn is_pending_name(&self, node: Node<'_>) -> bool {
        self.pending_name == node.id()
    }

    pub(super) fn in_type(&self) -> bool {
        matches!(self.scope_kind(), ScopeKind::Type | ScopeKind::Extension)
    }

    pub(super) fn type_scope(&self) -> Option<u32> {
        let mut scope = self.scope;
        while let Some(row) = self.rows.scopes.get(scope as usize) {
            if matches!(row.kind, ScopeKind::Type | ScopeKind::Extension) || row.self_type != NONE {
                return Some(scope);
            }
            scope = row.parent;
        }
        None
    }

    pub(super) fn function_scope(&self) -> u32 {
        let mut scope = self.scope;
        while let Some(row) = self.rows.scopes.get(scope as usize) {
            if row.kind != ScopeKind::Block {
                return scope;
            }
            scope = row.parent;
        }
        0
    }

    /// The function whose scope is the innermost.
    pub(super) fn function_here(&self) -> Option<u32> {
        let scope = self.rows.scopes.get(self.scope as usize)?;
        (scope.kind == ScopeKind::Function && scope.symbol != NONE).then_some(scope.symbol)
    }

    /// The scope of the function around, or the file's.
    pub(super) fn enclosing_function(&self) -> u32 {
        let mut scope = self.scope;
        while let Some(row) = self.rows.scopes.get(scope as usize) {
            if row.kind == ScopeKind::Function {
                return scope;
            }
            scope = row.parent;
        }
        0
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

    /// Where a plain assignment declares: the function, type or file. Where blocks have variables of their own, the
    /// block that knows the name, or else this one.
    pub(super) fn scope_for_assignment(&self, name: Str) -> u32 {
        if self.grammar.tracks_locals {
            return self.local_scope(name).unwrap_or(self.scope);
        }
        self.function_scope()
    }
}
