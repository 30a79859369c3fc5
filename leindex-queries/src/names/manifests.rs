//! Build manifests: what they say about names and paths. A broken manifest says nothing.
//!
//! Facts come in one shape, [`Manifest`], whatever the file:
//!
//! - Paths are from the manifest's folder, with `/`, without `.` in the middle and without a trailing `/`; the folder
//!   itself is empty. They may lead out of it with `..`.
//! - Aliases stand with the most specific first: whole names, then patterns with `*` by the length of what is before
//!   it. Who looks one up takes the first that fits.
//! - Where an alias may be a folder or a package (go.mod, pubspec.yaml), folders begin with `./` or `../`.
//! - What is not said is not filled in, but for the folders that a build tool prescribes (Dart, Swift).
//!
//! No manifest is run: `Package.swift` is a program, of which only literals are read. Parents that a manifest extends or
//! inherits from are not looked up here. `mix.exs` is no manifest but source: Elixir's names do not depend on it.

use rustc_hash::FxHashSet;
use serde_json::Value as Json;
use toml::Value as Toml;

use super::rules::Manifest;

/// File names that are manifests. So are all that end in [`CABAL`]: ask [`kind_of`].
pub const FILE_NAMES: &[&str] = &[
    "Cargo.toml",
    "Package.swift",
    "composer.json",
    "go.mod",
    "jsconfig.json",
    "package.json",
    "package.yaml",
    "pubspec.yaml",
    "pyproject.toml",
    "tsconfig.json",
];

/// How the names of Haskell's manifests end.
pub const CABAL: &str = ".cabal";

/// The kind of a manifest, as [`Layout::manifest`](super::rules::Layout::manifest) asks for it: `cabal` for the packages
/// of Haskell, else the file's name. `None` for a file that is no manifest.
pub fn kind_of(file_name: &str) -> Option<&'static str> {
    if is_cabal(file_name) || file_name == "package.yaml" {
        return Some("cabal");
    }
    FILE_NAMES.iter().copied().find(|name| *name == file_name)
}

fn is_cabal(file_name: &str) -> bool {
    file_name.strip_suffix(CABAL).is_some_and(|name| !name.is_empty())
}

/// Reads a manifest by its file name. `None` for a file that is no manifest, or that cannot be read as one.
pub fn parse(file_name: &str, bytes: &[u8]) -> Option<Manifest> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut manifest = match file_name {
        "package.json" => package_json(&serde_json::from_str(text).ok()?),
        "tsconfig.json" | "jsconfig.json" => tsconfig(&serde_json::from_str(&plain_json(text)).ok()?),
        "composer.json" => composer(&serde_json::from_str(text).ok()?),
        "Cargo.toml" => cargo(&Toml::Table(text.parse().ok()?)),
        "pyproject.toml" => pyproject(&Toml::Table(text.parse().ok()?)),
        "go.mod" => go_mod(text),
        "pubspec.yaml" => pubspec(text),
        "package.yaml" => hpack(text),
        "Package.swift" => package_swift(text),
        name if is_cabal(name) => cabal(text),
        _ => return None,
    };
    manifest.aliases.sort_by(|a, b| specific(&a.0).cmp(&specific(&b.0)));
    manifest.aliases.dedup();
    keep_first(&mut manifest.roots);
    keep_first(&mut manifest.entries);
    Some(manifest)
}

/// Drops what stood there before.
fn keep_first(paths: &mut Vec<String>) {
    let mut seen = FxHashSet::default();
    paths.retain(|path| seen.insert(path.clone()));
}

/// Orders patterns: whole names first, then the longer beginning, then by text.
fn specific(pattern: &str) -> (bool, std::cmp::Reverse<usize>, &str) {
    let star = pattern.find('*');
    (star.is_some(), std::cmp::Reverse(star.unwrap_or(pattern.len())), pattern)
}

/// npm: `name`; `imports` and `exports` as aliases (`#x`, `./x`, `.` for the package itself); `source`, `module`, `main`,
/// `types`, `browser` and `bin` as entries, those nearest to the source first.
fn package_json(json: &Json) -> Manifest {
    let mut aliases = Vec::new();
    let mut entries = Vec::new();
    for key in ["source", "module", "main", "types", "typings", "browser"] {
        entries.extend(json[key].as_str().map(tidy));
    }
    for (pattern, target) in json["imports"].as_object().into_iter().flatten() {
        push_alias(&mut aliases, pattern, conditions(target));
    }
    match &json["exports"] {
        Json::Object(exports) if exports.keys().any(|key| key.starts_with('.')) => {
            for (pattern, target) in exports {
                push_alias(&mut aliases, pattern, conditions(target));
            }
        }
        Json::Null => {}
        own => push_alias(&mut aliases, ".", conditions(own)),
    }
    match &json["bin"] {
        Json::String(path) => entries.push(tidy(path)),
        Json::Object(programs) => entries.extend(programs.values().filter_map(Json::as_str).map(tidy)),
        _ => {}
    }
    Manifest { name: text_of(&json["name"]), aliases, roots: Vec::new(), entries }
}

/// The paths that a target of `exports` or `imports` stands for under any condition, sources before what is built.
fn conditions(target: &Json) -> Vec<String> {
    const ORDER: [&str; 8] = ["source", "development", "types", "import", "module", "default", "require", "node"];
    let mut found = Vec::new();
    // serde_json refuses more than 128 levels, so the depth is bounded.
    fn collect(target: &Json, found: &mut Vec<String>) {
        match target {
            Json::String(path) => found.push(tidy(path)),
            Json::Array(targets) => targets.iter().for_each(|target| collect(target, found)),
            Json::Object(targets) => {
                let known = ORDER.iter().filter_map(|condition| targets.get(*condition));
                let others = targets.iter().filter(|(condition, _)| !ORDER.contains(&condition.as_str()));
                known.chain(others.map(|(_, target)| target)).for_each(|target| collect(target, found));
            }
            _ => {}
        }
    }
    collect(target, &mut found);
    keep_first(&mut found);
    found
}

/// TypeScript: `paths` as aliases, from `baseUrl`, which is the root.
fn tsconfig(json: &Json) -> Manifest {
    let options = &json["compilerOptions"];
    let base = options["baseUrl"].as_str();
    let mut aliases = Vec::new();
    for (pattern, targets) in options["paths"].as_object().into_iter().flatten() {
        let targets = targets.as_array().into_iter().flatten().filter_map(Json::as_str);
        push_alias(&mut aliases, pattern, targets.map(|target| tidy(&format!("{}/{target}", base.unwrap_or(".")))).collect());
    }
    Manifest { aliases, roots: base.map(tidy).into_iter().collect(), ..Manifest::default() }
}

/// Composer: PSR-4 prefixes as aliases (`App\` → `src`); PSR-0 prefixes as the PSR-4 ones they amount to; `classmap`
/// as roots; `files` and `bin` as entries.
fn composer(json: &Json) -> Manifest {
    let mut manifest = Manifest { name: text_of(&json["name"]), ..Manifest::default() };
    for section in ["autoload", "autoload-dev"] {
        let section = &json[section];
        for (prefix, folders) in section["psr-4"].as_object().into_iter().flatten() {
            push_alias(&mut manifest.aliases, prefix, strings(folders).map(tidy).collect());
        }
        for (prefix, folders) in section["psr-0"].as_object().into_iter().flatten() {
            let inside = prefix.replace(['\\', '_'], "/");
            let folders = strings(folders).map(|folder| tidy(&format!("{folder}/{inside}")));
            push_alias(&mut manifest.aliases, prefix, folders.collect());
        }
        manifest.roots.extend(strings(&section["classmap"]).map(tidy));
        manifest.entries.extend(strings(&section["files"]).map(tidy));
    }
    manifest.entries.extend(strings(&json["bin"]).map(tidy));
    manifest
}

/// Cargo: the library's identifier if it has one of its own, else the package's name; renamed dependencies as aliases,
/// identifier to package name; the paths of `[lib]` and `[[bin]]` as entries.
fn cargo(toml: &Toml) -> Manifest {
    let lib = toml.get("lib");
    let name = lib.and_then(|lib| lib.get("name")).or_else(|| at(toml, &["package", "name"])).and_then(Toml::as_str);
    let mut manifest = Manifest { name: name.unwrap_or("").to_owned(), ..Manifest::default() };
    let programs = toml.get("bin").and_then(Toml::as_array).into_iter().flatten();
    let paths = lib.into_iter().chain(programs).filter_map(|target| target.get("path")?.as_str());
    manifest.entries.extend(paths.map(tidy));

    let platforms = toml.get("target").and_then(Toml::as_table).into_iter().flat_map(|table| table.values());
    for owner in std::iter::once(toml).chain(toml.get("workspace")).chain(platforms) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, dependency) in owner.get(kind).and_then(Toml::as_table).into_iter().flatten() {
                let package = dependency.get("package").and_then(Toml::as_str).filter(|package| package != name);
                if let Some(package) = package {
                    push_alias(&mut manifest.aliases, &name.replace('-', "_"), vec![package.to_owned()]);
                }
            }
        }
    }
    manifest
}

/// Python: the distribution's name; source roots as setuptools, Poetry, Hatch, PDM, maturin, uv and pytest name them;
/// packages that lie elsewhere (`package-dir`) as aliases.
fn pyproject(toml: &Toml) -> Manifest {
    let name = at(toml, &["project", "name"]).or_else(|| at(toml, &["tool", "poetry", "name"])).and_then(Toml::as_str);
    let mut manifest = Manifest { name: name.unwrap_or("").to_owned(), ..Manifest::default() };
    let roots = &mut manifest.roots;
    for keys in [
        &["tool", "setuptools", "packages", "find", "where"][..],
        &["tool", "pdm", "build", "package-dir"],
        &["tool", "maturin", "python-source"],
        &["tool", "uv", "build-backend", "module-root"],
        &["tool", "pytest", "ini_options", "pythonpath"],
    ] {
        roots.extend(at(toml, keys).into_iter().flat_map(list).map(tidy));
    }
    for (package, folder) in at(toml, &["tool", "setuptools", "package-dir"]).and_then(Toml::as_table).into_iter().flatten() {
        let Some(folder) = folder.as_str() else { continue };
        if package.is_empty() {
            roots.push(tidy(folder));
        } else {
            push_alias(&mut manifest.aliases, package, vec![tidy(folder)]);
        }
    }
    let poetry = at(toml, &["tool", "poetry", "packages"]).and_then(Toml::as_array);
    roots.extend(poetry.into_iter().flatten().filter_map(|package| package.get("from")?.as_str()).map(tidy));
    let wheel = at(toml, &["tool", "hatch", "build", "targets", "wheel", "packages"]);
    for package in wheel.into_iter().flat_map(list) {
        roots.push(tidy(&format!("{package}/..")));
    }
    manifest
}

/// Go: the module's path; `replace` as aliases, to folders or to other modules.
fn go_mod(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let mut block = "";
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or("").trim();
        let line = match line.strip_suffix('(') {
            Some(directive) if block.is_empty() => {
                block = directive.trim();
                continue;
            }
            _ if line == ")" => {
                block = "";
                continue;
            }
            _ => line,
        };
        let (directive, rest) = match block {
            "" => line.split_once(char::is_whitespace).unwrap_or((line, "")),
            block => (block, line),
        };
        let word = |text: &str| text.split_whitespace().next().unwrap_or("").trim_matches(['"', '`']).to_owned();
        match directive {
            "module" if manifest.name.is_empty() => manifest.name = word(rest),
            "replace" => {
                if let Some((from, to)) = rest.split_once("=>") {
                    let (from, to) = (word(from), word(to));
                    if !from.is_empty() && !to.is_empty() {
                        push_alias(&mut manifest.aliases, &from, vec![to]);
                    }
                }
            }
            _ => {}
        }
    }
    manifest
}

/// Dart: the package's name; dependencies with a path as aliases; `lib` is the root.
fn pubspec(text: &str) -> Manifest {
    let mut manifest = Manifest { roots: vec!["lib".to_owned()], ..Manifest::default() };
    for (keys, value) in yaml(text) {
        match &*keys {
            [key] if key == "name" => manifest.name = value,
            [section, package, key] if key == "path" && section.contains("dependenc") => {
                push_alias(&mut manifest.aliases, package, vec![local(&value)]);
            }
            _ => {}
        }
    }
    manifest
}

/// hpack: the package's name; `source-dirs` of all components as roots; `main` as entries.
fn hpack(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    for (keys, value) in yaml(text) {
        match keys.last().map(String::as_str) {
            Some("name") if keys.len() == 1 => manifest.name = value,
            Some("source-dirs") => manifest.roots.push(tidy(&value)),
            Some("main") => manifest.entries.push(value),
            _ => {}
        }
    }
    manifest
}

/// Cabal: the package's name; `hs-source-dirs` of all components as roots; `main-is` as entries, from a root.
fn cabal(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let mut field = String::new();
    let mut depth = 0;
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with("--") {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let mut value = content;
        // A line that is further in than its field continues it.
        if field.is_empty() || indent <= depth {
            let Some((name, rest)) = content.split_once(':') else {
                field.clear();
                continue;
            };
            field = name.trim().to_ascii_lowercase();
            depth = indent;
            value = rest.trim();
        }
        let values = value.split([',', ' ', '\t']).map(|value| value.trim_matches('"')).filter(|value| !value.is_empty());
        match &*field {
            "name" if manifest.name.is_empty() => manifest.name = value.to_owned(),
            "hs-source-dirs" | "hs-source-dir" => manifest.roots.extend(values.map(tidy)),
            "main-is" => manifest.entries.extend(values.map(tidy)),
            _ => {}
        }
    }
    manifest
}

/// Swift: the package's name; targets as aliases to their folders, prescribed (`Sources/Name`, `Tests/Name`) or named.
fn package_swift(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    // The text of the parentheses that open at `at`. Those that never close end somewhere, too.
    let arguments = |at: usize| {
        let mut depth = 0;
        let end = text[at..].char_indices().find(|&(offset, character)| {
            depth += i32::from(character == '(') - i32::from(character == ')');
            depth == 0 || offset > TARGET
        });
        &text[at..end.map_or(text.len(), |(offset, _)| at + offset)]
    };
    let argument = |arguments: &str, label: &str| {
        let (_, rest) = arguments.split_once(label)?;
        Some(rest.trim_start().strip_prefix('"')?.split('"').next()?.to_owned())
    };
    if let Some(at) = text.find("Package(") {
        manifest.name = argument(arguments(at + "Package".len()), "name:").unwrap_or_default();
    }
    for (call, folder) in [(".target(", "Sources"), (".executableTarget(", "Sources"), (".macro(", "Sources"), (".testTarget(", "Tests")] {
        for (at, _) in text.match_indices(call).take(TARGETS) {
            // A dependency of another target is written `.target(name: "X")` too; the first with a name is as good.
            let arguments = arguments(at + call.len() - 1);
            let Some(name) = argument(arguments, "name:") else { continue };
            let known = manifest.aliases.iter_mut().find(|(known, _)| *known == name);
            match (argument(arguments, "path:"), known) {
                (Some(path), Some(known)) => known.1 = vec![tidy(&path)],
                (Some(path), None) => push_alias(&mut manifest.aliases, &name, vec![tidy(&path)]),
                (None, None) => push_alias(&mut manifest.aliases, &name, vec![format!("{folder}/{name}")]),
                (None, Some(_)) => {}
            }
        }
    }
    manifest
}

/// More targets than any package has, and longer descriptions of one.
const TARGETS: usize = 2_000;
const TARGET: usize = 20_000;

fn push_alias(aliases: &mut Vec<(String, Vec<String>)>, pattern: &str, targets: Vec<String>) {
    if !targets.is_empty() {
        aliases.push((pattern.to_owned(), targets));
    }
}

fn text_of(json: &Json) -> String {
    json.as_str().unwrap_or("").to_owned()
}

/// A string, or the strings of a list.
fn strings(json: &Json) -> impl Iterator<Item = &str> {
    let many = json.as_array().into_iter().flatten().filter_map(Json::as_str);
    json.as_str().into_iter().chain(many)
}

/// A string, or the strings of a list.
fn list(toml: &Toml) -> impl Iterator<Item = &str> {
    let many = toml.as_array().into_iter().flatten().filter_map(Toml::as_str);
    toml.as_str().into_iter().chain(many)
}

fn at<'a>(toml: &'a Toml, keys: &[&str]) -> Option<&'a Toml> {
    keys.iter().try_fold(toml, |toml, key| toml.get(*key))
}

/// A path without `.`, empty parts and, as far as they can be taken back, `..`.
fn tidy(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A folder where a package could stand too: begins with `./` or `../`.
fn local(path: &str) -> String {
    let path = tidy(path);
    if path == ".." || path.starts_with("../") { path } else { format!("./{path}") }
}

/// JSON without comments and trailing commas, each replaced by spaces.
fn plain_json(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    let mut at = 0;
    let mut comma = None;
    while at < out.len() {
        match out[at] {
            b'"' => {
                comma = None;
                at += 1;
                while at < out.len() && out[at] != b'"' {
                    at += if out[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'/' if matches!(out.get(at + 1), Some(b'/' | b'*')) => {
                let rest = &text.as_bytes()[at..];
                let end =
                    if rest[1] == b'/' { memchr::memchr(b'\n', rest) } else { memchr::memmem::find(&rest[2..], b"*/").map(|end| end + 4) };
                let end = at + end.unwrap_or(rest.len());
                out[at..end].fill(b' ');
                at = end;
            }
            b',' => {
                comma = Some(at);
                at += 1;
            }
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    out[comma] = b' ';
                }
                at += 1;
            }
            byte => {
                if !byte.is_ascii_whitespace() {
                    comma = None;
                }
                at += 1;
            }
        }
    }
    // Only whole comments were replaced, so this cannot lose anything.
    String::from_utf8(out).unwrap_or_default()
}

/// The scalars of a YAML file with the keys that lead to them: block mappings, block and one-line lists. Anchors,
/// block scalars and nested one-line mappings are not understood; what stands in them is passed over.
fn yaml(text: &str) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    let mut path: Vec<(usize, String)> = Vec::new();
    let scalar = |value: &str| value.trim().trim_matches(['"', '\'']).to_owned();
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or("").trim_end();
        let mut content = line.trim_start();
        let mut indent = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let is_item = content == "-" || content.starts_with("- ");
        if is_item {
            content = content[1..].trim_start();
            // A list may stand as deep as its key.
            path.retain(|(depth, _)| *depth <= indent);
            indent = line.len() - content.len();
        } else {
            path.retain(|(depth, _)| *depth < indent);
        }
        let keys = |path: &[(usize, String)]| path.iter().map(|(_, key)| key.clone()).collect::<Vec<_>>();
        let Some((key, value)) = content.split_once(": ").or_else(|| Some((content.strip_suffix(':')?, ""))) else {
            if is_item && !content.is_empty() {
                found.push((keys(&path), scalar(content)));
            }
            continue;
        };
        path.retain(|(depth, _)| *depth < indent);
        path.push((indent, scalar(key)));
        let value = value.trim();
        if let Some(items) = value.strip_prefix('[').and_then(|value| value.strip_suffix(']')) {
            found.extend(items.split(',').map(scalar).filter(|item| !item.is_empty()).map(|item| (keys(&path), item)));
        } else if !value.is_empty() && !value.starts_with(['|', '>', '&', '{']) {
            found.push((keys(&path), scalar(value)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(file_name: &str, text: &str, expected: Expect) {
        let Some(manifest) = parse(file_name, text.as_bytes()) else { return expected.assert_eq("nothing") };
        if manifest == Manifest::default() {
            return expected.assert_eq("empty");
        }
        let aliases = manifest.aliases.iter().map(|(from, to)| format!("{from} -> {}\n", to.join(" | ")));
        let roots = manifest.roots.iter().map(|root| format!("root {root}\n"));
        let entries = manifest.entries.iter().map(|entry| format!("entry {entry}\n"));
        expected.assert_eq(&format!("{}\n{}", manifest.name, aliases.chain(roots).chain(entries).collect::<String>()));
    }

    #[test]
    fn npm_packages_say_what_they_export_and_import() {
        check(
            "package.json",
            r##"{
                "name": "@scope/shop", "main": "./dist/index.js", "source": "src/index.ts", "bin": {"shop": "./cli.js"},
                "imports": {"#db/*": {"node": "./src/db/*.js", "default": "./src/db/*.browser.js"}, "#config": "./config.js"},
                "exports": {".": {"require": "./dist/index.cjs", "types": "./dist/index.d.ts"}, "./auth/*": "./src/auth/*.ts"}
            }"##,
            expect![[r##"
                @scope/shop
                #config -> config.js
                . -> dist/index.d.ts | dist/index.cjs
                ./auth/* -> src/auth/*.ts
                #db/* -> src/db/*.browser.js | src/db/*.js
                entry src/index.ts
                entry dist/index.js
                entry cli.js
            "##]],
        );
        check(
            "package.json",
            r#"{"name": "a", "exports": "./a.js", "bin": "b.js"}"#,
            expect![[r#"
            a
            . -> a.js
            entry b.js
        "#]],
        );
        check("package.json", "{\"name\": \"a\",}", expect!["nothing"]);
        check("package.json", "[]", expect!["empty"]);
    }

    #[test]
    fn tsconfig_paths_start_at_the_base() {
        check(
            "tsconfig.json",
            "\u{feff}{ // a comment with \"quotes\"\n  \"extends\": \"./base.json\", /* { */\n  \"compilerOptions\": {\n    \"baseUrl\": \"./src\",
                \"paths\": { \"@/*\": [\"*\", \"../gen/*\",], \"@/main\": [\"./main\"], \"url//x\": [\"https://x,]\"] }, },\n}",
            expect![[r#"

                @/main -> src/main
                url//x -> src/https:/x,]
                @/* -> src/* | gen/*
                root src
            "#]],
        );
        check(
            "jsconfig.json",
            r#"{"compilerOptions": {"baseUrl": ".", "paths": {"~/*": ["./*"]}}}"#,
            expect![[r#"

            ~/* -> *
            root 
        "#]],
        );
        check(
            "tsconfig.json",
            r#"{"compilerOptions": {"paths": {"a": ["../a/index.ts"]}}}"#,
            expect![[r#"

            a -> ../a/index.ts
        "#]],
        );
        check("tsconfig.json", "{ /* never closed", expect!["nothing"]);
        check("tsconfig.json", "{ \"a", expect!["nothing"]);
    }

    #[test]
    fn renamed_crates_are_known_by_their_identifiers() {
        check(
            "Cargo.toml",
            r#"
                [package]
                name = "my-shop"
                build = "build/main.rs"
                [lib]
                path = "./lib.rs"
                [[bin]]
                name = "tool"
                path = "tools/tool.rs"
                [[test]]
                path = "tests/all/main.rs"
                [dependencies]
                plain = "1"
                old-name = { package = "new-name", version = "2" }
                same = { package = "same", version = "1" }
                inherited.workspace = true
                [dev-dependencies]
                test-kit = { path = "../test-kit" }
                [target.'cfg(unix)'.dependencies]
                unixy = { path = "unixy", package = "shop-unix" }
                [workspace.dependencies]
                core = { path = "crates/core", package = "shop-core" }
            "#,
            expect![[r#"
                my-shop
                old_name -> new-name
                unixy -> shop-unix
                core -> shop-core
                entry lib.rs
                entry tools/tool.rs
            "#]],
        );
        check(
            "Cargo.toml",
            "[package]\nname = 'my-shop'\n[lib]\nname = 'shop'",
            expect![[r#"
            shop
        "#]],
        );
        check("Cargo.toml", "[workspace]\nmembers = ['a']", expect!["empty"]);
        check("Cargo.toml", "[package\nname = 'a'", expect!["nothing"]);
    }

    #[test]
    fn python_source_roots_come_from_every_build_tool() {
        check(
            "pyproject.toml",
            r#"
                [project]
                name = "shop"
                [tool.setuptools.packages.find]
                where = ["src"]
                [tool.setuptools.package-dir]
                "" = "lib"
                "shop.vendor" = "third_party/vendor"
                [tool.hatch.build.targets.wheel]
                packages = ["python/shop", "flat"]
                [tool.maturin]
                python-source = "py"
            "#,
            expect![[r#"
                shop
                shop.vendor -> third_party/vendor
                root src
                root py
                root lib
                root python
                root 
            "#]],
        );
        check(
            "pyproject.toml",
            "[tool.poetry]\nname = 'old'\npackages = [{ include = 'old', from = 'src' }, { include = 'x' }]",
            expect![[r#"
                old
                root src
            "#]],
        );
    }

    #[test]
    fn go_modules_replace_each_other() {
        check(
            "go.mod",
            "// header\nmodule \"example.com/shop\" // trailing\n\ngo 1.22\nrequire (\n\ta v1.0.0\n)\nreplace a v1.0.0 => ../a\nreplace (\n\tb => ./b\n\tc => example.com/d v2.0.0\n)\n",
            expect![[r#"
                example.com/shop
                a -> ../a
                b -> ./b
                c -> example.com/d
            "#]],
        );
        check(
            "go.mod",
            "module (\n  x\n)",
            expect![[r#"
            x
        "#]],
        );
        check("go.mod", ") ( => ) replace", expect!["empty"]);
    }

    #[test]
    fn composer_prefixes_lead_to_folders() {
        check(
            "composer.json",
            r#"{"name": "acme/shop", "bin": ["bin/shop"], "autoload": {"psr-4": {"Acme\\Shop\\": ["src/", "lib"], "": "any"},
                "psr-0": {"Old_": "legacy", "Acme\\Older": "legacy/"}, "classmap": ["maps/"], "files": ["src/functions.php"]},
                "autoload-dev": {"psr-4": {"Acme\\Shop\\Tests\\": "tests"}}}"#,
            expect![[r#"
                acme/shop
                Acme\Shop\Tests\ -> tests
                Acme\Older -> legacy/Acme/Older
                Acme\Shop\ -> src | lib
                Old_ -> legacy/Old
                 -> any
                root maps
                entry src/functions.php
                entry bin/shop
            "#]],
        );
    }

    #[test]
    fn dart_packages_find_each_other_by_path() {
        check(
            "pubspec.yaml",
            "# name: no\nname: \"shop\" # yes\ndependencies:\n  http: ^1.0.0\n  core:\n    path: ../core\n  flutter:\n    sdk: flutter\ndev_dependencies:\n  kit:\n    path: packages/kit\n",
            expect![[r#"
                shop
                core -> ../core
                kit -> ./packages/kit
                root lib
            "#]],
        );
    }

    #[test]
    fn haskell_sources_lie_in_the_folders_of_all_components() {
        check(
            "shop.cabal",
            "cabal-version: 2.4\nname:  shop\n-- hs-source-dirs: no\nlibrary\n  hs-source-dirs: src, gen\n  build-depends:\n    base\nexecutable shop\n  main-is: Main.hs\n  hs-source-dirs:\n    app\n    src\n",
            expect![[r#"
                shop
                root src
                root gen
                root app
                entry Main.hs
            "#]],
        );
        check(
            "package.yaml",
            "name: shop\nlibrary:\n  source-dirs: src\nexecutables:\n  shop:\n    main: Main.hs\n    source-dirs: [app, 'cli']\ntests:\n  spec:\n    source-dirs:\n    - test\n    - spec\n",
            expect![[r#"
                shop
                root src
                root app
                root cli
                root test
                root spec
                entry Main.hs
            "#]],
        );
    }

    #[test]
    fn swift_manifests_are_read_not_run() {
        check(
            "Package.swift",
            r#"let package = Package(name: "Shop", products: [.library(name: "Shop", targets: ["Core"])], targets: [
                .target(name: "Core", dependencies: [.target(name: "Base")]), .target(name: "Base", path: "Other/Base"),
                .testTarget(name: "CoreTests", dependencies: ["Core"])])"#,
            expect![[r#"
                Shop
                CoreTests -> Tests/CoreTests
                Base -> Other/Base
                Core -> Sources/Core
            "#]],
        );
    }

    #[test]
    fn nothing_breaks_a_reader() {
        let texts = [
            "",
            "{",
            "[",
            "\"",
            "(",
            ")",
            ":",
            "- ",
            "-",
            "- - -",
            "a: [",
            "'\u{301}: \"é",
            "\\",
            "\"\\",
            "/*",
            "/",
            ",]",
            "=>",
            "Package(",
            "{\"exports\": {\"a\": [[1]]}}",
        ];
        for name in FILE_NAMES.iter().chain(&["x.cabal"]) {
            for first in texts {
                for second in texts {
                    parse(name, format!("{first}{second}").as_bytes());
                    parse(name, format!("{first}\n  {second}\n").as_bytes());
                }
            }
            parse(name, &"[".repeat(100_000).into_bytes());
            parse(name, &"{\"a\":".repeat(100_000).into_bytes());
            assert_eq!(parse(name, b"\xff"), None);
        }
        assert_eq!(parse("other.json", b"{}"), None);
        assert_eq!(parse(".cabal", b"name: x"), None);
        assert_eq!(["x.cabal", "package.yaml", "go.mod", "x.py"].map(kind_of), [Some("cabal"), Some("cabal"), Some("go.mod"), None]);
    }
}
