//! Functions that are handed to others as arguments and run there, where the parameter is called: 0-CFA (Shivers, PLDI
//! 1988) along arguments and decorators only. What goes through fields, containers and variables is not followed.

use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::calls::{FoundEdge, known_names};
use super::join::Join;
use crate::db::Db;
use crate::index::world::World;
use crate::names::edges::{EdgeKind, FileEdges, Site, file_edges};
use crate::names::entity::Rule;
use crate::names::files::{SourceFile, Symbol, file_config, symbol_row};
use crate::names::values::symbol_kind;
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::{BindingKind, BindingRow, NONE, Rows, ScopeRow, Str, SymbolKind, UseKind, UseRole, UseRow};

/// A parameter of a function, by its place. `S` is how symbols are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Parameter<S> {
    pub(super) function: S,
    pub(super) index: u32,
}

/// What is handed to a parameter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Argument<S> {
    Function(S),
    Parameter(Parameter<S>),
}

impl<S> Parameter<S> {
    /// The same parameter by another kind of number.
    pub(super) fn map<T>(self, number: impl FnOnce(S) -> T) -> Parameter<T> {
        Parameter { function: number(self.function), index: self.index }
    }
}

impl<S> Argument<S> {
    /// The same argument by another kind of number.
    pub(super) fn map<T>(self, number: impl FnOnce(S) -> T) -> Argument<T> {
        match self {
            Self::Function(function) => Argument::Function(number(function)),
            Self::Parameter(parameter) => Argument::Parameter(parameter.map(number)),
        }
    }
}

/// Functions that hand a parameter on to another, one after the other, at most.
const DEPTH: u32 = 3;
/// Functions that are told of one parameter, at most.
const MOST: usize = 64;
/// Uses after that of a callee among which its arguments are looked for.
const NEAR: u32 = 512;

/// Languages in which functions have members that call them.
const ECMASCRIPT: &str = "javascript";

/// One edge for each function that may run where a call names a parameter.
pub(crate) fn passed<'w>(join: &mut Join<'w>, edges: &[FoundEdge<'w>]) -> Vec<FoundEdge<'w>> {
    let mut found = Vec::new();
    for edge in edges.iter().filter(|edge| edge.kind == EdgeKind::Call && edge.rule == Rule::Unresolved && edge.site != NONE) {
        let Some(rows) = join.world.rows(edge.file) else { continue };
        let Some(parameter) = called_parameter(join.world.db, edge.file, &rows, edge.site) else { continue };
        let functions = join.passed_to(parameter);
        found.extend(functions.iter().map(|&function| runs(edge, function, &functions)));
    }
    found
}

/// The calls of parameters that may run a function, because it is handed to them; `incoming` are the edges that lead to
/// the function.
pub(crate) fn passed_to<'w>(join: &mut Join<'w>, function: Symbol<'w>, incoming: &[FoundEdge<'w>]) -> Vec<FoundEdge<'w>> {
    let world = join.world;
    if !is_function(world.db, function) {
        return Vec::new();
    }
    let mut given = given_to(world, function, incoming);
    let mut next = 0;
    while let Some(&(parameter, depth)) = given.get(next) {
        next += 1;
        if depth < DEPTH {
            for further in handed_on(world, parameter) {
                if given.iter().all(|(known, _)| *known != further) {
                    given.push((further, depth + 1));
                }
            }
        }
    }
    let mut found = Vec::new();
    for (parameter, _) in given {
        let file = parameter.function.file(world.db);
        let Some(rows) = world.rows(file) else { continue };
        let functions = join.passed_to(parameter);
        if !functions.contains(&function) {
            continue;
        }
        for open in file_edges(world.db, file).open.iter().filter(|open| open.kind == EdgeKind::Call) {
            if called_parameter(world.db, file, &rows, open.site) != Some(parameter) {
                continue;
            }
            let (source, used) = (rows.symbol(open.source), rows.use_row(open.site));
            let (Some(source), Some(used)) = (source, used) else { continue };
            found.push(FoundEdge {
                source: Symbol::new(world.db, file, source.identity()),
                target: Some(function),
                kind: EdgeKind::Call,
                rule: Rule::Passed,
                candidates: functions.clone(),
                receiver: None,
                file,
                name: rows.str(used.name).into(),
                start: used.start,
                site: open.site,
            });
        }
    }
    found
}

/// The functions that are handed to a parameter, in order of the files and places where they are.
pub(crate) fn functions_passed<'w>(world: World<'w>, parameter: Parameter<Symbol<'w>>) -> Arc<[Symbol<'w>]> {
    functions_reaching(parameter, |parameter| arguments_of(world, parameter)).into()
}

/// The functions that reach a parameter, itself or through other functions' parameters.
pub(super) fn functions_reaching<S: Copy + Eq + Hash, I: IntoIterator<Item = Argument<S>>>(
    parameter: Parameter<S>,
    mut arguments_of: impl FnMut(Parameter<S>) -> I,
) -> Vec<S> {
    let mut found: Vec<S> = Vec::new();
    let mut asked = vec![(parameter, 0)];
    let mut known = FxHashSet::from_iter([parameter]);
    let mut next = 0;
    while let Some(&(parameter, depth)) = asked.get(next) {
        next += 1;
        for argument in arguments_of(parameter) {
            match argument {
                Argument::Function(function) if found.len() < MOST && !found.contains(&function) => found.push(function),
                Argument::Parameter(further) if depth < DEPTH && known.insert(further) => asked.push((further, depth + 1)),
                _ => {}
            }
        }
    }
    found
}

/// What is handed to a parameter by the calls of its function, and by what it decorates, in order of files and places.
fn arguments_of<'w>(world: World<'w>, parameter: Parameter<Symbol<'w>>) -> Vec<Argument<Symbol<'w>>> {
    let mut found = Vec::new();
    for file in files_with(world, parameter.function) {
        let edges = file_edges(world.db, file);
        let mut calls = edges.leading_to(parameter.function).filter(|edge| edge.kind == EdgeKind::Call).peekable();
        if calls.peek().is_none() {
            continue;
        }
        let Some(rows) = world.rows(file) else { continue };
        for edge in calls {
            let Site::Use(site) = edge.site else { continue };
            match rows.use_row(site).map(|used| used.role) {
                Some(UseRole::Call | UseRole::New) => {
                    let at = argument_at(&rows, site, parameter.index);
                    found.extend(at.and_then(|at| argument(world.db, file, &rows, edges, at)));
                }
                Some(UseRole::Decorator) if parameter.index == 0 => {
                    found.extend(decorated(world.db, file, &rows, site).map(Argument::Function));
                }
                _ => {}
            }
        }
    }
    found
}

/// All that a file's calls hand to parameters, in order of their places.
pub(super) fn for_each_argument<'w>(
    db: &'w dyn Db,
    file: SourceFile<'w>,
    rows: &IndexedRows,
    edges: &FileEdges<'w>,
    mut add: impl FnMut(Parameter<Symbol<'w>>, Argument<Symbol<'w>>),
) {
    let mut arguments: Vec<(u32, u32, u32)> = Vec::new();
    for (at, used) in (0_u32..).zip(rows.iter::<UseRow>()) {
        let Some((distance, index)) = used.argument().filter(|&(distance, _)| (1..=NEAR).contains(&distance)) else { continue };
        arguments.extend(at.checked_sub(distance).map(|call| (call, index, at)));
    }
    arguments.sort_unstable();
    // As for one parameter, the first use that says it is the argument counts.
    arguments.dedup_by_key(|&mut (call, index, _)| (call, index));
    for edge in edges.closed.iter().filter(|edge| edge.kind == EdgeKind::Call) {
        let (Some(function), Site::Use(site)) = (edge.target, edge.site) else { continue };
        match rows.use_row(site).map(|used| used.role) {
            Some(UseRole::Call | UseRole::New) => {
                let first = arguments.partition_point(|&(call, ..)| call < site);
                for &(_, index, at) in arguments[first..].iter().take_while(|&&(call, ..)| call == site) {
                    if let Some(argument) = argument(db, file, rows, edges, at) {
                        add(Parameter { function, index }, argument);
                    }
                }
            }
            Some(UseRole::Decorator) => {
                if let Some(decorated) = decorated(db, file, rows, site) {
                    add(Parameter { function, index: 0 }, Argument::Function(decorated));
                }
            }
            _ => {}
        }
    }
}

/// The use that is an argument of a call.
fn argument_at(rows: &Rows, call: u32, index: u32) -> Option<u32> {
    let mut near = (1..=NEAR).filter_map(|distance| Some((distance, call.checked_add(distance)?)));
    let found = near.find(|&(distance, at)| rows.use_row(at).and_then(|used| used.argument()) == Some((distance, index)));
    found.map(|(_, at)| at)
}

/// What a use that is an argument hands on.
fn argument<'w>(db: &'w dyn Db, file: SourceFile<'w>, rows: &IndexedRows, edges: &FileEdges<'w>, at: u32) -> Option<Argument<Symbol<'w>>> {
    if let Some(target) = edges.at_use(at).find(|edge| edge.kind == EdgeKind::Reference).and_then(|edge| edge.target) {
        return is_function(db, target).then_some(Argument::Function(target));
    }
    let used = rows.use_row(at).filter(|used| used.kind == UseKind::Name)?;
    parameter_of(db, file, rows, used.scope, used.name).map(Argument::Parameter)
}

/// The parameters that a function is handed to by name.
fn given_to<'w>(world: World<'w>, function: Symbol<'w>, incoming: &[FoundEdge<'w>]) -> Vec<(Parameter<Symbol<'w>>, u32)> {
    let mut found: Vec<(Parameter<Symbol<'w>>, u32)> = Vec::new();
    let mut add = |parameter| {
        if found.iter().all(|(known, _)| *known != parameter) {
            found.push((parameter, 0));
        }
    };
    for edge in incoming.iter().filter(|edge| edge.kind == EdgeKind::Reference && edge.target == Some(function) && edge.site != NONE) {
        if let Some(rows) = world.rows(edge.file) {
            receiving(world, &rows, file_edges(world.db, edge.file), edge.site).into_iter().for_each(&mut add);
        }
    }
    let file = function.file(world.db);
    // What decorates it stands on a line before its name.
    if let Some((rows, _, row)) = symbol_row(world.db, function)
        && row.start_line < row.name_line
        && file_config(world.db, file).is_some_and(|config| config.name == "python")
    {
        let edges = file_edges(world.db, file);
        let decorates = |used: &UseRow| used.role == UseRole::Decorator && (row.start..row.name_start).contains(&used.start);
        for (site, _) in (0..).zip(rows.iter::<UseRow>()).filter(|(_, used)| decorates(used)) {
            if decorated(world.db, file, &rows, site) == Some(function)
                && let Some(target) = edges.at_use(site).find_map(|edge| edge.target)
            {
                add(Parameter { function: target, index: 0 });
            }
        }
    }
    found
}

/// The parameters to which the function that has one hands it on.
fn handed_on<'w>(world: World<'w>, parameter: Parameter<Symbol<'w>>) -> Vec<Parameter<Symbol<'w>>> {
    let file = parameter.function.file(world.db);
    let Some(rows) = world.rows(file) else { return Vec::new() };
    let edges = file_edges(world.db, file);
    let arguments = rows.iter::<UseRow>().enumerate().filter(|(_, used)| used.kind == UseKind::Name && used.argument().is_some());
    arguments
        .filter(|(_, used)| parameter_of(world.db, file, &rows, used.scope, used.name) == Some(parameter))
        .filter_map(|(site, _)| receiving(world, &rows, edges, site as u32))
        .collect()
}

/// The parameter that an argument is given to.
fn receiving<'w>(world: World<'w>, rows: &Rows, edges: &FileEdges<'w>, argument: u32) -> Option<Parameter<Symbol<'w>>> {
    let (distance, index) = rows.use_row(argument).filter(|used| used.role == UseRole::Read)?.argument()?;
    let call = edges.at_use(argument.checked_sub(distance)?).find(|edge| edge.kind == EdgeKind::Call)?;
    let function = call.target.filter(|&target| is_function(world.db, target))?;
    Some(Parameter { function, index })
}

/// The parameter that a call names.
pub(super) fn called_parameter<'w>(db: &'w dyn Db, file: SourceFile<'w>, rows: &IndexedRows, site: u32) -> Option<Parameter<Symbol<'w>>> {
    let mut used = rows.use_row(site).filter(|used| used.role == UseRole::Call)?;
    if used.kind == UseKind::Member && matches!(rows.str(used.name), "apply" | "call") {
        let family = file_config(db, file).map(|config| config.names.family);
        used = rows.use_row(used.base).filter(|base| family == Some(ECMASCRIPT) && base.role == UseRole::Read)?;
    }
    (used.kind == UseKind::Name).then(|| parameter_of(db, file, rows, used.scope, used.name)).flatten()
}

/// The parameter that a name stands for, if it is never given another value.
fn parameter_of<'w>(db: &'w dyn Db, file: SourceFile<'w>, rows: &IndexedRows, mut scope: u32, name: Str) -> Option<Parameter<Symbol<'w>>> {
    while let Some(row) = rows.get::<ScopeRow>(scope) {
        let mut bindings = rows.index().bindings(scope, name).filter_map(|index| rows.get::<BindingRow>(index));
        if let Some(binding) = bindings.next() {
            let function = rows.symbol(row.symbol).filter(|_| binding.kind == BindingKind::Parameter && bindings.next().is_none())?;
            let index = rows.parameters(&function).position(|parameter| parameter.name == name && !parameter.variadic)?;
            return Some(Parameter { function: Symbol::new(db, file, function.identity()), index: index as u32 });
        }
        scope = row.parent;
    }
    None
}

/// The definition that a decorator stands before.
fn decorated<'w>(db: &'w dyn Db, file: SourceFile<'w>, rows: &Rows, site: u32) -> Option<Symbol<'w>> {
    let at = rows.use_row(site)?.start;
    let around = rows.symbols().filter(|symbol| symbol.start <= at && at < symbol.name_start).max_by_key(|symbol| symbol.start)?;
    around.kind.is_callable().then(|| Symbol::new(db, file, around.identity()))
}

/// The files that mention a symbol, in order of their paths.
fn files_with<'w>(world: World<'w>, symbol: Symbol<'w>) -> Vec<SourceFile<'w>> {
    let mut files = world.mentioning_any(&known_names(world, symbol));
    world.sort_files(&mut files);
    world.resolve(&files);
    files
}

fn is_function(db: &dyn Db, symbol: Symbol<'_>) -> bool {
    matches!(symbol_kind(db, symbol), Some(SymbolKind::Function | SymbolKind::Method))
}

fn runs<'w>(edge: &FoundEdge<'w>, function: Symbol<'w>, functions: &Arc<[Symbol<'w>]>) -> FoundEdge<'w> {
    FoundEdge { target: Some(function), rule: Rule::Passed, candidates: functions.clone(), ..edge.clone() }
}
