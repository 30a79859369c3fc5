//! Control and data flow: the program dependence graph of each function.
//!
//! [`lower`] makes of a function's syntax [one form](ir) that all languages share; [`cfg`] makes of that a control-flow
//! graph; [`dominance`] and [`control`] say which condition decides about a node, [`reaching`] which definition a use
//! sees. Together they are a [`Flow`]: a function of the body's text alone, stored under its hash. [`summary`] links
//! flows through resolved calls; slices over them are questions about the whole project, in `graph/slice.rs`.

mod blocks;
mod body;
#[cfg(feature = "analytics")]
pub(crate) mod calls;
pub(crate) mod cfg;
mod control;
pub(crate) mod dependence;
mod dominance;
mod draw;
pub(crate) mod ends;
pub(crate) mod file;
pub(crate) mod index;
mod intelligence;
pub(crate) mod ir;
mod lower;
pub(crate) mod packed;
pub(crate) mod queries;
mod reaching;
pub(crate) mod summary;
#[cfg(test)]
mod tests;
mod transfer;

pub use blocks::{Block, BlockStatement};
pub use body::{Flow, Region};
pub use cfg::{Edge, EdgeKind, Node};
pub use control::ControlDependence;
pub(crate) use draw::excerpt;
pub use draw::{Drawing, draw, variable_name};
#[cfg(feature = "analytics")]
pub(crate) use draw::{add_excerpt, variable_text};
pub use file::{FileFlow, file_flows, opaque_kinds};
pub use intelligence::{CodeIntelligence, SignatureInfo};
pub use ir::{Call, Mention, MentionKind, Step, StepKind, Variable, VariableKind};
pub(crate) use ir::{Item, SwitchKind};
pub(crate) use lower::OpenScope;
pub use lower::{Bind, Clause, ClauseBody, Lower};
pub use reaching::DataDependence;
pub use transfer::{Passage, Sink, Source, Transfer};
