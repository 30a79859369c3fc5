//! Finding the files of a root and reading those that changed.
//!
//! A pass lists the files (ignore rules, settings, the caller's [`Classifier`]), compares their stamps with the
//! [`Manifest`], and reads each file that needs reading exactly once: the bytes are hashed, judged and handed to the
//! caller's [`Sink`] in the worker thread that read them. Whatever is odd about a file is a [`Skip`] reason in its
//! entry or a [`Diagnostic`]; only a root that cannot be read at all is an error.
//!
//! This module knows no language and no database. Its results are sorted, so they do not depend on the number of
//! threads.

mod read;
mod rules;
mod walk;

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fs, io};

use rayon::prelude::*;

use self::read::{Outcome, read_all};
use self::rules::Rules;
#[cfg(feature = "watch")]
pub(crate) use self::rules::changes_rules;
use self::walk::{Seen, subject_at};
use crate::config::{Config, SETTINGS_FILES};
use crate::error::Error;
use crate::ids::{ContentHash, Dialect};
use crate::manifest::{Directories, Known, Manifest};
use crate::skip::{HEAD, Skip};
use crate::text::Place;

/// Tells which files matter, and what they are written in.
pub trait Classifier: Sync {
    /// Whether a file of this name could be of interest. Unclaimed files are neither opened nor listed.
    fn claims(&self, file_name: &str) -> bool;

    /// The dialect of a claimed file, from its name and its first 8 KiB. `head` is empty for a file that is not
    /// read. [`Dialect::NONE`] when the content shows that it is of no interest after all.
    fn dialect(&self, file_name: &str, head: &[u8]) -> Dialect;

    /// Changes whenever [`Self::dialect`] could answer differently or number its dialects differently.
    fn fingerprint(&self) -> [u8; 16];
}

/// Receives the bytes of the files, in the threads that read them.
pub trait Sink: Sync {
    /// Whether the bytes of this content are wanted. Asked for every listed file that is not skipped, read or not.
    fn needs(&self, hash: ContentHash, dialect: Dialect) -> bool;

    /// The bytes of a file at `path` (relative to the root) that [`Self::needs`] wanted.
    fn bytes(&self, path: &str, hash: ContentHash, dialect: Dialect, bytes: &[u8]);
}

/// How far a pass has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Files dealt with.
    pub done: usize,
    /// Files found.
    pub total: usize,
}

/// Whether stamps may stand in for reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// A file whose stamp is unchanged has not changed.
    #[default]
    Stamps,
    /// Every file is read and hashed again.
    Nothing,
}

/// What a pass works with, besides the root.
#[derive(Clone, Copy)]
pub struct Pass<'a> {
    /// Tells which files matter.
    pub classifier: &'a dyn Classifier,
    /// Receives the bytes.
    pub sink: &'a dyn Sink,
    /// Called now and then from the worker threads, and once at the end.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// Set it to end the pass early with [`Error::Cancelled`].
    pub cancelled: &'a AtomicBool,
    /// Whether stamps may stand in for reading.
    pub trust: Trust,
}

/// A file as it enters the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// The file's name within its directory.
    pub name: Box<str>,
    /// Its length in bytes.
    pub size: u64,
    /// The hash of its bytes; [`UNREAD`] for a file that was not read.
    pub hash: ContentHash,
    /// What it is written in.
    pub dialect: Dialect,
    /// Why it is not analysed, if so.
    pub skip: Option<Skip>,
}

/// The hash that stands for content that was never read.
pub const UNREAD: ContentHash = ContentHash::from_bytes([0; 32]);

/// A directory with the files in it that matter, sorted by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDirectory {
    /// '/'-separated path relative to the root; empty for the root itself.
    pub path: Box<str>,
    /// Its files, without those of its sub-directories.
    pub files: Vec<FoundFile>,
}

/// Something that people should know about a pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// '/'-separated path relative to the root, or absolute for a file outside it.
    pub path: String,
    /// What happened there.
    pub message: String,
}

impl Diagnostic {
    fn vanished(path: &str) -> Self {
        Self { path: path.to_owned(), message: "vanished while it was read".to_owned() }
    }
}

/// What a pass found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// Directories sorted by path. When not [`Self::complete`], those that were touched; one without files is gone.
    pub directories: Vec<FoundDirectory>,
    /// Whether `directories` is the whole root, so that any other directory is gone.
    pub complete: bool,
    /// Where the content of the files in `directories` lies, for [`Text`](crate::text::Text).
    pub places: Vec<Place>,
    /// Files that are gone or not analysed any more, for [`Text`](crate::text::Text).
    pub gone: Vec<PathBuf>,
    /// Sorted by path.
    pub diagnostics: Vec<Diagnostic>,
    /// How many files were opened.
    pub reads: usize,
}

/// Finds all files of `root` and reads those that are new, changed or wanted. `manifest` is brought up to date.
///
/// # Errors
///
/// When `root` is not a readable folder, or the pass was cancelled; `manifest` is then as it was.
pub fn discover(root: &Path, config: &Config, manifest: &mut Manifest, pass: &Pass<'_>) -> Result<Found, Error> {
    let root = &folder(root)?;
    let rules = Rules::new(root, config)?;
    let (seen, mut diagnostics) = walk::walk(&rules, pass);
    let outcomes = read_all(root, config, manifest, pass, &seen)?;

    let reads = outcomes.iter().filter(|outcome| outcome.opened).count();
    let next = Manifest { fingerprint: pass.classifier.fingerprint(), directories: by_directory(&seen, outcomes, &mut diagnostics) };
    let listed: Vec<_> = next.directories.par_iter().map(|(path, files)| listing(path, files, config)).collect();
    let directories = listed.into_iter().filter(|directory| !directory.files.is_empty()).collect();
    let before = std::mem::replace(manifest, next);
    let gone = gone(&before, manifest).into_iter().map(|path| root.join(path)).collect();
    Ok(found(root, directories, true, gone, diagnostics, reads))
}

/// Looks again at `paths` only (absolute, or relative to `root`): files or folders that changed, came or went.
///
/// A path outside the root is ignored. A changed ignore file or settings file turns this into [`discover`].
///
/// # Errors
///
/// As [`discover`].
pub fn discover_paths(root: &Path, config: &Config, manifest: &mut Manifest, pass: &Pass<'_>, paths: &[PathBuf]) -> Result<Found, Error> {
    let given = root;
    let root = &folder(root)?;
    let relative: BTreeSet<PathBuf> = paths.iter().filter_map(|path| relative_to(root, given, path)).collect();
    let everything = relative.iter().any(|path| path.as_os_str().is_empty() || rules::changes_rules(path));
    if everything || manifest.fingerprint != pass.classifier.fingerprint() {
        return discover(root, config, manifest, pass);
    }
    let mut rules = Rules::new(root, config)?;
    let mut diagnostics = Vec::new();
    let mut seen = Vec::new();
    for path in &relative {
        look_at(path, &mut rules, manifest, pass, &mut seen, &mut diagnostics);
    }
    seen.sort_unstable();
    seen.dedup();
    let outcomes = read_all(root, config, manifest, pass, &seen)?;

    let mut touched: BTreeSet<Box<str>> = seen.iter().map(|file| file.directory().into()).collect();
    let before = take_out(&relative, manifest, &mut touched);
    let reads = settle(&seen, outcomes, manifest, &mut diagnostics);
    let gone = before
        .into_iter()
        .filter(|(directory, name)| manifest.get(directory, name).is_none())
        .map(|(directory, name)| root.join(&*directory).join(&*name))
        .collect();
    let files = |path| manifest.directories.get(path).map_or(&[][..], Vec::as_slice);
    let directories = touched.iter().map(|path| listing(path, files(path), config)).collect();
    Ok(found(root, directories, false, gone, diagnostics, reads))
}

/// A file, whatever it is, as it lies on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFile {
    /// '/'-separated path relative to the root.
    pub path: Box<str>,
    /// Its length in bytes; 0 for what is no regular file.
    pub size: u64,
}

/// All files of `root` that the ignore rules and the settings admit, of whatever kind, sorted by path. None is opened.
///
/// # Errors
///
/// When `root` is not a readable folder, or the settings are wrong.
pub fn all_files(root: &Path, config: &Config) -> Result<Vec<ListedFile>, Error> {
    let rules = Rules::new(&folder(root)?, config)?;
    let seen = walk::all(&rules);
    Ok(seen.iter().map(|file| ListedFile { path: file.path().into(), size: file.size() }).collect())
}

/// The text of a file of `root`, if it is one: a regular file within the size limit of the settings, in UTF-8, without NUL
/// bytes at its head.
pub fn text_of(root: &Path, path: &str, config: &Config) -> Option<String> {
    let path = root.join(path);
    let is_small_file = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= config.size_limit);
    let bytes = if is_small_file { fs::read(&path).ok()? } else { return None };
    if bytes.iter().take(HEAD).any(|&byte| byte == 0) { None } else { String::from_utf8(bytes).ok() }
}

/// The folder at `path` (relative to the root) and all folders below it in which a pass would look for files, absolute. None
/// if it is ignored or gone.
///
/// # Errors
///
/// When `root` is not a readable folder, or the settings are wrong.
#[cfg(feature = "watch")]
pub(crate) fn folders(root: &Path, config: &Config, path: &Path) -> Result<Vec<PathBuf>, Error> {
    let root = folder(root)?;
    let mut rules = Rules::new(&root, config)?;
    Ok(walk::folders(path, &mut rules))
}

/// The outcomes as directories. `seen` is sorted by directory, then by name.
fn by_directory(seen: &[Seen], mut outcomes: Vec<Outcome>, diagnostics: &mut Vec<Diagnostic>) -> Directories {
    let vanished = seen.iter().zip(&outcomes).filter(|(_, outcome)| outcome.known.is_none());
    diagnostics.extend(vanished.map(|(file, _)| Diagnostic::vanished(file.path())));
    let mut rest = &mut outcomes[..];
    let mut groups = Vec::new();
    for files in seen.chunk_by(|a, b| a.directory() == b.directory()) {
        let (group, others) = rest.split_at_mut(files.len());
        groups.push((files, group));
        rest = others;
    }
    let directories: Vec<(Box<str>, Vec<Known>)> = groups
        .into_par_iter()
        .filter_map(|(files, outcomes)| {
            let known = files.iter().zip(outcomes).filter_map(|(file, outcome)| Some(outcome.known.take()?.named(file.name())));
            Some((files.first()?.directory().into(), known.collect()))
        })
        .filter(|(_, known): &(_, Vec<Known>)| !known.is_empty())
        .collect();
    directories.into_iter().collect()
}

/// The paths that `before` knows and `now` does not.
fn gone(before: &Manifest, now: &Manifest) -> Vec<PathBuf> {
    let mut gone = Vec::new();
    for (directory, files) in &before.directories {
        let mut left = now.directories.get(directory).map_or(&[][..], Vec::as_slice).iter().peekable();
        for file in files {
            while left.next_if(|other| other.name < file.name).is_some() {}
            if left.peek().is_none_or(|other| other.name != file.name) {
                gone.push(Path::new(&**directory).join(&*file.name));
            }
        }
    }
    gone
}

/// Collects what is to be read for one changed path.
fn look_at(path: &Path, rules: &mut Rules, manifest: &Manifest, pass: &Pass<'_>, seen: &mut Vec<Seen>, diagnostics: &mut Vec<Diagnostic>) {
    let absolute = rules.root().join(path);
    let metadata = match fs::symlink_metadata(&absolute) {
        Ok(metadata) => metadata,
        Err(error) if is_gone(&error) => return,
        Err(error) => {
            diagnostics.push(Diagnostic { path: walk::display(path), message: error.to_string() });
            return;
        }
    };
    if metadata.is_dir() {
        if rules.admits(path, true) {
            walk::descend(path, rules, pass, seen, diagnostics);
        }
        return;
    }
    let Some(name) = path.file_name() else { return };
    if !pass.classifier.claims(&name.to_string_lossy()) {
        return;
    }
    let is_known = path.to_str().is_some_and(|path| {
        let (directory, name) = walk::split(path);
        manifest.get(directory, name).is_some_and(|known| known.verdict.is_none_or(Skip::is_of_content))
    });
    if (is_known && metadata.is_file()) || rules.admits(path, false) {
        let subject = subject_at(&absolute, &metadata);
        seen.extend(subject.map(|subject| Seen::new(path, subject)));
    }
}

/// Takes all that was known at or beneath the changed paths out of the manifest.
fn take_out(paths: &BTreeSet<PathBuf>, manifest: &mut Manifest, touched: &mut BTreeSet<Box<str>>) -> Vec<(Box<str>, Box<str>)> {
    let mut taken = Vec::new();
    for path in paths {
        let path = walk::display(path);
        let (directory, name) = walk::split(&path);
        if manifest.remove(directory, name) {
            touched.insert(directory.into());
            taken.push((directory.into(), name.into()));
        }
        for beneath in manifest.beneath(&path) {
            for file in manifest.directories.remove(&beneath).unwrap_or_default() {
                taken.push((beneath.clone(), file.name));
            }
            touched.insert(beneath);
        }
    }
    taken
}

/// Enters the outcomes into the manifest and returns how many files were opened.
fn settle(seen: &[Seen], outcomes: Vec<Outcome>, manifest: &mut Manifest, diagnostics: &mut Vec<Diagnostic>) -> usize {
    let mut reads = 0;
    for (file, outcome) in seen.iter().zip(outcomes) {
        reads += usize::from(outcome.opened);
        match outcome.known {
            Some(facts) => manifest.insert(file.directory(), facts.named(file.name())),
            None => diagnostics.push(Diagnostic::vanished(file.path())),
        }
    }
    reads
}

fn listing(path: &str, files: &[Known], config: &Config) -> FoundDirectory {
    let files = files.iter().filter(|file| file.dialect != Dialect::NONE).map(|file| found_file(file, config));
    FoundDirectory { path: path.into(), files: files.collect() }
}

fn found_file(file: &Known, config: &Config) -> FoundFile {
    let skip = effective(file.verdict, config);
    FoundFile { name: file.name.clone(), size: file.stamp.size, hash: file.hash, dialect: file.dialect, skip }
}

/// The verdict on the content, after the settings have had their say.
fn effective(verdict: Option<Skip>, config: &Config) -> Option<Skip> {
    verdict.filter(|skip| !(config.generated && *skip == Skip::Generated))
}

fn found(
    root: &Path,
    directories: Vec<FoundDirectory>,
    complete: bool,
    gone: Vec<PathBuf>,
    mut diagnostics: Vec<Diagnostic>,
    reads: usize,
) -> Found {
    let places = directories.par_iter().flat_map_iter(|directory| {
        let folder = root.join(&*directory.path);
        let analysed = directory.files.iter().filter(|file| file.skip.is_none());
        analysed.map(move |file| Place { hash: file.hash, size: file.size, path: folder.join(&*file.name) })
    });
    let places = places.collect();
    diagnostics.sort();
    diagnostics.dedup();
    Found { directories, complete, places, gone, diagnostics, reads }
}

/// The canonical path of a root that can be listed.
fn folder(root: &Path) -> Result<PathBuf, Error> {
    let canonical = root.canonicalize().map_err(Error::io(root))?;
    if !canonical.is_dir() {
        return Err(Error::NotAFolder { path: root.to_path_buf() });
    }
    fs::read_dir(&canonical).map_err(Error::io(root))?;
    Ok(canonical)
}

/// `path` relative to the root, by names alone: what is gone cannot be resolved.
fn relative_to(root: &Path, given: &Path, path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !normal.pop() {
                    return None;
                }
            }
            other => normal.push(other),
        }
    }
    if normal.is_relative() {
        return Some(normal);
    }
    let inside = normal.strip_prefix(root).or_else(|_| normal.strip_prefix(given)).ok()?;
    Some(inside.to_path_buf())
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn is_cancelled(pass: &Pass<'_>) -> bool {
    pass.cancelled.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests;
