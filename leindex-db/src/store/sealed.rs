//! Sealed files: large immutable results, each a file of its own, mapped as a whole.
//!
//! Packs hold many small values, which are read; a sealed file holds one that is searched in place. It comes into being
//! by renaming a finished file and never changes, so any process may write one and all may map it. Those that nobody
//! opened for weeks are removed: what they hold can be computed again.

#![expect(unsafe_code, reason = "sealed files, which are ours alone, are memory-mapped")]

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use memmap2::Mmap;

use super::key::StoreKey;
use super::lock::{create_private, create_private_folder};
use super::pack::UNFINISHED;

/// The bytes of a sealed file.
#[derive(Debug)]
pub struct SealedFile(Mmap);

impl AsRef<[u8]> for SealedFile {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// How long a file is kept that nobody opens.
const KEPT: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How old the time on a file may be before opening it renews it.
const RENEWED: Duration = Duration::from_secs(24 * 60 * 60);

/// The file under `key`; `None` if there is none, or it cannot be read. It may have been damaged.
pub(super) fn open(folder: &Path, key: &StoreKey) -> Option<SealedFile> {
    let file = File::open(path_of(folder, key)).ok()?;
    if is_older(&file, RENEWED) {
        // Whoever may read but not write the folder leaves the time as it is.
        file.set_modified(SystemTime::now()).ok();
    }
    // SAFETY: the file lies in a folder that only its owner may enter, and no process of ours ever writes to or truncates
    // a sealed file after it was renamed into place.
    unsafe { Mmap::map(&file) }.ok().map(SealedFile)
}

/// Writes the file under `key`, in place of a damaged one.
///
/// # Errors
///
/// When the disk refuses.
pub(super) fn write(folder: &Path, key: &StoreKey, bytes: &[u8]) -> io::Result<()> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    create_private_folder(folder)?;
    let path = path_of(folder, key);
    // Two processes may write the same file at once.
    let mark = format!("{}-{}.{UNFINISHED}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let unfinished = path.with_extension(mark);
    let written = create_private(&unfinished).and_then(|mut file| file.write_all(bytes)).and_then(|()| fs::rename(&unfinished, &path));
    if written.is_err() {
        fs::remove_file(&unfinished).ok();
    }
    written
}

/// Removes the file under `key`.
pub(super) fn remove(folder: &Path, key: &StoreKey) {
    // What cannot be removed (Windows, while it is mapped) goes when nobody has opened it for long.
    fs::remove_file(path_of(folder, key)).ok();
}

/// Removes the files that nobody opened for long.
pub(super) fn clean(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if File::open(entry.path()).is_ok_and(|file| is_older(&file, KEPT)) {
            // What cannot be removed (Windows, while it is mapped) goes another time.
            fs::remove_file(entry.path()).ok();
        }
    }
}

fn path_of(folder: &Path, key: &StoreKey) -> PathBuf {
    let hex: String = key.as_bytes()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    folder.join(hex)
}

fn is_older(file: &File, age: Duration) -> bool {
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|elapsed| elapsed > age))
}
