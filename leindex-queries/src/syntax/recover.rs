//! Broken regions, parsed again item by item.
//!
//! One construct that a grammar does not know can turn a whole file into an error. Definitions still begin where
//! people begin them: at the start of a line, with a word of [`LanguageConfig::item_starts`], deeper ones indented
//! more. So a broken region is cut there, and each piece is parsed by itself, at its own offsets, through included
//! ranges. A piece that stays broken is tried as a shell: its head and its last line, around those of its inner items
//! that parse in that place. What is found stands in place of the broken region's nodes.
//!
//! [`LanguageConfig::item_starts`]: crate::languages::LanguageConfig::item_starts

use tree_sitter::{Parser, Point, Range, Tree};

use super::budget;
use crate::languages::Grammar;

/// Regions shorter than this are left as they are: there is no definition to find in them.
const SHORTEST_REGION: usize = 24;
/// How many times the bytes of its broken regions may be parsed again.
const EFFORT: usize = 12;
/// What may be parsed again in any file.
const LEAST_BUDGET: usize = 1 << 16;
/// Inner items tried one by one in a broken item.
const MOST_INNER: usize = 256;

/// A tree that stands in place of the nodes of a broken region.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) tree: Tree,
}

/// What was recovered of a file.
#[derive(Debug, Default)]
pub(crate) struct Recovery {
    /// In order of their start; they do not overlap.
    pub(crate) trees: Vec<Recovered>,
    /// What could not be done.
    pub(crate) remark: Option<&'static str>,
}

/// A line that begins like a definition.
#[derive(Clone, Copy, Debug)]
struct Item {
    start: usize,
    indent: usize,
}

type Span = std::ops::Range<usize>;

const fn span(start: usize, end: usize) -> Span {
    start..end
}

/// Parses the items of a tree's broken regions again.
pub(crate) fn recover(parser: &mut Parser, grammar: &Grammar, source: &[u8], tree: &Tree) -> Recovery {
    let mut recovery = Recovery::default();
    if grammar.config.item_starts.is_empty() {
        return recovery;
    }
    let regions = broken_regions(tree, source.len());
    let broken: usize = regions.iter().map(|region| region.len()).sum();
    if broken == 0 {
        return recovery;
    }
    let mut recoverer = Recoverer {
        parser,
        grammar,
        source,
        starts: grammar.config.item_starts,
        lines: std::iter::once(0).chain(memchr::memchr_iter(b'\n', source).map(|at| at + 1)).collect(),
        budget: (broken * EFFORT).max(LEAST_BUDGET),
        exhausted: false,
    };
    for region in regions {
        recoverer.region(region, &mut recovery.trees);
    }
    if recoverer.exhausted {
        recovery.remark = Some("too much broken text to recover all of it");
    }
    let _ = recoverer.parser.set_included_ranges(&[]);
    recovery
}

/// Bytes of a tree that lie in its outermost errors.
fn error_bytes(tree: &Tree) -> usize {
    errors(tree).iter().map(Span::len).sum()
}

/// The outermost error nodes, in order.
fn errors(tree: &Tree) -> Vec<Span> {
    let mut found = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() {
            found.push(node.byte_range());
        } else if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

fn broken_regions(tree: &Tree, length: usize) -> Vec<Span> {
    let regions = errors(tree).into_iter().map(|region| region.start..region.end.min(length));
    let mut regions: Vec<Span> = regions.filter(|region| region.len() >= SHORTEST_REGION).collect();
    regions.dedup_by(|next, region| next.start < region.end);
    regions
}

struct Recoverer<'a> {
    parser: &'a mut Parser,
    grammar: &'a Grammar,
    source: &'a [u8],
    starts: &'a [&'a str],
    lines: Vec<usize>,
    budget: usize,
    exhausted: bool,
}

impl Recoverer<'_> {
    fn region(&mut self, region: Span, out: &mut Vec<Recovered>) {
        let items = self.items(&region);
        let mut at = 0;
        while let Some(&item) = items.get(at) {
            let next = (at + 1..items.len()).find(|&next| items[next].indent <= item.indent).unwrap_or(items.len());
            let end = items.get(next).map_or(region.end, |next| next.start);
            let inner = &items[at + 1..next];
            if let Some(tree) = self.item(item, end, inner) {
                out.push(Recovered { start: item.start as u32, end: end as u32, tree });
            }
            at = next;
        }
    }

    /// The lines of a region that begin like definitions.
    fn items(&self, region: &Span) -> Vec<Item> {
        let first = self.lines.partition_point(|&line| line < region.start).saturating_sub(1);
        let mut items = Vec::new();
        for &line in self.lines.iter().skip(first).take_while(|&&line| line < region.end) {
            let rest = self.source.get(line..region.end).unwrap_or(&[]);
            let indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let text = rest.get(indent..).unwrap_or(&[]);
            let start = line + indent;
            if start >= region.start && self.starts.iter().any(|word| text.starts_with(word.as_bytes())) {
                items.push(Item { start, indent });
            }
        }
        items
    }

    /// The tree of one item, whole or as a shell.
    fn item(&mut self, item: Item, end: usize, inner: &[Item]) -> Option<Tree> {
        let whole = item.start..end;
        if let Some(tree) = self.parse_sound(std::slice::from_ref(&whole)) {
            return Some(tree);
        }
        let close = self.closing_line(item, end);
        let inside_end = close.as_ref().map_or(end, |close| close.start);
        let first_inner = inner.first().map_or(inside_end, |inner| inner.start);
        let heads = self.heads(item.start, first_inner);
        let mut sound = |head: &[Span]| {
            let ranges: Vec<Span> = head.iter().cloned().chain(close.clone()).collect();
            self.parse_sound(&ranges)
        };
        let (best, bare) = heads.iter().find_map(|head| sound(head).map(|tree| (head, tree)))?;
        // The shortest head is enough to try inner items in.
        let trial_head = heads.iter().rev().find(|head| *head == best || sound(head).is_some()).unwrap_or(best);
        let mut ranges = best.clone();
        let mut at = 0;
        let mut tried = 0;
        while let Some(&child) = inner.get(at).filter(|_| tried < MOST_INNER) {
            let next = (at + 1..inner.len()).find(|&next| inner[next].indent <= child.indent).unwrap_or(inner.len());
            let child_end = inner.get(next).map_or(inside_end, |next| next.start);
            let child_close = self.closing_line(child, child_end);
            let body = child_close.as_ref().map_or(child_end, |close| close.start);
            let whole = std::iter::once(vec![span(child.start, child_end)]);
            let shells = self.heads(child.start, body).into_iter().map(|head| head.into_iter().chain(child_close.clone()).collect());
            for candidate in whole.chain(shells) {
                let trial: Vec<Span> = trial_head.iter().cloned().chain(candidate.iter().cloned()).chain(close.clone()).collect();
                if self.parse_sound(&trial).is_some() {
                    ranges.extend(candidate);
                    break;
                }
            }
            tried += 1;
            at = next;
        }
        ranges.extend(close);
        self.parse_sound(&ranges).or(Some(bare))
    }

    /// What an item's head may be, best first: all up to its inner items; its text up to where its body opens; only its
    /// words before anything else, and the opening of its body.
    fn heads(&self, start: usize, end: usize) -> Vec<Vec<Span>> {
        let text = self.source.get(start..end).unwrap_or(&[]);
        let mut heads = vec![vec![span(start, end)]];
        if let Some(open) = memchr::memchr(b'{', text) {
            heads.push(vec![span(start, start + open + 1)]);
            let words =
                text.iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b' ' | b'$') || byte >= 128).count();
            if words < open {
                heads.push(vec![span(start, start + words), span(start + open, start + open + 1)]);
            }
        } else if let Some(line) = memchr::memchr(b'\n', text) {
            heads.push(vec![span(start, start + line + 1)]);
        }
        heads
    }

    /// The last line of an item that stands where its first line does: what closes it.
    fn closing_line(&self, item: Item, end: usize) -> Option<Span> {
        let first = self.lines.partition_point(|&line| line <= item.start);
        let last = self.lines.partition_point(|&line| line < end);
        self.lines.get(first..last)?.iter().rev().find_map(|&line| {
            let rest = self.source.get(line..end)?;
            let indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let text = rest.get(indent..)?;
            // With its line end: what is put after it must not run into it.
            let length = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
            let is_close = indent == item.indent && (text.starts_with(b"}") || text.starts_with(b")") || text.starts_with(b"end"));
            is_close.then_some(line + indent..line + indent + length)
        })
    }

    /// Parses pieces of the text as one, if they make sense together.
    fn parse_sound(&mut self, pieces: &[Span]) -> Option<Tree> {
        let length: usize = pieces.iter().map(Span::len).sum();
        if length > self.budget {
            self.exhausted = true;
            return None;
        }
        self.budget -= length;
        let mut ranges: Vec<Range> = pieces
            .iter()
            .filter(|piece| !piece.is_empty())
            .map(|piece| Range {
                start_byte: piece.start,
                end_byte: piece.end,
                start_point: self.point(piece.start),
                end_point: self.point(piece.end),
            })
            .collect();
        if budget::needs_line_end(self.grammar) {
            let last = ranges.last_mut()?;
            let after = self.source.get(last.end_byte..)?;
            let blanks = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
            if !self.source.get(..last.end_byte)?.ends_with(b"\n") {
                if after.get(blanks).is_some_and(|&byte| byte != b'\n') {
                    return None;
                }
                last.end_byte += blanks + 1;
                last.end_point = self.point(last.end_byte);
            }
        }
        self.parser.set_included_ranges(&ranges).ok()?;
        let tree = budget::parse(self.parser, self.grammar, self.source, length, None)?;
        let whole_is_broken = tree.root_node().is_error();
        (!whole_is_broken && error_bytes(&tree) * 4 <= length).then_some(tree)
    }

    fn point(&self, offset: usize) -> Point {
        let row = self.lines.partition_point(|&line| line <= offset).saturating_sub(1);
        Point::new(row, offset - self.lines.get(row).copied().unwrap_or(0))
    }
}

#[cfg(all(test, feature = "javascript"))]
mod tests {
    use super::*;
    use crate::languages::Languages;
    use crate::syntax::parse::ParseSession;
    use crate::syntax::rows::SymbolFlags;

    /// The symbols of a JavaScript text as `line kind path`, recovered ones with a star.
    fn symbols(source: &str) -> Vec<String> {
        let languages = Languages::default();
        let grammar = languages.by_name("javascript").and_then(|dialect| languages.grammar(dialect)).expect("it is registered");
        let rows = ParseSession::default().rows(grammar, source.as_bytes());
        let mut starts = rows.symbols().map(|symbol| symbol.start);
        assert!(starts.by_ref().is_sorted(), "symbols are in order");
        rows.symbols()
            .skip(1)
            .map(|symbol| {
                let star = if symbol.flags.has(SymbolFlags::RECOVERED) { "*" } else { "" };
                let parent = rows.symbol(symbol.parent).map_or("", |parent| rows.str(parent.name));
                format!("{} {} {parent}.{}{star}", symbol.name_line, symbol.kind.as_str(), rows.str(symbol.name))
            })
            .collect()
    }

    const UNCLOSED: &str = "const a = { b: (((\n";

    #[test]
    fn what_follows_an_unclosed_construct_is_found() {
        let source = format!("{UNCLOSED}\nfunction f(x) {{\n  return x;\n}}\n\nclass C {{\n  m() {{ f(1); }}\n}}\n");
        assert_eq!(symbols(&source), ["1 constant .a*", "3 function .f*", "7 class .C*", "8 method C.m*"]);
    }

    #[test]
    fn sound_text_is_not_parsed_again() {
        assert_eq!(symbols("function f() {}\nclass C { m() {} }\n"), ["1 function .f", "2 class .C", "2 method C.m"]);
    }

    #[test]
    fn a_broken_class_keeps_its_sound_members() {
        let source = format!("{UNCLOSED}\nclass C {{\n  static a() {{ return 1; }}\n  static b( {{ (( }}\n  async c() {{}}\n}}\n");
        let found = symbols(&source);
        for wanted in ["3 class .C*", "4 method C.a*", "6 method C.c*"] {
            assert!(found.iter().any(|symbol| symbol == wanted), "{wanted} in {found:?}");
        }
    }

    #[test]
    fn many_broken_items_take_time_in_proportion() {
        let mut source = String::from(UNCLOSED);
        for index in 0..5_000 {
            source.push_str(&format!("function f{index}( {{ ((\n"));
        }
        source.push_str("\nfunction sound() {}\n");
        assert!(symbols(&source).contains(&"5003 function .sound*".to_owned()));
    }

    #[test]
    fn effort_has_an_end() {
        let mut parser = Parser::new();
        let languages = Languages::default();
        let grammar = languages.by_name("javascript").and_then(|dialect| languages.grammar(dialect)).expect("it is registered");
        parser.set_language(&grammar.language).expect("the grammar fits");
        let source = b"function f() {}\nfunction g() {}\n";
        let mut recoverer = Recoverer {
            parser: &mut parser,
            grammar,
            source,
            starts: &["function "],
            lines: vec![0, 16, 32],
            budget: 20,
            exhausted: false,
        };
        let mut found = Vec::new();
        recoverer.region(0..source.len(), &mut found);
        assert_eq!(found.len(), 1);
        assert!(recoverer.exhausted);
    }
}
