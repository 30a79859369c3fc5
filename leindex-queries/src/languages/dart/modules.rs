//! Libraries and URIs of Dart: relative paths, `package:` through the pubspecs of the workspace, `dart:`.

use crate::names::rules::{FileContext, Import, ImportContext, Layout, Target, join};

const PUBSPEC: &str = "pubspec.yaml";

/// A file is the library of its path and, below a package's `lib`, of its `package:` URI. A part is of the library
/// that it names.
pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if file.declared.ends_with(".dart") {
        let path = resolve(file.layout, folder, file.declared);
        return path.map_or_else(Vec::new, |path| names_of(file.layout, &path));
    }
    let mut names = names_of(file.layout, file.path);
    if !file.declared.is_empty() {
        names.push(file.declared.to_owned());
    }
    names
}

fn names_of(layout: &dyn Layout, path: &str) -> Vec<String> {
    let mut names = vec![path.to_owned()];
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if let Some((root, manifest)) = layout.manifest(PUBSPEC, folder)
        && !manifest.name.is_empty()
        && let Some(inside) = strip_folder(path, root).and_then(|path| path.strip_prefix("lib/"))
    {
        names.push(format!("package:{}/{inside}", manifest.name));
    }
    names
}

fn strip_folder<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// The path of a URI of a package of the workspace, or relative to a folder.
fn resolve(layout: &dyn Layout, folder: &str, uri: &str) -> Option<String> {
    match uri.strip_prefix("package:") {
        Some(rest) => {
            let (package, path) = rest.split_once('/')?;
            let manifests = layout.manifests(PUBSPEC);
            let (root, _) = manifests.iter().find(|(_, manifest)| manifest.name == package)?;
            Some(join(root, &format!("lib/{path}")))
        }
        None => Some(join(folder, uri)),
    }
}

pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    let uri = import.module;
    if let Some(library) = uri.strip_prefix("dart:") {
        return vec![Target::External(format!("dart:{library}"))];
    }
    if let Some(rest) = uri.strip_prefix("package:") {
        let mut targets: Vec<Target> = resolve(context.layout, context.folder(), uri).into_iter().map(Target::File).collect();
        targets.push(Target::External(rest.split('/').next().unwrap_or(rest).to_owned()));
        return targets;
    }
    if !uri.ends_with(".dart") {
        // `part of a.b`.
        return vec![Target::Module(uri.to_owned())];
    }
    vec![Target::File(join(context.folder(), uri))]
}

/// Names of `dart:core`, sorted.
pub(super) const BUILTINS: &[&str] = &[
    "AbstractClassInstantiationError",
    "ArgumentError",
    "AssertionError",
    "BigInt",
    "Comparable",
    "Comparator",
    "ConcurrentModificationError",
    "DateTime",
    "Deprecated",
    "Duration",
    "Enum",
    "Error",
    "Exception",
    "Expando",
    "Finalizer",
    "FormatException",
    "Function",
    "Future",
    "IndexError",
    "IntegerDivisionByZeroException",
    "Invocation",
    "Iterable",
    "Iterator",
    "List",
    "Map",
    "MapEntry",
    "Match",
    "Never",
    "NoSuchMethodError",
    "Null",
    "NullThrownError",
    "Object",
    "OutOfMemoryError",
    "Pattern",
    "RangeError",
    "Record",
    "RegExp",
    "RegExpMatch",
    "RuneIterator",
    "Runes",
    "Set",
    "Sink",
    "StackOverflowError",
    "StackTrace",
    "StateError",
    "Stopwatch",
    "Stream",
    "String",
    "StringBuffer",
    "StringSink",
    "Symbol",
    "Type",
    "TypeError",
    "UnimplementedError",
    "UnsupportedError",
    "Uri",
    "UriData",
    "WeakReference",
    "bool",
    "deprecated",
    "double",
    "dynamic",
    "identical",
    "identityHashCode",
    "int",
    "num",
    "override",
    "pragma",
    "print",
    "provisional",
    "proxy",
    "void",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::FakeLayout;
    use crate::names::rules::Manifest;

    fn named(name: &str) -> Manifest {
        Manifest { name: name.to_owned(), ..Manifest::default() }
    }

    fn targets(module: &str) -> Vec<Target> {
        let layout = FakeLayout::default()
            .file("app/lib/src/a.dart")
            .file("app/lib/b.dart")
            .file("core/lib/c.dart")
            .manifest(PUBSPEC, "app", named("app"))
            .manifest(PUBSPEC, "core", named("core"));
        let context = ImportContext { path: "app/lib/src/a.dart", modules: &[], layout: &layout };
        import_targets(&context, &Import { module, name: "", level: 0, system: false })
    }

    #[test]
    fn relative_uris_lead_to_files() {
        assert_eq!(targets("../b.dart"), [Target::File("app/lib/b.dart".into())]);
        assert_eq!(targets("c.g.dart"), [Target::File("app/lib/src/c.g.dart".into())]);
        assert_eq!(targets("../../../../b.dart"), [Target::File("../b.dart".into())]);
    }

    #[test]
    fn package_uris_lead_to_the_packages_of_the_workspace() {
        assert_eq!(targets("package:core/c.dart"), [Target::File("core/lib/c.dart".into()), Target::External("core".into())]);
        assert_eq!(targets("package:app/b.dart"), [Target::File("app/lib/b.dart".into()), Target::External("app".into())]);
        assert_eq!(targets("package:http/http.dart"), [Target::External("http".into())]);
    }

    #[test]
    fn the_language_s_own_libraries_are_external() {
        assert_eq!(targets("dart:async"), [Target::External("dart:async".into())]);
    }

    #[test]
    fn a_library_name_is_a_module() {
        assert_eq!(targets("a.b"), [Target::Module("a.b".into())]);
    }

    #[test]
    fn a_file_is_named_by_its_path_its_package_and_its_declaration() {
        let layout = FakeLayout::default().file("app/lib/b.dart").manifest(PUBSPEC, "app", named("app"));
        let modules = |path, declared| modules_of(&FileContext { path, declared, layout: &layout });
        assert_eq!(modules("app/lib/b.dart", "x.y"), ["app/lib/b.dart", "package:app/b.dart", "x.y"]);
        assert_eq!(modules("app/lib/src/b.g.dart", "../b.dart"), ["app/lib/b.dart", "package:app/b.dart"]);
        assert_eq!(modules("app/test/b_test.dart", ""), ["app/test/b_test.dart"]);
    }
}
