//! Random edits: after each, the live index and a fresh one are asked everything.

use std::collections::BTreeMap;

use leindex_queries::Index;

use crate::answers::{Answers, Questions, answers, difference};
use crate::edits::World;
use crate::project::mixed;
use crate::random::Random;

/// Runs a walk of random edits. `LAW4_SEEDS=100..120` and `LAW4_STEPS=500` make it another or a longer one.
fn check(languages: &[&str], seed: u64, steps: usize) {
    let number = |text: &str| text.parse::<u64>().unwrap();
    let steps = std::env::var("LAW4_STEPS").map_or(steps, |text| number(&text) as usize);
    match std::env::var("LAW4_SEEDS") {
        Ok(seeds) => {
            let (first, end) = seeds.split_once("..").unwrap();
            (number(first)..number(end)).for_each(|seed| walk(languages, seed, steps));
        }
        Err(_) => walk(languages, seed, steps),
    }
}

/// Edits a project at random and compares after every step. Prints what was done if something differs.
#[expect(clippy::print_stdout, reason = "shown where a test is run with `--nocapture`")]
fn walk(languages: &[&str], seed: u64, steps: usize) {
    let pools: Vec<rayon::ThreadPool> =
        [1, 2, 4].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()).into();
    let mut world = World::new(mixed(languages), seed);
    let mut made = BTreeMap::new();
    for step in 0..steps {
        let _together = crate::ALONE.read();
        let pool = world.random.below(pools.len());
        pools[pool].install(|| {
            for _ in 0..1 + world.random.below(2) {
                world.edit();
            }
            world.upset();
        });
        let fresh_pool = &pools[world.random.below(pools.len())];
        let mut fresh = world.fresh();
        let mut random = Random::new(seed ^ (step as u64) << 20);
        let questions = Questions::about(&fresh, &mut random);
        pools[pool].install(|| {
            let mut random = world.random.clone();
            questions.wander(world.live_mut(), &mut random);
        });
        let live = ask(&pools[pool], world.live_mut(), &questions);
        let fresh = ask(fresh_pool, &mut fresh, &questions);
        if live != fresh {
            let last = world.log.len().saturating_sub(12);
            panic!(
                "{languages:?}, seed {seed}, step {step}: live and fresh differ\n{}after\n  {}\n",
                difference(&live, &fresh),
                world.log[last..].join("\n  ")
            );
        }
    }
    made.append(&mut world.made);
    println!("{languages:?}: {} edits: {made:?}", made.values().sum::<usize>());
}

/// All answers of an index from within a pool: an index may go to another thread, but only as a whole.
fn ask(pool: &rayon::ThreadPool, index: &mut Index, questions: &Questions) -> Answers {
    pool.install(move || answers(index, questions))
}

#[test]
fn dynamic_languages() {
    check(&["python", "ruby", "lua", "php"], 1, 90);
}

#[test]
fn javascript_and_its_kin() {
    check(&["javascript", "typescript", "dart"], 2, 90);
}

#[test]
fn languages_of_the_jvm_and_csharp() {
    check(&["java", "kotlin", "scala", "csharp"], 3, 90);
}

#[test]
fn go_rust_swift() {
    check(&["rust", "go", "swift"], 4, 90);
}

#[test]
fn c_and_functional_languages() {
    check(&["cpp", "c", "elixir", "haskell"], 5, 90);
}

#[test]
fn all_languages_together() {
    let all = crate::project::PROJECTS.map(|(language, _)| language);
    check(&all, 6, 30);
}
