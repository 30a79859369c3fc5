//! The settings of a project: `leindex.toml`, else `[tool.leindex]` in `pyproject.toml`, else the defaults.
//!
//! This module knows nothing of what the settings are used for. A key that it does not know is refused with the
//! nearest name: a misspelt setting that is silently ignored is worse than an error.

use std::path::Path;
use std::{fs, io};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::{Deserialize, Deserializer, de};

use crate::error::Error;

/// The settings of one project.
///
/// Patterns are written as in `.gitignore`, relative to the root.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Config {
    /// When not empty, only files that match one of these patterns are analysed. Ignore files still apply: to take
    /// back what `.gitignore` excludes, write `!pattern` in `.leindexignore`, which has the last word.
    pub include: Vec<String>,
    /// Files and folders that are left out, besides those of the ignore files.
    pub exclude: Vec<String>,
    /// Files above this many bytes are listed but not read. The default of 2 MiB lets all but a handful of
    /// hand-written files in the world pass; a syntax tree takes about 29 bytes per source byte while it is read.
    #[serde(deserialize_with = "bytes")]
    pub size_limit: u64,
    /// Where the program starts, for ranking and dead code: paths or symbols.
    pub entry_points: Vec<String>,
    /// The folder of an embedding model, absolute or from the project's. Without it, the one that is built in.
    pub model: Option<String>,
    /// The number of tokens that a context may take when a question does not say.
    pub token_budget: usize,
    /// The memory, in bytes, that the engine tries to stay within. Without it, a share of the machine's.
    #[serde(deserialize_with = "optional_bytes")]
    pub memory_budget: Option<u64>,
    /// Further roots of the workspace, relative to this one.
    pub roots: Vec<String>,
    /// Whether files that say they are generated are analysed. By default they are: others call what they define.
    pub generated: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            include: Vec::new(),
            exclude: Vec::new(),
            size_limit: 2 << 20,
            entry_points: Vec::new(),
            model: None,
            token_budget: 2_000,
            memory_budget: None,
            roots: Vec::new(),
            generated: true,
        }
    }
}

/// The file names that hold settings; a change of one of them means a new [`Config::load`].
pub const SETTINGS_FILES: [&str; 2] = ["leindex.toml", "pyproject.toml"];

const KEYS: [&str; 9] =
    ["include", "exclude", "size_limit", "entry_points", "model", "token_budget", "memory_budget", "roots", "generated"];

impl Config {
    /// Reads the settings of the project at `root`.
    ///
    /// # Errors
    ///
    /// When a settings file cannot be read, is not TOML, holds an unknown key, a value of the wrong type or a bad
    /// pattern. A broken `pyproject.toml` that does not mention `tool.leindex` is not our concern.
    pub fn load(root: &Path) -> Result<Self, Error> {
        let path = root.join(SETTINGS_FILES[0]);
        if let Some(text) = read_optional(&path)? {
            return parse(&path, &text)?.map_or_else(|| Ok(Self::default()), |table| Self::from_table(&path, table));
        }
        let path = root.join(SETTINGS_FILES[1]);
        let Some(text) = read_optional(&path)? else {
            return Ok(Self::default());
        };
        if !text.contains("leindex") {
            return Ok(Self::default());
        }
        let section = parse(&path, &text)?.and_then(|mut table| {
            let toml::Value::Table(mut tool) = table.remove("tool")? else { return None };
            tool.remove("leindex")
        });
        match section {
            None => Ok(Self::default()),
            Some(toml::Value::Table(table)) => Self::from_table(&path, table),
            Some(_) => Err(Error::Settings { path, message: "`tool.leindex` must be a table".into() }),
        }
    }

    fn from_table(path: &Path, table: toml::Table) -> Result<Self, Error> {
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(Error::UnknownSetting { path: path.to_path_buf(), key: key.clone(), hint: hint(key) });
        }
        // One key at a time, so that the message can name the key.
        for (key, value) in &table {
            let single = toml::Table::from_iter([(key.clone(), value.clone())]);
            Self::deserialize(single)
                .map_err(|error| Error::Settings { path: path.to_path_buf(), message: format!("`{key}`: {}", error.message()) })?;
        }
        let config =
            Self::deserialize(table).map_err(|error| Error::Settings { path: path.to_path_buf(), message: error.message().to_owned() })?;
        for patterns in [&config.include, &config.exclude] {
            matcher(Path::new(""), patterns).map_err(|message| Error::Settings { path: path.to_path_buf(), message })?;
        }
        Ok(config)
    }
}

/// Compiles gitignore-style patterns that are relative to `root`. The message of a bad pattern names it.
pub(crate) fn matcher(root: &Path, patterns: &[String]) -> Result<Gitignore, String> {
    let mut builder = GitignoreBuilder::new(root);
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(|error| format!("bad pattern `{pattern}`: {error}"))?;
    }
    builder.build().map_err(|error| error.to_string())
}

fn read_optional(path: &Path) -> Result<Option<String>, Error> {
    match fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(Error::Settings { path: path.to_path_buf(), message: "the file is not UTF-8".into() }),
        },
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(Error::io(path)(error)),
    }
}

/// `None` for a broken file that is not ours.
fn parse(path: &Path, text: &str) -> Result<Option<toml::Table>, Error> {
    match text.parse::<toml::Table>() {
        Ok(table) => Ok(Some(table)),
        Err(_) if path.ends_with(SETTINGS_FILES[1]) && !text.contains("tool.leindex") => Ok(None),
        Err(error) => {
            let line = error.span().map_or(0, |span| text.get(..span.start).unwrap_or("").matches('\n').count()) + 1;
            Err(Error::Settings { path: path.to_path_buf(), message: format!("line {line}: {}", error.message().replace('\n', ", ")) })
        }
    }
}

fn hint(key: &str) -> String {
    let written = key.to_lowercase().replace('-', "_");
    let nearest = KEYS
        .iter()
        .map(|known| (strsim::jaro_winkler(&written, known), *known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(score, _)| *score >= 0.75);
    match nearest {
        Some((_, known)) => format!("did you mean `{known}`?"),
        None => format!("the settings are {}", KEYS.map(|known| format!("`{known}`")).join(", ")),
    }
}

fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Bytes;
    impl de::Visitor<'_> for Bytes {
        type Value = u64;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a number of bytes, or a size such as \"2 MiB\"")
        }
        fn visit_i64<E: de::Error>(self, value: i64) -> Result<u64, E> {
            u64::try_from(value).map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
        }
        fn visit_u64<E: de::Error>(self, value: u64) -> Result<u64, E> {
            Ok(value)
        }
        fn visit_str<E: de::Error>(self, value: &str) -> Result<u64, E> {
            size(value).ok_or_else(|| E::invalid_value(de::Unexpected::Str(value), &self))
        }
    }
    deserializer.deserialize_any(Bytes)
}

fn optional_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    bytes(deserializer).map(Some)
}

/// Reads `2 MiB`, `512 kB`, `1G`; decimal units only where they say so.
fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn load(file: &str, text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(file), text).unwrap();
        Config::load(folder.path()).map_err(|error| error.to_string().replace(&folder.path().join("").display().to_string(), ""))
    }

    fn refused(text: &str, message: Expect) {
        message.assert_eq(&load("leindex.toml", text).unwrap_err());
    }

    #[test]
    fn without_a_settings_file_the_defaults_hold() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Config::load(folder.path()).unwrap(), Config::default());
    }

    #[test]
    fn every_key_is_read() {
        let config = load(
            "leindex.toml",
            r#"
include = ["src/**"]
exclude = ["vendor/"]
size_limit = "4 MiB"
entry_points = ["src/main.py"]
model = "models/code"
token_budget = 4000
memory_budget = 300_000_000
roots = ["../lib"]
generated = false
"#,
        )
        .unwrap();
        let expected = Config {
            include: vec!["src/**".into()],
            exclude: vec!["vendor/".into()],
            size_limit: 4 << 20,
            entry_points: vec!["src/main.py".into()],
            model: Some("models/code".into()),
            token_budget: 4_000,
            memory_budget: Some(300_000_000),
            roots: vec!["../lib".into()],
            generated: false,
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn settings_that_cannot_be_read_are_refused() {
        expect!["cannot read the settings in pyproject.toml: `tool.leindex` must be a table"]
            .assert_eq(&load("pyproject.toml", "[tool]\nleindex = 3\n").unwrap_err());
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("leindex.toml"), b"model = '\xff'").unwrap();
        let message = Config::load(folder.path()).unwrap_err().to_string();
        assert!(message.ends_with("leindex.toml: the file is not UTF-8"), "{message}");
        fs::remove_file(folder.path().join("leindex.toml")).unwrap();
        fs::create_dir(folder.path().join("leindex.toml")).unwrap();
        assert!(matches!(Config::load(folder.path()), Err(Error::Io { .. })));
    }

    #[test]
    fn pyproject_is_read_when_there_is_no_leindex_toml() {
        let text = "[project]\nname = 'x'\n[tool.leindex]\nexclude = ['build/']\n";
        assert_eq!(load("pyproject.toml", text).unwrap().exclude, ["build/"]);
        assert_eq!(load("pyproject.toml", "[tool.black]\n").unwrap(), Config::default());
        assert_eq!(load("pyproject.toml", "[broken\n# leindex is not configured here").unwrap(), Config::default());
    }

    #[test]
    fn a_misspelt_key_is_refused_with_the_nearest_name() {
        refused("size-limit = 1", expect!["unknown setting `size-limit` in leindex.toml; did you mean `size_limit`?"]);
        refused("exlude = []", expect!["unknown setting `exlude` in leindex.toml; did you mean `exclude`?"]);
        refused("entrypoints = []", expect!["unknown setting `entrypoints` in leindex.toml; did you mean `entry_points`?"]);
        refused(
            "zzz = 1",
            expect![
                "unknown setting `zzz` in leindex.toml; the settings are `include`, `exclude`, `size_limit`, `entry_points`, `model`, `token_budget`, `memory_budget`, `roots`, `generated`"
            ],
        );
    }

    #[test]
    fn a_bad_value_is_refused_with_its_key() {
        refused(
            "token_budget = \"many\"",
            expect![[r#"cannot read the settings in leindex.toml: `token_budget`: invalid type: string "many", expected usize"#]],
        );
        refused(
            "size_limit = \"2 elephants\"",
            expect![[
                r#"cannot read the settings in leindex.toml: `size_limit`: invalid value: string "2 elephants", expected a number of bytes, or a size such as "2 MiB""#
            ]],
        );
        refused(
            "size_limit = -1",
            expect![[
                r#"cannot read the settings in leindex.toml: `size_limit`: invalid value: integer `-1`, expected a number of bytes, or a size such as "2 MiB""#
            ]],
        );
        refused("\nexclude = [\"a", expect!["cannot read the settings in leindex.toml: line 2: unclosed array, expected `]`"]);
    }

    #[test]
    fn a_bad_pattern_is_refused() {
        let message = load("leindex.toml", "exclude = ['a{b']").unwrap_err();
        assert!(message.contains("bad pattern `a{b`"), "{message}");
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("2 MiB"), Some(2 << 20));
        assert_eq!(size("512 kB"), Some(512_000));
        assert_eq!(size("1G"), Some(1 << 30));
        assert_eq!(size("7"), Some(7));
        assert_eq!(size("99999999999 GiB"), None);
        assert_eq!(size("MiB"), None);
    }
}
