//! The keys of the store: hashes of what an answer was computed from.

use std::fmt;

/// The BLAKE3 hash of a kind of answer, the schema that computed it, and all that it was computed from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreKey([u8; 32]);

impl StoreKey {
    /// The key of the answer of `kind`, computed by the code and grammars of `schema` from `content`.
    ///
    /// Every part is hashed with its length, so that no two lists of parts run together.
    pub fn new(kind: &'static str, schema: &[u8; 16], content: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(kind.as_bytes());
        part(schema);
        content.iter().copied().for_each(part);
        Self(*hasher.finalize().as_bytes())
    }

    /// The key under which a named value travels in packs.
    pub(super) fn named(name: &str) -> Self {
        Self::new("named", &[0; 16], &[name.as_bytes()])
    }

    /// A key from its bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the key.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first eight bytes as a number in key order; keys are spread evenly over it.
    pub(super) fn position(&self) -> u64 {
        let (first, _) = self.0.split_first_chunk().expect("a key has 32 bytes");
        u64::from_be_bytes(*first)
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.position())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let key = |content: &[&[u8]]| StoreKey::new("k", &[0; 16], content);
        assert_ne!(key(&[b"ab", b"c"]), key(&[b"a", b"bc"]));
        assert_ne!(key(&[b"", b"a"]), key(&[b"a", b""]));
        assert_ne!(key(&[b"a"]), StoreKey::new("k", &[1; 16], &[b"a"]));
        assert_ne!(key(&[b"a"]), StoreKey::new("l", &[0; 16], &[b"a"]));
        assert_eq!(key(&[b"a"]), key(&[b"a"]));
    }
}
