//! The preselection finds what the exact scan finds, with all instructions, or says that it cannot.

use std::time::{Duration, UNIX_EPOCH};

use super::super::scan::Scan;
use super::super::vector::{Quantised, UnitVector};
use super::*;
use crate::cache::EntryId;
use crate::cache::lifetime::{Lifetime, Moment};
use crate::cache::models::{ModelFilter, Models};
use crate::cache::nearest::rows::Row;
use crate::cache::test_random::{Random, normalised};

const KEEP: usize = 8;

fn everything() -> Visible {
    Visible { now: Moment::from(UNIX_EPOCH + Duration::from_secs(50)), model: ModelFilter::Every }
}

/// Rows stored at second 0 for ever.
fn rows(vectors: &[UnitVector]) -> Rows {
    let mut rows = Rows::default();
    let lifetime = Lifetime::new(UNIX_EPOCH, None);
    for (number, vector) in (0..).zip(vectors) {
        rows.push(Row { id: EntryId(number), model: None, lifetime }, &Quantised::of(vector));
    }
    rows
}

fn ranked(best: Best) -> Vec<(f32, EntryId)> {
    best.into_candidates().iter().map(|candidate| (candidate.score, candidate.row.id)).collect()
}

fn preselected(rows: &Rows, vector: &UnitVector, visible: &Visible) -> Option<Vec<(f32, EntryId)>> {
    let query = Query::new(vector);
    let search = Preselection { rows, query: &query, visible, keep: KEEP };
    let mut answers = InstructionSet::available().map(|instructions| search.run_with(instructions).map(ranked));
    let widest = answers.next().expect("the baseline is always there");
    answers.for_each(|answer| assert_eq!(answer, widest, "all instructions give the same answer"));
    widest
}

fn scanned(rows: &Rows, vector: &UnitVector, visible: &Visible) -> Vec<(f32, EntryId)> {
    let mut best = Best::new(KEEP);
    Scan { rows, only: None, query: &Query::new(vector), visible }.run(&mut best);
    ranked(best)
}

/// Most of the length in a few numbers, the same ones in all.
fn spiky(random: &mut Random) -> UnitVector {
    let mut numbers = random.vector().as_slice().to_vec();
    numbers[17] = 5.0;
    numbers[200] = -3.0;
    normalised(&numbers)
}

#[test]
fn the_nearest_are_found() {
    let mut random = Random(31);
    let centres: Vec<_> = (0..40).map(|_| random.vector()).collect();
    let clustered: Vec<_> = (0..3_000).map(|at| random.near(&centres[at % 40], 0.75)).collect();
    let held = rows(&clustered);
    for round in 0..60 {
        let query = random.near(&clustered[round * 47], 0.9);
        assert_eq!(preselected(&held, &query, &everything()), Some(scanned(&held, &query, &everything())), "{round}");
    }
    for round in 0..20 {
        let query = random.vector();
        let found = preselected(&held, &query, &everything()).expect("nothing near is not ambiguous");
        assert_eq!(found.len(), KEEP, "{round}: what is near nothing has its nearest rows too");
    }
}

/// Equal rows, near ties and vectors of few numbers: what is found is right, or it is left to the exact scan.
#[test]
fn crowded_rows_hide_nothing() {
    let mut random = Random(32);
    let centre = random.vector();
    let others: Vec<_> = (0..2_000).map(|_| random.vector()).collect();
    let equal = vec![centre.clone(); 900];
    let ties: Vec<_> = (0..900).map(|_| random.near(&centre, 0.98)).collect();
    let spikes: Vec<_> = (0..900).map(|_| spiky(&mut random)).collect();
    let many = vec![centre.clone(); 3_000];
    let query = random.near(&centre, 0.95);
    let spike = random.near(&spikes[7], 0.97);
    let cases = [
        ("equal rows", vec![&others, &equal], &query, true),
        ("equal rows, asked for exactly", vec![&others, &equal], &centre, true),
        ("near ties", vec![&others, &ties], &query, true),
        ("few numbers", vec![&others, &spikes], &spike, false),
        ("nothing but equal rows", vec![&many], &query, false),
    ];
    for (name, parts, query, is_told) in cases {
        let held = rows(&parts.into_iter().flatten().cloned().collect::<Vec<_>>());
        let found = preselected(&held, query, &everything());
        assert!(found.is_some() || !is_told, "{name}: the rows can be told apart");
        if let Some(found) = found {
            assert_eq!(found, scanned(&held, query, &everything()), "{name}");
        }
    }
}

#[test]
fn hidden_rows_take_no_place() {
    let mut random = Random(33);
    let mut models = Models::default();
    let (asked, other) = (models.enter("asked"), models.enter("other"));
    let centre = random.vector();
    let mut held = Rows::default();
    for number in 0..3_600 {
        let (vector, model, ttl) = match number % 9 {
            0 => (random.near(&centre, 0.8), Some(asked), None),
            1..4 => (random.near(&centre, 0.9), Some(other), None),
            4..6 => (random.near(&centre, 0.9), Some(asked), Some(Duration::from_secs(50))),
            _ => (random.vector(), None, None),
        };
        let row = Row { id: EntryId(number), model, lifetime: Lifetime::new(UNIX_EPOCH, ttl) };
        let slot = held.push(row, &Quantised::of(&vector));
        if number % 63 == 0 {
            held.end(slot);
        }
    }
    let visible = Visible { model: models.filter(Some("asked")), ..everything() };
    for _ in 0..20 {
        let query = random.near(&centre, 0.9);
        assert_eq!(preselected(&held, &query, &visible), Some(scanned(&held, &query, &visible)));
    }
}

#[test]
fn any_number_of_rows_can_be_asked_for() {
    let mut random = Random(34);
    let vectors: Vec<_> = (0..3_001).map(|_| random.vector()).collect();
    let held = rows(&vectors);
    let query = Query::new(&vectors[5]);
    for keep in [0, 1, 2, 511, 512, 513, 2_000, 9_000] {
        let found = Preselection { rows: &held, query: &query, visible: &everything(), keep }.run();
        assert_eq!(found.expect("it is not ambiguous").into_candidates().len(), keep.min(3_001), "{keep}");
    }
}
