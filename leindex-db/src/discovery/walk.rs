//! Listing the files of a root without opening them.

use std::cmp::Ordering;
use std::fs::{self, Metadata};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, WalkState};
use rayon::prelude::*;

use super::rules::Rules;
use super::{Diagnostic, Pass, is_cancelled};
use crate::manifest::Stamp;
use crate::skip::Skip;

/// A claimed file, not yet opened. Sorted by directory, then by name.
#[derive(Debug)]
pub(super) struct Seen {
    /// '/'-separated, relative to the root.
    path: Box<str>,
    /// Where the directory ends in `path`.
    end: usize,
    pub(super) subject: Subject,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    /// A regular file that can be read.
    File(Stamp),
    /// Something that is listed only.
    Skipped(Skip),
}

impl Seen {
    pub(super) fn new(path: &Path, subject: Subject) -> Self {
        let subject = if path.to_str().is_some() { subject } else { Subject::Skipped(Skip::NameNotUtf8) };
        let path = display(path);
        let end = path.rfind('/').unwrap_or(0);
        Self { path: path.into(), end, subject }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn directory(&self) -> &str {
        self.path.get(..self.end).unwrap_or("")
    }

    pub(super) fn name(&self) -> &str {
        split(&self.path).1
    }

    pub(super) fn size(&self) -> u64 {
        match self.subject {
            Subject::File(stamp) => stamp.size,
            Subject::Skipped(_) => 0,
        }
    }
}

impl Ord for Seen {
    fn cmp(&self, other: &Self) -> Ordering {
        // A name that was escaped may look like another file's own; that one comes first.
        let key = |seen: &Self| matches!(seen.subject, Subject::Skipped(Skip::NameNotUtf8));
        (self.directory(), &self.path, key(self)).cmp(&(other.directory(), &other.path, key(other)))
    }
}

impl PartialOrd for Seen {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for Seen {}

/// The directory and the name of a '/'-separated path.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// A path with '/' between its parts, and `\xNN` for bytes that are not UTF-8.
pub(super) fn display(path: &Path) -> String {
    if std::path::MAIN_SEPARATOR == '/'
        && let Some(path) = path.to_str()
    {
        return path.to_owned();
    }
    let mut out = String::with_capacity(path.as_os_str().len());
    for component in path.components() {
        if !out.is_empty() && !out.ends_with('/') {
            out.push('/');
        }
        for chunk in component.as_os_str().as_encoded_bytes().utf8_chunks() {
            out.push_str(chunk.valid());
            for byte in chunk.invalid() {
                out.push_str(&format!("\\x{byte:02x}"));
            }
        }
    }
    out
}

/// All claimed files that the rules admit, sorted by path. A cancelled walk ends early.
pub(super) fn walk(rules: &Rules, pass: &Pass<'_>) -> (Vec<Seen>, Vec<Diagnostic>) {
    walk_while(rules, &|| !is_cancelled(pass), &|name| pass.classifier.claims(name))
}

/// All files that the rules admit, sorted by path.
pub(super) fn all(rules: &Rules) -> Vec<Seen> {
    walk_while(rules, &|| true, &|_| true).0
}

fn walk_while(rules: &Rules, goes_on: &(dyn Fn() -> bool + Sync), claims: &(dyn Fn(&str) -> bool + Sync)) -> (Vec<Seen>, Vec<Diagnostic>) {
    let all = Mutex::new((Vec::new(), Vec::new()));
    let threads = rayon::current_num_threads().clamp(1, 8);
    rules.walker().threads(threads).build_parallel().run(|| {
        let mut mine = Lists { seen: Vec::new(), diagnostics: Vec::new(), all: &all };
        Box::new(move |entry| {
            if !goes_on() {
                return WalkState::Quit;
            }
            match entry {
                Ok(entry) => mine.visit(&entry, rules, claims),
                Err(error) => mine.diagnostics.extend(diagnostic(&error, rules.root())),
            }
            WalkState::Continue
        })
    });
    let (mut seen, diagnostics) = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    seen.par_sort_unstable();
    seen.dedup();
    (seen, diagnostics)
}

/// What one thread has found; it joins the others' when the thread ends.
struct Lists<'a> {
    seen: Vec<Seen>,
    diagnostics: Vec<Diagnostic>,
    all: &'a Mutex<(Vec<Seen>, Vec<Diagnostic>)>,
}

impl Lists<'_> {
    fn visit(&mut self, entry: &DirEntry, rules: &Rules, claims: &dyn Fn(&str) -> bool) {
        self.diagnostics.extend(entry.error().and_then(|error| diagnostic(error, rules.root())));
        if entry.depth() == 0 || entry.file_type().is_none_or(|kind| kind.is_dir()) {
            return;
        }
        if !claims(&entry.file_name().to_string_lossy()) {
            return;
        }
        let Ok(path) = entry.path().strip_prefix(rules.root()) else { return };
        if !rules.includes(path) {
            return;
        }
        match entry.metadata() {
            Ok(metadata) => {
                let subject = subject_at(entry.path(), &metadata);
                self.seen.extend(subject.map(|subject| Seen::new(path, subject)));
            }
            Err(error) => self.diagnostics.extend(diagnostic(&error, rules.root())),
        }
    }
}

impl Drop for Lists<'_> {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.0.append(&mut self.seen);
        all.1.append(&mut self.diagnostics);
    }
}

/// What stands at a path that is not a directory. `None` for a link to a directory.
pub(super) fn subject_at(path: &Path, metadata: &Metadata) -> Option<Subject> {
    if metadata.is_file() {
        return Some(Subject::File(Stamp::of(metadata)));
    }
    if !metadata.is_symlink() {
        return Some(Subject::Skipped(Skip::NotAFile));
    }
    match fs::metadata(path) {
        Ok(target) if target.is_dir() => None,
        Ok(_) => Some(Subject::Skipped(Skip::Link)),
        Err(_) => Some(Subject::Skipped(Skip::DanglingLink)),
    }
}

/// [`walk`] for one directory (relative to the root) that came or changed after the root was walked.
pub(super) fn descend(directory: &Path, rules: &mut Rules, pass: &Pass<'_>, seen: &mut Vec<Seen>, diagnostics: &mut Vec<Diagnostic>) {
    let mut waiting = vec![directory.to_path_buf()];
    while let Some(directory) = waiting.pop() {
        if is_cancelled(pass) {
            return;
        }
        let mut report = |error: std::io::Error| {
            diagnostics.push(Diagnostic { path: display(&directory), message: plain(&error) });
        };
        let entries = match fs::read_dir(rules.root().join(&directory)) {
            Ok(entries) => entries,
            Err(error) => {
                report(error);
                continue;
            }
        };
        for entry in entries {
            let (entry, metadata) = match entry.and_then(|entry| entry.metadata().map(|metadata| (entry, metadata))) {
                Ok(found) => found,
                Err(error) => {
                    report(error);
                    continue;
                }
            };
            let path = directory.join(entry.file_name());
            let claimed = metadata.is_dir() || pass.classifier.claims(&entry.file_name().to_string_lossy());
            if !claimed || !rules.admits(&path, metadata.is_dir()) {
                continue;
            }
            if metadata.is_dir() {
                waiting.push(path);
            } else if let Some(subject) = subject_at(&entry.path(), &metadata) {
                seen.push(Seen::new(&path, subject));
            }
        }
    }
}

/// A directory (relative to the root) and those below it that the rules admit, absolute.
#[cfg(feature = "watch")]
pub(super) fn folders(directory: &Path, rules: &mut Rules) -> Vec<std::path::PathBuf> {
    if directory.as_os_str().is_empty() {
        let walked = rules.walker().build().filter_map(Result::ok);
        return walked.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir())).map(DirEntry::into_path).collect();
    }
    let (mut found, mut waiting) = (Vec::new(), vec![directory.to_path_buf()]);
    while let Some(directory) = waiting.pop() {
        let absolute = rules.root().join(&directory);
        let is_folder = absolute.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
        if !is_folder || !rules.admits(&directory, true) {
            continue;
        }
        let within = fs::read_dir(&absolute).into_iter().flatten().filter_map(Result::ok);
        waiting.extend(within.map(|entry| directory.join(entry.file_name())).filter(|path| rules.root().join(path).is_dir()));
        found.push(absolute);
    }
    found
}

/// `None` when there is nothing that a person could act on.
fn diagnostic(error: &ignore::Error, root: &Path) -> Option<Diagnostic> {
    let mut path = root;
    let mut inner = error;
    loop {
        match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = at;
                inner = err;
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => inner = err,
            ignore::Error::Partial(errors) => inner = errors.first()?,
            _ => break,
        }
    }
    let message = inner.io_error().map_or_else(|| inner.to_string(), plain);
    Some(Diagnostic { path: display(path.strip_prefix(root).unwrap_or(path)), message })
}

fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "vanished while it was read".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error as IoError, ErrorKind};

    use super::*;

    #[test]
    fn a_diagnostic_names_the_path_from_the_root_and_the_cause_in_plain_words() {
        let io = |kind| ignore::Error::Io(IoError::from(kind));
        let at = |path: &str, error| ignore::Error::WithPath { path: path.into(), err: Box::new(error) };
        let deep = |error| ignore::Error::WithDepth { depth: 3, err: Box::new(error) };
        let glob = |glob: &str| ignore::Error::Glob { glob: Some(glob.into()), err: "unclosed class".into() };
        for (error, expected) in [
            (deep(at("/root/closed", io(ErrorKind::PermissionDenied))), "closed: permission denied"),
            (at("/root/gone.py", io(ErrorKind::NotFound)), "gone.py: vanished while it was read"),
            (io(ErrorKind::NotFound), ": vanished while it was read"),
            (at("/root/x", IoError::other("disk on fire").into()), "x: disk on fire"),
            (
                at("/root/.gitignore", ignore::Error::WithLineNumber { line: 2, err: Box::new(glob("[a")) }),
                ".gitignore: error parsing glob '[a': unclosed class",
            ),
            (ignore::Error::Partial(vec![at("/root/a", io(ErrorKind::PermissionDenied)), glob("b")]), "a: permission denied"),
        ] {
            let found = diagnostic(&error, Path::new("/root")).map(|found| format!("{}: {}", found.path, found.message));
            assert_eq!(found.as_deref(), Some(expected), "{error:?}");
        }
        assert_eq!(diagnostic(&ignore::Error::Partial(Vec::new()), Path::new("/root")), None);
    }
}
