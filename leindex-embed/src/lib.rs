//! Tokenizers and embeddings.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
