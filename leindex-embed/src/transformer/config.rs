//! What a model computes, read from its `config.json`.
//!
//! A field is one of three: it gives a size or constant and is required; it names a departure from the architecture
//! (another activation, a causal mask, scaled positions) and must say that there is none; or it is known not to change
//! a vector (dropout, training switches, provenance). Any other field is refused by name, since a new one may mean
//! another computation. Two spellings of nomic_bert are read, the one of the published checkpoints (`n_embd`) and the one
//! that `transformers` 5 writes (`hidden_size`), also in one file, as some are published: then they must agree.

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
    /// Base of the geometric series of wave lengths of rotary positions (Su and others, "RoFormer", 2021); `None` for
    /// learned positions.
    pub(super) rotary_base: Option<f64>,
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
            Architecture::NomicBert => nomic_bert(&mut fields)?,
        };
        if config.width % config.heads != 0 || (config.rotary_base.is_some() && (config.width / config.heads) % 2 != 0) {
            let even = if config.rotary_base.is_some() { "an even" } else { "a whole" };
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
        rotary_base: None,
    })
}

fn nomic_bert(fields: &mut Fields) -> Result<Config, EmbedError> {
    let is_published = fields.has("n_embd") || !fields.has("hidden_size");
    let width = fields.agreed(&["n_embd", "hidden_size"], |fields, name| fields.size(name, LARGEST_WIDTH))?;
    let heads = fields.agreed(&["n_head", "num_attention_heads"], |fields, name| fields.size(name, LARGEST_WIDTH))?;
    let mut published = None;
    if is_published {
        fields.one_of("activation_function", &["\"swiglu\""])?;
        fields.one_of("prenorm", &["false"])?;
        fields.one_of("rotary_emb_fraction", &["1.0", "1"])?;
        fields.one_of("rotary_emb_interleaved", &["false"])?;
        for bias in ["qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias"] {
            fields.one_of(bias, &["false"])?;
        }
        published = Some(fields.number("rotary_emb_base")?);
    }
    if !is_published {
        fields.one_of("hidden_act", &["\"silu\""])?;
    }
    let base = match (fields.optional_object("rope_parameters")?, published) {
        (Some(mut rotary), _) => {
            rotary.one_of("rope_parameters.rope_type", &["\"default\""])?;
            rotary.departures(&[("rope_parameters.partial_rotary_factor", &["1.0", "1"])])?;
            let base = rotary.number("rope_parameters.rope_theta")?;
            rotary.finish()?;
            base
        }
        (None, Some(base)) => base,
        (None, None) => return Err(fields.missing("rope_parameters")),
    };
    if let Some(published) = published.filter(|published| *published != base) {
        return Err(fields.refused("rope_parameters.rope_theta", &base.into(), &format!("{published}, as `rotary_emb_base` is")));
    }
    fields.departures(&DEPARTURES)?;
    fields.departures(&[
        ("causal", &["false"]),
        ("head_dim", &[&(width / heads).to_string(), "null"]),
        ("hidden_act", &["\"silu\""]),
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
        width,
        layers: fields.agreed(&["n_layer", "num_hidden_layers"], |fields, name| fields.size(name, MOST_LAYERS))?,
        heads,
        inner: fields.agreed(&["n_inner", "intermediate_size"], |fields, name| fields.size(name, LARGEST_WIDTH))?,
        positions: fields.agreed(&["n_positions", "max_position_embeddings"], |fields, name| fields.size(name, LARGEST_VOCABULARY))?,
        token_types: fields.size("type_vocab_size", LARGEST_WIDTH)?,
        epsilon: fields.agreed(&["layer_norm_epsilon", "layer_norm_eps"], Fields::number)?,
        rotary_base: Some(base),
    })
}
