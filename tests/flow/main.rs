//! What must hold of every flow: of generated programs, and of the functions of a folder of real code.
//!
//! `LEINDEX_FLOW_FOLDER=/some/project cargo test --test flow -- --nocapture` reads another folder than this repository.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

mod oracle;
mod programs;

use std::path::{Path, PathBuf};

use leindex_queries::flow::file_flows;
use leindex_queries::languages::{Grammar, Languages};
use leindex_queries::syntax::parse::ParseSession;

use oracle::{Tally, check};
use programs::{LANGUAGES, Program};

/// What does not hold of the flows of a text.
fn check_source(grammar: &Grammar, source: &str, title: &str, tally: &mut Tally) -> Vec<String> {
    let rows = ParseSession::default().rows(grammar, source.as_bytes());
    let mut wrong = Vec::new();
    for of in file_flows(grammar, source, &rows) {
        let name = rows.symbol(of.symbol).map_or("", |row| rows.str(row.name));
        wrong.extend(check(&of.flow, tally).iter().map(|what| format!("{title} {name}: {what}")));
    }
    wrong
}

/// Fails with the first of what is wrong.
fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} promises broken:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn flows_of_generated_programs_keep_their_promises() {
    let languages = Languages::default();
    for language in LANGUAGES {
        let Some(grammar) = languages.by_name(language.name).and_then(|dialect| languages.grammar(dialect)) else { continue };
        let mut tally = Tally::default();
        for seed in 0..120 {
            let source = Program::new(seed).text(language);
            let wrong = check_source(grammar, &source, &format!("{} seed {seed}", language.name), &mut tally);
            assert!(wrong.is_empty(), "{}\n{source}", wrong.join("\n"));
        }
        eprintln!("{}: {tally}", language.name);
        assert!(tally.proven > 100, "{}: {tally}", language.name);
    }
}

#[test]
fn flows_of_real_functions_keep_their_promises() {
    let folder =
        std::env::var_os("LEINDEX_FLOW_FOLDER").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".."), PathBuf::from);
    let languages = Languages::default();
    let mut files = Vec::new();
    collect(&folder, &mut files);
    let (mut tally, mut wrong) = (Tally::default(), Vec::new());
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Ok(bytes) = std::fs::read(&file) else { continue };
        let Some(grammar) = languages.grammar(languages.dialect(&name, &bytes[..bytes.len().min(4096)])) else { continue };
        if let Ok(source) = std::str::from_utf8(&bytes) {
            wrong.extend(check_source(grammar, source, &file.display().to_string(), &mut tally));
        }
    }
    eprintln!("{}: {tally}", folder.display());
    assert_none(&wrong);
    assert!(tally.functions > 0, "nothing was read below {}", folder.display());
}

fn collect(path: &Path, out: &mut Vec<PathBuf>) {
    if path.is_file() {
        out.push(path.to_owned());
        return;
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !entry.is_symlink() && !name.starts_with('.') && name != "target" {
            collect(&entry, out);
        }
    }
}
