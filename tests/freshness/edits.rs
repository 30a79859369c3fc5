//! The kinds of edits: each changes the project as people and their tools do, in any language.

use std::{fs, mem};

use leindex_queries::Change;

use crate::answers::symbols_of;
use crate::project::{remove, write};
use crate::texts::{alias_line, callable, dialect, folder_of, is_manifest, language, line_start, manifests, name, replace_word, words};
use crate::world::World;

/// A kind of edit. `make` says what it did, or `None` if it cannot be done now.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// How often it is made where chance decides.
    pub(crate) weight: usize,
    pub(crate) make: fn(&mut World) -> Option<String>,
    /// Dialects that have nothing of the kind.
    without: &'static [&'static str],
}

const fn kind(name: &'static str, weight: usize, make: fn(&mut World) -> Option<String>) -> Kind {
    Kind { name, weight, make, without: &[] }
}

impl Kind {
    pub(crate) fn is_of(&self, dialect: &str) -> bool {
        !self.without.contains(&dialect)
    }
}

pub(crate) const KINDS: [Kind; 28] = [
    kind("comment", 5, World::comment),
    kind("body", 6, World::body),
    kind("lines of a body swapped", 4, World::lines_swapped),
    kind("another name in a body", 6, World::other_name),
    kind("signature", 5, World::signature),
    kind("rename", 5, World::rename),
    kind("twin before", 3, World::twin),
    kind("alias or re-export", 6, World::alias),
    kind("made ambiguous", 4, World::ambiguous),
    kind("made unique again", 3, World::unique_again),
    Kind { without: &["c", "elixir", "go", "haskell", "lua"], ..kind("base", 4, World::base) },
    kind("lines cut", 3, World::cut),
    kind("half typed", 2, World::half_typed),
    Kind { without: &["c", "cpp", "csharp", "elixir", "java", "kotlin", "lua", "ruby", "scala"], ..kind("manifest", 4, World::manifest) },
    kind("settings", 1, World::settings),
    kind("file copied", 3, World::copy_file),
    kind("file added in a new folder", 2, World::new_folder),
    kind("file deleted", 3, World::delete_file),
    kind("file moved", 4, World::move_file),
    kind("contents swapped", 2, World::swap),
    kind("folder moved", 2, World::move_folder),
    kind("folder deleted", 1, World::delete_folder),
    kind("buffer opened", 3, World::open_buffer),
    kind("buffer closed", 4, World::close_buffer),
    kind("file taken away", 1, World::take_away),
    kind("touched", 2, World::touch),
    kind("file reverted", 5, World::revert_file),
    kind("all reverted", 2, World::revert_all),
];

impl World {
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

    /// A line of a function and its text, with its first byte.
    fn line_of_body(&mut self, before_last: bool) -> Option<(String, String, u32)> {
        let (path, symbol) = self.symbol(|symbol| callable(symbol) && symbol.end_line > symbol.start_line)?;
        let lines = (symbol.end_line - symbol.start_line) as usize - usize::from(before_last);
        let line = symbol.start_line + 1 + self.random.below(lines) as u32;
        let text = self.text(&path)?;
        Some((path, text, line))
    }

    /// What is known of a name may depend on which of two statements comes first.
    fn lines_swapped(&mut self) -> Option<String> {
        let (path, text, line) = self.line_of_body(true)?;
        let (start, middle) = (line_start(&text, line)?, line_start(&text, line + 1)?);
        let end = line_start(&text, line + 2).unwrap_or(text.len());
        if text[start..middle] == text[middle..end] || !text[..end].ends_with('\n') {
            return None;
        }
        self.set(&path, format!("{}{}{}{}", &text[..start], &text[middle..end], &text[start..middle], &text[end..]));
        Some(format!("{path}:{line}"))
    }

    /// Another name in the place of one in a body: of the same file, or of any other of the language.
    fn other_name(&mut self) -> Option<String> {
        let (path, text, line) = self.line_of_body(false)?;
        let (start, end) = (line_start(&text, line)?, line_start(&text, line + 1).unwrap_or(text.len()));
        let &(at, word) = self.random.pick(&words(&text[start..end]))?;
        let from = if self.random.one_in(2) { path.clone() } else { self.source().filter(|from| language(from) == language(&path))? };
        let other = self.text(&from)?;
        let (_, new) = *self.random.pick(&words(&other))?;
        if new == word {
            return None;
        }
        let at = start + at;
        self.set(&path, format!("{}{new}{}", &text[..at], &text[at + word.len()..]));
        Some(format!("{path}:{line} {word} to {new}"))
    }

    fn signature(&mut self) -> Option<String> {
        let (path, symbol) = self.symbol(callable)?;
        let text = self.text(&path)?;
        let line = line_start(&text, symbol.name_line)?;
        let name = line + text[line..].find(&symbol.name)?;
        let after = name + symbol.name.len();
        let Some(open) = text[after..].lines().next().and_then(|rest| Some(after + rest.find('(')?)) else {
            let new = match language(&path)? {
                "ruby" => "(extra)",
                "haskell" if text[after..].lines().next().is_some_and(|rest| rest.contains('=')) => " extra",
                _ => return None,
            };
            self.set(&path, format!("{}{new}{}", &text[..after], &text[after..]));
            return Some(format!("{path} {}", symbol.name));
        };
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

    /// A twin of a definition, not quite the same, before it: the one that was there is the second now.
    fn twin(&mut self) -> Option<String> {
        let (path, symbol) = self.symbol(|_| true)?;
        let text = self.text(&path)?;
        let (start, end) = (line_start(&text, symbol.start_line)?, line_start(&text, symbol.end_line + 1).unwrap_or(text.len()));
        let mut twin = text[start..end].to_owned();
        if let Some(at) = twin.rfind(|c: char| c.is_ascii_digit()) {
            twin.insert_str(at, &self.random.below(100).to_string());
        }
        let gap = if twin.ends_with('\n') { "" } else { "\n" };
        self.set(&path, format!("{}{twin}{gap}{}", &text[..start], &text[start..]));
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

    /// A second definition of a name, in another file of the language; of a name that has one only, where there is one.
    fn ambiguous(&mut self) -> Option<String> {
        let mut chosen = None;
        for _ in 0..6 {
            let found = self.symbol(|symbol| symbol.end_line - symbol.start_line < 12)?;
            let unique = self.live().snapshot().symbols(&found.1.name).unwrap().len() == 1;
            chosen = Some(found);
            if unique {
                break;
            }
        }
        let (from, symbol) = chosen?;
        let path = self.source().filter(|path| language(path) == language(&from) && *path != from)?;
        let (text, other) = (self.text(&from)?, self.text(&path)?);
        let (start, end) = (line_start(&text, symbol.start_line)?, line_start(&text, symbol.end_line + 1).unwrap_or(text.len()));
        let piece = format!("\n{}\n", text[start..end].trim_end());
        // Beside something of its kind, else at the end.
        let beside = symbols_of(&self.live().snapshot(), &path).into_iter().find(|other| other.kind == symbol.kind);
        let at = beside.and_then(|beside| line_start(&other, beside.end_line + 1)).unwrap_or(other.len());
        self.set(&path, format!("{}{piece}{}", &other[..at], &other[at..]));
        self.doubles.push((path.clone(), piece));
        Some(format!("{} of {from} also in {path}", symbol.name))
    }

    fn unique_again(&mut self) -> Option<String> {
        for at in (0..self.doubles.len()).rev() {
            let (path, piece) = self.doubles[at].clone();
            let in_focus = self.focus.is_none_or(|focus| dialect(&path) == Some(focus));
            let Some(text) = self.text(&path).filter(|text| in_focus && text.contains(&piece)) else { continue };
            self.doubles.remove(at);
            self.set(&path, text.replacen(&piece, "", 1));
            return Some(path);
        }
        None
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
        let names = self.focus.map_or(&[][..], manifests);
        let is_manifest = |path: &String| if names.is_empty() { is_manifest(name(path)) } else { names.contains(&name(path)) };
        let manifests: Vec<String> = self.paths().into_iter().filter(is_manifest).collect();
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
            ("Sources/Core", "Sources/Kernel"),
            ("Sources/Kernel", "Sources/Core"),
            ("\"Core\"", "\"Engine\""),
            ("\"Engine\"", "\"Core\""),
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
        let in_focus = |path: &&String| self.focus.is_none_or(|focus| dialect(path) == Some(focus));
        let open: Vec<String> = self.buffers.keys().filter(in_focus).cloned().collect();
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
        let changed = self.return_to(at);
        Some(format!("to state {at}, {changed} files"))
    }
}
