//! The best rows seen so far: highest score first, newer first among equals, each entry once.

use std::cmp::Ordering;

use super::rows::{Held, Row};

#[derive(Debug, Clone, Copy)]
pub(in crate::cache) struct Candidate {
    pub(in crate::cache) score: f32,
    pub(in crate::cache) row: Row,
}

impl Candidate {
    /// Less is better. Entries are numbered in the order they were stored, so the greater number is the newer one.
    pub(in crate::cache) fn rank(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(other.row.id.cmp(&self.row.id))
    }
}

pub(super) struct Best {
    keep: usize,
    candidates: Vec<Candidate>,
}

impl Best {
    pub(super) fn new(keep: usize) -> Self {
        Self { keep, candidates: Vec::with_capacity(keep.min(64) + 1) }
    }

    #[inline(always)]
    pub(super) fn offer(&mut self, score: f32, held: &Held) {
        let is_worse = |last: &Candidate| score < last.score;
        if self.is_full() && self.candidates.last().is_none_or(is_worse) {
            return;
        }
        self.insert(Candidate { score, row: held.row() });
    }

    fn insert(&mut self, candidate: Candidate) {
        if self.candidates.iter().any(|held| held.row.id == candidate.row.id) {
            return;
        }
        let place = self.candidates.partition_point(|held| held.rank(&candidate).is_lt());
        self.candidates.insert(place, candidate);
        self.candidates.truncate(self.keep);
    }

    pub(super) fn is_full(&self) -> bool {
        self.candidates.len() >= self.keep
    }

    /// The score that a row must reach to be kept; none while there is room for any.
    pub(super) fn worst(&self) -> Option<f32> {
        self.is_full().then(|| self.candidates.last().map(|last| last.score)).flatten()
    }

    pub(super) fn into_candidates(self) -> Vec<Candidate> {
        self.candidates
    }
}
