//! Nearness of words: which of a text's words mean what a question's words mean, one by one.
//!
//! A sum of vectors forgets which words it was made of; the best match of each of a question's words does not. This is
//! the late interaction of ColBERT (Khattab and Zaharia 2020, §3.3) over a static table.

use crate::static_model::StaticModel;

/// How near pieces are in meaning to the words of a question.
///
/// A word's direction is the weighed sum of its pieces' vectors; nearness is the cosine with a piece's vector. Words
/// without pieces have no direction and are left out.
pub struct WordNearness<'m> {
    model: &'m StaticModel,
    /// Of unit length each, word after word.
    directions: Vec<f32>,
    /// Which of the question's words have a direction.
    words: Vec<usize>,
}

impl<'m> WordNearness<'m> {
    /// Looks the words of a question up in a model. Words are stems, as [`StaticModel::question`] takes them.
    pub fn new<'w>(model: &'m StaticModel, words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut found = Self { model, directions: Vec::new(), words: Vec::new() };
        for (at, word) in words.into_iter().enumerate() {
            let direction = model.question([word]);
            if direction.iter().any(|value| *value != 0.0) {
                found.directions.extend(direction);
                found.words.push(at);
            }
        }
        found
    }

    /// The places of those words in the question that have a direction, in order.
    pub fn words(&self) -> &[usize] {
        &self.words
    }

    /// The cosine of a piece with each of [`words`](Self::words), appended to `out`. About 50 ns a word.
    pub fn append(&self, piece: u16, out: &mut Vec<f32>) {
        let Some(row) = self.model.row(piece) else { return out.extend(self.words.iter().map(|_| 0.0)) };
        let length = dot(row, None).sqrt();
        let by = if length > 0.0 { 1.0 / length } else { 0.0 };
        out.extend(self.directions.chunks(self.model.dimension()).map(|direction| dot(row, Some(direction)) * by));
    }
}

/// The product of a row with a vector, or with itself; sixteen sums side by side, in a fixed order.
fn dot(row: &[u8], vector: Option<&[f32]>) -> f32 {
    let mut sums = [0.0_f32; 16];
    let (rows, rest) = row.as_chunks::<16>();
    match vector.map(<[f32]>::as_chunks::<16>) {
        Some((vectors, _)) => {
            for (row, vector) in rows.iter().zip(vectors) {
                for ((sum, &byte), value) in sums.iter_mut().zip(row).zip(vector) {
                    *sum += f32::from(byte.cast_signed()) * value;
                }
            }
        }
        None => {
            for row in rows {
                for (sum, &byte) in sums.iter_mut().zip(row) {
                    let value = f32::from(byte.cast_signed());
                    *sum += value * value;
                }
            }
        }
    }
    let tail = row.len() - rest.len();
    for (at, &byte) in rest.iter().enumerate() {
        let value = f32::from(byte.cast_signed());
        sums[at] += value * vector.and_then(|vector| vector.get(tail + at).copied()).unwrap_or(value);
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(word: &str, others: [&'static str; 3]) -> &'static str {
        let model = StaticModel::shipped();
        let nearness = WordNearness::new(model, [word]);
        let cosine = |other: &str| {
            let (mut pieces, mut found) = (Vec::new(), Vec::new());
            model.split(other, &mut pieces);
            nearness.append(pieces[0], &mut found);
            found[0]
        };
        others.into_iter().max_by(|a, b| cosine(a).total_cmp(&cosine(b))).unwrap()
    }

    #[test]
    fn words_are_nearest_to_words_of_like_meaning() {
        assert_eq!(nearest("delet", ["remov", "color", "socket"]), "remov");
        assert_eq!(nearest("pictur", ["thread", "imag", "token"]), "imag");
        assert_eq!(nearest("login", ["matrix", "polygon", "password"]), "password");
    }

    #[test]
    fn a_word_is_as_near_as_can_be_to_itself() {
        let model = StaticModel::shipped();
        let nearness = WordNearness::new(model, ["pars", "поиск", "socket"]);
        assert_eq!(nearness.words(), [0, 2], "a word without pieces has no direction");
        let (mut pieces, mut found) = (Vec::new(), Vec::new());
        model.split("socket", &mut pieces);
        nearness.append(pieces[0], &mut found);
        assert!((found[1] - 1.0).abs() < 1e-5 && found[0] < 0.9, "{found:?}");
    }
}
