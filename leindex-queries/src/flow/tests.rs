//! Each language draws the flow of every construct it has: `languages/*/fixtures/flow.txt`, a section a construct.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{Drawing, draw, file_flows};
use crate::languages::{Languages, unknown_form_names};
use crate::syntax::parse::ParseSession;

/// A construct, its source and the flow drawn.
struct Section {
    name: String,
    source: String,
    drawn: String,
}

fn sections(text: &str) -> Vec<Section> {
    text.split("=== ")
        .skip(1)
        .map(|section| {
            let (name, rest) = section.split_once('\n').unwrap_or((section, ""));
            let (source, drawn) = rest.split_once("--->\n").unwrap_or((rest, ""));
            Section { name: name.to_owned(), source: source.to_owned(), drawn: drawn.trim_end().to_owned() + "\n" }
        })
        .collect()
}

fn drawn(dialect: &str, source: &str) -> String {
    let languages = Languages::default();
    let grammar = languages.by_name(dialect).and_then(|dialect| languages.grammar(dialect)).expect("a built-in language");
    let rows = ParseSession::default().rows(grammar, source.as_bytes());
    let mut out = String::new();
    let flows = file_flows(grammar, source, &rows);
    for of in flows.iter().filter(|of| of.symbol != 0 || flows.len() == 1) {
        let text = &source[of.base as usize..];
        let line = 1 + source[..of.base as usize].matches('\n').count() as u32;
        if flows.len() > 2 {
            let _ = writeln!(out, "{}:", rows.str(rows.symbol(of.symbol).expect("its row").name));
        }
        out.push_str(&draw(&of.flow, text, line, Drawing::default()));
    }
    out
}

fn check(dialect: &str, path: &Path) -> usize {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut sections = sections(&text);
    let mut wrong = Vec::new();
    for section in &mut sections {
        let now = drawn(dialect, &section.source);
        if now != section.drawn {
            wrong.push(format!("{dialect}, {}:\n{}--- expected\n{}--- now\n{now}", section.name, section.source, section.drawn));
            section.drawn = now;
        }
    }
    if !wrong.is_empty() && std::env::var_os("UPDATE_EXPECT").is_some() {
        let mut out = String::new();
        for Section { name, source, drawn } in &sections {
            let _ = write!(out, "=== {name}\n{source}--->\n{}\n", drawn.trim_end_matches('\n').to_owned() + "\n");
        }
        std::fs::write(path, out.trim_end().to_owned() + "\n").expect("the fixture can be written");
    }
    assert!(wrong.is_empty() || std::env::var_os("UPDATE_EXPECT").is_some(), "{}", wrong.join("\n"));
    sections.len()
}

#[test]
fn every_construct_of_a_language_is_drawn_as_its_fixture_says() {
    let languages = Languages::default();
    let only = std::env::var("ONLY").ok();
    for config in languages.configs().filter(|config| only.as_deref().is_none_or(|only| only == config.dialect)) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/languages").join(config.name).join("fixtures");
        let path = folder.join(if config.dialect == config.name { "flow.txt".to_owned() } else { format!("flow.{}.txt", config.dialect) });
        check(config.dialect, &path);
    }
}

#[test]
fn the_forms_of_a_language_name_what_its_grammar_has() {
    let languages = Languages::default();
    for config in languages.configs() {
        let grammar = languages.by_name(config.dialect).and_then(|dialect| languages.grammar(dialect)).expect("a built-in language");
        assert_eq!(unknown_form_names(grammar), Vec::<String>::new(), "{}", config.dialect);
    }
}
