//! Which symbols differ between a commit and the working tree.

use std::path::Path;

use leindex_db::git;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::change::normal;
use super::describe::{local_name, symbol_info};
use super::error::{Cancellable, Error};
use super::results::SymbolInfo;
use super::snapshot::Snapshot;
use super::world::World;
use crate::names::files::Symbol;
use crate::syntax::blob::compute_rows;
use crate::syntax::rows::{Rows, SymbolRow};

/// A file that differs, with its bytes at the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseFile {
    /// Its path now, from the root; `None` if it is gone.
    pub path: Option<String>,
    /// Its path at the commit; `None` if it was not there.
    pub old_path: Option<String>,
    /// Its bytes at the commit.
    pub bytes: Option<Vec<u8>>,
}

/// The files that differ between a commit and the working tree of `root`, those that git does not track yet included.
///
/// # Errors
///
/// When git is missing, `root` is in no repository, or there is no such commit.
pub fn files_at_base(root: &Path, base: &str) -> Result<Vec<BaseFile>, Error> {
    let diff = git::working_diff(root, Some(base))?;
    let changes = git::changed_lines(&diff);
    let old: Vec<&str> = changes.iter().filter_map(|change| change.old_path.as_deref()).collect();
    let mut bytes = git::files_at(root, base, &old)?.into_iter();
    let mut files: Vec<BaseFile> = changes
        .iter()
        .map(|change| BaseFile {
            path: change.path.clone(),
            old_path: change.old_path.clone(),
            bytes: change.old_path.as_ref().and_then(|_| bytes.next().flatten()),
        })
        .collect();
    let untracked = git::untracked(root)?.into_iter();
    files.extend(untracked.map(|path| BaseFile { path: Some(path), old_path: None, bytes: None }));
    Ok(files)
}

/// What differs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Diff {
    /// New symbols.
    pub added: Vec<SymbolInfo>,
    /// Symbols that are gone.
    pub removed: Vec<OldSymbol>,
    /// Symbols with another path or parent, and the same name and body.
    pub moved: Vec<MovedSymbol>,
    /// Symbols that look different from outside.
    pub signature: Vec<ChangedSignature>,
    /// Symbols that look the same from outside and not inside.
    pub body: Vec<SymbolInfo>,
    /// The files.
    pub files: Vec<FileDiff>,
    /// The revision that the commit is compared with.
    pub revision: String,
}

/// A symbol as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OldSymbol {
    /// Its file then.
    pub path: String,
    /// What it was.
    pub kind: &'static str,
    /// Its name, with those of what it lay in.
    pub name: String,
    /// Its signature.
    pub signature: String,
    /// The line of its name then.
    pub line: u32,
}

/// A symbol that lies elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MovedSymbol {
    /// Where it lay.
    pub from: OldSymbol,
    /// Where it lies.
    pub to: SymbolInfo,
}

/// A symbol that looks different from outside.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangedSignature {
    /// The symbol.
    pub symbol: SymbolInfo,
    /// Its signature at the commit.
    pub before: String,
}

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDiff {
    /// Its path; if it is gone, the one it had.
    pub path: String,
    /// `added`, `removed`, `moved` or `changed`.
    pub change: &'static str,
    /// Its path at the commit, if it was another.
    pub old_path: Option<String>,
}

/// A side of a comparison: a symbol's place in the rows of a file.
struct Side<'r> {
    rows: &'r Rows,
    path: &'r str,
    row: SymbolRow,
    index: u32,
}

impl Snapshot<'_> {
    /// Which symbols differ from what some files were: see [`files_at_base`]. Paths of the answer are in the order of the
    /// files, symbols in the order of the text.
    ///
    /// A symbol is the same if its file and its place in it are; one that is gone and one that came are taken for one that
    /// moved if they have the same name and body. Costs a parse of each file's old text.
    pub fn diff(&self, files: &[BaseFile]) -> Cancellable<Diff> {
        self.ask(|world| {
            let mut diff = Diff { revision: self.revision().to_owned(), ..Diff::default() };
            let read: Vec<_> = files.iter().map(|file| (file, old_rows(world, file))).collect();
            let now: Vec<_> =
                files.iter().map(|file| file.path.as_deref().and_then(|path| world.rows(world.file(&normal(path))?))).collect();
            let (mut gone, mut came) = (Vec::new(), Vec::new());
            for ((file, old), new) in read.iter().zip(&now) {
                diff.files.extend(file_diff(file));
                let (old_path, path) = (file.old_path.as_deref().unwrap_or(""), file.path.as_deref().unwrap_or(""));
                let mut left: FxHashMap<u64, u32> = FxHashMap::default();
                if let Some(old) = old {
                    left.extend((0..).zip(old.symbols()).map(|(index, row)| (row.identity(), index)));
                }
                if let Some(new) = new {
                    for (index, row) in (0..).zip(new.symbols()) {
                        let side = Side { rows: new, path, row, index };
                        match left.remove(&side.row.identity()).zip(old.as_ref()) {
                            Some((before, old)) => compare(world, old, old_path, before, &side, &mut diff),
                            None if index > 0 => came.push(side),
                            None => {}
                        }
                    }
                }
                if let Some(old) = old {
                    let mut left: Vec<u32> = left.into_values().filter(|&index| index > 0).collect();
                    left.sort_unstable();
                    gone.extend(
                        left.into_iter().filter_map(|index| Some(Side { rows: old, path: old_path, row: old.symbol(index)?, index })),
                    );
                }
            }
            pair(world, gone, came, &mut diff);
            diff
        })
    }
}

fn file_diff(file: &BaseFile) -> Option<FileDiff> {
    let (path, change) = match (&file.path, &file.old_path) {
        (Some(path), None) => (path, "added"),
        (None, Some(path)) => (path, "removed"),
        (Some(path), Some(old)) if path != old => (path, "moved"),
        (Some(path), Some(_)) => (path, "changed"),
        (None, None) => return None,
    };
    Some(FileDiff { path: path.clone(), change, old_path: file.old_path.clone().filter(|old| old != path) })
}

fn old_rows(world: World<'_>, file: &BaseFile) -> Option<Rows> {
    let (path, bytes) = (file.old_path.as_deref()?, file.bytes.as_deref()?);
    let languages = world.db.languages();
    let name = path.rsplit('/').next().unwrap_or(path);
    let dialect = languages.dialect(name, &bytes[..bytes.len().min(8192)]);
    languages.config(dialect)?;
    Some(compute_rows(languages, dialect, bytes))
}

fn compare(world: World<'_>, old: &Rows, old_path: &str, before: u32, new: &Side<'_>, diff: &mut Diff) {
    let Some(row) = old.symbol(before) else { return };
    let Some(symbol) = info(world, new) else { return };
    if old_path != new.path && new.index > 0 {
        diff.moved.push(MovedSymbol { from: old_symbol(&Side { rows: old, path: old_path, row, index: before }), to: symbol.clone() });
    }
    if row.signature_hash != new.row.signature_hash && new.index > 0 {
        diff.signature.push(ChangedSignature { symbol, before: old.str(row.signature).to_owned() });
    } else if row.body_hash() != new.row.body_hash() {
        diff.body.push(symbol);
    }
}

/// Takes those that are gone and those that came for the same where name and body are.
fn pair(world: World<'_>, gone: Vec<Side<'_>>, came: Vec<Side<'_>>, diff: &mut Diff) {
    let key = |side: &Side<'_>| (side.rows.str(side.row.name).to_owned(), side.row.kind, side.row.body_hash());
    let mut by_key: FxHashMap<_, Vec<usize>> = FxHashMap::default();
    for (at, side) in gone.iter().enumerate().rev().filter(|(_, side)| side.row.body_start < side.row.end) {
        by_key.entry(key(side)).or_default().push(at);
    }
    let mut is_paired = vec![false; gone.len()];
    for side in came {
        let Some(symbol) = info(world, &side) else { continue };
        match by_key.get_mut(&key(&side)).and_then(Vec::pop).and_then(|at| Some((gone.get(at)?, is_paired.get_mut(at)?))) {
            Some((from, paired)) => {
                *paired = true;
                diff.moved.push(MovedSymbol { from: old_symbol(from), to: symbol });
            }
            None => diff.added.push(symbol),
        }
    }
    diff.removed.extend(gone.iter().zip(is_paired).filter(|(_, paired)| !paired).map(|(side, _)| old_symbol(side)));
}

fn info(world: World<'_>, side: &Side<'_>) -> Option<SymbolInfo> {
    symbol_info(world, Symbol::new(world.db, world.file(&normal(side.path))?, side.row.identity()))
}

fn old_symbol(side: &Side<'_>) -> OldSymbol {
    OldSymbol {
        path: side.path.to_owned(),
        kind: side.row.kind.as_str(),
        name: local_name(side.rows, &side.row, "."),
        signature: side.rows.str(side.row.signature).to_owned(),
        line: side.row.name_line,
    }
}
