//! Whether values get into functions and out of them, and whether what a call gives is used.

#[cfg(feature = "analytics")]
use rustc_hash::FxHashSet;
#[cfg(feature = "analytics")]
use serde::{Deserialize, Serialize};

use super::body::{Flow, Region};
use super::ir::{Call, MentionKind, StepKind, VariableKind};

/// Whether values go into a function and come out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, salsa::SalsaValue)]
#[cfg_attr(feature = "analytics", derive(Serialize, Deserialize))]
pub(crate) struct Ends(u8);

impl Ends {
    const TAKES: u8 = 1;
    const GIVES: u8 = 2;
    /// Of what has no flow: values may do both.
    pub(crate) const UNKNOWN: Self = Self(Self::TAKES | Self::GIVES);

    /// Those of a function of a flow.
    pub(crate) fn of(flow: &Flow, region: &Region) -> Self {
        let is_parameter = |variable: u32| {
            let kind = flow.variables.get(variable as usize).map(|variable| variable.kind);
            matches!(kind, Some(VariableKind::Parameter | VariableKind::Reference))
        };
        let takes = flow.mentions_of(region.entry).any(|(_, mention)| is_parameter(mention.variable));
        let gives = flow.mentions_of(region.exit).any(|(_, mention)| mention.kind == MentionKind::Use);
        Self(u8::from(takes) | u8::from(gives) << 1)
    }

    /// Whether it has parameters that a value gets to.
    pub(crate) const fn takes(self) -> bool {
        self.0 & Self::TAKES != 0
    }

    /// Whether it gives a result.
    pub(crate) const fn gives(self) -> bool {
        self.0 & Self::GIVES != 0
    }

    /// As a byte.
    #[cfg(feature = "analytics")]
    pub(crate) const fn number(self) -> u8 {
        self.0
    }
}

/// Whether the value of a call is used by anything.
pub(crate) fn is_used(flow: &Flow, number: u32, call: &Call) -> bool {
    is_used_by(flow, call, || flow.calls.iter().any(|other| other.call == number))
}

/// By call, whether its value is used by anything.
#[cfg(feature = "analytics")]
pub(super) fn used_calls(flow: &Flow) -> impl Iterator<Item = bool> {
    let around: FxHashSet<u32> = flow.calls.iter().map(|call| call.call).collect();
    (0..).zip(&flow.calls).map(move |(number, call)| is_used_by(flow, call, || around.contains(&number)))
}

/// `is_around` says whether another call is an argument of this one.
fn is_used_by(flow: &Flow, call: &Call, is_around: impl Fn() -> bool) -> bool {
    let Some(step) = flow.steps.get(call.step as usize) else { return false };
    let mentions = flow.mentions.get(step.first_mention as usize..(step.first_mention + step.mentions) as usize).unwrap_or(&[]);
    call.call != u32::MAX
        || !matches!(step.kind, StepKind::Statement | StepKind::Defer | StepKind::Deferred | StepKind::Await)
        || mentions.iter().any(|mention| mention.kind == MentionKind::Define)
        || is_around()
}
