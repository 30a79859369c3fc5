//! Groups of symbols that have more to do with each other than with the rest.

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::describe::symbol_name;
use super::error::Error;
use super::hotspots::symbol_at;
use super::snapshot::Snapshot;
use super::world::World;
use crate::graph::communities::communities;
use crate::graph::components::Groups;
use crate::graph::csr::Csr;
use crate::names::files::{Symbol, symbol_row};
use crate::names::values::parent_type;

/// How a project is divided into communities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CommunitiesOptions {
    /// 1 is usual; above it communities are smaller and more, below it larger and fewer. Not negative.
    pub resolution: f64,
    /// Whether tests are divided as well.
    pub tests: bool,
}

impl Default for CommunitiesOptions {
    fn default() -> Self {
        Self { resolution: 1.0, tests: false }
    }
}

/// The communities of a project.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Communities {
    /// Larger ones first, equally large ones by their first symbols.
    pub communities: Vec<Community>,
    /// The symbols of all communities, files in order. Those without any dependency are in none.
    pub members: Vec<CommunityMember>,
    /// Modularity at the resolution that was asked for: the share of dependencies that lie within communities, less what
    /// would lie there if each symbol had as many, but anywhere. 0 if nothing is divided, below 1, and above 0.5 for most
    /// projects.
    pub modularity: f64,
    /// The revision this holds for.
    pub revision: String,
}

/// A group of symbols that have more to do with each other than with the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Community {
    /// Its place in [`Communities::communities`].
    pub community: u32,
    /// Its directory and the name of what is central in it, for people to read: `shop/orders: Order`.
    pub name: String,
    /// The directory in which most of its symbols lie; of several, the first by path.
    pub directory: String,
    /// The full name of the type whose members, or of the function that, has most dependencies within it, in either
    /// direction; of several, the first.
    pub central: String,
    /// Its symbols.
    pub symbols: u32,
    /// How many of its symbols lie in `directory`.
    pub in_directory: u32,
    /// Dependencies between its symbols.
    pub within: u32,
    /// Dependencies of its symbols on those of others.
    pub outward: u32,
}

/// A symbol and its community.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CommunityMember {
    /// Its full name.
    pub symbol: String,
    /// The place of its community in [`Communities::communities`].
    pub community: u32,
}

impl Snapshot<'_> {
    /// Divides the symbols of a project by what they have to do with each other, wherever they lie: the modules that it
    /// seems to be made of. Compare them with its folders.
    ///
    /// Two symbols are tied if one relies on the other, by the dependencies that [`hotspots`](Self::hotspots) counts; twice
    /// if both do. The division is made by the Leiden algorithm (Traag, Waltman and van Eck, 2019), without chance: equal
    /// projects give equal communities. Each of them is connected.
    ///
    /// Costs, once a revision, the dependencies as [`hotspots`](Self::hotspots) does; then, each time, a few dozen walks
    /// over them on one thread.
    ///
    /// # Errors
    ///
    /// When the resolution is negative or no number.
    pub fn communities(&self, options: &CommunitiesOptions) -> Result<Communities, Error> {
        let resolution = options.resolution;
        if !(resolution >= 0.0 && resolution.is_finite()) {
            return Err(Error::BadResolution { resolution });
        }
        self.ask(|world| {
            let (graph, nodes) = world.dependencies().with_tests(options.tests);
            let division = communities(&graph, resolution);
            let groups = Groups::of(&division.of);
            let mut groups: Vec<&[u32]> = groups.iter().filter(|members| members.len() > 1).collect();
            groups.sort_by_key(|members| (std::cmp::Reverse(members.len()), members.first().copied()));
            let mut community_of = vec![NONE; graph.len()];
            for (number, members) in (0..).zip(&groups) {
                for &member in *members {
                    if let Some(of) = community_of.get_mut(member as usize) {
                        *of = number;
                    }
                }
            }
            let symbol = |at: u32| symbol_at(world, *nodes.get(at as usize)?);
            let described = (0..).zip(&groups).filter_map(|(community, members)| {
                let (within, outward, ties) = ties(&graph, &community_of, members);
                let central = central(world, ties.into_iter().filter_map(|(at, ties)| Some((symbol(at)?, ties))))?;
                let (directory, in_directory) = common_directory(world, members.iter().filter_map(|&at| nodes.get(at as usize)));
                let (rows, _, row) = symbol_row(world.db, central)?;
                let path = central.file(world.db).path(world.db);
                let name = match rows.str(row.name) {
                    "" => path.rsplit('/').next().unwrap_or(path),
                    name => name,
                };
                Some(Community {
                    community,
                    name: if directory.is_empty() { name.to_owned() } else { format!("{directory}: {name}") },
                    directory: directory.to_owned(),
                    central: symbol_name(world, central),
                    symbols: members.len() as u32,
                    in_directory,
                    within,
                    outward,
                })
            });
            let described = described.collect();
            let members = (0..).zip(&community_of).filter(|&(_, &community)| community != NONE);
            let members =
                members.filter_map(|(at, &community)| Some(CommunityMember { symbol: symbol_name(world, symbol(at)?), community }));
            Ok(Communities {
                communities: described,
                members: members.collect(),
                modularity: division.modularity,
                revision: self.revision().to_owned(),
            })
        })?
    }
}

const NONE: u32 = u32::MAX;

/// The type or function that most ties lead to or from, of symbols in order with theirs.
fn central<'w>(world: World<'w>, ties: impl Iterator<Item = (Symbol<'w>, u32)>) -> Option<Symbol<'w>> {
    let mut found: Vec<(Symbol<'w>, u32)> = Vec::new();
    let mut places = FxHashMap::<Symbol<'w>, usize>::default();
    for (symbol, ties) in ties {
        let of = std::iter::successors(Some(symbol), |&inner| parent_type(world.db, inner)).take(DEEPEST).last().unwrap_or(symbol);
        let place = *places.entry(of).or_insert(found.len());
        match found.get_mut(place) {
            Some((_, sum)) => *sum += ties,
            None => found.push((of, ties)),
        }
    }
    found.into_iter().rev().max_by_key(|&(_, ties)| ties).map(|(symbol, _)| symbol)
}

/// Types inside of each other that are told apart.
const DEEPEST: usize = 16;

/// The directory in which most of some nodes lie, and how many.
fn common_directory<'w, 'n>(world: World<'w>, nodes: impl Iterator<Item = &'n u32>) -> (&'w str, u32) {
    let mut counts = FxHashMap::<&str, u32>::default();
    for &node in nodes {
        let (file, _) = world.dependencies().numbering().place(node);
        if let Some(file) = world.live.all.get(file as usize) {
            *counts.entry(file.directory(world.db).path(world.db)).or_default() += 1;
        }
    }
    counts.into_iter().min_by_key(|&(path, count)| (std::cmp::Reverse(count), path)).unwrap_or_default()
}

/// The edges between members of a community, those from them to others, and at how many edges between members each stands.
fn ties(graph: &Csr, community_of: &[u32], members: &[u32]) -> (u32, u32, Vec<(u32, u32)>) {
    let (mut within, mut outward) = (0, 0);
    let mut ties: Vec<(u32, u32)> = members.iter().map(|&member| (member, 0)).collect();
    let of = |node: u32| community_of.get(node as usize);
    for (at, &member) in members.iter().enumerate() {
        for &target in graph.targets(member as usize) {
            if of(target) != of(member) {
                outward += 1;
                continue;
            }
            within += 1;
            // Members are in order.
            for at in [Ok(at), members.binary_search(&target)].into_iter().flatten() {
                if let Some((_, ties)) = ties.get_mut(at) {
                    *ties += 1;
                }
            }
        }
    }
    (within, outward, ties)
}
