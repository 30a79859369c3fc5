//! Where in C and C++ a word can be a macro that no grammar allows: told from the tokens around it.

use super::super::tokens::Kind;
use super::{Block, Repair};

impl Repair<'_> {
    /// Whether the macro at `at..end` stands where none can.
    pub(super) fn goes(&self, at: usize, end: usize, starts: bool, code: bool) -> bool {
        let has_arguments = end > at + 1;
        let previous = at.checked_sub(1).map_or(b"".as_slice(), |at| self.text(at));
        let next = self.text(end);
        let next_word = self.tokens.get(end).is_some_and(|token| token.kind == Kind::Word);
        if matches!(previous, b"class" | b"struct" | b"union" | b"enum") {
            return next_word;
        }
        if starts && !code {
            // Alone on its line, or before the type of a declaration.
            let alone = self.tokens.get(end).is_none_or(|token| token.first) && self.tokens.get(at).is_some_and(|token| token.first);
            if alone && !matches!(next, b"{" | b"(" | b"=" | b"," | b"." | b"-" | b";" | b":" | b"::" | b"<" | b"[") {
                return true;
            }
            if next_word {
                return has_arguments || self.is_type_ahead(end);
            }
            if next == b"~" {
                return true;
            }
            if next == b"[" {
                return self.is(end + 1, b'[');
            }
        }
        if starts && code && next_word {
            // A statement macro without its semicolon, or a specifier.
            let alone = self.tokens.get(end).is_some_and(|token| token.first) && self.tokens.get(at).is_some_and(|token| token.first);
            return if has_arguments { alone } else { self.is_type_ahead(end) };
        }
        if starts && code && !has_arguments && next == b"{" {
            return true;
        }
        if code {
            return false;
        }
        // Between a type and the name of a function.
        let kept = |at: usize| self.tokens.get(at).is_some_and(|token| self.out.get(token.start) != Some(&b' '));
        let typed = at > 0 && (self.is_type_word(at - 1) || matches!(previous, b"*" | b"&" | b">") || self.is_name(at - 1) && kept(at - 1));
        if typed && next_word && !self.is_specifier(end) && self.is(end + 1, b'(') || at > 0 && self.is_type_word(at - 1) && next == b"*" {
            return true;
        }
        if matches!(previous, b"(" | b",") {
            return next_word && self.is_type_ahead(end);
        }
        // Behind a declarator: of a function, or of a variable with a type before it.
        let ends = matches!(next, b";" | b"{" | b"=" | b":" | b"," | b")") || self.is_macro(end);
        if !ends {
            return matches!(previous, b")" | b"noexcept") && matches!(next, b"override" | b"final" | b"const" | b"noexcept" | b"-");
        }
        let keyword = at.checked_sub(2).map_or(b"".as_slice(), |at| self.text(at));
        if matches!(keyword, b"class" | b"struct" | b"enum" | b"union") {
            return matches!(next, b"{" | b":") && has_arguments;
        }
        match previous {
            b")" | b"const" | b"noexcept" | b"override" | b"final" | b"]" => previous != b"const" || self.after_parameters(at - 1),
            _ => {
                self.is_name(at.wrapping_sub(1))
                    && at >= 2
                    && (self.is_name(at - 2) || self.is_type_word(at - 2) || matches!(self.text(at - 2), b">" | b"*" | b"&"))
            }
        }
    }

    /// Whether what follows is a declaration with a type of its own, so that a word before it is no type.
    fn is_type_ahead(&self, at: usize) -> bool {
        let word = self.text(at);
        if self.is_macro(at) {
            let end = if self.is(at + 1, b'(') { self.close(at + 1) } else { at + 1 };
            return self.tokens.get(end).is_some_and(|token| token.kind == Kind::Word);
        }
        if self.is_specifier(at) || self.is_type_word(at) {
            return true;
        }
        if matches!(
            word,
            b"template"
                | b"class"
                | b"struct"
                | b"enum"
                | b"union"
                | b"namespace"
                | b"using"
                | b"typedef"
                | b"friend"
                | b"auto"
                | b"decltype"
        ) {
            return true;
        }
        match word {
            b"operator" => return self.tokens.get(at + 1).is_some_and(|token| token.kind == Kind::Word),
            b"const" | b"volatile" => {
                return self
                    .tokens
                    .get(at + 2)
                    .is_some_and(|token| token.kind == Kind::Word || b"*&<:".contains(&self.source[token.start]));
            }
            _ => {}
        }
        match self.text(at + 1) {
            b"*" | b"&" | b"<" => true,
            b"::" => true,
            b"(" => {
                let mut after = self.close(at + 1);
                while matches!(self.text(after), b"noexcept" | b"const") {
                    after = if self.is(after + 1, b'(') { self.close(after + 1) } else { after + 1 };
                }
                self.text(after) == b":"
            }
            _ => self.tokens.get(at + 1).is_some_and(|token| token.kind == Kind::Word),
        }
    }

    /// What the brace at `open` holds, by the words since `begin`, and the name of the class that it is the body of.
    pub(super) fn block(&self, begin: usize, open: usize) -> (Block, Option<usize>) {
        let begin = begin.min(open);
        let head = &self.tokens[begin..open];
        let mut depth = 0;
        for (index, token) in head.iter().enumerate() {
            match token.text(self.source) {
                b"(" => depth += 1,
                b")" => depth -= 1,
                b"=" if depth == 0 => return (Block::Code, None),
                b"namespace" if depth == 0 => return (Block::Declarations, None),
                b"class" | b"struct" | b"union" if depth == 0 => {
                    let in_template = index > 0 && matches!(head[index - 1].text(self.source), b"<" | b",");
                    let rest = &head[index + 1..];
                    let end = rest
                        .iter()
                        .position(|token| token.is(self.source, b'<') || token.is(self.source, b':') && token.end == token.start + 1);
                    let name = rest[..end.unwrap_or(rest.len())]
                        .iter()
                        .rposition(|token| token.kind == Kind::Word && token.text(self.source) != b"final")
                        .map(|name| begin + index + 1 + name);
                    // `struct S f() {` is a function.
                    let calls = name.is_some_and(|name| self.is(name + 1, b'(') || self.is(name + 1, b')'));
                    if !in_template && !calls {
                        return (Block::Declarations, name);
                    }
                }
                _ => {}
            }
        }
        let external = head.len() == 2 && head[0].text(self.source) == b"extern";
        (if external { Block::Declarations } else { Block::Code }, None)
    }

    /// The `template` of `T::template name<…>`.
    pub(super) fn is_misplaced_template(&self, at: usize) -> bool {
        self.text(at) == b"template"
            && at > 0
            && matches!(self.text(at - 1), b"::" | b">" | b".")
            && self.tokens.get(at + 1).is_some_and(|token| token.kind == Kind::Word)
    }

    fn after_parameters(&self, mut at: usize) -> bool {
        while let Some(before) = at.checked_sub(1) {
            match self.text(before) {
                b")" => return true,
                b"const" | b"noexcept" | b"override" | b"final" => at = before,
                _ => return false,
            }
        }
        false
    }

    fn is_name(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Word)
            && !self.is_specifier(at)
            && !self.is_type_word(at)
            && !matches!(
                self.text(at),
                b"const"
                    | b"volatile"
                    | b"struct"
                    | b"class"
                    | b"union"
                    | b"enum"
                    | b"return"
                    | b"typename"
                    | b"else"
                    | b"new"
                    | b"typedef"
                    | b"using"
                    | b"namespace"
                    | b"goto"
                    | b"case"
                    | b"operator"
                    | b"friend"
            )
    }

    pub(super) fn is_specifier(&self, at: usize) -> bool {
        matches!(
            self.text(at),
            b"static"
                | b"inline"
                | b"virtual"
                | b"explicit"
                | b"constexpr"
                | b"extern"
                | b"mutable"
                | b"thread_local"
                | b"register"
                | b"typedef"
                | b"friend"
                | b"template"
        ) || self.tokens.get(at).is_some_and(|token| token.kind == Kind::Text) && at > 0 && self.text(at - 1) == b"extern"
    }

    pub(super) fn is_type_word(&self, at: usize) -> bool {
        matches!(
            self.text(at),
            b"void"
                | b"bool"
                | b"char"
                | b"short"
                | b"int"
                | b"long"
                | b"float"
                | b"double"
                | b"signed"
                | b"unsigned"
                | b"auto"
                | b"size_t"
        )
    }
}
