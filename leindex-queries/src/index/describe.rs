//! Symbols as plain data: names in full, and a sentence about each.

use leindex_db::Workspace;

use super::change::is_within;
use super::results::SymbolInfo;
use super::world::World;
use crate::db::Db;
use crate::items::descriptor::descriptor;
use crate::items::docs;
use crate::names::evidence;
use crate::names::files::{SourceFile, Symbol, file_config, symbol_row};
use crate::names::module_map::module_keys;
use crate::names::projects::project_names;
use crate::search::rank::module_stem;
use crate::search::record::for_each_holder;
use crate::search::terms::for_each_subword;
use crate::syntax::rows::{Record as _, Rows, SymbolFlags, SymbolKind, SymbolRow, UseRole, UseRow};

/// Callees and errors named in a generated summary.
const NAMED: usize = 4;

/// A symbol's name everywhere: `<project> <path> <descriptor>`.
pub(crate) fn symbol_name(world: World<'_>, symbol: Symbol<'_>) -> String {
    let db = world.db;
    let path = symbol.file(db).path(db);
    let project = project_of(db, path);
    let mut name = String::new();
    start_of_name(project, path, &mut name);
    if let Some((rows, index, _)) = symbol_row(db, symbol) {
        name.push_str(&descriptor(&rows, index));
    }
    name
}

/// Writes what the names of all symbols of a file start with: a descriptor comes next.
pub(crate) fn start_of_name(project: &str, path: &str, out: &mut String) {
    for part in [project, path] {
        out.push_str(part);
        out.push(' ');
    }
}

/// The name of the project that a path lies in.
pub(crate) fn project_of<'db>(db: &'db dyn Db, path: &str) -> &'db str {
    // The project's own root is the first and holds what no other does.
    let workspace = Workspace::get(db);
    let root = workspace.roots(db).iter().rposition(|root| is_within(path, root.prefix(db)));
    root.and_then(|root| project_names(db, workspace).get(root)).map_or("", |name| name)
}

/// A symbol as plain data, or `None` if it is gone.
pub(crate) fn symbol_info<'w>(world: World<'w>, symbol: Symbol<'w>) -> Option<SymbolInfo> {
    let db = world.db;
    let file = symbol.file(db);
    let (rows, index, row) = symbol_row(db, symbol)?;
    let config = file_config(db, file)?;
    let path = file.path(db);
    let documented = docs::summary(rows.str(row.doc));
    let generated_summary = documented.is_empty();
    let summary = if generated_summary { generated_summary_of(&rows, index, &row, path) } else { documented };
    Some(SymbolInfo {
        symbol: symbol_name(world, symbol),
        language: config.name,
        kind: row.kind.as_str(),
        name: name_in_file(&rows, index, &row, path).to_owned(),
        qualified_name: qualified_name(db, file, &rows, index),
        signature: rows.str(row.signature).to_owned(),
        summary,
        generated_summary,
        start_line: row.start_line,
        end_line: row.end_line,
        name_line: row.name_line,
        start_byte: row.start,
        end_byte: row.end,
        cyclomatic: row.cyclomatic,
        cognitive: row.cognitive,
        is_test: is_test(&rows, index, path),
        is_exported: row.flags.has(SymbolFlags::EXPORTED),
        path: path.to_owned(),
    })
}

/// The name of a symbol; of a file's module, the file's.
pub(crate) fn name_in_file<'r>(rows: &'r Rows, index: u32, row: &SymbolRow, path: &'r str) -> &'r str {
    if index == 0 { path.rsplit('/').next().unwrap_or(path) } else { rows.str(row.name) }
}

/// The symbol's name with those of what it lies in, the module's first.
pub(crate) fn qualified_name<'db>(db: &'db dyn Db, file: SourceFile<'db>, rows: &Rows, index: u32) -> String {
    let separator = file_config(db, file).map_or(".", |config| config.names.separator);
    let local = rows.symbol(index).map_or_else(String::new, |row| local_name(rows, &row, separator));
    match module_keys(db, file).iter().min_by_key(|key| key.len()) {
        Some(key) if local.is_empty() => key.clone(),
        Some(key) if !key.is_empty() => format!("{key}{separator}{local}"),
        _ if local.is_empty() => module_stem(file.path(db)).to_owned(),
        _ => local,
    }
}

/// The name of a symbol with those of what it lies in, inside its file; empty for the file's module.
pub(crate) fn local_name(rows: &Rows, row: &SymbolRow, separator: &str) -> String {
    if row.kind == SymbolKind::Module && row.name.is_empty() {
        return String::new();
    }
    let mut names = vec![rows.str(row.name)];
    for_each_holder(rows, row, |name| names.push(name));
    names.reverse();
    names.join(separator)
}

/// Whether a symbol is a test, or lies in one or among tests.
pub(crate) fn is_test(rows: &Rows, index: u32, path: &str) -> bool {
    is_marked_test(rows, index) || evidence::is_test_path(path)
}

/// Whether a symbol is a test by its own file, or lies in one.
pub(crate) fn is_marked_test(rows: &Rows, index: u32) -> bool {
    let mut at = index;
    let mut depth = 0;
    while let Some(row) = rows.symbol(at) {
        if row.flags.has(SymbolFlags::TEST) {
            return true;
        }
        if at == 0 || depth > 64 {
            break;
        }
        at = row.parent;
        depth += 1;
    }
    false
}

/// A sentence made from the code: name, parameters, return type, callees and errors raised.
fn generated_summary_of(rows: &Rows, index: u32, row: &SymbolRow, path: &str) -> String {
    if row.kind.is_module() {
        let own = words(if index == 0 { module_stem(path) } else { rows.str(row.name) });
        let names: Vec<&str> = rows
            .symbols()
            .skip(1)
            .filter(|symbol| symbol.parent == index && !matches!(symbol.kind, SymbolKind::Variable | SymbolKind::Field))
            .map(|symbol| rows.str(symbol.name))
            .collect();
        return match names.as_slice() {
            [] => format!("Module {own}."),
            names => format!("Module {own}: defines {}.", listed(names)),
        };
    }
    let mut text = capitalised(&words(rows.str(row.name)));
    if row.kind.is_type() {
        let members: Vec<&str> = rows
            .symbols()
            .filter(|symbol| symbol.parent == index && symbol.kind.is_callable() && !symbol.flags.has(SymbolFlags::PRIVATE))
            .map(|symbol| rows.str(symbol.name))
            .collect();
        text = format!("{text}, a {}", row.kind.as_str());
        if !members.is_empty() {
            text = format!("{text} with {}", listed(&members));
        }
        return format!("{text}.");
    }
    let mut clauses = Vec::new();
    let parameters: Vec<&str> = rows.parameters(row).map(|parameter| rows.str(parameter.name)).filter(|name| !name.is_empty()).collect();
    if !parameters.is_empty() {
        clauses.push(format!("takes {}", listed(&parameters)));
    }
    let returned = rows.str(row.return_type);
    if row.kind.is_callable() && !returned.is_empty() && returned.len() < 80 {
        clauses.push(format!("returns {returned}"));
    }
    if row.kind.is_callable() {
        let (called, raised) = calls_in(rows, index, row);
        if !called.is_empty() {
            clauses.push(format!("calls {}", listed(&called)));
        }
        if !raised.is_empty() {
            clauses.push(format!("raises {}", listed(&raised)));
        }
    } else if !returned.is_empty() && returned.len() < 80 {
        clauses.push(returned.to_owned());
    }
    if clauses.is_empty() { format!("{text}.") } else { format!("{text}: {}.", clauses.join("; ")) }
}

/// The names that a symbol's own text calls, and those of them that are errors by their names; each in order, once.
fn calls_in<'r>(rows: &'r Rows, index: u32, row: &SymbolRow) -> (Vec<&'r str>, Vec<&'r str>) {
    const ROLE: usize = 1;
    const SCOPE: usize = 4;
    const START: usize = 5;
    const { assert!(UseRow::WORDS == 7, "the columns above are those of a use row") };
    let (mut called, mut raised): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for at in 0..rows.count::<UseRow>() {
        let start = rows.column::<UseRow>(at, START);
        let role = rows.column::<UseRow>(at, ROLE);
        if start < row.body_start || start >= row.end || role != UseRole::Call as u32 && role != UseRole::New as u32 {
            continue;
        }
        if rows.owner(rows.column::<UseRow>(at, SCOPE)) != Some(index) {
            continue;
        }
        let Some(used) = rows.use_row(at) else { continue };
        let name = rows.str(used.name);
        if name.is_empty() {
            continue;
        }
        let list = if name.ends_with("Error") || name.ends_with("Exception") { &mut raised } else { &mut called };
        if !list.contains(&name) {
            list.push(name);
        }
    }
    (called, raised)
}

fn words(name: &str) -> String {
    let mut out = String::new();
    for_each_subword(name, |word, _| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    });
    if out.is_empty() { name.to_owned() } else { out }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] if names.len() <= NAMED => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {} more", names[..NAMED].join(", "), names.len() - NAMED),
    }
}
