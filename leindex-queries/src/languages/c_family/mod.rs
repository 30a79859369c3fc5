//! What C and C++ share: declarators, evidence, includes and the repair of macros.
//!
//! In both grammars a declaration is a type and *declarators*, nested as C nests them: `int *(*f)(char)[3]`. The hooks
//! here go down such a chain once per definition, find the name in it and say what is defined; the walk does the rest.

mod conditionals;
mod declarations;
mod evidence;
mod includes;
mod repair;
mod tokens;

pub(super) use declarations::*;
pub(super) use evidence::evidence;
pub(super) use includes::{import_targets, modules_of};
pub(super) use repair::repair;
