//! Symbols of the database as plain data.

use leindex_db::Workspace;

use super::results::SymbolInfo;
use super::world::World;
use crate::items::descriptor::descriptor;
use crate::items::docs;
use crate::names::edges::{EdgeKind, Site, file_edges};
use crate::names::evidence;
use crate::names::files::{Symbol, file_config, symbol_row};
use crate::names::module_map::module_keys;
use crate::syntax::rows::{NONE, Rows, SymbolFlags, SymbolKind, SymbolRow, UseRow};

/// A symbol's name everywhere: `<project> <path> <descriptor>`.
pub(crate) fn symbol_name(world: World<'_>, symbol: Symbol<'_>) -> String {
    let db = world.db;
    let project = Workspace::get(db).roots(db).first().map_or("", |root| root.name(db));
    let path = symbol.file(db).path(db);
    let descriptor = symbol_row(db, symbol).map_or_else(String::new, |(rows, index, _)| descriptor(&rows, index));
    format!("{project} {path} {descriptor}")
}

/// All that is said of a symbol, or `None` if it is gone.
pub(crate) fn symbol_info<'w>(world: World<'w>, symbol: Symbol<'w>) -> Option<SymbolInfo> {
    let db = world.db;
    let file = symbol.file(db);
    let (rows, index, row) = symbol_row(db, symbol)?;
    let path = file.path(db);
    let config = file_config(db, file)?;
    let doc = docs::summary(rows.str(row.doc));
    let generated = doc.is_empty();
    let name = match row.kind {
        SymbolKind::Module => path.rsplit('/').next().unwrap_or(&path).to_owned(),
        _ => rows.str(row.name).to_owned(),
    };
    let summary = if generated { generated_summary(world, symbol, &rows, index, &row, &name) } else { doc };
    Some(SymbolInfo {
        symbol: symbol_name(world, symbol),
        language: config.name,
        kind: row.kind.as_str(),
        qualified_name: qualified_name(world, symbol, &rows, index),
        name,
        signature: rows.str(row.signature).to_owned(),
        summary,
        generated_summary: generated,
        start_line: row.start_line,
        end_line: row.end_line,
        name_line: row.name_line,
        start_byte: row.start,
        end_byte: row.end,
        cyclomatic: row.cyclomatic,
        cognitive: row.cognitive,
        is_test: row.flags.has(SymbolFlags::TEST) || evidence::is_test_path(&path),
        is_exported: row.flags.has(SymbolFlags::EXPORTED),
        path,
    })
}

/// The symbol's name with those of what it lies in, the module's first.
pub(crate) fn qualified_name<'w>(world: World<'w>, symbol: Symbol<'w>, rows: &Rows, index: u32) -> String {
    let db = world.db;
    let file = symbol.file(db);
    let separator = file_config(db, file).map_or(".", |config| config.names.separator);
    let mut parts = Vec::new();
    let mut at = index;
    while at != 0
        && let Some(row) = rows.symbol(at)
    {
        parts.push(rows.str(row.name).to_owned());
        if let Some(scope) = rows.get::<crate::syntax::rows::ScopeRow>(row.inner).filter(|scope| scope.self_type != NONE)
            && let Some(ty) = rows.use_row(scope.self_type)
        {
            parts.push(rows.str(ty.name).to_owned());
        } else if let Some(scope) = rows.get::<crate::syntax::rows::ScopeRow>(row.scope).filter(|scope| scope.self_type != NONE)
            && let Some(ty) = rows.use_row(scope.self_type)
        {
            parts.push(rows.str(ty.name).to_owned());
        }
        at = row.parent;
    }
    if let Some(key) = module_keys(db, file).iter().min_by_key(|key| key.len())
        && !key.is_empty()
    {
        parts.push(key.clone());
    }
    parts.reverse();
    parts.join(separator)
}

/// A line for a symbol without documentation, made of its name, parameters, result, callees and raised errors.
fn generated_summary<'w>(world: World<'w>, symbol: Symbol<'w>, rows: &Rows, index: u32, row: &SymbolRow, name: &str) -> String {
    let words = words_of(name);
    if !row.kind.is_callable() {
        return format!("{} {words}", capitalised(row.kind.as_str()));
    }
    let mut out = capitalised(&words);
    let parameters: Vec<&str> = rows.parameters(row).take(4).map(|parameter| rows.str(parameter.name)).collect();
    if !parameters.is_empty() {
        out.push_str(&format!("; takes {}", parameters.join(", ")));
    }
    if !row.return_type.is_empty() {
        out.push_str(&format!("; returns {}", rows.str(row.return_type)));
    }
    let mut callees: Vec<&str> = Vec::new();
    for edge in file_edges(world.db, symbol.file(world.db)).closed.iter().filter(|edge| edge.source == index && edge.kind == EdgeKind::Call)
    {
        if let Site::Use(site) = edge.site
            && edge.target.is_some()
            && let Some(used) = rows.get::<UseRow>(site)
        {
            let callee = rows.str(used.name);
            if !callees.contains(&callee) && !callee.is_empty() {
                callees.push(callee);
            }
        }
    }
    callees.truncate(4);
    if !callees.is_empty() {
        out.push_str(&format!("; calls {}", callees.join(", ")));
    }
    out
}

fn words_of(name: &str) -> String {
    let mut words = Vec::new();
    crate::search::terms::for_each_subword(name, |word, _| words.push(word.to_lowercase()));
    if words.is_empty() { name.to_owned() } else { words.join(" ") }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
