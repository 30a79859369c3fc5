//! What a session over an exported folder promises.

use std::fs::{self, File};
use std::path::Path;

use parquet::arrow::ArrowWriter;

use super::*;

fn write(folder: &Path, table: Table, project: &str, part: usize, rows: &RecordBatch) {
    let folder = folder.join(table.as_str()).join(format!("project={project}")).join("revision=r1");
    fs::create_dir_all(&folder).unwrap();
    let file = File::create(folder.join(format!("part-{part:02}.parquet"))).unwrap();
    let rows = plain(rows);
    let mut writer = ArrowWriter::try_new(file, rows.schema(), None).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
}

/// With texts in place of views, as files have them.
fn plain(rows: &RecordBatch) -> RecordBatch {
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns()).map(|(field, column)| {
        let plain = if *field.data_type() == DataType::Utf8View { cast(column, &DataType::Utf8).unwrap() } else { Arc::clone(column) };
        (field.name().clone(), plain, field.is_nullable())
    });
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn manifest(folder: &Path, tables: &[Table]) {
    let tables: Vec<String> = tables.iter().map(|table| format!("\"{}\": 0", table.as_str())).collect();
    let tables = tables.join(", ");
    let manifest = format!("{{\"format\": 1, \"created_by\": \"test\", \"tables\": {{{tables}}}, \"projects\": {{}}}}");
    fs::write(folder.join("leindex-export.json"), manifest).unwrap();
}

/// An export of two projects, one with an odd name.
fn export(folder: &Path, tables: &[Table]) {
    for &table in tables {
        let own: Vec<usize> = (0..table.own_columns().len()).collect();
        for (part, project) in ["shop", "a%20b%2Fc"].into_iter().enumerate() {
            let rows = if table == Table::Projects { 1 } else { 100 };
            write(folder, table, project, part, &numbered(table, part * 100, rows).project(&own).unwrap());
        }
    }
    manifest(folder, tables);
}

fn open(folder: &Path) -> Result<Session, Error> {
    let words: Arc<dyn Words> = Arc::new(Letters);
    Session::exported(folder, &words)
}

#[test]
fn an_export_answers_as_the_live_tables_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("an export [1] #é*");
    export(&folder, &Table::ALL);
    let session = open(&folder).unwrap();
    let live = super::session(&Arc::new(Numbered::new(200)));
    for table in Table::ALL {
        let query = format!("select * from {}", table.as_str());
        let (here, there) = (ask(&session, &query).unwrap(), ask(&live, &query).unwrap());
        assert_eq!(here.schema.fields(), there.schema.fields(), "{query}");
        let expected = if table == Table::Projects { 2 } else { 200 };
        assert_eq!(here.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), expected, "{query}");
    }
    for query in [
        "select sum(id), count(doc) from nodes",
        "select count(*) from intel_edges",
        "select id, name, hash_of from (select id, name, encode(arrow_cast(body_hash, 'Binary'), 'hex') hash_of from nodes) where id in (3, 150) order by id",
        "select similarity(vector, 'ab') from embeddings where id = 1",
        "select defines, uses from flow_nodes where function = 3",
        "select count(*) from columns where table_name in ('nodes', 'flow_edges', 'intel_nodes')",
    ] {
        assert_eq!(rows(&session, query), rows(&live, query), "{query}");
    }
    check(&session, "select distinct project, revision from nodes order by 1", &["a b/c|r1", "shop|r1"]);
    check(&session, "select count(*) from nodes where project = 'a b/c'", &["100"]);
    check(&session, "select embedding from intel_nodes where id = 3", &["[1.0, 3.0, 0.0, 0.0]"]);
}

#[test]
fn counting_reads_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path(), &Table::ALWAYS);
    let session = open(folder.path()).unwrap();
    check(&session, "select count(*) from nodes", &["200"]);
    let text = plan(&session, "select count(*) from nodes");
    assert!(!text.contains("DataSourceExec"), "{text}");
    let text = plan(&session, "select name from nodes where id = 3");
    assert!(text.contains("predicate=id@0 = 3") && text.contains("pruning_predicate"), "{text}");
}

#[test]
fn tables_that_an_export_lacks_are_named_and_views_do_without() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path(), &Table::ALWAYS);
    let session = open(folder.path()).unwrap();
    let said = refusal(&session, "select * from embeddings");
    assert!(said.contains("--with embeddings"), "{said}");
    check(&session, "select id, embedding from intel_nodes where id = 3", &["3|"]);
    check(&session, "select count(*), count(cfg_data) from analysis_cache", &["160|0"]);
    check(&session, "select count(*) from columns where table_name = 'embeddings'", &["0"]);
}

#[test]
fn what_is_no_export_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let said = |manifest: Option<&str>| {
        if let Some(manifest) = manifest {
            fs::write(folder.path().join("leindex-export.json"), manifest).unwrap();
        }
        let error = open(folder.path()).unwrap_err();
        assert!(matches!(error, Error::NotAnExport { .. }), "{error:?}");
        error.to_string()
    };
    assert!(said(None).contains("leindex-export.json"));
    assert!(said(Some("{")).contains("export anew"));
    assert!(said(Some("{\"format\": 2}")).contains("update leindex"));
    assert!(said(Some("{\"format\": 1}")).contains("export anew"));
    assert!(said(Some("{\"projects\": {}}")).contains("export anew"));
    assert!(matches!(open(&folder.path().join("nowhere")).unwrap_err(), Error::Io { .. }));
}

#[test]
fn files_that_are_not_of_the_table_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path(), &Table::ALWAYS);
    let all = numbered(Table::Nodes, 0, 3);
    write(folder.path(), Table::Nodes, "shop", 7, &all.project(&[1, 2, 3]).unwrap());
    let error = ask(&open(folder.path()).unwrap(), "select name from nodes").unwrap_err();
    assert!(matches!(error, Error::NotAnExport { .. }), "{error:?}");
    assert!(error.to_string().contains("column `id` is missing") && error.to_string().contains("part-07"), "{error}");
    let damaged = folder.path().join("files/project=shop/revision=r1/part-00.parquet");
    fs::write(damaged, "not parquet").unwrap();
    let error = ask(&open(folder.path()).unwrap(), "select * from files").unwrap_err();
    assert!(matches!(error, Error::NotAnExport { .. }), "{error:?}");
}

#[cfg(unix)]
#[test]
fn nothing_outside_the_folder_is_read() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    export(folder.path(), &Table::ALWAYS);
    export(elsewhere.path(), &Table::ALWAYS);
    let link = folder.path().join("nodes/project=other");
    std::os::unix::fs::symlink(elsewhere.path().join("nodes/project=shop"), &link).unwrap();
    let error = ask(&open(folder.path()).unwrap(), "select * from nodes").unwrap_err();
    assert!(error.to_string().contains("outside"), "{error}");
    fs::remove_file(&link).unwrap();
    let inside = folder.path().join("nodes/project=shop/revision=r1/part-09.parquet");
    std::os::unix::fs::symlink(folder.path().join("nodes/project=shop/revision=r1/part-00.parquet"), inside).unwrap();
    ask(&open(folder.path()).unwrap(), "select * from nodes").unwrap();
}
