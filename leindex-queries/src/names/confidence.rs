//! How often each rule is right, by language: measured on projects whose calls a compiler or type checker has resolved.
//!
//! The table is data beside this file, made by `tests/oracles/confidence.py`, and says what was measured. Nothing here
//! guesses: a cell with fewer than [`FEWEST`] measured sites is none, and so is every kind of edge but calls, because
//! calls are what the oracles resolve.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::edges::EdgeKind;
use super::entity::Rule;

/// Sites below which a share of right ones says too little.
pub const FEWEST: u32 = 50;

const TABLE: &str = include_str!("confidence.tsv");

/// A cell of the table: what was measured of one rule in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Edges whose target is the oracle's.
    pub right: u32,
    /// Edges at sites that the oracle has decided.
    pub sites: u32,
}

impl Measured {
    /// The share that is right to three digits, or `None` where too few were measured.
    pub fn precision(self) -> Option<f32> {
        (self.sites >= FEWEST).then(|| (f64::from(self.right) / f64::from(self.sites) * 1000.0).round() as f32 / 1000.0)
    }
}

/// How sure an edge is, where that was measured: the precision of its rule in the language of its site. Edges of rule
/// `hierarchy` share it among the `candidates` of their site, one of which runs.
pub fn confidence(kind: EdgeKind, rule: Rule, language: &str, candidates: usize) -> Option<f32> {
    if kind != EdgeKind::Call {
        return None;
    }
    let precision = measured(rule, language)?.precision()?;
    Some(if rule == Rule::Hierarchy { precision / candidates.max(1) as f32 } else { precision })
}

/// What was measured of a rule in a language.
pub fn measured(rule: Rule, language: &str) -> Option<Measured> {
    static CELLS: OnceLock<FxHashMap<(&str, &str), Measured>> = OnceLock::new();
    CELLS.get_or_init(|| cells(TABLE).collect()).get(&(language, rule.as_str())).copied()
}

/// The cells of a table: lines of language, rule, right and sites; what follows in a line is for readers.
fn cells(table: &str) -> impl Iterator<Item = ((&str, &str), Measured)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        let key = (columns.next()?, columns.next()?);
        let right = columns.next()?.parse().ok()?;
        let sites = columns.next()?.parse().ok()?;
        Some((key, Measured { right, sites }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::Languages;

    #[test]
    fn every_line_of_the_table_is_a_cell_of_a_known_rule_and_language() {
        let languages = Languages::default();
        let known: Vec<&str> = languages.configs().map(|config| config.name).collect();
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count() - 1;
        let found: Vec<_> = cells(TABLE).collect();
        assert_eq!(found.len(), lines, "a line could not be read");
        for ((language, rule), cell) in found {
            assert!(known.contains(&language), "{language}");
            assert!(Rule::ALL.iter().any(|known| known.as_str() == rule && !matches!(known, Rule::Ambiguous | Rule::Unresolved)), "{rule}");
            assert!(cell.right <= cell.sites && cell.sites > 0, "{language} {rule}");
        }
    }

    #[test]
    fn too_few_sites_are_unmeasured() {
        assert_eq!(Measured { right: 49, sites: 49 }.precision(), None);
        assert_eq!(Measured { right: 49, sites: 50 }.precision(), Some(0.98));
        assert_eq!(confidence(EdgeKind::Call, Rule::Type, "klingon", 0), None);
    }

    #[test]
    fn only_calls_are_measured() {
        assert!(confidence(EdgeKind::Call, Rule::Exact, "python", 0).is_some_and(|share| share > 0.5 && share <= 1.0));
        for kind in [EdgeKind::TypeUse, EdgeKind::Inherit, EdgeKind::Contains, EdgeKind::Import] {
            assert_eq!(confidence(kind, Rule::Exact, "python", 0), None);
        }
    }

    #[test]
    fn stronger_rules_are_not_less_sure_than_a_name_alone() {
        for language in ["python", "java", "go", "rust"] {
            let of = |rule| measured(rule, language).and_then(Measured::precision);
            let Some(name) = of(Rule::Name) else { continue };
            for rule in [Rule::Exact, Rule::Import, Rule::Type] {
                assert!(of(rule).is_none_or(|share| share >= name), "{language} {}", rule.as_str());
            }
        }
    }
}
