//! Bad queries, and those that ask for too much.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::*;

#[track_caller]
fn says(session: &Session, query: &str, parts: &[&str]) {
    let said = refusal(session, query);
    for part in parts {
        assert!(said.contains(part), "{query:.200}: {said}");
    }
}

#[test]
fn whatever_would_not_only_read_is_refused() {
    let session = session(&Arc::new(Numbered::new(10)));
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.parquet");
    let copy = format!("copy (select 1) to '{}'", out.display());
    for query in [
        "create table t (a int)",
        "create table t as select 1",
        "create view v as select 1",
        "create external table t stored as parquet location '/etc'",
        "create schema s",
        "create function f(int) returns int return 1",
        "drop table nodes",
        "alter table nodes add column a int",
        "insert into nodes values (1)",
        "update nodes set name = 'x'",
        "delete from nodes",
        "truncate table nodes",
        "merge into nodes using edges on true when matched then delete",
        "with a as (select 1) insert into nodes select * from a",
        "select 1 into t",
        &copy,
        "set datafusion.execution.batch_size = 1",
        "reset all",
        "begin",
        "commit",
        "prepare p as select 1",
        "execute p",
        "explain insert into nodes values (1)",
        "explain analyze delete from nodes",
        "grant select on nodes to x",
        "select * from 'file.parquet'",
        "select * from '/etc/passwd'",
        "select * from \"s3://bucket/x.csv\"",
        "select * from read_csv('x.csv')",
        "select * from read_parquet('x.parquet')",
        "select * from parquet_scan('x.parquet')",
    ] {
        match ask(&session, query) {
            Err(Error::Refused { .. }) => {}
            other => panic!("{query}: {other:?}"),
        }
        says(&session, query, &["not possible here", "SELECT"]);
    }
    assert!(!out.exists());
}

#[test]
fn what_is_wrong_is_said_with_the_nearest_name() {
    let session = session(&Arc::new(Numbered::new(10)));
    says(&session, "select * from node", &["no table `node`", "did you mean `nodes`?"]);
    says(&session, "select * from caller('x')", &["did you mean `callers`?"]);
    says(&session, "select * from zzz", &["no table `zzz`", "there are ", "nodes"]);
    says(&session, "select nam from nodes", &["no column `nam`", "did you mean `name`?", "select * from columns"]);
    says(&session, "select n.zzz from nodes n", &["no column `n.zzz`", "there are id, "]);
    says(&session, "select levenstein(name, 'x') from nodes", &["levenshtein"]);
    says(&session, "selec 1", &["cannot read the query", "Line: 1"]);
    says(&session, "select 'x", &["cannot read the query"]);
    says(&session, "", &["the query is empty", "for example"]);
    says(&session, " -- nothing\n", &["the query is empty"]);
    says(&session, "select 1; select 2", &["2 statements", "one after the other"]);
    says(&session, "select 1 \0", &["NUL byte"]);
    says(&session, "select cast(name as int) from nodes", &["Cannot cast string 'name_0'"]);
    says(&session, "select * from nodes where cast(name as int) = 1", &["Cannot cast string 'name_0'"]);
    says(&session, "select name, count(*) from nodes", &["GROUP BY"]);
    check(&session, "select 1;", &["1"]);
}

#[test]
fn the_arguments_of_functions_are_checked_before_anything_runs() {
    let source = Arc::new(Numbered::new(10));
    let session = session(&source);
    says(&session, "select * from callers()", &["callers needs argument 1, `symbol`", "callers('symbol', 2)"]);
    says(&session, "select * from callers(7)", &["argument 1 of callers, `symbol`", "a text in single quotes"]);
    says(&session, "select * from callers(null)", &["a text in single quotes"]);
    says(&session, "select * from callers('x', -1)", &["argument 2 of callers, `depth`", "a whole number from 0"]);
    says(&session, "select * from callers('x', 1.5)", &["a whole number from 0"]);
    says(&session, "select * from callers('x', 'y')", &["a whole number from 0"]);
    says(&session, "select * from callers('x', 1, 2)", &["at most 2 arguments, not 3"]);
    says(&session, "select * from nodes n, callers(n.name)", &[]);
    says(&session, "select similarity(1, 'a')", &["texts and vectors"]);
    says(&session, "select similarity('a')", &["two arguments"]);
    says(&session, "select similarity([1, 2], 'a')", &["2 and 4 dimensions"]);
    assert_eq!(source.calls.load(Ordering::Relaxed), 0);
    let error = ask(&session, "select * from callers('nobody')").unwrap_err();
    assert!(matches!(error, Error::Source(_)), "{error:?}");
    assert!(error.to_string().contains("did you mean `anybody`?"), "{error}");
}

#[test]
fn a_deep_or_long_query_is_an_error_and_no_crash() {
    let session = session(&Arc::new(Numbered::new(10)));
    let nested = |depth: usize| format!("select {}1{}", "(".repeat(depth), ")".repeat(depth));
    let cases = [
        nested(100_000),
        nested(30_000),
        nested(1000),
        "(".repeat(60_000),
        format!("select {}", "not ".repeat(15_000) + "true"),
        format!("select {}1", "- ".repeat(30_000)),
        format!("select '{}'", "x".repeat(1 << 20)),
        "select ".repeat(9000),
        format!("select case {} end", "when true then (".repeat(3000)),
    ];
    for query in &cases {
        says(&session, query, &[]);
    }
    says(&session, &cases[0], &["200008 bytes", "65536 are the most"]);
    for query in [
        format!("select {}1", "1+".repeat(30_000)),
        format!("select count(*) from nodes where {}false", "id=1 or ".repeat(5000)),
        format!("select {}1", "1 union all select ".repeat(3000)),
        format!("explain select {}1", "1+".repeat(30_000)),
    ] {
        says(&session, &query, &["more than 500 operators or selects in a row"]);
    }
    check(&session, &format!("select {}1", "1+".repeat(400)), &["401"]);
    check(&session, &format!("select count(*) from nodes where id in (1{})", ",1".repeat(3000)), &["1"]);
}

#[test]
fn a_query_of_too_many_rows_ends_soon() {
    let session = session(&Arc::new(Numbered::new(20_000)));
    let limits = Limits { time: Duration::from_millis(700), ..Limits::default() };
    let ends = |query: &str| {
        let started = Instant::now();
        let answer = session.sql(query, &limits, &|| false);
        assert!(started.elapsed() < Duration::from_secs(5), "{query}: {:?}", started.elapsed());
        answer
    };
    for query in [
        "select a.id from nodes a, nodes b",
        "select * from generate_series(1, 1000000000)",
        "select a.name from nodes a cross join nodes b cross join nodes c",
    ] {
        let answer = ends(query).unwrap();
        assert!(answer.truncated, "{query}");
        assert_eq!(answer.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 100_000, "{query}");
    }
    for query in [
        "select count(*) from nodes a, nodes b, nodes c where a.id + b.id = c.id + 7",
        "select count(*) from generate_series(1, 1000000000000)",
        "with recursive t(n) as (select 1 union all select n from t) select count(*) from t",
        "select a.id from nodes a, nodes b where a.id + b.id < 0",
    ] {
        assert!(matches!(ends(query), Err(Error::OutOfTime { .. })), "{query}");
    }
}

#[test]
fn a_query_that_needs_too_much_memory_says_so() {
    let session = session(&Arc::new(Numbered::new(50_000)));
    let limits = Limits { memory: 1 << 20, time: Duration::from_secs(200), ..Limits::default() };
    for query in [
        "select * from nodes order by name",
        "select name, count(*) from nodes group by name",
        "select count(*) from nodes a join nodes b on a.name = b.name",
        "select array_agg(concat(name, path, signature, symbol)) from nodes",
    ] {
        let error = session.sql(query, &limits, &|| false).err().unwrap_or_else(|| panic!("{query}"));
        assert!(matches!(error, Error::OutOfMemory { bytes: 1_048_576 }), "{query}: {error:?}");
        assert!(error.to_string().contains("more than 1 MiB"), "{error}");
    }
}

#[test]
fn values_of_any_size_cannot_be_made_out_of_nothing() {
    let session = session(&Arc::new(Numbered::new(10)));
    for query in [
        "select repeat('x', 2000000000)",
        "select lpad('x', 2000000000)",
        "select range(0, 1000000000000)",
        "select generate_series(0, 1000000000000)",
        "select array_repeat(1, 1000000000000)",
        "select array_resize([1], 1000000000000)",
    ] {
        says(&session, query, &[]);
    }
}

#[test]
fn a_query_stops_when_it_is_told_to() {
    let session = session(&Arc::new(Numbered::new(20_000)));
    let stop = AtomicBool::new(false);
    let started = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(100));
            stop.store(true, Ordering::Relaxed);
        });
        let query = "select count(*) from nodes a, nodes b, nodes c where a.id + b.id = c.id + 7";
        let answer = session.sql(query, &Limits::default(), &|| stop.load(Ordering::Relaxed));
        assert!(matches!(answer, Err(Error::Cancelled)), "{answer:?}");
    });
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}
