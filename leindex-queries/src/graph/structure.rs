//! Edges that follow from where and how things are defined: what holds what, what belongs to a type though it stands
//! elsewhere, what declares what, which members override which.
//!
//! They are made from a file's own rows and the hierarchy when somebody asks: nothing keeps them, so no edit renews them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::calls::{FoundEdge, uses_of_file};
use super::declaring::{definitions_of, may_declare};
use super::dispatch::dispatched;
use super::join::Join;
use super::overriding::{overridden_in_bases, overridden_next, stands_in_type};
use super::passed::passed;
use crate::db::Db;
use crate::index::world::World;
use crate::names::edges::EdgeKind;
use crate::names::entity::{Heads, Rule};
use crate::names::files::{SourceFile, Symbol, file_config, shape_symbol, symbol_row};
use crate::names::members::{bases, file_extensions, member_names, type_parts};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::{BaseKind, NONE, Rows, ScopeRow, SymbolFlags, SymbolKind, SymbolRow, name_hash};

/// All edges of a file: those of its uses, open ones joined; what else may run at its calls; and those of its definitions.
pub(crate) fn edges_of_file<'w>(join: &mut Join<'w>, file: SourceFile<'w>) -> Vec<FoundEdge<'w>> {
    let mut found = uses_of_file(join, file);
    found.extend(passed(join, &found));
    found.extend(dispatched(join, &found));
    found.extend(structural_edges(join.world, file));
    found.sort_by_key(|edge| (edge.start, edge.kind));
    found
}

/// The edges of a file's definitions, each at the name of what was defined.
fn structural_edges<'w>(world: World<'w>, file: SourceFile<'w>) -> Vec<FoundEdge<'w>> {
    let Some(rows) = world.rows(file) else { return Vec::new() };
    let symbol = |row: &SymbolRow| Symbol::new(world.db, file, row.identity());
    let mut found = Vec::new();
    for row in rows.symbols().skip(1) {
        if let Some(parent) = rows.symbol(row.parent) {
            let of = symbol(&row);
            found.extend(definition_edge(world.db, symbol(&parent), of, of, EdgeKind::Contains, Rule::Exact));
        }
    }
    found.extend(declarations(world.db, file, &rows).filter_map(|declaration| declares(world, declaration)));
    found.extend(derived_edges(world.db, file, &rows));
    found
}

/// The symbols of a file that may declare what stands elsewhere.
pub(super) fn declarations<'w>(db: &'w dyn Db, file: SourceFile<'w>, rows: &Rows) -> impl Iterator<Item = Symbol<'w>> {
    let family = file_config(db, file).map_or("", |config| config.names.family);
    let declarations = rows.symbols().skip(1).filter(move |row| may_declare(family, row));
    declarations.map(move |row| Symbol::new(db, file, row.identity()))
}

/// The edges of a file's definitions that do not follow from their places in it: what overrides what is above it, and
/// what belongs to types elsewhere.
pub(super) fn derived_edges<'w>(db: &'w dyn Db, file: SourceFile<'w>, rows: &IndexedRows) -> Vec<FoundEdge<'w>> {
    let mut found = Vec::new();
    let Some(config) = file_config(db, file) else { return found };
    let symbol = |row: &SymbolRow| Symbol::new(db, file, row.identity());
    let mut types = FxHashMap::default();
    for row in rows.symbols().skip(1) {
        if !matches!(row.kind, SymbolKind::Method | SymbolKind::Field) || matches!(config.name, "go" | "c") {
            continue;
        }
        let above = match member_of(rows, &row) {
            MemberOf::Nothing => continue,
            MemberOf::Elsewhere if config.name == "cpp" && !stands_in_type(db, symbol(&row)) => continue,
            MemberOf::Elsewhere => overridden_next(db, symbol(&row)),
            MemberOf::Type(ty) => {
                let inherited = types.entry(row.parent).or_insert_with(|| Inherited::of(db, symbol(&ty)));
                if !inherited.has(name_hash(rows.str(row.name))) {
                    continue;
                }
                overridden_in_bases(db, symbol(&row), (rows, &row), inherited.bases)
            }
        };
        found.extend(above.into_iter().filter_map(|above| overriding(db, symbol(&row), above)));
    }
    for extension in file_extensions(db, file, Heads::ALL) {
        let members = extension.members.iter().map(|&(_, identity)| Symbol::new(db, file, identity));
        found.extend(members.filter_map(|member| member_edge(db, extension.ty, member)));
    }
    for (index, row) in (0..).zip(rows.symbols()).filter(|(_, row)| row.kind.is_type() && row.flags.has(SymbolFlags::PARTIAL)) {
        let part = symbol(&row);
        let Some(&first) = type_parts(db, part).first().filter(|&&first| first != part) else { continue };
        let members = rows.symbols().filter(|member| member.parent == index).map(|member| symbol(&member));
        found.extend(members.filter_map(|member| member_edge(db, first, member)));
    }
    found
}

/// What a row is a member of.
enum MemberOf {
    Nothing,
    /// The type that it stands in.
    Type(SymbolRow),
    /// A type that its scope names.
    Elsewhere,
}

fn member_of(rows: &Rows, row: &SymbolRow) -> MemberOf {
    let mut scopes = [row.inner, row.scope].into_iter().filter_map(|scope| rows.get::<ScopeRow>(scope));
    if scopes.any(|scope| scope.self_type != NONE) {
        return MemberOf::Elsewhere;
    }
    rows.symbol(row.parent).filter(|parent| parent.kind.is_type()).map_or(MemberOf::Nothing, MemberOf::Type)
}

/// What a type inherits.
struct Inherited<'w> {
    bases: &'w [(Symbol<'w>, BaseKind)],
    /// Hashes of the names of inherited members, sorted: most members override nothing, and need not be asked about.
    names: Vec<u32>,
}

impl<'w> Inherited<'w> {
    fn of(db: &'w dyn Db, ty: Symbol<'w>) -> Self {
        let bases = &bases(db, ty).known;
        let mut names: Vec<u32> = bases.iter().flat_map(|&(base, _)| member_names(db, base, Heads::ALL)).copied().collect();
        names.sort_unstable();
        Self { bases, names }
    }

    fn has(&self, name: u32) -> bool {
        self.names.binary_search(&name).is_ok()
    }
}

fn member_edge<'w>(db: &'w dyn Db, ty: Symbol<'w>, member: Symbol<'w>) -> Option<FoundEdge<'w>> {
    let rule = if ty.file(db) == member.file(db) { Rule::Exact } else { Rule::Import };
    definition_edge(db, ty, member, member, EdgeKind::Member, rule)
}

/// The edge from a declaration to what it declares, if it is one.
pub(crate) fn declares<'w>(world: World<'w>, declaration: Symbol<'w>) -> Option<FoundEdge<'w>> {
    let (definitions, rule) = definitions_of(world, declaration);
    match *definitions {
        [] => None,
        [definition] => definition_edge(world.db, declaration, definition, declaration, EdgeKind::Declares, rule),
        _ => {
            let edge = definition_edge(world.db, declaration, declaration, declaration, EdgeKind::Declares, Rule::Ambiguous)?;
            Some(FoundEdge { target: None, candidates: definitions.into(), ..edge })
        }
    }
}

/// The edge from a member to one that it overrides.
pub(crate) fn overriding<'w>(db: &'w dyn Db, member: Symbol<'w>, above: Symbol<'w>) -> Option<FoundEdge<'w>> {
    definition_edge(db, member, above, member, EdgeKind::Override, Rule::Type)
}

fn definition_edge<'w>(
    db: &'w dyn Db,
    source: Symbol<'w>,
    target: Symbol<'w>,
    site: Symbol<'w>,
    kind: EdgeKind,
    rule: Rule,
) -> Option<FoundEdge<'w>> {
    let (_, _, row) = symbol_row(db, site)?;
    let (target_rows, _, target_row) = shape_symbol(db, target)?;
    Some(FoundEdge {
        source,
        target: Some(target),
        kind,
        rule,
        candidates: Arc::default(),
        receiver: None,
        file: site.file(db),
        name: target_rows.str(target_row.name).into(),
        start: row.name_start,
        site: NONE,
    })
}
