//! Token counts, as the models that read an answer count them.
//!
//! Counting costs about a millisecond per 100 KB, so a text that grows is never counted again from its start: it is
//! made of [`Block`]s, counted one by one, whose counts add up.

use std::cell::RefCell;
use std::sync::LazyLock;

use bpe_openai::{Tokenizer, o200k_base};
use rustc_hash::FxHashMap;

/// The name of the tokenizer that all counts are made with.
pub const TOKENIZER: &str = "o200k_base";

/// Tokens of a text.
pub fn count_tokens(text: &str) -> usize {
    tokenizer().count(text)
}

/// Tokens of a text, or `None` if it has more than `limit`. Costs no more than the limit's share of the text.
pub fn count_within(text: &str, limit: usize) -> Option<usize> {
    let mut count = 0;
    for piece in tokenizer().split(text) {
        count += piece_within(piece, limit - count)?;
    }
    Some(count)
}

/// Longest piece whose tokens are remembered, in bytes, and how many pieces are: about 2 MB a thread.
const REMEMBERED: usize = 24;
const PIECES: usize = 1 << 15;

thread_local! {
    static PIECE_TOKENS: RefCell<FxHashMap<Box<str>, usize>> = RefCell::default();
}

/// Tokens of one piece of a split text, or `None` if it has more than `limit`. Code says the same words again and again,
/// and the encoder costs ten times as much as to remember what a word came to.
fn piece_within(piece: &str, limit: usize) -> Option<usize> {
    if piece.len() > REMEMBERED {
        return tokenizer().bpe.count_till_limit(piece.as_bytes(), limit);
    }
    let count = PIECE_TOKENS.with_borrow_mut(|known| match known.get(piece) {
        Some(&count) => count,
        None => {
            let count = tokenizer().bpe.count(piece.as_bytes());
            if known.len() >= PIECES {
                known.clear();
            }
            known.insert(piece.into(), count);
            count
        }
    });
    (count <= limit).then_some(count)
}

/// Length in bytes of the longest run of whole lines from the start of `text` that has at most `limit` tokens.
pub fn prefix_within(text: &str, limit: usize) -> usize {
    let mut count = 0;
    let mut at = 0;
    let mut end = text.len();
    for piece in tokenizer().split(text) {
        match piece_within(piece, limit - count) {
            Some(tokens) => count += tokens,
            None => {
                end = at;
                break;
            }
        }
        at += piece.len();
    }
    loop {
        if end < text.len() {
            end = text[..end].rfind('\n').map_or(0, |line| line + 1);
        }
        // A line break may share its token with what follows, so the cut text is counted once more.
        if end == 0 || count_within(&text[..end], limit).is_some() {
            return end;
        }
        end -= 1;
    }
}

/// A piece of text that stands on lines of its own, with its tokens.
///
/// It ends with a line break and begins with neither white space nor a slash: the tokenizer lets no token reach over
/// such a seam, so the tokens of several blocks in a row are the sum of theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    text: String,
    tokens: usize,
}

impl Block {
    /// A block of this text, which is trimmed at its start and ended with a line break if need be.
    pub fn new(text: impl Into<String>) -> Self {
        let text = Self::seamed(text.into());
        let tokens = count_tokens(&text);
        Self { text, tokens }
    }

    /// As [`new`](Self::new), but `None` if it would have more than `limit` tokens.
    pub fn within(text: impl Into<String>, limit: usize) -> Option<Self> {
        let text = Self::seamed(text.into());
        let tokens = count_within(&text, limit)?;
        Some(Self { text, tokens })
    }

    fn seamed(mut text: String) -> String {
        let blank = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '/').len();
        text.drain(..blank);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its tokens.
    pub const fn tokens(&self) -> usize {
        self.tokens
    }
}

/// A text made of blocks that never has more tokens than its limit.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    text: String,
    used: usize,
    limit: usize,
}

impl Tokens {
    /// An empty text that may have `limit` tokens.
    pub const fn new(limit: usize) -> Self {
        Self { text: String::new(), used: 0, limit }
    }

    /// Appends a block, if there is room for it.
    pub fn push(&mut self, block: &Block) -> bool {
        if block.tokens > self.left() {
            return false;
        }
        self.text.push_str(&block.text);
        self.used += block.tokens;
        true
    }

    /// Tokens so far.
    pub const fn used(&self) -> usize {
        self.used
    }

    /// Tokens that still fit.
    pub const fn left(&self) -> usize {
        self.limit - self.used
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.text
    }
}

fn tokenizer() -> &'static Tokenizer {
    static TOKENIZER: LazyLock<&'static Tokenizer> = LazyLock::new(o200k_base);
    &TOKENIZER
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: &[&str] = &[
        "fn main() {}\n",
        "}\n\n\n",
        "```rust\nlet x = 1;\n```\n",
        "trailing  \n",
        "//\n",
        "日本語のテキスト\n",
        "🦀🦀\r\n",
        "## Заголовок `x`\n",
        "- a.b/c.rs:10\n",
        "…\n",
        "don't 'S\n",
    ];

    #[test]
    fn known_counts() {
        assert_eq!(count_tokens(""), 0);
        assert_eq!(count_tokens("hello world"), 2);
        assert_eq!(count_tokens("<|endoftext|>"), 7);
    }

    #[test]
    fn blocks_add_up() {
        for first in TEXTS {
            for second in TEXTS {
                for third in TEXTS {
                    let blocks = [Block::new(*first), Block::new(*second), Block::new(*third)];
                    let whole: String = blocks.iter().map(Block::text).collect();
                    assert_eq!(count_tokens(&whole), blocks.iter().map(Block::tokens).sum::<usize>(), "{whole:?}");
                }
            }
        }
    }

    #[test]
    fn a_prefix_is_whole_lines_within_its_limit() {
        let text: String = TEXTS.iter().cycle().take(60).copied().collect();
        let mut last = 0;
        for limit in 0..=count_tokens(&text) + 2 {
            let end = prefix_within(&text, limit);
            assert!(count_tokens(&text[..end]) <= limit);
            assert!(end == text.len() || text[..end].is_empty() || text[..end].ends_with('\n'));
            assert!(end >= last);
            last = end;
        }
        assert_eq!(last, text.len());
    }

    #[test]
    fn a_text_stays_within_its_limit() {
        let mut tokens = Tokens::new(12);
        let block = Block::new("five words are in here");
        assert!(tokens.push(&block) && tokens.push(&block) && !tokens.push(&block));
        assert_eq!((tokens.used(), tokens.left()), (12, 0));
        assert_eq!(count_tokens(&tokens.into_text()), 12);
    }

    #[test]
    fn a_limit_bounds_the_count() {
        assert_eq!(count_within("hello world", 2), Some(2));
        assert_eq!(count_within("hello world", 1), None);
        assert_eq!(count_within("", 0), Some(0));
    }
}
