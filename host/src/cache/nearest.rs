//! Vector to nearest stored questions, per scope. Finds candidates by their 8-bit codes; never reads the store.
//!
//! What `nearest = "auto"` rests on: microseconds of processor time for a search on one thread of two cores of an AMD
//! EPYC (Zen 5), median and 99th percentile, over real embeddings and neighbours of theirs. The sketches missed the
//! nearest row in none of 3,300 searches. `cargo bench --bench cache` measures the same of made-up vectors.
//!
//! | rows      | exact scan       | sketches       | the same with AVX2 | hora                                |
//! |----------:|-----------------:|---------------:|-------------------:|-------------------------------------|
//! | 8,000     | 40, 71           | 41, 72         |                    |                                     |
//! | 10,000    | 49, 86           | 49, 108        | 53, 92             | 151, recall 0.996, 14 s to build    |
//! | 32,000    | 126, 363         | 79, 129        |                    |                                     |
//! | 100,000   | 1,388, 3,712     | 217, 349       | 339, 525           | 323, recall 0.901, 56 s to build    |
//! | 1,000,000 | 17,594, 21,495   | 2,287, 3,392   | 3,539, 4,976       | hours to build                      |
//!
//! A question that nothing stored is near to may be given neighbours that are not the very nearest: among made-up
//! vectors, one in ten of such questions at 10,000 rows and one in three at 100,000. Nothing is served at such cosines.

mod approximate;
mod best;
mod graph;
mod kernel;
mod preselection;
mod rotation;
mod rows;
mod scan;
mod sketch;
mod vector;

use std::collections::BTreeSet;
use std::sync::Arc;

use approximate::Approximate;
use best::Best;
use preselection::Preselection;
use rows::Rows;
use scan::Scan;

pub(super) use approximate::TailMark;
pub(super) use best::Candidate;
pub(super) use graph::{Graph, GraphError, Material};
pub(super) use rows::{Row, Slot, Visible};
pub(super) use vector::{Quantised, Query, UnitVector};

use crate::settings::NearestKind;

/// From here on the sketches select which rows are scored.
const PRESELECTION_FROM_ROWS: usize = 8_192;

/// One place in this many is left free before places are reused.
const FREE_SHARE: usize = 32;

/// The vectors of one scope.
pub(super) struct Vectors {
    view: View,
    free: BTreeSet<Slot>,
    /// Where the next free slot is looked for.
    next_free: Slot,
    live: usize,
}

/// The vectors of one scope at one moment: cheap to copy, untouched by later stores.
#[derive(Clone)]
pub(super) struct View {
    rows: Rows,
    method: Method,
}

/// How a search goes about it.
#[derive(Clone)]
enum Method {
    /// Every row is scored, however many there are.
    Exact,
    /// Every row is scored while they are few, and those that their sketches select once they are many.
    BySize,
    Approximate(Approximate),
}

/// What a build needs to know: the rows as they are now, and which ones will come later.
pub(super) struct Build {
    rows: Rows,
    mark: TailMark,
}

impl Vectors {
    pub(super) fn new(kind: NearestKind) -> Self {
        let method = match kind {
            NearestKind::Auto => Method::BySize,
            NearestKind::Scan => Method::Exact,
            NearestKind::Hora => Method::Approximate(Approximate::default()),
        };
        let view = View { rows: Rows::default(), method };
        Self { view, free: BTreeSet::new(), next_free: Slot::FIRST, live: 0 }
    }

    pub(super) fn insert(&mut self, row: Row, vector: &Quantised) -> Slot {
        let slot = match self.reused() {
            Some(slot) => {
                self.view.rows.overwrite(slot, row, vector);
                slot
            }
            None => self.view.rows.push(row, vector),
        };
        self.live += 1;
        if let Method::Approximate(approximate) = &mut self.view.method {
            approximate.add(slot);
        }
        slot
    }

    /// A free slot close to the last one, once there are enough of them: what a search still reads is copied in
    /// chunks, and rows that come together then change few.
    fn reused(&mut self) -> Option<Slot> {
        if self.free.len() < self.view.rows.len().div_ceil(FREE_SHARE) {
            return None;
        }
        let slot = *self.free.range(self.next_free..).next().or(self.free.first())?;
        self.free.remove(&slot);
        self.next_free = slot;
        Some(slot)
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        self.view.rows.end(slot);
        self.free.insert(slot);
        self.live -= 1;
        if let Method::Approximate(approximate) = &mut self.view.method {
            approximate.remove();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// In memory, without an approximate index.
    pub(super) fn bytes(&self) -> usize {
        self.view.rows.bytes()
    }

    pub(super) fn view(&self) -> View {
        self.view.clone()
    }

    /// Begins a build when one is due.
    pub(super) fn begin_build(&mut self) -> Option<Build> {
        let Method::Approximate(approximate) = &mut self.view.method else { return None };
        let is_due = approximate.is_build_due(self.live);
        is_due.then(|| Build { mark: approximate.begin_build(), rows: self.view.rows.clone() })
    }

    pub(super) fn is_build_due(&self) -> bool {
        match &self.view.method {
            Method::Exact | Method::BySize => false,
            Method::Approximate(approximate) => approximate.is_build_due(self.live),
        }
    }

    pub(super) fn end_build(&mut self, graph: Option<Graph>, mark: TailMark) {
        if let Method::Approximate(approximate) = &mut self.view.method {
            approximate.end_build(graph.map(Arc::new), mark);
        }
    }
}

impl View {
    /// The `keep` visible rows whose codes are nearest to the query, best first; fewer only when there are no more.
    pub(super) fn search(&self, query: &Query<'_>, visible: &Visible, keep: usize) -> Vec<Candidate> {
        let found = match &self.method {
            Method::Exact => None,
            Method::BySize => self.preselected(query, visible, keep),
            Method::Approximate(approximate) => {
                approximate.search(&self.rows, query, visible, keep).or_else(|| self.preselected(query, visible, keep))
            }
        };
        found.unwrap_or_else(|| self.scan(query, visible, keep)).into_candidates()
    }

    /// None where scoring every row is no slower.
    fn preselected(&self, query: &Query<'_>, visible: &Visible, keep: usize) -> Option<Best> {
        let is_worth_it = self.rows.len() >= PRESELECTION_FROM_ROWS;
        is_worth_it.then(|| Preselection { rows: &self.rows, query, visible, keep }.run()).flatten()
    }

    fn scan(&self, query: &Query<'_>, visible: &Visible, keep: usize) -> Best {
        let mut best = Best::new(keep);
        Scan { rows: &self.rows, only: None, query, visible }.run(&mut best);
        best
    }
}

impl Build {
    /// The rows to index, as slots and entries; the vectors come from the store.
    pub(super) fn items(&self) -> Vec<(Slot, crate::cache::EntryId)> {
        self.rows.held().collect()
    }

    pub(super) fn run(&self, material: Material) -> Result<Graph, GraphError> {
        Graph::build(material, &self.rows)
    }

    pub(super) fn mark(&self) -> TailMark {
        self.mark
    }
}

#[cfg(test)]
mod tests;
