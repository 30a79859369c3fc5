//! Expressions: what they mention, in the order in which they are evaluated.

use tree_sitter::Node;

use super::super::ir::{Item, MentionKind, StepFlags, StepKind};
use super::{Bind, Kids, Lower};
use crate::languages::Form;

impl<'t> Lower<'t> {
    /// Evaluates a node as part of the step being made.
    pub fn expression(&mut self, node: Node<'t>) {
        let around = std::mem::replace(&mut self.in_pattern, false);
        self.deeper(|this| this.evaluate(node));
        self.in_pattern = around;
    }

    /// Evaluates a node in a step of its own, now; where it is met again its value is at hand.
    pub(crate) fn take_early(&mut self, node: Node<'t>) {
        let temporary = self.temporary(node);
        let step = self.step(StepKind::Statement, node, Some(temporary));
        self.push(Item::Step(step));
        self.taken_early.push((node.id(), temporary));
    }

    fn evaluate(&mut self, node: Node<'t>) {
        if let Some(&(_, value)) = self.taken_early.iter().find(|(id, _)| *id == node.id()) {
            self.taken_early.retain(|(id, _)| *id != node.id());
            return self.mention(value, MentionKind::Use, node.start_byte());
        }
        let Some(compiled) = self.compiled(node) else { return self.opaque(node) };
        let parts = &compiled.parts;
        match compiled.form {
            Form::Skip => {}
            Form::Evaluate | Form::Statement => {
                let before = self.pending.mentions.len();
                self.each_part(node);
                // A constant raises nothing.
                if self.pending.mentions.len() > before {
                    self.pending.flags.set(StepFlags::RAISES);
                }
            }
            Form::Name => {
                if self.is_receiver(node) {
                    self.mention_receiver(node);
                } else {
                    self.use_name(node);
                }
            }
            Form::NameOrCall => {
                if self.is_known(node) {
                    self.use_name(node);
                } else {
                    self.begin_call(node, node, 0, false);
                    self.pending.flags.set(StepFlags::RAISES);
                }
            }
            // A variable may be called as what raises is (Ruby).
            Form::Raise { .. } if node.child_count() == 0 && self.is_known(node) => self.use_name(node),
            Form::This => self.mention_receiver(node),
            Form::OwnField => self.mention_own_field(node, MentionKind::Use),
            Form::Member { .. } => {
                let kids = self.children(node);
                let (object, name) = (self.part(kids, &parts[0]), self.part(kids, &parts[1]));
                if object.is_some_and(|object| self.is_no_value(object)) {
                    self.use_name(node);
                } else if let Some(object) = object {
                    self.expression(object);
                    if self.is_receiver(object)
                        && let Some(name) = name
                    {
                        self.mention_field(name, MentionKind::Use);
                    }
                }
                self.release(kids);
                self.pending.flags.set(StepFlags::RAISES);
            }
            Form::Element { .. } => {
                self.pending.flags.set(StepFlags::RAISES);
                self.each_part(node);
            }
            Form::Call { .. } => {
                let kids = self.children(node);
                let (function, arguments) = (self.part(kids, &parts[0]), self.select(kids, &parts[1]));
                self.call(node, function, None, arguments);
                self.release(kids);
            }
            Form::Invoke { .. } => {
                let kids = self.children(node);
                let (function, arguments) = (self.part(kids, &parts[0]), self.select(kids, &parts[1]));
                match function.and_then(|function| self.method(function)) {
                    Some((object, name)) => self.call(node, Some(name), Some(Some(object)), arguments),
                    None => self.call(node, function, None, arguments),
                }
                self.release(kids);
            }
            Form::Path { .. } => {}
            Form::MethodCall { .. } => {
                let kids = self.children(node);
                let (object, name, arguments) = (self.part(kids, &parts[0]), self.part(kids, &parts[1]), self.select(kids, &parts[2]));
                self.call(node, name, Some(object), arguments);
                self.release(kids);
            }
            Form::New { .. } => {
                let kids = self.children(node);
                let (class, arguments) = (self.part(kids, &parts[0]), self.select(kids, &parts[1]));
                let others = self.rest(kids);
                self.call(node, class, Some(None), arguments);
                self.each(others);
                self.release(kids);
            }
            Form::Assign { .. } => {
                let kids = self.children(node);
                let (left, right) = (self.select(kids, &parts[0]), self.select(kids, &parts[1]));
                self.each(right);
                for n in 0..left.len() {
                    if let Some(left) = self.kid(left, n) {
                        self.pattern(left, Bind::Assign);
                    }
                }
                self.release(kids);
            }
            Form::Compound { .. } => {
                let kids = self.children(node);
                if self.assigning_operator(kids).is_some() {
                    self.release(kids);
                    return self.value_of_control(node);
                }
                let (left, right) = (self.part(kids, &parts[0]), self.select(kids, &parts[1]));
                let token = self.first_token(kids);
                if let Some(left) = left.filter(|_| token != Some("=")) {
                    self.target(left);
                    self.raises_by(token);
                }
                self.each(right);
                if let Some(left) = left {
                    self.pattern(left, Bind::Assign);
                }
                self.release(kids);
            }
            Form::Update { .. } => {
                let kids = self.children(node);
                let operand = self.part(kids, &parts[0]).or_else(|| self.only_named(kids));
                if let Some(operand) = operand {
                    self.expression(operand);
                    self.pattern(operand, Bind::Assign);
                }
                self.release(kids);
            }
            Form::Binary { .. } => self.binary(node, &compiled),
            Form::Unary { .. } => {
                let kids = self.children(node);
                let token = self.token(kids, &parts[0]);
                let operand = self.part(kids, &parts[1]).or_else(|| self.only_named(kids));
                match operand {
                    Some(operand) if token == Some("&") => self.modify(operand),
                    Some(operand) => self.expression(operand),
                    None => {}
                }
                self.release(kids);
            }
            Form::Pass { .. } => {
                let kids = self.children(node);
                let value = self.select(kids, &parts[0]);
                if value.is_empty() {
                    if let Some(value) = self.only_named(kids) {
                        self.expression(value);
                    }
                } else {
                    self.each(value);
                }
                self.release(kids);
            }
            Form::Address { .. } => {
                let kids = self.children(node);
                let operand = self.part(kids, &parts[0]).or_else(|| self.only_named(kids));
                if let Some(operand) = operand {
                    self.modify(operand);
                }
                self.release(kids);
            }
            Form::Propagate { .. } | Form::Await { .. } | Form::Yield { .. } => {
                let flag = match compiled.form {
                    Form::Propagate { .. } => StepFlags::PROPAGATES,
                    Form::Await { .. } => StepFlags::AWAITS,
                    _ if self.config.flow.generators_close => StepFlags::YIELDS | StepFlags::CLOSES,
                    _ => StepFlags::YIELDS,
                };
                let kids = self.children(node);
                let value = self.select(kids, &parts[0]);
                if value.is_empty() {
                    let rest = self.rest(kids);
                    self.each(rest);
                } else {
                    self.each(value);
                }
                self.release(kids);
                self.pending.flags.set(StepFlags::RAISES);
                self.pending.flags.set(flag);
            }
            Form::Closure { .. } => {
                self.closure(node, &compiled);
            }
            Form::Clauses(_) => self.closure_of_clauses(&[node]),
            Form::Declare { .. } => {
                let kids = self.children(node);
                let (name, value) = (self.select(kids, &parts[0]), self.select(kids, &parts[1]));
                self.each(value);
                for n in 0..name.len() {
                    if let Some(name) = self.kid(name, n) {
                        self.pattern(name, self.declaring());
                    }
                }
                self.release(kids);
            }
            Form::Binds => {
                let declaring = self.declaring();
                let bind = std::mem::replace(&mut self.bind, declaring);
                self.bind_parts(node);
                self.bind = bind;
                self.pending.flags.set(StepFlags::RAISES);
            }
            Form::Outer => {
                for name in self.named_children(node) {
                    self.make_outer(name);
                }
            }
            Form::Delete => {
                for part in self.named_children(node) {
                    self.delete(part);
                }
            }
            Form::Matches { .. } => {
                let kids = self.children(node);
                let (pattern, value) = (self.part(kids, &parts[0]), self.part(kids, &parts[1]));
                if let Some(value) = value {
                    self.expression(value);
                }
                if let Some(pattern) = pattern {
                    self.pattern(pattern, self.declaring());
                }
                self.release(kids);
            }
            Form::Custom(_) => {}
            _ => self.value_of_control(node),
        }
    }

    /// Control inside an expression: it runs before the step and leaves its value behind.
    fn value_of_control(&mut self, node: Node<'t>) {
        let temporary = self.temporary(node);
        let steps = self.program.steps.len();
        self.statement(node, Some(temporary));
        let defined = self.program.steps.get(steps..).unwrap_or(&[]).iter().any(|step| {
            let range = step.first_mention as usize..(step.first_mention + step.mentions) as usize;
            self.program.mentions.get(range).unwrap_or(&[]).iter().any(|mention| mention.variable == temporary)
        });
        if defined {
            self.mention(temporary, MentionKind::Use, node.start_byte());
        }
    }

    /// Reads what is assigned to as well: a plain name is a variable there.
    pub(super) fn target(&mut self, node: Node<'t>) {
        match self.form_of(node) {
            Some(Form::Name | Form::NameOrCall) if !self.is_receiver(node) => self.use_name(node),
            _ => self.expression(node),
        }
    }

    /// The step being made may raise an error.
    pub fn may_raise(&mut self) {
        self.pending.flags.set(StepFlags::RAISES);
    }

    /// The step being made may leave the function with an error.
    pub(crate) fn may_leave(&mut self) {
        self.pending.flags.set(StepFlags::RAISES);
        self.pending.flags.set(StepFlags::PROPAGATES);
    }

    /// Evaluates every named child.
    pub(crate) fn each_part(&mut self, node: Node<'t>) {
        let kids = self.children(node);
        let rest = self.rest(kids);
        self.each(rest);
        self.release(kids);
    }

    pub(super) fn each(&mut self, nodes: Kids) {
        for n in 0..nodes.len() {
            if let Some(node) = self.kid(nodes, n) {
                self.expression(node);
            }
        }
    }

    pub(super) fn only_named(&mut self, kids: Kids) -> Option<Node<'t>> {
        (0..kids.len()).find(|&n| self.is_named_kid(kids, n)).and_then(|n| self.kid(kids, n))
    }

    /// Evaluates a node of unknown meaning: what it mentions is used.
    pub fn opaque(&mut self, node: Node<'t>) {
        if node.named_child_count() > 0 {
            self.pending.flags.set(StepFlags::OPAQUE);
            self.each_part(node);
        }
    }
}
