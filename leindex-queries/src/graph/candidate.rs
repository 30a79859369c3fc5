//! What an open site asks of the definitions of its name, and which of them fit.
//!
//! Knows neither a database nor how symbols are numbered: one site and all sites of the workspace are decided alike.

use super::calls::is_through_super;
use crate::db::Db;
use crate::languages::LanguageConfig;
use crate::names::edges::{EdgeKind, OpenReason, OpenRow, Site};
use crate::names::files::{SourceFile, Symbol};
use crate::names::library::is_library_member;
use crate::names::values::{argument_range, parent_type};
use crate::syntax::rows::{NONE, Rows, ScopeKind, ScopeRow, SymbolFlags, SymbolKind, SymbolRow, UseKind, UseRole};

/// A definition that a name may mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate<S> {
    pub(super) symbol: S,
    is_member: bool,
    kind: SymbolKind,
    is_called: bool,
    private: bool,
    is_test: bool,
    declaration: bool,
    /// The type it is a member of.
    parent: Option<S>,
    arguments: Option<(u32, u32)>,
}

impl<S> Candidate<S> {
    /// What a definition is to those who name it. `parent` is asked for members only.
    pub(super) fn of(symbol: S, rows: &Rows, row: &SymbolRow, family: &str, is_test: bool, parent: impl FnOnce() -> Option<S>) -> Self {
        let is_member = rows.symbol(row.parent).is_some_and(|parent| parent.kind.is_type())
            || rows.get::<ScopeRow>(row.scope).is_some_and(|scope| scope.kind == ScopeKind::Extension)
            || rows.get::<ScopeRow>(row.inner).is_some_and(|scope| scope.self_type != NONE);
        Self {
            symbol,
            is_member,
            kind: row.kind,
            // A field of Python is any assignment to `self`: few hold functions.
            is_called: row.kind.is_callable() || row.kind.is_type() || row.kind == SymbolKind::Field && family != "python",
            private: row.flags.has(SymbolFlags::PRIVATE) && family != "python",
            is_test,
            declaration: row.flags.has(SymbolFlags::DECLARATION),
            parent: if is_member { parent() } else { None },
            arguments: argument_range(rows, row),
        }
    }

    /// The same definition by another kind of number.
    pub(super) fn map<T>(self, number: impl Fn(S) -> T) -> Candidate<T> {
        let Self { symbol, is_member, kind, is_called, private, is_test, declaration, parent, arguments } = self;
        let (symbol, parent) = (number(symbol), parent.map(number));
        Candidate { symbol, is_member, kind, is_called, private, is_test, declaration, parent, arguments }
    }
}

/// What an open site asks of the definitions of its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sought<S> {
    kind: EdgeKind,
    member: bool,
    calls: bool,
    /// What is defined for tests is visible to tests only.
    from_test: bool,
    /// What is above a type is none of its own members.
    below: Option<S>,
    arity: u32,
}

/// What decides an open site.
pub(super) enum Asked<'e, 'w> {
    /// No definition is meant.
    Nothing,
    /// It is one of these.
    Overloads(&'e [Symbol<'w>]),
    /// The definitions of the site's name do.
    Definitions(Sought<Symbol<'w>>),
}

/// What decides an open row of a file; `from_test` says whether its source is a test.
pub(super) fn asked<'e, 'w>(
    db: &'w dyn Db,
    (file, config, rows): (SourceFile<'w>, &LanguageConfig, &Rows),
    open: &'e OpenRow<'w>,
    from_test: impl FnOnce() -> bool,
) -> Asked<'e, 'w> {
    let Some(used) = rows.use_row(open.site) else { return Asked::Nothing };
    let member = match &open.reason {
        OpenReason::Local => return Asked::Nothing,
        OpenReason::Overloads(symbols) => return Asked::Overloads(symbols),
        OpenReason::Unbound if !config.names.global_scope => return Asked::Nothing,
        OpenReason::Unbound => false,
        OpenReason::Receiver | OpenReason::Ancestor => true,
    };
    let family = config.names.family;
    if open.reason == OpenReason::Receiver && is_library_member(family, rows.str(used.name)) {
        // Most receivers of a member of this name are values of the standard library.
        return Asked::Nothing;
    }
    if open.reason == OpenReason::Ancestor && is_through_super(rows, Site::Use(open.site), family == "python") {
        // It is a member of a type above that is not here.
        return Asked::Nothing;
    }
    Asked::Definitions(Sought {
        kind: open.kind,
        member,
        calls: matches!(used.role, UseRole::Call | UseRole::New),
        from_test: from_test(),
        below: if is_super(rows, used.base) { enclosing_type(db, file, rows, open.source) } else { None },
        arity: used.arity,
    })
}

/// Whether a use is the current object seen from above its type: `super`, in Python `super()`.
fn is_super(rows: &Rows, index: u32) -> bool {
    rows.use_row(index).is_some_and(|used| used.kind == UseKind::Super || used.role == UseRole::Call && rows.str(used.name) == "super")
}

/// The type that the symbol of a row is a member of.
fn enclosing_type<'w>(db: &'w dyn Db, file: SourceFile<'w>, rows: &Rows, row: u32) -> Option<Symbol<'w>> {
    parent_type(db, Symbol::new(db, file, rows.symbol(row)?.identity()))
}

impl<S: Copy + Eq> Sought<S> {
    /// Whether a definition can be meant; `is_own` says whether it stands in the site's file.
    pub(super) fn fits(&self, candidate: &Candidate<S>, is_own: impl FnOnce(S) -> bool) -> bool {
        (candidate.is_member || !self.member)
            && (self.member || !candidate.is_member || candidate.kind.is_type())
            && (self.below.is_none() || candidate.parent != self.below)
            && (self.from_test || !candidate.is_test)
            && self.admits(candidate)
            && (!candidate.private || is_own(candidate.symbol))
    }

    /// Whether a definition can stand at a site of this kind.
    fn admits(&self, candidate: &Candidate<S>) -> bool {
        match self.kind {
            EdgeKind::Call if self.calls => {
                candidate.is_called && candidate.arguments.is_none_or(|(fewest, most)| (fewest..=most).contains(&self.arity))
            }
            EdgeKind::Inherit | EdgeKind::Implement | EdgeKind::TypeUse => {
                candidate.kind.is_type() || candidate.kind == SymbolKind::TypeAlias
            }
            _ => true,
        }
    }
}

impl<S> Sought<S> {
    /// The same question by another kind of number.
    pub(super) fn map<T>(self, number: impl FnMut(S) -> T) -> Sought<T> {
        let Self { kind, member, calls, from_test, below, arity } = self;
        Sought { kind, member, calls, from_test, below: below.map(number), arity }
    }
}

/// What the definitions that fit say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict<S> {
    /// There is none.
    Unresolved,
    /// One is meant.
    Name(S),
    /// So many may be meant.
    Ambiguous(usize),
}

/// What the definitions that fit say together. A declaration and its definition are one.
pub(super) fn verdict<'c, S: Copy + Eq + 'c>(fitting: impl IntoIterator<Item = &'c Candidate<S>>) -> Verdict<S> {
    let mut fitting = fitting.into_iter();
    let Some(first) = fitting.next() else { return Verdict::Unresolved };
    let (mut count, mut one_group) = (1, true);
    let mut defined = (!first.declaration).then_some(first.symbol);
    let mut definitions = u32::from(!first.declaration);
    for candidate in fitting {
        count += 1;
        one_group &= candidate.parent == first.parent;
        if !candidate.declaration {
            definitions += 1;
            defined = defined.or(Some(candidate.symbol));
        }
    }
    match defined {
        _ if count == 1 => Verdict::Name(first.symbol),
        Some(defined) if one_group && definitions == 1 => Verdict::Name(defined),
        _ => Verdict::Ambiguous(count),
    }
}
