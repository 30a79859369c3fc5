//! Positions in a text, as editors count them.

use serde::Serialize;

use super::change::normal;
use super::error::Error;
use super::lookup::{file_at, text_of};
use super::snapshot::Snapshot;

/// How columns are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PositionEncoding {
    /// Bytes.
    #[default]
    Utf8,
    /// Two-byte units, as editors and the language server protocol count.
    Utf16,
    /// Characters.
    Utf32,
}

/// A place in a text: line from 1, column from 0 in the units of the encoding.
///
/// A line ends before its `\n` or `\r\n`. A column beyond that end, or inside a character, stands for the nearest place
/// before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 0.
    pub column: u32,
}

impl Snapshot<'_> {
    /// The byte of a file at a position, for [`Change::Edit`](super::Change::Edit); `None` beyond its last line.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn offset(&self, path: &str, position: Position, encoding: PositionEncoding) -> Result<Option<u32>, Error> {
        let path = normal(path);
        self.ask(|world| Ok(offset_in(&text_of(world, file_at(world, &path)?), position, encoding)))?
    }

    /// The position of a byte of a file; `None` beyond its end.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn position(&self, path: &str, offset: u32, encoding: PositionEncoding) -> Result<Option<Position>, Error> {
        let path = normal(path);
        self.ask(|world| Ok(position_in(&text_of(world, file_at(world, &path)?), offset, encoding)))?
    }
}

pub(crate) fn offset_in(text: &str, position: Position, encoding: PositionEncoding) -> Option<u32> {
    let mut lines = position.line.checked_sub(1)?;
    let mut start = 0;
    while lines > 0 {
        start += text[start..].find('\n')? + 1;
        lines -= 1;
    }
    let line = &text[start..];
    let line = line.split_once('\n').map_or(line, |(line, _)| line.strip_suffix('\r').unwrap_or(line));
    let mut column = 0;
    for (at, character) in line.char_indices() {
        column += units(character, encoding);
        if column > position.column {
            return u32::try_from(start + at).ok();
        }
    }
    u32::try_from(start + line.len()).ok()
}

fn position_in(text: &str, offset: u32, encoding: PositionEncoding) -> Option<Position> {
    let mut end = offset as usize;
    if end > text.len() {
        return None;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().map(|character| units(character, encoding)).sum();
    Some(Position { line, column })
}

fn units(character: char, encoding: PositionEncoding) -> u32 {
    match encoding {
        PositionEncoding::Utf8 => character.len_utf8() as u32,
        PositionEncoding::Utf16 => character.len_utf16() as u32,
        PositionEncoding::Utf32 => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::PositionEncoding::{Utf8, Utf16, Utf32};
    use super::*;

    const TEXT: &str = "a = \"🦀é\"\r\nb = 1\r\n\r\nc";

    #[test]
    fn columns_count_bytes_units_or_characters_and_lines_end_before_their_break() {
        for (line, column, encoding, found) in [
            (1, 0, Utf8, Some(0)),
            (1, 9, Utf8, Some(9)),
            (1, 7, Utf16, Some(9)),
            (1, 6, Utf32, Some(9)),
            // Inside the crab, and beyond the end of the line.
            (1, 6, Utf8, Some(5)),
            (1, 6, Utf16, Some(5)),
            (1, 99, Utf16, Some(12)),
            (2, 0, Utf16, Some(14)),
            (2, 5, Utf16, Some(19)),
            (2, 6, Utf16, Some(19)),
            (3, 0, Utf16, Some(21)),
            (4, 1, Utf16, Some(24)),
            (4, 2, Utf16, Some(24)),
            (5, 0, Utf16, None),
            (0, 0, Utf16, None),
        ] {
            assert_eq!(offset_in(TEXT, Position { line, column }, encoding), found, "{line}:{column} {encoding:?}");
        }
    }

    #[test]
    fn a_position_leads_back_to_its_byte() {
        for encoding in [Utf8, Utf16, Utf32] {
            for (at, character) in TEXT.char_indices().filter(|(_, character)| !matches!(character, '\r' | '\n')) {
                let position = position_in(TEXT, at as u32, encoding).expect("it lies in the text");
                assert_eq!(offset_in(TEXT, position, encoding), Some(at as u32), "{character} {position:?} {encoding:?}");
            }
        }
        assert_eq!(position_in(TEXT, 24, Utf16), Some(Position { line: 4, column: 1 }));
        assert_eq!(position_in(TEXT, 25, Utf16), None);
    }
}
