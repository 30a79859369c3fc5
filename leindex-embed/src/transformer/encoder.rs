//! The forward pass of bert and nomic_bert over texts that lie one after the other without padding.
//!
//! What the matrix products work on is one long list of tokens, so no time goes into padding, no mask exists, and a
//! text's numbers cannot depend on the texts beside it: attention looks at each text alone.

use candle_core::{Device, Result, Tensor};

use super::checkpoint::Checkpoint;
use super::config::{Architecture, Config};
use super::kernels::RotaryTable;
use super::ops::{self, Activation, Linear, Norm};
use super::tokenizer::Pieces;
use crate::EmbedError;

/// The weights of one model: the tables in memory, all else on one device.
pub(super) struct Encoder {
    words: Table,
    types: Table,
    /// Learned positions; `None` where they are rotary.
    positions: Option<Table>,
    rotary: Option<RotaryTable>,
    norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
    width: usize,
    device: Device,
}

struct Layer {
    attention: Linear,
    attention_out: Linear,
    attention_norm: Norm,
    up: Linear,
    /// Whether `up` makes two halves of which one gates the other.
    gated: bool,
    down: Linear,
    norm: Norm,
}

impl Encoder {
    /// Takes the model's tensors out of a checkpoint, which must hold them all and no others. `most` is the length that
    /// texts are cut at.
    pub(super) fn load(config: &Config, mut checkpoint: Checkpoint, most: usize, device: Device) -> std::result::Result<Self, EmbedError> {
        const WORDS: &str = "embeddings.word_embeddings.weight";
        let prefixes: &[&str] = match config.architecture {
            Architecture::Bert => &["", "bert."],
            Architecture::NomicBert => &["", "nomic_bert.", "bert."],
        };
        let prefix = prefixes.iter().find(|prefix| checkpoint.has(&format!("{prefix}{WORDS}"))).copied().unwrap_or_default();
        let mut loader = Loader { config, checkpoint: &mut checkpoint, prefix, device };
        let width = config.width;
        let words = loader.table(WORDS, config.vocabulary)?;
        let types = loader.table("embeddings.token_type_embeddings.weight", config.token_types)?;
        let (positions, norm) = match config.architecture {
            Architecture::Bert => {
                let positions = loader.table("embeddings.position_embeddings.weight", config.positions)?;
                (Some(positions), loader.norm("embeddings.LayerNorm")?)
            }
            Architecture::NomicBert => (None, loader.norm("emb_ln")?),
        };
        let layers = (0..config.layers).map(|layer| match config.architecture {
            Architecture::Bert => loader.bert_layer(&format!("encoder.layer.{layer}")),
            Architecture::NomicBert => loader.nomic_layer(&format!("encoder.layers.{layer}")),
        });
        let layers = layers.collect::<std::result::Result<_, _>>()?;
        let device = loader.device;
        checkpoint.finish(|name| {
            let name = name.strip_prefix(prefix).unwrap_or(name);
            // Heads for other tasks, and a constant that old versions stored.
            name == "embeddings.position_ids" || name.starts_with("pooler.") || name.starts_with("cls.")
        })?;
        let rotary = config.rotary_base.map(|base| RotaryTable::new(base, width / config.heads, most));
        Ok(Self { words, types, positions, rotary, norm, layers, heads: config.heads, width, device })
    }

    /// The vectors of all tokens of all texts, one after the other.
    pub(super) fn forward(&self, texts: &[&Pieces]) -> Result<Vec<f32>> {
        let lengths: Vec<usize> = texts.iter().map(|text| text.ids.len()).collect();
        let shape = (lengths.iter().sum::<usize>(), self.width);
        let mut values = self.words.rows(texts.iter().flat_map(|text| &text.ids).copied());
        if let Some(positions) = &self.positions {
            let rows = positions.rows(lengths.iter().flat_map(|&length| 0..length as u32));
            values.iter_mut().zip(rows).for_each(|(value, position)| *value += position);
        }
        let types = self.types.rows(texts.iter().flat_map(|text| &text.types).copied());
        let types = Tensor::from_vec(types, shape, &self.device)?;
        let mut x = self.norm.add(Tensor::from_vec(values, shape, &self.device)?, &types)?;
        for layer in &self.layers {
            let attended = ops::attention(&layer.attention.forward(&x)?, &lengths, self.heads, self.rotary.as_ref())?;
            x = layer.attention_norm.add(layer.attention_out.forward(&attended)?, &x)?;
            let up = layer.up.forward(&x)?;
            let middle = if layer.gated { ops::swiglu(&up)? } else { up };
            x = layer.norm.add(layer.down.forward(&middle)?, &x)?;
        }
        x.flatten_all()?.to_vec1()
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }
}

/// A row of `width` values for each number of something.
struct Table {
    values: Vec<f32>,
    width: usize,
}

impl Table {
    /// The rows of those numbers, which the tokenizer was checked to keep to.
    fn rows(&self, numbers: impl Iterator<Item = u32>) -> Vec<f32> {
        numbers.flat_map(|number| &self.values[number as usize * self.width..][..self.width]).copied().collect()
    }
}

/// A checkpoint being taken apart.
struct Loader<'a> {
    config: &'a Config,
    checkpoint: &'a mut Checkpoint,
    prefix: &'static str,
    device: Device,
}

type Loaded<T> = std::result::Result<T, EmbedError>;

impl Loader<'_> {
    fn bert_layer(&mut self, at: &str) -> Loaded<Layer> {
        let (width, inner) = (self.config.width, self.config.inner);
        let parts = ["query", "key", "value"].map(|part| format!("{at}.attention.self.{part}"));
        Ok(Layer {
            attention: self.linear(&parts, width, width, true, Activation::None)?,
            attention_out: self.linear(&[format!("{at}.attention.output.dense")], width, width, true, Activation::None)?,
            attention_norm: self.norm(&format!("{at}.attention.output.LayerNorm"))?,
            up: self.linear(&[format!("{at}.intermediate.dense")], width, inner, true, Activation::Gelu)?,
            gated: false,
            down: self.linear(&[format!("{at}.output.dense")], inner, width, true, Activation::None)?,
            norm: self.norm(&format!("{at}.output.LayerNorm"))?,
        })
    }

    fn nomic_layer(&mut self, at: &str) -> Loaded<Layer> {
        let (width, inner) = (self.config.width, self.config.inner);
        let halves = ["fc11", "fc12"].map(|half| format!("{at}.mlp.{half}"));
        Ok(Layer {
            attention: self.linear(&[format!("{at}.attn.Wqkv")], width, 3 * width, false, Activation::None)?,
            attention_out: self.linear(&[format!("{at}.attn.out_proj")], width, width, false, Activation::None)?,
            attention_norm: self.norm(&format!("{at}.norm1"))?,
            up: self.linear(&halves, width, inner, false, Activation::None)?,
            gated: true,
            down: self.linear(&[format!("{at}.mlp.fc2")], inner, width, false, Activation::None)?,
            norm: self.norm(&format!("{at}.norm2"))?,
        })
    }

    /// One layer of several that read the same values: their outputs stand one after the other.
    fn linear(&mut self, parts: &[String], inputs: usize, outputs: usize, has_bias: bool, activation: Activation) -> Loaded<Linear> {
        let mut weight = Vec::new();
        let mut bias = Vec::new();
        for part in parts {
            weight.append(&mut self.take(&format!("{part}.weight"), &[outputs, inputs])?);
            if has_bias {
                bias.append(&mut self.take(&format!("{part}.bias"), &[outputs])?);
            }
        }
        Linear::new(weight, has_bias.then_some(bias), inputs, activation, &self.device).map_err(computing)
    }

    fn norm(&mut self, at: &str) -> Loaded<Norm> {
        let width = self.config.width;
        let weight = self.take(&format!("{at}.weight"), &[width])?;
        let bias = self.take(&format!("{at}.bias"), &[width])?;
        Norm::new(weight, bias, self.config.epsilon, &self.device).map_err(computing)
    }

    fn table(&mut self, name: &str, rows: usize) -> Loaded<Table> {
        let width = self.config.width;
        Ok(Table { values: self.take(name, &[rows, width])?, width })
    }

    fn take(&mut self, name: &str, shape: &[usize]) -> Loaded<Vec<f32>> {
        self.checkpoint.take(&format!("{}{name}", self.prefix), shape)
    }
}

pub(super) fn computing(error: candle_core::Error) -> EmbedError {
    EmbedError::Compute(error.to_string())
}
