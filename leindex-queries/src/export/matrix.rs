//! All vectors as one matrix in a sealed file, for those who compute on them.

use std::ops::Range;
use std::sync::Arc;

use leindex_db::store::{SealedFile, StoreKey};
use leindex_embed::vectors::dequantize;
use leindex_embed::{Embedder as _, StaticModel};

use super::symbol_ids::symbol_ids;
use crate::index::embedding::each_embeddable;
use crate::index::world::World;
use crate::index::{Error, Snapshot};
use crate::search::embedding::ChosenModel;

/// The vectors of all symbols that have one, a row each, in the order of their files' paths.
#[derive(Clone, Debug)]
pub struct VectorMatrix {
    bytes: MatrixBytes,
    rows: usize,
    dimension: usize,
    /// The model that they are of.
    pub model: String,
    /// The revision that the rows are of.
    pub revision: String,
}

/// Where a matrix lies.
#[derive(Clone, Debug)]
pub enum MatrixBytes {
    /// In a sealed file of the store, mapped.
    Mapped(Arc<SealedFile>),
    /// In memory: the store has no place on disk.
    Owned(Arc<[u8]>),
}

impl AsRef<[u8]> for MatrixBytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Mapped(file) => (**file).as_ref(),
            Self::Owned(bytes) => bytes,
        }
    }
}

/// Before the rows: a checksum of what follows it, the number of rows, the dimension.
const HEADER: usize = 48;
const CHECKSUM: usize = 32;

impl VectorMatrix {
    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Numbers of a row.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// What holds the bytes.
    pub fn bytes(&self) -> &MatrixBytes {
        &self.bytes
    }

    /// Where the symbols' ids lie, a `u64` each, little-endian: the column `id` of the table `nodes`.
    pub fn ids(&self) -> Range<usize> {
        HEADER..HEADER + self.rows * size_of::<u64>()
    }

    /// Where the vectors lie: `f32`, little-endian, row by row.
    pub fn vectors(&self) -> Range<usize> {
        let start = self.ids().end;
        start..start + self.rows * self.dimension * size_of::<f32>()
    }

    fn open(bytes: MatrixBytes, model: &str, revision: &str) -> Option<Self> {
        let (checksum, rest) = bytes.as_ref().split_at_checked(CHECKSUM)?;
        let number = |at: usize| rest.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
        let (rows, dimension) = (usize::try_from(number(0)?).ok()?, usize::try_from(number(8)?).ok()?);
        let is_sound = *blake3::hash(rest).as_bytes() == *checksum;
        let length = HEADER.checked_add(rows.checked_mul(dimension.checked_mul(4)?.checked_add(8)?)?)?;
        (is_sound && bytes.as_ref().len() == length).then(|| Self {
            bytes,
            rows,
            dimension,
            model: model.to_owned(),
            revision: revision.to_owned(),
        })
    }
}

impl Snapshot<'_> {
    /// The vectors of all symbols that have one: by the model of one's choice where one is set, as far as they are made, else
    /// by the built-in one, which are restored from a byte a number.
    ///
    /// The matrix is written once a revision and mapped; what was mapped before stays what it was. Costs its writing, and a
    /// checksum over it each time.
    ///
    /// # Errors
    ///
    /// When cancelled or superseded.
    pub fn vector_matrix(&self) -> Result<VectorMatrix, Error> {
        self.ask(|world| {
            let (revision, model) = (self.revision(), world.model());
            let id = model.as_ref().map_or_else(|| StaticModel::shipped().id(), |model| model.embedder().id()).to_owned();
            // Vectors of a model of one's choice come in over time.
            let made = if model.is_some() { self.embedding_stats()?.embedded as u64 } else { 0 };
            let root = world.shared().path().as_os_str().as_encoded_bytes();
            let key = StoreKey::new("matrix", &crate::schema::EMBEDDING, &[root, revision.as_bytes(), id.as_bytes(), &made.to_le_bytes()]);
            let store = &world.shared().store;
            let known = store.sealed(&key).and_then(|file| VectorMatrix::open(MatrixBytes::Mapped(Arc::new(file)), &id, revision));
            if let Some(known) = known {
                return Ok(known);
            }
            let (ids, vectors, dimension) = match &model {
                Some(model) => chosen(world, model),
                None => built_in(world),
            };
            let bytes = packed(&ids, &vectors, dimension);
            let bytes = match world.shared().put_matrix(key, &bytes) {
                Some(file) => MatrixBytes::Mapped(Arc::new(file)),
                None => MatrixBytes::Owned(bytes.into()),
            };
            Ok(VectorMatrix { bytes, rows: ids.len(), dimension, model: id, revision: revision.to_owned() })
        })?
    }
}

/// The built-in model's vectors, restored.
fn built_in(world: World<'_>) -> (Vec<u64>, Vec<u8>, usize) {
    let dimension = StaticModel::shipped().dimension();
    let (mut ids, mut vectors) = (Vec::new(), Vec::new());
    for &file in &world.live.all {
        let Some((segment, blob)) = world.locate(file) else { continue };
        let Some(segment) = world.view.segments.get(segment as usize) else { continue };
        let (of_file, first) = (symbol_ids(world.db, file), segment.first_document(blob) as usize);
        let rows = segment.vectors(world.root());
        for (at, document) in segment.documents_of(blob).iter().enumerate() {
            let vector = rows.row(first + at).and_then(|row| dequantize(dimension, &row).ok());
            let (Some(&id), Some(vector)) = (of_file.get(document.symbol as usize), vector) else { continue };
            ids.push(id);
            vectors.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
        }
    }
    (ids, vectors, dimension)
}

/// The vectors that there are of the model of one's choice.
fn chosen(world: World<'_>, model: &ChosenModel) -> (Vec<u64>, Vec<u8>, usize) {
    let dimension = model.embedder().dimension();
    let (mut ids, mut vectors) = (Vec::new(), Vec::new());
    each_embeddable(world, model, |symbol| {
        let vector = world.db.packed(&symbol.key).filter(|vector| vector.len() == dimension * size_of::<f32>());
        if let (Some(&id), Some(vector)) = (symbol_ids(world.db, symbol.file).get(symbol.row as usize), vector) {
            ids.push(id);
            vectors.extend_from_slice(&vector);
        }
    });
    (ids, vectors, dimension)
}

fn packed(ids: &[u64], vectors: &[u8], dimension: usize) -> Vec<u8> {
    let mut bytes = vec![0; CHECKSUM];
    bytes.reserve_exact(HEADER + size_of_val(ids) + vectors.len());
    bytes.extend((ids.len() as u64).to_le_bytes());
    bytes.extend((dimension as u64).to_le_bytes());
    bytes.extend(ids.iter().flat_map(|id| id.to_le_bytes()));
    bytes.extend_from_slice(vectors);
    let (checksum, rest) = bytes.split_at_mut(CHECKSUM);
    checksum.copy_from_slice(blake3::hash(rest).as_bytes());
    bytes
}
