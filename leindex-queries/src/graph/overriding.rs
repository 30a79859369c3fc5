//! Which members override each other, by each language's own rules.
//!
//! A member overrides one of its name above it if the language says so: where types tell functions of one name apart the
//! parameters must agree, where a word makes a function virtual it must be there, and what is private or belongs to a type
//! as such hides and does not override. Go and C have interfaces without a word for them and no types to inherit from:
//! nothing overrides there.

use super::hierarchy::descendants;
use crate::index::world::World;
use crate::languages::LanguageConfig;
use crate::names::files::{Name, Symbol, file_config, symbol_row};
use crate::names::members::{bases, linearization, member};
use crate::names::values::parent_type;
use crate::syntax::rows::{BaseKind, BaseRow, BindingKind, BindingRow, Rows, ScopeKind, ScopeRow, SymbolFlags, SymbolKind, SymbolRow};

/// The members of types below that override `method`, nearest first; of a declaration and its definition, the declaration.
pub(crate) fn overrides<'w>(world: World<'w>, method: Symbol<'w>) -> Vec<Symbol<'w>> {
    below(world, method, in_its_type)
}

/// What may run instead of `method` where a call names it: the members below that override it and have a body.
pub(crate) fn implementations<'w>(world: World<'w>, method: Symbol<'w>) -> Vec<Symbol<'w>> {
    below(world, method, with_a_body)
}

fn below<'w>(world: World<'w>, method: Symbol<'w>, pick: fn(World<'w>, Vec<Symbol<'w>>) -> Vec<Symbol<'w>>) -> Vec<Symbol<'w>> {
    let Some(ty) = overridable(world, method).then(|| parent_type(world.db, method)).flatten() else { return Vec::new() };
    let Some((rows, _, row)) = symbol_row(world.db, method) else { return Vec::new() };
    let name = Name::new(world.db, rows.str(row.name));
    let mut found = Vec::new();
    for below in descendants(world, ty) {
        let own = member(world.db, below.ty, name, false);
        if own.inherited {
            continue;
        }
        let overrides = |sub: Symbol<'w>| {
            symbol_row(world.db, sub)
                .is_some_and(|(sub_rows, _, sub_row)| may_override(world, (sub, &sub_rows, &sub_row), (method, &rows, &row)))
        };
        let fitting = own.symbols.iter().copied().filter(|&symbol| symbol != method && overrides(symbol)).collect();
        found.extend(pick(world, fitting).into_iter().filter(|symbol| !found.contains(symbol)).collect::<Vec<_>>());
    }
    found
}

/// The members of types above that `method` overrides, nearest first.
pub(crate) fn overridden<'w>(world: World<'w>, method: Symbol<'w>) -> Vec<Symbol<'w>> {
    let Some(ty) = overridable(world, method).then(|| parent_type(world.db, method)).flatten() else { return Vec::new() };
    let Some((rows, _, row)) = symbol_row(world.db, method) else { return Vec::new() };
    let mut found = Vec::new();
    for &above in linearization(world.db, ty).types.iter().skip(1) {
        found.extend(overridden_in(world, method, (&rows, &row), above, false));
    }
    found
}

/// What `method` overrides first on each way up: one member for each direct base that has or inherits one.
pub(crate) fn overridden_next<'w>(world: World<'w>, method: Symbol<'w>) -> Vec<Symbol<'w>> {
    let Some(ty) = overridable(world, method).then(|| parent_type(world.db, method)).flatten() else { return Vec::new() };
    let Some((rows, _, row)) = symbol_row(world.db, method) else { return Vec::new() };
    overridden_in_bases(world, method, (&rows, &row), &bases(world.db, ty).known)
}

/// What a member that can override overrides first on each way up from its type, whose direct bases these are.
pub(super) fn overridden_in_bases<'w>(
    world: World<'w>,
    method: Symbol<'w>,
    row: (&Rows, &SymbolRow),
    bases: &[(Symbol<'w>, BaseKind)],
) -> Vec<Symbol<'w>> {
    let mut found: Vec<Symbol<'w>> = Vec::new();
    for &(base, _) in bases {
        for above in overridden_in(world, method, row, base, true) {
            if !found.contains(&above) {
                found.push(above);
            }
        }
    }
    found
}

fn overridden_in<'w>(
    world: World<'w>,
    method: Symbol<'w>,
    (rows, row): (&Rows, &SymbolRow),
    ty: Symbol<'w>,
    or_above: bool,
) -> Vec<Symbol<'w>> {
    let own = member(world.db, ty, Name::new(world.db, rows.str(row.name)), false);
    if own.inherited && !or_above {
        return Vec::new();
    }
    let may_override = |above: Symbol<'w>| {
        let above_row = symbol_row(world.db, above);
        above_row.is_some_and(|(above_rows, _, above_row)| may_override(world, (method, rows, row), (above, &above_rows, &above_row)))
    };
    in_its_type(world, own.symbols.iter().copied().filter(|&above| above != method && may_override(above)).collect())
}

/// Of declarations and definitions of one member, those inside the type itself.
fn in_its_type<'w>(world: World<'w>, symbols: Vec<Symbol<'w>>) -> Vec<Symbol<'w>> {
    if symbols.len() < 2 {
        return symbols;
    }
    let inside: Vec<Symbol<'w>> = symbols.iter().copied().filter(|&symbol| stands_in_type(world, symbol)).collect();
    if inside.is_empty() { symbols } else { inside }
}

/// Of declarations and definitions of one member, those that run; a declaration alone does, somewhere, unless it is abstract.
fn with_a_body<'w>(world: World<'w>, symbols: Vec<Symbol<'w>>) -> Vec<Symbol<'w>> {
    let has = |symbol: Symbol<'w>, flag| symbol_row(world.db, symbol).is_some_and(|(_, _, row)| row.flags.has(flag));
    let defined: Vec<Symbol<'w>> = symbols.iter().copied().filter(|&symbol| !has(symbol, SymbolFlags::DECLARATION)).collect();
    if defined.is_empty() { symbols.into_iter().filter(|&symbol| !has(symbol, SymbolFlags::ABSTRACT)).collect() } else { defined }
}

pub(crate) fn stands_in_type<'w>(world: World<'w>, symbol: Symbol<'w>) -> bool {
    symbol_row(world.db, symbol).is_some_and(|(rows, _, row)| rows.symbol(row.parent).is_some_and(|parent| parent.kind.is_type()))
}

/// Whether anything can be above or below a member at all. Cheap: most symbols end here.
fn overridable<'w>(world: World<'w>, method: Symbol<'w>) -> bool {
    let Some(config) = file_config(world.db, method.file(world.db)) else { return false };
    let is_member = symbol_row(world.db, method).is_some_and(|(_, _, row)| matches!(row.kind, SymbolKind::Method | SymbolKind::Field));
    is_member && !matches!(config.name, "go" | "c")
}

/// Whether `sub`, a member of a type below, overrides `base`, a member of the same name.
fn may_override<'w>(
    world: World<'w>,
    (sub, sub_rows, sub_row): (Symbol<'w>, &Rows, &SymbolRow),
    (base, base_rows, base_row): (Symbol<'w>, &Rows, &SymbolRow),
) -> bool {
    let Some(config) = file_config(world.db, sub.file(world.db)) else { return false };
    let is_property = |row: &SymbolRow| row.kind == SymbolKind::Field || row.flags.has(SymbolFlags::PROPERTY);
    match (sub_row.kind, base_row.kind) {
        (SymbolKind::Method, SymbolKind::Method) => {}
        (SymbolKind::Method | SymbolKind::Field, SymbolKind::Method | SymbolKind::Field) => {
            if !(is_property(sub_row) && is_property(base_row) && sub_row.flags.has(SymbolFlags::OVERRIDE)) {
                return false;
            }
        }
        _ => return false,
    }
    if is_hidden(config, base_rows, base_row) || is_hidden(config, sub_rows, sub_row) {
        return false;
    }
    let by_word = match config.name {
        // The method of a trait or class is overridden by those of its own instances only.
        "rust" | "haskell" => states_base(world, sub_rows, sub_row, base),
        "cpp" => sub_row.flags.has(SymbolFlags::OVERRIDE) || is_virtual(world, base),
        "csharp" => sub_row.flags.has(SymbolFlags::OVERRIDE) || in_interface(base_rows, base_row),
        _ => true,
    };
    by_word && (!config.overloads || same_parameters((sub_rows, sub_row), (base_rows, base_row)))
}

/// Whether a member is none that types below could override: private, or part of the type and not of its instances.
fn is_hidden(config: &LanguageConfig, rows: &Rows, row: &SymbolRow) -> bool {
    let name = rows.str(row.name);
    match config.names.family {
        "python" => name.starts_with("__") && !name.ends_with("__"),
        "javascript" => name.starts_with('#') || rows.str(row.signature).starts_with("private "),
        "jvm" | "csharp" | "swift" => row.flags.has(SymbolFlags::PRIVATE) || row.flags.has(SymbolFlags::STATIC) && config.name != "swift",
        "php" => row.flags.has(SymbolFlags::PRIVATE),
        "c" | "dart" => row.flags.has(SymbolFlags::STATIC),
        _ => false,
    }
}

/// Whether the block around a member says that it is for the type of `base` (`impl Trait for Type`).
fn states_base<'w>(world: World<'w>, rows: &Rows, row: &SymbolRow, base: Symbol<'w>) -> bool {
    let Some((base_rows, _, base_row)) = symbol_row(world.db, base) else { return false };
    let Some(above) = base_rows.symbol(base_row.parent) else { return false };
    rows.get::<ScopeRow>(row.scope).is_some_and(|scope| scope.kind == ScopeKind::Extension)
        && rows
            .iter::<BaseRow>()
            .filter(|stated| stated.extension == row.scope)
            .filter_map(|stated| rows.use_row(stated.base))
            .any(|used| rows.str(used.name) == base_rows.str(above.name))
}

fn in_interface(rows: &Rows, row: &SymbolRow) -> bool {
    rows.symbol(row.parent).is_some_and(|parent| parent.kind == SymbolKind::Interface)
}

/// Whether a C++ member function is virtual: by its own word, or because one that it overrides is.
fn is_virtual<'w>(world: World<'w>, method: Symbol<'w>) -> bool {
    let Some((rows, _, row)) = symbol_row(world.db, method) else { return false };
    let Some(ty) = parent_type(world.db, method) else { return false };
    let name = Name::new(world.db, rows.str(row.name));
    linearization(world.db, ty).types.iter().any(|&above| {
        let own = member(world.db, above, name, false);
        !own.inherited
            && own.symbols.iter().any(|&symbol| {
                symbol_row(world.db, symbol).is_some_and(|(above_rows, _, above_row)| {
                    let words = above_rows.str(above_row.signature).split(|c: char| !c.is_alphanumeric() && c != '_');
                    let says_so = above_row.flags.has(SymbolFlags::OVERRIDE) || { words }.any(|word| word == "virtual");
                    says_so && same_parameters((&rows, &row), (&above_rows, &above_row))
                })
            })
    })
}

/// Whether two functions of one name take the same types, as far as their text tells. A type parameter of the one above
/// stands for any type.
pub(crate) fn same_parameters(sub: (&Rows, &SymbolRow), base: (&Rows, &SymbolRow)) -> bool {
    sub.1.parameters == base.1.parameters
        && sub.0.parameters(sub.1).zip(base.0.parameters(base.1)).all(|(below, above)| {
            let (below, above) = (sub.0.str(below.ty), base.0.str(above.ty));
            below.is_empty() || above.is_empty() || shape(below) == shape(above) || is_type_parameter(base.0, shape(above).0)
        })
}

/// The name of a type without its qualifiers and arguments, and how often it is pointed at and referred to.
fn shape(ty: &str) -> (&str, usize, usize) {
    let outside = ty.split(['<', '[']).next().unwrap_or(ty);
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let words = outside.split(|c: char| !is_name(c)).filter(|word| !word.is_empty() && !matches!(*word, "const" | "final" | "volatile"));
    let marks = |mark: char| ty.chars().filter(|&c| c == mark).count();
    ({ words }.next_back().unwrap_or(""), marks('*'), marks('&'))
}

fn is_type_parameter(rows: &Rows, name: &str) -> bool {
    rows.find_str(name)
        .is_some_and(|text| rows.iter::<BindingRow>().any(|binding| binding.kind == BindingKind::TypeParameter && binding.name == text))
}
