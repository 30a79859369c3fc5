//! Finding symbols: by their full name, by path and line, by qualified name, by position.

use serde::Serialize;

use super::change::normal;
use super::describe::{local_name, qualified_name, symbol_info};
use super::error::{Cancellable, Error};
use super::position::{Position, PositionEncoding, offset_in};
use super::results::{Diagnostic, FileInfo, SymbolInfo};
use super::snapshot::Snapshot;
use super::world::World;
use crate::items::descriptor::descriptor;
use crate::names::edges::{Site, file_edges};
use crate::names::entity::Rule;
use crate::names::files::{SourceFile, Symbol, entry, file_blob};
use crate::search::glob::matches_name;
use crate::syntax::blob::blob_figures;
use crate::syntax::rows::{DiagnosticRow, Rows, SymbolKind, SymbolRow, UseRow};

/// A symbol with those defined inside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutlineItem {
    /// The symbol.
    pub symbol: SymbolInfo,
    /// What is defined inside it, in order.
    pub children: Vec<OutlineItem>,
}

impl Snapshot<'_> {
    /// All files, analysed or only listed, by path.
    pub fn files(&self) -> Cancellable<Vec<FileInfo>> {
        self.ask(|world| {
            let db = world.db;
            let mut files = Vec::new();
            for &root in leindex_db::Workspace::get(db).roots(db) {
                for &directory in root.directories(db) {
                    for entry in directory.entries(db) {
                        let file = SourceFile::new(db, directory, entry.name.clone());
                        let figures = file_blob(db, file).map(|blob| blob_figures(db, blob)).unwrap_or_default();
                        files.push(FileInfo {
                            path: file.path(db).to_owned(),
                            language: db.languages().config(entry.dialect).map(|config| config.name),
                            bytes: entry.size,
                            lines: figures.lines,
                            parse_errors: figures.parse_errors,
                            skipped: entry.skip.map(leindex_db::Skip::reason),
                        });
                    }
                }
            }
            files.sort_by(|a, b| a.path.cmp(&b.path));
            files
        })
    }

    /// What people should know of files that are not, or not wholly, understood: those that are only listed, have
    /// syntax errors, or could not be read to their end; by path and line.
    pub fn diagnostics(&self) -> Cancellable<Vec<Diagnostic>> {
        let files = self.files()?;
        self.ask(|world| {
            let mut found: Vec<Diagnostic> = self.diagnostics.clone();
            for file in files {
                if let Some(reason) = file.skipped {
                    found.push(Diagnostic { path: file.path, line: None, message: format!("only listed: {reason}") });
                    continue;
                }
                let source = world.file(&file.path);
                let blob = source.and_then(|source| file_blob(world.db, source));
                let has_some = blob.is_some_and(|blob| blob_figures(world.db, blob).diagnostics > 0);
                let Some(rows) = source.filter(|_| has_some || file.parse_errors > 0).and_then(|source| world.rows(source)) else {
                    continue;
                };
                let errors = file.parse_errors;
                if errors > 0 {
                    let message = format!("{errors} syntax error{}; the rest is analysed", if errors == 1 { "" } else { "s" });
                    found.push(Diagnostic { path: file.path.clone(), line: None, message });
                }
                found.extend(rows.iter::<DiagnosticRow>().map(|row| Diagnostic {
                    path: file.path.clone(),
                    line: Some(rows.position(row.start).0),
                    message: rows.str(row.message).to_owned(),
                }));
            }
            found.sort();
            found.dedup();
            found
        })
    }

    /// The symbols of a file, nested.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn outline(&self, path: &str) -> Result<Vec<OutlineItem>, Error> {
        let path = normal(path);
        self.ask(|world| {
            let file = file_at(world, &path)?;
            let Some(rows) = world.rows(file) else { return Ok(Vec::new()) };
            let mut below = vec![Vec::new(); rows.count::<SymbolRow>() as usize];
            for (index, row) in rows.symbols().enumerate().skip(1) {
                if let Some(children) = below.get_mut(row.parent as usize) {
                    children.push(index as u32);
                }
            }
            Ok(children_of(world, file, &rows, &below, 0, 0))
        })?
    }

    /// Every symbol whose name is, or ends with, `name` (`login`, `Session.login`), in order of path and position.
    pub fn symbols(&self, name: &str) -> Cancellable<Vec<SymbolInfo>> {
        self.ask(|world| candidates(world, name).into_iter().filter_map(|symbol| symbol_info(world, symbol)).collect())
    }

    /// The symbols whose name fits a pattern, in order of path and position, `limit` at most: `*` stands for anything, `?` for
    /// one character. With a `.` it is held against the name with those of what the symbol lies in.
    pub fn symbols_like(&self, pattern: &str, limit: usize) -> Cancellable<Vec<SymbolInfo>> {
        self.ask(|world| {
            let found = world.on_each_file(|world, file| {
                let Some(rows) = world.rows(file) else { return Vec::new() };
                let fits = |row: &SymbolRow| {
                    if pattern.contains('.') {
                        matches_name(pattern, &local_name(&rows, row, "."))
                    } else {
                        matches_name(pattern, rows.str(row.name))
                    }
                };
                rows.symbols().skip(1).filter(fits).map(|row| row.identity()).take(limit).collect::<Vec<_>>()
            });
            let found = world.live.all.iter().zip(found).flat_map(|(&file, rows)| rows.into_iter().map(move |row| (file, row)));
            found.take(limit).filter_map(|(file, row)| symbol_info(world, Symbol::new(world.db, file, row))).collect()
        })
    }

    /// The symbol that `name` means: a full name (`<project> <path> <descriptor>`), `path:line`, `path#name`, or a
    /// name that is, or ends, only one qualified name.
    ///
    /// # Errors
    ///
    /// When no symbol or several are called so; the error names those that come near.
    pub fn symbol(&self, name: &str) -> Result<SymbolInfo, Error> {
        self.ask(|world| {
            let symbol = find(world, name)?;
            symbol_info(world, symbol).ok_or_else(|| Error::UnknownSymbol { name: name.to_owned(), nearest: Vec::new() })
        })?
    }

    /// The innermost symbol around a position.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn symbol_at(&self, path: &str, position: Position, encoding: PositionEncoding) -> Result<Option<SymbolInfo>, Error> {
        let path = normal(path);
        self.ask(|world| {
            let file = file_at(world, &path)?;
            let (Some(rows), Some(offset)) = (world.rows(file), offset(world, file, position, encoding)) else { return Ok(None) };
            let index = innermost(&rows, offset);
            let identity = rows.symbol(index).map(|symbol| symbol.identity());
            Ok(identity.and_then(|identity| symbol_info(world, Symbol::new(world.db, file, identity))))
        })?
    }

    /// What the name at a position means, with the rule that says so; empty if it is no name or means nothing known.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn definition(&self, path: &str, position: Position, encoding: PositionEncoding) -> Result<Vec<(SymbolInfo, &'static str)>, Error> {
        let path = normal(path);
        self.ask(|world| {
            let file = file_at(world, &path)?;
            let (Some(rows), Some(offset)) = (world.rows(file), offset(world, file, position, encoding)) else { return Ok(Vec::new()) };
            let on_name = |start: u32, name: &str| (start..=start + name.len() as u32).contains(&offset);
            for row in rows.symbols().skip(1) {
                if on_name(row.name_start, rows.str(row.name)) {
                    let symbol = Symbol::new(world.db, file, row.identity());
                    return Ok(symbol_info(world, symbol).map(|info| (info, Rule::Exact.as_str())).into_iter().collect());
                }
            }
            let mut join = crate::graph::join::Join::new(world);
            let edges = file_edges(world.db, file);
            for edge in &edges.closed {
                if let Site::Use(site) = edge.site
                    && let Some(used) = rows.get::<UseRow>(site)
                    && on_name(used.start, rows.str(used.name))
                    && let Some(target) = edge.target
                {
                    return Ok(symbol_info(world, target).map(|info| (info, edge.rule.as_str())).into_iter().collect());
                }
                if let Site::Import(site) = edge.site
                    && let Some(import) = rows.get::<crate::syntax::rows::ImportRow>(site)
                    && (import.start..import.end).contains(&offset)
                    && let Some(target) = edge.target
                {
                    return Ok(symbol_info(world, target).map(|info| (info, edge.rule.as_str())).into_iter().collect());
                }
            }
            for open in &edges.open {
                let Some(used) = rows.get::<UseRow>(open.site).filter(|used| on_name(used.start, rows.str(used.name))) else { continue };
                let _ = used;
                let joined = join.join(file, &rows, open);
                return Ok(joined
                    .target
                    .into_iter()
                    .chain(joined.candidates)
                    .filter_map(|symbol| symbol_info(world, symbol))
                    .map(|info| (info, joined.rule.as_str()))
                    .collect());
            }
            Ok(Vec::new())
        })?
    }

    /// The text of a symbol.
    ///
    /// # Errors
    ///
    /// As [`symbol`](Self::symbol).
    pub fn source(&self, name: &str) -> Result<String, Error> {
        self.ask(|world| {
            let symbol = find(world, name)?;
            let text = text_of(world, symbol.file(world.db));
            let (_, _, row) = crate::names::files::symbol_row(world.db, symbol).ok_or_else(|| unknown(world, name))?;
            Ok(text.get(row.start as usize..row.end as usize).unwrap_or("").to_owned())
        })?
    }
}

/// The symbols in a symbol; `below` holds the rows of those in each.
fn children_of<'w>(world: World<'w>, file: SourceFile<'w>, rows: &Rows, below: &[Vec<u32>], parent: u32, depth: u32) -> Vec<OutlineItem> {
    let children = below.get(parent as usize).filter(|_| depth <= 64).map_or(&[][..], |children| children);
    let item = |&index: &u32| {
        let symbol = symbol_info(world, Symbol::new(world.db, file, rows.symbol(index)?.identity()))?;
        Some(OutlineItem { symbol, children: children_of(world, file, rows, below, index, depth + 1) })
    };
    children.iter().filter_map(item).collect()
}

/// The symbol that a text means.
pub(crate) fn find<'w>(world: World<'w>, spec: &str) -> Result<Symbol<'w>, Error> {
    let db = world.db;
    if let Some(symbol) = by_full_name(world, spec) {
        return Ok(symbol);
    }
    if let Some((path, line)) = spec.rsplit_once(':')
        && let Ok(line) = line.parse::<u32>()
        && let Some(file) = world.file(&normal(path))
        && let Some(rows) = world.rows(file)
        && (1..=rows.lines()).contains(&line)
    {
        let index = symbol_on_line(&rows, line);
        if let Some(row) = rows.symbol(index) {
            return Ok(Symbol::new(db, file, row.identity()));
        }
    }
    if let Some(file) = world.file(&normal(spec)) {
        return Ok(Symbol::new(db, file, crate::names::module_map::MODULE_IDENTITY()));
    }
    let found = candidates(world, spec);
    match &*found {
        [one] => Ok(*one),
        [] => Err(unknown(world, spec)),
        many => {
            // A declaration and its definition are one; then the only one outside tests.
            let info: Vec<_> = many.iter().filter_map(|&symbol| symbol_info(world, symbol).map(|info| (symbol, info))).collect();
            let own: Vec<_> = info.iter().filter(|(_, info)| !info.is_test).collect();
            // Who says `Line` means the type, not what is written `Line` in it to make one.
            let types: Vec<_> = own.iter().filter(|(symbol, _)| !is_constructor_of_one(world, *symbol, many)).collect();
            match (&*own, &*types) {
                ([(one, _)], _) | (_, [(one, _)]) => Ok(*one),
                _ => Err(Error::AmbiguousSymbol {
                    name: spec.to_owned(),
                    candidates: info.into_iter().map(|(_, info)| info.symbol).collect(),
                }),
            }
        }
    }
}

/// Blanks of a full name: the names of projects and files may have some, too.
const MOST_BLANKS: usize = 24;

/// The symbol of a full name: project, path and descriptor.
fn by_full_name<'w>(world: World<'w>, spec: &str) -> Option<Symbol<'w>> {
    let blanks: Vec<usize> = spec.match_indices(' ').map(|(at, _)| at).take(MOST_BLANKS).collect();
    for (number, &before) in blanks.iter().enumerate() {
        for &after in blanks.iter().skip(number + 1) {
            let (Some(path), Some(wanted)) = (spec.get(before + 1..after), spec.get(after + 1..)) else { continue };
            let Some(file) = world.file(path) else { continue };
            let Some(rows) = world.rows(file) else { continue };
            let row = (0..rows.count::<SymbolRow>()).find(|&index| descriptor(&rows, index) == wanted);
            if let Some(row) = row.and_then(|row| rows.symbol(row)) {
                return Some(Symbol::new(world.db, file, row.identity()));
            }
        }
    }
    None
}

/// Whether a symbol is the constructor of one of these types.
fn is_constructor_of_one<'w>(world: World<'w>, symbol: Symbol<'w>, types: &[Symbol<'w>]) -> bool {
    let Some((rows, _, row)) = crate::names::files::symbol_row(world.db, symbol) else { return false };
    let ty = (row.kind == SymbolKind::Constructor).then(|| rows.symbol(row.parent)).flatten();
    ty.is_some_and(|ty| types.contains(&Symbol::new(world.db, symbol.file(world.db), ty.identity())))
}

/// Names that come near one that nothing has: those spelt alike, with as many of their holders as were named.
fn unknown(world: World<'_>, spec: &str) -> Error {
    let wanted = parts_of(spec);
    let text = wanted.join(".").to_lowercase();
    let last = wanted.last().map_or(0, |last| last.chars().count());
    let far = 1 + text.chars().count() / 4;
    let mut near: Vec<(usize, String)> = Vec::new();
    for &file in &world.live.all {
        let Some(rows) = world.rows(file) else { continue };
        for row in rows.symbols().skip(1) {
            if rows.str(row.name).chars().count().abs_diff(last) > far {
                continue;
            }
            let name = local_name(&rows, &row, ".");
            let from = name.rmatch_indices('.').nth(wanted.len().saturating_sub(1)).map_or(0, |(dot, _)| dot + 1);
            let name = &name[from..];
            let distance = strsim::damerau_levenshtein(&name.to_lowercase(), &text);
            if distance <= far && !near.iter().any(|(_, known)| known == name) {
                near.push((distance, name.to_owned()));
            }
        }
    }
    near.sort();
    near.truncate(3);
    Error::UnknownSymbol { name: spec.to_owned(), nearest: near.into_iter().map(|(_, name)| format!("`{name}`")).collect() }
}

/// The symbols whose qualified name ends with the given one.
pub(crate) fn candidates<'w>(world: World<'w>, spec: &str) -> Vec<Symbol<'w>> {
    let (path, names) = match spec.split_once('#') {
        Some((path, names)) if world.file(&normal(path)).is_some() => (Some(normal(path)), names),
        _ => (None, spec),
    };
    let wanted = parts_of(names);
    let Some(last) = wanted.last() else { return Vec::new() };
    let mut found = world.defining(last);
    found.retain(|&symbol| {
        if let Some(path) = &path
            && symbol.file(world.db).path(world.db) != *path
        {
            return false;
        }
        if wanted.len() == 1 {
            return true;
        }
        let Some((rows, index, _)) = crate::names::files::symbol_row(world.db, symbol) else { return false };
        let qualified = qualified_name(world.db, symbol.file(world.db), &rows, index);
        parts_of(&qualified).ends_with(&wanted)
    });
    found
}

fn parts_of(name: &str) -> Vec<String> {
    name.trim_end_matches(['(', ')', '.']).split(['.', '#', ':', '/', '\\']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

pub(crate) fn file_at<'w>(world: World<'w>, path: &str) -> Result<SourceFile<'w>, Error> {
    world.file(path).ok_or_else(|| {
        if let Some(reason) = listed_only(world, path) {
            return Error::ListedOnly { path: path.to_owned(), reason };
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut near: Vec<(usize, &str)> = world
            .live
            .all
            .iter()
            .map(|file| (strsim::damerau_levenshtein(file.name(world.db), name), file.path(world.db)))
            .filter(|(distance, _)| *distance <= 2)
            .collect();
        near.sort();
        near.truncate(3);
        Error::UnknownPath { path: path.to_owned(), nearest: near.into_iter().map(|(_, path)| format!("`{path}`")).collect() }
    })
}

/// Why a file that exists is not analysed.
fn listed_only(world: World<'_>, path: &str) -> Option<&'static str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut directories = leindex_db::Workspace::get(world.db).roots(world.db).iter().flat_map(|root| root.directories(world.db));
    let directory = directories.find(|directory| directory.path(world.db) == folder)?;
    let entry = directory.entries(world.db).iter().find(|entry| *entry.name == *name)?;
    Some(entry.skip.map_or("it is in no language that is analysed", leindex_db::Skip::reason))
}

/// The innermost symbol whose span holds an offset; the module if there is none.
pub(crate) fn innermost(rows: &Rows, offset: u32) -> u32 {
    let mut best = (0, u32::MAX);
    for (index, row) in rows.symbols().enumerate() {
        if (row.start..row.end).contains(&offset) && row.end - row.start <= best.1 && index > 0 {
            best = (index as u32, row.end - row.start);
        }
    }
    best.0
}

/// The innermost symbol on a line, one that begins there first.
fn symbol_on_line(rows: &Rows, line: u32) -> u32 {
    let begins = rows.symbols().enumerate().skip(1).find(|(_, row)| row.name_line == line);
    if let Some((index, _)) = begins {
        return index as u32;
    }
    let mut best = (0, u32::MAX);
    for (index, row) in rows.symbols().enumerate().skip(1) {
        let length = row.end_line - row.start_line;
        if (row.start_line..=row.end_line).contains(&line) && length <= best.1 && !matches!(row.kind, SymbolKind::Module) {
            best = (index as u32, length);
        }
    }
    best.0
}

/// The text of a file now, white where it is not UTF-8.
pub(crate) fn text_of(world: World<'_>, file: SourceFile<'_>) -> String {
    let Some(entry) = entry(world.db, file) else { return String::new() };
    let bytes = leindex_db::Db::text(world.db, entry.hash);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn offset(world: World<'_>, file: SourceFile<'_>, position: Position, encoding: PositionEncoding) -> Option<u32> {
    offset_in(&text_of(world, file), position, encoding)
}
