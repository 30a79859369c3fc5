//! Segments: records of many blobs turned around, so that a name or sub-word leads to blobs.
//!
//! A segment is a function of its set of blobs and immutable. Blobs that died since are masked by whoever asks.

use std::sync::{Arc, OnceLock};

use leindex_db::{ContentHash, Dialect};
use leindex_embed::vectors;
use rustc_hash::FxHashMap;

use super::record::{Document, FIELDS, Posting, Reader, Record, push_counts, varint};

/// A blob without its database: hash and dialect.
pub type BlobKey = (ContentHash, Dialect);

/// An immutable index over a set of blobs.
#[derive(Debug, Default)]
pub struct Segment {
    blobs: Box<[BlobKey]>,
    by_key: FxHashMap<BlobKey, u32>,
    mentions: Postings,
    definitions: Postings,
    terms: Postings,
    /// First document of each blob, and one past the last.
    first_document: Box<[u32]>,
    documents: Box<[Document]>,
    /// Sub-words of each blob's documents, by field.
    lengths: Box<[[u32; FIELDS]]>,
    /// The documents' vectors, once somebody needs them.
    pub(super) vectors: OnceLock<vectors::Segment>,
}

/// Lists of small numbers by hash.
#[derive(Debug, Default)]
struct Postings {
    keys: Box<[u32]>,
    ends: Box<[u32]>,
    bytes: Box<[u8]>,
}

impl Postings {
    fn list(&self, key: u32) -> Reader<'_> {
        let Ok(at) = self.keys.binary_search(&key) else { return Reader(&[]) };
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        Reader(self.bytes.get(start..self.ends[at] as usize).unwrap_or(&[]))
    }

    fn bytes(&self) -> usize {
        self.keys.len() * 8 + self.bytes.len()
    }
}

/// Collects lists in order of their keys.
#[derive(Default)]
struct PostingsBuilder {
    keys: Vec<u32>,
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl PostingsBuilder {
    /// Starts the list of `key`, which is at least the last one. Returns whether it is new.
    fn key(&mut self, key: u32) -> bool {
        if self.keys.last() == Some(&key) {
            return false;
        }
        if !self.keys.is_empty() {
            self.ends.push(self.bytes.len() as u32);
        }
        self.keys.push(key);
        true
    }

    fn finish(mut self) -> Postings {
        if !self.keys.is_empty() {
            self.ends.push(self.bytes.len() as u32);
        }
        Postings { keys: self.keys.into(), ends: self.ends.into(), bytes: self.bytes.into() }
    }
}

/// Where a sub-word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The blob, by its number in the segment.
    pub blob: u32,
    /// The document, by its number in the segment.
    pub document: u32,
    /// Occurrences by field.
    pub counts: [u8; FIELDS],
}

impl Segment {
    /// The segment of some blobs. They are put in order of their keys, so the segment does not depend on theirs.
    pub fn of(mut records: Vec<(BlobKey, Arc<Record>)>) -> Self {
        records.sort_unstable_by_key(|(key, _)| *key);
        records.dedup_by_key(|(key, _)| *key);
        let blobs: Box<[BlobKey]> = records.iter().map(|(key, _)| *key).collect();
        let by_key = blobs.iter().enumerate().map(|(index, key)| (*key, index as u32)).collect();
        let mut first_document = Vec::with_capacity(records.len() + 1);
        let mut documents = Vec::new();
        let mut lengths = Vec::with_capacity(records.len());
        let mut names: Vec<(u32, u32, u32)> = Vec::new();
        for (blob, (_, record)) in records.iter().enumerate() {
            first_document.push(documents.len() as u32);
            documents.extend_from_slice(&record.documents);
            let mut sum = [0_u32; FIELDS];
            for document in &record.documents {
                for (sum, length) in sum.iter_mut().zip(document.lengths) {
                    *sum = sum.saturating_add(u32::from(length));
                }
            }
            lengths.push(sum);
            names.extend(record.mentions.iter().map(|&hash| (hash, blob as u32, 0)));
        }
        first_document.push(documents.len() as u32);
        let mentions = Self::pairs(&mut names, false);
        for (blob, (_, record)) in records.iter().enumerate() {
            names.extend(record.definitions.iter().map(|&(hash, symbol)| (hash, blob as u32, symbol)));
        }
        let definitions = Self::pairs(&mut names, true);
        let terms = Self::term_postings(&records, &first_document);
        Self {
            blobs,
            by_key,
            mentions,
            definitions,
            terms,
            first_document: first_document.into(),
            documents: documents.into(),
            lengths: lengths.into(),
            vectors: OnceLock::new(),
        }
    }

    fn pairs(names: &mut Vec<(u32, u32, u32)>, with_symbol: bool) -> Postings {
        names.sort_unstable();
        let mut builder = PostingsBuilder::default();
        let mut last = 0;
        for &(hash, blob, symbol) in names.iter() {
            if builder.key(hash) {
                last = 0;
            }
            varint(blob - last, &mut builder.bytes);
            last = blob;
            if with_symbol {
                varint(symbol, &mut builder.bytes);
            }
        }
        names.clear();
        builder.finish()
    }

    fn term_postings(records: &[(BlobKey, Arc<Record>)], first_document: &[u32]) -> Postings {
        let count = records.iter().map(|(_, record)| record.postings.len()).sum();
        // (term, document) in one number, which no two share, and where the posting is.
        let mut all: Vec<(u64, u32, u32)> = Vec::with_capacity(count);
        for (blob, (_, record)) in records.iter().enumerate() {
            all.extend(record.postings.iter().enumerate().map(|(at, posting)| {
                (u64::from(posting.term) << 32 | u64::from(first_document[blob] + posting.document), blob as u32, at as u32)
            }));
        }
        all.sort_unstable_by_key(|&(key, ..)| key);
        let mut builder = PostingsBuilder::default();
        let mut last = 0;
        for (key, blob, at) in all {
            let (term, document) = ((key >> 32) as u32, key as u32);
            if builder.key(term) {
                last = 0;
            }
            varint(document - last, &mut builder.bytes);
            last = document;
            let posting: &Posting = &records[blob as usize].1.postings[at as usize];
            push_counts(posting.counts, &mut builder.bytes);
        }
        builder.finish()
    }

    /// The blobs, in order.
    pub fn blobs(&self) -> &[BlobKey] {
        &self.blobs
    }

    /// Whether the segment covers a blob.
    pub fn contains(&self, key: &BlobKey) -> bool {
        self.by_key.contains_key(key)
    }

    /// The blobs that mention a name, by the name's hash.
    pub fn mentioning(&self, hash: u32) -> impl Iterator<Item = BlobKey> + '_ {
        self.mentioning_blobs(hash).filter_map(|blob| self.blob(blob))
    }

    /// The definitions of a name, by its hash: blob and row.
    pub fn defining(&self, hash: u32) -> impl Iterator<Item = (BlobKey, u32)> + '_ {
        self.defining_blobs(hash).filter_map(|(blob, row)| Some((self.blob(blob)?, row)))
    }

    /// As [`mentioning`](Self::mentioning), by the blobs' numbers.
    pub fn mentioning_blobs(&self, hash: u32) -> impl Iterator<Item = u32> + '_ {
        let mut list = self.mentions.list(hash);
        let mut blob = 0;
        std::iter::from_fn(move || {
            blob += list.varint()?;
            Some(blob)
        })
    }

    /// As [`defining`](Self::defining), by the blobs' numbers.
    pub fn defining_blobs(&self, hash: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let mut list = self.definitions.list(hash);
        let mut blob = 0;
        std::iter::from_fn(move || {
            blob += list.varint()?;
            Some((blob, list.varint()?))
        })
    }

    /// Where a sub-word stands, by its hash, in order of documents.
    pub fn postings(&self, term: u32) -> impl Iterator<Item = Hit> + '_ {
        let mut list = self.terms.list(term);
        let mut document = 0;
        let mut blob = 0;
        std::iter::from_fn(move || {
            document += list.varint()?;
            let counts = list.counts()?;
            while self.first_document.get(blob as usize + 1).is_some_and(|&next| next <= document) {
                blob += 1;
            }
            Some(Hit { blob, document, counts })
        })
    }

    /// The blob of a number.
    pub fn blob(&self, index: u32) -> Option<BlobKey> {
        self.blobs.get(index as usize).copied()
    }

    /// The number of a blob.
    pub fn index_of(&self, key: &BlobKey) -> Option<u32> {
        self.by_key.get(key).copied()
    }

    /// The blob of a document, by its number.
    pub fn blob_of(&self, document: u32) -> u32 {
        self.first_document.partition_point(|&first| first <= document).saturating_sub(1) as u32
    }

    /// The number of a blob's first document.
    pub fn first_document(&self, blob: u32) -> u32 {
        self.first_document.get(blob as usize).copied().unwrap_or(0)
    }

    /// Number of documents.
    pub fn document_count(&self) -> usize {
        self.documents.len()
    }

    /// Sub-words of a blob's documents, by field.
    pub fn lengths(&self, blob: u32) -> [u32; FIELDS] {
        self.lengths.get(blob as usize).copied().unwrap_or_default()
    }

    /// A document.
    pub fn document(&self, index: u32) -> Option<Document> {
        self.documents.get(index as usize).copied()
    }

    /// The documents of a blob.
    pub fn documents_of(&self, blob: u32) -> &[Document] {
        let range = |at: u32| self.first_document.get(at as usize).map_or(0, |&first| first as usize);
        self.documents.get(range(blob)..range(blob + 1)).unwrap_or(&[])
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let postings = self.mentions.bytes() + self.definitions.bytes() + self.terms.bytes();
        postings + self.documents.len() * size_of::<Document>() + self.blobs.len() * 90
    }
}
