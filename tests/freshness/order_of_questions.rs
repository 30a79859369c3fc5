//! No answer depends on what was asked before it: names that lead in circles mean the same from wherever they are
//! entered.

use leindex_queries::index::StorePlace;
use leindex_queries::{Index, Options};

use crate::answers::{Questions, answers, difference};
use crate::project::{Files, mixed, split, write_all};
use crate::random::Random;

/// Asks several fresh indexes in several orders and on several threads.
fn check(files: &Files, rounds: u64) {
    let _together = crate::ALONE.read();
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path(), files);
    let open = || Index::open(folder.path(), Options { store: StorePlace::Memory, ..Options::default() }).unwrap();
    let straight = open();
    for round in 0..rounds {
        let mut random = Random::new(round);
        let questions = Questions::about(&straight, &mut random);
        let other = open();
        match round % 4 {
            0 => drop(other.snapshot().resolve_all()),
            _ => {
                for _ in 0..1 + random.below(30) {
                    questions.wander(&other, &mut random);
                }
            }
        }
        let (straight, other) = (answers(&straight, &questions), answers(&other, &questions));
        assert!(straight == other, "round {round}\n{}", difference(&other, &straight));
    }
}

#[test]
fn circles() {
    check(&split(include_str!("projects/cycles.txt"), ""), 60);
}

#[test]
fn all_languages() {
    check(&mixed(&crate::project::PROJECTS.map(|(language, _)| language)), 6);
}
