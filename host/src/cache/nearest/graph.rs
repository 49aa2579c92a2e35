//! An approximate index over the rows of one moment, made by the `hora` crate; never changed once built. Nothing
//! hora does can end the process: its panics are caught, and retire the graph.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use hora::core::ann_index::ANNIndex;
use hora::core::metrics::Metric;
use hora::index::hnsw_idx::HNSWIndex;
use hora::index::hnsw_params::HNSWParams;

use super::best::{Best, Candidate};
use super::rows::{Rows, Slot, Visible};
use super::scan::Scan;
use super::vector::{Query, UnitVector};
use crate::cache::EntryId;
use crate::cache::embedding::DIMENSIONS;
use crate::cache::lifetime::Moment;
use crate::cache::models::ModelFilter;

/// A graph that finds the nearest row less often than this is not used.
const MIN_RECALL: f32 = 0.99;

/// Searches that the recall is measured with.
const RECALL_SAMPLES: usize = 200;

/// Candidates that the recall check compares in full, as a search does.
const RECALL_KEEP: usize = 8;

/// How much of another row is mixed into every second sample, so that not only stored vectors are searched for.
const PERTURBATION: f32 = 0.25;

/// Knows slots, not rows: a slot may hold another row by now, or none.
pub(in crate::cache) struct Graph {
    index: HNSWIndex<f32, usize>,
    /// In the order hora numbers them.
    slots: Vec<Slot>,
    recall: f32,
    retired: AtomicBool,
}

/// The rows to index.
#[derive(Default)]
pub(in crate::cache) struct Material {
    slots: Vec<Slot>,
    ids: Vec<EntryId>,
    vectors: Vec<UnitVector>,
}

impl Material {
    pub(in crate::cache) fn push(&mut self, slot: Slot, id: EntryId, vector: UnitVector) {
        self.slots.push(slot);
        self.ids.push(id);
        self.vectors.push(vector);
    }

    pub(in crate::cache) fn len(&self) -> usize {
        self.slots.len()
    }
}

#[derive(Debug, thiserror::Error)]
pub(in crate::cache) enum GraphError {
    #[error("hora refused a row: {0}")]
    Row(&'static str),
    #[error("hora could not build the graph: {0}")]
    Build(&'static str),
    #[error("hora panicked")]
    Panicked,
    #[error("the graph finds the nearest row in {0:.3} of searches, and needs {MIN_RECALL}")]
    Recall(f32),
}

impl Graph {
    /// Builds the graph and measures its recall against the exact search over `rows`. Takes seconds to minutes.
    pub(super) fn build(material: Material, rows: &Rows) -> Result<Self, GraphError> {
        catch_unwind(AssertUnwindSafe(|| {
            let index = index(&material.vectors)?;
            let recall = recall(&index, &material, rows);
            if recall < MIN_RECALL {
                return Err(GraphError::Recall(recall));
            }
            Ok(Self { index, slots: material.slots, recall, retired: AtomicBool::new(false) })
        }))
        .unwrap_or(Err(GraphError::Panicked))
    }

    /// Where about `count` rows near to `vector` were; none when hora cannot be relied upon.
    pub(super) fn near(&self, vector: &UnitVector, count: usize) -> Option<Vec<Slot>> {
        if self.retired.load(Ordering::Relaxed) {
            return None;
        }
        let Ok(positions) = catch_unwind(AssertUnwindSafe(|| self.index.search(vector.as_slice(), count))) else {
            self.retired.store(true, Ordering::Relaxed);
            tracing::warn!("hora panicked in a search: the exact scan takes over");
            return None;
        };
        Some(positions.into_iter().map(|position| self.slots[position]).collect())
    }

    pub(in crate::cache) fn recall(&self) -> f32 {
        self.recall
    }
}

fn index(vectors: &[UnitVector]) -> Result<HNSWIndex<f32, usize>, GraphError> {
    let parameters = HNSWParams::<f32>::default()
        .max_item(vectors.len())
        .n_neighbor(8)
        .n_neighbor0(16)
        .ef_build(48)
        .ef_search(64)
        .has_deletion(false);
    let mut index = HNSWIndex::new(DIMENSIONS, &parameters);
    for (position, vector) in vectors.iter().enumerate() {
        index.add(vector.as_slice(), position).map_err(GraphError::Row)?;
    }
    // On unit vectors the Euclidean order is the cosine's; hora's own cosine and dot product have the wrong sign.
    index.build(Metric::Euclidean).map_err(GraphError::Build)?;
    Ok(index)
}

/// The share of sampled searches in which hora finds a row as near as the nearest one.
fn recall(index: &HNSWIndex<f32, usize>, material: &Material, rows: &Rows) -> f32 {
    let step = material.len().div_ceil(RECALL_SAMPLES).max(1);
    let samples: Vec<UnitVector> = (0..material.len()).step_by(step).map(|at| sample(&material.vectors, at)).collect();
    let is_found = |sample: &&UnitVector| {
        let cosine = |position: usize| sample.cosine(&material.vectors[position]);
        let nearest = scanned(sample, material, rows).into_iter().map(cosine).fold(-1.0, f32::max);
        let approximate = index.search(sample.as_slice(), RECALL_KEEP);
        approximate.into_iter().any(|position| cosine(position) >= nearest)
    };
    samples.iter().filter(is_found).count() as f32 / samples.len().max(1) as f32
}

/// What the exact search finds, as positions in the material.
fn scanned(sample: &UnitVector, material: &Material, rows: &Rows) -> Vec<usize> {
    let everything = Visible { now: Moment::ALWAYS, model: ModelFilter::Every };
    let mut best = Best::new(RECALL_KEEP);
    Scan { rows, only: None, query: &Query::new(sample), visible: &everything }.run(&mut best);
    let position = |candidate: Candidate| material.ids.iter().position(|id| *id == candidate.row.id);
    best.into_candidates().into_iter().filter_map(position).collect()
}

/// A stored vector, or a point on the way from it to another.
fn sample(vectors: &[UnitVector], at: usize) -> UnitVector {
    let vector = &vectors[at];
    if at.is_multiple_of(2) {
        return vector.clone();
    }
    let other = &vectors[(at * 7 + 3) % vectors.len()];
    vector.towards(other, PERTURBATION)
}
