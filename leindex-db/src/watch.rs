//! What changed on disk since the last look, told by the system's file events instead of a walk.
//!
//! Events come late: a program that wrote a file and asks at once may be faster than they are. So every look first writes
//! a file of its own, beside which nothing lies, and waits until that is told; the system tells events in order, so all
//! earlier ones are known then. (Watchman calls such a file a cookie.)
//!
//! Which folders matter, [`discovery`](crate::discovery) says. What becomes of a change is the caller's concern: this module
//! reads no project file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use tempfile::TempDir;

use crate::config::Config;
use crate::discovery::{changes_rules, folders};
use crate::error::Error;

/// What may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// These paths, absolute, in order; files or folders, some perhaps gone. Nothing else.
    Paths(Vec<PathBuf>),
    /// Anything: events were lost, or the rules changed by which files are chosen. Walk over everything.
    Anything,
}

/// Watches the folders of some roots. Dropping it ends the watch.
#[derive(Debug)]
pub struct Watch {
    watcher: RecommendedWatcher,
    inbox: Arc<Inbox>,
    roots: Vec<(PathBuf, Config)>,
    cookies: TempDir,
    cookie: u64,
    watched: BTreeSet<PathBuf>,
}

/// Where the watcher's thread leaves what it hears.
#[derive(Debug, Default)]
struct Inbox {
    heard: Mutex<Heard>,
    cookie: Condvar,
}

#[derive(Debug, Default)]
struct Heard {
    paths: BTreeSet<PathBuf>,
    /// Events are missing.
    lost: bool,
    /// The newest cookie that was told.
    cookie: u64,
}

/// Paths from which on a walk over everything is cheaper.
const MOST_PATHS: usize = 20_000;
/// How long a cookie may take. It takes about a tenth of a millisecond.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether a watch of a folder also tells of the folders below it. Where it does not, each is watched by itself, and those
/// that are ignored are not.
const RECURSIVE: bool = cfg!(any(target_os = "macos", windows));

impl Watch {
    /// Watches all folders of some roots, given by their canonical paths with the settings that hold in them.
    ///
    /// Costs a walk over the folders. What changed before it returns may not be told: look at everything once after.
    ///
    /// # Errors
    ///
    /// When the system has no more watches to give, or a root cannot be read. On Linux `fs.inotify.max_user_watches` is
    /// the number of folders that a user may watch.
    pub fn new(roots: Vec<(PathBuf, Config)>) -> Result<Self, Error> {
        let cookies = tempfile::Builder::new().prefix("leindex-watch-").tempdir().map_err(Error::io(&std::env::temp_dir()))?;
        let folder = cookies.path().canonicalize().map_err(Error::io(cookies.path()))?;
        let inbox = Arc::<Inbox>::default();
        let hear = {
            let inbox = Arc::clone(&inbox);
            let folder = folder.clone();
            move |event: notify::Result<Event>| inbox.take(event, &folder)
        };
        let mut watcher = notify::recommended_watcher(hear).map_err(|error| watching(&folder, &error))?;
        watcher.watch(&folder, RecursiveMode::NonRecursive).map_err(|error| watching(&folder, &error))?;
        let mut watch = Self { watcher, inbox, roots, cookies, cookie: 0, watched: BTreeSet::new() };
        watch.cover_all()?;
        Ok(watch)
    }

    /// What may have changed since the watch began, or since this was last asked: every change that was on disk when it was
    /// called is told. Costs about a tenth of a millisecond where nothing changed.
    ///
    /// # Errors
    ///
    /// When folders came and the system has no more watches to give: make a new watch, or go without.
    pub fn changes(&mut self) -> Result<Changes, Error> {
        let told = self.all_told();
        let heard = self.inbox.heard().take();
        let new_rules = heard.paths.iter().any(|path| {
            let inside = self.roots.iter().find_map(|(root, _)| path.strip_prefix(root).ok());
            inside.is_some_and(changes_rules)
        });
        if !told || heard.lost || new_rules || heard.paths.len() > MOST_PATHS {
            self.cover_all()?;
            return Ok(Changes::Anything);
        }
        for path in &heard.paths {
            // What is no folder any more has lost its watch, or must: a folder that was moved away takes it along.
            if self.watched.contains(path) {
                self.forget(path);
            }
            if !RECURSIVE && path.is_dir() {
                self.cover(path)?;
            }
        }
        Ok(Changes::Paths(heard.paths.into_iter().collect()))
    }

    /// Watches for other roots, or for the same ones under other settings, or once more: a root that went and came back has
    /// lost its watches. Costs a walk over the folders.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn set_roots(&mut self, roots: Vec<(PathBuf, Config)>) -> Result<(), Error> {
        self.roots = roots;
        self.cover_all()
    }

    /// How many folders are watched.
    pub fn folders(&self) -> usize {
        self.watched.len()
    }

    /// Waits until everything that happened is told; false if that takes too long.
    fn all_told(&mut self) -> bool {
        self.cookie += 1;
        let file = self.cookies.path().join(self.cookie.to_string());
        if fs::write(&file, []).is_err() {
            return false;
        }
        let end = Instant::now() + PATIENCE;
        let mut heard = self.inbox.heard();
        while heard.cookie < self.cookie {
            let Some(left) = end.checked_duration_since(Instant::now()) else { break };
            heard = self.inbox.cookie.wait_timeout(heard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let told = heard.cookie >= self.cookie;
        drop(heard);
        let _ = fs::remove_file(file);
        told
    }

    /// Watches every folder that is not watched yet, and those no longer that are of no interest.
    fn cover_all(&mut self) -> Result<(), Error> {
        let mut wanted = BTreeSet::new();
        for (root, config) in &self.roots {
            if RECURSIVE {
                wanted.insert(root.clone());
            } else {
                wanted.extend(folders(root, config, Path::new(""))?);
            }
        }
        let of_no_interest: Vec<PathBuf> = self.watched.difference(&wanted).cloned().collect();
        for path in of_no_interest {
            self.forget(&path);
        }
        for path in wanted {
            self.add(path)?;
        }
        Ok(())
    }

    /// Watches a folder that came, and those in it.
    fn cover(&mut self, path: &Path) -> Result<(), Error> {
        for (root, config) in self.roots.clone() {
            let Ok(inside) = path.strip_prefix(&root) else { continue };
            for folder in folders(&root, &config, inside)? {
                self.add(folder)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, path: PathBuf) -> Result<(), Error> {
        if self.watched.contains(&path) {
            return Ok(());
        }
        let mode = if RECURSIVE { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        match self.watcher.watch(&path, mode) {
            Ok(()) => {
                self.watched.insert(path);
                Ok(())
            }
            // It came and went; its parent tells of that.
            Err(_) if !path.is_dir() => Ok(()),
            Err(error) => Err(watching(&path, &error)),
        }
    }

    fn forget(&mut self, path: &Path) {
        let beneath: Vec<PathBuf> = self.watched.range(path.to_path_buf()..).take_while(|other| other.starts_with(path)).cloned().collect();
        for path in beneath {
            let _ = self.watcher.unwatch(&path);
            self.watched.remove(&path);
        }
    }
}

impl Inbox {
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Called in the watcher's thread.
    fn take(&self, event: notify::Result<Event>, cookies: &Path) {
        let mut heard = self.heard();
        let Ok(event) = event else {
            heard.lost = true;
            return;
        };
        heard.lost |= event.need_rescan();
        if matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write)) {
            return;
        }
        for path in event.paths {
            if let Ok(cookie) = path.strip_prefix(cookies) {
                let number = cookie.to_str().and_then(|name| name.parse().ok()).unwrap_or(0);
                heard.cookie = heard.cookie.max(number);
                self.cookie.notify_all();
            } else if heard.paths.len() <= MOST_PATHS {
                heard.paths.insert(path);
            }
        }
    }
}

impl Heard {
    /// Everything but which cookie was told.
    fn take(&mut self) -> Self {
        let cookie = self.cookie;
        std::mem::replace(self, Self { cookie, ..Self::default() })
    }
}

fn watching(path: &Path, error: &notify::Error) -> Error {
    let message = match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "the system has no more watches to give; raise fs.inotify.max_user_watches (sysctl), or exclude folders in leindex.toml"
                .to_owned()
        }
        _ => error.to_string(),
    };
    Error::Watch { path: path.to_path_buf(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder {
        _folder: TempDir,
        root: PathBuf,
    }

    impl Folder {
        fn new(files: &[&str]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path().canonicalize().unwrap();
            let made = Self { _folder: folder, root };
            for file in files {
                made.write(file, "x = 1\n");
            }
            made
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn watch(&self) -> Watch {
            Watch::new(vec![(self.root.clone(), Config::default())]).unwrap()
        }

        /// The changed paths from the root.
        fn told(&self, watch: &mut Watch) -> Vec<String> {
            match watch.changes().unwrap() {
                Changes::Paths(paths) => {
                    paths.iter().map(|path| path.strip_prefix(&self.root).unwrap().to_string_lossy().into_owned()).collect()
                }
                Changes::Anything => vec!["anything".to_owned()],
            }
        }
    }

    #[test]
    fn what_was_done_before_the_question_is_in_the_answer() {
        let folder = Folder::new(&["a.py", "deep/er/b.py"]);
        let mut watch = folder.watch();
        assert_eq!(folder.told(&mut watch), [""; 0]);
        for round in 0..100 {
            folder.write("a.py", &format!("x = {round}\n"));
            assert_eq!(folder.told(&mut watch), ["a.py"], "{round}");
            folder.write("deep/er/b.py", &format!("x = {round}\n"));
            assert_eq!(folder.told(&mut watch), ["deep/er/b.py"], "{round}");
            assert_eq!(folder.told(&mut watch), [""; 0], "{round}");
        }
        fs::remove_file(folder.root.join("a.py")).unwrap();
        fs::rename(folder.root.join("deep/er/b.py"), folder.root.join("deep/c.py")).unwrap();
        assert_eq!(folder.told(&mut watch), ["a.py", "deep/c.py", "deep/er/b.py"]);
        fs::read(folder.root.join("deep/c.py")).unwrap();
        assert_eq!(folder.told(&mut watch), [""; 0], "reading changes nothing");
    }

    #[test]
    fn folders_that_come_are_watched_and_those_that_go_are_not() {
        let folder = Folder::new(&["a.py"]);
        let mut watch = folder.watch();
        folder.write("new/deep/b.py", "");
        assert!(folder.told(&mut watch).contains(&"new".to_owned()));
        folder.write("new/deep/c.py", "");
        assert_eq!(folder.told(&mut watch), ["new/deep/c.py"]);
        fs::rename(folder.root.join("new"), folder.root.join("old")).unwrap();
        let told = folder.told(&mut watch);
        assert!(told.contains(&"new".to_owned()) && told.contains(&"old".to_owned()), "{told:?}");
        folder.write("old/deep/c.py", "x = 2");
        assert_eq!(folder.told(&mut watch), ["old/deep/c.py"]);
        fs::remove_dir_all(folder.root.join("old")).unwrap();
        folder.told(&mut watch);
        assert_eq!(watch.folders(), 1);
    }

    #[test]
    fn what_is_ignored_is_not_watched_and_new_rules_may_change_anything() {
        let folder = Folder::new(&["a.py", "target/deep/x.py", ".hidden/y.py"]);
        folder.write(".gitignore", "target/\n");
        let mut watch = folder.watch();
        assert_eq!(watch.folders(), 1);
        folder.write("target/deep/x.py", "x = 2");
        folder.write(".hidden/y.py", "x = 2");
        assert_eq!(folder.told(&mut watch), [""; 0]);
        folder.write(".gitignore", "");
        assert_eq!(folder.told(&mut watch), ["anything"]);
        folder.write("target/deep/x.py", "x = 3");
        assert_eq!(folder.told(&mut watch), ["target/deep/x.py"]);
    }

    #[test]
    fn what_was_lost_may_be_anything() {
        let folder = Folder::new(&["a.py"]);
        let mut watch = folder.watch();
        watch.inbox.heard().lost = true;
        assert_eq!(folder.told(&mut watch), ["anything"]);
        assert_eq!(folder.told(&mut watch), [""; 0]);
        fs::remove_dir_all(watch.cookies.path()).unwrap();
        assert_eq!(folder.told(&mut watch), ["anything"], "without cookies nothing is known");
    }
}
