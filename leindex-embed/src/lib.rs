//! Tokenizers and models of LeIndex: how many tokens a text costs and how much of it fits into a budget, and texts as
//! vectors.
//!
//! What is here takes text or bytes and knows no path, project or database.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod embedder;
mod error;
mod tokens;
#[cfg(feature = "transformer")]
mod transformer;

pub use embedder::{CheckedEmbedder, Embedder};
pub use error::EmbedError;
pub use tokens::{Block, TOKENIZER, Tokens, count_tokens, count_within, prefix_within};
#[cfg(feature = "transformer")]
pub use transformer::{Device, Transformer, TransformerOptions};
