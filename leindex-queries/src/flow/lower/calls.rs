//! Calls: what is called, what is handed over, and which argument each mention belongs to.
//!
//! Which function a call reaches is not known here.

use tree_sitter::Node;

use super::super::ir::{Call, NONE, StepFlags};
use super::{Kids, Lower};
use crate::languages::{Form, Receiver};

impl<'t> Lower<'t> {
    /// A call. `receiver` is `Some` where the callee's name stands apart from the object.
    pub(crate) fn call(&mut self, node: Node<'t>, callee: Option<Node<'t>>, receiver: Option<Option<Node<'t>>>, arguments: Kids) {
        self.pending.flags.set(StepFlags::RAISES);
        let separate = receiver.is_some();
        let name = callee.map_or(node, |callee| self.called_name(callee));
        let object = receiver.flatten();
        let is_method = object.is_some() || callee.is_some_and(|callee| !separate && self.is_member(callee));
        let call = self.begin_call(node, name, 0, is_method);
        let outer = (self.pending.call, self.pending.argument);
        self.pending.call = call;
        self.pending.argument = 0;
        if let Some(callee) = callee.filter(|_| !separate) {
            self.expression(callee);
        }
        if let Some(object) = object {
            self.expression(object);
        }
        let mut count = 0_u16;
        for n in 0..arguments.len() {
            let Some(argument) = self.kid(arguments, n) else { continue };
            self.argument(argument, &mut count);
        }
        (self.pending.call, self.pending.argument) = outer;
        if let Some(call) = self.program.calls.get_mut(call as usize) {
            call.arguments = count;
        }
    }

    fn argument(&mut self, argument: Node<'t>, count: &mut u16) {
        if !self.is_list(argument) {
            *count = count.saturating_add(1);
            self.pending.argument = *count;
            return self.expression(argument);
        }
        let kids = self.children(argument);
        let parts = self.rest(kids);
        for n in 0..parts.len() {
            if let Some(part) = self.kid(parts, n) {
                if self.form_of(argument).is_some() && self.form_of(part).is_some_and(|form| matches!(form, Form::Evaluate)) {
                    self.argument(part, count);
                } else {
                    *count = count.saturating_add(1);
                    self.pending.argument = *count;
                    self.expression(part);
                }
            }
        }
        self.release(kids);
    }

    /// A call that code reads from tokens: `arguments` evaluates them, told apart by [`Lower::next_argument`].
    pub(crate) fn call_with(&mut self, name: Node<'t>, last: Node<'t>, receiver: bool, arguments: impl FnOnce(&mut Self)) {
        let call = self.begin_call(name, name, 0, receiver);
        let outer = (self.pending.call, self.pending.argument);
        (self.pending.call, self.pending.argument) = (call, 1);
        arguments(self);
        let count = self.pending.argument;
        (self.pending.call, self.pending.argument) = outer;
        let end = self.offset(last.end_byte());
        if let Some(call) = self.program.calls.get_mut(call as usize) {
            (call.arguments, call.end) = (count, end);
        }
    }

    pub(crate) fn next_argument(&mut self) {
        self.pending.argument = self.pending.argument.saturating_add(1);
    }

    /// A call whose callee is no method of the object before its name, though it looks so (`M.f(x)`), and which changes
    /// its n-th argument (from 1; 0 is none). Made by code.
    pub(crate) fn call_of_member(&mut self, node: Node<'t>, form: &'static Form, argument: u16) {
        let compiled = self.given(form);
        let (start, call) = (self.pending.mentions.len(), self.program.calls.len() as u32);
        let kids = self.children(node);
        let (function, arguments) = (self.part(kids, &compiled.parts[0]), self.select(kids, &compiled.parts[1]));
        self.call(node, function, None, arguments);
        self.release(kids);
        if let Some(call) = self.program.calls.get_mut(call as usize) {
            call.receiver = false;
        }
        if argument == 0 {
            return;
        }
        let changed = self.pending.mentions.iter().skip(start).position(|mention| mention.call == call && mention.argument == argument);
        if let Some(at) = changed {
            self.modify_root(start + at);
        }
    }

    pub(super) fn begin_call(&mut self, node: Node<'t>, name: Node<'t>, arguments: u16, receiver: bool) -> u32 {
        let (start, end) = self.span(node);
        let (call, argument) = (self.pending.call, self.pending.argument);
        let at = self.offset(name.start_byte());
        self.program.calls.push(Call { at, start, end, step: NONE, call, argument, arguments, receiver });
        self.program.calls.len() as u32 - 1
    }

    /// A list of arguments, rather than one argument.
    fn is_list(&self, node: Node<'t>) -> bool {
        match self.form_of(node) {
            None => node.is_named(),
            Some(form) => matches!(form, Form::Evaluate) && self.is_argument_list(node),
        }
    }

    /// An evaluated node is a list of arguments if it begins with a parenthesis and its kind says so.
    fn is_argument_list(&self, node: Node<'t>) -> bool {
        let kind = node.kind();
        kind.contains("argument") || kind.contains("_suffix") || kind.contains("lambda_literal_list")
    }

    /// The object and the name of a method that is called, unless it stands in parentheses.
    pub(super) fn method(&mut self, callee: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
        let compiled = self.forms.get(callee.kind_id()).copied()?;
        let parts = &compiled.parts;
        let kids = self.children(callee);
        let found = match compiled.form {
            Form::Member { .. } => self.part(kids, &parts[0]).zip(self.part(kids, &parts[1]).map(|name| self.name_in(name))),
            Form::Pass { .. } if !self.text(callee).starts_with('(') => self.part(kids, &parts[0]).and_then(|callee| self.method(callee)),
            _ => None,
        };
        self.release(kids);
        found
    }

    /// Whether a callee is a member of a value.
    fn is_member(&mut self, callee: Node<'t>) -> bool {
        let Some(compiled) = self.forms.get(callee.kind_id()).copied() else { return false };
        let kids = self.children(callee);
        let part = self.part(kids, &compiled.parts[0]).or_else(|| self.only_named(kids));
        self.release(kids);
        match (compiled.form, part) {
            (Form::Member { .. }, Some(object)) => !self.is_no_value(object),
            (Form::MethodCall { .. }, _) => true,
            (Form::Pass { .. }, Some(value)) => self.is_member(value),
            _ => false,
        }
    }

    /// The token that names what is called: the last name of `a.b.c`.
    fn called_name(&mut self, callee: Node<'t>) -> Node<'t> {
        let Some(compiled) = self.chosen(callee) else { return callee };
        let at = match compiled.form {
            Form::Member { .. } | Form::MethodCall { .. } | Form::Path { .. } => 1,
            Form::Pass { .. } => 0,
            _ => return callee,
        };
        let kids = self.children(callee);
        let name = self.part(kids, &compiled.parts[at]);
        self.release(kids);
        match name {
            Some(name) if at == 0 || self.called_name(name).id() != name.id() => self.called_name(name),
            Some(name) => self.name_in(name),
            None => callee,
        }
    }

    /// Whether a node is the current object.
    pub(super) fn is_receiver(&self, node: Node<'t>) -> bool {
        match self.form_of(node) {
            Some(Form::This) => true,
            Some(Form::Name) => {
                let text = self.text(node);
                self.receiver == Some(text) || matches!(self.config.receiver, Receiver::Named(names) if names.contains(&text))
            }
            _ => false,
        }
    }

    /// Whether nothing runs at a node: a type or a namespace.
    pub(super) fn is_no_value(&self, node: Node<'t>) -> bool {
        matches!(self.forms.get(node.kind_id()).map(|compiled| compiled.form), Some(Form::Skip))
    }

    /// A call of `name` with arguments; `callee` is evaluated if it is a value.
    pub(crate) fn call_of(&mut self, node: Node<'t>, name: Node<'t>, callee: Option<Node<'t>>, arguments: &[Node<'t>]) {
        let kids = self.nothing();
        let call = self.program.calls.len();
        let laid = self.lay(arguments);
        self.call(node, Some(name), Some(callee), laid);
        if let Some(call) = self.program.calls.get_mut(call) {
            call.receiver = false;
        }
        self.release(kids);
    }
}
