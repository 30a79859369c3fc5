//! What a model computes, read from its `config.json`.
//!
//! A field is one of three: it gives a size or constant and is required; it names a departure from the architecture
//! (another activation, a causal mask, scaled positions) and must say that there is none; or it is known not to change
//! a vector (dropout, training switches, provenance). Any other field is refused by name, since a new one may mean
//! another computation. Two spellings of nomic_bert are read: the one of the published checkpoints (`n_embd`) and the
//! one that `transformers` 5 writes (`hidden_size`).

use std::path::Path;

use super::fields::Fields;
use crate::EmbedError;

/// Which way a checkpoint is wired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Architecture {
    /// Devlin and others, "BERT", 2018: learned positions, GELU, biases everywhere.
    Bert,
    /// Nussbaum and others, "Nomic Embed", 2024: rotary positions, SwiGLU, one projection for query, key and value.
    NomicBert,
}

/// Rotary positions: Su and others, "RoFormer", 2021.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rotary {
    /// Base of the geometric series of wave lengths.
    pub(super) base: f64,
    /// Whether a pair is two neighbours (as GPT-J has it) or a value of each half of the head (as GPT-NeoX).
    pub(super) interleaved: bool,
}

/// The sizes and constants of one model.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Config {
    pub(super) architecture: Architecture,
    /// Rows of the table of pieces.
    pub(super) vocabulary: usize,
    /// Values in a token's vector, and in a text's.
    pub(super) width: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    /// Width of the middle of the feed-forward network.
    pub(super) inner: usize,
    /// Most tokens that the model can read.
    pub(super) positions: usize,
    pub(super) token_types: usize,
    pub(super) epsilon: f64,
    /// `None` for learned positions.
    pub(super) rotary: Option<Rotary>,
    pub(super) attention_bias: bool,
    pub(super) up_bias: bool,
    pub(super) down_bias: bool,
}

/// Bounds on what a file may ask for, so that a broken one cannot overflow a size.
const LARGEST_WIDTH: usize = 1 << 16;
const LARGEST_VOCABULARY: usize = 1 << 24;
const MOST_LAYERS: usize = 1 << 10;

/// Fields of either architecture that do not change a vector.
const HARMLESS: [&str; 36] = [
    "_attn_implementation_autoset",
    "_name_or_path",
    "architectures",
    "attention_probs_dropout_prob",
    "auto_map",
    "bos_token_id",
    "classifier_dropout",
    "cls_token_id",
    "directionality",
    "dtype",
    "eos_token_id",
    "finetuning_task",
    "gradient_checkpointing",
    "hidden_dropout_prob",
    "id2label",
    "initializer_range",
    "label2id",
    "mask_token_id",
    "num_labels",
    "output_attentions",
    "output_hidden_states",
    "output_past",
    "pad_token_id",
    "pooler_fc_size",
    "pooler_num_attention_heads",
    "pooler_num_fc_layers",
    "pooler_size_per_head",
    "pooler_type",
    "problem_type",
    "return_dict",
    "sep_token_id",
    "tie_word_embeddings",
    "torch_dtype",
    "transformers_version",
    "unk_token_id",
    "use_cache",
];

/// Departures that either architecture can be configured with.
const DEPARTURES: [(&str, &[&str]); 6] = [
    ("add_cross_attention", &["false"]),
    ("chunk_size_feed_forward", &["0"]),
    ("is_decoder", &["false"]),
    ("is_encoder_decoder", &["false"]),
    ("position_embedding_type", &["\"absolute\""]),
    ("pruned_heads", &["{}", "null"]),
];

impl Config {
    /// Reads the bytes of `config.json`; `path` is for messages.
    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, EmbedError> {
        let mut fields = Fields::parse(path, bytes)?;
        let architectures = [Architecture::Bert, Architecture::NomicBert];
        let architecture = architectures[fields.one_of("model_type", &["\"bert\"", "\"nomic_bert\""])?];
        let config = match architecture {
            Architecture::Bert => bert(&mut fields)?,
            Architecture::NomicBert if fields.has("hidden_size") && !fields.has("n_embd") => nomic_transformers(&mut fields)?,
            Architecture::NomicBert => nomic_published(&mut fields)?,
        };
        if config.width % config.heads != 0 || (config.rotary.is_some() && (config.width / config.heads) % 2 != 0) {
            let even = if config.rotary.is_some() { "an even" } else { "a whole" };
            return Err(EmbedError::Field {
                path: path.to_owned(),
                field: "num_attention_heads or n_head".into(),
                found: config.heads.to_string(),
                expected: format!("a number of heads that leaves each {even} share of the width {}", config.width),
            });
        }
        fields.harmless(&HARMLESS);
        fields.finish()?;
        Ok(config)
    }
}

fn bert(fields: &mut Fields) -> Result<Config, EmbedError> {
    fields.one_of("hidden_act", &["\"gelu\""])?;
    fields.departures(&DEPARTURES)?;
    Ok(Config {
        architecture: Architecture::Bert,
        vocabulary: fields.size("vocab_size", LARGEST_VOCABULARY)?,
        width: fields.size("hidden_size", LARGEST_WIDTH)?,
        layers: fields.size("num_hidden_layers", MOST_LAYERS)?,
        heads: fields.size("num_attention_heads", LARGEST_WIDTH)?,
        inner: fields.size("intermediate_size", LARGEST_WIDTH)?,
        positions: fields.size("max_position_embeddings", LARGEST_VOCABULARY)?,
        token_types: fields.size("type_vocab_size", LARGEST_WIDTH)?,
        epsilon: fields.number("layer_norm_eps")?,
        rotary: None,
        attention_bias: true,
        up_bias: true,
        down_bias: true,
    })
}

fn nomic_published(fields: &mut Fields) -> Result<Config, EmbedError> {
    fields.one_of("activation_function", &["\"swiglu\""])?;
    fields.one_of("prenorm", &["false"])?;
    fields.one_of("rotary_emb_fraction", &["1.0", "1"])?;
    fields.departures(&DEPARTURES)?;
    fields.departures(&[
        ("causal", &["false"]),
        ("parallel_block", &["false"]),
        ("parallel_block_tied_norm", &["false"]),
        ("reorder_and_upcast_attn", &["false"]),
        ("rotary_emb_scale_base", &["null"]),
        ("rotary_scaling_factor", &["null"]),
        ("scale_attn_by_inverse_layer_idx", &["false"]),
        ("scale_attn_weights", &["true"]),
        ("use_rms_norm", &["false", "null"]),
    ])?;
    fields.harmless(&[
        "add_pooling_layer",
        "attn_pdrop",
        "dense_seq_output",
        "embd_pdrop",
        "fused_bias_fc",
        "fused_dropout_add_ln",
        "last_layer_subset",
        "max_trained_positions",
        "pad_vocab_size_multiple",
        "resid_pdrop",
        "summary_activation",
        "summary_first_dropout",
        "summary_proj_to_labels",
        "summary_type",
        "summary_use_proj",
        "use_flash_attn",
        "use_xentropy",
    ]);
    Ok(Config {
        architecture: Architecture::NomicBert,
        vocabulary: fields.size("vocab_size", LARGEST_VOCABULARY)?,
        width: fields.size("n_embd", LARGEST_WIDTH)?,
        layers: fields.size("n_layer", MOST_LAYERS)?,
        heads: fields.size("n_head", LARGEST_WIDTH)?,
        inner: fields.size("n_inner", LARGEST_WIDTH)?,
        positions: fields.size("n_positions", LARGEST_VOCABULARY)?,
        token_types: fields.size("type_vocab_size", LARGEST_WIDTH)?,
        epsilon: fields.number("layer_norm_epsilon")?,
        rotary: Some(Rotary { base: fields.number("rotary_emb_base")?, interleaved: fields.flag("rotary_emb_interleaved")? }),
        attention_bias: fields.flag("qkv_proj_bias")?,
        up_bias: fields.flag("mlp_fc1_bias")?,
        down_bias: fields.flag("mlp_fc2_bias")?,
    })
}

fn nomic_transformers(fields: &mut Fields) -> Result<Config, EmbedError> {
    fields.one_of("hidden_act", &["\"silu\""])?;
    fields.departures(&DEPARTURES)?;
    let width = fields.size("hidden_size", LARGEST_WIDTH)?;
    let heads = fields.size("num_attention_heads", LARGEST_WIDTH)?;
    fields.departures(&[("head_dim", &[&(width / heads).to_string(), "null"])])?;
    let Some(mut rotary) = fields.optional_object("rope_parameters")? else {
        return Err(fields.missing("rope_parameters"));
    };
    rotary.one_of("rope_parameters.rope_type", &["\"default\""])?;
    rotary.departures(&[("rope_parameters.partial_rotary_factor", &["1.0", "1"])])?;
    let base = rotary.number("rope_parameters.rope_theta")?;
    rotary.finish()?;
    Ok(Config {
        architecture: Architecture::NomicBert,
        vocabulary: fields.size("vocab_size", LARGEST_VOCABULARY)?,
        width,
        layers: fields.size("num_hidden_layers", MOST_LAYERS)?,
        heads,
        inner: fields.size("intermediate_size", LARGEST_WIDTH)?,
        positions: fields.size("max_position_embeddings", LARGEST_VOCABULARY)?,
        token_types: fields.size("type_vocab_size", LARGEST_WIDTH)?,
        epsilon: fields.number("layer_norm_eps")?,
        rotary: Some(Rotary { base, interleaved: false }),
        attention_bias: false,
        up_bias: false,
        down_bias: false,
    })
}
