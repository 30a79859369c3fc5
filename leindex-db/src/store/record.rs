//! How a value lies in the store: compressed where that pays, with a checksum that binds it to its key.
//!
//! A value that lies under a key that is not its own is as wrong as one with a flipped bit; both read as absent.

use std::sync::Arc;

use super::key::StoreKey;

/// Codec, length of the plain value, checksum.
const HEADER: usize = 1 + 4 + 8;
const RAW: u8 = 0;
const LZ4: u8 = 1;
/// Below this, compression gains less than it costs.
const COMPRESS_FROM: usize = 128;

/// Packs `value` for the store. `None` for a value of 4 GiB or more, which the store does not take.
pub(super) fn encode(key: &StoreKey, value: &[u8]) -> Option<Arc<[u8]>> {
    let length = u32::try_from(value.len()).ok()?;
    let mut out = vec![0; HEADER];
    let mut codec = RAW;
    if value.len() >= COMPRESS_FROM {
        out.resize(HEADER + lz4_flex::block::get_maximum_output_size(value.len()), 0);
        let (_, room) = out.split_at_mut(HEADER);
        if let Ok(written) = lz4_flex::block::compress_into(value, room)
            && written < value.len() - value.len() / 8
        {
            codec = LZ4;
            out.truncate(HEADER + written);
        }
    }
    if codec == RAW {
        out.truncate(HEADER);
        out.extend_from_slice(value);
    }
    let (header, payload) = out.split_at_mut(HEADER);
    let sum = checksum(key, codec, length, payload);
    header.copy_from_slice(&head(codec, length, sum));
    Some(out.into())
}

/// Unpacks a record. `None` when it is not what was stored under `key`.
pub(super) fn decode(key: &StoreKey, record: &[u8]) -> Option<Arc<[u8]>> {
    let (codec, length, payload) = checked(key, record)?;
    match codec {
        RAW => (payload.len() == length).then(|| payload.into()),
        LZ4 => {
            let plain = lz4_flex::block::decompress(payload, length).ok()?;
            (plain.len() == length).then(|| plain.into())
        }
        _ => None,
    }
}

/// Whether a record is what was stored under `key`, without unpacking it.
pub(super) fn is_sound(key: &StoreKey, record: &[u8]) -> bool {
    checked(key, record).is_some()
}

fn checked<'a>(key: &StoreKey, record: &'a [u8]) -> Option<(u8, usize, &'a [u8])> {
    let (header, payload) = record.split_first_chunk::<HEADER>()?;
    let (codec, rest) = header.split_first()?;
    let length = u32::from_le_bytes(*rest.first_chunk()?);
    let sum = checksum(key, *codec, length, payload);
    (*header == head(*codec, length, sum)).then_some((*codec, usize::try_from(length).ok()?, payload))
}

fn head(codec: u8, length: u32, sum: [u8; 8]) -> [u8; HEADER] {
    let mut header = [codec; HEADER];
    let (_, rest) = header.split_at_mut(1);
    let (lengths, sums) = rest.split_at_mut(4);
    lengths.copy_from_slice(&length.to_le_bytes());
    sums.copy_from_slice(&sum);
    header
}

fn checksum(key: &StoreKey, codec: u8, length: u32, payload: &[u8]) -> [u8; 8] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.as_bytes());
    hasher.update(&[codec]);
    hasher.update(&length.to_le_bytes());
    hasher.update(payload);
    let mut sum = [0; 8];
    hasher.finalize_xof().fill(&mut sum);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> StoreKey {
        StoreKey::new("test", &[n; 16], &[])
    }

    fn samples() -> Vec<Vec<u8>> {
        let noise = blake3::Hasher::new().update(b"noise").finalize_xof();
        let mut random = vec![0; 5_000];
        let mut noise = noise;
        noise.fill(&mut random);
        vec![vec![], b"short".to_vec(), b"again and ".repeat(500), random, vec![0; 1 << 20]]
    }

    #[test]
    fn what_is_encoded_comes_back() {
        for value in samples() {
            let record = encode(&key(1), &value).unwrap();
            assert_eq!(decode(&key(1), &record).as_deref(), Some(&value[..]));
            assert!(record.len() <= value.len() + HEADER, "never larger than the value and its header");
        }
    }

    #[test]
    fn a_flipped_bit_a_cut_or_a_wrong_key_reads_as_absent() {
        for value in &samples()[..4] {
            let record = encode(&key(1), value).unwrap();
            assert_eq!(decode(&key(2), &record), None);
            for at in 0..record.len() {
                let mut bad = record.to_vec();
                bad[at] ^= 0x10;
                assert_eq!(decode(&key(1), &bad), None, "byte {at}");
            }
            assert_eq!(decode(&key(1), &record[..record.len() - 1]), None);
            assert_eq!(decode(&key(1), &[]), None);
        }
    }
}
