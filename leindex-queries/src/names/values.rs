//! What definitions are to those who use them: their kind, the type they belong to, what they hold, what a call of them
//! gives. The queries by which one file learns of the values of another; an edit inside a body stops here.

use super::entity::{Entity, Heads, Horizon};
use super::files::{Name, Symbol, file_config, shape_symbol};
use super::resolve::Resolver;
use crate::db::Db;
use crate::items::signature::object_words;
use crate::syntax::rows::{BindingKind, BindingRow, NONE, Rows, ScopeRow, SymbolFlags, SymbolKind, SymbolRow, UseKind};

/// What a use has to know of the definition that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct SymbolHead {
    pub(crate) kind: SymbolKind,
    /// Without a body.
    pub(crate) declaration: bool,
    /// How many arguments a callable takes: fewest and most.
    pub(crate) arguments: Option<(u32, u32)>,
    /// A type, and no object that goes by a type's name (Scala's companion).
    pub(super) is_plain_type: bool,
    /// A method that runs where it is read or assigned to.
    pub(crate) is_property: bool,
    /// The identity of the enumeration that it is a value of.
    pub(super) value_of: Option<u64>,
}

impl SymbolHead {
    pub(super) fn of(rows: &Rows, row: &SymbolRow) -> Self {
        let is_type = row.kind.is_type() || row.kind == SymbolKind::TypeAlias;
        let is_plain_type = is_type && !object_words(rows.str(row.signature)).0;
        let named = matches!(row.kind, SymbolKind::Constant | SymbolKind::Field) && row.type_use == NONE;
        let parent = rows.symbol(row.parent).filter(|parent| named && parent.kind == SymbolKind::Enum);
        Self {
            kind: row.kind,
            declaration: row.flags.has(SymbolFlags::DECLARATION),
            arguments: argument_range(rows, row),
            is_plain_type,
            is_property: row.kind == SymbolKind::Method && row.flags.has(SymbolFlags::PROPERTY),
            value_of: parent.map(|parent| parent.identity()),
        }
    }
}

/// How many arguments a callable takes: fewest and most.
pub(crate) fn argument_range(rows: &Rows, row: &SymbolRow) -> Option<(u32, u32)> {
    row.kind.is_callable().then(|| {
        rows.parameters(row).fold((0_u32, 0_u32), |(fewest, most), parameter| match parameter.variadic {
            true => (fewest, u32::MAX),
            false => (fewest + u32::from(!parameter.optional), most.saturating_add(1)),
        })
    })
}

/// The head of a symbol, or `None` if it is gone.
#[salsa::tracked(returns(copy))]
pub(crate) fn symbol_head<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<SymbolHead> {
    let (rows, _, row) = shape_symbol(db, symbol)?;
    Some(SymbolHead::of(&rows, &row))
}

/// The kind of a symbol, or `None` if it is gone.
pub(crate) fn symbol_kind<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<SymbolKind> {
    Some(symbol_head(db, symbol)?.kind)
}

/// The type that a member belongs to.
pub(crate) fn parent_type<'db>(db: &'db dyn Db, symbol: Symbol<'db>) -> Option<Symbol<'db>> {
    parent_type_within(db, symbol, Heads::ALL)
}

#[salsa::tracked(returns(copy))]
pub(super) fn parent_type_within<'db>(db: &'db dyn Db, symbol: Symbol<'db>, heads: Heads) -> Option<Symbol<'db>> {
    let (rows, _, row) = shape_symbol(db, symbol)?;
    let file = symbol.file(db);
    let outside = [row.inner, row.scope].into_iter().filter_map(|scope| rows.get::<ScopeRow>(scope)).find(|scope| scope.self_type != NONE);
    if let Some(scope) = outside {
        return match Resolver::new(db, file, &rows, Horizon::of(heads.less()?)).entity(scope.self_type) {
            Entity::Symbol(ty) => Some(ty),
            _ => None,
        };
    }
    let parent: SymbolRow = rows.symbol(row.parent)?;
    parent.kind.is_type().then(|| Symbol::new(db, file, parent.identity()))
}

/// Whether a literal is that of no value, which says nothing of the values that come later.
pub(super) fn is_nothing(literal: &str) -> bool {
    matches!(literal, "Nil" | "NilClass" | "None" | "Null" | "nil" | "null" | "undefined")
}

/// Whether a declared type leaves open what a value of it has.
pub(super) fn says_nothing(ty: &str) -> bool {
    matches!(ty, "Any" | "any" | "dynamic" | "mixed" | "unknown")
}

/// What a function returns or a field holds, by its declaration.
#[salsa::tracked(returns(clone))]
pub(crate) fn declared_value<'db>(db: &'db dyn Db, symbol: Symbol<'db>, horizon: Horizon) -> Option<Entity<'db>> {
    let (rows, _, row) = shape_symbol(db, symbol)?;
    if row.type_use == NONE {
        return None;
    }
    Resolver::new(db, symbol.file(db), &rows, horizon).typed(row.type_use)
}

/// What a call of a function gives: by its declaration, or because every `return` gives the same.
#[salsa::tracked(returns(clone))]
pub(crate) fn result_value<'db>(db: &'db dyn Db, symbol: Symbol<'db>, horizon: Horizon) -> Option<Entity<'db>> {
    if let Some(value) = declared_value(db, symbol, horizon) {
        return Some(value);
    }
    let (rows, _, row) = shape_symbol(db, symbol)?;
    let function = file_config(db, symbol.file(db)).map_or("", |config| config.names.special.function);
    let says = rows.use_row(row.type_use).is_some_and(|used| rows.str(used.name) != function);
    if says || row.flags.has(SymbolFlags::ASYNC) {
        return None;
    }
    // In order of the text: the first that nothing is known of decides.
    let mut results: Vec<u32> = rows.index().bindings_of(row.inner).collect();
    results.sort_unstable();
    let mut results = results
        .into_iter()
        .filter_map(|index| rows.get::<BindingRow>(index))
        .filter(|binding| binding.kind == BindingKind::Result)
        .peekable();
    results.peek()?;
    let mut resolver = Resolver::new(db, symbol.file(db), &rows, horizon);
    let mut found: Option<Entity<'db>> = None;
    for result in results {
        let value = rows.use_row(result.value)?;
        if value.kind == UseKind::Literal && is_nothing(rows.str(value.name)) {
            continue;
        }
        match resolver.value(result.value).0 {
            Entity::Unknown | Entity::Open | Entity::Unbound | Entity::Local => return None,
            entity if found.as_ref().is_none_or(|found| *found == entity) => found = Some(entity),
            _ => return None,
        }
    }
    found
}

/// What a variable, constant, field, property or alias holds.
#[salsa::tracked(returns(clone))]
pub(crate) fn held_value<'db>(db: &'db dyn Db, symbol: Symbol<'db>, horizon: Horizon) -> Option<Entity<'db>> {
    let (rows, index, row) = shape_symbol(db, symbol)?;
    if row.kind == SymbolKind::Method && !row.flags.has(SymbolFlags::PROPERTY) {
        return None;
    }
    let mut resolver = Resolver::new(db, symbol.file(db), &rows, horizon);
    if row.type_use != NONE
        && let Some(value) = resolver.typed(row.type_use)
    {
        return Some(match value {
            Entity::Instance(ty) if row.kind == SymbolKind::TypeAlias => Entity::Symbol(ty),
            value => value,
        });
    }
    let binding = rows.get::<BindingRow>(rows.index().value_of(index)?)?;
    match resolver.value(binding.value).0 {
        Entity::Unknown | Entity::Open | Entity::Unbound | Entity::Local => None,
        entity => Some(entity),
    }
}

/// What a field holds that is only assigned to (`self.x = Helper()`).
#[salsa::tracked(returns(clone))]
pub(super) fn field_value<'db>(db: &'db dyn Db, ty: Symbol<'db>, name: Name<'db>, horizon: Horizon) -> Option<Entity<'db>> {
    let (rows, _, row) = shape_symbol(db, ty)?;
    let text = rows.find_str(name.text(db))?;
    let mut resolver = Resolver::new(db, ty.file(db), &rows, horizon);
    let mut found = None;
    for binding in rows.index().bindings(row.inner, text).filter_map(|index| rows.get::<BindingRow>(index)) {
        let value = if binding.type_use != NONE {
            resolver.typed(binding.type_use)
        } else if binding.value != NONE {
            Some(resolver.value(binding.value).0)
        } else {
            None
        };
        match value {
            None | Some(Entity::Unknown | Entity::Open | Entity::Unbound | Entity::Local | Entity::External(_)) => {}
            Some(value) if found.is_none() => found = Some(value),
            Some(value) if found.as_ref() == Some(&value) => {}
            Some(_) => return None,
        }
    }
    found
}
