//! What discovery last knew of each file: its stamp, its hash, and what its content was judged to be.
//!
//! The manifest is the one thing in the store that is not keyed by content. It is a hint: a stamp that still holds
//! saves reading a file. It is checksummed as a whole and dropped when the sum fails. An entry whose file was
//! touched within two seconds of being hashed is *racy*: a later write may leave the same stamp, so it is hashed
//! again next time (the rule that git uses for its index).

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::ids::{ContentHash, Dialect};
use crate::skip::Skip;

/// What the file system says of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The length in bytes.
    pub size: u64,
    /// When the content last changed, in nanoseconds since 1970.
    pub mtime: i64,
    /// When the file last changed, name and owner included (Unix; 0 elsewhere). It cannot be set back.
    pub ctime: i64,
    /// The inode (Unix; 0 elsewhere).
    pub inode: u64,
}

/// Coarse file systems stamp in steps of up to two seconds.
const GRANULARITY: i64 = 2_000_000_000;

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let (ctime, inode) = {
            use std::os::unix::fs::MetadataExt;
            (metadata.ctime().saturating_mul(1_000_000_000).saturating_add(metadata.ctime_nsec()), metadata.ino())
        };
        #[cfg(not(unix))]
        let (ctime, inode) = (0, 0);
        let mtime = metadata.modified().map_or(0, nanoseconds);
        Self { size: metadata.len(), mtime, ctime, inode }
    }

    /// Whether a write after `hashed_at` could leave this very stamp.
    pub(crate) fn is_racy(&self, hashed_at: i64) -> bool {
        self.mtime.max(self.ctime).saturating_add(GRANULARITY) >= hashed_at
    }
}

pub(crate) fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    }
}

/// One file in the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) name: Box<str>,
    pub(crate) stamp: Stamp,
    pub(crate) hash: ContentHash,
    pub(crate) dialect: Dialect,
    /// What the content was judged to be, before the settings have their say.
    pub(crate) verdict: Option<Skip>,
    pub(crate) racy: bool,
}

/// The files of one root, by directory. Empty at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    pub(crate) fingerprint: [u8; 16],
    /// '/'-separated path of the directory → its files, sorted by name. No directory is empty.
    pub(crate) directories: Directories,
}

pub(crate) type Directories = BTreeMap<Box<str>, Vec<Known>>;

const MAGIC: &[u8; 8] = b"lxmanif1";
const SUM: usize = 32;

impl Manifest {
    /// The number of files that it knows.
    pub fn len(&self) -> usize {
        self.directories.values().map(Vec::len).sum()
    }

    /// Whether it knows no file.
    pub fn is_empty(&self) -> bool {
        self.directories.is_empty()
    }

    /// The entry of `name` in `directory`.
    pub(crate) fn get(&self, directory: &str, name: &str) -> Option<&Known> {
        let files = self.directories.get(directory)?;
        files.get(files.binary_search_by(|file| (*file.name).cmp(name)).ok()?)
    }

    /// Adds or replaces an entry.
    pub(crate) fn insert(&mut self, directory: &str, file: Known) {
        let files = match self.directories.get_mut(directory) {
            Some(files) => files,
            None => self.directories.entry(directory.into()).or_default(),
        };
        match files.binary_search_by(|known| known.name.cmp(&file.name)) {
            Ok(at) => {
                if let Some(known) = files.get_mut(at) {
                    *known = file;
                }
            }
            Err(at) => files.insert(at, file),
        }
    }

    /// Removes an entry and says whether there was one.
    pub(crate) fn remove(&mut self, directory: &str, name: &str) -> bool {
        let Some(files) = self.directories.get_mut(directory) else { return false };
        let Ok(at) = files.binary_search_by(|file| (*file.name).cmp(name)) else { return false };
        files.remove(at);
        if files.is_empty() {
            self.directories.remove(directory);
        }
        true
    }

    /// The paths of `directory` and all beneath it that hold files.
    pub(crate) fn beneath(&self, directory: &str) -> Vec<Box<str>> {
        let inside =
            |path: &str| directory.is_empty() || path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.directories.keys().filter(|path| inside(path)).cloned().collect()
    }

    /// Packs the manifest for the store.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.len() * 96);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&self.fingerprint);
        put_length(&mut out, self.directories.len());
        for (path, files) in &self.directories {
            put_text(&mut out, path);
            put_length(&mut out, files.len());
            for file in files {
                put_text(&mut out, &file.name);
                out.extend_from_slice(&file.stamp.size.to_le_bytes());
                out.extend_from_slice(&file.stamp.mtime.to_le_bytes());
                out.extend_from_slice(&file.stamp.ctime.to_le_bytes());
                out.extend_from_slice(&file.stamp.inode.to_le_bytes());
                out.extend_from_slice(file.hash.as_bytes());
                out.extend_from_slice(&file.dialect.0.to_le_bytes());
                out.push(file.verdict.map_or(0, Skip::code));
                out.push(file.racy.into());
            }
        }
        let sum = blake3::hash(&out);
        out.extend_from_slice(sum.as_bytes());
        out
    }

    /// Unpacks a manifest. `None` when a single bit is wrong: then every file is read again.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM)?)?;
        if blake3::hash(body) != *<&[u8; SUM]>::try_from(sum).ok()? {
            return None;
        }
        let mut rest = Reader(body);
        if rest.array::<8>()? != *MAGIC {
            return None;
        }
        let fingerprint = rest.array()?;
        let mut directories = BTreeMap::new();
        for _ in 0..rest.length()? {
            let path = rest.text()?;
            let mut files = Vec::new();
            for _ in 0..rest.length()? {
                files.push(Known {
                    name: rest.text()?,
                    stamp: Stamp {
                        size: u64::from_le_bytes(rest.array()?),
                        mtime: i64::from_le_bytes(rest.array()?),
                        ctime: i64::from_le_bytes(rest.array()?),
                        inode: u64::from_le_bytes(rest.array()?),
                    },
                    hash: ContentHash::from_bytes(rest.array()?),
                    dialect: Dialect(u16::from_le_bytes(rest.array()?)),
                    verdict: match rest.array::<1>()? {
                        [0] => None,
                        [code] => Some(Skip::from_code(code)?),
                    },
                    racy: rest.array::<1>()? != [0],
                });
            }
            directories.insert(path, files);
        }
        rest.0.is_empty().then_some(Self { fingerprint, directories })
    }
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    let length = u32::try_from(length).expect("a project has fewer than 4 billion files and no path of 4 GB");
    out.extend_from_slice(&length.to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_length(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.array()?)).ok()
    }

    fn text(&mut self) -> Option<Box<str>> {
        let count = self.length()?;
        std::str::from_utf8(self.take(count)?).ok().map(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn known(name: &str) -> Known {
        Known {
            name: name.into(),
            stamp: Stamp { size: 3, mtime: 5, ctime: -7, inode: u64::MAX },
            hash: ContentHash::of(name.as_bytes()),
            dialect: Dialect::MANIFEST,
            verdict: Some(Skip::Generated),
            racy: true,
        }
    }

    fn sample() -> Manifest {
        let mut manifest = Manifest { fingerprint: [9; 16], ..Manifest::default() };
        for (directory, name) in [("", "b"), ("", "a"), ("src", "ü.py"), ("src/x", "x"), ("srcs", "y")] {
            manifest.insert(directory, known(name));
        }
        manifest
    }

    #[test]
    fn a_file_is_entered_once() {
        let mut manifest = sample();
        assert_eq!((manifest.len(), manifest.is_empty(), Manifest::default().is_empty()), (5, false, true));
        manifest.insert("", Known { racy: false, ..known("a") });
        assert_eq!((manifest.len(), manifest.get("", "a").map(|file| file.racy)), (5, Some(false)));
        let times = [-5_i64, 0, 7].map(|second| {
            let ago = std::time::Duration::from_secs(second.unsigned_abs());
            nanoseconds(if second < 0 { UNIX_EPOCH - ago } else { UNIX_EPOCH + ago })
        });
        assert_eq!(times, [-5 * SECOND, 0, 7 * SECOND]);
    }

    #[test]
    fn what_is_encoded_comes_back() {
        assert_eq!(Manifest::decode(&sample().encode()), Some(sample()));
        assert_eq!(Manifest::decode(&Manifest::default().encode()), Some(Manifest::default()));
    }

    #[test]
    fn any_flipped_bit_or_lost_byte_drops_the_whole_manifest() {
        let bytes = sample().encode();
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert_eq!(Manifest::decode(&bad), None, "byte {at}");
            assert_eq!(Manifest::decode(&bytes[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn a_file_touched_within_two_seconds_of_hashing_is_racy() {
        let stamp = |mtime, ctime| Stamp { size: 1, mtime, ctime, inode: 1 };
        let now = 1_000 * SECOND;
        assert!(stamp(now - SECOND, 0).is_racy(now));
        assert!(stamp(now + 50 * SECOND, 0).is_racy(now), "a clock that runs ahead");
        assert!(stamp(0, now - SECOND).is_racy(now), "a write that put the old mtime back");
        assert!(!stamp(now - 3 * SECOND, now - 3 * SECOND).is_racy(now));
    }

    #[test]
    fn a_directory_without_files_is_forgotten() {
        let mut manifest = sample();
        assert_eq!(manifest.beneath("src"), ["src".into(), "src/x".into()]);
        assert!(manifest.remove("src/x", "x"));
        assert!(!manifest.remove("src/x", "x"));
        assert_eq!(manifest.beneath("src"), ["src".into()]);
        assert_eq!(manifest.len(), 4);
    }
}
