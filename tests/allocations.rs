//! Allocations of a parse and its walk do not grow with the number of nodes or symbols of a file.
//!
//! Only the growth of the row buffers may allocate, and a session keeps those: once it has read a file, any file of that
//! size costs the same handful of allocations. (The grammar's own C heap is not counted.)

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use leindex_queries::languages::Languages;
use leindex_queries::syntax::parse::ParseSession;
use leindex_queries::syntax::rows::{SymbolRow, UseRow};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed to the system's allocator as it is.
#[allow(unsafe_code, reason = "an allocator can be written in no other way")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of reading `source` in a session that has read it before.
fn allocations(session: &mut ParseSession, languages: &Languages, dialect: &str, source: &str) -> (u64, u32) {
    let dialect = languages.by_name(dialect).expect("a built-in language");
    let grammar = languages.grammar(dialect).expect("it has a grammar");
    let rows = session.rows(grammar, source.as_bytes());
    let size = rows.count::<SymbolRow>() + rows.count::<UseRow>();
    let before = COUNT.with(Cell::get);
    session.rows(grammar, source.as_bytes());
    (COUNT.with(Cell::get) - before, size)
}

#[track_caller]
fn check(dialect: &str, item: &str) {
    let (languages, mut session) = (Languages::default(), ParseSession::default());
    let many = |count: usize| (0..count).map(|at| item.replace("NN", &at.to_string())).collect::<String>();
    let (few, small) = allocations(&mut session, &languages, dialect, &many(10));
    let (lots, large) = allocations(&mut session, &languages, dialect, &many(1000));
    assert!(large > 50 * small, "{dialect}: {small} and {large} rows");
    assert!(lots <= few + 8, "{dialect}: {few} allocations for {small} rows, {lots} for {large}");
}

#[test]
fn python_allocates_the_same_for_any_number_of_symbols() {
    check(
        "python",
        "import mNN\nfrom .m import aNN as b\n\n@decorator\nclass CNN(Base):\n    \"\"\"Doc.\"\"\"\n    x: int = 1\n\n    def method(self, a, b=2):\n        \
         # Comment.\n        self.y = a.b(c)[1]\n        return [q for q in a if q and b]\n\n\n# Said of it.\ndef fNN(a, *args):\n    return a\n\n\ndef twin(): pass\n\nLIMITNN = 3\n",
    );
}

#[test]
fn elixir_allocates_the_same_for_any_number_of_functions() {
    check(
        "elixir",
        "@doc \"Does.\"\n@spec fNN(integer) :: atom\ndef fNN(a, b \\\\ 1) when a > 1 do\n  a |> g(b) |> Enum.map(&(&1 + 1))\nend\ndef fNN(_, _), do: :ok\n",
    );
}

#[test]
fn haskell_allocates_the_same_for_any_number_of_functions() {
    check(
        "haskell",
        "-- | Does.\nfNN :: Int -> Maybe Int\nfNN 0 = Nothing\nfNN x | x > 1 = Just $ g x . h\n  where g y = y + 1\n\ndata TNN = TNN { aNN :: Int } | UNN deriving Show\n\n",
    );
}
