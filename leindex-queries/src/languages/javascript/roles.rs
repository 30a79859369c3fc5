//! What the node kinds of JavaScript mean.

use crate::languages::{Metrics, Role};

pub(super) const ROLES: &[(&str, Role)] = &[];

pub(super) const METRICS: Metrics =
    Metrics { decisions: &[], short_circuits: &[], nesting: &[], flat: &[], deepening: &[], statements: &[] };
