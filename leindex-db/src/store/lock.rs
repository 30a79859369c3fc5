//! The folder of a store: who may enter it, who holds it, which format it has, and what is set aside.
//!
//! The folder is readable by its owner only, so what the storage engine creates inside is out of others' reach
//! whatever its own mode. One process holds the lock and may write; it is released by the operating system however
//! that process ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// Proof that this process may write the store. Released on drop.
#[derive(Debug)]
pub(super) struct StoreLock {
    _file: File,
}

impl StoreLock {
    /// Takes the lock of the store in `folder`. `None` while another process, or another store of this one, has it.
    pub(super) fn try_take(folder: &Path) -> io::Result<Option<Self>> {
        let file = private().read(true).write(true).create(true).truncate(false).open(folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Creates `folder` with all above it, and closes it to everybody but its owner.
pub(super) fn create_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Creates or empties a file that only its owner may read.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    private().read(true).write(true).create(true).truncate(true).open(path)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whose files lie in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Nobody's: the folder is new.
    Absent,
    /// Ours.
    Ours,
    /// A newer version's, or not a store at all.
    Foreign,
}

const MARKER: &str = "FORMAT";
const MARK: &[u8] = b"leindex store 1\n";

pub(super) fn format(folder: &Path) -> Format {
    match fs::read(folder.join(MARKER)) {
        Ok(mark) if mark == MARK => Format::Ours,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Format::Absent,
        _ => Format::Foreign,
    }
}

/// Marks the folder as ours. For the holder only.
pub(super) fn mark(folder: &Path) -> io::Result<()> {
    let new = folder.join("FORMAT.new");
    io::Write::write_all(&mut create_private(&new)?, MARK)?;
    fs::rename(new, folder.join(MARKER))
}

/// How many copies of something broken are kept for a post-mortem.
const KEPT: u32 = 2;

/// Renames `folder/name` to `folder/name.corrupt-N` and drops the oldest of those. For the holder only.
///
/// Returns the new name, or `None` when there was nothing.
pub(super) fn set_aside(folder: &Path, name: &str) -> io::Result<Option<String>> {
    let path = folder.join(name);
    if path.symlink_metadata().is_err() {
        return Ok(None);
    }
    let prefix = format!("{name}.corrupt-");
    let mut numbers: Vec<u32> =
        fs::read_dir(folder)?.filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_prefix(&prefix)?.parse().ok()).collect();
    numbers.sort_unstable();
    let next = numbers.last().map_or(1, |last| last.saturating_add(1));
    for number in numbers {
        if number.saturating_add(KEPT) <= next {
            let old = folder.join(format!("{prefix}{number}"));
            if old.is_dir() { fs::remove_dir_all(old)? } else { fs::remove_file(old)? }
        }
    }
    let aside = format!("{prefix}{next}");
    fs::rename(path, folder.join(&aside))?;
    Ok(Some(aside))
}

/// The space that everything beneath `folder` takes on disk.
pub(super) fn disk_bytes(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => disk_bytes(&entry.path()),
            #[cfg(unix)]
            Ok(metadata) => std::os::unix::fs::MetadataExt::blocks(&metadata) * 512,
            #[cfg(not(unix))]
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let first = StoreLock::try_take(folder.path()).unwrap();
        assert!(first.is_some());
        assert!(StoreLock::try_take(folder.path()).unwrap().is_none());
        drop(first);
        assert!(StoreLock::try_take(folder.path()).unwrap().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_and_its_files_are_closed_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        create_private_folder(&folder).unwrap();
        create_private(&folder.join("f")).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("f"))), (0o700, 0o600));
    }

    #[test]
    fn a_foreign_mark_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(format(folder.path()), Format::Absent);
        mark(folder.path()).unwrap();
        assert_eq!(format(folder.path()), Format::Ours);
        fs::write(folder.path().join(MARKER), "leindex store 2\n").unwrap();
        assert_eq!(format(folder.path()), Format::Foreign);
    }

    #[test]
    fn the_last_two_set_aside_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        for round in 1..=4 {
            fs::create_dir(folder.path().join("x")).unwrap();
            assert_eq!(set_aside(folder.path(), "x").unwrap(), Some(format!("x.corrupt-{round}")));
        }
        assert_eq!(set_aside(folder.path(), "x").unwrap(), None);
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["x.corrupt-3", "x.corrupt-4"]);
    }
}
