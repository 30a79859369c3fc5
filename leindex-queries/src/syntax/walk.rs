//! The one walk over a syntax tree: a cursor goes through every node once and leaves rows behind.
//!
//! The walk keeps its own stack, so the depth of a file's nesting costs heap, never call stack. What a node means is
//! said by the [`Role`] of its kind; a node's *value* (the row that stands for the expression it is) travels from
//! child to parent as the walk leaves it, so that `a.b().c` becomes three uses chained by their bases without a
//! second look at the tree.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::{Node, Tree};

use self::frame::{Frame, Value};
use self::mode::Mode;
use self::said::{Next, Said};
use super::recover::{Recovered, Recovery};
use super::rows::{BaseKind, BindingRow, LineRow, NONE, Rows, RowsBuilder, ScopeKind, ScopeRow, Str, SymbolFlags, SymbolRow};
use crate::items::{descriptor::Identities, metrics::Counters};
use crate::languages::{Actions, Grammar, LanguageConfig, Metric, NO_PARTS, Parts};

mod bindings;
mod comments;
mod counts;
mod definitions;
mod frame;
mod imports;
mod mode;
mod parameters;
mod place;
mod said;
mod symbols;
mod uses;
mod values;
mod visit;

/// What the walk allocates. It outlives a file, so that a thread allocates it once.
#[derive(Default)]
pub struct WalkBuffers {
    rows: RowsBuilder,
    walk: Buffers,
    /// By language.
    actions: Vec<(&'static LanguageConfig, Actions)>,
}

/// The walk over one tree. Languages see it from [`Role::Custom`].
pub struct Walk<'a> {
    /// The text.
    source: &'a str,
    grammar: &'a Grammar,
    rows: &'a mut RowsBuilder,
    buffers: &'a mut Buffers,
    actions: &'a mut Actions,
    scope: u32,
    symbol: u32,
    in_export: bool,
    /// Node id of the name of the definition being entered: it is no use.
    pending_name: usize,
    next: Next,
    /// What definitions that follow in this scope are marked with.
    section: SymbolFlags,
    /// Definitions that start before this byte cannot be seen from other files.
    hidden_until: u32,
    /// Whether the rows of modules are in the order of their symbols so far.
    modules_in_order: bool,
    /// How many nodes were open when a wrapper was entered whose definition has not come yet, or 0: the comments before
    /// the wrapper are the definition's.
    held: usize,
    receiver: Str,
    /// Trees of broken regions that were parsed again, in order, and how many of them were walked.
    recovered: &'a [Recovered],
    next_recovered: usize,
    /// What the code of a language said of the node it looks at, for its frame, and of where its parts stand.
    said: Said,
    located: Parts,
    /// A base of the next scope to be opened.
    pending_base: Option<(u32, BaseKind)>,
    recovering: bool,
    /// The scope and value of the newest row for what a function gives.
    last_result: (u32, u32),
    bytes: &'a [u8],
    /// The hash of the bytes, once it was needed.
    content: Option<blake3::Hash>,
    /// How names are taken at the node that a [`Role::Custom`] looks at.
    mode: Mode,
    /// Nodes that end before this byte are not visited.
    skip_before: u32,
    /// What a [`Role::Custom`] counts its node as.
    counted: Metric,
    /// A name, and the result type of the next definition of that name.
    expected: (Str, Str),
    /// Whether the limit of depth was reached.
    too_deep: bool,
}

#[derive(Default)]
struct Buffers {
    frames: Vec<Frame>,
    counters: Vec<(u32, Counters)>,
    comments: Vec<(u32, u32)>,
    attributes: Vec<(u32, u32)>,
    text: String,
    cuts: Vec<u32>,
    next_cut: Vec<u32>,
    /// What values of kind [`Value::List`] hold.
    lists: Vec<Value>,
    /// Values of the open nodes that make lists.
    items: Vec<Value>,
    /// Names and their values, while a declaration or assignment is closed.
    pairs: Vec<(Value, Value)>,
    /// Bindings of the next scope to be opened.
    inside: Vec<BindingRow>,
    /// Nodes that hooks have dealt with.
    skipped: Vec<usize>,
    notes: Vec<Str>,
    /// Local names by scope, where the language tells calls from variables by them.
    locals: FxHashSet<(u32, Str)>,
    /// Fields by the scope of their type, where assignments make them.
    fields: FxHashMap<(u32, Str), u32>,
    identities: Identities,
}

impl Buffers {
    fn clear(&mut self) {
        self.frames.clear();
        self.counters.clear();
        self.comments.clear();
        self.attributes.clear();
        self.lists.clear();
        self.items.clear();
        self.pairs.clear();
        self.inside.clear();
        self.skipped.clear();
        self.notes.clear();
        self.locals.clear();
        self.fields.clear();
    }
}

/// Walks a file's tree and packs its rows. `source` is the text of its `bytes`. Where the
/// tree is broken, `recovered` holds what stands in place of its nodes there.
pub(crate) fn rows_of(
    grammar: &Grammar,
    source: &str,
    bytes: &[u8],
    tree: Option<&Tree>,
    recovery: &Recovery,
    buffers: &mut WalkBuffers,
) -> Rows {
    buffers.rows.clear();
    buffers.walk.clear();
    let known = buffers.actions.iter().position(|(config, _)| std::ptr::eq(*config, grammar.config));
    let known = known.unwrap_or_else(|| {
        buffers.actions.push((grammar.config, Actions::of(grammar)));
        buffers.actions.len() - 1
    });
    let actions = &mut buffers.actions[known].1;
    let mut walk = Walk {
        source,
        grammar,
        rows: &mut buffers.rows,
        buffers: &mut buffers.walk,
        actions,
        scope: 0,
        symbol: 0,
        in_export: false,
        pending_name: 0,
        next: Next::NOTHING,
        section: SymbolFlags::default(),
        hidden_until: 0,
        modules_in_order: true,
        held: 0,
        receiver: Str::EMPTY,
        recovered: &recovery.trees,
        next_recovered: 0,
        said: Said::NOTHING,
        located: NO_PARTS,
        pending_base: None,
        recovering: false,
        last_result: (NONE, NONE),
        bytes,
        content: None,
        mode: Mode::Read,
        skip_before: 0,
        counted: Metric::NONE,
        expected: (Str::EMPTY, Str::EMPTY),
        too_deep: false,
    };
    walk.begin();
    match tree {
        Some(tree) => {
            walk.tree(tree);
            walk.recover_until(u32::MAX);
            if let Some(remark) = recovery.remark {
                walk.diagnostic(tree.root_node(), remark);
            }
        }
        None => {
            walk.rows.errors += 1;
            walk.remark(0, source.len() as u32, "given up: parsing takes too long");
        }
    }
    walk.finish()
}

impl<'a> Walk<'a> {
    fn begin(&mut self) {
        self.rows.lines.push(LineRow { start: 0 });
        self.rows.lines.extend(memchr::memchr_iter(b'\n', self.source.as_bytes()).map(|at| LineRow { start: at as u32 + 1 }));
        let end = self.source.len() as u32;
        self.rows.scopes.push(ScopeRow { kind: ScopeKind::File, parent: NONE, symbol: 0, self_type: NONE, start: 0, end });
        self.rows.symbols.push(SymbolRow {
            flags: SymbolFlags::EXPORTED,
            inner: 0,
            end,
            end_line: self.line(end.saturating_sub(1)),
            ..SymbolRow::BLANK
        });
        self.buffers.counters.push((0, Counters::default()));
    }

    /// Walks the recovered trees that begin before `offset` and were not walked yet.
    fn recover_until(&mut self, offset: u32) {
        while let Some(recovered) = self.recovered.get(self.next_recovered).filter(|recovered| recovered.start < offset) {
            self.next_recovered += 1;
            self.recovering = true;
            let export = std::mem::replace(&mut self.in_export, false);
            let skip_before = std::mem::take(&mut self.skip_before);
            let root = self.frame(Frame::ROOT, Mode::Read, Metric::default(), (recovered.start, recovered.end));
            self.buffers.frames.push(root);
            self.tree(&recovered.tree);
            self.buffers.frames.pop();
            self.in_export = export;
            self.skip_before = skip_before;
            self.recovering = false;
        }
    }

    /// Whether a recovered tree stands in place of this node. Walks those that begin before it.
    fn replaced(&mut self, node: Node<'_>) -> bool {
        let (start, end) = (node.start_byte() as u32, node.end_byte() as u32);
        self.recover_until(start.saturating_add(1));
        // What begins before a recovered tree and ends in it made sense of words that belong to both.
        let last = self.recovered.partition_point(|recovered| recovered.end < end);
        self.recovered.get(last).is_some_and(|recovered| recovered.start < end && (start >= recovered.start || end < recovered.end))
    }

    fn tree(&mut self, tree: &Tree) {
        let grammar = self.grammar;
        let mut cursor = tree.walk();
        let watch = !self.recovering && !self.recovered.is_empty();
        loop {
            let node = cursor.node();
            let kind = node.kind_id();
            let info = grammar.kind(kind);
            let inert = info.inert || watch && cursor.depth() > 0 && self.replaced(node);
            if !inert && self.enter(&cursor, node, kind, info) {
                if cursor.goto_first_child() {
                    continue;
                }
                self.leave(&cursor);
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                self.leave(&cursor);
            }
        }
    }

    fn finish(mut self) -> Rows {
        self.close_symbol(0, self.rows.errors > 0);
        self.hash_bodies();
        crate::items::descriptor::assign_identities(self.rows, self.grammar.config, &mut self.buffers.identities);
        self.rows.finish()
    }
}
