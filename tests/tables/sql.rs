//! SQL over a live index.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use expect_test::{Expect, expect};
use leindex_queries::export::sql_of_export;
use leindex_queries::{Change, ExportOptions, Handle, Snapshot, SqlOptions};

use crate::{open, project, write};

fn shown(snapshot: &Snapshot<'_>, query: &str) -> String {
    match snapshot.sql(query, &SqlOptions::default()) {
        Ok(answer) => arrow::util::pretty::pretty_format_batches(&answer.batches).unwrap().to_string(),
        Err(error) => format!("error: {error}"),
    }
}

fn check(snapshot: &Snapshot<'_>, query: &str, expected: &Expect) {
    expected.assert_eq(&shown(snapshot, query));
}

#[test]
fn a_further_root_is_a_project_of_its_own_live_and_exported() {
    let folder = project();
    write(&folder.path().join("shop/leindex.toml"), "roots = [\"../lib\"]\n");
    write(&folder.path().join("lib/money.py"), "def total(n):\n    return n\n");
    write(&folder.path().join("libs/other.py"), "def other():\n    pass\n");
    let index = open(&folder);
    let snapshot = index.snapshot();
    let export = folder.path().join("export");
    snapshot.export(&export, &ExportOptions::default()).unwrap();
    let query = "select p.project, count(distinct f.path) as files, count(distinct n.id) as symbols from projects p \
                 join files f on f.project = p.project join nodes n on n.project = p.project group by 1 order by 1";
    let expected = expect![[r#"
        +---------+-------+---------+
        | project | files | symbols |
        +---------+-------+---------+
        | lib     | 1     | 2       |
        | shop    | 8     | 29      |
        +---------+-------+---------+"#]];
    check(&snapshot, query, &expected);
    let answer = sql_of_export(&export, query, &SqlOptions::default()).unwrap();
    expected.assert_eq(&arrow::util::pretty::pretty_format_batches(&answer.batches).unwrap().to_string());
}

#[test]
fn table_functions_answer_what_the_snapshot_answers() {
    let folder = project();
    let index = open(&folder);
    let snapshot = index.snapshot();
    check(
        &snapshot,
        "select distance, symbol, via, rule from callers('refuse', 3) order by 1, 2",
        &expect![[r#"
        +----------+------------------------------------------+---------------------------------------+------+
        | distance | symbol                                   | via                                   | rule |
        +----------+------------------------------------------+---------------------------------------+------+
        | 1        | shop app/session.py Session#login().     | shop app/session.py Session#refuse(). | type |
        | 2        | shop tests/test_session.py test_login(). | shop app/session.py Session#login().  | type |
        +----------+------------------------------------------+---------------------------------------+------+"#]],
    );
    check(
        &snapshot,
        "select distance, symbol, path, line from callees('Session.login', 2) order by 1, 2",
        &expect![[r#"
        +----------+---------------------------------------+----------------+------+
        | distance | symbol                                | path           | line |
        +----------+---------------------------------------+----------------+------+
        | 1        | shop app/session.py Session#refuse(). | app/session.py | 27   |
        | 1        | shop app/store.py load().             | app/session.py | 23   |
        +----------+---------------------------------------+----------------+------+"#]],
    );
    check(
        &snapshot,
        "select c.distance, n.name, n.cognitive from callees('Session.login') c join nodes n on n.id = c.id order by 2",
        &expect![[r#"
        +----------+--------+-----------+
        | distance | name   | cognitive |
        +----------+--------+-----------+
        | 1        | load   | 3         |
        | 1        | refuse | 0         |
        +----------+--------+-----------+"#]],
    );
    check(
        &snapshot,
        "select distance, symbol, proof from impact('app/store.py#load') order by 1, 2",
        &expect![[r#"
        +----------+------------------------------------------+---------------------------------------------------------------------------------+
        | distance | symbol                                   | proof                                                                           |
        +----------+------------------------------------------+---------------------------------------------------------------------------------+
        | 1        | shop app/session.py Session#login().     | shop app/session.py Session#login().                                            |
        | 2        | shop tests/test_session.py test_login(). | shop app/session.py Session#login(). < shop tests/test_session.py test_login(). |
        +----------+------------------------------------------+---------------------------------------------------------------------------------+"#]],
    );
    check(
        &snapshot,
        "select line, text, reason from slice('app/store.py', 10, 'total') order by line",
        &expect![[r#"
        +------+-------------------------------------------------------------------------+-------------------------------------------+
        | line | text                                                                    | reason                                    |
        +------+-------------------------------------------------------------------------+-------------------------------------------+
        | 6    | def load(store, key):                                                   | data: `key` of line 11                    |
        | 7    |     total = 0                                                           | data: `total` of line 8                   |
        | 8    |     while total < 3:                                                    | control: decides about line 10            |
        | 9    |         total += 1                                                      | data: `total` of line 10                  |
        | 10   |         if total == 2:                                                  | start of the slice                        |
        | 11   |             return key                                                  | control: decides about line 8             |
        | 12   |     return None                                                         | gives the result, the end                 |
        | 21   |     def login(self, name, password, retries=3, delay=1, verbose=False): | data: `name` of line 23                   |
        | 22   |         for attempt in range(retries):                                  | control: decides about line 23            |
        | 23   |             if load(self.store, name) == password:                      | call: hands over `key` of app/store.py:11 |
        | 26   |                 return True                                             | control: decides about line 22            |
        +------+-------------------------------------------------------------------------+-------------------------------------------+"#]],
    );
    check(
        &snapshot,
        "select rank, symbol, kind from search('log a user in', 2) order by rank",
        &expect![[r#"
        +------+--------------------------------------+--------+
        | rank | symbol                               | kind   |
        +------+--------------------------------------+--------+
        | 1    | shop app/session.py Session#login(). | method |
        | 2    | shop app/session.py Session#         | class  |
        +------+--------------------------------------+--------+"#]],
    );
    check(
        &snapshot,
        "select * from callers('nothing_of_this')",
        &expect!["error: no symbol is called `nothing_of_this`; search for words of it"],
    );
    check(
        &snapshot,
        "select * from callers('load', 'far')",
        &expect![[
            r#"error: argument 2 of callers, `depth`, has to be a whole number from 0, not Utf8("far"); for example callers('symbol', 1)"#
        ]],
    );
    check(
        &snapshot,
        "select * from slice('app/store.py', 1000)",
        &expect!["error: app/store.py:1000: nothing runs there; name a line of a function or statement"],
    );
}

#[test]
fn an_answer_is_true_to_the_latest_edit() {
    let folder = project();
    let mut index = open(&folder);
    let count = |index: &leindex_queries::Index| shown(&index.snapshot(), "select count(*) as n from nodes where name = 'added'");
    assert!(count(&index).contains("| 0 |"));
    index.apply(Change::Overlay("app/new.py".into(), "def added(): pass\n".into())).unwrap();
    assert!(count(&index).contains("| 1 |"));
    index.apply(Change::CloseOverlay("app/new.py".into())).unwrap();
    assert!(count(&index).contains("| 0 |"));
}

#[test]
fn a_handle_answers_while_others_write() {
    let folder = project();
    let handle = Handle::new(open(&folder));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for at in 0..20 {
                handle.write(|index| index.apply(Change::Overlay("app/new.py".into(), format!("x = {at}\n")))).unwrap().unwrap();
            }
        });
        for _ in 0..10 {
            let answer = handle.read(|snapshot| snapshot.sql("select count(*) from edges where kind = 'call'", &SqlOptions::default()));
            assert!(answer.unwrap().batches[0].num_rows() == 1);
        }
    });
}

#[test]
fn a_query_can_be_stopped() {
    let folder = project();
    let index = open(&folder);
    let options = SqlOptions { cancelled: Arc::new(AtomicBool::new(true)), ..SqlOptions::default() };
    let query = "select count(*) from nodes a, nodes b, nodes c, nodes d, nodes e, nodes f";
    let error = index.snapshot().sql(query, &options).unwrap_err();
    assert_eq!(error.to_string(), "the question was cancelled; ask again when the answer is wanted");
}

#[test]
fn views_have_the_names_of_the_older_schema() {
    let folder = project();
    let index = open(&folder);
    let snapshot = index.snapshot();
    check(
        &snapshot,
        "select file_path, symbol_name, node_type, complexity from intel_nodes where complexity > 2 order by 1, 2",
        &expect![[r#"
        +----------------+-------------+-----------+------------+
        | file_path      | symbol_name | node_type | complexity |
        +----------------+-------------+-----------+------------+
        | app/session.py | login       | method    | 5          |
        | app/store.py   | load        | function  | 3          |
        | app/store.py   | load_again  | function  | 3          |
        | lib/copied.py  | load        | function  | 3          |
        +----------------+-------------+-----------+------------+"#]],
    );
    check(
        &snapshot,
        "select edge_type, count(*) as n from intel_edges group by 1 order by 1",
        &expect![[r#"
        +-----------+----+
        | edge_type | n  |
        +-----------+----+
        | call      | 6  |
        | contains  | 22 |
        | implement | 1  |
        | import    | 4  |
        | inherit   | 1  |
        | override  | 2  |
        | reference | 6  |
        | type_use  | 1  |
        +-----------+----+"#]],
    );
    check(
        &snapshot,
        "select complexity_metrics from analysis_cache a join nodes n on a.node_hash = encode(n.body_hash, 'hex') where n.name = 'price'",
        &expect![[r#"
            +---------------------------------------------------------------------+
            | complexity_metrics                                                  |
            +---------------------------------------------------------------------+
            | {"cyclomatic":2,"cognitive":1,"nesting":1,"statements":3,"lines":4} |
            +---------------------------------------------------------------------+"#]],
    );
}

#[test]
fn scalar_functions_split_words_and_compare_meanings() {
    let folder = project();
    let index = open(&folder);
    let snapshot = index.snapshot();
    check(
        &snapshot,
        "select subwords('HTTPServer_read2') as words",
        &expect![[r#"
        +-------------------------+
        | words                   |
        +-------------------------+
        | [http, server, read, 2] |
        +-------------------------+"#]],
    );
    check(
        &snapshot,
        "select n.name from embeddings e join nodes n on n.id = e.id order by similarity(e.vector, 'the price of an item') desc, n.name limit 1",
        &expect![[r#"
            +-------+
            | name  |
            +-------+
            | price |
            +-------+"#]],
    );
}
