//! The semantic index alone, without a store: what the benchmarks measure. Never used by a gateway.

use std::time::SystemTime;

use super::EntryId;
use super::error::CacheError;
use super::lifetime::Lifetime;
use super::models::ModelFilter;
use super::nearest::{Material, Quantised, Query, Row, Slot, UnitVector, Vectors, Visible};
use crate::settings::NearestKind;

/// The vectors of one scope, searched by their codes.
pub struct VectorIndex {
    vectors: Vectors,
    lifetime: Lifetime,
    visible: Visible,
}

/// Where a vector is in the index.
#[derive(Debug, Clone, Copy)]
pub struct Place(Slot);

impl VectorIndex {
    pub fn new(kind: NearestKind) -> Self {
        let now = SystemTime::UNIX_EPOCH;
        let visible = Visible { now: now.into(), model: ModelFilter::Every };
        Self { vectors: Vectors::new(kind), lifetime: Lifetime::new(now, None), visible }
    }

    pub fn insert(&mut self, id: EntryId, vector: &[f32]) -> Result<Place, CacheError> {
        let codes = Quantised::of(&UnitVector::new(vector.to_vec())?);
        Ok(Place(self.vectors.insert(Row { id, model: None, lifetime: self.lifetime }, &codes)))
    }

    pub fn remove(&mut self, place: Place) {
        self.vectors.remove(place.0);
    }

    /// What the vectors take in memory.
    pub fn bytes(&self) -> usize {
        self.vectors.bytes()
    }

    /// The `limit` entries whose codes are nearest, best first.
    pub fn nearest(&self, vector: &[f32], limit: usize) -> Result<Vec<EntryId>, CacheError> {
        let vector = UnitVector::new(vector.to_vec())?;
        let found = self.vectors.view().search(&Query::new(&vector), &self.visible, limit);
        Ok(found.into_iter().map(|candidate| candidate.row.id).collect())
    }

    /// Builds the approximate index that is due, from the full vectors; says in words why it is not used, or none.
    pub fn build(&mut self, vector: impl Fn(EntryId) -> Vec<f32>) -> Result<Option<String>, CacheError> {
        let Some(build) = self.vectors.begin_build() else { return Ok(Some("no build is due".to_owned())) };
        let mut material = Material::default();
        for (slot, id) in build.items() {
            material.push(slot, id, UnitVector::new(vector(id))?);
        }
        let (graph, refusal) = match build.run(material) {
            Ok(graph) => (Some(graph), None),
            Err(error) => (None, Some(error.to_string())),
        };
        self.vectors.end_build(graph, build.mark());
        Ok(refusal)
    }
}
