//! Load paths of Ruby. Names do not come from files: `require` only makes sure that they are there.

use super::builtins;
use crate::names::rules::{FileContext, Import, ImportContext, Target, join};

pub(super) const BUILTINS: &[&str] = builtins::BUILTINS;

/// Folders that stand on the load path by convention.
const ROOTS: [&str; 6] = ["lib", "app", "test", "spec", "ext", ""];

/// A file is named as `require` names it: its path below `lib`, or from the root.
pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    let stem = file.path.strip_suffix(".rb").unwrap_or(file.path);
    let mut names = vec![stem.to_owned()];
    if let Some(below) = below_lib(stem) {
        names.push(below.to_owned());
    }
    names
}

fn below_lib(path: &str) -> Option<&str> {
    path.strip_prefix("lib/").or_else(|| path.rsplit_once("/lib/").map(|(_, below)| below))
}

pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    let with_ending = |path: &str| if path.ends_with(".rb") { path.to_owned() } else { format!("{path}.rb") };
    if import.level > 0 {
        return vec![Target::File(join(context.folder(), &with_ending(import.module)))];
    }
    let name = with_ending(import.module.trim_start_matches("./"));
    let mut targets = Vec::new();
    let mut add = |path: String| {
        let target = Target::File(path);
        if !targets.contains(&target) {
            targets.push(target);
        }
    };
    // A gem finds its own files first: the load path of its `lib`, then of the folders beside it.
    let mut folder = context.folder();
    loop {
        for root in ROOTS {
            let path = [folder, root, &name].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/");
            if context.layout.has_file(&path) {
                add(path);
            }
        }
        match folder.rsplit_once('/') {
            Some((up, _)) => folder = up,
            None if folder.is_empty() => break,
            None => folder = "",
        }
    }
    for suffix in [format!("lib/{name}"), name] {
        context.layout.files_ending(&suffix).into_iter().for_each(&mut add);
    }
    targets.push(Target::External(import.module.split('/').next().unwrap_or(import.module).to_owned()));
    targets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::FakeLayout;

    fn targets(module: &str, level: u32) -> Vec<Target> {
        let layout = FakeLayout::default()
            .file("core/lib/shop/cart.rb")
            .file("core/lib/shop.rb")
            .file("other/lib/tax.rb")
            .file("core/test/helper.rb");
        let context = ImportContext { path: "core/lib/shop/order.rb", modules: &[], layout: &layout };
        import_targets(&context, &Import { module, name: "", level, system: false })
    }

    fn file(path: &str) -> Target {
        Target::File(path.to_owned())
    }

    #[test]
    fn require_searches_the_load_paths_of_the_gem_first() {
        assert_eq!(targets("shop/cart", 0), [file("core/lib/shop/cart.rb"), Target::External("shop".into())]);
        assert_eq!(targets("shop", 0), [file("core/lib/shop.rb"), Target::External("shop".into())]);
        assert_eq!(targets("helper", 0), [file("core/test/helper.rb"), Target::External("helper".into())]);
    }

    #[test]
    fn require_finds_another_gem_of_the_workspace() {
        assert_eq!(targets("tax", 0), [file("other/lib/tax.rb"), Target::External("tax".into())]);
    }

    #[test]
    fn require_relative_stays_beside_the_file() {
        assert_eq!(targets("cart", 1), [file("core/lib/shop/cart.rb")]);
        assert_eq!(targets("../shop", 1), [file("core/lib/shop.rb")]);
    }

    #[test]
    fn load_names_the_ending() {
        assert_eq!(targets("shop/cart.rb", 0), [file("core/lib/shop/cart.rb"), Target::External("shop".into())]);
    }

    #[test]
    fn what_is_nowhere_is_external() {
        assert_eq!(targets("json", 0), [Target::External("json".into())]);
    }
}
