//! Tokenizers and vectors of LeIndex: how many tokens a text costs, and which of many vectors are nearest to one.
//!
//! What is here takes text or bytes and knows no path, project or database.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod error;
mod tokens;
pub mod vectors;
pub mod words;

pub use error::EmbedError;
pub use tokens::{Block, TOKENIZER, Tokens, count_tokens, count_within, prefix_within};
