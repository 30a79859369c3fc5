//! The children of a node and which part of its form each one is.

use tree_sitter::Node;

use super::Lower;
use crate::languages::{Form, Places, Spot};

/// A child with its field and its position among the named children.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kid<'t> {
    pub(crate) node: Node<'t>,
    field: u16,
    /// Position among the named children that are no extras; [`u16::MAX`] for tokens and extras.
    index: u16,
    taken: bool,
}

/// Children on the stack of [`Lower`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kids {
    first: usize,
    end: usize,
}

impl<'t> Lower<'t> {
    /// Lays the children of a node, comments left out, on the stack.
    pub(crate) fn children(&mut self, node: Node<'t>) -> Kids {
        let first = self.kids.len();
        self.cursor.reset(node);
        let mut index = 0;
        if self.cursor.goto_first_child() {
            loop {
                let node = self.cursor.node();
                if !node.is_extra() {
                    // In some grammars the current object is a token.
                    let named = node.is_named() || self.forms.get(node.kind_id()).is_some_and(|of| matches!(of.form, Form::This));
                    let field = self.cursor.field_id().map_or(0, |id| id.get());
                    self.kids.push(Kid { node, field, index: if named { index } else { u16::MAX }, taken: false });
                    index += u16::from(named);
                }
                if !self.cursor.goto_next_sibling() {
                    break;
                }
            }
        }
        Kids { first, end: self.kids.len() }
    }

    /// Takes the children off the stack, with all that was laid on it since.
    pub(crate) fn release(&mut self, kids: Kids) {
        self.kids.truncate(kids.first);
    }

    /// The children that are a part, laid on the stack, in the order of its places.
    pub(crate) fn select(&mut self, kids: Kids, places: &Places) -> Kids {
        let first = self.kids.len();
        let last_named = (kids.first..kids.end).rev().find(|&at| self.kids[at].index != u16::MAX);
        for &place in places.iter().take_while(|place| **place != Spot::Nowhere) {
            let mut nth = 0;
            for at in kids.first..kids.end {
                let kid = self.kids[at];
                let here = match place {
                    Spot::Nowhere => false,
                    // A keyword that means something (`this`) is a part as well.
                    Spot::Field(id) => kid.field == id && (kid.index != u16::MAX || self.forms.get(kid.node.kind_id()).is_some()),
                    Spot::Nth(id, wanted) => {
                        let of_field = kid.field == id && kid.index != u16::MAX;
                        nth += u16::from(of_field);
                        of_field && nth == wanted + 1
                    }
                    Spot::Child(index) => kid.index == index,
                    Spot::Last => Some(at) == last_named,
                    Spot::Kind(id) => kid.node.kind_id() == id,
                    Spot::NoField => kid.field == 0 && kid.index != u16::MAX && !kid.taken,
                    Spot::Inner(kind, inner) | Spot::InnerChild(kind, inner) => {
                        if kid.node.kind_id() == kind {
                            self.kids[at].taken = true;
                            let part = match place {
                                Spot::Inner(..) => kid.node.child_by_field_id(inner),
                                _ => kid.node.named_child(u32::from(inner)),
                            };
                            self.kids.extend(part.map(|node| Kid { node, field: 0, index: 0, taken: true }));
                        }
                        false
                    }
                };
                if here {
                    self.kids[at].taken = true;
                    self.kids.push(kid);
                }
            }
        }
        Kids { first, end: self.kids.len() }
    }

    /// The first child that is a part.
    pub(crate) fn part(&mut self, kids: Kids, places: &Places) -> Option<Node<'t>> {
        let selected = self.select(kids, places);
        let node = self.kids.get(selected.first).filter(|_| selected.first < selected.end).map(|kid| kid.node);
        self.kids.truncate(selected.first);
        node
    }

    /// The token that is a part (an operator), by its text.
    pub(crate) fn token(&self, kids: Kids, places: &Places) -> Option<&'t str> {
        let place = *places.first()?;
        let mut tokens = self.kids.get(kids.first..kids.end)?.iter();
        let kid = match place {
            Spot::Field(id) => tokens.find(|kid| kid.field == id),
            Spot::Kind(id) => tokens.find(|kid| kid.node.kind_id() == id),
            Spot::Nowhere => tokens.find(|kid| kid.index == u16::MAX),
            _ => None,
        }?;
        Some(self.text(kid.node))
    }

    /// The first token among the children, by its text.
    pub(crate) fn first_token(&self, kids: Kids) -> Option<&'t str> {
        self.kids.get(kids.first..kids.end)?.iter().find(|kid| kid.index == u16::MAX).map(|kid| self.text(kid.node))
    }

    /// The named children that are no part so far, laid on the stack.
    pub(crate) fn rest(&mut self, kids: Kids) -> Kids {
        let first = self.kids.len();
        for at in kids.first..kids.end {
            let kid = self.kids[at];
            if kid.index != u16::MAX && !kid.taken {
                self.kids.push(kid);
            }
        }
        Kids { first, end: self.kids.len() }
    }

    /// The n-th of children on the stack.
    pub(crate) fn kid(&self, kids: Kids, n: usize) -> Option<Node<'t>> {
        self.kids.get(kids.first + n).filter(|_| kids.first + n < kids.end).map(|kid| kid.node)
    }

    /// Whether the n-th is a named child.
    pub(crate) fn is_named_kid(&self, kids: Kids, n: usize) -> bool {
        self.kids.get(kids.first + n).is_some_and(|kid| kid.index != u16::MAX)
    }

    /// Lays nodes on the stack.
    pub(super) fn lay(&mut self, nodes: &[Node<'t>]) -> Kids {
        let first = self.kids.len();
        self.kids.extend(nodes.iter().zip(0..).map(|(&node, index)| Kid { node, field: 0, index, taken: false }));
        Kids { first, end: self.kids.len() }
    }

    /// All named children of a node, for code that looks at a few of them.
    pub fn named_children(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let kids = self.children(node);
        let nodes = self.kids[kids.first..kids.end].iter().filter(|kid| kid.index != u16::MAX).map(|kid| kid.node).collect();
        self.release(kids);
        nodes
    }
}

impl Kids {
    /// No children.
    pub(super) const fn at(end: usize) -> Self {
        Self { first: end, end }
    }

    pub(crate) const fn len(self) -> usize {
        self.end - self.first
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.end == self.first
    }
}
