//! What counts for the metrics of a language.

use tree_sitter::Node;

use crate::syntax::walk::Walk;

/// Node kinds that count for the metrics. Kinds with a role may appear here too.
#[derive(Clone, Copy, Debug)]
pub struct Metrics {
    /// Cyclomatic +1: each branch of a decision (`if`, `elif`, loop, `case`, `catch`, `?:`, comprehension `for`/`if`).
    pub decisions: &'static [&'static str],
    /// Tokens of short-circuit operators, where they stand in one of `chains`: cyclomatic +1 each; cognitive +1 per run
    /// of equal ones.
    pub short_circuits: &'static [&'static str],
    /// Expressions through which a run of short-circuit operators goes on: the binary ones, and parentheses.
    pub chains: &'static [&'static str],
    /// Cognitive +1 and +1 per level of nesting, and they nest what is inside.
    pub nesting: &'static [&'static str],
    /// Cognitive +1 without regard to nesting (`else`, `elif`, labelled jumps).
    pub flat: &'static [&'static str],
    /// They nest what is inside without counting (lambdas).
    pub deepening: &'static [&'static str],
    /// Statements.
    pub statements: &'static [&'static str],
    /// Nothing inside them is a decision.
    pub opaque: &'static [&'static str],
    /// Kinds whose count depends on more than their kind: `judge` says what they count for.
    pub judged: &'static [&'static str],
    /// What a node of `judged` counts for where it stands, given what the lists say of its kind.
    pub judge: fn(&Walk<'_>, Node<'_>, Metric) -> Metric,
}

impl Metrics {
    /// Nothing counts.
    pub const NONE: Self = Self {
        decisions: &[],
        short_circuits: &[],
        chains: &[],
        nesting: &[],
        flat: &[],
        deepening: &[],
        statements: &[],
        opaque: &[],
        judged: &[],
        judge: |_, _, metric| metric,
    };

    /// The lists with what being in them means.
    pub(crate) fn lists(&self) -> [(&'static [&'static str], Metric); 9] {
        [
            (self.decisions, Metric::DECISION),
            (self.short_circuits, Metric::SHORT_CIRCUIT),
            (self.chains, Metric::CHAIN),
            (self.nesting, Metric::NESTING),
            (self.flat, Metric::FLAT),
            (self.deepening, Metric::DEEPENING),
            (self.statements, Metric::STATEMENT),
            (self.opaque, Metric::OPAQUE),
            (self.judged, Metric::JUDGED),
        ]
    }
}

/// Which counters a node moves: one bit for each list of [`Metrics`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metric(u16);

impl Metric {
    /// It counts for nothing.
    pub const NONE: Self = Self(0);
    /// A branch of a decision.
    pub const DECISION: Self = Self(1);
    /// A short-circuit operator.
    pub const SHORT_CIRCUIT: Self = Self(1 << 1);
    /// An expression through which a run of short-circuit operators goes on.
    pub const CHAIN: Self = Self(1 << 2);
    /// It costs by its nesting, and nests.
    pub const NESTING: Self = Self(1 << 3);
    /// It costs one.
    pub const FLAT: Self = Self(1 << 4);
    /// It nests.
    pub const DEEPENING: Self = Self(1 << 5);
    /// A statement.
    pub const STATEMENT: Self = Self(1 << 6);
    /// Nothing inside is a decision.
    pub const OPAQUE: Self = Self(1 << 7);
    /// What it counts for depends on more than its kind.
    pub(crate) const JUDGED: Self = Self(1 << 8);

    /// Whether it is any of these.
    pub const fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// Both.
    pub const fn with(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }

    /// It without these.
    pub const fn without(self, less: Self) -> Self {
        Self(self.0 & !less.0)
    }

    /// It, without these unless `counts`.
    pub const fn only_if(self, counts: bool, these: Self) -> Self {
        if counts { self } else { self.without(these) }
    }
}
