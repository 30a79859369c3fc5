//! Prints every edge of a project as JSON lines, for scoring against what compilers say.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use leindex_queries::{Index, Options};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let t = std::time::Instant::now();
    let index = Index::open(&path, Options { store: leindex_queries::index::StorePlace::Memory, ..Options::default() })?;
    eprintln!("open {:?}", t.elapsed());
    let snapshot = index.snapshot();
    let n = snapshot.resolve_all()?;
    eprintln!("resolved {n} {:?}", t.elapsed());
    let edges = snapshot.edges()?;
    eprintln!("edges {} {:?}", edges.len(), t.elapsed());
    let mut rules = std::collections::BTreeMap::new();
    for e in &edges {
        *rules.entry((e.kind, e.rule)).or_insert(0) += 1;
    }
    eprintln!("{rules:?}");
    for edge in edges {
        println!("{}", serde_json::to_string(&edge)?);
    }
    Ok(())
}
