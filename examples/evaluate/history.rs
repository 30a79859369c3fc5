//! Commits to measure with, and the project as it stood before each of them.
//!
//! Chosen are commits with one parent whose message begins with a line of at least four content words, and that change
//! one to eight functions which stand there before: functions of source files that are no tests, examples, generated or
//! foreign code. Which of them is decided by the seed alone. They are visited in the order of history: the project is
//! indexed before the first, and after that only the files that differ are written and looked at again.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use leindex_db::git::FileChange;
use leindex_queries::index::StorePlace;
use leindex_queries::languages::Languages;
use leindex_queries::names::evidence::of_path;
use leindex_queries::names::manifests;
use leindex_queries::syntax::parse::ParseSession;
use leindex_queries::syntax::rows::{Rows, SymbolFlags};
use leindex_queries::{Change, Index};

use crate::repository::{Commit, Repository};
use crate::statistics::shuffled;
use crate::words::content_words;
use crate::{Failure, common};

/// What histories are read, and how much of them.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Git repositories, bare or not. The name of the folder is that of the project.
    #[arg(required = true)]
    pub(crate) repositories: Vec<PathBuf>,
    /// Measure with this many commits of each repository.
    #[arg(long, value_name = "N", default_value_t = 50)]
    sample: usize,
    /// Which commits those are.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Content words that a message has at least.
const WORDS: usize = 4;
/// Functions that a commit changes at most.
const MOST_FUNCTIONS: usize = 8;
/// Files that a commit changes at most: more are hardly about one thing.
const MOST_FILES: usize = 40;

/// A commit that is measured with.
pub(crate) struct Chosen {
    pub(crate) commit: Commit,
    /// What it changed, seen backwards (see [`Repository::changes`]).
    pub(crate) changes: Vec<FileChange>,
    /// The functions that it changes, as they stand before it, in order of path and line.
    pub(crate) functions: Vec<Place>,
}

/// What finds a definition before a commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) path: String,
    /// The line of its name.
    pub(crate) line: u32,
    pub(crate) name: String,
}

/// Calls `measure` with the index of the project as it stood before each of the chosen commits of each repository.
pub(crate) fn walk(
    arguments: &Arguments,
    mut measure: impl FnMut(&mut Repository, &Index, &Chosen) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for path in &arguments.repositories {
        let mut repository = Repository::open(path)?;
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        bar.set_style(ProgressStyle::with_template("{prefix} {bar:40} {pos}/{len} commits, {eta} left")?);
        bar.set_prefix(repository.name.clone());
        bar.set_length(arguments.sample as u64);
        let chosen = choose(&mut repository, arguments.sample, arguments.seed)?;
        if chosen.is_empty() {
            return Err(format!("{} has no commit to measure with", path.display()).into());
        }
        bar.set_length(chosen.len() as u64);
        let mut checkout = None;
        for chosen in bar.wrap_iter(chosen.iter()) {
            let index = Checkout::at(&mut checkout, &mut repository, &chosen.commit.parent)?;
            measure(&mut repository, index, chosen)?;
        }
        bar.finish_and_clear();
    }
    Ok(())
}

/// The commits to measure with, in the order of history.
fn choose(repository: &mut Repository, count: usize, seed: u64) -> Result<Vec<Chosen>, Failure> {
    let mut commits = repository.commits()?;
    commits.retain(|commit| content_words(&commit.subject).len() >= WORDS);
    let mut parser = Parser::default();
    let mut chosen = Vec::new();
    for at in shuffled(commits.len(), seed) {
        if chosen.len() >= count {
            break;
        }
        let Some(commit) = commits.get(at) else { continue };
        let changes = repository.changes(commit)?;
        if changes.len() > MOST_FILES {
            continue;
        }
        let mut functions = Vec::new();
        for change in &changes {
            // Seen backwards, the path after is the one in the parent.
            let Some(path) = change.path.as_deref().filter(|path| is_source(path)) else { continue };
            let rows = match repository.read(&format!("{}:{path}", commit.parent))? {
                Some(bytes) => parser.rows(path, &bytes),
                None => None,
            };
            functions.extend(rows.map(|rows| changed_functions(path, &rows, change)).unwrap_or_default());
        }
        functions.sort();
        if (1..=MOST_FUNCTIONS).contains(&functions.len()) {
            chosen.push((at, Chosen { commit: commit.clone(), changes, functions }));
        }
    }
    chosen.sort_by_key(|(at, _)| *at);
    Ok(chosen.into_iter().map(|(_, chosen)| chosen).collect())
}

/// Whether a path leads to what a project consists of, not to its tests, examples, generated or foreign code.
pub(crate) fn is_source(path: &str) -> bool {
    let evidence = of_path(path);
    !(evidence.test || evidence.example || evidence.generated || evidence.vendored)
}

/// Makes rows of texts by their paths.
#[derive(Default)]
pub(crate) struct Parser {
    languages: Languages,
    session: ParseSession,
}

impl Parser {
    /// The rows of a text. `None` if it is in no known language.
    pub(crate) fn rows(&mut self, path: &str, bytes: &[u8]) -> Option<Rows> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let dialect = self.languages.dialect(name, bytes.get(..8192).unwrap_or(bytes));
        Some(self.session.rows(self.languages.grammar(dialect)?, bytes))
    }
}

/// The functions of a file, tests aside, of which a change touches lines that lie in no function inside them.
fn changed_functions(path: &str, rows: &Rows, change: &FileChange) -> Vec<Place> {
    let is_test = |mut at: u32| {
        for _ in 0..64 {
            match rows.symbol(at) {
                Some(row) if row.flags.has(SymbolFlags::TEST) => return true,
                Some(row) if at != 0 => at = row.parent,
                _ => break,
            }
        }
        false
    };
    let functions: Vec<_> = rows.symbols().enumerate().filter(|(_, row)| row.kind.is_callable()).collect();
    let spans: Vec<Range<u32>> = functions.iter().map(|(_, row)| row.start_line..row.end_line + 1).collect();
    let touched = innermost_touched(&spans, change);
    let touched = touched.into_iter().filter_map(|at| functions.get(at)).filter(|(at, _)| !is_test(*at as u32));
    touched.map(|(_, row)| Place { path: path.to_owned(), line: row.name_line, name: rows.str(row.name).to_owned() }).collect()
}

/// Which of some nested ranges of lines are the innermost around a line that was changed, or around both lines between
/// which some were put.
pub(crate) fn innermost_touched(spans: &[Range<u32>], change: &FileChange) -> Vec<usize> {
    let changed = change.added.iter().flat_map(|lines| lines.clone()).map(|line| line..line + 1);
    let between = change.removed_after.iter().map(|&line| line..line + 2);
    let innermost = |lines: Range<u32>| {
        let around = spans.iter().enumerate().filter(|(_, span)| span.start <= lines.start && lines.end <= span.end);
        around.min_by_key(|(_, span)| span.end - span.start).map(|(at, _)| at)
    };
    let mut touched: Vec<usize> = changed.chain(between).filter_map(innermost).collect();
    touched.sort_unstable();
    touched.dedup();
    touched
}

/// A project's files at some commit, and their index.
struct Checkout {
    root: PathBuf,
    files: BTreeMap<String, String>,
    index: Index,
    // Removed when the checkout is dropped.
    _folder: tempfile::TempDir,
}

impl Checkout {
    /// The index of a commit's files: of a checkout that is there, or of a new one.
    fn at<'c>(checkout: &'c mut Option<Self>, repository: &mut Repository, commit: &str) -> Result<&'c Index, Failure> {
        let mut files = repository.tree(commit)?;
        let languages = Languages::default();
        files.retain(|path, _| {
            let name = path.rsplit('/').next().unwrap_or(path);
            languages.claims(name) || manifests::kind_of(name).is_some()
        });
        let checkout = match checkout {
            Some(known) => {
                let changed = write(repository, &known.root, &known.files, &files)?;
                known.index.apply(Change::Disk(changed))?;
                known.files = files;
                known
            }
            None => {
                let folder = tempfile::tempdir()?;
                let root = folder.path().join(&repository.name);
                std::fs::create_dir_all(&root)?;
                write(repository, &root, &BTreeMap::new(), &files)?;
                let index = common::open(&root, StorePlace::Memory)?;
                checkout.insert(Self { root, files, index, _folder: folder })
            }
        };
        Ok(&checkout.index)
    }
}

/// Makes the files beneath `root` those of `new`. Returns the paths of those that differ from `old`, from `root`.
fn write(
    repository: &mut Repository,
    root: &Path,
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) -> Result<Vec<PathBuf>, Failure> {
    let mut changed = Vec::new();
    for path in old.keys().filter(|path| !new.contains_key(*path)) {
        std::fs::remove_file(root.join(path))?;
        changed.push(path.into());
        // Folders that are empty now would stand in the way of files with their names.
        for folder in Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
            if std::fs::remove_dir(root.join(folder)).is_err() {
                break;
            }
        }
    }
    for (path, id) in new.iter().filter(|(path, id)| old.get(*path) != Some(id)) {
        let Some(bytes) = repository.read(id)? else { continue };
        let place = root.join(path);
        std::fs::create_dir_all(place.parent().unwrap_or(root))?;
        std::fs::write(place, bytes)?;
        changed.push(path.into());
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_count_for_the_innermost_function_around_them() {
        let spans = [1..21, 5..11, 15..16, 30..41];
        let touched = |added: &[Range<u32>], removed_after: &[u32]| {
            let change = FileChange { added: added.to_vec(), removed_after: removed_after.to_vec(), ..FileChange::default() };
            innermost_touched(&spans, &change)
        };
        assert_eq!(touched(std::slice::from_ref(&(6..7)), &[]), [1]);
        assert_eq!(touched(std::slice::from_ref(&(3..7)), &[]), [0, 1], "lines of both");
        assert_eq!(touched(std::slice::from_ref(&(21..30)), &[]), [0; 0], "between functions");
        assert_eq!(touched(&[], &[9]), [1], "put between two lines of one");
        assert_eq!(touched(&[], &[10]), [0], "put behind its last line");
        assert_eq!(touched(&[], &[15]), [0], "a function of one line has no room in it");
        assert_eq!(touched(std::slice::from_ref(&(40..50)), &[20, 0]), [3]);
    }

    /// A repository in which each commit writes a file.
    fn repository(commits: &[(&str, &str, &str)]) -> (tempfile::TempDir, Repository) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shop.git");
        let git = |arguments: &[&str]| {
            let mut git = std::process::Command::new("git");
            git.arg("-C").arg(&root).args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]);
            assert!(git.args(arguments).output().unwrap().status.success(), "{arguments:?}");
        };
        for (at, (message, path, text)) in commits.iter().enumerate() {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            if at == 0 {
                git(&["init", "-q"]);
            }
            std::fs::write(root.join(path), text).unwrap();
            git(&["add", "-A"]);
            git(&["commit", "-q", "-m", message]);
        }
        let repository = Repository::open(&root).unwrap();
        (folder, repository)
    }

    #[test]
    fn commits_are_chosen_by_what_they_change_and_visited_as_they_were_before() {
        let cart = "def total(cart):\n    return 0\n\ndef refund(order):\n    return None\n";
        let (_folder, mut repository) = repository(&[
            ("Begin a shop with carts and refunds", "src/cart.py", cart),
            ("Fix it", "src/cart.py", &cart.replace("return 0", "return 1")),
            ("Sum up prices of all articles", "src/cart.py", &cart.replace("return 0", "return sum(cart)")),
            ("Check refunds of orders without articles", "tests/test_cart.py", "def test_refund():\n    pass\n"),
            ("Give back money for an order", "src/cart.py", &cart.replace("    return None", "    pay(order)\n    return None")),
            ("Explain what refunds of orders are", "README.md", "Refunds"),
        ]);
        assert_eq!(repository.name, "shop");
        let chosen = choose(&mut repository, 9, 1).unwrap();
        let found: Vec<(&str, Vec<&str>)> =
            chosen.iter().map(|chosen| (&*chosen.commit.subject, chosen.functions.iter().map(|place| &*place.name).collect())).collect();
        assert_eq!(found, [("Sum up prices of all articles", vec!["total"]), ("Give back money for an order", vec!["total", "refund"])]);
        let mut checkout = None;
        for (chosen, before) in chosen.iter().zip(["return 1", "return sum(cart)"]) {
            let index = Checkout::at(&mut checkout, &mut repository, &chosen.commit.parent).unwrap();
            let source = index.snapshot().source("src/cart.py#total").unwrap();
            assert!(source.contains(before), "{source}");
            assert_eq!(crate::outline::symbols_at(&index.snapshot(), &chosen.functions).unwrap().len(), chosen.functions.len());
        }
        let sources = chosen.last().unwrap();
        let index = Checkout::at(&mut checkout, &mut repository, &sources.commit.id).unwrap();
        assert!(index.snapshot().source("src/cart.py#refund").unwrap().contains("pay(order)"));
    }
}
