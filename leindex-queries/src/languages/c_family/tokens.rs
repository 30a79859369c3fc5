//! A rough lexer of C-like text: enough to see where words, brackets and directives stand.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::languages) enum Kind {
    Word,
    Number,
    Text,
    Punctuation,
    /// A preprocessor line with its continuations.
    Directive,
}

/// A token by its bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::languages) struct Token {
    pub(in crate::languages) kind: Kind,
    pub(in crate::languages) start: usize,
    pub(in crate::languages) end: usize,
    /// The first of its line.
    pub(in crate::languages) first: bool,
}

impl Token {
    pub(in crate::languages) fn text<'a>(&self, source: &'a [u8]) -> &'a [u8] {
        source.get(self.start..self.end).unwrap_or(b"")
    }

    pub(in crate::languages) fn is(&self, source: &[u8], byte: u8) -> bool {
        self.kind == Kind::Punctuation && source.get(self.start) == Some(&byte)
    }
}

/// The tokens of a text. Punctuation comes byte by byte, but for `::`. `verbatim` knows C#'s `@"…"`.
pub(in crate::languages) fn tokens(source: &[u8], verbatim: bool) -> Vec<Token> {
    let mut out = Vec::with_capacity(source.len() / 4);
    let (mut at, mut first) = (0, true);
    let byte = |at: usize| source.get(at).copied().unwrap_or(0);
    while at < source.len() {
        let start = at;
        let kind = match byte(at) {
            b'\n' => {
                first = true;
                at += 1;
                continue;
            }
            b if b.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'/' if byte(at + 1) == b'/' => {
                at = line_end(source, at, !verbatim);
                continue;
            }
            b'/' if byte(at + 1) == b'*' => {
                at = find(source, at + 2, b"*/").map_or(source.len(), |end| end + 2);
                continue;
            }
            b'#' if first => {
                at = directive_end(source, at, !verbatim);
                Kind::Directive
            }
            b'@' if verbatim && byte(at + 1) == b'"' => {
                at = verbatim_end(source, at + 2);
                Kind::Text
            }
            b'$' if verbatim && (byte(at + 1) == b'"' || byte(at + 1) == b'@') => {
                at = if byte(at + 1) == b'@' { verbatim_end(source, at + 3) } else { quoted_end(source, at + 2, b'"') };
                Kind::Text
            }
            quote @ (b'"' | b'\'') => {
                at = quoted_end(source, at + 1, quote);
                Kind::Text
            }
            b if is_word(b) && !b.is_ascii_digit() => {
                while is_word(byte(at)) {
                    at += 1;
                }
                if byte(at) == b'"' && source.get(start..at).is_some_and(|prefix| prefix.ends_with(b"R")) && !verbatim {
                    at = raw_end(source, at + 1);
                    Kind::Text
                } else {
                    Kind::Word
                }
            }
            b if b.is_ascii_digit() => {
                while is_word(byte(at)) || byte(at) == b'.' || byte(at) == b'\'' && is_word(byte(at + 1)) {
                    at += 1;
                }
                Kind::Number
            }
            b':' if byte(at + 1) == b':' => {
                at += 2;
                Kind::Punctuation
            }
            _ => {
                at += 1;
                Kind::Punctuation
            }
        };
        out.push(Token { kind, start, end: at, first });
        first = false;
    }
    out
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn find(source: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(source.get(from..)?, needle).map(|at| at + from)
}

fn line_end(source: &[u8], from: usize, continues: bool) -> usize {
    let mut at = from;
    loop {
        let Some(end) = memchr::memchr(b'\n', source.get(at..).unwrap_or(b"")).map(|end| end + at) else { return source.len() };
        let line = source.get(from..end).unwrap_or(b"");
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !(continues && line.ends_with(b"\\")) {
            return end;
        }
        at = end + 1;
    }
}

/// The end of a directive: that of its line, but a block comment begun on it goes on.
fn directive_end(source: &[u8], from: usize, continues: bool) -> usize {
    let end = line_end(source, from, continues);
    let line = source.get(from..end).unwrap_or(b"");
    match memchr::memmem::rfind(line, b"/*") {
        Some(open) if memchr::memmem::find(&line[open..], b"*/").is_none() && memchr::memmem::find(&line[..open], b"//").is_none() => {
            from + open
        }
        _ => end,
    }
}

/// The end of a string or character; an unclosed one ends with its line.
fn quoted_end(source: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while let Some(&byte) = source.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' => return at,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    source.len()
}

fn verbatim_end(source: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(end) = memchr::memchr(b'"', source.get(at..).unwrap_or(b"")).map(|end| end + at) {
        if source.get(end + 1) != Some(&b'"') {
            return end + 1;
        }
        at = end + 2;
    }
    source.len()
}

/// The end of a raw string whose quote is before `from`: `R"x(…)x"`.
fn raw_end(source: &[u8], from: usize) -> usize {
    let rest = source.get(from..).unwrap_or(b"");
    let Some(open) = rest.iter().take(17).position(|&byte| byte == b'(') else { return from };
    let mut close = Vec::with_capacity(open + 2);
    close.push(b')');
    close.extend_from_slice(&rest[..open]);
    close.push(b'"');
    find(source, from + open, &close).map_or(source.len(), |end| end + close.len())
}
