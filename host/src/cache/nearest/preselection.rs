//! The search of many rows: the sketches say which ones can be among the nearest, and only those are scored. Gives up
//! where they cannot tell the rows apart, rather than miss one.

use super::best::Best;
use super::kernel::{InstructionSet, Search};
use super::rows::{Rows, Slot, Visible};
use super::sketch::{BLOCK_ROWS, Block, Sketch, radius};
use super::vector::{Codes, Query, QueryCodes};
use crate::cache::embedding::DIMENSIONS;

/// At least this many rows are scored, whatever their distances: what is near nothing is looked for all the same.
const MIN_SCORED: usize = 512;

/// When more than one row in this many might be among the nearest, scoring all of them is no slower.
const MAX_SCORED_SHARE: usize = 16;

/// Rows of at least this cosine are never left out, but for one in 30,000; no policy may serve one below it.
const NEAR_COSINE: f32 = 0.7;

pub(super) struct Preselection<'a> {
    pub(super) rows: &'a Rows,
    pub(super) query: &'a Query<'a>,
    pub(super) visible: &'a Visible,
    pub(super) keep: usize,
}

impl Preselection<'_> {
    /// None when too many rows are about as near as the nearest.
    pub(super) fn run(&self) -> Option<Best> {
        self.run_with(InstructionSet::widest())
    }

    pub(super) fn run_with(&self, instructions: InstructionSet) -> Option<Best> {
        let least = MIN_SCORED.max(self.keep);
        let most = (least * 4).max(self.rows.len() / MAX_SCORED_SHARE);
        let limit = DIMENSIONS as u32;
        instructions.run(Selecting { of: self, near: Vec::new(), limit, full: least * 2, least, most })
    }
}

#[derive(Debug, Clone, Copy)]
struct Near {
    distance: u32,
    slot: Slot,
}

/// One pass over the sketches. The limit falls as nearer rows are found, so that most rows are never looked at.
struct Selecting<'a> {
    of: &'a Preselection<'a>,
    near: Vec<Near>,
    /// What is further away is not among the nearest.
    limit: u32,
    /// How many rows are kept until the limit is lowered.
    full: usize,
    least: usize,
    most: usize,
}

impl Search for Selecting<'_> {
    type Found = Option<Best>;

    #[inline(always)]
    fn run(
        mut self,
        dot: impl Fn(&QueryCodes, &Codes) -> i32,
        near: impl Fn(&Sketch, &Block, u32) -> u8,
    ) -> Option<Best> {
        let Preselection { rows, query, visible, .. } = *self.of;
        for (number, chunk) in rows.chunks().iter().enumerate() {
            for (at, block) in chunk.sketches.iter().enumerate() {
                let mut found = near(&query.sketch, block, self.limit);
                while found != 0 {
                    let place = found.trailing_zeros() as usize;
                    found &= found - 1;
                    let row = at * BLOCK_ROWS + place;
                    if chunk.held.get(row).is_some_and(|held| visible.sees(held)) {
                        let distance = block.distance(place, &query.sketch);
                        self.near.push(Near { distance, slot: Slot::at(number, row) });
                    }
                }
                if self.near.len() >= self.full {
                    self.lower_limit(&dot)?;
                }
            }
        }
        if self.near.len() > self.least {
            self.lower_limit(&dot)?;
        }
        Some(self.scored(&self.near, &dot))
    }
}

impl Selecting<'_> {
    /// Keeps the rows that may still be among the nearest: those within the radius of the worst of the best found so
    /// far, and the `least` nearest in any case.
    #[inline(always)]
    fn lower_limit(&mut self, dot: &impl Fn(&QueryCodes, &Codes) -> i32) -> Option<()> {
        let (nearer, last, _) = self.near.select_nth_unstable_by_key(self.least - 1, |near| near.distance);
        let (last, first) = (last.distance, self.of.keep.min(nearer.len() / 2));
        nearer.select_nth_unstable_by_key(first, |near| near.distance);
        let worst = self.scored(&self.near[..first], dot).worst().unwrap_or(NEAR_COSINE);
        self.limit = self.limit.min(last.max(radius(worst.max(NEAR_COSINE))));
        self.near.retain(|near| near.distance <= self.limit);
        self.full = 2 * self.near.len();
        (self.near.len() <= self.most).then_some(())
    }

    #[inline(always)]
    fn scored(&self, near: &[Near], dot: &impl Fn(&QueryCodes, &Codes) -> i32) -> Best {
        let Preselection { rows, query, keep, .. } = *self.of;
        let mut best = Best::new(keep);
        for Near { slot, .. } in near {
            let (held, codes) = rows.get(*slot);
            best.offer(query.score(dot(&query.codes, codes), held.scale()), held);
        }
        best
    }
}

#[cfg(test)]
mod tests;
