//! Modules of Lua: dotted names searched along `package.path`.

use crate::names::rules::{FileContext, Import, ImportContext, Target};

/// Where `package.path` usually begins, below a project's root.
const ROOTS: [&str; 5] = ["", "lua/", "src/", "lib/", "lualib/"];

/// A file is known by every dotted name that a folder above it allows, the longest first: `lib/awful/util.lua` is
/// `lib.awful.util`, `awful.util` and `util`, for nothing in a file says where `package.path` begins.
pub(super) fn modules_of(file: &FileContext<'_>) -> Vec<String> {
    let stem = file.path.rsplit_once('.').map_or(file.path, |(stem, _)| stem);
    let stem = stem.strip_suffix("/init").unwrap_or(stem);
    let mut names = vec![stem.replace('/', ".")];
    let mut rest = stem;
    while let Some((_, inner)) = rest.split_once('/') {
        names.push(inner.replace('/', "."));
        rest = inner;
    }
    names
}

pub(super) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    let module = import.module.trim_end_matches(".lua");
    let relative = module.trim_start_matches("./").replace('.', "/");
    let mut targets = Vec::new();
    let mut add = |path: String| {
        let target = Target::File(path);
        if !targets.contains(&target) {
            targets.push(target);
        }
    };
    for root in ROOTS {
        for path in [format!("{root}{relative}.lua"), format!("{root}{relative}/init.lua")] {
            if context.layout.has_file(&path) {
                add(path);
            }
        }
    }
    // The nearest folder above the file that holds the module is as good as a root.
    let mut folder = context.folder();
    while !folder.is_empty() {
        for path in [format!("{folder}/{relative}.lua"), format!("{folder}/{relative}/init.lua")] {
            if context.layout.has_file(&path) {
                add(path);
            }
        }
        folder = folder.rsplit_once('/').map_or("", |(up, _)| up);
    }
    for suffix in [format!("{relative}.lua"), format!("{relative}/init.lua")] {
        context.layout.files_ending(&suffix).into_iter().for_each(&mut add);
    }
    targets.push(Target::External(module.split(['.', '/']).next().unwrap_or(module).to_owned()));
    targets
}

/// Global functions and libraries of Lua 5.1 to 5.4 and LuaJIT, sorted.
pub(super) const BUILTINS: &[&str] = &[
    "_ENV",
    "_G",
    "_VERSION",
    "arg",
    "assert",
    "bit",
    "bit32",
    "collectgarbage",
    "coroutine",
    "debug",
    "dofile",
    "error",
    "getfenv",
    "getmetatable",
    "io",
    "ipairs",
    "jit",
    "load",
    "loadfile",
    "loadstring",
    "math",
    "module",
    "next",
    "os",
    "package",
    "pairs",
    "pcall",
    "print",
    "rawequal",
    "rawget",
    "rawlen",
    "rawset",
    "require",
    "select",
    "setfenv",
    "setmetatable",
    "string",
    "table",
    "tonumber",
    "tostring",
    "type",
    "unpack",
    "utf8",
    "warn",
    "xpcall",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::FakeLayout;

    fn targets(module: &str) -> Vec<Target> {
        let layout = FakeLayout::default()
            .file("lib/awful/util.lua")
            .file("lib/awful/init.lua")
            .file("main.lua")
            .file("plugins/x/lua/x/core.lua")
            .file("plugins/x/lua/x/a.lua");
        let context = ImportContext { path: "plugins/x/lua/x/a.lua", modules: &[], layout: &layout };
        import_targets(&context, &Import { module, name: "", level: 0, system: false })
    }

    fn file(path: &str) -> Target {
        Target::File(path.to_owned())
    }

    #[test]
    fn dotted_names_are_searched_in_roots_then_above_the_file_then_anywhere() {
        assert_eq!(targets("awful.util"), [file("lib/awful/util.lua"), Target::External("awful".into())]);
        assert_eq!(targets("x.core"), [file("plugins/x/lua/x/core.lua"), Target::External("x".into())]);
        assert_eq!(targets("main"), [file("main.lua"), Target::External("main".into())]);
    }

    #[test]
    fn a_folder_is_its_init() {
        assert_eq!(targets("awful"), [file("lib/awful/init.lua"), Target::External("awful".into())]);
    }

    #[test]
    fn slashes_are_taken_as_dots() {
        assert_eq!(targets("awful/util"), [file("lib/awful/util.lua"), Target::External("awful".into())]);
    }

    #[test]
    fn what_is_nowhere_is_external() {
        assert_eq!(targets("lgi.cairo"), [Target::External("lgi".into())]);
    }
}
