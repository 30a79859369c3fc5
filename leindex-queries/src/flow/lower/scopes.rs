//! Names and what they are bound to: variables of regions, in scopes.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::super::ir::{Mention, MentionKind, NONE, Variable, VariableKind};
use super::Lower;
use crate::languages::Form;

/// What names are bound to now.
#[derive(Debug, Default)]
pub(super) struct Names<'t> {
    ids: FxHashMap<(Space, &'t str), u32>,
    /// By name, the innermost variable, or [`NONE`].
    bound: Vec<u32>,
    /// By name, the variable of the outermost region that stands for it where nothing binds it.
    free: Vec<u32>,
    /// By name, where `undo` tells of its innermost variable.
    bound_at: Vec<u32>,
    /// What to restore when scopes are left: a name, what it was bound to, and where that was told.
    undo: Vec<(u32, u32, u32)>,
    /// Where the innermost scope begins in `undo`.
    scope: usize,
    /// By region and outer variable, the capture.
    captures: FxHashMap<(u32, u32), u32>,
    /// By region, the variable of its result, or [`NONE`].
    results: Vec<u32>,
    /// By the byte of the name where it is defined, the variable that it was known to be before.
    hoisted: FxHashMap<usize, u32>,
    /// Regions and the variables that are their results (`func f() (n int)` of Go).
    named_results: Vec<(u32, u32)>,
    /// Captures that their regions change.
    changed: FxHashSet<u32>,
    /// The region that has the names which nothing binds.
    free_region: u32,
}

impl Names<'_> {
    /// Forgets everything, for the next function.
    pub(super) fn clear(&mut self) {
        let Self { ids, bound, free, bound_at, undo, scope, captures, results, hoisted, named_results, changed, free_region } = self;
        ids.clear();
        for list in [bound, free, bound_at, results] {
            list.clear();
        }
        undo.clear();
        *scope = 0;
        captures.clear();
        hoisted.clear();
        named_results.clear();
        changed.clear();
        *free_region = 0;
    }
}

/// Kinds of names that do not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Space {
    Plain,
    /// Fields of the current object, by the region that it belongs to.
    Field(u32),
    /// The current object of a region.
    Receiver(u32),
    /// Labels.
    Label,
}

/// Where a scope began.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OpenScope {
    first: usize,
    around: usize,
}

impl<'t> Lower<'t> {
    /// Records that the step being made does something with a variable.
    pub(super) fn mention(&mut self, variable: u32, kind: MentionKind, byte: usize) {
        let (call, argument) = (self.pending.call, self.pending.argument);
        if kind != MentionKind::Use {
            self.note_change(variable);
        }
        self.pending.mentions.push(Mention { variable, kind, at: self.offset(byte), call, argument });
    }

    /// Remembers that a region changes what it captures.
    pub(super) fn note_change(&mut self, variable: u32) {
        if self.program.variables[variable as usize].outer != NONE {
            self.names.changed.insert(variable);
        }
    }

    /// Reads the variable that a node names.
    pub fn use_name(&mut self, node: Node<'t>) {
        self.mention_name(node, MentionKind::Use);
    }

    /// Takes the value of a variable away.
    pub(crate) fn delete_name(&mut self, node: Node<'t>) {
        self.mention_name(node, MentionKind::Delete);
    }

    pub(super) fn mention_name(&mut self, node: Node<'t>, kind: MentionKind) {
        let variable = self.variable(Space::Plain, self.text(node), node);
        self.mention(variable, kind, node.start_byte());
    }

    /// Reads or changes a field of the current object.
    pub(super) fn mention_field(&mut self, name: Node<'t>, kind: MentionKind) {
        let variable = self.field(name);
        self.mention(variable, kind, name.start_byte());
    }

    /// Gives a value to the field of this name.
    pub(crate) fn define_field(&mut self, name: Node<'t>) {
        self.mention_field(name, MentionKind::Define);
    }

    /// Reads or changes a field of the current object that no variable can be taken for (`@x`).
    pub(super) fn mention_own_field(&mut self, name: Node<'t>, kind: MentionKind) {
        let variable = self.variable(Space::Field(self.object_region), self.text(name), name);
        self.mention(variable, kind, name.start_byte());
    }

    /// Reads, or in a pattern defines, a name that no function binds (`$x`).
    pub fn free_name(&mut self, node: Node<'t>) {
        let kind = if self.in_pattern() { MentionKind::Define } else { MentionKind::Use };
        let variable = self.variable(Space::Plain, self.text(node), node);
        self.mention(variable, kind, node.start_byte());
    }

    /// The name in a suffix (`.name`).
    pub(super) fn name_in(&self, suffix: Node<'t>) -> Node<'t> {
        if !self.text(suffix).starts_with('.') {
            return suffix;
        }
        suffix.named_child(0).unwrap_or(suffix)
    }

    pub(super) fn mention_receiver(&mut self, node: Node<'t>) {
        // Where it is a parameter it has a name like any other.
        if self.receiver.is_some_and(|receiver| receiver == self.text(node)) {
            return self.use_name(node);
        }
        let variable = self.variable(Space::Receiver(self.object_region), "", node);
        self.mention(variable, MentionKind::Use, node.start_byte());
    }

    /// Reads the variable of this name, written at a byte, if one is in sight.
    pub(crate) fn use_known(&mut self, text: &'t str, byte: usize) {
        let id = self.name_id(Space::Plain, text);
        if let Some(variable) = self.names.bound.get(id as usize).copied().filter(|&variable| variable != NONE) {
            let variable = self.seen_from_here(variable);
            self.mention(variable, MentionKind::Use, byte);
        }
    }

    /// Reads the variable that is named at these bytes, in a node that the grammar does not look into.
    pub(crate) fn use_at(&mut self, bytes: Range<usize>) {
        let Some(text) = self.source.get(bytes.clone()) else { return };
        let id = self.name_id(Space::Plain, text);
        let variable = match self.known(id) {
            Some(variable) => variable,
            None => {
                let variable = self.new_variable_at(VariableKind::Free, bytes.clone(), self.names.free_region, NONE);
                self.names.free[id as usize] = variable;
                variable
            }
        };
        let variable = self.seen_from_here(variable);
        self.mention(variable, MentionKind::Use, bytes.start);
    }

    /// Binds a parameter that is named only where it is used, by its number.
    pub(super) fn bind_implicit(&mut self, bytes: Range<usize>, number: u16) {
        let Some(text) = self.source.get(bytes.clone()) else { return };
        let id = self.name_id(Space::Plain, text);
        let variable = self.new_variable_at(VariableKind::Parameter, bytes.clone(), self.region, NONE);
        self.bind_variable(id, variable);
        let argument = std::mem::replace(&mut self.pending.argument, number);
        self.mention(variable, MentionKind::Define, bytes.start);
        self.pending.argument = argument;
    }

    /// A closure that sees no names of the code around but `seen`; what it does not bind is its own.
    pub(crate) fn closed_closure(&mut self, node: Node<'t>, form: &'static Form, seen: &[Node<'t>]) {
        let compiled = self.given(form);
        let seen: Vec<u32> = seen.iter().map(|name| self.name_id(Space::Plain, self.text(*name))).collect();
        let around = (self.names.bound.clone(), self.names.free.clone(), self.names.free_region);
        for (&(space, _), &id) in &self.names.ids {
            if space == Space::Plain && !seen.contains(&id) {
                (self.names.bound[id as usize], self.names.free[id as usize]) = (NONE, NONE);
            }
        }
        self.names.free_region = self.program.regions.len() as u32;
        self.closure(node, &compiled);
        let count = self.names.bound.len();
        (self.names.bound, self.names.free, self.names.free_region) = around;
        self.names.bound.resize(count, NONE);
        self.names.free.resize(count, NONE);
    }

    /// Reads a field of the current object.
    pub(crate) fn use_field(&mut self, name: Node<'t>) {
        self.mention_field(name, MentionKind::Use);
    }

    /// Reads the current object.
    pub(crate) fn use_receiver(&mut self, node: Node<'t>) {
        self.mention_receiver(node);
    }

    /// Gives a value to the variable of this name that is in sight; where assigning declares, in this region.
    pub(super) fn assign_name(&mut self, node: Node<'t>) {
        let text = self.text(node);
        let id = self.name_id(Space::Plain, text);
        let found = self.known(id);
        let rules = &self.config.flow;
        let variable = match found {
            Some(variable) if !self.config.assignment_declares || rules.closures_share_names => self.seen_from_here(variable),
            Some(variable) if self.variable_at(variable).region == self.region => variable,
            _ if self.config.assignment_declares => self.declare(node, VariableKind::Local),
            _ => self.variable(Space::Plain, text, node),
        };
        if self.config.assignment_declares
            && let Some(variable) = self.program.variables.get_mut(variable as usize)
            && variable.kind == VariableKind::Free
        {
            variable.kind = VariableKind::Local;
        }
        self.mention(variable, MentionKind::Define, node.start_byte());
    }

    /// Makes a name known from here on, before the place where it is defined. A name that this function has in this
    /// `scope` already stands for the same variable.
    pub(crate) fn hoist(&mut self, name: Node<'t>, scope: OpenScope) {
        let id = self.name_id(Space::Plain, self.text(name));
        let here = self.names.undo.iter().skip(scope.first).any(|&(undone, ..)| undone == id);
        let known = self.known(id).filter(|&variable| here && self.variable_at(variable).region == self.region);
        let variable = known.unwrap_or_else(|| self.declare(name, VariableKind::Local));
        self.names.hoisted.insert(name.start_byte(), variable);
    }

    /// The name, where it would be declared, stands for the variable that is in sight.
    pub(crate) fn keep(&mut self, name: Node<'t>) {
        let variable = self.variable(Space::Plain, self.text(name), name);
        self.names.hoisted.insert(name.start_byte(), variable);
    }

    /// Whether no loop, branch or other body is between here and the function.
    pub(crate) const fn in_function_body(&self) -> bool {
        self.block_depth == 0
    }

    /// The scope of the function's parameters.
    pub(crate) const fn function_scope(&self) -> OpenScope {
        self.function_scope
    }

    /// Declares a variable in the innermost scope.
    pub(super) fn declare(&mut self, node: Node<'t>, kind: VariableKind) -> u32 {
        if let Some(&variable) = self.names.hoisted.get(&node.start_byte()) {
            return self.seen_from_here(variable);
        }
        let id = self.name_id(Space::Plain, self.text(node));
        let variable = self.new_variable(kind, node, self.region, NONE);
        self.bind_variable(id, variable);
        variable
    }

    /// The variable that a scope has declared by the name of a node.
    pub(super) fn declared_in(&mut self, scope: OpenScope, node: Node<'t>) -> Option<u32> {
        let id = self.name_id(Space::Plain, self.text(node));
        let declared = self.names.undo.get(scope.first..)?.iter().any(|&(name, ..)| name == id);
        self.names.bound.get(id as usize).copied().filter(|_| declared)
    }

    /// Declares a variable of this name, whatever its letters say, and defines it.
    pub(crate) fn declare_name(&mut self, node: Node<'t>) {
        let variable = self.declare(node, VariableKind::Local);
        self.mention(variable, MentionKind::Define, node.start_byte());
    }

    fn bind_variable(&mut self, id: u32, variable: u32) {
        let before = std::mem::replace(&mut self.names.bound[id as usize], variable);
        let before_at = std::mem::replace(&mut self.names.bound_at[id as usize], self.names.undo.len() as u32);
        self.names.undo.push((id, before, before_at));
    }

    /// Gives a value to the variable of this name in the innermost scope; if there is none, declares it (`:=` of Go).
    pub(crate) fn redeclare(&mut self, node: Node<'t>) {
        let id = self.name_id(Space::Plain, self.text(node));
        let bound = self.names.bound[id as usize];
        let here = bound != NONE && self.names.bound_at[id as usize] as usize >= self.names.scope;
        let variable = if here { self.seen_from_here(bound) } else { self.declare(node, VariableKind::Local) };
        self.mention(variable, MentionKind::Define, node.start_byte());
    }

    /// Declares a variable whose value is a result of the function, and defines it.
    pub(crate) fn bind_result(&mut self, node: Node<'t>) {
        let variable = self.declare(node, VariableKind::Local);
        self.names.named_results.push((self.region, variable));
        self.mention(variable, MentionKind::Define, node.start_byte());
    }

    /// Binds a parameter, by its number.
    pub(crate) fn bind_parameter(&mut self, node: Node<'t>, number: u16) {
        let variable = self.declare(node, VariableKind::Parameter);
        let argument = std::mem::replace(&mut self.pending.argument, number);
        self.mention(variable, MentionKind::Define, node.start_byte());
        self.pending.argument = argument;
    }

    /// Mentions the variables that are the results of this region; whether there are any.
    pub(super) fn mention_named_results(&mut self, region: u32, kind: MentionKind, byte: usize) -> bool {
        let mut any = false;
        for at in 0..self.names.named_results.len() {
            let (of, variable) = self.names.named_results[at];
            if of == region {
                self.mention(variable, kind, byte);
                any = true;
            }
        }
        any
    }

    /// Names the current object of the method being lowered, where its parameters do.
    pub(crate) fn name_receiver(&mut self, node: Node<'t>) {
        self.receiver = Some(self.text(node));
    }

    /// The names of a node belong to an outer scope from here on.
    pub(crate) fn make_outer(&mut self, node: Node<'t>) {
        let id = self.name_id(Space::Plain, self.text(node));
        let outer = self.known(id).filter(|&variable| self.variable_at(variable).region != self.region);
        let variable = match outer {
            Some(variable) => self.seen_from_here(variable),
            None => {
                let variable = self.new_variable(VariableKind::Free, node, 0, NONE);
                self.names.free[id as usize] = variable;
                self.seen_from_here(variable)
            }
        };
        self.bind_variable(id, variable);
    }

    /// Whether a variable of this name is in sight.
    pub fn is_known(&mut self, node: Node<'t>) -> bool {
        let id = self.name_id(Space::Plain, self.text(node));
        self.names.bound.get(id as usize).is_some_and(|&variable| variable != NONE)
    }

    /// A new variable for the value of an expression with control inside.
    pub(super) fn temporary(&mut self, node: Node<'t>) -> u32 {
        self.new_variable(VariableKind::Temporary, node, self.region, NONE)
    }

    /// The variable that holds what the region gives.
    pub(super) fn result(&mut self, node: Node<'t>) -> u32 {
        let region = self.region as usize;
        if self.names.results.len() <= region {
            self.names.results.resize(region + 1, NONE);
        }
        if self.names.results[region] == NONE {
            self.names.results[region] = self.new_variable(VariableKind::Result, node, self.region, NONE);
        }
        self.names.results[region]
    }

    pub(super) fn result_if_any(&self, region: u32) -> Option<u32> {
        self.names.results.get(region as usize).copied().filter(|&variable| variable != NONE)
    }

    /// A number for a label.
    pub(crate) fn label(&mut self, node: Node<'t>) -> u32 {
        let text = self.text(node);
        let text = text.trim_matches(|c: char| c == '\'' || c == ':' || c == '@' || c.is_whitespace());
        self.name_id(Space::Label, text)
    }

    pub(crate) fn open_scope(&mut self) -> OpenScope {
        let first = self.names.undo.len();
        OpenScope { first, around: std::mem::replace(&mut self.names.scope, first) }
    }

    /// Leaves a scope: its names have the variables that they had before.
    pub(crate) fn close_scope(&mut self, scope: OpenScope) {
        while self.names.undo.len() > scope.first
            && let Some((name, before, before_at)) = self.names.undo.pop()
        {
            self.names.bound[name as usize] = before;
            self.names.bound_at[name as usize] = before_at;
        }
        self.names.scope = scope.around;
    }

    /// Runs in a scope of its own, where the language has block scopes.
    pub(super) fn scoped<R>(&mut self, run: impl FnOnce(&mut Self) -> R) -> R {
        if !self.config.flow.block_scopes {
            return run(self);
        }
        let scope = self.open_scope();
        let out = run(self);
        self.close_scope(scope);
        out
    }

    /// Whether a region changes what it captures by this variable.
    pub(super) fn is_changed(&self, capture: u32) -> bool {
        self.names.changed.contains(&capture)
    }

    fn variable_at(&self, variable: u32) -> Variable {
        self.program.variables[variable as usize]
    }

    /// The variable that a name stands for, seen from the region being lowered.
    fn variable(&mut self, space: Space, text: &'t str, node: Node<'t>) -> u32 {
        let id = self.name_id(space, text);
        if let Some(variable) = self.known(id) {
            return self.seen_from_here(variable);
        }
        let (kind, region) = match space {
            Space::Plain | Space::Label => (VariableKind::Free, self.names.free_region),
            Space::Field(region) => (VariableKind::Field, region),
            Space::Receiver(region) => (VariableKind::Receiver, region),
        };
        let variable = self.new_variable(kind, node, region, NONE);
        self.names.free[id as usize] = variable;
        self.seen_from_here(variable)
    }

    /// A field of the current object. Where fields are in sight by their names alone, it is what such a name stands for
    /// if nothing else is called so.
    fn field(&mut self, name: Node<'t>) -> u32 {
        let name = self.name_in(name);
        let space = if self.config.names.implicit_this { Space::Plain } else { Space::Field(self.object_region) };
        let id = self.name_id(space, self.text(name));
        let variable = match self.names.free.get(id as usize) {
            Some(&variable) if variable != NONE => variable,
            _ => {
                let region = if matches!(space, Space::Field(_)) { self.object_region } else { 0 };
                let variable = self.new_variable(VariableKind::Field, name, region, NONE);
                self.names.free[id as usize] = variable;
                variable
            }
        };
        if let Some(variable) = self.program.variables.get_mut(variable as usize)
            && variable.kind == VariableKind::Free
        {
            variable.kind = VariableKind::Field;
        }
        self.seen_from_here(variable)
    }

    fn known(&self, id: u32) -> Option<u32> {
        let bound = self.names.bound.get(id as usize).copied().filter(|&variable| variable != NONE);
        bound.or_else(|| self.names.free.get(id as usize).copied().filter(|&variable| variable != NONE))
    }

    /// The variable itself, or this region's capture of it.
    fn seen_from_here(&mut self, variable: u32) -> u32 {
        self.seen_from(variable, self.region)
    }

    fn seen_from(&mut self, variable: u32, region: u32) -> u32 {
        let held = self.variable_at(variable);
        if held.region == region || region == NONE {
            return variable;
        }
        let parent = self.program.regions.get(region as usize).map_or(NONE, |region| region.parent);
        let outer = self.seen_from(variable, parent);
        if let Some(&capture) = self.names.captures.get(&(region, outer)) {
            return capture;
        }
        let capture = self.program.variables.len() as u32;
        self.program.variables.push(Variable { kind: VariableKind::Capture, region, outer, ..held });
        self.names.captures.insert((region, outer), capture);
        capture
    }

    pub(super) fn name_id(&mut self, space: Space, text: &'t str) -> u32 {
        let next = self.names.ids.len() as u32;
        let id = *self.names.ids.entry((space, text)).or_insert(next);
        if id == next {
            self.names.bound.push(NONE);
            self.names.bound_at.push(NONE);
            self.names.free.push(NONE);
        }
        id
    }

    fn new_variable(&mut self, kind: VariableKind, node: Node<'t>, region: u32, outer: u32) -> u32 {
        self.new_variable_at(kind, node.byte_range(), region, outer)
    }

    fn new_variable_at(&mut self, kind: VariableKind, bytes: Range<usize>, region: u32, outer: u32) -> u32 {
        let (start, end) = (self.offset(bytes.start), self.offset(bytes.end));
        self.program.variables.push(Variable { kind, start, end, region, outer });
        self.program.variables.len() as u32 - 1
    }
}
