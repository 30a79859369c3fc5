//! Texts as the numbers of a model's pieces.

use std::path::{Path, PathBuf};

use tokenizers::{TruncationDirection, TruncationParams, TruncationStrategy};

use super::fields::malformed;
use crate::EmbedError;

/// The tokenizer of one model, cutting at a greatest length.
pub(super) struct Tokenizer {
    inner: tokenizers::Tokenizer,
    path: PathBuf,
    /// Parts of a text that the model knows.
    types: usize,
    most: usize,
}

/// A text's pieces, the special ones of the model among them.
pub(super) struct Pieces {
    pub(super) ids: Vec<u32>,
    /// Which part of a pair each piece belongs to: 0 wherever a model reads one text.
    pub(super) types: Vec<u32>,
}

/// Rows of a model's table of pieces that may have no piece: tables are padded to a multiple of at most this.
const PADDING: usize = 128;

/// Bytes per piece up to which a long text is first cut; code has about 4.
const BYTES_PER_PIECE: usize = 32;

impl Tokenizer {
    /// Reads the bytes of `tokenizer.json`, for a model with `rows` pieces and `types` parts. Its own cutting and padding
    /// are replaced: texts are cut at `most` pieces, special ones included, and never padded.
    pub(super) fn parse(path: &Path, bytes: &[u8], rows: usize, types: usize, most: usize) -> Result<Self, EmbedError> {
        let mut inner = tokenizers::Tokenizer::from_bytes(bytes)
            .map_err(|error| malformed(path, format!("it is no tokenizer ({error}); copy it anew from where the model comes from")))?;
        inner.with_padding(None);
        let largest = inner.get_vocab(true).into_values().max().unwrap_or(0);
        let pieces = largest as usize + 1;
        if pieces > rows || rows - pieces >= PADDING {
            return Err(EmbedError::Vocabulary { path: path.to_owned(), largest, rows });
        }
        let failed = |error: tokenizers::Error| malformed(path, format!("it cannot be used ({error}); copy it anew"));
        inner.with_truncation(None).map_err(failed)?;
        let special = inner.encode_fast("", true).map_err(failed)?;
        if special.len() >= most {
            let message = format!("texts are to be cut at {most} pieces, but the model adds {}; allow more", special.len());
            return Err(EmbedError::Embedder(message));
        }
        let cut = TruncationParams {
            max_length: most,
            strategy: TruncationStrategy::LongestFirst,
            stride: 0,
            direction: TruncationDirection::Right,
        };
        inner.with_truncation(Some(cut)).map_err(failed)?;
        Ok(Self { inner, path: path.to_owned(), types, most })
    }

    /// The pieces of a text. Costs no more than a multiple of the greatest length, however long the text is: the
    /// tokenizers of these models split at white space before all else, so that a text cut there begins as the whole
    /// does.
    pub(super) fn pieces(&self, text: &str) -> Result<Pieces, EmbedError> {
        let mut wanted = self.most.saturating_mul(BYTES_PER_PIECE);
        loop {
            let end = cut(text, wanted);
            let encoding = self
                .inner
                .encode_fast(&text[..end], true)
                .map_err(|error| malformed(&self.path, format!("it could not split a text ({error}); copy it anew")))?;
            if end == text.len() || encoding.len() >= self.most {
                if let Some(kind) = encoding.get_type_ids().iter().find(|kind| **kind as usize >= self.types) {
                    let message = format!("it gives a text the type {kind}, but the model knows {}; copy both anew", self.types);
                    return Err(malformed(&self.path, message));
                }
                return Ok(Pieces { ids: encoding.get_ids().to_vec(), types: encoding.get_type_ids().to_vec() });
            }
            wanted = wanted.saturating_mul(4);
        }
    }
}

/// The first white space at or after `wanted`, or the end.
fn cut(text: &str, wanted: usize) -> usize {
    if wanted >= text.len() {
        return text.len();
    }
    let from = text.ceil_char_boundary(wanted);
    text[from..].find(char::is_whitespace).map_or(text.len(), |at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_white_space_and_never_inside_a_character() {
        for (text, wanted, expected) in
            [("ab cd", 9, 5), ("ab cd", 1, 2), ("ab cd", 3, 5), ("aé\u{3000}x", 2, 3), ("ééé", 1, 6), ("", 0, 0)]
        {
            assert_eq!(cut(text, wanted), expected, "{text:?} at {wanted}");
        }
    }
}
