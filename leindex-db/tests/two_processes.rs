//! What the store promises between processes. The test binary starts itself again as the other process.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use leindex_db::Location;
use leindex_db::store::{Options, Role, Store, StoreKey};

const FOLDER: &str = "LEINDEX_TEST_FOLDER";

fn key(n: u64) -> StoreKey {
    StoreKey::new("two-processes", &[0; 16], &[&n.to_le_bytes()])
}

fn value(n: u64) -> Vec<u8> {
    n.to_le_bytes().repeat(64)
}

fn open(folder: &Path) -> Store {
    let location = Location::beneath(&folder.join("home"), folder).unwrap();
    let options = Options { retry: Duration::from_millis(1), batch: 64 << 10, seal_from: 2 << 20, ..Options::default() };
    Store::open(&location, options).unwrap()
}

fn found(store: &Store, numbers: std::ops::Range<u64>) -> usize {
    numbers.filter(|n| store.get(&key(*n)).as_deref() == Some(&value(*n)[..])).count()
}

/// Another process that runs the test `name` in `folder`, and what it prints.
struct Other {
    child: Child,
    says: BufReader<ChildStdout>,
}

impl Other {
    fn start(name: &str, folder: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([name, "--exact", "--nocapture", "--quiet"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let says = BufReader::new(child.stdout.take().unwrap());
        Self { child, says }
    }

    /// The next line that starts with `@`, without it; the test harness prints others.
    fn hears(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(self.says.read_line(&mut line).unwrap(), 0, "the other process ended");
            if let Some(at) = line.find('@') {
                return line[at + 1..].trim().to_owned();
            }
        }
    }

    fn leave(mut self) {
        self.child.stdin.take().unwrap().write_all(b"leave\n").unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

fn say(what: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "@{what}").unwrap();
    out.flush().unwrap();
}

fn wait_for_leave() {
    std::io::stdin().lock().read_line(&mut String::new()).unwrap();
}

/// Not a test of its own: the other process of those below.
#[test]
fn holder() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let store = open(Path::new(&folder));
    (0..1_000).for_each(|n| store.put(key(n), &value(n)));
    store.put_named("manifest", b"of the holder");
    store.seal_pack().unwrap();
    (1_000..1_100).for_each(|n| store.put(key(n), &value(n)));
    store.persist().unwrap();
    say(format!("{:?}", store.role()));
    wait_for_leave();
}

/// Not a test of its own: writes until it is killed, and says what it has persisted.
#[test]
fn endless_writer() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let store = open(Path::new(&folder));
    for n in 0.. {
        store.put(key(n), &value(n));
        if n % 1_000 == 999 {
            store.persist().unwrap();
            say(n + 1);
        }
    }
}

#[test]
fn a_second_process_reads_the_packs_of_the_first_and_takes_over_when_it_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = Other::start("holder", folder.path());
    assert_eq!(other.hears(), "Holder");

    let store = open(folder.path());
    assert_eq!(store.role(), Role::Reader);
    assert_eq!(found(&store, 0..1_000), 1_000);
    assert_eq!(store.get_named("manifest").as_deref(), Some(&b"of the holder"[..]));
    store.put(key(5_000), &value(5_000));
    store.persist().unwrap();
    assert_eq!(store.role(), Role::Reader);
    assert_eq!(found(&store, 5_000..5_001), 1);

    other.leave();
    std::thread::sleep(Duration::from_millis(5));
    store.persist().unwrap();
    assert_eq!(store.role(), Role::Holder);
    assert_eq!(found(&store, 0..1_100), 1_100, "what the holder had not sealed is there too");
    drop(store);
    assert_eq!(found(&open(folder.path()), 5_000..5_001), 1, "what the reader had in memory was written");
}

#[test]
fn a_killed_process_loses_at_most_its_last_batch_and_its_lock() {
    for round in 1..=5 {
        let folder = tempfile::tempdir().unwrap();
        let mut other = Other::start("endless_writer", folder.path());
        let mut persisted = 0;
        for _ in 0..round * 4 {
            persisted = other.hears().parse().unwrap();
        }
        std::thread::sleep(Duration::from_millis(round * 3));
        other.child.kill().unwrap();
        other.child.wait().unwrap();

        let store = open(folder.path());
        assert_eq!(store.role(), Role::Holder, "the lock died with the process");
        assert_eq!(found(&store, 0..persisted), usize::try_from(persisted).unwrap());
        assert_eq!(store.stats().corrupt, 0);
        assert!(store.warnings().is_empty(), "{:?}", store.warnings());
    }
}
