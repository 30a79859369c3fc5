//! What names and expressions stand for, the rules that find it, and how far a search for it leads. No lookup here.

use super::files::{Name, Symbol};
use super::module_map::ModulePart;
use crate::syntax::rows::{Rows, Str, UseRole};

/// What an expression or name stands for.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub enum Entity<'db> {
    /// A definition, as itself: the function, the class, the variable.
    Symbol(Symbol<'db>),
    /// Several definitions of one name in one place: overloads.
    Overloads(Box<[Symbol<'db>]>),
    /// A value of a type.
    Instance(Symbol<'db>),
    /// The current object seen from above its type.
    Super(Symbol<'db>),
    /// A container from outside the workspace, whose type says what it holds.
    Container(Box<Container<'db>>),
    /// A module or namespace.
    Module(Box<[ModulePart<'db>]>),
    /// Something outside the workspace: the package or built-in name.
    External(Name<'db>),
    /// A local name whose value is not known.
    Local,
    /// A member that an unknown base may have: not found where it was looked for.
    Open,
    /// A plain name that nothing in the file binds.
    Unbound,
    /// Nothing is known.
    Unknown,
}

/// What a declared type with type arguments says of its values (`dict[str, list[User]]`).
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Container<'db> {
    /// The name of the type.
    pub name: Name<'db>,
    /// Whether an iteration gives keys, not what is held.
    pub is_mapping: bool,
    /// What it holds.
    pub element: Entity<'db>,
}

/// How an edge was found, strongest first: the `rule` column of the `edges` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, salsa::SalsaValue)]
pub enum Rule {
    /// Lexical scope of the same file.
    Exact,
    /// An import or module path.
    Import,
    /// The receiver's type is known.
    Type,
    /// One of the possible overrides by class hierarchy.
    Hierarchy,
    /// One of the functions handed to the parameter that is called.
    Passed,
    /// The only visible definition of that name.
    Name,
    /// Several definitions by name; no target.
    Ambiguous,
    /// Outside the workspace.
    External,
    /// Not found.
    Unresolved,
}

impl Rule {
    /// Every rule, strongest first.
    pub const ALL: [Self; 9] = [
        Self::Exact,
        Self::Import,
        Self::Type,
        Self::Hierarchy,
        Self::Passed,
        Self::Name,
        Self::Ambiguous,
        Self::External,
        Self::Unresolved,
    ];

    /// The name used in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Import => "import",
            Self::Type => "type",
            Self::Hierarchy => "hierarchy",
            Self::Passed => "passed",
            Self::Name => "name",
            Self::Ambiguous => "ambiguous",
            Self::External => "external",
            Self::Unresolved => "unresolved",
        }
    }
}

/// How far heads of types lead on: the bases of a type may be members of types whose bases are members of others.
///
/// Names lead in circles: a class inherits from what is nested in its own subclass, two functions return each other's
/// results. A query that came back to itself would have to break off, and where would depend on what was asked first.
/// So whatever could lead back has such a bound in its key and asks others with a smaller one only. There is no circle
/// of queries, and an answer is a function of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Heads(u8);

impl Heads {
    /// As far as anything leads. Code in which a third step finds more is not known.
    pub(crate) const ALL: Self = Self(3);

    /// The bound for what a head itself names; `None` at the end.
    pub(crate) fn less(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }
}

/// How far resolution leads on: through heads of types, and from a value to the value that it is made of (a function's
/// result, what a variable holds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Horizon {
    pub(crate) heads: Heads,
    values: u8,
}

impl Horizon {
    /// As far as anything leads.
    pub(crate) const FULL: Self = Self::of(Heads::ALL);

    /// All values within what is known of heads.
    pub(crate) const fn of(heads: Heads) -> Self {
        Self { heads, values: 4 }
    }

    /// The bound for a value's own parts; `None` at the end.
    pub(crate) fn value(self) -> Option<Self> {
        Some(Self { values: self.values.checked_sub(1)?, ..self })
    }
}

/// The name of the type that values of a declared type are (`type[User]`).
pub(crate) fn type_held(rows: &Rows, declared: u32) -> Option<Str> {
    let row = rows.use_row(declared).filter(|row| row.role == UseRole::Type && row.arity != 0)?;
    let holds = container_kind(rows.str(row.name)) == Some(Holds::Itself);
    holds.then(|| rows.use_row(declared + row.arity).map(|held| held.name)).flatten()
}

/// What is in a type's last type argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// What a value of it gives one by one.
    Elements,
    /// What a value of it has under its keys.
    Values,
    /// The type that a value of it is.
    Itself,
}

/// What the last type argument of a type from outside says, by the names that Python's standard library has for them.
pub(super) fn container_kind(name: &str) -> Option<Holds> {
    Some(match name {
        "AsyncIterable" | "AsyncIterator" | "Collection" | "Deque" | "FrozenSet" | "Iterable" | "Iterator" | "List" | "MutableSequence"
        | "MutableSet" | "Sequence" | "Set" | "Tuple" | "deque" | "frozenset" | "list" | "set" | "tuple" => Holds::Elements,
        "DefaultDict"
        | "Dict"
        | "Mapping"
        | "MutableMapping"
        | "OrderedDict"
        | "WeakKeyDictionary"
        | "WeakValueDictionary"
        | "defaultdict"
        | "dict" => Holds::Values,
        "Type" | "type" => Holds::Itself,
        _ => return None,
    })
}

impl<'db> Container<'db> {
    /// What a call of one of its methods gives, where that is what it holds.
    pub(super) fn gives(&self, method: &str) -> Option<Entity<'db>> {
        match method {
            "copy" => Some(Entity::Container(Box::new(self.clone()))),
            "values" if self.is_mapping => {
                Some(Entity::Container(Box::new(Self { name: self.name, is_mapping: false, element: self.element.clone() })))
            }
            "get" | "setdefault" if self.is_mapping => Some(self.element.clone()),
            "pop" | "popleft" => Some(self.element.clone()),
            _ => None,
        }
    }
}
