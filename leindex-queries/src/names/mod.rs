//! Le Graphe, its names: modules, imports, scopes and the edges that follow from them.

pub mod rules;
