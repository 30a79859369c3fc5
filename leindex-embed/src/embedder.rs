//! Models as the rest of LeIndex sees them: texts in, rows of numbers out.
//!
//! What is here knows no architecture, file or device. A model from outside implements [`Embedder`]; whoever calls one
//! that is not ours goes through [`CheckedEmbedder`], which believes nothing.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::EmbedError;

/// A model that turns texts into vectors, so that near in meaning is near in angle.
///
/// Implementations are called from several threads at once and from background threads; they must not call back into
/// the index. The same text must give the same vector whatever texts it comes with, within the model's rounding.
pub trait Embedder: Send + Sync {
    /// What tells this model's vectors from any other's: it stands in every key under which a vector is stored, so
    /// that vectors of two models never meet.
    ///
    /// It must change with everything that changes a vector: weights, tokenizer, pooling, prefixes, the cut at a
    /// greatest length, the version of a remote service. At most 256 bytes, not empty, no control characters; constant
    /// over the life of the value.
    fn id(&self) -> &str;

    /// Values in each vector, 1 to 65,536; constant over the life of the value.
    fn dimension(&self) -> usize;

    /// Embeds what is to be found: source texts, one function or class each.
    ///
    /// Returns `texts.len() * dimension()` values, row by row in the order of `texts`, all finite. Rows need not have
    /// unit length: callers compare by angle and normalise ([`CheckedEmbedder`] does). A row of zeros says that the
    /// model has nothing to say about the text; its score is 0 for every query. A text may be empty, or longer than
    /// the model reads; cutting it is the model's business, refusing it is not.
    ///
    /// # Errors
    ///
    /// [`EmbedError::Failed`] for a failure of a model from outside. Then none of the texts has a vector; the caller
    /// may ask again.
    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<f32>, EmbedError>;

    /// Embeds a question, with the prefix that the model wants before questions. Returns `dimension()` values, as one
    /// row of [`embed_documents`](Self::embed_documents).
    ///
    /// # Errors
    ///
    /// As [`embed_documents`](Self::embed_documents).
    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError>;
}

/// A model from outside, checked at every call: what comes through has the right shape, is finite, and has unit length
/// or is all zeros. A panic inside becomes an error.
///
/// `id` and `dimension` are read once, so that a model that changes them cannot mix its vectors.
pub struct CheckedEmbedder {
    inner: Arc<dyn Embedder>,
    id: Box<str>,
    dimension: usize,
}

/// Bounds of what an embedder may say of itself. An id stands in every key; a row of the largest dimension is 256 KB.
const LONGEST_ID: usize = 256;
const LARGEST_DIMENSION: usize = 1 << 16;

impl CheckedEmbedder {
    /// Asks the model for its id and dimension.
    ///
    /// # Errors
    ///
    /// [`EmbedError::Embedder`] if they break what [`Embedder`] says of them; [`EmbedError::Panicked`].
    pub fn new(inner: Arc<dyn Embedder>) -> Result<Self, EmbedError> {
        let (id, dimension) = caught(|| Ok((Box::<str>::from(inner.id()), inner.dimension())))?;
        if id.is_empty() || id.len() > LONGEST_ID || id.chars().any(char::is_control) {
            let shown: String = id.chars().take(64).collect();
            return Err(EmbedError::Embedder(format!("its id {shown:?} must have 1 to {LONGEST_ID} bytes and no control characters")));
        }
        if !(1..=LARGEST_DIMENSION).contains(&dimension) {
            return Err(EmbedError::Embedder(format!("its dimension {dimension} must be 1 to {LARGEST_DIMENSION}")));
        }
        Ok(Self { inner, id, dimension })
    }

    fn checked(&self, rows: usize, embed: impl FnOnce(&dyn Embedder) -> Result<Vec<f32>, EmbedError>) -> Result<Vec<f32>, EmbedError> {
        let mut values = caught(|| embed(&*self.inner))?;
        if rows.checked_mul(self.dimension) != Some(values.len()) {
            return Err(EmbedError::Shape { rows, dimension: self.dimension, found: values.len() });
        }
        for (row, vector) in values.chunks_exact_mut(self.dimension).enumerate() {
            if !vector.iter().all(|value| value.is_finite()) {
                return Err(EmbedError::NotFinite { row });
            }
            normalise(vector);
        }
        Ok(values)
    }
}

impl Embedder for CheckedEmbedder {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        self.checked(texts.len(), |inner| inner.embed_documents(texts))
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        self.checked(1, |inner| inner.embed_query(text))
    }
}

/// Scales a vector to unit length; one of zeros stays. The sum runs in `f64` from the first value to the last, so it
/// neither overflows nor depends on the processor.
pub(crate) fn normalise(vector: &mut [f32]) {
    let squares: f64 = vector.iter().map(|&value| f64::from(value) * f64::from(value)).sum();
    if squares > 0.0 {
        let length = squares.sqrt();
        for value in vector {
            *value = (f64::from(*value) / length) as f32;
        }
    }
}

/// Unwind safety: the model is used again after a panic, but only through `&self`, and what it returns is checked.
fn caught<T>(call: impl FnOnce() -> Result<T, EmbedError>) -> Result<T, EmbedError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(EmbedError::Panicked(message(&*panic))))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("without a message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers every call with the same values.
    struct Canned {
        id: &'static str,
        dimension: usize,
        values: fn(usize) -> Result<Vec<f32>, EmbedError>,
    }

    impl Embedder for Canned {
        fn id(&self) -> &str {
            self.id
        }

        fn dimension(&self) -> usize {
            self.dimension
        }

        fn embed_documents(&self, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
            (self.values)(texts.len())
        }

        fn embed_query(&self, _: &str) -> Result<Vec<f32>, EmbedError> {
            (self.values)(1)
        }
    }

    fn checked(values: fn(usize) -> Result<Vec<f32>, EmbedError>) -> CheckedEmbedder {
        CheckedEmbedder::new(Arc::new(Canned { id: "canned", dimension: 2, values })).unwrap()
    }

    #[test]
    fn rows_come_back_with_unit_length_and_zeros_stay() {
        let model = checked(|rows| Ok([3.0, 4.0, 0.0, 0.0, f32::MAX, f32::MAX].into_iter().take(rows * 2).collect()));
        let half = 0.5_f32.sqrt();
        assert_eq!(model.embed_documents(&["a", "b", "c"]).unwrap(), [0.6, 0.8, 0.0, 0.0, half, half]);
        assert_eq!(model.embed_query("a").unwrap(), [0.6, 0.8]);
        assert_eq!((model.id(), model.dimension()), ("canned", 2));
    }

    #[test]
    fn no_texts_ask_nothing_of_the_model() {
        assert!(checked(|_| panic!("asked")).embed_documents(&[]).unwrap().is_empty());
    }

    type Case = (fn(usize) -> Result<Vec<f32>, EmbedError>, &'static str);

    #[test]
    fn whatever_a_model_does_wrong_is_an_error_that_says_so() {
        let cases: [Case; 8] = [
            (|rows| Ok(vec![1.0; rows * 2 - 1]), "returned 3 values for 2 texts of dimension 2; 4 were due"),
            (|rows| Ok(vec![1.0; rows * 3]), "returned 6 values for 2 texts of dimension 2; 4 were due"),
            (|_| Ok(Vec::new()), "returned 0 values for 2 texts of dimension 2; 4 were due"),
            (|_| Ok(vec![1.0, 1.0, 1.0, f32::NAN]), "the vector of text 1 holds a value that is not finite"),
            (|_| Ok(vec![f32::INFINITY, 1.0, 1.0, 1.0]), "the vector of text 0 holds a value that is not finite"),
            (|_| Err(EmbedError::Failed("no route to host".into())), "the embedder failed: no route to host"),
            (|_| panic!("index out of bounds"), "the embedder panicked: index out of bounds"),
            (|rows| panic!("{rows} rows"), "the embedder panicked: 2 rows"),
        ];
        for (values, expected) in cases {
            let error = checked(values).embed_documents(&["a", "b"]).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_name_or_dimension_that_cannot_stand_in_a_key_is_refused() {
        let long = Box::leak("x".repeat(LONGEST_ID + 1).into_boxed_str());
        for (id, dimension) in [("", 2), (&*long, 2), ("a\nb", 2), ("a", 0), ("a", LARGEST_DIMENSION + 1)] {
            let outside = Canned { id, dimension, values: |_| Ok(Vec::new()) };
            assert!(matches!(CheckedEmbedder::new(Arc::new(outside)), Err(EmbedError::Embedder(_))), "{id:?} {dimension}");
        }
    }
}
