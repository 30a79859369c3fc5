//! The facade: an [`Index`] over a project, short [`Snapshot`]s of it to ask, and [`Change`]s to keep it true.
//!
//! Everything here is plain owned data. No Salsa type, syntax tree or lifetime of the database leaves this module;
//! embedders who want the queries themselves find them in [`crate::query`].

mod architecture;
mod betweenness;
pub(crate) mod bytes;
mod change;
mod communities;
pub(crate) mod describe;
mod diff;
pub(crate) mod embedding;
mod error;
pub(crate) mod flow;
#[cfg(feature = "watch")]
mod follow;
mod fork;
mod grep;
mod handle;
pub(crate) mod hotspots;
pub(crate) mod lookup;
mod metrics;
mod open;
mod other_files;
mod position;
mod relations;
mod results;
mod roots;
mod shapes;
pub(crate) mod snapshot;
mod stats;
mod vector_graph;
pub(crate) mod world;

pub use architecture::{Architecture, ArchitectureDirectory, ArchitectureOptions, ClosingCoupling, Coupling, Dependency, DirectoryCycle};
pub use betweenness::{Betweenness, BetweennessOptions, SymbolBetweenness};
pub use change::{Change, ChangedLines, WorkingTree, working_tree};
pub use communities::{Communities, CommunitiesOptions, Community, CommunityMember};
pub use diff::{BaseFile, ChangedSignature, Diff, FileDiff, MovedSymbol, OldSymbol, files_at_base};
pub use embedding::{EmbedOptions, EmbeddingStats};
pub use error::{Cancellable, Cancelled, Error};
pub use flow::{Dependence, EdgeRow, FlowCount, FlowNode, GraphOptions, NodeRow, ProgramGraph, Slice, SliceLine, SliceOptions};
#[cfg(feature = "watch")]
pub use follow::Follower;
pub use grep::{GrepAnswer, GrepLine, GrepOptions};
pub use handle::Handle;
pub use hotspots::{Centrality, HistoryInfo, Hotspot, Hotspots, HotspotsOptions, SymbolCentrality, churn_factor};
pub use leindex_db::history::{Churn, ChurnOptions, FileChurn};
pub use lookup::OutlineItem;
pub use metrics::{Measure, Metrics, MetricsOptions, MetricsSummary, PathMetrics, Spread, SymbolMetrics};
pub use open::{Index, Options, Progress, StorePlace};
pub use other_files::OtherFile;
pub use position::{Position, PositionEncoding};
pub use relations::{Certainty, DeadSymbol, Direction, Hierarchy, Impact, ImpactMember, ImpactOptions, Relations};
pub use results::{Diagnostic, EdgeInfo, FileInfo, Highlight, ScorePart, SearchAnswer, SearchHit, SearchOptions, SymbolInfo};
pub use snapshot::{Canceller, Snapshot};
pub use stats::Stats;
