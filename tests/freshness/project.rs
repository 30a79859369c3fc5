//! Small projects of every module system, with the fixtures of every language beside them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Files by path from the root.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Hand-made projects by language; a file begins at a line `=== path`.
pub(crate) const PROJECTS: [(&str, &str); 18] = [
    ("c", include_str!("projects/c.txt")),
    ("cpp", include_str!("projects/cpp.txt")),
    ("csharp", include_str!("projects/csharp.txt")),
    ("dart", include_str!("projects/dart.txt")),
    ("elixir", include_str!("projects/elixir.txt")),
    ("go", include_str!("projects/go.txt")),
    ("haskell", include_str!("projects/haskell.txt")),
    ("java", include_str!("projects/java.txt")),
    ("javascript", include_str!("projects/javascript.txt")),
    ("kotlin", include_str!("projects/kotlin.txt")),
    ("lua", include_str!("projects/lua.txt")),
    ("php", include_str!("projects/php.txt")),
    ("python", include_str!("projects/python.txt")),
    ("ruby", include_str!("projects/ruby.txt")),
    ("rust", include_str!("projects/rust.txt")),
    ("scala", include_str!("projects/scala.txt")),
    ("swift", include_str!("projects/swift.txt")),
    ("typescript", include_str!("projects/typescript.txt")),
];

/// The hand-made project of a language, its files beneath `folder`.
pub(crate) fn hand_made(language: &str, folder: &str) -> Files {
    let (_, text) = PROJECTS.iter().find(|(name, _)| *name == language).unwrap();
    split(text, folder)
}

/// The files in a text, beneath `folder`.
pub(crate) fn split(text: &str, folder: &str) -> Files {
    let mut files = Files::new();
    for part in text.split("=== ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap();
        files.insert(format!("{folder}{path}"), text.as_bytes().to_vec());
    }
    files
}

/// The fixtures of a language, beneath `folder`.
pub(crate) fn fixtures(language: &str, folder: &str) -> Files {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/languages").join(language).join("fixtures");
    let mut files = Files::new();
    for entry in fs::read_dir(at).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_file() && !name.ends_with(".rows") {
            files.insert(format!("{folder}{name}"), fs::read(&path).unwrap());
        }
    }
    files
}

/// Several languages in one project: the first at the root, the others in folders of their own.
pub(crate) fn mixed(languages: &[&str]) -> Files {
    let mut files = Files::new();
    for (index, language) in languages.iter().enumerate() {
        let folder = if index == 0 { String::new() } else { format!("{language}_part/") };
        files.extend(hand_made(language, &folder));
        files.extend(fixtures(language, &format!("{folder}fixtures_{language}/")));
    }
    files
}

/// Writes files beneath a folder.
pub(crate) fn write_all(root: &Path, files: &Files) {
    for (path, bytes) in files {
        write(root, path, bytes);
    }
}

pub(crate) fn write(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Removes a file and the folders that it leaves empty.
pub(crate) fn remove(root: &Path, path: &str) {
    let _ = fs::remove_file(root.join(path));
    let mut folder = path;
    while let Some((up, _)) = folder.rsplit_once('/') {
        if fs::remove_dir(root.join(up)).is_err() {
            break;
        }
        folder = up;
    }
}
