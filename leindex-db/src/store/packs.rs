//! The set of sealed packs that make up a generation.
//!
//! A generation is a small list file naming its packs, newest first. The holder of the store publishes the next
//! generation by renaming a finished list into place; the one before is kept with its packs, so that a process that
//! has just read it still finds them.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, str};

use super::key::StoreKey;
use super::lock::create_private;
use super::pack::{Pack, UNFINISHED};

/// The packs of one generation, open.
#[derive(Debug)]
pub(super) struct Packs {
    folder: PathBuf,
    generation: u64,
    packs: Vec<Arc<Pack>>,
}

const TITLE: &str = "leindex packs 1";

impl Packs {
    /// No packs at all.
    pub(super) fn none(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), generation: 0, packs: Vec::new() }
    }

    /// Opens the newest generation in `folder`. A damaged pack is left out, a damaged list gives way to the one
    /// before; both are warned of.
    pub(super) fn load(folder: &Path, warnings: &mut Vec<String>) -> Self {
        // The list may be outdated by the time its packs are opened.
        for _ in 0..3 {
            let mut found = Vec::new();
            match Self::load_once(folder, &mut found) {
                Some(packs) => {
                    warnings.append(&mut found);
                    return packs;
                }
                None => continue,
            }
        }
        Self::none(folder)
    }

    fn load_once(folder: &Path, warnings: &mut Vec<String>) -> Option<Self> {
        for generation in generations(folder).into_iter().rev() {
            let Some(names) = read_list(&list_path(folder, generation)) else {
                warnings.push(format!("the pack list of generation {generation} is damaged and was passed over"));
                continue;
            };
            let mut packs = Vec::with_capacity(names.len());
            for name in names {
                match Pack::open(&folder.join(&name)) {
                    Ok(pack) => packs.push(Arc::new(pack)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound && newest(folder) != generation => {
                        return None;
                    }
                    Err(error) => warnings.push(format!("the pack {name} cannot be used and was passed over: {error}")),
                }
            }
            return Some(Self { folder: folder.to_path_buf(), generation, packs });
        }
        Some(Self::none(folder))
    }

    /// Whether a newer generation than this one lies in the folder.
    pub(super) fn is_outdated(&self) -> bool {
        newest(&self.folder) != self.generation
    }

    /// The records under `key`, newest pack first.
    pub(super) fn records(&self, key: &StoreKey) -> impl Iterator<Item = Vec<u8>> {
        self.packs.iter().filter_map(move |pack| pack.get(key))
    }

    pub(super) fn contains(&self, key: &StoreKey) -> bool {
        self.packs.iter().any(|pack| pack.contains(key))
    }

    pub(super) fn packs(&self) -> &[Arc<Pack>] {
        &self.packs
    }

    /// Where the next generation's new pack is to be written.
    pub(super) fn next_path(&self) -> PathBuf {
        self.folder.join(format!("{:016x}.pack", self.generation + 1))
    }

    /// Makes `packs` (newest first) the next generation and removes what neither it nor this one needs.
    pub(super) fn publish(&self, packs: Vec<Arc<Pack>>) -> io::Result<Self> {
        let next = Self { folder: self.folder.clone(), generation: self.generation + 1, packs };
        let mut text = format!("{TITLE}\n");
        for name in next.names() {
            text.push_str(name);
            text.push('\n');
        }
        let sum = blake3::hash(text.as_bytes()).to_hex();
        text.push_str(&sum);
        text.push('\n');
        let path = list_path(&next.folder, next.generation);
        let new = path.with_extension(UNFINISHED);
        create_private(&new)?.write_all(text.as_bytes())?;
        fs::rename(new, path)?;

        let keep: BTreeSet<&str> = self.names().chain(next.names()).collect();
        clean(&next.folder, self.generation, &keep);
        Ok(next)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.packs.iter().filter_map(|pack| pack.path().file_name()?.to_str())
    }
}

/// Removes all but the packs to keep and the lists from generation `from` on. What cannot be removed (Windows, while
/// somebody has it open) is left for the next time.
fn clean(folder: &Path, from: u64, keep: &BTreeSet<&str>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_kept = keep.contains(name) || generation_of(name).is_some_and(|generation| generation >= from);
        if !is_kept {
            fs::remove_file(entry.path()).ok();
        }
    }
}

fn generations(folder: &Path) -> BTreeSet<u64> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| generation_of(entry.file_name().to_str()?)).collect()
}

fn newest(folder: &Path) -> u64 {
    generations(folder).last().copied().unwrap_or(0)
}

fn generation_of(name: &str) -> Option<u64> {
    u64::from_str_radix(name.strip_suffix(".list")?, 16).ok()
}

fn list_path(folder: &Path, generation: u64) -> PathBuf {
    folder.join(format!("{generation:016x}.list"))
}

fn read_list(path: &Path) -> Option<Vec<String>> {
    let bytes = fs::read(path).ok()?;
    let text = str::from_utf8(&bytes).ok()?.strip_suffix('\n')?;
    let at = text.rfind('\n')? + 1;
    let (body, sum) = text.split_at(at);
    if *blake3::hash(body.as_bytes()).to_hex() != *sum {
        return None;
    }
    let mut lines = body.lines();
    if lines.next()? != TITLE {
        return None;
    }
    Some(lines.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::super::pack::PackWriter;
    use super::super::record;
    use super::*;

    fn key(n: u8) -> StoreKey {
        StoreKey::new("test", &[n; 16], &[])
    }

    fn with_pack(packs: &Packs, n: u8, keep: usize) -> Packs {
        let mut writer = PackWriter::create(&packs.next_path()).unwrap();
        writer.write(&key(n), &record::encode(&key(n), &[n]).unwrap()).unwrap();
        let pack = Arc::new(writer.finish().unwrap().unwrap());
        let kept = packs.packs().iter().take(keep).cloned();
        packs.publish(std::iter::once(pack).chain(kept).collect()).unwrap()
    }

    fn load(folder: &Path) -> (Packs, usize) {
        let mut warnings = Vec::new();
        let packs = Packs::load(folder, &mut warnings);
        (packs, warnings.len())
    }

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_newest_generation_is_loaded_and_the_one_before_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let first = with_pack(&Packs::none(folder.path()), 1, 0);
        let second = with_pack(&first, 2, 9);
        let third = with_pack(&second, 3, 0);
        let (loaded, warnings) = load(folder.path());
        assert_eq!((loaded.generation, loaded.packs.len(), warnings), (3, 1, 0));
        assert!(first.is_outdated() && !third.is_outdated());
        assert_eq!(files(folder.path()).len(), 2 + 3, "two lists, three packs");
        with_pack(&third, 4, 0);
        assert_eq!(files(folder.path()).len(), 2 + 2, "the packs of the second generation are gone");
        assert!(second.records(&key(1)).next().is_some(), "but open packs still answer");
    }

    #[test]
    fn a_damaged_list_gives_way_to_the_generation_before() {
        let folder = tempfile::tempdir().unwrap();
        let first = with_pack(&Packs::none(folder.path()), 1, 0);
        with_pack(&first, 2, 0);
        fs::write(list_path(folder.path(), 2), "nonsense").unwrap();
        let (loaded, warnings) = load(folder.path());
        assert_eq!((loaded.generation, warnings), (1, 1));
        assert!(loaded.records(&key(1)).next().is_some());
    }

    #[test]
    fn a_truncated_pack_is_left_out_and_the_others_answer() {
        let folder = tempfile::tempdir().unwrap();
        let first = with_pack(&Packs::none(folder.path()), 1, 0);
        let second = with_pack(&first, 2, 9);
        let path = second.packs[0].path().to_path_buf();
        drop((first, second));
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        let (loaded, warnings) = load(folder.path());
        assert_eq!((loaded.packs.len(), warnings), (1, 1));
        assert!(loaded.records(&key(1)).next().is_some());
    }

    #[test]
    fn leftovers_of_a_killed_writer_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let writer = PackWriter::create(&folder.path().join("0000.pack")).unwrap();
        std::mem::forget(writer);
        with_pack(&Packs::none(folder.path()), 1, 0);
        assert_eq!(files(folder.path()).len(), 2);
    }
}
