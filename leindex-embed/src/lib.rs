//! Tokenizers, models and vectors of LeIndex: how many tokens a text costs, what it means, and which of many texts mean
//! something alike.
//!
//! What is here takes text or bytes and knows no path, project or database.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod embedder;
mod error;
mod logarithm;
pub mod static_model;
mod tokens;
#[cfg(feature = "transformer")]
mod transformer;
pub mod vectors;
mod word_nearness;
pub mod words;

pub use embedder::{CheckedEmbedder, Embedder};
pub use error::EmbedError;
pub use logarithm::ln;
pub use static_model::StaticModel;
pub use tokens::{Block, TOKENIZER, Tokens, count_tokens, count_within, prefix_within};
#[cfg(feature = "transformer")]
pub use transformer::{Device, Transformer, TransformerOptions};
pub use word_nearness::WordNearness;

/// Changes whenever texts split into other words or words get other vectors: a part of the keys of what is stored of
/// them.
pub const SCHEMA: &str = env!("LEINDEX_SCHEMA_WORDS");
