//! Functions: the one being lowered, those inside it, and types defined on the way.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use tree_sitter::{Node, TreeCursor};

use super::super::ir::{Block, Item, Mention, MentionKind, NONE, Program, RegionSource, StepFlags, StepKind, VariableKind};
use super::parts::{Kid, Kids};
use super::scopes::{Names, OpenScope};
use super::{Bind, Lower, Pending};
use crate::languages::{Compiled, Form, Grammar, Receiver, Results};

/// What is lowered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Root<'n, 't> {
    /// A function: the node, or nodes (clauses), that define it, and whether it is a method with its object as first
    /// parameter.
    Function { nodes: &'n [Node<'t>], method: bool },
    /// What a file does outside its functions.
    Top { node: Node<'t> },
}

/// What the lowerings of one file hand on to each other: storage, and the forms that code gave.
#[derive(Default)]
pub(crate) struct Scratch<'t> {
    /// What was lowered last.
    pub(crate) program: Program,
    cursor: Option<TreeCursor<'t>>,
    kids: Vec<Kid<'t>>,
    names: Names<'t>,
    given: FxHashMap<usize, Compiled>,
    mentions: Vec<Mention>,
}

/// Lowers a function or a file's top level into `scratch`. `base` is its first byte; `apart` are the functions of the file
/// that are lowered on their own, in order. Returns the number of steps that hold opaque syntax.
pub(crate) fn lower<'t>(
    grammar: &'t Grammar,
    source: &'t str,
    root: Root<'_, 't>,
    base: u32,
    apart: &Rc<[(u32, u32)]>,
    scratch: &mut Scratch<'t>,
) -> u32 {
    scratch.program.clear();
    scratch.names.clear();
    let node = match root {
        Root::Function { nodes, .. } => nodes.first().copied(),
        Root::Top { node } => Some(node),
    };
    let Some(node) = node else { return 0 };
    let mut lower = Lower {
        source,
        grammar,
        forms: grammar.forms(),
        config: grammar.config,
        cursor: scratch.cursor.take().unwrap_or_else(|| node.walk()),
        kids: std::mem::take(&mut scratch.kids),
        program: std::mem::take(&mut scratch.program),
        open: Vec::new(),
        arms: Vec::new(),
        deferred: Vec::new(),
        named: Vec::new(),
        switch_subject: None,
        taken_early: Vec::new(),
        dispatched: None,
        alternative: false,
        switch_value: None,
        pending: Pending { mentions: std::mem::take(&mut scratch.mentions), call: NONE, ..Pending::default() },
        names: std::mem::take(&mut scratch.names),
        given: std::mem::take(&mut scratch.given),
        base,
        region: 0,
        object_region: 0,
        in_type: false,
        has_own_object: false,
        function_scope: Default::default(),
        bind: Bind::Declare,
        in_pattern: false,
        pattern_scope: Default::default(),
        in_comprehension: false,
        receiver: None,
        apart: Rc::clone(apart),
        block_depth: 0,
        is_function: matches!(root, Root::Function { .. }),
        opaque: 0,
    };
    match root {
        Root::Function { nodes, method } => lower.root_function(nodes, method),
        Root::Top { node } => lower.top(node),
    }
    let Lower { program, cursor, mut kids, names, given, mut pending, opaque, .. } = lower;
    kids.clear();
    pending.mentions.clear();
    *scratch = Scratch { program, cursor: Some(cursor), kids, names, given, mentions: pending.mentions };
    opaque
}

/// What belongs to the function around the one being lowered.
#[derive(Debug)]
pub(super) struct Around {
    scope: OpenScope,
    flags: StepFlags,
    call: u32,
    block_depth: u32,
    in_comprehension: bool,
    named: Vec<super::Left>,
    switch_value: Option<u32>,
    deferred: usize,
}

impl<'t> Lower<'t> {
    fn root_function(&mut self, nodes: &[Node<'t>], method: bool) {
        let Some(&node) = nodes.first() else { return };
        let Some(compiled) = self.compiled(node) else { return self.top(node) };
        if method && self.config.receiver == Receiver::FirstParameter {
            self.receiver = self.first_parameter(node, &compiled);
        }
        match compiled.form {
            Form::Function { .. } | Form::AssignedFunction { .. } | Form::Closure { .. } => {
                self.function_region(node, &compiled);
            }
            Form::Clauses(_) => {
                self.clauses(nodes);
            }
            // What is wrapped, as the value of a field.
            Form::Pass { .. } if self.program.regions.is_empty() => {
                let kids = self.children(node);
                let value = self.part(kids, &compiled.parts[0]);
                self.release(kids);
                match value {
                    Some(value) => self.root_function(&[value], method),
                    None => self.top(node),
                }
            }
            // A declaration: nothing runs.
            Form::Skip if self.program.regions.is_empty() => self.empty(node),
            _ if self.program.regions.is_empty() => self.top(node),
            _ => {}
        }
    }

    fn empty(&mut self, node: Node<'t>) {
        let region = self.open_region(self.span(node));
        let open = self.begin();
        let entry = self.finish(open, StepKind::Entry, self.span(node));
        self.close_region(region, entry, Block::default(), node);
    }

    /// What a file does outside its functions.
    fn top(&mut self, node: Node<'t>) {
        let span = (0, self.offset(node.end_byte()));
        let region = self.open_region(span);
        let open = self.begin();
        let entry = self.finish(open, StepKind::Entry, (0, 0));
        let block = self.open_block();
        self.hoisted_statements(node, None);
        let body = self.close_block(block);
        self.close_region(region, entry, body, node);
    }

    /// The function that is made next has an object of its own: what it calls `this` is not that of the code around.
    pub(crate) fn own_object(&mut self) {
        self.has_own_object = true;
    }

    pub(super) fn open_region(&mut self, (start, end): (u32, u32)) -> u32 {
        let parent = if self.program.regions.is_empty() { NONE } else { self.region };
        let id = self.program.regions.len() as u32;
        self.region = id;
        self.program.regions.push(RegionSource {
            parent,
            owner: NONE,
            start,
            end,
            entry: NONE,
            exit: NONE,
            body: Block::default(),
            deferred: Block::default(),
            cleanup: NONE,
        });
        id
    }

    pub(super) fn close_region(&mut self, region: u32, entry: u32, body: Block, node: Node<'t>) {
        let open = self.begin();
        // A body that gives nothing has no result, even where its last expression would be one.
        let given = |result: &u32| self.program.mentions.iter().rev().any(|mention| mention.variable == *result);
        if let Some(result) = self.result_if_any(region).filter(given) {
            self.mention(result, MentionKind::Use, node.end_byte());
        }
        // Deferred code may have changed them after the return.
        self.mention_named_results(region, MentionKind::Use, node.end_byte());
        let end = self.offset(node.end_byte());
        let exit = self.finish(open, StepKind::Exit, (end.saturating_sub(1), end));
        let parent = {
            let region = &mut self.program.regions[region as usize];
            (region.entry, region.exit, region.body) = (entry, exit, body);
            region.parent
        };
        self.region = if parent == NONE { 0 } else { parent };
    }

    /// A function inside: its body becomes a region, unless it is lowered on its own. Part of the step being made.
    pub(super) fn closure(&mut self, node: Node<'t>, compiled: &Compiled) {
        self.default_values(node, compiled);
        self.make_closure(node, compiled);
    }

    fn make_closure(&mut self, node: Node<'t>, compiled: &Compiled) {
        if self.is_apart(node) {
            self.has_own_object = false;
            return;
        }
        let first = self.program.variables.len();
        let region = self.function_region(node, compiled);
        self.mention_captures(region, first, node);
    }

    /// What a closure captures is used where it is made, and may change if the closure assigns it.
    pub(super) fn mention_captures(&mut self, region: u32, first: usize, node: Node<'t>) {
        for index in first..self.program.variables.len() {
            let variable = self.program.variables[index];
            if variable.region != region || variable.outer == NONE {
                continue;
            }
            let kind = if self.is_changed(index as u32) { MentionKind::Modify } else { MentionKind::Use };
            self.mention(variable.outer, kind, node.start_byte());
        }
    }

    /// Whether a node is, or is in, a function that is lowered on its own.
    pub(super) fn is_apart(&self, node: Node<'t>) -> bool {
        let before = self.apart.partition_point(|&(start, _)| start as usize <= node.start_byte());
        let around = before.checked_sub(1).and_then(|last| self.apart.get(last));
        !self.is_function && around.is_some_and(|&(_, end)| end as usize >= node.end_byte())
    }

    fn function_region(&mut self, node: Node<'t>, compiled: &Compiled) -> u32 {
        let is_closure = matches!(compiled.form, Form::Closure { .. });
        let (parameters_at, body_at) = if is_closure { (0, 1) } else { (1, 2) };
        let around = self.enter();
        let span = self.span(node);
        let region = self.open_region(span);
        let around_function = (self.function_scope, self.object_region, std::mem::take(&mut self.in_type));
        self.function_scope = around.scope;
        if std::mem::take(&mut self.has_own_object) || around_function.2 {
            self.object_region = region;
        }
        let kids = self.children(node);
        let (parameters, bodies) = (self.select(kids, &compiled.parts[parameters_at]), self.select(kids, &compiled.parts[body_at]));
        let end = self.kid(bodies, 0).map_or(node.end_byte(), |body| body.start_byte());
        let head = self.source.get(node.start_byte()..end).unwrap_or("").trim_end();
        let end = self.offset(node.start_byte() + head.len());
        let (entry, defaults) = self.entry((span.0, end), |this| this.parameters(parameters));
        let results = self.config.flow.results;
        let mut tail = match results {
            Results::Never => false,
            Results::Closures => is_closure,
            Results::Single => {
                let count = self.kid(bodies, 0).map_or(0, |body| self.only_statements(body));
                count == 1 && (is_closure || node.children(&mut node.walk()).any(|child| child.kind() == "->"))
            }
            Results::Typed(field) => is_closure || node.child_by_field_name(field).is_some(),
            Results::Always => true,
        };
        let only = self.kid(bodies, 0).filter(|_| bodies.len() == 1);
        let is_block = |form: Option<Form>| matches!(form, Some(Form::Block | Form::Hoisting(_) | Form::Sequence | Form::Try { .. }));
        if let Some(body) = only.filter(|&body| !self.is_custom(body)) {
            tail |= !is_block(self.form_of(body));
        }
        let is_arm = |body: Node<'t>| self.forms.get(body.kind_id()).is_some_and(|compiled| matches!(compiled.form, Form::Case(_)));
        let only_arms = !bodies.is_empty() && (0..bodies.len()).filter_map(|n| self.kid(bodies, n)).all(is_arm);
        let body = self.block(|this| {
            this.open.extend(defaults);
            let sink = tail.then(|| this.result(node));
            if only_arms {
                return this.choice(node, bodies, sink);
            }
            let last = bodies.len().saturating_sub(1);
            for n in 0..bodies.len() {
                let Some(part) = this.kid(bodies, n) else { continue };
                let sink = sink.filter(|_| n == last);
                // The names of a body and those of the parameters are in one scope.
                match this.form_of(part) {
                    Some(Form::Custom(_)) if sink.is_none() && bodies.len() == 1 => this.body_by_code(part),
                    Some(Form::Block) => this.children_as_statements(part, sink),
                    _ => this.statement(part, sink),
                }
            }
        });
        self.release(kids);
        let deferred: Vec<Item> = self.deferred.drain(around.deferred..).rev().collect();
        let deferred = self.block(|this| deferred.into_iter().for_each(|item| this.push(item)));
        if deferred.count > 0 {
            let cleanup = self.bare_step(StepKind::Cleanup, node);
            (self.program.regions[region as usize].deferred, self.program.regions[region as usize].cleanup) = (deferred, cleanup);
        }
        self.close_region(region, entry, body, node);
        (self.function_scope, self.object_region, self.in_type) = around_function;
        self.leave(around);
        region
    }

    /// The entry of a function, whose parameters `bind` binds, and the items in their default values. Those run first in
    /// the body: what they leave behind is not there on entry.
    pub(super) fn entry(&mut self, span: (u32, u32), bind: impl FnOnce(&mut Self)) -> (u32, Vec<u32>) {
        let open = self.begin();
        let before = self.open_block();
        bind(self);
        let defaults = self.open.drain(before.0..).collect();
        let variables = &self.program.variables;
        let is_there =
            |mention: &Mention| variables.get(mention.variable as usize).is_none_or(|variable| variable.kind != VariableKind::Temporary);
        let own = self.pending.mentions.split_off(open.mentions);
        self.pending.mentions.extend(own.into_iter().filter(is_there));
        (self.finish(open, StepKind::Entry, span), defaults)
    }

    /// How many statements a body has, wrappers of it left out.
    fn only_statements(&mut self, node: Node<'t>) -> usize {
        let parts = self.named_children(node);
        match parts.as_slice() {
            [only] if matches!(self.form_of(*only), Some(Form::Block | Form::Sequence)) => self.only_statements(*only),
            _ => parts.len(),
        }
    }

    /// Sets aside what belongs to the function around.
    pub(super) fn enter(&mut self) -> Around {
        Around {
            scope: self.open_scope(),
            flags: std::mem::take(&mut self.pending.flags),
            call: std::mem::replace(&mut self.pending.call, NONE),
            block_depth: std::mem::take(&mut self.block_depth),
            in_comprehension: std::mem::take(&mut self.in_comprehension),
            named: std::mem::take(&mut self.named),
            switch_value: self.switch_value.take(),
            deferred: self.deferred.len(),
        }
    }

    pub(super) fn leave(&mut self, around: Around) {
        (self.pending.flags, self.pending.call) = (around.flags, around.call);
        (self.block_depth, self.in_comprehension) = (around.block_depth, around.in_comprehension);
        (self.named, self.switch_value) = (around.named, around.switch_value);
        self.close_scope(around.scope);
    }

    /// The body of a function, of a form that code decides: an expression is the result.
    fn body_by_code(&mut self, body: Node<'t>) {
        let Some(compiled) = self.compiled(body) else { return };
        let is_block =
            matches!(compiled.form, Form::Block | Form::Hoisting(_) | Form::Sequence | Form::Try { .. } | Form::Skip | Form::Statement);
        let sink = (!is_block).then(|| self.result(body));
        self.add_as(body, &compiled, sink);
    }

    /// Binds parameters, each with its number. A list stands for its children, a signature for its list; a
    /// [`Form::Sequence`] among parameters is a list as well.
    pub(super) fn parameters(&mut self, parameters: Kids) {
        let mut count = 0_u16;
        for n in 0..parameters.len() {
            let Some(node) = self.kid(parameters, n) else { continue };
            if parameters.len() == 1 || !matches!(self.form_of(node), Some(Form::Skip)) {
                self.parameter_list(node, &mut count, true);
            }
        }
        self.pending.argument = 0;
    }

    fn parameter_list(&mut self, node: Node<'t>, count: &mut u16, outermost: bool) {
        let compiled = self.chosen(node);
        let form = compiled.map(|compiled| compiled.form);
        let is_list = match form {
            None | Some(Form::Evaluate | Form::Pass { .. } | Form::Control(_)) => outermost,
            Some(Form::Sequence) => true,
            _ => false,
        };
        if !is_list || node.named_child_count() == 0 {
            // The current object is number 0, as it is at a call.
            *count += u16::from(*count > 0 || outermost || !self.is_receiver_parameter(node));
            self.pending.argument = *count;
            return self.pattern(node, Bind::Parameter);
        }
        let kids = self.children(node);
        let selected = match compiled {
            Some(compiled) if matches!(form, Some(Form::Pass { .. })) => self.select(kids, &compiled.parts[0]),
            _ => self.nothing(),
        };
        let (parts, of_signature) = if selected.is_empty() { (self.rest(kids), false) } else { (selected, true) };
        // What a signature runs itself comes after its list.
        let runs = matches!(form, Some(Form::Control(_)));
        for n in 0..if runs { parts.len().min(1) } else { parts.len() } {
            if let Some(part) = self.kid(parts, n) {
                self.parameter_list(part, count, of_signature || runs);
            }
        }
        self.release(kids);
    }

    fn is_receiver_parameter(&self, node: Node<'t>) -> bool {
        let is_this = |node: Node<'_>| matches!(self.forms.get(node.kind_id()).map(|compiled| compiled.form), Some(Form::This));
        self.region == 0 && self.receiver.is_some() || is_this(node) || node.kind() == "self_parameter"
    }

    /// Evaluates what parameters have by default, where that is done once.
    fn default_values(&mut self, node: Node<'t>, compiled: &Compiled) {
        let at = usize::from(matches!(compiled.form, Form::Function { .. } | Form::AssignedFunction { .. }));
        let kids = self.children(node);
        let lists = self.select(kids, &compiled.parts[at]);
        for n in 0..lists.len() {
            let Some(list) = self.kid(lists, n) else { continue };
            let parameters = self.children(list);
            for n in 0..parameters.len() {
                let Some(parameter) = self.kid(parameters, n) else { continue };
                let Some(compiled) = self.forms.get(parameter.kind_id()).copied() else { continue };
                if matches!(compiled.form, Form::DefaultParameter { .. }) {
                    let parts = self.children(parameter);
                    if let Some(value) = self.part(parts, &compiled.parts[1]) {
                        self.expression(value);
                    }
                    self.release(parts);
                }
            }
            self.release(parameters);
        }
        self.release(kids);
    }

    fn first_parameter(&mut self, node: Node<'t>, compiled: &Compiled) -> Option<&'t str> {
        let at = match compiled.form {
            Form::Function { .. } => 1,
            Form::Closure { .. } => 0,
            _ => return None,
        };
        let kids = self.children(node);
        let list = self.part(kids, &compiled.parts[at]);
        self.release(kids);
        let first = self.named_children(list?).into_iter().next()?;
        let text = self.text(first);
        Some(text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(text))
    }

    /// A named function among statements.
    pub(super) fn named_function(&mut self, node: Node<'t>, compiled: &Compiled) {
        let kids = self.children(node);
        let name = self.part(kids, &compiled.parts[0]);
        self.release(kids);
        let open = self.begin();
        let is_assigned = matches!(compiled.form, Form::AssignedFunction { .. });
        self.default_values(node, compiled);
        // Before its body, which may call it. A signature has the name inside.
        let plain = name.filter(|_| !is_assigned).map(|name| name.child_by_field_name("name").unwrap_or(name));
        if let Some(name) = plain {
            self.define(name);
        }
        self.make_closure(node, compiled);
        if let Some(target) = name.filter(|_| is_assigned) {
            self.pattern(target, Bind::Assign);
        }
        let step = self.finish(open, StepKind::Closure, self.span(node));
        self.push(Item::Step(step));
    }

    /// A type among statements: its name is defined, its members that run are statements, its methods regions.
    pub(super) fn type_definition(&mut self, node: Node<'t>, compiled: &Compiled) {
        let kids = self.children(node);
        let name = self.part(kids, &compiled.parts[0]);
        let members = self.select(kids, &compiled.parts[1]);
        let scope = self.open_scope();
        let around = std::mem::replace(&mut self.in_type, true);
        self.statements(members, None);
        self.in_type = around;
        self.close_scope(scope);
        self.release(kids);
        let open = self.begin();
        if let Some(name) = name {
            self.define(name);
        }
        self.pending.flags = StepFlags::default();
        let step = self.finish(open, StepKind::Statement, self.span(name.unwrap_or(node)));
        self.push(Item::Step(step));
    }
}
