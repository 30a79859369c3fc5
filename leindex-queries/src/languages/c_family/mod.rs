//! What C and C++ share: declarators, evidence, includes and the repair of macros. C# shares their conditionals.
//!
//! In both grammars a declaration is a type and *declarators*, nested as C nests them: `int *(*f)(char)[3]`. The hooks
//! here go down such a chain once per definition, find the name in it and say what is defined; the walk does the rest.

mod conditionals;
#[cfg(any(feature = "c", feature = "cpp"))]
mod declarations;
#[cfg(any(feature = "c", feature = "cpp"))]
mod evidence;
#[cfg(any(feature = "c", feature = "cpp"))]
pub(super) mod flow;
#[cfg(any(feature = "c", feature = "cpp"))]
mod includes;
#[cfg(any(feature = "c", feature = "cpp"))]
mod repair;
mod tokens;

#[cfg(any(feature = "c", feature = "cpp"))]
pub(super) use self::{
    declarations::*,
    evidence::evidence,
    includes::{import_targets, modules_of},
    repair::repair,
};

/// Blanks the branches of conditional compilation that leave broken syntax, for languages without macros.
#[cfg(feature = "csharp")]
pub(super) fn flatten_conditionals(source: &[u8], broken: bool) -> Option<Vec<u8>> {
    if !broken {
        return None;
    }
    let mut out = source.to_vec();
    conditionals::flatten(source, &tokens::tokens(source, true), &mut out).then_some(out)
}
