//! The exact search: every row that may be seen is scored, with the widest instructions this processor has.

use super::best::Best;
use super::rows::{Rows, Slot, Visible};
use super::vector::Query;

/// What to score.
pub(super) struct Scan<'a> {
    pub(super) rows: &'a Rows,
    pub(super) only: Option<&'a [Slot]>,
    pub(super) query: &'a Query<'a>,
    pub(super) visible: &'a Visible,
}

impl Scan<'_> {
    pub(super) fn run(&self, best: &mut Best) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512bw") {
            return self.run_avx512(best);
        } else if is_x86_feature_detected!("avx2") {
            return self.run_avx2(best);
        }
        self.score(best);
    }

    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "a function compiled for more than the baseline is unsafe to call")]
    fn run_avx512(&self, best: &mut Best) {
        #[target_feature(enable = "avx512bw")]
        fn compiled(scan: &Scan<'_>, best: &mut Best) {
            scan.score(best);
        }
        // SAFETY: `run`, the only caller, has just asked the processor for avx512bw.
        unsafe { compiled(self, best) }
    }

    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "a function compiled for more than the baseline is unsafe to call")]
    fn run_avx2(&self, best: &mut Best) {
        #[target_feature(enable = "avx2")]
        fn compiled(scan: &Scan<'_>, best: &mut Best) {
            scan.score(best);
        }
        // SAFETY: `run`, the only caller, has just asked the processor for avx2.
        unsafe { compiled(self, best) }
    }

    /// The answers of the instruction sets that this processor has.
    #[cfg(all(test, target_arch = "x86_64"))]
    pub(super) fn with_each_instruction_set(&self, keep: usize) -> Vec<Vec<super::best::Candidate>> {
        let answer = |run: &dyn Fn(&mut Best)| {
            let mut best = Best::new(keep);
            run(&mut best);
            best.into_candidates()
        };
        let mut answers = vec![answer(&|best| self.score(best))];
        if is_x86_feature_detected!("avx2") {
            answers.push(answer(&|best| self.run_avx2(best)));
        }
        if is_x86_feature_detected!("avx512bw") {
            answers.push(answer(&|best| self.run_avx512(best)));
        }
        answers
    }

    #[inline(always)]
    fn score(&self, best: &mut Best) {
        match self.only {
            None => self.rows.each_score(self.query, self.visible, |score, row| best.offer(score, row)),
            Some(slots) => {
                let slots = slots.iter().copied();
                self.rows.each_score_of(slots, self.query, self.visible, |score, row| best.offer(score, row));
            }
        }
    }
}
