//! Texts and paths as the edits change them, in the ways of each language.

use std::path::Path;

use leindex_queries::SymbolInfo;

/// Whether a symbol can be called.
pub(crate) fn callable(symbol: &SymbolInfo) -> bool {
    matches!(symbol.kind, "function" | "method" | "constructor")
}

/// The last part of a path.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a path, with the slash.
pub(crate) fn folder_of(path: &str) -> &str {
    &path[..path.rfind('/').map_or(0, |at| at + 1)]
}

/// The dialect of a source file, as its name tells.
pub(crate) fn dialect(path: &str) -> Option<&'static str> {
    if path.ends_with(".tsx") { Some("tsx") } else { language(path) }
}

/// The language of a source file, as its name tells.
pub(crate) fn language(path: &str) -> Option<&'static str> {
    Some(match name(path).rsplit_once('.')?.1 {
        "py" | "pyi" => "python",
        "rb" => "ruby",
        "lua" => "lua",
        "php" => "php",
        "js" | "cjs" | "mjs" | "jsx" => "javascript",
        "ts" | "tsx" => "typescript",
        "dart" => "dart",
        "java" => "java",
        "kt" => "kotlin",
        "scala" => "scala",
        "cs" => "csharp",
        "go" => "go",
        "rs" => "rust",
        "swift" if name(path) != "Package.swift" => "swift",
        "c" | "h" => "c",
        "cpp" | "cc" | "hpp" => "cpp",
        "ex" | "exs" => "elixir",
        "hs" => "haskell",
        _ => return None,
    })
}

/// The manifests that say where modules of a dialect lie.
pub(crate) fn manifests(dialect: &str) -> &'static [&'static str] {
    match dialect {
        "dart" => &["pubspec.yaml"],
        "go" => &["go.mod"],
        "haskell" => &["cellar.cabal"],
        "javascript" => &["package.json"],
        "php" => &["composer.json"],
        "python" => &["pyproject.toml"],
        "rust" => &["Cargo.toml"],
        "swift" => &["Package.swift"],
        "tsx" | "typescript" => &["package.json", "tsconfig.json"],
        _ => &[],
    }
}

/// Whether a file of this name is a manifest.
pub(crate) fn is_manifest(name: &str) -> bool {
    leindex_queries::names::manifests::kind_of(name).is_some()
}

/// The first byte of a line, counted from 1.
pub(crate) fn line_start(text: &str, line: u32) -> Option<usize> {
    if line <= 1 {
        return Some(0);
    }
    text.match_indices('\n').nth(line as usize - 2).map(|(at, _)| at + 1)
}

/// The names and keywords in a text, with their first bytes.
pub(crate) fn words(text: &str) -> Vec<(usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut at = 0;
    for piece in text.split(|c: char| !is_part(c)) {
        if piece.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            found.push((at, piece));
        }
        at += piece.len() + text[at + piece.len()..].chars().next().map_or(0, char::len_utf8);
    }
    found
}

/// Puts another word in the place of each that stands alone.
pub(crate) fn replace_word(text: &str, word: &str, new: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let whole = !rest[..at].ends_with(is_part) && !rest[at + word.len()..].starts_with(is_part);
        out.push_str(&rest[..at]);
        out.push_str(if whole { new } else { word });
        rest = &rest[at + word.len()..];
    }
    out + rest
}

/// A path relative to the folder of `from`, without its ending.
fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = folder_of(from).split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<&str> = to.split('/').collect();
    let common = from.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    let up = "../".repeat(from.len() - common);
    format!("{}{}", if up.is_empty() { "./" } else { &up }, parts[common..].join("/"))
}

/// A line that brings a symbol of `to` into `from`, or passes it on, in one of the ways of the language.
pub(crate) fn alias_line(from: &str, to: &str, target: &SymbolInfo, way: usize, number: usize) -> Option<String> {
    let name = &target.name;
    let file = Path::new(to).file_stem()?.to_string_lossy().into_owned();
    let near = relative(from, to);
    let qualified = &target.qualified_name;
    let package = qualified.rsplit_once('.').map_or(qualified.as_str(), |(package, _)| package);
    Some(match language(from)? {
        "python" => {
            let inside = to.trim_end_matches(".py").trim_end_matches("/__init__");
            let dotted = inside.rsplit_once("src/").map_or(inside, |(_, rest)| rest).replace('/', ".");
            let near = if folder_of(from) == folder_of(to) { format!(".{file}") } else { dotted.clone() };
            match way {
                0 => format!("from {near} import {name} as {name}{number}"),
                1 => format!("from {near} import {name}"),
                2 => format!("from {near} import *"),
                _ => format!("import {dotted} as {file}{number}"),
            }
        }
        "javascript" | "typescript" => {
            let near =
                if language(from) == Some("typescript") { near.trim_end_matches(".ts").trim_end_matches(".tsx").to_owned() } else { near };
            match way {
                0 => format!("export {{ {name} as {name}{number} }} from '{near}';"),
                1 => format!("import {{ {name} as {name}{number} }} from '{near}'; export {{ {name}{number} as {name} }};"),
                2 => format!("export * from '{near}';"),
                _ => format!("import {name}{number}, * as all{number} from '{near}';"),
            }
        }
        "rust" => {
            let inside = to.rsplit_once("src/").map_or(to, |(_, rest)| rest).trim_end_matches(".rs").trim_end_matches("/mod");
            let path = inside.replace('/', "::");
            match way {
                0 => format!("pub use crate::{path}::{name} as {name}{number};"),
                1 => format!("use super::{file}::{{self, {name}}};"),
                2 => format!("pub use crate::{path}::*;"),
                _ => format!("pub type {name}{number} = crate::{path}::{name};"),
            }
        }
        "go" => match way {
            0 => format!("var {name}{number} = {name}"),
            1 => format!("type {name}{number} = {name}"),
            2 => format!("import . \"example.com/store/{}\"", folder_of(to).trim_end_matches('/')),
            _ => format!("import pkg{number} \"example.com/store/{}\"", folder_of(to).trim_end_matches('/')),
        },
        "java" => match way {
            0 => format!("import {qualified};"),
            1 => format!("import static {qualified};"),
            2 => format!("import static {package}.*;"),
            _ => format!("import {package}.*;"),
        },
        "kotlin" => match way {
            0 => format!("import {qualified} as {name}{number}"),
            1 => format!("import {qualified}"),
            2 => format!("import {package}.*"),
            _ => format!("typealias {name}{number} = {qualified}"),
        },
        "scala" => match way {
            0 => format!("import {package}.{{{name} => {name}{number}}}"),
            1 => format!("import {qualified}"),
            2 => format!("import {package}._"),
            _ => format!("export {package}.{name}"),
        },
        "csharp" => match way {
            0 => format!("using {name}{number} = {qualified};"),
            1 => format!("using {package};"),
            2 => format!("using static {package};"),
            _ => format!("global using {package};"),
        },
        "php" => match way {
            0 => format!("use {qualified} as {name}{number};"),
            1 => format!("use {qualified};"),
            2 => format!("use function {qualified};"),
            _ => format!("require_once __DIR__ . '/{near}';"),
        },
        "ruby" => match way {
            0 => format!("{}{number} = {qualified}", name.to_uppercase()),
            1 => format!("require_relative \"{}\"", near.trim_end_matches(".rb")),
            2 => format!("include {qualified}"),
            _ => format!("alias {name}{number} {name}"),
        },
        "lua" => match way {
            0 => format!("local {name}{number} = require(\"{file}\").{name}"),
            1 => format!("{name} = require(\"{}\").{name}", to.trim_end_matches(".lua").replace('/', ".")),
            2 => format!("local {file} = require(\"{file}\")"),
            _ => format!("{name}{number} = {name}"),
        },
        "dart" => match way {
            0 => format!("export '{near}' show {name};"),
            1 => format!("import '{near}' as p{number};"),
            2 => format!("export '{near}';"),
            _ => format!("typedef {name}{number} = {name};"),
        },
        "swift" => match way {
            0 => format!("typealias {name}{number} = {name}"),
            1 => format!("import {}", name),
            2 => format!("extension {name} {{ func extra{number}() {{}} }}"),
            _ => format!("let {}{number} = {name}()", name.to_lowercase()),
        },
        "c" | "cpp" => match way {
            0 => format!("#include \"{near}\""),
            1 => format!("#define {name}{number} {name}"),
            2 => format!("using {};", qualified.replace('.', "::")),
            _ => format!("typedef {name} {name}{number};"),
        },
        "elixir" => match way {
            0 => format!("alias {qualified}, as: A{number}"),
            1 => format!("import {qualified}"),
            2 => format!("use {qualified}"),
            _ => format!("defdelegate {name}(x), to: {package}"),
        },
        "haskell" => match way {
            0 => format!("import {file} as M{number}"),
            1 => format!("import qualified {package} as M{number} ({name})"),
            2 => format!("import {package}"),
            _ => format!("{name}{number} = {name}"),
        },
        _ => return None,
    })
}
