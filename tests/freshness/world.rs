//! A project that is edited at random, and the index that follows it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use leindex_queries::index::StorePlace;
use leindex_queries::{Change, Index, Options, SymbolInfo};
use tempfile::TempDir;

use crate::answers::symbols_of;
use crate::edits::{KINDS, Kind};
use crate::project::{Files, remove, write, write_all};
use crate::random::Random;
use crate::texts::{dialect, language};

/// A project on disk, unsaved buffers over it and a live index of both.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) disk: Files,
    /// Buffers by path; `None` is a file taken away.
    pub(crate) buffers: BTreeMap<String, Option<String>>,
    /// Earlier states of the disk, the first one first.
    pub(crate) past: Vec<Files>,
    /// Definitions that were copied to another file: where, and the text.
    pub(crate) doubles: Vec<(String, String)>,
    /// The dialect whose files are edited; all if `None`.
    pub(crate) focus: Option<&'static str>,
    index: Option<Index>,
    pub(crate) random: Random,
    /// What was done, for whoever has to find out why.
    pub(crate) log: Vec<String>,
    /// How many edits were made.
    pub(crate) edits: usize,
}

impl World {
    pub(crate) fn new(files: Files, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self {
            folder,
            past: vec![files.clone()],
            disk: files,
            buffers: BTreeMap::new(),
            doubles: Vec::new(),
            focus: None,
            index: None,
            random: Random::new(seed),
            log: Vec::new(),
            edits: 0,
        };
        write_all(&world.root(), &world.disk);
        world.index = Some(world.open());
        world
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Opens the project with the store of the live index.
    fn open(&mut self) -> Index {
        // With little memory, results come from the store or are computed again.
        let cache_bytes = *self.random.pick(&[0, 50_000, 48 << 20, 48 << 20, 48 << 20, 48 << 20]).unwrap();
        let store = StorePlace::Folder(self.store());
        let mut index = Index::open(self.root(), Options { store, cache_bytes, ..Options::default() }).unwrap();
        self.overlay(&mut index);
        index
    }

    /// An index that knows nothing of the past.
    pub(crate) fn fresh(&mut self) -> Index {
        let mut index = Index::open(self.root(), Options { store: StorePlace::Memory, ..Options::default() }).unwrap();
        self.overlay(&mut index);
        index
    }

    fn overlay(&self, index: &mut Index) {
        for (path, text) in &self.buffers {
            index.apply(buffer(path, text.as_ref())).unwrap();
        }
    }

    pub(crate) fn live(&self) -> &Index {
        self.index.as_ref().unwrap()
    }

    pub(crate) fn live_mut(&mut self) -> &mut Index {
        self.index.as_mut().unwrap()
    }

    /// Makes an edit of any kind that can be made now, and tells the live index.
    pub(crate) fn edit(&mut self) {
        let total: usize = KINDS.iter().map(|kind| kind.weight).sum();
        loop {
            let mut at = self.random.below(total);
            let found = KINDS.iter().find(|kind| {
                let found = at < kind.weight;
                at = at.saturating_sub(kind.weight);
                found
            });
            if self.make(found.unwrap()) {
                return;
            }
        }
    }

    /// Makes an edit of a kind, if it can be made now, and tells the live index.
    fn make(&mut self, kind: &Kind) -> bool {
        let Some(done) = (kind.make)(self) else { return false };
        self.log.push(format!("{}: {done}", kind.name));
        self.edits += 1;
        true
    }

    /// Makes an edit of a kind in files of a dialect. If what is there does not allow it, puts the project back to where
    /// it began and does before what has to come before.
    pub(crate) fn edit_in(&mut self, kind: &Kind, dialect: &'static str) {
        self.focus = Some(dialect);
        for attempt in 0..200 {
            if self.make(kind) {
                self.focus = None;
                return;
            }
            if attempt % 20 == 10 {
                self.begin_again();
                for before in ["body", "made ambiguous", "buffer opened"] {
                    let before = KINDS.iter().find(|kind| kind.name == before).unwrap();
                    let _ = (0..20).any(|_| self.make(before));
                }
            }
        }
        panic!("{} cannot be made in {dialect}", kind.name);
    }

    /// Closes all buffers and puts the disk back to its first state.
    fn begin_again(&mut self) {
        self.log.push("begun again".into());
        for path in std::mem::take(&mut self.buffers).into_keys() {
            self.live_mut().apply(Change::CloseOverlay(path)).unwrap();
        }
        self.return_to(0);
    }

    /// Puts the disk back to an earlier state and tells; says how many files changed.
    pub(crate) fn return_to(&mut self, at: usize) -> usize {
        let then = self.past[at].clone();
        let root = self.root();
        let changed: Vec<String> =
            self.disk.keys().chain(then.keys()).filter(|path| self.disk.get(*path) != then.get(*path)).cloned().collect();
        for path in self.disk.keys().filter(|path| !then.contains_key(*path)) {
            remove(&root, path);
        }
        for (path, bytes) in then.iter().filter(|(path, bytes)| self.disk.get(*path) != Some(bytes)) {
            write(&root, path, bytes);
        }
        self.disk = then;
        self.tell(&changed);
        changed.len()
    }

    /// What happens to an index beside edits: segments sealed, memory freed, the program ended, the store lost.
    pub(crate) fn upset(&mut self) {
        match self.random.below(26) {
            0..=3 => {
                self.log.push("sealed".into());
                self.live_mut().seal();
            }
            4 | 5 => {
                self.log.push("compacted".into());
                self.live_mut().compact().unwrap();
            }
            6 | 7 => {
                self.log.push("opened again".into());
                self.live().persist().unwrap();
                self.index = None;
                self.index = Some(self.open());
            }
            8 => {
                self.log.push("opened again without persisting".into());
                self.index = None;
                self.index = Some(self.open());
            }
            9 | 24 => {
                self.log.push("opened again without the store".into());
                self.index = None;
                fs::remove_dir_all(self.store()).unwrap();
                self.index = Some(self.open());
            }
            25 => {
                self.live().persist().unwrap();
                self.index = None;
                let damaged = self.damage_store();
                self.log.push(format!("opened again with a damaged store: {damaged}"));
                self.index = Some(self.open());
            }
            10..=12 => {
                self.log.push("everything resolved".into());
                self.live().snapshot().resolve_all().unwrap();
            }
            13 => {
                self.log.push("refreshed".into());
                self.live_mut().refresh().unwrap();
            }
            _ => {}
        }
    }

    /// Writes over some bytes of a file of the store.
    fn damage_store(&mut self) -> String {
        let mut files = Vec::new();
        let mut folders = vec![self.store()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.sort();
        let Some(path) = self.random.pick(&files).cloned() else { return "it has no files".into() };
        let mut bytes = fs::read(&path).unwrap();
        let at = self.random.below(bytes.len());
        for byte in bytes.iter_mut().skip(at).take(16) {
            *byte ^= 0x5a;
        }
        fs::write(&path, &bytes).unwrap();
        format!("{} at byte {at}", path.file_name().unwrap().display())
    }

    /// Tells the live index that paths changed on disk.
    pub(crate) fn tell(&mut self, paths: &[String]) {
        let root = self.root();
        if self.random.one_in(4) || paths.len() > 20 {
            self.live_mut().refresh().unwrap();
            return;
        }
        let absolute = self.random.one_in(2);
        let paths = paths.iter().map(|path| if absolute { root.join(path) } else { PathBuf::from(path) }).collect();
        self.live_mut().apply(Change::Disk(paths)).unwrap();
    }

    /// The files that exist, buffers included.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.disk.keys().filter(|path| self.buffers.get(*path) != Some(&None)).cloned().collect();
        paths.extend(
            self.buffers.iter().filter(|(path, text)| text.is_some() && !self.disk.contains_key(*path)).map(|(path, _)| path.clone()),
        );
        paths
    }

    fn in_focus(&self, path: &str) -> bool {
        language(path).is_some() && self.focus.is_none_or(|focus| dialect(path) == Some(focus))
    }

    pub(crate) fn source(&mut self) -> Option<String> {
        let paths: Vec<String> = self.paths().into_iter().filter(|path| self.in_focus(path)).collect();
        self.random.pick(&paths).cloned()
    }

    pub(crate) fn text(&self, path: &str) -> Option<String> {
        match self.buffers.get(path) {
            Some(text) => text.clone(),
            None => String::from_utf8(self.disk.get(path)?.clone()).ok(),
        }
    }

    /// Writes a new text of a file, to its buffer if it has one, and tells.
    pub(crate) fn set(&mut self, path: &str, text: String) {
        let in_buffer = matches!(self.buffers.get(path), Some(Some(_)));
        if in_buffer || self.random.one_in(8) {
            let before = self.text(path).unwrap_or_default();
            // One range that covers what differs.
            let common = before.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
            let mut start = common;
            while !before.is_char_boundary(start) || !text.is_char_boundary(start) {
                start -= 1;
            }
            let same_end = before[start..].bytes().rev().zip(text[start..].bytes().rev()).take_while(|(a, b)| a == b).count();
            let mut end = same_end;
            while !before.is_char_boundary(before.len() - end) || !text.is_char_boundary(text.len() - end) {
                end -= 1;
            }
            let change = if in_buffer && self.random.one_in(2) {
                Change::Edit(path.to_owned(), start..before.len() - end, text[start..text.len() - end].to_owned())
            } else {
                Change::Overlay(path.to_owned(), text.clone())
            };
            self.live_mut().apply(change).unwrap();
            self.buffers.insert(path.to_owned(), Some(text));
            return;
        }
        self.remember();
        write(&self.root(), path, text.as_bytes());
        self.disk.insert(path.to_owned(), text.into_bytes());
        self.tell(&[path.to_owned()]);
    }

    pub(crate) fn remember(&mut self) {
        if self.past.len() > 40 {
            let at = 1 + self.random.below(self.past.len() - 1);
            self.past.remove(at);
        }
        self.past.push(self.disk.clone());
    }

    /// A symbol of a file.
    pub(crate) fn symbol(&mut self, wanted: impl Fn(&SymbolInfo) -> bool) -> Option<(String, SymbolInfo)> {
        for _ in 0..8 {
            let path = self.source()?;
            let symbols: Vec<SymbolInfo> = symbols_of(&self.live().snapshot(), &path).into_iter().filter(|symbol| wanted(symbol)).collect();
            if let Some(symbol) = self.random.pick(&symbols) {
                return Some((path, symbol.clone()));
            }
        }
        None
    }

    pub(crate) fn on_disk(&mut self) -> Option<String> {
        let paths: Vec<String> = self.disk.keys().filter(|path| self.in_focus(path)).cloned().collect();
        self.random.pick(&paths).cloned()
    }
}

fn buffer(path: &str, text: Option<&String>) -> Change {
    text.map_or_else(|| Change::Remove(path.to_owned()), |text| Change::Overlay(path.to_owned(), text.clone()))
}
