//! Symbols by name and by place.

use leindex_queries::index::{Position, PositionEncoding};

use crate::{folder, open, short};

const FILES: &[(&str, &str)] = &[
    (
        "src/cart.py",
        "import helper\n\nclass Cart:\n    def total(self):\n        return helper.add(self.items)\n\ndef total():\n    return 1\n",
    ),
    ("src/helper.py", "def add(items):\n    return items\n"),
    ("tests/test_cart.py", "from src.cart import Cart\n\ndef test_total():\n    assert Cart().total()\n"),
    ("README.md", "# Shop\n"),
    ("logo.py", "\0binary"),
];

fn found(spec: &str) -> String {
    let folder = folder(FILES);
    let index = open(&folder);
    let snapshot = index.snapshot();
    snapshot.symbol(spec).map_or_else(|error| error.to_string(), |symbol| short(&symbol.symbol).to_owned())
}

#[test]
fn a_symbol_goes_by_its_full_name_its_place_and_any_unambiguous_end_of_its_name() {
    for (spec, expected) in [
        ("shop src/cart.py Cart#total().", "src/cart.py Cart#total()."),
        ("src/cart.py:4", "src/cart.py Cart#total()."),
        ("src/cart.py:5", "src/cart.py Cart#total()."),
        ("./src/cart.py:3", "src/cart.py Cart#"),
        ("src/cart.py:8", "src/cart.py total()."),
        ("src/cart.py", "src/cart.py "),
        ("src/cart.py#Cart", "src/cart.py Cart#"),
        ("Cart.total", "src/cart.py Cart#total()."),
        ("Cart#total()", "src/cart.py Cart#total()."),
        ("add", "src/helper.py add()."),
        ("total", "`total` is the name of 2 symbols; say which: shop src/cart.py Cart#total()., shop src/cart.py total()."),
        ("totl", "no symbol is called `totl`; did you mean `total`?"),
        ("xylophone", "no symbol is called `xylophone`; search for words of it"),
    ] {
        assert_eq!(found(spec), expected, "{spec}");
    }
}

#[test]
fn a_path_that_leads_nowhere_says_why() {
    let folder = folder(FILES);
    let index = open(&folder);
    let snapshot = index.snapshot();
    for (path, expected) in [
        ("src/crat.py", "`src/crat.py` is not a file of the project; did you mean `src/cart.py`?"),
        ("logo.py", "`logo.py` is listed only: binary"),
        ("go.mod", "`go.mod` is not a file of the project; name one from its root, as `files` lists them"),
    ] {
        assert_eq!(snapshot.outline(path).unwrap_err().to_string(), expected);
        assert_eq!(snapshot.importers(path).unwrap_err().to_string(), expected);
    }
    let outline = snapshot.outline("./src/cart.py").unwrap();
    assert_eq!(outline.iter().map(|item| item.symbol.name.as_str()).collect::<Vec<_>>(), ["Cart", "total"]);
    assert_eq!(outline[0].children[0].symbol.qualified_name, "cart.Cart.total");
}

/// `x` follows two emoji and an accented letter; the lines end in CR LF.
const WIDE: &str = "def a():\r\n    return 1\r\n\r\ndef b():\r\n    s = '🦀é🦀'; x = a(); return x\r\n";

#[test]
fn columns_count_in_the_units_of_their_encoding() {
    let folder = folder(&[("wide.py", WIDE)]);
    let index = open(&folder);
    let snapshot = index.snapshot();
    let line = WIDE.split("\r\n").nth(4).unwrap();
    let byte = line.find("a()").unwrap();
    let utf16 = line[..byte].encode_utf16().count();
    let utf32 = line[..byte].chars().count();
    assert!(byte > utf16 && utf16 > utf32);
    for (encoding, column) in [(PositionEncoding::Utf8, byte), (PositionEncoding::Utf16, utf16), (PositionEncoding::Utf32, utf32)] {
        let at = |column: usize| Position { line: 5, column: u32::try_from(column).unwrap() };
        let names = |column| {
            let found = snapshot.definition("wide.py", at(column), encoding).unwrap();
            found.into_iter().map(|(symbol, rule)| format!("{} {rule}", symbol.name)).collect::<Vec<_>>()
        };
        assert_eq!(names(column), ["a exact"], "{encoding:?}");
        assert_eq!(names(column + 1), ["a exact"], "{encoding:?}");
        assert_eq!(names(column - 3), Vec::<String>::new(), "{encoding:?}");
        let around = snapshot.symbol_at("wide.py", at(column), encoding).unwrap().unwrap();
        assert_eq!((around.name.as_str(), around.start_line), ("b", 4), "{encoding:?}");
        // Past the end of a line is its end.
        let end = match encoding {
            PositionEncoding::Utf8 => line.len(),
            PositionEncoding::Utf16 => line.encode_utf16().count(),
            _ => line.chars().count(),
        };
        let past = snapshot.symbol_at("wide.py", at(10_000), encoding).unwrap();
        assert_eq!(past, snapshot.symbol_at("wide.py", at(end), encoding).unwrap(), "{encoding:?}");
        assert_eq!(snapshot.symbol_at("wide.py", Position { line: 99, column: 0 }, encoding).unwrap(), None, "{encoding:?}");
    }
    // Inside a character is at the character.
    let inside = Position { line: 5, column: u32::try_from(line.find('🦀').unwrap() + 1).unwrap() };
    assert_eq!(snapshot.symbol_at("wide.py", inside, PositionEncoding::Utf8).unwrap().unwrap().name, "b");
    assert_eq!(snapshot.source("wide.py#b").unwrap(), &WIDE[WIDE.find("def b").unwrap()..WIDE.len() - 2]);
}

#[test]
fn a_definition_is_found_from_uses_imports_and_itself() {
    let folder = folder(&[
        ("a.py", "from b import thing as other\n\ndef run(x):\n    other()\n    x.only()\n    x.twice()\n    nobody()\n"),
        (
            "b.py",
            "def thing(): ...\n\nclass One:\n    def only(self): ...\n    def twice(self): ...\n\nclass Two:\n    def twice(self): ...\n",
        ),
    ]);
    let index = open(&folder);
    let snapshot = index.snapshot();
    for (line, column, expected) in [
        (1, 16, "thing import"),
        (3, 4, "run exact"),
        (4, 6, "thing import"),
        (5, 8, "only name"),
        (6, 8, "twice ambiguous, twice ambiguous"),
        (7, 5, ""),
    ] {
        let found = snapshot.definition("a.py", Position { line, column }, PositionEncoding::Utf8).unwrap();
        let found: Vec<String> = found.into_iter().map(|(symbol, rule)| format!("{} {rule}", symbol.name)).collect();
        assert_eq!(found.join(", "), expected, "{line}:{column}");
    }
}
