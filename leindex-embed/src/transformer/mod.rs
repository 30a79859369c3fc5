//! Transformers of bert's and nomic_bert's architecture, from a local folder.
//!
//! A folder is `config.json`, `tokenizer.json` and `model.safetensors` as the models are published, and the files of
//! `sentence-transformers` where there are any. Nothing is downloaded and nothing is guessed: a field or tensor that is
//! missing or unknown is refused by name. What is here knows no index, queue or store; only `folder` opens files.

mod checkpoint;
mod config;
mod encoder;
mod fields;
mod folder;
mod kernels;
mod ops;
mod sentence;
#[cfg(test)]
mod tests;
mod tokenizer;

use std::borrow::Cow;
use std::path::Path;

use rayon::prelude::*;

use crate::embedder::normalise;
use crate::{EmbedError, Embedder};
use config::{Architecture, Config};
use encoder::{Encoder, computing};
use folder::Folder;
use sentence::{Pooling, Sentence};
use tokenizer::{Pieces, Tokenizer};

/// Stands in every id: changes whenever the same files give other vectors.
const VERSION: &str = "leindex transformer 1";

/// Tokens that go through the model at once on a GPU. On the processor every text goes through alone: matrix products
/// round by their sizes, and a vector must not depend on the texts that it was made with. Costs a fifth of the speed.
const BATCH_TOKENS: usize = 16 << 10;

/// Where a model computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Device {
    /// The processor, on the threads of the rayon pool that the call is made in.
    #[default]
    Cpu,
    /// The CUDA device of that number. Needs the feature `cuda`.
    Cuda(usize),
}

/// What a user may set about a model in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransformerOptions {
    /// Tokens at which a text is cut, the model's special ones included; the model's own bound holds where it is lower.
    /// Default 512. Attention costs the square of it.
    pub max_tokens: usize,
    /// What is put before a question. Default: the folder's `config_sentence_transformers.json`; where that names none,
    /// the prefix that CodeRankEmbed was trained with for nomic_bert, and nothing for bert.
    pub query_prefix: Option<String>,
    /// What is put before a document. Default: the folder's `config_sentence_transformers.json`, else nothing.
    pub document_prefix: Option<String>,
    /// Where to compute. Vectors of different devices differ in rounding only, so it is no part of the id.
    pub device: Device,
}

impl Default for TransformerOptions {
    fn default() -> Self {
        Self { max_tokens: 512, query_prefix: None, document_prefix: None, device: Device::Cpu }
    }
}

/// A transformer in memory: weights in single precision, vectors of unit length.
///
/// Texts go through without padding, longest first, in parallel over the rayon pool that the call is made in; install a
/// smaller pool to bound it. On one processor a text's vector is the same to the last bit, whatever texts come with it
/// and however many threads work; another processor may round otherwise.
pub struct Transformer {
    encoder: Encoder,
    tokenizer: Tokenizer,
    sentence: Sentence,
    on_cpu: bool,
    id: String,
}

impl Transformer {
    /// Reads a model. Costs one pass over its files, and their size in memory once more while it runs.
    ///
    /// What stands for a text, the first token or the mean of all, is read from the pooling's `config.json`; without one
    /// it is the first token for nomic_bert and the mean for bert, as the models of these kinds are trained.
    ///
    /// # Errors
    ///
    /// [`EmbedError::Io`] for a file that is missing or cannot be read; [`EmbedError::Malformed`],
    /// [`EmbedError::MissingField`], [`EmbedError::UnknownField`] and [`EmbedError::Field`] for settings that are
    /// broken, incomplete or describe another computation; [`EmbedError::Tensor`] and [`EmbedError::Vocabulary`] for
    /// files that are damaged or not of one model; [`EmbedError::Compute`] for a device that is not there.
    pub fn open(folder: &Path, options: &TransformerOptions) -> Result<Self, EmbedError> {
        let folder = Folder::new(folder);
        let (config_path, config_bytes) = folder.required("config.json")?;
        let config = Config::parse(&config_path, &config_bytes)?;
        let mut sentence = Sentence::read(&folder, &config)?;
        if let Some(prefix) = &options.query_prefix {
            sentence.query_prefix.clone_from(prefix);
        }
        if let Some(prefix) = &options.document_prefix {
            sentence.document_prefix.clone_from(prefix);
        }
        let most = options.max_tokens.min(config.positions);
        let (tokenizer_path, tokenizer_bytes) = folder.required("tokenizer.json")?;
        let tokenizer = Tokenizer::parse(&tokenizer_path, &tokenizer_bytes, config.vocabulary, config.token_types, most)?;

        let mut hash = blake3::Hasher::new();
        let pooling = if sentence.pooling == Pooling::First { "first" } else { "mean" };
        let most_bytes = most.to_string();
        let parts = [VERSION, pooling, &sentence.query_prefix, &sentence.document_prefix, &most_bytes].map(str::as_bytes);
        for part in parts.into_iter().chain([&config_bytes[..], &tokenizer_bytes]) {
            hash.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        let checkpoint = folder.checkpoint(&mut hash)?;
        let device = match options.device {
            Device::Cpu => candle_core::Device::Cpu,
            Device::Cuda(number) => candle_core::Device::new_cuda(number).map_err(computing)?,
        };
        let encoder = Encoder::load(&config, checkpoint, most, device)?;
        let name = match config.architecture {
            Architecture::Bert => "bert",
            Architecture::NomicBert => "nomic_bert",
        };
        let digest = hash.finalize().to_hex();
        Ok(Self { encoder, tokenizer, sentence, on_cpu: options.device == Device::Cpu, id: format!("{name}-{}", &digest[..32]) })
    }

    fn embed(&self, prefix: &str, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        let pieces = texts.par_iter().map(|text| {
            let text = if prefix.is_empty() { Cow::Borrowed(*text) } else { Cow::Owned(format!("{prefix}{text}")) };
            self.tokenizer.pieces(&text)
        });
        let pieces: Vec<Pieces> = pieces.collect::<Result<_, _>>()?;
        // Longest first, so that the last batches to finish are short ones; a text without pieces keeps its zeros.
        let mut order: Vec<usize> = (0..texts.len()).filter(|&at| !pieces[at].ids.is_empty()).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(pieces[at].ids.len()));
        let embed = |batch: &[usize]| self.batch(&batch.iter().map(|&at| &pieces[at]).collect::<Vec<_>>());
        let vectors: Vec<Vec<f32>> = if self.on_cpu {
            order.par_chunks(1).map(embed).collect::<Result<_, _>>()?
        } else {
            batches(&order, |at| pieces[at].ids.len()).into_iter().map(embed).collect::<Result<_, _>>()?
        };
        let width = self.encoder.width();
        let mut rows = vec![0.0; texts.len() * width];
        for (at, vector) in order.iter().zip(vectors.iter().flat_map(|vectors| vectors.chunks_exact(width))) {
            rows[at * width..][..width].copy_from_slice(vector);
        }
        Ok(rows)
    }

    /// Vectors of unit length, one for each text.
    fn batch(&self, texts: &[&Pieces]) -> Result<Vec<f32>, EmbedError> {
        let width = self.encoder.width();
        let tokens = self.encoder.forward(texts).map_err(computing)?;
        let mut rows = Vec::with_capacity(texts.len() * width);
        let mut rest = &tokens[..];
        for text in texts {
            let (tokens, after) = rest.split_at(text.ids.len() * width);
            rest = after;
            let start = rows.len();
            match self.sentence.pooling {
                Pooling::First => rows.extend_from_slice(&tokens[..width]),
                // The length of the sum is of no account: only its direction is.
                Pooling::Mean => {
                    let mut sums = vec![0.0_f64; width];
                    for token in tokens.chunks_exact(width) {
                        for (sum, value) in sums.iter_mut().zip(token) {
                            *sum += f64::from(*value);
                        }
                    }
                    rows.extend(sums.iter().map(|sum| (sum / text.ids.len() as f64) as f32));
                }
            }
            if !rows[start..].iter().all(|value| value.is_finite()) {
                return Err(EmbedError::Compute("a value outgrew single precision; the checkpoint is damaged".into()));
            }
            normalise(&mut rows[start..]);
        }
        Ok(rows)
    }
}

impl Embedder for Transformer {
    /// The architecture and a hash over the configuration, tokenizer, pooling, prefixes, cut and weights.
    fn id(&self) -> &str {
        &self.id
    }

    fn dimension(&self) -> usize {
        self.encoder.width()
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        self.embed(&self.sentence.document_prefix, texts)
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        self.embed(&self.sentence.query_prefix, &[text])
    }
}

/// Runs of texts of at most [`BATCH_TOKENS`] tokens, or of one text.
fn batches(mut order: &[usize], length: impl Fn(usize) -> usize) -> Vec<&[usize]> {
    let mut batches = Vec::new();
    while !order.is_empty() {
        let mut tokens = 0;
        let fitting = order.iter().take_while(|&&at| {
            tokens += length(at);
            tokens <= BATCH_TOKENS
        });
        let (batch, rest) = order.split_at(fitting.count().max(1));
        batches.push(batch);
        order = rest;
    }
    batches
}
