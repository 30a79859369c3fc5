//! Le Graphe, its names: modules, imports, scopes and the edges that follow from them.

pub mod confidence;
pub mod edges;
pub mod entity;
pub mod evidence;
pub mod files;
pub(crate) mod follow;
pub mod library;
pub mod live;
pub mod manifests;
pub mod members;
pub mod module_map;
pub(crate) mod projects;
pub mod resolve;
pub mod rules;
pub(crate) mod values;
