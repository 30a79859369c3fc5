//! All flows of a file: which functions it has, and each one lowered, from one tree.

use std::cell::RefCell;
use std::rc::Rc;

use tree_sitter::{Node, Parser, Tree};

use super::body::Flow;
use super::lower::{Root, Scratch, lower};
use crate::languages::{Form, Grammar};
use crate::syntax::rows::{NONE, Rows, ScopeRow, SymbolFlags, SymbolKind, SymbolRow};

/// A function of a file that has a flow of its own: a callable that is in no other callable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    /// Its row.
    pub(crate) symbol: u32,
    /// First byte of the row: positions of its flow are counted from here.
    pub(crate) base: u32,
    /// The bytes of the node that is the function.
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// The functions of a file that have flows of their own, in order of their rows.
pub(crate) fn owners(rows: &Rows) -> Vec<Owner> {
    let mut owners = Vec::new();
    for index in 0..rows.count::<SymbolRow>() {
        let Some(row) = rows.symbol(index).filter(|row| row.kind.is_callable() && !row.flags.has(SymbolFlags::DECLARATION)) else {
            continue;
        };
        if outermost(rows, index) != index {
            continue;
        }
        let scope = (row.inner != NONE).then(|| rows.get::<ScopeRow>(row.inner)).flatten();
        let (start, end) = scope.map_or((row.start, row.end), |scope| (scope.start, scope.end));
        owners.push(Owner { symbol: index, base: row.start, start, end });
    }
    owners
}

/// The outermost callable around a symbol, itself included; the module's row for what is in none.
pub(crate) fn outermost(rows: &Rows, symbol: u32) -> u32 {
    let (mut found, mut at) = (0, symbol);
    while let Some(row) = rows.symbol(at) {
        if row.kind.is_callable() {
            found = at;
        }
        if row.parent == NONE || row.parent >= at {
            break;
        }
        at = row.parent;
    }
    found
}

const fn is_function_form(form: Form) -> bool {
    matches!(form, Form::Function { .. } | Form::AssignedFunction { .. } | Form::Closure { .. } | Form::Clauses(_))
}

/// A file whose flows can be made: its text, its tree and its rows.
pub(crate) struct FlowSource<'a> {
    grammar: &'a Grammar,
    source: &'a str,
    tree: &'a Tree,
    rows: &'a Rows,
    owners: Vec<Owner>,
    /// Byte ranges of the owners' functions, in order.
    apart: Rc<[(u32, u32)]>,
}

impl<'a> FlowSource<'a> {
    pub(crate) fn new(grammar: &'a Grammar, source: &'a str, tree: &'a Tree, rows: &'a Rows) -> Self {
        let mut owners = owners(rows);
        if grammar.config.flow.clauses {
            for owner in &mut owners {
                owner.end = owner.end.max(rows.symbol(owner.symbol).map_or(0, |row| row.end));
            }
        }
        let mut apart: Vec<(u32, u32)> = owners.iter().map(|owner| (owner.start, owner.end)).collect();
        apart.sort_unstable();
        Self { grammar, source, tree, rows, owners, apart: apart.into() }
    }

    pub(crate) fn owners(&self) -> &[Owner] {
        &self.owners
    }

    /// The flow of one function.
    pub(crate) fn function(&self, owner: Owner, scratch: &mut Scratch<'a>) -> Flow {
        let nodes = self.nodes(owner);
        let method = self
            .rows
            .symbol(owner.symbol)
            .is_some_and(|row| matches!(row.kind, SymbolKind::Method | SymbolKind::Constructor) && !row.flags.has(SymbolFlags::STATIC));
        self.make(Root::Function { nodes: &nodes, method }, owner.base, scratch)
    }

    /// The flow of what the file does outside its functions.
    pub(crate) fn top(&self, scratch: &mut Scratch<'a>) -> Flow {
        self.make(Root::Top { node: self.tree.root_node() }, 0, scratch)
    }

    fn make(&self, root: Root<'_, 'a>, base: u32, scratch: &mut Scratch<'a>) -> Flow {
        let opaque = lower(self.grammar, self.source, root, base, &self.apart, scratch);
        Flow::of(&scratch.program, opaque)
    }

    /// The first function inside a node that is none itself (`M.f = function … end`).
    fn function_in<'n>(&self, node: Node<'n>) -> Option<Node<'n>> {
        let forms = self.grammar.forms();
        let mut cursor = node.walk();
        node.named_children(&mut cursor).find_map(|child| {
            let is_function = forms.form_of(child, self.source).is_some_and(is_function_form);
            if is_function { Some(child) } else { self.function_in(child) }
        })
    }

    /// The nodes that define a function: one, or its clauses.
    fn nodes(&self, owner: Owner) -> Vec<Node<'a>> {
        let root = self.tree.root_node();
        let Some(mut node) = root.descendant_for_byte_range(owner.start as usize, owner.end.max(owner.start + 1) as usize - 1) else {
            return Vec::new();
        };
        let forms = self.grammar.forms();
        let is_function = |node: Node<'_>| match forms.get(node.kind_id()).map(|compiled| compiled.form) {
            Some(Form::Custom(_)) => true,
            Some(_) => forms.form_of(node, self.source).is_some_and(is_function_form),
            None => false,
        };
        // The smallest node with these bytes, or that around it which defines a function.
        let range = (owner.start as usize, owner.end as usize);
        let inside = |node: Node<'_>| node.start_byte() >= range.0 && node.end_byte() <= range.1;
        let mut best = None;
        loop {
            if inside(node) && is_function(node) {
                best = Some(node);
                if node.start_byte() == range.0 && node.end_byte() == range.1 {
                    break;
                }
            }
            match node.parent() {
                Some(parent) if inside(parent) => node = parent,
                _ => break,
            }
        }
        if let Some(found) = best.filter(|found| found.end_byte() - found.start_byte() >= node.end_byte() - node.start_byte()) {
            return vec![found];
        }
        // One node that is none: a macro, a template around a function.
        if inside(node) && (node.start_byte(), node.end_byte()) == range && !self.grammar.config.flow.clauses {
            return vec![best.or_else(|| wrapped(node, is_function)).unwrap_or(node)];
        }
        // Clauses: functions side by side in the range.
        let side_by_side = |around: Node<'a>| -> Vec<Node<'a>> {
            around.children(&mut around.walk()).filter(|&child| inside(child) && is_function(child)).collect()
        };
        let mut clauses = if self.grammar.config.flow.clauses || !inside(node) { side_by_side(node) } else { Vec::new() };
        if let Some(parent) = node.parent().filter(|_| clauses.is_empty() && inside(node)) {
            clauses = side_by_side(parent);
        }
        match (clauses.is_empty(), best) {
            (false, _) => clauses,
            (true, Some(found)) => vec![found],
            (true, None) if self.grammar.config.flow.clauses => vec![self.function_in(node).unwrap_or(node)],
            // What follows its attributes, or what it is written around.
            (true, None) if !inside(node) => {
                let last = node.children(&mut node.walk()).filter(|&child| inside(child)).last();
                vec![last.unwrap_or(node)]
            }
            (true, None) => vec![wrapped(node, is_function).unwrap_or(node)],
        }
    }
}

/// The function that a node is written around (`template <…>`).
fn wrapped<'t>(node: Node<'t>, is_function: impl Fn(Node<'t>) -> bool) -> Option<Node<'t>> {
    let mut inner = node;
    while let Some(last) = inner.named_child_count().checked_sub(1).and_then(|last| inner.named_child(last as u32)) {
        if is_function(last) {
            return Some(last);
        }
        inner = last;
    }
    None
}

/// A flow of a file and what it is of.
#[derive(Clone, Debug)]
pub struct FileFlow {
    /// The row of the function, 0 for the file's top level.
    pub symbol: u32,
    /// The byte that the flow's positions are counted from.
    pub base: u32,
    /// The flow.
    pub flow: Flow,
}

/// All flows of a text: of its top level, then of each function that is in no other. For tests, examples and those who
/// write a language's table; a snapshot answers from the store.
pub fn file_flows(grammar: &Grammar, source: &str, rows: &Rows) -> Vec<FileFlow> {
    let Some(tree) = parse(grammar, source.as_bytes()) else { return Vec::new() };
    let of = FlowSource::new(grammar, source, &tree, rows);
    let mut scratch = Scratch::default();
    let mut flows = vec![FileFlow { symbol: 0, base: 0, flow: of.top(&mut scratch) }];
    for &owner in of.owners() {
        flows.push(FileFlow { symbol: owner.symbol, base: owner.base, flow: of.function(owner, &mut scratch) });
    }
    flows
}

/// Node kinds of a text that have parts and no form, with how often they occur where something runs.
pub fn opaque_kinds(grammar: &Grammar, source: &[u8]) -> Vec<(String, usize)> {
    let Some(tree) = parse(grammar, source) else { return Vec::new() };
    let forms = grammar.forms();
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let form = forms.get(node.kind_id()).map(|compiled| compiled.form);
        if form.is_none() && node.is_named() && node.named_child_count() > 0 {
            *counts.entry(node.kind().to_owned()).or_default() += 1;
        }
        if !matches!(form, Some(Form::Skip)) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                let mut counts: Vec<_> = counts.into_iter().collect();
                counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
                return counts;
            }
        }
    }
}

thread_local! {
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

/// Parses a text for its flows. One parser per thread.
pub(crate) fn parse(grammar: &Grammar, source: &[u8]) -> Option<Tree> {
    PARSER.with_borrow_mut(|parser| {
        parser.set_language(&grammar.language).ok()?;
        crate::syntax::parse::parse(grammar, parser, source).map(|(tree, _)| tree)
    })
}
