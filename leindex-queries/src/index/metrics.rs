//! Complexity of functions, and of files, folders and the project by their functions.

use serde::Serialize;

use super::change::{is_within, normal};
use super::describe::symbol_name;
use super::error::Error;
use super::lookup::find;
use super::snapshot::Snapshot;
use super::world::World;
use crate::graph::dependency::is_function;
use crate::items::metrics::ComplexityMetrics;
use crate::names::files::{Symbol, file_config, symbol_row};
use crate::syntax::rows::SymbolRow;

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsOptions {
    /// A file or folder, from the root; empty for the whole project.
    pub path: String,
    /// How many functions to name, most complex first; [`usize::MAX`] for all.
    pub top: usize,
    /// What they are ordered by.
    pub by: Measure,
}

impl Default for MetricsOptions {
    fn default() -> Self {
        Self { path: String::new(), top: 10, by: Measure::Cognitive }
    }
}

/// A number that functions can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Cyclomatic complexity.
    Cyclomatic,
    /// Cognitive complexity.
    Cognitive,
    /// Deepest nesting.
    Nesting,
    /// Parameters.
    Parameters,
    /// Statements.
    Statements,
    /// Lines.
    Lines,
}

impl Measure {
    /// This number of a symbol.
    pub const fn of(self, metrics: &ComplexityMetrics) -> u32 {
        match self {
            Self::Cyclomatic => metrics.cyclomatic,
            Self::Cognitive => metrics.cognitive,
            Self::Nesting => metrics.nesting,
            Self::Parameters => metrics.parameters,
            Self::Statements => metrics.statements,
            Self::Lines => metrics.lines,
        }
    }
}

/// Complexity of the functions of a project, or of a part of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metrics {
    /// All functions that were asked for.
    pub total: MetricsSummary,
    /// Folders that hold functions, in themselves or in folders below, by path. The root is the empty path.
    pub directories: Vec<PathMetrics>,
    /// Files that hold functions, by path.
    pub files: Vec<PathMetrics>,
    /// The most complex functions; equal ones by path and line.
    pub top: Vec<SymbolMetrics>,
    /// The revision this holds for.
    pub revision: String,
}

/// The functions of a file or folder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PathMetrics {
    /// Path from the root.
    pub path: String,
    /// Its functions.
    pub summary: MetricsSummary,
}

/// What many functions have together. A function is what can be called and has a body; one inside another counts for
/// itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MetricsSummary {
    /// How many functions.
    pub functions: u32,
    /// Cyclomatic complexity, in decisions plus one.
    pub cyclomatic: Spread,
    /// Cognitive complexity, in points.
    pub cognitive: Spread,
    /// Deepest nesting, in levels.
    pub nesting: Spread,
    /// Parameters, receivers not counted.
    pub parameters: Spread,
    /// Statements.
    pub statements: Spread,
    /// Lines. Those of a function inside another are counted in both.
    pub lines: Spread,
}

/// How a number is spread over functions. All are 0 where there is no function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// Sum.
    pub sum: u64,
    /// Arithmetic mean.
    pub mean: f64,
    /// The smallest value that at least 95 % of the functions do not exceed.
    pub p95: u32,
    /// Largest.
    pub max: u32,
}

/// The complexity of one symbol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SymbolMetrics {
    /// Its full name.
    pub symbol: String,
    /// Its file.
    pub path: String,
    /// The language.
    pub language: &'static str,
    /// What it is.
    pub kind: &'static str,
    /// Line of the name, from 1.
    pub line: u32,
    /// The numbers.
    pub metrics: ComplexityMetrics,
}

impl Snapshot<'_> {
    /// The complexity of every function below a path: together, by folder, by file, and the most complex ones by name.
    ///
    /// The numbers were counted when the files were read; asking reads the rows of each file and parses nothing.
    ///
    /// # Errors
    ///
    /// When the path holds no file that is analysed.
    pub fn metrics(&self, options: &MetricsOptions) -> Result<Metrics, Error> {
        let path = normal(&options.path);
        let path = path.trim_end_matches('/');
        self.ask(|world| {
            let mut files: Vec<_> = world.live.all.iter().map(|&file| (file.path(world.db), file)).collect();
            files.retain(|(of, _)| is_within(of, path));
            files.sort_by_key(|&(of, _)| of);
            if files.is_empty() && !path.is_empty() {
                return Err(Error::UnknownPath { path: path.to_owned(), nearest: Vec::new() });
            }
            // In order of path, so that those of a file or folder stand together.
            let mut functions: Vec<Function<'_>> = Vec::new();
            for (of, file) in files {
                let Some(rows) = world.rows(file) else { continue };
                functions.extend(rows.symbols().filter(is_function).map(|row| Function {
                    path: of,
                    line: row.name_line,
                    symbol: Symbol::new(world.db, file, row.identity()),
                    metrics: ComplexityMetrics::from(&row),
                }));
            }
            Ok(Metrics {
                total: MetricsSummary::of(&functions),
                directories: directories(&functions),
                files: functions
                    .chunk_by(|a, b| a.path == b.path)
                    .filter_map(|all| Some(PathMetrics { path: all.first()?.path.to_owned(), summary: MetricsSummary::of(all) }))
                    .collect(),
                top: top(world, functions, options),
                revision: self.revision().to_owned(),
            })
        })?
    }

    /// The complexity of the symbol that `name` means, as [`Snapshot::symbol`] takes it. Of a type or module it is that
    /// of what stands in it outside functions.
    ///
    /// # Errors
    ///
    /// When no symbol or several are called so.
    pub fn symbol_metrics(&self, name: &str) -> Result<SymbolMetrics, Error> {
        self.ask(|world| {
            let symbol = find(world, name)?;
            let unknown = || Error::UnknownSymbol { name: name.to_owned(), nearest: Vec::new() };
            let (_, _, row) = symbol_row(world.db, symbol).ok_or_else(unknown)?;
            Ok(described(world, symbol, &row))
        })?
    }
}

struct Function<'w> {
    path: &'w str,
    line: u32,
    symbol: Symbol<'w>,
    metrics: ComplexityMetrics,
}

pub(super) fn described<'w>(world: World<'w>, symbol: Symbol<'w>, row: &SymbolRow) -> SymbolMetrics {
    let file = symbol.file(world.db);
    SymbolMetrics {
        symbol: symbol_name(world, symbol),
        path: file.path(world.db).to_owned(),
        language: file_config(world.db, file).map_or("", |config| config.name),
        kind: row.kind.as_str(),
        line: row.name_line,
        metrics: ComplexityMetrics::from(row),
    }
}

fn top<'w>(world: World<'w>, mut functions: Vec<Function<'w>>, options: &MetricsOptions) -> Vec<SymbolMetrics> {
    let of = |function: &Function<'_>| std::cmp::Reverse(options.by.of(&function.metrics));
    functions.sort_by(|a, b| of(a).cmp(&of(b)).then_with(|| (a.path, a.line).cmp(&(b.path, b.line))));
    let named = functions.into_iter().take(options.top);
    named.filter_map(|function| symbol_row(world.db, function.symbol).map(|(_, _, row)| described(world, function.symbol, &row))).collect()
}

/// The folders of functions that are in order of their paths.
fn directories(functions: &[Function<'_>]) -> Vec<PathMetrics> {
    let mut found = Vec::new();
    // Where the functions of each open folder begin; a folder's path is that of the one before it and one name more.
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut close = |(path, first): (&str, usize), end: usize| {
        found.extend(functions.get(first..end).map(|all| PathMetrics { path: path.to_owned(), summary: MetricsSummary::of(all) }));
    };
    for (at, function) in functions.iter().enumerate() {
        while let Some(&folder) = open.last()
            && !holds(folder.0, function.path)
        {
            open.pop();
            close(folder, at);
        }
        let known = open.last().map(|&(path, _)| path);
        let slashes = function.path.match_indices('/').map(|(slash, _)| slash);
        let folders = std::iter::once("").chain(slashes.filter_map(|slash| function.path.get(..slash)));
        open.extend(folders.filter(|folder| known.is_none_or(|known| folder.len() > known.len())).map(|folder| (folder, at)));
    }
    while let Some(folder) = open.pop() {
        close(folder, functions.len());
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn holds(folder: &str, path: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

impl MetricsSummary {
    fn of(functions: &[Function<'_>]) -> Self {
        let spread = |measure: Measure| Spread::of(functions.iter().map(|function| measure.of(&function.metrics)).collect());
        Self {
            functions: functions.len() as u32,
            cyclomatic: spread(Measure::Cyclomatic),
            cognitive: spread(Measure::Cognitive),
            nesting: spread(Measure::Nesting),
            parameters: spread(Measure::Parameters),
            statements: spread(Measure::Statements),
            lines: spread(Measure::Lines),
        }
    }
}

impl Spread {
    fn of(mut values: Vec<u32>) -> Self {
        let Some(&max) = values.iter().max() else { return Self::default() };
        let sum: u64 = values.iter().map(|&value| u64::from(value)).sum();
        // The nearest rank: the 95th of 100.
        let rank = (values.len() * 95).div_ceil(100) - 1;
        let (_, &mut p95, _) = values.select_nth_unstable(rank);
        Self { sum, mean: sum as f64 / values.len() as f64, p95, max }
    }
}
