//! The packed rows of one file: everything later stages know about its text, and nothing else.
//!
//! Rows are what a parse leaves behind. They are keyed by content, so they may not know a path, a project or another
//! file; names stay names here and are given meaning in [`crate::names`]. A file's rows are one byte string (little
//! endian `u32` words, then a string table) that is written to the store as it is and read in place.
//!
//! ```text
//! magic · version · per table: word offset, row count · string ends · string bytes · rows…
//! ```

use std::sync::Arc;

/// A row index that points nowhere.
pub const NONE: u32 = u32::MAX;

/// A field of a row that fits a word.
trait Word: Copy {
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

/// A row of fixed width in words.
pub trait Record: Sized {
    /// Width in `u32` words.
    const WORDS: usize;
    /// Where its table stands in the file.
    const TABLE: usize;
    /// Writes this row, in as many bytes as it has.
    fn encode(&self, out: &mut [u8]);
    /// Reads a row back; `word(i)` is its `i`-th word.
    fn decode(word: impl Fn(usize) -> u32) -> Self;
}

macro_rules! record {
    ($(#[$meta:meta])* $vis:vis struct $name:ident[$table:literal] { $($(#[$fmeta:meta])* $field:ident: $ty:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis struct $name { $($(#[$fmeta])* pub $field: $ty),+ }

        impl Record for $name {
            const WORDS: usize = [$(stringify!($field)),+].len();
            const TABLE: usize = $table;
            fn encode(&self, out: &mut [u8]) {
                let words = [$(self.$field.to_word()),+];
                for (word, bytes) in words.into_iter().zip(out.as_chunks_mut().0) {
                    *bytes = word.to_le_bytes();
                }
            }
            #[expect(unused_assignments, reason = "the last increment is not read")]
            fn decode(word: impl Fn(usize) -> u32) -> Self {
                let mut at = 0;
                $(let $field = <$ty as Word>::from_word(word(at)); at += 1;)+
                Self { $($field),+ }
            }
        }
    };
}

record! {
    /// One definition site. Rows are in order of their start; a parent precedes its children.
    pub struct SymbolRow[0] {
        /// What it is.
        kind: SymbolKind,
        /// In-file evidence.
        flags: SymbolFlags,
        /// Its name; a file's own module symbol has none.
        name: Str,
        /// The lexical parent's row, or [`NONE`].
        parent: u32,
        /// The scope it was defined in.
        scope: u32,
        /// The scope it opens, or [`NONE`].
        inner: u32,
        /// First byte, decorators and attributes included, documentation not.
        start: u32,
        /// One past the last byte.
        end: u32,
        /// First byte of the name.
        name_start: u32,
        /// First byte of the body, or `end`.
        body_start: u32,
        /// Line of `start`, from 1.
        start_line: u32,
        /// Line of the last byte, from 1, inclusive.
        end_line: u32,
        /// Line of the name, from 1.
        name_line: u32,
        /// Its text up to the body on one line.
        signature: Str,
        /// Return type as written.
        return_type: Str,
        /// The use that names the return type (or a field's or variable's type), or [`NONE`].
        type_use: u32,
        /// Documentation, freed of comment marks.
        doc: Str,
        /// What tells it from others of the same name and parent, see [`crate::items::descriptor`].
        disambiguator: Str,
        /// First row of its parameters.
        first_parameter: u32,
        /// Number of its parameters, the receiver not counted.
        parameters: u32,
        /// Cyclomatic complexity.
        cyclomatic: u32,
        /// Cognitive complexity.
        cognitive: u32,
        /// Deepest nesting of control flow.
        nesting: u32,
        /// Statements.
        statements: u32,
        /// Hash of what others can see of it: kind, name, signature, bases.
        signature_hash: u32,
        /// Low word of the identity hash of its descriptor.
        identity_low: u32,
        /// High word of the identity hash of its descriptor.
        identity_high: u32,
        /// The body hash, first word of four.
        body_0: u32,
        /// Second word.
        body_1: u32,
        /// Third word.
        body_2: u32,
        /// Fourth word.
        body_3: u32,
    }
}

impl SymbolRow {
    /// The hash of the descriptor: the same for the same symbol in any revision of the file.
    pub const fn identity(&self) -> u64 {
        (self.identity_high as u64) << 32 | self.identity_low as u64
    }

    /// BLAKE3 (128 bits) of the body with its dialect and node kinds.
    pub fn body_hash(&self) -> [u8; 16] {
        let mut hash = [0; 16];
        for (bytes, word) in hash.chunks_exact_mut(4).zip([self.body_0, self.body_1, self.body_2, self.body_3]) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        hash
    }
}

record! {
    /// One parameter of a symbol.
    pub struct ParameterRow[1] {
        /// Its name, with `*`, `**`, `...` or `&` where it collects or passes by reference.
        name: Str,
        /// Its type as written.
        ty: Str,
        /// The use that names its type, or [`NONE`].
        type_use: u32,
        /// Whether it may be left out.
        optional: bool,
        /// Whether it takes any number of arguments.
        variadic: bool,
    }
}

record! {
    /// One lexical scope. Row 0 is the file's.
    pub struct ScopeRow[2] {
        /// What it belongs to.
        kind: ScopeKind,
        /// The scope around it, or [`NONE`].
        parent: u32,
        /// The symbol whose scope it is, or [`NONE`] for blocks, lambdas and extensions.
        symbol: u32,
        /// The use that names the type which members here belong to (extensions, receivers, qualified
        /// definitions), or [`NONE`].
        self_type: u32,
        /// First byte.
        start: u32,
        /// One past the last byte.
        end: u32,
    }
}

record! {
    /// One way in which a name is bound. A name assigned twice has two rows.
    pub struct BindingRow[3] {
        /// The name.
        name: Str,
        /// The scope that holds it.
        scope: u32,
        /// How it is bound.
        kind: BindingKind,
        /// The symbol or import, or [`NONE`].
        target: u32,
        /// The use assigned to it, or [`NONE`] if that is no name, member, call or literal.
        value: u32,
        /// The use that names its declared type, or [`NONE`].
        type_use: u32,
        /// First byte of the name at this site.
        start: u32,
    }
}

record! {
    /// One mention of a name in an expression or type.
    pub struct UseRow[4] {
        /// Its shape.
        kind: UseKind,
        /// What it does with what it names.
        role: UseRole,
        /// The name mentioned last (`c` in `a.b.c`).
        name: Str,
        /// The use before the dot, or [`NONE`] for a plain name, or [`UNKNOWN_BASE`].
        base: u32,
        /// The innermost scope around it.
        scope: u32,
        /// First byte of the name token.
        start: u32,
        /// Arguments of a call, else 0.
        arity: u32,
    }
}

/// The base of a member whose object is an expression that rows do not describe.
pub const UNKNOWN_BASE: u32 = u32::MAX - 1;

record! {
    /// One base of a type.
    pub struct BaseRow[5] {
        /// The type that inherits, or [`NONE`] where it is named by `extension`'s self type.
        symbol: u32,
        /// The extension scope that states it (Rust `impl T for S`), or [`NONE`].
        extension: u32,
        /// The use that names the base.
        base: u32,
        /// How it inherits.
        kind: BaseKind,
    }
}

record! {
    /// One thing brought in from elsewhere.
    pub struct ImportRow[6] {
        /// What it brings in.
        kind: ImportKind,
        /// Details.
        flags: ImportFlags,
        /// The module as written, without quotes (`a.b`, `./x`, `crate::y`).
        module: Str,
        /// The name wanted from the module, or empty.
        name: Str,
        /// The name it is bound to here, or empty.
        alias: Str,
        /// Leading dots of a relative import.
        level: u32,
        /// The scope it stands in.
        scope: u32,
        /// First byte.
        start: u32,
        /// One past the last byte.
        end: u32,
    }
}

record! {
    /// A module or namespace that this file takes part in.
    pub struct ModuleRow[7] {
        /// Its qualified name as the language writes it (`com.acme.shop`, `A::B`).
        key: Str,
        /// The symbol whose members are its names, or [`NONE`] if the file's top level is.
        symbol: u32,
    }
}

record! {
    /// A remark about the text: a syntax error, a limit reached.
    pub struct DiagnosticRow[8] {
        /// First byte.
        start: u32,
        /// One past the last byte.
        end: u32,
        /// What is wrong.
        message: Str,
    }
}

record! {
    /// A name that the file exports under another or the same name without defining it there
    /// (`export { a as b }`, `module.exports = f`, `__all__`).
    pub struct ExportRow[9] {
        /// The name others see; `default` for a default export, empty for the whole module value.
        name: Str,
        /// The use or name exported: its local name.
        local: Str,
        /// The use that gives the value, or [`NONE`].
        value: u32,
    }
}

record! {
    /// The start of a line.
    pub struct LineRow[10] {
        /// Its first byte.
        start: u32,
    }
}

record! {
    /// A string by the hash of its text; rows are in order of the hash, so that a name is found by bisection.
    pub struct StringRow[11] {
        /// [`name_hash`] of the text.
        hash: u32,
        /// The string.
        id: Str,
    }
}

/// A hash of a name that never changes (FNV-1a, folded to 32 bits). Indexes across files are made of it.
pub fn name_hash(name: &str) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ (hash >> 32)) as u32
}

const TABLES: usize = 12;
const MAGIC: u32 = 0x5249_454c;
/// Words before the string ends: magic, number of strings, bytes of strings, errors, error bytes, then per table its count.
const HEADER: usize = 5 + TABLES;

/// The rows of one file, read in place.
#[derive(Clone)]
pub struct Rows {
    bytes: Arc<[u8]>,
    strings: u32,
    string_bytes: usize,
    tables: [(usize, u32); TABLES],
    errors: u32,
    error_bytes: u32,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("bytes", &self.bytes.len()).field("symbols", &self.count::<SymbolRow>()).finish_non_exhaustive()
    }
}

const WIDTHS: [usize; TABLES] = [
    SymbolRow::WORDS,
    ParameterRow::WORDS,
    ScopeRow::WORDS,
    BindingRow::WORDS,
    UseRow::WORDS,
    BaseRow::WORDS,
    ImportRow::WORDS,
    ModuleRow::WORDS,
    DiagnosticRow::WORDS,
    ExportRow::WORDS,
    LineRow::WORDS,
    StringRow::WORDS,
];

impl Rows {
    /// Opens packed rows. `None` if the bytes are not rows of this version, or are cut short.
    pub fn open(bytes: Arc<[u8]>) -> Option<Self> {
        let word = |i: usize| -> Option<u32> { Some(u32::from_le_bytes(bytes.get(i * 4..i * 4 + 4)?.try_into().ok()?)) };
        if word(0)? != MAGIC {
            return None;
        }
        let strings = word(1)?;
        let string_bytes = (HEADER + strings as usize) * 4;
        let mut at = string_bytes.checked_add((word(2)? as usize).next_multiple_of(4))?;
        let mut tables = [(0, 0); TABLES];
        for (table, entry) in tables.iter_mut().enumerate() {
            let count = word(5 + table)?;
            *entry = (at, count);
            at = at.checked_add((count as usize).checked_mul(WIDTHS[table] * 4)?)?;
        }
        let (errors, error_bytes) = (word(3)?, word(4)?);
        (at == bytes.len()).then_some(Self { bytes, strings, string_bytes, tables, errors, error_bytes })
    }

    /// Rows of nothing.
    pub fn empty() -> Self {
        let mut builder = RowsBuilder::default();
        builder.clear();
        builder.finish()
    }

    fn word(&self, byte: usize) -> u32 {
        self.bytes.get(byte..byte + 4).and_then(|b| b.try_into().ok()).map_or(NONE, u32::from_le_bytes)
    }

    /// The packed bytes.
    pub fn as_bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// Number of rows of a table.
    pub fn count<R: Record>(&self) -> u32 {
        self.tables[R::TABLE].1
    }

    /// Row `index` of a table, or `None` if there is no such row.
    pub fn get<R: Record>(&self, index: u32) -> Option<R> {
        let (start, count) = self.tables[R::TABLE];
        (index < count).then(|| {
            let at = start + index as usize * R::WORDS * 4;
            R::decode(|word| self.word(at + word * 4))
        })
    }

    /// One word of a row, for scans that need a single column.
    pub fn column<R: Record>(&self, index: u32, word: usize) -> u32 {
        let (start, _) = self.tables[R::TABLE];
        self.word(start + (index as usize * R::WORDS + word) * 4)
    }

    /// All rows of a table, in order.
    pub fn iter<R: Record>(&self) -> impl DoubleEndedIterator<Item = R> + ExactSizeIterator + '_ {
        let (start, count) = self.tables[R::TABLE];
        (0..count).map(move |index| {
            let at = start + index as usize * R::WORDS * 4;
            R::decode(|word| self.word(at + word * 4))
        })
    }

    /// The symbol rows.
    pub fn symbols(&self) -> impl DoubleEndedIterator<Item = SymbolRow> + ExactSizeIterator + '_ {
        self.iter::<SymbolRow>()
    }

    /// Symbol row `index`.
    pub fn symbol(&self, index: u32) -> Option<SymbolRow> {
        self.get(index)
    }

    /// Use row `index`.
    pub fn use_row(&self, index: u32) -> Option<UseRow> {
        self.get(index)
    }

    /// The parameters of a symbol.
    pub fn parameters(&self, symbol: &SymbolRow) -> impl Iterator<Item = ParameterRow> + '_ {
        (symbol.first_parameter..symbol.first_parameter.saturating_add(symbol.parameters)).filter_map(|i| self.get(i))
    }

    /// A string of the table.
    pub fn str(&self, id: Str) -> &str {
        if id.0 >= self.strings {
            return "";
        }
        let end = self.word((HEADER + id.0 as usize) * 4) as usize;
        let start = if id.0 == 0 { 0 } else { self.word((HEADER + id.0 as usize - 1) * 4) as usize };
        self.bytes.get(self.string_bytes + start..self.string_bytes + end).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
    }

    /// Number of strings.
    pub fn string_count(&self) -> u32 {
        self.strings
    }

    /// The id of a string, if the file has it. Logarithmic in the number of strings.
    pub fn find_str(&self, text: &str) -> Option<Str> {
        let hash = name_hash(text);
        let (mut low, mut high) = (0, self.count::<StringRow>());
        while low < high {
            let mid = low + (high - low) / 2;
            if self.column::<StringRow>(mid, 0) < hash {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        (low..self.count::<StringRow>())
            .take_while(|&i| self.column::<StringRow>(i, 0) == hash)
            .map(|i| Str(self.column::<StringRow>(i, 1)))
            .find(|&id| self.str(id) == text)
    }

    /// Line of a byte offset, from 1, and its 0-based column in bytes.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let count = self.count::<LineRow>();
        let (mut low, mut high) = (0, count);
        while low < high {
            let mid = low + (high - low) / 2;
            if self.column::<LineRow>(mid, 0) <= offset {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        if low == 0 {
            return (1, offset);
        }
        (low, offset - self.column::<LineRow>(low - 1, 0))
    }

    /// Number of lines.
    pub fn lines(&self) -> u32 {
        self.count::<LineRow>()
    }

    /// Syntax errors and missing tokens in the tree.
    pub fn parse_errors(&self) -> u32 {
        self.errors
    }

    /// Bytes of the text that lie in error nodes.
    pub fn error_bytes(&self) -> u32 {
        self.error_bytes
    }

    /// The index of the symbol with this identity.
    pub fn symbol_by_identity(&self, identity: u64) -> Option<u32> {
        const LOW: usize = 25;
        (0..self.count::<SymbolRow>())
            .filter(|&i| self.column::<SymbolRow>(i, LOW) == identity as u32)
            .find(|&i| self.symbol(i).is_some_and(|s| s.identity() == identity))
    }

    /// The innermost symbol around a scope, or `None` at the top of the file.
    pub fn owner(&self, mut scope: u32) -> Option<u32> {
        while let Some(row) = self.get::<ScopeRow>(scope) {
            if row.symbol != NONE {
                return Some(row.symbol);
            }
            scope = row.parent;
        }
        None
    }
}

/// Collects rows while a file is walked. Reused from file to file so that its buffers are allocated once per thread.
#[derive(Default)]
pub struct RowsBuilder {
    pub(crate) symbols: Vec<SymbolRow>,
    pub(crate) parameters: Vec<ParameterRow>,
    pub(crate) scopes: Vec<ScopeRow>,
    pub(crate) bindings: Vec<BindingRow>,
    pub(crate) uses: Vec<UseRow>,
    pub(crate) bases: Vec<BaseRow>,
    pub(crate) imports: Vec<ImportRow>,
    pub(crate) modules: Vec<ModuleRow>,
    pub(crate) diagnostics: Vec<DiagnosticRow>,
    pub(crate) exports: Vec<ExportRow>,
    pub(crate) lines: Vec<LineRow>,
    pub(crate) errors: u32,
    pub(crate) error_bytes: u32,
    strings: hashbrown::HashTable<u32>,
    string_ends: Vec<u32>,
    string_text: String,
    string_index: Vec<StringRow>,
    packed: Vec<u8>,
}

impl RowsBuilder {
    /// Forgets the rows of the last file and keeps the buffers.
    pub fn clear(&mut self) {
        self.symbols.clear();
        self.parameters.clear();
        self.scopes.clear();
        self.bindings.clear();
        self.uses.clear();
        self.bases.clear();
        self.imports.clear();
        self.modules.clear();
        self.diagnostics.clear();
        self.exports.clear();
        self.lines.clear();
        self.errors = 0;
        self.error_bytes = 0;
        self.strings.clear();
        self.string_ends.clear();
        self.string_text.clear();
        self.string("");
    }

    /// The id of a string, added if it is new.
    pub fn string(&mut self, text: &str) -> Str {
        use std::hash::BuildHasher;
        let hasher = rustc_hash::FxBuildHasher;
        let hash = hasher.hash_one(text.as_bytes());
        let (ends, bytes) = (&self.string_ends, self.string_text.as_bytes());
        let get = |id: u32| {
            let start = if id == 0 { 0 } else { ends[id as usize - 1] as usize };
            &bytes[start..ends[id as usize] as usize]
        };
        let id = match self.strings.find(hash, |&id| get(id) == text.as_bytes()) {
            Some(&id) => id,
            None => {
                let id = ends.len() as u32;
                self.strings.insert_unique(hash, id, |&id| hasher.hash_one(get(id)));
                self.string_text.push_str(text);
                self.string_ends.push(self.string_text.len() as u32);
                id
            }
        };
        Str(id)
    }

    /// A string by its id.
    pub fn str(&self, id: Str) -> &str {
        let end = self.string_ends[id.0 as usize] as usize;
        let start = if id.0 == 0 { 0 } else { self.string_ends[id.0 as usize - 1] as usize };
        &self.string_text[start..end]
    }

    /// Packs what was collected.
    pub fn finish(&mut self) -> Rows {
        self.string_index.clear();
        let mut start = 0;
        for (id, &end) in self.string_ends.iter().enumerate() {
            self.string_index.push(StringRow { hash: name_hash(&self.string_text[start..end as usize]), id: Str(id as u32) });
            start = end as usize;
        }
        self.string_index.sort_unstable_by_key(|row| (row.hash, row.id));
        let text = self.string_text.as_bytes();
        let header = [MAGIC, self.string_ends.len() as u32, text.len() as u32, self.errors, self.error_bytes];
        let counts = [
            self.symbols.len(),
            self.parameters.len(),
            self.scopes.len(),
            self.bindings.len(),
            self.uses.len(),
            self.bases.len(),
            self.imports.len(),
            self.modules.len(),
            self.diagnostics.len(),
            self.exports.len(),
            self.lines.len(),
            self.string_index.len(),
        ];
        let out = &mut self.packed;
        out.clear();
        let words = header.into_iter().chain(counts.map(|count| count as u32)).chain(self.string_ends.iter().copied());
        out.extend(words.flat_map(u32::to_le_bytes));
        out.extend_from_slice(text);
        out.resize(out.len().next_multiple_of(4), 0);
        pack(&self.symbols, out);
        pack(&self.parameters, out);
        pack(&self.scopes, out);
        pack(&self.bindings, out);
        pack(&self.uses, out);
        pack(&self.bases, out);
        pack(&self.imports, out);
        pack(&self.modules, out);
        pack(&self.diagnostics, out);
        pack(&self.exports, out);
        pack(&self.lines, out);
        pack(&self.string_index, out);
        Rows::open(Arc::from(out.as_slice())).expect("rows just packed are well formed")
    }
}

fn pack<R: Record>(rows: &[R], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + rows.len() * R::WORDS * 4, 0);
    for (row, bytes) in rows.iter().zip(out[start..].chunks_exact_mut(R::WORDS * 4)) {
        row.encode(bytes);
    }
}
