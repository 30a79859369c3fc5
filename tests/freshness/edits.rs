//! A project that is edited at random, and the index that follows it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, mem};

use leindex_queries::index::StorePlace;
use leindex_queries::{Change, Index, Options, SymbolInfo};
use tempfile::TempDir;

use crate::answers::symbols_of;
use crate::project::{Files, remove, write, write_all};
use crate::random::Random;

/// A project on disk, unsaved buffers over it and a live index of both.
pub(crate) struct World {
    folder: TempDir,
    disk: Files,
    /// Buffers by path; `None` is a file taken away.
    buffers: BTreeMap<String, Option<String>>,
    /// Earlier states of the disk.
    past: Vec<Files>,
    index: Option<Index>,
    pub(crate) random: Random,
    /// What was done, for whoever has to find out why.
    pub(crate) log: Vec<String>,
    /// How often each kind of edit was made.
    pub(crate) made: BTreeMap<&'static str, usize>,
}

/// A kind of edit: its name, how often it is made, and how. It says what it did, or `None` if it cannot be done now.
type Edit = (&'static str, usize, fn(&mut World) -> Option<String>);

const EDITS: [Edit; 25] = [
    ("comment", 5, World::comment),
    ("body", 6, World::body),
    ("signature", 5, World::signature),
    ("rename", 5, World::rename),
    ("twin before", 3, World::twin),
    ("alias or re-export", 6, World::alias),
    ("made ambiguous", 4, World::ambiguous),
    ("base", 4, World::base),
    ("lines cut", 3, World::cut),
    ("half typed", 2, World::half_typed),
    ("manifest", 4, World::manifest),
    ("settings", 1, World::settings),
    ("file copied", 3, World::copy_file),
    ("file added in a new folder", 2, World::new_folder),
    ("file deleted", 3, World::delete_file),
    ("file moved", 4, World::move_file),
    ("contents swapped", 2, World::swap),
    ("folder moved", 2, World::move_folder),
    ("folder deleted", 1, World::delete_folder),
    ("buffer opened", 3, World::open_buffer),
    ("buffer closed", 4, World::close_buffer),
    ("file taken away", 1, World::take_away),
    ("touched", 2, World::touch),
    ("file reverted", 5, World::revert_file),
    ("all reverted", 2, World::revert_all),
];

impl World {
    pub(crate) fn new(files: Files, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self {
            folder,
            disk: files,
            buffers: BTreeMap::new(),
            past: Vec::new(),
            index: None,
            random: Random::new(seed),
            log: Vec::new(),
            made: BTreeMap::new(),
        };
        write_all(&world.root(), &world.disk);
        world.past.push(world.disk.clone());
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
    fn open(&self) -> Index {
        let mut index = Index::open(self.root(), Options { store: StorePlace::Folder(self.store()), ..Options::default() }).unwrap();
        self.overlay(&mut index);
        index
    }

    /// An index that knows nothing of the past.
    pub(crate) fn fresh(&self) -> Index {
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

    /// Makes an edit and tells the live index.
    pub(crate) fn edit(&mut self) {
        let total: usize = EDITS.iter().map(|(_, weight, _)| weight).sum();
        loop {
            let mut at = self.random.below(total);
            let (name, _, make) = EDITS
                .iter()
                .find(|(_, weight, _)| {
                    let found = at < *weight;
                    at = at.saturating_sub(*weight);
                    found
                })
                .unwrap();
            if let Some(done) = make(self) {
                self.log.push(format!("{name}: {done}"));
                *self.made.entry(name).or_default() += 1;
                return;
            }
        }
    }

    /// What happens to an index beside edits: segments sealed, memory freed, the program ended, the store lost.
    pub(crate) fn upset(&mut self) {
        match self.random.below(24) {
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
            9 => {
                self.log.push("opened again without the store".into());
                self.index = None;
                let _ = fs::remove_dir_all(self.store());
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

    /// Tells the live index that paths changed on disk.
    fn tell(&mut self, paths: &[String]) {
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
    fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.disk.keys().filter(|path| self.buffers.get(*path) != Some(&None)).cloned().collect();
        paths.extend(
            self.buffers.iter().filter(|(path, text)| text.is_some() && !self.disk.contains_key(*path)).map(|(path, _)| path.clone()),
        );
        paths
    }

    fn source(&mut self) -> Option<String> {
        let paths: Vec<String> = self.paths().into_iter().filter(|path| language(path).is_some()).collect();
        self.random.pick(&paths).cloned()
    }

    fn text(&self, path: &str) -> Option<String> {
        match self.buffers.get(path) {
            Some(text) => text.clone(),
            None => String::from_utf8(self.disk.get(path)?.clone()).ok(),
        }
    }

    /// Writes a new text of a file, to its buffer if it has one, and tells.
    fn set(&mut self, path: &str, text: String) {
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

    fn remember(&mut self) {
        if self.past.len() > 40 {
            let at = 1 + self.random.below(self.past.len() - 1);
            self.past.remove(at);
        }
        self.past.push(self.disk.clone());
    }

    /// A symbol of a file.
    fn symbol(&mut self, wanted: impl Fn(&SymbolInfo) -> bool) -> Option<(String, SymbolInfo)> {
        for _ in 0..8 {
            let path = self.source()?;
            let symbols: Vec<SymbolInfo> = symbols_of(&self.live().snapshot(), &path).into_iter().filter(|symbol| wanted(symbol)).collect();
            if let Some(symbol) = self.random.pick(&symbols) {
                return Some((path, symbol.clone()));
            }
        }
        None
    }

    fn comment(&mut self) -> Option<String> {
        let (path, symbol) = self.symbol(|_| true)?;
        let text = self.text(&path)?;
        let mark = match language(&path)? {
            "python" | "ruby" | "elixir" => "#",
            "lua" | "haskell" => "--",
            _ => "//",
        };
        let words = ["fast", "slow 🚀", "naïve", "TODO: retry on failure", "see checkout"];
        let word = self.random.pick(&words)?;
        let line = format!("{mark} {word} {}\n", self.random.below(100));
        let at = line_start(&text, symbol.start_line + self.random.below(2) as u32)?;
        self.set(&path, format!("{}{line}{}", &text[..at], &text[at..]));
        Some(format!("{path} before {}", symbol.name))
    }

    fn body(&mut self) -> Option<String> {
        let (path, symbol) = self.symbol(|symbol| callable(symbol) && symbol.end_line > symbol.start_line)?;
        let text = self.text(&path)?;
        let lines = (symbol.end_line - symbol.start_line) as usize;
        let line = symbol.start_line + 1 + self.random.below(lines) as u32;
        let (start, end) = (line_start(&text, line)?, line_start(&text, line + 1).unwrap_or(text.len()));
        let digit = text[start..end].bytes().position(|byte| byte.is_ascii_digit());
        let new = match digit {
            Some(at) => format!("{}{}{}", &text[..start + at], self.random.below(1000), &text[start + at + 1..]),
            None => format!("{}{}{}", &text[..end], &text[start..end], &text[end..]),
        };
        self.set(&path, new);
        Some(format!("{path}:{line}"))
    }

    fn signature(&mut self) -> Option<String> {
        let (path, symbol) = self.symbol(callable)?;
        let text = self.text(&path)?;
        let line = line_start(&text, symbol.name_line)?;
        let name = line + text[line..].find(&symbol.name)?;
        let open = name + text[name..].find('(')?;
        let extra = match language(&path)? {
            "python" | "ruby" | "lua" | "javascript" | "elixir" | "haskell" => "extra",
            "php" => "$extra",
            "go" => "extra Item",
            "rust" => "extra: Node",
            "kotlin" | "scala" | "swift" | "typescript" => "extra: Item",
            _ => "Item extra",
        };
        let comma = if text[open + 1..].trim_start().starts_with(')') { "" } else { ", " };
        self.set(&path, format!("{}{extra}{comma}{}", &text[..=open], &text[open + 1..]));
        Some(format!("{path} {}", symbol.name))
    }

    fn rename(&mut self) -> Option<String> {
        let (path, symbol) = self.symbol(|symbol| symbol.name.len() > 2 && symbol.name.bytes().all(|byte| byte.is_ascii_alphanumeric()))?;
        let text = self.text(&path)?;
        let new = match self.random.below(3) {
            0 => self.symbol(|_| true)?.1.name,
            _ => format!("{}{}", symbol.name, self.random.below(3)),
        };
        let text = if self.random.one_in(3) {
            // The definition alone: uses keep the old name.
            let line = line_start(&text, symbol.name_line)?;
            let at = line + text[line..].find(&symbol.name)?;
            format!("{}{new}{}", &text[..at], &text[at + symbol.name.len()..])
        } else {
            replace_word(&text, &symbol.name, &new)
        };
        self.set(&path, text);
        Some(format!("{path} {} to {new}", symbol.name))
    }

    fn twin(&mut self) -> Option<String> {
        let (path, symbol) = self.symbol(|_| true)?;
        let text = self.text(&path)?;
        let (start, end) = (line_start(&text, symbol.start_line)?, line_start(&text, symbol.end_line + 1).unwrap_or(text.len()));
        self.set(&path, format!("{}{}{}", &text[..end], &text[start..end], &text[end..]));
        Some(format!("{path} {}", symbol.name))
    }

    fn alias(&mut self) -> Option<String> {
        let path = self.source()?;
        let family = language(&path)?;
        let (other, target) = self.symbol(|_| true).filter(|(other, _)| language(other) == Some(family))?;
        let text = self.text(&path)?;
        let number = self.random.below(4);
        let way = self.random.below(4);
        let line = alias_line(&path, &other, &target, way, number)?;
        // After the lines that have to come first.
        let first = ["<?php", "package ", "module ", "defmodule ", "namespace ", "\"\"\"", "#!", "#ifndef", "#define", "#pragma"];
        let mut at = 0;
        for number in 1..text.lines().count() as u32 {
            let (start, end) = (line_start(&text, number)?, line_start(&text, number + 1).unwrap_or(text.len()));
            if number <= 4 && first.iter().any(|word| text[start..end].starts_with(word)) {
                at = end;
            }
        }
        if self.random.one_in(5) {
            at = text.len();
        }
        let gap = if at > 0 && !text[..at].ends_with('\n') { "\n" } else { "" };
        self.set(&path, format!("{}{gap}{line}\n{}", &text[..at], &text[at..]));
        Some(format!("{path}: {line}"))
    }

    fn ambiguous(&mut self) -> Option<String> {
        let (from, symbol) = self.symbol(|symbol| symbol.end_line - symbol.start_line < 12)?;
        let path = self.source().filter(|path| language(path) == language(&from))?;
        let (text, other) = (self.text(&from)?, self.text(&path)?);
        let (start, end) = (line_start(&text, symbol.start_line)?, line_start(&text, symbol.end_line + 1).unwrap_or(text.len()));
        let piece = text[start..end].trim_end();
        self.set(&path, format!("{other}\n{piece}\n"));
        Some(format!("{} of {from} also in {path}", symbol.name))
    }

    /// Makes a type extend another: often enough one that leads back.
    fn base(&mut self) -> Option<String> {
        let (path, symbol) = self.symbol(|symbol| matches!(symbol.kind, "class" | "struct" | "interface" | "trait"))?;
        let (other, target) = self.symbol(|symbol| matches!(symbol.kind, "class" | "struct" | "interface" | "trait"))?;
        let family = language(&path)?;
        if language(&other) != Some(family) {
            return None;
        }
        let text = self.text(&path)?;
        let line = line_start(&text, symbol.name_line)?;
        let at = line + text[line..].find(&symbol.name)? + symbol.name.len();
        let name = if self.random.one_in(3) { target.qualified_name.replace('/', ".") } else { target.name };
        let clause = match family {
            "python" => format!("({name})"),
            "ruby" => format!(" < {name}"),
            "cpp" | "csharp" | "swift" | "kotlin" => format!(" : {name}"),
            "rust" => format!(": {name} + "),
            "lua" | "go" | "c" | "haskell" | "elixir" => return None,
            _ => format!(" extends {name}"),
        };
        self.set(&path, format!("{}{clause}{}", &text[..at], &text[at..]));
        Some(format!("{path} {} {clause}", symbol.name))
    }

    fn cut(&mut self) -> Option<String> {
        let path = self.source()?;
        let text = self.text(&path)?;
        let lines = text.lines().count();
        let line = 1 + self.random.below(lines) as u32;
        let start = line_start(&text, line)?;
        let end = line_start(&text, line + 1 + self.random.below(3) as u32).unwrap_or(text.len());
        self.set(&path, format!("{}{}", &text[..start], &text[end..]));
        Some(format!("{path}:{line}"))
    }

    fn half_typed(&mut self) -> Option<String> {
        let path = self.source()?;
        let text = self.text(&path)?;
        let mut at = self.random.below(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let typed = ["(", "{", "\"", ".", " = ", "if ", "class ", "/*", "'''", "}", "\u{e9}", "::", "<", "\r\n"];
        let typed = self.random.pick(&typed)?;
        self.set(&path, format!("{}{typed}{}", &text[..at], &text[at..]));
        Some(format!("{path} {typed:?} at byte {at}"))
    }

    fn manifest(&mut self) -> Option<String> {
        let names =
            ["package.json", "tsconfig.json", "go.mod", "Cargo.toml", "pyproject.toml", "composer.json", "pubspec.yaml", "cellar.cabal"];
        let manifests: Vec<String> = self.paths().into_iter().filter(|path| names.contains(&name(path))).collect();
        let path = self.random.pick(&manifests)?.clone();
        let text = self.text(&path)?;
        let changes = [
            ("widgets", "gadgets"),
            ("gadgets", "widgets"),
            ("#core", "#inner"),
            ("#inner", "#core"),
            ("src/core", "src"),
            ("@lib", "@library"),
            ("@library", "@lib"),
            ("example.com/store", "example.org/store"),
            ("example.org", "example.com"),
            ("helper", "helpers"),
            ("helpers", "helper"),
            ("graph-kit", "graph_tool"),
            ("graph_tool", "graph-kit"),
            ("garden", "park"),
            ("park", "garden"),
            ("src/", "lib/"),
            ("lib/", "src/"),
            ("Acme", "Acme2"),
            ("Acme2", "Acme"),
            ("shop", "store"),
            ("hs", "src"),
            ("}", "} }"),
            ("} }", "}"),
            ("1.0", "2.0"),
        ];
        let fitting: Vec<&(&str, &str)> = changes.iter().filter(|(from, _)| text.contains(from)).collect();
        let (from, to) = **self.random.pick(&fitting)?;
        let count = 1 + self.random.below(2);
        self.set(&path, text.replacen(from, to, count));
        Some(format!("{path} {from} to {to}"))
    }

    fn settings(&mut self) -> Option<String> {
        let (path, text) = *self.random.pick(&[
            ("leindex.toml", "exclude = [\"fixtures_*\"]\n"),
            ("leindex.toml", "entry_points = [\"main\", \"cli.py\"]\n"),
            ("leindex.toml", "size_limit = 900\n"),
            ("leindex.toml", ""),
            (".leindexignore", "tests/\n*.h\n"),
            (".leindexignore", "\n"),
            (".gitignore", "lib/\n!lib/keep\n"),
        ])?;
        self.remember();
        let root = self.root();
        if self.disk.contains_key(path) && self.random.one_in(2) {
            self.disk.remove(path);
            remove(&root, path);
        } else {
            self.disk.insert(path.to_owned(), text.into());
            write(&root, path, text.as_bytes());
        }
        self.tell(&[path.to_owned()]);
        Some(format!("{path} {text:?}"))
    }

    fn on_disk(&mut self) -> Option<String> {
        let paths: Vec<String> = self.disk.keys().filter(|path| language(path).is_some()).cloned().collect();
        self.random.pick(&paths).cloned()
    }

    fn copy_file(&mut self) -> Option<String> {
        let path = self.on_disk()?;
        let near = self.on_disk()?;
        let (stem, extension) = name(&path).rsplit_once('.')?;
        let to = format!("{}{stem}{}.{extension}", folder_of(&near), self.random.below(4));
        if self.disk.contains_key(&to) {
            return None;
        }
        self.remember();
        let bytes = self.disk.get(&path)?.clone();
        write(&self.root(), &to, &bytes);
        self.disk.insert(to.clone(), bytes);
        self.tell(std::slice::from_ref(&to));
        Some(format!("{path} to {to}"))
    }

    fn new_folder(&mut self) -> Option<String> {
        let path = self.on_disk()?;
        let to = format!("{}new{}/deep/{}", folder_of(&path), self.random.below(3), name(&path));
        let text = self.text(&path)?;
        if self.paths().contains(&to) || self.buffers.contains_key(&to) {
            return None;
        }
        if self.random.one_in(3) {
            // A buffer of a file that was never saved.
            self.live_mut().apply(Change::Overlay(to.clone(), text.clone())).unwrap();
            self.buffers.insert(to.clone(), Some(text));
            return Some(format!("buffer {to}"));
        }
        self.remember();
        write(&self.root(), &to, text.as_bytes());
        self.disk.insert(to.clone(), text.into_bytes());
        // The watcher may name the folder only.
        let told = if self.random.one_in(2) { to.clone() } else { folder_of(&to).trim_end_matches('/').to_owned() };
        self.tell(&[told]);
        Some(to)
    }

    fn delete_file(&mut self) -> Option<String> {
        if self.disk.len() < 12 {
            return None;
        }
        let path = self.on_disk()?;
        self.remember();
        self.disk.remove(&path);
        remove(&self.root(), &path);
        self.tell(std::slice::from_ref(&path));
        Some(path)
    }

    fn move_file(&mut self) -> Option<String> {
        let path = self.on_disk()?;
        let near = self.on_disk()?;
        let (stem, extension) = name(&path).rsplit_once('.')?;
        let to = if self.random.one_in(2) {
            format!("{}{}", folder_of(&near), name(&path))
        } else {
            format!("{}{stem}{}.{extension}", folder_of(&path), self.random.below(3))
        };
        if self.disk.contains_key(&to) {
            return None;
        }
        self.remember();
        let bytes = self.disk.remove(&path)?;
        write(&self.root(), &to, &bytes);
        self.disk.insert(to.clone(), bytes);
        remove(&self.root(), &path);
        self.tell(&[path.clone(), to.clone()]);
        Some(format!("{path} to {to}"))
    }

    fn swap(&mut self) -> Option<String> {
        let (a, b) = (self.on_disk()?, self.on_disk()?);
        if a == b || language(&a) != language(&b) {
            return None;
        }
        self.remember();
        let (in_a, in_b) = (self.disk.get(&a)?.clone(), self.disk.get(&b)?.clone());
        write(&self.root(), &a, &in_b);
        write(&self.root(), &b, &in_a);
        self.disk.insert(a.clone(), in_b);
        self.disk.insert(b.clone(), in_a);
        self.tell(&[a.clone(), b.clone()]);
        Some(format!("{a} and {b}"))
    }

    fn some_folder(&mut self) -> Option<String> {
        let path = self.on_disk()?;
        let parts: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
        Some(path[..*self.random.pick(&parts)?].to_owned())
    }

    fn move_folder(&mut self) -> Option<String> {
        let folder = self.some_folder()?;
        let to = match self.random.below(3) {
            0 => format!("{folder}_moved"),
            1 => format!("moved/{}", name(&folder)),
            _ => name(&folder).to_owned(),
        };
        if self.root().join(&to).exists() || to.starts_with(&format!("{folder}/")) {
            return None;
        }
        self.remember();
        let beneath = format!("{folder}/");
        for (path, bytes) in mem::take(&mut self.disk) {
            let path = path.strip_prefix(&beneath).map_or(path.clone(), |rest| format!("{to}/{rest}"));
            self.disk.insert(path, bytes);
        }
        let (from_path, to_path) = (self.root().join(&folder), self.root().join(&to));
        fs::create_dir_all(to_path.parent().unwrap()).unwrap();
        fs::rename(from_path, to_path).unwrap();
        remove(&self.root(), &format!("{folder}/nothing"));
        self.tell(&[folder.clone(), to.clone()]);
        Some(format!("{folder} to {to}"))
    }

    fn delete_folder(&mut self) -> Option<String> {
        let folder = self.some_folder()?;
        let beneath = format!("{folder}/");
        if self.disk.keys().filter(|path| !path.starts_with(&beneath)).count() < 12 {
            return None;
        }
        self.remember();
        self.disk.retain(|path, _| !path.starts_with(&beneath));
        fs::remove_dir_all(self.root().join(&folder)).unwrap();
        remove(&self.root(), &format!("{folder}/nothing"));
        self.tell(std::slice::from_ref(&folder));
        Some(folder)
    }

    fn open_buffer(&mut self) -> Option<String> {
        if self.buffers.len() > 6 {
            return None;
        }
        let path = self.source()?;
        let other = self.source().filter(|other| language(other) == language(&path))?;
        // The same text, or that of another file.
        let text = if self.random.one_in(2) { self.text(&path)? } else { self.text(&other)? };
        self.live_mut().apply(Change::Overlay(path.clone(), text.clone())).unwrap();
        self.buffers.insert(path.clone(), Some(text));
        Some(path)
    }

    fn close_buffer(&mut self) -> Option<String> {
        let open: Vec<String> = self.buffers.keys().cloned().collect();
        let path = self.random.pick(&open)?.clone();
        self.buffers.remove(&path);
        self.live_mut().apply(Change::CloseOverlay(path.clone())).unwrap();
        Some(path)
    }

    fn take_away(&mut self) -> Option<String> {
        let path = self.source()?;
        self.live_mut().apply(Change::Remove(path.clone())).unwrap();
        self.buffers.insert(path.clone(), None);
        Some(path)
    }

    fn touch(&mut self) -> Option<String> {
        let path = self.on_disk()?;
        let before = self.live().snapshot().revision().to_owned();
        write(&self.root(), &path, self.disk.get(&path)?);
        self.tell(std::slice::from_ref(&path));
        assert_eq!(before, self.live().snapshot().revision(), "touching a file changes nothing");
        Some(path)
    }

    fn revert_file(&mut self) -> Option<String> {
        let path = self.on_disk()?;
        let now = self.disk.get(&path)?.clone();
        let earlier: Vec<Vec<u8>> = self.past.iter().filter_map(|files| files.get(&path)).filter(|bytes| **bytes != now).cloned().collect();
        let bytes = self.random.pick(&earlier)?.clone();
        write(&self.root(), &path, &bytes);
        self.disk.insert(path.clone(), bytes);
        self.tell(std::slice::from_ref(&path));
        Some(path)
    }

    /// A branch switch.
    fn revert_all(&mut self) -> Option<String> {
        let at = self.random.below(self.past.len());
        let then = self.past.get(at)?.clone();
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
        Some(format!("to state {at}, {} files", changed.len()))
    }
}

fn buffer(path: &str, text: Option<&String>) -> Change {
    text.map_or_else(|| Change::Remove(path.to_owned()), |text| Change::Overlay(path.to_owned(), text.clone()))
}

fn callable(symbol: &SymbolInfo) -> bool {
    matches!(symbol.kind, "function" | "method" | "constructor")
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a path, with the slash.
fn folder_of(path: &str) -> &str {
    &path[..path.rfind('/').map_or(0, |at| at + 1)]
}

/// The family of a source file.
fn language(path: &str) -> Option<&'static str> {
    Some(match name(path).rsplit_once('.')?.1 {
        "py" => "python",
        "rb" => "ruby",
        "lua" => "lua",
        "php" => "php",
        "js" | "cjs" | "mjs" | "jsx" => "javascript",
        "ts" | "tsx" => "typescript",
        "dart" => "dart",
        "java" => "java",
        "kt" => "kotlin",
        "scala" => "scala",
        "cs" => "csharp",
        "go" => "go",
        "rs" => "rust",
        "swift" if name(path) != "Package.swift" => "swift",
        "c" | "h" => "c",
        "cpp" | "cc" | "hpp" => "cpp",
        "ex" | "exs" => "elixir",
        "hs" => "haskell",
        _ => return None,
    })
}

fn line_start(text: &str, line: u32) -> Option<usize> {
    if line <= 1 {
        return Some(0);
    }
    text.match_indices('\n').nth(line as usize - 2).map(|(at, _)| at + 1)
}

fn replace_word(text: &str, word: &str, new: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let whole = !rest[..at].ends_with(is_part) && !rest[at + word.len()..].starts_with(is_part);
        out.push_str(&rest[..at]);
        out.push_str(if whole { new } else { word });
        rest = &rest[at + word.len()..];
    }
    out + rest
}

/// A path relative to the folder of `from`, without its ending.
fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = folder_of(from).split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<&str> = to.split('/').collect();
    let common = from.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    let up = "../".repeat(from.len() - common);
    format!("{}{}", if up.is_empty() { "./" } else { &up }, parts[common..].join("/"))
}

/// A line that brings a symbol of `to` into `from`, or passes it on, in one of the ways of the language.
fn alias_line(from: &str, to: &str, target: &SymbolInfo, way: usize, number: usize) -> Option<String> {
    let name = &target.name;
    let file = Path::new(to).file_stem()?.to_string_lossy().into_owned();
    let near = relative(from, to);
    let qualified = &target.qualified_name;
    let package = qualified.rsplit_once('.').map_or(qualified.as_str(), |(package, _)| package);
    Some(match language(from)? {
        "python" => {
            let inside = to.trim_end_matches(".py").trim_end_matches("/__init__");
            let dotted = inside.rsplit_once("src/").map_or(inside, |(_, rest)| rest).replace('/', ".");
            let near = if folder_of(from) == folder_of(to) { format!(".{file}") } else { dotted.clone() };
            match way {
                0 => format!("from {near} import {name} as {name}{number}"),
                1 => format!("from {near} import {name}"),
                2 => format!("from {near} import *"),
                _ => format!("import {dotted} as {file}{number}"),
            }
        }
        "javascript" | "typescript" => {
            let near =
                if language(from) == Some("typescript") { near.trim_end_matches(".ts").trim_end_matches(".tsx").to_owned() } else { near };
            match way {
                0 => format!("export {{ {name} as {name}{number} }} from '{near}';"),
                1 => format!("import {{ {name} as {name}{number} }} from '{near}'; export {{ {name}{number} as {name} }};"),
                2 => format!("export * from '{near}';"),
                _ => format!("import {name}{number}, * as all{number} from '{near}';"),
            }
        }
        "rust" => {
            let inside = to.rsplit_once("src/").map_or(to, |(_, rest)| rest).trim_end_matches(".rs").trim_end_matches("/mod");
            let path = inside.replace('/', "::");
            match way {
                0 => format!("pub use crate::{path}::{name} as {name}{number};"),
                1 => format!("use super::{file}::{{self, {name}}};"),
                2 => format!("pub use crate::{path}::*;"),
                _ => format!("pub type {name}{number} = crate::{path}::{name};"),
            }
        }
        "go" => match way {
            0 => format!("var {name}{number} = {name}"),
            1 => format!("type {name}{number} = {name}"),
            2 => format!("import . \"example.com/store/{}\"", folder_of(to).trim_end_matches('/')),
            _ => format!("import pkg{number} \"example.com/store/{}\"", folder_of(to).trim_end_matches('/')),
        },
        "java" => match way {
            0 => format!("import {qualified};"),
            1 => format!("import static {qualified};"),
            2 => format!("import static {package}.*;"),
            _ => format!("import {package}.*;"),
        },
        "kotlin" => match way {
            0 => format!("import {qualified} as {name}{number}"),
            1 => format!("import {qualified}"),
            2 => format!("import {package}.*"),
            _ => format!("typealias {name}{number} = {qualified}"),
        },
        "scala" => match way {
            0 => format!("import {package}.{{{name} => {name}{number}}}"),
            1 => format!("import {qualified}"),
            2 => format!("import {package}._"),
            _ => format!("export {package}.{name}"),
        },
        "csharp" => match way {
            0 => format!("using {name}{number} = {qualified};"),
            1 => format!("using {package};"),
            2 => format!("using static {package};"),
            _ => format!("global using {package};"),
        },
        "php" => match way {
            0 => format!("use {qualified} as {name}{number};"),
            1 => format!("use {qualified};"),
            2 => format!("use function {qualified};"),
            _ => format!("require_once __DIR__ . '/{near}';"),
        },
        "ruby" => match way {
            0 => format!("{}{number} = {qualified}", name.to_uppercase()),
            1 => format!("require_relative \"{}\"", near.trim_end_matches(".rb")),
            2 => format!("include {qualified}"),
            _ => format!("alias {name}{number} {name}"),
        },
        "lua" => match way {
            0 => format!("local {name}{number} = require(\"{file}\").{name}"),
            1 => format!("{name} = require(\"{}\").{name}", to.trim_end_matches(".lua").replace('/', ".")),
            2 => format!("local {file} = require(\"{file}\")"),
            _ => format!("{name}{number} = {name}"),
        },
        "dart" => match way {
            0 => format!("export '{near}' show {name};"),
            1 => format!("import '{near}' as p{number};"),
            2 => format!("export '{near}';"),
            _ => format!("typedef {name}{number} = {name};"),
        },
        "swift" => match way {
            0 => format!("typealias {name}{number} = {name}"),
            1 => format!("import {}", name),
            2 => format!("extension {name} {{ func extra{number}() {{}} }}"),
            _ => format!("let {}{number} = {name}()", name.to_lowercase()),
        },
        "c" | "cpp" => match way {
            0 => format!("#include \"{near}\""),
            1 => format!("#define {name}{number} {name}"),
            2 => format!("using {};", qualified.replace('.', "::")),
            _ => format!("typedef {name} {name}{number};"),
        },
        "elixir" => match way {
            0 => format!("alias {qualified}, as: A{number}"),
            1 => format!("import {qualified}"),
            2 => format!("use {qualified}"),
            _ => format!("defdelegate {name}(x), to: {package}"),
        },
        "haskell" => match way {
            0 => format!("import {file} as M{number}"),
            1 => format!("import qualified {package} as M{number} ({name})"),
            2 => format!("import {package}"),
            _ => format!("{name}{number} = {name}"),
        },
        _ => return None,
    })
}
