//! The static model: a table with a vector for each piece of a word, learned from pairs of documentation and code.
//!
//! The vector of a text is the weighed sum of the vectors of its words' pieces, brought to unit length. A word is a stem
//! as [`words::normalise`](crate::words::normalise) makes it, so what a lexical index knows of a document is all that
//! its vector needs. Words split into pieces as WordPiece does (Schuster and Nakajima 2012): the longest known
//! beginning, then the longest known continuation, and so on.
//!
//! Sums are made of `f32` products and sums in a fixed order, without fused operations, and logarithms are read from a
//! table, so a vector is the same to the bit on any processor.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use half::f16;
use rustc_hash::FxHashMap;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::error::EmbedError;
use crate::logarithm::ln;

/// Fields of a document whose words weigh differently: name, signature, documentation, body.
pub const FIELDS: usize = 4;

/// Dimensions of a model, at most.
const MOST_DIMENSIONS: usize = 4096;
/// Marks pieces that continue a word.
const CONTINUES: &str = "##";
/// Longer words have no pieces: they are data.
const LONGEST_WORD: usize = 64;
/// Logarithms are known for frequencies in these steps, up to this many of them.
const STEPS_PER_ONE: f32 = 16.0;
const STEPS: usize = 4096;

/// A static model.
pub struct StaticModel {
    bytes: Cow<'static, [u8]>,
    id: String,
    dimension: usize,
    /// Rows of the table, a byte a dimension, in `bytes`.
    table: Range<usize>,
    starts: FxHashMap<Box<str>, u16>,
    continuations: FxHashMap<Box<str>, u16>,
    /// What a piece weighs in a document and in a question, the scale of its row included.
    in_documents: Box<[f32]>,
    in_questions: Box<[f32]>,
    fields: [f32; FIELDS],
    center: Box<[f32]>,
    /// `ln(1 + frequency)`.
    logarithms: Box<[f32]>,
}

impl StaticModel {
    /// The model in the box. Read when first asked for, in about two milliseconds.
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<StaticModel> = LazyLock::new(|| {
            let bytes: &'static [u8] = include_bytes!("../assets/leindex-static-v1.safetensors");
            StaticModel::from_bytes(Cow::Borrowed(bytes)).expect("the shipped model is whole: a test reads it")
        });
        &SHIPPED
    }

    /// Reads a model: tensors `pieces` (bytes: one piece a line, continuations marked `##`), `table` (i8, pieces ×
    /// dimensions), `scale`, `query_weight`, `code_weight` (f16, a number a piece), `fields` (f32, a number a field) and
    /// `center` (f32, a number a dimension).
    ///
    /// # Errors
    ///
    /// [`EmbedError::Model`] when the bytes are no such file, a tensor is missing, of another type or shape, or holds
    /// something that is not a number.
    pub fn from_bytes(bytes: Cow<'static, [u8]>) -> Result<Self, EmbedError> {
        let tensors = SafeTensors::deserialize(&bytes).map_err(|error| EmbedError::Model(format!("no safetensors file: {error}")))?;
        let table = tensor(&tensors, "table", Dtype::I8)?;
        let &[rows, dimension] = table.shape() else { return Err(EmbedError::Model("`table` has not two dimensions".into())) };
        if dimension == 0 || dimension % 8 != 0 || dimension > MOST_DIMENSIONS || rows == 0 || rows > usize::from(u16::MAX) {
            return Err(EmbedError::Model(format!("`table` has {rows} rows of {dimension} dimensions")));
        }
        let start = table.data().as_ptr().addr() - bytes.as_ptr().addr();
        let range = start..start + table.data().len();
        let pieces = tensor(&tensors, "pieces", Dtype::U8)?;
        let pieces = std::str::from_utf8(pieces.data()).map_err(|_| EmbedError::Model("`pieces` is no UTF-8 text".into()))?;
        let (mut starts, mut continuations) = (FxHashMap::default(), FxHashMap::default());
        let mut count = 0;
        for (row, piece) in (0..u16::MAX).zip(pieces.lines()) {
            match piece.strip_prefix(CONTINUES) {
                Some(piece) => continuations.insert(Box::from(piece), row),
                None => starts.insert(Box::from(piece), row),
            };
            count += 1;
        }
        if count != rows || starts.len() + continuations.len() != rows {
            return Err(EmbedError::Model(format!("{rows} rows for {} distinct pieces", starts.len() + continuations.len())));
        }
        let scale = numbers(&tensors, "scale", rows)?;
        let weighed = |name: &str| -> Result<Box<[f32]>, EmbedError> {
            Ok(numbers(&tensors, name, rows)?.iter().zip(&scale).map(|(weight, scale)| weight * scale).collect())
        };
        let fields = numbers(&tensors, "fields", FIELDS)?;
        let model = Self {
            id: format!("static:{}", &blake3::hash(&bytes).to_hex()[..16]),
            dimension,
            table: range,
            starts,
            continuations,
            in_documents: weighed("code_weight")?,
            in_questions: weighed("query_weight")?,
            fields: [fields[0], fields[1], fields[2], fields[3]],
            center: numbers(&tensors, "center", dimension)?.into(),
            logarithms: (0..STEPS).map(|step| ln(1.0 + f64::from(step as u32) / f64::from(STEPS_PER_ONE)) as f32).collect(),
            bytes: Cow::Borrowed(&[]),
        };
        Ok(Self { bytes, ..model })
    }

    /// A name that stands for exactly this model: a digest of its bytes.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Numbers of a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The middle of the vectors of code, which parts the two values of a sign bit.
    pub fn center(&self) -> &[f32] {
        &self.center
    }

    /// The words that are one piece, with its row, in no order.
    pub fn whole_words(&self) -> impl Iterator<Item = (&str, u16)> {
        self.starts.iter().map(|(word, &row)| (&**word, row))
    }

    /// Appends the pieces of a word; nothing if it has letters that no piece has.
    pub fn split(&self, word: &str, pieces: &mut Vec<u16>) {
        if word.len() > LONGEST_WORD || !word.is_ascii() {
            return;
        }
        let before = pieces.len();
        let mut at = 0;
        while at < word.len() {
            let known = if at == 0 { &self.starts } else { &self.continuations };
            let found = (at + 1..=word.len()).rev().find_map(|end| Some((end, *known.get(&word[at..end])?)));
            let Some((end, row)) = found else {
                pieces.truncate(before);
                return;
            };
            pieces.push(row);
            at = end;
        }
    }

    /// How much a piece counts in a document where it stands so often, by field.
    pub fn frequency(&self, counts: [u8; FIELDS]) -> f32 {
        self.fields.iter().zip(counts).map(|(weight, count)| weight * f32::from(count)).sum()
    }

    /// Adds a piece of this [`frequency`](Self::frequency) to the sum of a document.
    pub fn add_to_document(&self, piece: u16, frequency: f32, sum: &mut [f32]) {
        self.add(piece, self.in_documents.get(usize::from(piece)), frequency, sum);
    }

    fn add(&self, piece: u16, weight: Option<&f32>, frequency: f32, sum: &mut [f32]) {
        let step = ((frequency * STEPS_PER_ONE + 0.5) as usize).min(STEPS - 1);
        if let (Some(weight), Some(row)) = (weight, self.row(piece)) {
            add_row(row, weight * self.logarithms[step], sum);
        }
    }

    /// The vector of a piece without its scale, a signed byte a dimension.
    pub(crate) fn row(&self, piece: u16) -> Option<&[u8]> {
        let start = self.table.start + usize::from(piece) * self.dimension;
        self.bytes.get(start..start + self.dimension)
    }

    /// The vector of a question's words, of unit length; all zero if no word has pieces.
    pub fn question<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Vec<f32> {
        let mut pieces = Vec::new();
        for word in words {
            self.split(word, &mut pieces);
        }
        pieces.sort_unstable();
        let mut sum = vec![0.0; self.dimension];
        for run in pieces.chunk_by(|a, b| a == b) {
            self.add(run[0], self.in_questions.get(usize::from(run[0])), run.len() as f32, &mut sum);
        }
        to_unit_length(&mut sum);
        sum
    }
}

impl std::fmt::Debug for StaticModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaticModel").field("id", &self.id).field("dimension", &self.dimension).finish_non_exhaustive()
    }
}

/// Brings a vector to length 1, or to zero if it has none.
pub fn to_unit_length(vector: &mut [f32]) {
    // Eight sums side by side: a fixed order that vector units can follow.
    let mut squares = [0.0_f32; 8];
    for eight in vector.chunks(8) {
        for (square, value) in squares.iter_mut().zip(eight) {
            *square += value * value;
        }
    }
    let length = squares.iter().sum::<f32>().sqrt();
    let by = if length > 0.0 && length.is_finite() { 1.0 / length } else { 0.0 };
    for value in vector {
        *value *= by;
    }
}

fn add_row(row: &[u8], weight: f32, sum: &mut [f32]) {
    for (sum, &value) in sum.iter_mut().zip(row) {
        *sum += weight * f32::from(value.cast_signed());
    }
}

fn tensor<'t>(tensors: &SafeTensors<'t>, name: &str, dtype: Dtype) -> Result<TensorView<'t>, EmbedError> {
    let found = tensors.tensor(name).map_err(|_| EmbedError::Model(format!("there is no tensor `{name}`")))?;
    if found.dtype() != dtype {
        return Err(EmbedError::Model(format!("`{name}` is of type {:?}, not {dtype:?}", found.dtype())));
    }
    Ok(found)
}

/// A tensor of finite numbers, f16 or f32.
fn numbers(tensors: &SafeTensors<'_>, name: &str, count: usize) -> Result<Vec<f32>, EmbedError> {
    let found = tensors.tensor(name).map_err(|_| EmbedError::Model(format!("there is no tensor `{name}`")))?;
    let values: Vec<f32> = match found.dtype() {
        Dtype::F16 => found.data().as_chunks().0.iter().map(|&bytes| f16::from_le_bytes(bytes).to_f32()).collect(),
        Dtype::F32 => found.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect(),
        other => return Err(EmbedError::Model(format!("`{name}` is of type {other:?}, not F16 or F32"))),
    };
    if values.len() != count || values.iter().any(|value| !value.is_finite()) {
        return Err(EmbedError::Model(format!("`{name}` has {} values, not {count} finite ones", values.len())));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A file with these pieces, eight dimensions a piece, all weights 1.
    fn file(pieces: &str, spoil: impl Fn(&mut BTreeMap<&'static str, (Dtype, Vec<usize>, Vec<u8>)>)) -> Vec<u8> {
        let rows = pieces.lines().count();
        let ones = |count: usize| [0x00, 0x3c].repeat(count);
        let table: Vec<u8> = (0..rows * 8).map(|at| (at as i32 * 37 % 127 - 63) as u8).collect();
        let floats = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let mut tensors = BTreeMap::from([
            ("pieces", (Dtype::U8, vec![pieces.len()], pieces.as_bytes().to_vec())),
            ("table", (Dtype::I8, vec![rows, 8], table)),
            ("scale", (Dtype::F16, vec![rows], ones(rows))),
            ("query_weight", (Dtype::F16, vec![rows], ones(rows))),
            ("code_weight", (Dtype::F16, vec![rows], ones(rows))),
            ("fields", (Dtype::F32, vec![4], floats(&[4.0, 2.0, 1.0, 1.0]))),
            ("center", (Dtype::F32, vec![8], floats(&[0.0; 8]))),
        ]);
        spoil(&mut tensors);
        let views = tensors.iter().map(|(name, (dtype, shape, data))| (*name, TensorView::new(*dtype, shape.clone(), data).unwrap()));
        safetensors::serialize(views, None).unwrap()
    }

    fn model(pieces: &str) -> StaticModel {
        StaticModel::from_bytes(Cow::Owned(file(pieces, |_| {}))).unwrap()
    }

    #[test]
    fn the_shipped_model_is_the_one_that_its_readme_names() {
        let digest = blake3::hash(include_bytes!("../assets/leindex-static-v1.safetensors")).to_hex();
        assert!(include_str!("../assets/README.md").contains(&*digest), "BLAKE3: {digest}");
    }

    #[test]
    fn a_word_splits_into_the_longest_pieces() {
        let model = model("pars\npar\np\n##s\n##er\n##e\n##r");
        for (word, expected) in
            [("pars", &[0][..]), ("parser", &[0, 4]), ("pare", &[1, 5]), ("ps", &[2, 3]), ("pz", &[]), ("", &[]), ("é", &[])]
        {
            let mut pieces = Vec::new();
            model.split(word, &mut pieces);
            assert_eq!(pieces, expected, "{word}");
        }
        let mut pieces = vec![9];
        model.split("pz", &mut pieces);
        assert_eq!(pieces, [9], "what was there stays");
    }

    #[test]
    fn a_question_is_the_weighed_sum_of_its_pieces() {
        let model = model("a\nb");
        let mut expected: Vec<f32> =
            (0..8).map(|at| 3.0_f32.ln() * (at * 37 % 127 - 63) as f32 + 2.0_f32.ln() * ((at + 8) * 37 % 127 - 63) as f32).collect();
        to_unit_length(&mut expected);
        let found = model.question(["a", "b", "a"]);
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?} {expected:?}");
        assert_eq!(found, model.question(["a", "a", "b"]), "the order of the words says nothing");
        assert_eq!(model.question(["é"]), [0.0; 8]);
    }

    #[test]
    fn logarithms_are_right() {
        for x in [0.0, 0.0625, 0.5, 1.0, 7.3, 255.0] {
            assert!((f64::from(ln(1.0 + x) as f32) - x.ln_1p()).abs() < 1e-6, "{x}");
        }
    }

    #[test]
    fn a_broken_model_is_refused_by_what_is_wrong() {
        let whole = file("a\nb", |_| {});
        let check = |bytes: Vec<u8>, expected: &str| {
            let error = StaticModel::from_bytes(Cow::Owned(bytes)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        for end in [0, 1, 7, 8, 100, whole.len() - 1] {
            check(whole[..end].to_vec(), "safetensors");
        }
        check(file("a\nb", |tensors| _ = tensors.remove("fields")), "`fields`");
        check(file("a\na", |_| {}), "2 rows for 1 distinct pieces");
        check(file("a\nb", |tensors| tensors.get_mut("pieces").unwrap().2[0] = 0xff), "UTF-8");
        check(file("a\nb", |tensors| tensors.get_mut("scale").unwrap().2 = vec![0x00, 0x7e, 0x00, 0x3c]), "`scale`");
        check(file("a\nb", |tensors| tensors.get_mut("table").unwrap().0 = Dtype::U8), "I8");
        let short = |tensors: &mut BTreeMap<_, (Dtype, Vec<usize>, Vec<u8>)>| {
            let center = tensors.get_mut("center").unwrap();
            center.1 = vec![4];
            center.2.truncate(16);
        };
        check(file("a\nb", short), "`center` has 4 values, not 8");
    }
}
