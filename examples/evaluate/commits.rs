//! Commit message to functions: does search find what a commit changed, from the first line of its message?
//!
//! **What is asked.** For each chosen commit (see [`crate::history`]) the first line of its message, as it stands, of the
//! project as it was before the commit.
//!
//! **What counts.** The functions of source files that the commit changes, by their lines before it; of nested ones the
//! innermost. Hits that are no functions, or tests, are passed over for every ranking. MRR@10 by the first that was changed, and
//! R@5 and R@10: the share of them among the first five and ten, as a mean over commits.
//!
//! **What is left out.** Functions that a commit adds: nobody can find them before it.

use std::collections::{BTreeMap, BTreeSet};

use leindex_queries::syntax::rows::SymbolKind;
use leindex_queries::{Index, SearchHit, SearchOptions};
use serde_json::{Value, json};

use crate::history::{self, Chosen};
use crate::outline::symbols_at;
use crate::statistics::{Ranks, mean};
use crate::table::{Cell, Table};
use crate::{Failure, Report};

/// Commit messages with the functions that the commits changed.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  evaluate commits ~/src/click ~/src/fd
  evaluate commits ~/src/celery --sample 200 --seed 7 --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    history: history::Arguments,
    /// Print the commits without a changed function among the first ten, with what was found instead.
    #[arg(long)]
    misses: bool,
}

/// Hits that are looked at: all candidates of a question.
const HITS: usize = 400;
/// Ranks beyond this do not count.
const DEPTH: usize = 10;
/// Hits of a miss that are printed.
const PRINTED: usize = 5;

/// BM25 over the fields of a symbol, and the product's own ranking.
const RANKINGS: [&str; 2] = ["lexical", "default"];

/// What was found of one commit.
struct Asked {
    project: String,
    /// By ranking: the rank of the first changed function, and the shares of them among the first five and ten.
    of: [(Option<u32>, [f64; 2]); 2],
}

pub(crate) fn measure(arguments: &Arguments) -> Result<Report, Failure> {
    let (mut all, mut notes, mut details) = (Vec::new(), Vec::new(), Vec::new());
    history::walk(&arguments.history, |repository, index, chosen| {
        let snapshot = index.snapshot();
        let symbols = symbols_at(&snapshot, &chosen.functions)?;
        let relevant: BTreeSet<&str> = symbols.iter().map(|symbol| &*symbol.symbol).collect();
        let hits = hits(index, &chosen.commit.subject)?;
        let rankings = [lexical(&hits), hits.iter().collect()];
        let asked = Asked { project: repository.name.clone(), of: rankings.each_ref().map(|hits| score(&relevant, hits)) };
        if arguments.misses && asked.of[1].0.is_none() {
            notes.push(miss(&repository.name, chosen, &relevant, &hits));
        }
        details.push(detail(chosen, &asked, &relevant));
        all.push(asked);
        Ok(())
    })?;
    Ok(Report { tables: vec![table(&all)], notes, details: Some(details.into()) })
}

/// The functions that are found, tests aside.
fn hits(index: &Index, question: &str) -> Result<Vec<SearchHit>, Failure> {
    let kinds = SymbolKind::ALL.iter().copied().filter(|kind| kind.is_callable()).collect();
    let options = SearchOptions { limit: HITS, kinds, ..SearchOptions::default() };
    let mut hits = index.snapshot().search(question, &options)?.hits;
    hits.retain(|hit| !hit.symbol.is_test);
    Ok(hits)
}

/// The hits that have words of the question, in the order of their lexical score alone.
fn lexical(hits: &[SearchHit]) -> Vec<&SearchHit> {
    let of = |hit: &SearchHit| hit.parts.iter().find(|part| part.name == "lexical").map_or(0.0, |part| part.value);
    let mut found: Vec<&SearchHit> = hits.iter().filter(|hit| of(hit) > 0.0).collect();
    found.sort_by(|a, b| of(b).total_cmp(&of(a)).then_with(|| a.symbol.symbol.cmp(&b.symbol.symbol)));
    found
}

fn score(relevant: &BTreeSet<&str>, hits: &[&SearchHit]) -> (Option<u32>, [f64; 2]) {
    let is_relevant = |hit: &&&SearchHit| relevant.contains(&*hit.symbol.symbol);
    let first = hits.iter().take(DEPTH).position(|hit| is_relevant(&hit)).map(|at| at as u32 + 1);
    let share = |depth: usize| hits.iter().take(depth).filter(is_relevant).count() as f64 / relevant.len().max(1) as f64;
    (first, [share(DEPTH / 2), share(DEPTH)])
}

fn table(all: &[Asked]) -> Table {
    let columns = ["project", "ranking", "commits", "MRR@10", "R@5", "R@10"];
    let mut table = Table::new("commit message to functions", &columns);
    let mut projects = BTreeMap::<&str, Vec<&Asked>>::new();
    for asked in all {
        projects.entry(&asked.project).or_default().push(asked);
    }
    let several = projects.len() > 1;
    let whole = several.then(|| ("all", all.iter().collect()));
    for (project, asked) in projects.into_iter().chain(whole) {
        for (at, ranking) in RANKINGS.into_iter().enumerate() {
            let ranks = Ranks(asked.iter().map(|asked| asked.of[at].0).collect());
            let share = |depth: usize| mean(asked.iter().map(|asked| asked.of[at].1[depth]));
            let figures = [ranks.reciprocal(), share(0), share(1)].map(Cell::from);
            table.row([vec![project.into(), ranking.into(), asked.len().into()], figures.into()].concat());
        }
    }
    table
}

fn miss(project: &str, chosen: &Chosen, relevant: &BTreeSet<&str>, hits: &[SearchHit]) -> String {
    let expected: String = relevant.iter().map(|symbol| format!("\n    expected {symbol}")).collect();
    let found: String = hits.iter().take(PRINTED).map(|hit| format!("\n    found    {} {:.2}", hit.symbol.symbol, hit.score)).collect();
    format!("\n{project} {} {}{expected}{found}", chosen.commit.id.get(..10).unwrap_or(""), chosen.commit.subject)
}

fn detail(chosen: &Chosen, asked: &Asked, relevant: &BTreeSet<&str>) -> Value {
    let ranks: BTreeMap<&str, Option<u32>> = RANKINGS.into_iter().zip(asked.of.iter().map(|of| of.0)).collect();
    json!({
        "project": asked.project, "commit": chosen.commit.id, "question": chosen.commit.subject, "functions": relevant, "ranks": ranks,
    })
}
