//! Modules and imports of Elixir: a module is where a file says it is, and paths mean nothing.

use crate::names::rules::{FileContext, Import, ImportContext, Target};

pub(super) use super::builtins::BUILTINS;

/// A file has no module of its own: each `defmodule` says its full name.
pub(super) fn modules_of(_: &FileContext<'_>) -> Vec<String> {
    Vec::new()
}

pub(super) fn import_targets(_: &ImportContext<'_>, import: &Import<'_>) -> Vec<Target> {
    let module = import.module;
    if let Some(erlang) = module.strip_prefix(':') {
        return vec![Target::Module(module.to_owned()), Target::External(erlang.to_owned())];
    }
    vec![Target::Module(module.to_owned()), Target::External(application(module))]
}

/// The application that holds a module outside the project: `Ecto.Query` is of `ecto`.
fn application(module: &str) -> String {
    let root = module.split('.').next().unwrap_or(module);
    match root {
        "ExUnit" => "ex_unit".to_owned(),
        "EEx" => "eex".to_owned(),
        "IEx" => "iex".to_owned(),
        "Mix" | "Logger" => root.to_lowercase(),
        _ if BUILTINS.binary_search(&root).is_ok() => "elixir".to_owned(),
        _ => snake_case(root),
    }
}

fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for character in name.chars() {
        if character.is_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = character.is_lowercase() || character.is_numeric();
        out.extend(character.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::test_layout::{FakeLayout, import};

    #[track_caller]
    fn check(module: &str, expected: &[Target]) {
        let layout = FakeLayout::default();
        let context = ImportContext { path: "lib/shop/auth.ex", modules: &[], layout: &layout };
        assert_eq!(import_targets(&context, &import(module, "", 0)), expected, "{module}");
    }

    #[test]
    fn a_module_is_looked_up_by_its_name_then_as_an_application() {
        check("Shop.User", &[Target::Module("Shop.User".into()), Target::External("shop".into())]);
        check("Ecto.Query", &[Target::Module("Ecto.Query".into()), Target::External("ecto".into())]);
        check("PhoenixLiveView.Socket", &[Target::Module("PhoenixLiveView.Socket".into()), Target::External("phoenix_live_view".into())]);
    }

    #[test]
    fn the_standard_library_is_elixir_and_its_companions() {
        check("GenServer", &[Target::Module("GenServer".into()), Target::External("elixir".into())]);
        check("ExUnit.Case", &[Target::Module("ExUnit.Case".into()), Target::External("ex_unit".into())]);
        check("Mix.Task", &[Target::Module("Mix.Task".into()), Target::External("mix".into())]);
        check(":lists", &[Target::Module(":lists".into()), Target::External("lists".into())]);
    }

    #[test]
    fn builtins_are_sorted() {
        assert!(BUILTINS.is_sorted());
    }
}
