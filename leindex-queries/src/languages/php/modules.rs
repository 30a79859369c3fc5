//! Namespaces and files of PHP: PSR-4 from `composer.json`, `include` by path.

use super::builtins;
use crate::names::rules::{FileContext, Import, ImportContext, Target, join};

pub(super) const BUILTINS: &[&str] = builtins::BUILTINS;

const COMPOSER: &str = "composer.json";

/// A file belongs to the namespace it declares, whatever its path.
pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    vec![file.declared.to_owned()]
}

pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    if import.name.is_empty() && (import.module.contains(['/', '.'])) {
        return included(context, import.module);
    }
    let full = match import.module {
        "" => import.name.to_owned(),
        module => format!("{module}\\{}", import.name),
    };
    let mut targets = Vec::new();
    let mut manifests = context.layout.manifests(COMPOSER);
    // The nearest manifest speaks first.
    manifests.sort_by_key(|(folder, _)| std::cmp::Reverse(if context.path.starts_with(*folder) { folder.len() + 1 } else { 0 }));
    for (folder, manifest) in manifests {
        let mut prefixes: Vec<_> = manifest.aliases.iter().collect();
        prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        for (prefix, roots) in prefixes {
            let Some(rest) = full.strip_prefix(prefix.as_str()) else { continue };
            let rest = rest.trim_start_matches('\\').replace('\\', "/");
            for root in roots {
                let target = Target::File(join(folder, &format!("{root}/{rest}.php")));
                if !targets.contains(&target) {
                    targets.push(target);
                }
            }
        }
    }
    targets.push(Target::Module(import.module.to_owned()));
    targets.push(Target::Module(full.clone()));
    targets.push(Target::External(full.split('\\').next().unwrap_or("").to_owned()));
    targets
}

/// `./x.php` stands beside the file; a plain path may also be meant from the root, or from a folder above.
fn included(context: &ImportContext<'_>, path: &str) -> Vec<Target> {
    if path.starts_with("./") {
        return vec![Target::File(join(context.folder(), path))];
    }
    let mut targets = vec![Target::File(join(context.folder(), path))];
    let mut folder = context.folder();
    while !folder.is_empty() {
        folder = folder.rsplit_once('/').map_or("", |(up, _)| up);
        targets.push(Target::File(join(folder, path)));
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::FakeLayout;
    use crate::names::rules::Manifest;

    fn psr4(prefixes: &[(&str, &str)]) -> Manifest {
        let aliases = prefixes.iter().map(|(prefix, root)| ((*prefix).to_owned(), vec![(*root).to_owned()])).collect();
        Manifest { aliases, ..Manifest::default() }
    }

    fn targets(module: &str, name: &str) -> Vec<Target> {
        let layout = FakeLayout::default()
            .file("src/Models/User.php")
            .manifest(COMPOSER, "", psr4(&[("App\\", "src"), ("App\\Tests\\", "tests")]))
            .manifest(COMPOSER, "vendor/b", psr4(&[("B\\", "lib")]));
        let context = ImportContext { path: "src/Http/Controller.php", modules: &[], layout: &layout };
        import_targets(&context, &Import { module, name, level: 0, system: false })
    }

    fn file(path: &str) -> Target {
        Target::File(path.to_owned())
    }

    fn module(name: &str) -> Target {
        Target::Module(name.to_owned())
    }

    #[test]
    fn classes_are_where_psr_4_says() {
        let external = Target::External("App".into());
        assert_eq!(
            targets("App\\Models", "User"),
            [file("src/Models/User.php"), module("App\\Models"), module("App\\Models\\User"), external.clone()]
        );
        let found = targets("App\\Tests", "UserTest");
        assert_eq!(found.first(), Some(&file("tests/UserTest.php")), "the longest prefix comes first");
        assert_eq!(found.last(), Some(&external));
    }

    #[test]
    fn another_package_of_the_workspace_is_found() {
        assert_eq!(targets("B\\C", "D").first(), Some(&file("vendor/b/lib/C/D.php")));
    }

    #[test]
    fn functions_constants_and_namespaces_are_in_modules() {
        assert_eq!(targets("Lib\\Strings", "slug"), [module("Lib\\Strings"), module("Lib\\Strings\\slug"), Target::External("Lib".into())]);
        assert_eq!(targets("", "Exception"), [module(""), module("Exception"), Target::External("Exception".into())]);
    }

    #[test]
    fn included_files_are_beside_or_above() {
        assert_eq!(targets("./x.php", ""), [file("src/Http/x.php")]);
        assert_eq!(targets("./../x.php", ""), [file("src/x.php")]);
        assert_eq!(targets("inc/x.php", ""), [file("src/Http/inc/x.php"), file("src/inc/x.php"), file("inc/x.php")]);
    }
}
