//! Stores as folders on disk: how large they are, and removing them.

use std::fs;
use std::path::{Path, PathBuf};

use super::lock::{Format, StoreLock, disk_bytes, format};
use crate::error::Error;

/// The folders of all stores beneath `home`, in order. None where `home` does not exist.
///
/// # Errors
///
/// When `home` cannot be read.
pub fn stores(home: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(home) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::io(home))?,
    };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| format(path) == Format::Ours).collect();
    found.sort();
    Ok(found)
}

/// Bytes on disk of the store in a folder; 0 where there is none.
pub fn size_of(folder: &Path) -> u64 {
    disk_bytes(folder)
}

/// Removes the store in a folder and returns how many bytes it had; 0 where there is none.
///
/// # Errors
///
/// When a process has it open, when the folder is no store, or the disk refuses.
pub fn remove(folder: &Path) -> Result<u64, Error> {
    match format(folder) {
        Format::Absent => return Ok(0),
        Format::Ours => {}
        Format::Foreign => {
            return Err(Error::store(folder)("it is no store of this version; remove the folder by hand if nobody needs it"));
        }
    }
    let bytes = disk_bytes(folder);
    let lock = StoreLock::try_take(folder).map_err(Error::store(folder))?;
    if lock.is_none() {
        return Err(Error::store(folder)("another process has it open; end that one first"));
    }
    // The lock is a file in the folder. Whoever comes meanwhile finds a folder without a mark, which is an empty store.
    fs::remove_dir_all(folder).map_err(Error::store(folder))?;
    drop(lock);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::{Options, Store};
    use super::*;
    use crate::Location;

    #[test]
    fn a_store_is_removed_unless_it_is_open_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let (home, project) = (folder.path().join("home"), folder.path().join("project"));
        fs::create_dir(&project).unwrap();
        let location = Location::beneath(&home, &project).unwrap();
        assert_eq!(stores(&home).unwrap(), Vec::<PathBuf>::new());
        let store = Store::open(&location, Options::default()).unwrap();
        store.put_named("name", b"value");
        store.persist().unwrap();
        assert_eq!(stores(&home).unwrap(), [location.folder()]);
        let error = remove(location.folder()).unwrap_err().to_string();
        assert!(error.contains("end that one first"), "{error}");
        drop(store);
        assert!(size_of(location.folder()) > 0);
        assert!(remove(location.folder()).unwrap() > 0);
        assert!(!location.folder().exists());
        assert_eq!(remove(location.folder()).unwrap(), 0);
        fs::create_dir_all(home.join("other")).unwrap();
        fs::write(home.join("other/FORMAT"), "something else").unwrap();
        assert!(remove(&home.join("other")).is_err());
        assert!(home.join("other/FORMAT").exists());
    }
}
