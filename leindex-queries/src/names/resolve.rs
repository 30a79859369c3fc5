//! Resolution: what the names, members and calls of one file mean.
//!
//! A [`Resolver`] works on the rows of one file and reads others only through the queries of [`super::members`],
//! [`super::follow`], [`super::values`] and [`super::module_map`]. It answers with an [`Entity`] and the [`Rule`] that
//! found it, and never guesses: a name with several meanings or none stays open, to be joined with the index of
//! definitions when somebody asks.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::entity::{Container, Entity, Holds, Horizon, Rule, container_kind};
use super::files::{Name, SourceFile, Symbol, file_config};
use super::follow::{Trail, direct_member, follow_import, module_member, module_or_symbol, names_by_hash, seen_whole, sees_all_modules};
use super::members::{ImportFacts, children, member_names, member_within, type_parts};
use super::module_map::{MODULE_IDENTITY, ModuleKey, ModulePart, module_keys, module_parts};
use super::rules::SpecialMembers;
use super::values::{
    SymbolHead, declared_value, field_value, held_value, is_nothing, parent_type_within, result_value, says_nothing, symbol_head,
    symbol_kind,
};
use crate::db::Db;
use crate::languages::LanguageConfig;
use crate::syntax::row_index::{IndexedRows, RowIndex};
use crate::syntax::rows::{
    BindingKind, BindingRow, ImportFlags, ImportKind, ImportRow, NONE, ScopeKind, ScopeRow, Str, SymbolFlags, SymbolKind, UNKNOWN_BASE,
    UseKind, UseRole, UseRow, name_hash,
};

/// Resolves the uses of one file.
pub(crate) struct Resolver<'db, 'r> {
    db: &'db dyn Db,
    file: SourceFile<'db>,
    rows: &'r IndexedRows,
    config: Option<&'static LanguageConfig>,
    index: &'r RowIndex,
    names: FxHashMap<(u32, Str), (Entity<'db>, Rule)>,
    uses: FxHashMap<u32, (Entity<'db>, Rule)>,
    /// What was asked of others already: asking again would cost as much as the first time.
    known_heads: RefCell<FxHashMap<Symbol<'db>, Option<SymbolHead>>>,
    known_names: RefCell<FxHashMap<Str, Name<'db>>>,
    known_members: FxHashMap<(Symbol<'db>, Name<'db>, bool, Rule), (Entity<'db>, Rule)>,
    /// By row.
    known_imports: FxHashMap<u32, (Entity<'db>, Rule)>,
    /// Modules seen as a whole, by the hashes of the names in them. Made when first needed.
    seen_whole: Option<FxHashMap<u32, Vec<ModulePart<'db>>>>,
    /// Inside a head: a base or self type. What members a type has follows from them, so they may not ask for members.
    in_head: bool,
    horizon: Horizon,
    depth: u32,
}

/// Deepest chain of lookups that is followed; deeper ones are unknown.
pub(super) const DEPTH: u32 = 24;
/// Stack that must be left before a lookup, and what is added when it is not.
const RED_ZONE: usize = 256 << 10;
const STACK: usize = 4 << 20;

impl<'db, 'r> Resolver<'db, 'r> {
    pub(crate) fn new(db: &'db dyn Db, file: SourceFile<'db>, rows: &'r IndexedRows, horizon: Horizon) -> Self {
        Self {
            db,
            file,
            rows,
            config: file_config(db, file),
            index: rows.index(),
            names: FxHashMap::default(),
            uses: FxHashMap::default(),
            known_heads: RefCell::default(),
            known_names: RefCell::default(),
            known_members: FxHashMap::default(),
            known_imports: FxHashMap::default(),
            seen_whole: None,
            in_head: false,
            horizon,
            depth: 0,
        }
    }

    /// The members that the file's language runs by itself.
    pub(crate) fn special(&self) -> SpecialMembers {
        self.config.map_or(SpecialMembers::NONE, |config| config.names.special)
    }

    pub(crate) fn db(&self) -> &'db dyn Db {
        self.db
    }

    /// The head of a symbol. Of one in this file, it is no dependency of its own.
    pub(crate) fn head(&self, symbol: Symbol<'db>) -> Option<SymbolHead> {
        let own = || {
            let row = self.rows.symbol(self.rows.by_identity(symbol.identity(self.db))?)?;
            Some(SymbolHead::of(self.rows, &row))
        };
        let find = || if symbol.file(self.db) == self.file { own() } else { symbol_head(self.db, symbol) };
        *self.known_heads.borrow_mut().entry(symbol).or_insert_with(find)
    }

    /// A string of the file as a name.
    fn name(&self, text: Str) -> Name<'db> {
        *self.known_names.borrow_mut().entry(text).or_insert_with(|| Name::new(self.db, self.rows.str(text)))
    }

    /// The kind of a symbol.
    pub(crate) fn kind(&self, symbol: Symbol<'db>) -> Option<SymbolKind> {
        Some(self.head(symbol)?.kind)
    }

    fn is_plain_type(&self, symbol: Symbol<'db>) -> bool {
        self.head(symbol).is_some_and(|head| head.is_plain_type)
    }

    fn is_declaration(&self, symbol: Symbol<'db>) -> bool {
        self.head(symbol).is_some_and(|head| head.declaration)
    }

    /// What a use names: for a call, the callee.
    pub(crate) fn entity(&mut self, index: u32) -> Entity<'db> {
        self.resolve(index).0
    }

    /// What a use names, and by which rule.
    pub(crate) fn resolve(&mut self, index: u32) -> (Entity<'db>, Rule) {
        if let Some(found) = self.uses.get(&index) {
            return found.clone();
        }
        if self.depth > DEPTH {
            return (Entity::Unknown, Rule::Unresolved);
        }
        self.depth += 1;
        // Chains of values go from file to file: the stack grows on the heap when it runs short.
        let outer = self.in_head;
        self.in_head |= self.index.is_head(index);
        let found = stacker::maybe_grow(RED_ZONE, STACK, || self.compute(index));
        let found = self.narrowed(index, found);
        self.in_head = outer;
        self.depth -= 1;
        self.uses.insert(index, found.clone());
        found
    }

    /// Of a type and a value of one name, what the place asks for; of the parts or declarations of a type, the first.
    fn narrowed(&self, index: u32, (entity, rule): (Entity<'db>, Rule)) -> (Entity<'db>, Rule) {
        let Entity::Overloads(symbols) = &entity else { return (entity, rule) };
        let Some(row) = self.rows.use_row(index) else { return (entity, rule) };
        // A property and what assigns to it: that which takes as many values. Fields of its name are set through it.
        let values = u32::from(row.role == UseRole::Write);
        let accessor = symbols.iter().copied().find(|&symbol| {
            self.head(symbol).is_some_and(|head| head.is_property && head.arguments.is_some_and(|(fewest, _)| fewest == values))
        });
        if let Some(accessor) = accessor {
            return (Entity::Symbol(accessor), rule);
        }
        let wants_type = matches!(row.role, UseRole::Type | UseRole::Base | UseRole::New);
        let (types, values): (Vec<_>, Vec<_>) = symbols.iter().partition(|&&symbol| self.is_plain_type(symbol));
        let fitting: Vec<Symbol<'db>> = match (wants_type, &*types, &*values) {
            (true, [_, ..], _) | (false, _, []) => types,
            _ => values,
        };
        let defined = fitting.iter().copied().find(|&symbol| !self.is_declaration(symbol));
        match (&*fitting, defined) {
            ([one], _) => (Entity::Symbol(*one), rule),
            ([first, rest @ ..], _) if rest.iter().all(|part| type_parts(self.db, *first).contains(part)) => (Entity::Symbol(*first), rule),
            ([first, ..], Some(defined)) if self.is_plain_type(*first) && self.is_declaration(*first) => (Entity::Symbol(defined), rule),
            _ if fitting.len() == symbols.len() => (entity, rule),
            _ => (Entity::Overloads(fitting.into()), rule),
        }
    }

    fn compute(&mut self, index: u32) -> (Entity<'db>, Rule) {
        let Some(row) = self.rows.use_row(index) else { return (Entity::Unknown, Rule::Unresolved) };
        match row.kind {
            UseKind::Name => {
                if row.role == UseRole::Call && self.rows.str(row.name) == "super" && self.file_family() == "python" {
                    return (Entity::External(Name::new(self.db, "super")), Rule::External);
                }
                self.lookup(row.scope, row.name, row.start)
            }
            UseKind::This => match self.enclosing_type(row.scope) {
                Some(ty) => (Entity::Instance(ty), Rule::Type),
                None if self.file_family() == "elixir" => match self.enclosing_module(row.scope) {
                    Some(symbol) => (Entity::Module([ModulePart { symbol }].into()), Rule::Exact),
                    None => (Entity::Local, Rule::Unresolved),
                },
                None => (Entity::Local, Rule::Unresolved),
            },
            UseKind::Super if self.file_family() == "rust" => {
                self.path_root(row.scope, row.name).unwrap_or((Entity::Unknown, Rule::Unresolved))
            }
            UseKind::Super => match self.enclosing_type(row.scope) {
                Some(ty) => (Entity::Super(ty), Rule::Type),
                None => (Entity::Unknown, Rule::Unresolved),
            },
            UseKind::Member => {
                if row.base == UNKNOWN_BASE {
                    return (Entity::Unknown, Rule::Unresolved);
                }
                let (base, rule) = self.value(row.base);
                if let Entity::Module(parts) = &base
                    && self.file_family() == "rust"
                    && self.rows.str(row.name) == "super"
                    && let [part] = &**parts
                {
                    return self.module_above(part.symbol);
                }
                let found = self.member_of(&base, row.name, rule);
                match base {
                    Entity::Unbound | Entity::Unknown | Entity::Module(_) | Entity::Symbol(_) if found.1 == Rule::Unresolved => {
                        self.module_at(index).unwrap_or(found)
                    }
                    _ => found,
                }
            }
            // The callee is what an inner expression gives: `make()()`.
            UseKind::Apply if row.base != UNKNOWN_BASE && row.base != NONE => self.value(row.base),
            // The member that gives the element, or that the language runs.
            UseKind::Element | UseKind::Implicit if row.base != UNKNOWN_BASE && !row.name.is_empty() => match self.value(row.base) {
                (Entity::Instance(ty), _) => {
                    let name = self.name(row.name);
                    self.type_member(ty, name, false, Rule::Type)
                }
                _ => (Entity::Unknown, Rule::Unresolved),
            },
            UseKind::Apply | UseKind::Element | UseKind::Implicit => (Entity::Unknown, Rule::Unresolved),
            UseKind::Literal if is_nothing(self.rows.str(row.name)) => (Entity::Unknown, Rule::Unresolved),
            UseKind::Literal => (Entity::External(self.name(row.name)), Rule::External),
        }
    }

    /// The module that a path names as a whole, where modules are seen everywhere and no part of the path need be one
    /// (`MixTest.Case`).
    fn module_at(&self, index: u32) -> Option<(Entity<'db>, Rule)> {
        let config = self.config.filter(|config| sees_all_modules(config))?;
        let mut parts = Vec::new();
        let mut at = index;
        while at != NONE {
            let row = self.rows.use_row(at)?;
            let text = self.rows.str(row.name);
            let is_path = matches!(row.kind, UseKind::Name | UseKind::Member) && row.role != UseRole::Call || at == index;
            if !is_path || !text.starts_with(char::is_uppercase) || parts.len() > 16 {
                return None;
            }
            parts.push(text);
            at = row.base;
        }
        parts.reverse();
        let key = parts.join(config.names.separator);
        let parts = module_parts(self.db, ModuleKey::new(self.db, config.names.family, key.as_str()));
        (!parts.is_empty()).then(|| (module_or_symbol(self.db, parts), Rule::Import))
    }

    fn file_family(&self) -> &'static str {
        self.config.map_or("", |config| config.names.family)
    }

    /// The value of a use: for a call what it returns, for a variable what it holds.
    pub(crate) fn value(&mut self, index: u32) -> (Entity<'db>, Rule) {
        let Some(row) = self.rows.use_row(index) else { return (Entity::Unknown, Rule::Unresolved) };
        if row.kind == UseKind::Name && row.role == UseRole::Call && self.rows.str(row.name) == "super" && self.file_family() == "python" {
            return match self.enclosing_type(row.scope) {
                Some(ty) => (Entity::Super(ty), Rule::Type),
                None => (Entity::Unknown, Rule::Unresolved),
            };
        }
        if row.kind == UseKind::Element {
            return self.element(&row);
        }
        if row.kind == UseKind::Member
            && row.role == UseRole::Call
            && row.base != UNKNOWN_BASE
            && let (Entity::Container(container), rule) = self.value(row.base)
            && let Some(found) = container.gives(self.rows.str(row.name))
        {
            return (found, rule);
        }
        let (entity, rule) = self.resolve(index);
        match row.role {
            UseRole::Call | UseRole::New => self.result_of(&entity),
            _ => match entity {
                Entity::Symbol(symbol) => self.value_of_symbol(symbol, rule),
                other => (other, rule),
            },
        }
    }

    /// An element of a value: what its declared type says it holds, or what the member gives that is run for it.
    fn element(&mut self, row: &UseRow) -> (Entity<'db>, Rule) {
        if row.base == UNKNOWN_BASE {
            return (Entity::Unknown, Rule::Unresolved);
        }
        let iterates = row.arity != 0;
        let mut held = self.value(row.base).0;
        if let Entity::Instance(ty) = held {
            let name = self.name(row.name);
            let member = self.type_member(ty, name, false, Rule::Type).0;
            held = self.result_of(&member).0;
            if !iterates {
                return (held, Rule::Type);
            }
            if let Some(next) = self.next_of(&member) {
                return self.result_of(&next);
            }
        }
        match held {
            Entity::Container(container) if !(iterates && container.is_mapping) => (container.element, Rule::Type),
            _ => (Entity::Unknown, Rule::Unresolved),
        }
    }

    /// The member that gives the next value of what a call of `iterate` gives.
    pub(crate) fn next_of(&mut self, iterate: &Entity<'db>) -> Option<Entity<'db>> {
        let next = self.special().next;
        match self.result_of(iterate).0 {
            Entity::Instance(iterator) if !next.is_empty() => {
                Some(self.type_member(iterator, Name::new(self.db, next), false, Rule::Type).0)
            }
            _ => None,
        }
    }

    /// What a value of the declared type at a use is.
    pub(crate) fn typed(&mut self, index: u32) -> Option<Entity<'db>> {
        if let Some(ty) = self.type_named(index) {
            return Some(Entity::Instance(ty));
        }
        let row = self.rows.use_row(index).filter(|row| row.role == UseRole::Type && row.arity != 0)?;
        let kind = container_kind(self.rows.str(row.name))?;
        let element = self.typed(index.checked_add(row.arity)?)?;
        match (kind, element) {
            (Holds::Itself, Entity::Instance(ty)) => Some(Entity::Symbol(ty)),
            (Holds::Itself, _) => None,
            (Holds::Values | Holds::Elements, element) => {
                let name = self.name(row.name);
                Some(Entity::Container(Box::new(Container { name, is_mapping: kind == Holds::Values, element })))
            }
        }
    }

    /// What a call of an entity gives.
    fn result_of(&mut self, callee: &Entity<'db>) -> (Entity<'db>, Rule) {
        let symbol = match callee {
            Entity::Symbol(symbol) => *symbol,
            Entity::Overloads(symbols) => {
                // All overloads agree in what they give, or nothing is known.
                let Some(horizon) = self.horizon.value() else { return (Entity::Unknown, Rule::Unresolved) };
                let mut results = symbols.iter().map(|&symbol| declared_value(self.db, symbol, horizon));
                let first = results.next().flatten();
                return match first {
                    Some(value) if results.all(|other| other.as_ref() == Some(&value)) => (value, Rule::Type),
                    _ => (Entity::Unknown, Rule::Unresolved),
                };
            }
            Entity::External(name) => return (Entity::External(*name), Rule::External),
            _ => return (Entity::Unknown, Rule::Unresolved),
        };
        match self.kind(symbol) {
            Some(kind) if kind.is_type() => (Entity::Instance(symbol), Rule::Type),
            Some(SymbolKind::Constructor) => match parent_type_within(self.db, symbol, self.horizon.heads) {
                Some(ty) => (Entity::Instance(ty), Rule::Type),
                None => (Entity::Unknown, Rule::Unresolved),
            },
            Some(SymbolKind::Variable | SymbolKind::Constant) => match self.held(symbol) {
                Some(Entity::Symbol(held)) if symbol_kind(self.db, held).is_some_and(SymbolKind::is_callable) => {
                    self.result_of(&Entity::Symbol(held))
                }
                _ => (Entity::Unknown, Rule::Unresolved),
            },
            Some(_) => match self.horizon.value().and_then(|horizon| result_value(self.db, symbol, horizon)) {
                Some(entity) => (entity, Rule::Type),
                None => (Entity::Unknown, Rule::Unresolved),
            },
            None => (Entity::Unknown, Rule::Unresolved),
        }
    }

    /// What reading a definition gives: a class or function is itself, a variable is its value.
    fn value_of_symbol(&mut self, symbol: Symbol<'db>, rule: Rule) -> (Entity<'db>, Rule) {
        match self.kind(symbol) {
            Some(SymbolKind::Variable | SymbolKind::Constant | SymbolKind::Field | SymbolKind::Method) => match self.held(symbol) {
                Some(entity) => (entity, Rule::Type),
                None => match self.head(symbol).and_then(|head| head.value_of) {
                    Some(ty) => (Entity::Instance(Symbol::new(self.db, symbol.file(self.db), ty)), Rule::Type),
                    None => (Entity::Symbol(symbol), rule),
                },
            },
            Some(SymbolKind::Module | SymbolKind::Namespace) => (Entity::Module([ModulePart { symbol }].into()), rule),
            _ => (Entity::Symbol(symbol), rule),
        }
    }

    /// What a definition holds, as far as the horizon goes.
    fn held(&self, symbol: Symbol<'db>) -> Option<Entity<'db>> {
        held_value(self.db, symbol, self.horizon.value()?)
    }

    /// `base.name`.
    fn member_of(&mut self, base: &Entity<'db>, text: Str, base_rule: Rule) -> (Entity<'db>, Rule) {
        let db = self.db;
        let name = self.name(text);
        match base {
            Entity::Instance(ty) if self.special().class == name.text(db) => (Entity::Symbol(*ty), Rule::Type),
            Entity::Instance(ty) => self.type_member(*ty, name, false, Rule::Type),
            Entity::Super(ty) => self.type_member(*ty, name, true, Rule::Type),
            Entity::Symbol(symbol) => match self.kind(*symbol) {
                Some(kind) if kind.is_type() => self.type_member(*symbol, name, false, base_rule.max(Rule::Exact)),
                Some(SymbolKind::TypeAlias) => match self.held(*symbol) {
                    Some(Entity::Instance(ty) | Entity::Symbol(ty)) => self.type_member(ty, name, false, Rule::Type),
                    _ => (Entity::Unknown, Rule::Unresolved),
                },
                Some(SymbolKind::Module | SymbolKind::Namespace) => self.module_member(&[ModulePart { symbol: *symbol }], name, base_rule),
                Some(SymbolKind::Variable | SymbolKind::Constant) => {
                    // Functions kept in a table or object under the variable's name.
                    let found = children(db, *symbol, name);
                    self.overloads(symbol.file(db), &found.symbols)
                        .map_or((Entity::Unknown, Rule::Unresolved), |entity| (entity, base_rule))
                }
                _ => (Entity::Unknown, Rule::Unresolved),
            },
            Entity::Module(parts) => self.module_member(parts, name, base_rule.min(Rule::Import)),
            Entity::External(package) => (Entity::External(*package), Rule::External),
            Entity::Container(container) => (Entity::External(container.name), Rule::External),
            Entity::Overloads(symbols) if self.has_two_namespaces() => {
                let mut found = symbols.iter().map(|&symbol| self.member_of(&Entity::Symbol(symbol), text, base_rule));
                found.find(|found| found.1 != Rule::Unresolved).unwrap_or((Entity::Unknown, Rule::Unresolved))
            }
            _ => (Entity::Unknown, Rule::Unresolved),
        }
    }

    fn type_member(&mut self, ty: Symbol<'db>, name: Name<'db>, skip_own: bool, rule: Rule) -> (Entity<'db>, Rule) {
        if let Some(found) = self.known_members.get(&(ty, name, skip_own, rule)) {
            return found.clone();
        }
        let found = self.find_type_member(ty, name, skip_own, rule);
        self.known_members.insert((ty, name, skip_own, rule), found.clone());
        found
    }

    fn find_type_member(&self, ty: Symbol<'db>, name: Name<'db>, skip_own: bool, rule: Rule) -> (Entity<'db>, Rule) {
        let heads = self.horizon.heads;
        if !skip_own && member_names(self.db, ty, heads).binary_search(&name_hash(name.text(self.db))).is_err() {
            return (Entity::Open, Rule::Unresolved);
        }
        let found = member_within(self.db, ty, name, skip_own, heads);
        match &*found.symbols {
            [] => match found.field_of {
                Some(owner) => match self.horizon.value().and_then(|horizon| field_value(self.db, owner, name, horizon)) {
                    Some(entity) => (entity, Rule::Type),
                    None => (Entity::Local, Rule::Unresolved),
                },
                None if found.open => (Entity::Open, Rule::Unresolved),
                None => (Entity::Open, Rule::Unresolved),
            },
            [one] => (Entity::Symbol(*one), rule),
            many => (Entity::Overloads(many.into()), rule),
        }
    }

    fn overloads(&self, file: SourceFile<'db>, identities: &[u64]) -> Option<Entity<'db>> {
        match identities {
            [] => None,
            [one] => Some(Entity::Symbol(Symbol::new(self.db, file, *one))),
            many => Some(Entity::Overloads(many.iter().map(|&identity| Symbol::new(self.db, file, identity)).collect())),
        }
    }

    fn module_member(&mut self, parts: &[ModulePart<'db>], name: Name<'db>, rule: Rule) -> (Entity<'db>, Rule) {
        match module_member(self.db, parts, name, &mut Trail::new(self.horizon.heads)) {
            Some(entity) => (entity, rule.max(Rule::Import)),
            None => (Entity::Unknown, Rule::Unresolved),
        }
    }

    /// The module that a scope lies in, where modules lie in files.
    fn enclosing_module(&self, mut scope: u32) -> Option<Symbol<'db>> {
        while let Some(row) = self.rows.get::<ScopeRow>(scope) {
            if row.kind == ScopeKind::Namespace && row.symbol != NONE {
                return self.rows.symbol(row.symbol).map(|symbol| Symbol::new(self.db, self.file, symbol.identity()));
            }
            scope = row.parent;
        }
        None
    }

    /// What `crate`, `self` and `super` stand for at the beginning of a path in Rust.
    fn path_root(&mut self, scope: u32, name: Str) -> Option<(Entity<'db>, Rule)> {
        let text = self.rows.str(name);
        if self.file_family() != "rust" || !matches!(text, "crate" | "self" | "super") {
            return None;
        }
        let own = self.enclosing_module(scope).filter(|_| text != "crate");
        match own {
            Some(symbol) if text == "self" => Some((Entity::Module([ModulePart { symbol }].into()), Rule::Exact)),
            Some(symbol) => Some(self.module_above(symbol)),
            None => Some(self.module_called(text)),
        }
    }

    /// The module around one of this file.
    fn module_above(&mut self, module: Symbol<'db>) -> (Entity<'db>, Rule) {
        if module.identity(self.db) == MODULE_IDENTITY() {
            return if module.file(self.db) == self.file { self.module_called("super") } else { (Entity::Unknown, Rule::Unresolved) };
        }
        let row = self.rows.by_identity(module.identity(self.db)).and_then(|index| self.rows.symbol(index));
        match row.and_then(|row| self.rows.symbol(row.parent)) {
            Some(parent) => {
                let symbol = Symbol::new(self.db, self.file, parent.identity());
                (Entity::Module([ModulePart { symbol }].into()), Rule::Exact)
            }
            None => (Entity::Unknown, Rule::Unresolved),
        }
    }

    fn module_called(&mut self, path: &str) -> (Entity<'db>, Rule) {
        let facts =
            ImportFacts { kind: ImportKind::Module, module: path.into(), name: Box::default(), level: 0, flags: ImportFlags::default() };
        self.imported(&facts)
    }

    /// The type around a scope.
    pub(crate) fn enclosing_type(&mut self, mut scope: u32) -> Option<Symbol<'db>> {
        while let Some(row) = self.rows.get::<ScopeRow>(scope) {
            if row.self_type != NONE {
                return match self.entity(row.self_type) {
                    Entity::Symbol(ty) => Some(ty),
                    _ => None,
                };
            }
            if row.kind == ScopeKind::Type && row.symbol != NONE {
                return self.rows.symbol(row.symbol).map(|symbol| Symbol::new(self.db, self.file, symbol.identity()));
            }
            scope = row.parent;
        }
        None
    }

    /// A plain name seen from a scope.
    fn lookup(&mut self, scope: u32, name: Str, start: u32) -> (Entity<'db>, Rule) {
        if let Some(found) = self.path_root(scope, name) {
            return found;
        }
        if !self.index.is_bound(name) {
            // Bound nowhere in the file: the same answer from every scope of the same type.
            if self.in_head {
                return self.lookup_outside(scope, name);
            }
            let key = (self.type_scope(scope), name);
            if let Some(found) = self.names.get(&key) {
                return found.clone();
            }
            let found = self.lookup_outside(scope, name);
            self.names.insert(key, found.clone());
            return found;
        }
        let mut at = scope;
        let mut from_function = false;
        let implicit_this = self.config.is_some_and(|config| config.names.implicit_this);
        while let Some(row) = self.rows.get::<ScopeRow>(at) {
            let is_type = matches!(row.kind, ScopeKind::Type | ScopeKind::Extension);
            if !is_type || !from_function || implicit_this || row.kind == ScopeKind::Extension && self.file_family() == "rust" {
                if let Some(found) = self.bound_in(at, name, start, is_type) {
                    return found;
                }
                if implicit_this
                    && (is_type || row.self_type != NONE)
                    && let Some(found) = self.implicit_member(at, name)
                {
                    return found;
                }
                if let Some(found) = self.namespace_member(&row, name) {
                    return found;
                }
            }
            from_function |= row.kind == ScopeKind::Function;
            at = row.parent;
        }
        self.lookup_beyond_file(name)
    }

    fn lookup_outside(&mut self, scope: u32, name: Str) -> (Entity<'db>, Rule) {
        let implicit_this = self.config.is_some_and(|config| config.names.implicit_this);
        let mut at = scope;
        while let Some(row) = self.rows.get::<ScopeRow>(at) {
            if implicit_this
                && (matches!(row.kind, ScopeKind::Type | ScopeKind::Extension) || row.self_type != NONE)
                && let Some(found) = self.implicit_member(at, name)
            {
                return found;
            }
            if let Some(found) = self.namespace_member(&row, name) {
                return found;
            }
            at = row.parent;
        }
        self.lookup_beyond_file(name)
    }

    /// A name of the namespace that a scope is part of, from any file that is part of it too.
    fn namespace_member(&mut self, scope: &ScopeRow, name: Str) -> Option<(Entity<'db>, Rule)> {
        // Where a namespace is nested in its file's module, its names are in no other file. Constants of a module or class
        // that is opened again are seen in all its parts.
        let is_constant = || self.file_family() == "ruby" && self.rows.str(name).starts_with(char::is_uppercase);
        let nested = self.config.is_none_or(|config| config.names.nested_modules);
        if nested || scope.kind != ScopeKind::Namespace && !is_constant() {
            return None;
        }
        let key = self.index.namespace(scope.symbol)?;
        let parts = module_parts(self.db, ModuleKey::new(self.db, self.file_family(), self.rows.str(key)));
        let text = self.rows.str(name);
        let mut trail = Trail::new(self.horizon.heads);
        direct_member(self.db, parts, Name::new(self.db, text), name_hash(text), &mut trail).map(|entity| (entity, Rule::Import))
    }

    fn type_scope(&self, mut scope: u32) -> u32 {
        while let Some(row) = self.rows.get::<ScopeRow>(scope) {
            if matches!(row.kind, ScopeKind::Type | ScopeKind::Extension | ScopeKind::Namespace) || row.self_type != NONE {
                return scope;
            }
            scope = row.parent;
        }
        NONE
    }

    /// A member of the type around, reached without `this`.
    fn implicit_member(&mut self, scope: u32, name: Str) -> Option<(Entity<'db>, Rule)> {
        if self.in_head {
            return None;
        }
        let ty = self.enclosing_type(scope)?;
        let name = self.name(name);
        match self.type_member(ty, name, false, Rule::Type) {
            (Entity::Open, _) => None,
            // A constructor goes by the name of its type.
            (Entity::Symbol(symbol), _) if symbol_kind(self.db, symbol) == Some(SymbolKind::Constructor) => None,
            (Entity::Overloads(symbols), _)
                if symbols.iter().all(|&symbol| symbol_kind(self.db, symbol) == Some(SymbolKind::Constructor)) =>
            {
                None
            }
            found => Some(found),
        }
    }

    /// What a scope itself binds a name to.
    fn bound_in(&mut self, scope: u32, name: Str, start: u32, in_type: bool) -> Option<(Entity<'db>, Rule)> {
        let rows: Vec<BindingRow> = self
            .index
            .bindings(scope, name)
            .filter_map(|index| self.rows.get::<BindingRow>(index))
            .filter(|row| row.kind != BindingKind::Field || in_type)
            .filter(|row| row.kind != BindingKind::Symbol || self.goes_by_its_name(row, in_type))
            .collect();
        // The binding in force: the last one before the use, else the first.
        let chosen = rows.iter().rev().find(|row| row.start < start).or(rows.first())?;
        let chosen = *chosen;
        Some(match chosen.kind {
            BindingKind::Symbol => {
                let symbols: Vec<u64> = rows
                    .iter()
                    .filter(|row| row.kind == BindingKind::Symbol)
                    .filter_map(|row| self.rows.symbol(row.target))
                    .map(|symbol| symbol.identity())
                    .collect();
                let overloaded = self.config.is_some_and(|config| config.overloads);
                let chosen = self.rows.symbol(chosen.target).map(|symbol| symbol.identity())?;
                let entity = if overloaded || self.has_two_namespaces() || self.has_declarations(&symbols) {
                    self.overloads(self.file, &symbols)?
                } else {
                    Entity::Symbol(Symbol::new(self.db, self.file, chosen))
                };
                (entity, Rule::Exact)
            }
            BindingKind::Import => {
                let row = self.rows.get::<ImportRow>(chosen.target)?;
                let mut found = None;
                // `try: import a … except: import b`: the first that leads somewhere.
                for binding in rows.iter().rev().filter(|row| row.kind == BindingKind::Import) {
                    let other = self.rows.get::<ImportRow>(binding.target).unwrap_or(row);
                    let result = self.import(binding.target, &other);
                    let known = !matches!(result.0, Entity::External(_) | Entity::Unknown);
                    if found.is_none() || known {
                        found = Some(result);
                    }
                    if known {
                        break;
                    }
                }
                found?
            }
            BindingKind::Outer => {
                let parent = self.rows.get::<ScopeRow>(scope)?.parent;
                return Some(self.lookup(parent, name, start));
            }
            BindingKind::TypeParameter | BindingKind::Result => (Entity::Local, Rule::Unresolved),
            BindingKind::Parameter | BindingKind::Variable | BindingKind::Field => {
                if chosen.type_use != NONE {
                    if let Some(value) = self.typed(chosen.type_use) {
                        return Some((value, Rule::Type));
                    }
                    if let Entity::External(name) = self.entity(chosen.type_use) {
                        let declared = self.rows.use_row(chosen.type_use).map_or("", |used| self.rows.str(used.name));
                        let entity = if says_nothing(declared) { Entity::Local } else { Entity::External(name) };
                        return Some((entity, Rule::External));
                    }
                }
                if chosen.value != NONE && self.depth < DEPTH {
                    match self.value(chosen.value) {
                        (Entity::Unknown | Entity::Open | Entity::Unbound, _) => {}
                        (entity, rule) => return Some((entity, rule)),
                    }
                }
                (Entity::Local, Rule::Unresolved)
            }
        })
    }

    /// Whether a definition is seen by its plain name from the scope that it stands in.
    fn goes_by_its_name(&self, binding: &BindingRow, in_type: bool) -> bool {
        let Some(symbol) = self.rows.symbol(binding.target) else { return false };
        match self.file_family() {
            // Members are reached through their type or a value of it.
            "go" | "rust" if in_type => false,
            "haskell" => true,
            // A constructor goes by the name of its type, and members of a type elsewhere by that type.
            _ => {
                symbol.kind != SymbolKind::Constructor
                    && self.rows.get::<ScopeRow>(symbol.inner).is_none_or(|scope| scope.self_type == NONE)
            }
        }
    }

    /// Whether types and values may share a name: a class and its companion, a type and its constructor.
    fn has_two_namespaces(&self) -> bool {
        self.config.is_some_and(|config| matches!(config.name, "haskell" | "scala" | "typescript"))
    }

    fn has_declarations(&self, identities: &[u64]) -> bool {
        identities.len() > 1
            && identities.iter().any(|&identity| {
                self.rows
                    .by_identity(identity)
                    .and_then(|index| self.rows.symbol(index))
                    .is_some_and(|row| row.flags.has(SymbolFlags::DECLARATION))
            })
    }

    /// The type that a type use names.
    pub(crate) fn type_named(&mut self, index: u32) -> Option<Symbol<'db>> {
        match self.entity(index) {
            Entity::Symbol(symbol) => match self.kind(symbol)? {
                kind if kind.is_type() => Some(symbol),
                SymbolKind::TypeAlias => match self.held(symbol)? {
                    Entity::Symbol(ty) | Entity::Instance(ty) => Some(ty),
                    _ => None,
                },
                _ => None,
            },
            Entity::Overloads(symbols) => {
                let types = || symbols.iter().copied().filter(|&symbol| self.kind(symbol).is_some_and(SymbolKind::is_type));
                types().find(|&symbol| !self.is_declaration(symbol)).or_else(|| types().next())
            }
            // `Self`, or a receiver's type.
            Entity::Instance(ty) => Some(ty),
            _ => None,
        }
    }

    /// What an import row brings in.
    fn import(&mut self, index: u32, row: &ImportRow) -> (Entity<'db>, Rule) {
        if let Some(found) = self.known_imports.get(&index) {
            return found.clone();
        }
        let found = self.imported(&ImportFacts::of(self.rows, row));
        self.known_imports.insert(index, found.clone());
        found
    }

    fn imported(&self, import: &ImportFacts) -> (Entity<'db>, Rule) {
        match follow_import(self.db, self.file, import, &mut Trail::new(self.horizon.heads)) {
            None => (Entity::Unknown, Rule::Unresolved),
            Some(Entity::External(name)) => (Entity::External(name), Rule::External),
            Some(entity) => (entity, Rule::Import),
        }
    }

    /// A name that the file does not bind: its module's other files, wildcard imports, built-ins.
    fn lookup_beyond_file(&mut self, name: Str) -> (Entity<'db>, Rule) {
        let Some(config) = self.config else { return (Entity::Unbound, Rule::Unresolved) };
        let db = self.db;
        let text = self.rows.str(name);
        let name = self.name(name);
        if config.names.module_scope {
            for key in module_keys(db, self.file) {
                let parts = module_parts(db, ModuleKey::new(db, config.names.family, key.as_str()));
                if let Some(entity) = module_member(db, parts, name, &mut Trail::new(self.horizon.heads)) {
                    return (entity, Rule::Import);
                }
            }
            // Namespaces that the file opens are seen from inside them; outer ones too (`a.b` sees `a`).
        }
        if self.seen_whole.is_none() {
            self.seen_whole = Some(names_by_hash(db, seen_whole(db, self.file, self.horizon.heads)));
        }
        if let Some(parts) = self.seen_whole.as_ref().and_then(|seen| seen.get(&name_hash(text)))
            && let Some(entity) = direct_member(db, parts, name, name_hash(text), &mut Trail::new(self.horizon.heads))
        {
            return (entity, Rule::Import);
        }
        if config.names.builtins.binary_search(&text).is_ok() {
            return (Entity::External(name), Rule::External);
        }
        if sees_all_modules(config) {
            let parts = module_parts(db, ModuleKey::new(db, config.names.family, text));
            if !parts.is_empty() {
                return (module_or_symbol(db, parts), Rule::Import);
            }
        }
        (Entity::Unbound, Rule::Unresolved)
    }
}
