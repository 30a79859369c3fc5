//! Go's modules: a package is a folder, known by its import path.

use crate::names::rules::{FileContext, Import, ImportContext, Layout, Target};

/// The import path of the file's folder. The test files of package `x_test` make up a package beside it.
///
/// Without a `go.mod` the path is what follows the innermost `src/` (a `GOPATH`, the standard library), else the
/// folder's path from the root.
pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut path = folder_path(folder, file.layout);
    if file.declared.ends_with("_test") && file.path.ends_with("_test.go") {
        path.push_str("_test");
    }
    vec![path]
}

fn folder_path(folder: &str, layout: &dyn Layout) -> String {
    if let Some((root, manifest)) = layout.manifest("go.mod", folder)
        && !manifest.name.is_empty()
    {
        let inside = folder.strip_prefix(root).unwrap_or(folder).trim_start_matches('/');
        // The module of the standard library has no part in its import paths.
        return match (manifest.name.as_str(), inside) {
            ("std", inside) => inside.to_owned(),
            (name, "") => name.to_owned(),
            (name, inside) => format!("{name}/{inside}"),
        };
    }
    match folder.rfind("/src/").map(|at| at + 5).or_else(|| folder.starts_with("src/").then_some(4)) {
        Some(at) => folder[at..].to_owned(),
        None => folder.to_owned(),
    }
}

pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    let path = import.module;
    let folder = context.folder();
    if path.starts_with("./") || path.starts_with("../") || path == "." || path == ".." {
        let joined = crate::names::rules::join(folder, path);
        return vec![Target::Module(folder_path(&joined, context.layout))];
    }
    let mut targets = Vec::new();
    let mut push = |target: Target| {
        if !targets.contains(&target) {
            targets.push(target);
        }
    };
    let manifest = context.layout.manifest("go.mod", folder);
    // `replace a => ../b`: the folder's own module.
    for (from, to) in manifest.iter().flat_map(|(_, manifest)| &manifest.aliases) {
        let Some(rest) = path.strip_prefix(from.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/')) else { continue };
        let root = manifest.map_or("", |(root, _)| root);
        for to in to {
            if to.starts_with('.') {
                let folder = crate::names::rules::join(root, &format!("{to}{rest}"));
                push(Target::Module(folder_path(&folder, context.layout)));
            } else {
                push(Target::Module(format!("{to}{rest}")));
            }
        }
    }
    // A vendored package is known by its path below `vendor`, in the folders from here upwards.
    let mut above = folder;
    loop {
        let vendored = if above.is_empty() { format!("vendor/{path}") } else { format!("{above}/vendor/{path}") };
        if context.layout.has_folder(&vendored) {
            push(Target::Module(folder_path(&vendored, context.layout)));
        }
        match above.rsplit_once('/') {
            Some((up, _)) => above = up,
            None if above.is_empty() => break,
            None => above = "",
        }
    }
    push(Target::Module(path.to_owned()));
    // Without a manifest the import path ends like a folder of the project.
    if manifest.is_none() && path.contains('/') {
        let mut rest = path;
        while let Some((_, inside)) = rest.split_once('/') {
            rest = inside;
            if context.layout.has_folder(rest) {
                push(Target::Module(folder_path(rest, context.layout)));
                break;
            }
        }
    }
    push(Target::External(package_of(path).to_owned()));
    targets
}

/// The module that an import path belongs to, as far as its shape tells: `github.com/owner/name`, or the whole path of
/// the standard library.
fn package_of(path: &str) -> &str {
    let host = path.split('/').next().unwrap_or(path);
    let parts = match host {
        "github.com" | "gitlab.com" | "bitbucket.org" => 3,
        "golang.org" => 3,
        "gopkg.in" | "go.uber.org" | "google.golang.org" | "k8s.io" | "sigs.k8s.io" => 2,
        host if host.contains('.') => 3,
        _ => return path,
    };
    let end = path.match_indices('/').nth(parts - 1).map_or(path.len(), |(at, _)| at);
    &path[..end]
}

/// The name by which an import without one is most likely known: the last part of its path that is no version.
pub(super) fn package_name(path: &str) -> &str {
    let mut parts = path.rsplit('/');
    let mut last = parts.next().unwrap_or(path);
    if is_version(last)
        && let Some(before) = parts.next()
    {
        last = before;
    }
    // `gopkg.in/yaml.v3`.
    if let Some((name, version)) = last.rsplit_once('.')
        && is_version(version)
    {
        last = name;
    }
    // `go-isatty`, `websocket-go`: a hyphen cannot stand in a package's name.
    let last = last.strip_prefix("go-").unwrap_or(last);
    last.strip_suffix("-go").or_else(|| last.strip_suffix(".go")).unwrap_or(last)
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The names of the universe block, sorted.
pub(super) const BUILTINS: &[&str] = &[
    "any",
    "append",
    "bool",
    "byte",
    "cap",
    "clear",
    "close",
    "comparable",
    "complex",
    "complex128",
    "complex64",
    "copy",
    "delete",
    "error",
    "false",
    "float32",
    "float64",
    "imag",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "iota",
    "len",
    "make",
    "max",
    "min",
    "new",
    "nil",
    "panic",
    "print",
    "println",
    "real",
    "recover",
    "rune",
    "string",
    "true",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uintptr",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::{FakeLayout, check_sorted, facts};

    fn project() -> FakeLayout {
        FakeLayout::default()
            .manifest(
                "go.mod",
                "",
                facts("example.com/shop", &[("example.com/old", &["./fork/old"]), ("example.com/moved", &["example.com/new"])]),
            )
            .files(&["main.go", "store/store.go", "store/store_test.go", "vendor/github.com/acme/log/log.go", "fork/old/x/x.go"])
    }

    #[test]
    fn a_package_is_called_by_the_import_path_of_its_folder() {
        let project = project();
        project.check_modules(modules_of, "main.go", "main", &["example.com/shop"]);
        project.check_modules(modules_of, "store/store.go", "store", &["example.com/shop/store"]);
        project.check_modules(modules_of, "store/store_test.go", "store_test", &["example.com/shop/store_test"]);
        let bare = FakeLayout::default();
        bare.check_modules(modules_of, "gopath/src/github.com/acme/log/log.go", "log", &["github.com/acme/log"]);
        bare.check_modules(modules_of, "pkg/log/log.go", "log", &["pkg/log"]);
        FakeLayout::default().manifest("go.mod", "src", facts("std", &[])).check_modules(
            modules_of,
            "src/net/http/server.go",
            "http",
            &["net/http"],
        );
    }

    #[test]
    fn imports_lead_to_packages() {
        let project = project();
        let from = ("main.go", "example.com/shop");
        project.check_import(
            import_targets,
            from,
            ("example.com/shop/store", ""),
            &["module example.com/shop/store", "external example.com/shop/store"],
        );
        project.check_import(import_targets, from, ("fmt", ""), &["module fmt", "external fmt"]);
        project.check_import(
            import_targets,
            from,
            ("github.com/acme/log", ""),
            &["module example.com/shop/vendor/github.com/acme/log", "module github.com/acme/log", "external github.com/acme/log"],
        );
        project.check_import(
            import_targets,
            from,
            ("example.com/old/x", ""),
            &["module example.com/shop/fork/old/x", "module example.com/old/x", "external example.com/old/x"],
        );
        project.check_import(
            import_targets,
            from,
            ("example.com/moved/y", ""),
            &["module example.com/new/y", "module example.com/moved/y", "external example.com/moved/y"],
        );
        project.check_import(import_targets, ("store/store.go", "example.com/shop/store"), ("../x", ""), &["module example.com/shop/x"]);
    }

    #[test]
    fn an_import_without_a_name_is_called_by_its_last_part() {
        for (path, name) in [
            ("fmt", "fmt"),
            ("a.b/c/v2", "c"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("github.com/mattn/go-isatty", "isatty"),
            ("a/nats.go", "nats"),
        ] {
            assert_eq!(package_name(path), name);
        }
    }

    #[test]
    fn builtins_are_sorted() {
        check_sorted(BUILTINS);
    }
}
