//! Budgeted context recall: are the definitions that a change needed inside a context of so many tokens, built before it?
//!
//! **What is asked.** For each chosen commit (see [`crate::history`]) a context for the first line of its message, of the
//! project as it was before the commit, with either of two entry points:
//!
//! - *search*: what the product takes for the message at 2,000 tokens (up to four hits);
//! - *function*: the first function that the commit changes, by path and line, given by its name.
//!
//! Gravity, breadth-first and plain search start from the same entry points at every budget, are rendered by the same
//! code, and pay for the same things. Plain search shows the entry points and then its other hits, best first.
//!
//! **What counts.** What the change needed: the other functions that it changes, and the definitions that its new lines
//! in source files name and that stand there before it. A name counts if just one definition of the project's own, a
//! function, type, constant or macro, has it; which that is, is not asked of the resolution that gravity follows.
//! What lies in an entry point does not count. A definition is inside the context if the context shows it, by its signature at least, or in the
//! whole text of what holds it; *with code*, if it shows lines of its body. Recall is the share of what was needed, as a mean over
//! commits.
//!
//! **What is left out.** Commits that need nothing besides the entry points.

use std::collections::{BTreeMap, BTreeSet};

use leindex_queries::syntax::rows::{UseKind, UseRow};
use leindex_queries::{Context, ContextItem, ContextOptions, Expansion, Payload, Snapshot, SymbolInfo, Tier};
use serde_json::{Value, json};

use crate::history::{self, Chosen, Parser, is_source};
use crate::outline::symbols_at;
use crate::repository::Repository;
use crate::statistics::{interval, mean};
use crate::table::{Cell, Table};
use crate::{Failure, Report};

/// The definitions that commits needed, in contexts of so many tokens.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  evaluate context ~/src/click ~/src/fd
  evaluate context ~/src/celery --sample 200 --seed 7 --json
  evaluate context ~/src/click --structured")]
pub(crate) struct Arguments {
    #[command(flatten)]
    history: history::Arguments,
    /// Count the lists beside the Markdown against the budget too.
    #[arg(long)]
    structured: bool,
}

/// Budgets that contexts are made with.
const BUDGETS: [usize; 12] = [500, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000, 12_000, 16_000];
/// Budgets that are shown.
const SHOWN: [usize; 4] = [1000, 2000, 4000, 8000];
/// Budgets for which it is asked how many tokens others need.
const COMPARED: [usize; 2] = [2000, 4000];
/// The budget whose entry points are taken at every budget.
const ENTRIES_AT: usize = 2000;
/// Seed of the intervals.
const SEED: u64 = 1;

const STARTS: [&str; 2] = ["search", "function"];
const EXPANSIONS: [(&str, Expansion); 3] =
    [("gravity", Expansion::Gravity), ("breadth-first", Expansion::BreadthFirst), ("search", Expansion::Search)];

/// Recall of one commit from one start: by expansion and budget, whole and with code.
struct Recalled {
    project: String,
    start: usize,
    of: [[[f64; 2]; BUDGETS.len()]; EXPANSIONS.len()],
}

/// A definition that a change needed.
struct Needed {
    symbol: SymbolInfo,
    /// Whether the change changes it, or names it.
    is_changed: bool,
}

pub(crate) fn measure(arguments: &Arguments) -> Result<Report, Failure> {
    let payload = if arguments.structured { Payload::Structured } else { Payload::Text };
    let (mut all, mut details) = (Vec::new(), Vec::new());
    let mut parser = Parser::default();
    let mut needs = [0_usize; 2];
    history::walk(&arguments.history, |repository, index, chosen| {
        let snapshot = index.snapshot();
        let changed = symbols_at(&snapshot, &chosen.functions)?;
        let named = named_definitions(repository, &snapshot, chosen, &mut parser)?;
        for (start, name) in STARTS.into_iter().enumerate() {
            let entries = entries(&snapshot, start, chosen, &changed)?;
            let needed = needed(&entries, &changed, &named);
            if entries.is_empty() || needed.is_empty() {
                continue;
            }
            for needed in &needed {
                needs[usize::from(!needed.is_changed)] += 1;
            }
            let from: Vec<String> = entries.into_iter().map(|symbol| symbol.symbol).collect();
            let mut recalled = Recalled { project: repository.name.clone(), start, of: Default::default() };
            let mut missing = BTreeMap::<&str, Vec<String>>::new();
            for ((expansion_name, expansion), of) in EXPANSIONS.into_iter().zip(&mut recalled.of) {
                for (budget, of) in BUDGETS.into_iter().zip(of) {
                    // Of gravity no curve is asked for.
                    if expansion == Expansion::Gravity && !SHOWN.contains(&budget) {
                        continue;
                    }
                    let options = ContextOptions { budget, payload, from: from.clone(), expansion, ..ContextOptions::default() };
                    let context = snapshot.context(&chosen.commit.subject, &options)?;
                    let shown: Vec<Option<bool>> = needed.iter().map(|needed| shown(&context, &needed.symbol)).collect();
                    let share = |is: fn(&Option<bool>) -> bool| shown.iter().filter(|shown| is(shown)).count() as f64 / shown.len() as f64;
                    *of = [share(Option::is_some), share(|shown| *shown == Some(true))];
                    if budget == ENTRIES_AT {
                        let absent = needed.iter().zip(&shown).filter(|(_, shown)| shown.is_none());
                        missing.insert(expansion_name, absent.map(|(needed, _)| needed.symbol.symbol.clone()).collect());
                    }
                }
            }
            details.push(json!({
                "project": repository.name, "commit": chosen.commit.id, "question": chosen.commit.subject, "start": name,
                "entries": from, "needed": needed.iter().map(Needed::json).collect::<Vec<_>>(), "recall": recalled.json(), "missing_at_2000": missing,
            }));
            all.push(recalled);
        }
        Ok(())
    })?;
    let [of_changed, of_named] = needs;
    let counted = if arguments.structured { "the Markdown and the lists beside it" } else { "the Markdown" };
    let notes = vec![format!("needed: {of_changed} functions changed, {of_named} definitions named; the budget covers {counted}")];
    Ok(Report { tables: tables(&all), notes, details: Some(details.into()) })
}

impl Recalled {
    /// Recall, whole and with code, by expansion and budget.
    fn json(&self) -> Value {
        let of = |of: &[[f64; 2]; BUDGETS.len()]| SHOWN.iter().map(|&budget| (budget.to_string(), of[place(budget)])).collect();
        let all: BTreeMap<&str, BTreeMap<String, [f64; 2]>> =
            EXPANSIONS.iter().zip(&self.of).map(|((name, _), expansion)| (*name, of(expansion))).collect();
        json!(all)
    }
}

impl Needed {
    fn json(&self) -> Value {
        json!({ "symbol": self.symbol.symbol, "changed": self.is_changed })
    }
}

/// The entry points of one start.
fn entries(snapshot: &Snapshot<'_>, start: usize, chosen: &Chosen, changed: &[SymbolInfo]) -> Result<Vec<SymbolInfo>, Failure> {
    if start == 1 {
        return Ok(changed.iter().take(1).cloned().collect());
    }
    let options = ContextOptions { budget: ENTRIES_AT, payload: Payload::Text, ..ContextOptions::default() };
    let names = snapshot.context(&chosen.commit.subject, &options)?.entries;
    names.iter().map(|name| Ok(snapshot.symbol(name)?)).collect()
}

/// What was needed besides the entry points.
fn needed(entries: &[SymbolInfo], changed: &[SymbolInfo], named: &[SymbolInfo]) -> Vec<Needed> {
    let is_entry = |symbol: &SymbolInfo| entries.iter().any(|entry| is_inside(symbol, &entry.path, entry.start_line, entry.end_line));
    let mut known = BTreeSet::new();
    let changed = changed.iter().map(|symbol| Needed { symbol: symbol.clone(), is_changed: true });
    let named = named.iter().map(|symbol| Needed { symbol: symbol.clone(), is_changed: false });
    let all = changed.chain(named).filter(|needed| !is_entry(&needed.symbol));
    all.filter(|needed| known.insert(needed.symbol.symbol.clone())).collect()
}

fn is_inside(symbol: &SymbolInfo, path: &str, start_line: u32, end_line: u32) -> bool {
    symbol.path == path && start_line <= symbol.start_line && symbol.end_line <= end_line
}

/// Whether a context shows a definition, and if so, whether with code.
fn shown(context: &Context, symbol: &SymbolInfo) -> Option<bool> {
    let of = |item: &ContextItem| {
        if item.symbol == symbol.symbol {
            return Some(item.tier > Tier::Signature);
        }
        (item.tier == Tier::Full && is_inside(symbol, &item.path, item.start_line, item.end_line)).then_some(true)
    };
    context.items.iter().filter_map(of).max()
}

/// The definitions that a commit's new lines name and that only one of the project's own can be.
fn named_definitions(
    repository: &mut Repository,
    snapshot: &Snapshot<'_>,
    chosen: &Chosen,
    parser: &mut Parser,
) -> Result<Vec<SymbolInfo>, Failure> {
    let mut names = BTreeSet::new();
    for change in &chosen.changes {
        // Seen backwards, the path before is the one in the commit.
        let Some(path) = change.old_path.as_deref().filter(|path| is_source(path)) else { continue };
        let Some(bytes) = repository.read(&format!("{}:{path}", chosen.commit.id))? else { continue };
        let Some(rows) = parser.rows(path, &bytes) else { continue };
        for row in rows.iter::<UseRow>().filter(|row| matches!(row.kind, UseKind::Name | UseKind::Member)) {
            let line = rows.position(row.start).0;
            if change.removed.iter().any(|lines| lines.contains(&line)) {
                names.insert(rows.str(row.name).to_owned());
            }
        }
    }
    let mut definitions = Vec::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        let mut symbols = snapshot.symbols(name)?;
        symbols.retain(|symbol| symbol.name == *name && is_counted(symbol));
        // A type and its constructors are one.
        if symbols.iter().any(|symbol| symbol.kind != "constructor") {
            symbols.retain(|symbol| symbol.kind != "constructor");
        }
        if let [one] = &*symbols {
            definitions.push(one.clone());
        }
    }
    Ok(definitions)
}

/// Whether a definition may be needed: what is neither a test, nor a field or variable.
fn is_counted(symbol: &SymbolInfo) -> bool {
    !symbol.is_test && is_source(&symbol.path) && !matches!(symbol.kind, "field" | "variable" | "module" | "namespace")
}

fn tables(all: &[Recalled]) -> Vec<Table> {
    let mut tables = vec![recalls("definitions inside the context", all, 0), recalls("definitions inside the context with code", all, 1)];
    let of_starts = STARTS.iter().enumerate().map(|(start, name)| (*name, all.iter().filter(|one| one.start == start).collect()));
    let of_starts: Vec<(&str, Vec<&Recalled>)> = of_starts.collect();
    tables.push(differences(&of_starts));
    tables.push(same_recall(&of_starts));
    tables.push(projects(all));
    tables
}

fn recalls(title: &str, all: &[Recalled], code: usize) -> Table {
    let columns = [vec!["entry points".to_owned(), "expansion".into(), "commits".into()], SHOWN.map(|budget| budget.to_string()).into()];
    let mut table = Table::new(title, &columns.concat().iter().map(String::as_str).collect::<Vec<_>>());
    for (start, name) in STARTS.into_iter().enumerate() {
        let of: Vec<&Recalled> = all.iter().filter(|one| one.start == start).collect();
        for (at, (expansion, _)) in EXPANSIONS.into_iter().enumerate() {
            let figures = SHOWN.map(|budget| Cell::from(recall(of.iter().copied(), at, budget, code)));
            table.row([vec![name.into(), expansion.into(), of.len().into()], figures.into()].concat());
        }
    }
    table
}

/// Gravity less the others, commit by commit.
fn differences(of_starts: &[(&str, Vec<&Recalled>)]) -> Table {
    let columns = ["entry points", "gravity less", "tokens", "difference", "from", "to"];
    let mut table = Table::new("paired differences of recall, 95 % intervals", &columns);
    for (name, of) in of_starts {
        for (at, (expansion, _)) in EXPANSIONS.into_iter().enumerate().skip(1) {
            for budget in SHOWN {
                let place = place(budget);
                let differences: Vec<f64> = of.iter().map(|one| one.of[0][place][0] - one.of[at][place][0]).collect();
                let (low, high) = interval(of.len(), SEED, |drawn| mean(drawn.iter().map(|&at| differences[at])));
                let figures = [mean(differences.iter().copied()), low, high].map(Cell::from);
                table.row([vec![(*name).into(), expansion.into(), budget.into()], figures.into()].concat());
            }
        }
    }
    table
}

/// How many tokens the others need for gravity's recall.
fn same_recall(of_starts: &[(&str, Vec<&Recalled>)]) -> Table {
    let columns = ["entry points", "tokens", "recall", "by", "needs tokens", "fewer by gravity", "from", "to"];
    let mut table = Table::new("tokens for the same recall, 95 % intervals", &columns);
    for (name, of) in of_starts {
        for (at, (expansion, _)) in EXPANSIONS.into_iter().enumerate().skip(1) {
            for budget in COMPARED {
                let needed = |drawn: &[usize]| {
                    let curve = BUDGETS.map(|budget| recall(drawn.iter().map(|&one| of[one]), at, budget, 0));
                    tokens_for(&curve, recall(drawn.iter().map(|&one| of[one]), 0, budget, 0))
                };
                let fewer = |drawn: &[usize]| 1.0 - budget as f64 / needed(drawn);
                let whole: Vec<usize> = (0..of.len()).collect();
                let (low, high) = interval(of.len(), SEED, fewer);
                let tokens = Cell::Count(needed(&whole).round() as usize);
                let figures = [fewer(&whole), low, high].map(Cell::from);
                let first = vec![(*name).into(), budget.into(), recall(of.iter().copied(), 0, budget, 0).into(), expansion.into(), tokens];
                table.row([first, figures.into()].concat());
            }
        }
    }
    table
}

fn projects(all: &[Recalled]) -> Table {
    let columns = ["project", "entry points", "expansion", "commits", "2000", "4000"];
    let mut table = Table::new("definitions inside the context by project", &columns);
    let names: BTreeSet<&str> = all.iter().map(|one| &*one.project).collect();
    for project in names {
        for (start, name) in STARTS.into_iter().enumerate() {
            let of: Vec<&Recalled> = all.iter().filter(|one| one.project == project && one.start == start).collect();
            for (at, (expansion, _)) in EXPANSIONS.into_iter().enumerate() {
                let figures = COMPARED.map(|budget| Cell::from(recall(of.iter().copied(), at, budget, 0)));
                table.row([vec![project.into(), name.into(), expansion.into(), of.len().into()], figures.into()].concat());
            }
        }
    }
    table
}

fn recall<'r>(of: impl IntoIterator<Item = &'r Recalled>, expansion: usize, budget: usize, code: usize) -> f64 {
    let place = place(budget);
    mean(of.into_iter().map(|one| one.of[expansion][place][code]))
}

fn place(budget: usize) -> usize {
    BUDGETS.iter().position(|&other| other == budget).expect("every budget that is asked for is measured")
}

/// The tokens at which a curve over [`BUDGETS`] reaches `target`, between two of them in proportion; the last of them if
/// it never does.
fn tokens_for(curve: &[f64; BUDGETS.len()], target: f64) -> f64 {
    let mut before = (0.0, 0.0);
    for (budget, &recall) in BUDGETS.into_iter().zip(curve) {
        let budget = budget as f64;
        if recall >= target {
            let (from, reached) = before;
            let share = if recall > reached { ((target - reached) / (recall - reached)).max(0.0) } else { 1.0 };
            return from + share * (budget - from);
        }
        before = (budget, recall);
    }
    before.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_for_a_recall_lie_between_the_budgets_that_bracket_it() {
        let curve = BUDGETS.map(|budget| (budget as f64 / 8000.0).min(1.0));
        assert!((tokens_for(&curve, 0.25) - 2000.0).abs() < 1e-9);
        assert!((tokens_for(&curve, 0.45) - 3600.0).abs() < 1e-9);
        assert!((tokens_for(&curve, 0.05) - 400.0).abs() < 1e-9);
        let flat = [0.2; BUDGETS.len()];
        assert!((tokens_for(&flat, 0.3) - 16_000.0).abs() < 1e-9, "never reached");
    }
}
