//! Functions of several clauses: arms whose patterns are the parameters.

use tree_sitter::Node;

use super::super::ir::{Block, Item, NONE, StepKind};
use super::{Bind, Lower};
use crate::languages::Form;

/// A clause of a function, as the code of a language says it.
#[derive(Clone, Debug)]
pub struct Clause<'t> {
    /// The clause.
    pub node: Node<'t>,
    /// Its parameters.
    pub parameters: Vec<Node<'t>>,
    /// What must hold as well.
    pub guard: Option<Node<'t>>,
    /// Where its head ends.
    pub head_end: usize,
    /// Adds what runs for `node`; the value goes to the variable.
    pub body: ClauseBody,
}

/// Adds what a node runs to the block being made; the value goes to the variable, if there is one.
pub type ClauseBody = for<'t> fn(&mut Lower<'t>, Node<'t>, Option<u32>);

impl<'t> Lower<'t> {
    /// A function among statements or in an expression: nodes of form [`Form::Clauses`], side by side. What it captures
    /// is used by the step being made.
    pub(crate) fn closure_of_clauses(&mut self, nodes: &[Node<'t>]) {
        let Some(&first) = nodes.first() else { return };
        if self.is_apart(first) {
            return;
        }
        let known = self.program.variables.len();
        let region = self.clauses(nodes);
        self.mention_captures(region, known, first);
    }

    /// A named function of clauses among statements.
    pub(crate) fn named_clauses(&mut self, nodes: &[Node<'t>], name: Option<Node<'t>>) {
        let (Some(&first), Some(&last)) = (nodes.first(), nodes.last()) else { return };
        let open = self.begin();
        if let Some(name) = name {
            self.define(name);
        }
        self.closure_of_clauses(nodes);
        let span = (self.offset(first.start_byte()), self.offset(last.end_byte()));
        let step = self.finish(open, StepKind::Closure, span);
        self.push(Item::Step(step));
    }

    /// The region of a function.
    pub(super) fn clauses(&mut self, nodes: &[Node<'t>]) -> u32 {
        let mut clauses = Vec::new();
        for &node in nodes {
            if let Some(Form::Clauses(clauses_of)) = self.chosen(node).map(|compiled| compiled.form) {
                clauses.extend(clauses_of(self.text_of_file(), node));
            }
        }
        let (Some(&first), Some(&last)) = (nodes.first(), nodes.last()) else { return NONE };
        let span = (self.offset(first.start_byte()), self.offset(last.end_byte()));
        let around = self.enter();
        let region = self.open_region(span);
        let result = Some(self.result(first));
        let (entry, body) = match clauses.as_slice() {
            [only] => {
                let head = (span.0, self.offset(only.head_end));
                let (entry, defaults) = self.entry(head, |this| this.clause_parameters(&only.parameters));
                let body = self.block(|this| {
                    this.open.extend(defaults);
                    if let Some(guard) = only.guard {
                        let condition = this.condition(guard);
                        let otherwise = this.block(|this| {
                            let step = this.bare_step(StepKind::Raise, guard);
                            this.push(Item::Raise { step });
                        });
                        this.push(Item::Branch { condition, then: Block::default(), otherwise });
                    }
                    (only.body)(this, only.node, result);
                });
                (entry, body)
            }
            clauses => {
                let (entry, _) = self.entry((span.0, span.0), |_| ());
                let body = self.block(|this| this.clause_arms(first, clauses, result));
                (entry, body)
            }
        };
        self.close_region(region, entry, body, last);
        self.leave(around);
        region
    }

    fn clause_arms(&mut self, first: Node<'t>, clauses: &[Clause<'t>], result: Option<u32>) {
        let head = self.bare_step(StepKind::Switch, first);
        let keyword = first.child(0).map_or(first.end_byte(), |keyword| keyword.end_byte());
        self.program.steps[head as usize].end = self.offset(keyword);
        let arms = self.open_arms();
        for clause in clauses {
            let parameters = |this: &mut Self| this.clause_parameters(&clause.parameters);
            self.add_arm(clause.node, clause.head_end, false, parameters, clause.guard, |this| (clause.body)(this, clause.node, result));
        }
        self.close_choice(arms, head, true);
    }

    fn clause_parameters(&mut self, parameters: &[Node<'t>]) {
        for (&parameter, number) in parameters.iter().zip(1..) {
            self.pending.argument = number;
            self.pattern(parameter, Bind::Parameter);
        }
        self.pending.argument = 0;
    }

    /// No alternative of the clause fits: the next clause is tried.
    pub(crate) fn next_clause(&mut self) {
        self.push(Item::NextArm);
    }
}
