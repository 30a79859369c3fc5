//! Where `#include`, `using` and namespace aliases lead.

use crate::names::rules::{FileContext, Import, ImportContext, Target, join};

/// Files are no modules here; namespaces are, and they say so themselves.
pub(in crate::languages) fn modules_of(_: &FileContext<'_>) -> Vec<String> {
    Vec::new()
}

pub(in crate::languages) fn import_targets(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    if import.system || import.name.is_empty() && import.module.contains(['.', '/']) {
        return include(context, import);
    }
    namespace(context, import)
}

/// `#include "x"` looks beside the file first; both forms then in every folder that has such a path below it, the
/// nearest to the file first.
fn include(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    let path = import.module;
    let mut targets = Vec::new();
    if !import.system {
        targets.push(Target::File(join(context.folder(), path)));
    }
    let suffix = path.trim_start_matches("./");
    let suffix = suffix.rsplit_once("../").map_or(suffix, |(_, rest)| rest);
    let mut found = context.layout.files_ending(suffix);
    if context.layout.has_file(suffix) && !found.iter().any(|file| file == suffix) {
        found.push(suffix.to_owned());
    }
    found.sort_by_key(|file| (std::cmp::Reverse(shared_folders(context.path, file)), file.matches('/').count(), file.clone()));
    for file in found {
        let target = Target::File(file);
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    if !targets.iter().any(|target| matches!(target, Target::File(file) if context.layout.has_file(file))) {
        targets.push(Target::External(package(path)));
    }
    targets
}

/// `using namespace a::b`, `using a::b::c`, `namespace x = a::b`: from the file's own namespaces outwards.
fn namespace(context: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    let module = import.module.trim_start_matches("::");
    let mut targets = Vec::new();
    if !import.module.starts_with("::") {
        for own in context.modules {
            let mut around = own.as_str();
            while !around.is_empty() {
                let target = Target::Module(format!("{around}::{module}"));
                if !targets.contains(&target) {
                    targets.push(target);
                }
                around = around.rsplit_once("::").map_or("", |(outer, _)| outer);
            }
        }
    }
    targets.push(Target::Module(module.to_owned()));
    let first = module.split("::").next().unwrap_or(module);
    if !context.layout.has_module("c", first) {
        targets.push(Target::External(first.to_owned()));
    }
    targets
}

/// How many leading folders two paths share.
fn shared_folders(one: &str, other: &str) -> usize {
    let folders = |path: &str| path.matches('/').count();
    one.split('/').zip(other.split('/')).take(folders(one).min(folders(other))).take_while(|(a, b)| a == b).count()
}

/// The library that a header outside the project belongs to, as far as its path tells.
fn package(path: &str) -> String {
    match path.split_once('/') {
        Some(("sys" | "bits" | "arpa" | "netinet" | "net", _)) => "libc".to_owned(),
        Some((first, _)) => first.to_owned(),
        None if C_HEADERS.contains(&path) => "libc".to_owned(),
        None if !path.contains('.') => "std".to_owned(),
        None => path.split('.').next().unwrap_or(path).to_owned(),
    }
}

const C_HEADERS: &[&str] = &[
    "assert.h",
    "complex.h",
    "ctype.h",
    "dirent.h",
    "dlfcn.h",
    "errno.h",
    "fcntl.h",
    "fenv.h",
    "float.h",
    "getopt.h",
    "grp.h",
    "inttypes.h",
    "iso646.h",
    "limits.h",
    "locale.h",
    "malloc.h",
    "math.h",
    "netdb.h",
    "poll.h",
    "pthread.h",
    "pwd.h",
    "regex.h",
    "sched.h",
    "semaphore.h",
    "setjmp.h",
    "signal.h",
    "stdalign.h",
    "stdarg.h",
    "stdatomic.h",
    "stdbool.h",
    "stddef.h",
    "stdint.h",
    "stdio.h",
    "stdlib.h",
    "stdnoreturn.h",
    "string.h",
    "strings.h",
    "syslog.h",
    "termios.h",
    "tgmath.h",
    "threads.h",
    "time.h",
    "uchar.h",
    "unistd.h",
    "utime.h",
    "wchar.h",
    "wctype.h",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::FakeLayout;

    fn project() -> FakeLayout {
        FakeLayout::default()
            .files(&["src/db/impl.cc", "src/db/impl.h", "src/util/impl.h", "include/shop/db.h", "other/include/shop/db.h"])
            .modules(&["shop", "shop::detail"])
    }

    fn targets(module: &str, name: &str, system: bool) -> Vec<String> {
        let context = ImportContext { path: "src/db/impl.cc", modules: &["shop::db".to_owned()], layout: &project() };
        import_targets(&context, &Import { module, name, level: 0, system }).iter().map(|target| format!("{target:?}")).collect()
    }

    #[test]
    fn a_quoted_include_looks_beside_the_file_first() {
        assert_eq!(targets("impl.h", "", false)[0], r#"File("src/db/impl.h")"#);
        assert_eq!(targets("../util/impl.h", "", false)[0], r#"File("src/util/impl.h")"#);
    }

    #[test]
    fn an_include_of_a_longer_path_is_found_below_any_folder() {
        let found = targets("shop/db.h", "", true);
        assert_eq!(found[..2], [r#"File("include/shop/db.h")"#, r#"File("other/include/shop/db.h")"#]);
        assert_eq!(targets("util/impl.h", "", false)[1], r#"File("src/util/impl.h")"#);
    }

    #[test]
    fn headers_of_nobody_here_are_external() {
        assert_eq!(targets("vector", "", true), [r#"External("std")"#]);
        assert_eq!(targets("stdio.h", "", true), [r#"External("libc")"#]);
        assert_eq!(targets("gtest/gtest.h", "", false).last().map(String::as_str), Some(r#"External("gtest")"#));
    }

    #[test]
    fn names_of_namespaces_are_looked_up_outwards() {
        assert_eq!(
            targets("detail", "", false),
            [r#"Module("shop::db::detail")"#, r#"Module("shop::detail")"#, r#"Module("detail")"#, r#"External("detail")"#]
        );
        assert_eq!(targets("::shop::detail", "f", false), [r#"Module("shop::detail")"#]);
        assert_eq!(targets("std", "string", false).last().map(String::as_str), Some(r#"External("std")"#));
    }
}
