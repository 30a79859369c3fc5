//! Control and data flow through the facade: graphs, slices, chops, the program graph, and context that follows data.

use leindex_queries::index::{Dependence, StorePlace};
use leindex_queries::{Change, ContextOptions, GraphOptions, Index, Options, Slice, SliceOptions};

use crate::{folder, open};

const SUMS: &str = "from scale import scale, noise

RATE = 3

def total(xs, verbose):
    s = 0
    n = 0
    for x in xs:
        n += 1
        if x > 0:
            s += scale(x, n)
    if verbose:
        print(n)
    return s

def main(argv):
    data = [int(a) for a in argv]
    flag = len(argv) > 3
    t = total(data, flag)
    noise(t)
    return t

def other(ys):
    u = total(ys, True)
    return u
";

const SCALE: &str = "def scale(v, unused):
    w = v * 2
    log(unused)
    return w

def noise(q):
    log(q)

def log(m):
    print(m)

def even(n):
    if n == 0:
        return True
    return odd(n - 1)

def odd(n):
    if n == 0:
        return False
    return even(n - 1)

def fill(rows, row):
    rows.append(row)

def gather(source, label):
    found = []
    for line in source:
        fill(found, line)
    return found
";

const FILES: &[(&str, &str)] = &[("sums.py", SUMS), ("scale.py", SCALE)];

fn lines(slice: &Slice) -> Vec<String> {
    slice.lines.iter().map(|line| format!("{}:{}", line.path.trim_end_matches(".py"), line.line)).collect()
}

fn backward(index: &Index, path: &str, line: u32, variable: &str) -> Vec<String> {
    lines(&index.snapshot().slice(path, line, Some(variable), SliceOptions::default()).unwrap())
}

#[test]
fn a_slice_holds_what_a_value_depends_on_through_calls_and_nothing_else() {
    let folder = folder(FILES);
    let index = open(&folder);
    // `n`, what is printed and what `scale` logs have no part in the sum; nor has the other caller of `total`.
    let expected = ["scale:1", "scale:2", "scale:4", "sums:5", "sums:6", "sums:8", "sums:10", "sums:11"];
    assert_eq!(backward(&index, "sums.py", 21, "t"), [&expected[..], &["sums:14", "sums:16", "sums:17", "sums:19", "sums:21"]].concat());
    // From inside, both callers.
    let inside = backward(&index, "sums.py", 14, "s");
    assert!(inside.contains(&"sums:19".to_owned()) && inside.contains(&"sums:24".to_owned()), "{inside:?}");
    assert!(!inside.contains(&"sums:7".to_owned()) && !inside.contains(&"sums:18".to_owned()), "{inside:?}");
}

#[test]
fn a_slice_says_why_each_line_is_in_it() {
    let folder = folder(FILES);
    let slice = open(&folder).snapshot().slice("sums.py", 14, Some("s"), SliceOptions::default()).unwrap();
    let reason = |path: &str, line: u32| slice.lines.iter().find(|of| of.path == path && of.line == line).unwrap().reason.clone();
    assert_eq!(reason("sums.py", 14), "start of the slice");
    assert_eq!(reason("sums.py", 6), "data: `s` of line 14");
    assert_eq!(reason("sums.py", 10), "control: decides about line 11");
    assert_eq!(reason("sums.py", 19), "call: hands over `xs` of sums.py:8");
    assert_eq!(reason("scale.py", 4), "gives the result, the end");
}

#[test]
fn a_forward_slice_holds_what_depends_on_a_value() {
    let folder = folder(FILES);
    let index = open(&folder);
    let options = SliceOptions { forward: true, ..SliceOptions::default() };
    let found = lines(&index.snapshot().slice("sums.py", 6, Some("s"), options).unwrap());
    assert_eq!(
        found,
        [
            "scale:6", "scale:7", "scale:9", "scale:10", "sums:6", "sums:11", "sums:14", "sums:19", "sums:20", "sums:21", "sums:24",
            "sums:25"
        ]
    );
    let within = SliceOptions { forward: true, within_function: true, ..SliceOptions::default() };
    assert_eq!(lines(&index.snapshot().slice("sums.py", 6, Some("s"), within).unwrap()), ["sums:6", "sums:11", "sums:14"]);
}

#[test]
fn a_chop_holds_the_ways_from_one_place_to_another() {
    let folder = folder(FILES);
    let index = open(&folder);
    let chop = index.snapshot().chop(("sums.py", 17, Some("data")), ("sums.py", 21, Some("t"))).unwrap();
    let found = lines(&chop);
    assert!(found.contains(&"sums:19".to_owned()) && found.contains(&"sums:11".to_owned()), "{found:?}");
    assert!(!found.contains(&"sums:6".to_owned()) && !found.contains(&"sums:16".to_owned()), "{found:?}");
    assert!(index.snapshot().chop(("sums.py", 7, Some("n")), ("sums.py", 21, Some("t"))).unwrap().lines.is_empty());
}

#[test]
fn calls_from_tests_are_in_a_slice_only_where_asked_for() {
    let folder = folder(&[
        ("shop.py", "def price(count):\n    return count * 2\ndef bill(items):\n    count = len(items)\n    return price(count)\n"),
        ("tests/test_shop.py", "from shop import price\ndef test_price():\n    three = 3\n    assert price(three) == 6\n"),
    ]);
    let index = open(&folder);
    let slice = |options| index.snapshot().slice("shop.py", 2, Some("count"), options).unwrap();
    let without = slice(SliceOptions::default());
    assert!(lines(&without).contains(&"shop:4".to_owned()), "{without:?}");
    assert!(without.lines.iter().all(|line| line.path == "shop.py"), "{without:?}");
    assert_eq!(without.calls_from_tests, 1);
    let with = slice(SliceOptions { tests: true, ..SliceOptions::default() });
    assert!(with.lines.iter().any(|line| line.path == "tests/test_shop.py" && line.line == 3), "{with:?}");
    assert_eq!(with.calls_from_tests, 0);
    let inside = index.snapshot().slice("tests/test_shop.py", 4, Some("three"), SliceOptions::default()).unwrap();
    assert!(inside.lines.iter().any(|line| line.path == "tests/test_shop.py" && line.line == 3), "{inside:?}");
}

#[test]
fn functions_that_call_each_other_are_linked_to_a_fixed_point() {
    let folder = folder(FILES);
    let index = open(&folder);
    let found = backward(&index, "scale.py", 15, "n");
    assert!(found.contains(&"scale:13".to_owned()) && found.contains(&"scale:18".to_owned()), "{found:?}");
    let slice = index.snapshot().slice("scale.py", 15, Some("n"), SliceOptions::default()).unwrap();
    assert!(!slice.capped);
}

#[test]
fn what_a_call_changes_of_its_argument_is_in_the_slice() {
    let folder = folder(FILES);
    let index = open(&folder);
    // `fill` appends to `found`; `label` has no part in it.
    let found = backward(&index, "scale.py", 29, "found");
    for line in ["scale:22", "scale:23", "scale:25", "scale:26", "scale:27", "scale:28"] {
        assert!(found.contains(&line.to_owned()), "{line}: {found:?}");
    }
    let options = SliceOptions { forward: true, within_function: true, ..SliceOptions::default() };
    let forward = lines(&index.snapshot().slice("scale.py", 27, Some("line"), options).unwrap());
    assert!(forward.contains(&"scale:29".to_owned()), "{forward:?}");
    // Nothing that `log` is given is changed.
    let noise = backward(&index, "sums.py", 21, "t");
    assert!(!noise.contains(&"sums:20".to_owned()), "{noise:?}");
}

/// A file, a line and a variable of it (`""`: all), and the lines that its slice must have.
type Wanted = (&'static str, &'static str, u32, &'static str, &'static [u32]);

const REFERENCES: &[Wanted] = &[
    ("set.cpp", "void set(int& a, int b) { a = b; }\nint f(int x) {\n  int r = 0;\n  set(r, x);\n  return r;\n}\n", 5, "r", &[1, 2, 4]),
    (
        "set.swift",
        "func set(_ a: inout Int, _ b: Int) { a = b }\nfunc f(x: Int) -> Int {\n  var r = 0\n  set(&r, x)\n  return r\n}\n",
        5,
        "r",
        &[1, 2, 4],
    ),
];

const MADE: &[Wanted] = &[
    ("p.kt", "class P(val a: Int)\nfun f(x: Int): P {\n  val y = x + 1\n  return P(y)\n}\n", 4, "", &[2, 3]),
    ("P.java", "record P(int a) {}\nclass A { P f(int x) {\n  int y = x + 1;\n  return new P(y);\n} }\n", 4, "", &[2, 3]),
    ("p.ts", "class P { constructor(private a: number) {} }\nfunction f(x) {\n  const y = x + 1;\n  return new P(y);\n}\n", 4, "", &[2, 3]),
    ("p.dart", "class P { int a; P(this.a); }\nP f(int x) {\n  var y = x + 1;\n  return P(y);\n}\n", 4, "", &[2, 3]),
    ("p.py", "def ignore(a):\n    return 1\ndef f(x):\n    y = x + 1\n    return ignore(y)\n", 5, "y", &[3, 4]),
];

#[test]
fn a_slice_goes_through_references_objects_that_are_made_and_the_variable_asked_for() {
    for &(path, text, line, variable, wanted) in REFERENCES.iter().chain(MADE) {
        let folder = folder(&[(path, text)]);
        let index = open(&folder);
        let variable = Some(variable).filter(|variable| !variable.is_empty());
        let slice = index.snapshot().slice(path, line, variable, SliceOptions::default()).unwrap();
        let found: Vec<u32> = slice.lines.iter().map(|line| line.line).collect();
        assert!(wanted.iter().all(|line| found.contains(line)), "{path}: {found:?}");
    }
}

#[test]
fn a_place_without_the_variable_names_those_it_has() {
    let folder = folder(FILES);
    let index = open(&folder);
    let snapshot = index.snapshot();
    let error = |path: &str, line: u32, variable: Option<&str>| {
        snapshot.slice(path, line, variable, SliceOptions::default()).unwrap_err().to_string()
    };
    assert_eq!(error("sums.py", 11, Some("zz")), "sums.py:11: no such variable there; it mentions n, s, scale, x");
    assert_eq!(error("sums.py", 4, Some("x")), "sums.py:4: nothing runs there; name a line of a function or statement");
    assert_eq!(error("sums.py", 9_999, None), "sums.py:9999: nothing runs there; name a line of a function or statement");
    assert!(error("nothing.py", 1, None).contains("is not a file of the project"));
}

#[test]
fn graphs_of_a_function_are_petgraphs() {
    let folder = folder(FILES);
    let index = open(&folder);
    let flow = index.snapshot().control_flow("total").unwrap();
    let entry = flow.node_indices().next().unwrap();
    assert_eq!(flow[entry].kind, "entry");
    assert_eq!(flow.node_weights().filter(|node| node.kind == "exit").count(), 1);
    let pdg = index.snapshot().program_dependence("total").unwrap();
    assert_eq!(flow.node_count(), pdg.node_count());
    let find = |text: &str| pdg.node_indices().find(|&node| pdg[node].text == text).unwrap();
    let between = |a, b| pdg.edges_connecting(a, b).map(|edge| edge.weight().clone()).collect::<Vec<_>>();
    assert_eq!(between(find("x > 0"), find("s += scale(x, n)")), [Dependence::Control("true")]);
    assert_eq!(between(find("n += 1"), find("print(n)")), [Dependence::Data("n".to_owned())]);
}

#[test]
fn the_program_graph_holds_calls_data_and_what_holds_what() {
    let folder = folder(FILES);
    let index = open(&folder);
    let of = index.snapshot().program_graph(&GraphOptions::default()).unwrap();
    let edges = |kind: &str| {
        let mut found: Vec<String> = of
            .graph
            .edge_indices()
            .filter(|&edge| of.graph[edge].kind == kind)
            .filter_map(|edge| of.graph.edge_endpoints(edge))
            .map(|(a, b)| format!("{} → {}", of.name(a).unwrap(), of.name(b).unwrap()))
            .collect();
        found.sort();
        found.dedup();
        found
    };
    assert!(edges("call").contains(&"main → total".to_owned()));
    let data = edges("data");
    // Arguments to parameters, results to their uses, and what one call gives another.
    for expected in ["main → total", "total → main", "scale → total", "total → noise"] {
        assert!(data.contains(&expected.to_owned()), "{expected}: {data:?}");
    }
    // Nothing uses what these give.
    for absent in ["noise → main", "log → noise"] {
        assert!(!data.contains(&absent.to_owned()), "{absent}: {data:?}");
    }
    assert_eq!(edges("import").len(), 2);
    let only = GraphOptions { edges: vec!["call".to_owned()], paths: vec!["scale.py".to_owned()], ..GraphOptions::default() };
    let of = index.snapshot().program_graph(&only).unwrap();
    assert!(of.graph.edge_weights().all(|edge| edge.kind == "call") && of.paths == ["scale.py"]);
}

#[test]
fn what_was_analysed_is_read_back_from_the_store() {
    let folder = folder(FILES);
    let store = tempfile::tempdir().unwrap();
    let options = || Options { store: StorePlace::Folder(store.path().to_owned()), ..Options::default() };
    let analysed = |index: &Index| index.snapshot().analyse_flows().unwrap().analysed;
    let index = Index::open(folder.path().join("shop"), options()).unwrap();
    let graph = index.snapshot().program_graph(&GraphOptions::default()).unwrap();
    index.persist().unwrap();
    assert_eq!(analysed(&index), 0);
    drop(index);
    let mut index = Index::open(folder.path().join("shop"), options()).unwrap();
    assert_eq!(analysed(&index), 0, "all of it is stored");
    let reopened = index.snapshot().program_graph(&GraphOptions::default()).unwrap();
    assert_eq!(graph.graph.edge_weights().collect::<Vec<_>>(), reopened.graph.edge_weights().collect::<Vec<_>>());
    // An edit costs the function that it is in, and the top level of its file.
    index.apply(Change::Overlay("sums.py".to_owned(), SUMS.replace("s = 0", "s = 1"))).unwrap();
    assert_eq!(analysed(&index), 2);
    index.apply(Change::Overlay("sums.py".to_owned(), SUMS.to_owned())).unwrap();
    index.apply(Change::Overlay("copy.py".to_owned(), SCALE.to_owned())).unwrap();
    assert_eq!(analysed(&index), 0, "a revert and a copy are known");
}

#[test]
fn a_pass_may_make_flows_of_the_tree_that_it_reads_symbols_from() {
    let folder = folder(FILES);
    let analysed = |flows: bool| {
        let options = Options { store: StorePlace::Memory, flows, ..Options::default() };
        let index = Index::open(folder.path().join("shop"), options).unwrap();
        index.snapshot().analyse_flows().unwrap().analysed
    };
    // Ten functions and two top levels.
    assert_eq!((analysed(false), analysed(true)), (12, 0));
}

/// `load_table` is one of 41 functions that `checkout` calls, and none of those that `apply_discount` calls; only what it
/// gives is handed to `apply_discount`.
fn far_away() -> Vec<(String, String)> {
    let helpers: String =
        (0..40).map(|at| format!("def notify_{at}(order):\n    if order:\n        print(order, {at})\n    return None\n\n")).collect();
    let calls: String = (0..40).map(|at| format!("    notify_{at}(order)\n")).collect();
    let shop = format!(
        "from rates import load_table\n\n{helpers}def apply_discount(order, table):\n    total = 0\n    for line in order:\n        if line in \
         table:\n            total += line * table[line]\n    return total\n\ndef checkout(order):\n    table = load_table(\"rates.csv\")\n    if \
         not order:\n        return 0\n{calls}    price = apply_discount(order, table)\n    return price\n"
    );
    let rates = "def load_table(path):\n    rows = {}\n    with open(path) as handle:\n        for row in handle:\n            rows[row] = 1\n    return rows\n";
    vec![("shop.py".to_owned(), shop), ("rates.py".to_owned(), rates.to_owned())]
}

#[test]
fn a_context_follows_data_to_a_function_that_no_call_would_find() {
    let files = far_away();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let context = open(&folder).snapshot().context("apply_discount", &ContextOptions { budget: 900, ..ContextOptions::default() }).unwrap();
    let item = |name: &str| context.items.iter().find(|item| item.symbol.contains(name));
    let found = item("load_table").unwrap_or_else(|| panic!("{}", context.text));
    assert!(found.why.starts_with("data: its result is given to `apply_discount`"), "{}", found.why);
    let shown = context.items.iter().filter(|item| item.symbol.contains("notify_")).count();
    assert!(shown < 40, "there is no room for all that the caller calls");
    // The caller is shown by the slice around the call: where its arguments come from and what decides about it.
    let caller = item("checkout").unwrap();
    assert!(caller.why.contains("control: if `order` at line"), "{}", caller.why);
    for line in ["table = load_table(\"rates.csv\")", "if not order:", "price = apply_discount(order, table)", "return price"] {
        assert!(context.text.contains(line), "{line}: {}", context.text);
    }
}
