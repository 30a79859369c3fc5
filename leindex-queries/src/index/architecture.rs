//! How the directories of a project rely on each other.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::change::{is_within, normal};
use super::describe::symbol_name;
use super::error::Error;
use super::hotspots::symbol_at;
use super::snapshot::Snapshot;
use super::world::World;
use crate::graph::components::{Groups, layers, strongly_connected};
use crate::graph::csr::Csr;
use crate::graph::cycles::imports;
use crate::graph::directories::directories;
use crate::graph::feedback::closing_edges;
use crate::names::evidence::is_test_path;

/// Which part of a project is laid out, and how finely.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArchitectureOptions {
    /// A folder, from the root; empty for the whole project. What lies outside does not count.
    pub path: String,
    /// How many levels of folders below `path` are told apart; what lies deeper counts for the folder above it. Without a
    /// depth, a folder is looked into if it holds more than half of the symbols.
    pub depth: Option<usize>,
    /// Whether tests count.
    pub tests: bool,
}

/// The directories of a project and what leads from one to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Architecture {
    /// By path.
    pub directories: Vec<ArchitectureDirectory>,
    /// What leads from one directory to another, by both paths.
    pub couplings: Vec<Coupling>,
    /// Directories that rely on each other in a circle, larger groups first.
    pub cycles: Vec<DirectoryCycle>,
    /// The revision this holds for.
    pub revision: String,
}

/// A directory with the files in it, those of folders below included that are not listed themselves.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArchitectureDirectory {
    /// Path from the root, which itself is the empty path.
    pub path: String,
    /// Its files.
    pub files: u32,
    /// Its symbols, modules included.
    pub symbols: u32,
    /// Dependencies between symbols of it.
    pub within: u32,
    /// Ca, afferent coupling (Martin, 1994): symbols of others that rely on symbols of it.
    pub afferent: u32,
    /// Ce, efferent coupling: symbols of it that rely on symbols of others.
    pub efferent: u32,
    /// I = Ce / (Ca + Ce): 0 if others rely on it and it on none, so that a change of it is felt and no change is felt by
    /// it; 1 the other way round; none if there is neither.
    pub instability: Option<f64>,
    /// 0 if it relies on no other; else one more than the highest layer of those that it relies on. Directories that rely
    /// on each other in a circle are on one layer.
    pub layer: u32,
    /// The same if the couplings that close cycles were not there: where it stands within its cycle. Where there is no
    /// cycle, the same as `layer`.
    pub level: u32,
    /// The place of its cycle in [`Architecture::cycles`], if it is in one.
    pub cycle: Option<u32>,
}

/// What leads from one directory to another: at least one dependency or import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coupling {
    /// The directory that relies on the other.
    pub from: String,
    /// The other.
    pub to: String,
    /// Pairs of symbols of which the one calls or extends the other.
    pub dependencies: u32,
    /// Pairs of files of which the one imports the other.
    pub imports: u32,
    /// Whether it is one of those that close cycles.
    pub closes_cycle: bool,
}

/// Directories of which each relies on each other, directly or through others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DirectoryCycle {
    /// By path.
    pub directories: Vec<String>,
    /// Couplings without which there is no cycle, the smallest first: what to cut. Each of them closes one. There may be
    /// other and smaller such sets; the smallest is hard to find.
    pub closing: Vec<ClosingCoupling>,
}

/// A coupling that closes a cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClosingCoupling {
    /// What leads where, and how much of it.
    #[serde(flatten)]
    pub coupling: Coupling,
    /// At most five of its dependencies that more than a name speaks for; if there are none, of its imports.
    pub examples: Vec<Dependency>,
}

/// A symbol or file that relies on another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dependency {
    /// The full name of the one that relies on the other.
    pub source: String,
    /// The full name of the other.
    pub target: String,
}

impl Snapshot<'_> {
    /// How the directories of a project, or of a part of it, rely on each other: couplings, layers and cycles.
    ///
    /// One directory relies on another if a symbol of it calls or extends one of the other, by the dependencies that
    /// [`hotspots`](Self::hotspots) counts, or a file of it imports one of the other. Dependencies that nothing but a name
    /// speaks for (edges of rule `name`) count only where another dependency or an import leads the same way: alone they
    /// may be a chance. What leads outside, and what is not resolved, counts for nothing. Tests, by their paths or their
    /// marks, are left out unless they are asked for.
    ///
    /// Costs, once a revision, the dependencies as [`hotspots`](Self::hotspots) does; then a walk over them and the imports
    /// of all files.
    ///
    /// # Errors
    ///
    /// When the path holds no file that is analysed.
    pub fn architecture(&self, options: &ArchitectureOptions) -> Result<Architecture, Error> {
        let path = normal(&options.path);
        let path = path.trim_end_matches('/');
        self.ask(|world| {
            let layout = Layout::of(world, path, options)?;
            Ok(layout.described(world, self.revision()))
        })?
    }
}

/// Examples of a coupling.
const EXAMPLES: usize = 5;
const NONE: u32 = u32::MAX;

/// Directories by number, and what belongs to them.
struct Layout<'w> {
    paths: Vec<&'w str>,
    rows: Vec<ArchitectureDirectory>,
    /// The directory of each node of the dependencies, and of each live file; `NONE` if it does not count.
    of_node: Vec<u32>,
    of_file: Vec<u32>,
    imports: Csr,
    couplings: FxHashMap<(u32, u32), Weight>,
}

#[derive(Clone, Copy, Default)]
struct Weight {
    dependencies: u32,
    imports: u32,
}

impl<'w> Layout<'w> {
    fn of(world: World<'w>, path: &str, options: &ArchitectureOptions) -> Result<Self, Error> {
        let dependencies = world.dependencies();
        let is_known = |of: &str| is_within(of, path);
        if !path.is_empty() && !world.live.all.iter().any(|file| is_known(file.path(world.db))) {
            return Err(Error::UnknownPath { path: path.to_owned(), nearest: Vec::new() });
        }
        let tests = dependencies.tests();
        let counts = |node: usize| options.tests || tests.get(node) == Some(&false);
        let files = world.live.all.iter().enumerate().map(|(place, file)| (place, file.path(world.db)));
        let files = files.filter(|(_, of)| is_known(of) && (options.tests || !is_test_path(of)));
        let files: Vec<(usize, &str)> = files.collect();
        let nodes = |place: usize| dependencies.numbering().nodes(place as u32).map(|node| node as usize).filter(|&node| counts(node));
        let symbols = |place: usize| nodes(place).count() as u64;
        let weighed: Vec<(&str, u64)> = files.iter().map(|&(place, of)| (of, symbols(place))).collect();
        let of_files = directories(&weighed, path, options.depth);
        let mut paths = of_files.clone();
        paths.sort_unstable();
        paths.dedup();
        let mut rows: Vec<ArchitectureDirectory> = paths.iter().map(|path| ArchitectureDirectory::at(path)).collect();
        let mut of_node = vec![NONE; dependencies.graph().len()];
        let mut of_file = vec![NONE; world.live.all.len()];
        for ((&(place, _), directory), &(_, symbols)) in files.iter().zip(of_files).zip(&weighed) {
            let Ok(directory) = paths.binary_search(&directory) else { continue };
            if let (Some(row), Some(of_file)) = (rows.get_mut(directory), of_file.get_mut(place)) {
                row.files += 1;
                row.symbols += symbols as u32;
                *of_file = directory as u32;
            }
            for node in nodes(place) {
                if let Some(of_node) = of_node.get_mut(node) {
                    *of_node = directory as u32;
                }
            }
        }
        let imports = imports(world);
        let mut layout = Self { paths, rows, of_node, of_file, imports, couplings: FxHashMap::default() };
        let known = layout.known(dependencies.certain());
        layout.count(dependencies.graph(), &known);
        Ok(layout)
    }

    /// The directories that more than a name says to rely on each other.
    fn known(&self, certain: &Csr) -> FxHashSet<(u32, u32)> {
        let between = |of: &[u32], (from, to): (u32, u32)| Some((*of.get(from as usize)?, *of.get(to as usize)?));
        let dependencies = certain.edges().filter_map(|edge| between(&self.of_node, edge));
        dependencies.chain(self.imports.edges().filter_map(|edge| between(&self.of_file, edge))).collect()
    }

    /// Counts what leads from where to where, between directories of which it is known.
    #[expect(clippy::indexing_slicing, reason = "directories are below their count, nodes and files below theirs")]
    fn count(&mut self, dependencies: &Csr, known: &FxHashSet<(u32, u32)>) {
        let mut relied_upon = Vec::new();
        for (node, &from) in self.of_node.iter().enumerate().filter(|&(_, &from)| from != NONE) {
            relied_upon.clear();
            for &target in dependencies.targets(node) {
                match self.of_node[target as usize] {
                    NONE => (),
                    to if to == from => self.rows[from as usize].within += 1,
                    to if !known.contains(&(from, to)) => (),
                    to => {
                        self.couplings.entry((from, to)).or_default().dependencies += 1;
                        relied_upon.push(to);
                    }
                }
            }
            self.rows[from as usize].efferent += u32::from(!relied_upon.is_empty());
            relied_upon.sort_unstable();
            relied_upon.dedup();
            relied_upon.iter().for_each(|&to| self.rows[to as usize].afferent += 1);
        }
        for (from, to) in self.imports.edges().map(|(from, to)| (self.of_file[from as usize], self.of_file[to as usize])) {
            if from != to && from != NONE && to != NONE {
                self.couplings.entry((from, to)).or_default().imports += 1;
            }
        }
    }

    #[expect(clippy::indexing_slicing, reason = "directories are below their count")]
    fn described(mut self, world: World<'w>, revision: &str) -> Architecture {
        let count = self.paths.len() as u32;
        let mut edges: Vec<(u32, u32)> = self.couplings.keys().copied().collect();
        edges.sort_unstable();
        let graph = Csr::new(count, &edges);
        let components = strongly_connected(&graph);
        // Only what lies within a component can close a cycle.
        let inner: Vec<(u32, u32)> =
            edges.iter().copied().filter(|&(from, to)| components[from as usize] == components[to as usize]).collect();
        let weight = |from, to| self.couplings.get(&(from, to)).map_or(0, |weight| u64::from(weight.dependencies + weight.imports));
        let closing = closing_edges(&Csr::new(count, &inner), weight);
        let kept: Vec<(u32, u32)> = edges.iter().copied().filter(|edge| closing.binary_search(edge).is_err()).collect();
        let levels = layers(&Csr::new(count, &kept), &(0..count).collect::<Vec<_>>());
        let layers = layers(&graph, &components);
        let groups = Groups::of(&components);
        let mut cycles: Vec<&[u32]> = groups.iter().filter(|members| members.len() > 1).collect();
        cycles.sort_by_key(|members| (std::cmp::Reverse(members.len()), members.first().copied()));
        for ((row, layer), level) in self.rows.iter_mut().zip(layers).zip(levels) {
            (row.layer, row.level) = (layer, level);
            let both = row.afferent + row.efferent;
            row.instability = (both > 0).then(|| f64::from(row.efferent) / f64::from(both));
        }
        for (at, members) in (0..).zip(&cycles) {
            members.iter().for_each(|&member| self.rows[member as usize].cycle = Some(at));
        }
        let coupling = |edge: (u32, u32)| {
            let Weight { dependencies, imports } = self.couplings.get(&edge).copied().unwrap_or_default();
            let path = |directory: u32| self.paths[directory as usize].to_owned();
            Coupling { from: path(edge.0), to: path(edge.1), dependencies, imports, closes_cycle: closing.binary_search(&edge).is_ok() }
        };
        let mut examples = self.examples(world, &closing);
        let cycles = cycles.into_iter().map(|members| {
            let mut of_cycle: Vec<(u32, u32)> = closing.iter().copied().filter(|(from, _)| members.contains(from)).collect();
            of_cycle.sort_by_key(|&(from, to)| weight(from, to));
            let closing = of_cycle
                .into_iter()
                .map(|edge| ClosingCoupling { coupling: coupling(edge), examples: examples.remove(&edge).unwrap_or_default() });
            DirectoryCycle {
                directories: members.iter().map(|&member| self.paths[member as usize].to_owned()).collect(),
                closing: closing.collect(),
            }
        });
        Architecture {
            cycles: cycles.collect(),
            couplings: edges.iter().map(|&edge| coupling(edge)).collect(),
            directories: self.rows,
            revision: revision.to_owned(),
        }
    }

    /// Some dependencies of couplings, or imports of those without.
    #[expect(clippy::indexing_slicing, reason = "nodes and files are below their counts")]
    fn examples(&self, world: World<'w>, closing: &[(u32, u32)]) -> FxHashMap<(u32, u32), Vec<Dependency>> {
        let mut found = FxHashMap::<(u32, u32), Vec<Dependency>>::default();
        let mut add = |edge: (u32, u32), source: u32, target: u32| {
            let of_edge = found.entry(edge).or_default();
            if of_edge.len() < EXAMPLES
                && let (Some(source), Some(target)) = (symbol_at(world, source), symbol_at(world, target))
            {
                of_edge.push(Dependency { source: symbol_name(world, source), target: symbol_name(world, target) });
            }
        };
        let dependencies = world.dependencies();
        let mut without: FxHashSet<(u32, u32)> = closing.iter().copied().collect();
        for (source, target) in dependencies.certain().edges() {
            let edge = (self.of_node[source as usize], self.of_node[target as usize]);
            if closing.binary_search(&edge).is_ok() {
                without.remove(&edge);
                add(edge, source, target);
            }
        }
        let module = |file: u32| dependencies.numbering().nodes(file).start;
        for (source, target) in self.imports.edges() {
            let edge = (self.of_file[source as usize], self.of_file[target as usize]);
            if without.contains(&edge) {
                add(edge, module(source), module(target));
            }
        }
        found
    }
}

impl ArchitectureDirectory {
    fn at(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            files: 0,
            symbols: 0,
            within: 0,
            afferent: 0,
            efferent: 0,
            instability: None,
            layer: 0,
            level: 0,
            cycle: None,
        }
    }
}
