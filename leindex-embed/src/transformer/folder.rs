//! The files of a model's folder. The only place of this crate that opens a file.

#![expect(clippy::disallowed_methods, reason = "a model's weights are named by their folder, and larger than a caller should hold")]

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::checkpoint::Checkpoint;
use super::fields::malformed;
use crate::EmbedError;

/// Where a model lies.
pub(super) struct Folder {
    path: PathBuf,
}

const WEIGHTS: &str = "model.safetensors";

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// The path and bytes of a file that must be there.
    pub(super) fn required(&self, name: &str) -> Result<(PathBuf, Vec<u8>), EmbedError> {
        let path = self.path.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => Ok((path, bytes)),
            Err(source) => Err(EmbedError::Io { path, source }),
        }
    }

    /// The path and bytes of a file that may be absent.
    pub(super) fn optional(&self, name: &str) -> Result<Option<(PathBuf, Vec<u8>)>, EmbedError> {
        match self.required(name) {
            Ok(found) => Ok(Some(found)),
            Err(EmbedError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The tensors of the checkpoint, hashed on the way.
    pub(super) fn checkpoint(&self, hash: &mut blake3::Hasher) -> Result<Checkpoint, EmbedError> {
        let path = self.path.join(WEIGHTS);
        let failed = |source| EmbedError::Io { path: path.clone(), source };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Err(self.without_weights(path, source)),
            Err(source) => return Err(failed(source)),
        };
        let length = file.metadata().map_err(failed)?.len();
        Checkpoint::read(&path, file, length, hash)
    }

    /// What to do about weights that lie there in another form.
    fn without_weights(&self, path: PathBuf, source: io::Error) -> EmbedError {
        let others = [
            ("model.safetensors.index.json", "the weights are split over several files; save the model anew as one (`max_shard_size`)"),
            ("pytorch_model.bin", "the weights are only there as pytorch_model.bin; save the model anew as safetensors"),
            ("model.onnx", "the weights are only there as ONNX; use the model's safetensors"),
        ];
        match others.iter().find(|(name, _)| self.path.join(name).exists()) {
            Some((_, message)) => malformed(&path, format!("it is not there: {message}")),
            None => EmbedError::Io { path, source },
        }
    }
}
