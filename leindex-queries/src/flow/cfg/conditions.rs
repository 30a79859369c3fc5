//! Conditions: a node for each test, and an edge for each way it turns out.

use super::EdgeKind;
use super::builder::{Builder, Label};
use crate::flow::ir::{Condition, StepFlags};

impl Builder<'_> {
    pub(super) fn condition(&mut self, condition: u32, holds: Label, fails: Label) {
        let Some(&condition) = self.program.conditions.get(condition as usize) else { return };
        match condition {
            Condition::Leaf(step) => {
                let node = self.emit(step);
                self.current = None;
                let flags = self.program.steps[step as usize].flags;
                if !flags.has(StepFlags::NEVER) {
                    self.edge(node, holds, EdgeKind::True);
                }
                if !flags.has(StepFlags::ALWAYS) {
                    self.edge(node, fails, EdgeKind::False);
                }
            }
            Condition::And(left, right) => {
                let both = self.label();
                self.condition(left, both, fails);
                self.bind(both);
                self.condition(right, holds, fails);
            }
            Condition::Or(left, right) => {
                let other = self.label();
                self.condition(left, holds, other);
                self.bind(other);
                self.condition(right, holds, fails);
            }
            Condition::Not(inner) => self.condition(inner, fails, holds),
            Condition::After(block, condition) => {
                self.block(block);
                self.condition(condition, holds, fails);
            }
        }
    }

    /// A condition that raises an error if it does not hold.
    pub(super) fn required(&mut self, condition: u32, holds: Label) {
        let fails = self.label();
        let before = self.jumps.len();
        self.condition(condition, holds, fails);
        let made = self.jumps.split_off(before);
        for (source, label, kind) in made {
            if label == fails {
                self.raise(source, true);
            } else {
                self.jumps.push((source, label, kind));
            }
        }
    }
}
