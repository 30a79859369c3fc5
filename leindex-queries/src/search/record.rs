//! The index record of a blob: which names it mentions and defines, and which sub-words its symbols are made of.
//!
//! Computed from rows and text alone and stored by content. Segments are made of records and hold nothing else, so
//! either can stand in for the other.

use std::sync::Arc;

use leindex_db::ContentHash;
use leindex_db::store::StoreKey;
use leindex_embed::StaticModel;
use rustc_hash::FxHashMap;

use super::document_vectors::whole_words;
use super::terms::{for_each_subword, term};
use crate::db::Db;
use crate::languages::LanguageConfig;
use crate::syntax::blob::{Blob, rows};
use crate::syntax::rows::{
    ExportRow, ImportKind, ImportRow, NONE, Rows, ScopeRow, SymbolFlags, SymbolKind, SymbolRow, UseKind, UseRow, name_hash,
};

/// Fields of a symbol, by weight.
pub const FIELDS: usize = 4;

/// A symbol as a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its row.
    pub symbol: u32,
    /// What it is.
    pub kind: SymbolKind,
    /// In-file evidence about it.
    pub flags: SymbolFlags,
    /// Hash of its name.
    pub name: u32,
    /// Cyclomatic complexity, capped.
    pub cyclomatic: u16,
    /// Number of sub-words in name, signature (with the names of what it lies in), documentation and body.
    pub lengths: [u16; FIELDS],
}

/// How often a sub-word stands in a symbol's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting {
    /// Hash of the sub-word.
    pub term: u32,
    /// Which document of the record.
    pub document: u32,
    /// Occurrences in name, signature, documentation and body, capped.
    pub counts: [u8; FIELDS],
}

/// The index record of a blob.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Hashes of the names it mentions outside its own definitions' names, sorted.
    pub mentions: Vec<u32>,
    /// Names it defines: hash and row, sorted.
    pub definitions: Vec<(u32, u32)>,
    /// Its documents, in order of their rows.
    pub documents: Vec<Document>,
    /// Its postings, sorted by term, then document.
    pub postings: Vec<Posting>,
    /// The pieces of terms that the static model does not know as whole words, sorted by term.
    pub split: Vec<(u32, Box<[u16]>)>,
}

/// The record of a blob from the store, or computed.
pub(crate) fn record<'db>(db: &'db dyn Db, blob: Blob<'db>) -> Arc<Record> {
    let Some(key) = record_key(db, blob) else { return Arc::default() };
    if let Some(record) = db.packed(&key).and_then(|bytes| Record::decode(&bytes)) {
        return Arc::new(record);
    }
    let rows = rows(db, blob);
    let bytes = db.text(blob.hash(db));
    let record = Record::of(&rows, &String::from_utf8_lossy(&bytes));
    db.keep(key, record.encode().into());
    Arc::new(record)
}

/// The key of a blob's record.
pub(crate) fn record_key<'db>(db: &'db dyn Db, blob: Blob<'db>) -> Option<StoreKey> {
    let config = db.languages().config(blob.dialect(db))?;
    Some(record_key_of(config, blob.hash(db)))
}

pub(crate) fn record_key_of(config: &LanguageConfig, hash: ContentHash) -> StoreKey {
    let words = leindex_embed::SCHEMA.as_bytes();
    StoreKey::new("index", &crate::schema::INDEX, &[words, config.dialect.as_bytes(), config.version.as_bytes(), hash.as_bytes()])
}

/// Whether a symbol is a document: local names and fields are found through what holds them.
fn is_document(kind: SymbolKind) -> bool {
    !matches!(kind, SymbolKind::Field | SymbolKind::Variable)
}

impl Record {
    /// The record of a parsed text.
    pub fn of(rows: &Rows, source: &str) -> Self {
        let mut record = Self { mentions: mentions(rows), ..Self::default() };
        for (index, symbol) in rows.symbols().enumerate().skip(1) {
            record.definitions.push((name_hash(rows.str(symbol.name)), index as u32));
        }
        record.definitions.sort_unstable();
        record.index_text(rows, source);
        record
    }

    fn index_text(&mut self, rows: &Rows, source: &str) {
        let mut buffer = String::new();
        let mut split = Split::default();
        // (term, document, field) → counts, as a list of packed numbers that is sorted and merged at the end.
        let mut words: Vec<u64> = Vec::with_capacity(source.len() / 6);
        let packed = |term: u32, document: u32, field: usize| u64::from(term) << 32 | u64::from(document) << 2 | field as u64;
        let mut spans: Vec<(u32, u32, u32, u32)> = Vec::new();
        for (index, symbol) in rows.symbols().enumerate() {
            if !is_document(symbol.kind) {
                continue;
            }
            let document = self.documents.len() as u32;
            let mut lengths = [0_u16; FIELDS];
            let mut add = |field: usize, text: &str| {
                for_each_subword(text, |word, _| {
                    if let Some(term) = term(word, &mut buffer) {
                        split.note(term, &buffer);
                        words.push(packed(term, document, field));
                        lengths[field] = lengths[field].saturating_add(1);
                    }
                });
            };
            add(0, rows.str(symbol.name));
            add(1, rows.str(symbol.signature));
            for_each_holder(rows, &symbol, |name| add(1, name));
            add(2, rows.str(symbol.doc));
            self.documents.push(Document {
                symbol: index as u32,
                kind: symbol.kind,
                flags: symbol.flags,
                name: name_hash(rows.str(symbol.name)),
                cyclomatic: u16::try_from(symbol.cyclomatic).unwrap_or(u16::MAX),
                lengths,
            });
            spans.push((symbol.body_start, symbol.end, document, symbol.start));
        }
        // Bodies: each word belongs to the innermost document around it.
        let mut open: Vec<(u32, u32)> = Vec::new();
        let mut next = 1;
        if let Some(&(_, end, document, _)) = spans.first() {
            open.push((end, document));
        }
        let documents = &mut self.documents;
        for_each_subword(source, |word, at| {
            let at = at as u32;
            while open.last().is_some_and(|&(end, _)| at >= end) && open.len() > 1 {
                open.pop();
            }
            while let Some(&(body, end, document, start)) = spans.get(next) {
                if at < start {
                    break;
                }
                if at < body && body < end {
                    // Inside the head: its words were counted as name and signature.
                    return;
                }
                next += 1;
                if at < end {
                    open.push((end, document));
                }
            }
            let Some(&(_, document)) = open.last() else { return };
            if let Some(term) = term(word, &mut buffer) {
                split.note(term, &buffer);
                words.push(packed(term, document, 3));
                if let Some(document) = documents.get_mut(document as usize) {
                    document.lengths[3] = document.lengths[3].saturating_add(1);
                }
            }
        });
        self.split = split.into_sorted();
        words.sort_unstable();
        for word in words {
            let (term, document, field) = ((word >> 32) as u32, word as u32 >> 2, word as usize & 3);
            match self.postings.last_mut() {
                Some(last) if last.term == term && last.document == document => last.counts[field] = last.counts[field].saturating_add(1),
                _ => {
                    let mut counts = [0; FIELDS];
                    counts[field] = 1;
                    self.postings.push(Posting { term, document, counts });
                }
            }
        }
    }

    /// Packs the record.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 + self.mentions.len() * 2 + self.definitions.len() * 6 + self.postings.len() * 5);
        varint(self.mentions.len() as u32, &mut out);
        let mut last = 0;
        for &hash in &self.mentions {
            varint(hash.wrapping_sub(last), &mut out);
            last = hash;
        }
        varint(self.definitions.len() as u32, &mut out);
        last = 0;
        for &(hash, symbol) in &self.definitions {
            varint(hash.wrapping_sub(last), &mut out);
            varint(symbol, &mut out);
            last = hash;
        }
        varint(self.documents.len() as u32, &mut out);
        last = 0;
        for document in &self.documents {
            varint(document.symbol.wrapping_sub(last), &mut out);
            last = document.symbol;
            out.push(document.kind as u8);
            varint(document.flags.0, &mut out);
            varint(document.name, &mut out);
            varint(u32::from(document.cyclomatic), &mut out);
            for length in document.lengths {
                varint(u32::from(length), &mut out);
            }
        }
        varint(self.postings.len() as u32, &mut out);
        last = 0;
        for posting in &self.postings {
            varint(posting.term.wrapping_sub(last), &mut out);
            last = posting.term;
            varint(posting.document, &mut out);
            push_counts(posting.counts, &mut out);
        }
        varint(self.split.len() as u32, &mut out);
        last = 0;
        for (term, pieces) in &self.split {
            varint(term.wrapping_sub(last), &mut out);
            last = *term;
            varint(pieces.len() as u32, &mut out);
            for &piece in pieces {
                varint(u32::from(piece), &mut out);
            }
        }
        out
    }

    /// Unpacks a record; `None` if the bytes are not one.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let mut record = Self::default();
        let mut last = 0_u32;
        for _ in 0..reader.varint()? {
            last = last.wrapping_add(reader.varint()?);
            record.mentions.push(last);
        }
        last = 0;
        for _ in 0..reader.varint()? {
            last = last.wrapping_add(reader.varint()?);
            record.definitions.push((last, reader.varint()?));
        }
        last = 0;
        for _ in 0..reader.varint()? {
            last = last.wrapping_add(reader.varint()?);
            let kind = *SymbolKind::ALL.get(usize::from(reader.byte()?))?;
            let flags = SymbolFlags(reader.varint()?);
            let name = reader.varint()?;
            let cyclomatic = u16::try_from(reader.varint()?).ok()?;
            let mut lengths = [0; FIELDS];
            for length in &mut lengths {
                *length = u16::try_from(reader.varint()?).ok()?;
            }
            record.documents.push(Document { symbol: last, kind, flags, name, cyclomatic, lengths });
        }
        last = 0;
        for _ in 0..reader.varint()? {
            last = last.wrapping_add(reader.varint()?);
            let document = reader.varint()?;
            record.postings.push(Posting { term: last, document, counts: reader.counts()? });
        }
        last = 0;
        for _ in 0..reader.varint()? {
            last = last.wrapping_add(reader.varint()?);
            let pieces = (0..reader.varint()?).map(|_| u16::try_from(reader.varint()?).ok());
            record.split.push((last, pieces.collect::<Option<_>>()?));
        }
        reader.0.is_empty().then_some(record)
    }
}

/// Pieces of the terms that are no whole words of the static model.
#[derive(Default)]
struct Split(FxHashMap<u32, Box<[u16]>>);

impl Split {
    fn note(&mut self, term: u32, word: &str) {
        if !whole_words().contains_key(&term) {
            self.0.entry(term).or_insert_with(|| {
                let mut pieces = Vec::new();
                StaticModel::shipped().split(word, &mut pieces);
                pieces.into()
            });
        }
    }

    fn into_sorted(self) -> Vec<(u32, Box<[u16]>)> {
        let mut split: Vec<_> = self.0.into_iter().filter(|(_, pieces)| !pieces.is_empty()).collect();
        split.sort_unstable_by_key(|(term, _)| *term);
        split
    }
}

/// Calls `each` with the names of what a symbol lies in: its parents, and the type that an extension block or a
/// receiver makes it a member of.
pub(crate) fn for_each_holder<'r>(rows: &'r Rows, symbol: &SymbolRow, mut each: impl FnMut(&'r str)) {
    for scope in [symbol.inner, symbol.scope] {
        if let Some(row) = rows.get::<ScopeRow>(scope)
            && row.self_type != NONE
            && let Some(ty) = rows.use_row(row.self_type)
        {
            each(rows.str(ty.name));
            break;
        }
    }
    let mut at = symbol.parent;
    let mut depth = 0;
    while let Some(parent) = rows.symbol(at) {
        if at == 0 || depth > 32 {
            break;
        }
        each(rows.str(parent.name));
        at = parent.parent;
        depth += 1;
    }
}

/// Names a file mentions: in uses, imports and exports. `default` stands for a default import, and a module's last
/// part for the module.
fn mentions(rows: &Rows) -> Vec<u32> {
    let mut seen = vec![false; rows.string_count() as usize];
    let mut extra = Vec::new();
    for index in 0..rows.count::<UseRow>() {
        if let Some(slot) = seen.get_mut(rows.column::<UseRow>(index, 2) as usize)
            && rows.column::<UseRow>(index, 0) != UseKind::Literal as u32
        {
            *slot = true;
        }
    }
    for import in rows.iter::<ImportRow>() {
        if let Some(slot) = seen.get_mut(import.name.0 as usize) {
            *slot = true;
        }
        if import.kind == ImportKind::Default {
            extra.push(name_hash("default"));
        }
        // A file named beside its module (`#[path = "x.rs"] mod y;`).
        if let Some((stem, _)) = rows.str(import.name).rsplit('/').next().and_then(|file| file.rsplit_once('.')) {
            extra.push(name_hash(stem));
        }
        if import.name.is_empty() {
            let module = rows.str(import.module);
            let last = module.rsplit(['.', '/', ':', '\\']).find(|part| !part.is_empty()).unwrap_or(module);
            extra.push(name_hash(last));
            // `./shop.js` and `shop.h`: with the ending, too.
            if let Some((stem, _)) = module.rsplit('/').next().and_then(|file| file.rsplit_once('.')) {
                extra.push(name_hash(stem));
            }
        }
    }
    for export in rows.iter::<ExportRow>() {
        if let Some(slot) = seen.get_mut(export.local.0 as usize) {
            *slot = true;
        }
    }
    let used = seen.iter().enumerate().skip(1).filter(|(_, seen)| **seen);
    let mut hashes: Vec<u32> = used.map(|(id, _)| name_hash(rows.str(crate::syntax::rows::Str(id as u32)))).chain(extra).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Appends a number in seven-bit groups.
pub(crate) fn varint(mut value: u32, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Counts are nearly always one in one field: a byte then, five otherwise.
pub(crate) fn push_counts(counts: [u8; FIELDS], out: &mut Vec<u8>) {
    let mask = counts.iter().enumerate().fold(0_u8, |mask, (field, &count)| mask | u8::from(count > 0) << field);
    if counts.iter().all(|&count| count <= 1) {
        out.push(mask);
        return;
    }
    out.push(mask | 0x10);
    out.extend(counts.iter().filter(|&&count| count > 0));
}

/// Reads what [`varint`] and [`push_counts`] wrote.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    pub(crate) fn varint(&mut self) -> Option<u32> {
        let mut value = 0_u32;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    pub(crate) fn counts(&mut self) -> Option<[u8; FIELDS]> {
        let mask = self.byte()?;
        let mut counts = [0; FIELDS];
        for (field, count) in counts.iter_mut().enumerate() {
            if mask >> field & 1 == 1 {
                *count = if mask & 0x10 != 0 { self.byte()? } else { 1 };
            }
        }
        Some(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let record = Record {
            mentions: vec![1, 2, u32::MAX],
            definitions: vec![(5, 1), (5, 2)],
            documents: vec![Document {
                symbol: 3,
                kind: SymbolKind::Method,
                flags: SymbolFlags::TEST,
                name: 5,
                cyclomatic: 300,
                lengths: [1, 2, 300, 65535],
            }],
            postings: vec![
                Posting { term: 9, document: 0, counts: [1, 0, 0, 0] },
                Posting { term: 9, document: 7, counts: [0, 2, 255, 1] },
            ],
            split: vec![(9, [1, 2].into()), (u32::MAX, [u16::MAX].into())],
        };
        let bytes = record.encode();
        assert_eq!(Record::decode(&bytes), Some(record));
        for end in 0..bytes.len() {
            assert_eq!(Record::decode(&bytes[..end]), None);
        }
    }
}
