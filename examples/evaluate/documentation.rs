//! Documentation to function: is a function found by what its own documentation says of it?
//!
//! **What is asked.** The source files of a project are copied without any documentation (see [`crate::undocumented`]),
//! the copy is indexed, and the first paragraph of each documented function's documentation is asked, as it stands.
//!
//! **What counts.** The rank of that function among the functions of the [pool](crate::pool): hits outside of the pool
//! are passed over, as is whatever is no function. A hit whose name and code equal those of a function of the pool stands
//! for it, since search shows such twins once. MRR@10, and the share of questions with the right one among the first 1, 5
//! and 10. *Hard* are the questions that share no stemmed content word with the function's name and those of what it
//! lies in. The mean is over projects, each counted once.
//!
//! **What is left out.** Functions without documentation are no candidates. Files that are in no language, hidden or
//! ignored are not copied; those that the index does not analyse (too large, written by a program) are, and a function of
//! a given pool in one of them counts as not found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use leindex_queries::index::StorePlace;
use leindex_queries::languages::Languages;
use leindex_queries::syntax::parse::ParseSession;
use leindex_queries::syntax::rows::SymbolKind;
use leindex_queries::{SearchOptions, SymbolInfo};

use crate::outline::symbols_of;
use crate::pool::{self, Entry, squeezed};
use crate::ranking::{RANKINGS, Ranking};
use crate::statistics::{Ranks, mean, sample};
use crate::table::{Cell, Table};
use crate::undocumented::undocumented;
use crate::words::is_hard;
use crate::{Failure, Report, common};

/// Functions by their own documentation, which is taken out of the code first.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  evaluate documentation . --sample 200
  evaluate documentation ~/pools/django ~/pools/pandas --pool python.jsonl --json")]
pub(crate) struct Arguments {
    /// Folders of projects. The name of the folder is that of the project.
    #[arg(required = true)]
    roots: Vec<PathBuf>,
    /// Take the functions and their questions from this file: a JSON object with `path`, `name`, `query`, and perhaps
    /// `code` and `proj`, on each line.
    #[arg(long = "pool", value_name = "FILE")]
    pool: Option<PathBuf>,
    /// Ask this many of a project's questions. All functions stay candidates.
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Which questions a sample has.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Hits that are looked at for functions of the pool.
const HITS: usize = 1000;

pub(crate) fn measure(arguments: &Arguments) -> Result<Report, Failure> {
    let columns = ["project", "ranking", "functions", "questions", "MRR@10", "R@1", "R@5", "R@10", "hard", "hard MRR@10", "hard R@5"];
    let mut table = Table::new("documentation to function", &columns);
    let mut notes = Vec::new();
    let mut of_rankings: Vec<Vec<[f64; 6]>> = vec![Vec::new(); RANKINGS.len()];
    for root in &arguments.roots {
        let project = Project::read(root, arguments.pool.as_deref())?;
        notes.extend(project.notes());
        let asked = sample(project.entries.len(), arguments.sample.unwrap_or(usize::MAX), arguments.seed);
        for (ranking, figures) in RANKINGS.iter().zip(&mut of_rankings) {
            let (all, hard) = project.ask(&asked, ranking)?;
            let of = [all.reciprocal(), all.within(1), all.within(5), all.within(10), hard.reciprocal(), hard.within(5)];
            let counts = [project.entries.len(), all.0.len(), hard.0.len()];
            table.row(row(&project.name, ranking, counts.map(Cell::from), of));
            figures.push(of);
        }
    }
    if arguments.roots.len() > 1 {
        for (ranking, figures) in RANKINGS.iter().zip(&of_rankings) {
            let of = std::array::from_fn(|at| mean(figures.iter().map(|figures| figures[at])));
            table.row(row("mean", ranking, [Cell::Nothing, Cell::Nothing, Cell::Nothing], of));
        }
    }
    Ok(Report { tables: vec![table], notes, details: None })
}

fn row(project: &str, ranking: &Ranking, [functions, asked, hard]: [Cell; 3], of: [f64; 6]) -> Vec<Cell> {
    let [reciprocal, first, five, ten, hard_reciprocal, hard_five] = of.map(Cell::from);
    vec![project.into(), ranking.name.into(), functions, asked, reciprocal, first, five, ten, hard, hard_reciprocal, hard_five]
}

/// A project without its documentation.
struct Project {
    name: String,
    index: leindex_queries::Index,
    texts: BTreeMap<String, String>,
    /// The pool; entries that the index does not know have no symbol.
    entries: Vec<(Entry, Option<SymbolInfo>)>,
    // Removed when the project is dropped.
    _folder: tempfile::TempDir,
}

impl Project {
    fn read(root: &Path, pool: Option<&Path>) -> Result<Self, Failure> {
        let root = std::path::absolute(root)?;
        let name = root.file_name().map_or_else(|| "project".to_owned(), |name| name.to_string_lossy().into_owned());
        if !root.is_dir() {
            return Err(format!("{} is no folder", root.display()).into());
        }
        let given = pool.map(|file| pool::read(file, &name)).transpose()?;
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join(&name);
        let (texts, chosen) = copy_undocumented(&root, &copy)?;
        let index = common::open(&copy, StorePlace::Memory)?;
        let symbols = symbols_of(&index.snapshot(), &texts.keys().map(String::as_str).collect())?;
        let text = |symbol: &SymbolInfo| text_of(&texts, symbol).to_owned();
        let is_given = given.is_some();
        let mut taken = BTreeSet::new();
        let mut entries = Vec::new();
        for entry in given.unwrap_or(chosen) {
            let of_file = symbols.get(&entry.path).map_or(&[][..], Vec::as_slice);
            let symbol = pool::symbol_of(&entry, of_file, &taken, text).cloned();
            taken.extend(symbol.iter().map(|symbol| symbol.symbol.clone()));
            entries.push((entry, symbol));
        }
        if !is_given {
            let known = entries.into_iter().filter_map(|(entry, symbol)| Some((entry, symbol?))).collect();
            entries = pool::fitting(known, text).into_iter().map(|(entry, symbol)| (entry, Some(symbol))).collect();
        }
        Ok(Self { name, index, texts, entries, _folder: folder })
    }

    /// What readers of the table should know.
    fn notes(&self) -> Vec<String> {
        let unknown: Vec<&Entry> = self.entries.iter().filter(|(_, symbol)| symbol.is_none()).map(|(entry, _)| entry).collect();
        let documented: Vec<&SymbolInfo> =
            self.entries.iter().filter_map(|(_, symbol)| symbol.as_ref()).filter(|symbol| !symbol.generated_summary).collect();
        let mut notes = Vec::new();
        if let Some(first) = unknown.first() {
            notes.push(format!(
                "{}: {} functions are not in the index, such as {} of {}",
                self.name,
                unknown.len(),
                first.name,
                first.path
            ));
        }
        if let Some(first) = documented.first() {
            notes.push(format!("{}: {} functions are documented still, such as {}", self.name, documented.len(), first.symbol));
        }
        notes
    }

    /// The ranks of the functions whose questions are asked, and of those whose questions are hard.
    fn ask(&self, asked: &[usize], ranking: &Ranking) -> Result<(Ranks, Ranks), Failure> {
        let snapshot = self.index.snapshot();
        let mut places = BTreeMap::new();
        let mut twins = BTreeMap::new();
        for (at, (_, symbol)) in self.entries.iter().enumerate() {
            let Some(symbol) = symbol else { continue };
            places.insert(&*symbol.symbol, at);
            twins.insert((&*symbol.name, squeezed(text_of(&self.texts, symbol))), at);
        }
        let names: BTreeSet<&str> = twins.keys().map(|(name, _)| *name).collect();
        let options = (ranking.choose)(SearchOptions {
            limit: HITS,
            kinds: SymbolKind::ALL.iter().copied().filter(|kind| kind.is_callable()).collect(),
            ..SearchOptions::default()
        });
        let (mut all, mut hard) = (Ranks::default(), Ranks::default());
        for &at in asked {
            let Some((entry, symbol)) = self.entries.get(at) else { continue };
            let mut seen = BTreeSet::new();
            let mut rank = None;
            if symbol.is_some() {
                for hit in snapshot.search(&entry.question, &options)?.hits {
                    let found = &hit.symbol;
                    let place = places.get(&*found.symbol).or_else(|| {
                        let twin = || twins.get(&(&*found.name, squeezed(text_of(&self.texts, found))));
                        names.contains(&*found.name).then(twin).flatten()
                    });
                    seen.extend(place.copied());
                    if place == Some(&at) {
                        rank = Some(seen.len() as u32);
                        break;
                    }
                }
            }
            all.0.push(rank);
            if is_hard(&entry.question, &entry.name) {
                hard.0.push(rank);
            }
        }
        Ok((all, hard))
    }
}

/// Copies the source files beneath a folder without their documentation. Returns the texts of the copies by path, and
/// the functions that were documented.
fn copy_undocumented(root: &Path, copy: &Path) -> Result<(BTreeMap<String, String>, Vec<Entry>), Failure> {
    let languages = Languages::default();
    let mut session = ParseSession::default();
    let mut texts = BTreeMap::new();
    let mut documented = Vec::new();
    let walk = ignore::WalkBuilder::new(root).parents(false).require_git(false).sort_by_file_path(Path::cmp).build();
    for file in walk {
        let file = file?;
        let name = file.file_name().to_string_lossy();
        if !file.file_type().is_some_and(|kind| kind.is_file()) || !languages.claims(&name) {
            continue;
        }
        let bytes = std::fs::read(file.path())?;
        let dialect = languages.dialect(&name, &bytes[..bytes.len().min(8192)]);
        let (Some(grammar), Ok(text)) = (languages.grammar(dialect), String::from_utf8(bytes)) else { continue };
        let path = file.path().strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        documented.extend(pool::documented(&path, &session.rows(grammar, text.as_bytes())));
        let bare = undocumented(&mut session, grammar, &text);
        let place = copy.join(&path);
        std::fs::create_dir_all(place.parent().unwrap_or(copy))?;
        std::fs::write(&place, &bare)?;
        texts.insert(path, bare);
    }
    if texts.is_empty() {
        return Err(format!("{} has no source files", root.display()).into());
    }
    Ok((texts, documented))
}

fn text_of<'t>(texts: &'t BTreeMap<String, String>, symbol: &SymbolInfo) -> &'t str {
    texts.get(&symbol.path).and_then(|text| text.get(symbol.start_byte as usize..symbol.end_byte as usize)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_ranked_among_those_that_were_documented() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shop");
        std::fs::create_dir_all(root.join("tests")).unwrap();
        let cart = "def total(cart):\n    \"\"\"Sum up the prices of all articles.\"\"\"\n    prices = [a.price for a in cart]\n    return sum(prices)\n\n\
                    def discount(cart):\n    \"\"\"Take a tenth off for good customers.\"\"\"\n    rate = 0.1\n    return total(cart) * rate\n\n\
                    def articles(cart):\n    prices = articles.price\n    sum(prices)\n    return prices\n";
        std::fs::write(root.join("cart.py"), cart).unwrap();
        std::fs::write(root.join("tests/test_cart.py"), cart).unwrap();
        let project = Project::read(&root, None).unwrap();
        let names: Vec<&str> = project.entries.iter().map(|(entry, _)| &*entry.name).collect();
        assert_eq!(names, ["total().", "discount()."]);
        assert_eq!(project.notes(), [""; 0]);
        let (all, hard) = project.ask(&[0, 1], &RANKINGS[0]).unwrap();
        assert_eq!(all.0[0], Some(1), "`articles` has the words too, but is not in the pool");
        assert_eq!(hard.0.len(), 2);
        let pool = folder.path().join("pool.jsonl");
        let line = |path, name| serde_json::json!({ "proj": "shop", "path": path, "name": name, "query": "sum of prices" }).to_string();
        std::fs::write(&pool, [line("cart.py", "total"), line("cart.py", "gone")].join("\n")).unwrap();
        let project = Project::read(&root, Some(&pool)).unwrap();
        assert_eq!(project.notes(), ["shop: 1 functions are not in the index, such as gone of cart.py"]);
        assert_eq!(project.ask(&[0, 1], &RANKINGS[0]).unwrap().0.0, [Some(1), None]);
        std::fs::write(&pool, line("cart.py", "total").replace("shop", "mill")).unwrap();
        let error = Project::read(&root, Some(&pool)).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.ends_with("has no function of `shop`; it has mill"), "{error}");
    }
}
