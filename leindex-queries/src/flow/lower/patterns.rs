//! Patterns: what stands where names are bound.

use tree_sitter::Node;

use super::super::ir::{MentionKind, StepFlags, VariableKind};
use super::Lower;
use crate::languages::{Case, Form, Receiver};

/// How plain names in a pattern are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bind {
    /// They name variables in sight, or new ones where assigning declares.
    Assign,
    /// They are new variables of the innermost scope.
    Declare,
    /// They are parameters.
    Parameter,
}

impl<'t> Lower<'t> {
    /// How this language's declarations bind here.
    pub(super) fn declaring(&self) -> Bind {
        if self.config.assignment_declares && !self.in_comprehension { Bind::Assign } else { Bind::Declare }
    }

    /// Binds the names of a pattern.
    pub fn pattern(&mut self, node: Node<'t>, bind: Bind) {
        let before = (self.bind, self.in_pattern, self.pattern_scope);
        (self.bind, self.in_pattern, self.pattern_scope) = (bind, true, self.open_scope());
        self.deeper(|this| this.bind_pattern(node));
        (self.bind, self.in_pattern, self.pattern_scope) = before;
    }

    /// Whether the node being looked at stands where names are bound.
    pub const fn in_pattern(&self) -> bool {
        self.in_pattern
    }

    /// How the names of the pattern around are bound.
    pub const fn binding(&self) -> Bind {
        self.bind
    }

    /// Binds the names of a parameter, by its number.
    pub(crate) fn parameter(&mut self, node: Node<'t>, number: u16) {
        let argument = std::mem::replace(&mut self.pending.argument, number);
        self.one_parameter(node);
        self.pending.argument = argument;
    }

    pub(super) fn one_parameter(&mut self, node: Node<'t>) {
        self.binds_reference = (self.config.flow.is_reference)(self.text(node));
        self.pattern(node, Bind::Parameter);
        self.binds_reference = false;
    }

    /// Lowers what may be written instead of what was lowered just before (`#else`).
    pub(crate) fn alternative(&mut self, node: Node<'t>) {
        let around = std::mem::replace(&mut self.alternative, true);
        self.statement(node, None);
        self.alternative = around;
    }

    /// Binds one name.
    pub fn bind_name(&mut self, node: Node<'t>) {
        let text = self.text(node);
        let is_constant = |c: char| c.is_uppercase() || c == '`';
        if self.config.flow.capitals_are_constants && self.in_pattern && self.bind == Bind::Declare && text.starts_with(is_constant) {
            return self.use_name(node);
        }
        match self.bind {
            Bind::Assign => self.assign_name(node),
            Bind::Declare if self.alternative => self.redeclare(node),
            Bind::Declare => {
                // Alternatives bind the same names.
                let known = if self.in_pattern { self.declared_in(self.pattern_scope, node) } else { None };
                let variable = match known {
                    Some(variable) => variable,
                    None => self.declare(node, VariableKind::Local),
                };
                self.mention(variable, MentionKind::Define, node.start_byte());
            }
            Bind::Parameter => {
                // Who names the current object among the parameters has one of its own.
                if matches!(self.config.receiver, Receiver::Named(names) if names.contains(&text)) {
                    self.object_region = self.region;
                }
                let kind = if self.binds_reference { VariableKind::Reference } else { VariableKind::Parameter };
                let variable = self.declare(node, kind);
                self.mention(variable, MentionKind::Define, node.start_byte());
            }
        }
    }

    fn bind_pattern(&mut self, node: Node<'t>) {
        let Some(compiled) = self.compiled(node) else { return self.bind_parts(node) };
        let parts = &compiled.parts;
        match compiled.form {
            Form::Name | Form::NameOrCall => self.bind_name(node),
            // A word that raises may be the name of a variable (Ruby).
            Form::Raise { .. } if node.child_count() == 0 => self.bind_name(node),
            Form::Skip
            | Form::Path { .. }
            | Form::Clauses(_)
            | Form::Function { .. }
            | Form::AssignedFunction { .. }
            | Form::Closure { .. } => {}
            Form::This => {
                if self.bind == Bind::Parameter {
                    self.mention_receiver_as_parameter(node);
                } else {
                    self.mention_receiver(node);
                }
            }
            Form::OwnField => self.mention_own_field(node, MentionKind::Define),
            Form::Member { .. } => {
                let kids = self.children(node);
                let (object, name) = (self.part(kids, &parts[0]), self.part(kids, &parts[1]));
                match (object, name) {
                    (Some(object), _) if self.is_no_value(object) => self.bind_name(node),
                    (Some(object), Some(name)) if self.is_receiver(object) => {
                        self.mention_receiver(object);
                        self.mention_field(name, MentionKind::Define);
                    }
                    (Some(object), _) => self.modify(object),
                    _ => {}
                }
                self.release(kids);
                self.pending.flags.set(StepFlags::RAISES);
            }
            Form::Element { .. } => {
                let kids = self.children(node);
                let object = self.part(kids, &parts[0]);
                if let Some(object) = object {
                    self.modify(object);
                }
                let rest = self.rest(kids);
                for n in 0..rest.len() {
                    if let Some(part) = self.kid(rest, n).filter(|part| Some(part.id()) != object.map(|object| object.id())) {
                        self.expression(part);
                    }
                }
                self.release(kids);
                self.pending.flags.set(StepFlags::RAISES);
            }
            Form::Address { .. } | Form::Unary { .. } => {
                let kids = self.children(node);
                if let Some(operand) = self.part(kids, &parts[if matches!(compiled.form, Form::Unary { .. }) { 1 } else { 0 }]) {
                    if self.bind == Bind::Assign { self.modify(operand) } else { self.bind_pattern(operand) }
                }
                self.release(kids);
            }
            // A constructor with patterns for what it holds.
            Form::Call { .. } | Form::Invoke { .. } | Form::New { .. } => {
                let kids = self.children(node);
                let function = self.part(kids, &parts[0]);
                let arguments = self.select(kids, &parts[1]);
                let arguments = if arguments.is_empty() { self.rest(kids) } else { arguments };
                for n in 0..arguments.len() {
                    if let Some(argument) = self.kid(arguments, n).filter(|argument| Some(argument.id()) != function.map(|node| node.id()))
                    {
                        self.bind_pattern(argument);
                    }
                }
                self.release(kids);
            }
            Form::Pass { .. } => {
                let kids = self.children(node);
                match self.part(kids, &parts[0]) {
                    Some(value) => self.bind_pattern(value),
                    None => {
                        if let Some(only) = self.named_children(node).first() {
                            self.bind_pattern(*only);
                        }
                    }
                }
                self.release(kids);
            }
            // Its value was evaluated where the function is made.
            Form::DefaultParameter { .. } => {
                let kids = self.children(node);
                if let Some(name) = self.part(kids, &parts[0]) {
                    self.bind_pattern(name);
                }
                self.release(kids);
            }
            // A name with a default, or a declaration of its own inside a pattern.
            Form::Declare { .. } | Form::Assign { .. } | Form::Matches { .. } => {
                let kids = self.children(node);
                let (names, value) = (self.select(kids, &parts[0]), self.part(kids, &parts[1]));
                if let Some(value) = value {
                    self.expression(value);
                }
                for n in 0..names.len() {
                    if let Some(name) = self.kid(names, n) {
                        self.bind_pattern(name);
                    }
                }
                self.release(kids);
            }
            Form::Case(Case { .. }) => self.bind_parts(node),
            // An operator or a literal: names to compare with.
            Form::Binary { .. } if self.bind != Bind::Parameter => self.bind_parts(node),
            Form::Evaluate | Form::Sequence | Form::Block | Form::Statement | Form::Binds => self.bind_parts(node),
            Form::Custom(_) => {}
            _ => self.expression(node),
        }
    }

    /// Binds what is in each named child.
    pub(super) fn bind_parts(&mut self, node: Node<'t>) {
        let kids = self.children(node);
        for n in 0..kids.len() {
            if self.is_named_kid(kids, n)
                && let Some(kid) = self.kid(kids, n)
            {
                self.deeper(|this| this.bind_pattern(kid));
            }
        }
        self.release(kids);
    }

    fn mention_receiver_as_parameter(&mut self, node: Node<'t>) {
        self.mention_receiver(node);
        if let Some(mention) = self.pending.mentions.last_mut() {
            mention.kind = MentionKind::Define;
        }
    }
}
