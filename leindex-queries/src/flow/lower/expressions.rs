//! Expressions: what they mention, and the control that some of them hold.

use tree_sitter::Node;

use super::super::ir::{Call, Condition, Item, Mention, MentionKind, NONE, StepFlags, StepKind};
use super::{Bind, Kids, Lower};
use crate::languages::{Compiled, Form, Receiver};

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
    fn target(&mut self, node: Node<'t>) {
        match self.form_of(node) {
            Some(Form::Name | Form::NameOrCall) if !self.is_receiver(node) => self.use_name(node),
            _ => self.expression(node),
        }
    }

    /// Takes the value of a variable or a field away; an element's or another object's part is a change of that object.
    fn delete(&mut self, node: Node<'t>) {
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

    /// The step being made may raise an error.
    pub fn may_raise(&mut self) {
        self.pending.flags.set(StepFlags::RAISES);
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

    /// The step being made may leave the function with an error.
    pub(crate) fn may_leave(&mut self) {
        self.pending.flags.set(StepFlags::RAISES);
        self.pending.flags.set(StepFlags::PROPAGATES);
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

    fn begin_call(&mut self, node: Node<'t>, name: Node<'t>, arguments: u16, receiver: bool) -> u32 {
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
    fn method(&mut self, callee: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
        let compiled = self.chosen(callee)?;
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
        let Some(compiled) = self.chosen(callee) else { return false };
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

    /// Whether nothing runs at a node: a type or a namespace, rather than a literal.
    pub(super) fn is_no_value(&self, node: Node<'t>) -> bool {
        let text = self.text(node);
        let is_name = text != "_" && text.starts_with(|c: char| c.is_alphabetic() || c == '_');
        is_name && matches!(self.forms.get(node.kind_id()).map(|compiled| compiled.form), Some(Form::Skip))
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
        use super::super::ir::VariableKind;
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

    // --- short circuits ---

    fn binary(&mut self, node: Node<'t>, compiled: &Compiled) {
        let kids = self.children(node);
        let token = self.token(kids, &compiled.parts[1]);
        let (left, right) = (self.part(kids, &compiled.parts[0]), self.part(kids, &compiled.parts[2]));
        match (ShortCircuit::of(token), left, right) {
            (Some(operator), Some(left), Some(right)) => self.short_circuit(node, operator, left, right),
            _ => {
                self.raises_by(token);
                let rest = self.rest(kids);
                for part in [left, right].into_iter().flatten() {
                    self.expression(part);
                }
                self.each(rest);
            }
        }
        self.release(kids);
    }

    /// Whether an operator may raise an error.
    fn raises_by(&mut self, token: Option<&str>) {
        if self.config.flow.operators_raise || token.is_some_and(|token| matches!(token.trim_end_matches('='), "/" | "%")) {
            self.pending.flags.set(StepFlags::RAISES);
        }
    }

    /// `right`, evaluated unless `left` has a value that counts.
    pub(crate) fn unless(&mut self, node: Node<'t>, left: Node<'t>, right: Node<'t>) {
        self.short_circuit(node, ShortCircuit::Or, left, right);
    }

    /// `left op right` for its value. Where the right side holds control or assigns, it becomes a branch.
    pub(crate) fn short_circuit(&mut self, node: Node<'t>, operator: ShortCircuit, left: Node<'t>, right: Node<'t>) {
        let whole = self.begin();
        // What `begin` reset belongs to the expression around.
        (self.pending.call, self.pending.argument) = (whole.call, whole.argument);
        self.expression(left);
        let block = self.open_block();
        let start = self.pending.mentions.len();
        let calls = self.program.calls.len();
        let left_flags = std::mem::take(&mut self.pending.flags);
        self.expression(right);
        let assigns = self.pending.mentions.iter().skip(start).any(|mention| mention.kind == MentionKind::Define);
        if self.is_empty(block) && !assigns {
            let flags = self.pending.flags.0 | left_flags.0 | whole.flags.0;
            self.pending.flags = StepFlags(flags);
            return;
        }
        let temporary = self.temporary(node);
        // The right side becomes a step of its own, after the items it added.
        let inner = super::OpenStep { mentions: start, calls, regions: self.program.regions.len(), flags: left_flags, ..whole };
        self.detach(start);
        self.sink(Some(temporary), right);
        let step = self.finish(inner, StepKind::Statement, self.span(right));
        if self.program.steps[step as usize].mentions > 1 || !self.is_leaving(block) {
            self.push(Item::Step(step));
        }
        let taken = self.close_block(block);
        self.detach(whole.mentions);
        self.sink(Some(temporary), left);
        let leaf = self.finish(whole, StepKind::Condition, self.span(left));
        let condition = self.condition_id(Condition::Leaf(leaf));
        let empty = super::Block::default();
        let (then, otherwise) = if operator == ShortCircuit::And { (taken, empty) } else { (empty, taken) };
        self.push(Item::Branch { condition, then, otherwise });
        self.mention(temporary, MentionKind::Use, node.start_byte());
    }

    /// The operator of an assignment whose right side runs only sometimes.
    pub(super) fn assigning_operator(&self, kids: Kids) -> Option<ShortCircuit> {
        let tokens = (0..kids.len()).filter(|&n| !self.is_named_kid(kids, n)).filter_map(|n| self.kid(kids, n));
        tokens.into_iter().find_map(|token| match self.text(token) {
            "||=" | "??=" => Some(ShortCircuit::Or),
            "&&=" => Some(ShortCircuit::And),
            _ => None,
        })
    }

    /// `left ||= right`: a branch on the left side, which is assigned in one of its arms.
    pub(super) fn short_circuit_assignment(
        &mut self,
        node: Node<'t>,
        operator: ShortCircuit,
        left: Node<'t>,
        right: Kids,
        sink: Option<u32>,
    ) {
        let open = self.begin();
        self.target(left);
        self.sink(sink, left);
        let leaf = self.finish(open, StepKind::Condition, self.span(left));
        let condition = self.condition_id(Condition::Leaf(leaf));
        let assigned = self.block(|this| {
            let open = this.begin();
            this.each(right);
            this.pattern(left, Bind::Assign);
            this.sink(sink, node);
            let step = this.finish(open, StepKind::Statement, this.span(node));
            this.push(Item::Step(step));
        });
        let empty = super::Block::default();
        let (then, otherwise) = if operator == ShortCircuit::And { (assigned, empty) } else { (empty, assigned) };
        self.push(Item::Branch { condition, then, otherwise });
    }

    /// Mentions that become a step of their own are no arguments of calls outside it.
    fn detach(&mut self, start: usize) {
        let outer = self.pending.call;
        for mention in self.pending.mentions.iter_mut().skip(start).filter(|mention| mention.call == outer) {
            (mention.call, mention.argument) = (NONE, 0);
        }
    }

    fn is_leaving(&self, block: super::OpenBlock) -> bool {
        self.open.get(block.0..).and_then(<[u32]>::last).and_then(|&item| self.program.items.get(item as usize)).is_some_and(|item| {
            matches!(
                item,
                Item::Return { .. }
                    | Item::Raise { .. }
                    | Item::Leave { .. }
                    | Item::Abort { .. }
                    | Item::Break { .. }
                    | Item::Continue { .. }
                    | Item::Goto { .. }
                    | Item::Redo { .. }
            )
        })
    }
}

/// An operator whose right side runs only sometimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShortCircuit {
    /// If the left side holds.
    And,
    /// If it does not, or is missing.
    Or,
}

impl ShortCircuit {
    pub(super) fn of(token: Option<&str>) -> Option<Self> {
        match token? {
            "&&" | "and" | "andalso" => Some(Self::And),
            "||" | "or" | "orelse" | "??" | "?:" | "?" => Some(Self::Or),
            _ => None,
        }
    }

    /// Whether it takes truth values: in a condition its sides are conditions.
    pub(super) fn is_logical(token: Option<&str>) -> bool {
        matches!(token, Some("&&" | "and" | "||" | "or" | "andalso" | "orelse"))
    }
}
