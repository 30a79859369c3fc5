//! Names that stand in one file, each once.

use rustc_hash::FxHashMap;

use crate::syntax::rows::{NONE, Rows, Str};

/// Texts by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Names {
    ends: Box<[u32]>,
    text: Box<str>,
}

impl Names {
    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        self.ends.len() as u32
    }

    /// The text of a number.
    pub(crate) fn text(&self, name: u32) -> &str {
        let Some(&end) = self.ends.get(name as usize) else { return "" };
        let start = name.checked_sub(1).and_then(|last| self.ends.get(last as usize)).copied().unwrap_or(0);
        self.text.get(start as usize..end as usize).unwrap_or("")
    }
}

/// Collects the names of a file with these rows.
pub(crate) struct NamesBuilder<'r> {
    rows: &'r Rows,
    /// The number of each string of the file, or `NONE`.
    numbers: Vec<u32>,
    /// Names that the file does not have itself.
    foreign: FxHashMap<Box<str>, u32>,
    ends: Vec<u32>,
    text: String,
}

impl<'r> NamesBuilder<'r> {
    pub(crate) fn new(rows: &'r Rows) -> Self {
        let numbers = vec![NONE; rows.string_count() as usize];
        Self { rows, numbers, foreign: FxHashMap::default(), ends: Vec::new(), text: String::new() }
    }

    /// The number of a string of the file.
    pub(crate) fn number(&mut self, name: Str) -> u32 {
        let next = self.ends.len() as u32;
        match self.numbers.get_mut(name.0 as usize) {
            Some(number) if *number != NONE => return *number,
            Some(number) => *number = next,
            None => return self.number_of(""),
        }
        self.push(self.rows.str(name))
    }

    /// The number of a text.
    pub(crate) fn number_of(&mut self, text: &str) -> u32 {
        if let Some(own) = self.rows.find_str(text) {
            return self.number(own);
        }
        if let Some(&number) = self.foreign.get(text) {
            return number;
        }
        let number = self.push(text);
        self.foreign.insert(text.into(), number);
        number
    }

    pub(crate) fn finish(self) -> Names {
        Names { ends: self.ends.into(), text: self.text.into() }
    }

    fn push(&mut self, text: &str) -> u32 {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        self.ends.len() as u32 - 1
    }
}
