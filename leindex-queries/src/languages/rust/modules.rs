//! Rust's modules: paths from the crate's name, the files that `mod x;` and paths lead to.
//!
//! A crate is known by the name of its library. Each file below `tests`, `examples`, `benches` and `src/bin` is a crate
//! of its own and is known as `name:tests::file`; what several of them share stands beside them.

use crate::names::rules::{FileContext, Import, ImportContext, Layout, Target, join};

pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    let place = place(file.path, file.layout);
    vec![place.key()]
}

/// Where a file stands in the crates of the project.
#[derive(Debug)]
struct Place<'a> {
    /// The name of the crate, or what stands for it.
    root: String,
    /// The file's path below that folder, without its ending.
    inside: &'a str,
    /// The file is the root of a crate.
    is_root: bool,
    /// Each file of the folder is a crate.
    loose: bool,
}

impl Place<'_> {
    fn key(&self) -> String {
        let mut key = self.root.clone();
        if self.is_root && !self.loose {
            return key;
        }
        for part in self.inside.strip_suffix("/mod").unwrap_or(self.inside).split('/').filter(|part| !part.is_empty()) {
            key.push_str("::");
            key.push_str(part);
        }
        key
    }

    /// The module that `crate` means in the file.
    fn crate_root(&self) -> String {
        if self.loose && self.is_root { self.key() } else { self.root.clone() }
    }

    /// The folder that holds the files of the modules that the file declares.
    fn children(&self, path: &str) -> String {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let stem = self.inside.rsplit('/').next().unwrap_or(self.inside);
        if self.is_root || stem == "mod" {
            return folder.to_owned();
        }
        if folder.is_empty() { stem.to_owned() } else { format!("{folder}/{stem}") }
    }
}

fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

fn place<'a>(path: &'a str, layout: &dyn Layout) -> Place<'a> {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let at = |root: String, folder: &str, is_root: bool, loose: bool| Place {
        root,
        inside: below(stem, folder).unwrap_or(stem),
        is_root,
        loose,
    };
    let Some((package, manifest)) = layout.manifest("Cargo.toml", folder).filter(|(_, manifest)| !manifest.name.is_empty()) else {
        return without_manifest(stem, at);
    };
    let name = manifest.name.replace('-', "_");
    let inside = below(stem, package).unwrap_or(stem);
    let sub = |folder: &str| if package.is_empty() { folder.to_owned() } else { format!("{package}/{folder}") };
    // Entry files named by the manifest: the one whose folder is nearest.
    let entry = manifest.entries.iter().filter_map(|entry| {
        let entry = join(package, entry);
        let folder = entry.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        below(path, &folder).map(|_| (folder, entry))
    });
    let nearest = entry.max_by_key(|(folder, entry)| (folder.len(), entry == path));
    for kind in ["tests", "examples", "benches", "src/bin"] {
        if let Some(rest) = below(inside, kind)
            && nearest.as_ref().is_none_or(|(folder, _)| !folder.starts_with(&sub(kind)) || folder.len() == sub(kind).len())
        {
            // `tests/x.rs` and `tests/x/main.rs` are crates; what is in folders beside them belongs to either.
            let is_root = !rest.contains('/') || rest.split_once('/').is_some_and(|(_, file)| file == "main");
            return at(format!("{name}:{}", kind.replace('/', "::")), &sub(kind), is_root, true);
        }
    }
    if inside == "build" {
        return at(format!("{name}:build"), package, true, false);
    }
    if let Some((folder, entry)) = nearest
        && folder.len() >= sub("src").len().min(folder.len())
        && below(path, &folder).is_some()
        && (below(inside, "src").is_none() || folder.len() >= sub("src").len())
    {
        return at(name, &folder, entry == path, false);
    }
    let source = sub("src");
    if below(path, &source).is_some() {
        let is_root = matches!(inside, "src/lib" | "src/main");
        return at(name, &source, is_root, false);
    }
    at(name, package, false, false)
}

/// Without a manifest the crate is called like the folder that holds `src`.
fn without_manifest<'a>(stem: &str, at: impl Fn(String, &str, bool, bool) -> Place<'a>) -> Place<'a> {
    let source = stem.rfind("/src/").map(|at| &stem[..at + 4]).or_else(|| stem.starts_with("src/").then_some("src"));
    let Some(source) = source else {
        let folder = stem.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_root = matches!(stem.rsplit('/').next(), Some("lib" | "main"));
        if is_root {
            return at(crate_name(folder), folder, true, false);
        }
        let top = stem.split_once('/').map_or("", |(top, _)| top);
        return at(crate_name(top), top, false, false);
    };
    let name = crate_name(source.rsplit_once('/').map_or("", |(package, _)| package));
    let is_root = matches!(stem.get(source.len() + 1..), Some("lib" | "main"));
    at(name, source, is_root, false)
}

fn crate_name(folder: &str) -> String {
    match folder.rsplit('/').next() {
        Some("") | None => "crate".to_owned(),
        Some(name) => name.replace('-', "_"),
    }
}

/// Targets name modules by their whole path; where no file makes one up, its last parts are namespaces or types of the
/// longest part that is one.
pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    let place = place(context.path, context.layout);
    let here = context.modules.first().cloned().unwrap_or_else(|| place.key());
    let mut targets = Vec::new();
    let (first, rest) = import.module.split_once("::").unwrap_or((import.module, ""));
    match first {
        "crate" | "$crate" => module(&place.crate_root(), rest, &mut targets),
        "self" => {
            declared_file(context, &place, import, &mut targets);
            module(&here, rest, &mut targets);
        }
        "super" => {
            let mut module_path = here.as_str();
            let mut rest = import.module;
            while let Some(after) = rest.strip_prefix("super") {
                module_path = module_path.rsplit_once("::").map_or(module_path, |(up, _)| up);
                rest = after.strip_prefix("::").unwrap_or(after);
            }
            module(module_path, rest, &mut targets);
        }
        // `::name` is always a crate.
        "" => outside(context, rest, &mut targets),
        _ => {
            // A type of this file, a module in scope here, a crate, or (2015) a module of this crate.
            let local = first.starts_with(char::is_uppercase) || context.layout.has_module("rust", &format!("{here}::{first}"));
            if local {
                module(&here, import.module, &mut targets);
            }
            if place.loose && context.layout.has_module("rust", &format!("{}::{first}", place.root)) {
                // A module shared by the crates of the folder.
                module(&place.root, import.module, &mut targets);
            }
            outside_known(context, import.module, &mut targets);
            if context.layout.has_module("rust", &format!("{}::{first}", place.crate_root())) {
                module(&place.crate_root(), import.module, &mut targets);
            }
            if !local {
                push(Target::External(first.to_owned()), &mut targets);
            }
        }
    }
    targets
}

/// The file of `mod x;`.
fn declared_file(context: &ImportContext<'_>, place: &Place<'_>, import: &Import<'_>, targets: &mut Vec<Target>) {
    let Some(name) = import.module.strip_prefix("self::").filter(|name| !name.contains("::")) else { return };
    let folder = context.folder();
    if import.name.ends_with(".rs") {
        push(Target::File(join(folder, import.name)), targets);
        return;
    }
    let children = place.children(context.path);
    let name = name.strip_prefix("r#").unwrap_or(name);
    let prefix = if children.is_empty() { String::new() } else { format!("{children}/") };
    for file in [format!("{prefix}{name}.rs"), format!("{prefix}{name}/mod.rs")] {
        if context.layout.has_file(&file) {
            push(Target::File(file), targets);
        }
    }
}

fn module(base: &str, rest: &str, targets: &mut Vec<Target>) {
    push(Target::Module(if rest.is_empty() { base.to_owned() } else { format!("{base}::{rest}") }), targets);
}

fn outside(context: &ImportContext<'_>, path: &str, targets: &mut Vec<Target>) {
    outside_known(context, path, targets);
    push(Target::External(path.split("::").next().unwrap_or(path).to_owned()), targets);
}

/// A crate of the workspace, under its own name or the one that a dependency gives it.
fn outside_known(context: &ImportContext<'_>, path: &str, targets: &mut Vec<Target>) {
    let (first, rest) = path.split_once("::").unwrap_or((path, ""));
    if let Some((_, manifest)) = context.layout.manifest("Cargo.toml", context.folder()) {
        for (_, names) in manifest.aliases.iter().filter(|(alias, _)| alias.replace('-', "_") == first) {
            for name in names {
                module(&name.replace('-', "_"), rest, targets);
            }
        }
    }
    let in_workspace = context.layout.manifests("Cargo.toml").iter().any(|(_, manifest)| manifest.name.replace('-', "_") == first);
    if in_workspace || context.layout.has_module("rust", first) {
        module(first, rest, targets);
    }
}

fn push(target: Target, targets: &mut Vec<Target>) {
    if !targets.contains(&target) {
        targets.push(target);
    }
}

/// Primitive types, the names of the preludes and the macros of the standard library, sorted.
pub(super) const BUILTINS: &[&str] = &[
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
    "addr_of",
    "addr_of_mut",
    "align_of",
    "align_of_val",
    "alloc",
    "allow",
    "assert",
    "assert_eq",
    "assert_ne",
    "automatically_derived",
    "bench",
    "bool",
    "cfg",
    "cfg_attr",
    "char",
    "cold",
    "column",
    "compile_error",
    "concat",
    "core",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "deny",
    "deprecated",
    "derive",
    "doc",
    "drop",
    "env",
    "eprint",
    "eprintln",
    "expect",
    "f32",
    "f64",
    "file",
    "forbid",
    "format",
    "format_args",
    "global_allocator",
    "i128",
    "i16",
    "i32",
    "i64",
    "i8",
    "ignore",
    "include",
    "include_bytes",
    "include_str",
    "inline",
    "isize",
    "line",
    "macro_export",
    "macro_use",
    "matches",
    "module_path",
    "must_use",
    "no_mangle",
    "non_exhaustive",
    "option_env",
    "panic",
    "path",
    "print",
    "println",
    "proc_macro",
    "proc_macro_attribute",
    "proc_macro_derive",
    "repr",
    "should_panic",
    "size_of",
    "size_of_val",
    "std",
    "str",
    "stringify",
    "target_feature",
    "test",
    "thread_local",
    "todo",
    "track_caller",
    "try",
    "u128",
    "u16",
    "u32",
    "u64",
    "u8",
    "unimplemented",
    "unreachable",
    "unsafe",
    "used",
    "usize",
    "vec",
    "warn",
    "write",
    "writeln",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::{FakeLayout, check_sorted, facts};
    use crate::names::rules::Manifest;

    fn project() -> FakeLayout {
        FakeLayout::default()
            .manifest("Cargo.toml", "", facts("shop-core", &[("rand", &["rand"]), ("log2", &["the-log"]), ("util", &["shop-util"])]))
            .manifest("Cargo.toml", "util", facts("shop-util", &[]))
            .files(&[
                "src/lib.rs",
                "src/item/mod.rs",
                "src/item/price.rs",
                "src/store.rs",
                "tests/sells.rs",
                "tests/common/mod.rs",
                "util/src/lib.rs",
            ])
            .modules(&[
                "shop_core",
                "shop_core::item",
                "shop_core::item::price",
                "shop_core::store",
                "shop_core:tests::common",
                "shop_util",
            ])
    }

    #[test]
    fn modules_are_paths_from_the_crate() {
        let project = project();
        for (path, module) in [
            ("src/lib.rs", "shop_core"),
            ("src/main.rs", "shop_core"),
            ("src/item/mod.rs", "shop_core::item"),
            ("src/item/price.rs", "shop_core::item::price"),
            ("src/bin/tool.rs", "shop_core:src::bin::tool"),
            ("tests/sells.rs", "shop_core:tests::sells"),
            ("tests/common/mod.rs", "shop_core:tests::common"),
            ("examples/show/main.rs", "shop_core:examples::show::main"),
            ("build.rs", "shop_core:build"),
            ("util/src/lib.rs", "shop_util"),
            ("util/src/a/b.rs", "shop_util::a::b"),
        ] {
            project.check_modules(modules_of, path, "", &[module]);
        }
        let entry = Manifest { entries: vec!["crates/core/main.rs".to_owned()], ..facts("rg", &[]) };
        let entries = FakeLayout::default().manifest("Cargo.toml", "", entry);
        entries.check_modules(modules_of, "crates/core/main.rs", "", &["rg"]);
        entries.check_modules(modules_of, "crates/core/flags/hi.rs", "", &["rg::flags::hi"]);
        let bare = FakeLayout::default();
        bare.check_modules(modules_of, "walk-dir/src/lib.rs", "", &["walk_dir"]);
        bare.check_modules(modules_of, "walk-dir/src/a/mod.rs", "", &["walk_dir::a"]);
        bare.check_modules(modules_of, "src/x.rs", "", &["crate::x"]);
    }

    #[test]
    fn paths_lead_to_modules_and_files() {
        let project = project();
        let lib = ("src/lib.rs", "shop_core");
        let price = ("src/item/price.rs", "shop_core::item::price");
        let test = ("tests/sells.rs", "shop_core:tests::sells");
        let check = |from, module, name, expected: &[&str]| project.check_import(import_targets, from, (module, name), expected);
        check(price, "crate::store", "Store", &["module shop_core::store"]);
        check(price, "self", "Kind", &["module shop_core::item::price"]);
        check(price, "super", "Item", &["module shop_core::item"]);
        check(price, "super::super::store", "Store", &["module shop_core::store"]);
        check(price, "std::collections", "HashMap", &["external std"]);
        check(price, "Kind", "", &["module shop_core::item::price::Kind"]);
        check(lib, "item", "Item", &["module shop_core::item"]);
        check(price, "store", "Store", &["module shop_core::store", "external store"]);
        check(lib, "util::fs", "read", &["module shop_util::fs", "external util"]);
        check(lib, "log2", "info", &["module the_log", "external log2"]);
        check(lib, "::rand", "Rng", &["module rand", "external rand"]);
        check(lib, "self::item", "", &["file src/item/mod.rs", "module shop_core::item"]);
        check(lib, "self::placed", "../other/place.rs", &["file other/place.rs", "module shop_core::placed"]);
        check(lib, "self::placed", "other/place.rs", &["file src/other/place.rs", "module shop_core::placed"]);
        check(("src/item/mod.rs", "shop_core::item"), "self::price", "", &["file src/item/price.rs", "module shop_core::item::price"]);
        check(test, "self::common", "", &["file tests/common/mod.rs", "module shop_core:tests::sells::common"]);
        check(test, "common", "setup", &["module shop_core:tests::common", "external common"]);
        check(test, "shop_core::item", "Item", &["module shop_core::item", "external shop_core"]);
    }

    #[test]
    fn builtins_are_sorted() {
        check_sorted(BUILTINS);
    }
}
