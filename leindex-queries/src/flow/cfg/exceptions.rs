//! Handlers: where an error that a body raises goes, and what takes it.

use super::EdgeKind;
use super::builder::{Builder, Label};
use super::jumps::Scope;
use crate::flow::ir::Block;

impl Builder<'_> {
    pub(super) fn attempt(&mut self, body: Block, (first, count): (u32, u32), in_order: bool, otherwise: Block) {
        let program = self.program;
        let handlers = program.handlers.get(first as usize..(first + count) as usize).unwrap_or(&[]);
        let end = self.label();
        let start = self.label();
        let heads: Vec<Label> = handlers.iter().map(|_| self.label()).collect();
        let catches_all = handlers.iter().any(|handler| handler.catches_all);
        self.bind(start);
        if handlers.is_empty() {
            self.block(body);
        } else {
            let entered = if in_order { heads.iter().take(1).copied().collect() } else { heads.clone() };
            // What leaves a chain of handlers untaken is raised again by its last one.
            self.scopes.push(Scope::Handlers { first: entered, catches_all: catches_all || in_order });
            let before = self.graph.nodes.len();
            let jumps = self.jumps.len();
            self.block(body);
            self.scopes.pop();
            // Handlers are there for something: if nothing in the body looks as if it raises, its beginning does.
            let reached = self.jumps.iter().skip(jumps).any(|(_, label, kind)| *kind == EdgeKind::Exception && heads.contains(label));
            if !reached && self.graph.nodes.len() > before {
                for &head in heads.iter().take(if in_order { 1 } else { heads.len() }) {
                    self.edge(before as u32, head, EdgeKind::Exception);
                }
            }
        }
        self.block(otherwise);
        self.go(end, None);
        self.scopes.push(Scope::Retry(start));
        for (at, handler) in handlers.iter().enumerate() {
            self.bind(heads[at]);
            let node = self.emit(handler.head);
            if in_order && !handler.catches_all {
                match heads.get(at + 1) {
                    Some(&next) => self.edge(node, next, EdgeKind::False),
                    None => self.raise(node, true),
                }
                self.current = Some((node, EdgeKind::True));
            }
            self.block(handler.body);
            let rest = heads.get(at + 1).filter(|_| handler.takes_some);
            self.go(rest.copied().unwrap_or(end), None);
        }
        self.scopes.pop();
        self.bind(end);
    }
}
