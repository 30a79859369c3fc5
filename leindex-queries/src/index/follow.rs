//! Keeping an index true to the disk: what changed is taken in before a question is asked.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use leindex_db::config::Config;
use leindex_db::watch::{Changes, Watch};

use super::change::Change;
use super::error::Error;
use super::handle::Handle;
use super::open::Index;

/// Follows the files of an index. Ask after [`catch_up`](Self::catch_up), and the answer is true to the disk as of then.
///
/// The system's file events say what changed. Where there are none to be had, each catching up is a walk that compares the
/// stamps of all files.
#[derive(Debug)]
pub struct Follower {
    handle: Handle,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    watch: Result<Watch, String>,
    /// Something may have changed that no event will tell again.
    behind: bool,
    /// Paths taken in since contents were last sealed.
    unsealed: usize,
}

/// Paths taken in after which their contents are sealed: until then every revision makes a segment of them anew.
const UNSEALED: usize = 256;

impl Follower {
    /// Begins to follow. Costs a walk over the folders now, and a walk over the files with the first
    /// [`catch_up`](Self::catch_up).
    ///
    /// # Errors
    ///
    /// As [`Handle::write`].
    pub fn new(handle: Handle) -> Result<Self, Error> {
        let roots = handle.write(|index| index.watched_roots())?;
        let watch = Watch::new(roots).map_err(|error| error.to_string());
        Ok(Self { handle, state: Mutex::new(State { watch, behind: true, unsealed: 0 }) })
    }

    /// Takes in all that was changed on disk before it is called. Costs about a tenth of a millisecond where nothing was, as
    /// long as there are events.
    ///
    /// # Errors
    ///
    /// As [`Index::refresh`]. What could not be taken in is looked at again the next time.
    pub fn catch_up(&self) -> Result<(), Error> {
        let mut state = self.state();
        let changes = match &mut state.watch {
            Ok(watch) => watch.changes().map_err(|error| error.to_string()),
            Err(_) => Ok(Changes::Anything),
        };
        let changes = changes.unwrap_or_else(|reason| {
            state.watch = Err(reason);
            Changes::Anything
        });
        match changes {
            Changes::Paths(paths) if !state.behind => {
                if paths.is_empty() {
                    return Ok(());
                }
                state.behind = true;
                state.unsealed += paths.len();
                self.handle.write(|index| index.apply(Change::Disk(paths)))??;
            }
            _ => {
                state.behind = true;
                self.handle.write(Index::refresh)??;
                let roots = self.handle.write(|index| index.watched_roots())?;
                if let Ok(watch) = &mut state.watch
                    && let Err(error) = watch.set_roots(roots)
                {
                    state.watch = Err(error.to_string());
                }
            }
        }
        state.behind = false;
        if state.unsealed >= UNSEALED {
            state.unsealed = 0;
            self.handle.write(Index::seal)?;
        }
        Ok(())
    }

    /// Why there are no file events, if there are none.
    pub fn walks_because(&self) -> Option<String> {
        self.state().watch.as_ref().err().cloned()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Index {
    /// The folders of all roots, with the settings in force in them.
    fn watched_roots(&self) -> Vec<(PathBuf, Config)> {
        let roots = self.project.roots.iter();
        roots.map(|root| (root.path.clone(), root.config.clone().unwrap_or_default())).collect()
    }
}
