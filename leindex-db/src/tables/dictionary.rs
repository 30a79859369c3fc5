//! What the tables are, as tables: `columns` and `functions`.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, StringArray, UInt32Array};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use datafusion::common::Result;
use datafusion::datasource::MemTable;

use super::functions::{SCALARS, parameters};
use super::schema::{Column, ColumnType, Table, is};
use super::source::TableFunction;
use super::views::VIEWS;

/// The columns of `columns`.
const COLUMNS: &[Column] = &[
    is("table_name", ColumnType::Utf8, "", "table, view or table function"),
    is("column_name", ColumnType::Utf8, "", "its column"),
    is("position", ColumnType::U32, "columns from 1", "place of the column"),
    is("type", ColumnType::Utf8, "", "type of its values"),
    is("nullable", ColumnType::Bool, "", "whether a row may have no value"),
    is("unit", ColumnType::Utf8, "", "what the value is counted in; empty for names and texts"),
    is("meaning", ColumnType::Utf8, "", "what the value says"),
];

/// The columns of `functions`.
const FUNCTIONS: &[Column] = &[
    is("name", ColumnType::Utf8, "", "its name"),
    is("parameters", ColumnType::Utf8, "", "its parameters, in order, with the defaults of those that may be left out"),
    is("meaning", ColumnType::Utf8, "", "what it gives"),
];

/// A row of `columns`.
struct Row<'a> {
    table: &'a str,
    position: u32,
    column: &'a str,
    ty: String,
    nullable: bool,
    unit: &'a str,
    meaning: &'a str,
}

/// `columns`: every column of these tables, of the views, of the functions' rows and of the dictionary itself.
pub(super) fn columns(tables: &[Table], functions: &[TableFunction]) -> Result<MemTable> {
    let mut rows: Vec<Row> = Vec::new();
    let mut add = |table: &'static str, columns: &mut dyn Iterator<Item = &'static Column>| {
        rows.extend((1..).zip(columns).map(|(position, column)| Row {
            table,
            position,
            column: column.name,
            ty: column.ty.name(),
            nullable: column.nullable,
            unit: column.unit,
            meaning: column.meaning,
        }));
    };
    for &table in tables {
        add(table.as_str(), &mut table.columns());
    }
    for view in &VIEWS {
        add(view.name, &mut view.columns());
    }
    add("columns", &mut COLUMNS.iter());
    add("functions", &mut FUNCTIONS.iter());
    for function in functions {
        rows.extend((1..).zip(function.schema.fields()).map(|(position, field)| {
            let known = Table::ALL.into_iter().flat_map(Table::columns).find(|column| column.name == field.name());
            let said = |key: &str| field.metadata().get(key).map(String::as_str);
            Row {
                table: function.name,
                position,
                column: field.name(),
                ty: type_name(field.data_type()),
                nullable: field.is_nullable(),
                unit: said("unit").or(known.map(|column| column.unit)).unwrap_or_default(),
                meaning: said("meaning").or(known.map(|column| column.meaning)).unwrap_or_default(),
            }
        }));
    }
    let texts = |text: fn(&Row) -> String| Arc::new(rows.iter().map(|row| Some(text(row))).collect::<StringArray>()) as ArrayRef;
    let arrays = vec![
        texts(|row| row.table.to_owned()),
        texts(|row| row.column.to_owned()),
        Arc::new(rows.iter().map(|row| row.position).collect::<UInt32Array>()),
        texts(|row| row.ty.clone()),
        Arc::new(rows.iter().map(|row| Some(row.nullable)).collect::<BooleanArray>()),
        texts(|row| row.unit.to_owned()),
        texts(|row| row.meaning.to_owned()),
    ];
    table(COLUMNS, arrays)
}

/// `functions`: the functions that are not the engine's own.
pub(super) fn functions(functions: &[TableFunction]) -> Result<MemTable> {
    let scalars = SCALARS.map(|(name, parameters, meaning)| [name.to_owned(), parameters.to_owned(), meaning.to_owned()]);
    let tables = functions.iter().map(|function| [function.name.to_owned(), parameters(function), format!("table: {}", function.meaning)]);
    let rows: Vec<[String; 3]> = tables.chain(scalars).collect();
    let arrays = (0..3).map(|place| {
        let texts = rows.iter().map(|row| row.get(place)).collect::<StringArray>();
        Arc::new(texts) as ArrayRef
    });
    table(FUNCTIONS, arrays.collect())
}

fn table(columns: &[Column], arrays: Vec<ArrayRef>) -> Result<MemTable> {
    let fields = columns.iter().map(|column| Field::new(column.name, column.ty.arrow(0), column.nullable));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)?;
    MemTable::try_new(schema, vec![vec![batch]])
}

/// As [`ColumnType::name`] writes it.
fn type_name(ty: &DataType) -> String {
    match ty {
        DataType::Utf8 => "utf8".to_owned(),
        DataType::Boolean => "bool".to_owned(),
        DataType::UInt16 => "u16".to_owned(),
        DataType::UInt32 => "u32".to_owned(),
        DataType::UInt64 => "u64".to_owned(),
        DataType::Float32 => "f32".to_owned(),
        DataType::Float64 => "f64".to_owned(),
        DataType::List(item) => format!("list<{}>", type_name(item.data_type())),
        other => other.to_string().to_lowercase(),
    }
}
