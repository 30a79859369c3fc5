//! Who leads to a symbol and where a symbol leads.

use std::sync::Arc;

use super::join::Join;
use crate::db::Db;
use crate::flow::file::outermost;
use crate::index::world::World;
use crate::names::edges::{Edge, EdgeKind, OpenReason, OpenRow, Site, file_edges};
use crate::names::entity::Rule;
use crate::names::files::{SourceFile, Symbol, file_config, file_rows, symbol_row};
use crate::names::members::{file_aliases, function_of_result, result_name};
use crate::names::module_map::{MODULE_IDENTITY, module_keys};
use crate::names::values::{parent_type, symbol_kind};
use crate::syntax::rows::{ImportRow, ModuleRow, NONE, Rows, Str, SymbolKind, UseKind, UseRole, UseRow, name_hash};

/// An edge between symbols, with its site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundEdge<'w> {
    pub(crate) source: Symbol<'w>,
    pub(crate) target: Option<Symbol<'w>>,
    pub(crate) kind: EdgeKind,
    pub(crate) rule: Rule,
    /// What an ambiguous name may mean; what may run by the hierarchy.
    pub(crate) candidates: Arc<[Symbol<'w>]>,
    /// For a call through an object whose own type decides what runs: the use of the object, or `NONE` for `this`.
    pub(crate) receiver: Option<u32>,
    pub(crate) file: SourceFile<'w>,
    /// The name at the site.
    pub(crate) name: Box<str>,
    /// First byte of the site.
    pub(crate) start: u32,
    /// The use at the site, or `NONE`.
    pub(crate) site: u32,
}

/// The edges of a file's uses and imports, open ones joined.
pub(crate) fn uses_of_file<'w>(join: &mut Join<'w>, file: SourceFile<'w>) -> Vec<FoundEdge<'w>> {
    let edges = file_edges(join.world.db, file);
    let mut found = Vec::new();
    add_edges(join, file, edges.closed.iter(), edges.open.iter(), |_| true, &mut found);
    found.sort_by_key(|edge| (edge.start, edge.kind));
    found
}

/// The closed edges of a body: of a function that is in no other with the functions inside it, or of a file's top level.
pub(crate) fn uses_of_body<'w>(join: &mut Join<'w>, owner: Symbol<'w>) -> Vec<FoundEdge<'w>> {
    let db = join.world.db;
    let file = owner.file(db);
    let Some(rows) = file_rows(db, file) else { return Vec::new() };
    let index = rows.by_identity(owner.identity(db)).unwrap_or(0);
    let edges = file_edges(db, file);
    let of_body = edges.closed.iter().filter(|edge| outermost(&rows, edge.source) == index);
    let mut found = Vec::new();
    add_edges(join, file, of_body, std::iter::empty(), |_| true, &mut found);
    found.sort_by_key(|edge| (edge.start, edge.kind));
    found
}

/// The edges that leave a symbol's own text.
pub(crate) fn outgoing<'w>(join: &mut Join<'w>, symbol: Symbol<'w>) -> Vec<FoundEdge<'w>> {
    outgoing_where(join, symbol, |_| true)
}

/// The edges that leave a symbol's own text; of open ones, those whose name `admits`. Joins nothing else.
pub(crate) fn outgoing_where<'w>(join: &mut Join<'w>, symbol: Symbol<'w>, mut admits: impl FnMut(&str) -> bool) -> Vec<FoundEdge<'w>> {
    let Some((_, index, _)) = symbol_row(join.world.db, symbol) else { return Vec::new() };
    let file = symbol.file(join.world.db);
    let edges = file_edges(join.world.db, file);
    let closed = edges.closed.iter().filter(|edge| edge.source == index);
    let open = edges.open.iter().filter(|open| open.source == index);
    let mut found = Vec::new();
    add_edges(join, file, closed, open, |name| admits(name), &mut found);
    found.sort_by_key(|edge| (edge.start, edge.kind));
    found
}

/// The edges that lead to a symbol, and those whose name may mean it. Reads only files that mention one of its names.
pub(crate) fn incoming<'w>(join: &mut Join<'w>, symbol: Symbol<'w>) -> Vec<FoundEdge<'w>> {
    let names = known_names(join.world, symbol);
    let files = join.world.mentioning_any(&names);
    incoming_from(join, symbol, &names, &files)
}

/// The edges that lead from some files to a symbol, and those whose name is one of `names` and may mean it.
pub(crate) fn incoming_from<'w>(
    join: &mut Join<'w>,
    symbol: Symbol<'w>,
    names: &[Box<str>],
    files: &[SourceFile<'w>],
) -> Vec<FoundEdge<'w>> {
    let mut found = Vec::new();
    let mut hashes: Vec<u32> = names.iter().map(|name| name_hash(name)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    join.world.resolve(files);
    for &file in files {
        let edges = file_edges(join.world.db, file);
        let open = hashes.iter().flat_map(|&hash| edges.open_named(hash));
        add_edges(join, file, edges.leading_to(symbol), open, |name| names.iter().any(|known| **known == *name), &mut found);
        // Of several overloads that a variable holds, under the variable's name.
        let among = |row: &&OpenRow<'w>| {
            matches!(&row.reason, OpenReason::Overloads(symbols) if symbols.contains(&symbol)) && hashes.binary_search(&row.name).is_err()
        };
        add_edges(join, file, std::iter::empty(), edges.open.iter().filter(among), |_| true, &mut found);
    }
    found.retain(|edge| edge.target == Some(symbol) || edge.candidates.contains(&symbol));
    found.sort_by_cached_key(|edge| (edge.file.path(join.world.db), edge.start, edge.kind));
    found
}

/// Appends edges of a file; of the open ones, those whose name `admits`.
fn add_edges<'w, 'e>(
    join: &mut Join<'w>,
    file: SourceFile<'w>,
    closed: impl Iterator<Item = &'e Edge<'w>>,
    open: impl Iterator<Item = &'e OpenRow<'w>>,
    mut admits: impl FnMut(&str) -> bool,
    found: &mut Vec<FoundEdge<'w>>,
) where
    'w: 'e,
{
    let world = join.world;
    let (mut closed, mut open) = (closed.peekable(), open.peekable());
    // Most files that mention a name hold no edge that is asked for: their rows stay where they are.
    if closed.peek().is_none() && open.peek().is_none() {
        return;
    }
    let Some(rows) = world.rows(file) else { return };
    let is_python = file_config(world.db, file).is_some_and(|config| config.names.family == "python");
    let source = |row: u32| Symbol::new(world.db, file, rows.symbol(row).map_or_else(MODULE_IDENTITY, |symbol| symbol.identity()));
    for edge in closed {
        let (name, start) = site(&rows, edge.site);
        found.push(FoundEdge {
            source: source(edge.source),
            target: edge.target,
            kind: edge.kind,
            rule: edge.rule,
            candidates: Arc::default(),
            receiver: receiver(world.db, &rows, edge, is_python),
            file,
            name: rows.str(name).into(),
            start,
            site: if let Site::Use(index) = edge.site { index } else { NONE },
        });
    }
    for row in open {
        let Some(used) = rows.use_row(row.site) else { continue };
        if !admits(rows.str(used.name)) {
            continue;
        }
        let joined = join.join(file, &rows, row);
        let (name, start) = site(&rows, Site::Use(row.site));
        found.push(FoundEdge {
            source: source(row.source),
            target: joined.target,
            kind: row.kind,
            rule: joined.rule,
            candidates: joined.candidates.into(),
            receiver: None,
            file,
            name: rows.str(name).into(),
            start,
            site: row.site,
        });
    }
}

/// The names by which a symbol may be mentioned: its own, a constructor's type, and every alias under which a file passes
/// it on.
pub(crate) fn known_names<'w>(world: World<'w>, symbol: Symbol<'w>) -> Vec<Box<str>> {
    let mut names: Vec<Box<str>> = Vec::new();
    let Some((rows, _, row)) = symbol_row(world.db, symbol) else { return names };
    if symbol.identity(world.db) == MODULE_IDENTITY() {
        let file = symbol.file(world.db);
        let path = file.path(world.db);
        let mut parts = path.rsplit('/');
        let name = parts.next().unwrap_or("");
        add(&mut names, name.rsplit_once('.').map_or(name, |(stem, _)| stem));
        add(&mut names, parts.next().unwrap_or(""));
        let declared = rows.iter::<ModuleRow>().filter(|module| module.symbol == NONE);
        declared.for_each(|module| add(&mut names, last_part(rows.str(module.key))));
        for key in module_keys(world.db, file) {
            add(&mut names, last_part(key));
            if file_config(world.db, file).is_some_and(|config| config.name == "rust") && !key.contains(':') {
                add(&mut names, "crate");
            }
        }
        return names;
    }
    names.push(rows.str(row.name).into());
    add(&mut names, last_part(rows.str(row.name)));
    if row.kind == SymbolKind::Constructor
        && let Some(parent) = rows.symbol(row.parent)
    {
        names.push(rows.str(parent.name).into());
        // Making a subtype runs an inherited constructor.
        if let Some(ty) = parent_type(world.db, symbol) {
            subtype_names(world, ty, &mut names, 0);
        }
    }
    if let Some(special) = file_config(world.db, symbol.file(world.db)).map(|config| config.names.special) {
        // An iteration runs it and names what gives the iterator.
        if special.next == rows.str(row.name) {
            add(&mut names, special.iterate);
        }
        // An object may make others of its type.
        if row.kind == SymbolKind::Constructor || row.kind.is_type() {
            add(&mut names, special.class);
        }
        if special.call == rows.str(row.name) {
            // It runs where an object of its type is called, under whatever name that has.
            if let Some(ty) = parent_type(world.db, symbol) {
                add_known_objects(world, ty, &mut names);
            }
            return names;
        }
    }
    add_aliases(world, &mut names);
    names
}

/// The names under which objects of a type are known: of what is declared with it, or made of it.
fn add_known_objects<'w>(world: World<'w>, ty: Symbol<'w>, names: &mut Vec<Box<str>>) {
    let mut types: Vec<Box<str>> = symbol_row(world.db, ty).map(|(rows, _, row)| rows.str(row.name).into()).into_iter().collect();
    subtype_names(world, ty, &mut types, 0);
    for name in &types {
        for file in world.mentioning(name) {
            let Some(rows) = file_rows(world.db, file) else { continue };
            for symbol in rows.symbols() {
                if rows.use_row(symbol.type_use).is_some_and(|declared| rows.str(declared.name) == &**name) {
                    add(names, rows.str(symbol.name));
                }
            }
        }
    }
    let made: Vec<Box<str>> = types.iter().map(|ty| result_name(ty)).collect();
    types.extend(made);
    add_aliases(world, &mut types);
    for name in types {
        add(names, &name);
    }
}

/// Adds every alias under which a file passes on what has one of the names; what functions give, by their names.
fn add_aliases(world: World<'_>, names: &mut Vec<Box<str>>) {
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        if names.len() > 64 {
            break;
        }
        let hash = name_hash(&name);
        for file in world.mentioning(function_of_result(&name).unwrap_or(&name)) {
            let aliases = file_aliases(world.db, file);
            let first = aliases.partition_point(|(from, _)| *from < hash);
            for (_, to) in aliases[first..].iter().take_while(|(from, _)| *from == hash) {
                if !to.is_empty() {
                    add(names, to);
                    continue;
                }
                // The module as a whole: known by the file's name.
                let path = file.path(world.db);
                for part in path.rsplit('/').take(2) {
                    add(names, part.rsplit_once('.').map_or(part, |(stem, _)| stem));
                }
            }
        }
    }
    for name in names {
        if let Some(function) = function_of_result(name) {
            *name = function.into();
        }
    }
}

fn subtype_names<'w>(world: World<'w>, ty: Symbol<'w>, names: &mut Vec<Box<str>>, depth: u32) {
    if depth > 16 {
        return;
    }
    for &(sub, _) in crate::names::members::subtypes(world.db, ty) {
        if let Some((rows, _, row)) = symbol_row(world.db, sub) {
            add(names, rows.str(row.name));
            subtype_names(world, sub, names, depth + 1);
        }
    }
}

/// A module's name without what stands before it.
fn last_part(name: &str) -> &str {
    name.rsplit(['.', '/', ':', '\\']).next().unwrap_or(name)
}

fn add(names: &mut Vec<Box<str>>, name: &str) {
    if !name.is_empty() && !names.iter().any(|known| **known == *name) {
        names.push(name.into());
    }
}

/// Whether a call names a member of the current object by its plain name, or a method of a class of types (Haskell).
fn is_implicit(db: &dyn Db, rows: &Rows, edge: &Edge<'_>) -> bool {
    let Site::Use(index) = edge.site else { return false };
    let is_method = || edge.target.is_some_and(|target| symbol_kind(db, target) == Some(SymbolKind::Method));
    rows.use_row(index).is_some_and(|used| used.kind == UseKind::Name) && is_method()
}

pub(super) fn receiver(db: &dyn Db, rows: &Rows, edge: &Edge<'_>, is_python: bool) -> Option<u32> {
    let Site::Use(index) = edge.site else { return None };
    let dispatches = edge.kind == EdgeKind::Call
        && (edge.rule == Rule::Type || is_implicit(db, rows, edge))
        && !is_through_super(rows, edge.site, is_python);
    dispatches.then(|| rows.use_row(index).map(|used| used.base)).flatten()
}

/// Whether a site names a member of the types above the one around it, which no type below can replace.
pub(super) fn is_through_super(rows: &Rows, site: Site, is_python: bool) -> bool {
    let Site::Use(index) = site else { return false };
    let base = rows.use_row(index).and_then(|used| rows.use_row(used.base));
    base.is_some_and(|base| match base.kind {
        UseKind::Super => true,
        UseKind::Name => is_python && base.role == UseRole::Call && rows.str(base.name) == "super",
        _ => false,
    })
}

/// The name at a site, and its first byte.
pub(super) fn site(rows: &Rows, site: Site) -> (Str, u32) {
    match site {
        Site::Use(index) => rows.get::<UseRow>(index).map_or((Str::EMPTY, 0), |row| (row.name, row.start)),
        Site::Import(index) => {
            rows.get::<ImportRow>(index).map_or((Str::EMPTY, 0), |row| (if row.name.is_empty() { row.module } else { row.name }, row.start))
        }
    }
}
