//! What all calls hand to parameters.

use std::sync::Arc;

use rayon::prelude::*;

use super::Numbers;
use super::draft::Draft;
use crate::graph::passed::{Argument, Parameter};

/// Arguments by the parameters that they are handed to, in order of files and places.
#[derive(Debug)]
pub(super) struct Arguments(Vec<(Parameter<u32>, Argument<u32>)>);

impl Arguments {
    /// Collects the arguments of the drafts.
    pub(super) fn of<'n>(drafts: &[Arc<Draft>], numbers: impl Fn(u32) -> Numbers<'n>) -> Self {
        let mut all = Vec::with_capacity(drafts.iter().map(|draft| draft.arguments.len()).sum());
        for (file, draft) in (0..).zip(drafts) {
            let numbers = numbers(file);
            for &(parameter, argument) in &draft.arguments {
                all.push((parameter.map(|symbol| numbers.node(symbol)), argument.map(|symbol| numbers.node(symbol))));
            }
        }
        all.par_sort_by_key(|&(parameter, _)| parameter);
        Self(all)
    }

    /// What is handed to a parameter.
    pub(super) fn of_parameter(&self, parameter: Parameter<u32>) -> impl Iterator<Item = Argument<u32>> + '_ {
        let first = self.0.partition_point(|(other, _)| *other < parameter);
        self.0[first..].iter().take_while(move |(other, _)| *other == parameter).map(|&(_, argument)| argument)
    }
}
