//! Modules and imports of Haskell: a module is named by its head, and lies under a source root at the path of its name.

use crate::names::rules::{FileContext, Import, ImportContext, Manifest, Target, join};

pub(super) use super::builtins::BUILTINS;

/// The declared name; without a head the path below a source root (`hs-source-dirs`), or `Main`.
pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    if !file.declared.is_empty() {
        return vec![file.declared.to_owned()];
    }
    let stem = file.path.rsplit_once('.').map_or(file.path, |(stem, _)| stem);
    let folder = stem.rsplit_once('/').map_or("", |(folder, _)| folder);
    if let Some((manifest_folder, manifest)) = file.layout.manifest("cabal", folder) {
        for root in roots(manifest_folder, manifest) {
            let below = if root.is_empty() { Some(stem) } else { stem.strip_prefix(&root).and_then(|rest| rest.strip_prefix('/')) };
            if let Some(below) = below
                && is_module_path(below)
            {
                return vec![below.replace('/', ".")];
            }
        }
    }
    // The longest tail of the path that reads as a module's name.
    let parts: Vec<&str> = stem.split('/').collect();
    let first = parts.iter().rposition(|part| !starts_upper(part)).map_or(0, |at| at + 1);
    match parts.get(first..) {
        Some([]) | None => vec!["Main".to_owned()],
        Some(tail) => vec![tail.join(".")],
    }
}

fn starts_upper(part: &str) -> bool {
    part.starts_with(char::is_uppercase)
}

fn is_module_path(path: &str) -> bool {
    path.split('/').all(starts_upper)
}

fn roots(folder: &str, manifest: &Manifest) -> Vec<String> {
    if manifest.roots.is_empty() {
        return vec![folder.to_owned()];
    }
    manifest.roots.iter().map(|root| join(folder, root)).collect()
}

pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    let relative = import.module.replace('.', "/");
    let mut targets = Vec::new();
    // Several packages of a workspace may have a module of the same name: the file's own package comes first.
    if let Some((folder, manifest)) = context.layout.manifest("cabal", context.folder()) {
        for root in roots(folder, manifest) {
            let prefix = if root.is_empty() { String::new() } else { format!("{root}/") };
            for extension in ["hs", "lhs", "hsc"] {
                let path = format!("{prefix}{relative}.{extension}");
                if context.layout.has_file(&path) {
                    targets.push(Target::File(path));
                }
            }
        }
    }
    targets.push(Target::Module(import.module.to_owned()));
    targets.push(Target::External(package(import.module)));
    targets
}

/// The package that a well-known module comes from; for others, the module's first word says the most.
fn package(module: &str) -> String {
    const PACKAGES: &[(&str, &str)] = &[
        ("Control.Concurrent.STM", "stm"),
        ("Control.Lens", "lens"),
        ("Control.Monad.Except", "mtl"),
        ("Control.Monad.Reader", "mtl"),
        ("Control.Monad.State", "mtl"),
        ("Control.Monad.Trans", "transformers"),
        ("Control.Monad.Writer", "mtl"),
        ("Data.Aeson", "aeson"),
        ("Data.Attoparsec", "attoparsec"),
        ("Data.ByteString", "bytestring"),
        ("Data.HashMap", "unordered-containers"),
        ("Data.HashSet", "unordered-containers"),
        ("Data.IntMap", "containers"),
        ("Data.IntSet", "containers"),
        ("Data.Map", "containers"),
        ("Data.Sequence", "containers"),
        ("Data.Set", "containers"),
        ("Data.Text", "text"),
        ("Data.Time", "time"),
        ("Data.Tree", "containers"),
        ("Data.Vector", "vector"),
        ("Data.Yaml", "yaml"),
        ("Language.Haskell.TH", "template-haskell"),
        ("Network.HTTP", "http-client"),
        ("System.Directory", "directory"),
        ("System.FilePath", "filepath"),
        ("System.Process", "process"),
        ("Test.HUnit", "HUnit"),
        ("Test.Hspec", "hspec"),
        ("Test.QuickCheck", "QuickCheck"),
        ("Test.Tasty", "tasty"),
        ("Text.Parsec", "parsec"),
    ];
    let of = |known: &str| module.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if let Some((_, package)) = PACKAGES.iter().find(|(known, _)| of(known)) {
        return (*package).to_owned();
    }
    const BASE: &[&str] = &["Control", "Data", "Debug", "Foreign", "GHC", "Numeric", "Prelude", "System", "Text", "Type", "Unsafe"];
    let root = module.split('.').next().unwrap_or(module);
    if BASE.contains(&root) { "base".to_owned() } else { root.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::{FakeLayout, import};

    fn layout() -> FakeLayout {
        FakeLayout::default().file("src/Shop/Auth.hs").file("tool/Shop/Auth.hs").manifest(
            "cabal",
            "",
            Manifest { name: "shop".into(), roots: vec!["src".into()], ..Manifest::default() },
        )
    }

    #[track_caller]
    fn check(module: &str, expected: &[Target]) {
        let layout = layout();
        let context = ImportContext { path: "src/Shop/User.hs", modules: &[], layout: &layout };
        assert_eq!(import_targets(&context, &import(module, "", 0)), expected, "{module}");
    }

    #[test]
    fn a_module_of_the_own_package_is_a_file_under_its_source_root() {
        check("Shop.Auth", &[Target::File("src/Shop/Auth.hs".into()), Target::Module("Shop.Auth".into()), Target::External("Shop".into())]);
    }

    #[test]
    fn a_module_of_no_file_is_a_package() {
        check("Data.Map.Strict", &[Target::Module("Data.Map.Strict".into()), Target::External("containers".into())]);
        check("Data.List", &[Target::Module("Data.List".into()), Target::External("base".into())]);
        check("Yesod.Core", &[Target::Module("Yesod.Core".into()), Target::External("Yesod".into())]);
    }

    #[test]
    fn a_file_is_the_module_it_says_or_that_its_path_says() {
        let layout = layout();
        let check = |path: &str, declared: &str, expected: &str| {
            let file = FileContext { path, declared, layout: &layout };
            assert_eq!(modules_of(&file), [expected], "{path}");
        };
        check("src/Shop/Auth.hs", "Shop.Auth", "Shop.Auth");
        check("src/Shop/User.hs", "", "Shop.User");
        check("lib/old/Shop/User.hs", "", "Shop.User");
        check("app/main.hs", "", "Main");
    }

    #[test]
    fn builtins_are_sorted() {
        assert!(BUILTINS.is_sorted());
    }
}
