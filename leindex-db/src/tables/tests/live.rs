//! What a session over a live source promises.

use std::time::{Duration, Instant};

use super::*;

#[test]
fn every_table_is_there_with_its_columns() {
    let source = Arc::new(Numbered::new(10));
    let session = session(&source);
    for table in Table::ALL {
        let answer = ask(&session, &format!("select * from {}", table.as_str())).unwrap();
        let names: Vec<String> = answer.schema.fields().iter().map(|field| field.name().clone()).collect();
        let expected: Vec<&str> = table.columns().map(|column| column.name).collect();
        assert_eq!(names, expected);
        assert_eq!(answer.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 10, "{}", table.as_str());
        assert!(!answer.truncated);
    }
}

#[test]
fn columns_conditions_and_limits_reach_the_source() {
    let asked = |query: &str| {
        let source = Arc::new(Numbered::new(10));
        rows(&session(&source), query);
        source.asked_of(Table::Nodes)
    };
    let one = asked("select name from nodes where id = 7");
    assert_eq!((one.columns, one.ids, one.limit), (vec!["name"], Some(vec![7]), None));
    let list = asked("select id, name from nodes where id in (3, 1, 2) and name like 'name%'");
    assert_eq!((list.columns, list.ids), (vec!["id", "name"], Some(vec![1, 2, 3])));
    assert_eq!(list.predicates.len(), 2);
    let counted = asked("select count(*) from nodes where lines > 3");
    assert_eq!(counted.columns, Vec::<&str>::new());
    assert_eq!(asked("select name from nodes limit 3").limit, Some(3));
}

#[test]
fn answers_are_those_of_the_rows() {
    let session = session(&Arc::new(Numbered::new(5000)));
    check(&session, "select name from nodes where id = 7", &["name_7"]);
    check(&session, "select count(*), sum(id) from nodes", &["5000|12497500"]);
    check(&session, "select count(*) from nodes where doc is null", &["1000"]);
    check(&session, "select kind, count(*) from nodes where id < 9 group by kind order by kind", &["class|3", "function|3", "method|3"]);
    check(&session, "select n.name from nodes n join edges e on e.target = n.id where e.source = 3", &["name_3"]);
    check(&session, "select id from nodes order by id desc limit 2", &["4999", "4998"]);
    check(&session, "select count(*) from (select id from nodes limit 10)", &["10"]);
    check(&session, "select id from nodes where id = (select max(source) from edges)", &["4999"]);
    check(&session, "select count(*) from nodes where id not in (select source from edges where source > 9)", &["10"]);
    check(
        &session,
        "with recursive up(id) as (select cast(3 as bigint unsigned) union all select id - 1 from up where id > 0) \
         select count(*) from up join nodes n on n.id = up.id",
        &["4"],
    );
}

#[test]
fn a_join_tells_the_source_which_rows_it_wants() {
    let source = Arc::new(Numbered::new(5000));
    let query = "select e.line from nodes n join edges e on e.source = n.id where n.name = 'name_40'";
    check(&session(&source), query, &["40"]);
    let edges = source.asked_of(Table::Edges);
    assert_eq!(edges.ids, Some(vec![40]), "{edges:?}");
}

#[test]
fn the_best_rows_so_far_tell_the_source_which_can_be_better() {
    let source = Arc::new(Numbered::new(90_000));
    let session = session(&source);
    check(&session, "select id from nodes order by id limit 2", &["0", "1"]);
    let text = plan(&session, "select id from nodes order by id limit 2");
    assert!(text.contains("SourceScan: nodes, columns=[id], predicates=[DynamicFilter"), "{text}");
}

#[test]
fn explain_shows_what_is_read_and_analyze_how_much() {
    let session = session(&Arc::new(Numbered::new(10)));
    let text = plan(&session, "select name from nodes where path = 'path_1' limit 3");
    assert!(text.contains("SourceScan: nodes, columns=[name], predicates=[path@2 = path_1], limit=3"), "{text}");
    let text = rows(&session, "explain analyze select name from nodes where path = 'path_1'").join("\n");
    assert!(text.contains("output_rows=1"), "{text}");
    let text = rows(&session, "explain format tree select name from nodes").join("\n");
    assert!(text.contains("SourceScan"), "{text}");
}

#[test]
fn nothing_is_read_before_the_first_row_is_wanted() {
    let source = Arc::new(Numbered::new(10));
    let session = session(&source);
    plan(&session, "select * from nodes");
    plan(&session, "select * from callers('login', 3)");
    assert_eq!((source.asked().len(), source.calls.load(Ordering::Relaxed)), (0, 0));
}

#[test]
fn more_rows_than_the_limit_are_cut_and_little_more_is_computed() {
    let source = Arc::new(Numbered::new(1_000_000));
    let session = session(&source);
    let limits = Limits { rows: 2500, ..Limits::default() };
    let answer = session.sql("select id from nodes", &limits, &|| false).unwrap();
    assert_eq!(answer.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 2500);
    assert!(answer.truncated);
    std::thread::sleep(Duration::from_millis(100));
    assert!(source.given.load(Ordering::Relaxed) < 100_000, "{:?}", source.given);
    let exact = Limits { rows: 1000, ..limits };
    assert!(!session.sql("select id from nodes where id < 1000", &exact, &|| false).unwrap().truncated);
}

#[test]
fn answers_that_need_much_memory_are_cut() {
    let session = session(&Arc::new(Numbered::new(50_000)));
    let limits = Limits { memory: 1 << 20, ..Limits::default() };
    let answer = session.sql("select * from nodes", &limits, &|| false).unwrap();
    assert!(answer.truncated);
    let bytes: usize = answer.batches.iter().map(RecordBatch::get_array_memory_size).sum();
    assert!(bytes < 4 << 20, "{bytes}");
}

#[test]
fn table_functions_give_their_rows_once() {
    let source = Arc::new(Numbered::new(10));
    let session = session(&source);
    check(&session, "select depth from callers('login', 3) where depth > 0", &["1", "2"]);
    check(&session, "select count(*) from callers('login')", &["2"]);
    assert_eq!(source.calls.load(Ordering::Relaxed), 2);
    check(&session, "select n.name from callers('login', 1 + 2) c join nodes n on n.id = c.id order by 1", &["name_0", "name_1", "name_2"]);
}

#[test]
fn words_are_those_of_the_search() {
    let session = session(&Arc::new(Numbered::new(10)));
    check(&session, "select subwords('Log_In'), subwords(null)", &["[log, in]|"]);
    check(&session, "select subwords(name) from nodes where id = 3", &["[name, 3]"]);
    check(&session, "select similarity('aa', 'a'), similarity('a', 'b'), similarity('a', null)", &["1.0|0.0|"]);
    check(&session, "select similarity(vector, 'a') from embeddings where id = 0", &["1.0"]);
    check(&session, "select similarity(vector, [0, 1, 0, 0]) from embeddings where id = 0", &["0.0"]);
    check(
        &session,
        "select round(similarity(a.vector, b.vector), 3) from embeddings a, embeddings b where a.id = 0 and b.id = 1",
        &["0.707"],
    );
    check(&session, "select id from embeddings order by similarity(vector, 'a') desc, id limit 1", &["0"]);
}

#[test]
fn the_older_schema_is_there_as_views() {
    let source = Arc::new(Numbered::new(10));
    let session = session(&source);
    check(
        &session,
        "select * from intel_nodes where id = 1",
        &["1|shop|path_1|name_1|class|signature_1|1|01010101010101010101010101010101|[1.0, 1.0, 0.0, 0.0]"],
    );
    check(&session, "select * from intel_edges where caller_id = 1", &["1|1|class"]);
    check(
        &session,
        "select complexity_metrics, timestamp from analysis_cache where node_hash like '01%' limit 1",
        &["{\"cyclomatic\":1,\"cognitive\":1,\"nesting\":1,\"statements\":1,\"lines\":1}|2023-11-14T22:13:20Z"],
    );
    check(
        &session,
        "select cfg_data from analysis_cache where node_hash like '01%' limit 1",
        &["[{\"source\":1,\"target\":1,\"kind\":\"class\"}]"],
    );
    check(&session, "select count(*) from intel_nodes", &["10"]);
    check(&session, "select count(*) from intel_edges", &["8"]);
    check(
        &session,
        "select a.symbol_name from intel_nodes a where a.id in (select callee_id from intel_edges where caller_id = 2)",
        &["name_2"],
    );
}

#[test]
fn a_view_reads_only_what_its_wanted_columns_need() {
    let session = session(&Arc::new(Numbered::new(10)));
    let text = plan(&session, "select symbol_name from intel_nodes where file_path = 'path_1'");
    assert!(!text.contains("embeddings"), "{text}");
    assert!(text.contains("predicates=[path@2 = path_1]"), "{text}");
    assert!(plan(&session, "select embedding from intel_nodes").contains("SourceScan: embeddings"));
    assert!(!plan(&session, "select complexity_metrics from analysis_cache").contains("flow_edges"));
}

#[test]
fn the_dictionary_says_what_every_column_means() {
    let session = session(&Arc::new(Numbered::new(10)));
    check(&session, "select table_name, column_name from columns where meaning = ''", &[]);
    check(
        &session,
        "select type, nullable, unit from columns where table_name = 'nodes' and column_name = 'cyclomatic'",
        &["u32|true|decisions + 1"],
    );
    check(
        &session,
        "select name, parameters from functions order by name",
        &["callers|symbol text, depth number = 2", "similarity|a, b", "subwords|text"],
    );
    let described: Vec<String> = rows(&session, "select distinct table_name from columns order by 1");
    let mut all: Vec<String> = rows(&session, "select table_name from information_schema.tables where table_schema = 'public'");
    all.push("callers".to_owned());
    all.sort();
    assert_eq!(described, all);
    let live = rows(
        &session,
        "select table_name, column_name, ordinal_position from information_schema.columns where table_schema = 'public' order by 1, 3",
    );
    let said = rows(&session, "select table_name, column_name, position from columns where table_name != 'callers' order by 1, 3");
    assert_eq!(said.len(), live.len());
}

#[test]
fn a_session_answers_inside_other_runtimes() {
    let source = Arc::new(Numbered::new(10));
    let session = session(&source);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { check(&session, "select count(*) from nodes", &["10"]) });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| check(&session, "select count(*) from nodes", &["10"]));
}

#[test]
fn an_error_of_the_source_comes_back_as_it_was() {
    let source = Arc::new(Numbered { fails: true, ..Numbered::new(10) });
    let error = ask(&session(&source), "select count(*) from nodes a join nodes b on a.id = b.id").unwrap_err();
    let Error::Source(error) = error else { panic!("{error:?}") };
    assert_eq!(error.downcast_ref::<Dark>(), Some(&Dark));
}

#[test]
fn a_session_costs_little() {
    let source = Arc::new(Numbered::new(10));
    let fastest = |work: &dyn Fn()| {
        let times = (0..30).map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        });
        times.min().unwrap()
    };
    let made = fastest(&|| drop(session(&source)));
    let first = fastest(&|| check(&session(&source), "select 1", &["1"]));
    assert!(made < Duration::from_millis(5), "{made:?}");
    assert!(first < Duration::from_millis(50), "{first:?}");
}
