//! What Java, Kotlin and Scala share: packages that files declare, types that are modules of their members, and
//! modifiers before a definition.
//!
//! Every type declares its qualified name as a module of its own (see [`Walk::type_key`]), so that `import a.b.Outer.Inner`,
//! `import static a.b.C.m` and `import a.b.Color.*` are imports of a module's name like any other.
//!
//! [`Walk::type_key`]: crate::syntax::walk::Walk::type_key

use crate::names::rules::{FileContext, Import, ImportContext, Target};
use crate::syntax::rows::SymbolFlags;

/// A file is part of the package it declares. Files without a package see those of their own folder.
pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    if !file.declared.is_empty() {
        return vec![file.declared.to_owned()];
    }
    vec![default_package(file.path)]
}

/// The name of the package without a name in a file's folder. No written package can be called so.
pub(super) fn default_package(path: &str) -> String {
    format!("{}/", path.rsplit_once('/').map_or("", |(folder, _)| folder))
}

/// The module as written, and where it is none of the workspace's, the library it seems to be of.
pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    if import.module.is_empty() {
        // A type, or the root of a path, without a package.
        return vec![Target::Module(default_package(context.path)), Target::External(import.name.to_owned())];
    }
    vec![Target::Module(import.module.to_owned()), Target::External(library(import.module))]
}

/// The part of a package that names a library: up to three parts, without types; two for what the platforms provide.
pub(super) fn library(module: &str) -> String {
    let limit = match module.split('.').next() {
        Some("java" | "javax" | "kotlin" | "kotlinx" | "scala" | "jakarta" | "android" | "androidx") => 2,
        _ => 3,
    };
    let is_package = |part: &&str| !part.starts_with(char::is_uppercase);
    let parts: Vec<&str> = module.split('.').take_while(is_package).take(limit).collect();
    if parts.is_empty() { module.to_owned() } else { parts.join(".") }
}

/// The modifiers at the beginning of a definition's text: annotations are passed over, the first word that is in none
/// of `words` ends them.
pub(super) fn modifiers<'a>(head: &'a str, words: &'static [&'static str]) -> impl Iterator<Item = &'a str> {
    let mut rest = head;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix('@') {
                rest = after_annotation(after);
                continue;
            }
            if rest.starts_with("/*") {
                rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
                continue;
            }
            if rest.starts_with("//") {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                continue;
            }
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
            let word = &rest[..end];
            if !words.contains(&word) {
                return None;
            }
            rest = &rest[end..];
            if rest.starts_with('[') {
                // `private[this]`
                rest = rest.find(']').map_or("", |end| &rest[end + 1..]);
            }
            return Some(word);
        }
    })
}

/// What follows an annotation whose `@` was taken.
fn after_annotation(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | ':' | '$')).unwrap_or(text.len());
    let rest = &text[end..];
    let Some(arguments) = rest.trim_start().strip_prefix('(') else { return rest };
    let mut depth = 1u32;
    let mut quoted = None;
    let mut escaped = false;
    for (at, character) in arguments.char_indices() {
        match (quoted, character) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(quote), _) if quote == character => quoted = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quoted = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return &arguments[at + 1..];
                }
            }
            (None, _) => {}
        }
    }
    ""
}

/// Whether a definition's annotations include one of `names`, by its last part.
pub(super) fn annotated(head: &str, names: &[&str]) -> bool {
    head.match_indices('@').any(|(at, _)| {
        let text = &head[at + 1..];
        let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(text.len());
        let name = text[..end].rsplit('.').next().unwrap_or("");
        names.contains(&name)
    })
}

/// Annotations that mark a test or a class of tests, in JUnit 4 and 5, TestNG, Spring, jqwik and kotlin.test.
pub(super) const TEST_ANNOTATIONS: &[&str] = &[
    "DataProvider",
    "ExtendWith",
    "ParameterizedTest",
    "Property",
    "QuarkusTest",
    "RepeatedTest",
    "RunWith",
    "SpringBootTest",
    "Test",
    "TestFactory",
    "TestTemplate",
    "Theory",
];

/// Whether a class is one of tests by its name: `CartTest`, `CartTests`, `CartTestCase`, `CartSpec`, `TestCart`.
pub(super) fn test_class_name(name: &str) -> bool {
    let ends = ["Test", "Tests", "TestCase", "Spec", "Specs", "IT"].iter().any(|end| name.len() > end.len() && name.ends_with(end));
    ends || name.strip_prefix("Test").is_some_and(|rest| rest.starts_with(char::is_uppercase))
}

/// `flags` without those of `without`.
pub(super) const fn cleared(flags: SymbolFlags, without: SymbolFlags) -> SymbolFlags {
    SymbolFlags(flags.0 & !without.0)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::languages::test_layout::FakeLayout;

    /// What `import_targets` of a language says in a file of the package `com.acme.shop`, on one line.
    pub(in crate::languages) fn targets(language: &crate::languages::LanguageConfig, module: &str, name: &str) -> String {
        let context = ImportContext { path: "src/Shop.x", modules: &["com.acme.shop".to_owned()], layout: &FakeLayout::default() };
        let import = Import { module, name, level: 0, system: false };
        let texts: Vec<String> = (language.names.import_targets)(&context, &import)
            .into_iter()
            .map(|target| match target {
                Target::File(path) => path,
                Target::Module(module) => module,
                Target::External(package) => format!("<{package}>"),
            })
            .collect();
        texts.join(" ")
    }

    pub(in crate::languages) fn modules(language: &crate::languages::LanguageConfig, path: &str, declared: &str) -> String {
        (language.names.modules_of)(&FileContext { path, declared, layout: &FakeLayout::default() }).join(" ")
    }

    #[test]
    fn names_of_the_languages_are_sorted() {
        let languages = crate::languages::Languages::default();
        for config in languages.configs().filter(|config| config.names.family == "jvm") {
            assert!(config.names.builtins.is_sorted(), "{}", config.name);
        }
    }

    #[test]
    fn libraries_are_packages_without_their_types() {
        assert_eq!(library("java.util.Map"), "java.util");
        assert_eq!(library("org.apache.commons.lang3.StringUtils"), "org.apache.commons");
        assert_eq!(library("Outer"), "Outer");
    }

    #[test]
    fn modifiers_end_at_the_first_other_word() {
        let words = |head| modifiers(head, &["public", "static", "private"]).collect::<Vec<_>>().join(" ");
        assert_eq!(words("@A(x = \")\", y = {@B(1)}) public /* not */ static void m(private x)"), "public static");
        assert_eq!(words("@a.b.C\nprivate[this] val x"), "private");
        assert_eq!(words("// private\n @A"), "");
    }

    #[test]
    fn annotations_are_known_by_their_last_name() {
        assert!(annotated("@org.junit.Test void m()", &["Test"]));
        assert!(!annotated("@Testable void m()", &["Test"]));
    }
}
