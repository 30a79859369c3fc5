//! Reading, hashing and judging files on all threads, largest first.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::walk::{Seen, Subject, split};
use super::{Pass, Progress, Trust, UNREAD, effective, is_cancelled, is_gone};
use crate::config::Config;
use crate::error::Error;
use crate::ids::{ContentHash, Dialect};
use crate::manifest::{Known, Manifest, Stamp, nanoseconds};
use crate::skip::{HEAD, Skip, judge};

/// What became of one file.
#[derive(Default)]
pub(super) struct Outcome {
    /// `None` when the file is gone.
    pub(super) known: Option<Facts>,
    pub(super) opened: bool,
}

/// A [`Known`] without its name.
#[derive(Clone)]
pub(super) struct Facts {
    stamp: Stamp,
    hash: ContentHash,
    dialect: Dialect,
    verdict: Option<Skip>,
    racy: bool,
}

impl Facts {
    pub(super) fn named(self, name: &str) -> Known {
        let Self { stamp, hash, dialect, verdict, racy } = self;
        Known { name: name.into(), stamp, hash, dialect, verdict, racy }
    }
}

/// How often progress is told, in files.
const PROGRESS_STEP: usize = 32;

/// Deals with every file of `seen`; the outcomes are in the same order.
///
/// Files are handed out one by one, largest first, so that no thread is left alone with a large file at the end.
pub(super) fn read_all(root: &Path, config: &Config, manifest: &Manifest, pass: &Pass<'_>, seen: &[Seen]) -> Result<Vec<Outcome>, Error> {
    let reader = Reader { root, config, manifest, pass, dialects_hold: manifest.fingerprint == pass.classifier.fingerprint() };
    let total = seen.len();
    let mut order: Vec<(usize, &Seen)> = seen.iter().enumerate().collect();
    order.sort_by_key(|(_, file)| std::cmp::Reverse(file.size()));

    let mut outcomes: Vec<Outcome> = Vec::new();
    outcomes.resize_with(total, Outcome::default);
    let outcomes = Mutex::new(outcomes);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut mine = Vec::new();
        let mut buffer = Vec::new();
        while let Some((at, file)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            if is_cancelled(pass) {
                return;
            }
            mine.push((*at, reader.look(file, &mut buffer)));
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(PROGRESS_STEP) {
                (pass.progress)(Progress { done, total });
            }
        }
        let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        for (at, outcome) in mine {
            if let Some(slot) = outcomes.get_mut(at) {
                *slot = outcome;
            }
        }
    };
    let workers = rayon::current_num_threads().min(total);
    if workers <= 1 {
        work();
    } else {
        rayon::scope(|scope| (0..workers).for_each(|_| scope.spawn(|_| work())));
    }
    if is_cancelled(pass) {
        return Err(Error::Cancelled);
    }
    (pass.progress)(Progress { done: total, total });
    Ok(outcomes.into_inner().unwrap_or_else(PoisonError::into_inner))
}

struct Reader<'a> {
    root: &'a Path,
    config: &'a Config,
    manifest: &'a Manifest,
    pass: &'a Pass<'a>,
    dialects_hold: bool,
}

impl Reader<'_> {
    fn look(&self, file: &Seen, buffer: &mut Vec<u8>) -> Outcome {
        let name = file.name();
        let stamp = match file.subject {
            Subject::File(stamp) if stamp.size > self.config.size_limit => {
                return self.unread(name, stamp, Skip::TooLarge);
            }
            Subject::File(stamp) => stamp,
            Subject::Skipped(skip) => {
                return self.unread(name, Stamp { size: 0, mtime: 0, ctime: 0, inode: 0 }, skip);
            }
        };
        if let Some(known) = self.manifest.get(file.directory(), name)
            && self.still_holds(known, &stamp)
            && !self.wants(known.hash, known.dialect, known.verdict)
        {
            let Known { stamp, hash, dialect, verdict, racy, .. } = *known;
            return Outcome { known: Some(Facts { stamp, hash, dialect, verdict, racy }), opened: false };
        }
        match self.read(file.path(), buffer) {
            Ok(outcome) => outcome,
            Err(error) if is_gone(&error) => Outcome { known: None, opened: false },
            Err(_) => Outcome { opened: true, ..self.unread(name, stamp, Skip::Unreadable) },
        }
    }

    fn still_holds(&self, known: &Known, stamp: &Stamp) -> bool {
        self.pass.trust == Trust::Stamps
            && self.dialects_hold
            && !known.racy
            && known.stamp == *stamp
            && known.verdict.is_none_or(Skip::is_of_content)
    }

    fn wants(&self, hash: ContentHash, dialect: Dialect, verdict: Option<Skip>) -> bool {
        dialect != Dialect::NONE && effective(verdict, self.config).is_none() && self.pass.sink.needs(hash, dialect)
    }

    /// The clock and the stamp are read before the content, so that a write meanwhile shows in the next stamp.
    fn read(&self, path: &str, buffer: &mut Vec<u8>) -> io::Result<Outcome> {
        let (_, name) = split(path);
        let now = nanoseconds(SystemTime::now());
        let mut file = File::open(self.root.join(path))?;
        let metadata = file.metadata()?;
        let mut stamp = Stamp::of(&metadata);
        let limit = self.config.size_limit;
        if stamp.size > limit {
            return Ok(self.unread(name, stamp, Skip::TooLarge));
        }
        buffer.clear();
        buffer.reserve(usize::try_from(stamp.size).unwrap_or(0) + 1);
        file.by_ref().take(HEAD as u64).read_to_end(buffer)?;
        let dialect = self.pass.classifier.dialect(name, buffer);
        if dialect == Dialect::NONE {
            // The beginning shows that it is of no interest.
            let racy = stamp.is_racy(now);
            return Ok(Outcome { known: Some(Facts { stamp, hash: UNREAD, dialect, verdict: None, racy }), opened: true });
        }
        file.by_ref().take(limit.saturating_add(1).saturating_sub(HEAD as u64)).read_to_end(buffer)?;
        let size = buffer.len() as u64;
        if size > limit {
            return Ok(self.unread(name, stamp, Skip::TooLarge));
        }
        let racy = stamp.is_racy(now) || stamp != Stamp::of(&file.metadata()?) || stamp.size != size;
        stamp.size = size;

        let hash = ContentHash::of(buffer);
        let verdict = judge(buffer).filter(|skip| dialect != Dialect::MANIFEST || matches!(skip, Skip::Binary | Skip::NotUtf8));
        if self.wants(hash, dialect, verdict) {
            self.pass.sink.bytes(path, hash, dialect, buffer);
        }
        Ok(Outcome { known: Some(Facts { stamp, hash, dialect, verdict, racy }), opened: true })
    }

    fn unread(&self, name: &str, stamp: Stamp, skip: Skip) -> Outcome {
        let dialect = self.pass.classifier.dialect(name, &[]);
        let facts = Facts { stamp, hash: UNREAD, dialect, verdict: Some(skip), racy: false };
        Outcome { known: Some(facts), opened: false }
    }
}
