//! What a language can say of a text on its own: signatures, control flow, complexity. Implemented once, over a
//! language's tables; a language from outside may bring its own.

use petgraph::graph::DiGraph;
use serde::Serialize;

use super::blocks::{Block, blocks};
use super::cfg::EdgeKind;
use super::file::file_flows;
use crate::flow::queries::function_range;
use crate::items::metrics::ComplexityMetrics;
use crate::languages::Grammar;
use crate::syntax::parse::ParseSession;
use crate::syntax::rows::Rows;

/// A definition found in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignatureInfo {
    /// Its number in this text, which the other questions take.
    pub node_id: usize,
    /// What it is: `function`, `class`, …
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its text up to the body, on one line.
    pub signature: String,
    /// Names of its parameters.
    pub parameters: Vec<String>,
    /// Its result's type as written, or empty.
    pub return_type: String,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, inclusive.
    pub end_line: u32,
}

/// What can be said of a text in one language. Never fails: broken text gives what could be found.
pub trait CodeIntelligence: Send + Sync {
    /// The definitions of a text, in order.
    fn get_signatures(&self, source: &[u8]) -> Vec<SignatureInfo>;

    /// The basic blocks of a definition and what leads from one to another. The first node holds the entry. Empty for
    /// what does not run.
    fn compute_cfg(&self, source: &[u8], node_id: usize) -> DiGraph<Block, EdgeKind>;

    /// The complexity of a definition; all zero for a number that there is not.
    fn extract_complexity(&self, source: &[u8], node_id: usize) -> ComplexityMetrics;
}

impl CodeIntelligence for Grammar {
    fn get_signatures(&self, source: &[u8]) -> Vec<SignatureInfo> {
        let rows = rows(self, source);
        let infos = rows.symbols().enumerate().skip(1).map(|(index, row)| SignatureInfo {
            node_id: index,
            kind: row.kind.as_str(),
            name: rows.str(row.name).to_owned(),
            signature: rows.str(row.signature).to_owned(),
            parameters: rows.parameters(&row).map(|parameter| rows.str(parameter.name).to_owned()).collect(),
            return_type: rows.str(row.return_type).to_owned(),
            start_line: row.start_line,
            end_line: row.end_line,
        });
        infos.collect()
    }

    fn compute_cfg(&self, source: &[u8], node_id: usize) -> DiGraph<Block, EdgeKind> {
        let text = String::from_utf8_lossy(source);
        let rows = rows(self, source);
        let Some((index, row)) = u32::try_from(node_id).ok().and_then(|index| Some((index, rows.symbol(index)?))) else {
            return DiGraph::new();
        };
        if index != 0 && !row.kind.is_callable() {
            return DiGraph::new();
        }
        let owner = super::file::outermost(&rows, index);
        let Some(of) = file_flows(self, &text, &rows).into_iter().find(|of| of.symbol == owner) else { return DiGraph::new() };
        let (start, end) = function_range(&rows, &row);
        let region = if owner == index { Some(0) } else { of.flow.region_at(start.saturating_sub(of.base), end.saturating_sub(of.base)) };
        let Some(region) = region.and_then(|region| of.flow.regions.get(region as usize)) else { return DiGraph::new() };
        let body = text.get(of.base as usize..).unwrap_or("");
        blocks(&of.flow, region, body, rows.position(of.base).0)
    }

    fn extract_complexity(&self, source: &[u8], node_id: usize) -> ComplexityMetrics {
        let row = u32::try_from(node_id).ok().and_then(|index| rows(self, source).symbol(index));
        row.map_or_else(ComplexityMetrics::default, |row| ComplexityMetrics::from(&row))
    }
}

fn rows(grammar: &Grammar, source: &[u8]) -> Rows {
    ParseSession::default().rows(grammar, source)
}
