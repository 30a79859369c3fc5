//! Values that are not on disk yet.
//!
//! Two layers: what was put since the last batch, and the batch that is being written. Both answer reads, so a
//! value is never out of sight between memory and disk.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::key::StoreKey;

/// A packed record, shared between the layers.
pub(super) type Record = Arc<[u8]>;

/// One layer: records by key, and how many bytes they are.
#[derive(Debug, Default)]
pub(super) struct Batch {
    records: FxHashMap<StoreKey, Record>,
    named: FxHashMap<Box<str>, Record>,
    /// Keys in the order they came, for dropping the oldest.
    order: VecDeque<StoreKey>,
    bytes: usize,
}

/// What a record costs in memory besides its bytes.
const OVERHEAD: usize = 160;

impl Batch {
    pub(super) fn get(&self, key: &StoreKey) -> Option<&Record> {
        self.records.get(key)
    }

    pub(super) fn get_named(&self, name: &str) -> Option<&Record> {
        self.named.get(name)
    }

    /// Values of one key are equal, so the first one stays.
    pub(super) fn put(&mut self, key: StoreKey, record: Record) {
        let cost = record.len() + OVERHEAD;
        if let std::collections::hash_map::Entry::Vacant(slot) = self.records.entry(key) {
            slot.insert(record);
            self.order.push_back(key);
            self.bytes += cost;
        }
    }

    pub(super) fn put_named(&mut self, name: &str, record: Record) {
        self.bytes += record.len() + OVERHEAD;
        if let Some(old) = self.named.insert(name.into(), record) {
            self.bytes -= old.len() + OVERHEAD;
        }
    }

    /// Drops the oldest records until at most `limit` bytes are held, and returns how many. The newest stays
    /// whatever its size: somebody is about to ask for it.
    pub(super) fn shrink(&mut self, limit: usize) -> u64 {
        let mut dropped = 0;
        while self.bytes > limit && self.order.len() > 1 {
            let Some(record) = self.order.pop_front().and_then(|key| self.records.remove(&key)) else { break };
            self.bytes -= record.len() + OVERHEAD;
            dropped += 1;
        }
        dropped
    }

    /// Takes in a batch that could not be written. What came since wins.
    pub(super) fn take_back(&mut self, older: &Self) {
        for key in older.order.iter().rev() {
            if let Some(record) = older.records.get(key)
                && !self.records.contains_key(key)
            {
                self.order.push_front(*key);
                self.bytes += record.len() + OVERHEAD;
                self.records.insert(*key, record.clone());
            }
        }
        for (name, record) in &older.named {
            if !self.named.contains_key(name) {
                self.put_named(name, record.clone());
            }
        }
    }

    /// The records in key order.
    pub(super) fn sorted(&self) -> Vec<(StoreKey, Record)> {
        let mut records: Vec<_> = self.records.iter().map(|(key, record)| (*key, record.clone())).collect();
        records.sort_unstable_by_key(|(key, _)| *key);
        records
    }

    /// The named records, by name.
    pub(super) fn sorted_named(&self) -> Vec<(Box<str>, Record)> {
        let mut named: Vec<_> = self.named.iter().map(|(name, record)| (name.clone(), record.clone())).collect();
        named.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        named
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.named.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u32) -> StoreKey {
        StoreKey::new("test", &[0; 16], &[&n.to_le_bytes()])
    }

    fn record(n: u8) -> Record {
        vec![n; 100].into()
    }

    #[test]
    fn the_oldest_is_dropped_first_and_the_newest_stays() {
        let mut batch = Batch::default();
        for n in 0..10_u8 {
            batch.put(key(n.into()), record(n));
        }
        assert_eq!(batch.shrink(3 * (100 + OVERHEAD)), 7);
        assert!(batch.get(&key(6)).is_none() && batch.get(&key(7)).is_some());
        assert_eq!(batch.shrink(0), 2);
        assert!(batch.get(&key(9)).is_some());
        assert_eq!(batch.bytes(), 100 + OVERHEAD);
    }

    #[test]
    fn a_batch_taken_back_does_not_hide_newer_values() {
        let (mut new, mut old) = (Batch::default(), Batch::default());
        old.put(key(1), record(1));
        old.put(key(2), record(2));
        old.put_named("n", record(1));
        old.put_named("o", record(1));
        new.put(key(2), record(9));
        new.put_named("n", record(9));
        new.take_back(&old);
        assert_eq!(new.get(&key(1)), Some(&record(1)));
        assert_eq!(new.get(&key(2)), Some(&record(9)));
        assert_eq!(new.get_named("n"), Some(&record(9)));
        assert_eq!(new.get_named("o"), Some(&record(1)));
        assert_eq!(new.bytes(), 4 * (100 + OVERHEAD));
        assert_eq!(new.sorted().len(), 2);
    }
}
