//! The table `embeddings`: the vectors of the built-in model.

use std::sync::Arc;

use arrow::array::{ArrayRef, FixedSizeListBuilder, Float32Builder, UInt64Array};
use arrow::datatypes::{DataType, Field};
use leindex_embed::StaticModel;
use leindex_embed::vectors::dequantize;

use super::rows::{FileRows, same};
use super::symbol_ids::symbol_ids;
use crate::index::describe::project_of;
use crate::index::world::World;
use crate::names::files::SourceFile;

pub(super) struct EmbeddingRows<'w> {
    world: World<'w>,
    file: SourceFile<'w>,
    segment: u32,
    /// The file's content in the segment.
    blob: u32,
    revision: &'w str,
}

impl<'w> EmbeddingRows<'w> {
    pub(super) fn of(world: World<'w>, revision: &'w str, file: SourceFile<'w>) -> Option<Self> {
        let (segment, blob) = world.locate(file)?;
        Some(Self { world, file, segment, blob, revision })
    }
}

impl FileRows for EmbeddingRows<'_> {
    fn count(&self) -> usize {
        self.world.view.segments.get(self.segment as usize).map_or(0, |segment| segment.documents_of(self.blob).len())
    }

    fn column(&self, name: &str, rows: &[u32]) -> ArrayRef {
        let world = self.world;
        let Some(segment) = world.view.segments.get(self.segment as usize) else { return same("", 0) };
        match name {
            "id" => {
                let ids = symbol_ids(world.db, self.file);
                let documents = segment.documents_of(self.blob);
                let of = |&row: &u32| Some(*ids.get(documents.get(row as usize)?.symbol as usize)?);
                Arc::new(UInt64Array::from_iter_values(rows.iter().filter_map(of)))
            }
            "model" => same(StaticModel::shipped().id(), rows.len()),
            "vector" => {
                let dimension = StaticModel::shipped().dimension();
                let vectors = segment.vectors(world.root());
                let first = segment.first_document(self.blob) as usize;
                let field = Field::new_list_field(DataType::Float32, false);
                let values = Float32Builder::with_capacity(rows.len() * dimension);
                let mut lists = FixedSizeListBuilder::new(values, dimension as i32).with_field(field);
                for &row in rows {
                    let vector = vectors.row(first + row as usize).and_then(|row| dequantize(dimension, &row).ok());
                    lists.values().append_slice(&vector.unwrap_or_else(|| vec![0.0; dimension]));
                    lists.append(true);
                }
                Arc::new(lists.finish())
            }
            "project" => same(project_of(world.db, self.file.path(world.db)), rows.len()),
            _ => same(self.revision, rows.len()),
        }
    }
}
