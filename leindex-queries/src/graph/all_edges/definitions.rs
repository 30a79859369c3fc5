//! All definitions of the workspace by their names.

use std::sync::Arc;

use rayon::prelude::*;

use super::Numbers;
use super::draft::Draft;
use crate::graph::candidate::Candidate;
use crate::syntax::rows::name_hash;

/// Definitions by name and family of languages.
#[derive(Debug)]
pub(super) struct Definitions {
    /// By the upper bits of the names' hashes.
    shards: Box<[Shard]>,
}

#[derive(Debug)]
struct Shard {
    /// In order of their hashes.
    groups: Vec<Group>,
    candidates: Vec<Candidate<u32>>,
}

/// The definitions of one name.
#[derive(Debug)]
struct Group {
    hash: u32,
    first: u32,
    count: u32,
    family: &'static str,
    name: Box<str>,
}

/// A definition: the hash of its name, its file and its place there.
type Definition = (u32, u32, u32);

/// Upper bits of a hash that choose a shard.
const BITS: u32 = 6;

const fn shard_of(hash: u32) -> usize {
    (hash >> (32 - BITS)) as usize
}

impl Definitions {
    /// Collects the definitions of the drafts.
    pub(super) fn of<'n>(drafts: &[Arc<Draft>], numbers: impl Fn(u32) -> Numbers<'n> + Sync) -> Self {
        let mut all: Vec<Definition> =
            drafts.par_iter().enumerate().flat_map_iter(|(file, draft)| draft.definitions_of(file as u32)).collect();
        all.par_sort_unstable();
        let shard = |number: usize| {
            let bound = |number| all.partition_point(|&(hash, ..)| shard_of(hash) < number);
            Shard::of(all.get(bound(number)..bound(number + 1)).unwrap_or(&[]), drafts, &numbers)
        };
        Self { shards: (0..1 << BITS).into_par_iter().map(shard).collect::<Vec<Shard>>().into() }
    }

    /// The definitions of a name in a family of languages, in order of files and rows.
    pub(super) fn named(&self, name: &str, family: &str) -> &[Candidate<u32>] {
        let hash = name_hash(name);
        let Some(Shard { groups, candidates }) = self.shards.get(shard_of(hash)) else { return &[] };
        let start = groups.partition_point(|group| group.hash < hash);
        let mut same = groups.iter().skip(start).take_while(|group| group.hash == hash);
        let found = same.find(|group| group.family == family && *group.name == *name);
        found.and_then(|group| candidates.get(group.first as usize..(group.first + group.count) as usize)).unwrap_or(&[])
    }
}

impl Shard {
    fn of<'n>(definitions: &[Definition], drafts: &[Arc<Draft>], numbers: &impl Fn(u32) -> Numbers<'n>) -> Self {
        let (mut groups, mut candidates) = (Vec::new(), Vec::with_capacity(definitions.len()));
        for same in definitions.chunk_by(|a, b| a.0 == b.0) {
            // Names of one hash are mostly one name of one family.
            let mut left = same.to_vec();
            while let Some(&(hash, file, at)) = left.first() {
                let Some((family, name)) = named(drafts, file, at) else { break };
                let start = candidates.len() as u32;
                left.retain(|&(_, file, at)| {
                    let other = named(drafts, file, at) != Some((family, name));
                    if !other {
                        candidates.extend(candidate(drafts, numbers(file), file, at));
                    }
                    other
                });
                groups.push(Group { hash, first: start, count: candidates.len() as u32 - start, family, name: name.into() });
            }
        }
        Self { groups, candidates }
    }
}

fn named(drafts: &[Arc<Draft>], file: u32, at: u32) -> Option<(&'static str, &str)> {
    let draft = drafts.get(file as usize)?;
    let &(name, _) = draft.definitions.get(at as usize)?;
    Some((draft.family, draft.names.text(name)))
}

fn candidate(drafts: &[Arc<Draft>], numbers: Numbers<'_>, file: u32, at: u32) -> Option<Candidate<u32>> {
    let (_, candidate) = drafts.get(file as usize)?.definitions.get(at as usize)?;
    Some(candidate.map(|symbol| numbers.node(symbol)))
}
