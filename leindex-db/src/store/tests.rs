//! Promises of the store within one process; `tests/two_processes.rs` has those between processes.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::*;
use crate::location::Location;

fn location(folder: &Path) -> Location {
    Location::beneath(&folder.join("home"), folder).unwrap()
}

fn key(n: u32) -> StoreKey {
    StoreKey::new("test", &[0; 16], &[&n.to_le_bytes()])
}

/// Compresses to about half.
fn value(n: u32) -> Vec<u8> {
    let mut value = vec![0; 1_000];
    blake3::Hasher::new().update(&n.to_le_bytes()).finalize_xof().fill(&mut value[..500]);
    value
}

const QUICK: Options = Options { memory_limit: 1 << 20, batch: 64 << 10, seal_from: 1 << 20, retry: Duration::ZERO };

fn open(folder: &Path) -> Store {
    Store::open(&location(folder), QUICK).unwrap()
}

fn put(store: &Store, numbers: std::ops::Range<u32>) {
    numbers.for_each(|n| store.put(key(n), &value(n)));
}

/// What is missing where nothing is: without a type of its own, `[]` may be compared as JSON too.
const NONE: [u32; 0] = [];

fn missing(store: &Store, numbers: std::ops::Range<u32>) -> Vec<u32> {
    numbers.filter(|n| store.get(&key(*n)).as_deref() != Some(&value(*n)[..])).collect()
}

fn files(folder: &Path, extension: &str) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    found.sort();
    found
}

#[test]
fn what_is_put_is_read_at_once_and_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    assert_eq!(store.role(), Role::Holder);
    assert_eq!(store.get(&key(1)), None);
    put(&store, 0..10);
    assert_eq!(missing(&store, 0..10), NONE);
    store.put_named("manifest", b"old");
    store.put_named("manifest", b"new");
    drop(store);

    let store = open(folder.path());
    assert_eq!(missing(&store, 0..10), NONE);
    assert_eq!(store.get_named("manifest").as_deref(), Some(&b"new"[..]));
    assert!(store.contains(&key(3)) && !store.contains(&key(30)));
    let stats = store.stats();
    assert_eq!((stats.hits, stats.misses, stats.corrupt), (10, 0, 0));
    assert!(store.warnings().is_empty());
}

#[test]
fn a_store_in_memory_holds_everything() {
    let store = Store::in_memory();
    put(&store, 0..5_000);
    store.put_named("x", b"y");
    store.persist().unwrap();
    store.seal_pack().unwrap();
    assert_eq!(missing(&store, 0..5_000), NONE);
    assert_eq!(store.get_named("x").as_deref(), Some(&b"y"[..]));
    assert_eq!(store.role(), Role::Memory);
}

#[test]
fn values_are_found_wherever_they_are_on_their_way_to_a_pack() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            let store = &store;
            scope.spawn(move || {
                let numbers = thread * 2_000..(thread + 1) * 2_000;
                for n in numbers.clone() {
                    store.put(key(n), &value(n));
                    assert_eq!(missing(store, n..n + 1), NONE, "just put");
                    assert_eq!(missing(store, numbers.start..numbers.start + 1), NONE, "put long ago");
                    if n % 500 == 0 {
                        store.persist().unwrap();
                    }
                    if n % 900 == 0 {
                        store.seal_pack().unwrap();
                    }
                }
            });
        }
    });
    assert_eq!(missing(&store, 0..8_000), NONE);
    drop(store);
    let store = open(folder.path());
    assert_eq!(missing(&store, 0..8_000), NONE);
    assert_eq!(store.stats().corrupt, 0);
}

#[test]
fn a_value_lies_on_disk_once_and_packs_stay_few() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for round in 0..40 {
        put(&store, round * 100..(round + 1) * 100);
        store.put_named("round", &round.to_le_bytes());
        store.seal_pack().unwrap();
    }
    assert_eq!(missing(&store, 0..4_000), NONE);
    assert_eq!(store.get_named("round").as_deref(), Some(&39_u32.to_le_bytes()[..]));
    assert!(store.stats().packs <= 8, "{}", store.stats().packs);
    drop(store);
    let store = open(folder.path());
    assert_eq!(missing(&store, 0..4_000), NONE);
    // About 560 bytes a value. The generation before may be kept beside this one.
    let bytes = store.stats().disk_bytes;
    assert!((2_000_000..5_500_000).contains(&bytes), "{bytes}");
}

#[test]
fn a_second_store_reads_packs_and_takes_over_when_the_holder_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let holder = open(folder.path());
    put(&holder, 0..100);
    holder.put_named("manifest", b"m");
    holder.seal_pack().unwrap();

    let reader = open(folder.path());
    assert_eq!(reader.role(), Role::Reader);
    assert_eq!(missing(&reader, 0..100), NONE);
    assert_eq!(reader.get_named("manifest").as_deref(), Some(&b"m"[..]));

    put(&holder, 100..200);
    holder.seal_pack().unwrap();
    assert_eq!(missing(&reader, 100..200), NONE, "a pack sealed meanwhile is found");

    put(&reader, 200..300);
    reader.persist().unwrap();
    assert_eq!(missing(&reader, 200..300), NONE);
    assert_eq!(missing(&holder, 200..201), [200], "a reader's results are its own");

    drop(holder);
    reader.persist().unwrap();
    assert_eq!(reader.role(), Role::Holder);
    drop(reader);
    assert_eq!(missing(&open(folder.path()), 0..300), NONE);
}

#[test]
fn a_reader_takes_over_by_itself_when_it_has_something_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let holder = open(folder.path());
    let reader = open(folder.path());
    drop(holder);
    let start = Instant::now();
    while reader.role() != Role::Holder && start.elapsed() < Duration::from_secs(20) {
        put(&reader, 0..1);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(reader.role(), Role::Holder);
}

#[test]
fn a_readers_memory_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let _holder = open(folder.path());
    let reader = open(folder.path());
    put(&reader, 0..10_000);
    let stats = reader.stats();
    assert!(stats.pending_bytes <= QUICK.memory_limit && stats.dropped > 0, "{stats:?}");
    assert_eq!(missing(&reader, 9_900..10_000), NONE);
}

#[test]
fn damaged_values_read_as_absent_and_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let place = location(folder.path());
    let store = open(folder.path());
    put(&store, 0..1_000);
    store.seal_pack().unwrap();
    drop(store);
    let packs = files(&place.folder().join("packs"), "pack");
    assert_eq!(packs.len(), 1);
    let mut bytes = fs::read(&packs[0]).unwrap();
    let records = bytes.len() - 1_000 * 44;
    for at in (100..records).step_by(5_000) {
        bytes[at] ^= 0xff;
    }
    fs::write(&packs[0], bytes).unwrap();

    let store = open(folder.path());
    let lost = missing(&store, 0..1_000);
    assert!((50..200).contains(&lost.len()), "{}", lost.len());
    assert_eq!(store.stats().corrupt, lost.len() as u64);
    lost.iter().for_each(|n| store.put(key(*n), &value(*n)));
    store.seal_pack().unwrap();
    assert_eq!(missing(&store, 0..1_000), NONE, "what is computed again takes its place");
}

#[test]
fn a_truncated_pack_costs_its_values_only() {
    let folder = tempfile::tempdir().unwrap();
    let place = location(folder.path());
    let store = open(folder.path());
    put(&store, 0..1_000);
    store.seal_pack().unwrap();
    put(&store, 1_000..1_010);
    store.seal_pack().unwrap();
    drop(store);
    let packs = files(&place.folder().join("packs"), "pack");
    let bytes = fs::read(&packs[0]).unwrap();
    fs::write(&packs[0], &bytes[..bytes.len() / 2]).unwrap();

    let store = open(folder.path());
    assert_eq!(missing(&store, 1_000..1_010), NONE);
    assert_eq!(missing(&store, 0..1_000).len(), 1_000);
    assert!(store.warnings()[0].contains("cannot be used"), "{:?}", store.warnings());
    put(&store, 0..1_000);
    store.seal_pack().unwrap();
    assert_eq!(missing(&store, 0..1_010), NONE);
}

/// Overwrites every file of the database, and opens the store again.
fn reopened_after(folder: &Path, damage: impl Fn(&Path)) -> Store {
    let store = open(folder);
    put(&store, 0..100);
    store.seal_pack().unwrap();
    put(&store, 100..200);
    drop(store);
    damage(&location(folder).folder().join("fjall-1"));
    open(folder)
}

fn each_file(folder: &Path, act: &dyn Fn(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { each_file(&path, act) } else { act(&path) }
    }
}

fn is_rebuilt(store: &Store, folder: &Path) {
    assert_eq!(store.role(), Role::Holder);
    assert!(store.warnings().iter().any(|warning| warning.contains("rebuilt")), "{:?}", store.warnings());
    put(store, 0..200);
    store.persist().unwrap();
    assert_eq!(missing(store, 0..200), NONE);
    let aside = fs::read_dir(location(folder).folder()).unwrap();
    let names: Vec<_> = aside.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.contains(&"fjall-1.corrupt-1".to_owned()), "{names:?}");
}

#[test]
fn a_damaged_database_is_set_aside_and_rebuilt_and_packs_still_answer() {
    let folder = tempfile::tempdir().unwrap();
    let store = reopened_after(folder.path(), |database| {
        each_file(database, &|path| fs::write(path, b"nonsense").unwrap());
    });
    assert_eq!(missing(&store, 0..100), NONE);
    is_rebuilt(&store, folder.path());
}

#[test]
fn a_database_that_was_never_finished_is_made_anew_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let store = reopened_after(folder.path(), |database| {
        let next = database.with_file_name("fjall-99");
        fs::create_dir_all(next.join("keyspaces")).unwrap();
        fs::write(next.join("version"), b"").unwrap();
        fs::create_dir_all(database.with_file_name("fjall-0.gone/keyspaces")).unwrap();
    });
    assert_eq!(missing(&store, 0..200), NONE);
    assert_eq!(store.warnings(), [""; 0]);
    assert!(!location(folder.path()).folder().join("fjall-0.gone").exists());
}

#[test]
fn a_database_of_random_flips_never_gives_wrong_values() {
    for seed in 0..12_usize {
        let folder = tempfile::tempdir().unwrap();
        let store = reopened_after(folder.path(), |database| {
            each_file(database, &|path| {
                let mut bytes = fs::read(path).unwrap();
                for at in (seed * 37..bytes.len()).step_by(701) {
                    bytes[at] ^= 1 << (seed % 8);
                }
                fs::write(path, bytes).unwrap();
            });
        });
        for n in 0..200 {
            let found = store.get(&key(n));
            assert!(found.is_none() || found.as_deref() == Some(&value(n)[..]), "seed {seed}, value {n}");
        }
        put(&store, 0..200);
        assert_eq!(missing(&store, 0..200), NONE, "seed {seed}");
    }
}

#[test]
fn a_newer_or_foreign_store_is_set_aside_and_rebuilt() {
    let folder = tempfile::tempdir().unwrap();
    let place = location(folder.path());
    let store = reopened_after(folder.path(), |_| {
        fs::write(place.folder().join("FORMAT"), "leindex store 99\n").unwrap();
    });
    assert_eq!(missing(&store, 0..200).len(), 200);
    is_rebuilt(&store, folder.path());
}

#[test]
fn a_pack_that_cannot_be_written_is_an_error_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let packs = location(folder.path()).folder().join("packs");
    let store = open(folder.path());
    fs::remove_dir(&packs).unwrap();
    fs::write(&packs, "in the way").unwrap();
    for round in 0..8 {
        put(&store, round * 10..(round + 1) * 10);
        assert!(matches!(store.seal_pack(), Err(Error::Store { .. })));
    }
    assert_eq!(missing(&store, 0..80), NONE);
    assert_eq!(store.role(), Role::Holder);
    assert!(!store.warnings().is_empty());
    let turns = fs::read_dir(location(folder.path()).folder()).unwrap().count();
    assert!(turns < 10, "{turns}");

    fs::remove_file(&packs).unwrap();
    fs::create_dir(&packs).unwrap();
    store.seal_pack().unwrap();
    assert_eq!(missing(&store, 0..80), NONE);
    drop(store);
    assert_eq!(missing(&open(folder.path()), 0..80), NONE);
}

#[cfg(unix)]
#[test]
fn the_store_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, 0..10);
    store.seal_pack().unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let place = location(folder.path());
    assert_eq!(mode(place.folder()), 0o700);
    for path in files(&place.folder().join("packs"), "pack") {
        assert_eq!(mode(&path), 0o600);
    }
}

#[test]
fn a_place_that_cannot_be_a_folder_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("home"), "a file").unwrap();
    assert!(matches!(Store::open(&location(folder.path()), QUICK), Err(Error::Store { .. })));
}

#[test]
fn a_sealed_file_is_mapped_by_whoever_opens_the_store_and_replaced_when_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    assert!(store.sealed(&key(1)).is_none());
    let mapped = store.put_sealed(&key(1), b"first").unwrap();
    let reader = open(folder.path());
    assert_eq!(reader.role(), Role::Reader);
    assert_eq!(reader.sealed(&key(1)).unwrap().as_ref(), b"first");
    store.put_sealed(&key(1), b"second").unwrap();
    assert_eq!(reader.sealed(&key(1)).unwrap().as_ref(), b"second");
    assert_eq!(mapped.as_ref(), b"first", "a file that is mapped never changes");
    assert!(reader.put_sealed(&key(2), b"").is_some_and(|empty| empty.as_ref().is_empty()));
    assert!(Store::in_memory().put_sealed(&key(1), b"nowhere").is_none());
}

#[test]
fn sealed_files_that_nobody_opened_for_weeks_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.put_sealed(&key(1), b"old").unwrap();
    store.put_sealed(&key(2), b"new").unwrap();
    drop(store);
    let sealed = location(folder.path()).folder().join("sealed");
    let oldest = fs::read_dir(&sealed).unwrap().map(|entry| entry.unwrap().path()).find(|path| fs::read(path).unwrap() == b"old").unwrap();
    let weeks_ago = std::time::SystemTime::now() - Duration::from_secs(15 * 24 * 60 * 60);
    fs::File::options().write(true).open(oldest).unwrap().set_modified(weeks_ago).unwrap();
    let store = open(folder.path());
    let start = Instant::now();
    while fs::read_dir(&sealed).unwrap().count() > 1 && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(store.sealed(&key(1)).is_none());
    assert!(store.sealed(&key(2)).is_some());
}
