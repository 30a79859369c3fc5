//! Mutation: which variable has another value after an expression that was handed its object.

use tree_sitter::Node;

use super::super::ir::{Mention, MentionKind, VariableKind};
use super::Lower;
use crate::languages::Form;

impl<'t> Lower<'t> {
    /// Evaluates what may be changed through a reference: the variable at its root is read and may have another value after.
    pub fn modify(&mut self, node: Node<'t>) {
        let start = self.pending.mentions.len();
        self.expression(node);
        // What is made on the spot has no root.
        let fresh = matches!(
            self.forms.get(node.kind_id()).map(|compiled| compiled.form),
            Some(Form::New { .. } | Form::Evaluate | Form::Closure { .. } | Form::Binary { .. }) | None
        );
        if !fresh {
            self.modify_root(start);
        }
    }

    /// The root of an object path is what was mentioned first, or the field right after the receiver.
    pub(super) fn modify_root(&mut self, start: usize) {
        let is = |this: &Self, at: usize, kind: VariableKind| {
            this.pending.mentions.get(at).is_some_and(|mention| {
                let mut variable = this.program.variables[mention.variable as usize];
                while variable.kind == VariableKind::Capture {
                    variable = this.program.variables[variable.outer as usize];
                }
                variable.kind == kind
            })
        };
        let is_field = (is(self, start, VariableKind::Receiver) || is(self, start, VariableKind::Parameter))
            && is(self, start + 1, VariableKind::Field);
        let calls = &self.program.calls;
        // The name of a function that is called is no object.
        let is_function = |mention: &Mention| mention.argument == 0 && calls.get(mention.call as usize).is_some_and(|call| !call.receiver);
        if let Some(mention) = self
            .pending
            .mentions
            .get_mut(start + usize::from(is_field))
            .filter(|mention| mention.kind == MentionKind::Use && !is_function(mention))
        {
            mention.kind = MentionKind::Modify;
            let variable = mention.variable;
            self.note_change(variable);
        }
    }

    /// As [`Lower::modify_root`] for the object of a call; the method, named at `name`, is no part of the object.
    pub(super) fn modify_receiver(&mut self, start: usize, name: u32) {
        match self.pending.mentions.get_mut(start..start + 2) {
            Some([object, method]) if method.at == name && object.kind == MentionKind::Use => object.kind = MentionKind::Modify,
            _ => self.modify_root(start),
        }
    }

    /// Takes the value of a variable or a field away; an element's or another object's part is a change of that object.
    pub(super) fn delete(&mut self, node: Node<'t>) {
        match self.forms.get(node.kind_id()).map(|compiled| compiled.form) {
            Some(Form::Name | Form::NameOrCall) => self.mention_name(node, MentionKind::Delete),
            Some(Form::OwnField) => self.mention_field(node, MentionKind::Delete),
            Some(Form::Member { .. } | Form::Element { .. } | Form::Call { .. } | Form::MethodCall { .. }) => self.modify(node),
            _ => {
                for part in self.named_children(node) {
                    self.delete(part);
                }
            }
        }
    }
}
