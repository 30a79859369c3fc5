//! Exports.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use leindex_queries::export::{MANIFEST, Table, sql_of_export};
use leindex_queries::{Change, ExportOptions, Exported, Index, Snapshot, SqlOptions};

use crate::{open, project, write};

pub(crate) fn everything() -> ExportOptions {
    ExportOptions { with: Table::ALL.to_vec(), ..ExportOptions::default() }
}

/// The files below a folder with their contents; of `projects`, which say when they were made, the names alone.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn add(folder: &Path, root: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(&path, root, found);
                continue;
            }
            let name = path.strip_prefix(root).unwrap().to_owned();
            let dated = name.starts_with("projects") || name == Path::new(MANIFEST);
            found.insert(name, if dated { Vec::new() } else { fs::read(&path).unwrap() });
        }
    }
    let mut found = BTreeMap::new();
    add(folder, folder, &mut found);
    found
}

/// What lies beside an export.
fn beside(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with('.')).collect();
    names.sort();
    names
}

fn refusal(snapshot: &Snapshot<'_>, folder: &Path) -> String {
    let error = snapshot.export(folder, &ExportOptions::default()).unwrap_err().to_string();
    error.replace(&folder.display().to_string(), "DIR")
}

#[test]
fn an_export_holds_the_rows_of_the_live_tables() {
    let (folder, out) = (project(), tempfile::tempdir().unwrap());
    let index = open(&folder);
    let snapshot = index.snapshot();
    let graph = out.path().join("graph");
    let exported = snapshot.export(&graph, &everything()).unwrap();
    assert_eq!(exported.revision, snapshot.revision());
    for table in Table::ALL {
        let columns: Vec<&str> = table.columns().map(|column| column.name).filter(|&name| name != "indexed_at").collect();
        let columns = columns.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let query = format!("select {columns} from {} order by {columns}", table.as_str());
        let live = snapshot.sql(&query, &SqlOptions { flow: true, ..SqlOptions::default() }).unwrap();
        let read = sql_of_export(&graph, &query, &SqlOptions::default()).unwrap();
        let shown = |batches: &[arrow::record_batch::RecordBatch]| arrow::util::pretty::pretty_format_batches(batches).unwrap().to_string();
        assert_eq!(shown(&live.batches), shown(&read.batches), "{}", table.as_str());
        let rows: usize = live.batches.iter().map(|batch| batch.num_rows()).sum();
        assert_eq!(exported.rows[table.as_str()], rows as u64, "{}", table.as_str());
        assert!(rows > 0, "{}", table.as_str());
    }
}

/// A project of 40 folders with 5 files each: several shards a table.
fn wide() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for at in 0..200 {
        let text = format!(
            "from part{}.file{} import f{}\n\n\ndef f{at}(x):\n    return f{}(x)\n",
            (at + 1) % 40,
            (at + 1) % 200,
            (at + 1) % 200,
            (at + 1) % 200
        );
        write(&folder.path().join(format!("shop/part{}/file{at}.py", at % 40)), &text);
    }
    folder
}

fn summary(exported: &Exported) -> (usize, usize) {
    (exported.written, exported.kept)
}

#[test]
fn an_edit_writes_only_the_shards_that_it_touches_and_the_export_equals_a_fresh_one() {
    let (folder, out) = (wide(), tempfile::tempdir().unwrap());
    let mut index = open(&folder);
    let graph = out.path().join("graph");
    let first = index.snapshot().export(&graph, &ExportOptions::default()).unwrap();
    assert_eq!(first.kept, 0);
    let again = index.snapshot().export(&graph, &ExportOptions::default()).unwrap();
    assert_eq!(summary(&again), (1, first.written - 1), "`projects` says when it was made");
    let path = "part7/file7.py";
    let text = fs::read_to_string(folder.path().join("shop").join(path)).unwrap();
    for edit in [format!("# What\n{text}"), format!("{text}\n\ndef g():\n    return f7(1)\n"), text.replace("x", "y")] {
        write(&folder.path().join("shop").join(path), &edit);
        index.apply(Change::Disk(vec![path.into()])).unwrap();
        let edited = index.snapshot().export(&graph, &ExportOptions::default()).unwrap();
        assert_eq!(edited.written, 4, "one shard of nodes, edges, files, and projects: {edited:?}");
        let cold = out.path().join("cold");
        open(&folder).snapshot().export(&cold, &ExportOptions::default()).unwrap();
        assert_eq!(contents(&graph), contents(&cold));
        fs::remove_dir_all(cold).unwrap();
    }
    assert_eq!(beside(&graph), Vec::<String>::new());
}

#[test]
fn an_edit_writes_flows_and_edges_of_data_only_where_they_change() {
    let (folder, out) = (wide(), tempfile::tempdir().unwrap());
    let flows = || ExportOptions { with: vec![Table::FlowNodes, Table::FlowEdges, Table::Embeddings], ..ExportOptions::default() };
    let mut index = open(&folder);
    let graph = out.path().join("graph");
    index.snapshot().export(&graph, &flows()).unwrap();
    let path = "part7/file7.py";
    let text = fs::read_to_string(folder.path().join("shop").join(path)).unwrap();
    let edits = [
        (format!("# What\n{text}"), 7..=7),
        (text.replace("x", "y"), 7..=7),
        // Nothing comes out of it any more: its caller has one edge less.
        (text.replace("return ", ""), 7..=8),
    ];
    for (edit, written) in edits {
        write(&folder.path().join("shop").join(path), &edit);
        index.apply(Change::Disk(vec![path.into()])).unwrap();
        let edited = index.snapshot().export(&graph, &flows()).unwrap();
        assert!(written.contains(&edited.written), "one shard of each table, and that of edges to it: {edited:?}");
        let cold = out.path().join("cold");
        open(&folder).snapshot().export(&cold, &flows()).unwrap();
        assert_eq!(contents(&graph), contents(&cold));
        fs::remove_dir_all(cold).unwrap();
    }
}

#[test]
fn exports_are_the_same_on_any_number_of_threads() {
    let (folder, out) = (wide(), tempfile::tempdir().unwrap());
    let made = [1, 3].map(|threads| {
        let pool = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
        let options = leindex_queries::Options {
            store: leindex_queries::index::StorePlace::Memory,
            threads: Some(pool),
            ..leindex_queries::Options::default()
        };
        let index = Index::open(folder.path().join("shop"), options).unwrap();
        let graph = out.path().join(threads.to_string());
        index.snapshot().export(&graph, &everything()).unwrap();
        contents(&graph)
    });
    assert_eq!(made[0], made[1]);
}

#[test]
fn an_export_that_is_stopped_or_damaged_loses_nothing() {
    let (folder, out) = (project(), tempfile::tempdir().unwrap());
    let index = open(&folder);
    let snapshot = index.snapshot();
    let graph = out.path().join("graph");
    snapshot.export(&graph, &ExportOptions::default()).unwrap();
    let before = contents(&graph);
    let stopped = ExportOptions { cancelled: Arc::new(AtomicBool::new(true)), ..ExportOptions::default() };
    assert_eq!(
        snapshot.export(&graph, &stopped).unwrap_err().to_string(),
        "the question was cancelled; ask again when the answer is wanted"
    );
    assert_eq!(contents(&graph), before);
    assert_eq!(beside(&graph), Vec::<String>::new());
    // Killed between its two renames.
    fs::rename(&graph, out.path().join(".graph.leindex-old")).unwrap();
    assert_eq!(snapshot.export(&graph, &ExportOptions::default()).unwrap().written, 1);
    assert_eq!(contents(&graph), before);
    // Killed after them.
    fs::create_dir(out.path().join(".graph.leindex-old")).unwrap();
    snapshot.export(&graph, &ExportOptions::default()).unwrap();
    assert_eq!(beside(&graph), Vec::<String>::new());
    // A file that somebody has cut short is written anew; the export is never written to in place.
    let nodes = before.keys().find(|path| path.starts_with("nodes")).unwrap();
    fs::write(graph.join(nodes), "PAR1").unwrap();
    assert_eq!(snapshot.export(&graph, &ExportOptions::default()).unwrap().written, 2);
    assert_eq!(contents(&graph), before);
}

#[test]
fn what_is_no_place_for_an_export_is_refused_and_left_as_it_is() {
    let (folder, out) = (project(), tempfile::tempdir().unwrap());
    let index = open(&folder);
    let snapshot = index.snapshot();
    let other = out.path().join("letters");
    write(&other.join("letter.txt"), "dear");
    assert_eq!(refusal(&snapshot, &other), "cannot export to DIR: it is not empty and no export; choose a new or empty folder");
    assert_eq!(refusal(&snapshot, &other.join("letter.txt")), "cannot export to DIR: it is a file; choose a folder");
    assert_eq!(refusal(&snapshot, Path::new("/")), "cannot export to DIR: it has no folder around it; name a folder in another");
    let newer = out.path().join("newer");
    write(&newer.join(MANIFEST), "{\"format\": 99, \"created_by\": \"leindex 9\", \"tables\": {}, \"projects\": {}}");
    assert_eq!(refusal(&snapshot, &newer), "cannot export to DIR: it was made by leindex 9, which is newer; choose another folder");
    write(&newer.join(MANIFEST), "{");
    assert!(refusal(&snapshot, &newer).contains("its leindex-export.json cannot be read"), "{}", refusal(&snapshot, &newer));
    assert_eq!(fs::read_to_string(other.join("letter.txt")).unwrap(), "dear");
    let below_file = refusal(&snapshot, &other.join("letter.txt/graph"));
    assert!(below_file.contains("cannot access"), "{below_file}");
}

#[test]
fn several_projects_share_an_export_and_keep_out_of_each_others_way() {
    let (one, two, out) = (project(), project(), tempfile::tempdir().unwrap());
    let strange = two.path().join("Ä b=c%2F'd\"");
    fs::rename(two.path().join("shop"), &strange).unwrap();
    let graph = out.path().join("graph");
    let shop = open(&one);
    shop.snapshot().export(&graph, &ExportOptions::default()).unwrap();
    let options = || leindex_queries::Options { store: leindex_queries::index::StorePlace::Memory, ..leindex_queries::Options::default() };
    let index = Index::open(&strange, options()).unwrap();
    index.snapshot().export(&graph, &ExportOptions::default()).unwrap();
    let counted = |query: &str| {
        let answer = sql_of_export(&graph, query, &SqlOptions::default()).unwrap();
        arrow::util::pretty::pretty_format_batches(&answer.batches).unwrap().to_string()
    };
    let projects = counted("select project, count(*) as nodes from nodes group by project order by project");
    assert!(projects.contains("| shop ") && projects.contains("| Ä b=c%2F'd\" "), "{projects}");
    // A project of the same name elsewhere is another one.
    let three = project();
    assert!(refusal(&open(&three).snapshot(), &graph).contains("it holds the project `shop` of "));
    assert_eq!(shop.snapshot().export(&graph, &ExportOptions::default()).unwrap().written, 1);
}

#[test]
fn an_empty_project_has_tables_without_rows() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(folder.path().join("shop")).unwrap();
    let graph = out.path().join("graph");
    open(&folder).snapshot().export(&graph, &everything()).unwrap();
    for table in Table::ALL {
        let answer = sql_of_export(&graph, &format!("select * from {}", table.as_str()), &SqlOptions::default()).unwrap();
        let rows: usize = answer.batches.iter().map(|batch| batch.num_rows()).sum();
        assert_eq!(rows, usize::from(table == Table::Projects), "{}", table.as_str());
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_do_no_harm() {
    use std::os::unix::ffi::OsStrExt as _;

    let (folder, out) = (project(), tempfile::tempdir().unwrap());
    let odd = folder.path().join("shop").join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&odd).unwrap();
    fs::write(odd.join("inside.py"), "def inside(): pass\n").unwrap();
    fs::write(folder.path().join("shop").join(std::ffi::OsStr::from_bytes(b"odd\xff.py")), "def odd(): pass\n").unwrap();
    let index = open(&folder);
    // The folder of an export may be called anything, too.
    let graph = out.path().join(std::ffi::OsStr::from_bytes(b"graph\xfe"));
    let exported = index.snapshot().export(&graph, &ExportOptions::default()).unwrap();
    let query = "select path from files order by path";
    let live = index.snapshot().sql(query, &SqlOptions::default()).unwrap();
    assert_eq!(exported.rows["files"], live.batches[0].num_rows() as u64);
    let refused = sql_of_export(&graph, query, &SqlOptions::default()).unwrap_err().to_string();
    assert!(refused.ends_with("its path is not UTF-8, which the query engine asks for; rename it"), "{refused}");
    let named = out.path().join("graph");
    fs::rename(graph, &named).unwrap();
    assert_eq!(sql_of_export(&named, query, &SqlOptions::default()).unwrap().batches, live.batches);
}
