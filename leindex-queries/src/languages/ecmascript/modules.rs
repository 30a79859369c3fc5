//! Modules of JavaScript and TypeScript: relative paths, path aliases, packages of the workspace.
//!
//! Files import each other by path, as Node and the TypeScript compiler look them up; a path that ends in `.js` may
//! mean the `.ts` it is compiled from. What a manifest says of its built files is led back to the sources where the
//! built ones are not there.

use crate::names::rules::{FileContext, Import, ImportContext, Layout, Manifest, Target, join};

/// Folders that hold what is built from `src`.
const BUILT: &[&str] = &["dist", "lib", "build", "out", "esm", "cjs", "es", "types"];
const TYPESCRIPT_FIRST: &[&str] = &[".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".d.mts", ".d.cts"];
const JAVASCRIPT_FIRST: &[&str] = &[".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".d.ts", ".mts", ".cts", ".d.mts", ".d.cts"];

/// A file's module is its path without the ending; `index` stands for its folder.
pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    let stem = without_extension(file.path);
    vec![stem.strip_suffix("/index").unwrap_or(stem).to_owned()]
}

pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    // Loaders stand before the path, queries behind it: `raw!./x`, `./x.svg?url`.
    let module = import.module.rsplit('!').next().unwrap_or("");
    let module = module.split('?').next().unwrap_or("");
    let lookup = Lookup { layout: context.layout, endings: endings(context.path) };
    if module.is_empty() {
        return Vec::new();
    }
    if is_relative(module) {
        return lookup.file_or_folder(&join(context.folder(), module)).into_iter().collect();
    }
    if let Some(target) = lookup.alias_of_package(context.folder(), module).or_else(|| lookup.alias_of_compiler(context.folder(), module)) {
        return vec![target];
    }
    if let Some(rooted) = module.strip_prefix('/') {
        return lookup.file_or_folder(rooted).into_iter().collect();
    }
    let mut targets = Vec::new();
    if context.layout.has_module("javascript", module) {
        // `declare module "m"`.
        targets.push(Target::Module(module.to_owned()));
    }
    let module = ["node:", "npm:", "jsr:"].into_iter().find_map(|scheme| module.strip_prefix(scheme)).unwrap_or(module);
    let (package, inside) = package_of(module);
    targets.extend(lookup.workspace_package(package, inside));
    if !module.starts_with('#') {
        targets.push(Target::External(package.to_owned()));
    }
    targets
}

fn is_relative(module: &str) -> bool {
    module == "." || module == ".." || module.starts_with("./") || module.starts_with("../")
}

/// In a TypeScript file a path means TypeScript first.
fn endings(importer: &str) -> &'static [&'static str] {
    let last = importer.rsplit_once('.').map_or("", |(_, ending)| ending);
    if matches!(last, "ts" | "tsx" | "mts" | "cts" | "vue" | "svelte") { TYPESCRIPT_FIRST } else { JAVASCRIPT_FIRST }
}

fn without_extension(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let stem = path.rfind('.').filter(|&dot| dot > name).map_or(path, |dot| &path[..dot]);
    stem.strip_suffix(".d").unwrap_or(stem)
}

/// The package that a bare path names, and the path inside it.
fn package_of(module: &str) -> (&str, &str) {
    let scope = if module.starts_with('@') { module.find('/').map_or(0, |slash| slash + 1) } else { 0 };
    let end = module[scope..].find('/').map_or(module.len(), |slash| scope + slash);
    (&module[..end], module[end..].trim_start_matches('/'))
}

struct Lookup<'a> {
    layout: &'a dyn Layout,
    endings: &'static [&'static str],
}

impl Lookup<'_> {
    /// The file at a path, as it is written, with an ending added, or led from its built to its source ending.
    fn file(&self, base: &str) -> Option<Target> {
        let source = |built: &str, sources: &[&str]| {
            let stem = base.strip_suffix(built).filter(|stem| !stem.ends_with('/'))?;
            sources.iter().map(|ending| format!("{stem}{ending}")).find(|path| self.layout.has_file(path))
        };
        let exact = || self.layout.has_file(base).then(|| base.to_owned());
        let written = || {
            source(".js", &[".ts", ".tsx", ".d.ts", ".jsx"])
                .or_else(|| source(".mjs", &[".mts", ".d.mts", ".ts"]))
                .or_else(|| source(".cjs", &[".cts", ".d.cts", ".ts"]))
                .or_else(|| source(".jsx", &[".tsx", ".d.ts"]))
        };
        let found = if self.endings == TYPESCRIPT_FIRST { written().or_else(exact) } else { exact().or_else(written) };
        found
            .or_else(|| self.endings.iter().map(|ending| format!("{base}{ending}")).find(|path| self.layout.has_file(path)))
            .map(Target::File)
    }

    fn file_or_folder(&self, base: &str) -> Option<Target> {
        let file = if base.is_empty() { None } else { self.file(base) };
        file.or_else(|| {
            let manifest = self.layout.manifest("package.json", base).filter(|(folder, _)| *folder == base && !base.is_empty());
            manifest.and_then(|(folder, manifest)| self.entry(folder, manifest)).or_else(|| self.file(&inside(base, "index")))
        })
    }

    /// `#name` of the nearest `package.json`.
    fn alias_of_package(&self, folder: &str, module: &str) -> Option<Target> {
        if !module.starts_with('#') {
            return None;
        }
        let (root, manifest) = self.layout.manifest("package.json", folder)?;
        self.alias(root, &manifest.aliases, module)
    }

    /// `paths` and `baseUrl` of the nearest `tsconfig.json` or `jsconfig.json`.
    fn alias_of_compiler(&self, folder: &str, module: &str) -> Option<Target> {
        ["tsconfig.json", "jsconfig.json"].into_iter().find_map(|kind| {
            let (root, manifest) = self.layout.manifest(kind, folder)?;
            let aliased = self.alias(root, &manifest.aliases, module);
            aliased.or_else(|| manifest.roots.iter().find_map(|base| self.file_or_folder(&join(root, &inside(base, module)))))
        })
    }

    /// The longest pattern that fits wins, an exact one before all.
    fn alias(&self, root: &str, aliases: &[(String, Vec<String>)], module: &str) -> Option<Target> {
        let mut fitting: Vec<(usize, &str, &[String])> = aliases
            .iter()
            .filter_map(|(pattern, paths)| {
                let (length, middle) = fit(pattern, module)?;
                Some((length, middle, paths.as_slice()))
            })
            .collect();
        fitting.sort_by_key(|&(length, _, _)| std::cmp::Reverse(length));
        fitting.into_iter().find_map(|(_, middle, paths)| {
            paths.iter().find_map(|path| self.source_of(root, path.replace('*', middle).trim_start_matches("./")))
        })
    }

    /// A package of this name in the workspace.
    fn workspace_package(&self, package: &str, path: &str) -> Option<Target> {
        let manifests = self.layout.manifests("package.json");
        let (folder, manifest) = manifests.into_iter().find(|(_, manifest)| manifest.name == package)?;
        if path.is_empty() {
            return self.entry(folder, manifest);
        }
        let exported = format!("./{path}");
        self.alias(folder, &manifest.aliases, &exported).or_else(|| self.source_of(folder, path)).or_else(|| {
            let source = join(folder, &inside("src", path));
            self.file_or_folder(&source)
        })
    }

    /// What a package is entered by.
    fn entry(&self, folder: &str, manifest: &Manifest) -> Option<Target> {
        self.alias(folder, &manifest.aliases, ".")
            .or_else(|| manifest.entries.iter().find_map(|entry| self.source_of(folder, entry.trim_start_matches("./"))))
            .or_else(|| self.file(&inside(folder, "index")))
            .or_else(|| self.file(&inside(folder, "src/index")))
            .or_else(|| self.file(&inside(folder, "src/main")))
            .or_else(|| self.file(&inside(folder, "lib/index")))
    }

    /// The file at a path from a folder, or the source that it is built from.
    fn source_of(&self, folder: &str, path: &str) -> Option<Target> {
        let plain = join(folder, path);
        let found = self.file(&plain).or_else(|| self.file(&inside(&plain, "index")));
        found.or_else(|| {
            let mut parts: Vec<&str> = path.split('/').collect();
            let built = parts.iter().take_while(|part| BUILT.contains(part)).count();
            if built == 0 || built == parts.len() {
                return None;
            }
            parts.splice(..built, ["src"]);
            let source = join(folder, &parts.join("/"));
            self.file(&source).or_else(|| self.file(without_extension(&source))).or_else(|| {
                let beside = join(folder, &parts[1..].join("/"));
                self.file(&beside).or_else(|| self.file(without_extension(&beside)))
            })
        })
    }
}

/// Whether a pattern with at most one `*` fits: how much of it is fixed, and what the `*` stands for.
fn fit<'m>(pattern: &str, module: &'m str) -> Option<(usize, &'m str)> {
    match pattern.split_once('*') {
        None => (pattern == module).then_some((usize::MAX, "")),
        Some((before, after)) => {
            let rest = module.strip_prefix(before)?.strip_suffix(after)?;
            Some((before.len(), rest))
        }
    }
}

fn inside(folder: &str, path: &str) -> String {
    if folder.is_empty() || folder == "." { path.to_owned() } else { format!("{folder}/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::FakeLayout;

    fn aliases(pairs: &[(&str, &str)]) -> Vec<(String, Vec<String>)> {
        pairs.iter().map(|(pattern, path)| ((*pattern).to_owned(), vec![(*path).to_owned()])).collect()
    }

    fn project() -> FakeLayout {
        FakeLayout::default()
            .files(&[
                "src/app.ts",
                "src/util.ts",
                "src/legacy.js",
                "src/view.tsx",
                "src/types.d.ts",
                "src/shop/index.ts",
                "src/deep/real.ts",
                "packages/core/src/index.ts",
                "packages/core/src/math.ts",
                "packages/core/tools/run.mjs",
                "packages/web/lib/start.js",
                "packages/web/package/main.js",
                "scripts/build.js",
                "scripts/task.js",
                "scripts/task.ts",
            ])
            .modules(&["virtual:env"])
            .manifest(
                "package.json",
                "",
                Manifest { name: "root".into(), aliases: aliases(&[("#util", "./src/util.js")]), ..Manifest::default() },
            )
            .manifest(
                "tsconfig.json",
                "",
                Manifest {
                    aliases: aliases(&[("@/*", "src/*"), ("@/deep/*", "src/deep/*"), ("exact", "src/util.ts")]),
                    roots: vec!["src".into()],
                    ..Manifest::default()
                },
            )
            .manifest(
                "package.json",
                "packages/core",
                Manifest {
                    name: "@acme/core".into(),
                    aliases: aliases(&[(".", "./dist/index.js"), ("./math", "./dist/math.js"), ("./tools/*", "./tools/*.mjs")]),
                    ..Manifest::default()
                },
            )
            .manifest(
                "package.json",
                "packages/web",
                Manifest { name: "web".into(), entries: vec!["lib/start.js".into()], ..Manifest::default() },
            )
    }

    #[track_caller]
    fn check(from: &str, module: &str, expected: &str) {
        let project = project();
        let context = ImportContext { path: from, modules: &[], layout: &project };
        let targets = import_targets(&context, &Import { module, name: "", level: 0, system: false });
        let text: Vec<String> = targets
            .iter()
            .map(|target| match target {
                Target::File(path) => path.clone(),
                Target::Module(name) => format!("module {name}"),
                Target::External(package) => format!("external {package}"),
            })
            .collect();
        assert_eq!(text.join(", "), expected, "{module} from {from}");
    }

    #[test]
    fn relative_paths_find_files_by_ending_index_and_source() {
        check("src/app.ts", "./util", "src/util.ts");
        check("src/app.ts", "./util.js", "src/util.ts");
        check("src/app.ts", "./view.js", "src/view.tsx");
        check("src/app.ts", "./types", "src/types.d.ts");
        check("src/app.ts", "./legacy", "src/legacy.js");
        check("src/app.ts", "./shop", "src/shop/index.ts");
        check("src/shop/index.ts", "..", "");
        check("src/shop/index.ts", "../util?raw", "src/util.ts");
        check("src/app.ts", "./missing.css", "");
        check("src/app.ts", "../../outside", "");
        check("scripts/build.js", "./task", "scripts/task.js");
        check("src/app.ts", "../scripts/task", "scripts/task.ts");
        check("src/app.ts", "../packages/web", "packages/web/lib/start.js");
    }

    #[test]
    fn aliases_of_manifests_lead_to_sources() {
        check("src/app.ts", "#util", "src/util.ts");
        check("src/app.ts", "@/shop", "src/shop/index.ts");
        check("src/app.ts", "@/deep/real", "src/deep/real.ts");
        check("src/app.ts", "exact", "src/util.ts");
        check("src/app.ts", "shop", "src/shop/index.ts");
        check("src/app.ts", "#none", "");
    }

    #[test]
    fn packages_of_the_workspace_come_before_external_ones() {
        check("src/app.ts", "@acme/core", "packages/core/src/index.ts, external @acme/core");
        check("src/app.ts", "@acme/core/math", "packages/core/src/math.ts, external @acme/core");
        check("src/app.ts", "@acme/core/tools/run", "packages/core/tools/run.mjs, external @acme/core");
        check("src/app.ts", "web", "packages/web/lib/start.js, external web");
        check("src/app.ts", "react", "external react");
        check("src/app.ts", "@scope/pkg/sub/path", "external @scope/pkg");
        check("src/app.ts", "node:fs/promises", "external fs");
        check("src/app.ts", "virtual:env", "module virtual:env, external virtual:env");
    }

    #[test]
    fn a_module_is_named_by_its_path() {
        let project = project();
        let name = |path| modules_of(&FileContext { path, declared: "", layout: &project });
        assert_eq!(name("src/shop/index.ts"), ["src/shop"]);
        assert_eq!(name("src/types.d.ts"), ["src/types"]);
        assert_eq!(name(".eslintrc.js"), [".eslintrc"]);
    }

    #[test]
    fn built_in_names_are_sorted() {
        assert!(super::super::builtins::BUILTINS.is_sorted());
    }
}
