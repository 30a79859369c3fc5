//! Blanks macros that stand where the grammar allows none.
//!
//! `class EXPORT Name {`, `int x GUARDED_BY(mu);`, `BEGIN_NAMESPACE` alone on a line: to a parser that does not expand
//! macros these are errors, and whole classes are lost in them. The text returned has the same length and lines; it is
//! only parsed, names are read from the original.

use super::conditionals::{blank, flatten};
use super::tokens::{Kind, Token, tokens};

mod places;

/// The repaired text, or `None` if nothing was found to repair. In a text that was parsed without error only the macros
/// of class heads are blanked: `struct EXPORT Name {` reads as a function that returns a `struct EXPORT`.
pub(in crate::languages) fn repair(source: &[u8], broken: bool) -> Option<Vec<u8>> {
    if !broken {
        return class_heads(source);
    }
    let tokens = tokens(source, false);
    let mut out = source.to_vec();
    let flattened = flatten(source, &tokens, &mut out) | conditions(source, &tokens, &mut out);
    let code: Vec<Token> =
        tokens.into_iter().filter(|token| token.kind != Kind::Directive && out.get(token.start) != Some(&b' ')).collect();
    let closings = closings(source, &code);
    let changed = Repair { source, tokens: &code, closings: &closings, out: &mut out }.run();
    (flattened || changed).then_some(out)
}

/// Conditions that are no expressions (`#if __has_include(<x>)`) become `#if 1`.
fn conditions(source: &[u8], tokens: &[Token], out: &mut [u8]) -> bool {
    let mut changed = false;
    for token in tokens.iter().filter(|token| token.kind == Kind::Directive) {
        if out.get(token.start) != Some(&b'#') {
            continue;
        }
        let text = token.text(source);
        let Some(at) = text.iter().position(u8::is_ascii_alphabetic) else { continue };
        let word = text[at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let odd = memchr::memmem::find(text, b"(<").or_else(|| memchr::memmem::find(text, b"(\"")).is_some();
        if !odd || !matches!(&text[at..at + word], b"if" | b"elif") {
            continue;
        }
        blank(out, token.start + at + word, token.end);
        if let Some(byte) = out.get_mut(token.start + at + word + 1) {
            *byte = b'1';
            changed = true;
        }
    }
    changed
}

fn class_heads(source: &[u8]) -> Option<Vec<u8>> {
    let mut out = None;
    for keyword in [b"class ".as_slice(), b"struct ", b"union "] {
        for at in memchr::memmem::find_iter(source, keyword) {
            let start = at + keyword.len();
            let word = |from: usize| {
                let rest = source.get(from..).unwrap_or(b"");
                let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                let length = rest[blanks..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                (from + blanks, from + blanks + length)
            };
            let (macro_start, macro_end) = word(start);
            let (name_start, name_end) = word(macro_end);
            if name_start == name_end || !is_macro_name(&source[macro_start..macro_end]) {
                continue;
            }
            let next = source.get(name_end..).unwrap_or(b"").trim_ascii_start();
            if next.starts_with(b"{") || next.starts_with(b":") || next.starts_with(b"final") {
                blank(out.get_or_insert_with(|| source.to_vec()), macro_start, macro_end);
            }
        }
    }
    out
}

/// Longest argument list of a macro that is looked into, in tokens.
const LONGEST: usize = 4096;

/// For each opening parenthesis, what comes after the one that closes it; for an unclosed one, what comes after it.
fn closings(source: &[u8], tokens: &[Token]) -> Vec<u32> {
    let mut out: Vec<u32> = (1..=tokens.len() as u32).collect();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Punctuation) {
        match source.get(token.start) {
            Some(b'(') => open.push(at),
            Some(b')') => {
                if let Some(start) = open.pop() {
                    out[start] = at as u32 + 1;
                }
            }
            _ => {}
        }
    }
    out
}

struct Repair<'a> {
    source: &'a [u8],
    tokens: &'a [Token],
    closings: &'a [u32],
    out: &'a mut [u8],
}

/// What a brace holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Declarations,
    Code,
}

impl Repair<'_> {
    fn run(&mut self) -> bool {
        let mut blocks: Vec<(Block, Option<usize>)> = Vec::new();
        let mut changed = false;
        let mut at = 0;
        // Where the declaration or statement around began, and the end of its `template <…>`.
        let (mut begin, mut template_end) = (0, 0);
        while at < self.tokens.len() {
            let token = self.tokens[at];
            if token.kind == Kind::Punctuation {
                if token.is(self.source, b'=')
                    && self.is(at + 1, b'{')
                    && self.is(at + 2, b'}')
                    && (self.is(at + 3, b',') || self.is(at + 3, b')'))
                {
                    // The default of a parameter may not be a list.
                    self.blank(at + 1, at + 3);
                    self.out[self.tokens[at + 1].start] = b'0';
                    changed = true;
                    at += 3;
                    continue;
                }
                match self.source[token.start] {
                    b'{' => {
                        blocks.push(self.block(begin.max(template_end), at));
                        begin = at + 1;
                    }
                    b'}' => {
                        blocks.pop();
                        begin = at + 1;
                    }
                    b';' => begin = at + 1,
                    b':' if token.end == token.start + 1 && at == begin + 1 => begin = at + 1,
                    _ => {}
                }
                at += 1;
                continue;
            }
            if token.kind == Kind::Word && token.text(self.source) == b"template" && self.is(at + 1, b'<') {
                let end = self.template(at + 1, &mut changed);
                template_end = end;
                at = end;
                continue;
            }
            if token.kind == Kind::Word && self.is_misplaced_template(at) {
                self.blank(at, at + 1);
                changed = true;
            }
            if token.kind != Kind::Word || !self.is_macro(at) {
                at += 1;
                continue;
            }
            let end = if self.is(at + 1, b'(') { self.close(at + 1) } else { at + 1 };
            let (block, class) = blocks.last().copied().unwrap_or((Block::Declarations, None));
            let code = block == Block::Code;
            let starts = at == begin || at == template_end && at > 0 || at > begin && self.is_specifier(at - 1);
            let constructor = !code && class.is_some_and(|class| self.text(end) == self.text(class)) && self.is(end + 1, b'(');
            if constructor || self.goes(at, end, starts, code) {
                self.blank(at, end);
                changed = true;
                if at == begin {
                    begin = end;
                }
                if at == template_end {
                    template_end = end;
                }
                at = end;
                continue;
            }
            if end > at + 1 && end - at < LONGEST {
                changed |= if !code && self.is(end, b'{') { self.keywords(at + 2, end - 1) } else { self.arguments(at + 2, end - 1) };
            }
            at += 1;
        }
        changed
    }

    /// Makes plain names of keywords among the arguments of a macro that defines something (`TEST(suite, enum) {`).
    fn keywords(&mut self, from: usize, to: usize) -> bool {
        let mut changed = false;
        for at in from..to {
            let token = self.tokens[at];
            let keyword = matches!(
                token.text(self.source),
                b"enum"
                    | b"struct"
                    | b"class"
                    | b"union"
                    | b"template"
                    | b"namespace"
                    | b"operator"
                    | b"default"
                    | b"delete"
                    | b"new"
                    | b"using"
            );
            if keyword && matches!(self.text(at + 1), b"," | b")") {
                if let Some(text) = self.out.get_mut(token.start..token.end) {
                    text.make_ascii_uppercase();
                }
                changed = true;
            }
        }
        changed
    }

    /// Makes expressions of a macro's arguments that are none: types, and `throw`.
    fn arguments(&mut self, from: usize, to: usize) -> bool {
        let mut changed = false;
        let mut start = from;
        let mut depth = 0;
        for at in from..=to {
            match self.text(at) {
                b"(" => depth += 1,
                b")" if at < to => depth -= 1,
                b"throw" => {
                    self.blank(at, at + 1);
                    changed = true;
                }
                b"," | b")" if depth == 0 => {
                    let is_mark = |token: &Token| matches!(token.text(self.source), b"*" | b"&" | b"const" | b"volatile" | b"struct");
                    let argument = self.tokens.get(start..at).unwrap_or(&[]);
                    let types = argument.iter().enumerate().filter(|(offset, _)| self.is_type_word(start + offset)).count();
                    let marks = argument.iter().filter(|token| is_mark(token)).count();
                    if types > 0 && types + marks == argument.len() || marks > 0 && argument.last().is_some_and(is_mark) {
                        let first = argument.first().map_or(0, |token| token.start);
                        self.blank(start, at);
                        self.out[first] = b'0';
                        changed = true;
                    }
                    start = at + 1;
                }
                _ => {}
            }
        }
        changed
    }

    /// Goes through a template's parameters; a macro among them stands for one. Returns what comes after.
    fn template(&mut self, open: usize, changed: &mut bool) -> usize {
        let (mut depth, mut at) = (0, open);
        while at < self.tokens.len() {
            match self.text(at) {
                b"<" => depth += 1,
                b">" => {
                    depth -= 1;
                    if depth == 0 {
                        return at + 1;
                    }
                }
                b"(" => {
                    at = self.close(at);
                    continue;
                }
                b";" | b"{" => return at,
                _ if self.is_macro(at) && self.is(at + 1, b'(') && depth == 1 && matches!(self.text(at - 1), b"<" | b",") => {
                    let end = self.close(at + 1);
                    if matches!(self.text(end), b"," | b">") {
                        self.blank(at, end);
                        let start = self.tokens[at].start;
                        self.out[start..start + 3].copy_from_slice(b"int");
                        *changed = true;
                    }
                    at = end;
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        at
    }

    fn text(&self, at: usize) -> &[u8] {
        self.tokens.get(at).map_or(b"", |token| token.text(self.source))
    }

    fn is(&self, at: usize, byte: u8) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(self.source, byte))
    }

    fn is_macro(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Word) && is_macro_name(self.text(at))
    }

    /// What comes after the parenthesis that closes the one at `open`.
    fn close(&self, open: usize) -> usize {
        self.closings.get(open).map_or(open + 1, |&end| end as usize)
    }

    fn blank(&mut self, at: usize, end: usize) {
        if let (Some(first), Some(last)) = (self.tokens.get(at), self.tokens.get(end.wrapping_sub(1))) {
            blank(self.out, first.start, last.end);
        }
    }
}

/// Whether a word is written as macros are: capitals, digits and underscores, at least three.
fn is_macro_name(word: &[u8]) -> bool {
    word.len() >= 3
        && word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
        && word.iter().any(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let repaired = repair(source.as_bytes(), true).unwrap_or_else(|| source.as_bytes().to_vec());
        assert_eq!(repaired.len(), source.len());
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&String::from_utf8_lossy(&repaired)), words(expected));
    }

    #[test]
    fn macros_among_specifiers_are_blanked() {
        check("class EXPORT Name : public Base {};", "class Name : public Base {};");
        check("API_EXPORT static void f(int a);", "static void f(int a);");
        check("int ZEXPORT inflate(int a) { return a; }", "int inflate(int a) { return a; }");
        check("extern SIZE_T ZEXPORT tell(int a);", "extern ZEXPORT tell(int a);");
    }

    #[test]
    fn macros_behind_declarators_are_blanked() {
        check("struct S { int a GUARDED_BY(mu_); };", "struct S { int a ; };");
        check("void f() EXCLUSIVE_LOCKS_REQUIRED(mu_);", "void f() ;");
    }

    #[test]
    fn macros_alone_on_their_line_are_blanked() {
        check("BEGIN_NAMESPACE\nint x;\nEND_NAMESPACE\n", "int x;");
    }

    #[test]
    fn types_and_tests_in_capitals_stay() {
        check("FILE *open(const char *name);", "FILE *open(const char *name);");
        check("HANDLE handle = 0; static BOOL Ready;", "HANDLE handle = 0; static BOOL Ready;");
        check("TEST(Suite, Name) { RUN(1); }", "TEST(Suite, Name) { RUN(1); }");
    }

    #[test]
    fn one_branch_of_a_conditional_that_cuts_a_statement_stays() {
        check("void f() {\n#if A\nif (a) {\n#else\nif (b) {\n#endif\n}\n}", "void f() {\nif (a) {\n}\n}");
        check("#if A\nint a;\n#else\nint b;\n#endif", "#if A\nint a;\n#else\nint b;\n#endif");
    }

    #[test]
    fn sound_text_keeps_all_but_the_macros_of_class_heads() {
        assert_eq!(repair(b"struct EXPORT Name { int a; };", false).as_deref(), Some(b"struct        Name { int a; };".as_slice()));
        assert_eq!(repair(b"API_EXPORT static void f();", false), None);
    }
}
