//! The languages of a session and how a file finds its own.

use std::sync::Arc;

use leindex_db::Dialect;

use super::compiled::LazyGrammar;
use super::{Grammar, LanguageConfig};
use crate::flow::CodeIntelligence;

/// The languages that a session reads; a [`Dialect`] is an index into it. Cloning shares the loaded grammars.
#[derive(Clone, Debug)]
pub struct Languages {
    entries: Arc<[Entry]>,
}

/// A language of a session.
#[derive(Clone)]
struct Entry {
    grammar: Arc<LazyGrammar>,
    /// Whether it comes from outside.
    registered: bool,
    /// What it brought along from outside.
    intelligence: Option<Arc<dyn CodeIntelligence>>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.grammar.fmt(f)
    }
}

impl Default for Languages {
    fn default() -> Self {
        Self::of(BUILT_IN.iter().copied())
    }
}

impl Languages {
    /// A registry of the given languages, in the order in which they may claim a file.
    pub fn of(configs: impl IntoIterator<Item = &'static LanguageConfig>) -> Self {
        let entry = |config| Entry { grammar: Arc::new(LazyGrammar::new(config)), registered: false, intelligence: None };
        Self { entries: configs.into_iter().map(entry).collect() }
    }

    /// Adds a language from outside, which claims files before the built-in ones do.
    ///
    /// Its tables live as long as the process. Results are stored under its dialect and version: give it another version
    /// whenever its grammar, tables or code change. With `intelligence`, [`Self::intelligence`] answers with that instead
    /// of what follows from the tables.
    pub fn register(&mut self, config: LanguageConfig, intelligence: Option<Arc<dyn CodeIntelligence>>) {
        let config: &'static LanguageConfig = Box::leak(Box::new(config));
        let entry = Entry { grammar: Arc::new(LazyGrammar::new(config)), registered: true, intelligence };
        // Dialects are numbers: those of the other languages stay what they are.
        let mut entries = self.entries.to_vec();
        entries.push(entry);
        self.entries = entries.into();
    }

    /// What a dialect can say of a text on its own.
    pub fn intelligence(&self, dialect: Dialect) -> Option<&dyn CodeIntelligence> {
        let entry = self.entries.get(dialect.0 as usize)?;
        Some(entry.intelligence.as_deref().unwrap_or_else(|| entry.grammar.get()))
    }

    /// The table of a dialect.
    pub fn config(&self, dialect: Dialect) -> Option<&'static LanguageConfig> {
        self.entries.get(dialect.0 as usize).map(|entry| entry.grammar.config)
    }

    /// The grammar of a dialect, loaded on first use.
    pub fn grammar(&self, dialect: Dialect) -> Option<&Grammar> {
        self.entries.get(dialect.0 as usize).map(|entry| entry.grammar.get())
    }

    /// Names of the dialects whose grammar has been loaded.
    pub fn loaded(&self) -> Vec<&'static str> {
        self.entries.iter().filter(|entry| entry.grammar.is_loaded()).map(|entry| entry.grammar.config.dialect).collect()
    }

    /// All tables, in order of their dialect.
    pub fn configs(&self) -> impl Iterator<Item = &'static LanguageConfig> + '_ {
        self.entries.iter().map(|entry| entry.grammar.config)
    }

    /// The dialect with this name.
    pub fn by_name(&self, dialect: &str) -> Option<Dialect> {
        self.entries.iter().position(|entry| entry.grammar.config.dialect == dialect).map(|index| Dialect(index as u16))
    }

    /// Whether some language may claim a file of this name. One without an ending may be a script.
    pub fn claims(&self, file_name: &str) -> bool {
        !file_name.contains('.') || self.by_file_name(file_name).is_some()
    }

    /// The dialect of a file, by its name and, where that is not enough (`.h`, no ending), by the beginning of its text.
    pub fn dialect(&self, file_name: &str, head: &[u8]) -> Dialect {
        match self.by_file_name(file_name) {
            Some(found) if file_name.ends_with(".h") && looks_like_cpp(head) => self.by_name("cpp").unwrap_or(found),
            Some(found) => found,
            None if file_name.contains('.') => Dialect::NONE,
            None => interpreter(head).and_then(|program| self.by_interpreter(program)).unwrap_or(Dialect::NONE),
        }
    }

    fn by_interpreter(&self, program: &str) -> Option<Dialect> {
        self.first(|config| config.interpreters.contains(&program))
    }

    fn by_file_name(&self, file_name: &str) -> Option<Dialect> {
        let extension = file_name.rsplit_once('.').map(|(_, extension)| extension);
        self.first(|config| config.file_names.contains(&file_name) || extension.is_some_and(|e| config.extensions.contains(&e)))
    }

    /// The first language that claims a file: of those from outside the newest, then the built-in ones in their order.
    fn first(&self, claims: impl Fn(&LanguageConfig) -> bool) -> Option<Dialect> {
        let claims = |entry: &Entry| claims(entry.grammar.config);
        let registered = self.entries.iter().rposition(|entry| entry.registered && claims(entry));
        registered.or_else(|| self.entries.iter().position(claims)).map(|index| Dialect(index as u16))
    }
}

/// The built-in language with this dialect name.
pub fn language_of(dialect: &str) -> Option<&'static LanguageConfig> {
    BUILT_IN.iter().copied().find(|config| config.dialect == dialect)
}

/// The program that a first line `#!` names, without its folder and version: `python` of `#!/usr/bin/env python3.12`.
fn interpreter(head: &[u8]) -> Option<&str> {
    let line = head.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split_whitespace();
    let mut program = words.next()?.rsplit('/').next()?;
    if program == "env" {
        // `env -S NAME=value program …`
        program = words.find(|word| !word.starts_with('-') && !word.contains('='))?.rsplit('/').next()?;
    }
    Some(program.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-')))
}

/// A header is C++ if its beginning uses a word that C does not have, at the start of a line, a qualified name, or a
/// header of the C++ library.
fn looks_like_cpp(head: &[u8]) -> bool {
    const WORDS: [&[u8]; 11] = [
        b"class ",
        b"namespace ",
        b"inline namespace ",
        b"template",
        b"using ",
        b"public:",
        b"private:",
        b"protected:",
        b"constexpr ",
        b"enum class ",
        b"extern \"C\"",
    ];
    head.split(|&byte| byte == b'\n').any(|line| {
        let line = line.trim_ascii();
        let comment = line.starts_with(b"//") || line.starts_with(b"*") || line.starts_with(b"/*");
        let qualified = || {
            line.windows(4).any(|w| w[0].is_ascii_alphanumeric() && &w[1..3] == b"::" && (w[3].is_ascii_alphabetic() || w[3] == b'~'))
                && !line.contains(&b'"')
        };
        let library = || line.starts_with(b"#include <") && line.ends_with(b">") && !line.contains(&b'.') && !line.contains(&b'/');
        !comment && (WORDS.iter().any(|word| line.starts_with(word)) && !line.starts_with(b"extern \"C\" {") || qualified() || library())
    })
}

const BUILT_IN: &[&LanguageConfig] = &[
    #[cfg(feature = "python")]
    &super::python::CONFIG,
    #[cfg(feature = "javascript")]
    &super::javascript::CONFIG,
    #[cfg(feature = "typescript")]
    &super::typescript::CONFIG,
    #[cfg(feature = "typescript")]
    &super::typescript::TSX,
    #[cfg(feature = "go")]
    &super::go::CONFIG,
    #[cfg(feature = "rust")]
    &super::rust::CONFIG,
    #[cfg(feature = "java")]
    &super::java::CONFIG,
    #[cfg(feature = "c")]
    &super::c::CONFIG,
    #[cfg(feature = "cpp")]
    &super::cpp::CONFIG,
    #[cfg(feature = "csharp")]
    &super::csharp::CONFIG,
    #[cfg(feature = "ruby")]
    &super::ruby::CONFIG,
    #[cfg(feature = "php")]
    &super::php::CONFIG,
    #[cfg(feature = "swift")]
    &super::swift::CONFIG,
    #[cfg(feature = "kotlin")]
    &super::kotlin::CONFIG,
    #[cfg(feature = "dart")]
    &super::dart::CONFIG,
    #[cfg(feature = "lua")]
    &super::lua::CONFIG,
    #[cfg(feature = "scala")]
    &super::scala::CONFIG,
    #[cfg(feature = "elixir")]
    &super::elixir::CONFIG,
    #[cfg(feature = "haskell")]
    &super::haskell::CONFIG,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_finds_its_language_by_name_first_line_or_text() {
        let languages = Languages::default();
        for (name, head, expected) in [
            ("a.py", "", "python"),
            ("Rakefile", "", "ruby"),
            ("config.ru", "", "ruby"),
            ("deploy", "#!/usr/bin/env python3\nimport os\n", "python"),
            ("deploy", "#!/usr/bin/python3.12 -u\n", "python"),
            ("deploy", "#!/usr/bin/env -S DEBUG=1 deno run --allow-net\n", "typescript"),
            ("serve", "#! /usr/bin/env node\r\n", "javascript"),
            ("lint", "#!/usr/local/bin/lua5.4\n", "lua"),
            ("bin", "#!/usr/bin/ruby-3.2\n", "ruby"),
            ("configure", "#!/bin/sh\n", ""),
            ("install", "#!/usr/bin/env bash\n", ""),
            ("LICENSE", "MIT License\n", ""),
            ("empty", "", ""),
            ("odd", "#!", ""),
            ("odd", "#!/usr/bin/env\n", ""),
            ("notes.txt", "#!/usr/bin/env python3\n", ""),
            ("a.h", "struct point { int x; };\n", "c"),
            ("a.h", "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void);\n", "c"),
            ("a.h", "namespace shop {\n", "cpp"),
            ("a.h", "// class of its own\nint f(void);\n", "c"),
            ("a.h", "#include <vector>\n", "cpp"),
        ] {
            let found = languages.dialect(name, head.as_bytes());
            assert_eq!(languages.config(found).map_or("", |config| config.dialect), expected, "{name}: {head}");
            assert!(languages.claims(name) || expected.is_empty(), "{name}");
        }
    }
}
