//! Tokenizers of LeIndex: how many tokens a text costs, and how much of it fits into a budget.
//!
//! What is here takes text or bytes and knows no path, project or database.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod tokens;
pub mod words;

pub use tokens::{Block, TOKENIZER, Tokens, count_tokens, count_within, prefix_within};
