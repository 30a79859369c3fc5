//! Complexity, counted while the tree is walked.
//!
//! *Cyclomatic* is one plus the decisions of the body (McCabe; which nodes decide is radon's reading). *Cognitive* follows
//! SonarSource's definition: a structure costs one and one more per level of nesting, `else` and jumps to labels cost
//! one, a run of equal short-circuit operators costs one. A nested named function counts for itself.

use serde::Serialize;

use crate::languages::Metric;
use crate::syntax::rows::SymbolRow;

/// How complex a symbol is. The book's chapter on metrics defines each number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct ComplexityMetrics {
    /// Cyclomatic complexity: decisions, and one more for a callable.
    pub cyclomatic: u32,
    /// Cognitive complexity: breaks in the linear flow, weighed by their nesting.
    pub cognitive: u32,
    /// Levels of the deepest nesting of control flow and function literals.
    pub nesting: u32,
    /// Parameters, the receiver not counted.
    pub parameters: u32,
    /// Statements, compound ones and those inside them each counting one.
    pub statements: u32,
    /// Lines from its first to its last, with decorators and attributes, without documentation before it.
    pub lines: u32,
}

impl From<&SymbolRow> for ComplexityMetrics {
    fn from(row: &SymbolRow) -> Self {
        Self {
            cyclomatic: row.cyclomatic,
            cognitive: row.cognitive,
            nesting: row.nesting,
            parameters: row.parameters,
            statements: row.statements,
            lines: row.end_line.saturating_sub(row.start_line) + 1,
        }
    }
}

/// Short-circuit operators in the order of the text, within one expression: how many runs of equal ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    first: u16,
    last: u16,
    count: u16,
}

impl Run {
    /// No operator.
    pub(crate) const NONE: Self = Self { first: 0, last: 0, count: 0 };

    /// One operator; none if it is 0.
    pub(crate) const fn of(operator: u16) -> Self {
        Self { first: operator, last: operator, count: (operator != 0) as u16 }
    }

    /// These, and then those.
    pub(crate) fn then(self, next: Self) -> Self {
        if self.count == 0 || next.count == 0 {
            return if self.count == 0 { next } else { self };
        }
        let joins = u16::from(self.last == next.first);
        Self { first: self.first, last: next.last, count: self.count.saturating_add(next.count - joins) }
    }
}

/// The counters of one open symbol.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    decisions: u32,
    cognitive: u32,
    depth: u32,
    deepest: u32,
    statements: u32,
    /// Open nodes in which nothing is a decision.
    opaque: u32,
}

impl Counters {
    pub(crate) fn enter(&mut self, metric: Metric) {
        if self.opaque == 0 {
            self.decisions += u32::from(metric.has(Metric::DECISION)) + u32::from(metric.has(Metric::SHORT_CIRCUIT));
        }
        self.opaque += u32::from(metric.has(Metric::OPAQUE));
        self.statements += u32::from(metric.has(Metric::STATEMENT));
        self.cognitive += u32::from(metric.has(Metric::FLAT));
        if metric.has(Metric::NESTING) {
            self.cognitive += 1 + self.depth;
        }
        if metric.has(Metric::NESTING.with(Metric::DEEPENING)) {
            self.depth += 1;
            self.deepest = self.deepest.max(self.depth);
        }
    }

    pub(crate) fn count_runs(&mut self, run: Run) {
        self.cognitive += u32::from(run.count);
    }

    /// The counters of a symbol that another clause is added to: the choice between clauses is a decision.
    pub(crate) fn resume(row: &SymbolRow) -> Self {
        Self { decisions: row.cyclomatic, cognitive: row.cognitive, deepest: row.nesting, statements: row.statements, ..Self::default() }
    }

    /// What was resumed is no further clause.
    pub(crate) fn same_clause(&mut self) {
        self.decisions = self.decisions.saturating_sub(1);
    }

    /// Adds statements that no node kind stands for.
    pub(crate) fn add_statements(&mut self, count: u32) {
        self.statements += count;
    }

    pub(crate) fn leave(&mut self, metric: Metric) {
        if metric.has(Metric::NESTING.with(Metric::DEEPENING)) {
            self.depth = self.depth.saturating_sub(1);
        }
        if metric.has(Metric::OPAQUE) {
            self.opaque = self.opaque.saturating_sub(1);
        }
    }

    pub(crate) fn write(&self, row: &mut SymbolRow) {
        row.cyclomatic = if row.kind.is_callable() { self.decisions + 1 } else { self.decisions };
        row.cognitive = self.cognitive;
        row.nesting = self.deepest;
        row.statements = self.statements;
    }
}

#[cfg(test)]
mod tests {
    use crate::languages::Languages;
    use crate::syntax::parse::ParseSession;

    const CHAPTER: &str = include_str!("../../../book/src/metrics.md");

    /// The blocks of code: the language, the first line's number, the text.
    fn blocks() -> Vec<(&'static str, usize, String)> {
        let mut found: Vec<(&str, usize, String)> = Vec::new();
        let mut inside = false;
        for (number, line) in CHAPTER.lines().enumerate() {
            match line.strip_prefix("```") {
                Some(language) if !inside => {
                    inside = true;
                    found.push((language, number + 2, String::new()));
                }
                Some(_) => inside = false,
                None if inside => found.last_mut().expect("a block is open").2.extend([line, "\n"]),
                None => {}
            }
        }
        found
    }

    #[test]
    fn every_case_of_the_chapter_counts_what_it_says() {
        let languages = Languages::default();
        let mut session = ParseSession::default();
        let (mut cases, mut wrong) = (0, Vec::new());
        for (language, first_line, text) in blocks() {
            let dialect = languages.by_name(language).expect("the block names a language");
            let Some(grammar) = languages.grammar(dialect) else { continue };
            let rows = session.rows(grammar, text.as_bytes());
            assert_eq!(rows.parse_errors(), 0, "metrics.md:{first_line}");
            for (at, line) in text.lines().enumerate().filter(|(_, line)| line.contains("cyclomatic ")) {
                let symbol = rows.symbols().skip(1).find(|symbol| symbol.kind.is_callable() && symbol.name_line as usize == at + 1);
                let symbol = symbol.unwrap_or_else(|| panic!("metrics.md:{}: no function", first_line + at));
                for part in line[line.find("cyclomatic").expect("it is there")..].split(", ") {
                    let (number, expected) = part.trim().split_once(' ').expect("a name and a number");
                    let found = match number {
                        "cyclomatic" => symbol.cyclomatic,
                        "cognitive" => symbol.cognitive,
                        "nesting" => symbol.nesting,
                        other => panic!("metrics.md:{}: {other} is no number", first_line + at),
                    };
                    if found.to_string() != expected {
                        wrong.push(format!("metrics.md:{}: {number} is {found}: {line}", first_line + at));
                    }
                }
                cases += 1;
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(cases > 60 || !cfg!(feature = "all-languages"), "{cases} cases");
    }
}
