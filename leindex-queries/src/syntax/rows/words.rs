//! What stands in a word of a row: kinds, flags, ids of strings.

/// A row index that points nowhere.
pub const NONE: u32 = u32::MAX;

/// A field of a row that fits a word.
pub(super) trait Word: Copy {
    fn to_word(self) -> u32;
    fn from_word(word: u32) -> Self;
}

impl Word for u32 {
    fn to_word(self) -> u32 {
        self
    }
    fn from_word(word: u32) -> Self {
        word
    }
}

impl Word for bool {
    fn to_word(self) -> u32 {
        u32::from(self)
    }
    fn from_word(word: u32) -> Self {
        word != 0
    }
}

/// A string of the file's string table. Equal strings of one file have equal ids; [`Str::EMPTY`] is the empty string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(pub u32);

impl Str {
    /// The empty string, the first of every table.
    pub const EMPTY: Self = Self(0);

    /// Whether this is the empty string.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Word for Str {
    fn to_word(self) -> u32 {
        self.0
    }
    fn from_word(word: u32) -> Self {
        Self(word)
    }
}

macro_rules! word_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, salsa::SalsaValue)]
        $vis enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used in tables, JSON and text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl Word for $name {
            fn to_word(self) -> u32 {
                self as u32
            }
            fn from_word(word: u32) -> Self {
                Self::ALL.get(word as usize).copied().unwrap_or(Self::ALL[0])
            }
        }
    };
}

word_enum! {
    /// What a symbol is: the `kind` column of the `nodes` table.
    pub enum SymbolKind {
        /// A file seen as a unit of names.
        Module = "module",
        /// A named group of definitions inside or across files.
        Namespace = "namespace",
        /// A class, record or object.
        Class = "class",
        /// A struct or union.
        Struct = "struct",
        /// An interface or protocol.
        Interface = "interface",
        /// A trait, type class or mixin.
        Trait = "trait",
        /// An enumeration.
        Enum = "enum",
        /// A function outside any type.
        Function = "function",
        /// A function that belongs to a type.
        Method = "method",
        /// A function that makes an instance of its type.
        Constructor = "constructor",
        /// A field, property or enumeration member.
        Field = "field",
        /// A named constant outside functions.
        Constant = "constant",
        /// A variable outside functions.
        Variable = "variable",
        /// A type given another name.
        TypeAlias = "type_alias",
        /// A macro.
        Macro = "macro",
    }
}

impl SymbolKind {
    /// Whether the symbol has a body that runs.
    pub const fn is_callable(self) -> bool {
        matches!(self, Self::Function | Self::Method | Self::Constructor | Self::Macro)
    }

    /// Whether the symbol has members and can be inherited from.
    pub const fn is_type(self) -> bool {
        matches!(self, Self::Class | Self::Struct | Self::Interface | Self::Trait | Self::Enum)
    }

    /// Whether the symbol's members are reached as if through a module.
    pub const fn is_module(self) -> bool {
        matches!(self, Self::Module | Self::Namespace)
    }
}

word_enum! {
    /// What a scope belongs to. Lookup rules differ by kind: a class scope is skipped from inside its methods in some
    /// languages, and block scopes do not exist in others.
    pub enum ScopeKind {
        /// The whole file.
        File = "file",
        /// A namespace, module or package block.
        Namespace = "namespace",
        /// The body of a type.
        Type = "type",
        /// A block that adds members to a type defined elsewhere (Rust `impl`, Swift extension, reopened class).
        Extension = "extension",
        /// A function, named or not, with its parameters.
        Function = "function",
        /// A block inside a function.
        Block = "block",
    }
}

word_enum! {
    /// How a name came into a scope.
    pub enum BindingKind {
        /// A definition: `target` is the symbol.
        Symbol = "symbol",
        /// An import: `target` is the import row.
        Import = "import",
        /// A parameter.
        Parameter = "parameter",
        /// A local or file-level variable; `value` is what was assigned, where that is a name, member, call or `new`.
        Variable = "variable",
        /// A type parameter.
        TypeParameter = "type_parameter",
        /// A field of the enclosing type, set through `self`/`this`; `scope` is the type's scope.
        Field = "field",
        /// What a function gives back; `scope` is the function's, the name is empty.
        Result = "result",
        /// `global`/`nonlocal`: the name belongs to the file's, or the next outer function's, scope.
        Outer = "outer",
    }
}

word_enum! {
    /// The shape of a use.
    pub enum UseKind {
        /// A plain name.
        Name = "name",
        /// `base.name`.
        Member = "member",
        /// The current object: `self`, `this`, `@`.
        This = "this",
        /// The current object seen as its base type.
        Super = "super",
        /// A call whose callee is the value of `base` (`f()()`), or a callee that is no name.
        Apply = "apply",
        /// A literal or other expression of built-in type; its `name` says which (`str`, `list`, …) where known.
        Literal = "literal",
        /// An element of `base` (`base[i]`, or the item of an iteration over it).
        Element = "element",
        /// A member of `base` that the language runs by itself (`__enter__` of what `with` manages).
        Implicit = "implicit",
    }
}

word_enum! {
    /// What a use does with what it names.
    pub enum UseRole {
        /// Reads a value.
        Read = "read",
        /// Assigns to it.
        Write = "write",
        /// Calls it.
        Call = "call",
        /// Makes an instance of it.
        New = "new",
        /// Names a type (annotation, cast, type argument).
        Type = "type",
        /// Names a base of the type being defined; see [`BaseRow`].
        Base = "base",
        /// Decorates or annotates a definition.
        Decorator = "decorator",
    }
}

word_enum! {
    /// How a base is inherited.
    pub enum BaseKind {
        /// Extends a class, embeds a struct, mixes in a module.
        Inherit = "inherit",
        /// Implements an interface, trait, protocol or type class.
        Implement = "implement",
    }
}

word_enum! {
    /// What an import brings into scope.
    pub enum ImportKind {
        /// A module under a name (`import a.b`, `import a as x`, `import "pkg"`).
        Module = "module",
        /// One name of a module (`from a import b`, `use a::b`, `import a.B;`).
        Symbol = "symbol",
        /// Every public name of a module (`from a import *`, `use a::*`, `#include`, `using A;`).
        Wildcard = "wildcard",
        /// The default export of a module (`import d from "m"`).
        Default = "default",
        /// A module loaded for its effect only (`import "m"`), or declared (`mod x;`).
        Effect = "effect",
    }
}

macro_rules! flags {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $flag:ident = $bit:expr),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, salsa::SalsaValue)]
        $vis struct $name(pub u32);

        impl $name {
            $($(#[$fmeta])* pub const $flag: Self = Self(1 << $bit);)+

            /// Whether every flag of `other` is set.
            pub const fn has(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Sets the flags of `other`.
            pub fn set(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }

        impl std::ops::BitOr for $name {
            type Output = Self;
            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl Word for $name {
            fn to_word(self) -> u32 {
                self.0
            }
            fn from_word(word: u32) -> Self {
                Self(word)
            }
        }
    };
}

flags! {
    /// In-file evidence about a symbol.
    pub struct SymbolFlags {
        /// Visible outside its file by the language's own rules, as far as the file shows.
        EXPORTED = 0,
        /// The default export of its module.
        DEFAULT_EXPORT = 1,
        /// Marked or named as a test.
        TEST = 2,
        /// Belongs to the type, not to its instances.
        STATIC = 3,
        /// Has no body (interface method, prototype, abstract method, forward declaration).
        DECLARATION = 4,
        /// Its text holds a syntax error.
        HAS_ERROR = 5,
        /// Found by re-parsing a broken region.
        RECOVERED = 6,
        /// Read like a field though it runs code (property, getter).
        PROPERTY = 7,
        /// Marked private (by keyword or by the language's naming rule).
        PRIVATE = 8,
        /// Overrides a base member, by its own word.
        OVERRIDE = 9,
        /// Its type is open in other places: a partial class, a reopened module.
        PARTIAL = 10,
        /// The first parameter is the receiver (`self`), or there is an implicit one.
        HAS_RECEIVER = 11,
        /// Asynchronous or a generator.
        ASYNC = 12,
        /// An abstract type or method.
        ABSTRACT = 13,
    }
}

flags! {
    /// Details of an import.
    pub struct ImportFlags {
        /// What it brings in is exported again (`export … from`, `pub use`, file-level names in Python).
        REEXPORT = 0,
        /// Only types are imported.
        TYPE_ONLY = 1,
        /// Static members are imported (Java `import static`).
        STATIC = 2,
        /// Not at the top of the file, or conditional.
        NESTED = 3,
        /// Searched in system paths first (`#include <…>`).
        SYSTEM = 4,
    }
}
