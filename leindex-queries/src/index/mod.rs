//! The facade: an [`Index`] over a project, short [`Snapshot`]s of it to ask, and [`Change`]s to keep it true.
//!
//! Everything here is plain owned data. No Salsa type, syntax tree or lifetime of the database leaves this module;
//! embedders who want the queries themselves find them in [`crate::query`].

mod change;
mod error;
mod open;
mod results;
pub(crate) mod snapshot;
pub(crate) mod symbols;
pub(crate) mod world;

pub use change::Change;
pub use error::{Cancellable, Cancelled, Error};
pub use open::{Index, Options, Progress, StorePlace};
pub use results::{EdgeInfo, FileInfo, Highlight, ScorePart, SearchHit, SearchOptions, SymbolInfo};
pub use snapshot::Snapshot;
