//! A sealed pack: an immutable file of sorted records that any process may read.
//!
//! Layout: magic, the records in key order, the index (key, offset, length; sorted), a footer with a checksum. Only
//! the index is mapped; records are read at their offset, so that reading a pack does not count as memory. A pack
//! comes into being by renaming a finished file and never changes.
//!
//! Each record proves itself by its own checksum, so a wrong index entry can only make a value absent.

#![expect(unsafe_code, reason = "the index of a sealed pack, which is ours alone, is memory-mapped")]

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use memmap2::{Mmap, MmapOptions};

use super::key::StoreKey;
use super::lock::create_private;
use super::record;

const MAGIC: &[u8; 8] = b"lxpack01";
/// Key, offset, length.
const ENTRY: usize = 32 + 8 + 4;
/// Offset of the index, number of entries, checksum of both, magic.
const FOOTER: usize = 8 + 8 + 16 + 8;

/// An open pack.
#[derive(Debug)]
pub(super) struct Pack {
    path: PathBuf,
    file: File,
    index: Option<Mmap>,
    count: usize,
    size: u64,
}

impl Pack {
    /// Opens the pack at `path`.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or was truncated or overwritten.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let broken = || io::Error::new(io::ErrorKind::InvalidData, "the pack is damaged");
        let mut magic = [0; 8];
        file.read_exact(&mut magic)?;
        file.seek(SeekFrom::End(-(FOOTER as i64)))?;
        let mut footer = [0; FOOTER];
        file.read_exact(&mut footer)?;
        let (places, rest) = footer.split_first_chunk::<16>().expect("the footer is longer");
        let (index_at, count) = (number(places, 0), number(places, 8));
        if magic != *MAGIC || *rest != footer_tail(places) {
            return Err(broken());
        }
        let end = count
            .checked_mul(ENTRY as u64)
            .and_then(|length| length.checked_add(index_at)?.checked_add(FOOTER as u64))
            .ok_or_else(broken)?;
        if end != size || index_at < 8 {
            return Err(broken());
        }
        let count = usize::try_from(count).map_err(|_| broken())?;
        let index = match count {
            0 => None,
            // SAFETY: the file lies in a folder that only its owner may enter, and no process of ours ever writes
            // to or truncates a pack after it was renamed into place.
            _ => Some(unsafe { MmapOptions::new().offset(index_at).len(count * ENTRY).map(&file)? }),
        };
        Ok(Self { path: path.to_path_buf(), file, index, count, size })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The length of the file.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The record of `key`, if the pack has one. It may be damaged.
    pub(super) fn get(&self, key: &StoreKey) -> Option<Vec<u8>> {
        let (_, offset, length) = self.entry(self.find(key)?)?;
        let mut record = vec![0; length];
        read_at(&self.file, &mut record, offset).ok()?;
        Some(record)
    }

    pub(super) fn contains(&self, key: &StoreKey) -> bool {
        self.find(key).is_some()
    }

    /// All records in key order, read in one sweep.
    pub(super) fn records(&self) -> io::Result<impl Iterator<Item = io::Result<(StoreKey, Vec<u8>)>>> {
        let mut reader = BufReader::with_capacity(1 << 18, File::open(&self.path)?);
        reader.seek(SeekFrom::Start(MAGIC.len() as u64))?;
        let mut at = MAGIC.len() as u64;
        Ok((0..self.count).map_while(move |position| {
            let (key, offset, length) = self.entry(position)?;
            Some((|| {
                reader.seek_relative(offset.cast_signed().wrapping_sub(at.cast_signed()))?;
                let mut record = vec![0; length];
                reader.read_exact(&mut record)?;
                at = offset + length as u64;
                Ok((key, record))
            })())
        }))
    }

    fn entry(&self, at: usize) -> Option<(StoreKey, u64, usize)> {
        let (entry, _) = self.index.as_ref()?.get(at.checked_mul(ENTRY)?..)?.split_first_chunk::<ENTRY>()?;
        let (key, places) = entry.split_first_chunk::<32>()?;
        let offset = number(places, 0);
        let length = u32::from_le_bytes(*places.last_chunk()?);
        // A damaged entry must not make us allocate more than the file could hold.
        if offset.checked_add(length.into())? > self.size {
            return None;
        }
        Some((StoreKey::from_bytes(*key), offset, usize::try_from(length).ok()?))
    }

    fn key(&self, at: usize) -> Option<StoreKey> {
        let start = at.checked_mul(ENTRY)?;
        let key = self.index.as_ref()?.get(start..start + 32)?;
        Some(StoreKey::from_bytes(*key.first_chunk()?))
    }

    /// Keys are hashes, evenly spread, so a few guesses by proportion come within a page of the entry; halving does
    /// the rest, and also holds where the spread does not.
    fn find(&self, key: &StoreKey) -> Option<usize> {
        let (mut low, mut high) = (0, self.count);
        let (mut low_at, mut high_at) = (0_u64, u64::MAX);
        let mut guesses = 3;
        while low < high {
            let middle = if guesses > 0 && high - low > 64 && high_at > low_at {
                guesses -= 1;
                let share =
                    u128::from(key.position().clamp(low_at, high_at) - low_at) * ((high - low - 1) as u128) / u128::from(high_at - low_at);
                low + usize::try_from(share).ok()?
            } else {
                low + (high - low) / 2
            };
            let found = self.key(middle)?;
            match found.cmp(key) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => (low, low_at) = (middle + 1, found.position()),
                std::cmp::Ordering::Greater => (high, high_at) = (middle, found.position()),
            }
        }
        None
    }
}

/// Writes a pack: records in key order go in, a finished file comes out.
pub(super) struct PackWriter {
    path: PathBuf,
    records: BufWriter<File>,
    /// The index grows in a file of its own, so that memory does not grow with the number of keys.
    index: BufWriter<File>,
    offset: u64,
    count: u64,
}

impl PackWriter {
    /// Starts a pack that will lie at `path`; until it is finished it lies beside it.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let mut records = BufWriter::with_capacity(1 << 18, create_private(&unfinished(path))?);
        let index = BufWriter::new(create_private(&index_beside(path))?);
        records.write_all(MAGIC)?;
        Ok(Self { path: path.to_path_buf(), records, index, offset: MAGIC.len() as u64, count: 0 })
    }

    pub(super) fn write(&mut self, key: &StoreKey, record: &[u8]) -> io::Result<()> {
        let length = u32::try_from(record.len()).map_err(io::Error::other)?;
        self.index.write_all(key.as_bytes())?;
        self.index.write_all(&self.offset.to_le_bytes())?;
        self.index.write_all(&length.to_le_bytes())?;
        self.records.write_all(record)?;
        self.offset += u64::from(length);
        self.count += 1;
        Ok(())
    }

    /// Finishes the pack and renames it into place. `None` when nothing was written.
    ///
    /// No `fsync`: after a power cut a damaged pack is found by its footer and checksums, and costs time only.
    pub(super) fn finish(mut self) -> io::Result<Option<Pack>> {
        let mut index = self.index.into_inner()?;
        index.seek(SeekFrom::Start(0))?;
        io::copy(&mut index, &mut self.records)?;
        std::fs::remove_file(index_beside(&self.path))?;
        if self.count == 0 {
            std::fs::remove_file(unfinished(&self.path))?;
            return Ok(None);
        }
        let mut places = [0; 16];
        let (first, second) = places.split_at_mut(8);
        first.copy_from_slice(&self.offset.to_le_bytes());
        second.copy_from_slice(&self.count.to_le_bytes());
        self.records.write_all(&places)?;
        self.records.write_all(&footer_tail(&places))?;
        self.records.into_inner()?;
        std::fs::rename(unfinished(&self.path), &self.path)?;
        Pack::open(&self.path).map(Some)
    }
}

/// The ending of the files that a writer leaves behind when it is killed.
pub(super) const UNFINISHED: &str = "new";

fn unfinished(path: &Path) -> PathBuf {
    path.with_extension(UNFINISHED)
}

fn index_beside(path: &Path) -> PathBuf {
    path.with_extension(format!("index.{UNFINISHED}"))
}

fn footer_tail(places: &[u8; 16]) -> [u8; FOOTER - 16] {
    let mut tail = [0; FOOTER - 16];
    let (sum, magic) = tail.split_at_mut(16);
    blake3::Hasher::new().update(places).finalize_xof().fill(sum);
    magic.copy_from_slice(MAGIC);
    tail
}

fn number(bytes: &[u8], at: usize) -> u64 {
    let eight = bytes.get(at..).and_then(|rest| rest.first_chunk()).expect("the caller's array is long enough");
    u64::from_le_bytes(*eight)
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, buffer, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = buffer.split_at_mut(read).1;
        offset += read as u64;
    }
    Ok(())
}

/// Records sorted by key.
pub(super) type Records<'a> = Box<dyn Iterator<Item = io::Result<(StoreKey, Vec<u8>)>> + 'a>;

/// Writes the records of all `sources`, each sorted by key, to `pack`. Of several records with one key the first
/// source's is taken; damaged ones are left out and counted.
pub(super) fn merge(pack: &mut PackWriter, sources: Vec<Records<'_>>) -> io::Result<u64> {
    let mut heads = Vec::with_capacity(sources.len());
    for source in sources {
        let mut source = source.peekable();
        if source.peek().is_some() {
            heads.push(source);
        }
    }
    let mut damaged = 0;
    let mut last = None;
    loop {
        let mut first: Option<(usize, Option<StoreKey>)> = None;
        for (at, head) in heads.iter_mut().enumerate() {
            // An error counts as the smallest key, so that it surfaces at once.
            let key = match head.peek() {
                None => continue,
                Some(Ok((key, _))) => Some(*key),
                Some(Err(_)) => None,
            };
            if first.is_none_or(|(_, least)| key < least) {
                first = Some((at, key));
            }
        }
        let Some(next) = first.and_then(|(at, _)| heads.get_mut(at)?.next()) else { return Ok(damaged) };
        let (key, record) = next?;
        if last.is_some_and(|last| key <= last) {
            continue;
        }
        if record::is_sound(&key, &record) {
            pack.write(&key, &record)?;
            last = Some(key);
        } else {
            damaged += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u32) -> StoreKey {
        StoreKey::new("test", &[0; 16], &[&n.to_le_bytes()])
    }

    fn records(numbers: impl Iterator<Item = u32>) -> Vec<(StoreKey, Vec<u8>)> {
        let mut records: Vec<_> = numbers.map(|n| (key(n), record::encode(&key(n), &n.to_le_bytes()).unwrap().to_vec())).collect();
        records.sort();
        records
    }

    fn pack(path: &Path, numbers: impl Iterator<Item = u32>) -> Pack {
        let mut writer = PackWriter::create(path).unwrap();
        for (key, record) in records(numbers) {
            writer.write(&key, &record).unwrap();
        }
        writer.finish().unwrap().unwrap()
    }

    fn value(pack: &Pack, n: u32) -> Option<Vec<u8>> {
        record::decode(&key(n), &pack.get(&key(n))?).map(|value| value.to_vec())
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let pack = pack(&folder.path().join("p.pack"), 0..2_000);
        for n in 0..2_000 {
            assert_eq!(value(&pack, n), Some(n.to_le_bytes().to_vec()));
        }
        for n in 2_000..4_000 {
            assert_eq!(pack.get(&key(n)), None);
        }
        assert_eq!(pack.records().unwrap().count(), 2_000);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no unfinished file is left");
    }

    #[test]
    fn keys_that_are_not_spread_evenly_are_found_too() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = PackWriter::create(&folder.path().join("p.pack")).unwrap();
        let keys: Vec<StoreKey> = (0..1_000_u32)
            .map(|n| {
                let mut bytes = [0; 32];
                bytes[28..].copy_from_slice(&n.to_be_bytes());
                StoreKey::from_bytes(bytes)
            })
            .collect();
        for key in &keys {
            writer.write(key, b"x").unwrap();
        }
        let pack = writer.finish().unwrap().unwrap();
        assert!(keys.iter().all(|key| pack.get(key).is_some()));
        assert_eq!(pack.get(&StoreKey::from_bytes([255; 32])), None);
    }

    #[test]
    fn a_truncated_or_overwritten_pack_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.pack");
        drop(pack(&path, 0..100));
        let good = std::fs::read(&path).unwrap();
        for cut in [0, 7, 8, FOOTER, good.len() / 2, good.len() - 1] {
            std::fs::write(&path, &good[..cut]).unwrap();
            assert!(Pack::open(&path).is_err(), "cut at {cut}");
        }
        for at in (0..8).chain(good.len() - FOOTER..good.len()) {
            let mut bad = good.clone();
            bad[at] ^= 1;
            std::fs::write(&path, &bad).unwrap();
            assert!(Pack::open(&path).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_damaged_record_or_index_entry_is_never_another_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.pack");
        drop(pack(&path, 0..100));
        let good = std::fs::read(&path).unwrap();
        for at in (8..good.len() - FOOTER).step_by(7) {
            let mut bad = good.clone();
            bad[at] ^= 0x80;
            std::fs::write(&path, &bad).unwrap();
            let pack = Pack::open(&path).unwrap();
            for n in 0..100 {
                let found = value(&pack, n);
                assert!(found.is_none() || found == Some(n.to_le_bytes().to_vec()));
            }
        }
    }

    #[test]
    fn merging_keeps_the_first_sources_records_and_drops_damaged_ones() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = PackWriter::create(&folder.path().join("m.pack")).unwrap();
        let mut damaged = records(10..30);
        let lost = key(27);
        damaged.iter_mut().filter(|(key, _)| *key == lost).for_each(|(_, record)| record[16] ^= 1);
        let sources: Vec<Vec<_>> = vec![records(0..20), damaged, records(25..26)];
        let count =
            merge(&mut writer, sources.into_iter().map(|source| Box::new(source.into_iter().map(io::Result::Ok)) as Box<_>).collect())
                .unwrap();
        assert_eq!(count, 1);
        let pack = writer.finish().unwrap().unwrap();
        for n in 0..30 {
            assert_eq!(value(&pack, n).is_some(), key(n) != lost, "{n}");
        }
    }

    #[test]
    fn an_empty_pack_is_no_pack() {
        let folder = tempfile::tempdir().unwrap();
        let writer = PackWriter::create(&folder.path().join("e.pack")).unwrap();
        assert!(writer.finish().unwrap().is_none());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
