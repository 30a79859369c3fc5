//! Random edits: after each, the live index and a fresh one are asked everything.
//!
//! Every kind of edit is made in every dialect, in an order that chance decides. `LAW4_SEEDS=100..120` makes other walks,
//! `LAW4_STEPS=500` goes on at random for so many edits more, and `LAW4_PROJECT=folder` with `--ignored` walks a copy of a
//! project of yours.

use std::path::Path;

use leindex_queries::languages::Languages;
use leindex_queries::{Change, Index};

use crate::answers::{Answers, Questions, answers, difference};
use crate::edits::{KINDS, Kind};
use crate::project::{Files, mixed};
use crate::random::Random;
use crate::texts::{dialect, language};
use crate::world::World;

/// Projects of several languages, and the dialects in which every kind of edit is made.
const WALKS: [(&[&str], &[&str]); 5] = [
    (&["python", "ruby", "lua", "php"], &["python", "ruby", "lua", "php"]),
    (&["javascript", "typescript", "dart"], &["javascript", "typescript", "tsx", "dart"]),
    (&["java", "kotlin", "scala", "csharp"], &["java", "kotlin", "scala", "csharp"]),
    (&["rust", "go", "swift"], &["rust", "go", "swift"]),
    (&["cpp", "c", "elixir", "haskell"], &["cpp", "c", "elixir", "haskell"]),
];
/// Edits of any kind in a project of all languages.
const TOGETHER: usize = 40;

/// Every kind of edit in each of some dialects.
fn plan(dialects: &[&'static str]) -> Vec<(&'static Kind, &'static str)> {
    dialects.iter().flat_map(|&dialect| KINDS.iter().filter(move |kind| kind.is_of(dialect)).map(move |kind| (kind, dialect))).collect()
}

#[test]
fn every_kind_of_edit_is_made_in_every_dialect_500_in_all() {
    let mut dialects: Vec<&str> = WALKS.iter().flat_map(|(_, dialects)| dialects.iter().copied()).collect();
    dialects.sort_unstable();
    let mut all: Vec<&str> = Languages::default().configs().map(|config| config.dialect).collect();
    all.sort_unstable();
    assert_eq!(dialects, all);
    let planned: usize = WALKS.iter().map(|(_, dialects)| plan(dialects).len()).sum();
    assert!(planned + TOGETHER >= 500, "{planned} edits");
}

/// Runs a walk of planned edits and `more` at random.
fn check(files: &Files, dialects: &[&'static str], seed: u64, more: usize) {
    let number = |text: &str| text.parse::<u64>().unwrap();
    let more = std::env::var("LAW4_STEPS").map_or(more, |text| number(&text) as usize);
    match std::env::var("LAW4_SEEDS") {
        Ok(seeds) => {
            let (first, end) = seeds.split_once("..").unwrap();
            (number(first)..number(end)).for_each(|seed| walk(files, dialects, seed, more));
        }
        Err(_) => walk(files, dialects, seed, more),
    }
}

/// Edits a project at random and compares after every edit. Prints what was done if something differs.
#[expect(clippy::print_stdout, reason = "shown where a test is run with `--nocapture`")]
fn walk(files: &Files, dialects: &[&'static str], seed: u64, more: usize) {
    let pools: Vec<rayon::ThreadPool> =
        [1, 2, 4].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()).into();
    let mut world = World::new(files.clone(), seed);
    let mut plan = plan(dialects);
    let steps = plan.len() + more;
    let mut compared = 0;
    for step in 0..steps {
        let _together = crate::ALONE.read();
        let pool = &pools[world.random.below(pools.len())];
        pool.install(|| {
            // Now and then several edits between two questions.
            if world.random.one_in(6) {
                world.edit();
            }
            if plan.is_empty() {
                world.edit();
            } else {
                let (kind, dialect) = plan.swap_remove(world.random.below(plan.len()));
                world.edit_in(kind, dialect);
            }
            world.upset();
        });
        let fresh_pool = &pools[world.random.below(pools.len())];
        let mut fresh = fresh_pool.install(|| world.fresh());
        let questions = Questions::about(&fresh, &mut Random::new(seed ^ (step as u64) << 20));
        let mut random = world.random.clone();
        pool.install(|| questions.wander(world.live_mut(), &mut random));
        let differs = |live: &Answers, fresh: &Answers, what: &str, log: &[String]| {
            if live != fresh {
                let last = &log[log.len().saturating_sub(12)..];
                panic!(
                    "{dialects:?}, seed {seed}, step {step}: {what} and fresh differ\n{}after\n  {}\n",
                    difference(live, fresh),
                    last.join("\n  ")
                );
            }
        };
        let live = ask(pool, world.live_mut(), &questions);
        differs(&live, &ask(fresh_pool, &mut fresh, &questions), "live", &world.log);
        compared += 1;
        if world.random.one_in(8)
            && let Some(change) = what_if(&mut world)
        {
            let mut fork = pool.install(|| world.live_mut().fork(change.clone())).unwrap();
            fresh.apply(change).unwrap();
            let forked = ask(pool, &mut fork, &questions);
            differs(&forked, &ask(fresh_pool, &mut fresh, &questions), "a fork", &world.log);
            drop(fork);
            differs(&ask(pool, world.live_mut(), &questions), &live, "live after its fork and before", &world.log);
        }
    }
    assert_eq!((compared, plan.len()), (steps, 0));
    assert!(world.edits >= steps, "{} edits", world.edits);
    println!("{dialects:?}, seed {seed}: {} edits, {compared} times compared", world.edits);
}

/// A change that a fork may try out.
fn what_if(world: &mut World) -> Option<Change> {
    let path = world.source()?;
    if world.random.one_in(4) {
        return Some(Change::Remove(path));
    }
    let other = world.source().filter(|other| language(other) == language(&path))?;
    Some(Change::Overlay(path, world.text(&other)?))
}

/// All answers of an index from within a pool: an index may go to another thread, but only as a whole.
fn ask(pool: &rayon::ThreadPool, index: &mut Index, questions: &Questions) -> Answers {
    pool.install(move || answers(index, questions))
}

fn check_walk(number: usize) {
    let (languages, dialects) = WALKS[number];
    check(&mixed(languages), dialects, number as u64, 0);
}

#[test]
fn dynamic_languages() {
    check_walk(0);
}

#[test]
fn javascript_and_its_kin() {
    check_walk(1);
}

#[test]
fn languages_of_the_jvm_and_csharp() {
    check_walk(2);
}

#[test]
fn go_rust_swift() {
    check_walk(3);
}

#[test]
fn c_and_functional_languages() {
    check_walk(4);
}

#[test]
fn all_languages_together() {
    check(&mixed(&crate::project::PROJECTS.map(|(language, _)| language)), &[], 6, TOGETHER);
}

#[test]
#[ignore = "walks a copy of the project that LAW4_PROJECT names"]
fn a_project_of_yours() {
    let root = std::env::var("LAW4_PROJECT").unwrap();
    let mut files = Files::new();
    let index = Index::open(&root, leindex_queries::Options { store: leindex_queries::index::StorePlace::Memory, ..Default::default() });
    for file in index.unwrap().snapshot().files().unwrap() {
        files.insert(file.path.clone(), std::fs::read(Path::new(&root).join(&file.path)).unwrap());
    }
    let mut dialects: Vec<&'static str> = files.keys().filter_map(|path| dialect(path)).collect();
    dialects.sort_unstable();
    dialects.dedup();
    // A dialect with one file or two has nowhere to go.
    dialects.retain(|wanted| files.keys().filter(|path| dialect(path) == Some(*wanted)).count() > 8);
    check(&files, if std::env::var("LAW4_STEPS").is_ok() { &[] } else { &dialects }, 7, 50);
}
