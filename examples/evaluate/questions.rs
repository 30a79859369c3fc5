//! Written questions: does search show a symbol that answers?
//!
//! **What is asked.** A file has on each line a question as people ask it, a tab, and the symbols that answer it,
//! separated by ` | `, each as `path#Name` or `path#Parent.Name`: a path from the root, and the end of the symbol's
//! qualified name, in which `.`, `::`, `#`, `\` and `/` all separate, the `#` of private names too. Lines that begin with `#` are about the file. The
//! project is indexed as it lies there, and each question is asked of search with the product's own options.
//!
//! **What counts.** The rank of the first hit that is one of the symbols; a symbol around or inside one is not. The share
//! of questions with a rank of at most 1, 3, 5 and 10, and MRR@10.
//!
//! **What is left out.** Nothing: a symbol that the index does not have is an error that names it, since a slip in the
//! file would otherwise count as a miss.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use leindex_queries::index::StorePlace;
use leindex_queries::{SearchOptions, Snapshot};
use serde_json::{Value, json};

use crate::outline::symbols_of;
use crate::ranking::{RANKINGS, Ranking};
use crate::statistics::Ranks;
use crate::table::{Cell, Table};
use crate::{Failure, Report, common};

/// Written questions with the symbols that answer them.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  evaluate questions tests/retrieval/questions/httpx.tsv ~/src/httpx
  evaluate questions a.tsv ~/src/a b.tsv ~/src/b --misses

A line of a file: Where is a redirect followed?<TAB>httpx/_client.py#Client._send_handling_redirects | httpx/_client.py#Client.send")]
pub(crate) struct Arguments {
    /// Files of questions, each followed by the folder of the project that it is about.
    #[arg(required = true, num_args = 2.., value_names = ["FILE", "ROOT"])]
    pairs: Vec<PathBuf>,
    /// Print the questions without an answer among the first five, with what was found instead.
    #[arg(long)]
    misses: bool,
}

/// Hits that are looked at.
const HITS: usize = 10;
/// Hits among which an answer is expected.
const EXPECTED: u32 = 5;

pub(crate) fn measure(arguments: &Arguments) -> Result<Report, Failure> {
    let mut table = Table::new("questions", &["project", "ranking", "questions", "top 1", "top 3", "top 5", "top 10", "MRR@10"]);
    let mut notes = Vec::new();
    let mut details = Vec::new();
    let mut of_rankings = vec![Ranks::default(); RANKINGS.len()];
    let pairs = arguments.pairs.chunks(2);
    for pair in pairs.clone() {
        let [file, root] = pair else { return Err("each file of questions is followed by the folder of its project".into()) };
        let questions = read(file)?;
        let index = common::open(root, StorePlace::Memory)?;
        let snapshot = index.snapshot();
        let answers = answers(&snapshot, file, &questions)?;
        let project = file.file_stem().unwrap_or_default().to_string_lossy();
        for (ranking, all) in RANKINGS.iter().zip(&mut of_rankings) {
            let mut ranks = Ranks::default();
            for (question, answers) in questions.iter().zip(&answers) {
                let (rank, hits) = ask(&snapshot, question, answers, ranking)?;
                ranks.0.push(rank);
                let is_miss = rank.is_none_or(|rank| rank > EXPECTED);
                if arguments.misses && is_miss {
                    notes.push(miss(&project, ranking, question, rank, &hits));
                }
                details.push(detail(&project, ranking, question, rank, &hits));
            }
            table.row(row(&project, ranking, &ranks));
            all.0.extend(ranks.0);
        }
    }
    if pairs.len() > 1 {
        for (ranking, ranks) in RANKINGS.iter().zip(&of_rankings) {
            table.row(row("all", ranking, ranks));
        }
    }
    Ok(Report { tables: vec![table], notes, details: Some(details.into()) })
}

fn row(project: &str, ranking: &Ranking, ranks: &Ranks) -> Vec<Cell> {
    let mut cells = vec![project.into(), ranking.name.into(), ranks.0.len().into()];
    cells.extend([1, 3, 5, 10].map(|depth| Cell::from(ranks.within(depth))));
    cells.push(ranks.reciprocal().into());
    cells
}

fn miss(project: &str, ranking: &Ranking, question: &Question, rank: Option<u32>, hits: &[String]) -> String {
    let rank = rank.map_or_else(|| "none".to_owned(), |rank| rank.to_string());
    let expected = question.symbols.join("\n    expected ");
    let found: String = hits.iter().take(EXPECTED as usize).map(|hit| format!("\n    found    {hit}")).collect();
    format!("\n{project}:{} ({}, rank {rank}) {}\n    expected {expected}{found}", question.line, ranking.name, question.text)
}

fn detail(project: &str, ranking: &Ranking, question: &Question, rank: Option<u32>, hits: &[String]) -> Value {
    json!({
        "project": project, "ranking": ranking.name, "line": question.line, "question": question.text, "rank": rank, "hits": hits,
    })
}

/// A question and the symbols that answer it, as they are written.
#[derive(Debug, PartialEq, Eq)]
struct Question {
    line: usize,
    text: String,
    symbols: Vec<String>,
}

fn read(file: &Path) -> Result<Vec<Question>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let questions = parse(&text).map_err(|(line, problem)| format!("{}:{line}: {problem}", file.display()))?;
    if questions.is_empty() { Err(format!("{} has no questions", file.display()).into()) } else { Ok(questions) }
}

/// The questions of a text, or the line that is none and why.
fn parse(text: &str) -> Result<Vec<Question>, (usize, String)> {
    let mut questions = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')) {
        let problem = |problem: &str| (at + 1, problem.to_owned());
        let (text, symbols) = line.split_once('\t').ok_or_else(|| problem("a question is followed by a tab and its symbols"))?;
        let symbols: Vec<String> = symbols.split(" | ").map(|symbol| symbol.trim().to_owned()).collect();
        if let Some(wrong) =
            symbols.iter().find(|symbol| symbol.split_once('#').is_none_or(|(path, name)| path.is_empty() || name.is_empty()))
        {
            return Err(problem(&format!("`{wrong}` is not of the form path#Name")));
        }
        questions.push(Question { line: at + 1, text: text.trim().to_owned(), symbols });
    }
    Ok(questions)
}

/// The full names of the symbols that answer each question.
fn answers(snapshot: &Snapshot<'_>, file: &Path, questions: &[Question]) -> Result<Vec<BTreeSet<String>>, Failure> {
    let named: BTreeSet<&str> = questions.iter().flat_map(|question| &question.symbols).map(|symbol| path_and_name(symbol).0).collect();
    let symbols = symbols_of(snapshot, &named)?;
    let mut unknown = Vec::new();
    let mut answers = Vec::new();
    for question in questions {
        let mut of_question = BTreeSet::new();
        for symbol in &question.symbols {
            let (path, name) = path_and_name(symbol);
            let Some(of_file) = symbols.get(path) else {
                unknown.push(format!("  line {}: {symbol} (there is no such file)", question.line));
                continue;
            };
            let wanted = parts(name);
            let matching = of_file.iter().filter(|symbol| !wanted.is_empty() && parts(&symbol.qualified_name).ends_with(&wanted));
            let matching: Vec<String> = matching.map(|symbol| symbol.symbol.clone()).collect();
            if matching.is_empty() {
                unknown.push(format!("  line {}: {symbol}", question.line));
            }
            of_question.extend(matching);
        }
        answers.push(of_question);
    }
    if unknown.is_empty() {
        return Ok(answers);
    }
    Err(format!("{} names symbols that the project does not have; correct them:\n{}", file.display(), unknown.join("\n")).into())
}

fn path_and_name(symbol: &str) -> (&str, &str) {
    symbol.split_once('#').unwrap_or((symbol, ""))
}

/// The parts of a qualified name; the `#` of a private name of JavaScript goes with the separators.
fn parts(name: &str) -> Vec<&str> {
    name.split(['.', ':', '#', '\\', '/']).filter(|part| !part.is_empty()).collect()
}

/// The rank of the first answer, and the hits.
fn ask(
    snapshot: &Snapshot<'_>,
    question: &Question,
    answers: &BTreeSet<String>,
    ranking: &Ranking,
) -> Result<(Option<u32>, Vec<String>), Failure> {
    let options = (ranking.choose)(SearchOptions { limit: HITS, ..SearchOptions::default() });
    let hits = snapshot.search(&question.text, &options)?.hits;
    let at = hits.iter().position(|hit| answers.contains(&hit.symbol.symbol));
    let shown = hits.iter().map(|hit| {
        let parts: Vec<String> = hit.parts.iter().map(|part| format!("{} {:.2}", part.name, part.value)).collect();
        let name = hit.symbol.symbol.splitn(3, ' ').last().unwrap_or("");
        format!("{}#{name}  {:.2}: {}", hit.symbol.path, hit.score, parts.join(", "))
    });
    Ok((at.map(|at| at as u32 + 1), shown.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_questions_are_read_or_refused_by_line() {
        let questions = parse("# project: shop\n\nWhere is it?\ta.py#f | a/b.py#C.g\n").unwrap();
        let symbols = vec!["a.py#f".to_owned(), "a/b.py#C.g".to_owned()];
        assert_eq!(questions, [Question { line: 3, text: "Where is it?".into(), symbols }]);
        assert_eq!(parse("\nno tab").unwrap_err(), (2, "a question is followed by a tab and its symbols".into()));
        assert_eq!(parse("x\ta.py").unwrap_err(), (1, "`a.py` is not of the form path#Name".into()));
        assert_eq!(parse("x\ta.py#f | ").unwrap_err().0, 1);
    }

    #[test]
    fn parts_of_names_are_told_apart_in_every_language() {
        for (name, expected) in [
            ("Cart.total", &["Cart", "total"][..]),
            ("shop::Cart::total", &["shop", "Cart", "total"]),
            ("Cart.#sum", &["Cart", "sum"]),
            ("Pool#<<", &["Pool", "<<"]),
            ("App\\Cart.total", &["App", "Cart", "total"]),
            ("", &[]),
        ] {
            assert_eq!(parts(name), expected, "{name}");
        }
    }

    #[test]
    fn answers_count_by_rank_and_slips_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("cart.py"), "class Cart:\n    def total(self):\n        return 1\n\ndef refund(order):\n    pass\n")
            .unwrap();
        let index = common::open(root, StorePlace::Memory).unwrap();
        let snapshot = index.snapshot();
        let questions =
            parse("how is an order given back in a refund\tcart.py#refund\ntotal of a cart\tcart.py#Cart.total | cart.py#refund").unwrap();
        let answers = answers(&snapshot, Path::new("q"), &questions).unwrap();
        assert_eq!(answers.iter().map(BTreeSet::len).collect::<Vec<_>>(), [1, 2]);
        let (rank, hits) = ask(&snapshot, &questions[0], &answers[0], &RANKINGS[0]).unwrap();
        assert_eq!(rank, Some(1), "{hits:?}");
        let slips = parse("a\tcart.py#Cart.totl | crt.py#refund | cart.py#refund").unwrap();
        let error = super::answers(&snapshot, Path::new("q"), &slips).unwrap_err().to_string();
        assert_eq!(
            error,
            "q names symbols that the project does not have; correct them:\n  line 1: cart.py#Cart.totl\n  line 1: crt.py#refund (there is no such file)"
        );
    }
}
