//! Which declarations and definitions are one: C and C++ functions, types and variables, and TypeScript's overloads.
//!
//! A linker joins what has one name and one type; so is it here. A definition in the same file comes first, then those of
//! files that include the declaration's, then any other; where several are left, which one is meant is not known.

use super::overriding::same_parameters;
use crate::index::describe::local_name;
use crate::index::world::World;
use crate::names::entity::{Heads, Rule};
use crate::names::files::{Symbol, file_config, symbol_row};
use crate::names::follow::sees_whole;
use crate::names::members::extensions;
use crate::syntax::rows::{SymbolFlags, SymbolKind, SymbolRow};

/// What a declaration declares, and how that is known; nothing for what is no declaration.
pub(crate) fn definitions_of<'w>(world: World<'w>, declaration: Symbol<'w>) -> (Vec<Symbol<'w>>, Rule) {
    let nothing = (Vec::new(), Rule::Unresolved);
    let file = declaration.file(world.db);
    let Some(config) = file_config(world.db, file) else { return nothing };
    let Some((rows, _, row)) = symbol_row(world.db, declaration) else { return nothing };
    if !may_declare(config.names.family, &row) {
        return nothing;
    }
    let fits = |symbol: &Symbol<'w>| {
        symbol_row(world.db, *symbol).is_some_and(|(other_rows, _, other)| {
            !other.flags.has(SymbolFlags::DECLARATION)
                && same_sort(row.kind, other.kind)
                && (!config.overloads || !row.kind.is_callable() || same_parameters((&other_rows, &other), (&rows, &row)))
        })
    };
    let parent = rows.symbol(row.parent).filter(|parent| parent.kind.is_type());
    if config.names.family == "javascript" || parent.is_some() && row.kind.is_type() {
        let siblings = rows.index().children(row.parent, row.name).filter_map(|index| rows.symbol(index));
        return (siblings.map(|other| Symbol::new(world.db, file, other.identity())).filter(fits).collect(), Rule::Exact);
    }
    if let Some(parent) = parent {
        let ty = Symbol::new(world.db, file, parent.identity());
        let name = rows.str(row.name);
        let added = extensions(world.db, ty, Heads::ALL);
        let members =
            added.iter().flat_map(|extension| extension.members.iter().map(move |(member, identity)| (extension, member, identity)));
        let named = members.filter(|(_, member, _)| ***member == *name);
        return nearest(
            world,
            declaration,
            named.map(|(extension, _, identity)| Symbol::new(world.db, extension.file, *identity)).filter(fits).collect(),
        );
    }
    let own_name = local_name(&rows, &row, "::");
    let same = |symbol: &Symbol<'w>| {
        let same_family = file_config(world.db, symbol.file(world.db)).is_some_and(|other| other.names.family == config.names.family);
        same_family
            && symbol_row(world.db, *symbol).is_some_and(|(other_rows, _, other)| {
                let linked = !other.flags.has(SymbolFlags::PRIVATE) || symbol.file(world.db) == file;
                linked && local_name(&other_rows, &other, "::") == own_name
            })
    };
    nearest(world, declaration, world.defining(rows.str(row.name)).into_iter().filter(same).filter(fits).collect())
}

/// The declarations of what is defined or declared by `symbol`, and its definitions: all that is the same thing, itself
/// left out.
pub(crate) fn twins<'w>(world: World<'w>, symbol: Symbol<'w>) -> Vec<Symbol<'w>> {
    let Some(config) = file_config(world.db, symbol.file(world.db)) else { return Vec::new() };
    let Some((rows, _, row)) = symbol_row(world.db, symbol) else { return Vec::new() };
    if !matches!(config.names.family, "c" | "javascript") || row.kind.is_module() {
        return Vec::new();
    }
    let definition = match *definitions_of(world, symbol).0 {
        [] => symbol,
        [definition] => definition,
        _ => return Vec::new(),
    };
    let mut found = vec![definition];
    for other in world.defining(rows.str(row.name)) {
        let declares = symbol_row(world.db, other).is_some_and(|(_, _, row)| may_declare(config.names.family, &row));
        if declares && other != definition && *definitions_of(world, other).0 == [definition] {
            found.push(other);
        }
    }
    found.retain(|&other| other != symbol);
    found
}

pub(super) fn may_declare(family: &str, row: &SymbolRow) -> bool {
    row.flags.has(SymbolFlags::DECLARATION)
        && !row.flags.has(SymbolFlags::ABSTRACT)
        && (family == "c" && row.kind != SymbolKind::Field || family == "javascript" && row.kind.is_callable())
}

fn same_sort(declaration: SymbolKind, definition: SymbolKind) -> bool {
    let is_value = |kind| matches!(kind, SymbolKind::Variable | SymbolKind::Constant);
    declaration.is_callable() && definition.is_callable()
        || declaration.is_type() && definition.is_type()
        || is_value(declaration) && is_value(definition)
}

/// Of several definitions, those in the declaration's own file, else in files that include it, else all.
fn nearest<'w>(world: World<'w>, declaration: Symbol<'w>, found: Vec<Symbol<'w>>) -> (Vec<Symbol<'w>>, Rule) {
    let file = declaration.file(world.db);
    let only = |wanted: &dyn Fn(&Symbol<'w>) -> bool| found.iter().copied().filter(|symbol| wanted(symbol)).collect::<Vec<_>>();
    let own = only(&|symbol| symbol.file(world.db) == file);
    if !own.is_empty() {
        return (own, Rule::Exact);
    }
    let including = only(&|symbol| sees_whole(world.db, symbol.file(world.db), file));
    if including.is_empty() { (found, Rule::Name) } else { (including, Rule::Import) }
}
