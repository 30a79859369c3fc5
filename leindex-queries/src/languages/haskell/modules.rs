//! Modules and imports of Haskell.

use crate::names::rules::{FileContext, Import, ImportContext, Target};

pub(super) fn modules_of(_: &FileContext<'_>) -> Vec<String> {
    Vec::new()
}

pub(super) fn import_targets(_: &ImportContext<'_>, _: &Import<'_>) -> Vec<Target> {
    Vec::new()
}

pub(super) const BUILTINS: &[&str] = &[];
