//! One scope's approximate search: a graph of the past, an exact scan over what arrived since, and when to build anew.

use std::sync::Arc;

use super::best::Best;
use super::graph::Graph;
use super::rows::{Rows, Slot, Visible};
use super::scan::Scan;
use super::vector::Query;

/// How many more rows than asked the graph is searched for: some are gone, expired or of another model.
const SPARE: usize = 16;

/// No graph is worth building, or building anew, for fewer changed rows.
const MIN_CHANGED_ROWS: usize = 256;

/// A graph is built anew when more than one row in this many was added or removed since.
const CHANGED_ROWS_SHARE: (usize, usize) = (3, 10);

/// Cheap to copy; a copy never changes.
#[derive(Clone, Default)]
pub(super) struct Approximate {
    pub(super) graph: Option<Arc<Graph>>,
    /// Rows that the graph does not know.
    tail: Arc<Vec<Slot>>,
    added: usize,
    removed: usize,
    is_building: bool,
}

/// Where the tail ended when a build began.
#[derive(Debug, Clone, Copy)]
pub(in crate::cache) struct TailMark(usize);

impl Approximate {
    pub(super) fn add(&mut self, slot: Slot) {
        Arc::make_mut(&mut self.tail).push(slot);
        self.added += 1;
    }

    pub(super) fn remove(&mut self) {
        self.removed += 1;
    }

    /// Whether so much has changed since the last build began that another is due.
    pub(super) fn is_build_due(&self, live_rows: usize) -> bool {
        let (share, of) = CHANGED_ROWS_SHARE;
        let limit = MIN_CHANGED_ROWS.max(live_rows * share / of);
        !self.is_building && live_rows >= MIN_CHANGED_ROWS && (self.added >= limit || self.removed >= limit)
    }

    pub(super) fn begin_build(&mut self) -> TailMark {
        (self.added, self.removed, self.is_building) = (0, 0, true);
        if self.graph.is_none() {
            self.tail = Arc::default();
        }
        TailMark(self.tail.len())
    }

    /// Puts a new graph in place of the old one, or none: then every search is exact until the next build.
    /// Ignored when the build was begun by rows that have all gone since.
    pub(super) fn end_build(&mut self, graph: Option<Arc<Graph>>, mark: TailMark) {
        if !self.is_building {
            return;
        }
        self.is_building = false;
        self.graph = graph;
        Arc::make_mut(&mut self.tail).drain(..mark.0);
    }

    /// The best of the graph and the tail; none when that may have missed rows that an exact search would find.
    pub(super) fn search(&self, rows: &Rows, query: &Query<'_>, visible: &Visible, keep: usize) -> Option<Best> {
        let mut best = Best::new(keep);
        let near = self.graph.as_ref()?.near(query.vector(), keep + SPARE)?;
        Scan { rows, only: Some(&near), query, visible }.run(&mut best);
        let is_enough = best.is_full();
        Scan { rows, only: Some(&self.tail), query, visible }.run(&mut best);
        is_enough.then_some(best)
    }
}
