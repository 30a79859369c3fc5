//! Which members override each other, by each language's own rules.
//!
//! A member overrides one of its name above it if the language says so: where types tell functions of one name apart the
//! parameters must agree, where a word makes a function virtual it must be there, and what is private or belongs to a type
//! as such hides and does not override. Go and C have interfaces without a word for them and no types to inherit from:
//! nothing overrides there.
//!
//! It reads the shapes of files, not where in them things stand.

use super::hierarchy::descendants;
use crate::db::Db;
use crate::items::signature::member_words;
use crate::languages::LanguageConfig;
use crate::names::files::{Name, Symbol, file_config, shape_symbol};
use crate::names::members::{bases, linearization, member, subtypes};
use crate::names::values::{parent_type, symbol_kind};
use crate::syntax::rows::{BaseKind, BaseRow, BindingKind, BindingRow, Rows, ScopeKind, ScopeRow, SymbolFlags, SymbolKind, SymbolRow};

/// The members of types below that override `method`, nearest first; of a declaration and its definition, the declaration.
pub(crate) fn overrides<'w>(db: &'w dyn Db, method: Symbol<'w>) -> Vec<Symbol<'w>> {
    below(db, method, in_its_type)
}

/// What may run instead of `method` where a call names it: the members below that override it and have a body.
pub(crate) fn implementations<'w>(db: &'w dyn Db, method: Symbol<'w>) -> &'w [Symbol<'w>] {
    // Most types have none below them: their members need no memos.
    let has_below = overridable(db, method) && parent_type(db, method).is_some_and(|ty| !subtypes(db, ty).is_empty());
    if has_below { implementing(db, method) } else { &[] }
}

/// Changes with the types below the member's own, and with the members of its name there.
#[salsa::tracked(returns(deref))]
fn implementing<'db>(db: &'db dyn Db, method: Symbol<'db>) -> Box<[Symbol<'db>]> {
    below(db, method, with_a_body).into()
}

fn below<'w>(db: &'w dyn Db, method: Symbol<'w>, pick: fn(&'w dyn Db, Vec<Symbol<'w>>) -> Vec<Symbol<'w>>) -> Vec<Symbol<'w>> {
    let Some(ty) = overridable(db, method).then(|| parent_type(db, method)).flatten() else { return Vec::new() };
    let Some((rows, _, row)) = shape_symbol(db, method) else { return Vec::new() };
    let name = Name::new(db, rows.str(row.name));
    let mut found = Vec::new();
    for below in descendants(db, ty) {
        let own = member(db, below.ty, name, false);
        if own.inherited {
            continue;
        }
        let overrides = |sub: Symbol<'w>| {
            shape_symbol(db, sub).is_some_and(|(sub_rows, _, sub_row)| may_override(db, (sub, &sub_rows, &sub_row), (method, &rows, &row)))
        };
        let fitting = own.symbols.iter().copied().filter(|&symbol| symbol != method && overrides(symbol)).collect();
        found.extend(pick(db, fitting).into_iter().filter(|symbol| !found.contains(symbol)).collect::<Vec<_>>());
    }
    found
}

/// The members of types above that `method` overrides, nearest first.
pub(crate) fn overridden<'w>(db: &'w dyn Db, method: Symbol<'w>) -> Vec<Symbol<'w>> {
    let Some(ty) = overridable(db, method).then(|| parent_type(db, method)).flatten() else { return Vec::new() };
    let Some((rows, _, row)) = shape_symbol(db, method) else { return Vec::new() };
    let mut found = Vec::new();
    for &above in linearization(db, ty).types.iter().skip(1) {
        found.extend(overridden_in(db, method, (&rows, &row), above, false));
    }
    found
}

/// What `method` overrides first on each way up: one member for each direct base that has or inherits one.
pub(crate) fn overridden_next<'w>(db: &'w dyn Db, method: Symbol<'w>) -> Vec<Symbol<'w>> {
    let Some(ty) = overridable(db, method).then(|| parent_type(db, method)).flatten() else { return Vec::new() };
    let Some((rows, _, row)) = shape_symbol(db, method) else { return Vec::new() };
    overridden_in_bases(db, method, (&rows, &row), &bases(db, ty).known)
}

/// What a member that can override overrides first on each way up from its type, whose direct bases these are.
pub(super) fn overridden_in_bases<'w>(
    db: &'w dyn Db,
    method: Symbol<'w>,
    row: (&Rows, &SymbolRow),
    bases: &[(Symbol<'w>, BaseKind)],
) -> Vec<Symbol<'w>> {
    let mut found: Vec<Symbol<'w>> = Vec::new();
    for &(base, _) in bases {
        for above in overridden_in(db, method, row, base, true) {
            if !found.contains(&above) {
                found.push(above);
            }
        }
    }
    found
}

fn overridden_in<'w>(
    db: &'w dyn Db,
    method: Symbol<'w>,
    (rows, row): (&Rows, &SymbolRow),
    ty: Symbol<'w>,
    or_above: bool,
) -> Vec<Symbol<'w>> {
    let own = member(db, ty, Name::new(db, rows.str(row.name)), false);
    if own.inherited && !or_above {
        return Vec::new();
    }
    let may_override = |above: Symbol<'w>| {
        let above_row = shape_symbol(db, above);
        above_row.is_some_and(|(above_rows, _, above_row)| may_override(db, (method, rows, row), (above, &above_rows, &above_row)))
    };
    in_its_type(db, own.symbols.iter().copied().filter(|&above| above != method && may_override(above)).collect())
}

/// Of declarations and definitions of one member, those inside the type itself.
fn in_its_type<'w>(db: &'w dyn Db, symbols: Vec<Symbol<'w>>) -> Vec<Symbol<'w>> {
    if symbols.len() < 2 {
        return symbols;
    }
    let inside: Vec<Symbol<'w>> = symbols.iter().copied().filter(|&symbol| stands_in_type(db, symbol)).collect();
    if inside.is_empty() { symbols } else { inside }
}

/// Of declarations and definitions of one member, those that run; a declaration alone does, somewhere, unless it is abstract.
fn with_a_body<'w>(db: &'w dyn Db, symbols: Vec<Symbol<'w>>) -> Vec<Symbol<'w>> {
    let has = |symbol: Symbol<'w>, flag| shape_symbol(db, symbol).is_some_and(|(_, _, row)| row.flags.has(flag));
    let defined: Vec<Symbol<'w>> = symbols.iter().copied().filter(|&symbol| !has(symbol, SymbolFlags::DECLARATION)).collect();
    if defined.is_empty() { symbols.into_iter().filter(|&symbol| !has(symbol, SymbolFlags::ABSTRACT)).collect() } else { defined }
}

pub(crate) fn stands_in_type<'w>(db: &'w dyn Db, symbol: Symbol<'w>) -> bool {
    shape_symbol(db, symbol).is_some_and(|(rows, _, row)| rows.symbol(row.parent).is_some_and(|parent| parent.kind.is_type()))
}

/// Whether anything can be above or below a member at all. Cheap: most symbols end here.
fn overridable<'w>(db: &'w dyn Db, method: Symbol<'w>) -> bool {
    let Some(config) = file_config(db, method.file(db)) else { return false };
    let is_member = matches!(symbol_kind(db, method), Some(SymbolKind::Method | SymbolKind::Field));
    is_member && !matches!(config.name, "go" | "c")
}

/// Whether `sub`, a member of a type below, overrides `base`, a member of the same name.
fn may_override<'w>(
    db: &'w dyn Db,
    (sub, sub_rows, sub_row): (Symbol<'w>, &Rows, &SymbolRow),
    (base, base_rows, base_row): (Symbol<'w>, &Rows, &SymbolRow),
) -> bool {
    let Some(config) = file_config(db, sub.file(db)) else { return false };
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
        "rust" | "haskell" => states_base(db, sub_rows, sub_row, base),
        "cpp" => sub_row.flags.has(SymbolFlags::OVERRIDE) || is_virtual(db, base),
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
        "javascript" => name.starts_with('#') || member_words(rows.str(row.signature)).0,
        "jvm" | "csharp" | "swift" => row.flags.has(SymbolFlags::PRIVATE) || row.flags.has(SymbolFlags::STATIC) && config.name != "swift",
        "php" => row.flags.has(SymbolFlags::PRIVATE),
        "c" | "dart" => row.flags.has(SymbolFlags::STATIC),
        _ => false,
    }
}

/// Whether the block around a member says that it is for the type of `base` (`impl Trait for Type`).
fn states_base<'w>(db: &'w dyn Db, rows: &Rows, row: &SymbolRow, base: Symbol<'w>) -> bool {
    let Some((base_rows, _, base_row)) = shape_symbol(db, base) else { return false };
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
fn is_virtual<'w>(db: &'w dyn Db, method: Symbol<'w>) -> bool {
    let Some((rows, _, row)) = shape_symbol(db, method) else { return false };
    let Some(ty) = parent_type(db, method) else { return false };
    let name = Name::new(db, rows.str(row.name));
    linearization(db, ty).types.iter().any(|&above| {
        let own = member(db, above, name, false);
        !own.inherited
            && own.symbols.iter().any(|&symbol| {
                shape_symbol(db, symbol).is_some_and(|(above_rows, _, above_row)| {
                    let says_so = above_row.flags.has(SymbolFlags::OVERRIDE) || member_words(above_rows.str(above_row.signature)).1;
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
