//! Open nodes and the values of closed ones.

use super::mode::Mode;
use super::said::Said;
use crate::items::metrics::Run;
use crate::languages::{ActionId, Metric, Role, Slot};
use crate::syntax::rows::{NONE, SymbolFlags};

/// What a node stands for, as its parent sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing was seen yet.
    None,
    /// An expression that rows do not describe.
    Unknown,
    /// A use row.
    Use(u32),
    /// A binding row: a name was declared or assigned.
    Binding(u32),
    /// Several values in order.
    List {
        /// The first of them in the walk's list buffer.
        start: u32,
        /// How many.
        count: u32,
        /// A single value opposite goes to the first of them.
        first: bool,
    },
    /// Takes, or gives, any number of values of a list: a starred part. The binding of its name, or [`NONE`].
    Rest(u32),
}

impl Value {
    pub(super) fn use_index(self) -> u32 {
        match self {
            Self::Use(index) => index,
            _ => NONE,
        }
    }
}

/// One open node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) role: Option<&'static Role>,
    /// Where the parts of the role stand.
    pub(super) action: ActionId,
    pub(super) mode: Mode,
    pub(super) metric: Metric,
    /// Value of the object, function or class part, of the value part, of the type part, of the left part.
    pub(super) object: Value,
    pub(super) value: Value,
    pub(super) ty: Value,
    pub(super) left: Value,
    pub(super) last: Value,
    pub(super) name_start: u32,
    pub(super) name_end: u32,
    pub(super) children: u16,
    pub(super) arity: u16,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) slot: Slot,
    /// What to restore when the node is left.
    pub(super) opens: Opens,
    pub(super) scope_before: u32,
    pub(super) symbol_before: u32,
    pub(super) export_before: bool,
    pub(super) body_start: u32,
    pub(super) ty_start: u32,
    pub(super) ty_end: u32,
    /// The type's text was given by a hook.
    pub(super) ty_fixed: bool,
    /// The name part is that of the definition around.
    pub(super) declares: bool,
    /// The use that the name part stands for.
    pub(super) name_use: u32,
    /// Symbols there were when the node was opened.
    pub(super) symbols_before: u32,
    pub(super) section_before: SymbolFlags,
    pub(super) kind: u16,
    /// A token that counts flat (`else`) was seen among the children.
    pub(super) after_else: bool,
    /// What the code of a language said of the node.
    pub(super) said: Said,
    /// The runs of short-circuit operators in the operands.
    pub(super) runs: [Run; 2],
    /// Lengths of the buffers of lists and of their items when the node was opened.
    pub(super) lists: u32,
    pub(super) items: u32,
    /// Children seen in the field that the role counts.
    pub(super) nth: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opens {
    Nothing,
    Scope,
    Symbol(u32),
}

impl Frame {
    /// The kind of error nodes.
    pub(super) const ERROR: u16 = u16::MAX;
    /// The kind of what is above a tree's root; no node has it.
    pub(super) const ROOT: u16 = 0;
}
