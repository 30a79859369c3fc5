//! Source text without its documentation, line for line and byte for byte where it was.

use std::ops::Range;

use leindex_queries::languages::Grammar;
use leindex_queries::syntax::parse::ParseSession;
use leindex_queries::syntax::rows::Rows;
use tree_sitter::{Node, Parser, Tree};

/// Passes after which documentation that is still found is left.
const PASSES: usize = 4;

/// The text with blanks in the place of documentation: every comment outside of functions' bodies, the comments above
/// definitions inside of them, docstrings, and attributes that document. A docstring that is all of a body becomes `...`.
pub(crate) fn undocumented(session: &mut ParseSession, grammar: &Grammar, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let Some(tree) = parse(grammar, text) else { return text.to_owned() };
    let found = Found::of(grammar, text, &tree);
    for docstring in &found.docstrings {
        blank(&mut bytes, docstring.span.clone());
        if docstring.is_whole_body
            && let Some(start) = bytes.get_mut(docstring.span.start..docstring.span.start + 3)
        {
            start.copy_from_slice(b"...");
        }
    }
    let rows = session.rows(grammar, text.as_bytes());
    let bodies: Vec<Range<usize>> =
        rows.symbols().filter(|row| row.kind.is_callable()).map(|row| row.body_start as usize..row.end as usize).collect();
    let mut left = Vec::new();
    for comment in found.comments {
        if bodies.iter().any(|body| body.start <= comment.start && comment.end <= body.end) {
            left.push(comment);
        } else {
            blank(&mut bytes, comment);
        }
    }
    for _ in 0..PASSES {
        let rows = session.rows(grammar, &bytes);
        let documenting = above_documented(&rows, &bytes, &left);
        if documenting.is_empty() {
            break;
        }
        for at in documenting.into_iter().rev() {
            blank(&mut bytes, left.remove(at));
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn parse(grammar: &Grammar, text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&(grammar.config.grammar)()).ok()?;
    parser.parse(text, None)
}

/// What documents, or may, in a tree.
#[derive(Default)]
struct Found {
    comments: Vec<Range<usize>>,
    docstrings: Vec<Docstring>,
}

struct Docstring {
    span: Range<usize>,
    is_whole_body: bool,
}

impl Found {
    fn of(grammar: &Grammar, text: &str, tree: &Tree) -> Self {
        let mut found = Self::default();
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let is_comment = node.kind().contains("comment") || node.kind() == "haddock";
            if is_comment {
                found.comments.push(node.byte_range());
            } else if grammar.config.docs.docstring {
                found.docstrings.extend(docstring(node));
            } else if is_attribute(node, text) {
                found.docstrings.push(Docstring { span: node.byte_range(), is_whole_body: false });
            }
            if !is_comment && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return found;
                }
            }
        }
    }
}

/// The docstring of a Python block or module.
fn docstring(node: Node<'_>) -> Option<Docstring> {
    if !matches!(node.kind(), "block" | "module") {
        return None;
    }
    let mut cursor = node.walk();
    let statements: Vec<Node<'_>> = node.named_children(&mut cursor).filter(|child| !child.kind().contains("comment")).collect();
    let first = statements.first().filter(|first| first.kind() == "expression_statement" && first.named_child_count() == 1)?;
    let string = first.named_child(0).filter(|string| string.kind() == "string")?;
    Some(Docstring { span: string.byte_range(), is_whole_body: statements.len() == 1 && node.kind() == "block" })
}

/// Whether a node is one of Elixir's attributes that document.
fn is_attribute(node: Node<'_>, text: &str) -> bool {
    const ATTRIBUTES: [&str; 3] = ["@doc", "@moduledoc", "@typedoc"];
    let begins =
        |text: &str| ATTRIBUTES.iter().any(|attribute| text.strip_prefix(attribute).is_some_and(|rest| rest.starts_with([' ', '('])));
    node.kind() == "unary_operator" && text.get(node.byte_range()).is_some_and(begins)
}

/// The comments, by their place among those left, that stand above definitions that are documented still.
fn above_documented(rows: &Rows, bytes: &[u8], comments: &[Range<usize>]) -> Vec<usize> {
    let mut documenting = Vec::new();
    for row in rows.symbols().filter(|row| !row.doc.is_empty()) {
        let (start, name) = (row.start as usize, row.name_start as usize);
        let mut above = start;
        // Documentation goes on upwards as long as its comments begin alike: `//` above `///` is none.
        let marker = |comment: &Range<usize>| {
            let text = bytes.get(comment.clone()).unwrap_or(&[]);
            text.iter().take_while(|byte| byte.is_ascii_punctuation()).copied().collect::<Vec<u8>>()
        };
        let mut taken: Option<Vec<u8>> = None;
        for (at, comment) in comments.iter().enumerate().rev().filter(|(_, comment)| comment.end <= name) {
            let between = bytes.get(comment.end..above).is_some_and(|gap| gap.iter().all(u8::is_ascii_whitespace));
            let is_alike = taken.as_ref().is_none_or(|taken| *taken == marker(comment));
            if comment.start >= start || between && is_alike {
                taken.get_or_insert_with(|| marker(comment));
                documenting.push(at);
                above = above.min(comment.start);
            } else if comment.end <= start {
                break;
            }
        }
    }
    documenting.sort_unstable();
    documenting.dedup();
    documenting
}

fn blank(bytes: &mut [u8], span: Range<usize>) {
    let Some(bytes) = bytes.get_mut(span) else { return };
    bytes.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
}

#[cfg(test)]
mod tests {
    use leindex_queries::languages::Languages;

    use super::*;

    fn check(file: &str, text: &str, expected: &str) {
        let languages = Languages::default();
        let grammar = languages.grammar(languages.dialect(file, text.as_bytes())).expect("the language is built in");
        let mut session = ParseSession::default();
        let made = undocumented(&mut session, grammar, text);
        assert_eq!(made.len(), text.len(), "{file}");
        assert_eq!(made.lines().map(str::trim_end).collect::<Vec<_>>(), expected.lines().collect::<Vec<_>>(), "{file}");
        let rows = session.rows(grammar, made.as_bytes());
        let documented: Vec<&str> = rows.symbols().filter(|row| !row.doc.is_empty()).map(|row| rows.str(row.name)).collect();
        assert!(documented.is_empty(), "{file}: {documented:?}");
    }

    #[test]
    fn documentation_goes_and_everything_else_stays_in_its_place() {
        check(
            "a.py",
            "\"\"\"Module.\"\"\"\n# Above.\ndef f(x):\n    r'''Doc é.\n\n    More.\n    '''\n    # Inside.\n    return x\n\nclass A:\n    \"\"\"Only.\"\"\"\n",
            "\n\ndef f(x):\n\n\n\n\n    # Inside.\n    return x\n\nclass A:\n    ...\n",
        );
        check(
            "a.rs",
            "//! Crate.\n/// Doc.\n#[inline]\n/// More.\nfn f() {\n    // Inside.\n    /// Nested.\n    fn g() {}\n    g(); // Why.\n}\nstruct S {\n    /// Field.\n    x: u32, // Aside.\n}\n",
            "\n\n#[inline]\n\nfn f() {\n    // Inside.\n\n    fn g() {}\n    g(); // Why.\n}\nstruct S {\n\n    x: u32,\n}\n",
        );
        check(
            "a.js",
            "/**\n * Doc.\n */\nfunction f() {\n  // Inside.\n  return 1;\n}\n",
            "\n\n\nfunction f() {\n  // Inside.\n  return 1;\n}\n",
        );
        check("a.go", "// Package a.\npackage a\n\n// F does.\nfunc F() {}\n", "\npackage a\n\n\nfunc F() {}\n");
        check(
            "A.java",
            "class A {\n  /** Doc. */\n  @Override\n  public void f() { }\n}\n",
            "class A {\n\n  @Override\n  public void f() { }\n}\n",
        );
        check("a.rb", "# Doc.\ndef f\n  1 # Aside.\nend\n", "\ndef f\n  1 # Aside.\nend\n");
        check(
            "a.ex",
            "defmodule A do\n  @moduledoc \"M\"\n  @doc \"\"\"\n  Doc.\n  \"\"\"\n  def f(x), do: x\nend\n",
            "defmodule A do\n\n\n\n\n  def f(x), do: x\nend\n",
        );
        check("a.hs", "-- | Doc.\nf :: Int -> Int\nf x = x\n", "\nf :: Int -> Int\nf x = x\n");
        check("a.lua", "--- Doc.\nlocal function f() return 1 end\n", "\nlocal function f() return 1 end\n");
        check("a.py", "", "");
    }
}
