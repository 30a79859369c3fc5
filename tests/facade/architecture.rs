//! The shape of a project: layers and cycles of directories, communities of symbols, bridges between them.

use std::sync::Arc;

use leindex_queries::index::{Architecture, StorePlace};
use leindex_queries::{ArchitectureOptions, BetweennessOptions, Change, CommunitiesOptions, Index, Options, Snapshot};

use crate::{folder, open, short};

/// `app` relies on `orders`, which relies on `store`, which relies on `logs`, which relies on `store` by one call.
const FILES: &[(&str, &str)] = &[
    ("setup.py", "NAME = 'shop'\n"),
    ("shop/app/main.py", "from shop.orders.order import Order, place\n\ndef main():\n    place(Order())\n"),
    (
        "shop/orders/order.py",
        "from shop.store.db import save\n\nclass Order:\n    def close(self):\n        self.check()\n\n    def check(self):\n        pass\n\n\
         def place(order):\n    save(order)\n",
    ),
    (
        "shop/store/db.py",
        "from shop.logs.log import write\n\ndef save(thing):\n    write(thing)\n\ndef size():\n    write('size')\n    return 1\n",
    ),
    ("shop/logs/log.py", "def write(text):\n    return text\n"),
    ("shop/logs/rotate.py", "from shop.store.db import size\n\ndef rotate():\n    return size()\n"),
    ("tests/test_order.py", "from shop.orders.order import place\n\ndef test_place():\n    place(1)\n"),
];

/// A directory a line: path, layer, level, files, symbols, within, Ca, Ce, I.
fn directories(found: &Architecture) -> Vec<String> {
    let line = |at: &leindex_queries::index::ArchitectureDirectory| {
        let instability = at.instability.map_or("-".to_owned(), |instability| format!("{instability:.2}"));
        let (layer, level, files, symbols) = (at.layer, at.level, at.files, at.symbols);
        format!("{} {layer} {level} {files} {symbols} {} {} {} {instability}", at.path, at.within, at.afferent, at.efferent)
    };
    found.directories.iter().map(line).collect()
}

fn couplings(found: &Architecture) -> Vec<String> {
    let couplings = found.couplings.iter();
    couplings.map(|coupling| format!("{} {} {} {}", coupling.from, coupling.to, coupling.dependencies, coupling.imports)).collect()
}

#[test]
fn directories_stand_in_layers_and_the_smallest_coupling_that_closes_a_cycle_is_named() {
    let folder = folder(FILES);
    let index = open(&folder);
    let snapshot = index.snapshot();
    let found = snapshot.architecture(&ArchitectureOptions::default()).unwrap();
    let expected = [
        " 0 0 1 2 0 0 0 -",
        "shop/app 2 3 1 2 0 0 1 1.00",
        "shop/logs 0 0 2 4 0 2 1 0.33",
        "shop/orders 1 2 1 5 1 1 1 0.50",
        "shop/store 0 1 1 3 0 2 2 0.50",
    ];
    assert_eq!(directories(&found), expected);
    let expected = ["shop/app shop/orders 2 1", "shop/logs shop/store 1 1", "shop/orders shop/store 1 1", "shop/store shop/logs 2 1"];
    assert_eq!(couplings(&found), expected);
    assert_eq!(found.revision, snapshot.revision());
    let [cycle] = &*found.cycles else { panic!("{:?}", found.cycles) };
    assert_eq!(cycle.directories, ["shop/logs", "shop/store"]);
    let [closing] = &*cycle.closing else { panic!("{cycle:?}") };
    assert_eq!((&*closing.coupling.from, &*closing.coupling.to, closing.coupling.closes_cycle), ("shop/logs", "shop/store", true));
    let examples: Vec<(&str, &str)> = closing.examples.iter().map(|at| (short(&at.source), short(&at.target))).collect();
    assert_eq!(examples, [("shop/logs/rotate.py rotate().", "shop/store/db.py size().")]);
    assert_eq!(found.couplings.iter().filter(|coupling| coupling.closes_cycle).count(), 1);
    assert_eq!(found.directories.iter().map(|at| at.cycle).collect::<Vec<_>>(), [None, None, Some(0), None, Some(0)]);
}

#[test]
fn a_part_a_depth_and_tests_are_laid_out_as_asked() {
    let folder = folder(FILES);
    let index = open(&folder);
    let snapshot = index.snapshot();
    let asked = |path: &str, depth, tests| snapshot.architecture(&ArchitectureOptions { path: path.into(), depth, tests }).unwrap();
    assert_eq!(directories(&asked("", Some(0), false)), [" 0 0 6 16 7 0 0 -"]);
    assert_eq!(directories(&asked("", Some(1), false)), [" 0 0 1 2 0 0 0 -", "shop 0 0 5 14 7 0 0 -"]);
    let tested = asked("", Some(1), true);
    assert_eq!(couplings(&tested), ["tests shop 1 1"]);
    assert_eq!(directories(&asked("./shop/logs/", None, false)), ["shop/logs 0 0 2 4 0 0 0 -"]);
    assert_eq!(directories(&asked("shop/logs/log.py", Some(5), false)), ["shop/logs 0 0 1 2 0 0 0 -"]);
    assert_eq!(asked("tests", None, false).directories, []);
    let within = asked("shop", Some(1), false);
    let paths: Vec<&str> = within.directories.iter().map(|at| &*at.path).collect();
    assert_eq!(paths, ["shop/app", "shop/logs", "shop/orders", "shop/store"]);
    let error = snapshot.architecture(&ArchitectureOptions { path: "shpo".into(), ..ArchitectureOptions::default() }).unwrap_err();
    assert!(error.to_string().starts_with("`shpo` is not a file of the project"), "{error}");
}

#[test]
fn what_only_a_name_speaks_for_ties_no_directories() {
    let files = &[
        ("shop/bin/bin.py", "class Bin:\n    def recycle(self):\n        return 1\n"),
        ("shop/logs/log.py", "def write(text):\n    text.recycle()\n"),
        ("shop/yard/yard.py", "import shop.bin.bin\n\ndef clear(text):\n    text.recycle()\n"),
    ];
    let folder = folder(files);
    let index = open(&folder);
    let found = index.snapshot().architecture(&ArchitectureOptions::default()).unwrap();
    assert_eq!(couplings(&found), ["shop/yard shop/bin 1 1"]);
    let fan_in: u32 = index.snapshot().centrality().unwrap().iter().map(|symbol| symbol.fan_in).sum();
    assert_eq!(fan_in, 2);
}

#[test]
fn symbols_are_told_how_much_relies_on_them_and_which_rely_on_each_other() {
    let folder = folder(FILES);
    let index = open(&folder);
    let found = index.snapshot().centrality().unwrap();
    let of = |name: &str| found.iter().find(|symbol| short(&symbol.symbol) == name).unwrap();
    for (name, fan_in, fan_out) in [
        ("shop/app/main.py main().", 0, 2),
        ("shop/orders/order.py place().", 2, 1),
        ("shop/logs/log.py write().", 2, 0),
        ("setup.py ", 0, 0),
    ] {
        assert_eq!((of(name).fan_in, of(name).fan_out), (fan_in, fan_out), "{name}");
    }
    // Nothing calls itself in a circle: the components are as many as the symbols, in order.
    assert!(found.iter().map(|symbol| symbol.component).eq(0..found.len() as u32), "{found:?}");
    let circle = crate::folder(&[("a.py", "def even(n): return odd(n)\n\ndef one(): pass\n\ndef odd(n): return even(n)\n")]);
    let found = open(&circle).snapshot().centrality().unwrap();
    assert_eq!(found.iter().map(|symbol| symbol.component).collect::<Vec<_>>(), [0, 1, 2, 1]);
}

#[test]
fn bridges_lie_on_the_ways_between_others() {
    // Of 4 · 3 pairs of others, two ways lead through `b` and two through `c`.
    let chain = folder(&[
        ("chain.py", "def a(): b()\n\ndef b(): c()\n\ndef c(): d()\n\ndef d(): pass\n"),
        ("test_chain.py", "from chain import a\n\ndef test_a(): a()\n"),
    ]);
    let index = open(&chain);
    let asked = |options: BetweennessOptions| index.snapshot().betweenness(&options).unwrap();
    let found = asked(BetweennessOptions::default());
    let shown: Vec<(&str, f64)> = found.symbols.iter().map(|symbol| (short(&symbol.symbol), symbol.betweenness)).collect();
    assert_eq!(shown, [("chain.py b().", 2.0 / 12.0), ("chain.py c().", 2.0 / 12.0)]);
    assert_eq!((found.pivots, found.exact, &*found.revision), (3, true, index.snapshot().revision()));
    let with_tests = asked(BetweennessOptions { tests: true, ..BetweennessOptions::default() });
    assert_eq!((with_tests.pivots, short(&with_tests.symbols[0].symbol)), (4, "chain.py b()."));
    let estimate = asked(BetweennessOptions { sample: 1, limit: 1, ..BetweennessOptions::default() });
    assert_eq!((estimate.pivots, estimate.exact, estimate.symbols.len()), (1, false, 1));
    assert_eq!(asked(BetweennessOptions { sample: 0, ..BetweennessOptions::default() }).symbols, []);
}

#[test]
fn communities_are_what_has_to_do_with_each_other_wherever_it_lies() {
    let ring = |a: &str, b: &str, c: &str, more: &str| format!("def {a}(): {b}()\n\ndef {b}(): {c}()\n\ndef {c}():\n    {a}()\n{more}");
    let folder = folder(&[
        ("shop/users/user.py", &ring("login", "find", "check", "    from shop.orders.order import place\n    place()\n")),
        ("shop/orders/order.py", &ring("place", "reserve", "pay", "")),
        ("shop/orders/unused.py", "LIMIT = 3\n"),
        ("tests/test_user.py", "from shop.users.user import login\n\ndef test_login(): login()\n"),
    ]);
    let index = open(&folder);
    let asked = |resolution, tests| index.snapshot().communities(&CommunitiesOptions { resolution, tests });
    let found = asked(1.0, false).unwrap();
    let shown = found.communities.iter().map(|at| {
        let (number, symbols, within, outward) = (at.community, at.symbols, at.within, at.outward);
        format!("{number} {} {} {symbols} {} {within} {outward}", at.name, short(&at.central), at.in_directory)
    });
    let expected =
        ["0 shop/orders: place shop/orders/order.py place(). 3 3 3 0", "1 shop/users: login shop/users/user.py login(). 3 3 3 1"];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
    assert!((found.modularity - (6.0 / 7.0 - 0.5)).abs() < 1e-12, "{}", found.modularity);
    let members = found.members.iter().map(|member| (short(&member.symbol).rsplit(' ').next().unwrap_or(""), member.community));
    let expected = [("place().", 0), ("reserve().", 0), ("pay().", 0), ("login().", 1), ("find().", 1), ("check().", 1)];
    assert_eq!(members.collect::<Vec<_>>(), expected);
    assert_eq!(asked(1.0, true).unwrap().communities[0].symbols, 4);
    assert_eq!(asked(0.0, false).unwrap().communities.len(), 1);
    assert_eq!(asked(100.0, false).unwrap().communities, []);
    for resolution in [-1.0, f64::NAN, f64::INFINITY] {
        let error = asked(resolution, false).unwrap_err();
        assert!(error.to_string().starts_with("the resolution "), "{error}");
    }
}

#[test]
fn a_community_is_named_after_the_type_whose_members_are_most_in_it() {
    let folder = folder(&[(
        "src/cart.rs",
        "pub struct Cart;\nimpl Cart {\n    pub fn total(&self) -> u32 { self.sum() }\n    fn sum(&self) -> u32 { self.rows() }\n    \
         fn rows(&self) -> u32 { one() }\n}\nfn one() -> u32 { 1 }\n",
    )]);
    let found = open(&folder).snapshot().communities(&CommunitiesOptions { resolution: 0.0, tests: false }).unwrap();
    assert_eq!(found.communities.iter().map(|at| &*at.name).collect::<Vec<_>>(), ["src: Cart"]);
}

/// All answers about the shape of a project.
fn all(snapshot: &Snapshot<'_>) -> String {
    let centrality = snapshot.centrality().unwrap();
    let betweenness = snapshot.betweenness(&BetweennessOptions::default()).unwrap();
    let communities = snapshot.communities(&CommunitiesOptions::default()).unwrap();
    let architecture = snapshot.architecture(&ArchitectureOptions::default()).unwrap();
    format!("{centrality:?} {betweenness:?} {communities:?} {architecture:?}")
}

#[test]
fn an_empty_project_and_one_without_dependencies_have_a_shape_too() {
    for (files, directories, symbols) in
        [(&[("README.md", "# Nothing\n")][..], 0, 0), (&[("a.py", "A = 1\n")], 1, 2), (&[("a.py", ""), ("b/c.py", "")], 2, 2)]
    {
        let folder = folder(files);
        let index = open(&folder);
        let snapshot = index.snapshot();
        let found = snapshot.architecture(&ArchitectureOptions { depth: Some(9), ..ArchitectureOptions::default() }).unwrap();
        assert_eq!(found.directories.len(), directories);
        assert!(found.couplings.is_empty() && found.cycles.is_empty(), "{found:?}");
        assert_eq!(snapshot.centrality().unwrap().len(), symbols);
        let communities = snapshot.communities(&CommunitiesOptions::default()).unwrap();
        assert_eq!((communities.communities.len(), communities.members.len(), communities.modularity), (0, 0, 0.0));
        let betweenness = snapshot.betweenness(&BetweennessOptions::default()).unwrap();
        assert_eq!((betweenness.symbols.len(), betweenness.pivots, betweenness.exact), (0, 0, true));
    }
}

#[test]
fn an_edit_runs_none_of_it_and_the_answers_after_it_are_those_of_a_fresh_index() {
    let folder = folder(FILES);
    let options = || Options { store: StorePlace::Memory, count_executions: true, ..Options::default() };
    let mut index = Index::open(folder.path().join("shop"), options()).unwrap();
    let before = all(&index.snapshot());
    index.events().start();
    crate::write(folder.path(), "shop/logs/rotate.py", "def rotate():\n    return 1\n");
    index.apply(Change::Disk(vec!["shop/logs/rotate.py".into()])).unwrap();
    index.snapshot().revision();
    let ran = index.events().take(index.database());
    assert!(!ran.contains_key("file_edges") && !ran.contains_key("content_edges"), "{ran:?}");
    let after = all(&index.snapshot());
    assert_ne!(before, after);
    for threads in [1, 3] {
        let threads = Some(Arc::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()));
        let fresh = Index::open(folder.path().join("shop"), Options { threads, ..options() }).unwrap();
        assert_eq!(all(&fresh.snapshot()), after);
    }
}
