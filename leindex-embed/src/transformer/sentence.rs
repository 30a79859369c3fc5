//! How a model makes one vector of many, and what it wants before a text: the files that `sentence-transformers` writes
//! beside a model, or the custom of the architecture where there are none.

use std::path::Path;

use serde_json::Value;

use super::config::{Architecture, Config};
use super::fields::{Fields, malformed};
use super::folder::Folder;
use crate::EmbedError;

/// What CodeRankEmbed was trained to find before a question.
const CODE_QUERY: &str = "Represent this query for searching relevant code: ";

/// What stands for a text: the vector of its first token, or the mean of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pooling {
    First,
    Mean,
}

/// How texts go in and vectors come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) pooling: Pooling,
    pub(super) query_prefix: String,
    pub(super) document_prefix: String,
}

impl Sentence {
    /// Reads `modules.json`, the pooling's `config.json` and `config_sentence_transformers.json`, each of which may be
    /// absent.
    pub(super) fn read(folder: &Folder, config: &Config) -> Result<Self, EmbedError> {
        let pooling_folder = match folder.optional("modules.json")? {
            Some((path, bytes)) => pooling_folder(&path, &bytes)?,
            None => Some("1_Pooling".to_owned()),
        };
        let written = match pooling_folder {
            Some(name) => folder.optional(&format!("{name}/config.json"))?,
            None => None,
        };
        let (by_custom, query) = match config.architecture {
            Architecture::Bert => (Pooling::Mean, ""),
            Architecture::NomicBert => (Pooling::First, CODE_QUERY),
        };
        let pooling = match written {
            Some((path, bytes)) => pooling(&path, &bytes, config.width)?,
            None => by_custom,
        };
        let mut sentence = Self { pooling, query_prefix: query.to_owned(), document_prefix: String::new() };
        if let Some((path, bytes)) = folder.optional("config_sentence_transformers.json")? {
            sentence.take_prompts(&path, &bytes)?;
        }
        Ok(sentence)
    }

    /// Takes the prompts that are written down. A file without any says nothing: the published models that want a prefix
    /// often leave it to their description.
    fn take_prompts(&mut self, path: &Path, bytes: &[u8]) -> Result<(), EmbedError> {
        let mut fields = Fields::parse(path, bytes)?;
        let default = fields.optional_text("default_prompt_name")?;
        let Some(mut prompts) = fields.optional_object("prompts")? else { return Ok(()) };
        let mut take = |names: &[&str]| {
            for name in names.iter().copied().chain(default.as_deref()) {
                if let Some(text) = prompts.optional_text(&format!("prompts.{name}"))? {
                    return Ok(Some(text));
                }
            }
            Ok(None)
        };
        let query = take(&["query"])?;
        let document = take(&["document", "passage", "corpus"])?;
        self.query_prefix = query.unwrap_or(std::mem::take(&mut self.query_prefix));
        self.document_prefix = document.unwrap_or_default();
        Ok(())
    }
}

/// The folder of the pooling step, of a list of steps that has no other than ours.
fn pooling_folder(path: &Path, bytes: &[u8]) -> Result<Option<String>, EmbedError> {
    let steps: Value = serde_json::from_slice(bytes).map_err(|error| malformed(path, format!("it is no JSON ({error}); copy it anew")))?;
    let mut folder = None;
    for step in steps.as_array().ok_or_else(|| malformed(path, "it must hold a list of steps; copy it anew".into()))? {
        let text = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default();
        match (text("type").rsplit('.').next(), text("path")) {
            (Some("Transformer"), "") | (Some("Normalize"), _) => {}
            (Some("Pooling"), name) if !name.is_empty() && !name.contains(['/', '\\']) && name != ".." => folder = Some(name.to_owned()),
            _ => {
                let message = format!("the step {step} is not supported: only Transformer in the folder itself, Pooling and Normalize are");
                return Err(malformed(path, message));
            }
        }
    }
    Ok(folder)
}

fn pooling(path: &Path, bytes: &[u8], width: usize) -> Result<Pooling, EmbedError> {
    const MODES: [(&str, &str); 6] = [
        ("pooling_mode_cls_token", "cls"),
        ("pooling_mode_mean_tokens", "mean"),
        ("pooling_mode_max_tokens", "max"),
        ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
        ("pooling_mode_weightedmean_tokens", "weightedmean"),
        ("pooling_mode_lasttoken", "lasttoken"),
    ];
    let mut fields = Fields::parse(path, bytes)?;
    fields.departures(&[
        ("include_prompt", &["true"]),
        ("word_embedding_dimension", &[&width.to_string()]),
        ("embedding_dimension", &[&width.to_string()]),
    ])?;
    let mut modes = Vec::new();
    if let Some(mode) = fields.optional_text("pooling_mode")? {
        modes.push(mode);
    }
    for (field, mode) in MODES {
        if fields.has(field) && fields.flag(field)? {
            modes.push(mode.to_owned());
        }
    }
    fields.finish()?;
    match modes.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["cls"] => Ok(Pooling::First),
        ["mean"] => Ok(Pooling::Mean),
        [] => Err(EmbedError::MissingField { path: path.to_owned(), field: "pooling_mode".into() }),
        _ => Err(EmbedError::Field {
            path: path.to_owned(),
            field: "pooling_mode".into(),
            found: modes.join(" and "),
            expected: "cls or mean alone".into(),
        }),
    }
}
