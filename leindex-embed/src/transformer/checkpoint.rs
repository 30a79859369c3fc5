//! The tensors of a `model.safetensors`, read once from first byte to last: hashed, widened to single precision and
//! checked to be finite on the way.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use safetensors::Dtype;
use safetensors::tensor::Metadata;

use super::fields::malformed;
use crate::EmbedError;

/// The tensors of one checkpoint that nobody has taken yet.
pub(super) struct Checkpoint {
    path: PathBuf,
    tensors: BTreeMap<String, Stored>,
}

struct Stored {
    shape: Vec<usize>,
    /// `Err` with the name of its type if that is no float.
    values: Result<Vec<f32>, String>,
}

/// Longest header that is read: a few hundred tensors need some tens of KB.
const LONGEST_HEADER: u64 = 1 << 26;

impl Checkpoint {
    /// Reads `length` bytes and adds them to `hash`. Memory: the tensors in single precision, and the largest once more
    /// as stored.
    pub(super) fn read(path: &Path, mut file: impl Read, length: u64, hash: &mut blake3::Hasher) -> Result<Self, EmbedError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::UnexpectedEof => cut_short(path),
            _ => EmbedError::Io { path: path.to_owned(), source },
        };
        let mut size = [0; 8];
        file.read_exact(&mut size).map_err(failed)?;
        hash.update(&size);
        let size = u64::from_le_bytes(size);
        if size > LONGEST_HEADER.min(length) {
            return Err(malformed(path, "its header's length makes no sense: it is no safetensors file, or damaged; copy it anew".into()));
        }
        let mut header = vec![0; size as usize];
        file.read_exact(&mut header).map_err(failed)?;
        hash.update(&header);
        let metadata: Metadata = serde_json::from_slice(&header)
            .map_err(|error| malformed(path, format!("its header is not that of a safetensors file ({error}); copy it anew")))?;

        let mut end = 8 + size;
        let mut tensors = BTreeMap::new();
        let mut bytes = Vec::new();
        for name in metadata.offset_keys() {
            let Some(info) = metadata.info(&name) else { continue };
            let stored = info.data_offsets.1 - info.data_offsets.0;
            end += stored as u64;
            // Before any memory is asked for in the name of a header that promises more than the file holds.
            if end > length {
                return Err(cut_short(path));
            }
            bytes.resize(stored, 0);
            file.read_exact(&mut bytes).map_err(failed)?;
            hash.update(&bytes);
            let values = match info.dtype {
                Dtype::F32 => Ok(bytes.as_chunks().0.iter().map(|&bits| f32::from_le_bytes(bits)).collect()),
                Dtype::BF16 => {
                    Ok(bytes.as_chunks().0.iter().map(|&bits| f32::from_bits(u32::from(u16::from_le_bytes(bits)) << 16)).collect())
                }
                Dtype::F16 => Ok(bytes.as_chunks().0.iter().map(|&bits| half_to_single(u16::from_le_bytes(bits))).collect()),
                other => Err(format!("{other:?}")),
            };
            tensors.insert(name, Stored { shape: info.shape.clone(), values });
        }
        if end != length {
            return Err(malformed(path, format!("{} bytes follow its last tensor; copy it anew", length - end)));
        }
        Ok(Self { path: path.to_owned(), tensors })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// Takes the tensor of that name, which must have that shape and be finite.
    pub(super) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EmbedError> {
        let Some(stored) = self.tensors.remove(name) else {
            let near = self.tensors.keys().find(|known| known.ends_with(name) || name.ends_with(known.as_str()));
            let hint = near.map_or(String::new(), |near| format!("; there is `{near}`"));
            return Err(self.refused(name, format!("is missing{hint}; config.json and the checkpoint are not of one model")));
        };
        if stored.shape != shape {
            let message = format!("has the shape {:?}, but config.json asks for {shape:?}: they are not of one model", stored.shape);
            return Err(self.refused(name, message));
        }
        let values = match stored.values {
            Ok(values) => values,
            Err(kind) => return Err(self.refused(name, format!("is of type {kind}; use a checkpoint in F32, F16 or BF16"))),
        };
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(values),
            Some(at) => Err(self.refused(name, format!("holds {} at place {at}; copy the checkpoint anew", values[at]))),
        }
    }

    /// Refuses a tensor that nothing has asked for, but for those that `harmless` says have no part in a vector.
    pub(super) fn finish(self, harmless: impl Fn(&str) -> bool) -> Result<(), EmbedError> {
        match self.tensors.keys().find(|name| !harmless(name)) {
            None => Ok(()),
            Some(name) => Err(self.refused(name, "has no place in the model that config.json describes".into())),
        }
    }

    fn refused(&self, tensor: &str, message: String) -> EmbedError {
        EmbedError::Tensor { path: self.path.clone(), tensor: tensor.to_owned(), message }
    }
}

fn cut_short(path: &Path) -> EmbedError {
    malformed(path, "it is cut short: its header promises more than the file holds; copy it anew".into())
}

/// IEEE 754 half precision, widened: exact for every value.
fn half_to_single(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let magnitude = u32::from(bits & 0x7fff);
    if magnitude >= 0x7c00 {
        return f32::from_bits(sign | 0x7f80_0000 | (magnitude & 0x3ff) << 13);
    }
    // The exponent's bias grows from 15 to 127; the product is exact, for subnormal numbers too.
    let scale = f32::from_bits((127 + 127 - 15) << 23);
    f32::from_bits(sign | (f32::from_bits(magnitude << 13) * scale).to_bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_is_widened_exactly() {
        let known = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 6.103_515_6e-5),
            (0x0001, 5.960_464_5e-8),
            (0x83ff, -6.097_555e-5),
            (0x7c00, f32::INFINITY),
            (0x3555, 0.333_251_95),
        ];
        for (bits, expected) in known {
            assert_eq!(half_to_single(bits), expected, "{bits:#06x}");
        }
        assert!(half_to_single(0x7e00).is_nan());
    }
}
