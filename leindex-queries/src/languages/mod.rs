//! Le Parse, its vocabulary: what each language's grammar calls things.
//!
//! A language is a folder with a [`LanguageConfig`]: a table from the grammar's node kinds to [`Role`]s that the one
//! walk in [`crate::syntax`] understands, the rules by which its names are looked up, and code only where a table
//! cannot say it. Nothing here knows a file, a project or a database. Grammars are linked but stay untouched until the
//! first file of their language: [`Grammar::get`] is the only place that loads one.

use std::sync::OnceLock;

use crate::names::rules::NameRules;
use crate::syntax::rows::{ScopeKind, SymbolKind, SymbolRow};

mod compiled;
mod form;
mod form_table;
mod metric;
mod registry;
mod role;

pub(crate) use compiled::{ActionId, Actions, KindInfo, NO_PARTS, Parts, Place};
pub use compiled::{Grammar, Slot};
pub use form::{Case, Form, Switch};
#[cfg(test)]
pub(crate) use form_table::unknown_names as unknown_form_names;
pub(crate) use form_table::{Compiled, FormTable, Places, Spot};
pub use metric::{Metric, Metrics};
pub use registry::{Languages, language_of};
pub use role::{At, Declare, Define, NameAt, Role, Visit};

#[cfg(feature = "c")]
pub mod c;
#[cfg(any(feature = "c", feature = "cpp", feature = "csharp"))]
mod c_family;
#[cfg(feature = "cpp")]
pub mod cpp;
#[cfg(feature = "csharp")]
pub mod csharp;
#[cfg(feature = "dart")]
pub mod dart;
#[cfg(any(feature = "javascript", feature = "typescript"))]
mod ecmascript;
#[cfg(feature = "elixir")]
pub mod elixir;
#[cfg(feature = "go")]
pub mod go;
#[cfg(feature = "haskell")]
pub mod haskell;
#[cfg(feature = "java")]
pub mod java;
#[cfg(feature = "javascript")]
pub mod javascript;
#[cfg(any(feature = "java", feature = "kotlin", feature = "scala"))]
mod jvm;
#[cfg(feature = "kotlin")]
pub mod kotlin;
#[cfg(feature = "lua")]
pub mod lua;
#[cfg(feature = "php")]
pub mod php;
#[cfg(feature = "python")]
pub mod python;
#[cfg(feature = "ruby")]
pub mod ruby;
#[cfg(feature = "rust")]
pub mod rust;
#[cfg(feature = "scala")]
pub mod scala;
#[cfg(feature = "swift")]
pub mod swift;
#[cfg(feature = "typescript")]
pub mod typescript;

/// Everything LeIndex has to know of a language.
#[derive(Debug)]
pub struct LanguageConfig {
    /// Its name in tables and settings: `python`, `typescript`, `csharp`.
    pub name: &'static str,
    /// The syntax within the language, where it has several: `tsx` of `typescript`. Usually equal to `name`.
    pub dialect: &'static str,
    /// The version of the grammar. It stands in every key of the store.
    pub version: &'static str,
    /// File endings, without the dot.
    pub extensions: &'static [&'static str],
    /// Whole file names (`Rakefile`).
    pub file_names: &'static [&'static str],
    /// Programs that a first line `#!` names, without their versions: they tell the language of a file whose name has
    /// no ending.
    pub interpreters: &'static [&'static str],
    /// The grammar.
    pub grammar: fn() -> tree_sitter::Language,
    /// What node kinds mean. A kind that is not listed is walked through and stands for an unknown value.
    pub roles: &'static [(&'static str, Role)],
    /// What counts for the metrics.
    pub metrics: Metrics,
    /// What node kinds do when they run.
    pub flow: FlowRules,
    /// How documentation is written.
    pub docs: Docs,
    /// What the first parameter or a keyword says of the current object.
    pub receiver: Receiver,
    /// Whether assigning to a plain name declares it (Python, Ruby, PHP, Lua globals).
    pub assignment_declares: bool,
    /// Whether functions are told apart by their parameters.
    pub overloads: bool,
    /// Finishes a symbol's in-file evidence: exported, test, private. Called when its node is left.
    pub evidence: fn(&Evidence<'_>, &mut SymbolRow),
    /// How names are looked up, modules named and imports followed.
    pub names: NameRules,
    /// Changes the text, keeping its length and lines, so that a broken parse may succeed (C and C++ macros). Where the
    /// parse was not broken (`false`), only what the grammar is sure to misread is changed.
    pub repair: Option<Repair>,
    /// Words that begin a definition at the start of a line; broken regions are parsed again from there.
    pub item_starts: &'static [&'static str],
}

/// How control and values move in a language.
#[derive(Clone, Copy, Debug)]
pub struct FlowRules {
    /// What node kinds do. A kind that is not listed does what its role implies.
    pub forms: &'static [(&'static str, Form)],
    /// Whether a block is a scope for the variables declared in it.
    pub block_scopes: bool,
    /// Which functions give the value of their last expression. One whose body is no block always does.
    pub results: Results,
    /// Whether, where assigning declares, a closure assigns the variables around it.
    pub closures_share_names: bool,
    /// Whether names with a capital in a pattern are compared with, not bound.
    pub capitals_are_constants: bool,
    /// Whether handlers are tried one after the other by code; else what is raised chooses among them.
    pub handlers_in_order: bool,
    /// Whether what defines a function may be several nodes side by side (clauses), or have the function inside.
    pub clauses: bool,
    /// Types that catch everything; `*` if every handler does.
    pub catch_all: &'static [&'static str],
    /// Whether nothing raises an error but what says so.
    pub raising_is_marked: bool,
    /// Whether a generator may be closed at a `yield`: it leaves as by a return, past handlers.
    pub generators_close: bool,
    /// Whether operators may raise an error; else only divisions do.
    pub operators_raise: bool,
    /// Whether what the condition of a decision binds is known after the decision.
    pub conditions_bind_around: bool,
    /// The parameters of a function that are named only where they are used (`it`, `$0`): where each is named first, and
    /// its number.
    pub implicit_parameters: for<'t> fn(&'t str, tree_sitter::Node<'t>) -> Vec<ImplicitParameter>,
    /// Whether a parameter with this text stands for a variable of the caller, which assigning to it changes.
    pub is_reference: fn(&str) -> bool,
}

impl FlowRules {
    /// A language of which nothing is known but its roles.
    pub const NONE: Self = Self {
        forms: &[],
        block_scopes: true,
        results: Results::Never,
        closures_share_names: false,
        capitals_are_constants: false,
        handlers_in_order: false,
        clauses: false,
        catch_all: &[],
        raising_is_marked: false,
        generators_close: false,
        operators_raise: true,
        conditions_bind_around: false,
        implicit_parameters: |_, _| Vec::new(),
        is_reference: |_| false,
    };
}

/// The bytes of a parameter's name where it is used first, and its number.
pub type ImplicitParameter = (std::ops::Range<usize>, u16);

/// Which functions give the value of their last expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Results {
    /// Those whose body is an expression.
    Never,
    /// Those and closures.
    Closures,
    /// Those whose body is one expression, if there is an arrow in their head or no head.
    Single,
    /// Closures, and those with a type in this field.
    Typed(&'static str),
    /// All.
    Always,
}

impl LanguageConfig {
    /// A language of which only the grammar is known: to be filled in by `..LanguageConfig::new(…)`.
    pub const fn new(name: &'static str, version: &'static str, grammar: fn() -> tree_sitter::Language) -> Self {
        Self {
            name,
            dialect: name,
            version,
            extensions: &[],
            file_names: &[],
            interpreters: &[],
            grammar,
            roles: &[],
            metrics: Metrics::NONE,
            flow: FlowRules::NONE,
            docs: Docs { prefixes: &[], docstring: false },
            receiver: Receiver::Keyword,
            assignment_declares: false,
            overloads: false,
            evidence: |_, _| {},
            names: NameRules::plain(name),
            repair: None,
            item_starts: &[],
        }
    }
}

/// [`LanguageConfig::repair`]: the text and whether its parse was broken, to the text that is parsed instead.
pub type Repair = fn(&[u8], bool) -> Option<Vec<u8>>;

/// What [`LanguageConfig::evidence`] may look at.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The symbol's name.
    pub name: &'a str,
    /// Its text from `start` to the body: modifiers, attributes and signature.
    pub head: &'a str,
    /// Attributes and decorators before it, as written, that are not inside `head`.
    pub attributes: &'a str,
    /// The kind of the scope it stands in.
    pub scope: ScopeKind,
    /// The kind of its parent symbol.
    pub parent: SymbolKind,
    /// Whether a wrapper of role [`Role::Export`] stands around it.
    pub in_export: bool,
}

/// How the current object is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// By a node of role [`Role::This`].
    Keyword,
    /// By the first parameter of a method.
    FirstParameter,
    /// By these names inside methods.
    Named(&'static [&'static str]),
}

/// How documentation is written.
#[derive(Clone, Copy, Debug)]
pub struct Docs {
    /// What comments that document begin with; empty for any comment.
    pub prefixes: &'static [&'static str],
    /// Whether the first string of a body is its documentation.
    pub docstring: bool,
}

#[cfg(test)]
pub(crate) mod test_layout;
#[cfg(test)]
mod tests;
