//! Le Parse, its items: what is said of a symbol once its node has been walked: signature, documentation, metrics,
//! descriptor. Content only: nothing here knows a path.

pub mod descriptor;
pub mod docs;
pub mod metrics;
pub(crate) mod signature;
