//! Promises of the transformer, on small random models whose reference rows `tests/oracles/transformer.py` wrote with
//! `transformers` (PyPI).

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::{Transformer, TransformerOptions};
use crate::{EmbedError, Embedder};

/// Changes the header and the tensors of a checkpoint.
type Change<'c> = &'c dyn Fn(&mut Map<String, Value>, &mut Vec<u8>);

const MODELS: [&str; 2] = ["bert", "nomic_bert"];

fn path(model: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/models").join(model)
}

fn open(folder: &Path) -> Transformer {
    Transformer::open(folder, &TransformerOptions::default()).unwrap()
}

/// Why a folder is no model.
fn refusal(folder: &Path) -> EmbedError {
    Transformer::open(folder, &TransformerOptions::default()).err().expect("the model is refused")
}

/// A copy of a model, to change.
fn copy(model: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        fs::copy(path(model).join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn config(model: &str) -> Map<String, Value> {
    serde_json::from_slice(&fs::read(path(model).join("config.json")).unwrap()).unwrap()
}

/// A copy of a model with another configuration.
fn with_config(model: &str, change: impl FnOnce(&mut Map<String, Value>)) -> TempDir {
    let (folder, mut config) = (copy(model), config(model));
    change(&mut config);
    fs::write(folder.path().join("config.json"), Value::Object(config).to_string()).unwrap();
    folder
}

/// A copy of a model with further files.
fn with_files(model: &str, files: &[(&str, Value)]) -> TempDir {
    let folder = copy(model);
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content.to_string()).unwrap();
    }
    folder
}

#[derive(Deserialize)]
struct Reference {
    text: String,
    document: Vec<f32>,
    query: Vec<f32>,
}

fn references(model: &str) -> Vec<Reference> {
    serde_json::from_slice(&fs::read(path(model).join("reference.json")).unwrap()).unwrap()
}

fn difference(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(left, right)| (left - right).abs()).fold(0.0, f32::max)
}

#[test]
fn vectors_are_those_of_the_reference() {
    for name in MODELS {
        let (model, references) = (open(&path(name)), references(name));
        let texts: Vec<&str> = references.iter().map(|reference| reference.text.as_str()).collect();
        let rows = model.embed_documents(&texts).unwrap();
        for (reference, row) in references.iter().zip(rows.chunks_exact(model.dimension())) {
            assert!(difference(row, &reference.document) <= 1e-5, "{name}: {:?}", reference.text);
            let query = model.embed_query(&reference.text).unwrap();
            assert!(difference(&query, &reference.query) <= 1e-5, "{name}, as a question: {:?}", reference.text);
        }
    }
}

#[test]
fn a_text_has_one_vector_whatever_stands_beside_it_and_however_many_threads_work() {
    for name in MODELS {
        let model = open(&path(name));
        let texts: Vec<String> = (0..10).flat_map(|at| references(name).into_iter().map(move |one| format!("{} {at}", one.text))).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let alone: Vec<f32> = texts.iter().flat_map(|text| model.embed_documents(&[text]).unwrap()).collect();
        for threads in [1, 2, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let together = pool.install(|| model.embed_documents(&texts)).unwrap();
            assert!(together == alone, "{name} on {threads} threads");
        }
    }
}

#[test]
fn the_spellings_of_nomic_bert_are_one_model() {
    let spelled = |config: &mut Map<String, Value>| {
        config.extend(
            json!({
                "hidden_size": 48, "num_attention_heads": 3, "intermediate_size": 64, "num_hidden_layers": 2, "hidden_act": "silu",
                "max_position_embeddings": 96, "layer_norm_eps": 1e-12, "head_dim": 16,
                "rope_parameters": {"rope_type": "default", "rope_theta": 1000.0},
            })
            .as_object()
            .unwrap()
            .clone(),
        );
    };
    let both = with_config("nomic_bert", spelled);
    let transformers = with_config("nomic_bert", |config| {
        config.retain(|name, _| ["model_type", "vocab_size", "type_vocab_size"].contains(&name.as_str()));
        spelled(config);
    });
    let expected = open(&path("nomic_bert")).embed_query("a question").unwrap();
    for folder in [both, transformers] {
        assert_eq!(open(folder.path()).embed_query("a question").unwrap(), expected);
    }
}

/// The fields without which a configuration says too little; those of the last list also have another spelling.
const REQUIRED: [(&str, &[&str]); 2] = [
    (
        "bert",
        &[
            "hidden_act",
            "hidden_size",
            "intermediate_size",
            "layer_norm_eps",
            "max_position_embeddings",
            "model_type",
            "num_attention_heads",
            "num_hidden_layers",
            "type_vocab_size",
            "vocab_size",
        ],
    ),
    (
        "nomic_bert",
        &[
            "activation_function",
            "layer_norm_epsilon",
            "mlp_fc1_bias",
            "mlp_fc2_bias",
            "model_type",
            "n_embd",
            "n_head",
            "n_inner",
            "n_layer",
            "n_positions",
            "prenorm",
            "qkv_proj_bias",
            "rotary_emb_base",
            "rotary_emb_fraction",
            "rotary_emb_interleaved",
            "type_vocab_size",
            "vocab_size",
        ],
    ),
];

#[test]
fn every_field_is_required_by_name_or_changes_no_vector() {
    for (name, required) in REQUIRED {
        let expected = open(&path(name)).embed_query("a question").unwrap();
        for field in config(name).keys() {
            let folder = with_config(name, |config| drop(config.remove(field)));
            if required.contains(&field.as_str()) {
                let error = refusal(folder.path());
                assert!(matches!(error, EmbedError::MissingField { .. }), "{name}: {field}: {error}");
                assert!(error.to_string().contains(&format!("config.json lacks `{field}`")), "{error}");
            } else {
                assert_eq!(open(folder.path()).embed_query("a question").unwrap(), expected, "{name}: {field}");
            }
        }
    }
}

#[test]
fn a_foreign_field_is_refused_by_name() {
    for name in MODELS {
        for field in ["moe_every_n_layers", "num_experts", "rope_scaling", "alibi", "n_embd_", "quantization_config"] {
            for value in [json!(null), json!(0), json!({})] {
                let error = refusal(with_config(name, |config| drop(config.insert(field.into(), value))).path());
                assert!(matches!(&error, EmbedError::UnknownField { field: found, .. } if found == field), "{name}: {error}");
            }
        }
    }
    // Known to one architecture is foreign to the other.
    let error = refusal(with_config("bert", |config| drop(config.insert("rotary_emb_base".into(), json!(1000)))).path());
    assert!(error.to_string().contains("unknown field `rotary_emb_base`"), "{error}");
}

#[test]
fn a_value_of_another_computation_is_refused_by_the_name_of_its_field() {
    let common = [
        ("model_type", json!("roberta")),
        ("add_cross_attention", json!(true)),
        ("chunk_size_feed_forward", json!(4)),
        ("is_decoder", json!(true)),
        ("is_encoder_decoder", json!(true)),
        ("position_embedding_type", json!("relative_key")),
        ("pruned_heads", json!({"0": [1]})),
        ("vocab_size", json!(0)),
        ("vocab_size", json!(-1)),
        ("vocab_size", json!(1e30)),
        ("vocab_size", json!("320")),
        ("type_vocab_size", json!(1.5)),
    ];
    let bert = [
        ("hidden_act", json!("gelu_new")),
        ("hidden_act", json!(null)),
        ("layer_norm_eps", json!(0)),
        ("layer_norm_eps", json!(-1e-12)),
        ("num_attention_heads", json!(5)),
        ("num_hidden_layers", json!(u64::MAX)),
    ];
    let nomic = [
        ("activation_function", json!("gelu")),
        ("causal", json!(true)),
        ("head_dim", json!(8)),
        ("hidden_act", json!("gelu")),
        ("hidden_size", json!(64)),
        ("layer_norm_eps", json!(1e-5)),
        ("mlp_fc1_bias", json!(true)),
        ("mlp_fc2_bias", json!(true)),
        ("n_head", json!(16)),
        ("parallel_block", json!(true)),
        ("parallel_block_tied_norm", json!(true)),
        ("prenorm", json!(true)),
        ("qkv_proj_bias", json!(true)),
        ("reorder_and_upcast_attn", json!(true)),
        ("rope_parameters", json!({"rope_type": "yarn", "rope_theta": 1000.0})),
        ("rope_parameters", json!({"rope_type": "default", "rope_theta": 10000.0})),
        ("rope_parameters", json!({"rope_type": "default", "rope_theta": 1000.0, "partial_rotary_factor": 0.5})),
        ("rotary_emb_base", json!("1000")),
        ("rotary_emb_fraction", json!(0.5)),
        ("rotary_emb_interleaved", json!(true)),
        ("rotary_emb_scale_base", json!(512)),
        ("rotary_scaling_factor", json!(2)),
        ("scale_attn_by_inverse_layer_idx", json!(true)),
        ("scale_attn_weights", json!(false)),
        ("use_rms_norm", json!(true)),
    ];
    for (name, cases) in [("bert", [&common[..], &bert].concat()), ("nomic_bert", [&common[..], &nomic].concat())] {
        for (field, value) in cases {
            let error = refusal(with_config(name, |config| drop(config.insert(field.into(), value.clone()))).path());
            assert!(matches!(&error, EmbedError::Field { field: found, .. } if found.contains(field)), "{name}: {field}: {value}: {error}");
        }
    }
}

#[test]
fn a_configuration_that_is_no_object_is_refused() {
    for text in ["", "{", "[]", "null", "\u{feff}{}"] {
        let folder = copy("bert");
        fs::write(folder.path().join("config.json"), text).unwrap();
        assert!(matches!(refusal(folder.path()), EmbedError::Malformed { .. }), "{text:?}");
    }
}

/// The header and the tensors' bytes of a checkpoint.
fn checkpoint(model: &str) -> (Map<String, Value>, Vec<u8>) {
    let bytes = fs::read(path(model).join("model.safetensors")).unwrap();
    let (size, rest) = bytes.split_at(8);
    let (header, tensors) = rest.split_at(u64::from_le_bytes(size.try_into().unwrap()) as usize);
    (serde_json::from_slice(header).unwrap(), tensors.to_vec())
}

/// A copy of a model with another checkpoint.
fn with_checkpoint(model: &str, change: impl FnOnce(&mut Map<String, Value>, &mut Vec<u8>)) -> TempDir {
    let (folder, (mut header, mut tensors)) = (copy(model), checkpoint(model));
    change(&mut header, &mut tensors);
    let header = Value::Object(header).to_string();
    let bytes = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &tensors].concat();
    fs::write(folder.path().join("model.safetensors"), bytes).unwrap();
    folder
}

#[test]
fn a_tensor_that_is_missing_misshapen_foreign_or_not_finite_is_refused_by_name() {
    for name in MODELS {
        let names: Vec<String> = checkpoint(name).0.keys().filter(|name| *name != "__metadata__").cloned().collect();
        let refused = |tensor: &str, says: &str, change: Change<'_>| {
            let error = refusal(with_checkpoint(name, change).path());
            assert!(matches!(&error, EmbedError::Tensor { tensor: found, .. } if found == tensor), "{name}: {tensor}: {error}");
            assert!(error.to_string().contains(says), "{error}");
        };
        for tensor in &names {
            refused(tensor, "is missing", &|header, _| {
                let value = header.remove(tensor).unwrap();
                header.insert("pooler.other".into(), value);
            });
            refused(tensor, "has the shape", &|header, _| {
                let sizes = header[tensor]["shape"].as_array_mut().unwrap();
                sizes.push(json!(1));
            });
            refused(tensor, "is of type", &|header, _| {
                let kind = header[tensor]["dtype"].as_str().unwrap();
                let other = if kind == "F32" { "I32" } else { "I16" };
                header[tensor]["dtype"] = json!(other);
            });
            for bits in [[0xff, 0x7f], [0x80, 0x7f], [0x00, 0xfc]] {
                refused(tensor, "holds", &|header, tensors| {
                    let wide = header[tensor]["dtype"] == json!("F32");
                    let end = header[tensor]["data_offsets"][1].as_u64().unwrap() as usize;
                    let last = &mut tensors[end - if wide { 4 } else { 2 }..end];
                    last.fill(0xff);
                    if !wide {
                        last.copy_from_slice(&[bits[0], 0xfc]);
                    }
                });
            }
        }
    }
    let fewer = refusal(with_config("bert", |config| drop(config.insert("num_hidden_layers".into(), json!(1)))).path());
    assert!(fewer.to_string().contains("encoder.layer.1.") && fewer.to_string().contains("has no place in the model"), "{fewer}");
    let more = refusal(with_config("nomic_bert", |config| drop(config.insert("n_layer".into(), json!(3)))).path());
    assert!(more.to_string().contains("`encoder.layers.2.attn.Wqkv.weight` is missing"), "{more}");
}

#[test]
fn a_damaged_checkpoint_is_refused_and_never_allocated_for() {
    for name in MODELS {
        let bytes = fs::read(path(name).join("model.safetensors")).unwrap();
        let mut damaged: Vec<Vec<u8>> =
            [0, 1, 7, 8, 9, 100, bytes.len() / 2, bytes.len() - 1].into_iter().map(|end| bytes[..end].to_vec()).collect();
        damaged.push([&bytes[..], &[0]].concat());
        damaged.push([&u64::MAX.to_le_bytes(), &bytes[8..]].concat());
        damaged.push([&bytes[..8], b"[", &bytes[9..]].concat());
        damaged.push(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".to_vec());
        for bytes in damaged {
            let folder = copy(name);
            fs::write(folder.path().join("model.safetensors"), &bytes).unwrap();
            let error = refusal(folder.path());
            assert!(matches!(error, EmbedError::Malformed { .. }), "{name}, {} bytes: {error}", bytes.len());
            assert!(error.to_string().contains("copy it anew"), "{error}");
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_named_and_weights_of_another_form_are_explained() {
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        let folder = copy("bert");
        fs::remove_file(folder.path().join(name)).unwrap();
        let error = refusal(folder.path());
        assert!(matches!(error, EmbedError::Io { .. }) && error.to_string().contains(name), "{error}");
        fs::create_dir(folder.path().join(name)).unwrap();
        assert!(matches!(refusal(folder.path()), EmbedError::Io { .. }), "{name} is a folder");
    }
    for name in ["model.safetensors.index.json", "pytorch_model.bin", "model.onnx"] {
        let folder = copy("bert");
        fs::rename(folder.path().join("model.safetensors"), folder.path().join(name)).unwrap();
        assert!(refusal(folder.path()).to_string().contains("it is not there: the weights are"), "{name}");
    }
}

#[test]
fn a_tokenizer_that_is_none_or_of_another_model_is_refused() {
    for text in ["", "{}", "[1]", r#"{"version":"1.0","model":{"type":"Oracle"}}"#] {
        let folder = copy("bert");
        fs::write(folder.path().join("tokenizer.json"), text).unwrap();
        assert!(matches!(refusal(folder.path()), EmbedError::Malformed { .. }), "{text}");
    }
    for pieces in [319, 4000] {
        let error = refusal(with_config("bert", |config| drop(config.insert("vocab_size".into(), json!(pieces)))).path());
        assert!(matches!(error, EmbedError::Vocabulary { largest: 319, .. }), "{error}");
    }
    // A table padded to a round number is the custom of some models; the checkpoint has the last word.
    let error = refusal(with_config("bert", |config| drop(config.insert("vocab_size".into(), json!(384)))).path());
    assert!(error.to_string().contains("has the shape [320, 32], but config.json asks for [384, 32]"), "{error}");

    let folder = copy("bert");
    let text = fs::read_to_string(folder.path().join("tokenizer.json")).unwrap();
    let other_type = text.replace(r#""type_id":0"#, r#""type_id":7"#);
    assert_ne!(text, other_type);
    fs::write(folder.path().join("tokenizer.json"), other_type).unwrap();
    let error = open(folder.path()).embed_query("a").unwrap_err();
    assert!(error.to_string().contains("it gives a text the type 7, but the model knows 2"), "{error}");
}

#[test]
fn every_text_has_a_vector_and_a_long_one_is_cut_in_time_that_does_not_grow_with_it() {
    for name in MODELS {
        let model = open(&path(name));
        let word = "word ";
        let cut = model.embed_documents(&[&word.repeat(200)]).unwrap();
        let texts = ["", " ", "\0", "🦀", "👩‍👩‍👧", "\u{10ffff}", "ﷺ", &word.repeat(50_000), &"x".repeat(1 << 20), &"é ".repeat(1 << 18)];
        let rows = model.embed_documents(&texts).unwrap();
        for (text, row) in texts.iter().zip(rows.chunks_exact(model.dimension())) {
            let length = row.iter().map(|value| value * value).sum::<f32>();
            assert!((length - 1.0).abs() < 1e-5, "{name}: {length} for {} bytes", text.len());
        }
        assert_eq!(rows[7 * model.dimension()..][..model.dimension()], cut, "{name}");
        assert!(model.embed_documents(&[]).unwrap().is_empty());
    }
}

#[test]
fn the_id_changes_with_whatever_changes_a_vector() {
    let mut ids = Vec::new();
    let mut add = |folder: &Path, options: &TransformerOptions| ids.push(Transformer::open(folder, options).unwrap().id().to_owned());
    let default = TransformerOptions::default();
    for name in MODELS {
        add(&path(name), &default);
    }
    let bert = path("bert");
    add(&bert, &TransformerOptions { max_tokens: 32, ..default.clone() });
    add(&bert, &TransformerOptions { query_prefix: Some("q: ".into()), ..default.clone() });
    add(&bert, &TransformerOptions { document_prefix: Some("q: ".into()), ..default.clone() });
    add(with_files("bert", &[("1_Pooling/config.json", json!({"pooling_mode": "cls"}))]).path(), &default);
    add(with_checkpoint("bert", |_, tensors| tensors[1] ^= 1).path(), &default);
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "{ids:?}");
    assert_eq!(open(copy("bert").path()).id(), open(&bert).id(), "another folder, the same model");
}

#[test]
fn a_cut_below_the_models_own_pieces_is_refused() {
    let open = |max_tokens| Transformer::open(&path("bert"), &TransformerOptions { max_tokens, ..TransformerOptions::default() });
    assert!(open(2).err().unwrap().to_string().contains("texts are to be cut at 2 pieces, but the model adds 2"));
    assert!(open(3).unwrap().embed_query("much longer than one piece").is_ok());
}

#[test]
fn the_files_of_sentence_transformers_say_what_stands_for_a_text_and_what_before_it() {
    let old = |mode: &str| {
        let mut fields = json!({"word_embedding_dimension": 32, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": false});
        fields[mode] = json!(true);
        fields
    };
    let mean = open(&path("bert")).embed_query("text").unwrap();
    let first = open(with_files("bert", &[("1_Pooling/config.json", old("pooling_mode_cls_token"))]).path()).embed_query("text").unwrap();
    assert_ne!(mean, first);
    let step =
        |path: &str, kind: &str| json!({"idx": 0, "name": "0", "path": path, "type": format!("sentence_transformers.models.{kind}")});
    let steps = json!([step("", "Transformer"), step("pooling", "Pooling"), step("2_Normalize", "Normalize")]);
    let prompts = json!({"prompts": {"query": "ask: ", "document": "read: "}, "default_prompt_name": null});
    for (files, expected) in [
        (vec![("1_Pooling/config.json", old("pooling_mode_mean_tokens"))], &mean),
        (vec![("modules.json", steps.clone()), ("pooling/config.json", json!({"pooling_mode": "cls"}))], &first),
        (vec![("config_sentence_transformers.json", json!({"__version__": {}}))], &mean),
        (vec![("config_sentence_transformers.json", prompts)], &open(&path("bert")).embed_query("ask: text").unwrap()),
    ] {
        assert_eq!(&open(with_files("bert", &files).path()).embed_query("text").unwrap(), expected, "{files:?}");
    }
    for (files, says) in [
        (vec![("1_Pooling/config.json", old("pooling_mode_max_tokens"))], "`pooling_mode` is max"),
        (vec![("1_Pooling/config.json", json!({"word_embedding_dimension": 32}))], "lacks `pooling_mode`"),
        (
            vec![("1_Pooling/config.json", json!({"pooling_mode": "cls", "word_embedding_dimension": 48}))],
            "`word_embedding_dimension` is 48",
        ),
        (vec![("1_Pooling/config.json", json!({"pooling_mode": "cls", "pooling_other": 1}))], "unknown field `pooling_other`"),
        (vec![("modules.json", json!([step("", "Transformer"), step("2_Dense", "Dense")]))], "is not supported"),
        (vec![("modules.json", json!({}))], "must hold a list of steps"),
        (vec![("modules.json", json!([step("..", "Pooling")]))], "is not supported"),
        (vec![("config_sentence_transformers.json", json!({"prompts": {"query": 7}}))], "`prompts.query` is 7"),
    ] {
        let error = refusal(with_files("bert", &files).path()).to_string();
        assert!(error.contains(says), "{error}");
    }
}
