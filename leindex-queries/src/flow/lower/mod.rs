//! Lowering: a function's syntax to the [one form](super::ir) of all languages.
//!
//! What a node does when it runs is said by the [`Form`] of its kind. An expression becomes mentions of the step that is
//! being made; control inside an expression (an `if` with a value, `a || return`) becomes items before that step, which
//! leave their value in a temporary. What has no form is *opaque*: its mentions are kept. Nothing here knows a path or
//! another file; names that the function does not bind stay free.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use tree_sitter::{Node, TreeCursor};

use super::ir::{Block, Item, NONE, Program, Step, StepFlags, StepKind};
use crate::languages::{Compiled, Form, FormTable, Grammar, LanguageConfig};

mod calls;
mod clauses;
mod comprehensions;
mod conditions;
mod control;
mod exceptions;
mod expressions;
mod functions;
mod loops;
mod made;
mod mutation;
mod operators;
mod parts;
mod patterns;
mod scopes;
mod statements;
mod switches;

pub use clauses::{Clause, ClauseBody};
pub(crate) use functions::{Root, Scratch, lower};
use parts::Kid;
pub(crate) use parts::Kids;
pub use patterns::Bind;
use scopes::Names;
pub(crate) use scopes::OpenScope;

/// The lowering of one function. Languages see it from [`Form::Custom`].
pub struct Lower<'t> {
    source: &'t str,
    grammar: &'t Grammar,
    forms: &'t FormTable,
    config: &'static LanguageConfig,
    cursor: TreeCursor<'t>,
    kids: Vec<Kid<'t>>,
    program: Program,
    /// Items of the blocks that are open.
    open: Vec<u32>,
    /// Arms of the switches that are open.
    arms: Vec<super::ir::Arm>,
    /// Deferred code of the functions that are open, outside their first blocks.
    deferred: Vec<Item>,
    /// The loops and labelled blocks around, whose values `break` gives.
    named: Vec<Left>,
    /// What the switch around chooses by, for arms made by code.
    switch_subject: Option<u32>,
    /// Nodes whose values were taken before their turn, and the variables that hold them.
    taken_early: Vec<(usize, u32)>,
    /// What the [`Form::Dispatch`] around compares its cases with.
    dispatched: Option<u32>,
    /// Whether this is the other way in which conditional compilation writes what was lowered just before: what it
    /// declares again is the same.
    alternative: bool,
    /// Where the value of the switch around goes, if it has one.
    switch_value: Option<u32>,
    pending: Pending,
    names: Names<'t>,
    /// Forms that code gave, by address.
    given: FxHashMap<usize, Compiled>,
    /// First byte of what is lowered: positions are counted from here.
    base: u32,
    region: u32,
    /// The region whose object is the current one.
    object_region: u32,
    /// Whether functions here are methods of a type, each with an object of its own.
    in_type: bool,
    /// Whether the next function has an object of its own.
    has_own_object: bool,
    function_scope: scopes::OpenScope,
    /// How plain names in a pattern are bound.
    bind: Bind,
    in_pattern: bool,
    /// Names bound since here belong to the pattern around.
    pattern_scope: scopes::OpenScope,
    /// Whether a comprehension is around: what its clauses bind is its own.
    in_comprehension: bool,
    /// The name of the current object, where it is a parameter.
    receiver: Option<&'t str>,
    /// Byte ranges of functions that are lowered on their own.
    apart: Rc<[(u32, u32)]>,
    /// Blocks between here and the function's body: deferred code outside the first is not sure to be registered.
    block_depth: u32,
    is_function: bool,
    opaque: u32,
}

/// What may be left with a value.
#[derive(Clone, Copy, Debug)]
struct Left {
    /// Its label, or [`NONE`].
    label: u32,
    /// Whether it can be left without its label.
    is_loop: bool,
    /// Where its value goes.
    sink: Option<u32>,
}

/// The step that is being made.
#[derive(Debug, Default)]
struct Pending {
    /// Mentions of all open steps, the innermost last.
    mentions: Vec<super::ir::Mention>,
    flags: StepFlags,
    /// The call, and which argument of it, that is being evaluated.
    call: u32,
    argument: u16,
}

/// Where an open step began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenStep {
    mentions: usize,
    calls: usize,
    regions: usize,
    flags: StepFlags,
    call: u32,
    argument: u16,
}

/// Where an open block began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenBlock(usize);

/// Stack that must be left before the next level of nesting.
const RED_ZONE: usize = 64 * 1024;
/// Stack taken when it is not.
const STACK: usize = 1024 * 1024;

impl<'t> Lower<'t> {
    /// The text of a node.
    pub fn text(&self, node: Node<'_>) -> &'t str {
        self.source.get(node.start_byte()..node.end_byte()).unwrap_or("")
    }

    /// The text of the file.
    pub const fn text_of_file(&self) -> &'t str {
        self.source
    }

    /// The language's table.
    pub const fn config(&self) -> &'static LanguageConfig {
        self.config
    }

    fn compiled(&mut self, node: Node<'t>) -> Option<Compiled> {
        let compiled = self.chosen(node)?;
        match compiled.form {
            Form::Custom(decide) => Some(match decide(self, node) {
                Some(form) => self.given(form),
                None => DONE,
            }),
            _ => Some(compiled),
        }
    }

    /// The form of a node, where code chooses it without lowering anything.
    fn chosen(&mut self, node: Node<'t>) -> Option<Compiled> {
        let compiled = *self.forms.get(node.kind_id())?;
        Some(if let Form::Choose(choose) = compiled.form { self.given(choose(self.source, node)) } else { compiled })
    }

    fn form_of(&self, node: Node<'t>) -> Option<Form> {
        self.forms.form_of(node, self.source)
    }

    /// Whether the language's code lowers nodes of this kind.
    fn is_custom(&self, node: Node<'t>) -> bool {
        self.forms.get(node.kind_id()).is_some_and(|compiled| matches!(compiled.form, Form::Custom(_)))
    }

    fn given(&mut self, form: &'static Form) -> Compiled {
        let language = &self.grammar.language;
        *self.given.entry(std::ptr::from_ref(form).addr()).or_insert_with(|| Compiled::new(*form, language))
    }

    fn offset(&self, byte: usize) -> u32 {
        (byte as u32).saturating_sub(self.base)
    }

    fn span(&self, node: Node<'_>) -> (u32, u32) {
        (self.offset(node.start_byte()), self.offset(node.end_byte()))
    }

    // --- steps ---

    fn begin(&mut self) -> OpenStep {
        let open = OpenStep {
            mentions: self.pending.mentions.len(),
            calls: self.program.calls.len(),
            regions: self.program.regions.len(),
            flags: self.pending.flags,
            call: self.pending.call,
            argument: self.pending.argument,
        };
        (self.pending.flags, self.pending.call, self.pending.argument) = (StepFlags::default(), NONE, 0);
        open
    }

    fn finish(&mut self, open: OpenStep, kind: StepKind, (start, end): (u32, u32)) -> u32 {
        let id = self.program.steps.len() as u32;
        let mut flags = std::mem::replace(&mut self.pending.flags, open.flags);
        if self.config.flow.raising_is_marked && !flags.has(StepFlags::PROPAGATES) {
            flags.0 &= !StepFlags::RAISES;
        }
        (self.pending.call, self.pending.argument) = (open.call, open.argument);
        let first_mention = self.program.mentions.len() as u32;
        self.program.mentions.extend(self.pending.mentions.drain(open.mentions..));
        let mentions = self.program.mentions.len() as u32 - first_mention;
        self.own(open, id);
        let kind = match kind {
            StepKind::Statement if flags.has(StepFlags::OPAQUE) => StepKind::Opaque,
            StepKind::Statement if flags.has(StepFlags::YIELDS) => StepKind::Yield,
            StepKind::Statement if flags.has(StepFlags::AWAITS) => StepKind::Await,
            kind => kind,
        };
        self.opaque += u32::from(flags.has(StepFlags::OPAQUE));
        self.program.steps.push(Step { kind, start, end, first_mention, mentions, flags });
        id
    }

    /// There was no step: what was begun is part of the one around.
    fn cancel(&mut self, open: OpenStep) {
        self.pending.flags.set(open.flags.0);
        (self.pending.call, self.pending.argument) = (open.call, open.argument);
    }

    /// Forgets a step in which nothing was mentioned.
    fn abandon(&mut self, open: OpenStep) {
        (self.pending.flags, self.pending.call, self.pending.argument) = (open.flags, open.call, open.argument);
    }

    /// Calls and closures since `open` belong to a step, unless an inner one has them.
    fn own(&mut self, open: OpenStep, step: u32) {
        for call in self.program.calls.iter_mut().skip(open.calls).filter(|call| call.step == NONE) {
            call.step = step;
        }
        let region = self.region;
        for inner in self.program.regions.iter_mut().skip(open.regions).filter(|inner| inner.owner == NONE && inner.parent == region) {
            inner.owner = step;
        }
    }

    /// A step that evaluates a node; its value goes to `sink`.
    fn step(&mut self, kind: StepKind, node: Node<'t>, sink: Option<u32>) -> u32 {
        let open = self.begin();
        self.expression(node);
        self.sink(sink, node);
        self.finish(open, kind, self.span(node))
    }

    /// A step without parts.
    pub(crate) fn bare_step(&mut self, kind: StepKind, node: Node<'t>) -> u32 {
        let open = self.begin();
        self.finish(open, kind, self.span(node))
    }

    fn sink(&mut self, sink: Option<u32>, node: Node<'t>) {
        if let Some(variable) = sink {
            self.mention(variable, super::ir::MentionKind::Define, node.start_byte());
        }
    }

    // --- blocks ---

    pub(crate) fn push(&mut self, item: Item) {
        self.open.push(self.program.items.len() as u32);
        self.program.items.push(item);
    }

    fn open_block(&self) -> OpenBlock {
        OpenBlock(self.open.len())
    }

    /// Whether nothing was added to the block.
    fn is_empty(&self, block: OpenBlock) -> bool {
        self.open.len() == block.0
    }

    /// Whether something in the block runs when it is left.
    fn has_deferred(&self, block: OpenBlock) -> bool {
        let items = self.open.get(block.0..).unwrap_or(&[]).iter();
        items.filter_map(|&item| self.program.items.get(item as usize)).any(|item| matches!(item, Item::Defer { registration: NONE, .. }))
    }

    fn close_block(&mut self, block: OpenBlock) -> Block {
        let first = self.program.items_in_blocks.len() as u32;
        self.program.items_in_blocks.extend(self.open.drain(block.0..));
        Block { first, count: self.program.items_in_blocks.len() as u32 - first }
    }

    /// What `make` adds, as a block of its own.
    pub(crate) fn block(&mut self, make: impl FnOnce(&mut Self)) -> Block {
        let open = self.open_block();
        make(self);
        self.close_block(open)
    }

    /// Runs with enough stack for one more level of nesting.
    fn deeper<R>(&mut self, run: impl FnOnce(&mut Self) -> R) -> R {
        stacker::maybe_grow(RED_ZONE, STACK, || run(self))
    }
}

/// The form of a node that code has dealt with.
const DONE: Compiled = Compiled::NOTHING;
