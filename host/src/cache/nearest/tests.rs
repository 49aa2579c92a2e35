//! Both searches against the plain definition of what they look for.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::approximate::Approximate;
use super::kernel::InstructionSet;
use super::*;
use crate::cache::EntryId;
use crate::cache::lifetime::{Lifetime, Moment};
use crate::cache::models::{ModelFilter, Models};
use crate::cache::test_random::Random;

const NOW_SECONDS: u64 = 1_000;

/// Rows as a search should see them, beside the vectors under test.
struct Twins {
    random: Random,
    vectors: Vectors,
    centres: Vec<UnitVector>,
    rows: Vec<Held>,
    next_id: u64,
}

#[derive(Clone)]
struct Held {
    row: Row,
    slot: Slot,
    vector: UnitVector,
    codes: Quantised,
}

impl View {
    pub(in crate::cache) fn is_approximate(&self) -> bool {
        matches!(&self.method, Method::Approximate(approximate) if approximate.graph.is_some())
    }
}

fn now() -> Moment {
    Moment::from(UNIX_EPOCH + Duration::from_secs(NOW_SECONDS))
}

fn everything() -> Visible {
    Visible { now: now(), model: ModelFilter::Every }
}

fn lasting(ttl_seconds: Option<u64>) -> Lifetime {
    let created: SystemTime = UNIX_EPOCH + Duration::from_secs(NOW_SECONDS - 100);
    Lifetime::new(created, ttl_seconds.map(Duration::from_secs))
}

impl Twins {
    fn new(kind: NearestKind, clusters: usize) -> Self {
        let mut random = Random(23);
        let centres = (0..clusters).map(|_| random.vector()).collect();
        Self { random, vectors: Vectors::new(kind), centres, rows: Vec::new(), next_id: 1 }
    }

    fn near_a_centre(&mut self, cosine: f32) -> UnitVector {
        let centre = self.random.pick(&self.centres);
        self.random.near(&centre, cosine)
    }

    fn insert(&mut self, vector: UnitVector, model: Option<crate::cache::models::ModelId>, lifetime: Lifetime) {
        let row = Row { id: EntryId(self.next_id), model, lifetime };
        self.next_id += 1;
        let codes = Quantised::of(&vector);
        let slot = self.vectors.insert(row, &codes);
        self.rows.push(Held { row, slot, vector, codes });
    }

    fn fill(&mut self, count: usize) {
        for _ in 0..count {
            let vector = self.near_a_centre(0.8);
            self.insert(vector, None, lasting(None));
        }
    }

    fn remove_some(&mut self, count: usize) {
        for _ in 0..count {
            let at = self.random.below(self.rows.len() as u64) as usize;
            self.vectors.remove(self.rows.swap_remove(at).slot);
        }
    }

    fn found(&self, vector: &UnitVector, visible: &Visible, keep: usize) -> Vec<(f32, EntryId)> {
        let candidates = self.vectors.view().search(&Query::new(vector), visible, keep);
        candidates.iter().map(|candidate| (candidate.score, candidate.row.id)).collect()
    }

    fn expected(&self, vector: &UnitVector, visible: &Visible, keep: usize) -> Vec<(f32, EntryId)> {
        let query = Query::new(vector);
        let seen = self.rows.iter().filter(|held| visible.admits(held.row.model, &held.row.lifetime));
        let mut scored: Vec<_> = seen.map(|held| (query.score_of(&held.codes), held.row.id)).collect();
        scored.sort_by(|left, right| right.0.total_cmp(&left.0).then(right.1.cmp(&left.1)));
        scored.truncate(keep);
        scored
    }

    fn build(&mut self) -> Result<(), GraphError> {
        let build = self.vectors.begin_build().expect("a build is due");
        let mut material = Material::default();
        for (slot, id) in build.items() {
            let held = self.rows.iter().find(|held| held.row.id == id).unwrap();
            material.push(slot, id, held.vector.clone());
        }
        let graph = build.run(material);
        let (graph, outcome) = match graph {
            Ok(graph) => (Some(graph), Ok(())),
            Err(error) => (None, Err(error)),
        };
        self.vectors.end_build(graph, build.mark());
        outcome
    }

    /// How often the best row is found, of `searches`.
    fn best_found(&mut self, searches: usize, visible: &Visible) -> usize {
        let queries: Vec<_> = (0..searches).map(|_| self.near_a_centre(0.85)).collect();
        let is_best = |query: &&UnitVector| self.found(query, visible, 8)[0] == self.expected(query, visible, 1)[0];
        queries.iter().filter(is_best).count()
    }

    fn is_approximate(&self) -> bool {
        self.vectors.view().is_approximate()
    }
}

#[test]
fn the_scan_is_the_definition() {
    let mut twins = Twins::new(NearestKind::Scan, 12);
    for round in 0..6 {
        twins.fill(150);
        let copy = twins.rows[7].vector.clone();
        twins.insert(copy, None, lasting(None));
        twins.remove_some(if round % 2 == 0 { 40 } else { 130 });
        for keep in [1, 5, 8, 2_000] {
            let query = twins.near_a_centre(0.9);
            assert_eq!(twins.found(&query, &everything(), keep), twins.expected(&query, &everything(), keep));
        }
        let stored = twins.rows[3].vector.clone();
        assert_eq!(twins.found(&stored, &everything(), 8), twins.expected(&stored, &everything(), 8));
    }
}

#[test]
fn the_nearest_row_is_among_the_candidates() {
    let mut twins = Twins::new(NearestKind::Scan, 20);
    twins.fill(400);
    for _ in 0..40 {
        let query = twins.near_a_centre(0.85);
        let cosine = |held: &&Held| query.cosine(&held.vector);
        let nearest = twins.rows.iter().max_by(|left, right| cosine(left).total_cmp(&cosine(right))).unwrap();
        assert!(twins.found(&query, &everything(), 8).iter().any(|(_, id)| *id == nearest.row.id));
    }
}

#[test]
fn all_instructions_give_the_same_answer() {
    let mut twins = Twins::new(NearestKind::Scan, 5);
    twins.fill(300);
    let vector = twins.near_a_centre(0.8);
    let (query, visible) = (Query::new(&vector), everything());
    let scan = Scan { rows: &twins.vectors.view.rows, only: None, query: &query, visible: &visible };
    let expected = twins.expected(&vector, &visible, 9);
    for instructions in InstructionSet::available() {
        let mut best = Best::new(9);
        scan.run_with(instructions, &mut best);
        let answer: Vec<_> =
            best.into_candidates().iter().map(|candidate| (candidate.score, candidate.row.id)).collect();
        assert_eq!(answer, expected, "{instructions:?}");
    }
}

#[test]
fn a_view_does_not_change() {
    let mut twins = Twins::new(NearestKind::Scan, 3);
    twins.fill(300);
    let query = twins.near_a_centre(0.8);
    let (view, before) = (twins.vectors.view(), twins.expected(&query, &everything(), 300));
    twins.remove_some(200);
    twins.fill(150);
    let after = view.search(&Query::new(&query), &everything(), 300);
    assert_eq!(after.iter().map(|candidate| (candidate.score, candidate.row.id)).collect::<Vec<_>>(), before);
}

#[test]
fn places_are_reused() {
    let mut twins = Twins::new(NearestKind::Scan, 3);
    twins.fill(320);
    for _ in 0..40 {
        twins.remove_some(40);
        twins.fill(40);
        let query = twins.near_a_centre(0.9);
        assert_eq!(twins.found(&query, &everything(), 8), twins.expected(&query, &everything(), 8));
    }
    assert!(twins.vectors.view.rows.len() <= 335, "{} places for 320 rows", twins.vectors.view.rows.len());
}

/// Rows that may not be seen are never what a search returns fewer rows for.
#[test]
fn hidden_rows_take_no_place() {
    for kind in [NearestKind::Scan, NearestKind::Hora] {
        let mut models = Models::default();
        let (asked, other) = (models.enter("asked"), models.enter("other"));
        let mut twins = Twins::new(kind, 10);
        for number in 0..400 {
            let vector = twins.near_a_centre(0.8);
            match number {
                n if n % 40 == 0 => twins.insert(vector, (n % 80 == 0).then_some(asked), lasting(Some(101))),
                n if n % 2 == 0 => twins.insert(vector, Some(other), lasting(None)),
                _ => twins.insert(vector, Some(asked), lasting(Some(100))),
            }
        }
        if kind == NearestKind::Hora {
            twins.build().unwrap();
        }
        let visible = Visible { now: now(), model: models.filter(Some("asked")) };
        let query = twins.near_a_centre(0.9);
        let found = twins.found(&query, &visible, 8);
        assert_eq!(found, twins.expected(&query, &visible, 8));
        assert_eq!(found.len(), 8);
    }
}

#[test]
fn the_graph_keeps_up() {
    let mut twins = Twins::new(NearestKind::Hora, 20);
    twins.fill(250);
    assert!(twins.vectors.begin_build().is_none(), "too few rows");
    twins.fill(250);
    twins.build().unwrap();
    assert!(twins.is_approximate() && !twins.vectors.is_build_due());
    assert!(twins.best_found(50, &everything()) >= 48);

    twins.fill(80);
    for held in &twins.rows[500..] {
        assert_eq!(twins.found(&held.vector, &everything(), 1)[0].1, held.row.id, "rows of the tail are found");
    }
    let removed: Vec<Held> = twins.rows.drain(..100).collect();
    for held in &removed {
        twins.vectors.remove(held.slot);
    }
    twins.fill(100);
    for gone in &removed {
        let found = twins.found(&gone.vector, &everything(), 8);
        assert!(found.iter().all(|(_, id)| *id != gone.row.id), "rows that went stay away");
    }
    assert!(twins.best_found(50, &everything()) >= 48);
    assert!(!twins.vectors.is_build_due());

    twins.fill(80);
    assert!(twins.vectors.is_build_due(), "260 of 660 rows are new");
    let begun = twins.vectors.begin_build().unwrap();
    assert!(!twins.vectors.is_build_due(), "one build at a time");
    twins.vectors.end_build(None, begun.mark());
    assert!(!twins.is_approximate());
    assert_eq!(twins.best_found(20, &everything()), 20, "without a graph every search is exact");
}

/// hora cannot find its way between groups of equal rows.
#[test]
fn a_graph_that_misses_rows_is_refused() {
    let mut twins = Twins::new(NearestKind::Hora, 20);
    for _ in 0..30 {
        for centre in twins.centres.clone() {
            twins.insert(centre, None, lasting(None));
        }
    }
    assert!(matches!(twins.build(), Err(GraphError::Recall(_))));
    assert!(!twins.is_approximate() && !twins.vectors.is_build_due());
    let query = twins.near_a_centre(0.8);
    assert_eq!(twins.found(&query, &everything(), 8), twins.expected(&query, &everything(), 8));
}

#[test]
fn a_build_outlived_by_its_rows_is_ignored() {
    let mut begun = Approximate::default();
    let mark = begun.begin_build();
    let mut started_over = Approximate::default();
    started_over.end_build(None, mark);
    assert!(started_over.graph.is_none());
}
