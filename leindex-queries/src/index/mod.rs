//! The facade: an [`Index`] over a project, short [`Snapshot`]s of it to ask, and [`Change`]s to keep it true.
//!
//! Everything here is plain owned data. No Salsa type, syntax tree or lifetime of the database leaves this module;
//! embedders who want the queries themselves find them in [`crate::query`].

mod change;
pub(crate) mod describe;
mod error;
mod fork;
mod lookup;
mod open;
mod relations;
mod results;
mod shapes;
pub(crate) mod snapshot;
pub(crate) mod world;

pub use change::{Change, ChangedLines, working_changes};
pub use error::{Cancellable, Cancelled, Error};
pub use lookup::{OutlineItem, Position, PositionEncoding};
pub use open::{Index, Options, Progress, StorePlace};
pub use relations::{Certainty, DeadSymbol, Direction, Hierarchy, Impact, ImpactMember, ImpactOptions, Relations};
pub use results::{EdgeInfo, FileInfo, Highlight, ScorePart, SearchHit, SearchOptions, SymbolInfo};
pub use snapshot::Snapshot;
