//! A table for people, and the same as JSON.

use serde_json::{Map, Value};

/// Named columns and rows of cells.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) title: String,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// What stands in a cell.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Text(String),
    Count(usize),
    /// Between 0 and 1, or the difference of two such.
    Share(f64),
    Nothing,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl From<f64> for Cell {
    fn from(share: f64) -> Self {
        Self::Share(share)
    }
}

impl Table {
    pub(crate) fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        Self { title: title.into(), columns: columns.iter().map(|&column| column.to_owned()).collect(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells);
    }

    /// The table in columns: text to the left, numbers to the right.
    pub(crate) fn text(&self) -> String {
        let shown: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(Cell::text).collect()).collect();
        let width = |at: usize| {
            let cells = shown.iter().filter_map(|row| row.get(at)).chain(self.columns.get(at));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let is_text = |at: usize| self.rows.iter().all(|row| matches!(row.get(at), Some(Cell::Text(_) | Cell::Nothing)));
        let line = |cells: &[String]| {
            let padded = cells
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(at, (cell, &width))| if is_text(at) { format!("{cell:<width$}") } else { format!("{cell:>width$}") });
            format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
        };
        let title = if self.title.is_empty() { String::new() } else { format!("{}\n", self.title) };
        title + &line(&self.columns) + &shown.iter().map(|row| line(row)).collect::<String>()
    }

    /// `{"title": …, "rows": [{column: value}]}`.
    pub(crate) fn json(&self) -> Value {
        let row = |cells: &Vec<Cell>| -> Map<String, Value> { self.columns.iter().cloned().zip(cells.iter().map(Cell::json)).collect() };
        serde_json::json!({ "title": self.title, "rows": self.rows.iter().map(row).collect::<Vec<_>>() })
    }
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Share(share) => format!("{share:.3}"),
            Self::Nothing => String::new(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Count(count) => (*count).into(),
            // Four digits: more would be noise, and differ where sums are taken in another order.
            Self::Share(share) => ((share * 1e4).round() / 1e4).into(),
            Self::Nothing => Value::Null,
        }
    }
}
