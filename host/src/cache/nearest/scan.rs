//! The exact search: every row that may be seen is scored.

use super::best::Best;
use super::kernel::{InstructionSet, Search};
use super::rows::{Rows, Slot, Visible};
use super::sketch::{Block, Sketch};
use super::vector::{Codes, Query, QueryCodes};

/// What to score.
pub(super) struct Scan<'a> {
    pub(super) rows: &'a Rows,
    pub(super) only: Option<&'a [Slot]>,
    pub(super) query: &'a Query<'a>,
    pub(super) visible: &'a Visible,
}

impl Scan<'_> {
    pub(super) fn run(&self, best: &mut Best) {
        self.run_with(InstructionSet::widest(), best);
    }

    pub(super) fn run_with(&self, instructions: InstructionSet, best: &mut Best) {
        instructions.run(Scoring { scan: self, best });
    }
}

struct Scoring<'a> {
    scan: &'a Scan<'a>,
    best: &'a mut Best,
}

impl Search for Scoring<'_> {
    type Found = ();

    #[inline(always)]
    fn run(self, dot: impl Fn(&QueryCodes, &Codes) -> i32, _near: impl Fn(&Sketch, &Block, u32) -> u8) {
        let Scan { rows, only, query, visible } = self.scan;
        match only {
            None => {
                for chunk in rows.chunks() {
                    for (held, codes) in chunk.held.iter().zip(chunk.codes.iter()) {
                        if visible.sees(held) {
                            self.best.offer(query.score(dot(&query.codes, codes), held.scale()), held);
                        }
                    }
                }
            }
            Some(slots) => {
                for (held, codes) in slots.iter().map(|slot| rows.get(*slot)) {
                    if visible.sees(held) {
                        self.best.offer(query.score(dot(&query.codes, codes), held.scale()), held);
                    }
                }
            }
        }
    }
}
