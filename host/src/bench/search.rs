//! The search alone, over made-up vectors: how long it takes, and whether it finds what the exact scan finds.

use std::time::Duration;

use super::material::{Clusters, cosine};
use super::measure::{Measure, Times, timed};
use crate::cache::vector_index::VectorIndex;
use crate::cache::{CacheError, EntryId};
use crate::settings::NearestKind;

/// Candidates of a search, as a look-up has them.
const CANDIDATES: usize = 8;

/// One row in this many is removed.
const REMOVED_STEP: usize = 5;

/// One way to search, over so many rows.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    pub rows: usize,
    pub kind: NearestKind,
    pub searches: usize,
    /// A fifth of the rows is removed before the searches.
    pub with_removals: bool,
}

/// What a trial came to.
#[derive(Debug, Clone)]
pub struct Figures {
    /// In the mean.
    pub insert: Duration,
    pub search: Times,
    /// In memory.
    pub bytes_per_row: usize,
    /// How long the approximate index took to build, or why it is not used.
    pub build: Option<Result<Duration, String>>,
    /// The highest full cosine that each search found.
    best: Vec<f32>,
}

impl Trial {
    pub fn run(&self) -> Result<Figures, CacheError> {
        let clusters = Clusters::of(self.rows);
        let mut index = VectorIndex::new(self.kind);
        let mut places = Vec::new();
        let mut inserting = Duration::ZERO;
        for number in 0..self.rows {
            let vector = clusters.vector(number);
            let (place, took) = timed(|| index.insert(EntryId(number as u64), &vector));
            places.push(place?);
            inserting += took;
        }
        let bytes_per_row = index.bytes() / self.rows.max(1);
        if self.with_removals {
            places.iter().step_by(REMOVED_STEP).for_each(|place| index.remove(*place));
        }
        let build = match self.kind {
            NearestKind::Hora => Some(built(&mut index, &clusters)?),
            NearestKind::Auto | NearestKind::Scan => None,
        };
        let (search, best) = self.searches(&index, &clusters)?;
        Ok(Figures { insert: inserting / self.rows.max(1) as u32, search, bytes_per_row, build, best })
    }

    /// A row that was not removed: a question near nothing has no nearest that anybody would miss.
    fn remaining(&self, random: &mut fastrand::Rng) -> usize {
        let row = random.usize(..self.rows);
        if self.with_removals && row.is_multiple_of(REMOVED_STEP) { (row + 1) % self.rows } else { row }
    }

    fn searches(&self, index: &VectorIndex, clusters: &Clusters) -> Result<(Times, Vec<f32>), CacheError> {
        let (mut rounds, mut best) = (Vec::new(), Vec::new());
        for number in 0..self.searches {
            let query = clusters.query(number, |random| self.remaining(random));
            let (found, took) = timed(|| index.nearest(&query, CANDIDATES));
            let cosines = found?.into_iter().map(|id| cosine(&query, &clusters.vector(id.0 as usize)));
            best.push(cosines.fold(-1.0, f32::max));
            rounds.push(took);
        }
        Ok((Times::in_turn(rounds), best))
    }
}

fn built(index: &mut VectorIndex, clusters: &Clusters) -> Result<Result<Duration, String>, CacheError> {
    let (refusal, took) = timed(|| index.build(|id| clusters.vector(id.0 as usize)));
    Ok(match refusal? {
        Some(reason) => Err(reason),
        None => Ok(took),
    })
}

/// In how many searches `found` has a row as near as the nearest one of the exact scan.
pub fn compared(found: &Figures, exact: &Figures) -> usize {
    found.best.iter().zip(&exact.best).filter(|(found, exact)| found >= exact).count()
}

/// The search as a gateway does it.
pub(super) fn beside_the_exact_scan(rows: usize, searches: usize) -> Result<Measure, CacheError> {
    let trial = Trial { rows, kind: NearestKind::Scan, searches, with_removals: false };
    let exact = trial.run()?;
    let auto = Trial { kind: NearestKind::Auto, ..trial }.run()?;
    let right = compared(&auto, &exact);
    let measure = Measure::new(format!("search of {rows} vectors"), auto.search);
    let note = format!("the nearest in {right} of {searches}; an insert takes {:.1} us", micros(auto.insert));
    Ok(measure.beside("exact scan", exact.search.p50).noting(note))
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
