//! The twenty questions of the book: live and on an export, with equal answers.

use leindex_queries::SqlOptions;
use leindex_queries::export::sql_of_export;

use crate::export::everything;
use crate::{open, project};

const BOOK: &str = include_str!("../../book/src/questions.md");

/// The questions: a heading, then a query.
fn questions() -> Vec<(&'static str, &'static str)> {
    let parts = BOOK.split("\n### ").skip(1).filter_map(|part| {
        let (heading, rest) = part.split_once('\n')?;
        Some((heading, rest.split_once("```sql\n")?.1.split_once("```")?.0))
    });
    parts.collect()
}

#[test]
fn every_question_of_the_book_has_the_same_answer_live_and_exported() {
    let (folder, out) = (project(), tempfile::tempdir().unwrap());
    let index = open(&folder);
    let snapshot = index.snapshot();
    let graph = out.path().join("graph");
    snapshot.export(&graph, &everything()).unwrap();
    let questions = questions();
    assert_eq!(questions.len(), 20);
    for (heading, query) in questions {
        let live =
            snapshot.sql(query, &SqlOptions { flow: true, ..SqlOptions::default() }).unwrap_or_else(|error| panic!("{heading}: {error}"));
        let read = sql_of_export(&graph, query, &SqlOptions::default()).unwrap();
        let shown = |batches: &[_]| arrow::util::pretty::pretty_format_batches(batches).unwrap().to_string();
        assert_eq!(shown(&live.batches), shown(&read.batches), "{heading}");
        assert!(live.batches.iter().any(|batch| batch.num_rows() > 0), "{heading} has no answer here");
        assert!(!live.truncated && live.revision == snapshot.revision());
    }
}
