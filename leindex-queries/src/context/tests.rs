//! Promises of contexts and searches, on this repository's own sources and on small projects made here.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use leindex_embed::count_tokens;

use super::{Context, ContextOptions, Payload, Tier};
use crate::index::StorePlace;
use crate::{Change, Index, Options, SearchOptions};

const QUESTIONS: &[&str] = &[
    "",
    " \n\t",
    "Where is a damaged store set aside?",
    "How are open rows joined with definitions?",
    "What are the performance bottlenecks?",
    "How is this project structured?",
    "Join.join",
    "leindex-db/src/text.rs:60",
    "rows.rs",
    "error \"a hash has 32 bytes\"",
    "get",
    "new",
    "zzzz qqqq xylophone",
    "где проверяется хеш",
    "ハッシュはどこ",
    "🦀🦀🦀",
    "``` ` ``` # ## |",
    "<|endoftext|> <|im_start|>",
];

fn own_sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn open(path: &Path) -> Index {
    Index::open(path, Options { store: StorePlace::Memory, ..Options::default() }).expect("the folder can be read")
}

fn own_index() -> &'static std::sync::Mutex<Index> {
    static INDEX: OnceLock<std::sync::Mutex<Index>> = OnceLock::new();
    INDEX.get_or_init(|| std::sync::Mutex::new(open(&own_sources())))
}

fn ask(index: &Index, question: &str, budget: usize) -> Context {
    index.snapshot().context(question, &ContextOptions { budget, ..ContextOptions::default() }).expect("nobody cancels")
}

fn ask_for_text(index: &Index, question: &str, budget: usize) -> Context {
    let options = ContextOptions { budget, payload: Payload::Text, ..ContextOptions::default() };
    index.snapshot().context(question, &options).expect("nobody cancels")
}

/// Tokens of the lists of a context, as `serde_json` writes them.
fn list_tokens(context: &Context) -> usize {
    let lists = serde_json::to_value(context).expect("plain data");
    let counted = ["entries", "items", "omitted"].map(|key| &lists[key]).into_iter().filter(|list| **list != serde_json::json!([]));
    let items = serde_json::to_string(&context.items).expect("plain data");
    // A `Value` sorts its keys; the list of items is counted in the order in which it is written.
    counted.map(|list| if *list == lists["items"] { count_tokens(&items) } else { count_tokens(&list.to_string()) }).sum()
}

fn check(context: &Context, budget: usize) {
    let tokens = count_tokens(&context.text) + list_tokens(context);
    assert_eq!(tokens, context.tokens, "{} at {budget}", context.question);
    assert!(tokens <= budget, "{tokens} of {budget}: {}", context.question);
    let short_of_room = context.omitted.iter().any(|note| note.contains("for lack of room"));
    if budget >= 400 && short_of_room {
        assert!(
            tokens * 10 >= budget * 9,
            "{tokens} of {budget} used, though there was more to say: {}\n{}",
            context.question,
            context.text
        );
    }
    for item in &context.items {
        assert!(!item.why.is_empty() && item.start_line <= item.end_line, "{item:?}");
    }
}

/// A sequence that looks random and is always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

#[test]
fn a_budget_is_never_exceeded() {
    let index = own_index().lock().expect("no test panics while it holds the index");
    let words: Vec<&str> =
        "store rows parse symbol edge resolve import scope walk hash manifest discover overlay segment record token budget \
                            where how is the why error Index Snapshot Rows SymbolRow file_edges name_hash language grammar test tests"
            .split_whitespace()
            .collect();
    let mut dice = Dice(7);
    for budget in 0..60 {
        check(&ask(&index, QUESTIONS[budget % QUESTIONS.len()], budget), budget);
    }
    for round in 0..260 {
        let budget = match round % 4 {
            0 => dice.roll(150),
            1 | 2 => 100 + dice.roll(1400),
            _ => 1000 + dice.roll(7000),
        };
        let question = if round % 3 == 0 {
            QUESTIONS[dice.roll(QUESTIONS.len())].to_owned()
        } else {
            let count = 1 + dice.roll(6);
            (0..count).map(|_| words[dice.roll(words.len())]).collect::<Vec<_>>().join(" ")
        };
        check(&ask(&index, &question, budget), budget);
    }
}

#[test]
fn every_budget_holds_for_the_text_and_the_lists_beside_it() {
    let index = own_index().lock().expect("no test panics while it holds the index");
    let mut with_items = 0;
    for budget in (1..400).chain((400..=4000).step_by(19)) {
        let question = QUESTIONS[2 + budget % 8];
        let context = ask(&index, question, budget);
        check(&context, budget);
        with_items += usize::from(!context.items.is_empty());
        let text = ask_for_text(&index, question, budget);
        assert_eq!(text.tokens, count_tokens(&text.text), "{question} at {budget}");
        assert!(text.tokens <= budget && text.found && context.found, "{question} at {budget}");
    }
    assert!(with_items > 400, "{with_items}");
}

#[test]
fn a_reader_of_text_alone_gets_more_of_it() {
    let folder = shop();
    let index = open(folder.path());
    let (both, text) = (ask(&index, "Cart.checkout", 400), ask_for_text(&index, "Cart.checkout", 400));
    assert!(count_tokens(&both.text) + 50 < text.tokens, "{}\n{}", both.text, text.text);
    assert!(both.items.iter().all(|item| both.text.contains(&item.path)));
}

#[test]
fn a_question_of_a_megabyte_is_answered() {
    let index = own_index().lock().expect("no test panics while it holds the index");
    let context = ask(&index, &"where is the store opened ".repeat(40_000), 500);
    check(&context, 500);
    assert!(!context.entries.is_empty());
    assert!(index.snapshot().search(&"x".repeat(1 << 20), &SearchOptions::default()).expect("nobody cancels").hits.is_empty());
}

#[test]
fn a_question_about_nothing_says_so() {
    let index = own_index().lock().expect("no test panics while it holds the index");
    // Made up here, so that this file does not answer it.
    let context = ask(&index, &["zqx", "vwk"].concat(), 2000);
    assert!(context.entries.is_empty() && context.items.is_empty());
    assert!(context.text.contains("No symbol"), "{}", context.text);
    assert!(ask(&index, "", 2000).text.starts_with("Nothing was asked"));
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let answers = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
        pool.install(|| {
            let index = open(&own_sources().join("leindex-queries/src/names"));
            let contexts: Vec<String> =
                QUESTIONS.iter().map(|question| serde_json::to_string(&ask(&index, question, 1500)).expect("plain data")).collect();
            let hits: Vec<String> = QUESTIONS
                .iter()
                .map(|question| index.snapshot().search(question, &SearchOptions::default()).expect("nobody cancels").hits)
                .map(|hits| serde_json::to_string(&hits).expect("plain data"))
                .collect();
            (contexts, hits)
        })
    };
    let one = answers(1);
    assert_eq!(one, answers(2));
    assert_eq!(one, answers(5));
}

const SHOP: &[(&str, &str)] = &[
    (
        "shop/cart.py",
        "from shop.price import total_price\n\n\nclass Cart:\n    \"\"\"What a customer is about to buy.\"\"\"\n\n    def checkout(self, user):\n        \
         \"\"\"Check out the cart: charge the customer.\"\"\"\n        amount = total_price(self.items)\n        if amount > user.limit:\n            \
         raise LimitError(amount)\n        return charge(user, amount)\n\n\ndef charge(user, amount):\n    return user.account.withdraw(amount)\n",
    ),
    (
        "shop/price.py",
        "def total_price(items):\n    \"\"\"The price of all items with tax.\"\"\"\n    total = 0\n    for item in items:\n        if item.taxed:\n            \
         total += with_tax(item.price)\n        else:\n            total += item.price\n    return total\n\n\ndef with_tax(price):\n    return price * 1.2\n",
    ),
    (
        "shop/views.py",
        "from shop.cart import Cart\n\n\ndef post_order(request):\n    cart = Cart()\n    return cart.checkout(request.user)\n",
    ),
    ("tests/test_cart.py", "from shop.cart import Cart\n\n\ndef test_checkout():\n    assert Cart().checkout(None)\n"),
    ("shop/paint.py", "def mix_colours(red, green):\n    return red + green\n"),
];

fn shop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in SHOP {
        let path = folder.path().join(path);
        #[expect(clippy::disallowed_methods, reason = "a project to read is written first")]
        std::fs::create_dir_all(path.parent().expect("it has a folder"))
            .and_then(|()| std::fs::write(path, text))
            .expect("it can be written");
    }
    folder
}

fn names(context: &Context) -> Vec<&str> {
    context.items.iter().map(|item| item.symbol.rsplit(' ').next().unwrap_or("")).collect()
}

#[test]
fn gravity_follows_calls_in_both_directions() {
    let folder = shop();
    let index = open(folder.path());
    let context = ask(&index, "Cart.checkout", 1500);
    assert_eq!(context.entries.len(), 1);
    assert!(context.entries[0].ends_with("shop/cart.py Cart#checkout()."), "{:?}", context.entries);
    let names = names(&context);
    for expected in ["Cart#checkout().", "charge().", "total_price().", "post_order().", "Cart#", "with_tax()."] {
        assert!(names.contains(&expected), "{expected} is missing: {names:?}\n{}", context.text);
    }
    assert!(!names.contains(&"mix_colours()."), "{names:?}");
    let why = |name: &str| &context.items.iter().find(|item| item.symbol.ends_with(name)).expect("it is there").why;
    assert_eq!(why("total_price()."), "called by `Cart.checkout` at shop/cart.py:9 (import)");
    assert_eq!(why("post_order()."), "calls `Cart.checkout` at shop/views.py:6 (type)");
    assert_eq!(context.items[0].tier, Tier::Full);
    assert!(context.text.contains("shop/cart.py:7-12"), "{}", context.text);
}

#[test]
fn words_paths_and_messages_find_their_symbols() {
    let folder = shop();
    let index = open(folder.path());
    let first = |question: &str| {
        let hits = index.snapshot().search(question, &SearchOptions::default()).expect("nobody cancels").hits;
        hits.first().map(|hit| hit.symbol.symbol.split_once(' ').map_or("", |(_, name)| name).to_owned()).unwrap_or_default()
    };
    assert_eq!(first("where is the price of all items summed up"), "shop/price.py total_price().");
    assert_eq!(first("total_price"), "shop/price.py total_price().");
    assert_eq!(first("shop/views.py:5"), "shop/views.py post_order().");
    assert_eq!(first("which test checks out a cart"), "tests/test_cart.py test_checkout().");
    assert_eq!(first("charge customer checkout"), "shop/cart.py Cart#checkout().");
    let options = SearchOptions { paths: vec!["tests/**".into()], ..SearchOptions::default() };
    let hits = index.snapshot().search("checkout", &options).expect("nobody cancels").hits;
    assert!(!hits.is_empty() && hits.iter().all(|hit| hit.symbol.path.starts_with("tests/") && hit.symbol.is_test));
    let options = SearchOptions { kinds: vec![crate::syntax::rows::SymbolKind::Class], ..SearchOptions::default() };
    let hits = index.snapshot().search("cart", &options).expect("nobody cancels").hits;
    assert!(!hits.is_empty() && hits.iter().all(|hit| hit.symbol.kind == "class"));
    assert_eq!(index.snapshot().search("cart", &SearchOptions { limit: 0, ..SearchOptions::default() }).expect("nobody cancels").hits, []);
}

#[test]
fn summaries_come_from_the_documentation_or_the_code() {
    let folder = shop();
    let index = open(folder.path());
    let find = |name: &str| index.snapshot().search(name, &SearchOptions::default()).expect("nobody cancels").hits[0].symbol.clone();
    let documented = find("total_price");
    assert_eq!((documented.summary.as_str(), documented.generated_summary), ("The price of all items with tax.", false));
    let made = find("post_order");
    assert_eq!((made.summary.as_str(), made.generated_summary), ("Post order: takes request; calls Cart and checkout.", true));
    assert_eq!(find("LimitError raise checkout").name, "checkout");
}

#[test]
fn edits_answer_like_a_fresh_index() {
    let folder = shop();
    let mut index = open(folder.path());
    let edited = "from shop.cart import Cart\n\n\ndef post_order(request):\n    return Cart().checkout(request.user)\n\n\ndef refund_order(cart):\n    return cart.checkout(None)\n";
    ask(&index, "Cart.checkout", 1500);
    index.apply(Change::Overlay("shop/views.py".into(), edited.into())).expect("the path is right");
    index.apply(Change::Remove("shop/paint.py".into())).expect("the path is right");
    let path = folder.path().join("shop/views.py");
    #[expect(clippy::disallowed_methods, reason = "the same edit is made on disk")]
    std::fs::write(path, edited).and_then(|()| std::fs::remove_file(folder.path().join("shop/paint.py"))).expect("it can be written");
    let fresh = open(folder.path());
    for question in ["Cart.checkout", "refund", "mix colours", "How is this project structured?", "What are the bottlenecks?"] {
        assert_eq!(ask(&index, question, 900), ask(&fresh, question, 900), "{question}");
        let options = SearchOptions::default();
        assert_eq!(index.snapshot().search(question, &options).expect("fine"), fresh.snapshot().search(question, &options).expect("fine"));
    }
}
