//! Bad input: whatever the bytes, the walk ends, does not panic and leaves well-formed rows.

use std::path::{Path, PathBuf};

use super::parse::ParseSession;
use super::rows::{
    BaseRow, BindingKind, BindingRow, DiagnosticRow, ExportRow, ImportRow, ModuleRow, NONE, ParameterRow, Rows, ScopeRow, Str, SymbolRow,
    UNKNOWN_BASE, UseRow,
};
use crate::languages::Languages;

/// Parses a text and checks its rows.
#[track_caller]
fn rows(session: &mut ParseSession, languages: &Languages, dialect: &str, source: &[u8]) -> Rows {
    let dialect_id = languages.by_name(dialect).expect("a built-in language");
    let rows = session.rows(languages.grammar(dialect_id).expect("it has a grammar"), source);
    let length = String::from_utf8_lossy(source).len() as u32;
    if let Err(fault) = well_formed(&rows, length) {
        panic!("{dialect}: {fault}\n{}", String::from_utf8_lossy(&source[..source.len().min(4000)]));
    }
    rows
}

#[track_caller]
fn check(dialect: &str, source: &[u8]) -> Rows {
    rows(&mut ParseSession::default(), &Languages::default(), dialect, source)
}

fn messages(rows: &Rows) -> Vec<String> {
    rows.iter::<DiagnosticRow>().map(|row| rows.str(row.message).to_owned()).collect()
}

fn names(rows: &Rows) -> Vec<String> {
    rows.symbols().skip(1).map(|row| rows.str(row.name).to_owned()).collect()
}

/// What is wrong with the rows of a text of `length` bytes.
fn well_formed(rows: &Rows, length: u32) -> Result<(), String> {
    let (symbols, scopes, uses) = (rows.count::<SymbolRow>(), rows.count::<ScopeRow>(), rows.count::<UseRow>());
    let string = |id: Str, what: &str| if id.0 < rows.string_count() { Ok(()) } else { Err(format!("{what}: no such string")) };
    let within = |index: u32, count: u32, what: &str| if index < count { Ok(()) } else { Err(format!("{what}: {index} of {count}")) };
    let within_or_none = |index: u32, count: u32, what: &str| if index == NONE { Ok(()) } else { within(index, count, what) };
    let span = |start: u32, end: u32, what: &str| {
        if start <= end && end <= length { Ok(()) } else { Err(format!("{what}: {start}..{end} of {length}")) }
    };
    if symbols == 0 || scopes == 0 {
        return Err("no module symbol or file scope".to_owned());
    }
    for (index, row) in rows.symbols().enumerate() {
        let what = format!("symbol {index} {} {}", row.kind.as_str(), rows.str(row.name));
        for id in [row.name, row.signature, row.return_type, row.doc, row.disambiguator] {
            string(id, &what)?;
        }
        span(row.start, row.end, &what)?;
        if row.name_start < row.start || row.name_start > row.end || row.body_start < row.start || row.body_start > row.end {
            return Err(format!("{what}: name {} or body {} outside {}..{}", row.name_start, row.body_start, row.start, row.end));
        }
        if row.start_line > row.end_line || row.name_line < row.start_line || row.name_line > row.end_line.max(1) {
            return Err(format!("{what}: lines {}-{} @{}", row.start_line, row.end_line, row.name_line));
        }
        within(row.scope, scopes, &what)?;
        within_or_none(row.inner, scopes, &what)?;
        within_or_none(row.type_use, uses, &what)?;
        if row.parameters > 0 {
            within(row.first_parameter + row.parameters - 1, rows.count::<ParameterRow>(), &what)?;
        }
        if index == 0 {
            continue;
        }
        let Some(parent) = rows.symbol(row.parent).filter(|_| row.parent < index as u32) else {
            return Err(format!("{what}: parent {} does not precede it", row.parent));
        };
        if row.start < parent.start || row.end > parent.end {
            return Err(format!("{what}: {}..{} outside its parent {}..{}", row.start, row.end, parent.start, parent.end));
        }
    }
    for row in rows.iter::<ParameterRow>() {
        string(row.name, "parameter")?;
        string(row.ty, "parameter")?;
        within_or_none(row.type_use, uses, "type of a parameter")?;
    }
    for (index, row) in rows.iter::<ScopeRow>().enumerate() {
        let what = format!("scope {index}");
        span(row.start, row.end, &what)?;
        within_or_none(row.symbol, symbols, &what)?;
        within_or_none(row.self_type, uses, &what)?;
        if index > 0 && row.parent >= index as u32 {
            return Err(format!("{what}: parent {} does not precede it", row.parent));
        }
    }
    for (index, row) in rows.iter::<BindingRow>().enumerate() {
        let what = format!("binding {index} {}", rows.str(row.name));
        string(row.name, &what)?;
        within(row.scope, scopes, &what)?;
        within_or_none(row.value, uses, &what)?;
        within_or_none(row.type_use, uses, &what)?;
        span(row.start, row.start, &what)?;
        match row.kind {
            BindingKind::Symbol => within(row.target, symbols, &what)?,
            BindingKind::Import => within(row.target, rows.count::<ImportRow>(), &what)?,
            _ => within_or_none(row.target, symbols, &what)?,
        }
    }
    for (index, row) in rows.iter::<UseRow>().enumerate() {
        let what = format!("use {index} {}", rows.str(row.name));
        string(row.name, &what)?;
        within(row.scope, scopes, &what)?;
        span(row.start, row.start, &what)?;
        if row.base != UNKNOWN_BASE {
            within_or_none(row.base, uses, &what)?;
            if row.base == index as u32 {
                return Err(format!("{what}: its own base"));
            }
        }
    }
    for row in rows.iter::<BaseRow>() {
        within(row.base, uses, "base")?;
        within_or_none(row.symbol, symbols, "type of a base")?;
        within_or_none(row.extension, scopes, "extension of a base")?;
    }
    for row in rows.iter::<ImportRow>() {
        for id in [row.module, row.name, row.alias] {
            string(id, "import")?;
        }
        within(row.scope, scopes, "import")?;
        span(row.start, row.end, "import")?;
    }
    for row in rows.iter::<ModuleRow>() {
        string(row.key, "module")?;
        within_or_none(row.symbol, symbols, "module")?;
    }
    for row in rows.iter::<ExportRow>() {
        string(row.name, "export")?;
        string(row.local, "export")?;
        within_or_none(row.value, uses, "export")?;
    }
    for row in rows.iter::<DiagnosticRow>() {
        span(row.start, row.end, "diagnostic")?;
        string(row.message, "diagnostic")?;
    }
    Ok(())
}

const DIALECTS: &[&str] = &[
    "python",
    "javascript",
    "typescript",
    "tsx",
    "go",
    "rust",
    "java",
    "c",
    "cpp",
    "csharp",
    "ruby",
    "php",
    "swift",
    "kotlin",
    "dart",
    "lua",
    "scala",
    "elixir",
    "haskell",
];

fn each_language(mut each: impl FnMut(&mut ParseSession, &Languages, &str)) {
    let (languages, mut session) = (Languages::default(), ParseSession::default());
    for dialect in DIALECTS.iter().filter(|dialect| languages.by_name(dialect).is_some()) {
        each(&mut session, &languages, dialect);
    }
}

#[test]
fn texts_without_code_have_one_symbol_and_no_errors() {
    each_language(|session, languages, dialect| {
        for source in ["", "\n", "\r\n", "   ", "\n\n\n\t\n"] {
            let found = rows(session, languages, dialect, source.as_bytes());
            assert_eq!(found.count::<SymbolRow>(), 1, "{dialect} {source:?}");
        }
    });
}

#[test]
fn comments_alone_define_nothing() {
    for (dialect, source) in [
        ("python", "# one\n# two\n"),
        ("javascript", "// one\n/* two */\n"),
        ("rust", "// one\n/* two */\n//! three\n"),
        ("elixir", "# one\n# two"),
        ("haskell", "-- one\n{- two -}\n-- | three\n"),
        ("lua", "-- one\n--[[ two ]]\n"),
        ("c", "// one\n/* two */"),
    ] {
        let found = check(dialect, source.as_bytes());
        assert_eq!((names(&found).len(), found.parse_errors()), (0, 0), "{dialect}");
    }
}

#[test]
fn bytes_that_are_no_text_are_read_as_if_replaced() {
    each_language(|session, languages, dialect| {
        for source in [
            &b"\xff\xfe\x00\x00"[..],
            b"def f():\n  return '\xc3\x28'\n",
            b"\x80\x81\x82 \xf0\x9f\x92",
            b"class A { \xff int x; }",
            b"a\x00b\x00\x00\n\x00",
            b"\x00",
        ] {
            rows(session, languages, dialect, source);
        }
        let every_byte: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        rows(session, languages, dialect, &every_byte);
    });
    assert_eq!(names(&check("python", b"def f():\n    '\xff'\n\ndef g(): pass\n")), ["f", "g"]);
    assert_eq!(names(&check("python", b"def f(): pass\n# \x00\ndef g(): pass\n")), ["f", "g"]);
}

#[test]
fn a_byte_order_mark_is_no_code() {
    for (dialect, source) in [
        ("python", "\u{feff}def f():\n    pass\n"),
        ("javascript", "\u{feff}function f() {}\n"),
        ("elixir", "\u{feff}defmodule F do\nend\n"),
        ("java", "\u{feff}class F {}\n"),
    ] {
        let found = check(dialect, source.as_bytes());
        assert_eq!(found.parse_errors(), 0, "{dialect}");
    }
}

#[test]
fn carriage_returns_end_lines_with_their_line_feeds() {
    let found =
        check("python", b"import os\r\n\r\ndef f(a,\r\n      b):\r\n    \"\"\"Doc.\r\n\r\n    More.\r\n    \"\"\"\r\n    return a\r\n");
    let row = found.symbol(1).expect("f is there");
    assert_eq!((row.start_line, row.name_line, row.end_line), (3, 3, 9));
    assert_eq!(found.str(row.signature), "def f(a, b)");
    assert_eq!(found.str(row.doc), "Doc.\n\nMore.");
}

#[test]
fn names_may_be_any_letters() {
    assert_eq!(names(&check("python", "def größe(): pass\nclass 数: pass\n".as_bytes())), ["größe", "数"]);
    let swift = check("swift", "func 🐶🐮() {}\n".as_bytes());
    assert!(swift.count::<SymbolRow>() > 0);
    each_language(|session, languages, dialect| {
        rows(session, languages, dialect, "🐶 = '👩‍👩‍👧' + é;\nfunc 🐶(🐮: Int) {}\ndef 🐶 do end\n".as_bytes());
    });
}

#[test]
fn one_line_of_five_megabytes_is_read() {
    let mut source = String::with_capacity(5 << 20);
    source.push_str("x = [");
    while source.len() < 5 << 20 {
        source.push_str("'abcdefgh', ");
    }
    source.push_str("]; y = 1\n");
    let found = check("python", source.as_bytes());
    assert_eq!(names(&found), ["x", "y"]);
    assert_eq!(found.lines(), 2);
    let comment = format!("# {}\ndef f(): pass\n", "a".repeat(5 << 20));
    assert_eq!(names(&check("python", comment.as_bytes())), ["f"]);
}

/// `open`, 100,000 times, `core`, as many times `close`.
fn nested(before: &str, open: &str, core: &str, close: &str, after: &str) -> String {
    const DEPTH: usize = 100_000;
    format!("{before}{}{core}{}{after}", open.repeat(DEPTH), close.repeat(DEPTH))
}

/// A small stack, as worker threads have: what recursed on the depth would overflow it.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(run).expect("a thread starts");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[track_caller]
fn check_deep(cases: &'static [(&'static str, &'static str, &'static str, &'static str, &'static str, &'static str)]) {
    on_a_small_stack(move || {
        let (languages, mut session) = (Languages::default(), ParseSession::default());
        for &(dialect, before, open, core, close, after) in cases {
            let source = nested(before, open, core, close, after);
            let found = rows(&mut session, &languages, dialect, source.as_bytes());
            assert!(!messages(&found).is_empty(), "{dialect} {open}: nothing said of the depth");
        }
    });
}

#[test]
fn brackets_nest_without_end() {
    check_deep(&[
        ("python", "x = ", "(", "1", ")", "\n"),
        ("python", "x = ", "[", "1", "]", "\n"),
        ("javascript", "x = ", "[", "1", "]", ";"),
        ("rust", "fn f() { let x = ", "(", "1", ")", "; }"),
        ("c", "int x = ", "(", "1", ")", ";"),
        ("elixir", "x = ", "{", "1", "}", "\n"),
        ("haskell", "x = ", "[", "1", "]", "\n"),
    ]);
}

#[test]
fn brackets_that_never_close_are_errors() {
    check_deep(&[
        ("python", "x = ", "(", "", "", ""),
        ("ruby", "x = ", "[", "", "", ""),
        ("go", "package a\nvar x = ", "(", "", "", ""),
        ("elixir", "", ")", "", "", ""),
        ("javascript", "", "{", "", "", ""),
    ]);
}

#[test]
fn blocks_nest_without_end() {
    check_deep(&[
        ("javascript", "", "if (a) {", "", "}", ""),
        ("java", "class A { void f() { ", "{", "", "}", "}}"),
        ("c", "void f() { ", "{", "", "}", "}"),
        ("lua", "", "if a then ", "", " end", "\n"),
        ("elixir", "", "if a do ", "b", " end", "\n"),
        ("ruby", "", "if a then ", "b", " end", "\n"),
    ]);
}

#[test]
fn definitions_nest_without_end() {
    check_deep(&[
        ("javascript", "", "function f() {", "", "}", ""),
        ("rust", "", "mod a {", "", "}", ""),
        ("java", "", "class A {", "", "}", ""),
        ("elixir", "", "defmodule A do ", "", " end", ""),
    ]);
}

#[test]
fn binary_expressions_nest_to_the_left() {
    check_deep(&[
        ("python", "x = ", "a + ", "a", "", "\n"),
        ("javascript", "x = ", "a && ", "a", "", ";"),
        ("rust", "fn f() { ", "a + ", "a", "", "; }"),
        ("c", "int x = ", "a + ", "a", "", ";"),
        ("haskell", "x = ", "a $ ", "a", "", "\n"),
    ]);
}

#[test]
fn member_and_call_chains_nest_to_the_left() {
    check_deep(&[
        ("python", "x = a", ".b", "", "", "\n"),
        ("python", "x = a", ".b()", "", "", "\n"),
        ("javascript", "x = a", ".b().c", "", "", ";"),
        ("java", "class A { int x = a", ".b()", "", "", "; }"),
        ("elixir", "a", " |> b()", "", "", "\n"),
        ("haskell", "x = f", " a", "", "", "\n"),
    ]);
}

#[test]
fn calls_nest_in_their_arguments() {
    check_deep(&[
        ("python", "x = ", "f(", "a", ")", "\n"),
        ("javascript", "x = ", "f(", "a", ")", ";"),
        ("elixir", "x = ", "f(", "a", ")", "\n"),
    ]);
}

#[test]
fn what_lies_above_and_beside_the_depth_is_still_found() {
    let source = format!("def before(): pass\nx = {}1{}\ndef after(): pass\n", "(".repeat(50_000), ")".repeat(50_000));
    assert_eq!(names(&check("python", source.as_bytes())), ["before", "x", "after"]);
}

#[test]
fn garbage_ends_in_bounded_time() {
    let started = std::time::Instant::now();
    // Each makes a grammar's recovery or scanner quadratic or worse.
    let cases = [("lua", ")".repeat(100_000)), ("cpp", format!("int x = {}", "() => ".repeat(50_000)))];
    for (dialect, source) in cases {
        let found = check(dialect, source.as_bytes());
        assert!(found.parse_errors() > 0, "{dialect}");
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(60));
}

#[test]
fn a_session_goes_on_after_a_text_was_given_up() {
    let (languages, mut session) = (Languages::default(), ParseSession::default());
    rows(&mut session, &languages, "cpp", format!("int x = {}", "() => ".repeat(50_000)).as_bytes());
    let found = rows(&mut session, &languages, "python", b"def f(): pass\n");
    assert_eq!(names(&found), ["f"]);
}

// Mutations.

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/languages");
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension != "rows" && extension != "snap")
                && path.components().any(|part| part.as_os_str() == "fixtures")
            {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Numbers that are the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Deletes, doubles, swaps or overwrites a range of bytes.
fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let at = numbers.below(bytes.len() + 1);
    let length = [1, 1, 2, 5, 20, 100, 1000][numbers.below(7)];
    let end = bytes.len().min(at + numbers.below(length) + 1);
    match numbers.below(5) {
        0 => drop(bytes.drain(at..end)),
        1 => {
            let copy = bytes[at..end].to_vec();
            let to = numbers.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        2 => {
            const PIECES: &[&str] = &[
                "(", ")", "{", "}", "[", "]", "<", ">", "\"", "'", "`", "\n", "\n    ", "\t", ";", ":", ",", ".", "=", "->", "=>", "@",
                "#", "//", "/*", "*/", "--", "\"\"\"", "end", "do ", "class ", "def ", "fn ", "import ", "\u{0}", "é", "👩", "\r\n", "|>",
                "::",
            ];
            let piece = PIECES[numbers.below(PIECES.len())];
            bytes.splice(at..at, piece.bytes());
        }
        3 => bytes.truncate(at),
        _ => {
            for byte in &mut bytes[at..end] {
                *byte = numbers.below(256) as u8;
            }
        }
    }
}

#[test]
fn mutated_sources_leave_well_formed_rows() {
    let rounds = std::env::var("LEINDEX_MUTATIONS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(40);
    let (languages, mut session) = (Languages::default(), ParseSession::default());
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut faults = std::collections::BTreeMap::new();
    for path in fixtures() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let original = std::fs::read(&path).expect("the fixture is readable");
        let dialect = languages.dialect(&name, &original);
        let Some(grammar) = languages.grammar(dialect) else { continue };
        for _ in 0..rounds {
            let mut bytes = original.clone();
            for _ in 0..=numbers.below(3) {
                mutate(&mut bytes, &mut numbers);
            }
            let rows = session.rows(grammar, &bytes);
            if let Err(fault) = well_formed(&rows, String::from_utf8_lossy(&bytes).len() as u32) {
                // One of each kind is enough to look at.
                let kind: String = fault.chars().filter(|character| !character.is_ascii_digit()).take(24).collect();
                faults.entry((name.clone(), kind)).or_insert((fault, bytes));
            }
        }
    }
    let report: Vec<String> = faults.iter().map(|((name, _), (fault, _))| format!("{name}: {fault}")).collect();
    if let (Ok(folder), false) = (std::env::var("LEINDEX_FAULTS"), report.is_empty()) {
        for (at, ((name, _), (_, bytes))) in faults.iter().enumerate() {
            std::fs::write(Path::new(&folder).join(format!("{at}-{name}")), bytes).expect("the folder can be written to");
        }
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}

#[test]
fn a_session_gives_the_same_rows_as_a_fresh_one() {
    let (languages, mut session) = (Languages::default(), ParseSession::default());
    for path in fixtures() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).expect("the fixture is readable");
        let Some(config) = languages.config(languages.dialect(&name, &bytes)) else { continue };
        let again = rows(&mut session, &languages, config.dialect, &bytes);
        let fresh = check(config.dialect, &bytes);
        assert_eq!(again.as_bytes(), fresh.as_bytes(), "{}", path.display());
    }
}
