//! Comments and attributes: they wait for the definition that they stand before.

use tree_sitter::Node;

use super::Walk;
use crate::items::docs;
use crate::syntax::rows::Str;

impl<'a> Walk<'a> {
    /// The documentation of the symbol around.
    pub fn document(&mut self, text: &str) {
        let doc = self.cleaned(text);
        self.rows.symbols[self.symbol as usize].doc = doc;
    }

    /// The documentation of the next definition, whatever stands between.
    pub fn document_next(&mut self, text: &str) {
        self.next.doc = Some(self.cleaned(text));
    }

    /// Documents the symbol around by a comment, from `tag` on if the comment has it.
    pub fn document_symbol(&mut self, comment: Node<'_>, tag: &str) {
        let doc = self.cleaned(self.text(comment));
        let doc =
            self.rows.str(doc).split_once(tag).map(|(_, after)| after.trim().to_owned()).map_or(doc, |after| self.rows.string(&after));
        self.rows.symbols[self.symbol as usize].doc = doc;
    }

    /// The comments right above the node document the file.
    pub fn document_file(&mut self, node: Node<'_>) {
        let doc = self.documentation(node.start_byte() as u32);
        self.rows.symbols[0].doc = doc;
    }

    pub(super) fn cleaned(&mut self, text: &str) -> Str {
        self.buffers.text.clear();
        docs::leading(text, &[(0, text.len() as u32)], &[], text.len() as u32, &[], &mut self.buffers.text);
        self.rows.string(&self.buffers.text)
    }

    pub(super) fn hold_comments(&mut self) {
        if self.held == 0 {
            self.held = self.buffers.frames.len() + 1;
        }
    }

    /// Drops comments that belong to no definition: something else came after them.
    pub(super) fn forget_comments(&mut self, start: u32) {
        let ends = |spans: &[(u32, u32)]| spans.last().map_or(0, |&(_, end)| end);
        if self.held == 0
            && !(self.buffers.comments.is_empty() && self.buffers.attributes.is_empty())
            && ends(&self.buffers.comments).max(ends(&self.buffers.attributes)) <= start
        {
            self.buffers.comments.clear();
            self.buffers.attributes.clear();
        }
    }

    /// The comments right above `start`, cleaned.
    pub(super) fn documentation(&mut self, start: u32) -> Str {
        self.buffers.text.clear();
        let prefixes = self.grammar.config.docs.prefixes;
        docs::leading(self.source, &self.buffers.comments, &self.buffers.attributes, start, prefixes, &mut self.buffers.text);
        self.buffers.comments.clear();
        self.held = 0;
        self.buffers.attributes.clear();
        let text = std::mem::take(&mut self.buffers.text);
        let doc = self.rows.string(&text);
        self.buffers.text = text;
        doc
    }
}
