//! Switches: which arm a head or the arm before leads to.

use super::EdgeKind;
use super::builder::{Builder, Label};
use super::jumps::Scope;
use crate::flow::ir::{NONE, SwitchKind};

impl Builder<'_> {
    pub(super) fn switch(&mut self, name: u32, head: u32, first_arm: u32, count: u32, kind: SwitchKind) {
        let program = self.program;
        let arms = program.arms.get(first_arm as usize..(first_arm + count) as usize).unwrap_or(&[]);
        let leave = self.label();
        let node = self.emit(head);
        self.current = None;
        let tests: Vec<Label> = arms.iter().map(|_| self.label()).collect();
        let bodies: Vec<Label> = arms.iter().map(|_| self.label()).collect();
        let default = arms.iter().position(|arm| arm.default);
        // Arms tried before the default, in order; after the last of them comes the default, or nothing.
        let order: Vec<usize> = (0..arms.len()).filter(|&at| Some(at) != default).collect();
        let last = match default {
            Some(default) => Some(tests[default]),
            None if kind.exhaustive => None,
            None => Some(leave),
        };
        if kind.in_order {
            match order.first().map_or(last, |&first| Some(tests[first])) {
                Some(first) => self.edge(node, first, EdgeKind::Case),
                None => self.edge(node, leave, EdgeKind::Next),
            }
        } else {
            for &test in &tests {
                self.edge(node, test, EdgeKind::Case);
            }
            if default.is_none() && !kind.exhaustive || arms.is_empty() {
                self.edge(node, leave, EdgeKind::False);
            }
        }
        let outer = (self.next_arm, self.next_test);
        // Arms hide what is called so around the switch.
        let around = self.gotos.len();
        self.gotos.extend(arms.iter().zip(&bodies).filter(|(arm, _)| arm.label != NONE).map(|(arm, &body)| (arm.label, body)));
        if kind.breaks {
            self.scopes.push(Scope::Switch { label: name, leave });
        }
        for (at, arm) in arms.iter().enumerate() {
            let next = order.iter().position(|&other| other == at).map(|position| match order.get(position + 1) {
                Some(&next) => Some(tests[next]),
                None => last,
            });
            // Where control goes if this arm does not fit.
            let misses = match next {
                Some(next) if kind.in_order || arm.guard != NONE => next,
                _ => None,
            };
            // An arm before falls into the body, not into the test.
            let (fallen, jumped) = (self.current.take(), self.jumped.take());
            let mut held = std::mem::take(&mut self.pending);
            self.bind(tests[at]);
            let test = self.emit(arm.test);
            self.current = None;
            let inner = self.label();
            let fits = if next.is_some() && misses.is_some() && kind.in_order { EdgeKind::True } else { EdgeKind::Next };
            self.edge(test, inner, fits);
            if kind.in_order
                && let Some(misses) = misses
            {
                self.edge(test, misses, EdgeKind::False);
            }
            self.bind(inner);
            if arm.guard != NONE {
                // A guard that fails goes on with the next arm; after the last one nothing fits, which is an error where
                // something must.
                match misses {
                    None if kind.exhaustive => self.required(arm.guard, bodies[at]),
                    misses => self.condition(arm.guard, bodies[at], misses.unwrap_or(leave)),
                }
            }
            self.bind(bodies[at]);
            if let Some(jump) = jumped {
                self.skipped.push((jump, bodies[at]));
            }
            if self.current.is_none() {
                self.current = fallen;
            } else if let Some((source, kind)) = fallen {
                self.edge(source, bodies[at], kind);
            }
            self.pending.append(&mut held);
            self.next_arm = bodies.get(at + 1).copied();
            self.next_test = misses;
            self.block(arm.body);
            if !kind.falls {
                self.go(leave, None);
            }
        }
        (self.next_arm, self.next_test) = outer;
        for (arm, _) in arms.iter().zip(&bodies).filter(|(arm, _)| arm.label != NONE) {
            if let Some(at) = self.gotos.iter().skip(around).position(|(name, _)| *name == arm.label) {
                self.gotos.remove(around + at);
            }
        }
        if kind.breaks {
            self.scopes.pop();
        }
        self.bind(leave);
    }
}
