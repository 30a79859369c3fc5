//! A small source whose rows follow from their numbers, and what sessions promise of it.

mod bad;
mod exported;
mod live;
mod predicate;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arrow::array::{
    ArrayRef, BooleanArray, FixedSizeBinaryArray, FixedSizeListArray, Float32Array, ListBuilder, StringBuilder, StringViewArray,
    TimestampMicrosecondArray, UInt16Array, UInt32Array, UInt64Array,
};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Field, Float32Type, Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use arrow::util::display::array_value_to_string;

use super::{
    Answer, Argument, ArgumentType, Batches, ColumnType, DefaultArgument, Limits, Parameter, Scan, Session, SourceError, Table,
    TableFunction, TableSource, Words,
};
use crate::Error;

const DIMENSION: usize = 4;

/// A source of tables whose rows follow from their numbers. Keeps what it was asked.
#[derive(Debug)]
struct Numbered {
    rows: usize,
    functions: Vec<TableFunction>,
    asked: Mutex<Vec<Asked>>,
    calls: AtomicUsize,
    given: Arc<AtomicUsize>,
    fails: bool,
}

#[derive(Clone, Debug)]
struct Asked {
    table: Table,
    columns: Vec<&'static str>,
    predicates: Vec<String>,
    limit: Option<usize>,
    ids: Option<Vec<u64>>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the lights went out")]
struct Dark;

impl Numbered {
    fn new(rows: usize) -> Self {
        let said = [("unit", "steps"), ("meaning", "how far away")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let depth = Field::new("depth", DataType::UInt64, false).with_metadata(said.into());
        let schema = Schema::new(vec![Field::new("id", DataType::UInt64, false), depth]);
        let text = |name, default| Parameter { name, ty: ArgumentType::Text, default };
        let parameters: &'static [Parameter] = Box::leak(Box::new([
            text("symbol", None),
            Parameter { name: "depth", ty: ArgumentType::Number, default: Some(DefaultArgument::Number(2)) },
        ]));
        let callers = TableFunction { name: "callers", parameters, schema: Arc::new(schema), meaning: "who calls a symbol" };
        Self { rows, functions: vec![callers], asked: Mutex::default(), calls: AtomicUsize::new(0), given: Arc::default(), fails: false }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn asked_of(&self, table: Table) -> Asked {
        let all = self.asked();
        let mut of: Vec<Asked> = all.into_iter().filter(|asked| asked.table == table).collect();
        assert_eq!(of.len(), 1, "{of:?}");
        of.remove(0)
    }
}

impl TableSource for Numbered {
    fn schema(&self, table: Table) -> SchemaRef {
        table.schema(DIMENSION)
    }

    fn scan(&self, table: Table, scan: &Scan) -> Result<Vec<Batches>, SourceError> {
        if self.fails {
            return Err(Box::new(Dark));
        }
        let id = table.column("id").or(table.column("source"));
        let names: Vec<&str> = table.columns().map(|column| column.name).collect();
        self.asked.lock().unwrap().push(Asked {
            table,
            columns: scan.columns.iter().map(|&place| names[place]).collect(),
            predicates: scan.predicates.iter().map(ToString::to_string).collect(),
            limit: scan.limit,
            ids: id.and_then(|id| scan.predicates.iter().find_map(|predicate| predicate.numbers(id))),
        });
        let size = 1000;
        let parts = (0..3).map(|part| {
            let (scan, rows, given) = (scan.clone(), self.rows, Arc::clone(&self.given));
            let starts = (part * size..rows).step_by(3 * size);
            let batches = starts.map(move |start| {
                let batch = numbered(table, start, size.min(rows - start));
                given.fetch_add(batch.num_rows(), Ordering::Relaxed);
                let batch = scan.predicates.iter().try_fold(batch, |batch, predicate| {
                    let matches = predicate.matches(&batch.project(predicate.columns())?)?;
                    Ok::<_, SourceError>(filter_record_batch(&batch, &matches)?)
                })?;
                let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
                let schema = Arc::new(batch.schema().project(&scan.columns)?);
                let columns = scan.columns.iter().map(|&place| Arc::clone(batch.column(place))).collect();
                Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
            });
            Box::new(batches) as Batches
        });
        Ok(parts.collect())
    }

    fn rows(&self, table: Table) -> Option<usize> {
        (table != Table::FlowNodes).then_some(self.rows)
    }

    fn functions(&self) -> &[TableFunction] {
        &self.functions
    }

    fn call(&self, function: &TableFunction, arguments: &[Argument]) -> Result<RecordBatch, SourceError> {
        assert_eq!(function.name, "callers");
        self.calls.fetch_add(1, Ordering::Relaxed);
        let [Argument::Text(symbol), Argument::Number(depth)] = arguments else {
            panic!("{arguments:?}");
        };
        if symbol == "nobody" {
            return Err("there is no symbol `nobody`; did you mean `anybody`?".into());
        }
        let ids: Vec<u64> = (0..*depth).collect();
        let columns: Vec<ArrayRef> = vec![Arc::new(UInt64Array::from(ids.clone())), Arc::new(UInt64Array::from(ids))];
        Ok(RecordBatch::try_new(Arc::clone(&function.schema), columns)?)
    }
}

/// Words are split at underscores; the vector of a text counts its letters a, b, c and the rest.
#[derive(Debug)]
struct Letters;

impl Words for Letters {
    fn subwords(&self, text: &str) -> Vec<String> {
        text.split('_').map(str::to_lowercase).collect()
    }

    fn vector(&self, text: &str) -> Vec<f32> {
        let mut vector = vec![0.0; DIMENSION];
        for letter in text.bytes() {
            vector[usize::from(letter.wrapping_sub(b'a')).min(3)] += 1.0;
        }
        vector
    }
}

/// Rows of a table, from a number on.
fn numbered(table: Table, start: usize, rows: usize) -> RecordBatch {
    let numbers = || start..start + rows;
    let columns = table.columns().map(|column| -> ArrayRef {
        let absent = |row: usize| column.nullable && row % 5 == 4;
        match column.ty {
            ColumnType::Utf8 => Arc::new(numbers().map(|row| (!absent(row)).then(|| text(column.name, row))).collect::<StringViewArray>()),
            ColumnType::Utf8List => {
                let field = Field::new("item", DataType::Utf8, false);
                let mut lists = ListBuilder::new(StringBuilder::new()).with_field(field);
                for row in numbers() {
                    lists.values().append_value(format!("v{row}"));
                    lists.append(true);
                }
                Arc::new(lists.finish())
            }
            ColumnType::Bool => Arc::new(numbers().map(|row| Some(row % 2 == 0)).collect::<BooleanArray>()),
            ColumnType::U16 => Arc::new(numbers().map(|row| (!absent(row)).then_some((row % 100) as u16)).collect::<UInt16Array>()),
            ColumnType::U32 => Arc::new(numbers().map(|row| (!absent(row)).then_some((row % 100) as u32)).collect::<UInt32Array>()),
            ColumnType::U64 => Arc::new(numbers().map(|row| (!absent(row)).then_some(row as u64)).collect::<UInt64Array>()),
            ColumnType::F32 => Arc::new(numbers().map(|row| (!absent(row)).then_some(row as f32)).collect::<Float32Array>()),
            ColumnType::Bytes(length) => {
                let values = numbers().map(|row| vec![row as u8; length as usize]);
                Arc::new(FixedSizeBinaryArray::try_from_iter(values).unwrap())
            }
            ColumnType::Vector => {
                let vectors = numbers().map(|row| Some([1.0, row as f32, 0.0, 0.0].map(Some)));
                let list = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(vectors, DIMENSION as i32);
                let (_, size, values, nulls) = list.into_parts();
                let field = Arc::new(Field::new("item", DataType::Float32, false));
                Arc::new(FixedSizeListArray::try_new(field, size, values, nulls).unwrap())
            }
            ColumnType::Moment => {
                let moments = TimestampMicrosecondArray::from_iter_values(numbers().map(|_| 1_700_000_000_000_000));
                Arc::new(moments.with_timezone("UTC"))
            }
        }
    });
    RecordBatch::try_new(table.schema(DIMENSION), columns.collect()).unwrap()
}

fn text(column: &str, row: usize) -> String {
    match column {
        "project" => "shop".to_owned(),
        "revision" => "r0000000000000001".to_owned(),
        "kind" => ["function", "class", "method"][row % 3].to_owned(),
        _ => format!("{column}_{row}"),
    }
}

fn session(source: &Arc<Numbered>) -> Session {
    let words: Arc<dyn Words> = Arc::new(Letters);
    Session::live(Arc::clone(source) as Arc<dyn TableSource>, &words).unwrap()
}

fn ask(session: &Session, query: &str) -> Result<Answer, Error> {
    session.sql(query, &Limits::default(), &|| false)
}

/// The rows of an answer, values apart by `|`.
#[track_caller]
fn rows(session: &Session, query: &str) -> Vec<String> {
    let answer = ask(session, query).unwrap_or_else(|error| panic!("{query:.200}: {error}"));
    let mut rows = Vec::new();
    for batch in &answer.batches {
        assert_eq!(batch.schema(), answer.schema, "{query}");
        for row in 0..batch.num_rows() {
            let values = batch.columns().iter().map(|column| array_value_to_string(column, row).unwrap());
            rows.push(values.collect::<Vec<_>>().join("|"));
        }
    }
    rows
}

#[track_caller]
fn check(session: &Session, query: &str, expected: &[&str]) {
    assert_eq!(rows(session, query), expected, "{query}");
}

/// What is said against a query.
#[track_caller]
fn refusal(session: &Session, query: &str) -> String {
    match ask(session, query) {
        Ok(answer) => panic!("{:.200} was answered: {:?}", query, answer.batches),
        Err(error) => error.to_string(),
    }
}

/// The plan of a query, as one text.
#[track_caller]
fn plan(session: &Session, query: &str) -> String {
    rows(session, &format!("explain {query}")).join("\n")
}
