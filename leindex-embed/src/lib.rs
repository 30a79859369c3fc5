//! Tokenizers and embeddings.
