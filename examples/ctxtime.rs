#![allow(clippy::print_stdout, missing_docs, clippy::disallowed_methods)]
use leindex_queries::{Change, ContextOptions, Index, Options, SearchOptions};
use std::time::Instant;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let t = Instant::now();
    let mut index = Index::open(&path, Options { store: leindex_queries::index::StorePlace::Memory, ..Options::default() }).unwrap();
    println!("open {:?}", t.elapsed());
    let file = std::env::args().nth(2).unwrap();
    let questions = [
        "Where is the CSRF token of a request checked?",
        "How does leveldb compact a memtable into a level-0 file?",
        "What are the bottlenecks?",
        "How is this project structured?",
        "get",
        "Parser.parse",
        "open file and read all lines into a buffer",
        "error \"cannot read file\"",
    ];
    let text = std::fs::read_to_string(format!("{path}/{file}")).unwrap();
    for (n, q) in questions.iter().enumerate() {
        let t = Instant::now();
        let c = index.snapshot().context(q, &ContextOptions::default()).unwrap();
        let cold = t.elapsed();
        let t = Instant::now();
        let again = index.snapshot().context(q, &ContextOptions::default()).unwrap();
        let warm = t.elapsed();
        assert!(again == c);
        let t = Instant::now();
        let hits = index.snapshot().search(q, &SearchOptions::default()).unwrap().len();
        let search = t.elapsed();
        let mut edits = Vec::new();
        for i in 0..7 {
            let t = Instant::now();
            index.apply(Change::Overlay(file.clone(), format!("{text}\n# edit {n} {i}\n"))).unwrap();
            let applied = t.elapsed();
            let t = Instant::now();
            let snapshot = index.snapshot();
            let snap = t.elapsed();
            let t = Instant::now();
            snapshot.context(q, &ContextOptions::default()).unwrap();
            edits.push((t.elapsed() + snap, snap, applied));
        }
        edits.sort();
        println!(
            "{q}: cold {cold:?} warm {warm:?} search {search:?} ({hits}) after edit median {:?} (snapshot {:?}, apply {:?}) max {:?} tokens {}",
            edits[3].0, edits[3].1, edits[3].2, edits[6].0, c.tokens
        );
    }
}
