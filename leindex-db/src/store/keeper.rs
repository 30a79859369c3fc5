//! The writable half of the store, which only the holder of the lock opens.
//!
//! Values live in fjall from the time they are written until they are sealed into a pack. Sealing starts a new
//! [`Turn`], copies the older ones into a pack, and drops them whole.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::{fs, io};

use fjall::Slice;

use super::key::StoreKey;
use super::lock::{Format, StoreLock, create_private_folder, format, mark, set_aside};
use super::pack::Records;
use super::pending::Batch;
use super::turn::{GONE, Turn};

/// What the process that holds the store writes to.
pub(super) struct Keeper {
    folder: PathBuf,
    /// Oldest first; the last one is written to.
    turns: RwLock<Vec<Arc<Turn>>>,
    /// Released last, when the databases are closed.
    _lock: StoreLock,
}

pub(super) const PACKS: &str = "packs";
const TURN: &str = "fjall-";
/// A disk that has room for a turn but none for a pack must not make turns for ever.
const TURNS: usize = 4;

impl Keeper {
    /// Opens what lies in `folder`. What is damaged, foreign or newer is set aside and warned of.
    pub(super) fn open(folder: &Path, lock: StoreLock, warnings: &mut Vec<String>) -> Result<Self, String> {
        let text = |error: io::Error| error.to_string();
        if format(folder) != Format::Ours {
            let names = turn_numbers(folder).into_iter().map(|number| format!("{TURN}{number}"));
            for name in names.chain([PACKS.to_owned()]) {
                if let Some(aside) = set_aside(folder, &name).map_err(text)? {
                    warnings.push(format!("the store is another version's and is rebuilt; {aside} is the old one"));
                }
            }
            mark(folder).map_err(text)?;
        }
        create_private_folder(&folder.join(PACKS)).map_err(text)?;
        clean(folder);
        let mut turns = Vec::new();
        for number in turn_numbers(folder) {
            match Turn::open(number, &turn_folder(folder, number)) {
                Ok(turn) => turns.push(Arc::new(turn)),
                Err(error) => {
                    let aside = set_aside(folder, &format!("{TURN}{number}")).map_err(text)?.unwrap_or_default();
                    warnings.push(format!("the store is damaged and is rebuilt; {aside} is the old one: {error}"));
                }
            }
        }
        if turns.is_empty() {
            turns.push(Arc::new(Turn::open(0, &turn_folder(folder, 0))?));
        }
        Ok(Self { folder: folder.to_path_buf(), turns: RwLock::new(turns), _lock: lock })
    }

    /// The records under `key`, newest first; an error is a damaged one.
    pub(super) fn records(&self, key: &StoreKey) -> Vec<Result<Slice, String>> {
        self.turns().iter().rev().filter_map(|turn| turn.get(key)).collect()
    }

    pub(super) fn contains(&self, key: &StoreKey) -> bool {
        self.turns().iter().any(|turn| turn.contains(key))
    }

    /// The record under `name`, if one was written since the last sealing.
    pub(super) fn named(&self, name: &str) -> Option<Result<Slice, String>> {
        self.turns().iter().rev().find_map(|turn| turn.get_named(name))
    }

    /// Writes a batch. When this returns, the operating system has it: only a power cut can lose it.
    pub(super) fn write(&self, batch: &Batch) -> Result<(), String> {
        let active = self.turns().last().cloned().expect("a turn is always open");
        active.write(batch)
    }

    /// Starts a new turn if there is something in the last one, and returns the older ones for sealing.
    pub(super) fn start_turn(&self) -> Result<Sealing, String> {
        let mut older = self.turns().clone();
        let active = older.last().expect("a turn is always open");
        if active.is_empty() || older.len() >= TURNS {
            older.pop();
            return Ok(Sealing { turns: older });
        }
        let number = active.number + 1;
        let turn = Turn::open(number, &turn_folder(&self.folder, number))?;
        self.turns.write().unwrap_or_else(PoisonError::into_inner).push(Arc::new(turn));
        Ok(Sealing { turns: older })
    }

    /// Drops the turns that a pack holds now.
    pub(super) fn drop_turns(&self, sealed: Sealing) {
        let mut turns = self.turns.write().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|turn| sealed.turns.iter().all(|old| old.number != turn.number));
        drop(turns);
        sealed.turns.into_iter().for_each(Turn::set_sealed);
    }

    /// Whether values wait here to be sealed.
    pub(super) fn has_unsealed(&self) -> bool {
        self.turns().iter().any(|turn| !turn.is_empty())
    }

    /// About how many bytes wait here to be sealed.
    pub(super) fn unsealed_bytes(&self) -> u64 {
        self.turns().iter().map(|turn| turn.bytes()).sum()
    }

    fn turns(&self) -> RwLockReadGuard<'_, Vec<Arc<Turn>>> {
        self.turns.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Turns on their way into a pack.
pub(super) struct Sealing {
    turns: Vec<Arc<Turn>>,
}

impl Sealing {
    /// All records, newest turn first, each source in key order.
    pub(super) fn sources(&self) -> Vec<Records<'_>> {
        self.turns.iter().rev().flat_map(|turn| turn.sources()).collect()
    }
}

/// Removes what a killed process left half-made or half-removed.
fn clean(folder: &Path) {
    for number in turn_numbers(folder) {
        let turn = turn_folder(folder, number);
        if Turn::is_unfinished(&turn) {
            fs::remove_dir_all(&turn).ok();
        }
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == GONE) {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

fn turn_folder(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{TURN}{number}"))
}

fn turn_numbers(folder: &Path) -> Vec<u64> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut numbers: Vec<u64> = entries.filter_map(|entry| entry.file_name().to_str()?.strip_prefix(TURN)?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}
