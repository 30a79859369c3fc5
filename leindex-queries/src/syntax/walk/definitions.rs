//! What a language may say from [`Role::Custom`](crate::languages::Role::Custom) of the definition that its node opens,
//! and of those around.

use tree_sitter::Node;

use super::{Mode, Opens, Walk};
use crate::languages::{Role, Slot};
use crate::syntax::rows::{BindingKind, ModuleRow, NONE, ParameterRow, ScopeKind, Str, SymbolFlags, SymbolKind, UseKind, UseRole};

impl Walk<'_> {
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
            let role = if is_last { super::use_role(self.mode) } else { UseRole::Read };
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

    /// Whether a name at the node being looked at would be a local variable.
    pub fn declares_pattern(&self) -> bool {
        matches!(self.mode, Mode::Declare { kind: BindingKind::Variable, symbol: None, .. })
    }

    /// Whether a name at the node being looked at would be a parameter.
    pub fn declares_parameter(&self) -> bool {
        matches!(self.mode, Mode::Declare { kind: BindingKind::Parameter, .. })
    }

    /// Whether the node being looked at is a part of another: an object, a callee, an assigned value, an argument.
    pub fn is_value_here(&self) -> bool {
        self.buffers.frames.last().is_some_and(|frame| frame.action.is_some() && !matches!(frame.opens, Opens::Scope))
    }

    /// Whether an import of the file binds this name.
    pub fn is_imported(&mut self, name: &str) -> bool {
        let name = self.rows.string(name);
        self.rows.imports.iter().any(|row| row.alias == name)
    }

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

    /// The definition about to be opened gets these flags.
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

    /// For a node that is given [`Role::Named`]: where the name stands that is no part of the node by itself, and the
    /// use that names the type which the definition belongs to.
    pub fn give_name(&mut self, name: Option<Node<'_>>, owner: Option<u32>) {
        self.said.name = name.map_or((NONE, NONE), |name| (name.start_byte() as u32, name.end_byte() as u32));
        self.said.owner = owner.unwrap_or(NONE);
    }

    /// Whether the node being looked at is the value of a node of role [`Role::Named`].
    pub fn is_named_value(&self) -> bool {
        self.buffers
            .frames
            .last()
            .is_some_and(|frame| frame.slot == Slot::Value && frame.action.is_some_and(|action| matches!(action.role, Role::Named { .. })))
    }

    /// Whether the node being looked at is the value of a node of role [`Role::Named`] that names no symbol, only the
    /// type its members belong to.
    pub fn is_member_list(&self) -> bool {
        self.is_named_value() && self.buffers.frames.last().is_some_and(|frame| frame.said.owner != NONE && frame.name_start == NONE)
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

    /// Adds a parameter row that binds no name itself: a pattern, whose text on one line is its name.
    pub fn pattern_parameter(&mut self, pattern: Node<'_>) {
        let scope = self.rows.scopes[self.scope as usize];
        if scope.kind == ScopeKind::Function && scope.symbol != NONE {
            let name = self.one_line(pattern.start_byte() as u32, pattern.end_byte() as u32);
            self.parameter(scope.symbol, ParameterRow { name, ty: Str::EMPTY, type_use: NONE, optional: false, variadic: false });
        }
    }

    /// Documents the symbol around by a comment, from `tag` on if the comment has it.
    pub fn document_symbol(&mut self, comment: Node<'_>, tag: &str) {
        let doc = self.cleaned(self.text(comment));
        let doc =
            self.rows.str(doc).split_once(tag).map(|(_, after)| after.trim().to_owned()).map_or(doc, |after| self.rows.string(&after));
        self.rows.symbols[self.symbol as usize].doc = doc;
    }

    /// Says that the function around gives the value of a use ([`NONE`] for one that rows do not describe).
    pub fn gives(&mut self, node: Node<'_>, value: u32) {
        self.result(value, node.start_byte() as u32, false);
    }

    /// Sets flags on the members of this name that the symbol around has so far.
    pub fn flag_member(&mut self, name: &str, flags: SymbolFlags) {
        let name = self.rows.string(name);
        let parent = self.symbol;
        for row in self.rows.symbols.iter_mut().skip(parent as usize + 1).filter(|row| row.parent == parent && row.name == name) {
            row.flags.set(flags);
            if flags.has(SymbolFlags::PRIVATE) {
                row.flags.0 &= !SymbolFlags::EXPORTED.0;
            }
        }
    }

    /// The key of the innermost module declared by a symbol around the walk's place, or empty.
    pub fn module_around(&self) -> &str {
        self.module_key_of(self.symbol)
    }

    pub(super) fn module_key_of(&self, mut symbol: u32) -> &str {
        loop {
            if let Some(row) = self.module_of(symbol) {
                return self.rows.str(row.key);
            }
            match self.rows.symbols.get(symbol as usize) {
                Some(row) if row.parent != NONE => symbol = row.parent,
                _ => return "",
            }
        }
    }

    /// The first module that a symbol says it is.
    fn module_of(&self, symbol: u32) -> Option<ModuleRow> {
        let modules = &self.rows.modules;
        if !self.modules_in_order {
            return modules.iter().find(|row| row.symbol == symbol).copied();
        }
        let at = modules.partition_point(|row| module_order(row.symbol) < module_order(symbol));
        modules.get(at).filter(|row| row.symbol == symbol).copied()
    }

    pub(super) fn push_module(&mut self, key: Str, symbol: u32) {
        let last = self.rows.modules.last().map_or(0, |row| module_order(row.symbol));
        self.modules_in_order &= last <= module_order(symbol);
        self.rows.modules.push(ModuleRow { key, symbol });
    }

    /// Whether a symbol of this file so far says that it is a module whose name ends in `name`.
    pub fn is_module(&self, name: &str) -> bool {
        self.rows
            .modules
            .iter()
            .any(|row| self.rows.str(row.key).strip_suffix(name).is_some_and(|head| head.is_empty() || head.ends_with(':')))
    }

    /// Whether a parameter or variable of this name is known in the function around.
    pub fn is_local(&self, name: Str) -> bool {
        self.local_scope(name).is_some()
    }

    /// Adds a symbol named by a part of a node's text, without an inside of its own, with a binding to `value` ([`NONE`]
    /// for nothing).
    pub fn leaf_symbol_at(&mut self, node: Node<'_>, start: usize, end: usize, kind: SymbolKind, value: u32) -> u32 {
        let text = self.source.get(start..end).unwrap_or("");
        self.leaf_symbol_called(node, text, start, end, kind, value)
    }

    /// As [`Self::leaf_symbol_at`], with a name that is not what stands there (`x=` of `attr_writer :x`).
    pub fn leaf_symbol_called(&mut self, node: Node<'_>, name: &str, start: usize, end: usize, kind: SymbolKind, value: u32) -> u32 {
        let symbol = self.push_symbol(node, name, start..end, kind, None);
        self.value_of_symbol(symbol, value);
        self.close_symbol(symbol, node.has_error());
        symbol
    }

    /// The newest symbol of this name at the top of the file.
    pub fn top_symbol(&mut self, name: &str) -> Option<u32> {
        let name = self.rows.string(name);
        let found = self.rows.symbols.iter().rposition(|row| row.parent == 0 && row.name == name)?;
        Some(found as u32)
    }

    /// The symbol opened or added last.
    pub fn last_symbol(&self) -> u32 {
        self.rows.symbols.len() as u32 - 1
    }
}

/// Modules of the whole file come before those of its symbols.
const fn module_order(symbol: u32) -> u32 {
    symbol.wrapping_add(1)
}
