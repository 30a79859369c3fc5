//! The vectors of a blob's documents by the static model: a function of the blob's index record alone.
//!
//! The record's postings are the bag of words that a vector is the sum of, so a vector costs a sum and no second look at
//! the text: about four microseconds. That is less than to read one from the store, so they are not stored by blob but
//! made with the segment that holds them.

use std::sync::LazyLock;

use leindex_db::store::StoreKey;
use leindex_embed::StaticModel;
use leindex_embed::static_model::to_unit_length;
use leindex_embed::vectors::{self, Quantizer, row_bytes};
use rustc_hash::FxHashMap;

use super::record::{Record, record, record_key_of};
use super::segment::Segment;
use crate::db::RootDatabase;
use crate::syntax::blob::Blob;
use crate::syntax::rows::name_hash;

/// The terms that are whole words of the static model, with their pieces.
pub(crate) fn whole_words() -> &'static FxHashMap<u32, u16> {
    static WORDS: LazyLock<FxHashMap<u32, u16>> = LazyLock::new(|| {
        let mut words: Vec<(&str, u16)> = StaticModel::shipped().whole_words().collect();
        // Of words with one hash, should there be any, the same one on every run.
        words.sort_unstable();
        words.into_iter().map(|(word, piece)| (name_hash(word), piece)).collect()
    });
    &WORDS
}

/// The vectors of a record's documents, in their order, each of unit length; zero where no word has pieces.
pub(crate) fn document_vectors(record: &Record) -> Vec<f32> {
    let model = StaticModel::shipped();
    let dimension = model.dimension();
    let mut sums = vec![0.0; record.documents.len() * dimension];
    let mut add = |document: u32, piece: u16, frequency: f32| {
        let start = document as usize * dimension;
        if let Some(sum) = sums.get_mut(start..start + dimension) {
            model.add_to_document(piece, frequency, sum);
        }
    };
    // A piece that some split word has may come from several words: those frequencies add up first.
    let mut in_split: Vec<u16> = record.split.iter().flat_map(|(_, pieces)| pieces.iter().copied()).collect();
    in_split.sort_unstable();
    in_split.dedup();
    let mut shared: Vec<(u16, u32, f32)> = Vec::new();
    let mut split = record.split.iter().peekable();
    for run in record.postings.chunk_by(|a, b| a.term == b.term) {
        let term = run[0].term;
        while split.next_if(|(known, _)| *known < term).is_some() {}
        let frequencies = run.iter().map(|posting| (posting.document, model.frequency(posting.counts)));
        match (whole_words().get(&term), split.next_if(|(known, _)| *known == term)) {
            (Some(&piece), _) if in_split.binary_search(&piece).is_err() => frequencies.for_each(|(document, tf)| add(document, piece, tf)),
            (Some(&piece), _) => shared.extend(frequencies.map(|(document, tf)| (piece, document, tf))),
            (None, Some((_, pieces))) => {
                for (document, tf) in frequencies {
                    shared.extend(pieces.iter().map(|&piece| (piece, document, tf)));
                }
            }
            (None, None) => {}
        }
    }
    shared.sort_by_key(|&(piece, document, _)| (piece, document));
    for run in shared.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        add(run[0].1, run[0].0, run.iter().map(|(.., tf)| tf).sum());
    }
    sums.chunks_mut(dimension).for_each(to_unit_length);
    sums
}

impl Segment {
    /// The vectors of the segment's documents, in their order: those at hand, else those of the sealed file, else made of
    /// the blobs' records.
    pub(crate) fn vectors(&self, db: &RootDatabase) -> &vectors::Segment {
        self.vectors.get_or_init(|| match self.sealed_vectors.get() {
            Some(key) => self.vectors_in_store(db, key).unwrap_or_else(|| {
                let made = segment_of(self.made_of(db).map(|blob| packed_rows(&record(db, blob))));
                db.shared.store.put_sealed(key, made.as_bytes());
                made
            }),
            // What is not sealed is in another segment at the next revision: its rows are kept.
            None => segment_of(self.made_of(db).map(|blob| db.vectors_in_memory(blob, || packed_rows(&record(db, blob))))),
        })
    }

    /// Makes the vectors of the blobs' records and seals them in the store, if they are not there. To look for them costs
    /// an open file; they are read when somebody searches.
    pub(crate) fn seal_vectors<'r>(&self, db: &RootDatabase, records: impl Iterator<Item = &'r Record>) {
        let store = &db.shared.store;
        let key = self.sealed_vectors.get_or_init(|| self.vectors_key(db));
        if store.sealed(key).is_none() {
            let made = segment_of(records.map(packed_rows));
            if store.put_sealed(key, made.as_bytes()).is_none() {
                self.vectors.get_or_init(|| made);
            }
        }
    }

    fn vectors_in_store(&self, db: &RootDatabase, key: &StoreKey) -> Option<vectors::Segment> {
        vectors::Segment::from_bytes(db.shared.store.sealed(key)?).ok().filter(|found| found.rows() == self.document_count())
    }

    fn made_of<'d>(&self, db: &'d RootDatabase) -> impl Iterator<Item = Blob<'d>> {
        self.blobs().iter().map(|&(hash, dialect)| Blob::new(db, hash, dialect))
    }

    fn vectors_key(&self, db: &RootDatabase) -> StoreKey {
        let languages = &db.shared.languages;
        let records = self.blobs().iter().filter_map(|&(hash, dialect)| Some(record_key_of(languages.config(dialect)?, hash)));
        let records: Vec<StoreKey> = records.collect();
        let parts: Vec<&[u8]> = records.iter().map(|key| &key.as_bytes()[..]).collect();
        StoreKey::new("vectors", &crate::schema::INDEX, &parts)
    }
}

/// The packed rows of a record's documents, one after the other.
fn packed_rows(record: &Record) -> Vec<u8> {
    let quantizer = quantizer();
    let mut rows = Vec::with_capacity(record.documents.len() * row_bytes(quantizer.dimension()));
    for vector in document_vectors(record).chunks(quantizer.dimension()) {
        quantizer.quantize_into(vector, &mut rows).expect("a vector of the model is of its dimension");
    }
    rows
}

/// The vectors of many records' packed rows, in their order.
fn segment_of<R: AsRef<[u8]>>(records: impl Iterator<Item = R>) -> vectors::Segment {
    let dimension = quantizer().dimension();
    let mut builder = vectors::SegmentBuilder::new(dimension).expect("the shipped model has a dimension that vectors may have");
    for rows in records {
        for row in rows.as_ref().chunks(row_bytes(dimension)) {
            builder.push_row(row).expect("documents are numbered by 32 bits");
        }
    }
    builder.build()
}

/// Makes rows and questions for the static model.
pub(crate) fn quantizer() -> &'static Quantizer {
    static QUANTIZER: LazyLock<Quantizer> =
        LazyLock::new(|| Quantizer::new(StaticModel::shipped().center()).expect("the shipped model has a center"));
    &QUANTIZER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::terms::{for_each_subword, term};
    use crate::syntax::rows::{SymbolFlags, SymbolKind};

    /// A record of one document with these words in its body.
    fn record_of(text: &str) -> Record {
        let mut buffer = String::new();
        let (mut record, mut terms) = (Record::default(), std::collections::BTreeMap::<u32, (u8, String)>::new());
        for_each_subword(text, |word, _| {
            if let Some(term) = term(word, &mut buffer) {
                terms.entry(term).or_insert((0, buffer.clone())).0 += 1;
            }
        });
        for (term, (count, word)) in terms {
            record.postings.push(crate::search::record::Posting { term, document: 0, counts: [0, 0, 0, count] });
            if !whole_words().contains_key(&term) {
                let mut pieces = Vec::new();
                StaticModel::shipped().split(&word, &mut pieces);
                record.split.push((term, pieces.into()));
            }
        }
        let (kind, flags) = (SymbolKind::Function, SymbolFlags::default());
        record.documents.push(crate::search::record::Document { symbol: 1, kind, flags, name: 0, cyclomatic: 1, lengths: [0; 4] });
        record
    }

    fn cosine(question: &str, document: &str) -> f32 {
        let mut words = Vec::new();
        let mut buffer = String::new();
        for_each_subword(question, |word, _| words.extend(term(word, &mut buffer).map(|_| buffer.clone())));
        let question = StaticModel::shipped().question(words.iter().map(String::as_str));
        let document = document_vectors(&record_of(document));
        question.iter().zip(&document).map(|(a, b)| a * b).sum()
    }

    /// The floor that any shipped model has to hold: each question is nearer to the code that answers it than to all of
    /// the others, without sharing a word with it.
    #[test]
    fn a_question_is_nearest_to_the_code_that_answers_it_in_other_words() {
        let pairs = [
            ("delete a file", "fn unlink path remove fs"),
            ("authentication of a user", "login password credentials session token verify"),
            ("sort a list", "compare swap quicksort partition order items"),
            ("download a web page", "http get url request response fetch"),
            ("convert to text", "string format to str encode utf8"),
            ("parallel execution", "thread pool spawn worker join"),
            ("matrix multiplication", "dot product array rows columns"),
            ("draw on the screen", "render canvas pixel color paint"),
        ];
        for (question, _) in pairs {
            let best = pairs.iter().max_by(|a, b| cosine(question, a.1).total_cmp(&cosine(question, b.1)));
            let answer = pairs.iter().find(|(other, _)| *other == question);
            assert_eq!(best, answer, "{question}");
        }
    }

    #[test]
    fn a_document_without_known_words_has_no_vector() {
        assert!(document_vectors(&record_of("поиск 認証")).iter().all(|value| *value == 0.0));
        assert!(document_vectors(&Record::default()).is_empty());
    }

    #[test]
    fn pieces_that_words_share_add_up_before_the_logarithm() {
        let model = StaticModel::shipped();
        let mut pieces = Vec::new();
        model.split("qzjxv", &mut pieces);
        assert!(pieces.len() > 1, "a word that no vocabulary has");
        let once = document_vectors(&record_of("qzjxv"));
        let twice = document_vectors(&record_of("qzjxv qzjxv"));
        let mut expected = vec![0.0; model.dimension()];
        pieces.sort_unstable();
        for piece in pieces.chunk_by(|a, b| a == b) {
            model.add_to_document(piece[0], piece.len() as f32 * model.frequency([0, 0, 0, 1]), &mut expected);
        }
        to_unit_length(&mut expected);
        assert_eq!(once, expected);
        assert_ne!(once, twice);
    }
}
