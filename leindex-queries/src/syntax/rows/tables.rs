//! The tables of a file: a record of each kind of row.

use super::words::{NONE, Word};
use super::{BaseKind, BindingKind, ImportFlags, ImportKind, ScopeKind, Str, SymbolFlags, SymbolKind, UseKind, UseRole};

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
    /// A row whose text, metrics and hashes are filled in later.
    pub(crate) const BLANK: Self = Self {
        kind: SymbolKind::Module,
        flags: SymbolFlags(0),
        name: Str::EMPTY,
        parent: NONE,
        scope: 0,
        inner: NONE,
        start: 0,
        end: 0,
        name_start: 0,
        body_start: 0,
        start_line: 1,
        end_line: 1,
        name_line: 1,
        signature: Str::EMPTY,
        return_type: Str::EMPTY,
        type_use: NONE,
        doc: Str::EMPTY,
        disambiguator: Str::EMPTY,
        first_parameter: 0,
        parameters: 0,
        cyclomatic: 0,
        cognitive: 0,
        nesting: 0,
        statements: 0,
        signature_hash: 0,
        identity_low: 0,
        identity_high: 0,
        body_0: 0,
        body_1: 0,
        body_2: 0,
        body_3: 0,
    };

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
        /// The name mentioned last (`c` in `a.b.c`); of an element, the member that gives or takes it, where one may.
        name: Str,
        /// The use before the dot, or [`NONE`] for a plain name, or [`UNKNOWN_BASE`].
        base: u32,
        /// The innermost scope around it.
        scope: u32,
        /// First byte of the name token.
        start: u32,
        /// Arguments of a call; of a type with type arguments, how many rows further the last of them stands; of an element
        /// that an iteration gives, 1; else 0.
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
