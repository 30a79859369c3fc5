//! Fixtures: each language's folder holds source files and, beside each, the rows that must come of it.
//!
//! `UPDATE_EXPECT=1 cargo test -p leindex-queries fixtures` rewrites the expectations; read the difference.

use std::path::{Path, PathBuf};

use super::Languages;
use crate::syntax::dump::dump;
use crate::syntax::parse::ParseSession;

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/languages");
    let mut files = Vec::new();
    for language in std::fs::read_dir(root).expect("the sources are there").flatten() {
        for file in std::fs::read_dir(language.path().join("fixtures")).into_iter().flatten().flatten() {
            if file.path().extension().is_some_and(|extension| extension != "rows") {
                files.push(file.path());
            }
        }
    }
    files.sort();
    files
}

#[test]
fn fixtures_give_the_rows_written_beside_them() {
    let languages = Languages::default();
    let mut session = ParseSession::default();
    for path in fixtures() {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).expect("the fixture is readable");
        let dialect = languages.dialect(&name, &bytes);
        let Some(grammar) = languages.grammar(dialect) else { continue };
        let rows = session.rows(grammar, &bytes);
        expect_test::expect_file![path.with_extension(format!("{}.rows", path.extension().unwrap_or_default().to_string_lossy()))]
            .assert_eq(&dump(&rows));
    }
}

#[test]
fn tables_name_only_what_their_grammars_have() {
    let languages = Languages::default();
    for config in languages.configs() {
        let grammar = languages.by_name(config.dialect).and_then(|dialect| languages.grammar(dialect)).expect("it is registered");
        assert_eq!(grammar.unknown_names(), Vec::<&str>::new(), "{}", config.dialect);
    }
}
